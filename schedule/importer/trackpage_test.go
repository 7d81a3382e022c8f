package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// summary writes a slot as "02 15:04-15:04 kind id: title in room / speakers".
func summary(s *schedule.Schedule) []string {
	var out []string
	for _, x := range s.Slots() {
		line := fmt.Sprintf("%s-%s %s %s: %s", x.Start.Format("02 15:04"), x.End.Format("15:04"), x.Talk.Kind, x.ID, x.Talk.Title)
		if x.Room != nil {
			line += " in " + x.Room.Name
		}
		for _, p := range x.Talk.Speakers {
			line += " / " + p.Credit()
		}
		out = append(out, line)
	}
	return out
}

func TestTrackPage(t *testing.T) {
	t.Parallel()
	src, err := ReadFile(filepath.Join("..", "..", "testdata", "trackpage", "full.txt"))
	require.NoError(t, err)
	s, report, err := Load(src, Options{Timezone: "Europe/Berlin", Conference: "Night Conf", Date: schedule.Date{Year: 2018, Month: time.March, Day: 9}})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	checkRoundTrip(t, s)
	require.Equal(t, schedule.ConferenceID("night-conf"), s.Conference().ID)
	require.Equal(t, []string{
		"09 09:30-10:20 talk anselm-frey: Machines That Wake You at Night: Anselm Frey / Anselm Frey, Engineer, Storage, Quarry",
		"09 10:45-11:35 talk mira-okonkwo-tove-lindqvist: Queues All the Way Down / Mira Okonkwo, Site Reliability Engineer, Lanternworks / Tove Lindqvist, Architect, Harbour",
		"09 11:35-12:30 break lunch: Lunch",
		"09 12:30-13:20 open-space open-space: Open Space",
		"09 13:45-14:35 talk tove-lindqvist: Machines That Wake You at Night: Tove Lindqvist / Tove Lindqvist, Architect, Harbour",
	}, summary(s))
	track := s.Tracks()[0]
	require.Equal(t, "Every service fails some day. The question is who notices first, and what that person learns from it.\n\nOn this track people tell what woke them.", track.Description)
	require.Len(t, s.Speakers(), 3, "a host who speaks is one person")
	require.Equal(t, "Mira Okonkwo keeps small clusters alive. She writes with a fountain pen.", track.Hosts[0].Bio)
	require.Equal(t, "A disk can lie. This is the story of one that did, and of the week that followed.\n\nWhat helped in the end was counting.", s.Talks()[0].Abstract)
	require.Equal(t, "A queue hides a slow part until it hides it no more...", s.Talks()[1].Abstract)
}

// The page that the project started from lies beside the checkout, not in it.
func TestTrackPageOriginal(t *testing.T) {
	t.Parallel()
	src, err := ReadFile(filepath.Join("..", "..", "..", "shared", "seed", "track-page.txt"))
	if errors.Is(err, schedule.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		t.Skip("the original track page is not beside this checkout")
	}
	require.NoError(t, err)
	s, report, err := Load(src, Options{Timezone: "America/Los_Angeles", Conference: "QCon San Francisco 2016", Date: schedule.Date{Year: 2016, Month: time.November, Day: 7}})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	checkRoundTrip(t, s)
	require.Equal(t, []string{
		"07 10:35-11:25 talk kiran-bhattaram: Distributed Systems War Stories: Kiran Bhattaram / Kiran Bhattaram, Infrastructure/Developer, Stripe",
		"07 11:50-12:40 talk jordan-west: Distributed Systems War Stories: Jordan West / Jordan West, Data Infrastructure Engineer, Apple",
		"07 13:40-14:30 talk tyler-mcmullen: Distributed Systems War Stories: Tyler McMullen / Tyler McMullen, CTO, Fastly",
		"07 14:55-15:45 open-space open-space: Open Space",
		"07 16:10-17:00 talk jeff-hodges: Distributed Systems War Stories: Jeff Hodges / Jeff Hodges, CEO, DarkishGreen",
		"07 17:25-18:15 talk haley-tucker: Distributed Systems War Stories: Haley Tucker / Haley Tucker, Senior Software Engineer, Playback Features, Netflix",
	}, summary(s))
	require.Equal(t, "Ines Sombra, Engineer, Fastly", s.Tracks()[0].Hosts[0].Credit())
	for _, talk := range s.Talks() {
		require.Equal(t, talk.Kind == schedule.KindOpenSpace, talk.Abstract == "", talk.Title)
		require.NotContains(t, talk.Abstract, "Nov 7")
	}
	// The sample is the same track, so that feeds of both have the same UIDs.
	sample, _, err := Load(Sample(), Options{})
	require.NoError(t, err)
	for i, slot := range sample.Slots() {
		require.Equal(t, slot.ID, s.Slots()[i].ID)
		require.True(t, slot.Start.Equal(s.Slots()[i].Start))
	}
}

