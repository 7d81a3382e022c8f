package importer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

// The table is a promise: slugs stand in the UIDs of feeds that people have
// subscribed to. A line is added, never changed.
func TestSlugOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Ines Sombra":              "ines-sombra",
		"  Ines \t Sombra ":        "ines-sombra",
		"Distributed Systems: 101": "distributed-systems-101",
		"C++ & Go":                 "c-and-go",
		"C#":                       "c",
		"Let's Encrypt":            "lets-encrypt",
		"snake_case_":              "snake-case",
		"Zoë Müller-Straße":        "zoe-muller-strasse",
		"Łukasz Żółć":              "lukasz-zolc",
		"李明":                       "li-ming",
		"Ольга Петрова":            "olga-petrova",
		"Γιώργος":                  "giorgos",
		"محمد":                     "mhmd",
		"山田 太郎":                    "shan-tian-tai-lang",
		"100 %":                    "100",
		"🐰":                        "x0a2042dd",
		"???":                      "xa03b221c",
		"":                         "xe3b0c442",
		"a very long title that goes on and on about nothing much at all, twice": "a-very-long-title-that-goes-on-and-on-about-nothing-much-at-all",
		strings.Repeat("x", 100_000): strings.Repeat("x", 64),
	} {
		require.Equal(t, want, slugOf(name), "%.80q", name)
	}
}

func TestSlugOfIsAnID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		require.True(t, schedule.ValidID(slugOf(name)), "%q became %q", name, slugOf(name))
	})
}

func TestIDSet(t *testing.T) {
	t.Parallel()
	s := newIDSet()
	s.take("a-3")
	require.Equal(t, []string{"a", "a-2", "a-4", "a-5", "b"}, []string{s.unique("a"), s.unique("a"), s.unique("a"), s.unique("a"), s.unique("b")})
	long := strings.Repeat("y", schedule.MaxID)
	require.Equal(t, long, s.unique(long))
	require.Equal(t, strings.Repeat("y", schedule.MaxID-2)+"-2", s.unique(long))
}
