package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// What is made to break a reader is refused by a limit that has a name, and soon.
func TestEventsHostile(t *testing.T) {
	t.Parallel()
	const (
		xmlHead  = `<schedule><conference><title>C</title></conference><day date="2024-05-01"><room name="R">`
		xmlEvent = `<event><start>10:00</start><duration>1:00</duration><title>A</title></event>`
		jsonHead = `{"schedule": {"version": "1", "conference": {"title": "C", "days": [{"date": "2024-05-01", "rooms": {"R": [`
		jsonOne  = `{"title": "A", "start": "10:00", "duration": "1:00"}`
	)
	for name, c := range map[string]struct {
		format Format
		text   string
		want   string
	}{
		"XML entity bomb":      {FormatFrab, `<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "` + strings.Repeat("a", 1000) + `">]><schedule>` + strings.Repeat("&a;", 100_000) + `</schedule>`, "a document type with definitions of its own"},
		"XML internal subset":  {FormatFrab, `<!DOCTYPE schedule [<!ELEMENT a ANY>]><schedule/>`, "a document type with definitions of its own"},
		"XML external entity":  {FormatFrab, `<!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>`, "a document type with definitions of its own"},
		"XML long doctype":     {FormatFrab, `<!DOCTYPE ` + strings.Repeat("x", 2<<20), "a tag of more than 64 KiB or a text of more than 1024 KiB"},
		"XML comment":          {FormatFrab, `<schedule><!--` + strings.Repeat("x", 2<<20) + `--></schedule>`, "a tag of more than 64 KiB or a text of more than 1024 KiB"},
		"XML CDATA":            {FormatFrab, `<schedule><a><![CDATA[` + strings.Repeat("x", 2<<20) + `]]></a></schedule>`, "a tag of more than 64 KiB or a text of more than 1024 KiB"},
		"XML instruction":      {FormatFrab, `<schedule><?slotcast ` + strings.Repeat("x", 2<<20) + `?></schedule>`, "a tag of more than 64 KiB"},
		"XML attributes":       {FormatFrab, `<schedule><a ` + strings.Repeat("b='' ", 1<<20) + `/></schedule>`, "a tag of more than 64 KiB"},
		"XML nesting":          {FormatFrab, strings.Repeat("<schedule>", 1_000_000), "nested more than 50 deep"},
		"XML nesting of days":  {FormatFrab, "<schedule>" + strings.Repeat("<day>", 100_000), "nested more than 50 deep"},
		"XML 200,000 events":   {FormatFrab, xmlHead + strings.Repeat(xmlEvent, 200_000), "more than 50000 events"},
		"XML 100 MB line":      {FormatFrab, xmlHead + strings.Repeat("x", 100<<20), "more than 64 MiB"},
		"XML 32 MB":            {FormatFrab, xmlHead + strings.Repeat(" ", maxEventSource), "more than 32 MiB"},
		"XML NUL":              {FormatFrab, "<schedule>\x00</schedule>", "this is not XML: illegal character code U+0000"},
		"XML NUL at the start": {FormatFrab, "<\x00s\x00", "is in UTF-16 or is no text at all"},
		"XML UTF-16":           {FormatFrab, "\xFF\xFE<\x00s\x00", "is in UTF-16; save it as UTF-8"},
		"XML UTF-32":           {FormatFrab, "\x00\x00\xFE\xFF\x00\x00\x00<", "is in UTF-16 or is no text at all"},
		"XML unknown encoding": {FormatFrab, `<?xml version="1.0" encoding="klingon"?><schedule/>`, "is in an encoding that is not known"},
		"XML not its encoding": {FormatFrab, "<?xml version='1.0' encoding='UTF-8'?><schedule><a>\xE9</a></schedule>", "x:1: this is not XML: invalid UTF-8"},
		"XML two of them":      {FormatFrab, "<schedule/><schedule/>", "“schedule” stands where"},
		"XML other":            {FormatFrab, "<feed><schedule/></feed>", "“feed” stands where"},

		"JSON nesting":         {FormatVoc, `{"schedule": ` + strings.Repeat("[", 1_000_000), "nested more than 50 deep"},
		"JSON nesting objects": {FormatVoc, strings.Repeat(`{"schedule":`, 1_000_000), "nested more than 50 deep"},
		"JSON 200,000 events":  {FormatVoc, jsonHead + strings.Repeat(jsonOne+",", 199_999) + jsonOne + "]}}]}}}", "more than 50000 events"},
		"JSON v2 200,000":      {FormatVoc, `{"schedule": {"conference": {"title": "C"}, "events": [` + strings.Repeat("{},", 199_999) + "{}]}}", "more than 50000 events"},
		"JSON many parts":      {FormatVoc, `{"schedule": {"conference": {}, "a": [` + strings.Repeat("0,", 3_000_000) + "0]}}", "more than 2 million keys and values"},
		"JSON 100 MB line":     {FormatVoc, jsonHead + `"` + strings.Repeat("x", 100<<20), "more than 64 MiB"},
		"JSON long string":     {FormatVoc, `{"a": "` + strings.Repeat("x", maxEventSource), "more than 32 MiB"},
		"JSON UTF-16":          {FormatVoc, "{\x00\"\x00", "is in UTF-16 or is no text at all"},
		"JSON Latin-1":         {FormatVoc, "{\"schedule\": {\n\"title\": \"\xE9\"", "x:2:11: this is not UTF-8"},
		"JSON and more":        {FormatVoc, `{"schedule": {"conference": {}}} {}`, "something follows it"},
		"JSON of another form": {FormatVoc, `{"schedule": [], "conference": {}}`, "this is no schedule.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, _, err := Load(Source{Name: "x", Data: []byte(c.text)}, Options{Format: c.format, Timezone: "UTC"})
			require.Less(t, time.Since(began), soon)
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.LessOrEqual(t, len(err.Error()), 400)
			require.Nil(t, s)
		})
	}
}

