package schedule

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io"
	"strings"
	"time"
)

// zones.zip is the zone data that this build ships, so that talks are at the
// right hour wherever the program runs: the zone data of Go releases and of
// host systems lags behind the rules (protocol decision 5).
//
//go:generate go run zonegen.go
//go:embed zones.zip
var zonesZip []byte

// UTC is the canonical name of the zone that has no rules.
const UTC = "UTC"

// ZoneDataVersion returns the release of the IANA time zone database that this
// build ships, such as "2026f".
func ZoneDataVersion() string {
	version, err := zoneFile("version")
	if err != nil {
		return "unknown"
	}
	return string(version)
}

// LoadZone returns the time zone with an IANA name, from the data that this
// build ships. Old and alternative names ("US/Pacific") give the zone that they
// stand for, so the name of the location returned can differ from the one asked
// for. For a name that is not in the data the error is of kind [ErrInvalid];
// "" and "Local" are such names (rule 53).
func LoadZone(name string) (*time.Location, error) {
	refused := func() (*time.Location, error) {
		if near := zoneLike(name); near != "" {
			return nil, Errorf(ErrInvalid, "“%s” is not a time zone; did you mean %s?", Shorten(name), near)
		}
		return nil, Errorf(ErrInvalid, "“%s” is not a time zone; give an IANA name such as Europe/Berlin or America/Los_Angeles", Shorten(name))
	}
	if name == "" || name == "version" || name == "links" {
		return refused()
	}
	if name == UTC || name == "Etc/UTC" {
		return time.UTC, nil
	}
	data, err := zoneFile(name)
	if err == nil {
		return time.LoadLocationFromTZData(name, data)
	}
	links, err := zoneFile("links")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(links)) {
		if alias, target, _ := strings.Cut(strings.TrimSpace(line), " "); alias == name {
			return LoadZone(target)
		}
	}
	return refused()
}

func zoneFile(name string) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(zonesZip), int64(len(zonesZip)))
	if err != nil {
		return nil, err
	}
	// Not Open, which also answers for folders.
	for _, f := range archive.File {
		if f.Name == name {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			defer r.Close()
			return io.ReadAll(r)
		}
	}
	return nil, ErrNotFound
}

// zoneLike returns the zone that was likely meant by a name that is none: one
// that differs in case, or by a letter or two, or whose city it is.
func zoneLike(name string) string {
	archive, err := zip.NewReader(bytes.NewReader(zonesZip), int64(len(zonesZip)))
	if err != nil || len(name) > MaxID {
		return ""
	}
	city := strings.ReplaceAll(name, " ", "_")
	var names []string
	for _, f := range archive.File {
		if !strings.Contains(f.Name, "/") {
			continue
		}
		if strings.EqualFold(f.Name, city) || strings.EqualFold(f.Name[strings.LastIndexByte(f.Name, '/')+1:], city) {
			return f.Name
		}
		names = append(names, f.Name)
	}
	if !strings.Contains(name, "/") {
		return "" // too little to go by
	}
	return Nearest(name, names)
}
