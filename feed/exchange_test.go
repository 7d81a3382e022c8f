package feed_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// edition publishes a schedule for the first time.
func edition(s *schedule.Schedule) *schedule.Edition {
	r := feed.Render(s, nil)
	return schedule.NewEdition(s, schedule.Ledger{}.Advance(s, r.Digests(), published))
}

// element is an element of XML.
type element struct {
	name       string
	attributes map[string]string
	text       string
	children   []*element
}

func (e *element) all(name string) []*element {
	var found []*element
	for _, c := range e.children {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

func (e *element) one(t *testing.T, name string) *element {
	t.Helper()
	found := e.all(name)
	require.Len(t, found, 1, "%s in %s", name, e.name)
	return found[0]
}

func readXML(t *testing.T, data []byte) *element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(data)))
	top := &element{}
	open := []*element{top}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			last.children = append(last.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.text += string(token)
		}
	}
	return top.one(t, "schedule")
}

// The patterns of the formats' rules.
var (
	guidRule     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	slugRule     = regexp.MustCompile(`^[a-z0-9_]{4,}-[a-z0-9_-]{3,}[a-z0-9]$`)
	acronymRule  = regexp.MustCompile(`^[a-z0-9_]{4,}$`)
	startRule    = regexp.MustCompile(`^(?:0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$`)
	durationRule = regexp.MustCompile(`^[0-9]{2}:[0-5][0-9]$`)
	longRule     = regexp.MustCompile(`^[0-9]{1,2}:[0-9]{2}:[0-9]{2}$`)
)

// exchanged is an event as either format has it.
type exchanged struct {
	guid, id, slug, date, start, end, duration, room, title string
}

// checker holds what the formats want to be unique.
type checker struct {
	t     *testing.T
	taken map[string]bool
}

func (c checker) unique(kind, value string) {
	require.False(c.t, c.taken[kind+value], "%s %s is there twice", kind, value)
	c.taken[kind+value] = true
}

// event checks an event of a day.
func (c checker) event(e exchanged, dayStart, dayEnd string) {
	t := c.t
	require.Regexp(t, guidRule, e.guid)
	require.Regexp(t, slugRule, e.slug)
	require.Regexp(t, startRule, e.start)
	require.NotEmpty(t, e.title)
	require.Regexp(t, `^[1-9][0-9]{0,9}$`, e.id)
	c.unique("guid ", e.guid)
	c.unique("id ", e.id)
	c.unique("slug ", e.slug)
	at, err := time.Parse(time.RFC3339, e.date)
	require.NoError(t, err)
	require.Equal(t, e.start, at.Format("15:04"), e.title)
	first, err := time.Parse(time.RFC3339, dayStart)
	require.NoError(t, err)
	last, err := time.Parse(time.RFC3339, dayEnd)
	require.NoError(t, err)
	require.False(t, at.Before(first) || at.After(last), "%s is on a day from %s to %s", e.date, dayStart, dayEnd)
}

// checkXML holds schedule.xml against the format's rules.
func checkXML(t *testing.T, data []byte) []exchanged {
	t.Helper()
	root := readXML(t, data)
	var order []string
	for _, c := range root.children {
		order = append(order, c.name)
	}
	order = slices.Compact(order)
	if order[1] != "url" {
		order = slices.Insert(order, 1, "url") // which may be absent
	}
	require.Equal(t, []string{"generator", "url", "version", "conference", "day"}, order)
	require.Equal(t, "slotcast", root.one(t, "generator").attributes["name"])
	require.NotEmpty(t, root.one(t, "version").text)
	head := root.one(t, "conference")
	require.Regexp(t, acronymRule, head.one(t, "acronym").text)
	require.NotEmpty(t, head.one(t, "title").text)
	require.Regexp(t, durationRule, head.one(t, "timeslot_duration").text)
	days := root.all("day")
	require.Equal(t, fmt.Sprint(len(days)), head.one(t, "days").text)
	require.Equal(t, days[0].attributes["date"], head.one(t, "start").text)
	require.Equal(t, days[len(days)-1].attributes["date"], head.one(t, "end").text)
	check := checker{t, map[string]bool{}}
	var events []exchanged
	for i, day := range days {
		require.Equal(t, fmt.Sprint(i+1), day.attributes["index"])
		check.unique("day ", day.attributes["date"])
		for _, room := range day.all("room") {
			name, named := room.attributes["name"]
			require.True(t, named)
			for _, e := range room.all("event") {
				for _, name := range []string{"date", "start", "duration", "room", "slug", "title", "subtitle", "track", "type", "abstract", "persons", "links"} {
					e.one(t, name)
				}
				for _, c := range e.children {
					require.Contains(t, []string{"date", "start", "duration", "room", "slug", "url", "origin_url", "title", "subtitle", "track", "type", "language", "abstract", "persons", "links"}, c.name)
				}
				for _, p := range e.one(t, "persons").all("person") {
					require.Regexp(t, `^[1-9][0-9]{0,9}$`, p.attributes["id"])
					require.Regexp(t, guidRule, p.attributes["guid"])
					require.NotEmpty(t, p.text)
				}
				require.Equal(t, name, e.one(t, "room").text)
				x := exchanged{
					guid: e.attributes["guid"], id: e.attributes["id"], slug: e.one(t, "slug").text, date: e.one(t, "date").text, start: e.one(t, "start").text,
					duration: e.one(t, "duration").text, room: name, title: e.one(t, "title").text,
				}
				if !longRule.MatchString(x.duration) {
					require.Regexp(t, durationRule, x.duration)
				}
				check.event(x, day.attributes["start"], day.attributes["end"])
				events = append(events, x)
			}
		}
	}
	return events
}

