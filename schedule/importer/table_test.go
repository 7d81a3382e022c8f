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

func TestParseColumns(t *testing.T) {
	t.Parallel()
	columns, err := ParseColumns(` title = Session, Start=Begin,"date=Day, month", abstract= ,dates=dmy`)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"title": "Session", "start": "Begin", "date": "Day, month", "abstract": "", "dates": "dmy"}, columns)
	columns, err = ParseColumns(" ")
	require.NoError(t, err)
	require.Nil(t, columns)
	for text, want := range map[string]string{
		"titel=Session":      "“titel” is nothing that a column can hold, did you mean title?; write the columns as",
		"colour=Session":     "“colour” is nothing that a column can hold, choose of dates, id, title, abstract, date, start, end, duration, room, track, speakers, kind, language, tags, url, status; write",
		"end date=x":         "“end date” is nothing that a column can hold",
		"title":              "“title” has no =",
		"title=a,title=b":    "“title” is given twice",
		"dates=yyyy-mm-dd":   "“yyyy-mm-dd” is no order of day, month and year, choose dmy, mdy or ymd",
		`title="a`:           "cannot be read",
		"title=a\nstart=b,,": "",
	} {
		_, err := ParseColumns(text)
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorIs(t, err, schedule.ErrInvalid, text)
		require.ErrorContains(t, err, want)
	}
}

func mapped(t testing.TB, s string) map[string]string {
	t.Helper()
	columns, err := ParseColumns(s)
	require.NoError(t, err)
	return columns
}

// A table of nobody's, with what organisers put into cells.
func TestTableColumns(t *testing.T) {
	t.Parallel()
	const table = "Tag\tVon\tBis\tWas\tWo\tWer\tArt\tThema\tStichworte\tSprache\tSeite\tStand\tNr\n" +
		"Mo, 4.5.26\t9:00 Uhr\t9:45 Uhr\tÖffnung\tHall\tMira Okonkwo; Jon Ruys\tKeynote\tTides\tmoon|sea\tde_DE\thttps://harbour.test/1\tok\t1\n" +
		"4. 5. 2026\t10.00\t11.30\tKnots &amp; ropes\tLoft\tJon Ruys, Ann Lee, Jr.\tWorkshop\tRopes\t\tEnglisch\t\tabgesagt\t2\n" +
		"05.05.2026\t23 Uhr\t0:30\t\"Night\nwatch\"\tLoft\ttba\t\t\t\t\t\ttentative\t3\n" +
		"05.05.2026\t12 Uhr\t13 Uhr\tDeclined\tLoft\t\t\t\t\t\t\trejected\t4\n" +
		"\t\t\t\t\t\t\t\t\t\t\t\t\n"
	const columns = "title=Was,room=Wo,speakers=Wer,kind=Art,track=Thema,tags=Stichworte,url=Seite,status=Stand,id=Nr,date=Tag,start=Von,end=Bis,language=Sprache"
	s, report := load(t, table, Options{Timezone: "Europe/Berlin", Conference: "C", Columns: mapped(t, columns)})
	require.Equal(t, []string{"3 language? language", "6 not-accepted?"}, problems(report))
	require.Equal(t, []string{
		"1 | 04T09:00/04T09:45 | confirmed | keynote | Öffnung | in hall Hall | of tides Tides | by mira-okonkwo Mira Okonkwo | by jon-ruys Jon Ruys | #moon | #sea",
		"2 | 04T10:00/04T11:30 | cancelled | workshop | Knots & ropes | in loft Loft | of ropes Ropes | by jon-ruys Jon Ruys | by ann-lee-jr Ann Lee, Jr.",
		"3 | 05T23:00/06T00:30 | tentative | talk | Night watch | in loft Loft",
	}, slotLines(s))
	require.Equal(t, "de-de", s.Talks()[0].Language)

	for columns, want := range map[string]string{
		"title=Was,start=Wann": "x has no column “Wann”; its columns are Tag, Von, Bis, Was, Wo, Wer, Art, Thema, Stichworte, Sprache, Seite, Stand, Nr, so say which holds what, such as --columns 'title=Was,",
		"start=Von":            "has no column that is known to hold the titles",
	} {
		_, _, err := Load(Source{Name: "x", Data: []byte(table)}, Options{Columns: mapped(t, columns)})
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.ErrorContains(t, err, want)
	}
	_, _, err := Load(Source{Name: "x", Data: []byte("talks: []")}, Options{Format: FormatNative, Columns: mapped(t, columns)})
	require.ErrorContains(t, err, "--columns is for a table in CSV; x is to be read in the native format, so leave it out")
}

