package schedule

import (
	"slices"
	"time"
)

const (
	// WalkTime is how long it takes at the least to get to another building.
	WalkTime = 10 * time.Minute

	// MaxClashes is how many clashes are told.
	MaxClashes = 500
)

// Clash is two chosen slots that nobody can be at both of.
type Clash struct {
	First, Second *Slot // by start

	// Overlap is for how long both take place, or zero where there is only too
	// little time, Gap, to walk to another building.
	Overlap, Gap time.Duration

	// Instead are other slots of either's talk that nothing chosen overlaps.
	Instead []*Slot
}

// Clashes returns the clashes among slots, given as places in [Schedule.Slots],
// ascending, by start. Cancelled slots and breaks clash with nothing.
func (e *Edition) Clashes(chosen []int32) []Clash {
	var clashes []Clash
	var open []*Slot // that may still clash with what comes
	for _, i := range chosen {
		s := e.slots[i]
		if !s.binds() {
			continue
		}
		open = slices.DeleteFunc(open, func(o *Slot) bool { return !o.End.Add(WalkTime).After(s.Start) })
		for _, o := range open {
			overlap := min(o.End.Sub(s.Start), s.End.Sub(s.Start))
			if overlap <= 0 && !apart(o, s) {
				continue
			}
			if len(clashes) == MaxClashes {
				return clashes
			}
			c := Clash{First: o, Second: s, Overlap: max(overlap, 0), Gap: max(-overlap, 0)}
			c.Instead = append(e.repeats(o, chosen, s), e.repeats(s, chosen, o)...)
			clashes = append(clashes, c)
		}
		open = append(open, s)
	}
	return clashes
}

// binds tells whether somebody who chose a slot means to sit through it.
func (s *Slot) binds() bool {
	return s.Status != StatusCancelled && s.Talk.Kind != KindBreak
}

// apart tells whether two slots are known to be in different buildings.
func apart(a, b *Slot) bool {
	return a.Room != nil && b.Room != nil && a.Room.Building != "" && b.Room.Building != "" && a.Room.Building != b.Room.Building
}

// repeats returns the other slots of a slot's talk that overlap nothing chosen
// but the slot itself.
func (e *Edition) repeats(s *Slot, chosen []int32, with *Slot) []*Slot {
	of := e.byValue[ScopeTalk][string(s.Talk.ID)]
	if len(of) < 2 || len(of) > MaxPerTalk {
		return nil
	}
	var free []*Slot
	for _, i := range of {
		r := e.slots[i]
		if r == s || !r.binds() || r.overlaps(with) || slices.ContainsFunc(chosen, func(j int32) bool {
			o := e.slots[j]
			return o != s && o != r && o.binds() && r.overlaps(o)
		}) {
			continue
		}
		free = append(free, r)
	}
	return free
}

func (s *Slot) overlaps(o *Slot) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }
