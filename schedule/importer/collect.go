package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"slotcast/schedule"
)

// collector fills a draft from a source whose parts have keys of their own. A
// part that is named again is the part that is there already.
type collector struct {
	file   string
	draft  schedule.Draft
	report schedule.Report

	trackIDs, speakerIDs, roomIDs, talkIDs *idSet
	tracks, speakers, rooms                map[string]string // ids by key

	zone         *time.Location // nil where it is not known
	seen, unread int            // rows, and those of them that cannot be read
	open         []int          // the slots whose end is not known
}

func newCollector(src Source, o Options) *collector {
	c := &collector{
		file:     src.Name,
		trackIDs: newIDSet(), speakerIDs: newIDSet(), roomIDs: newIDSet(), talkIDs: newIDSet(),
		tracks: map[string]string{}, speakers: map[string]string{}, rooms: map[string]string{},
	}
	c.draft.Updated = src.Modified
	if zone, err := schedule.LoadZone(o.Timezone); err == nil {
		c.zone = zone
	}
	d := &c.draft.Conference
	d.At = schedule.Place{File: src.Name}
	d.Name, d.ZoneName, d.DayChange = o.Conference, o.Timezone, schedule.DefaultDayChange
	d.ID = schedule.ConferenceID(nameless(o.Conference, "conference"))
	return c
}

// named takes what a source says of its conference where the options do not.
func (c *collector) named(name, zone string) {
	d := &c.draft.Conference
	if name = c.fit(oneLine(name), schedule.MaxName, d.At); d.Name == "" && !isBlank(name) {
		d.Name, d.ID = name, schedule.ConferenceID(nameless(name, "conference"))
	}
	if d.ZoneName == "" {
		d.ZoneName = zone
		if found, err := schedule.LoadZone(zone); err == nil {
			c.zone = found
		}
	}
}

// inZone returns the wall time of the conference at a moment that has an offset.
func (c *collector) inZone(m schedule.Moment) schedule.Moment {
	if !m.HasOffset || c.zone == nil {
		return m
	}
	return plainMoment(stampTime(m).In(c.zone))
}

// after returns the moment at which that much time has passed since start,
// whatever clocks are set to meanwhile.
func (c *collector) after(start schedule.Moment, length time.Duration) schedule.Moment {
	return (&nativeReader{zone: c.zone}).endAfter(start, length)
}

func (c *collector) warn(code string, at schedule.Place, format string, args ...any) {
	c.report.Warn(code, at, format, args...)
}

// unreadable warns of a row that is left out since it cannot be read.
func (c *collector) unreadable(code string, at schedule.Place, format string, args ...any) {
	c.unread++
	c.warn(code, at, format+"; it is left out", args...)
}

// next counts a talk that is there to be read, and tells whether it is to be:
// those beyond the limit are only counted, and finish refuses the source.
func (c *collector) next() bool {
	c.seen++
	return c.seen <= schedule.MaxTalks
}

// finish returns what was collected. The error is of kind [schedule.ErrInvalid],
// for more talks than a schedule can have. A source of which less than half can be
// read has a fault, since what would be published of it is a torso.
func (c *collector) finish() (*schedule.Draft, schedule.Report, error) {
	if c.seen > schedule.MaxTalks {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s has more than %d talks; split the schedule", c.file, schedule.MaxTalks)
	}
	c.closeOpen()
	if c.unread > c.seen/2 {
		c.report.Fault("unreadable", schedule.Place{File: c.file}, "%d of its %d talks cannot be read; correct them, or export the schedule again", c.unread, c.seen)
	}
	return &c.draft, c.report, nil
}

// lastLength is how long a talk is taken to last that has no end, and is the
// last of its day in its room.
const lastLength = time.Hour

