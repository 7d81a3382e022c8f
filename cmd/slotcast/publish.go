package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"slotcast/feed"
)

func publishCommand(w world) *cobra.Command {
	var source sourceFlags
	var db string
	var confirm bool
	cmd := &cobra.Command{
		Use:   "publish [SOURCE]",
		Short: "Read a schedule and publish it once",
		Long: `Publish reads a schedule once and publishes it to the database, from which a
server that runs on the same database serves it within a second. It counts as one
of the server's own reads.

--confirm publishes what is held back since it would cancel more than 30 % of
what is to come, and cancels at once what the schedule lacks.

The exit status is 0 where it is published, or nothing differs, 1 where it is
held back or the schedule has errors, and 2 where that cannot be done at all.`,
		Example: `  slotcast publish https://conf.example/schedule.xml
  slotcast publish --confirm myconf.yaml`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx := cmd.Context()
			opened, read, err := source.load(ctx, w, args)
			if err != nil {
				return err
			}
			store, err := openStore(ctx, db)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			p := &pipeline{store: store, publisher: feed.NewPublisher(), source: opened.key(), now: w.now}
			out, err := p.publish(ctx, read, confirm)
			if err != nil {
				return err
			}
			for _, problem := range out.report.Problems {
				fmt.Fprintln(w.stderr, problem)
			}
			switch {
			case out.held != "":
				return &exitError{exitProblems, errors.New(out.held)}
			case !out.published:
				fmt.Fprintf(w.stderr, "slotcast: nothing differs from edition %d\n", p.last.Number)
				return nil
			}
			fmt.Fprintf(w.stderr, "slotcast: published edition %d of %s: %s\n", p.last.Number, p.last.Name, countChanges(out.changes))
			if p.last.Number == 1 {
				return nil // everything is new
			}
			return writeChanges(w.stdout, "", out.changes)
		},
	}
	flags := cmd.Flags()
	source.register(flags)
	registerDB(flags, &db)
	flags.BoolVar(&confirm, "confirm", false, "publish what would otherwise be held back")
	return cmd
}
