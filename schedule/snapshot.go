package schedule

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// The form of a snapshot. Its number is raised when an older program could not
// read what a newer one wrote.
const snapshotVersion = 1

// snapshot is a schedule in which references are places in lists.
type snapshot struct {
	snapshotHead
	Speakers []*Speaker
	Tracks   []snapshotTrack
	Rooms    []*Room
	Talks    []snapshotTalk
	Slots    []snapshotSlot
}

type snapshotHead struct {
	Version    int
	Conference Conference
	Zone       string
	Updated    int64 // Unix seconds; 0 for not known
	Kept       keptParts
}

type snapshotTrack struct {
	Track
	Hosts []int
}

type snapshotTalk struct {
	Talk
	Track    int // -1 for none
	Speakers []int
}

type snapshotSlot struct {
	ID, SourceID SlotID
	Family       string `json:",omitempty"`
	Talk         int
	Room         int // -1 for none
	Start, End   int64
	Day          Date
	Status       Status
	Before       *snapshotBefore `json:",omitempty"`
}

type snapshotBefore struct {
	Start, End int64
	Room       string
	Until      int64
}

// WriteSnapshot writes the schedule as JSON for [Schedule.UnmarshalJSON] to read,
// in pieces, since it can be large. What is written is for this program's own use
// and may differ between its releases.
func (s *Schedule) WriteSnapshot(w io.Writer) error {
	head := snapshotHead{Version: snapshotVersion, Conference: s.conference, Zone: s.conference.Zone.String(), Kept: s.kept}
	if !s.updated.IsZero() {
		head.Updated = s.updated.Unix()
	}
	out := newSnapshotWriter(w, &head)
	speakers, tracks, rooms, talks := places(s.speakers), places(s.tracks), places(s.rooms), places(s.talks)
	broken := false
	refer := func(people []*Speaker) []int {
		at := make([]int, len(people))
		for i, p := range people {
			at[i] = place(speakers, p, &broken)
		}
		return at
	}
	list(out, "Speakers", s.speakers, func(p *Speaker) any { return p })
	list(out, "Rooms", s.rooms, func(r *Room) any { return r })
	list(out, "Tracks", s.tracks, func(t *Track) any { return &snapshotTrack{Track: *t, Hosts: refer(t.Hosts)} })
	list(out, "Talks", s.talks, func(t *Talk) any {
		o := snapshotTalk{Talk: *t, Track: -1, Speakers: refer(t.Speakers)}
		if t.Track != nil {
			o.Track = place(tracks, t.Track, &broken)
		}
		return &o
	})
	list(out, "Slots", s.slots, func(slot *Slot) any {
		o := snapshotSlot{
			ID: slot.ID, SourceID: slot.SourceID, Family: slot.Family, Talk: place(talks, slot.Talk, &broken), Room: -1,
			Start: slot.Start.Unix(), End: slot.End.Unix(), Day: slot.Day, Status: slot.Status,
		}
		if slot.Room != nil {
			o.Room = place(rooms, slot.Room, &broken)
		}
		if b := slot.Before; b != nil {
			o.Before = &snapshotBefore{b.Start.Unix(), b.End.Unix(), b.Room, b.Until.Unix()}
		}
		return &o
	})
	if err := out.close(); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	if broken {
		return fmt.Errorf("write snapshot: the schedule refers to what it does not list")
	}
	return nil
}

// snapshotWriter writes the members of a JSON object one after another. Its
// first error is the one that it returns at the end.
type snapshotWriter struct {
	w   *bufio.Writer
	err error
}

func newSnapshotWriter(w io.Writer, head *snapshotHead) *snapshotWriter {
	out := &snapshotWriter{w: bufio.NewWriter(w)}
	text, err := json.Marshal(head)
	out.err = err
	_, _ = out.w.Write(bytes.TrimSuffix(text, []byte("}"))) // whose error stays, for Flush
	return out
}

