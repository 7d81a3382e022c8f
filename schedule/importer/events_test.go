package importer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// xmlOf returns a schedule.xml with a head and days.
func xmlOf(head, days string) string {
	return "<schedule><conference><title>C</title>" + head + "</conference>" + days + "</schedule>"
}

// Ways of writing times that programs have, each in a file of one event.
func TestEventDialects(t *testing.T) {
	t.Parallel()
	event := func(inner string) string {
		return "<room name='R'><event id='1'><title>A</title>" + inner + "</event></room>"
	}
	for name, c := range map[string]struct {
		head, days, want string
		codes            []string
	}{
		"Pentabarf, after midnight": {
			"<day_change>04:00:00</day_change>", "<day date='2024-05-01'>" + event("<start>03:55</start><duration>00:30</duration>") + "</day>",
			"02 03:55-02 04:25+02 01", nil,
		},
		"Pentabarf, at the day's change": {
			"<day_change>04:00:00</day_change>", "<day date='2024-05-01'>" + event("<start>04:00</start><duration>00:30</duration>") + "</day>",
			"01 04:00-01 04:30+02 01", nil,
		},
		"no day_change, late": {
			"", "<day date='2024-05-01'>" + event("<start>04:30</start><duration>0:30</duration>") + "</day>", "02 04:30-02 05:00+02 01", nil,
		},
		"no day_change, early": {
			"", "<day date='2024-05-01'>" + event("<start>05:00</start><duration>0:30</duration>") + "</day>", "01 05:00-01 05:30+02 01", nil,
		},
		"wafer since 0.14": { // the date in UTC, and its day's date that of midnight in UTC
			"<time_zone_name>Europe/Berlin</time_zone_name>", "<day date='2024-04-30'>" + event("<date>2024-05-01T08:00:00+00:00</date><start>10:00</start><duration>00:45</duration>") + "</day>",
			"01 10:00-01 10:45+02 01", []string{"day-disagrees?"},
		},
		"a true offset": {
			"", "<day date='2024-05-01'>" + event("<date>2024-05-01T10:00:00+02:00</date><start>10:00</start><duration>00:45</duration>") + "</day>", "01 10:00-01 10:45+02 01", nil,
		},
		"UTC by date and start": { // which is read as the hour that clocks show
			"", "<day date='2024-05-01'>" + event("<date>2024-05-01T10:00:00Z</date><start>10:00</start><duration>00:45</duration>") + "</day>",
			"01 10:00-01 10:45+02 01", []string{"time-disagrees?"},
		},
		"another offset": {
			"", "<day date='2024-05-01'>" + event("<date>2024-05-01T10:00:00-07:00</date><start>10:00</start><duration>00:45</duration>") + "</day>",
			"01 19:00-01 19:45+02 01", []string{"zone-disagrees?"},
		},
		"date and start differ": {
			"", "<day date='2024-05-01'>" + event("<date>2024-05-01T10:00:00+02:00</date><start>11:15</start><duration>00:45</duration>") + "</day>",
			"01 10:00-01 10:45+02 01", []string{"time-disagrees?"},
		},
		"a date without an offset": {
			"", "<day date='2024-05-01'>" + event("<date>2024-05-01T10:00:00</date><duration>00:45</duration>") + "</day>", "01 10:00-01 10:45+02 01", nil,
		},
		"a date alone": {
			"", "<day index='1'>" + event("<date>2024-05-01</date><start>10:00</start><duration>00:45</duration>") + "</day>", "01 10:00-01 10:45+02 01", nil,
		},
		"a day without a date": { // as the format's rules allow
			"", "<day index='1' start='2024-05-01T06:00:00+02:00' end='2024-05-02T05:59:00+02:00'>" + event("<date>2024-05-02T05:30:00.000+02:00</date><start>05:30:00</start><duration>00:15</duration>") + "</day>",
			"02 05:30-02 05:45+02 01", nil,
		},
		"EMF, days": {
			"", "<day date='2024-05-01'>" + event("<date>2024-05-01T10:00:00+02:00</date><start>10:00</start><duration>1:12:00</duration>") + "</day>",
			"01 10:00-02 22:00+02 01", []string{"duration-doubtful?"},
		},
		"hours with seconds": { // which another talk of the room shows
			"", "<day date='2024-05-01'><room name='R'><event id='1'><title>A</title><start>10:00</start><duration>1:12:00</duration></event><event id='2'><title>B</title><start>11:15</start><duration>0:45</duration></event></room></day>",
			"01 10:00-01 11:12+02 01", []string{"duration-doubtful?"},
		},
		"the clocks go back": {
			"", "<day date='2024-10-26'>" + event("<date>2024-10-27T01:30:00+02:00</date><start>01:30</start><duration>02:00</duration>") + "</day>", "27 01:30-27 02:30+01 26", nil,
		},
		"the clocks go forward": {
			"", "<day date='2024-03-30'>" + event("<date>2024-03-31T01:30:00+01:00</date><start>01:30</start><duration>01:00</duration>") + "</day>", "31 01:30-31 03:30+02 30", nil,
		},
		"events under the day, the room in them": {
			"", "<day date='2024-05-01'><event id='1'><title>A</title><room>R</room><start>10:00</start><duration>1:00</duration></event></day>", "01 10:00-01 11:00+02 01", nil,
		},
	} {
		s, report := load(t, xmlOf(c.head, c.days), Options{Timezone: "Europe/Berlin"})
		require.NoError(t, report.Err(), name)
		require.Equal(t, schedule.RoomID("r"), s.Slots()[0].Room.ID, name)
		line, _, _ := strings.Cut(appearances(s)[0], " talk ")
		require.Equal(t, c.want, line, name)
		var codes []string
		for _, p := range report.Problems {
			codes = append(codes, p.Code+"?")
		}
		require.Equal(t, c.codes, codes, name)
	}
}

