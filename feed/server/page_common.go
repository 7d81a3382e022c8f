package server

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

//go:embed page
var pageFiles embed.FS

// maxRenders is how many pages are rendered at a time. What else is asked for
// waits, so that a crawler that follows every filter leaves room for feeds.
const maxRenders = 4

// pages is what every page is made with.
type pages struct {
	templates     *template.Template
	path          string // of the base URL: empty, or such as "/cal"
	style, script *asset
	icon          *asset
	policy        string

	front     perCatalog // the schedule page of the whole conference
	changes   knownChanges
	rendering chan struct{}
}

func (s *Server) newPages() *pages {
	p := &pages{
		templates: template.Must(template.ParseFS(pageFiles, "page/*.html")),
		path:      pathOf(s.BaseURL),
		style:     newAsset("style", "css", "text/css; charset=utf-8"),
		script:    newAsset("app", "js", "text/javascript; charset=utf-8"),
		icon:      newAsset("icon", "svg", "image/svg+xml"),
		policy:    pagePolicy(s.BaseURL),
		rendering: make(chan struct{}, maxRenders),
	}
	p.front.make = func(c *feed.Catalog) ([]byte, error) {
		view, err := s.viewSchedule(c.Edition(), filter{}, s.publicStars())
		if err != nil {
			return nil, err
		}
		return p.render("schedule", view)
	}
	return p
}

// pathOf returns the path of a base URL. Pages link each other by path alone, so
// that they work at whichever of the server's names they were asked for.
func pathOf(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}

// pagePolicy is the Content-Security-Policy of pages: they run our script, load
// our style sheet and icon, talk to our API and send their forms to us, and nothing else.
// The answer to a form leads to the base URL, which is ours under another name.
func pagePolicy(baseURL string) string {
	ours := "'self'"
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" && !strings.ContainsAny(u.Host, ";, ") {
		ours += " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action " + ours +
		"; base-uri 'none'; frame-ancestors 'none'"
}

// pageView is what the layout shows around every page.
type pageView struct {
	Title      string // of the document
	Conference string // empty before anything was published
	Path       string // of the base URL
	At         string // the entry of the menu that the page is
	Style      string
	Script     string
	Icon       string
	Zone       string
	Store      string // where the script keeps the edit token
	Edit       string // the edit token, on pages of who may edit
	Private    bool   // not for search engines
	Feeds      []alternateView
	As         moment // when the schedule last changed
}

// alternateView is a feed that a page names as its calendar.
type alternateView struct{ Title, Address string }

// layout returns the layout of a page with a title of its own, or with the
// conference's where title is empty.
func (s *Server) layout(e *schedule.Edition, title string) pageView {
	p := s.pages
	v := pageView{Title: title, Path: p.path, Style: p.style.path(p.path), Script: p.script.path(p.path), Icon: p.icon.path(p.path)}
	if e == nil {
		return v
	}
	c := e.Conference()
	v.Conference, v.Zone, v.Store = c.Name, c.Zone.String(), "slotcast:"+string(c.ID)
	v.As = moment{e.Modified().Format(time.RFC3339), e.Modified().In(c.Zone).Format("2 January 2006, 15:04")}
	if title == "" {
		v.Title = c.Name
	} else {
		v.Title += " – " + c.Name
	}
	return v
}

// alternate is the feed of a scope, for the head of a page.
func (s *Server) alternate(title string, scope schedule.Scope) alternateView {
	return alternateView{title, s.BaseURL + feed.Path(scope, feed.Options{})}
}

// moment is a time as a machine and as a person reads it.
type moment struct{ ISO, Text string }

// momentOf shows the time of day of t.
func momentOf(t time.Time) moment { return moment{isoTime(t), t.Format("15:04")} }

// isoTime is the form of a time in a datetime attribute.
func isoTime(t time.Time) string { return t.Format("2006-01-02T15:04Z07:00") }

// render executes a template.
func (p *pages) render(name string, view any) ([]byte, error) {
	var body bytes.Buffer
	if err := p.templates.ExecuteTemplate(&body, name, view); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return body.Bytes(), nil
}

// edition returns what is served, for a page about it.
func (s *Server) edition() (*schedule.Edition, error) {
	catalog := s.Publisher.Catalog()
	if catalog == nil {
		return nil, feed.ErrNothingPublished
	}
	return catalog.Edition(), nil
}

// answerPage renders a page for a request and answers with it. view is called
// when it is the request's turn.
func (s *Server) answerPage(c echo.Context, name string, modified time.Time, view func() (any, error)) error {
	body, err := s.renderInTurn(c, name, view)
	if err != nil {
		return err
	}
	s.pageHeaders(c)
	return answer(c, newStatic(body, modified))
}

// renderInTurn renders a page when no more than maxRenders are being rendered.
func (s *Server) renderInTurn(c echo.Context, name string, view func() (any, error)) ([]byte, error) {
	ctx := c.Request().Context()
	select {
	case s.pages.rendering <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.pages.rendering }()
	shown, err := view()
	if err != nil {
		return nil, err
	}
	return s.pages.render(name, shown)
}

// pageHeaders sets the headers that every page has. A page whose address is a
// secret has set its own policy of referrers.
func (s *Server) pageHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	h.Set(echo.HeaderContentSecurityPolicy, s.pages.policy)
	if h.Get(echo.HeaderReferrerPolicy) == "" {
		// A form that tells nothing of where it comes from could be anybody's.
		h.Set(echo.HeaderReferrerPolicy, "same-origin")
	}
}
