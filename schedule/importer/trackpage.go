package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"slotcast/schedule"
)

// The lines of a track page. A line is trimmed before it is matched.
var (
	trackPattern = regexp.MustCompile(`(?i)^track\s*:\s*(.*)$`)
	dayPattern   = regexp.MustCompile(`(?i)^day of (?:the )?week\s*:\s*(.*)$`)
	hostPattern  = regexp.MustCompile(`(?i)^track hosts?\s*:\s*(.*)$`)
	byPattern    = regexp.MustCompile(`^(?:by:?\s|(?:By|BY):?\s+\p{Lu})`)
	byName       = regexp.MustCompile(`^(?i:by):?\s+\p{Lu}.*[^.,;:!?]$`)
	byWord       = regexp.MustCompile(`^(?i:by):?\s+`)
	byNobody     = regexp.MustCompile(`^(?i:by):?$`)
	rolePattern  = regexp.MustCompile(`^(?:(.*\S)\s+)?@\s*(\S.*)$`)
	namesPattern = regexp.MustCompile(`\s*(?:,\s*(?:and|&)\s|,|;|\s(?:and|&)\s)\s*`)
	suffixName   = regexp.MustCompile(`^(?i:jr|sr|ph\.?d|m\.?d|ii|iii|iv)\.?$`)
)

// Limits on a track page.
const (
	maxPage      = 4 << 20 // octets
	maxPageDays  = 366     // days that differ
	maxPageParts = schedule.MaxTracks

	// Longer lines are paragraphs, whatever they begin with.
	maxRangeLine = 60  // octets
	maxHeadLine  = 200 // characters of a title, of speakers, of a role
	maxTitle     = 3   // lines
)

// pageLine is a line of the page, as pageText returns it.
type pageLine struct {
	number int
	text   string
}

// pageSection is one "Track:" of the page.
type pageSection struct {
	line     int
	name     string
	weekday  pageLine // what "Day of week:" says
	theme    []pageLine
	hosts    []pageLine // what stands on and below "Track Host:"
	hostLine int        // the line of "Track Host:" that names the host itself, or 0
	slots    []pageSlot
}

// pageSlot is one time range and what stands below it.
type pageSlot struct {
	line  int
	times string
	room  string // what stands behind the times, if anything
	body  []pageLine
}

// pageDay is a day that the page names on a line of its own.
type pageDay struct {
	text    string
	weekday time.Weekday
	named   bool // it has its weekday
	month   time.Month
	day     int
	year    int // 0 where it has none
}

// pageReader fills a draft from a track page.
type pageReader struct {
	file     string
	options  Options
	draft    schedule.Draft
	report   schedule.Report
	days     []pageDay
	sections []pageSection

	rooms                         map[schedule.RoomID]bool
	speakerIDs, trackIDs, talkIDs *idSet
	speakers                      map[string]int // indexes in the draft by name
	tracks                        map[string]int

	late time.Duration // when the last slot of the section begins, from its day's midnight
}

// readTrackPage reads the text of a conference's track page: "Track:", theme,
// "Track Host:", then time ranges with title, speakers and abstract, and the
// conference days at the foot. Titles, day, year and zone are often missing
// there: a talk without a title is called "<track>: <speakers>", and [Options] give
// the rest.
func readTrackPage(src Source, o Options) (*schedule.Draft, schedule.Report, error) {
	text, err := plainText(src)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	r := &pageReader{
		file: src.Name, options: o, rooms: map[schedule.RoomID]bool{},
		speakerIDs: newIDSet(), trackIDs: newIDSet(), talkIDs: newIDSet(),
		speakers: map[string]int{}, tracks: map[string]int{},
	}
	tooMuch := func(most int, what string) (*schedule.Draft, schedule.Report, error) {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s has more than %d %s, which no track page has; split it", src.Name, most, what)
	}
	if len(text) > maxPage {
		return tooMuch(maxPage>>20, "MiB of text")
	}
	r.split(string(text))
	if len(r.sections) > maxPageParts {
		return tooMuch(maxPageParts, "“Track:” lines")
	}
	if len(r.days) > maxPageDays {
		return tooMuch(maxPageDays, "days")
	}
	if len(r.sections) == 0 {
		return nil, schedule.Report{}, schedule.Errorf(schedule.ErrInvalid, "%s is not a track page: it has no line “Track: <name>”; copy the page from its heading on", src.Name)
	}
	r.draft.Updated = src.Modified
	c := &r.draft.Conference
	c.At = schedule.Place{File: src.Name}
	c.Name, c.ZoneName, c.DayChange = o.Conference, o.Timezone, schedule.DefaultDayChange
	c.ID = schedule.ConferenceID(nameless(o.Conference, "conference"))
	for i := range r.sections {
		r.section(&r.sections[i])
	}
	return &r.draft, r.report, nil
}

