package server

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// hostileYAML has markup in everything that pages show.
const hostileYAML = `
slotcast: 1
conference:
  id: hostile
  name: '<script>alert("name")</script>'
  description: "</p></section><script>alert('description')</script>"
  timezone: Europe/Berlin
  url: "https://evil.example/\"><script>"
  venue: {name: '"><img src=x onerror=alert(1)>', address: "</style><!-- "}
rooms: [{id: room, name: "</title><iframe src=https://evil.example></iframe>"}]
speakers: [{id: speaker, name: "O'Neil <b>& \"Sons\"</b>", role: "{{.Name}}", affiliation: "]]>", bio: "</details><script>alert(3)</script> http://\"onclick=alert(4)"}]
tracks: [{id: track, name: "<a href=javascript:alert(1)>", description: "<svg/onload=alert(1)>", hosts: [speaker], color: "#000000"}]
talks:
  - id: talk
    title: "\" autofocus onfocus=alert(1) x='"
    abstract: "</script><script>alert(5)</script>\n\nhttps://evil.example/\"onmouseover=alert(6) javascript:alert(7)"
    track: track
    speakers: [speaker]
    tags: ["</option></select><script>"]
    level: "</dd>"
    links: [{title: "</a><script>", url: "https://evil.example/?<script>'\""}]
    room: room
    start: 2026-05-02 09:00
    end: "10:00"
  - {id: more, title: "</label></li></ul></form><base href=https://evil.example>", start: 2026-05-03 09:00, end: "10:00"}
  - {id: bidi, title: "\u202Egnp.exe\u202C \u2066x", start: 2026-05-03 09:00, end: "10:00"}
`

// hostileTexts are what hostileYAML has its readers see.
func hostileTexts() []string {
	return []string{
		`<script>alert("name")</script>`, "</title><iframe src=https://evil.example></iframe>", `O'Neil <b>& "Sons"</b>`,
		"<a href=javascript:alert(1)>", `" autofocus onfocus=alert(1) x='`,
	}
}

// element is an element of a page.
type element struct {
	name       string
	attributes map[string]string
	text       string // directly in it
	inner      string // all of it
	parents    []*element
}

// whole returns the text of an element and of what is in it, as it is read.
func (e *element) whole() string { return strings.Join(strings.Fields(e.inner), " ") }

func (e *element) within(name string) bool {
	return slices.ContainsFunc(e.parents, func(p *element) bool { return p.name == name })
}

// parsePage parses HTML strictly: every element is closed where it ends, and
// nothing is repaired.
func parsePage(t *testing.T, page string) []*element {
	t.Helper()
	void := []string{"meta", "link", "input", "br", "img"}
	blocks := []string{"p", "div", "ul", "ol", "dl", "h1", "h2", "h3", "section", "article", "form", "header", "main", "footer", "nav", "figure", "details"}
	var all, open []*element
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			require.ErrorContains(t, z.Err(), "EOF")
			require.Empty(t, open)
			return all
		case html.TextToken:
			if text := html.UnescapeString(string(z.Raw())); len(open) > 0 {
				open[len(open)-1].text += text
				for _, e := range open {
					e.inner += text
				}
			} else {
				require.Empty(t, strings.TrimSpace(text))
			}
		case html.StartTagToken:
			token := z.Token()
			e := &element{name: token.Data, attributes: map[string]string{}, parents: slices.Clone(open)}
			for _, a := range token.Attr {
				require.NotContains(t, e.attributes, a.Key, "%s has it twice", token)
				e.attributes[a.Key] = a.Val
			}
			if slices.Contains(blocks, e.name) {
				for _, p := range []string{"p", "label", "span", "h1", "h2", "h3", "a"} {
					require.False(t, e.within(p), "%s is in a %s", token, p)
				}
			}
			require.False(t, e.name == "form" && e.within("form"), "a form in a form")
			all = append(all, e)
			if !slices.Contains(void, e.name) {
				open = append(open, e)
			}
		case html.EndTagToken:
			token := z.Token()
			require.NotEmpty(t, open, "%s ends nothing", token)
			require.Equal(t, open[len(open)-1].name, strings.ToLower(token.Data))
			open = open[:len(open)-1]
		case html.SelfClosingTagToken, html.CommentToken:
			require.Fail(t, "unexpected markup", "%s", z.Token())
		}
	}
}

func named(all []*element, name string) []*element {
	return where(all, func(e *element) bool { return e.name == name })
}

func where(all []*element, is func(*element) bool) []*element {
	var found []*element
	for _, e := range all {
		if is(e) {
			found = append(found, e)
		}
	}
	return found
}

func byID(all []*element, id string) *element {
	for _, e := range all {
		if e.attributes["id"] == id {
			return e
		}
	}
	return nil
}

