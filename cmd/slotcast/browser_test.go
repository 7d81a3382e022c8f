package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browserPatience is for how long a test waits for what a page is to do.
const browserPatience = 20 * time.Second

// TestBrowser drives the whole program with Chromium, as attendees do. One browser
// is shared, in which each test has a profile of its own.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *chromium)
	}{
		{"accessible", testAccessible}, // the longest first
		{"keyboard", testKeyboard},
		{"phone", testPhone},
		{"print", testPrint},
		{"star", testStar},
		{"change later", testChangeLater},
		{"subscribe and download", testSubscribe},
		{"settings", testSettings},
		{"rules", testRules},
		{"new links", testNewLinks},
		{"delete", testDelete},
		{"two tabs", testTwoTabs},
		{"two tabs, settings", testTwoTabsSettings},
		{"without script", testWithoutScript},
		{"plain HTTP", testPlainHTTP},
		{"zone and now", testZoneAndNow},
		{"hostile texts", testHostileTexts},
		{"other sites", testOtherSites},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, b)
		})
	}
}

// chromium is a running browser.
type chromium struct{ ctx context.Context }

// startBrowser starts Chromium until the test ends. It skips the test where there
// is none, and fails it where SLOTCAST_TEST_ALL is 1.
func startBrowser(t *testing.T) *chromium {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		missing(t, "Chromium (apt-get install chromium)")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "en"),
		// It reaches nothing but this machine, whatever a page or Chromium itself asks for.
		chromedp.Flag("host-resolver-rules", "MAP tide.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
	)
	ctx, stopAll := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		stop()
		stopAll()
	})
	require.NoError(t, chromedp.Do(ctx), "start %s", path)
	return &chromium{ctx}
}

// missing skips a test that needs a tool, or fails it where nothing may be skipped.
func missing(t *testing.T, what string) {
	t.Helper()
	message := "missing: " + what + "; as root on Debian, “.ci/setup test” installs it all"
	if os.Getenv("SLOTCAST_TEST_ALL") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// action is what is done in a tab.
type action = chromedp.Action[chromedp.Void]

// tell sends a tab a command of the DevTools protocol.
func tell[P, R any](command cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// visitor is somebody with a browser profile, at a server of their own.
type visitor struct {
	*running
	browser *chromium
	profile context.Context // of the first tab, on which the others depend
	source  string          // path of the schedule
	text    string          // what is in it

	secure string // another address of the server, or ""

	// away are the hosts that this visitor may ask beside the server's.
	away []string
}

// newVisitor starts the program with the schedule of testdata/tide.yaml.
func (b *chromium) newVisitor(t *testing.T, args ...string) *visitor {
	t.Helper()
	text, err := os.ReadFile("../../testdata/tide.yaml")
	require.NoError(t, err)
	v := &visitor{browser: b, source: filepath.Join(t.TempDir(), "tide.yaml"), text: string(text)}
	write(t, v.source, v.text)
	v.running = start(t, append([]string{v.source}, args...)...)
	return v
}

// upstream changes the schedule at its source, each text for the one after it.
func (v *visitor) upstream(oldnew ...string) {
	v.t.Helper()
	text := strings.NewReplacer(oldnew...).Replace(v.text)
	require.NotEqual(v.t, v.text, text)
	v.text = text
	v.edit(v.source, text, "msg=published")
}

// tab is a tab of a visitor's browser.
type tab struct {
	*visitor
	ctx context.Context

	mu       sync.Mutex
	problems []string // what a page must not do, and did
}

// tab opens a tab. No page in it may ask another host for anything, break its
// policy or fail in its script: the test fails at its end if one did.
func (v *visitor) tab() *tab {
	v.t.Helper()
	tb := &tab{visitor: v}
	parent, options := v.profile, []chromedp.ContextOption{chromedp.WithListener(tb.listen)}
	if parent == nil {
		parent, options = v.browser.ctx, append(options, chromedp.WithNewBrowserContext())
	}
	ctx, closeTab := chromedp.NewContext(parent, options...)
	tb.ctx = ctx
	if v.profile == nil {
		v.profile = ctx
	}
	v.t.Cleanup(func() {
		closeTab()
		tb.mu.Lock()
		defer tb.mu.Unlock()
		require.Empty(v.t, tb.problems)
	})
	// It is to be the one that is looked at, though there are others.
	require.NoError(v.t, chromedp.Do(ctx, tell(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}), likes("light")))
	return tb
}

func (tb *tab) listen(event any) {
	problem := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		address, err := url.Parse(e.Request.URL)
		switch {
		case err != nil:
			problem = err.Error()
		case address.Scheme == "data" || address.Scheme == "about" || address.Scheme == "chrome-error":
		case "http://"+address.Host != tb.url && "http://"+address.Host != tb.secure && !slices.Contains(tb.away, address.Host):
			problem = "it asks " + e.Request.URL
		}
		if referrer, _ := e.Request.Headers["Referer"].(string); strings.Contains(referrer, "/my/") {
			problem = "it tells where it comes from: " + referrer
		}
	case *cdplog.EventEntryAdded:
		if len(tb.away) > 0 && strings.Contains(e.Entry.Text, "blocked by CORS policy") {
			return // which is as it should be
		}
		// A status that is no success is logged as a failure of the network.
		if e.Entry.Level == cdplog.EntryLevelError && e.Entry.Source != cdplog.EntrySourceNetwork {
			problem = fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			problem = fmt.Sprintf("console.%s: %v", e.Type, e.Args)
		}
	case *runtime.EventExceptionThrown:
		problem = fmt.Sprintf("%s: %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	}
	if problem != "" {
		tb.mu.Lock()
		tb.problems = append(tb.problems, problem)
		tb.mu.Unlock()
	}
}

// do does something in the tab, within browserPatience.
func (tb *tab) do(actions ...action) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, browserPatience)
	defer cancel()
	require.NoError(tb.t, chromedp.Do(ctx, actions...), "at %s", tb.address())
}

