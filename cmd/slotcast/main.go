// Command slotcast turns a conference schedule into calendar feeds: it serves
// them, writes them to files, and checks and converts schedules.
//
// Results go to standard output and everything else to standard error. The exit
// status is 0 for success, 1 where a schedule has problems or a server is not
// healthy, and 2 where a command could not do its work at all.
package main

import (
	"context"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the linker; see the Makefile.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	w := world{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		getenv: os.LookupEnv,
		now:    time.Now,
		after:  time.After,
		reload: reload,
	}
	os.Exit(run(ctx, w, os.Args[1:]))
}

// world is what the program sees of its surroundings.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) (string, bool)
	now            func() time.Time
	after          func(time.Duration) <-chan time.Time
	reload         <-chan os.Signal // asks a server to read its source again

	// listening is told where a server accepts connections, and where those of
	// its operators, which may be nil. It may be nil itself.
	listening func(public, ops net.Listener)
}
