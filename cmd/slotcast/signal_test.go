//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// makePipe is the scripts' command "mkfifo FILE".
func makePipe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mkfifo FILE")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

// The program as the system starts it: it serves, reads again on a hangup, and
// ends well on a termination signal.
func TestSignals(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "days.yaml")
	require.NoError(t, os.WriteFile(path, []byte(daysYAML), 0o600))
	cmd := program(t, "serve", path, "--listen", "localhost:0", "--ops-listen", "", "--db", newDB(t))
	log := newOutput()
	cmd.Stderr = log
	require.NoError(t, cmd.Start())
	log.wait(t, "msg=serving", 1)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(daysYAML, "Opening", "Welcome", 1)), 0o600))
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	log.wait(t, "msg=published", 1)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait())
	require.Contains(t, log.String(), "msg=stopped")
}

// A second signal ends the program even where something keeps it from ending
// well, such as an input that does not come.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	cmd := program(t, "check", "-")
	stdin, err := cmd.StdinPipe() // stays open
	require.NoError(t, err)
	defer stdin.Close()
	require.NoError(t, cmd.Start())
	// More than a pipe holds, so that the program has begun to read it.
	_, err = io.WriteString(stdin, strings.Repeat(" ", 1<<20))
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	require.Eventually(t, func() bool {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		return len(ended) > 0
	}, 20*time.Second, 5*time.Millisecond)
	require.Error(t, <-ended)
}

// What is no regular file is written to, and never replaced by one.
func TestWriteToPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	pipe, err := os.OpenFile(path, os.O_RDWR, 0) // waits for nobody
	require.NoError(t, err)
	defer pipe.Close()
	w, _, errs := testWorld()
	require.Zero(t, run(t.Context(), w, []string{"export", "--scope", "talk=jordan-west", "-o", path}), errs.String())
	info, err := os.Lstat(path)
	require.NoError(t, err)
	require.Equal(t, os.ModeNamedPipe, info.Mode().Type())
	begin := make([]byte, 15)
	_, err = pipe.Read(begin)
	require.NoError(t, err)
	require.Equal(t, "BEGIN:VCALENDAR", string(begin))
}
