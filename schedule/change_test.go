package schedule_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(d *schedule.Draft)
		want []string
	}{
		"nothing":           {func(*schedule.Draft) {}, nil},
		"a talk taken out":  {func(d *schedule.Draft) { d.Slots = d.Slots[1:] }, []string{"opening-1 [removed]"}},
		"another id":        {func(d *schedule.Draft) { d.Slots[0].ID = "first" }, []string{"first [added]", "opening-1 [removed]"}},
		"a later end":       {func(d *schedule.Draft) { d.Slots[0].End = moment(t, "2016-11-07 10:05") }, []string{"opening-1 [moved]"}},
		"another room":      {func(d *schedule.Draft) { d.Slots[0].RoomID = "blue" }, []string{"opening-1 [re-roomed]"}},
		"a room renamed":    {func(d *schedule.Draft) { d.Rooms[0].Name = "Crimson" }, []string{"opening-1 [re-roomed]"}},
		"a room's other id": {func(d *schedule.Draft) { d.Rooms[0].ID, d.Slots[0].RoomID = "r", "r" }, nil},
		"a title":           {func(d *schedule.Draft) { d.Talks[1].Title = "Loud pagers" }, []string{"pagers-1 [renamed]", "pagers-2 [renamed]"}},
		"a status":          {func(d *schedule.Draft) { d.Slots[0].Status = schedule.StatusTentative }, []string{"opening-1 [edited]"}},
		"a cancellation":    {func(d *schedule.Draft) { d.Slots[2].Status = schedule.StatusCancelled }, []string{"pagers-2 [cancelled]"}},
		"an abstract":       {func(d *schedule.Draft) { d.Talks[0].Abstract = "Hello." }, []string{"opening-1 [edited]"}},
		"a tag":             {func(d *schedule.Draft) { d.Talks[0].Tags = nil }, []string{"opening-1 [edited]"}},
		"a link":            {func(d *schedule.Draft) { d.Talks[1].Links = nil }, []string{"pagers-1 [edited]", "pagers-2 [edited]"}},
		"a speaker's role":  {func(d *schedule.Draft) { d.Speakers[0].Role = "Miller" }, []string{"opening-1 [edited]", "pagers-1 [edited]", "pagers-2 [edited]"}},
		"a speaker's bio":   {func(d *schedule.Draft) { d.Speakers[0].Bio = "Ada mills." }, nil},
		"a host":            {func(d *schedule.Draft) { d.Tracks[0].HostIDs = []string{"ada"} }, []string{"opening-1 [edited]"}},
		"a track's name":    {func(d *schedule.Draft) { d.Tracks[0].Name = "Gophers" }, []string{"opening-1 [edited]"}},
		"a track's colour":  {func(d *schedule.Draft) { d.Tracks[0].Color = "#000" }, nil},
		"no track":          {func(d *schedule.Draft) { d.Talks[0].TrackID = "" }, []string{"opening-1 [edited]"}},
		"all at once": {func(d *schedule.Draft) {
			d.Slots[0].RoomID, d.Slots[0].Status, d.Talks[0].Title, d.Talks[0].Level = "blue", schedule.StatusCancelled, "Closing", "hard"
			d.Slots[0].Start, d.Slots[0].End = moment(t, "2016-11-09 09:00"), moment(t, "2016-11-09 10:00")
		}, []string{"opening-1 [moved re-roomed renamed cancelled edited]"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			was, d := build(t, sample(t)), sample(t)
			c.edit(d)
			is := build(t, d)
			changes := schedule.Compare(was, is)
			require.Equal(t, c.want, told(changes))
			for _, change := range changes {
				require.Equal(t, change.Before == nil, change.Kinds[0] == schedule.ChangeAdded)
				require.Equal(t, change.After == nil, change.Kinds[0] == schedule.ChangeRemoved)
			}
			// A slot whose event has not changed is the same to readers, and no other.
			changed := fmt.Sprint(told(changes))
			for _, s := range is.Slots() {
				for _, o := range was.Slots() {
					if s.ID == o.ID {
						require.Equal(t, !strings.Contains(changed, string(s.ID)+" "), s.SameToReaders(o))
						require.Equal(t, s.SameToReaders(o), o.SameToReaders(s))
					} else {
						require.False(t, s.SameToReaders(o))
					}
				}
			}
			back := schedule.Compare(is, was)
			require.Len(t, back, len(changes))
		})
	}
}

func TestCompareTheFirst(t *testing.T) {
	t.Parallel()
	s := build(t, sample(t))
	require.Equal(t, []string{"opening-1 [added]", "pagers-1 [added]", "pagers-2 [added]"}, told(schedule.Compare(nil, s)))
	require.Empty(t, schedule.Compare(s, s))
}

// Changes are kept, so their form is, too.
func TestChangeAsJSON(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Slots[0].RoomID = ""
	data, err := json.Marshal(schedule.Compare(build(t, sample(t)), build(t, d)))
	require.NoError(t, err)
	require.JSONEq(t, `[{"slot": "opening-1", "kinds": ["re-roomed"],
		"before": {"title": "Opening", "start": "2016-11-07T09:00:00-08:00", "end": "2016-11-07T10:00:00-08:00", "room": "Red", "status": "confirmed"},
		"after": {"title": "Opening", "start": "2016-11-07T09:00:00-08:00", "end": "2016-11-07T10:00:00-08:00", "status": "confirmed"}}]`, string(data))
	var back []schedule.Change
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, schedule.SlotID("opening-1"), back[0].Slot)
	require.True(t, back[0].Before.Start.Equal(build(t, d).Slots()[0].Start))
}
