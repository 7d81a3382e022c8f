package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	const fault = "Something went wrong here; it is not your calendar."
	for _, c := range []struct {
		err      error
		status   int
		sentence string
	}{
		{schedule.Errorf(schedule.ErrInvalid, "“x” is wrong; mend it"), http.StatusBadRequest, "“x” is wrong; mend it."},
		{fmt.Errorf("parse query: %w", schedule.Errorf(schedule.ErrInvalid, "“x” is wrong; mend it")), http.StatusBadRequest, "“x” is wrong; mend it."},
		{schedule.ErrInvalid, http.StatusBadRequest, "This address cannot be read; check it for typing errors."},
		{fmt.Errorf("secret: %w", schedule.ErrNotFound), http.StatusNotFound, nothingHere},
		{schedule.ErrConflict, http.StatusConflict, "Somebody else changed this in the meantime; load it again and repeat your change."},
		{schedule.ErrGone, http.StatusGone, "This was deleted by its owner."},
		{fmt.Errorf("secret: %w", feed.ErrNothingPublished), http.StatusServiceUnavailable, "No schedule is published yet; try again in a minute."},
		{echo.ErrNotFound, http.StatusNotFound, nothingHere},
		{fmt.Errorf("secret: %w", echo.ErrMethodNotAllowed), http.StatusMethodNotAllowed, "This address does not take that method; feeds and pages are read with GET or HEAD."},
		{echo.NewHTTPError(http.StatusRequestEntityTooLarge, "secret"), http.StatusRequestEntityTooLarge, "Request Entity Too Large."},
		{fmt.Errorf("secret: %w", context.Canceled), statusClientGone, ""},
		{errors.New("secret"), http.StatusInternalServerError, fault},
		{fmt.Errorf("secret: %w", context.DeadlineExceeded), http.StatusInternalServerError, fault},
		{echo.NewHTTPError(http.StatusInternalServerError, "secret"), http.StatusInternalServerError, fault},
		{echo.NewHTTPError(http.StatusFound, "secret"), http.StatusInternalServerError, fault},
	} {
		status, sentence := explain(c.err)
		require.Equal(t, c.status, status, "%v", c.err)
		require.Equal(t, c.sentence, sentence, "%v", c.err)
	}
}

// What a reader is told of a fault of ours is a fixed text and the request's id;
// the log has the rest under the same id.
func TestFaultsAreNotShown(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]echo.HandlerFunc{
		"error": func(echo.Context) error { return errors.New("open /var/secret: denied") },
		"panic": func(echo.Context) error { panic("open /var/secret: denied") },
		"after headers": func(c echo.Context) error {
			c.Response().Header().Set("ETag", `"x"`)
			c.Response().Header().Set("Content-Encoding", "gzip")
			return errors.New("open /var/secret: denied")
		},
	} {
		s := newSite(t, fixtureYAML)
		s.echo.Match([]string{http.MethodGet, http.MethodHead}, "/fault", handler)
		h := s.start(t)
		r := get(t, h, "/fault")
		require.Equal(t, http.StatusInternalServerError, r.status, name)
		id := r.header.Get("X-Request-Id")
		requirePlainError(t, r, "Something went wrong here; it is not your calendar. Request "+id+".")
		require.Contains(t, s.log.String(), "request_id="+id)
		require.Contains(t, s.log.String(), "/var/secret")
		require.Equal(t, r.header.Get("Cache-Control"), ask(t, h, http.MethodHead, "/fault").header.Get("Cache-Control"))
		require.Equal(t, http.StatusOK, get(t, h, "/tracks/go.ics").status, "it goes on")
	}
}

// goneWriter is the connection of a client that left.
type goneWriter struct{ *httptest.ResponseRecorder }

func (goneWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// A client that leaves in the middle of a feed is no fault of ours.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/schedule.ics", "/schedule.ics?tz=utc", "/", "/?track=go"} {
		s := newSite(t, fixtureYAML)
		s.Handler().ServeHTTP(goneWriter{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, target, nil))
		require.Contains(t, s.log.String(), "status=499")
		require.NotContains(t, s.log.String(), "level=ERROR")
	}
}