// What is within the limits and made to be slow is read soon all the same.
func TestEventsSlow(t *testing.T) {
	t.Parallel()
	event := func(inner string) string {
		return `<event guid="22222222-7335-4d36-abac-3ff0419ec954"><start>10:00</start><duration>1:00</duration>` + inner + `</event>`
	}
	for name, events := range map[string]string{
		"one guid and title":  strings.Repeat(event("<title>A</title>"), 40_000),
		"one guid, one room":  strings.Repeat(event("<title>A</title><room>R</room>"), 40_000),
		"no ids":              strings.Repeat("<event><start>10:00</start><duration>1:00:00</duration><title>A</title></event>", 40_000),
		"long titles":         strings.Repeat(event("<title>"+strings.Repeat("cancelled (", 300)+"</title>"), 1_000),
		"texts of markup":     strings.Repeat(event("<title>A</title><abstract>"+strings.Repeat("&lt;a href='https://x.example'&gt;", 20_000)+"</abstract>"), 15),
		"texts of Markdown":   strings.Repeat(event("<title>A</title><abstract>"+strings.Repeat("[a](", 200_000)+"</abstract>"), 15),
		"texts of stars":      strings.Repeat(event("<title>A</title><abstract>"+strings.Repeat("**a", 300_000)+"</abstract>"), 15),
		"texts of ampersands": strings.Repeat(event("<title>A</title><abstract>"+strings.Repeat("&amp;#x26;", 90_000)+"</abstract>"), 15),
		"people":              strings.Repeat(event("<title>A</title><persons>"+strings.Repeat("<person id='1'>A</person>", 1_000)+"</persons>"), 300),
		"elements":            event("<title>A</title>" + strings.Repeat("<b/>", 450_000)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := `<schedule><conference><title>C</title></conference><day date="2024-05-01">` + events + `</day></schedule>`
			require.LessOrEqual(t, len(text), maxEventSource)
			began := time.Now()
			_, _, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Format: FormatFrab, Timezone: "UTC"})
			require.Less(t, time.Since(began), soon)
			require.NoError(t, err)
		})
	}
}

// A file that was cut off anywhere is refused as a whole: read in part it would
// cancel what stood in the rest.
func TestEventsCutOff(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"frab/frab.xml", "frab/pentabarf.xml", "frab/wafer.xml", "voc/v1.json", "voc/v2.json"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", filepath.FromSlash(name)))
		require.NoError(t, err)
		format := FormatFrab
		if strings.HasPrefix(name, "voc") {
			format = FormatVoc
		}
		whole := len(strings.TrimRight(string(data), " \n"))
		for cut := 1; cut < whole; cut++ {
			_, _, err := Load(Source{Name: "x", Data: data[:cut]}, Options{Format: format, Timezone: "UTC"})
			require.ErrorIs(t, err, schedule.ErrInvalid, "%s, cut at %d", name, cut)
		}
	}
}

