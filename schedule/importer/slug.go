package importer

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gosimple/slug"

	"slotcast/schedule"
)

// slugOf returns the id that a name or title becomes: the name in a-z, 0-9 and
// "-", cut between words to what an id may have. A name that has nothing to
// write that way becomes a short hash of itself. Slugs stand in UIDs, so what a
// name becomes never changes: slug_test.go holds the promise.
func slugOf(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	long := name
	// Far more than an id takes, so that a huge name costs no more than this.
	if len(name) > 1_000 {
		name = strings.ToValidUTF8(name[:1_000], "")
	}
	// The Cyrillic signs would come out as apostrophes, that is as dashes.
	name = strings.NewReplacer("ь", "", "Ь", "", "ъ", "", "Ъ", "").Replace(name)
	s := strings.Trim(strings.ReplaceAll(slug.Make(name), "_", "-"), "-")
	if len(s) > schedule.MaxID {
		cut := s[:schedule.MaxID]
		if s[schedule.MaxID] != '-' {
			if i := strings.LastIndexByte(cut, '-'); i > schedule.MaxID/2 {
				cut = cut[:i]
			}
		}
		s = strings.TrimRight(cut, "-")
	}
	if !schedule.ValidID(s) {
		s = fmt.Sprintf("x%x", sha256.Sum256([]byte(long)))[:9]
	}
	return s
}

// idSet gives out ids that differ from one another.
type idSet struct {
	taken map[string]bool
	next  map[string]int // the number to try next for a base
}

func newIDSet() *idSet { return &idSet{map[string]bool{}, map[string]int{}} }

// take gives out id as it is, whoever else has it.
func (s *idSet) take(id string) { s.taken[id] = true }

// unique gives out base, or where that is taken base-2, base-3 and so on.
func (s *idSet) unique(base string) string {
	id := base
	for n := max(2, s.next[base]); s.taken[id]; n++ {
		id = numbered(base, n)
		s.next[base] = n + 1
	}
	s.taken[id] = true
	return id
}

// numbered returns base-n; see [schedule.NumberedID].
func numbered(base string, n int) string { return schedule.NumberedID(base, n) }

// oneLine returns a name as it is compared: trimmed, with single spaces.
func oneLine(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Join(strings.Fields(s), " ")
}
