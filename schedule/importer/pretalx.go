package importer

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"slotcast/schedule"
)

// isPretalx tells a document of pretalx's API: an event, or a page of a list.
func isPretalx(data []byte) bool {
	return isPretalxEvent(data) || hasKeys(data, "count", "next", "previous", "results")
}

func isPretalxEvent(data []byte) bool {
	return hasKeys(data, "slug", "name", "timezone", "date_from", "date_to")
}

// hasKeys tells whether data is a JSON object with all of the keys.
func hasKeys(data []byte, all ...string) bool {
	keys, list := jsonKeys(data)
	return !list && !slices.ContainsFunc(all, func(key string) bool { return keys[key] == nil })
}

// pretalxReader fills a draft from an event and its list of slots.
type pretalxReader struct {
	*collector
	language string   // the event's own
	site     *url.URL // where its public pages are, or nil
	release  string   // the id of the schedule that the slots are of
	known    map[string]bool
	talks    []*pretalxTalk // in the order of the list
	byCode   map[string]*pretalxTalk
	hidden   int // speakers of whom only the code is told
}

// pretalxTalk is a submission, or a break, and its slots.
type pretalxTalk struct {
	at    schedule.Place
	code  string // empty for a break
	node  *node  // the submission; nil for a break
	title string
	slots []schedule.DraftSlot
}

// readPretalx reads the documents of pretalx's REST API, version 1: an event,
// and the pages of the list of its slots, in which rooms, submissions and all
// that they name stand in full.
//
// Ids of slots are others in every release, so that a slot is known by the code
// of its submission; those of a talk that is repeated are counted by when they
// begin, and the first has the code alone. A break has no code, and is counted by
// what it is called.
func readPretalx(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	refused := func(err error) (*schedule.Draft, schedule.Report, error) { return nil, schedule.Report{}, err }
	r := &pretalxReader{collector: newCollector(src, o), known: map[string]bool{}, byCode: map[string]*pretalxTalk{}}
	var event *node
	var pages []*node
	var files []string
	total := 0
	for _, d := range src.documents() {
		text, err := plainText(d)
		if err != nil {
			return refused(err)
		}
		root, err := parseJSON(d.Name, text)
		if err != nil {
			return refused(err)
		}
		switch {
		case root.get("results") != nil:
			pages, files = append(pages, root), append(files, d.Name)
			total += len(root.get("results").list())
		case root.get("slug") != nil && root.get("timezone") != nil && event == nil:
			event = root
			r.event(event, d.Name, o)
		}
	}
	switch {
	case event == nil || len(pages) == 0:
		return refused(schedule.Errorf(schedule.ErrInvalid, "%s has not both an event of pretalx's API and the list of its slots; give the event's address, such as https://pretalx.example/api/events/demo/", src.Name))
	case total == 0:
		return refused(schedule.Errorf(schedule.ErrInvalid, "%s has no slots that may be seen; release a schedule in pretalx, and make it public", src.Name))
	case total > maxEvents:
		return refused(schedule.Errorf(schedule.ErrInvalid, "%s has %d slots, and %d are the most that are read; split the schedule", src.Name, total, maxEvents))
	}
	for i, page := range pages {
		for _, n := range page.get("results").list() {
			if err := r.slot(n, schedule.Place{File: files[i], Line: n.line, Column: n.column}); err != nil {
				return refused(err)
			}
		}
	}
	// Pages are read one after the other, and the list can change meanwhile.
	for i, page := range pages {
		if count := page.get("count").value(); count != "" && count != fmt.Sprint(len(r.known)) {
			return refused(schedule.Errorf(schedule.ErrInvalid, "%s says that there are %s slots, and %d were sent; the list has changed meanwhile, so read it again", files[i], schedule.Shorten(count), len(r.known)))
		}
	}
	r.add()
	if r.hidden > 0 {
		r.warn("speakers-hidden", schedule.Place{File: r.file}, "%s only the code of a speaker is sent, and no name; show the speakers in pretalx, or give a token that may see them", counted(r.hidden, "time"))
	}
	return r.finish()
}

// text returns a text in the event's own language.
func (r *pretalxReader) text(n *node) string { return n.inLanguage(r.language) }

// name returns a text on one line.
func (r *pretalxReader) name(n *node) string { return oneLine(r.text(n)) }

