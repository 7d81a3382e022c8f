package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func testSettings(t *testing.T, b *chromium) {
	tb := b.newVisitor(t).tab()
	made := tb.mine(`{"picks": ["ropes", "fog"]}`)
	tb.open(made.Page)
	tb.fill("#name", "Ana’s tide")
	tb.fill("#alarm", "25")
	tb.do(chromedp.SetValue(chromedp.CSS("#busy"), "0"))
	tb.click(`[name="cancelled"]`)
	require.Equal(t, http.StatusOK, tb.link("Save"))
	require.Equal(t, "Ana’s tide", tb.text("h1"))
	for selector, want := range map[string]string{"#name": "Ana’s tide", "#alarm": "25", "#busy": "0"} {
		require.Equal(t, want, eval[string](tb, `document.querySelector("`+selector+`").value`))
	}
	require.True(t, eval[bool](tb, `document.querySelector('[name="cancelled"]').checked`))
	_, feed := get(t, http.StatusOK, made.Feed)
	require.Contains(t, feed, "X-WR-CALNAME:Ana’s tide\r\n")
	require.Contains(t, feed, "TRIGGER:-PT25M\r\n")
	require.Contains(t, feed, "TRANSP:TRANSPARENT\r\n")
	require.Equal(t, []string{"ropes"}, eventsOf(t, feed))

	// What cannot be is said, and changes nothing.
	tb.fill("#alarm", "soon")
	require.Equal(t, http.StatusBadRequest, tb.link("Save"))
	require.Contains(t, tb.text("main"), "“soon” cannot be the value of “alarm”: it is the minutes before a talk")
	_, after := get(t, http.StatusOK, made.Feed)
	require.Equal(t, feed, after)
}

// A rule takes in what is added later, and an exclusion keeps it out.
func testRules(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	tb := v.tab()
	made := v.mine(`{"picks": ["nets"]}`)
	tb.open(made.Page)
	tb.link("Choose talks")
	require.Equal(t, []string{"nets"}, tb.stars())
	tb.click(".filters summary")
	tb.do(chromedp.SetValue(chromedp.CSS("#f-track"), "storage"))
	tb.link("Show these")
	require.Equal(t, "3 of 12 talks", tb.text(".count"))
	require.Equal(t, http.StatusOK, tb.link("Always take these in"))
	require.Contains(t, tb.address(), "/choose?track=storage", "it stays where it was")
	require.Equal(t, []string{"ropes", "fog", "tides"}, tb.stars())
	require.Equal(t, []string{"ropes", "fog", "tides", "nets"}, tb.events(made.Feed))
	tb.link("Back to my talks")
	require.Contains(t, tb.text(".rules"), "Storage")

	// One that a rule takes in can be left out by its star.
	tb.star("fog", false)
	require.Equal(t, []string{"ropes", "tides", "nets"}, tb.events(made.Feed))

	const added = "\n  - {id: %, title: New %, track: storage, start: 2026-04-11 11:00, end: \"11:30\", room: loft, language: %}\n"
	english := strings.NewReplacer("%,", "anchors,", "New %", "New anchors", "language: %", "language: en").Replace(added)
	v.upstream("talks:\n", "talks:"+english)
	require.Equal(t, []string{"ropes", "tides", "nets", "anchors"}, tb.events(made.Feed), "it is taken in by itself")
	tb.open(made.Page)
	require.Equal(t, "4 talks", tb.text(".lead"))
	require.NotZero(t, tb.count("#s-anchors"))

	tb.open(made.Page + "/choose?lang=pt")
	tb.link("Never take these in by a rule")
	portuguese := strings.NewReplacer("%,", "amarras,", "New %", "Amarras", "language: %", "language: pt").Replace(added)
	v.upstream("talks:\n", "talks:"+portuguese)
	require.Equal(t, []string{"ropes", "tides", "nets", "anchors"}, tb.events(made.Feed), "that one is not, and what was starred stays")

	tb.open(made.Page)
	require.Equal(t, http.StatusOK, tb.press(`.rules form:has([value="remove-rule"]) button`))
	require.Equal(t, []string{"nets"}, tb.events(made.Feed))
}

