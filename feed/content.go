package feed

import (
	"bytes"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
)

// lineBreak ends every line of a feed (RFC 5545 section 3.1).
const lineBreak = "\r\n"

// maxLine is the longest line in octets, without its line break.
const maxLine = 75

// contentLines collects content lines. Values of type TEXT are escaped; others
// are written as they are and must be checked before.
type contentLines struct {
	bytes.Buffer
	line bytes.Buffer // the one being added
}

// unfolded is how golang-ical serialises for us: it escapes, we fold. Its own
// folding can part a backslash from what it escapes, on which Google Calendar
// is reported to drop the event.
func unfolded() *ics.SerializationConfiguration {
	const never = 1 << 30
	return &ics.SerializationConfiguration{MaxLength: never, PropertyMaxLength: never, NewLine: lineBreak}
}

// add appends a property. Text in a parameter goes through quoted and into the
// name, since golang-ical escapes parameters with backslashes, which RFC 5545
// forbids.
func (l *contentLines) add(name, value string, parameters ...ics.PropertyParameter) {
	property := ics.BaseProperty{IANAToken: name, Value: value}
	for _, p := range parameters {
		key, values := p.KeyValue()
		if property.ICalParameters == nil {
			property.ICalParameters = make(map[string][]string, len(parameters))
		}
		property.ICalParameters[key] = values
	}
	l.line.Reset()
	// A bytes.Buffer does not fail.
	_ = property.SerializeTo(&l.line, unfolded())
	l.fold(bytes.TrimSuffix(l.line.Bytes(), []byte(lineBreak)))
}

// addText appends a TEXT property, or nothing where the text is empty: some
// readers drop a component for an empty property.
func (l *contentLines) addText(name, value string) {
	if value != "" {
		l.add(name, value)
	}
}

// begin and end open and close a component.
func (l *contentLines) begin(component string) { l.WriteString("BEGIN:" + component + lineBreak) }
func (l *contentLines) end(component string)   { l.WriteString("END:" + component + lineBreak) }

// fold appends one content line in pieces of at most maxLine octets. A piece
// ends neither inside a character nor inside an escape, and where possible not
// beside a space, which careless readers trim.
func (l *contentLines) fold(line []byte) {
	room := maxLine
	for len(line) > room {
		at := breakBefore(line, room)
		l.Write(line[:at])
		l.WriteString(lineBreak + " ")
		line = line[at:]
		room = maxLine - 1 // the space that begins a continuation counts
	}
	l.Write(line)
	l.WriteString(lineBreak)
}

// breakBefore returns where to break a line that is longer than most.
func breakBefore(line []byte, most int) int {
	isSpace := func(i int) bool { return line[i] == ' ' }
	for at := most; at > most*3/4; at-- {
		if utf8.RuneStart(line[at]) && !splitsEscape(line, at) && !isSpace(at-1) && !isSpace(at) {
			return at
		}
	}
	for at := most; at > 0; at-- {
		if utf8.RuneStart(line[at]) && !splitsEscape(line, at) {
			return at
		}
	}
	return most
}

// splitsEscape tells whether a break at i parts a backslash from what it
// escapes.
func splitsEscape(line []byte, i int) bool {
	backslashes := 0
	for i > backslashes && line[i-1-backslashes] == '\\' {
		backslashes++
	}
	return backslashes%2 == 1
}
