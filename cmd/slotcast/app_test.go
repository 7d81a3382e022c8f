package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// daysYAML is a schedule of two talks.
const daysYAML = `
conference: {id: days, name: Days, timezone: Europe/Berlin}
tracks: [{id: go, name: Go}]
talks:
  - {id: opening, title: Opening, start: 2026-05-02 09:00, end: "10:00"}
  - {id: sizes, title: Sizes, track: go, start: 2026-05-02 10:00, end: "11:00"}
`

func testClock() time.Time { return time.Date(2026, time.April, 1, 8, 0, 0, 0, time.UTC) }

// output is what a program writes, and lets a test wait for a part of it.
type output struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{} // closed when text changes
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// wait returns once part has been written that many times.
func (o *output) wait(t *testing.T, part string, times int) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		o.mu.Lock()
		text, changed := o.text.String(), o.changed
		o.mu.Unlock()
		if strings.Count(text, part) >= times {
			return
		}
		select {
		case <-changed:
		case <-limit:
			require.Fail(t, "it was not written", "%q in:\n%s", part, text)
		}
	}
}

// running is a program that serves.
type running struct {
	t         *testing.T
	url       string
	opsURL    string
	out, errs *output
	reload    chan os.Signal
	stop      context.CancelFunc
	ended     chan int
}

// newDB names a database that is not there yet.
func newDB(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "slotcast.db") }

// start runs the program until it serves, with a new database unless the
// arguments name one.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startIn(t, func(*world) {}, args...)
}

// startIn is start in a world that is changed.
func startIn(t *testing.T, change func(*world), args ...string) *running {
	t.Helper()
	r := &running{t: t, reload: make(chan os.Signal), ended: make(chan int, 1)}
	var w world
	w, r.out, r.errs = testWorld()
	change(&w)
	listening := make(chan [2]net.Listener, 1)
	w.reload, w.listening = r.reload, func(public, ops net.Listener) { listening <- [2]net.Listener{public, ops} }
	ctx, cancel := context.WithCancel(t.Context())
	r.stop = cancel
	own := []string{"serve", "--listen", "localhost:0", "--ops-listen", "localhost:0", "--db", newDB(t)}
	go func() { r.ended <- run(ctx, w, append(own, args...)) }()
	t.Cleanup(cancel)
	select {
	case at := <-listening:
		r.url, r.opsURL = baseOf("localhost:0", at[0].Addr()), baseOf("localhost:0", at[1].Addr())
	case status := <-r.ended:
		require.Fail(t, "it does not serve", "status %d: %s", status, r.errs)
	}
	return r
}

// get returns the header and body of an answer with a status.
func (r *running) get(status int, path string) (http.Header, string) {
	r.t.Helper()
	return get(r.t, status, r.url+path)
}

func get(t *testing.T, status int, address string) (http.Header, string) {
	t.Helper()
	response, err := http.Get(address)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, status, response.StatusCode, "%s", body)
	return response.Header, string(body)
}

// reread makes the program read its source again, and waits until it says how
// that went.
func (r *running) reread(says string) { r.after(says, func() {}) }

// edit writes the source, has it read again, and waits until the program says how
// that went. It may have seen the change itself by then.
func (r *running) edit(path, text, says string) {
	r.after(says, func() { write(r.t, path, text) })
}

func (r *running) after(says string, do func()) {
	r.t.Helper()
	before := strings.Count(r.errs.String(), says)
	do()
	r.reload <- os.Interrupt // of any kind
	r.errs.wait(r.t, says, before+1)
}

// metrics returns what the operators' address tells.
func (r *running) metrics() string {
	r.t.Helper()
	_, body := get(r.t, http.StatusOK, r.opsURL+"/metrics")
	return body
}

func (r *running) readiness() (ready struct {
	Status    string
	Slots     int
	Last_read struct{ Source, Read, Reason string }
}) {
	r.t.Helper()
	_, body := r.get(http.StatusOK, "/readyz")
	require.NoError(r.t, json.Unmarshal([]byte(body), &ready))
	return ready
}

func (r *running) end() int {
	r.stop()
	return <-r.ended
}

// write puts a file in another's place at once, so that nobody reads half of it.
func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

