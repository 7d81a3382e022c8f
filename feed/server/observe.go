package server

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/schedule"
)

// maxLogged is how much of a client's own words a log line holds.
const maxLogged = 200

// observe gives each request an id, survives a panic in its handler, and logs
// it once, when it is answered. No address of a client is logged.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		h := c.Response().Header()
		h[echo.HeaderXRequestID] = []string{strconv.FormatUint(rand.Uint64()|1<<63, 16)}
		h[echo.HeaderXContentTypeOptions] = noSniff
		if err := s.recovered(next, c); err != nil {
			c.Error(err)
		}
		s.logRequest(c, start)
		return nil
	}
}

// logRequest writes the line of a request that was answered. It goes to the
// handler directly, because a logger would look up its caller each time.
func (s *Server) logRequest(c echo.Context, start time.Time) {
	ctx, handler := c.Request().Context(), s.Logger.Handler()
	if !handler.Enabled(ctx, slog.LevelInfo) {
		return
	}
	now := time.Now()
	line := slog.NewRecord(now, slog.LevelInfo, c.Request().Method, 0)
	line.AddAttrs(
		slog.String("request_id", requestID(c)),
		slog.String("uri", loggedURI(c.Request())),
		slog.Int("status", c.Response().Status),
		slog.Int64("us", now.Sub(start).Microseconds()),
		slog.String("client", start200(c.Request().UserAgent())),
	)
	if n := c.Response().Size; n > 0 {
		line.AddAttrs(slog.Int64("octets", n))
	}
	_ = handler.Handle(ctx, line) // as a logger does: where a log fails there is nobody to tell
}

var noSniff = []string{"nosniff"}

// recovered calls a handler and turns a panic into an error with its stack.
func (s *Server) recovered(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return next(c)
}

// requestID returns the id that observe gave to a request.
func requestID(c echo.Context) string {
	if id := c.Response().Header()[echo.HeaderXRequestID]; len(id) > 0 {
		return id[0]
	}
	return ""
}

// loggedURI returns what is logged of a request's address: no token is, nor part of
// one where tokens stand, wherever else it was pasted.
func loggedURI(r *http.Request) string {
	uri := withoutTokens(r.RequestURI)
	for _, prefix := range []string{myPath, selectionsPath + "/"} {
		if before, rest, found := strings.Cut(uri, prefix); found {
			token := len(rest) - len(strings.TrimLeftFunc(rest, func(c rune) bool { return c != '/' && c != '?' && c != '.' }))
			return start200(before + prefix + "…" + rest[token:])
		}
	}
	return start200(uri)
}

// withoutTokens returns s without what has the form of a token.
func withoutTokens(s string) string {
	const length = schedule.TokenLength
	run := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 'a' && (c < '2' || c > '7') || c > 'z' {
			run = 0
			continue
		}
		if run++; run == length {
			s, i, run = s[:i+1-length]+"…"+s[i+1:], i-length+len("…"), 0
		}
	}
	return s
}

// start200 returns what of s is logged.
func start200(s string) string { return s[:min(len(s), maxLogged)] }
