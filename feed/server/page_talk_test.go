package server

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// talkYAML has talks side by side and one after the other.
const talkYAML = `
slotcast: 1
conference: {id: mill, name: Mill Days, timezone: Europe/Berlin, venue: {name: Old Mill, address: Mill Lane 1}}
rooms: [{id: main, name: Main hall}, {id: side, name: Side room}]
speakers:
  - {id: ada, name: Ada Berg, role: Engineer, affiliation: Mill Ltd, bio: "Ada builds mills.\n\nAnd bridges.", url: "https://ada.example/"}
  - {id: bo, name: Bo Lund}
tracks: [{id: wind, name: Wind, description: All of wind., hosts: [bo], color: "#00add8"}]
talks:
  - {id: early, title: Early, room: main, start: 2026-05-02 09:00, end: "10:00"}
  - id: sails
    title: Sails
    kind: workshop
    abstract: "One.\nTwo, see https://sails.example/a_(b).\n\nThree."
    track: wind
    speakers: [ada, bo]
    tags: [Cloth]
    language: de
    level: Advanced
    url: "https://mill.example/sails"
    links: [{title: Slides, url: "https://slides.example/1"}]
    slots:
      - {start: 2026-05-02 10:00, end: "11:00", room: main}
      - {start: 2026-05-03 10:00, end: "11:00", room: side}
  - {id: cogs, title: Cogs, room: side, start: 2026-05-02 10:30, end: "11:30"}
  - {id: late, title: Late, room: main, start: 2026-05-02 11:00, end: "12:00"}
  - {id: off, title: Off, status: cancelled, room: side, start: 2026-05-02 10:00, end: "11:00"}
`

func TestTalkPage(t *testing.T) {
	t.Parallel()
	h := newSite(t, talkYAML).start(t)
	all := pageOf(t, h, "/talks/sails")
	h1 := named(all, "h1")[0]
	require.Equal(t, "Sails", h1.text)
	require.Equal(t, "de", h1.attributes["lang"])
	require.Equal(t, "Sails – Mill Days", named(all, "title")[0].text)
	require.Equal(t, "Saturday 2 May 2026, 10:00–11:00, Main hall", byID(all, "s-sails").whole())
	require.Contains(t, byID(all, "s-sails-2").whole(), "Sunday 3 May 2026")
	require.Len(t, where(all, func(e *element) bool { return e.attributes["class"] == "star" }), 2)

	found := links(all)
	for address, text := range map[string]string{
		"/speakers/ada": "Ada Berg", "/speakers/bo": "Bo Lund", "/tracks/wind": "Wind", "/?lang=de": "German", "/?tag=cloth": "Cloth",
		"/talks/sails.ics": "Download (.ics)", "https://slides.example/1": "Slides", "https://mill.example/sails": "Page of the talk at the conference",
		"https://sails.example/a_%28b%29": "https://sails.example/a_(b)", // html/template is careful
		"/talks/early":                    "Early", "/talks/late": "Late", "/talks/cogs": "Cogs",
	} {
		require.Equal(t, text, found[address], address)
	}
	require.NotContains(t, found, "/talks/off", "nobody can go there instead")
	text := where(all, func(e *element) bool { return e.attributes["class"] == "text" })[0]
	require.Len(t, where(all, func(e *element) bool { return e.name == "p" && slices.Contains(e.parents, text) }), 2)
	whole := named(all, "main")[0].whole()
	for _, shown := range []string{"Workshop", "Engineer, Mill Ltd", "Advanced", "Before:", "After:", "At the same time", "Track host"} {
		require.Contains(t, whole, shown)
	}
	require.Equal(t, baseURL+"/talks/sails.ics", where(all, func(e *element) bool { return e.attributes["rel"] == "alternate" })[0].attributes["href"])
}

// What machines read of a talk is JSON, whatever is in it.
func TestTalkEvents(t *testing.T) {
	t.Parallel()
	events := func(yaml, target string) []map[string]any {
		r := get(t, newSite(t, yaml).start(t), target)
		scripts := where(requireTame(t, r), func(e *element) bool { return e.attributes["type"] == "application/ld+json" })
		require.Len(t, scripts, 1)
		var read []map[string]any
		require.NoError(t, json.Unmarshal([]byte(scripts[0].text), &read))
		return read
	}
	sails := events(talkYAML, "/talks/sails")
	require.Len(t, sails, 2)
	require.Equal(t, "Event", sails[0]["@type"])
	require.Equal(t, "2026-05-02T10:00:00+02:00", sails[0]["startDate"])
	require.Equal(t, "https://schema.org/EventScheduled", sails[0]["eventStatus"])
	require.Equal(t, map[string]any{"@type": "Place", "name": "Main hall, Old Mill", "address": "Mill Lane 1"}, sails[0]["location"])
	require.Equal(t, baseURL+"/talks/sails", sails[0]["url"])
	require.Len(t, sails[0]["performer"], 2)
	require.Equal(t, "https://schema.org/EventCancelled", events(talkYAML, "/talks/off")[0]["eventStatus"])
	require.Equal(t, "\" autofocus onfocus=alert(1) x='", events(hostileYAML, "/talks/talk")[0]["name"])
}

