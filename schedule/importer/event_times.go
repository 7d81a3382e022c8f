package importer

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"slotcast/schedule"
)

// lateNight is when a conference day ends where a file does not say it: what
// begins before this hour is of the evening before.
const lateNight = 5 * time.Hour

// timedEvent is an event whose start and end are known.
type timedEvent struct {
	*rawEvent
	start, end schedule.Moment
	from, to   time.Time
	day        schedule.Date
	status     schedule.Status // "" for confirmed
	slot       string          // its id
}

// chooseZone takes the zone that the file names, unless the file's own times
// show that it is another, and then --timezone.
func (r *eventReader) chooseZone() {
	name, option := strings.TrimSpace(r.head.zone), r.options.Timezone
	c := &r.draft.Conference
	said, err := schedule.LoadZone(name)
	chosen, optionErr := schedule.LoadZone(option)
	c.ZoneName = name
	if optionErr == nil {
		switch {
		case name == "":
			c.ZoneName = option
		case err != nil:
			c.ZoneName = option
			r.report.Warn("zone", c.At, "“%s” is not a time zone; %s is taken, as --timezone says", schedule.Shorten(name), chosen)
		case said.String() == chosen.String():
		case r.contradicts(said):
			c.ZoneName = option
			r.report.Warn("zone-disagrees", c.At, "the file says that its zone is %s, and its times have other offsets; %s is taken, as --timezone says", said, chosen)
		default:
			r.report.Warn("timezone-unused", c.At, "the file says that its zone is %s, so --timezone %s is not used; leave it out", said, chosen)
		}
	}
	if r.zone, err = schedule.LoadZone(c.ZoneName); err != nil {
		r.zone = time.UTC // Build refuses the draft
	}
	r.zoned, r.offsets = err == nil, map[int]bool{}
}

// contradicts tells whether most times of the file have offsets that the zone
// does not have then, and that fit the hours beside them. An offset of zero is
// no evidence: it is often put on any time at all.
func (r *eventReader) contradicts(zone *time.Location) bool {
	against := 0
	for i := range r.events {
		stamp, whole := parseStamp(r.events[i].date)
		clock, ok := parseClock(r.events[i].start)
		if !whole || !stamp.HasOffset || !ok {
			continue
		}
		if clockIn(stampTime(stamp).In(zone)) == clock {
			against--
		} else if stamp.Offset != 0 && clockOfWall(stamp.Wall) == clock {
			against++
		}
	}
	return against > 0
}

// chooseDayEnd finds when conference days end: where the file says it, or where
// the ends of its days show it.
func (r *eventReader) chooseDayEnd() {
	r.dayEnds = lateNight
	r.draft.Conference.DayChange = schedule.DefaultDayChange
	const latest = 12 * time.Hour
	if s := strings.TrimSpace(r.head.dayChange); s != "" {
		if clock, ok := parseClock(s); ok && clock <= latest {
			r.dayEnds, r.dayKnown = clock, true
		} else {
			r.report.Warn("day-change", r.head.at, "“%s” is not an hour from 00:00 to 12:00 at which a conference day begins; correct it", schedule.Shorten(s))
		}
	}
	for _, d := range r.head.days {
		first, _ := r.wall(cmp.Or(d.date, d.start))
		wall, whole := r.wall(d.end)
		if r.head.dayChange != "" || first.Date.IsZero() || !whole {
			continue
		}
		clock := clockOfWall(wall)
		if clock%time.Hour >= 59*time.Minute { // 03:59 is written for 04:00
			clock = clock.Truncate(time.Hour) + time.Hour
		}
		if wall.Date == first.AddDays(1) && clock <= latest && (!r.dayKnown || clock > r.dayEnds) {
			r.dayEnds, r.dayKnown = clock, true
		}
	}
	if r.dayKnown {
		r.draft.Conference.DayChange = r.dayEnds
	}
}

// wall returns what clocks in the conference's zone show at a stamp; of a date
// alone it is the date.
func (r *eventReader) wall(s string) (w schedule.WallTime, whole bool) {
	stamp, whole := parseStamp(s)
	if stamp.HasOffset {
		return schedule.WallTimeOf(stampTime(stamp).In(r.zone)), whole
	}
	return stamp.Wall, whole
}

