package server

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// maxTicks is how many talks the subscribe page lists to be ticked: as many as
// one address can name.
const maxTicks = schedule.MaxScopeValues

// subscribeView is what a subscribe page shows, of a scope or of a personal feed.
type subscribeView struct {
	Page     pageView
	Title    string // what the feed holds
	Address  string // of the feed, absolute
	Count    string // how many talks are in it
	Empty    bool
	Personal bool
	Insecure bool // the address is no https address
	Webcal   template.URL
	Download string // address of the frozen copy
	Back     string // path of the page that lists these talks
	BackText string
	Clients  []clientView
	QR       *qrView
	Snippet  string // HTML for an organiser's own page; empty for a personal feed

	TalksAddress string // path to which ticked talks are sent
	Ticks        []tickView
}

// clientView is how a kind of calendar subscribes.
type clientView struct {
	ID, Name string
	Button   string
	Link     template.URL // webcal is a scheme that html/template does not know
	Steps    string
	Else     string // where the button does not work
	ElseLink string
	ElseText string
	Refresh  string
}

// tickView is a slot that can be ticked.
type tickView struct {
	ID                            schedule.SlotID
	Title, Language, Time, Status string
}

// newSubscribeView returns the subscribe page of the feed at an absolute address,
// with the number of talks and events in it.
func newSubscribeView(page pageView, title, address string, talks, events int, personal bool) *subscribeView {
	v := &subscribeView{
		Page: page, Title: title, Address: address, Download: address, Personal: personal,
		Count: countText(talks, events), Empty: events == 0,
		Insecure: !strings.HasPrefix(address, "https://"),
		Webcal:   webcalOf(address),
		Clients:  clients(title, address),
		QR:       newQR(address),
	}
	return v
}

// webcalOf is the address in the scheme that has a calendar subscribe to it and
// not save it.
func webcalOf(address string) template.URL {
	_, afterScheme, _ := strings.Cut(address, "://")
	return template.URL("webcal://" + afterScheme)
}

func countText(talks, events int) string {
	text := fmt.Sprintf("%d talks", talks)
	if talks == 1 {
		text = "1 talk"
	}
	if events > talks {
		text += fmt.Sprintf(", %d events", events)
	}
	return text
}

// clients returns what works in each calendar. None of the makers document their
// links, or how often they look again; this is what people have measured.
func clients(title, address string) []clientView {
	named := "?url=" + url.QueryEscape(address) + "&name=" + strings.ReplaceAll(url.QueryEscape(title), "+", "%20")
	return []clientView{
		{
			ID: "google", Name: "Google Calendar", Button: "Add to Google Calendar",
			Link:     template.URL("https://calendar.google.com/calendar/u/0/r?cid=" + url.QueryEscape(address)),
			Steps:    "Use a computer; the calendar then shows on your phone too.",
			Else:     "If Google says that it cannot add it, or shows nothing, paste the address at",
			ElseLink: "https://calendar.google.com/calendar/u/0/r/settings/addbyurl", ElseText: "Google’s “From URL”",
			Refresh: "Google looks again when it likes, mostly every 4 to 24 hours. Neither you nor we can hurry it, so look here on the day itself.",
		},
		{
			ID: "outlook", Name: "Outlook.com", Button: "Add to Outlook.com",
			Link:    template.URL("https://outlook.live.com/calendar/0/addfromweb" + named),
			Steps:   "For a personal Microsoft account. Sign in first, then confirm the name.",
			Refresh: "Outlook.com looks again about every 3 hours, and at times only after a day or more.",
		},
		{
			ID: "microsoft365", Name: "Microsoft 365", Button: "Add to Microsoft 365",
			Link:    template.URL("https://outlook.office.com/calendar/0/addfromweb" + named),
			Steps:   "For an account of your work or school, which may forbid it.",
			Refresh: "Microsoft 365 looks again about every 3 hours, and at times only after a day or more.",
		},
		{
			ID: "apple", Name: "Apple Calendar", Button: "Open in Apple Calendar", Link: webcalOf(address),
			Steps:   "On iPhone, iPad and Mac. Choose “Subscribe” when you are asked.",
			Refresh: "A Mac looks again as often as you tell it to when you subscribe, from every 5 minutes to once a week; an iPhone about every half hour while it has power and Wi-Fi.",
		},
		{
			ID: "thunderbird", Name: "Thunderbird", Button: "Open in Thunderbird", Link: webcalOf(address),
			Steps:   "If the button does nothing: in Thunderbird choose New Calendar, On the Network, and paste the address.",
			Refresh: "Thunderbird looks again every 30 minutes, unless you set another time.",
		},
		{
			ID: "android", Name: "Android", Button: "Open the address", Link: template.URL(address),
			Steps:   "Google’s app cannot subscribe by itself: use Google Calendar on a computer as above. Or install the free ICSx⁵ and paste the address there.",
			Refresh: "ICSx⁵ looks again as often as you set; Google’s app shows what Google has.",
		},
	}
}

// snippet is HTML that organisers can paste into a page of their own. It needs
// no script and no style.
func snippet(title, subscribe, address string) string {
	attribute, text := template.HTMLEscapeString, template.HTMLEscapeString
	return "<p><a href=\"" + attribute(string(webcalOf(address))) + "\">Subscribe to " + text(title) + "</a>\n" +
		"(<a href=\"" + attribute(subscribe) + "\">Google, Outlook and others</a>,\n" +
		"<a href=\"" + attribute(address) + "\">.ics</a>)</p>"
}

func (s *Server) subscribePage(c echo.Context) error {
	e, err := s.edition()
	if err != nil {
		return err
	}
	scope, options, err := feed.ParseQuery(c.QueryString())
	if err != nil {
		return err
	}
	query := strings.Trim(scope.String()+"&"+options.String(), "&")
	if query != c.QueryString() {
		return redirect(c, withQuery(s.pages.path+"/subscribe", query))
	}
	found, err := e.Find(scope)
	if err != nil {
		return err
	}
	return s.answerPage(c, "subscribe", e.Modified(), func() (any, error) {
		title := e.Conference().Name
		if !scope.IsWhole() {
			title = scopeTitle(e, scope) + " – " + title
		}
		page := s.layout(e, "Subscribe to "+title)
		page.Title, page.At = "Subscribe to "+title, "subscribe"
		page.Feeds = []alternateView{s.alternate(title, scope)}
		address := s.BaseURL + feed.Path(scope, options)
		v := newSubscribeView(page, title, address, countTalks(e, found), len(found), false)
		v.Back, v.BackText = filter{scope: scope}.at(s.pages.path+"/"), "See these talks"
		v.Snippet = snippet(title, withQuery(s.BaseURL+"/subscribe", query), address)
		v.TalksAddress = s.pages.path + talksPath
		for _, i := range found[:min(len(found), maxTicks)] {
			slot := e.Slots()[i]
			v.Ticks = append(v.Ticks, tickView{
				ID: slot.ID, Title: slot.Talk.Title, Language: slot.Talk.Language, Status: statusOf(slot),
				Time: strings.TrimSuffix(slot.Start.Format("Mon 2 Jan, 15:04")+", "+whereOf(e, slot), ", "),
			})
		}
		return v, nil
	})
}
