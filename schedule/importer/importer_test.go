package importer

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

// problems writes a report as "line:column code path" lines, warnings with "?".
func problems(r schedule.Report) []string {
	out := []string{}
	for _, p := range r.Problems {
		s := ""
		if p.Place.Line > 0 {
			s = strconv.Itoa(p.Place.Line)
			if p.Place.Column > 0 {
				s += ":" + strconv.Itoa(p.Place.Column)
			}
			s += " "
		}
		if s += p.Code; p.Severity == schedule.Warning {
			s += "?"
		}
		if p.Place.Path != "" {
			s += " " + p.Place.Path
		}
		out = append(out, s)
	}
	return out
}

func load(t testing.TB, text string, o Options) (*schedule.Schedule, schedule.Report) {
	t.Helper()
	s, report, err := Load(Source{Name: "x", Data: []byte(text)}, o)
	require.NoError(t, err)
	checkLoaded(t, s, report)
	return s, report
}

// testingT is what rapid and testing have in common.
type testingT interface {
	require.TestingT
	Helper()
}

// checkLoaded holds what Load promises of every source.
func checkLoaded(t testingT, s *schedule.Schedule, report schedule.Report) {
	t.Helper()
	require.Equal(t, report.Faults > 0, s == nil, "the schedule is nil exactly if there are faults")
	require.Equal(t, report.Faults+report.Warnings, len(report.Problems)+report.Left)
	for _, p := range report.Problems {
		require.NotEmpty(t, p.Code)
		require.NotEmpty(t, p.Message)
		require.NotContains(t, p.Message, "%!")
		require.NotEmpty(t, p.Place.File)
	}
	if s != nil {
		checkRoundTrip(t, s)
	}
}

// checkRoundTrip writes a schedule in the native format and reads it back.
func checkRoundTrip(t testingT, s *schedule.Schedule) {
	t.Helper()
	var written bytes.Buffer
	require.NoError(t, WriteNative(&written, s))
	again, report, err := Load(Source{Name: "written", Data: written.Bytes()}, Options{Format: FormatNative})
	require.NoError(t, err, written.String())
	for _, p := range report.Problems {
		// What the schedule itself has; the others are mended by the first
		// reading, or were never there.
		require.Contains(t, []string{"no-slot", "room-overlap", "speaker-overlap", "backslash", "html"}, p.Code, "%s\n%s", p, written.String())
	}
	require.Equal(t, contents(s), contents(again))
}

// contents returns all that a schedule holds, in a form that can be compared.
func contents(s *schedule.Schedule) any {
	type slot struct {
		ID         schedule.SlotID
		Talk       schedule.TalkID
		Start, End string
		Day        schedule.Date
		Room       *schedule.Room
		Status     schedule.Status
	}
	var slots []slot
	for _, x := range s.Slots() {
		slots = append(slots, slot{x.ID, x.Talk.ID, x.Start.Format(time.RFC3339), x.End.Format(time.RFC3339), x.Day, x.Room, x.Status})
	}
	conference := *s.Conference()
	conference.Zone = nil
	return []any{conference, s.Conference().Zone.String(), s.Rooms(), s.Speakers(), s.Tracks(), s.Talks(), slots}
}

