package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/schedule"
)

// BenchmarkPersonal is what a personal feed of 20 slots costs, with 100,000
// selections stored: never asked for before, and hot beside a public one.
func BenchmarkPersonal(b *testing.B) {
	const stored = 100_000
	_, loopback, _ := net.ParseCIDR("127.0.0.0/8")
	c := newChooser(b, func(config *Config) { config.TrustedProxies = []*net.IPNet{loopback} })
	var talks strings.Builder
	talks.WriteString("conference: {id: bench, name: Bench, timezone: Europe/Berlin}\ntracks: [{id: track, name: Track}]\ntalks:\n")
	for i := range 1_000 {
		fmt.Fprintf(&talks, "  - {id: talk-%d, title: How talk %d came to be, abstract: %q, start: 2026-05-%02d %02d:00, duration: 45m}\n",
			i, i, strings.Repeat("What we learnt, with figures. ", 30), 4+i/100, 9+i/10%10)
	}
	c.publish(b, talks.String(), firstPublished)
	var choice schedule.Selection
	for i := range 20 {
		choice.Picks = append(choice.Picks, schedule.SlotID(fmt.Sprint("talk-", i*37)))
	}
	made := make([]found, stored)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := worker; i < stored; i += 8 {
				f, err := c.mine.create(b.Context(), choice)
				if err != nil {
					b.Error(err)
					return
				}
				made[i] = f
			}
		})
	}
	wg.Wait()
	ask := func(b *testing.B, target string) {
		r := httptest.NewRequest("GET", target, nil)
		w := nowhere{}
		c.Handler().ServeHTTP(w, r)
	}
	b.Run("cold", func(b *testing.B) {
		i := 0
		for b.Loop() {
			ask(b, "/my/"+made[i%stored].read.String()+".ics")
			i++
		}
	})
	b.Run("hot", func(b *testing.B) {
		target := "/my/" + made[0].read.String() + ".ics"
		for b.Loop() {
			ask(b, target)
		}
	})
	b.Run("public", func(b *testing.B) {
		for b.Loop() {
			ask(b, "/schedule.ics?slot=talk-1&slot=talk-2&slot=talk-3&slot=talk-4&slot=talk-5&slot=talk-6&slot=talk-7&slot=talk-8&slot=talk-9&slot=talk-10&slot=talk-11&slot=talk-12&slot=talk-13&slot=talk-14&slot=talk-15&slot=talk-16&slot=talk-17&slot=talk-18&slot=talk-19&slot=talk-20")
		}
	})
	b.Run("memory", func(b *testing.B) {
		for range b.N {
			for _, f := range made { // each asked for, so that whatever is remembered is full
				ask(b, "/my/"+f.read.String()+".ics")
			}
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc>>20), "heap-MiB")
		b.ReportMetric(0, "ns/op")
		runtime.KeepAlive(c)
	})
	b.Run("200_stars_a_second", func(b *testing.B) {
		for range b.N {
			starring(b, c, made)
		}
	})
	b.Run("star", func(b *testing.B) {
		i := 0
		for b.Loop() {
			w := c.do("PATCH", selectionsPath+"/"+made[i%stored].edit.String(), fmt.Sprintf(`{"pick": ["talk-%d"]}`, i%1_000), "Content-Type: application/json")
			if w.Code != http.StatusOK && w.Code != http.StatusTooManyRequests {
				b.Fatal(w.Code, w.Body)
			}
			c.pass(writeEvery)
			i++
		}
	})
}

// starring asks for stars at 200 requests a second for a while, whether they are
// answered or not, and reports how long the answers took.
func starring(b *testing.B, c *chooser, made []found) {
	const rate, seconds = 200, 5
	server := httptest.NewServer(c.Handler())
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	var took []time.Duration
	var mu sync.Mutex
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for i := range rate * seconds {
		<-tick.C
		wg.Go(func() {
			begun := time.Now()
			r, err := http.NewRequest("PATCH", server.URL+selectionsPath+"/"+made[(i*7919)%len(made)].edit.String(), strings.NewReader(fmt.Sprintf(`{"pick": ["talk-%d"]}`, i%1_000)))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i%200))
			answer, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			defer answer.Body.Close()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
				b.Error(answer.Status, err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(begun))
		})
		c.pass(time.Second / rate)
	}
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
	b.ReportMetric(0, "ns/op")
}

// nowhere is where answers go that are measured.
type nowhere http.Header

func (n nowhere) Header() http.Header         { return http.Header(n) }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