// list writes a member that is a list.
func list[T any](out *snapshotWriter, name string, members []T, form func(T) any) {
	_, _ = fmt.Fprintf(out.w, ",%q:[", name)
	for i, m := range members {
		text, err := json.Marshal(form(m))
		if out.err == nil {
			out.err = err
		}
		if i > 0 {
			_ = out.w.WriteByte(',')
		}
		_, _ = out.w.Write(text)
	}
	_ = out.w.WriteByte(']')
}

func (out *snapshotWriter) close() error {
	_ = out.w.WriteByte('}')
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

// places returns where each member of a list is.
func places[T comparable](list []T) map[T]int {
	at := make(map[T]int, len(list))
	for i, member := range list {
		at[member] = i
	}
	return at
}

// place returns where a member is; for one that is nowhere broken is set.
func place[T comparable](at map[T]int, member T, broken *bool) int {
	i, ok := at[member]
	*broken = *broken || !ok
	return i
}

// MarshalJSON returns what [Schedule.WriteSnapshot] writes.
func (s *Schedule) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := s.WriteSnapshot(&b)
	return b.Bytes(), err
}

// UnmarshalJSON reads what [Schedule.WriteSnapshot] wrote. What was not written so
// gives an error; it is not checked as [Build] checks a draft.
func (s *Schedule) UnmarshalJSON(data []byte) (err error) {
	var in snapshot
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	if in.Version != snapshotVersion {
		return fmt.Errorf("read snapshot: its version is %d, and %d is wanted", in.Version, snapshotVersion)
	}
	zone, err := LoadZone(in.Zone)
	if err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	broken := false
	out := Schedule{conference: in.Conference, speakers: in.Speakers, rooms: in.Rooms, kept: in.Kept}
	out.conference.Zone = zone
	if in.Updated != 0 {
		out.updated = time.Unix(in.Updated, 0).UTC()
	}
	people := func(at []int) []*Speaker {
		var list []*Speaker
		for _, i := range at {
			list = append(list, member(out.speakers, i, &broken))
		}
		return list
	}
	for i := range in.Tracks {
		t := in.Tracks[i].Track
		t.Hosts = people(in.Tracks[i].Hosts)
		out.tracks = append(out.tracks, &t)
	}
	for i := range in.Talks {
		t := in.Talks[i].Talk
		t.Speakers, t.Track = people(in.Talks[i].Speakers), nil
		if at := in.Talks[i].Track; at >= 0 {
			t.Track = member(out.tracks, at, &broken)
		}
		out.talks = append(out.talks, &t)
	}
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).In(zone) }
	for i := range in.Slots {
		o := &in.Slots[i]
		slot := &Slot{
			ID: o.ID, SourceID: o.SourceID, Family: o.Family, Talk: member(out.talks, o.Talk, &broken),
			Start: at(o.Start), End: at(o.End), Day: o.Day, Status: o.Status,
		}
		if o.Room >= 0 {
			slot.Room = member(out.rooms, o.Room, &broken)
		}
		if b := o.Before; b != nil {
			slot.Before = &Before{at(b.Start), at(b.End), b.Room, time.Unix(b.Until, 0).UTC()}
		}
		out.slots = append(out.slots, slot)
	}
	k := out.kept
	for _, list := range [][2]int{{k.Tracks, len(out.tracks)}, {k.Speakers, len(out.speakers)}, {k.Rooms, len(out.rooms)}, {k.Talks, len(out.talks)}} {
		broken = broken || list[0] < 0 || list[0] > list[1]
	}
	broken = broken || slices.Contains(out.speakers, nil) || slices.Contains(out.rooms, nil)
	if broken || len(out.slots) == 0 {
		return fmt.Errorf("read snapshot: a reference in it leads nowhere, or it is empty")
	}
	*s = out
	return nil
}

// member returns a member of a list; without one broken is set.
func member[T any](list []*T, i int, broken *bool) *T {
	if i < 0 || i >= len(list) || list[i] == nil {
		*broken = true
		return new(T)
	}
	return list[i]
}
