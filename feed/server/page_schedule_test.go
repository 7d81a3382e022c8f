package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/importer"
)

func TestSchedulePage(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	all := pageOf(t, h, "/")
	require.Equal(t, "Go Days", named(all, "h1")[0].text)
	require.Equal(t, "Go Days", named(all, "title")[0].text)
	require.Equal(t, "6 talks", where(all, func(e *element) bool { return e.attributes["class"] == "count" })[0].whole())

	days := where(all, func(e *element) bool { return strings.HasPrefix(e.attributes["class"], "day ") })
	require.Len(t, days, 2)
	require.Equal(t, "d-2026-05-02", days[0].attributes["id"])
	var headings []string
	for _, e := range all {
		if (e.name == "h2" || e.name == "h3") && slices.ContainsFunc(e.parents, func(p *element) bool { return slices.Contains(days, p) }) {
			headings = append(headings, e.whole())
		}
	}
	require.Equal(t, []string{
		"Saturday 2 May 2026", "09:00", "10:30", "11:00",
		"Sunday 3 May 2026", "09:00", "13:00", "14:00", "00:30 Monday",
	}, headings)

	// Each talk says when, where and by whom, wherever it stands.
	require.Equal(t, "Größe, “sizes” & 100% generics 10:30–11:00, Main hall Ada Berg Go English Tools", byID(all, "s-generics").whole())
	cancelled := byID(all, "s-recovery")
	require.Contains(t, cancelled.attributes["class"], "cancelled")
	require.Contains(t, cancelled.whole(), "Cancelled")
	require.Contains(t, byID(all, "s-keynote").whole(), "Keynote")
	require.Equal(t, "2026-05-02T09:00+02:00", named(all, "time")[0].attributes["datetime"])
	title := where(all, func(e *element) bool { return e.attributes["href"] == "/talks/profiling" })[0]
	require.Equal(t, "de", title.attributes["lang"], "it is read aloud in its language")

	// Without script, each star is a form.
	forms := where(all, func(e *element) bool { return e.name == "form" && e.attributes["class"] == "star" })
	require.Len(t, forms, 7)
	for _, form := range forms {
		require.Equal(t, "post", form.attributes["method"])
		require.Equal(t, "/my", form.attributes["action"])
	}
	button := where(all, func(e *element) bool { return e.name == "button" && e.attributes["value"] == "generics" })[0]
	require.Equal(t, "slot", button.attributes["name"])
	require.Equal(t, "false", button.attributes["aria-pressed"])
	require.Equal(t, "Star Größe, “sizes” & 100% generics", button.attributes["aria-label"])

	alternate := where(all, func(e *element) bool { return e.attributes["rel"] == "alternate" })
	require.Len(t, alternate, 1)
	require.Equal(t, map[string]string{"rel": "alternate", "type": "text/calendar", "title": "Go Days", "href": baseURL + "/schedule.ics"}, alternate[0].attributes)
	root := named(all, "html")[0].attributes
	require.Equal(t, "/api/v1", root["data-api"])
	require.Equal(t, "slotcast:go-days", root["data-store"])
	require.Equal(t, "Europe/Berlin", root["data-zone"])
}

// Every feed and its subscribe page can be reached from the schedule.
func TestScheduleReachesFeeds(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	found := links(pageOf(t, h, "/"))
	for path, query := range map[string]string{
		"/tracks/go.ics": "track=go", "/tracks/ops.ics": "track=ops", "/speakers/ada-berg.ics": "speaker=ada-berg", "/speakers/bo-lund.ics": "speaker=bo-lund",
		"/speakers/cleo-zhang.ics": "speaker=cleo-zhang", "/rooms/main.ics": "room=main", "/rooms/side.ics": "room=side",
		"/days/2026-05-02.ics": "day=2026-05-02", "/days/2026-05-03.ics": "day=2026-05-03",
	} {
		require.Contains(t, found, path)
		require.Contains(t, found, "/subscribe?"+query)
	}
	require.Contains(t, found, "/subscribe")
	require.Contains(t, found, "/changes")
}

func TestScheduleColumns(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for target, want := range map[string]struct {
		columns []string // of the second day
		classes string
		cells   map[string]string
	}{
		"/":                {[]string{"Main hall", "Side room"}, "day n2 few", map[string]string{"recovery": "c1", "deploys": "c2", "party": "c0"}},
		"/?columns=room":   {[]string{"Main hall", "Side room"}, "day n2 wide", map[string]string{"recovery": "c1", "party": "c0"}},
		"/?columns=track":  {[]string{"Go", "Operations"}, "day n2 wide", map[string]string{"recovery": "c2", "generics-2": "c1", "party": "c0"}},
		"/?columns=none":   {nil, "day", map[string]string{"deploys": "", "party": ""}},
		"/?day=2026-05-02": {[]string{"Main hall", "Side room"}, "day n2 few", map[string]string{"keynote": "c1", "profiling": "c2"}},
		"/?room=side":      {nil, "day", map[string]string{"deploys": ""}},
	} {
		all := pageOf(t, h, target)
		days := where(all, func(e *element) bool { return e.name == "section" && strings.HasPrefix(e.attributes["class"], "day") })
		last := days[len(days)-1]
		require.Equal(t, want.classes, strings.TrimSpace(last.attributes["class"]), target)
		var columns []string
		for _, e := range named(all, "span") {
			if p := e.parents[len(e.parents)-1]; p.attributes["class"] == "columns" && slices.Contains(e.parents, last) {
				columns = append(columns, e.text)
			}
		}
		require.Equal(t, want.columns, columns, target)
		for id, class := range want.cells {
			cell := strings.TrimSuffix(strings.TrimSpace(strings.ReplaceAll(byID(all, "s-"+id).attributes["class"], "cancelled", "")), " ")
			require.Equal(t, class, cell, "%s of %s", id, target)
		}
	}
}

