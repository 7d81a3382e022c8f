package schedule_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// talkIDs returns the published id of each talk by its title, with what the
// source calls it.
func talkIDs(s *schedule.Schedule) []string {
	var ids []string
	for _, talk := range s.Talks() {
		ids = append(ids, fmt.Sprintf("%s: %s(%s)", talk.Title, talk.ID, talk.SourceID))
	}
	slices.Sort(ids)
	return ids
}

// A talk's id is in the addresses of feeds that people have subscribed to.
func TestReconcileTalkIDs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		was, is, want []string
	}{
		"other ids": {
			[]string{"a: Apple, Ada, Red, 7 09:00"},
			[]string{"x: Apple, Ada, Red, 7 09:00"},
			[]string{"Apple: a(x)"},
		},
		"a split": {
			[]string{"1=t: Apple, Ada, Red, 7 09:00", "2=t: Apple, Ada, Red, 7 10:00"},
			[]string{"1=t: Apple, Ada, Red, 7 09:00", "2=u: Apple too, Ada, Red, 7 10:00"},
			[]string{"Apple too: u(u)", "Apple: t(t)"},
		},
		"a merger": {
			[]string{"1=t: Apple, Ada, Red, 7 09:00", "2=u: Apple too, Ada, Red, 7 10:00"},
			[]string{"1=u: Apple too, Ada, Red, 7 09:00", "2=u: Apple too, Ada, Red, 7 10:00"},
			[]string{"Apple too: u(u)"},
		},
		"slots swapped": {
			[]string{"1=t: Apple, Ada, Red, 7 09:00", "2=u: Berry, Bo, Red, 7 10:00"},
			[]string{"1=u: Berry, Bo, Red, 7 09:00", "2=t: Apple, Ada, Red, 7 10:00"},
			[]string{"Apple: t(t)", "Berry: u(u)"},
		},
		"rows numbered anew": {
			[]string{"1: Apple, Ada, Red, 7 09:00", "2: Berry, Bo, Red, 7 10:00"},
			[]string{"1: New, Nia, Red, 7 08:00", "2: Apple, Ada, Red, 7 09:00", "3: Berry, Bo, Red, 7 10:00"},
			[]string{"Apple: 1(2)", "Berry: 2(3)", "New: 1-2(1)"},
		},
		"a renamed talk that has no slot but new ones": {
			[]string{"1=t: Apple, Ada, Red, 7 09:00", "2=u: Berry, Bo, Red, 7 10:00"},
			[]string{"3=t: Pear, Pia, Red, 8 09:00", "2=u: Berry, Bo, Red, 7 10:00"},
			[]string{"Berry: u(u)", "Pear: t(t)"},
		},
		"a second row of the title of one that vanished": {
			[]string{"lunch/lunch=lunch: Lunch, , Hall, 7 12:00", "lunch-2/lunch-2=lunch-2: Lunch 2, , Hall, 7 13:00"},
			[]string{"lunch/lunch=lunch: Lunch, , Hall, 7 12:00", "lunch-2/lunch=lunch-2: Lunch, , Hall, 8 12:00"},
			[]string{"Lunch 2: lunch-2(lunch-2)", "Lunch: lunch(lunch)", "Lunch: lunch-2-2(lunch-2)"},
		},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			p := newPublisher(t)
			p.publish(program(t, c.was...), false)
			for range 3 { // and so they stay
				p.publish(program(t, c.is...), false)
				require.Equal(t, c.want, talkIDs(p.last.Schedule))
			}
		})
	}
}

// What is only kept for a slot that has vanished is found as long as the slot.
func TestReconcileKeepsParts(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	d := draft(t, "a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Blue, 7 10:00")
	d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: "hana", Name: "Hana"}})
	d.Tracks[0].HostIDs = []string{"hana"}
	p.publish(build(t, d), false)
	less := program(t, "b: Berry, Bo, Blue, 7 10:00")
	for range 2 {
		p.publish(less, false)
	}
	require.Equal(t, "Apple", p.last.Talk("a").Title)
	require.Equal(t, "apple", p.last.Track("apple").Name)
	require.Equal(t, "Hana", p.last.Track("apple").Hosts[0].Name)
	require.Same(t, p.last.Speaker("hana"), p.last.Track("apple").Hosts[0])
	require.Equal(t, "Ada", p.last.Speaker("ada").Name)
	require.Equal(t, "Red", p.last.Room("red").Name)

	// When it goes, by itself, so do they; what the source has stays.
	due, ok := p.last.Lapses()
	require.True(t, ok)
	require.Equal(t, time.Date(2016, 11, 7, 18, 0, 0, 0, time.UTC).Add(schedule.KeepFor), due)
	p.now = due
	require.NotNil(t, p.lapse())
	require.Nil(t, p.last.Talk("a"))
	require.Nil(t, p.last.Track("apple"))
	require.Nil(t, p.last.Speaker("hana"))
	require.Nil(t, p.last.Speaker("ada"))
	require.Nil(t, p.last.Room("red"))
	require.NotNil(t, p.last.Room("blue"))
	content := written(t, p.last.Schedule)
	require.Empty(t, p.publish(less, false).Changes)
	require.Equal(t, content, written(t, p.last.Schedule))
}

