package importer

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestOpenEvent(t *testing.T) {
	t.Parallel()
	folder, err := ReadFile("../../testdata/openevent")
	require.NoError(t, err)
	snake := Source{Name: "snake"}
	for _, part := range folder.Parts {
		text := strings.NewReplacer("starts-at", "start_time", "ends-at", "end_time", "-abstract", "_abstract", "session-type", "session_type", "deleted-at", "deleted_at",
			"slides-url", "slides", "location-name", "location_name", "event-url", "event_url", "short-biography", "short_biography").Replace(string(part.Data))
		snake.Parts = append(snake.Parts, Source{Name: strings.TrimSuffix(part.Name, ".json"), Data: []byte(text)})
	}
	for name, src := range map[string]Source{"folder": folder, "archive": {Name: "x.zip", Data: packFolder(t, "openevent")}, "snake case": snake} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, report, err := Load(src, Options{})
			require.NoError(t, err)
			checkLoaded(t, s, report)
			require.Equal(t, []string{"1:1 zone-alias? timezone", "7:3 not-accepted?", "9:3 unscheduled?", "10:3 time?"}, problems(report))
			require.Equal(t, []string{
				"901 | 04T09:00/04T09:45 | confirmed | keynote | Opening | in 21 Great Hall | of 11 Tides | by 31 Mira Okonkwo",
				"902 | 04T10:00/04T11:00 | cancelled | talk | Knots | of 12 Ropes | by 32 Jon Ruys",
				"903 | 04T23:30/05T00:30 | confirmed | talk | Splices | in 22 Loft",
			}, slotLines(s))
			c := s.Conference()
			require.Equal(t, []string{"harbour-days", "Harbour Days", "America/Los_Angeles", "Pier 3", "https://harbour.test/", "Tides & ropes."},
				[]string{string(c.ID), c.Name, c.Zone.String(), c.Venue.Name, c.URL, c.Description})
			talk := s.Talks()[0]
			require.Equal(t, "The tide tables\n\nSee the notes (https://harbour.test/notes).", talk.Abstract)
			require.Equal(t, []string{"en", "Beginner", "#00aaff", "What comes and goes."}, []string{talk.Language, talk.Level, talk.Track.Color, talk.Track.Description})
			require.Equal(t, []schedule.Link{{Title: "Slides", URL: "https://files.test/1"}}, talk.Links)
			require.Equal(t, schedule.Speaker{ID: "31", Name: "Mira Okonkwo", Role: "Master", Affiliation: "Harbour Office", Bio: "Reads tides.", URL: "https://mira.test/"}, *talk.Speakers[0])
		})
	}
	// What has an offset is an instant, and is shown where the option says.
	s, _, err := Load(folder, Options{Timezone: "Europe/Lisbon"})
	require.NoError(t, err)
	require.Equal(t, "2026-05-04T17:00:00+01:00", s.Slots()[0].Start.Format("2006-01-02T15:04:05Z07:00"))
}

// The zone UTC is what an event has whose organiser chose none.
func TestOpenEventUTC(t *testing.T) {
	t.Parallel()
	src := Source{Name: "x", Parts: []Source{
		{Name: "event", Data: []byte(`{"name": "C", "timezone": "UTC"}`)},
		{Name: "sessions", Data: []byte(`[{"id": 1, "title": "A", "state": "accepted", "microlocation": null, "starts-at": "2026-05-04T09:00:00+00:00", "ends-at": "2026-05-04T10:00:00+00:00"}]`)},
	}}
	for zone, want := range map[string]string{"": "09:00Z", "UTC": "09:00Z", "Europe/Lisbon": "09:00+01:00"} {
		s, report, err := Load(src, Options{Timezone: zone})
		require.NoError(t, err)
		require.Equal(t, []string{"1:1 utc-label?"}, problems(report))
		require.Equal(t, want, s.Slots()[0].Start.Format("15:04Z07:00"), zone)
	}
}

