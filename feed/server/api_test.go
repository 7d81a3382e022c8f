package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// chooser is a site on which talks can be chosen, with a clock that tests move.
type chooser struct {
	*site
	t      testing.TB
	store  *store.Store
	router routers.Router

	mu  sync.Mutex
	now time.Time
}

func newChooser(t testing.TB, change ...func(*Config)) *chooser {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "slotcast.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	c := &chooser{t: t, store: db, now: firstPublished.Add(24 * time.Hour), site: emptySite()}
	config := c.Config
	config.Selections, config.Now = db, c.clock
	for _, f := range change {
		f(&config)
	}
	c.Server = New(config)
	c.publish(t, fixtureYAML, firstPublished)
	document, err := openapi3.NewLoader().LoadFromData(openAPI)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	c.router, err = legacy.NewRouter(document)
	require.NoError(t, err)
	return c
}

func (c *chooser) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *chooser) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// do sends a request to the handler.
func (c *chooser) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	return w
}

// api sends a request to the API, whose answer must be as the API's document says,
// and so must the request if it is answered well.
func (c *chooser) api(status int, method, target string, body any, headers ...string) map[string]any {
	c.t.Helper()
	text := ""
	switch b := body.(type) {
	case nil:
	case string:
		text = b
	default:
		encoded, err := json.Marshal(b)
		require.NoError(c.t, err)
		text = string(encoded)
	}
	if body != nil {
		headers = append([]string{"Content-Type: application/json"}, headers...)
	}
	w := c.do(method, target, text, headers...)
	require.Equal(c.t, status, w.Code, "%s %s %s: %s", method, target, text, w.Body)

	r := httptest.NewRequest(method, target, strings.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	route, parameters, err := c.router.FindRoute(r)
	require.NoError(c.t, err)
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route}
	if status < 300 {
		require.NoError(c.t, openapi3filter.ValidateRequest(c.t.Context(), input), text)
	}
	answer := w.Body.Bytes()
	require.NoError(c.t, openapi3filter.ValidateResponse(c.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(answer)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}), "%s", answer)
	var decoded map[string]any
	if len(answer) > 0 {
		require.NoError(c.t, json.Unmarshal(answer, &decoded))
	}
	return decoded
}

// strs returns a list of the API as its texts.
func strs(list any) []string {
	all := []string{}
	for _, v := range list.([]any) {
		all = append(all, v.(string))
	}
	return all
}

// feedOf returns the personal feed's answer.
func (c *chooser) feed(status int, read any) *httptest.ResponseRecorder {
	c.t.Helper()
	w := c.do(http.MethodGet, fmt.Sprintf("/my/%v.ics", read), "")
	require.Equal(c.t, status, w.Code, "%s", w.Body)
	return w
}

