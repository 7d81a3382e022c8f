package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slotcast/schedule"
)

// ownParts is what an export says of the conference and its parts that the
// formats have no place for, each thing once. What a format does have a place for
// is left out. In JSON it stands in [jsonMeta]; in XML it is cut into processing
// instructions, each of which is a piece of it.
type ownParts struct {
	URL         string                            `json:"url,omitempty"`
	Description string                            `json:"description,omitempty"`
	Venue       *ownVenue                         `json:"venue,omitempty"`
	Rooms       map[schedule.RoomID]ownRoom       `json:"rooms,omitempty"`
	Tracks      map[schedule.TrackID]ownTrack     `json:"tracks,omitempty"`
	Speakers    map[schedule.SpeakerID]ownSpeaker `json:"speakers,omitempty"`
	Talks       map[schedule.TalkID]ownTalk       `json:"talks,omitempty"`
}

type ownVenue struct {
	Name     string      `json:"name,omitempty"`
	Address  string      `json:"address,omitempty"`
	Position *[2]float64 `json:"position,omitempty"` // latitude and longitude
}

type ownRoom struct {
	Building string `json:"building"`
}

type ownTrack struct {
	Description string               `json:"description,omitempty"`
	Hosts       []schedule.SpeakerID `json:"hosts,omitempty"`
}

// ownSpeaker has a name where no event has it, which is that of a host who gives
// no talk.
type ownSpeaker struct {
	Name        string `json:"name,omitempty"`
	Role        string `json:"role,omitempty"`
	Affiliation string `json:"affiliation,omitempty"`
	Bio         string `json:"bio,omitempty"`
	URL         string `json:"url,omitempty"`
}

// ownTalk has addresses where the format has them written in another way, all
// those of the links if one is.
type ownTalk struct {
	Tags  []string `json:"tags,omitempty"`
	Level string   `json:"level,omitempty"`
	URL   string   `json:"url,omitempty"`
	Links []string `json:"links,omitempty"`
}

// ownParts returns what stands beside the format. written returns an address as
// the format has it, and profiles tells whether it has what is said of speakers.
func (x *exchange) ownParts(written func(string) string, profiles bool) ownParts {
	c := x.conference
	p := ownParts{
		Rooms: map[schedule.RoomID]ownRoom{}, Tracks: map[schedule.TrackID]ownTrack{},
		Speakers: map[schedule.SpeakerID]ownSpeaker{}, Talks: map[schedule.TalkID]ownTalk{},
	}
	differing := func(address string) string {
		if written(address) == address {
			return ""
		}
		return address
	}
	p.URL = differing(c.URL)
	if v := (ownVenue{Name: c.Venue.Name, Address: c.Venue.Address}); v.Name != "" || v.Address != "" || c.Venue.Position != nil {
		if at := c.Venue.Position; at != nil {
			v.Position = &[2]float64{at.Latitude, at.Longitude}
		}
		p.Venue = &v
	}
	speaking, hosting, met := map[schedule.SpeakerID]bool{}, map[schedule.SpeakerID]bool{}, map[schedule.TalkID]bool{}
	for _, s := range x.Slots() {
		if s.Room != nil && s.Room.Building != "" {
			p.Rooms[s.Room.ID] = ownRoom{s.Room.Building}
		}
		t := s.Talk
		if met[t.ID] {
			continue
		}
		met[t.ID] = true
		for _, person := range t.Speakers {
			speaking[person.ID] = true
		}
		own := ownTalk{Tags: t.Tags, Level: t.Level, URL: differing(t.URL)}
		if slices.ContainsFunc(t.Links, func(l schedule.Link) bool { return differing(l.URL) != "" }) {
			for _, l := range t.Links {
				own.Links = append(own.Links, l.URL)
			}
		}
		if len(own.Tags)+len(own.Level)+len(own.URL)+len(own.Links) > 0 {
			p.Talks[t.ID] = own
		}
		if track := t.Track; track != nil {
			own := ownTrack{Description: track.Description}
			for _, host := range track.Hosts {
				own.Hosts = append(own.Hosts, host.ID)
				hosting[host.ID] = true
			}
			if own.Description != "" || len(own.Hosts) > 0 {
				p.Tracks[track.ID] = own
			}
		}
	}
	for _, person := range x.Speakers() {
		if !speaking[person.ID] && !hosting[person.ID] {
			continue
		}
		own := ownSpeaker{Role: person.Role, Affiliation: person.Affiliation, URL: differing(person.URL)}
		if !speaking[person.ID] {
			own.Name = person.Name
		}
		if !profiles || !speaking[person.ID] {
			own.Bio, own.URL = person.Bio, person.URL
		}
		if own != (ownSpeaker{}) {
			p.Speakers[person.ID] = own
		}
	}
	return p
}

// ownPiece is how many octets of entries an instruction has before another
// begins. Readers of XML have limits for one, and a biography can be longer.
const ownPiece = 16 << 10

// instructions returns the parts as processing instructions. In them “>” is
// escaped, so that none ends before it should, and what XML cannot have.
func (p ownParts) instructions() (string, error) {
	var out bytes.Buffer
	write := func(piece string) {
		out.WriteString("\n  <?slotcast-more ")
		out.WriteString(piece)
		out.WriteString("?>")
	}
	head := p
	head.Rooms, head.Tracks, head.Speakers, head.Talks = nil, nil, nil, nil
	text, err := instructionText(head)
	if err != nil {
		return "", err
	}
	if text != "{}" {
		write(text)
	}
	for _, list := range []struct {
		name    string
		entries map[string]any
	}{{"rooms", entriesOf(p.Rooms)}, {"tracks", entriesOf(p.Tracks)}, {"speakers", entriesOf(p.Speakers)}, {"talks", entriesOf(p.Talks)}} {
		piece := ""
		for i, id := range slices.Sorted(maps.Keys(list.entries)) {
			text, err := instructionText(list.entries[id])
			if err != nil {
				return "", err
			}
			if piece += fmt.Sprintf("%q:%s,", id, text); len(piece) >= ownPiece || i == len(list.entries)-1 {
				write(`{"` + list.name + `":{` + strings.TrimSuffix(piece, ",") + "}}")
				piece = ""
			}
		}
	}
	return out.String(), nil
}

func entriesOf[K ~string, V any](m map[K]V) map[string]any {
	entries := make(map[string]any, len(m))
	for id, v := range m {
		entries[string(id)] = v
	}
	return entries
}

// instructionText returns v as JSON that can stand in a processing instruction.
func instructionText(v any) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("writing what stands beside the format: %w", err)
	}
	// JSON itself escapes all other characters that XML does not take.
	return strings.ReplaceAll(string(escaped(bytes.TrimSpace(b.Bytes()))), ">", `\u003e`), nil
}