func (r *pageReader) at(line int) schedule.Place {
	return schedule.Place{File: r.file, Line: line}
}

// split sorts the page's lines into sections, slots and days.
func (r *pageReader) split(text string) {
	var section *pageSection
	var into *[]pageLine // where text goes
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	number, last, seen := 0, 0, map[string]bool{}
	titled := true        // something stands below the slot's times
	weekdayBelow := false // the weekday can stand on the line below its heading
	for raw := range strings.SplitSeq(text, "\n") {
		number++
		line := pageLine{number, pageText(raw)}
		if line.text != "" {
			last = number
		}
		short := utf8.RuneCountInString(line.text) <= maxHeadLine
		if day, ok := parsePageDay(line); ok && short {
			if !seen[day.text] {
				seen[day.text] = true
				r.days = append(r.days, day)
			}
			// What follows the days at the foot belongs to no talk; days above
			// the first slot stand at the head.
			if into = nil; section != nil && len(section.slots) == 0 {
				into = &section.theme
			}
			continue
		}
		if m := trackPattern.FindStringSubmatch(line.text); m != nil && short {
			r.sections = append(r.sections, pageSection{line: number, name: oneLine(m[1])})
			section = &r.sections[len(r.sections)-1]
			into = &section.theme
			continue
		}
		if section == nil {
			if line.text != "" && r.report.Warnings == 0 {
				r.report.Warn("text-before-track", r.at(number), "what stands before the first “Track:” line is not read; take it out, or put a “Track:” line above it")
			}
			continue
		}
		if m := dayPattern.FindStringSubmatch(line.text); m != nil && short {
			section.weekday = pageLine{number, m[1]}
			weekdayBelow = m[1] == ""
			continue
		}
		if weekdayBelow && line.text != "" {
			if weekdayBelow = false; weekdayOnly.MatchString(line.text) {
				section.weekday = line
				continue
			}
		}
		if m := hostPattern.FindStringSubmatch(line.text); m != nil && short {
			if m[1] != "" {
				section.hostLine = number
			}
			section.hosts = append(section.hosts, pageLine{number, m[1]})
			into = &section.hosts
		} else if times, room, ok := slotLine(line.text); ok {
			section.slots = append(section.slots, pageSlot{line: number, times: times, room: room})
			into, titled = &section.slots[len(section.slots)-1].body, false
		} else if into != nil {
			if titled && beginsWithHour(line.text) {
				r.report.Warn("hour-in-text", r.at(number), "“%s” begins with an hour and is read as text; if a slot begins here, write its hours alone, as 10:35am - 11:25am", schedule.Shorten(line.text))
			}
			titled = titled || line.text != ""
			*into = append(*into, line)
		} else if line.text != "" {
			r.report.Warn("text-after-days", r.at(number), "what stands after the conference days is not read; move it above them if it belongs to a talk")
			into = new([]pageLine) // told once
		}
	}
	if len(r.days) == 0 && !r.options.Date.IsZero() {
		r.report.Warn("foot-missing", r.at(last), "the page names no days at its foot; is it whole? If not, copy it to its end")
	}
}

// pageText returns a line of the page as it is matched: trimmed, with plain
// spaces for all others, and without what has no width. Browsers copy both.
func pageText(line string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch r {
		case '\u00AD', '\u180E', '\u200B', '\u200E', '\u200F', '\u2060', '\uFEFF':
			return -1
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, line))
}

func (r *pageReader) section(s *pageSection) {
	track := r.track(s)
	date, dated := r.date(s)
	r.late = 0
	for i := range s.slots {
		r.slot(s, &s.slots[i], track, date, dated)
	}
}