// closeOpen ends each slot that has no end where the next in its room begins.
func (c *collector) closeOpen() {
	if len(c.open) == 0 {
		return
	}
	type day struct {
		room string
		date schedule.Date
	}
	dayOf := func(s *schedule.DraftSlot) day {
		return day{s.RoomID, s.Start.Wall.Add(-c.draft.Conference.DayChange).Date}
	}
	starts := map[day][]schedule.Moment{}
	for i := range c.draft.Slots {
		s := &c.draft.Slots[i]
		starts[dayOf(s)] = append(starts[dayOf(s)], s.Start)
	}
	before := func(a, b schedule.Moment) int { return cmp.Compare(wallBetween(b, a), 0) }
	for _, list := range starts {
		slices.SortFunc(list, before)
	}
	last := 0
	for _, i := range c.open {
		s := &c.draft.Slots[i]
		list := starts[dayOf(s)]
		next, found := slices.BinarySearchFunc(list, s.Start, before)
		for found && next < len(list) && before(list[next], s.Start) == 0 {
			next++
		}
		if next < len(list) {
			s.End = list[next]
			continue
		}
		last++
		s.End = c.after(s.Start, lastLength)
	}
	first := c.draft.Slots[c.open[0]].At
	c.warn("end-missing", first, "talks that have no end are taken to end when the next begins in their room (%d in all); give the ends if that is wrong", len(c.open))
	if last > 0 {
		c.warn("end-default", first, "talks that have no end and are the last of their day in their room are taken to last %d minutes (%d in all); give the ends if that is wrong", int(lastLength.Minutes()), last)
	}
}

// idFrom returns what the id of a part is made of: the source's own id, or the
// name where it has none.
func idFrom(own, name string) string {
	if isBlank(own) {
		return slugOf(name)
	}
	return stableID(own)
}

// maxProse is how many octets of a text are made readable; more than
// [schedule.MaxText] characters are not published anyhow.
const maxProse = 1 << 20

// prose is readable for a text of any length.
func prose(s string) string {
	if len(s) > maxProse {
		s = strings.ToValidUTF8(s[:maxProse], "")
	}
	return readable(s)
}

// fit cuts a text that is longer than can be published.
func (c *collector) fit(s string, most int, at schedule.Place) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	c.warn("too-long", at, "a text here has more than the %d characters that can be published, and is cut; shorten it", most)
	return string([]rune(s)[:most-1]) + "…"
}

// room returns the id of the room of that name, and of that id in the source
// where rooms have one; "" for none.
func (c *collector) room(own, name string, at schedule.Place) string {
	if isBlank(name) {
		return ""
	}
	key := cmp.Or(own, name)
	id, known := c.rooms[key]
	if !known {
		id = c.roomIDs.unique(idFrom(own, name))
		c.rooms[key] = id
		c.draft.Rooms = append(c.draft.Rooms, schedule.DraftRoom{At: at, Room: schedule.Room{ID: schedule.RoomID(id), Name: c.fit(name, schedule.MaxName, at)}})
	}
	return id
}

// track is room for tracks.
func (c *collector) track(own, name string, at schedule.Place) string {
	if isBlank(name) {
		return ""
	}
	key := cmp.Or(own, name)
	id, known := c.tracks[key]
	if !known {
		id = c.trackIDs.unique(idFrom(own, name))
		c.tracks[key] = id
		c.draft.Tracks = append(c.draft.Tracks, schedule.DraftTrack{At: at, Track: schedule.Track{ID: schedule.TrackID(id), Name: c.fit(name, schedule.MaxName, at)}})
	}
	return id
}

// speaker is room for speakers: s has no id yet, and key tells whether the same
// person is there already.
func (c *collector) speaker(key, own string, s schedule.Speaker, at schedule.Place) string {
	if isBlank(s.Name) {
		c.warn("speaker-nameless", at, "a speaker has no name and is left out; give one")
		return ""
	}
	id, known := c.speakers[key]
	if !known {
		id = c.speakerIDs.unique(idFrom(own, s.Name))
		c.speakers[key] = id
		s.ID, s.Name = schedule.SpeakerID(id), c.fit(s.Name, schedule.MaxName, at)
		s.Role, s.Bio = c.fit(s.Role, schedule.MaxName, at), c.fit(s.Bio, schedule.MaxText, at)
		c.draft.Speakers = append(c.draft.Speakers, schedule.DraftSpeaker{At: at, Speaker: s})
	}
	return id
}