func TestTrackPageProblems(t *testing.T) {
	t.Parallel()
	const foot = "\nMonday Nov 7\nTuesday, November 8th\n"
	date := func(day int) schedule.Date { return schedule.Date{Year: 2016, Month: time.November, Day: day} }
	full := Options{Timezone: "America/Los_Angeles", Conference: "C", Date: date(7)}
	with := func(change func(o *Options)) Options {
		o := full
		change(&o)
		return o
	}
	dateless := func(year int) Options { return with(func(o *Options) { o.Date, o.Year = schedule.Date{}, year }) }
	for name, c := range map[string]struct {
		text    string
		options Options
		want    []string
		says    string
	}{
		"clean":              {"Track: T\n1pm - 2pm\nA\n" + foot, full, nil, ""},
		"no options":         {"Track: T\n1pm - 2pm\nA\n" + foot, Options{}, []string{"name-missing", "zone-missing", "1 day-missing"}, "Monday Nov 7, Tuesday, November 8th); choose one with --date YYYY-MM-DD"},
		"no days":            {"Track: T\n1pm - 2pm\nA\n", dateless(2016), []string{"1 day-missing"}, "--date YYYY-MM-DD"},
		"weekday and year":   {"Track: T\nDay of week: tuesday\n1pm - 2pm\nA\n" + foot, dateless(2016), nil, ""},
		"weekday, no year":   {"Track: T\nDay of week: Tue\n1pm - 2pm\nA\n" + foot, dateless(0), []string{"2 day-missing"}, "--year"},
		"only day":           {"Track: T\n1pm - 2pm\nA\n\nNov. 7th", dateless(2016), nil, ""},
		"day with its year":  {"Track: T\n1pm - 2pm\nA\n\nMon, 7 November, 2016\n", dateless(0), nil, ""},
		"ISO day":            {"Track: T\n1pm - 2pm\nA\n\n2016-11-07\n", dateless(0), nil, ""},
		"other year":         {"Track: T\n1pm - 2pm\nA\n\nNov 7, 2016\n", dateless(2015), []string{"1 day-conflict"}, "--year says 2015"},
		"wrong year":         {"Track: T\nDay of week: Monday\n1pm - 2pm\nA\n" + foot, dateless(2015), []string{"2 day-conflict"}, "2015-11-07 is a Saturday"},
		"weekday not there":  {"Track: T\nDay of week: Friday\n1pm - 2pm\nA\n" + foot, dateless(2016), []string{"2 day-missing"}, "the page says Friday"},
		"weekday and date":   {"Track: T\nDay of week: Tuesday\n1pm - 2pm\nA\n" + foot, full, []string{"2 day-conflict"}, "--date 2016-11-07 is a Monday, and the page says Tuesday"},
		"date not there":     {"Track: T\n1pm - 2pm\nA\n" + foot, with(func(o *Options) { o.Date = date(9) }), []string{"1 day-conflict"}, "Monday Nov 7, Tuesday, November 8th"},
		"date, wrong year":   {"Track: T\n1pm - 2pm\nA\n" + foot, with(func(o *Options) { o.Date.Year = 2015 }), []string{"1 day-conflict"}, "is a Saturday, and the page says “Monday Nov 7”"},
		"odd weekday":        {"Track: T\nDay of week: Funday\n1pm - 2pm\nA\n" + foot, full, []string{"2 weekday"}, "“Funday” is not a day of the week"},
		"no such day":        {"Track: T\n1pm - 2pm\nA\n\nFeb 30\n", dateless(2016), []string{"1 day-conflict"}, "there is no Feb 30 in 2016"},
		"empty slots":        {"Track: T\n1pm - 2pm\n\n2pm - 3pm\nA\n3pm - 4pm\n" + foot, full, []string{"2 slot-empty", "6 slot-empty"}, "1pm - 2pm"},
		"no slot":            {"Track: T\ntheme\n" + foot, full, []string{"empty"}, ""},
		"odd time":           {"Track: T\n13:00pm - 25:70\nA\n" + foot, full, []string{"2 time"}, "13:00pm - 25:70"},
		"end before start":   {"Track: T\n14:00 - 13:00\nA\n" + foot, full, []string{"2 end-before-start end"}, ""},
		"hour alone":         {"Track: T\n1pm - 2pm\nA\n2:30 pm\nB\n" + foot, full, []string{"4 time"}, "“2:30 pm” is not a time range"},
		"hours and more":     {"Track: T\n1pm - 2pm Lunch\nA\n14:00 - 15:00, Bar\nB\n" + foot, full, []string{"2 time", "4 time"}, "“1pm - 2pm Lunch” has more in it than a time range"},
		"hour in text":       {"Track: T\n1pm - 2pm\nA\n\n9:30 is early.\n3pm Lunch\n" + foot, full, []string{"5 hour-in-text?", "6 hour-in-text?"}, "“9:30 is early.”"},
		"hour in long text":  {"Track: T\n1pm - 2pm\nA\n\n9:30 " + strings.Repeat("is early ", 9) + foot, full, nil, ""},
		"number in text":     {"Track: T\n1pm - 2pm\nA\n\n9.30 seconds\n0.99\n12 monkeys\n1 - 2 people\n" + foot, full, nil, ""},
		"by in the abstract": {"Track: T\n1pm - 2pm\nA\n\nText.\n\nby Ann Lee\n\nMore,\n\nby Way of Ann.\n\nby way of text\n" + foot, full, []string{"7 by-in-text?"}, "“by Ann Lee”"},
		"by too far below":   {"Track: T\n1pm - 2pm\nA\nB\nC\nD\n\nby Ann Lee\n" + foot, full, []string{"8 by-in-text?"}, ""},
		"half a page":        {"Track: T\n1pm - 2pm\nA\n\n", full, []string{"3 foot-missing?"}, "is it whole?"},
		"no title":           {"Track: T\n1pm - 2pm\n" + strings.Repeat("long ", 50) + foot, full, []string{"2 title-missing"}, ""},
		"text before":        {"Home\nAbout\nMonday Nov 7\nTrack: T\n1pm - 2pm\nA\n" + foot, full, []string{"1 text-before-track?"}, ""},
		"text after":         {"Track: T\n1pm - 2pm\nA\n" + foot + "\nContact\nImprint\n", full, []string{"8 text-after-days?"}, ""},
		"nameless track":     {"Track:\n1pm - 2pm\nA\n" + foot, full, []string{"1 name-missing"}, ""},
		"long text":          {"Track: T\n1pm - 2pm\nA\n\n" + strings.Repeat("x", 60_000) + foot, full, []string{"3 too-long abstract"}, ""},
		"skipped wall time":  {"Track: T\n2:30am - 4am\nA\n\nSun Mar 13\n", with(func(o *Options) { o.Date = schedule.Date{Year: 2016, Month: time.March, Day: 13} }), []string{"2 time-skipped start"}, ""},
		"weekday below":      {"Track: T\nDay of week:\n\nTuesday\nTheme\n1pm - 2pm\nA\n" + foot, full, []string{"4 day-conflict"}, "the page says Tuesday"},
		"by nobody":          {"Track: T\n1pm - 2pm\nA\nby\nCTO @X\n" + foot, full, []string{"4 by-empty"}, "nobody stands behind “by”"},
		"hours back":         {"Track: T\n1pm - 2pm\nA\n9am - 10am\nB\n" + foot, full, []string{"4 hours-back?"}, "9am - 10am is before the slot above it"},
		"no such hour":       {"Track: T\n13:35am - 14:25am\nA\n" + foot, full, []string{"2 time"}, "has an hour that no clock shows"},
		"two days, one page": {"Track: T\nDay of week: Monday\n1pm - 2pm\nA\nTrack: U\nDay of week: Wed\n1pm - 2pm\nB\n" + foot, dateless(2016), []string{"6 day-missing"}, "Wednesday"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := c.options
			o.Format = FormatTrackPage
			_, report := load(t, c.text, o)
			require.Equal(t, append([]string{}, c.want...), problems(report), "%v", report.Problems)
			require.Contains(t, fmt.Sprint(report.Problems), c.says)
		})
	}
}

