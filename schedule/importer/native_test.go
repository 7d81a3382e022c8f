package importer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// conf is the least that a native file needs beside its talks.
const conf = "conference: {id: c, name: C, timezone: America/Los_Angeles}\n"

func TestNativeProblems(t *testing.T) {
	t.Parallel()
	const slot = "start: 2016-11-07 10:00, end: '11:00'"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"clean":              {conf + "talks:\n- {title: A, " + slot + "}\n", nil},
		"no talks":           {conf, []string{"empty"}},
		"no slot":            {conf + "talks:\n- {title: A, " + slot + "}\n- title: B\n", []string{"4:3 no-slot? talks[1]"}},
		"no conference":      {"talks:\n- {title: A, " + slot + "}\n", []string{"1:1 name-missing conference", "1:1 zone-missing conference"}},
		"null conference":    {"conference:\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:12 name-missing conference", "1:12 zone-missing conference"}},
		"conference text":    {"conference: C\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:13 type conference"}},
		"version":            {"slotcast: 2\n" + conf + "talks:\n- {title: A, " + slot + "}\n", []string{"1:11 version slotcast"}},
		"zone":               {"conference: {name: C, timezone: Mars/Base}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:33 zone conference.timezone"}},
		"zone type":          {"conference: {name: C, timezone: [Mars]}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:33 type conference.timezone"}},
		"name type":          {"conference: {name: {}, timezone: UTC}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:20 type conference.name"}},
		"day change":         {"conference: {name: C, timezone: UTC, day_change: 4am}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:50 time conference.day_change"}},
		"late day change":    {"conference: {name: C, timezone: UTC, day_change: '13:00'}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:50 day-change conference.day_change"}},
		"latitude":           {"conference: {name: C, timezone: UTC, venue: {latitude: north, longitude: 1}}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:56 type conference.venue.latitude"}},
		"quoted latitude":    {"conference: {name: C, timezone: UTC, venue: {latitude: '1', longitude: 1}}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:56 type conference.venue.latitude"}},
		"latitude alone":     {"conference: {name: C, timezone: UTC, venue: {latitude: 1}}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:45 position conference.venue"}},
		"position":           {"conference: {name: C, timezone: UTC, venue: {latitude: 91, longitude: 1}}\ntalks:\n- {title: A, " + slot + "}\n", []string{"1:45 position? conference.venue"}},
		"unknown keys":       {conf + "talk: []\ntalks:\n- {titel: A, title: A, " + slot + "}\n", []string{"2:1 unknown-key talk", "4:4 unknown-key talks[0].titel"}},
		"duplicate key":      {conf + "talks:\n- title: A\n  title: B\n  start: 2016-11-07 10:00\n  end: 11:00\n", []string{"4:3 duplicate-key talks[0].title"}},
		"talks type":         {conf + "talks: {}\n", []string{"2:8 type talks"}},
		"talk type":          {conf + "talks:\n- A\n- [B]\n-\n", []string{"3:3 type talks[0]", "4:3 type talks[1]", "5:2 type talks[2]"}},
		"title":              {conf + "talks:\n- {" + slot + "}\n", []string{"3:3 title-missing talks[0]"}},
		"title type":         {conf + "talks:\n- {title: [A], " + slot + "}\n", []string{"3:11 type talks[0].title"}},
		"long title":         {conf + "talks:\n- {title: " + strings.Repeat("x", 100_000) + ", " + slot + "}\n", []string{"3:11 too-long talks[0].title"}},
		"kind":               {conf + "talks:\n- {title: A, kind: show, " + slot + "}\n", []string{"3:20 kind talks[0].kind"}},
		"status":             {conf + "talks:\n- {title: A, status: maybe, " + slot + "}\n", []string{"3:22 status talks[0].status"}},
		"lists":              {conf + "talks:\n- {title: A, speakers: x, tags: {}, links: [x], " + slot + "}\n", []string{"3:24 type talks[0].speakers", "3:33 type talks[0].tags", "3:45 type talks[0].links[0]"}},
		"list members":       {conf + "speakers: [{id: s, name: S}]\ntalks:\n- {title: A, speakers: [[s], s, ~], tags: [{}, a], " + slot + "}\n", []string{"4:25 type talks[0].speakers[0]", "4:33 type talks[0].speakers[2]", "4:44 type talks[0].tags[0]"}},
		"references":         {conf + "rooms: [{id: hall, name: Hall}]\ntalks:\n- {title: A, track: go, speakers: [ann], room: hell, " + slot + "}\n", []string{"4:21 unknown-track talks[0].track", "4:36 unknown-speaker talks[0].speakers[0]", "4:48 unknown-room talks[0].room"}},
		"lost references":    {conf + "rooms: none\ntalks:\n- {title: A, room: hall, " + slot + "}\n", []string{"2:8 type rooms"}},
		"hosts":              {conf + "speakers: [{name: S}]\ntracks: [{name: T, hosts: [s, t]}]\ntalks:\n- {title: A, " + slot + "}\n", []string{"3:31 unknown-speaker tracks[0].hosts[1]"}},
		"links":              {conf + "talks:\n- {title: A, url: ftp://x, links: [{url: https://x.test}, {url: no}], " + slot + "}\n", []string{"3:19 address? talks[0].url", "3:65 address? talks[0].links[1].url"}},
		"bad id":             {conf + "talks:\n- {id: A B, title: A, " + slot + "}\n", []string{"3:8 id talks[0].id"}},
		"duplicate ids":      {conf + "rooms: [{id: r, name: A}, {id: r, name: B}]\ntalks:\n- {id: a, title: A, " + slot + "}\n- {id: a, title: B, " + slot + "}\n", []string{"2:32 id-duplicate rooms[1].id", "5:8 id-duplicate talks[1].id"}},
		"duplicate slot ids": {conf + "talks:\n- title: A\n  slots:\n  - {id: s, " + slot + "}\n  - {id: s, " + slot + "}\n", []string{"6:10 id-duplicate talks[0].slots[1].id"}},
		"no start":           {conf + "talks:\n- {title: A, end: '11:00'}\n", []string{"3:3 start-missing talks[0]"}},
		"no end":             {conf + "talks:\n- {title: A, slots: [{start: 2016-11-07 10:00}]}\n", []string{"3:22 end-missing talks[0].slots[0]"}},
		"room alone":         {conf + "rooms: [{name: R}]\ntalks:\n- {title: A, room: r}\n", []string{"4:3 start-missing talks[0]"}},
		"bad start":          {conf + "talks:\n- {title: A, start: 2016-02-30 10:00, end: '11:00'}\n", []string{"3:21 time talks[0].start"}},
		"bad end":            {conf + "talks:\n- {title: A, start: 2016-11-07 10:00, end: 25:00}\n", []string{"3:44 time talks[0].end"}},
		"start type":         {conf + "talks:\n- {title: A, start: [], end: '11:00'}\n", []string{"3:21 type talks[0].start"}},
		"bad day":            {conf + "talks:\n- {title: A, day: Monday, " + slot + "}\n", []string{"3:19 time talks[0].day"}},
		"bad duration":       {conf + "talks:\n- {title: A, start: 2016-11-07 10:00, duration: long}\n- {title: B, start: 2016-11-07 10:00, duration: -5}\n- {title: C, start: 2016-11-07 10:00, duration: 745h}\n", []string{"3:49 duration talks[0].duration", "4:49 duration talks[1].duration", "5:49 duration talks[2].duration"}},
		"end and duration":   {conf + "talks:\n- {title: A, " + slot + ", duration: 50}\n", []string{"3:63 end-and-duration talks[0].duration"}},
		"end before start":   {conf + "talks:\n- {title: A, start: 2016-11-07 10:00, end: '09:00'}\n", []string{"3:44 end-before-start talks[0].end"}},
		"skipped time":       {conf + "talks:\n- {title: A, start: 2016-03-13 02:30, end: '04:00'}\n", []string{"3:21 time-skipped talks[0].start"}},
		"repeated time":      {conf + "talks:\n- {title: A, start: 2016-11-06 01:30, end: '03:00'}\n", []string{"3:21 time-repeated? talks[0].start"}},
		"wrong offset":       {conf + "talks:\n- {title: A, start: 2016-11-07T10:00Z, end: '11:00'}\n", []string{"3:21 offset talks[0].start"}},
		"slots twice":        {conf + "talks:\n- {title: A, room: r, slots: [{" + slot + "}]}\n", []string{"3:20 slot-twice talks[0].room"}},
		"slots type":         {conf + "talks:\n- {title: A, slots: [x]}\n", []string{"3:22 type talks[0].slots[0]"}},
		"alias bomb": {conf + "talks:\n- &a {title: A, " + slot + "}\n- *a\n- {<<: *a, title: !!str B}\n- {title: C, ? [x] : y}\n- {title: !!str D, " + slot + "}\n",
			[]string{"3:3 yaml talks[0]", "4:3 yaml talks[1]", "5:3 yaml talks[2]", "6:3 yaml talks[3]", "7:11 yaml talks[4].title"}},
		"counted ids": {conf + "rooms: [{name: R}, {id: r, name: S}]\nspeakers: [{name: Ann Lee}, {name: ann lee}, {name: Bo}, {id: bo-2, name: Bo}]\ntracks: [{name: T}, {name: T}, {name: T}]\ntalks:\n- {title: A, " + slot + "}\n- {title: B, " + slot + "}\n- {title: A!, " + slot + "}\n- {title: A, " + slot + "}\n",
			[]string{"2:9 id-counted? rooms[0]", "3:29 id-counted? speakers[1]", "4:21 id-counted? tracks[1]", "8:3 id-counted? talks[2]"}},
		"JSON": {"{\"conference\": {\"name\": \"\\ud83d\\ude00 é\", \"timezone\": \"UTC\"},\r\n \"é\": 1, \"talks\": [\r\n  {\"title\": \"é\", \"kind\": \"show\", \"start\": \"2016-11-07T10:00Z\", \"duration\": 50}]}",
			[]string{"2:2 unknown-key é", "3:26 kind talks[0].kind"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, report := load(t, c.text, Options{Format: FormatNative})
			require.Equal(t, append([]string{}, c.want...), problems(report), "%v", report.Problems)
		})
	}
}

