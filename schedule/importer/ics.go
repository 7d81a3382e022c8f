package importer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"slotcast/schedule"
)

func isICS(data []byte) bool {
	head := bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 200)], byteOrderMark))
	return len(head) >= 15 && strings.EqualFold(string(head[:15]), "BEGIN:VCALENDAR")
}

// icsTime is a date or time as a calendar has it.
type icsTime struct {
	wall   schedule.WallTime
	allDay bool
	zone   *time.Location // nil for a floating time
}

// icsEvent is an event that was read.
type icsEvent struct {
	*icsComponent
	at         schedule.Place
	uid, title string
	again      string // of another time of a repeated event, which by the rule
	start      icsTime
	categories []string
	location   string
}

// icsReader fills a draft from calendars.
type icsReader struct {
	*collector
	zones     icsZones
	events    []*icsEvent
	calendar  icsComponent // the properties of the calendars
	cancelled bool         // the calendar is one of cancellations

	oneCategory bool                // events have one category at most, which is then the track
	venue       string              // what each room's name is followed by
	organizers  map[string]bool     // by address
	organizing  map[string]bool     // by name
	shared      map[string]int      // how many events have a UID and recurrence
	tallies     map[string]*icsKind // problems that many events share
	order       []string            // of tallies
}

type icsKind struct {
	first schedule.Place
	count int
}

func (r *icsReader) tally(code string, e *icsEvent) {
	if r.tallies[code] == nil {
		r.tallies[code] = &icsKind{first: e.at}
		r.order = append(r.order, code)
	}
	r.tallies[code].count++
}

// What is said of the events that share a problem, before their number.
var icsProblems = map[string]string{
	"all-day":      "events with a date and no time, as a banner over the day has, are left out; give them times if they are talks",
	"private":      "private events are left out; make them public if they are to be shown",
	"zone-unknown": "a TZID that is no zone's name is passed over, and the times are read as the hours on the wall; correct it, or give --timezone",
	"recurrence":   "of events that are repeated by a rule only the first time is shown; write each time as an event of its own",
	"id-duplicate": "events that share their UID are told apart by their titles; give each its own, or subscribers see a new title as a new event",
	"duplicate":    "events that are in the file twice are shown once; take the second out",
}

// readICS reads iCalendar, RFC 5545, as software writes it: lines of any length
// and end, folds within a character, properties of vCalendar 1.0, missing or
// repeated UIDs, times with zones under many names.
//
// Times in UTC and times with a zone are instants, and are shown in the zone of
// --timezone, or else in the one that most events have. Floating times are the
// hours on the wall. X-WR-TIMEZONE is often wrong, and UTC where the exporter
// knew none, so it is taken only where nothing else tells the zone. Events that
// last all day are left out: they are banners, and a calendar would show whoever
// chose one as busy all day.
func readICS(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	if looks := disguise(src.Data); looks != "" {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s%s", src.Name, looks)
	}
	r := &icsReader{
		collector:  newCollector(src, o),
		zones:      icsZones{map[string]*time.Location{}, map[string]string{}},
		organizers: map[string]bool{}, organizing: map[string]bool{}, shared: map[string]int{}, tallies: map[string]*icsKind{},
	}
	p := newICSParser(src.Name, src.Data)
	if err := p.components(r.component); err != nil {
		return nil, schedule.Report{}, err
	}
	if p.bad == 1 {
		r.warn("line", schedule.Place{File: src.Name, Line: p.at}, "this line is no property and is not read; correct it, or export the file again")
	} else if p.bad > 1 {
		r.warn("line", schedule.Place{File: src.Name, Line: p.at}, "%d lines are no properties and are not read, this being the first; correct them, or export the file again", p.bad)
	}
	r.conference()
	r.survey()
	for _, e := range r.events {
		r.event(e)
	}
	for _, code := range r.order {
		r.warn(code, r.tallies[code].first, "%s (%d in all)", icsProblems[code], r.tallies[code].count)
	}
	return r.finish()
}

// component takes a component that is at its end.
func (r *icsReader) component(c *icsComponent) error {
	switch c.name {
	case "VTIMEZONE":
		if id, place := c.text("TZID"), c.text("X-LIC-LOCATION"); id != "" && place != "" && len(r.zones.places) < maxICSZones {
			r.zones.places[id] = place
		}
	case "VCALENDAR":
		r.calendar.properties = append(r.calendar.properties, c.properties...)
	case "VEVENT":
		if !r.next() {
			return schedule.Errorf(schedule.ErrInvalid, "%s has more than %d events; split the schedule", r.file, schedule.MaxTalks)
		}
		r.events = append(r.events, &icsEvent{icsComponent: c, at: schedule.Place{File: r.file, Line: c.line}})
	}
	return nil
}

