package importer

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// soon is far more than anything here takes, which is a second at most: what is
// slow in the square of its input takes hours, and a busy machine under the race
// detector less than this.
const soon = 2 * time.Minute

// Whatever a format is given, it says soon what is wrong with it.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const (
		sched   = "event_key,active,name,event_start,event_end,event_type\n"
		session = `{"id":1,"title":"A","startsAt":"2026-05-04T09:00:00","endsAt":"2026-05-04T10:00:00"},`
	)
	huge := strings.Repeat("x", 8<<20)
	for name, c := range map[string]struct {
		format Format
		text   string
		want   string
	}{
		"sessionize, many":      {FormatSessionize, `[{"groupName":"a","sessions":[` + strings.Repeat(session, 200_000) + `{}]}]`, "more than 2 million keys and values"},
		"sessionize, talks":     {FormatSessionize, `[{"groupName":"a","sessions":[` + strings.Repeat(`{"title":1},`, 51_000) + `{}]}]`, "has more than 50000 talks; split the schedule"},
		"sessionize, parts":     {FormatSessionize, `[{"groupName":"a","sessions":[` + strings.Repeat("1,", 3_000_000), "more than 2 million keys and values"},
		"sessionize, UTF-16":    {FormatSessionize, "\xFE\xFF\x00[", "is in UTF-16; save it as UTF-8"},
		"sessionize, Latin-1":   {FormatSessionize, "[{\"rooms\": \"Zo\xEB\"}]", "x:1:15: this is not UTF-8"},
		"sched, one cell":       {FormatSched, sched + "1,Y,\"" + huge + "\",,,\n", "x:2: this row has a cell of more than 1024 KiB"},
		"sched, one line":       {FormatSched, sched + strings.Repeat("1,", 2_100_000), "more than 2 million cells"},
		"sched, many":           {FormatSched, sched + strings.Repeat("1,Y,A,2026-05-04 09:00:00,2026-05-04 10:00:00,\n", 200_000), "more than 50000 rows"},
		"csv, a long header":    {FormatCSV, huge, "does not begin with a line of column names"},
		"csv, no header":        {FormatCSV, "Title," + huge, "does not begin with a line of column names"},
		"csv, many":             {FormatCSV, "Title,Date,Start\n" + strings.Repeat("A,2026-05-04,9:00\n", 200_000), "more than 50000 rows"},
		"csv, UTF-16":           {FormatCSV, "\xFF\xFET\x00", "is in UTF-16; save it as UTF-8"},
		"openevent, many":       {FormatOpenEvent, `[` + strings.Repeat(`{"title":"A","microlocation":1,"start_time":1,"state":"accepted"},`, 51_000) + `{}]`, "has more than 50000 talks; split the schedule"},
		"openevent, deep":       {FormatOpenEvent, strings.Repeat(`[{"title":1,"microlocation":1,"start_time":`, 1_000_000), "x has more than 2 million keys and values"},
		"ics, one line":         {FormatICS, "BEGIN:VCALENDAR\nX:" + huge, "x:2: this line has more than 1024 KiB"},
		"nothing that is known": {FormatAuto, huge, "in no format that is known by its content"},
		"only brackets":         {FormatAuto, strings.Repeat("[", 8<<20), "x:1:52: this is nested more than 50 deep; a schedule is not"},
		"only objects":          {FormatAuto, strings.Repeat("{\"a\":\n", 1<<20), "x:52:1: this is nested more than 50 deep"},
		"brackets in a text":    {FormatAuto, `{"a": "` + strings.Repeat("[", 8<<20) + `\""}`, "in no format that is known by its content"},
		"only quotes":           {FormatAuto, `{"` + strings.Repeat(`\"`, 4<<20), "in no format that is known by its content"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: c.format})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
			require.Less(t, time.Since(began), soon)
		})
	}
	// A text that is too long for any schedule is cut, soon.
	for name, text := range map[string]string{
		"plain": huge, "tags": strings.Repeat("<p>", 4<<20), "open tags": strings.Repeat("<a href=", 1<<20), "brackets": strings.Repeat("[", 8<<20), "links": strings.Repeat("[a](", 4<<20), "entities": strings.Repeat("&amp;", 2<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			require.LessOrEqual(t, len(prose(text)), 4*maxProse)
			require.Less(t, time.Since(began), soon)
		})
	}
}
