package server

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// scheduleJSON is the whole schedule as the API shows it.
type scheduleJSON struct {
	Conference conferenceJSON `json:"conference"`
	Modified   time.Time      `json:"modified"`
	Tracks     []trackJSON    `json:"tracks"`
	Rooms      []roomJSON     `json:"rooms"`
	Speakers   []speakerJSON  `json:"speakers"`
	Talks      []talkJSON     `json:"talks"`
	Slots      []slotJSON     `json:"slots"` // by start
}

type conferenceJSON struct {
	ID          schedule.ConferenceID `json:"id"`
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	URL         string                `json:"url,omitempty"`
	Timezone    string                `json:"timezone"`
	Venue       string                `json:"venue,omitempty"`
	Address     string                `json:"address,omitempty"`
}

type trackJSON struct {
	ID          schedule.TrackID     `json:"id"`
	Name        string               `json:"name"`
	Description string               `json:"description,omitempty"`
	Color       string               `json:"color,omitempty"`
	Hosts       []schedule.SpeakerID `json:"hosts"`
}

type roomJSON struct {
	ID       schedule.RoomID `json:"id"`
	Name     string          `json:"name"`
	Building string          `json:"building,omitempty"`
}

type speakerJSON struct {
	ID          schedule.SpeakerID `json:"id"`
	Name        string             `json:"name"`
	Role        string             `json:"role,omitempty"`
	Affiliation string             `json:"affiliation,omitempty"`
	Bio         string             `json:"bio,omitempty"`
	URL         string             `json:"url,omitempty"`
}

type talkJSON struct {
	ID       schedule.TalkID      `json:"id"`
	Title    string               `json:"title"`
	Abstract string               `json:"abstract,omitempty"`
	Kind     schedule.Kind        `json:"kind"`
	Track    schedule.TrackID     `json:"track,omitempty"`
	Speakers []schedule.SpeakerID `json:"speakers"`
	Tags     []string             `json:"tags"`
	Language string               `json:"language,omitempty"`
	Level    string               `json:"level,omitempty"`
	URL      string               `json:"url,omitempty"`
	Links    []linkJSON           `json:"links"`
}

type linkJSON struct {
	Title string `json:"title,omitempty"`
	URL   string `json:"url"`
}

type slotJSON struct {
	ID     schedule.SlotID `json:"id"`
	Talk   schedule.TalkID `json:"talk"`
	Start  time.Time       `json:"start"` // with the conference's offset
	End    time.Time       `json:"end"`
	Day    string          `json:"day"` // of the conference
	Room   schedule.RoomID `json:"room,omitempty"`
	Status schedule.Status `json:"status"`
	UID    string          `json:"uid"` // of its event in every feed
}

// renderSchedule returns the whole schedule as JSON.
func renderSchedule(c *feed.Catalog) ([]byte, error) {
	e := c.Edition()
	about := e.Conference()
	out := scheduleJSON{
		Conference: conferenceJSON{about.ID, about.Name, about.Description, about.URL, about.Zone.String(), about.Venue.Name, about.Venue.Address},
		Modified:   e.Modified().UTC(),
		Tracks:     make([]trackJSON, 0, len(e.Tracks())), Rooms: make([]roomJSON, 0, len(e.Rooms())),
		Speakers: make([]speakerJSON, 0, len(e.Speakers())), Talks: make([]talkJSON, 0, len(e.Talks())), Slots: make([]slotJSON, 0, len(e.Slots())),
	}
	for _, t := range e.Tracks() {
		out.Tracks = append(out.Tracks, trackJSON{t.ID, t.Name, t.Description, t.Color, idsOf(t.Hosts)})
	}
	for _, r := range e.Rooms() {
		out.Rooms = append(out.Rooms, roomJSON{r.ID, r.Name, r.Building})
	}
	for _, p := range e.Speakers() {
		out.Speakers = append(out.Speakers, speakerJSON{p.ID, p.Name, p.Role, p.Affiliation, p.Bio, p.URL})
	}
	for _, t := range e.Talks() {
		j := talkJSON{
			ID: t.ID, Title: t.Title, Abstract: t.Abstract, Kind: t.Kind, Speakers: idsOf(t.Speakers), Tags: append([]string{}, t.Tags...),
			Language: t.Language, Level: t.Level, URL: t.URL, Links: []linkJSON{},
		}
		if t.Track != nil {
			j.Track = t.Track.ID
		}
		for _, l := range t.Links {
			j.Links = append(j.Links, linkJSON(l))
		}
		out.Talks = append(out.Talks, j)
	}
	for i, s := range e.Slots() {
		j := slotJSON{ID: s.ID, Talk: s.Talk.ID, Start: s.Start, End: s.End, Day: s.Day.String(), Status: s.Status, UID: e.Entry(int32(i)).UID}
		if s.Room != nil {
			j.Room = s.Room.ID
		}
		out.Slots = append(out.Slots, j)
	}
	return json.Marshal(out)
}

