package server

import (
	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// maxNeighbours is up to how many slots of a talk the page tells of each what is
// before, after and beside it. What is given more often is no talk but a break.
const maxNeighbours = 12

// talkView is what the page of a talk shows.
type talkView struct {
	Page     pageView
	Title    string
	Language string
	Kind     string
	Facts    []fact
	Slots    []talkSlot
	Abstract []paragraph
	People   []personView
	Links    []schedule.Link
	Download string // path of its file
	Changes  []changeView
	Event    any // JSON-LD
}

// fact is a line of what is known of a talk.
type fact struct{ Label, Text, Path, Color string }

// talkSlot is a slot on the page of its talk.
type talkSlot struct {
	slotView
	Previous, Next *nearView // in the same room
	Parallel       []nearView
}

// nearView is a link to another talk's slot.
type nearView struct{ Path, Title, Language, Time, Where string }

// personView is a speaker on the page of a talk.
type personView struct {
	Name, Path string
	Credit     string // role and affiliation
	Bio        []paragraph
	URL        string
}

func (s *Server) talkPage(c echo.Context, id string) error {
	catalog := s.Publisher.Catalog()
	if catalog == nil {
		return feed.ErrNothingPublished
	}
	e := catalog.Edition()
	scope, err := schedule.Scope{}.With(schedule.ScopeTalk, id)
	if err != nil {
		return err
	}
	found, err := e.Find(scope)
	if err != nil {
		return err
	}
	changed, err := s.editions(c.Request().Context(), catalog)
	if err != nil {
		s.Logger.WarnContext(c.Request().Context(), "changes are not shown", "error", err)
	}
	return s.answerPage(c, "talk", modifiedOf(e, changed), func() (any, error) { return s.viewTalk(e, e.Talk(schedule.TalkID(id)), found, changed), nil })
}

func (s *Server) viewTalk(e *schedule.Edition, talk *schedule.Talk, found []int32, changed []EditionChanges) talkView {
	scope, _ := schedule.Scope{}.With(schedule.ScopeTalk, string(talk.ID))
	v := talkView{
		Page: s.layout(e, talk.Title), Title: talk.Title, Language: talk.Language,
		Abstract: paragraphs(talk.Abstract), Links: talk.Links,
		Download: s.pages.path + feed.Path(scope, feed.Options{}),
		Facts:    s.factsOf(talk),
		Event:    talkEvents(e, talk, found, s.BaseURL),
	}
	v.Page.Feeds = []alternateView{s.alternate(talk.Title, scope)}
	v.Kind = kindOf(talk)
	if talk.URL != "" {
		v.Links = append([]schedule.Link{{Title: "Page of the talk at the conference", URL: talk.URL}}, v.Links...)
	}
	for _, p := range talk.Speakers {
		v.People = append(v.People, s.viewPerson(p))
	}
	ids := map[schedule.SlotID]bool{}
	st := s.publicStars()
	for _, i := range found {
		slot := e.Slots()[i]
		ids[slot.ID] = true
		shown := talkSlot{slotView: s.viewSlot(e, slot, st.of(slot, ""), false)}
		shown.Date = longDate(slot)
		if len(found) <= maxNeighbours {
			s.setNeighbours(e, slot, &shown)
		}
		v.Slots = append(v.Slots, shown)
	}
	v.Changes = s.changesOf(e, changed, ids)
	return v
}

// longDate is the day on which a slot begins, by the calendar.
func longDate(slot *schedule.Slot) string { return schedule.WallTimeOf(slot.Start).Long() }

// factsOf returns what is known of a talk beside its times and people.
func (s *Server) factsOf(talk *schedule.Talk) []fact {
	var facts []fact
	if t := talk.Track; t != nil {
		facts = append(facts, fact{Label: "Track", Text: t.Name, Path: s.pagePath(schedule.ScopeTrack, string(t.ID)), Color: t.Color})
		for _, h := range t.Hosts {
			facts = append(facts, fact{Label: "Track host", Text: h.Credit(), Path: s.pagePath(schedule.ScopeSpeaker, string(h.ID))})
		}
	}
	filtered := func(label string, key schedule.ScopeKey, value, text string) {
		if scope, err := (schedule.Scope{}).With(key, value); err == nil {
			facts = append(facts, fact{Label: label, Text: text, Path: filter{scope: scope}.at(s.pages.path + "/")})
		} else {
			facts = append(facts, fact{Label: label, Text: text})
		}
	}
	if talk.Language != "" {
		filtered("Language", schedule.ScopeLanguage, talk.Language, languageName(talk.Language))
	}
	if talk.Level != "" {
		facts = append(facts, fact{Label: "Level", Text: talk.Level})
	}
	for _, tag := range talk.Tags {
		filtered("Tag", schedule.ScopeTag, tag, tag)
	}
	return facts
}

func (s *Server) viewPerson(p *schedule.Speaker) personView {
	return personView{
		Name: p.Name, Path: s.pagePath(schedule.ScopeSpeaker, string(p.ID)), Credit: creditOf(p),
		Bio: paragraphs(p.Bio), URL: p.URL,
	}
}

// creditOf is a person's role and affiliation.
func creditOf(p *schedule.Speaker) string {
	switch {
	case p.Role != "" && p.Affiliation != "":
		return p.Role + ", " + p.Affiliation
	case p.Role != "":
		return p.Role
	}
	return p.Affiliation
}

// setNeighbours finds what is in the same room before and after a slot on its
// day, and what takes place elsewhere at the same time.
func (s *Server) setNeighbours(e *schedule.Edition, slot *schedule.Slot, shown *talkSlot) {
	day, _ := schedule.Scope{}.With(schedule.ScopeDay, slot.Day.String())
	same, _ := e.Find(day)
	for _, i := range same {
		o := e.Slots()[i]
		if o == slot || o.Status == schedule.StatusCancelled {
			continue
		}
		switch {
		case o.Room != nil && o.Room == slot.Room && !o.End.After(slot.Start):
			near := s.viewNear(e, o)
			shown.Previous = &near
		case o.Room != nil && o.Room == slot.Room && !o.Start.Before(slot.End):
			if shown.Next == nil {
				near := s.viewNear(e, o)
				shown.Next = &near
			}
		case o.Start.Before(slot.End) && slot.Start.Before(o.End):
			shown.Parallel = append(shown.Parallel, s.viewNear(e, o))
		}
	}
}

func (s *Server) viewNear(e *schedule.Edition, slot *schedule.Slot) nearView {
	return nearView{
		Path: s.pagePath(schedule.ScopeTalk, string(slot.Talk.ID)), Title: slot.Talk.Title, Language: slot.Talk.Language,
		Time: slot.Start.Format("15:04") + "–" + endText(slot), Where: whereOf(e, slot),
	}
}
