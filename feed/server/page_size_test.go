package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/feed/server"
	"slotcast/schedule"
)

// The first load of the schedule, with what it needs, is small: of talks that are
// alike, and of such as have titles, speakers, rooms and tags of their own.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	for talks, most := range map[int]int{100: 60_000, 1_000: 250_000} {
		requireSmall(t, benchSchedule(t, talks), most)
		requireSmall(t, variedSchedule(t, talks), most)
	}
}

// variedSchedule is a conference of n talks that have no words in common but by
// chance, so that hardly anything compresses.
func variedSchedule(t *testing.T, n int) *schedule.Schedule {
	t.Helper()
	random := rand.New(rand.NewPCG(1, uint64(n)))
	words := func(n int) string {
		var all []string
		for range n {
			var word []byte
			for range 4 + random.IntN(6) {
				word = append(word, byte('a'+random.IntN(26)))
			}
			all = append(all, string(word))
		}
		return strings.Join(all, " ")
	}
	d := &schedule.Draft{
		Conference: schedule.DraftConference{Conference: schedule.Conference{ID: "varied", Name: "Varied Conference"}, ZoneName: "Europe/Berlin"},
		Updated:    time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
	}
	for i := range 20 {
		d.Rooms = append(d.Rooms, schedule.DraftRoom{Room: schedule.Room{ID: schedule.RoomID(fmt.Sprintf("room-%d", i)), Name: words(2)}})
		d.Tracks = append(d.Tracks, schedule.DraftTrack{Track: schedule.Track{ID: schedule.TrackID(fmt.Sprintf("track-%d", i)), Name: words(2), Color: fmt.Sprintf("#%06x", random.IntN(1<<24))}})
	}
	for i := range n {
		id := fmt.Sprintf("%x", random.Uint64())
		d.Speakers = append(d.Speakers, schedule.DraftSpeaker{Speaker: schedule.Speaker{ID: schedule.SpeakerID("p" + id), Name: words(2)}})
		d.Talks = append(d.Talks, schedule.DraftTalk{
			Talk:    schedule.Talk{ID: schedule.TalkID(id), Title: words(7), Abstract: words(100), Tags: []string{words(1)}, Language: []string{"de", "en"}[i%2]},
			TrackID: fmt.Sprintf("track-%d", i%20), SpeakerIDs: []string{"p" + id},
		})
		start := schedule.WallTime{Date: schedule.Date{Year: 2026, Month: time.May, Day: 4 + i/200}, Hour: 9}.Add(time.Duration(i/20%10) * time.Hour)
		d.Slots = append(d.Slots, schedule.DraftSlot{ID: schedule.SlotID(id), TalkID: id, RoomID: fmt.Sprintf("room-%d", i%20), Start: schedule.Moment{Wall: start}, End: schedule.Moment{Wall: start.Add(45 * time.Minute)}})
	}
	s, report := schedule.Build(d)
	require.NoError(t, report.Err())
	return s
}

func requireSmall(t *testing.T, s *schedule.Schedule, most int) {
	t.Helper()
	rendering := feed.Render(s, nil)
	ledger := schedule.Ledger{}.Advance(s, rendering.Digests(), s.Updated())
	publisher := feed.NewPublisher()
	publisher.Publish(feed.NewCatalog(schedule.NewEdition(s, ledger), rendering, "https://cal.example"))
	h := server.New(server.Config{
		Publisher: publisher, BaseURL: "https://cal.example", Version: "bench", ZoneDataVersion: "none",
		Logger: slog.New(slog.DiscardHandler),
	}).Handler()
	page, size := zipped(t, h, "/")
	needed := regexp.MustCompile(`(?:src|href)="(/static/[^"]*)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, needed, 3)
	for _, n := range needed {
		_, more := zipped(t, h, n[1])
		size += more
	}
	t.Logf("%s, %d talks: %d octets compressed", s.Conference().Name, len(s.Talks()), size)
	require.Less(t, size, most)
}

// zipped returns the body of an answer, and the size that it is sent in.
func zipped(t *testing.T, h http.Handler, target string) (body string, size int) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, target)
	require.Equal(t, "gzip", w.Header().Get("Content-Encoding"), target)
	size = w.Body.Len()
	z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
	require.NoError(t, err)
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(plain), size
}
