package importer

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"slotcast/schedule"
)

// The keys of the native format, in the order in which they are written.
var (
	rootKeys       = []string{"slotcast", "conference", "rooms", "speakers", "tracks", "talks"}
	conferenceKeys = []string{"id", "name", "description", "url", "timezone", "day_change", "venue"}
	venueKeys      = []string{"name", "address", "latitude", "longitude"}
	roomKeys       = []string{"id", "name", "building"}
	speakerKeys    = []string{"id", "name", "role", "affiliation", "bio", "url"}
	trackKeys      = []string{"id", "name", "description", "color", "hosts"}
	slotKeys       = []string{"id", "start", "end", "duration", "room", "day", "status"}
	talkKeys       = slices.Concat([]string{"id", "title", "kind", "track", "speakers", "abstract", "tags", "language", "level", "url", "links", "slots"}, slotKeys[1:])
	linkKeys       = []string{"title", "url"}
)

// nativeVersion is the version of the native format.
const nativeVersion = 1

// nativeReader fills a draft from a tree. It reports what it cannot read and
// goes on.
type nativeReader struct {
	file   string
	root   *node
	draft  schedule.Draft
	report schedule.Report
	zone   *time.Location // nil where the zone is not known
}

// readNative reads the native format, YAML or JSON.
func readNative(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	text, err := plainText(src)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	if err := checkNativeSize(src.Name, text); err != nil {
		return nil, schedule.Report{}, err
	}
	root, err := parseTree(src.Name, text)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	if root.kind == nodeRefused {
		return nil, schedule.Report{}, syntaxError(src.Name, root.line, root.column, "%s", root.text)
	}
	if root.kind != nodeMapping {
		return nil, schedule.Report{}, syntaxError(src.Name, root.line, root.column, "this is not a schedule in the native format, which has the keys %s", strings.Join(rootKeys, ", "))
	}
	r := &nativeReader{file: src.Name, root: root}
	r.draft.Updated = src.Modified
	r.draft.Locate = func(path string) (schedule.Place, bool) { return r.at(root.locate(path), path), true }
	r.read(o)
	return &r.draft, r.report, nil
}

func (r *nativeReader) at(n *node, path string) schedule.Place {
	return schedule.Place{File: r.file, Line: n.line, Column: n.column, Path: path}
}

func (r *nativeReader) fault(code string, n *node, path, format string, args ...any) {
	r.report.Fault(code, r.at(n, path), format, args...)
}

func (r *nativeReader) read(o Options) {
	root := r.object(r.root, "", rootKeys)
	if version := root.text("slotcast"); version != "" && version != strconv.Itoa(nativeVersion) {
		r.fault("version", root.get("slotcast"), "slotcast", "the format's version “%s” is not known; this program reads version %d", schedule.Shorten(version), nativeVersion)
	}
	r.conference(root.object("conference", conferenceKeys), o)

	rooms := newNaming(r, "room")
	for o := range root.objects("rooms", roomKeys) {
		d := schedule.DraftRoom{Room: schedule.Room{Name: o.text("name"), Building: o.text("building")}, At: o.at()}
		rooms.add(o, d.Name)
		r.draft.Rooms = append(r.draft.Rooms, d)
	}
	for i, id := range rooms.ids() {
		r.draft.Rooms[i].ID = schedule.RoomID(id)
	}

	speakers := newNaming(r, "speaker")
	for o := range root.objects("speakers", speakerKeys) {
		d := schedule.DraftSpeaker{At: o.at(), Speaker: schedule.Speaker{
			Name: o.text("name"), Role: o.text("role"), Affiliation: o.text("affiliation"), Bio: o.prose("bio"), URL: o.text("url"),
		}}
		speakers.add(o, d.Name)
		r.draft.Speakers = append(r.draft.Speakers, d)
	}
	for i, id := range speakers.ids() {
		r.draft.Speakers[i].ID = schedule.SpeakerID(id)
	}

	tracks := newNaming(r, "track")
	for o := range root.objects("tracks", trackKeys) {
		d := schedule.DraftTrack{At: o.at(), HostIDs: speakers.resolve(o.texts("hosts")), Track: schedule.Track{
			Name: o.text("name"), Description: o.prose("description"), Color: o.text("color"),
		}}
		tracks.add(o, d.Name)
		r.draft.Tracks = append(r.draft.Tracks, d)
	}
	for i, id := range tracks.ids() {
		r.draft.Tracks[i].ID = schedule.TrackID(id)
	}

	r.talks(root, tracks, speakers, rooms)
}

