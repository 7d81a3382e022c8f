package server

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"slotcast/schedule/importer"
)

// hostileYAML has markup in everything that the page shows.
const hostileYAML = `
slotcast: 1
conference:
  id: hostile
  name: '<script>alert("name")</script>'
  description: "</p></section><script>alert('description')</script>"
  timezone: Europe/Berlin
  url: "javascript:alert('url')"
  venue: {name: '"><img src=x onerror=alert(1)>', address: "</style><!-- "}
rooms: [{id: room, name: "</title><iframe src=https://evil.example></iframe>"}]
speakers: [{id: speaker, name: "O'Neil <b>& \"Sons\"</b>", role: "{{.Name}}", affiliation: "]]>"}]
tracks: [{id: track, name: "<a href=javascript:alert(1)>", description: "<svg/onload=alert(1)>", hosts: [speaker], color: "#000000"}]
talks:
  - {id: talk, title: "\" autofocus onfocus=alert(1) x='", track: track, speakers: [speaker], room: room, start: 2026-05-02 09:00, end: "10:00", url: "javascript:alert(2)"}
  - {id: more, title: "</label></li></ul></form><base href=https://evil.example>", start: 2026-05-03 09:00, end: "10:00"}
`

// element is an element of a page.
type element struct {
	name       string
	attributes map[string]string
	text       string // directly in it
	parents    []string
}

// parsePage parses HTML strictly: every element is closed where it ends, and
// nothing is repaired.
func parsePage(t *testing.T, page string) []*element {
	t.Helper()
	void := []string{"meta", "link", "input", "br", "img"}
	blocks := []string{"p", "div", "ul", "h1", "h2", "h3", "h4", "section", "form", "header", "main", "footer"}
	var all, open []*element
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			require.ErrorContains(t, z.Err(), "EOF")
			require.Empty(t, open)
			return all
		case html.TextToken:
			if text := string(z.Text()); len(open) > 0 {
				open[len(open)-1].text += text
			} else {
				require.Empty(t, strings.TrimSpace(text))
			}
		case html.StartTagToken:
			token := z.Token()
			e := &element{name: token.Data, attributes: map[string]string{}}
			for _, a := range token.Attr {
				require.NotContains(t, e.attributes, a.Key, "%s has it twice", token)
				e.attributes[a.Key] = a.Val
			}
			for _, p := range open {
				e.parents = append(e.parents, p.name)
			}
			if slices.Contains(blocks, e.name) {
				for _, p := range []string{"p", "label", "span", "h1", "h2", "h3", "h4", "a"} {
					require.NotContains(t, e.parents, p, "%s", token)
				}
			}
			all = append(all, e)
			if !slices.Contains(void, e.name) {
				open = append(open, e)
			}
		case html.EndTagToken:
			token := z.Token()
			require.NotEmpty(t, open, "%s ends nothing", token)
			require.Equal(t, open[len(open)-1].name, token.Data)
			open = open[:len(open)-1]
		case html.SelfClosingTagToken, html.CommentToken:
			require.Fail(t, "unexpected markup", "%s", z.Token())
		}
	}
}

func named(all []*element, name string) []*element {
	var found []*element
	for _, e := range all {
		if e.name == name {
			found = append(found, e)
		}
	}
	return found
}

