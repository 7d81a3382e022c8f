package schedule_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

type draftCase struct {
	name     string
	change   func(d *schedule.Draft)
	code     string
	severity schedule.Severity
	path     string
	says     string // a part of the message that says what to do or what was done
}

func draftCases(t require.TestingT) []draftCase {
	const fault, warning = schedule.Fault, schedule.Warning
	at := func(s string) schedule.Moment { return moment(t, s) }
	withOffset := func(s string, hours int) schedule.Moment {
		return schedule.Moment{Wall: wall(t, s), Offset: hours * 3600, HasOffset: true}
	}
	type D = *schedule.Draft
	return []draftCase{
		{"no slot", func(d D) { d.Slots = nil }, "empty", fault, "", "give at least one talk a start"},
		{"slots", func(d D) { d.Slots = make([]schedule.DraftSlot, schedule.MaxSlots+1) }, "limit", fault, "", "split it"},
		{"talks", func(d D) { d.Talks = make([]schedule.DraftTalk, schedule.MaxTalks+1) }, "limit", fault, "", "50001 talks"},
		{"speakers", func(d D) { d.Speakers = make([]schedule.DraftSpeaker, schedule.MaxSpeakers+1) }, "limit", fault, "", "50001 speakers"},
		{"tracks", func(d D) { d.Tracks = make([]schedule.DraftTrack, schedule.MaxTracks+1) }, "limit", fault, "", "2001 tracks"},
		{"rooms", func(d D) { d.Rooms = make([]schedule.DraftRoom, schedule.MaxRooms+1) }, "limit", fault, "", "5001 rooms"},
		{"hosts", func(d D) { d.Tracks[0].HostIDs = make([]string, schedule.MaxPerTalk+1) }, "limit", fault, "tracks[0].hosts", "leave some out"},
		{"many speakers", func(d D) { d.Talks[0].SpeakerIDs = make([]string, schedule.MaxPerTalk+1) }, "limit", fault, "talks[0].speakers", "201 speakers"},
		{"tags", func(d D) { d.Talks[0].Tags = make([]string, schedule.MaxPerTalk+1) }, "limit", fault, "talks[0].tags", "201 tags"},
		{"links", func(d D) { d.Talks[0].Links = make([]schedule.Link, schedule.MaxPerTalk+1) }, "limit", fault, "talks[0].links", "201 links"},
		{"a month", func(d D) { d.Slots[0].End = at("2016-12-09 09:01") }, "limit", fault, "talks[0].slots[0].end", "at most 31 days"},

		{"conference without id", func(d D) { d.Conference.ID = "" }, "id-missing", fault, "", "give it one"},
		{"conference id", func(d D) { d.Conference.ID = "A B" }, "id", fault, "id", "“A B” cannot be an id"},
		{"conference name", func(d D) { d.Conference.Name = " \n " }, "name-missing", fault, "", "--conference"},
		{"position", func(d D) { d.Conference.Venue.Position.Latitude = 90.01 }, "position", warning, "venue", "left out"},
		{"position beyond", func(d D) { d.Conference.Venue.Position.Longitude = -181 }, "position", warning, "venue", "left out"},
		{"no number", func(d D) { d.Conference.Venue.Position.Latitude = math.NaN() }, "position", warning, "venue", "left out"},
		{"day change", func(d D) { d.Conference.DayChange = 12*time.Hour + 1 }, "day-change", fault, "day_change", "between 00:00 and 12:00"},
		{"day change before", func(d D) { d.Conference.DayChange = -1 }, "day-change", fault, "day_change", "between 00:00 and 12:00"},
		{"no zone", func(d D) { d.Conference.ZoneName = "" }, "zone-missing", fault, "", "--timezone"},
		{"zone", func(d D) { d.Conference.ZoneName = "Local" }, "zone", fault, "timezone", "Europe/Berlin"},
		{"old zone", func(d D) { d.Conference.ZoneName = "US/Pacific" }, "zone-alias", warning, "timezone", "America/Los_Angeles; write that"},
		{"address", func(d D) { d.Conference.URL = "javascript:alert(1)" }, "address", warning, "url", "left out"},

		{"speaker without id", func(d D) { d.Speakers[1].ID = "" }, "id-missing", fault, "speakers[1]", "give it one"},
		{"speaker id", func(d D) { d.Speakers[1].ID = "-" }, "id", fault, "speakers[1].id", "1 to 64"},
		{"speaker twice", func(d D) { d.Speakers[1].ID = "ada" }, "id-duplicate", fault, "speakers[1].id", "another speaker has the id “ada”"},
		{"speaker name", func(d D) { d.Speakers[1].Name = "" }, "name-missing", fault, "speakers[1]", "give one"},
		{"speaker url", func(d D) { d.Speakers[1].URL = "https://a@b.example" }, "address", warning, "speakers[1].url", "left out"},
		{"bio", func(d D) { d.Speakers[1].Bio = long('b', schedule.MaxText+1) }, "too-long", fault, "speakers[1].bio", "shorten it"},
		{"room twice", func(d D) { d.Rooms[1].ID = "red" }, "id-duplicate", fault, "rooms[1].id", "give each its own"},
		{"room name", func(d D) { d.Rooms[1].Name = "" }, "name-missing", fault, "rooms[1]", "give one"},
		{"track twice", func(d D) { d.Tracks[1].ID = "go" }, "id-duplicate", fault, "tracks[1].id", "give each its own"},
		{"track name", func(d D) { d.Tracks[1].Name = "" }, "name-missing", fault, "tracks[1]", "give one"},
		{"colour", func(d D) { d.Tracks[0].Color = "red" }, "color", warning, "tracks[0].color", "#rrggbb"},
		{"host", func(d D) { d.Tracks[0].HostIDs = []string{"bo", "adda"} }, "unknown-speaker", fault, "tracks[0].hosts[1]", "did you mean “ada”?"},

		{"talk without id", func(d D) { d.Talks[0].ID = "" }, "id-missing", fault, "talks[0]", "give it one"},
		{"title", func(d D) { d.Talks[0].Title = "\t" }, "title-missing", fault, "talks[0]", "give one"},
		{"long title", func(d D) { d.Talks[0].Title = long('é', schedule.MaxName+1) }, "too-long", fault, "talks[0].title", "1001 characters; at most 1000"},
		{"abstract", func(d D) { d.Talks[0].Abstract = long('é', schedule.MaxText+1) }, "too-long", fault, "talks[0].abstract", "at most 50000"},
		{"encoding", func(d D) { d.Talks[0].Abstract = "caf\xe9" }, "encoding", warning, "talks[0].abstract", "save the source as UTF-8"},
		{"bell", func(d D) { d.Talks[0].Title = "Ope\aning" }, "control-character", warning, "talks[0].title", "left out"},
		{"reordering", func(d D) { d.Talks[0].Title = "Ope\u202Ening\u2066\uFEFF" }, "control-character", warning, "talks[0].title", "left out"},
		{"backslash", func(d D) { d.Talks[0].Title = `C:\new` }, "backslash", warning, "talks[0].title", "leave the backslash out"},
		{"kind", func(d D) { d.Talks[0].Kind = "party" }, "kind", fault, "talks[0].kind", "talk, keynote, workshop"},
		{"track", func(d D) { d.Talks[0].TrackID = "opps" }, "unknown-track", fault, "talks[0].track", "did you mean “ops”?"},
		{"speaker", func(d D) { d.Talks[1].SpeakerIDs[1] = "zebedee" }, "unknown-speaker", fault, "talks[1].speakers[1]", "correct the id, or add the speaker"},
		{"empty speaker", func(d D) { d.Talks[1].SpeakerIDs[1] = "" }, "unknown-speaker", fault, "talks[1].speakers[1]", "correct the id, or add the speaker"},
		{"long tag", func(d D) { d.Talks[0].Tags[0] = long('t', schedule.MaxScopeText+1) }, "too-long", fault, "talks[0].tags[0]", "shorten it"},
		{"language", func(d D) { d.Talks[0].Language = "English, mostly" }, "language", warning, "talks[0].language", "pt-BR"},
		{"talk url", func(d D) { d.Talks[0].URL = "/talks/1" }, "address", warning, "talks[0].url", "https://"},
		{"link", func(d D) { d.Talks[1].Links[0].URL = "data:,x" }, "address", warning, "talks[1].links[0].url", "left out"},
		{"link title", func(d D) { d.Talks[1].Links[0].Title = long('x', schedule.MaxName+1) }, "too-long", fault, "talks[1].links[0].title", "shorten it"},
		{"talk without slot", func(d D) { d.Slots = d.Slots[1:] }, "no-slot", warning, "talks[0]", "give it one"},

		{"slot without id", func(d D) { d.Slots[0].ID = "" }, "id-missing", fault, "talks[0].slots[0]", "this slot has no id"},
		{"slot twice", func(d D) { d.Slots[2].ID = "pagers-1" }, "id-duplicate", fault, "talks[1].slots[1].id", "another slot has the id “pagers-1”"},
		{"status", func(d D) { d.Slots[0].Status = "maybe" }, "status", fault, "talks[0].slots[0].status", "confirmed, tentative, cancelled"},
		{"talk", func(d D) { d.Slots[0].TalkID = "openin" }, "unknown-talk", fault, "talks[0].slots[0]", "did you mean “opening”?"},
		{"room", func(d D) { d.Slots[0].RoomID = "rd" }, "unknown-room", fault, "talks[0].slots[0].room", "did you mean “red”?"},
		{"no start", func(d D) { d.Slots[0].Start = schedule.Moment{} }, "start-missing", fault, "talks[0].slots[0]", "give one"},
		{"no end", func(d D) { d.Slots[0].End = schedule.Moment{} }, "end-missing", fault, "talks[0].slots[0]", "give one"},
		{"year", func(d D) { d.Slots[0].Start = at("1970-12-31 23:59") }, "year", fault, "talks[0].slots[0].start", "correct the year"},
		{"year beyond", func(d D) { d.Slots[0].End = at("2201-01-01 00:00") }, "year", fault, "talks[0].slots[0].end", "1971 to 2200"},
		{"no such date", func(d D) { d.Slots[0].Start.Wall.Day = 31 }, "time", fault, "talks[0].slots[0].start", "2016-11-31 09:00; correct it"},
		{"no such hour", func(d D) { d.Slots[0].End.Wall.Hour = 24 }, "time", fault, "talks[0].slots[0].end", "2016-11-07 24:00; correct it"},
		{"skipped", func(d D) { d.Slots[0].Start = at("2016-03-13 02:30") }, "time-skipped", fault, "talks[0].slots[0].start", "give the hour that was meant"},
		{"repeated", func(d D) { d.Slots[0].Start, d.Slots[0].End = at("2016-11-06 01:30"), at("2016-11-06 03:00") }, "time-repeated", warning, "talks[0].slots[0].start", "write 2016-11-06 01:30-07:00 to say so or 2016-11-06 01:30-08:00 for the second"},
		{"offset", func(d D) { d.Slots[0].Start = withOffset("2016-11-07 09:00", 1) }, "offset", fault, "talks[0].slots[0].start", "at -08:00 then; correct the offset or leave it out"},
		{"offset of two", func(d D) { d.Slots[0].Start = withOffset("2016-11-06 01:30", 1) }, "offset", fault, "talks[0].slots[0].start", "at -07:00 or -08:00 then"},
		{"end first", func(d D) { d.Slots[0].End = at("2016-11-07 01:00") }, "end-before-start", fault, "talks[0].slots[0].end", "give the end with its date"},
		{"no time at all", func(d D) { d.Slots[0].End = d.Slots[0].Start }, "end-before-start", fault, "talks[0].slots[0].end", "give the end with its date"},
		{"day too early", func(d D) { d.Slots[0].Day = at("2016-11-05 00:00").Wall.Date }, "day", warning, "talks[0].slots[0].day", "listed under its start"},
		{"day too late", func(d D) { d.Slots[0].Day = at("2016-11-08 00:00").Wall.Date }, "day", warning, "talks[0].slots[0].day", "leave it out"},
		{"no such day", func(d D) { d.Slots[0].Day = schedule.Date{Year: 2016, Month: 10, Day: 38} }, "day", warning, "talks[0].slots[0].day", "correct the day"},
		{"room overlap", func(d D) {
			d.Slots[1].RoomID, d.Slots[1].Start, d.Talks[1].SpeakerIDs = "red", at("2016-11-07 09:59"), nil
		}, "room-overlap", warning, "talks[1].slots[0]", "still has the room Red until 2016-11-07 10:00; move one"},
		{"speaker overlap", func(d D) { d.Slots[1].Start = at("2016-11-07 09:59") }, "speaker-overlap", warning, "talks[1].slots[0]", "still has the speaker Ada until"},
	}
}

