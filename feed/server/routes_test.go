package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFeeds(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, c := range []struct {
		target string
		events int
	}{
		{"/schedule.ics", 7},
		{"/schedule.ics?track=go", 3},
		{"/schedule.ics?speaker=ada-berg", 3},
		{"/schedule.ics?room=main", 3},
		{"/schedule.ics?day=2026-05-02", 3},
		{"/schedule.ics?day=2026-05-03", 4}, // with the party after midnight
		{"/schedule.ics?kind=keynote", 1},
		{"/schedule.ics?kind=panel", 0},
		{"/schedule.ics?tag=TOOLS", 3},
		{"/schedule.ics?tag=unheard-of", 0},
		{"/schedule.ics?lang=pt", 1},
		{"/schedule.ics?talk=generics", 2},
		{"/schedule.ics?slot=generics", 1},
		{"/schedule.ics?q=gr%C3%B6%C3%9Fe", 2},
		{"/schedule.ics?q=ada+next", 1},
		{"/schedule.ics?track=go&track=ops", 5},
		{"/schedule.ics?track=go&day=2026-05-02", 2},
		{"/schedule.ics?track=go&room=main&lang=de", 0},
		{"/schedule.ics?cancelled=hide", 6},
		{"/schedule.ics?alarm=15", 7},
		{"/schedule.ics?busy=1", 7},
		{"/schedule.ics?tz=utc", 7},
		{"/schedule.ics?&&track=go&", 3},
		{"/tracks/go.ics", 3},
		{"/tracks/go.ics?day=2026-05-03", 1},
		{"/tracks/ops.ics?cancelled=hide", 1},
		{"/speakers/cleo-zhang.ics", 1},
		{"/rooms/side.ics", 3},
		{"/days/2026-05-03.ics", 4},
		{"/talks/generics.ics", 2},
		{"/talks/generics.ics?room=side", 1},
		{"/talks.ics?id=keynote", 1},
		{"/talks.ics?id=keynote&id=generics&id=keynote", 3},
		{"/talks.ics?alarm=10&id=party", 1},
	} {
		t.Run(c.target, func(t *testing.T) {
			t.Parallel()
			r := get(t, h, c.target)
			require.Equal(t, http.StatusOK, r.status, r.body)
			require.Equal(t, c.events, events(t, r.body))
			head := ask(t, h, http.MethodHead, c.target)
			require.Equal(t, http.StatusOK, head.status)
			require.Equal(t, r.lasting(), head.lasting())
			require.Empty(t, head.body)
			preflight := ask(t, h, http.MethodOptions, c.target)
			require.Equal(t, http.StatusNoContent, preflight.status)
			require.Equal(t, "GET, HEAD, OPTIONS", preflight.header.Get("Allow"))
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	feed := func(query string) string { return get(t, h, "/talks/keynote.ics"+query).body }
	require.Contains(t, feed(""), "TRANSP:OPAQUE\r\n")
	require.Contains(t, feed("?busy=0"), "TRANSP:TRANSPARENT\r\n")
	require.NotContains(t, feed(""), "VALARM")
	require.Contains(t, feed("?alarm=15"), "TRIGGER:-PT15M\r\n")
	require.Contains(t, feed(""), "DTSTART;TZID=Europe/Berlin:20260502T090000\r\n")
	require.Contains(t, feed("?tz=utc"), "DTSTART:20260502T070000Z\r\n")
	require.Contains(t, feed("?tz=utc"), "SOURCE;VALUE=URI:"+baseURL+"/talks/keynote.ics?tz=utc\r\n")
}

func TestPages(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for path, contentType := range map[string]string{
		"/":                  "text/html; charset=UTF-8",
		"/?track=go":         "text/html; charset=UTF-8",
		"/talks/generics":    "text/html; charset=UTF-8",
		"/tracks/go":         "text/html; charset=UTF-8",
		"/speakers/ada-berg": "text/html; charset=UTF-8",
		"/subscribe":         "text/html; charset=UTF-8",
		"/changes":           "text/html; charset=UTF-8",
		"/robots.txt":        "text/plain; charset=UTF-8",
		"/healthz":           "application/json",
		"/readyz":            "application/json",
	} {
		r := get(t, h, path)
		require.Equal(t, http.StatusOK, r.status, path)
		require.Equal(t, contentType, r.header.Get("Content-Type"), path)
		require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"), path)
		require.NotEmpty(t, r.body, path)
		head := ask(t, h, http.MethodHead, path)
		require.Equal(t, r.lasting(), head.lasting(), path)
		require.Empty(t, head.body, path)
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, path := range []string{"/schedule.ics", "/tracks/go.ics", "/tracks/go", "/talks.ics?id=keynote", "/", "/subscribe", "/changes", "/robots.txt", "/healthz", "/readyz"} {
		for _, method := range []string{"PUT", "POST", "DELETE", "PATCH", "PROPFIND", "REPORT", "TRACE", "BREW"} {
			r := ask(t, h, method, path, "Content-Length: 0")
			require.Equal(t, http.StatusMethodNotAllowed, r.status, "%s %s", method, path)
			allowed := strings.Split(r.header.Get("Allow"), ", ")
			require.Subset(t, allowed, []string{"GET", "HEAD"}, "%s %s", method, path)
			require.NotContains(t, allowed, method)
			requirePlainError(t, r, "This address does not take that method; feeds and pages are read with GET or HEAD.")
		}
	}
}

// requirePlainError checks an answer that tells of an error: one plain sentence
// that no cache keeps.
func requirePlainError(t testing.TB, r reply, sentence string) {
	t.Helper()
	require.Equal(t, sentence+"\n", r.body)
	require.Equal(t, "text/plain; charset=UTF-8", r.header.Get("Content-Type"))
	require.Equal(t, "no-store", r.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	for _, name := range []string{"Etag", "Last-Modified", "Content-Disposition", "Content-Encoding"} {
		require.Empty(t, r.header.Values(name), name)
	}
}

const nothingHere = "There is nothing at this address; the front page lists every feed."

func TestNotFound(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	unknown := func(what, id string) string {
		return "There is no " + what + " “" + id + "” in Go Days; check its spelling, or look for its new name."
	}
	for target, sentence := range map[string]string{
		"/tracks/nope.ics":                            unknown("track", "nope"),
		"/speakers/nope.ics":                          unknown("speaker", "nope"),
		"/rooms/nope.ics":                             unknown("room", "nope"),
		"/talks/nope.ics":                             unknown("talk", "nope"),
		"/days/2026-05-09.ics":                        unknown("day", "2026-05-09"),
		"/talks.ics?id=keynote&id=nope":               unknown("talk", "nope"),
		"/schedule.ics?slot=nope&track=go":            unknown("slot", "nope"),
		"/schedule.ics?speaker=keynote":               unknown("speaker", "keynote"),
		"/rooms/main":                                 nothingHere,
		"/tracks/GO":                                  nothingHere,
		"/tracks/go/":                                 nothingHere,
		"/tracks/%67o":                                nothingHere,
		"/tracks/nope":                                unknown("track", "nope"),
		"/speakers/nope":                              unknown("speaker", "nope"),
		"/talks/nope":                                 unknown("talk", "nope"),
		"/?track=nope":                                unknown("track", "nope"),
		"/?room=nope&columns=track":                   unknown("room", "nope"),
		"/subscribe?speaker=nope":                     unknown("speaker", "nope"),
		"/static/style.css":                           nothingHere,
		"/static/style-000000000000.css":              nothingHere,
		"/static/../server.go":                        nothingHere,
		"/tracks/GO.ics":                              nothingHere,
		"/tracks/go.ICS":                              nothingHere,
		"/tracks/go.ics/":                             nothingHere,
		"/tracks/go.ics.ics":                          nothingHere,
		"/tracks/.ics":                                nothingHere,
		"/tracks/":                                    nothingHere,
		"/tracks":                                     nothingHere,
		"/tracks//go.ics":                             nothingHere,
		"//tracks/go.ics":                             nothingHere,
		"/tracks/./go.ics":                            nothingHere,
		"/rooms/../tracks/go.ics":                     nothingHere,
		"/tracks/%2e%2e/go.ics":                       nothingHere,
		"/tracks/go%2eics":                            nothingHere,
		"/tracks/%67o.ics":                            nothingHere,
		"/tracks/go%2Fops.ics":                        nothingHere,
		"/tracks/go%252Fops.ics":                      nothingHere,
		"/tracks/go%00.ics":                           nothingHere,
		"/tracks/go%0d%0aX-Bad:%20yes.ics":            nothingHere,
		"/tracks/go%20.ics":                           nothingHere,
		"/tracks/go;x=1.ics":                          nothingHere,
		"/tracks/gr%C3%BCn.ics":                       nothingHere,
		"/tracks/gr\xc3\xbcn.ics":                     nothingHere,
		"/tracks/\xff.ics":                            nothingHere,
		"/days/2026-5-2.ics":                          nothingHere,
		"/days/2026-02-30.ics":                        nothingHere,
		"/SCHEDULE.ics":                               nothingHere,
		"/schedule.ics/":                              nothingHere,
		"/schedule%2eics":                             nothingHere,
		"/robots.txt/":                                nothingHere,
		"/index.html":                                 nothingHere,
		"/.git/config":                                nothingHere,
		"/tracks/" + strings.Repeat("a", 65) + ".ics": nothingHere,
	} {
		r := get(t, h, target)
		require.Equal(t, http.StatusNotFound, r.status, target)
		requirePlainError(t, r, sentence)
		head := ask(t, h, http.MethodHead, target)
		require.Equal(t, http.StatusNotFound, head.status, target)
		require.Equal(t, r.lasting(), head.lasting(), target)
	}
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, c := range []struct{ target, names string }{
		{"/?trak=go", "“trak”"},
		{"/?track=GO", "“GO”"},
		{"/?columns=rooms", "“rooms”"},
		{"/?alarm=5", "“alarm”"},
		{"/?day=tomorrow", "“tomorrow”"},
		{"/?q=%zz", "“%zz”"},
		{"/?q=" + strings.Repeat("x", 101), "“q”"},
		{"/?" + numberedValues("slot", 501), "at most 500"},
		{"/subscribe?trak=go", "“trak”"},
		{"/subscribe?columns=room", "“columns”"},
		{"/schedule.ics?trak=go", "“trak”"},
		{"/schedule.ics?Track=go", "“Track”"},
		{"/schedule.ics?id=keynote", "“id”"},
		{"/schedule.ics?=go", "“”"},
		{"/schedule.ics?track=GO", "“GO”"},
		{"/schedule.ics?track=", "“track”"},
		{"/schedule.ics?track", "“track”"},
		{"/schedule.ics?track=go,ops", "“go,ops”"},
		{"/schedule.ics?track=%zz", "“%zz”"},
		{"/schedule.ics?%=1", "“%”"},
		{"/schedule.ics?track=%00", "“track”"},
		{"/schedule.ics?day=tomorrow", "“tomorrow”"},
		{"/schedule.ics?day=2026-02-30", "“2026-02-30”"},
		{"/schedule.ics?kind=lecture", "“lecture”"},
		{"/schedule.ics?lang=d", "“d”"},
		{"/schedule.ics?tag=%ff", "“tag”"},
		{"/schedule.ics?q=+", "“q”"},
		{"/schedule.ics?q=" + strings.Repeat("x", 101), "“q”"},
		{"/schedule.ics?alarm=-1", "“-1”"},
		{"/schedule.ics?alarm=10081", "“10081”"},
		{"/schedule.ics?alarm=015", "“015”"},
		{"/schedule.ics?alarm=5&alarm=5", "“alarm” is given twice"},
		{"/schedule.ics?busy=yes", "“yes”"},
		{"/schedule.ics?cancelled=show", "“show”"},
		{"/schedule.ics?tz=Europe/Berlin", "“Europe/Berlin”"},
		{"/schedule.ics?" + strings.Repeat("q=a&", 5000), "at most 16384"},
		{"/schedule.ics?" + numberedValues("slot", 501), "at most 500"},
		{"/schedule.ics?q=a&q=b&q=c&q=d&q=e&q=f&q=g&q=h&q=i", "at most 8"},
		{"/tracks/go.ics?track=ops", "one track already"},
		{"/tracks/go.ics?foo=1", "“foo”"},
		{"/tracks/go.ics?" + numberedValues("slot", 500), "at most 500"},
		{"/talks.ics", "No talk is chosen"},
		{"/talks.ics?track=go", "No talk is chosen"},
		{"/talks.ics?id=NO", "“NO”"},
		{"/schedule.ics?<script>alert(1)</script>=1", "“<script>alert(1)</script>”"}, // harmless in plain text
	} {
		r := get(t, h, c.target)
		require.Equal(t, http.StatusBadRequest, r.status, c.target)
		require.Contains(t, r.body, c.names, c.target)
		sentence := strings.TrimSuffix(r.body, "\n")
		requirePlainError(t, r, sentence)
		require.Regexp(t, `^[\p{Lu}“][^\n]*[^.\n]\.$`, sentence, "it is a sentence on one line")
		require.Less(t, len(r.body), 400, "it is short")
	}
}

// numberedValues returns a query of n values of a key.
func numberedValues(key string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s=x%d&", key, i)
	}
	return b.String()
}

// What a client library would not send still gets an answer that is whole.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	h := s.start(t)
	const end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"another host's address", "GET http://evil.example/tracks/go.ics" + end, http.StatusOK},
		{"no address", "GET *" + end, http.StatusNotFound},
		{"tunnel", "CONNECT evil.example:443" + end, http.StatusNotFound},
		{"HTTP/1.0", "GET /tracks/go.ics HTTP/1.0\r\n\r\n", http.StatusOK},
		{"no host", "GET /tracks/go.ics HTTP/1.1\r\n\r\n", http.StatusBadRequest},
		{"no space", "GET/tracks/go.ics" + end, http.StatusBadRequest},
		{"line break in path", "GET /tracks/go\r\n.ics" + end, http.StatusBadRequest},
		{"octet zero in path", "GET /tracks/go\x00.ics" + end, http.StatusBadRequest},
		{"bad escape", "GET /tracks/%zz.ics" + end, http.StatusBadRequest},
		{"long path", "GET /tracks/" + strings.Repeat("a", 20<<10) + ".ics" + end, http.StatusNotFound},
		{"fragment", "GET /tracks/go.ics#top" + end, http.StatusNotFound},
		{"body", "GET /tracks/go.ics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc", http.StatusOK},
	} {
		r := send(t, h, c.request)
		require.Equal(t, c.status, r.status, "%s: %s", c.name, r.body)
		require.NotContains(t, r.body, "evil.example", c.name)
		require.Empty(t, r.header.Get("X-Bad"), c.name)
	}
	for line := range strings.Lines(s.log.String()) {
		require.Less(t, len(line), 1500, "a client's words are cut in the log")
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	h := s.start(t)
	seen := map[string]bool{}
	for range 50 {
		r := get(t, h, "/tracks/nope.ics", "X-Request-Id: forged")
		id := r.header.Get("X-Request-Id")
		require.Regexp(t, "^[0-9a-f]{16}$", id)
		require.False(t, seen[id], "each request has its own")
		seen[id] = true
	}
	require.NotContains(t, s.log.String(), "forged")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := emptySite()
	h := s.start(t)
	var alive struct{ Status, Version, Zone_data string }
	require.NoError(t, json.Unmarshal([]byte(get(t, h, "/healthz").body), &alive))
	require.Equal(t, "ok", alive.Status)
	require.Equal(t, "1.2.3", alive.Version)
	require.Regexp(t, `^20\d\d[a-z]$`, alive.Zone_data)

	for _, path := range []string{"/schedule.ics", "/tracks/go.ics", "/tracks/go", "/talks.ics?id=a", "/", "/?track=go", "/subscribe", "/changes"} {
		r := get(t, h, path)
		require.Equal(t, http.StatusServiceUnavailable, r.status, path)
		require.Equal(t, "60", r.header.Get("Retry-After"), path)
		require.Equal(t, "no-store", r.header.Get("Cache-Control"), path)
	}
	require.Equal(t, http.StatusServiceUnavailable, get(t, h, "/readyz").status)

	s.publish(t, fixtureYAML, firstPublished)
	readiness := func() (ready struct {
		Status, Conference string
		Slots              int
		Modified           time.Time
		Last_read          *SourceStatus
	}) {
		r := get(t, h, "/readyz")
		require.Equal(t, http.StatusOK, r.status)
		require.Equal(t, "no-store", r.header.Get("Cache-Control"))
		require.NoError(t, json.Unmarshal([]byte(r.body), &ready))
		return ready
	}
	ready := readiness()
	require.Equal(t, "ready", ready.Status)
	require.Equal(t, "Go Days", ready.Conference)
	require.Equal(t, 7, ready.Slots)
	require.Equal(t, firstPublished, ready.Modified)
	require.Nil(t, ready.Last_read)
}

func TestReadyThoughTheLastReadFailed(t *testing.T) {
	t.Parallel()
	s := emptySite()
	s.Status = func() SourceStatus {
		return SourceStatus{Source: "days.yaml", Read: firstPublished, Reason: "days.yaml:3:1: error: it has no name"}
	}
	h := s.start(t)
	s.publish(t, fixtureYAML, firstPublished)
	r := get(t, h, "/readyz")
	require.Equal(t, http.StatusOK, r.status)
	require.Contains(t, r.body, `"last_read":{"source":"days.yaml","read":"2026-04-01T08:00:00Z","reason":"days.yaml:3:1: error: it has no name"}`)
}
