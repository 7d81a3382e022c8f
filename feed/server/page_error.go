package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"slotcast/schedule"
)

// errorView is a page that says why there is no page.
type errorView struct {
	Page            pageView
	Title, Sentence string
}

// wantsPage tells whether a request comes from somebody who reads pages, and is
// for one: not for a file, nor for the API or the operator's addresses.
func wantsPage(r *http.Request) bool {
	path := r.URL.Path
	for _, suffix := range []string{".ics", ".xml", ".json", ".txt"} {
		if strings.HasSuffix(path, suffix) {
			return false
		}
	}
	for _, prefix := range []string{"/api/", "/static/", "/healthz", "/readyz"} {
		if strings.HasPrefix(path, prefix) {
			return false
		}
	}
	for _, list := range r.Header["Accept"] {
		for item := range strings.SplitSeq(list, ",") {
			kind, parameters, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(kind), "text/html") && weight(parameters) > 0 {
				return true
			}
		}
	}
	return false
}

// errorPage answers with a page that says a sentence.
func (s *Server) errorPage(c echo.Context, status int, sentence string) error {
	var e *schedule.Edition
	if catalog := s.Publisher.Catalog(); catalog != nil {
		e = catalog.Edition()
	}
	title := http.StatusText(status)
	switch {
	case status == http.StatusBadRequest && c.Request().Method == http.MethodPost:
		title = "Not done"
	case status == http.StatusBadRequest:
		title = "This address cannot be read"
	case status == http.StatusNotFound:
		title = "Not found"
	case status == http.StatusGone:
		title = "Deleted"
	case status >= 500:
		title = "Not now"
	}
	v := errorView{s.layout(e, title), title, sentence}
	v.Page.Private = true
	body, err := s.pages.render("error", v)
	if err != nil {
		return err
	}
	s.pageHeaders(c)
	c.Response().Header().Set(echo.HeaderVary, "Accept")
	return c.HTMLBlob(status, body)
}
