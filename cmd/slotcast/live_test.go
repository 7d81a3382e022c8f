package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// upstream is a server that has a schedule, or something worse.
type upstream struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  atomic.Int64
	fresh  atomic.Int64 // of those, how many were told that nothing has changed
}

func newUpstream(t *testing.T, text string) *upstream {
	u := &upstream{}
	u.serves(text)
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.asked.Add(1)
		u.mu.Lock()
		answer := u.answer
		u.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) does(answer http.HandlerFunc) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answer = answer
}

func (u *upstream) serves(text string) {
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	u.does(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			u.fresh.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, text)
	})
}

// fiveDays is a schedule of five talks, without those of some numbers.
func fiveDays(without ...int) string {
	text := "conference: {id: five, name: Five Days, timezone: Europe/Berlin}\ntalks:\n"
	for i := 1; i <= 5; i++ {
		gone := false
		for _, n := range without {
			gone = gone || n == i
		}
		if !gone {
			text += fmt.Sprintf("  - {id: talk-%d, title: Talk %d, start: 2026-05-0%d 09:00, end: \"10:00\", room: hall}\n", i, i, i)
		}
	}
	return text + "rooms: [{id: hall, name: Hall}]\n"
}

// status returns what an event says of whether it takes place.
func status(t *testing.T, feed, slot string) string {
	return property(t, eventOf(t, feed, slot), "STATUS")
}

// ticking has a clock that goes on by a minute each time somebody looks at it, so
// that one read is not taken for the last one.
func ticking() func(*world) {
	var minutes atomic.Int64
	return func(w *world) {
		w.now = func() time.Time { return testClock().Add(time.Duration(minutes.Add(1)) * time.Minute) }
	}
}

// TestAddress follows an address through all that can become of it, and across a
// restart while it is gone.
func TestAddress(t *testing.T) {
	t.Parallel()
	u := newUpstream(t, fiveDays())
	db := newDB(t)
	args := []string{u.URL + "/schedule.yaml", "--allow-private", "--db", db, "--base-url", "https://cal.example.org"}
	clock := ticking()
	r := startIn(t, clock, args...)
	require.Equal(t, u.URL+"/schedule.yaml", r.readiness().Last_read.Source)
	header, first := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, 5, strings.Count(first, "BEGIN:VEVENT"))
	r.reread("nothing has changed")
	require.EqualValues(t, 1, u.fresh.Load(), "it asked whether there is anything new")

	unchanged := func(r *running) {
		t.Helper()
		h, feed := r.get(http.StatusOK, "/schedule.ics")
		require.Equal(t, first, feed)
		require.Equal(t, header.Get("ETag"), h.Get("ETag"))
		require.Equal(t, header.Get("Last-Modified"), h.Get("Last-Modified"))
	}
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) }
	}
	for why, bad := range map[string]http.HandlerFunc{
		"gives no schedule but the status 500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"is not to be asked again before": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"does not exist (status 404)": http.NotFound,
		"is a web page":               text("<!doctype html><title>Maintenance</title>"),
		"is empty":                    text(""),
		"this is not YAML":            text("conference: {name: Five"),
		"[empty]":                     text("conference: {id: five, name: Five Days, timezone: Europe/Berlin}\ntalks: []\n"),
		"broke off in the middle": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			fmt.Fprint(w, fiveDays(1, 2))
		},
	} {
		u.does(bad)
		r.reread("source not published")
		require.Contains(t, r.readiness().Last_read.Reason, why)
		require.Contains(t, r.metrics(), "slotcast_source_ok 0\n")
		unchanged(r)
	}
	require.Zero(t, r.end())

	// It is still broken after a restart.
	u.does(http.NotFound)
	r = startIn(t, clock, args...)
	unchanged(r)
	r.errs.wait(t, "source not published", 1)
	require.Contains(t, r.readiness().Last_read.Reason, "does not exist")
	require.Empty(t, r.readiness().Last_read.Read)
	unchanged(r)
	u.serves(fiveDays())
	r.reread("the source is good again")
	require.Empty(t, r.readiness().Last_read.Reason)
	require.Contains(t, r.metrics(), "slotcast_edition_number 1\n")
	unchanged(r)

	// A talk that two reads in a row lack is cancelled.
	u.serves(fiveDays(5))
	r.reread("nothing has changed")
	unchanged(r)
	r.reread("msg=published")
	_, feed := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, "CANCELLED", status(t, feed, "talk-5"))
	require.Equal(t, "1", property(t, eventOf(t, feed, "talk-5"), "SEQUENCE"))
	require.Equal(t, eventOf(t, first, "talk-4"), eventOf(t, feed, "talk-4"))
	require.Contains(t, r.errs.String(), `changes="1 cancelled"`)

	// Back it is the same event.
	u.serves(fiveDays())
	r.reread("msg=published")
	_, feed = r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, "CONFIRMED", status(t, feed, "talk-5"))
	require.Equal(t, "2", property(t, eventOf(t, feed, "talk-5"), "SEQUENCE"))
	require.Zero(t, r.end())
}

