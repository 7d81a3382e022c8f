package feed

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"slotcast/schedule"
)

// The forms of a DATE-TIME value (RFC 5545 section 3.3.5).
const (
	localForm = "20060102T150405"
	utcForm   = "20060102T150405Z"
)

// yearsAhead is for how many years after the last event a zone's rule must hold
// before it is written as one without an end.
const yearsAhead = 6

// timezone returns the VTIMEZONE of a zone for events from first to last, and
// whether their times may refer to it. Where they may not, they are written in
// UTC, and the component serves feeds without an event only.
//
// It is the smallest component that every reader gets right (rules 37 to 45):
// one STANDARD and one DAYLIGHT with a yearly rule, where the zone follows one
// from before first until years after last; one STANDARD, where no clock is set
// from first to last; and otherwise none, because some readers look at one
// observance only. Which is standard is decided by the smaller offset, since in
// Dublin the zone data's own flag is the other way round.
func timezone(zone *time.Location, first, last time.Time) (component []byte, usable bool) {
	if zone.String() == schedule.UTC {
		return vtimezone(schedule.UTC, change{name: schedule.UTC, onset: time.Unix(0, 0)}), false
	}
	if standard, daylight, ok := yearlyRules(zone, first, last); ok {
		return vtimezone(zone.String(), standard, daylight), true
	}
	current := changeBefore(first.In(zone))
	if current.onset.Before(time.Unix(0, 0)) {
		// Offsets before 1970 can have seconds, which some readers refuse.
		current.onset, current.from = time.Unix(0, 0), current.to
	}
	next, ok := changeAfter(first.In(zone))
	return vtimezone(zone.String(), current), !ok || next.onset.After(last)
}

// change is when a zone's clocks are set to another offset.
type change struct {
	name     string // of the time that begins
	from, to int    // seconds east of UTC, before and after
	onset    time.Time

	// The places of its weekday in its month that the change can be a rule's
	// case of: bit n for the nth, bit 0 for the last.
	places uint8
}

// changeBefore returns the change that brought the offset in force at t; its
// onset is the zero time where there never was one.
func changeBefore(t time.Time) change {
	name, offset := t.Zone()
	for {
		start, _ := t.ZoneBounds()
		if start.IsZero() {
			return change{name: name, from: offset, to: offset}
		}
		t = start.Add(-time.Second)
		// Zone data also has transitions that change a name or a flag only; the
		// name stays the one at t.
		if _, before := t.Zone(); before != offset {
			return newChange(name, before, offset, start)
		}
	}
}

// changeAfter returns the first change after t, if there is one.
func changeAfter(t time.Time) (c change, ok bool) {
	next, ok := schedule.NextOffset(t)
	if !ok {
		return change{}, false
	}
	_, from := t.Zone()
	name, to := next.Zone()
	return newChange(name, from, to, next), true
}

func newChange(name string, from, to int, onset time.Time) change {
	c := change{name: name, from: from, to: to, onset: onset}
	wall := c.wall()
	day := wall.Day()
	if place := (day-1)/7 + 1; place <= 4 {
		c.places = 1 << place
	}
	if day+7 > time.Date(wall.Year(), wall.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		c.places |= 1
	}
	return c
}

// wall returns what clocks show when they are set, which is how RFC 5545
// section 3.6.5 wants an observance's DTSTART.
func (c change) wall() time.Time { return c.onset.In(time.FixedZone("", c.from)) }

// as returns c as a case of the same yearly rule as other, if it can be one.
func (c change) as(other change) (change, bool) {
	a, b := c.wall(), other.wall()
	same := c.name == other.name && c.from == other.from && c.to == other.to &&
		a.Month() == b.Month() && a.Weekday() == b.Weekday() && a.Format("150405") == b.Format("150405")
	c.places &= other.places
	return c, same && c.places != 0
}

// changesIn returns the two changes of a year, to the smaller offset and to the
// larger; ok is false where there are not just these.
func changesIn(zone *time.Location, year int) (standard, daylight change, ok bool) {
	t, end := time.Date(year, time.January, 1, 0, 0, 0, 0, zone), time.Date(year+1, time.January, 1, 0, 0, 0, 0, zone)
	n := 0
	for {
		c, more := changeAfter(t)
		if !more || !c.onset.Before(end) {
			return standard, daylight, n == 2 && standard.places != 0 && daylight.places != 0
		}
		if n++; c.to < c.from {
			standard = c
		} else {
			daylight = c
		}
		t = c.onset
	}
}

// yearlyRules returns the first cases of the two rules that a zone follows in
// every year from first's to yearsAhead after last's, if it does.
func yearlyRules(zone *time.Location, first, last time.Time) (standard, daylight change, ok bool) {
	from, to := first.In(zone).Year(), last.In(zone).Year()+yearsAhead
	if standard, daylight, ok = changesIn(zone, to); !ok {
		return change{}, change{}, false
	}
	// Backwards, so that each step keeps the earlier case: the rules are counted
	// from the first year in which both held, which does not move from feed to
	// feed.
	for year := to - 1; year > 1970; year-- {
		s, d, ok := changesIn(zone, year)
		if ok {
			s, ok = s.as(standard)
		}
		if ok {
			d, ok = d.as(daylight)
		}
		if !ok {
			if year >= from {
				return change{}, change{}, false
			}
			break
		}
		standard, daylight = s, d
	}
	// Some readers fail where an observance begins after an event.
	return standard, daylight, !standard.onset.After(first) && !daylight.onset.After(first)
}

// rule returns the RRULE of a change that is a yearly rule's first case.
func (c change) rule() string {
	place := "-1"
	if c.places&1 == 0 {
		place = fmt.Sprint(bits.TrailingZeros8(c.places))
	}
	wall := c.wall()
	return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%s%s", wall.Month(), place, strings.ToUpper(wall.Weekday().String()[:2]))
}

// vtimezone writes a VTIMEZONE: of one observance without a rule, or of a
// standard and a daylight one with their rules.
func vtimezone(id string, changes ...change) []byte {
	var l contentLines
	l.begin("VTIMEZONE")
	l.add("TZID", id)
	l.add("X-LIC-LOCATION", id)
	for i, c := range changes {
		component := [...]string{"STANDARD", "DAYLIGHT"}[i]
		l.begin(component)
		l.add("DTSTART", c.wall().Format(localForm))
		if len(changes) > 1 {
			l.add("RRULE", c.rule())
		}
		l.add("TZOFFSETFROM", utcOffset(c.from))
		l.add("TZOFFSETTO", utcOffset(c.to))
		l.addText("TZNAME", c.name)
		l.end(component)
	}
	l.end("VTIMEZONE")
	return l.Bytes()
}

// utcOffset writes a UTC-OFFSET value (rule 21).
func utcOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}
