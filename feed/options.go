package feed

import (
	"net/url"
	"strconv"
	"strings"

	"slotcast/schedule"
)

// MaxAlarm is the longest time before a talk that an alarm can be set to, in
// minutes: a week.
const MaxAlarm = 7 * 24 * 60

// Options is how a feed shows its slots. The zero value is how the feed shows
// them where nobody asked otherwise.
type Options struct {
	Alarm         *int  // minutes before the start; nil for no alarm
	Busy          *bool // whether the time counts as taken; nil: in feeds of chosen talks only
	HideCancelled bool  // leave cancelled slots out
	UTC           bool  // write every time in UTC
}

// set takes one option as it stands in a URL's query. known is false for a key
// that is no option.
func (o *Options) set(key, value string) (known bool, err error) {
	wrong := func(want string) (bool, error) {
		return true, schedule.Errorf(schedule.ErrInvalid, "“%s” cannot be the value of “%s”: %s", schedule.Shorten(value), key, want)
	}
	twice := false
	switch key {
	case "alarm":
		minutes, err := strconv.Atoi(value)
		if err != nil || minutes < 0 || minutes > MaxAlarm || strconv.Itoa(minutes) != value {
			return wrong("it is the minutes before a talk, from 0 to " + strconv.Itoa(MaxAlarm))
		}
		twice = o.Alarm != nil
		o.Alarm = &minutes
	case "busy":
		if value != "0" && value != "1" {
			return wrong("it is 1 for busy or 0 for free")
		}
		busy := value == "1"
		twice = o.Busy != nil
		o.Busy = &busy
	case "cancelled":
		if value != "hide" {
			return wrong("it can only be “hide”")
		}
		twice = o.HideCancelled
		o.HideCancelled = true
	case "tz":
		if value != "utc" {
			return wrong("it can only be “utc”")
		}
		twice = o.UTC
		o.UTC = true
	default:
		return false, nil
	}
	if twice {
		return true, schedule.Errorf(schedule.ErrInvalid, "“%s” is given twice; give it once", key)
	}
	return true, nil
}

// String returns the options as a query, in canonical order; empty for the zero
// value.
func (o Options) String() string {
	if o == (Options{}) {
		return ""
	}
	var parts []string
	if o.Alarm != nil {
		parts = append(parts, "alarm="+strconv.Itoa(*o.Alarm))
	}
	if o.Busy != nil {
		parts = append(parts, map[bool]string{false: "busy=0", true: "busy=1"}[*o.Busy])
	}
	if o.HideCancelled {
		parts = append(parts, "cancelled=hide")
	}
	if o.UTC {
		parts = append(parts, "tz=utc")
	}
	return strings.Join(parts, "&")
}

// ParseQuery reads the query of a feed's address: a scope and options, in any
// order. The error is of kind [schedule.ErrInvalid] and names what is wrong.
func ParseQuery(query string) (schedule.Scope, Options, error) {
	var o Options
	scope, err := schedule.ParseScope(query, o.set, "alarm", "busy", "cancelled", "tz")
	if err != nil {
		return schedule.Scope{}, Options{}, err
	}
	return scope, o, nil
}

// Path returns the canonical path and query of a feed, such as
// "/tracks/go.ics?tz=utc".
func Path(scope schedule.Scope, o Options) string {
	path, query := "/schedule.ics", scope.String()
	if key, value, ok := scope.Single(); ok {
		if folder := folders[key]; folder != "" {
			path, query = "/"+folder+"/"+value+".ics", ""
		}
	}
	if options := o.String(); query == "" {
		query = options
	} else if options != "" {
		query += "&" + options
	}
	if query == "" {
		return path
	}
	return path + "?" + query
}

// folders are where the feeds of one value of a key are.
var folders = map[schedule.ScopeKey]string{
	schedule.ScopeTrack:   "tracks",
	schedule.ScopeSpeaker: "speakers",
	schedule.ScopeRoom:    "rooms",
	schedule.ScopeDay:     "days",
	schedule.ScopeTalk:    "talks",
}

// ParseChosen reads the query of a download of chosen talks: like
// [ParseQuery]'s, where "id" is a talk's too. There must be a talk or a slot. The
// error is of kind [schedule.ErrInvalid].
func ParseChosen(query string) (schedule.Scope, Options, error) {
	scope, o, err := ParseQuery(strings.ReplaceAll("&"+query, "&id=", "&"+string(schedule.ScopeTalk)+"="))
	if err != nil {
		return scope, o, nameID(query, err)
	}
	if !scope.Chosen() {
		err = schedule.Errorf(schedule.ErrInvalid, "no talk is chosen; tick at least one, or ask with ?id= and a talk's id")
	}
	return scope, o, err
}

// nameID returns the error of a query of chosen talks, about "id" where its value
// is at fault, since that is what the reader wrote.
func nameID(query string, err error) error {
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		id, broken := url.QueryUnescape(value)
		if key == "id" && broken == nil && !schedule.ValidID(id) {
			return schedule.Errorf(schedule.ErrInvalid, "“%s” cannot be the value of “id”: give a talk's id, which is 1 to %d of a-z, 0-9 and “-”", schedule.Shorten(id), schedule.MaxID)
		}
	}
	return err
}
