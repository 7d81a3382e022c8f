package feed_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// publish publishes the reads one after the other as a server does, each a day
// after the other and with what the last rendering has, and without it.
func publish(t *testing.T, reads ...*schedule.Schedule) (reused, anew []*feed.Catalog) {
	t.Helper()
	var last *schedule.Edition
	var previous *feed.Catalog
	for i, next := range reads {
		now := published.AddDate(0, 0, i)
		reading := schedule.Reconcile(last, next, now, true)
		fresh := feed.Render(reading.Schedule, nil)
		r := feed.Render(reading.Schedule, previous)
		require.Equal(t, fresh.Digests(), r.Digests())
		last = schedule.NewEdition(reading.Schedule, reading.Ledger.Advance(reading.Schedule, r.Digests(), now))
		previous = feed.NewCatalog(last, r, baseURL)
		reused, anew = append(reused, previous), append(anew, feed.NewCatalog(last, fresh, baseURL))
	}
	return reused, anew
}

// TestReuse sees that what is taken from the last edition is what would have
// been rendered.
func TestReuse(t *testing.T) {
	t.Parallel()
	reused, anew := publish(t,
		harbour(t, beforeChanges...),
		harbour(t),
		harbour(t),
		harbour(t, "Meet at the quay", "Meet at the pier"),
		harbour(t, "title: Tea", "title: Coffee"),
		harbour(t, "timezone: Europe/Berlin", "timezone: Europe/Paris"),
		harbour(t, `name: "Werkstatt;`, `name: "Workshop;`),
		harbour(t, "Zoë Lindqvist", "Zoë Lind"),
		harbour(t),
	)
	for i := range reused {
		for _, query := range []string{"", "tz=utc", "track=quay", "talk=fog&alarm=5&busy=1", "cancelled=hide"} {
			for _, encoding := range []feed.Encoding{feed.Identity, feed.Gzip} {
				a, b := document(t, reused[i], query), document(t, anew[i], query)
				require.Equal(t, b.Bytes(encoding), a.Bytes(encoding), "%d %s", i, query)
				require.Equal(t, b.ETag(encoding), a.ETag(encoding), "%d %s", i, query)
			}
		}
	}
	require.Equal(t, document(t, reused[1], "").ETag(feed.Identity), document(t, reused[2], "").ETag(feed.Identity))
}

// TestMoveIsTold reads what an event says of where and when it was before.
func TestMoveIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hour, room int // how much later, and which room
		title      string
		want       string
	}{
		"time":          {1, 0, "One", "Moved: it was on Thu 17 Sep 2026, 09:00 to 10:00 before."},
		"room":          {0, 1, "One", "New room: it was in Oak before."},
		"time and room": {1, 1, "One", "Moved: it was on Thu 17 Sep 2026, 09:00 to 10:00, in Oak before."},
		"title":         {0, 0, "Two", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := func(hour, room int, title string) *schedule.Schedule {
				d := tiny(t, "Europe/Berlin", fmt.Sprintf("2026-09-17 %02d:00", 9+hour))
				d.Rooms = []schedule.DraftRoom{{Room: schedule.Room{ID: "oak", Name: "Oak"}}, {Room: schedule.Room{ID: "elm", Name: "Elm"}}}
				d.Slots[0].RoomID = string(d.Rooms[room].ID)
				d.Talks[0].Title, d.Talks[0].Abstract = title, "The abstract."
				return build(t, d)
			}
			first := func(c *feed.Catalog) *component {
				return read(t, document(t, c, "").Bytes(feed.Identity)).events()[0]
			}
			reused, _ := publish(t, at(0, 0, "One"), at(c.hour, c.room, c.title))
			c0, c1 := reused[0], reused[1]
			require.Equal(t, "The abstract.", first(c0).value("DESCRIPTION"))
			want := "The abstract."
			if c.want != "" {
				want = c.want + "\n\nThe abstract."
			}
			require.Equal(t, want, first(c1).text("DESCRIPTION"))

			// Two days later it is no longer told, and that is a change.
			edition := c1.Edition()
			due, lapses := edition.Lapses()
			require.Equal(t, c.want != "", lapses)
			if !lapses {
				return
			}
			require.Equal(t, published.AddDate(0, 0, 1).Add(schedule.TellFor), due)
			require.Nil(t, schedule.Lapse(edition, due.Add(-time.Second)))
			reading := schedule.Lapse(edition, due)
			r := feed.Render(reading.Schedule, c1)
			ledger := reading.Ledger.Advance(reading.Schedule, r.Digests(), due)
			last := feed.NewCatalog(schedule.NewEdition(reading.Schedule, ledger), r, baseURL)
			event := first(last)
			require.Equal(t, "The abstract.", event.value("DESCRIPTION"))
			require.Equal(t, "2", event.value("SEQUENCE"))
			require.NotEqual(t, document(t, c1, "").ETag(feed.Identity), document(t, last, "").ETag(feed.Identity))
			require.Equal(t, due, document(t, last, "").LastModified())
		})
	}
}
