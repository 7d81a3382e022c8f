package server

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/importer"
)

// baseURL is where readers would reach the servers of these tests. It is no
// address at which they are, so that a link made from a request shows.
const baseURL = "https://cal.example.org"

// fixtureYAML has seven slots, at least one in every scope that feeds can be
// chosen by.
const fixtureYAML = `
slotcast: 1
conference: {id: go-days, name: Go Days, timezone: Europe/Berlin, url: "https://days.example.org/"}
rooms: [{id: main, name: Main hall}, {id: side, name: Side room}]
speakers:
  - {id: ada-berg, name: Ada Berg}
  - {id: bo-lund, name: Bo Lund, role: Engineer}
  - {id: cleo-zhang, name: Cleo Zhang}
tracks:
  - {id: go, name: Go, description: The language itself., hosts: [cleo-zhang], color: "#00add8"}
  - {id: ops, name: Operations}
talks:
  - {id: keynote, title: What comes next, kind: keynote, speakers: [ada-berg], room: main, language: en, start: 2026-05-02 09:00, end: "10:00"}
  - id: generics
    title: "Größe, “sizes” & 100% generics"
    track: go
    speakers: [ada-berg]
    tags: [Tools]
    language: en
    slots:
      - {start: 2026-05-02 10:30, end: "11:00", room: main}
      - {start: 2026-05-03 14:00, end: "15:00", room: side}
  - {id: profiling, title: Profiling, track: go, speakers: [bo-lund], tags: [tools, perf], language: de, room: side, start: 2026-05-02 11:00, end: "12:00"}
  - {id: deploys, title: Deploys, kind: workshop, track: ops, speakers: [bo-lund], language: pt-BR, room: side, start: 2026-05-03 09:00, end: "12:00"}
  - {id: recovery, title: Recovery, track: ops, speakers: [cleo-zhang], status: cancelled, room: main, start: 2026-05-03 13:00, end: "14:00"}
  - {id: party, title: Party, kind: social, start: 2026-05-04 00:30, end: "02:00"}
`

// firstPublished is when the fixture was published.
var firstPublished = time.Date(2026, time.April, 1, 8, 0, 0, 0, time.UTC)

// site is a server with its publisher, and what is logged.
type site struct {
	*Server
	ledger schedule.Ledger
	log    *logBuffer
}

// logBuffer is a log that may be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// emptySite returns a server that has nothing to serve yet.
func emptySite() *site {
	s := &site{log: &logBuffer{}}
	s.Server = New(Config{
		Publisher:       feed.NewPublisher(),
		Logger:          slog.New(slog.NewTextHandler(s.log, nil)),
		BaseURL:         baseURL,
		Version:         "1.2.3",
		ZoneDataVersion: schedule.ZoneDataVersion(),
	})
	return s
}

// newSite returns a server that serves a schedule.
func newSite(t testing.TB, yaml string) *site {
	s := emptySite()
	s.publish(t, yaml, firstPublished)
	return s
}

// catalog renders a schedule as published at a time.
func (s *site) catalog(t testing.TB, yaml string, at time.Time) *feed.Catalog {
	t.Helper()
	loaded, report, err := importer.Load(importer.Source{Name: "test.yaml", Data: []byte(yaml)}, importer.Options{})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	rendering := feed.Render(loaded, nil)
	s.ledger = s.ledger.Advance(loaded, rendering.Digests(), at)
	return feed.NewCatalog(schedule.NewEdition(loaded, s.ledger), rendering, baseURL)
}

func (s *site) publish(t testing.TB, yaml string, at time.Time) {
	t.Helper()
	s.Publisher.Publish(s.catalog(t, yaml, at))
}

// start serves over HTTP until the test ends, and returns where.
func (s *site) start(t testing.TB) *httptest.Server {
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return h
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with headers given as "Name: value", exactly as they are:
// no header is added and no encoding undone.
func ask(t testing.TB, h *httptest.Server, method, target string, headers ...string) reply {
	t.Helper()
	return send(t, h, method+" "+target+" HTTP/1.1\r\nHost: "+h.Listener.Addr().String()+"\r\n"+
		strings.Join(append(headers, "Connection: close"), "\r\n")+"\r\n\r\n")
}

func get(t testing.TB, h *httptest.Server, target string, headers ...string) reply {
	t.Helper()
	return ask(t, h, http.MethodGet, target, headers...)
}

// send sends octets over a connection of its own and reads the answer.
func send(t testing.TB, h *httptest.Server, request string) reply {
	t.Helper()
	conn, err := net.Dial("tcp", h.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return reply{response.StatusCode, response.Header, string(body)}
}

// lasting returns the headers that the same answer has every time.
func (r reply) lasting() http.Header {
	h := r.header.Clone()
	h.Del("Date")
	h.Del("X-Request-Id")
	return h
}

func gunzip(t testing.TB, body string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(body))
	require.NoError(t, err)
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(plain)
}

// events checks that a body is one iCalendar stream and counts its VEVENTs.
func events(t testing.TB, body string) int {
	t.Helper()
	require.NoError(t, checkCalendar(body))
	return strings.Count(body, "\r\nBEGIN:VEVENT\r\n")
}

// checkCalendar returns what keeps a body from being one iCalendar stream with
// at least one component: line breaks, folding, encoding, names or nesting.
func checkCalendar(body string) error {
	if !utf8.ValidString(body) {
		return fmt.Errorf("not UTF-8")
	}
	text, ended := strings.CutSuffix(body, "\r\n")
	if !ended {
		return fmt.Errorf("the last line does not end: %q", body[max(0, len(body)-40):])
	}
	var open []string
	components := 0
	for i, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			return fmt.Errorf("line %d is not as long or not ended as it may be: %q", i+1, line)
		}
		if strings.HasPrefix(line, " ") {
			continue
		}
		head, value, ok := strings.Cut(line, ":")
		name, _, _ := strings.Cut(head, ";")
		if !ok || name == "" || name != strings.ToUpper(name) {
			return fmt.Errorf("line %d is no content line: %q", i+1, line)
		}
		switch name {
		case "BEGIN":
			if (i == 0) != (value == "VCALENDAR") || (i > 0 && len(open) == 0) {
				return fmt.Errorf("line %d begins %s in %v", i+1, value, open)
			}
			open = append(open, value)
			components++
		case "END":
			if len(open) == 0 || open[len(open)-1] != value {
				return fmt.Errorf("line %d ends %s in %v", i+1, value, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 || components < 2 {
		return fmt.Errorf("%d components, of which %v are open", components, open)
	}
	return nil
}