// TestSelectionLife is the life of a selection through the API.
func TestSelectionLife(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	made := c.api(201, "POST", "/api/v1/selections", map[string]any{"picks": []string{"keynote", "profiling", "keynote"}})
	c.pass(settled)
	edit, read := made["edit"], made["read"]
	require.NotEqual(t, edit, read)
	require.Equal(t, []string{"keynote", "profiling"}, strs(made["picks"]))
	require.Equal(t, []string{"keynote", "profiling"}, strs(made["chosen"]))
	require.Equal(t, fmt.Sprintf("%s/my/%s.ics", baseURL, read), made["feed"])
	require.Equal(t, fmt.Sprintf("%s/my/%s", baseURL, edit), made["page"])
	at, readAt := fmt.Sprint("/api/v1/selections/", edit), fmt.Sprint("/api/v1/selections/", read)

	w := c.feed(200, read)
	require.Equal(t, 2, events(t, w.Body.String()))
	require.Contains(t, w.Body.String(), "TRANSP:OPAQUE\r\n")
	require.Contains(t, w.Body.String(), "NAME:My talks – Go Days\r\n")
	require.NotContains(t, w.Body.String(), "SOURCE")
	require.Equal(t, "private, max-age=300, stale-if-error=86400", w.Header().Get("Cache-Control"))
	require.Equal(t, "noindex", w.Header().Get("X-Robots-Tag"))
	require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
	require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, 304, c.do("GET", fmt.Sprintf("/my/%s.ics", read), "", "If-None-Match: "+w.Header().Get("ETag")).Code)

	// Rules, exclusions, a name and options.
	c.pass(time.Hour)
	patched := c.api(200, "PATCH", at, map[string]any{
		"add_include": []string{"track=go"}, "add_exclude": []string{"lang=de"}, "unpick": []string{"profiling"},
		"name": "Ada’s days", "options": map[string]any{"alarm": 10, "busy": false},
	})
	require.EqualValues(t, 2, patched["version"])
	require.Empty(t, c.feed(200, read).Header().Get("Last-Modified"), "there may be another edit within the second")
	c.pass(settled)
	require.Equal(t, []string{"keynote", "generics", "generics-2"}, strs(patched["chosen"]))
	changed := c.feed(200, read)
	require.NotEqual(t, w.Header().Get("ETag"), changed.Header().Get("ETag"))
	require.Greater(t, lastModified(t, changed), lastModified(t, w))
	for _, part := range []string{"NAME:Ada’s days\r\n", "TRANSP:TRANSPARENT\r\n", "TRIGGER:-PT10M\r\n"} {
		require.Contains(t, changed.Body.String(), part)
	}

	// The query of its address stands in place of its options, and narrows nothing.
	w = c.do("GET", fmt.Sprintf("/my/%s.ics?alarm=5", read), "")
	require.Contains(t, w.Body.String(), "TRIGGER:-PT5M\r\n")
	require.NotContains(t, w.Body.String(), "TRANSP:TRANSPARENT")
	for _, query := range []string{"track=go", "colour=red", "alarm"} {
		w = c.do("GET", fmt.Sprintf("/my/%s.ics?%s", read, query), "")
		require.Equal(t, 400, w.Code, query)
		require.Equal(t, query != "alarm", strings.Contains(w.Body.String(), "cannot be narrowed"), query)
	}

	// Another one of the track that is added later is in it, the one in German not.
	c.publish(t, fixtureYAML+"  - {id: fuzzing, title: Fuzzing, track: go, language: en, start: 2026-05-03 16:00, end: \"17:00\"}\n"+
		"  - {id: tests, title: Tests, track: go, language: de, start: 2026-05-03 17:00, end: \"18:00\"}\n", c.clock())
	require.Equal(t, []string{"keynote", "generics", "generics-2", "fuzzing"}, strs(c.api(200, "GET", readAt, nil)["chosen"]))
	require.Contains(t, c.feed(200, read).Body.String(), "UID:fuzzing@go-days\r\n")

	// A star switched off leaves that slot out of the rule.
	require.Equal(t, []string{"keynote", "generics", "fuzzing"}, strs(c.api(200, "PATCH", at, map[string]any{"unpick": []string{"generics-2"}})["chosen"]))
	again := c.api(200, "GET", at, nil)
	require.Equal(t, []string{"lang=de", "slot=generics-2"}, strs(again["exclude"]))

	// Who reads cannot edit, and is not told how.
	readable := c.api(200, "GET", readAt, nil)
	require.NotContains(t, readable, "edit")
	require.Equal(t, read, readable["read"])
	require.NotContains(t, fmt.Sprint(readable), edit)
	c.api(403, "PATCH", readAt, map[string]any{"pick": []string{"party"}})
	c.api(403, "PUT", readAt, map[string]any{"version": 3})
	c.api(403, "DELETE", readAt, nil)
	c.api(403, "POST", readAt+"/links", map[string]any{"access": "edit"})

	// Two tabs: the second is told what it would have lost.
	one := c.api(200, "PUT", at, map[string]any{"version": again["version"], "name": "One", "picks": []string{"party"}})
	both := c.api(409, "PUT", at, map[string]any{"name": "Two", "picks": []string{"deploys"}}, fmt.Sprintf(`If-Match: "%v"`, again["version"]))
	require.Equal(t, "Two", both["yours"].(map[string]any)["name"])
	require.Equal(t, "One", both["current"].(map[string]any)["name"])
	require.Equal(t, one["version"], both["current"].(map[string]any)["version"])
	both = c.api(409, "PATCH", at, map[string]any{"name": "Three"}, fmt.Sprintf(`If-Match: W/"%v"`, again["version"]))
	require.Equal(t, one["version"], both["current"].(map[string]any)["version"])
	require.Equal(t, one, c.api(200, "GET", at, nil))
	require.Equal(t, one, c.api(200, "PATCH", at, map[string]any{"name": "One"}, fmt.Sprintf(`If-Match: "%v"`, one["version"])))

	// A new link to read: the old one is gone, the selection is not.
	leaked := read
	read = c.api(200, "POST", at+"/links", map[string]any{"access": "read"})["read"]
	require.NotEqual(t, leaked, read)
	c.feed(410, leaked)
	c.feed(200, read)
	// A new link to edit: the feed stays where it is.
	old := at
	fresh := c.api(200, "POST", at+"/links", map[string]any{"access": "edit"})
	require.Equal(t, read, fresh["read"])
	at = fmt.Sprint("/api/v1/selections/", fresh["edit"])
	c.api(410, "GET", old, nil)
	c.api(410, "PATCH", old, map[string]any{"name": "x"})
	require.Equal(t, "One", c.api(200, "GET", at, nil)["name"])
	c.feed(200, read)

	require.Empty(t, c.api(204, "DELETE", at, nil))
	c.feed(410, read)
	c.api(410, "GET", at, nil)
	c.api(410, "GET", fmt.Sprint("/api/v1/selections/", read), nil)
	c.feed(410, leaked)
}

