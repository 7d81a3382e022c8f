package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// TestSelection walks the way of a selection through a database.
func TestSelection(t *testing.T) { onBoth(t, testSelection) }

func testSelection(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	ctx := t.Context()

	_, _, err := s.FindSelection(ctx, hash(2))
	require.Equal(t, "there is no such selection; check the link", requireKind(t, schedule.ErrNotFound, err))
	require.Zero(t, count(t, s))

	one, other := choice(t, "one"), choice(t, "other")
	other.Sealed = nil
	created := one
	created.Created, created.Changed, created.Used = begin().Add(999*time.Millisecond).In(time.FixedZone("", 3_600)), begin(), begin()
	create(t, s, created, 1)
	create(t, s, other, 2)
	for token, want := range map[int]schedule.Access{2: schedule.AccessRead, 3: schedule.AccessEdit} {
		got, access := find(t, s, token)
		require.Equal(t, want, access)
		require.Equal(t, one, got, "times are UTC, in whole seconds, and used to a day")
	}
	require.Equal(t, 2, count(t, s))

	// A change, which its conference, creation and tokens are no part of.
	change := one
	change.Selection = schedule.Selection{Picks: []schedule.SlotID{}}
	change.Conference, change.Created, change.Changed, change.Used, change.Sealed = "b", time.Time{}, begin().Add(30*time.Hour), time.Time{}, []byte("what it was before")
	two, err := s.ReplaceSelection(ctx, change)
	require.NoError(t, err)
	want := schedule.Saved{
		Selection: change.Selection, ID: "one", Conference: "a", Version: 2,
		Created: begin(), Changed: begin().Add(30 * time.Hour), Used: firstDay().Add(24 * time.Hour), Sealed: []byte("sealed"),
	}
	require.Equal(t, want, two)
	got, _ := find(t, s, 2)
	require.Equal(t, two, got)

	for _, version := range []int64{1, 3, 0, -1} {
		change.Version = version
		_, err = s.ReplaceSelection(ctx, change)
		require.Equal(t, "this selection has been changed elsewhere meanwhile; load it again and repeat your change", requireKind(t, schedule.ErrConflict, err))
	}
	got, _ = find(t, s, 3)
	require.Equal(t, two, got)

	// It is deleted, and stays so.
	require.NoError(t, s.NoteFetches(ctx, []schedule.Fetch{{Selection: "one", Client: "Thunderbird", Count: 1, Last: begin()}}))
	for range 2 {
		require.NoError(t, s.DeleteSelection(ctx, "one"))
	}
	require.NoError(t, s.DeleteSelection(ctx, "never"))
	for range 2 {
		for _, token := range []int{2, 3} {
			require.Equal(t, "this selection was deleted by its owner", requireGone(t, s, token))
		}
		_, err = s.ReplaceSelection(ctx, two)
		require.Equal(t, "this selection has been deleted meanwhile", requireKind(t, schedule.ErrGone, err))
		requireKind(t, schedule.ErrGone, s.ReplaceToken(ctx, sealedNow(s, "one"), schedule.AccessRead, hash(9), []byte("sealed anew"), begin()))
		require.Empty(t, fetches(t, s, "one"))
		got, access := find(t, s, 4)
		require.Equal(t, other, got)
		require.Equal(t, schedule.AccessRead, access)
		require.Equal(t, 1, count(t, s))

		require.NoError(t, s.Close()) // and after a restart
		s = open(t, path)
	}
	require.Equal(t, 2, number(t, s, `SELECT count(*) FROM tokens WHERE selection IS NULL AND state = 'deleted'`))
}

// TestForgotten has nothing of a deleted selection left in the file, nor what
// one was before it was changed.
func TestForgotten(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := open(t, path)
	for i, id := range []string{"selection1", "selection2", "selection3"} {
		saved := choice(t, id)
		saved.Name = "The name of " + id
		for pick := range 2_000 { // which need pages of their own
			saved.Picks = append(saved.Picks, schedule.SlotID(fmt.Sprintf("pick-%d-of-%s", pick, id)))
		}
		create(t, s, saved, i)
		require.NoError(t, s.NoteFetches(t.Context(), []schedule.Fetch{{Selection: id, Client: "The client of " + id, Count: 1, Last: begin()}}))
	}
	require.NoError(t, s.DeleteSelection(t.Context(), "selection1"))
	changed := choice(t, "selection2")
	_, err := s.ReplaceSelection(t.Context(), changed)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	for text, want := range map[string]bool{
		"selection1": false, "-of-selection1": false,
		"selection2": true, "The client of selection2": true, "The name of selection2": false, "-of-selection2": false,
		"The name of selection3": true, "pick-1999-of-selection3": true,
	} {
		require.Equal(t, want, bytes.Contains(left, []byte(text)), text)
	}
}

