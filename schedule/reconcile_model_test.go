package schedule_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

// style is how a source names its slots.
type style string

const (
	ownIDs   style = "own ids"  // each slot has its own
	repeats  style = "repeats"  // talks have, and their slots are counted
	nameless style = "nameless" // rows are counted under their titles
)

// event is a slot as its organiser knows it, whatever it is called.
type event struct {
	id                   string // with own ids; may change
	talk, title, speaker string
	room                 string
	start                time.Time // wall time
	cancelled            bool
	absent               bool // taken out, or lost for a read
	edited               bool // since the last publication

	published schedule.SlotID // "" before it is
	missed    int             // reads in a row
}

func (e *event) end() time.Time { return e.start.Add(time.Hour) }

// organiser is a conference that is edited at random. It makes only such edits
// at a time as leave no doubt about what has become of which slot.
type organiser struct {
	*publisher
	style   style
	events  []*event
	owner   map[schedule.SlotID]*event
	starts  map[time.Time]bool
	names   int
	pending bool // something was edited since the last publication
	renamed bool // every id was, since then
	shuffle bool // ids have changed hands since then
}

// wallZone is UTC, so that wall times are instants.
const wallZone = "UTC"

func (o *organiser) name(prefix string) string {
	o.names++
	return fmt.Sprintf("%s%d", prefix, o.names)
}

// hour returns a time of the conference that no slot has or had.
func (o *organiser) hour(t *rapid.T) time.Time {
	at := time.Date(2016, 11, 7, 8, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 6*24*4).Draw(t, "quarter")) * 15 * time.Minute)
	for !at.After(o.now) {
		at = at.Add(15 * time.Minute)
	}
	for o.starts[at] {
		at = at.Add(15 * time.Minute)
	}
	o.starts[at] = true
	return at
}

func (o *organiser) add(t *rapid.T) {
	e := &event{room: rapid.SampledFrom([]string{"", "Red", "Blue"}).Draw(t, "room"), start: o.hour(t), edited: true}
	if len(o.events) > 0 && rapid.Bool().Draw(t, "join") {
		// The new one of a family in which one is missing might be that one.
		like := one(t, "like", o.events)
		if slices.ContainsFunc(o.kin(like), func(e *event) bool { return e.absent || e.edited && e.published != "" }) {
			return
		}
		e.talk, e.title, e.speaker = like.talk, like.title, like.speaker
	}
	if e.title == "" || o.style == ownIDs {
		e.talk, e.title = o.name("talk"), o.name("Title ")
	}
	if e.speaker == "" || o.style != repeats {
		e.speaker = o.name("Person ")
	}
	e.id = o.name("id")
	o.events = append(o.events, e)
	o.pending = true
}

// family is what e's id is counted in.
func (o *organiser) family(e *event) string {
	switch o.style {
	case repeats:
		return e.talk
	case nameless:
		return "row-" + slug(e.title)
	default:
		return ""
	}
}

func slug(title string) string {
	b := []byte(title)
	for i, c := range b {
		if c == ' ' {
			b[i] = '-'
		} else if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

// still tells whether nothing was edited in e's family since the last
// publication.
func (o *organiser) still(e *event) bool {
	return !slices.ContainsFunc(o.kin(e), func(other *event) bool { return other.edited })
}

// kin returns the slots of e's family, or e alone.
func (o *organiser) kin(e *event) []*event {
	if o.style == ownIDs {
		return []*event{e}
	}
	return o.some(func(other *event) bool { return o.family(other) == o.family(e) })
}

// one picks one of some, and is written to the log of a failure as a number.
func one[T any](t *rapid.T, label string, some []T) T {
	return some[rapid.IntRange(0, len(some)-1).Draw(t, label)]
}

func shuffle[T any](t *rapid.T, label string, list []T) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label), 0))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func (o *organiser) some(fits func(e *event) bool) []*event {
	var some []*event
	for _, e := range o.events {
		if fits(e) {
			some = append(some, e)
		}
	}
	return some
}

// edit lets f alter one slot that is present and to come.
func (o *organiser) edit(t *rapid.T, f func(e *event)) {
	some := o.some(func(e *event) bool { return !e.absent && e.end().After(o.now) && o.still(e) })
	if len(some) == 0 {
		return
	}
	e := one(t, "slot", some)
	e.edited, o.pending = true, true
	f(e)
}

