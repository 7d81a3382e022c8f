package schedule_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

func edition(t require.TestingT, d *schedule.Draft) *schedule.Edition {
	return schedule.NewEdition(build(t, d), schedule.Ledger{})
}

// found returns the ids of the slots in a scope.
func found(t require.TestingT, e *schedule.Edition, query string) []string {
	places, err := e.Find(scope(t, query))
	require.NoError(t, err, query)
	ids := []string{}
	for _, i := range places {
		ids = append(ids, string(e.Slots()[i].ID))
	}
	return ids
}

func TestFind(t *testing.T) {
	t.Parallel()
	d := sample(t)
	d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: "empty", Name: "Empty"}})
	d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: "unplanned", Title: "Unplanned"}})
	e := edition(t, d)
	for query, want := range map[string]string{
		"":                                "opening-1 pagers-1 pagers-2",
		"track=go":                        "opening-1",
		"track=go&track=ops":              "opening-1 pagers-1 pagers-2",
		"track=empty":                     "",
		"talk=unplanned":                  "",
		"speaker=ada":                     "opening-1 pagers-1 pagers-2",
		"speaker=bo":                      "pagers-1 pagers-2",
		"speaker=bo&room=blue":            "pagers-1",
		"room=red&room=blue":              "opening-1 pagers-1",
		"day=2016-11-08":                  "pagers-2",
		"day=2016-11-07&track=ops":        "pagers-1",
		"kind=keynote":                    "opening-1",
		"kind=talk":                       "pagers-1 pagers-2",
		"kind=social":                     "",
		"tag=WELCOME":                     "opening-1",
		"tag=on+call&tag=welcome":         "opening-1 pagers-1 pagers-2",
		"tag=nothing":                     "",
		"lang=pt":                         "opening-1",
		"lang=pt-br":                      "opening-1",
		"lang=pt-pt":                      "",
		"talk=pagers&slot=pagers-2":       "pagers-2",
		"talk=opening&slot=pagers-2":      "",
		"slot=pagers-2&slot=opening-1":    "opening-1 pagers-2",
		"q=welcome+mill":                  "opening-1",
		"q=MILL":                          "opening-1 pagers-1 pagers-2", // Ada is of the Mill
		"q=bo+quiet":                      "pagers-1 pagers-2",
		"q=operations":                    "pagers-1 pagers-2",
		"q=opening&q=quiet":               "opening-1 pagers-1 pagers-2",
		"q=opening+quiet":                 "",
		"q=quiet&day=2016-11-08&track=go": "",
	} {
		require.Equal(t, strings.Fields(want), found(t, e, query), query)
	}
}

func TestFindWhatIsNotThere(t *testing.T) {
	t.Parallel()
	e := edition(t, sample(t))
	for _, query := range []string{
		"track=nope", "speaker=nope", "room=nope", "day=2016-11-09", "talk=nope", "slot=nope",
		"track=go&track=nope", "kind=social&slot=nope", "q=nothing&room=nope", "lang=xx&track=nope",
	} {
		places, err := e.Find(scope(t, query))
		require.Nil(t, places)
		sentence := requireKind(t, schedule.ErrNotFound, err).Sentence
		require.True(t, strings.Contains(sentence, "nope") || strings.Contains(sentence, "2016-11-09"), sentence)
		require.Contains(t, sentence, "Sample Conference")
	}
}

func TestEditionLookups(t *testing.T) {
	t.Parallel()
	d := sample(t)
	s := build(t, d)
	now := time.Date(2016, 10, 2, 0, 0, 0, 0, time.UTC)
	e := schedule.NewEdition(s, schedule.Ledger{}.Advance(s, digests(s, 0), now))
	require.Equal(t, "Go", e.Track("go").Name)
	require.Equal(t, "Ada", e.Speaker("ada").Name)
	require.Equal(t, "Red", e.Room("red").Name)
	require.Equal(t, "Opening", e.Talk("opening").Title)
	require.Nil(t, e.Track("nope"))
	require.Nil(t, e.Speaker("nope"))
	require.Nil(t, e.Room("nope"))
	require.Nil(t, e.Talk("nope"))
	require.Equal(t, "[2016-11-07 2016-11-08]", fmt.Sprint(e.Days()))
	require.Equal(t, "pagers-1@sample", e.Entry(1).UID)
	require.Equal(t, now, e.Modified())
}

func TestDaysAreInOrder(t *testing.T) {
	t.Parallel()
	// Slots sorted by start have days out of order where the source says so.
	d := sample(t)
	d.Slots[0].Day = d.Slots[0].Start.Wall.Date
	d.Slots[1].Day = d.Slots[0].Start.Wall.AddDays(-1)
	require.Equal(t, "[2016-11-06 2016-11-07 2016-11-08]", fmt.Sprint(edition(t, d).Days()))
}

