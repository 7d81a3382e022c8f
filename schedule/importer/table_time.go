package importer

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"slotcast/schedule"
)

// The dates and hours that people write into tables.
var (
	cellClock = regexp.MustCompile(`(?i)(?:^|[\sT,])(\d{1,2})[:.h](\d{2})(?::(\d{2}))?\s*(?:(a|p)\.?(?:m\.?)?|uhr|h)?$`)
	cellHour  = regexp.MustCompile(`(?i)(?:^|[\sT,])(\d{1,2})\s*(?:(a|p)\.?m\.?|uhr|h)$`)

	yearFirst = regexp.MustCompile(`^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$`)
	threePart = regexp.MustCompile(`^(\d{1,2})\s?([-/.])\s?(\d{1,2})[-/.]\s?(\d{4}|\d{1,2})\.?$`)
	dayName   = regexp.MustCompile(`^\p{L}+[.,]*\s+`)
	ordinal   = regexp.MustCompile(`(?i)(\d)(?:st|nd|rd|th)\b`)
)

// maxTimeCell is how many octets a cell can have that is a date or an hour.
const maxTimeCell = 60

// splitStamp takes a time of day off the end of a cell and returns what is before
// it. Midnight is 12:00 a.m., and 0:00 a.m. where somebody writes that.
func splitStamp(s string) (date string, clock time.Duration, ok bool) {
	if s = strings.TrimSpace(s); len(s) > maxTimeCell {
		return "", 0, false
	}
	m, from := cellClock.FindStringSubmatch(s), 0
	if m == nil {
		hour := cellHour.FindStringSubmatch(s)
		if hour == nil {
			return s, 0, false
		}
		m = []string{hour[0], hour[1], "", "", hour[2]}
	}
	from = len(s) - len(m[0])
	hour, minute, second := number(m[1]), number(m[2]), number(m[3])
	if half := strings.ToLower(m[4]); half != "" && hour <= 12 {
		if hour %= 12; half == "p" {
			hour += 12
		}
	}
	clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return strings.Trim(s[:from], " ,T"), clock, hour < 24 && minute < 60 && second < 60
}

// numericDate returns a date's numbers as written, without the name of its day.
func numericDate(s string) (parts []string, ok bool) {
	if len(s) > maxTimeCell {
		return nil, false
	}
	m := threePart.FindStringSubmatch(dayName.ReplaceAllString(strings.TrimSpace(s), ""))
	if m == nil {
		return nil, false
	}
	return m[1:], true
}

// dateOrderOf tells in which order a date is written: "dmy", "mdy", "?" where it
// can be either and "" where it tells nothing of other dates. With dots the day is
// always first.
func dateOrderOf(s string) string {
	m, ok := numericDate(s)
	if !ok {
		return ""
	}
	first, second := number(m[0]), number(m[2])
	switch {
	case m[1] == "." || first == second:
		return ""
	case first > 12 && second <= 12:
		return "dmy"
	case second > 12 && first <= 12:
		return "mdy"
	}
	return "?"
}

