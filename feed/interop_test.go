package feed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An interopEvent is one VEVENT as a parser reads it: instants in UTC by the
// time zones that the file itself holds, texts without escapes. What is not in
// the file is empty.
type interopEvent struct {
	UID         string `json:"uid"`
	Start       string `json:"start"` // RFC 3339, such as "2016-11-07T18:35:00Z"
	End         string `json:"end"`
	Summary     string `json:"summary"`
	Location    string `json:"location"`
	Description string `json:"description"`
	Status      string `json:"status"`
	Sequence    int    `json:"sequence"`
	Transp      string `json:"transp"`
}

// An interopFile is one file as a parser reads it, events in the file's order.
type interopFile struct {
	File   string         `json:"file"` // base name
	Errors []string       `json:"errors"`
	Name   string         `json:"name"` // X-WR-CALNAME
	Events []interopEvent `json:"events"`
}

// An interopReader is a parser of other people, in a program of ours that
// prints an interopFile for each file that it is given.
type interopReader struct {
	name    string
	command func(files ...string) *exec.Cmd
}

// interopExpect returns by a file's base name the events that its schedule
// says; TestInterop compares them too.
func interopExpect(t *testing.T) map[string][]interopEvent {
	t.Helper()
	expect := map[string][]interopEvent{}
	for _, g := range goldens(t) {
		expect[g.name+".ics"] = expected(g)
	}
	return expect
}

const interopPrograms = "../testdata/interop/"

