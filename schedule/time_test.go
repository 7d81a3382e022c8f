package schedule_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

func TestDate(t *testing.T) {
	t.Parallel()
	d, err := schedule.ParseDate("2016-02-29")
	require.NoError(t, err)
	require.Equal(t, schedule.Date{Year: 2016, Month: time.February, Day: 29}, d)
	require.Equal(t, "2016-02-29", d.String())
	require.Equal(t, "Monday 29 February 2016", d.Long())
	require.Equal(t, time.Monday, d.Weekday())
	require.Equal(t, "2016-03-01", d.AddDays(1).String())
	require.Equal(t, "2015-12-31", d.AddDays(-60).String())
	require.Zero(t, d.Compare(d))
	require.Equal(t, -1, d.Compare(d.AddDays(1)))
	require.Equal(t, 1, d.Compare(d.AddDays(-1)))
	require.False(t, d.IsZero())
	require.True(t, schedule.Date{}.IsZero())
}

func TestParseDateLimits(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"1900-01-01", "2200-12-31", "2000-02-29"} {
		d, err := schedule.ParseDate(good)
		require.NoError(t, err)
		require.Equal(t, good, d.String())
	}
	for _, bad := range []string{
		"", "1899-12-31", "2201-01-01", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01",
		"2026-01-01T00:00", " 2026-01-01", "2026/01/01", "+2026-01-01", "2026-01-01\r\n", "２０２６-01-01",
	} {
		d, err := schedule.ParseDate(bad)
		require.Contains(t, requireKind(t, schedule.ErrInvalid, err).Sentence, "YYYY-MM-DD", "%q", bad)
		require.True(t, d.IsZero())
	}
}

func TestWallTime(t *testing.T) {
	t.Parallel()
	w := wall(t, "2026-12-31 23:30")
	require.Equal(t, "2026-12-31 23:30", w.String())
	require.Equal(t, "2027-01-01 00:15:30", w.Add(45*time.Minute+30*time.Second).String())
	require.Equal(t, "2026-12-31 19:30", w.Add(-4*time.Hour).String())
	require.Zero(t, w.Compare(w))
	require.Equal(t, -1, w.Compare(w.Add(time.Second)))
	require.Equal(t, 1, w.Compare(w.Add(-time.Second)))

	text, err := json.Marshal(map[string]any{"wall": w, "date": w.Date})
	require.NoError(t, err)
	require.JSONEq(t, `{"wall": "2026-12-31 23:30", "date": "2026-12-31"}`, string(text))
}

func TestMoment(t *testing.T) {
	t.Parallel()
	w := wall(t, "2026-05-01 10:00")
	for want, m := range map[string]schedule.Moment{
		"2026-05-01 10:00":       {Wall: w},
		"2026-05-01 10:00+00:00": {Wall: w, HasOffset: true},
		"2026-05-01 10:00+05:45": {Wall: w, HasOffset: true, Offset: (5*60 + 45) * 60},
		"2026-05-01 10:00-03:30": {Wall: w, HasOffset: true, Offset: -(3*60 + 30) * 60},
	} {
		require.Equal(t, want, m.String())
		require.False(t, m.IsZero())
	}
	require.True(t, schedule.Moment{}.IsZero())

	at := time.Date(2026, 7, 1, 9, 0, 0, 0, zone(t, "Europe/Dublin"))
	require.Equal(t, schedule.Moment{Wall: schedule.WallTimeOf(at), Offset: 3600, HasOffset: true}, schedule.MomentOf(at))
}

