package schedule_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// program reads a conference of one line for each slot:
//
//	id[/family][=talk]: title, speaker+speaker, room, day hour[, status]
//
// Days are of November 2016, a slot takes an hour, and a talk has the id of its
// family or else of its slot. A track is named after the first word of the title.
func program(t require.TestingT, lines ...string) *schedule.Schedule {
	return build(t, draft(t, lines...))
}

func draft(t require.TestingT, lines ...string) *schedule.Draft {
	d := &schedule.Draft{}
	d.Conference.Conference = schedule.Conference{ID: "conf", Name: "The Conference", DayChange: schedule.DefaultDayChange}
	d.Conference.ZoneName = "America/Los_Angeles"
	tracks, speakers, rooms, talks := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	fresh := func(known map[string]bool, id string) bool {
		was := known[id]
		known[id] = true
		return id != "" && !was
	}
	for _, line := range lines {
		name, rest, ok := strings.Cut(line, ": ")
		require.True(t, ok, line)
		f := strings.Split(rest, ", ")
		require.GreaterOrEqual(t, len(f), 4, line)
		name, talk, _ := strings.Cut(name, "=")
		id, family, _ := strings.Cut(name, "/")
		if talk == "" {
			if talk = family; talk == "" {
				talk = id
			}
		}
		slot := schedule.DraftSlot{ID: schedule.SlotID(id), Family: family, TalkID: talk}
		if fresh(talks, talk) {
			track, _, _ := strings.Cut(strings.ToLower(f[0]), " ")
			if fresh(tracks, track) {
				d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: schedule.TrackID(track), Name: track}})
			}
			dt := schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(talk), Title: f[0]}, TrackID: track}
			for p := range strings.SplitSeq(f[1], "+") {
				if p == "" {
					continue
				}
				if fresh(speakers, p) {
					d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(strings.ToLower(p)), Name: p}})
				}
				dt.SpeakerIDs = append(dt.SpeakerIDs, strings.ToLower(p))
			}
			d.Talks = append(d.Talks, dt)
		}
		if f[2] != "" {
			slot.RoomID = strings.ToLower(f[2])
			if fresh(rooms, f[2]) {
				d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(slot.RoomID), Name: f[2]}})
			}
		}
		day, hour, _ := strings.Cut(f[3], " ")
		start := wall(t, fmt.Sprintf("2016-11-%02s %s", day, hour))
		slot.Start, slot.End = schedule.Moment{Wall: start}, schedule.Moment{Wall: start.Add(time.Hour)}
		if len(f) > 4 {
			slot.Status = schedule.Status(f[4])
		}
		d.Slots = append(d.Slots, slot)
	}
	return d
}

// shown returns a line for each slot as published: its id, with what the source
// calls it where that differs, and what readers see.
func shown(s *schedule.Schedule) []string {
	var lines []string
	for _, slot := range s.Slots() {
		var b strings.Builder
		b.WriteString(string(slot.ID))
		if slot.SourceID != slot.ID {
			fmt.Fprintf(&b, "(%s)", slot.SourceID)
		}
		f := schedule.FactsOf(slot)
		fmt.Fprintf(&b, ": %s, %s, %s", f.Title, f.Room, f.Start.Format("2 15:04"))
		if f.Status != schedule.StatusConfirmed {
			fmt.Fprintf(&b, ", %s", f.Status)
		}
		if was := slot.Before; was != nil {
			fmt.Fprintf(&b, ", was %s %s", was.Start.Format("2 15:04"), was.Room)
		}
		lines = append(lines, b.String())
	}
	return lines
}

// told returns a line for each change.
func told(changes []schedule.Change) []string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, fmt.Sprintf("%s %v", c.Slot, c.Kinds))
	}
	return lines
}

// rendered stands for what a feed shows of each slot.
func rendered(s *schedule.Schedule) []schedule.Digest {
	var all []schedule.Digest
	for _, slot := range s.Slots() {
		h := sha256.New()
		f, talk := schedule.FactsOf(slot), slot.Talk
		fmt.Fprintln(h, slot.ID, f.Title, f.Start.Format(time.RFC3339), f.End.Format(time.RFC3339), f.Room, f.Status, talk.Abstract)
		for _, p := range talk.Speakers {
			fmt.Fprintln(h, p.Credit())
		}
		if talk.Track != nil {
			fmt.Fprintln(h, talk.Track.Name)
		}
		if b := slot.Before; b != nil {
			fmt.Fprintln(h, "was", b.Start.Format(time.RFC3339), b.End.Format(time.RFC3339), b.Room)
		}
		all = append(all, schedule.Digest(h.Sum(nil)))
	}
	return all
}

