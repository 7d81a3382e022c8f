package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// match finds which published slot each slot is that was read. Each step pairs
// what the steps before it have left, the surest first.
func (r *reconciler) match() {
	r.appeared = make([]int32, len(r.next.slots))
	for i := range r.appeared {
		r.appeared[i] = int32(i)
	}
	// What the last read had goes first wherever there is a choice.
	for _, missed := range []bool{false, true} {
		for i, s := range r.last.slots {
			if (r.ledger.entries[s.ID].Missed > 0) == missed {
				r.absent = append(r.absent, int32(i))
			}
		}
	}
	r.matchPlaces()
	r.matchIDs(true)
	r.matchFamilies()
	r.matchContents()
	r.matchIDs(false)
	r.matchContentsButTitle()
	r.matchMovedFamilies()
	r.matchContentsButTimes()
	// The source may be another now that has the published ids: an export, or one
	// whose author has written down what was counted.
	pairAlike(r, false, func(s *Slot, read bool) (SlotID, bool) {
		if read {
			return s.SourceID, s.Family == ""
		}
		return s.ID, true
	})
	r.reportIDs()
}

// matchIDs pairs slots that the source calls by the same id; for sure where they
// have the same title too, since ids that were counted can move on by one.
func (r *reconciler) matchIDs(sure bool) {
	type named struct {
		id    SlotID
		title string
	}
	pairAlike(r, false, func(s *Slot, _ bool) (named, bool) {
		k := named{id: s.SourceID}
		if sure {
			k.title = s.Talk.Title
		}
		return k, s.Family == ""
	})
}

// kin is where and when a slot of a family is, as far as a step asks.
type kin struct {
	family, room string
	start        WallTime
	day          Date
}

// matchPlaces pairs slots that are where they were, by the id of the one and the
// family of the other too: a talk whose second slot is taken out has an id of its
// own again.
func (r *reconciler) matchPlaces() {
	type place struct {
		kin
		title string
	}
	pairAlike(r, false, func(s *Slot, _ bool) (place, bool) {
		return place{kin{family: familyOf(s), room: roomName(s), start: WallTimeOf(s.Start)}, s.Talk.Title}, true
	})
}

// familyOf returns the family of a slot, or the id that it is alone under.
func familyOf(s *Slot) string { return cmp.Or(s.Family, string(s.SourceID)) }

// matchFamilies pairs slots of a family that are where they were, then those
// that begin when they did.
func (r *reconciler) matchFamilies() {
	for _, room := range []bool{true, false} {
		pairAlike(r, false, func(s *Slot, _ bool) (kin, bool) {
			k := kin{family: s.Family, start: WallTimeOf(s.Start)}
			if room {
				k.room = roomName(s)
			}
			return k, s.Family != ""
		})
	}
}

// matchMovedFamilies pairs slots of a family that have been moved: what the last
// read had goes before what has vanished. What is over has not been moved, but
// where it was may have been corrected.
func (r *reconciler) matchMovedFamilies() {
	coming := func(s *Slot) bool { return s.End.After(r.now) }
	for _, vanished := range []bool{false, true} {
		step := func(day, room bool) {
			pairAlike(r, false, func(s *Slot, read bool) (kin, bool) {
				k := kin{family: familyOf(s)}
				if day {
					k.day = s.Day
				}
				if room {
					k.room = roomName(s)
				}
				return k, read || coming(s) && (vanished || r.ledger.entries[s.ID].Missed == 0)
			})
		}
		step(true, true)
		step(true, false)
		step(false, false)
	}
	pairAlike(r, false, func(s *Slot, _ bool) (kin, bool) { return kin{family: familyOf(s)}, !coming(s) })
}

// content is what a slot is known by if not by its id.
type content struct {
	title, speakers, room string
	start, end            WallTime
}

// matchContents pairs what has the same title, speakers and times.
func (r *reconciler) matchContents() {
	for _, room := range []bool{true, false} {
		pairAlike(r, true, func(s *Slot, _ bool) (content, bool) {
			k := content{title: titleKey(s.Talk), speakers: speakersKey(s.Talk), start: WallTimeOf(s.Start), end: WallTimeOf(s.End)}
			if room {
				k.room = roomName(s)
			}
			return k, true
		})
	}
}

