package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// benchDraft is a conference of n slots with abstracts of about 1,000
// characters, each its own.
func benchDraft(n int, version func(i int) int) *schedule.Draft {
	d := draft("a", n, version)
	for i := range d.Talks {
		var text strings.Builder
		for word := range 130 {
			fmt.Fprintf(&text, "word%d ", (i*7919+word*104_729)%5_003)
		}
		d.Talks[i].Abstract = text.String()
	}
	return d
}

// BenchmarkPublish stores a first edition, one of which 1 % has changed, and a
// read that publishes nothing, without what comes before a store.
func BenchmarkPublish(b *testing.B) { benchBoth(b, benchmarkPublish) }

func benchmarkPublish(b *testing.B, on backend) {
	for _, n := range []int{1_000, 10_000} {
		// Two schedules that differ by 1 %, turn and turn about.
		var drafts [2]*schedule.Schedule
		for v := range drafts {
			drafts[v] = build(b, benchDraft(n, func(i int) int {
				if i%100 == 0 {
					return v
				}
				return 0
			}))
		}
		first, _ := read(nil, drafts[0], begin())
		b.Run(fmt.Sprintf("first/%d", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := open(b, on.fresh(b))
				b.StartTimer()
				_, err := s.Publish(b.Context(), *first)
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("changed/%d", n), func(b *testing.B) {
			s := open(b, on.fresh(b))
			last, err := s.Publish(b.Context(), *first)
			require.NoError(b, err)
			for i := 1; b.Loop(); i++ {
				b.StopTimer()
				p, _ := read(last, drafts[i%2], begin().Add(time.Duration(i)*time.Second))
				require.Len(b, p.Changes, n/100)
				b.StartTimer()
				last, err = s.Publish(b.Context(), *p)
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("note/%d", n), func(b *testing.B) {
			s := open(b, on.fresh(b))
			last, err := s.Publish(b.Context(), *first)
			require.NoError(b, err)
			for b.Loop() {
				_, err := s.Note(b.Context(), "a", last.Revision, last.Edition.Ledger())
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("last/%d", n), func(b *testing.B) {
			s := open(b, on.fresh(b))
			_, err := s.Publish(b.Context(), *first)
			require.NoError(b, err)
			for b.Loop() {
				_, err := s.Last(b.Context(), "a")
				require.NoError(b, err)
			}
		})
	}
	s := open(b, on.fresh(b))
	p, _ := read(nil, build(b, draft("a", 10, same)), begin())
	_, err := s.Publish(b.Context(), *p)
	require.NoError(b, err)
	b.Run("revision", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Revision(b.Context(), "a")
			require.NoError(b, err)
		}
	})
}