func TestSampleIsRight(t *testing.T) {
	t.Parallel()
	s, report := schedule.Build(sample(t))
	require.Empty(t, report.Problems)
	require.NotNil(t, s)
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, c := range draftCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := sample(t)
			c.change(d)
			before := fmt.Sprintf("%+v", jsonOf(d))
			s, report := schedule.Build(d)
			require.Equal(t, before, fmt.Sprintf("%+v", jsonOf(d)), "the draft is as it was")
			require.Equal(t, report.Faults > 0, s == nil)
			i := slices.IndexFunc(report.Problems, func(p schedule.Problem) bool { return p.Code == c.code })
			require.GreaterOrEqual(t, i, 0, "%v", report.Problems)
			p := report.Problems[i]
			require.Equal(t, c.severity, p.Severity)
			require.Equal(t, schedule.Place{File: "sample.yaml", Path: c.path}, p.Place)
			require.Contains(t, p.Message, c.says)
			require.Less(t, len(p.Message), 500)

			sameS, sameReport := schedule.Build(d)
			require.Equal(t, report, sameReport)
			require.Equal(t, s, sameS)
			if c.severity == schedule.Warning {
				require.NoError(t, report.Err())
				require.Len(t, report.Problems, 1, "and nothing else is wrong")
			}
		})
	}
}

