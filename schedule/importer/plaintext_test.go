package importer

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                       "",
		"  plain & simple \r\n\r\n\r\n\r\nend\t": "plain & simple\n\nend",
		"a < b and c > d, x<y":                   "a < b and c > d, x<y",
		"Fish &amp; chips &nope; &#233;":         "Fish & chips &nope; é",

		// HTML
		"<p>One\ntwo</p><p>three</p>":                                                      "One two\n\nthree",
		"<P>One<BR/>two<br >three</P>":                                                     "One\ntwo\nthree",
		"<ul><li>a</li><li>b <b>c</b></li></ul>after":                                      "- a\n- b c\n\nafter",
		`<p>See <a href="https://x.example/a?b=1&amp;c=2">the <i>plan</i></a>.</p>`:        "See the plan (https://x.example/a?b=1&c=2).",
		`<a href="https://x.example/">x.example</a>`:                                       "https://x.example/",
		`<p>See <a href="https://docs.x.example">docs.x.example</a>, and more.</p>`:        "See https://docs.x.example, and more.",
		`<a href="http://x.example/a"><b>x.example</b>/a/</a>`:                             "http://x.example/a",
		`<a href="https://x.example/a">http://x.example/a</a>`:                             "https://x.example/a",
		`[x.example](https://x.example/)`:                                                  "https://x.example/",
		`<a href="mailto:a@b.example">a@b.example</a>`:                                     "a@b.example",
		`<a href="https://x.example/">https://x.example/</a>`:                              "https://x.example/",
		`<p><a href="https://x.example/"></a></p>`:                                         "https://x.example/",
		`<a href="/local">here</a> <a href="javascript:x()">y</a>`:                         "here y",
		`<a href="mailto:a@b.example">write</a>`:                                           "write (a@b.example)",
		"<p>a</p><script>alert(1)</script><style>p{}</style><p>b</p>":                      "a\n\nb",
		"<p>a &amp;amp; b &lt;i&gt;</p>":                                                   "a & b <i>",
		"<pre>x\n  y</pre><p>z</p>":                                                        "x\n  y\n\nz",
		"<h2>Head</h2>Text<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>": "Head\n\nText\n\n1 2\n3",
		"<p>never closed <a href='https://x.example'>link":                                 "never closed link (https://x.example)",
		"<p>l'été\u00A0: où ?</p>":                                                         "l'été : où ?",

		// Markdown
		"**Bold** words and [a link](https://x.example/b \"T\").": "Bold words and a link (https://x.example/b).",
		"# Head #\n\ntext\n## Next":                               "Head\n\ntext\nNext",
		"![logo](https://x.example/l.png) <https://x.example/c>":  "logo (https://x.example/l.png) https://x.example/c",
		"[a](#x) [b](relative/c)":                                 "a b",
		"* one\n* two ** not bold **":                             "* one\n* two ** not bold **",

		// Markdown with a tag or two
		"line one\nline <b>two</b>, **three**\n\n[a](https://x.example/a)": "line one\nline two, three\n\na (https://x.example/a)",
	} {
		require.Equal(t, want, readable(text), text)
	}
}

func TestReadableTwice(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"<p>a</p><p>b</p>", "- a\n- b\n\n[x](https://x.example/)", "x\n\n\n\ny  "} {
		once := readable(text)
		require.Equal(t, once, readable(once), text)
	}
}

// What is made to be slow is not: a megabyte of any of these is read in a time
// that grows with its length alone.
func TestReadableHostile(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"<", "<p", "<p>", "<a href='", "<a href='https://x.example'>", "</", "<b ", "&", "&#", "[", "[a](", "[](", "**a", "** ", "#", "# \n", " \n", "<!--", "<pre>", "\r"} {
		text := strings.Repeat(unit, (1<<20)/len(unit))
		began := time.Now()
		out := readable(text)
		require.Less(t, time.Since(began), 5*time.Second, unit)
		require.LessOrEqual(t, len(out), 2*len(text)+64, unit)
	}
}

func FuzzReadable(f *testing.F) {
	for _, seed := range []string{"<p>a <a href='https://x.example'>b</a>", "**a** [b](https://x.example)", "&amp;lt;", "<br/><pre>\n</p>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := readable(text)
		require.Equal(t, strings.TrimSpace(out), out)
		require.NotContains(t, out, "\n\n\n")
	})
}
