package importer

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// pretalxServer answers as pretalx's API does, by its schema and its principles:
// lists in pages, references as ids unless they are to be expanded.
type pretalxServer struct {
	*httptest.Server
	event    string
	slots    []map[string]any
	pageSize int
	wrap     func(http.Handler) http.Handler // what stands before it, or nil
	requests atomic.Int64
	tokens   []string // the Authorization of each request
}

func newPretalxServer(t testing.TB) *pretalxServer {
	t.Helper()
	event, err := os.ReadFile("../../testdata/pretalx/event.json")
	require.NoError(t, err)
	slots, err := os.ReadFile("../../testdata/pretalx/slots.json")
	require.NoError(t, err)
	s := &pretalxServer{event: string(event), pageSize: 50}
	require.NoError(t, json.Unmarshal(slots, &s.slots))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/events/harbour-2026/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, s.event)
	})
	mux.HandleFunc("GET /api/events/harbour-2026/slots/{$}", s.list)
	mux.HandleFunc("GET /harbour-2026/", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><title>Harbour Days</title></html>")
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.tokens = append(s.tokens, r.Header.Get("Authorization"))
		var h http.Handler = mux
		if s.wrap != nil {
			h = s.wrap(h)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *pretalxServer) list(w http.ResponseWriter, r *http.Request) {
	page, size := 1, s.pageSize
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		page = n
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("page_size")); err == nil {
		size = min(size, n)
	}
	from := (page - 1) * size
	if from > 0 && from >= len(s.slots) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprint(w, `{"detail": "Invalid page."}`)
		return
	}
	link := func(page int) any {
		if page < 1 || (page-1)*size >= len(s.slots) {
			return nil
		}
		u := *r.URL
		q := u.Query()
		q.Set("page", strconv.Itoa(page))
		u.Scheme, u.Host, u.RawQuery = "http", r.Host, q.Encode()
		return u.String()
	}
	expand := strings.Split(r.URL.Query().Get("expand"), ",")
	results := []any{}
	for _, slot := range s.slots[from:min(len(s.slots), from+size)] {
		results = append(results, folded(slot, "", expand))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"count": len(s.slots), "next": link(page + 1), "previous": link(page - 1), "results": results})
}

// folded returns a value with the references in it as ids that are not to be
// expanded.
func folded(v any, path string, expand []string) any {
	references := []string{"room", "submission", "submission.speakers", "submission.track", "submission.submission_type", "submission.tags", "submission.resources"}
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, member := range v {
			out = append(out, folded(member, path, expand))
		}
		return out
	case map[string]any:
		if slices.Contains(references, path) && !slices.Contains(expand, path) {
			if code, ok := v["code"]; ok {
				return code
			}
			return v["id"]
		}
		out := map[string]any{}
		for key, member := range v {
			out[key] = folded(member, strings.TrimPrefix(path+"."+key, "."), expand)
		}
		return out
	}
	return v
}

// private are the options of a fetcher that may read what a test serves.
func private() FetcherConfig {
	return FetcherConfig{UserAgent: "Slotcast/test", Private: true, Now: func() time.Time { return time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC) }}
}

func fetchPretalx(t testing.TB, address string, format Format, c FetcherConfig) (Source, error) {
	t.Helper()
	src, validators, err := NewFetcher(c).Fetch(t.Context(), address, format, Validators{})
	require.Zero(t, validators)
	return src, err
}

