package feed_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// TestChangeMovesItsFeeds changes one slot and sees that the feeds that hold it
// move, and no other.
func TestChangeMovesItsFeeds(t *testing.T) {
	t.Parallel()
	before := harbour(t)
	after := harbour(t, "Meet at the quay", "Meet at the pier") // lanterns: track quay, speaker zoe-lindqvist
	old, changed := catalog(baseURL, before), catalog(baseURL, before, after)
	moves := []string{"", "track=quay", "speaker=zoe-lindqvist", "day=2026-09-17", "kind=social", "talk=lanterns", "slot=lanterns", "talk=lanterns&talk=fog", "tz=utc"}
	stays := []string{
		"track=deep-water", "track=on-deck", "speaker=kenji-sato", "speaker=raj-mehta", "room=turm", "day=2026-09-18", "kind=break",
		"talk=fog", "talk=fog&talk=tea", "tag=text", "lang=en", "alarm=5&room=werkstatt", "tag=none",
	}
	for _, query := range slices.Concat(moves, stays) {
		a, b := document(t, old, query), document(t, changed, query)
		if slices.Contains(moves, query) {
			require.NotEqual(t, a.ETag(feed.Identity), b.ETag(feed.Identity), query)
			require.NotEqual(t, a.Bytes(feed.Identity), b.Bytes(feed.Identity), query)
		} else {
			require.Equal(t, a.ETag(feed.Identity), b.ETag(feed.Identity), query)
			require.Equal(t, a.Bytes(feed.Identity), b.Bytes(feed.Identity), query)
			require.Equal(t, a.Bytes(feed.Gzip), b.Bytes(feed.Gzip), query)
		}
		require.Equal(t, published, a.LastModified())
		require.Equal(t, published.AddDate(0, 0, 1), b.LastModified())
	}
}

// TestRemovalMovesItsFeeds takes a slot out: feeds that held it have other
// bytes and a later time.
func TestRemovalMovesItsFeeds(t *testing.T) {
	t.Parallel()
	draft := tiny(t, "Europe/Berlin", "2026-09-17 09:00", "2026-09-17 11:00")
	before := build(t, draft)
	draft.Slots = draft.Slots[:1]
	a, b := catalog(baseURL, before), catalog(baseURL, before, build(t, draft))
	require.NotEqual(t, document(t, a, "").ETag(feed.Identity), document(t, b, "").ETag(feed.Identity))
	require.True(t, document(t, b, "").LastModified().After(document(t, a, "").LastModified()))
	require.Equal(t, 1, document(t, b, "").Len())
	require.Zero(t, document(t, b, "talk=two").Len(), "a talk without a slot still has a feed")
}

func TestUnknownThings(t *testing.T) {
	t.Parallel()
	c := harbourCatalog(t)
	for _, query := range []string{"track=none", "speaker=none", "room=none", "day=2026-09-19", "talk=none", "slot=none", "track=quay&track=none", "q=fog&talk=none"} {
		scope, options, err := feed.ParseQuery(query)
		require.NoError(t, err)
		d, err := c.Document(scope, options)
		require.ErrorIs(t, err, schedule.ErrNotFound, query)
		require.Nil(t, d)
	}
	for _, query := range []string{"tag=none", "lang=fi", "kind=other", "q=nothing+of+that"} {
		require.Zero(t, document(t, c, query).Len(), query)
	}
}

// TestDigests has digests move with what subscribers see, and with nothing else.
func TestDigests(t *testing.T) {
	t.Parallel()
	s := harbour(t)
	digests := feed.Render(s, nil).Digests()
	require.Len(t, digests, len(s.Slots()))
	require.Equal(t, digests, feed.Render(harbour(t), nil).Digests())
	// What no event shows: a bio, a track's colour and description.
	require.Equal(t, digests, feed.Render(harbour(t, "She also writes.", "She sings.", "#0b6e8a", "#112233", "every day.\n", "every night.\n"), nil).Digests())
	seen := map[schedule.Digest]bool{}
	for _, d := range digests {
		require.False(t, seen[d])
		seen[d] = true
	}
}

// TestCatalogWithoutAddress has feeds that do not say where they come from.
func TestCatalogWithoutAddress(t *testing.T) {
	t.Parallel()
	calendar := read(t, document(t, catalog("", build(t, tiny(t, "UTC", "2026-11-07 10:35"))), "").Bytes(feed.Identity))
	require.Empty(t, calendar.all("SOURCE"))
	require.Empty(t, calendar.all("URL"))
	require.Equal(t, "https://harbour.example/", read(t, document(t, catalog("", harbour(t)), "").Bytes(feed.Identity)).value("URL"))
}

// TestPlaces has every form of LOCATION.
func TestPlaces(t *testing.T) {
	t.Parallel()
	position := &schedule.Position{Latitude: -0.0000001, Longitude: 12.3456789}
	for _, c := range []struct {
		room  string
		venue schedule.Venue
		want  string
		title string // of Apple's location
		geo   string
	}{
		{"", schedule.Venue{}, "Room to be announced", "", ""},
		{"Red", schedule.Venue{}, "Red", "", ""},
		{"Red", schedule.Venue{Name: "Hall"}, "Red, Hall", "", ""},
		{"Red", schedule.Venue{Address: "1 Road"}, "Red, 1 Road", "", ""},
		{"Red", schedule.Venue{Name: "Hall", Address: "1 Road"}, "Red, Hall, 1 Road", "", ""},
		{"Red", schedule.Venue{Name: "Hall", Address: "1 Road", Position: position}, "Red, Hall\n1 Road", "Red, Hall", "0;12.345679"},
		{"Red", schedule.Venue{Name: "Hall", Position: position}, "Red, Hall", "Red, Hall", "0;12.345679"},
	} {
		draft := tiny(t, "UTC", "2026-11-07 10:35")
		draft.Conference.Venue = c.venue
		if c.room != "" {
			draft.Rooms = []schedule.DraftRoom{{Room: schedule.Room{ID: "red", Name: c.room}}}
			draft.Slots[0].RoomID = "red"
		}
		event := read(t, document(t, catalog(baseURL, build(t, draft)), "").Bytes(feed.Identity)).events()[0]
		require.Equal(t, c.want, event.text("LOCATION"))
		require.Equal(t, c.geo, event.value("GEO"))
		if c.title != "" {
			require.Equal(t, c.title, event.all("X-APPLE-STRUCTURED-LOCATION")[0].parameter("X-TITLE"))
		} else {
			require.Empty(t, event.all("X-APPLE-STRUCTURED-LOCATION"))
		}
	}
}

// TestManySlots renders more slots than one chunk holds, all in their places.
func TestManySlots(t *testing.T) {
	t.Parallel()
	s := benchSchedule(t, 333)
	calendar := read(t, document(t, benchCatalog(s), "").Bytes(feed.Identity))
	require.Len(t, calendar.events(), len(s.Slots()))
	for i, event := range calendar.events() {
		slot := s.Slots()[i]
		require.Equal(t, string(slot.ID)+"@bench", event.value("UID"))
		require.Equal(t, slot.Talk.Title, event.text("SUMMARY"))
		require.Equal(t, slot.Start.UTC(), instant(t, event.all("DTSTART")[0]))
		require.Equal(t, 45*time.Minute, instant(t, event.all("DTEND")[0]).Sub(slot.Start))
	}
}
