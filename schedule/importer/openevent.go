package importer

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"slotcast/schedule"
)

// isOpenEvent tells whether data is the list of sessions of an Open Event
// export, in either style of keys.
func isOpenEvent(data []byte) bool {
	keys, list := jsonKeys(data)
	return list && keys["title"] != nil && keys["microlocation"] != nil && (keys["starts-at"] != nil || keys["start_time"] != nil || keys["starts_at"] != nil)
}

// isOpenEventRest tells whether the files of an archive are those that Open Event
// exports beside the list of sessions, and that list is missing or empty.
func isOpenEventRest(src Source) bool {
	files := map[string]bool{}
	for _, part := range src.Parts {
		name := strings.TrimSuffix(path.Base(part.Name), ".json")
		files[name] = name != "sessions" || strings.Join(strings.Fields(string(part.Data[:min(len(part.Data), 100)])), "") != "[]"
	}
	beside := 0
	for _, name := range []string{"speakers", "tracks", "microlocations"} {
		if files[name] {
			beside++
		}
	}
	return files["event"] && beside > 1 && !files["sessions"]
}

// openEventReader fills a draft from an Open Event export.
type openEventReader struct {
	*collector
	notAccepted, deleted int
	firstOut             schedule.Place // of those
	onWall               bool           // the offset zero is none
}

// readOpenEvent reads the archive or folder that Open Event servers such as
// eventyay export: JSON files named event, sessions, speakers, tracks and
// microlocations, with or without .json. Without the file event the schedule has
// no zone and no name. Sessions are read that are accepted or confirmed, and not
// deleted.
//
// Times have an offset as a rule, so they are instants, shown in the zone that
// the event names or that --timezone gives. Where the event's zone was left at
// UTC, though, its hours are those that were entered for the venue, so with
// --timezone they are read as the hours on the wall there. A session from
// midnight to midnight is one that has no time yet.
func readOpenEvent(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	r := &openEventReader{collector: newCollector(src, o)}
	files := map[string]*node{}
	names := map[string]string{}
	for _, doc := range src.documents() {
		name := strings.TrimSuffix(path.Base(doc.Name), ".json")
		if isOpenEvent(doc.Data) {
			name = "sessions"
		}
		if !slices.Contains([]string{"event", "sessions", "speakers", "tracks", "microlocations"}, name) {
			continue
		}
		if files[name] != nil {
			return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s has the %s of two events (%s and %s); keep those of one", src.Name, name, names[name], doc.Name)
		}
		text, err := plainText(doc)
		if err != nil {
			return nil, schedule.Report{}, err
		}
		root, err := parseJSON(doc.Name, text)
		if err != nil {
			return nil, schedule.Report{}, err
		}
		files[name], names[name] = root, doc.Name
	}
	if files["sessions"] == nil || files["sessions"].kind != nodeList {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s has no list of sessions as Open Event exports it; give the whole archive or folder", src.Name)
	}
	if event := files["event"]; event != nil {
		r.file = names["event"]
		r.event(event)
	}
	for _, kind := range []string{"tracks", "microlocations", "speakers"} {
		r.file = names[kind]
		for _, n := range files[kind].list() {
			switch kind {
			case "tracks":
				r.trackOf(n)
			case "microlocations":
				r.roomOf(n)
			default:
				r.person(n)
			}
		}
	}
	r.file = names["sessions"]
	for _, n := range files["sessions"].list() {
		r.session(n)
	}
	if out := r.notAccepted + r.deleted; out > 0 {
		r.warn("not-accepted", r.firstOut, "sessions that are not accepted (%d) or deleted (%d) are left out; accept those that take place", r.notAccepted, r.deleted)
	}
	return r.finish()
}

// field returns the value of the first key that an object has. Exports differ in
// the style of their keys: starts-at, starts_at and start_time are one.
func field(n *node, keys ...string) string {
	for _, key := range keys {
		for _, style := range []string{key, strings.ReplaceAll(key, "-", "_")} {
			if v := n.get(style).value(); v != "" {
				return v
			}
		}
	}
	return ""
}

func (r *openEventReader) at(n *node) schedule.Place {
	return schedule.Place{File: r.file, Line: n.line, Column: n.column}
}

func (r *openEventReader) event(n *node) {
	d := &r.draft.Conference
	d.At = r.at(n)
	zone := strings.ReplaceAll(field(n, "timezone"), " / ", "/")
	r.named(field(n, "name"), zone)
	switch {
	case zone != schedule.UTC:
	case d.ZoneName == schedule.UTC:
		r.warn("utc-label", d.At, "the event says that its zone is UTC; if its hours are those of another, give that with --timezone")
	default:
		r.onWall = true
		r.warn("utc-label", d.At, "the event says that its zone is UTC, and its times are read as the hours on the wall in %s; give --timezone UTC if they are in UTC", schedule.Shorten(d.ZoneName))
	}
	d.Description = r.fit(prose(field(n, "description")), schedule.MaxText, d.At)
	d.Venue.Name = r.fit(oneLine(field(n, "location-name")), schedule.MaxName, d.At)
	if u, err := schedule.CleanURL(field(n, "event-url")); err == nil {
		d.URL = u
	}
}

