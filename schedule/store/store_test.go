package store_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

func same(int) int { return 1 }

// TestStore walks the way of a conference through a database.
func TestStore(t *testing.T) { onBoth(t, testStore) }

func testStore(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	ctx := t.Context()

	require.Equal(t, "nothing has been published of a conference “a”; check its id", requireKind(t, schedule.ErrNotFound, func() error { _, err := s.Last(ctx, "a"); return err }()))
	_, err := s.LastFrom(ctx, "sample.yaml")
	requireKind(t, schedule.ErrNotFound, err)
	_, err = s.Note(ctx, "a", 0, schedule.Ledger{})
	requireKind(t, schedule.ErrNotFound, err)
	revision, err := s.Revision(ctx, "a")
	require.NoError(t, err)
	require.Zero(t, revision)
	all, err := s.Conferences(ctx)
	require.NoError(t, err)
	require.Empty(t, all)
	log, err := s.Log(ctx, "a", 10)
	require.NoError(t, err)
	require.Empty(t, log)

	one := publish(t, s, nil, draft("a", 4, same), begin().Add(999*time.Millisecond))
	require.Equal(t, store.Summary{ID: "a", Name: "Conference a", Number: 1, Revision: 1, Source: "sample.yaml", At: begin()}, one.Summary)
	last, err := s.Last(ctx, "a")
	require.NoError(t, err)
	requireSame(t, one, last)

	// The source lacks a slot, and another was renamed.
	fewer := draft("a", 4, func(i int) int { return 1 + i })
	fewer.Slots = slices.Delete(fewer.Slots, 3, 4)
	two := publish(t, s, last, fewer, begin().Add(time.Hour))
	require.Equal(t, int64(2), two.Number)
	require.Equal(t, int64(2), two.Revision)
	last, err = s.Last(ctx, "a")
	require.NoError(t, err)
	requireSame(t, two, last)
	missed, _ := last.Edition.Ledger().Entry("slot3")
	require.Equal(t, 1, missed.Missed)

	// Now all but one are gone: this read is held back.
	fewer.Slots = fewer.Slots[:1]
	p, note := read(last, build(t, fewer), begin().Add(2*time.Hour))
	require.Nil(t, p)
	revision, err = s.Note(ctx, "a", last.Revision, note)
	require.NoError(t, err)
	require.Equal(t, int64(3), revision)
	noted, err := s.Last(ctx, "a")
	require.NoError(t, err)
	require.True(t, note.Equal(noted.Edition.Ledger()))
	require.Equal(t, 1, noted.Edition.Ledger().Pending().Held)
	require.Equal(t, int64(2), noted.Number)
	require.Equal(t, begin().Add(time.Hour), noted.At)
	again, err := s.Note(ctx, "a", revision, note)
	require.NoError(t, err)
	require.Equal(t, revision, again, "the same again is not written")

	// Another conference, later, from the same source.
	other := publish(t, s, nil, draft("b", 2, same), begin().Add(3*time.Hour))
	from, err := s.LastFrom(ctx, "sample.yaml")
	require.NoError(t, err)
	requireSame(t, other, from)
	all, err = s.Conferences(ctx)
	require.NoError(t, err)
	require.Equal(t, []store.Summary{other.Summary, noted.Summary}, all)

	log, err = s.Log(ctx, "a", 10)
	require.NoError(t, err)
	require.Equal(t, []store.Record{
		{Number: 2, At: begin().Add(time.Hour), Source: "sample.yaml", Slots: 4, Changes: schedule.Compare(one.Edition.Schedule, two.Edition.Schedule)},
		{Number: 1, At: begin(), Source: "sample.yaml", Slots: 4, Changes: schedule.Compare(nil, one.Edition.Schedule)},
	}, log)
	newest, err := s.Log(ctx, "a", 1)
	require.NoError(t, err)
	require.Equal(t, log[:1], newest)
	for _, limit := range []int{0, -1} {
		none, err := s.Log(ctx, "a", limit)
		require.NoError(t, err)
		require.Empty(t, none)
	}

	// After a restart it is the same.
	require.NoError(t, s.Close())
	s = open(t, path)
	last, err = s.Last(ctx, "a")
	require.NoError(t, err)
	requireSame(t, noted, last)
	relogged, err := s.Log(ctx, "a", store.MaxEditions)
	require.NoError(t, err)
	require.Equal(t, log, relogged)
}