// track returns the index of the section's track, which earlier sections of the
// same name share.
func (r *pageReader) track(s *pageSection) int {
	index, known := r.tracks[s.name]
	if !known {
		index = len(r.draft.Tracks)
		r.tracks[s.name] = index
		id := r.trackIDs.unique(nameless(s.name, "track"))
		r.draft.Tracks = append(r.draft.Tracks, schedule.DraftTrack{At: r.at(s.line), Track: schedule.Track{ID: schedule.TrackID(id), Name: s.name}})
	}
	hosts := r.hosts(s)
	t := &r.draft.Tracks[index]
	t.Description = cmp.Or(t.Description, paragraphs(s.theme))
	t.HostIDs = append(t.HostIDs, hosts...)
	return index
}

// hosts reads names, each with its role and bio: a host begins at the top, and
// wherever a line is followed by its role at once. Only the line "Track Hosts:"
// can name several, who then share what stands below it.
func (r *pageReader) hosts(s *pageSection) []string {
	var ids []string
	lines := trimBlank(s.hosts)
	begins := func(i int) bool {
		return isHead(lines[i].text) && !isRole(lines[i].text) && i+1 < len(lines) && isRole(lines[i+1].text)
	}
	for i := 0; i < len(lines); {
		names, line := []string{oneLine(lines[i].text)}, lines[i].number
		if line == s.hostLine {
			names = splitNames(lines[i].text)
		}
		i++
		for _, name := range names {
			role, affiliation, read := takeRole(lines[i:])
			i += read
			ids = append(ids, r.speaker(name, line, role, affiliation, ""))
		}
		end := i
		for end < len(lines) && !begins(end) {
			end++
		}
		bio := paragraphs(lines[i:end])
		for _, name := range names {
			r.speaker(name, line, "", "", bio)
		}
		i = end
	}
	return ids
}

// speaker returns the person of that name, who is the same person wherever the
// name stands, with what is new of role, affiliation and bio.
func (r *pageReader) speaker(name string, line int, role, affiliation, bio string) string {
	index, known := r.speakers[name]
	if !known {
		index = len(r.draft.Speakers)
		r.speakers[name] = index
		id := r.speakerIDs.unique(slugOf(name))
		r.draft.Speakers = append(r.draft.Speakers, schedule.DraftSpeaker{At: r.at(line), Speaker: schedule.Speaker{ID: schedule.SpeakerID(id), Name: name}})
	}
	p := &r.draft.Speakers[index]
	p.Role, p.Affiliation, p.Bio = cmp.Or(p.Role, role), cmp.Or(p.Affiliation, affiliation), cmp.Or(p.Bio, bio)
	return string(p.ID)
}

