package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"slotcast/feed"
	"slotcast/feed/server"
	"slotcast/schedule"
)

// app is the running server. It owns every goroutine: one that answers and one
// that reads the source again; serve ends both and waits for them.
type app struct {
	world
	source sourceFlags
	args   []string
	logger *slog.Logger

	publisher *feed.Publisher
	published published // touched by the reading goroutine alone
	baseURL   string

	mu     sync.Mutex
	status server.SourceStatus
}

// serve publishes the source and answers requests until ctx is done.
func (a *app) serve(ctx context.Context, listen, baseURL string) error {
	base, err := cleanBaseURL(baseURL)
	if err != nil {
		return err
	}
	// Whatever can fail comes before the port is taken.
	s, err := a.source.loadValid(a.world, a.args)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if base == "" {
		base = baseOf(listen, listener.Addr())
		if host, _, _ := net.SplitHostPort(listen); reachable(host) != host {
			a.logger.Warn("links in feeds and pages name this machine only; give --base-url the address that readers use", "base_url", base)
		}
	}
	a.baseURL = base
	a.publisher = feed.NewPublisher()
	a.publish(s)

	srv := server.New(server.Config{
		Publisher:       a.publisher,
		Logger:          a.logger,
		BaseURL:         base,
		Version:         programVersion(),
		ZoneDataVersion: schedule.ZoneDataVersion(),
		Status:          a.sourceStatus,
	})
	a.logger.Info("serving", "conference", s.Conference().Name, "slots", len(s.Slots()), "at", base+"/", "listen", listener.Addr().String(),
		"version", programVersion(), "zone_data", schedule.ZoneDataVersion())
	if a.listening != nil {
		a.listening(listener.Addr())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return srv.Serve(ctx, listener) })
	g.Go(func() error { a.reread(ctx); return nil })
	err = g.Wait()
	a.logger.Info("stopped")
	return err
}

// publish makes everything that can fail first and then swaps it in.
func (a *app) publish(s *schedule.Schedule) {
	a.publisher.Publish(a.published.next(a.world, s, a.baseURL))
	a.mu.Lock()
	a.status = server.SourceStatus{Source: sourceName(a.args), Read: a.now().UTC()}
	a.mu.Unlock()
}

// reread reads the source again whenever it is asked to, until ctx is done.
func (a *app) reread(ctx context.Context) {
	for {
		// Reading a schedule takes several times the memory that serving it does.
		debug.FreeOSMemory()
		select {
		case <-ctx.Done():
			return
		case <-a.reload:
		}
		s, report, err := a.source.load(a.world, a.args)
		if err == nil {
			err = report.Err()
		}
		if err != nil {
			a.logger.Error("source not published, going on with what was read before", "source", sourceName(a.args), "error", err)
			a.mu.Lock()
			a.status.Reason = err.Error()
			a.mu.Unlock()
			continue
		}
		a.publish(s)
		a.logger.Info("published", "source", sourceName(a.args), "slots", len(s.Slots()), "problems", summary(report))
	}
}

func (a *app) sourceStatus() server.SourceStatus {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status
}

// cleanBaseURL checks a base URL and takes the slash from its end. An empty one
// stays empty.
func cleanBaseURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	clean, err := schedule.CleanURL(s)
	if err != nil {
		return "", fmt.Errorf("--base-url: %w", err)
	}
	if strings.ContainsAny(clean, "?#") {
		return "", fmt.Errorf("--base-url: %s has a query or a fragment; leave it out", clean)
	}
	return strings.TrimRight(clean, "/"), nil
}

// baseOf returns the address at which a browser on this machine reaches a
// listener.
func baseOf(listen string, addr net.Addr) string {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		host = ""
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	return "http://" + net.JoinHostPort(reachable(host), port)
}

// reachable turns "any address" into one that can be connected to.
func reachable(host string) string {
	if host == "" || net.ParseIP(host).IsUnspecified() {
		return "localhost"
	}
	return host
}