func TestConflict(t *testing.T) { onBoth(t, testConflict) }

func testConflict(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	one := publish(t, s, nil, draft("a", 3, same), begin())
	next := build(t, draft("a", 3, func(int) int { return 2 }))
	for _, after := range []int64{0, 2, -1} {
		p, _ := read(one, next, begin().Add(time.Hour))
		p.After = after
		_, err := s.Publish(t.Context(), *p)
		require.Equal(t, fmt.Sprintf("another program has published “a” meanwhile; read the source again (the database is at revision 1, and this follows %d)", after),
			requireKind(t, schedule.ErrConflict, err))
		_, err = s.Note(t.Context(), "a", after, p.Edition.Ledger())
		requireKind(t, schedule.ErrConflict, err)
	}
	last, err := s.Last(t.Context(), "a")
	require.NoError(t, err)
	requireSame(t, one, last)
}

// TestStrangeLedger refuses ledgers that would take back what was published.
func TestStrangeLedger(t *testing.T) { onBoth(t, testStrangeLedger) }

func testStrangeLedger(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	one := publish(t, s, nil, draft("a", 3, same), begin())
	one = publish(t, s, one, draft("a", 3, func(i int) int { return 1 + i%2 }), begin().Add(time.Hour))
	for name, change := range map[string]func(entries map[schedule.SlotID]schedule.Entry){
		"uid": func(m map[schedule.SlotID]schedule.Entry) { e := m["slot0"]; e.UID = "other@a"; m["slot0"] = e },
		"created": func(m map[schedule.SlotID]schedule.Entry) {
			e := m["slot0"]
			e.Created = begin().Add(1)
			m["slot0"] = e
		},
		"sequence": func(m map[schedule.SlotID]schedule.Entry) { e := m["slot1"]; e.Sequence = 0; m["slot1"] = e },
		"lacking":  func(m map[schedule.SlotID]schedule.Entry) { delete(m, "slot2") },
	} {
		entries := map[schedule.SlotID]schedule.Entry{}
		for slot, e := range one.Edition.Ledger().Entries() {
			entries[slot] = e
		}
		change(entries)
		ledger := schedule.NewLedger(entries, begin(), schedule.Digest{}, schedule.Pending{})
		_, err := s.Note(t.Context(), "a", one.Revision, ledger)
		require.ErrorContains(t, err, "the ledger does not follow the one stored", name)
		_, err = s.Publish(t.Context(), store.Publication{After: one.Revision, Edition: schedule.NewEdition(one.Edition.Schedule, ledger), At: begin()})
		require.Error(t, err, name)
	}
	_, err := s.Publish(t.Context(), store.Publication{After: one.Revision, Edition: schedule.NewEdition(one.Edition.Schedule, schedule.Ledger{}), At: begin()})
	require.EqualError(t, err, "publish: the ledger was not advanced to the edition: it lacks slot slot0")
	last, err := s.Last(t.Context(), "a")
	require.NoError(t, err)
	requireSame(t, one, last)
}

// TestContext has what is called off leave what was published.
func TestContext(t *testing.T) { onBoth(t, testContext) }

func testContext(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	one := publish(t, s, nil, draft("a", 3, same), begin())
	p, _ := read(one, build(t, draft("a", 300, same)), begin().Add(time.Hour))

	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Publish(done, *p)
	require.ErrorIs(t, err, context.Canceled)
	_, err = store.Open(done, path)
	require.ErrorIs(t, err, context.Canceled)

	// Another program writes, and the deadline comes before it has finished.
	defer hold(t, on, open(t, path))() //nolint:errcheck // nothing was written
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = s.Publish(soon, *p)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	last, err := s.Last(t.Context(), "a") // which does not wait
	require.NoError(t, err)
	requireSame(t, one, last)
}

