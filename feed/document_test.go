package feed_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/feed"
	"slotcast/schedule"
)

// encodings are the documents' encodings.
var encodings = []feed.Encoding{feed.Identity, feed.Gzip}

// unzip reads p as one gzip member and nothing after it.
func unzip(t require.TestingT, p []byte) []byte {
	in := bytes.NewReader(p)
	z, err := gzip.NewReader(in)
	require.NoError(t, err)
	z.Multistream(false)
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Zero(t, in.Len(), "there is something after the member")
	return plain
}

// checkBytes holds a document to giving the same bytes however it is asked, of
// the size that it says.
func checkBytes(t require.TestingT, d *feed.Document) {
	identity := d.Bytes(feed.Identity)
	for _, encoding := range encodings {
		for range 3 { // assembled, then kept
			var out bytes.Buffer
			require.NoError(t, d.WriteTo(&out, encoding))
			require.Equal(t, d.Size(encoding), out.Len())
			require.True(t, bytes.Equal(d.Bytes(encoding), out.Bytes()))
			if encoding == feed.Gzip {
				require.True(t, bytes.Equal(identity, unzip(t, out.Bytes())))
			} else {
				require.True(t, bytes.Equal(identity, out.Bytes()))
			}
		}
	}
}

func TestDocumentBytes(t *testing.T) {
	t.Parallel()
	for _, d := range ruledDocuments(t) {
		// A document that was asked for nothing yet.
		checkBytes(t, document(t, d.catalog, d.query))
	}
}

// TestLargeDocument has a document that is not kept ready, and a head that does
// not fit into one stored block.
func TestLargeDocument(t *testing.T) {
	t.Parallel()
	draft := tiny(t, "Europe/Berlin", "2026-09-17 09:00")
	draft.Conference.Description = strings.Repeat("水;", 16_000)
	draft.Talks[0].Abstract = strings.Repeat("long, ", 5_000)
	for i := range 40 {
		slot := draft.Slots[0]
		slot.ID = schedule.SlotID(fmt.Sprintf("more-%d", i))
		draft.Slots = append(draft.Slots, slot)
	}
	c := catalog(baseURL, build(t, draft))
	for _, query := range []string{"busy=1", "alarm=0&tz=utc", "busy=1&tag=none", ""} {
		d := document(t, c, query)
		require.Greater(t, d.Size(feed.Identity), 64<<10)
		checkBytes(t, d)
	}
}

// TestWriteToFails passes the writer's error on, wherever it comes.
func TestWriteToFails(t *testing.T) {
	t.Parallel()
	c := harbourCatalog(t)
	for _, query := range []string{"", "busy=1"} {
		for _, encoding := range encodings {
			broken := errors.New("broken")
			require.ErrorIs(t, document(t, c, query).WriteTo(brokenWriter{broken}, encoding), broken)
		}
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// TestDocumentInParallel renders and reads from many goroutines at once.
func TestDocumentInParallel(t *testing.T) {
	t.Parallel()
	s := harbour(t)
	want := document(t, catalog(baseURL, s), "alarm=5").Bytes(feed.Gzip)
	shared := catalog(baseURL, s)
	d := document(t, shared, "alarm=5")
	scope, options, err := feed.ParseQuery("alarm=5")
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var out bytes.Buffer
			if err := d.WriteTo(&out, feed.Gzip); err != nil || !bytes.Equal(want, out.Bytes()) {
				t.Error("other bytes", err)
			}
			own, err := catalog(baseURL, s).Document(scope, options)
			if err != nil || !bytes.Equal(want, own.Bytes(feed.Gzip)) || own.ETag(feed.Gzip) != d.ETag(feed.Gzip) {
				t.Error("another rendering has other bytes", err)
			}
		})
	}
	all.Wait()
}

var etagPattern = regexp.MustCompile(`^"[A-Za-z0-9_-]{22}(-gz)?"$`)

