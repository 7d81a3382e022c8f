package importer

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestVoc(t *testing.T) {
	t.Parallel()
	s, report := loadFixture(t, Options{Timezone: "Europe/Berlin"}, "voc", "v1.json")
	require.Equal(t, []string{"4:19 zone-disagrees? schedule.conference", "22:15 title-missing? schedule.conference.days[0].rooms[Oil][1]"}, problems(report))
	require.Equal(t, []string{
		"01 09:00-01 09:30+02 01 talk 33333333-7335-4d36-abac-3ff0419ec954 in wick of glass: Light / ole Ole / nqtf8y Una",
		"01 09:00-01 10:15+02 01 workshop 7 in oil: Oil",
		"02 00:30-02 01:30+02 01 talk 6 in wick cancelled: Shadows",
	}, appearances(s))
	require.Equal(t, "Europe/Berlin", s.Conference().Zone.String())
	require.Equal(t, 4*time.Hour, s.Conference().DayChange)
	talk := s.Talks()[0]
	require.Equal(t, "See https://lamp.example/x.", talk.Abstract)
	require.Equal(t, []schedule.Link{{URL: "https://lamp.example/y"}, {Title: "Z", URL: "https://lamp.example/z"}}, talk.Links)
	require.Equal(t, "Una *glows*.", talk.Speakers[1].Bio)

	// Without --timezone the instants are right, and the hours those of the zone
	// that the file names.
	s, report = loadFixture(t, Options{}, "voc", "v1.json")
	require.Contains(t, problems(report), "12:15 zone-disagrees? schedule.conference.days[0].rooms[Wick][0]")
	require.Equal(t, time.Date(2025, 5, 1, 7, 0, 0, 0, time.UTC), s.Slots()[0].Start)
}

func TestVoc2(t *testing.T) {
	t.Parallel()
	s, report := loadFixture(t, Options{}, "voc", "v2.json")
	require.Equal(t, []string{"18:7 not-public? schedule.events[2]"}, problems(report))
	require.Equal(t, []string{
		"10 10:00-10 11:00+05:30 10 talk aaaaaa in field of tails: Wind, up / 66666666-7335-4d36-abac-3ff0419ec954 Asha Rao",
		"10 11:30-10 12:15+05:30 10 workshop 55555555-7335-4d36-abac-3ff0419ec955 cancelled: Strings",
		"10 13:00-10 14:00+05:30 10 break rice: Rice",
		"10 19:00-10 20:00+05:30 10 break rice-2: Rice",
	}, appearances(s))
	require.Equal(t, "Kites", s.Conference().Name)
	require.Equal(t, "#112233", s.Tracks()[0].Color)
	require.Equal(t, "Tails & Knots", s.Tracks()[0].Name)
	require.Equal(t, "Flies.", s.Speakers()[0].Bio)
	require.Equal(t, []schedule.Link{{Title: "Feedback", URL: "https://kite.example/f"}}, s.Talks()[0].Links)
}

func TestVocRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"web page":      {"<!DOCTYPE html>", "is a web page"},
		"no conference": {`{"schedule": {}}`, "x:1:1: this is no schedule.json"},
		"no object":     {`[1]`, "x:1:1: this is no schedule.json"},
		"cut":           {`{"schedule": {"conference": {`, "ends in the middle"},
		"deep":          {`{"schedule": {"conference": ` + strings.Repeat("[", 60), "nested more than 50 deep"},
		"many events":   {`{"schedule": {"conference": {}, "events": [` + strings.Repeat("0,", maxEvents) + `0]}}`, "more than 50000 events"},
		"huge":          {strings.Repeat(" ", maxEventSource+1), "more than 32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: FormatVoc, Timezone: "UTC"})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestIsVoc(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"schedule": {"conference": {`: true, "\uFEFF" + `{"a": [1, {"b": []}], "b": {"schedule": 1}, "schedule": {"version": [{}], "conference": 1`: true,
		`{"conference": {}}`: false, `{"schedule": []}`: false, `{"schedule": {"a": {"conference": 1}}}`: false, `[]`: false, `{"a": "schedule", "b": "conference"}`: false,
		`{"a": ` + strings.Repeat("[", 100): false,
	} {
		require.Equal(t, want, isVoc([]byte(text)), text)
	}
}

func FuzzVoc(f *testing.F) {
	for _, name := range []string{"v1.json", "v2.json"} {
		src, err := ReadFile(filepath.Join("..", "..", "testdata", "voc", name))
		require.NoError(f, err)
		f.Add(string(src.Data))
	}
	f.Add(`{"schedule": {"conference": {"days": [{"date": "2024-03-31", "rooms": {"": [{"title": "\u202e a", "id": "-", "start": "02:30", "duration": 90}]}}]}, "events": [{"title": "b", "start": "2024-10-27T02:30"}]}}`)
	f.Add(`{"schedule": {"conference": {"title": "C", "meta": {"slotcast": {"conference": "c", "timezone": "Asia/Tokyo", "day_change": "05:00", "slots": {"g": {"slot": "s", "talk": "t", "track": "x", "room": "r", "speakers": ["a"], "status": "tentative"}}}}, "days": [{"date": "2024-05-01", "rooms": {"R": [{"guid": "g", "title": "A", "date": "2024-05-01T10:00:00+09:00", "end": "2024-05-01T11:00:00+09:00", "track": "X", "persons": [{"public_name": "A"}]}, {"guid": "s", "title": "B", "start": "10:00", "duration": "1:00"}]}}]}}}`)
	f.Fuzz(func(t *testing.T, text string) { checkEvents(t, text, FormatVoc) })
}