// jsonOf is a draft as text, without the function in it; numbers that JSON
// does not have are left to be compared as they print.
func jsonOf(d *schedule.Draft) string {
	type plain schedule.Draft
	p := plain(*d)
	p.Locate = nil
	text, err := json.Marshal(struct {
		Tracks, Speakers, Rooms, Talks, Slots any
	}{p.Tracks, p.Speakers, p.Rooms, p.Talks, p.Slots})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %+v", text, p.Conference)
}

// Every code in the source has a case above.
func TestEveryProblemHasACase(t *testing.T) {
	t.Parallel()
	var source []byte
	for _, name := range []string{"build.go", "build_parts.go", "build_slots.go"} {
		part, err := os.ReadFile(name)
		require.NoError(t, err)
		source = append(source, part...)
	}
	want := map[string]bool{
		"unknown-speaker": true, "unknown-track": true, "unknown-room": true, "unknown-talk": true,
		"start-missing": true, "end-missing": true, "room-overlap": true, "speaker-overlap": true,
	}
	calls := regexp.MustCompile(`b\.(?:fault|warn)\(("[a-z-]+"[,+])?`).FindAllSubmatch(source, -1)
	require.Greater(t, len(calls), 30)
	for _, call := range calls {
		if code := string(call[1]); len(code) > 3 && code[len(code)-1] == ',' {
			want[code[1:len(code)-2]] = true
		}
	}
	have := map[string]bool{}
	for _, c := range draftCases(t) {
		have[c.code] = true
	}
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(have)))
}

