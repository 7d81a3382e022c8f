package server

import (
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The rules for feeds over HTTP have these numbers.
const firstRule, lastRule = 78, 100

// rulesElsewhere are the rules that nothing here has to follow, with the reason.
func rulesElsewhere() map[int]string {
	return map[int]string{
		90: "personal feeds: there are none, and nothing in a feed's address is a secret",
		96: "https and redirects: a proxy in front has the certificate; the server itself never redirects, which rule 100 shows",
	}
}

// rules are the tests of the others, in the order of their numbers.
func rules() map[int]rule {
	return map[int]rule{
		78: {"the type of a feed", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range everyFeed() {
				require.Equal(t, []string{"text/calendar; charset=utf-8"}, get(t, h, target).header.Values("Content-Type"), target)
			}
		}},
		79: {"no component parameter", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range everyFeed() {
				kind, parameters, err := mime.ParseMediaType(get(t, h, target).header.Get("Content-Type"))
				require.NoError(t, err)
				require.Equal(t, "text/calendar", kind)
				require.Equal(t, map[string]string{"charset": "utf-8"}, parameters)
			}
		}},
		80: {"file names", func(t *testing.T, _ *site, h *httptest.Server) {
			for target, want := range map[string]string{
				"/schedule.ics":                  `inline; filename="go-days.ics"`,
				"/schedule.ics?kind=talk&lang=d": "", // an error has no name
				"/schedule.ics?track=go":         `inline; filename="go.ics"`,
				"/schedule.ics?track=go&lang=de": `inline; filename="go-days-selection.ics"`,
				"/schedule.ics?q=größe":          `inline; filename="go-days-selection.ics"`,
				"/tracks/go.ics":                 `inline; filename="go.ics"`,
				"/days/2026-05-02.ics":           `inline; filename="2026-05-02.ics"`,
				"/talks/generics.ics":            `attachment; filename="generics.ics"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%2C%20%E2%80%9Csizes%E2%80%9D%20%26%20100%25%20generics.ics`,
				"/talks.ics?id=party&id=keynote": `attachment; filename="go-days-selection.ics"; filename*=UTF-8''Chosen%20talks%20%E2%80%93%20Go%20Days.ics`,
			} {
				value := get(t, h, target).header.Get("Content-Disposition")
				require.Equal(t, want, value, target)
				if want != "" {
					_, parameters, err := mime.ParseMediaType(value)
					require.NoError(t, err, target)
					require.True(t, strings.HasSuffix(parameters["filename"], ".ics"), target)
				}
			}
		}},
		81: {"HEAD is GET without a body", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range everyFeed() {
				for _, accept := range []string{"identity", "gzip"} {
					r, head := get(t, h, target, "Accept-Encoding: "+accept), ask(t, h, http.MethodHead, target, "Accept-Encoding: "+accept)
					require.Equal(t, http.StatusOK, head.status)
					require.Equal(t, r.lasting(), head.lasting(), target)
					require.Equal(t, fmt.Sprint(len(r.body)), head.header.Get("Content-Length"), target)
					require.NotEmpty(t, head.header.Get("ETag"))
					require.Empty(t, head.body)
				}
			}
		}},
		82: {"a strong ETag for each state of the bytes", func(t *testing.T, s *site, h *httptest.Server) {
			seen := map[string]string{}
			for range 2 {
				for _, target := range everyFeed() {
					for _, accept := range []string{"identity", "gzip"} {
						r := get(t, h, target, "Accept-Encoding: "+accept)
						tag := r.header.Get("ETag")
						require.Regexp(t, `^"[A-Za-z0-9_-]{22}(-gz)?"$`, tag)
						require.Equal(t, accept == "gzip", strings.HasSuffix(tag, `-gz"`))
						if body, known := seen[tag]; known {
							require.Equal(t, body, r.body, "%s: same tag, same bytes", target)
						}
						seen[tag] = r.body
					}
				}
				s.publish(t, strings.Replace(fixtureYAML, "title: Profiling", "title: Profiles", 1), firstPublished.Add(time.Hour))
			}
			bodies := map[string]string{}
			for tag, body := range seen {
				require.Empty(t, bodies[body], "%s: same bytes, same tag", tag)
				bodies[body] = tag
			}
		}},
		83: {"If-None-Match: weak, lists, *, before If-Modified-Since", func(t *testing.T, _ *site, h *httptest.Server) {
			tag := get(t, h, "/tracks/go.ics").header.Get("ETag")
			since := "If-Modified-Since: " + firstPublished.Format(http.TimeFormat)
			for _, list := range []string{"W/" + tag, `"a", ` + tag + `, "b"`, "*"} {
				require.Equal(t, http.StatusNotModified, get(t, h, "/tracks/go.ics", "If-None-Match: "+list).status, list)
			}
			require.Equal(t, http.StatusOK, get(t, h, "/tracks/go.ics", `If-None-Match: "a"`, since).status)
			require.Equal(t, http.StatusNotModified, get(t, h, "/tracks/go.ics", since).status)
		}},
		84: {"the tag of either encoding is current", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, had := range []string{"identity", "gzip"} {
				for _, wanted := range []string{"identity", "gzip"} {
					tag := get(t, h, "/schedule.ics?tz=utc", "Accept-Encoding: "+had).header.Get("ETag")
					r := get(t, h, "/schedule.ics?tz=utc", "Accept-Encoding: "+wanted, "If-None-Match: "+tag)
					require.Equal(t, http.StatusNotModified, r.status, "%s, then %s", had, wanted)
				}
			}
		}},
		85: {"what 304 has", func(t *testing.T, _ *site, h *httptest.Server) {
			full := get(t, h, "/tracks/go.ics")
			r := get(t, h, "/tracks/go.ics", "If-None-Match: "+full.header.Get("ETag"))
			require.Equal(t, http.StatusNotModified, r.status)
			for _, name := range []string{"ETag", "Cache-Control", "Vary", "Last-Modified", "Access-Control-Allow-Origin"} {
				require.NotEmpty(t, r.header.Get(name), name)
				require.Equal(t, full.header.Get(name), r.header.Get(name), name)
			}
			require.Empty(t, r.body)
			require.Empty(t, r.header.Values("Content-Type"))
		}},
		86: {"Last-Modified never moves back", func(t *testing.T, s *site, h *httptest.Server) {
			last := time.Time{}
			without := strings.Replace(fixtureYAML, "  - {id: party,", "  - {id: dance,", 1)
			for i, yaml := range []string{
				fixtureYAML,
				strings.Replace(fixtureYAML, `"12:00"`, `"12:30"`, 1), // in the same second
				without,     // a slot was taken out
				fixtureYAML, // and is back
			} {
				at := firstPublished.Add(time.Duration(i/2) * -time.Hour) // a clock that is set back
				s.publish(t, yaml, at)
				modified, err := http.ParseTime(get(t, h, "/tracks/go.ics").header.Get("Last-Modified"))
				require.NoError(t, err)
				require.GreaterOrEqual(t, modified, last)
				if i > 0 {
					require.Greater(t, modified, last, "change %d", i)
				}
				last = modified
			}
			before := get(t, h, "/tracks/go.ics")
			s.publish(t, fixtureYAML, firstPublished.Add(9*time.Hour))
			require.Equal(t, before.lasting(), get(t, h, "/tracks/go.ics").lasting(), "publishing the same again changes nothing")
		}},
		87: {"Vary", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range append(everyFeed(), "/") {
				for _, header := range []string{"If-None-Match: *", "Accept-Encoding: gzip", "Accept: text/html"} {
					require.Equal(t, []string{"Accept-Encoding"}, get(t, h, target, header).header.Values("Vary"), "%s %s", target, header)
				}
			}
		}},
		88: {"gzip only where it is asked for", func(t *testing.T, _ *site, h *httptest.Server) {
			for accept, want := range map[string]string{
				"": "", "gzip": "gzip", "*": "gzip", "gzip;q=0": "", "*;q=0": "", "identity": "", "x-notgzip": "", "deflate": "",
			} {
				r := get(t, h, "/tracks/go.ics", "Accept-Encoding: "+accept)
				require.Equal(t, want, r.header.Get("Content-Encoding"), accept)
				if want == "gzip" {
					r.body = gunzip(t, r.body)
				}
				require.Equal(t, 3, events(t, r.body))
			}
			require.Empty(t, get(t, h, "/tracks/go.ics").header.Get("Content-Encoding"))
		}},
		89: {"how long a public feed is kept", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range everyFeed() {
				directives := strings.Split(get(t, h, target).header.Get("Cache-Control"), ", ")
				require.Subset(t, directives, []string{"public", "max-age=300", "stale-while-revalidate=3600", "stale-if-error=86400"}, target)
			}
		}},
		91: {"robots.txt lets feeds be fetched", func(t *testing.T, _ *site, h *httptest.Server) {
			r := get(t, h, "/robots.txt")
			require.Equal(t, http.StatusOK, r.status)
			require.Contains(t, r.body, "User-agent: *\n")
			require.NotContains(t, r.body, "Disallow")
			require.Equal(t, http.StatusOK, get(t, emptySite().start(t), "/robots.txt").status, "whatever else is wrong")
		}},
		92: {"no Accept is refused", func(t *testing.T, _ *site, h *httptest.Server) {
			want := get(t, h, "/tracks/go.ics")
			for _, accept := range []string{
				"*/*", "text/calendar", "text/calendar, application/calendar+json, application/calendar+xml",
				"text/calendar,text/plain;q=0.8,*/*;q=0.5", "text/html", "application/json", "text/calendar;q=0", "nonsense",
			} {
				r := get(t, h, "/tracks/go.ics", "Accept: "+accept)
				require.Equal(t, http.StatusOK, r.status, accept)
				require.Equal(t, want.body, r.body, accept)
				require.Equal(t, want.lasting(), r.lasting(), accept)
			}
		}},
		93: {"a feed without events is still a calendar", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range []string{"/schedule.ics?kind=panel", "/schedule.ics?q=nowhere", "/tracks/ops.ics?kind=keynote", "/talks.ics?id=party&tag=none"} {
				r := get(t, h, target)
				require.Equal(t, http.StatusOK, r.status, target)
				require.Zero(t, events(t, r.body), target)
			}
		}},
		94: {"what is published is always served", func(t *testing.T, s *site, h *httptest.Server) {
			// Before anything is published there is nothing else to say.
			require.Equal(t, http.StatusServiceUnavailable, get(t, emptySite().start(t), "/schedule.ics").status)
			for i := range 20 {
				if i%5 == 4 {
					s.publish(t, strings.Replace(fixtureYAML, "title: Party", fmt.Sprintf("title: Party %d", i), 1), firstPublished)
				}
				for _, target := range everyFeed() {
					require.Equal(t, http.StatusOK, get(t, h, target).status, target)
				}
			}
		}},
		95: {"404 for what never was, 410 for nothing", func(t *testing.T, s *site, h *httptest.Server) {
			require.Equal(t, http.StatusNotFound, get(t, h, "/tracks/nope.ics").status)
			s.publish(t, strings.Replace(fixtureYAML, "  - {id: party,", "  - {id: dance,", 1), firstPublished)
			require.Equal(t, http.StatusNotFound, get(t, h, "/talks/party.ics").status, "the organiser took it out, not its subscriber")
		}},
		97: {"pages of other sites may read feeds", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, r := range []reply{
				get(t, h, "/tracks/go.ics", "Origin: https://other.example"),
				get(t, h, "/tracks/go.ics", "Origin: https://other.example", "If-None-Match: *"),
				ask(t, h, http.MethodHead, "/talks/party.ics"),
				// Why there is no feed is for them too.
				get(t, h, "/tracks/nope.ics", "Origin: https://other.example"),
				get(t, h, "/talks.ics?id=", "Origin: https://other.example"),
				ask(t, h, http.MethodPost, "/schedule.ics", "Origin: https://other.example", "Content-Length: 0"),
				ask(t, h, http.MethodOptions, "/schedule.ics", "Origin: https://other.example", "Access-Control-Request-Method: GET"),
			} {
				require.Equal(t, []string{"*"}, r.header.Values("Access-Control-Allow-Origin"))
				require.Contains(t, r.header.Get("Access-Control-Expose-Headers"), "ETag, Last-Modified")
				require.Empty(t, r.header.Get("Access-Control-Allow-Credentials"))
			}
			r := ask(t, h, http.MethodOptions, "/tracks/go.ics", "Origin: https://other.example", "Access-Control-Request-Method: GET")
			require.Equal(t, http.StatusNoContent, r.status)
			require.Equal(t, "GET, HEAD, OPTIONS", r.header.Get("Access-Control-Allow-Methods"))
			require.Empty(t, get(t, h, "/", "Origin: https://other.example").header.Values("Access-Control-Allow-Origin"), "the page is no feed")
			require.Empty(t, get(t, h, "/nope", "Origin: https://other.example").header.Values("Access-Control-Allow-Origin"))
		}},
		98: {"ranges are not served", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, accept := range []string{"identity", "gzip"} {
				whole := get(t, h, "/tracks/go.ics", "Accept-Encoding: "+accept)
				for _, ranges := range []string{"bytes=0-9", "bytes=-5", "bytes=999999-", "lines=1"} {
					r := get(t, h, "/tracks/go.ics", "Accept-Encoding: "+accept, "Range: "+ranges, "If-Range: "+whole.header.Get("ETag"))
					require.Equal(t, http.StatusOK, r.status, ranges)
					require.Equal(t, whole.body, r.body, ranges)
					require.Equal(t, "none", r.header.Get("Accept-Ranges"))
				}
			}
		}},
		99: {"a large conference, at once and not too large", func(t *testing.T, s *site, h *httptest.Server) {
			s.publish(t, largeYAML(1_000), firstPublished)
			for _, target := range []string{"/schedule.ics", "/schedule.ics?alarm=15&tz=utc", "/schedule.ics?q=abstract"} {
				begin := time.Now()
				r := get(t, h, target)
				require.Less(t, time.Since(begin), 5*time.Second, "a second, and more for a machine that does other things")
				require.Equal(t, 1_000, events(t, r.body))
				if target == "/schedule.ics" {
					require.Less(t, len(r.body), 1<<20)
				}
			}
		}},
		100: {"other spellings of an address are not found, and never redirected", func(t *testing.T, _ *site, h *httptest.Server) {
			for _, target := range []string{
				"/tracks/go.ics/", "/tracks/go.ICS", "/Tracks/go.ics", "/tracks/Go.ics", "/tracks/go%2Eics", "/%74racks/go.ics",
				"//tracks/go.ics", "/tracks//go.ics", "/./tracks/go.ics", "/rooms/../tracks/go.ics", "/rooms/%2E%2E/tracks/go.ics",
				"/schedule.ICS", "/schedule.ics/", "/schedule", "/robots.txt/", "//",
			} {
				r := get(t, h, target)
				require.Equal(t, http.StatusNotFound, r.status, target)
				require.Empty(t, r.header.Get("Location"), target)
			}
		}},
	}
}

