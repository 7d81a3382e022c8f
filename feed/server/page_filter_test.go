package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for query, want := range map[string]string{
		"track=go":              "2 of 6 talks",
		"track=go&track=ops":    "4 of 6 talks",
		"speaker=bo-lund":       "2 of 6 talks",
		"room=side":             "3 of 6 talks",
		"day=2026-05-02":        "3 of 6 talks",
		"kind=keynote":          "1 of 6 talks",
		"kind=panel":            "0 of 6 talks",
		"tag=tools":             "2 of 6 talks",
		"lang=pt":               "1 of 6 talks",
		"q=ada":                 "2 of 6 talks",
		"track=go&lang=de":      "1 of 6 talks",
		"talk=party":            "1 of 6 talks",
		"slot=generics":         "1 of 6 talks",
		"q=zzz&columns=track":   "0 of 6 talks",
		"track=go&columns=none": "2 of 6 talks",
	} {
		all := pageOf(t, h, "/?"+query)
		count := where(all, func(e *element) bool { return e.attributes["class"] == "count" })[0].whole()
		require.Equal(t, want, count, query)
		scope := strings.TrimSuffix(strings.TrimSuffix(query, "&columns=track"), "&columns=none")
		found := links(all)
		require.Equal(t, "Subscribe to these", found["/subscribe?"+scope], query)
		require.Equal(t, "Download these", found["/subscribe?"+scope+"#download"], query)
		for _, pair := range strings.Split(scope, "&") {
			// Each has a link to the same without it.
			rest := strings.Trim(strings.ReplaceAll("&"+query+"&", "&"+pair+"&", "&"), "&")
			require.Contains(t, found, withQuery("/", rest), "%s without %s", query, pair)
		}

		// The form sends what is chosen already, and nothing of it is lost.
		var pairs []string
		for _, e := range all {
			if !e.within("form") || e.attributes["name"] == "" {
				continue
			}
			switch {
			case e.name == "input" && e.attributes["value"] != "":
				pairs = append(pairs, e.attributes["name"]+"="+e.attributes["value"])
			case e.name == "select":
				for _, o := range named(all, "option") {
					if _, selected := o.attributes["selected"]; selected && o.parents[len(o.parents)-1] == e {
						pairs = append(pairs, e.attributes["name"]+"="+o.attributes["value"])
					}
				}
			}
		}
		f, err := readFilter(strings.Join(pairs, "&"))
		require.NoError(t, err)
		require.Equal(t, query, f.String())
	}
}

// There is one address for each state of the filters, whatever a form sends.
func TestFilterRedirects(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).start(t)
	for query, want := range map[string]string{
		"q=&day=&track=go&room=&kind=&lang=&tag=": "/?track=go",
		"q=+&track=":                  "/",
		"q=+":                         "/",
		"q=%20+":                      "/",
		"q=%2020":                     "/?q=20",
		"q=++Two++words":              "/?q=two+words",
		"track=ops&track=go&track=go": "/?track=go&track=ops",
		"day=2026-05-02&track=go":     "/?track=go&day=2026-05-02",
		"columns=room&track=go":       "/?track=go&columns=room",
		"columns=":                    "/",
		"&&track=go&":                 "/?track=go",
		"tag=TOOLS":                   "/?tag=tools",
		"utm_source=x&utm_medium=y":   "/",
		"fbclid=abc&track=go":         "/?track=go",
		"q=%3Cscript%3Ealert(1)":      "/?q=%3Cscript%3Ealert%281%29",
		"q=//evil.example":            "/?q=%2F%2Fevil.example",
		"q=a%0d%0aX-Bad:%20b":         "/?q=a+x-bad%3A+b",
	} {
		r := get(t, h, "/?"+query)
		require.Equal(t, http.StatusFound, r.status, query)
		require.Equal(t, want, r.header.Get("Location"), query)
		require.Empty(t, r.header.Get("X-Bad"))
		require.Equal(t, http.StatusOK, get(t, h, want).status, "and there it ends")
	}
	require.Equal(t, "/subscribe?track=go&alarm=5", get(t, h, "/subscribe?alarm=5&track=go").header.Get("Location"))
	require.Equal(t, "/changes", get(t, h, "/changes?x=1").header.Get("Location"))
}

func TestLanguageName(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"de": "German", "pt-br": "Portuguese (Brazil)", "tlh": "tlh", "": ""} {
		require.Equal(t, want, languageName(tag))
	}
}
