package importer

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"slotcast/schedule"
)

// Limits on a frab file.
const (
	maxXMLTag    = 64 << 10 // octets in a tag with its attributes
	maxXMLText   = 1 << 20  // octets in one piece of text
	maxXMLTokens = 1_000_000
)

// isFrab tells whether the root element is a schedule.
func isFrab(data []byte) bool {
	head := markupHead(data)
	if len(head) == 0 || head[0] != '<' {
		return false
	}
	d := xml.NewDecoder(bytes.NewReader(head))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		token, err := d.RawToken()
		if err != nil {
			return false
		}
		if root, ok := token.(xml.StartElement); ok {
			return root.Name.Local == "schedule"
		}
	}
}

// element is an element of XML with what is in it, or a piece of text.
type element struct {
	name         string // "" for text
	text         string // what comes before the first child
	attributes   []xml.Attr
	line, column int
	children     []*element
	own          string // of our own exports, what they say beside the format
	more         []string
}

// full returns the text of an element and of all that is in it, trimmed.
func (e *element) full() string {
	if len(e.children) == 0 {
		return strings.TrimSpace(e.text)
	}
	var b strings.Builder
	e.write(&b)
	return strings.TrimSpace(b.String())
}

func (e *element) write(b *strings.Builder) {
	b.WriteString(e.text)
	for _, c := range e.children {
		c.write(b)
	}
}

// addText adds text to an element. In one that holds elements, the space that
// indents them says nothing.
func (e *element) addText(text []byte) {
	switch blank := len(bytes.TrimSpace(text)) == 0; {
	case blank && slices.Contains([]string{"event", "conference", "persons", "links", "attachments"}, e.name):
	case len(e.children) == 0:
		e.text += string(text)
	default:
		e.children = append(e.children, &element{text: string(text)})
	}
}

// value returns the text of the first element of a name that has any: wafer
// writes an empty abstract beside the full one.
func (e *element) value(name string) string {
	for _, c := range e.children {
		if c.name == name {
			if text := c.full(); text != "" {
				return text
			}
		}
	}
	return ""
}

func (e *element) attribute(name string) string { return attribute(e.attributes, name) }

