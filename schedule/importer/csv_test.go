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

func TestSched(t *testing.T) {
	t.Parallel()
	s, report := fixture(t, "csv/sched.csv", Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"})
	require.Equal(t, []string{"6 unscheduled?", "7 end-default?", "8 quote?"}, problems(report))
	require.Equal(t, []string{
		"aa00000000000000000000000000aa01 | 04T09:00/04T09:45 | confirmed | talk | Tide & time | in great-hall Great Hall | of tides Tides | by mira-gull-okonkwo Mira \"Gull\" Okonkwo | by jon-ruys-jr Jon Ruys, Jr. | by ann-lee Ann Lee | #Opening | #moon | #sea",
		"aa00000000000000000000000000aa02 | 04T10:00/04T11:00 | cancelled | talk | Knots | in loft Loft | of tides Tides | by jon-ruys Jon Ruys | #Ropes",
		"aa00000000000000000000000000aa03 | 04T11:00/04T12:00 | cancelled | talk | Splices | in loft Loft | of ropes Ropes",
		"aa00000000000000000000000000aa08 | 04T12:00/04T13:00 | confirmed | break | Lunch | in loft Loft",
		"aa00000000000000000000000000aa06 | 04T13:00/04T14:00 | confirmed | talk | No length | in loft Loft | of ropes Ropes",
		"aa00000000000000000000000000aa04 | 04T23:30/05T00:30 | confirmed | talk | Cancelling a mooring | of food-drink Food, Drink",
	}, slotLines(s))
	talk := s.Talks()[0]
	require.Equal(t, "See the notes (https://harbour.test/notes).\nBring boots – really.", talk.Abstract)
	require.Equal(t, "https://harbour.test/1", talk.URL)
	require.Equal(t, []schedule.Link{{Title: "Media", URL: "https://media.test/1"}}, talk.Links)
}

func TestTable(t *testing.T) {
	t.Parallel()
	s, report := fixture(t, "csv/voctosched.csv", Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"})
	require.Equal(t, []string{"8 time?", "9 unscheduled?", "10 columns?"}, problems(report))
	require.Equal(t, []string{
		"1 | 04T09:00/04T09:45 | confirmed | talk | Opening | in great-hall Great Hall | by 1 Mira Okonkwo | by 2 Jon Ruys",
		"no-id | 04T10:00/04T11:30 | confirmed | talk | No id | in great-hall Great Hall | by mira-okonkwo Mira Okonkwo",
		"2 | 04T23:30/05T01:00 | confirmed | talk | Night watch | in loft Loft | by 2 Jon Ruys",
		"3 | 05T01:00/05T01:45 | confirmed | talk | Late watch | in loft Loft | by 3 Ann: the second | by 2-2 Somebody else",
	}, slotLines(s))
	talk := s.Talks()[0]
	require.Equal(t, "What the harbour knows.\n\nTwo parts:\n\n- the \"moon\"; and\n- the sea", talk.Abstract)
	require.Equal(t, "en", talk.Language)
	require.Equal(t, []schedule.Link{{Title: "File", URL: "https://files.test/1"}}, talk.Links)
	require.Equal(t, "2026-05-04", s.Slots()[3].Day.String(), "one in the morning is of the evening before")
}

func TestCSVProblems(t *testing.T) {
	t.Parallel()
	const sched = "event_key,active,name,event_start,event_end,event_type\n"
	const table = "Title,Date,Start,Duration,ID\n"
	row := func(n int) string { return fmt.Sprintf("%d,Y,A%d,2026-05-04 09:00:00,2026-05-04 10:00:00,T\n", n, n) }
	good := row(1) + row(2)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"clean":           {sched + good, []string{}},
		"blank lines":     {sched + "\n\n" + good + "\n", []string{}},
		"short row":       {sched + good + "3,Y,A3,2026-05-04 09:00:00,2026-05-04 10:00:00\n", []string{}},
		"empty cells":     {sched + good + "3,Y,A3,2026-05-04 09:00:00,2026-05-04 10:00:00,T,,\n", []string{}},
		"cut row":         {sched + good + "3,Y,A3\n", []string{"4 unscheduled?"}},
		"wide row":        {sched + good + "3,Y,A3,2026-05-04 09:00:00,2026-05-04 10:00:00,T,x\n", []string{"4 columns?"}},
		"same id":         {sched + good + row(2), []string{"4 id-duplicate?"}},
		"no name":         {sched + good + "3,Y,,2026-05-04 09:00:00,2026-05-04 10:00:00,T\n", []string{"4 title-missing?"}},
		"no time":         {sched + good + "3,Y,A3,soon,later,T\n", []string{"4 time?"}},
		"backwards":       {sched + good + "3,Y,A3,2026-05-04 09:00:00,2026-05-04 08:00:00,T\n", []string{"4 time?"}},
		"skipped":         {sched + good + "3,Y,A3,2026-03-29 01:30:00,2026-03-29 03:00:00,T\n", []string{"4 time?"}},
		"stray quote":     {sched + "3,Y,A \"3\",2026-05-04 09:00:00,2026-05-04 10:00:00,T\n" + good, []string{"2 quote?"}},
		"open quote":      {sched + good + "3,Y,\"A3,2026-05-04 09:00:00,2026-05-04 10:00:00,T\n" + row(4), []string{"4 cut"}},
		"cut in quotes":   {sched + good + "3,Y,\"A3, and", []string{"4 cut"}},
		"cut in a cell":   {sched + good + "3,Y,A3,2026-05-04 09:00:00,2026-0", []string{"4 cut"}},
		"cut in an id":    {sched + good + "3", []string{"4 cut"}},
		"no last end":     {sched + good + strings.TrimSpace(row(3)), []string{}},
		"no last end 2":   {strings.TrimSpace(sched) + ",,\n" + good + strings.TrimSpace(row(3)), []string{}},
		"spaces at last":  {sched + good + "  ", []string{}},
		"ends before id":  {strings.Replace(sched, "event_type", "event_type,id", 1) + row(1)[:len(row(1))-1] + ",a\n" + row(2)[:len(row(2))-1] + ",b\n" + row(3), []string{"4 columns?"}},
		"no id":           {strings.Replace(sched, "event_type", "event_type,id", 1) + row(1)[:len(row(1))-1] + ",a\n" + row(2)[:len(row(2))-1] + ",\n", []string{}},
		"marks at last":   {sched + good + "3,Y,\"A\"3\",2026-05-04 09:00:00,2026-05-04 10:00:00,T", []string{"4 quote?"}},
		"table cut":       {table + "A,2026-05-04,9:00,0:45,1\nB,2026-05-04,9:0", []string{"3 cut"}},
		"mostly wrong":    {sched + row(1) + "2,Y,,,,\n3,Y,,,,\n", []string{"unreadable", "3 title-missing?", "4 title-missing?"}},
		"no rows":         {sched, []string{"empty"}},
		"long name":       {sched + "1,Y," + strings.Repeat("x", 5_000) + ",2026-05-04 09:00:00,2026-05-04 10:00:00,T\n", []string{"2 too-long?"}},
		"table":           {table + "A,2026-05-04,9:00,0:45,1\n", []string{}},
		"table same id":   {table + "A,2026-05-04,9:00,0:45,1\nB,2026-05-04,9:00,0:45,1\nC,2026-05-04,9:00,0:45,\nC,2026-05-04,9:00,0:45,\n", []string{"3 id-duplicate?"}},
		"table date":      {table + "A,2026-05-04,9:00,0:45,1\nB,soon,9:00,0:45,2\n", []string{"3 time?"}},
		"table durations": {table + "A,2026-05-04,9:00,0:45,1\nB,2026-05-04,9:00,90,2\nC,2026-05-04,9:00,0:00,3\nD,2026-05-04,9:00,36:00,4\nE,2026-05-04,9:00,999:00,5\n", []string{"4 time?", "6 time?"}},
		"table no title":  {table + "A,2026-05-04,9:00,0:45,1\n,2026-05-04,9:00,0:45,2\n", []string{"3 title-missing?"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, report := load(t, c.text, Options{Timezone: "Europe/Lisbon", Conference: "C"})
			require.Equal(t, c.want, problems(report), "%v", report.Problems)
		})
	}
	_, report := load(t, sched+good, Options{})
	require.Equal(t, []string{"name-missing", "zone-missing"}, problems(report))
}

// A first line for spreadsheets is no row, and a line all the same.
func TestCSVSeparator(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"sep=;\n", "SEP=;\r\n", "\uFEFF\"sep=;\"\r\n"} {
		s, report := load(t, first+"Room;Date;Start;Duration;Title\nA;2026-07-04;10:00;0:30;One, two\nA;2026-07-04;11:00;0:30;\n", Options{Timezone: "UTC", Conference: "C"})
		require.Equal(t, []string{"4 title-missing?"}, problems(report), first)
		require.Equal(t, []string{"one-two | 04T10:00/04T10:30 | confirmed | talk | One, two | in a A"}, slotLines(s), first)
	}
}

