package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// An attendee stars talks, is told which clash and of the way out, and takes it.
func testStar(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	require.Equal(t, http.StatusOK, tb.open("/"))
	require.True(t, eval[bool](tb, `document.querySelector("#mine").hidden`), "there is nothing yet")

	tb.star("ropes", true)
	require.Equal(t, "My talks (1)", tb.text("#mine"))
	require.Equal(t, "Starred: Ropes and Replicas.", tb.text("#said"), "screen readers are told")
	require.Equal(t, tb.url+"/", tb.address(), "it stays on the page")
	require.Zero(t, tb.count(".clash"))

	tb.star("knots", true)
	require.Equal(t, "My talks (2)", tb.text("#mine"))
	const clash = "“Ropes and Replicas” and “Nós que aguentam” overlap by 30 minutes."
	for _, slot := range []string{"ropes", "knots"} {
		require.Contains(t, tb.text("#s-"+slot+" .clash"), clash)
	}
	require.Contains(t, tb.text("#said"), clash)
	require.Equal(t, 2, tb.count(".clash"))
	require.Equal(t, "#s-knots-2", eval[string](tb, `document.querySelector("#s-knots .clash a").getAttribute("href")`))
	require.Equal(t, clash+" “Nós que aguentam” is given again: Saturday 11 April, 14:00 to 14:45, The Loft.", tb.text("#s-knots .clash"), "told once")

	tb.star("lighthouse", true)
	require.Contains(t, tb.text("#s-lighthouse .clash"), "there are 5 minutes to walk to another building", "the cellar is elsewhere")
	tb.click("#s-knots .clash a")
	tb.wait(`location.hash === "#s-knots-2"`)

	// It is remembered.
	tb.do(chromedp.Reload())
	tb.wait(`document.querySelector("#mine").textContent === "My talks (3)"`)
	require.Equal(t, []string{"ropes", "knots", "lighthouse"}, tb.stars())
	require.NotZero(t, tb.count("#s-knots .clash"))
	require.Equal(t, http.StatusOK, tb.open("/talks/ropes"))
	tb.wait(`document.querySelector('#s-ropes [aria-pressed="true"]')`)
	require.Contains(t, tb.text("#s-ropes .clash"), clash)

	require.Equal(t, http.StatusOK, tb.press("#mine"))
	require.Equal(t, "My talks", tb.text("h1"))
	require.Equal(t, "3 talks", tb.text(".lead"))
	require.Contains(t, tb.text("#clashes + details"), clash)
	require.Equal(t, http.StatusOK, tb.press(`.clashes form:has([value="knots-2"]) button`))
	tb.wait(`document.querySelector("#mine").textContent === "My talks (3)"`)
	require.Equal(t, []string{"ropes", "lighthouse", "knots-2"}, tb.stars(), "the one in the other's place")
	require.Equal(t, http.StatusOK, tb.press(`.clashes form:has([value="ropes"]) button`))
	require.Equal(t, "2 talks", tb.text(".lead"))
	require.Zero(t, tb.count(".clashes"))

	// On the page of one's talks, a star that is put out stays where it was, to be
	// lit again.
	tb.star("lighthouse", false)
	require.Contains(t, tb.text("#said"), "No longer starred")
	tb.star("lighthouse", true)
}

