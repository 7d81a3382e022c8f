package main

import (
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/cobra"

	"slotcast/schedule"
	"slotcast/schedule/importer"
)

const (
	defaultListen    = "localhost:8080"
	defaultOpsListen = "localhost:9090"
	defaultInterval  = 5 * time.Minute
	defaultKeepDays  = 400
)

func serveCommand(w world) *cobra.Command {
	var source sourceFlags
	var own serveFlags
	cmd := &cobra.Command{
		Use:   "serve [SOURCE]",
		Short: "Serve a schedule's feeds and its page",
		Long: `Serve reads a schedule, publishes it and answers requests until it is stopped by
an interrupt or a termination signal, which lets requests finish.

It reads the source again at its interval, when a file is changed, and on a
hangup signal. A talk that two reads in a row lack is cancelled. Where a read
fails, or would cancel more than 30 % of what is to come, the server goes on with
what it had, and says why in its log, at /readyz and in its metrics.

What was published is kept in the database, so that a restart changes nothing in
anybody's calendar, even while the source cannot be read.`,
		Example: `  slotcast serve                        # the built-in sample at http://localhost:8080
  slotcast serve myconf.yaml
  slotcast serve https://conf.example/schedule.xml --interval 10m --base-url https://cal.example.org
  slotcast serve --format pretalx https://pretalx.example/myconf/`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkListen("listen", own.listen); err != nil {
				return err
			}
			if own.opsListen != "" {
				if err := checkListen("ops-listen", own.opsListen); err != nil {
					return err
				}
			}
			if own.interval < importer.MinInterval {
				return fmt.Errorf("--interval: %s is too short; give %s or more", own.interval, importer.MinInterval)
			}
			if own.keepDays < 0 {
				return fmt.Errorf("--keep-selections: %d are no days; give 0 to keep them for ever", own.keepDays)
			}
			opened, err := source.open(w, args)
			if err != nil {
				return err
			}
			a := &app{world: w, serveFlags: own, source: opened, logger: slog.New(slog.NewTextHandler(w.stderr, nil))}
			return a.serve(cmd.Context())
		},
	}
	flags := cmd.Flags()
	source.register(flags)
	registerDB(flags, &own.db)
	flags.StringVar(&own.listen, "listen", defaultListen, "address to listen on; port 0 takes any that is free")
	flags.StringVar(&own.opsListen, "ops-listen", defaultOpsListen, "address of /metrics, which is not for the public")
	flags.StringVar(&own.baseURL, "base-url", "", "address at which readers reach the server (default: the one that it listens on)")
	flags.IntVar(&own.keepDays, "keep-selections", defaultKeepDays, "days after which a selection that nobody uses is deleted; 0 for never")
	flags.StringSliceVar(&own.trustedProxies, "trusted-proxies", nil, "networks of proxies that tell readers' addresses, such as 10.0.0.0/8")
	flags.DurationVar(&own.interval, "interval", defaultInterval, "how often to read the source again")
	return cmd
}

// checkListen refuses an address without a port, for which the network would
// take any that is free.
func checkListen(flag, listen string) error {
	if _, port, err := net.SplitHostPort(listen); err != nil || port == "" {
		return fmt.Errorf("--%s: “%s” is not a host and a port; write it as %s", flag, schedule.Shorten(listen), defaultListen)
	}
	return nil
}
