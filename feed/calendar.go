package feed

import (
	"slices"
	"strconv"
	"strings"

	ics "github.com/arran4/golang-ical"
	"golang.org/x/image/colornames"

	"slotcast/schedule"
)

const (
	productID = "-//Slotcast//Slotcast//EN"

	// refreshEvery is how often clients are asked to fetch a feed again. It is
	// the same at all times, so that bytes depend on the schedule alone.
	refreshEvery = "PT1H"
)

// title names a feed in a list of calendars.
func title(e *schedule.Edition, scope schedule.Scope) string {
	name := e.Conference().Name
	if scope.IsWhole() {
		return cleanLine(name, maxName)
	}
	if key, value, ok := scope.Single(); ok && key == schedule.ScopeTalk {
		return cleanLine(e.Talk(schedule.TalkID(value)).Title, maxName)
	}
	if scope.Chosen() {
		return cleanLine("Chosen talks – "+name, maxName)
	}
	return cleanLine(cut(strings.Join(labels(e, scope), ", "), maxName/2)+" – "+name, maxName)
}

// labels says what each value of a scope stands for that does not choose talks.
// Every id in the scope must be in the edition.
func labels(e *schedule.Edition, scope schedule.Scope) []string {
	var all []string
	scope.Each(func(key schedule.ScopeKey, value string) {
		switch key {
		case schedule.ScopeTrack:
			value = e.Track(schedule.TrackID(value)).Name
		case schedule.ScopeSpeaker:
			value = e.Speaker(schedule.SpeakerID(value)).Name
		case schedule.ScopeRoom:
			value = e.Room(schedule.RoomID(value)).Name
		case schedule.ScopeDay:
			if day, err := schedule.ParseDate(value); err == nil {
				value = day.Long()
			}
		case schedule.ScopeKind:
			value = schedule.Kind(value).Label()
		case schedule.ScopeText:
			value = "“" + value + "”"
		}
		all = append(all, value)
	})
	return all
}

// about describes a feed: a track's theme and hosts, who a speaker is, or the
// conference.
func about(e *schedule.Edition, scope schedule.Scope) string {
	c := e.Conference()
	text := c.Description
	if key, value, ok := scope.Single(); ok {
		switch key {
		case schedule.ScopeTrack:
			t := e.Track(schedule.TrackID(value))
			text = t.Description
			if len(t.Hosts) > 0 {
				text += "\n\nHosted by " + credits(t.Hosts)
			}
		case schedule.ScopeSpeaker:
			p := e.Speaker(schedule.SpeakerID(value))
			text = p.Credit() + "\n\n" + p.Bio
		}
	} else if scope.Chosen() {
		text = "Talks of " + c.Name + " that were chosen one by one."
	} else if !scope.IsWhole() {
		text = "Part of " + c.Name + ": " + strings.Join(labels(e, scope), ", ") + "."
	}
	return cut(cleanText(text), maxDescription)
}

// commonHead returns what every feed of a conference begins with.
func commonHead(c *schedule.Conference, baseURL string) []byte {
	var l contentLines
	l.begin("VCALENDAR")
	l.add("VERSION", "2.0")
	l.add("PRODID", productID)
	l.add("CALSCALE", "GREGORIAN")
	l.add("X-WR-TIMEZONE", c.Zone.String())
	l.add("REFRESH-INTERVAL", refreshEvery, ics.WithValue("DURATION"))
	l.add("X-PUBLISHED-TTL", refreshEvery)
	if page := pageURL(c, baseURL); page != "" {
		l.add("URL", page)
	}
	return l.Bytes()
}

// ownHead returns what a feed of a name says of itself, after commonHead and
// before its first component.
func ownHead(e *schedule.Edition, scope schedule.Scope, o Options, name, baseURL string) []byte {
	var l contentLines
	about := about(e, scope)
	l.addNames(name, about)
	if baseURL != "" {
		l.add("SOURCE", baseURL+Path(scope, o), ics.WithValue("URI"))
	}
	if key, value, ok := scope.Single(); ok && key == schedule.ScopeTrack {
		if color := e.Track(schedule.TrackID(value)).Color; color != "" {
			l.add("COLOR", colorName(color))
			l.add("X-APPLE-CALENDAR-COLOR", strings.ToUpper(color))
		}
	}
	return l.Bytes()
}

// addNames appends what a feed is called, in the words of the standard and in
// those that clients read.
func (l *contentLines) addNames(name, about string) {
	l.addText("NAME", name)
	l.addText("X-WR-CALNAME", name)
	l.addText("DESCRIPTION", about)
	l.addText("X-WR-CALDESC", about)
}

// pageURL is where a reader finds out more: the conference's own site, or else
// the front page here.
func pageURL(c *schedule.Conference, baseURL string) string {
	if c.URL != "" || baseURL == "" {
		return c.URL
	}
	return baseURL + "/"
}

// colorName returns the CSS3 name of the colour nearest to a #rrggbb, since the
// COLOR property takes names alone (RFC 7986 section 5.9).
func colorName(hex string) string {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return "gray"
	}
	r, g, b := int(rgb>>16), int(rgb>>8&0xFF), int(rgb&0xFF)
	distance := func(name string) int {
		c := colornames.Map[name]
		dr, dg, db := r-int(c.R), g-int(c.G), b-int(c.B)
		return dr*dr + dg*dg + db*db
	}
	// Names in order, so that of two equally near the same is taken each time.
	names := slices.Clone(colornames.Names)
	slices.Sort(names)
	return slices.MinFunc(names, func(x, y string) int { return distance(x) - distance(y) })
}
