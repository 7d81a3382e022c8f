package importer

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"slotcast/schedule"
)

// Limits on a file of events.
const (
	maxEventSource = 32 << 20 // octets; the largest that conferences publish have 3 MiB
	maxEvents      = schedule.MaxSlots
)

// rawEvent is an event as the frab and voc formats have it, as it is written.
type rawEvent struct {
	at                                     schedule.Place
	guid, code, id, slug                   string
	title, subtitle, abstract, description string
	kind, track, language, url, state      string
	date                                   string // when it begins, with the date
	start                                  string // when it begins, on the clock
	end, duration                          string
	day                                    schedule.Date // the day that it stands under, or zero
	room                                   string
	people                                 []rawPerson
	links                                  []schedule.Link
	pause                                  bool // it is known to be a break
	own                                    *rawOwn
}

// rawOwn is what our own exports say of an event beside the format, so that what
// is imported again is what was exported. The ids may be any text here.
type rawOwn struct {
	slot, talk, track, room string
	speakers                []string // of the people, in their order
	status                  string
}

// rawPerson is a speaker as written.
type rawPerson struct{ guid, code, id, name, bio, url string }

// rawTrack is a track as the head of a file has it.
type rawTrack struct{ name, slug, color string }

// rawDay is a conference day as written: its date, and its two ends.
type rawDay struct{ date, start, end string }

// rawHead is what a file says of the conference.
type rawHead struct {
	at                           schedule.Place
	title, acronym, description  string
	zone, dayChange              string
	start, end                   string
	url, baseURL, venue, address string
	own                          string // the conference's id, in our own exports
	tracks                       []rawTrack
	days                         []rawDay
}

// eventReader makes a draft of events. What is wrong with one event is a
// warning, and at worst that event is left out; where that is the most of them,
// it is a fault.
type eventReader struct {
	options Options
	head    rawHead
	events  []rawEvent
	left    int // events that are left out since they cannot be read
	lost    []*rawEvent
	more    ownMore
	draft   schedule.Draft
	report  schedule.Report

	zone      *time.Location // UTC where zoned is not
	zoned     bool           // the zone is known
	offsets   map[int]bool   // that times have, where it is not
	base      *url.URL
	dayEnds   time.Duration // when a conference day ends, on the clock of the next
	dayKnown  bool          // dayEnds is what the file says
	tallies   []*tally
	people    map[string]string // ids by how a person is told from another
	accounts  map[string]bool   // what identifies people
	rooms     map[string]string // ids by how a room is, and so on
	tracks    map[string]string
	byName    map[string]rawTrack // the tracks of the head, by name and slug
	personIDs *idSet
	roomIDs   *idSet
	trackIDs  *idSet
}

// tally is a problem that many events share, told once.
type tally struct {
	code, text string
	first      *rawEvent
	count      int
}

func (r *eventReader) often(code string, e *rawEvent, format string, args ...any) {
	i := slices.IndexFunc(r.tallies, func(t *tally) bool { return t.code == code })
	if i < 0 {
		r.tallies = append(r.tallies, &tally{code, fmt.Sprintf(format, args...), e, 0})
		i = len(r.tallies) - 1
	}
	r.tallies[i].count++
}

// leave warns that an event is left out since it cannot be read, and why.
func (r *eventReader) leave(code string, e *rawEvent, format string, args ...any) {
	r.left++
	r.lost = append(r.lost, e)
	name := "this event"
	if !isBlank(e.title) {
		name = "“" + schedule.Shorten(oneLine(e.title)) + "”"
	}
	r.report.Warn(code, e.at, "%s %s; it is left out, so correct that", name, fmt.Sprintf(format, args...))
}

// finish makes the draft of what was read.
func (r *eventReader) finish() (*schedule.Draft, schedule.Report, error) {
	r.people, r.accounts = map[string]string{}, map[string]bool{}
	r.rooms, r.tracks = map[string]string{}, map[string]string{}
	r.personIDs, r.roomIDs, r.trackIDs = newIDSet(), newIDSet(), newIDSet()
	r.byName = map[string]rawTrack{}
	for _, t := range slices.Backward(r.head.tracks) {
		if name := oneLine(t.name); !isBlank(name) {
			r.byName[oneLine(t.slug)], r.byName[name] = t, t
		}
	}
	r.conference()
	r.chooseZone()
	r.chooseDayEnd()
	for _, group := range r.groups(r.timed()) {
		r.talk(group)
	}
	r.ownHosts()
	if strings.TrimSpace(r.draft.Conference.ZoneName) == "" {
		missingZone(&r.report, r.draft.Conference.At, r.offsets)
	}
	for _, t := range r.tallies {
		who := "“" + schedule.Shorten(oneLine(t.first.title)) + "”"
		if t.count > 1 {
			who += fmt.Sprintf(" and %d more", t.count-1)
		}
		r.report.Warn(t.code, t.first.at, "%s: %s", who, t.text)
	}
	if total := len(r.events); r.left*2 > total {
		r.report.Fault("events-unreadable", schedule.Place{File: r.head.at.File}, "%d of %s cannot be read, so the file as a whole is likely broken; correct what the warnings name", r.left, counted(total, "event"))
	}
	return &r.draft, r.report, nil
}

