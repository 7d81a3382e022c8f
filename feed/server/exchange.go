package server

import (
	"github.com/labstack/echo/v4"

	"slotcast/feed"
	"slotcast/schedule"
)

// exchange answers the whole edition in one of the formats that conference apps
// read.
func exchange(publisher *feed.Publisher, baseURL, mediaType string, write func(*schedule.Edition, string) ([]byte, error)) echo.HandlerFunc {
	document := &perCatalog{make: func(c *feed.Catalog) ([]byte, error) { return write(c.Edition(), baseURL) }}
	return func(c echo.Context) error {
		if c.QueryString() != "" {
			return schedule.Errorf(schedule.ErrInvalid, "this address has the whole schedule and takes no filters; leave out what stands behind the question mark")
		}
		made, err := document.of(publisher.Catalog())
		if err != nil {
			return err
		}
		h := c.Response().Header()
		allowOrigins(h)
		h.Set(echo.HeaderContentType, mediaType)
		return answer(c, made)
	}
}
