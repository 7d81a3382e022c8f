package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// step is a read, or the passing of time alone where there are no lines.
type step struct {
	after   time.Duration // since the last step, beside what lies between reads; an hour where it is zero
	lines   []string
	confirm bool
	want    []string // what is published then, or nil where that is of no interest
	changes []string
	held    bool
}

func read(lines ...string) step { return step{lines: lines} }

func pass(d time.Duration) step { return step{after: d} }

// publishes says what is published after a step; where nothing is given it is
// what was read.
func (s step) publishes(want ...string) step { s.want = want; return s }

func (s step) later(d time.Duration) step { s.after = d; return s }

func (s step) confirmed() step { s.confirm = true; return s }

func (s step) heldBack() step { s.held = true; return s }

// changing says which changes a step comes to.
func (s step) changing(changes ...string) step { s.changes = changes; return s }

const day = 24 * time.Hour

// What organisers do to a conference of two talks, one given twice, at
// 12:00 UTC of the first of November 2016 and thereafter.
func TestReconcile(t *testing.T) {
	t.Parallel()
	const (
		a  = "a: Apple, Ada, Red, 7 09:00"
		b  = "b: Berry, Bo, Red, 7 10:00"
		c  = "c: Cherry, Cy, Blue, 7 11:00"
		w1 = "w-1/w: Weld, Wu, Red, 8 09:00"
		w2 = "w-2/w: Weld, Wu, Blue, 8 14:00"
		w3 = "w-3/w: Weld, Wu, Red, 9 09:00"
		l1 = "lunch/lunch=lunch: Lunch, , Hall, 7 12:00"
		l2 = "lunch-2/lunch=lunch-2: Lunch, , Hall, 8 12:00"
		l3 = "lunch-3/lunch=lunch-3: Lunch, , Hall, 9 12:00"

		pubA  = "a: Apple, Red, 7 09:00"
		pubB  = "b: Berry, Red, 7 10:00"
		pubC  = "c: Cherry, Blue, 7 11:00"
		pubW1 = "w-1: Weld, Red, 8 09:00"
		pubW2 = "w-2: Weld, Blue, 8 14:00"
		pubW3 = "w-3: Weld, Red, 9 09:00"
	)
	for name, steps := range map[string][]step{
		"nothing": {
			read(a, b, w1, w2).publishes(pubA, pubB, pubW1, pubW2).changing("a [added]", "b [added]", "w-1 [added]", "w-2 [added]"),
			read(a, b, w1, w2).publishes(pubA, pubB, pubW1, pubW2),
			read(w2, w1, b, a).publishes(pubA, pubB, pubW1, pubW2),
		},

		// One slot, known by the source's own id.
		"moves a talk": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00", b).publishes(pubB, "a: Apple, Red, 7 13:00, was 7 09:00 Red").changing("a [moved]"),
			read("a: Apple, Ada, Red, 7 13:00", b).publishes(pubB, "a: Apple, Red, 7 13:00, was 7 09:00 Red"),
		},
		"moves a talk to another room": {
			read(a, b),
			read("a: Apple, Ada, Blue, 7 09:00", b).publishes("a: Apple, Blue, 7 09:00, was 7 09:00 Red", pubB).changing("a [re-roomed]"),
		},
		"announces a room": {
			read("a: Apple, Ada, , 7 09:00", b),
			read(a, b).publishes(pubA, pubB).changing("a [re-roomed]"),
		},
		"takes a room back": {
			read(a, b),
			read("a: Apple, Ada, , 7 09:00", b).publishes("a: Apple, , 7 09:00, was 7 09:00 Red", pubB).changing("a [re-roomed]"),
		},
		"renames a talk and changes its speaker": {
			read(a, b),
			read("a: Apples, Al, Red, 7 09:00", b).publishes("a: Apples, Red, 7 09:00", pubB).changing("a [renamed edited]"),
		},
		"changes the speaker alone": {
			read(a, b),
			read("a: Apple, Al, Red, 7 09:00", b).publishes(pubA, pubB).changing("a [edited]"),
		},
		"swaps two talks": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 10:00", "b: Berry, Bo, Red, 7 09:00").
				publishes("b: Berry, Red, 7 09:00, was 7 10:00 Red", "a: Apple, Red, 7 10:00, was 7 09:00 Red"),
		},
		"replaces a talk by another of its speaker": {
			read(a, b, c),
			read("d: Damson, Ada, Red, 7 09:00", b, c).publishes(pubA, "d: Damson, Red, 7 09:00", pubB, pubC).changing("d [added]"),
			read("d: Damson, Ada, Red, 7 09:00", b, c).publishes(pubA+", cancelled", "d: Damson, Red, 7 09:00", pubB, pubC).changing("a [cancelled]"),
		},
		"gives all talks other ids and one another title": {
			read(a, b, c),
			read("x: Apples, Ada, Red, 7 09:00", "y: Berry, Bo, Red, 7 10:00", "z: Cherry, Cy, Blue, 7 11:00").
				publishes("a(x): Apples, Red, 7 09:00", "b(y): Berry, Red, 7 10:00", "c(z): Cherry, Blue, 7 11:00").changing("a [renamed edited]"),
		},
		"marks a talk as cancelled and takes that back": {
			read(a, b),
			read(a+", cancelled", b).publishes(pubA+", cancelled", pubB).changing("a [cancelled]"),
			read(a, b).publishes(pubA, pubB).changing("a [restored]"),
		},
		"marks a talk as tentative": {
			read(a, b),
			read(a+", tentative", b).publishes(pubA+", tentative", pubB).changing("a [edited]"),
		},
		"moves a talk and cancels it in one": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00, cancelled", b).publishes(pubB, "a: Apple, Red, 7 13:00, cancelled").changing("a [moved cancelled]"),
		},
		"cancels a talk that was lately moved": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00", b),
			read("a: Apple, Ada, Red, 7 13:00, cancelled", b).publishes(pubB, "a: Apple, Red, 7 13:00, cancelled").changing("a [cancelled]"),
			pass(50*time.Hour).publishes(pubB, "a: Apple, Red, 7 13:00, cancelled"),
		},

		// What is told of a move, and for how long.
		"moves a talk twice": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00", b),
			read("a: Apple, Ada, Blue, 7 15:00", b).later(10*time.Hour).publishes(pubB, "a: Apple, Blue, 7 15:00, was 7 13:00 Red"),
			pass(47*time.Hour).publishes(pubB, "a: Apple, Blue, 7 15:00, was 7 13:00 Red"),
			pass(time.Hour).publishes(pubB, "a: Apple, Blue, 7 15:00"),
			pass(time.Hour).publishes(pubB, "a: Apple, Blue, 7 15:00"),
		},
		"moves a talk and back": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00", b),
			read(a, b).publishes("a: Apple, Red, 7 09:00, was 7 13:00 Red", pubB),
		},
		"moves a talk, and a read comes two days later": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00", b),
			read("a: Apple, Ada, Red, 7 13:00", b).later(schedule.TellFor-schedule.ReadsApart-time.Second).publishes(pubB, "a: Apple, Red, 7 13:00, was 7 09:00 Red"),
			read("a: Apple, Ada, Red, 7 13:00", b).later(time.Second-schedule.ReadsApart).publishes(pubB, "a: Apple, Red, 7 13:00"),
		},
		"moves a talk that then vanishes": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 13:00", b),
			read(b).publishes(pubB, "a: Apple, Red, 7 13:00, was 7 09:00 Red"),
			pass(48*time.Hour).publishes(pubB, "a: Apple, Red, 7 13:00"),
			read(b).publishes(pubB, "a: Apple, Red, 7 13:00, cancelled").changing("a [cancelled]"),
		},
		"moves a talk on its day, and takes it out when it is over": {
			read(a, b),
			read("a: Apple, Ada, Red, 7 08:00", b).later(5*day + 20*time.Hour), // 7 00:00
			read(b).later(10*time.Hour).publishes("a: Apple, Red, 7 08:00, was 7 09:00 Red", pubB),
			read(b).publishes("a: Apple, Red, 7 08:00, was 7 09:00 Red", pubB),
			pass(40*time.Hour).publishes("a: Apple, Red, 7 08:00", pubB),
		},
		"corrects the record of a talk that is over": {
			read(a, b),
			read("a: Apple, Ada, Blue, 7 09:05", b).later(7*day).publishes("a: Apple, Blue, 7 09:05", pubB),
		},

		// What vanishes.
		"loses a talk once": {
			read(a, b),
			read(b).publishes(pubA, pubB),
			read(a, b).publishes(pubA, pubB),
			read(b).publishes(pubA, pubB),
		},
		"takes a talk out": {
			read(a, b),
			read(b),
			read(b).publishes(pubA+", cancelled", pubB).changing("a [cancelled]"),
			read(b).publishes(pubA+", cancelled", pubB),
			pass(30*day).publishes(pubA+", cancelled", pubB),
			pass(7 * day).changing("a [removed]").publishes(pubB),
			read(b).publishes(pubB),
		},
		"takes a talk out, and reads go on": {
			read(a, b),
			read(b),
			read(b),
			read(b).later(30*day).publishes(pubA+", cancelled", pubB),
			read(b).later(7 * day).publishes(pubB).changing("a [removed]"),
		},
		"takes a talk out and confirms it": {
			read(a, b),
			read(b).confirmed().publishes(pubA+", cancelled", pubB),
		},
		"brings a talk back": {
			read(a, b),
			read(b),
			read(b),
			read("a: Apple, Ada, Blue, 7 09:00", b).publishes("a: Apple, Blue, 7 09:00, was 7 09:00 Red", pubB).changing("a [re-roomed restored]"),
		},
		"brings a talk back after it is gone": {
			read(a, b),
			read(b),
			read(b),
			pass(40 * day).publishes(pubB),
			read(a, b).publishes(pubA, pubB).changing("a [added]"),
			pass(40*day).publishes(pubA, pubB),
		},
		"takes a talk out that is over": {
			read(a, b),
			read(b).later(7 * day),
			read(b).publishes(pubA, pubB),
			read(b).later(29*day).publishes(pubA, pubB),
			read(b).later(day).publishes(pubB),
		},
		"takes a talk out that is over by the second read": {
			read(a, b),
			read(b).later(5*day + 22*time.Hour),
			read(b).later(20*time.Hour).publishes(pubA, pubB),
		},

		// Slots whose ids were counted.
		"takes out the first of three repeats": {
			read(w1, w2, w3),
			read("w-1/w: Weld, Wu, Blue, 8 14:00", "w-2/w: Weld, Wu, Red, 9 09:00").publishes(pubW1, "w-2(w-1): Weld, Blue, 8 14:00", "w-3(w-2): Weld, Red, 9 09:00"),
			read("w-1/w: Weld, Wu, Blue, 8 14:00", "w-2/w: Weld, Wu, Red, 9 09:00").publishes(pubW1+", cancelled", "w-2(w-1): Weld, Blue, 8 14:00", "w-3(w-2): Weld, Red, 9 09:00"),
			read(w1, w2, w3).publishes(pubW1, pubW2, pubW3).changing("w-1 [restored]"),
		},
		"puts a repeat first": {
			read("w-1/w: Weld, Wu, Blue, 8 14:00", "w-2/w: Weld, Wu, Red, 9 09:00"),
			read(w1, w2, w3).publishes("w-1-2(w-1): Weld, Red, 8 09:00", "w-1(w-2): Weld, Blue, 8 14:00", "w-2(w-3): Weld, Red, 9 09:00").changing("w-1-2 [added]"),
			read(w1, w2, w3).publishes("w-1-2(w-1): Weld, Red, 8 09:00", "w-1(w-2): Weld, Blue, 8 14:00", "w-2(w-3): Weld, Red, 9 09:00"),
		},
		"moves one of two repeats before the other": {
			read(w1, w2),
			read("w-1/w: Weld, Wu, Blue, 7 14:00", "w-2/w: Weld, Wu, Red, 8 09:00").publishes("w-2(w-1): Weld, Blue, 7 14:00, was 8 14:00 Blue", "w-1(w-2): Weld, Red, 8 09:00").changing("w-2 [moved]"),
		},
		"swaps the rooms of two repeats": {
			read("w-1/w: Weld, Wu, Red, 8 09:00", "w-2/w: Weld, Wu, Blue, 8 09:00"),
			read("w-1/w: Weld, Wu, Blue, 8 09:00", "w-2/w: Weld, Wu, Red, 8 09:00").publishes("w-1(w-2): Weld, Red, 8 09:00", "w-2(w-1): Weld, Blue, 8 09:00"),
		},
		"moves a repeat beside one that was cancelled": {
			read(w1, w2),
			read("w-1/w: Weld, Wu, Blue, 8 14:00"),
			read("w-1/w: Weld, Wu, Blue, 8 14:00").publishes(pubW1+", cancelled", "w-2(w-1): Weld, Blue, 8 14:00"),
			read("w-1/w: Weld, Wu, Red, 8 10:00").publishes(pubW1+", cancelled", "w-2(w-1): Weld, Red, 8 10:00, was 8 14:00 Blue"),
		},
		"moves a repeat to another room beside one that was cancelled at the same hour": {
			read("w-1/w: Weld, Wu, Red, 8 09:00", "w-2/w: Weld, Wu, Blue, 8 09:00"),
			read("w-1/w: Weld, Wu, Blue, 8 09:00").confirmed().publishes(pubW1+", cancelled", "w-2(w-1): Weld, Blue, 8 09:00"),
			read("w-1/w: Weld, Wu, Green, 8 09:00").publishes(pubW1+", cancelled", "w-2(w-1): Weld, Green, 8 09:00, was 8 09:00 Blue"),
		},
		"drops what is over and adds the next in a series": {
			read("sync/sync: Sync, , Hall, 3 09:00", "sync-2/sync: Sync, , Hall, 10 09:00"),
			read("sync/sync: Sync, , Hall, 10 09:00", "sync-2/sync: Sync, , Hall, 17 09:00").later(4*day).
				publishes("sync: Sync, Hall, 3 09:00", "sync-2(sync): Sync, Hall, 10 09:00", "sync-2-2(sync-2): Sync, Hall, 17 09:00").changing("sync-2-2 [added]"),
		},
		"takes out the first of three lunches that are talks of their own": {
			read(l1, l2, l3),
			read("lunch/lunch=lunch: Lunch, , Hall, 8 12:00", "lunch-2/lunch=lunch-2: Lunch, , Hall, 9 12:00").
				publishes("lunch: Lunch, Hall, 7 12:00", "lunch-2(lunch): Lunch, Hall, 8 12:00", "lunch-3(lunch-2): Lunch, Hall, 9 12:00"),
		},
		"renames a talk of a source without ids": {
			read("apple/apple: Apple, Ada, Red, 7 09:00", b),
			read("apples/apples: Apples, Ada, Red, 7 09:00", b).publishes("apple(apples): Apples, Red, 7 09:00", pubB).changing("apple [renamed edited]"),
			read("apples/apples: Apples, Ada, Red, 7 10:00", b).publishes("apple(apples): Apples, Red, 7 10:00, was 7 09:00 Red", pubB),
		},
		"removes “Lunch 2” and adds a second “Lunch”": {
			read("lunch/lunch=lunch: Lunch, , Hall, 7 12:00", "lunch-2/lunch-2=lunch-2: Lunch 2, , Hall, 7 13:00"),
			read("lunch/lunch=lunch: Lunch, , Hall, 7 12:00", "lunch-2/lunch=lunch-2: Lunch, , Hall, 8 12:00").
				publishes("lunch: Lunch, Hall, 7 12:00", "lunch-2: Lunch 2, Hall, 7 13:00", "lunch-2-2(lunch-2): Lunch, Hall, 8 12:00"),
		},
		"writes down the ids that were counted, and moves a slot": {
			read(w1, w2),
			read("w-1=w: Weld, Wu, Red, 8 10:00", "w-2=w: Weld, Wu, Blue, 8 14:00").publishes("w-1: Weld, Red, 8 10:00, was 8 09:00 Red", pubW2),
		},

		// Ids that the source has given anew.
		"gets other ids for everything": {
			read(a, b, c),
			read("x: Apple, Ada, Red, 7 09:00", "y: Berry, Bo, Red, 7 10:00", "z: Cherry, Cy, Blue, 7 11:00").
				publishes("a(x): Apple, Red, 7 09:00", "b(y): Berry, Red, 7 10:00", "c(z): Cherry, Blue, 7 11:00"),
			read("x: Apple, Ada, Red, 7 13:00", "y: Berry, Bo, Red, 7 10:00", "z: Cherry, Cy, Blue, 7 11:00").
				publishes("b(y): Berry, Red, 7 10:00", "c(z): Cherry, Blue, 7 11:00", "a(x): Apple, Red, 7 13:00, was 7 09:00 Red"),
			read("a: Apple, Ada, Red, 7 13:00", b, c).later(50*time.Hour).publishes(pubB, pubC, "a: Apple, Red, 7 13:00"),
		},
		"gets other ids for everything and changes as much": {
			read(a, b, c, w1),
			read("x: Apple, Ada, Blue, 7 09:00", "y: Berry, Bo, Red, 7 15:00", "z: Cherries, Cy, Blue, 7 11:00", "v: Weld, Wu, Red, 8 09:00").
				publishes("a(x): Apple, Blue, 7 09:00, was 7 09:00 Red", "c(z): Cherries, Blue, 7 11:00", "b(y): Berry, Red, 7 15:00, was 7 10:00 Red", "w-1(v): Weld, Red, 8 09:00"),
		},
		"goes back to the old ids and moves a talk in one": {
			read(a, b, c),
			read("x: Apple, Ada, Red, 7 09:00", "y: Berry, Bo, Red, 7 10:00", c),
			read("a: Apples, Al, Red, 7 13:00", b, c).publishes(pubB, pubC, "a: Apples, Red, 7 13:00, was 7 09:00 Red"),
		},
		"numbers all rows anew": {
			read("1: Apple, Ada, Red, 7 09:00", "2: Berry, Bo, Red, 7 10:00", "3: Cherry, Cy, Blue, 7 11:00"),
			read("1: Apple, Ada, Red, 7 09:00", "2: New, Nia, Blue, 7 09:00", "3: Berry, Bo, Red, 7 10:00", "4: Cherry, Cy, Blue, 7 11:00").
				publishes("1: Apple, Red, 7 09:00", "2-2(2): New, Blue, 7 09:00", "2(3): Berry, Red, 7 10:00", "3(4): Cherry, Blue, 7 11:00").changing("2-2 [added]"),
			read("1: Apple, Ada, Red, 7 09:00", "2: Berry, Bo, Red, 7 10:00", "3: Cherry, Cy, Blue, 7 11:00").
				publishes("1: Apple, Red, 7 09:00", "2-2(2): New, Blue, 7 09:00", "2: Berry, Red, 7 10:00", "3: Cherry, Blue, 7 11:00"),
		},
		"gives another talk an id that is in use": {
			read(a, b),
			read("x: Apple, Ada, Red, 7 09:00", b),
			read("x: Apple, Ada, Red, 7 09:00", "a: Avocado, Al, Blue, 7 09:00", b).publishes("a(x): Apple, Red, 7 09:00", "a-2(a): Avocado, Blue, 7 09:00", pubB),
			read("x: Apple, Ada, Red, 7 09:00", "a: Avocado, Al, Blue, 7 10:00", b).publishes("a(x): Apple, Red, 7 09:00", "a-2(a): Avocado, Blue, 7 10:00, was 7 09:00 Blue", pubB),
		},
		"replaces two talks that nobody can tell apart": {
			read("a: Tea, , Hall, 7 09:00", "b: Tea, , Hall, 7 09:00", c),
			read("x: Tea, , Hall, 7 09:00", "y: Tea, , Hall, 7 09:00", c).
				publishes("a: Tea, Hall, 7 09:00", "b: Tea, Hall, 7 09:00", "x: Tea, Hall, 7 09:00", "y: Tea, Hall, 7 09:00", pubC),
		},
		"replaces two teas in rooms of their own": {
			read("a: Tea, , Hall, 7 09:00", "b: Tea, , Attic, 7 09:00", c),
			read("x: Tea, , Cellar, 7 09:00", "y: Tea, , Hall, 7 09:00", c).
				publishes("a(y): Tea, Hall, 7 09:00", "b(x): Tea, Cellar, 7 09:00, was 7 09:00 Attic", pubC),
		},
		"repeats a talk that is over under another id": {
			read(a, b),
			read("x: Apple, Ada, Red, 9 09:00", b).later(7*day).publishes(pubA, pubB, "x: Apple, Red, 9 09:00"),
		},
		"cancels a talk and gives the speaker another": {
			read(a, b),
			read(a+", cancelled", b),
			read("x: Avocado, Ada, Red, 7 09:00", b).publishes(pubA+", cancelled", "x: Avocado, Red, 7 09:00", pubB),
		},

		// Too much at once.
		"loses most of its talks": {
			read(a, b, c, w1, w2, w3),
			read(a, w1, w2).heldBack(),
			read(a, w1, w2).heldBack(),
			read(a, w1, w2).publishes(pubA, pubB+", cancelled", pubC+", cancelled", pubW1, pubW2, pubW3+", cancelled"),
			read(a, w1, w2).publishes(pubA, pubB+", cancelled", pubC+", cancelled", pubW1, pubW2, pubW3+", cancelled"),
		},
		"loses most of its talks and finds them again": {
			read(a, b, c, w1, w2, w3),
			read(a, w1, w2).heldBack(),
			read(a, w1, w2).heldBack(),
			read(a, b, c, w1, w2, w3).publishes(pubA, pubB, pubC, pubW1, pubW2, pubW3),
			read(a, w1, w2).heldBack(),
			read(a, w1, w2).heldBack(),
		},
		"loses most of its talks, another part each time": {
			read(a, b, c, w1, w2, w3),
			read(a, w1, w2).heldBack(),
			read(a, b, w1).heldBack(),
			read(a, w1, w3).heldBack(),
			read(a, w1, w3).heldBack(),
			read(a, w1, w3).publishes(pubA, pubB+", cancelled", pubC+", cancelled", pubW1, pubW2+", cancelled", pubW3),
		},
		"is read twice while it is being written": {
			read(a, b, c, w1, w2),
			read(a, b, c, w1).publishes(pubA, pubB, pubC, pubW1, pubW2),
			read(a, b, c, w1).later(-schedule.ReadsApart+time.Second).publishes(pubA, pubB, pubC, pubW1, pubW2),
			read(a, b, c, w1, w2).later(-schedule.ReadsApart+time.Second).publishes(pubA, pubB, pubC, pubW1, pubW2),
			read(a, b, c, w1).later(-schedule.ReadsApart+time.Second).publishes(pubA, pubB, pubC, pubW1, pubW2),
		},
		"loses its past long after it": {
			read(a, b, c, w1, w2),
			read(a).later(60 * day).heldBack(),
			read(a).heldBack(),
			read(a, b, c, w1, w2).publishes(pubA, pubB, pubC, pubW1, pubW2),
			read(a, b, c, w1).publishes(pubA, pubB, pubC, pubW1, pubW2),
			read(a, b, c, w1).publishes(pubA, pubB, pubC, pubW1),
		},
		"moves a talk and gives it a second time": {
			read("w=w: Weld, Wu, Red, 8 09:00", a, b),
			read("w-1/w=w: Weld, Wu, Red, 8 14:00", "w-2/w=w: Weld, Wu, Red, 9 09:00", a, b).
				publishes(pubA, pubB, "w(w-1): Weld, Red, 8 14:00, was 8 09:00 Red", "w-2: Weld, Red, 9 09:00"),
		},
		"takes out one of two slots and puts it back": {
			read("w-1/w: Weld, Wu, Red, 8 09:00", "w-2/w: Weld, Wu, Red, 9 09:00", a, b),
			read("w=w: Weld, Wu, Red, 9 09:00", a, b),
			read("w=w: Weld, Wu, Red, 9 09:00", a, b).publishes(pubA, pubB, pubW1+", cancelled", "w-2(w): Weld, Red, 9 09:00"),
			read("w=w: Weld, Wu, Red, 8 09:00", a, b).publishes(pubA, pubB, "w-1(w): Weld, Red, 8 09:00", "w-2(w): Weld, Red, 9 09:00"),
		},
		"loses most of its talks and confirms it": {
			read(a, b, c, w1, w2, w3),
			read(a, w1, w2).heldBack(),
			read(a, w1, w2).confirmed().publishes(pubA, pubB+", cancelled", pubC+", cancelled", pubW1, pubW2, pubW3+", cancelled"),
		},
		"marks most of its talks as cancelled": {
			read(a, b, c, w1),
			read(a+", cancelled", b+", cancelled", c+", cancelled", w1).heldBack(),
			read(a+", cancelled", b+", cancelled", c+", cancelled", w1).heldBack(),
			read(a+", cancelled", b+", cancelled", c+", cancelled", w1).publishes(pubA+", cancelled", pubB+", cancelled", pubC+", cancelled", pubW1),
		},
		"cancels two of two talks": {
			read(a, b),
			read(a+", cancelled", b+", cancelled").publishes(pubA+", cancelled", pubB+", cancelled"),
		},
		"loses what is over": {
			read(a, b, c, w3),
			read(w3).later(7*day).publishes(pubA, pubB, pubC, pubW3),
		},
		"begins the next conference at the same address": {
			read(a, b, c),
			read("n: Next, Nia, Red, 29 09:00").later(8*day).publishes(pubA, pubB, pubC, "n: Next, Red, 29 09:00"),
			read("n: Next, Nia, Red, 29 09:00").publishes(pubA, pubB, pubC, "n: Next, Red, 29 09:00"),
			pass(40 * day).publishes("n: Next, Red, 29 09:00"),
		},

		// Talks.
		"splits a talk in two": {
			read("a=t: Apple, Ada, Red, 7 09:00", "b=t: Apple, Ada, Red, 7 10:00"),
			read("a=t: Apple, Ada, Red, 7 09:00", "b=u: Apple too, Ada, Red, 7 10:00").publishes(pubA, "b: Apple too, Red, 7 10:00").changing("b [renamed]"),
		},
		"lets two talks swap their slots": {
			read("1=t: Apple, Ada, Red, 7 09:00", "2=u: Berry, Bo, Red, 7 10:00"),
			read("1=u: Berry, Bo, Red, 7 09:00", "2=t: Apple, Ada, Red, 7 10:00").
				publishes("1: Berry, Red, 7 09:00", "2: Apple, Red, 7 10:00"),
		},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			p := newPublisher(t)
			for i, s := range steps {
				at := fmt.Sprintf("step %d", i+1)
				if s.after == 0 {
					s.after = time.Hour
				}
				p.now = p.now.Add(s.after)
				var reading *schedule.Reading
				if s.lines != nil {
					reading = p.publish(program(t, s.lines...), s.confirm)
				} else if reading = p.lapse(); reading == nil {
					reading = &schedule.Reading{}
				}
				require.Equal(t, s.held, reading.Held != "", at)
				if s.want != nil {
					require.Equal(t, s.want, shown(p.last.Schedule), at)
				}
				if s.changes != nil {
					require.Equal(t, s.changes, told(reading.Changes), at)
				}
				if i > 0 && s.lines != nil && fmt.Sprint(s.lines) == fmt.Sprint(steps[i-1].lines) && s.changes == nil && s.want != nil && fmt.Sprint(s.want) == fmt.Sprint(steps[i-1].want) {
					require.Empty(t, reading.Changes, at)
				}
			}
			p.settle(program(t, lastLines(steps)...))
		})
	}
}

