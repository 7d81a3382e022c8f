package importer

import (
	"bytes"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	markup "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	markupEntity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});`)

	markdownLink    = regexp.MustCompile(`!?\[([^\[\]\n]*)\]\(<?([^()<>\s]+)>?(?:\s+"[^"\n]*")?\)`)
	markdownAddress = regexp.MustCompile(`<((?:https?://|mailto:)[^<>\s]+)>`)
	markdownBold    = regexp.MustCompile(`\*\*([^*\s](?:[^*\n]*[^*\s])?)\*\*`)
	markdownHeading = regexp.MustCompile(`(?m)^#{1,6}[ \t]+(.*?)[ \t#]*$`)
)

// readable returns an abstract, which sources write as HTML, as Markdown, as
// plain text or as a mixture, as text that reads well where none of these is
// understood. Addresses stay: a link becomes "text (address)". Its cost grows
// with the length of s alone, whatever is in it.
func readable(s string) string {
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	switch tags, blocks := markupIn(s); {
	case blocks:
		s = fromHTML(s, true)
	case tags:
		// Line ends mean nothing in HTML, and much in Markdown that has a tag
		// or two in it.
		s = fromMarkdown(fromHTML(s, false))
	default:
		s = fromMarkdown(unescaped(s))
	}
	return tidyLines(s)
}

// markupIn tells whether there are tags of HTML in s, and whether some of them
// are such that its line ends mean nothing.
func markupIn(s string) (tags, blocks bool) {
	for {
		at := strings.IndexByte(s, '<')
		if at < 0 {
			return tags, false
		}
		s = s[at+1:]
		name, closes := strings.CutPrefix(s, "/")
		n := 0
		for n < len(name) && n < 12 && name[n] != '>' && name[n] != '/' && name[n] > ' ' {
			n++
		}
		tag := atom.Lookup([]byte(strings.ToLower(name[:n])))
		// Without its end it is a sign that something is less.
		stop := strings.IndexAny(name[n:], "<>")
		if stop < 0 || name[n+stop] != '>' || strings.IndexByte("> /\t\n", name[n]) < 0 {
			continue
		}
		switch tag {
		case atom.P, atom.Div, atom.Li:
			return true, true
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Tr, atom.Dd:
			if closes {
				return true, true
			}
			tags = true
		case atom.Br:
			if !closes {
				return true, true
			}
			tags = true
		case atom.A, atom.Abbr, atom.B, atom.Blockquote, atom.Code, atom.Del, atom.Dl, atom.Dt, atom.Em, atom.Font, atom.Hr,
			atom.I, atom.Iframe, atom.Img, atom.Ins, atom.Ol, atom.Pre, atom.S, atom.Script, atom.Small, atom.Span, atom.Strike, atom.Strong,
			atom.Style, atom.Sub, atom.Sup, atom.Table, atom.Tbody, atom.Td, atom.Th, atom.Thead, atom.Tt, atom.U, atom.Ul, atom.Video:
			tags = true
		}
	}
}

// tidyLines takes out space at the ends of lines, and all but one of the empty
// lines that follow one another.
func tidyLines(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	empty := 0
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		line = strings.TrimRight(line, " \t\u00A0")
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:1+min(empty, 1)])
		}
		empty = 0
		b.WriteString(line)
	}
	return b.String()
}

// unescaped returns s with its HTML entities as the characters that they mean;
// an ampersand that begins none is left alone.
func unescaped(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return markupEntity.ReplaceAllStringFunc(s, html.UnescapeString)
}

func fromMarkdown(s string) string {
	if strings.Contains(s, "](") {
		s = markdownLink.ReplaceAllStringFunc(s, func(link string) string {
			m := markdownLink.FindStringSubmatch(link)
			return linkText(m[1], m[2])
		})
	}
	if strings.IndexByte(s, '<') >= 0 {
		s = markdownAddress.ReplaceAllString(s, "$1")
	}
	if strings.Contains(s, "**") {
		s = markdownBold.ReplaceAllString(s, "$1")
	}
	if strings.IndexByte(s, '#') >= 0 {
		s = markdownHeading.ReplaceAllString(s, "$1")
	}
	return s
}

// linkText writes a link. An address that leads nowhere from a calendar, such
// as a relative one, is left out.
func linkText(text, address string) string {
	address = strings.TrimSpace(address)
	shown := strings.TrimPrefix(address, "mailto:")
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
		return text
	}
	switch trimmed := strings.TrimSpace(text); {
	case trimmed == "":
		return shown
	case trimmed == shown || trimmed == address:
		return text
	case bareAddress(trimmed) == bareAddress(address): // which calendars make no link of
		return shown
	}
	return text + " (" + shown + ")"
}

