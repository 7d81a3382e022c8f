package feed_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/feed"
)

// testZones are zones of every sort: with rules, without, with half hours,
// across the date line, with rules that changed lately or change every year.
var testZones = []string{
	"America/Los_Angeles", "Europe/Dublin", "Africa/Casablanca", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu",
	"America/Sao_Paulo", "Pacific/Chatham", "America/Vancouver", "Africa/Cairo", "America/Santiago", "Antarctica/Troll",
	"Pacific/Apia", "Asia/Gaza", "America/Havana", "Asia/Beirut", "Europe/Berlin", "Africa/El_Aaiun",
}

// offset reads a UTC-OFFSET, in seconds.
func offset(t require.TestingT, s string) int {
	require.Regexp(t, offsetPattern, s)
	n, err := strconv.Atoi(s[1:])
	require.NoError(t, err)
	if len(s) == 5 {
		n *= 100
	}
	seconds := n/10000*3600 + n/100%100*60 + n%100
	if s[0] == '-' {
		return -seconds
	}
	return seconds
}

// observance is a STANDARD or DAYLIGHT as its onsets, in UTC and ascending.
type observance struct {
	to     int
	onsets []time.Time
}

// observances reads a VTIMEZONE as RFC 5545 section 3.6.5 says, with onsets to
// the year last.
func observances(t require.TestingT, component []byte, last int) []observance {
	calendar := read(t, []byte("BEGIN:VCALENDAR\r\n"+string(component)+"END:VCALENDAR\r\n"))
	var all []observance
	for _, c := range calendar.within("VTIMEZONE")[0].components {
		start, err := time.Parse("20060102T150405", c.value("DTSTART"))
		require.NoError(t, err)
		from := time.Duration(offset(t, c.value("TZOFFSETFROM"))) * time.Second
		o := observance{to: offset(t, c.value("TZOFFSETTO")), onsets: []time.Time{start.Add(-from)}}
		if rule := c.value("RRULE"); rule != "" {
			m := rulePattern.FindStringSubmatch(rule)
			require.NotNil(t, m, rule)
			month, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			place, err := strconv.Atoi(m[2])
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(strings.ToUpper(start.Weekday().String()), m[3]), "the first onset is a case of the rule")
			require.Equal(t, start, placeInMonth(start, start.Year(), time.Month(month), place), "and on its day")
			for year := start.Year() + 1; year <= last; year++ {
				o.onsets = append(o.onsets, placeInMonth(start, year, time.Month(month), place).Add(-from))
			}
		}
		all = append(all, o)
	}
	return all
}

// placeInMonth returns the nth weekday of a month, or the last for -1: the
// weekday and the hour are those of like.
func placeInMonth(like time.Time, year int, month time.Month, n int) time.Time {
	hour, minute, second := like.Clock()
	if n > 0 {
		at := time.Date(year, month, 1, hour, minute, second, 0, time.UTC)
		return at.AddDate(0, 0, (int(like.Weekday())-int(at.Weekday())+7)%7+7*(n-1))
	}
	at := time.Date(year, month+1, 0, hour, minute, second, 0, time.UTC)
	return at.AddDate(0, 0, -((int(at.Weekday()) - int(like.Weekday()) + 7) % 7))
}

// offsetAt returns the offset of the last onset at or before an instant.
func offsetAt(all []observance, at time.Time) (seconds int, ok bool) {
	var latest time.Time
	for _, o := range all {
		for _, onset := range o.onsets {
			if !onset.After(at) && (!ok || onset.After(latest)) {
				latest, seconds, ok = onset, o.to, true
			}
		}
	}
	return seconds, ok
}

// checkTimezone holds a VTIMEZONE to the zone from first to last.
func checkTimezone(t require.TestingT, location *time.Location, first, last time.Time) (usable bool) {
	component, usable := feed.Timezone(location, first, last)
	all := observances(t, component, last.Year()+7)
	calendar := read(t, []byte("BEGIN:VCALENDAR\r\n"+string(component)+"END:VCALENDAR\r\n"))
	z := calendar.within("VTIMEZONE")[0]
	require.Equal(t, location.String(), z.value("TZID"))
	require.Len(t, z.within("STANDARD"), 1)
	require.LessOrEqual(t, len(z.within("DAYLIGHT")), 1)
	for _, daylight := range z.within("DAYLIGHT") {
		require.Less(t, offset(t, z.within("STANDARD")[0].value("TZOFFSETTO")), offset(t, daylight.value("TZOFFSETTO")))
	}
	for _, o := range all {
		require.False(t, o.onsets[0].After(first), "an observance begins after the first event")
	}
	check := func(at time.Time) {
		_, want := at.In(location).Zone()
		got, ok := offsetAt(all, at)
		require.True(t, ok)
		require.Equal(t, want, got, "%s at %s\n%s", location, at, component)
	}
	check(first)
	if !usable {
		return false
	}
	step := max(last.Sub(first)/50, time.Second)
	for at := first; !at.After(last); at = at.Add(step) {
		check(at)
	}
	check(last)
	// Where there is a rule, it holds for years after the last event too.
	if len(all) == 2 {
		for i := range 73 {
			check(last.AddDate(0, i, 0))
		}
	}
	return true
}

