package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

var fencedBlock = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// readmeBlocks returns the fenced blocks of the README in a language.
func readmeBlocks(t *testing.T, language string) []string {
	t.Helper()
	var found []string
	for _, m := range fencedBlock.FindAllStringSubmatch(readme(t), -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	return found
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	return string(text)
}

// The schedules that the README shows are without problems.
func TestReadmeSchedules(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, block := range readmeBlocks(t, "yaml") {
		if !strings.HasPrefix(block, "conference:") && !strings.HasPrefix(block, "slotcast:") {
			continue
		}
		w, out, errs := testWorld()
		w.stdin = strings.NewReader(block)
		require.Zero(t, run(t.Context(), w, []string{"check", "-"}), "%s%s\nin\n%s", out, errs, block)
		checked++
	}
	require.NotZero(t, checked)
}

// Every flag has its place in the README.
func TestReadmeFlags(t *testing.T) {
	t.Parallel()
	text := readme(t)
	for _, c := range newRoot(world{}).Commands() {
		require.Contains(t, text, "slotcast "+c.Name())
		c.Flags().VisitAll(func(f *pflag.Flag) {
			require.Regexp(t, `--`+f.Name+`\b`, text, "%s", c.Name())
		})
	}
}

// The command lines that the README shows are understood.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	lines := 0
	for _, block := range readmeBlocks(t, "sh") {
		for _, line := range commandLines(t, block) {
			requireParses(t, line)
			lines++
		}
	}
	require.NotZero(t, lines)
}

// requireParses checks that a command line names a command, flags that it has,
// with values of their types, and as many sources as it takes.
func requireParses(t *testing.T, args []string) {
	t.Helper()
	cmd, rest, err := newRoot(world{}).Find(args)
	require.NoError(t, err, "%q", args)
	require.True(t, cmd.HasParent(), "%q has a command", args)
	require.NoError(t, cmd.ParseFlags(rest), "%q", args)
	require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), "%q", args)
	if as := cmd.Flags().Lookup("format"); as != nil {
		require.Contains(t, as.Usage, as.Value.String())
	}
}

// programCall is how the program is called at the start of a line.
var programCall = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:\S*/)?(?:go run \./cmd/slotcast|slotcast|docker run .*? slotcast)(?: |$)`)

// commandLines returns the arguments of each call of the program in a shell
// script.
func commandLines(t *testing.T, script string) [][]string {
	t.Helper()
	var calls [][]string
	for line := range strings.Lines(strings.ReplaceAll(script, "\\\n", " ")) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "$ "))
		if call := programCall.FindString(line); call != "" {
			calls = append(calls, words(t, line[len(call):]))
		}
	}
	return calls
}

// words splits what a shell would, up to a comment or an operator.
func words(t *testing.T, line string) []string {
	t.Helper()
	var all []string
	word, begun, quote := "", false, rune(0)
	end := func() {
		if begun {
			all = append(all, word)
		}
		word, begun = "", false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ' || r == '\t':
			end()
		case strings.ContainsRune("|&;<>", r), r == '#' && !begun:
			end()
			return all
		default:
			word, begun = word+string(r), true
		}
	}
	require.Zero(t, quote, "a quote is left open in %s", line)
	end()
	return all
}
