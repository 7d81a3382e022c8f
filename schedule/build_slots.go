package schedule

import (
	"strings"
	"time"
)

// slots finds when each slot is, and sorts them.
func (b *builder) slots() {
	zone := b.out.conference.Zone
	taken := make(map[SlotID]bool, len(b.draft.Slots))
	b.slotsOf = make(map[*Talk]int, len(b.out.talks))
	for i := range b.draft.Slots {
		d := &b.draft.Slots[i]
		s := &Slot{ID: d.ID, SourceID: d.ID, Family: d.Family, Day: d.Day, Status: d.Status}
		if s.Status == "" {
			s.Status = StatusConfirmed
		}
		if !s.Status.Valid() {
			b.fault("status", d.At.Field("status"), "“%s” is not a status; choose one of confirmed, tentative, cancelled", Shorten(string(s.Status)))
		}
		if s.Talk = refer(b, "talk", d.TalkID, d.At, b.talkByID); s.Talk != nil {
			b.slotsOf[s.Talk]++
		}
		if d.RoomID != "" {
			s.Room = refer(b, "room", d.RoomID, d.At.Field("room"), b.roomByID)
		}
		fresh := id(b, "slot", s.ID, d.At, taken)
		start, okStart := b.instant(d.Start, zone, d.At, "start")
		end, okEnd := b.instant(d.End, zone, d.At, "end")
		if !fresh || !okStart || !okEnd {
			continue
		}
		taken[s.ID] = true
		if !end.After(start) {
			b.fault("end-before-start", d.At.Field("end"), "it ends at %s, which is not after its start at %s; if it runs past midnight, give the end with its date", d.End, d.Start)
			continue
		}
		if end.Sub(start) > MaxSlotDuration*24*time.Hour {
			b.fault("limit", d.At.Field("end"), "it lasts from %s to %s; at most %d days can be given, so split it", d.Start, d.End, MaxSlotDuration)
			continue
		}
		s.Start, s.End = start, end
		first, last := WallTimeOf(start).AddDays(-1), WallTimeOf(end).Date
		if !s.Day.IsZero() && (s.Day.AddDays(0) != s.Day || s.Day.Compare(first) < 0 || s.Day.Compare(last) > 0) {
			b.warn("day", d.At.Field("day"), "%s is not a day of a talk from %s to %s, which is listed under its start instead; correct the day or leave it out", s.Day, d.Start, d.End)
			s.Day = Date{}
		}
		if s.Day.IsZero() {
			s.Day = WallTimeOf(start).Add(-b.out.conference.DayChange).Date
		}
		b.out.slots = append(b.out.slots, s)
	}
	sortSlots(b.out.slots)
	for i := range b.draft.Talks {
		d := &b.draft.Talks[i]
		if t := b.talkByID[d.ID]; t != nil && b.slotsOf[t] == 0 {
			b.warn("no-slot", d.At, "the talk “%s” has no slot, so it is in no feed; give it one if it takes place", Shorten(t.Title))
		}
	}
}

// instant finds when a moment is, or reports why that cannot be told.
func (b *builder) instant(m Moment, zone *time.Location, at Place, field string) (time.Time, bool) {
	if m.IsZero() {
		b.fault(field+"-missing", at, "this slot has no %s; give one", field)
		return time.Time{}, false
	}
	at = at.Field(field)
	if y := m.Wall.Year; y < 1971 || y > 2200 {
		b.fault("year", at, "%s is outside the years 1971 to 2200; correct the year", m)
		return time.Time{}, false
	}
	if m.Wall.Add(0) != m.Wall {
		b.fault("time", at, "there is no such date or hour as %s; correct it", m)
		return time.Time{}, false
	}
	instants := m.Wall.Instants(zone)
	if len(instants) == 0 {
		b.fault("time-skipped", at, "clocks in %s skip %s when they go forward; give the hour that was meant", zone, m.Wall)
		return time.Time{}, false
	}
	if m.HasOffset {
		var offsets []string
		for _, t := range instants {
			offset := MomentOf(t).Offset
			if offset == m.Offset {
				return t, true
			}
			offsets = append(offsets, offsetText(offset))
		}
		b.fault("offset", at, "%s is not an hour of %s, which is at %s then; correct the offset or leave it out", m, zone, strings.Join(offsets, " or "))
		return time.Time{}, false
	}
	if len(instants) > 1 {
		b.warn("time-repeated", at, "clocks in %s show %s twice when they go back; the first is taken, write %s to say so or %s for the second",
			zone, m.Wall, MomentOf(instants[0]), MomentOf(instants[1]))
	}
	return instants[0], true
}

// size refuses a schedule whose feeds would be out of proportion to its source:
// a talk's text stands in each of its slots, and a speaker's in each talk.
func (b *builder) size() {
	total := 0
	for _, t := range b.out.talks {
		total += t.octets() * max(1, b.slotsOf[t])
	}
	if total > MaxPublished {
		b.fault("limit", Place{File: b.draft.Conference.At.File}, "the slots hold %d octets of text, that of a talk once for each of its slots; at most %d can be published, so shorten the abstracts or split the schedule", total, MaxPublished)
	}
}

// octets returns how much text each slot of the talk adds to what is published.
func (t *Talk) octets() int {
	n := len(t.Title) + len(t.Abstract)
	for _, p := range t.Speakers {
		n += len(p.Name) + len(p.Role) + len(p.Affiliation)
	}
	if t.Track != nil {
		n += len(t.Track.Name)
	}
	for _, l := range t.Links {
		n += len(l.Title) + len(l.URL)
	}
	return n
}

// overlaps warns of rooms and speakers that are in use twice at a time.
func (b *builder) overlaps() {
	type use struct {
		what string
		id   string
	}
	busy := map[use]*Slot{} // the slot that ends last so far
	places := make(map[SlotID]Place, len(b.draft.Slots))
	for i := range b.draft.Slots {
		places[b.draft.Slots[i].ID] = b.draft.Slots[i].At
	}
	// A slot is warned of once for each slot that it overlaps with, however many
	// speakers the two share.
	var told map[*Slot]bool
	check := func(u use, name string, s *Slot) {
		prior := busy[u]
		if prior != nil && s.Start.Before(prior.End) && !told[prior] {
			if told == nil {
				told = make(map[*Slot]bool)
			}
			told[prior] = true
			b.warn(u.what+"-overlap", places[s.ID], "“%s” begins at %s, when “%s” still has the %s %s until %s; move one unless that is meant",
				Shorten(s.Talk.Title), WallTimeOf(s.Start), Shorten(prior.Talk.Title), u.what, name, WallTimeOf(prior.End))
		}
		if prior == nil || s.End.After(prior.End) {
			busy[u] = s
		}
	}
	for _, s := range b.out.slots {
		if s.Status == StatusCancelled {
			continue
		}
		told = nil
		if s.Room != nil {
			check(use{"room", string(s.Room.ID)}, s.Room.Name, s)
		}
		told = nil // a room that is shared is one thing to mend, a person another
		for _, p := range s.Talk.Speakers {
			check(use{"speaker", string(p.ID)}, p.Name, s)
		}
	}
}