// The end and the duration of an event can disagree; which is believed is told.
func TestVocEnd(t *testing.T) {
	t.Parallel()
	event := func(id int, date, rest string) string {
		return fmt.Sprintf(`{"id": %d, "title": "A%d", "date": "%s", %s}`, id, id, date, rest)
	}
	const ten, eleven = "2024-05-01T10:00:00+02:00", "2024-05-01T11:00:00+02:00"
	for name, c := range map[string]struct {
		events []string
		length time.Duration
		want   string
	}{
		"agree":           {[]string{event(1, ten, `"end": "2024-05-01T10:30:00+02:00", "duration": "0:30"`)}, 30 * time.Minute, ""},
		"agree in UTC":    {[]string{event(1, ten, `"end": "2024-05-01T08:30:00Z", "duration": "0:30"`)}, 30 * time.Minute, ""},
		"agree, seconds":  {[]string{event(1, ten, `"end": "2024-05-01T10:29:30+02:00", "duration": "0:30"`)}, 29*time.Minute + 30*time.Second, ""},
		"agree, days":     {[]string{event(1, ten, `"end": "2024-05-01T11:12:00+02:00", "duration": "1:12:00"`)}, 72 * time.Minute, ""},
		"no offset":       {[]string{event(1, ten, `"end": "2024-05-01T10:30:00", "duration": "0:30"`)}, 30 * time.Minute, ""},
		"end alone":       {[]string{event(1, ten, `"end": "2024-05-01T13:30:00+02:00"`)}, 210 * time.Minute, ""},
		"duration alone":  {[]string{event(1, ten, `"duration": "0:30"`)}, 30 * time.Minute, ""},
		"no time":         {[]string{event(1, ten, `"end": "later", "duration": "0:30"`)}, 30 * time.Minute, ""},
		"end believed":    {[]string{event(1, ten, `"end": "2024-05-01T13:30:00+02:00", "duration": "0:30"`)}, 210 * time.Minute, "“A1” lasts 3 hours 30 minutes by its end, and 30 minutes by its duration; the end is believed"},
		"another follows": {[]string{event(1, ten, `"end": "2024-05-01T13:30:00+02:00", "duration": "0:30"`), event(2, eleven, `"duration": "0:30"`)}, 30 * time.Minute, "the duration is believed, since another talk begins in the room before the end"},
		"end before":      {[]string{event(1, ten, `"end": "2024-05-01T09:30:00+02:00", "duration": "0:30"`)}, 30 * time.Minute, "“A1”: the end is not after the start, or is more than 31 days later; the duration is believed instead"},
		"end is start":    {[]string{event(1, ten, `"end": "2024-05-01T10:00:00+02:00", "duration": "0:30"`)}, 30 * time.Minute, "the duration is believed instead"},
		"another year":    {[]string{event(1, ten, `"end": "2025-05-01T10:30:00+02:00", "duration": "0:30"`)}, 30 * time.Minute, "the duration is believed instead"},
		"neither is good": {[]string{event(1, ten, `"end": "2024-05-01T09:30:00+02:00", "duration": "x"`), event(2, eleven, `"duration": "0:20"`)}, 20 * time.Minute, "“A1” ends at 2024-05-01 09:30:00, which is not after its start"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := `{"schedule": {"conference": {"acronym": "c", "title": "C", "time_zone_name": "Europe/Berlin", "days": [{"index": 1, "date": "2024-05-01", "rooms": {"R": [` + strings.Join(c.events, ", ") + `]}}]}}}`
			s, report := load(t, text, Options{})
			require.NoError(t, report.Err())
			require.Equal(t, c.length, s.Slots()[0].End.Sub(s.Slots()[0].Start))
			if c.want == "" {
				require.Empty(t, report.Problems)
				return
			}
			require.Len(t, report.Problems, 1)
			require.Contains(t, report.Problems[0].Message, c.want)
		})
	}
}

// A state that is not known is told of once.
func TestVocStates(t *testing.T) {
	t.Parallel()
	var events []string
	for i, state := range []string{"CONFIRMED", "accepted", "DELAYED", "", "POSTPONED", "Postponed", "CANCELED", "DRAFT"} {
		events = append(events, fmt.Sprintf(`{"guid": "g%d", "title": "A%d", "state": "%s", "start": "2024-05-01T1%d:00:00+02:00", "end": "2024-05-01T1%d:30:00+02:00"}`, i, i, state, i, i))
	}
	s, report := load(t, `{"schedule": {"conference": {"acronym": "c", "title": "C", "time_zone_name": "Europe/Berlin"}, "events": [`+strings.Join(events, ", ")+`]}}`, Options{})
	require.NoError(t, report.Err())
	require.Len(t, report.Problems, 2)
	require.Contains(t, report.Problems[0].Message, "“A4” and 1 more: the state “POSTPONED” is not known, so the talk is shown as one that takes place")
	require.Len(t, s.Slots(), 7)
	require.Equal(t, schedule.StatusCancelled, s.Slots()[6].Status)
}
