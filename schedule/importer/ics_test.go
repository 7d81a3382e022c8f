package importer

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestICS(t *testing.T) {
	t.Parallel()
	s, report := fixture(t, "ics/harbour.ics", Options{})
	require.Equal(t, []string{"52 end-missing?", "59 recurrence?", "59 end-default?", "73 all-day?", "78 private?", "85 time?", "90 line?"}, problems(report))
	require.Equal(t, []string{
		"1-4c06a441 | 04T09:00/04T09:45 | confirmed | talk | Opening: the tide tables; and more | in great-hall Great Hall | of tides Tides | by mira-okonkwo Mira Okonkwo | by ann-lee Ann Lee",
		"2-d93cbe6c | 04T10:00/04T11:30 | cancelled | talk | Knots | in loft Loft | of ropes Ropes | by jon-ruys Jon Ruys",
		"3-3cbb17e9 | 04T13:00/04T14:00 | tentative | talk | Splices | in loft Loft | of ropes Ropes",
		"4-eeb2d55b | 04T15:00/04T16:00 | confirmed | talk | No end | in loft Loft",
		"5-7df7f0ff | 04T16:00/04T17:00 | confirmed | talk | Floating | in loft Loft",
		"5-7df7f0ff-20260505t160000 | 05T17:00/05T18:00 | confirmed | talk | Floating",
	}, slotLines(s))
	c := s.Conference()
	require.Equal(t, []string{"harbour-days", "Harbour Days", "Europe/Lisbon", "Pier 3", "Tides, ropes"}, []string{string(c.ID), c.Name, c.Zone.String(), c.Venue.Name, c.Description})
	talk := s.Talks()[0]
	require.Equal(t, "See the notes (https://harbour.test/notes).\nBring, please, boots.", talk.Abstract)
	require.Equal(t, "https://harbour.test/1", talk.URL)

	// Instants stay what they are, and hours on the wall stay hours.
	shown, report := fixture(t, "ics/harbour.ics", Options{Timezone: "Europe/Berlin"})
	require.Contains(t, problems(report), "zone-other?")
	for i, x := range shown.Slots()[:4] {
		require.True(t, x.Start.Equal(s.Slots()[i].Start), x.Talk.Title)
	}
	require.Equal(t, "16:00+02:00", shown.Slots()[4].Start.Format("15:04Z07:00"))
}

// calendar is a calendar of events, each of which is its lines.
func calendar(events ...string) string {
	return "BEGIN:VCALENDAR\nX-WR-CALNAME:C\n" + strings.Join(events, "") + "END:VCALENDAR\n"
}

func vevent(lines ...string) string {
	return "BEGIN:VEVENT\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\n"
}

const icsHour = "DTSTART:20260504T090000Z\nDTEND:20260504T100000Z"

// What real software writes, one oddity each.
func TestICSTolerance(t *testing.T) {
	t.Parallel()
	plain := calendar(vevent("UID:a", "SUMMARY:Tide — tables", icsHour))
	for name, text := range map[string]string{
		"LF":              plain,
		"CR LF":           strings.ReplaceAll(plain, "\n", "\r\n"),
		"mixed":           strings.Replace(plain, "\n", "\r\n", 3) + "\n\r\n",
		"mark":            "\uFEFF" + plain,
		"lower case":      strings.NewReplacer("BEGIN:VEVENT", "begin:vevent", "SUMMARY", "summary").Replace(plain),
		"folded":          strings.Replace(plain, "Tide", "Ti\r\n d\n\te", 1),
		"within a letter": strings.Replace(plain, "—", "\xe2\r\n \x80\x94", 1),
		"parameters":      strings.Replace(plain, "SUMMARY:", `SUMMARY;CHARSET=UTF-8;X="a:b;c",d;LANGUAGE=en:`, 1),
		"quoted":          strings.Replace(plain, "SUMMARY:Tide — tables", "SUMMARY;ENCODING=QUOTED-PRINTABLE:Tide =E2=80=94 tables", 1),
		"white space":     strings.NewReplacer("SUMMARY:", "SUMMARY:  ", "DTSTART:", "DTSTART: ").Replace(plain),
		"blank lines":     strings.ReplaceAll(plain, "\n", "\n\n"),
		"long dates":      strings.Replace(plain, "20260504T090000Z", "2026-05-04T09:00:00Z", 1),
		"duration":        strings.Replace(plain, "DTEND:20260504T100000Z", "DURATION:P0DT1H", 1),
		"no seconds":      strings.Replace(plain, "T090000Z", "T0900Z", 1),
		"two calendars":   plain + "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
		"stamp":           strings.Replace(plain, "UID:a", "UID:a\nDTSTAMP;TZID=Europe/Paris:nonsense\nSEQUENCE: x", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.True(t, isICS([]byte(text)))
			s, report := load(t, text, Options{Timezone: "Europe/Lisbon"})
			require.Empty(t, report.Problems)
			require.Equal(t, []string{"a | 04T10:00/04T11:00 | confirmed | talk | Tide — tables"}, slotLines(s))
		})
	}
}