func lastModified(t testing.TB, w *httptest.ResponseRecorder) time.Time {
	at, err := http.ParseTime(w.Header().Get("Last-Modified"))
	require.NoError(t, err)
	return at
}

// TestAPIReads holds what can be read without a token.
func TestAPIReads(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	whole := c.api(200, "GET", "/api/v1/schedule", nil)
	require.Len(t, whole["slots"], 7)
	require.Equal(t, "2026-05-02T09:00:00+02:00", whole["slots"].([]any)[0].(map[string]any)["start"])
	scopes := c.api(200, "GET", "/api/v1/scopes?track=go&lang=en", nil)
	require.EqualValues(t, 2, scopes["slots"])
	require.EqualValues(t, 7, scopes["total"])
	require.Equal(t, baseURL+"/schedule.ics?track=go&lang=en", scopes["feed"])
	c.api(404, "GET", "/api/v1/scopes?track=none", nil)
	c.api(400, "GET", "/api/v1/scopes?colour=red", nil)
	clashes := c.api(200, "GET", "/api/v1/clashes?slot=keynote&slot=generics", nil)
	require.Empty(t, clashes["clashes"])

	w := c.do("GET", "/api/openapi.json", "")
	require.Equal(t, 200, w.Code)
	require.JSONEq(t, string(openAPI), w.Body.String())
	w = c.do("GET", "/api/nothing", "")
	require.Equal(t, 404, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	w = c.do("POST", "/api/v1/schedule", "")
	require.Equal(t, 405, w.Code)
}

// TestClashesTold has a clash told with the way out.
func TestClashesTold(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	c.publish(t, fixtureYAML+"  - {id: testing, title: Testing, start: 2026-05-02 10:40, end: \"11:30\", room: side}\n", c.clock())
	made := c.api(201, "POST", "/api/v1/selections", map[string]any{"picks": []string{"generics", "testing"}})
	clash := made["clashes"].([]any)[0].(map[string]any)
	require.EqualValues(t, 20, clash["overlap_minutes"])
	require.Equal(t, "“Größe, “sizes” & 100% generics” and “Testing” overlap by 20 minutes. “Größe, “sizes” & 100% generics” is given again: Sunday 3 May, 14:00 to 15:00, Side room.", clash["text"])
	require.Equal(t, "generics-2", clash["instead"].([]any)[0].(map[string]any)["slot"])
	again := c.api(200, "GET", fmt.Sprintf("/api/v1/selections/%v/clashes", made["read"]), nil)
	require.Equal(t, made["clashes"], again["clashes"])
}

// TestAPIRefuses has bad input answered with a sentence, and nothing stored.
func TestAPIRefuses(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	at := fmt.Sprint("/api/v1/selections/", c.api(201, "POST", "/api/v1/selections", map[string]any{})["edit"])
	before := c.api(200, "GET", at, nil)
	many := make([]string, 10_000)
	for i := range many {
		many[i] = "keynote"
	}
	for name, r := range map[string]struct {
		method, target string
		body           any
		status         int
		says           string
	}{
		"10,000 picks":     {"PUT", at, map[string]any{"version": 1, "picks": many}, 400, "10000 talks are chosen one by one; at most 2000 can be"},
		"10,000 to pick":   {"PATCH", at, map[string]any{"pick": many}, 400, "10000 slots are named"},
		"unknown slot":     {"PATCH", at, map[string]any{"pick": []string{"nothing"}}, 404, "There is no slot “nothing”"},
		"no slot's id":     {"PATCH", at, map[string]any{"pick": []string{"<script>"}}, 404, "There is no slot “<script>”"},
		"unknown track":    {"PATCH", at, map[string]any{"add_include": []string{"track=none"}}, 404, "There is no track “none”"},
		"no scope":         {"PATCH", at, map[string]any{"add_include": []string{"colour=red"}}, 400, "“colour” is not something"},
		"stale version":    {"PUT", at, map[string]any{"version": 9}, 409, "was changed elsewhere in the meantime"},
		"no version":       {"PUT", at, map[string]any{"name": "x"}, 400, "The version that was edited is missing"},
		"long name":        {"PATCH", at, map[string]any{"name": strings.Repeat("x", 201)}, 400, "The name has 201 characters"},
		"alarm":            {"PATCH", at, map[string]any{"options": map[string]any{"alarm": -1}}, 400, "“-1” cannot be the value of “alarm”"},
		"unknown field":    {"PATCH", at, `{"picks": []}`, 400, "there is no field “picks”"},
		"a wrong kind":     {"PATCH", at, `{"name": [1]}`, 400, "“name” takes another kind of value than array"},
		"wrong in a list":  {"PATCH", at, `{"pick": [1]}`, 400, "“pick” takes another kind of value than number"},
		"wrong inside":     {"PUT", at, `{"version": 1, "options": {"alarm": 1.5}}`, 400, "“options.alarm” takes another kind of value than number 1.5"},
		"null as a rule":   {"PATCH", at, `{"add_include": [null]}`, 400, "there is a null"},
		"null as a body":   {"PATCH", at, `null`, 400, "there is a null"},
		"no JSON":          {"PATCH", at, `{`, 400, "The body cannot be read"},
		"more than JSON":   {"PATCH", at, `{} {}`, 400, "there is more behind the JSON"},
		"a list":           {"PATCH", at, `[]`, 400, "The body cannot be read"},
		"nothing":          {"PATCH", at, ``, 400, "The body is empty"},
		"a large body":     {"PATCH", at, `{"name": "` + strings.Repeat("x", maxBody) + `"}`, 400, "The body has more than"},
		"deep JSON":        {"PATCH", at, strings.Repeat("[", 100_000), 400, "The body cannot be read"},
		"another link":     {"POST", at + "/links", map[string]any{"access": "all"}, 400, "“all” is no link"},
		"forged token":     {"GET", "/api/v1/selections/" + strings.Repeat("a", 26), nil, 404, "There is no such selection"},
		"truncated token":  {"GET", at[:len(at)-1], nil, 404, "There is no such selection"},
		"token with case":  {"GET", "/api/v1/selections/" + strings.ToUpper(at[len("/api/v1/selections/"):]), nil, 404, "There is no such selection"},
		"a search bomb":    {"PATCH", at, map[string]any{"add_include": []string{"q=" + url.QueryEscape(strings.Repeat("(a+)+", 20))}}, 200, ""},
		"a long search":    {"PATCH", at, map[string]any{"add_include": []string{"q=" + strings.Repeat("a", 101)}}, 400, "1 to 100 characters"},
		"51 rules":         {"PATCH", at, map[string]any{"add_include": wordRules(51)}, 400, "there are 51 rules"},
		"options as scope": {"PATCH", at, map[string]any{"add_include": []string{"alarm=5"}}, 400, "“alarm” is not something"},
	} {
		if r.says == "" { // what is no mistake
			c.api(r.status, r.method, r.target, r.body)
			c.api(200, "PATCH", at, map[string]any{"remove_include": r.body.(map[string]any)["add_include"]})
			continue
		}
		body, _ := r.body.(map[string]any)
		if _, versioned := body["version"]; versioned {
			now := c.api(200, "GET", at, nil)["version"].(float64)
			body["version"] = now - 1 + float64(body["version"].(int))
		}
		p := c.api(r.status, r.method, r.target, r.body)
		require.Contains(t, strings.ToLower(p["detail"].(string)), strings.ToLower(r.says), name)
	}
	require.Equal(t, 404, c.do("GET", strings.ToUpper(at), "").Code)
	after := c.api(200, "GET", at, nil)
	after["version"] = before["version"]
	require.Equal(t, before, after)
	require.Equal(t, 400, c.do("POST", "/api/v1/selections", "name=x", "Content-Type: application/x-www-form-urlencoded").Code)
}

func wordRules(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("q=word%d", i))
	}
	return all
}

