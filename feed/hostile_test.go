package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"slotcast/feed"
	"slotcast/schedule"
)

// hostileDraft is a conference in which every field of every talk is hostile:
// one talk for each of textSeeds.
func hostileDraft(t testing.TB) *schedule.Draft {
	t.Helper()
	d := &schedule.Draft{Conference: schedule.DraftConference{
		Conference: schedule.Conference{
			ID: "hostile", Name: "Evil\r\nATTENDEE:mailto:eve@evil.example\u202E", Description: strings.Join(textSeeds, "\r\n"),
			URL:   "https://evil.example/\"x\"?ü=1",
			Venue: schedule.Venue{Name: `The "Hall"; x,y:z` + "\r\nX:y", Address: strings.Repeat("Long; Road, ", 40), Position: &schedule.Position{Latitude: 0.00001, Longitude: -1e-9}},
		},
		ZoneName: "America/Los_Angeles",
	}}
	start := wall(t, "2026-11-07 09:00")
	for i, seed := range textSeeds {
		// Build refuses an empty name, and one of more than 1,000 characters.
		name := seed
		if r := []rune(name); len(r) > 900 {
			name = string(r[:900])
		}
		if feed.CleanLine(name, 1_000) == "" {
			name = "x" + name
		}
		id := fmt.Sprintf("h-%d", i)
		d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(id), Name: name, Role: name, Affiliation: name, Bio: seed}})
		d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(id), Name: name}})
		d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: schedule.TrackID(id), Name: name, Description: seed, Color: "#123456"}, HostIDs: []string{id}})
		d.Talks = append(d.Talks, schedule.DraftTalk{
			Talk: schedule.Talk{
				ID: schedule.TalkID(id), Title: name, Abstract: seed, Level: name, Tags: []string{cutRunes(name, 90), "a;b"},
				URL: "https://evil.example/" + seed, Links: []schedule.Link{{Title: name, URL: "https://evil.example/?q=" + seed}, {URL: "javascript:alert(1)"}},
			},
			TrackID: id, SpeakerIDs: []string{id},
		})
		d.Slots = append(d.Slots, schedule.DraftSlot{
			ID: schedule.SlotID(id), TalkID: id, RoomID: id,
			Start: schedule.Moment{Wall: start}, End: schedule.Moment{Wall: start.Add(30 * 60e9)},
			Status: []schedule.Status{schedule.StatusConfirmed, schedule.StatusCancelled, schedule.StatusTentative}[i%3],
		})
		start = start.Add(3600e9)
	}
	return d
}

func cutRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// hostileCatalog is the hostile conference, published.
func hostileCatalog(t testing.TB) *feed.Catalog {
	t.Helper()
	return catalog(baseURL, build(t, hostileDraft(t)))
}