func (r *pageReader) slot(s *pageSection, in *pageSlot, track int, date schedule.Date, dated bool) {
	body := trimBlank(in.body)
	if len(body) == 0 {
		r.report.Fault("slot-empty", r.at(in.line), "nothing stands below %s; write its title or its speakers there, or take it out", schedule.Shorten(in.times))
		return
	}
	d := schedule.DraftTalk{At: r.at(in.line), TrackID: string(r.draft.Tracks[track].ID)}
	cancelled := false
	if !isBy(body[0].text) && !byNobody.MatchString(body[0].text) && isHead(body[0].text) {
		lines := titleLines(body)
		d.Title, cancelled = markedTitle(paragraphs(body[:lines]))
		d.At = r.at(body[0].number)
		body = trimBlank(body[lines:])
	}
	var names []string
	if len(body) > 0 && byNobody.MatchString(body[0].text) {
		r.report.Fault("by-empty", r.at(body[0].number), "nobody stands behind “%s”; write the speaker's name there, or take the line out", body[0].text)
		body = trimBlank(body[1:])
	}
	if len(body) > 0 && isBy(body[0].text) {
		names = splitNames(byWord.ReplaceAllString(body[0].text, ""))
		line := body[0].number
		body = body[1:]
		for _, name := range names {
			role, affiliation, read := takeRole(body)
			if read == 0 && len(names) == 1 {
				role, affiliation, read = takeBareRole(body)
			}
			body = body[read:]
			d.SpeakerIDs = append(d.SpeakerIDs, r.speaker(name, line, role, affiliation, ""))
		}
	}
	for i, line := range body {
		if namesSpeakers(body[i:]) {
			r.report.Warn("by-in-text", r.at(line.number), "“%s” stands in the abstract, where it names no speaker; move it right below the title if it is to", schedule.Shorten(line.text))
		}
	}
	d.Abstract = paragraphs(body)
	d.Kind = kindOf(d.Title, len(names) > 0)
	base := d.Title
	if len(names) > 0 {
		base = strings.Join(names, " ")
	}
	if d.Title == "" && len(names) > 0 {
		d.Title = s.name + ": " + joinNames(names)
	}
	id := r.talkIDs.unique(nameless(base, "talk"))
	d.ID = schedule.TalkID(id)
	r.draft.Talks = append(r.draft.Talks, d)

	from, to, ok := parseRange(in.times)
	if !ok && rangePattern.MatchString(in.times) {
		r.report.Fault("time", r.at(in.line), "“%s” has an hour that no clock shows; write it as 10:35am - 11:25am or 10:35 - 11:25", schedule.Shorten(in.times))
	} else if !ok && rangeBegins.MatchString(in.times) {
		r.report.Fault("time", r.at(in.line), "“%s” has more in it than a time range; write a room as Room 5, and anything else on the next line", schedule.Shorten(in.times))
	} else if !ok {
		r.report.Fault("time", r.at(in.line), "“%s” is not a time range; write it as 10:35am - 11:25am or 10:35 - 11:25", schedule.Shorten(in.times))
	}
	if !ok || !dated {
		return
	}
	if from >= 12*time.Hour && to < 12*time.Hour {
		to += 24 * time.Hour
	}
	// A page goes on through the night.
	if from < schedule.DefaultDayChange && from < r.late && r.late >= 12*time.Hour {
		from, to = from+24*time.Hour, to+24*time.Hour
	} else if from < r.late {
		r.report.Warn("hours-back", r.at(in.line), "%s is before the slot above it; if it is of another day, give it a “Track:” heading and a day of its own", schedule.Shorten(in.times))
	}
	r.late = max(r.late, from)
	start := schedule.WallTime{Date: date}.Add(from)
	end := schedule.WallTime{Date: date}.Add(to)
	status := schedule.StatusConfirmed
	if cancelled {
		status = schedule.StatusCancelled
	}
	r.draft.Slots = append(r.draft.Slots, schedule.DraftSlot{
		ID: schedule.SlotID(id), TalkID: id, Status: status, RoomID: r.room(in), Family: nameless(base, "talk"), At: r.at(in.line),
		Start: schedule.Moment{Wall: start}, End: schedule.Moment{Wall: end},
	})
}

// room returns the id of a slot's room, or "".
func (r *pageReader) room(in *pageSlot) string {
	if in.room == "" {
		return ""
	}
	id := schedule.RoomID(slugOf(in.room))
	if !r.rooms[id] {
		r.rooms[id] = true
		r.draft.Rooms = append(r.draft.Rooms, schedule.DraftRoom{At: r.at(in.line), Room: schedule.Room{ID: id, Name: in.room}})
	}
	return string(id)
}

