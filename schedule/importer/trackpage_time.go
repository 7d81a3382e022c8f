package importer

import (
	"cmp"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"slotcast/schedule"
)

// The days and hours of a track page.
var (
	rangePattern = regexp.MustCompile(`(?i)^` + rangeWords + `$`)
	rangeBegins  = regexp.MustCompile(`(?i)^(` + rangeWords + `)([^\pL\pN].*)$`)
	hourBegins   = regexp.MustCompile(`(?i)^(\d{1,2})(?:([:.])(\d{2}))?\s*([ap]\.?m\.?)?((?:[^\pL\pN].*)?)$`)
	roomPattern  = regexp.MustCompile(`(?i)^[\s,;:|@(\[\x{2010}-\x{2015}-]*(?:(?:in|at)\s+)?((?:room|hall|auditorium|ballroom|salon|suite|stage)\s+(?:\d[\w.-]*|\pL\d*))[)\]]?$`)
	datePattern  = regexp.MustCompile(`(?i)^(?:(` + weekdayWord + `),?\s+)?(?:(` + monthWord + `)\s+(\d{1,2})(?:st|nd|rd|th)?|(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(` + monthWord + `))(?:,?\s+(\d{4}))?$`)
	weekdayOnly  = regexp.MustCompile(`(?i)^(?:` + weekdayWord + `)$`)
)

const (
	rangeWords  = `(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\.?)?\s*(?:[-\x{2010}-\x{2015}\x{2212}]|to|until)\s*(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\.?)?`
	weekdayWord = `(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?`
	monthWord   = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
)

func parsePageDay(line pageLine) (pageDay, bool) {
	m := datePattern.FindStringSubmatch(line.text)
	if m == nil {
		if date, err := schedule.ParseDate(line.text); err == nil {
			return pageDay{text: line.text, month: date.Month, day: date.Day, year: date.Year}, true
		}
		return pageDay{}, false
	}
	d := pageDay{text: oneLine(line.text), named: m[1] != "", year: number(m[6])}
	if d.named {
		d.weekday = weekdayOf(m[1])
	}
	d.day = number(m[3] + m[4])
	month := strings.ToLower((m[2] + m[5])[:3])
	d.month = 1 + time.Month(strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", month)/3)
	return d, true
}

// weekdayOf returns the weekday that a word which a pattern has found begins.
func weekdayOf(word string) time.Weekday {
	return time.Weekday(strings.Index("sunmontuewedthufrisat", strings.ToLower(word[:3])) / 3)
}

// isRange tells a time range: both ends have minutes, am or pm, or the first
// takes them from the second.
func isRange(s string) bool {
	m := rangePattern.FindStringSubmatch(s)
	return m != nil && m[5]+m[6] != ""
}

// slotLine tells a line that begins a slot: a time range, and maybe its room. An
// hour alone, and a range with something else behind it, begin one too, since
// nothing else is likely meant: parseRange refuses them.
func slotLine(s string) (times, room string, ok bool) {
	if len(s) > maxRangeLine {
		return "", "", false
	}
	if isRange(s) {
		return s, "", true
	}
	if m := rangeBegins.FindStringSubmatch(s); m != nil && isRange(m[1]) {
		rest := m[len(m)-1]
		if room := roomPattern.FindStringSubmatch(rest); room != nil {
			return m[1], oneLine(room[1]), true
		}
		return s, "", !isProse(rest)
	}
	m := hourBegins.FindStringSubmatch(s)
	if m == nil || m[2]+m[4] == "" || strings.Trim(m[5], " -\u2013\u2014") != "" {
		return "", "", false
	}
	_, isHour := clockOf(m[1], m[3], "")
	return s, "", isHour || m[2] != "."
}

// isProse tells what goes on, or ends, as a sentence does.
func isProse(s string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	return unicode.IsLower(first) || strings.ContainsAny(s[len(s)-1:], ".!?,;")
}

// beginsWithHour tells a short line that can be a slot's of which slotLine is
// not sure.
func beginsWithHour(s string) bool {
	if len(s) > maxRangeLine {
		return false
	}
	m := hourBegins.FindStringSubmatch(s)
	return m != nil && (m[2] == ":" || m[4] != "")
}

// parseRange reads a time range as two times of day. One that has am or pm
// lends it to the other, or the opposite where the range would else run
// backwards.
func parseRange(s string) (from, to time.Duration, ok bool) {
	m := rangePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	half := func(s string) string { return strings.ToLower(s[:min(len(s), 1)]) }
	first, second := half(m[3]), half(m[6])
	other := map[string]string{"a": "p", "p": "a"}
	from, okFrom := clockOf(m[1], m[2], cmp.Or(first, second))
	to, okTo := clockOf(m[4], m[5], cmp.Or(second, first))
	if okFrom && okTo && from >= to {
		if first == "" {
			from, okFrom = clockOf(m[1], m[2], other[second])
		} else if second == "" {
			to, okTo = clockOf(m[4], m[5], other[first])
		}
	}
	return from, to, okFrom && okTo
}

// clockOf returns a time of day; half is "a", "p", or "" for 24 hours.
func clockOf(hours, minutes, half string) (time.Duration, bool) {
	hour, minute := number(hours), number(minutes)
	ok := minute < 60 && hour < 24
	if half != "" {
		ok = ok && hour >= 1 && hour <= 12
		if hour %= 12; half == "p" {
			hour += 12
		}
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, ok
}
