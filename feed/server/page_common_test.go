package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// Every link on every page leads to what is there, at a server that is reached
// under a path too.
func TestCrawl(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://cal.example.org", "https://cal.example.org/cal"} {
		for _, yaml := range []string{fixtureYAML, talkYAML, hostileYAML} {
			s := newSite(t, yaml)
			s.Server = New(Config{Publisher: s.Publisher, Logger: slog.New(slog.DiscardHandler), BaseURL: base})
			h := s.start(t)
			path := strings.TrimPrefix(base, "https://cal.example.org")
			seen, todo := map[string]bool{}, []string{path + "/"}
			for len(todo) > 0 && len(seen) < 400 {
				target := todo[0]
				todo = todo[1:]
				if seen[target] {
					continue
				}
				seen[target] = true
				inside, ours := strings.CutPrefix(target, path)
				require.True(t, ours, "%s is under the path", target)
				r := get(t, h, inside)
				require.Equal(t, http.StatusOK, r.status, "%s: %s", target, r.body)
				if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
					continue
				}
				all := requireTame(t, r)
				for _, e := range all {
					for _, name := range []string{"href", "src", "action"} {
						address, _, _ := strings.Cut(strings.TrimPrefix(e.attributes[name], "https://cal.example.org"), "#")
						switch {
						case !strings.HasPrefix(address, "/"):
						case name == "action" && e.attributes["method"] == "post":
							require.Equal(t, path+"/my", address)
						case address == path+talksPath: // needs a tick
						default:
							todo = append(todo, address)
						}
					}
				}
				require.Equal(t, path+"/api/v1", named(all, "html")[0].attributes["data-api"])
			}
			require.Greater(t, len(seen), 30)
		}
	}
}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	h := s.start(t)
	for _, a := range []*asset{s.pages.style, s.pages.script, s.pages.icon} {
		target := "/static/" + a.name
		r, zipped := get(t, h, target), get(t, h, target, "Accept-Encoding: gzip")
		require.Equal(t, http.StatusOK, r.status)
		require.Equal(t, a.contentType, r.header.Get("Content-Type"))
		require.Equal(t, "public, max-age=31536000, immutable", r.header.Get("Cache-Control"))
		require.Empty(t, r.header.Get("Last-Modified"), "there is no saying")
		require.Equal(t, r.body, gunzip(t, zipped.body))
		require.Equal(t, http.StatusNotModified, get(t, h, target, "If-None-Match: "+zipped.header.Get("ETag")).status)
		require.Equal(t, http.StatusOK, get(t, h, target, "If-Modified-Since: "+time.Now().UTC().Format(http.TimeFormat)).status)
		head := ask(t, h, http.MethodHead, target)
		require.Equal(t, r.lasting(), head.lasting())
		require.Empty(t, head.body)
	}
	script := string(s.pages.script.body)
	require.Contains(t, script, `"use strict"`)
	require.Less(t, len(script), 12<<10)
	for _, never := range []string{"innerHTML", "eval(", "https://", "document.write", "insertAdjacentHTML", ".style"} {
		require.NotContains(t, script, never)
	}
	require.Equal(t, http.StatusOK, get(t, emptySite().start(t), "/static/"+s.pages.style.name).status, "a page that says why there is nothing has a style too")
}

func TestPagePolicy(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://cal.example.org":     "form-action 'self' https://cal.example.org;",
		"https://cal.example.org/a;b": "form-action 'self' https://cal.example.org;",
		"http://localhost:8080":       "form-action 'self' http://localhost:8080;",
		"":                            "form-action 'self';",
	} {
		require.Contains(t, pagePolicy(base), want)
	}
}

// No more than maxRenders pages are rendered at a time; who leaves while waiting
// is no fault of ours.
func TestRendersInTurn(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	for range maxRenders {
		s.pages.rendering <- struct{}{}
	}
	ask := func(ctx context.Context) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?track=go", nil).WithContext(ctx))
		return w
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	ask(left)
	require.Contains(t, s.log.String(), "status=499")
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if w := ask(t.Context()); w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	})
	for range maxRenders {
		<-s.pages.rendering
	}
	waiting.Wait()
	require.Empty(t, s.pages.rendering, "each gives its turn back")
}

// Stars that change a selection say what they do, and where to go back to.
func TestStarsOfASelection(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	e := s.Publisher.Catalog().Edition()
	st := stars{page: "/my/abc/choose", action: "/my/abc", toggle: true, on: func(id schedule.SlotID) bool { return id == "keynote" }}
	f, err := readFilter("day=2026-05-02")
	require.NoError(t, err)
	v, err := s.viewSchedule(e, f, st)
	require.NoError(t, err)
	v.Page.Edit = "abc"
	body, err := s.pages.render("schedule", v)
	require.NoError(t, err)
	all := parsePage(t, string(body))
	fields := func(slot string) map[string]string {
		found := map[string]string{}
		button := where(all, func(e *element) bool { return e.name == "button" && e.attributes["value"] == slot })[0]
		form := button.parents[len(button.parents)-1]
		require.Equal(t, "/my/abc", form.attributes["action"])
		for _, e := range all {
			if e.name == "input" && e.parents[len(e.parents)-1] == form {
				found[e.attributes["name"]] = e.attributes["value"]
			}
		}
		found["pressed"] = button.attributes["aria-pressed"]
		return found
	}
	require.Equal(t, map[string]string{"do": "unpick", "back": "/my/abc/choose?day=2026-05-02#s-keynote", "pressed": "true"}, fields("keynote"))
	require.Equal(t, map[string]string{"do": "pick", "back": "/my/abc/choose?day=2026-05-02#s-generics", "pressed": "false"}, fields("generics"))
	require.Equal(t, "/my/abc/choose", where(all, func(e *element) bool { return e.attributes["role"] == "search" })[0].attributes["action"])
	require.Equal(t, "abc", named(all, "html")[0].attributes["data-edit"])
}

// No page is made of nothing.
func TestPagesOfNothing(t *testing.T) {
	t.Parallel()
	s := emptySite()
	_, err := s.pages.front.of(nil)
	require.ErrorIs(t, err, feed.ErrNothingPublished)
	_, err = s.edition()
	require.ErrorIs(t, err, feed.ErrNothingPublished)
}
