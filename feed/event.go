package feed

import (
	"crypto/sha256"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"golang.org/x/sync/errgroup"

	"slotcast/schedule"
)

// noRoom stands in LOCATION until a room is known; some readers leave out an
// event without one.
const noRoom = "Room to be announced"

// Rendering is every slot of a schedule as a VEVENT, but for what the ledger
// adds: DTSTAMP, CREATED, LAST-MODIFIED and SEQUENCE. It is a pure function of
// the schedule.
type Rendering struct {
	slots    []renderedSlot // in the schedule's order
	timezone []byte         // the VTIMEZONE for every feed of the schedule
	zoned    bool           // events may refer to it
}

// renderedSlot is a VEVENT in parts: the parts that options replace stand apart
// from the large one that is the same in every feed.
type renderedSlot struct {
	opening   [2][]byte // BEGIN, UID, DTSTART, DTEND; by timeForm
	body      []byte    // SUMMARY to STATUS
	alarmText []byte    // the DESCRIPTION line of its VALARM
	refersTo  bool      // the local opening refers to the VTIMEZONE
	cancelled bool
	digest    schedule.Digest

	// What the slot was published as, where it has not changed since.
	published *fragment
	entry     schedule.Entry
}

// timeForm chooses how a feed writes times.
type timeForm int

const (
	localTimes timeForm = iota // wall time and TZID where that is unambiguous
	utcTimes
)

// Render renders a schedule's slots, on all cores. Of slots that are the same in
// last the rendering there is taken; last may be nil.
func Render(s *schedule.Schedule, last *Catalog) *Rendering {
	slots := s.Slots()
	from, to := slots[0].Start, slots[0].End
	for _, slot := range slots {
		if slot.End.After(to) {
			to = slot.End
		}
	}
	r := &Rendering{slots: make([]renderedSlot, len(slots))}
	r.timezone, r.zoned = timezone(s.Conference().Zone, from, to)
	if last != nil && (last.zoned != r.zoned || !last.edition.Conference().Equal(s.Conference())) {
		last = nil
	}
	inChunks(len(slots), func(from, to int) {
		for i := from; i < to; i++ {
			if last == nil || !r.reuse(i, slots[i], last) {
				r.slots[i] = renderSlot(s.Conference(), slots[i], r.zoned)
			}
		}
	})
	return r
}

// reuse takes the rendering of a slot from the last catalog, if it is the same.
func (r *Rendering) reuse(i int, slot *schedule.Slot, last *Catalog) bool {
	at, known := last.edition.SlotAt(slot.ID)
	if !known || !slot.SameToReaders(last.edition.Slots()[at]) {
		return false
	}
	f := &last.fragments[at]
	r.slots[i] = renderedSlot{
		opening: f.opening, body: f.body[f.stamps:], alarmText: f.alarmText, refersTo: f.refersTo, cancelled: f.cancelled,
		digest: f.rendered, published: f, entry: last.edition.Entry(at),
	}
	return true
}

