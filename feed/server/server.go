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
	"slotcast/schedule"
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

// Config is what a server needs. Every field must be set but those that say
// otherwise.
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

	// Metrics are counted and told by [Server.ServeOps]. They may be nil.
	Metrics *Metrics

	// Selections keeps what attendees choose. Without it there are no personal
	// feeds.
	Selections schedule.Selections
	// Number is the number of the edition that is served, as [schedule.Fetch] has
	// it. It may be nil.
	Number func() int64
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// TrustedProxies are the networks of proxies whose X-Forwarded-For tells the
	// address of a client. Without any it is that of the connection.
	TrustedProxies []*net.IPNet
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
	whole perCatalog // the schedule as JSON

	clients         *clientCache
	origins         *http.CrossOriginProtection
	mine            *selections // nil without [Config.Selections]
	creates, writes *limiter
}

// New returns a server for a configuration. The base URL must be absolute.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Number == nil {
		c.Number = func() int64 { return 0 }
	}
	s := &Server{Config: c, echo: echo.New()}
	if s.Metrics == nil {
		s.Metrics = NewMetrics()
	}
	s.clients = &clientCache{}
	s.origins = newOrigins(c.BaseURL)
	s.creates, s.writes = newLimiter(createEvery, createBurst, c.Now), newLimiter(writeEvery, writeBurst, c.Now)
	if c.Selections != nil {
		s.mine = newSelections(c.Selections, c.Publisher, c.Now)
	}
	s.echo.IPExtractor = echo.ExtractIPDirect()
	if len(c.TrustedProxies) > 0 {
		trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
		for _, network := range c.TrustedProxies {
			trust = append(trust, echo.TrustIPRange(network))
		}
		s.echo.IPExtractor = echo.ExtractIPFromXFFHeader(trust...)
	}
	s.pages = s.newPages()
	s.whole.make = renderSchedule
	s.echo.HTTPErrorHandler = s.handleError
	s.echo.Use(s.observe)
	s.routes()
	return s
}

// Handler returns the server as a handler.
func (s *Server) Handler() http.Handler { return s.echo }

// Maintain stores what was counted of personal feeds, and deletes the selections
// that nobody has used for a time, until ctx is done. Failures are logged. Without
// [Config.Selections] it returns at once.
func (s *Server) Maintain(ctx context.Context, unused time.Duration) {
	if s.mine == nil {
		return
	}
	tick := time.NewTicker(noteInterval)
	defer tick.Stop()
	for pruned := (time.Time{}); ; {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
			defer cancel()
			s.storeFetches(last)
			return
		case <-tick.C:
		}
		s.storeFetches(ctx)
		if now := s.Now(); unused > 0 && now.Sub(pruned) >= pruneInterval {
			pruned = now
			if n, err := s.Selections.PruneSelections(ctx, now.Add(-unused)); err != nil {
				s.Logger.Error("selections that nobody uses could not be deleted", "error", err)
			} else if n > 0 {
				s.Logger.Info("deleted selections that nobody uses", "count", n, "unused", unused)
			}
		}
	}
}

// pruneInterval is how often selections that nobody uses are looked for.
const pruneInterval = time.Hour

func (s *Server) storeFetches(ctx context.Context) {
	if err := s.mine.fetches.store(ctx, s.Selections); err != nil && ctx.Err() == nil {
		s.Logger.Error("fetches of personal feeds could not be counted", "error", err)
	}
}

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