// TestRoundTrip has whatever happens to a conference read back as it was
// published: slots that move, vanish, return, and are held back or cancelled.
func TestRoundTrip(t *testing.T) { onBoth(t, testRoundTrip) }

func testRoundTrip(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	conferences := 0
	rapid.Check(t, func(r *rapid.T) {
		conferences++
		id := schedule.ConferenceID(fmt.Sprint("any", conferences))
		now := begin()
		var last *store.Published
		for range rapid.IntRange(1, 6).Draw(r, "reads") {
			now = now.Add(time.Duration(rapid.IntRange(1, 40*24).Draw(r, "hours")) * time.Hour)
			p, note := read(last, build(r, anyDraft(r, id)), now)
			if p != nil {
				published, err := s.Publish(t.Context(), *p)
				require.NoError(r, err)
				last = published
			} else {
				revision, err := s.Note(t.Context(), id, last.Revision, note)
				require.NoError(r, err)
				last = &store.Published{Summary: last.Summary, Edition: schedule.NewEdition(last.Edition.Schedule, note)}
				last.Revision = revision
			}
			if reading := schedule.Lapse(last.Edition, now.Add(72*time.Hour)); reading != nil {
				published, err := s.Publish(t.Context(), *publication(reading, last.Revision, now.Add(72*time.Hour)))
				require.NoError(r, err)
				last = published
			}
			read, err := s.Last(t.Context(), id)
			require.NoError(r, err)
			requireSame(r, last, read)
		}
		log, err := s.Log(t.Context(), id, store.MaxEditions)
		require.NoError(r, err)
		require.Len(r, log, int(last.Number))
	})
}

// anyDraft draws a conference of a few slots.
func anyDraft(t *rapid.T, id schedule.ConferenceID) *schedule.Draft {
	d := draft(string(id), rapid.IntRange(1, 8).Draw(t, "slots"), func(int) int { return rapid.IntRange(1, 2).Draw(t, "title") })
	d.Conference.ZoneName = rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Asia/Kolkata"}).Draw(t, "zone")
	for i := range d.Slots {
		slot := &d.Slots[i]
		shift := time.Duration(rapid.IntRange(0, 2).Draw(t, "shift")) * time.Hour
		slot.Start.Wall = schedule.WallTimeOf(time.Date(2026, 6, 1, i, 0, 0, 0, time.UTC).Add(shift))
		slot.End.Wall = schedule.WallTimeOf(time.Date(2026, 6, 1, i+1, 0, 0, 0, time.UTC).Add(shift))
		slot.RoomID = rapid.SampledFrom([]string{"", "r0", "r1"}).Draw(t, "room")
		slot.Status = rapid.SampledFrom([]schedule.Status{schedule.StatusConfirmed, schedule.StatusTentative, schedule.StatusCancelled}).Draw(t, "status")
		slot.Family = rapid.SampledFrom([]string{"", "family"}).Draw(t, "family")
	}
	for i := range d.Talks {
		d.Talks[i].TrackID = rapid.SampledFrom([]string{"", "go"}).Draw(t, "track")
		if rapid.Bool().Draw(t, "nobody") {
			d.Talks[i].SpeakerIDs, d.Talks[i].Tags, d.Talks[i].Links = nil, nil, nil
		}
	}
	d.Slots = slices.DeleteFunc(d.Slots, func(s schedule.DraftSlot) bool {
		return s.ID != "slot0" && rapid.IntRange(0, 4).Draw(t, "gone") == 0
	})
	return d
}

// TestLogBounds keeps the log from growing without end.
func TestLogBounds(t *testing.T) { onBoth(t, testLogBounds) }