// matchContentsButTitle pairs what the same speakers give at the same time. Where
// a source keeps its ids, another id and another title are another talk.
func (r *reconciler) matchContentsButTitle() {
	rekeyed := r.rekeyed()
	pairAlike(r, true, func(s *Slot, _ bool) (content, bool) {
		k := content{speakers: speakersKey(s.Talk), start: WallTimeOf(s.Start), end: WallTimeOf(s.End)}
		return k, k.speakers != "" && s.Status != StatusCancelled && (rekeyed || s.Family != "")
	})
}

// rekeyed tells whether the source has given most of its slots other ids.
func (r *reconciler) rekeyed() bool {
	known := make(map[SlotID]bool, len(r.last.slots))
	for _, s := range r.last.slots {
		known[s.SourceID] = true
	}
	own, kept := 0, 0
	for _, s := range r.next.slots {
		if s.Family == "" {
			own++
			if known[s.SourceID] {
				kept++
			}
		}
	}
	return 2*kept < own
}

// matchContentsButTimes pairs what the same speakers give under the same title
// at another time to come.
func (r *reconciler) matchContentsButTimes() {
	pairAlike(r, true, func(s *Slot, _ bool) (content, bool) {
		k := content{speakers: speakersKey(s.Talk), title: titleKey(s.Talk)}
		return k, k.speakers != "" && s.Status != StatusCancelled && s.End.After(r.now)
	})
}

func titleKey(t *Talk) string {
	return strings.ToLower(strings.Join(strings.Fields(t.Title), " "))
}

func speakersKey(t *Talk) string {
	names := make([]string, len(t.Speakers))
	for i, p := range t.Speakers {
		names[i] = strings.ToLower(p.Name)
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

func roomName(s *Slot) string {
	if s.Room == nil {
		return ""
	}
	return s.Room.Name
}

// pairAlike pairs slots that were read with published ones of the same key, in
// their order or, with onlyOne, where there is one of either. Slots for which
// key returns false are left alone.
func pairAlike[K comparable](r *reconciler, onlyOne bool, key func(s *Slot, read bool) (K, bool)) {
	if len(r.appeared) == 0 || len(r.absent) == 0 {
		return
	}
	published := make(map[K][]int32, len(r.absent))
	for _, i := range r.absent {
		if k, ok := key(r.last.slots[i], false); ok {
			published[k] = append(published[k], i)
		}
	}
	if len(published) == 0 {
		return
	}
	read := make(map[K][]int32, min(len(published), len(r.appeared)))
	for _, i := range r.appeared {
		if k, ok := key(r.next.slots[i], true); ok && published[k] != nil {
			read[k] = append(read[k], i)
		}
	}
	for k, is := range read {
		was := published[k]
		if onlyOne && (len(is) > 1 || len(was) > 1) {
			continue
		}
		for n := range min(len(is), len(was)) {
			r.was[is[n]], r.taken[was[n]] = r.last.slots[was[n]], true
		}
	}
	r.appeared = slices.DeleteFunc(r.appeared, func(i int32) bool { return r.was[i] != nil })
	r.absent = slices.DeleteFunc(r.absent, func(i int32) bool { return r.taken[i] })
}

// reportIDs warns of slots that the source itself calls by other ids now.
func (r *reconciler) reportIDs() {
	var first, before *Slot
	changed := 0
	for i, s := range r.next.slots {
		if was := r.was[i]; was != nil && s.Family == "" && was.Family == "" && was.SourceID != s.SourceID {
			if changed++; changed == 1 {
				first, before = s, was
			}
		}
	}
	if changed == 0 {
		return
	}
	all := "this slot is what was published, and stays so in calendars"
	if changed > 1 {
		all = fmt.Sprintf("this and %d more with other ids are what was published, and stay so in calendars", changed-1)
	}
	r.report.Warn("id-changed", Place{}, "the source now calls “%s” %s and called it %s before; by title, speakers or times %s",
		Shorten(first.Talk.Title), first.SourceID, before.SourceID, all)
}
