package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"time"

	"github.com/labstack/echo/v4"
)

// asset is the style sheet, the script or the icon of all pages, under a name that changes
// with its content, so that browsers need never ask for it again. A file of its
// own costs a reader one request more than to have it in each page, and saves it
// on every page after the first.
type asset struct {
	*static
	name        string
	contentType string
}

// newAsset reads a file of the folder page, which is part of the program.
func newAsset(name, extension, contentType string) *asset {
	body, err := pageFiles.ReadFile("page/" + name + "." + extension)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(body)
	return &asset{newStatic(body, time.Time{}), name + "-" + hex.EncodeToString(sum[:6]) + "." + extension, contentType}
}

// path is where the asset is, under the path of the base URL.
func (a *asset) path(base string) string { return base + path.Join("/static", a.name) }

// cacheControlForever is for what is never something else at the same address.
var cacheControlForever = []string{"public, max-age=31536000, immutable"}

// staticFile answers /static/:file.
func (s *Server) staticFile(c echo.Context) error {
	for _, a := range []*asset{s.pages.style, s.pages.script, s.pages.icon} {
		if c.Param("file") == a.name {
			c.Response().Header().Set(echo.HeaderContentType, a.contentType)
			return answerKept(c, a, cacheControlForever)
		}
	}
	return echo.ErrNotFound
}

// pageRoutes lays out the paths that are pages alone. Those of tracks, speakers
// and talks are beside their feeds.
func (s *Server) pageRoutes() {
	for path, handler := range map[string]echo.HandlerFunc{
		"/":             s.schedulePage,
		"/subscribe":    s.subscribePage,
		"/changes":      s.changesPage,
		"/static/:file": s.staticFile,
	} {
		s.echo.Match([]string{http.MethodGet, http.MethodHead}, path, handler)
	}
}