// restarted returns an edition as a program reads it that was started anew.
func restarted(t require.TestingT, e *schedule.Edition) *schedule.Edition {
	if e == nil {
		return nil
	}
	var s schedule.Schedule
	require.NoError(t, json.Unmarshal([]byte(written(t, e.Schedule)), &s))
	l := e.Ledger()
	return schedule.NewEdition(&s, schedule.NewLedger(maps.Collect(l.Entries()), l.Modified(), l.Digest(), l.Pending()))
}

func written(t require.TestingT, s *schedule.Schedule) string {
	if s == nil {
		return ""
	}
	data, err := json.Marshal(s)
	require.NoError(t, err)
	return string(data)
}

// publisher publishes reads one after the other, and holds each against what
// must be true of all.
type publisher struct {
	t    require.TestingT
	now  time.Time
	last *schedule.Edition
	born map[string]schedule.SlotID // of every UID, whose it is
}

func newPublisher(t require.TestingT) *publisher {
	return &publisher{t: t, now: time.Date(2016, 11, 1, 12, 0, 0, 0, time.UTC), born: map[string]schedule.SlotID{}}
}

// publish reads what was built, long enough after the last read for it to count,
// and publishes what comes of it.
func (p *publisher) publish(next *schedule.Schedule, confirmed bool) *schedule.Reading {
	if p.last != nil {
		p.now = p.now.Add(schedule.ReadsApart)
	}
	reading := p.same(func(last *schedule.Edition) *schedule.Reading {
		return schedule.Reconcile(last, next, p.now, confirmed)
	}, next)
	if reading.Held != "" {
		require.Nil(p.t, reading.Schedule)
		require.Empty(p.t, reading.Changes)
		require.Regexp(p.t, `^\S.*\S$`, reading.Held)
		p.last = schedule.NewEdition(p.last.Schedule, reading.Ledger)
		return reading
	}
	p.adopt(reading)
	// All that was read is published as it was read.
	bySource := map[schedule.SlotID][]*schedule.Slot{}
	for _, s := range p.last.Slots() {
		bySource[s.SourceID] = append(bySource[s.SourceID], s)
	}
	for _, s := range next.Slots() {
		require.True(p.t, slices.ContainsFunc(bySource[s.SourceID], func(o *schedule.Slot) bool {
			same := *o.Talk
			same.ID = s.Talk.ID
			return s.Family == o.Family && fmt.Sprint(schedule.FactsOf(s)) == fmt.Sprint(schedule.FactsOf(o)) && fmt.Sprint(same) == fmt.Sprint(*s.Talk)
		}), "%s is not published as it was read", s.SourceID)
	}
	return reading
}

// lapse publishes what the passing of time has changed, or returns nil.
func (p *publisher) lapse() *schedule.Reading {
	due, ok := p.last.Lapses()
	reading := p.same(func(last *schedule.Edition) *schedule.Reading { return schedule.Lapse(last, p.now) }, nil)
	require.Equal(p.t, ok && !due.After(p.now), reading != nil, "a lapse is due when Lapses says so")
	if reading != nil {
		before := written(p.t, p.last.Schedule)
		p.adopt(reading)
		require.NotEqual(p.t, before, written(p.t, p.last.Schedule), "a lapse changes something")
		due, ok = p.last.Lapses()
		require.True(p.t, !ok || due.After(p.now), "what has lapsed does not again")
	}
	return reading
}

// same returns what f comes to, which is the same each time and after a restart
// and modifies nothing.
func (p *publisher) same(f func(last *schedule.Edition) *schedule.Reading, next *schedule.Schedule) *schedule.Reading {
	var before string
	var ledger schedule.Ledger
	if p.last != nil {
		before = written(p.t, p.last.Schedule)
		l := p.last.Ledger()
		ledger = schedule.NewLedger(maps.Collect(l.Entries()), l.Modified(), l.Digest(), l.Pending())
	}
	read := written(p.t, next)
	reading := f(p.last)
	again := f(restarted(p.t, p.last))
	require.Equal(p.t, reading == nil, again == nil)
	if reading != nil {
		require.Equal(p.t, written(p.t, reading.Schedule), written(p.t, again.Schedule))
		require.True(p.t, reading.Ledger.Equal(again.Ledger))
		require.Equal(p.t, told(reading.Changes), told(again.Changes))
		require.Equal(p.t, reading.Report, again.Report)
		require.Equal(p.t, reading.Held, again.Held)
	}
	require.Equal(p.t, read, written(p.t, next), "what was read is not modified")
	if p.last != nil {
		require.Equal(p.t, before, written(p.t, p.last.Schedule), "what was published is not modified")
		require.True(p.t, ledger.Equal(p.last.Ledger()), "nor is its ledger")
	}
	return reading
}

