package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"slotcast/schedule"
)

// BenchmarkPersonal is what a personal feed of 20 slots costs, with 100,000
// selections stored: never asked for before, and hot beside a public one.
func BenchmarkPersonal(b *testing.B) {
	const stored = 100_000
	c := newChooser(b)
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

// nowhere is where answers go that are measured.
type nowhere http.Header

func (n nowhere) Header() http.Header         { return http.Header(n) }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