func TestGridClass(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "", 1: "", 2: "n2 few", 4: "n4 few", 5: "n5 some", 6: "n6 some", 7: "n7 many", 10: "n10 many", 11: "", 40: "", 41: ""} {
		require.Equal(t, want, gridClass(n, columnsFit), "%d", n)
		require.Empty(t, gridClass(n, columnsNone))
	}
	require.Equal(t, "n40 wide", gridClass(40, columnsRoom))
	require.Empty(t, gridClass(41, columnsTrack))
	style, err := pageFiles.ReadFile("page/style.css")
	require.NoError(t, err)
	for _, rule := range []string{".c0 {", ".c1 {", ".c40 {", ".n2 {", ".n40 {"} {
		require.Contains(t, string(style), rule)
	}
	require.NotContains(t, string(style), "url(")
	require.NotContains(t, string(style), "@import")
}

func TestSchedulePageEscapes(t *testing.T) {
	t.Parallel()
	h := newSite(t, hostileYAML).start(t)
	for _, target := range []string{"/", "/?track=track", "/?columns=track", "/talks/talk", "/talks/bidi", "/tracks/track", "/speakers/speaker", "/subscribe?track=track", "/changes"} {
		r := get(t, h, target)
		require.Equal(t, http.StatusOK, r.status, target)
		all := requireTame(t, r)
		text := ""
		for _, e := range all {
			text += e.text + "\n"
			for _, value := range e.attributes {
				require.False(t, strings.HasPrefix(strings.TrimSpace(value), "javascript:"))
			}
			for _, handler := range []string{"onclick", "onfocus", "onerror", "onload", "onmouseover", "style"} {
				require.NotContains(t, e.attributes, handler)
			}
		}
		if target == "/" {
			for _, shown := range hostileTexts() {
				require.Contains(t, text, shown, "it is shown as it is written")
			}
		}
		require.False(t, strings.ContainsAny(r.body, "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069"), "nothing turns the direction of what stands beside it")
		for _, e := range named(all, "script") {
			require.NotContains(t, e.text, "<")
		}
	}
}

func TestSchedulePageOfTheSample(t *testing.T) {
	t.Parallel()
	s := newSite(t, string(importer.Sample().Data))
	all := pageOf(t, s.start(t), "/")
	require.Equal(t, "QCon San Francisco 2016", named(all, "h1")[0].text)
	require.Len(t, where(all, func(e *element) bool { return e.attributes["class"] == "star" }), 6)
}

// The page is made anew for each catalog, and never for a request.
func TestSchedulePageFollows(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	h := s.start(t)
	before, again := get(t, h, "/"), get(t, h, "/", "X-Forwarded-Host: evil.example")
	require.Equal(t, before.header.Get("ETag"), again.header.Get("ETag"))
	one, err := s.pages.front.of(s.Publisher.Catalog())
	require.NoError(t, err)
	same, err := s.pages.front.of(s.Publisher.Catalog())
	require.NoError(t, err)
	require.Same(t, one, same)
	filtered := get(t, h, "/?kind=social")
	s.publish(t, strings.Replace(fixtureYAML, "title: Party", "title: Dance", 1), firstPublished.Add(time.Hour))
	for target, old := range map[string]reply{"/": before, "/?kind=social": filtered} {
		after := get(t, h, target, "If-None-Match: "+old.header.Get("ETag"))
		require.Equal(t, http.StatusOK, after.status)
		require.Contains(t, after.body, "Dance")
		require.NotContains(t, after.body, "Party")
	}
}

// A talk that was moved says so.
func TestSchedulePageTellsOfMoves(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	slot := *s.Publisher.Catalog().Edition().Slots()[0]
	require.Empty(t, beforeOf(&slot))
	slot.Before = &schedule.Before{Start: slot.Start.Add(-time.Hour), End: slot.End.Add(-time.Hour), Room: "Attic"}
	require.Equal(t, "was Sat 2 May, 08:00–09:00, Attic", beforeOf(&slot))
	slot.Before = &schedule.Before{Start: slot.Start, End: slot.End}
	require.Equal(t, "was in room to be announced", beforeOf(&slot))
}

// What is alone in its query is found by it, whatever characters it has.
func TestFilterLinks(t *testing.T) {
	t.Parallel()
	h := newSite(t, hostileYAML).start(t)
	tag := url.QueryEscape("</option></select><script>")
	all := pageOf(t, h, "/?tag="+tag)
	require.Contains(t, where(all, func(e *element) bool { return e.attributes["class"] == "count" })[0].whole(), "1 of 3 talks")
}
