package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"slotcast/schedule"
)

// maxPages is how many pages a list may have. A page has 50 of its members,
// unless the server is set up otherwise.
const maxPages = schedule.MaxSlots / 50

var (
	pretalxPath = regexp.MustCompile(`^(.*/api/events/[^/]+)(?:/.*)?$`)
	pretalxSlug = regexp.MustCompile(`^[A-Za-z0-9.-]+$`)

	sessionizePath = regexp.MustCompile(`^(/api/v2/[^/]+/view/)(GridSmart|Sessions)/?$`)
)

// pretalxExpand is what a slot is to be sent with, rather than with its id.
const pretalxExpand = "room,submission,submission.speakers,submission.track,submission.submission_type,submission.tags,submission.resources"

// pretalxAddress returns the address in pretalx's API of the event that an
// address in that API or of the event's public pages is of.
func pretalxAddress(u *url.URL) (*url.URL, error) {
	api := *u
	api.RawPath, api.RawQuery = "", ""
	if m := pretalxPath.FindStringSubmatch(u.Path); m != nil {
		api.Path = m[1] + "/"
		return &api, nil
	}
	slug, _, _ := strings.Cut(strings.TrimLeft(u.Path, "/"), "/")
	if !pretalxSlug.MatchString(slug) {
		return nil, schedule.Errorf(schedule.ErrInvalid, "%s is not the address of an event; give one such as https://pretalx.example/demo/", cleanAddress(u))
	}
	api.Path = "/api/events/" + slug + "/"
	return &api, nil
}

// pretalxParts reads what goes with an event: the slots of its last release,
// each with all that is shown of it. That is one list, in pages.
func (s *fetch) pretalxParts(ctx context.Context, event *fetched) ([]Source, error) {
	event.Name = "event.json"
	parts := []Source{event.Source}
	list := *event.url
	list.Path, list.RawPath = strings.TrimRight(list.Path, "/")+"/slots/", ""
	list.RawQuery = url.Values{"expand": {pretalxExpand}}.Encode()
	asked := map[string]bool{}
	for u := &list; ; {
		asked[u.RawQuery] = true
		page, err := s.get(ctx, u, Validators{})
		if errors.Is(err, schedule.ErrNotFound) {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s has no list of slots, which pretalx has since 2025.1 for events that are public; give the address of its schedule.xml", s.name)
		}
		if err != nil {
			return nil, err
		}
		page.Name = fmt.Sprintf("slots-%d.json", len(parts))
		parts = append(parts, page.Source)
		var body struct{ Next string }
		if err := json.Unmarshal(page.Data, &body); err != nil {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s gives a list of slots that is not a list of pretalx's API; give the address of its schedule.xml", s.name)
		}
		if body.Next == "" {
			return parts, nil
		}
		if len(parts) > maxPages {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s has a list of slots of more than %d pages, which is the most that is read", s.name, maxPages)
		}
		next, err := u.Parse(body.Next)
		if err != nil || !strings.EqualFold(next.Host, list.Host) || next.Path != list.Path {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s goes on at another place than where it begins, which is not followed; have its server say its own name", s.name)
		}
		// A server behind another may take itself to be asked by http.
		further := list
		further.RawQuery = next.RawQuery
		if u = &further; asked[u.RawQuery] {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s has a list of slots that leads back to a page of itself; its server is broken", s.name)
		}
	}
}

// sessionizeParts reads what goes with a view: the one of the speakers, where
// the organiser shows it. It returns nil for a view that has all, or is not at
// Sessionize's address of it.
func (s *fetch) sessionizeParts(ctx context.Context, view *fetched) ([]Source, error) {
	m := sessionizePath.FindStringSubmatch(view.url.Path)
	if m == nil {
		return nil, nil
	}
	u := *view.url
	u.Path, u.RawPath = m[1]+"Speakers", ""
	speakers, err := s.get(ctx, &u, Validators{})
	if errors.Is(err, schedule.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view.Name, speakers.Name = m[2]+".json", path.Base(u.Path)+".json"
	return []Source{view.Source, speakers.Source}, nil
}
