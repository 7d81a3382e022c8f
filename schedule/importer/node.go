package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"slotcast/schedule"
)

// Limits on a YAML or JSON source. A schedule in the native format is six deep,
// and the largest has fewer than a million parts.
const (
	maxDepth = 50
	maxNodes = 2_000_000
)

// nodeKind says what a node of the tree is.
type nodeKind int

const (
	nodeNull nodeKind = iota
	nodeScalar
	nodeList
	nodeMapping
	nodeRefused // YAML that this format leaves out; its text says why
)

// node is a value of a YAML or JSON text, and where it stands.
type node struct {
	kind         nodeKind
	quoted       bool   // of a scalar: it can only be text
	text         string // of a scalar, as it reads
	line, column int    // from 1; the column counts characters
	items        []*node
	entries      []entry
}

// entry is a key of a mapping with its value.
type entry struct {
	key          string
	line, column int
	value        *node
}

// get returns the value of a key, nil where there is none or n is no mapping.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// inLanguage returns a text; of one in several languages, by their tags, that
// in language, or else the English, or else the first.
func (n *node) inLanguage(language string) string {
	if n == nil || n.kind != nodeMapping {
		return n.value()
	}
	for _, tag := range []string{language, "en"} {
		if s := n.get(tag).value(); s != "" {
			return s
		}
	}
	for _, e := range n.entries {
		if s := e.value.value(); s != "" {
			return s
		}
	}
	return ""
}

// list returns the members of a list; what is none has none.
func (n *node) list() []*node {
	if n == nil || n.kind != nodeList {
		return nil
	}
	return n.items
}

// value returns a text, number or truth value as it reads, trimmed; what is none
// of them is "".
func (n *node) value() string {
	if n == nil || n.kind != nodeScalar {
		return ""
	}
	return strings.TrimSpace(n.text)
}

// orEmpty returns n, or for none a node in which there is nothing.
func (n *node) orEmpty() *node {
	if n == nil {
		return &node{}
	}
	return n
}

// locate returns the node at a path such as talks[3].slots[0].start, or the
// nearest above it that exists.
func (n *node) locate(path string) *node {
	for part := range strings.SplitSeq(path, ".") {
		key, index, indexed := strings.Cut(part, "[")
		next := n.get(key)
		if next == nil {
			return n
		}
		n = next
		if indexed {
			i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || i < 0 || i >= len(n.items) {
				return n
			}
			n = n.items[i]
		}
	}
	return n
}

// parseTree reads one YAML document, or JSON where the text begins with a brace.
// The error is of kind [schedule.ErrInvalid].
func parseTree(name string, text []byte) (*node, error) {
	if isJSON(text) {
		return parseJSON(name, text)
	}
	return parseYAML(name, text)
}

func syntaxError(name string, line, column int, format string, args ...any) error {
	at := schedule.Place{File: name, Line: line, Column: column}
	return schedule.Errorf(schedule.ErrInvalid, "%s: "+format, append([]any{at}, args...)...)
}

var (
	yamlLine   = regexp.MustCompile(`^line (\d+): `)
	yamlAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
	// What the library's parser says, rather than its scanner: the parser counts
	// lines from 0.
	yamlParser = regexp.MustCompile(`^did not find expected (?:key|node content|',' or|'-' indicator|<)`)
)

func parseYAML(name string, text []byte) (*node, error) {
	// The library builds the whole tree before it returns, so what would be too
	// large is found beforehand.
	if countYAML(text) > maxNodes {
		return nil, tooManyParts(name)
	}
	broken := func(err error) error {
		why := strings.TrimPrefix(err.Error(), "yaml: ")
		line := 1
		if m := yamlLine.FindStringSubmatch(why); m != nil {
			line, _ = strconv.Atoi(m[1])
			if why = why[len(m[0]):]; yamlParser.MatchString(why) {
				line++
			}
		}
		if m := yamlAnchor.FindStringSubmatch(why); m != nil {
			at := cursor{data: text, line: 1, column: 1}
			at.to(max(0, bytes.Index(text, []byte("*"+m[1]))))
			return syntaxError(name, at.line, at.column, "an alias (*) cannot be used here; write the value out, or put it in quotes")
		}
		return syntaxError(name, line, 0, "this is not YAML: %s; correct it there or in the line above", schedule.Shorten(why))
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	if err := d.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, schedule.Errorf(schedule.ErrInvalid, "%s has only comments; give a schedule", name)
		}
		return nil, broken(err)
	}
	if err := d.Decode(&second); err == nil {
		return nil, syntaxError(name, second.Line, second.Column, "a second YAML document begins here; keep one in the file")
	} else if !errors.Is(err, io.EOF) {
		return nil, broken(err)
	}
	return fromYAML(name, document.Content[0], 0)
}

// countYAML returns no fewer than half the nodes that text can hold: each takes
// an indicator, and a mapping's takes both key and value.
func countYAML(text []byte) int {
	count := 0
	for i, c := range text {
		switch c {
		case ',', '[', '{':
			count++
		case ':', '-', '?':
			if i+1 == len(text) || text[i+1] <= ' ' || i > 0 && (text[i-1] == '"' || text[i-1] == '\'') {
				count++
			}
		}
	}
	return count
}

