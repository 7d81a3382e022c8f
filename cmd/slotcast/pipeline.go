package main

import (
	"context"
	"errors"
	"time"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/store"
)

// maxTries is how often a publication is tried while other programs publish to
// the same database.
const maxTries = 50

// pipeline takes what was read of one source to what is served: it is compared
// with what was last published, stored, and swapped in. Whatever fails leaves
// what was published before. One goroutine uses it.
type pipeline struct {
	store     *store.Store
	publisher *feed.Publisher
	source    string // what the database calls the source
	baseURL   string
	now       func() time.Time

	last    *store.Published // nil while nothing is known to be published
	catalog *feed.Catalog    // of last
}

// outcome is what became of a read.
type outcome struct {
	held      string // why it was not published, in a sentence, or ""
	published bool   // there is a new edition
	changes   []schedule.Change
	report    schedule.Report // what was noticed on the way
}

// restore serves what was published before. Where this program renders an event
// differently from the one that published it, that is published as a change.
func (p *pipeline) restore(ctx context.Context, before *store.Published) error {
	p.adopt(before)
	_, err := p.retry(ctx, func() (outcome, error) {
		now := p.now()
		reading := schedule.Lapse(p.last.Edition, now)
		if reading == nil {
			reading = &schedule.Reading{Schedule: p.last.Edition.Schedule, Ledger: p.last.Edition.Ledger()}
		}
		return p.put(ctx, reading, now)
	})
	return err
}

// publish publishes a good read of the source, unless it has to wait; confirmed
// says that it has not.
func (p *pipeline) publish(ctx context.Context, read *schedule.Schedule, confirmed bool) (outcome, error) {
	return p.retry(ctx, func() (outcome, error) { return p.reconcile(ctx, read, confirmed) })
}

// lapse publishes what the passing of time has changed.
func (p *pipeline) lapse(ctx context.Context) (outcome, error) {
	return p.retry(ctx, func() (outcome, error) {
		now := p.now()
		reading := schedule.Lapse(p.last.Edition, now)
		if reading == nil {
			return outcome{}, nil
		}
		return p.put(ctx, reading, now)
	})
}

// follow serves what another program has published meanwhile, and tells whether
// there was such.
func (p *pipeline) follow(ctx context.Context) (bool, error) {
	revision, err := p.store.Revision(ctx, p.last.ID)
	if err != nil || revision == p.last.Revision {
		return false, err
	}
	last, err := p.store.Last(ctx, p.last.ID)
	if err != nil {
		return false, err
	}
	p.adopt(last)
	return true, nil
}

// retry does something again where another program has published in between.
func (p *pipeline) retry(ctx context.Context, do func() (outcome, error)) (outcome, error) {
	for try := 1; ; try++ {
		out, err := do()
		if !errors.Is(err, schedule.ErrConflict) || try == maxTries {
			return out, err
		}
		if p.last == nil {
			continue // reconcile looks for it
		}
		if _, err := p.follow(ctx); err != nil {
			return outcome{}, err
		}
	}
}

func (p *pipeline) reconcile(ctx context.Context, read *schedule.Schedule, confirmed bool) (outcome, error) {
	now := p.now()
	id := read.Conference().ID
	if p.last != nil && p.last.ID != id && !p.last.Edition.Continues(read) {
		// The source is now that of another conference, which is meant if this
		// one is over, or may take its time to be believed.
		reading := schedule.Reconcile(p.last.Edition, read, now, confirmed)
		if reading.Held != "" {
			return outcome{held: reading.Held}, p.note(ctx, reading.Ledger)
		}
		p.last, p.catalog = nil, nil
	}
	if p.last == nil {
		switch last, err := p.store.Last(ctx, id); {
		case err == nil:
			p.adopt(last)
		case !errors.Is(err, schedule.ErrNotFound):
			return outcome{}, err
		}
	}
	at, edition := firstAt(read, now), (*schedule.Edition)(nil)
	if p.last != nil {
		at, edition = now, p.last.Edition
	}
	reading := schedule.Reconcile(edition, read, now, confirmed)
	if reading.Held != "" {
		return outcome{held: reading.Held, report: reading.Report}, p.note(ctx, reading.Ledger)
	}
	return p.put(ctx, reading, at)
}

// put stores a reading as an edition and swaps it in, if it differs from what
// was published.
func (p *pipeline) put(ctx context.Context, r *schedule.Reading, at time.Time) (outcome, error) {
	rendering := feed.Render(r.Schedule, p.catalog)
	ledger := r.Ledger.Advance(r.Schedule, rendering.Digests(), at)
	out := outcome{report: r.Report}
	var after int64
	if p.last != nil {
		if ledger.Digest() == p.last.Edition.Ledger().Digest() {
			return out, p.note(ctx, ledger)
		}
		after = p.last.Revision
	}
	edition := schedule.NewEdition(r.Schedule, ledger)
	stored, err := p.store.Publish(ctx, store.Publication{After: after, Source: p.source, Edition: edition, Changes: r.Changes, At: at})
	if err != nil {
		return outcome{}, err
	}
	out.published, out.changes = true, r.Changes
	p.swap(stored, feed.NewCatalog(edition, rendering, p.baseURL))
	return out, nil
}

// note stores what a read that publishes nothing says of vanished slots.
func (p *pipeline) note(ctx context.Context, l schedule.Ledger) error {
	if l.Equal(p.last.Edition.Ledger()) {
		return nil
	}
	revision, err := p.store.Note(ctx, p.last.ID, p.last.Revision, l)
	if err != nil {
		return err
	}
	noted := *p.last
	noted.Revision, noted.Edition = revision, schedule.NewEdition(p.last.Edition.Schedule, l)
	p.last = &noted
	return nil
}

// adopt makes what the database has what is served.
func (p *pipeline) adopt(last *store.Published) {
	if p.catalog != nil && last.Number == p.last.Number && last.ID == p.last.ID {
		p.last = last // only what is known of vanished slots is new
		return
	}
	e := last.Edition
	p.swap(last, feed.NewCatalog(e, feed.Render(e.Schedule, p.catalog), p.baseURL))
}

func (p *pipeline) swap(last *store.Published, c *feed.Catalog) {
	p.last, p.catalog = last, c
	p.publisher.Publish(c)
}

// firstAt returns the time of a conference's first edition: that of the source,
// so that the same source gives the same bytes anywhere, or now.
func firstAt(s *schedule.Schedule, now time.Time) time.Time {
	if updated := s.Updated(); !updated.IsZero() && updated.Before(now) {
		return updated
	}
	return now
}

// firstCatalog returns the catalog of a schedule of which nothing was published.
func firstCatalog(s *schedule.Schedule, now time.Time, baseURL string) *feed.Catalog {
	rendering := feed.Render(s, nil)
	ledger := schedule.Ledger{}.Advance(s, rendering.Digests(), firstAt(s, now))
	return feed.NewCatalog(schedule.NewEdition(s, ledger), rendering, baseURL)
}