// TestStrangeSelection refuses what no caller should ask for, and then nothing
// of it is stored.
func TestStrangeSelection(t *testing.T) { onBoth(t, testStrangeSelection) }

func testStrangeSelection(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	create(t, s, choice(t, "one"), 1)
	require.NoError(t, s.ReplaceToken(t.Context(), sealedNow(s, "one"), schedule.AccessRead, hash(9), []byte("sealed"), begin()))
	two, old := choice(t, "two"), choice(t, "old")
	old.Version = 2
	for name, do := range map[string]func() error{
		"an id twice":          func() error { return s.CreateSelection(t.Context(), choice(t, "one"), hash(10), hash(11)) },
		"no id":                func() error { return s.CreateSelection(t.Context(), choice(t, ""), hash(10), hash(11)) },
		"not the first":        func() error { return s.CreateSelection(t.Context(), old, hash(10), hash(11)) },
		"a token for both":     func() error { return s.CreateSelection(t.Context(), two, hash(10), hash(10)) },
		"the token of another": func() error { return s.CreateSelection(t.Context(), two, hash(10), hash(3)) },
		"a token that was":     func() error { return s.CreateSelection(t.Context(), two, hash(2), hash(10)) },
		"the same token again": func() error {
			return s.ReplaceToken(t.Context(), sealedNow(s, "one"), schedule.AccessRead, hash(9), []byte("sealed anew"), begin())
		},
		"back to the one before": func() error {
			return s.ReplaceToken(t.Context(), sealedNow(s, "one"), schedule.AccessRead, hash(2), []byte("sealed anew"), begin())
		},
		"the token for the other": func() error {
			return s.ReplaceToken(t.Context(), sealedNow(s, "one"), schedule.AccessRead, hash(3), []byte("sealed anew"), begin())
		},
		"no access": func() error {
			return s.ReplaceToken(t.Context(), sealedNow(s, "one"), "deleted", hash(10), []byte("sealed anew"), begin())
		},
		"fewer than nothing": func() error {
			return s.NoteFetches(t.Context(), []schedule.Fetch{{Selection: "one", Count: 1}, {Count: -1}})
		},
		"fewer than nothing, first": func() error {
			return s.NoteFetches(t.Context(), []schedule.Fetch{{Count: -1}, {Selection: "one", Count: 1}})
		},
	} {
		require.Error(t, do(), name)
		require.NotErrorIs(t, do(), schedule.ErrGone, name)
		got, access := find(t, s, 9)
		require.Equal(t, choice(t, "one"), got, name)
		require.Equal(t, schedule.AccessRead, access, name)
		require.Equal(t, "this link was replaced by its owner", requireGone(t, s, 2), name)
		_, _, err := s.FindSelection(t.Context(), hash(10))
		require.ErrorIs(t, err, schedule.ErrNotFound, name)
		require.Equal(t, 1, count(t, s), name)
		require.Empty(t, fetches(t, s, "one"), name)
	}
}

// TestReplaceToken rotates either token again and again; the other stays.
func TestReplaceToken(t *testing.T) { onBoth(t, testReplaceToken) }

