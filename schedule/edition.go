package schedule

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Edition is one published state: a schedule and its ledger, indexed. It does
// not change, and any number of goroutines may use it.
type Edition struct {
	*Schedule
	ledger  Ledger
	entries []Entry // of each slot, in their order

	all []int32 // 0, 1, 2 and so on: every slot
	// The slots of each value of each key whose values are listed beforehand.
	byValue map[ScopeKey]map[string][]int32
	words   func() []string // of each slot, what a text search looks in

	tracks   map[TrackID]*Track
	speakers map[SpeakerID]*Speaker
	rooms    map[RoomID]*Room
	talks    map[TalkID]*Talk
}

// NewEdition indexes a schedule and the ledger that was advanced to it.
func NewEdition(s *Schedule, l Ledger) *Edition {
	e := &Edition{
		Schedule: s,
		ledger:   l,
		entries:  make([]Entry, len(s.slots)),
		all:      make([]int32, len(s.slots)),
		byValue:  make(map[ScopeKey]map[string][]int32),
		tracks:   make(map[TrackID]*Track, len(s.tracks)),
		speakers: make(map[SpeakerID]*Speaker, len(s.speakers)),
		rooms:    make(map[RoomID]*Room, len(s.rooms)),
		talks:    make(map[TalkID]*Talk, len(s.talks)),
	}
	for _, key := range scopeKeys {
		e.byValue[key] = make(map[string][]int32)
	}
	// What exists has a feed, even while there is nothing in it.
	for _, t := range s.tracks {
		e.tracks[t.ID] = t
		e.byValue[ScopeTrack][string(t.ID)] = nil
	}
	for _, p := range s.speakers {
		e.speakers[p.ID] = p
		e.byValue[ScopeSpeaker][string(p.ID)] = nil
	}
	for _, r := range s.rooms {
		e.rooms[r.ID] = r
		e.byValue[ScopeRoom][string(r.ID)] = nil
	}
	for _, t := range s.talks {
		e.talks[t.ID] = t
		e.byValue[ScopeTalk][string(t.ID)] = nil
	}
	for i, slot := range s.slots {
		e.all[i] = int32(i)
		e.entries[i], _ = l.Entry(slot.ID)
		e.index(int32(i), slot)
	}
	e.words = sync.OnceValue(func() []string { return searchTexts(s) })
	return e
}

func (e *Edition) index(i int32, slot *Slot) {
	add := func(key ScopeKey, value string) {
		slots := e.byValue[key][value]
		if len(slots) == 0 || slots[len(slots)-1] != i {
			e.byValue[key][value] = append(slots, i)
		}
	}
	talk := slot.Talk
	add(ScopeSlot, string(slot.ID))
	add(ScopeTalk, string(talk.ID))
	add(ScopeKind, string(talk.Kind))
	add(ScopeDay, slot.Day.String())
	if slot.Room != nil {
		add(ScopeRoom, string(slot.Room.ID))
	}
	if talk.Track != nil {
		add(ScopeTrack, string(talk.Track.ID))
	}
	for _, p := range talk.Speakers {
		add(ScopeSpeaker, string(p.ID))
	}
	for _, tag := range talk.Tags {
		add(ScopeTag, strings.ToLower(tag))
	}
	// "pt-br" is found as itself and as "pt".
	for l := talk.Language; l != ""; {
		add(ScopeLanguage, l)
		l = l[:max(0, strings.LastIndexByte(l, '-'))]
	}
}

// searchTexts returns, for each slot, what a text search looks in.
func searchTexts(s *Schedule) []string {
	ofTalk := make(map[*Talk]string, len(s.talks))
	for _, t := range s.talks {
		parts := []string{t.Title, t.Abstract}
		if t.Track != nil {
			parts = append(parts, t.Track.Name)
		}
		for _, p := range t.Speakers {
			parts = append(parts, p.Credit())
		}
		parts = append(parts, t.Tags...)
		ofTalk[t] = strings.ToLower(strings.Join(parts, "\n"))
	}
	texts := make([]string, len(s.slots))
	for i, slot := range s.slots {
		texts[i] = ofTalk[slot.Talk]
	}
	return texts
}

