package schedule

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The form of a snapshot. Its number is raised when an older program could not
// read what a newer one wrote.
const snapshotVersion = 1

// snapshot is a schedule in which references are places in lists.
type snapshot struct {
	Version    int
	Conference Conference
	Zone       string
	Updated    int64      // Unix seconds; 0 for not known
	Speakers   []*Speaker `json:",omitempty"`
	Tracks     []snapshotTrack
	Rooms      []*Room `json:",omitempty"`
	Talks      []snapshotTalk
	Slots      []snapshotSlot
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

// MarshalJSON writes the schedule for [Schedule.UnmarshalJSON] to read. What is
// written is for this program's own use and may differ between its releases.
func (s *Schedule) MarshalJSON() ([]byte, error) {
	out := snapshot{
		Version: snapshotVersion, Conference: s.conference, Zone: s.conference.Zone.String(), Kept: s.kept,
		Speakers: s.speakers, Rooms: s.rooms,
		Tracks: make([]snapshotTrack, len(s.tracks)),
		Talks:  make([]snapshotTalk, len(s.talks)),
		Slots:  make([]snapshotSlot, len(s.slots)),
	}
	if !s.updated.IsZero() {
		out.Updated = s.updated.Unix()
	}
	speakers, tracks, rooms, talks := places(s.speakers), places(s.tracks), places(s.rooms), places(s.talks)
	broken := false
	refer := func(people []*Speaker) []int {
		at := make([]int, len(people))
		for i, p := range people {
			at[i] = place(speakers, p, &broken)
		}
		return at
	}
	for i, t := range s.tracks {
		out.Tracks[i] = snapshotTrack{Track: *t, Hosts: refer(t.Hosts)}
	}
	for i, t := range s.talks {
		out.Talks[i] = snapshotTalk{Talk: *t, Track: -1, Speakers: refer(t.Speakers)}
		if t.Track != nil {
			out.Talks[i].Track = place(tracks, t.Track, &broken)
		}
	}
	for i, slot := range s.slots {
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
		out.Slots[i] = o
	}
	if broken {
		return nil, fmt.Errorf("write snapshot: the schedule refers to what it does not list")
	}
	return json.Marshal(out)
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

// UnmarshalJSON reads what [Schedule.MarshalJSON] wrote. What was not written so
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