// tableDate reads a date. The order is "dmy", "mdy", "ymd" or "" where any does.
func tableDate(s, order string) (schedule.Date, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxTimeCell {
		return schedule.Date{}, false
	}
	year, month, day := 0, 0, 0
	bare := dayName.ReplaceAllString(s, "")
	if m := yearFirst.FindStringSubmatch(bare); m != nil {
		year, month, day = number(m[1]), number(m[2]), number(m[3])
	} else if m, ok := numericDate(s); ok {
		first, second, third := number(m[0]), number(m[2]), number(m[3])
		short := len(m[3]) < 4
		switch {
		case order == "ymd" && short:
			year, month, day = first, second, third
		case order == "mdy" && m[1] != ".":
			year, month, day = third, first, second
		default:
			year, month, day = third, second, first
		}
		if short {
			year += 2000
		}
	} else {
		return writtenDate(s)
	}
	date, err := schedule.ParseDate(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	return date, err == nil
}

// writtenDate reads a date with the English name of its month.
func writtenDate(s string) (schedule.Date, bool) {
	s = oneLine(strings.NewReplacer(",", " ", ".", " ", "-", " ").Replace(ordinal.ReplaceAllString(s, "$1")))
	for range 2 { // with the name of the day, and without
		for _, layout := range []string{"2 January 2006", "2 Jan 2006", "January 2 2006", "Jan 2 2006", "2 Jan 06"} {
			if t, err := time.Parse(layout, s); err == nil {
				date, err := schedule.ParseDate(t.Format(time.DateOnly))
				return date, err == nil
			}
		}
		_, s, _ = strings.Cut(s, " ")
	}
	return schedule.Date{}, false
}

// moment reads a cell that holds an hour, with its date or without.
func (r *tableReader) moment(cell string, day schedule.Date) (m schedule.Moment, dated, ok bool) {
	if stamp, whole := parseStamp(cell[:min(len(cell), maxTimeCell)]); whole {
		return r.inZone(stamp), true, true
	}
	date, clock, ok := splitStamp(cell)
	if !ok {
		return m, false, false
	}
	if date != "" {
		if day, ok = tableDate(date, r.order); !ok {
			return m, false, false
		}
	}
	return schedule.Moment{Wall: schedule.WallTime{Date: day}.Add(clock)}, date != "", !day.IsZero()
}

// times returns when a talk is, or says why that cannot be read. The end is zero
// where the row has none.
func (r *tableReader) times(row csvRow) (start, end schedule.Moment, why string) {
	day := r.day
	if cell := row.get("date"); cell != "" {
		var ok bool
		if day, ok = tableDate(cell, r.order); !ok {
			// A date is often exported with the hour 00:00.
			date, _, stamped := splitStamp(cell)
			if day, ok = tableDate(date, r.order); !ok || !stamped {
				return start, end, fmt.Sprintf("is on “%s”, which is no date such as 2026-05-04", schedule.Shorten(cell))
			}
		}
	}
	cell := row.get("start")
	start, _, ok := r.moment(cell, day)
	if !ok {
		return start, end, fmt.Sprintf("is at “%s”, which is no time such as 09:30 or 9:30 a.m.", schedule.Shorten(cell))
	}
	if cell := row.get("end"); cell != "" {
		last, ok := tableDate(row.get("end date"), r.order)
		if !ok {
			last = start.Wall.Date
		}
		var dated bool
		if end, dated, ok = r.moment(cell, last); ok {
			// What ends at an earlier hour than it starts runs past midnight,
			// unless clocks show that hour a second time.
			end = r.settled(start, end)
			if !dated && row.get("end date") == "" && r.between(start, end) < 0 {
				end.Wall = end.Wall.Add(24 * time.Hour)
			}
			return start, end, ""
		}
		r.unreadEnd(row.at, oneLine(unescaped(row.get("title"))), cell)
		end = schedule.Moment{}
	}
	if cell := row.get("duration"); cell != "" && !unannounced.MatchString(cell) {
		length, ok := tableDuration(cell)
		if !ok {
			return start, end, fmt.Sprintf("lasts “%s”, which is no duration such as 0:45 or 45", schedule.Shorten(cell))
		}
		end = r.after(start, length)
	}
	return start, end, ""
}

var (
	hoursMinutes = regexp.MustCompile(`^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$`)
	lengthUnits  = regexp.MustCompile(`(?i)\s*(h|m)(?:ours?|rs?|in(?:ute)?(?:s|n)?\.?)?\b\.?\s*`)
)

// tableDuration reads H:MM, H:MM:SS as spreadsheets write it, 1 h 30 min, a number
// of minutes, or ISO 8601.
func tableDuration(s string) (time.Duration, bool) {
	if len(s) > maxTimeCell {
		return 0, false
	}
	if m := hoursMinutes.FindStringSubmatch(s); m != nil {
		d := time.Duration(number(m[1]))*time.Hour + time.Duration(number(m[2]))*time.Minute + time.Duration(number(m[3]))*time.Second
		return d, d > 0 && d <= schedule.MaxSlotDuration*24*time.Hour
	}
	if isoLength.MatchString(s) {
		length, _, ok := parseLength(s)
		return length, ok
	}
	return parseDuration(strings.ToLower(lengthUnits.ReplaceAllString(s, "$1")))
}
