package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"slotcast/schedule/store/storetest"
)

// The test binary is also the program: run as "slotcast", it does what the
// program does.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"slotcast": main})
}

// cluster is where the tests have their PostgreSQL databases.
var cluster storetest.Cluster

// tests are all tests, after which the cluster ends.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer cluster.Stop()
	return t.M.Run()
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, quickExit)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"mkfifo": makePipe,
		},
	})
}

// quickExit is for the race detector, which otherwise has every process that it
// watches wait for a second before it ends.
const quickExit = "GORACE=atexit_sleep_ms=0"

// exits is the scripts' command "exits STATUS PROGRAM [ARGUMENT...]": it runs
// the program, whose exit status must be that.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	status := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		status = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%s: %v", args[1], err)
	}
	if status != want {
		ts.Fatalf("exit status %d, not %d", status, want)
	}
}

// commandNames are the commands of the program.
func commandNames() []string {
	var names []string
	for _, c := range newRoot(world{}).Commands() {
		names = append(names, c.Name())
	}
	return names
}

func TestHelp(t *testing.T) {
	t.Parallel()
	require.Subset(t, commandNames(), []string{"serve", "export", "check", "convert", "health", "version"})
	for _, name := range commandNames() {
		w, out, errs := testWorld()
		require.Zero(t, run(t.Context(), w, []string{name, "--help"}), name)
		require.Empty(t, errs.String(), "help is a result")
		require.Contains(t, out.String(), "Usage:\n  slotcast "+name)
		require.Contains(t, out.String(), "Examples:\n  slotcast "+name)
		for line := range strings.Lines(out.String()) {
			require.Less(t, len(line), 125, "it fits a terminal")
		}
	}
}

func TestExamplesRun(t *testing.T) {
	t.Parallel()
	for _, c := range newRoot(world{}).Commands() {
		for _, line := range commandLines(t, c.Example) {
			requireParses(t, line)
		}
	}
}

// testWorld returns a world in which nothing happens but what the test does, and
// what is written to it.
func testWorld() (world, *output, *output) {
	out, errs := newOutput(), newOutput()
	return world{
		stdin:  strings.NewReader(""),
		stdout: out,
		stderr: errs,
		getenv: func(string) (string, bool) { return "", false },
		now:    testClock,
		after:  time.After,
	}, out, errs
}

// program returns the program as a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	path, err := os.Executable()
	require.NoError(t, err)
	return &exec.Cmd{Path: path, Args: append([]string{"slotcast"}, args...), Env: []string{quickExit}}
}
