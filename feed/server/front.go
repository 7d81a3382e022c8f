package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

var (
	//go:embed page/front.html
	frontHTML string
	//go:embed page/style.css
	styleCSS string
)

// frontPage lists every feed with the links that subscribe to it.
func (s *Server) frontPage(c echo.Context) error {
	page, err := s.front.of(s.Publisher.Catalog())
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	h.Set(echo.HeaderContentSecurityPolicy, s.policy)
	h.Set(echo.HeaderReferrerPolicy, "no-referrer")
	return answer(c, page)
}

// pagePolicy is the Content-Security-Policy of pages. formTarget is the one
// address that their forms may be sent to.
func pagePolicy(formTarget string) string {
	style := sha256.Sum256([]byte(styleCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) +
		"'; form-action " + formTarget + "; base-uri 'none'; frame-ancestors 'none'"
}

// frontView is what the template shows.
type frontView struct {
	Name, When, Where, Zone, Site string
	Style                         template.CSS
	Whole                         feedView
	Groups                        []groupView // before the talks
	Speakers                      groupView   // after them, since they are many
	Days                          []dayView
	TalksAddress                  string
	Modified, ModifiedISO         string
}

type groupView struct {
	ID, Title string
	Feeds     []feedView
}

// feedView is a feed with the links that subscribe to it.
type feedView struct {
	Title, Count, About, Address  string
	Webcal                        template.URL // a scheme that html/template does not know
	Google, Outlook, Microsoft365 string
}

type dayView struct {
	Title string
	Slots []slotView
}

type slotView struct {
	ID                                   schedule.SlotID
	Time, Title, Speakers, Room, Address string
	Cancelled                            bool
}

func renderFront(e *schedule.Edition, baseURL string) ([]byte, error) {
	t, err := template.New("front").Parse(frontHTML)
	if err != nil {
		return nil, fmt.Errorf("read front page template: %w", err)
	}
	var body bytes.Buffer
	if err := t.Execute(&body, viewFront(e, baseURL)); err != nil {
		return nil, fmt.Errorf("render front page: %w", err)
	}
	return body.Bytes(), nil
}

func viewFront(e *schedule.Edition, baseURL string) frontView {
	c := e.Conference()
	days := e.Days()
	v := frontView{
		Name:         c.Name,
		When:         days[0].Long(),
		Where:        strings.TrimPrefix(c.Venue.Name+", "+c.Venue.Address, ", "),
		Zone:         c.Zone.String(),
		Site:         c.URL,
		Style:        template.CSS(styleCSS),
		TalksAddress: baseURL + talksPath,
		Modified:     e.Modified().In(c.Zone).Format("2 January 2006, 15:04"),
		ModifiedISO:  e.Modified().Format(time.RFC3339),
	}
	v.Where = strings.TrimSuffix(v.Where, ", ")
	if last := days[len(days)-1]; last != days[0] {
		v.When += " to " + last.Long()
	}
	view := func(title, about string, key schedule.ScopeKey, value string) feedView {
		return viewFeed(e, baseURL, title, about, key, value)
	}
	v.Whole = view(c.Name, c.Description, "", "")

	tracks := groupView{ID: "tracks", Title: "Tracks"}
	for _, t := range e.Tracks() {
		about := t.Description
		if len(t.Hosts) > 0 {
			var hosts []string
			for _, h := range t.Hosts {
				hosts = append(hosts, h.Credit())
			}
			about += "\nHosted by " + strings.Join(hosts, "; ") + "."
		}
		tracks.Feeds = append(tracks.Feeds, view(t.Name, about, schedule.ScopeTrack, string(t.ID)))
	}
	v.Speakers = groupView{ID: "speakers", Title: "Speakers"}
	for _, p := range e.Speakers() {
		f := view(p.Name, strings.TrimPrefix(strings.TrimPrefix(p.Credit(), p.Name), ", "), schedule.ScopeSpeaker, string(p.ID))
		if f.Count != "" {
			v.Speakers.Feeds = append(v.Speakers.Feeds, f)
		}
	}
	rooms := groupView{ID: "rooms", Title: "Rooms"}
	for _, r := range e.Rooms() {
		rooms.Feeds = append(rooms.Feeds, view(r.Name, "", schedule.ScopeRoom, string(r.ID)))
	}
	byDay := groupView{ID: "days", Title: "Days"}
	for _, d := range days {
		byDay.Feeds = append(byDay.Feeds, view(d.Long(), "", schedule.ScopeDay, d.String()))
		v.Days = append(v.Days, viewDay(e, baseURL, d))
	}
	for _, g := range []groupView{tracks, byDay, rooms} {
		if len(g.Feeds) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return v
}

// viewFeed shows the feed of one value of a key, or the whole conference where
// key is empty.
func viewFeed(e *schedule.Edition, baseURL, title, about string, key schedule.ScopeKey, value string) feedView {
	var scope schedule.Scope
	if key != "" {
		// Ids in an edition are valid values.
		scope, _ = scope.With(key, value)
	}
	slots, _ := e.Find(scope)
	address := baseURL + feed.Path(scope, feed.Options{})
	f := feedView{Title: title, About: about, Address: address}
	switch len(slots) {
	case 0:
	case 1:
		f.Count = "1 event"
	default:
		f.Count = fmt.Sprintf("%d events", len(slots))
	}
	_, afterScheme, _ := strings.Cut(address, "://")
	f.Webcal = template.URL("webcal://" + afterScheme)
	named := "?url=" + url.QueryEscape(address) + "&name=" + strings.ReplaceAll(url.QueryEscape(title), "+", "%20")
	f.Google = "https://calendar.google.com/calendar/u/0/r?cid=" + url.QueryEscape(address)
	f.Outlook = "https://outlook.live.com/calendar/0/addfromweb" + named
	f.Microsoft365 = "https://outlook.office.com/calendar/0/addfromweb" + named
	return f
}

func viewDay(e *schedule.Edition, baseURL string, day schedule.Date) dayView {
	v := dayView{Title: day.Long()}
	scope, _ := schedule.Scope{}.With(schedule.ScopeDay, day.String())
	slots, _ := e.Find(scope)
	for _, i := range slots {
		slot := e.Slots()[i]
		s := slotView{
			ID:        slot.ID,
			Time:      slot.Start.Format("15:04") + "–" + slot.End.Format("15:04"),
			Title:     slot.Talk.Title,
			Room:      "room to be announced",
			Address:   baseURL + "/talks/" + string(slot.Talk.ID) + ".ics",
			Cancelled: slot.Status == schedule.StatusCancelled,
		}
		if slot.Room != nil {
			s.Room = slot.Room.Name
		}
		var names []string
		for _, p := range slot.Talk.Speakers {
			names = append(names, p.Name)
		}
		s.Speakers = strings.Join(names, ", ")
		v.Slots = append(v.Slots, s)
	}
	return v
}
