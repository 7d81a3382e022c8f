package server

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// myView is what the page of a selection shows.
type myView struct {
	Page     pageView
	Title    string
	Count    string // of talks
	MayEdit  bool
	Notice   string // what stands against what was asked for
	Slots    []slotView
	Clashes  []myClash
	Rules    []ruleView
	Except   []ruleView
	Settings settingsView
	Fetches  []fetchView

	Self      string // path of the page
	Choose    string // paths, the first to who may edit
	Subscribe string
	Feed      string // addresses
	Share     string
	Phone     *qrView // of the page that edits
}

// myClash is a clash with the forms that resolve it.
type myClash struct {
	Text    string
	Drop    []formView // each takes one of the two out
	Instead []formView // each takes another time in its place
}

// formView is a form of one button.
type formView struct {
	Action, Do, Slot, Rule string
	Label                  string
	Name                   string // for those who do not see what stands beside it
	Also                   string // a slot that is taken out with it
}

// ruleView is a rule with the form that removes it.
type ruleView struct {
	Text   string
	Slots  int
	Remove formView
}

// settingsView is the form of the name and options of a selection.
type settingsView struct {
	Name            string
	Alarm           string
	Busy            string // "", "0" or "1"
	CancelledHidden bool
	UTC             bool
	Version         int64
	MaxName         int
}

// fetchView tells of the clients of one family.
type fetchView struct {
	Client, Every string
	Last          moment
	Count         string
	State         string // whether they have the current state
}

func (s *Server) myPage(c echo.Context, f found) error {
	return s.answerMyPage(c, http.StatusOK, f, nil)
}

// answerMyPage answers with the page of a selection, which change may complete.
func (s *Server) answerMyPage(c echo.Context, status int, f found, change func(*myView)) error {
	s.mine.fetches.note(schedule.Fetch{Selection: f.ID, Client: "", Last: s.Now().UTC()}) // that it is in use
	body, err := s.renderInTurn(c, "my", func() (any, error) {
		v, err := s.viewMine(c, f)
		if err == nil && change != nil {
			change(v)
		}
		return v, err
	})
	if err != nil {
		return err
	}
	return s.answerPrivatePage(c, status, body)
}

// answerPrivatePage answers with a page that nobody keeps.
func (s *Server) answerPrivatePage(c echo.Context, status int, body []byte) error {
	s.pageHeaders(c)
	if status != http.StatusOK {
		return c.HTMLBlob(status, body)
	}
	return answerKept(c, newStatic(body, time.Time{}), cacheControlNever)
}

// myStars are the stars of pages of one selection.
func (s *Server) myStars(e *schedule.Edition, f found, page string) stars {
	chosen, places := map[schedule.SlotID]bool{}, e.Choose(f.Selection)
	for _, i := range places {
		chosen[e.Slots()[i].ID] = true
	}
	clashes := map[schedule.SlotID][]string{}
	for _, clash := range e.Clashes(places) {
		for _, slot := range []*schedule.Slot{clash.First, clash.Second} {
			clashes[slot.ID] = append(clashes[slot.ID], clashText(clash))
		}
	}
	return stars{
		clashes: clashes,
		page:    page, action: s.pages.path + myPath + f.edit.String(), toggle: true,
		on: func(id schedule.SlotID) bool { return chosen[id] },
	}
}

// myLayout is the layout of a page of a selection.
func (s *Server) myLayout(e *schedule.Edition, f found, title string) pageView {
	v := s.layout(e, title)
	v.Private = true
	if f.access == schedule.AccessEdit {
		v.At, v.Edit = "mine", f.edit.String()
	}
	return v
}

// token returns the token that a page of a selection is under.
func (f found) token() schedule.Token {
	if f.access == schedule.AccessEdit {
		return f.edit
	}
	return f.read
}