// bareAddress returns an address without its scheme and its last slash, as people
// write it.
func bareAddress(s string) string {
	s = strings.TrimSuffix(s, "/")
	if rest, ok := strings.CutPrefix(s, "https://"); ok {
		return rest
	}
	return strings.TrimPrefix(s, "http://")
}

// htmlReader writes HTML as text. It reads tokens and builds no tree, so its
// cost is that of the text however the tags are nested.
type htmlReader struct {
	out     bytes.Buffer
	blocks  bool // white space is only space
	pre     int  // depth of <pre>
	skip    atom.Atom
	newline int  // line ends owed before the next text
	space   bool // a space is owed before the next text

	href string // of the <a> that is open
	from int    // where its text begins in out
}

func fromHTML(s string, blocks bool) string {
	r := &htmlReader{blocks: blocks, from: -1}
	z := markup.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case markup.ErrorToken: // the end of the text; there is no other
			r.endLink()
			return r.out.String()
		case markup.TextToken:
			if r.skip == 0 {
				r.text(string(z.Text()))
			}
		case markup.StartTagToken, markup.SelfClosingTagToken:
			r.start(z)
		case markup.EndTagToken:
			name, _ := z.TagName()
			r.end(atom.Lookup(name))
		}
	}
}

func (r *htmlReader) text(s string) {
	// The tokenizer has read the entities; what is left was escaped twice.
	s = unescaped(s)
	if !r.blocks || r.pre > 0 {
		if s != "" {
			r.flush()
			r.out.WriteString(s)
		}
		return
	}
	edges := strings.TrimFunc(s, unicode.IsSpace)
	if edges == "" {
		r.space = r.space || s != ""
		return
	}
	r.space = r.space || s[0] != edges[0]
	r.flush()
	for word := range strings.FieldsSeq(edges) {
		if r.space {
			r.out.WriteByte(' ')
		}
		r.out.WriteString(word)
		r.space = true
	}
	r.space = !strings.HasSuffix(s, edges)
}

// flush writes the line ends and the space that are owed.
func (r *htmlReader) flush() {
	if r.out.Len() > 0 {
		if r.newline > 0 {
			r.out.WriteString("\n\n"[:min(r.newline, 2)])
		} else if r.space {
			r.out.WriteByte(' ')
		}
	}
	r.newline, r.space = 0, false
	if r.from == -2 {
		r.from = r.out.Len()
	}
}

// breakLine owes n line ends.
func (r *htmlReader) breakLine(n int) { r.newline = max(r.newline, n) }

func (r *htmlReader) start(z *markup.Tokenizer) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	var href, alt string
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href", "src":
			href = string(value)
		case "alt":
			alt = string(value)
		}
	}
	if r.skip != 0 {
		return
	}
	switch tag {
	case atom.Script, atom.Style, atom.Iframe:
		r.skip = tag
	case atom.A:
		r.endLink()
		r.href, r.from = href, -2
	case atom.Img:
		r.text(alt)
	case atom.Br:
		r.newline++
	case atom.Hr:
		r.breakLine(2)
	case atom.Li:
		r.breakLine(1)
		r.flush()
		r.out.WriteString("- ")
	case atom.Pre:
		r.pre++
		r.breakLine(2)
	case atom.Td, atom.Th:
		r.space = true
	default:
		r.breakLine(linesAround(tag))
	}
}

func (r *htmlReader) end(tag atom.Atom) {
	if r.skip != 0 {
		if tag == r.skip {
			r.skip = 0
		}
		return
	}
	switch tag {
	case atom.A:
		r.endLink()
	case atom.Pre:
		r.pre = max(0, r.pre-1)
		r.breakLine(2)
	default:
		r.breakLine(linesAround(tag))
	}
}

// endLink writes the address of the link that is open.
func (r *htmlReader) endLink() {
	if r.from == -1 {
		return
	}
	text := ""
	if r.from >= 0 {
		text = string(r.out.Bytes()[r.from:])
	}
	if full := linkText(text, r.href); full != text {
		if text == "" {
			r.flush()
		} else {
			r.out.Truncate(r.from)
		}
		r.out.WriteString(full)
	}
	r.from = -1
}

// linesAround returns how many line ends part an element from what is beside it.
func linesAround(tag atom.Atom) int {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Blockquote:
		return 2
	case atom.Div, atom.Li, atom.Tr, atom.Dt, atom.Dd:
		return 1
	}
	return 0
}
