package importer

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestSessionizeAll(t *testing.T) {
	t.Parallel()
	s, report := fixture(t, "sessionize/all.json", Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"})
	require.Equal(t, []string{"utc-label?", "9:5 unknown-speaker?", "20:5 not-accepted?", "24:5 unscheduled?"}, problems(report))
	require.Equal(t, []string{
		"90101 | 04T09:00/04T09:45 | confirmed | keynote | Opening: the tide tables | in 7 Great Hall | of 11 Tides | by 5d0f6b1e-0000-4000-8000-00000000000a Mira Okonkwo | #English",
		"90102 | 04T10:00/04T12:00 | cancelled | workshop | Knots under load | in 8 Loft | of 12 Ropes | by 5d0f6b1e-0000-4000-8000-00000000000b Jon Ruys",
		"a3b0c2d4-0000-4000-8000-000000000001 | 04T12:00/04T13:00 | confirmed | break | Lunch",
	}, slotLines(s))
	require.Equal(t, schedule.ConferenceID("harbour-days"), s.Conference().ID)
	talk := s.Talks()[0]
	require.Equal(t, "What the harbour knows.\n\nAnd what it does not: notes (https://harbour.test/notes).", talk.Abstract)
	require.Equal(t, "Beginner", talk.Level)
	require.Equal(t, []schedule.Link{{Title: "Live stream", URL: "https://live.test/a"}}, talk.Links)
	mira := talk.Speakers[0]
	require.Equal(t, []string{"Harbour master", "Reads tides.", "https://mira.test/"}, []string{mira.Role, mira.Bio, mira.URL})
	// The Z is no offset: another zone gives another instant of the same hour.
	require.Equal(t, "2026-05-04T09:00:00+01:00", s.Slots()[0].Start.Format("2006-01-02T15:04:05Z07:00"))
}

func TestSessionizeGridSmart(t *testing.T) {
	t.Parallel()
	s, report := fixture(t, "sessionize/gridsmart.json", Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"})
	require.Equal(t, []string{"16:11 time?"}, problems(report))
	require.Equal(t, []string{
		"90101 | 04T09:00/04T09:45 | confirmed | talk | Opening: the tide tables | in 7 Great Hall | of 11 Tides | by 5d0f6b1e-0000-4000-8000-00000000000a Mira Okonkwo | #harbours | #moon",
		"90102 | 04T10:00/04T11:00 | confirmed | talk | Knots under load | in 8 Loft | by 5d0f6b1e-0000-4000-8000-00000000000a Mira Okonkwo | by 5d0f6b1e-0000-4000-8000-00000000000b Jon Ruys",
		"a3b0c2d4-0000-4000-8000-000000000002 | 04T23:00/05T01:00 | confirmed | social | Closing party | in 7 Great Hall",
	}, slotLines(s))
}

func TestSessionizeSessions(t *testing.T) {
	t.Parallel()
	s, report := fixture(t, "sessionize/sessions.json", Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"})
	require.Equal(t, []string{"13:7 id-duplicate?"}, problems(report))
	require.Equal(t, []string{
		"90101 | 04T09:00/04T09:45 | confirmed | talk | Opening: the tide tables | in 7 Great Hall | of 11 Tides | by 5d0f6b1e-0000-4000-8000-00000000000a Mira Okonkwo",
		"90102 | 04T10:00/04T11:00 | confirmed | talk | Knots under load | in 8 Loft | of 12 Ropes | by 5d0f6b1e-0000-4000-8000-00000000000b Jon Ruys",
	}, slotLines(s))
}

// view is a view Sessions of one group with these sessions.
func view(sessions ...string) string {
	return `[{"groupId": null, "groupName": "All", "sessions": [` + strings.Join(sessions, ",\n") + `]}]`
}

func TestSessionizeProblems(t *testing.T) {
	t.Parallel()
	const times = `"startsAt": "2026-05-04T09:00:00", "endsAt": "2026-05-04T10:00:00"`
	session := func(id int, rest string) string { return fmt.Sprintf(`{"id": %d, "title": "A%d", %s}`, id, id, rest) }
	good := []string{session(1, times), session(2, times), session(3, times)}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"clean":        {view(good...), []string{}},
		"no title":     {view(append(good, `{"id": 4, `+times+`}`)...), []string{"4:1 title-missing?"}},
		"no session":   {view(append(good, `"x"`)...), []string{"4:1 type?"}},
		"no time":      {view(append(good, session(4, `"startsAt": "tomorrow", "endsAt": "2026-05-04T10:00:00"`))...), []string{"4:1 time?"}},
		"no such date": {view(append(good, session(4, `"startsAt": "2026-02-30T09:00:00", "endsAt": "2026-05-04T10:00:00"`))...), []string{"4:1 time?"}},
		"skipped":      {view(append(good, session(4, `"startsAt": "2026-03-29T01:30:00", "endsAt": "2026-03-29T04:00:00"`))...), []string{"4:1 time?"}},
		"long":         {view(append(good, session(4, `"startsAt": "2026-05-04T09:00:00", "endsAt": "2026-07-04T10:00:00"`))...), []string{"4:1 time?"}},
		"far":          {view(append(good, session(4, `"startsAt": "1950-05-04T09:00:00", "endsAt": "1950-05-04T10:00:00"`))...), []string{"4:1 time?"}},
		"waiting":      {view(append(good, session(4, `"status": "Waitlisted", `+times))...), []string{"4:1 not-accepted?"}},
		"no end":       {view(append(good, session(4, `"startsAt": "2026-05-04T09:00:00", "endsAt": null`))...), []string{"4:1 unscheduled?"}},
		"night":        {view(session(1, `"startsAt": "2026-05-04T03:00:00Z", "endsAt": "2026-05-04T04:00:00Z"`)), []string{"utc-label?", "night?"}},
		"nameless":     {view(session(1, times+`, "speakers": [{"id": "a", "name": " "}, {"name": "Ann"}]`)), []string{"1:159 speaker-nameless?"}},
		"long title":   {view(`{"id": "1", "title": "` + strings.Repeat("x", 5_000) + `", ` + times + `}`), []string{"1:53 too-long?"}},
		"many tags":    {view(session(1, times+`, "categories": [{"name": "Tags", "categoryItems": [`+strings.Repeat(`{"name": "a"},`, 300)+`{"name": "b"}]}]`)), []string{"1:53 limit?"}},
		"address":      {view(session(1, times+`, "liveUrl": "ftp://x"`)), []string{"1:53 address? links[0].url"}},
		"mostly wrong": {view(session(1, times), `"x"`, `"y"`), []string{"unreadable", "2:1 type?", "3:1 type?"}},
		"no sessions":  {view(), []string{"empty"}},
		"other offset": {view(session(1, `"startsAt": "2026-05-04T09:00:00+05:00", "endsAt": "2026-05-04T10:00:00+05:00"`)), []string{"1:53 offset start", "1:53 offset end"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, report := load(t, c.text, Options{Timezone: "Europe/Lisbon", Conference: "C"})
			require.Equal(t, c.want, problems(report), "%v", report.Problems)
		})
	}
	_, report := load(t, view(good...), Options{})
	require.Equal(t, []string{"name-missing", "zone-missing"}, problems(report))
	require.Contains(t, report.Problems[1].Message, "--timezone")
	zulu := view(session(1, `"startsAt": "2026-05-04T03:00:00Z", "endsAt": "2026-05-04T04:00:00Z"`))
	_, report = load(t, zulu, Options{Timezone: "Europe/Lisbon", Conference: "C"})
	require.Contains(t, report.Problems[0].Message, "1 session with times that end in Z")
	_, report = load(t, zulu, Options{Timezone: "UTC", Conference: "C"})
	require.Empty(t, report.Problems, "UTC was given")
}

func TestSessionizeRefuses(t *testing.T) {
	t.Parallel()
	speakers, err := os.ReadFile("../../testdata/sessionize/speakers.json")
	require.NoError(t, err)
	for name, c := range map[string]struct{ text, want string }{
		"speakers": {string(speakers), "is Sessionize's view of the speakers, which has no times; give its view All or GridSmart"},
		"list":     {`[]`, "is no view of Sessionize that has sessions"},
		"nested":   {`[[{"sessions": []}]]`, "is no view of Sessionize that has sessions"},
		"text":     {`"sessions"`, "is no view of Sessionize that has sessions"},
		"object":   {`{"talks": []}`, "is no view of Sessionize that has sessions"},
		"cut":      {`[{"rooms": [`, "this is not JSON: it ends in the middle"},
		"no JSON":  {`ERR: no such endpoint.`, "this is not JSON"},
		"deep":     {`[{"rooms": ` + strings.Repeat("[", 1_000_000), "nested more than 50 deep"},
		"parts":    {`[{"rooms": [` + strings.Repeat("1,", 2_000_001), "more than 2 million keys and values"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: FormatSessionize})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
		})
	}
}