// inChunks calls f for pieces of 0 to n, on all cores, and returns when all are
// done.
func inChunks(n int, f func(from, to int)) {
	var g errgroup.Group
	size := max(16, (n+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += size {
		g.Go(func() error { f(from, min(from+size, n)); return nil })
	}
	_ = g.Wait() // f does not fail
}

// Digests returns the digest of each slot as subscribers will see it, for
// [schedule.Ledger.Advance].
func (r *Rendering) Digests() []schedule.Digest {
	digests := make([]schedule.Digest, len(r.slots))
	for i := range r.slots {
		digests[i] = r.slots[i].digest
	}
	return digests
}

func renderSlot(c *schedule.Conference, s *schedule.Slot, zoned bool) renderedSlot {
	cancelled := s.Status == schedule.StatusCancelled
	r := renderedSlot{
		cancelled: cancelled,
		refersTo:  zoned && unambiguous(s.Start) && unambiguous(s.End),
	}
	r.opening[utcTimes] = opening(c, s, false)
	r.opening[localTimes] = r.opening[utcTimes]
	if r.refersTo {
		r.opening[localTimes] = opening(c, s, true)
	}

	summary := cleanLine(s.Talk.Title, maxSummary)
	if cancelled {
		summary = cleanLine(cancelledTitle(s.Talk.Title), maxSummary)
	}
	var body contentLines
	body.addText("SUMMARY", summary)
	body.addText("DESCRIPTION", description(c, s))
	addLocation(&body, c, s.Room)
	for _, category := range categories(s.Talk) {
		body.addText("CATEGORIES", category)
	}
	if url := talkURL(c, s.Talk); url != "" {
		body.add("URL", url)
	}
	body.addText("STATUS", strings.ToUpper(string(s.Status)))
	r.body = body.Bytes()

	var alarm contentLines
	alarm.addText("DESCRIPTION", summary)
	r.alarmText = alarm.Bytes()

	h := sha256.New()
	for _, part := range [][]byte{r.opening[localTimes], r.opening[utcTimes], r.body} {
		_, _ = h.Write(part)
	}
	r.digest = schedule.Digest(h.Sum(nil))
	return r
}

// cancelledTitle marks a title, for readers who see no status, unless its author
// has.
func cancelledTitle(title string) string {
	const mark = "CANCELLED: "
	return mark + strings.TrimPrefix(title, mark)
}

// unambiguous tells whether every reader who is given t's wall time and zone
// comes to t. Of a time that exists twice RFC 5545 section 3.3.5 means the
// first, yet libical and ical.js take the second, so neither is written so.
func unambiguous(t time.Time) bool {
	return len(schedule.WallTimeOf(t).Instants(t.Location())) == 1
}

func opening(c *schedule.Conference, s *schedule.Slot, local bool) []byte {
	var l contentLines
	l.begin("VEVENT")
	l.add("UID", string(s.ID)+"@"+string(c.ID))
	for _, at := range []struct {
		name string
		t    time.Time
	}{{"DTSTART", s.Start}, {"DTEND", s.End}} {
		if local {
			l.add(at.name, at.t.Format(localForm), ics.WithTZID(c.Zone.String()))
		} else {
			l.add(at.name, at.t.UTC().Format(utcForm))
		}
	}
	return l.Bytes()
}

// stamps returns what the ledger adds to a slot. DTSTAMP is LAST-MODIFIED, as
// in a calendar without METHOD (rule 60).
func stamps(e schedule.Entry) []byte {
	var l contentLines
	l.add("DTSTAMP", e.Modified.Format(utcForm))
	l.add("CREATED", e.Created.Format(utcForm))
	l.add("LAST-MODIFIED", e.Modified.Format(utcForm))
	l.add("SEQUENCE", strconv.Itoa(e.Sequence))
	return l.Bytes()
}

// description is the talk in words: where and when it was until lately,
// abstract, speakers, track and host, links.
func description(c *schedule.Conference, s *schedule.Slot) string {
	t := s.Talk
	var facts []string
	for _, p := range t.Speakers {
		facts = append(facts, "Speaker: "+p.Credit())
	}
	if t.Track != nil {
		track := "Track: " + t.Track.Name
		if len(t.Track.Hosts) > 0 {
			track += ", hosted by " + credits(t.Track.Hosts)
		}
		facts = append(facts, track)
	}
	if t.Level != "" {
		facts = append(facts, "Level: "+t.Level)
	}
	if t.Language != "" {
		facts = append(facts, "Language: "+t.Language)
	}
	for _, link := range t.Links {
		facts = append(facts, strings.TrimPrefix(link.Title+": "+link.URL, ": "))
	}
	if url := talkURL(c, t); url != "" {
		facts = append(facts, url)
	}
	abstract := cut(cleanText(t.Abstract), maxDescription/2)
	text := strings.TrimSpace(abstract + "\n\n" + cut(cleanText(strings.Join(facts, "\n")), maxDescription/2))
	if s.Before == nil {
		return text
	}
	return strings.TrimSpace(moved(s) + "\n\n" + text)
}

// moved says in one line where and when a slot was before it was moved.
func moved(s *schedule.Slot) string {
	was, room := s.Before, ""
	if s.Room != nil {
		room = s.Room.Name
	}
	at := ""
	if was.Room != room && was.Room != "" {
		at = "in " + cleanLine(was.Room, maxLocation/2)
	}
	if was.Start.Equal(s.Start) && was.End.Equal(s.End) {
		return "New room: it was " + at + " before."
	}
	if at != "" {
		at = ", " + at
	}
	const day, hour = "Mon 2 Jan 2006", "15:04"
	end := was.End.Format(hour)
	if schedule.WallTimeOf(was.End).Date != schedule.WallTimeOf(was.Start).Date {
		end = was.End.Format(day + ", " + hour)
	}
	return "Moved: it was on " + was.Start.Format(day+", "+hour) + " to " + end + at + " before."
}

func credits(people []*schedule.Speaker) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Credit())
	}
	return strings.Join(all, "; ")
}

// talkURL is the talk's own page, or else the conference's.
func talkURL(c *schedule.Conference, t *schedule.Talk) string {
	if t.URL != "" {
		return t.URL
	}
	return c.URL
}

// addLocation writes where a slot is: room, venue, address. With a position,
// Apple's calendars show a map if LOCATION is the title and the address of the
// structured location on two lines (rule 76).
func addLocation(l *contentLines, c *schedule.Conference, room *schedule.Room) {
	place := noRoom
	if room != nil {
		place = room.Name
	}
	if c.Venue.Name != "" {
		place += ", " + c.Venue.Name
	}
	place = cleanLine(place, maxLocation/2)
	address := cleanLine(c.Venue.Address, maxLocation/2-2)
	if c.Venue.Position == nil {
		if address != "" {
			place += ", " + address
		}
		l.addText("LOCATION", place)
		return
	}
	latitude, longitude := degrees(c.Venue.Position.Latitude), degrees(c.Venue.Position.Longitude)
	structured := "X-APPLE-STRUCTURED-LOCATION"
	if address != "" {
		l.addText("LOCATION", place+"\n"+address)
		structured += ";X-ADDRESS=" + quoted(address)
	} else {
		l.addText("LOCATION", place)
	}
	l.add("GEO", latitude+";"+longitude)
	l.add(structured+";X-APPLE-RADIUS=70;X-TITLE="+quoted(place), "geo:"+latitude+","+longitude, ics.WithValue("URI"))
}

// degrees writes a FLOAT of at most six decimals, without an exponent
// (rule 20).
func degrees(d float64) string {
	d = math.Round(d*1e6)/1e6 + 0 // never "-0"
	return strconv.FormatFloat(d, 'f', -1, 64)
}

// categories are the track, the kind where it is a special one, and the tags.
// Outlook splits a category at a semicolon (rule 24).
func categories(t *schedule.Talk) []string {
	var all []string
	if t.Track != nil {
		all = append(all, t.Track.Name)
	}
	if t.Kind != schedule.KindTalk {
		all = append(all, t.Kind.Label())
	}
	all = append(all, t.Tags...)
	for i, c := range all {
		all[i] = cleanLine(strings.ReplaceAll(c, ";", ","), maxCategory)
	}
	return all
}
