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

func loadFixture(t *testing.T, o Options, path ...string) (*schedule.Schedule, schedule.Report) {
	t.Helper()
	src, err := ReadFile(filepath.Join(append([]string{"..", "..", "testdata"}, path...)...))
	require.NoError(t, err)
	src.Name = "x"
	s, report, err := Load(src, o)
	require.NoError(t, err)
	checkLoaded(t, s, report)
	return s, report
}

// appearances writes each slot as "start-end day kind id in room of track:
// title / speakers" with what is not the rule.
func appearances(s *schedule.Schedule) []string {
	var out []string
	for _, x := range s.Slots() {
		line := fmt.Sprintf("%s-%s %s %s %s", x.Start.Format("02 15:04"), strings.TrimSuffix(x.End.Format("02 15:04Z07:00"), ":00"), x.Day.String()[8:], x.Talk.Kind, x.ID)
		if x.Room != nil {
			line += " in " + string(x.Room.ID)
		}
		if x.Talk.Track != nil {
			line += " of " + string(x.Talk.Track.ID)
		}
		if x.Status != schedule.StatusConfirmed {
			line += " " + string(x.Status)
		}
		line += ": " + x.Talk.Title
		for _, p := range x.Talk.Speakers {
			line += " / " + string(p.ID) + " " + p.Name
		}
		out = append(out, line)
	}
	return out
}

func TestFrabPentabarf(t *testing.T) {
	t.Parallel()
	s, report := loadFixture(t, Options{Timezone: "Europe/Oslo"}, "frab", "pentabarf.xml")
	require.Equal(t, []string{"15:7 address?"}, problems(report))
	require.Equal(t, []string{
		"28 22:30-29 00:00+02 28 talk 0 in loft of deck-and-hull: Night watch / 7 Sølvi Dahl / ada Ada / bo Bo",
		"29 00:15-29 01:00+02 28 workshop 12 in loft cancelled: Stars by hand / 7-somebody-else Somebody Else",
		"29 04:00-29 04:30+02 29 talk 13 in quay: Cancelling knots",
	}, appearances(s))
	c := s.Conference()
	require.Equal(t, schedule.ConferenceID("harbour-camp-2011"), c.ID)
	require.Equal(t, schedule.Venue{Name: "Old Customs House", Address: "Bergen"}, c.Venue)
	require.Equal(t, 4*time.Hour, c.DayChange)
	talk := s.Talks()[0]
	require.Equal(t, "How to stay awake.\n\nAnd for how long.", talk.Abstract)
	require.Equal(t, []schedule.Link{{Title: "Watch", URL: "http://www.harbour.example/watch"}}, talk.Links)

	_, report = loadFixture(t, Options{}, "frab", "pentabarf.xml")
	require.Contains(t, problems(report), "3:3 zone-missing")
}

func TestFrab(t *testing.T) {
	t.Parallel()
	s, report := loadFixture(t, Options{}, "frab", "frab.xml")
	require.Equal(t, []string{
		"16:5 speaker-nameless?", "43:5 id-shared?",
		"49:5 time-disagrees?", "49:5 duration-doubtful?",
		"53:5 duration?", "54:5 duration?", "55:5 start-missing?", "56:5 time?", "57:5 duration-missing?", "58:5 title-missing?",
	}, problems(report))
	require.Equal(t, []string{
		"26 09:00-26 10:00+02 26 break 46: Coffee break",
		"26 10:00-26 11:00+02 26 keynote 0aefb1a2-7335-4d36-abac-3ff0419ec954 in great-hall of nets: Opening keynote / 11111111-7335-4d36-abac-3ff0419ec954 Nia Obi",
		"26 12:00-26 12:30+02 26 talk 22222222-7335-4d36-abac-3ff0419ec954 in great-hall: Meet the crew",
		"26 13:00-26 13:30+02 26 talk 22222222-7335-4d36-abac-3ff0419ec954-another-with-its-guid in great-hall: Another with its guid",
		"26 15:00-26 15:30+02 26 talk 22222222-7335-4d36-abac-3ff0419ec954-2 in great-hall: Meet the crew",
		"26 16:00-27 15:00+01 26 talk qw3rty cancelled: Long night",
		"27 02:30-27 03:00+01 26 talk hoqenib6g7m4hyfkfrkcmq-c854acba in great-hall: The hour that comes twice",
	}, appearances(s))
	require.Equal(t, 6*time.Hour, s.Conference().DayChange)
	require.Equal(t, "https://tide.example/2024/", s.Conference().URL)
	require.Equal(t, "#00aaff", s.Tracks()[0].Color)
	talk := s.Talks()[0]
	require.Equal(t, "All of it\n\nSee the plan (https://tide.example/a).\n\n- one\n- two & three\n\nBold words and a link (https://tide.example/b).", talk.Abstract)
	require.Equal(t, "de", talk.Language)
	require.Equal(t, "https://tide.example/2024/opening", talk.URL)
	require.Equal(t, []schedule.Link{{Title: "Slides", URL: "https://tide.example/s.pdf"}}, talk.Links)

	_, report = loadFixture(t, Options{Timezone: "Asia/Tokyo"}, "frab", "frab.xml")
	require.Contains(t, problems(report), "5:1 timezone-unused?")
}

