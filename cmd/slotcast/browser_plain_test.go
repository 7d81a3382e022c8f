package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// Everything once more with links and forms alone.
func testWithoutScript(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	tb := v.tab()
	tb.do(tell(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	require.Equal(t, http.StatusOK, tb.open("/"))
	require.True(t, eval[bool](tb, `document.querySelector("#mine").hidden`), "no script has run")

	tb.click(".filters summary")
	tb.do(chromedp.SetValue(chromedp.CSS("#f-track"), "storage"))
	tb.link("Show these")
	require.Equal(t, "3 of 12 talks", tb.text(".count"))
	tb.press(`.active a[aria-label^="Remove"]`)
	require.Equal(t, "12 talks", tb.text(".count"))
	tb.fill("#q", "corda")
	tb.link("Search")
	require.Equal(t, "1 of 12 talks", tb.text(".count"))

	// A star makes a selection, and its page leads to more.
	require.Equal(t, http.StatusOK, tb.press(starOf("knots")))
	page := tb.address()
	require.Regexp(t, `^`+tb.url+`/my/[a-z2-7]{26}$`, page)
	require.Equal(t, "1 talk", tb.text(".lead"))
	tb.link("Choose talks")
	require.Equal(t, []string{"knots"}, tb.stars())
	require.Equal(t, http.StatusOK, tb.press(starOf("ropes")))
	require.Equal(t, page+"/choose#s-ropes", tb.address(), "it comes back to where it was")
	require.Equal(t, []string{"ropes", "knots"}, tb.stars())
	require.Contains(t, tb.text("#s-ropes .clash"), "overlap by 30 minutes")
	tb.press(starOf("tides"))
	tb.press(starOf("tides"))
	require.Equal(t, []string{"ropes", "knots"}, tb.stars())
	tb.link("Back to my talks")
	require.Contains(t, tb.text(".clashes"), "overlap by 30 minutes")
	tb.press(`.clashes form:has([value="knots-2"]) button`)
	require.Zero(t, tb.count(".clashes"))
	require.Equal(t, []string{"ropes", "knots-2"}, tb.stars())

	tb.link("Subscribe")
	feed := eval[string](tb, `document.querySelector("#address").value`)
	require.Equal(t, []string{"ropes", "knots-2"}, tb.events(feed))
	require.Zero(t, eval[int](tb, `[...document.querySelectorAll("[data-copy]")].filter((b) => !b.hidden).length`), "nothing that needs script is shown")
	tb.link("Back to my talks")

	tb.fill("#name", "Without script")
	tb.fill("#alarm", "5")
	tb.link("Save")
	require.Equal(t, "Without script", tb.text("h1"))
	_, text := get(t, http.StatusOK, feed)
	require.Contains(t, text, "X-WR-CALNAME:Without script\r\n")
	require.Contains(t, text, "TRIGGER:-PT5M\r\n")

	tb.open(page + "/choose?track=storage")
	tb.link("Always take these in")
	require.Equal(t, []string{"ropes", "fog", "tides", "knots-2"}, tb.events(feed))
	tb.open(page)
	tb.press(`.rules form:has([value="remove-rule"]) button`)
	require.Equal(t, []string{"ropes", "knots-2"}, tb.events(feed))
	tb.press(starOf("ropes"))
	require.Equal(t, page, tb.address())
	require.Equal(t, []string{"knots-2"}, tb.stars())

	tb.click("#links ~ details summary")
	tb.link("New link to read")
	get(t, http.StatusGone, feed)
	fresh := eval[string](tb, `document.querySelector("#share").value`)
	require.Equal(t, []string{"knots-2"}, tb.events(fresh+".ics"))
	tb.click("#links ~ details summary")
	tb.link("New link to edit")
	get(t, http.StatusGone, page)
	page = tb.address()
	tb.click("#links ~ details summary")
	tb.link("Delete this selection")
	require.Equal(t, tb.url+"/", tb.address())
	get(t, http.StatusGone, page)
	get(t, http.StatusGone, fresh+".ics")
}

// focus is what has the keyboard's focus.
type focus struct {
	What    string // "a Subscribe"
	Slot    string // of a star
	Outline bool   // it can be seen that it has
	Inside  bool   // it is in the window
	Covered string // what is on top of it
}

func (tb *tab) focus() (f focus) {
	tb.t.Helper()
	return eval[focus](tb, `(async () => {
		await new Promise(requestAnimationFrame); // it has scrolled
		const e = document.activeElement, style = getComputedStyle(e), box = e.getClientRects()[0] ?? e.getBoundingClientRect();
		const x = box.x + Math.min(box.width / 2, 20), y = box.y + box.height / 2, top = document.elementFromPoint(x, y);
		const name = (e) => e ? e.localName + " " + (e.getAttribute("aria-label") || e.id || e.textContent).trim().slice(0, 40) : "nothing";
		return {
			What: name(e), Slot: e.closest(".star") ? e.value : "",
			Outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
			Inside: box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
			Covered: top && (e.contains(top) || top.contains(e)) ? "" : name(top),
		};
	})()`)
}

// tabTo presses the tab key until what has the focus is as wanted.
func (tb *tab) tabTo(what string, is func(focus) bool) focus {
	tb.t.Helper()
	var last focus
	for range 200 {
		tb.do(chromedp.KeyEvent(kb.Tab))
		if last = tb.focus(); is(last) {
			return last
		}
	}
	require.Fail(tb.t, "the keyboard does not get there", "%s; it is at %v", what, last)
	return last
}

// The keyboard alone is enough, and it always shows where one is.
func testKeyboard(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	tb := v.tab()
	tb.open("/")
	tb.do(chromedp.KeyEvent(kb.Tab))
	require.Equal(t, focus{What: "a Skip to the content", Outline: true, Inside: true}, tb.focus(), "it is first, and seen")
	tb.do(chromedp.KeyEvent(kb.Enter))
	tb.wait(`document.activeElement.id === "main"`)
	first := tb.tabTo("what is in the page", func(focus) bool { return true })
	require.NotContains(t, first.What, "Schedule", "the header was skipped")

	at := func(slot string) func(focus) bool { return func(f focus) bool { return f.Slot == slot } }
	star := tb.tabTo("a star", at("ropes"))
	require.True(t, star.Outline && star.Inside && star.Covered == "", star)
	for _, key := range []string{" ", kb.Enter} {
		tb.do(chromedp.KeyEvent(key))
		tb.wait(`document.querySelector("#mine").textContent === "My talks (1)"`)
		require.Equal(t, star, tb.focus(), "it is where it was")
		tb.do(chromedp.KeyEvent(key))
		tb.wait(`document.querySelector("#mine").textContent === "My talks (0)"`)
		require.Equal(t, star, tb.focus())
	}
	tb.do(chromedp.KeyEvent(" "))
	tb.wait(`document.querySelector("#mine").textContent === "My talks (1)"`)
	tb.tabTo("the other star", at("knots"))
	tb.do(chromedp.KeyEvent(" "))
	tb.wait(`document.querySelector("#s-knots .clash")`)

	// Each page is walked from its beginning to its end, and back.
	token := eval[string](tb, `localStorage.getItem("slotcast:tide-2026")`)
	for _, path := range []string{"/", "/?columns=room", "/talks/knots", "/subscribe", "/my/" + token} {
		tb.open(path)
		tb.wait(`document.querySelector("#mine:not([hidden])")`)
		for name, keys := range map[string]action{
			"on":   chromedp.KeyEvent(kb.Tab),
			"back": chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift)),
		} {
			if name == "back" {
				tb.do(evaluate(`scrollTo(0, document.body.scrollHeight); document.querySelector("footer").tabIndex = -1; document.querySelector("footer").focus()`))
			} else {
				tb.do(evaluate(`scrollTo(0, 0); document.activeElement.blur()`))
			}
			stops := 0
			for {
				tb.do(keys)
				f := tb.focus()
				if f.What[:4] == "body" || stops > 200 {
					break
				}
				stops++
				require.True(t, f.Outline && f.Inside && f.Covered == "", "%s, %s: %+v %s", path, name, f, eval[string](tb, `JSON.stringify([document.activeElement.getBoundingClientRect(), innerHeight, innerWidth, scrollY])`))
			}
			require.Greater(t, stops, 10, path)
		}
	}

	// The way out of a clash is a button like any other.
	tb.open("/my/" + token)
	tb.tabTo("the way out", func(f focus) bool { return strings.HasPrefix(f.What, "button Go to Nós que aguentam") })
	require.Equal(t, http.StatusOK, tb.follow(chromedp.KeyEvent(kb.Enter)))
	require.Equal(t, []string{"ropes", "knots-2"}, tb.stars())
}
