package main

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/importer"
)

// TestAnotherRenderer has a program that renders one event otherwise than the one
// that published it publish that as a change of this event alone.
func TestAnotherRenderer(t *testing.T) {
	t.Parallel()
	s, report, err := importer.Load(importer.Source{Name: "five.yaml", Data: []byte(fiveDays())}, importer.Options{})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	r := newReplay(t, false)
	r.publish(s)
	before := r.feed()

	last := r.pipeline.last
	ledger := last.Edition.Ledger()
	entries := maps.Collect(ledger.Entries())
	other := entries["talk-3"]
	other.Digest[0]++
	entries["talk-3"] = other
	digest := ledger.Digest()
	digest[0]++
	_, err = r.store.Note(t.Context(), last.ID, last.Revision, schedule.NewLedger(entries, ledger.Modified(), digest, schedule.Pending{}))
	require.NoError(t, err)

	r.now = r.now.Add(time.Hour)
	r.restart()
	feed := r.feed()
	for _, id := range []string{"talk-1", "talk-2", "talk-4", "talk-5"} {
		require.Equal(t, eventOf(t, before, id), eventOf(t, feed, id))
	}
	was, is := eventOf(t, before, "talk-3"), eventOf(t, feed, "talk-3")
	require.Equal(t, "0", property(t, was, "SEQUENCE"))
	require.Equal(t, "1", property(t, is, "SEQUENCE"))
	require.Greater(t, property(t, is, "LAST-MODIFIED"), property(t, was, "LAST-MODIFIED"))

	// Another start finds nothing more to do.
	r.restart()
	require.Equal(t, feed, r.feed())
}

// TestUnstored has what cannot be stored not be served either.
func TestUnstored(t *testing.T) {
	t.Parallel()
	load := func(text string) *schedule.Schedule {
		s, _, err := importer.Load(importer.Source{Name: "five.yaml", Data: []byte(text)}, importer.Options{})
		require.NoError(t, err)
		return s
	}
	r := newReplay(t, false)
	r.publish(load(fiveDays()))
	before := r.feed()
	require.NoError(t, r.store.Close())
	_, err := r.pipeline.publish(t.Context(), load(fiveDays(5)), true)
	require.Error(t, err)
	require.Equal(t, before, r.feed())
	r.restart()
	require.Equal(t, before, r.feed())
}