func TestPretalx(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path     string
		format   Format
		pageSize int
		requests int
	}{
		{"/api/events/harbour-2026/", FormatAuto, 50, 2},
		{"/api/events/harbour-2026", "", 50, 3}, // with a redirect
		{"/api/events/harbour-2026/slots/?page=2", FormatPretalx, 50, 2},
		{"/harbour-2026/", FormatPretalx, 4, 4},
		{"/harbour-2026", FormatPretalx, 1, 11},
		{"/harbour-2026/schedule/#2026-05-04", FormatPretalx, 9, 3},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			server := newPretalxServer(t)
			server.pageSize = c.pageSize
			src, err := fetchPretalx(t, server.URL+c.path, c.format, private())
			require.NoError(t, err)
			require.EqualValues(t, c.requests, server.requests.Load())
			require.Equal(t, "event.json", src.Parts[0].Name)
			require.Equal(t, "slots-1.json", src.Parts[1].Name)
			require.Len(t, src.Parts, 1+(10+c.pageSize-1)/c.pageSize)
			s, report, err := Load(src, Options{Format: c.format})
			require.NoError(t, err)
			checkLoaded(t, s, report)
			require.NotNil(t, s, report.Problems)
			require.Equal(t, []string{
				"tides3 | 04T09:00/04T09:45 | confirmed | keynote | What the tide tables say | in 7 Salão | of 11 Marés | by miraok Mira Okonkwo | by jonruy Jon Ruys | #moon",
				"knots8 | 04T10:00/04T11:30 | confirmed | workshop | Knots under load | in 8 Loft | by jonruy Jon Ruys",
				"almoco | 04T12:30/04T13:30 | confirmed | break | Almoço | in 7 Salão",
				"almoco-2 | 04T12:30/04T13:30 | confirmed | break | Almoço | in 8 Loft",
				"buoys7 | 04T14:00/04T14:30 | cancelled | talk | Buoys | of 11 Marés",
				"nightw | 05T00:30/05T01:30 | confirmed | social | Night watch | in 7 Salão",
				"knots8-2 | 05T10:00/05T11:30 | confirmed | workshop | Knots under load | in 8 Loft | by jonruy Jon Ruys",
			}, slotLines(s))
			require.Equal(t, "2026-05-04T23:30:00Z", s.Slots()[5].Start.UTC().Format(time.RFC3339))
			require.Equal(t, "2026-05-04", s.Slots()[5].Day.String(), "the night belongs to the day before")
			talk := s.Slots()[0].Talk
			require.Equal(t, "A look at tides.\n\nNotes: the tables (https://harbour.test/tables).", talk.Abstract)
			require.Equal(t, server.URL+"/harbour-2026/talk/TIDES3/", talk.URL)
			require.Equal(t, []schedule.Link{{Title: "Slides", URL: "https://harbour.test/slides.pdf"}}, talk.Links)
			require.Equal(t, "en", talk.Language)
			require.Equal(t, "Until the lamps go out.", s.Slots()[5].Talk.Abstract)
			require.Equal(t, "#00a0c0", talk.Track.Color)
			require.Equal(t, "Tudo sobre marés.", talk.Track.Description)
			require.Equal(t, "Dias do Porto", s.Conference().Name)
			require.Equal(t, schedule.ConferenceID("harbour-2026"), s.Conference().ID)
			require.Equal(t, "Europe/Lisbon", s.Conference().Zone.String())
			require.Equal(t, server.URL+"/harbour-2026/", s.Conference().URL)
			var codes []string
			for _, p := range report.Problems {
				require.Contains(t, p.Place.File, "slots-")
				codes = append(codes, p.Code)
			}
			require.ElementsMatch(t, []string{"speaker-nameless", "unscheduled"}, codes)
		})
	}
}

// pretalxSource is a source of one event and one page of these slots.
func pretalxSource(event string, slots ...string) Source {
	page := fmt.Sprintf(`{"count": %d, "next": null, "previous": null, "results": [`+"\n", len(slots)) + strings.Join(slots, ",\n") + `]}`
	return Source{Name: "https://pretalx.example/api/events/demo/", Parts: []Source{{Name: "event.json", Data: []byte(event)}, {Name: "slots-1.json", Data: []byte(page)}}}
}

const pretalxEvent = `{"slug": "demo", "name": "Demo", "timezone": "Europe/Berlin", "date_from": "2026-05-04", "date_to": "2026-05-05", "locale": "en"}`

func pretalxSlotAt(id int, code, start, more string) string {
	return fmt.Sprintf(`{"id": %d, "schedule": 3, "start": "%s", "duration": 30, "room": {"id": 1, "name": "A"}, "submission": {"code": "%s", "title": "Talk %s", "state": "confirmed"}%s}`, id, start, code, code, more)
}