// A page over plain HTTP, for which browsers say less of where a form comes from,
// and have no clipboard.
func testPlainHTTP(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	v.secure, v.url = v.url, strings.Replace(v.url, "localhost", "tide.example", 1)
	tb := v.tab()
	tb.do(tell(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	tb.open("/")
	require.Equal(t, http.StatusOK, tb.press(starOf("ropes")))
	page := strings.Replace(tb.address(), "localhost", "tide.example", 1)
	tb.do(tell(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}))
	tb.open(page)
	tb.fill("#name", "Plain")
	require.Equal(t, http.StatusOK, tb.link("Save"))
	require.Equal(t, "Plain", tb.text("h1"))
	tb.open(page)
	tb.click(`[data-copy="share"]`)
	tb.wait(`document.querySelector("#said").textContent === "Copied."`)
	tb.star("ropes", false)
}

// What is starred and unstarred later is at the same address.
func testChangeLater(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	tb.open("/")
	tb.star("ropes", true)
	tb.star("closing", true)
	tb.press("#mine")
	tb.link("Subscribe")
	feed := eval[string](tb, `document.querySelector("#address").value`)
	header, _ := get(t, http.StatusOK, feed)
	require.Equal(t, "private, max-age=300, stale-if-error=86400", header.Get("Cache-Control"))
	require.Equal(t, []string{"ropes", "closing"}, tb.events(feed))

	tb.open("/?day=2026-04-11")
	tb.wait(`document.querySelector("#mine").textContent === "My talks (2)"`)
	tb.star("tides", true)
	tb.star("closing", false)
	require.Equal(t, "My talks (2)", tb.text("#mine"))
	require.Equal(t, []string{"ropes", "tides"}, tb.events(feed))

	// So is what the organisers change.
	tb.upstream("start: 2026-04-11 09:00, end: \"09:45\"", "start: 2026-04-11 09:15, end: \"10:00\"")
	_, text := get(t, http.StatusOK, feed)
	require.Equal(t, "20260411T091500", property(t, eventOf(t, text, "tides"), "DTSTART;TZID=Europe/Lisbon"))
}

// The subscribe page has the address that serves the very events, and downloads
// them.
func testSubscribe(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	folder := t.TempDir()
	tb.open("/")
	profile := chromedp.FromContext(tb.ctx).BrowserContextID
	_, err := chromedp.CallBrowser(tb.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: profile, DownloadPath: folder,
	})
	require.NoError(t, err)
	download := func(selector string) []string {
		t.Helper()
		tb.click(selector)
		var found []string
		var text []byte
		tb.waitFor("there is a file", func() bool {
			var err error
			found, err = filepath.Glob(filepath.Join(folder, "*.ics"))
			require.NoError(t, err)
			if len(found) != 1 {
				return false
			}
			text, err = os.ReadFile(found[0])
			require.NoError(t, err)
			return len(text) > 0 // it is empty at first, and then whole
		})
		require.NoError(t, os.Remove(found[0]))
		return eventsOf(t, string(text))
	}

	// Of a scope.
	tb.open("/?track=storage")
	require.Equal(t, "3 of 12 talks", tb.text(".count"))
	tb.link("Subscribe to these")
	require.Equal(t, "/subscribe?track=storage", eval[string](tb, `location.pathname + location.search`))
	storage := []string{"ropes", "fog", "tides"}
	require.Equal(t, tb.url+"/tracks/storage.ics", eval[string](tb, `document.querySelector("#address").value`))
	require.Equal(t, storage, tb.events(tb.url+"/tracks/storage.ics"))
	require.Equal(t, storage, download("#download .button"))
	tb.click("#download summary")
	tb.click(`#download [value="ropes"]`)
	tb.click(`#download [value="tides"]`)
	require.Equal(t, []string{"ropes", "tides"}, download("#download .send button"), "someone in a hurry")
	require.Equal(t, "webcal"+tb.url[len("http"):]+"/tracks/storage.ics", eval[string](tb, `document.querySelector("#apple a").href`))
	require.Contains(t, tb.text("#google .refresh"), "4 to 24 hours")
	require.Contains(t, eval[string](tb, `document.querySelector("#snippet").value`), tb.url+"/tracks/storage.ics")

	// Of one's own, on the page of which the calendars show that came for it.
	tb.open("/")
	tb.star("nets", true)
	tb.press("#mine")
	tb.link("Subscribe")
	feed := eval[string](tb, `document.querySelector("#address").value`)
	require.Regexp(t, `^`+tb.url+`/my/[a-z2-7]{26}\.ics$`, feed)
	require.NotZero(t, tb.count(".qr"))
	require.Equal(t, []string{"nets"}, tb.events(feed))
	require.Equal(t, []string{"nets"}, download("#download .button"))
	require.Contains(t, tb.text("main"), "Whoever has this address can read your schedule, and cannot change it.")

	// It copies.
	for _, permission := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(tb.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: permission}, Setting: browser.PermissionSettingGranted, BrowserContextID: profile,
		})
		require.NoError(t, err)
	}
	tb.click(`[data-copy="address"]`)
	tb.wait(`document.querySelector("#said").textContent === "Copied."`)
	require.Equal(t, feed, eval[string](tb, `navigator.clipboard.readText()`))

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, feed, nil)
	require.NoError(t, err)
	request.Header.Set("User-Agent", "Google-Calendar-Importer")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	tb.link("Back to my talks")
	require.Contains(t, tb.text("#working + ul"), "Google Calendar")
	require.NotContains(t, tb.text("#working + ul"), "not known")
}

// Two tabs that edit at once lose nothing.
func testTwoTabs(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	one, two := v.tab(), v.tab()
	one.open("/")
	two.open("/")
	one.star("ropes", true)
	two.wait(`document.querySelector("#mine").textContent === "My talks (1)"`)
	require.Equal(t, []string{"ropes"}, two.stars(), "a tab hears of the selection that another has made")

	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, slot := range []string{"opening", "fog", "harm"} {
			_ = chromedp.Do(one.ctx, chromedp.Click(chromedp.CSS(starOf(slot))))
		}
	}()
	for _, slot := range []string{"knots", "tides", "closing"} {
		two.click(starOf(slot))
	}
	<-done
	all := []string{"opening", "ropes", "knots", "fog", "harm", "tides", "closing"}
	for _, tb := range []*tab{one, two} {
		tb.wait(`document.querySelector("#mine").textContent.match(/\d+/)[0] >= 4`)
	}
	one.waitFor("both are saved", func() bool {
		two.open("/")
		two.wait(`document.querySelector("#mine:not([hidden])")`)
		return two.text("#mine") == "My talks (7)"
	})
	require.Equal(t, all, two.stars())

	// Nor do two whose first stars are at once.
	v = b.newVisitor(t)
	three, four := v.tab(), v.tab()
	three.open("/")
	four.open("/")
	done = make(chan struct{})
	go func() {
		defer close(done)
		_ = chromedp.Do(three.ctx, chromedp.Click(chromedp.CSS(starOf("ropes"))))
	}()
	four.click(starOf("closing"))
	<-done
	for _, tb := range []*tab{three, four} {
		tb.wait(`document.querySelector("#said").textContent.startsWith("Starred: ")`)
	}
	for _, tb := range []*tab{three, four} {
		tb.open("/")
		tb.wait(`document.querySelector("#mine").textContent === "My talks (2)"`)
		require.Equal(t, []string{"ropes", "closing"}, tb.stars())
	}

	// A tab that was left behind does not undo what it has not seen.
	one.open("/")
	one.wait(`document.querySelector("#mine").textContent === "My talks (7)"`)
	two.star("fog", false)
	one.star("jam", true)
	require.Equal(t, []string{"opening", "ropes", "knots", "harm", "jam", "tides", "closing"}, one.stars())
}