func (o *organiser) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"add": o.add,
		"move": func(t *rapid.T) {
			if o.shuffle {
				return
			}
			o.edit(t, func(e *event) {
				if o.renamed && e.cancelled {
					return
				}
				e.start = o.hour(t)
			})
		},
		"re-room": func(t *rapid.T) {
			o.edit(t, func(e *event) { e.room = rapid.SampledFrom([]string{"", "Red", "Blue", "Green"}).Draw(t, "room") })
		},
		"rename": func(t *rapid.T) {
			if o.shuffle {
				return
			}
			o.edit(t, func(e *event) {
				if e.cancelled && (o.renamed || o.style == nameless) {
					return
				}
				was := e.title
				e.title = o.name("Title ")
				if o.style == repeats {
					for _, other := range o.events {
						if other.talk == e.talk && other.title == was {
							other.title = e.title
						}
					}
				}
			})
		},
		"change the speaker": func(t *rapid.T) {
			if o.shuffle || o.renamed || o.style == repeats {
				return
			}
			o.edit(t, func(e *event) { e.speaker = o.name("Person ") })
		},
		"cancel": func(t *rapid.T) {
			if !o.renamed {
				o.edit(t, func(e *event) { e.cancelled = true })
			}
		},
		"take back": func(t *rapid.T) {
			if !o.renamed {
				o.edit(t, func(e *event) { e.cancelled = false })
			}
		},
		"take out": func(t *rapid.T) {
			some := o.some(func(e *event) bool { return !e.absent && o.still(e) })
			if len(some) > 1 && len(o.some(func(e *event) bool { return !e.absent })) > 1 {
				e := one(t, "slot", some)
				e.absent, e.edited, o.pending = true, true, true
			}
		},
		"bring back": func(t *rapid.T) {
			some := o.some(func(e *event) bool { return e.absent && o.still(e) && e.published != "" })
			if len(some) > 0 {
				e := one(t, "slot", some)
				if slices.ContainsFunc(o.events, func(other *event) bool { return other != e && !other.absent && other.id == e.id }) {
					e.id = o.name("id")
				}
				e.absent, e.edited, o.pending = false, true, true
			}
		},
		"lose some for a read": func(t *rapid.T) {
			if o.pending {
				return
			}
			some := o.some(func(e *event) bool { return !e.absent })
			if len(some) < 2 {
				return
			}
			shuffle(t, "lost", some)
			lost := some[:rapid.IntRange(1, len(some)-1).Draw(t, "how many")]
			for _, e := range lost {
				e.absent = true
			}
			o.read(t, false)
			for _, e := range lost {
				e.absent = false
			}
			o.read(t, false)
		},
		"give all other ids": func(t *rapid.T) {
			if o.style != ownIDs || o.pending {
				return
			}
			for _, e := range o.events {
				if !e.absent {
					e.id = o.name("id")
				}
			}
			o.pending, o.renamed = true, true
		},
		"number all anew": func(t *rapid.T) {
			if o.style != ownIDs || o.pending {
				return
			}
			some := o.some(func(e *event) bool { return !e.absent })
			ids := make([]string, len(some))
			for i, e := range some {
				ids[i] = e.id
			}
			shuffle(t, "ids", ids)
			for i, id := range ids {
				some[i].id = id
			}
			o.pending, o.renamed, o.shuffle = true, true, true
		},
		"let time pass": func(t *rapid.T) {
			if o.pending {
				return
			}
			o.now = o.now.Add(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours")) * time.Hour)
			if rapid.Bool().Draw(t, "lapse") {
				o.lapse()
			}
		},
		"read":    func(t *rapid.T) { o.read(t, false) },
		"confirm": func(t *rapid.T) { o.read(t, true) },
		"start anew": func(t *rapid.T) {
			o.last = restarted(t, o.last)
		},
	}
}

// source is the schedule as its source gives it now, in any order.
func (o *organiser) source(t *rapid.T) *schedule.Schedule {
	d := draft(t)
	d.Conference.ZoneName = wallZone
	present := o.some(func(e *event) bool { return !e.absent })
	slices.SortStableFunc(present, func(a, b *event) int { return a.start.Compare(b.start) })
	counts := map[string]int{}
	known := map[string]bool{}
	once := func(s string) bool {
		was := known[s]
		known[s] = true
		return !was
	}
	for _, e := range present {
		id, talk, family := e.id, e.talk, o.family(e)
		if family != "" {
			if counts[family]++; counts[family] > 1 {
				id = schedule.NumberedID(family, counts[family])
			} else {
				id = family
			}
		}
		if o.style == nameless {
			talk = id
		} else if o.style == ownIDs {
			talk = id
		}
		slot := schedule.DraftSlot{
			ID: schedule.SlotID(id), Family: family, TalkID: talk,
			Start: schedule.Moment{Wall: schedule.WallTimeOf(e.start)}, End: schedule.Moment{Wall: schedule.WallTimeOf(e.end())},
		}
		if e.cancelled {
			slot.Status = schedule.StatusCancelled
		}
		if e.room != "" {
			slot.RoomID = slug(e.room)
			if once("room " + e.room) {
				d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(slot.RoomID), Name: e.room}})
			}
		}
		if once("talk " + talk) {
			if once("speaker " + e.speaker) {
				d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID(slug(e.speaker)), Name: e.speaker}})
			}
			d.Talks = append(d.Talks, schedule.DraftTalk{Talk: schedule.Talk{ID: schedule.TalkID(talk), Title: e.title}, SpeakerIDs: []string{slug(e.speaker)}})
		}
		d.Slots = append(d.Slots, slot)
	}
	shuffle(t, "slots", d.Slots)
	shuffle(t, "talks", d.Talks)
	return build(t, d)
}