func TestSample(t *testing.T) {
	t.Parallel()
	s, report, err := Load(Sample(), Options{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	checkRoundTrip(t, s)
	require.Equal(t, schedule.ConferenceID("qcon-sf-2016"), s.Conference().ID)
	require.Equal(t, Sample().Modified, s.Updated())
	require.Equal(t, "Ines Sombra", s.Tracks()[0].Hosts[0].Name)
	var slots []string
	for _, x := range s.Slots() {
		slots = append(slots, x.Start.UTC().Format("02T15:04 ")+string(x.ID))
	}
	require.Equal(t, []string{
		"07T18:35 kiran-bhattaram", "07T19:50 jordan-west", "07T21:40 tyler-mcmullen",
		"07T22:55 open-space", "08T00:10 jeff-hodges", "08T01:25 haley-tucker",
	}, slots)
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"conference: {}":                                "native",
		"\uFEFF# hello\n'talks' : []":                   "native",
		`{"conference": {"name": "x"}}`:                 "native",
		` {"a": [1, {"b": 2}], "talks": []}`:            "native",
		`{"schedule": {"conference": {"talks": 1}}}`:    "voc",
		`{"a": "talks", "b": ["talks"]}`:                "",
		"Track: Go\n10:00 - 11:00\n":                    "trackpage",
		"Hello\r\n track : Go\r\n\r\n1pm – 2pm\r\nX":    "trackpage",
		"Track: Go\nten to eleven\n":                    "",
		"10:00 - 11:00\n":                               "",
		"We met at the conference: it was good. talks:": "",

		"\u200BTrack\u00A0: Go\n10:00\u00A0-\u00A011:00 Room 1": "trackpage",
	} {
		_, f, err := choose(Source{Name: "x", Data: []byte(text)}, Options{})
		require.Equal(t, want, string(f.name), text)
		if want == "" {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, "--format ("+formatList()+")")
		}
	}
	require.Equal(t, FormatAuto, Formats()[0])
	require.Len(t, Formats(), len(formats())+1)
}

