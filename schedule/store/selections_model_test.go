package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

// model is what [schedule.Selections] promises, in maps.
type model struct {
	saved   map[string]schedule.Saved
	tokens  map[int]modelToken // all that there ever were
	fetches map[string]map[string]schedule.Fetch
}

type modelToken struct {
	id     string // none where it leads nowhere
	access schedule.Access
}

func (m *model) use(id string, at time.Time) {
	s, ok := m.saved[id]
	if at = at.Truncate(24 * time.Hour); ok && at.After(s.Used) {
		s.Used = at
		m.saved[id] = s
	}
}

// drop has the tokens of a selection lead nowhere, those of one access or all.
func (m *model) drop(id string, access schedule.Access) {
	for n, token := range m.tokens {
		if token.id == id && (access == "" || token.access == access) {
			m.tokens[n] = modelToken{}
		}
	}
}

func (m *model) remove(id string) {
	m.drop(id, "")
	delete(m.saved, id)
	delete(m.fetches, id)
}

func (m *model) note(f schedule.Fetch) {
	if m.saved[f.Selection].ID == "" {
		return
	}
	m.use(f.Selection, f.Last)
	if f.Count == 0 {
		return
	}
	if m.fetches[f.Selection] == nil {
		m.fetches[f.Selection] = map[string]schedule.Fetch{}
	}
	was, known := m.fetches[f.Selection][f.Client]
	total := was.Count + f.Count
	if known && f.Last.Before(was.Last) {
		f = was
	}
	f.Count = total
	m.fetches[f.Selection][f.Client] = f
}

// TestSelectionsModel does anything in any order, and compares with the model.
func TestSelectionsModel(t *testing.T) { onBoth(t, testSelectionsModel) }

func testSelectionsModel(t *testing.T, on backend) {
	s := open(t, on.fresh(t))
	soleConnection(t, s, on.quick) // there is much to store
	rapid.Check(t, func(r *rapid.T) {
		execute(t, s, `DELETE FROM fetches; DELETE FROM tokens; DELETE FROM selections`)
		m := &model{map[string]schedule.Saved{}, map[int]modelToken{}, map[string]map[string]schedule.Fetch{}}
		r.Repeat(m.actions(t, s))
		m.check(t, r, s)
	})
}

