package schedule

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"iter"
	"maps"
	"slices"
	"time"
)

// Digest is the SHA-256 of something whose changes matter.
type Digest [sha256.Size]byte

// Entry is what has been published of one slot.
type Entry struct {
	UID      string    // "<slot id>@<conference id>", the same for ever
	Sequence int       // 0 at first, one more with each change
	Created  time.Time // when it was first published, UTC, whole seconds
	Modified time.Time // when it last changed, UTC, whole seconds; rises with Sequence
	Digest   Digest    // of what subscribers see of it, without the fields above
	Missed   int       // how many reads in a row did not have it; see [Reconcile]
}

// SameStamps tells whether two entries of a slot say the same to subscribers.
func (e Entry) SameStamps(o Entry) bool {
	return e.UID == o.UID && e.Sequence == o.Sequence && e.Created.Equal(o.Created) && e.Modified.Equal(o.Modified)
}

// Ledger is what has been published so far. The zero value is the ledger of
// nothing. A Ledger is never modified; [Ledger.Advance] returns the next.
type Ledger struct {
	entries  map[SlotID]Entry
	modified time.Time
	digest   Digest
	pending  Pending
}

// Pending is what reads have said that is not believed yet; see [Reconcile].
type Pending struct {
	Held    int       // how many reads in a row were held back
	HeldOf  Digest    // of what they would have taken away
	Counted time.Time // when a read was last counted, UTC, whole seconds, or zero
}

// NewLedger returns the ledger of entries that were stored, with the other
// parts of one as [Ledger.Modified], [Ledger.Digest] and [Ledger.Pending] told
// them. The entries become the ledger's.
func NewLedger(entries map[SlotID]Entry, modified time.Time, digest Digest, pending Pending) Ledger {
	return Ledger{entries: entries, modified: modified, digest: digest, pending: pending}
}

// Advance returns the ledger after publishing next. digests has one digest for
// each of next's slots, in their order, of what subscribers will see of it; now
// is when it is published.
//
// A slot whose digest differs from the published one gets the next sequence and
// a modified time of now, or a second after the last where the clock has not
// passed that (rules 61 and 62). A slot that was never published begins at
// sequence 0. Publishing the same again changes nothing, whatever now is. A
// slot that is no longer in next keeps its entry, so that it continues there
// should it come back.
func (l Ledger) Advance(next *Schedule, digests []Digest, now time.Time) Ledger {
	now = now.UTC().Truncate(time.Second)
	advanced := l.clone()
	advanced.digest = contents(next, digests)
	if advanced.digest != l.digest {
		advanced.modified = after(now, l.modified)
	}
	for i, slot := range next.slots {
		entry, published := advanced.entries[slot.ID]
		switch {
		case !published:
			entry = Entry{UID: string(slot.ID) + "@" + string(next.conference.ID), Created: now, Modified: now}
		case entry.Digest == digests[i]:
			continue
		default:
			entry.Sequence++
			entry.Modified = after(now, entry.Modified)
		}
		entry.Digest = digests[i]
		advanced.entries[slot.ID] = entry
	}
	return advanced
}

// Entry returns the entry of a slot; ok is false for one never published.
func (l Ledger) Entry(id SlotID) (entry Entry, ok bool) {
	entry, ok = l.entries[id]
	return entry, ok
}

// Modified returns when anything that was published last changed, a slot that
// was taken out included. It never moves back.
func (l Ledger) Modified() time.Time { return l.modified }

// Entries returns every entry, those of slots that are no longer published too.
// The order is none.
func (l Ledger) Entries() iter.Seq2[SlotID, Entry] { return maps.All(l.entries) }

// Digest returns the digest of all that was last published.
func (l Ledger) Digest() Digest { return l.digest }

// Pending returns what reads have said that is not believed yet.
func (l Ledger) Pending() Pending { return l.pending }

// Equal tells whether two ledgers say the same.
func (l Ledger) Equal(o Ledger) bool {
	return l.pending.equal(o.pending) && l.digest == o.digest && l.modified.Equal(o.modified) &&
		maps.EqualFunc(l.entries, o.entries, func(a, b Entry) bool {
			return a.UID == b.UID && a.Sequence == b.Sequence && a.Digest == b.Digest && a.Missed == b.Missed &&
				a.Created.Equal(b.Created) && a.Modified.Equal(b.Modified)
		})
}

