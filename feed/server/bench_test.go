package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/feed/server"
	"slotcast/schedule"
)

const (
	benchClients = 8
	benchRound   = 100 * time.Millisecond
	benchRounds  = 21
)

// BenchmarkServe asks this server and a bare net/http handler that writes the
// same ready bytes and headers in turn, over keep-alive connections on
// loopback, and reports the requests a second of each and the median ratio of
// neighbouring rounds. Run it with -benchtime 1x.
func BenchmarkServe(b *testing.B) {
	ours := benchHandler(b)
	for _, path := range benchPaths() {
		b.Run(path.name, func(b *testing.B) {
			bare := readyBytes(b, ours, path.request())
			ourAddress, bareAddress := listenAndServe(b, ours), listenAndServe(b, bare)
			hammer(b, ourAddress, path.request())
			hammer(b, bareAddress, path.request())
			for b.Loop() {
				var us, them, ratios []float64
				for range benchRounds {
					o, t := hammer(b, ourAddress, path.request()), hammer(b, bareAddress, path.request())
					us, them, ratios = append(us, o), append(them, t), append(ratios, o/t)
				}
				for _, figures := range [][]float64{us, them, ratios} {
					slices.Sort(figures)
				}
				b.ReportMetric(us[benchRounds/2], "req/s")
				b.ReportMetric(them[benchRounds/2], "bare-req/s")
				b.ReportMetric(ratios[benchRounds/2], "ratio")
			}
		})
	}
}

// benchPath is a request that is measured.
type benchPath struct{ name, uri, headers string }

func (p benchPath) request() string {
	return "GET " + p.uri + " HTTP/1.1\r\nHost: cal.example\r\nUser-Agent: bench\r\n" + p.headers + "\r\n"
}

func benchPaths() []benchPath {
	var chosen []string
	for i := range 20 {
		chosen = append(chosen, fmt.Sprintf("id=talk-%d", i*37))
	}
	const gzip = "Accept-Encoding: gzip\r\n"
	talks := "/talks.ics?" + strings.Join(chosen, "&")
	return []benchPath{
		{"whole", "/schedule.ics", ""},
		{"track", "/tracks/track-3.ics", ""},
		{"20_chosen", talks, ""},
		{"20_chosen_gzip", talks, gzip},
		{"whole_gzip", "/schedule.ics", gzip},
		{"304", "/schedule.ics", "If-None-Match: *\r\n"},
	}
}

// benchHandler serves 1,000 slots, with its log written to nowhere.
func benchHandler(b *testing.B) http.Handler {
	s := benchSchedule(b, 1_000)
	rendering := feed.Render(s, nil)
	ledger := schedule.Ledger{}.Advance(s, rendering.Digests(), s.Updated())
	publisher := feed.NewPublisher()
	publisher.Publish(feed.NewCatalog(schedule.NewEdition(s, ledger), rendering, "https://cal.example"))
	return server.New(server.Config{
		Publisher: publisher, BaseURL: "https://cal.example", Version: "bench", ZoneDataVersion: "none",
		Logger: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}).Handler()
}

// BenchmarkHandler is what a hot request costs besides net/http's own work, and
// what it allocates, which must not grow with the feed.
func BenchmarkHandler(b *testing.B) {
	ours := benchHandler(b)
	for _, path := range benchPaths() {
		b.Run(path.name, func(b *testing.B) {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(path.request())))
			require.NoError(b, err)
			w := &discarder{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				ours.ServeHTTP(w, r)
			}
		})
	}
}

type discarder struct{ header http.Header }

func (d *discarder) Header() http.Header         { return d.header }
func (d *discarder) WriteHeader(int)             {}
func (d *discarder) Write(p []byte) (int, error) { return len(p), nil }

// readyBytes is a bare handler that gives the answer that ours gives to a
// request.
func readyBytes(b *testing.B, ours http.Handler, request string) http.Handler {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	require.NoError(b, err)
	w := &recorder{header: http.Header{}}
	ours.ServeHTTP(w, r)
	body, header, status := w.body.Bytes(), w.header, w.status
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, values := range header {
			h[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func listenAndServe(b *testing.B, h http.Handler) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	b.Cleanup(func() { _ = s.Close(); <-done })
	return l.Addr().String()
}

// hammer sends a request again and again on several connections and returns how
// many were answered in a second.
func hammer(b *testing.B, address, request string) float64 {
	var wg sync.WaitGroup
	counts := make([]int, benchClients)
	start := time.Now()
	for i := range benchClients {
		wg.Go(func() {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			answers := bufio.NewReaderSize(conn, 64<<10)
			for time.Since(start) < benchRound {
				if _, err := io.WriteString(conn, request); err != nil {
					b.Error(err)
					return
				}
				if err := skipAnswer(answers); err != nil {
					b.Error(err)
					return
				}
				counts[i]++
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(start).Seconds()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / elapsed
}

// skipAnswer reads one answer with as little work as a client can do.
func skipAnswer(r *bufio.Reader) error {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, []byte(" 200 ")) && !bytes.Contains(line, []byte(" 304 ")) {
			return fmt.Errorf("answer %q", line)
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	_, err := r.Discard(length)
	return err
}

// benchSchedule is a conference of n slots of about 1.5 KB each, in 10 tracks.
func benchSchedule(tb testing.TB, n int) *schedule.Schedule {
	tb.Helper()
	d := &schedule.Draft{
		Conference: schedule.DraftConference{Conference: schedule.Conference{ID: "bench", Name: "Benchmark Conference"}, ZoneName: "Europe/Berlin"},
		Updated:    time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
	}
	for i := range 10 {
		d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: schedule.TrackID(fmt.Sprintf("track-%d", i)), Name: fmt.Sprintf("Track %d", i)}})
	}
	abstract := strings.Repeat("What we learnt, and what we would do otherwise; with figures. ", 15)
	for i := range n {
		id := fmt.Sprintf("talk-%d", i)
		d.Talks = append(d.Talks, schedule.DraftTalk{
			Talk:    schedule.Talk{ID: schedule.TalkID(id), Title: fmt.Sprintf("How talk %d came to be what it is", i), Abstract: fmt.Sprintf("%d. %s", i, abstract)},
			TrackID: fmt.Sprintf("track-%d", i%10),
		})
		start := schedule.WallTime{Date: schedule.Date{Year: 2026, Month: time.May, Day: 4}, Hour: 9}.Add(time.Duration(i/10) * time.Hour)
		d.Slots = append(d.Slots, schedule.DraftSlot{ID: schedule.SlotID(id), TalkID: id, Start: schedule.Moment{Wall: start}, End: schedule.Moment{Wall: start.Add(45 * time.Minute)}})
	}
	s, report := schedule.Build(d)
	require.NoError(tb, report.Err())
	return s
}