func TestBuildTidies(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Conference.Name = "  Sample\r\n\tConference "
	d.Conference.URL = " https://sample.example/ü "
	d.Conference.Venue.Address = "1 Road\nTown\u2028Land"
	d.Speakers[0].Bio = "\n One.\r\n\r\nTwo.\t\n"
	d.Tracks[0].Color, d.Tracks[1].Color = " #0AD ", "#00ADD8"
	d.Tracks[0].HostIDs = []string{"bo", "ada", "bo"}
	d.Talks[0].SpeakerIDs = []string{"ada", "ada"}
	d.Talks[0].Tags = []string{" On  Call", "", "On Call", "on call"}
	d.Talks[0].Language = " PT-br "
	d.Talks[0].Level = "begin\tner"
	d.Talks[0].Abstract = "caf\xe9 \x00\u0085x"
	d.Talks[1].Links = []schedule.Link{{Title: "None"}, {Title: " Two\nlines ", URL: "https://a.example"}}
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	require.Len(t, report.Problems, 2, "encoding and control character")

	c := s.Conference()
	require.Equal(t, "Sample Conference", c.Name)
	require.Equal(t, "https://sample.example/%C3%BC", c.URL)
	require.Equal(t, "1 Road Town Land", c.Venue.Address)
	require.Equal(t, "America/Los_Angeles", c.Zone.String())
	require.Equal(t, "One.\r\n\r\nTwo.", s.Speakers()[0].Bio)
	require.Equal(t, "#00aadd", s.Tracks()[0].Color)
	require.Equal(t, "#00add8", s.Tracks()[1].Color)
	require.Equal(t, []*schedule.Speaker{s.Speakers()[1], s.Speakers()[0]}, s.Tracks()[0].Hosts)
	talk := s.Talks()[0]
	require.Equal(t, []*schedule.Speaker{s.Speakers()[0]}, talk.Speakers)
	require.Same(t, s.Tracks()[0], talk.Track)
	require.Equal(t, []string{"On Call", "on call"}, talk.Tags)
	require.Equal(t, "pt-br", talk.Language)
	require.Equal(t, "begin ner", talk.Level)
	require.Equal(t, "caf\uFFFD \u0085x", talk.Abstract)
	require.Equal(t, []schedule.Link{{Title: "Two lines", URL: "https://a.example"}}, s.Talks()[1].Links)
	require.Equal(t, schedule.KindTalk, s.Talks()[1].Kind, "what is not said")
	require.Equal(t, "Red", s.Rooms()[0].Name)
	require.Equal(t, time.Date(2016, 10, 1, 12, 0, 0, 0, time.UTC), s.Updated())

	// What was built does not hang on the draft.
	d.Conference.Venue.Position.Latitude = 1
	d.Talks[0].Tags[0] = "changed"
	require.Equal(t, 37.5, c.Venue.Position.Latitude)
	require.Equal(t, "On Call", talk.Tags[0])

	d.Updated = time.Time{}
	require.True(t, build(t, d).Updated().IsZero())
}