func testReplaceToken(t *testing.T, on backend) {
	for access, other := range map[schedule.Access]int{schedule.AccessRead: 3, schedule.AccessEdit: 2} {
		s := open(t, on.fresh(t))
		create(t, s, choice(t, "one"), 1)
		create(t, s, choice(t, "two"), 2)
		now := 5 - other
		for next := 100; next < 103; next++ {
			require.NoError(t, s.ReplaceToken(t.Context(), sealedNow(s, "one"), access, hash(next), fmt.Append(nil, "sealed ", next), begin().Add(time.Duration(next-100)*24*time.Hour)))
			require.Equal(t, "this link was replaced by its owner", requireGone(t, s, now))
			now = next
			got, does := find(t, s, now)
			require.Equal(t, access, does)
			want := choice(t, "one")
			want.Used = firstDay().Add(time.Duration(next-100) * 24 * time.Hour)
			want.Sealed = fmt.Append(nil, "sealed ", next)
			require.Equal(t, want, got, "it is used, and not changed")
			same, does := find(t, s, other)
			require.NotEqual(t, access, does)
			require.Equal(t, got, same)
		}
		require.NoError(t, s.DeleteSelection(t.Context(), "one"))
		const deleted, replaced = "this selection was deleted by its owner", "this link was replaced by its owner"
		for token, want := range map[int]string{now: deleted, other: deleted, 5 - other: replaced, 100: replaced, 101: replaced} {
			require.Equal(t, want, requireGone(t, s, token))
		}
		got, _ := find(t, s, 4)
		require.Equal(t, choice(t, "two"), got)
	}
}

// TestEdits has many change a selection of which all have the same version, in
// several programs: one of them does, and the others are told.
func TestEdits(t *testing.T) { onBoth(t, testEdits) }

func testEdits(t *testing.T, on backend) {
	path := on.fresh(t)
	stores := []*store.Store{open(t, path), open(t, path)}
	create(t, stores[0], choice(t, "one"), 1)
	const writers, rounds = 4, 25
	for round := range rounds {
		saved, _ := find(t, stores[round%2], 3)
		require.Equal(t, int64(round+1), saved.Version)
		var kept [writers]schedule.Saved
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				mine := saved
				mine.Name = fmt.Sprint("of writer ", i, " in round ", round)
				got, err := stores[i%2].ReplaceSelection(t.Context(), mine)
				if err == nil {
					kept[i] = got
				} else {
					assertConflict(t, err)
				}
			})
		}
		wg.Wait()
		won := slices.DeleteFunc(kept[:], func(s schedule.Saved) bool { return s.ID == "" })
		require.Len(t, won, 1)
		got, _ := find(t, stores[1-round%2], 2)
		require.Equal(t, won[0], got)
	}
}

// TestReadersPass has those who read not wait for those who wait to write.
func TestReadersPass(t *testing.T) { onBoth(t, testReadersPass) }

func testReadersPass(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	create(t, s, choice(t, "one"), 1)
	release := hold(t, on, open(t, path)) // another program writes
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			assertNoError(t, s.NoteFetches(t.Context(), []schedule.Fetch{{Selection: "one", Client: fmt.Sprint(i % 2), Count: 1, Last: begin()}}))
		})
	}
	for range 1_000 {
		find(t, s, 2)
	}
	require.Empty(t, fetches(t, s, "one"))
	require.NoError(t, release())
	wg.Wait()
	require.Equal(t, []schedule.Fetch{{Selection: "one", Client: "0", Count: 10, Last: begin()}, {Selection: "one", Client: "1", Count: 10, Last: begin()}}, fetches(t, s, "one"))
}

func TestNoteFetches(t *testing.T) { onBoth(t, testNoteFetches) }

