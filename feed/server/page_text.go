package server

import (
	"net/url"
	"strings"
)

// paragraph is a paragraph of plain text, as its lines.
type paragraph [][]piece

// piece is a part of a line: text, or an address that leads somewhere.
type piece struct{ Text, URL string }

// paragraphs parts plain text where it has empty lines, and finds the web
// addresses in it.
func paragraphs(text string) []paragraph {
	var all []paragraph
	var open paragraph
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			open = append(open, pieces(line))
			continue
		}
		if open != nil {
			all, open = append(all, open), nil
		}
	}
	if open != nil {
		all = append(all, open)
	}
	return all
}

// pieces finds the addresses in a line.
func pieces(line string) []piece {
	var found []piece
	for line != "" {
		start, end := addressIn(line)
		if start < 0 {
			return append(found, piece{Text: line})
		}
		if start > 0 {
			found = append(found, piece{Text: line[:start]})
		}
		found = append(found, piece{line[start:end], line[start:end]})
		line = line[end:]
	}
	return found
}

// addressIn returns where the first web address in a line is, or -1. The full
// stop after it, or the bracket around it, does not belong to it.
func addressIn(line string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(line[from:], "http")
		if i < 0 {
			return -1, -1
		}
		start = from + i
		from = start + len("http")
		if !strings.HasPrefix(line[start:], "http://") && !strings.HasPrefix(line[start:], "https://") {
			continue
		}
		end = len(line)
		if i := strings.IndexAny(line[start:], " \t<>\"“”"); i >= 0 {
			end = start + i
		}
		address := strings.TrimRight(line[start:end], ".,;:!?'*_")
		if !strings.Contains(address, "(") {
			address, _, _ = strings.Cut(address, ")")
		}
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" && u.User == nil {
			return start, start + len(address)
		}
	}
}