// links returns the addresses that a page links to, with the texts of the links.
func links(all []*element) map[string]string {
	found := map[string]string{}
	for _, e := range named(all, "a") {
		found[e.attributes["href"]] = e.whole()
	}
	return found
}

// requireTame checks that a page loads nothing but our own script, style sheet and
// icon, and has no element or attribute beyond those of the templates; and what
// readers with a screen reader or a keyboard need of every page.
func requireTame(t *testing.T, r reply) []*element {
	t.Helper()
	all := parsePage(t, r.body)
	ids := map[string]bool{}
	for _, e := range all {
		require.Contains(t, []string{
			"html", "head", "meta", "title", "link", "script", "body", "header", "main", "footer", "nav", "section", "article", "h1", "h2", "h3",
			"small", "p", "a", "div", "form", "ul", "li", "label", "input", "span", "button", "time", "strong", "em", "br", "q", "ins", "del",
			"dl", "dt", "dd", "details", "summary", "select", "option", "textarea", "figure", "figcaption", "svg", "path", "circle",
		}, e.name)
		for name, value := range e.attributes {
			require.True(t, slices.Contains([]string{
				"lang", "dir", "charset", "name", "content", "rel", "type", "title", "href", "aria-labelledby", "aria-label", "aria-current",
				"aria-hidden", "aria-pressed", "id", "class", "action", "method", "value", "datetime", "download", "src", "defer", "role", "tabindex",
				"for", "maxlength", "hidden", "selected", "readonly", "rows", "fill", "d", "cx", "cy", "r", "viewbox", "shape-rendering",
			}, name) || strings.HasPrefix(name, "data-"), "%s of %s", name, e.name)
			if name == "id" {
				require.False(t, ids[value], "the id %s is there once", value)
				ids[value] = true
			}
			if name == "href" || name == "action" {
				u, err := url.Parse(value)
				require.NoError(t, err)
				require.Contains(t, []string{"https", "webcal", ""}, u.Scheme, value)
				require.Equal(t, u.Scheme == "", u.Host == "", value)
			}
		}
	}
	for _, e := range all {
		for _, name := range []string{"aria-labelledby", "for", "data-copy"} {
			if id := e.attributes[name]; id != "" {
				require.True(t, ids[id], "%s is an id", id)
			}
		}
		if id, inside := strings.CutPrefix(e.attributes["href"], "#"); inside {
			require.True(t, ids[id], "%s is an id", id)
		}
	}
	for _, e := range named(all, "script") {
		if e.attributes["type"] != "application/ld+json" {
			require.Regexp(t, `^(/[a-z]+)?/static/app-[0-9a-f]{12}\.js$`, e.attributes["src"])
			require.Empty(t, e.text)
		}
	}
	for _, e := range named(all, "link") {
		if e.attributes["rel"] != "alternate" {
			require.Contains(t, []string{"icon", "stylesheet"}, e.attributes["rel"])
			require.Regexp(t, `^(/[a-z]+)?/static/`, e.attributes["href"])
		}
	}

	require.Len(t, named(all, "h1"), 1)
	require.Len(t, named(all, "main"), 1)
	require.Equal(t, "en", named(all, "html")[0].attributes["lang"])
	require.Equal(t, "#main", named(all, "a")[0].attributes["href"], "the first link skips to the content")
	require.Equal(t, "status", byID(all, "said").attributes["role"])
	level := 0
	for _, e := range all {
		if len(e.name) == 2 && e.name[0] == 'h' && e.name[1] <= '6' && e.name != "hr" {
			next := int(e.name[1] - '0')
			require.LessOrEqual(t, next, level+1, "no level of headings is left out before %q", e.text)
			level = next
		}
		switch e.name {
		case "a", "button":
			require.NotEmpty(t, e.whole()+e.attributes["aria-label"], "it has a name")
		case "input", "select", "textarea":
			labelled := slices.ContainsFunc(all, func(l *element) bool {
				return l.name == "label" && (l.attributes["for"] != "" && l.attributes["for"] == e.attributes["id"] || slices.Contains(e.parents, l))
			})
			require.True(t, labelled || e.attributes["type"] == "hidden", "%s has a label", e.attributes["name"])
		}
	}

	require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
		"form-action 'self' https://cal.example.org; base-uri 'none'; frame-ancestors 'none'", r.header.Get("Content-Security-Policy"))
	require.Equal(t, "same-origin", r.header.Get("Referrer-Policy"))
	require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	require.Equal(t, "text/html; charset=UTF-8", r.header.Get("Content-Type"))
	return all
}

// pageOf gets a page that is there.
func pageOf(t *testing.T, h *httptest.Server, target string) []*element {
	t.Helper()
	r := get(t, h, target)
	require.Equal(t, 200, r.status, "%s: %s", target, r.body)
	return requireTame(t, r)
}
