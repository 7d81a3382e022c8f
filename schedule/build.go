package schedule

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// DefaultDayChange is the time of day at which a conference day begins where
// the source does not say: four in the morning.
const DefaultDayChange = 4 * time.Hour

// Build checks a draft and makes a schedule of it. The schedule is nil exactly
// if the report has faults. Build does not modify the draft, and the same draft
// always gives the same schedule and report.
//
// Text is trimmed; a title or name is made one line. Addresses and colours that
// cannot be used are left out with a warning, since a feed is right without
// them. A wall time that the zone skips is a fault; one that it repeats is read
// as the first, with a warning, unless the source gives the offset.
func Build(d *Draft) (*Schedule, Report) {
	b := &builder{draft: d}
	b.conference()
	if b.limits(); b.report.Faults > 0 {
		return nil, b.report
	}
	b.speakers()
	b.rooms()
	b.tracks()
	b.talks()
	b.slots()
	b.size()
	if b.report.Faults > 0 {
		return nil, b.report
	}
	b.overlaps()
	b.out.updated = d.Updated.UTC().Truncate(time.Second)
	if d.Updated.IsZero() {
		b.out.updated = time.Time{}
	}
	return &b.out, b.report
}

// builder holds what Build knows so far.
type builder struct {
	draft  *Draft
	out    Schedule
	report Report

	speakerByID map[SpeakerID]*Speaker
	roomByID    map[RoomID]*Room
	trackByID   map[TrackID]*Track
	talkByID    map[TalkID]*Talk
	slotsOf     map[*Talk]int
	compared    int // ids looked at for a suggestion
}

// at refines a place by the source's own knowledge of where a path stands.
func (b *builder) at(p Place) Place {
	if b.draft.Locate != nil && p.Path != "" {
		if found, ok := b.draft.Locate(p.Path); ok {
			found.Path = p.Path
			return found
		}
	}
	return p
}

// To locate a path can cost a walk through the source, so it is done only for
// problems that the report keeps.

func (b *builder) fault(code string, p Place, format string, args ...any) {
	if b.report.Faults < MaxProblems {
		p = b.at(p)
	}
	b.report.Fault(code, p, format, args...)
}

func (b *builder) warn(code string, p Place, format string, args ...any) {
	if len(b.report.Problems) < MaxProblems {
		p = b.at(p)
	}
	b.report.Warn(code, p, format, args...)
}

// limits refuses a draft with too many parts, before any work is done on them.
func (b *builder) limits() {
	d := b.draft
	for _, l := range []struct {
		what       string
		have, most int
	}{
		{"slots", len(d.Slots), MaxSlots},
		{"talks", len(d.Talks), MaxTalks},
		{"speakers", len(d.Speakers), MaxSpeakers},
		{"tracks", len(d.Tracks), MaxTracks},
		{"rooms", len(d.Rooms), MaxRooms},
	} {
		if l.have > l.most {
			b.fault("limit", Place{File: d.Conference.At.File}, "the schedule has %d %s; at most %d can be published, so split it", l.have, l.what, l.most)
		}
	}
	if len(d.Slots) == 0 {
		b.fault("empty", Place{File: d.Conference.At.File}, "there is no slot in it; give at least one talk a start and an end")
	}
}

// line returns a name or title: one line, trimmed, within [MaxName].
func (b *builder) line(s string, p Place) string { return b.checked(s, p, MaxName, true) }

// text returns a longer text: trimmed, within [MaxText].
func (b *builder) text(s string, p Place) string { return b.checked(s, p, MaxText, false) }

