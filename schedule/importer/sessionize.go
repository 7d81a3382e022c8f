package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slotcast/schedule"
)

// isSessionize tells whether the keys are those of a view of Sessionize's API.
func isSessionize(data []byte) bool {
	keys, list := jsonKeys(data)
	has := func(all ...string) bool {
		return !slices.ContainsFunc(all, func(key string) bool { return keys[key] == nil })
	}
	if !list {
		return has("sessions", "rooms", "categories", "speakers")
	}
	return has("rooms", "timeSlots") || has("groupName", "sessions") || has("fullName", "sessions") || has("fullName", "tagLine")
}

// sessionizeReader fills a draft from a view.
type sessionizeReader struct {
	*collector
	items    map[string]sessionizeItem // of the categories, by id
	sessions map[string]string         // what was read of a session, by id
	zulu     int                       // sessions whose times end in Z
	night    int                       // and those of them that begin at night
}

// sessionizeItem is an item of one of the categories that an organiser sorts
// sessions by, such as "Track: Mobile" or "Level: Advanced".
type sessionizeItem struct {
	category, id, name string
}

// sessionizeRoom is the room that a session is listed under.
type sessionizeRoom struct {
	id, name string
	line     *node
}

// The views of Sessionize's API that are read, the fullest first. That of the
// speakers has no times; beside another it has what that leaves out of them.
const (
	viewAll = iota
	viewGridSmart
	viewSessions
	viewSpeakers
	viewNone
)

func sessionizeView(root *node) int {
	first := root
	if root.kind == nodeList && len(root.items) > 0 {
		first = root.items[0]
	}
	switch {
	case root.kind == nodeMapping && root.get("sessions") != nil:
		return viewAll
	case root.kind != nodeList:
		return viewNone
	case first.get("rooms") != nil:
		return viewGridSmart
	case first.get("sessions") != nil && first.get("groupName") != nil:
		return viewSessions
	case first.get("fullName") != nil:
		return viewSpeakers
	}
	return viewNone
}

// readSessionize reads the views All, GridSmart and Sessions of Sessionize's
// API, version 2, and the view Speakers beside them. The views without times
// are refused with the name of one that has them.
//
// No view says which zone its times are in: they are wall times of the event.
// Some end in Z all the same. Whether that ever means UTC is not documented, and
// in the files that are known it does not, so such a time is read as the wall
// time too, with a warning; --timezone UTC is how a reader insists on the Z.
func readSessionize(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	r := &sessionizeReader{collector: newCollector(src, o), items: map[string]sessionizeItem{}, sessions: map[string]string{}}
	var root *node // of the fullest view
	file, view := src.Name, viewNone
	for _, doc := range src.documents() {
		if len(src.Parts) > 0 && !isSessionize(doc.Data) {
			continue
		}
		text, err := plainText(doc)
		if err != nil {
			return nil, schedule.Report{}, err
		}
		found, err := parseJSON(doc.Name, text)
		if err != nil {
			return nil, schedule.Report{}, err
		}
		switch kind := sessionizeView(found); {
		case kind == viewSpeakers:
			r.file = doc.Name
			for _, n := range found.list() {
				r.person(n)
			}
			if root == nil {
				view = kind
			}
		case root != nil && kind == view:
			return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s has the same view of Sessionize twice (%s and %s); name the file to read", src.Name, file, doc.Name)
		case root == nil || kind < view:
			root, file, view = found, doc.Name, kind
		}
	}
	r.file = file
	switch view {
	case viewAll:
		r.all(root)
	case viewGridSmart:
		for _, day := range root.list() {
			for _, n := range day.get("rooms").list() {
				room := sessionizeRoom{n.get("id").value(), oneLine(n.get("name").value()), n}
				for _, s := range n.get("sessions").list() {
					r.session(s, room, sessionizeItem{})
				}
			}
		}
	case viewSessions:
		for _, g := range root.list() {
			var group sessionizeItem
			if id := g.get("groupId").value(); id != "" {
				group = sessionizeItem{"track", id, g.get("groupName").value()}
			}
			for _, s := range g.get("sessions").list() {
				r.session(s, sessionizeRoom{}, group)
			}
		}
	case viewSpeakers:
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s is Sessionize's view of the speakers, which has no times; give its view All or GridSmart", src.Name)
	default:
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s is no view of Sessionize that has sessions; give its view All, GridSmart or Sessions", src.Name)
	}
	// In UTC the hours on the wall are what the Z says.
	if utc := r.zone != nil && r.zone.String() == schedule.UTC; r.zulu > 0 && !utc {
		r.warn("utc-label", schedule.Place{File: r.file}, "%s with times that end in Z: these are read as the hours on the wall; give --timezone UTC if they are in UTC", counted(r.zulu, "session"))
		if r.night > 0 {
			r.warn("night", schedule.Place{File: r.file}, "%s with times that end in Z, read as the hours on the wall, would be between 1:00 and 6:00 at night; give --timezone UTC if that is wrong", counted(r.night, "session"))
		}
	}
	return r.finish()
}