// Find returns the places in [Schedule.Slots] of the slots in scope, ascending.
// The result is shared and must not be modified. A track, speaker, room, day,
// talk or slot that is not in the edition gives an error of kind [ErrNotFound]
// that names it; a kind, tag, language or text that nothing matches gives no
// slots. The cost grows with what is found and what is asked for, and with the
// conference for a text search alone.
func (e *Edition) Find(scope Scope) ([]int32, error) {
	found := e.all
	for _, term := range scope.terms {
		if term.key == ScopeText {
			continue // last in canonical order, and the dearest
		}
		var of []int32
		for _, value := range term.values {
			slots, known := e.byValue[term.key][value]
			if !known && term.key != ScopeKind && term.key != ScopeTag && term.key != ScopeLanguage {
				return nil, Errorf(ErrNotFound, "there is no %s “%s” in %s; check its spelling, or look for its new name", term.key, value, e.conference.Name)
			}
			if len(term.values) == 1 {
				of = slots
			} else {
				of = append(of, slots...)
			}
		}
		if len(term.values) > 1 {
			slices.Sort(of)
			of = slices.Compact(of)
		}
		found = intersect(found, of, len(e.all))
	}
	if texts := scope.Values(ScopeText); len(texts) > 0 {
		found = e.search(found, texts)
	}
	return found, nil
}

// intersect returns what is in both of two ascending lists; a list of all n is
// the other one.
func intersect(a, b []int32, n int) []int32 {
	if len(a) == n {
		return b
	}
	if len(b) == n {
		return a
	}
	var both []int32
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			both = append(both, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return both
}

// search returns those slots in which every word of one of the texts occurs.
func (e *Edition) search(slots []int32, texts []string) []int32 {
	words := e.words()
	var found []int32
	for _, i := range slots {
		if slices.ContainsFunc(texts, func(text string) bool {
			for word := range strings.FieldsSeq(text) {
				if !strings.Contains(words[i], word) {
					return false
				}
			}
			return true
		}) {
			found = append(found, i)
		}
	}
	return found
}

// Entry returns the ledger's entry of the slot at a place in [Schedule.Slots].
func (e *Edition) Entry(i int32) Entry { return e.entries[i] }

// SlotAt returns the place in [Schedule.Slots] of the slot with an id.
func (e *Edition) SlotAt(id SlotID) (i int32, ok bool) {
	at := e.byValue[ScopeSlot][string(id)]
	if len(at) == 0 {
		return 0, false
	}
	return at[0], true
}

// Ledger returns the ledger that was advanced to the edition.
func (e *Edition) Ledger() Ledger { return e.ledger }

// Modified returns when anything in the edition last changed; see
// [Ledger.Modified].
func (e *Edition) Modified() time.Time { return e.ledger.Modified() }

// Days returns the conference days on which there is a slot, in order.
func (e *Edition) Days() []Date {
	var days []Date
	for _, slot := range e.slots {
		if n := len(days); n == 0 || days[n-1] != slot.Day {
			days = append(days, slot.Day)
		}
	}
	slices.SortFunc(days, Date.Compare)
	return slices.Compact(days)
}

// Track returns the track with an id, or nil.
func (e *Edition) Track(id TrackID) *Track { return e.tracks[id] }

// Speaker returns the speaker with an id, or nil.
func (e *Edition) Speaker(id SpeakerID) *Speaker { return e.speakers[id] }

// Room returns the room with an id, or nil.
func (e *Edition) Room(id RoomID) *Room { return e.rooms[id] }

// Talk returns the talk with an id, or nil.
func (e *Edition) Talk(id TalkID) *Talk { return e.talks[id] }
