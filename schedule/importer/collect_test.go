package importer

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// fixture loads a file of the project's own.
func fixture(t *testing.T, path string, o Options) (*schedule.Schedule, schedule.Report) {
	t.Helper()
	src, err := ReadFile(filepath.Join("../../testdata", filepath.FromSlash(path)))
	require.NoError(t, err)
	src.Name = "x"
	s, report, err := Load(src, o)
	require.NoError(t, err)
	checkLoaded(t, s, report)
	return s, report
}

// slotLines writes each slot on a line, with all of its talk but the abstract.
func slotLines(s *schedule.Schedule) []string {
	var lines []string
	for _, x := range s.Slots() {
		parts := []string{string(x.ID), x.Start.Format("02T15:04") + "/" + x.End.Format("02T15:04"), string(x.Status), string(x.Talk.Kind), x.Talk.Title}
		if x.Room != nil {
			parts = append(parts, "in "+string(x.Room.ID)+" "+x.Room.Name)
		}
		if x.Talk.Track != nil {
			parts = append(parts, "of "+string(x.Talk.Track.ID)+" "+x.Talk.Track.Name)
		}
		for _, p := range x.Talk.Speakers {
			parts = append(parts, "by "+string(p.ID)+" "+p.Name)
		}
		for _, tag := range x.Talk.Tags {
			parts = append(parts, "#"+tag)
		}
		lines = append(lines, strings.Join(parts, " | "))
	}
	return lines
}

// realFile is what is known of a file that a conference published.
type realFile struct {
	path, zone                            string
	talks, slots, rooms, speakers, tracks int
	instants                              []string // "slot id: start in UTC/end in UTC"
	left                                  int      // talks that are left out
	refused                               string   // what the error says instead
	columns                               string
	date                                  schedule.Date
	asks                                  []string // what is asked for where no option gives it; name and zone where nil
}

// checkReal holds real files to what was counted in them by other means. They
// are not part of the project, so the test skips where they are absent.
func checkReal(t *testing.T, format Format, files []realFile) {
	t.Helper()
	const folder = "../../../shared/data"
	if found, _ := filepath.Glob(folder + "/*"); len(found) == 0 {
		t.Skipf("the real files are not in %s", folder)
	}
	for _, f := range files {
		t.Run(f.path, func(t *testing.T) {
			t.Parallel()
			src, err := ReadFile(filepath.Join(folder, filepath.FromSlash(f.path)))
			require.NoError(t, err)
			columns, err := ParseColumns(f.columns)
			require.NoError(t, err)
			s, report, err := Load(src, Options{Timezone: f.zone, Conference: "Real", Columns: columns, Date: f.date})
			if f.refused != "" {
				require.ErrorIs(t, err, schedule.ErrInvalid)
				require.ErrorContains(t, err, f.refused)
				return
			}
			require.NoError(t, err)
			checkLoaded(t, s, report)
			require.NotNil(t, s, report.Problems)
			_, chosen, err := choose(src, Options{Columns: columns})
			require.NoError(t, err)
			require.Equal(t, format, chosen.name)
			require.Equal(t,
				fmt.Sprintf("%d talks, %d slots, %d rooms, %d speakers, %d tracks", f.talks, f.slots, f.rooms, f.speakers, f.tracks),
				fmt.Sprintf("%d talks, %d slots, %d rooms, %d speakers, %d tracks", len(s.Talks()), len(s.Slots()), len(s.Rooms()), len(s.Speakers()), len(s.Tracks())))
			var instants []string
			for _, x := range s.Slots() {
				instants = append(instants, string(x.ID)+": "+x.Start.UTC().Format("2006-01-02T15:04Z/")+x.End.UTC().Format("2006-01-02T15:04Z"))
			}
			require.Subset(t, instants, f.instants)
			left := 0
			for _, p := range report.Problems {
				if strings.Contains(p.Message, "left out") {
					left++
				}
			}
			require.Equal(t, f.left, left)
			// What an organiser is asked for where it is not given.
			_, report, err = Load(src, Options{Columns: columns, Date: f.date})
			require.NoError(t, err)
			asks := []string{"name-missing", "zone-missing"}
			if f.asks != nil {
				asks = f.asks
			}
			found := []string{}
			for _, p := range report.Problems {
				if p.Severity == schedule.Fault {
					found = append(found, p.Code)
				}
			}
			require.Equal(t, asks, found)
		})
	}
}