// The ids of slots in their families, by when they begin.
func TestPretalxRepeats(t *testing.T) {
	t.Parallel()
	ids := func(slots ...string) []string {
		draft, _, err := readPretalx(pretalxSource(pretalxEvent, slots...), Options{})
		require.NoError(t, err)
		var ids []string
		for _, s := range draft.Slots {
			ids = append(ids, fmt.Sprintf("%s %s of %s %s", s.Start, s.ID, s.TalkID, s.Family))
		}
		slices.Sort(ids)
		return ids
	}
	first, second := pretalxSlotAt(1, "ABCDEF", "2026-05-04T09:00:00Z", ""), pretalxSlotAt(2, "ABCDEF", "2026-05-05T09:00:00Z", "")
	require.Equal(t, []string{"2026-05-04 11:00 abcdef of abcdef abcdef"}, ids(first))
	require.Equal(t, []string{
		"2026-05-04 11:00 abcdef of abcdef abcdef",
		"2026-05-05 11:00 abcdef-2 of abcdef abcdef",
	}, ids(second, first))
	// A mark in the title is one for every slot.
	marked := func(slot string) string { return strings.Replace(slot, "Talk ABCDEF", "CANCELLED: Talk", 1) }
	draft, _, err := readPretalx(pretalxSource(pretalxEvent, marked(first), marked(second)), Options{})
	require.NoError(t, err)
	require.Equal(t, "Talk", draft.Talks[0].Title)
	for _, slot := range draft.Slots {
		require.Equal(t, schedule.StatusCancelled, slot.Status)
	}
	// The code of another talk is no id of a repeat.
	require.Contains(t, ids(second, first, pretalxSlotAt(3, "ABCDEF-2", "2026-05-05T10:00:00Z", "")), "2026-05-05 12:00 abcdef-2 of abcdef-2 abcdef-2")
	pause := `{"id": %d, "start": "%s", "end": "%s", "room": {"id": %d, "name": "R"}, "submission": null, "description": %s}`
	require.Equal(t, []string{
		"2026-05-04 11:00 coffee of coffee coffee",
		"2026-05-04 11:00 coffee-2 of coffee-2 coffee",
		"2026-05-04 15:00 break of break break",
	}, ids(
		fmt.Sprintf(pause, 1, "2026-05-04T09:00:00Z", "2026-05-04T09:30:00Z", 1, `"Coffee"`),
		fmt.Sprintf(pause, 2, "2026-05-04T09:00:00Z", "2026-05-04T09:30:00Z", 2, `{"en": "Coffee"}`),
		fmt.Sprintf(pause, 3, "2026-05-04T13:00:00Z", "2026-05-04T13:30:00Z", 2, `null`),
	))
}

func TestPretalxProblems(t *testing.T) {
	t.Parallel()
	good := pretalxSlotAt(1, "ABCDEF", "2026-05-04T09:00:00Z", "")
	talk := func(more string) string {
		return `{"id": 2, "start": "2026-05-04T10:00:00Z", "duration": 30, "submission": {"code": "B", "title": "B", ` + more + `}}`
	}
	for name, c := range map[string]struct {
		slots []string
		want  []string
	}{
		"clean":          {[]string{good}, []string{}},
		"no slot":        {[]string{good, `7`}, []string{"3:1 type?"}},
		"no title":       {[]string{good, talk(`"title": " "`)}, []string{"3:1 title-missing?"}},
		"no start":       {[]string{good, `{"id": 2, "start": null}`}, []string{"3:1 unscheduled?"}},
		"no time":        {[]string{good, `{"id": 2, "start": "soon", "duration": 30}`}, []string{"3:1 time?"}},
		"no end":         {[]string{good, `{"id": 2, "start": "2026-05-04T10:00:00Z"}`}, []string{"3:1 time?"}},
		"a broken end":   {[]string{good, `{"id": 2, "start": "2026-05-04T10:00:00Z", "end": "x", "duration": 30}`}, []string{"3:1 time?"}},
		"backwards":      {[]string{good, `{"id": 2, "start": "2026-05-04T10:00:00Z", "end": "2026-05-04T09:00:00Z"}`}, []string{"3:1 time?"}},
		"long":           {[]string{good, `{"id": 2, "start": "2026-05-04T10:00:00Z", "end": "2026-07-04T09:00:00Z"}`}, []string{"3:1 time?"}},
		"rejected":       {[]string{good, talk(`"state": "rejected"`)}, []string{"3:1 not-accepted?"}},
		"hidden speaker": {[]string{good, talk(`"speakers": ["ABC", "DEF"]`)}, []string{"speakers-hidden?"}},
		"track of no id": {[]string{good, talk(`"track": {"name": "T"}`)}, []string{}},
		"long title":     {[]string{good, talk(`"title": "` + strings.Repeat("x", 2_000) + `"`)}, []string{"3:1 too-long?"}},
		"mostly wrong":   {[]string{good, `1`, `2`}, []string{"unreadable", "3:1 type?", "4:1 type?"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := pretalxSource(pretalxEvent, c.slots...)
			// A repeated key is the last, as it is in every parser of JSON here.
			src.Parts[1].Data = []byte(strings.ReplaceAll(string(src.Parts[1].Data), `"title": "B", "title"`, `"title"`))
			src.Parts[1].Data = []byte(strings.Replace(string(src.Parts[1].Data), `"count": `+strconv.Itoa(len(c.slots)), `"count": null`, 1))
			s, report, err := Load(src, Options{})
			require.NoError(t, err)
			checkLoaded(t, s, report)
			require.Equal(t, c.want, problems(report), "%v", report.Problems)
		})
	}
	// What the options say goes before what the event says.
	s, _, err := Load(pretalxSource(pretalxEvent, good), Options{Timezone: "Asia/Tokyo", Conference: "Other Days"})
	require.NoError(t, err)
	require.Equal(t, schedule.ConferenceID("other-days"), s.Conference().ID)
	require.Equal(t, "2026-05-04T18:00:00+09:00", s.Slots()[0].Start.Format(time.RFC3339))
	s, _, err = Load(pretalxSource(pretalxEvent, good), Options{Conference: "Demo"})
	require.NoError(t, err)
	require.Equal(t, schedule.ConferenceID("demo"), s.Conference().ID)
	_, report, err := Load(pretalxSource(strings.Replace(pretalxEvent, "Europe/Berlin", "Mars/Base", 1), good), Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"1:1 zone timezone"}, problems(report), report.Problems)
}