func TestICSProblems(t *testing.T) {
	t.Parallel()
	good := vevent("UID:g", "SUMMARY:Good", "DTSTART:20260506T090000Z", "DTEND:20260506T100000Z") + vevent("UID:h", "SUMMARY:Well", "DTSTART:20260507T090000Z", "DTEND:20260507T100000Z")
	for name, c := range map[string]struct {
		event string
		want  []string
	}{
		"no title":       {vevent("UID:a", icsHour), []string{"3 title-missing?"}},
		"blank title":    {vevent("UID:a", `SUMMARY:\n`, icsHour), []string{"3 title-missing?"}},
		"no start":       {vevent("UID:a", "SUMMARY:A", "DTEND:20260504T100000Z"), []string{"3 time?"}},
		"no such date":   {vevent("UID:a", "SUMMARY:A", "DTSTART:20260231T090000Z"), []string{"3 time?"}},
		"no such end":    {vevent("UID:a", "SUMMARY:A", "DTSTART:20260504T090000Z", "DTEND:later"), []string{"3 time?"}},
		"backwards":      {vevent("UID:a", "SUMMARY:A", "DTSTART:20260504T090000Z", "DTEND:20260504T080000Z"), []string{"3 time?"}},
		"less than none": {vevent("UID:a", "SUMMARY:A", "DTSTART:20260504T090000Z", "DURATION:-PT1H"), []string{"3 time?"}},
		"skipped":        {vevent("UID:a", "SUMMARY:A", "DTSTART;TZID=Europe/Berlin:20260329T023000", "DTEND;TZID=Europe/Berlin:20260329T040000"), []string{"zone-other?", "3 time?"}},
		"skipped here":   {vevent("UID:a", "SUMMARY:A", "DTSTART:20260329T013000", "DTEND:20260329T040000"), []string{"3 time?"}},
		"unknown zone":   {vevent("UID:a", "SUMMARY:A", "DTSTART;TZID=Our Time:20260504T090000", "DTEND;TZID=Our Time:20260504T100000"), []string{"3 zone-unknown?"}},
		"global name":    {vevent("UID:a", "SUMMARY:A", "DTSTART;TZID=/x.test/Europe/Lisbon:20260504T090000", "DTEND;TZID=/x.test/Europe/Lisbon:20260504T100000"), []string{}},
		"three parts":    {vevent("UID:a", "SUMMARY:A", "DTSTART;TZID=/x/America/Argentina/Salta:20260504T090000", "DURATION:PT1H"), []string{"zone-other?"}},
		"no end":         {vevent("UID:a", "SUMMARY:A", "DTSTART:20260504T090000Z"), []string{"3 end-default?"}},
		"no UID":         {vevent("SUMMARY:A", icsHour), []string{}},
		"twice":          {vevent("UID:a", "SUMMARY:A", icsHour) + vevent("UID:a", "SUMMARY:A", icsHour), []string{"9 duplicate?"}},
		"shared UID":     {vevent("UID:a", "SUMMARY:A", icsHour) + vevent("UID:a", "SUMMARY:B", icsHour), []string{"3 id-duplicate?"}},
		"one time":       {vevent("UID:a", "SUMMARY:A", icsHour, "RRULE:FREQ=DAILY;COUNT=1"), []string{}},
		"more dates":     {vevent("UID:a", "SUMMARY:A", icsHour, "RDATE:20260505T090000Z"), []string{"3 recurrence?"}},
		"bad line":       {vevent("UID:a", "SUMMARY:A", icsHour, "no property", ":", "X;=", `X;A="b:c`), []string{"8 line?"}},
		"long title":     {vevent("UID:a", "SUMMARY:"+strings.Repeat("x", 5_000), icsHour), []string{"3 too-long?"}},
		"address":        {vevent("UID:a", "SUMMARY:A", icsHour, "URL:ftp://x"), []string{"3 address? url"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, report := load(t, calendar(c.event, good), Options{Timezone: "Europe/Lisbon"})
			require.Equal(t, c.want, problems(report), "%v", report.Problems)
		})
	}
	_, once := load(t, calendar("no property\n", good), Options{Timezone: "Europe/Lisbon"})
	require.Contains(t, once.Problems[0].Message, "this line is no property and is not read")
	_, report := load(t, calendar(vevent("UID:a", icsHour), good[:strings.Index(good, "BEGIN:VEVENT\nUID:h")]), Options{Timezone: "Europe/Lisbon"})
	require.Equal(t, []string{"3 title-missing?"}, problems(report))
	_, report = load(t, calendar(vevent("UID:a", icsHour), vevent("UID:b", icsHour), good), Options{Timezone: "Europe/Lisbon"})
	require.Equal(t, []string{"3 title-missing?", "8 title-missing?"}, problems(report))
	_, report = load(t, calendar(vevent("UID:a", icsHour), vevent("UID:b", icsHour), vevent("UID:c", icsHour), good), Options{Timezone: "Europe/Lisbon"})
	require.Contains(t, problems(report), "unreadable")
}

