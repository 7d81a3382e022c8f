package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"slotcast/schedule"
)

// How titles say that a talk is cancelled. The word alone is a mark only in
// capitals, since "Cancelled flights, a data story" is a talk; beside a stop, in
// brackets or as the whole title it is one however it is written.
const (
	cancelledWord    = `(?:cancell?ed|abgesagt|ausgefallen|entfällt|fällt aus|annulée?|cancelad[oa])`
	cancelledCapital = `(?-i:CANCELL?ED|ABGESAGT|AUSGEFALLEN|ENTFÄLLT|FÄLLT AUS|ANNULÉE?|CANCELAD[OA])`

	// Tools that list late changes as errata have marks such as "CANCELED
	// errata Knots" and "Knots - Cancelation Errata".
	cancelledErrata = `cancell?(?:ed|ations?)\s+errat(?:a|um)`
)

// errataMarks come before the others, which would leave half of them.
var errataMarks = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^` + cancelledErrata + `\b[\s:–—-]*`),
	regexp.MustCompile(`(?i)[\s:(\[–—-]+` + cancelledErrata + `[)\]]*$`),
}

var cancelMarks = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^[\[(*!]*\s*` + cancelledCapital + `(?:[\s:!.,|\])*–—-]+|$)`),
	regexp.MustCompile(`(?i)^[\[(*!]+\s*` + cancelledWord + `\s*!*[\])*!]+[\s:!–—-]*`),
	regexp.MustCompile(`(?i)^` + cancelledWord + `\s*(?:[:!|]+|\s[–—-])\s*`),
	regexp.MustCompile(`(?i)\s*[\[(*]+\s*` + cancelledWord + `\s*!*[\])*]+$`),
	regexp.MustCompile(`(?i)\s*(?:\s[–—-]+|:)\s*` + cancelledWord + `\s*!*$`),
	regexp.MustCompile(`(?i)\s+` + cancelledCapital + `\s*!*$`),
	regexp.MustCompile(`(?i)^` + cancelledWord + `[.!]*$`),
}

// cancelStems are such that one of them is in every mark, in lower case, and in
// few other titles.
var cancelStems = []string{"cancel", "abgesagt", "ausgefallen", "entf", "fällt aus", "annul"}

// exportedCancelled is the mark that our own exports write.
const exportedCancelled = "CANCELLED: "

// amendment is how FOSDEM marks a talk that was changed late. After a colon it is
// always that; otherwise "AMENDMENT to the constitution" is a title.
var (
	amendment     = regexp.MustCompile(`^AMENDMENT(:?)\s*(.*\p{Ll}.*)$`)
	amendmentOfIt = regexp.MustCompile(`^(?:to|of|and|or|in|on|for|by|from|with|as|at|is|was|no|number)\b|^\d`)
)

// withoutAmendment returns a title without that mark. The talk takes place, and
// the feed tells what changed; with the mark the talk would seem renamed. In a
// title that is all capitals the word may be part of it, and stays.
func withoutAmendment(title string) string {
	m := amendment.FindStringSubmatch(title)
	switch {
	case m == nil:
	case m[1] == "" && (title[len("AMENDMENT")] != ' ' || amendmentOfIt.MatchString(m[2])):
	default:
		return m[2]
	}
	return title
}

// markedTitle returns a title on one line without the marks that organisers put
// there, and whether they say that the talk is cancelled. It is the one rule of
// all formats in which nothing else says so.
func markedTitle(title string) (string, bool) {
	title, cancelled := markedCancelled(withoutAmendment(oneLine(title)))
	return withoutAmendment(title), cancelled
}

// markedCancelled tells whether a title says that the talk is cancelled, and
// returns it on one line without the mark. A title that is only the mark stays
// as it is.
func markedCancelled(title string) (string, bool) {
	title = oneLine(title)
	if len(title) > 4*schedule.MaxName { // which Build refuses, or the reader cuts
		return title, false
	}
	lower := strings.ToLower(title)
	if !slices.ContainsFunc(cancelStems, func(stem string) bool { return strings.Contains(lower, stem) }) {
		return title, false
	}
	for _, mark := range errataMarks {
		if at := mark.FindStringIndex(title); at != nil {
			if rest := strings.TrimSpace(title[:at[0]] + title[at[1]:]); !isBlank(rest) {
				return rest, true
			}
		}
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
