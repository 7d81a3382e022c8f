package main

import (
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"slotcast/schedule"
)

const defaultListen = "localhost:8080"

func serveCommand(w world) *cobra.Command {
	var source sourceFlags
	var listen, baseURL string
	cmd := &cobra.Command{
		Use:   "serve [SOURCE]",
		Short: "Serve a schedule's feeds and its page",
		Long: `Serve reads a schedule, publishes it and answers requests until it is stopped by
an interrupt or a termination signal, which lets requests finish.

On a hangup signal it reads the source again. Where that fails, it goes on with
what it had, and says why in its log and at /readyz.`,
		Example: `  slotcast serve                        # the built-in sample at http://localhost:8080
  slotcast serve myconf.yaml
  slotcast serve myconf.yaml --listen 0.0.0.0:8080 --base-url https://cal.example.org`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkListen(listen); err != nil {
				return err
			}
			a := &app{
				world:  w,
				source: source,
				args:   args,
				logger: slog.New(slog.NewTextHandler(w.stderr, nil)),
			}
			return a.serve(cmd.Context(), listen, baseURL)
		},
	}
	flags := cmd.Flags()
	source.register(flags)
	flags.StringVar(&listen, "listen", defaultListen, "address to listen on; port 0 takes any that is free")
	flags.StringVar(&baseURL, "base-url", "", "address at which readers reach the server (default: the one that it listens on)")
	return cmd
}

// checkListen refuses an address without a port, for which the network would
// take any that is free.
func checkListen(listen string) error {
	if _, port, err := net.SplitHostPort(listen); err != nil || port == "" {
		return fmt.Errorf("--listen: “%s” is not a host and a port; write it as %s", schedule.Shorten(listen), defaultListen)
	}
	return nil
}
