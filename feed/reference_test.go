package feed_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// TestReference builds the events of the harbour with golang-ical, and compares
// its lines with ours: the same but for where they are folded. What the library
// cannot write rightly is left out, the quoted parameters.
func TestReference(t *testing.T) {
	t.Parallel()
	c := harbourCatalog(t)
	calendar := read(t, document(t, c, "").Bytes(feed.Identity))
	e := c.Edition()
	for i, slot := range e.Slots() {
		entry, ours := e.Entry(int32(i)), calendar.events()[i]
		event := ics.NewEvent(entry.UID)
		event.SetProperty(ics.ComponentPropertyDtStart, slot.Start.Format("20060102T150405"), ics.WithTZID("Europe/Berlin"))
		event.SetProperty(ics.ComponentPropertyDtEnd, slot.End.Format("20060102T150405"), ics.WithTZID("Europe/Berlin"))
		event.SetTimeTransparency(ics.TransparencyTransparent)
		event.SetProperty("X-MICROSOFT-CDO-BUSYSTATUS", "FREE")
		event.SetDtStampTime(entry.Modified)
		event.SetCreatedTime(entry.Created)
		event.SetModifiedAt(entry.Modified)
		event.SetSequence(entry.Sequence)
		want := eventOf(e, int32(i), false)
		event.SetSummary(want.Summary)
		event.SetDescription(want.Description)
		event.SetLocation(want.Location)
		position := e.Conference().Venue.Position
		event.SetGeo(position.Latitude, position.Longitude)
		for _, p := range ours.all("CATEGORIES") {
			s, err := unescape(p.value)
			require.NoError(t, err)
			event.AddCategory(s)
		}
		event.SetURL(ours.value("URL"))
		event.SetStatus(ics.ObjectStatus(strings.ToUpper(string(slot.Status))))

		// Serialize puts nothing between the lines but CR LF and folds.
		lines, err := unfold([]byte(event.Serialize(&ics.SerializationConfiguration{MaxLength: 75, PropertyMaxLength: 75, NewLine: "\r\n"})))
		require.NoError(t, err)
		var got []string
		for _, p := range ours.properties {
			if p.name != "X-APPLE-STRUCTURED-LOCATION" {
				got = append(got, lineOf(p))
			}
		}
		require.Equal(t, lines[1:len(lines)-1], got)
	}
}

func lineOf(p property) string {
	line := p.name
	for _, q := range p.parameters {
		line += ";" + q.name + "=" + q.value
	}
	return line + ":" + p.value
}

// TestGolangICalReads has golang-ical's own parser read every golden feed and
// hostile feed to the same titles.
func TestGolangICalReads(t *testing.T) {
	t.Parallel()
	for _, d := range ruledDocuments(t) {
		calendar, err := ics.ParseCalendar(strings.NewReader(string(d.data)))
		require.NoError(t, err, d.name)
		require.Len(t, calendar.Events(), d.document.Len(), d.name)
		for i, event := range calendar.Events() {
			want := d.calendar.events()[i]
			for _, name := range []string{"UID", "SUMMARY", "DESCRIPTION", "LOCATION"} {
				if len(want.all(name)) > 0 {
					require.Equal(t, want.text(name), event.GetProperty(ics.ComponentProperty(name)).Value, "%s: %s", d.name, name)
				}
			}
		}
	}
}

// eventOf returns the event of a slot as the schedule has it, for a schedule
// whose texts need no cleaning.
func eventOf(e *schedule.Edition, i int32, busy bool) interopEvent {
	slot, c := e.Slots()[i], e.Conference()
	event := interopEvent{
		UID:      string(slot.ID) + "@" + string(c.ID),
		Start:    slot.Start.UTC().Format("2006-01-02T15:04:05Z"),
		End:      slot.End.UTC().Format("2006-01-02T15:04:05Z"),
		Summary:  slot.Talk.Title,
		Location: "Room to be announced",
		Status:   strings.ToUpper(string(slot.Status)),
		Transp:   "TRANSPARENT",
	}
	if slot.Status == schedule.StatusCancelled {
		event.Summary = "CANCELLED: " + strings.TrimPrefix(event.Summary, "CANCELLED: ")
	} else if busy {
		event.Transp = "OPAQUE"
	}
	if slot.Room != nil {
		event.Location = slot.Room.Name
	}
	if c.Venue.Name != "" {
		event.Location += ", " + c.Venue.Name + "\n" + c.Venue.Address
	}

	var facts []string
	for _, p := range slot.Talk.Speakers {
		facts = append(facts, "Speaker: "+strings.Join(slices.DeleteFunc([]string{p.Name, p.Role, p.Affiliation}, func(s string) bool { return s == "" }), ", "))
	}
	if track := slot.Talk.Track; track != nil {
		line := "Track: " + track.Name
		for n, p := range track.Hosts {
			line += []string{", hosted by ", "; "}[min(n, 1)] + p.Credit()
		}
		facts = append(facts, line)
	}
	if slot.Talk.Level != "" {
		facts = append(facts, "Level: "+slot.Talk.Level)
	}
	if slot.Talk.Language != "" {
		facts = append(facts, "Language: "+slot.Talk.Language)
	}
	for _, l := range slot.Talk.Links {
		if l.Title != "" {
			facts = append(facts, l.Title+": "+l.URL)
		} else {
			facts = append(facts, l.URL)
		}
	}
	if slot.Talk.URL != "" {
		facts = append(facts, slot.Talk.URL)
	} else if c.URL != "" {
		facts = append(facts, c.URL)
	}
	event.Description = strings.TrimPrefix(slot.Talk.Abstract+"\n\n"+strings.Join(facts, "\n"), "\n\n")
	return event
}

// TestEventsAreTheSchedule holds every golden feed to the schedule itself, as
// the other parsers do in TestInterop.
func TestEventsAreTheSchedule(t *testing.T) {
	t.Parallel()
	for _, g := range goldens(t) {
		want := expected(g)
		events := read(t, document(t, g.catalog, g.query).Bytes(feed.Identity)).events()
		require.Len(t, events, len(want), g.name)
		for i, event := range events {
			sequence, err := strconv.Atoi(event.value("SEQUENCE"))
			require.NoError(t, err)
			require.Equal(t, want[i], interopEvent{
				UID: event.value("UID"), Summary: event.text("SUMMARY"), Location: event.text("LOCATION"), Description: event.text("DESCRIPTION"),
				Start:  instant(t, event.all("DTSTART")[0]).Format("2006-01-02T15:04:05Z"),
				End:    instant(t, event.all("DTEND")[0]).Format("2006-01-02T15:04:05Z"),
				Status: event.value("STATUS"), Transp: event.value("TRANSP"), Sequence: sequence,
			}, g.name)
		}
	}
}

// expected returns the events that a golden feed is to have.
func expected(g golden) []interopEvent {
	events := []interopEvent{}
	e := g.catalog.Edition()
	for i, slot := range e.Slots() {
		if g.holds(slot) {
			event := eventOf(e, int32(i), g.busy)
			if g.changed[slot.ID] {
				event.Sequence = 1
			}
			events = append(events, event)
		}
	}
	return events
}