// Where the zone comes from, in the order of what is believed.
func TestICSZone(t *testing.T) {
	t.Parallel()
	floating := vevent("UID:a", "SUMMARY:A", "DTSTART:20260504T090000", "DTEND:20260504T100000")
	zoned := vevent("UID:b", "SUMMARY:B", "DTSTART;TZID=Romance Standard Time:20260504T090000", "DTEND;TZID=Romance Standard Time:20260504T100000")
	for name, c := range map[string]struct {
		text, option, zone string
		want               []string
	}{
		"the events":    {calendar("X-WR-TIMEZONE:Africa/Nairobi\n", zoned), "", "Europe/Paris", []string{}},
		"the option":    {calendar("X-WR-TIMEZONE:Africa/Nairobi\n", zoned), "Europe/Lisbon", "Europe/Lisbon", []string{"zone-other?"}},
		"a hint":        {calendar("X-WR-TIMEZONE:Africa/Nairobi\n", floating), "", "Africa/Nairobi", []string{"3 zone-hint?"}},
		"no hint":       {calendar("X-WR-TIMEZONE:UTC\n", floating), "", "", []string{"zone-missing"}},
		"a bad hint":    {calendar("X-WR-TIMEZONE:Mars/Base\n", floating), "", "", []string{"zone-missing"}},
		"VTIMEZONE":     {calendar("VTIMEZONE: Europe/Rome\n", floating), "", "Europe/Rome", []string{"3 zone-hint?"}},
		"none":          {calendar(floating), "", "", []string{"zone-missing"}},
		"in the event":  {calendar(strings.Replace(floating, "SUMMARY", "TZID:Asia/Tokyo\nSUMMARY", 1)), "", "Asia/Tokyo", []string{}},
		"UTC as a zone": {calendar(vevent("UID:b", "SUMMARY:B", "DTSTART;TZID=UTC:20260504T090000", "DURATION:PT1H")), "", "", []string{"zone-missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, report := load(t, c.text, Options{Timezone: c.option})
			require.Equal(t, c.want, problems(report))
			if c.zone != "" {
				require.Equal(t, c.zone, s.Conference().Zone.String())
			}
		})
	}
	for name, zone := range windowsZones {
		_, err := schedule.LoadZone(zone)
		require.NoError(t, err, name)
	}
}