// A part that the source gives again is the source's.
func TestReconcileVanishedFollowsItsParts(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.publish(program(t, "a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Red, 7 10:00"), false)
	d := draft(t, "b: Berry, Bo, Red, 7 10:00")
	d.Rooms[0].Name = "Crimson"
	reading := p.publish(build(t, d), false)
	require.Equal(t, []string{"a [re-roomed]", "b [re-roomed]"}, told(reading.Changes))
	require.Equal(t, []string{"a: Apple, Crimson, 7 09:00, was 7 09:00 Red", "b: Berry, Crimson, 7 10:00, was 7 10:00 Red"}, shown(p.last.Schedule))
}

// The conference is corrected to another zone while one slot is missing.
func TestReconcileAnotherZone(t *testing.T) {
	t.Parallel()
	lines := []string{"a: Apple, Ada, Red, 7 09:00", "w-1/w: Weld, Wu, Red, 8 09:00", "w-2/w: Weld, Wu, Red, 8 10:00", "w-3/w: Weld, Wu, Red, 8 11:00"}
	p := newPublisher(t)
	p.publish(program(t, lines...), false)
	d := draft(t, lines[1:]...)
	d.Conference.ZoneName = "America/Denver" // an hour ahead
	p.publish(build(t, d), false)
	require.Equal(t, []string{
		"a: Apple, Red, 7 10:00",
		"w-1: Weld, Red, 8 09:00, was 8 10:00 Red",
		"w-2: Weld, Red, 8 10:00, was 8 11:00 Red",
		"w-3: Weld, Red, 8 11:00, was 8 12:00 Red",
	}, shown(p.last.Schedule))
	due, ok := p.last.Lapses()
	require.True(t, ok)
	p.now = due
	p.lapse()
	require.Equal(t, []string{"a: Apple, Red, 7 10:00", "w-1: Weld, Red, 8 09:00", "w-2: Weld, Red, 8 10:00", "w-3: Weld, Red, 8 11:00"}, shown(p.last.Schedule))
}

// A conference keeps the id that every UID ends with, and takes its new name.
func TestReconcileKeepsConferenceID(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.publish(program(t, "a: Apple, Ada, Red, 7 09:00"), false)
	d := draft(t, "a: Apple, Ada, Red, 7 09:00")
	d.Conference.ID, d.Conference.Name = "conf-2017", "The Next Conference"
	p.publish(build(t, d), false)
	require.Equal(t, schedule.ConferenceID("conf"), p.last.Conference().ID)
	require.Equal(t, "The Next Conference", p.last.Conference().Name)
}