// all reads the view All, in which sessions refer to the other lists by id.
func (r *sessionizeReader) all(root *node) {
	for _, category := range root.get("categories").list() {
		for _, n := range category.get("items").list() {
			r.items[n.get("id").value()] = sessionizeItem{category.get("title").value(), n.get("id").value(), n.get("name").value()}
		}
	}
	for _, n := range root.get("speakers").list() {
		r.person(n)
	}
	rooms := map[string]sessionizeRoom{}
	for _, n := range root.get("rooms").list() {
		rooms[n.get("id").value()] = sessionizeRoom{n.get("id").value(), oneLine(n.get("name").value()), n}
	}
	for _, n := range root.get("sessions").list() {
		id := n.get("roomId").value()
		room, known := rooms[id]
		if id != "" && !known {
			r.warn("unknown-room", r.at(n), "there is no room with the id “%s”, so none is shown; correct the session's room", schedule.Shorten(id))
		}
		r.session(n, room, sessionizeItem{})
	}
}

func (r *sessionizeReader) at(n *node) schedule.Place {
	return schedule.Place{File: r.file, Line: n.line, Column: n.column}
}

// session reads a session, unless it was read before: the view Sessions lists it
// once for each of its groups.
func (r *sessionizeReader) session(n *node, room sessionizeRoom, group sessionizeItem) {
	if !r.next() {
		return
	}
	at := r.at(n)
	if n.kind != nodeMapping {
		r.unreadable("type", at, "this is no session")
		return
	}
	title, id := r.fit(oneLine(n.get("title").value()), schedule.MaxName, at), n.get("id").value()
	if isBlank(title) {
		r.unreadable("title-missing", at, "this session has no title")
		r.lost(id, "")
		return
	}
	if status := n.get("status").value(); status != "" && !strings.EqualFold(status, "accepted") {
		r.warn("not-accepted", at, "the session “%s” has the status “%s”, so it is left out; accept it if it takes place", schedule.Shorten(title), schedule.Shorten(status))
		return
	}
	from, to := n.get("startsAt").value(), n.get("endsAt").value()
	if from == "" || to == "" {
		r.unscheduled(at, title)
		return
	}
	start, zulu, okStart := sessionizeTime(from)
	end, _, okEnd := sessionizeTime(to)
	if !okStart || !okEnd {
		r.unreadable("time", at, "the session “%s” is from “%s” to “%s”, which are not times such as 2026-05-04T09:30:00", schedule.Shorten(title), schedule.Shorten(from), schedule.Shorten(to))
		r.lost(id, familyOf(title))
		return
	}
	if room.line == nil {
		room = sessionizeRoom{n.get("roomId").value(), oneLine(n.get("room").value()), n}
	}
	if id != "" {
		read := fmt.Sprintf("%s from %s to %s in %s", schedule.Shorten(title), start, end, schedule.Shorten(cmp.Or(room.id, room.name)))
		if before, known := r.sessions[id]; known {
			if before != read {
				r.warn("id-duplicate", at, "the id “%s” is that of “%s” already, so “%s” is left out; give each its own", schedule.Shorten(id), before, schedule.Shorten(title))
			}
			return
		}
		r.sessions[id] = read
	}
	service := n.get("isServiceSession").value() == "true"
	if zulu {
		r.zulu++
		if hour := start.Wall.Hour; hour >= 1 && hour < 6 && !service {
			r.night++
		}
	}
	slot := schedule.DraftSlot{Start: start, End: end, RoomID: r.room(room.id, room.name, r.at(room.line))}
	d := schedule.DraftTalk{At: at, SpeakerIDs: r.people(n, at), Talk: schedule.Talk{Title: title, Abstract: prose(n.get("description").value())}}
	for _, link := range []schedule.Link{{Title: "Live stream", URL: n.get("liveUrl").value()}, {Title: "Recording", URL: n.get("recordingUrl").value()}} {
		if link.URL != "" {
			d.Links = append(d.Links, link)
		}
	}
	r.sort(&d, n, group)
	// A party or an opening keynote can be entered as a service session too.
	if service && d.Kind == "" && kindOf(title, len(d.SpeakerIDs) > 0) == schedule.KindTalk {
		d.Kind = schedule.KindBreak
	}
	r.talk(id, d, slot)
}