// timed finds when each event is, and leaves out those that cannot be read.
func (r *eventReader) timed() []*timedEvent {
	var events []*timedEvent
	starts := map[string][]time.Time{} // by room
	for i := range r.events {
		e := &timedEvent{rawEvent: &r.events[i]}
		if isBlank(e.title) {
			r.leave("title-missing", e.rawEvent, "has no title")
			continue
		}
		if !r.public(e) || !r.begin(e) {
			continue
		}
		if y := e.from.Year(); y < 1972 || y > 2199 {
			r.leave("year", e.rawEvent, "is in the year %d", y)
			continue
		}
		if room := oneLine(e.room); room != "" {
			starts[room] = append(starts[room], e.from)
		}
		events = append(events, e)
	}
	for _, times := range starts {
		slices.SortFunc(times, time.Time.Compare)
	}
	events = slices.DeleteFunc(events, func(e *timedEvent) bool { return !r.finishTime(e, starts[oneLine(e.room)]) })
	r.checkDates(events)
	return events
}

// public reads the state of an event, and the marks in its title. It returns
// false for what is not public.
func (r *eventReader) public(e *timedEvent) bool {
	if e.own != nil {
		e.title = oneLine(e.title)
		if e.status = schedule.Status(e.own.status); !e.status.Valid() {
			e.status = schedule.StatusConfirmed
		}
		if e.status == schedule.StatusCancelled {
			e.title = strings.TrimPrefix(e.title, exportedCancelled)
		}
		return true
	}
	title, cancelled := markedTitle(e.title)
	e.title = title
	switch strings.ToUpper(strings.TrimSpace(e.state)) {
	case "CANCELED", "CANCELLED", "WITHDRAWN", "DELETED":
		cancelled = true
	case "DRAFT", "SUBMITTED", "REJECTED":
		r.often("not-public", e.rawEvent, "a draft, or not accepted, so it is left out")
		return false
	case "", "ACCEPTED", "CONFIRMED", "DELAYED":
	default:
		r.often("state", e.rawEvent, "the state “%s” is not known, so the talk is shown as one that takes place; write CANCELED if it does not", schedule.Shorten(e.state))
	}
	if cancelled {
		e.status = schedule.StatusCancelled
	}
	return true
}

// begin finds when an event begins. A date with its offset is believed before
// the clock beside it, with one exception: the offset zero, where the clock
// agrees with the date only if that is read without it. Software puts that
// offset on times that it takes for UTC.
func (r *eventReader) begin(e *timedEvent) bool {
	stamp, whole := parseStamp(e.date)
	clock, clocked := parseClock(strings.TrimSpace(e.rawEvent.start))
	var wall schedule.WallTime
	switch {
	case whole && stamp.HasOffset:
		// Without a zone there is none for the offset to disagree with.
		if e.from = stampTime(stamp); r.zoned {
			e.from = e.from.In(r.zone)
		} else {
			r.offsets[stamp.Offset] = true
		}
		e.start = schedule.MomentOf(e.from)
		if !clocked || clockIn(e.from) == clock {
			return r.onDay(e)
		}
		switch {
		case clockOfWall(stamp.Wall) != clock:
			r.report.Warn("time-disagrees", e.at, "“%s” begins at %s by its date, and at %s by its start; the date is believed, since it has its offset, so correct one of them",
				schedule.Shorten(e.title), e.start, schedule.Shorten(e.rawEvent.start))
			return r.onDay(e)
		case stamp.Offset != 0:
			r.often("zone-disagrees", e.rawEvent, "the date has the offset of %s, which %s does not have then; the date is believed, so that the hour is another in %s: give the zone with --timezone",
				stamp, r.zone, r.zone)
			return r.onDay(e)
		}
		r.often("time-disagrees", e.rawEvent, "the date %s has the offset zero, and by its start the hour is that of %s; the start is believed, since the date's own hour is the same", stamp, r.zone)
		wall = stamp.Wall
	case whole:
		wall = stamp.Wall
		if clocked && clockOfWall(wall) != clock {
			r.report.Warn("time-disagrees", e.at, "“%s” begins at %s by its date, and at %s by its start; the date is believed, so correct one of them",
				schedule.Shorten(e.title), wall, schedule.Shorten(e.rawEvent.start))
		}
	case !clocked && strings.TrimSpace(e.date+e.rawEvent.start) == "":
		r.left++
		r.often("start-missing", e.rawEvent, "no start yet, so left out; give it if that takes place")
		return false
	case !clocked:
		r.leave("time", e.rawEvent, "has the start “%s”, which is no time such as 09:30", schedule.Shorten(cmp.Or(e.rawEvent.start, e.date)))
		return false
	case !stamp.Wall.Date.IsZero():
		wall = stamp.Wall.Add(clock)
	case e.rawEvent.day.IsZero():
		r.leave("day-missing", e.rawEvent, "has no date, nor has the day that it stands under")
		return false
	default:
		wall = schedule.WallTime{Date: e.rawEvent.day}.Add(clock)
		if clock < r.dayEnds {
			wall = wall.Add(24 * time.Hour)
		}
	}
	instants := wall.Instants(r.zone)
	if len(instants) == 0 {
		r.leave("time-skipped", e.rawEvent, "begins at %s, which clocks in %s skip", wall, r.zone)
		return false
	}
	e.from, e.start = instants[0], schedule.Moment{Wall: wall}
	return r.onDay(e)
}