// event reads what is said of the conference. The options go before it.
func (r *pretalxReader) event(n *node, file string, o Options) {
	r.language = n.get("locale").value()
	c := &r.draft.Conference
	c.At = schedule.Place{File: file, Line: n.line, Column: n.column}
	slug := n.get("slug").value()
	if name := r.fit(r.name(n.get("name")), schedule.MaxName, c.At); o.Conference == "" || oneLine(o.Conference) == name {
		c.Name, c.ID = name, schedule.ConferenceID(nameless(cmp.Or(slug, name), "conference"))
	}
	if o.Timezone == "" {
		c.ZoneName = n.get("timezone").value()
		if zone, err := schedule.LoadZone(c.ZoneName); err == nil {
			r.zone = zone
		}
	}
	// The public pages are beside the API, or at a host of the event's own.
	site := n.get("custom_domain").value()
	if api, _, ok := strings.Cut(r.file, "/api/events/"); site == "" && ok && IsAddress(r.file) {
		site = api
	}
	if site, err := schedule.CleanURL(site); err == nil && pretalxSlug.MatchString(slug) {
		if r.site, err = url.Parse(strings.TrimRight(site, "/") + "/" + slug + "/"); err == nil {
			c.URL = r.site.String()
		}
	}
}

// slot reads a slot. The error is for a list that cannot be read at all.
func (r *pretalxReader) slot(n *node, at schedule.Place) error {
	if n.kind != nodeMapping {
		r.seen++
		r.unreadable("type", at, "this is no slot")
		return nil
	}
	id := cmp.Or(n.get("id").value(), fmt.Sprintf("number %d", len(r.known)))
	if r.known[id] {
		return nil // it has come to a later page while the list was read
	}
	r.known[id] = true
	if release := n.get("schedule").value(); r.release == "" {
		r.release = release
	} else if release != "" && release != r.release {
		return schedule.Errorf(schedule.ErrInvalid, "%s: the slots are of two releases; one was made while the list was read, so read it again", at)
	}
	// Whoever signs in sees what is not public too.
	if n.get("is_visible").value() == "false" || n.get("slot_type").value() == "blocker" {
		return nil
	}
	r.seen++
	t := &pretalxTalk{at: at, title: r.name(n.get("description"))}
	switch talk := n.get("submission"); {
	case talk == nil || talk.kind == nodeNull:
		if isBlank(t.title) {
			t.title = "Break"
		}
	case talk.kind != nodeMapping:
		return schedule.Errorf(schedule.ErrInvalid, "%s: the server sends the codes of talks, and not the talks; it needs pretalx 2025.1 or later, so give the address of its schedule.xml", at)
	default:
		t.node, t.code, t.title = talk, talk.get("code").value(), oneLine(talk.get("title").value())
	}
	if t.node != nil && (t.code == "" || isBlank(t.title)) {
		r.unreadable("title-missing", at, "this talk has no code or no title")
		r.lost(t.code, "")
		return nil
	}
	status := schedule.StatusConfirmed
	switch state := strings.ToLower(t.node.get("state").value()); state {
	case "canceled", "withdrawn":
		status = schedule.StatusCancelled
	case "submitted", "rejected", "draft", "deleted":
		r.warn("not-accepted", at, "“%s” has the state “%s”, so it is left out; confirm it if it takes place", schedule.Shorten(t.title), state)
		return nil
	}
	if n.get("start").value() == "" {
		r.unscheduled(at, t.title)
		return nil
	}
	start, end, ok := r.times(n)
	if !ok {
		r.unreadable("time", at, "“%s” is from “%s” to “%s”, which are not times such as 2026-05-04T09:30:00+02:00", schedule.Shorten(t.title), schedule.Shorten(n.get("start").value()), schedule.Shorten(n.get("end").value()))
		r.lost(t.code, familyOf(t.title))
		return nil
	}
	if why := r.impossible(start, end); why != "" {
		r.unreadable("time", at, "“%s” %s", schedule.Shorten(t.title), why)
		r.lost(t.code, familyOf(t.title))
		return nil
	}
	if t.node == nil {
		r.talks = append(r.talks, t)
	} else if known := r.byCode[t.code]; known != nil {
		t = known
	} else {
		r.byCode[t.code] = t
		r.talks = append(r.talks, t)
	}
	room := n.get("room")
	t.slots = append(t.slots, schedule.DraftSlot{At: at, Start: start, End: end, Status: status, RoomID: r.room(room.get("id").value(), r.name(room.get("name")), at)})
	return nil
}

