package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/feed"
	"slotcast/schedule"
)

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"":                           "",
		"&&":                         "",
		"alarm=0":                    "alarm=0",
		"alarm=10080":                "alarm=10080",
		"tz=utc&busy=0&alarm=5":      "alarm=5&busy=0&tz=utc",
		"cancelled=hide&busy=1":      "busy=1&cancelled=hide",
		"al%61rm=%35":                "alarm=5",
		"track=quay&tz=utc&track=on": "tz=utc",
	} {
		_, options, err := feed.ParseQuery(query)
		require.NoError(t, err, query)
		require.Equal(t, want, options.String(), query)
		require.Equal(t, want == "", options == feed.Options{})
	}
}

// TestParseQueryRefuses has an error that names the option for each value that
// is none.
func TestParseQueryRefuses(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"alarm=", "alarm", "alarm=-1", "alarm=-0", "alarm=+5", "alarm=05", "alarm=5.0", "alarm=5m", "alarm=10081", "alarm=99999999999999999999", "alarm=%20" + "5", "alarm=٥",
		"busy=", "busy=true", "busy=2", "busy=01", "cancelled=", "cancelled=show", "cancelled=1", "tz=", "tz=UTC", "tz=Europe/Berlin",
		"alarm=5&alarm=5", "alarm=5&alarm=6", "busy=1&busy=0", "cancelled=hide&cancelled=hide", "tz=utc&tz=utc",
	} {
		_, options, err := feed.ParseQuery(query)
		require.ErrorIs(t, err, schedule.ErrInvalid, query)
		key, _, _ := strings.Cut(query, "=")
		require.ErrorContains(t, err, "“"+key+"”", query)
		require.Equal(t, feed.Options{}, options)
	}
	for query, names := range map[string]string{
		"Alarm=5": "Alarm", "method=request": "method", "day=tomorrow": "tomorrow", "=x": "", "track=No": "No", "id=tea": "id",
		"q=" + strings.Repeat("x", schedule.MaxQuery): "too long",
	} {
		_, _, err := feed.ParseQuery(query)
		require.ErrorIs(t, err, schedule.ErrInvalid, names)
		require.ErrorContains(t, err, names)
	}
}

func TestParseChosen(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][2]string{
		"id=tea":                             {"talk=tea", ""},
		"id=tea&id=fog&id=tea":               {"talk=fog&talk=tea", ""},
		"id=tea&alarm=5&talk=fog":            {"talk=fog&talk=tea", "alarm=5"},
		"tz=utc&id=tea&day=2026-09-17":       {"day=2026-09-17&talk=tea", "tz=utc"},
		"talk=tea":                           {"talk=tea", ""},
		"slot=rigging-2":                     {"slot=rigging-2", ""},
		"id=tea&slot=rigging-2":              {"talk=tea&slot=rigging-2", ""},
		"q=%26id%3Dx&id=tea&&cancelled=hide": {"talk=tea&q=%26id%3Dx", "cancelled=hide"},
	} {
		scope, options, err := feed.ParseChosen(query)
		require.NoError(t, err, query)
		require.Equal(t, want, [2]string{scope.String(), options.String()}, query)
	}
	for _, query := range []string{"", "&", "id=", "id", "id=No", "ID=tea", "track=quay", "alarm=5", "id=tea&alarm=x"} {
		_, _, err := feed.ParseChosen(query)
		require.ErrorIs(t, err, schedule.ErrInvalid, query)
	}
	// The key is named as it was written.
	for query, says := range map[string]string{
		"id=":              "“” cannot be the value of “id”",
		"id":               "“” cannot be the value of “id”",
		"tz=utc&id=No":     "“No” cannot be the value of “id”",
		"id=tea&id=%C3%A9": "“é” cannot be the value of “id”",
		"id=tea&talk=No":   "“No” cannot be the value of “talk”",
		"id=%zz":           "“%zz” is not written",
	} {
		_, _, err := feed.ParseChosen(query)
		require.ErrorContains(t, err, says, query)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"":                               "/schedule.ics",
		"busy=1":                         "/schedule.ics?busy=1",
		"track=quay":                     "/tracks/quay.ics",
		"tz=utc&track=quay":              "/tracks/quay.ics?tz=utc",
		"speaker=raj-mehta":              "/speakers/raj-mehta.ics",
		"room=turm":                      "/rooms/turm.ics",
		"day=2026-09-17":                 "/days/2026-09-17.ics",
		"talk=tea&alarm=5":               "/talks/tea.ics?alarm=5",
		"slot=tea":                       "/schedule.ics?slot=tea",
		"kind=break":                     "/schedule.ics?kind=break",
		"lang=PT-BR":                     "/schedule.ics?lang=pt-br",
		"tag=Edge%3B+Cases":              "/schedule.ics?tag=edge%3B+cases",
		"q=%C3%A4%0D%0AX":                "/schedule.ics?q=%C3%A4+x",
		"room=turm&track=quay&tz=utc":    "/schedule.ics?track=quay&room=turm&tz=utc",
		"track=on-deck&track=deep-water": "/schedule.ics?track=deep-water&track=on-deck",
	} {
		scope, options, err := feed.ParseQuery(query)
		require.NoError(t, err, query)
		require.Equal(t, want, feed.Path(scope, options), query)
	}
}

// TestOptionsCanonical draws options and finds them again in their own form.
func TestOptionsCanonical(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		add := func(part string) {
			if rapid.Bool().Draw(t, part) {
				parts = append(parts, part)
			}
		}
		add(fmt.Sprintf("alarm=%d", rapid.IntRange(0, feed.MaxAlarm).Draw(t, "minutes")))
		add(rapid.SampledFrom([]string{"busy=0", "busy=1"}).Draw(t, "busy"))
		add("cancelled=hide")
		add("tz=utc")
		want := strings.Join(parts, "&")
		_, options, err := feed.ParseQuery(strings.Join(rapid.Permutation(parts).Draw(t, "order"), "&"))
		require.NoError(t, err)
		require.Equal(t, want, options.String())
	})
}

// An unknown key is told with all that there are, and the nearest.
func TestUnknownKey(t *testing.T) {
	t.Parallel()
	_, _, err := feed.ParseQuery("alarms=5")
	require.ErrorContains(t, err, "“alarms” is not something that a feed can be chosen by; did you mean “alarm”? Otherwise use track, speaker,")
	_, _, err = feed.ParseQuery("colour=red")
	require.ErrorContains(t, err, "slot, q, alarm, busy, cancelled, tz")
}