func (s *Server) viewMine(c echo.Context, f found) (*myView, error) {
	e, err := s.edition()
	if err != nil {
		return nil, err
	}
	if e.Conference().ID != f.Conference {
		return nil, schedule.Errorf(schedule.ErrNotFound, "this selection is of another conference than %s, which is what is served here now", e.Conference().Name)
	}
	chosen := e.Choose(f.Selection)
	self := s.pages.path + myPath + f.token().String()
	v := &myView{
		Title: cmp.Or(f.Name, "My talks"), Count: talksText(countTalks(e, chosen)), MayEdit: f.access == schedule.AccessEdit,
		Self: self, Subscribe: self + "/subscribe",
		Feed: s.BaseURL + myPath + f.read.String() + ".ics", Share: s.BaseURL + myPath + f.read.String(),
	}
	v.Page = s.myLayout(e, f, v.Title)
	st, several := s.myStars(e, f, self), severalLanguages(e)
	for _, i := range chosen {
		slot := e.Slots()[i]
		shown := s.viewSlot(e, slot, st.of(slot, ""), several)
		shown.Date = longDate(slot)
		if !v.MayEdit {
			shown.Star = starView{} // nothing to press
		}
		v.Slots = append(v.Slots, shown)
	}
	for _, clash := range e.Clashes(chosen) {
		v.Clashes = append(v.Clashes, viewClash(clash, self))
	}
	if !v.MayEdit {
		return v, nil
	}
	v.Choose = self + "/choose"
	v.Phone = newQR(s.BaseURL + myPath + f.edit.String())
	for _, rule := range f.Include {
		v.Rules = append(v.Rules, viewRule(e, rule, self, "remove-rule"))
	}
	for _, rule := range f.Exclude {
		v.Except = append(v.Except, viewRule(e, rule, self, "remove-exclusion"))
	}
	o := optionsOf(f.Selection)
	v.Settings = settingsView{Name: f.Name, CancelledHidden: o.HideCancelled, UTC: o.UTC, Version: f.Version, MaxName: schedule.MaxSelectionName}
	if o.Alarm != nil {
		v.Settings.Alarm = strconv.Itoa(*o.Alarm)
	}
	if o.Busy != nil {
		v.Settings.Busy = map[bool]string{false: "0", true: "1"}[*o.Busy]
	}
	v.Fetches, err = s.viewFetches(c, f, e.Conference().Zone)
	return v, err
}

func viewClash(clash schedule.Clash, action string) myClash {
	v := myClash{Text: clashText(clash)}
	for _, s := range []*schedule.Slot{clash.First, clash.Second} {
		v.Drop = append(v.Drop, formView{Action: action, Do: "unpick", Slot: string(s.ID), Label: "Drop " + s.Talk.Title})
	}
	for _, s := range clash.Instead {
		was := clash.First
		if s.Talk == clash.Second.Talk {
			was = clash.Second
		}
		v.Instead = append(v.Instead, formView{Action: action, Do: "pick", Slot: string(s.ID), Also: string(was.ID), Label: "Go to " + s.Talk.Title + " on " + whenAndWhere(s)})
	}
	return v
}

// viewRule shows a rule in words.
func viewRule(e *schedule.Edition, rule schedule.Scope, action, remove string) ruleView {
	text := "Everything"
	if !rule.IsWhole() {
		text = ruleText(e, rule)
	}
	slots := e.Choose(schedule.Selection{Include: []schedule.Scope{rule}})
	return ruleView{Text: text, Slots: len(slots), Remove: formView{Action: action, Do: remove, Rule: rule.String(), Label: "Remove", Name: "Remove: " + text}}
}

// ruleText says what a scope takes in, such as "track: Storage or Networks; language: en".
func ruleText(e *schedule.Edition, rule schedule.Scope) string {
	const most = 10
	var keys []schedule.ScopeKey
	values := map[schedule.ScopeKey][]string{}
	rule.Each(func(key schedule.ScopeKey, value string) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		values[key] = append(values[key], labelOf(e, key, value))
	})
	var parts []string
	for _, key := range keys {
		of := values[key]
		if more := len(of) - most; more > 0 {
			of = append(of[:most:most], fmt.Sprintf("%d more", more))
		}
		parts = append(parts, keyLabel(key)+": "+strings.Join(of, " or "))
	}
	return strings.Join(parts, "; ")
}