func testNoteFetches(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	create(t, s, choice(t, "one"), 1)
	create(t, s, choice(t, "two"), 2)
	at := func(hours int) time.Time { return begin().Add(time.Duration(hours) * time.Hour) }
	note := func(fetches ...schedule.Fetch) { require.NoError(t, s.NoteFetches(t.Context(), fetches)) }

	note()
	require.Empty(t, fetches(t, s, "one"))
	note(
		schedule.Fetch{Selection: "one", Client: "Google Calendar", Count: 2, Last: at(1), Edition: 3, Version: 1},
		schedule.Fetch{Selection: "never", Client: "Google Calendar", Count: 7, Last: at(1), Edition: 3, Version: 1},
		schedule.Fetch{Selection: "one", Client: "Thunderbird", Count: 1, Last: at(2).Add(time.Millisecond), Edition: 4, Version: 1},
		schedule.Fetch{Selection: "one", Client: "Google Calendar", Count: 3, Last: at(3), Edition: 4, Version: 2},
		schedule.Fetch{Selection: "two", Client: "", Count: 1, Last: at(3), Edition: 4, Version: 1},
	)
	google := schedule.Fetch{Selection: "one", Client: "Google Calendar", Count: 5, Last: at(3), Edition: 4, Version: 2}
	thunderbird := schedule.Fetch{Selection: "one", Client: "Thunderbird", Count: 1, Last: at(2), Edition: 4, Version: 1}
	require.Equal(t, []schedule.Fetch{google, thunderbird}, fetches(t, s, "one"))

	// What is told late adds up, and takes nothing back.
	note(schedule.Fetch{Selection: "one", Client: "Google Calendar", Count: 10, Last: at(0), Edition: 1, Version: 1})
	google.Count = 15
	require.Equal(t, []schedule.Fetch{google, thunderbird}, fetches(t, s, "one"))
	// Of one second, what was told last.
	note(schedule.Fetch{Selection: "one", Client: "Thunderbird", Count: 1, Last: at(2), Edition: 5, Version: 2})
	thunderbird.Count, thunderbird.Edition, thunderbird.Version = 2, 5, 2
	require.Equal(t, []schedule.Fetch{google, thunderbird}, fetches(t, s, "one"))
	// The same time, by name.
	note(schedule.Fetch{Selection: "one", Client: "Thunderbird", Count: 1, Last: at(3), Edition: 5, Version: 2}, schedule.Fetch{Selection: "one", Client: "Apple", Count: 1, Last: at(3)})
	thunderbird.Count, thunderbird.Last = 3, at(3)
	require.Equal(t, []schedule.Fetch{{Selection: "one", Client: "Apple", Count: 1, Last: at(3)}, google, thunderbird}, fetches(t, s, "one"))
	require.Equal(t, []schedule.Fetch{{Selection: "two", Count: 1, Last: at(3), Edition: 4, Version: 1}}, fetches(t, s, "two"))
	require.Empty(t, fetches(t, s, "never"))
	got, _ := find(t, s, 2)
	require.Equal(t, choice(t, "one"), got, "it is no change")
}

// TestUsed writes when a selection was used once a day, in whichever order that
// is told.
func TestUsed(t *testing.T) { onBoth(t, testUsed) }

func testUsed(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	create(t, s, choice(t, "one"), 1)
	execute(t, s, `CREATE TABLE writes (at BIGINT)`)
	execute(t, s, on.counting)
	midnight := firstDay().Add(24 * time.Hour)
	for i, step := range []struct {
		last   time.Time
		count  int64
		used   time.Time
		writes int
	}{
		{begin(), 1, firstDay(), 0},
		{midnight.Add(-time.Nanosecond), 1, firstDay(), 0},
		{midnight, 1, midnight, 1},
		{midnight.Add(5 * time.Hour), 1, midnight, 1},
		{begin(), 1, midnight, 1},
		{time.Date(2026, 5, 3, 0, 30, 0, 0, time.FixedZone("", 3_600)), 1, midnight, 1},
		{midnight.Add(72 * time.Hour), 0, midnight.Add(72 * time.Hour), 2}, // a look at the page
		{midnight.Add(-72 * time.Hour), 0, midnight.Add(72 * time.Hour), 2},
	} {
		fetch := schedule.Fetch{Selection: "one", Client: "Thunderbird", Count: step.count, Last: step.last}
		require.NoError(t, s.NoteFetches(t.Context(), []schedule.Fetch{fetch, fetch}))
		got, _ := find(t, s, 2)
		require.Equal(t, step.used, got.Used, "step %d", i)
		require.Equal(t, step.writes, number(t, s, `SELECT count(*) FROM writes`), "step %d", i)
	}
	require.Equal(t, int64(12), fetches(t, s, "one")[0].Count)

	// A change that was begun before does not take it back.
	change, _ := find(t, s, 3)
	change.Used, change.Changed = firstDay(), begin()
	got, err := s.ReplaceSelection(t.Context(), change)
	require.NoError(t, err)
	require.Equal(t, midnight.Add(72*time.Hour), got.Used)
}

// TestPrune deletes what was not used, more of it than one transaction takes.
func TestPrune(t *testing.T) { onBoth(t, testPrune) }

