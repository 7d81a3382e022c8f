package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a schedule or an attendee writes is shown, and never run.
func testHostileTexts(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	tb := v.tab()
	name := `"><script>window.harmed=9</script><img src=x onerror=window.harmed=10> ` + "\u202Egnp"
	unharmed := func() {
		t.Helper()
		require.Equal(t, "undefined", eval[string](tb, `typeof window.harmed`), tb.address())
		require.NotContains(t, eval[string](tb, `document.body.textContent`), "\u202E", tb.address())
		require.Zero(t, tb.count(`img, iframe, base, [onerror], [onfocus], script:not([src]):not([type="application/ld+json"]), a[href^="javascript:"]`), tb.address())
	}
	tb.open("/")
	tb.star("harm", true)
	require.Contains(t, tb.text("#said"), "Starred: <script>window.harmed=4</script>")
	tb.star("bidi", true)
	require.Contains(t, tb.text("#s-bidi .clash"), "<script>", "it is told as it is")
	unharmed()
	tb.press("#mine")
	unharmed()
	tb.fill("#name", name)
	tb.link("Save")
	require.Contains(t, tb.text("h1"), `"><script>window.harmed=9</script>`)
	unharmed()
	page, read := tb.address(), eval[string](tb, `document.querySelector("#share").value`)
	for _, path := range []string{
		page + "/choose", page + "/subscribe", read, read + "/subscribe",
		"/?track=harm", "/?columns=track", "/?q=" + strings.ReplaceAll("%22%3E%3Cscript%3Ewindow.harmed=11%3C/script%3E", "=", "%3D"),
		"/talks/harm", "/tracks/harm", "/speakers/mal", "/subscribe?track=harm", "/subscribe?tag=p-script-window-harmed-6-script", "/changes",
		"/talks/%3Cscript%3Ewindow.harmed=12%3C%2Fscript%3E", "/?track=%3Cscript%3E", "/?nonsense=%3Cscript%3Ewindow.harmed=13%3C/script%3E",
	} {
		tb.open(path)
		unharmed()
	}
	// A search for what would take an expression for ever is a text like any other.
	require.Equal(t, http.StatusOK, tb.open("/?q="+strings.Repeat("(a%2B)%2B", 12)+"%24"))
	require.Equal(t, "0 of 12 talks", tb.text(".count"))
}

// What a page of another site sends is refused, whatever it knows.
func testOtherSites(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	made := v.mine(`{"picks": ["ropes"]}`)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,">
<form id="make" method="post" action="%[1]s/my"><button name="slot" value="tides">Win</button></form>
<form id="star" method="post" action="%[2]s"><input type="hidden" name="do" value="pick"><button name="slot" value="tides">Win</button></form>
<form id="delete" method="post" action="%[2]s"><button name="do" value="delete">Win</button></form>`, v.url, made.Page)
	}))
	t.Cleanup(other.Close)
	v.away = []string{strings.TrimPrefix(other.URL, "http://")}
	tb := v.tab()
	for _, form := range []string{"make", "star", "delete"} {
		tb.open(other.URL)
		require.Equal(t, http.StatusForbidden, tb.press("#"+form+" button"))
		require.Contains(t, tb.text("main"), "This came from a page of another site, so nothing was done")
		require.Equal(t, []string{"ropes"}, v.events(made.Feed))
	}
	require.NotContains(t, v.metrics(), `tides`)

	// Nor does its script get through, with what a form can send or with more.
	tb.open(other.URL)
	for _, kind := range []string{"text/plain", "application/json"} {
		for _, mode := range []string{"no-cors", "cors"} {
			eval[bool](tb, fmt.Sprintf(`fetch(%q, {method: "POST", mode: %q, headers: {"Content-Type": %q}, body: '{"picks": ["tides"]}'}).then(() => true, () => false)`,
				v.url+"/api/v1/selections", mode, kind))
		}
	}
	require.False(t, eval[bool](tb, fmt.Sprintf(`fetch(%q).then(() => true, () => false)`, v.url+"/api/v1/selections/"+made.Edit)), "nor can it read")
	_, stars := get(t, http.StatusOK, v.opsURL+"/stars")
	require.NotContains(t, stars, "tides")
	require.Contains(t, stars, "ropes")
}
