package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"slotcast/schedule"
)

// The exit statuses.
const (
	exitProblems   = 1
	exitUnreadable = 2
)

// exitError ends the program with a status. A nil err has been told already.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// run runs the program with arguments and returns its exit status.
func run(ctx context.Context, w world, args []string) int {
	root := newRoot(w)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	status := exitUnreadable
	var exit *exitError
	if errors.As(err, &exit) {
		status, err = exit.status, exit.err
	}
	if err != nil {
		fmt.Fprintf(w.stderr, "slotcast: %v\n", err)
	}
	return status
}

func newRoot(w world) *cobra.Command {
	root := &cobra.Command{
		Use:   "slotcast",
		Short: "Turn a conference schedule into calendar feeds that stay right",
		Long: `Slotcast turns a conference schedule into calendar feeds that stay right: one
for the whole conference, one per track, speaker, room and day, and downloads of
chosen talks.

SOURCE is a file or a folder with a schedule, an http or https address, or - for
standard input; left out, it is the built-in sample.

Every flag can also be given in the environment, --base-url as SLOTCAST_BASE_URL
and so on, or as a file that holds it, SLOTCAST_TOKEN_FILE and so on; and in the
YAML file of --config, as base-url and so on. What is given on the command line
goes first, then the environment, then the file.`,
		Example: `  slotcast serve                        # the built-in sample at http://localhost:8080
  slotcast serve myconf.yaml            # a schedule of your own
  slotcast check myconf.yaml            # what is wrong with it
  slotcast diff myconf.yaml edited.yaml  # what subscribers will see
  slotcast export myconf.yaml --scope track=go -o go.ics`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return configure(cmd, w.getenv) },
	}
	root.Version = programVersion()
	root.SetVersionTemplate(versionText())
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if f, why, ok := badValue(err); ok {
			err = fmt.Errorf("--%s: %s", f.Name, why)
		}
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().String("config", "", "YAML file with values for flags that are not given")
	root.AddCommand(serveCommand(w), exportCommand(w), checkCommand(w), convertCommand(w), diffCommand(w), publishCommand(w), logCommand(w), healthCommand(w), versionCommand(w))
	return root
}

// badValue tells the error of a value that a flag cannot have, and says so in
// words that are not of the program's insides.
func badValue(err error) (f *pflag.Flag, why string, ok bool) {
	bad, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return nil, "", false
	}
	f = bad.GetFlag()
	want := map[string]string{"int": "a whole number", "bool": "true or false", "duration": "a time such as 5m"}[f.Value.Type()]
	return f, fmt.Sprintf("“%s” cannot be read; give %s", schedule.Shorten(bad.GetValue()), want), want != ""
}

// atMostOne accepts one SOURCE or none, and says so otherwise.
func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%d sources were given; give one (see slotcast %s --help)", len(args), cmd.Name())
	}
	return nil
}

// exactlyOne accepts one SOURCE, and says so otherwise.
func exactlyOne(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no source was given; name a file, or - for standard input (see slotcast %s --help)", cmd.Name())
	}
	return atMostOne(cmd, args)
}
