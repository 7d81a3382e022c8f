package schedule_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

// TestSnapshot writes a schedule that has everything and reads it back.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	d := sample(t)
	d.Conference.ID = "conf"
	p.publish(build(t, d), false)
	d.Slots[0].RoomID, d.Slots[1].Start, d.Slots[1].End = "blue", moment(t, "2016-11-07 11:00"), moment(t, "2016-11-07 12:00")
	d.Slots = d.Slots[:2]
	p.publish(build(t, d), true)

	was := p.last
	is := restarted(t, was)
	require.Equal(t, was.Conference(), is.Conference())
	require.Equal(t, was.Updated(), is.Updated())
	require.Equal(t, was.Tracks(), is.Tracks())
	require.Equal(t, was.Speakers(), is.Speakers())
	require.Equal(t, was.Rooms(), is.Rooms())
	require.Equal(t, was.Talks(), is.Talks())
	require.Equal(t, was.Slots(), is.Slots())
	require.Equal(t, was.Days(), is.Days())
	require.True(t, was.Ledger().Equal(is.Ledger()))
	for i, slot := range was.Slots() {
		require.True(t, slot.SameToReaders(is.Slots()[i]))
		require.Equal(t, was.Entry(int32(i)), is.Entry(int32(i)))
	}
	requireWhole(t, is.Schedule)
	require.NotNil(t, is.Slots()[0].Before)
}

func TestSnapshotOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		was := build(t, anyDraft(t))
		written, err := json.Marshal(was)
		require.NoError(t, err)
		var is schedule.Schedule
		require.NoError(t, json.Unmarshal(written, &is))
		requireWhole(t, &is)
		again, err := json.Marshal(&is)
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
		require.Empty(t, schedule.Compare(was, &is))
		l := schedule.Ledger{}.Advance(was, digests(was, 0), time.Unix(0, 0))
		require.True(t, l.Equal(l.Advance(&is, digests(&is, 0), time.Unix(9, 0))))
	})
}

// What was damaged is refused, and leaves the schedule as it was.
func TestSnapshotRefused(t *testing.T) {
	t.Parallel()
	written, err := json.Marshal(build(t, sample(t)))
	require.NoError(t, err)
	for name, c := range map[string]struct{ of, by, want string }{
		"newer":             {`"Version":1`, `"Version":2`, "its version is 2, and 1 is wanted"},
		"no zone":           {`"Zone":"America/Los_Angeles"`, `"Zone":"Mars/Base"`, "is not a time zone"},
		"a talk too far":    {`"Talk":1`, `"Talk":7`, "leads nowhere"},
		"a talk before":     {`"Talk":1`, `"Talk":-1`, "leads nowhere"},
		"a room too far":    {`"Room":1`, `"Room":2`, "leads nowhere"},
		"a track too far":   {`"Track":1`, `"Track":2`, "leads nowhere"},
		"a host too far":    {`"Hosts":[1]`, `"Hosts":[2]`, "leads nowhere"},
		"a null speaker":    {`"Speakers":[{`, `"Speakers":[null,{`, "leads nowhere"},
		"a null room":       {`"Rooms":[{`, `"Rooms":[null,{`, "leads nowhere"},
		"kept too many":     {`"Kept":{"Tracks":0`, `"Kept":{"Tracks":3`, "leads nowhere"},
		"kept fewer":        {`"Kept":{"Tracks":0`, `"Kept":{"Tracks":-1`, "leads nowhere"},
		"no slot":           {`"Slots":[`, `"Slots":[],"Left":[`, "it is empty"},
		"something else":    {`{"Version"`, `[{"Version"`, "JSON"},
		"of another sort":   {`"Version":1`, `"Version":"1"`, "read snapshot"},
		"half of it":        {`"Slots":[`, "\x00", "invalid"},
		"nothing of it":     {string(written), `{}`, "its version is 0"},
		"null in its stead": {string(written), `null`, "its version is 0"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(written), c.of)
			s := build(t, sample(t))
			err := s.UnmarshalJSON([]byte(strings.Replace(string(written), c.of, c.by, 1)))
			require.ErrorContains(t, err, c.want)
			require.Len(t, s.Slots(), 3)
		})
	}
}

// FuzzSnapshot reads anything: it is refused, or can be worked with.
func FuzzSnapshot(f *testing.F) {
	written, err := json.Marshal(build(f, sample(f)))
	require.NoError(f, err)
	f.Add(written)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s schedule.Schedule
		if json.Unmarshal(data, &s) != nil || len(s.Slots()) == 0 {
			return
		}
		l := schedule.Ledger{}.Advance(&s, digests(&s, 0), time.Unix(0, 0))
		e := schedule.NewEdition(&s, schedule.NewLedger(maps.Collect(l.Entries()), l.Modified(), l.Digest(), l.Pending()))
		schedule.Lapse(e, time.Unix(1<<33, 0))
		next := build(t, sample(t))
		require.NotEmpty(t, schedule.Reconcile(e, next, time.Unix(1<<31, 0), true).Schedule.Slots())
	})
}