func TestTrackPageSlots(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		"10:35 AM – 11:25 a.m.\nA": {"07 10:35-11:25 talk a: A"},
		"13:00—14:00\r\nA":         {"07 13:00-14:00 talk a: A"},
		"1 to 2pm\nA":              {"07 13:00-14:00 talk a: A"},
		"11:30 - 12:20pm\nA":       {"07 11:30-12:20 talk a: A"},
		"11:30am - 12:20\nA":       {"07 11:30-12:20 talk a: A"},
		"12am - 12:30am\nA":        {"07 00:00-00:30 talk a: A"},
		"11pm - 1am\nA":            {"07 23:00-01:00 talk a: A"},
		"10pm - 11pm\nA\n11:30pm - 12:30am\nB\n12:45am - 1:30am\nC":           {"07 22:00-23:00 talk a: A", "07 23:30-00:30 talk b: B", "08 00:45-01:30 talk c: C"},
		"1pm - 2pm\nby Ann Lee\nCTO @Foo, Inc.\n\nText.":                      {"07 13:00-14:00 talk ann-lee: T: Ann Lee / Ann Lee, CTO, Foo, Inc."},
		"1pm - 2pm\nby Ann Lee\nCTO at Foo\n\nText.":                          {"07 13:00-14:00 talk ann-lee: T: Ann Lee / Ann Lee, CTO, Foo"},
		"1pm - 2pm\nby Ann Lee\nStaff Engineer\n\nText.":                      {"07 13:00-14:00 talk ann-lee: T: Ann Lee / Ann Lee, Staff Engineer"},
		"1pm - 2pm\nby Ann Lee\nWhat we saw.\n\nText.":                        {"07 13:00-14:00 talk ann-lee: T: Ann Lee / Ann Lee"},
		"1pm - 2pm\nby Ann Lee\nWhat we saw":                                  {"07 13:00-14:00 talk ann-lee: T: Ann Lee / Ann Lee"},
		"9.30 - 10.15\nA":                                                     {"07 09:30-10:15 talk a: A"},
		"1pm - 2pm\nBy the Numbers\nby Ann de Lee":                            {"07 13:00-14:00 talk ann-de-lee: By the Numbers / Ann de Lee"},
		"1pm - 2pm\nBy Ann Lee, Bo Ek, and Cy Day":                            {"07 13:00-14:00 talk ann-lee-bo-ek-cy-day: T: Ann Lee, Bo Ek and Cy Day / Ann Lee / Bo Ek / Cy Day"},
		"1pm - 2pm\nby Sam Roe, Jr. & Ann Lee\nCTO @X\n@Y Inc":                {"07 13:00-14:00 talk sam-roe-jr-ann-lee: T: Sam Roe, Jr. and Ann Lee / Sam Roe, Jr., CTO, X / Ann Lee, Y Inc"},
		"1pm - 2pm\nLunch\n2pm - 3pm\nLunch":                                  {"07 13:00-14:00 break lunch: Lunch", "07 14:00-15:00 break lunch-2: Lunch"},
		"1pm - 2pm\nby Ann Lee\n2pm - 3pm\nby Ann Lee":                        {"07 13:00-14:00 talk ann-lee: T: Ann Lee / Ann Lee", "07 14:00-15:00 talk ann-lee-2: T: Ann Lee / Ann Lee"},
		"1pm - 2pm\nOpening Keynote\nby Ann Lee":                              {"07 13:00-14:00 keynote ann-lee: Opening Keynote / Ann Lee"},
		"1pm - 2pm\nLunch with spies\nby Ann Lee":                             {"07 13:00-14:00 talk ann-lee: Lunch with spies / Ann Lee"},
		"1pm - 2pm\nPanel: What next?":                                        {"07 13:00-14:00 panel panel-what-next: Panel: What next?"},
		"1pm - 2pm\nRust Workshop":                                            {"07 13:00-14:00 workshop rust-workshop: Rust Workshop"},
		"1pm - 2pm\nLightning Talks":                                          {"07 13:00-14:00 lightning lightning-talks: Lightning Talks"},
		"1pm - 2pm\nRegistration & Coffee":                                    {"07 13:00-14:00 break registration-and-coffee: Registration & Coffee"},
		"1pm - 2pm\nConference Party":                                         {"07 13:00-14:00 social conference-party: Conference Party"},
		"1pm - 2pm\nA Title\nin two lines\n\nby Ann Lee\n\nText.":             {"07 13:00-14:00 talk ann-lee: A Title in two lines / Ann Lee"},
		"1pm - 2pm\nA Title\nText.":                                           {"07 13:00-14:00 talk a-title: A Title"},
		"1pm - 2pm\n3:10 to Yuma":                                             {"07 13:00-14:00 talk 3-10-to-yuma: 3:10 to Yuma"},
		"1pm - 2pm Room 5\nA\n2pm - 3pm (Hall B)\nB\n3pm - 4pm, in room 5\nC": {"07 13:00-14:00 talk a: A in Room 5", "07 14:00-15:00 talk b: B in Hall B", "07 15:00-16:00 talk c: C in Room 5"},
		"1pm - 2pm\nBreaking Things":                                          {"07 13:00-14:00 talk breaking-things: Breaking Things"},
	} {
		s, report := load(t, "Track: T\n"+body+"\n\nMon Nov 7\n", Options{Timezone: "America/Los_Angeles", Conference: "C", Date: schedule.Date{Year: 2016, Month: time.November, Day: 7}})
		require.Empty(t, report.Problems, body)
		require.Equal(t, want, summary(s), body)
	}
}