// sort reads what a session is sorted by: one category is the track, others are
// format and level, and what is left are tags.
func (r *sessionizeReader) sort(d *schedule.DraftTalk, n *node, group sessionizeItem) {
	var items []sessionizeItem
	for _, id := range n.get("categoryItems").list() {
		items = append(items, r.items[id.value()])
	}
	for _, category := range n.get("categories").list() {
		for _, item := range category.get("categoryItems").list() {
			items = append(items, sessionizeItem{category.get("name").value(), item.get("id").value(), item.get("name").value()})
		}
	}
	for _, item := range append(items, group) {
		// What names many sessions is paid for once for each of them.
		if item.name == "" || max(len(item.name), len(item.category), len(item.id)) > schedule.MaxName {
			continue
		}
		switch category := strings.ToLower(item.category); {
		case strings.TrimSuffix(category, "s") == "track":
			if d.TrackID == "" {
				d.TrackID = r.track(item.id, oneLine(item.name), r.at(n))
			}
		case category == "session format" || category == "format" || category == "session type":
			d.Kind = cmp.Or(d.Kind, formatKind(item.name))
		case category == "level":
			d.Level = cmp.Or(d.Level, oneLine(item.name))
		default:
			d.Tags = append(d.Tags, item.name)
		}
	}
}

var formatWord = regexp.MustCompile(`(?i)\b(keynote|workshop|panel|lightning)`)

// formatKind returns the kind that the name of a session format means.
func formatKind(name string) schedule.Kind {
	return schedule.Kind(strings.ToLower(formatWord.FindString(name)))
}

// people returns the ids of a session's speakers. The view All gives their ids,
// the others an id and a name each.
func (r *sessionizeReader) people(n *node, at schedule.Place) []string {
	var ids []string
	for _, s := range n.get("speakers").list() {
		id, known := r.speakers[s.value()]
		if s.kind == nodeMapping {
			id = r.person(s)
		} else if !known {
			r.warn("unknown-speaker", at, "there is no speaker with the id “%s”, so the session is shown without; add the speaker", schedule.Shorten(s.value()))
		}
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// person returns the id of a speaker, or "" for one without a name.
func (r *sessionizeReader) person(n *node) string {
	name := oneLine(cmp.Or(n.get("fullName").value(), n.get("name").value(), n.get("firstName").value()+" "+n.get("lastName").value()))
	s := schedule.Speaker{Name: name, Role: oneLine(n.get("tagLine").value()), Bio: prose(n.get("bio").value())}
	for _, link := range n.get("links").list() {
		own := strings.EqualFold(link.get("linkType").value(), "Blog")
		if u, err := schedule.CleanURL(link.get("url").value()); err == nil && (s.URL == "" || own) {
			s.URL = u
		}
	}
	id := n.get("id").value()
	return r.speaker(cmp.Or(id, name), id, s, r.at(n))
}

var secondFraction = regexp.MustCompile(`\.\d{1,9}(Z?)$`)

// sessionizeTime reads a time of a session; zulu tells that it ends in Z, and is
// read as the wall time all the same.
func sessionizeTime(s string) (m schedule.Moment, zulu, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 40 {
		return m, false, false
	}
	m, ok = parseMoment(secondFraction.ReplaceAllString(s, "$1"))
	if zulu = strings.HasSuffix(s, "Z"); zulu {
		m = schedule.Moment{Wall: m.Wall}
	}
	return m, zulu, ok
}
