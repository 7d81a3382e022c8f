package schedule_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

// digests stands for what feeds show of each slot in a version.
func digests(s *schedule.Schedule, version int) []schedule.Digest {
	var ds []schedule.Digest
	for _, slot := range s.Slots() {
		ds = append(ds, sha256.Sum256(fmt.Appendf(nil, "%s %d", slot.ID, version)))
	}
	return ds
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	s := build(t, sample(t))
	first := time.Date(2026, 1, 1, 12, 0, 0, 999, time.FixedZone("", 3600))
	one := schedule.Ledger{}.Advance(s, digests(s, 0), first)
	entry, ok := one.Entry("opening-1")
	require.True(t, ok)
	whole := time.Date(2026, 1, 1, 11, 0, 0, 0, time.UTC)
	require.Equal(t, schedule.Entry{UID: "opening-1@sample", Created: whole, Modified: whole, Digest: digests(s, 0)[0]}, entry)
	require.Equal(t, whole, one.Modified())
	_, ok = one.Entry("nope")
	require.False(t, ok)

	require.Equal(t, one, one.Advance(s, digests(s, 0), first.Add(time.Hour)), "the same again changes nothing")

	changed := digests(s, 0)
	changed[0] = digests(s, 1)[0]
	two := one.Advance(s, changed, first.Add(time.Hour))
	entry, _ = two.Entry("opening-1")
	require.Equal(t, 1, entry.Sequence)
	require.Equal(t, whole, entry.Created)
	require.Equal(t, whole.Add(time.Hour), entry.Modified)
	other, _ := two.Entry("pagers-1")
	require.Zero(t, other.Sequence)
	require.Equal(t, whole, other.Modified)
	before, _ := one.Entry("opening-1")
	require.Zero(t, before.Sequence, "a ledger is never modified")

	// A clock that has not moved, or has moved back, does not matter.
	three := two.Advance(s, digests(s, 2), first.Add(-time.Hour))
	entry, _ = three.Entry("opening-1")
	require.Equal(t, 2, entry.Sequence)
	require.Equal(t, whole.Add(time.Hour+time.Second), entry.Modified)
	require.Equal(t, whole.Add(time.Hour+time.Second), three.Modified())
}

func TestAdvanceWithoutASlot(t *testing.T) {
	t.Parallel()
	d := sample(t)
	s := build(t, d)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	one := schedule.Ledger{}.Advance(s, digests(s, 0), now)

	fewer := sample(t)
	fewer.Slots = fewer.Slots[1:]
	less := build(t, fewer)
	two := one.Advance(less, digests(less, 0), now.Add(time.Hour))
	require.Equal(t, now.Add(time.Hour), two.Modified(), "what was taken out is a change")
	kept, ok := two.Entry("opening-1")
	require.True(t, ok)

	three := two.Advance(s, digests(s, 7), now.Add(2*time.Hour))
	back, _ := three.Entry("opening-1")
	require.Equal(t, kept.Sequence+1, back.Sequence)
	require.Equal(t, kept.UID, back.UID)
	require.Equal(t, kept.Created, back.Created)
}