// A mark in the title is no part of it, and the id stays what it was.
func TestTrackPageCancelled(t *testing.T) {
	t.Parallel()
	const page = "Track: Go\n\n10:00 - 11:00\nCANCELLED: Knots\nHow to tie them.\n\n11:00 - 12:00\nCancelling a mooring\nText.\n"
	s, report := load(t, page, Options{Timezone: "UTC", Conference: "C", Date: schedule.Date{Year: 2026, Month: time.May, Day: 4}})
	require.NoError(t, report.Err())
	require.Equal(t, []string{"04 10:00-11:00 talk knots: Knots", "04 11:00-12:00 talk cancelling-a-mooring: Cancelling a mooring"}, summary(s))
	require.Equal(t, schedule.StatusCancelled, s.Slots()[0].Status)
	require.Equal(t, schedule.StatusConfirmed, s.Slots()[1].Status)
}

func TestTrackPageHosts(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"Track Host:\nAnn Lee\nCTO @X\nBio of\nAnn.\n":                            "Ann Lee, CTO, X: Bio of Ann.",
		"Track Host: Ann Lee\nCTO @X\n\nBio.\n":                                   "Ann Lee, CTO, X: Bio.",
		"Track Hosts:\nAnn Lee\nCTO @X\nBio A.\n\nBo Ek\nCEO @Y\nBio B.\n\nMore.": "Ann Lee, CTO, X: Bio A. | Bo Ek, CEO, Y: Bio B.\n\nMore.",
		"Track Hosts: Ann Lee and Bo Ek\nBoth.":                                   "Ann Lee: Both. | Bo Ek: Both.",
		"Track Host:\n":                                                           "",
	} {
		s, report := load(t, "Track: T\n"+host+"\n1pm - 2pm\nA\n\nMon Nov 7\n", Options{Timezone: "UTC", Conference: "C", Date: schedule.Date{Year: 2016, Month: time.November, Day: 7}})
		require.Empty(t, report.Problems, host)
		var hosts []string
		for _, p := range s.Tracks()[0].Hosts {
			hosts = append(hosts, p.Credit()+": "+p.Bio)
		}
		require.Equal(t, want, strings.Join(hosts, " | "), host)
	}
}

