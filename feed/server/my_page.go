package server

import "github.com/labstack/echo/v4"

// myPage is the page of a selection.
func (s *Server) myPage(c echo.Context, f found) error {
	return s.showSelection(c, 200, f)
}