func testLogBounds(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	p := publish(t, s, nil, draft("a", 1, same), begin())
	publish(t, s, nil, draft("b", 1, same), begin())
	_, err := s.DB().ExecContext(t.Context(), `UPDATE conferences SET number = $1 WHERE id = 'a'`, store.MaxEditions)
	require.NoError(t, err)
	change := schedule.Change{Slot: "slot0", Kinds: []schedule.ChangeKind{schedule.ChangeEdited}, After: schedule.FactsOf(p.Edition.Slots()[0])}
	many := slices.Repeat([]schedule.Change{change}, 20_000)
	published, err := s.Publish(t.Context(), store.Publication{After: 1, Edition: p.Edition, Changes: many, At: begin()})
	require.NoError(t, err)
	require.Equal(t, int64(store.MaxEditions+1), published.Number)

	log, err := s.Log(t.Context(), "a", 10)
	require.NoError(t, err)
	require.Len(t, log, 1, "the first is gone")
	require.Equal(t, published.Number, log[0].Number)
	require.Equal(t, change, log[0].Changes[0])
	require.Greater(t, len(log[0].Changes), 1_000)
	require.Equal(t, len(many), len(log[0].Changes)+log[0].Omitted)
	var size int
	require.NoError(t, s.DB().QueryRowContext(t.Context(), `SELECT max(length(changes)) FROM editions`).Scan(&size))
	require.LessOrEqual(t, size, store.MaxChanges)
	log, err = s.Log(t.Context(), "b", 10)
	require.NoError(t, err)
	require.Len(t, log, 1)
}

// TestTwoStores has several programs open one new file and publish to it at the
// same time.
func TestTwoStores(t *testing.T) { onBoth(t, testTwoStores) }

func testTwoStores(t *testing.T, on backend) {
	const stores, rounds = 4, 10
	path := on.fresh(t)
	var published, conflicts [stores]int
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			s, err := store.Open(t.Context(), path)
			if !assertNoError(t, err) {
				return
			}
			defer s.Close()
			for published[i] < rounds {
				last, err := s.Last(t.Context(), "a")
				if err != nil {
					last = nil
				}
				p, _ := read(last, build(t, draft("a", 5, func(int) int { return i*rounds + published[i] })), begin())
				_, err = s.Publish(t.Context(), *p)
				if err == nil {
					published[i]++
				} else if conflicts[i]++; !assertConflict(t, err) {
					return
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, [stores]int{rounds, rounds, rounds, rounds}, published)
	s := open(t, path)
	last, err := s.Last(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, int64(stores*rounds), last.Number)
	log, err := s.Log(t.Context(), "a", store.MaxEditions)
	require.NoError(t, err)
	require.Len(t, log, stores*rounds)
	t.Logf("%v conflicts", conflicts)
}

// TestOpenAtOnce has several programs make the same new file.
func TestOpenAtOnce(t *testing.T) { onBoth(t, testOpenAtOnce) }

func testOpenAtOnce(t *testing.T, on backend) {
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			path := on.fresh(t)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					s, err := store.Open(t.Context(), path)
					if assertNoError(t, err) {
						assertNoError(t, s.Close())
					}
				})
			}
			wg.Wait()
			publish(t, open(t, path), nil, draft("a", 1, same), begin())
		})
	}
}

// TestNewFile makes the file for this user alone, wherever it is.
func TestNewFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"slotcast.db", "a b?c#d%41&mode=ro.db", "ü.db", ":memory:"} {
		path := filepath.Join(t.TempDir(), name)
		s := open(t, path)
		publish(t, s, nil, draft("a", 1, same), begin())
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode(), path+suffix)
		}
	}
}

// TestSettings holds what every connection of the pool has to have.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := open(t, newPath(t))
	for range 4 {
		conn, err := s.DB().Conn(t.Context())
		require.NoError(t, err)
		defer conn.Close()
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "10000"} {
			var got string
			require.NoError(t, conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
			require.Equal(t, want, got, pragma)
		}
	}
}

