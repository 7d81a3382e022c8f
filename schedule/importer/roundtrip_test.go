package importer_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/importer"
)

const base = "https://slotcast.example"

// both writes an edition in both exchange formats.
var both = []struct {
	name  string
	write func(e *schedule.Edition, base string) ([]byte, error)
}{{"schedule.xml", feed.ScheduleXML}, {"schedule.json", feed.ScheduleJSON}}

func publish(s *schedule.Schedule) *schedule.Edition {
	r := feed.Render(s, nil)
	return schedule.NewEdition(s, schedule.Ledger{}.Advance(s, r.Digests(), time.Date(2026, 5, 2, 8, 0, 0, 0, time.UTC)))
}

// described writes what a round trip has to keep, a line for each slot.
func described(s *schedule.Schedule) []string {
	c := s.Conference()
	at := "nowhere"
	if p := c.Venue.Position; p != nil {
		at = fmt.Sprint(*p)
	}
	person := func(p *schedule.Speaker) string {
		return fmt.Sprintf("%s %q, %q, %q, %q %s\n", p.ID, p.Name, p.Role, p.Affiliation, p.Bio, p.URL)
	}
	lines := []string{fmt.Sprintf("%s %q %s %s %s %q at %q, %q, %s", c.ID, c.Name, c.Zone, c.DayChange, c.URL, c.Description, c.Venue.Name, c.Venue.Address, at)}
	for _, x := range s.Slots() {
		t := x.Talk
		line := fmt.Sprintf("%s of %s %q %s-%s on %s %s %s %s %s\n%s\n", x.ID, t.ID, t.Title,
			x.Start.Format(time.RFC3339), x.End.Format(time.RFC3339), x.Day, x.Status, t.Kind, t.Language, t.URL, t.Abstract)
		if x.Room != nil {
			line += fmt.Sprintf("room %s %q in %q\n", x.Room.ID, x.Room.Name, x.Room.Building)
		}
		if t.Track != nil {
			line += fmt.Sprintf("track %s %q %s %q\n", t.Track.ID, t.Track.Name, t.Track.Color, t.Track.Description)
			for _, p := range t.Track.Hosts {
				line += "host " + person(p)
			}
		}
		for _, p := range t.Speakers {
			line += "speaker " + person(p)
		}
		for _, l := range t.Links {
			line += fmt.Sprintf("link %q %s\n", l.Title, l.URL)
		}
		line += fmt.Sprintf("%q %q\n", t.Tags, t.Level)
		lines = append(lines, line)
	}
	return lines
}

// requireRoundTrip exports a schedule, imports that, and wants it to be the same.
func requireRoundTrip(t *testing.T, s *schedule.Schedule) {
	t.Helper()
	for _, f := range both {
		data, err := f.write(publish(s), base)
		require.NoError(t, err)
		again, report, err := importer.Load(importer.Source{Name: f.name, Data: data}, importer.Options{})
		require.NoError(t, err)
		for _, p := range report.Problems {
			require.Contains(t, []string{"room-overlap", "speaker-overlap", "backslash"}, p.Code, "%s: %s", f.name, p)
		}
		want, got := described(s), described(again)
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i], got[i], f.name)
		}
		once, err := f.write(publish(s), base)
		require.NoError(t, err)
		require.Equal(t, string(data), string(once), "the same edition gives the same octets")
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, zone string }{
		{"harbour.yaml", ""}, {"clock-change.yaml", ""}, {"frab/frab.xml", ""}, {"frab/pentabarf.xml", "Europe/Oslo"},
		{"frab/wafer.xml", "America/Toronto"}, {"voc/v1.json", "Europe/Berlin"}, {"voc/v2.json", ""}, {"sessionize/all.json", "Europe/Lisbon"},
		{"openevent", ""}, {"csv/sched.csv", "America/Detroit"}, {"trackpage/full.txt", "America/Los_Angeles"},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			src, err := importer.ReadFile(filepath.Join("..", "..", "testdata", filepath.FromSlash(c.path)))
			require.NoError(t, err)
			o := importer.Options{Timezone: c.zone}
			switch filepath.Ext(c.path) {
			case ".txt":
				o.Date = schedule.Date{Year: 2018, Month: time.March, Day: 8}
				fallthrough
			case ".csv":
				o.Conference = "Full"
			}
			if strings.HasPrefix(c.path, "sessionize") {
				o.Conference = "Full"
			}
			s, report, err := importer.Load(src, o)
			require.NoError(t, err)
			require.NoError(t, report.Err())
			requireRoundTrip(t, s)
		})
	}
}

