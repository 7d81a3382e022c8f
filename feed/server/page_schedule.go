package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"slotcast/schedule"
)

// maxColumns is how many columns the style sheet has classes for. A day with
// more of them is a list.
const maxColumns = 40

// schedulePage is the schedule, or what of it the query asks for. That of the
// whole conference is made once for each catalog.
func (s *Server) schedulePage(c echo.Context) error {
	f, query, err := s.filterOf(c)
	if err != nil {
		return err
	}
	if query != c.QueryString() {
		return redirect(c, withQuery(s.pages.path+"/", query))
	}
	if query == "" {
		page, err := s.pages.front.of(s.Publisher.Catalog())
		if err != nil {
			return err
		}
		s.pageHeaders(c)
		return answer(c, page)
	}
	e, err := s.edition()
	if err != nil {
		return err
	}
	return s.answerPage(c, "schedule", e.Modified(), func() (any, error) { return s.viewSchedule(e, f, s.publicStars()) })
}

// filterOf reads the query of a request, and returns the canonical one too.
func (s *Server) filterOf(c echo.Context) (f filter, canonical string, err error) {
	if f, err = readFilter(c.QueryString()); err != nil {
		return f, "", err
	}
	return f, f.String(), nil
}

// redirect leads to the one address of what was asked for by another.
func redirect(c echo.Context, address string) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Redirect(http.StatusFound, address)
}

// stars says what the stars of a page do.
type stars struct {
	page   string // path of the page, to which filters lead and forms return
	action string // path to which the forms are sent
	toggle bool   // whether they change a selection, and do not make one
	on     func(schedule.SlotID) bool

	clashes map[schedule.SlotID][]string // with what else is chosen
}

// publicStars are the stars of pages that are the same for everybody: each makes
// a new selection.
func (s *Server) publicStars() stars {
	return stars{
		page: s.pages.path + "/", action: s.pages.path + "/my",
		on: func(schedule.SlotID) bool { return false },
	}
}

// starView is the form of one star.
type starView struct {
	Action, Do, Slot, Back string // Do and Back are empty where it makes a selection
	Title                  string
	On                     bool
	Clashes                []string
}

// of returns the star of a slot on a page with a query.
func (st stars) of(slot *schedule.Slot, query string) starView {
	v := starView{Action: st.action, Slot: string(slot.ID), Title: slot.Talk.Title, On: st.on(slot.ID), Clashes: st.clashes[slot.ID]}
	if st.toggle {
		v.Do, v.Back = "pick", withQuery(st.page, query)+"#s-"+string(slot.ID)
		if v.On {
			v.Do = "unpick"
		}
	}
	return v
}

// scheduleView is what the schedule page shows.
type scheduleView struct {
	Page              pageView
	When, Where, Site string
	About             []paragraph
	Filter            filterView
	Shown, All        int // talks
	Layouts           []layoutView
	Subscribe, Copy   string // where these talks can be subscribed to and downloaded
	Days              []dayView
	Groups            []groupView // of feeds, on the page of the whole conference
	Event             any         // JSON-LD
	Choosing          *chooseView // while talks are chosen for a selection
}

// layoutView is a way to lay out the same talks.
type layoutView struct {
	Label, Address string
	Current        bool
}

type dayView struct {
	ID, Title, Short string
	Class            string
	Columns          []string
	Times            []timeView
}

// timeView is what begins at one time.
type timeView struct {
	Start moment
	Date  string // where it is not that of the day
	Slots []slotView
}

// viewSchedule shows what a filter leaves of an edition.
func (s *Server) viewSchedule(e *schedule.Edition, f filter, st stars) (*scheduleView, error) {
	found, err := e.Find(f.scope)
	if err != nil {
		return nil, err
	}
	all, err := e.Find(schedule.Scope{})
	if err != nil {
		return nil, err
	}
	c := e.Conference()
	v := &scheduleView{
		Page:   s.layout(e, ""),
		When:   period(e),
		Where:  venueLine(c),
		Site:   c.URL,
		Filter: viewFilter(e, f, st.page),
		Shown:  countTalks(e, found), All: countTalks(e, all),
		Subscribe: withQuery(s.pages.path+"/subscribe", f.scope.String()),
	}
	v.Copy = v.Subscribe + "#download"
	v.Page.At = "schedule"
	title := c.Name
	if !f.scope.IsWhole() {
		title += ": " + scopeTitle(e, f.scope)
	}
	v.Page.Title, v.Page.Private = title, f.columns != columnsFit // the same talks again
	v.Page.Feeds = []alternateView{s.alternate(title, f.scope)}
	v.Layouts = layouts(e, f, st.page)
	slots := make([]*schedule.Slot, len(found))
	for i, at := range found {
		slots[i] = e.Slots()[at]
	}
	// A talk after midnight belongs to the day before.
	slices.SortStableFunc(slots, func(a, b *schedule.Slot) int { return a.Day.Compare(b.Day) })
	several := severalLanguages(e)
	for len(slots) > 0 {
		n := 1
		for n < len(slots) && slots[n].Day == slots[0].Day {
			n++
		}
		v.Days = append(v.Days, s.viewDay(e, slots[:n], f, st, several))
		slots = slots[n:]
	}
	if f.scope.IsWhole() && !st.toggle {
		v.About = paragraphs(c.Description)
		v.Groups = s.viewGroups(e)
		v.Event = conferenceEvent(e, s.BaseURL)
	}
	return v, nil
}

