package server

import (
	"strings"
	"time"

	"slotcast/schedule"
)

// slotView is a slot in a list of slots.
type slotView struct {
	ID           schedule.SlotID
	Class        string
	Title, Path  string
	Language     string // of the title, where it is known
	LanguageName string // where it is worth saying
	Star         starView
	Start, End   moment
	Date         string // on pages that are not by day
	Where        string
	Who          string
	Track, Color string
	Kind         string // where it is no ordinary talk
	Tags         string
	Status       string // "cancelled" or "not certain yet", or empty
	Before       string // where and when it was, if it was moved lately
}

// viewSlot shows a slot in a list.
func (s *Server) viewSlot(e *schedule.Edition, slot *schedule.Slot, star starView, languages bool) slotView {
	talk := slot.Talk
	v := slotView{
		ID: slot.ID, Title: talk.Title, Path: s.pages.path + "/talks/" + string(talk.ID), Language: talk.Language, Star: star,
		Start: momentOf(slot.Start), End: momentOf(slot.End), Where: whereOf(e, slot), Tags: strings.Join(talk.Tags, ", "),
		Status: statusOf(slot), Before: beforeOf(slot),
	}
	if slot.Status == schedule.StatusCancelled {
		v.Class = "cancelled"
	}
	if languages {
		v.LanguageName = languageName(talk.Language)
	}
	v.Kind = kindOf(talk)
	if talk.Track != nil {
		v.Track, v.Color = talk.Track.Name, talk.Track.Color
	}
	v.Who = names(talk.Speakers)
	v.End.Text = endText(slot)
	return v
}

// kindOf is what sort of thing a talk is, where that is worth saying.
func kindOf(talk *schedule.Talk) string {
	if talk.Kind == schedule.KindTalk || talk.Kind == schedule.KindOther {
		return ""
	}
	return talk.Kind.Label()
}

// endText is when a slot ends, with the day where it is over a day long.
func endText(slot *schedule.Slot) string {
	if slot.End.Sub(slot.Start) >= 24*time.Hour {
		return slot.End.Format("Mon 2 Jan, 15:04")
	}
	return slot.End.Format("15:04")
}

func names(people []*schedule.Speaker) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

// toBeAnnounced stands for a room that is not known yet.
const toBeAnnounced = "room to be announced"

// whereOf is where a slot is, as far as that is known. Nobody waits to hear of the
// room of a break, or of any where the conference has no rooms.
func whereOf(e *schedule.Edition, slot *schedule.Slot) string {
	if slot.Room == nil && (slot.Talk.Kind == schedule.KindBreak || len(e.Rooms()) == 0) {
		return ""
	}
	if slot.Room == nil {
		return toBeAnnounced
	}
	if slot.Room.Building != "" {
		return slot.Room.Name + ", " + slot.Room.Building
	}
	return slot.Room.Name
}

// statusOf says what stands against going to a slot.
func statusOf(slot *schedule.Slot) string {
	switch slot.Status {
	case schedule.StatusCancelled:
		return "Cancelled"
	case schedule.StatusTentative:
		return "Not certain yet"
	}
	return ""
}

// beforeOf says where and when a slot was that was moved lately.
func beforeOf(slot *schedule.Slot) string {
	b := slot.Before
	if b == nil {
		return ""
	}
	room := b.Room
	if room == "" {
		room = toBeAnnounced
	}
	if b.Start.Equal(slot.Start) && b.End.Equal(slot.End) {
		return "was in " + room
	}
	return "was " + b.Start.Format("Mon 2 Jan, 15:04") + "–" + b.End.Format("15:04") + ", " + room
}
