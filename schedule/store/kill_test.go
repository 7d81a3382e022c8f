package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// killEnv names the database to which this program is to publish until it is
// killed.
const killEnv = "SLOTCAST_TEST_PUBLISH_TO"

func TestMain(m *testing.M) {
	if path := os.Getenv(killEnv); path != "" {
		fmt.Println("opening")
		fmt.Fprintln(os.Stderr, publishForever(path))
		os.Exit(1)
	}
	status := m.Run()
	cluster.Stop()
	os.Exit(status)
}

// publishForever tells each revision on standard output once it is stored.
func publishForever(path string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	last, err := s.Last(ctx, "a")
	if errors.Is(err, schedule.ErrNotFound) {
		last = &store.Published{}
	} else if err != nil {
		return err
	}
	for {
		p, note := nextStep(last)
		if p != nil {
			if last, err = s.Publish(ctx, *p); err != nil {
				return err
			}
		} else {
			if last.Revision, err = s.Note(ctx, "a", last.Revision, note); err != nil {
				return err
			}
			last.Edition = schedule.NewEdition(last.Edition.Schedule, note)
		}
		if _, err := fmt.Println(last.Revision); err != nil {
			return err
		}
	}
}

// nextStep is what comes after a revision, always the same: an edition in which
// titles change, a room does and a slot comes and goes, or every third time a
// read that is only noted.
func nextStep(last *store.Published) (p *store.Publication, note schedule.Ledger) {
	n := int(last.Revision) + 1
	if n%3 == 0 {
		l := last.Edition.Ledger()
		entries := maps.Collect(l.Entries())
		for slot, e := range entries {
			e.Missed = (len(e.UID) + n) % schedule.CancelAfter
			entries[slot] = e
		}
		return nil, schedule.NewLedger(entries, l.Modified(), l.Digest(), schedule.Pending{Held: n % schedule.ReleaseAfter, HeldOf: schedule.Digest{byte(n)}, Counted: begin().Add(time.Duration(n) * time.Second)})
	}
	d := draft("a", 8, func(i int) int { return n / (i + 1) })
	d.Conference.ZoneName = schedule.UTC // which need not be looked up
	d.Slots[0].RoomID = fmt.Sprint("r", n%3)
	if n%4 > 1 {
		d.Slots = d.Slots[:7]
	}
	s, report := schedule.Build(d)
	if s == nil {
		panic(report.Err())
	}
	now := begin().Add(time.Duration(n) * time.Second)
	return publication(schedule.Reconcile(last.Edition, s, now, true), last.Revision, now), schedule.Ledger{}
}

// TestKill kills a program while it publishes, again and again. Each time the
// database has what the program last acknowledged, or the one thing after it,
// and all parts of it agree.
func TestKill(t *testing.T) { onBoth(t, testKill) }

func testKill(t *testing.T, on backend) {
	const kills, perDatabase = 100, 10
	random := rand.New(rand.NewPCG(3, 5))
	var known *store.Published // what the database has
	var held *store.Store      // has it open meanwhile, every other time
	path := ""
	unacknowledged, opened := 0, 0
	for kill := range kills {
		if kill%perDatabase == 0 {
			path, known = on.fresh(t), &store.Published{}
		}
		// Either while it opens the database, or after some publications.
		after := random.IntN(6)
		pause := 10 * time.Millisecond
		if after == 0 {
			pause = 40 * time.Millisecond
		}
		acknowledged := max(publishUntilKilled(t, path, after, time.Duration(random.Int64N(int64(pause)))), known.Revision)
		if held != nil {
			require.NoError(t, held.Close())
			held = nil
		}
		s, err := store.Open(t.Context(), path)
		require.NoError(t, err)
		// A server may not have noticed yet that whom it works for is gone.
		require.NoError(t, hold(t, on, s)())
		revision, err := s.Revision(t.Context(), "a")
		require.NoError(t, err)
		require.Contains(t, []int64{acknowledged, acknowledged + 1}, revision)
		unacknowledged += int(revision - acknowledged)
		if revision > 0 {
			opened++
			known = requireStored(t, on, s, known, revision)
		}
		if held = s; kill%2 == 0 || kill == kills-1 {
			require.NoError(t, s.Close())
			held = nil
		}
	}
	require.Greater(t, opened, kills/2, "it published before it was killed")
	t.Logf("of %d kills %d came between the storing and its acknowledgement", kills, unacknowledged)
}

// publishUntilKilled runs the publishing program, kills it a while after it has
// acknowledged some revisions, and returns the last, or 0.
func publishUntilKilled(t *testing.T, path string, after int, pause time.Duration) (revision int64) {
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), killEnv+"="+path)
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	begun := lines.Scan()
	for n := 0; ; n++ {
		if n == after {
			defer time.AfterFunc(pause, func() { _ = child.Process.Kill() }).Stop()
		}
		if !lines.Scan() {
			break
		}
		if revision, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			break
		}
	}
	_ = child.Process.Kill() // if it said what it should not have
	waited := child.Wait()
	require.True(t, begun)
	require.NoError(t, err)
	require.Empty(t, complaint.String())
	require.ErrorContains(t, waited, "killed")
	return revision
}

// requireStored asserts that a database has a revision, whole, and returns what
// it is, known being an earlier one.
func requireStored(t *testing.T, on backend, s *store.Store, known *store.Published, revision int64) *store.Published {
	var changes []schedule.Change // of the last edition
	if known.Revision > 0 {
		log, err := s.Log(t.Context(), "a", store.MaxEditions)
		require.NoError(t, err)
		for _, r := range log {
			if r.Number == known.Number {
				changes = r.Changes
			}
		}
	}
	for known.Revision < revision {
		p, note := nextStep(known)
		next := *known
		next.Revision++
		if p != nil {
			c := p.Edition.Conference()
			next = store.Published{
				Summary: store.Summary{ID: c.ID, Name: c.Name, Number: known.Number + 1, Revision: next.Revision, Source: p.Source, At: p.At},
				Edition: p.Edition,
			}
			changes = p.Changes
		} else {
			next.Edition = schedule.NewEdition(known.Edition.Schedule, note)
		}
		known = &next
	}
	last, err := s.Last(t.Context(), "a")
	require.NoError(t, err)
	requireSame(t, known, last)

	log, err := s.Log(t.Context(), "a", store.MaxEditions)
	require.NoError(t, err)
	require.Len(t, log, int(min(known.Number, store.MaxEditions)))
	for i, r := range log {
		require.Equal(t, known.Number-int64(i), r.Number)
	}
	require.Equal(t, store.Record{Number: known.Number, At: known.At, Source: known.Source, Slots: len(known.Edition.Slots()), Changes: changes}, log[0])

	var verdict string
	require.NoError(t, s.DB().QueryRowContext(t.Context(), on.whole).Scan(&verdict))
	require.Equal(t, "ok", verdict)
	return last
}
