package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"slotcast/schedule"
)

// crowd is a conference of n slots; name gives each its id, family, title and
// speaker.
func crowd(t testing.TB, n int, name func(i int) (id, family, title, speaker string)) *schedule.Schedule {
	d := &schedule.Draft{}
	d.Conference.Conference = schedule.Conference{ID: "conf", Name: "The Conference", DayChange: schedule.DefaultDayChange}
	d.Conference.ZoneName = "Europe/Berlin"
	known := map[string]bool{}
	for i := range 50 {
		d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(fmt.Sprint("room", i)), Name: fmt.Sprint("Room ", i)}})
	}
	begin := moment(t, "2026-06-01 08:00").Wall
	for i := range n {
		id, family, title, speaker := name(i)
		talk := schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(id), Title: title}}
		if speaker != "" {
			talk.SpeakerIDs = []string{speaker}
			if !known[speaker] {
				known[speaker] = true
				d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(speaker), Name: "Name " + speaker}})
			}
		}
		d.Talks = append(d.Talks, talk)
		start := begin.Add(time.Duration(i/50) * 10 * time.Minute)
		d.Slots = append(d.Slots, schedule.DraftSlot{
			ID: schedule.SlotID(id), Family: family, TalkID: id, RoomID: fmt.Sprint("room", i%50),
			Start: schedule.Moment{Wall: start}, End: schedule.Moment{Wall: start.Add(10 * time.Minute)},
		})
	}
	return build(t, d)
}

// crowds are pairs of reads: what was published, and what is read now.
func crowds() map[string]func(t testing.TB, n int) (was, is *schedule.Schedule) {
	own := func(prefix string) func(i int) (id, family, title, speaker string) {
		return func(i int) (string, string, string, string) {
			return fmt.Sprint(prefix, i), "", fmt.Sprint("Title ", i), fmt.Sprint("p", i)
		}
	}
	same := func(digits int) func(i int) (id, family, title, speaker string) {
		return func(i int) (string, string, string, string) {
			return fmt.Sprintf("%0*d", digits, i), "tea", "Tea", ""
		}
	}
	return map[string]func(t testing.TB, n int) (was, is *schedule.Schedule){
		"one in a hundred": func(t testing.TB, n int) (was, is *schedule.Schedule) {
			return crowd(t, n, own("s")), crowd(t, n, func(i int) (string, string, string, string) {
				id, family, title, speaker := own("s")(i)
				switch i % 300 {
				case 0:
					title += " again"
				case 100:
					id = "new" + id
				case 200:
					id, title, speaker = "other"+id, "Other "+title, "q"+speaker
				}
				return id, family, title, speaker
			})
		},
		"other ids": func(t testing.TB, n int) (was, is *schedule.Schedule) {
			return crowd(t, n, own("s")), crowd(t, n, own("t"))
		},
		"other talks": func(t testing.TB, n int) (was, is *schedule.Schedule) {
			return crowd(t, n, own("s")), crowd(t, n, func(i int) (string, string, string, string) {
				return fmt.Sprint("t", i), "", fmt.Sprint("Other ", i), fmt.Sprint("q", i)
			})
		},
		"one title": func(t testing.TB, n int) (was, is *schedule.Schedule) {
			return crowd(t, n/2, same(6)), crowd(t, n, same(6))
		},
		"one title, other ids of the longest": func(t testing.TB, n int) (was, is *schedule.Schedule) {
			return crowd(t, n/2, same(64)), crowd(t, n, same(64))
		},
	}
}

func BenchmarkReconcile(b *testing.B) {
	for name, reads := range crowds() {
		for _, n := range []int{1_000, 10_000, 50_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				was, is := reads(b, n)
				now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
				last := schedule.NewEdition(was, schedule.Ledger{}.Advance(was, digests(was, 0), now))
				b.ReportAllocs()
				for b.Loop() {
					schedule.Reconcile(last, is, now, true)
				}
			})
		}
	}
}

func BenchmarkLapse(b *testing.B) {
	was, is := crowds()["one in a hundred"](b, 10_000)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	last := schedule.NewEdition(was, schedule.Ledger{}.Advance(was, digests(was, 0), now))
	reading := schedule.Reconcile(last, is, now, true)
	last = schedule.NewEdition(reading.Schedule, reading.Ledger.Advance(reading.Schedule, digests(reading.Schedule, 1), now))
	b.ReportAllocs()
	for b.Loop() {
		schedule.Lapse(last, now.AddDate(1, 0, 0))
	}
}
