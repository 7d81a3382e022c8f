package server

import (
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// myPath is where selections are, each under its tokens.
const myPath = "/my/"

// privately has an answer be read by nobody but who asked for it: its address is
// all that it takes to ask again.
func privately(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h[echo.HeaderCacheControl] = cacheControlNever
		setSecret(h)
		return next(c)
	}
}

// setSecret keeps an address from other sites and from search engines.
func setSecret(h http.Header) {
	h.Set(echo.HeaderReferrerPolicy, "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
}

// mySelection answers /my/TOKEN.ics with a feed and /my/TOKEN with a page.
func (s *Server) mySelection(c echo.Context) error {
	token, isFeed := strings.CutSuffix(c.Param("token"), ".ics")
	f, err := s.mine.find(c.Request().Context(), token)
	if err != nil {
		return err
	}
	if !isFeed {
		return s.myPage(c, f)
	}
	if f.access == schedule.AccessEdit {
		return schedule.Errorf(schedule.ErrNotFound, "this is the link that edits, which is no feed; subscribe with the address that its page shows")
	}
	document, err := s.mine.document(f, c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	client, now := s.clients.family(c.Request().UserAgent()), s.Now().UTC()
	s.Metrics.feed("personal", client)
	if c.Request().Method == http.MethodGet {
		s.mine.fetches.note(schedule.Fetch{
			Selection: f.ID, Client: client, Count: 1, Last: now, Edition: s.Number(), Version: f.Version,
		})
	}
	h := c.Response().Header()
	h[echo.HeaderContentType] = contentTypeFeed
	h[echo.HeaderContentDisposition] = []string{document.ContentDisposition(false)}
	if now.Sub(f.Changed) < settled {
		return answerKept(c, undated{document}, cacheControlPrivate)
	}
	return answerKept(c, document, cacheControlPrivate)
}

// settled is how long after an edit another may have the same date, which counts
// in whole seconds: until then a feed has none (RFC 9110, section 8.8.2.2).
const settled = 2 * time.Second

// undated is a feed whose date is not told.
type undated struct{ *feed.Document }

func (undated) LastModified() time.Time { return time.Time{} }

// form is a POST of a page. Its fields are read within a limit.
func form(c echo.Context) error {
	r := c.Request()
	if media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || media != echo.MIMEApplicationForm {
		return schedule.Errorf(schedule.ErrInvalid, "only a form that is sent as %s is read; go back and try again", echo.MIMEApplicationForm)
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return schedule.Errorf(schedule.ErrInvalid, "the form cannot be read, or has more than %d octets; go back and try again", maxBody)
	}
	return nil
}

// createByForm makes a selection of the slots and rules of a form.
func (s *Server) createByForm(c echo.Context) error {
	if err := form(c); err != nil {
		return err
	}
	var choice schedule.Selection
	for _, id := range c.Request().PostForm["slot"] {
		choice.Picks = append(choice.Picks, schedule.SlotID(id))
	}
	for _, query := range c.Request().PostForm["rule"] {
		rule, err := schedule.ParseScope(query, nil)
		if err != nil {
			return err
		}
		choice.Include = append(choice.Include, rule)
	}
	f, err := s.mine.create(c.Request().Context(), choice)
	if err != nil {
		return err
	}
	return s.goTo(c, myPath+f.edit.String())
}

// goTo sends a browser to a page of ours after a form.
func (s *Server) goTo(c echo.Context, path string) error {
	return c.Redirect(http.StatusSeeOther, s.BaseURL+path)
}

// editByForm does what a form of a selection's page asks for.
func (s *Server) editByForm(c echo.Context) error {
	if strings.HasSuffix(c.Param("token"), ".ics") {
		return echo.ErrMethodNotAllowed
	}
	if err := form(c); err != nil {
		return err
	}
	ctx, token, posted := c.Request().Context(), c.Param("token"), c.Request().PostForm
	page := myPath + token
	switch do := posted.Get("do"); do {
	case "settings":
		f, err := s.mine.mayEdit(ctx, token)
		if err != nil {
			return err
		}
		choice, version, err := settings(f, posted)
		if err == nil {
			_, err = s.mine.replace(ctx, f, choice, version)
		}
		if errors.Is(err, schedule.ErrConflict) || errors.Is(err, schedule.ErrInvalid) {
			return s.settingsAgain(c, f, posted, err)
		}
		if err != nil {
			return err
		}
	case "new-read-link", "new-edit-link":
		access := schedule.AccessRead
		if do == "new-edit-link" {
			access = schedule.AccessEdit
		}
		f, err := s.mine.newLink(ctx, token, access)
		if err != nil {
			return err
		}
		page = myPath + f.edit.String()
	case "delete":
		f, err := s.mine.mayEdit(ctx, token)
		if err == nil {
			err = s.mine.remove(ctx, f)
		}
		if err != nil {
			return err
		}
		return s.goTo(c, "/")
	default:
		edit, err := edits(do, posted)
		if err != nil {
			return err
		}
		if _, err := s.mine.change(ctx, token, edit); err != nil {
			return err
		}
	}
	// Only a page of the same selection: anything else could lead elsewhere.
	if back := strings.TrimPrefix(posted.Get("back"), s.pages.path); strings.HasPrefix(back, page+"/") || strings.HasPrefix(back, page+"?") {
		page = back
	}
	return s.goTo(c, page)
}

// editing is a change of a selection that suits whatever it is by then.
type editing = func(*schedule.Edition, schedule.Selection) (schedule.Selection, error)

// edits returns what a form asks to be done with a slot or a rule.
func edits(do string, posted map[string][]string) (editing, error) {
	value := func(name string) string {
		if v := posted[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	slot := schedule.SlotID(value("slot"))
	rule, err := schedule.ParseScope(value("rule"), nil)
	if err != nil {
		return nil, err
	}
	switch do {
	case "pick":
		return func(e *schedule.Edition, s schedule.Selection) (schedule.Selection, error) {
			if also := value("also"); also != "" { // in the place of another
				s = s.Unpick(e, schedule.SlotID(also))
			}
			return s.Pick(e, slot), nil
		}, nil
	case "unpick":
		return func(e *schedule.Edition, s schedule.Selection) (schedule.Selection, error) {
			return s.Unpick(e, slot), nil
		}, nil
	case "add-rule", "remove-rule", "add-exclusion", "remove-exclusion":
		if len(posted["rule"]) == 0 { // not to be taken for the rule that takes in everything
			return nil, schedule.Errorf(schedule.ErrInvalid, "the form does not say which rule; go back and try again")
		}
		return func(_ *schedule.Edition, s schedule.Selection) (schedule.Selection, error) {
			if strings.HasSuffix(do, "rule") {
				s.Include = withRule(s.Include, rule, strings.HasPrefix(do, "add"))
			} else {
				s.Exclude = withRule(s.Exclude, rule, strings.HasPrefix(do, "add"))
			}
			return s, nil
		}, nil
	}
	return nil, schedule.Errorf(schedule.ErrInvalid, "the form does not say what to do; go back and try again")
}

// withRule returns rules with one among them, or without it.
func withRule(rules []schedule.Scope, rule schedule.Scope, in bool) []schedule.Scope {
	var all []schedule.Scope
	for _, r := range rules {
		if r.String() != rule.String() {
			all = append(all, r)
		}
	}
	if in {
		all = append(all, rule)
	}
	return all
}

// settings returns a selection with the name and options of a form, and the
// version that was shown with it.
func settings(f found, posted map[string][]string) (choice schedule.Selection, version int64, err error) {
	var o optionsJSON
	value := func(name string) string { return strings.Join(posted[name], "") }
	o.Busy = map[string]*bool{"0": new(bool), "1": truth()}[value("busy")]
	o.CancelledHidden, o.UTC = value("cancelled") == "hide", value("tz") == "utc"
	choice = f.Selection
	choice.Name = value("name")
	if choice.Options, err = o.query(value("alarm")); err != nil {
		return choice, 0, err
	}
	if version, err = parseVersion(value("version")); err != nil {
		return choice, 0, err
	}
	return choice, version, nil
}

func truth() *bool { t := true; return &t }

// optionsOf returns the options of a selection's feed. They were checked when they
// were stored.
func optionsOf(s schedule.Selection) feed.Options {
	_, o, _ := feed.ParseQuery(s.Options)
	return o
}