// However a file is encoded, its names are read right or it is refused; what it
// says of itself is believed only where that can be.
func TestFrabEncodings(t *testing.T) {
	t.Parallel()
	utf8Name, latinName := "S\u00F8lvi \u2013 \u00e9", "S\xF8lvi \xe9"
	for name, c := range map[string]struct {
		declared, title string
		mark            string
		want            string
		warned          bool
	}{
		"nothing declared":         {"", utf8Name, "", utf8Name, false},
		"UTF-8":                    {"utf-8", utf8Name, "", utf8Name, false},
		"UTF-8 with its mark":      {"UTF-8", utf8Name, "\uFEFF", utf8Name, false},
		"Latin-1":                  {"ISO-8859-1", latinName, "", "S\u00F8lvi \u00e9", false},
		"windows-1252":             {"windows-1252", "caf\xe9 \x96 bar", "", "caf\u00e9 \u2013 bar", false},
		"UTF-8 called Latin-1":     {"ISO-8859-1", utf8Name, "", utf8Name, true},
		"UTF-8 called UTF-16":      {"UTF-16", utf8Name, "", utf8Name, true},
		"ASCII called UTF-16":      {"utf-16le", "Solvi", "", "Solvi", true},
		"ASCII called Latin-1":     {"latin1", "Solvi", "", "Solvi", false},
		"marked and called Latin1": {"latin1", utf8Name, "\uFEFF", utf8Name, true},
	} {
		head := "<?xml version='1.0'?>"
		if c.declared != "" {
			head = "<?xml version='1.0' encoding='" + c.declared + "'?>"
		}
		text := c.mark + head + `<schedule><conference><title>C</title></conference><day date="2024-05-01"><event><start>10:00</start><duration>PT45M</duration><title>` + c.title + `</title></event></day></schedule>`
		s, report, err := Load(Source{Name: "x", Data: []byte(text)}, Options{Timezone: "UTC"})
		require.NoError(t, err, name)
		require.NoError(t, report.Err(), name)
		require.Equal(t, c.want, s.Talks()[0].Title, name)
		if c.warned {
			require.Equal(t, []string{"1 encoding?"}, problems(report), name)
		} else {
			require.Empty(t, report.Problems, name)
		}
	}
}

func TestParseLength(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]time.Duration{
		"00:45": {45 * time.Minute}, "0:20": {20 * time.Minute}, "1:30": {90 * time.Minute}, "24:00": {24 * time.Hour}, "99:59": {99*time.Hour + 59*time.Minute},
		"00:45:00": {45 * time.Minute}, "0:45:00": {45 * time.Minute}, "0:01:00": {time.Minute}, "01:30:00": {90 * time.Minute},
		"1:12:00": {36 * time.Hour, 72 * time.Minute}, "2:00:00": {48 * time.Hour, 2 * time.Hour},
		"PT45M": {45 * time.Minute}, "PT1H30M": {90 * time.Minute}, "P1DT2H": {26 * time.Hour}, "PT90S": {90 * time.Second}, "45": {45 * time.Minute},
		" 0:45 ": {45 * time.Minute}, "31:00:00": {31 * time.Hour}, "744:00": {31 * 24 * time.Hour},
	} {
		length, short, ok := parseLength(text)
		require.True(t, ok, text)
		require.Equal(t, want, [2]time.Duration{length, short}, text)
	}
	for _, text := range []string{"", "-1:00", "99:99", "0:00", "00:00:00", "1:60", "0:99:00", "0:00:99", "PT", "P", "PT-5M", "PT0M", "x", "1:2:3:4", "745:00", "999:59", "PT99999999S", "0", "-45", "1h", "99999999999999999999"} {
		_, _, ok := parseLength(text)
		require.False(t, ok, text)
	}
}

func TestMarkedCancelled(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"CANCELLED: Knots": "Knots", "CANCELLED Knots": "Knots", "CANCELED!!!!!! Knots": "Knots", "Cancelled: Knots": "Knots", "[Cancelled] Knots": "Knots",
		"(CANCELED) Knots": "Knots", "***CANCELLED*** Knots": "Knots", "Knots (cancelled)": "Knots", "Knots [CANCELED]": "Knots", "Knots - cancelled": "Knots",
		"Knots CANCELLED": "Knots", "Cancelled – Knots": "Knots", "ABGESAGT: Knoten": "Knoten", "Knoten (entfällt)": "Knoten", "ANNULÉ Nœuds": "Nœuds",
		" CANCELLED\n Knots ": "Knots", "CANCELLED": "CANCELLED", "[Cancelled]": "[Cancelled]",
	} {
		rest, marked := markedCancelled(title)
		require.True(t, marked, title)
		require.Equal(t, want, rest, title)
	}
	for _, title := range []string{
		"Cancelling POSIX syscalls in Managarm", "Cancelled flights, a data story", "How noise is cancelled", "Uncancelled: a life", "CANCELLATION in Go",
		"Why we cancelled everything (and came back)", "Knots (cancelled?)", "Knoten entfalten", "AMENDMENT Knots", "(Achtung Verschoben!!) Knoten", "",
	} {
		rest, marked := markedCancelled(title)
		require.False(t, marked, title)
		require.Equal(t, oneLine(title), rest)
	}
	for title, want := range map[string]string{
		"AMENDMENT Knots": "Knots", "AMENDMENT: Knots and bends": "Knots and bends", "AMENDMENT": "AMENDMENT", "AMENDMENT PROCESS": "AMENDMENT PROCESS",
		"Amendment to the rules": "Amendment to the rules", "AMENDMENTS to it": "AMENDMENTS to it", "The AMENDMENT x": "The AMENDMENT x",
		"AMENDMENT to the constitution": "AMENDMENT to the constitution", "AMENDMENT 5 and you": "AMENDMENT 5 and you", "AMENDMENT: to be told": "to be told", "AMENDMENT matrixRTC": "matrixRTC",
		"AMENDMENTS of it": "AMENDMENTS of it",
	} {
		require.Equal(t, want, withoutAmendment(title), title)
	}
}