// TestTokensStaySecret looks for tokens wherever they must not be.
func TestTokensStaySecret(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	made := c.api(201, "POST", "/api/v1/selections", map[string]any{"picks": []string{"keynote"}})
	edit, read := made["edit"].(string), made["read"].(string)
	for _, target := range []string{
		"/my/" + edit, "/my/" + read, "/my/" + read + ".ics", "/my/" + edit + ".ics", "/my/" + edit + "/choose?track=go", "/my/" + edit + "/nothing",
		"/api/v1/selections/" + edit, "/api/v1/selections/" + read + "/clashes", "/my/" + edit + "?x=1", "//my/" + edit, "/api/v1/selections/" + edit + "x",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
			if method == "DELETE" && strings.HasPrefix(target, "/api/v1/selections/"+edit) {
				continue
			}
			w := c.do(method, target, "do=nothing", "Content-Type: application/x-www-form-urlencoded")
			if strings.HasSuffix(target, ".ics") {
				require.NotContains(t, w.Body.String(), edit, "%s %s", method, target)
			}
			if strings.HasPrefix(target, "/my/") && method == "GET" && w.Code == 200 {
				require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"), target)
				require.Contains(t, w.Header().Get("Cache-Control"), "private", target)
			}
		}
	}
	for _, target := range []string{"/tracks/" + edit + ".ics", "/?q=" + read, "/xmy/" + edit, "/talks.ics?id=" + edit + read} {
		c.do("GET", target, "")
	}
	require.NotContains(t, c.log.String(), edit)
	require.NotContains(t, c.log.String(), read)
	w := c.do("GET", "/my/"+edit+"/nothing", "")
	require.Equal(t, 404, w.Code)
	require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
	require.Equal(t, "noindex", w.Header().Get("X-Robots-Tag"))
	require.Contains(t, c.log.String(), "uri=/my/….ics")

	ops := httptest.NewRecorder()
	c.stars(ops, httptest.NewRequest("GET", "/stars", nil))
	require.NotContains(t, ops.Body.String(), edit)
	require.Contains(t, ops.Body.String(), `{"slot":"keynote","title":"What comes next",`)
	families, err := c.Metrics.registry.Gather()
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(families), edit)
	require.NotContains(t, fmt.Sprint(families), read)

	// Nor are they in the database.
	require.NoError(t, c.store.EachSelection(t.Context(), "go-days", func(s schedule.Saved) error {
		require.NotContains(t, fmt.Sprintf("%s %q", fmt.Sprint(s), s.Sealed), edit)
		require.NotContains(t, fmt.Sprintf("%s %q", fmt.Sprint(s), s.Sealed), read)
		return nil
	}))
}