func attribute(attributes []xml.Attr, name string) string {
	for _, a := range attributes {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// tagReader hands octets to the XML decoder, which buffers none of an
// io.ByteReader, and stops it in a token that is too long.
type tagReader struct {
	data    []byte
	at      int
	began   int // where the token begins
	tooLong bool
}

func (r *tagReader) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

func (r *tagReader) ReadByte() (byte, error) {
	if r.at == len(r.data) {
		return 0, io.EOF
	}
	most := maxXMLText
	if r.at > r.began+1 && r.data[r.began] == '<' && r.data[r.began+1] != '!' && r.data[r.began+1] != '?' {
		most = maxXMLTag
	}
	if r.at-r.began > most {
		r.tooLong = true
		return 0, io.ErrUnexpectedEOF
	}
	r.at++
	return r.data[r.at-1], nil
}

// frabReader reads the elements of a frab file one event at a time.
type frabReader struct {
	eventReader
	file   string
	input  *tagReader
	d      *xml.Decoder
	cursor cursor
	tokens int
	depth  int
}

// readFrab reads schedule.xml as frab, pretalx, wafer and Pentabarf write it,
// old dialects without dates, guids or rooms too.
func readFrab(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	refused := func(format string, args ...any) (*schedule.Draft, schedule.Report, error) {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, src.Name+format, args...)
	}
	if len(src.Data) > maxEventSource {
		return refused(" has more than %d MiB, which no schedule.xml has; split the schedule", maxEventSource>>20)
	}
	if looks := notText(src.Data); looks != "" {
		return refused("%s", looks)
	}
	if htmlPattern.Match(markupHead(src.Data)) {
		return refused(" is a web page: an error page, or the schedule's page instead of its export; give schedule.xml itself")
	}
	data, lie, err := inUTF8(bytes.TrimPrefix(src.Data, byteOrderMark))
	if err != nil {
		return refused(" is in an encoding that is not known; save it as UTF-8")
	}
	input := &tagReader{data: asXML10(data)}
	r := &frabReader{
		eventReader: eventReader{options: o},
		file:        src.Name, input: input, d: xml.NewDecoder(input), cursor: cursor{data: input.data, line: 1, column: 1},
	}
	r.d.CharsetReader = func(_ string, same io.Reader) (io.Reader, error) { return same, nil } // it is UTF-8 by now
	r.draft.Updated = src.Modified
	if lie != "" {
		r.report.Warn("encoding", schedule.Place{File: src.Name, Line: 1}, "the first line says that this is %s, and it is UTF-8; it is read as that, so correct the line", schedule.Shorten(lie))
	}
	if err := r.document(); err != nil {
		return nil, schedule.Report{}, err
	}
	return r.finish()
}

// inUTF8 returns XML in UTF-8, whatever encoding its first line declares. A text
// that is well-formed UTF-8 beyond ASCII is nothing else; lie is the encoding
// that it declares all the same, and "" otherwise.
func inUTF8(data []byte) (text []byte, lie string, err error) {
	line, _, _ := bytes.Cut(data[:min(len(data), 200)], []byte("?>"))
	_, encoding, ok := bytes.Cut(line, []byte("encoding="))
	if !ok || !bytes.HasPrefix(line, []byte("<?xml")) || len(encoding) < 2 {
		return data, "", nil
	}
	quoted, _, _ := bytes.Cut(encoding[1:], encoding[:1])
	label := string(quoted)
	if strings.EqualFold(label, "utf-8") {
		return data, "", nil
	}
	// UTF-16 would have been seen before; its first line could not be read here.
	wide := strings.HasPrefix(strings.ToLower(label), "utf-16")
	if wide || utf8.Valid(data) && bytes.ContainsFunc(data, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return data, label, nil
	}
	converted, err := charset.NewReaderLabel(label, bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	text, err = io.ReadAll(converted)
	return text, "", err
}

var xml11 = regexp.MustCompile(`^<\?xml\s+version\s*=\s*["']1\.1["']`)

// asXML10 returns XML that declares version 1.1, which differs in characters that
// schedules do not have, as version 1.0, which is all that the decoder takes.
func asXML10(data []byte) []byte {
	declared := xml11.Find(data)
	if declared == nil {
		return data
	}
	data = bytes.Clone(data)
	data[len(declared)-2] = '0'
	return data
}

// broken returns an error at the place of the token that was read last.
func (r *frabReader) broken(format string, args ...any) error {
	return syntaxError(r.file, r.cursor.line, r.cursor.column, format, args...)
}

func (r *frabReader) at() schedule.Place {
	return schedule.Place{File: r.file, Line: r.cursor.line, Column: r.cursor.column}
}

// token returns the next token; at the end of the file it is nil.
func (r *frabReader) token() (xml.Token, error) {
	began := int(r.d.InputOffset())
	r.cursor.to(began)
	r.input.began = began
	token, err := r.d.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case r.input.tooLong:
		return nil, r.broken("a tag of more than %d KiB or a text of more than %d KiB begins here, which no schedule has; shorten it", maxXMLTag>>10, maxXMLText>>10)
	case err != nil:
		why, line := "it ends in the middle", r.cursor.line
		if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
			why, line = syntax.Msg, max(syntax.Line, 1)
		}
		return nil, syntaxError(r.file, line, 0, "this is not XML: %s; correct it, or fetch the file again", schedule.Shorten(why))
	}
	if r.tokens++; r.tokens > maxXMLTokens {
		return nil, schedule.Errorf(schedule.ErrInvalid, "%s has more than %d million elements and texts, which is the most that is read; split the schedule", r.file, maxXMLTokens/1_000_000)
	}
	switch t := token.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return nil, r.broken("this is nested more than %d deep; a schedule is not", maxDepth)
		}
	case xml.EndElement:
		r.depth--
	case xml.Directive:
		if bytes.ContainsRune(t, '[') {
			return nil, r.broken("a document type with definitions of its own cannot be used here; take it out")
		}
	case xml.ProcInst:
		// The declaration may stand at the very start alone; what has it
		// further down was put together wrongly.
		if t.Target == "xml" && began != 0 {
			return nil, r.broken("the XML declaration stands at the start of a file, and there is something before it; correct it, or fetch the file again")
		}
	}
	return token, nil
}

