package server

import (
	"time"

	"slotcast/schedule"
)

// What machines read of pages, in the words of schema.org. html/template writes
// these as JSON that cannot end its script element.
type (
	eventLD struct {
		Context     string     `json:"@context,omitempty"`
		Type        string     `json:"@type"`
		Name        string     `json:"name"`
		Start       string     `json:"startDate"`
		End         string     `json:"endDate"`
		Status      string     `json:"eventStatus,omitempty"`
		Attendance  string     `json:"eventAttendanceMode,omitempty"`
		Location    *placeLD   `json:"location,omitempty"`
		Description string     `json:"description,omitempty"`
		Language    string     `json:"inLanguage,omitempty"`
		URL         string     `json:"url,omitempty"`
		Performers  []personLD `json:"performer,omitempty"`
		Part        *eventLD   `json:"superEvent,omitempty"`
	}
	placeLD struct {
		Type    string `json:"@type"`
		Name    string `json:"name"`
		Address string `json:"address,omitempty"`
	}
	personLD struct {
		Context string `json:"@context,omitempty"`
		Type    string `json:"@type"`
		Name    string `json:"name"`
		Title   string `json:"jobTitle,omitempty"`
		URL     string `json:"url,omitempty"`
	}
)

const (
	schemaOrg = "https://schema.org"

	// maxEvents is how many slots of a talk machines are told of.
	maxEvents = 50

	// maxEventText is how much of an abstract they are told, in octets.
	maxEventText = 1_000
)

// conferenceEvent describes a conference.
func conferenceEvent(e *schedule.Edition, baseURL string) *eventLD {
	c := e.Conference()
	v := &eventLD{
		Context: schemaOrg, Type: "Event", Name: c.Name, URL: baseURL + "/", Description: c.Description,
		Attendance: schemaOrg + "/OfflineEventAttendanceMode", Status: schemaOrg + "/EventScheduled",
	}
	if c.URL != "" {
		v.URL = c.URL
	}
	if days := e.Days(); len(days) > 0 {
		v.Start, v.End = days[0].String(), days[len(days)-1].String()
	}
	if c.Venue.Name != "" || c.Venue.Address != "" {
		v.Location = &placeLD{"Place", c.Venue.Name, c.Venue.Address}
		if v.Location.Name == "" {
			v.Location.Name = c.Venue.Address
		}
	}
	return v
}

// talkEvents describes the slots of a talk, each as an event.
func talkEvents(e *schedule.Edition, talk *schedule.Talk, found []int32, baseURL string) []eventLD {
	whole := conferenceEvent(e, baseURL)
	part := &eventLD{Type: "Event", Name: whole.Name, Start: whole.Start, End: whole.End, URL: whole.URL, Location: whole.Location}
	var events []eventLD
	for _, i := range found[:min(len(found), maxEvents)] {
		slot := e.Slots()[i]
		v := eventLD{
			Context: schemaOrg, Type: "Event", Name: talk.Title, Start: slot.Start.Format(time.RFC3339), End: slot.End.Format(time.RFC3339),
			Status: whole.Status, Attendance: whole.Attendance, Description: firstOf(talk.Abstract, maxEventText), Language: talk.Language,
			URL: baseURL + "/talks/" + string(talk.ID), Part: part, Location: whole.Location,
		}
		if slot.Status == schedule.StatusCancelled {
			v.Status = schemaOrg + "/EventCancelled"
		}
		if slot.Room != nil {
			v.Location = &placeLD{Type: "Place", Name: slot.Room.Name}
			if whole.Location != nil {
				v.Location.Name += ", " + whole.Location.Name
				v.Location.Address = whole.Location.Address
			}
		}
		for _, p := range talk.Speakers {
			v.Performers = append(v.Performers, personLD{Type: "Person", Name: p.Name, URL: baseURL + "/speakers/" + string(p.ID)})
		}
		events = append(events, v)
	}
	return events
}

// personEvent describes a speaker.
func personEvent(p *schedule.Speaker, baseURL string) *personLD {
	return &personLD{Context: schemaOrg, Type: "Person", Name: p.Name, Title: p.Role, URL: baseURL + "/speakers/" + string(p.ID)}
}

// firstOf returns the first octets of a text, up to a whole character.
func firstOf(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := 0
	for i := range s {
		if i > most {
			break
		}
		end = i
	}
	return s[:end] + "…"
}