func TestFrabWafer(t *testing.T) {
	t.Parallel()
	s, report := loadFixture(t, Options{Timezone: "America/Toronto"}, "frab", "wafer.xml")
	require.Equal(t, []string{"7:7 time-disagrees?"}, problems(report))
	require.Contains(t, report.Problems[0].Message, "“Splices” and 1 more")
	require.Equal(t, []string{
		"05 10:00-05 10:45-04 05 talk 246 in rex: Splices",
		"05 11:00-05 11:45-04 05 talk 247 in rex: Knots",
	}, appearances(s))
	require.Equal(t, "How to.", s.Talks()[0].Abstract)

	s, report = loadFixture(t, Options{Timezone: "UTC"}, "frab", "wafer.xml")
	require.Empty(t, report.Problems, "where the zone is UTC, the offset is none that lies")
	require.Equal(t, "05 10:00-05 10:45Z 05 talk 246 in rex: Splices", appearances(s)[0])
}

func TestFrabRefuses(t *testing.T) {
	t.Parallel()
	event := `<event id="1"><start>10:00</start><duration>1:00</duration><title>A</title></event>`
	head := `<schedule><conference><title>C</title></conference><day date="2024-05-01">`
	for name, c := range map[string]struct{ text, want string }{
		"web page":    {"<!DOCTYPE html><html><body>502", "is a web page"},
		"other XML":   {"<rss/>", "x:1:1: “rss” stands where “schedule” is wanted"},
		"cut":         {head + event, "this is not XML: unexpected EOF"},
		"nothing":     {"<?xml version='1.0'?>", "ends before"},
		"entity bomb": {`<!DOCTYPE schedule [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><schedule>&b;</schedule>`, "x:1:1: a document type"},
		"entity":      {`<schedule>&nbsp;</schedule>`, "this is not XML: invalid character entity"},
		"late start":  {"\n<?xml version='1.0'?><schedule/>", "x:2:1: the XML declaration"},
		"two roots":   {"<schedule></schedule>\n<schedule></schedule>", "x:2:1: “schedule” stands"},
		"text after":  {"<schedule></schedule>\n oops", "there is text outside"},
		"deep":        {"<schedule>" + strings.Repeat("<a>", 60), "nested more than 50 deep"},
		"big tag":     {`<schedule><a b="` + strings.Repeat("x", maxXMLTag) + `"/></schedule>`, "x:1:11: a tag of more than 64 KiB"},
		"big text":    {`<schedule><a>` + strings.Repeat("x", maxXMLText+1) + `</a></schedule>`, "x:1:14: a tag of more than 64 KiB"},
		"many parts":  {`<schedule>` + strings.Repeat("<a/>", maxXMLTokens/2), "more than 1 million elements and texts"},
		"many events": {head + strings.Repeat("<event/>", maxEvents+1), "more than 50000 events"},
		"many days":   {"<schedule>" + strings.Repeat("<day/>", maxPageDays+1), "more than 366 days"},
		"UTF-16":      {"\xFF\xFE<\x00", "is in UTF-16"},
		"encoding":    {"<?xml version='1.0' encoding='martian'?><schedule/>", "an encoding that is not known"},
		"not UTF-8":   {"<schedule>\n\xFF</schedule>", "x:2: this is not XML: invalid UTF-8"},
		"empty":       {" ", "ends before"},
		"huge":        {strings.Repeat(" ", maxEventSource+1), "more than 32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: FormatFrab, Timezone: "UTC"})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":         {"<schedule><conference><title>C</title></conference></schedule>", []string{"empty"}},
		"mostly broken": {head + event + `<event/><event/></day></schedule>`, []string{"events-unreadable", "1:158 title-missing?", "1:166 title-missing?"}},
	} {
		_, report := load(t, c.text, Options{Timezone: "UTC"})
		require.Equal(t, c.want, problems(report), name)
	}
}

func TestIsFrab(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"<schedule>": true, "\uFEFF<?xml version='1.0' encoding='latin1'?>\n<!-- hello --><schedule a='1'>": true,
		"<html><schedule>": false, "schedule": false, "": false, "<": false, "<!-- <schedule>": false,
	} {
		require.Equal(t, want, isFrab([]byte(text)), text)
	}
}

