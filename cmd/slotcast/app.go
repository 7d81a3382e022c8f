package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/feed"
	"slotcast/feed/server"
	"slotcast/schedule"
	"slotcast/schedule/importer"
	"slotcast/schedule/store"
)

// app is the running server. It owns every goroutine: those that answer requests
// and tell metrics, one that watches the source, and one that publishes. serve
// ends them and waits for them.
type app struct {
	world
	serveFlags
	source *source
	logger *slog.Logger

	metrics *server.Metrics
	number  atomic.Int64 // of the edition that is served

	// Of the publishing goroutine alone.
	pipeline *pipeline
	poller   *importer.Poller
	last     *schedule.Schedule // what was last read with success
	lapses   time.Time          // when the passing of time has something to publish, or zero
	held     string             // why the last read was held back, if it was

	mu     sync.Mutex
	status server.SourceStatus
}

// serveFlags are the flags of serve beside those of its source.
type serveFlags struct {
	listen, opsListen string
	baseURL           string
	db                string
	interval          time.Duration
	keepDays          int
	trustedProxies    []string
}

// serve publishes the source and answers requests until ctx is done.
func (a *app) serve(ctx context.Context) (err error) {
	if a.baseURL, err = cleanBaseURL(a.baseURL); err != nil {
		return err
	}
	proxies, err := networks(a.trustedProxies)
	if err != nil {
		return err
	}
	// Whatever can fail comes before the port is taken.
	db, err := openStore(ctx, a.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a.pipeline = &pipeline{store: db, publisher: feed.NewPublisher(), source: a.source.key(), now: a.now}
	var before *store.Published
	if a.source.canChange() {
		if before, err = db.LastFrom(ctx, a.pipeline.source); err != nil && !errors.Is(err, schedule.ErrNotFound) {
			return err
		}
	}
	if before == nil {
		if a.last, err = a.source.readValid(ctx); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", a.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer listener.Close()
	var ops net.Listener
	if a.opsListen != "" {
		if ops, err = net.Listen("tcp", a.opsListen); err != nil {
			return fmt.Errorf("--ops-listen: %w; give another address, or an empty one for none", err)
		}
		defer ops.Close()
	}
	if a.baseURL == "" {
		a.baseURL = baseOf(a.listen, listener.Addr())
		if host, _, _ := net.SplitHostPort(a.listen); reachable(host) != host {
			a.logger.Warn("links in feeds and pages name this machine only; give --base-url the address that readers use", "base_url", a.baseURL)
		}
	}
	a.pipeline.baseURL, a.metrics, a.poller = a.baseURL, server.NewMetrics(), importer.NewPoller(a.interval, rand.Float64)
	if err := a.begin(ctx, before); err != nil {
		return err
	}

	srv := server.New(server.Config{
		Publisher:       a.pipeline.publisher,
		Logger:          a.logger,
		BaseURL:         a.baseURL,
		Version:         programVersion(),
		ZoneDataVersion: schedule.ZoneDataVersion(),
		Status:          a.sourceStatus,
		Metrics:         a.metrics,
		Changes:         a.changes,
		Selections:      db,
		Number:          a.number.Load,
		Now:             a.now,
		TrustedProxies:  proxies,
	})
	g, ctx := errgroup.WithContext(ctx)
	changed := make(chan struct{}, 1)
	if a.source.isFile() {
		watcher, err := importer.NewWatcher(a.source.name)
		if err != nil {
			a.logger.Warn("changes of the source are seen at its interval only", "error", err)
		} else {
			g.Go(func() error {
				watcher.Run(ctx, func() {
					select {
					case changed <- struct{}{}:
					default: // it is to be read already
					}
				})
				return nil
			})
		}
	}
	g.Go(func() error { return srv.Serve(ctx, listener) })
	if ops != nil {
		g.Go(func() error { return srv.ServeOps(ctx, ops) })
	}
	g.Go(func() error { srv.Maintain(ctx, time.Duration(a.keepDays)*24*time.Hour); return nil })
	g.Go(func() error { a.publishing(ctx, before != nil, changed); return nil })
	e := a.pipeline.last.Edition
	a.logger.Info("serving", "conference", e.Conference().Name, "slots", len(e.Slots()), "at", a.baseURL+"/", "listen", listener.Addr().String(),
		"edition", a.pipeline.last.Number, "version", programVersion(), "zone_data", schedule.ZoneDataVersion())
	if a.listening != nil {
		a.listening(listener, ops)
	}
	err = g.Wait()
	a.logger.Info("stopped")
	return err
}

// begin publishes what is served first: what was last published from the source,
// which a broken one does not keep from being served, or else what was read of it.
func (a *app) begin(ctx context.Context, before *store.Published) error {
	a.status.Source = a.source.String()
	if before != nil {
		if err := a.pipeline.restore(ctx, before); err != nil {
			return err
		}
		a.published()
		return nil
	}
	out, err := a.pipeline.publish(ctx, a.last, false)
	if err == nil && a.pipeline.catalog == nil {
		err = errors.New(out.held)
	}
	if err != nil {
		return err
	}
	a.outcome(out)
	return nil
}