// TestUnusable has a plain sentence for every file that is no good.
func TestUnusable(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	readOnly := filepath.Join(folder, "locked")
	require.NoError(t, os.Mkdir(readOnly, 0o500))
	if os.Getuid() == 0 {
		readOnly = "/sys" // where root may not write either
	}
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	made := func(name, statement string) string {
		path := filepath.Join(folder, name)
		s := open(t, path)
		_, err := s.DB().ExecContext(t.Context(), statement)
		require.NoError(t, err)
		require.NoError(t, s.Close())
		return path
	}
	random := make([]byte, 20_000)
	_, _ = rand.NewChaCha8([32]byte{}).Read(random)
	for path, want := range map[string]string{
		folder:                                 " is a folder; name the database's file in it, such as " + folder + "/slotcast.db",
		filepath.Join(folder, "none", "a.db"):  "there is no folder " + folder + "/none for the database; create it, or name another file",
		filepath.Join(readOnly, "a.db"):        " cannot be created (permission denied); let this user write to the folder, or name another file",
		write("file", nil) + "/a.db":           " cannot be reached (not a directory); check its path and who may read its folder",
		os.DevNull:                             " is a device or a pipe, not a file; name a file for the database",
		write("text", []byte("Some notes.\n")): "/text is not a database; name another file, or move this one away",
		write("random", random):                "/random is not a database; name another file, or move this one away",
		made("other", `DROP TABLE slotcast`):   "/other is a database of another program; name another file",
		made("newer", `INSERT INTO slotcast (version) VALUES (99)`): "/newer was written by a newer release of Slotcast (form 99; this release knows 2); run that release, or restore a backup from before",
	} {
		_, err := store.Open(t.Context(), path)
		require.Contains(t, requireKind(t, store.ErrUnusable, err), want)
	}
	s := open(t, write("empty", nil)) // as an interrupted creation leaves it
	publish(t, s, nil, draft("a", 1, same), begin())
}

// TestForm has a newer release come, while this one has the database open and
// before it opens it, and another program's tables.
func TestForm(t *testing.T) { onBoth(t, testForm) }

func testForm(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	one := publish(t, s, nil, draft("a", 1, same), begin())
	execute(t, s, `INSERT INTO slotcast (version) VALUES (99)`)
	_, err := s.Note(t.Context(), "a", one.Revision, one.Edition.Ledger())
	const newer = " was written by a newer release of Slotcast (form 99; this release knows 2); run that release, or restore a backup from before"
	require.Contains(t, requireKind(t, store.ErrUnusable, err), newer)
	_, err = store.Open(t.Context(), path)
	require.Contains(t, requireKind(t, store.ErrUnusable, err), newer)
	execute(t, s, `DROP TABLE slotcast`)
	_, err = store.Open(t.Context(), path)
	require.Contains(t, requireKind(t, store.ErrUnusable, err), " is a database of another program; name another ")
}

type coded int

func (c coded) Error() string { return fmt.Sprintf("code %d", int(c)) }
func (c coded) Code() int     { return int(c) }

func TestExplain(t *testing.T) {
	t.Parallel()
	s := open(t, newPath(t))
	for code, want := range map[int]string{
		5: "has been writing to", 5 | 2<<8: "has been writing to",
		3: "cannot be opened for writing", 8: "cannot be opened for writing", 8 | 3<<8: "cannot be opened for writing", 14: "cannot be opened for writing",
		10 | 4<<8: "failed (publish: code 1034); check its disk", 11: "is damaged; restore it", 13: "is full; free some space", 26: "is not a database",
	} {
		require.Contains(t, requireKind(t, store.ErrUnusable, s.Explain("publish", fmt.Errorf("publish: %w", coded(code)))), want)
	}
	require.EqualError(t, s.Explain("publish", coded(1)), "publish: code 1")
	require.EqualError(t, s.Explain("publish", os.ErrClosed), "publish: file already closed")
	require.NoError(t, s.Explain("publish", nil))
	told := schedule.Errorf(schedule.ErrConflict, "another came first")
	require.Equal(t, told, s.Explain("publish", told))
}

