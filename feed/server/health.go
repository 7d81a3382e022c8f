package server

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// healthz tells that the process answers, and what it is (rule 54).
func (s *Server) healthz(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, struct {
		Status   string `json:"status"`
		Version  string `json:"version"`
		ZoneData string `json:"zone_data"`
	}{"ok", s.Version, s.ZoneDataVersion})
}

// readyz tells whether feeds can be served, and from what. A failed read of the
// source is told here, but what was read before is served, so the answer stays
// 200.
func (s *Server) readyz(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	answer := struct {
		Status     string        `json:"status"`
		Conference string        `json:"conference,omitempty"`
		Slots      int           `json:"slots,omitempty"`
		Modified   *time.Time    `json:"modified,omitempty"`
		LastRead   *SourceStatus `json:"last_read,omitempty"`
	}{Status: "nothing is published yet"}
	status := http.StatusServiceUnavailable
	if s.Status != nil {
		read := s.Status()
		answer.LastRead = &read
	}
	if catalog := s.Publisher.Catalog(); catalog != nil {
		edition := catalog.Edition()
		modified := edition.Modified()
		answer.Status, answer.Conference, answer.Slots, answer.Modified = "ready", edition.Conference().Name, len(edition.Slots()), &modified
		status = http.StatusOK
	}
	return c.JSON(status, answer)
}
