package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// DefaultDayChange is the time of day at which a conference day begins where
// the source does not say: four in the morning.
const DefaultDayChange = 4 * time.Hour

// Build checks a draft and makes a schedule of it. The schedule is nil exactly
// if the report has faults. Build does not modify the draft, and the same draft
// always gives the same schedule and report.
//
// Text is trimmed; a title or name is made one line. Addresses and colours that
// cannot be used are left out with a warning, since a feed is right without
// them. A wall time that the zone skips is a fault; one that it repeats is read
// as the first, with a warning, unless the source gives the offset.
func Build(d *Draft) (*Schedule, Report) {
	b := &builder{draft: d}
	b.conference()
	if b.limits(); b.report.Faults > 0 {
		return nil, b.report
	}
	b.speakers()
	b.rooms()
	b.tracks()
	b.talks()
	b.slots()
	b.size()
	if b.report.Faults > 0 {
		return nil, b.report
	}
	b.overlaps()
	b.out.updated = d.Updated.UTC().Truncate(time.Second)
	if d.Updated.IsZero() {
		b.out.updated = time.Time{}
	}
	for _, id := range d.Unread {
		if b.out.unread == nil {
			b.out.unread = make(map[string]bool, len(d.Unread))
		}
		b.out.unread[id] = true
	}
	out := b.out // a pointer into the builder would keep the draft and its source
	return &out, b.report
}

// builder holds what Build knows so far.
type builder struct {
	draft  *Draft
	out    Schedule
	report Report

	speakerByID map[SpeakerID]*Speaker
	roomByID    map[RoomID]*Room
	trackByID   map[TrackID]*Track
	talkByID    map[TalkID]*Talk
	slotsOf     map[*Talk]int
	compared    int // ids looked at for a suggestion
}

// at refines a place by the source's own knowledge of where a path stands.
func (b *builder) at(p Place) Place {
	if b.draft.Locate != nil && p.Path != "" {
		if found, ok := b.draft.Locate(p.Path); ok {
			found.Path = p.Path
			return found
		}
	}
	return p
}

// To locate a path can cost a walk through the source, so it is done only for
// problems that the report keeps.

func (b *builder) fault(code string, p Place, format string, args ...any) {
	if b.report.Faults < MaxProblems {
		p = b.at(p)
	}
	b.report.Fault(code, p, format, args...)
}

func (b *builder) warn(code string, p Place, format string, args ...any) {
	if len(b.report.Problems) < MaxProblems {
		p = b.at(p)
	}
	b.report.Warn(code, p, format, args...)
}

// limits refuses a draft with too many parts, before any work is done on them.
func (b *builder) limits() {
	d := b.draft
	for _, l := range []struct {
		what       string
		have, most int
	}{
		{"slots", len(d.Slots), MaxSlots},
		{"talks", len(d.Talks), MaxTalks},
		{"speakers", len(d.Speakers), MaxSpeakers},
		{"tracks", len(d.Tracks), MaxTracks},
		{"rooms", len(d.Rooms), MaxRooms},
	} {
		if l.have > l.most {
			b.fault("limit", Place{File: d.Conference.At.File}, "the schedule has %d %s; at most %d can be published, so split it", l.have, l.what, l.most)
		}
	}
	if len(d.Slots) == 0 {
		b.fault("empty", Place{File: d.Conference.At.File}, "there is no slot in it; give at least one talk a start and an end")
	}
}

// line returns a name or title: one line, trimmed, within [MaxName].
func (b *builder) line(s string, p Place) string { return b.checked(s, p, MaxName, true) }

// text returns a longer text: trimmed, within [MaxText].
func (b *builder) text(s string, p Place) string { return b.checked(s, p, MaxText, false) }

func (b *builder) checked(s string, p Place, most int, oneLine bool) string {
	if !utf8.ValidString(s) {
		b.warn("encoding", p, "some of it is not UTF-8 and is shown as \uFFFD; save the source as UTF-8")
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if n := utf8.RuneCountInString(s); n > most {
		b.fault("too-long", p, "it has %d characters; at most %d can be published, so shorten it", n, most)
		return Shorten(s) // the schedule is not published, but nor is this missing
	}
	if strings.ContainsFunc(s, isStray) {
		b.warn("control-character", p, "it has control characters, which are left out")
		s = strings.Map(func(r rune) rune {
			if isStray(r) {
				return -1
			}
			return r
		}, s)
	}
	if oneLine {
		s = strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s)
}

// isStray tells a character that has no shape of its own: a control character
// that is not white space, one that reorders the text around it, or a byte order
// mark. A title of these alone would be none.
func isStray(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' || r == '\uFEFF'
}

// title is line for what stands at the head of an event, where some parsers
// misread a backslash whatever one writes.
func (b *builder) title(s string, p Place) string {
	s = b.line(s, p)
	for _, risky := range []string{`\n`, `\N`, `\,`, `\;`} {
		if strings.Contains(s, risky) {
			b.warn("backslash", p, "some calendars misread “%s” in a title; leave the backslash out if you can", risky)
			break
		}
	}
	return s
}

// link returns an address fit for a feed, or "".
func (b *builder) link(s string, p Place) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	clean, err := CleanURL(s)
	if err != nil {
		b.warn("address", p, "%s; it is left out", err)
		return ""
	}
	return clean
}

// id checks an id and that it is new among what.
func id[T ~string, V any](b *builder, what string, s T, p Place, known map[T]V) bool {
	switch {
	case s == "":
		b.fault("id-missing", p, "this %s has no id; give it one (%s)", what, idRule)
	case !ValidID(string(s)):
		b.fault("id", p.Field("id"), "“%s” cannot be an id: %s", Shorten(string(s)), idRule)
	default:
		if _, taken := known[s]; !taken {
			return true
		}
		b.fault("id-duplicate", p.Field("id"), "another %s has the id “%s” already; give each its own", what, s)
	}
	return false
}

// refer resolves a reference, or reports it with the id that was likely meant.
func refer[T ~string, V any](b *builder, what, s string, p Place, known map[T]*V) *V {
	if v := known[T(s)]; v != nil {
		return v
	}
	hint := "; correct the id, or add the " + what
	// Suggestions cost the square of the ids, so a file full of wrong ids gets
	// only the first few.
	if b.compared += len(known); s != "" && b.compared <= 2*MaxSlots {
		ids := make([]string, 0, len(known))
		for k := range known {
			ids = append(ids, string(k))
		}
		slices.Sort(ids)
		if near := Nearest(s, ids); near != "" {
			hint = fmt.Sprintf("; did you mean “%s”?", near)
		}
	}
	b.fault("unknown-"+what, p, "there is no %s with the id “%s”%s", what, Shorten(s), hint)
	return nil
}
