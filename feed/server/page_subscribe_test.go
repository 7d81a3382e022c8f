package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSubscribePage(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, c := range []struct{ query, title, path, count string }{
		{"", "Go Days", "/schedule.ics", "6 talks, 7 events"},
		{"?track=go", "Go – Go Days", "/tracks/go.ics", "2 talks, 3 events"},
		{"?track=go&lang=de", "Go, German – Go Days", "/schedule.ics?track=go&lang=de", "1 talk"},
		{"?q=zzz", "“zzz” – Go Days", "/schedule.ics?q=zzz", "0 talks"},
		{"?room=main&alarm=10", "Main hall – Go Days", "/rooms/main.ics?alarm=10", "3 talks"},
	} {
		all := pageOf(t, h, "/subscribe"+c.query)
		require.Equal(t, "Subscribe to "+c.title, named(all, "h1")[0].text)
		require.Contains(t, where(all, func(e *element) bool { return e.attributes["class"] == "lead" })[0].text, c.count)
		address := baseURL + c.path
		field := byID(all, "address")
		require.Equal(t, address, field.attributes["value"])
		require.Contains(t, field.attributes, "readonly")
		found := links(all)
		_, afterScheme, _ := strings.Cut(address, "://")
		require.Contains(t, found, "webcal://"+afterScheme)
		require.Contains(t, found, "https://calendar.google.com/calendar/u/0/r?cid="+url.QueryEscape(address))
		require.Contains(t, found, "https://calendar.google.com/calendar/u/0/r/settings/addbyurl")
		require.Contains(t, found, address, "a download")
		for _, host := range []string{"outlook.live.com", "outlook.office.com"} {
			require.True(t, slices.ContainsFunc(named(all, "a"), func(e *element) bool {
				u, err := url.Parse(e.attributes["href"])
				return err == nil && u.Host == host && u.Query().Get("url") == address && u.Query().Get("name") == c.title
			}), "%s of %s", host, c.query)
		}
		clients := where(all, func(e *element) bool { return e.attributes["class"] == "refresh" })
		require.Len(t, clients, 6, "each client says how soon it follows")
		require.Equal(t, http.StatusOK, get(t, h, c.path).status)

		// What organisers paste is HTML that needs no script.
		snippet := byID(all, "snippet").text
		pasted := parsePage(t, snippet)
		require.Len(t, named(pasted, "a"), 3)
		require.Equal(t, "webcal://"+afterScheme, pasted[1].attributes["href"])
		require.NotContains(t, snippet, "script")
		require.Equal(t, baseURL+"/subscribe"+c.query, pasted[2].attributes["href"])
	}
}

// Some talks can be ticked and had as one file, without script.
func TestTickedTalks(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	all := pageOf(t, h, "/subscribe?track=go")
	form := where(all, func(e *element) bool { return e.attributes["class"] == "ticks" })[0]
	require.Equal(t, "/talks.ics", form.attributes["action"])
	require.Equal(t, "get", form.attributes["method"])
	query := url.Values{}
	for _, e := range where(all, func(e *element) bool { return e.attributes["type"] == "checkbox" }) {
		require.Contains(t, e.parents, form)
		query.Add(e.attributes["name"], e.attributes["value"])
	}
	require.Len(t, query["slot"], 3)
	require.Equal(t, 3, events(t, get(t, h, "/talks.ics?"+query.Encode()).body), "all ticked are all downloaded")
}

// A personal feed has no snippet for a public page, nor talks to tick.
func TestPersonalSubscribeView(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	e := s.Publisher.Catalog().Edition()
	v := newSubscribeView(s.layout(e, "My talks"), "My talks", "http://localhost/my/abc.ics", 1, 1, true)
	body, err := s.pages.render("subscribe", v)
	require.NoError(t, err)
	all := parsePage(t, string(body))
	require.Nil(t, byID(all, "snippet"))
	require.Empty(t, where(all, func(e *element) bool { return e.attributes["type"] == "checkbox" }))
	require.Contains(t, string(body), "Whoever has this address can read your schedule")
	require.Contains(t, string(body), "does not begin with https://")
	require.Equal(t, "1 talk", v.Count)
}

func TestSnippetEscapes(t *testing.T) {
	t.Parallel()
	all := parsePage(t, snippet(`<script>"&`, `https://a.example/subscribe?q="><script>`, `https://a.example/x.ics?a&b`))
	require.Empty(t, named(all, "script"))
	require.Equal(t, `https://a.example/x.ics?a&b`, named(all, "a")[2].attributes["href"])
	require.Equal(t, `Subscribe to <script>"&`, named(all, "a")[0].text)
}
