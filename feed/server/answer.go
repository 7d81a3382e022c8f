package server

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"slotcast/feed"
)

// Cache-Control of what is public. Calendars ask again after five minutes;
// a shared cache does after one, so that it learns of a change soon, and may
// serve what it has while it asks or while the server is away (rule 89).
const cachePublic = "public, max-age=300, s-maxage=60, stale-while-revalidate=3600, stale-if-error=86400"

// cachePrivate is Cache-Control of a personal feed, which no shared cache may keep.
const cachePrivate = "private, max-age=300, stale-if-error=86400"

// cacheNever is Cache-Control of what only its owner is to see, which nobody keeps.
const cacheNever = "private, no-store"

// resource is anything that has validators and comes in two encodings.
type resource interface {
	ETag(feed.Encoding) string
	Size(feed.Encoding) int
	LastModified() time.Time
	HTTPDate() string // LastModified as a header's value
	WriteTo(io.Writer, feed.Encoding) error
}

// answerFeed answers the requests of a route with their feeds.
func (s *Server) answerFeed(route feedRoute) echo.HandlerFunc {
	return func(c echo.Context) error {
		document, err := s.document(c, route)
		if err != nil {
			return err
		}
		s.Metrics.feed(feedLabel(document), s.clients.family(c.Request().UserAgent()))
		h := c.Response().Header()
		allowOrigins(h)
		h[echo.HeaderContentType] = contentTypeFeed
		h[echo.HeaderContentDisposition] = []string{document.ContentDisposition(route.saved)}
		return answer(c, document)
	}
}

// document returns the feed that a request asks for. Reading a long query costs
// more than all else that an answer takes, so one that was answered lately is
// not read again.
func (s *Server) document(c echo.Context, route feedRoute) (*feed.Document, error) {
	address, long := c.Request().RequestURI, c.Request().URL.RawQuery != ""
	if long {
		if document, ok := s.Publisher.Recall(address); ok {
			return document, nil
		}
	}
	scope, options, err := route.read(c)
	if err != nil {
		return nil, err
	}
	document, err := s.Publisher.Document(scope, options)
	if err == nil && long {
		s.Publisher.Remember(address, document)
	}
	return document, err
}

// contentTypeFeed is a header's value; net/http does not modify it.
var contentTypeFeed = []string{feed.ContentType}

// answer writes a resource: the whole of it, its headers for HEAD, or 304 where
// the client has it already. It is the one place that sets validators and
// caching headers (rules 81 to 90).
func answer(c echo.Context, r resource) error { return answerKept(c, r, cacheControlPublic) }

// answerKept is answer with another Cache-Control.
func answerKept(c echo.Context, r resource, cacheControl []string) error {
	request, response := c.Request(), c.Response()
	encoding := feed.Identity
	if acceptsGzip(request.Header[echo.HeaderAcceptEncoding]) {
		encoding = feed.Gzip
	}
	modified := r.LastModified()
	h := response.Header()
	h["Etag"] = []string{r.ETag(encoding)}
	if !modified.IsZero() {
		h[echo.HeaderLastModified] = []string{r.HTTPDate()}
	}
	h[echo.HeaderCacheControl] = cacheControl
	h[echo.HeaderVary] = varyEncoding
	h["Accept-Ranges"] = noRanges
	if notModified(request, r, modified) {
		delete(h, echo.HeaderContentType)
		delete(h, echo.HeaderContentDisposition)
		response.WriteHeader(http.StatusNotModified)
		return nil
	}
	if encoding == feed.Gzip {
		h[echo.HeaderContentEncoding] = gzipEncoding
	}
	h[echo.HeaderContentLength] = []string{strconv.Itoa(r.Size(encoding))}
	response.WriteHeader(http.StatusOK)
	if request.Method == http.MethodHead {
		return nil
	}
	if err := r.WriteTo(response, encoding); err != nil {
		return fmt.Errorf("write answer: %w: %w", errClientGone, err)
	}
	return nil
}

// Header values that are the same in every answer; net/http does not modify
// them.
var (
	cacheControlPublic  = []string{cachePublic}
	cacheControlPrivate = []string{cachePrivate}
	cacheControlNever   = []string{cacheNever}
	varyEncoding        = []string{"Accept-Encoding"}
	noRanges            = []string{"none"}
	gzipEncoding        = []string{"gzip"}
)

// notModified tells whether the client has the current state of a resource, in
// whichever encoding. If-None-Match takes precedence over If-Modified-Since
// (RFC 9110 section 13.2.2).
func notModified(request *http.Request, r resource, modified time.Time) bool {
	if tags, asked := request.Header["If-None-Match"]; asked {
		for _, list := range tags {
			for rest := list; rest != ""; {
				var tag string
				tag, rest, _ = strings.Cut(rest, ",")
				tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
				if tag == "*" || tag == r.ETag(feed.Identity) || tag == r.ETag(feed.Gzip) {
					return true
				}
			}
		}
		return false
	}
	asked := request.Header.Get(echo.HeaderIfModifiedSince)
	if asked == "" || modified.IsZero() {
		return false
	}
	since, err := http.ParseTime(asked)
	return err == nil && !modified.After(since)
}

// acceptsGzip tells whether a client lists gzip, or anything, with a weight
// above zero. A client that lists nothing gets no compression (rule 88).
func acceptsGzip(header []string) bool {
	any := false
	for _, list := range header {
		for rest := list; rest != ""; {
			var item string
			item, rest, _ = strings.Cut(rest, ",")
			coding, parameters, _ := strings.Cut(item, ";")
			coding = strings.TrimSpace(coding)
			switch {
			case strings.EqualFold(coding, "gzip") || strings.EqualFold(coding, "x-gzip"):
				return weight(parameters) > 0
			case coding == "*":
				any = weight(parameters) > 0
			}
		}
	}
	return any
}

// weight reads "q=0.5"; what cannot be read counts as refused.
func weight(parameters string) float64 {
	parameters = strings.TrimSpace(parameters)
	if parameters == "" {
		return 1
	}
	name, value, _ := strings.Cut(parameters, "=")
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 0
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0
	}
	return q
}

// allowOrigins lets pages of any site read a public feed (rule 97).
func allowOrigins(h http.Header) {
	h[echo.HeaderAccessControlAllowOrigin] = anyOrigin
	h[echo.HeaderAccessControlExposeHeaders] = exposedHeaders
}

var (
	anyOrigin      = []string{"*"}
	exposedHeaders = []string{"ETag, Last-Modified, Content-Disposition"}
)

// preflight answers OPTIONS on a feed.
func preflight(c echo.Context) error {
	h := c.Response().Header()
	allowOrigins(h)
	h.Set(echo.HeaderAccessControlAllowMethods, "GET, HEAD, OPTIONS")
	h.Set(echo.HeaderAccessControlAllowHeaders, "If-None-Match, If-Modified-Since")
	h.Set(echo.HeaderAccessControlMaxAge, "86400")
	h.Set(echo.HeaderAllow, "GET, HEAD, OPTIONS")
	return c.NoContent(http.StatusNoContent)
}
