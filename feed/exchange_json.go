package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"slotcast/schedule"
)

// jsonDocument is schedule.json, version 1.
type jsonDocument struct {
	Schema    string `json:"$schema"`
	Generator struct {
		Name string `json:"name"`
	} `json:"generator"`
	Schedule struct {
		Version    string         `json:"version"`
		BaseURL    string         `json:"base_url,omitempty"`
		Conference jsonConference `json:"conference"`
	} `json:"schedule"`
}

type jsonConference struct {
	Acronym     string      `json:"acronym"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Start       string      `json:"start"`
	End         string      `json:"end"`
	DaysCount   int         `json:"daysCount"`
	Timeslot    string      `json:"timeslot_duration"`
	ZoneName    string      `json:"time_zone_name,omitempty"`
	URL         string      `json:"url,omitempty"`
	Meta        jsonMeta    `json:"meta"`
	Tracks      []jsonTrack `json:"tracks"`
	Rooms       []jsonRoom  `json:"rooms"`
	Days        []jsonDay   `json:"days"`
}

// jsonMeta is what another export of ours has in processing instructions.
type jsonMeta struct {
	Slotcast struct {
		Conference schedule.ConferenceID `json:"conference"`
		Timezone   string                `json:"timezone"`
		DayChange  string                `json:"day_change"`
		ownParts
		Slots map[string]jsonOwn `json:"slots"` // by guid
	} `json:"slotcast"`
}

type jsonOwn struct {
	Slot     schedule.SlotID      `json:"slot"`
	Talk     schedule.TalkID      `json:"talk"`
	Track    schedule.TrackID     `json:"track,omitempty"`
	Room     schedule.RoomID      `json:"room,omitempty"`
	Speakers []schedule.SpeakerID `json:"speakers"`
	Status   schedule.Status      `json:"status"`
}

type jsonTrack struct {
	Name  string `json:"name"`
	Slug  string `json:"slug,omitempty"`
	Color string `json:"color,omitempty"`
}

type jsonRoom struct {
	Name string `json:"name"`
	GUID string `json:"guid"`
	Slug string `json:"slug,omitempty"`
}

type jsonDay struct {
	Index int    `json:"index"`
	Date  string `json:"date"`
	Start string `json:"day_start"`
	End   string `json:"day_end"`
	// By name, and so in its order; the list of rooms has the schedule's.
	Rooms map[string][]jsonEvent `json:"rooms"`
}

type jsonEvent struct {
	GUID     string       `json:"guid"`
	ID       uint32       `json:"id"`
	Date     string       `json:"date"`
	Start    string       `json:"start"`
	End      string       `json:"end"`
	Duration string       `json:"duration"`
	Room     string       `json:"room"`
	Slug     string       `json:"slug"`
	URL      string       `json:"url"`
	Origin   string       `json:"origin_url,omitempty"`
	Title    string       `json:"title"`
	Subtitle *string      `json:"subtitle"`
	Track    *string      `json:"track"`
	Type     string       `json:"type"`
	Language *string      `json:"language"`
	Abstract string       `json:"abstract"`
	Persons  []jsonPerson `json:"persons"`
	Links    []jsonLink   `json:"links"`
}

// jsonPerson is a person as frab writes it. With a member “name” it would be one
// as pretalx does too, which the format's rules do not allow.
type jsonPerson struct {
	ID        uint32 `json:"id"`
	GUID      string `json:"guid"`
	Name      string `json:"public_name"`
	Biography string `json:"biography,omitempty"`
	URL       string `json:"url,omitempty"`
}

type jsonLink struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
}

// ScheduleJSON returns the whole edition as the schedule.json of c3voc, version
// 1, under the terms of [ScheduleXML].
func ScheduleJSON(e *schedule.Edition, base string) ([]byte, error) {
	x := newExchange(e, base)
	c := x.conference
	var out jsonDocument
	out.Schema = "https://c3voc.de/schedule/schema.json"
	out.Generator.Name = "slotcast"
	out.Schedule.Version, out.Schedule.BaseURL = x.exchangeVersion(), x.base
	own := jsonMeta{}
	own.Slotcast.Conference, own.Slotcast.Timezone = c.ID, c.Zone.String()
	own.Slotcast.ownParts = x.ownParts(uriText, true)
	own.Slotcast.DayChange, own.Slotcast.Slots = hoursMinutes(c.DayChange), map[string]jsonOwn{}
	head := jsonConference{
		Acronym: x.acronym(), Title: c.Name, Description: c.Description, URL: uriText(c.URL),
		DaysCount: len(x.days), Timeslot: hoursMinutes(x.timeslot()),
		Tracks: []jsonTrack{}, Rooms: []jsonRoom{}, Days: []jsonDay{},
	}
	head.Start, head.End = x.span()
	if name := c.Zone.String(); zoneNamePattern.MatchString(name) {
		head.ZoneName = name
	}
	for _, t := range e.Tracks() {
		head.Tracks = append(head.Tracks, jsonTrack{t.Name, slugOrNone(string(t.ID)), t.Color})
	}
	for _, r := range e.Rooms() {
		head.Rooms = append(head.Rooms, jsonRoom{r.Name, x.guid("room", string(r.ID)), slugOrNone(string(r.ID))})
	}
	for _, day := range x.days {
		d := jsonDay{
			Index: day.index, Date: day.date.String(), Rooms: map[string][]jsonEvent{},
			Start: day.start.Format(time.RFC3339), End: day.end.Format(time.RFC3339),
		}
		for i := range day.slots {
			s := &day.slots[i]
			d.Rooms[s.roomName()] = append(d.Rooms[s.roomName()], x.jsonEvent(s))
			own.Slotcast.Slots[s.guid] = jsonOwnOf(s)
		}
		head.Days = append(head.Days, d)
	}
	head.Meta = own
	out.Schedule.Conference = head
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(&out); err != nil {
		return nil, fmt.Errorf("writing schedule.json: %w", err)
	}
	return escaped(b.Bytes()), nil
}

// escaped returns JSON with those characters escaped that readers of text refuse,
// or take for line ends, and that a schedule can have.
func escaped(text []byte) []byte {
	for _, c := range []struct{ raw, escape string }{{"\u0085", `\u0085`}, {"\uFFFE", `\ufffe`}, {"\uFFFF", `\uffff`}} {
		if bytes.Contains(text, []byte(c.raw)) {
			text = bytes.ReplaceAll(text, []byte(c.raw), []byte(c.escape))
		}
	}
	return text
}

func jsonOwnOf(s *exchangeSlot) jsonOwn {
	own := jsonOwn{Slot: s.ID, Talk: s.Talk.ID, Speakers: []schedule.SpeakerID{}, Status: s.Status}
	if s.Talk.Track != nil {
		own.Track = s.Talk.Track.ID
	}
	if s.Room != nil {
		own.Room = s.Room.ID
	}
	for _, p := range s.Talk.Speakers {
		own.Speakers = append(own.Speakers, p.ID)
	}
	return own
}

func (x *exchange) jsonEvent(s *exchangeSlot) jsonEvent {
	talk := s.Talk
	e := jsonEvent{
		GUID: s.guid, ID: s.id, Slug: s.slug, URL: uriText(s.url), Origin: uriText(talk.URL),
		Date: s.Start.Format(time.RFC3339), Start: s.Start.Format("15:04"), End: s.End.Format(time.RFC3339), Duration: hoursMinutes(s.duration()),
		Room: s.roomName(), Title: s.title(), Type: string(talk.Kind), Abstract: talk.Abstract,
		Persons: []jsonPerson{}, Links: []jsonLink{},
	}
	if e.URL == "" {
		e.URL = "urn:uuid:" + s.guid // the format wants an address
	}
	if talk.Track != nil {
		e.Track = &talk.Track.Name
	}
	if talk.Language != "" {
		e.Language = &talk.Language
	}
	for _, p := range talk.Speakers {
		e.Persons = append(e.Persons, jsonPerson{x.speakerIDs[p.ID], x.guid("speaker", string(p.ID)), p.Name, p.Bio, uriText(p.URL)})
	}
	for _, l := range talk.Links {
		e.Links = append(e.Links, jsonLink{uriText(l.URL), l.Title})
	}
	return e
}

// uriText returns an address with those characters percent-encoded that browsers
// take in an address and RFC 3986, which the format's rules go by, does not.
func uriText(s string) string {
	scheme, rest, _ := strings.Cut(s, "://")
	host, path, slash := strings.Cut(rest, "/")
	if !slash {
		return s
	}
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if strings.IndexByte("[]^`{|}", c) >= 0 || c == '%' && !escapePattern.MatchString(path[i:min(len(path), i+3)]) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return scheme + "://" + host + "/" + b.String()
}

var escapePattern = regexp.MustCompile(`^%[0-9A-Fa-f]{2}$`)