// TestInterop holds every golden feed against the parsers that calendar
// programs are built on (rule 101): none finds an error, and all read the same.
func TestInterop(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/golden/*.ics")
	require.NoError(t, err)
	require.NotEmpty(t, files, "there are no golden files")

	expect := interopExpect(t)
	read := readWithAll(t, files)
	for _, path := range files {
		file := filepath.Base(path)
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			want := read[0].files[file]
			for _, r := range read {
				got := r.files[file]
				require.Empty(t, got.Errors, "%s finds errors", r.reader)
				require.Equal(t, want, got, "%s (actual) reads other than %s (expected)", r.reader, read[0].reader)
				require.Contains(t, expect, file)
				require.Equal(t, expect[file], got.Events, "%s (actual) reads other than the schedule (expected) says", r.reader)
			}
		})
	}
}

// TestInteropReaders holds the readers themselves to what TestInterop trusts
// them in: the file's own zone data, and an error where it is missing.
func TestInteropReaders(t *testing.T) {
	t.Parallel()
	const zone = "BEGIN:VTIMEZONE\r\nTZID:Asia/Kolkata\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n" +
		"TZOFFSETFROM:+0445\r\nTZOFFSETTO:+0445\r\nTZNAME:odd\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	const format = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-CALNAME:A\\, b\r\n%s" +
		"BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20160101T000000Z\r\nSEQUENCE:2\r\n" +
		"DTSTART;TZID=Asia/Kolkata:20161107T090000\r\nDTEND;TZID=Asia/Kolkata:20161107T100000\r\n" +
		"SUMMARY:C:\\\\new\\, %%2C\\;\r\n  ü\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	folder := t.TempDir()
	odd, bare := filepath.Join(folder, "odd.ics"), filepath.Join(folder, "bare.ics")
	require.NoError(t, os.WriteFile(odd, fmt.Appendf(nil, format, zone), 0o600))
	require.NoError(t, os.WriteFile(bare, fmt.Appendf(nil, format, ""), 0o600))

	for _, r := range readWithAll(t, []string{odd, bare}) {
		require.Equal(t, interopFile{
			File: "odd.ics", Errors: []string{}, Name: "A, b",
			Events: []interopEvent{{
				UID: "a", Start: "2016-11-07T04:15:00Z", End: "2016-11-07T05:15:00Z",
				Summary: `C:\new, %2C; ü`, Sequence: 2,
			}},
		}, r.files["odd.ics"], r.reader)
		require.NotEmpty(t, r.files["bare.ics"].Errors, "%s does not miss the VTIMEZONE", r.reader)
	}
}

// interopRead is what one reader makes of some files, by base name.
type interopRead struct {
	reader string
	files  map[string]interopFile
}

// readWithAll runs all readers side by side.
func readWithAll(t *testing.T, files []string) []interopRead {
	t.Helper()
	readers := interopReaders(t)
	read := make([]interopRead, len(readers))
	done := t.Run("read", func(t *testing.T) {
		for i, reader := range readers {
			t.Run(reader.name, func(t *testing.T) {
				t.Parallel()
				read[i] = interopRead{reader.name, readWith(t, reader, files)}
			})
		}
	})
	require.True(t, done, "a reader failed")
	return read
}

// readWith returns what a reader makes of the files, by base name.
func readWith(t *testing.T, reader interopReader, files []string) map[string]interopFile {
	t.Helper()
	cmd := reader.command(files...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	// A zone that no test uses, so that a time read as local shows.
	cmd.Env = append(os.Environ(), "TZ=Pacific/Chatham")
	stdout, err := cmd.Output()
	require.NoError(t, err, "%s: %s", reader.name, &stderr)

	read := map[string]interopFile{}
	for line := range bytes.Lines(stdout) {
		var file interopFile
		require.NoError(t, json.Unmarshal(line, &file), "%s prints %q", reader.name, line)
		read[file.File] = file
	}
	for _, file := range files {
		require.Contains(t, read, filepath.Base(file), "%s: %s", reader.name, &stderr)
	}
	return read
}

// interopReaders returns the four readers, ready to run. It skips the test
// where a tool is missing, and fails it where SLOTCAST_TEST_ALL is 1.
func interopReaders(t *testing.T) []interopReader {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.WaitDelay = 5 * time.Second
		return cmd
	}
	// Debian's Python, which has Debian's modules; -I leaves out what the user
	// and the environment add to it.
	python := func(args ...string) *exec.Cmd { return command("/usr/bin/python3", append([]string{"-I"}, args...)...) }

	var missing []string
	needs := func(what string, check *exec.Cmd) {
		if check.Run() != nil {
			missing = append(missing, what)
		}
	}
	needs("a C compiler (apt-get install gcc libc6-dev)", command("cc", "--version"))
	needs("pkg-config (apt-get install pkg-config)", command("pkg-config", "--version"))
	needs("libical (apt-get install libical-dev)", command("pkg-config", "--exists", "libical"))
	needs("icalendar for Python (apt-get install python3-icalendar)", python("-c", "import icalendar"))
	needs("vobject for Python (apt-get install python3-vobject)", python("-c", "import vobject"))
	needs("Node.js (apt-get install nodejs npm)", command("node", "--version"))
	if _, err := os.Stat(interopPrograms + "node_modules/ical.js"); err != nil {
		missing = append(missing, "ical.js (npm ci in testdata/interop)")
	}
	if len(missing) > 0 {
		message := "missing: " + strings.Join(missing, ", ") + "; as root on Debian, “.ci/setup test” installs it all"
		if os.Getenv("SLOTCAST_TEST_ALL") == "1" {
			t.Fatal(message)
		}
		t.Skip(message)
	}

	flags, err := command("pkg-config", "--cflags", "--libs", "libical").Output()
	require.NoError(t, err)
	libical := filepath.Join(t.TempDir(), "libical_read")
	args := append([]string{"-o", libical, interopPrograms + "libical_read.c"}, strings.Fields(string(flags))...)
	output, err := command("cc", args...).CombinedOutput()
	require.NoError(t, err, "%s", output)

	return []interopReader{
		{"libical", func(files ...string) *exec.Cmd { return command(libical, files...) }},
		{"ical.js", func(files ...string) *exec.Cmd {
			return command("node", append([]string{interopPrograms + "icaljs_read.mjs"}, files...)...)
		}},
		{"python-icalendar", func(files ...string) *exec.Cmd {
			return python(append([]string{interopPrograms + "icalendar_read.py"}, files...)...)
		}},
		{"python-vobject", func(files ...string) *exec.Cmd {
			return python(append([]string{interopPrograms + "vobject_read.py"}, files...)...)
		}},
	}
}
