package feed

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"slotcast/schedule"
)

// The exchange formats of c3voc, schedule.xml and schedule.json, are what the
// schedule apps of many conferences read. They have no place for the hosts and
// descriptions of tracks, the roles, affiliations and, in XML, biographies and
// addresses of speakers, tags and levels of talks, the venue with its buildings
// and, in XML, the description of the conference. JSON takes no address with
// brackets in it, and neither has a place for our ids.
//
// All that stands beside: in processing instructions in XML, and under "meta" in
// JSON, both of which other readers pass over. So an export that is imported
// gives the same schedule, with the same ids and UIDs. What an export leaves out
// is when the source was changed, and whatever no slot refers to.

// exchangeDay is a conference day: its slots by start.
type exchangeDay struct {
	index      int // from 1
	date       schedule.Date
	start, end time.Time
	slots      []exchangeSlot
}

// exchangeSlot is a slot with the ids that the formats want of it.
type exchangeSlot struct {
	*schedule.Slot
	guid string
	id   uint32
	slug string
	url  string // where there is more about it, or empty
}

// exchange is what both formats have of an edition.
type exchange struct {
	*schedule.Edition
	conference *schedule.Conference
	base       string // without a slash at its end
	days       []exchangeDay
	speakerIDs map[schedule.SpeakerID]uint32
}

func newExchange(e *schedule.Edition, base string) *exchange {
	x := &exchange{Edition: e, conference: e.Conference(), base: strings.TrimRight(base, "/")}
	slots := e.Slots()
	guids := make([]string, len(slots))
	slotIDs := make([]string, len(slots))
	for i, s := range slots {
		uid := e.Entry(int32(i)).UID
		guids[i] = nameUUID("slot", cmp.Or(uid, string(s.ID)+"@"+string(x.conference.ID)))
		slotIDs[i] = string(s.ID)
	}
	ids, slugs := numbersOf(guids), x.slugs(slotIDs)
	byDate := map[schedule.Date]int{}
	for _, date := range e.Days() {
		byDate[date] = len(x.days)
		x.days = append(x.days, exchangeDay{index: len(x.days) + 1, date: date, start: x.dayChange(date), end: x.dayChange(date.AddDays(1))})
	}
	for i, s := range slots {
		day := &x.days[byDate[s.Day]]
		url := s.Talk.URL
		if url == "" && x.base != "" {
			url = x.base + "/talks/" + string(s.Talk.ID)
		}
		day.slots = append(day.slots, exchangeSlot{s, guids[i], ids[guids[i]], slugs[slotIDs[i]], url})
		// Where the source lists a talk under another day than its hour says.
		if s.Start.Before(day.start) {
			day.start = s.Start
		}
		if !s.Start.Before(day.end) {
			day.end = s.End
		}
	}
	people := map[schedule.SpeakerID]string{}
	for _, p := range e.Speakers() {
		people[p.ID] = x.guid("speaker", string(p.ID))
	}
	numbers := numbersOf(mapValues(people))
	x.speakerIDs = make(map[schedule.SpeakerID]uint32, len(people))
	for id, guid := range people {
		x.speakerIDs[id] = numbers[guid]
	}
	return x
}

func mapValues[K comparable](m map[K]string) []string {
	values := make([]string, 0, len(m))
	for _, v := range m {
		values = append(values, v)
	}
	return values
}

// dayChange returns when a conference day begins.
func (x *exchange) dayChange(date schedule.Date) time.Time {
	wall := schedule.WallTime{Date: date}.Add(x.conference.DayChange)
	for {
		if instants := wall.Instants(x.conference.Zone); len(instants) > 0 {
			return instants[0]
		}
		wall = wall.Add(time.Hour) // clocks skip it
	}
}

// guid returns the guid of a part of the conference.
func (x *exchange) guid(kind, id string) string {
	return nameUUID(kind, id+"@"+string(x.conference.ID))
}

// acronym returns the conference's id in the letters that an acronym may have,
// of which it needs four.
func (x *exchange) acronym() string {
	s := strings.ReplaceAll(string(x.conference.ID), "-", "_")
	return s + strings.Repeat("_", max(0, 4-len(s)))
}

