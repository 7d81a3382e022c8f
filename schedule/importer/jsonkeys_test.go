package importer

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestJSONKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a": 1, "b": {"c": 2}, "d": ["e", {"f": 3}]}`:     "a b d",
		"\uFEFF \n{ \"a\" : \"b\" }":                        "a",
		`{"a": "\"}, \"x\": 1", "b\\": 2, "c\u0064": 3}`:    `a b\ cd`,
		`[{"a": 1}, {"b": 2}]`:                              "list a",
		`[ [{"a": 1}]]`:                                     "list",
		`[1, {"a": 1}]`:                                     "list",
		`{"a": 1} {"b": 2}`:                                 "a",
		`{"a": 1, "b`:                                       "a",
		`{"a": ` + strings.Repeat("[", 1_000):               "a",
		`{"` + strings.Repeat("x", 1_000) + `": 1, "a": 2}`: " a",
		`{}`: "", ``: "", `"a"`: "", `a: 1`: "", `{`: "", `"`: "",
	} {
		keys, list := jsonKeys([]byte(text))
		var names []string
		if list {
			names = append(names, "list")
		}
		for name := range keys {
			names = append(names, name)
		}
		slices.Sort(names)
		if i := slices.Index(names, "list"); i > 0 {
			names = slices.Insert(slices.Delete(names, i, i+1), 0, "list")
		}
		require.Equal(t, want, strings.Join(names, " "), text)
	}
	keys, _ := jsonKeys([]byte(`{"a": {"b": 1}, "c": 2}`))
	require.Equal(t, ` {"b": 1}, "c": 2}`, string(keys["a"]))
	begun := time.Now() // were it not linear, this would take minutes
	jsonKeys([]byte(`{"a": "` + strings.Repeat(`\`, 1<<20)))
	jsonKeys([]byte(`{"a": "` + strings.Repeat(`\"`, 1<<19)))
	jsonKeys([]byte(strings.Repeat(`{"a": `, 1<<18)))
	require.Less(t, time.Since(begun), 10*time.Second)
}

// Of every object the keys are those that the library finds.
func TestJSONKeysAreTheLibrarys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.MapOf(rapid.StringN(0, 5, 20), rapid.OneOf(
			rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "text") }),
			rapid.Custom(func(t *rapid.T) any { return rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "object") }),
			rapid.Custom(func(t *rapid.T) any { return rapid.SliceOf(rapid.String()).Draw(t, "list") }),
		)).Draw(t, "all")
		text, err := json.MarshalIndent(object, "", " ")
		require.NoError(t, err)
		keys, list := jsonKeys(text)
		require.False(t, list)
		require.Len(t, keys, len(object))
		for key := range object {
			require.Contains(t, keys, key)
		}
	})
}