// Without a zone there is none that offsets could disagree with, and what they are
// helps to find it.
func TestEventZoneMissing(t *testing.T) {
	t.Parallel()
	event := func(id, date, start string) string {
		return "<event id='" + id + "'><title>A" + id + "</title><date>" + date + "</date><start>" + start + "</start><duration>0:30</duration></event>"
	}
	for name, c := range map[string]struct {
		events, want string
	}{
		"one offset":  {event("1", "2024-05-01T08:00:00+09:00", "08:00"), "such as Europe/Berlin (its times have the offset +09:00)"},
		"two offsets": {event("1", "2024-05-01T08:00:00+01:00", "08:00") + event("2", "2024-05-01T08:00:00Z", "08:00"), "(its times have the offset +00:00 or +01:00)"},
		"zero":        {event("1", "2024-05-01T08:00:00Z", "08:00"), "such as Europe/Berlin"},
	} {
		_, report := load(t, xmlOf("", "<day date='2024-05-01'>"+c.events+"</day>"), Options{})
		require.Len(t, report.Problems, 1, name)
		require.Equal(t, "zone-missing", report.Problems[0].Code, name)
		require.True(t, strings.HasSuffix(report.Problems[0].Message, c.want), report.Problems[0].Message)
	}
	_, report := load(t, "title,starts at,ends at\nA,2026-05-04T09:00:00+02:00,2026-05-04T10:00:00+02:00\n", Options{Conference: "C"})
	require.Equal(t, []string{"zone-missing"}, problems(report))
	require.Contains(t, report.Problems[0].Message, "(its times have the offset +02:00)")
}

// families writes the slots of a file: id, family and start.
func families(t *testing.T, text string) []string {
	t.Helper()
	s, report := load(t, text, Options{Timezone: "Europe/Berlin"})
	require.NoError(t, report.Err())
	var out []string
	for _, x := range s.Slots() {
		out = append(out, fmt.Sprintf("%s of %s (%s) %s", x.ID, x.Talk.ID, x.Family, x.Start.Format("02 15:04")))
	}
	return out
}

