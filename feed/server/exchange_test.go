package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// The whole edition for conference apps, with validators and in both encodings.
func TestExchange(t *testing.T) {
	t.Parallel()
	for path, format := range map[string]struct {
		mediaType string
		write     func(*schedule.Edition, string) ([]byte, error)
	}{
		"/schedule.xml":  {"application/xml; charset=utf-8", feed.ScheduleXML},
		"/schedule.json": {"application/json", feed.ScheduleJSON},
	} {
		s := newSite(t, fixtureYAML)
		h := s.start(t)
		want, err := format.write(s.Publisher.Catalog().Edition(), s.BaseURL)
		require.NoError(t, err)
		got := get(t, h, path)
		require.Equal(t, http.StatusOK, got.status, path)
		require.Equal(t, format.mediaType, got.header.Get("Content-Type"))
		require.Equal(t, string(want), string(got.body))
		require.Equal(t, "*", got.header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, cachePublic, got.header.Get("Cache-Control"))
		require.Equal(t, http.StatusNotModified, get(t, h, path, "If-None-Match: "+got.header.Get("ETag")).status)
		zipped := get(t, h, path, "Accept-Encoding: gzip")
		require.Equal(t, "gzip", zipped.header.Get("Content-Encoding"))
		require.Less(t, len(zipped.body), len(got.body))

		s.publish(t, strings.Replace(fixtureYAML, "title: Party", "title: Dance", 1), firstPublished.Add(time.Hour))
		after := get(t, h, path)
		require.Contains(t, string(after.body), "Dance")
		require.NotEqual(t, got.header.Get("ETag"), after.header.Get("ETag"))
	}
}

// A filter here is an error, and never a schedule with everything in it.
func TestExchangeTakesNoFilter(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for _, path := range []string{"/schedule.xml", "/schedule.json"} {
		r := get(t, h, path+"?track=go")
		require.Equal(t, http.StatusBadRequest, r.status)
		require.Contains(t, r.body, "takes no filters")
	}
}
