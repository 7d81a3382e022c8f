package server

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// EditionChanges is what one edition has changed.
type EditionChanges struct {
	Number  int64
	At      time.Time // when it was published
	Changes []schedule.Change
	Omitted int // how many more there were
}

// knownChanges are those of the catalog that is served, asked for once.
type knownChanges struct {
	mu       sync.Mutex
	catalog  *feed.Catalog
	editions []EditionChanges
}

// editions returns what the last editions have changed, the last first.
func (s *Server) editions(ctx context.Context, catalog *feed.Catalog) ([]EditionChanges, error) {
	if s.Changes == nil {
		return nil, nil
	}
	k := &s.pages.changes
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.catalog != catalog {
		editions, err := s.Changes(ctx)
		if err != nil {
			return nil, err
		}
		k.catalog, k.editions = catalog, slices.Clone(editions)
		slices.SortStableFunc(k.editions, func(a, b EditionChanges) int { return b.At.Compare(a.At) })
	}
	return k.editions, nil
}

// modifiedOf returns when a page of an edition and its changes was last changed.
func modifiedOf(e *schedule.Edition, changed []EditionChanges) time.Time {
	if at := e.Modified(); len(changed) == 0 || changed[0].At.Before(at) {
		return at
	}
	return changed[0].At.UTC().Truncate(time.Second)
}

// changesView is what the page of changes shows.
type changesView struct {
	Page     pageView
	Known    bool
	Editions []editionView
}

// editionView is what one edition has changed.
type editionView struct {
	At      moment
	Changes []changeView
	Omitted int
}

// changeView is a change of a slot.
type changeView struct {
	At     moment // of the edition; empty on the page of changes
	What   string // "Moved, other room"
	Title  string
	Path   string // of the talk, empty where it is no longer there
	Before string // what was, empty for what is added
	After  string // what is, empty for what is removed
	Titled string // what the title was, where it was another
}

func (s *Server) changesPage(c echo.Context) error {
	if c.QueryString() != "" {
		return redirect(c, s.pages.path+"/changes")
	}
	catalog := s.Publisher.Catalog()
	if catalog == nil {
		return feed.ErrNothingPublished
	}
	e := catalog.Edition()
	changed, err := s.editions(c.Request().Context(), catalog)
	if err != nil {
		return err
	}
	return s.answerPage(c, "changes", modifiedOf(e, changed), func() (any, error) {
		v := changesView{Page: s.layout(e, "Changes"), Known: s.Changes != nil}
		v.Page.At = "changes"
		for _, edition := range changed {
			shown := editionView{At: published(e, edition.At), Omitted: edition.Omitted}
			for _, change := range edition.Changes {
				shown.Changes = append(shown.Changes, s.viewChange(e, change))
			}
			v.Editions = append(v.Editions, shown)
		}
		return v, nil
	})
}

// published is when an edition was published, in the conference zone.
func published(e *schedule.Edition, at time.Time) moment {
	at = at.In(e.Conference().Zone)
	return moment{isoTime(at), at.Format("Monday 2 January 2006, 15:04")}
}

// changesOf returns the changes of some slots, the last first.
func (s *Server) changesOf(e *schedule.Edition, changed []EditionChanges, of map[schedule.SlotID]bool) []changeView {
	var all []changeView
	for _, edition := range changed {
		for _, change := range edition.Changes {
			if of[change.Slot] {
				v := s.viewChange(e, change)
				v.At = published(e, edition.At)
				all = append(all, v)
			}
		}
	}
	return all
}

// viewChange shows a change by what of it readers look for.
func (s *Server) viewChange(e *schedule.Edition, change schedule.Change) changeView {
	v := changeView{What: kindsText(change.Kinds)}
	if i, ok := e.SlotAt(change.Slot); ok {
		v.Path = s.pagePath(schedule.ScopeTalk, string(e.Slots()[i].Talk.ID))
	}
	before, after := change.Before, change.After
	zone := e.Conference().Zone
	switch {
	case after == nil:
		v.Title, v.Before = before.Title, factsText(before, zone)
	case before == nil:
		v.Title, v.After = after.Title, factsText(after, zone)
	default:
		v.Title, v.Before, v.After = after.Title, factsText(before, zone), factsText(after, zone)
		if v.Before == v.After {
			v.Before = ""
		}
		if before.Title != after.Title {
			v.Titled = before.Title
		}
	}
	return v
}

// kindsText says what kinds of change a change is of.
func kindsText(kinds []schedule.ChangeKind) string {
	words := map[schedule.ChangeKind]string{
		schedule.ChangeAdded: "New", schedule.ChangeMoved: "Other time", schedule.ChangeReroomed: "Other room",
		schedule.ChangeRenamed: "Other title", schedule.ChangeCancelled: "Cancelled", schedule.ChangeRestored: "Takes place after all",
		schedule.ChangeEdited: "Details", schedule.ChangeRemoved: "Removed",
	}
	text := ""
	for _, kind := range kinds {
		if text != "" {
			text += ", "
		}
		text += words[kind]
	}
	return text
}

// factsText is when and where a slot is, or was.
func factsText(f *schedule.Facts, zone *time.Location) string {
	room := f.Room
	if room == "" {
		room = toBeAnnounced
	}
	return f.Start.In(zone).Format("Mon 2 Jan, 15:04") + "–" + f.End.In(zone).Format("15:04") + ", " + room
}
