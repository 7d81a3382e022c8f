package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"slotcast/schedule"
)

// How titles say that a talk is cancelled. The word alone is a mark only in
// capitals, since "Cancelled flights, a data story" is a talk; beside a stop or
// in brackets it is one however it is written.
const (
	cancelledWord    = `(?:cancell?ed|abgesagt|entfällt|annulée?|cancelad[oa])`
	cancelledCapital = `(?-i:CANCELL?ED|ABGESAGT|ENTFÄLLT|ANNULÉE?|CANCELAD[OA])`
)

var cancelMarks = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^[\[(*!]*\s*` + cancelledCapital + `(?:[\s:!.,|\])*–—-]+|$)`),
	regexp.MustCompile(`(?i)^[\[(*!]+\s*` + cancelledWord + `\s*!*[\])*!]+[\s:!–—-]*`),
	regexp.MustCompile(`(?i)^` + cancelledWord + `\s*(?:[:!|]+|\s[–—-])\s*`),
	regexp.MustCompile(`(?i)\s*[\[(*]+\s*` + cancelledWord + `\s*!*[\])*]+$`),
	regexp.MustCompile(`(?i)\s*(?:\s[–—-]+|:)\s*` + cancelledWord + `\s*!*$`),
	regexp.MustCompile(`(?i)\s+` + cancelledCapital + `\s*!*$`),
}

// exportedCancelled is the mark that our own exports write.
const exportedCancelled = "CANCELLED: "

// amendment is how FOSDEM marks a talk that was changed late.
var amendment = regexp.MustCompile(`^AMENDMENT[:\s]\s*(.*\p{Ll}.*)$`)

// withoutAmendment returns a title without that mark. The talk takes place, and
// the feed tells what changed; with the mark the talk would seem renamed. In a
// title that is all capitals the word may be part of it, and stays.
func withoutAmendment(title string) string {
	if m := amendment.FindStringSubmatch(title); m != nil {
		return m[1]
	}
	return title
}

// markedCancelled tells whether a title says that the talk is cancelled, and
// returns it on one line without the mark. A title that is only the mark stays
// as it is.
func markedCancelled(title string) (string, bool) {
	title = oneLine(title)
	if len(title) > 4*schedule.MaxName { // which Build refuses, or the reader cuts
		return title, false
	}
	// One of these is in every mark, and in few other titles.
	lower := strings.ToLower(title)
	if !slices.ContainsFunc([]string{"cancel", "abgesagt", "entf", "annul"}, func(stem string) bool { return strings.Contains(lower, stem) }) {
		return title, false
	}
	for _, mark := range cancelMarks {
		if at := mark.FindStringIndex(title); at != nil {
			rest := strings.TrimSpace(title[:at[0]] + title[at[1]:])
			if isBlank(rest) {
				rest = title
			}
			return rest, true
		}
	}
	return title, false
}

// The types of event that say what it is.
var eventKinds = []struct {
	words *regexp.Regexp
	kind  schedule.Kind
}{
	{regexp.MustCompile(`(?i)keynote`), schedule.KindKeynote},
	{regexp.MustCompile(`(?i)lightning`), schedule.KindLightning},
	{regexp.MustCompile(`(?i)workshop|hands-?on|tutorial|training`), schedule.KindWorkshop},
	{regexp.MustCompile(`(?i)\b(?:panel|podium|discussion|podiumsdiskussion)\b`), schedule.KindPanel},
	{regexp.MustCompile(`(?i)\b(?:bof|birds of a feather|meeting|meetup|meet-up|open ?space|open-space|unconference)\b`), schedule.KindOpenSpace},
	{regexp.MustCompile(`(?i)^(?:break|pause|meta|lunch|coffee|coffee break|lunch break)$`), schedule.KindBreak},
	{regexp.MustCompile(`(?i)\b(?:party|social|concert|dj ?set|band|reception)\b`), schedule.KindSocial},
	{regexp.MustCompile(`(?i)^(?:other|performance|film|movie|game|game show|contest|outside|certification|keysigning|infodesk)$`), schedule.KindOther},
}

// eventKind returns the kind that the type of an event names, or else its title.
func eventKind(kind, title string, spoken bool) schedule.Kind {
	kind = oneLine(kind)
	for _, k := range eventKinds {
		if k.words.MatchString(kind) {
			return k.kind
		}
	}
	return kindOf(title, spoken)
}

// language returns the first language tag of a list, which bilingual talks have.
func language(s string) string {
	for _, tag := range strings.FieldsFunc(s, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;/|+&", c) }) {
		return strings.ReplaceAll(tag, "_", "-")
	}
	return ""
}