func fromYAML(name string, y *yaml.Node, depth int) (*node, error) {
	n := &node{line: y.Line, column: y.Column}
	refuse := func(why string) (*node, error) {
		n.kind, n.text = nodeRefused, why
		return n, nil
	}
	switch {
	case depth > maxDepth:
		return nil, syntaxError(name, y.Line, y.Column, "this is nested more than %d deep; a schedule is not", maxDepth)
	case y.Kind == yaml.AliasNode:
		return refuse("an alias (*) cannot be used here; write the value out")
	case y.Anchor != "":
		return refuse("an anchor (&) cannot be used here; take it out")
	case y.Style&yaml.TaggedStyle != 0:
		return refuse("a tag (!) cannot be used here; take it out")
	}
	switch y.Kind {
	case yaml.SequenceNode:
		n.kind = nodeList
		for _, c := range y.Content {
			item, err := fromYAML(name, c, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case yaml.MappingNode:
		n.kind = nodeMapping
		for i := 0; i+1 < len(y.Content); i += 2 {
			k := y.Content[i]
			value, err := fromYAML(name, y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			switch {
			case k.Kind != yaml.ScalarNode:
				return refuse("a key must be plain text")
			case k.Anchor != "" || k.Style&yaml.TaggedStyle != 0 || k.Tag == "!!merge":
				return refuse("an anchor (&), a tag (!) or a merge key (<<) cannot be used here; write the keys out")
			}
			n.entries = append(n.entries, entry{k.Value, k.Line, k.Column, value})
		}
	default:
		n.kind, n.text = nodeScalar, y.Value
		n.quoted = y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
		if !n.quoted && (n.text == "" || n.text == "~" || n.text == "null") {
			n.kind = nodeNull
		}
	}
	return n, nil
}

// cursor turns offsets, asked for in rising order, into lines and columns. A
// line ends with LF, CR LF or CR.
type cursor struct {
	data         []byte
	offset       int
	line, column int
}

func (c *cursor) to(offset int) {
	for c.offset < min(offset, len(c.data)) {
		b := c.data[c.offset]
		switch {
		case b == '\n', b == '\r' && (c.offset+1 == len(c.data) || c.data[c.offset+1] != '\n'):
			c.line, c.column = c.line+1, 1
		case utf8.RuneStart(b):
			c.column++
		}
		c.offset++
	}
}

// jsonParser makes a tree of JSON's tokens.
type jsonParser struct {
	name  string
	text  []byte
	d     *json.Decoder
	at    cursor // where the token begins that was read last
	nodes int
	keys  map[string]string // each once: most objects have the same
}

func parseJSON(name string, text []byte) (*node, error) {
	if countJSON(text) > maxNodes {
		return nil, tooManyParts(name)
	}
	p := &jsonParser{name: name, text: text, d: json.NewDecoder(bytes.NewReader(text)), at: cursor{data: text, line: 1, column: 1}, keys: map[string]string{}}
	p.d.UseNumber()
	root, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.d.Token(); !errors.Is(err, io.EOF) {
		p.seek()
		return nil, syntaxError(name, p.at.line, p.at.column, "the JSON is at its end, and something follows it; take that out")
	}
	return root, nil
}

// countJSON returns how many tokens text holds, if it is JSON without white space
// in empty lists and objects, which to find out costs far less than to read them.
func countJSON(text []byte) int {
	count, quoted := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == ',', c == ':', c == ']', c == '}':
			count++
		case (c == '[' || c == '{') && i+1 < len(text) && text[i+1] != c+2: // its closing sign
			count++
		}
	}
	return count
}

func tooManyParts(name string) error {
	return schedule.Errorf(schedule.ErrInvalid, "%s has more than %d million keys and values, which is the most that is read; split the schedule", name, maxNodes/1_000_000)
}

// seek moves to where the next token begins.
func (p *jsonParser) seek() {
	i := int(p.d.InputOffset())
	for i < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[i]) >= 0 {
		i++
	}
	p.at.to(i)
}

func (p *jsonParser) token() (json.Token, error) {
	p.seek()
	token, err := p.d.Token()
	if err != nil {
		why := "it ends in the middle"
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && !errors.Is(err, io.ErrUnexpectedEOF) {
			why = syntax.Error()
			p.at.to(int(syntax.Offset) - 1)
		} else {
			p.at.to(len(p.text))
		}
		return nil, syntaxError(p.name, p.at.line, p.at.column, "this is not JSON: %s; correct it", why)
	}
	if p.nodes++; p.nodes > maxNodes {
		return nil, tooManyParts(p.name)
	}
	return token, nil
}

func (p *jsonParser) value(depth int) (*node, error) {
	token, err := p.token()
	if err != nil {
		return nil, err
	}
	n := &node{line: p.at.line, column: p.at.column}
	if depth > maxDepth {
		return nil, syntaxError(p.name, n.line, n.column, "this is nested more than %d deep; a schedule is not", maxDepth)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			n.kind = nodeMapping
		} else {
			n.kind = nodeList
		}
		return n, p.members(n, depth)
	case string:
		n.kind, n.quoted, n.text = nodeScalar, true, t
	case json.Number:
		n.kind, n.text = nodeScalar, t.String()
	case bool:
		n.kind, n.text = nodeScalar, strconv.FormatBool(t)
	}
	return n, nil
}

// members reads the rest of a list or mapping.
func (p *jsonParser) members(n *node, depth int) error {
	for p.d.More() {
		var key entry
		if n.kind == nodeMapping {
			token, err := p.token()
			if err != nil {
				return err
			}
			key.key, _ = token.(string)
			if known, ok := p.keys[key.key]; ok {
				key.key = known
			} else {
				p.keys[key.key] = key.key
			}
			key.line, key.column = p.at.line, p.at.column
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		if key.value = value; n.kind == nodeMapping {
			n.entries = append(n.entries, key)
		} else {
			n.items = append(n.items, value)
		}
	}
	_, err := p.token()
	return err
}
