package feed_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

var update = flag.Bool("update", false, "write the golden feeds anew")

// golden is a feed whose bytes are kept in testdata/golden.
type golden struct {
	name    string
	catalog *feed.Catalog
	query   string

	// What the feed is to hold, told independently of scopes.
	holds   func(*schedule.Slot) bool
	changed map[schedule.SlotID]bool // slots that changed since they were first published
	busy    bool
}

// zones are the zones of the golden feeds, each with starts that show what is
// special about it. In all but the ones named so, times refer to the VTIMEZONE.
var zones = []struct {
	golden, zone string
	starts       []string
}{
	{"zone-los-angeles", "America/Los_Angeles", []string{"2026-11-07 10:35", "2026-11-07 23:30"}},
	{"zone-dublin", "Europe/Dublin", []string{"2026-01-15 09:00", "2026-07-15 09:00"}},
	{"zone-casablanca", "Africa/Casablanca", []string{"2026-11-07 10:35"}},
	{"zone-casablanca-in-utc", "Africa/Casablanca", []string{"2026-02-10 10:00", "2026-02-20 10:00"}},
	{"zone-kolkata", "Asia/Kolkata", []string{"2026-11-07 10:35", "2026-11-08 10:35"}},
	{"zone-lord-howe", "Australia/Lord_Howe", []string{"2026-10-03 10:00", "2026-10-05 10:00"}},
	{"zone-kathmandu", "Asia/Kathmandu", []string{"2026-11-07 10:35"}},
	{"zone-sao-paulo", "America/Sao_Paulo", []string{"2026-11-07 10:35"}},
	{"zone-chatham", "Pacific/Chatham", []string{"2026-04-04 10:00", "2026-04-06 10:00"}},
	{"zone-vancouver", "America/Vancouver", []string{"2026-12-01 10:00"}},
	{"zone-utc", "UTC", []string{"2026-11-07 10:35", "2026-11-07 23:30"}},
}

// goldens returns every golden feed.
func goldens(t testing.TB) []golden {
	t.Helper()
	all := func(*schedule.Slot) bool { return true }
	none := func(*schedule.Slot) bool { return false }
	takesPlace := func(s *schedule.Slot) bool { return s.Status != schedule.StatusCancelled }
	inTrack := func(s *schedule.Slot) bool { return s.Talk.Track != nil && s.Talk.Track.ID == "deep-water" }

	c := harbourCatalog(t)
	feeds := []golden{
		{name: "whole", holds: all},
		{name: "track", query: "track=deep-water", holds: inTrack},
		{name: "speaker", query: "speaker=zoe-lindqvist", holds: func(s *schedule.Slot) bool {
			return slices.ContainsFunc(s.Talk.Speakers, func(p *schedule.Speaker) bool { return p.ID == "zoe-lindqvist" })
		}},
		{name: "room", query: "room=werkstatt", holds: func(s *schedule.Slot) bool { return s.Room != nil && s.Room.ID == "werkstatt" }},
		{name: "day", query: "day=2026-09-17", holds: func(s *schedule.Slot) bool { return s.Start.Day() == 17 || s.ID == "lanterns" }},
		{name: "talk", query: "talk=rigging", holds: func(s *schedule.Slot) bool { return s.Talk.ID == "rigging" }, busy: true},
		{name: "chosen", query: "talk=opening&talk=fog&talk=closing", busy: true, holds: func(s *schedule.Slot) bool {
			return slices.Contains([]schedule.TalkID{"opening", "fog", "closing"}, s.Talk.ID)
		}},
		{name: "filtered", query: "day=2026-09-17&kind=workshop&kind=talk&q=partial+FOG&q=laptop", holds: func(s *schedule.Slot) bool {
			return s.ID == "rigging" || s.ID == "fog"
		}},
		{name: "alarm", query: "track=deep-water&alarm=10", holds: inTrack},
		{name: "busy", query: "track=deep-water&busy=1", holds: inTrack, busy: true},
		{name: "utc", query: "track=deep-water&tz=utc", holds: inTrack},
		{name: "without-cancelled", query: "cancelled=hide", holds: takesPlace},
		{name: "empty", query: "tag=text&room=grosser-saal", holds: none},
	}
	for i := range feeds {
		feeds[i].catalog, feeds[i].changed = c, changedSlots
	}
	feeds = append(feeds, golden{name: "clock-change", catalog: catalog(baseURL, load(t, "clock-change.yaml")), holds: all})
	for _, z := range zones {
		feeds = append(feeds, golden{name: z.golden, catalog: catalog(baseURL, build(t, tiny(t, z.zone, z.starts...))), holds: all})
	}
	utc := catalog(baseURL, build(t, tiny(t, "UTC", "2026-11-07 10:35")))
	return append(feeds, golden{name: "empty-utc", catalog: utc, query: "tag=none", holds: none})
}

// TestGolden compares feeds with their bytes in testdata/golden. The flag
// -update writes them anew; read the difference before you commit it.
func TestGolden(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, g := range goldens(t) {
		path := "../testdata/golden/" + g.name + ".ics"
		known[path] = true
		got := document(t, g.catalog, g.query).Bytes(feed.Identity)
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o644))
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(path)
			require.NoError(t, err, "write it with -update")
			require.Equal(t, string(want), string(got))
		})
	}
	files, err := filepath.Glob("../testdata/golden/*.ics")
	require.NoError(t, err)
	for _, file := range files {
		require.Contains(t, known, file, "no test writes this file; delete it")
	}
}

// TestGoldenHolds holds each golden feed to the slots that it is to have.
func TestGoldenHolds(t *testing.T) {
	t.Parallel()
	for _, g := range goldens(t) {
		var want, got []string
		for _, s := range g.catalog.Edition().Slots() {
			if g.holds(s) {
				want = append(want, string(s.ID)+"@"+string(g.catalog.Edition().Conference().ID))
			}
		}
		d := document(t, g.catalog, g.query)
		for _, event := range read(t, d.Bytes(feed.Identity)).events() {
			got = append(got, event.value("UID"))
		}
		require.Equal(t, want, got, g.name)
		require.Equal(t, len(want), d.Len(), g.name)
	}
}
