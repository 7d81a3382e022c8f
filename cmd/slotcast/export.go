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
standard output. With --as xml or json it is the whole schedule in the formats
of c3voc, which the apps and signs of many conferences read.

--scope takes what stands behind the question mark of a feed's address: track,
speaker, room, day, kind, tag, lang, talk, slot and q, and the options
alarm=MINUTES, busy=0 or 1, cancelled=hide and tz=utc.`,
		Example: `  slotcast export                                   # the sample's whole feed
  slotcast export myconf.yaml --scope track=go -o go.ics
  slotcast export myconf.yaml --scope 'day=2026-05-02&kind=keynote&tz=utc'
  slotcast export myconf.yaml --as xml -o schedule.xml`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if as != "ics" && as != "xml" && as != "json" {
				return fmt.Errorf("--as %s: choose ics, xml or json", schedule.Shorten(as))
			}
			base, err := cleanBaseURL(baseURL)
			if err != nil {
				return err
			}
			chosen, options, err := feed.ParseQuery(scope)
			if err != nil {
				return fmt.Errorf("--scope: %w", err)
			}
			if as != "ics" && scope != "" {
				return fmt.Errorf("--as %s writes the whole schedule; leave --scope out, or write ics", as)
			}
			opened, s, err := source.load(cmd.Context(), w, args)
			if err != nil {
				return err
			}
			catalog := firstCatalog(s, w.now(), base)
			if as != "ics" {
				return exportWhole(w, out, as, catalog.Edition(), base)
			}
			document, err := catalog.Document(chosen, options)
			if err != nil {
				return fmt.Errorf("--scope: %w", err)
			}
			if err := writeFile(w, out, func(to io.Writer) error { return document.WriteTo(to, feed.Identity) }); err != nil {
				return err
			}
			if document.Len() == 0 {
				fmt.Fprintf(w.stderr, "slotcast: this feed has no events; nothing in %s is what --scope asks for\n", opened)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	source.register(flags)
	flags.StringVar(&scope, "scope", "", "which slots, such as 'track=go&day=2026-05-02'; all where it is left out")
	flags.StringVarP(&out, "out", "o", "", "file to write; standard output where it is left out")
	flags.StringVar(&as, "as", "ics", "what to write: ics, xml or json")
	flags.StringVar(&baseURL, "base-url", "", "address of the server that serves this feed, for the feed to name")
	return cmd
}

// exportWhole writes an edition in one of the formats that conference apps read.
func exportWhole(w world, out, as string, e *schedule.Edition, base string) error {
	write := feed.ScheduleXML
	if as == "json" {
		write = feed.ScheduleJSON
	}
	body, err := write(e, base)
	if err != nil {
		return err
	}
	return writeFile(w, out, func(to io.Writer) error {
		_, err := to.Write(body)
		return err
	})
}
