package server

import (
	"fmt"

	"slotcast/schedule"
)

// grid lays the slots of a day out in columns. The style sheet has a class for
// each column and for each number of columns, since pages may have no styles of
// their own.
type grid struct {
	by    columns
	names []string
	at    map[any]int // column by *schedule.Room or *schedule.Track, from 1
	class string
}

// newGrid returns the grid of a day's slots: a column for each room or track that
// they are in, in the source's order, and one for what is in none.
func newGrid(e *schedule.Edition, slots []*schedule.Slot, by columns) grid {
	g := grid{by: by, at: map[any]int{}}
	used, without := map[any]bool{}, false
	for i, slot := range slots {
		if key := g.key(slot); key != nil {
			used[key] = true
		} else if !alone(slots, i) {
			without = true
		}
	}
	add := func(key any, name string) {
		if used[key] {
			g.names = append(g.names, name)
			g.at[key] = len(g.names)
		}
	}
	if by == columnsTrack {
		for _, t := range e.Tracks() {
			add(t, t.Name)
		}
	} else {
		for _, r := range e.Rooms() {
			add(r, r.Name)
		}
	}
	if without && by == columnsTrack {
		g.names = append(g.names, "No track")
	} else if without {
		g.names = append(g.names, "Room to be announced")
	}
	if g.class = gridClass(len(g.names), by); g.class == "" {
		return grid{by: by}
	}
	return g
}

// gridClass returns the classes of a day of n columns, of which the second says
// how wide a screen must be to show them all. What fits no screen is a list,
// unless its reader asked for columns, who then has to scroll sideways.
func gridClass(n int, by columns) string {
	width := ""
	switch {
	case by == columnsNone || n < 2 || n > maxColumns:
		return ""
	case by != columnsFit:
		width = "wide"
	case n <= 4:
		width = "few"
	case n <= 6:
		width = "some"
	case n <= 10:
		width = "many"
	default:
		return ""
	}
	return fmt.Sprintf("n%d %s", n, width)
}

// key is what the column of a slot is of, or nil.
func (g grid) key(slot *schedule.Slot) any {
	switch {
	case g.by == columnsTrack && slot.Talk.Track != nil:
		return slot.Talk.Track
	case g.by != columnsTrack && slot.Room != nil:
		return slot.Room
	}
	return nil
}

// column is the column of a slot, from 1.
func (g grid) column(slot *schedule.Slot) int {
	if at := g.at[g.key(slot)]; at > 0 {
		return at
	}
	return len(g.names)
}

// classOf is the class of a slot's cell. What is alone at its time and in no
// column, such as lunch, is as wide as the day.
func (g grid) classOf(slot *schedule.Slot, alone bool) string {
	switch {
	case g.class == "":
		return ""
	case alone && g.key(slot) == nil:
		return "c0"
	}
	return fmt.Sprintf("c%d", g.column(slot))
}

// alone tells whether no other of some slots, which are by start, begins when
// the one at i does.
func alone(slots []*schedule.Slot, i int) bool {
	return (i == 0 || !slots[i-1].Start.Equal(slots[i].Start)) && (i == len(slots)-1 || !slots[i+1].Start.Equal(slots[i].Start))
}
