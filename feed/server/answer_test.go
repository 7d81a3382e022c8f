package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
)

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, target := range []string{"/tracks/go.ics", "/schedule.ics?tz=utc", "/", "/?track=go", "/talks/generics", "/subscribe", "/changes"} {
		plain, zipped := get(t, h, target), get(t, h, target, "Accept-Encoding: gzip")
		tag, zippedTag := plain.header.Get("ETag"), zipped.header.Get("ETag")
		at := firstPublished.Format(http.TimeFormat)
		before := firstPublished.Add(-time.Second).Format(http.TimeFormat)
		require.Equal(t, at, plain.header.Get("Last-Modified"))
		for _, c := range []struct {
			headers []string
			status  int
		}{
			{[]string{"If-None-Match: " + tag}, 304},
			{[]string{"If-None-Match: W/" + tag}, 304},
			{[]string{"If-None-Match: " + zippedTag}, 304},
			{[]string{"If-None-Match: " + tag, "Accept-Encoding: gzip"}, 304},
			{[]string{"If-None-Match: *"}, 304},
			{[]string{`If-None-Match: "old", ` + tag}, 304},
			{[]string{`If-None-Match: "old" ,W/` + tag + `,`}, 304},
			{[]string{`If-None-Match: "old"`, "If-None-Match: " + tag}, 304},
			{[]string{`If-None-Match: "old"`}, 200},
			{[]string{"If-None-Match: " + strings.Trim(tag, `"`)}, 200},
			{[]string{"If-None-Match:"}, 200},
			{[]string{"If-None-Match: ,,,"}, 200},
			{[]string{"If-None-Match: W/"}, 200},

			{[]string{"If-Modified-Since: " + at}, 304},
			{[]string{"If-Modified-Since: " + firstPublished.Add(time.Hour).Format(http.TimeFormat)}, 304},
			{[]string{"If-Modified-Since: " + firstPublished.Format("Monday, 02-Jan-06 15:04:05 GMT")}, 304},
			{[]string{"If-Modified-Since: " + firstPublished.Format(time.ANSIC)}, 304},
			{[]string{"If-Modified-Since: " + before}, 200},
			{[]string{"If-Modified-Since: yesterday"}, 200},
			{[]string{"If-Modified-Since: " + firstPublished.Format(time.RFC3339)}, 200},
			{[]string{"If-Modified-Since: 0"}, 200},
			{[]string{"If-Modified-Since:"}, 200},

			{[]string{`If-None-Match: "old"`, "If-Modified-Since: " + at}, 200},
			{[]string{"If-None-Match: " + tag, "If-Modified-Since: " + before}, 304},
			{[]string{"If-None-Match:", "If-Modified-Since: " + at}, 200},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				r := ask(t, h, method, target, c.headers...)
				require.Equal(t, c.status, r.status, "%s %s %q", method, target, c.headers)
				require.Equal(t, "Accept-Encoding", r.header.Get("Vary"))
				require.Equal(t, cachePublic, r.header.Get("Cache-Control"))
				require.Contains(t, []string{tag, zippedTag}, r.header.Get("ETag"))
				require.Equal(t, at, r.header.Get("Last-Modified"))
				if c.status == http.StatusOK {
					continue
				}
				require.Empty(t, r.body)
				for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition"} {
					require.Empty(t, r.header.Values(name), name)
				}
			}
		}
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, target := range []string{"/tracks/go.ics", "/schedule.ics?alarm=5&track=go&track=ops", "/", "/?track=go"} {
		plain := get(t, h, target)
		require.Empty(t, plain.header.Values("Content-Encoding"), "never unasked")
		for _, c := range []struct {
			accept string
			gzip   bool
		}{
			{"", false},
			{"gzip", true},
			{"GZIP", true},
			{"x-gzip", true},
			{"deflate, gzip;q=1.0, *;q=0.5", true},
			{"gzip ; q=0.5 , identity", true},
			{"gzip;q=0.5, identity", true},
			{"gzip;Q=0.001", true},
			{"br,gzip", true},
			{"*", true},
			{"*;q=0.1", true},
			{"br, *", true},
			{"gzip;q=0", false},
			{"gzip;q=0.000", false},
			{"gzip;q=0, *", false},
			{"*, gzip;q=0", false},
			{"*;q=0", false},
			{"*;q=0, gzip", true},
			{"identity", false},
			{"notgzip", false},
			{"gzipped", false},
			{"deflate, br", false},
			{"gzip;q=high", false},
			{"gzip;q=", false},
			{"gzip;q", false},
			{"gzip;q=-1", false},
			{"gzip;q=NaN", false},
			{"gzip;level=9", false},
			{",;,", false},
		} {
			for _, headers := range [][]string{{"Accept-Encoding: " + c.accept}, {"Accept-Encoding: zstd", "Accept-Encoding: " + c.accept}} {
				r := get(t, h, target, headers...)
				require.Equal(t, http.StatusOK, r.status)
				body := r.body
				if c.gzip {
					require.Equal(t, "gzip", r.header.Get("Content-Encoding"), headers)
					require.NotEqual(t, plain.header.Get("ETag"), r.header.Get("ETag"), headers)
					body = gunzip(t, body)
				} else {
					require.Empty(t, r.header.Values("Content-Encoding"), headers)
					require.Equal(t, plain.header.Get("ETag"), r.header.Get("ETag"), headers)
				}
				require.Equal(t, plain.body, body, headers)
				head := ask(t, h, http.MethodHead, target, headers...)
				require.Equal(t, r.lasting(), head.lasting(), headers)
				require.NotEmpty(t, head.header.Get("Content-Length"))
			}
		}
	}
}

// Whatever kind of document it is, its announced size is the size that is sent;
// net/http would cut it or break the connection otherwise.
func TestSizes(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	for _, query := range []string{"", "track=go", "alarm=5", "q=größe", "kind=panel", "tz=utc&cancelled=hide&busy=1"} {
		scope, options, err := feed.ParseQuery(query)
		require.NoError(t, err)
		d, err := s.Publisher.Document(scope, options)
		require.NoError(t, err)
		for range 3 { // what is asked for again is kept
			for _, e := range []feed.Encoding{feed.Identity, feed.Gzip} {
				var b strings.Builder
				require.NoError(t, d.WriteTo(&b, e))
				require.Equal(t, d.Size(e), b.Len(), query)
			}
		}
	}
}
