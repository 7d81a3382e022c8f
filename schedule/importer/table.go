package importer

import (
	"cmp"
	"encoding/csv"
	"slices"
	"strings"
	"unicode"

	"slotcast/schedule"
)

// tableWords are what a column of a table can hold, each with the names by which
// it is known where no mapping says it. All but the last can be mapped.
var tableWords = []struct {
	word  string
	names string
}{
	{"id", "id|code|guid|uid|session id|talk id|event id"},
	{"title", "title|titel|titre|session title|talk title|event name|session|talk|subject|name|event|summary|topic|activity|presentation"},
	{"abstract", "abstract|description|details|beschreibung|text"},
	{"date", "date|start date|datum|day|tag"},
	{"start", "start|start time|time start|starts|starts at|begin|begins|beginn|event start|from|von|time|uhrzeit|zeit"},
	{"end", "end|end time|time end|ends|ends at|ende|finish|event end|to|until|bis"},
	{"duration", "duration|length|minutes|dauer"},
	{"room", "room|location|venue|raum|place|stage|hall|ort|saal"},
	{"track", "track|stream|strand|category|theme"},
	{"speakers", "speakers|speaker|presenters|presenter|people|persons|teilnehmer|referenten|vortragende"},
	{"kind", "kind|type|format|session type"},
	{"language", "language|lang|sprache"},
	{"tags", "tags|keywords|labels"},
	{"url", "url|link|website"},
	{"status", "status|state|active"},
	{"end date", "end date"},
	{"description", "description"},
	{"file url", "file url"},
}

const (
	mappedWords = 15 // of tableWords
	dateOrder   = "dates"
)

var dateOrders = []string{"dmy", "mdy", "ymd"}

