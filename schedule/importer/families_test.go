package importer_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/importer"
)

// row is a talk of a source that gives it no id.
type row struct {
	title, speaker string
	hour           int
}

// join writes each row with a format that takes title, speaker, first hour and
// the next.
func join(rows []row, separator, format string) string {
	var parts []string
	for _, r := range rows {
		parts = append(parts, fmt.Sprintf(format, r.title, r.speaker, fmt.Sprintf("%02d", r.hour), fmt.Sprintf("%02d", r.hour+1)))
	}
	return strings.Join(parts, separator)
}

// idless are the formats that can have talks without ids of their own, each with
// how it writes such rows.
var idless = map[string]func(rows []row) []byte{
	"csv": func(rows []row) []byte {
		return []byte("Title,Speaker,Date,Start,End\n" + join(rows, "", "%s,%s,2026-05-04,%s:00,%s:00\n"))
	},
	"voctosched": func(rows []row) []byte {
		return []byte("Title;Speakers;Start;Duration;Date\n" + join(rows, "", "%s;%s;%s:00;1:00;2026-05-04%.0s\n"))
	},
	"sched": func(rows []row) []byte {
		return []byte("name,speakers,event_start,event_end,event_type,active\n" + join(rows, "", "%s,%s,2026-05-04 %s:00,2026-05-04 %s:00,Talk,Y\n"))
	},
	"ics": func(rows []row) []byte {
		return []byte(calendar(join(rows, "", "BEGIN:VEVENT\nSUMMARY:%s\nORGANIZER;CN=%s:mailto:o@x.example\nDTSTART:20260504T%s0000\nDTEND:20260504T%s0000\nEND:VEVENT\n")))
	},
	"ics, one UID": func(rows []row) []byte {
		return []byte(calendar(join(rows, "", "BEGIN:VEVENT\nUID:46983\nSUMMARY:%s\nORGANIZER;CN=%s:mailto:o@x.example\nDTSTART:20260504T%s0000\nDTEND:20260504T%s0000\nEND:VEVENT\n")))
	},
	"sessionize": func(rows []row) []byte {
		return []byte(`[{"groupName": "All", "sessions": [` + join(rows, ",", `{"title": "%s", "speakers": [{"name": "%s"}], "startsAt": "2026-05-04T%s:00:00", "endsAt": "2026-05-04T%s:00:00"}`) + "]}]")
	},
	"openevent": func(rows []row) []byte {
		return []byte("[" + join(rows, ",", `{"title": "%s", "speakers": [{"name": "%s"}], "microlocation": null, "state": "accepted", "starts-at": "2026-05-04T%s:00:00Z", "ends-at": "2026-05-04T%s:00:00Z"}`) + "]")
	},
	"frab": func(rows []row) []byte {
		return []byte("<schedule><conference><title>C</title></conference><day date='2026-05-04'><room name='R'>" +
			join(rows, "", "<event><title>%s</title><persons><person>%s</person></persons><start>%s:00</start><duration>1:00</duration></event>%.0s") + "</room></day></schedule>")
	},
	"voc": func(rows []row) []byte {
		return []byte(`{"schedule": {"conference": {"title": "C", "days": [{"date": "2026-05-04", "rooms": {"R": [` +
			join(rows, ",", `{"title": "%s", "persons": [{"name": "%s"}], "start": "%s:00", "duration": "1:00"}%.0s`) + "]}}]}}}")
	},
}

// write returns such a source.
func write(format string, rows []row) importer.Source {
	if format == "pretalx" {
		slots := join(rows, ",", `{"description": "%s%.0s", "start": "2026-05-04T%s:00:00Z", "end": "2026-05-04T%s:00:00Z", "room": {"id": 1, "name": "R"}, "submission": null}`)
		for i := range rows { // which have ids that are others in every release
			slots = strings.Replace(slots, `{"desc`, fmt.Sprintf(`{"id": %d, "desc`, 100*len(rows)+i), 1)
		}
		return importer.Source{Name: "x", Parts: []importer.Source{
			{Name: "event.json", Data: []byte(`{"slug": "demo", "name": "Demo", "timezone": "UTC", "date_from": "2026-05-04", "date_to": "2026-05-04"}`)},
			{Name: "slots.json", Data: []byte(`{"count": null, "next": null, "previous": null, "results": [` + slots + "]}")},
		}}
	}
	return importer.Source{Name: "x", Data: idless[format](rows)}
}

func calendar(events string) string { return "BEGIN:VCALENDAR\n" + events + "END:VCALENDAR\n" }

// calendarOf is what a server has published, read after read.
type calendarOf struct {
	t       *testing.T
	edition *schedule.Edition
	now     time.Time
}

// read reconciles a read twice, an hour apart, and returns the id of every slot
// with its status if it is not confirmed, by day and hour.
func (c *calendarOf) read(next *schedule.Schedule) map[string]string {
	c.t.Helper()
	for range 2 {
		reading := schedule.Reconcile(c.edition, next, c.now, false)
		require.Empty(c.t, reading.Held)
		digests := feed.Render(reading.Schedule, nil).Digests()
		c.edition = schedule.NewEdition(reading.Schedule, reading.Ledger.Advance(reading.Schedule, digests, c.now))
		c.now = c.now.Add(time.Hour)
	}
	ids := map[string]string{}
	for _, s := range c.edition.Slots() {
		id := string(s.ID)
		if s.Status != schedule.StatusConfirmed {
			id += " " + string(s.Status)
		}
		at := s.Start.Format("02 15:04")
		for ids[at] != "" {
			at += "+"
		}
		ids[at] = id
	}
	return ids
}

func readSource(t *testing.T, src importer.Source) *schedule.Schedule {
	t.Helper()
	s, report, err := importer.Load(src, importer.Options{Timezone: "UTC", Conference: "C"})
	require.NoError(t, err)
	require.NoError(t, report.Err())
	return s
}

