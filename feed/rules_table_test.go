package feed_test

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// A rule is one of the conformance rules of calendar feeds, by number.
type rule struct {
	number int
	says   string
	check  func(t *testing.T, d *ruled)
}

var (
	utcPattern    = regexp.MustCompile(`^\d{8}T\d{6}Z$`)
	localPattern  = regexp.MustCompile(`^\d{8}T\d{6}$`)
	offsetPattern = regexp.MustCompile(`^[+-]\d{4}(\d{2})?$`)
	rulePattern   = regexp.MustCompile(`^FREQ=YEARLY;BYMONTH=([1-9]|1[0-2]);BYDAY=([1-4]|-1)(MO|TU|WE|TH|FR|SA|SU)$`)
	geoPattern    = regexp.MustCompile(`^-?\d+(\.\d{1,6})?;-?\d+(\.\d{1,6})?$`)
	uidPattern    = regexp.MustCompile(`^[A-Za-z0-9@._-]{1,200}$`)
	colorPattern  = regexp.MustCompile(`^#[0-9A-F]{6}$`)
)

// rules are the rules that every document is held to. A document is read
// strictly before, which is what makes most of rules 8, 9, 13 and 17.
func rules() []rule {
	return []rule{
		{1, "every line ends in CRLF and holds no other CR or LF", func(t *testing.T, d *ruled) {
			_, err := physicalLines(d.data)
			require.NoError(t, err)
		}},
		{2, "the file ends with END:VCALENDAR and its line break", func(t *testing.T, d *ruled) {
			require.True(t, bytes.HasSuffix(d.data, []byte("\r\nEND:VCALENDAR\r\n")))
		}},
		{3, "no line is longer than 75 octets", func(t *testing.T, d *ruled) {
			for line := range bytes.SplitSeq(d.data, []byte("\r\n")) {
				require.LessOrEqual(t, len(line), 75)
			}
		}},
		{4, "no line ends inside a character or an escape", func(t *testing.T, d *ruled) {
			for line := range bytes.SplitSeq(d.data, []byte("\r\n")) {
				checkPhysicalLine(t, string(line))
			}
		}},
		{5, "it is UTF-8 without a byte order mark", func(t *testing.T, d *ruled) {
			require.True(t, utf8.Valid(d.data))
			require.False(t, bytes.ContainsRune(d.data, '\uFEFF'))
		}},
		{6, "there is no control octet in a line", func(t *testing.T, d *ruled) {
			text := strings.ReplaceAll(string(d.data), "\r\n", "")
			require.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F }))
		}},
		{7, "there is no C1 control, NEL, LS, PS or bidirectional control", func(t *testing.T, d *ruled) {
			require.False(t, bytes.ContainsFunc(d.data, func(r rune) bool {
				return r >= 0x80 && r <= 0x9F || r == '\u2028' || r == '\u2029' || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
			}))
		}},
		{8, "names are upper case", func(t *testing.T, d *ruled) {
			d.calendar.walk(func(c *component) { require.Equal(t, strings.ToUpper(c.name), c.name) })
			d.everywhere(func(_ *component, p property) {
				require.Equal(t, strings.ToUpper(p.name), p.name)
				for _, q := range p.parameters {
					require.Equal(t, strings.ToUpper(q.name), q.name)
				}
			})
		}},
		{9, "there is no blank line", func(t *testing.T, d *ruled) {
			require.NotContains(t, string(d.data), "\r\n\r\n")
			require.NotContains(t, string(d.data), "\r\n \r\n")
		}},
		{10, "bytes depend on edition, scope and options alone", func(t *testing.T, d *ruled) {
			var again sync.WaitGroup
			for range 4 {
				again.Go(func() {
					e := d.catalog.Edition()
					c := feed.NewCatalog(e, feed.Render(e.Schedule, nil), baseURL)
					scope, options, err := feed.ParseQuery(d.query)
					if err != nil {
						t.Error(err)
						return
					}
					other, err := c.Document(scope, options)
					if err != nil || !bytes.Equal(d.data, other.Bytes(feed.Identity)) || other.ETag(feed.Gzip) != d.document.ETag(feed.Gzip) {
						t.Error("the second rendering is another", err)
					}
				})
			}
			again.Wait()
		}},
		{11, "text escapes backslash, semicolon, comma and line break, and nothing else", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if slices.Contains(textual, p.name) {
					_, err := unescape(p.value)
					require.NoError(t, err)
				}
			})
		}},
		{12, "every kind of line break in a text is one escape", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				if abstract := d.slot(event).Talk.Abstract; abstract != "" && len(abstract) < 2_000 {
					require.Contains(t, event.text("DESCRIPTION"), feed.CleanText(abstract))
				}
			}
		}},
		{13, "text is not escaped twice", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				want := feed.CleanLine(d.slot(event).Talk.Title, 150)
				require.Contains(t, strings.TrimSuffix(event.text("SUMMARY"), "…"), strings.TrimSuffix(want, "…"))
			}
		}},
		{14, "values that are not text are not escaped", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if !slices.Contains(textual, p.name) {
					require.NotContains(t, p.value, `\`, p.name)
				}
			})
		}},
		{15, "addresses are absolute, of http or https, and plain ASCII", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if p.name == "URL" || p.name == "SOURCE" {
					u, err := url.Parse(p.value)
					require.NoError(t, err)
					require.Contains(t, []string{"http", "https"}, u.Scheme)
					require.NotEmpty(t, u.Host)
					require.Regexp(t, `^[!#-;=?-~]+$`, p.value)
				}
			})
		}},
		{16, "there is one CATEGORIES line for each category", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				var want, got []string
				talk := d.slot(event).Talk
				if talk.Track != nil {
					want = append(want, talk.Track.Name)
				}
				if talk.Kind != schedule.KindTalk {
					want = append(want, talk.Kind.Label())
				}
				want = append(want, talk.Tags...)
				for i := range want {
					want[i] = feed.CleanLine(strings.ReplaceAll(want[i], ";", ","), feed.MaxCategory)
				}
				for _, p := range event.all("CATEGORIES") {
					s, err := unescape(p.value)
					require.NoError(t, err)
					got = append(got, s)
				}
				require.Equal(t, slices.DeleteFunc(want, func(s string) bool { return s == "" }), got)
			}
		}},
		{17, "parameter values with a comma, semicolon or colon are quoted", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				for _, q := range p.parameters {
					require.NotContains(t, q.value, `"`)
					if !q.quoted {
						require.Regexp(t, `^[A-Za-z0-9/_+-]+$`, q.value)
					}
				}
			})
		}},
		{18, "a quote in a parameter becomes an apostrophe, a line break a space", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				for _, p := range event.all("X-APPLE-STRUCTURED-LOCATION") {
					place, _, _ := strings.Cut(event.text("LOCATION"), "\n")
					require.Equal(t, strings.ReplaceAll(place, `"`, "'"), p.parameter("X-TITLE"))
				}
			}
		}},
		{20, "GEO has at most six decimals and no exponent", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if p.name == "GEO" {
					require.Regexp(t, geoPattern, p.value)
				}
			})
		}},
		{21, "offsets are ±hhmm, and never -0000", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if strings.HasPrefix(p.name, "TZOFFSET") {
					require.Regexp(t, offsetPattern, p.value)
					require.NotRegexp(t, `^-0+$`, p.value)
					require.NotRegexp(t, `^.....00$`, p.value)
				}
			})
		}},
		{22, "durations are plain", func(t *testing.T, d *ruled) {
			require.Regexp(t, `^PT\d+H$`, d.calendar.value("REFRESH-INTERVAL"))
			d.everywhere(func(_ *component, p property) {
				if p.name == "TRIGGER" {
					require.Regexp(t, `^-PT\d+M$`, p.value)
				}
			})
		}},
		{23, "SUMMARY and LOCATION have at most 255 UTF-16 units, whole characters", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				require.LessOrEqual(t, units(event.text("SUMMARY")), feed.MaxSummary)
				require.LessOrEqual(t, units(event.text("LOCATION")), feed.MaxLocation)
				require.LessOrEqual(t, units(event.text("DESCRIPTION")), feed.MaxDescription+2)
			}
			require.LessOrEqual(t, units(d.calendar.text("NAME")), 255)
		}},
		{24, "a category has at most 255 UTF-16 units and no semicolon", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if p.name == "CATEGORIES" {
					require.LessOrEqual(t, units(p.value), 2*feed.MaxCategory)
					require.NotContains(t, p.value, ";")
				}
			})
		}},
		{25, "VERSION and PRODID come first, once each", func(t *testing.T, d *ruled) {
			require.True(t, bytes.HasPrefix(d.data, []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Slotcast//Slotcast//EN\r\n")))
			require.Len(t, d.calendar.all("VERSION"), 1)
			require.Len(t, d.calendar.all("PRODID"), 1)
		}},
		{26, "CALSCALE stands at most once", func(t *testing.T, d *ruled) {
			require.Equal(t, "GREGORIAN", d.calendar.value("CALSCALE"))
		}},
		{27, "there is no METHOD", func(t *testing.T, d *ruled) { require.Empty(t, d.calendar.all("METHOD")) }},
		{29, "there is a component, if need be the VTIMEZONE alone", func(t *testing.T, d *ruled) {
			require.NotEmpty(t, d.calendar.components)
			if len(d.calendar.events()) == 0 {
				require.Len(t, d.calendar.within("VTIMEZONE"), 1)
			}
		}},
		{30, "NAME and X-WR-CALNAME are equal", func(t *testing.T, d *ruled) {
			require.NotEmpty(t, d.calendar.text("NAME"))
			require.Equal(t, d.document.Title(), d.calendar.text("NAME"))
			require.Equal(t, d.calendar.value("NAME"), d.calendar.value("X-WR-CALNAME"))
		}},
		{31, "REFRESH-INTERVAL is a DURATION and equal to X-PUBLISHED-TTL", func(t *testing.T, d *ruled) {
			require.Equal(t, "DURATION", d.calendar.all("REFRESH-INTERVAL")[0].parameter("VALUE"))
			require.Equal(t, d.calendar.value("REFRESH-INTERVAL"), d.calendar.value("X-PUBLISHED-TTL"))
		}},
		{32, "SOURCE is the feed's own canonical address", func(t *testing.T, d *ruled) {
			require.Equal(t, "URI", d.calendar.all("SOURCE")[0].parameter("VALUE"))
			scope, options, err := feed.ParseQuery(d.query)
			require.NoError(t, err)
			require.Equal(t, baseURL+feed.Path(scope, options), d.calendar.value("SOURCE"))
		}},
		{33, "COLOR is a name, and hexadecimal stands in Apple's property only", func(t *testing.T, d *ruled) {
			if color := d.calendar.value("COLOR"); color != "" {
				require.Regexp(t, `^[a-z]+$`, color)
				require.Regexp(t, colorPattern, d.calendar.value("X-APPLE-CALENDAR-COLOR"))
			}
		}},
		{34, "properties of the calendar stand once each, before any component, without UID", func(t *testing.T, d *ruled) {
			seen := map[string]bool{}
			for _, p := range d.calendar.properties {
				require.False(t, seen[p.name], p.name)
				seen[p.name] = true
			}
			// With a UID, one widely used client keeps a single event.
			require.False(t, seen["UID"])
		}},
		{35, "X-WR-TIMEZONE is the conference's zone", func(t *testing.T, d *ruled) {
			require.Equal(t, d.catalog.Edition().Conference().Zone.String(), d.calendar.value("X-WR-TIMEZONE"))
		}},
		{37, "there is one VTIMEZONE for each TZID, before the first event, and no other", func(t *testing.T, d *ruled) {
			used, defined := map[string]bool{}, map[string]bool{}
			d.everywhere(func(_ *component, p property) {
				if id := p.parameter("TZID"); id != "" {
					used[id] = true
				}
			})
			for i, c := range d.calendar.components {
				if c.name == "VTIMEZONE" {
					require.Zero(t, i)
					defined[c.value("TZID")] = true
				}
			}
			if len(d.calendar.events()) > 0 {
				require.Equal(t, used, defined)
			}
		}},
		{38, "a VTIMEZONE is whole", func(t *testing.T, d *ruled) {
			for _, z := range d.calendar.within("VTIMEZONE") {
				require.NotEmpty(t, z.value("TZID"))
				require.NotEmpty(t, z.components)
				for _, o := range z.components {
					for _, name := range []string{"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"} {
						require.Len(t, o.all(name), 1)
					}
				}
			}
		}},
		{39, "an observance begins in local time without a zone", func(t *testing.T, d *ruled) {
			eachObservance(d, func(o *component) {
				require.Regexp(t, localPattern, o.value("DTSTART"))
				require.Empty(t, o.all("DTSTART")[0].parameters)
			})
		}},
		{40, "an observance is in force at the first event", func(t *testing.T, d *ruled) {
			events := d.calendar.events()
			if len(events) == 0 || events[0].all("DTSTART")[0].parameter("TZID") == "" {
				return
			}
			eachObservance(d, func(o *component) {
				require.LessOrEqual(t, o.value("DTSTART"), events[0].value("DTSTART"))
			})
		}},
		{41, "there is one STANDARD and at most one DAYLIGHT", func(t *testing.T, d *ruled) {
			for _, z := range d.calendar.within("VTIMEZONE") {
				require.Len(t, z.within("STANDARD"), 1)
				require.LessOrEqual(t, len(z.within("DAYLIGHT")), 1)
			}
		}},
		{42, "STANDARD has the smaller offset", func(t *testing.T, d *ruled) {
			for _, z := range d.calendar.within("VTIMEZONE") {
				for _, daylight := range z.within("DAYLIGHT") {
					require.Less(t, offset(t, z.within("STANDARD")[0].value("TZOFFSETTO")), offset(t, daylight.value("TZOFFSETTO")))
				}
			}
		}},
		{43, "RRULE names a month and a weekday's place in it", func(t *testing.T, d *ruled) {
			eachObservance(d, func(o *component) {
				if r := o.value("RRULE"); r != "" {
					require.Regexp(t, rulePattern, r)
				}
			})
		}},
		{44, "there is no RDATE", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) { require.NotEqual(t, "RDATE", p.name) })
		}},
		{45, "RRULE has no end, and both observances have one or none has", func(t *testing.T, d *ruled) {
			for _, z := range d.calendar.within("VTIMEZONE") {
				for _, o := range z.components {
					require.Len(t, o.all("RRULE"), len(z.components)-1)
					require.NotContains(t, o.value("RRULE"), "UNTIL")
				}
			}
		}},
		{46, "a time with TZID does not end in Z", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) {
				if p.parameter("TZID") != "" {
					require.Regexp(t, localPattern, p.value)
				}
			})
		}},
		{47, "a conference in UTC has neither TZID nor VTIMEZONE", func(t *testing.T, d *ruled) {
			if d.catalog.Edition().Conference().Zone.String() == "UTC" && len(d.calendar.events()) > 0 {
				require.NotContains(t, string(d.data), "TZID")
			}
		}},
		{48, "no time floats", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				for _, name := range []string{"DTSTART", "DTEND"} {
					if p := event.all(name)[0]; p.parameter("TZID") == "" {
						require.Regexp(t, utcPattern, p.value)
					}
				}
			}
		}},
		{49, "a time that comes twice is in UTC, and every time is the slot's", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				s := d.slot(event)
				require.Equal(t, s.Start.UTC(), instant(t, event.all("DTSTART")[0]))
				require.Equal(t, s.End.UTC(), instant(t, event.all("DTEND")[0]))
			}
		}},
		{51, "DTEND is after DTSTART, in the same form, without DURATION", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				start, end := event.all("DTSTART")[0], event.all("DTEND")[0]
				require.Equal(t, start.parameters, end.parameters)
				require.Equal(t, len(start.value), len(end.value))
				require.True(t, instant(t, end).After(instant(t, start)))
				require.Empty(t, event.all("DURATION"))
			}
		}},
		{55, "UID, DTSTAMP and DTSTART stand once each", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				for _, name := range []string{"UID", "DTSTAMP", "DTSTART", "DTEND", "CREATED", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS", "TRANSP"} {
					require.Len(t, event.all(name), 1, name)
				}
			}
		}},
		{56, "UIDs are plain, short, unique, and those of the ledger", func(t *testing.T, d *ruled) {
			seen := map[string]bool{}
			for _, event := range d.calendar.events() {
				uid := event.value("UID")
				require.Regexp(t, uidPattern, uid)
				require.False(t, seen[uid])
				seen[uid] = true
				require.NotNil(t, d.slots[uid])
			}
			e := d.catalog.Edition()
			for i, s := range e.Slots() {
				require.Equal(t, string(s.ID)+"@"+string(e.Conference().ID), e.Entry(int32(i)).UID)
			}
		}},
		{58, "each slot of a talk has its own UID", func(t *testing.T, d *ruled) {
			uids := map[*schedule.Slot]string{}
			for _, event := range d.calendar.events() {
				require.Empty(t, uids[d.slot(event)])
				uids[d.slot(event)] = event.value("UID")
			}
			require.Len(t, uids, d.document.Len())
		}},
		{59, "stamps are in UTC", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				for _, name := range []string{"DTSTAMP", "CREATED", "LAST-MODIFIED"} {
					require.Regexp(t, utcPattern, event.value(name))
				}
			}
		}},
		{60, "DTSTAMP is LAST-MODIFIED", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				require.Equal(t, event.value("LAST-MODIFIED"), event.value("DTSTAMP"))
				require.LessOrEqual(t, event.value("CREATED"), event.value("LAST-MODIFIED"))
			}
		}},
		{63, "SUMMARY is one line with something in it", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				require.NotEmpty(t, strings.TrimSpace(event.text("SUMMARY")))
				require.NotContains(t, event.text("SUMMARY"), "\n")
			}
		}},
		{64, "DESCRIPTION is plain text with speakers and address", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				talk, text := d.slot(event).Talk, event.text("DESCRIPTION")
				if len(talk.Abstract) < 1_000 && units(text) < 4_000 {
					for _, p := range talk.Speakers {
						require.Contains(t, text, "Speaker: "+feed.CleanText(p.Credit()))
					}
					require.Contains(t, text, talk.URL)
				}
			}
		}},
		{66, "URL is the talk's page", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				want := d.slot(event).Talk.URL
				if want == "" {
					want = d.catalog.Edition().Conference().URL
				}
				require.Equal(t, want, event.value("URL"))
			}
		}},
		{67, "LOCATION is room and venue in one value", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				room := "Room to be announced"
				if r := d.slot(event).Room; r != nil {
					room = feed.CleanLine(r.Name, 20)
				}
				require.Contains(t, event.text("LOCATION"), strings.TrimSuffix(room, "…"))
			}
		}},
		{68, "STATUS is one of three", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				require.Contains(t, []string{"TENTATIVE", "CONFIRMED", "CANCELLED"}, event.value("STATUS"))
				require.Equal(t, strings.ToUpper(string(d.slot(event).Status)), event.value("STATUS"))
			}
		}},
		{69, "what is cancelled stays, says so in its title, and takes no time", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				cancelled := d.slot(event).Status == schedule.StatusCancelled
				require.Equal(t, cancelled, strings.HasPrefix(event.text("SUMMARY"), "CANCELLED: "))
				if cancelled {
					require.Equal(t, "TRANSPARENT", event.value("TRANSP"))
					require.Empty(t, event.components, "an alarm")
				}
			}
		}},
		{70, "chosen talks take their time, others do not; Outlook's property says the same", func(t *testing.T, d *ruled) {
			scope, options, err := feed.ParseQuery(d.query)
			require.NoError(t, err)
			busy := scope.Chosen()
			if options.Busy != nil {
				busy = *options.Busy
			}
			for _, event := range d.calendar.events() {
				want := [2]string{"TRANSPARENT", "FREE"}
				if busy && d.slot(event).Status != schedule.StatusCancelled {
					want = [2]string{"OPAQUE", "BUSY"}
				}
				require.Equal(t, want, [2]string{event.value("TRANSP"), event.value("X-MICROSOFT-CDO-BUSYSTATUS")})
			}
		}},
		{71, "there is no ATTENDEE and no ORGANIZER", func(t *testing.T, d *ruled) {
			d.everywhere(func(_ *component, p property) { require.NotContains(t, []string{"ATTENDEE", "ORGANIZER"}, p.name) })
		}},
		{72, "there is no VALARM unless asked for, and then a whole one", func(t *testing.T, d *ruled) {
			_, options, err := feed.ParseQuery(d.query)
			require.NoError(t, err)
			for _, event := range d.calendar.events() {
				if options.Alarm == nil || d.slot(event).Status == schedule.StatusCancelled {
					require.Empty(t, event.components)
					continue
				}
				require.Len(t, event.components, 1)
				alarm := event.within("VALARM")[0]
				require.Equal(t, "DISPLAY", alarm.value("ACTION"))
				require.Equal(t, fmt.Sprintf("-PT%dM", *options.Alarm), alarm.value("TRIGGER"))
				require.Equal(t, event.text("SUMMARY"), alarm.text("DESCRIPTION"))
			}
		}},
		{73, "there is no RRULE in an event", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				require.Empty(t, event.all("RRULE"))
			}
		}},
		{75, "there is no component but VTIMEZONE, VEVENT and VALARM", func(t *testing.T, d *ruled) {
			d.calendar.walk(func(c *component) {
				require.Contains(t, []string{"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT", "VALARM"}, c.name)
			})
			d.everywhere(func(_ *component, p property) {
				require.NotContains(t, []string{"STYLED-DESCRIPTION", "STRUCTURED-DATA", "LINK", "LOCATION-TYPE"}, p.name)
			})
		}},
		{76, "Apple's location repeats LOCATION: title, line break, address", func(t *testing.T, d *ruled) {
			for _, event := range d.calendar.events() {
				for _, p := range event.all("X-APPLE-STRUCTURED-LOCATION") {
					require.Equal(t, "URI", p.parameter("VALUE"))
					require.Equal(t, "geo:"+strings.Replace(event.value("GEO"), ";", ",", 1), p.value)
					require.Equal(t, strings.ReplaceAll(event.text("LOCATION"), `"`, "'"), p.parameter("X-TITLE")+"\n"+p.parameter("X-ADDRESS"))
				}
			}
		}},
		{77, "events are in the order of their starts and UIDs, and properties in a fixed one", func(t *testing.T, d *ruled) {
			order := []string{
				"UID", "DTSTART", "DTEND", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE",
				"SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "X-APPLE-STRUCTURED-LOCATION", "CATEGORIES", "URL", "STATUS",
			}
			var last *schedule.Slot
			for _, event := range d.calendar.events() {
				s := d.slot(event)
				if last != nil && !last.Start.Before(s.Start) {
					require.Equal(t, last.Start, s.Start)
					require.Less(t, last.ID, s.ID)
				}
				last = s
				require.True(t, slices.IsSortedFunc(event.properties, func(a, b property) int {
					return slices.Index(order, a.name) - slices.Index(order, b.name)
				}))
			}
		}},
	}
}

func eachObservance(d *ruled, f func(*component)) {
	for _, z := range d.calendar.within("VTIMEZONE") {
		for _, o := range z.components {
			f(o)
		}
	}
}