// What is empty in a list is told in words that fit YAML and JSON.
func TestNativeNull(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{\"talks\": [null]}", "talks:\n-\n", "talks: [{tags: [~]}]"} {
		_, report := load(t, text, Options{Format: FormatNative})
		require.Contains(t, fmt.Sprint(report.Problems), "there is nothing here; fill it in or take it out", text)
	}
}

func TestNativeTimes(t *testing.T) {
	t.Parallel()
	for slot, want := range map[string]string{
		"{start: 2016-11-07 10:35, end: '11:25'}":                      "2016-11-07T10:35:00-08:00 50m0s",
		"{start: 2016-11-07T10:35, end: 2016-11-08T00:25:30}":          "2016-11-07T10:35:00-08:00 13h50m30s",
		"{start: 2016-11-07 9:05:10, duration: 50m}":                   "2016-11-07T09:05:10-08:00 50m0s",
		"{start: 2016-11-07 10:35, duration: 1h 30m}":                  "2016-11-07T10:35:00-08:00 1h30m0s",
		"{start: 2016-11-07 10:35, duration: 90}":                      "2016-11-07T10:35:00-08:00 1h30m0s",
		"{start: 2016-11-07 10:35-0800, end: 11:25}":                   "2016-11-07T10:35:00-08:00 50m0s",
		"{start: 2016-11-06 01:30 -07:00, end: 01:50}":                 "2016-11-06T01:30:00-07:00 20m0s",
		"{start: 2016-11-06 01:30-08:00, end: 01:50}":                  "2016-11-06T01:30:00-08:00 20m0s",
		"{start: 2016-11-06 01:30-07:00, end: 01:10}":                  "2016-11-06T01:30:00-07:00 40m0s",
		"{start: 2016-11-06 00:30, duration: 120}":                     "2016-11-06T00:30:00-07:00 2h0m0s",
		"{start: 2016-03-13 01:30, duration: 1h}":                      "2016-03-13T01:30:00-08:00 1h0m0s",
		"{start: 2016-11-06 01:30-08:00, end: 2016-11-06 01:50-08:00}": "2016-11-06T01:30:00-08:00 20m0s",
	} {
		s, report := load(t, conf+"talks:\n- title: A\n  slots: ["+slot+"]\n", Options{})
		require.Empty(t, report.Problems, slot)
		x := s.Slots()[0]
		require.Equal(t, want, x.Start.Format(time.RFC3339)+" "+x.End.Sub(x.Start).String(), slot)
	}
}

