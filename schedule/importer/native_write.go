package importer

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"slotcast/schedule"
)

// WriteNative writes a schedule in the native format, as YAML with longer texts
// as blocks. It writes every id, so that reading it back gives the same schedule
// and the same UIDs. The error is the writer's.
func WriteNative(w io.Writer, s *schedule.Schedule) error {
	root := &yamlMap{}
	root.plain("slotcast", strconv.Itoa(nativeVersion))
	root.add("conference", conferenceYAML(s.Conference()))
	addList(root, "rooms", s.Rooms(), func(r *schedule.Room) *yaml.Node {
		m := &yamlMap{}
		m.text("id", string(r.ID))
		m.text("name", r.Name)
		m.text("building", r.Building)
		return m.node()
	})
	addList(root, "speakers", s.Speakers(), speakerYAML)
	addList(root, "tracks", s.Tracks(), trackYAML)
	slots := map[*schedule.Talk][]*schedule.Slot{}
	for _, slot := range s.Slots() {
		slots[slot.Talk] = append(slots[slot.Talk], slot)
	}
	addList(root, "talks", s.Talks(), func(t *schedule.Talk) *yaml.Node {
		return talkYAML(t, slots[t], s.Conference())
	})
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(root.node()); err != nil {
		return fmt.Errorf("writing the native format: %w", err)
	}
	if err := e.Close(); err != nil {
		return fmt.Errorf("writing the native format: %w", err)
	}
	return nil
}

func conferenceYAML(c *schedule.Conference) *yaml.Node {
	m := &yamlMap{}
	m.text("id", string(c.ID))
	m.text("name", c.Name)
	m.text("description", c.Description)
	m.text("url", c.URL)
	m.text("timezone", c.Zone.String())
	if c.DayChange != schedule.DefaultDayChange {
		m.text("day_change", clockText(schedule.WallTime{}.Add(c.DayChange)))
	}
	v := &yamlMap{}
	v.text("name", c.Venue.Name)
	v.text("address", c.Venue.Address)
	if p := c.Venue.Position; p != nil {
		v.plain("latitude", strconv.FormatFloat(p.Latitude, 'f', -1, 64))
		v.plain("longitude", strconv.FormatFloat(p.Longitude, 'f', -1, 64))
	}
	if len(v.content) > 0 {
		m.add("venue", v.node())
	}
	return m.node()
}

func speakerYAML(p *schedule.Speaker) *yaml.Node {
	m := &yamlMap{}
	m.text("id", string(p.ID))
	m.text("name", p.Name)
	m.text("role", p.Role)
	m.text("affiliation", p.Affiliation)
	m.text("bio", p.Bio)
	m.text("url", p.URL)
	return m.node()
}

func trackYAML(t *schedule.Track) *yaml.Node {
	m := &yamlMap{}
	m.text("id", string(t.ID))
	m.text("name", t.Name)
	m.text("description", t.Description)
	m.text("color", t.Color)
	addList(m, "hosts", t.Hosts, speakerIDYAML)
	return m.node()
}

func speakerIDYAML(p *schedule.Speaker) *yaml.Node { return textYAML(string(p.ID)) }

func talkYAML(t *schedule.Talk, slots []*schedule.Slot, c *schedule.Conference) *yaml.Node {
	m := &yamlMap{}
	m.text("id", string(t.ID))
	m.text("title", t.Title)
	if t.Kind != schedule.KindTalk {
		m.text("kind", string(t.Kind))
	}
	if t.Track != nil {
		m.text("track", string(t.Track.ID))
	}
	addList(m, "speakers", t.Speakers, speakerIDYAML)
	inline := len(slots) == 1 && string(slots[0].ID) == string(t.ID)
	if inline {
		slotYAML(m, slots[0], c)
	}
	m.text("abstract", t.Abstract)
	addList(m, "tags", t.Tags, textYAML)
	m.text("language", t.Language)
	m.text("level", t.Level)
	m.text("url", t.URL)
	addList(m, "links", t.Links, func(l schedule.Link) *yaml.Node {
		link := &yamlMap{}
		link.text("title", l.Title)
		link.text("url", l.URL)
		return link.node()
	})
	if !inline {
		addList(m, "slots", slots, func(s *schedule.Slot) *yaml.Node {
			slot := &yamlMap{}
			slot.text("id", string(s.ID))
			slotYAML(slot, s, c)
			return slot.node()
		})
	}
	return m.node()
}

func slotYAML(m *yamlMap, s *schedule.Slot, c *schedule.Conference) {
	start, end := plainMoment(s.Start), plainMoment(s.End)
	m.plain("start", start.String())
	if end.Wall.Date == start.Wall.Date && !end.HasOffset && !start.HasOffset {
		m.text("end", clockText(end.Wall))
	} else {
		m.plain("end", end.String())
	}
	if s.Room != nil {
		m.text("room", string(s.Room.ID))
	}
	if s.Day != schedule.WallTimeOf(s.Start).Add(-c.DayChange).Date {
		m.plain("day", s.Day.String())
	}
	if s.Status != schedule.StatusConfirmed {
		m.text("status", string(s.Status))
	}
}

// clockText returns the time of day as HH:MM, with seconds where there are any.
func clockText(w schedule.WallTime) string {
	_, clock, _ := strings.Cut(w.String(), " ")
	return clock
}

// yamlMap is a mapping that is being written; empty members are left out.
type yamlMap struct{ content []*yaml.Node }

func (m *yamlMap) node() *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: m.content}
}

func (m *yamlMap) add(key string, value *yaml.Node) {
	m.content = append(m.content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
}

// plain adds what never needs quotes: a number, or a time with its date.
func (m *yamlMap) plain(key, value string) {
	m.add(key, &yaml.Node{Kind: yaml.ScalarNode, Value: value})
}

func (m *yamlMap) text(key, value string) {
	if value != "" {
		m.add(key, textYAML(value))
	}
}

// addList adds a list of what each makes of values, or nothing of none.
func addList[V any](m *yamlMap, key string, values []V, each func(V) *yaml.Node) {
	if len(values) == 0 {
		return
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, v := range values {
		list.Content = append(list.Content, each(v))
	}
	m.add(key, list)
}

// oldYAML has the texts that tools which read YAML 1.1 take for something else:
// 11:25 for a number in base 60, no for false.
var oldYAML = regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|(?i:y|yes|on|n|no|off))$`)

// textYAML returns a text in the style that reads best and comes back the same.
func textYAML(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	odd := func(r rune) bool { return r != '\n' && r != ' ' && !unicode.IsPrint(r) }
	switch {
	case strings.ContainsFunc(s, odd), oldYAML.MatchString(s):
		// Other styles normalise line ends and cannot escape, or are misread.
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n"), utf8.RuneCountInString(s) > 80 && !strings.HasPrefix(s, "http"):
		n.Style = yaml.LiteralStyle
	}
	return n
}