// talk adds a talk with its one slot, which both get their id from the source's
// own, or from the title where it has none. A title that says so makes the slot
// a cancelled one. A talk whose times cannot be is left out; one that has no end,
// or ends when it starts, gets its end when all are there.
func (c *collector) talk(own string, d schedule.DraftTalk, slot schedule.DraftSlot) {
	if slot.End == slot.Start {
		slot.End = schedule.Moment{}
	}
	if why := c.impossible(slot.Start, slot.End); why != "" {
		c.unreadable("time", d.At, "“%s” %s", schedule.Shorten(d.Title), why)
		return
	}
	d.Title = c.fit(d.Title, schedule.MaxName, d.At)
	if title, cancelled := markedErrata(d.Title); cancelled {
		d.Title, slot.Status = title, schedule.StatusCancelled
	}
	d.Abstract = c.fit(d.Abstract, schedule.MaxText, d.At)
	d.Level = c.fit(d.Level, schedule.MaxName, d.At)
	d.Tags = slices.DeleteFunc(d.Tags, isBlank)
	for i := range d.Tags {
		d.Tags[i] = c.fit(d.Tags[i], schedule.MaxScopeText, d.At)
	}
	d.SpeakerIDs = slices.DeleteFunc(d.SpeakerIDs, func(id string) bool { return id == "" })
	if len(d.SpeakerIDs) > schedule.MaxPerTalk || len(d.Tags) > schedule.MaxPerTalk {
		c.warn("limit", d.At, "“%s” has %d speakers and %d tags; the first %d of each are shown", schedule.Shorten(d.Title), len(d.SpeakerIDs), len(d.Tags), schedule.MaxPerTalk)
		d.SpeakerIDs = d.SpeakerIDs[:min(len(d.SpeakerIDs), schedule.MaxPerTalk)]
		d.Tags = d.Tags[:min(len(d.Tags), schedule.MaxPerTalk)]
	}
	if d.Kind == "" {
		d.Kind = kindOf(d.Title, len(d.SpeakerIDs) > 0)
	}
	id := c.talkIDs.unique(idFrom(own, d.Title))
	d.ID, slot.ID, slot.TalkID, slot.At = schedule.TalkID(id), schedule.SlotID(id), id, d.At
	if slot.End.IsZero() {
		c.open = append(c.open, len(c.draft.Slots))
	}
	c.draft.Talks = append(c.draft.Talks, d)
	c.draft.Slots = append(c.draft.Slots, slot)
}

// impossible says what is wrong with the times of a slot, or "". A zero end is
// one that is not known. Build makes a fault of it; here one row is not worth
// the whole schedule.
func (c *collector) impossible(start, end schedule.Moment) string {
	length := wallBetween(start, end)
	if end.IsZero() {
		end, length = start, lastLength
	}
	switch {
	case start.Wall.Year < 1972 || end.Wall.Year > 2199:
		return fmt.Sprintf("begins at %s and ends at %s, which is outside the years 1972 to 2199", start, end)
	case length <= 0:
		return fmt.Sprintf("ends at %s, which is not after its start at %s", end, start)
	case length > schedule.MaxSlotDuration*24*time.Hour:
		return fmt.Sprintf("lasts from %s to %s, which is more than %d days", start, end, schedule.MaxSlotDuration)
	}
	for _, m := range []schedule.Moment{start, end} {
		if c.zone != nil && len(m.Wall.Instants(c.zone)) == 0 {
			return fmt.Sprintf("has the time %s, which clocks in %s skip when they go forward", m, c.zone)
		}
	}
	return ""
}

// wallBetween returns how much later b is than a, by their offsets where both
// have one and by the clocks on the wall otherwise.
func wallBetween(a, b schedule.Moment) time.Duration {
	if !a.HasOffset || !b.HasOffset {
		a.Offset, b.Offset = 0, 0
	}
	return stampTime(b).Sub(stampTime(a))
}

// errataMark is how an organiser marks a cancelled session in a tool that lists
// its late changes as errata: "CANCELED errata Knots" or "Knots - Cancelation
// Errata".
var errataMark = regexp.MustCompile(`(?i)^cancell?(?:ed|ations?)\s+errat(?:a|um)\b[\s:–—-]*|[\s:–—-]+cancell?(?:ed|ations?)\s+errat(?:a|um)$`)

// markedErrata is markedCancelled, for that mark too.
func markedErrata(title string) (string, bool) {
	if rest := strings.TrimSpace(errataMark.ReplaceAllString(title, "")); rest != title && !isBlank(rest) {
		return rest, true
	}
	return markedCancelled(title)
}