func TestPretalxRefuses(t *testing.T) {
	t.Parallel()
	good := pretalxSlotAt(1, "ABCDEF", "2026-05-04T09:00:00Z", "")
	page := func(data string) Source {
		src := pretalxSource(pretalxEvent, good)
		src.Parts[1].Data = []byte(data)
		return src
	}
	for name, c := range map[string]struct {
		src  Source
		want string
	}{
		"no event":     {Source{Name: "x", Parts: pretalxSource(pretalxEvent, good).Parts[1:]}, "has not both an event of pretalx's API and the list of its slots"},
		"no list":      {Source{Name: "x", Data: []byte(pretalxEvent)}, "has not both an event of pretalx's API and the list of its slots"},
		"nothing yet":  {pretalxSource(pretalxEvent), "release a schedule in pretalx"},
		"codes only":   {pretalxSource(pretalxEvent, `{"id": 1, "submission": "ABCDEF"}`), "it needs pretalx 2025.1 or later"},
		"one missing":  {page(`{"count": 2, "results": [` + good + `]}`), "says that there are 2 slots, and 1 were sent"},
		"one twice":    {pretalxSource(pretalxEvent, good, good), "says that there are 2 slots, and 1 were sent"},
		"two releases": {pretalxSource(pretalxEvent, good, `{"id": 2, "schedule": 4}`), "one was made while the list was read"},
		"cut":          {page(`{"count": 1, "results": [`), "this is not JSON: it ends in the middle"},
		"deep":         {page(`{"count": 1, "results": ` + strings.Repeat("[", 1_000_000)), "nested more than 50 deep"},
		"200,000":      {pretalxSource(pretalxEvent, slices.Repeat([]string{`{"id": 1}`}, 200_000)...), "200000 slots, and 50000 are the most that are read"},
		"no text":      {page("{\"results\": \xFF}"), "this is not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, err := Load(c.src, Options{Format: FormatPretalx})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
		})
	}
}

func TestPretalxDetect(t *testing.T) {
	t.Parallel()
	page := string(pretalxSource(pretalxEvent).Parts[1].Data)
	for text, want := range map[string]bool{
		pretalxEvent:                           true,
		"\uFEFF\n " + pretalxEvent:             true,
		page:                                   true,
		"[" + pretalxEvent + "]":               false,
		`{"slug": "a", "name": "b"}`:           false,
		`{"conference": ` + pretalxEvent + `}`: false,
		``:                                     false,
	} {
		require.Equal(t, want, isPretalx([]byte(text)), text)
		for _, f := range formats() {
			if want && f.name != FormatPretalx {
				require.False(t, f.detect([]byte(text)), "%s takes %s", f.name, text)
			}
		}
	}
}

