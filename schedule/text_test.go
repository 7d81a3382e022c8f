package schedule_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

func TestValidID(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "0", "go", "2016-11-07", "a-", "a--b", strings.Repeat("z", schedule.MaxID)} {
		require.True(t, schedule.ValidID(good), good)
	}
	for _, bad := range []string{
		"", "-", "-a", "A", "a b", "a_b", "a.b", "a@b", "a/b", "é", "a\x00", "a\r\n", "ａ", strings.Repeat("z", schedule.MaxID+1),
	} {
		require.False(t, schedule.ValidID(bad), "%q", bad)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                       "",
		"plain":                  "plain",
		"two\r\nlines":           "two  lines",
		"tab\tand\u2028line":     "tab and line",
		"bell\a":                 "bell\uFFFD",
		"bad \xff":               "bad \uFFFD",
		"right\u202Eto left":     "right\uFFFDto left",
		strings.Repeat("é", 60):  strings.Repeat("é", 60),
		strings.Repeat("é", 61):  strings.Repeat("é", 60) + "…",
		strings.Repeat("x", 1e6): strings.Repeat("x", 60) + "…",
	} {
		require.Equal(t, want, schedule.Shorten(in))
	}
}

func TestCleanURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.example":                    "https://a.example",
		"  HTTPS://a.example/Talk \r\n":        "https://a.example/Talk",
		"http://a.example:8080/x?y=z&w#f":      "http://a.example:8080/x?y=z&w#f",
		"https://a.example/grüße":              "https://a.example/gr%C3%BC%C3%9Fe",
		"https://a.example/?q=grüße":           "https://a.example/?q=gr%C3%BC%C3%9Fe",
		"https://xn--bcher-kva.example/":       "https://xn--bcher-kva.example/",
		"https://[2001:db8::1]/":               "https://[2001:db8::1]/",
		"https://a.example/two words":          "https://a.example/two%20words",
		"https://a.example/?two words":         "https://a.example/?two%20words",
		`https://a.example/"<b>\`:              "https://a.example/%22%3Cb%3E%5C",
		`https://a.example/?"<b>\`:             "https://a.example/?%22%3Cb%3E%5C",
		"https://a.example/%0D%0AATTENDEE:x":   "https://a.example/%0D%0AATTENDEE:x",
		"https://a.example/#\r\nATTENDEE:x":    "https://a.example/#%0D%0AATTENDEE:x",
		"https://a.example/?\xff":              "https://a.example/?%FF",
		"https://a.example/?x;y,z":             "https://a.example/?x;y,z",
		"https://a.example/?" + long('x', 100): "https://a.example/?" + long('x', 100),
	} {
		got, err := schedule.CleanURL(in)
		require.NoError(t, err, "%q", in)
		require.Equal(t, want, got)
	}
}

func long(c rune, n int) string { return strings.Repeat(string(c), n) }

func TestCleanURLRefused(t *testing.T) {
	t.Parallel()
	for in, why := range map[string]string{
		"":                                "web address",
		"a.example":                       "web address",
		"/talks/1":                        "web address",
		"//a.example/x":                   "web address",
		"javascript:alert(1)":             "web address",
		"JavaScript://a.example/%0Aalert": "web address",
		"data:text/html,x":                "web address",
		"file:///etc/passwd":              "web address",
		"webcal://a.example/x.ics":        "web address",
		"mailto:a@a.example":              "web address",
		"https:a.example":                 "web address",
		"https://":                        "web address",
		"https:///path":                   "web address",
		"https://a\".example/":            "web address",
		"https://<b>.example/":            "web address",
		"https://:443/":                   "web address",
		"https://bücher.example/":         "ASCII form (xn--",
		"https://b%C3%BCcher.example/x":   "ASCII form (xn--",
		"https://a.example。b.example/":    "ASCII form (xn--",
		"https://user@a.example/":         "user name",
		"https://user:secret@a.example/":  "user name",
		"https://a.example@b.example/":    "user name",
		"https://a.example/x\r\nATTENDEE:mailto:a@a.example": "cannot be read",
		"https://a.example/x\nfoo":                           "cannot be read",
		"https://a.example/x\x00":                            "cannot be read",
		"https://a.example/\x7f":                             "cannot be read",
		"https://a.example\r\n.b.example/":                   "cannot be read",
		"https://a b.example/":                               "cannot be read",
		"https://a\\b.example/":                              "cannot be read",
		"https://a.example:port/":                            "cannot be read",
		"https://a.example/%zz":                              "cannot be read",
		"https://a.example/" + long('x', schedule.MaxURL):    "longer than 2000",
	} {
		got, err := schedule.CleanURL(in)
		require.Empty(t, got)
		sentence := requireKind(t, schedule.ErrInvalid, err).Sentence
		require.Contains(t, sentence, why, "%q", in)
		require.Contains(t, sentence, "https://")
	}
}