// Whatever an organiser writes in a name comes back as it was, ids that mean
// something to a format included.
func TestRoundTripOddities(t *testing.T) {
	t.Parallel()
	at := func(day, hour, minute int) schedule.Moment {
		return schedule.Moment{Wall: schedule.WallTime{Date: schedule.Date{Year: 2026, Month: time.October, Day: day}, Hour: hour, Minute: minute}}
	}
	d := &schedule.Draft{
		Conference: schedule.DraftConference{ZoneName: "Antarctica/DumontDUrville", Conference: schedule.Conference{ID: "a-", Name: `<"&'>`, DayChange: 2*time.Hour + 30*time.Minute,
			URL: "https://x.example/?year[]=1", Description: "?> <b>&amp;</b>\n\n\"'\\ \u2028",
			Venue: schedule.Venue{Name: "?>", Address: "1 \"Dry\" Valley", Position: &schedule.Position{Latitude: -66.6628, Longitude: 140.0013}}}},
		Tracks: []schedule.DraftTrack{
			{Track: schedule.Track{ID: "x", Name: "Same", Color: "#00ff00", Description: "]]>?>-->"}, HostIDs: []string{"host", "p"}},
			{Track: schedule.Track{ID: "yy", Name: "Same", Color: "#ff0000"}},
		},
		Rooms: []schedule.DraftRoom{{Room: schedule.Room{ID: "r", Name: "Hall", Building: "A?>"}}, {Room: schedule.Room{ID: "r2", Name: "Hall"}}},
		Speakers: []schedule.DraftSpeaker{
			{Speaker: schedule.Speaker{ID: "p", Name: "Ada", Role: "R", Affiliation: "?>", Bio: strings.Repeat("\u6f22?>\"", 12_000), URL: "https://x.example/{p}"}},
			{Speaker: schedule.Speaker{ID: "p-2", Name: "Ada", URL: "https://x.example/%7Bp%7D"}}, {Speaker: schedule.Speaker{ID: "0", Name: "0"}},
			{Speaker: schedule.Speaker{ID: "host", Name: "Bo <?", Role: "Chair", Bio: "Line\u0085\nline\uFFFE.", URL: "https://x.example/|"}},
		},
		Talks: []schedule.DraftTalk{
			{Talk: schedule.Talk{ID: "t-", Title: "CANCELLED: not at all", Abstract: "<p>no *markup* &amp; no</p>", Kind: "break", Tags: []string{"?>", "b"}, Level: "?>"}, TrackID: "yy", SpeakerIDs: []string{"p-2", "p"}},
			{Talk: schedule.Talk{ID: "u", Title: "Lunch", Kind: "talk", URL: "https://x.example/a[1]|b", Links: []schedule.Link{{URL: "https://x.example/%41"}, {URL: "https://x.example/?label_name[]=v3d"}, {URL: "https://x.example/?label_name%5B%5D=v3d"}, {Title: "50%", URL: "https://x.example/?q=50%"}}}, SpeakerIDs: []string{"0"}},
			{Talk: schedule.Talk{ID: "slot-u", Title: "AMENDMENT Sailing"}, TrackID: "x"},
		},
		Slots: []schedule.DraftSlot{
			{ID: "t-", TalkID: "t-", RoomID: "r", Start: at(3, 9, 0), End: at(9, 9, 1)},
			{ID: "5", TalkID: "t-", RoomID: "r2", Start: at(4, 9, 0), End: at(4, 9, 30), Status: schedule.StatusCancelled},
			{ID: "u", TalkID: "u", Start: at(5, 1, 0), End: at(5, 2, 0), Day: schedule.Date{Year: 2026, Month: time.October, Day: 5}, Status: schedule.StatusTentative},
			{ID: "slot-u", TalkID: "slot-u", RoomID: "r", Start: at(11, 0, 15), End: at(11, 1, 0)},
		},
	}
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	for _, f := range both {
		data, err := f.write(publish(s), "")
		require.NoError(t, err)
		again, _, err := importer.Load(importer.Source{Name: f.name, Data: data}, importer.Options{})
		require.NoError(t, err)
		require.Equal(t, described(s), described(again), f.name)
	}
}

func TestRoundTripRealSchedules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ folder, name, zone string }{
		{"frab_xml", "fosdem-2025.xml", ""}, {"frab_xml", "39c3-2025.xml", ""}, {"frab_xml", "emf-2022.xml", "Europe/London"},
		{"frab_xml", "privacyweek-2017.xml", "Europe/Vienna"}, {"frab_xml", "28c3-2011-pentabarf.xml", "Europe/Berlin"},
		{"c3voc_json", "camp2019-everything.json", "Europe/Berlin"}, {"c3voc_json", "hub-schedule2.json", ""},
		{"sessionize", "droidcon-sf-2023-GridSmart.json", "America/Los_Angeles"}, {"open_event_zip", "FOSSASIASummit2017.zip", "Asia/Singapore"},
		{"csv", "sched-penguicon-2019.csv", "America/Detroit"}, {"ics", "jres-2022.ics", ""}, {"ics", "moca-2024.ics", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := importer.Options{Timezone: c.zone}
			if c.folder != "frab_xml" && c.folder != "c3voc_json" { // whose files name the conference
				o.Conference = "The Conference"
			}
			s, report, err := importer.Load(importer.Shared(t, c.folder, c.name), o)
			require.NoError(t, err)
			require.NoError(t, report.Err())
			for _, f := range both {
				data, err := f.write(publish(s), base)
				require.NoError(t, err)
				again, _, err := importer.Load(importer.Source{Name: f.name, Data: data}, importer.Options{})
				require.NoError(t, err)
				want, got := described(s), described(again)
				require.Len(t, got, len(want))
				for i := range want {
					require.Equal(t, want[i], got[i], f.name)
				}
			}
		})
	}
}
