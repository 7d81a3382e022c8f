package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"runtime/debug"
	"strings"
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

// publishing reads the source again at its interval, when it was changed and
// when it is asked to, and publishes what comes of that, of the passing of time
// and of other programs, until ctx is done.
func (a *app) publishing(ctx context.Context, atOnce bool, changed <-chan struct{}) {
	var poll <-chan time.Time
	pollAfter := func(err error) {
		if now := a.now(); a.source.canChange() {
			poll = a.after(a.poller.Next(err, now).Sub(now))
		}
	}
	if pollAfter(nil); atOnce {
		poll = a.after(0)
	}
	tick := time.NewTicker(followInterval)
	defer tick.Stop()
	for {
		// Reading a schedule takes several times the memory that serving it does.
		debug.FreeOSMemory()
		asked := false
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				a.keepUp(ctx)
				continue
			case <-a.reload:
				asked = true
			case <-changed:
			case <-poll:
			}
			waiting = false
		}
		err := a.reread(ctx, asked)
		if ctx.Err() != nil {
			return
		}
		pollAfter(err)
	}
}

// followInterval is how soon what another program has published is served.
const followInterval = time.Second

// reread reads the source again and publishes it. The error is that of reading.
func (a *app) reread(ctx context.Context, asked bool) error {
	if asked && a.source.name == standardInput {
		a.logger.Warn("standard input cannot be read again; serve a file or an address to have it followed")
		return nil
	}
	read, report, err := a.source.read(ctx)
	if err == nil {
		err = report.Err()
	}
	unchanged := errors.Is(err, importer.ErrUnchanged)
	if err != nil && !unchanged {
		a.failed(err)
		return err
	}
	if !unchanged {
		a.last = read
		a.logger.Info("read", "source", a.source, "slots", len(read.Slots()), "problems", summary(report))
	}
	// What is unchanged counts as a read too: a slot that is missing again is
	// cancelled now.
	out, err := a.pipeline.publish(ctx, a.last, false)
	if err != nil {
		a.failed(err)
		return nil
	}
	a.outcome(out)
	if asked && !out.published && out.held == "" {
		a.logger.Info("nothing has changed", "source", a.source)
	}
	return nil
}

// keepUp publishes what has become due, and serves what another program has
// published.
func (a *app) keepUp(ctx context.Context) {
	followed, err := a.pipeline.follow(ctx)
	if err == nil && !a.lapses.IsZero() && !a.lapses.After(a.now()) {
		var out outcome
		if out, err = a.pipeline.lapse(ctx); err == nil && out.published {
			a.logger.Info("published what was due", a.edition(out)...)
			a.published()
		}
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		a.failed(err)
	case followed:
		if a.pipeline.last.Edition.Ledger().Pending().Held == 0 {
			a.noLongerHeld()
		}
		a.published()
		a.logger.Info("another program has published", a.edition(outcome{})...)
	}
}

// noLongerHeld takes the reason back that a read was held back, after another
// program has published it.
func (a *app) noLongerHeld() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.status.Reason == a.held {
		a.status.Reason = ""
	}
}

// outcome tells everybody what became of a good read.
func (a *app) outcome(out outcome) {
	for _, p := range out.report.Problems {
		a.logger.Warn("noticed while publishing", "problem", p.String())
	}
	switch {
	case out.held != "":
		a.logger.Warn("held back", "source", a.source, "reason", out.held)
	case out.published:
		a.logger.Info("published", a.edition(out)...)
	}
	a.mu.Lock()
	mended := a.status.Reason != "" && out.held == ""
	a.status.Read, a.status.Reason = a.now().UTC(), out.held
	a.held = out.held
	a.mu.Unlock()
	if mended {
		a.logger.Info("the source is good again", "source", a.source)
	}
	a.published()
}

// failed tells everybody why what was published before goes on being served.
func (a *app) failed(err error) {
	a.mu.Lock()
	told := a.status.Reason == err.Error()
	a.status.Reason = err.Error()
	a.mu.Unlock()
	if !told {
		a.logger.Error("source not published, going on with what was published before", "source", a.source, "error", err)
	}
	a.published()
}

// published brings the gauges up to date, and what is due next.
func (a *app) published() {
	last := a.pipeline.last
	a.lapses, _ = last.Edition.Lapses()
	a.number.Store(last.Number)
	status := a.sourceStatus()
	a.metrics.Source(status.Reason == "", status.Read, last.Edition.Ledger().Pending().Held)
	a.metrics.Edition(last.Number, last.At)
}

// toldEditions is how many editions the page of changes goes back.
const toldEditions = 50

// changes returns what the last editions of what is served have changed. The first
// one has changed nothing.
func (a *app) changes(ctx context.Context) ([]server.EditionChanges, error) {
	log, err := a.pipeline.store.Log(ctx, a.pipeline.publisher.Catalog().Edition().Conference().ID, toldEditions)
	var told []server.EditionChanges
	for _, r := range log {
		if r.Number > 1 && len(r.Changes) > 0 {
			told = append(told, server.EditionChanges{Number: r.Number, At: r.At, Changes: r.Changes, Omitted: r.Omitted})
		}
	}
	return told, err
}

// edition says what a log line tells of a publication.
func (a *app) edition(out outcome) []any {
	last := a.pipeline.last
	fields := []any{"source", a.source, "edition", last.Number, "slots", len(last.Edition.Slots())}
	if len(out.changes) > 0 {
		fields = append(fields, "changes", countChanges(out.changes))
	}
	return fields
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

// networks reads the networks of proxies.
func networks(texts []string) ([]*net.IPNet, error) {
	var all []*net.IPNet
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			if ip := net.ParseIP(text); ip != nil && ip.To4() != nil {
				text += "/32"
			} else {
				text += "/128"
			}
		}
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: “%s” is not a network; write it as 10.0.0.0/8", schedule.Shorten(text))
		}
		all = append(all, network)
	}
	return all, nil
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
