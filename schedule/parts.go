package schedule

import "slices"

// parts collects the schedule that is to be published.
type parts struct {
	read     *Schedule
	next     Schedule
	slots    []*Slot
	talkOf   map[*Talk]*Talk // of each talk that was read, the one to publish
	talks    map[TalkID]*Talk
	tracks   map[TrackID]*Track
	speakers map[SpeakerID]*Speaker
	rooms    map[RoomID]*Room
}

// newParts begins with what was read. The conference keeps the id that it was
// published under, since every UID ends with it.
func newParts(read *Schedule, id ConferenceID) *parts {
	p := &parts{
		read: read,
		next: Schedule{
			conference: read.conference, updated: read.updated,
			tracks: slices.Clip(read.tracks), speakers: slices.Clip(read.speakers),
			rooms: slices.Clip(read.rooms), talks: slices.Clip(read.talks),
		},
		slots:    make([]*Slot, 0, len(read.slots)),
		talkOf:   make(map[*Talk]*Talk, len(read.talks)),
		talks:    make(map[TalkID]*Talk, len(read.talks)),
		tracks:   make(map[TrackID]*Track, len(read.tracks)),
		speakers: make(map[SpeakerID]*Speaker, len(read.speakers)),
		rooms:    make(map[RoomID]*Room, len(read.rooms)),
	}
	p.next.conference.ID = id
	for _, t := range read.tracks {
		p.tracks[t.ID] = t
	}
	for _, s := range read.speakers {
		p.speakers[s.ID] = s
	}
	for _, r := range read.rooms {
		p.rooms[r.ID] = r
	}
	return p
}

// takeTalks gives the talks that were read the ids that they were published
// under. A talk is the one that its slots were of, unless the source has moved
// the slots from one talk to another that has kept its id and title.
func (p *parts) takeTalks(r *reconciler) {
	bySource := make(map[TalkID]*Talk, len(p.read.talks))
	for _, t := range r.last.Schedule.talks {
		if bySource[t.SourceID] == nil { // those that were read stand first
			bySource[t.SourceID] = t
		}
	}
	counted := map[*Talk]bool{} // by the ids of its slots, as its own may be
	claim := func(t, published *Talk) {
		if published != nil && p.talkOf[t] == nil && p.talks[published.ID] == nil {
			p.take(t, published.ID)
		}
	}
	for i, s := range p.read.slots {
		if s.Family != "" {
			counted[s.Talk] = true
			if was := r.was[i]; was != nil {
				claim(s.Talk, was.Talk)
			}
		}
	}
	for _, t := range p.read.talks {
		if was := bySource[t.SourceID]; was != nil && was.Title == t.Title {
			claim(t, was)
		}
	}
	for i, s := range p.read.slots {
		if was := r.was[i]; was != nil {
			claim(s.Talk, was.Talk)
		}
	}
	for _, t := range p.read.talks {
		if !counted[t] {
			claim(t, bySource[t.SourceID])
		}
	}
	fresh := numbering{}
	p.next.talks = make([]*Talk, len(p.read.talks))
	for i, t := range p.read.talks {
		if p.talkOf[t] == nil {
			p.take(t, TalkID(fresh.id(string(t.SourceID), func(id string) bool {
				return p.talks[TalkID(id)] != nil || r.last.talks[TalkID(id)] != nil
			})))
		}
		p.next.talks[i] = p.talkOf[t]
	}
}

func (p *parts) take(t *Talk, id TalkID) {
	out := t
	if id != t.ID {
		renamed := *t
		renamed.ID = id
		out = &renamed
	}
	p.talkOf[t], p.talks[id] = out, out
}

// keepSlot adds a slot that was published. What it refers to is as it was read,
// if it was, or else as it was published.
func (p *parts) keepSlot(was *Slot) *Slot {
	s := *was
	zone := p.read.conference.Zone
	s.Start, s.End = s.Start.In(zone), s.End.In(zone)
	s.Talk = p.keepTalk(was.Talk)
	if was.Room != nil {
		s.Room = p.keepRoom(was.Room)
	}
	p.slots = append(p.slots, &s)
	return &s
}

func (p *parts) keepTalk(was *Talk) *Talk {
	if t := p.talks[was.ID]; t != nil {
		return t
	}
	t := *was
	if was.Track != nil {
		t.Track = p.keepTrack(was.Track)
	}
	t.Speakers = p.keepSpeakers(was.Speakers)
	p.talks[t.ID] = &t
	p.next.talks = append(p.next.talks, &t)
	return &t
}

func (p *parts) keepTrack(was *Track) *Track {
	if t := p.tracks[was.ID]; t != nil {
		return t
	}
	t := *was
	t.Hosts = p.keepSpeakers(was.Hosts)
	p.tracks[t.ID] = &t
	p.next.tracks = append(p.next.tracks, &t)
	return &t
}

func (p *parts) keepSpeakers(was []*Speaker) []*Speaker {
	kept := slices.Clone(was)
	for i, s := range was {
		if p.speakers[s.ID] == nil {
			p.speakers[s.ID] = s
			p.next.speakers = append(p.next.speakers, s)
		}
		kept[i] = p.speakers[s.ID]
	}
	return kept
}

func (p *parts) keepRoom(was *Room) *Room {
	if r := p.rooms[was.ID]; r != nil {
		return r
	}
	p.rooms[was.ID] = was
	p.next.rooms = append(p.next.rooms, was)
	return was
}

func (p *parts) schedule() *Schedule {
	sortSlots(p.slots)
	p.next.slots = p.slots
	p.next.kept = keptParts{
		Tracks:   len(p.next.tracks) - len(p.read.tracks),
		Speakers: len(p.next.speakers) - len(p.read.speakers),
		Rooms:    len(p.next.rooms) - len(p.read.rooms),
		Talks:    len(p.next.talks) - len(p.read.talks),
	}
	next := p.next // a pointer into parts would keep what was read
	return &next
}

// keptParts counts the parts at the end of a schedule's lists that the source no
// longer has and that slots which have vanished refer to.
type keptParts struct{ Tracks, Speakers, Rooms, Talks int }

// own returns the schedule without such parts. Its slots may refer to them.
func (s *Schedule) own() *Schedule {
	own := *s
	own.kept = keptParts{}
	own.tracks = s.tracks[:len(s.tracks)-s.kept.Tracks]
	own.speakers = s.speakers[:len(s.speakers)-s.kept.Speakers]
	own.rooms = s.rooms[:len(s.rooms)-s.kept.Rooms]
	own.talks = s.talks[:len(s.talks)-s.kept.Talks]
	return &own
}

// numbering finds ids that are not taken. It remembers where it was, since ids
// that have to be cut share their numbers and there can be thousands of them.
type numbering map[string]int

// id returns base, or else the first of base-2, base-3 and so on that is free.
func (n numbering) id(base string, taken func(id string) bool) string {
	if !taken(base) {
		return base
	}
	stem := base[:min(len(base), MaxID-8)]
	for {
		n[stem] = max(n[stem], 1) + 1
		if id := NumberedID(base, n[stem]); !taken(id) {
			return id
		}
	}
}
