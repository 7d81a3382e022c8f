package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"slotcast/schedule"
)

func checkCommand(w world) *cobra.Command {
	var source sourceFlags
	var output string
	cmd := &cobra.Command{
		Use:   "check SOURCE",
		Short: "Say what is wrong with a schedule",
		Long: `Check reads a schedule and reports every problem with its place and what to do.
An error keeps the schedule from being published; a warning does not.

The exit status is 0 where there is no problem, 1 where there are some, and 2
where the source cannot be read at all.`,
		Example: `  slotcast check myconf.yaml
  slotcast check --output json myconf.yaml
  slotcast check --timezone Europe/Berlin --conference "My Conf 2026" --date 2026-05-02 track-page.txt`,
		Args: exactlyOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output %s: choose text or json", schedule.Shorten(output))
			}
			opened, err := source.open(w, args)
			if err != nil {
				return err
			}
			s, report, err := opened.read(cmd.Context())
			if output == "json" {
				err = writeReport(w, opened.String(), s, report, err)
			} else if err == nil {
				for _, p := range report.Problems {
					fmt.Fprintln(w.stdout, p)
				}
				if report.Left > 0 {
					fmt.Fprintf(w.stdout, "and %d more\n", report.Left)
				}
				fmt.Fprintf(w.stderr, "%s: %s%s\n", opened, summary(report), contents(s))
			}
			if err != nil {
				return err
			}
			if report.Faults+report.Warnings > 0 {
				return &exitError{status: exitProblems}
			}
			return nil
		},
	}
	source.register(cmd.Flags())
	cmd.Flags().StringVar(&output, "output", "text", "how to write the report: text or json")
	return cmd
}

// contents tells what a schedule holds, so that its author sees at once whether
// all of it was understood.
func contents(s *schedule.Schedule) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("; %s, %s, %s, %s, %s, times in %s", count(len(s.Slots()), "slot"), count(len(s.Talks()), "talk"),
		count(len(s.Tracks()), "track"), count(len(s.Speakers()), "speaker"), count(len(s.Rooms()), "room"), s.Conference().Zone)
}

// writeReport writes the report as one JSON object. Of a source that cannot be
// read it has the reason, which is returned too.
func writeReport(w world, name string, s *schedule.Schedule, report schedule.Report, unreadable error) error {
	if report.Problems == nil {
		report.Problems = []schedule.Problem{}
	}
	out := struct {
		Source string `json:"source"`
		Error  string `json:"error,omitempty"`
		Valid  bool   `json:"valid"`
		schedule.Report
	}{Source: name, Valid: s != nil, Report: report}
	if unreadable != nil {
		out.Error = unreadable.Error()
	}
	return errors.Join(writeJSON(w.stdout, out), unreadable)
}