func TestBuildAtTheLimits(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Talks[0].Title = long('é', schedule.MaxName)
	d.Talks[0].Abstract = long('é', schedule.MaxText)
	d.Talks[0].Tags = []string{long('é', schedule.MaxScopeText)}
	d.Talks[0].ID = schedule.TalkID(long('k', schedule.MaxID))
	d.Slots[0].TalkID = long('k', schedule.MaxID)
	d.Slots[0].Start, d.Slots[0].End = moment(t, "2016-12-01 09:00"), moment(t, "2017-01-01 09:00")
	d.Slots[1].Start, d.Slots[1].End = moment(t, "1971-01-01 00:00"), moment(t, "1971-01-01 01:00")
	d.Slots[2].Start, d.Slots[2].End = moment(t, "2200-12-31 22:00"), moment(t, "2200-12-31 23:59")
	d.Conference.DayChange = 12 * time.Hour
	d.Conference.Venue.Position = &schedule.Position{Latitude: -90, Longitude: 180}
	for i := range schedule.MaxPerTalk {
		id := fmt.Sprintf("many-%d", i)
		d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(id), Name: id}})
	}
	d.Talks[0].SpeakerIDs = nil
	for _, s := range d.Speakers[2:] {
		d.Talks[0].SpeakerIDs = append(d.Talks[0].SpeakerIDs, string(s.ID))
	}
	s, report := schedule.Build(d)
	require.Empty(t, report.Problems)
	require.Len(t, s.Talks()[0].Speakers, schedule.MaxPerTalk)
	require.Equal(t, "-90 180", fmt.Sprint(s.Conference().Venue.Position.Latitude, s.Conference().Venue.Position.Longitude))
}

