// Package importer reads the schedules that conferences already have: the bytes
// of a source become a [schedule.Draft], and [schedule.Build] makes a
// [schedule.Schedule] of it or says what is wrong.
//
// Each format has a file of its own and is one function from a [Source] to a
// draft and a report; nothing after that function knows the format. The native
// format can hold everything that a schedule can, and [WriteNative] writes it.
//
// A source is taken to be hostile: it is capped at [MaxSource], nesting and the
// number of parts are limited, and reading goes on after a problem so that one
// report names all of them, each with its line.
package importer

import (
	"cmp"
	"slices"
	"strings"

	"slotcast/schedule"
)

// Format names a schedule format.
type Format string

// The formats. FormatAuto stands for the one that the content shows.
const (
	FormatAuto       Format = "auto"
	FormatNative     Format = "native"     // YAML or JSON with conference and talks
	FormatFrab       Format = "frab"       // schedule.xml of frab, pretalx, wafer and Pentabarf
	FormatVoc        Format = "voc"        // schedule.json of c3voc, frab, pretalx and hub
	FormatSessionize Format = "sessionize" // a view of Sessionize's API
	FormatOpenEvent  Format = "openevent"  // the archive or folder that eventyay exports
	FormatPretalx    Format = "pretalx"    // an event of pretalx's REST API
	FormatSched      Format = "sched"      // the CSV that Sched exports
	FormatCSV        Format = "csv"        // a table, one talk in each row
	FormatICS        Format = "ics"        // iCalendar
	FormatTrackPage  Format = "trackpage"  // the text of a conference's track page
)

// format is what the package knows of one format.
type format struct {
	name   Format
	detect func(data []byte) bool
	read   func(src Source, o Options) (*schedule.Draft, schedule.Report, error)
}

// formats is the seam: a further format is one line here and one file. Those
// come first that are known by their first line, since a cell or an abstract can
// have the signs of the others in it.
func formats() []format {
	return []format{
		{FormatFrab, isFrab, readFrab},
		{FormatVoc, isVoc, readVoc},
		{FormatICS, isICS, readICS},
		{FormatSched, isSched, readSched},
		{FormatCSV, isCSV, readCSV},
		{FormatNative, isNative, readNative},
		{FormatSessionize, isSessionize, readSessionize},
		{FormatOpenEvent, isOpenEvent, readOpenEvent},
		{FormatPretalx, isPretalx, readPretalx},
		{FormatTrackPage, isTrackPage, readTrackPage},
	}
}