func TestNativeIDs(t *testing.T) {
	t.Parallel()
	const at = "start: 2016-11-07 10:00, duration: 5"
	s, report := load(t, conf+`
rooms: [{name: Big Hall}, {id: small, name: Small Hall}]
speakers: [{name: Ann Lee}, {name: Ann Lee}, {id: ann-lee-2, name: Ann Moe}]
tracks: [{name: Go, hosts: [Ann Moe, ann-lee]}]
talks:
- {title: Same, track: Go, speakers: [ann-lee-3], room: Small Hall, `+at+`}
- {title: Same, room: big-hall, start: 2016-11-07 12:00, duration: 5}
- title: Twice
  slots: [{`+at+`}, {id: own, `+at+`}, {`+at+`}]
- {id: twice-3, title: Other, `+at+`}
`, Options{})
	require.Equal(t, []string{"4:29 id-counted? speakers[1]", "8:3 id-counted? talks[1]"}, problems(report))
	var ids []string
	for _, talk := range s.Talks() {
		ids = append(ids, string(talk.ID))
	}
	require.Equal(t, []string{"same", "same-2", "twice", "twice-3"}, ids)
	slots := map[schedule.SlotID]schedule.TalkID{}
	for _, slot := range s.Slots() {
		slots[slot.ID] = slot.Talk.ID
		if slot.ID == "same" {
			require.Equal(t, schedule.RoomID("small"), slot.Room.ID)
		}
	}
	require.Equal(t, map[schedule.SlotID]schedule.TalkID{
		"same": "same", "same-2": "same-2", "twice": "twice", "own": "twice", "twice-3": "twice-3", "twice-3-2": "twice",
	}, slots)
	require.Equal(t, schedule.SpeakerID("ann-lee-3"), s.Talks()[0].Speakers[0].ID)
	require.Equal(t, "Ann Moe", s.Tracks()[0].Hosts[0].Name)
}