// repeated is a schedule of one talk that is given n times at once.
func repeated(t require.TestingT, n int) *schedule.Draft {
	d := sample(t)
	d.Talks = d.Talks[:1]
	slot := d.Slots[0]
	slot.RoomID = ""
	d.Slots = nil
	for i := range n {
		slot.ID = schedule.SlotID(fmt.Sprintf("s%d", i))
		d.Slots = append(d.Slots, slot)
	}
	return d
}

func TestTheMostSlots(t *testing.T) {
	t.Parallel()
	d := repeated(t, schedule.MaxSlots)
	d.Talks[0].SpeakerIDs = nil
	require.Len(t, build(t, d).Slots(), schedule.MaxSlots)
}

// A small source cannot make large feeds.
func TestTextIsNotMultipliedWithoutEnd(t *testing.T) {
	t.Parallel()
	const slots = 4000
	most := schedule.MaxPublished / slots
	rest := len("Opening") + len("Ada") + len("Engineer") + len("Mill") + len("Go")
	d := repeated(t, slots)
	d.Talks[0].Abstract = long('x', most-rest)
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	require.True(t, s != nil)

	d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: "no-slot", Title: "x", Abstract: long('x', slots)}})
	s, report = schedule.Build(d)
	require.True(t, s == nil, "a talk without a slot counts once")
	require.Equal(t, 1, report.Faults)

	d.Talks = d.Talks[:1]
	d.Talks[0].Abstract += "x"
	s, report = schedule.Build(d)
	require.True(t, s == nil)
	require.Equal(t, "limit", report.Problems[0].Code)
	require.Contains(t, report.Problems[0].Message, "shorten the abstracts")

	d.Talks[0].Abstract = ""
	d.Talks[0].Links = []schedule.Link{{Title: long('x', 1000), URL: "https://a.example/" + long('x', 1900)}}
	for range 5 {
		d.Talks[0].Links = append(d.Talks[0].Links, d.Talks[0].Links...)
	}
	_, report = schedule.Build(d)
	require.Equal(t, 1, report.Faults)
}

// Problems are counted beyond those that are kept, and located only for those
// that are, since a path is found by reading the source again.
func TestManyProblemsAreCheap(t *testing.T) {
	t.Parallel()
	located := 0
	locate := func(path string) (schedule.Place, bool) {
		located++
		return schedule.Place{File: "located.yaml", Line: 7}, true
	}
	const n = 5000
	d := repeated(t, n)
	d.Locate = locate
	_, report := schedule.Build(d)
	require.Equal(t, n-1, report.Warnings, "one speaker, one overlap for each slot but the first")
	require.Len(t, report.Problems, schedule.MaxProblems)
	require.Equal(t, n-1-schedule.MaxProblems, report.Left)
	require.Equal(t, schedule.MaxProblems, located)
	require.Equal(t, schedule.Place{File: "located.yaml", Line: 7, Path: "talks[0].slots[0]"}, report.Problems[0].Place)

	located = 0
	for i := range d.Slots {
		d.Slots[i].TalkID = "openin"
	}
	_, report = schedule.Build(d)
	require.Equal(t, n, report.Faults)
	require.LessOrEqual(t, located, schedule.MaxProblems+1)
	require.Contains(t, report.Problems[0].Message, "did you mean")
}