// TestETagIsStable fails when a tag changes from build to build, or from
// machine to machine: every replica must give the same.
func TestETagIsStable(t *testing.T) {
	t.Parallel()
	c := catalog(baseURL, build(t, tiny(t, "UTC", "2026-11-07 10:35")))
	d := document(t, c, "")
	require.Equal(t, `"zF-2D1hAKgSAtM6HEAw4U_"`, d.ETag(feed.Identity), "bytes changed: see the golden feeds; if only the tag did, see rendererVersion")
	require.Equal(t, `"zF-2D1hAKgSAtM6HEAw4U_-gz"`, d.ETag(feed.Gzip))
}

// TestETagsTellBytes draws two feeds, of two editions, and compares tags with
// bytes.
func TestETagsTellBytes(t *testing.T) {
	t.Parallel()
	s, changed := harbour(t), harbour(t, "Meet at the quay", "Meet at the pier")
	catalogs := []*feed.Catalog{catalog(baseURL, s), catalog(baseURL, s, changed), catalog("", s), catalog("", s, changed)}
	scopes := []string{"", "track=deep-water", "track=quay", "speaker=zoe-lindqvist", "speaker=raj-mehta", "room=turm", "day=2026-09-18", "talk=fog", "talk=fog&talk=tea", "tag=none", "kind=break"}
	options := []string{"alarm=0", "alarm=10", "busy=0", "busy=1", "cancelled=hide", "tz=utc"}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (*feed.Document, int) {
			i := rapid.IntRange(0, len(catalogs)-1).Draw(t, label+" catalog")
			query := rapid.SampledFrom(scopes).Draw(t, label+" scope")
			for _, o := range rapid.SliceOfNDistinct(rapid.SampledFrom(options), 0, 3, func(s string) string { return s[:2] }).Draw(t, label+" options") {
				query += "&" + o
			}
			return document(t, catalogs[i], query), i
		}
		a, i := draw("a")
		b, j := draw("b")
		same := bytes.Equal(a.Bytes(feed.Identity), b.Bytes(feed.Identity))
		if a.ETag(feed.Identity) == b.ETag(feed.Identity) {
			require.True(t, same, "two contents share a tag")
		} else if i < 2 || j < 2 {
			// Without an address of its own a feed can come to the same bytes by
			// options that change nothing in it.
			require.False(t, same, "two tags share a content")
		}
		for _, d := range []*feed.Document{a, b} {
			require.Regexp(t, etagPattern, d.ETag(feed.Identity))
			require.Regexp(t, etagPattern, d.ETag(feed.Gzip))
			require.NotEqual(t, d.ETag(feed.Identity), d.ETag(feed.Gzip))
		}
	})
}

func TestDocumentNames(t *testing.T) {
	t.Parallel()
	c := harbourCatalog(t)
	for query, want := range map[string]struct{ title, file string }{
		"":                        {"Harbour Days 2026", "harbour-days-2026.ics"},
		"busy=1":                  {"Harbour Days 2026", "harbour-days-2026.ics"},
		"track=on-deck":           {"On Deck, Daily – Harbour Days 2026", "on-deck.ics"},
		"speaker=kenji-sato":      {"佐藤 健司 – Harbour Days 2026", "kenji-sato.ics"},
		"room=werkstatt":          {"Werkstatt; 2. Stock – Harbour Days 2026", "werkstatt.ics"},
		"day=2026-09-17":          {"Thursday 17 September 2026 – Harbour Days 2026", "2026-09-17.ics"},
		"kind=break":              {"Break – Harbour Days 2026", "break.ics"},
		"tag=edge%3B+cases":       {"edge; cases – Harbour Days 2026", "harbour-days-2026-selection.ics"},
		"lang=pt":                 {"pt – Harbour Days 2026", "pt.ics"},
		"q=two+words":             {"“two words” – Harbour Days 2026", "harbour-days-2026-selection.ics"},
		"talk=tea":                {"Tea 🫖", "tea.ics"},
		"slot=tea":                {"Chosen talks – Harbour Days 2026", "tea.ics"},
		"talk=tea&talk=fog":       {"Chosen talks – Harbour Days 2026", "harbour-days-2026-selection.ics"},
		"track=quay&room=turm":    {"Quay, Turm – Harbour Days 2026", "harbour-days-2026-selection.ics"},
		"talk=tea&day=2026-09-17": {"Chosen talks – Harbour Days 2026", "harbour-days-2026-selection.ics"},
	} {
		d := document(t, c, query)
		require.Equal(t, want.title, d.Title(), query)
		require.Equal(t, want.file, d.FileName(), query)
		require.Contains(t, d.ContentDisposition(false), `inline; filename="`+want.file+`"`)
		require.Contains(t, d.ContentDisposition(true), `attachment; filename="`+want.file+`"; filename*=UTF-8''`)
	}
	// Long lists are cut so that the conference's name stays.
	many := document(t, c, "track=deep-water&track=on-deck&track=quay&speaker=zoe-lindqvist&speaker=amal-haddad&speaker=kenji-sato&q="+strings.Repeat("x", 90))
	require.LessOrEqual(t, units(many.Title()), 200)
	require.True(t, strings.HasSuffix(many.Title(), "… – Harbour Days 2026"), many.Title())
}

