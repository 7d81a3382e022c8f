package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the gauges of a server, for those who operate it. Make them with
// [NewMetrics].
type Metrics struct {
	registry *prometheus.Registry

	sourceOK, sourceRead, heldReads, edition, published prometheus.Gauge
	feeds                                               *prometheus.CounterVec
}

// NewMetrics returns metrics in a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "slotcast", Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	m.sourceOK = gauge("source_ok", "1 if the last read of the source was published or changed nothing, 0 if it failed or was held back.")
	m.sourceRead = gauge("source_read_timestamp_seconds", "When the source was last read with success.")
	m.heldReads = gauge("source_held_reads", "How many reads in a row were held back since they would cancel most of what is to come.")
	m.edition = gauge("edition_number", "The number of the edition that is served.")
	m.published = gauge("edition_published_timestamp_seconds", "When the edition that is served was published.")
	m.feeds = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "slotcast", Name: "feed_requests_total", Help: "How often feeds were asked for, by feed and by family of client.",
	}, []string{"feed", "client"})
	m.registry.MustRegister(m.feeds)
	return m
}

// feed counts a request for a feed.
func (m *Metrics) feed(name, client string) { m.feeds.WithLabelValues(name, client).Inc() }

// Source tells how the last read of the source went, when the last good one was,
// and how many in a row were held back.
func (m *Metrics) Source(ok bool, read time.Time, held int) {
	m.sourceOK.Set(0)
	if ok {
		m.sourceOK.Set(1)
	}
	if !read.IsZero() {
		m.sourceRead.Set(float64(read.Unix()))
	}
	m.heldReads.Set(float64(held))
}

// Edition tells which edition is served, and when it was published.
func (m *Metrics) Edition(number int64, published time.Time) {
	m.edition.Set(float64(number))
	m.published.Set(float64(published.Unix()))
}

// ServeOps answers what is for those who operate the server, /metrics and /stars,
// on a listener, which it closes, until ctx is done.
func (s *Server) ServeOps(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /stars", s.stars)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: readHeaderTimeout, MaxHeaderBytes: maxHeaderBytes}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
