//go:build ignore

// This program writes zones.zip, the zone data that Slotcast ships, from the
// IANA source text and country table of an installed tzdata package:
//
//	go run zonegen.go -zoneinfo /usr/share/zoneinfo
//
// It needs zic (Debian: libc-bin). The archive holds one compiled zone per
// name that a person may live in, "version", and "links": the other names with
// the name that each stands for.
package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	zoneinfo := flag.String("zoneinfo", "/usr/share/zoneinfo", "folder with tzdata.zi and zone.tab")
	out := flag.String("o", "zones.zip", "archive to write")
	flag.Parse()
	if err := generate(*zoneinfo, *out); err != nil {
		log.Fatal(err)
	}
}

// abbreviations are zones that Debian keeps and the database has made links
// since 2024b: calendars do not know them, and nobody holds a conference there.
var abbreviations = map[string]string{
	"CET": "Europe/Brussels", "EET": "Europe/Athens", "MET": "Europe/Brussels", "WET": "Europe/Lisbon",
	"EST": "America/Panama", "MST": "America/Phoenix", "HST": "Pacific/Honolulu",
	"EST5EDT": "America/New_York", "CST6CDT": "America/Chicago", "MST7MDT": "America/Denver", "PST8PDT": "America/Los_Angeles",
}

func generate(zoneinfo, out string) error {
	source, err := os.ReadFile(filepath.Join(zoneinfo, "tzdata.zi"))
	if err != nil {
		return err
	}
	table, err := os.ReadFile(filepath.Join(zoneinfo, "zone.tab"))
	if err != nil {
		return err
	}
	// A country's own zone keeps its name although the source text has it as a
	// link: nobody in Oslo wants to read that their conference is in Berlin.
	ownName := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if columns := strings.Split(strings.TrimSpace(line), "\t"); !strings.HasPrefix(line, "#") && len(columns) >= 3 {
			ownName[columns[2]] = true
		}
	}
	version := ""
	names := []string{}
	links := []string{}
	for line := range strings.Lines(string(source)) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# version "):
			version = fields[2]
		case len(fields) > 2 && fields[0] == "Z" && abbreviations[fields[1]] != "":
			links = append(links, fields[1]+" "+abbreviations[fields[1]]+"\n")
		case len(fields) > 2 && fields[0] == "Z" && fields[1] != "Factory":
			names = append(names, fields[1])
		case len(fields) == 3 && fields[0] == "L" && ownName[fields[2]]:
			names = append(names, fields[2])
		case len(fields) == 3 && fields[0] == "L":
			links = append(links, fields[2]+" "+fields[1]+"\n")
		}
	}
	if version == "" || len(names) < 300 {
		return fmt.Errorf("%s/tzdata.zi has version %q and %d zones", zoneinfo, version, len(names))
	}
	slices.Sort(names)
	slices.Sort(links)

	compiled, err := os.MkdirTemp("", "zones")
	if err != nil {
		return err
	}
	defer os.RemoveAll(compiled)
	zic := exec.Command("zic", "-b", "slim", "-d", compiled, filepath.Join(zoneinfo, "tzdata.zi"))
	if text, err := zic.CombinedOutput(); err != nil {
		return fmt.Errorf("zic: %w: %s", err, text)
	}

	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	add := func(name string, data []byte) error {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = io.Copy(f, bytes.NewReader(data))
		}
		return err
	}
	if err := add("version", []byte(version)); err != nil {
		return err
	}
	if err := add("links", []byte(strings.Join(links, ""))); err != nil {
		return err
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(compiled, name))
		if err != nil {
			return err
		}
		if err := add(name, data); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(out, archive.Bytes(), 0o644)
}