// layouts are the ways to lay out what a filter leaves, where there is a choice.
func layouts(e *schedule.Edition, f filter, page string) []layoutView {
	ways := []columns{columnsFit}
	if len(e.Rooms()) > 1 {
		ways = append(ways, columnsRoom)
	}
	if len(e.Tracks()) > 1 {
		ways = append(ways, columnsTrack)
	}
	if len(ways) == 1 {
		return nil
	}
	labels := map[columns]string{columnsFit: "Fit the screen", columnsRoom: "Rooms", columnsTrack: "Tracks", columnsNone: "List"}
	var all []layoutView
	for _, by := range append(ways, columnsNone) {
		all = append(all, layoutView{labels[by], filter{f.scope, by}.at(page), f.columns == by})
	}
	return all
}

// viewDay shows the slots of one day, in the order of their starts.
func (s *Server) viewDay(e *schedule.Edition, slots []*schedule.Slot, f filter, st stars, languages bool) dayView {
	day := slots[0].Day
	v := dayView{ID: day.String(), Title: day.Long(), Short: shortDate(day)}
	grid := newGrid(e, slots, f.columns)
	v.Class, v.Columns = grid.class, grid.names
	query := f.String()
	for len(slots) > 0 {
		n := 1
		for n < len(slots) && slots[n].Start.Equal(slots[0].Start) {
			n++
		}
		t := timeView{Start: momentOf(slots[0].Start)}
		if schedule.WallTimeOf(slots[0].Start).Date != day {
			t.Date = slots[0].Start.Format("Monday")
		}
		row := slices.Clone(slots[:n])
		slices.SortStableFunc(row, func(a, b *schedule.Slot) int { return cmp.Compare(grid.column(a), grid.column(b)) })
		for _, slot := range row {
			shown := s.viewSlot(e, slot, st.of(slot, query), languages)
			shown.Class = strings.TrimSpace(grid.classOf(slot, n == 1) + " " + shown.Class)
			t.Slots = append(t.Slots, shown)
		}
		v.Times = append(v.Times, t)
		slots = slots[n:]
	}
	return v
}

// period says from when to when a conference is.
func period(e *schedule.Edition) string {
	days := e.Days()
	if len(days) == 0 {
		return ""
	}
	when := days[0].Long()
	if last := days[len(days)-1]; last != days[0] {
		when += " to " + last.Long()
	}
	return when
}

func venueLine(c *schedule.Conference) string {
	return strings.TrimSuffix(strings.TrimPrefix(c.Venue.Name+", "+c.Venue.Address, ", "), ", ")
}

// countTalks counts the talks that some slots are of.
func countTalks(e *schedule.Edition, slots []int32) int {
	counted := map[*schedule.Talk]bool{}
	for _, i := range slots {
		counted[e.Slots()[i].Talk] = true
	}
	return len(counted)
}

// severalLanguages tells whether talks are in different languages, so that it is
// worth saying.
func severalLanguages(e *schedule.Edition) bool {
	first := ""
	for _, t := range e.Talks() {
		if first == "" {
			first = t.Language
		} else if t.Language != "" && t.Language != first {
			return true
		}
	}
	return false
}

// scopeTitle names what a scope chooses.
func scopeTitle(e *schedule.Edition, scope schedule.Scope) string {
	var labels []string
	scope.Each(func(key schedule.ScopeKey, value string) {
		if len(labels) < 6 {
			labels = append(labels, labelOf(e, key, value))
		}
	})
	return schedule.Shorten(strings.Join(labels, ", "))
}

// shortDate is a day in as few letters as it is clear in.
func shortDate(day schedule.Date) string {
	return fmt.Sprintf("%.3s %d %.3s", day.Weekday(), day.Day, day.Month)
}
