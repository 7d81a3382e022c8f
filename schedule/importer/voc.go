package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"slotcast/schedule"
)

// isVoc tells whether there is a schedule with a conference in it at the top.
func isVoc(data []byte) bool {
	keys, list := jsonKeys(data)
	keys, inList := jsonKeys(keys["schedule"])
	return !list && !inList && keys["conference"] != nil
}

// vocReader reads schedule.json of version 1, whose events stand in rooms in
// days, and of version 2, whose events are one list.
type vocReader struct {
	eventReader
	file     string
	language string             // the one that is preferred of several
	profiles map[string]*node   // the persons of version 2, by guid
	roomOf   map[string]string  // the names of rooms by guid and by slug
	own      map[string]*rawOwn // what our own exports say of events, by guid
}

// readVoc reads schedule.json as c3voc, frab, pretalx and hub write it.
func readVoc(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	refused := func(err error) (*schedule.Draft, schedule.Report, error) { return nil, schedule.Report{}, err }
	if len(src.Data) > maxEventSource {
		return refused(schedule.Errorf(schedule.ErrInvalid, "%s has more than %d MiB, which no schedule.json has; split the schedule", src.Name, maxEventSource>>20))
	}
	text, err := plainText(src)
	if err != nil {
		return refused(err)
	}
	root, err := parseJSON(src.Name, text)
	if err != nil {
		return refused(err)
	}
	top := root.get("schedule")
	conference := top.get("conference")
	if conference == nil || conference.kind != nodeMapping {
		return refused(syntaxError(src.Name, root.line, root.column, "this is no schedule.json, which has “schedule” with “conference” in it; give such a file"))
	}
	r := &vocReader{eventReader: eventReader{options: o}, file: src.Name, profiles: map[string]*node{}, roomOf: map[string]string{}}
	r.draft.Updated = src.Modified
	r.vocHead(top, conference)
	for i, day := range conference.get("days").list() {
		path := fmt.Sprintf("schedule.conference.days[%d]", i)
		if err := r.day(day, path); err != nil {
			return refused(err)
		}
	}
	for i, e := range top.get("events").list() {
		if err := r.event(e, fmt.Sprintf("schedule.events[%d]", i), "", schedule.Date{}); err != nil {
			return refused(err)
		}
	}
	return r.finish()
}

func (r *vocReader) at(n *node, path string) schedule.Place {
	return schedule.Place{File: r.file, Line: n.line, Column: n.column, Path: path}
}

// text returns a text in the language of the conference.
func (r *vocReader) text(n *node) string { return n.inLanguage(r.language) }

// named returns a text, or the first of some members of what has a name or slug.
func (r *vocReader) named(n *node, keys ...string) string {
	if n == nil || n.kind != nodeMapping {
		return n.value()
	}
	for _, key := range keys {
		if s := r.text(n.get(key)); s != "" {
			return s
		}
	}
	return ""
}

func (r *vocReader) vocHead(top, c *node) {
	r.language = c.get("defaults").get("language").value()
	r.head = rawHead{
		at:    r.at(c, "schedule.conference"),
		title: r.text(c.get("title")), acronym: c.get("acronym").value(), description: r.text(c.get("description")),
		zone: c.get("time_zone_name").value(), dayChange: c.get("day_change").value(),
		start: c.get("start").value(), end: c.get("end").value(),
		url: c.get("url").value(), baseURL: cmp.Or(top.get("base_url").value(), c.get("base_url").value()),
	}
	if own := c.get("meta").get("slotcast"); own != nil {
		r.head.own, r.head.dayChange = own.get("conference").value(), own.get("day_change").value()
		r.head.baseURL = "" // it is ours, not the conference's
		r.head.zone = cmp.Or(own.get("timezone").value(), r.head.zone)
		r.ownSlots(own.get("slots"))
		r.more.add(own)
	}
	for _, t := range c.get("tracks").list() {
		if len(r.head.tracks) == schedule.MaxTracks {
			break
		}
		color := cmp.Or(t.get("color").value(), t.get("colors").get("light").value())
		r.head.tracks = append(r.head.tracks, rawTrack{r.text(t.get("name")), t.get("slug").value(), color})
	}
	for _, room := range c.get("rooms").list() {
		for _, key := range []string{"guid", "slug"} {
			if id := room.get(key).value(); id != "" {
				r.roomOf[id] = r.text(room.get("name"))
			}
		}
	}
	for _, p := range top.get("persons").list() {
		if guid := p.get("guid").value(); guid != "" {
			r.profiles[guid] = p
		}
	}
	for _, d := range c.get("days").list() {
		if len(r.head.days) == maxPageDays {
			break
		}
		r.head.days = append(r.head.days, rawDay{d.get("date").value(), cmp.Or(d.get("day_start").value(), d.get("start").value()), cmp.Or(d.get("day_end").value(), d.get("end").value())})
	}
}