func TestNativeOptions(t *testing.T) {
	t.Parallel()
	const talks = "talks: [{title: A, start: 2016-11-07 10:00, duration: 5}]\n"
	for _, c := range []struct{ conference, option, id, name string }{
		{"{id: c, name: C}", "", "c", "C"},
		{"{id: c, name: C}", "C", "c", "C"},
		{"{id: c, name: C}", "New One", "c", "New One"},
		{"{id: c}", "New One", "c", "New One"},
		{"{name: C}", "New One", "new-one", "New One"},
		{"{}", "New One", "new-one", "New One"},
	} {
		s, report := load(t, "conference: "+c.conference+"\n"+talks, Options{Conference: c.option, Timezone: "Asia/Tokyo"})
		require.Empty(t, report.Problems)
		require.Equal(t, c.id+" "+c.name, string(s.Conference().ID)+" "+s.Conference().Name)
		require.Equal(t, "Asia/Tokyo", s.Conference().Zone.String())
	}

	src := Source{Name: "x", Data: []byte(conf + talks), Modified: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)}
	s, _, err := Load(src, Options{})
	require.NoError(t, err)
	require.Equal(t, src.Modified, s.Updated())
}

// A file that was cut off anywhere is read or refused, never more than that.
func TestNativeTruncated(t *testing.T) {
	t.Parallel()
	for n := 1; n < len(Sample().Data); n += 50 {
		s, report, err := Load(Source{Name: "x", Data: Sample().Data[:n]}, Options{Format: FormatNative})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			continue
		}
		checkLoaded(t, s, report)
	}
}

// What is made to be slow or large to read costs no more than its size.
func TestNativeHostile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"one long line": conf + "talks: '" + strings.Repeat("x ", 10<<20) + "'",
		"unknown keys":  conf + "talks: []\n" + strings.Repeat("zz: 1\n", 20_000),
		"one key":       conf + strings.Repeat("talks: []\n", 20_000),
		"comments":      conf + strings.Repeat("# x\n", 1<<17) + "talks: []",
		"empty members": conf + "talks:\n" + strings.Repeat("-\n", 20_000),
		"wrong members": conf + "talks:\n" + strings.Repeat("- a\n# b\n\n", 5_000),
		"JSON":          `{"talks": [` + strings.Repeat(`{"title": 1, "x": {}},`, 5_000) + "{}]}",
		"wrong ids":     conf + "talks:\n" + strings.Repeat("- {title: a, track: b, speakers: [c, d], start: 2016-11-07 10:00, duration: 5}\n", 5_000),
	} {
		s, report := load(t, text, Options{Format: FormatNative})
		require.Nil(t, s, name)
		require.LessOrEqual(t, len(report.Problems), schedule.MaxProblems, name)
	}
}

func BenchmarkNative(b *testing.B) {
	var text strings.Builder
	text.WriteString(conf + "speakers:\n")
	for i := range 5_000 {
		fmt.Fprintf(&text, "- {id: s-%d, name: Speaker %d, bio: Some words about the speaker}\n", i, i)
	}
	text.WriteString("talks:\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "- title: Talk %d\n  speakers: [s-%d]\n  start: 2016-11-%02d %02d:00\n  duration: 50m\n  tags: [a, b]\n  abstract: |\n    %s\n", i, i%5_000, 1+i%30, i%24, strings.Repeat("Words of an abstract. ", 30))
	}
	src := Source{Name: "x", Data: []byte(text.String())}
	b.SetBytes(int64(len(src.Data)))
	for b.Loop() {
		s, _, err := Load(src, Options{})
		require.NoError(b, err)
		require.Len(b, s.Slots(), 10_000)
	}
}

// HTML that was pasted is warned of; what is about HTML is not.
func TestNativeProse(t *testing.T) {
	t.Parallel()
	for abstract, want := range map[string][]string{
		`<p>One &amp; <a href='https://a.example'>two</a></p>`: {"2:30 html? talks[0].abstract"},
		`Line<br>break`:                  {"2:30 html? talks[0].abstract"},
		`The tag <b> and a < b && b > c`: {},
		`R&D, *stars* and [brackets](x)`: {},
	} {
		text := fmt.Sprintf("conference: {name: C, timezone: UTC}\ntalks: [{title: T, abstract: %q, start: 2026-05-02 09:00, duration: 60}]\n", abstract)
		s, report := load(t, text, Options{})
		require.Equal(t, want, problems(report))
		require.Equal(t, abstract, s.Talks()[0].Abstract)
	}
}