// onDay takes the conference day that the event stands under, if it can be so.
func (r *eventReader) onDay(e *timedEvent) bool {
	day, wall := e.rawEvent.day, schedule.WallTimeOf(e.from)
	switch {
	case day.IsZero():
	case e.own != nil, day == wall.Date, day == wall.AddDays(-1) && clockOfWall(wall) < max(r.dayEnds, 6*time.Hour):
		e.day = day
	default:
		r.often("day-disagrees", e.rawEvent, "it is listed under %s, and begins at %s; the time is believed", day, wall)
	}
	return true
}

// finishTime finds when an event ends: by its end, by its duration, or by the one
// that makes better sense where they disagree. The starts of its room, sorted,
// tell that, and which of two readings a duration has.
func (r *eventReader) finishTime(e *timedEvent, starts []time.Time) bool {
	next := func(length time.Duration) bool { // something begins in the room meanwhile
		i, _ := slices.BinarySearchFunc(starts, e.from.Add(time.Nanosecond), time.Time.Compare)
		return i < len(starts) && starts[i].Before(e.from.Add(length))
	}
	fits := func(length time.Duration) bool { return length > 0 && length <= schedule.MaxSlotDuration*24*time.Hour }
	byEnd, ended := r.lengthByEnd(e)
	length, short, ok := parseLength(e.duration)
	switch {
	case ended && e.own != nil:
		length = byEnd
	case ended && ok && (byEnd == length || short > 0 && byEnd == short):
		length = byEnd
	case ended && ok && !fits(byEnd):
		r.often("end-disagrees", e.rawEvent, "the end is not after the start, or is more than %d days later; the duration is believed instead, so correct the end", schedule.MaxSlotDuration)
	case ended && ok && (byEnd-length).Abs() < time.Minute: // in which a duration has no seconds
		length = byEnd
	case ended && ok && next(byEnd) && !next(length):
		r.report.Warn("end-disagrees", e.at, "“%s” lasts %s by its end, and %s by its duration; the duration is believed, since another talk begins in the room before the end, so correct one of them",
			schedule.Shorten(e.title), spoken(byEnd), spoken(length))
	case ended && ok:
		r.report.Warn("end-disagrees", e.at, "“%s” lasts %s by its end, and %s by its duration; the end is believed, so correct one of them",
			schedule.Shorten(e.title), spoken(byEnd), spoken(length))
		length = byEnd
	case ended:
		length = byEnd
	case strings.TrimSpace(e.duration+e.rawEvent.end) == "":
		r.leave("duration-missing", e.rawEvent, "has no duration")
		return false
	case !ok && e.duration == "":
		r.leave("duration", e.rawEvent, "has the end “%s”, which is no time such as 2026-05-04T09:30:00+02:00", schedule.Shorten(e.rawEvent.end))
		return false
	case !ok:
		r.leave("duration", e.rawEvent, "has the duration “%s”, which is none such as 0:45", schedule.Shorten(e.duration))
		return false
	case short > 0:
		if i, _ := slices.BinarySearchFunc(starts, e.from.Add(short), time.Time.Compare); i < len(starts) && starts[i].Before(e.from.Add(length)) {
			length = short
		}
		r.report.Warn("duration-doubtful", e.at, "the duration “%s” of “%s” is days or hours; it is read as %s by what follows in the room, so write it as hours and minutes",
			schedule.Shorten(e.duration), schedule.Shorten(e.title), spoken(length))
	}
	e.to = e.from.Add(length)
	if !fits(length) {
		r.leave("duration", e.rawEvent, "ends at %s, which is not after its start at %s or is more than %d days later", e.to.In(r.zone).Format(time.DateTime), e.start, schedule.MaxSlotDuration)
		return false
	}
	e.end = schedule.MomentOf(e.to.In(r.zone))
	return true
}