// Ids do not hang on the order of the file, nor on what else is in it.
func TestICSIDs(t *testing.T) {
	t.Parallel()
	ids := func(events ...string) (ids []string) {
		s, _ := load(t, calendar(events...), Options{Timezone: "Europe/Lisbon"})
		for _, x := range s.Slots() {
			ids = append(ids, string(x.ID))
		}
		return ids
	}
	first := vevent("UID:a", "SUMMARY:A", "DTSTART:20260504T090000Z", "DURATION:PT1H")
	again := vevent("UID:a", "SUMMARY:A", "DTSTART:20260505T090000Z", "DURATION:PT1H")
	other := vevent("UID:a", "SUMMARY:B", "DTSTART:20260506T090000Z", "DURATION:PT1H")
	want := []string{"a-a", "a-a-2", "a-b"}
	require.Equal(t, want, ids(first, again, other))
	require.Equal(t, want, ids(other, again, first))
	require.Equal(t, []string{"a"}, ids(first))
	require.Equal(t, []string{"555fdf54681203f4d6266e6fd67581c6"}, ids(strings.Replace(first, "UID:a", "UID:555FDF54681203F4D6266E6FD67581C6", 1)))
	require.NotEqual(t, ids(strings.Replace(first, "UID:a", "UID:a@x", 1)), ids(strings.Replace(first, "UID:a", "UID:a@y", 1)))
}

// What a property means is read from all events together.
func TestICSMeaning(t *testing.T) {
	t.Parallel()
	event := func(n int, lines ...string) string {
		return vevent(append([]string{fmt.Sprintf("UID:%d", n), fmt.Sprintf("SUMMARY:A%d", n), icsHour}, lines...)...)
	}
	for name, c := range map[string]struct {
		events []string
		want   []string
	}{
		"tracks":        {[]string{event(1, `CATEGORIES:Art\, fun`), event(2, "CATEGORIES:Go"), event(3)}, []string{"of art-fun Art, fun", "of go Go", ""}},
		"tags":          {[]string{event(1, "CATEGORIES:Web,Go"), event(2, "CATEGORIES:Go"), event(3)}, []string{"#Web | #Go", "#Go", ""}},
		"tags in lines": {[]string{event(1, "CATEGORIES:Web", "CATEGORIES:Go")}, []string{"#Web | #Go"}},
		"venue":         {[]string{event(1, `LOCATION:Hall\, Pier 3`), event(2, `LOCATION:Loft\, Pier 3`), event(3, "LOCATION:Deck")}, []string{"in hall Hall", "in loft Loft", "in deck Deck"}},
		"floors":        {[]string{event(1, `LOCATION:Hall\, Deck 1`), event(2, `LOCATION:Loft\, Deck 2`)}, []string{"in hall-deck-1 Hall, Deck 1", "in loft-deck-2 Loft, Deck 2"}},
		"organiser":     {[]string{event(1, "ORGANIZER;CN=Ann:mailto:a@x"), event(2, "ORGANIZER;CN=Bob:mailto:b@x")}, []string{"", ""}},
		"speakers":      {[]string{event(1, "ORGANIZER;CN=Ann:mailto:a@x"), event(2, "ORGANIZER;CN=Bob:MAILTO:A@x")}, []string{"by ann Ann", "by bob Bob"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := load(t, calendar(c.events...), Options{Timezone: "UTC"})
			var got []string
			for _, line := range slotLines(s) {
				rest := strings.SplitN(line, " | ", 6)
				got = append(got, strings.Join(rest[5:], ""))
			}
			require.Equal(t, c.want, got)
		})
	}
	s, _ := load(t, calendar("METHOD:CANCEL\n", event(1)), Options{Timezone: "UTC"})
	require.Equal(t, schedule.StatusCancelled, s.Slots()[0].Status)
}