func TestEventFamilies(t *testing.T) {
	t.Parallel()
	event := func(ids, title, start string) string {
		return "<event " + ids + "><title>" + title + "</title><start>" + start + "</start><duration>0:30</duration></event>"
	}
	const guid = "22222222-7335-4d36-abac-3ff0419ec954"
	for name, c := range map[string]struct {
		events []string
		want   []string
	}{
		"own ids": {
			[]string{event("id='7' guid='"+guid+"'", "A", "10:00"), event("id='8'", "A", "11:00")},
			[]string{guid + " of " + guid + " () 01 10:00", "8 of 8 () 01 11:00"},
		},
		"one guid": {
			[]string{event("guid='"+guid+"'", "A", "10:00"), event("guid='"+guid+"'", "A", "12:00"), event("guid='"+guid+"'", "A", "11:00")},
			[]string{guid + " of " + guid + " (" + guid + ") 01 10:00", guid + "-2 of " + guid + " (" + guid + ") 01 11:00", guid + "-3 of " + guid + " (" + guid + ") 01 12:00"},
		},
		"one guid for two talks": {
			[]string{event("guid='"+guid+"'", "B", "10:00"), event("guid='"+guid+"'", "A", "09:00")},
			[]string{guid + " of " + guid + " (" + guid + ") 01 09:00", guid + "-b of " + guid + "-b (" + guid + ") 01 10:00"},
		},
		"pretalx, one slot": {
			[]string{event("guid='"+guid+"' code='ABC123'", "A", "10:00")}, []string{"abc123 of abc123 (abc123) 01 10:00"},
		},
		"pretalx, two slots": {
			[]string{event("guid='32222222-7335-4d36-abac-3ff0419ec954' code='ABC123'", "A", "12:00"), event("guid='42222222-7335-4d36-abac-3ff0419ec954' code='ABC123'", "A", "10:00")},
			[]string{"abc123 of abc123 (abc123) 01 10:00", "abc123-2 of abc123 (abc123) 01 12:00"},
		},
		"a code that is none": {
			[]string{event("guid='"+guid+"' code='M\u00c4aN0'", "A", "10:00")}, []string{guid + " of " + guid + " () 01 10:00"},
		},
		"no ids": {
			[]string{event("", "C", "12:00"), event("", "C++", "11:00"), event("", "C", "10:00")},
			[]string{"c of c (c) 01 10:00", "c-2 of c-2 (c) 01 11:00", "c-3 of c (c) 01 12:00"},
		},
	} {
		for range 5 { // whatever the order in the file
			rand.Shuffle(len(c.events), func(i, j int) { c.events[i], c.events[j] = c.events[j], c.events[i] })
			require.Equal(t, c.want, families(t, xmlOf("", "<day date='2024-05-01'>"+strings.Join(c.events, "")+"</day>")), name)
		}
	}
}

// In our own exports ids are what they were, and what was forged there is no id.
func TestEventsOwnForged(t *testing.T) {
	t.Parallel()
	event := func(own, start string) string {
		return "<event id='5' guid='g'><?slotcast " + own + "?><title>A</title><start>" + start + "</start><date>2024-05-01T" + start + ":00+02:00</date><duration>0:30</duration><persons><person>P</person><person>Q</person></persons></event>"
	}
	text := xmlOf("<?slotcast conference='x' conference=\"Not an id\" timezone=\"Europe/Paris\" day_change=\"later\"?>", "<day date='2024-05-01'><room name='R'>"+
		event(`slot="s" talk="t" room="r" speakers="p" status="maybe" end="never"`, "10:00")+
		event(`slot="s" talk="t" room="r" speakers="../q p"`, "11:00")+
		event(`slot="../s" talk="-" room="R R"`, "12:00")+
		event(`slot="s-2" talk="t-2" room="r-2" speakers="p p"`, "13:00")+"</room></day>")
	s, report := load(t, text, Options{})
	require.NoError(t, report.Err())
	require.Equal(t, []string{
		"01 10:00-01 10:30+02 01 talk s in r: A / p P / q Q",
		"01 11:00-01 11:30+02 01 talk s-2 in r: A / p P / q Q",
		"01 12:00-01 12:30+02 01 talk g in r-2: A / p-2 P / q Q",
		"01 13:00-01 13:30+02 01 talk s-2-2 in r-2-2: A / p P",
	}, appearances(s))
	ids := map[schedule.SlotID]bool{}
	for _, x := range s.Slots() {
		require.True(t, schedule.ValidID(string(x.ID)))
		require.False(t, ids[x.ID])
		ids[x.ID] = true
	}
	require.Len(t, ids, 4)
}