// Either link can be replaced when it has got to the wrong people.
func testNewLinks(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	tb := v.tab()
	tb.open("/")
	tb.star("ropes", true)
	tb.press("#mine")
	edit := tb.address()
	share := func() string { return eval[string](tb, `document.querySelector("#share").value`) }
	read := share()
	require.Equal(t, []string{"ropes"}, tb.events(read+".ics"))

	tb.click("#links ~ details summary")
	require.Equal(t, http.StatusOK, tb.link("New link to read"))
	require.Equal(t, edit, tb.address())
	fresh := share()
	require.NotEqual(t, read, fresh)
	for _, old := range []string{read, read + ".ics", read + "/subscribe"} {
		get(t, http.StatusGone, old)
	}
	require.Equal(t, []string{"ropes"}, tb.events(fresh+".ics"))

	tb.click("#links ~ details summary")
	require.Equal(t, http.StatusOK, tb.link("New link to edit"))
	moved := tb.address()
	require.NotEqual(t, edit, moved)
	require.Equal(t, fresh, share(), "subscriptions go on")
	require.Equal(t, []string{"ropes"}, tb.events(fresh+".ics"))
	get(t, http.StatusGone, edit)
	tb.wait(`localStorage.getItem("slotcast:tide-2026") === document.documentElement.dataset.edit`)
	tb.open("/")
	tb.wait(`document.querySelector("#mine").textContent === "My talks (1)"`)
	require.Equal(t, moved, eval[string](tb, `document.querySelector("#mine").href`), "this browser goes on with the new link")

	// Where it remembers another selection, that is asked before it goes.
	friend := v.mine(`{"picks": ["nets"]}`)
	tb.open(friend.Page)
	tb.wait(`!document.querySelector("[data-adopt]").hidden`)
	require.NotEqual(t, friend.Edit, eval[string](tb, `localStorage.getItem("slotcast:tide-2026")`))
	tb.click("[data-adopt]")
	tb.wait(`document.querySelector("#said").textContent === "This browser now uses these talks."`)
	require.Equal(t, friend.Edit, eval[string](tb, `localStorage.getItem("slotcast:tide-2026")`))

	// Who has the one to read cannot edit, and sees nothing to press.
	tb.open(fresh)
	require.Contains(t, tb.text(".lead"), "shared with you, to read")
	require.Zero(t, tb.count("main form"))
	require.Zero(t, tb.count("#mine[aria-current], .clash"), "these are not one's own")
	require.NotContains(t, eval[string](tb, `document.documentElement.outerHTML`), strings.TrimPrefix(moved, v.url+"/my/"))
	require.Equal(t, http.StatusForbidden, tb.open(fresh+"/choose"))
}

// Nothing is kept of what is deleted, and the script forgets it.
func testDelete(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	tb := v.tab()
	tb.open("/")
	tb.star("ropes", true)
	tb.press("#mine")
	edit, read := tb.address(), eval[string](tb, `document.querySelector("#share").value`)
	tb.click("#links ~ details summary")
	require.Equal(t, http.StatusOK, tb.link("Delete this selection"))
	require.Equal(t, v.url+"/", tb.address())
	tb.wait(`localStorage.getItem("slotcast:tide-2026") === null`)
	require.True(t, eval[bool](tb, `document.querySelector("#mine").hidden`))
	require.Empty(t, tb.stars())
	for _, old := range []string{edit, read, read + ".ics"} {
		get(t, http.StatusGone, old)
	}
	require.Equal(t, http.StatusGone, tb.open(edit))
	require.Contains(t, tb.text("main"), "deleted by its owner")

	// The next star begins anew. One that was deleted elsewhere is no obstacle.
	tb.open("/")
	tb.star("nets", true)
	token := eval[string](tb, `localStorage.getItem("slotcast:tide-2026")`)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, v.url+"/api/v1/selections/"+token, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNoContent, response.StatusCode)
	tb.click(starOf("tides"))
	tb.wait(`document.querySelector("#said").textContent.startsWith("The talks that this browser had were deleted")`)
	require.Contains(t, tb.text("#said"), "Starred: Tide")
	require.Equal(t, []string{"tides"}, tb.stars())
	require.NotEqual(t, token, eval[string](tb, `localStorage.getItem("slotcast:tide-2026")`))
}

// Of two who change the settings at once, the second sees both states.
func testTwoTabsSettings(t *testing.T, b *chromium) {
	v := b.newVisitor(t)
	made := v.mine(`{"picks": ["ropes"]}`)
	one, two := v.tab(), v.tab()
	one.open(made.Page)
	two.open(made.Page)
	one.fill("#name", "From one")
	one.fill("#alarm", "10")
	two.fill("#name", "From two")
	require.Equal(t, http.StatusOK, one.link("Save"))
	require.Equal(t, http.StatusConflict, two.link("Save"))
	require.Contains(t, two.text(".notice"), "the name is “From one” there now, and the options are a reminder 10 minutes before")
	require.Equal(t, "From two", eval[string](two, `document.querySelector("#name").value`), "nor is this lost")
	_, feed := get(t, http.StatusOK, made.Feed)
	require.Contains(t, feed, "X-WR-CALNAME:From one\r\n")
	require.Equal(t, http.StatusOK, two.link("Save"))
	_, feed = get(t, http.StatusOK, made.Feed)
	require.Contains(t, feed, "X-WR-CALNAME:From two\r\n")

	// A star in between is no conflict with the settings of its own page, nor does it
	// hide one.
	one.open(made.Page)
	one.wait(`document.querySelector("#mine:not([hidden])")`)
	two.open(made.Page)
	two.wait(`document.querySelector("#mine:not([hidden])")`)
	one.star("ropes", false)
	require.Empty(t, v.events(made.Feed))
	one.fill("#name", "After a star")
	require.Equal(t, http.StatusOK, one.link("Save"))
	two.star("ropes", false)
	two.star("ropes", true)
	two.fill("#name", "Without having seen it")
	require.Equal(t, http.StatusConflict, two.link("Save"))
}
