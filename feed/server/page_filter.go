package server

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"slotcast/schedule"
)

// maxTagChoices is how many tags the filters list. What goes beyond is found by
// the text search.
const maxTagChoices = 200

// columns are what the columns of the schedule are.
type columns string

const (
	columnsFit   columns = ""      // rooms, where the screen is wide enough for all
	columnsRoom  columns = "room"  // rooms, however many
	columnsTrack columns = "track" // tracks, however many
	columnsNone  columns = "none"  // a list
)

// filter is what a schedule page shows, as its query has it.
type filter struct {
	scope   schedule.Scope
	columns columns
}

// readFilter reads the query of a schedule page. What a form sends for a field
// that was left empty is passed over, and so is what mailings and social networks
// add to links.
func readFilter(query string) (f filter, err error) {
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if strings.Trim(strings.ReplaceAll(value, "%20", "+"), "+") == "" && schedule.ScopeKey(key).Valid() || value == "" && key == "columns" || isTracking(key) {
			continue
		}
		pairs = append(pairs, pair)
	}
	f.scope, err = schedule.ParseScope(strings.Join(pairs, "&"), func(key, value string) (bool, error) {
		if key != "columns" {
			return false, nil
		}
		f.columns = columns(value)
		switch f.columns {
		case columnsRoom, columnsTrack, columnsNone:
			return true, nil
		}
		return true, schedule.Errorf(schedule.ErrInvalid, "“%s” cannot be the value of “columns”: it is room, track or none", schedule.Shorten(value))
	}, "columns")
	return f, err
}

func isTracking(key string) bool {
	return strings.HasPrefix(key, "utm_") || key == "fbclid" || key == "gclid"
}

// String returns the canonical query.
func (f filter) String() string {
	query := f.scope.String()
	if f.columns == columnsFit {
		return query
	}
	return strings.TrimPrefix(query+"&columns="+string(f.columns), "&")
}

// at returns the address of a filtered page.
func (f filter) at(path string) string { return withQuery(path, f.String()) }

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// without returns the filter without one of its values.
func (f filter) without(key schedule.ScopeKey, value string) filter {
	var pairs []string
	f.scope.Each(func(k schedule.ScopeKey, v string) {
		if k != key || v != value {
			pairs = append(pairs, string(k)+"="+url.QueryEscape(v))
		}
	})
	// A part of a scope is a scope.
	f.scope, _ = schedule.ParseScope(strings.Join(pairs, "&"), nil)
	return f
}

// filterView is the form that filters a schedule page.
type filterView struct {
	Action  string // path
	Search  string
	Selects []selectView
	Kept    []choice // what the form has no field for
	Active  []activeView
	Clear   string // the address without any filter
}

type selectView struct {
	Key, Label, Any string
	Choices         []choice
	Chosen          bool
}

type choice struct {
	Value, Label string
	Chosen       bool
}

// activeView is a value that a page is filtered by, with the address of the page
// without it.
type activeView struct{ Key, Label, Remove string }

// viewFilter shows the filters of a page at a path.
func viewFilter(e *schedule.Edition, f filter, path string) filterView {
	v := filterView{Action: path, Selects: choices(e), Clear: filter{columns: f.columns}.at(path)}
	if f.columns != columnsFit {
		v.Kept = append(v.Kept, choice{Value: string(f.columns), Label: "columns"})
	}
	f.scope.Each(func(key schedule.ScopeKey, value string) {
		v.Active = append(v.Active, activeView{keyLabel(key), labelOf(e, key, value), f.without(key, value).at(path)})
		if key == schedule.ScopeText && v.Search == "" {
			v.Search = value
			return
		}
		for i := range v.Selects {
			if s := &v.Selects[i]; s.Key == string(key) && s.choose(value) {
				return
			}
		}
		v.Kept = append(v.Kept, choice{Value: value, Label: string(key)})
	})
	v.Selects = slices.DeleteFunc(v.Selects, func(s selectView) bool { return len(s.Choices) < 2 && !s.Chosen })
	return v
}