// What was forged beside the format is cleaned like the rest, or is nothing.
func TestEventsMoreForged(t *testing.T) {
	t.Parallel()
	const event = `<event id="5"><?slotcast slot="s" talk="t" track="k" room="r" speakers="p Q" end="2024-05-01T11:00:00+02:00"?><title>A</title><track>K</track><date>2024-05-01T10:00:00+02:00</date><duration>1:00</duration><origin_url>https://x.example/%5Ba%5D</origin_url>` +
		`<persons><person>P</person><person>Q</person></persons><links><link href="https://x.example/%7C">L</link></links></event>`
	read := func(mark string, pieces ...string) (*schedule.Schedule, schedule.Report) {
		for _, piece := range pieces {
			mark += "<?slotcast-more " + piece + "?>"
		}
		return load(t, xmlOf(mark, "<day date='2024-05-01'><room name='R'>"+event+"</room></day>"), Options{Timezone: "Europe/Berlin"})
	}
	const own = `<?slotcast conference="c"?>`
	long, many := strings.Repeat("x", 60_000), strings.TrimSuffix(strings.Repeat(`"p",`, 300), ",")
	s, report := read(own,
		`{"talks": {"t": {"tags": ["`+long+`", "a\u202e", 7, null, {"b": 1}], "level": ["x"], "url": "https://evil.example/[a]", "links": ["javascript:alert(1)", "https://x.example/|"]}, "other": {"level": "x"}}}`,
		`{"tracks": {"k": {"description": "`+long+`", "hosts": ["../x", "nobody", "nameless", "h", "p", "h", `+many+`]}}, "rooms": {"r": {"building": " B\n2 "}}}`,
		`{"speakers": {"p": {"name": "Eve", "role": "`+long+`", "bio": "b", "url": "ftp://x.example"}, "nameless": {"name": " "}, "h": {"name": "H"}, "Q": {"role": "forged"}}}`,
		`{"url": "https://c.example/", "description": "`+long+`", "venue": {"name": "V", "position": [91, 1e999]}}`, `{"venue": {"name": "W", "position": [91, 10]}}`,
		`[1, 2]`, `{"talks": 7, "tracks": [1], "venue": "x"}`)
	require.NoError(t, report.Err())
	talk, room, c := s.Talks()[0], s.Rooms()[0], s.Conference()
	require.Len(t, talk.Tags, 3)
	require.Equal(t, []string{"a", "7"}, talk.Tags[1:])
	require.Len(t, []rune(talk.Tags[0]), schedule.MaxScopeText)
	require.Empty(t, talk.Level)
	require.Equal(t, "https://x.example/%5Ba%5D", talk.URL, "another address is not the same one")
	require.Equal(t, []schedule.Link{{Title: "L", URL: "https://x.example/%7C"}}, talk.Links)
	require.Equal(t, "B 2", room.Building)
	require.Len(t, []rune(talk.Track.Description), schedule.MaxText)
	var hosts []string
	for _, p := range talk.Track.Hosts {
		hosts = append(hosts, string(p.ID)+" "+p.Name)
	}
	require.Equal(t, []string{"h H", "p P"}, hosts)
	require.Equal(t, "b", talk.Speakers[0].Bio)
	require.Empty(t, talk.Speakers[0].URL)
	require.Len(t, []rune(talk.Speakers[0].Role), schedule.MaxName)
	require.Empty(t, talk.Speakers[1].Role, "Q is no id")
	require.Len(t, s.Speakers(), 3)
	require.Nil(t, c.Venue.Position)
	require.Empty(t, c.Venue.Name)
	require.Len(t, []rune(c.Description), schedule.MaxText)

	// In the file of another program it says nothing.
	s, report = read("", `{"description": "D", "venue": {"name": "V"}, "url": "https://c.example/"}`)
	require.NoError(t, report.Err())
	require.Equal(t, "", s.Conference().Description+s.Conference().Venue.Name+s.Conference().URL)

	for _, piece := range []string{`{`, `{} {}`, "", `{"a": ` + strings.Repeat("[", 100)} {
		s, report = read(own, piece, `{"venue": {"name": "V"}}`)
		require.Equal(t, "V", s.Conference().Venue.Name)
		require.Equal(t, []string{"own"}, codesOf(report), piece)
	}
	pieces := strings.Repeat("<?slotcast-more ["+strings.Repeat("1,", 200_000)+"1]?>", 11)
	_, _, err := Load(Source{Name: "x", Data: []byte(xmlOf(own+pieces, ""))}, Options{})
	require.ErrorContains(t, err, "more than 2 million keys and values")
}

func codesOf(r schedule.Report) []string {
	var codes []string
	for _, p := range r.Problems {
		codes = append(codes, p.Code)
	}
	return codes
}

// The cost grows with the number of events alone.
func BenchmarkFrabGrowth(b *testing.B) {
	for _, n := range []int{1_000, 3_000, 10_000} {
		var events strings.Builder
		for i := range n {
			fmt.Fprintf(&events, `<event id="%d"><date>%s</date><duration>00:30</duration><title>Talk number %d</title><track>Track %d</track><abstract>&lt;p&gt;%s&lt;/p&gt;</abstract><persons><person id="%d">Person %d</person></persons></event>`,
				i+1, time.Date(2024, time.May, 1, 10, 0, 0, 0, time.UTC).Add(time.Duration(i)*time.Minute).Format(time.RFC3339), i, i%50, strings.Repeat("What is said of it. ", 40), i%(n/2), i%(n/2))
		}
		src := Source{Name: "x", Data: []byte(xmlOf("<time_zone_name>Europe/Berlin</time_zone_name>", "<day date='2024-05-01'><room name='R'>"+events.String()+"</room></day>"))}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(src.Data)))
			for b.Loop() {
				s, report, err := Load(src, Options{})
				require.NoError(b, err)
				require.NoError(b, report.Err())
				require.Len(b, s.Slots(), n)
			}
		})
	}
}