// naive tells whether a slot is in a scope, by looking at the slot alone.
func naive(slot *schedule.Slot, s schedule.Scope) bool {
	talk := slot.Talk
	for _, key := range schedule.ScopeKeys() {
		values := s.Values(key)
		if values == nil {
			continue
		}
		if !slices.ContainsFunc(values, func(v string) bool {
			switch key {
			case schedule.ScopeTrack:
				return talk.Track != nil && string(talk.Track.ID) == v
			case schedule.ScopeSpeaker:
				return slices.ContainsFunc(talk.Speakers, func(p *schedule.Speaker) bool { return string(p.ID) == v })
			case schedule.ScopeRoom:
				return slot.Room != nil && string(slot.Room.ID) == v
			case schedule.ScopeDay:
				return slot.Day.String() == v
			case schedule.ScopeKind:
				return string(talk.Kind) == v
			case schedule.ScopeTag:
				return slices.ContainsFunc(talk.Tags, func(tag string) bool { return strings.ToLower(tag) == v })
			case schedule.ScopeLanguage:
				return talk.Language == v || strings.HasPrefix(talk.Language, v+"-")
			case schedule.ScopeTalk:
				return string(talk.ID) == v
			case schedule.ScopeSlot:
				return string(slot.ID) == v
			default:
				text := talk.Title + " " + talk.Abstract + " " + strings.Join(talk.Tags, " ")
				if talk.Track != nil {
					text += " " + talk.Track.Name
				}
				for _, p := range talk.Speakers {
					text += " " + p.Name
				}
				for _, word := range strings.Fields(v) {
					if !strings.Contains(strings.ToLower(text), word) {
						return false
					}
				}
				return true
			}
		}) {
			return false
		}
	}
	return true
}

func anyScope(t *rapid.T) schedule.Scope {
	values := map[schedule.ScopeKey][]string{
		schedule.ScopeTrack:    {"t0", "t1", "t2", "gone"},
		schedule.ScopeSpeaker:  {"p0", "p1", "p2", "p3", "gone"},
		schedule.ScopeRoom:     {"r0", "r1", "r2"},
		schedule.ScopeDay:      {"2026-06-01", "2026-06-02", "2026-06-03"},
		schedule.ScopeKind:     {"talk", "keynote", "open-space"},
		schedule.ScopeTag:      {"ALPHA", "beta ray", "gamma"},
		schedule.ScopeLanguage: {"pt", "pt-br", "de"},
		schedule.ScopeTalk:     {"k0", "k1", "k2"},
		schedule.ScopeSlot:     {"s0", "s1", "s2", "s3"},
		schedule.ScopeText:     {"go", "heap on", "strand t1", "name p0", "alpha"},
	}
	query := url.Values{}
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(schedule.ScopeKeys()), 0, 3, rapid.ID).Draw(t, "keys") {
		query[string(key)] = rapid.SliceOfN(rapid.SampledFrom(values[key]), 1, 3).Draw(t, "values")
	}
	return scope(t, query.Encode())
}

func TestFindAgreesWithTheNaiveWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := edition(t, anyDraft(t))
		whole, err := e.Find(schedule.Scope{})
		require.NoError(t, err)
		before := fmt.Sprint(whole)
		for range 4 {
			s := anyScope(t)
			places, err := e.Find(s)
			if err != nil {
				require.ErrorIs(t, err, schedule.ErrNotFound)
				require.True(t, asksForWhatIsNotThere(e, s), "%s: %s", s, err)
				continue
			}
			require.False(t, asksForWhatIsNotThere(e, s), "%s", s)
			var want []int32
			for i, slot := range e.Slots() {
				if naive(slot, s) {
					want = append(want, int32(i))
				}
			}
			require.Equal(t, fmt.Sprint(want), fmt.Sprint(places), "%s", s)
			again, err := e.Find(s)
			require.NoError(t, err)
			require.Equal(t, places, again)
		}
		require.Equal(t, before, fmt.Sprint(whole), "a search leaves what others hold as it was")
	})
}

func asksForWhatIsNotThere(e *schedule.Edition, s schedule.Scope) bool {
	missing := false
	s.Each(func(key schedule.ScopeKey, value string) {
		switch key {
		case schedule.ScopeTrack:
			missing = missing || e.Track(schedule.TrackID(value)) == nil
		case schedule.ScopeSpeaker:
			missing = missing || e.Speaker(schedule.SpeakerID(value)) == nil
		case schedule.ScopeRoom:
			missing = missing || e.Room(schedule.RoomID(value)) == nil
		case schedule.ScopeTalk:
			missing = missing || e.Talk(schedule.TalkID(value)) == nil
		case schedule.ScopeDay:
			missing = missing || !slices.ContainsFunc(e.Days(), func(d schedule.Date) bool { return d.String() == value })
		case schedule.ScopeSlot:
			missing = missing || !slices.ContainsFunc(e.Slots(), func(slot *schedule.Slot) bool { return string(slot.ID) == value })
		}
	})
	return missing
}

// Not parallel: AllocsPerRun counts for the whole program.
func TestFindOfOneKeyAllocatesNothing(t *testing.T) {
	e := edition(t, sample(t))
	for _, query := range []string{"", "track=ops", "speaker=ada", "day=2016-11-07", "kind=talk"} {
		s := scope(t, query)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if places, err := e.Find(s); err != nil || len(places) == 0 {
				panic("nothing found")
			}
		}), query)
	}
}