// conference reads what the calendar says of itself, and finds the zone.
func (r *icsReader) conference() {
	c := &r.calendar
	r.cancelled = strings.EqualFold(c.text("METHOD"), "CANCEL")
	d := &r.draft.Conference
	r.named(cmp.Or(c.text("NAME"), c.text("X-WR-CALNAME")), "")
	d.Description = r.fit(prose(cmp.Or(c.text("DESCRIPTION"), c.text("X-WR-CALDESC"))), schedule.MaxText, d.At)
	uses := map[string]int{}
	best := "" // the zone of the most events
	for _, e := range r.events {
		start, err := r.time(e.icsComponent, "DTSTART")
		if e.start = start; err == nil && start.zone != nil && start.zone != time.UTC {
			name := start.zone.String()
			if uses[name]++; uses[name] > uses[best] {
				best = name
			}
		}
	}
	switch {
	case best != "" && r.zone != nil && r.zone.String() != best:
		r.warn("zone-other", d.At, "events have times in %s; they are shown in %s, as --timezone says", best, r.zone)
	case best == "" && r.zone == nil:
		for _, name := range []string{"X-WR-TIMEZONE", "VTIMEZONE", "TZID"} {
			if zone := r.zones.find(c.text(name)); zone != nil && zone != time.UTC {
				best = zone.String()
				r.warn("zone-hint", schedule.Place{File: r.file, Line: c.get(name).line}, "the zone is taken to be %s, as %s says, which is often wrong; give --timezone to be sure", best, name)
				break
			}
		}
	}
	r.named("", best)
}

