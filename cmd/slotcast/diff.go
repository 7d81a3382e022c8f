package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"slotcast/schedule"
)

func diffCommand(w world) *cobra.Command {
	var source sourceFlags
	var db, output string
	cmd := &cobra.Command{
		Use:   "diff [OLD] NEW",
		Short: "Say what subscribers will see of a new schedule",
		Long: `Diff says of each slot what will have changed in calendars once NEW is published:
added, moved, re-roomed, renamed, cancelled, restored or edited, with what it was
and what it is, in the conference's time.

OLD and NEW are two sources, compared as if the conference were still to come.
Without OLD, it is what the database has of NEW's conference, and what is over by
now is not cancelled. --timezone, --format and the like are for both.

The exit status is 0 where nothing differs, 1 where something does, and 2 where
that cannot be found out.`,
		Example: `  slotcast diff monday.xml tuesday.xml
  slotcast diff --output json myconf.yaml        # what publishing it would change`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output %s: choose text or json", schedule.Shorten(output))
			}
			ctx := cmd.Context()
			new := args[len(args)-1]
			opened, read, err := source.load(ctx, w, []string{new})
			if err != nil {
				return unreadable(err)
			}
			var old *schedule.Edition
			now := w.now()
			if len(args) == 2 {
				if old, now, err = beforeConference(ctx, w, &source, args[0], read); err != nil {
					return unreadable(err)
				}
			} else if old, err = lastEdition(ctx, db, opened, read); err != nil {
				return err
			}
			r := schedule.Reconcile(old, read, now, true)
			for _, p := range r.Report.Problems {
				fmt.Fprintln(w.stderr, p)
			}
			if held := schedule.Reconcile(old, read, now, false).Held; held != "" {
				fmt.Fprintln(w.stderr, "slotcast: a server would not publish this at once: "+held)
			}
			if output == "json" {
				err = writeDiff(w, r)
			} else if err = writeChanges(w.stdout, "", r.Changes); err == nil {
				fmt.Fprintln(w.stderr, "slotcast: "+countChanges(r.Changes))
			}
			if err == nil && len(r.Changes) > 0 {
				return &exitError{status: exitProblems}
			}
			return err
		},
	}
	flags := cmd.Flags()
	source.register(flags)
	registerDB(flags, &db)
	flags.StringVar(&output, "output", "text", "how to write the changes: text or json")
	return cmd
}

// unreadable gives an error the status that says that nothing was compared.
func unreadable(err error) error {
	var exit *exitError
	if errors.As(err, &exit) {
		return &exitError{exitUnreadable, exit.err}
	}
	return err
}

// beforeConference returns the old of two sources as if it had been published,
// and a time at which nothing of either is over.
func beforeConference(ctx context.Context, w world, flags *sourceFlags, old string, read *schedule.Schedule) (*schedule.Edition, time.Time, error) {
	_, s, err := flags.load(ctx, w, []string{old})
	if err != nil {
		return nil, time.Time{}, err
	}
	now := s.Slots()[0].Start
	if start := read.Slots()[0].Start; start.Before(now) {
		now = start
	}
	now = now.Add(-time.Hour)
	return firstCatalog(s, now, "").Edition(), now, nil
}

// lastEdition returns what the database has of the conference that was read.
func lastEdition(ctx context.Context, db string, opened *source, read *schedule.Schedule) (e *schedule.Edition, err error) {
	store, err := openExisting(ctx, db)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	last, err := store.Last(ctx, read.Conference().ID)
	if errors.Is(err, schedule.ErrNotFound) {
		from, fromErr := store.LastFrom(ctx, opened.key())
		if fromErr == nil && from.Edition.Continues(read) {
			last, err = from, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return last.Edition, nil
}

// writeDiff writes the changes as one JSON object.
func writeDiff(w world, r *schedule.Reading) error {
	c := r.Schedule.Conference()
	out := struct {
		Conference schedule.ConferenceID `json:"conference"`
		Timezone   string                `json:"timezone"`
		Changes    []schedule.Change     `json:"changes"`
	}{c.ID, c.Zone.String(), r.Changes}
	if out.Changes == nil {
		out.Changes = []schedule.Change{}
	}
	return writeJSON(w.stdout, out)
}