func TestSuggestionsEnd(t *testing.T) {
	t.Parallel()
	d := sample(t)
	for i := range 20_000 {
		id := fmt.Sprintf("a-talk-with-a-rather-long-id-that-others-begin-with-%06d", i)
		d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(id), Title: id}})
	}
	slot := d.Slots[0]
	for i := range 20 {
		slot.ID, slot.TalkID = schedule.SlotID(fmt.Sprintf("x%d", i)), fmt.Sprintf("a-talk-with-a-rather-long-id-that-others-begin-with-x%06d", i)
		d.Slots = append(d.Slots, slot)
	}
	_, report := schedule.Build(d)
	suggested := 0
	for _, p := range report.Problems {
		if p.Severity == schedule.Fault && regexp.MustCompile("did you mean").MatchString(p.Message) {
			suggested++
		}
	}
	require.Equal(t, 4, suggested, "as many as 100,000 comparisons give")
}

func TestPlaceWithoutLocation(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Talks[0].Kind = "party"
	d.Locate = func(string) (schedule.Place, bool) { return schedule.Place{}, false }
	_, report := schedule.Build(d)
	require.Equal(t, place("talks[0].kind"), report.Problems[0].Place)
}

func TestConferenceDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		start, given string
		change       time.Duration
		want         string
	}{
		{"2016-11-08 00:30", "", schedule.DefaultDayChange, "2016-11-07"},
		{"2016-11-08 03:59", "", schedule.DefaultDayChange, "2016-11-07"},
		{"2016-11-08 04:00", "", schedule.DefaultDayChange, "2016-11-08"},
		{"2016-11-08 00:00", "", 0, "2016-11-08"},
		{"2016-11-08 11:59", "", 12 * time.Hour, "2016-11-07"},
		{"2016-11-08 12:00", "", 12 * time.Hour, "2016-11-08"},
		{"2017-01-01 00:30", "", schedule.DefaultDayChange, "2016-12-31"},
		// Clocks were moved at two in the morning, which moves no day.
		{"2016-11-06 03:30", "", schedule.DefaultDayChange, "2016-11-05"},
		{"2016-11-06 04:30", "", schedule.DefaultDayChange, "2016-11-06"},
		// What the source says counts, within reason.
		{"2016-11-08 00:30", "2016-11-08", schedule.DefaultDayChange, "2016-11-08"},
		{"2016-11-08 05:30", "2016-11-07", schedule.DefaultDayChange, "2016-11-07"},
		{"2016-11-08 23:30", "2016-11-09", schedule.DefaultDayChange, "2016-11-09"}, // ends on the ninth
	} {
		d := sample(t)
		d.Conference.DayChange = c.change
		d.Slots[0].Start = moment(t, c.start)
		d.Slots[0].End = schedule.Moment{Wall: d.Slots[0].Start.Wall.Add(time.Hour)}
		if c.given != "" {
			day, err := schedule.ParseDate(c.given)
			require.NoError(t, err)
			d.Slots[0].Day = day
		}
		d.Slots = d.Slots[:1]
		d.Talks = d.Talks[:1]
		s, report := schedule.Build(d)
		require.Empty(t, report.Problems)
		require.Equal(t, c.want, s.Slots()[0].Day.String(), "%+v", c)
	}
}

func TestSlotsAreSorted(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Talks[1].SpeakerIDs = nil
	d.Slots[1].Start = d.Slots[0].Start
	d.Slots[1].ID = "a"
	slices.Reverse(d.Slots)
	var order []string
	for _, s := range build(t, d).Slots() {
		order = append(order, string(s.ID))
	}
	require.Equal(t, []string{"a", "opening-1", "pagers-2"}, order)
}