func TestICSRefuses(t *testing.T) {
	t.Parallel()
	one := vevent("UID:a", "SUMMARY:A", icsHour)
	for name, c := range map[string]struct{ text, want string }{
		"other":        {"hello", "x:1: an iCalendar file begins with BEGIN:VCALENDAR"},
		"event alone":  {one, "x:1: an iCalendar file begins with BEGIN:VCALENDAR"},
		"blank":        {"\n \n", "nothing in it but white space"},
		"web page":     {"<!doctype html>", "is a web page"},
		"UTF-16":       {"\xFF\xFEB\x00", "is in UTF-16"},
		"Latin-1":      {calendar(vevent("UID:a", "SUMMARY:Zo\xEB", icsHour)), "x:5: this is not UTF-8"},
		"cut":          {calendar(one)[:60], "the file ends in the middle: END:VEVENT is missing; fetch it again"},
		"cut between":  {strings.TrimSuffix(calendar(one), "END:VCALENDAR\n"), "END:VCALENDAR is missing"},
		"crossed":      {calendar("BEGIN:VEVENT\nBEGIN:VALARM\nEND:VEVENT\nEND:VALARM\n"), "x:5: END:VEVENT stands here"},
		"rest":         {calendar(one) + "X:1\n", "x:10: the calendar is at its end"},
		"deep":         {strings.Repeat("BEGIN:VCALENDAR\n", 1_000_000), "x:11: components are nested more than 10 deep"},
		"deep events":  {calendar(strings.Repeat("BEGIN:VEVENT\n", 1_000_000)), "nested more than 10 deep"},
		"long line":    {calendar("DESCRIPTION:" + strings.Repeat("x", 8<<20)), "x:3: this line has more than 1024 KiB"},
		"long fold":    {calendar("DESCRIPTION:" + strings.Repeat("x\n ", 2<<20)), "x:3: this line has more than 1024 KiB"},
		"many events":  {calendar(strings.Repeat(one, 60_000)), "more than 50000 events"},
		"many lines":   {calendar(strings.Repeat("X:\n", maxICSLines)), "more than 2 million lines"},
		"only UTF-16?": {"B\x00E\x00", "is in UTF-16 or is no text at all"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: FormatICS})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
			require.Less(t, time.Since(began), soon)
		})
	}
}

// What costs a parser of another hand minutes, or its stack, costs this nothing.
func TestICSCost(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"parameters": calendar(vevent("UID:a", "SUMMARY"+strings.Repeat(";A=b", 80_000)+":x", icsHour)),
		"commas":     calendar(vevent("UID:a", "SUMMARY:A", `ORGANIZER;CN="`+strings.Repeat("a,", 80_000)+`":mailto:a`, icsHour), vevent("UID:b", "SUMMARY:B", "ORGANIZER;CN=b:mailto:a", icsHour)),
		"categories": calendar(vevent("UID:a", "SUMMARY:A", "CATEGORIES:"+strings.Repeat("a,", 400_000), icsHour)),
		"zones": calendar(func() (events []string) {
			for i := range 5_000 {
				events = append(events, vevent(fmt.Sprintf("UID:%d", i), "SUMMARY:A", fmt.Sprintf("DTSTART;TZID=/x/%d/Mars/%d:20260504T090000", i, i), "DURATION:PT1H"))
			}
			return events
		}()...),
		"ids": calendar(func() (events []string) {
			for i := range 5_000 {
				events = append(events, vevent("UID:a", "SUMMARY:A", fmt.Sprintf("LOCATION:%d", i%1_000), fmt.Sprintf("DTSTART:202605%02dT%02d%02d00Z", i%28+1, i%24, i%60)))
			}
			return events
		}()...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, _, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Timezone: "UTC"})
			require.NoError(t, err)
			require.Less(t, time.Since(began), soon)
		})
	}
}

