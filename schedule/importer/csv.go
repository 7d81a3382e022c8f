package importer

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"

	"slotcast/schedule"
)

// Limits on a CSV source.
const (
	maxCells      = 2_000_000
	maxHeader     = 64 << 10 // octets of the lines that are looked at to tell the format
	maxCell       = 1 << 20  // octets of one
	csvDelimiters = ",;\t"
)

// schedColumns show that a file is what Sched exports. They are named as in
// Sched's API.
var schedColumns = []string{"name", "event_start", "event_end", "event_type", "active"}

func isSched(data []byte) bool { _, index := schedHeader(data); return index != nil }

// schedHeader returns the delimiter with which the first line has Sched's
// columns, and where they are.
func schedHeader(data []byte) (rune, map[string]int) {
	for delimiter, header := range csvHeaders(data) {
		index := csvIndex(header)
		if !slices.ContainsFunc(schedColumns, func(c string) bool { _, known := index[c]; return !known }) {
			return delimiter, index
		}
	}
	return 0, nil
}

// csvHeaders returns the cells of the first line, for each delimiter that it can
// have been written with.
func csvHeaders(data []byte) iter.Seq2[rune, []string] {
	return func(yield func(rune, []string) bool) {
		head := withoutSeparator(bytes.TrimPrefix(data[:min(len(data), maxHeader)], byteOrderMark))
		if len(data) > maxHeader && !bytes.ContainsAny(head, "\r\n") {
			return
		}
		for _, delimiter := range csvDelimiters {
			r := csv.NewReader(bytes.NewReader(head))
			r.Comma = delimiter
			if header, err := r.Read(); err == nil && len(header) > 1 && !yield(delimiter, header) {
				return
			}
		}
	}
}

var separatorLine = regexp.MustCompile(`(?i)^"?sep=[^\r\n]"?\r?\n`)

// withoutSeparator returns a text without the words of a first line such as
// "sep=;", which tells spreadsheets how to read it. The line end stays, so that
// lines are counted as they are.
func withoutSeparator(text []byte) []byte {
	if line := separatorLine.Find(text); line != nil {
		return text[len(line)-1:]
	}
	return text
}

// csvIndex returns where the column of each name is, the first of those that
// share one.
func csvIndex(header []string) map[string]int {
	index := map[string]int{}
	for i, name := range slices.Backward(header) {
		index[strings.ToLower(strings.TrimSpace(name))] = i
	}
	return index
}

// csvRow is a row that was read.
type csvRow struct {
	at      schedule.Place
	columns map[string]int
	cells   []string
}

// get returns a cell, trimmed; "" where the row or the file has none.
func (r csvRow) get(column string) string {
	if i, ok := r.columns[column]; ok && i < len(r.cells) {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

// endsBefore tells whether the file has the column, and the row ends before it.
func (r csvRow) endsBefore(column string) bool {
	i, ok := r.columns[column]
	return ok && i >= len(r.cells)
}

// csvRows reads the rows below the header, whose cells are known by the names in
// columns. Those that are broken are counted and left out.
func (c *collector) csvRows(text []byte, delimiter rune, columns map[string]int) ([]csvRow, error) {
	// The library makes a string of each cell of a row before it returns.
	if bytes.Count(text, []byte(string(delimiter))) > maxCells {
		return nil, schedule.Errorf(schedule.ErrInvalid, "%s has more than %d million cells; split the schedule", c.file, maxCells/1_000_000)
	}
	text = withoutSeparator(text)
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = delimiter, -1
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the columns of %s: %w", c.file, err)
	}
	named := len(header) // columns, without those at the end that have no name
	for named > 0 && isBlank(header[named-1]) {
		named--
	}
	var rows []csvRow
	for {
		began := reader.InputOffset()
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		last := reader.InputOffset() >= int64(len(text))
		if !c.next() {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s has more than %d rows; split the schedule", c.file, schedule.MaxTalks)
		}
		at := schedule.Place{File: c.file}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			at.Line = broken.StartLine
			if last && endsInQuotes(text[began:], delimiter) {
				c.report.Fault("cut", at, "the file ends in the middle of a row, since a quotation mark of the row that begins here is not closed; fetch it again, or close the mark")
				return rows, nil
			}
			c.unreadable("quote", at, "the quotation marks of this row are not in pairs; write one within a cell twice")
			c.lostRow(csvRow{at, columns, cells})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", c.file, err)
		}
		at.Line, _ = reader.FieldPos(0)
		row := csvRow{at, columns, cells}
		// Spaces after the last line end are no row.
		if last && !bytes.HasSuffix(text, []byte("\n")) && len(cells) < named && (len(cells) > 1 || !isBlank(cells[0])) {
			c.report.Fault("cut", at, "the file ends in the middle of a row: this last one has %s, and there are %d columns; fetch it again, or end the row with a line end", counted(len(cells), "cell"), named)
			return rows, nil
		}
		if slices.ContainsFunc(cells, func(s string) bool { return len(s) > maxCell }) {
			return nil, syntaxError(c.file, at.Line, 0, "this row has a cell of more than %d KiB, which no schedule has; shorten it", maxCell>>10)
		}
		if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			c.seen-- // a spreadsheet's empty row
			continue
		}
		if slices.ContainsFunc(cells[min(len(cells), len(header)):], func(s string) bool { return strings.TrimSpace(s) != "" }) {
			c.unreadable("columns", at, "this row has %s, and there are %s; put those that hold a %q in quotation marks", counted(len(cells), "cell"), counted(len(header), "column"), delimiter)
			c.lostRow(row)
			continue
		}
		rows = append(rows, row)
	}
}

