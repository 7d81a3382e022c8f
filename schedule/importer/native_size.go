package importer

import (
	"bytes"

	"slotcast/schedule"
)

// nativeLists are the lists of the native format, each with the most members that
// Build takes.
var nativeLists = []struct {
	key  string
	most int
}{
	{"talks", schedule.MaxTalks},
	{"speakers", schedule.MaxSpeakers},
	{"rooms", schedule.MaxRooms},
	{"tracks", schedule.MaxTracks},
}

// checkNativeSize refuses a file whose lists are longer than a schedule's can be.
// To build the tree of such a file costs a hundred times what it costs to count;
// Build refuses the lists that are written in a way that is not counted here.
func checkNativeSize(name string, text []byte) error {
	count := blockMembers(text)
	if isJSON(text) {
		keys, _ := jsonKeys(text)
		count = map[string]int{}
		for _, list := range nativeLists {
			count[list.key] = jsonMembers(keys[list.key])
		}
	}
	for _, list := range nativeLists {
		if count[list.key] > list.most {
			return schedule.Errorf(schedule.ErrInvalid, "%s has %d %s; at most %d can be given, so split it", name, count[list.key], list.key, list.most)
		}
	}
	return nil
}

// blockMembers returns how many members the top-level lists of a YAML text have,
// by their keys: the lines that begin with a dash right where the first does.
// What belongs to a member is indented deeper than its dash.
func blockMembers(text []byte) map[string]int {
	count := map[string]int{}
	list, column := "", -1
	for line := range bytes.Lines(text) {
		rest := bytes.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		switch {
		case len(rest) > 1 && rest[0] == '-' && rest[1] <= ' ':
			if column < 0 {
				column = indent
			}
			if list != "" && indent == column {
				count[list]++
			}
		case indent == 0:
			if key, _, ok := bytes.Cut(rest, []byte(":")); ok && rest[0] != '#' {
				list, column = "", -1
				for _, l := range nativeLists {
					if string(bytes.Trim(key, `"' `)) == l.key {
						list = l.key
					}
				}
			}
		}
	}
	return count
}

// jsonMembers returns how many members the list has with which data begins; 0
// where it begins with no list.
func jsonMembers(data []byte) int {
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) == 0 || data[0] != '[' {
		return 0
	}
	count, some := 0, false
	for i, depth := 0, 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '"':
			end := stringEnd(data, i)
			if end < 0 {
				return count
			}
			some, i = true, end
		case '[', '{':
			some = some || depth > 0
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				if some {
					count++
				}
				return count
			}
		case ',':
			if depth == 1 {
				count++
			}
		default:
			some = some || c > ' '
		}
	}
	return count
}