// Whatever a file holds, it is read or refused, and one bad event does not keep
// the others from being published.
func FuzzFrab(f *testing.F) {
	for _, name := range []string{"pentabarf.xml", "frab.xml", "wafer.xml"} {
		src, err := ReadFile(filepath.Join("..", "..", "testdata", "frab", name))
		require.NoError(f, err)
		f.Add(string(src.Data))
	}
	f.Add("<schedule><day date='2024-03-31'><event id='-'><start>02:30</start><duration>0:01:00</duration><title>&#x202e;</title></event></day></schedule>")
	f.Add(`<schedule><conference><?slotcast conference="c" timezone="Asia/Tokyo" day_change="05:00"?><title>C</title></conference><day date="2024-05-01"><room name="R"><event guid="g"><?slotcast slot="s" talk="t" track="x" room="r" speakers="a b" status="cancelled" end="2024-05-01T11:00:00+09:00"?><date>2024-05-01T10:00:00+09:00</date><title>CANCELLED: A</title><track>X</track><persons><person>A</person></persons></event><event><?slotcast slot="s"?><start>10:00</start><title>B</title><duration>1:00</duration></event></room></day></schedule>`)
	f.Fuzz(func(t *testing.T, text string) { checkEvents(t, text, FormatFrab) })
}

func checkEvents(t *testing.T, text string, format Format) {
	s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: format, Timezone: "Europe/Berlin", Conference: "C"})
	if err != nil {
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.Nil(t, s)
		return
	}
	checkLoaded(t, s, report)
	for _, p := range report.Problems {
		if p.Severity == schedule.Fault {
			require.Contains(t, []string{"empty", "events-unreadable", "limit"}, p.Code, p.String())
		}
	}
}

func BenchmarkFrab(b *testing.B) {
	src := shared(b, "frab_xml", "fosdem-2025.xml")
	b.SetBytes(int64(len(src.Data)))
	b.ReportAllocs()
	for b.Loop() {
		s, _, err := Load(src, Options{})
		require.NoError(b, err)
		require.Len(b, s.Talks(), 943)
	}
}

// What stands before the root, however long, hides the format from nobody.
func TestFrabStart(t *testing.T) {
	t.Parallel()
	comment := "<!-- " + strings.Repeat("c", 300_000) + " -->\n"
	rest := xmlOf("", "<day date='2024-05-01'><event id='1'><title>Café</title><start>10:00</start><duration>1:00</duration></event></day>")
	for _, start := range []string{"", "<?xml version=\"1.0\"?>" + comment, comment, comment + comment, "<?xml version='1.1' encoding='UTF-8'?>", "\uFEFF<?xml version=\"1.1\"?>\n" + comment, "<?xml version=\"1.0\"?><!DOCTYPE schedule>"} {
		src := Source{Name: "x", Data: []byte(start + rest)}
		before := string(src.Data)
		s, report, err := Load(src, Options{Timezone: "UTC"})
		require.NoError(t, err)
		require.NoError(t, report.Err())
		require.Equal(t, "Café", s.Talks()[0].Title)
		require.Equal(t, before, string(src.Data), "what was read stays as it was")
	}
	_, _, err := Load(Source{Name: "x", Data: []byte(comment + "<?xml version=\"1.0\"?>" + rest)}, Options{Timezone: "UTC"})
	require.ErrorContains(t, err, "the XML declaration stands at the start of a file")
	for _, page := range []string{"<!DOCTYPE html><p>", comment + "<html>", "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html>"} {
		for _, format := range []Format{FormatAuto, FormatFrab, FormatVoc, FormatICS} {
			_, _, err := Load(Source{Name: "x", Data: []byte(page)}, Options{Format: format})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, "x is a web page: an error page, or the schedule's page instead of its export")
		}
	}
	_, _, err = Load(Source{Name: "x", Data: []byte(comment + "<rss/>")}, Options{})
	require.ErrorContains(t, err, "x looks like XML")
}