func TestMarkedTitle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"CANCELED errata Knots":           "Knots",
		"Canceled Errata - Knots":         "Knots",
		"CANCELLATION ERRATA - Knots":     "Knots",
		"Knots - Cancelation Errata":      "Knots",
		"CANCELED errata X":               "X",
		"CANCELED Errata - X":             "X",
		"Home brew - Cancelation Errata":  "Home brew",
		"Knots (Cancellation Errata)":     "Knots",
		"AMENDMENT CANCELLED: Knots":      "Knots",
		"CANCELLED AMENDMENT Knots":       "Knots",
		"Ausgefallen: Knoten":             "Knoten",
		"Knoten (fällt aus)":              "Knoten",
		"Canceled":                        "Canceled",
		"Cancelled!":                      "Cancelled!",
		"CANCELLED: Knots":                "Knots",
		"[cancelled] Knots":               "Knots",
		"Cancelling a mooring":            "",
		"Ausgefallene Ideen":              "",
		"Der Strom fällt aus":             "",
		"AMENDMENT to the constitution":   "",
		"Cancellation of a mooring":       "",
		"The cancelled errata of Knots":   "",
		"Cancelled flights, a data story": "",
		"Cancelation errata":              "",
	} {
		rest, cancelled := markedTitle(title)
		require.Equal(t, want != "", cancelled, title)
		if cancelled {
			require.Equal(t, want, rest)
		} else {
			require.Equal(t, title, rest)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"0 rows", "1 row", "2 rows"}, []string{counted(0, "row"), counted(1, "row"), counted(2, "row")})
	for d, want := range map[time.Duration]string{0: "no time", time.Hour: "1 hour", 36 * time.Hour: "36 hours", 72 * time.Minute: "1 hour 12 minutes", 61 * time.Second: "1 minute 1 second"} {
		require.Equal(t, want, spoken(d))
	}
	require.Equal(t, []string{"+00:00", "-03:30", "+05:45"}, []string{offsetText(0), offsetText(-12600), offsetText(20700)})
}

// One rule holds for the titles of all formats.
func TestTitlesEverywhere(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Home brew - Cancelation Errata":        "cancelled: Home brew",
		"CANCELLATION ERRATA - X":               "cancelled: X",
		"CANCELED errata X":                     "cancelled: X",
		"CANCELED Errata - X":                   "cancelled: X",
		"Ausgefallen: X":                        "cancelled: X",
		"Canceled":                              "cancelled: Canceled",
		"AMENDMENT Knots":                       "confirmed: Knots",
		"AMENDMENT to the constitution":         "confirmed: AMENDMENT to the constitution",
		"Cancelling POSIX syscalls in Managarm": "confirmed: Cancelling POSIX syscalls in Managarm",
	} {
		for format, text := range map[Format]string{
			FormatFrab:       xmlOf("", "<day date='2026-05-04'><event id='1'><title>"+title+"</title><start>10:00</start><duration>1:00</duration></event></day>"),
			FormatVoc:        `{"schedule": {"conference": {"title": "C"}, "events": [{"guid": "g", "title": "` + title + `", "start": "2026-05-04T10:00:00Z", "end": "2026-05-04T11:00:00Z"}]}}`,
			FormatICS:        calendar(vevent("UID:a", "SUMMARY:"+title, icsHour)),
			FormatCSV:        "Title,Date,Start,Duration\n" + title + ",2026-05-04,10:00,1:00\n",
			FormatSched:      "name,event_start,event_end,event_type,active\n" + title + ",2026-05-04 10:00:00,2026-05-04 11:00:00,T,Y\n",
			FormatSessionize: view(`{"id": "1", "title": "` + title + `", "startsAt": "2026-05-04T10:00:00", "endsAt": "2026-05-04T11:00:00"}`),
			FormatOpenEvent:  `[{"id": "1", "title": "` + title + `", "state": "accepted", "microlocation": null, "starts-at": "2026-05-04T10:00:00+00:00", "ends-at": "2026-05-04T11:00:00+00:00"}]`,
			FormatTrackPage:  "Track: Go\n\n10:00 - 11:00\n" + title + "\n\nMonday 4 May 2026\n",
		} {
			o := Options{Format: format, Timezone: "UTC", Conference: "C"}
			s, report := load(t, text, o)
			require.NoError(t, report.Err(), "%s: %s", format, text)
			require.Equal(t, want, string(s.Slots()[0].Status)+": "+s.Talks()[0].Title, format)
		}
	}
}