// Whatever a page or feed may show moves the time at which the edition changed,
// even where no slot's own digest does.
func TestModifiedFollowsEveryField(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := build(t, sample(t))
	first := schedule.Ledger{}.Advance(s, digests(s, 0), now)
	for name, change := range map[string]func(d *schedule.Draft){
		"name":              func(d *schedule.Draft) { d.Conference.Name = "Other" },
		"description":       func(d *schedule.Draft) { d.Conference.Description = "Other" },
		"url":               func(d *schedule.Draft) { d.Conference.URL = "https://other.example/" },
		"zone":              func(d *schedule.Draft) { d.Conference.ZoneName = "America/Denver" },
		"venue":             func(d *schedule.Draft) { d.Conference.Venue.Name = "Other" },
		"address":           func(d *schedule.Draft) { d.Conference.Venue.Address = "Other" },
		"position":          func(d *schedule.Draft) { d.Conference.Venue.Position = &schedule.Position{Latitude: 1, Longitude: 2} },
		"no position":       func(d *schedule.Draft) { d.Conference.Venue.Position = nil },
		"day change":        func(d *schedule.Draft) { d.Conference.DayChange = time.Hour },
		"track name":        func(d *schedule.Draft) { d.Tracks[0].Name = "Other" },
		"track description": func(d *schedule.Draft) { d.Tracks[0].Description = "Other" },
		"track colour":      func(d *schedule.Draft) { d.Tracks[0].Color = "#fff" },
		"track order":       func(d *schedule.Draft) { slices.Reverse(d.Tracks) },
		"hosts":             func(d *schedule.Draft) { d.Tracks[0].HostIDs = nil },
		"speaker name":      func(d *schedule.Draft) { d.Speakers[0].Name = "Other" },
		"speaker role":      func(d *schedule.Draft) { d.Speakers[0].Role = "Other" },
		"bio":               func(d *schedule.Draft) { d.Speakers[0].Bio = "Other" },
		"speaker url":       func(d *schedule.Draft) { d.Speakers[0].URL = "https://other.example/" },
		"affiliation":       func(d *schedule.Draft) { d.Speakers[0].Affiliation = "Other" },
		"room name":         func(d *schedule.Draft) { d.Rooms[0].Name = "Other" },
		"title":             func(d *schedule.Draft) { d.Talks[0].Title = "Other" },
		"abstract":          func(d *schedule.Draft) { d.Talks[0].Abstract = "Other" },
		"kind":              func(d *schedule.Draft) { d.Talks[0].Kind = schedule.KindPanel },
		"track":             func(d *schedule.Draft) { d.Talks[0].TrackID = "ops" },
		"no track":          func(d *schedule.Draft) { d.Talks[0].TrackID = "" },
		"speakers":          func(d *schedule.Draft) { d.Talks[0].SpeakerIDs = []string{"bo"} },
		"speaker order":     func(d *schedule.Draft) { slices.Reverse(d.Talks[1].SpeakerIDs) },
		"tags":              func(d *schedule.Draft) { d.Talks[0].Tags = []string{"Other"} },
		"language":          func(d *schedule.Draft) { d.Talks[0].Language = "de" },
		"level":             func(d *schedule.Draft) { d.Talks[0].Level = "Other" },
		"talk url":          func(d *schedule.Draft) { d.Talks[0].URL = "https://other.example/" },
		"link":              func(d *schedule.Draft) { d.Talks[1].Links[0].Title = "Other" },
		"talk of slot":      func(d *schedule.Draft) { d.Slots[0].TalkID = "pagers" },
		"room of slot":      func(d *schedule.Draft) { d.Slots[0].RoomID = "blue" },
		"no room":           func(d *schedule.Draft) { d.Slots[0].RoomID = "" },
		"day of slot":       func(d *schedule.Draft) { d.Slots[0].Day = d.Slots[0].Start.Wall.AddDays(-1) },
	} {
		d := sample(t)
		change(d)
		next := build(t, d)
		require.Equal(t, now.Add(time.Hour), first.Advance(next, digests(next, 0), now.Add(time.Hour)).Modified(), name)
	}
}