func testPrune(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	soleConnection(t, s, on.quick) // there is much to store
	const old, recent = 1_001, 3
	for i := range old + recent {
		saved := choice(t, fmt.Sprint(i))
		if i >= old {
			saved.Used = firstDay().Add(24 * time.Hour)
		}
		create(t, s, saved, i)
	}
	require.NoError(t, s.NoteFetches(t.Context(), []schedule.Fetch{{Selection: "0", Client: "Thunderbird", Count: 1, Last: begin()}}))
	prune := func(before time.Time) int {
		n, err := s.PruneSelections(t.Context(), before)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, prune(firstDay()))
	require.Zero(t, prune(begin().Add(11*time.Hour)), "they may have been used that day, after this")
	require.Equal(t, old, prune(firstDay().Add(24*time.Hour)))
	require.Zero(t, prune(firstDay().Add(47*time.Hour)))
	require.Equal(t, recent, count(t, s))
	for token := range 2 * old {
		require.Equal(t, "this selection was deleted, since nobody had used it for a long time", requireGone(t, s, token))
	}
	require.Empty(t, fetches(t, s, "0"))
	for i := range recent {
		got, _ := find(t, s, 2*(old+i))
		require.Equal(t, fmt.Sprint(old+i), got.ID)
	}
	require.Equal(t, 2*(old+recent), number(t, s, `SELECT count(*) FROM tokens`))
}

// TestEachSelection reads more than a page holds, by rows and by octets, while
// the caller uses the only connection.
func TestEachSelection(t *testing.T) { onBoth(t, testEachSelection) }

func testEachSelection(t *testing.T, on backend) {
	for name, c := range map[string]struct{ many, picks, page int }{
		"rows":                {store.PageRows + 1, 0, store.PageRows},
		"octets, whole pages": {6, 6_000, 3},
		"none":                {0, 0, 0},
	} {
		s := open(t, on.fresh(t))
		soleConnection(t, s, on.quick) // there is much to store
		want := map[string]schedule.Saved{}
		for i := range c.many {
			saved := choice(t, fmt.Sprint("a", i))
			for pick := range c.picks {
				saved.Picks = append(saved.Picks, schedule.SlotID(fmt.Sprintf("slot-%060d", pick)))
			}
			create(t, s, saved, i)
			want[saved.ID] = saved
		}
		other := choice(t, "b")
		other.Conference = "b"
		create(t, s, other, c.many)

		got := map[string]schedule.Saved{}
		require.NoError(t, s.EachSelection(t.Context(), "a", func(saved schedule.Saved) error {
			require.NotContains(t, got, saved.ID)
			got[saved.ID] = saved
			if len(got)%500 == 1 {
				_, err := s.ReplaceSelection(t.Context(), saved)
				require.NoError(t, err)
				require.Equal(t, c.many+1, count(t, s))
			}
			return nil
		}), name)
		require.Equal(t, want, got, name)

		// All are gone once the first is seen: those that follow are of its page.
		seen := 0
		require.NoError(t, s.EachSelection(t.Context(), "a", func(schedule.Saved) error {
			if seen++; seen == 1 {
				execute(t, s, `UPDATE selections SET conference = 'elsewhere' WHERE conference = 'a'`)
			}
			return nil
		}), name)
		require.Equal(t, c.page, seen, name)
		enough := errors.New("enough")
		err := s.EachSelection(t.Context(), "b", func(schedule.Saved) error { return enough })
		require.Equal(t, enough, err, name)
	}
}

// TestDamagedSelections refuses rows that make no sense.
func TestDamagedSelections(t *testing.T) { onBoth(t, testDamagedSelections) }

