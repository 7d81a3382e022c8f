package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule/importer"
)

// benchXML is the schedule.xml of n talks of about 2 KB each, in which the talks
// that changed names have another title.
func benchXML(n int, changed func(i int) bool) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 5_000)
	for i := range words {
		for range 3 + random.IntN(6) {
			words[i] += string(rune('a' + random.IntN(26)))
		}
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><schedule><version>1</version><conference><acronym>bench</acronym><title>Bench</title><time_zone_name>Europe/Berlin</time_zone_name></conference>`)
	const perDay = 500
	for day := 0; day*perDay < n; day++ {
		date := time.Date(2030, time.May, 1, 0, 0, 0, 0, time.FixedZone("", 2*60*60)).AddDate(0, 0, day)
		fmt.Fprintf(&b, `<day date="%s">`, date.Format(time.DateOnly))
		for room := range 25 {
			fmt.Fprintf(&b, `<room name="Room %d">`, room)
			for slot := range perDay / 25 {
				i := day*perDay + room*(perDay/25) + slot
				if i >= n {
					break
				}
				start := date.Add(9*time.Hour + time.Duration(slot)*30*time.Minute)
				title := fmt.Sprintf("Talk %d about %s", i, words[i%len(words)])
				if changed(i) {
					title += ", again"
				}
				fmt.Fprintf(&b, `<event guid="00000000-0000-4000-8000-%012d" id="%d"><date>%s</date><start>%s</start><duration>00:25</duration><room>Room %d</room><title>%s</title><track>Track %d</track><type>lecture</type><language>en</language><abstract>&lt;p&gt;`,
					i, i+1, start.Format(time.RFC3339), start.Format("15:04"), room, title, i%30)
				for range 200 {
					b.WriteString(words[random.IntN(len(words))] + " ")
				}
				fmt.Fprintf(&b, `&lt;/p&gt;</abstract><persons><person id="%d">Person %d</person></persons></event>`, i%(n/2)+1, i%(n/2))
			}
			b.WriteString(`</room>`)
		}
		b.WriteString(`</day>`)
	}
	b.WriteString(`</schedule>`)
	return []byte(b.String())
}

// BenchmarkPublish takes a source from its octets to a published edition, stored
// and ready to be served: the first, and one of which 1 % has changed.
func BenchmarkPublish(b *testing.B) {
	none := func(int) bool { return false }
	fosdem := filepath.Join("..", "..", "..", "shared", "data", "frab_xml", "fosdem-2025.xml")
	if data, err := os.ReadFile(fosdem); err == nil {
		b.Run("first/FOSDEM 2025", func(b *testing.B) { benchFirst(b, data) })
	}
	for _, n := range []int{1_000, 3_000, 10_000} {
		data := benchXML(n, none)
		b.Run(fmt.Sprintf("first/%d", n), func(b *testing.B) { benchFirst(b, data) })
		b.Run(fmt.Sprintf("changed/%d", n), func(b *testing.B) {
			sources := [][]byte{data, benchXML(n, func(i int) bool { return i%100 == 0 })}
			r := newReplay(b, false)
			benchRead(b, r, data)
			for i := 1; b.Loop(); i++ {
				out := benchRead(b, r, sources[i%2])
				require.Len(b, out.changes, n/100)
			}
		})
	}
}

func benchFirst(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		b.StopTimer()
		r := newReplay(b, false)
		b.StartTimer()
		out := benchRead(b, r, data)
		require.True(b, out.published)
	}
}

func benchRead(b *testing.B, r *replay, data []byte) outcome {
	r.now = r.now.Add(time.Hour)
	s, report, err := importer.Load(importer.Source{Name: "schedule.xml", Data: data}, importer.Options{})
	require.NoError(b, err)
	require.NoError(b, report.Err())
	out, err := r.pipeline.publish(b.Context(), s, false)
	require.NoError(b, err)
	return out
}

// TestPeakMemory has publishing fit into memory that is bounded by the size of the
// source. It runs the program as it is released, since the race detector takes
// several times as much, and tells the collector of the bound, which on a busy
// machine is late otherwise.
func TestPeakMemory(t *testing.T) {
	folder := t.TempDir()
	build := func(name, source string) string {
		path := filepath.Join(folder, name)
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", path, source)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		complaint, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", complaint)
		return path
	}
	program, peak := build("slotcast", "."), build("peak", "./testdata/peak")
	for _, n := range []int{1_000, 10_000} {
		path := filepath.Join(folder, fmt.Sprint(n, ".xml"))
		data := benchXML(n, func(int) bool { return false })
		require.NoError(t, os.WriteFile(path, data, 0o600))
		most := 12*len(data) + 64<<20
		cmd := exec.CommandContext(t.Context(), peak, program, "publish", path, "--db", "sqlite:"+path+".db")
		cmd.Env = append(os.Environ(), fmt.Sprint("GOMEMLIMIT=", most-most/8))
		said, err := cmd.Output()
		require.NoError(t, err)
		taken, err := strconv.Atoi(strings.TrimSpace(string(said)))
		require.NoError(t, err)
		t.Logf("%d talks, %d KiB: %d MiB", n, len(data)>>10, taken>>10)
		require.Less(t, taken<<10, most)
	}
}
