package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

// wall reads "2006-01-02 15:04", with seconds where they are given.
func wall(t require.TestingT, s string) schedule.WallTime {
	at, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		at, err = time.Parse("2006-01-02 15:04", s)
	}
	require.NoError(t, err)
	return schedule.WallTimeOf(at)
}

func moment(t require.TestingT, s string) schedule.Moment {
	return schedule.Moment{Wall: wall(t, s)}
}

func zone(t require.TestingT, name string) *time.Location {
	z, err := schedule.LoadZone(name)
	require.NoError(t, err)
	return z
}

// place is where the sample has its parts.
func place(path string) schedule.Place { return schedule.Place{File: "sample.yaml", Path: path} }

// sample is a draft in which everything is right.
func sample(t require.TestingT) *schedule.Draft {
	d := &schedule.Draft{Updated: time.Date(2016, 10, 1, 12, 0, 0, 5, time.UTC)}
	d.Conference = schedule.DraftConference{
		Conference: schedule.Conference{
			ID: "sample", Name: "Sample Conference", URL: "https://sample.example/",
			Venue:     schedule.Venue{Name: "Hall", Address: "1 Road", Position: &schedule.Position{Latitude: 37.5, Longitude: -122.25}},
			DayChange: schedule.DefaultDayChange,
		},
		ZoneName: "America/Los_Angeles",
	}
	d.Conference.At.File = "sample.yaml"
	d.Speakers = []schedule.DraftSpeaker{
		{Speaker: schedule.Speaker{ID: "ada", Name: "Ada", Role: "Engineer", Affiliation: "Mill"}, At: place("speakers[0]")},
		{Speaker: schedule.Speaker{ID: "bo", Name: "Bo"}, At: place("speakers[1]")},
	}
	d.Rooms = []schedule.DraftRoom{
		{Room: schedule.Room{ID: "red", Name: "Red"}, At: place("rooms[0]")},
		{Room: schedule.Room{ID: "blue", Name: "Blue"}, At: place("rooms[1]")},
	}
	d.Tracks = []schedule.DraftTrack{
		{Track: schedule.Track{ID: "go", Name: "Go", Color: "#00add8"}, HostIDs: []string{"bo"}, At: place("tracks[0]")},
		{Track: schedule.Track{ID: "ops", Name: "Operations"}, At: place("tracks[1]")},
	}
	d.Talks = []schedule.DraftTalk{
		{
			Talk:    schedule.Talk{ID: "opening", Title: "Opening", Abstract: "Welcome to the mill.", Kind: schedule.KindKeynote, Tags: []string{"Welcome"}, Language: "pt-BR"},
			TrackID: "go", SpeakerIDs: []string{"ada"}, At: place("talks[0]"),
		},
		{
			Talk:    schedule.Talk{ID: "pagers", Title: "Quiet pagers", Tags: []string{"On Call"}, Links: []schedule.Link{{Title: "Slides", URL: "https://sample.example/s"}}},
			TrackID: "ops", SpeakerIDs: []string{"ada", "bo"}, At: place("talks[1]"),
		},
	}
	d.Slots = []schedule.DraftSlot{
		{ID: "opening-1", TalkID: "opening", RoomID: "red", Start: moment(t, "2016-11-07 09:00"), End: moment(t, "2016-11-07 10:00"), At: place("talks[0].slots[0]")},
		{ID: "pagers-1", TalkID: "pagers", RoomID: "blue", Start: moment(t, "2016-11-07 10:00"), End: moment(t, "2016-11-07 10:45"), At: place("talks[1].slots[0]")},
		{ID: "pagers-2", TalkID: "pagers", Start: moment(t, "2016-11-08 10:00"), End: moment(t, "2016-11-08 10:45"), Status: schedule.StatusTentative, At: place("talks[1].slots[1]")},
	}
	return d
}

// build builds a draft that has no faults.
func build(t require.TestingT, d *schedule.Draft) *schedule.Schedule {
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	require.NotNil(t, s)
	return s
}

// anyDraft draws a small conference whose parts refer to each other at random.
func anyDraft(t *rapid.T) *schedule.Draft {
	d := &schedule.Draft{}
	d.Conference.Conference = schedule.Conference{ID: "any", Name: "Any", DayChange: schedule.DefaultDayChange}
	d.Conference.ZoneName = rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Asia/Kolkata"}).Draw(t, "zone")
	ids := func(prefix string, n int) []string {
		var ids []string
		for i := range n {
			ids = append(ids, fmt.Sprintf("%s%d", prefix, i))
		}
		return ids
	}
	pick := func(label string, from []string, most int) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, most, rapid.ID).Draw(t, label)
	}
	speakers, rooms, tracks := ids("p", 4), ids("r", 3), ids("t", 3)
	for _, id := range speakers {
		d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(id), Name: "Name of " + id}})
	}
	for _, id := range rooms {
		d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(id), Name: id}})
	}
	for _, id := range tracks {
		d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: schedule.TrackID(id), Name: "Strand " + id}})
	}
	words := []string{"Go", "heap", "Stack", "queue"}
	for _, id := range ids("k", rapid.IntRange(1, 6).Draw(t, "talks")) {
		talk := schedule.DraftTalk{SpeakerIDs: pick("speakers", speakers, 3)}
		talk.ID = schedule.TalkID(id)
		talk.Title = "On " + rapid.SampledFrom(words).Draw(t, "title")
		talk.Abstract = rapid.SampledFrom(words).Draw(t, "abstract")
		talk.Kind = rapid.SampledFrom(schedule.Kinds()).Draw(t, "kind")
		talk.Tags = pick("tags", []string{"Alpha", "alpha", "Beta Ray"}, 3)
		talk.Language = rapid.SampledFrom([]string{"", "de", "pt", "pt-BR"}).Draw(t, "language")
		if track := rapid.IntRange(-1, 2).Draw(t, "track"); track >= 0 {
			talk.TrackID = tracks[track]
		}
		d.Talks = append(d.Talks, talk)
	}
	begin := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	for _, id := range ids("s", rapid.IntRange(1, 10).Draw(t, "slots")) {
		start := begin.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "start")) * time.Hour)
		slot := schedule.DraftSlot{
			ID:     schedule.SlotID(id),
			TalkID: string(rapid.SampledFrom(d.Talks).Draw(t, "talk").ID),
			Start:  schedule.Moment{Wall: schedule.WallTimeOf(start)},
			End:    schedule.Moment{Wall: schedule.WallTimeOf(start.Add(time.Hour))},
		}
		if room := rapid.IntRange(-1, 2).Draw(t, "room"); room >= 0 {
			slot.RoomID = rooms[room]
		}
		d.Slots = append(d.Slots, slot)
	}
	return d
}

// requireKind asserts that err is of a kind and that a reader can be told it.
func requireKind(t testing.TB, kind, err error) *schedule.Error {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var told *schedule.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, told.Sentence, err.Error())
	require.NotContains(t, told.Sentence, "\n")
	return told
}