func (r *nativeReader) conference(c object, o Options) {
	d := &r.draft.Conference
	d.At = schedule.Place{File: r.file, Line: r.root.line, Column: r.root.column, Path: "conference"}
	d.Name, d.Description, d.URL = c.text("name"), c.prose("description"), c.text("url")
	id := c.id()
	if o.Conference != "" {
		d.Name = o.Conference
	}
	if id == "" {
		id = nameless(d.Name, "conference")
	}
	d.ID = schedule.ConferenceID(id)
	d.ZoneName = cmp.Or(o.Timezone, c.text("timezone"))
	if zone, err := schedule.LoadZone(d.ZoneName); err == nil {
		r.zone = zone
	}
	d.DayChange = schedule.DefaultDayChange
	if s := c.text("day_change"); s != "" {
		clock, ok := parseClock(s)
		if !ok {
			c.fault("time", "day_change", "“%s” is not a time of day; write it as 04:00", schedule.Shorten(s))
		} else {
			d.DayChange = clock
		}
	}
	v := c.object("venue", venueKeys)
	d.Venue.Name, d.Venue.Address = v.text("name"), v.text("address")
	latitude, north := v.number("latitude")
	longitude, east := v.number("longitude")
	switch {
	case north && east:
		d.Venue.Position = &schedule.Position{Latitude: latitude, Longitude: longitude}
	case north && v.get("longitude") == nil, east && v.get("latitude") == nil:
		v.fault("position", "", "latitude and longitude belong together; give both or neither")
	}
}

// rawSlot is a slot that was read while ids are still being given out.
type rawSlot struct {
	schedule.DraftSlot
	talk, number int // the talk's index, and the slot's within the talk, from 0
}

func (r *nativeReader) talks(root object, tracks, speakers, rooms *naming) {
	talks := newNaming(r, "talk")
	slots := newNaming(r, "slot")
	var raw []rawSlot
	for o := range root.objects("talks", talkKeys) {
		d := schedule.DraftTalk{
			At:         o.at(),
			TrackID:    tracks.find(o.text("track")),
			SpeakerIDs: speakers.resolve(o.texts("speakers")),
			Talk: schedule.Talk{
				Title: o.prose("title"), Abstract: o.prose("abstract"), Kind: schedule.Kind(o.text("kind")), Tags: o.texts("tags"),
				Language: o.text("language"), Level: o.text("level"), URL: o.text("url"),
			},
		}
		for i, l := range o.all("links", linkKeys) {
			// Build counts links as the file does, so one that cannot be read
			// keeps its place.
			d.Links = append(d.Links, make([]schedule.Link, i+1-len(d.Links))...)
			d.Links[i] = schedule.Link{Title: l.text("title"), URL: l.text("url")}
		}
		index, number := len(r.draft.Talks), 0
		talks.add(o, d.Title)
		r.draft.Talks = append(r.draft.Talks, d)
		read := func(s object, inline bool) {
			given := ""
			if !inline {
				given = s.id()
				slots.set.take(given)
			}
			slots.given = append(slots.given, given)
			raw = append(raw, rawSlot{r.slot(s, rooms), index, number})
			number++
		}
		inline := o.first(slotKeys[1:])
		if o.get("slots") == nil && inline != "" {
			read(o, true)
			continue
		}
		if inline != "" {
			o.fault("slot-twice", inline, "this talk has “slots” already; move “%s” to one of them", inline)
		}
		for s := range o.objects("slots", slotKeys) {
			read(s, false)
		}
	}
	ids := talks.ids()
	for i, id := range ids {
		r.draft.Talks[i].ID = schedule.TalkID(id)
	}
	counted := make([]bool, len(raw))
	for i, id := range slots.given {
		counted[i] = id == ""
	}
	// First slots before the others, so that a talk's id is free for its first.
	for _, first := range []bool{true, false} {
		for i, s := range raw {
			if slots.given[i] != "" || first != (s.number == 0) {
				continue
			}
			id := ids[s.talk]
			if !first {
				id = numbered(id, s.number+1)
			}
			slots.given[i] = slots.set.unique(id)
		}
		if first {
			continue
		}
		for i, s := range raw {
			s.ID, s.TalkID = schedule.SlotID(slots.given[i]), ids[s.talk]
			if counted[i] {
				s.Family = cmp.Or(talks.given[s.talk], nameless(talks.names[s.talk], "talk"))
			}
			r.draft.Slots = append(r.draft.Slots, s.DraftSlot)
		}
	}
}