// ParseColumns reads which column of a CSV table holds what, such as
//
//	title=Session,start=Begin,date=Day,dates=dmy
//
// The words are id, title, abstract, date, start, end, duration, room, track,
// speakers, kind, language, tags, url and status; each stands for the column of
// that name, or for none where the name is empty. A name that has a comma in it
// is written with its word in quotation marks. The word dates says in which
// order day, month and year are written: dmy, mdy or ymd. For anything else the
// error is of kind [schedule.ErrInvalid].
func ParseColumns(s string) (map[string]string, error) {
	refused := func(format string, args ...any) (map[string]string, error) {
		return nil, schedule.Errorf(schedule.ErrInvalid, format+"; write the columns as title=Session,start=Begin,date=Day", args...)
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	reader := csv.NewReader(strings.NewReader(s))
	reader.TrimLeadingSpace = true
	pairs, err := reader.Read()
	if err != nil {
		return refused("“%s” cannot be read", schedule.Shorten(s))
	}
	words := []string{dateOrder}
	for _, w := range tableWords[:mappedWords] {
		words = append(words, w.word)
	}
	columns := map[string]string{}
	for _, pair := range pairs {
		word, name, ok := strings.Cut(pair, "=")
		word, name = strings.ToLower(strings.TrimSpace(word)), strings.TrimSpace(name)
		_, twice := columns[word]
		switch {
		case !ok:
			return refused("“%s” has no =", schedule.Shorten(pair))
		case !slices.Contains(words, word):
			if near := schedule.Nearest(word, words); near != "" {
				return refused("“%s” is nothing that a column can hold, did you mean %s?", schedule.Shorten(word), near)
			}
			return refused("“%s” is nothing that a column can hold, choose of %s", schedule.Shorten(word), strings.Join(words, ", "))
		case twice:
			return refused("“%s” is given twice", word)
		case word == dateOrder && !slices.Contains(dateOrders, name):
			return refused("“%s” is no order of day, month and year, choose dmy, mdy or ymd", schedule.Shorten(name))
		}
		columns[word] = name
	}
	return columns, nil
}

// columnName returns a column's name as it is compared: words of letters and
// digits in lower case.
func columnName(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}

// tableColumns returns which column holds what, and the name of a mapping that
// the header has not.
func tableColumns(header []string, given map[string]string) (columns map[string]int, missing string) {
	names := make([]string, len(header))
	for i, cell := range header {
		names[i] = columnName(cell)
	}
	columns, used := map[string]int{}, map[int]bool{}
	take := func(word, name string) bool {
		i := slices.Index(names, columnName(name))
		if name == "" || i < 0 {
			return false
		}
		columns[word], used[i] = i, true
		return true
	}
	for _, w := range tableWords {
		if name := given[w.word]; name != "" && !take(w.word, name) {
			missing = cmp.Or(missing, name)
		}
	}
	for _, w := range tableWords {
		if _, known := given[w.word]; known {
			continue
		}
		for name := range strings.SplitSeq(w.names, "|") {
			if i := slices.Index(names, name); i >= 0 && !used[i] && take(w.word, name) {
				break
			}
		}
	}
	return columns, missing
}

// isCSV tells whether the first line has columns for a title and a start, and
// one more: two words and a comma are a sentence.
func isCSV(data []byte) bool {
	for _, header := range csvHeaders(data) {
		columns, _ := tableColumns(header, nil)
		_, titled := columns["title"]
		_, timed := columns["start"]
		if titled && timed && len(header) > 2 {
			return true
		}
	}
	return false
}

// tableReader fills a draft from a table.
type tableReader struct {
	*collector
	columns map[string]int
	order   string        // of day, month and year, "" where nothing tells it
	day     schedule.Date // of a table without dates
	ids     map[string]bool
}

// readCSV reads a table with a talk in each row, such as voctosched's. Which
// column holds what is what o.Columns says, and else what the names say.
func readCSV(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	text, err := plainText(src)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	r := &tableReader{collector: newCollector(src, o), day: o.Date, ids: map[string]bool{}}
	delimiter, err := r.header(text, o.Columns)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	rows, err := r.csvRows(text, delimiter, r.columns)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	if r.order = o.Columns[dateOrder]; r.order == "" && !r.findOrder(rows) {
		return &r.draft, r.report, nil
	}
	if _, dated := r.columns["date"]; dated && !r.day.IsZero() {
		r.warn("date-unused", schedule.Place{File: src.Name}, "the table has dates of its own, so --date is not used but where one is missing; leave it out")
	}
	for _, row := range rows {
		r.row(row)
	}
	return r.finish()
}

// header finds the delimiter with which the first line has the most columns that
// are known.
func (r *tableReader) header(text []byte, given map[string]string) (rune, error) {
	best, delimiter, missing := []string{}, rune(0), ""
	for d, header := range csvHeaders(text) {
		columns, lost := tableColumns(header, given)
		if delimiter == 0 || len(columns) > len(r.columns) || len(columns) == len(r.columns) && len(header) > len(best) {
			best, delimiter, r.columns, missing = header, d, columns, lost
		}
	}
	has := func(word string) bool { _, known := r.columns[word]; return known }
	why := ""
	switch {
	case delimiter == 0:
		return 0, schedule.Errorf(schedule.ErrInvalid, "%s does not begin with a line of column names with commas, semicolons or tabs between them; export it with that line", r.file)
	case missing != "":
		why = "has no column “" + schedule.Shorten(missing) + "”"
	case !has("title"):
		why = "has no column that is known to hold the titles"
	case !has("start"):
		why = "has no column that is known to hold when talks start"
	case !has("date") && r.day.IsZero() && !r.startsDated(text, delimiter):
		why = "has no column that is known to hold the dates (give --date if all is on one day)"
	default:
		return delimiter, nil
	}
	var names []string
	for _, name := range best {
		if !isBlank(name) {
			names = append(names, schedule.Shorten(oneLine(name)))
		}
	}
	// The example names each column once, and those rightly that are known.
	spare := slices.DeleteFunc(slices.Clone(best), func(name string) bool {
		i := slices.Index(best, name)
		return isBlank(name) || has("title") && i == r.columns["title"] || has("start") && i == r.columns["start"]
	})
	example := func(word, standIn string) string {
		if has(word) {
			return schedule.Shorten(oneLine(best[r.columns[word]]))
		}
		if len(spare) == 0 {
			return standIn
		}
		name := spare[0]
		spare = spare[1:]
		return schedule.Shorten(oneLine(name))
	}
	return 0, schedule.Errorf(schedule.ErrInvalid, "%s %s; its columns are %s, so say which holds what, such as --columns 'title=%s,start=%s,date=%s'",
		r.file, why, strings.Join(names[:min(len(names), 30)], ", "), example("title", "Title"), example("start", "Start"), example("date", "Date"))
}

// startsDated tells whether the first row that has a start has a date with it.
func (r *tableReader) startsDated(text []byte, delimiter rune) bool {
	probe := &collector{file: r.file}
	rows, err := probe.csvRows(text, delimiter, r.columns)
	if err != nil {
		return true // which is told when they are read
	}
	for _, row := range rows {
		cell := row.get("start")
		if _, whole := parseStamp(cell[:min(len(cell), maxTimeCell)]); whole {
			return true
		}
		if date, _, ok := splitStamp(cell); ok {
			return date != ""
		}
	}
	return false
}

// findOrder finds in which order day and month are written, from the dates
// themselves. Where they leave it open, or contradict each other, it is false
// and a fault is told.
func (r *tableReader) findOrder(rows []csvRow) bool {
	var dayFirst, monthFirst, open *csvRow
	first := func(p **csvRow, row *csvRow) {
		if *p == nil {
			*p = row
		}
	}
	for i := range rows {
		row := &rows[i]
		start, _, _ := splitStamp(row.get("start"))
		end, _, _ := splitStamp(row.get("end"))
		for _, date := range []string{row.get("date"), row.get("end date"), start, end} {
			switch dateOrderOf(date) {
			case "dmy":
				first(&dayFirst, row)
			case "mdy":
				first(&monthFirst, row)
			case "?":
				first(&open, row)
			}
		}
	}
	switch {
	case dayFirst != nil && monthFirst != nil:
		r.report.Fault("dates-mixed", monthFirst.at, "the day comes first in some dates (line %d) and the month in others (here); write them as 2026-05-04", dayFirst.at.Line)
		return false
	case dayFirst != nil:
		r.order = "dmy"
	case monthFirst != nil:
		r.order = "mdy"
	case open != nil:
		r.report.Fault("dates-ambiguous", open.at, "nothing in the table tells whether day or month comes first in dates such as this row's; add dates=dmy or dates=mdy to --columns")
		return false
	}
	return true
}

func (r *tableReader) row(row csvRow) {
	title, id := oneLine(unescaped(row.get("title"))), row.get("id")
	name := schedule.Shorten(title)
	if isBlank(title) {
		r.unreadable("title-missing", row.at, "this row has no title")
		r.lostRow(row)
		return
	}
	if r.untimed(row) {
		r.unscheduled(row.at, title)
		return
	}
	start, end, why := r.times(row)
	if why != "" {
		r.unreadable("time", row.at, "“%s” %s", name, why)
		r.lostRow(row)
		return
	}
	if id != "" && r.ids[id] {
		r.unreadable("id-duplicate", row.at, "another row has the id “%s” of “%s”", schedule.Shorten(id), name)
		return
	}
	r.ids[id] = true
	slot := schedule.DraftSlot{Start: start, End: end}
	if slot.Status = tableStatus(row.get("status")); slot.Status == "" {
		r.warn("not-accepted", row.at, "“%s” has the status “%s”, so it is left out; accept it if it takes place", name, schedule.Shorten(row.get("status")))
		return
	}
	d := schedule.DraftTalk{At: row.at, Talk: schedule.Talk{Title: title, Language: language(row.get("language")), URL: row.get("url")}}
	d.Abstract = prose(row.get("abstract"))
	if more := prose(row.get("description")); more != d.Abstract {
		d.Abstract = strings.TrimSpace(d.Abstract + "\n\n" + more)
	}
	if file := row.get("file url"); file != "" {
		d.Links = []schedule.Link{{Title: "File", URL: file}}
	}
	d.SpeakerIDs = r.people(row)
	if kind := row.get("kind"); kind != "" {
		d.Kind = eventKind(kind, title, len(d.SpeakerIDs) > 0)
	}
	d.Tags = splitList(row.get("tags"))
	d.TrackID = r.track("", oneLine(unescaped(row.get("track"))), row.at)
	slot.RoomID = r.room("", oneLine(unescaped(row.get("room"))), row.at)
	r.talk(id, d, slot)
}

// untimed tells whether a row has not what says when the talk begins.
func (r *tableReader) untimed(row csvRow) bool {
	for _, word := range []string{"date", "start"} {
		_, known := r.columns[word]
		cell := row.get(word)
		if unannounced.MatchString(cell) || known && cell == "" && (word == "start" || r.day.IsZero()) {
			return true
		}
	}
	return false
}

// tableStatus returns the status that a cell means, or "" for a talk that is not
// to be published.
func tableStatus(s string) schedule.Status {
	switch columnName(s) {
	case "cancelled", "canceled", "abgesagt", "no", "n", "false", "inactive", "withdrawn", "deleted":
		return schedule.StatusCancelled
	case "tentative", "provisional":
		return schedule.StatusTentative
	case "draft", "submitted", "pending", "rejected", "declined", "waitlisted":
		return ""
	}
	return schedule.StatusConfirmed
}

// people returns the ids of a row's speakers: "id:name" with "|" between them as
// voctosched writes them, or names.
func (r *tableReader) people(row csvRow) []string {
	cell := row.get("speakers")
	var ids []string
	for _, part := range splitList(cell) {
		own, name, ok := strings.Cut(part, ":")
		if !ok || strings.TrimSpace(own) == "" || strings.Trim(own, " 0123456789") != "" {
			own, name = "", part
		}
		if name = oneLine(name); isBlank(name) || unannounced.MatchString(name) {
			continue
		}
		// Two people with one number are two people.
		own = strings.TrimSpace(own)
		ids = append(ids, r.speaker(own+":"+name, own, schedule.Speaker{Name: name}, row.at))
	}
	return ids
}

// splitList splits a cell at "|", or else at ";" or line ends, or else at commas.
func splitList(s string) []string {
	for _, separators := range []string{"|", ";\n"} {
		if strings.ContainsAny(s, separators) {
			var list []string
			for _, part := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
				if part = oneLine(unescaped(part)); part != "" {
					list = append(list, part)
				}
			}
			return list
		}
	}
	return splitCommas(s)
}