func TestOpenEventRefuses(t *testing.T) {
	t.Parallel()
	const session = `[{"id": 1, "title": "A", "state": "accepted", "microlocation": null, "starts-at": "2026-05-04T09:00:00+00:00", "ends-at": "2026-05-04T10:00:00+00:00"}]`
	for name, c := range map[string]struct {
		parts []Source
		want  string
	}{
		"no sessions": {[]Source{{Name: "event", Data: []byte(`{"name": "C"}`)}}, "x has no list of sessions as Open Event exports it"},
		"no list":     {[]Source{{Name: "sessions", Data: []byte(`{"title": 1}`)}}, "x has no list of sessions"},
		"two events":  {[]Source{{Name: "a/sessions", Data: []byte(session)}, {Name: "b/sessions", Data: []byte(session)}}, "x has the sessions of two events (a/sessions and b/sessions)"},
		"no JSON":     {[]Source{{Name: "sessions", Data: []byte(session)}, {Name: "event", Data: []byte(`{"name":`)}}, "event:1:9: this is not JSON: it ends in the middle"},
		"deep":        {[]Source{{Name: "sessions", Data: []byte(session)}, {Name: "tracks", Data: []byte(strings.Repeat("[", 1_000_000))}}, "nested more than 50 deep"},
		"many":        {[]Source{{Name: "sessions", Data: []byte(`[` + strings.Repeat(`{"title":1,"microlocation":1,"start_time":1,"a":1,"b":1},`, 200_000) + `{}]`)}}, "more than 2 million keys and values"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := readOpenEvent(Source{Name: "x", Parts: c.parts}, Options{})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
	_, report, err := Load(Source{Name: "x", Data: []byte(session)}, Options{})
	require.NoError(t, err, "the sessions alone are a schedule")
	require.Equal(t, []string{"name-missing", "zone-missing"}, problems(report))
}

// Without its sessions an export is told of as what it is.
func TestOpenEventRest(t *testing.T) {
	t.Parallel()
	rest := []packFile{{name: "event", text: `{"name": "C"}`}, {name: "speakers", text: "[]"}, {name: "tracks", text: "[]"}, {name: "microlocations", text: "[]"}}
	for name, files := range map[string][]packFile{
		"none": rest, "empty": append(rest[:4:4], packFile{name: "sessions", text: "[\n]"}), "named": {{name: "x/event.json", text: "{}"}, {name: "x/speakers.json", text: "[]"}, {name: "x/tracks.json", text: "[]"}},
	} {
		for _, format := range []Format{FormatAuto, FormatOpenEvent} {
			_, _, err := Load(Source{Name: "x", Data: pack(t, files...)}, Options{Format: format})
			require.ErrorIs(t, err, schedule.ErrInvalid, name)
			require.ErrorContains(t, err, "x is an Open Event export without its list of sessions; export it again", name)
		}
	}
}

func TestOpenEventReal(t *testing.T) {
	t.Parallel()
	none := []string{}
	checkReal(t, FormatOpenEvent, []realFile{
		{path: "open_event_zip/FOSSASIASummit2017.zip", zone: "Asia/Singapore", talks: 214, slots: 214, rooms: 15, speakers: 207, tracks: 22, asks: none, instants: []string{
			"3014: 2017-03-17T01:00Z/2017-03-17T01:10Z", "2965: 2017-03-18T01:00Z/2017-03-18T01:55Z", "2881: 2017-03-19T02:30Z/2017-03-19T02:55Z",
		}},
		// The hours of Berlin, under the name of UTC.
		{path: "open_event_zip/NextcloudConference2017.zip", zone: "Europe/Berlin", talks: 36, slots: 36, rooms: 3, speakers: 41, tracks: 4, left: 2, asks: none, instants: []string{
			"3725: 2017-08-22T08:00Z/2017-08-22T09:00Z", "3749: 2017-08-25T07:58Z/2017-08-25T08:25Z", "3757: 2017-08-25T13:30Z/2017-08-25T14:00Z",
		}},
		{path: "open_event/FOSSASIASummit2018", zone: "Asia/Singapore", talks: 233, slots: 233, rooms: 17, speakers: 341, tracks: 14, left: 2, asks: none, instants: []string{
			"4450: 2018-03-22T05:00Z/2018-03-22T05:05Z", "4628: 2018-03-23T01:31Z/2018-03-23T02:26Z", "4292: 2018-03-25T02:30Z/2018-03-25T02:55Z",
		}},
	})
}

func FuzzOpenEvent(f *testing.F) {
	read := func(name string) string {
		data, err := os.ReadFile("../../testdata/openevent/" + name + ".json")
		require.NoError(f, err)
		return string(data)
	}
	f.Add(read("event"), read("sessions"), read("speakers"), read("tracks"))
	f.Add(`{"timezone": "UTC"}`, `[{"title": "a", "microlocation": {"name": 1}, "start_time": "2026-03-29T01:30:00+00:00", "end_time": "2026-03-29T03:30:00", "state": "confirmed"}]`, `[]`, `{}`)
	f.Fuzz(func(t *testing.T, event, sessions, speakers, tracks string) {
		src := Source{Name: "x", Parts: []Source{{Name: "event", Data: []byte(event)}, {Name: "sessions", Data: []byte(sessions)}, {Name: "speakers", Data: []byte(speakers)}, {Name: "tracks", Data: []byte(tracks)}}}
		s, report, err := Load(src, Options{Format: FormatOpenEvent, Timezone: "Europe/Lisbon", Conference: "C"})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}