func TestReconcileWords(t *testing.T) {
	t.Parallel()
	lines := []string{"a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Red, 7 10:00", "c: Cherry, Cy, Red, 7 11:00", "d: Date, Di, Red, 7 12:00"}
	p := newPublisher(t)
	p.publish(program(t, lines...), false)
	const why = "3 of the 4 coming slots of The Conference would be cancelled, so this read is held back; if that is meant, run slotcast publish --confirm, or wait: it is published when 3 reads in a row say the same, and this is the %s"
	require.Equal(t, fmt.Sprintf(why, "first"), p.publish(program(t, lines[0]), false).Held)
	require.Equal(t, 1, p.last.Ledger().Pending().Held)
	other := draft(t, lines[0])
	other.Conference.Name = "Another"
	require.Equal(t, "the source is now that of “Another”, and "+fmt.Sprintf(why, "second"), p.publish(build(t, other), false).Held)
	require.Equal(t, 2, p.last.Ledger().Pending().Held)
	require.Equal(t, fmt.Sprintf(why, "first"), p.publish(program(t, lines[1]), false).Held, "these are others")
	require.Equal(t, fmt.Sprintf(why, "second"), p.publish(program(t, lines[1]), false).Held)
	require.Empty(t, p.publish(program(t, lines[1]), false).Held)
	require.Zero(t, p.last.Ledger().Pending().Held)

	p = newPublisher(t)
	p.publish(program(t, lines...), false)
	one := p.publish(program(t, "x: Apple, Ada, Red, 7 09:00", lines[1], lines[2], lines[3]), false).Report
	require.Equal(t, 1, one.Warnings)
	require.Equal(t, "warning: the source now calls “Apple” x and called it a before; by title, speakers or times this slot is what was published, and stays so in calendars [id-changed]", one.Problems[0].String())
	more := p.publish(program(t, "x: Apple, Ada, Red, 7 09:00", "y: Berry, Bo, Red, 7 10:00", "z: Cherry, Cy, Red, 7 11:00", lines[3]), false).Report
	require.Equal(t, 1, more.Warnings)
	require.Equal(t, "warning: the source now calls “Berry” y and called it b before; by title, speakers or times this and 1 more with other ids are what was published, and stay so in calendars [id-changed]", more.Problems[0].String())
	again := p.publish(program(t, "x: Apple, Ada, Red, 7 09:00", "y: Berry, Bo, Red, 7 10:00", "z: Cherry, Cy, Red, 7 11:00", lines[3]), false).Report
	require.Zero(t, again.Warnings, "it is told once")
}

// While every slot has vanished, which a read that is held back can come to, all
// stay: a feed is never empty.
func TestLapseNeverEmpties(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.publish(program(t, "a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Red, 7 10:00", "c: Cherry, Cy, Red, 7 11:00"), false)
	p.publish(program(t, "a: Apple, Ada, Red, 7 10:00", "b: Berry, Bo, Red, 7 10:00", "c: Cherry, Cy, Red, 7 11:00"), false)
	require.NotEmpty(t, p.publish(program(t, "x: Xenia, Xu, Red, 8 09:00"), false).Held)
	due, ok := p.last.Lapses()
	require.True(t, ok)
	p.now = due
	require.NotNil(t, p.lapse(), "what was told lapses all the same")
	p.now = p.now.AddDate(1, 0, 0)
	require.Nil(t, p.lapse())
	require.Len(t, p.last.Slots(), 3)
	_, ok = p.last.Lapses()
	require.False(t, ok)
	require.Contains(t, p.publish(program(t, "x: Xenia, Xu, Red, 8 09:00"), false).Held, "3 of the 3 past slots of The Conference would be taken out")
	p.publish(program(t, "x: Xenia, Xu, Red, 8 09:00"), false)
	p.publish(program(t, "x: Xenia, Xu, Red, 8 09:00"), false)
	require.Equal(t, []string{"x: Xenia, Red, 8 09:00"}, shown(p.last.Schedule))
}

// Slots that were read are told of by a held read; while nothing is published
// what is kept must hold together.
func TestLapseWhileHeldBack(t *testing.T) {
	t.Parallel()
	lines := []string{"a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Blue, 8 10:00", "c: Cherry, Cy, Blue, 8 11:00", "d: Date, Di, Blue, 8 12:00", "e: Elder, El, Blue, 8 13:00"}
	p := newPublisher(t)
	p.publish(program(t, lines...), false)
	p.publish(program(t, lines[1:]...), false)
	p.publish(program(t, lines[1:]...), false)
	p.publish(program(t, "b: Berry, Bo, Blue, 8 10:30", lines[2], lines[3], lines[4]), false)
	require.NotEmpty(t, p.publish(program(t, lines[0], lines[1]), false).Held)
	p.now = p.now.Add(schedule.TellFor)
	require.NotNil(t, p.lapse())
	require.Len(t, p.last.Slots(), 5)
	require.Equal(t, "Apple", p.last.Talk("a").Title)
}