func (r *openEventReader) roomOf(n *node) string {
	return r.room(field(n, "id"), oneLine(unescaped(field(n, "name"))), r.at(n))
}

// trackOf is roomOf for tracks, which have a colour too.
func (r *openEventReader) trackOf(n *node) string {
	before := len(r.draft.Tracks)
	id := r.track(field(n, "id"), oneLine(unescaped(field(n, "name"))), r.at(n))
	if len(r.draft.Tracks) > before {
		track := &r.draft.Tracks[before]
		track.Color = field(n, "color")
		track.Description = r.fit(prose(field(n, "description")), schedule.MaxText, r.at(n))
	}
	return id
}

// person returns the id of a speaker. Sessions have only part of what the list
// of the speakers has.
func (r *openEventReader) person(n *node) string {
	name, id := oneLine(unescaped(field(n, "name"))), field(n, "id")
	s := schedule.Speaker{Name: name, Role: oneLine(unescaped(field(n, "position"))), Affiliation: oneLine(unescaped(field(n, "organisation")))}
	s.Bio = prose(cmp.Or(field(n, "short-biography"), field(n, "long-biography")))
	if u, err := schedule.CleanURL(field(n, "website")); err == nil {
		s.URL = u
	}
	return r.speaker(cmp.Or(id, name), id, s, r.at(n))
}

func (r *openEventReader) session(n *node) {
	at := r.at(n)
	if n.kind != nodeMapping {
		r.seen++
		r.unreadable("type", at, "this is no session")
		return
	}
	state, deleted := strings.ToLower(field(n, "state")), field(n, "deleted-at") != ""
	if deleted || state != "accepted" && state != "confirmed" {
		if r.notAccepted+r.deleted == 0 {
			r.firstOut = at
		}
		if deleted {
			r.deleted++
		} else {
			r.notAccepted++
		}
		return
	}
	if !r.next() {
		return
	}
	title, id := r.fit(oneLine(unescaped(field(n, "title"))), schedule.MaxName, at), field(n, "id")
	if isBlank(title) {
		r.unreadable("title-missing", at, "this session has no title")
		r.lost(id, "")
		return
	}
	from, to := field(n, "starts-at", "start-time"), field(n, "ends-at", "end-time")
	if from == "" || to == "" {
		r.unscheduled(at, title)
		return
	}
	if from == to && strings.Contains(from, "T00:00:00") {
		r.often("unscheduled", at, title, "from 00:00 to 00:00, which stands for a time that is not known yet, so left out; give the time if that takes place")
		return
	}
	start, okStart := parseStamp(from[:min(len(from), maxTimeCell)])
	end, okEnd := parseStamp(to[:min(len(to), maxTimeCell)])
	if !okStart || !okEnd {
		r.unreadable("time", at, "the session “%s” is from “%s” to “%s”, which are not times such as 2026-05-04T09:30:00+02:00", schedule.Shorten(title), schedule.Shorten(from), schedule.Shorten(to))
		r.lost(id, familyOf(title))
		return
	}
	d := schedule.DraftTalk{At: at, Talk: schedule.Talk{Title: title, Language: languageCode(field(n, "language")), Level: oneLine(field(n, "level"))}}
	d.Abstract = abstractOf(field(n, "subtitle"), field(n, "short-abstract"), field(n, "long-abstract"))
	for _, link := range []struct{ title, key string }{{"Slides", "slides"}, {"Video", "video"}, {"Audio", "audio"}, {"Sign up", "signup"}} {
		if u, err := schedule.CleanURL(field(n, link.key+"-url", link.key)); err == nil {
			d.Links = append(d.Links, schedule.Link{Title: link.title, URL: u})
		}
	}
	for _, s := range n.get("speakers").list() {
		d.SpeakerIDs = append(d.SpeakerIDs, r.person(s))
	}
	d.TrackID = r.trackOf(n.get("track").orEmpty())
	kind := n.get("session-type")
	if kind == nil {
		kind = n.get("session_type")
	}
	if name := field(kind.orEmpty(), "name"); name != "" {
		d.Kind = eventKind(name, title, len(d.SpeakerIDs) > 0)
	}
	if r.onWall && start.Offset == 0 && end.Offset == 0 {
		start.HasOffset, end.HasOffset = false, false
	}
	r.talk(id, d, schedule.DraftSlot{Start: r.inZone(start), End: r.inZone(end), RoomID: r.roomOf(n.get("microlocation").orEmpty())})
}

// abstractOf joins what a source says of a talk, each thing once.
func abstractOf(subtitle, short, long string) string {
	short, long = prose(short), prose(long)
	if strings.HasPrefix(long, short) {
		short = ""
	} else if strings.HasPrefix(short, long) {
		long = ""
	}
	return strings.Join(slices.DeleteFunc([]string{oneLine(unescaped(subtitle)), short, long}, isBlank), "\n\n")
}

// languageCode returns the code of a language, which some write by its name.
func languageCode(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "english":
		return "en"
	case "german", "deutsch":
		return "de"
	case "french", "français":
		return "fr"
	case "spanish", "español":
		return "es"
	}
	if s = language(s); len(s) > 3 && !strings.Contains(s, "-") {
		return "" // a name, or not a language
	}
	return s
}
