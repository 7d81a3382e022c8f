package schedule_test

import (
	"archive/zip"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// archive opens the zone data as it lies beside the code.
func archive(t testing.TB) *zip.ReadCloser {
	t.Helper()
	r, err := zip.OpenReader("zones.zip")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// shippedZones are the names that the archive has a zone for.
func shippedZones(t testing.TB) []string {
	var names []string
	for _, f := range archive(t).File {
		if f.Name != "version" && f.Name != "links" {
			names = append(names, f.Name)
		}
	}
	return names
}

func TestZoneDataVersion(t *testing.T) {
	t.Parallel()
	version := schedule.ZoneDataVersion()
	require.Regexp(t, regexp.MustCompile(`^20\d\d[a-z]$`), version)
	require.GreaterOrEqual(t, version, "2026f", "older zone data puts talks at the wrong hour")
}

func TestEveryZoneLoads(t *testing.T) {
	t.Parallel()
	names := shippedZones(t)
	require.Greater(t, len(names), 300)
	for _, name := range names {
		z := zone(t, name)
		want := name
		if name == "Etc/UTC" {
			want = "UTC"
		}
		require.Equal(t, want, z.String())
	}
}

func TestEveryLinkLeadsToAZone(t *testing.T) {
	t.Parallel()
	f, err := archive(t).Open("links")
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	shipped := map[string]bool{"UTC": true}
	for _, name := range shippedZones(t) {
		shipped[name] = true
	}
	links := 0
	for line := range strings.Lines(string(text)) {
		alias := strings.Fields(line)[0]
		z := zone(t, alias)
		require.True(t, shipped[z.String()], "%s leads to %s", alias, z)
		links++
	}
	require.Greater(t, links, 50)
}

func TestZoneNames(t *testing.T) {
	t.Parallel()
	for name, canonical := range map[string]string{
		"Europe/Oslo":       "Europe/Oslo", // a country's own zone, though its rules are Berlin's
		"Europe/Amsterdam":  "Europe/Amsterdam",
		"US/Pacific":        "America/Los_Angeles",
		"Asia/Calcutta":     "Asia/Kolkata",
		"Asia/Katmandu":     "Asia/Kathmandu",
		"Europe/Kiev":       "Europe/Kyiv",
		"GB":                "Europe/London",
		"America/Inuvik":    "America/Inuvik",
		"UTC":               "UTC",
		"Etc/UTC":           "UTC",
		"Zulu":              "UTC",
		"Canada/Pacific":    "America/Vancouver",
		"Pacific/Enderbury": "Pacific/Kanton",
	} {
		require.Equal(t, canonical, zone(t, name).String(), name)
	}
	require.Same(t, time.UTC, zone(t, "UTC"))
}

func TestZoneNamesRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Local", "version", "links", "../etc/passwd", "Europe/", "Europe", "/Europe/Oslo", "europe/oslo", "EUROPE/OSLO",
		"Europe/Oslo ", "Europe//Oslo", "Europe\\Oslo", "Europe/Oslo\x00", "Factory", "Pacific Standard Time", "+02:00", strings.Repeat("A", 1<<16),
	} {
		z, err := schedule.LoadZone(name)
		require.Nil(t, z)
		sentence := requireKind(t, schedule.ErrInvalid, err).Sentence
		require.Contains(t, sentence, "Europe/", "it says what a name looks like")
		require.Less(t, len(sentence), 400)
	}
}

// Instants at which zone data of 2025 shows another hour.
func TestZoneDataIsCurrent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, instant, want string }{
		{"America/Vancouver", "2026-12-01T17:00:00Z", "10:00 -07:00"},
		{"America/Vancouver", "2027-12-01T17:00:00Z", "10:00 -07:00"},
		{"America/Edmonton", "2026-12-01T17:00:00Z", "11:00 -06:00"},
		{"America/Edmonton", "2028-01-15T17:00:00Z", "11:00 -06:00"},
		{"America/Winnipeg", "2026-12-01T17:00:00Z", "12:00 -05:00"},
		{"America/Inuvik", "2026-12-01T17:00:00Z", "11:00 -06:00"},
		{"America/Havana", "2026-12-01T17:00:00Z", "13:00 -04:00"},
		{"Africa/Casablanca", "2026-12-01T17:00:00Z", "17:00 +00:00"},
		{"Africa/Casablanca", "2027-06-01T17:00:00Z", "17:00 +00:00"},
		{"Africa/El_Aaiun", "2026-12-01T17:00:00Z", "17:00 +00:00"},
		// Beside them, what did not change.
		{"America/Los_Angeles", "2026-12-01T17:00:00Z", "09:00 -08:00"},
		{"America/Toronto", "2026-12-01T17:00:00Z", "12:00 -05:00"},
	} {
		at, err := time.Parse(time.RFC3339, c.instant)
		require.NoError(t, err)
		require.Equal(t, c.want, at.In(zone(t, c.zone)).Format("15:04 -07:00"), "%s at %s", c.zone, c.instant)
	}
}

func TestZoneLike(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Europe/Berln": "Europe/Berlin", "europe/berlin": "Europe/Berlin", "Berlin": "Europe/Berlin",
		"los angeles": "America/Los_Angeles", "Asia/Kolkatta": "Asia/Kolkata",
	} {
		_, err := schedule.LoadZone(name)
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.ErrorContains(t, err, "did you mean "+want+"?")
	}
	// An abbreviation is no place; what it stood for is.
	zone, err := schedule.LoadZone("CET")
	require.NoError(t, err)
	require.Equal(t, "Europe/Brussels", zone.String())
}