// slot reads the times and the room of a slot.
func (r *nativeReader) slot(o object, rooms *naming) schedule.DraftSlot {
	d := schedule.DraftSlot{At: o.at(), RoomID: rooms.find(o.text("room")), Status: schedule.Status(o.text("status"))}
	if s := o.text("day"); s != "" {
		day, err := schedule.ParseDate(s)
		if err != nil {
			o.fault("time", "day", "%s", err)
		}
		d.Day = day
	}
	if s := o.text("start"); s != "" {
		var ok bool
		if d.Start, ok = parseMoment(s); !ok {
			o.fault("time", "start", "“%s” is not a date and time; write it as 2016-11-07 10:35", schedule.Shorten(s))
		}
	}
	end, duration := o.text("end"), o.text("duration")
	if end != "" && duration != "" {
		o.fault("end-and-duration", "duration", "this slot has both an end and a duration; leave one out")
		duration = ""
	}
	if end != "" {
		if clock, ok := parseClock(end); ok {
			if !d.Start.IsZero() {
				d.End = r.endAt(d.Start, clock)
			}
		} else if d.End, ok = parseMoment(end); !ok {
			o.fault("time", "end", "“%s” is not a time; write it as 11:25, or as 2016-11-07 11:25", schedule.Shorten(end))
		}
	}
	if duration != "" {
		if length, ok := parseDuration(duration); !ok {
			o.fault("duration", "duration", "“%s” is not a duration of 1 second to %d days; write it as 50m, 1h30m or a number of minutes", schedule.Shorten(duration), schedule.MaxSlotDuration)
		} else if !d.Start.IsZero() {
			d.End = r.endAfter(d.Start, length)
		}
	}
	return d
}

// endAt returns the time of day clock on the start's date. In the hour that
// clocks repeat it is the first one after the start.
func (r *nativeReader) endAt(start schedule.Moment, clock time.Duration) schedule.Moment {
	midnight := schedule.WallTime{Date: start.Wall.Date}
	end := schedule.Moment{Wall: midnight.Add(clock)}
	if begin, ok := r.instant(start); ok {
		if instants := end.Wall.Instants(r.zone); len(instants) > 1 {
			for _, t := range instants {
				if t.After(begin) {
					return schedule.MomentOf(t)
				}
			}
		}
	}
	return end
}

// endAfter returns the moment at which that much time has passed since start.
func (r *nativeReader) endAfter(start schedule.Moment, length time.Duration) schedule.Moment {
	begin, ok := r.instant(start)
	if !ok {
		return schedule.Moment{Wall: start.Wall.Add(length)}
	}
	return plainMoment(begin.Add(length))
}

// instant returns when a moment is, where the zone is known and has it.
func (r *nativeReader) instant(m schedule.Moment) (time.Time, bool) {
	if r.zone == nil {
		return time.Time{}, false
	}
	for _, t := range m.Wall.Instants(r.zone) {
		if !m.HasOffset || schedule.MomentOf(t).Offset == m.Offset {
			return t, true
		}
	}
	return time.Time{}, false
}

// plainMoment returns the moment of t, with its offset only where the wall time
// alone would leave it open.
func plainMoment(t time.Time) schedule.Moment {
	m := schedule.MomentOf(t)
	if len(m.Wall.Instants(t.Location())) == 1 {
		m = schedule.Moment{Wall: m.Wall}
	}
	return m
}

var (
	clockPattern  = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2}))?$`)
	momentPattern = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?) ?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$`)
)

// parseClock reads a time of day, HH:MM or HH:MM:SS.
func parseClock(s string) (time.Duration, bool) {
	m := clockPattern.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hour, minute, second := number(m[1]), number(m[2]), number(m[3])
	clock := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return clock, hour < 24 && minute < 60 && second < 60
}

// number reads digits that a pattern has found; none are zero.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// parseMoment reads a date and time of day, with an offset or without.
func parseMoment(s string) (schedule.Moment, bool) {
	m := momentPattern.FindStringSubmatch(s)
	if m == nil {
		return schedule.Moment{}, false
	}
	date, err := schedule.ParseDate(m[1])
	clock, ok := parseClock(m[2])
	if err != nil || !ok {
		return schedule.Moment{}, false
	}
	moment := schedule.Moment{Wall: schedule.WallTime{Date: date}.Add(clock), HasOffset: m[3] != "" || m[4] != ""}
	moment.Offset = number(m[5])*3600 + number(m[6])*60
	if m[4] == "-" {
		moment.Offset = -moment.Offset
	}
	return moment, true
}

