package server

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"slotcast/schedule"
)

const (
	apiPath        = "/api/"
	selectionsPath = "/api/v1/selections"

	// maxBody is how many octets a form or a body of JSON may have.
	maxBody = 256 << 10
)

//go:embed openapi.json
var openAPI []byte

// problem is an error of the API (RFC 9457).
type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	RequestID string         `json:"request_id,omitempty"`
	Yours     *selectionBody `json:"yours,omitempty"`   // of a conflict: what was sent
	Current   *selectionJSON `json:"current,omitempty"` // and what is kept
}

// conflictError is an edit of a version that is no longer the current one.
type conflictError struct {
	error
	yours   selectionBody
	current selectionJSON
}

func (e *conflictError) Unwrap() error { return e.error }

// writeProblem answers a request to the API that failed.
func writeProblem(c echo.Context, status int, sentence string, err error) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: sentence}
	if status >= 500 {
		p.RequestID = requestID(c)
	}
	if both, ok := errors.AsType[*conflictError](err); ok {
		p.Yours, p.Current = &both.yours, &both.current
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(status)
	_ = json.NewEncoder(c.Response()).Encode(p) // the client may have left
}

// apiRoutes lays out the API.
func (s *Server) apiRoutes() {
	read := []string{http.MethodGet, http.MethodHead}
	s.echo.Match(read, "/api/openapi.json", s.openAPIDocument)
	s.echo.Match(read, "/api/v1/schedule", s.scheduleOfAPI)
	s.echo.Match(read, "/api/v1/scopes", s.scopesOfAPI)
	if s.mine == nil {
		return
	}
	guard := func(l *limiter, h echo.HandlerFunc) echo.HandlerFunc {
		return privately(s.ownOrigin(limited(l, h)))
	}
	s.echo.Match(read, "/api/v1/clashes", s.clashesOfSlots)
	s.echo.POST(selectionsPath, guard(s.creates, s.createSelection))
	s.echo.Match(read, selectionsPath+"/:token", privately(s.readSelection))
	s.echo.PUT(selectionsPath+"/:token", guard(s.writes, s.replaceSelection))
	s.echo.PATCH(selectionsPath+"/:token", guard(s.writes, s.patchSelection))
	s.echo.DELETE(selectionsPath+"/:token", guard(s.writes, s.deleteSelection))
	s.echo.POST(selectionsPath+"/:token/links", guard(s.writes, s.replaceLink))
	s.echo.Match(read, selectionsPath+"/:token/clashes", privately(s.clashesOfSelection))
}

var errMore = errors.New("more behind the JSON")

// readJSON reads the body of a request, which must be JSON of the form of v and
// nothing else.
func readJSON(c echo.Context, v any) error {
	r := c.Request()
	if media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || media != echo.MIMEApplicationJSON {
		return schedule.Errorf(schedule.ErrInvalid, "the body is to be JSON; send it with Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxBody))
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err == nil {
		err = decoder.Decode(v)
	}
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = errMore
		}
	}
	var large *http.MaxBytesError
	var own *schedule.Error
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil && hasNull(body):
		return schedule.Errorf(schedule.ErrInvalid, "there is a null in the body, which stands for nothing here; leave out what is not meant")
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &large):
		return schedule.Errorf(schedule.ErrInvalid, "the body has more than %d octets, which is the most that is read", maxBody)
	case errors.Is(err, io.EOF):
		return schedule.Errorf(schedule.ErrInvalid, "the body is empty; send JSON")
	}
	why := "it is not whole"
	field, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case errors.As(err, &syntax):
		why = fmt.Sprintf("it is no JSON from octet %d on", syntax.Offset)
	case errors.As(err, &kind):
		why = fmt.Sprintf("“%s” takes another kind of value than %s", strings.TrimPrefix(kind.Field, "selectionBody."), kind.Value)
		if kind.Field == "" {
			why = fmt.Sprintf("it is to be an object, and not of the kind %s", kind.Value)
		}
	case unknown:
		why = fmt.Sprintf("there is no field “%s”", schedule.Shorten(strings.Trim(field, `"`)))
	case errors.Is(err, errMore):
		why = "there is more behind the JSON"
	}
	return schedule.Errorf(schedule.ErrInvalid, "the body cannot be read, since %s; see /api/openapi.json for its form", why)
}

// hasNull tells whether there is a null anywhere in what is JSON. It would count as
// left out, and in a list of rules as the rule that takes in everything.
func hasNull(body []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		if token == nil {
			return true
		}
	}
}

// version reads which version of a selection a request is about: that of If-Match,
// or else of its body.
func version(c echo.Context, body int64) (int64, error) {
	match := c.Request().Header.Get("If-Match")
	if match == "" {
		if body == 0 {
			return 0, schedule.Errorf(schedule.ErrInvalid, "the version that was edited is missing; send it as “version”, or its ETag as If-Match")
		}
		return body, nil
	}
	return parseVersion(strings.Trim(strings.TrimPrefix(match, "W/"), `"`))
}

func parseVersion(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, schedule.Errorf(schedule.ErrInvalid, "“%s” is not a version; load the selection again", schedule.Shorten(s))
	}
	return n, nil
}

func versionTag(n int64) string { return fmt.Sprintf("%q", strconv.FormatInt(n, 10)) }