func TestSessionizeDetect(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"sessions": [{"a": 1}], "speakers": [], "questions": [], "categories": [], "rooms": []}`: true,
		"\uFEFF [\n{\"date\": \"x\", \"rooms\": [{}], \"timeSlots\": []}]":                         true,
		`[{"groupId": null, "groupName": "All", "sessions": []}]`:                                  true,
		`[{"fullName": "A", "sessions": []}]`:                                                      true,
		`{"sessions": []}`:                                                                         false,
		`[{"a": {"groupName": 1, "sessions": 2}}]`:                                                 false,
		`[[{"groupName": 1, "sessions": 2}]]`:                                                      false,
		`[1, {"groupName": 1, "sessions": 2}]`:                                                     false,
		`[]`:                                                                                       false,
		`["groupName", "sessions"]`:                                                                false,
		`{"schedule": {"rooms": [], "timeSlots": []}}`:                                             false,
		`rooms, timeSlots`:                                                                         false,
		strings.Repeat("[", 1_000_000):                                                             false,
		`[{"a": ` + strings.Repeat("[", 1_000_000):                                                 false,
		`[{"rooms": "` + strings.Repeat("x", 100) + `", "`:                                         false,
	} {
		require.Equal(t, want, isSessionize([]byte(text)), text[:min(len(text), 100)])
	}
}

func TestSessionizeReal(t *testing.T) {
	t.Parallel()
	demo := func(view string, talks, rooms int) realFile {
		return realFile{path: "sessionize/sessionize-sample-" + view + ".json", zone: "Europe/Zagreb", talks: talks, slots: talks, rooms: rooms, speakers: 10, tracks: 3, instants: []string{
			"14022: 2017-05-27T07:00Z/2017-05-27T08:00Z", "14025: 2017-05-28T07:00Z/2017-05-28T09:15Z", "14021: 2017-05-28T09:30Z/2017-05-28T10:30Z",
		}}
	}
	const chain, newYork = "revisions/droidcon-nyc-2019/", "America/New_York"
	checkReal(t, FormatSessionize, []realFile{
		demo("All", 11, 3), demo("GridSmart", 11, 3), demo("Sessions", 10, 2),
		{path: "sessionize/sessionize-sample-Speakers.json", refused: "view of the speakers"},
		{path: "sessionize/droidcon-sf-2023-Speakers.json", refused: "view of the speakers"},
		{path: "sessionize/droidcon-nyc-2018-GridSmart.json", zone: newYork, talks: 60, slots: 60, rooms: 4, speakers: 60, instants: []string{
			"57042: 2018-08-27T13:00Z/2018-08-27T13:40Z", "a451395b-b173-4d9c-bb98-afd9de642081: 2018-08-27T16:10Z/2018-08-27T17:10Z", "57256: 2018-08-28T20:50Z/2018-08-28T21:30Z",
		}},
		{path: "sessionize/droidcon-sf-2023-GridSmart.json", zone: "America/Los_Angeles", talks: 86, slots: 86, rooms: 4, speakers: 78, instants: []string{
			"16391e54-2657-427f-a2cf-9b5f83b53be1: 2023-06-08T14:30Z/2023-06-08T16:00Z", "476741: 2023-06-08T17:20Z/2023-06-08T18:00Z", "444528: 2023-06-09T16:00Z/2023-06-09T16:40Z",
		}},
		{path: chain + "1.json", zone: newYork, talks: 201, slots: 201, rooms: 6, speakers: 128, instants: []string{
			"68522cf9-cdef-45ba-98b5-fcab1cfd0e81: 2019-07-01T12:00Z/2019-07-01T13:30Z", "fde409aa-c146-4db8-8051-70f7f8f217ef: 2019-07-01T14:50Z/2019-07-01T15:00Z", "97389: 2019-07-03T21:40Z/2019-07-03T22:20Z",
		}},
		{path: chain + "2.json", zone: newYork, talks: 85, slots: 85, rooms: 6, speakers: 90, instants: []string{
			"cf0835f7-456f-4f27-a300-57727e4e7c57: 2019-08-26T12:00Z/2019-08-26T13:00Z", "129598: 2019-08-26T14:55Z/2019-08-26T15:35Z", "132435: 2019-08-27T20:55Z/2019-08-27T21:35Z",
		}},
		{path: chain + "3.json", zone: newYork, talks: 94, slots: 94, rooms: 5, speakers: 95, instants: []string{
			"cf0835f7-456f-4f27-a300-57727e4e7c57: 2019-08-26T11:30Z/2019-08-26T12:45Z", "132853: 2019-08-26T13:45Z/2019-08-26T14:25Z", "137983: 2019-08-27T21:00Z/2019-08-27T21:40Z",
		}},
		{path: chain + "4.json", zone: newYork, talks: 92, slots: 92, rooms: 5, speakers: 95, instants: []string{
			"cf0835f7-456f-4f27-a300-57727e4e7c57: 2019-08-26T11:30Z/2019-08-26T12:45Z", "132853: 2019-08-26T13:45Z/2019-08-26T14:25Z", "137907: 2019-08-27T20:25Z/2019-08-27T21:05Z",
		}},
		{path: chain + "5.json", zone: "Europe/Berlin", talks: 62, slots: 62, rooms: 2, speakers: 33, instants: []string{
			"97c02802-3078-42ee-814a-95fc32be9f1a: 2019-09-09T06:00Z/2019-09-09T07:00Z", "4952e588-d759-485d-a1ff-416ce8376c48: 2019-09-09T07:50Z/2019-09-09T08:00Z", "840d58a2-7cbb-4136-9cef-4634ca49e496: 2019-09-10T16:20Z/2019-09-10T16:40Z",
		}},
	})
}

func FuzzSessionize(f *testing.F) {
	for _, name := range []string{"all", "gridsmart", "sessions", "speakers"} {
		data, err := os.ReadFile("../../testdata/sessionize/" + name + ".json")
		require.NoError(f, err)
		f.Add(string(data))
	}
	f.Add(view(`{"id": "1", "title": "CANCELLED: \u0001", "startsAt": "2026-10-25T01:30:00Z", "endsAt": "2026-10-25T01:45:00+00:00"}`))
	f.Fuzz(func(t *testing.T, text string) {
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: FormatSessionize, Timezone: "Europe/Lisbon", Conference: "C"})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}

// The view of the speakers has what the grid leaves out of them.
func TestSessionizeParts(t *testing.T) {
	t.Parallel()
	part := func(name string) Source {
		src, err := ReadFile("../../testdata/sessionize/" + name)
		require.NoError(t, err)
		return Source{Name: name, Data: src.Data}
	}
	o := Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"}
	s, report, err := Load(Source{Name: "x", Parts: []Source{part("gridsmart.json"), {Name: "notes.txt", Data: []byte("hello")}, part("speakers.json")}}, o)
	require.NoError(t, err)
	checkLoaded(t, s, report)
	mira := s.Talks()[0].Speakers[0]
	require.Equal(t, []string{"Mira Okonkwo", "Harbour master", "Reads tides."}, []string{mira.Name, mira.Role, mira.Bio})
	require.Equal(t, "gridsmart.json", report.Problems[0].Place.File)

	// Of several views the fullest is read.
	folder, err := ReadFile("../../testdata/sessionize")
	require.NoError(t, err)
	s, report, err = Load(folder, o)
	require.NoError(t, err)
	checkLoaded(t, s, report)
	require.Equal(t, schedule.KindKeynote, s.Talks()[0].Kind)

	twice := part("gridsmart.json")
	twice.Name = "again.json"
	_, _, err = Load(Source{Name: "x", Parts: []Source{part("gridsmart.json"), twice}}, o)
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "x has the same view of Sessionize twice (gridsmart.json and again.json)")
	_, _, err = Load(Source{Name: "x", Parts: []Source{part("speakers.json")}}, o)
	require.ErrorContains(t, err, "view of the speakers, which has no times")
}

// In the real files too.
func TestSessionizePartsReal(t *testing.T) {
	t.Parallel()
	grid, speakers := shared(t, "sessionize", "droidcon-sf-2023-GridSmart.json"), shared(t, "sessionize", "droidcon-sf-2023-Speakers.json")
	s, report, err := Load(Source{Name: "droidcon", Parts: []Source{grid, speakers}}, Options{Timezone: "America/Los_Angeles", Conference: "C"})
	require.NoError(t, err)
	checkLoaded(t, s, report)
	require.Len(t, s.Slots(), 86)
	require.Len(t, s.Speakers(), 78)
	for _, p := range s.Speakers() {
		require.NotEmpty(t, p.Bio+p.Role+p.URL, p.Name)
	}
}
