package importer

import (
	"slices"
	"strconv"
	"strings"

	"slotcast/schedule"
)

// ownMore is what our own exports say beside the format of the conference and, by
// their ids there, of its parts. Like all that is read it may be forged: it is of
// parts only that an event of the export names, cleaned and cut like the rest.
type ownMore struct {
	url, description string
	venue            schedule.Venue
	parts            map[string]*node // by kind and id
}

// ownMoreKinds are the kinds of part of which there is more.
var ownMoreKinds = []string{"rooms", "tracks", "speakers", "talks"}

// add takes a piece of what is said.
func (m *ownMore) add(piece *node) {
	if m.parts == nil {
		m.parts = map[string]*node{}
	}
	if n := piece.get("url"); n != nil {
		m.url = n.value()
	}
	if n := piece.get("description"); n != nil {
		m.description = n.value()
	}
	if n := piece.get("venue"); n != nil {
		m.venue = schedule.Venue{Name: oneLine(n.get("name").value()), Address: oneLine(n.get("address").value())}
		if at := n.get("position").list(); len(at) == 2 {
			latitude, err := strconv.ParseFloat(at[0].value(), 64)
			longitude, errToo := strconv.ParseFloat(at[1].value(), 64)
			if err == nil && errToo == nil {
				m.venue.Position = &schedule.Position{Latitude: latitude, Longitude: longitude}
			}
		}
	}
	for _, kind := range ownMoreKinds {
		for _, e := range piece.get(kind).orEmpty().entries {
			m.parts[kind+" "+e.key] = e.value
		}
	}
}

// of returns what is said of a part; nil for nothing, or where there is no such id.
func (m *ownMore) of(kind, id string) *node {
	if !schedule.ValidID(id) {
		return nil
	}
	return m.parts[kind+" "+id]
}

// values returns the texts of a list, as far as a talk or track can have them.
func (n *node) values() []string {
	var texts []string
	for _, v := range n.list() {
		if len(texts) == schedule.MaxPerTalk {
			break
		}
		texts = append(texts, v.value())
	}
	return texts
}

// ownAddress returns an address as the source had it, if our export says so and it
// is the same address as the one that stands in the format, if any.
func ownAddress(written, own string) string {
	if own == "" || written != "" && unescapedAddress(own) != unescapedAddress(written) {
		return written
	}
	return own
}

// unescapedAddress returns an address with what is percent-encoded as it is.
func unescapedAddress(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// ownTalk takes what our export says of a talk beside the format.
func (r *eventReader) ownTalk(d *schedule.DraftTalk, e *rawEvent) {
	if e.own == nil {
		return
	}
	more := r.more.of("talks", e.own.talk)
	d.Level = r.fit(oneLine(more.get("level").value()), schedule.MaxName, e)
	for _, tag := range more.get("tags").values() {
		d.Tags = append(d.Tags, r.fit(oneLine(tag), schedule.MaxScopeText, e))
	}
	e.url = ownAddress(e.url, more.get("url").value())
	for i, address := range more.get("links").values() {
		if i < len(e.links) {
			e.links[i].URL = ownAddress(e.links[i].URL, address)
		}
	}
}

// ownHosts gives tracks their hosts, when all who give talks are known.
func (r *eventReader) ownHosts() {
	for i := range r.draft.Tracks {
		t := &r.draft.Tracks[i]
		e := &rawEvent{at: t.At, title: t.Name, own: &rawOwn{}}
		for _, own := range t.HostIDs {
			id, met := r.people["\x00"+own]
			if !met && schedule.ValidID(own) && !isBlank(r.more.of("speakers", own).get("name").value()) {
				id = r.person(rawPerson{name: r.more.of("speakers", own).get("name").value()}, own, e)
			}
			e.own.speakers = append(e.own.speakers, id)
		}
		t.HostIDs = slices.DeleteFunc(e.own.speakers, func(id string) bool { return id == "" })
	}
}