// parseDuration reads 50m, 1h30m or a number of minutes, in whole seconds.
func parseDuration(s string) (time.Duration, bool) {
	s = strings.ReplaceAll(s, " ", "")
	if _, err := strconv.Atoi(s); err == nil {
		s += "m"
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= time.Second && d%time.Second == 0 && d <= schedule.MaxSlotDuration*24*time.Hour
}

// naming gives ids to the things of one list and resolves references to them.
type naming struct {
	r        *nativeReader
	what     string
	set      *idSet
	things   []object
	given    []string // the file's own ids, empty where it has none
	names    []string
	known    map[string]bool   // the ids
	byName   map[string]string // the id of each name that only one thing has
	replaced map[string]string // what became of ids that cannot be ids
}

func newNaming(r *nativeReader, what string) *naming {
	return &naming{r: r, what: what, set: newIDSet(), known: map[string]bool{}, byName: map[string]string{}, replaced: map[string]string{}}
}

func (n *naming) add(o object, name string) {
	id := o.id()
	if written := o.get("id"); id != "" && strings.TrimSpace(written.text) != id {
		n.replaced[strings.TrimSpace(written.text)] = id
	}
	n.things = append(n.things, o)
	n.given = append(n.given, id)
	n.names = append(n.names, oneLine(name))
}

// ids returns the id of each thing: the one in the file, or else the slug of
// the name, numbered in file order where another has it. That is warned of once
// for each slug, since such an id passes on when a thing before it is taken out.
func (n *naming) ids() []string {
	for _, id := range n.given {
		if id != "" {
			n.set.take(id)
		}
	}
	ids := slices.Clone(n.given)
	count, warned := map[string]int{}, map[string]bool{}
	for i, name := range n.names {
		if ids[i] == "" {
			base := nameless(name, fmt.Sprintf("%s-%d", n.what, i+1))
			if ids[i] = n.set.unique(base); ids[i] != base && !warned[base] {
				warned[base] = true
				n.r.report.Warn("id-counted", n.things[i].at(), "another %s has the id “%s” already, so that of this one is counted: “%s” changes when others are added or taken out; give each an id of its own", n.what, base, ids[i])
			}
		}
		n.known[ids[i]] = true
		n.byName[name] = ids[i]
		count[name]++
	}
	for name, times := range count {
		if times > 1 || name == "" {
			delete(n.byName, name)
		}
	}
	return ids
}

// nameless returns the slug of a name, or of a stand-in for a thing without one,
// so that the missing name is the one problem that is reported.
func nameless(name, standIn string) string {
	if oneLine(name) == "" {
		return standIn
	}
	return slugOf(name)
}

// find returns the id that a reference means: an id, or else a name that only
// one thing has. What is neither is returned as it is, for Build to report.
func (n *naming) find(reference string) string {
	if n.known[reference] {
		return reference
	}
	return cmp.Or(n.replaced[reference], n.byName[oneLine(reference)], reference)
}

func (n *naming) resolve(references []string) []string {
	for i := range references {
		references[i] = n.find(references[i])
	}
	return references
}

// object is a mapping that is being read, or nothing.
type object struct {
	r    *nativeReader
	n    *node // nil for nothing
	path string
}

func (o object) at() schedule.Place { return o.r.at(o.n, o.path) }

// get returns a member, nil where it is absent or null.
func (o object) get(key string) *node {
	if n := o.n.get(key); n != nil && n.kind != nodeNull {
		return n
	}
	return nil
}

// first returns the first of keys that is there.
func (o object) first(keys []string) string {
	for _, key := range keys {
		if o.get(key) != nil {
			return key
		}
	}
	return ""
}

func (o object) join(key string) string {
	if o.path == "" || key == "" {
		return o.path + key
	}
	return o.path + "." + key
}

// fault reports a problem with a member, or with the object where key is empty.
func (o object) fault(code, key, format string, args ...any) {
	n := o.n
	if key != "" {
		n = o.get(key)
	}
	o.r.fault(code, n, o.join(key), format, args...)
}

// wants reports whether n is of a kind, with a fault where it is not.
func (r *nativeReader) wants(n *node, path string, kind nodeKind, what string) bool {
	if n == nil || n.kind == nodeNull || n.kind == kind {
		return n != nil && n.kind == kind
	}
	if n.kind == nodeRefused {
		r.fault("yaml", n, path, "%s", n.text)
	} else {
		r.fault("type", n, path, "%s is wanted here", what)
	}
	return false
}

// object reads n as a mapping with keys, reports every other key, and takes it
// out of the tree, so that what is hostile costs no more than its own size.
func (r *nativeReader) object(n *node, path string, keys []string) object {
	o := object{r, nil, path}
	if !r.wants(n, path, nodeMapping, "a mapping with keys such as "+strings.Join(keys[:2], " and ")) {
		return o
	}
	o.n = n
	var kept []entry
	for _, e := range n.entries {
		at := &node{line: e.line, column: e.column}
		first := slices.IndexFunc(kept, func(k entry) bool { return k.key == e.key })
		switch {
		case first >= 0:
			r.fault("duplicate-key", at, o.join(e.key), "“%s” stands here and in line %d; keep one of them", e.key, kept[first].line)
		case slices.Contains(keys, e.key):
			kept = append(kept, e)
		default:
			advice := "the keys here are " + strings.Join(keys, ", ")
			// Not for those that the report only counts.
			near := ""
			if len(r.report.Problems) < schedule.MaxProblems {
				near = schedule.Nearest(e.key, keys)
			}
			if near != "" {
				advice = fmt.Sprintf("did you mean “%s”?", near)
			}
			r.fault("unknown-key", at, o.join(schedule.Shorten(e.key)), "“%s” is not a key here; %s", schedule.Shorten(e.key), advice)
		}
	}
	n.entries = kept
	return o
}

func (o object) object(key string, keys []string) object {
	return o.r.object(o.n.get(key), o.join(key), keys)
}

// all returns the members of a list of mappings with their indexes in it; what
// is no mapping is reported and left out.
func (o object) all(key string, keys []string) func(func(int, object) bool) {
	return func(yield func(int, object) bool) {
		list := o.n.get(key)
		if !o.r.wants(list, o.join(key), nodeList, "a list") {
			return
		}
		for i, n := range list.items {
			path := fmt.Sprintf("%s[%d]", o.join(key), i)
			if n.kind == nodeNull {
				o.r.fault("type", n, path, "there is nothing here; fill it in or take it out")
				continue
			}
			if member := o.r.object(n, path, keys); member.n != nil && !yield(i, member) {
				return
			}
		}
	}
}

// objects is all without the indexes.
func (o object) objects(key string, keys []string) func(func(object) bool) {
	return func(yield func(object) bool) {
		for _, member := range o.all(key, keys) {
			if !yield(member) {
				return
			}
		}
	}
}

// endTag shows that a text is HTML, and not about it.
var endTag = regexp.MustCompile(`(?i)</(?:a|b|div|em|i|li|p|span|strong|ul)>|<br ?/?>`)

// prose is text that may be HTML, as it is pasted from elsewhere.
func (o object) prose(key string) string {
	s := o.text(key)
	if endTag.MatchString(s) {
		o.r.report.Warn("html", o.r.at(o.get(key), o.join(key)), "this text has HTML in it, whose tags calendars show as they are; write plain text")
	}
	return s
}

// text returns a member that is text, or a number or word that is to be read as
// text, trimmed; "" where it is absent.
func (o object) text(key string) string {
	n := o.n.get(key)
	if !o.r.wants(n, o.join(key), nodeScalar, "text") {
		return ""
	}
	return strings.TrimSpace(n.text)
}

// texts returns a member that is a list of texts. One that cannot be read is
// empty, so that the others keep their indexes.
func (o object) texts(key string) []string {
	list := o.n.get(key)
	if !o.r.wants(list, o.join(key), nodeList, "a list") {
		return nil
	}
	texts := make([]string, 0, len(list.items))
	for i, n := range list.items {
		path := fmt.Sprintf("%s[%d]", o.join(key), i)
		if n.kind == nodeNull {
			o.r.fault("type", n, path, "there is nothing here; fill it in or take it out")
		}
		if !o.r.wants(n, path, nodeScalar, "text") {
			texts = append(texts, "")
			continue
		}
		texts = append(texts, strings.TrimSpace(n.text))
	}
	return texts
}

// number returns a member that is a number.
func (o object) number(key string) (float64, bool) {
	n := o.n.get(key)
	if !o.r.wants(n, o.join(key), nodeScalar, "a number") {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil || n.quoted || math.IsInf(f, 0) || math.IsNaN(f) {
		o.fault("type", key, "a number is wanted here")
		return 0, false
	}
	return f, true
}

// id returns the member id. One that cannot be an id is reported, and the slug
// of it stands in for it.
func (o object) id() string {
	id := o.text("id")
	if id == "" || schedule.ValidID(id) {
		return id
	}
	instead := slugOf(id)
	o.fault("id", "id", "“%s” cannot be an id, which has only a-z, 0-9 and “-” and at most %d of them; write “%s”", schedule.Shorten(id), schedule.MaxID, instead)
	return instead
}