// own returns the id that a row has in a table or in Sched's export; known is
// false where the row ends before it.
func (r csvRow) own() (id string, known bool) {
	return cmp.Or(r.get("id"), r.get("event_key")), !r.endsBefore("id")
}

// lostRow is lost for a row.
func (c *collector) lostRow(r csvRow) {
	if own, known := r.own(); known {
		c.lost(own, familyOf(unescaped(cmp.Or(r.get("title"), r.get("name")))))
	}
}

// endsInQuotes tells whether the text, which begins with a row, ends within
// quotation marks that are not closed. A mark that stands wrongly, such as one in
// the middle of a cell, opens nothing.
func endsInQuotes(text []byte, delimiter rune) bool {
	quoted, fresh := false, true // fresh: a cell begins here
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '"' && i+1 < len(text) && text[i+1] == '"':
			i++
		case quoted:
			quoted = c != '"'
		case c == '"' && fresh:
			quoted, fresh = true, false
		default:
			fresh = c == byte(delimiter) || c == '\n' || c == '\r'
		}
	}
	return quoted
}

// unannounced is what stands in the place of a time that is not known yet.
var unannounced = regexp.MustCompile(`(?i)\b(?:tb[acd])\b`)

// readSched reads the CSV that Sched exports, whose times are in the zone of the
// event. A session that is not active is a cancelled one.
func readSched(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	c := newCollector(src, o)
	text, err := plainText(src)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	delimiter, index := schedHeader(text)
	if index == nil {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s does not begin with a line of column names that has %s; export it with that line", src.Name, strings.Join(schedColumns, ", "))
	}
	rows, err := c.csvRows(text, delimiter, index)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	types := map[string]bool{}
	for _, row := range rows {
		types[row.get("event_type")] = true
	}
	ids := map[string]bool{}
	for _, row := range rows {
		c.sched(row, types, ids)
	}
	return c.finish()
}

// unreadEnd warns of an end that cannot be read, which counts as none.
func (c *collector) unreadEnd(at schedule.Place, title, cell string) {
	if strings.TrimSpace(cell) != "" {
		c.often("end-unread", at, title, "the end is no time, so it counts as one that is not given; write it like the start")
	}
}

func (c *collector) sched(row csvRow, types, ids map[string]bool) {
	title := oneLine(unescaped(row.get("name")))
	id, known := row.own()
	if isBlank(title) {
		c.unreadable("title-missing", row.at, "this row has no name")
		c.lostRow(row)
		return
	}
	// With another id subscribers would see the session go and a new one come.
	if !known {
		c.unreadable("columns", row.at, "“%s” has %s, and ends before its id; fetch the file again, or write all cells of the row", schedule.Shorten(title), counted(len(row.cells), "cell"))
		return
	}
	from, to := row.get("event_start"), row.get("event_end")
	if from == "" || unannounced.MatchString(from) {
		c.unscheduled(row.at, title)
		return
	}
	start, ok := parseMoment(from)
	if !ok {
		c.unreadable("time", row.at, "“%s” is from “%s” to “%s”, which are not times such as 2026-05-04 09:30:00", schedule.Shorten(title), schedule.Shorten(from), schedule.Shorten(to))
		c.lostRow(row)
		return
	}
	end, ok := parseMoment(to)
	if end = c.inZone(end); !ok {
		c.unreadEnd(row.at, title, to)
	}
	if id != "" && ids[id] {
		c.unreadable("id-duplicate", row.at, "another row has the id “%s” of “%s”", schedule.Shorten(id), schedule.Shorten(title))
		return
	}
	ids[id] = true
	d := schedule.DraftTalk{At: row.at, Talk: schedule.Talk{Title: title, Abstract: prose(row.get("description")), URL: row.get("url")}}
	if media := row.get("media_url"); media != "" {
		d.Links = []schedule.Link{{Title: "Media", URL: media}}
	}
	for _, column := range []string{"speakers", "moderators", "artists"} {
		for _, name := range splitCommas(row.get(column)) {
			d.SpeakerIDs = append(d.SpeakerIDs, c.speaker(name, "", schedule.Speaker{Name: name}, row.at))
		}
	}
	for i, name := range schedTypes(row.get("event_type"), types) {
		if i == 0 {
			d.TrackID = c.track("", name, row.at)
		} else {
			d.Tags = append(d.Tags, name)
		}
	}
	d.Tags = append(d.Tags, splitCommas(row.get("event_subtype"))...)
	d.Tags = append(d.Tags, splitCommas(row.get("tags"))...)
	slot := schedule.DraftSlot{Start: c.inZone(start), End: end, RoomID: c.room("", oneLine(unescaped(row.get("venue"))), row.at)}
	if strings.EqualFold(row.get("active"), "n") {
		slot.Status = schedule.StatusCancelled
	}
	c.talk(id, d, slot)
}

// schedTypes returns the types of a session, of which Sched writes several with
// commas between them. A type can have a comma in its name too, so one is taken
// apart only if each part is the type of some other session.
func schedTypes(s string, known map[string]bool) []string {
	if s == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
		if parts[i] == "" || !known[parts[i]] {
			return []string{oneLine(unescaped(s))}
		}
	}
	for i := range parts {
		parts[i] = oneLine(unescaped(parts[i]))
	}
	return parts
}

// splitCommas splits names at commas; "Jr." and the like stay with the name
// before them.
func splitCommas(s string) []string {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		name = oneLine(unescaped(name))
		switch {
		case name == "":
		case len(names) > 0 && suffixName.MatchString(name):
			names[len(names)-1] += ", " + name
		default:
			names = append(names, name)
		}
	}
	return names
}
