package feed_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/feed"
)

func TestCleanText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"plain":                    {"Grüße, 世界", "Grüße, 世界"},
		"line breaks":              {"a\r\nb\rc\nd\u0085e\u2028f\u2029g\vh\fi", "a\nb\nc\nd\ne\nf\ng\nh\ni"},
		"CR LF is one":             {"a\r\n\r\nb", "a\n\nb"},
		"LF CR is two":             {"a\n\rb", "a\n\nb"},
		"CR, other control, LF":    {"a\r\x00\nb", "a\n\nb"},
		"tabs are spaces":          {"a\tb", "a b"},
		"controls":                 {"a\x00b\x01c\x1Fd\x7Fe\u0080f\u009Fg", "abcdefg"},
		"bidirectional controls":   {"a\u202Ab\u202Ec\u2066d\u2069e", "abcde"},
		"byte order mark":          {"\uFEFFa\uFEFFb", "ab"},
		"invalid octets":           {"a\xFFb\xC3", "a\uFFFDb\uFFFD"},
		"surrogate in octets":      {"a\xED\xA0\x80b", "a\uFFFD\uFFFD\uFFFDb"},
		"space around":             {" \n\t a b \r\n ", "a b"},
		"space before a break":     {"a  \nb\t\n\nc", "a\nb\n\nc"},
		"space after a break":      {"a\n  b", "a\n  b"},
		"a long run of spaces":     {"a" + strings.Repeat(" ", 500) + "b", "a" + strings.Repeat(" ", feed.MaxSpaces) + "b"},
		"joined emoji stay joined": {"👩‍🚀 👍🏽 🏳️‍🌈", "👩‍🚀 👍🏽 🏳️‍🌈"},
		"escapes are text":         {`a\nb\\c\,`, `a\nb\\c\,`},
		"nothing but dirt":         {"\u202A\r\n\x00\t ", ""},
	} {
		require.Equal(t, c.want, feed.CleanText(c.in), name)
	}
}

func TestCleanLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"one line":      {"a\r\nb\n\nc  d\u2028e", "a b c d e"},
		"no-break":      {"a\u00A0b", "a b"},
		"cut":           {strings.Repeat("x", 30), strings.Repeat("x", 19) + "…"},
		"cut at a word": {"four word title that goes on", "four word title…"},
		"empty":         {" \n ", ""},
	} {
		require.Equal(t, c.want, feed.CleanLine(c.in, 20), name)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		most int
		want string
	}{
		{"", 5, ""},
		{"abcde", 5, "abcde"},
		{"abcdef", 5, "abcd…"},
		{"äöüßé", 5, "äöüßé"},  // ten octets
		{"äöüßéx", 5, "äöüß…"}, // and twelve
		{"🚢🚢🚢", 6, "🚢🚢🚢"},      // two units each
		{"🚢🚢🚢🚢", 6, "🚢🚢…"},     // never half a pair
		{"🚢🚢🚢🚢", 7, "🚢🚢🚢…"},    // one more unit, one more ship
		{"a 🚢🚢🚢", 6, "a 🚢…"},   // the space is too far away
		{"abcdefg h", 8, "abcdefg…"},
		{"abcd\nefgh", 6, "abcd…"},
	} {
		require.Equal(t, c.want, feed.Cut(c.in, c.most), "%q to %d", c.in, c.most)
	}
}

func TestCutKeepsItsLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, most := rapid.String().Draw(t, "s"), rapid.IntRange(2, 60).Draw(t, "most")
		got := feed.Cut(s, most)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, units(got), most)
		if units(s) <= most {
			require.Equal(t, s, got)
		} else {
			kept, ok := strings.CutSuffix(got, "…")
			require.True(t, ok)
			require.True(t, strings.HasPrefix(s, kept))
		}
		require.Equal(t, got, feed.Cut(got, most))
	})
}

// units returns the length of s in UTF-16 units.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

func TestQuoted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Hall 1":               `"Hall 1"`,
		`The "Big" Hall`:       `"The 'Big' Hall"`,
		"a:b;c,d":              `"a:b;c,d"`,
		"a\r\nATTENDEE:b\x00":  `"a ATTENDEE:b"`,
		`back\slash`:           `"back\slash"`,
		strings.Repeat(`"`, 3): `"'''"`,
	} {
		require.Equal(t, want, feed.Quoted(in))
	}
}