// Every fixture is of its own format and of no other, but for one: the columns
// of Sched's export can be read as a table too, and Sched is asked first.
func TestDetectFixtures(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string][]Format{
		"*.yaml": {FormatNative}, "trackpage/*": {FormatTrackPage}, "frab/*": {FormatFrab}, "voc/*": {FormatVoc}, "sessionize/*": {FormatSessionize},
		"csv/voctosched.csv": {FormatCSV}, "csv/sched.csv": {FormatSched, FormatCSV}, "ics/*": {FormatICS}, "golden/*": {FormatICS},
		"openevent/sessions.json": {FormatOpenEvent}, "openevent/event.json": nil, "openevent/speakers.json": nil, "openevent/tracks.json": nil, "openevent/microlocations.json": nil,
	} {
		files, err := filepath.Glob("../../testdata/" + pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			src, err := ReadFile(file)
			require.NoError(t, err)
			var found []Format
			for _, f := range formats() {
				if f.detect(src.Data) {
					found = append(found, f.name)
				}
			}
			require.Equal(t, want, found, file)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	date := schedule.Date{Year: 2016, Month: time.November, Day: 7}
	for name, c := range map[string]struct {
		text    string
		options Options
		want    string
	}{
		"empty":           {"", Options{}, "x is empty"},
		"blank":           {" \n\uFEFF\n", Options{}, "nothing in it but white space"},
		"utf-16":          {"\xFF\xFEt\x00", Options{}, "save it as UTF-8"},
		"utf-16 bare":     {"t\x00a\x00", Options{}, "save it as UTF-8"},
		"latin-1":         {"talks: []\nconference: {name: Zo\xEB}", Options{}, "x:2:22: this is not UTF-8"},
		"control":         {"talks: []\r\ntalk: é\x01", Options{}, "x:2:8: the character U+0001"},
		"delete":          {"talks: [] # \x7F", Options{}, "x:1:13: the character U+007F"},
		"web page":        {" <!DocType HTML><p>", Options{}, "is a web page"},
		"web page 2":      {"<HTML lang=en>", Options{Format: FormatTrackPage}, "is a web page"},
		"xml":             {"<?xml version='1.0'?>", Options{Format: FormatNative}, "looks like XML"},
		"zip":             {"PK\x03\x04...", Options{}, "zip"},
		"pdf":             {"%PDF-1.7", Options{}, "PDF"},
		"gzip":            {"\x1F\x8B\x08", Options{}, "gzip"},
		"unknown format":  {"talks: []", Options{Format: "foo"}, "“foo” is not a format; choose one of auto, " + formatList()},
		"zone":            {"talks: []", Options{Timezone: "Mars/Base"}, "“Mars/Base” is not a time zone"},
		"date":            {"talks: []", Options{Date: date}, "--date and --year are for a track page"},
		"year":            {"talks: []", Options{Format: FormatNative, Year: 2016}, "--date and --year are for a track page"},
		"far year":        {"Track: x\n1pm-2pm", Options{Year: 12}, "outside the years"},
		"date and year":   {"Track: x\n1pm-2pm", Options{Year: 2017, Date: date}, "is not in the year 2017"},
		"yaml":            {"conference:\n  name: [a\ntalks: []\n", Options{}, "x:2: this is not YAML: did not find expected ','"},
		"yaml dash":       {"talks: []\nrooms: []\n- c\n", Options{}, "x:3: this is not YAML: did not find expected key"},
		"yaml colon":      {"talks: []\nconference: a: b\n", Options{}, "x:2: this is not YAML: mapping values"},
		"yaml alias":      {"talks: []\nconference: *x\n", Options{}, "x:2:13: an alias"},
		"yaml tab":        {"conference:\n\tname: a\n", Options{}, "x:2: this is not YAML"},
		"yaml scalar":     {"hello", Options{Format: FormatNative}, "x:1:1: this is not a schedule in the native format"},
		"yaml comments":   {"# hello", Options{Format: FormatNative}, "only comments"},
		"yaml anchor":     {"&a {talks: []}", Options{Format: FormatNative}, "x:1:1: an anchor"},
		"two documents":   {"talks: []\n---\ntalks: []\n", Options{}, "x:2:1: a second YAML document"},
		"json":            {`{"talks": [}`, Options{}, "x:1:12: this is not JSON"},
		"json comma":      {"{\"talks\": [],\n \"é\": [1 2]}", Options{}, "x:2:10: this is not JSON"},
		"json cut":        {"{\"talks\": [\n", Options{}, "x:2:1: this is not JSON: it ends in the middle"},
		"json rest":       {"{\"talks\": []}\n x", Options{}, "x:2:2: the JSON is at its end"},
		"deep yaml":       {"talks: " + strings.Repeat("[", 1_000_000), Options{}, "this is not YAML"},
		"deep yaml, shut": {"talks: " + strings.Repeat("[", 60) + strings.Repeat("]", 60), Options{}, "nested more than 50 deep"},
		"deep json":       {`{"talks": ` + strings.Repeat("[", 1_000_000), Options{}, "nested more than 50 deep"},
		"deep dashes":     {"talks:\n" + strings.Repeat("- ", 1_000_000), Options{}, "not YAML"},
		"many parts":      {"talks: [" + strings.Repeat("a,", 2_000_001), Options{}, "more than 2 million keys and values"},
		"no track":        {"hello\n10:00 - 11:00", Options{Format: FormatTrackPage}, "is not a track page"},
		"big page":        {"Track: x\n1pm-2pm\n" + strings.Repeat("x", maxPage), Options{}, "more than 4 MiB of text"},
		"many tracks":     {"1pm-2pm\n" + strings.Repeat("Track: x\n", 2001), Options{Format: FormatTrackPage}, "more than 2000 “Track:” lines"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, report, err := Load(Source{Name: "x", Data: []byte(c.text)}, c.options)
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
			require.Empty(t, report)
		})
	}
	_, _, err := Load(Source{Name: "x", Data: make([]byte, MaxSource+1)}, Options{})
	require.ErrorContains(t, err, "more than 64 MiB")
}

