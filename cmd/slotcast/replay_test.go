package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/importer"
	"slotcast/schedule/store"
)

// TestReplay publishes real schedules as they were published over time, each
// revision three times: vanished slots are cancelled at the second, and nothing
// happens at the third. It does so in one go, and with a restart between every
// two reads.
func TestReplay(t *testing.T) {
	t.Parallel()
	for chain, c := range map[string]struct {
		options importer.Options
		files   int
		broken  []string // which are to change nothing
	}{
		"31c3-2014":                {importer.Options{Timezone: "Europe/Berlin"}, 4, []string{"2.xml"}},
		"camp2019-stages":          {importer.Options{Timezone: "Europe/Berlin"}, 8, nil},
		"droidcon-nyc-2019":        {importer.Options{Timezone: "America/New_York", Conference: "droidcon NYC 2019"}, 5, nil},
		"penguicon-2019-sched-csv": {importer.Options{Timezone: "America/Detroit", Conference: "Penguicon 2019"}, 11, []string{"02.csv", "05.csv"}},
	} {
		for _, restarts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restarts %v", chain, restarts), func(t *testing.T) {
				t.Parallel()
				folder := filepath.Join("..", "..", "..", "shared", "data", "revisions", chain)
				entries, err := os.ReadDir(folder)
				if os.IsNotExist(err) {
					t.Skip("the real schedules are not there: ", folder)
				}
				require.NoError(t, err)
				require.Len(t, entries, c.files)
				r := newReplay(t, restarts)
				var broken []string
				for _, e := range entries {
					src, err := importer.ReadFile(filepath.Join(folder, e.Name()))
					require.NoError(t, err)
					s, report, err := importer.Load(src, c.options)
					if err != nil || s == nil {
						t.Log(e.Name(), err, report.Err())
						broken = append(broken, e.Name())
						continue
					}
					first := r.publish(s)
					second := r.publish(s)
					third := r.publish(s)
					t.Logf("%s: %d slots; %s; then %s", e.Name(), len(s.Slots()), countChanges(first.changes), countChanges(second.changes))
					require.False(t, third.published, "%v", third.changes)
				}
				require.Equal(t, c.broken, broken)
			})
		}
	}
}

// replay publishes reads one after another and holds what must hold of every
// feed that comes of them.
type replay struct {
	t        testing.TB
	restarts bool
	db       string
	now      time.Time
	store    *store.Store
	pipeline *pipeline

	events  map[string]replayed // by UID, as last published
	sources map[string]string   // of each id of the source's own, its UID

	rule  schedule.Scope // a living one
	ruled int            // how many slots it takes in
}

// replayed is what a feed said of an event.
type replayed struct {
	bytes, modified string
	sequence        int
	source          string
}

func newReplay(t testing.TB, restarts bool) *replay {
	r := &replay{t: t, restarts: restarts, db: filepath.Join(t.TempDir(), "slotcast.db"), events: map[string]replayed{}, sources: map[string]string{}}
	r.open()
	t.Cleanup(func() { require.NoError(t, r.store.Close()) })
	return r
}

func (r *replay) open() {
	var err error
	r.store, err = store.Open(r.t.Context(), r.db)
	require.NoError(r.t, err)
	r.pipeline = &pipeline{
		store: r.store, publisher: feed.NewPublisher(), source: "chain", baseURL: "https://cal.example",
		now: func() time.Time { return r.now },
	}
}

// restart begins again with what the database has.
func (r *replay) restart() {
	require.NoError(r.t, r.store.Close())
	r.open()
	last, err := r.store.LastFrom(r.t.Context(), "chain")
	require.NoError(r.t, err)
	require.NoError(r.t, r.pipeline.restore(r.t.Context(), last))
}

// publish publishes a read, ten minutes after the last and before the conference
// begins.
func (r *replay) publish(s *schedule.Schedule) outcome {
	t := r.t
	if r.now.IsZero() {
		r.now = s.Slots()[0].Start.Add(-30 * 24 * time.Hour).UTC()
	}
	r.now = r.now.Add(10 * time.Minute)
	if r.restarts && r.pipeline.last != nil {
		before := r.feed()
		r.restart()
		require.Equal(t, before, r.feed(), "a restart changes nothing")
	}
	out, err := r.pipeline.publish(t.Context(), s, false)
	require.NoError(t, err)
	for out.held != "" {
		t.Log(out.held)
		r.now = r.now.Add(10 * time.Minute)
		out, err = r.pipeline.publish(t.Context(), s, false)
		require.NoError(t, err)
	}
	r.check(out)
	return out
}