// TestHeldBack has a read that would cancel most of a conference wait until it
// is confirmed, or has persisted.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	for _, confirmed := range []bool{true, false} {
		u := newUpstream(t, fiveDays())
		db := newDB(t)
		args := []string{u.URL + "/schedule.yaml", "--allow-private", "--db", db}
		clock := ticking()
		r := startIn(t, clock, args...)
		_, first := r.get(http.StatusOK, "/schedule.ics")
		u.serves(fiveDays(1, 2, 3))
		r.reread("held back")
		_, feed := r.get(http.StatusOK, "/schedule.ics")
		require.Equal(t, first, feed)
		require.Contains(t, r.readiness().Last_read.Reason, "3 of the 5 coming slots of Five Days would be cancelled")
		require.Contains(t, r.readiness().Last_read.Reason, "slotcast publish --confirm")
		require.Contains(t, r.metrics(), "slotcast_source_held_reads 1\n")
		require.Contains(t, r.metrics(), "slotcast_source_ok 0\n")

		if confirmed {
			w, out, errs := testWorld()
			clock(&w)
			publish := append([]string{"publish", "--confirm"}, args...)
			require.Zero(t, run(t.Context(), w, publish), errs.String())
			require.Contains(t, errs.String(), "published edition 2 of Five Days: 3 cancelled")
			require.Contains(t, out.String(), "cancelled: Talk 1 [talk-1]\n  was Fri 1 May 2026, 09:00 to 10:00 CEST, Hall\n  is  Fri 1 May 2026, 09:00 to 10:00 CEST, Hall, cancelled\n")
			r.errs.wait(t, "another program has published", 1)
			require.Empty(t, r.readiness().Last_read.Reason, "it is no longer held back")
			r.reread("nothing has changed")
		} else {
			w, _, errs := testWorld()
			clock(&w)
			require.Equal(t, exitProblems, run(t.Context(), w, append([]string{"publish"}, args...)))
			require.Contains(t, errs.String(), "this is the second")
			r.errs.wait(t, "another program has published", 1) // that it was held back
			require.Contains(t, r.metrics(), "slotcast_source_held_reads 2\n")
			r.reread("msg=published")
		}
		_, feed = r.get(http.StatusOK, "/schedule.ics")
		for i, want := range []string{"CANCELLED", "CANCELLED", "CANCELLED", "CONFIRMED", "CONFIRMED"} {
			require.Equal(t, want, status(t, feed, fmt.Sprint("talk-", i+1)))
		}
		require.Empty(t, r.readiness().Last_read.Reason)
		require.Contains(t, r.metrics(), "slotcast_source_held_reads 0\n")
		require.Contains(t, r.metrics(), "slotcast_edition_number 2\n")
		require.Zero(t, r.end())
	}
}

