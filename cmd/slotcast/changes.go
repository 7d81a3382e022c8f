package main

import (
	"fmt"
	"io"
	"strings"

	"slotcast/schedule"
)

// countChanges counts changes by their kinds, as in "2 added, 1 moved". A slot
// that has changed in two ways counts in both.
func countChanges(changes []schedule.Change) string {
	counts := map[schedule.ChangeKind]int{}
	for _, c := range changes {
		for _, kind := range c.Kinds {
			counts[kind]++
		}
	}
	var parts []string
	for _, kind := range schedule.ChangeKinds() {
		if n := counts[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(parts) == 0 {
		return "no slot has changed"
	}
	return strings.Join(parts, ", ")
}

// writeChanges writes changes for people: what has become of which slot, and
// where and when it was and is.
func writeChanges(w io.Writer, indent string, changes []schedule.Change) error {
	var b strings.Builder
	for _, c := range changes {
		kinds := make([]string, len(c.Kinds))
		for i, kind := range c.Kinds {
			kinds[i] = string(kind)
		}
		facts := c.After
		if facts == nil {
			facts = c.Before
		}
		fmt.Fprintf(&b, "%s%s: %s [%s]\n", indent, strings.Join(kinds, ", "), schedule.Printable(facts.Title), c.Slot)
		before, after := factLine(c.Before), factLine(c.After)
		if c.Before != nil && c.After != nil && c.Before.Title != c.After.Title {
			before = schedule.Printable(c.Before.Title) + "; " + before
			after = schedule.Printable(c.After.Title) + "; " + after
		}
		switch {
		case before == "" || before == after:
			fmt.Fprintf(&b, "%s  %s\n", indent, after)
		case after == "":
			fmt.Fprintf(&b, "%s  was %s\n", indent, before)
		default:
			fmt.Fprintf(&b, "%s  was %s\n%s  is  %s\n", indent, before, indent, after)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// factLine says when and where a slot is, in the conference's time.
func factLine(f *schedule.Facts) string {
	if f == nil {
		return ""
	}
	const day, hour = "Mon 2 Jan 2006", "15:04 MST"
	end := f.End.Format(hour)
	if schedule.WallTimeOf(f.Start).Date != schedule.WallTimeOf(f.End).Date {
		end = f.End.Format(day + ", " + hour)
	}
	room := "no room"
	if f.Room != "" {
		room = schedule.Printable(f.Room)
	}
	line := f.Start.Format(day+", 15:04") + " to " + end + ", " + room
	if f.Status != schedule.StatusConfirmed {
		line += ", " + string(f.Status)
	}
	return line
}