var icsStamp = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?$`)

var errICSTime = errors.New("no time")

// time reads a time. A zone beside it counts, and one that the event has as a
// property of its own, which is not in the standard.
func (r *icsReader) time(c *icsComponent, name string) (t icsTime, err error) {
	p := c.get(name)
	if m := icsStamp.FindStringSubmatch(p.value); m != nil {
		date, err := schedule.ParseDate(m[1] + "-" + m[2] + "-" + m[3])
		if err != nil {
			return t, errICSTime
		}
		t.wall = schedule.WallTime{Date: date, Hour: number(m[4]), Minute: number(m[5]), Second: min(number(m[6]), 59)} // or a leap second
		if t.wall.Hour > 23 || t.wall.Minute > 59 || number(m[6]) > 60 {
			return t, errICSTime
		}
		if t.allDay = m[4] == ""; m[7] != "" {
			t.zone = time.UTC
		}
	} else if stamp, whole := parseStamp(p.value[:min(len(p.value), maxTimeCell)]); whole && (!stamp.HasOffset || stamp.Offset == 0) {
		if t.wall = stamp.Wall; stamp.HasOffset {
			t.zone = time.UTC
		}
	} else {
		return t, errICSTime
	}
	if id := cmp.Or(p.param("TZID"), c.text("TZID")); t.zone == nil && id != "" {
		t.zone = r.zones.find(id)
	}
	return t, nil
}

// moment returns a time as the conference's clocks show it.
func (r *icsReader) moment(t icsTime) (schedule.Moment, bool) {
	if t.zone == nil {
		return schedule.Moment{Wall: t.wall}, true
	}
	instants := t.wall.Instants(t.zone)
	if len(instants) == 0 {
		return schedule.Moment{}, false
	}
	return r.inZone(schedule.MomentOf(instants[0])), true
}

// survey reads what tells, over all events, what a property means in this file.
func (r *icsReader) survey() {
	r.oneCategory = true
	heads, tails := map[string]bool{}, map[string]bool{}
	same := map[string]bool{}
	r.events = slices.DeleteFunc(r.events, func(e *icsEvent) bool {
		e.title, e.uid, e.again = oneLine(e.text("SUMMARY")), e.get("UID").value, e.get("RECURRENCE-ID").value
		whole := strings.Join([]string{e.uid, e.title, e.get("DTSTART").value, e.get("DTEND").value, e.text("LOCATION")}, "\n")
		if same[whole] {
			r.seen--
			r.tally("duplicate", e)
			return true
		}
		same[whole] = true
		return false
	})
	for _, e := range r.events {
		r.shared[e.key()]++
		for _, p := range e.properties {
			if p.name == "CATEGORIES" {
				e.categories = append(e.categories, icsList(p.value)...)
			}
		}
		r.oneCategory = r.oneCategory && len(e.categories) < 2
		e.location = oneLine(unescaped(e.text("LOCATION")))
		if room, venue, ok := strings.Cut(e.location, ", "); ok {
			heads[room], tails[venue] = true, true
		}
		if p := e.get("ORGANIZER"); p.param("CN") != "" {
			r.organizers[strings.ToLower(p.value)], r.organizing[p.param("CN")] = true, true
		}
	}
	if len(tails) == 1 && len(heads) > 1 {
		for venue := range tails {
			r.venue = ", " + venue
			r.draft.Conference.Venue.Name = r.fit(venue, schedule.MaxName, r.draft.Conference.At)
		}
	}
}

// icsList splits a value at the commas that are not escaped.
func icsList(s string) []string {
	var list []string
	for from, i := 0, 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == ',':
			if part := oneLine(unescaped(icsEscapes.Replace(s[from:i]))); part != "" {
				list = append(list, part)
			}
			from = i + 1
		case s[i] == '\\':
			i++
		}
	}
	return list
}

func (r *icsReader) event(e *icsEvent) {
	name := schedule.Shorten(e.title)
	own, family := r.id(e)
	class := strings.ToUpper(e.text("CLASS"))
	switch {
	case isBlank(e.title):
		r.unreadable("title-missing", e.at, "this event has no SUMMARY")
		r.lost(own, family)
		return
	case class == "PRIVATE" || class == "CONFIDENTIAL":
		r.seen--
		r.tally("private", e)
		return
	case e.start.allDay:
		r.seen--
		r.tally("all-day", e)
		return
	case e.start.wall.IsZero():
		r.unreadable("time", e.at, "“%s” has the start “%s”, which is no time such as 20260504T093000", name, schedule.Shorten(e.get("DTSTART").value))
		r.lost(own, family)
		return
	}
	start, ok := r.moment(e.start)
	end, okEnd := r.end(e, start)
	if !ok || !okEnd {
		r.unreadable("time", e.at, "“%s” has a start (%s) or an end (%s) that is no time", name, schedule.Shorten(e.get("DTSTART").value), schedule.Shorten(e.get("DTEND").value+e.get("DURATION").value))
		r.lost(own, family)
		return
	}
	if id := e.get("DTSTART").param("TZID"); id != "" && e.start.zone == nil {
		r.tally("zone-unknown", e)
	}
	if e.get("RDATE").value != "" || e.get("RRULE").value != "" && !strings.Contains(strings.ToUpper(e.get("RRULE").value+";"), "COUNT=1;") {
		r.tally("recurrence", e)
	}
	d := schedule.DraftTalk{At: e.at, Talk: schedule.Talk{Title: e.title, Abstract: prose(e.text("DESCRIPTION")), URL: e.get("URL").value}}
	if r.oneCategory && len(e.categories) == 1 {
		d.TrackID = r.track("", e.categories[0], e.at)
	} else {
		d.Tags = e.categories
	}
	// One address under many names: the organiser's, with the speakers' names.
	if len(r.organizers) == 1 && len(r.organizing) > 1 {
		for _, speaker := range splitCommas(e.get("ORGANIZER").param("CN")) {
			d.SpeakerIDs = append(d.SpeakerIDs, r.speaker(speaker, "", schedule.Speaker{Name: speaker}, e.at))
		}
	}
	slot := schedule.DraftSlot{Start: start, End: end, RoomID: r.room("", strings.TrimSuffix(e.location, r.venue), e.at), Family: family}
	switch status := strings.ToUpper(e.text("STATUS")); {
	case r.cancelled, status == "CANCELLED", status == "CANCELED":
		slot.Status = schedule.StatusCancelled
	case status == "TENTATIVE":
		slot.Status = schedule.StatusTentative
	}
	if own == "" && !isBlank(e.uid) {
		r.tally("id-duplicate", e)
	}
	r.talk(own, d, slot)
}

// end returns when an event ends; zero where it does not say.
func (r *icsReader) end(e *icsEvent, start schedule.Moment) (schedule.Moment, bool) {
	if e.get("DTEND").value != "" {
		t, err := r.time(e.icsComponent, "DTEND")
		if err != nil || t.allDay {
			return schedule.Moment{}, false
		}
		// Of an hour that clocks show twice the first is meant, unless the event
		// would end before it begins.
		end, ok := r.moment(t)
		if t.zone != nil && ok && r.between(start, end) <= 0 {
			if instants := t.wall.Instants(t.zone); len(instants) > 1 {
				end = r.inZone(schedule.MomentOf(instants[len(instants)-1]))
			}
		}
		return end, ok
	}
	if s := e.get("DURATION").value; s != "" {
		length, ok := icsDuration(s)
		return r.after(start, length), ok
	}
	return schedule.Moment{}, true
}

var icsLength = regexp.MustCompile(`^\+?P(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)$`)

// icsDuration reads a duration that is not negative.
func icsDuration(s string) (time.Duration, bool) {
	m := icsLength.FindStringSubmatch(strings.ToUpper(s))
	if m == nil {
		return 0, false
	}
	return time.Duration((number(m[1])*7+number(m[2]))*24+number(m[3]))*time.Hour + time.Duration(number(m[4]))*time.Minute + time.Duration(number(m[5]))*time.Second, true
}

// key is what tells an event from others, but for those that share it: its UID,
// and which time it is of a repeated event. It is empty for an event without UID.
func (e *icsEvent) key() string {
	if isBlank(e.uid) {
		return ""
	}
	return e.uid + "\n" + e.again
}

// id returns an event's own id. One that has none, or shares it, has a family,
// which is made of that and of the title.
func (r *icsReader) id(e *icsEvent) (own, family string) {
	if isBlank(e.uid) {
		return "", familyOf(e.title)
	}
	id := stableID(e.uid)
	if local, _, ok := strings.Cut(e.uid, "@"); ok {
		id = joinID(slugOf(local), fmt.Sprintf("%x", sha256.Sum256([]byte(e.uid)))[:8])
	}
	if e.again != "" {
		id = joinID(id, slugOf(e.again))
	}
	if r.shared[e.key()] == 1 {
		return id, ""
	}
	if family = familyOf(e.title); family != "" {
		family = joinID(id, family)
	}
	return "", family
}
