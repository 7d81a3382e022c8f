package feed_test

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// benchSchedule is a conference of n slots of about 1.5 KB each, in 10 tracks.
func benchSchedule(tb testing.TB, n int) *schedule.Schedule {
	tb.Helper()
	d := &schedule.Draft{Conference: schedule.DraftConference{
		Conference: schedule.Conference{
			ID: "bench", Name: "Benchmark Conference", URL: "https://bench.example/",
			Venue: schedule.Venue{Name: "Hall", Address: "1 Main Street", Position: &schedule.Position{Latitude: 52.5, Longitude: 13.4}},
		},
		ZoneName: "Europe/Berlin",
	}, Updated: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	for i := range 10 {
		d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: schedule.TrackID(fmt.Sprintf("track-%d", i)), Name: fmt.Sprintf("Track %d", i)}})
		d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(fmt.Sprintf("room-%d", i)), Name: fmt.Sprintf("Room %d", i)}})
	}
	abstract := strings.Repeat("What we learnt, and what we would do otherwise; with figures. ", 13)
	for i := range n {
		id := fmt.Sprintf("talk-%d", i)
		d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID("speaker-" + id), Name: "Speaker of " + id, Role: "Engineer", Affiliation: "Example"}})
		d.Talks = append(d.Talks, schedule.DraftTalk{
			Talk: schedule.Talk{
				ID: schedule.TalkID(id), Title: fmt.Sprintf("How talk %d came to be what it is", i), Abstract: fmt.Sprintf("%d. %s", i, abstract),
				Tags: []string{"go", "testing"}, Language: "en", URL: "https://bench.example/talks/" + id,
			},
			TrackID: fmt.Sprintf("track-%d", i%10), SpeakerIDs: []string{"speaker-" + id},
		})
		start := schedule.WallTime{Date: schedule.Date{Year: 2026, Month: time.May, Day: 4}, Hour: 9}.Add(time.Duration(i/10) * time.Hour)
		d.Slots = append(d.Slots, schedule.DraftSlot{
			ID: schedule.SlotID(id), TalkID: id, RoomID: fmt.Sprintf("room-%d", i%10),
			Start: schedule.Moment{Wall: start}, End: schedule.Moment{Wall: start.Add(45 * time.Minute)},
		})
	}
	s, report := schedule.Build(d)
	require.NoError(tb, report.Err())
	return s
}

func benchCatalog(s *schedule.Schedule) *feed.Catalog {
	r := feed.Render(s, nil)
	ledger := schedule.Ledger{}.Advance(s, r.Digests(), s.Updated())
	return feed.NewCatalog(schedule.NewEdition(s, ledger), r, "https://cal.example")
}

// BenchmarkCatalog is what a publication costs: every slot rendered, the ledger
// advanced, the edition indexed.
func BenchmarkCatalog(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		s := benchSchedule(b, n)
		b.Run(fmt.Sprintf("%d_slots", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				benchCatalog(s)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/slot")
		})
	}
}

// BenchmarkNewDocument is what a feed costs that nobody asked for before, from
// its scope to its last octet.
func BenchmarkNewDocument(b *testing.B) {
	for _, conference := range []int{1_000, 10_000} {
		c := benchCatalog(benchSchedule(b, conference))
		var chosen []string
		for i := range 20 {
			chosen = append(chosen, fmt.Sprintf("talk=talk-%d", i*37))
		}
		scope, options, err := feed.ParseQuery(strings.Join(chosen, "&"))
		require.NoError(b, err)
		for _, e := range []struct {
			name     string
			encoding feed.Encoding
		}{{"identity", feed.Identity}, {"gzip", feed.Gzip}} {
			b.Run(fmt.Sprintf("20_of_%d_slots/%s", conference, e.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					d, err := c.Document(scope, options)
					if err != nil || d.Size(e.encoding) == 0 || d.ETag(e.encoding) == "" {
						b.Fatal("no document", err)
					}
					if err := d.WriteTo(io.Discard, e.encoding); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkAgainstGolangICal builds the same feed of 1,000 slots in turn from
// fragments, validators included, and by golang-ical from the schedule, and
// reports how many times faster the former is.
func BenchmarkAgainstGolangICal(b *testing.B) {
	s := benchSchedule(b, 1_000)
	c := benchCatalog(s)
	var ours, theirs []time.Duration
	for b.Loop() {
		// Each pays for its own garbage, not for the other's.
		runtime.GC()
		for range 8 {
			start := time.Now()
			d, err := c.Document(schedule.Scope{}, feed.Options{})
			if err != nil || len(d.Bytes(feed.Identity)) == 0 || d.ETag(feed.Identity) == "" {
				b.Fatal("no document", err)
			}
			ours = append(ours, time.Since(start))
		}
		runtime.GC()
		for range 8 {
			start := time.Now()
			if golangICal(s, c.Edition()) == 0 {
				b.Fatal("no calendar")
			}
			theirs = append(theirs, time.Since(start))
		}
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	b.ReportMetric(float64(ours[len(ours)/2].Microseconds()), "µs-fragments")
	b.ReportMetric(float64(theirs[len(theirs)/2].Microseconds()), "µs-golang-ical")
	b.ReportMetric(float64(theirs[len(theirs)/2])/float64(ours[len(ours)/2]), "times-faster")
}

// golangICal builds and serialises a feed as a server would that uses the
// library for each request, and returns its length.
func golangICal(s *schedule.Schedule, e *schedule.Edition) int {
	cal := ics.NewCalendarFor("Slotcast")
	cal.SetXWRCalName(s.Conference().Name)
	for i, slot := range s.Slots() {
		entry := e.Entry(int32(i))
		ev := cal.AddEvent(entry.UID)
		ev.SetProperty(ics.ComponentPropertyDtStart, slot.Start.Format("20060102T150405"), ics.WithTZID("Europe/Berlin"))
		ev.SetProperty(ics.ComponentPropertyDtEnd, slot.End.Format("20060102T150405"), ics.WithTZID("Europe/Berlin"))
		ev.SetDtStampTime(entry.Modified)
		ev.SetCreatedTime(entry.Created)
		ev.SetModifiedAt(entry.Modified)
		ev.SetSequence(entry.Sequence)
		ev.SetSummary(slot.Talk.Title)
		ev.SetDescription(slot.Talk.Abstract + "\n\nSpeaker: " + slot.Talk.Speakers[0].Credit() + "\nTrack: " + slot.Talk.Track.Name)
		ev.SetLocation(slot.Room.Name + ", " + s.Conference().Venue.Name)
		for _, tag := range slot.Talk.Tags {
			ev.AddCategory(tag)
		}
		ev.SetURL(slot.Talk.URL)
		ev.SetStatus(ics.ObjectStatusConfirmed)
		ev.SetTimeTransparency(ics.TransparencyTransparent)
	}
	var out strings.Builder
	if err := cal.SerializeTo(&out, ics.WithNewLineWindows); err != nil {
		return 0
	}
	return out.Len()
}