// viewFetches tells which calendars have fetched the feed: what is stored, and what
// was counted since.
func (s *Server) viewFetches(c echo.Context, f found, zone *time.Location) ([]fetchView, error) {
	stored, err := s.Selections.Fetches(c.Request().Context(), f.ID)
	if err != nil {
		return nil, err
	}
	byClient := map[string]schedule.Fetch{}
	for _, fetch := range append(stored, s.mine.fetches.of(f.ID)...) {
		if fetch.Client == "" {
			continue
		}
		if was, ok := byClient[fetch.Client]; ok {
			fetch.Count += was.Count
		}
		byClient[fetch.Client] = fetch
	}
	var views []fetchView
	for _, fetch := range byClient {
		v := fetchView{
			Client: capital(fetch.Client), Every: refreshOf(fetch.Client), Count: times(fetch.Count),
			Last:  moment{fetch.Last.Format(time.RFC3339), fetch.Last.In(zone).Format("Mon 2 January, 15:04")},
			State: "has the current state",
		}
		if fetch.Edition != s.Number() || fetch.Version != f.Version {
			v.State = "will get the last changes when it asks again"
		}
		views = append(views, v)
	}
	slices.SortFunc(views, func(a, b fetchView) int {
		return cmp.Or(cmp.Compare(b.Last.ISO, a.Last.ISO), cmp.Compare(a.Client, b.Client))
	})
	return views, nil
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func talksText(n int) string {
	if n == 1 {
		return "1 talk"
	}
	return fmt.Sprintf("%d talks", n)
}

// choosePage is the schedule with the stars of one selection, for browsing without
// script.
func (s *Server) choosePage(c echo.Context) error {
	f, err := s.mine.mayEdit(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	chosen, query, err := s.filterOf(c)
	if err != nil {
		return err
	}
	page := s.pages.path + myPath + f.edit.String() + "/choose"
	if query != c.QueryString() {
		return redirect(c, withQuery(page, query))
	}
	e, err := s.edition()
	if err != nil {
		return err
	}
	body, err := s.renderInTurn(c, "schedule", func() (any, error) {
		v, err := s.viewSchedule(e, chosen, s.myStars(e, f, page))
		if err != nil {
			return nil, err
		}
		v.Page = s.myLayout(e, f, "Choose talks")
		v.Choosing = &chooseView{
			Back: s.pages.path + myPath + f.edit.String(), Action: s.pages.path + myPath + f.edit.String(),
			Rule: chosen.scope.String(), Return: withQuery(page, query), Whole: chosen.scope.IsWhole(),
		}
		return v, nil
	})
	if err != nil {
		return err
	}
	return s.answerPrivatePage(c, http.StatusOK, body)
}

// chooseView is what the schedule page has beside it while talks are chosen.
type chooseView struct {
	Back   string // to the selection
	Action string
	Rule   string // what is shown, as a rule
	Return string
	Whole  bool
}

// mySubscribePage is the subscribe page of a personal feed.
func (s *Server) mySubscribePage(c echo.Context) error {
	f, err := s.mine.find(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	e, err := s.edition()
	if err != nil {
		return err
	}
	document, err := s.mine.document(f, "")
	if err != nil {
		return err
	}
	body, err := s.renderInTurn(c, "subscribe", func() (any, error) {
		title := cmp.Or(f.Name, "my talks")
		page := s.myLayout(e, f, "Subscribe to "+title)
		address := s.BaseURL + myPath + f.read.String() + ".ics"
		v := newSubscribeView(page, title, address, countTalks(e, e.Choose(f.Selection)), document.Len(), true)
		v.Back, v.BackText = s.pages.path+myPath+f.token().String(), "Back to "+title
		return v, nil
	})
	if err != nil {
		return err
	}
	return s.answerPrivatePage(c, http.StatusOK, body)
}

// settingsAgain shows the form of settings as it was sent, with what stands against
// it: a mistake, or what somebody else has stored in the meantime.
func (s *Server) settingsAgain(c echo.Context, f found, posted url.Values, cause error) error {
	status, notice := explain(cause)
	shown, mistaken := parseVersion(posted.Get("version"))
	if errors.Is(cause, schedule.ErrConflict) {
		var err error
		if f, err = s.mine.mayEdit(c.Request().Context(), f.edit.String()); err != nil {
			return err
		}
		notice = fmt.Sprintf("These settings were changed elsewhere in the meantime: the name is “%s” there now, and the options are %s. What you have sent stands in the form below; send it again if that is what you want.",
			f.Name, optionsText(optionsOf(f.Selection)))
		shown = f.Version
	}
	return s.answerMyPage(c, status, f, func(v *myView) {
		v.Notice = notice
		if mistaken == nil {
			v.Settings.Version = shown
		}
		v.Settings.Name, v.Settings.Alarm, v.Settings.Busy = posted.Get("name"), posted.Get("alarm"), posted.Get("busy")
		v.Settings.CancelledHidden, v.Settings.UTC = posted.Get("cancelled") == "hide", posted.Get("tz") == "utc"
	})
}

// optionsText tells options in words.
func optionsText(o feed.Options) string {
	text := "no reminder"
	if o.Alarm != nil {
		text = fmt.Sprintf("a reminder %d minutes before", *o.Alarm)
	}
	if o.Busy != nil && !*o.Busy {
		text += ", shown as free"
	} else {
		text += ", shown as busy"
	}
	if o.HideCancelled {
		text += ", without cancelled talks"
	}
	if o.UTC {
		text += ", in UTC"
	}
	return text
}