// TestOtherSites has what another site's page sends refused.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	edit := c.api(201, "POST", "/api/v1/selections", map[string]any{})["edit"]
	const kind = "Content-Type: application/x-www-form-urlencoded"
	for _, from := range [][]string{
		{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
		{"Sec-Fetch-Site: same-site", "Origin: https://other.example.org"},
		{"Origin: https://evil.example"},
		{"Origin: null"},
	} {
		for _, r := range []struct{ method, target, body string }{
			{"POST", "/my", "slot=keynote"}, {"POST", fmt.Sprint("/my/", edit), "do=delete"},
			{"POST", "/api/v1/selections", "{}"}, {"DELETE", fmt.Sprint("/api/v1/selections/", edit), ""},
		} {
			if r.body == "do=delete" && from[0] == "Origin: null" {
				continue // who sends this knows the token
			}
			w := c.do(r.method, r.target, r.body, append(from, kind)...)
			require.Equal(t, 403, w.Code, "%v %v", from, r)
			require.Contains(t, w.Body.String(), "page of another site")
		}
	}
	for _, from := range [][]string{{"Sec-Fetch-Site: same-origin"}, {"Sec-Fetch-Site: none"}, {"Origin: " + baseURL}, {}} {
		require.Equal(t, 303, c.do("POST", "/my", "slot=keynote", append(from, kind)...).Code, from)
	}
	c.api(200, "GET", fmt.Sprint("/api/v1/selections/", edit), nil)
	// A form on the selection's own page, which tells no referrer, over plain HTTP.
	require.Equal(t, 303, c.do("POST", fmt.Sprint("/my/", edit), "do=pick&slot=party", "Origin: null", kind).Code)
	require.Equal(t, 403, c.do("POST", fmt.Sprint("/my/", edit), "do=delete", "Origin: null", "Sec-Fetch-Site: cross-site", kind).Code)
	// Where a form leads back to is a page of the selection, and nowhere else.
	for _, back := range []string{"https://evil.example/", "//evil.example", "/my/other", "/", "javascript:alert(1)", fmt.Sprintf("/my/%v/../..", edit)} {
		w := c.do("POST", fmt.Sprint("/my/", edit), "do=pick&slot=party&back="+url.QueryEscape(back), kind)
		require.Equal(t, 303, w.Code)
		require.True(t, strings.HasPrefix(w.Header().Get("Location"), fmt.Sprintf("%s/my/%v", baseURL, edit)), w.Header().Get("Location"))
	}
}

