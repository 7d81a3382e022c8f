package feed_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A strict reader of RFC 5545 for the tests: it accepts only what the standard
// allows, and of that only what this package means to write.

// parameter is a parameter of a property, its value without quotes.
type parameter struct {
	name, value string
	quoted      bool
}

// property is a content line.
type property struct {
	name       string
	parameters []parameter
	value      string // as it is written
}

// parameter returns the value of a parameter, or "".
func (p property) parameter(name string) string {
	for _, q := range p.parameters {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// component is what stands between BEGIN and END.
type component struct {
	name       string
	properties []property
	components []*component
}

// all returns the properties of a name.
func (c *component) all(name string) []property {
	var found []property
	for _, p := range c.properties {
		if p.name == name {
			found = append(found, p)
		}
	}
	return found
}

// value returns the value of the one property of a name, or "" where there is
// none or more than one.
func (c *component) value(name string) string {
	if all := c.all(name); len(all) == 1 {
		return all[0].value
	}
	return ""
}

// text returns the one TEXT property of a name, without escapes.
func (c *component) text(name string) string {
	s, err := unescape(c.value(name))
	if err != nil {
		panic(err) // textual properties were checked by readCalendar
	}
	return s
}

// within returns the components of a name directly inside c.
func (c *component) within(name string) []*component {
	var found []*component
	for _, inner := range c.components {
		if inner.name == name {
			found = append(found, inner)
		}
	}
	return found
}

func (c *component) events() []*component { return c.within("VEVENT") }

// walk calls f with c and every component in it.
func (c *component) walk(f func(*component)) {
	f(c)
	for _, inner := range c.components {
		inner.walk(f)
	}
}

// physicalLines splits a document at its line breaks. It returns an error for a
// document with any other line break, and for one that does not end in one.
func physicalLines(data []byte) ([]string, error) {
	rest, ok := bytes.CutSuffix(data, []byte("\r\n"))
	if !ok {
		return nil, fmt.Errorf("does not end with CRLF")
	}
	lines := strings.Split(string(rest), "\r\n")
	for i, line := range lines {
		if strings.ContainsAny(line, "\r\n") {
			return nil, fmt.Errorf("line %d holds a bare CR or LF: %q", i+1, line)
		}
	}
	return lines, nil
}

// unfold returns the content lines of a document.
func unfold(data []byte) ([]string, error) {
	physical, err := physicalLines(data)
	if err != nil {
		return nil, err
	}
	var lines []string
	for i, line := range physical {
		if continued, ok := strings.CutPrefix(line, " "); ok {
			if len(lines) == 0 {
				return nil, fmt.Errorf("the first line is a continuation")
			}
			lines[len(lines)-1] += continued
			continue
		}
		if line == "" {
			return nil, fmt.Errorf("line %d is blank", i+1)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

var (
	namePattern = regexp.MustCompile(`^[A-Z][A-Z0-9-]*`)
	plainValue  = regexp.MustCompile(`^[^\x00-\x1F\x7F",;:]*`)
	quotedValue = regexp.MustCompile(`^"[^\x00-\x1F\x7F"]*"`)
)

// parseProperty reads an unfolded content line (RFC 5545 section 3.1).
func parseProperty(line string) (property, error) {
	if !utf8.ValidString(line) {
		return property{}, fmt.Errorf("not UTF-8: %q", line)
	}
	p := property{name: namePattern.FindString(line)}
	rest := line[len(p.name):]
	if p.name == "" {
		return p, fmt.Errorf("no name: %q", line)
	}
	for strings.HasPrefix(rest, ";") {
		name := namePattern.FindString(rest[1:])
		rest = rest[1+len(name):]
		if name == "" || !strings.HasPrefix(rest, "=") {
			return p, fmt.Errorf("no parameter: %q", line)
		}
		rest = rest[1:]
		value, isQuoted := quotedValue.FindString(rest), true
		if value == "" {
			value, isQuoted = plainValue.FindString(rest), false
		}
		rest = rest[len(value):]
		if isQuoted {
			value = value[1 : len(value)-1]
		}
		if value == "" {
			return p, fmt.Errorf("empty parameter: %q", line)
		}
		p.parameters = append(p.parameters, parameter{name, value, isQuoted})
	}
	value, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return p, fmt.Errorf("no value: %q", line)
	}
	for _, r := range value {
		if r < ' ' || r == 0x7F {
			return p, fmt.Errorf("control character in %q", line)
		}
	}
	p.value = value
	return p, nil
}

// textual are the properties of type TEXT with one value.
var textual = []string{
	"SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "NAME", "X-WR-CALNAME", "X-WR-CALDESC", "UID", "TZID", "TZNAME",
}

// unescape reads a TEXT value. It returns an error for an escape that is none,
// and for a comma or semicolon without one.
func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ',', ';':
			return "", fmt.Errorf("bare %q in %q", c, s)
		case '\\':
			if i++; i == len(s) {
				return "", fmt.Errorf("backslash at the end of %q", s)
			}
			switch s[i] {
			case '\\', ',', ';':
				b.WriteByte(s[i])
			case 'n':
				b.WriteByte('\n')
			default:
				return "", fmt.Errorf("escape of %q in %q", s[i], s)
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// readCalendar reads a whole document of one VCALENDAR.
func readCalendar(data []byte) (*component, error) {
	lines, err := unfold(data)
	if err != nil {
		return nil, err
	}
	root := &component{}
	open := []*component{root}
	for _, line := range lines {
		p, err := parseProperty(line)
		if err != nil {
			return nil, err
		}
		current := open[len(open)-1]
		switch p.name {
		case "BEGIN":
			inner := &component{name: p.value}
			current.components = append(current.components, inner)
			open = append(open, inner)
		case "END":
			if len(open) == 1 || current.name != p.value {
				return nil, fmt.Errorf("END:%s ends %s", p.value, current.name)
			}
			open = open[:len(open)-1]
		default:
			if len(open) == 1 {
				return nil, fmt.Errorf("outside of every component: %q", line)
			}
			if len(current.components) > 0 {
				return nil, fmt.Errorf("property after a component: %q", line)
			}
			if slices.Contains(textual, p.name) {
				if _, err := unescape(p.value); err != nil {
					return nil, err
				}
			}
			current.properties = append(current.properties, p)
		}
	}
	if len(open) != 1 || len(root.components) != 1 || root.components[0].name != "VCALENDAR" {
		return nil, fmt.Errorf("not one whole VCALENDAR")
	}
	return root.components[0], nil
}