func idsOf(people []*schedule.Speaker) []schedule.SpeakerID {
	ids := make([]schedule.SpeakerID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	return ids
}

// scheduleOfAPI answers with the whole schedule.
func (s *Server) scheduleOfAPI(c echo.Context) error {
	made, err := s.whole.of(s.Publisher.Catalog())
	if err != nil {
		return err
	}
	h := c.Response().Header()
	allowOrigins(h)
	h.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	return answer(c, made)
}

// scopeJSON is what a scope comes to.
type scopeJSON struct {
	Scope string `json:"scope"` // canonical
	Title string `json:"title"`
	Slots int    `json:"slots"`
	Total int    `json:"total"`
	Feed  string `json:"feed"` // its address

	Values []scopeValueJSON `json:"values"` // that it can be narrowed to
}

// scopeValueJSON is a value of a key of the scope grammar, with how many of the
// scope's slots have it.
type scopeValueJSON struct {
	Key   schedule.ScopeKey `json:"key"`
	Value string            `json:"value"`
	Label string            `json:"label"`
	Slots int               `json:"slots"`
}

// scopesOfAPI answers what a scope comes to, and each thing that it can be narrowed
// to, with counts.
func (s *Server) scopesOfAPI(c echo.Context) error {
	catalog := s.Publisher.Catalog()
	if catalog == nil {
		return feed.ErrNothingPublished
	}
	e := catalog.Edition()
	scope, err := schedule.ParseScope(c.Request().URL.RawQuery, nil)
	if err != nil {
		return err
	}
	document, err := s.Publisher.Document(scope, feed.Options{})
	if err != nil {
		return err
	}
	slots, err := e.Find(scope)
	if err != nil {
		return err
	}
	answer := scopeJSON{
		Scope: scope.String(), Title: document.Title(), Slots: len(slots), Total: len(e.Slots()),
		Feed: s.BaseURL + feed.Path(scope, feed.Options{}), Values: scopeValues(e, slots),
	}
	h := c.Response().Header()
	allowOrigins(h)
	h.Set(echo.HeaderCacheControl, "public, max-age=60")
	return c.JSON(http.StatusOK, answer)
}

// scopeValues counts the slots of each track, day, room, kind and language, in the
// order of the schedule.
func scopeValues(e *schedule.Edition, slots []int32) []scopeValueJSON {
	counts := map[schedule.ScopeKey]map[string]int{}
	for _, key := range schedule.ScopeKeys() {
		counts[key] = map[string]int{}
	}
	for _, i := range slots {
		s := e.Slots()[i]
		counts[schedule.ScopeDay][s.Day.String()]++
		counts[schedule.ScopeKind][string(s.Talk.Kind)]++
		if s.Talk.Track != nil {
			counts[schedule.ScopeTrack][string(s.Talk.Track.ID)]++
		}
		if s.Room != nil {
			counts[schedule.ScopeRoom][string(s.Room.ID)]++
		}
	}
	values := []scopeValueJSON{}
	add := func(key schedule.ScopeKey, value, label string) {
		if n := counts[key][value]; n > 0 {
			values = append(values, scopeValueJSON{key, value, label, n})
		}
	}
	for _, t := range e.Tracks() {
		add(schedule.ScopeTrack, string(t.ID), t.Name)
	}
	for _, r := range e.Rooms() {
		add(schedule.ScopeRoom, string(r.ID), r.Name)
	}
	for _, d := range e.Days() {
		add(schedule.ScopeDay, d.String(), d.Long())
	}
	for _, k := range schedule.Kinds() {
		add(schedule.ScopeKind, string(k), k.Label())
	}
	return values
}

// openAPIDocument answers with the description of the API.
func (s *Server) openAPIDocument(c echo.Context) error {
	h := c.Response().Header()
	allowOrigins(h)
	h.Set(echo.HeaderCacheControl, "public, max-age=3600")
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, openAPI)
}
