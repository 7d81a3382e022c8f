package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// conference, speakers, rooms, tracks and talks check one sort of part each, in
// the order in which parts refer to one another.
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
		r.Building = b.line(r.Building, d.At.Field("building"))
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
		t.SourceID = t.ID
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