func (r *eventReader) conference() {
	h, c := &r.head, &r.draft.Conference
	c.At = h.at
	c.Name = r.fit(cmp.Or(oneLine(h.title), oneLine(h.acronym)), schedule.MaxName, nil)
	id := ""
	if schedule.ValidID(h.own) {
		id = h.own
	} else if !isBlank(h.acronym) {
		id = slugOf(h.acronym)
	}
	if o := r.options.Conference; o != "" && oneLine(o) != c.Name {
		c.Name, id = o, ""
	}
	c.ID = schedule.ConferenceID(cmp.Or(id, nameless(c.Name, "conference")))
	c.Description = h.description
	if h.own == "" {
		c.Description = readable(c.Description)
	} else {
		c.Description = cmp.Or(r.more.description, c.Description)
		h.venue, h.address, c.Venue.Position = r.more.venue.Name, r.more.venue.Address, r.more.venue.Position
		h.url = ownAddress(h.url, r.more.url)
	}
	c.Description = r.fit(c.Description, schedule.MaxText, nil)
	c.Venue.Name = r.fit(h.venue, schedule.MaxName, nil)
	c.Venue.Address = r.fit(h.address, schedule.MaxName, nil)
	if base, err := url.Parse(strings.TrimSpace(h.baseURL)); err == nil && base.Host != "" {
		r.base = base
	}
	for _, address := range []string{h.url, h.baseURL} {
		if clean, err := schedule.CleanURL(address); err == nil && c.URL == "" {
			c.URL = clean
		}
	}
}

// talk adds a talk with its slots to the draft. What is known of it is what its
// first event says.
func (r *eventReader) talk(g *eventGroup) {
	e := g.events[0]
	d := schedule.DraftTalk{At: e.at, TrackID: r.track(e.rawEvent)}
	d.ID = schedule.TalkID(g.id)
	d.Title = r.fit(e.title, schedule.MaxName, e.rawEvent)
	d.Abstract = r.fit(r.abstract(e.rawEvent), schedule.MaxText, e.rawEvent)
	d.Language = language(e.language)
	r.ownTalk(&d, e.rawEvent)
	d.URL = r.address(e.url, e.rawEvent)
	if len(e.people) > schedule.MaxPerTalk || len(e.links) > schedule.MaxPerTalk {
		r.often("limit", e.rawEvent, "there are more than %d speakers or links, of which the first are taken", schedule.MaxPerTalk)
	}
	for i, p := range e.people[:min(len(e.people), schedule.MaxPerTalk)] {
		own := ""
		if e.own != nil && i < len(e.own.speakers) {
			own = e.own.speakers[i]
		}
		if id := r.person(p, own, e.rawEvent); id != "" && !slices.Contains(d.SpeakerIDs, id) {
			d.SpeakerIDs = append(d.SpeakerIDs, id)
		}
	}
	for _, l := range e.links[:min(len(e.links), schedule.MaxPerTalk)] {
		address := r.address(l.URL, e.rawEvent)
		if address == "" || slices.ContainsFunc(d.Links, func(k schedule.Link) bool { return k.URL == address }) {
			continue
		}
		title := r.fit(oneLine(l.Title), schedule.MaxName, e.rawEvent)
		if title == strings.TrimSpace(l.URL) {
			title = ""
		}
		d.Links = append(d.Links, schedule.Link{Title: title, URL: address})
	}
	switch kind := schedule.Kind(e.kind); {
	case e.pause:
		d.Kind = schedule.KindBreak
	case e.own != nil && kind.Valid():
		d.Kind = kind
	default:
		d.Kind = eventKind(e.kind, d.Title, len(d.SpeakerIDs) > 0)
	}
	r.draft.Talks = append(r.draft.Talks, d)
	for _, e := range g.events {
		e.abstract, e.description = "", "" // they are most of a file, and read by now
		r.draft.Slots = append(r.draft.Slots, schedule.DraftSlot{
			ID: schedule.SlotID(e.slot), TalkID: g.id, RoomID: r.room(e.rawEvent), Family: g.family,
			Start: e.start, End: e.end, Day: e.day, Status: e.status, At: e.at,
		})
	}
}

// abstract joins what a file says of a talk, each thing once.
func (r *eventReader) abstract(e *rawEvent) string {
	if e.own != nil {
		return e.abstract
	}
	abstract, description := readable(e.abstract), ""
	if e.description != e.abstract {
		description = readable(e.description)
	}
	if strings.HasPrefix(description, abstract) {
		abstract = ""
	} else if strings.HasPrefix(abstract, description) {
		description = ""
	}
	parts := slices.DeleteFunc([]string{oneLine(unescaped(e.subtitle)), abstract, description}, isBlank)
	return strings.Join(parts, "\n\n")
}

