package importer

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf8"

	"slotcast/schedule"
)

// Limits on an iCalendar source.
const (
	maxICSLine   = 1 << 20 // octets of a line, with what is folded
	maxICSLines  = 2_000_000
	maxICSDepth  = 10 // components in one another; three are the most that make sense
	maxICSParams = 50 // parameters of a property
	maxICSZones  = 30 // names of zones; a name that is none takes long to tell
)

// icsProperty is a content line of RFC 5545, section 3.1, unfolded.
type icsProperty struct {
	name   string // in upper case
	params []icsParam
	value  string // trimmed, as it is written
	line   int    // where it begins, from 1
}

type icsParam struct{ name, value string }

// param returns a parameter, "" where there is none.
func (p icsProperty) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

var icsEscapes = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\:`, ":", `\"`, `"`, `\\`, `\`)

// text returns a property's value as text.
func (p icsProperty) text() string { return strings.TrimSpace(icsEscapes.Replace(p.value)) }

// icsComponent is a component with those of its properties that are read.
type icsComponent struct {
	name       string
	line       int
	properties []icsProperty
}

// get returns a component's first property of a name; the zero one for none.
func (c *icsComponent) get(name string) icsProperty {
	for _, p := range c.properties {
		if p.name == name {
			return p
		}
	}
	return icsProperty{}
}

// text returns the text of a component's first property of a name.
func (c *icsComponent) text(name string) string { return c.get(name).text() }

// icsParser reads a source line by line. It keeps no more than one line and the
// stack of components, so that it ends soon whatever comes in.
type icsParser struct {
	file  string
	rest  []byte
	line  int // of rest, from 1
	lines int
	bad   int // lines that cannot be read
	at    int // the first of those
}

func newICSParser(file string, data []byte) *icsParser {
	return &icsParser{file: file, rest: bytes.TrimPrefix(data, byteOrderMark), line: 1}
}

func (p *icsParser) refused(line int, format string, args ...any) error {
	return syntaxError(p.file, line, 0, format, args...)
}

// cut takes a line off the rest, whatever its end.
func (p *icsParser) cut() []byte {
	end := bytes.IndexByte(p.rest, '\n')
	if end < 0 {
		end = len(p.rest)
	}
	line := p.rest[:end]
	p.rest = p.rest[min(end+1, len(p.rest)):]
	p.line++
	return bytes.TrimRight(line, "\r")
}

// next returns the next line, unfolded: the octets are joined before they are
// read as characters, since some software folds within one.
func (p *icsParser) next() (line []byte, at int, err error) {
	for len(p.rest) > 0 {
		at = p.line
		line = p.cut()
		joined := false
		for len(p.rest) > 0 && (p.rest[0] == ' ' || p.rest[0] == '\t') && len(line) <= maxICSLine {
			if !joined {
				line, joined = bytes.Clone(line), true
			}
			line = append(line, p.cut()[1:]...)
		}
		if p.lines++; p.lines > maxICSLines {
			return nil, at, schedule.Errorf(schedule.ErrInvalid, "%s has more than %d million lines; split the schedule", p.file, maxICSLines/1_000_000)
		}
		switch {
		case len(line) > maxICSLine:
			return nil, at, p.refused(at, "this line has more than %d KiB, which no schedule has; shorten it", maxICSLine>>10)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		case !utf8.Valid(line):
			return nil, at, p.refused(at, "this is not UTF-8; save the file as UTF-8")
		}
		return line, at, nil
	}
	return nil, p.line, io.EOF
}

// property takes a line apart; ok is false for what is none of RFC 5545.
func property(line string, at int) (p icsProperty, ok bool) {
	end := strings.IndexAny(line, ":;")
	if end <= 0 {
		return p, false
	}
	p.name, p.line = strings.ToUpper(strings.TrimSpace(line[:end])), at
	if strings.ContainsAny(p.name, " \t\"=,") {
		return p, false
	}
	for line = line[end:]; line[0] == ';'; {
		name, rest, found := strings.Cut(line[1:], "=")
		if !found || len(p.params) == maxICSParams {
			return p, false
		}
		value := ""
		for quoted := false; ; { // values in quotation marks can have all signs
			stop := strings.IndexAny(rest, `":;`)
			if quoted {
				stop = strings.IndexByte(rest, '"')
			}
			if stop < 0 {
				return p, false
			}
			value += rest[:stop]
			rest = rest[stop:]
			if rest[0] != '"' {
				break
			}
			quoted, rest = !quoted, rest[1:]
		}
		p.params = append(p.params, icsParam{strings.ToUpper(strings.TrimSpace(name)), strings.TrimSpace(value)})
		line = rest
	}
	p.value = strings.TrimSpace(line[1:])
	if strings.EqualFold(p.param("ENCODING"), "QUOTED-PRINTABLE") {
		if decoded, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(p.value))); err == nil && utf8.Valid(decoded) {
			p.value = string(decoded)
		}
	}
	return p, true
}

// components reads the source to its end and gives each calendar, event and zone
// to done when it ends. Calendars keep their own properties only.
func (p *icsParser) components(done func(c *icsComponent) error) error {
	var stack []*icsComponent
	begun := false
	for {
		raw, at, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		prop, ok := property(string(raw), at)
		name := strings.ToUpper(prop.value)
		switch {
		case !begun && (prop.name != "BEGIN" || name != "VCALENDAR"):
			return p.refused(at, "an iCalendar file begins with BEGIN:VCALENDAR, and this one does not; export it again")
		case !ok:
			if p.bad++; p.bad == 1 {
				p.at = at
			}
		case prop.name == "BEGIN":
			if begun = true; len(stack) == maxICSDepth {
				return p.refused(at, "components are nested more than %d deep; a schedule's are not", maxICSDepth)
			}
			stack = append(stack, &icsComponent{name: name, line: at})
		case prop.name == "END":
			if len(stack) == 0 || stack[len(stack)-1].name != name {
				return p.refused(at, "END:%s stands here, and what began last is not that; export the file again", schedule.Shorten(name))
			}
			if err := done(stack[len(stack)-1]); err != nil {
				return err
			}
			stack = stack[:len(stack)-1]
		case len(stack) == 0:
			return p.refused(at, "the calendar is at its end, and something follows it; take that out")
		case icsRead[prop.name]:
			top := stack[len(stack)-1]
			top.properties = append(top.properties, prop)
		}
	}
	switch {
	case !begun:
		return schedule.Errorf(schedule.ErrInvalid, "%s has nothing in it but white space; give a schedule", p.file)
	case len(stack) > 0:
		return p.refused(p.line, "the file ends in the middle: END:%s is missing; fetch it again", stack[len(stack)-1].name)
	}
	return nil
}

// icsRead are the properties that are read. The last three belong elsewhere, or
// are none, and are found where a zone is meant.
var icsRead = map[string]bool{
	"UID": true, "SUMMARY": true, "DESCRIPTION": true, "LOCATION": true, "DTSTART": true, "DTEND": true, "DURATION": true,
	"STATUS": true, "CATEGORIES": true, "URL": true, "CLASS": true, "ORGANIZER": true, "RRULE": true, "RDATE": true, "RECURRENCE-ID": true,
	"NAME": true, "X-WR-CALNAME": true, "X-WR-CALDESC": true, "METHOD": true, "X-LIC-LOCATION": true,
	"X-WR-TIMEZONE": true, "TZID": true, "VTIMEZONE": true,
}
