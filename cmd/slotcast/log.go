package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

func logCommand(w world) *cobra.Command {
	var db, output string
	var limit int
	cmd := &cobra.Command{
		Use:   "log [CONFERENCE]",
		Short: "Say what was published so far",
		Long: `Log lists the editions that were published of a conference, the newest first, and
what each changed. CONFERENCE is its id, with which every UID ends; left out, it
is the one that was published last.

The times of slots are the conference's own.`,
		Example: `  slotcast log
  slotcast log --limit 3 --output json myconf-2026`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output %s: choose text or json", schedule.Shorten(output))
			}
			if limit < 1 || limit > store.MaxEditions {
				return fmt.Errorf("--limit %d: give 1 to %d", limit, store.MaxEditions)
			}
			ctx := cmd.Context()
			s, err := openExisting(ctx, db)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			all, err := s.Conferences(ctx)
			if err != nil {
				return err
			}
			chosen, err := chooseConference(all, args, db)
			if err != nil {
				return err
			}
			records, err := s.Log(ctx, chosen.ID, limit)
			if err != nil {
				return err
			}
			if output == "json" {
				return writeJSON(w.stdout, struct {
					Conference schedule.ConferenceID `json:"conference"`
					Name       string                `json:"name"`
					Editions   []store.Record        `json:"editions"`
				}{chosen.ID, chosen.Name, records})
			}
			return writeLog(w, records)
		},
	}
	flags := cmd.Flags()
	registerDB(flags, &db)
	flags.StringVar(&output, "output", "text", "how to write the log: text or json")
	flags.IntVar(&limit, "limit", 20, "how many editions to list at most")
	return cmd
}

// chooseConference returns the conference that is asked for, or else the one
// last published.
func chooseConference(all []store.Summary, args []string, db string) (store.Summary, error) {
	if len(all) == 0 {
		return store.Summary{}, schedule.Errorf(schedule.ErrNotFound, "nothing has been published to %s yet", withoutPassword(db))
	}
	if len(args) == 0 {
		return all[0], nil
	}
	var ids []string
	for _, c := range all {
		if string(c.ID) == args[0] {
			return c, nil
		}
		ids = append(ids, string(c.ID))
	}
	hint := ""
	if near := schedule.Nearest(args[0], ids); near != "" {
		hint = "; did you mean “" + near + "”?"
	}
	return store.Summary{}, schedule.Errorf(schedule.ErrNotFound, "nothing has been published of a conference “%s”%s", schedule.Shorten(args[0]), hint)
}

func writeLog(w world, records []store.Record) error {
	for _, r := range records {
		what := countChanges(r.Changes)
		if r.Number == 1 {
			what = "the first"
		}
		if _, err := fmt.Fprintf(w.stdout, "edition %d, %s, %s, from %s: %s\n",
			r.Number, r.At.Format("2006-01-02 15:04:05 MST"), count(r.Slots, "slot"), r.Source, what); err != nil {
			return err
		}
		if r.Number == 1 {
			continue
		}
		if err := writeChanges(w.stdout, "  ", r.Changes); err != nil {
			return err
		}
		if r.Omitted > 0 {
			if _, err := fmt.Fprintf(w.stdout, "  and %d more\n", r.Omitted); err != nil {
				return err
			}
		}
	}
	return nil
}
