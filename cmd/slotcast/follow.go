package main

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"slotcast/feed/server"
	"slotcast/schedule/importer"
)

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