func testDamagedSelections(t *testing.T, on backend) {
	const damaged, newer = " is damaged; restore it from a backup", " was written by a newer release of Slotcast (form 2; this release knows 1); run that release"
	statements := map[string]string{
		`UPDATE selections SET body = '{"form":1,'`:                       damaged,
		`UPDATE selections SET body = '{"form":1} {}'`:                    damaged,
		`UPDATE selections SET body = ''`:                                 damaged,
		`UPDATE selections SET body = 'null'`:                             damaged,
		`UPDATE selections SET body = '{"name":"Mine"}'`:                  damaged,
		`UPDATE selections SET body = '{"form":0}'`:                       damaged,
		`UPDATE selections SET body = '{"form":"one"}'`:                   damaged,
		`UPDATE selections SET body = '{"form":1,"include":["track"]}'`:   damaged,
		`UPDATE selections SET body = '{"form":1,"picks":{}}'`:            damaged,
		`UPDATE selections SET body = '{"form":2}'`:                       newer,
		`UPDATE selections SET body = '{"form":2,"picks":{}}'`:            newer,
		`UPDATE selections SET version = 0`:                               damaged,
		`UPDATE fetches SET count = 0`:                                    damaged,
		`UPDATE tokens SET state = 'write'`:                               damaged,
		`UPDATE tokens SET state = 'deleted'`:                             damaged,
		`UPDATE tokens SET selection = NULL`:                              damaged,
		`UPDATE tokens SET selection = NULL, state = ''`:                  damaged,
		`DELETE FROM selections`:                                          damaged,
		`UPDATE tokens SET selection = 'other' WHERE state = 'read'`:      damaged,
		`UPDATE selections SET id = ''; UPDATE tokens SET selection = ''`: damaged,
	}
	if on.name == "sqlite" { // which keeps anything in any column
		maps.Copy(statements, map[string]string{
			`UPDATE selections SET version = 'one'`: damaged,
			`UPDATE selections SET created = 'now'`: damaged,
			`UPDATE selections SET used = x'00ff'`:  damaged,
			`UPDATE fetches SET count = 'some'`:     damaged,
		})
	}
	for statement, want := range statements {
		t.Run(statement, func(t *testing.T) {
			s := open(t, on.fresh(t))
			create(t, s, choice(t, "one"), 1)
			execute(t, s, `DELETE FROM tokens WHERE state = 'edit'`) // or two would have one state
			require.NoError(t, s.NoteFetches(t.Context(), []schedule.Fetch{{Selection: "one", Count: 1, Last: begin()}}))
			soleConnection(t, s, on.loose)
			execute(t, s, statement)
			_, _, err := s.FindSelection(t.Context(), hash(2))
			if strings.Contains(statement, "fetches") {
				require.NoError(t, err, statement)
				_, err = s.Fetches(t.Context(), "one")
			}
			require.Contains(t, requireKind(t, store.ErrUnusable, err), want)
			if strings.HasPrefix(statement, "UPDATE selections") && !strings.Contains(statement, "SET id") {
				err := s.EachSelection(t.Context(), "a", func(schedule.Saved) error { return nil })
				require.Contains(t, requireKind(t, store.ErrUnusable, err), want)
			}
		})
	}

	// A selection that lost a token cannot have that replaced.
	s := open(t, on.fresh(t))
	create(t, s, choice(t, "one"), 1)
	execute(t, s, `DELETE FROM tokens WHERE state = 'edit'`)
	err := s.ReplaceToken(t.Context(), sealedNow(s, "one"), schedule.AccessEdit, hash(9), []byte("sealed anew"), begin())
	require.Contains(t, requireKind(t, store.ErrUnusable, err), damaged)
}

// changes are all ways to write to selections, of which “one” and “two” are
// stored under the tokens of 1 and 2.
func changes(ctx context.Context, t require.TestingT, s *store.Store) map[string]func() error {
	long := choice(t, "one")
	long.Name = strings.Repeat("long ", 5_000)
	created := long
	created.ID = "new"
	return map[string]func() error{
		"create":  func() error { return s.CreateSelection(ctx, created, hash(90), hash(91)) },
		"replace": func() error { _, err := s.ReplaceSelection(ctx, long); return err },
		"token": func() error {
			return s.ReplaceToken(ctx, sealedNow(s, "one"), schedule.AccessRead, hash(92), []byte("sealed anew"), begin())
		},
		"delete": func() error { return s.DeleteSelection(ctx, "one") },
		"prune":  func() error { _, err := s.PruneSelections(ctx, begin().Add(1_000*time.Hour)); return err },
		"fetches": func() error {
			return s.NoteFetches(ctx, []schedule.Fetch{{Selection: "one", Client: strings.Repeat("long ", 5_000), Count: 1, Last: begin().Add(100 * time.Hour)}})
		},
	}
}

