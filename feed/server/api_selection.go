package server

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// selectionJSON is a selection as the API shows it.
type selectionJSON struct {
	Edit    string `json:"edit,omitempty"` // the tokens, to who may have them
	Read    string `json:"read"`
	Version int64  `json:"version"`

	selectionBody

	Chosen  []schedule.SlotID `json:"chosen"` // what that comes to now, by start
	Clashes []clashJSON       `json:"clashes"`
	Feed    string            `json:"feed"` // addresses
	Page    string            `json:"page"`
}

// selectionBody is what its owner says of it.
type selectionBody struct {
	Name    string            `json:"name"`
	Picks   []schedule.SlotID `json:"picks"`
	Include []schedule.Scope  `json:"include"`
	Exclude []schedule.Scope  `json:"exclude"`
	Options optionsJSON       `json:"options"`
}

// optionsJSON are the options of a feed.
type optionsJSON struct {
	Alarm           *int  `json:"alarm,omitempty"` // minutes before
	Busy            *bool `json:"busy,omitempty"`
	CancelledHidden bool  `json:"cancelled_hidden,omitempty"`
	UTC             bool  `json:"utc,omitempty"`
}

// query returns the options as a query; alarm is that of a form, if any.
func (o optionsJSON) query(alarm string) (string, error) {
	if alarm = strings.TrimSpace(alarm); alarm == "" && o.Alarm != nil {
		alarm = strconv.Itoa(*o.Alarm)
	}
	if alarm == "" {
		return feed.Options{Busy: o.Busy, HideCancelled: o.CancelledHidden, UTC: o.UTC}.String(), nil
	}
	_, read, err := feed.ParseQuery("alarm=" + alarm)
	if err == nil && (read.Alarm == nil || strings.ContainsAny(alarm, "&=")) {
		err = schedule.Errorf(schedule.ErrInvalid, "“%s” are no minutes before a talk; give a whole number, or nothing for no reminder", schedule.Shorten(alarm))
	}
	if err != nil {
		return "", err
	}
	return feed.Options{Alarm: read.Alarm, Busy: o.Busy, HideCancelled: o.CancelledHidden, UTC: o.UTC}.String(), nil
}

func (b selectionBody) selection() (schedule.Selection, error) {
	options, err := b.Options.query("")
	return schedule.Selection{Name: b.Name, Picks: b.Picks, Include: b.Include, Exclude: b.Exclude, Options: options}, err
}

func bodyOf(s schedule.Selection) selectionBody {
	o := optionsOf(s)
	b := selectionBody{
		Name: s.Name, Picks: s.Picks, Include: s.Include, Exclude: s.Exclude,
		Options: optionsJSON{Alarm: o.Alarm, Busy: o.Busy, CancelledHidden: o.HideCancelled, UTC: o.UTC},
	}
	// A list that is empty is no null.
	if b.Picks == nil {
		b.Picks = []schedule.SlotID{}
	}
	if b.Include == nil {
		b.Include = []schedule.Scope{}
	}
	if b.Exclude == nil {
		b.Exclude = []schedule.Scope{}
	}
	return b
}

// clashJSON is a clash among chosen slots.
type clashJSON struct {
	First   schedule.SlotID `json:"first"`
	Second  schedule.SlotID `json:"second"`
	Overlap int             `json:"overlap_minutes"`
	Gap     int             `json:"gap_minutes"`
	Text    string          `json:"text"` // all of it in a sentence
	Instead []insteadJSON   `json:"instead"`
}

// insteadJSON is another time of one of the two talks, that clashes with nothing.
type insteadJSON struct {
	Slot schedule.SlotID `json:"slot"`
	Text string          `json:"text"` // what, when and where
}

func clashesJSON(clashes []schedule.Clash) []clashJSON {
	all := []clashJSON{}
	for _, c := range clashes {
		j := clashJSON{
			First: c.First.ID, Second: c.Second.ID, Overlap: int(c.Overlap / time.Minute), Gap: int(c.Gap / time.Minute),
			Text: clashText(c), Instead: []insteadJSON{},
		}
		for _, s := range c.Instead {
			j.Instead = append(j.Instead, insteadJSON{s.ID, "“" + s.Talk.Title + "”: " + whenAndWhere(s)})
		}
		all = append(all, j)
	}
	return all
}

