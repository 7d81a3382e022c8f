package feed_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// ruled is a document that the rules are held to.
type ruled struct {
	name     string
	catalog  *feed.Catalog
	query    string
	document *feed.Document
	data     []byte
	calendar *component
	slots    map[string]*schedule.Slot // by UID
}

func (d *ruled) slot(event *component) *schedule.Slot { return d.slots[event.value("UID")] }

// everywhere calls f with every property in the document.
func (d *ruled) everywhere(f func(c *component, p property)) {
	d.calendar.walk(func(c *component) {
		for _, p := range c.properties {
			f(c, p)
		}
	})
}

// ruledDocuments are the golden feeds, and feeds of the hostile conference.
func ruledDocuments(t *testing.T) []*ruled {
	var all []*ruled
	add := func(name string, c *feed.Catalog, query string) {
		d := &ruled{name: name, catalog: c, query: query, document: document(t, c, query), slots: map[string]*schedule.Slot{}}
		d.data = d.document.Bytes(feed.Identity)
		d.calendar = read(t, d.data)
		e := c.Edition()
		for _, s := range e.Slots() {
			d.slots[string(s.ID)+"@"+string(e.Conference().ID)] = s
		}
		all = append(all, d)
	}
	for _, g := range goldens(t) {
		add(g.name, g.catalog, g.query)
	}
	hostile := hostileCatalog(t)
	add("hostile", hostile, "")
	add("hostile with options", hostile, "alarm=15&busy=1&tz=utc")
	add("hostile text", hostile, "q="+url.QueryEscape(`é";,\ `+"\u2028x"))
	for _, i := range []int{5, 11, 13, 19, 25} {
		for _, key := range []string{"track", "speaker", "room", "talk"} {
			add(fmt.Sprintf("hostile %s %d", key, i), hostile, fmt.Sprintf("%s=h-%d", key, i))
		}
	}
	return all
}

// instant returns when a DATE-TIME is, by the zone data that the program ships.
func instant(t require.TestingT, p property) time.Time {
	if id := p.parameter("TZID"); id != "" {
		at, err := time.Parse("20060102T150405", p.value)
		require.NoError(t, err)
		instants := schedule.WallTimeOf(at).Instants(zone(t, id))
		require.Len(t, instants, 1)
		return instants[0].UTC()
	}
	at, err := time.Parse("20060102T150405Z", p.value)
	require.NoError(t, err)
	return at
}

// ruledElsewhere are rules of feeds that no single document shows, with the
// test that holds each.
func ruledElsewhere() map[int]func(*testing.T) {
	return map[int]func(*testing.T){
		36: testRule36NothingMovesByItself,
		50: testRule50NoSkippedTime,
		53: testRule53ZoneNames,
		54: testRule54ZoneData,
		57: testRule57UIDsStay,
		61: testRule61StampsRise,
		62: testRule61StampsRise,
	}
}

// notOurs are rules of things that no feed of ours has. What is named must not
// occur in any document.
var notOurs = map[int]struct {
	why    string
	absent []string
}{
	19: {"no property has a parameter of an address", []string{";ALTREP=", ";DIR=", ";MEMBER=", ";SENT-BY=", ";DELEGATED-TO=", ";DELEGATED-FROM="}},
	28: {"METHOD is never written, single talks included", []string{"\r\nMETHOD"}},
	52: {"a slot has hours, so no event is of a whole day", []string{"VALUE=DATE:"}},
	65: {"descriptions are plain text alone", []string{"\r\nX-ALT-DESC"}},
	74: {"images and conference addresses are not part of a schedule", []string{"\r\nIMAGE", "\r\nCONFERENCE"}},
}

