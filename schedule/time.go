package schedule

import (
	"fmt"
	"time"
)

// Date is a calendar date without a zone. The zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads YYYY-MM-DD, for a date that exists in years 1900 to 2200. The
// error is of kind [ErrInvalid].
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return Date{}, Errorf(ErrInvalid, "“%s” is not a date; write it as YYYY-MM-DD", Shorten(s))
	}
	return dateOf(t), nil
}

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String returns YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText returns [Date.String].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is [ParseDate].
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date { return dateOf(d.utc().AddDate(0, 0, n)) }

// Compare returns -1, 0 or +1 as d is before, at or after other.
func (d Date) Compare(other Date) int { return d.utc().Compare(other.utc()) }

// Long returns the date as a reader says it, such as "Monday 7 November 2016".
func (d Date) Long() string { return d.utc().Format("Monday 2 January 2006") }

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// WallTime is what a clock on the wall shows: a date and a time of day, without
// a zone. It may not exist in a zone, or exist twice; see [WallTime.Instants].
type WallTime struct {
	Date
	Hour, Minute, Second int
}

// WallTimeOf returns what the clock shows at t in t's own location.
func WallTimeOf(t time.Time) WallTime {
	hour, minute, second := t.Clock()
	return WallTime{dateOf(t), hour, minute, second}
}

// String returns YYYY-MM-DD HH:MM, with seconds where there are any.
func (w WallTime) String() string {
	if w.Second != 0 {
		return fmt.Sprintf("%s %02d:%02d:%02d", w.Date, w.Hour, w.Minute, w.Second)
	}
	return fmt.Sprintf("%s %02d:%02d", w.Date, w.Hour, w.Minute)
}

// MarshalText returns [WallTime.String].
func (w WallTime) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Add returns the wall time d later on a clock that nobody sets.
func (w WallTime) Add(d time.Duration) WallTime { return WallTimeOf(w.utc().Add(d)) }

// Compare returns -1, 0 or +1 as w shows before, at or after other.
func (w WallTime) Compare(other WallTime) int { return w.utc().Compare(other.utc()) }

func (w WallTime) utc() time.Time {
	return time.Date(w.Year, w.Month, w.Day, w.Hour, w.Minute, w.Second, 0, time.UTC)
}

// Instants returns every instant at which a clock in zone shows w, earliest
// first: one as a rule, none in the hour that is skipped when clocks go
// forward, two in the hour that is repeated when they go back.
// [time.Date] picks one of them silently, which is why it is not used for wall
// times from a source (rules 49 and 50).
func (w WallTime) Instants(zone *time.Location) []time.Time {
	// No offset exceeds a day, so the zone's offsets from a day before to a day
	// after are all that can apply.
	asUTC := w.utc()
	t, last := asUTC.Add(-25*time.Hour).In(zone), asUTC.Add(25*time.Hour)
	var found []time.Time
	for more := true; more && !t.After(last); t, more = NextOffset(t) {
		_, offset := t.Zone()
		candidate := asUTC.Add(-time.Duration(offset) * time.Second).In(zone)
		if WallTimeOf(candidate) == w && (len(found) == 0 || candidate.After(found[len(found)-1])) {
			found = append(found, candidate)
		}
	}
	return found
}

// NextOffset returns the first instant after t at which clocks in t's location
// are set to another offset; ok is false where they never are again.
//
// It is [time.Time.ZoneBounds] without its traps: that also reports changes of
// a name alone, and for zones with a yearly rule the ends of years, of which
// the last day of a leap year is reported as its own end.
func NextOffset(t time.Time) (next time.Time, ok bool) {
	_, offset := t.Zone()
	horizon := t.AddDate(400, 0, 0) // after which the calendar repeats
	for {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(horizon) {
			return time.Time{}, false
		}
		if !end.After(t) {
			end = t.Add(24 * time.Hour)
		}
		if _, after := end.Zone(); after != offset {
			return end, true
		}
		t = end
	}
}

// Moment is a time as a source gives it: a wall time and, where the source says
// so, the offset from UTC that goes with it.
type Moment struct {
	Wall      WallTime
	Offset    int // seconds east of UTC
	HasOffset bool
}

// MomentOf returns the moment at which t's own clock shows what it shows.
func MomentOf(t time.Time) Moment {
	_, offset := t.Zone()
	return Moment{WallTimeOf(t), offset, true}
}

// IsZero tells whether m is no moment.
func (m Moment) IsZero() bool { return m == Moment{} }

// String returns the wall time, with the offset as ±HH:MM where there is one.
func (m Moment) String() string {
	if !m.HasOffset {
		return m.Wall.String()
	}
	return m.Wall.String() + offsetText(m.Offset)
}

func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}
