// Package server answers HTTP requests for feeds and pages, from what a
// [feed.Publisher] holds. Handlers parse, ask the publisher for one thing and
// return it or an error; one writer sets the headers of every answer, and one
// table turns errors into statuses.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
)

// Limits on connections. A reader slower than these is not a calendar.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 32 << 10

	// drainTimeout is how long requests that have begun may take to finish
	// after the server was told to stop.
	drainTimeout = 10 * time.Second
)

// Config is what a server needs. Every field must be set but Status and Changes.
type Config struct {
	Publisher *feed.Publisher
	Logger    *slog.Logger

	// BaseURL is the address at which readers reach the server, without a slash
	// at its end. Absolute links come from it, never from a request.
	BaseURL string

	Version         string // of the program
	ZoneDataVersion string

	// Status tells how the last read of the source went. It may be nil.
	Status func() SourceStatus

	// Changes returns what the last editions have changed, the last first. It may
	// be nil, and is called about once for each catalog.
	Changes func(context.Context) ([]EditionChanges, error)
}

// SourceStatus is how the last read of the source went.
type SourceStatus struct {
	Source string    `json:"source"`
	Read   time.Time `json:"read,omitzero"`    // when this program last read it with success
	Reason string    `json:"reason,omitempty"` // why a later read failed; the edition of the last good one is served
}

// Server answers requests. Make it with [New].
type Server struct {
	Config
	echo  *echo.Echo
	pages *pages
}

// New returns a server for a configuration.
func New(c Config) *Server {
	s := &Server{Config: c, echo: echo.New()}
	s.pages = s.newPages()
	s.echo.HTTPErrorHandler = s.handleError
	s.echo.Use(s.observe)
	s.routes()
	return s
}

// Handler returns the server as a handler.
func (s *Server) Handler() http.Handler { return s.echo }

// Serve answers requests that come in on l until ctx is done, then lets those
// that have begun finish, and returns nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := s.httpServer()
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		err := h.Shutdown(drain)
		if err != nil {
			err = errors.Join(err, h.Close())
		}
		drained <- err
	})
	err := h.Serve(l)
	if stop() {
		return fmt.Errorf("serve %s: %w", l.Addr(), err) // it ended by itself
	}
	if err := <-drained; err != nil {
		return fmt.Errorf("drain %s: %w", l.Addr(), err)
	}
	return nil
}

func (s *Server) httpServer() *http.Server {
	return &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn),
	}
}