// A conference is edited and published over and over, by a clock that jumps.
func TestLedgerOverAnyHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		version := map[schedule.SlotID]int{}
		var ledger schedule.Ledger
		uids := map[schedule.SlotID]string{}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		draft := sample(t)
		t.Repeat(map[string]func(*rapid.T){
			"turn the clock": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "seconds")) * time.Second)
			},
			"edit a slot": func(t *rapid.T) {
				version[rapid.SampledFrom(draft.Slots).Draw(t, "slot").ID]++
			},
			"take a slot out": func(t *rapid.T) {
				if len(draft.Slots) > 1 {
					draft.Slots = draft.Slots[1:]
				}
			},
			"put the slots back": func(t *rapid.T) { draft.Slots = sample(t).Slots },
			"rename the conference": func(t *rapid.T) {
				draft.Conference.Name = rapid.SampledFrom([]string{"One", "Two"}).Draw(t, "name")
			},
			"publish": func(t *rapid.T) {
				s := build(t, draft)
				var shown []schedule.Digest
				for _, slot := range s.Slots() {
					shown = append(shown, sha256.Sum256(fmt.Appendf(nil, "%s %d", slot.ID, version[slot.ID])))
				}
				next := ledger.Advance(s, shown, now)
				require.False(t, next.Modified().Before(ledger.Modified()))
				for i, slot := range s.Slots() {
					old, published := ledger.Entry(slot.ID)
					entry, ok := next.Entry(slot.ID)
					require.True(t, ok)
					require.Equal(t, shown[i], entry.Digest)
					switch {
					case !published:
						require.Zero(t, entry.Sequence)
						require.Equal(t, entry.Created, entry.Modified)
						uids[slot.ID] = entry.UID
					case old.Digest == entry.Digest:
						require.Equal(t, old, entry)
					default:
						require.Equal(t, old.Sequence+1, entry.Sequence)
						require.True(t, entry.Modified.After(old.Modified))
						require.True(t, next.Modified().After(ledger.Modified()))
					}
					require.Equal(t, uids[slot.ID], entry.UID)
					require.False(t, entry.Created.After(entry.Modified))
					require.False(t, entry.Modified.After(next.Modified()))
				}
				for id := range uids { // those that were taken out too
					old, _ := ledger.Entry(id)
					kept, ok := next.Entry(id)
					require.True(t, ok)
					require.GreaterOrEqual(t, kept.Sequence, old.Sequence)
				}
				require.Equal(t, next, next.Advance(s, shown, now.Add(time.Minute)), "twice is once")
				ledger = next
			},
		})
	})
}

func TestLongestUID(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Conference.ID = schedule.ConferenceID(long('c', schedule.MaxID))
	d.Slots[0].ID = schedule.SlotID(long('s', schedule.MaxID))
	s := build(t, d)
	l := schedule.Ledger{}.Advance(s, digests(s, 0), time.Unix(0, 0))
	entry, ok := l.Entry(d.Slots[0].ID)
	require.True(t, ok)
	require.Regexp(t, `^[A-Za-z0-9@._-]{1,200}$`, entry.UID)
}

func TestLedgerEqual(t *testing.T) {
	t.Parallel()
	s := build(t, sample(t))
	l := schedule.Ledger{}.Advance(s, digests(s, 0), time.Unix(0, 0))
	with := func(f func(entries map[schedule.SlotID]schedule.Entry, e *schedule.Entry)) schedule.Ledger {
		entries := maps.Collect(l.Entries())
		e := entries["opening-1"]
		f(entries, &e)
		entries["opening-1"] = e
		return schedule.NewLedger(entries, l.Modified(), l.Digest(), l.Pending())
	}
	require.True(t, l.Equal(with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.Created = e.Created.Local() })))
	require.True(t, schedule.Ledger{}.Equal(schedule.NewLedger(map[schedule.SlotID]schedule.Entry{}, time.Time{}, schedule.Digest{}, schedule.Pending{})))
	entries := maps.Collect(l.Entries())
	for name, other := range map[string]schedule.Ledger{
		"nothing":  {},
		"fewer":    with(func(entries map[schedule.SlotID]schedule.Entry, _ *schedule.Entry) { delete(entries, "pagers-1") }),
		"another":  with(func(entries map[schedule.SlotID]schedule.Entry, _ *schedule.Entry) { entries["x"] = schedule.Entry{} }),
		"uid":      with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.UID = "x" }),
		"sequence": with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.Sequence++ }),
		"created":  with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.Created = time.Unix(1, 0) }),
		"changed":  with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.Modified = time.Unix(1, 0) }),
		"digest":   with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.Digest[0]++ }),
		"missed":   with(func(_ map[schedule.SlotID]schedule.Entry, e *schedule.Entry) { e.Missed++ }),
		"modified": schedule.NewLedger(entries, time.Unix(1, 0), l.Digest(), l.Pending()),
		"contents": schedule.NewLedger(entries, l.Modified(), schedule.Digest{}, l.Pending()),
		"held":     schedule.NewLedger(entries, l.Modified(), l.Digest(), schedule.Pending{Held: 1}),
		"held of":  schedule.NewLedger(entries, l.Modified(), l.Digest(), schedule.Pending{HeldOf: schedule.Digest{1}}),
		"counted":  schedule.NewLedger(entries, l.Modified(), l.Digest(), schedule.Pending{Counted: time.Unix(1, 0)}),
	} {
		require.False(t, l.Equal(other), name)
		require.False(t, other.Equal(l), name)
	}
}
