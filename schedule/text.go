package schedule

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ValidID tells whether s can be an id: 1 to 64 of a-z, 0-9 and "-", the first
// not "-". Ids stand in addresses and in UIDs, so they are this plain.
func ValidID(s string) bool {
	if s == "" || len(s) > MaxID || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

const idRule = "an id is 1 to 64 of a-z, 0-9 and “-”, and does not begin with “-”"

// Shorten returns s fit for a message: on one line, without characters that do
// not print, and cut to 60 characters.
func Shorten(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			return Printable(s[:i]) + "…"
		}
	}
	return Printable(s)
}

// Printable returns s on one line, without characters that do not print.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// CleanURL returns an absolute http or https address in the form in which it
// may stand in a feed: non-ASCII characters percent-encoded, nothing in it that
// could end a line or a quoted value (rule 15), no user name, a host in ASCII.
// For anything else the error is of kind [ErrInvalid].
func CleanURL(s string) (string, error) {
	s = strings.TrimSpace(s)
	refused := func(why string) (string, error) {
		return "", Errorf(ErrInvalid, "the address “%s” %s; give one that begins with https:// or http://", Shorten(s), why)
	}
	if len(s) > MaxURL {
		return refused(fmt.Sprintf("is longer than %d octets", MaxURL))
	}
	u, err := url.Parse(s)
	if err != nil {
		return refused("cannot be read")
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || strings.ContainsAny(u.Host, `"<>\`) {
		return refused("is not a web address")
	}
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", Errorf(ErrInvalid, "the address “%s” has a host that many calendars cannot find; write it in its ASCII form (xn--…)", Shorten(s))
	}
	if u.User != nil {
		return refused("has a user name in it, which a feed would show to everybody")
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"<>\`, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// Nearest returns the one of known that word is likely a misspelling of, or ""
// where none is near.
func Nearest(word string, known []string) string {
	if len(word) > MaxID {
		return ""
	}
	best, bestDistance := "", min(len(word), 1+max(1, (len(word)+1)/3))
	for _, k := range known {
		if d := editDistance(word, k, bestDistance); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// editDistance returns how many octets must be put in, taken out, replaced or
// swapped with their neighbour to make b of a, or limit where it is not fewer.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		least := next[0]
		for j := range len(b) {
			replaced := row[j]
			if a[i] != b[j] {
				replaced++
			}
			next[j+1] = min(replaced, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
			least = min(least, next[j+1])
		}
		if least >= limit {
			return limit
		}
		before, row, next = row, next, before
	}
	return min(row[len(b)], limit)
}

// NumberedID returns the id base-n, with base cut where that would be longer
// than [MaxID].
func NumberedID(base string, n int) string {
	suffix := fmt.Sprintf("-%d", n)
	if most := MaxID - len(suffix); len(base) > most {
		base = strings.TrimRight(base[:most], "-")
	}
	return base + suffix
}