// The columns that the importers of calendars ask for.
func TestTableGoogle(t *testing.T) {
	t.Parallel()
	s, report := load(t, "Subject,Start Date,Start Time,End Date,End Time,All Day Event,Description,Location,Private\n"+
		"Opening,05/13/2026,9:00 AM,05/13/2026,10:00 AM,False,<b>Hello</b>,Hall,False\n"+
		"Camp,05/13/2026,10:00 PM,05/15/2026,8:00 AM,False,,Hall,False\n", Options{Timezone: "America/New_York", Conference: "C"})
	require.Empty(t, report.Problems)
	require.Equal(t, []string{"opening | 13T09:00/13T10:00 | confirmed | talk | Opening | in hall Hall", "camp | 13T22:00/15T08:00 | confirmed | talk | Camp | in hall Hall"}, slotLines(s))
	require.Equal(t, "Hello", s.Talks()[0].Abstract)
}

// Where a row has no end, it ends with the next in its room, but after two hours,
// and the last of a day after one hour.
func TestTableEnds(t *testing.T) {
	t.Parallel()
	s, report := load(t, "Title,Date,Start,Room\nA,2026-05-04,9:00,Hall\nB,2026-05-04,9:00,Loft\nC,2026-05-04,9:30,Hall\nC2,2026-05-04,9:30,Hall\n"+
		"D,2026-05-04,11:00,Loft\nE,2026-05-05,01:30,Loft\nF,2026-05-05,09:00,Loft\n", Options{Timezone: "UTC", Conference: "C"})
	require.Equal(t, []string{"2 end-missing?", "4 end-default?", "5 room-overlap?"}, problems(report))
	require.Contains(t, report.Problems[0].Message, "at most 2 hours (3 in all)")
	require.Contains(t, report.Problems[1].Message, "60 minutes (4 in all)")
	var ends []string
	for _, x := range s.Slots() {
		ends = append(ends, x.Talk.Title+" "+x.End.Format("02T15:04"))
	}
	require.Equal(t, []string{"A 04T09:30", "B 04T11:00", "C 04T10:30", "C2 04T10:30", "D 04T13:00", "E 05T02:30", "F 05T10:00"}, ends)

	// An hour is an hour, whatever clocks do.
	s, _ = load(t, "Title,Date,Start\nA,2026-10-25,00:30\n", Options{Timezone: "Europe/Lisbon", Conference: "C"})
	require.Equal(t, time.Hour, s.Slots()[0].End.Sub(s.Slots()[0].Start))
}