func TestServeTheSample(t *testing.T) {
	t.Parallel()
	r := start(t)
	require.Regexp(t, `^http://localhost:\d+$`, r.url)
	_, page := r.get(http.StatusOK, "/")
	require.Contains(t, page, "QCon San Francisco 2016")
	header, feed := r.get(http.StatusOK, "/tracks/distributed-systems-war-stories.ics")
	require.Equal(t, "text/calendar; charset=utf-8", header.Get("Content-Type"))
	require.Equal(t, 6, strings.Count(feed, "BEGIN:VEVENT"))
	require.Contains(t, unfolded(feed), "SOURCE;VALUE=URI:"+r.url+"/tracks/distributed-systems-war-stories.ics\r\n")
	ready := r.readiness()
	require.Equal(t, "ready", ready.Status)
	require.Equal(t, 6, ready.Slots)
	require.Equal(t, "the built-in sample", ready.Last_read.Source)

	// The health command asks the same.
	w, out, errs := testWorld()
	listen := strings.TrimPrefix(r.url, "http://")
	require.Zero(t, run(t.Context(), w, []string{"health", "--listen", listen}), errs.String())
	require.Contains(t, out.String(), `"status":"ready"`)

	require.Zero(t, r.end())
	require.Empty(t, r.out.String(), "what is no result goes to standard error")
	require.Contains(t, r.errs.String(), "msg=stopped")
	_, err := net.Dial("tcp", listen)
	require.Error(t, err)
	w, _, errs = testWorld()
	require.Equal(t, exitProblems, run(t.Context(), w, []string{"health", "--listen", listen}))
	require.Contains(t, errs.String(), "the server does not answer")
}

// unfolded joins the lines that RFC 5545 folds.
func unfolded(feed string) string { return strings.ReplaceAll(feed, "\r\n ", "") }

// eventOf returns the VEVENT of a slot.
func eventOf(t *testing.T, feed, slot string) string {
	t.Helper()
	for event := range strings.SplitSeq(feed, "BEGIN:VEVENT\r\n") {
		if strings.Contains(event, "UID:"+slot+"@") {
			event, _, _ = strings.Cut(event, "END:VEVENT")
			return event
		}
	}
	require.Fail(t, "no such event", "%s in:\n%s", slot, feed)
	return ""
}

func property(t testing.TB, event, name string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + name + `:(.*)\r$`).FindStringSubmatch(event)
	require.NotNil(t, m, "%s in:\n%s", name, event)
	return m[1]
}

func TestReread(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "days.yaml")
	write(t, path, daysYAML)
	r := start(t, path)
	header, before := r.get(http.StatusOK, "/schedule.ics")

	r.reread("nothing has changed")
	same, again := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, before, again, "nothing changed, so nothing changes")
	require.Equal(t, header.Get("ETag"), same.Get("ETag"))
	require.Equal(t, header.Get("Last-Modified"), same.Get("Last-Modified"))

	for change := 1; change <= 2; change++ {
		r.edit(path, strings.Replace(daysYAML, "title: Sizes", fmt.Sprintf("title: Sizes %d", change), 1), "msg=published")
		changed, after := r.get(http.StatusOK, "/schedule.ics")
		require.NotEqual(t, header.Get("ETag"), changed.Get("ETag"))
		require.Greater(t, modifiedTime(t, changed), modifiedTime(t, header))
		require.Equal(t, eventOf(t, before, "opening"), eventOf(t, after, "opening"), "what did not change keeps its bytes")
		old, now := eventOf(t, before, "sizes"), eventOf(t, after, "sizes")
		require.Equal(t, fmt.Sprintf("Sizes %d", change), property(t, now, "SUMMARY"))
		require.Equal(t, fmt.Sprint(change), property(t, now, "SEQUENCE"))
		require.Greater(t, property(t, now, "LAST-MODIFIED"), property(t, old, "LAST-MODIFIED"))
		require.Equal(t, property(t, old, "UID"), property(t, now, "UID"))
		require.Equal(t, property(t, old, "CREATED"), property(t, now, "CREATED"))
		header, before = changed, after
	}

	good := r.readiness()
	for broken, why := range map[string]string{
		strings.Replace(daysYAML, "10:00\"", "08:00\"", 1): `end-before-start`,
		"conference: {": "this is not YAML",
		"":              "is empty",
	} {
		r.edit(path, broken, "source not published")
		_, after := r.get(http.StatusOK, "/schedule.ics")
		require.Equal(t, before, after, "the last good state is served")
		ready := r.readiness()
		require.Equal(t, "ready", ready.Status)
		require.Equal(t, 2, ready.Slots)
		require.Contains(t, ready.Last_read.Reason, why)
		require.Equal(t, good.Last_read.Read, ready.Last_read.Read)
		require.Contains(t, r.errs.String(), why)
		require.Contains(t, r.metrics(), "slotcast_source_ok 0\n")
	}
	require.NoError(t, os.Remove(path))
	r.reread("source not published")
	require.Contains(t, r.readiness().Last_read.Reason, "there is no file")

	r.edit(path, strings.Replace(daysYAML, "title: Sizes", "title: Sizes 2", 1), "the source is good again")
	require.Empty(t, r.readiness().Last_read.Reason, "it is mended")
	require.Contains(t, r.metrics(), "slotcast_source_ok 1\n")
	_, after := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, before, after, "the same state has the same bytes")
	require.Zero(t, r.end())
}

