package server

import (
	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// listView is what the page of a track or a speaker shows: who or what it is, and
// its talks.
type listView struct {
	Page      pageView
	Title     string
	Color     string
	Credit    string
	About     []paragraph
	URL       string
	Hosts     []personView // of a track
	Hosting   []fact       // the tracks that a speaker hosts
	Slots     []slotView
	Subscribe string // paths
	Filtered  string
	Download  string
	Person    any // JSON-LD, of a speaker
}

func (s *Server) trackPage(c echo.Context, id string) error {
	e, err := s.edition()
	if err != nil {
		return err
	}
	return s.listPage(c, e, schedule.ScopeTrack, id, func(v *listView) {
		t := e.Track(schedule.TrackID(id))
		v.Title, v.Color, v.About = t.Name, t.Color, paragraphs(t.Description)
		for _, h := range t.Hosts {
			v.Hosts = append(v.Hosts, s.viewPerson(h))
		}
	})
}

func (s *Server) speakerPage(c echo.Context, id string) error {
	e, err := s.edition()
	if err != nil {
		return err
	}
	return s.listPage(c, e, schedule.ScopeSpeaker, id, func(v *listView) {
		p := e.Speaker(schedule.SpeakerID(id))
		v.Title, v.Credit, v.About, v.URL = p.Name, creditOf(p), paragraphs(p.Bio), p.URL
		v.Person = personEvent(p, s.BaseURL)
		for _, t := range e.Tracks() {
			for _, h := range t.Hosts {
				if h == p {
					v.Hosting = append(v.Hosting, fact{Text: t.Name, Path: s.pagePath(schedule.ScopeTrack, string(t.ID)), Color: t.Color})
				}
			}
		}
	})
}

// listPage answers with the page of one value of a key, which fill completes.
func (s *Server) listPage(c echo.Context, e *schedule.Edition, key schedule.ScopeKey, id string, fill func(*listView)) error {
	scope, err := schedule.Scope{}.With(key, id)
	if err != nil {
		return err
	}
	found, err := e.Find(scope)
	if err != nil {
		return err
	}
	return s.answerPage(c, "list", e.Modified(), func() (any, error) {
		v := &listView{
			Subscribe: withQuery(s.pages.path+"/subscribe", scope.String()),
			Filtered:  filter{scope: scope}.at(s.pages.path + "/"),
			Download:  s.pages.path + feed.Path(scope, feed.Options{}),
		}
		fill(v)
		v.Page = s.layout(e, v.Title)
		v.Page.Feeds = []alternateView{s.alternate(v.Title, scope)}
		st, several := s.publicStars(), severalLanguages(e)
		for _, i := range found {
			slot := e.Slots()[i]
			shown := s.viewSlot(e, slot, st.of(slot, ""), several)
			shown.Date = longDate(slot)
			v.Slots = append(v.Slots, shown)
		}
		return v, nil
	})
}