// clashText tells a clash in a sentence, with the way out where there is one.
func clashText(c schedule.Clash) string {
	text := fmt.Sprintf("“%s” and “%s” overlap by %s.", c.First.Talk.Title, c.Second.Talk.Title, minutes(c.Overlap))
	if c.Overlap == 0 {
		text = fmt.Sprintf("Between “%s” in %s and “%s” in %s there are %s to walk to another building.",
			c.First.Talk.Title, c.First.Room.Building, c.Second.Talk.Title, c.Second.Room.Building, minutes(c.Gap))
	}
	for _, s := range c.Instead {
		text += fmt.Sprintf(" “%s” is given again: %s.", s.Talk.Title, whenAndWhere(s))
	}
	return text
}

func minutes(d time.Duration) string {
	switch n := int(d / time.Minute); n {
	case 0:
		return "no minutes"
	case 1:
		return "1 minute"
	default:
		return strconv.Itoa(n) + " minutes"
	}
}

// whenAndWhere says when and where a slot is, in the conference's time.
func whenAndWhere(s *schedule.Slot) string {
	text := s.Start.Format("Monday 2 January, 15:04") + " to " + s.End.Format("15:04")
	if s.Room != nil {
		text += ", " + s.Room.Name
	}
	return text
}

// selectionView shows a selection to who may see it.
func (s *Server) selectionView(f found) (selectionJSON, error) {
	e, err := s.mine.edition()
	if err != nil {
		return selectionJSON{}, err
	}
	chosen := e.Choose(f.Selection)
	v := selectionJSON{
		Read: f.read.String(), Version: f.Version, selectionBody: bodyOf(f.Selection),
		Chosen: []schedule.SlotID{}, Clashes: clashesJSON(e.Clashes(chosen)),
		Feed: s.BaseURL + myPath + f.read.String() + ".ics", Page: s.BaseURL + myPath + f.read.String(),
	}
	if f.access == schedule.AccessEdit {
		v.Edit, v.Page = f.edit.String(), s.BaseURL+myPath+f.edit.String()
	}
	for _, i := range chosen {
		v.Chosen = append(v.Chosen, e.Slots()[i].ID)
	}
	return v, nil
}

// showSelection answers with a selection.
func (s *Server) showSelection(c echo.Context, status int, f found) error {
	v, err := s.selectionView(f)
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", versionTag(f.Version))
	return c.JSON(status, v)
}

func (s *Server) createSelection(c echo.Context) error {
	var body selectionBody
	if err := readJSON(c, &body); err != nil {
		return err
	}
	choice, err := body.selection()
	if err != nil {
		return err
	}
	f, err := s.mine.create(c.Request().Context(), choice)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, s.BaseURL+selectionsPath+"/"+f.edit.String())
	return s.showSelection(c, http.StatusCreated, f)
}