// choose selects a value, if the field has it and no other is selected.
func (s *selectView) choose(value string) bool {
	i := slices.IndexFunc(s.Choices, func(c choice) bool { return c.Value == value })
	if i < 0 || s.Chosen {
		return false
	}
	s.Choices[i].Chosen, s.Chosen = true, true
	return true
}

// choices returns a field for each key whose values can be listed, nothing
// chosen yet.
func choices(e *schedule.Edition) []selectView {
	days := selectView{Key: "day", Label: "Day", Any: "Every day"}
	for _, d := range e.Days() {
		days.Choices = append(days.Choices, choice{Value: d.String(), Label: d.Long()})
	}
	tracks := selectView{Key: "track", Label: "Track", Any: "Every track"}
	for _, t := range e.Tracks() {
		tracks.Choices = append(tracks.Choices, choice{Value: string(t.ID), Label: t.Name})
	}
	rooms := selectView{Key: "room", Label: "Room", Any: "Every room"}
	for _, r := range e.Rooms() {
		rooms.Choices = append(rooms.Choices, choice{Value: string(r.ID), Label: r.Name})
	}
	kinds := selectView{Key: "kind", Label: "Kind", Any: "Every kind"}
	languages := selectView{Key: "lang", Label: "Language", Any: "Every language"}
	tags := selectView{Key: "tag", Label: "Tag", Any: "Every tag"}
	have, spoken, tagged := map[schedule.Kind]bool{}, map[string]bool{}, map[string]bool{}
	for _, t := range e.Talks() {
		have[t.Kind] = true
		if t.Language != "" {
			spoken[t.Language] = true
		}
		for _, tag := range t.Tags {
			tagged[strings.ToLower(tag)] = true
		}
	}
	for _, k := range schedule.Kinds() {
		if have[k] {
			kinds.Choices = append(kinds.Choices, choice{Value: string(k), Label: k.Label()})
		}
	}
	for l := range spoken {
		languages.Choices = append(languages.Choices, choice{Value: l, Label: languageName(l)})
	}
	if len(tagged) <= maxTagChoices {
		for t := range tagged {
			tags.Choices = append(tags.Choices, choice{Value: t, Label: t})
		}
	}
	for _, s := range []selectView{languages, tags} {
		slices.SortFunc(s.Choices, func(a, b choice) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value)) })
	}
	return []selectView{days, tracks, rooms, kinds, languages, tags}
}

func keyLabel(key schedule.ScopeKey) string {
	switch key {
	case schedule.ScopeLanguage:
		return "Language"
	case schedule.ScopeText:
		return "Search"
	}
	return strings.ToUpper(string(key[:1])) + string(key[1:])
}

// labelOf says what a value stands for, or the value itself where the edition does
// not have it.
func labelOf(e *schedule.Edition, key schedule.ScopeKey, value string) string {
	switch key {
	case schedule.ScopeTrack:
		if t := e.Track(schedule.TrackID(value)); t != nil {
			return t.Name
		}
	case schedule.ScopeSpeaker:
		if p := e.Speaker(schedule.SpeakerID(value)); p != nil {
			return p.Name
		}
	case schedule.ScopeRoom:
		if r := e.Room(schedule.RoomID(value)); r != nil {
			return r.Name
		}
	case schedule.ScopeTalk:
		if t := e.Talk(schedule.TalkID(value)); t != nil {
			return t.Title
		}
	case schedule.ScopeSlot:
		if i, ok := e.SlotAt(schedule.SlotID(value)); ok {
			return e.Slots()[i].Talk.Title
		}
	case schedule.ScopeKind:
		return schedule.Kind(value).Label()
	case schedule.ScopeLanguage:
		return languageName(value)
	case schedule.ScopeText:
		return "“" + value + "”"
	case schedule.ScopeDay:
		if day, err := schedule.ParseDate(value); err == nil {
			return day.Long()
		}
	}
	return value
}

// languageName returns the English name of the languages that conferences are
// mostly held in, and the tag itself of others.
func languageName(tag string) string {
	names := map[string]string{
		"ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
		"es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
		"hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian", "nl": "Dutch",
		"no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "pt-br": "Portuguese (Brazil)", "ro": "Romanian", "ru": "Russian",
		"sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
	}
	if name := names[tag]; name != "" {
		return name
	}
	return tag
}