// ownSlots reads what our own exports say of events beside the format.
func (r *vocReader) ownSlots(slots *node) {
	if slots == nil {
		return
	}
	r.own = make(map[string]*rawOwn, len(slots.entries))
	for _, e := range slots.entries {
		own := &rawOwn{
			slot: e.value.get("slot").value(), talk: e.value.get("talk").value(),
			track: e.value.get("track").value(), room: e.value.get("room").value(),
			status: e.value.get("status").value(),
		}
		for _, p := range e.value.get("speakers").list() {
			own.speakers = append(own.speakers, p.value())
		}
		r.own[e.key] = own
	}
}

// day reads the events of a day of version 1, by room.
func (r *vocReader) day(day *node, path string) error {
	stamp, _ := parseStamp(day.get("date").value())
	rooms := day.get("rooms")
	if rooms == nil {
		return nil
	}
	for _, room := range rooms.entries {
		for i, e := range room.value.list() {
			if err := r.event(e, fmt.Sprintf("%s.rooms[%s][%d]", path, schedule.Shorten(room.key), i), room.key, stamp.Wall.Date); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *vocReader) event(e *node, path, room string, day schedule.Date) error {
	if len(r.events) == maxEvents {
		return schedule.Errorf(schedule.ErrInvalid, "%s has more than %d events; split the schedule", r.file, maxEvents)
	}
	kind := e.get("type").value()
	raw := rawEvent{
		at:   r.at(e, path),
		guid: e.get("guid").value(), code: e.get("code").value(), id: e.get("id").value(), slug: e.get("slug").value(),
		title: r.text(e.get("title")), subtitle: r.text(e.get("subtitle")), abstract: r.text(e.get("abstract")), description: r.text(e.get("description")),
		kind: kind, pause: strings.EqualFold(kind, "BREAK"),
		language: e.get("language").value(), url: e.get("url").value(), state: e.get("state").value(),
		date: e.get("date").value(), start: e.get("start").value(), end: e.get("end").value(), duration: e.get("duration").value(),
		day: day, room: room,
		track: r.named(e.get("track"), "slug", "name"),
	}
	if raw.own = r.own[raw.guid]; raw.own != nil {
		raw.url, raw.start = e.get("origin_url").value(), ""
	}
	if _, whole := parseStamp(raw.start); whole && raw.date == "" {
		raw.date, raw.start = raw.start, ""
	}
	if room == "" {
		raw.room = r.named(e.get("room"), "name", "slug", "guid")
	}
	if at := e.get("room"); room == "" && at != nil && at.get("name") == nil {
		raw.room = cmp.Or(r.roomOf[at.get("guid").value()], r.roomOf[at.get("slug").value()], raw.room)
	}
	for _, p := range slices.Concat(e.get("persons").list(), e.get("participants").list()) {
		raw.people = append(raw.people, r.vocPerson(p))
	}
	for _, l := range slices.Concat(e.get("links").list(), e.get("attachments").list()) {
		title := cmp.Or(r.text(l.get("title")), linkTitle(l.get("type").value()))
		raw.links = append(raw.links, schedule.Link{Title: title, URL: r.named(l, "url")})
	}
	r.events = append(r.events, raw)
	return nil
}

// linkTitle returns the type of a link, such as FEEDBACK, as a reader sees it.
func linkTitle(kind string) string {
	if len(kind) < 2 {
		return kind
	}
	return kind[:1] + strings.ToLower(kind[1:])
}

// vocPerson reads a person, with what the list of persons has of it.
func (r *vocReader) vocPerson(p *node) rawPerson {
	if p.kind == nodeScalar {
		return rawPerson{name: p.value()}
	}
	guid := p.get("guid").value()
	profile := r.profiles[guid]
	from := func(key string) string { return cmp.Or(r.text(p.get(key)), r.text(profile.get(key))) }
	return rawPerson{
		guid: guid, code: p.get("code").value(), id: p.get("id").value(),
		name: cmp.Or(from("public_name"), from("name"), oneLine(from("first_name")+" "+from("last_name"))),
		bio:  cmp.Or(from("biography"), from("bio")), url: from("url"),
	}
}