// Whatever a schedule holds comes back from the native format.
func TestWriteNativeReadsBack(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ \t\n\r:#'"\\\-?\[\]{}&*!|>%@~a-c0-9é🐰\x{2028}\x{FEFF}]{0,40}`))
	name := rapid.Map(text, func(s string) string { return "N " + s })
	clock := rapid.IntRange(0, 24*60*400)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"America/Los_Angeles", "Europe/Berlin", "UTC", "Asia/Kolkata", "Australia/Lord_Howe"}).Draw(t, "zone")
		d := &schedule.Draft{Conference: schedule.DraftConference{ZoneName: zone, Conference: schedule.Conference{
			ID: "c", Name: name.Draw(t, "name"), Description: text.Draw(t, "description"), URL: "https://x.test/" + text.Draw(t, "url"),
			DayChange: time.Duration(rapid.IntRange(0, 43200).Draw(t, "change")) * time.Second,
			Venue: schedule.Venue{Name: text.Draw(t, "venue"), Position: &schedule.Position{
				Latitude: rapid.Float64Range(-90, 90).Draw(t, "latitude"), Longitude: rapid.Float64Range(-180, 180).Draw(t, "longitude")}},
		}}}
		d.Rooms = []schedule.DraftRoom{{Room: schedule.Room{ID: "r", Name: name.Draw(t, "room"), Building: text.Draw(t, "building")}}}
		for i := range rapid.IntRange(1, 3).Draw(t, "speakers") {
			d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{
				ID: schedule.SpeakerID(numbered("s", i)), Name: name.Draw(t, "speaker"), Role: text.Draw(t, "role"), Bio: text.Draw(t, "bio")}})
		}
		d.Tracks = []schedule.DraftTrack{{Track: schedule.Track{ID: "t", Name: name.Draw(t, "track"), Color: "#0AF"}, HostIDs: []string{"s-0"}}}
		for i := range rapid.IntRange(1, 3).Draw(t, "talks") {
			id := numbered("talk", i)
			d.Talks = append(d.Talks, schedule.DraftTalk{TrackID: "t", SpeakerIDs: []string{"s-0"}, Talk: schedule.Talk{
				ID: schedule.TalkID(id), Title: name.Draw(t, "title"), Abstract: text.Draw(t, "abstract"),
				Kind: rapid.SampledFrom(schedule.Kinds()).Draw(t, "kind"), Tags: rapid.SliceOfN(text, 0, 3).Draw(t, "tags"),
				Level: text.Draw(t, "level"), Links: []schedule.Link{{Title: text.Draw(t, "link"), URL: "https://x.test/"}},
			}})
			for j := range rapid.IntRange(0, 3).Draw(t, "slots") {
				slot := schedule.DraftSlot{ID: schedule.SlotID(id), TalkID: id, RoomID: rapid.SampledFrom([]string{"", "r"}).Draw(t, "in")}
				if j > 0 {
					slot.ID = schedule.SlotID(numbered(id, rapid.IntRange(0, 1).Draw(t, "gap")*10+j))
				}
				base := schedule.WallTime{Date: schedule.Date{Year: 2016, Month: 1, Day: 1}}
				slot.Start.Wall = base.Add(time.Duration(clock.Draw(t, "start")) * time.Minute)
				slot.End.Wall = slot.Start.Wall.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "length")) * time.Minute)
				if rapid.Bool().Draw(t, "day") {
					slot.Day = slot.Start.Wall.AddDays(-1)
				}
				slot.Status = rapid.SampledFrom([]schedule.Status{"", schedule.StatusCancelled, schedule.StatusTentative}).Draw(t, "status")
				d.Slots = append(d.Slots, slot)
			}
		}
		s, _ := schedule.Build(d)
		if s == nil {
			t.Skip("this draft has a fault")
		}
		checkRoundTrip(t, s)
	})
}

