package server

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who reads pages is told of an error on a page, and everybody else in a line.
func TestErrorPages(t *testing.T) {
	t.Parallel()
	h := newSite(t, hostileYAML).start(t)
	const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, c := range []struct {
		target, accept string
		status         int
		page           bool
	}{
		{"/nope", browser, 404, true},
		{"/tracks/nope", browser, 404, true},
		{"/?track=nope", browser, 404, true},
		{"/?trak=<script>alert(1)</script>", browser, 400, true},
		{"/subscribe?q=%zz", browser, 400, true},
		{"/nope", "Accept: */*", 404, false},
		{"/nope", "Accept: text/html;q=0, */*", 404, false},
		{"/nope", "Accept: application/json", 404, false},
		{"/tracks/nope.ics", browser, 404, false},
		{"/schedule.ics?trak=1", browser, 400, false},
		{"/static/nope.js", browser, 404, false},
	} {
		r := get(t, h, c.target, c.accept)
		require.Equal(t, c.status, r.status, c.target)
		require.Equal(t, "no-store", r.header.Get("Cache-Control"))
		require.Empty(t, r.header.Get("ETag"))
		head := ask(t, h, http.MethodHead, c.target, c.accept)
		require.Equal(t, c.status, head.status)
		require.Equal(t, r.lasting(), head.lasting())
		require.Empty(t, head.body)
		if !c.page {
			require.Equal(t, "text/plain; charset=UTF-8", r.header.Get("Content-Type"), c.target)
			continue
		}
		all := requireTame(t, r)
		require.Contains(t, links(all), "/", "a way on")
		require.Equal(t, "noindex", where(all, func(e *element) bool { return e.attributes["name"] == "robots" })[0].attributes["content"])
	}
	r := get(t, emptySite().start(t), "/", browser)
	require.Equal(t, http.StatusServiceUnavailable, r.status)
	require.Contains(t, named(requireTame(t, r), "main")[0].whole(), "No schedule is published yet")
}