// A file that is edited is read again without being asked.
func TestWatch(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "days.yaml")
	write(t, path, daysYAML)
	r := start(t, path)
	write(t, path, strings.Replace(daysYAML, "title: Sizes", "title: Shapes", 1))
	r.errs.wait(t, "msg=published", 2)
	_, feed := r.get(http.StatusOK, "/schedule.ics")
	require.Contains(t, feed, "SUMMARY:Shapes\r\n")
	require.Zero(t, r.end())
}

func modifiedTime(t *testing.T, h http.Header) time.Time {
	t.Helper()
	at, err := http.ParseTime(h.Get("Last-Modified"))
	require.NoError(t, err)
	return at
}

// Another replica, and this one after a restart, have the same bytes.
func TestReplicas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "days.yaml")
	write(t, path, daysYAML)
	var tags, feeds []string
	for range 2 {
		r := start(t, path, "--base-url", "https://cal.example.org/go/")
		header, feed := r.get(http.StatusOK, "/schedule.ics")
		tags, feeds = append(tags, header.Get("ETag")), append(feeds, feed)
		_, page := r.get(http.StatusOK, "/")
		require.Contains(t, page, `href="https://cal.example.org/go/schedule.ics"`)
		_, subscribe := r.get(http.StatusOK, "/subscribe?track=go")
		require.Contains(t, subscribe, "webcal://cal.example.org/go/tracks/go.ics")
		require.NotContains(t, page, strings.TrimPrefix(r.url, "http://"))
		require.Regexp(t, `msg=serving .*\blisten=127\.0\.0\.1:`+r.url[strings.LastIndex(r.url, ":")+1:]+`\b`, r.errs.String())
		require.Zero(t, r.end())
	}
	require.Equal(t, tags[0], tags[1])
	require.Equal(t, feeds[0], feeds[1])
	require.Contains(t, feeds[0], "SOURCE;VALUE=URI:https://cal.example.org/go/schedule.ics\r\n")
}