func lastLines(steps []step) []string {
	var lines []string
	for _, s := range steps {
		if s.lines != nil {
			lines = s.lines
		}
	}
	return lines
}

// settle reads the same until nothing more comes of it, which is soon, and then
// asserts that nothing at all changes any more until something lapses.
func (p *publisher) settle(s *schedule.Schedule) {
	for n := 0; ; n++ {
		require.LessOrEqual(p.t, n, schedule.ReleaseAfter+schedule.CancelAfter)
		var ledger schedule.Ledger
		if p.last != nil {
			ledger = p.last.Ledger()
		}
		if p.publish(s, false).Held == "" && ledger.Equal(p.last.Ledger()) {
			break
		}
	}
	ledger, content := p.last.Ledger(), written(p.t, p.last.Schedule)
	reading := p.publish(s, false)
	require.Empty(p.t, reading.Held)
	require.Empty(p.t, reading.Changes)
	require.Equal(p.t, content, written(p.t, p.last.Schedule))
	require.True(p.t, ledger.Equal(p.last.Ledger()))
	// Once what was told or kept has lapsed, a read finds nothing to change.
	for n := 0; ; n++ {
		due, ok := p.last.Lapses()
		if !ok {
			break
		}
		require.Less(p.t, n, 100, "it lapses for ever")
		p.now = due
		require.NotNil(p.t, p.lapse())
		ledger, content := p.last.Ledger(), written(p.t, p.last.Schedule)
		require.Empty(p.t, p.publish(s, false).Changes)
		require.Equal(p.t, content, written(p.t, p.last.Schedule))
		require.True(p.t, ledger.Equal(p.last.Ledger()))
	}
}