// date works out the day of a section, or reports why it cannot be told.
func (r *pageReader) date(s *pageSection) (schedule.Date, bool) {
	line := cmp.Or(s.weekday.number, s.line)
	fault := func(code, format string, args ...any) (schedule.Date, bool) {
		r.report.Fault(code, r.at(line), format, args...)
		return schedule.Date{}, false
	}
	days := r.days
	if s.weekday.text != "" {
		day, ok := parsePageDay(s.weekday)
		switch {
		case ok:
			days = []pageDay{day}
		case weekdayOnly.MatchString(s.weekday.text):
			day.weekday, day.named = weekdayOf(s.weekday.text), true
		default:
			return fault("weekday", "“%s” is not a day of the week; write it as Monday, or leave it empty", schedule.Shorten(s.weekday.text))
		}
		if day.named {
			if d := r.options.Date; !d.IsZero() && d.Weekday() != day.weekday {
				return fault("day-conflict", "--date %s is a %s, and the page says %s; correct one of them", d, d.Weekday(), day.weekday)
			}
			days = slices.DeleteFunc(slices.Clone(days), func(d pageDay) bool {
				weekday, known := r.weekday(d)
				return known && weekday != day.weekday
			})
			if len(days) == 0 && len(r.days) > 0 && r.options.Date.IsZero() {
				return fault("day-missing", "the page says %s, and no day that it names is one (%s); choose one with --date YYYY-MM-DD", day.weekday, r.dayList())
			}
		}
	}
	if d := r.options.Date; !d.IsZero() {
		on := slices.IndexFunc(days, func(p pageDay) bool {
			return p.month == d.Month && p.day == d.Day && (p.year == 0 || p.year == d.Year)
		})
		if on < 0 && len(r.days) > 0 {
			return fault("day-conflict", "--date %s is not one of the days that the page names (%s); correct one of them", d, r.dayList())
		}
		if on >= 0 && days[on].named && days[on].weekday != d.Weekday() {
			return fault("day-conflict", "--date %s is a %s, and the page says “%s”; correct one of them", d, d.Weekday(), days[on].text)
		}
		return d, true
	}
	if len(r.days) == 0 && len(days) == 0 {
		return fault("day-missing", "the page does not say which day this is; choose one with --date YYYY-MM-DD")
	}
	if len(days) != 1 {
		return fault("day-missing", "the page does not say which of its days this is (%s); choose one with --date YYYY-MM-DD", r.dayList())
	}
	day := days[0]
	year := cmp.Or(day.year, r.options.Year)
	if year == 0 {
		return fault("day-missing", "the page says %s without the year; give it with --year, or choose the day with --date YYYY-MM-DD", day.text)
	}
	if r.options.Year != 0 && r.options.Year != year {
		return fault("day-conflict", "the page says %s, and --year says %d; correct one of them", day.text, r.options.Year)
	}
	date, err := schedule.ParseDate(schedule.Date{Year: year, Month: day.month, Day: day.day}.String())
	if err != nil {
		return fault("day-conflict", "there is no %s in %d; correct the page or the year", day.text, year)
	}
	if day.named && date.Weekday() != day.weekday {
		return fault("day-conflict", "the page says %s, and %s is a %s; correct the page or the year", day.text, date, date.Weekday())
	}
	return date, true
}

// weekday returns the weekday of a day, where the page or its year tells it.
func (r *pageReader) weekday(d pageDay) (time.Weekday, bool) {
	if d.named {
		return d.weekday, true
	}
	year := cmp.Or(d.year, r.options.Year, r.options.Date.Year)
	return schedule.Date{Year: year, Month: d.month, Day: d.day}.Weekday(), year != 0
}

// dayList names the days of the page, for a message.
func (r *pageReader) dayList() string {
	const most = 10
	var names []string
	for _, d := range r.days {
		if len(names) == most {
			names = append(names, fmt.Sprintf("and %d more", len(r.days)-most))
			break
		}
		names = append(names, d.text)
	}
	return strings.Join(names, ", ")
}

// isHead tells a line that can be a title or a name rather than a paragraph.
func isHead(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxHeadLine }

func isBy(s string) bool {
	return isHead(s) && byPattern.MatchString(s) && len(splitNames(byWord.ReplaceAllString(s, ""))) > 0
}

// namesSpeakers tells whether lines begin with one such as "by Ann Lee" that
// stands for itself, rather than a line of a paragraph.
func namesSpeakers(lines []pageLine) bool {
	alone := len(lines) == 1 || len(lines) > 1 && (lines[1].text == "" || isRole(lines[1].text))
	return alone && isBy(lines[0].text) && byName.MatchString(lines[0].text)
}

// titleLines returns how many lines the title takes that a slot's text begins
// with: several where the speakers follow them, or else one.
func titleLines(body []pageLine) int {
	end := 1
	for end < min(len(body), maxTitle) && body[end].text != "" && !isBy(body[end].text) {
		end++
	}
	if isHead(paragraphs(body[:end])) && namesSpeakers(trimBlank(body[end:])) {
		return end
	}
	return 1
}

// isRole tells a line such as "CTO @Fastly".
func isRole(s string) bool {
	return isHead(s) && rolePattern.MatchString(s) && (!strings.HasSuffix(s, ".") || companyForm.MatchString(s))
}