func TestTimezone(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		require.NoError(t, err)
		return at
	}
	ranges := [][2]time.Time{
		{day("2016-11-07"), day("2016-11-09")}, {day("2026-01-10"), day("2026-01-12")}, {day("2026-02-10"), day("2026-04-20")},
		{day("2026-07-01"), day("2026-07-03")}, {day("2026-03-01"), day("2026-03-15")}, {day("2026-10-20"), day("2026-11-10")},
		{day("2026-01-01"), day("2026-12-31")}, {day("1975-06-01"), day("1975-06-05")}, {day("2011-12-25"), day("2012-01-05")},
		{day("2018-10-01"), day("2019-03-01")}, {day("2096-02-25"), day("2096-03-05")},
	}
	for _, name := range testZones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range ranges {
				checkTimezone(t, zone(t, name), r[0], r[1])
			}
		})
	}
}

func TestTimezoneOfAnyRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		location := zone(t, rapid.SampledFrom(testZones).Draw(t, "zone"))
		first := time.Unix(rapid.Int64Range(365*86400, 200*365*86400).Draw(t, "first"), 0).UTC()
		length := time.Duration(rapid.Int64Range(60, 400*86400).Draw(t, "seconds")) * time.Second
		checkTimezone(t, location, first, first.Add(length))
	})
}

// TestTimezoneUse tells in which ranges a zone's times can be written with
// TZID: those which one STANDARD and at most one DAYLIGHT describe.
func TestTimezoneUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, first, last string
		usable            bool
		observances       int
	}{
		{"America/Los_Angeles", "2016-11-07", "2016-11-09", true, 2},
		{"America/Los_Angeles", "2007-02-01", "2007-02-02", true, 1}, // before the rule began
		{"Europe/Dublin", "2026-01-15", "2026-07-15", true, 2},
		{"Asia/Kolkata", "2026-01-01", "2026-12-31", true, 1},
		{"Africa/Casablanca", "2026-11-07", "2026-11-09", true, 1},
		{"Africa/Casablanca", "2026-02-10", "2026-02-20", false, 1}, // the month of fasting begins
		{"America/Sao_Paulo", "2026-11-07", "2026-11-09", true, 1},
		{"America/Sao_Paulo", "2018-10-01", "2018-11-30", false, 1}, // its last summer time
		{"America/Vancouver", "2026-12-01", "2026-12-02", true, 1},
		{"America/Vancouver", "2026-03-01", "2026-03-15", false, 1}, // its last change of clocks
		{"Pacific/Apia", "2011-12-29", "2011-12-31", false, 1},      // a day that was left out
		{"UTC", "2026-11-07", "2026-11-09", false, 1},
	} {
		first, err := time.Parse(time.DateOnly, c.first)
		require.NoError(t, err)
		last, err := time.Parse(time.DateOnly, c.last)
		require.NoError(t, err)
		component, usable := feed.Timezone(zone(t, c.zone), first, last)
		require.Equal(t, c.usable, usable, "%+v", c)
		require.Equal(t, c.observances, bytes.Count(component, []byte("TZOFFSETTO")), "%+v", c)
	}
}

// TestTimezoneName holds the name of an observance to what clocks are said to
// show at the first event, which can be another than when they were set.
func TestTimezoneName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone string
		at   time.Time
	}{
		{"America/Vancouver", time.Date(2026, time.December, 1, 18, 0, 0, 0, time.UTC)},
		{"Africa/Casablanca", time.Date(2026, time.November, 7, 10, 0, 0, 0, time.UTC)},
		{"Europe/Dublin", time.Date(1971, time.June, 1, 0, 0, 0, 0, time.UTC)},
	} {
		component, _ := feed.Timezone(zone(t, c.zone), c.at, c.at.Add(time.Hour))
		name, _ := c.at.In(zone(t, c.zone)).Zone()
		require.Contains(t, string(component), "TZNAME:"+name+"\r\n", c.zone)
	}
}

// TestUnusableZoneFallsBack has times in UTC where no VTIMEZONE would be read
// rightly, and the VTIMEZONE in feeds without an event only.
func TestUnusableZoneFallsBack(t *testing.T) {
	t.Parallel()
	c := catalog(baseURL, build(t, tiny(t, "Africa/Casablanca", "2026-02-10 10:00", "2026-02-20 10:00")))
	require.NotContains(t, string(document(t, c, "").Bytes(feed.Identity)), "TZID")
	require.NotContains(t, string(document(t, c, "talk=one").Bytes(feed.Identity)), "TZID")
	empty := read(t, document(t, c, "tag=none").Bytes(feed.Identity))
	require.Equal(t, "Africa/Casablanca", empty.within("VTIMEZONE")[0].value("TZID"))
}

// TestChangeBeforeEnds visits the days at which zone data has ends that are
// none: the last of each year, and of a leap year above all.
func TestChangeBeforeEnds(t *testing.T) {
	t.Parallel()
	for _, name := range testZones {
		location := zone(t, name)
		for year := 1971; year <= 2200; year++ {
			for _, hours := range []int{-30, -12, 0, 12} {
				at := time.Date(year, time.January, 1, hours, 0, 0, 0, time.UTC).In(location)
				_, want := at.Zone()
				onset, from, to := feed.ChangeBefore(at)
				require.Equal(t, want, to, "%s", at)
				require.False(t, onset.After(at), "%s", at)
				if !onset.IsZero() {
					_, before := onset.Add(-time.Second).In(location).Zone()
					require.Equal(t, before, from, "%s", at)
					require.NotEqual(t, from, to, "%s", at)
				}
			}
		}
	}
}

func TestUTCOffset(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int]string{
		0: "+0000", 3600: "+0100", -28800: "-0800", 20700: "+0545", -12600: "-0330", 37800: "+1030", -2670: "-004430", 49500: "+1345", -1: "-000001",
	} {
		require.Equal(t, want, feed.UTCOffset(seconds))
		require.Equal(t, seconds, offset(t, want))
	}
}