func TestTheSecondHourIsChosenByItsOffset(t *testing.T) {
	t.Parallel()
	for offset, want := range map[int]string{-7: "2016-11-06T08:30:00Z", -8: "2016-11-06T09:30:00Z"} {
		d := sample(t)
		d.Slots[0].Start = schedule.Moment{Wall: wall(t, "2016-11-06 01:30"), Offset: offset * 3600, HasOffset: true}
		d.Slots[0].End = moment(t, "2016-11-06 03:00")
		s, report := schedule.Build(d)
		require.Empty(t, report.Problems)
		require.Equal(t, want, s.Slots()[0].Start.UTC().Format(time.RFC3339))
	}
	// Within it, a talk may end at an earlier hour than it began.
	d := sample(t)
	d.Slots[0].Start = schedule.Moment{Wall: wall(t, "2016-11-06 01:45"), Offset: -7 * 3600, HasOffset: true}
	d.Slots[0].End = schedule.Moment{Wall: wall(t, "2016-11-06 01:15"), Offset: -8 * 3600, HasOffset: true}
	s := build(t, d).Slots()[0]
	require.Equal(t, 30*time.Minute, s.End.Sub(s.Start))
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	at := func(s string) schedule.Moment { return moment(t, "2016-11-07 "+s) }
	for _, c := range []struct {
		name   string
		change func(d *schedule.Draft)
		codes  []string
	}{
		{"one after the other", func(d *schedule.Draft) { d.Slots[1].RoomID = "red" }, nil},
		{"a cancelled one is in nobody's way", func(d *schedule.Draft) {
			d.Slots[1].Start, d.Slots[1].RoomID, d.Slots[1].Status = at("09:30"), "red", schedule.StatusCancelled
		}, nil},
		{"both the room and the speaker", func(d *schedule.Draft) { d.Slots[1].Start, d.Slots[1].RoomID = at("09:30"), "red" }, []string{"room-overlap", "speaker-overlap"}},
		{"two speakers, once", func(d *schedule.Draft) {
			d.Talks[0].SpeakerIDs, d.Slots[1].Start = []string{"ada", "bo"}, at("09:30")
		}, []string{"speaker-overlap"}},
		{"a short one within a long one", func(d *schedule.Draft) {
			d.Slots[0].End = at("12:00")
			d.Slots[2].Start, d.Slots[2].End = at("11:00"), at("11:30")
		}, []string{"speaker-overlap", "speaker-overlap"}},
	} {
		d := sample(t)
		c.change(d)
		_, report := schedule.Build(d)
		var codes []string
		for _, p := range report.Problems {
			codes = append(codes, p.Code)
		}
		require.Equal(t, c.codes, codes, c.name)
	}
}

func TestKindsAndStatuses(t *testing.T) {
	t.Parallel()
	labels := map[string]bool{}
	for _, k := range schedule.Kinds() {
		require.True(t, k.Valid())
		require.NotEmpty(t, k.Label())
		labels[k.Label()] = true
	}
	require.Len(t, labels, 9)
	require.False(t, schedule.Kind("").Valid())
	require.False(t, schedule.Kind("Talk").Valid())
	require.True(t, schedule.StatusTentative.Valid())
	require.False(t, schedule.Status("").Valid())
}

func TestCredit(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Ada", (&schedule.Speaker{Name: "Ada"}).Credit())
	require.Equal(t, "Ada, Mill", (&schedule.Speaker{Name: "Ada", Affiliation: "Mill"}).Credit())
	require.Equal(t, "Ada, Engineer, Mill", (&schedule.Speaker{Name: "Ada", Role: "Engineer", Affiliation: "Mill"}).Credit())
}

// A schedule keeps nothing of what it was made from but what it holds: the draft
// can have the whole source behind it.
func TestBuildLetsGo(t *testing.T) {
	t.Parallel()
	d := sample(t)
	draft := weak.Make(d)
	s := build(t, d)
	d = nil
	runtime.GC()
	require.Nil(t, draft.Value())

	read := build(t, sample(t))
	next := schedule.Reconcile(schedule.NewEdition(s, schedule.Ledger{}.Advance(s, digests(s, 0), s.Slots()[0].Start)), read, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), false)
	was := weak.Make(read)
	read = nil
	runtime.GC()
	require.Nil(t, was.Value())
	runtime.KeepAlive(s)
	runtime.KeepAlive(next)
}