// TestManyEdits has many edit one selection at once: nobody loses anything.
func TestManyEdits(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	made := c.api(201, "POST", "/api/v1/selections", map[string]any{})
	at := fmt.Sprint("/api/v1/selections/", made["edit"])
	slots := []string{"keynote", "profiling", "generics", "generics-2", "deploys", "party"}
	var all sync.WaitGroup
	answers := make([]int, 60)
	for i := range answers {
		all.Go(func() {
			body := fmt.Sprintf(`{"pick": [%q]}`, slots[i%len(slots)])
			if i >= len(slots) && i%2 == 0 {
				body = fmt.Sprintf(`{"name": "%d"}`, i)
			}
			answers[i] = c.do("PATCH", at, body, "Content-Type: application/json").Code
		})
	}
	all.Wait()
	for i, status := range answers {
		require.Equal(t, 200, status, i)
	}
	require.ElementsMatch(t, slots, strs(c.api(200, "GET", at, nil)["picks"]))
}

// TestTooMuch bounds how much one address may do, and only that address.
func TestTooMuch(t *testing.T) {
	t.Parallel()
	_, network, err := net.ParseCIDR("192.0.2.0/24") // which httptest's requests come from
	require.NoError(t, err)
	c := newChooser(t, func(config *Config) { config.TrustedProxies = []*net.IPNet{network} })
	create := func(address string) int {
		return c.do("POST", "/api/v1/selections", "{}", "Content-Type: application/json", "X-Forwarded-For: "+address).Code
	}
	for range createBurst {
		require.Equal(t, 201, create("203.0.113.1"))
	}
	require.Equal(t, 429, create("203.0.113.1"))
	require.Equal(t, 201, create("203.0.113.2"))
	c.pass(createEvery)
	require.Equal(t, 201, create("203.0.113.1"))
	require.Equal(t, 429, create("203.0.113.1"))
	p := c.api(429, "POST", "/api/v1/selections", map[string]any{}, "X-Forwarded-For: 203.0.113.1")
	require.Contains(t, p["detail"], "wait a minute")

	// Without proxies that are trusted, nobody can say to be another.
	c = newChooser(t)
	for i := range createBurst {
		require.Equal(t, 201, create(fmt.Sprint("203.0.113.", i)))
	}
	require.Equal(t, 429, create("198.51.100.1"))

	// Who has a network of IPv6 is one client.
	require.Equal(t, household("2001:db8:1:2::3"), household("2001:db8:1:2:ffff::4"))
	require.NotEqual(t, household("2001:db8:1:2::3"), household("2001:db8:1:3::3"))
	require.NotEqual(t, household("::ffff:203.0.113.1"), household("::ffff:203.0.113.2"))

	l := newLimiter(time.Hour, 1, c.clock)
	for i := range maxAddresses + 5_000 {
		l.allow(fmt.Sprint(i))
	}
	require.LessOrEqual(t, len(l.known), maxAddresses)
}

