package server

import (
	"strings"
	"sync"
	"sync/atomic"

	"slotcast/feed"
	"slotcast/schedule"
)

// clientFamilies are the families of calendar clients, by what their user agents
// have in them; the first that fits counts. every is how often such a client asks,
// as far as is known.
var clientFamilies = []struct{ sign, name, every string }{
	{"google-calendar-importer", "Google Calendar", "every few hours to once a day"},
	{"googlebot", "Google Calendar", "every few hours to once a day"},
	{"microsoft exchange", "Outlook on the web", "about every three hours"},
	{"exchangeservicesclient", "Outlook on the web", "about every three hours"},
	{"microsoft.exchange", "Outlook on the web", "about every three hours"},
	{"microsoft office", "Outlook for Windows", "every half an hour, or as its user has set"},
	{"outlook", "Outlook for Windows", "every half an hour, or as its user has set"},
	{"thunderbird", "Thunderbird", "every half an hour, or as its user has set"},
	{"lightning", "Thunderbird", "every half an hour, or as its user has set"},
	{"icsx5", "ICSx5 on Android", "as its user has set"},
	{"davx5", "DAVx⁵ on Android", "as its user has set"},
	{"nextcloud", "Nextcloud", "about once an hour"},
	{"dataaccessd", "Apple Calendar", "every 20 minutes to once a week, as its user has set"},
	{"calendaragent", "Apple Calendar", "every 5 minutes to once a week, as its user has set"},
	{"ical/", "Apple Calendar", "every 5 minutes to once a week, as its user has set"},
	{"macos", "Apple Calendar", "every 5 minutes to once a week, as its user has set"},
	{"evolution", "Evolution", "as its user has set"},
	{"proton", "Proton Calendar", "every four to sixteen hours"},
	{"fastmail", "Fastmail", "about once an hour"},
	{"mozilla/", "a browser", "when somebody opens the link"},
}

const otherClient = "another program"

// clientFamily returns the family of a user agent. Nothing else of it is kept.
func clientFamily(userAgent string) string {
	agent := strings.ToLower(userAgent[:min(len(userAgent), maxLogged)])
	for _, f := range clientFamilies {
		if strings.Contains(agent, f.sign) {
			return f.name
		}
	}
	return otherClient
}

// refreshOf returns how often clients of a family ask, or "" where that is not known.
func refreshOf(family string) string {
	for _, f := range clientFamilies {
		if f.name == family {
			return f.every
		}
	}
	return ""
}

// maxAgents is how many user agents are remembered with their families.
const maxAgents = 2_000

// clientCache remembers families, since to find one costs more than all else that
// is counted. There are few programs, in many versions.
type clientCache struct {
	families sync.Map // of user agents
	count    atomic.Int32
}

func (c *clientCache) family(userAgent string) string {
	if family, ok := c.families.Load(userAgent); ok {
		return family.(string)
	}
	family := clientFamily(userAgent)
	if len(userAgent) <= maxLogged && c.count.Load() < maxAgents {
		c.count.Add(1)
		c.families.Store(userAgent, family)
	}
	return family
}

// feedLabel names a feed where it is counted. There are few tracks, rooms, days and
// kinds; all else is counted together.
func feedLabel(d *feed.Document) string {
	switch key, value, single := d.Scope().Single(); {
	case d.Scope().IsWhole():
		return "whole"
	case !single:
		return "filtered"
	case key == schedule.ScopeTrack, key == schedule.ScopeRoom, key == schedule.ScopeDay, key == schedule.ScopeKind:
		return string(key) + "=" + value
	case key == schedule.ScopeSpeaker, key == schedule.ScopeTalk:
		return string(key)
	}
	return "filtered"
}
