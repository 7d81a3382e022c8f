package importer

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// unread returns the ids that a source is known to have and that cannot be read,
// in their order.
func unread(t *testing.T, src Source) []string {
	t.Helper()
	src, f, err := choose(src, Options{})
	require.NoError(t, err)
	draft, _, err := f.read(src, Options{Timezone: "Europe/Berlin", Conference: "C"})
	require.NoError(t, err)
	for _, id := range draft.Unread {
		require.True(t, schedule.ValidID(id), id)
	}
	ids := slices.Clone(draft.Unread)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Whoever leaves something out that cannot be read says which it is, so that what
// was published of it is not taken to have vanished. What the source itself no
// longer has, or does not want to be shown, is another thing.
func TestUnread(t *testing.T) {
	t.Parallel()
	const (
		table   = "ID,Title,Date,Start,End,Status\n9,Good,2026-05-04,9:00,10:00,\n"
		bare    = "Title,Date,Start,Duration\nGood,2026-05-04,9:00,60\nCoffee,2026-05-04,10:00,15\n"
		sched   = "event_key,active,name,event_start,event_end,event_type,id\n9,Y,Good,2026-05-04 09:00:00,2026-05-04 10:00:00,A,9\n"
		unnamed = "active,name,event_start,event_end,event_type\nY,Good,2026-05-04 09:00:00,2026-05-04 10:00:00,A\n"
		good    = "BEGIN:VEVENT\nUID:9\nSUMMARY:Good\nDTSTART:20260504T090000\nDTEND:20260504T100000\nEND:VEVENT\n"
		event   = "<event guid='22222222-7335-4d36-abac-3ff0419ec954'><title>Good</title><start>9:00</start><duration>1:00</duration></event>"
	)
	vevent := func(lines string) string {
		return "BEGIN:VCALENDAR\n" + good + "BEGIN:VEVENT\n" + lines + "\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	session := func(member string) string {
		return `[{"groupName":"A","sessions":[{"id":9,"title":"Good","startsAt":"2026-05-04T09:00:00","endsAt":"2026-05-04T10:00:00"},` + member + `]}]`
	}
	open := func(member string) string {
		return `[{"id":9,"title":"Good","state":"accepted","microlocation":null,"starts-at":"2026-05-04T09:00:00Z","ends-at":"2026-05-04T10:00:00Z"},` + member + `]`
	}
	frab := func(events string) string { return xmlOf("", "<day date='2026-05-04'>"+event+events+"</day>") }
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"csv, nothing":        {table, ""},
		"csv, start":          {table + "A7,A,2026-05-04,never,10:00,\n", "a7"},
		"csv, date":           {table + "7,A,2026-55-04,9:00,10:00,\n", "7"},
		"csv, end before":     {table + "7,A,2026-05-04,2026-05-04T09:00:00,2026-05-04T08:00:00,\n", "7"},
		"csv, skipped hour":   {table + "7,A,2026-03-29,2:30,3:30,\n", "7"},
		"csv, no title":       {table + "7,,2026-05-04,9:00,10:00,\n", "7"},
		"csv, too many cells": {table + "7,A,2026-05-04,9:00,10:00,,more\n", "7"},
		"csv, quotes":         {table + "7,A \"b\" c,2026-05-04,9:00,10:00,\n8,B,2026-05-04,9:00,10:00,\n", "7"},
		"csv, quotes before":  {table + "a \"7\" b,A,2026-05-04,9:00,10:00,\n8,B,2026-05-04,9:00,10:00,\n", ""},
		"csv, nothing known":  {table + ",,2026-05-04,9:00,10:00,\n", ""},
		"csv, no time yet":    {table + "7,A,2026-05-04,TBA,10:00,\n", ""},
		"csv, rejected":       {table + "7,A,2026-05-04,9:00,10:00,rejected\n", ""},
		"csv, no ids":         {bare + "Walk,2026-05-04,9:00,long\n", "walk"},
		"csv, one of several": {bare + "Coffee,2026-05-04,12:00,long\nCANCELLED: Coffee,2026-05-04,15:00,20\n", "coffee coffee-2 coffee-3"},

		"sched, start":    {sched + "7,Y,A,soon,2026-05-04 10:00:00,A,7\n", "7"},
		"sched, no name":  {sched + "7,Y,,2026-05-04 09:00:00,2026-05-04 10:00:00,A,8\n", "8"},
		"sched, its id":   {sched + "7,Y,A,2026-05-04 09:00:00,2026-05-04 10:00:00,A\n", ""},
		"sched, no ids":   {unnamed + "Y,A,soon,,A\n", "a"},
		"sched, no start": {sched + "7,Y,A,,,A,7\n", ""},

		"sessionize, start":       {session(`{"id":7,"title":"A","startsAt":"soon","endsAt":"2026-05-04T10:00:00"}`), "7"},
		"sessionize, no title":    {session(`{"id":7,"startsAt":"2026-05-04T09:00:00","endsAt":"2026-05-04T10:00:00"}`), "7"},
		"sessionize, end before":  {session(`{"id":7,"title":"A","startsAt":"2026-05-04T09:00:00","endsAt":"2026-05-04T08:00:00"}`), "7"},
		"sessionize, no id":       {session(`{"title":"A","startsAt":"2026-05-04T09:00:00","endsAt":"2026-05-04T08:00:00"}`), "a"},
		"sessionize, no time yet": {session(`{"id":7,"title":"A","startsAt":null,"endsAt":null}`), ""},
		"sessionize, declined":    {session(`{"id":7,"title":"A","status":"Declined"}`), ""},

		"openevent, start":       {open(`{"id":7,"title":"A","state":"accepted","starts-at":"soon","ends-at":"later"}`), "7"},
		"openevent, no title":    {open(`{"id":7,"state":"accepted"}`), "7"},
		"openevent, end before":  {open(`{"title":"A","state":"accepted","starts-at":"2026-05-04T09:00:00Z","ends-at":"2026-05-04T08:00:00Z"}`), "a"},
		"openevent, no time yet": {open(`{"id":7,"title":"A","state":"accepted","starts-at":"2026-05-04T00:00:00Z","ends-at":"2026-05-04T00:00:00Z"}`), ""},
		"openevent, rejected":    {open(`{"id":7,"title":"A","state":"rejected","starts-at":"soon"}`), ""},

		"ics, start":        {vevent("UID:7\nSUMMARY:A\nDTSTART:20260504T250000"), "7"},
		"ics, end":          {vevent("UID:7\nSUMMARY:A\nDTSTART:20260504T090000\nDTEND:never"), "7"},
		"ics, skipped hour": {vevent("UID:7\nSUMMARY:A\nDTSTART:20260329T023000\nDTEND:20260329T033000"), "7"},
		"ics, no title":     {vevent("UID:7\nDTSTART:20260504T090000"), "7"},
		"ics, one UID":      {vevent("UID:9\nSUMMARY:A\nDTSTART:never"), "9-a"},
		"ics, no UID":       {vevent("SUMMARY:A\nDTSTART:never"), "a"},
		"ics, all day":      {vevent("UID:7\nSUMMARY:A\nDTSTART:20260504"), ""},
		"ics, private":      {vevent("UID:7\nSUMMARY:A\nCLASS:PRIVATE\nDTSTART:20260504T090000"), ""},

		"frab, start":        {frab("<event id='7'><title>A</title><start>soon</start><duration>1:00</duration></event>"), "7"},
		"frab, duration":     {frab("<event code='ABC123'><title>A</title><start>9:00</start><duration>long</duration></event>"), "abc123"},
		"frab, no title":     {frab("<event id='7'><start>9:00</start><duration>1:00</duration></event>"), "7"},
		"frab, skipped hour": {frab("<event id='7'><title>A</title><date>2026-03-29T02:30:00</date><duration>1:00</duration></event>"), "7"},
		"frab, no id":        {frab("<event><title>A</title><start>soon</start></event>"), "a"},
		"frab, no such id":   {frab("<event><start>soon</start></event>"), ""},
		"frab, a repeat":     {frab(strings.Replace(event, "9:00", "soon", 1)), "22222222-7335-4d36-abac-3ff0419ec954"},
		"frab, another":      {frab("<event><title>C++</title><start>9:00</start><duration>1:00</duration></event><event><title>C</title><start>soon</start></event>"), "c c-2"},
		"frab, one guid":     {frab(strings.NewReplacer("9:00", "soon", "Good", "Bad").Replace(event)), "22222222-7335-4d36-abac-3ff0419ec954 22222222-7335-4d36-abac-3ff0419ec954-bad"},
		"frab, our own":      {frab("<event id='7'><?slotcast slot=\"a-2\" talk=\"a\" end=\"never\"?><title>A</title><date>soon</date></event>"), "a-2"},
		"frab, no time yet":  {frab("<event id='7'><title>A</title></event>"), ""},
		"voc, duration":      {`{"schedule": {"conference": {"title": "C"}, "events": [{"id": 7, "title": "A", "date": "2026-05-04T09:00:00+02:00", "duration": "-1:00"}]}}`, "7"},
		"voc, rejected":      {`{"schedule": {"conference": {"title": "C"}, "events": [{"id": 7, "title": "A", "state": "REJECTED", "date": "soon"}]}}`, ""},
	} {
		require.Equal(t, c.want, strings.Join(unread(t, Source{Name: "x", Data: []byte(c.text)}), " "), name)
	}
	for name, c := range map[string]struct {
		slots []string
		want  string
	}{
		"start":       {[]string{pretalxSlotAt(2, "ABCDEF", "soon", "")}, "abcdef"},
		"a repeat":    {[]string{pretalxSlotAt(2, "ABCDEF", "2026-05-04T09:00:00Z", ""), pretalxSlotAt(3, "ABCDEF", "soon", "")}, "abcdef"},
		"end before":  {[]string{pretalxSlotAt(2, "ABCDEF", "2026-05-04T09:00:00Z", `, "end": "2026-05-04T08:00:00Z"`)}, "abcdef"},
		"no title":    {[]string{`{"id": 2, "start": "2026-05-04T09:00:00Z", "submission": {"code": "ABCDEF", "title": ""}}`}, "abcdef"},
		"a break":     {[]string{`{"id": 2, "start": "soon", "submission": null, "description": "Lunch"}`}, "lunch"},
		"no time yet": {[]string{`{"id": 2, "start": null, "submission": {"code": "ABCDEF", "title": "A"}}`}, ""},
	} {
		require.Equal(t, c.want, strings.Join(unread(t, pretalxSource(pretalxEvent, c.slots...)), " "), name)
	}
}