func TestICSReal(t *testing.T) {
	t.Parallel()
	zone := []string{"zone-missing"}
	checkReal(t, FormatICS, []realFile{
		{path: "ics/moca-2024.ics", zone: "Europe/Rome", talks: 88, slots: 88, rooms: 4, speakers: 80, asks: []string{"name-missing"}, instants: []string{
			"46938: 2024-09-13T10:00Z/2024-09-13T11:00Z", "46939-digital-forensics-ed-investigazi: 2024-09-15T11:00Z/2024-09-15T11:30Z", "46939-closing-ceremony: 2024-09-15T13:00Z/2024-09-15T14:00Z",
		}},
		{path: "ics/linuxconfau-2020.ics", zone: "Australia/Brisbane", talks: 262, slots: 262, rooms: 7, asks: []string{"name-missing"}, instants: []string{
			"104-22d265bb: 2020-01-12T23:00Z/2020-01-13T00:10Z", "94-42c04d6c: 2020-01-14T23:00Z/2020-01-14T23:10Z", "205-5dffe41e: 2020-01-14T09:00Z/2020-01-14T12:00Z",
		}},
		{path: "ics/jres-2022.ics", zone: "Europe/Paris", talks: 120, slots: 120, rooms: 15, asks: []string{}, instants: []string{
			"presentation-94-1948b0ea: 2022-05-17T09:00Z/2022-05-17T10:30Z", "presentation-14-cf92f8d6: 2022-05-18T06:40Z/2022-05-18T08:20Z", "presentation-113-ad4c4f95: 2022-05-20T10:40Z/2022-05-20T12:10Z",
		}},
		{path: "ics/sched-jococruise-2024.ics", zone: "America/New_York", talks: 439, slots: 439, rooms: 32, tracks: 11, asks: zone, instants: []string{
			"60d293f6385215465dadcf5225bb7996: 2024-03-09T12:00Z/2024-03-10T05:00Z", "2c0d96790a55e60d58fc797c8bd34685: 2024-03-09T16:30Z/2024-03-09T21:00Z", "c3b3d0a348dc72b734ca869665cd46f7: 2024-03-16T03:30Z/2024-03-16T03:55Z",
		}},
		// Ends are starts, so each talk ends with the next, or after two hours.
		{path: "ics/fossasia-2015-ical4j.ics", zone: "Asia/Singapore", talks: 155, slots: 155, left: 2, asks: []string{"name-missing"}, instants: []string{
			"20150310t162324z-uidgen-fabbf8a5: 2015-03-12T22:30Z/2015-03-12T23:00Z", "20150310t162326z-uidgen-6d682316: 2015-03-12T23:10Z/2015-03-12T23:50Z", "20150310t162345z-uidgen-4858003b: 2015-03-13T07:30Z/2015-03-13T09:30Z",
		}},
	})
}

func FuzzICS(f *testing.F) {
	data, err := os.ReadFile("../../testdata/ics/harbour.ics")
	require.NoError(f, err)
	f.Add(string(data))
	f.Add(calendar(vevent("UID:\u0001", `SUMMARY;X="a:\n\\,":CANCELLED: \;`, "DTSTART;TZID=Europe/Lisbon:20261025T013000", "DTEND:20261025T014500")))
	f.Add("BEGIN:VCALENDAR\r\n END:VCALENDAR\r\nBEGIN:VEVENT\rEND")
	f.Fuzz(func(t *testing.T, text string) {
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: FormatICS, Timezone: "Europe/Lisbon", Conference: "C"})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}
