// Package schedule is the domain: what a conference schedule is, when it is
// valid, which part of it a feed holds, and what has been published of it.
//
// A source becomes a [Draft], [Build] checks it and makes a [Schedule] of it or
// reports what is wrong, and [NewEdition] indexes the schedule beside its
// [Ledger] so that any [Scope] of it is found quickly.
//
// The package imports the standard library alone. It reads no clock, no file
// and no network: whatever depends on one is an argument.
package schedule

import (
	"slices"
	"time"
)

// Kind says what sort of thing a talk is.
type Kind string

// The kinds of talk.
const (
	KindTalk      Kind = "talk"
	KindKeynote   Kind = "keynote"
	KindWorkshop  Kind = "workshop"
	KindPanel     Kind = "panel"
	KindLightning Kind = "lightning"
	KindOpenSpace Kind = "open-space"
	KindBreak     Kind = "break"
	KindSocial    Kind = "social"
	KindOther     Kind = "other"
)

// Kinds returns every kind, in the order in which they are listed to readers.
func Kinds() []Kind {
	return []Kind{KindTalk, KindKeynote, KindWorkshop, KindPanel, KindLightning, KindOpenSpace, KindBreak, KindSocial, KindOther}
}

// Valid tells whether k is one of [Kinds].
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Label returns the kind as a reader sees it, such as "Open Space".
func (k Kind) Label() string {
	switch k {
	case KindKeynote:
		return "Keynote"
	case KindWorkshop:
		return "Workshop"
	case KindPanel:
		return "Panel"
	case KindLightning:
		return "Lightning talk"
	case KindOpenSpace:
		return "Open Space"
	case KindBreak:
		return "Break"
	case KindSocial:
		return "Social"
	case KindOther:
		return "Other"
	default:
		return "Talk"
	}
}

// Status says whether a slot takes place.
type Status string

// The statuses of a slot, named as in RFC 5545 section 3.8.1.11.
const (
	StatusConfirmed Status = "confirmed"
	StatusTentative Status = "tentative"
	StatusCancelled Status = "cancelled"
)

// Valid tells whether s is one of the statuses above.
func (s Status) Valid() bool {
	return s == StatusConfirmed || s == StatusTentative || s == StatusCancelled
}

// The ids of things in a schedule. All share one grammar, [ValidID], and each
// has its own type so that one is not taken for another.
type (
	ConferenceID string
	TrackID      string
	TalkID       string
	SlotID       string
	SpeakerID    string
	RoomID       string
)

// Position is a place on earth in degrees (WGS 84), north and east positive.
type Position struct {
	Latitude, Longitude float64
}

// Venue is where a conference is held.
type Venue struct {
	Name     string
	Address  string    // on one line
	Position *Position // nil where it is not known
}

// Conference is what a schedule is of.
type Conference struct {
	ID          ConferenceID
	Name        string
	Description string
	URL         string // absolute http or https, or empty
	Venue       Venue

	// Zone is the zone that every wall time of the schedule is in. Its name is
	// the canonical IANA name.
	Zone *time.Location `json:"-"`

	// DayChange is the time of day at which a new conference day begins: a
	// talk before it belongs to the day before.
	DayChange time.Duration
}

// Equal tells whether two conferences are the same in every field.
func (c *Conference) Equal(o *Conference) bool {
	a, b := *c, *o
	if p, q := a.Venue.Position, b.Venue.Position; p != nil && q != nil && *p == *q {
		a.Venue.Position = q
	}
	if a.Zone.String() == b.Zone.String() {
		a.Zone = b.Zone
	}
	return a == b
}

// Speaker is a person: one who gives talks, or hosts a track, or both.
type Speaker struct {
	ID          SpeakerID
	Name        string
	Role        string
	Affiliation string
	Bio         string
	URL         string
}

// Credit returns the name with role and affiliation, such as "Kiran Bhattaram,
// Infrastructure/Developer, Stripe".
func (s *Speaker) Credit() string {
	credit := s.Name
	for _, part := range []string{s.Role, s.Affiliation} {
		if part != "" {
			credit += ", " + part
		}
	}
	return credit
}

// Room is a place in the venue.
type Room struct {
	ID       RoomID
	Name     string
	Building string `json:",omitempty"` // where that is another than other rooms' and known
}

// Track is a named strand of talks.
type Track struct {
	ID          TrackID
	Name        string
	Description string // the track's theme
	Color       string // #rrggbb in lower case, or empty
	Hosts       []*Speaker
}

// Link is a further address of a talk: slides, a recording, code.
type Link struct {
	Title string
	URL   string
}

// Talk is what is given, whenever and wherever.
type Talk struct {
	ID       TalkID
	Title    string
	Abstract string
	Kind     Kind
	Track    *Track // nil for a talk outside all tracks
	Speakers []*Speaker
	Tags     []string
	Language string // a language tag in lower case, such as "de" or "pt-br", or empty
	Level    string
	URL      string // the talk's public page, or empty
	Links    []Link

	SourceID TalkID // what the source calls it; ID is what it was published as
}

// Slot is when and where a talk is given. A talk that is repeated has several;
// each slot is one event in every feed that holds it.
type Slot struct {
	ID     SlotID
	Talk   *Talk
	Start  time.Time // in the conference zone
	End    time.Time // after Start, in the conference zone
	Day    Date      // the conference day, which may be the day before Start's date
	Room   *Room     // nil where it is not announced
	Status Status

	SourceID SlotID  // what the source calls it; ID is what it was published as
	Family   string  // see [DraftSlot]
	Before   *Before // where and when it was until lately, or nil
}

// Before is where and when a slot was before it was moved.
type Before struct {
	Start, End time.Time // in the conference zone
	Room       string    // name, empty where it was not announced
	Until      time.Time // when the move was published
}

// Schedule is a draft that was checked: every reference is resolved, slots are
// sorted by start and then id, and nothing in it changes any more. What its
// methods return is shared and must not be modified.
type Schedule struct {
	conference Conference
	tracks     []*Track
	speakers   []*Speaker
	rooms      []*Room
	talks      []*Talk
	slots      []*Slot
	updated    time.Time
	kept       keptParts
	unread     map[string]bool // see [Draft]
}

// Conference returns what the schedule is of.
func (s *Schedule) Conference() *Conference { return &s.conference }

// Tracks returns the tracks in the source's order.
func (s *Schedule) Tracks() []*Track { return s.tracks }

// Speakers returns the speakers and hosts in the source's order.
func (s *Schedule) Speakers() []*Speaker { return s.speakers }

// Rooms returns the rooms in the source's order.
func (s *Schedule) Rooms() []*Room { return s.rooms }

// Talks returns the talks in the source's order, those without a slot too.
func (s *Schedule) Talks() []*Talk { return s.talks }

// Slots returns the slots by start, and by id where starts are equal.
func (s *Schedule) Slots() []*Slot { return s.slots }

// Updated returns when the source was last changed, or the zero time where that
// is not known.
func (s *Schedule) Updated() time.Time { return s.updated }
