package feed_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/importer"
)

const baseURL = "https://slotcast.example"

// published is when the first edition of every test schedule is published; each
// further edition follows a day later.
var published = time.Date(2026, time.May, 2, 8, 0, 0, 0, time.UTC)

// load reads a schedule of testdata, with words replaced: old, new and so on.
func load(t testing.TB, file string, replace ...string) *schedule.Schedule {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + file)
	require.NoError(t, err)
	for i := 0; i < len(replace); i += 2 {
		require.Contains(t, string(data), replace[i])
	}
	text := strings.NewReplacer(replace...).Replace(string(data))
	s, report, err := importer.Load(importer.Source{Name: file, Data: []byte(text), Modified: published}, importer.Options{})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	return s
}

// harbour is the small conference with one of everything.
func harbour(t testing.TB, replace ...string) *schedule.Schedule {
	t.Helper()
	return load(t, "harbour.yaml", replace...)
}

// beforeChanges is what the harbour's first edition had otherwise: one talk at
// another hour, one not cancelled.
var beforeChanges = []string{
	"start: 2026-09-17 16:45", "start: 2026-09-17 16:50",
	"status: cancelled", "status: confirmed",
}

// changedSlots are the slots that beforeChanges touches.
var changedSlots = map[schedule.SlotID]bool{"five-minutes": true, "fog": true}

// harbourCatalog is the harbour's second edition.
func harbourCatalog(t testing.TB) *feed.Catalog {
	t.Helper()
	return catalog(baseURL, harbour(t, beforeChanges...), harbour(t))
}

// catalog publishes the editions one after the other and returns the last.
func catalog(base string, editions ...*schedule.Schedule) *feed.Catalog {
	var ledger schedule.Ledger
	var c *feed.Catalog
	for i, s := range editions {
		r := feed.Render(s, nil)
		ledger = ledger.Advance(s, r.Digests(), published.AddDate(0, 0, i))
		c = feed.NewCatalog(schedule.NewEdition(s, ledger), r, base)
	}
	return c
}

// document returns the feed that a query asks for.
func document(t require.TestingT, c *feed.Catalog, query string) *feed.Document {
	scope, options, err := feed.ParseQuery(query)
	require.NoError(t, err)
	d, err := c.Document(scope, options)
	require.NoError(t, err)
	return d
}

// read reads a document with the strict reader.
func read(t require.TestingT, data []byte) *component {
	calendar, err := readCalendar(data)
	require.NoError(t, err)
	return calendar
}

// zone returns a zone of the shipped data.
func zone(t require.TestingT, name string) *time.Location {
	z, err := schedule.LoadZone(name)
	require.NoError(t, err)
	return z
}

// wall reads "2006-01-02 15:04".
func wall(t require.TestingT, s string) schedule.WallTime {
	at, err := time.Parse("2006-01-02 15:04", s)
	require.NoError(t, err)
	return schedule.WallTimeOf(at)
}

// tiny is a conference in a zone with one talk of an hour at each wall time.
func tiny(t require.TestingT, zoneName string, starts ...string) *schedule.Draft {
	d := &schedule.Draft{Conference: schedule.DraftConference{
		Conference: schedule.Conference{ID: "tiny", Name: "Tiny Conference", DayChange: schedule.DefaultDayChange},
		ZoneName:   zoneName,
	}}
	names := []string{"one", "two", "three", "four", "five"}
	for i, start := range starts {
		d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(names[i]), Title: "Talk " + names[i]}})
		at := wall(t, start)
		d.Slots = append(d.Slots, schedule.DraftSlot{
			ID: schedule.SlotID(names[i]), TalkID: names[i],
			Start: schedule.Moment{Wall: at}, End: schedule.Moment{Wall: at.Add(time.Hour)},
		})
	}
	return d
}

// build builds a draft that has no faults.
func build(t require.TestingT, d *schedule.Draft) *schedule.Schedule {
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	return s
}
