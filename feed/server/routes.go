package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// feedRoute is a path of feeds: how its address is read, and whether clients
// are to save what they get instead of subscribing to it.
type feedRoute struct {
	path  string
	read  func(echo.Context) (schedule.Scope, feed.Options, error)
	saved bool
	page  func(c echo.Context, id string) error // at the same path without ".ics", if there is one
}

// talksPath is where chosen talks are downloaded.
const talksPath = "/talks.ics"

// routes lays out every public path. Echo answers HEAD only where it is asked
// to, and 405 to any other method on these.
func (s *Server) routes() {
	read := []string{http.MethodGet, http.MethodHead}
	for _, route := range []feedRoute{
		{path: "/schedule.ics", read: wholeFeed},
		{path: "/tracks/:file", read: feedOf(schedule.ScopeTrack), page: s.trackPage},
		{path: "/speakers/:file", read: feedOf(schedule.ScopeSpeaker), page: s.speakerPage},
		{path: "/rooms/:file", read: feedOf(schedule.ScopeRoom)},
		{path: "/days/:file", read: feedOf(schedule.ScopeDay)},
		{path: "/talks/:file", read: feedOf(schedule.ScopeTalk), saved: true, page: s.talkPage},
		{path: talksPath, read: chosenTalks, saved: true},
	} {
		s.echo.Match(read, route.path, pageOr(route.page, s.answerFeed(route)))
		s.echo.OPTIONS(route.path, preflight)
	}
	for path, handler := range map[string]echo.HandlerFunc{
		"/schedule.xml":  exchange(s.Publisher, s.BaseURL, "application/xml; charset=utf-8", feed.ScheduleXML),
		"/schedule.json": exchange(s.Publisher, s.BaseURL, echo.MIMEApplicationJSON, feed.ScheduleJSON),
	} {
		s.echo.Match(read, path, handler)
		s.echo.OPTIONS(path, preflight)
	}
	s.pageRoutes()
	s.apiRoutes()
	if s.mine != nil {
		s.echo.Match(read, myPath+":token", privately(s.mySelection))
		s.echo.Match(read, myPath+":token/choose", privately(s.choosePage))
		s.echo.Match(read, myPath+":token/subscribe", privately(s.mySubscribePage))
		s.echo.Match(read, "/my", func(c echo.Context) error { return redirect(c, s.pages.path+"/") })
		s.echo.POST("/my", privately(s.ownOrigin(limited(s.creates, s.createByForm))))
		s.echo.POST(myPath+":token", privately(s.ownOriginOrSecret(limited(s.writes, s.editByForm))))
	}
	s.echo.Match(read, "/robots.txt", robots)
	s.echo.Match(read, "/healthz", s.healthz)
	s.echo.Match(read, "/readyz", s.readyz)
}

// pageOr answers with the page of an id, and with the feed where the address is
// a file's.
func pageOr(page func(c echo.Context, id string) error, feed echo.HandlerFunc) echo.HandlerFunc {
	if page == nil {
		return feed
	}
	return func(c echo.Context) error {
		id := c.Param("file")
		if strings.HasSuffix(id, ".ics") {
			return feed(c)
		}
		if !schedule.ValidID(id) {
			return echo.ErrNotFound // nothing can ever have had such an id
		}
		return page(c, id)
	}
}

// wholeFeed is /schedule.ics: the whole conference, or any scope of it.
func wholeFeed(c echo.Context) (schedule.Scope, feed.Options, error) {
	return feed.ParseQuery(c.Request().URL.RawQuery)
}

// feedOf is the feed of one track, speaker, room, day or talk, in a file named
// by its id. The query narrows it further.
func feedOf(key schedule.ScopeKey) func(echo.Context) (schedule.Scope, feed.Options, error) {
	return func(c echo.Context) (scope schedule.Scope, options feed.Options, err error) {
		value, isFeed := strings.CutSuffix(c.Param("file"), ".ics")
		if !isFeed {
			return scope, options, echo.ErrNotFound
		}
		if _, err := (schedule.Scope{}).With(key, value); err != nil {
			return scope, options, echo.ErrNotFound // nothing can ever have had such an id
		}
		if scope, options, err = feed.ParseQuery(c.Request().URL.RawQuery); err == nil {
			scope, err = scope.With(key, value)
		}
		return scope, options, err
	}
}

// chosenTalks is /talks.ics?id=…&id=…: a download of some talks, of which
// nothing is stored.
func chosenTalks(c echo.Context) (schedule.Scope, feed.Options, error) {
	return feed.ParseChosen(c.Request().URL.RawQuery)
}

// robots allows everything: Google's calendar fetcher obeys robots.txt, and
// gives up where there is none (rule 91).
func robots(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=86400")
	return c.String(http.StatusOK, "User-agent: *\nAllow: /\n")
}
