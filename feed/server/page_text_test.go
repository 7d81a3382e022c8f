package server

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParagraphs(t *testing.T) {
	t.Parallel()
	text := func(s string) piece { return piece{Text: s} }
	link := func(s string) piece { return piece{s, s} }
	for in, want := range map[string][]paragraph{
		"":                                nil,
		" \n\n\n":                         nil,
		"one":                             {{{text("one")}}},
		"one\ntwo\n\n\n three ":           {{{text("one")}, {text("two")}}, {{text("three")}}},
		"see https://a.example/x.":        {{{text("see "), link("https://a.example/x"), text(".")}}},
		"(http://a.example/)":             {{{text("("), link("http://a.example/"), text(")")}}},
		"https://a.example/b_(c) d":       {{{link("https://a.example/b_(c)"), text(" d")}}},
		"https://a.example/\"onclick=x":   {{{link("https://a.example/"), text("\"onclick=x")}}},
		"a https://b.example, c http://d": {{{text("a "), link("https://b.example"), text(", c "), link("http://d")}}},
		"https:// http://:80 https://u@h": {{{text("https:// http://:80 https://u@h")}}},
		"javascript:alert(1) httpx":       {{{text("javascript:alert(1) httpx")}}},
	} {
		require.Equal(t, want, paragraphs(in), "%q", in)
	}
}

func FuzzParagraphs(f *testing.F) {
	f.Add("see https://a.example/x_(y), or http://b.example.\n\nhttp")
	f.Fuzz(func(t *testing.T, in string) {
		for _, p := range paragraphs(in) {
			for _, line := range p {
				joined := ""
				for _, piece := range line {
					joined += piece.Text
					require.True(t, piece.URL == "" || piece.URL == piece.Text)
				}
				require.NotEmpty(t, joined)
				require.Contains(t, in, joined)
			}
		}
	})
}