// A duration is time that passes, whatever clocks are set to meanwhile.
func TestTableClockChange(t *testing.T) {
	t.Parallel()
	s, report := load(t, "Title,Date,Start,Duration\nA,2026-10-25,00:30,2:00\nB,2026-03-29,00:30,2:00\n", Options{Timezone: "Europe/Lisbon", Conference: "C"})
	require.Empty(t, report.Problems)
	for _, x := range s.Slots() {
		require.Equal(t, 2*time.Hour, x.End.Sub(x.Start), x.Talk.Title)
	}
}

func TestCSVRefuses(t *testing.T) {
	t.Parallel()
	const sched = "event_key,active,name,event_start,event_end,event_type\n"
	for name, c := range map[string]struct {
		text   string
		format Format
		want   string
	}{
		"failed export": {"ERR: Authorization failed.", FormatSched, "has name, event_start, event_end, event_type, active; export it with that line"},
		"no dates":      {"start_time,speaker,title,id\n9:00,A,B,\n", FormatAuto, "has no column that is known to hold the dates (give --date if all is on one day); its columns are start_time, speaker, title, id, so say which holds what, such as --columns 'title=title,start=start_time,date=speaker'"},
		"no titles":     {"a,b,c\n1,2,3\n", FormatCSV, "has no column that is known to hold the titles; its columns are a, b, c, so say"},
		"no starts":     {"Title,when\n1,2\n", FormatCSV, "has no column that is known to hold when talks start; its columns are Title, when, so say which holds what, such as --columns 'title=Title,start=when,date=Date'"},
		"no header":     {"one\ntwo\n", FormatCSV, "does not begin with a line of column names with commas"},
		"cells":         {sched + strings.Repeat(",", maxCells+1), FormatAuto, "more than 2 million cells"},
		"rows":          {sched + strings.Repeat("1\n", schedule.MaxTalks+1), FormatAuto, "more than 50000 rows"},
		"latin-1":       {sched + "1,Y,Zo\xEB,,,", FormatAuto, "x:2:7: this is not UTF-8"},
		"open header":   {`"event_key,active,name`, FormatSched, "does not begin with a line of column names"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: c.format})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
		})
	}
}