func FuzzCleanURL(f *testing.F) {
	for _, seed := range []string{"https://a.example/x?y#z", "http://a\r\nX:y", "https://ü/\"\\<>", "https://a/#\x00", "javascript:x", "https://[::1%25a]/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		clean, err := schedule.CleanURL(in)
		if err != nil {
			requireKind(t, schedule.ErrInvalid, err)
			require.Empty(t, clean)
			return
		}
		for _, c := range []byte(clean) {
			require.True(t, c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '\\', "%q in %q", c, clean)
		}
		u, err := url.Parse(clean)
		require.NoError(t, err)
		require.Contains(t, []string{"http", "https"}, u.Scheme)
		require.NotEmpty(t, u.Hostname())
		require.Nil(t, u.User)
		if len(clean) <= schedule.MaxURL {
			again, err := schedule.CleanURL(clean)
			require.NoError(t, err)
			require.Equal(t, clean, again)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"serve", "export", "check", "convert"}
	for word, want := range map[string]string{
		"serv": "serve", "sevre": "serve", "exprot": "export", "exports": "export", "chekc": "check", "chek": "check",
		"check": "check", "cnvert": "convert", "publish": "", "x": "", "": "", "se": "",
		long('x', schedule.MaxID+1): "",
	} {
		require.Equal(t, want, schedule.Nearest(word, known), word)
	}
	require.Empty(t, schedule.Nearest("", []string{"a", ""}))
	require.Empty(t, schedule.Nearest("b", []string{"a"}), "another letter is another word")
	require.Equal(t, "ab", schedule.Nearest("ac", []string{"xy", "ab", "ad"}), "the first of several as near")
	require.Empty(t, schedule.Nearest("word", nil))
}

// The reference is the textbook recursion, by the ends of the words.
func TestNearestIsTheNearest(t *testing.T) {
	t.Parallel()
	var distance func(a, b string) int
	distance = func(a, b string) int {
		m, n := len(a), len(b)
		switch {
		case m == 0 || n == 0:
			return m + n
		case a[m-1] == b[n-1]:
			return distance(a[:m-1], b[:n-1])
		}
		least := 1 + min(distance(a[:m-1], b), distance(a, b[:n-1]), distance(a[:m-1], b[:n-1]))
		if m > 1 && n > 1 && a[m-1] == b[n-2] && a[m-2] == b[n-1] {
			least = min(least, 1+distance(a[:m-2], b[:n-2]))
		}
		return least
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringMatching(`[abc]{0,7}`)
		word, known := words.Draw(t, "word"), rapid.SliceOfN(words, 0, 4).Draw(t, "known")
		want, least := "", min(len(word), 1+max(1, (len(word)+1)/3))
		for _, k := range known {
			if d := distance(word, k); d < least {
				want, least = k, d
			}
		}
		require.Equal(t, want, schedule.Nearest(word, known))
	})
}

func FuzzShorten(f *testing.F) {
	f.Add("two\r\nlines\x00\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := schedule.Shorten(in)
		require.True(t, utf8.ValidString(out))
		require.LessOrEqual(t, utf8.RuneCountInString(out), 61)
		for _, r := range out {
			require.True(t, unicode.IsPrint(r), "%q", r)
		}
	})
}