// jsonRules are the members of each object: those that have to be there, and
// those that may.
var jsonRules = map[string][2]string{
	"":           {"schedule", "$schema generator"},
	"schedule":   {"version conference", "base_url"},
	"conference": {"acronym title start end daysCount timeslot_duration days", "description time_zone_name url tracks rooms meta"},
	"track":      {"name", "slug color"},
	"room":       {"name guid", "slug"},
	"day":        {"index date day_start day_end rooms", ""},
	"event":      {"guid id date start duration room slug url title subtitle track type language abstract persons links", "end origin_url"},
	"person":     {"id public_name", "guid biography url"},
	"link":       {"url", "title"},
}

// checkJSON holds schedule.json against the format's rules.
func checkJSON(t *testing.T, data []byte) []exchanged {
	t.Helper()
	var top map[string]any
	require.NoError(t, json.Unmarshal(data, &top))
	object := func(kind string, v any) map[string]any {
		o, ok := v.(map[string]any)
		require.True(t, ok, kind)
		must, may := strings.Fields(jsonRules[kind][0]), strings.Fields(jsonRules[kind][1])
		for _, key := range must {
			require.Contains(t, o, key, kind)
		}
		for key := range o {
			require.True(t, slices.Contains(must, key) || slices.Contains(may, key), "%s in %s", key, kind)
		}
		return o
	}
	list := func(v any) []any {
		l, ok := v.([]any)
		require.True(t, ok)
		return l
	}
	object("", top)
	head := object("conference", object("schedule", top["schedule"])["conference"])
	require.Regexp(t, acronymRule, head["acronym"])
	require.Regexp(t, durationRule, head["timeslot_duration"])
	for _, v := range list(head["tracks"]) {
		object("track", v)
	}
	for _, v := range list(head["rooms"]) {
		require.Regexp(t, guidRule, object("room", v)["guid"])
	}
	days := list(head["days"])
	require.EqualValues(t, len(days), head["daysCount"])
	check := checker{t, map[string]bool{}}
	var events []exchanged
	for i, v := range days {
		day := object("day", v)
		require.EqualValues(t, i+1, day["index"])
		rooms, ok := day["rooms"].(map[string]any)
		require.True(t, ok)
		for name, v := range rooms {
			for _, v := range list(v) {
				e := object("event", v)
				require.Equal(t, name, e["room"])
				require.Regexp(t, `^[0-9]+:[0-5][0-9]$`, e["duration"])
				require.Regexp(t, `^(?:https?://|urn:uuid:)`, e["url"])
				for _, p := range list(e["persons"]) {
					require.Regexp(t, guidRule, object("person", p)["guid"])
				}
				for _, l := range list(e["links"]) {
					object("link", l)
				}
				x := exchanged{
					e["guid"].(string), fmt.Sprintf("%.0f", e["id"]), e["slug"].(string), e["date"].(string), e["start"].(string),
					e["end"].(string), e["duration"].(string), name, e["title"].(string),
				}
				check.event(x, day["day_start"].(string), day["day_end"].(string))
				events = append(events, x)
			}
		}
	}
	return events
}

func titles(events []exchanged) []string {
	var titles []string
	for _, e := range events {
		titles = append(titles, e.date+" "+e.room+": "+e.title)
	}
	slices.Sort(titles)
	return titles
}

