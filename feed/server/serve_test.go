package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// Every answer is of one edition as a whole, whatever is published meanwhile.
func TestPublishWhileServing(t *testing.T) {
	t.Parallel()
	s := newSite(t, fixtureYAML)
	one := s.Publisher.Catalog()
	other := s.catalog(t, strings.ReplaceAll(fixtureYAML, "Main hall", "Great hall"), firstPublished.Add(time.Hour))
	h := s.start(t)
	targets := []string{"/schedule.ics", "/rooms/main.ics?tz=utc", "/schedule.ics?q=next", "/"}
	whole := map[string]string{} // body by target and ETag
	for _, catalog := range []int{0, 1} {
		if catalog == 1 {
			s.Publisher.Publish(other)
		}
		for _, target := range targets {
			r := get(t, h, target)
			whole[target+r.header.Get("ETag")] = r.body
		}
	}
	require.Len(t, whole, 2*len(targets), "the editions differ in each")

	ctx, cancel := context.WithCancel(t.Context())
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for ctx.Err() == nil {
			s.Publisher.Publish(one)
			s.Publisher.Publish(other)
		}
	})
	var asking errgroup.Group
	for range 4 {
		asking.Go(func() error {
			for i := range 100 {
				target := targets[i%len(targets)]
				response, err := h.Client().Get(h.URL + target)
				if err != nil {
					return err
				}
				body, err := io.ReadAll(response.Body)
				if err = errors.Join(err, response.Body.Close()); err != nil {
					return err
				}
				// The client of net/http asks for gzip, and takes it off again.
				tag := strings.Replace(response.Header.Get("ETag"), `-gz"`, `"`, 1)
				if want, known := whole[target+tag]; response.StatusCode != http.StatusOK || !known || want != string(body) {
					return fmt.Errorf("%s: %s, and a body of %d octets that is of no edition", target, response.Status, len(body))
				}
			}
			return nil
		})
	}
	err := asking.Wait()
	cancel()
	publishing.Wait()
	require.NoError(t, err)
}

// gatedListener holds back what its connections write until the gate is open,
// and tells when a first write waits, and when it is closed.
type gatedListener struct {
	net.Listener
	writing, gate, closed chan struct{}
	onWrite, onClose      sync.Once
}

func listenGated(t *testing.T) *gatedListener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return &gatedListener{Listener: l, writing: make(chan struct{}), gate: make(chan struct{}), closed: make(chan struct{})}
}

func (l *gatedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &gatedConn{conn, l}, nil
}

func (l *gatedListener) Close() error {
	err := l.Listener.Close()
	l.onClose.Do(func() { close(l.closed) })
	return err
}

type gatedConn struct {
	net.Conn
	listener *gatedListener
}

func (c *gatedConn) Write(p []byte) (int, error) {
	c.listener.onWrite.Do(func() { close(c.listener.writing) })
	<-c.listener.gate
	return c.Conn.Write(p)
}

func TestServeDrains(t *testing.T) {
	t.Parallel()
	s := newSite(t, largeYAML(300))
	l := listenGated(t)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()

	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET /schedule.ics HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	<-l.writing // the request has begun
	cancel()
	<-l.closed
	_, err = net.Dial("tcp", l.Addr().String())
	require.Error(t, err, "nobody new is let in")
	require.Empty(t, served, "it waits for what has begun")

	close(l.gate)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, 300, events(t, string(body)))
	require.NoError(t, <-served)
}

func TestServeStoppedBefore(t *testing.T) {
	t.Parallel()
	l := listenGated(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, newSite(t, fixtureYAML).Serve(ctx, l))
	<-l.closed
}

func TestServeFails(t *testing.T) {
	t.Parallel()
	l := listenGated(t)
	require.NoError(t, l.Close())
	err := newSite(t, fixtureYAML).Serve(t.Context(), l)
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorContains(t, err, "serve 127.0.0.1:")
}

// A client that sends or reads slowly, or sends without end, is cut off.
func TestConnectionLimits(t *testing.T) {
	t.Parallel()
	h := newSite(t, fixtureYAML).httpServer()
	for name, limit := range map[string]struct{ is, most time.Duration }{
		"header": {h.ReadHeaderTimeout, 10 * time.Second},
		"read":   {h.ReadTimeout, 30 * time.Second},
		"write":  {h.WriteTimeout, 2 * time.Minute},
		"idle":   {h.IdleTimeout, 5 * time.Minute},
	} {
		require.Positive(t, limit.is, name)
		require.LessOrEqual(t, limit.is, limit.most, name)
	}
	require.Positive(t, h.MaxHeaderBytes)
	require.LessOrEqual(t, h.MaxHeaderBytes, 64<<10)
	require.NotNil(t, h.ErrorLog, "what net/http logs goes to the server's logger")
}
