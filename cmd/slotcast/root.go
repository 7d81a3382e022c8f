package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

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

SOURCE is a file with a schedule, or - for standard input; left out, it is the
built-in sample. Every flag can also be given in the environment: --base-url as
SLOTCAST_BASE_URL, and so on.`,
		Example: `  slotcast serve                        # the built-in sample at http://localhost:8080
  slotcast serve myconf.yaml            # a schedule of your own
  slotcast check myconf.yaml            # what is wrong with it
  slotcast export myconf.yaml --scope track=go -o go.ics`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return fromEnvironment(cmd.Flags(), w.getenv) },
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
	root.AddCommand(serveCommand(w), exportCommand(w), checkCommand(w), convertCommand(w), healthCommand(w), versionCommand(w))
	return root
}

// fromEnvironment sets the flags that were not given from the environment. What
// is empty there counts as not given, as container tools leave it.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) (string, bool)) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "SLOTCAST_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, _ := getenv(name)
		if f.Changed || value == "" || f.Name == "help" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			if _, why, ok := badValue(err); ok {
				err = errors.New(why)
			}
			errs = append(errs, fmt.Errorf("%s in the environment: %w", name, err))
		}
	})
	return errors.Join(errs...)
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