// times reads when a slot begins and ends, in the zone of the conference.
func (r *pretalxReader) times(n *node) (start, end schedule.Moment, ok bool) {
	start, ok = parseStamp(n.get("start").value())
	if !ok {
		return start, end, false
	}
	if end, ok = parseStamp(n.get("end").value()); !ok {
		minutes, _, whole := parseLength(n.get("duration").value())
		end, ok = schedule.Moment{Wall: start.Wall.Add(minutes), Offset: start.Offset, HasOffset: start.HasOffset}, whole && n.get("end").value() == ""
	}
	return r.inZone(start), r.inZone(end), ok
}

// add adds the talks, and then the repeats, whose ids must not be those of talks.
func (r *pretalxReader) add() {
	first := map[*pretalxTalk]schedule.DraftSlot{}
	for _, t := range r.talks {
		slices.SortStableFunc(t.slots, func(x, y schedule.DraftSlot) int {
			return cmp.Or(cmp.Compare(wallBetween(y.Start, x.Start), 0), strings.Compare(x.RoomID, y.RoomID))
		})
		slot := t.slots[0]
		if t.code != "" {
			slot.Family = stableID(t.code)
		}
		r.talk(t.code, r.draftTalk(t), slot)
		first[t] = r.draft.Slots[len(r.draft.Slots)-1]
	}
	for _, t := range r.talks {
		for i, slot := range t.slots[1:] {
			slot.Family, slot.TalkID = first[t].Family, first[t].TalkID
			slot.ID = schedule.SlotID(r.talkIDs.unique(numbered(string(first[t].ID), i+2)))
			if first[t].Status == schedule.StatusCancelled {
				slot.Status = first[t].Status
			}
			r.draft.Slots = append(r.draft.Slots, slot)
		}
	}
}

// draftTalk reads what is said of a talk, or of a break.
func (r *pretalxReader) draftTalk(t *pretalxTalk) schedule.DraftTalk {
	d := schedule.DraftTalk{At: t.at, Talk: schedule.Talk{Title: t.title}}
	if t.node == nil {
		if d.Kind = kindOf(t.title, false); d.Kind == schedule.KindTalk {
			d.Kind = schedule.KindBreak
		}
		return d
	}
	abstract, description := readable(t.node.get("abstract").value()), readable(t.node.get("description").value())
	if abstract == description {
		description = ""
	}
	d.Abstract = strings.Join(slices.DeleteFunc([]string{abstract, description}, isBlank), "\n\n")
	d.Language = language(t.node.get("content_locale").value())
	if r.site != nil && pretalxSlug.MatchString(t.code) {
		d.URL = r.site.String() + "talk/" + t.code + "/"
	}
	for _, n := range t.node.get("speakers").list() {
		if n.kind != nodeMapping {
			r.hidden++
		} else if id := r.person(n, t.at); !slices.Contains(d.SpeakerIDs, id) {
			d.SpeakerIDs = append(d.SpeakerIDs, id)
		}
	}
	d.Kind = eventKind(r.text(t.node.get("submission_type").get("name")), d.Title, len(d.SpeakerIDs) > 0)
	d.TrackID = r.strand(t.node.get("track"), t.at)
	for _, n := range t.node.get("tags").list() {
		if tag := r.name(n.get("tag")); tag != "" && n.get("is_public").value() != "false" {
			d.Tags = append(d.Tags, tag)
		}
	}
	for _, n := range t.node.get("resources").list() {
		address, err := schedule.CleanURL(n.get("resource").value())
		if err == nil && n.get("is_public").value() != "false" && len(d.Links) < schedule.MaxPerTalk {
			d.Links = append(d.Links, schedule.Link{Title: r.fit(r.name(n.get("description")), schedule.MaxName, t.at), URL: address})
		}
	}
	return d
}

// person returns the id of a speaker, or "" for one without a name.
func (r *pretalxReader) person(n *node, at schedule.Place) string {
	code, name := n.get("code").value(), r.name(n.get("name"))
	key := cmp.Or(code, name)
	if id, known := r.speakers[key]; known {
		return id // who speaks often is sent in full each time
	}
	return r.speaker(key, code, schedule.Speaker{Name: name, Bio: readable(r.text(n.get("biography")))}, at)
}

// strand returns the id of a track, or "".
func (r *pretalxReader) strand(n *node, at schedule.Place) string {
	count := len(r.draft.Tracks)
	id := r.track(n.get("id").value(), r.name(n.get("name")), at)
	if len(r.draft.Tracks) > count {
		t := &r.draft.Tracks[count].Track
		t.Color = n.get("color").value()
		t.Description = r.fit(readable(r.text(n.get("description"))), schedule.MaxText, at)
	}
	return id
}
