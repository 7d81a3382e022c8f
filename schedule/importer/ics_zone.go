package importer

import (
	"strings"
	"time"

	"slotcast/schedule"
)

// windowsZones are the names that Outlook and Exchange give to the zones in
// which most conferences are held, with the IANA name that CLDR has for each.
var windowsZones = map[string]string{
	"Hawaiian Standard Time": "Pacific/Honolulu", "Alaskan Standard Time": "America/Anchorage", "Pacific Standard Time": "America/Los_Angeles",
	"US Mountain Standard Time": "America/Phoenix", "Mountain Standard Time": "America/Denver", "Central Standard Time": "America/Chicago",
	"Central Standard Time (Mexico)": "America/Mexico_City", "SA Pacific Standard Time": "America/Bogota", "Eastern Standard Time": "America/New_York",
	"Atlantic Standard Time": "America/Halifax", "Newfoundland Standard Time": "America/St_Johns", "Pacific SA Standard Time": "America/Santiago",
	"E. South America Standard Time": "America/Sao_Paulo", "Argentina Standard Time": "America/Buenos_Aires", "Azores Standard Time": "Atlantic/Azores",
	"GMT Standard Time": "Europe/London", "Greenwich Standard Time": "Atlantic/Reykjavik", "W. Europe Standard Time": "Europe/Berlin",
	"Central Europe Standard Time": "Europe/Budapest", "Romance Standard Time": "Europe/Paris", "Central European Standard Time": "Europe/Warsaw",
	"W. Central Africa Standard Time": "Africa/Lagos", "GTB Standard Time": "Europe/Bucharest", "Egypt Standard Time": "Africa/Cairo",
	"FLE Standard Time": "Europe/Kiev", "E. Europe Standard Time": "Europe/Chisinau", "South Africa Standard Time": "Africa/Johannesburg",
	"Israel Standard Time": "Asia/Jerusalem", "Turkey Standard Time": "Europe/Istanbul", "Russian Standard Time": "Europe/Moscow",
	"E. Africa Standard Time": "Africa/Nairobi", "Arab Standard Time": "Asia/Riyadh", "Arabian Standard Time": "Asia/Dubai",
	"Pakistan Standard Time": "Asia/Karachi", "India Standard Time": "Asia/Calcutta", "Sri Lanka Standard Time": "Asia/Colombo",
	"Nepal Standard Time": "Asia/Katmandu", "Bangladesh Standard Time": "Asia/Dhaka", "SE Asia Standard Time": "Asia/Bangkok",
	"China Standard Time": "Asia/Shanghai", "Singapore Standard Time": "Asia/Singapore", "W. Australia Standard Time": "Australia/Perth",
	"Taipei Standard Time": "Asia/Taipei", "Tokyo Standard Time": "Asia/Tokyo", "Korea Standard Time": "Asia/Seoul",
	"Cen. Australia Standard Time": "Australia/Adelaide", "E. Australia Standard Time": "Australia/Brisbane", "AUS Eastern Standard Time": "Australia/Sydney",
	"Tasmania Standard Time": "Australia/Hobart", "New Zealand Standard Time": "Pacific/Auckland",
}

// icsZones finds zones by the names that calendars give them.
type icsZones struct {
	known  map[string]*time.Location // nil for a name that means none
	places map[string]string         // X-LIC-LOCATION of the file's own zones, by TZID
}

// find returns the zone of a TZID, or nil. A file can have only so many.
func (z *icsZones) find(name string) *time.Location {
	if zone, known := z.known[name]; known || len(z.known) >= maxICSZones || len(name) > schedule.MaxName {
		return zone
	}
	names := []string{name, z.places[name], windowsZones[name]}
	// Global names are paths that end in the name: /example.org/Europe/Berlin.
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for n := 3; n >= 2; n-- {
		if len(parts) > n {
			names = append(names, strings.Join(parts[len(parts)-n:], "/"))
		}
	}
	z.known[name] = nil
	for _, name := range names {
		if name == "" {
			continue
		}
		if zone, err := schedule.LoadZone(name); err == nil {
			z.known[name], z.known[names[0]] = zone, zone
			return zone
		}
	}
	return nil
}