// Where talks have no ids of their own, those of one title are told apart by what
// they are, so that no change to one gives its place in calendars to another.
func TestIdlessTalksKeepTheirIDs(t *testing.T) {
	t.Parallel()
	first := []row{{"Knots", "Ada", 9}, {"Coffee", "", 10}, {"Sails", "Bo", 11}, {"Coffee", "", 12}, {"Coffee", "", 15}, {"Tides", "Cy", 16}}
	for _, name := range append(slices.Sorted(maps.Keys(idless)), "pretalx") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, c := range map[string]struct {
				then []row
				want map[string]string // what is not as it was
			}{
				"nothing":       {first, nil},
				"the first":     {slices.Delete(slices.Clone(first), 1, 2), map[string]string{"10:00": " cancelled"}},
				"the second":    {slices.Delete(slices.Clone(first), 3, 4), map[string]string{"12:00": " cancelled"}},
				"one in front":  {slices.Insert(slices.Clone(first), 0, row{"Coffee", "", 8}), map[string]string{"08:00": "new"}},
				"another order": {[]row{first[4], first[5], first[3], first[0], first[2], first[1]}, nil},
				"another title": {slices.Concat(first[:2], []row{{"Sails and rigging", "Bo", 11}}, first[3:]), nil},
				"a title twice": {slices.Concat(first, []row{{"Sails", "Bo", 18}}), map[string]string{"18:00": "new"}},
				"all of it": {
					[]row{{"Coffee", "", 15}, {"Coffee", "", 17}, {"Tides", "Cy", 16}, {"Coffee", "", 8}, {"Coffee", "", 12}, {"Coffee", "", 10}, {"Knots", "Ada", 9}},
					map[string]string{"08:00": "new", "17:00": "new", "11:00": " cancelled"},
				},
			} {
				if what == "another title" && name == "pretalx" {
					continue // its breaks have nobody to be known by
				}
				was := &calendarOf{t: t, now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
				before := was.read(readSource(t, write(name, first)))
				require.Len(t, before, len(first))
				want := maps.Clone(before)
				for at, change := range c.want {
					want["04 "+at] += change
				}
				after := was.read(readSource(t, write(name, c.then)))
				for at, change := range c.want {
					if change == "new" {
						require.NotContains(t, slices.Collect(maps.Values(before)), after["04 "+at], what)
						want["04 "+at] = after["04 "+at]
					}
				}
				require.Equal(t, want, after, what)
			}
		})
	}
}

// A real calendar of which whole series share a UID: to take out any one of a
// title's times cancels that one and no other.
func TestSharedUIDsOfARealCalendar(t *testing.T) {
	t.Parallel()
	text := string(importer.Shared(t, "ics", "moca-2024.ics").Data)
	head, rest, _ := strings.Cut(text, "BEGIN:VEVENT")
	events := strings.Split(rest, "BEGIN:VEVENT")
	last, tail, _ := strings.Cut(events[len(events)-1], "END:VCALENDAR")
	events[len(events)-1] = last
	read := func(events []string) *schedule.Schedule {
		return readSource(t, importer.Source{Name: "x", Data: []byte(head + "BEGIN:VEVENT" + strings.Join(events, "BEGIN:VEVENT") + "END:VCALENDAR" + tail)})
	}
	title := func(event string) string {
		_, line, _ := strings.Cut(event, "SUMMARY")
		line, _, _ = strings.Cut(line, "\n")
		return line
	}
	times := map[string]int{}
	for _, e := range events {
		times[title(e)]++
	}
	whole, tried := read(events), 0
	for i, e := range events {
		if times[title(e)] < 2 {
			continue
		}
		tried++
		c := &calendarOf{t: t, now: time.Date(2024, 9, 1, 12, 0, 0, 0, time.UTC)}
		before := c.read(whole)
		after := c.read(read(slices.Delete(slices.Clone(events), i, i+1)))
		require.Len(t, after, len(before))
		cancelled := 0
		for at, id := range after {
			if id != before[at] {
				require.Equal(t, before[at]+" cancelled", id)
				require.Contains(t, e, "DTSTART:202409"+strings.NewReplacer(" ", "T", ":", "").Replace(at[:8]))
				cancelled++
			}
		}
		require.Equal(t, 1, cancelled, title(e))
	}
	require.Equal(t, 9, tried)
}

// A talk of frab's that has one slot, then two, then one again: each slot keeps
// its place in calendars.
func TestSecondSlotComesAndGoes(t *testing.T) {
	t.Parallel()
	const event = "<event guid='22222222-7335-4d36-abac-3ff0419ec954'><title>%s%.0s</title><start>%s:00</start><duration>1:00</duration></event>%.0s"
	write := func(rows ...row) importer.Source {
		return importer.Source{Name: "x", Data: []byte("<schedule><conference><title>C</title></conference><day date='2026-05-04'><room name='R'>" + join(rows, "", event) +
			"<event guid='32222222-7335-4d36-abac-3ff0419ec954'><title>Other</title><start>20:00</start><duration>1:00</duration></event></room></day></schedule>")}
	}
	early, late := row{"A", "", 10}, row{"A", "", 14}
	c := &calendarOf{t: t, now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	one := c.read(readSource(t, write(late)))
	two := c.read(readSource(t, write(early, late)))
	require.Equal(t, one["04 14:00"], two["04 14:00"])
	again := c.read(readSource(t, write(late)))
	require.Equal(t, one["04 14:00"], again["04 14:00"])
	require.Equal(t, two["04 10:00"]+" cancelled", again["04 10:00"])
	require.Equal(t, two, c.read(readSource(t, write(early, late))), "and it is back as it was")
}
