package schedule

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
)

// How reads become publications.
const (
	// CancelAfter is how many reads in a row have to lack a slot for it to be
	// cancelled.
	CancelAfter = 2
	// HoldAbove is the share of the coming slots, in percent, above which a read
	// that takes them out or cancels them is held back, and HoldAtLeast how many
	// these have to be.
	HoldAbove, HoldAtLeast = 30, 3
	// ReleaseAfter is how many such reads in a row, which would take away the same,
	// are published all the same.
	ReleaseAfter = 3
	// ReadsApart is how long after one read another counts: of a file that is
	// being written, or by a program that is started again and again, many reads
	// say no more than one.
	ReadsApart = 20 * time.Second
	// KeepFor is how long after its end a slot is still published that the
	// source no longer has.
	KeepFor = 30 * 24 * time.Hour
	// TellFor is how long a move is told in the event itself.
	TellFor = 48 * time.Hour
)

// Reading is what a read of the source comes to.
type Reading struct {
	// Schedule is what to publish: what was read, under the ids under which its
	// parts were published before, and what was published and has since vanished.
	Schedule *Schedule
	// Ledger is the last one, with what this read says of vanished slots. It is
	// to be stored even if nothing is published; for a publication it is advanced
	// with [Ledger.Advance].
	Ledger Ledger
	// Held says in a sentence why nothing is to be published. It is empty where
	// Schedule is.
	Held string
	// Changes is how Schedule differs from what was last published, by start.
	Changes []Change
	// Report warns of slots that the source calls by other ids now, and of
	// vanished ones that are too many to keep.
	Report Report
}

// Reconcile compares a good read of the source, next, with what was last
// published, which is nil at first, and says what to publish at now. It modifies
// neither, and the same arguments always give the same reading.
//
// A slot keeps its identity as long as the source calls it by the same id. Slots
// of one family ([DraftSlot]) have no such id and are told apart by start and
// room, then by start, day and room, then by order. A slot with another id in
// the source keeps its identity too if exactly one that was published has its
// title, speakers and times, or title and speakers. Where the source has no ids, or
// has changed most of them, speakers and times are enough.
//
// A slot that a read lacks stays as it was until [CancelAfter] reads in a row,
// each [ReadsApart] from the other, lack it, and is then cancelled; one that is
// over stays as it was. Both are gone [KeepFor] after their end. What is in the
// source and cannot be read is not lacking. A read that would cancel or take out
// too much is held back, unless confirmed is true, which also cancels at the first
// read.
func Reconcile(last *Edition, next *Schedule, now time.Time, confirmed bool) *Reading {
	if last == nil {
		return &Reading{Schedule: next, Changes: Compare(nil, next)}
	}
	r := &reconciler{
		last: last, next: next, now: now.UTC().Truncate(time.Second), confirmed: confirmed,
		ledger: last.ledger.clone(),
		was:    make([]*Slot, len(next.slots)),
		taken:  make([]bool, len(last.slots)),
		parts:  newParts(next, last.conference.ID),
	}
	since := r.now.Sub(last.ledger.pending.Counted)
	r.counts = confirmed || since >= ReadsApart || since < 0 // the clock was set back
	r.match()
	r.parts.takeTalks(r)
	r.identify()
	for i, was := range last.slots {
		if !r.taken[i] {
			r.vanished(was)
		}
	}
	if r.dropped > 0 {
		r.report.Warn("limit", Place{}, "%d slots that have vanished from the source are left out at once, since no more than %d of them, with %d octets of text, are kept", r.dropped, MaxSlots, MaxPublished)
	}
	held := r.hold()
	if r.counted {
		r.ledger.pending.Counted = r.now
	}
	reading := &Reading{Ledger: r.ledger, Held: held, Report: r.report}
	if held == "" {
		reading.Schedule = r.parts.schedule()
		reading.Changes = Compare(last.Schedule, reading.Schedule)
	}
	return reading
}

// reconciler is the state of one [Reconcile].
type reconciler struct {
	last      *Edition
	next      *Schedule
	now       time.Time
	confirmed bool
	ledger    Ledger
	report    Report

	was   []*Slot // of each slot that was read, which published one it is, or nil
	taken []bool  // of each published slot, whether it was read
	parts *parts

	// What no step of [reconciler.match] has paired yet: the places of slots that
	// were read, and of published ones.
	appeared, absent []int32

	counts, counted bool // whether this read may be counted, and whether it was

	coming, past        losses // published slots that are to come, and that are long over
	kept, text, dropped int    // vanished slots that are kept, their text, and those that are too many
}