// slugs returns a slug for each slot: acronym, dash, and the slot's id, which
// has to be of four letters and end in one.
func (x *exchange) slugs(slotIDs []string) map[string]string {
	slugs, taken := make(map[string]string, len(slotIDs)), make(map[string]bool, len(slotIDs))
	for _, id := range slices.Sorted(slices.Values(slotIDs)) {
		name := strings.TrimRight(id, "-")
		if len(name) < 4 {
			name = "slot-" + name
		}
		slug := name
		for n := 2; taken[slug]; n++ {
			slug = fmt.Sprintf("%s-%d", name, n)
		}
		taken[slug] = true
		slugs[id] = x.acronym() + "-" + slug
	}
	return slugs
}

// timeslot returns the longest time, up to an hour, into whose multiples all
// starts and durations fall.
func (x *exchange) timeslot() time.Duration {
	minutes := 60
	for _, s := range x.Slots() {
		for _, n := range []int{s.Start.Minute(), int(s.End.Sub(s.Start) / time.Minute)} {
			for n > 0 {
				minutes, n = n, minutes%n
			}
		}
	}
	return time.Duration(minutes) * time.Minute
}

// title returns the title as apps are to show it that know no status.
func (s *exchangeSlot) title() string {
	if s.Status == schedule.StatusCancelled {
		return cancelledTitle(s.Talk.Title)
	}
	return s.Talk.Title
}

// roomName returns the name of the slot's room, or "".
func (s *exchangeSlot) roomName() string {
	if s.Room == nil {
		return ""
	}
	return s.Room.Name
}

// duration returns the duration, rounded up to minutes.
func (s *exchangeSlot) duration() time.Duration {
	return (s.End.Sub(s.Start) + time.Minute - 1).Truncate(time.Minute)
}

// hoursMinutes returns HH:MM.
func hoursMinutes(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", d/time.Hour, d%time.Hour/time.Minute)
}

// span returns the first and the last day. An edition whose slots are all long
// over has none; the formats want some.
func (x *exchange) span() (first, last string) {
	if len(x.days) == 0 {
		day := schedule.WallTimeOf(x.Modified().In(x.conference.Zone)).Date.String()
		return day, day
	}
	return x.days[0].date.String(), x.days[len(x.days)-1].date.String()
}

// exchangeVersion returns what tells this edition from others.
func (x *exchange) exchangeVersion() string {
	for _, t := range []time.Time{x.Modified(), x.Updated()} {
		if !t.IsZero() {
			return t.UTC().Format(time.RFC3339)
		}
	}
	return "1"
}

// What the formats take as a slug and, in JSON, as the name of a zone.
var (
	slugPattern     = regexp.MustCompile(`^[a-z0-9-]+[a-z0-9]$`)
	zoneNamePattern = regexp.MustCompile(`^(?:[A-Z][a-z]+/[A-Z][a-z]+|UTC$)`)
)

// slugOrNone returns an id where it can be a slug.
func slugOrNone(id string) string {
	if slugPattern.MatchString(id) {
		return id
	}
	return ""
}

// nameUUID returns the UUID of version 5 (RFC 9562, section 5.5) of a name of
// ours, in the namespace for URLs.
func nameUUID(kind, name string) string {
	namespace := []byte("\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8")
	u := sha1.Sum(append(namespace, "slotcast:"+kind+":"+name...))
	u[6], u[8] = u[6]&0x0F|0x50, u[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// numbersOf returns a number from 1 to 2³¹-1 for each guid: its first bits, or
// where another has these, which is rare, the next that is free.
func numbersOf(guids []string) map[string]uint32 {
	const most = 1<<31 - 1
	numbers, taken := make(map[string]uint32, len(guids)), make(map[uint32]bool, len(guids))
	for _, guid := range slices.Sorted(slices.Values(guids)) {
		bits, _ := strconv.ParseUint(guid[:8], 16, 32)
		n := uint32(bits) & most
		for n == 0 || taken[n] {
			n = (n + 1) & most
		}
		numbers[guid], taken[n] = n, true
	}
	return numbers
}