// requireTame checks that a page loads nothing, runs nothing, and has no element
// or attribute beyond those of the template.
func requireTame(t *testing.T, r reply) []*element {
	t.Helper()
	all := parsePage(t, r.body)
	ids := map[string]bool{}
	for _, e := range all {
		require.Contains(t, []string{
			"html", "head", "meta", "title", "link", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3", "h4", "small",
			"p", "a", "div", "code", "form", "ul", "li", "label", "input", "span", "button", "time", "strong",
		}, e.name)
		for name, value := range e.attributes {
			require.Contains(t, []string{
				"lang", "charset", "name", "content", "rel", "type", "title", "href", "aria-labelledby", "aria-label", "id", "class", "action",
				"method", "value", "datetime", "download",
			}, name, e.name)
			if name == "id" {
				require.False(t, ids[value], "the id %s is there once", value)
				ids[value] = true
			}
			if name == "href" || name == "action" {
				u, err := url.Parse(value)
				require.NoError(t, err)
				require.Contains(t, []string{"https", "webcal"}, u.Scheme, value)
				require.NotEqual(t, "evil.example", u.Host)
			}
		}
	}
	for _, e := range all {
		if label := e.attributes["aria-labelledby"]; label != "" {
			require.True(t, ids[label], "%s is an id", label)
		}
	}
	for _, e := range named(all, "link") {
		require.Equal(t, "alternate", e.attributes["rel"], "nothing is loaded")
	}

	policy := r.header.Get("Content-Security-Policy")
	require.NotContains(t, policy, "unsafe")
	require.Contains(t, policy, "default-src 'none'")
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.Contains(t, policy, "base-uri 'none'")
	styles := named(all, "style")
	require.Len(t, styles, 1)
	sum := sha256.Sum256([]byte(styles[0].text))
	require.Contains(t, policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	require.NotContains(t, styles[0].text, "url(")
	require.NotContains(t, styles[0].text, "@import")
	for _, form := range named(all, "form") {
		require.Contains(t, policy, "form-action "+form.attributes["action"]+";", "the form may be sent to where it is sent")
	}
	require.Equal(t, "no-referrer", r.header.Get("Referrer-Policy"))
	return all
}

func TestFrontPage(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	r := get(t, h, "/")
	all := requireTame(t, r)

	shown := map[string]bool{}
	for _, e := range named(all, "code") {
		shown[e.text] = true
	}
	links := map[string]int{}
	for _, e := range named(all, "a") {
		links[e.attributes["href"]]++
	}
	for _, path := range []string{
		"/schedule.ics", "/tracks/go.ics", "/tracks/ops.ics", "/speakers/ada-berg.ics", "/speakers/bo-lund.ics", "/speakers/cleo-zhang.ics",
		"/rooms/main.ics", "/rooms/side.ics", "/days/2026-05-02.ics", "/days/2026-05-03.ics",
	} {
		address := baseURL + path
		require.True(t, shown[address], path)
		require.NotZero(t, links[address], "a download of %s", path)
		require.NotZero(t, links["webcal://cal.example.org"+path], path)
		require.NotZero(t, links["https://calendar.google.com/calendar/u/0/r?cid="+url.QueryEscape(address)], path)
		require.Equal(t, http.StatusOK, get(t, h, path).status, path)
		for _, host := range []string{"outlook.live.com", "outlook.office.com"} {
			require.True(t, slices.ContainsFunc(named(all, "a"), func(e *element) bool {
				u, err := url.Parse(e.attributes["href"])
				return err == nil && u.Host == host && u.Query().Get("url") == address && u.Query().Get("name") != ""
			}), "%s of %s", host, path)
		}
	}
	require.Len(t, shown, 10, "and no other")

	alternate := named(all, "link")
	require.Len(t, alternate, 1)
	require.Equal(t, map[string]string{"rel": "alternate", "type": "text/calendar", "title": "Go Days", "href": baseURL + "/schedule.ics"}, alternate[0].attributes)
	require.Equal(t, "en", named(all, "html")[0].attributes["lang"])
	require.Contains(t, named(all, "title")[0].text, "Go Days")
	require.Equal(t, "2026-04-01T08:00:00Z", named(all, "time")[0].attributes["datetime"])
	require.Contains(t, r.body, "Saturday 2 May 2026 to Sunday 3 May 2026")
	require.Contains(t, r.body, "cancelled")

	form := named(all, "form")
	require.Len(t, form, 1)
	require.Equal(t, baseURL+"/talks.ics", form[0].attributes["action"])
	require.Equal(t, "get", form[0].attributes["method"])
	query := url.Values{}
	for _, e := range named(all, "input") {
		require.Equal(t, "checkbox", e.attributes["type"])
		require.Contains(t, e.parents, "form")
		require.Contains(t, e.parents, "label")
		query.Add(e.attributes["name"], e.attributes["value"])
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(query["slot"]))), 7, "one for each slot")
	download := get(t, h, "/talks.ics?"+query.Encode())
	require.Equal(t, 7, events(t, download.body), "all ticked are all downloaded")
}

func TestFrontPageEscapes(t *testing.T) {
	t.Parallel()
	all := requireTame(t, get(t, newSite(t, hostileYAML).start(t), "/"))
	text := ""
	for _, e := range all {
		if e.name != "style" {
			text += e.text + "\n"
		}
		for _, value := range e.attributes {
			require.False(t, strings.HasPrefix(strings.TrimSpace(value), "javascript:"))
		}
	}
	for _, shown := range []string{
		`<script>alert("name")</script>`, "</section><script>alert('description')</script>", `"><img src=x onerror=alert(1)>`, "</style><!--",
		"</title><iframe src=https://evil.example></iframe>", `O'Neil <b>& "Sons"</b>`, "{{.Name}}", "]]>", "<a href=javascript:alert(1)>",
		"<svg/onload=alert(1)>", `" autofocus onfocus=alert(1) x='`, "</label></li></ul></form><base href=https://evil.example>",
	} {
		require.Contains(t, text, shown, "it is shown as it is written")
	}
}

func TestFrontPageOfTheSample(t *testing.T) {
	t.Parallel()
	s := newSite(t, string(importer.Sample().Data))
	all := requireTame(t, get(t, s.start(t), "/"))
	require.Equal(t, "QCon San Francisco 2016", named(all, "h1")[0].text)
	require.Len(t, named(all, "input"), 6)
	headings := regexp.MustCompile(`^h[1-6]$`)
	level := 0
	for _, e := range all {
		if headings.MatchString(e.name) {
			next := int(e.name[1] - '0')
			require.LessOrEqual(t, next, level+1, "no level of headings is left out before %q", e.text)
			level = next
		}
	}
}

// The page is made anew for each catalog, and never for a request.
func TestFrontPageFollows(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	h := s.start(t)
	before, again := get(t, h, "/"), get(t, h, "/", "X-Forwarded-Host: evil.example")
	require.Equal(t, before.header.Get("ETag"), again.header.Get("ETag"))
	one, err := s.front.of(s.Publisher.Catalog())
	require.NoError(t, err)
	same, err := s.front.of(s.Publisher.Catalog())
	require.NoError(t, err)
	require.Same(t, one, same)
	s.publish(t, strings.Replace(fixtureYAML, "title: Party", "title: Dance", 1), firstPublished.Add(time.Hour))
	after := get(t, h, "/", "If-None-Match: "+before.header.Get("ETag"))
	require.Equal(t, http.StatusOK, after.status)
	require.Contains(t, after.body, "Dance")
	require.NotContains(t, after.body, "Party")
}