// losses counts published slots, and lists those that a read takes away.
type losses struct {
	all  int
	lost []SlotID
}

func (l *losses) count(id SlotID, lost bool) {
	if l.all++; lost {
		l.lost = append(l.lost, id)
	}
}

// many tells whether so much is lost that it is not believed at once.
func (l *losses) many() bool {
	return len(l.lost) >= HoldAtLeast && len(l.lost)*100 > l.all*HoldAbove
}

// identify gives what was read the ids that it was published under, and tells
// lately moved slots.
func (r *reconciler) identify() {
	fresh := numbering{}
	used := make(map[SlotID]bool, len(r.next.slots))
	for i, read := range r.next.slots {
		s := *read
		s.Talk = r.parts.talkOf[read.Talk]
		if was := r.was[i]; was != nil {
			s.ID = was.ID
			s.Before = r.before(&s, was)
			r.count(was, s.Status == StatusCancelled)
		} else {
			// What the source itself calls by an id that was published once is
			// that slot. A count that was used before is not used again.
			s.ID = SlotID(fresh.id(string(read.SourceID), func(id string) bool {
				_, current := r.last.byValue[ScopeSlot][id]
				_, published := r.ledger.entries[SlotID(id)]
				return used[SlotID(id)] || current || published && (read.Family != "" || id != string(read.SourceID))
			}))
			used[s.ID] = true
		}
		r.ledger.seen(s.ID)
		r.parts.slots = append(r.parts.slots, &s)
	}
}

// before returns what to tell of where and when a slot was. That a room is
// announced is no move, and of what is over or cancelled no move is told.
func (r *reconciler) before(s, was *Slot) *Before {
	moved := !s.Start.Equal(was.Start) || !s.End.Equal(was.End) || was.Room != nil && roomName(s) != roomName(was)
	switch zone := r.next.conference.Zone; {
	case s.Status == StatusCancelled:
		return nil
	case !moved:
		return was.Before.at(r.now, zone)
	case !s.End.After(r.now):
		return nil
	default:
		return &Before{Start: was.Start.In(zone), End: was.End.In(zone), Room: roomName(was), Until: r.now}
	}
}

// at returns what is still to be told of a move, or nil.
func (b *Before) at(now time.Time, zone *time.Location) *Before {
	if b == nil || !b.lapses().After(now) {
		return nil
	}
	return &Before{Start: b.Start.In(zone), End: b.End.In(zone), Room: b.Room, Until: b.Until}
}

func (b *Before) lapses() time.Time { return b.Until.Add(TellFor) }

// count counts a slot that was published, for [reconciler.hold].
func (r *reconciler) count(was *Slot, lost bool) {
	switch {
	case was.Status == StatusCancelled:
	case was.End.After(r.now):
		r.coming.count(was.ID, lost)
	case r.lapsed(was):
		r.past.count(was.ID, lost)
	}
}

// lapsed tells whether a slot is over for so long that it is not kept when it
// vanishes.
func (r *reconciler) lapsed(s *Slot) bool { return !s.End.Add(KeepFor).After(r.now) }

// vanished decides on a published slot that was not read.
func (r *reconciler) vanished(was *Slot) {
	unread := r.next.unread[string(was.SourceID)] || r.next.unread[string(was.Talk.SourceID)]
	r.count(was, !unread)
	if unread {
		r.ledger.seen(was.ID)
	} else if r.counts && r.ledger.missed(was.ID) {
		r.counted = true
	}
	gone := r.ledger.entries[was.ID].Missed >= CancelAfter || r.confirmed && !unread
	if gone && r.lapsed(was) {
		return
	}
	r.kept++
	if r.text += was.Talk.octets(); r.kept > MaxSlots || r.text > MaxPublished {
		r.dropped++
		return
	}
	s := r.parts.keepSlot(was)
	if s.End.After(r.now) && gone {
		s.Status = StatusCancelled
	}
	s.Before = r.before(s, was)
}