// document reads the whole file: one element, schedule.
func (r *frabReader) document() error {
	root := false
	for {
		token, err := r.token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case nil:
			if !root || r.depth > 0 {
				return schedule.Errorf(schedule.ErrInvalid, "%s is no schedule.xml: it ends before its element “schedule” does; fetch the file again", r.file)
			}
			return nil
		case xml.StartElement:
			if root || t.Name.Local != "schedule" {
				return r.broken("“%s” stands where “schedule” is wanted, which is the element that a schedule.xml consists of; give such a file", schedule.Shorten(t.Name.Local))
			}
			root = true
			r.head.at = r.at()
			if err := r.members("", schedule.Date{}); err != nil {
				return err
			}
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return r.broken("there is text outside of the element “schedule”; take it out")
			}
		}
	}
}

// members reads what is in the element that has begun, which is the schedule, a
// day or a room: events stand in rooms, in old dialects in days.
func (r *frabReader) members(room string, day schedule.Date) error {
	for {
		token, err := r.token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case nil, xml.EndElement:
			return nil
		case xml.StartElement:
			switch t.Name.Local {
			case "day":
				d := rawDay{date: attribute(t.Attr, "date"), start: attribute(t.Attr, "start"), end: attribute(t.Attr, "end")}
				stamp, _ := parseStamp(cmp.Or(d.date, d.start))
				if d.date == "" && stamp.HasOffset {
					stamp.Wall = schedule.WallTime{} // which date that is depends on the zone
				}
				r.head.days = append(r.head.days, d)
				if len(r.head.days) > maxPageDays {
					return schedule.Errorf(schedule.ErrInvalid, "%s has more than %d days; split the schedule", r.file, maxPageDays)
				}
				err = r.members(room, stamp.Wall.Date)
			case "room":
				err = r.members(attribute(t.Attr, "name"), day)
			default:
				var e *element
				if e, err = r.element(t); err != nil {
					return err
				}
				err = r.member(e, room, day)
			}
			if err != nil {
				return err
			}
		}
	}
}

// element reads the element that has begun.
func (r *frabReader) element(start xml.StartElement) (*element, error) {
	e := &element{name: start.Name.Local, attributes: start.Attr, line: r.cursor.line, column: r.cursor.column}
	for {
		token, err := r.token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			child, err := r.element(t)
			if err != nil {
				return nil, err
			}
			e.children = append(e.children, child)
		case xml.CharData:
			e.addText(t)
		case xml.ProcInst:
			switch t.Target {
			case ownTarget:
				e.own = string(t.Inst)
			case ownMoreTarget:
				e.more = append(e.more, string(t.Inst))
			}
		case nil, xml.EndElement:
			return e, nil
		}
	}
}

func (r *frabReader) member(e *element, room string, day schedule.Date) error {
	switch e.name {
	case "event":
		if len(r.events) == maxEvents {
			return schedule.Errorf(schedule.ErrInvalid, "%s has more than %d events; split the schedule", r.file, maxEvents)
		}
		r.event(e, room, day)
	case "conference":
		return r.frabHead(e)
	case "url":
		r.head.url = cmp.Or(r.head.url, e.full())
	}
	return nil
}

