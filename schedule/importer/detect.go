package importer

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"slotcast/schedule"
)

var byteOrderMark = []byte("\uFEFF")

// plainText returns the text of a source that is to be plain text in UTF-8, for
// the formats that are. Byte order marks are left out, wherever they stand. The
// error is of kind [schedule.ErrInvalid]; for a character that no text has it
// names line and column.
func plainText(src Source) ([]byte, error) {
	refused := func(format string, args ...any) ([]byte, error) {
		return nil, schedule.Errorf(schedule.ErrInvalid, src.Name+format, args...)
	}
	if looks := disguise(src.Data); looks != "" {
		return refused("%s", looks)
	}
	text := bytes.ReplaceAll(src.Data, byteOrderMark, nil)
	if len(bytes.TrimSpace(text)) == 0 {
		return refused(" has nothing in it but white space; give a schedule")
	}
	at := cursor{data: text, line: 1, column: 1}
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c < 0x7F || c == '\n' || c == '\r' || c == '\t' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			at.to(i)
			return refused(":%d:%d: this is not UTF-8; save the file as UTF-8", at.line, at.column)
		}
		if unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF {
			at.to(i)
			return refused(":%d:%d: the character %U is none that a text has; take it out", at.line, at.column, r)
		}
		i += size
	}
	return text, nil
}

// disguise says what data looks to be where it is not plain UTF-8 text, as the
// rest of a sentence, or "".
func disguise(data []byte) string {
	if looks := notText(data); looks != "" {
		return looks
	}
	head := bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 4<<10)], byteOrderMark))
	switch {
	case htmlPattern.Match(markupHead(data)):
		return " is a web page: an error page, or the schedule's page instead of its export; give the export, or the text of the page as it is copied from the browser"
	case len(head) > 1 && head[0] == '<' && (head[1] == '?' || head[1] == '!' || unicode.IsLetter(rune(head[1]))):
		return " looks like XML; export the schedule as text, or in another format"
	}
	return ""
}

// notText is disguise for formats that are markup.
func notText(data []byte) string {
	for _, magic := range []struct{ prefix, looks string }{
		{"\xFF\xFE", " is in UTF-16; save it as UTF-8"},
		{"\xFE\xFF", " is in UTF-16; save it as UTF-8"},
		{"PK\x03\x04", " is a zip archive, or an office document; export the schedule as text"},
		{"%PDF-", " is a PDF document; copy the text out of it, or export the schedule as text"},
		{"\x1F\x8B", " is compressed with gzip; unpack it first"},
	} {
		if bytes.HasPrefix(data, []byte(magic.prefix)) {
			return magic.looks
		}
	}
	if bytes.IndexByte(data[:min(len(data), 4)], 0) >= 0 {
		return " is in UTF-16 or is no text at all; save it as UTF-8"
	}
	return ""
}

var (
	htmlPattern  = regexp.MustCompile(`(?i)^<(?:!doctype\s+html|html)\b`)
	nativeKey    = regexp.MustCompile(`^["']?(?:slotcast|conference|talks)["']?[ \t]*:(?:\s|$)`)
	trackAtStart = regexp.MustCompile(`(?im)^[\t\p{Z}\p{Cf}]*track[\t\p{Z}\p{Cf}]*:`)
)

// markupHead returns the first octets of what data begins with, after the XML
// declaration and comments, which can be of any length.
func markupHead(data []byte) []byte {
	data = bytes.TrimPrefix(data, byteOrderMark)
	for {
		data = bytes.TrimLeft(data, " \t\r\n")
		end := ""
		switch {
		case bytes.HasPrefix(data, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(data, []byte("<?")):
			end = "?>"
		}
		at := bytes.Index(data, []byte(end))
		if end == "" || at < 0 {
			return bytes.TrimSpace(data[:min(len(data), 4<<10)])
		}
		data = data[at+len(end):]
	}
}

// isNative tells whether a top-level key shows the native format.
func isNative(data []byte) bool {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if !isJSON(data) {
		for line := range bytes.Lines(data) {
			if strings.IndexByte(`"'sct`, line[0]) >= 0 && nativeKey.Match(line[:min(len(line), 100)]) {
				return true
			}
		}
		return false
	}
	keys, list := jsonKeys(data)
	return !list && (keys["slotcast"] != nil || keys["conference"] != nil || keys["talks"] != nil)
}

// isJSON tells whether data is to be read as JSON rather than YAML.
func isJSON(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	return len(data) > 0 && data[0] == '{'
}

// isTrackPage tells whether there is a track near the start and a slot's line
// anywhere after it.
func isTrackPage(data []byte) bool {
	at := trackAtStart.FindIndex(data[:min(len(data), 64<<10)])
	if at == nil {
		return false
	}
	for line := range bytes.Lines(data[at[1]:]) {
		if len(line) > 4*maxRangeLine { // with room for wide spaces
			continue
		}
		if _, _, ok := slotLine(pageText(string(line))); ok {
			return true
		}
	}
	return false
}

// knownKeys are what documents in JSON and YAML are known by, and what stands
// beside that.
var knownKeys = []string{"slotcast", "conference", "talks", "speakers", "rooms", "tracks", "schedule", "sessions"}

// topKey is a line of YAML with a key under which there is more, or a number.
var topKey = regexp.MustCompile(`^["']?([A-Za-z][\w-]{2,63})["']?[ \t]*:[ \t]*(?:[\[{#\d].*)?$`)

// misspelt returns a key of a document in no known format that is nearly one by
// which formats are known, and that one.
func misspelt(data []byte) (key, known string) {
	var keys []string
	if found, _ := jsonKeys(data); len(found) > 0 {
		keys = slices.Sorted(maps.Keys(found))
	} else {
		for line := range bytes.Lines(data) {
			if m := topKey.FindSubmatch(bytes.TrimRight(line[:min(len(line), 200)], "\r\n")); m != nil {
				keys = append(keys, string(m[1]))
			}
			if len(keys) == maxKeys {
				break
			}
		}
	}
	for _, key := range keys {
		if near := schedule.Nearest(strings.ToLower(key), knownKeys); near != "" && near != key {
			return key, near
		}
	}
	return "", ""
}