// TestFull has a disk that is full leave what was published.
func TestFull(t *testing.T) { onBoth(t, testFull) }

func testFull(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	one := publish(t, s, nil, draft("a", 3, same), begin())
	soleConnection(t, s, on.full)
	p, _ := read(one, build(t, draft("a", 500, same)), begin().Add(time.Hour))
	_, err := s.Publish(t.Context(), *p)
	require.Contains(t, requireKind(t, store.ErrUnusable, err), "nothing was stored, since the disk that holds ")
	last, err := s.Last(t.Context(), "a")
	require.NoError(t, err)
	requireSame(t, one, last)
}

// TestMigrate begins with a database that has no form yet, and with one that was
// left without its tables.
func TestMigrate(t *testing.T) { onBoth(t, testMigrate) }

func testMigrate(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	for _, table := range []string{"fetches", "tokens", "selections", "editions", "entries", "snapshots", "conferences"} {
		_, err := s.DB().ExecContext(t.Context(), `DROP TABLE `+table)
		require.NoError(t, err)
	}
	_, err := s.DB().ExecContext(t.Context(), `DELETE FROM slotcast`)
	require.NoError(t, err)
	require.NoError(t, s.Close())

	s = open(t, path) // from version 0
	one := publish(t, s, nil, draft("a", 3, same), begin())
	require.NoError(t, s.Close())
	s = open(t, path) // there is nothing to do
	last, err := s.Last(t.Context(), "a")
	require.NoError(t, err)
	requireSame(t, one, last)

	// From version 1, which has published.
	backToFirst(t, on, s)
	require.NoError(t, s.Close())
	s = open(t, path)
	last, err = s.Last(t.Context(), "a")
	require.NoError(t, err)
	requireSame(t, one, last)
	log, err := s.Log(t.Context(), "a", 10)
	require.NoError(t, err)
	require.Len(t, log, 1)
	create(t, s, choice(t, "one"), 1)
	require.NoError(t, s.Close())
	s = open(t, path) // there is nothing to do
	got, _ := find(t, s, 2)
	require.Equal(t, choice(t, "one"), got)
	publish(t, s, last, draft("a", 4, same), begin().Add(time.Hour))

	// A step that fails leaves nothing behind.
	_, err = s.DB().ExecContext(t.Context(), `DROP TABLE editions; DELETE FROM slotcast`)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = store.Open(t.Context(), path)
	require.ErrorContains(t, err, "migrations/001-published.sql: ")
}

// backToFirst takes a database back to the form of the first release.
func backToFirst(t *testing.T, on backend, s *store.Store) {
	execute(t, s, `DROP TABLE fetches; DROP TABLE tokens; DROP TABLE selections; DELETE FROM slotcast WHERE version > 1`)
	first, err := os.ReadFile("migrations/001-published.sql")
	require.NoError(t, err)
	want := strings.Count(string(first), "CREATE TABLE")
	require.Equal(t, want+1, number(t, s, on.tables), "and what says the form")
}

// TestSteps holds that what was released is not changed any more: databases are
// of that form.
func TestSteps(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"001-published.sql": "85ed28f5eb75772cb2b400b330f610e0237bf645b3a62585e2795054346c60a9",
	} {
		step, err := os.ReadFile("migrations/" + name)
		require.NoError(t, err)
		require.Equal(t, want, fmt.Sprintf("%x", sha256.Sum256(step)), "%s was changed; a new form is a further step", name)
	}
}

// TestParts has a database whose parts do not belong together refused.
func TestParts(t *testing.T) { onBoth(t, testParts) }