// TestWithoutDatabase has a personal feed answered while its database is away, and
// never empty or with an error.
func TestWithoutDatabase(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	read := c.api(201, "POST", "/api/v1/selections", map[string]any{"picks": []string{"keynote"}})["read"]
	before := c.feed(200, read)
	require.NoError(t, c.store.Close())
	c.pass(time.Hour)
	after := c.feed(200, read)
	require.Equal(t, before.Body.String(), after.Body.String())
	require.Equal(t, before.Header().Get("ETag"), after.Header().Get("ETag"))
}

// TestFetchesCounted has fetches of a personal feed counted by family of client,
// without anything else about it.
func TestFetchesCounted(t *testing.T) {
	t.Parallel()
	c := newChooser(t, func(config *Config) { config.Number = func() int64 { return 7 } })
	made := c.api(201, "POST", "/api/v1/selections", map[string]any{"picks": []string{"keynote"}})
	for _, agent := range []string{"Google-Calendar-Importer", "Mozilla/5.0 (X11) Gecko/20100101 Thunderbird/153.0", "Google-Calendar-Importer"} {
		require.Equal(t, 200, c.do("GET", fmt.Sprintf("/my/%v.ics", made["read"]), "", "User-Agent: "+agent).Code)
		c.pass(time.Minute)
	}
	require.NoError(t, c.mine.fetches.store(t.Context(), c.store))
	f, err := c.mine.find(t.Context(), made["edit"].(string))
	require.NoError(t, err)
	fetches, err := c.store.Fetches(t.Context(), f.ID)
	require.NoError(t, err)
	require.Len(t, fetches, 2)
	require.Equal(t, "Google Calendar", fetches[0].Client)
	require.EqualValues(t, 2, fetches[0].Count)
	require.EqualValues(t, 7, fetches[0].Edition)
	require.Equal(t, "Thunderbird", fetches[1].Client)
	require.Equal(t, c.clock().Add(-time.Minute).UTC().Truncate(time.Second), fetches[0].Last.Truncate(time.Second))
}
