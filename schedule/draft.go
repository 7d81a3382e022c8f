package schedule

import "time"

// Draft is what an importer read, unchecked: references are ids, times are as
// the source has them, and every part knows its place in the source.
type Draft struct {
	Conference DraftConference
	Tracks     []DraftTrack
	Speakers   []DraftSpeaker
	Rooms      []DraftRoom
	Talks      []DraftTalk
	Slots      []DraftSlot

	// Unread are the ids, of slots or talks as the source has them, of what is in
	// the source and could not be read. What was published of them stays as it was.
	Unread []string

	// Updated is when the source was last changed, or zero.
	Updated time.Time

	// Locate returns the place of a path in the source, so that a problem can
	// name the line of a field. It may be nil.
	Locate func(path string) (Place, bool)
}

// DraftConference is a conference as read. The embedded Zone is ignored. Where
// the source does not say when a day begins, an importer gives
// [DefaultDayChange]; zero is midnight.
type DraftConference struct {
	Conference
	ZoneName string
	At       Place
}

// DraftTrack is a track as read. The embedded Hosts are ignored.
type DraftTrack struct {
	Track
	HostIDs []string
	At      Place
}

// DraftSpeaker is a speaker as read.
type DraftSpeaker struct {
	Speaker
	At Place
}

// DraftRoom is a room as read.
type DraftRoom struct {
	Room
	At Place
}

// DraftTalk is a talk as read. The embedded Track and Speakers are ignored; an
// empty Kind means [KindTalk].
type DraftTalk struct {
	Talk
	TrackID    string
	SpeakerIDs []string
	At         Place
}

// DraftSlot is a slot as read. A zero Day is worked out from Start; an empty
// Status means [StatusConfirmed].
type DraftSlot struct {
	ID     SlotID
	TalkID string
	RoomID string // empty where the room is not announced
	Start  Moment
	End    Moment
	Day    Date
	Status Status
	At     Place

	// Family is shared by slots whose ids were made by counting, such as the
	// repeats of a talk or rows that have no id of their own, and is empty where
	// the id is the source's own. What was published of a family is matched by
	// start and room, since a count moves when a slot before it is taken out.
	Family string
}