// What is written is for people to read and edit.
func TestWriteNativeText(t *testing.T) {
	t.Parallel()
	const text = `slotcast: 1
conference:
  id: moon-conf
  name: Moon Conf
  timezone: Europe/Berlin
  day_change: "06:00"
rooms:
  - id: hall
    name: 'Hall: 1'
speakers:
  - id: mira
    name: Mira Okonkwo
    url: https://mira.test/
tracks:
  - id: go
    name: Go
    color: '#00aaff'
    hosts:
      - mira
talks:
  - id: opening
    title: Opening
    kind: keynote
    track: go
    speakers:
      - mira
    start: 2024-10-27 02:10+01:00
    end: 2024-10-27 02:50+01:00
    room: hall
    day: 2024-10-27
    abstract: |-
      First.

      Second: “yes”.
    tags:
      - "no"
      - "2024"
      - "1:30"
      - nothing
    language: pt-br
    level: easy
    url: https://x.test/
    links:
      - title: slides
        url: https://x.test/s
  - id: repeated
    title: Repeated
    slots:
      - id: repeated
        start: 2024-10-28 23:30
        end: 2024-10-29 00:30
        status: cancelled
      - id: repeated-2
        start: 2024-10-29 10:00
        end: "10:00:30"
`
	s, report := load(t, text, Options{})
	require.Empty(t, report.Problems)
	var written bytes.Buffer
	require.NoError(t, WriteNative(&written, s))
	require.Equal(t, text, written.String())
}

func FuzzNative(f *testing.F) {
	f.Add(string(Sample().Data))
	f.Add(`{"conference": {"name": "x", "timezone": "UTC"}, "talks": [{"title": "\ud83d\ude00", "start": "2024-01-01 10:00Z", "duration": 30}]}`)
	f.Add("conference: {name: x, timezone: Europe/Berlin, day_change: '06:00', venue: {latitude: 1, longitude: 2}}\nspeakers: [{name: a}, {name: a}]\n" +
		"talks:\n- {title: a, speakers: [a-2], slots: [{start: 2024-10-27 02:10, end: '02:40'}, {start: 2024-10-27T02:10+01:00, duration: 1h, day: 2024-10-26}]}\n")
	f.Add("talks: &a [*a, !!int 1, {<<: *a}]\ntalks: |\n  x\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: FormatNative})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}

func FuzzTrackPage(f *testing.F) {
	f.Add("Track: x\nDay of week: Monday\ntheme\n\nTrack Host:\nA B\nCTO @C\nbio\n10:35am - 11:25am\n\nby D E and F G\nX @Y\n\ntext\nMonday Nov 7\n")
	f.Add("Track: x\n1pm-2\nLunch\n11:30 - 12:20pm\nBy A, Jr.\n23:00 – 0:30\nx\nNov 7, 2016\nrest")
	f.Fuzz(func(t *testing.T, text string) {
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: FormatTrackPage, Timezone: "Europe/Berlin", Conference: "C", Year: 2016})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}

// A key that is nearly one by which a format is known is named.
func TestMisspelt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"confrence:\n  name: X\ntlks:\n- title: A\n":   "it has the key “confrence”, so if that is to be “conference”, correct it",
		"# mine\n\"Talk\": # all\n- title: A\n":        "it has the key “Talk”, so if that is to be “talks”",
		"Conference:\r\n  name: X\r\n":                 "it has the key “Conference”, so if that is to be “conference”",
		"slotcat: 1\n":                                 "it has the key “slotcat”, so if that is to be “slotcast”",
		`{"a": {"talks": []}, "tallks": []}`:           "it has the key “tallks”, so if that is to be “talks”",
		`{"shedule": {"conference": {}}}`:              "it has the key “shedule”, so if that is to be “schedule”",
		"Track: Go\n\nTalk: we speak of it\n":          "",
		"rooms:\n- name: A\n":                          "",
		"hello: [" + strings.Repeat("x: [", 1_000_000): "",
	} {
		_, _, err := Load(Source{Name: "x", Data: []byte(text)}, Options{})
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.ErrorContains(t, err, "x is in no format that is known by its content; ")
		if want == "" {
			require.NotContains(t, err.Error(), "it has the key")
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}