func (r *replay) feed() string {
	d, err := r.pipeline.publisher.Document(schedule.Scope{}, feed.Options{})
	require.NoError(r.t, err)
	var b strings.Builder
	require.NoError(r.t, d.WriteTo(&b, feed.Identity))
	return b.String()
}

var (
	eventPattern = regexp.MustCompile(`(?s)BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n`)
	linePattern  = regexp.MustCompile(`(?m)^(UID|SEQUENCE|LAST-MODIFIED):(.*)\r$`)
)

// check compares the whole feed with the one before.
func (r *replay) check(out outcome) {
	t, e := r.t, r.pipeline.last.Edition
	sourceOf := map[string]string{}
	for i, s := range e.Slots() {
		if s.Family == "" {
			sourceOf[e.Entry(int32(i)).UID] = string(s.SourceID)
		}
	}
	now, changed := map[string]replayed{}, 0
	for _, m := range eventPattern.FindAllStringSubmatch(unfolded(r.feed()), -1) {
		is := replayed{bytes: m[1]}
		uid := ""
		for _, line := range linePattern.FindAllStringSubmatch(m[1], -1) {
			switch line[1] {
			case "UID":
				uid = line[2]
			case "SEQUENCE":
				is.sequence, _ = strconv.Atoi(line[2])
			case "LAST-MODIFIED":
				is.modified = line[2]
			}
		}
		require.NotContains(t, now, uid, "it is there twice")
		if is.source = sourceOf[uid]; is.source != "" {
			if known, ok := r.sources[is.source]; ok {
				require.Equal(t, known, uid, "the slot that the source calls %s was born again", is.source)
			}
			r.sources[is.source] = uid
		}
		if was, ok := r.events[uid]; !ok {
			require.Zero(t, is.sequence, uid)
			changed++
		} else if was.bytes != is.bytes {
			require.Equal(t, was.sequence+1, is.sequence, "%s\n%s\n%s", uid, was.bytes, is.bytes)
			require.Greater(t, is.modified, was.modified)
			if was.source != is.source {
				require.Equal(t, title(t, was.bytes), title(t, is.bytes), "%s has changed hands", uid)
			}
			changed++
		}
		now[uid] = is
	}
	require.Len(t, now, len(e.Slots()))
	gone := slices.DeleteFunc(slices.Collect(maps.Keys(r.events)), func(uid string) bool { _, still := now[uid]; return still })
	require.Empty(t, gone, "what is to come stays, be it cancelled")
	if !out.published {
		require.Zero(t, changed)
	}
	r.events = now
	r.checkRules()
}

// checkRules holds that a personal feed of a living rule has whatever its speaker
// or track has by now, that which was added later too.
func (r *replay) checkRules() {
	e := r.pipeline.last.Edition
	if r.rule.IsWhole() {
		for _, s := range e.Slots() {
			if s.Talk.Track != nil {
				r.rule, _ = r.rule.With(schedule.ScopeTrack, string(s.Talk.Track.ID))
				break
			}
			if len(s.Talk.Speakers) > 0 {
				r.rule, _ = r.rule.With(schedule.ScopeSpeaker, string(s.Talk.Speakers[0].ID))
				break
			}
		}
		if r.rule.IsWhole() {
			r.rule, _ = r.rule.With(schedule.ScopeDay, e.Slots()[0].Day.String())
		}
	}
	chosen := e.Choose(schedule.Selection{Include: []schedule.Scope{r.rule}})
	d := r.pipeline.catalog.Personal("", chosen, feed.Options{}, r.now)
	var b strings.Builder
	require.NoError(r.t, d.WriteTo(&b, feed.Identity))
	for _, i := range chosen {
		require.Contains(r.t, b.String(), "UID:"+e.Entry(i).UID+"\r\n")
	}
	require.GreaterOrEqual(r.t, len(chosen), r.ruled, "what is to come stays")
	r.ruled = len(chosen)
	r.t.Logf("%s: %d slots", r.rule, r.ruled)
}

// title returns an event's title, whether it was cancelled or not.
func title(t testing.TB, event string) string {
	return strings.TrimPrefix(property(t, event, "SUMMARY"), "CANCELLED: ")
}