// frabHead reads what is said of the conference. The error is for what our own
// exports say beside it, and too much of that.
func (r *frabReader) frabHead(e *element) error {
	h := &r.head
	h.at = schedule.Place{File: r.file, Line: e.line, Column: e.column}
	h.title, h.acronym, h.description = e.value("title"), e.value("acronym"), e.value("subtitle")
	h.zone, h.dayChange = e.value("time_zone_name"), e.value("day_change")
	h.start, h.end = e.value("start"), e.value("end")
	h.url, h.baseURL = cmp.Or(e.value("url"), h.url), e.value("base_url")
	h.venue, h.address = e.value("venue"), e.value("city")
	if e.own != "" {
		own := ownValues(e.own)
		h.own, h.zone, h.dayChange = own["conference"], cmp.Or(own["timezone"], h.zone), own["day_change"]
		h.url, h.baseURL = e.value("url"), "" // the others are ours, not the conference's
	}
	for _, c := range e.children {
		if c.name == "track" && len(h.tracks) < schedule.MaxTracks {
			h.tracks = append(h.tracks, rawTrack{c.attribute("name"), c.attribute("slug"), c.attribute("color")})
		}
	}
	parts := 0
	for _, text := range e.more {
		if parts += countJSON([]byte(text)); parts > maxNodes {
			return tooManyParts(r.file)
		}
		piece, err := parseJSON(r.file, []byte(text))
		if err != nil {
			r.report.Warn("own", h.at, "what Slotcast said here beside the format cannot be read, and is not; export the schedule again")
			continue
		}
		r.more.add(piece)
	}
	return nil
}

// ownTarget begins the processing instructions in which our own exports say what
// schedule.xml has no element for: of an event or the conference, and, in pieces
// of JSON, of all that these name.
const (
	ownTarget     = "slotcast"
	ownMoreTarget = "slotcast-more"
)

var ownValue = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)

// ownValues returns what such an instruction says, by name.
func ownValues(s string) map[string]string {
	values := map[string]string{}
	for _, m := range ownValue.FindAllStringSubmatch(s, -1) {
		values[m[1]] = m[2]
	}
	return values
}

func (r *frabReader) event(e *element, room string, day schedule.Date) {
	raw := rawEvent{
		at:   schedule.Place{File: r.file, Line: e.line, Column: e.column},
		guid: e.attribute("guid"), code: cmp.Or(e.attribute("code"), e.value("code")), id: e.attribute("id"), slug: e.value("slug"),
		title: e.value("title"), subtitle: e.value("subtitle"), abstract: e.value("abstract"), description: e.value("description"),
		kind: e.value("type"), track: e.value("track"), language: e.value("language"),
		url:  cmp.Or(e.value("url"), e.value("full_conf_url")),
		date: e.value("date"), start: e.value("start"), duration: e.value("duration"),
		day: day, room: cmp.Or(room, e.value("room")),
	}
	if e.own != "" {
		own := ownValues(e.own)
		raw.own = &rawOwn{
			slot: own["slot"], talk: own["talk"], track: own["track"], room: own["room"],
			speakers: strings.Fields(own["speakers"]), status: own["status"],
		}
		raw.url, raw.start, raw.end = e.value("origin_url"), "", own["end"]
	}
	for _, list := range e.children {
		for _, c := range list.children {
			switch {
			case list.name == "persons" && c.name == "person":
				raw.people = append(raw.people, rawPerson{
					guid: c.attribute("guid"), code: c.attribute("code"), id: c.attribute("id"),
					name: c.full(), url: c.attribute("href"),
				})
			case list.name == "links" && c.name == "link", list.name == "attachments" && c.name == "attachment":
				title := cmp.Or(c.value("title"), c.full())
				raw.links = append(raw.links, schedule.Link{Title: title, URL: cmp.Or(c.attribute("href"), c.full())})
			}
		}
	}
	r.events = append(r.events, raw)
}