// read publishes the source and asserts that every slot is still what it was.
func (o *organiser) read(t *rapid.T, confirm bool) {
	o.now = o.now.Add(time.Minute)
	if len(o.some(func(e *event) bool { return !e.absent })) == 0 {
		return
	}
	was := map[schedule.SlotID]*schedule.Slot{}
	if o.last != nil {
		for _, s := range o.last.Slots() {
			was[s.ID] = s
		}
	}
	for _, e := range o.events {
		if e.absent {
			e.missed++
		} else {
			e.missed = 0
		}
	}
	if o.publish(o.source(t), confirm).Held != "" {
		return
	}
	bySpot := map[string]*schedule.Slot{}
	byID := map[schedule.SlotID]*schedule.Slot{}
	for _, s := range o.last.Slots() {
		byID[s.ID] = s
		if entry, _ := o.last.Ledger().Entry(s.ID); entry.Missed == 0 {
			bySpot[s.Talk.Title+s.Talk.Speakers[0].Name+s.Start.String()] = s
		}
	}
	for _, e := range o.events {
		if !e.absent {
			s := bySpot[e.title+e.speaker+e.start.String()]
			require.NotNil(t, s, "%s is not published", e.title)
			if e.published == "" {
				require.Nil(t, o.owner[s.ID], "%s gets the id of another", e.title)
				e.published, o.owner[s.ID] = s.ID, e
			}
			require.Equal(t, e.published, s.ID, "%s has another id", e.title)
		} else if s := byID[e.published]; s != nil && was[s.ID] != nil {
			old := was[s.ID]
			require.Equal(t, old.Start, s.Start)
			coming := s.End.After(o.now) && old.Status != schedule.StatusCancelled
			require.Equal(t, coming && (confirm || e.missed >= schedule.CancelAfter), s.Status != old.Status, "%s missed %d times is %s", e.title, e.missed, s.Status)
		} else if old := was[e.published]; old != nil {
			require.False(t, old.End.Add(schedule.KeepFor).After(o.now), "%s is gone too early", e.title)
		}
		e.edited = false
	}
	o.pending, o.renamed, o.shuffle = false, false, false
	// What is gone may come back as another.
	o.events = slices.DeleteFunc(o.events, func(e *event) bool { return e.absent && byID[e.published] == nil })
}

// TestReconcileKeepsIdentity edits conferences at random, knowing which slot is
// which all the time.
func TestReconcileKeepsIdentity(t *testing.T) {
	t.Parallel()
	for _, style := range []style{ownIDs, repeats, nameless} {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				o := &organiser{publisher: newPublisher(t), style: style, owner: map[schedule.SlotID]*event{}, starts: map[time.Time]bool{}}
				for range rapid.IntRange(1, 12).Draw(t, "slots") {
					o.add(t)
				}
				for _, e := range o.events {
					e.edited = false
				}
				o.read(t, false)
				t.Repeat(o.actions())
				for range schedule.ReleaseAfter {
					o.read(t, false)
				}
				require.False(t, o.pending)
				o.settle(o.source(t))
			})
		})
	}
}

// TestReconcileAnything reconciles conferences that have little to do with each
// other, and holds only what must always hold.
func TestReconcileAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := newPublisher(t)
		anything := func() *schedule.Schedule {
			d := anyDraft(t)
			d.Conference.ID = cmp.Or(d.Conference.ID, "conf")
			if p.last == nil {
				d.Conference.ID = "conf"
			}
			families := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "f", "g"}), len(d.Slots), len(d.Slots)).Draw(t, "families")
			for i := range d.Slots {
				d.Slots[i].Family = families[i]
				if rapid.IntRange(0, 4).Draw(t, "cancelled") == 0 {
					d.Slots[i].Status = schedule.StatusCancelled
				}
			}
			return build(t, d)
		}
		p.now = time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
		var s *schedule.Schedule
		for range rapid.IntRange(1, 8).Draw(t, "reads") {
			if s = anything(); rapid.Bool().Draw(t, "twice") {
				p.publish(s, false)
			}
			p.publish(s, rapid.Bool().Draw(t, "confirm"))
			p.now = p.now.Add(time.Duration(rapid.IntRange(-5, 100).Draw(t, "hours")) * time.Hour)
			if rapid.Bool().Draw(t, "lapse") {
				p.lapse()
			}
		}
		p.settle(s)
	})
}
