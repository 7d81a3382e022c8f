package server

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"slotcast/feed"
	"slotcast/schedule"
)

// starsJSON says in how many selections each slot is, for room sizes.
type starsJSON struct {
	Selections int         `json:"selections"`
	Slots      []starCount `json:"slots"` // those with most first
}

type starCount struct {
	Slot  schedule.SlotID `json:"slot"`
	Title string          `json:"title"`
	Start time.Time       `json:"start"`
	Room  string          `json:"room,omitempty"`
	Stars int             `json:"stars"`
}

// stars answers in how many selections each slot is. It looks at every selection,
// so it is for operators.
func (s *Server) stars(w http.ResponseWriter, r *http.Request) {
	catalog := s.Publisher.Catalog()
	if s.mine == nil || catalog == nil {
		http.Error(w, feed.ErrNothingPublished.Error(), http.StatusServiceUnavailable)
		return
	}
	answer, err := countStars(r, s.Selections, catalog.Edition())
	if err != nil {
		s.Logger.Error("stars could not be counted", "error", err)
		http.Error(w, "the selections cannot be read; see the log", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // who asked may have left
}

func countStars(r *http.Request, store schedule.Selections, e *schedule.Edition) (starsJSON, error) {
	counts := make([]int, len(e.Slots()))
	answer := starsJSON{Slots: []starCount{}}
	err := store.EachSelection(r.Context(), e.Conference().ID, func(saved schedule.Saved) error {
		answer.Selections++
		for _, i := range e.Choose(saved.Selection) {
			counts[i]++
		}
		return nil
	})
	for i, slot := range e.Slots() {
		if counts[i] == 0 {
			continue
		}
		c := starCount{Slot: slot.ID, Title: slot.Talk.Title, Start: slot.Start, Stars: counts[i]}
		if slot.Room != nil {
			c.Room = slot.Room.Name
		}
		answer.Slots = append(answer.Slots, c)
	}
	slices.SortStableFunc(answer.Slots, func(a, b starCount) int { return cmp.Compare(b.Stars, a.Stars) })
	return answer, err
}
