package feed

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on text in a feed, in UTF-16 units, which is what Outlook counts in
// (rules 23 and 24).
const (
	maxSummary  = 200
	maxLocation = 250
	maxCategory = 200
	maxName     = 200

	// maxDescription keeps one event from swelling a feed beyond what clients
	// read.
	maxDescription = 16_000

	// A run of more spaces than this could fill a whole folded line, which some
	// readers then lose.
	maxSpaces = 40
)

// cleanText returns s as it may stand in a TEXT value of several lines: valid
// UTF-8, every kind of line break as "\n", no other control character, nothing
// that turns the direction of what follows it, and no white space at its ends
// or before a line break (rules 5, 6, 7 and 12). It does not escape.
func cleanText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	spaces, afterCR := 0, false
	for _, r := range s { // an invalid octet is read as U+FFFD
		if r == '\n' && afterCR {
			afterCR = false
			continue
		}
		afterCR = r == '\r'
		switch {
		case r == '\n', r == '\r', r == '\u0085', r == '\u2028', r == '\u2029', r == '\v', r == '\f':
			spaces = 0
			b.WriteByte('\n')
			continue
		case r == '\t', r == ' ':
			spaces++
			continue
		case unicode.IsControl(r), isBidiControl(r), r == '\uFEFF':
			continue
		}
		for range min(spaces, maxSpaces) {
			b.WriteByte(' ')
		}
		spaces = 0
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// cleanLine is cleanText for what must stand on one line, cut to most UTF-16
// units.
func cleanLine(s string, most int) string {
	return cut(strings.Join(strings.Fields(cleanText(s)), " "), most)
}

// isBidiControl tells the characters that reorder the text around them: a
// title with one could disguise what stands beside it.
func isBidiControl(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// cut shortens s to most UTF-16 units, at a word's end where there is one near,
// and ends it with an ellipsis.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	units, end := 0, 0 // end is where most-1 units end
	for i, r := range s {
		units += utf16.RuneLen(r)
		if units <= most-1 {
			end = i + utf8.RuneLen(r)
		}
	}
	if units <= most {
		return s
	}
	s = s[:end]
	if i := strings.LastIndexAny(s, " \n"); i > len(s)*3/4 {
		s = s[:i]
	}
	return strings.TrimRight(s, " \n") + "…"
}

// quoted returns s as a quoted parameter value. A parameter value has no
// escapes, so what it may not hold is replaced (rules 17 and 18).
func quoted(s string) string {
	s = strings.ReplaceAll(cleanLine(s, maxLocation), `"`, "'")
	return `"` + s + `"`
}