func TestCSVDetect(t *testing.T) {
	t.Parallel()
	const row = "\ntalks:\nTrack: x\n10:00 - 11:00\n" // what a cell can hold
	for text, want := range map[string]Format{
		"\uFEFFActive; NAME ;event_start;event_end;event_type":                FormatSched,
		"active\tname\tevent_start\tevent_end\tevent_type" + row:              FormatSched,
		"Title,Date,Start,Duration" + row:                                     FormatCSV,
		"\"Title\",\"Date\",\"Start\",\"Duration\"\r\n":                       FormatCSV,
		"sep=;\r\nTitle;Date;Start;Duration" + row:                            FormatCSV,
		"\uFEFF\"sep=,\"\nactive,name,event_start,event_end,event_type" + row: FormatSched,
		"Title,Start" + row: FormatNative,
	} {
		_, f, err := choose(Source{Name: "x", Data: []byte(text)}, Options{})
		require.NoError(t, err, text)
		require.Equal(t, want, f.name, text)
	}
}

func TestCSVReal(t *testing.T) {
	t.Parallel()
	const chain, zone, failed = "revisions/penguicon-2019-sched-csv/", "America/Detroit", "in no format that is known by its content"
	first := "e455d685d5636550b518c9affc8e708f: 2019-05-03T16:00Z/2019-05-03T17:00Z"
	last := "5c2a69d61d12373b415ba1dd2f798134: 2019-05-05T19:00Z/2019-05-05T20:00Z"
	midnight := "02bc00929bf6f219077d78ce3d4b2e30: 2019-05-05T04:00Z/2019-05-05T08:00Z"
	revision := func(n string, talks, rooms, speakers, tracks, left int) realFile {
		return realFile{path: chain + n + ".csv", zone: zone, talks: talks, slots: talks, rooms: rooms, speakers: speakers, tracks: tracks, left: left, instants: []string{first, last, midnight}}
	}
	latest := revision("11", 399, 26, 238, 15, 1)
	latest.path = "csv/sched-penguicon-2019.csv"
	checkReal(t, FormatSched, []realFile{
		latest,
		revision("01", 355, 31, 206, 14, 0), revision("03", 361, 26, 226, 15, 0), revision("04", 387, 28, 246, 15, 0),
		revision("06", 387, 28, 232, 15, 0), revision("07", 388, 28, 233, 15, 0), revision("08", 389, 26, 233, 15, 0),
		revision("09", 395, 26, 235, 15, 0), revision("10", 398, 26, 238, 15, 0), revision("11", 399, 26, 238, 15, 1),
		{path: chain + "02.csv", refused: failed}, {path: chain + "05.csv", refused: failed},
	})
	checkReal(t, FormatCSV, []realFile{{
		path: "csv/gpn11-2011.csv", zone: "Europe/Berlin", talks: 29, slots: 29, rooms: 2, speakers: 31, instants: []string{
			"1: 2011-06-23T17:00Z/2011-06-23T18:30Z", "27: 2011-06-25T22:00Z/2011-06-25T23:00Z", "30: 2011-06-26T11:15Z/2011-06-26T12:15Z",
		},
	}, {
		path: "csv/voc-31c3-sendezentrum-2014.csv", zone: "Europe/Berlin", talks: 20, slots: 20, speakers: 26, left: 1, instants: []string{
			// 2:00 p.m. to 3:00 p.m., 10:00 p.m. to 11:59 p.m., 0:00 a.m. to 2:00 a.m.
			"der-einstieg-ins-podcasten: 2014-12-27T13:00Z/2014-12-27T14:00Z", "jahresruckblick: 2014-12-29T21:00Z/2014-12-29T22:59Z", "die-reunion: 2014-12-29T23:00Z/2014-12-30T01:00Z",
		},
	}, {
		path: "csv/voc-31c3-sendezentrum-2014.csv", zone: "Europe/Berlin", columns: "track=Podcast", talks: 20, slots: 20, speakers: 26, tracks: 13, left: 1,
	}, {
		// Starts alone: each ends with the next, and the last after an hour.
		path: "csv/purplecon-2018.csv", zone: "Pacific/Auckland", date: schedule.Date{Year: 2018, Month: time.November, Day: 16}, talks: 22, slots: 22, speakers: 22, instants: []string{
			"opening-ritual: 2018-11-15T20:00Z/2018-11-15T20:15Z", "attacus: 2018-11-16T03:45Z/2018-11-16T04:15Z", "scatter-ourselves-to-the-night-like-leaves-on-the-wind: 2018-11-16T04:45Z/2018-11-16T05:45Z",
		},
	}, {
		path: "csv/purplecon-2018.csv", refused: "has no column that is known to hold the dates (give --date if all is on one day)",
	}})
}

func FuzzCSV(f *testing.F) {
	for _, name := range []string{"sched", "voctosched"} {
		data, err := os.ReadFile("../../testdata/csv/" + name + ".csv")
		require.NoError(f, err)
		f.Add(name == "sched", string(data))
	}
	f.Add(true, "name;event_start;event_end;event_type;active\n\"a\";2026-10-25 01:30:00;2026-10-25 01:45:00;\"b\n")
	f.Fuzz(func(t *testing.T, sched bool, text string) {
		format := FormatCSV
		if sched {
			format = FormatSched
		}
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: format, Timezone: "Europe/Lisbon", Conference: "C"})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}