// requireUntouched asserts that of all changes none was stored.
func requireUntouched(t *testing.T, s *store.Store, name string) {
	for n, id := range []string{1: "one", 2: "two"} {
		if id != "" {
			for token := 2 * n; token < 2*n+2; token++ {
				got, _ := find(t, s, token)
				require.Equal(t, choice(t, id), got, name)
			}
			require.Empty(t, fetches(t, s, id), name)
		}
	}
	require.Equal(t, 2, count(t, s), name)
	require.Equal(t, 4, number(t, s, `SELECT count(*) FROM tokens`), name)
}

// TestSelectionContext has what is called off leave what there was.
func TestSelectionContext(t *testing.T) { onBoth(t, testSelectionContext) }

func testSelectionContext(t *testing.T, on backend) {
	path := on.fresh(t)
	s := open(t, path)
	create(t, s, choice(t, "one"), 1)
	create(t, s, choice(t, "two"), 2)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for name, do := range changes(done, t, s) {
		require.ErrorIs(t, do(), context.Canceled, name)
	}
	_, _, err := s.FindSelection(done, hash(2))
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Fetches(done, "one")
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.CountSelections(done)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, s.EachSelection(done, "a", func(schedule.Saved) error { return nil }), context.Canceled)

	// Others write, and the deadline comes before they have finished: another
	// program, and then this one too.
	defer hold(t, on, open(t, path))() //nolint:errcheck // nothing was written
	var wg sync.WaitGroup
	for name, do := range changes(deadline(t), t, s) {
		wg.Go(func() {
			if err := do(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	requireUntouched(t, s, "all")
}

// deadline is a context that ends soon.
func deadline(t *testing.T) context.Context {
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	t.Cleanup(cancel)
	return soon
}

// TestSelectionsFull has a disk that is full leave what there was.
func TestSelectionsFull(t *testing.T) { onBoth(t, testSelectionsFull) }

func testSelectionsFull(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	create(t, s, choice(t, "one"), 1)
	create(t, s, choice(t, "two"), 2)
	soleConnection(t, s, on.full)
	for name, do := range changes(t.Context(), t, s) {
		if name == "create" || name == "replace" || name == "fetches" { // the others need no room
			require.Contains(t, requireKind(t, store.ErrUnusable, do()), "nothing was stored, since the disk that holds ", name)
			requireUntouched(t, s, name)
		}
	}
	require.NoError(t, s.DeleteSelection(t.Context(), "one"), "which makes room")
}

// TestSelectionsForm has a newer release come while this one has the database
// open.
func TestSelectionsForm(t *testing.T) { onBoth(t, testSelectionsForm) }

func testSelectionsForm(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	create(t, s, choice(t, "one"), 1)
	create(t, s, choice(t, "two"), 2)
	execute(t, s, `INSERT INTO slotcast (version) VALUES (99)`)
	for name, do := range changes(t.Context(), t, s) {
		require.Contains(t, requireKind(t, store.ErrUnusable, do()), "was written by a newer release of Slotcast (form 99; this release knows 2)", name)
		requireUntouched(t, s, name)
	}
}

// sealedNow is a selection as far as it takes to replace its token.
func sealedNow(s *store.Store, id string) schedule.Saved {
	saved := schedule.Saved{ID: id}
	_ = s.DB().QueryRow(`SELECT sealed FROM selections WHERE id = $1`, id).Scan(&saved.Sealed) // nothing of one that is gone
	return saved
}

// TestReplaceBoth has both links replaced by who has read the selection once: the
// second would seal a token that is gone.
func TestReplaceBoth(t *testing.T) { onBoth(t, testReplaceBoth) }

func testReplaceBoth(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	saved := schedule.Saved{ID: "one", Conference: "a", Version: 1, Created: begin(), Changed: begin(), Used: begin(), Sealed: []byte("first")}
	require.NoError(t, s.CreateSelection(t.Context(), saved, hash(1), hash(2)))
	require.NoError(t, s.ReplaceToken(t.Context(), saved, schedule.AccessRead, hash(3), []byte("second"), begin()))
	requireKind(t, schedule.ErrConflict, s.ReplaceToken(t.Context(), saved, schedule.AccessEdit, hash(4), []byte("third"), begin()))
	found, _, err := s.FindSelection(t.Context(), hash(2))
	require.NoError(t, err)
	require.Equal(t, []byte("second"), found.Sealed)
}