// hold says why this read is not to be published, or "".
func (r *reconciler) hold() string {
	of := &r.coming
	if !of.many() {
		of = &r.past
	}
	p := &r.ledger.pending
	if r.confirmed || !of.many() {
		p.Held, p.HeldOf = 0, Digest{}
		return ""
	}
	slices.Sort(of.lost)
	h := fieldHash{sha256.New()}
	for _, id := range of.lost {
		h.fields(string(id))
	}
	switch lost := Digest(h.Sum(nil)); {
	case lost != p.HeldOf: // other reads have said something else
		p.Held, p.HeldOf, r.counted = 1, lost, true
	case r.counts:
		p.Held++
		r.counted = true
	}
	if p.Held >= ReleaseAfter {
		p.Held, p.HeldOf = 0, Digest{}
		return ""
	}
	what := ""
	if r.next.conference.Name != r.last.conference.Name {
		what = "the source is now that of “" + Shorten(r.next.conference.Name) + "”, and "
	}
	when, how := "coming", "cancelled"
	if of == &r.past {
		when, how = "past", "taken out"
	}
	return fmt.Sprintf("%s%d of the %d %s slots of %s would be %s, so this read is held back; if that is meant, run slotcast publish --confirm, or wait: it is published when %d reads in a row say the same, and this is the %s",
		what, len(of.lost), of.all, when, Shorten(r.last.conference.Name), how, ReleaseAfter, ordinal(p.Held))
}

func ordinal(n int) string {
	return [...]string{"zeroth", "first", "second", "third"}[min(n, 3)]
}

// Continues tells whether a schedule whose conference has another id is the same
// conference all the same: at least half of its slots are talks of the same id
// and title.
func (e *Edition) Continues(next *Schedule) bool {
	type talk struct {
		id    TalkID
		title string
	}
	known := make(map[talk]bool, len(e.Schedule.talks))
	for _, t := range e.Schedule.talks {
		known[talk{t.SourceID, t.Title}] = true
	}
	same := 0
	for _, s := range next.slots {
		if known[talk{s.Talk.SourceID, s.Talk.Title}] {
			same++
		}
	}
	return 2*same >= len(next.slots)
}

// Lapse says what to publish at now if the source was not read: a move is no
// longer told after [TellFor], and what was kept after it vanished is gone
// [KeepFor] after its end. It is what Reconcile comes to if the source is as it
// was. It returns nil where nothing lapses; [Edition.Lapses] tells when that will
// be.
func Lapse(last *Edition, now time.Time) *Reading {
	now = now.UTC().Truncate(time.Second)
	if at, ok := last.Lapses(); !ok || at.After(now) {
		return nil
	}
	p := newParts(last.Schedule.own(), last.conference.ID)
	for _, t := range p.next.talks {
		p.talks[t.ID] = t
	}
	expires := last.expiry()
	for _, was := range last.slots {
		if at, ok := expires(was); !ok || at.After(now) {
			p.keepSlot(was).Before = was.Before.at(now, last.conference.Zone)
		}
	}
	next := p.schedule()
	return &Reading{Schedule: next, Ledger: last.ledger, Changes: Compare(last.Schedule, next)}
}

// Lapses returns when [Lapse] will next have something to publish; ok is false
// where it never will.
func (e *Edition) Lapses() (at time.Time, ok bool) {
	expires := e.expiry()
	for _, s := range e.slots {
		due, lapses := expires(s)
		if b := s.Before; b != nil && (!lapses || b.lapses().Before(due)) {
			due, lapses = b.lapses(), true
		}
		if lapses && (!ok || due.Before(at)) {
			at, ok = due, true
		}
	}
	return at.UTC(), ok
}

// expiry returns when a slot will be gone since it has vanished; ok is false
// where it has not. While all have, which a read that is held back can come to,
// all stay, since a feed is never empty.
func (e *Edition) expiry() func(s *Slot) (at time.Time, ok bool) {
	vanished := func(s *Slot) bool { return e.ledger.entries[s.ID].Missed >= CancelAfter }
	all := !slices.ContainsFunc(e.slots, func(s *Slot) bool { return !vanished(s) })
	return func(s *Slot) (time.Time, bool) {
		return s.End.Add(KeepFor), !all && vanished(s)
	}
}

func sortSlots(slots []*Slot) {
	slices.SortFunc(slots, func(x, y *Slot) int {
		return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(x.ID, y.ID))
	})
}
