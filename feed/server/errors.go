package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// statuses turns kinds of failure into statuses, with what is said where the
// error has no sentence of its own. Anything else is a fault of ours.
var statuses = []struct {
	kind     error
	status   int
	sentence string
}{
	{schedule.ErrInvalid, http.StatusBadRequest, "This address cannot be read; check it for typing errors."},
	{schedule.ErrNotFound, http.StatusNotFound, "There is nothing at this address; the front page lists every feed."},
	{schedule.ErrConflict, http.StatusConflict, "Somebody else changed this in the meantime; load it again and repeat your change."},
	{schedule.ErrGone, http.StatusGone, "This was deleted by its owner."},
	{errForbidden, http.StatusForbidden, "This link does not allow that."},
	{errOtherSite, http.StatusForbidden, "This came from a page of another site, so nothing was done; go to the page itself and try again."},
	{errTooMany, http.StatusTooManyRequests, "That was too much at once from your address; wait a minute and try again."},
	{feed.ErrNothingPublished, http.StatusServiceUnavailable, "No schedule is published yet; try again in a minute."},
	{echo.ErrNotFound, http.StatusNotFound, "There is nothing at this address; the front page lists every feed."},
	{echo.ErrMethodNotAllowed, http.StatusMethodNotAllowed, "This address does not take that method; feeds and pages are read with GET or HEAD."},
}

// The kinds of failure that only requests have.
var (
	errForbidden = errors.New("forbidden")
	errOtherSite = errors.New("a form of another site")
	errTooMany   = errors.New("too many requests")
)

// statusClientGone is logged for a client that left before its answer was
// written. It is never sent.
const statusClientGone = 499

// errClientGone is what it means that an answer cannot be written.
var errClientGone = errors.New("the client left")

// explain returns the status and the one sentence that a reader is told.
func explain(err error) (status int, sentence string) {
	for _, s := range statuses {
		if !errors.Is(err, s.kind) {
			continue
		}
		var own *schedule.Error
		if errors.As(err, &own) {
			return s.status, asSentence(own.Sentence)
		}
		return s.status, s.sentence
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, errClientGone) {
		return statusClientGone, ""
	}
	var he *echo.HTTPError
	if errors.As(err, &he) && he.Code >= 400 && he.Code < 500 {
		return he.Code, http.StatusText(he.Code) + "."
	}
	return http.StatusInternalServerError, "Something went wrong here; it is not your calendar."
}

// asSentence gives an error's words a capital and a full stop.
func asSentence(s string) string {
	return capital(s) + "."
}

// capital gives words that begin a sentence their capital.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// handleError answers a request that a handler could not, not to be kept by any
// cache: as a page to who reads pages, and else in plain text.
func (s *Server) handleError(err error, c echo.Context) {
	status, sentence := explain(err)
	if status >= 500 {
		s.Logger.LogAttrs(c.Request().Context(), slog.LevelError, "request failed",
			slog.String("request_id", requestID(c)), slog.String("route", c.Path()), slog.Any("error", err))
		sentence += " Request " + requestID(c) + "."
	}
	if c.Response().Committed || status == statusClientGone {
		c.Response().Status = status
		return
	}
	h := c.Response().Header()
	for _, name := range []string{echo.HeaderContentDisposition, echo.HeaderContentLength, echo.HeaderContentEncoding, "Etag", echo.HeaderLastModified} {
		h.Del(name)
	}
	path := c.Request().URL.Path
	if strings.HasSuffix(path, ".ics") && !strings.HasPrefix(path, myPath) {
		allowOrigins(h)
	}
	h.Set(echo.HeaderCacheControl, "no-store")
	if strings.HasPrefix(path, myPath) || strings.HasPrefix(path, selectionsPath) {
		setSecret(h)
	}
	if status == http.StatusServiceUnavailable {
		h.Set(echo.HeaderRetryAfter, "60")
	}
	if strings.HasPrefix(path, apiPath) {
		writeProblem(c, status, sentence, err)
		return
	}
	if wantsPage(c.Request()) {
		err = s.errorPage(c, status, sentence)
	} else {
		err = c.String(status, sentence+"\n")
	}
	if err != nil {
		s.Logger.LogAttrs(c.Request().Context(), slog.LevelDebug, "error not delivered", slog.String("request_id", requestID(c)), slog.Any("error", err))
	}
}