// adopt publishes a reading.
func (p *publisher) adopt(reading *schedule.Reading) {
	t := p.t
	shown := rendered(reading.Schedule)
	ledger := reading.Ledger.Advance(reading.Schedule, shown, p.now)
	requireWhole(t, reading.Schedule)
	was := map[schedule.SlotID]*schedule.Slot{}
	var published *schedule.Schedule
	if p.last != nil {
		published = p.last.Schedule
		for _, s := range p.last.Slots() {
			was[s.ID] = s
		}
		require.Equal(t, p.last.Conference().ID, reading.Schedule.Conference().ID)
		for id, old := range p.last.Ledger().Entries() {
			kept, ok := ledger.Entry(id)
			require.True(t, ok)
			require.Equal(t, old.UID, kept.UID)
			require.Equal(t, old.Created, kept.Created)
			require.GreaterOrEqual(t, kept.Sequence, old.Sequence)
			require.Equal(t, kept.Sequence > old.Sequence, kept.Digest != old.Digest, "SEQUENCE rises exactly with what is seen")
			require.Equal(t, kept.Sequence > old.Sequence, kept.Modified.After(old.Modified))
		}
		require.False(t, ledger.Modified().Before(p.last.Modified()))
	}
	require.Equal(t, told(schedule.Compare(published, reading.Schedule)), told(reading.Changes))
	for i, s := range reading.Schedule.Slots() {
		entry, _ := ledger.Entry(s.ID)
		require.Equal(t, shown[i], entry.Digest)
		require.Equal(t, string(s.ID)+"@conf", entry.UID)
		if owner, known := p.born[entry.UID]; known {
			require.Equal(t, owner, s.ID)
		}
		p.born[entry.UID] = s.ID
	}
	e := schedule.NewEdition(reading.Schedule, ledger)
	for _, s := range e.Slots() {
		for _, query := range scopesOf(s) {
			scope, err := schedule.ParseScope(query, nil)
			require.NoError(t, err)
			found, err := e.Find(scope)
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(found, func(i int32) bool { return e.Slots()[i] == s }), "%s is not in %s", s.ID, query)
		}
	}
	p.last = e
}

// scopesOf returns scopes that a slot is in.
func scopesOf(s *schedule.Slot) []string {
	scopes := []string{"slot=" + string(s.ID), "talk=" + string(s.Talk.ID)}
	if s.Room != nil {
		scopes = append(scopes, "room="+string(s.Room.ID))
	}
	if s.Talk.Track != nil {
		scopes = append(scopes, "track="+string(s.Talk.Track.ID))
	}
	for _, p := range s.Talk.Speakers {
		scopes = append(scopes, "speaker="+string(p.ID))
	}
	return scopes
}

// requireWhole asserts that ids are unique, slots are sorted, times are in the
// conference's zone and whatever a part refers to is in the schedule itself.
func requireWhole(t require.TestingT, s *schedule.Schedule) {
	slots := map[schedule.SlotID]bool{}
	talks, tracks := map[*schedule.Talk]bool{}, map[*schedule.Track]bool{}
	speakers, rooms := map[*schedule.Speaker]bool{}, map[*schedule.Room]bool{}
	ids := map[string]bool{}
	once := func(what, id string) {
		require.False(t, ids[what+id], "the %s %s is there twice", what, id)
		require.True(t, schedule.ValidID(id), id)
		ids[what+id] = true
	}
	for _, v := range s.Talks() {
		once("talk", string(v.ID))
		talks[v] = true
	}
	for _, v := range s.Tracks() {
		once("track", string(v.ID))
		tracks[v] = true
	}
	for _, v := range s.Speakers() {
		once("speaker", string(v.ID))
		speakers[v] = true
	}
	for _, v := range s.Rooms() {
		once("room", string(v.ID))
		rooms[v] = true
	}
	people := func(list []*schedule.Speaker) {
		for _, p := range list {
			require.True(t, speakers[p], "%s is not in the schedule", p.ID)
		}
	}
	for _, v := range s.Tracks() {
		people(v.Hosts)
	}
	for _, v := range s.Talks() {
		require.True(t, v.Track == nil || tracks[v.Track], "the track of %s is not in the schedule", v.ID)
		people(v.Speakers)
	}
	zone := s.Conference().Zone
	for i, v := range s.Slots() {
		once("slot", string(v.ID))
		require.False(t, slots[v.ID])
		slots[v.ID] = true
		require.True(t, talks[v.Talk], "the talk of %s is not in the schedule", v.ID)
		require.True(t, v.Room == nil || rooms[v.Room], "the room of %s is not in the schedule", v.ID)
		require.True(t, zone == v.Start.Location() && zone == v.End.Location(), "times are in the zone")
		if b := v.Before; b != nil {
			require.True(t, zone == b.Start.Location() && zone == b.End.Location())
			require.Equal(t, time.UTC, b.Until.Location())
			require.NotEqual(t, schedule.StatusCancelled, v.Status)
		}
		if i > 0 {
			prior := s.Slots()[i-1]
			require.True(t, prior.Start.Before(v.Start) || prior.Start.Equal(v.Start) && prior.ID < v.ID, "slots are sorted")
		}
	}
}
