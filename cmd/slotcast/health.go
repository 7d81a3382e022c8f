package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout is how long a healthy server may take to answer.
const healthTimeout = 5 * time.Second

func healthCommand(w world) *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a server on this machine whether it is ready",
		Long: `Health asks a server on this machine whether it is ready to answer with feeds,
for containers and supervisors. The exit status is 0 where it is, and 1 where it
is not.`,
		Example: `  slotcast health
  slotcast health --listen localhost:9000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkListen("listen", listen); err != nil {
				return err
			}
			host, port, _ := net.SplitHostPort(listen)
			if host = reachable(host); host == "localhost" {
				host = "127.0.0.1" // an image of the program alone cannot look names up
			}
			if err := askReady(cmd.Context(), w.stdout, "http://"+net.JoinHostPort(host, port)+"/readyz"); err != nil {
				return &exitError{exitProblems, err}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&listen, "listen", defaultListen, "address that the server listens on")
	return cmd
}

func askReady(ctx context.Context, out io.Writer, url string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(out, io.LimitReader(response.Body, 64<<10)); err != nil {
		return fmt.Errorf("read %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s", response.Status)
	}
	return nil
}