func TestInstants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, wall string
		want       []string // RFC 3339, in UTC
	}{
		{"America/Los_Angeles", "2016-11-07 09:00", []string{"2016-11-07T17:00:00Z"}},
		{"America/Los_Angeles", "2016-07-01 09:00", []string{"2016-07-01T16:00:00Z"}},
		{"America/Los_Angeles", "2016-11-06 00:59:59", []string{"2016-11-06T07:59:59Z"}},
		{"America/Los_Angeles", "2016-11-06 01:00", []string{"2016-11-06T08:00:00Z", "2016-11-06T09:00:00Z"}},
		{"America/Los_Angeles", "2016-11-06 01:59:59", []string{"2016-11-06T08:59:59Z", "2016-11-06T09:59:59Z"}},
		{"America/Los_Angeles", "2016-11-06 02:00", []string{"2016-11-06T10:00:00Z"}},
		{"America/Los_Angeles", "2016-03-13 01:59:59", []string{"2016-03-13T09:59:59Z"}},
		{"America/Los_Angeles", "2016-03-13 02:00", nil},
		{"America/Los_Angeles", "2016-03-13 02:59:59", nil},
		{"America/Los_Angeles", "2016-03-13 03:00", []string{"2016-03-13T10:00:00Z"}},
		// Ireland's summer time is its standard time, and winter is the exception.
		{"Europe/Dublin", "2026-01-10 10:00", []string{"2026-01-10T10:00:00Z"}},
		{"Europe/Dublin", "2026-07-10 10:00", []string{"2026-07-10T09:00:00Z"}},
		{"Europe/Dublin", "2026-03-29 01:30", nil},
		{"Europe/Dublin", "2026-10-25 01:30", []string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}},
		// Morocco turns its clocks back for Ramadan.
		{"Africa/Casablanca", "2025-01-15 10:00", []string{"2025-01-15T09:00:00Z"}},
		{"Africa/Casablanca", "2025-03-10 10:00", []string{"2025-03-10T10:00:00Z"}},
		{"Africa/Casablanca", "2025-02-23 02:30", []string{"2025-02-23T01:30:00Z", "2025-02-23T02:30:00Z"}},
		{"Africa/Casablanca", "2025-04-06 02:30", nil},
		{"Africa/Casablanca", "2025-04-06 03:00", []string{"2025-04-06T02:00:00Z"}},
		{"Asia/Kolkata", "2026-06-01 10:00", []string{"2026-06-01T04:30:00Z"}},
		{"Asia/Kathmandu", "2026-06-01 10:00", []string{"2026-06-01T04:15:00Z"}},
		// Lord Howe Island changes by half an hour.
		{"Australia/Lord_Howe", "2026-04-05 01:15", []string{"2026-04-04T14:15:00Z"}},
		{"Australia/Lord_Howe", "2026-04-05 01:45", []string{"2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"}},
		{"Australia/Lord_Howe", "2026-04-05 02:00", []string{"2026-04-04T15:30:00Z"}},
		{"Australia/Lord_Howe", "2026-10-04 02:15", nil},
		{"Australia/Lord_Howe", "2026-10-04 02:30", []string{"2026-10-03T15:30:00Z"}},
		// Brazil had summer time, changed at midnight, and gave it up.
		{"America/Sao_Paulo", "2018-02-17 23:30", []string{"2018-02-18T01:30:00Z", "2018-02-18T02:30:00Z"}},
		{"America/Sao_Paulo", "2018-11-04 00:30", nil},
		{"America/Sao_Paulo", "2018-12-01 10:00", []string{"2018-12-01T12:00:00Z"}},
		{"America/Sao_Paulo", "2026-12-01 10:00", []string{"2026-12-01T13:00:00Z"}},
		{"America/Sao_Paulo", "2026-11-01 00:30", []string{"2026-11-01T03:30:00Z"}},
		{"Pacific/Chatham", "2026-04-05 03:15", []string{"2026-04-04T13:30:00Z", "2026-04-04T14:30:00Z"}},
		{"Pacific/Chatham", "2026-09-27 03:15", nil},
		{"Pacific/Chatham", "2026-12-01 10:00", []string{"2026-11-30T20:15:00Z"}},
		{"America/Vancouver", "2025-12-01 10:00", []string{"2025-12-01T18:00:00Z"}},
		{"America/Vancouver", "2026-12-01 10:00", []string{"2026-12-01T17:00:00Z"}},
		{"America/Vancouver", "2026-11-01 01:30", []string{"2026-11-01T08:30:00Z"}},
		// Samoa went over the date line and had no 30 December.
		{"Pacific/Apia", "2011-12-29 12:00", []string{"2011-12-29T22:00:00Z"}},
		{"Pacific/Apia", "2011-12-29 23:59:59", []string{"2011-12-30T09:59:59Z"}},
		{"Pacific/Apia", "2011-12-30 00:00", nil},
		{"Pacific/Apia", "2011-12-30 12:00", nil},
		{"Pacific/Apia", "2011-12-30 23:59:59", nil},
		{"Pacific/Apia", "2011-12-31 00:00", []string{"2011-12-30T10:00:00Z"}},
		{"UTC", "2026-03-29 02:30", []string{"2026-03-29T02:30:00Z"}},
	} {
		t.Run(c.zone+" "+c.wall, func(t *testing.T) {
			t.Parallel()
			z := zone(t, c.zone)
			var got []string
			for _, at := range wall(t, c.wall).Instants(z) {
				require.Equal(t, z, at.Location())
				got = append(got, at.UTC().Format(time.RFC3339))
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestInstantsOfNoTime(t *testing.T) {
	t.Parallel()
	for _, w := range []schedule.WallTime{
		{Date: schedule.Date{Year: 2026, Month: 2, Day: 30}, Hour: 10},
		{Date: schedule.Date{Year: 2026, Month: 2, Day: 3}, Hour: 24},
		{Date: schedule.Date{Year: 2026, Month: 13, Day: 3}},
		{Date: schedule.Date{Year: 2026, Month: 2, Day: 3}, Minute: 60},
		{Date: schedule.Date{Year: 2026, Month: 2, Day: 3}, Second: -1},
	} {
		require.Empty(t, w.Instants(zone(t, "Europe/Berlin")), "%v", w)
	}
}

// Every instant is among those at which its own wall time is shown.
func TestInstantsInvertWallTimeOf(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, name := range shippedZones(t) {
		zones = append(zones, zone(t, name))
	}
	first := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		at := time.Unix(rapid.Int64Range(first, last).Draw(t, "instant"), 0).In(z)
		// A change of clocks is where it matters, so half of the instants are near one.
		if begin, _ := at.ZoneBounds(); !begin.IsZero() && rapid.Bool().Draw(t, "near a change") {
			at = begin.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "seconds")) * time.Second)
		}
		w := schedule.WallTimeOf(at)
		found := w.Instants(z)
		among := false
		for i, f := range found {
			require.Equal(t, w, schedule.WallTimeOf(f))
			require.True(t, i == 0 || found[i-1].Before(f), "ascending")
			among = among || f.Equal(at)
		}
		require.True(t, among, "%s is not among %s", at, found)
		require.LessOrEqual(t, len(found), 2)
	})
}

