package importer

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slotcast/schedule"
)

// eventGroup is a talk: the events that are its repeats, by start and room.
type eventGroup struct {
	key, title string // what the source tells it from others by
	base       string // the id that its key makes
	counted    bool   // its slots have no ids of their own in the source
	events     []*timedEvent

	id     string // of the talk
	family string // of its slots; see [schedule.DraftSlot]
}

// groups brings the events together that are repeats of one talk: those that
// share what the source tells them apart by, and the title. Talks are in the
// file's order; their ids do not depend on it.
func (r *eventReader) groups(events []*timedEvent) []*eventGroup {
	type place struct {
		group *eventGroup
		start int64
		room  string
	}
	var groups []*eventGroup
	index := map[[2]string]*eventGroup{} // by key and title
	holders := map[string]int{}          // talks by key
	met := map[place]bool{}
	for _, e := range events {
		base, key, counted := e.key()
		title := e.title
		if e.own != nil {
			title = "" // its key says it all
		}
		g := index[[2]string{key, title}]
		if g == nil {
			g = &eventGroup{key: key, title: e.title, base: base, counted: counted}
			index[[2]string{key, title}] = g
			groups = append(groups, g)
			holders[key]++
		}
		at := place{g, e.from.Unix(), oneLine(e.room)}
		if met[at] && e.own == nil {
			r.often("duplicate", e.rawEvent, "it is in the file twice, with the same start and room; the second is left out")
			continue
		}
		met[at] = true
		g.events = append(g.events, e)
	}
	// The earliest has the plain id, wherever it stands in the file.
	for _, g := range groups {
		slices.SortStableFunc(g.events, earlier)
	}
	sorted := slices.Clone(groups)
	slices.SortStableFunc(sorted, func(x, y *eventGroup) int {
		return cmp.Or(earlier(x.events[0], y.events[0]), cmp.Compare(x.title, y.title))
	})
	ids, slots, taken := newIDSet(), newIDSet(), map[string]bool{}
	for _, g := range sorted {
		base, first := g.base, g.events[0]
		if taken[g.key] {
			r.often("id-shared", first.rawEvent, "another talk has the same id, and is taken as another; give each its own")
			base = joinID(base, slugOf(g.title))
		}
		taken[g.key] = true
		g.id = ids.unique(base)
		if first.own != nil {
			continue
		}
		first.slot = slots.unique(g.id)
		if g.counted || len(g.events) > 1 || holders[g.key] > 1 {
			g.family = g.base
		}
	}
	for _, g := range sorted {
		for _, e := range g.events {
			switch {
			case e.own != nil && schedule.ValidID(e.own.slot):
				e.slot = slots.unique(e.own.slot)
			case e.slot == "":
				e.slot = slots.unique(g.id)
			}
		}
	}
	for _, e := range r.lost {
		r.draft.Unread = append(r.draft.Unread, e.lostIDs(index, holders, ids)...)
	}
	return groups
}

// lostIDs returns the ids that an event would have that cannot be read: its slot's
// or its talk's. Beside other talks of its key, or that make the same id of it,
// which of two it had cannot be told.
func (e *rawEvent) lostIDs(talks map[[2]string]*eventGroup, holders map[string]int, ids *idSet) []string {
	if e.own != nil && schedule.ValidID(e.own.slot) {
		return []string{e.own.slot}
	}
	base, key, _ := e.key()
	title := e.title
	switch {
	case e.own != nil && schedule.ValidID(e.own.talk):
		title = ""
	case isBlank(title) && strings.HasPrefix(key, "title "):
		return nil
	}
	lost := []string{base}
	switch g := talks[[2]string{key, title}]; {
	case g != nil:
		lost = append(lost, g.id)
	case holders[key] > 0 && !isBlank(title):
		lost = append(lost, joinID(base, slugOf(title)))
	case ids.taken[base]:
		lost = append(lost, ids.unique(base))
	}
	return lost
}

// earlier orders events by start, then room.
func earlier(x, y *timedEvent) int {
	return cmp.Or(x.from.Compare(y.from), cmp.Compare(oneLine(x.room), oneLine(y.room)))
}

// codePattern is what pretalx calls a submission by.
var codePattern = regexp.MustCompile(`^[0-9A-Za-z]{4,16}$`)

// key returns the id that the source's own ids give an event, and what it shares
// with its repeats alone. A code comes first: pretalx, which gives it, makes the
// guid anew where a talk gets a second slot. counted tells an id that is the
// talk's, not the slot's.
func (e *rawEvent) key() (id, key string, counted bool) {
	if e.own != nil && schedule.ValidID(e.own.talk) {
		return e.own.talk, "own " + e.own.talk, false
	}
	if code := strings.TrimSpace(e.code); codePattern.MatchString(code) {
		id = strings.ToLower(code)
		return id, "code " + id, true
	}
	for _, k := range []struct{ kind, id string }{{"guid", e.guid}, {"id", e.id}, {"slug", e.slug}} {
		if !isBlank(k.id) {
			id = stableID(k.id)
			return id, k.kind + " " + id, false
		}
	}
	return slugOf(e.title), "title " + e.title, true
}

var guidPattern = regexp.MustCompile(`^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$`)

// stableID makes an id of a source's own. What has to be changed for that gets
// a hash of what it was, so that different ids stay different.
func stableID(s string) string {
	s = strings.TrimSpace(s)
	lower := strings.ToLower(s)
	if schedule.ValidID(lower) && (s == lower || s == strings.ToUpper(s) || guidPattern.MatchString(lower)) {
		return lower
	}
	return joinID(slugOf(s), fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:8])
}

// joinID returns base-suffix, with base cut where that would be too long.
func joinID(base, suffix string) string {
	suffix = strings.Trim(suffix[:min(len(suffix), schedule.MaxID/2)], "-")
	if most := schedule.MaxID - len(suffix) - 1; len(base) > most {
		base = strings.TrimRight(base[:most], "-")
	}
	return base + "-" + suffix
}
