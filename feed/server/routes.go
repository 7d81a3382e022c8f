package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// What a client is to do with a feed.
const (
	subscribe = false
	save      = true
)

// talksPath is where chosen talks are downloaded.
const talksPath = "/talks.ics"

// routes lays out every public path. Echo answers HEAD only where it is asked
// to, and 405 to any other method on these.
func (s *Server) routes() {
	read := []string{http.MethodGet, http.MethodHead}
	feeds := map[string]echo.HandlerFunc{
		"/schedule.ics":   s.wholeFeed,
		"/tracks/:file":   s.feedOf(schedule.ScopeTrack, subscribe),
		"/speakers/:file": s.feedOf(schedule.ScopeSpeaker, subscribe),
		"/rooms/:file":    s.feedOf(schedule.ScopeRoom, subscribe),
		"/days/:file":     s.feedOf(schedule.ScopeDay, subscribe),
		"/talks/:file":    s.feedOf(schedule.ScopeTalk, save),
		talksPath:         s.chosenTalks,
	}
	for path, handler := range feeds {
		s.echo.Match(read, path, handler)
		s.echo.OPTIONS(path, preflight)
	}
	s.echo.Match(read, "/", s.frontPage)
	s.echo.Match(read, "/robots.txt", robots)
	s.echo.Match(read, "/healthz", s.healthz)
	s.echo.Match(read, "/readyz", s.readyz)
}

// wholeFeed is /schedule.ics: the whole conference, or any scope of it.
func (s *Server) wholeFeed(c echo.Context) error {
	scope, options, err := feed.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	return s.answerFeed(c, scope, options, subscribe)
}

// feedOf is the feed of one track, speaker, room, day or talk, in a file named
// by its id. The query narrows it further.
func (s *Server) feedOf(key schedule.ScopeKey, saved bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		value, isFeed := strings.CutSuffix(c.Param("file"), ".ics")
		if !isFeed {
			return echo.ErrNotFound
		}
		if _, err := (schedule.Scope{}).With(key, value); err != nil {
			return echo.ErrNotFound // nothing can ever have had such an id
		}
		scope, options, err := feed.ParseQuery(c.Request().URL.RawQuery)
		if err != nil {
			return err
		}
		if scope, err = scope.With(key, value); err != nil {
			return err
		}
		return s.answerFeed(c, scope, options, saved)
	}
}

// chosenTalks is /talks.ics?id=…&id=…: a download of some talks, of which
// nothing is stored.
func (s *Server) chosenTalks(c echo.Context) error {
	scope, options, err := feed.ParseChosen(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	return s.answerFeed(c, scope, options, save)
}

// robots allows everything: Google's calendar fetcher obeys robots.txt, and
// gives up where there is none (rule 91).
func robots(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=86400")
	return c.String(http.StatusOK, "User-agent: *\nAllow: /\n")
}
