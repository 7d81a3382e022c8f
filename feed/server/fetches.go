package server

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"slotcast/schedule"
)

const (
	// maxNoted is how many fetches are held at most until they are stored.
	maxNoted = 50_000
	// noteInterval is how often they are stored.
	noteInterval = 10 * time.Second
)

// fetchLog gathers who fetches which feeds, since to store each would cost more
// than to answer it.
type fetchLog struct {
	mu      sync.Mutex
	fetches map[fetcher]schedule.Fetch
}

// fetcher is what a fetch counts for.
type fetcher struct{ selection, client string }

func newFetchLog() *fetchLog { return &fetchLog{fetches: map[fetcher]schedule.Fetch{}} }

// note notes a fetch. While too many are held, it passes those of others over.
func (l *fetchLog) note(f schedule.Fetch) {
	key := fetcher{f.Selection, f.Client}
	l.mu.Lock()
	defer l.mu.Unlock()
	was, held := l.fetches[key]
	if !held && len(l.fetches) >= maxNoted {
		return
	}
	f.Count += was.Count
	l.fetches[key] = f
}

// of returns what is held of a selection.
func (l *fetchLog) of(selection string) []schedule.Fetch {
	l.mu.Lock()
	defer l.mu.Unlock()
	var held []schedule.Fetch
	for key, f := range l.fetches {
		if key.selection == selection {
			held = append(held, f)
		}
	}
	return held
}

// store hands over what is held. What cannot be stored is held again.
func (l *fetchLog) store(ctx context.Context, store schedule.Selections) error {
	l.mu.Lock()
	held := l.fetches
	l.fetches = map[fetcher]schedule.Fetch{}
	l.mu.Unlock()
	if len(held) == 0 {
		return nil
	}
	err := store.NoteFetches(ctx, slices.Collect(maps.Values(held)))
	if err != nil {
		for _, f := range held {
			l.restore(f)
		}
	}
	return err
}

// restore is note for an earlier fetch than may be held by now.
func (l *fetchLog) restore(f schedule.Fetch) {
	key := fetcher{f.Selection, f.Client}
	l.mu.Lock()
	defer l.mu.Unlock()
	if newer, held := l.fetches[key]; held {
		newer.Count += f.Count
		f = newer
	} else if len(l.fetches) >= maxNoted {
		return
	}
	l.fetches[key] = f
}
