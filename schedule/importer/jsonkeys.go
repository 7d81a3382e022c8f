package importer

import (
	"bytes"
	"encoding/json"
)

// jsonKeys returns the keys of a JSON object, each with the text from its value
// on, or those of the first object in a list, and then list is true. Every file
// in JSON is looked at this way by several formats, so strings are stepped over
// and syntax is left to the parser; of text that is cut, or nested too deep, the
// keys up to there are returned.
func jsonKeys(data []byte) (keys map[string][]byte, list bool) {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, byteOrderMark), " \t\r\n")
	if list = len(data) > 0 && data[0] == '['; list {
		data = bytes.TrimLeft(data[1:], " \t\r\n")
	}
	keys = map[string][]byte{}
	if len(data) == 0 || data[0] != '{' {
		return keys, list
	}
	key := "" // the string that was read last in the object itself
	for i, depth := 0, 0; i < len(data) && depth <= maxDepth; i++ {
		switch data[i] {
		case '"':
			end := stringEnd(data, i)
			if end < 0 {
				return keys, list
			}
			if key = ""; depth == 1 && end-i <= maxKey {
				_ = json.Unmarshal(data[i:end+1], &key) // what cannot be read is no key that is known
			}
			i = end
		case ':':
			if depth == 1 && len(keys) < maxKeys {
				keys[key] = data[i+1:]
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return keys, list
			}
		}
	}
	return keys, list
}

// Limits on what is looked at to detect a format.
const (
	maxKey  = 100 // octets
	maxKeys = 100
)

// tooDeep tells whether data looks like JSON that is nested deeper than is read,
// in which no format can be seen, and where that begins.
func tooDeep(data []byte) (at cursor, deep bool) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	at = cursor{data: data, line: 1, column: 1}
	if head := bytes.TrimLeft(data, " \t\r\n"); len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return at, false
	}
	for i, depth := 0, -1; i < len(data); i++ {
		switch data[i] {
		case '"':
			if i = stringEnd(data, i); i < 0 {
				return at, false
			}
		case '{', '[':
			if depth++; depth > maxDepth {
				at.to(i)
				return at, true
			}
		case '}', ']':
			depth--
		}
	}
	return at, false
}

// stringEnd returns where the JSON string ends that begins at i, or -1.
func stringEnd(data []byte, i int) int {
	for at := i + 1; ; at++ {
		quote := bytes.IndexByte(data[at:], '"')
		if quote < 0 {
			return -1
		}
		at += quote
		slashes := at
		for data[slashes-1] == '\\' {
			slashes--
		}
		if (at-slashes)%2 == 0 {
			return at
		}
	}
}