// What a server can do that is not in the schema.
func TestPretalxHostileServer(t *testing.T) {
	t.Parallel()
	answer := func(pages func(r *http.Request, page int) string) func(http.Handler) http.Handler {
		return func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.URL.Path, "/slots/") {
					h.ServeHTTP(w, r)
					return
				}
				page, _ := strconv.Atoi(r.URL.Query().Get("page"))
				_, _ = fmt.Fprint(w, pages(r, page))
			})
		}
	}
	next := func(address string) string { return `{"count": 9, "next": "` + address + `", "results": []}` }
	for name, c := range map[string]struct {
		pages func(r *http.Request, page int) string
		want  string
	}{
		"pages without end": {func(r *http.Request, page int) string {
			return next(fmt.Sprintf("http://%s%s?page=%d", r.Host, r.URL.Path, page+1))
		}, "more than 1000 pages"},
		"a circle":       {func(r *http.Request, page int) string { return next(fmt.Sprintf("?page=%d", (page+1)%3)) }, "leads back to a page of itself"},
		"another host":   {func(r *http.Request, _ int) string { return next("http://other.test" + r.URL.Path + "?page=2") }, "goes on at another place"},
		"another port":   {func(r *http.Request, _ int) string { return next("http://127.0.0.1:1" + r.URL.Path + "?page=2") }, "goes on at another place"},
		"another list":   {func(*http.Request, int) string { return next("/api/events/harbour-2026/speakers/?page=2") }, "goes on at another place"},
		"no list":        {func(*http.Request, int) string { return `[]` }, "not a list of pretalx's API"},
		"a page of HTML": {func(*http.Request, int) string { return `<!DOCTYPE html>` }, "is a web page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newPretalxServer(t)
			server.wrap = answer(c.pages)
			_, err := fetchPretalx(t, server.URL+"/harbour-2026/", FormatPretalx, private())
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
	t.Run("too much in all", func(t *testing.T) {
		t.Parallel()
		server := newPretalxServer(t)
		server.pageSize = 1
		u, err := url.Parse(server.URL + "/api/events/harbour-2026/")
		require.NoError(t, err)
		f := newFetch(private(), u)
		defer f.web.CloseIdleConnections()
		f.left = 3_000 // where all pages have more
		event, err := f.get(t.Context(), u, Validators{})
		require.NoError(t, err)
		_, err = f.pretalxParts(t.Context(), event)
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.ErrorContains(t, err, "has more than 64 MiB")
	})
	t.Run("busy in between", func(t *testing.T) {
		t.Parallel()
		server := newPretalxServer(t)
		server.pageSize = 4
		busy := true
		server.wrap = func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("page") == "2" && busy {
					busy = false
					w.Header().Set("Retry-After", "90")
					w.WriteHeader(http.StatusTooManyRequests)
					return
				}
				h.ServeHTTP(w, r)
			})
		}
		c := private()
		_, err := fetchPretalx(t, server.URL+"/harbour-2026/", FormatPretalx, c)
		var retry *RetryError
		require.ErrorAs(t, err, &retry)
		require.Equal(t, c.Now().Add(90*time.Second), retry.Until)
		_, err = fetchPretalx(t, server.URL+"/harbour-2026/", FormatPretalx, c)
		require.NoError(t, err)
	})
	t.Run("no such event", func(t *testing.T) {
		t.Parallel()
		server := newPretalxServer(t)
		_, err := fetchPretalx(t, server.URL+"/other/", FormatPretalx, private())
		require.ErrorIs(t, err, schedule.ErrNotFound)
		_, err = fetchPretalx(t, server.URL, FormatPretalx, private())
		require.ErrorContains(t, err, "is not the address of an event")
	})
	t.Run("no list of slots", func(t *testing.T) {
		t.Parallel()
		server := newPretalxServer(t)
		server.wrap = func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.URL.Path = strings.Replace(r.URL.Path, "/slots/", "/talks-of-old/", 1)
				h.ServeHTTP(w, r)
			})
		}
		_, err := fetchPretalx(t, server.URL+"/harbour-2026/", FormatPretalx, private())
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.ErrorContains(t, err, "give the address of its schedule.xml")
	})
	t.Run("nothing released", func(t *testing.T) {
		t.Parallel()
		server := newPretalxServer(t)
		server.slots = nil
		src, err := fetchPretalx(t, server.URL+"/harbour-2026/", FormatPretalx, private())
		require.NoError(t, err)
		_, _, err = Load(src, Options{})
		require.ErrorContains(t, err, "release a schedule in pretalx")
	})
}