func TestRules(t *testing.T) {
	t.Parallel()
	documents := ruledDocuments(t)
	for _, r := range rules() {
		t.Run(fmt.Sprintf("rule %d: %s", r.number, r.says), func(t *testing.T) {
			t.Parallel()
			for _, d := range documents {
				if done := t.Run(d.name, func(t *testing.T) { r.check(t, d) }); !done {
					return
				}
			}
		})
	}
	for number, test := range ruledElsewhere() {
		t.Run(fmt.Sprintf("rule %d", number), func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
	for number, r := range notOurs {
		t.Run(fmt.Sprintf("rule %d is not ours: %s", number, r.why), func(t *testing.T) {
			t.Parallel()
			for _, d := range documents {
				for _, s := range r.absent {
					require.NotContains(t, string(d.data), s, d.name)
				}
			}
		})
	}
}

// TestEveryRuleIsHeld fails for a rule that none of the tables has, or two have.
func TestEveryRuleIsHeld(t *testing.T) {
	t.Parallel()
	held := map[int]int{}
	for _, r := range rules() {
		held[r.number]++
	}
	for number := range ruledElsewhere() {
		held[number]++
	}
	for number := range notOurs {
		held[number]++
	}
	for number := 1; number <= 77; number++ {
		require.Equal(t, 1, held[number], "rule %d", number)
		delete(held, number)
	}
	require.Empty(t, held)
}

// TestClientNotes holds what was learnt from clients beyond the rules.
func TestClientNotes(t *testing.T) {
	t.Parallel()
	for _, d := range ruledDocuments(t) {
		d.everywhere(func(_ *component, p property) {
			require.NotEmpty(t, p.value, "%s: %s is empty", d.name, p.name)
			require.Equal(t, strings.TrimSpace(p.value), p.value, "%s: %s is not trimmed", d.name, p.name)
		})
		for line := range strings.SplitSeq(strings.TrimSuffix(string(d.data), "\r\n"), "\r\n") {
			require.NotEmpty(t, strings.TrimSpace(line), "%s: a folded line of white space is lost", d.name)
		}
	}
}

func testRule36NothingMovesByItself(t *testing.T) {
	s := harbour(t)
	first := catalog(baseURL, s)
	// Published over and over, a day later each time.
	again := catalog(baseURL, s, harbour(t), harbour(t))
	for _, query := range []string{"", "track=deep-water", "talk=fog&alarm=5"} {
		a, b := document(t, first, query), document(t, again, query)
		require.Equal(t, string(a.Bytes(feed.Identity)), string(b.Bytes(feed.Identity)))
		require.Equal(t, a.ETag(feed.Identity), b.ETag(feed.Identity))
		require.Equal(t, a.LastModified(), b.LastModified())
	}
}

func testRule50NoSkippedTime(t *testing.T) {
	_, report := schedule.Build(tiny(t, "Europe/Berlin", "2026-03-29 02:30"))
	require.ErrorIs(t, report.Err(), schedule.ErrInvalid)
}

func testRule53ZoneNames(t *testing.T) {
	for _, name := range []string{"", "Local", "Mars/Olympus", "Pacific Standard Time"} {
		_, err := schedule.LoadZone(name)
		require.ErrorIs(t, err, schedule.ErrInvalid, name)
	}
	c := catalog(baseURL, build(t, tiny(t, "US/Pacific", "2026-11-07 10:35")))
	require.Contains(t, string(document(t, c, "").Bytes(feed.Identity)), ";TZID=America/Los_Angeles:")
}

func testRule54ZoneData(t *testing.T) {
	at := time.Date(2026, time.December, 1, 17, 0, 0, 0, time.UTC).In(zone(t, "America/Vancouver"))
	require.Equal(t, 10, at.Hour())
}

// testRule57UIDsStay changes all that can be changed of a slot.
func testRule57UIDsStay(t *testing.T) {
	before := harbour(t)
	after := harbour(t,
		"start: 2026-09-17 15:30", "start: 2026-09-17 15:35", "Fog and other partial failures", "Mist",
		"track: deep-water\n    speakers: [kenji-sato]", "track: quay\n    speakers: [raj-mehta]",
		"id: fog", "room: turm\n    id: fog", "    end: \"16:15\"\n    room: grosser-saal", "    end: \"16:15\"")
	uids := func(s *schedule.Schedule) (uids []string) {
		for _, event := range read(t, document(t, catalog(baseURL, s), "").Bytes(feed.Identity)).events() {
			uids = append(uids, event.value("UID"))
		}
		slices.Sort(uids)
		return uids
	}
	require.Equal(t, uids(before), uids(after))
}

// testRule61StampsRise changes one thing of one slot at a time, and undoes it.
func testRule61StampsRise(t *testing.T) {
	for name, change := range map[string][]string{
		"start": {"start: 2026-09-17 15:30", "start: 2026-09-17 15:35"}, "end": {`end: "16:15"`, `end: "16:14"`},
		"title": {"Fog and other", "Mist and other"}, "status": {"status: cancelled", "status: tentative"},
		"abstract": {"nobody can see", "nobody can hear"}, "level": {"title: Fog", "level: odd\n    title: Fog"},
		"tag": {"title: Fog", "tags: [new]\n    title: Fog"}, "address": {"title: Fog", "url: https://harbour.example/fog\n    title: Fog"},
	} {
		as, bs := harbour(t), harbour(t, change...)
		for i, c := range []*feed.Catalog{catalog(baseURL, as), catalog(baseURL, as, bs), catalog(baseURL, as, bs, as)} {
			for _, event := range read(t, document(t, c, "").Bytes(feed.Identity)).events() {
				sequence := 0
				if event.value("UID") == "fog@harbour-days-2026" {
					sequence = i
				}
				require.Equal(t, fmt.Sprint(sequence), event.value("SEQUENCE"), name)
				require.Equal(t, published.AddDate(0, 0, sequence).Format("20060102T150405Z"), event.value("LAST-MODIFIED"), name)
				require.Equal(t, published.Format("20060102T150405Z"), event.value("CREATED"), name)
			}
		}
	}
}