func (b *builder) checked(s string, p Place, most int, oneLine bool) string {
	if !utf8.ValidString(s) {
		b.warn("encoding", p, "some of it is not UTF-8 and is shown as \uFFFD; save the source as UTF-8")
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if n := utf8.RuneCountInString(s); n > most {
		b.fault("too-long", p, "it has %d characters; at most %d can be published, so shorten it", n, most)
		return ""
	}
	if strings.ContainsFunc(s, isStray) {
		b.warn("control-character", p, "it has control characters, which are left out")
		s = strings.Map(func(r rune) rune {
			if isStray(r) {
				return -1
			}
			return r
		}, s)
	}
	if oneLine {
		s = strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s)
}

// isStray tells a control character that is not white space.
func isStray(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// title is line for what stands at the head of an event, where some parsers
// misread a backslash whatever one writes.
func (b *builder) title(s string, p Place) string {
	s = b.line(s, p)
	for _, risky := range []string{`\n`, `\N`, `\,`, `\;`} {
		if strings.Contains(s, risky) {
			b.warn("backslash", p, "some calendars misread “%s” in a title; leave the backslash out if you can", risky)
			break
		}
	}
	return s
}

// link returns an address fit for a feed, or "".
func (b *builder) link(s string, p Place) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	clean, err := CleanURL(s)
	if err != nil {
		b.warn("address", p, "%s; it is left out", err)
		return ""
	}
	return clean
}

// id checks an id and that it is new among what.
func id[T ~string, V any](b *builder, what string, s T, p Place, known map[T]V) bool {
	switch {
	case s == "":
		b.fault("id-missing", p, "this %s has no id; give it one (%s)", what, idRule)
	case !ValidID(string(s)):
		b.fault("id", p.Field("id"), "“%s” cannot be an id: %s", Shorten(string(s)), idRule)
	default:
		if _, taken := known[s]; !taken {
			return true
		}
		b.fault("id-duplicate", p.Field("id"), "another %s has the id “%s” already; give each its own", what, s)
	}
	return false
}

// refer resolves a reference, or reports it with the id that was likely meant.
func refer[T ~string, V any](b *builder, what, s string, p Place, known map[T]*V) *V {
	if v := known[T(s)]; v != nil {
		return v
	}
	hint := "; correct the id, or add the " + what
	// Suggestions cost the square of the ids, so a file full of wrong ids gets
	// only the first few.
	if b.compared += len(known); s != "" && b.compared <= 2*MaxSlots {
		ids := make([]string, 0, len(known))
		for k := range known {
			ids = append(ids, string(k))
		}
		slices.Sort(ids)
		if near := Nearest(s, ids); near != "" {
			hint = fmt.Sprintf("; did you mean “%s”?", near)
		}
	}
	b.fault("unknown-"+what, p, "there is no %s with the id “%s”%s", what, Shorten(s), hint)
	return nil
}

func (b *builder) conference() {
	d := &b.draft.Conference
	c := d.Conference
	at := func(field string) Place { return d.At.Field(field) }
	id(b, "conference", c.ID, d.At, map[ConferenceID]bool{})
	c.Name = b.line(c.Name, at("name"))
	if c.Name == "" {
		b.fault("name-missing", d.At, "the conference has no name; give it one in the source or with --conference")
	}
	c.Description = b.text(c.Description, at("description"))
	c.URL = b.link(c.URL, at("url"))
	c.Venue.Name = b.line(c.Venue.Name, at("venue.name"))
	c.Venue.Address = b.line(c.Venue.Address, at("venue.address"))
	if p := c.Venue.Position; p != nil && !(p.Latitude >= -90 && p.Latitude <= 90 && p.Longitude >= -180 && p.Longitude <= 180) {
		b.warn("position", at("venue"), "latitude goes from -90 to 90 and longitude from -180 to 180; the position is left out")
		c.Venue.Position = nil
	} else if p != nil {
		position := *p
		c.Venue.Position = &position
	}
	if c.DayChange < 0 || c.DayChange > 12*time.Hour {
		b.fault("day-change", at("day_change"), "a conference day begins between 00:00 and 12:00; give such an hour")
	}
	if d.ZoneName == "" {
		b.fault("zone-missing", d.At, "the schedule does not say which time zone its hours are in; give it in the source or with --timezone, such as Europe/Berlin")
	} else if zone, err := LoadZone(d.ZoneName); err != nil {
		b.fault("zone", at("timezone"), "%s", err)
	} else {
		if zone.String() != d.ZoneName {
			b.warn("zone-alias", at("timezone"), "“%s” is an old name of %s; write that", Shorten(d.ZoneName), zone)
		}
		c.Zone = zone
	}
	b.out.conference = c
}

func (b *builder) speakers() {
	b.speakerByID = make(map[SpeakerID]*Speaker, len(b.draft.Speakers))
	for i := range b.draft.Speakers {
		d := &b.draft.Speakers[i]
		s := d.Speaker
		s.Name = b.line(s.Name, d.At.Field("name"))
		s.Role = b.line(s.Role, d.At.Field("role"))
		s.Affiliation = b.line(s.Affiliation, d.At.Field("affiliation"))
		s.Bio = b.text(s.Bio, d.At.Field("bio"))
		s.URL = b.link(s.URL, d.At.Field("url"))
		if s.Name == "" {
			b.fault("name-missing", d.At, "this speaker has no name; give one")
		}
		if id(b, "speaker", s.ID, d.At, b.speakerByID) {
			b.speakerByID[s.ID] = &s
			b.out.speakers = append(b.out.speakers, &s)
		}
	}
}

func (b *builder) rooms() {
	b.roomByID = make(map[RoomID]*Room, len(b.draft.Rooms))
	for i := range b.draft.Rooms {
		d := &b.draft.Rooms[i]
		r := d.Room
		if r.Name = b.line(r.Name, d.At.Field("name")); r.Name == "" {
			b.fault("name-missing", d.At, "this room has no name; give one")
		}
		if id(b, "room", r.ID, d.At, b.roomByID) {
			b.roomByID[r.ID] = &r
			b.out.rooms = append(b.out.rooms, &r)
		}
	}
}

var colorPattern = regexp.MustCompile(`^#(?:[0-9a-f]{3}|[0-9a-f]{6})$`)

func (b *builder) tracks() {
	b.trackByID = make(map[TrackID]*Track, len(b.draft.Tracks))
	for i := range b.draft.Tracks {
		d := &b.draft.Tracks[i]
		t := d.Track
		if t.Name = b.line(t.Name, d.At.Field("name")); t.Name == "" {
			b.fault("name-missing", d.At, "this track has no name; give one")
		}
		t.Description = b.text(t.Description, d.At.Field("description"))
		t.Color = strings.ToLower(strings.TrimSpace(t.Color))
		if t.Color != "" && !colorPattern.MatchString(t.Color) {
			b.warn("color", d.At.Field("color"), "“%s” is not a colour and is left out; write it as #rrggbb", Shorten(t.Color))
			t.Color = ""
		}
		if len(t.Color) == 4 {
			t.Color = string([]byte{'#', t.Color[1], t.Color[1], t.Color[2], t.Color[2], t.Color[3], t.Color[3]})
		}
		t.Hosts = b.people(d.HostIDs, d.At, "hosts")
		if id(b, "track", t.ID, d.At, b.trackByID) {
			b.trackByID[t.ID] = &t
			b.out.tracks = append(b.out.tracks, &t)
		}
	}
}

// people resolves the ids of speakers; one that is named twice counts once.
func (b *builder) people(ids []string, at Place, field string) []*Speaker {
	if b.tooMany(len(ids), at, field) {
		return nil
	}
	var people []*Speaker
	for i, s := range ids {
		p := refer(b, "speaker", s, at.Field(fmt.Sprintf("%s[%d]", field, i)), b.speakerByID)
		if p != nil && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	return people
}

func (b *builder) tooMany(n int, at Place, field string) bool {
	if n > MaxPerTalk {
		b.fault("limit", at.Field(field), "there are %d %s; at most %d can be given, so leave some out", n, field, MaxPerTalk)
	}
	return n > MaxPerTalk
}

var languagePattern = regexp.MustCompile(`^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$`)

func (b *builder) talks() {
	b.talkByID = make(map[TalkID]*Talk, len(b.draft.Talks))
	for i := range b.draft.Talks {
		d := &b.draft.Talks[i]
		t := d.Talk
		if t.Title = b.title(t.Title, d.At.Field("title")); t.Title == "" {
			b.fault("title-missing", d.At, "this talk has no title; give one")
		}
		t.Abstract = b.text(t.Abstract, d.At.Field("abstract"))
		if t.Kind == "" {
			t.Kind = KindTalk
		}
		if !t.Kind.Valid() {
			b.fault("kind", d.At.Field("kind"), "“%s” is not a kind of talk; choose one of %s", Shorten(string(t.Kind)), kindList())
		}
		if t.Track = nil; d.TrackID != "" {
			t.Track = refer(b, "track", d.TrackID, d.At.Field("track"), b.trackByID)
		}
		t.Speakers = b.people(d.SpeakerIDs, d.At, "speakers")
		t.Tags = b.tags(d)
		if t.Language = strings.ToLower(strings.TrimSpace(t.Language)); t.Language != "" && !languagePattern.MatchString(t.Language) {
			b.warn("language", d.At.Field("language"), "“%s” is not a language tag and is left out; write it as en or pt-BR", Shorten(t.Language))
			t.Language = ""
		}
		t.Level = b.line(t.Level, d.At.Field("level"))
		t.URL = b.link(t.URL, d.At.Field("url"))
		t.Links = b.links(d)
		if id(b, "talk", t.ID, d.At, b.talkByID) {
			b.talkByID[t.ID] = &t
			b.out.talks = append(b.out.talks, &t)
		}
	}
}

func kindList() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func (b *builder) tags(d *DraftTalk) []string {
	if b.tooMany(len(d.Tags), d.At, "tags") {
		return nil
	}
	var tags []string
	for i, tag := range d.Tags {
		at := d.At.Field(fmt.Sprintf("tags[%d]", i))
		if tag = b.line(tag, at); utf8.RuneCountInString(tag) > MaxScopeText {
			b.fault("too-long", at, "a tag has at most %d characters; shorten it", MaxScopeText)
		} else if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

func (b *builder) links(d *DraftTalk) []Link {
	if b.tooMany(len(d.Links), d.At, "links") {
		return nil
	}
	var links []Link
	for i, l := range d.Links {
		at := d.At.Field(fmt.Sprintf("links[%d]", i))
		if l.URL = b.link(l.URL, at.Field("url")); l.URL != "" {
			links = append(links, Link{b.line(l.Title, at.Field("title")), l.URL})
		}
	}
	return links
}

func (b *builder) slots() {
	zone := b.out.conference.Zone
	taken := make(map[SlotID]bool, len(b.draft.Slots))
	b.slotsOf = make(map[*Talk]int, len(b.out.talks))
	for i := range b.draft.Slots {
		d := &b.draft.Slots[i]
		s := &Slot{ID: d.ID, Day: d.Day, Status: d.Status}
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
	slices.SortFunc(b.out.slots, func(x, y *Slot) int {
		return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(x.ID, y.ID))
	})
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
		total += n * max(1, b.slotsOf[t])
	}
	if total > MaxPublished {
		b.fault("limit", Place{File: b.draft.Conference.At.File}, "the slots hold %d octets of text, that of a talk once for each of its slots; at most %d can be published, so shorten the abstracts or split the schedule", total, MaxPublished)
	}
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
