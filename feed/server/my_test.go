package server

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// post sends a form, which must be answered with a redirect, and returns where to.
func (c *chooser) post(target string, fields ...string) string {
	c.t.Helper()
	w := c.form(target, fields...)
	require.Equal(c.t, http.StatusSeeOther, w.Code, "%s", w.Body)
	to, ours := strings.CutPrefix(w.Header().Get("Location"), baseURL)
	require.True(c.t, ours, w.Header().Get("Location"))
	return to
}

func (c *chooser) form(target string, fields ...string) *httptest.ResponseRecorder {
	values := url.Values{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		values.Add(name, value)
	}
	return c.do("POST", target, values.Encode(), "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
}

// page returns a page that is answered well.
func (c *chooser) page(target string) string {
	c.t.Helper()
	w := c.do("GET", target, "", "Accept: text/html")
	require.Equal(c.t, http.StatusOK, w.Code, "%s: %s", target, w.Body)
	require.Equal(c.t, "private, no-store", w.Header().Get("Cache-Control"), target)
	require.Equal(c.t, "noindex", w.Header().Get("X-Robots-Tag"), target)
	require.Equal(c.t, "no-referrer", w.Header().Get("Referrer-Policy"), target)
	require.NotContains(c.t, w.Header().Get("Content-Security-Policy"), "unsafe")
	return w.Body.String()
}

// TestMyPage is the life of a selection by forms alone.
func TestMyPage(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	mine := c.post("/my", "slot=keynote", "slot=profiling", "rule=track=ops")
	require.Regexp(t, `^/my/[a-z2-7]{26}$`, mine)
	typed := c.do("GET", "/my", "")
	require.Equal(t, http.StatusFound, typed.Code)
	require.Equal(t, "/", typed.Header().Get("Location"))
	page := c.page(mine)
	for _, part := range []string{"What comes next", "Profiling", "Deploys", "4 talks", "Track: Operations", "No calendar has asked"} {
		require.Contains(t, page, part)
	}
	require.NotContains(t, page, ">Party<")

	// Stars on the page of all talks, which lead back to where one was.
	back := mine + "/choose?day=2026-05-02#s-generics"
	require.Equal(t, back, c.post(mine, "do=pick", "slot=generics", "back="+back))
	choose := c.page(mine + "/choose?day=2026-05-02")
	require.Contains(t, choose, "Always take these in")
	require.Equal(t, 3, strings.Count(choose, `name="do" value="unpick"`))
	zipped := c.do("GET", mine+"/choose", "", "Accept-Encoding: gzip")
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	require.Less(t, zipped.Body.Len(), len(choose)/2)
	c.post(mine, "do=unpick", "slot=deploys")
	require.Contains(t, c.page(mine), "But not")
	c.post(mine, "do=remove-exclusion", "rule=slot=deploys")
	c.post(mine, "do=add-exclusion", "rule=lang=de")
	c.post(mine, "do=remove-rule", "rule=track=ops")
	c.post(mine, "do=add-rule", "rule=kind=social")
	page = c.page(mine)
	require.Contains(t, page, "Party")
	require.NotContains(t, page, "Deploys")

	// A talk in the place of another.
	c.post(mine, "do=pick", "slot=generics-2", "also=generics")
	f, err := c.mine.find(t.Context(), strings.TrimPrefix(mine, "/my/"))
	require.NoError(t, err)
	require.Equal(t, []schedule.SlotID{"generics-2", "keynote", "profiling"}, f.Picks)

	// Settings, and those that somebody else has changed meanwhile.
	stale := fmt.Sprint("version=", f.Version)
	c.post(mine, "do=settings", "name=Ada", "alarm=15", "busy=0", "cancelled=hide", stale)
	w := c.form(mine, "do=settings", `name=<b>Bo</b>`, "alarm=5", "busy=1", stale)
	require.Equal(t, http.StatusConflict, w.Code)
	for _, part := range []string{
		"the name is “Ada” there now, and the options are a reminder 15 minutes before, shown as free, without cancelled talks",
		`value="&lt;b&gt;Bo&lt;/b&gt;"`, `value="5"`,
	} {
		require.Contains(t, w.Body.String(), part)
	}
	f, err = c.mine.find(t.Context(), strings.TrimPrefix(mine, "/my/"))
	require.NoError(t, err)
	require.Equal(t, "Ada", f.Name)
	c.post(mine, "do=settings", `name=<script>alert(1)</script>`, "alarm=5", "busy=1", fmt.Sprint("version=", f.Version))
	page = c.page(mine)
	require.NotContains(t, page, "<script>alert")
	require.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;")

	// Subscribing, reading, and whether it works.
	feed := "/my/" + f.read.String() + ".ics"
	subscribe := c.page(mine + "/subscribe")
	require.Contains(t, subscribe, baseURL+feed)
	require.NotContains(t, subscribe, baseURL+mine, "the address that edits is no feed")
	require.Equal(t, http.StatusOK, c.do("HEAD", feed, "", "User-Agent: Google-Calendar-Importer").Code)
	require.Equal(t, http.StatusOK, c.do("GET", feed, "", "User-Agent: Mozilla/5.0 Thunderbird/153.0").Code)
	page = c.page(mine)
	require.Contains(t, page, "<strong>Thunderbird</strong> last asked on")
	require.Contains(t, page, "has the current state")
	require.NotContains(t, page, "Google Calendar</strong>", "it only looked whether something is there")
	c.post(mine, "do=pick", "slot=deploys")
	require.Contains(t, c.page(mine), "will get the last changes")
	shared := c.page("/my/" + f.read.String())
	require.Contains(t, shared, "shared with you, to read")
	require.NotContains(t, shared, f.edit.String())
	require.NotContains(t, shared, `method="post"`)
	require.Equal(t, http.StatusForbidden, c.do("GET", "/my/"+f.read.String()+"/choose", "").Code)
	require.Contains(t, c.page("/my/"+f.read.String()+"/subscribe"), baseURL+feed)

	// Links, and the end.
	require.Equal(t, mine, c.post(mine, "do=new-read-link"))
	c.feed(410, f.read)
	moved := c.post(mine, "do=new-edit-link")
	require.NotEqual(t, mine, moved)
	require.Equal(t, http.StatusGone, c.do("GET", mine, "").Code)
	c.page(moved)
	require.Equal(t, "/", c.post(moved, "do=delete"))
	require.Equal(t, http.StatusGone, c.do("GET", moved, "").Code)
}

// TestMyPageBelow has forms lead back to where one was below a path too.
func TestMyPageBelow(t *testing.T) {
	t.Parallel()
	c := newChooser(t, func(config *Config) { config.BaseURL = baseURL + "/cal" })
	mine := c.post("/my", "slot=keynote")
	require.Regexp(t, `^/cal/my/[a-z2-7]{26}$`, mine)
	back := mine + "/choose?day=2026-05-02"
	require.Contains(t, c.page(strings.TrimPrefix(mine, "/cal")), `action="`+mine+`"`)
	require.Equal(t, back, c.post(strings.TrimPrefix(mine, "/cal"), "do=pick", "slot=deploys", "back="+back))
}

// TestMyFormsRefuse has forms that nobody means told in a sentence.
func TestMyFormsRefuse(t *testing.T) {
	t.Parallel()
	c := newChooser(t)
	mine := c.post("/my")
	for _, r := range []struct {
		target string
		fields []string
		status int
		says   string
	}{
		{"/my", []string{"slot=nothing"}, 404, "There is no slot “nothing”"},
		{"/my", []string{"rule=colour=red"}, 400, "“colour” is not something"},
		{mine, []string{}, 400, "The form does not say what to do"},
		{mine, []string{"do=dance"}, 400, "The form does not say what to do"},
		{mine, []string{"do=pick", "slot=nothing"}, 404, "There is no slot “nothing”"},
		{mine, []string{"do=add-rule", "rule=track=none"}, 404, "There is no track “none”"},
		{mine, []string{"do=add-rule"}, 400, "The form does not say which rule"},
		{mine, []string{"do=settings", "version=1", "name=Kept", "alarm=-"}, 400, `value="Kept"`},
		{mine + ".ics", []string{"do=pick", "slot=keynote"}, 405, "does not take that method"},
		{mine, []string{"do=settings", "version=x"}, 400, "“x” is not a version"},
		{mine, []string{"do=settings", "version=1", "alarm=soon"}, 400, "“soon” cannot be the value of “alarm”"},
		{mine, []string{"do=settings", "version=1", "alarm=5&tz=utc"}, 400, "are no minutes before a talk"},
		{mine, []string{"do=settings", "version=1", "name=" + strings.Repeat("x", 201)}, 400, "The name has 201 characters"},
		{mine, []string{"do=settings", "version=1", "name=" + strings.Repeat("x", maxBody)}, 400, "The form cannot be read, or has more than"},
		{"/my/" + strings.Repeat("a", 26), []string{"do=delete"}, 404, "There is no such selection"},
	} {
		w := c.form(r.target, r.fields...)
		require.Equal(t, r.status, w.Code, "%v", r.fields)
		require.Contains(t, w.Body.String(), r.says)
	}
	w := c.do("POST", "/my", "--x", "Content-Type: multipart/form-data; boundary=x", "Sec-Fetch-Site: same-origin")
	require.Equal(t, 400, w.Code)
	f, err := c.mine.find(t.Context(), strings.TrimPrefix(mine, "/my/"))
	require.NoError(t, err)
	require.EqualValues(t, 1, f.Version, "nothing was stored")

	// A source that turns to another conference leaves no page of the old one.
	c.ledger = schedule.Ledger{}
	c.publish(t, strings.Replace(fixtureYAML, "id: go-days", "id: other-days", 1), c.clock())
	require.Equal(t, http.StatusNotFound, c.do("GET", mine, "").Code)
	w = c.do("GET", "/my/"+f.read.String()+".ics", "")
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Contains(t, w.Body.String(), "is of another conference")
}

// TestTokenTiming has a token that is nearly right take no longer to refuse than
// any other: nobody can find one letter by letter.
func TestTokenTiming(t *testing.T) {
	c := newChooser(t)
	f, err := c.mine.create(t.Context(), schedule.Selection{})
	require.NoError(t, err)
	near := f.read
	near[15] ^= 1
	var took [2][]time.Duration
	for range 400 {
		for i, token := range []schedule.Token{near, {byte(rand.Uint32()), byte(rand.Uint32())}} {
			begun := time.Now()
			w := c.do("GET", "/my/"+token.String()+".ics", "")
			took[i] = append(took[i], time.Since(begun))
			require.Equal(t, http.StatusNotFound, w.Code)
		}
	}
	median := func(d []time.Duration) float64 { slices.Sort(d); return float64(d[len(d)/2]) }
	ratio := median(took[0]) / median(took[1])
	require.InDelta(t, 1, ratio, 0.5)
}
