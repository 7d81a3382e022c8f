package store_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// hash is what is stored of the nth token.
func hash(n int) schedule.TokenHash {
	var t schedule.Token
	binary.BigEndian.PutUint64(t[:], uint64(n))
	return t.Hash()
}

func scope(t require.TestingT, query string) schedule.Scope {
	s, err := schedule.ParseScope(query, nil)
	require.NoError(t, err)
	return s
}

// firstDay is the day of begin.
func firstDay() time.Time { return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) }

// choice is a selection of conference a that is new at begin.
func choice(t require.TestingT, id string) schedule.Saved {
	return schedule.Saved{
		Selection: schedule.Selection{
			Name:    "Mine “<&>” ü",
			Picks:   []schedule.SlotID{"slot1", "slot2"},
			Include: []schedule.Scope{scope(t, ""), scope(t, "q=wild+boar&track=go")},
			Exclude: []schedule.Scope{scope(t, "day=2026-06-01")},
			Options: "alarm=10&busy=0",
		},
		ID: id, Conference: "a", Version: 1, Created: begin(), Changed: begin(), Used: firstDay(), Sealed: []byte("sealed"),
	}
}

// create stores a selection under the tokens 2n, which reads, and 2n+1, which
// edits.
func create(t testing.TB, s *store.Store, saved schedule.Saved, n int) {
	require.NoError(t, s.CreateSelection(t.Context(), saved, hash(2*n), hash(2*n+1)))
}

func find(t testing.TB, s *store.Store, token int) (schedule.Saved, schedule.Access) {
	t.Helper()
	saved, access, err := s.FindSelection(t.Context(), hash(token))
	require.NoError(t, err)
	return saved, access
}

// requireGone asserts that a token leads nowhere, and returns what is told.
func requireGone(t testing.TB, s *store.Store, token int) string {
	t.Helper()
	saved, access, err := s.FindSelection(t.Context(), hash(token))
	require.Zero(t, saved)
	require.Empty(t, access)
	return requireKind(t, schedule.ErrGone, err)
}

func count(t testing.TB, s *store.Store) int {
	t.Helper()
	n, err := s.CountSelections(t.Context())
	require.NoError(t, err)
	return n
}

func fetches(t testing.TB, s *store.Store, id string) []schedule.Fetch {
	t.Helper()
	all, err := s.Fetches(t.Context(), id)
	require.NoError(t, err)
	return all
}

// execute runs a statement on the database itself.
func execute(t testing.TB, s *store.Store, statement string, args ...any) {
	t.Helper()
	_, err := s.DB().ExecContext(t.Context(), statement, args...)
	require.NoError(t, err, statement)
}

// number runs a query on the database itself that comes to a number.
func number(t testing.TB, s *store.Store, query string) (n int) {
	t.Helper()
	require.NoError(t, s.DB().QueryRowContext(t.Context(), query).Scan(&n))
	return n
}