// However much comes and goes, what is kept is bounded.
func TestReconcileKeepsNoMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	name := func(prefix string) func(i int) (id, family, title, speaker string) {
		return func(i int) (string, string, string, string) {
			return fmt.Sprint(prefix, i), "", fmt.Sprint(prefix, i), ""
		}
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	half := crowd(t, schedule.MaxSlots/2+1, name("a"))
	var last *schedule.Edition
	var reading *schedule.Reading
	for _, s := range []*schedule.Schedule{half, crowd(t, schedule.MaxSlots/2+1, name("b")), crowd(t, 1, name("c"))} {
		reading = schedule.Reconcile(last, s, now, true)
		last = schedule.NewEdition(reading.Schedule, reading.Ledger.Advance(reading.Schedule, digests(reading.Schedule, 0), now))
	}
	require.Len(t, last.Slots(), 1+schedule.MaxSlots)
	require.Equal(t, 1, reading.Report.Warnings)
	require.Equal(t, "warning: 2 slots that have vanished from the source are left out at once, since no more than 50000 of them, with 134217728 octets of text, are kept [limit]", reading.Report.Problems[0].String())
}

// Thousands of slots are still told apart, and none gets an id that is too long.
func TestReconcileCrowds(t *testing.T) {
	t.Parallel()
	const n = 3_000
	for name, reads := range crowds() {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			was, is := reads(t, n)
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			last := schedule.NewEdition(was, schedule.Ledger{}.Advance(was, digests(was, 0), now))
			reading := schedule.Reconcile(last, is, now, true)
			requireWhole(t, reading.Schedule)
			kinds := map[schedule.ChangeKind]int{}
			for _, c := range reading.Changes {
				kinds[c.Kinds[0]]++
			}
			require.Equal(t, map[string]map[schedule.ChangeKind]int{
				"one in a hundred":                    {schedule.ChangeRenamed: 10, schedule.ChangeAdded: 10, schedule.ChangeCancelled: 10},
				"other ids":                           {},
				"other talks":                         {schedule.ChangeAdded: n, schedule.ChangeCancelled: n},
				"one title":                           {schedule.ChangeAdded: n / 2},
				"one title, other ids of the longest": {schedule.ChangeAdded: n / 2},
			}[name], kinds)
		})
	}
}

// Readers may look at an edition while the next is made of it.
func TestReconcileBesideReaders(t *testing.T) {
	t.Parallel()
	now := time.Date(2016, 11, 1, 12, 0, 0, 0, time.UTC)
	first := program(t, "a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Blue, 7 10:00", "w-1/w: Weld, Wu, Red, 8 09:00")
	last := schedule.NewEdition(first, schedule.Ledger{}.Advance(first, rendered(first), now))
	next := program(t, "a: Apple, Al, Red, 7 11:00", "w-1/w: Weld, Wu, Red, 7 08:00", "w-2/w: Weld, Wu, Red, 8 09:00")
	want := shown(schedule.Reconcile(last, next, now, true).Schedule)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				reading := schedule.Reconcile(last, next, now, true)
				if !slices.Equal(want, shown(reading.Schedule)) {
					t.Error("it comes to something else")
				}
				reading.Ledger.Advance(reading.Schedule, rendered(reading.Schedule), now)
				schedule.Lapse(last, now.AddDate(1, 0, 0))
			}
		})
		wg.Go(func() {
			for range 20 {
				if _, err := json.Marshal(last.Schedule); err != nil || len(shown(last.Schedule)) != 3 || len(shown(next)) != 3 {
					t.Error("it is modified")
				}
				last.Ledger().Equal(schedule.Ledger{})
			}
		})
	}
	wg.Wait()
}

// What the source has and cannot be read is not gone, and stays as it was.
func TestReconcileUnread(t *testing.T) {
	t.Parallel()
	lines := []string{"a: Apple, Ada, Red, 7 09:00", "w-1/w: Weld, Wu, Red, 8 09:00", "w-2/w: Weld, Wu, Red, 9 09:00", "b: Berry, Bo, Red, 7 10:00"}
	p := newPublisher(t)
	p.publish(program(t, lines...), false)
	for range 4 {
		d := draft(t, lines[3])
		d.Unread = []string{"a", "w"} // a slot, and a talk
		require.Empty(t, p.publish(build(t, d), false).Held)
		require.Equal(t, []string{"a: Apple, Red, 7 09:00", "b: Berry, Red, 7 10:00", "w-1: Weld, Red, 8 09:00", "w-2: Weld, Red, 9 09:00"}, shown(p.last.Schedule))
	}
	// Once it is gone, it is as for any other.
	for range 3 {
		p.publish(program(t, lines[0], lines[3], lines[1]), false)
	}
	require.Contains(t, shown(p.last.Schedule), "w-2: Weld, Red, 9 09:00, cancelled")
}
