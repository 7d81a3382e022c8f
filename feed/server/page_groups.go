package server

import (
	"slotcast/feed"
	"slotcast/schedule"
)

// groupView is a group of feeds, such as those of all tracks.
type groupView struct {
	ID, Title string
	Feeds     []feedView
}

// feedView is a feed in a list of feeds.
type feedView struct {
	Title, Color string
	Talks        int
	Page         string // path of what is about it here
	Subscribe    string // path of its subscribe page
	Address      string // path of the feed itself
}

// viewGroups lists the feeds of everything that has one.
func (s *Server) viewGroups(e *schedule.Edition) []groupView {
	list := func(key schedule.ScopeKey, value, title, color string) feedView {
		// Ids in an edition are valid values.
		scope, _ := schedule.Scope{}.With(key, value)
		slots, _ := e.Find(scope)
		v := feedView{
			Title: title, Color: color, Talks: countTalks(e, slots),
			Subscribe: withQuery(s.pages.path+"/subscribe", scope.String()),
			Address:   s.pages.path + feed.Path(scope, feed.Options{}),
		}
		if v.Page = s.pagePath(key, value); v.Page == "" {
			v.Page = filter{scope: scope}.at(s.pages.path + "/")
		}
		return v
	}
	tracks := groupView{ID: "tracks", Title: "Tracks"}
	for _, t := range e.Tracks() {
		tracks.Feeds = append(tracks.Feeds, list(schedule.ScopeTrack, string(t.ID), t.Name, t.Color))
	}
	days := groupView{ID: "days", Title: "Days"}
	for _, d := range e.Days() {
		days.Feeds = append(days.Feeds, list(schedule.ScopeDay, d.String(), d.Long(), ""))
	}
	rooms := groupView{ID: "rooms", Title: "Rooms"}
	for _, r := range e.Rooms() {
		rooms.Feeds = append(rooms.Feeds, list(schedule.ScopeRoom, string(r.ID), r.Name, ""))
	}
	speakers := groupView{ID: "speakers", Title: "Speakers"}
	for _, p := range e.Speakers() {
		speakers.Feeds = append(speakers.Feeds, list(schedule.ScopeSpeaker, string(p.ID), p.Name, ""))
	}
	var groups []groupView
	for _, g := range []groupView{tracks, days, rooms, speakers} {
		if len(g.Feeds) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// pagePath is the path of the page of one thing, or empty where its kind has no
// pages.
func (s *Server) pagePath(key schedule.ScopeKey, value string) string {
	switch key {
	case schedule.ScopeTrack:
		return s.pages.path + "/tracks/" + value
	case schedule.ScopeSpeaker:
		return s.pages.path + "/speakers/" + value
	case schedule.ScopeTalk:
		return s.pages.path + "/talks/" + value
	}
	return ""
}