// companyForm is how a company's name can end that is no sentence.
var companyForm = regexp.MustCompile(`(?i)[\s,](?:inc|co|corp|ltd|llc|llp|plc|bros|s\.?a|n\.?v|b\.?v|e\.?v)\.$`)

// takeBareRole is takeRole for a role without an @, such as "CTO at Fastly": a
// short line by itself, with the abstract below it.
func takeBareRole(lines []pageLine) (role, affiliation string, read int) {
	const most = 80 // characters
	if len(lines) < 3 || lines[1].text != "" || lines[0].text == "" || utf8.RuneCountInString(lines[0].text) > most ||
		strings.ContainsAny(lines[0].text[len(lines[0].text)-1:], ".!?:;") && !companyForm.MatchString(lines[0].text) {
		return "", "", 0
	}
	role, affiliation, _ = strings.Cut(lines[0].text, " at ")
	return strings.TrimSpace(role), strings.TrimSpace(affiliation), 1
}

// takeRole reads the role line that lines begin with, if they do, and returns
// how many lines it took.
func takeRole(lines []pageLine) (role, affiliation string, read int) {
	if len(lines) == 0 || !isRole(lines[0].text) {
		return "", "", 0
	}
	m := rolePattern.FindStringSubmatch(lines[0].text)
	return m[1], m[2], 1
}

// splitNames splits "A, B and C" into names; "Jr." and the like stay with the
// name before them.
func splitNames(s string) []string {
	var names []string
	for _, name := range namesPattern.Split(oneLine(s), -1) {
		if name == "" {
			continue
		}
		if len(names) > 0 && suffixName.MatchString(name) {
			names[len(names)-1] += ", " + name
		} else if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func joinNames(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func trimBlank(lines []pageLine) []pageLine {
	for len(lines) > 0 && lines[0].text == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1].text == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// paragraphs joins lines by spaces, and paragraphs by blank lines.
func paragraphs(lines []pageLine) string {
	var b strings.Builder
	blank := false
	for _, line := range lines {
		switch {
		case line.text == "":
			blank = true
			continue
		case b.Len() > 0 && blank:
			b.WriteString("\n\n")
		case b.Len() > 0:
			b.WriteByte(' ')
		}
		blank = false
		b.WriteString(line.text)
	}
	return b.String()
}

// The titles that say what a slot is. Those with a speaker are read with more
// care: "Keynote: the year ahead" is a keynote, "Lunch with spies" is a talk.
var (
	pauseKind = []struct {
		words *regexp.Regexp
		kind  schedule.Kind
	}{
		{regexp.MustCompile(`(?i)\b(?:open ?spaces?|unconference|birds of a feather)\b`), schedule.KindOpenSpace},
		{regexp.MustCompile(`(?i)\b(?:lunch|break|coffee|tea|breakfast|registration|check-in)\b`), schedule.KindBreak},
		{regexp.MustCompile(`(?i)\b(?:party|reception|social|drinks|dinner)\b`), schedule.KindSocial},
	}
	talkKind = []struct {
		words *regexp.Regexp
		kind  schedule.Kind
	}{
		{regexp.MustCompile(`(?i)^(?:(?:opening|closing|morning|evening) )?keynotes?(?:\s*[:|–—-]|$)`), schedule.KindKeynote},
		{regexp.MustCompile(`(?i)^(?:\S+ )?panel(?: discussion)?(?:\s*[:|–—-]|$)`), schedule.KindPanel},
		{regexp.MustCompile(`(?i)^(?:\S+ )?workshops?(?:\s*[:|–—-]|$)`), schedule.KindWorkshop},
		{regexp.MustCompile(`(?i)^lightning talks?(?:\s*[:|–—-]|$)`), schedule.KindLightning},
	}
)

func kindOf(title string, spoken bool) schedule.Kind {
	for _, k := range talkKind {
		if k.words.MatchString(title) {
			return k.kind
		}
	}
	if spoken || len(strings.Fields(title)) > 6 {
		return schedule.KindTalk
	}
	for _, k := range pauseKind {
		if k.words.MatchString(title) {
			return k.kind
		}
	}
	return schedule.KindTalk
}