// follow does what leads to another page, and returns its status once it is loaded.
func (tb *tab) follow(actions ...action) int {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, browserPatience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, actions...)
	require.NoError(tb.t, err, "at %s", tb.address())
	require.NotNil(tb.t, response)
	return int(response.Status)
}

// open goes to an address, that of the server unless it names another.
func (tb *tab) open(path string) int {
	tb.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = tb.url + path
	}
	return tb.follow(chromedp.Navigate(path))
}

// click clicks what stays on its page, and press what leads to another.
func (tb *tab) click(selector string) {
	tb.t.Helper()
	tb.do(chromedp.Click(chromedp.CSS(selector)))
}

func (tb *tab) press(selector string) int {
	tb.t.Helper()
	return tb.follow(chromedp.Click(chromedp.CSS(selector)))
}

// link presses the link or button that has such a text.
func (tb *tab) link(text string) int {
	tb.t.Helper()
	return tb.follow(chromedp.Click(chromedp.Search(fmt.Sprintf(`//main//*[self::a or self::button][normalize-space()=%q]`, text))))
}

// fill puts a text where another may be.
func (tb *tab) fill(selector, text string) {
	tb.t.Helper()
	tb.do(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// eval returns the value of an expression.
func eval[T any](tb *tab, expression string) T {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, browserPatience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(tb.t, err, "%s at %s", expression, tb.address())
	return value
}

// evaluate evaluates an expression for what it does.
func evaluate(expression string) action { return chromedp.Evaluate[chromedp.Void](expression) }

// text returns what is read at the first such element, in one line.
func (tb *tab) text(selector string) string {
	tb.t.Helper()
	return eval[string](tb, fmt.Sprintf(`(document.querySelector(%q)?.textContent ?? "").replace(/\s+/g, " ").trim()`, selector))
}

func (tb *tab) count(selector string) int {
	tb.t.Helper()
	return eval[int](tb, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector))
}

func (tb *tab) address() string {
	at, _ := chromedp.Run(tb.ctx, chromedp.Location())
	return at
}

// wait returns once an expression is true.
func (tb *tab) wait(expression string) {
	tb.t.Helper()
	tb.waitFor(expression, func() bool {
		is, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		return err == nil && is // it fails between two pages
	})
}

func (tb *tab) waitFor(what string, is func() bool) {
	tb.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(browserPatience); !is(); <-tick.C {
		require.True(tb.t, time.Now().Before(end), "it does not become true at %s: %s\n%s", tb.address(), what, tb.visible())
	}
}

// visible is what a reader sees, to tell what went wrong.
func (tb *tab) visible() string {
	text, _ := chromedp.Run(tb.ctx, chromedp.Evaluate[string](`document.querySelector("#said").textContent + "\n" + document.body.innerText.slice(0, 800)`))
	return text
}

// starOf is the star of a slot.
func starOf(slot string) string { return "#s-" + slot + " .star button" }

// star presses the star of a slot, on a page with script, and waits until it says
// that this is saved.
func (tb *tab) star(slot string, on bool) {
	tb.t.Helper()
	tb.click(starOf(slot))
	says := map[bool]string{true: "Starred: ", false: "No longer starred: "}[on]
	tb.wait(fmt.Sprintf(`document.querySelector("#said").textContent.startsWith(%q + document.querySelector(%q).getAttribute("aria-label").replace("Star ", ""))`, says, starOf(slot)))
	tb.wait(fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-pressed") === "%t"`, starOf(slot), on))
}

// stars returns the slots whose stars are on, in the order of the page.
func (tb *tab) stars() []string {
	tb.t.Helper()
	return eval[[]string](tb, `[...document.querySelectorAll('.star [aria-pressed="true"]')].map((b) => b.value)`)
}

// mine makes the selection that an API's body describes, and returns its addresses.
func (v *visitor) mine(body string) (made struct{ Page, Feed, Edit, Read string }) {
	v.t.Helper()
	response, err := http.Post(v.url+"/api/v1/selections", "application/json", strings.NewReader(body))
	require.NoError(v.t, err)
	defer response.Body.Close()
	require.Equal(v.t, http.StatusCreated, response.StatusCode)
	require.NoError(v.t, json.NewDecoder(response.Body).Decode(&made))
	return made
}

// events fetches a feed as a calendar does, and returns the slots in it.
func (v *visitor) events(address string) []string {
	v.t.Helper()
	_, text := get(v.t, http.StatusOK, address)
	return eventsOf(v.t, text)
}

func eventsOf(t *testing.T, text string) []string {
	t.Helper()
	calendar, err := ics.ParseCalendar(strings.NewReader(text))
	require.NoError(t, err)
	slots := []string{}
	for _, event := range calendar.Events() {
		slot, of, _ := strings.Cut(event.Id(), "@")
		require.Equal(t, "tide-2026", of)
		slots = append(slots, slot)
	}
	return slots
}