func TestTableDates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dates string // one a row
		order string
		want  string // the first, or the problem
	}{
		"ISO":            {"2026-05-04", "", "2026-05-04"},
		"slashes":        {"2026/5/4", "", "2026-05-04"},
		"digits":         {"20260504", "", "2026-05-04"},
		"dots":           {"4.5.2026", "", "2026-05-04"},
		"day first":      {"4/5/26 27/12/26", "", "2026-05-04"},
		"month first":    {"5/4/26 12/27/26", "", "2026-05-04"},
		"both are one":   {"5/5/26", "", "2026-05-05"},
		"mixed":          {"4/13/26 13/4/26", "", "2 dates-mixed"},
		"ambiguous":      {"4/5/26 6/7/26", "", "2 dates-ambiguous"},
		"stated dmy":     {"4/5/26 6/7/26", "dmy", "2026-05-04"},
		"stated mdy":     {"4/5/26 6/7/26", "mdy", "2026-04-05"},
		"stated ymd":     {"26/5/4", "ymd", "2026-05-04"},
		"dashes":         {"4-5-2026 27-12-2026", "", "2026-05-04"},
		"dots and mdy":   {"4.5.2026 12/27/26 5/4/26", "", "2026-05-04"},
		"written":        {"4_May_2026", "", "2026-05-04"},
		"written, US":    {"May_4th,_2026", "", "2026-05-04"},
		"with its day":   {"Monday,_4_May_2026", "", "2026-05-04"},
		"day and digits": {"Mon_4/5/2026 27/12/26", "", "2026-05-04"},
		"with an hour":   {"2026-05-04_00:00:00", "", "2026-05-04"},
		"none":           {"soon", "", "2 time?"},
		"no such":        {"31.2.2026", "", "2 time?"},
		"wrong order":    {"27/12/26", "mdy", "2 time?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "Title;Date;Start;Duration\n"
			for i, date := range strings.Fields(c.dates) {
				text += fmt.Sprintf("A%d;%s;9:00;45\n", i, strings.ReplaceAll(date, "_", " "))
			}
			columns := map[string]string{}
			if c.order != "" {
				columns["dates"] = c.order
			}
			s, report := load(t, text, Options{Timezone: "UTC", Conference: "C", Columns: columns})
			if s == nil {
				require.Contains(t, problems(report), c.want, "%v", report.Problems)
				return
			}
			require.Empty(t, report.Problems)
			require.Equal(t, "A0", s.Talks()[0].Title)
			for _, x := range s.Slots() {
				if x.Talk.Title == "A0" {
					require.Equal(t, c.want+" 09:00", x.Start.Format("2006-01-02 15:04"))
				}
			}
		})
	}
}

func TestSplitStamp(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"9:00": " 09:00", "09:00:30": " 09:00", "9.30": " 09:30", "9h30": " 09:30", "14 Uhr": " 14:00", "14:30 Uhr": " 14:30", "9h": " 09:00",
		"9am": " 09:00", "9 PM": " 21:00", "12 a.m.": " 00:00", "12:15 p.m.": " 12:15", "0:00 a.m.": " 00:00", "04:30 p.m.": " 16:30", "13:00 PM": " 13:00", "9:05p": " 21:05",
		"2026-05-04 09:00": "2026-05-04 09:00", "5/4/2026 9:00 AM": "5/4/2026 09:00", "May 4, 2026, 9pm": "May 4, 2026 21:00", "2026-05-04T09:00": "2026-05-04 09:00",
		"2026-05-04": "", "4 May 2026": "", "25:00": "", "9:60": "", "noon": "", "9": "", "": "", strings.Repeat("9", 100) + ":00": "",
	} {
		date, clock, ok := splitStamp(cell)
		if want == "" {
			require.False(t, ok, cell)
			continue
		}
		require.True(t, ok, cell)
		require.Equal(t, want, fmt.Sprintf("%s %02d:%02d", date, int(clock.Hours()), int(clock.Minutes())%60), cell)
	}
}

func TestTableDuration(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]time.Duration{
		"0:45": 45 * time.Minute, "36:00": 36 * time.Hour, "45": 45 * time.Minute, "45 min": 45 * time.Minute, "1 h 30 min.": 90 * time.Minute, "1h30m": 90 * time.Minute,
		"2 hours": 2 * time.Hour, "90 Minuten": 90 * time.Minute, "PT45M": 45 * time.Minute,
		"0:45:00": 45 * time.Minute, "00:30:00": 30 * time.Minute, "1:12:00": 72 * time.Minute, "0:00:30": 30 * time.Second, "0:45:60": 0, "0:00:00": 0,
		"0:00": 0, "-1:00": 0, "99:99": 0, "long": 0, "": 0, "999:00": 0, strings.Repeat("1", 100): 0,
	} {
		got, ok := tableDuration(cell)
		require.Equal(t, want > 0, ok, cell)
		if ok {
			require.Equal(t, want, got, cell)
		}
	}
}