func TestExchange(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"harbour.yaml", "clock-change.yaml"} {
		for _, base := range []string{baseURL, ""} {
			e := edition(load(t, file))
			x, err := feed.ScheduleXML(e, base)
			require.NoError(t, err)
			j, err := feed.ScheduleJSON(e, base)
			require.NoError(t, err)
			inXML, inJSON := checkXML(t, x), checkJSON(t, j)
			require.Len(t, inXML, len(e.Slots()))
			require.Equal(t, titles(inXML), titles(inJSON))
			key := func(events []exchanged) []string {
				var keys []string
				for _, e := range events {
					keys = append(keys, e.guid+" "+e.id+" "+e.slug)
				}
				slices.Sort(keys)
				return keys
			}
			require.Equal(t, key(inXML), key(inJSON), "both call an event by the same ids")
		}
	}
}

func TestExchangeHarbour(t *testing.T) {
	t.Parallel()
	x, err := feed.ScheduleXML(edition(harbour(t)), baseURL+"/")
	require.NoError(t, err)
	root := readXML(t, x)
	require.Equal(t, "2026-05-02T08:00:00Z", root.one(t, "version").text)
	require.Equal(t, baseURL, root.one(t, "url").text)
	require.Equal(t, "00:15", root.one(t, "conference").one(t, "timeslot_duration").text)
	first := root.all("day")[0]
	require.Equal(t, "2026-09-17T04:00:00+02:00", first.attributes["start"])
	require.Equal(t, "2026-09-18T04:00:00+02:00", first.attributes["end"])
	var got []string
	for _, room := range first.all("room") {
		for _, e := range room.all("event") {
			got = append(got, e.one(t, "date").text+" "+e.one(t, "duration").text+" "+room.attributes["name"]+": "+e.one(t, "title").text+" "+e.one(t, "slug").text)
		}
	}
	require.Contains(t, got, "2026-09-17T15:30:00+02:00 00:45 Großer Saal: CANCELLED: Fog and other partial failures harbour_days_2026-slot-fog")
	require.Contains(t, string(x), "<url>https://slotcast.example/talks/fog</url>")
	require.Contains(t, string(x), "<url>https://harbour.example/talks/opening</url>")
}

// A talk after midnight stands under the day before, as in every program; the
// day that it ends lasts until then.
func TestExchangeDays(t *testing.T) {
	t.Parallel()
	d := tiny(t, "Europe/Berlin", "2026-10-24 23:00", "2026-10-25 02:30", "2026-10-25 05:00", "2026-10-26 10:00")
	d.Slots[1].Start = schedule.Moment{Wall: wall(t, "2026-10-25 02:30"), Offset: 3600, HasOffset: true} // the second of the two
	d.Slots[1].End = schedule.Moment{Wall: wall(t, "2026-10-25 03:30")}
	d.Slots[2].Day = schedule.Date{Year: 2026, Month: time.October, Day: 24}
	d.Slots[3].End = schedule.Moment{Wall: wall(t, "2026-10-30 14:00")}
	e := edition(build(t, d))
	x, err := feed.ScheduleXML(e, "")
	require.NoError(t, err)
	checkXML(t, x)
	days := readXML(t, x).all("day")
	require.Len(t, days, 2)
	require.Equal(t, map[string]string{"index": "1", "date": "2026-10-24", "start": "2026-10-24T04:00:00+02:00", "end": "2026-10-25T06:00:00+01:00"}, days[0].attributes)
	require.Equal(t, map[string]string{"index": "2", "date": "2026-10-26", "start": "2026-10-26T04:00:00+01:00", "end": "2026-10-27T04:00:00+01:00"}, days[1].attributes)
	var at []string
	for _, event := range days[0].one(t, "room").all("event") {
		at = append(at, event.one(t, "date").text+" "+event.one(t, "duration").text)
	}
	require.Equal(t, []string{"2026-10-24T23:00:00+02:00 01:00", "2026-10-25T02:30:00+01:00 01:00", "2026-10-25T05:00:00+01:00 01:00"}, at)
	require.Equal(t, "4:04:00", days[1].one(t, "room").one(t, "event").one(t, "duration").text)
	j, err := feed.ScheduleJSON(e, "")
	require.NoError(t, err)
	checkJSON(t, j)
	require.Contains(t, string(j), `"duration": "100:00"`)
}