func (s *Server) readSelection(c echo.Context) error {
	f, err := s.mine.find(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return s.showSelection(c, http.StatusOK, f)
}

func (s *Server) replaceSelection(c echo.Context) error {
	var body struct {
		selectionBody
		Version int64 `json:"version"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	edited, err := version(c, body.Version)
	if err != nil {
		return err
	}
	choice, err := body.selection()
	if err != nil {
		return err
	}
	f, err := s.mine.mayEdit(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return s.replaceVersion(c, f, choice, edited)
}

// replaceVersion replaces a version of a selection, and answers with the new one,
// or with both where it is no longer the current one.
func (s *Server) replaceVersion(c echo.Context, f found, choice schedule.Selection, edited int64) error {
	ctx := c.Request().Context()
	f, err := s.mine.replace(ctx, f, choice, edited)
	if errors.Is(err, schedule.ErrConflict) {
		now, foundErr := s.mine.mayEdit(ctx, c.Param("token"))
		if foundErr != nil {
			return foundErr
		}
		current, viewErr := s.selectionView(now)
		if viewErr != nil {
			return viewErr
		}
		return &conflictError{err, bodyOf(choice), current}
	}
	if err != nil {
		return err
	}
	return s.showSelection(c, http.StatusOK, f)
}

// patchBody is a change that suits whatever a selection is by then.
type patchBody struct {
	Pick          []schedule.SlotID `json:"pick"`
	Unpick        []schedule.SlotID `json:"unpick"`
	AddInclude    []schedule.Scope  `json:"add_include"`
	RemoveInclude []schedule.Scope  `json:"remove_include"`
	AddExclude    []schedule.Scope  `json:"add_exclude"`
	RemoveExclude []schedule.Scope  `json:"remove_exclude"`
	Name          *string           `json:"name"`
	Options       *optionsJSON      `json:"options"`
}

// maxPatched is how many slots a patch may name.
const maxPatched = schedule.MaxPicks

func (b *patchBody) apply(e *schedule.Edition, choice schedule.Selection) (schedule.Selection, error) {
	if n := len(b.Pick) + len(b.Unpick); n > maxPatched {
		return choice, schedule.Errorf(schedule.ErrInvalid, "%d slots are named; at most %d can be at once", n, maxPatched)
	}
	for _, id := range b.Pick {
		choice = choice.Pick(e, id)
	}
	for _, id := range b.Unpick {
		choice = choice.Unpick(e, id)
	}
	for _, change := range []struct {
		rules []schedule.Scope
		of    *[]schedule.Scope
		in    bool
	}{
		{b.AddInclude, &choice.Include, true}, {b.RemoveInclude, &choice.Include, false},
		{b.AddExclude, &choice.Exclude, true}, {b.RemoveExclude, &choice.Exclude, false},
	} {
		if len(change.rules) > 2*schedule.MaxRules {
			return choice, schedule.Errorf(schedule.ErrInvalid, "%d rules are named; at most %d can be at once", len(change.rules), 2*schedule.MaxRules)
		}
		for _, rule := range change.rules {
			*change.of = withRule(*change.of, rule, change.in)
		}
	}
	if b.Name != nil {
		choice.Name = *b.Name
	}
	if b.Options != nil {
		options, err := b.Options.query("")
		if err != nil {
			return choice, err
		}
		choice.Options = options
	}
	return choice, nil
}

func (s *Server) patchSelection(c echo.Context) error {
	var body patchBody
	if err := readJSON(c, &body); err != nil {
		return err
	}
	ctx, token := c.Request().Context(), c.Param("token")
	if c.Request().Header.Get("If-Match") == "" {
		f, err := s.mine.change(ctx, token, body.apply)
		if err != nil {
			return err
		}
		return s.showSelection(c, http.StatusOK, f)
	}
	// Who says what they have seen means that alone.
	edited, err := version(c, 0)
	if err != nil {
		return err
	}
	f, err := s.mine.mayEdit(ctx, token)
	if err != nil {
		return err
	}
	e, err := s.mine.edition()
	if err != nil {
		return err
	}
	choice, err := body.apply(e, f.Selection)
	if err != nil {
		return err
	}
	return s.replaceVersion(c, f, choice, edited)
}

func (s *Server) deleteSelection(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := s.mine.mayEdit(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	if err := s.mine.remove(ctx, f); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) replaceLink(c echo.Context) error {
	var body struct {
		Access schedule.Access `json:"access"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if body.Access != schedule.AccessRead && body.Access != schedule.AccessEdit {
		return schedule.Errorf(schedule.ErrInvalid, "“%s” is no link; choose read or edit", schedule.Shorten(string(body.Access)))
	}
	f, err := s.mine.newLink(c.Request().Context(), c.Param("token"), body.Access)
	if err != nil {
		return err
	}
	return s.showSelection(c, http.StatusOK, f)
}

// clashesAnswer is a list of clashes.
type clashesAnswer struct {
	Clashes []clashJSON `json:"clashes"`
}

func (s *Server) clashesOfSelection(c echo.Context) error {
	f, err := s.mine.find(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	e, err := s.mine.edition()
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, clashesAnswer{clashesJSON(e.Clashes(e.Choose(f.Selection)))})
}

// clashesOfSlots answers which of a scope's slots clash. Nothing is stored.
func (s *Server) clashesOfSlots(c echo.Context) error {
	scope, err := schedule.ParseScope(c.Request().URL.RawQuery, nil)
	if err != nil {
		return err
	}
	e, err := s.mine.edition()
	if err != nil {
		return err
	}
	slots, err := e.Find(scope)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	allowOrigins(h)
	h.Set(echo.HeaderCacheControl, "public, max-age=60")
	return c.JSON(http.StatusOK, clashesAnswer{clashesJSON(e.Clashes(slots))})
}
