package server_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/feed/server"
	"slotcast/schedule"
)

// The first load of the schedule, with what it needs, is small.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	for talks, most := range map[int]int{100: 60_000, 1_000: 250_000} {
		s := benchSchedule(t, talks)
		rendering := feed.Render(s, nil)
		ledger := schedule.Ledger{}.Advance(s, rendering.Digests(), s.Updated())
		publisher := feed.NewPublisher()
		publisher.Publish(feed.NewCatalog(schedule.NewEdition(s, ledger), rendering, "https://cal.example"))
		h := server.New(server.Config{
			Publisher: publisher, BaseURL: "https://cal.example", Version: "bench", ZoneDataVersion: "none",
			Logger: slog.New(slog.DiscardHandler),
		}).Handler()
		page, size := zipped(t, h, "/")
		for _, needed := range regexp.MustCompile(`(?:src|href)="(/static/[^"]*)"`).FindAllStringSubmatch(page, -1) {
			_, n := zipped(t, h, needed[1])
			size += n
		}
		t.Logf("%d talks: %d octets compressed", talks, size)
		require.Less(t, size, most, "%d talks", talks)
	}
}

// zipped returns the body of an answer, and the size that it is sent in.
func zipped(t *testing.T, h http.Handler, target string) (body string, size int) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, target)
	require.Equal(t, "gzip", w.Header().Get("Content-Encoding"), target)
	size = w.Body.Len()
	z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	require.NoError(t, err)
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(plain), size
}