// A talk is kept that ends in the hour which clocks show twice, however its end is
// given, and the hour that may be either is told of.
func TestRepeatedHour(t *testing.T) {
	t.Parallel()
	ics := func(start, end string) string { return calendar(vevent("UID:a", "SUMMARY:A", start, end)) }
	session := func(start, end string) string {
		return view(`{"id": "1", "title": "A", "startsAt": "` + start + `", "endsAt": "` + end + `"}`)
	}
	for name, c := range map[string]struct {
		text   string
		length time.Duration
		want   []string
	}{
		"table, duration":   {"Title,Date,Start,Duration\nA,2026-10-25,02:30,0:30\n", 30 * time.Minute, []string{"2 time-repeated? start"}},
		"table, end":        {"Title,Date,Start,End\nA,2026-10-25,02:30,02:00\n", 30 * time.Minute, []string{"2 time-repeated? start"}},
		"table, midnight":   {"Title,Date,Start,End\nA,2026-10-24,22:30,02:30\n", 4 * time.Hour, []string{"2 time-repeated? end"}},
		"table, over":       {"Title,Date,Start,End\nA,2026-10-25,02:30,03:00\n", 90 * time.Minute, []string{"2 time-repeated? start"}},
		"sched":             {"name,event_start,event_end,event_type,active\nA,2026-10-25 02:30:00,2026-10-25 02:00:00,T,Y\n", 30 * time.Minute, []string{"2 time-repeated? start"}},
		"floating":          {ics("DTSTART:20261025T023000", "DTEND:20261025T020000"), 30 * time.Minute, []string{"3 time-repeated? start"}},
		"floating, length":  {ics("DTSTART:20261025T023000", "DURATION:PT30M"), 30 * time.Minute, []string{"3 time-repeated? start"}},
		"with a zone":       {ics("DTSTART;TZID=Europe/Berlin:20261025T023000", "DTEND;TZID=Europe/Berlin:20261025T020000"), 30 * time.Minute, []string{}},
		"in UTC":            {ics("DTSTART:20261025T003000Z", "DTEND:20261025T010000Z"), 30 * time.Minute, []string{}},
		"sessionize":        {session("2026-10-25T02:30:00", "2026-10-25T02:00:00"), 30 * time.Minute, []string{"1:53 time-repeated? start"}},
		"sessionize, after": {session("2026-10-25T02:30:00", "2026-10-25T03:00:00"), 90 * time.Minute, []string{"1:53 time-repeated? start"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, report := load(t, c.text, Options{Timezone: "Europe/Berlin", Conference: "C"})
			require.Equal(t, c.want, problems(report), "%v", report.Problems)
			require.Equal(t, c.length, s.Slots()[0].End.Sub(s.Slots()[0].Start))
		})
	}
}

// What is guessed of a talk without an end is told once, and is never long.
func TestGuessedEnds(t *testing.T) {
	t.Parallel()
	s, report := load(t, "Title,Date,Start,End,Room\nA,2026-05-04,9:00,9:00,Hall\nB,2026-05-04,20:00,21:00,Hall\nC,2026-05-05,9:00,tbd,Hall\nD,2026-05-05,9:30,,Hall\nE,2026-05-05,11:00,?,Loft\n", Options{Timezone: "UTC", Conference: "C"})
	require.Equal(t, []string{"2 end-missing?", "4 end-unread?", "5 end-default?"}, problems(report))
	require.Contains(t, report.Problems[0].Message, "at most 2 hours (2 in all)")
	require.Contains(t, report.Problems[1].Message, "“C” and 1 more: the end is no time, so it counts as one that is not given")
	require.Contains(t, report.Problems[2].Message, "60 minutes (2 in all)")
	var lengths []time.Duration
	for _, x := range s.Slots() {
		lengths = append(lengths, x.End.Sub(x.Start))
	}
	require.Equal(t, []time.Duration{maxGuess, time.Hour, 30 * time.Minute, lastLength, lastLength}, lengths)
}