func TestServeDoesNotStart(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	defer taken.Close()
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	write(t, broken, strings.Replace(daysYAML, "10:00\"", "08:00\"", 1))
	for _, c := range []struct {
		args   []string
		status int
		says   []string
	}{
		{[]string{"--listen", taken.Addr().String()}, exitUnreadable, []string{"--listen", "address already in use", taken.Addr().String()}},
		{[]string{"--listen", "nonsense"}, exitUnreadable, []string{"--listen: “nonsense” is not a host and a port; write it as localhost:8080"}},
		{[]string{"--listen", ""}, exitUnreadable, []string{"--listen: “” is not"}},
		{[]string{"--listen", "localhost:"}, exitUnreadable, []string{"--listen: “localhost:” is not"}},
		{[]string{"--listen", "::1:8080"}, exitUnreadable, []string{"--listen: “::1:8080” is not"}},
		{[]string{"--listen", "localhost:99999"}, exitUnreadable, []string{"--listen", "invalid port"}},
		{[]string{"--base-url", "cal.example.org"}, exitUnreadable, []string{"--base-url", "begins with https://"}},
		{[]string{"--base-url", "https://cal.example.org/?x=1"}, exitUnreadable, []string{"--base-url", "query"}},
		{[]string{"--base-url", "https://bücher.example"}, exitUnreadable, []string{"--base-url", "in its ASCII form"}},
		{[]string{"--base-url", "javascript:alert(1)"}, exitUnreadable, []string{"--base-url", "begins with https://"}},
		{[]string{"no-such.yaml"}, exitUnreadable, []string{"there is no file no-such.yaml"}},
		{[]string{broken}, exitProblems, []string{broken + ":5:", "[end-before-start]", "1 error, so nothing was done"}},
		{[]string{"http://127.0.0.1:1/schedule.xml"}, exitUnreadable, []string{"leads into a private network, which is not read"}},
		{[]string{"--ops-listen", taken.Addr().String()}, exitUnreadable, []string{"--ops-listen", "address already in use; give another address, or an empty one for none"}},
		{[]string{"--db", "sqlite:" + broken}, exitUnreadable, []string{"is not a database"}},
		{[]string{broken, "second.yaml"}, exitUnreadable, []string{"2 sources were given; give one"}},
	} {
		w, out, errs := testWorld()
		w.listening = func(_, _ net.Listener) { panic("it serves") }
		args := append([]string{"serve", "--db", newDB(t), "--ops-listen", ""}, c.args...)
		if !strings.Contains(strings.Join(args, " "), "--listen") {
			args = append(args, "--listen", "localhost:0")
		}
		require.Equal(t, c.status, run(t.Context(), w, args), c.args)
		require.Empty(t, out.String())
		for _, part := range c.says {
			require.Contains(t, errs.String(), part)
		}
		require.NotContains(t, errs.String(), "goroutine")
	}
}

// A file beyond the limit is refused by its size, before a byte of it is read.
func TestHugeSource(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "huge.yaml")
	write(t, path, daysYAML)
	require.NoError(t, os.Truncate(path, 1<<30))
	for _, command := range []string{"serve", "export", "check", "convert"} {
		w, _, errs := testWorld()
		begin := time.Now()
		args := []string{command, path}
		if command == "serve" {
			args = append(args, "--db", newDB(t))
		}
		require.Equal(t, exitUnreadable, run(t.Context(), w, args))
		require.Less(t, time.Since(begin), 5*time.Second)
		require.Contains(t, errs.String(), "has more than 64 MiB")
	}
}

func TestBaseOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ listen, addr, want string }{
		{"localhost:0", "127.0.0.1:4711", "http://localhost:4711"},
		{":8080", "[::]:8080", "http://localhost:8080"},
		{"0.0.0.0:8080", "0.0.0.0:8080", "http://localhost:8080"},
		{"[::]:http", "[::]:80", "http://localhost:80"},
		{"192.0.2.7:80", "192.0.2.7:80", "http://192.0.2.7:80"},
		{"[2001:db8::1]:8080", "[2001:db8::1]:8080", "http://[2001:db8::1]:8080"},
	} {
		addr, err := net.ResolveTCPAddr("tcp", c.addr)
		require.NoError(t, err)
		require.Equal(t, c.want, baseOf(c.listen, addr), c.listen)
	}
}

// A file that cannot be written to its end is not there, and one that was there
// stays.
func TestWriteFileFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "feed.ics")
	full := errors.New("no space left")
	for _, kept := range []string{"", "kept"} {
		if kept != "" {
			write(t, path, kept)
		}
		w, _, _ := testWorld()
		err := writeFile(w, path, func(to io.Writer) error {
			_, err := io.WriteString(to, "half of i")
			require.NoError(t, err)
			return full
		})
		require.ErrorIs(t, err, full)
		require.ErrorContains(t, err, "write "+path)
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		if kept == "" {
			require.Empty(t, entries)
			continue
		}
		require.Len(t, entries, 1)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, kept, string(text))
	}
}
