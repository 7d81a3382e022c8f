package store_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// begin is when the first edition of every test is published.
func begin() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

// open opens a database, which is closed when the test ends.
func open(t testing.TB, path string) *store.Store {
	s, err := store.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "slotcast.db") }

// draft is a conference of n slots, an hour apart in 3 rooms. Slot i has the
// title of slot i in the given version.
func draft(id string, n int, version func(i int) int) *schedule.Draft {
	d := &schedule.Draft{Updated: begin()}
	d.Conference.Conference = schedule.Conference{
		ID: schedule.ConferenceID(id), Name: "Conference " + id, URL: "https://sample.example/",
		Venue:     schedule.Venue{Name: "Hall", Position: &schedule.Position{Latitude: 1.5, Longitude: -2.25}},
		DayChange: schedule.DefaultDayChange,
	}
	d.Conference.ZoneName = "Europe/Berlin"
	d.Tracks = []schedule.DraftTrack{{Track: schedule.Track{ID: "go", Name: "Go", Color: "#00add8"}, HostIDs: []string{"p0"}}}
	for i := range 3 {
		d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(fmt.Sprint("r", i)), Name: fmt.Sprint("Room ", i)}})
	}
	start := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	for i := range n {
		speaker := fmt.Sprint("p", i)
		d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(speaker), Name: fmt.Sprint("Speaker ", i), Bio: "Writes programs."}})
		talk := schedule.DraftTalk{TrackID: "go", SpeakerIDs: []string{speaker}}
		talk.Talk = schedule.Talk{
			ID: schedule.TalkID(fmt.Sprint("talk", i)), Title: fmt.Sprintf("Talk %d, version %d", i, version(i)),
			Abstract: fmt.Sprintf("What talk %d is about. ", i), Tags: []string{"Tag"}, Links: []schedule.Link{{Title: "Slides", URL: "https://sample.example/s"}},
		}
		d.Talks = append(d.Talks, talk)
		at := start.Add(time.Duration(i/3) * time.Hour)
		d.Slots = append(d.Slots, schedule.DraftSlot{
			ID: schedule.SlotID(fmt.Sprint("slot", i)), TalkID: string(talk.ID), RoomID: fmt.Sprint("r", i%3),
			Start: schedule.Moment{Wall: schedule.WallTimeOf(at)}, End: schedule.Moment{Wall: schedule.WallTimeOf(at.Add(time.Hour))},
		})
	}
	return d
}

func build(t require.TestingT, d *schedule.Draft) *schedule.Schedule {
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	return s
}

// digests stands for what feeds show of each slot.
func digests(s *schedule.Schedule) []schedule.Digest {
	var ds []schedule.Digest
	for _, slot := range s.Slots() {
		text := fmt.Append(nil, *schedule.FactsOf(slot))
		if slot.Before != nil {
			text = fmt.Append(text, *slot.Before)
		}
		ds = append(ds, sha256.Sum256(text))
	}
	return ds
}

// read is what a read of a source comes to that follows last, which is nil at
// first: a publication, or a ledger to note.
func read(last *store.Published, next *schedule.Schedule, now time.Time) (p *store.Publication, note schedule.Ledger) {
	var edition *schedule.Edition
	var after int64
	if last != nil {
		edition, after = last.Edition, last.Revision
	}
	reading := schedule.Reconcile(edition, next, now, false)
	if reading.Schedule == nil {
		return nil, reading.Ledger
	}
	return publication(reading, after, now), schedule.Ledger{}
}

func publication(r *schedule.Reading, after int64, now time.Time) *store.Publication {
	ledger := r.Ledger.Advance(r.Schedule, digests(r.Schedule), now)
	return &store.Publication{After: after, Source: "sample.yaml", Edition: schedule.NewEdition(r.Schedule, ledger), Changes: r.Changes, At: now}
}

// publish publishes a draft.
func publish(t testing.TB, s *store.Store, last *store.Published, d *schedule.Draft, now time.Time) *store.Published {
	p, _ := read(last, build(t, d), now)
	require.NotNil(t, p)
	published, err := s.Publish(t.Context(), *p)
	require.NoError(t, err)
	return published
}

// requireSame asserts that a publication was read back as it was made.
func requireSame(t require.TestingT, want, got *store.Published) {
	require.Equal(t, want.Summary, got.Summary)
	w, g := want.Edition, got.Edition
	require.Equal(t, w.Conference(), g.Conference())
	require.Equal(t, w.Speakers(), g.Speakers())
	require.Equal(t, w.Rooms(), g.Rooms())
	require.Len(t, g.Slots(), len(w.Slots()))
	require.Equal(t, w.Updated(), g.Updated())
	require.Equal(t, w.Days(), g.Days())
	require.Equal(t, w.Modified(), g.Modified())
	require.True(t, w.Ledger().Equal(g.Ledger()), "the ledgers")
	for i, slot := range g.Slots() {
		made := w.Slots()[i]
		require.Equal(t, schedule.FactsOf(made), schedule.FactsOf(slot), "the zone too")
		require.True(t, slot.SameToReaders(made))
		require.Equal(t, [...]time.Time{made.Start, made.End}, [...]time.Time{slot.Start, slot.End}, "the zone too")
		require.Equal(t, made.Before, slot.Before, "the zone too")
		require.Equal(t, w.Entry(int32(i)), g.Entry(int32(i)))
		require.Same(t, g.Talk(slot.Talk.ID), slot.Talk)
		if slot.Room != nil {
			require.Same(t, g.Room(slot.Room.ID), slot.Room)
		}
	}
	wantAt, wantOK := w.Lapses()
	gotAt, gotOK := g.Lapses()
	require.Equal(t, []any{wantAt, wantOK}, []any{gotAt, gotOK}, "what lapses next")
	// The rest, in which a list of none and no list are the same.
	one, err := json.Marshal(w.Schedule)
	require.NoError(t, err)
	two, err := json.Marshal(g.Schedule)
	require.NoError(t, err)
	require.JSONEq(t, string(one), string(two))
}

// requireKind asserts that err is of a kind and that a reader can be told it.
func requireKind(t testing.TB, kind, err error) string {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var told *schedule.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, told.Sentence, err.Error())
	require.NotContains(t, told.Sentence, "\n")
	return told.Sentence
}

// Off the test's own goroutine nothing may end the test.
func assertNoError(t testing.TB, err error) bool { return assert.NoError(t, err) }

func assertConflict(t testing.TB, err error) bool {
	return assert.ErrorIs(t, err, schedule.ErrConflict)
}
