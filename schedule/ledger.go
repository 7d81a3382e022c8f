package schedule

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"maps"
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
}

// Ledger is what has been published so far. The zero value is the ledger of
// nothing. A Ledger is never modified; [Ledger.Advance] returns the next.
type Ledger struct {
	entries  map[SlotID]Entry
	modified time.Time
	digest   Digest
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
	advanced := Ledger{entries: maps.Clone(l.entries), modified: l.modified, digest: contents(next, digests)}
	if advanced.entries == nil {
		advanced.entries = make(map[SlotID]Entry, len(next.slots))
	}
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
	for _, p := range s.speakers {
		h.fields(string(p.ID), p.Name, p.Role, p.Affiliation, p.Bio, p.URL)
	}
	h.count(len(s.rooms))
	for _, r := range s.rooms {
		h.fields(string(r.ID), r.Name)
	}
	h.count(len(s.talks))
	for _, t := range s.talks {
		h.fields(string(t.ID), t.Title, t.Abstract, string(t.Kind), t.Language, t.Level, t.URL)
		track := TrackID("")
		if t.Track != nil {
			track = t.Track.ID
		}
		h.fields(string(track))
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
		h.fields(string(slot.ID), string(slot.Talk.ID), string(room), slot.Day.String())
		_, _ = h.Write(digests[i][:])
	}
	return Digest(h.Sum(nil))
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
