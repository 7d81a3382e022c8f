package importer

import (
	"cmp"
	"fmt"
	"maps"
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
	idless       []idlessTalk   // talks that have no id of their own
	lostFamilies []string       // of what could not be read and has no id of its own
	tallies      []*sharedProblem
}

// idlessTalk is a talk whose id is still to be made, by its places in the draft.
type idlessTalk struct{ talk, slot int }

// sharedProblem is one that several talks share, told once.
type sharedProblem struct {
	code, title, text string
	at                schedule.Place // of the first talk
	count             int
}

// often warns of a problem that many talks can share: once, with their number.
// The text says of one talk or of several what is to be done.
func (c *collector) often(code string, at schedule.Place, title, text string) {
	for _, t := range c.tallies {
		if t.code == code && t.text == text {
			t.count++
			return
		}
	}
	c.tallies = append(c.tallies, &sharedProblem{code, title, text, at, 1})
}

// unscheduled leaves a talk out that has no time yet.
func (c *collector) unscheduled(at schedule.Place, title string) {
	c.often("unscheduled", at, title, "not scheduled yet, so left out; give the start and the end if that takes place")
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

// lost notes the id of what is left out since it cannot be read, as talk would
// have given it, so that what was published of it stays. Both are empty where not
// even that is known.
func (c *collector) lost(own, family string) {
	switch {
	case !isBlank(own):
		c.draft.Unread = append(c.draft.Unread, stableID(own))
	case family != "":
		c.lostFamilies = append(c.lostFamilies, family)
	}
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
	c.nameIdless()
	for _, t := range c.tallies {
		who := "“" + schedule.Shorten(t.title) + "”"
		if t.count > 1 {
			who += fmt.Sprintf(" and %d more", t.count-1)
		}
		c.warn(t.code, t.at, "%s: %s", who, t.text)
	}
	c.missingZone()
	if c.unread > c.seen/2 {
		c.report.Fault("unreadable", schedule.Place{File: c.file}, "%d of %s cannot be read; correct what the warnings name, or export the schedule again", c.unread, counted(c.seen, "talk"))
	}
	return &c.draft, c.report, nil
}

// missingZone tells of a zone that nothing names.
func (c *collector) missingZone() {
	if d := &c.draft.Conference; d.ZoneName == "" {
		offsets := map[int]bool{}
		for i := range c.draft.Slots {
			if start := c.draft.Slots[i].Start; start.HasOffset {
				offsets[start.Offset] = true
			}
		}
		missingZone(&c.report, d.At, offsets)
	}
}

// missingZone is the fault of Build for a source without a zone whose times have
// offsets, which help to find it. An offset of zero is no help: it stands in many
// files whose hours are not those of UTC.
func missingZone(report *schedule.Report, at schedule.Place, offsets map[int]bool) {
	list := slices.Sorted(maps.Keys(offsets))
	if len(list) == 0 || len(list) == 1 && list[0] == 0 {
		return
	}
	var texts []string
	for _, offset := range list[:min(len(list), 4)] {
		texts = append(texts, offsetText(offset))
	}
	report.Fault("zone-missing", at, "the schedule does not say which time zone its hours are in; give it in the source or with --timezone, such as Europe/Berlin (its times have the offset %s)", strings.Join(texts, " or "))
}

// What talks are taken to last that have no end.
const (
	lastLength = time.Hour     // the last of its day in its room
	maxGuess   = 2 * time.Hour // the longest that one waits for the next in its room
)

// closeOpen ends each slot that has no end where the next in its room begins.
func (c *collector) closeOpen() {
	if len(c.open) == 0 {
		return
	}
	type day struct {
		room string
		date schedule.Date
	}
	type start struct {
		at     time.Time
		moment schedule.Moment
	}
	dayOf := func(s *schedule.DraftSlot) day {
		return day{s.RoomID, s.Start.Wall.Add(-c.draft.Conference.DayChange).Date}
	}
	startOf := func(s *schedule.DraftSlot) start {
		if t, ok := c.instant(s.Start); ok {
			return start{t, s.Start}
		}
		return start{stampTime(s.Start), s.Start}
	}
	before := func(a, b start) int { return a.at.Compare(b.at) }
	starts := map[day][]start{}
	for i := range c.draft.Slots {
		s := &c.draft.Slots[i]
		starts[dayOf(s)] = append(starts[dayOf(s)], startOf(s))
	}
	for _, list := range starts {
		slices.SortFunc(list, before)
	}
	var followed, last []schedule.Place
	for _, i := range c.open {
		s := &c.draft.Slots[i]
		own, list := startOf(s), starts[dayOf(s)]
		next, _ := slices.BinarySearchFunc(list, own.at, func(x start, at time.Time) int {
			if x.at.After(at) {
				return 1
			}
			return -1
		})
		switch {
		case next == len(list):
			last = append(last, s.At)
			s.End = c.after(s.Start, lastLength)
		case list[next].at.Sub(own.at) > maxGuess:
			followed = append(followed, s.At)
			s.End = c.after(s.Start, maxGuess)
		default:
			followed = append(followed, s.At)
			s.End = list[next].moment
		}
	}
	if len(followed) > 0 {
		c.warn("end-missing", followed[0], "talks that have no end, or end when they begin, are taken to last until the next begins in their room, at most %s (%d in all); give the ends if that is wrong", spoken(maxGuess), len(followed))
	}
	if len(last) > 0 {
		c.warn("end-default", last[0], "talks that have no end, or end when they begin, and are the last of their day in their room are taken to last %d minutes (%d in all); give the ends if that is wrong", int(lastLength.Minutes()), len(last))
	}
}

// nameIdless gives ids to what has none of its own: those that its family makes,
// numbered by start where several share it, so that they do not hang on the order
// in the file. The source's own ids are given out by then.
func (c *collector) nameIdless() {
	start := func(x idlessTalk) time.Time {
		m := c.draft.Slots[x.slot].Start
		if t, ok := c.instant(m); ok {
			return t
		}
		return stampTime(m)
	}
	slices.SortStableFunc(c.idless, func(x, y idlessTalk) int { return start(x).Compare(start(y)) })
	// Which of the ids of a family were lost cannot be told from the others.
	lost := map[string]bool{}
	for _, family := range c.lostFamilies {
		lost[family] = true
	}
	for _, x := range c.idless {
		talk, slot := &c.draft.Talks[x.talk], &c.draft.Slots[x.slot]
		slot.TalkID = c.talkIDs.unique(slot.Family)
		talk.ID, slot.ID = schedule.TalkID(slot.TalkID), schedule.SlotID(slot.TalkID)
		if lost[slot.Family] {
			c.draft.Unread = append(c.draft.Unread, slot.TalkID)
		}
	}
	for _, family := range c.lostFamilies {
		c.draft.Unread = append(c.draft.Unread, c.talkIDs.unique(family))
	}
}

// familyOf returns the family of slots that have no id of their own and this
// title; "" for no title.
func familyOf(title string) string {
	if isBlank(title) {
		return ""
	}
	title, _ = markedTitle(title)
	return slugOf(title)
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
// own. Where it has none, own is empty and the slot is of a family, that of its
// title unless the slot has one already. A title that says so makes the slot
// a cancelled one. A talk whose times cannot be is left out; one that has no end,
// or ends when it starts, gets its end when all are there.
func (c *collector) talk(own string, d schedule.DraftTalk, slot schedule.DraftSlot) {
	slot.End = c.settled(slot.Start, slot.End)
	if slot.End == slot.Start {
		slot.End = schedule.Moment{}
	}
	if why := c.impossible(slot.Start, slot.End); why != "" {
		c.unreadable("time", d.At, "“%s” %s", schedule.Shorten(d.Title), why)
		c.lost(own, cmp.Or(slot.Family, familyOf(d.Title)))
		return
	}
	d.Title = c.fit(d.Title, schedule.MaxName, d.At)
	title, cancelled := markedTitle(d.Title)
	if d.Title = title; cancelled {
		slot.Status = schedule.StatusCancelled
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
	if slot.At = d.At; isBlank(own) {
		slot.Family = cmp.Or(slot.Family, familyOf(d.Title))
		c.idless = append(c.idless, idlessTalk{len(c.draft.Talks), len(c.draft.Slots)})
	} else {
		slot.TalkID = c.talkIDs.unique(stableID(own))
		d.ID, slot.ID = schedule.TalkID(slot.TalkID), schedule.SlotID(slot.TalkID)
	}
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
	length := c.between(start, end)
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

// instant returns when a moment is, where the zone is known and has it. Of an hour
// that clocks show twice it is the first, as Build takes it.
func (c *collector) instant(m schedule.Moment) (time.Time, bool) {
	return (&nativeReader{zone: c.zone}).instant(m)
}

// between returns how much later b is than a, and where that cannot be told from
// the zone, how much later clocks show it.
func (c *collector) between(a, b schedule.Moment) time.Duration {
	from, ok := c.instant(a)
	to, okTo := c.instant(b)
	if ok && okTo {
		return to.Sub(from)
	}
	return wallBetween(a, b)
}

// settled returns an end that is after the start: of an hour that clocks show
// twice when they go back, the second time if the first would be before it.
func (c *collector) settled(start, end schedule.Moment) schedule.Moment {
	begin, ok := c.instant(start)
	if !ok || end.HasOffset || end.IsZero() || end == start {
		return end
	}
	if instants := end.Wall.Instants(c.zone); len(instants) > 1 && !instants[0].After(begin) {
		return schedule.MomentOf(instants[len(instants)-1])
	}
	return end
}

// wallBetween returns how much later b is than a, by their offsets where both
// have one and by the clocks on the wall otherwise.
func wallBetween(a, b schedule.Moment) time.Duration {
	if !a.HasOffset || !b.HasOffset {
		a.Offset, b.Offset = 0, 0
	}
	return stampTime(b).Sub(stampTime(a))
}