func testParts(t *testing.T, on backend) {
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	foreign := z.EncodeAll([]byte(`{"Version":99}`), nil)
	require.NoError(t, z.Close())
	for statement, want := range map[string]string{
		`DELETE FROM snapshots`:                    " is damaged; restore it from a backup",
		`DELETE FROM entries WHERE slot = 'slot1'`: " is damaged; restore it from a backup",
		`UPDATE entries SET digest = 'short'`:      " is damaged; restore it from a backup",
		`UPDATE conferences SET digest = 'short'`:  " is damaged; restore it from a backup",
		`UPDATE snapshots SET schedule = 'text'`:   " is damaged; restore it from a backup",
		`UPDATE snapshots SET schedule = $1`:       " was written by another release of Slotcast (read snapshot: its version is 99, and ",
		`UPDATE editions SET changes = '['`:        " is damaged; restore it from a backup",
	} {
		t.Run(statement, func(t *testing.T) {
			s := open(t, on.fresh(t))
			publish(t, s, nil, draft("a", 3, same), begin())
			var args []any
			if strings.Contains(statement, "$1") {
				args = append(args, foreign)
			}
			execute(t, s, statement, args...)
			_, lastErr := s.Last(t.Context(), "a")
			_, logErr := s.Log(t.Context(), "a", 1)
			require.Contains(t, requireKind(t, store.ErrUnusable, cmp.Or(lastErr, logErr)), want)
		})
	}
}

// TestChecksum has a single bit noticed, wherever in the schedule it is.
func TestChecksum(t *testing.T) { onBoth(t, testChecksum) }

func testChecksum(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	publish(t, s, nil, draft("a", 10, same), begin())
	var packed []byte
	require.NoError(t, s.DB().QueryRowContext(t.Context(), `SELECT schedule FROM snapshots`).Scan(&packed))
	for i := 5; i < len(packed); i += 7 { // from after what says how it is packed
		packed[i] ^= 1
		_, err := s.DB().ExecContext(t.Context(), `UPDATE snapshots SET schedule = $1`, packed)
		require.NoError(t, err)
		_, err = s.Last(t.Context(), "a")
		require.Contains(t, requireKind(t, store.ErrUnusable, err), " is damaged", "octet %d of %d", i, len(packed))
		packed[i] ^= 1
	}
}

// TestDamaged opens databases of which a part was lost or overwritten. They are
// refused with a sentence, or what was hit was of no account.
func TestDamaged(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := open(t, path)
	one := publish(t, s, nil, draft("a", 300, same), begin())
	create(t, s, choice(t, "one"), 1)
	require.NoError(t, s.NoteFetches(t.Context(), []schedule.Fetch{{Selection: "one", Client: "Thunderbird", Count: 1, Last: begin()}}))
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	refused := 0
	try := func(data []byte) {
		path := newPath(t)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		s, err := store.Open(t.Context(), path)
		if err == nil {
			defer s.Close()
			var last *store.Published
			if last, err = s.Last(t.Context(), "a"); err == nil {
				require.Equal(t, one.Edition.Slots(), last.Edition.Slots())
			}
			_, _ = s.Log(t.Context(), "a", 10)
			// A token that is not found is one that never was.
			if _, _, found := s.FindSelection(t.Context(), hash(2)); !errors.Is(found, schedule.ErrNotFound) {
				err = cmp.Or(err, found)
			}
			_, fetchesErr := s.Fetches(t.Context(), "one")
			eachErr := s.EachSelection(t.Context(), "a", func(schedule.Saved) error { return nil })
			err = cmp.Or(err, fetchesErr, eachErr)
		}
		if err != nil {
			refused++
			requireKind(t, store.ErrUnusable, err)
		}
	}
	for n := 1; n < len(whole); n += 4_000 {
		try(whole[:n])
	}
	require.Greater(t, refused, len(whole)/4_000-1, "every one that was cut off")
	refused = 0
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		data := slices.Clone(whole)
		at := random.IntN(len(data) - 4_096)
		for i := range 4_096 {
			data[at+i] = byte(random.Uint32())
		}
		try(data)
	}
	require.Greater(t, refused, 50)
}