// lengthByEnd returns how long an event lasts by its end, if it has one. Where the
// offset of the date is not that of the hour, neither is that of the end; then,
// and where it has none, it is the hour on the wall, the first after the start.
func (r *eventReader) lengthByEnd(e *timedEvent) (time.Duration, bool) {
	stamp, whole := parseStamp(e.rawEvent.end)
	if !whole {
		return 0, false
	}
	if lied := !e.start.HasOffset && e.date != ""; stamp.HasOffset && !lied {
		return stampTime(stamp).Sub(e.from), true
	}
	zone := r.zone
	if !r.zoned {
		zone = e.from.Location()
	}
	instants := stamp.Wall.Instants(zone)
	if len(instants) == 0 {
		return 0, false
	}
	length := instants[0].Sub(e.from)
	if length <= 0 {
		length = instants[len(instants)-1].Sub(e.from)
	}
	return length, true
}

// checkDates warns of a head that was kept from another year: its name stands
// in the UID of every event.
func (r *eventReader) checkDates(events []*timedEvent) {
	day := func(s string) (schedule.Date, bool) {
		s = strings.TrimSpace(s)
		date, err := schedule.ParseDate(s[:min(len(s), len(time.DateOnly))])
		return date, err == nil
	}
	first, ok := day(r.head.start)
	last, okLast := day(r.head.end)
	if !ok || !okLast || len(events) == 0 {
		return
	}
	for _, e := range events {
		if date := schedule.WallTimeOf(e.from).Date; date.Compare(first.AddDays(-2)) >= 0 && date.Compare(last.AddDays(2)) <= 0 {
			return
		}
	}
	r.report.Warn("head-disagrees", r.head.at, "the conference is from %s to %s by the head of the file, and none of its events is; if the head is of another year, correct it or give --conference", first, last)
}

// The times of the formats. Seconds may have a fraction, which is dropped.
var (
	fractionPattern = regexp.MustCompile(`(:\d{2})[.,]\d{1,9}`)
	lengthPattern   = regexp.MustCompile(`^(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?$`)
	isoLength       = regexp.MustCompile(`^P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$`)
)

// parseStamp reads a date and time, with an offset or without; whole is false
// where it is a date alone, or nothing.
func parseStamp(s string) (stamp schedule.Moment, whole bool) {
	if s = strings.TrimSpace(s); strings.ContainsAny(s, ".,") {
		s = fractionPattern.ReplaceAllString(s, "$1")
	}
	if stamp, whole = parseMoment(s); whole {
		return stamp, stamp.Offset >= -16*3600 && stamp.Offset <= 16*3600
	}
	if date, err := schedule.ParseDate(s); err == nil {
		stamp.Wall.Date = date
	}
	return stamp, false
}

// stampTime returns when a moment with an offset is.
func stampTime(m schedule.Moment) time.Time {
	w := m.Wall
	return time.Date(w.Year, w.Month, w.Day, w.Hour, w.Minute, w.Second, 0, time.FixedZone("", m.Offset))
}

func clockOfWall(w schedule.WallTime) time.Duration {
	return time.Duration(w.Hour)*time.Hour + time.Duration(w.Minute)*time.Minute + time.Duration(w.Second)*time.Second
}

func clockIn(t time.Time) time.Duration { return clockOfWall(schedule.WallTimeOf(t)) }

// parseLength reads a duration: H:MM, H:MM:SS, D:HH:MM, ISO 8601 or minutes.
// Three fields are days first in pretalx and EMF, and hours first elsewhere;
// where both can be meant, short is the second.
func parseLength(s string) (length, short time.Duration, ok bool) {
	s = strings.TrimSpace(s)
	of := func(days, hours, minutes, seconds int) time.Duration {
		return time.Duration(days*24+hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second
	}
	if m := isoLength.FindStringSubmatch(s); m != nil {
		length = of(number(m[1]), number(m[2]), number(m[3]), number(m[4]))
	} else if n, err := strconv.ParseUint(s, 10, 16); err == nil {
		length = of(0, 0, int(n), 0)
	} else if m := lengthPattern.FindStringSubmatch(s); m != nil {
		first, second, third := number(m[1]), number(m[2]), number(m[3])
		switch {
		case m[3] == "" && second < 60:
			length = of(0, first, second, 0)
		case m[3] == "" || third >= 60:
		case len(m[1]) == 1 && first > 0 && second < 24:
			length, short = of(first, second, third, 0), of(0, first, second, third)
		case second < 60:
			length = of(0, first, second, third)
		}
	}
	return length, short, length > 0 && length <= schedule.MaxSlotDuration*24*time.Hour
}
