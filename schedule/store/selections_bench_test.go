package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// storeMany stores n selections of 20 picks, all in one transaction.
func storeMany(b *testing.B, s *store.Store, n int) {
	one := choice(b, "0")
	for i := range 20 {
		one.Picks = append(one.Picks, schedule.SlotID(fmt.Sprint("an-evening-of-go-", i)))
	}
	create(b, s, one, 0)
	tx, err := s.DB().BeginTx(b.Context(), nil)
	require.NoError(b, err)
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	selection, err := tx.PrepareContext(b.Context(), `INSERT INTO selections SELECT $1, conference, version, created, changed, used, sealed, body FROM selections WHERE id = '0'`)
	require.NoError(b, err)
	token, err := tx.PrepareContext(b.Context(), `INSERT INTO tokens VALUES ($1, $2, $3)`)
	require.NoError(b, err)
	for i := 1; i < n; i++ {
		id := fmt.Sprint(i)
		_, err := selection.ExecContext(b.Context(), id)
		require.NoError(b, err)
		for j, access := range []schedule.Access{schedule.AccessRead, schedule.AccessEdit} {
			h := hash(2*i + j)
			_, err := token.ExecContext(b.Context(), h[:], id, string(access))
			require.NoError(b, err)
		}
	}
	require.NoError(b, tx.Commit())
}

// BenchmarkSelections measures with 100,000 selections, any of which may be
// asked for.
func BenchmarkSelections(b *testing.B) { benchBoth(b, benchmarkSelections) }

func benchmarkSelections(b *testing.B, on backend) {
	const n = 100_000
	s := open(b, on.fresh(b))
	storeMany(b, s, n)
	random := rand.New(rand.NewPCG(1, 2))
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			_, _, err := s.FindSelection(b.Context(), hash(random.IntN(2*n)))
			require.NoError(b, err)
		}
	})
	b.Run("find/parallel", func(b *testing.B) {
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if _, _, err := s.FindSelection(b.Context(), hash(rand.IntN(2*n))); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("find/none", func(b *testing.B) {
		for b.Loop() {
			_, _, err := s.FindSelection(b.Context(), hash(2*n+random.IntN(n)))
			require.ErrorIs(b, err, schedule.ErrNotFound)
		}
	})
	b.Run("replace", func(b *testing.B) {
		for b.Loop() {
			saved, _, err := s.FindSelection(b.Context(), hash(random.IntN(2*n)))
			require.NoError(b, err)
			_, err = s.ReplaceSelection(b.Context(), saved)
			require.NoError(b, err)
		}
	})
	b.Run("note/100", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			var batch []schedule.Fetch
			for range 100 {
				batch = append(batch, schedule.Fetch{Selection: fmt.Sprint(random.IntN(n)), Client: "Thunderbird", Count: 1, Last: begin().Add(time.Duration(i) * time.Minute)})
			}
			require.NoError(b, s.NoteFetches(b.Context(), batch))
		}
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			require.Equal(b, n, count(b, s))
		}
	})
	b.Run("each", func(b *testing.B) {
		for b.Loop() {
			seen := 0
			require.NoError(b, s.EachSelection(b.Context(), "a", func(schedule.Saved) error { seen++; return nil }))
			require.Equal(b, n, seen)
		}
	})
	b.Run("prune", func(b *testing.B) { // all, the first time
		for b.Loop() {
			_, err := s.PruneSelections(b.Context(), begin().Add(10_000*time.Hour))
			require.NoError(b, err)
		}
	})
}