// A token goes to the host of the API, and nowhere else.
func TestPretalxToken(t *testing.T) {
	t.Parallel()
	const token = "e1l6gq2ye72thb"
	c := private()
	c.Token = token
	server := newPretalxServer(t)
	server.pageSize = 5
	_, err := fetchPretalx(t, server.URL+"/harbour-2026/", FormatPretalx, c)
	require.NoError(t, err)
	require.Equal(t, []string{"Token " + token, "Token " + token, "Token " + token}, server.tokens)

	// Not for what is not the API.
	server.tokens = nil
	_, _, err = NewFetcher(c).Fetch(t.Context(), server.URL+"/harbour-2026/schedule.xml", FormatAuto, Validators{})
	require.ErrorContains(t, err, "is a web page")
	require.Equal(t, []string{""}, server.tokens)

	// Nor to where the API leads.
	elsewhere, err := url.Parse(server.URL)
	require.NoError(t, err)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+elsewhere.Port()+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(front.Close)
	server.tokens = nil
	_, err = fetchPretalx(t, front.URL+"/harbour-2026/", FormatPretalx, c)
	require.NoError(t, err)
	require.Equal(t, []string{"", "", ""}, server.tokens)

	c.Private = false
	_, err = fetchPretalx(t, "http://pretalx.example/demo/", FormatPretalx, c)
	require.ErrorContains(t, err, "give the address with https://")
	require.NotContains(t, err.Error(), token)
}

func FuzzPretalx(f *testing.F) {
	slots, err := os.ReadFile("../../testdata/pretalx/slots.json")
	require.NoError(f, err)
	event, err := os.ReadFile("../../testdata/pretalx/event.json")
	require.NoError(f, err)
	f.Add(string(event), `{"count": 10, "next": null, "previous": null, "results": `+string(slots)+`}`)
	f.Add(pretalxEvent, string(pretalxSource("", pretalxSlotAt(1, "A", "2026-10-25T00:30:00Z", ""), `{"id": 2, "start": "2026-10-25T01:30:00Z", "duration": 1440}`).Parts[1].Data))
	f.Fuzz(func(t *testing.T, event, page string) {
		src := Source{Name: "x", Parts: []Source{{Name: "event.json", Data: []byte(event)}, {Name: "slots-1.json", Data: []byte(page)}}}
		s, report, err := Load(src, Options{Format: FormatPretalx})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.Nil(t, s)
			return
		}
		checkLoaded(t, s, report)
	})
}

// From the documents to the schedule; the cost of one slot is to be the same in
// every size.
func BenchmarkPretalx(b *testing.B) {
	data, err := os.ReadFile("../../testdata/pretalx/slots.json")
	require.NoError(b, err)
	var slots []map[string]any
	require.NoError(b, json.Unmarshal(data, &slots))
	for _, n := range []int{1_000, 3_000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var all []string
			talk := slots[0]["submission"].(map[string]any)
			for i := range n {
				slot := slots[0]
				slot["id"], talk["code"] = i, fmt.Sprintf("T%05d", i)
				slot["start"] = time.Date(2026, 5, 4, 8, i%700, 0, 0, time.UTC).Format(time.RFC3339)
				slot["end"], slot["duration"] = nil, 1
				slot["room"].(map[string]any)["id"] = i / 700
				text, err := json.Marshal(slot)
				require.NoError(b, err)
				all = append(all, string(text))
			}
			src := pretalxSource(pretalxEvent, all...)
			b.SetBytes(src.size())
			b.ReportAllocs()
			for b.Loop() {
				s, report, err := Load(src, Options{})
				require.NoError(b, err)
				require.NotNil(b, s, report.Problems)
				require.Len(b, s.Slots(), n)
			}
		})
	}
}
