package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// screen is one of such a size; a narrow one is a phone.
func screen(width, height int64) action {
	return tell(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}

// likes is what a visitor likes: light or dark colours, and that nothing glides, so
// that everything is at once where it will be.
func likes(colours string) action {
	return tell(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: colours}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// kind is a kind of page.
type kind struct {
	name, path string
	status     int
}

// kinds returns a page of every kind, with as much on it as it can have, and has
// the tab remember the selection that some of them are of.
func (tb *tab) kinds() []kind {
	tb.t.Helper()
	tb.upstream("start: 2026-04-10 13:30\n    end: \"14:15\"", "start: 2026-04-10 13:35\n    end: \"14:20\"",
		"title: Redes e malhas", "title: Redes com nós", "talks:\n", "talks:\n  - {id: anchors, title: Anchors away, track: storage, start: 2026-04-10 15:00, end: \"15:30\", room: cellar, language: en}\n")
	tb.upstream("title: Late Jam,", "title: Late Jam, status: cancelled,", ", status: tentative", "", "start: 2026-04-10 15:00, end: \"15:30\", room: cellar", "start: 2026-04-10 15:00, end: \"15:30\", room: loft")
	made := tb.mine(`{"name": "Ana <b>&</b> friends", "picks": ["ropes", "knots", "harm", "bidi", "jam"], "include": ["track=storage&lang=en", "speaker=jun-okada"], "exclude": ["kind=panel"], "options": {"alarm": 10}}`)
	bare := tb.mine(`{}`)
	get(tb.t, 200, made.Feed)
	require.Equal(tb.t, 200, tb.open(made.Page), "from now on it is this browser's")
	mine, read, empty := "/my/"+made.Edit, "/my/"+made.Read, "/my/"+bare.Edit
	return []kind{
		{"schedule", "/", 200},
		{"schedule-filtered", "/?track=storage&day=2026-04-10&q=e", 200},
		{"schedule-nothing", "/?q=nowhere", 200},
		{"schedule-rooms", "/?columns=room", 200},
		{"schedule-list", "/?columns=none", 200},
		{"talk", "/talks/knots", 200},
		{"talk-cancelled", "/talks/jam", 200},
		{"talk-hostile", "/talks/harm", 200},
		{"track", "/tracks/storage", 200},
		{"speaker", "/speakers/ana-duarte", 200},
		{"subscribe", "/subscribe?track=storage", 200},
		{"changes", "/changes", 200},
		{"error", "/talks/nowhere", 404},
		{"my", mine, 200},
		{"my-empty", empty, 200},
		{"my-read", read, 200},
		{"my-choose", mine + "/choose?track=craft", 200},
		{"my-subscribe", mine + "/subscribe", 200},
	}
}

// unfold opens everything that can be opened, and waits for what the script adds.
func (tb *tab) unfold(k kind) {
	tb.t.Helper()
	require.Equal(tb.t, k.status, tb.open(k.path), k.path)
	if k.name != "my-read" {
		tb.wait(`document.querySelector("#mine:not([hidden])")`)
	}
	tb.do(evaluate(`for (const d of document.querySelectorAll("details")) d.open = true`))
}

// On a phone nothing is wider than the screen, and what is pressed is large enough.
func testPhone(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	for _, k := range tb.kinds() {
		tb.do(screen(390, 844))
		tb.unfold(k)
		for _, width := range []int64{390, 320} {
			tb.do(screen(width, 844))
			require.Equal(t, []string{}, eval[[]string](tb, fmt.Sprintf(`[...document.querySelectorAll("body *")]
				.filter((e) => { const box = e.getBoundingClientRect(); return box.width && !e.closest(".skip") && box.right > %d.5; })
				.map((e) => e.outerHTML.slice(0, 120))`, width)), "%s at %d", k.path, width)
			require.Equal(t, width, eval[int64](tb, `document.documentElement.scrollWidth`), "%s at %d", k.path, width)
			require.Equal(t, []string{}, eval[[]string](tb, `[...document.querySelectorAll(".star button")]
				.filter((e) => { const box = e.getBoundingClientRect(); return box.width < 44 || box.height < 44; })
				.map((e) => e.value)`), "%s at %d: stars that are too small for a finger", k.path, width)
		}
	}
	// A finger stars.
	tb.do(screen(390, 844), tell(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}))
	tb.open("/")
	tb.wait(`document.querySelector("#mine:not([hidden])")`)
	tb.star("closing", true)
}

// On paper each day begins on a page of its own, and nothing is there to press.
func testPrint(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	tb.open("/")
	tb.star("ropes", true)
	days := tb.count(".day")
	require.Equal(t, 2, days)
	document, err := chromedp.Run(tb.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(document), "%PDF-"))
	if keepsPictures() {
		keep(t, "schedule.pdf", document)
	}
	pages := regexp.MustCompile(`/Type\s*/Page\b`).FindAll(document, -1)
	require.Len(t, pages, days, "what is short fits one page a day")
	tb.do(screen(700, 1000), tell(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	require.Equal(t, []string{}, eval[[]string](tb, `[...document.querySelectorAll(".row h3 time, .row h3 small")]
		.filter((e) => e.getClientRects().length > 1).map((e) => e.textContent)`), "these are broken over lines")
	require.Equal(t, []string{}, eval[[]string](tb, `[...document.querySelectorAll("button, input, select, nav, .button")]
		.filter((e) => e.getClientRects().length).map((e) => e.outerHTML)`))
	require.Contains(t, eval[string](tb, `getComputedStyle(document.querySelector("#s-ropes .title"), "::before").content`), "★", "what is starred shows")
}

// The times are the conference's, and the visitor's if they wish; the script knows
// what is on now.
func testZoneAndNow(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	tb.do(tell(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Tokyo"}))
	tb.do(tell(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Date.now = () => Date.parse("2026-04-10T10:20+01:00")`,
	}))
	tb.open("/")
	require.Equal(t, "Europe/Lisbon", tb.text("#zone-name"))
	tb.click("#zone")
	require.Equal(t, "Times are in your zone, Asia/Tokyo.", eval[string](tb, `document.querySelector(".zone").firstChild.textContent + document.querySelector("#zone-whose").textContent + ", " + document.querySelector("#zone-name").textContent + "."`))
	require.Contains(t, tb.text("#s-ropes .when"), "18:00–18:45, Main Hall")
	require.Contains(t, tb.text("#s-closing .when"), "Sun 00:00–Sun 01:00", "it is another day there")
	tb.open("/talks/closing")
	require.Contains(t, tb.text("#s-closing .when"), "Sun 00:00", "it is remembered")
	tb.click("#zone")
	require.Contains(t, tb.text("#s-closing .when"), "16:00–17:00")

	tb.open("/")
	require.Equal(t, "Now", tb.text("#s-ropes .flag"))
	require.Equal(t, "Now", tb.text("#s-knots .flag"))
	require.Equal(t, "Next", tb.text("#s-lighthouse .flag"))
	require.Equal(t, 3, tb.count(".flag"))
	tb.click("#now")
	tb.wait(`document.activeElement === document.querySelector("#s-ropes .title")`)
}