type rule struct {
	name string
	test func(*testing.T, *site, *httptest.Server)
}

func TestRules(t *testing.T) {
	t.Parallel()
	all, elsewhere := rules(), rulesElsewhere()
	require.Len(t, all, lastRule-firstRule+1-len(elsewhere))
	for number := firstRule; number <= lastRule; number++ {
		r, tested := all[number]
		reason, not := elsewhere[number]
		require.True(t, tested != not, "rule %d is either tested or not for us", number)
		if not {
			require.NotEmpty(t, reason)
			continue
		}
		t.Run(fmt.Sprintf("rule %d: %s", number, r.name), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, fixtureYAML)
			r.test(t, s, s.start(t))
		})
	}
}

// everyFeed returns an address of each kind of feed of the fixture. No two have
// the same bytes.
func everyFeed() []string {
	return []string{
		"/schedule.ics", "/schedule.ics?tz=utc", "/schedule.ics?alarm=5", "/schedule.ics?busy=1", "/schedule.ics?cancelled=hide",
		"/schedule.ics?q=size", "/schedule.ics?kind=panel", "/schedule.ics?tag=tools&room=side",
		"/tracks/go.ics", "/tracks/ops.ics?lang=pt", "/speakers/bo-lund.ics", "/rooms/main.ics", "/days/2026-05-03.ics",
		"/talks/generics.ics", "/talks.ics?id=party&id=keynote",
	}
}

// largeYAML is a schedule of n talks of ordinary length.
func largeYAML(n int) string {
	var b strings.Builder
	b.WriteString("slotcast: 1\nconference: {id: large, name: Large, timezone: Europe/Berlin}\ntalks:\n")
	abstract := strings.Repeat("An abstract says what a talk is about. ", 9)
	for i := range n {
		fmt.Fprintf(&b, "  - {id: talk-%d, title: Talk number %d, abstract: %q, start: 2026-05-%02d %02d:00, end: \"%02d:45\"}\n", i, i, abstract, 1+i%20, 8+i%12, 8+i%12)
	}
	return b.String()
}
