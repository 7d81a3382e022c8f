package main

import (
	"fmt"
	"net"
	"strings"

	"slotcast/schedule"
)

// cleanBaseURL checks a base URL and takes the slash from its end. An empty one
// stays empty.
func cleanBaseURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	clean, err := schedule.CleanURL(s)
	if err != nil {
		return "", fmt.Errorf("--base-url: %w", err)
	}
	if strings.ContainsAny(clean, "?#") {
		return "", fmt.Errorf("--base-url: %s has a query or a fragment; leave it out", clean)
	}
	return strings.TrimRight(clean, "/"), nil
}

// networks reads the networks of proxies.
func networks(texts []string) ([]*net.IPNet, error) {
	var all []*net.IPNet
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			if ip := net.ParseIP(text); ip != nil && ip.To4() != nil {
				text += "/32"
			} else {
				text += "/128"
			}
		}
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: “%s” is not a network; write it as 10.0.0.0/8", schedule.Shorten(text))
		}
		all = append(all, network)
	}
	return all, nil
}

// baseOf returns the address at which a browser on this machine reaches a
// listener.
func baseOf(listen string, addr net.Addr) string {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		host = ""
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	return "http://" + net.JoinHostPort(reachable(host), port)
}

// reachable turns "any address" into one that can be connected to.
func reachable(host string) string {
	if host == "" || net.ParseIP(host).IsUnspecified() {
		return "localhost"
	}
	return host
}
