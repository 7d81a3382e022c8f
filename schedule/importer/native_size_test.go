package importer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestNativeSize(t *testing.T) {
	t.Parallel()
	many := func(unit string, n int) string { return strings.Repeat(unit, n) }
	const talk = "- id: a\n  title: A\n  start: 2026-05-04 10:00\n  tags:\n  - b\n  - c\n  abstract: |\n    - d\n\n    - e\n"
	deeper := "  " + strings.TrimSuffix(strings.ReplaceAll(talk, "\n", "\n  "), "  ")
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"just fits":      {"talks:\n" + many(talk, schedule.MaxTalks), ""},
		"talks":          {"talks:\n" + many(talk, schedule.MaxTalks+1), "x has 50001 talks; at most 50000 can be given, so split it"},
		"talks, deeper":  {"slotcast: 1\n'talks': # all\n\n" + many(deeper, 200_000), "x has 200000 talks"},
		"far beyond":     {"talks:\n" + many("-\n  title: A\n", 1_000_000), "x has 1000000 talks"},
		"speakers":       {"talks:\n" + many(talk, 100) + "speakers:\n" + many("- name: A\n", schedule.MaxSpeakers+1), "x has 50001 speakers"},
		"rooms, tracks":  {"rooms:\n" + many("- name: A\n", schedule.MaxRooms) + "tracks:\n" + many("- name: A\n", schedule.MaxTracks+1), "x has 2001 tracks"},
		"other lists":    {"other:\n" + many("- name: A\n", 60_000), ""},
		"one long text":  {"talks:\n- title: A\n  abstract: |\n" + many("    - d\n", 60_000), ""},
		"JSON":           {`{"talks": [` + many(`{"title": "A, [", "tags": ["b", "c"]}, `, schedule.MaxTalks) + `{}]}`, "x has 50001 talks"},
		"JSON, fits":     {`{"talks": [` + many(`{"title": "A, [", "tags": ["b", "c"]}, `, schedule.MaxTalks-1) + `{}]}`, ""},
		"JSON, cut":      {`{"talks": [` + many(`{},`, schedule.MaxTalks+1), "x has 50001 talks"},
		"JSON, no list":  {`{"talks": {"a": "b"}}`, ""},
		"JSON, none":     {`{"talks": [ ]}`, ""},
		"JSON, a string": {`{"talks": ["` + many(",", 60_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checkNativeSize("x", []byte(c.text))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			_, _, err = Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: FormatNative})
			require.ErrorContains(t, err, c.want)
		})
	}
	require.Equal(t, []int{0, 1, 2, 1, 1}, []int{jsonMembers([]byte("[]")), jsonMembers([]byte("[1]")), jsonMembers([]byte(`["a", [1, 2]]`)), jsonMembers([]byte("[[]] , 2")), jsonMembers([]byte("[{}]"))})
}

// To refuse what is far too long allocates next to nothing.
func TestNativeSizeCost(t *testing.T) {
	text := []byte("talks:\n" + strings.Repeat("- title: A\n  start: 2026-05-04 10:00\n", 200_000))
	allocs := testing.AllocsPerRun(1, func() {
		if checkNativeSize("x", text) == nil {
			panic("not refused")
		}
	})
	require.Less(t, allocs, 1_000.0)
}
