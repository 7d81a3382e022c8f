package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slotcast/feed"
	"slotcast/schedule"
)

func exportCommand(w world) *cobra.Command {
	var source sourceFlags
	var scope, out, baseURL, as string
	cmd := &cobra.Command{
		Use:   "export [SOURCE]",
		Short: "Write one feed to a file or to standard output",
		Long: `Export writes the same feed that a server would answer, to a file or to
standard output.

--scope takes what stands behind the question mark of a feed's address: track,
speaker, room, day, kind, tag, lang, talk, slot and q, and the options
alarm=MINUTES, busy=0 or 1, cancelled=hide and tz=utc.`,
		Example: `  slotcast export                                   # the sample's whole feed
  slotcast export myconf.yaml --scope track=go -o go.ics
  slotcast export myconf.yaml --scope 'day=2026-05-02&kind=keynote&tz=utc'`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if as != "ics" {
				return fmt.Errorf("--as %s: feeds can be exported as ics", schedule.Shorten(as))
			}
			base, err := cleanBaseURL(baseURL)
			if err != nil {
				return err
			}
			chosen, options, err := feed.ParseQuery(scope)
			if err != nil {
				return fmt.Errorf("--scope: %w", err)
			}
			s, err := source.loadValid(w, args)
			if err != nil {
				return err
			}
			document, err := new(published).next(w, s, base).Document(chosen, options)
			if err != nil {
				return fmt.Errorf("--scope: %w", err)
			}
			if err := writeFile(w, out, func(to io.Writer) error { return document.WriteTo(to, feed.Identity) }); err != nil {
				return err
			}
			if document.Len() == 0 {
				fmt.Fprintf(w.stderr, "slotcast: this feed has no events; nothing in %s is what --scope asks for\n", sourceName(args))
			}
			return nil
		},
	}
	flags := cmd.Flags()
	source.register(flags)
	flags.StringVar(&scope, "scope", "", "which slots, such as 'track=go&day=2026-05-02'; all where it is left out")
	flags.StringVarP(&out, "out", "o", "", "file to write; standard output where it is left out")
	flags.StringVar(&as, "as", "ics", "what to write: ics")
	flags.StringVar(&baseURL, "base-url", "", "address of the server that serves this feed, for the feed to name")
	return cmd
}