func (p Pending) equal(o Pending) bool {
	return p.Held == o.Held && p.HeldOf == o.HeldOf && p.Counted.Equal(o.Counted)
}

func (l Ledger) clone() Ledger {
	if l.entries = maps.Clone(l.entries); l.entries == nil {
		l.entries = make(map[SlotID]Entry)
	}
	return l
}

// seen notes that a read had a slot.
func (l Ledger) seen(id SlotID) {
	if e := l.entries[id]; e.Missed > 0 {
		e.Missed = 0
		l.entries[id] = e
	}
}

// missed notes that a read which counts did not have a slot, and tells whether
// that is another one than was known.
func (l Ledger) missed(id SlotID) bool {
	e := l.entries[id]
	if e.Missed >= CancelAfter {
		return false
	}
	e.Missed++
	l.entries[id] = e
	return true
}

// after returns now, or a second after last where that is later.
func after(now, last time.Time) time.Time {
	if next := last.Add(time.Second); !last.IsZero() && next.After(now) {
		return next
	}
	return now
}

// contents returns the digest of all that a feed or page may show of a
// schedule.
func contents(s *Schedule, digests []Digest) Digest {
	h := fieldHash{sha256.New()}
	c := &s.conference
	position := ""
	if p := c.Venue.Position; p != nil {
		position = fmt.Sprint(p.Latitude, p.Longitude)
	}
	h.fields(string(c.ID), c.Name, c.Description, c.URL, c.Zone.String(), c.Venue.Name, c.Venue.Address, position)
	h.count(int(c.DayChange))
	h.count(len(s.tracks))
	for _, t := range s.tracks {
		h.fields(string(t.ID), t.Name, t.Description, t.Color)
		h.ids(t.Hosts)
	}
	h.count(len(s.speakers))
	for _, p := range inOrder(s.speakers, func(p *Speaker) SpeakerID { return p.ID }) {
		h.fields(string(p.ID), p.Name, p.Role, p.Affiliation, p.Bio, p.URL)
	}
	h.count(len(s.rooms))
	for _, r := range s.rooms {
		h.fields(string(r.ID), r.Name, r.Building)
	}
	h.count(len(s.talks))
	for _, t := range inOrder(s.talks, func(t *Talk) TalkID { return t.ID }) {
		h.fields(string(t.ID), t.Title, t.Abstract, string(t.Kind), t.Language, t.Level, t.URL)
		track := TrackID("")
		if t.Track != nil {
			track = t.Track.ID
		}
		h.fields(string(track), string(t.SourceID))
		h.ids(t.Speakers)
		h.count(len(t.Tags))
		h.fields(t.Tags...)
		h.count(len(t.Links))
		for _, l := range t.Links {
			h.fields(l.Title, l.URL)
		}
	}
	h.count(len(s.slots))
	for i, slot := range s.slots {
		room := RoomID("")
		if slot.Room != nil {
			room = slot.Room.ID
		}
		h.fields(string(slot.ID), string(slot.SourceID), slot.Family, string(slot.Talk.ID), string(room), slot.Day.String())
		_, _ = h.Write(digests[i][:])
	}
	return Digest(h.Sum(nil))
}

// inOrder returns parts by id. Nobody sees the order of talks and speakers, which
// changes when one of them is kept that the source no longer has.
func inOrder[P any, ID cmp.Ordered](parts []P, id func(P) ID) []P {
	return slices.SortedFunc(slices.Values(parts), func(a, b P) int { return cmp.Compare(id(a), id(b)) })
}

// fieldHash hashes fields so that where one ends and the next begins counts.
type fieldHash struct{ hash.Hash }

func (h fieldHash) count(n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	_, _ = h.Write(b[:])
}

func (h fieldHash) fields(fields ...string) {
	for _, f := range fields {
		h.count(len(f))
		_, _ = io.WriteString(h, f)
	}
}

// ids hashes who people are; what is known of each is hashed once, however many
// talks they give.
func (h fieldHash) ids(people []*Speaker) {
	h.count(len(people))
	for _, p := range people {
		h.fields(string(p.ID))
	}
}