func TestNextOffset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, from, want string }{
		{"America/Los_Angeles", "2016-11-01T00:00:00Z", "2016-11-06T09:00:00Z"},
		{"America/Los_Angeles", "2016-11-06T08:59:59Z", "2016-11-06T09:00:00Z"},
		{"America/Los_Angeles", "2016-11-06T09:00:00Z", "2017-03-12T10:00:00Z"},
		// By the yearly rule, from the last day of a leap year and over the end of any.
		{"America/Los_Angeles", "2040-12-31T12:00:00Z", "2041-03-10T10:00:00Z"},
		{"Europe/Dublin", "2040-12-31T00:00:00Z", "2041-03-31T01:00:00Z"},
		{"Australia/Lord_Howe", "2040-12-31T23:59:59Z", "2041-04-06T15:00:00Z"},
		{"Australia/Lord_Howe", "2041-12-31T23:59:59Z", "2042-04-05T15:00:00Z"},
		{"Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z"},
		{"America/Vancouver", "2026-03-01T00:00:00Z", "2026-03-08T10:00:00Z"},
		{"America/Vancouver", "2026-03-08T10:00:00Z", ""},
		{"America/Sao_Paulo", "2026-01-01T00:00:00Z", ""},
		{"Asia/Kolkata", "2026-01-01T00:00:00Z", ""},
		{"UTC", "2040-12-31T12:00:00Z", ""},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		require.NoError(t, err)
		got := ""
		if next, ok := schedule.NextOffset(from.In(zone(t, c.zone))); ok {
			got = next.UTC().Format(time.RFC3339)
		}
		require.Equal(t, c.want, got, "%s from %s", c.zone, c.from)
	}
}

// The reference looks twice a day; no zone changes for less.
func TestNextOffsetIsTheNext(t *testing.T) {
	t.Parallel()
	var zones []*time.Location
	for _, name := range shippedZones(t) {
		zones = append(zones, zone(t, name))
	}
	first := time.Date(1971, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	offset := func(at time.Time) int {
		_, seconds := at.Zone()
		return seconds
	}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		at := time.Unix(rapid.Int64Range(first, last).Draw(t, "instant"), 0).In(z)
		next, ok := schedule.NextOffset(at)
		if ok {
			require.True(t, next.After(at))
			require.NotEqual(t, offset(at), offset(next))
			require.Equal(t, offset(at), offset(next.Add(-time.Second)))
		}
		for probe := at; probe.Sub(at) < 400*24*time.Hour && (!ok || probe.Before(next)); probe = probe.Add(12 * time.Hour) {
			require.Equal(t, offset(at), offset(probe), "%s", probe)
		}
	})
}

// Around every change of clocks from 2000 to 2040, in every zone, the
// wall time of an instant leads back to it. This holds the last days of leap
// years too, on which the standard library's own walk stands still.
func TestInstantsAroundEveryChange(t *testing.T) {
	t.Parallel()
	for _, name := range shippedZones(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, name)
			leads := func(at time.Time) {
				found := schedule.WallTimeOf(at).Instants(z)
				if !slices.ContainsFunc(found, at.Equal) || !slices.IsSortedFunc(found, time.Time.Compare) {
					require.Fail(t, "not found", "%s is not among %s", at, found)
				}
			}
			end := time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC)
			for at, ok := schedule.NextOffset(time.Date(2000, 1, 1, 0, 0, 0, 0, z)); ok && at.Before(end); at, ok = schedule.NextOffset(at) {
				for _, by := range []time.Duration{-time.Hour, -time.Second, 0, time.Second, time.Hour} {
					leads(at.Add(by))
				}
			}
			for _, year := range []int{1972, 2028, 2040, 2096} {
				leads(time.Date(year, 12, 31, 12, 0, 0, 0, z))
			}
		})
	}
}