// The ids of an event are those of its slot: they stay when all else changes,
// and when other slots come and go.
func TestExchangeIDsStay(t *testing.T) {
	t.Parallel()
	ids := func(s *schedule.Schedule) map[string]exchanged {
		x, err := feed.ScheduleXML(edition(s), baseURL)
		require.NoError(t, err)
		found := map[string]exchanged{}
		for _, e := range checkXML(t, x) {
			found[e.slug] = e
		}
		return found
	}
	before, after := ids(harbour(t)), ids(harbour(t, "title: Rigging a pipeline by hand", "title: Rigging", "start: 2026-09-17 15:30", "start: 2026-09-17 15:00", "name: Turm", "name: Tower", "id: tea", "id: supper"))
	require.Len(t, after, len(before))
	for slug, e := range before {
		if strings.HasSuffix(slug, "-tea") {
			require.NotContains(t, after, slug)
			continue
		}
		require.Equal(t, e.guid, after[slug].guid, slug)
		require.Equal(t, e.id, after[slug].id, slug)
	}
}

// An edition of which nothing is left is written all the same.
func TestExchangeEmpty(t *testing.T) {
	t.Parallel()
	e := schedule.NewEdition(&schedule.Schedule{}, schedule.Ledger{})
	e.Conference().Zone = time.UTC
	for _, write := range []func(*schedule.Edition, string) ([]byte, error){feed.ScheduleXML, feed.ScheduleJSON} {
		data, err := write(e, baseURL)
		require.NoError(t, err)
		require.NotContains(t, string(data), "null")
	}
}

// Ten thousand slots have ids that all differ.
func TestExchangeUnique(t *testing.T) {
	t.Parallel()
	d := tiny(t, "UTC")
	for i := range 10_000 {
		id := fmt.Sprintf("s%d", i)
		if i%3 == 0 {
			id = fmt.Sprintf("s%d-", i-1)
		}
		d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(id), Title: "T"}})
		at := wall(t, "2026-10-24 10:00").Add(time.Duration(i) * time.Minute)
		d.Slots = append(d.Slots, schedule.DraftSlot{ID: schedule.SlotID(id), TalkID: id, Start: schedule.Moment{Wall: at}, End: schedule.Moment{Wall: at.Add(time.Minute)}})
	}
	x, err := feed.ScheduleXML(edition(build(t, d)), "")
	require.NoError(t, err)
	require.Len(t, checkXML(t, x), 10_000)
}

func BenchmarkExchange(b *testing.B) {
	d := tiny(b, "Europe/Berlin")
	for i := range 1_000 {
		id := fmt.Sprintf("s%d", i)
		d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(id), Title: "T", Abstract: strings.Repeat("words ", 200)}})
		at := wall(b, "2026-10-20 10:00").Add(time.Duration(i) * 10 * time.Minute)
		d.Slots = append(d.Slots, schedule.DraftSlot{ID: schedule.SlotID(id), TalkID: id, Start: schedule.Moment{Wall: at}, End: schedule.Moment{Wall: at.Add(10 * time.Minute)}})
	}
	e := edition(build(b, d))
	b.ReportAllocs()
	for b.Loop() {
		_, err := feed.ScheduleXML(e, baseURL)
		require.NoError(b, err)
	}
}

// What stands beside a format is only what the format has no place for, and it
// ends nowhere but at its end.
func TestExchangeBeside(t *testing.T) {
	t.Parallel()
	x, err := feed.ScheduleXML(edition(build(t, tiny(t, "UTC", "2026-10-24 10:00"))), "")
	require.NoError(t, err)
	require.NotContains(t, string(x), "slotcast-more")

	d := tiny(t, "UTC", "2026-10-24 10:00")
	d.Talks[0].Tags, d.Talks[0].Level = []string{"?>", "]]>"}, "<?\v\u0085\uFFFF"
	d.Conference.Description = strings.Repeat("?>\u2028", 10_000)
	e := edition(build(t, d))
	x, err = feed.ScheduleXML(e, "")
	require.NoError(t, err)
	checkXML(t, x)
	decoder, pieces := xml.NewDecoder(bytes.NewReader(x)), 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if p, ok := token.(xml.ProcInst); ok && p.Target == "slotcast-more" {
			pieces++
			require.True(t, json.Valid(p.Inst))
			require.NotContains(t, string(p.Inst), "\uFFFF")
		}
	}
	require.Equal(t, 2, pieces)
	j, err := feed.ScheduleJSON(e, "")
	require.NoError(t, err)
	checkJSON(t, j)
	require.NotContains(t, string(j), "\uFFFF")
	require.Equal(t, 1, strings.Count(string(j), `"level"`))
}