// TestAbout reads what feeds say of themselves.
func TestAbout(t *testing.T) {
	t.Parallel()
	c := harbourCatalog(t)
	for query, want := range map[string]string{
		"":                      "Two days about software near the sea; talks, workshops & a long night.\n\nBring a coat: it is windy.",
		"track=quay":            "Hosted by Oona Virtanen",
		"track=on-deck":         "Work that is done every day.",
		"speaker=raj-mehta":     "Raj Mehta, Writer; editor\n\nRaj gives no talk this year.",
		"speaker=oona-virtanen": "Oona Virtanen",
		"talk=tea&talk=fog":     "Talks of Harbour Days 2026 that were chosen one by one.",
		"room=turm&q=five":      "Part of Harbour Days 2026: Turm, “five”.",
	} {
		calendar := read(t, document(t, c, query).Bytes(feed.Identity))
		require.Equal(t, want, calendar.text("DESCRIPTION"), query)
		require.Equal(t, want, calendar.text("X-WR-CALDESC"), query)
	}
}

func TestColorName(t *testing.T) {
	t.Parallel()
	for hex, want := range map[string]string{
		"#000000": "black", "#ffffff": "white", "#ff0000": "red", "#fe0102": "red", "#00ffff": "aqua", "#ff00ff": "fuchsia",
		"#808080": "gray", "#0b6e8a": "teal", "#ff8800": "darkorange", "": "gray", "#zzz": "gray",
	} {
		require.Equal(t, want, feed.ColorName(hex), hex)
	}
}

func TestPopular(t *testing.T) {
	t.Parallel()
	c := harbourCatalog(t)
	for query, want := range map[string]bool{
		"": true, "track=quay": true, "speaker=raj-mehta": true, "room=turm": true, "day=2026-09-17": true, "kind=break": true, "talk=tea": true,
		"alarm=5": false, "busy=0": false, "tz=utc": false, "cancelled=hide": false, "track=quay&track=on-deck": false,
		"q=fog": false, "tag=text": false, "lang=de": false, "track=quay&kind=social": false,
	} {
		require.Equal(t, want, document(t, c, query).Popular(), query)
	}
}

// A title that says itself that the talk is cancelled does not say it twice.
func TestCancelledOnce(t *testing.T) {
	t.Parallel()
	d := tiny(t, "UTC", "2026-05-02 09:00", "2026-05-02 10:00")
	d.Talks[0].Title = "CANCELLED: Talk one"
	d.Slots[0].Status, d.Slots[1].Status = schedule.StatusCancelled, schedule.StatusCancelled
	var out bytes.Buffer
	require.NoError(t, document(t, catalog("", build(t, d)), "").WriteTo(&out, feed.Identity))
	events := read(t, out.Bytes()).events()
	require.Equal(t, "CANCELLED: Talk one", events[0].text("SUMMARY"))
	require.Equal(t, "CANCELLED: Talk two", events[1].text("SUMMARY"))
}