// Browsers copy spaces of every kind, and characters that have no width.
func TestTrackPageSpaces(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "trackpage", "full.txt"))
	require.NoError(t, err)
	o := Options{Timezone: "Europe/Berlin", Conference: "Night Conf", Date: schedule.Date{Year: 2018, Month: time.March, Day: 9}}
	plain, report := load(t, string(data), o)
	require.Empty(t, report.Problems)
	for _, c := range []struct{ old, new string }{
		{" ", "\u00A0"}, {" ", "\u202F"}, {" ", "\u2009"}, {" ", " \u200B"}, {" ", "\u2060\u3000"}, {"\n", "\u200E\n\uFEFF"}, {"o", "\u00ADo"},
	} {
		s, report := load(t, strings.ReplaceAll(string(data), c.old, c.new), o)
		require.Empty(t, report.Problems, "%q", c.new)
		require.Equal(t, summary(plain), summary(s), "%q", c.new)
		require.Equal(t, plain.Tracks()[0].Hosts[0].Credit(), s.Tracks()[0].Hosts[0].Credit(), "%q", c.new)
	}
}

// Two sections of one track are one track, whose slots have their own days.
func TestTrackPageSections(t *testing.T) {
	t.Parallel()
	s, report := load(t, "Track: T\nDay of week: Monday\nTheme.\n1pm - 2pm\nA\nTrack: U\nDay of week: Tuesday\n1pm - 2pm\nB\nTrack: T\nDay of week: Tuesday\n3pm - 4pm\nC\n\nMon Nov 7\nTue Nov 8\n",
		Options{Timezone: "UTC", Conference: "C", Year: 2016})
	require.Empty(t, report.Problems)
	require.Equal(t, []string{"07 13:00-14:00 talk a: A", "08 13:00-14:00 talk b: B", "08 15:00-16:00 talk c: C"}, summary(s))
	require.Len(t, s.Tracks(), 2)
	require.Equal(t, s.Talks()[0].Track, s.Talks()[2].Track)
}