// Talks that have no time yet are told of together.
func TestUnscheduledOnce(t *testing.T) {
	t.Parallel()
	_, report := load(t, "Title,Date,Start,End\nA,2026-05-04,9:00,10:00\nB,2026-05-04,tba,\nC,,9:00,10:00\nD,,,\n", Options{Timezone: "UTC", Conference: "C"})
	require.Equal(t, []string{"3 unscheduled?"}, problems(report))
	require.Contains(t, report.Problems[0].Message, "“B” and 2 more: not scheduled yet, so left out")
	session := func(title, start string) string {
		return `{"id": "` + title + `", "title": "` + title + `", "state": "accepted", "microlocation": null, "starts-at": "` + start + `", "ends-at": "` + start + `"}`
	}
	_, report = load(t, "["+session("A", "2026-05-04T09:00:00+00:00")+",\n"+session("B", "2026-05-04T00:00:00+00:00")+",\n"+session("C", "2026-05-04T00:00:00+00:00")+",\n"+session("D", "")+"]", Options{Timezone: "UTC", Conference: "C"})
	require.Equal(t, []string{"1:2 end-default?", "2:1 unscheduled?", "4:1 unscheduled?"}, problems(report))
	require.Contains(t, report.Problems[1].Message, "“B” and 1 more: from 00:00 to 00:00, which stands for a time that is not known yet")
}

// A time with an offset is an instant.
func TestTableOffsets(t *testing.T) {
	t.Parallel()
	s, report := load(t, "title,starts at,ends at\nA,2026-05-04T09:00:00+02:00,2026-05-04T08:00:00Z\nB,2026-05-04 10:00,2026-05-04 11:00\n", Options{Timezone: "Europe/Lisbon", Conference: "C"})
	require.Empty(t, report.Problems)
	require.Equal(t, []string{"a | 04T08:00/04T09:00 | confirmed | talk | A", "b | 04T10:00/04T11:00 | confirmed | talk | B"}, slotLines(s))
}

func TestTableDay(t *testing.T) {
	t.Parallel()
	const table = "time,event\n9am,Opening\n10am,Coffee\n"
	s, report := load(t, table, Options{Format: FormatCSV, Timezone: "UTC", Conference: "C", Date: schedule.Date{Year: 2026, Month: time.May, Day: 4}})
	require.Equal(t, []string{"2 end-missing?", "3 end-default?"}, problems(report))
	require.Equal(t, []string{"opening | 04T09:00/04T10:00 | confirmed | talk | Opening", "coffee | 04T10:00/04T11:00 | confirmed | break | Coffee"}, slotLines(s))
}

func FuzzTable(f *testing.F) {
	data, err := os.ReadFile("../../testdata/csv/voctosched.csv")
	require.NoError(f, err)
	f.Add(string(data), "title=Title,dates=dmy")
	f.Add("a;b;c\n27/12/14;2:00 p.m.;x\n", "title=c,start=b,date=a")
	f.Add("title,start,end\nA,May 4th 2026 9pm,2026-03-29T01:30:00+00:00\n", "")
	f.Fuzz(func(t *testing.T, text, columns string) {
		given, err := ParseColumns(columns)
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			return
		}
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: FormatCSV, Timezone: "Europe/Lisbon", Conference: "C", Columns: given})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}