// Formats returns every format that can be asked for, [FormatAuto] first.
func Formats() []Format {
	names := []Format{FormatAuto}
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

func formatList() string {
	var names []string
	for _, f := range formats() {
		names = append(names, string(f.name))
	}
	return strings.Join(names, ", ")
}

// Options give what a source does not say. In the native format Timezone and
// Conference take the place of what the file says.
type Options struct {
	Format   Format // empty means [FormatAuto]
	Timezone string // an IANA name

	// Conference is the conference's name. The conference's id is then the slug
	// of it, unless a native file gives one: every UID ends with it.
	Conference string

	// Date is the day of a track page, or of a table in CSV that has no dates,
	// and Year the year of the days at a track page's foot. No other format
	// takes them.
	Date schedule.Date
	Year int

	// Columns says which column of a CSV table holds what: the words of
	// [ParseColumns], each with the name of a column. No other format takes it.
	Columns map[string]string
}

// Load reads a source. The error is of kind [schedule.ErrInvalid] and says why
// the source cannot be read at all: it is not text, not in the format, breaks
// the format's syntax, or an option does not fit it. Otherwise the report has
// everything that was found, by line, and the schedule is nil exactly if the
// report has faults.
//
// A zip archive is read as the files in it. Of several documents those are read
// that are of one format; documents of several formats are refused.
func Load(src Source, o Options) (*schedule.Schedule, schedule.Report, error) {
	src, f, err := choose(src, o)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	draft, read, err := f.read(src, o)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	s, built := schedule.Build(draft)
	report := merge(read, built)
	if report.Faults > 0 {
		s = nil
	}
	return s, report, nil
}

// choose checks source and options and unpacks an archive. It returns the format
// to read with, and the source without the documents that are of no concern to it.
func choose(src Source, o Options) (Source, format, error) {
	refused := func(text string, args ...any) (Source, format, error) {
		return src, format{}, schedule.Errorf(schedule.ErrInvalid, text, args...)
	}
	if err := src.check(src.size()); err != nil {
		return src, format{}, err
	}
	if isZip(src.Data) {
		unpacked, err := unpack(src)
		if err != nil {
			return src, format{}, err
		}
		src = unpacked
	}
	if o.Timezone != "" {
		if _, err := schedule.LoadZone(o.Timezone); err != nil {
			return src, format{}, err
		}
	}
	if o.Year != 0 && (o.Year < 1971 || o.Year > 2200) {
		return refused("the year %d is outside the years 1971 to 2200", o.Year)
	}
	if o.Year != 0 && !o.Date.IsZero() && o.Date.Year != o.Year {
		return refused("the date %s is not in the year %d; give one of the two", o.Date, o.Year)
	}
	if cmp.Or(o.Format, FormatAuto) != FormatAuto && !slices.Contains(Formats(), o.Format) {
		return refused("“%s” is not a format; choose one of auto, %s", schedule.Shorten(string(o.Format)), formatList())
	}
	if len(o.Columns) > 0 && cmp.Or(o.Format, FormatAuto) == FormatAuto {
		o.Format = FormatCSV
	}
	src, f, err := choosePart(src, o.Format)
	switch {
	case err != nil:
		return src, f, err
	case f.name != FormatTrackPage && o.Year != 0, f.name != FormatTrackPage && f.name != FormatCSV && !o.Date.IsZero():
		return refused("--date and --year are for a track page, and --date for a table without dates; %s is in the %s format, whose times have their dates, so leave them out", src.Name, f.name)
	case f.name != FormatCSV && len(o.Columns) > 0:
		return refused("--columns is for a table in CSV; %s is to be read in the %s format, so leave it out", src.Name, f.name)
	}
	return src, f, nil
}

// ofParts tells whether a format is read from several documents together.
func (f format) ofParts() bool {
	return f.name == FormatOpenEvent || f.name == FormatSessionize || f.name == FormatPretalx
}

// choosePart finds the format of a source. Of several documents it returns the
// one that holds a schedule, or all where the format is read from several.
func choosePart(src Source, asked Format) (Source, format, error) {
	refused := func(text string, args ...any) (Source, format, error) {
		return src, format{}, schedule.Errorf(schedule.ErrInvalid, text, args...)
	}
	auto := cmp.Or(asked, FormatAuto) == FormatAuto
	var chosen format
	var found []Source
	var names []string
	for _, doc := range src.documents() {
		for _, f := range formats() {
			if auto && f.detect(doc.Data) || f.name == asked && (len(src.Parts) == 0 || f.detect(doc.Data)) {
				if len(found) > 0 && f.name != chosen.name {
					return refused("%s has schedules in several formats (%s is %s, %s is %s); name one of the files, or the format with --format", src.Name, found[0].Name, chosen.name, doc.Name, f.name)
				}
				chosen, found, names = f, append(found, doc), append(names, doc.Name)
				break
			}
		}
	}
	switch {
	case len(found) > 0 && chosen.ofParts():
		return src, chosen, nil
	case len(found) == 1:
		if found[0].Modified.IsZero() {
			found[0].Modified = src.Modified
		}
		return found[0], chosen, nil
	case len(found) > 1:
		return refused("%s has %d schedules (%s); name the file to read", src.Name, len(found), schedule.Shorten(strings.Join(names, ", ")))
	case isOpenEventRest(src):
		return refused("%s is an Open Event export without its list of sessions; export it again with that, once sessions are accepted", src.Name)
	case len(src.Parts) == 1:
		return choosePart(src.Parts[0], asked)
	case !auto:
		return refused("none of the %d files in %s looks like the %s format; name the file to read", len(src.Parts), src.Name, asked)
	case len(src.Parts) > 1:
		return refused("%s has %d files, and none is in a format that is known by its content; name the file to read, and its format with --format (%s)", src.Name, len(src.Parts), formatList())
	}
	if _, err := plainText(src); err != nil {
		return src, format{}, err
	}
	if at, deep := tooDeep(src.Data); deep {
		return src, format{}, syntaxError(src.Name, at.line, at.column, "this is nested more than %d deep; a schedule is not", maxDepth)
	}
	if key, known := misspelt(src.Data); key != "" {
		return refused("%s is in no format that is known by its content; it has the key “%s”, so if that is to be “%s”, correct it, or else name a format with --format (%s)", src.Name, key, known, formatList())
	}
	return refused("%s is in no format that is known by its content; name one with --format (%s)", src.Name, formatList())
}

// merge joins what an importer found and what Build found, by line. Problems of
// Build that only follow from a fault of the importer are left out: who mends
// the one has mended the other.
func merge(read, built schedule.Report) schedule.Report {
	faulty := map[string]bool{} // paths that the importer could not read
	told := false               // the importer says more of the missing zone
	for _, p := range read.Problems {
		told = told || p.Code == "zone-missing"
		if p.Severity == schedule.Fault && p.Place.Path != "" {
			faulty[p.Place.Path] = true
			// A list lost in whole or in part: speakers, or speakers[2].
			if list, _, ok := strings.Cut(p.Place.Path, "["); ok && strings.HasSuffix(p.Place.Path, "]") {
				faulty[list] = true
			}
		}
	}
	all, kept := read, schedule.Report{}
	var prior schedule.Problem
	for _, p := range built.Problems {
		kept.Add(p)
		doubled := p.Code == "end-missing" && prior.Code == "start-missing" && p.Place == prior.Place
		prior = p
		if doubled || told && p.Code == "zone-missing" || read.Faults > 0 && follows(p, faulty) {
			continue
		}
		all.Add(p)
	}
	slices.SortStableFunc(all.Problems, func(x, y schedule.Problem) int {
		return cmp.Or(cmp.Compare(x.Place.Line, y.Place.Line), cmp.Compare(x.Place.Column, y.Place.Column))
	})
	// What Build counted but did not keep.
	all.Faults += built.Faults - kept.Faults
	all.Warnings += built.Warnings - kept.Warnings
	all.Left += built.Left
	return all
}

// follows tells whether a problem of Build follows from an importer's fault.
func follows(p schedule.Problem, faulty map[string]bool) bool {
	path := p.Place.Path
	if path != "" && faulty[path] {
		return true
	}
	switch p.Code {
	case "empty", "no-slot":
		return true
	case "zone-missing":
		return faulty[path+".timezone"] || faulty["conference"]
	case "end-missing":
		return faulty[path+".end"] || faulty[path+".duration"] || faulty[path+".start"]
	case "name-missing", "title-missing", "start-missing":
		field, _ := strings.CutSuffix(p.Code, "-missing")
		return faulty[path+"."+field]
	case "unknown-track", "unknown-speaker", "unknown-room":
		kind, _ := strings.CutPrefix(p.Code, "unknown-")
		return faulty[kind+"s"]
	}
	return false
}
