package feed

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"slotcast/schedule"
)

// xmlSchedule is schedule.xml. The order of its elements is that of the format.
type xmlSchedule struct {
	XMLName   xml.Name `xml:"schedule"`
	Generator struct {
		Name string `xml:"name,attr"`
	} `xml:"generator"`
	URL        string `xml:"url,omitempty"`
	Version    string `xml:"version"`
	Conference struct {
		Own       string     `xml:",innerxml"`
		Acronym   string     `xml:"acronym"`
		Title     string     `xml:"title"`
		Start     string     `xml:"start"`
		End       string     `xml:"end"`
		Days      int        `xml:"days"`
		Timeslot  string     `xml:"timeslot_duration"`
		BaseURL   string     `xml:"base_url,omitempty"`
		URL       string     `xml:"url,omitempty"`
		ZoneName  string     `xml:"time_zone_name"`
		TrackList []xmlTrack `xml:"track"`
	} `xml:"conference"`
	Days []xmlDay `xml:"day"`
}

type xmlTrack struct {
	Name  string `xml:"name,attr"`
	Color string `xml:"color,attr,omitempty"`
	Slug  string `xml:"slug,attr,omitempty"`
}

type xmlDay struct {
	Index int       `xml:"index,attr"`
	Date  string    `xml:"date,attr"`
	Start string    `xml:"start,attr"`
	End   string    `xml:"end,attr"`
	Rooms []xmlRoom `xml:"room"`
}

type xmlRoom struct {
	Name   string     `xml:"name,attr"`
	GUID   string     `xml:"guid,attr,omitempty"`
	Events []xmlEvent `xml:"event"`
}

type xmlEvent struct {
	GUID      string `xml:"guid,attr"`
	ID        uint32 `xml:"id,attr"`
	Own       string `xml:",innerxml"`
	Date      string `xml:"date"`
	Start     string `xml:"start"`
	Duration  string `xml:"duration"`
	Room      string `xml:"room"`
	Slug      string `xml:"slug"`
	URL       string `xml:"url,omitempty"`
	OriginURL string `xml:"origin_url,omitempty"`
	Title     string `xml:"title"`
	Subtitle  string `xml:"subtitle"`
	Track     string `xml:"track"`
	Type      string `xml:"type"`
	Language  string `xml:"language,omitempty"`
	Abstract  string `xml:"abstract"`
	Persons   struct {
		List []xmlPerson `xml:"person"`
	} `xml:"persons"`
	Links struct {
		List []xmlLink `xml:"link"`
	} `xml:"links"`
}

type xmlPerson struct {
	ID   uint32 `xml:"id,attr"`
	GUID string `xml:"guid,attr"`
	Name string `xml:",chardata"`
}

type xmlLink struct {
	URL   string `xml:"href,attr"`
	Title string `xml:",chardata"`
}

// ScheduleXML returns the whole edition as the schedule.xml of c3voc and frab,
// in UTF-8. base is the address under which this server is reached, or empty;
// the pages of talks that have none elsewhere are below it. The same edition and
// base always give the same octets.
//
// A cancelled slot is in it with “CANCELLED: ” before its title, as the format
// knows no status.
func ScheduleXML(e *schedule.Edition, base string) ([]byte, error) {
	x := newExchange(e, base)
	c := x.conference
	var out xmlSchedule
	out.Generator.Name = "slotcast"
	out.Version = x.exchangeVersion()
	out.URL = x.base
	head := &out.Conference
	head.Own = ownInstruction("conference", string(c.ID), "timezone", c.Zone.String(), "day_change", hoursMinutes(c.DayChange))
	parts := x.ownParts(func(address string) string { return address }, false)
	parts.Description = c.Description
	more, err := parts.instructions()
	if err != nil {
		return nil, err
	}
	head.Own += more
	head.Acronym, head.Title = x.acronym(), c.Name
	head.Start, head.End = x.span()
	head.Days, head.Timeslot = len(x.days), hoursMinutes(x.timeslot())
	head.BaseURL, head.URL, head.ZoneName = x.base, c.URL, c.Zone.String()
	for _, t := range e.Tracks() {
		head.TrackList = append(head.TrackList, xmlTrack{t.Name, t.Color, slugOrNone(string(t.ID))})
	}
	for _, day := range x.days {
		d := xmlDay{Index: day.index, Date: day.date.String(), Start: day.start.Format(time.RFC3339), End: day.end.Format(time.RFC3339)}
		events := map[*schedule.Room][]xmlEvent{}
		for i := range day.slots {
			s := &day.slots[i]
			events[s.Room] = append(events[s.Room], x.xmlEvent(s))
		}
		for _, room := range e.Rooms() {
			if of := events[room]; of != nil {
				d.Rooms = append(d.Rooms, xmlRoom{room.Name, x.guid("room", string(room.ID)), of})
			}
		}
		if of := events[nil]; of != nil {
			d.Rooms = append(d.Rooms, xmlRoom{Events: of})
		}
		out.Days = append(out.Days, d)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	encoder := xml.NewEncoder(&b)
	encoder.Indent("", " ")
	if err := encoder.Encode(&out); err != nil {
		return nil, fmt.Errorf("writing schedule.xml: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func (x *exchange) xmlEvent(s *exchangeSlot) xmlEvent {
	talk := s.Talk
	own := []string{"slot", string(s.ID), "talk", string(talk.ID)}
	e := xmlEvent{
		GUID: s.guid, ID: s.id, Slug: s.slug,
		Date: s.Start.Format(time.RFC3339), Start: s.Start.Format("15:04"), Duration: xmlDuration(s.duration()),
		Room: s.roomName(), URL: s.url, OriginURL: talk.URL,
		Title: s.title(), Type: string(talk.Kind), Language: talk.Language, Abstract: talk.Abstract,
	}
	if talk.Track != nil {
		e.Track = talk.Track.Name
		own = append(own, "track", string(talk.Track.ID))
	}
	if s.Room != nil {
		own = append(own, "room", string(s.Room.ID))
	}
	var speakers []string
	for _, p := range talk.Speakers {
		speakers = append(speakers, string(p.ID))
		e.Persons.List = append(e.Persons.List, xmlPerson{x.speakerIDs[p.ID], x.guid("speaker", string(p.ID)), p.Name})
	}
	for _, l := range talk.Links {
		title := l.Title
		if title == "" {
			title = l.URL
		}
		e.Links.List = append(e.Links.List, xmlLink{l.URL, title})
	}
	e.Own = ownInstruction(append(own, "speakers", strings.Join(speakers, " "), "status", string(s.Status), "end", s.End.Format(time.RFC3339))...)
	return e
}

// xmlDuration returns HH:MM, or D:HH:MM where that has too few places.
func xmlDuration(d time.Duration) string {
	if d < 100*time.Hour {
		return hoursMinutes(d)
	}
	return fmt.Sprintf("%d:%s", d/(24*time.Hour), hoursMinutes(d%(24*time.Hour)))
}

// ownInstruction returns a processing instruction with values that are ids,
// times or names of zones, and so have nothing in them to escape.
func ownInstruction(namesAndValues ...string) string {
	var b strings.Builder
	b.WriteString("<?slotcast")
	for i := 0; i < len(namesAndValues); i += 2 {
		fmt.Fprintf(&b, ` %s="%s"`, namesAndValues[i], namesAndValues[i+1])
	}
	b.WriteString("?>")
	return b.String()
}