func (m *model) actions(t *testing.T, s *store.Store) map[string]func(*rapid.T) {
	ctx := t.Context()
	id := func(r *rapid.T) string {
		return rapid.SampledFrom([]string{"one", "two", "three", "four"}).Draw(r, "id")
	}
	now := func(r *rapid.T) time.Time {
		return begin().Add(time.Duration(rapid.IntRange(0, 12).Draw(r, "hours")) * 8 * time.Hour)
	}
	selection := func(r *rapid.T) (c schedule.Selection) {
		c.Name = rapid.String().Draw(r, "name")
		for _, pick := range rapid.SliceOfN(rapid.IntRange(0, 9), 0, 3).Draw(r, "picks") {
			c.Picks = append(c.Picks, schedule.SlotID(fmt.Sprint("slot", pick)))
		}
		for _, rule := range rapid.SliceOfN(rapid.SampledFrom([]string{"", "track=go", "q=%C3%BC+x"}), 0, 2).Draw(r, "rules") {
			c.Include = append(c.Include, scope(r, rule))
		}
		return c
	}
	sealed := func(r *rapid.T) []byte { return rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(r, "sealed") }
	access := rapid.SampledFrom([]schedule.Access{schedule.AccessRead, schedule.AccessEdit})
	return map[string]func(*rapid.T){
		"create": func(r *rapid.T) {
			at := now(r)
			one := schedule.Saved{
				Selection: selection(r), ID: id(r), Conference: rapid.SampledFrom([]schedule.ConferenceID{"a", "b"}).Draw(r, "conference"),
				Version: 1, Created: at, Changed: at, Used: at.Truncate(24 * time.Hour), Sealed: sealed(r),
			}
			n := len(m.tokens)
			err := s.CreateSelection(ctx, one, hash(n), hash(n+1))
			if _, taken := m.saved[one.ID]; taken {
				require.Error(r, err)
				return
			}
			require.NoError(r, err)
			m.saved[one.ID] = one
			m.tokens[n], m.tokens[n+1] = modelToken{one.ID, schedule.AccessRead}, modelToken{one.ID, schedule.AccessEdit}
		},
		"replace": func(r *rapid.T) {
			id := id(r)
			was, there := m.saved[id]
			next := was
			next.ID, next.Selection, next.Changed, next.Sealed = id, selection(r), now(r), sealed(r)
			next.Version -= int64(rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(r, "behind"))
			got, err := s.ReplaceSelection(ctx, next)
			switch {
			case !there:
				require.ErrorIs(r, err, schedule.ErrGone)
			case next.Version != was.Version:
				require.ErrorIs(r, err, schedule.ErrConflict)
			default:
				require.NoError(r, err)
				next.Version++
				next.Sealed = was.Sealed // which is the token's business
				m.saved[id] = next
				m.use(id, next.Changed)
				require.Equal(r, m.saved[id], got)
			}
		},
		"token": func(r *rapid.T) {
			id, access, at, n, sealed := id(r), access.Draw(r, "access"), now(r), len(m.tokens), sealed(r)
			err := s.ReplaceToken(ctx, sealedNow(s, id), access, hash(n), sealed, at)
			if _, there := m.saved[id]; !there {
				require.ErrorIs(r, err, schedule.ErrGone)
				return
			}
			require.NoError(r, err)
			m.drop(id, access)
			m.tokens[n] = modelToken{id, access}
			one := m.saved[id]
			one.Sealed = sealed
			m.saved[id] = one
			m.use(id, at)
		},
		"delete": func(r *rapid.T) {
			id := id(r)
			require.NoError(r, s.DeleteSelection(ctx, id))
			m.remove(id)
		},
		"fetch": func(r *rapid.T) {
			var batch []schedule.Fetch
			for range rapid.IntRange(0, 4).Draw(r, "fetches") {
				f := schedule.Fetch{
					Selection: id(r), Client: rapid.SampledFrom([]string{"", "Thunderbird", "Google Calendar"}).Draw(r, "client"), Count: rapid.Int64Range(0, 5).Draw(r, "count"),
					Last: now(r), Edition: rapid.Int64Range(1, 3).Draw(r, "edition"), Version: rapid.Int64Range(1, 3).Draw(r, "version"),
				}
				batch = append(batch, f)
				m.note(f)
			}
			require.NoError(r, s.NoteFetches(ctx, batch))
		},
		"prune": func(r *rapid.T) {
			before, want := now(r).Add(-48*time.Hour), 0
			for id, one := range m.saved {
				if one.Used.Before(before.Truncate(24 * time.Hour)) {
					m.remove(id)
					want++
				}
			}
			pruned, err := s.PruneSelections(ctx, before)
			require.NoError(r, err)
			require.Equal(r, want, pruned)
		},
		"look": func(r *rapid.T) { m.check(t, r, s) },
	}
}

// check compares all that can be asked for.
func (m *model) check(t *testing.T, r *rapid.T, s *store.Store) {
	for n, token := range m.tokens {
		got, access, err := s.FindSelection(t.Context(), hash(n))
		if token.id == "" {
			require.ErrorIs(r, err, schedule.ErrGone)
			continue
		}
		require.NoError(r, err)
		require.Equal(r, m.saved[token.id], got)
		require.Equal(r, token.access, access)
	}
	_, _, err := s.FindSelection(t.Context(), hash(len(m.tokens)))
	require.ErrorIs(r, err, schedule.ErrNotFound)
	n, err := s.CountSelections(t.Context())
	require.NoError(r, err)
	require.Len(r, m.saved, n)
	each := map[string]schedule.Saved{}
	for _, conference := range []schedule.ConferenceID{"a", "b"} {
		require.NoError(r, s.EachSelection(t.Context(), conference, func(one schedule.Saved) error {
			require.Equal(r, conference, one.Conference)
			each[one.ID] = one
			return nil
		}))
	}
	require.Equal(r, m.saved, each)
	for _, id := range []string{"one", "two", "three", "four"} {
		var want []schedule.Fetch
		for _, f := range m.fetches[id] {
			want = append(want, f)
		}
		slices.SortFunc(want, func(a, b schedule.Fetch) int {
			return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Client, b.Client))
		})
		got, err := s.Fetches(t.Context(), id)
		require.NoError(r, err)
		require.Equal(r, want, got)
	}
}
