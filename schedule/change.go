package schedule

import (
	"cmp"
	"slices"
	"time"
)

// ChangeKind says how a slot differs from what it was.
type ChangeKind string

// The kinds of change.
const (
	ChangeAdded     ChangeKind = "added"
	ChangeMoved     ChangeKind = "moved"     // it begins or ends at another time
	ChangeReroomed  ChangeKind = "re-roomed" // its room has another name
	ChangeRenamed   ChangeKind = "renamed"   // its talk has another title
	ChangeCancelled ChangeKind = "cancelled"
	ChangeRestored  ChangeKind = "restored" // it is no longer cancelled
	ChangeEdited    ChangeKind = "edited"   // abstract, speakers, track or the like
	ChangeRemoved   ChangeKind = "removed"  // it is no longer published
)

// ChangeKinds returns every kind of change, in order.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{ChangeAdded, ChangeMoved, ChangeReroomed, ChangeRenamed, ChangeCancelled, ChangeRestored, ChangeEdited, ChangeRemoved}
}

// Change is what has changed of one slot. It has one kind at least; more of them
// stand in the order of the constants.
type Change struct {
	Slot   SlotID       `json:"slot"`
	Kinds  []ChangeKind `json:"kinds"`
	Before *Facts       `json:"before,omitempty"` // nil for what is added
	After  *Facts       `json:"after,omitempty"`  // nil for what is removed
}

// Facts is what readers look for first in a slot.
type Facts struct {
	Title  string    `json:"title"`
	Start  time.Time `json:"start"` // in the conference zone
	End    time.Time `json:"end"`
	Room   string    `json:"room,omitempty"` // name, empty where it is not announced
	Status Status    `json:"status"`
}

// FactsOf returns the facts of a slot.
func FactsOf(s *Slot) *Facts {
	return &Facts{Title: s.Talk.Title, Start: s.Start, End: s.End, Room: roomName(s), Status: s.Status}
}

// Compare returns how the slots of after differ from those of before with the
// same ids, by start and id. before may be nil.
func Compare(before, after *Schedule) []Change {
	var changes []Change
	was := map[SlotID]*Slot{}
	if before != nil {
		for _, s := range before.slots {
			was[s.ID] = s
		}
	}
	for _, s := range after.slots {
		b := was[s.ID]
		delete(was, s.ID)
		if b == s {
			continue
		}
		if kinds := changeKinds(b, s); len(kinds) > 0 {
			c := Change{Slot: s.ID, Kinds: kinds, After: FactsOf(s)}
			if b != nil {
				c.Before = FactsOf(b)
			}
			changes = append(changes, c)
		}
	}
	for id, s := range was {
		changes = append(changes, Change{Slot: id, Kinds: []ChangeKind{ChangeRemoved}, Before: FactsOf(s)})
	}
	slices.SortFunc(changes, func(x, y Change) int {
		return cmp.Or(x.start().Compare(y.start()), cmp.Compare(x.Slot, y.Slot))
	})
	return changes
}

func (c Change) start() time.Time {
	if c.After != nil {
		return c.After.Start
	}
	return c.Before.Start
}

func changeKinds(was, is *Slot) []ChangeKind {
	if was == nil {
		return []ChangeKind{ChangeAdded}
	}
	var kinds []ChangeKind
	add := func(changed bool, kind ChangeKind) {
		if changed {
			kinds = append(kinds, kind)
		}
	}
	cancelled, before := is.Status == StatusCancelled, was.Status == StatusCancelled
	add(!is.Start.Equal(was.Start) || !is.End.Equal(was.End), ChangeMoved)
	add(roomName(is) != roomName(was), ChangeReroomed)
	add(is.Talk.Title != was.Talk.Title, ChangeRenamed)
	add(cancelled && !before, ChangeCancelled)
	add(!cancelled && before, ChangeRestored)
	add(is.Status != was.Status && cancelled == before || !is.Talk.sameDetails(was.Talk), ChangeEdited)
	return kinds
}

// sameDetails tells whether talks are the same to a reader but for their titles.
func (t *Talk) sameDetails(o *Talk) bool {
	return t == o || t.Abstract == o.Abstract && t.Kind == o.Kind && t.Language == o.Language && t.Level == o.Level && t.URL == o.URL &&
		slices.Equal(t.Tags, o.Tags) && slices.Equal(t.Links, o.Links) &&
		slices.EqualFunc(t.Speakers, o.Speakers, (*Speaker).sameCredit) && t.Track.same(o.Track)
}

func (s *Speaker) sameCredit(o *Speaker) bool {
	return s == o || s.ID == o.ID && s.Credit() == o.Credit()
}

func (t *Track) same(o *Track) bool {
	if t == nil || o == nil {
		return t == o
	}
	return t == o || t.ID == o.ID && t.Name == o.Name && slices.EqualFunc(t.Hosts, o.Hosts, (*Speaker).sameCredit)
}

// SameToReaders tells whether a slot's event is the same as that of another slot
// of the same conference: whatever a reader sees of it, and its id.
func (s *Slot) SameToReaders(o *Slot) bool {
	return s == o || s.ID == o.ID && s.Start.Equal(o.Start) && s.End.Equal(o.End) && s.Status == o.Status &&
		roomName(s) == roomName(o) && s.Talk.ID == o.Talk.ID && s.Talk.Title == o.Talk.Title && s.Talk.sameDetails(o.Talk) &&
		(s.Before == o.Before || s.Before != nil && o.Before != nil && s.Before.same(o.Before))
}

func (b *Before) same(o *Before) bool {
	return b.Start.Equal(o.Start) && b.End.Equal(o.End) && b.Room == o.Room && b.Until.Equal(o.Until)
}