// textSeeds are the strings from which the fuzz targets and the hostile
// schedule begin.
var textSeeds = []string{
	"", " ", "a", "Hello\r\nWorld", "x\rATTENDEE:mailto:eve@evil.example", "x\r\nATTENDEE:mailto:eve@evil.example",
	"x\nEND:VEVENT\nBEGIN:VEVENT", "nul\x00nul", "a\u2028b\u2029c\u0085d", "\x7F\u0080\u009F", "\xFF\xFE\xC3\x28", `C:\new\,folder\;`,
	`\\\\\\\\`, strings.Repeat(`\`, 80), strings.Repeat(",;", 50), `"quoted" 'text'`, strings.Repeat("🚢", 60), strings.Repeat("ä", 90),
	"👩‍👩‍👧‍👦" + strings.Repeat("\u0301", 100), "\u202E\u202D\uFEFF", "\u202Eevil\u2066\u2069", strings.Repeat(" ", 200) + "x", strings.Repeat("a ", 60), "\uFEFFbom",
	"^n^'^^", "END:VCALENDAR", strings.Repeat("word", 1250), "\t\ttab\t", "line\n" + strings.Repeat("\n", 30) + "line",
}

// FuzzText holds any text to what a TEXT property must be when it was cleaned
// and written: lines that every reader takes, and the cleaned text when it is
// read back.
func FuzzText(f *testing.F) {
	for _, s := range textSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := feed.CleanText(s)
		require.True(t, utf8.ValidString(clean))
		require.Equal(t, clean, feed.CleanText(clean), "cleaning twice is cleaning once")
		require.Equal(t, clean, strings.TrimSpace(clean))
		for _, r := range clean {
			require.True(t, r == '\n' || !unicode.IsControl(r), "%q", r)
		}
		require.NotContains(t, clean, " \n")

		line := feed.CleanLine(s, feed.MaxSummary)
		require.NotContains(t, line, "\n")
		require.LessOrEqual(t, units(line), feed.MaxSummary)
		require.Equal(t, line, feed.CleanLine(line, feed.MaxSummary))
		if clean == "" {
			require.Empty(t, line)
			return
		}

		require.Equal(t, clean, throughContentLine(t, "DESCRIPTION", clean))
		require.Equal(t, line, throughContentLine(t, "SUMMARY", line))

		p, err := parseProperty("X;P=" + feed.Quoted(s) + ":v")
		require.NoError(t, err)
		require.NotContains(t, p.parameter("P"), `"`)
	})
}

// FuzzContentLine holds the folding alone to its rules, with text as it stands.
func FuzzContentLine(f *testing.F) {
	for _, s := range textSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// Everything but what cleaning takes out for good.
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\n' {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, "\uFFFD"))
		require.Equal(t, s, throughContentLine(t, "X-TEXT", s))
	})
}

// throughContentLine writes a TEXT property, checks every line of it, and
// returns what a strict reader reads.
func throughContentLine(t *testing.T, name, text string) string {
	t.Helper()
	data := feed.ContentLine(name, text)
	physical, err := physicalLines(data)
	require.NoError(t, err)
	for i, line := range physical {
		checkPhysicalLine(t, line)
		if i > 0 {
			require.True(t, strings.HasPrefix(line, " "), "a continuation begins with a space")
			require.Greater(t, len(line), 1, "a continuation holds something")
		}
	}
	lines, err := unfold(data)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	p, err := parseProperty(lines[0])
	require.NoError(t, err)
	require.Equal(t, name, p.name)
	read, err := unescape(p.value)
	require.NoError(t, err)
	return read
}

// checkPhysicalLine holds a line between two line breaks to what every reader
// relies on.
func checkPhysicalLine(t *testing.T, line string) {
	t.Helper()
	require.LessOrEqual(t, len(line), 75, "%q", line)
	require.True(t, utf8.ValidString(line), "%q", line)
	for _, r := range line {
		require.False(t, unicode.IsControl(r), "%q", line)
	}
	backslashes := len(line) - len(strings.TrimRight(line, `\`))
	require.Zero(t, backslashes%2, "an escape is parted: %q", line)
}