func TestTrackPageHostile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"days":  "Track: T\n1pm - 2pm\nA\n" + strings.Repeat("Nov 7\nTuesday Nov 8\n", 10_000),
		"slots": "Track: T\n" + strings.Repeat("1pm - 2pm\nby A B\n\n", 10_000),
		"hosts": "Track: T\nTrack Hosts:\n" + strings.Repeat("A\nCTO @B\n", 10_000) + "1pm - 2pm",
		"names": "Track: T\n1pm - 2pm\nby " + strings.Repeat("a, ", 200_000),
		"spans": "Track: T\n1pm - 2pm\n" + strings.Repeat("1", 200_000) + "\n" + strings.Repeat(" -", 200_000),
	} {
		_, report := load(t, text, Options{Format: FormatTrackPage})
		require.Positive(t, report.Faults, name)
	}
	var many strings.Builder
	for i := range 400 {
		fmt.Fprintf(&many, "Nov 7, %d\n", 1900+i)
	}
	_, _, err := Load(Source{Name: "x", Data: []byte("Track: T\n1pm - 2pm\n" + many.String())}, Options{})
	require.ErrorContains(t, err, "more than 366 days")
}

func TestTrackPageTruncated(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "trackpage", "full.txt"))
	require.NoError(t, err)
	for n := 1; n < len(data); n += 50 {
		s, report, err := Load(Source{Name: "x", Data: data[:n]}, Options{Format: FormatTrackPage, Timezone: "UTC", Conference: "C", Year: 2018})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			continue
		}
		checkLoaded(t, s, report)
	}
}
