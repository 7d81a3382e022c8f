package main

import (
	"io"

	"github.com/spf13/cobra"

	"slotcast/schedule/importer"
)

func convertCommand(w world) *cobra.Command {
	var source sourceFlags
	var out string
	cmd := &cobra.Command{
		Use:   "convert SOURCE",
		Short: "Turn a schedule of any format into the native one",
		Long: `Convert reads a schedule of any format and writes it in Slotcast's own, which is
a YAML file that can be edited by hand and served.`,
		Example: `  slotcast convert --format trackpage --timezone America/Los_Angeles --date 2016-11-07 \
      --conference "QCon San Francisco 2016" track-page.txt -o track.yaml`,
		Args: exactlyOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, s, err := source.load(cmd.Context(), w, args)
			if err != nil {
				return err
			}
			return writeFile(w, out, func(to io.Writer) error { return importer.WriteNative(to, s) })
		},
	}
	source.register(cmd.Flags())
	cmd.Flags().StringVarP(&out, "out", "o", "", "file to write; standard output where it is left out")
	return cmd
}