func TestListPages(t *testing.T) {
	t.Parallel()
	h := newSite(t, talkYAML).start(t)
	for _, c := range []struct {
		target, title string
		shown         []string
		links         []string
		slots         int
	}{
		{"/tracks/wind", "Wind", []string{"All of wind.", "Hosted by"}, []string{"/tracks/wind.ics", "/subscribe?track=wind", "/?track=wind", "/speakers/bo", "/talks/sails"}, 2},
		{"/speakers/ada", "Ada Berg", []string{"Engineer, Mill Ltd", "Ada builds mills.", "And bridges."}, []string{"/speakers/ada.ics", "/subscribe?speaker=ada", "https://ada.example/"}, 2},
		{"/speakers/bo", "Bo Lund", []string{"Host of"}, []string{"/tracks/wind"}, 2},
	} {
		all := pageOf(t, h, c.target)
		require.Equal(t, c.title, named(all, "h1")[0].whole())
		whole := named(all, "main")[0].whole()
		for _, shown := range c.shown {
			require.Contains(t, whole, shown, c.target)
		}
		found := links(all)
		for _, address := range c.links {
			require.Contains(t, found, address, c.target)
		}
		require.Len(t, where(all, func(e *element) bool { return e.attributes["class"] == "star" }), c.slots)
		require.Equal(t, baseURL+c.target+".ics", where(all, func(e *element) bool { return e.attributes["rel"] == "alternate" })[0].attributes["href"])
	}
	all := pageOf(t, newSite(t, fixtureYAML).start(t), "/speakers/cleo-zhang")
	require.Contains(t, named(all, "main")[0].whole(), "Recovery")
}

// changesIn are those of an edition that moved, renamed and removed talks.
func changesIn(s *site) []EditionChanges {
	slots := s.Publisher.Catalog().Edition().Slots()
	at := firstPublished.Add(time.Hour)
	facts := func(slot *schedule.Slot, title, room string, later time.Duration) *schedule.Facts {
		return &schedule.Facts{Title: title, Start: slot.Start.Add(later), End: slot.End.Add(later), Room: room, Status: schedule.StatusConfirmed}
	}
	return []EditionChanges{
		{Number: 2, At: at.Add(-time.Minute), Changes: []schedule.Change{{Slot: "gone", Kinds: []schedule.ChangeKind{schedule.ChangeRemoved}, Before: facts(slots[0], "Gone <b>", "", 0)}}},
		{Number: 3, At: at, Omitted: 7, Changes: []schedule.Change{
			{Slot: slots[0].ID, Kinds: []schedule.ChangeKind{schedule.ChangeMoved, schedule.ChangeReroomed, schedule.ChangeRenamed}, Before: facts(slots[0], "Old name", "Attic", 0), After: facts(slots[0], "New name", "Main hall", time.Hour)},
			{Slot: slots[1].ID, Kinds: []schedule.ChangeKind{schedule.ChangeAdded}, After: facts(slots[1], "Fresh", "", 0)},
			{Slot: slots[2].ID, Kinds: []schedule.ChangeKind{schedule.ChangeEdited}, Before: facts(slots[2], "Same", "", 0), After: facts(slots[2], "Same", "", 0)},
		}},
	}
}

func TestChangesPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	h := s.start(t)
	require.Contains(t, get(t, h, "/changes").body, "Nothing is known here")
	asked := 0
	var changes []EditionChanges
	s.Changes = func(context.Context) ([]EditionChanges, error) { asked++; return changes, nil }
	require.Contains(t, get(t, h, "/changes").body, "Nothing has changed")
	require.Equal(t, 1, asked)
	pageOf(t, h, "/changes")
	pageOf(t, h, "/talks/keynote")
	require.Equal(t, 1, asked, "once for each catalog")

	changes = changesIn(s)
	s.publish(t, fixtureYAML, firstPublished)
	r := get(t, h, "/changes")
	all := requireTame(t, r)
	require.Equal(t, firstPublished.Add(time.Hour).Format("Mon, 02 Jan 2006 15:04:05 GMT"), r.header.Get("Last-Modified"))
	var headings []string
	for _, e := range named(all, "h2") {
		headings = append(headings, e.whole())
	}
	require.Equal(t, []string{"Wednesday 1 April 2026, 11:00", "Wednesday 1 April 2026, 10:59"}, headings, "the last first, in the zone of the conference")
	items := where(all, func(e *element) bool {
		return e.name == "li" && e.parents[len(e.parents)-1].attributes["class"] == "changes"
	})
	var texts []string
	for _, e := range items {
		texts = append(texts, e.whole())
	}
	require.Equal(t, []string{
		"New name Other time, Other room, Other title Sat 2 May, 09:00–10:00, Attic Sat 2 May, 10:00–11:00, Main hall The title was Old name.",
		"Fresh New Sat 2 May, 10:30–11:00, room to be announced",
		"Same Details Sat 2 May, 11:00–12:00, room to be announced",
		"Gone <b> Removed Sat 2 May, 09:00–10:00, room to be announced",
	}, texts)
	require.Contains(t, r.body, "And 7 more.")
	require.Contains(t, links(all), "/talks/keynote")

	talk := named(pageOf(t, h, "/talks/keynote"), "main")[0]
	require.Contains(t, talk.whole(), "What changed")
	require.NotContains(t, get(t, h, "/talks/party").body, "What changed")
}

// A talk's page is there though its changes cannot be had.
func TestTalkPageWithoutChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	s.Changes = func(context.Context) ([]EditionChanges, error) { return nil, errors.New("locked") }
	h := s.start(t)
	pageOf(t, h, "/talks/keynote")
	require.Equal(t, 500, get(t, h, "/changes").status)
	require.Contains(t, s.log.String(), "locked")
}