// TestMoveIsTold has an event tell for two days where it was, across a restart,
// and then no more.
func TestMoveIsTold(t *testing.T) {
	t.Parallel()
	path, db := filepath.Join(t.TempDir(), "five.yaml"), newDB(t)
	write(t, path, fiveDays())
	var late atomic.Int64
	clock := func(w *world) { w.now = func() time.Time { return testClock().Add(time.Duration(late.Load())) } }
	r := startIn(t, clock, path, "--db", db)
	r.edit(path, strings.Replace(fiveDays(), "05-02 09:00, end: \"10:00\"", "05-02 11:00, end: \"12:00\"", 1), "msg=published")
	_, feed := r.get(http.StatusOK, "/schedule.ics")
	told := "DESCRIPTION:Moved: it was on Sat 2 May 2026\\, 09:00 to 10:00 before.\r\n"
	require.Contains(t, unfolded(feed), told)
	require.Equal(t, "1", property(t, eventOf(t, feed, "talk-2"), "SEQUENCE"))
	require.Zero(t, r.end())

	late.Store(int64(47 * time.Hour))
	r = startIn(t, clock, path, "--db", db)
	_, after := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, eventOf(t, feed, "talk-2"), eventOf(t, after, "talk-2"))

	// While it runs, nothing else being changed.
	r.errs.wait(t, "msg=read", 1)
	r.reread("nothing has changed")
	late.Store(int64(49 * time.Hour))
	r.errs.wait(t, "published what was due", 1)
	_, after = r.get(http.StatusOK, "/schedule.ics")
	require.NotContains(t, after, "Moved:")
	require.Equal(t, "2", property(t, eventOf(t, after, "talk-2"), "SEQUENCE"))
	require.Greater(t, property(t, eventOf(t, after, "talk-2"), "LAST-MODIFIED"), property(t, eventOf(t, feed, "talk-2"), "LAST-MODIFIED"))
	require.Equal(t, eventOf(t, feed, "talk-1"), eventOf(t, after, "talk-1"))
	require.Zero(t, r.end())
}

// TestPolling has an address read at its interval, and later after failures.
func TestPolling(t *testing.T) {
	t.Parallel()
	u := newUpstream(t, fiveDays())
	waits, fire := make(chan time.Duration), make(chan time.Time)
	clock := ticking()
	r := startIn(t, func(w *world) {
		clock(w)
		w.after = func(d time.Duration) <-chan time.Time {
			waits <- d
			return fire
		}
	}, u.URL+"/schedule.yaml", "--allow-private", "--interval", "10m")
	next := func() time.Duration {
		fire <- time.Time{}
		return <-waits
	}
	about := func(want, got time.Duration) { t.Helper(); require.InEpsilon(t, want, got, 0.11) }
	about(10*time.Minute, <-waits)
	about(10*time.Minute, next())
	require.EqualValues(t, 2, u.asked.Load())
	u.does(http.NotFound)
	about(10*time.Minute, next())
	about(20*time.Minute, next())
	about(40*time.Minute, next())
	u.does(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	require.GreaterOrEqual(t, next(), 2*time.Hour-10*time.Minute) // the clock goes on by minutes
	u.serves(fiveDays(5))
	about(10*time.Minute, next())
	about(10*time.Minute, next())
	_, feed := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, "CANCELLED", status(t, feed, "talk-5"))
	require.Zero(t, r.end())
}

// TestAnotherConference has an address that turns to another conference wait as
// any that would cancel much, and never mixes the two.
func TestAnotherConference(t *testing.T) {
	t.Parallel()
	u := newUpstream(t, fiveDays())
	db := newDB(t)
	clock := ticking()
	r := startIn(t, clock, u.URL+"/schedule.yaml", "--allow-private", "--db", db)
	other := strings.NewReplacer("id: five", "id: six", "Five Days", "Six Days", "Talk", "Lecture", "talk-", "lecture-").Replace(fiveDays())
	u.serves(other)
	r.reread("held back")
	require.Contains(t, r.readiness().Last_read.Reason, "the source is now that of “Six Days”")
	r.reread("held back")
	r.reread("msg=published")
	_, feed := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, 5, strings.Count(feed, "BEGIN:VEVENT"))
	require.Equal(t, 5, strings.Count(feed, "@six\r\n"))
	require.Contains(t, r.metrics(), "slotcast_edition_number 1\n")
	require.Zero(t, r.end())

	w, out, errs := testWorld()
	require.Zero(t, run(t.Context(), w, []string{"log", "five", "--db", db}), errs.String())
	require.Contains(t, out.String(), "edition 1, ")

	// The same talks under another id are the same conference, and keep their UIDs.
	u.serves(strings.Replace(other, "id: six", "id: seven", 1))
	r = startIn(t, clock, u.URL+"/schedule.yaml", "--allow-private", "--db", db)
	r.errs.wait(t, "msg=read", 1)
	r.reread("nothing has changed")
	_, feed = r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, 5, strings.Count(feed, "@six\r\n"))
	require.Zero(t, r.end())
}