// known returns the id of a room, a track or a person. What is met for the first
// time gets the id that our own export gives it, or else the one that is made;
// add puts it into the draft.
func known(ids map[string]string, set *idSet, key, own string, made func() string, add func(id string)) string {
	if schedule.ValidID(own) {
		key, made = "\x00"+own, func() string { return own }
	}
	id, met := ids[key]
	if !met {
		id = set.unique(made())
		ids[key] = id
		add(id)
	}
	return id
}

func (r *eventReader) person(p rawPerson, own string, e *rawEvent) string {
	name := r.fit(oneLine(p.name), schedule.MaxName, e)
	if isBlank(name) {
		r.often("speaker-nameless", e, "a speaker has no name and is left out; give one")
		return ""
	}
	// Accounts are shared: one id can have several names, and 0 has many.
	account := ""
	for _, id := range []string{p.guid, p.code, p.id} {
		if id = strings.TrimSpace(id); account == "" && !isBlank(id) && id != "0" {
			account = stableID(id)
		}
	}
	made := func() string {
		if account == "" {
			return slugOf(name)
		}
		if r.accounts[account] {
			return joinID(account, slugOf(name))
		}
		r.accounts[account] = true
		return account
	}
	return known(r.people, r.personIDs, account+"\n"+name, own, made, func(id string) {
		d := schedule.DraftSpeaker{At: e.at, Speaker: schedule.Speaker{ID: schedule.SpeakerID(id), Name: name, Bio: p.bio}}
		if e.own == nil {
			d.Bio = readable(p.bio)
		} else if more := r.more.of("speakers", own); more != nil {
			d.Role = r.fit(oneLine(more.get("role").value()), schedule.MaxName, e)
			d.Affiliation = r.fit(oneLine(more.get("affiliation").value()), schedule.MaxName, e)
			d.Bio = cmp.Or(more.get("bio").value(), d.Bio)
			p.url = ownAddress(p.url, more.get("url").value())
		}
		d.Bio = r.fit(d.Bio, schedule.MaxText, e)
		d.URL = r.address(p.url, e)
		r.draft.Speakers = append(r.draft.Speakers, d)
	})
}

func (r *eventReader) room(e *rawEvent) string {
	name := r.fit(oneLine(e.room), schedule.MaxName, e)
	own := ""
	if e.own != nil {
		own = e.own.room
	}
	// What has no room has a room without a name in JSON and XML.
	if isBlank(name) || e.own != nil && own == "" {
		return ""
	}
	return known(r.rooms, r.roomIDs, name, own, func() string { return slugOf(name) }, func(id string) {
		r.draft.Rooms = append(r.draft.Rooms, schedule.DraftRoom{At: e.at, Room: schedule.Room{
			ID: schedule.RoomID(id), Name: name, Building: r.fit(oneLine(r.more.of("rooms", own).get("building").value()), schedule.MaxName, e),
		}})
	})
}

// track returns the id of a track that is known by its name or slug.
func (r *eventReader) track(e *rawEvent) string {
	t := rawTrack{name: oneLine(e.track)}
	if isBlank(t.name) {
		return ""
	}
	key, own := t.name, ""
	if e.own != nil {
		own = e.own.track
	}
	if head, ok := r.byName[cmp.Or(own, t.name)]; ok {
		t = head
	} else if head, ok := r.byName[t.name]; ok {
		t = head
	}
	made := func() string {
		if isBlank(t.slug) {
			return slugOf(t.name)
		}
		return stableID(t.slug)
	}
	return known(r.tracks, r.trackIDs, key, own, made, func(id string) {
		more := r.more.of("tracks", own)
		r.draft.Tracks = append(r.draft.Tracks, schedule.DraftTrack{At: e.at, HostIDs: more.get("hosts").values(), Track: schedule.Track{
			ID: schedule.TrackID(id), Name: r.fit(oneLine(t.name), schedule.MaxName, e), Color: t.color,
			Description: r.fit(more.get("description").value(), schedule.MaxText, e),
		}})
	})
}

// address returns an address that can be published, or "".
func (r *eventReader) address(s string, e *rawEvent) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	full := s
	if strings.HasPrefix(s, "www.") {
		full = "http://" + s
	} else if r.base != nil && (s[0] == '/' || s[0] == '.') {
		if u, err := r.base.Parse(s); err == nil {
			full = u.String()
		}
	}
	clean, err := schedule.CleanURL(full)
	if err != nil {
		r.often("address", e, "%s; it is left out", err)
	}
	return clean
}

// fit cuts a text that is longer than can be published.
func (r *eventReader) fit(s string, most int, e *rawEvent) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	if e == nil {
		e = &rawEvent{title: r.head.title, at: r.head.at}
	}
	r.often("too-long", e, "a text has more than the %d characters that can be published, and is cut", most)
	return string([]rune(s)[:most-1]) + "…"
}

// isBlank tells a text in which there is nothing to read.
func isBlank(s string) bool {
	for _, c := range s {
		if unicode.IsPrint(c) && c != ' ' {
			return false
		}
	}
	return true
}
