package feed_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/feed"
	"slotcast/schedule"
)

// ask returns what a publisher has for a query. It may be called from any
// goroutine.
func ask(t testing.TB, p *feed.Publisher, query string) (*feed.Document, error) {
	scope, options, err := feed.ParseQuery(query)
	if err != nil {
		t.Error(err)
	}
	return p.Document(scope, options)
}

func TestPublisher(t *testing.T) {
	t.Parallel()
	p := feed.NewPublisher()
	require.Nil(t, p.Catalog())
	_, err := ask(t, p, "")
	require.ErrorIs(t, err, feed.ErrNothingPublished)
	_, ok := p.Recall("/schedule.ics")
	require.False(t, ok)

	c := harbourCatalog(t)
	p.Publish(c)
	require.Same(t, c, p.Catalog())
	_, err = ask(t, p, "track=none")
	require.ErrorIs(t, err, schedule.ErrNotFound)

	for _, query := range []string{"", "track=quay", "track=quay&busy=1", "q=fog"} {
		first, err := ask(t, p, query)
		require.NoError(t, err)
		second, err := ask(t, p, query)
		require.NoError(t, err)
		require.Same(t, first, second, query)
	}
	// However it is written, it is one feed.
	first, err := ask(t, p, "talk=tea&talk=fog&tz=utc")
	require.NoError(t, err)
	second, err := ask(t, p, "tz=utc&talk=fog&&talk=tea&talk=fog")
	require.NoError(t, err)
	require.Same(t, first, second)

	next := harbourCatalog(t)
	p.Publish(next)
	require.Same(t, next, p.Catalog())
	third, err := ask(t, p, "talk=tea&talk=fog&tz=utc")
	require.NoError(t, err)
	require.NotSame(t, first, third)
	require.Equal(t, first.ETag(feed.Gzip), third.ETag(feed.Gzip))
}

func TestRecall(t *testing.T) {
	t.Parallel()
	p := feed.NewPublisher()
	p.Publish(harbourCatalog(t))
	d, err := ask(t, p, "track=quay")
	require.NoError(t, err)
	p.Remember("/tracks/quay.ics", d)
	got, ok := p.Recall("/tracks/quay.ics")
	require.True(t, ok)
	require.Same(t, d, got)

	long := "/tracks/quay.ics?q=" + strings.Repeat("x", 4_000)
	p.Remember(long, d)
	_, ok = p.Recall(long)
	require.False(t, ok, "a long address is not remembered")

	p.Publish(harbourCatalog(t))
	_, ok = p.Recall("/tracks/quay.ics")
	require.False(t, ok, "an address is forgotten with its edition")
	p.Remember("/tracks/quay.ics", d)
	_, ok = p.Recall("/tracks/quay.ics")
	require.False(t, ok, "a document of an earlier edition is not remembered")
}

// TestCacheIsBounded asks for ten thousand feeds that somebody made up.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	p := feed.NewPublisher()
	p.Publish(harbourCatalog(t))
	forms := []string{"q=word-%d", "tag=tag-%d", "lang=en-x%d", "alarm=%d", "talk=tea&q=%d", "kind=talk&tag=%d"}
	for i := range 10_000 {
		query := fmt.Sprintf(forms[i%len(forms)], i)
		d, err := ask(t, p, query)
		require.NoError(t, err, query)
		p.Remember("/schedule.ics?"+query, d)
	}
	cached := p.Cached()
	require.Zero(t, cached.Popular, "what anybody can make up is not popular")
	require.LessOrEqual(t, cached.Others, feed.MaxCached)
	require.LessOrEqual(t, cached.Addresses, feed.MaxRemembered)
}

// TestHugeFeedIsNotKept leaves out of the cache what is large and not popular.
func TestHugeFeedIsNotKept(t *testing.T) {
	t.Parallel()
	p := feed.NewPublisher()
	p.Publish(benchCatalog(benchSchedule(t, feed.MaxCachedSlots+1)))
	for query, kept := range map[string]bool{"": true, "busy=1": false, "track=track-1&busy=1": true} {
		a, err := ask(t, p, query)
		require.NoError(t, err)
		b, err := ask(t, p, query)
		require.NoError(t, err)
		require.Equal(t, kept, a == b, query)
		p.Remember("/"+query, a)
		_, ok := p.Recall("/" + query)
		require.Equal(t, kept, ok, query)
	}
}

// TestMissesBuildOnce has many ask at once for what nobody asked before.
func TestMissesBuildOnce(t *testing.T) {
	t.Parallel()
	p := feed.NewPublisher()
	p.Publish(benchCatalog(benchSchedule(t, 500)))
	for _, query := range []string{"", "track=track-3&alarm=5"} {
		const many = 200
		got := make([]*feed.Document, many)
		begin := make(chan struct{})
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				<-begin
				got[i], _ = ask(t, p, query)
			})
		}
		close(begin)
		all.Wait()
		for _, d := range got {
			require.NotNil(t, d)
			require.Same(t, got[0], d)
		}
	}
}

// TestPanicIsAnError publishes a catalog that cannot be rendered: who asks gets
// an error, and others go on.
func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	p := feed.NewPublisher()
	p.Publish(&feed.Catalog{})
	_, err := ask(t, p, "track=quay")
	require.ErrorContains(t, err, `build feed "track=quay"`)
	p.Publish(harbourCatalog(t))
	_, err = ask(t, p, "track=quay")
	require.NoError(t, err)
}

// TestPublishSwaps publishes two editions in turn while others read: every
// document is wholly of one of them.
func TestPublishSwaps(t *testing.T) {
	t.Parallel()
	old, changed := harbour(t), harbour(t, "Harbour Days 2026", "Harbour Nights 2026", "and other partial failures", "and rain", "Tea 🫖", "Coffee")
	catalogs := []*feed.Catalog{catalog(baseURL, old), catalog(baseURL, old, changed)}
	queries := []string{"", "track=deep-water", "talk=fog&talk=tea&alarm=5"}
	whole := map[string]bool{}
	for _, query := range queries {
		for _, c := range catalogs {
			d := document(t, c, query)
			whole[query+d.ETag(feed.Identity)+string(d.Bytes(feed.Identity))] = true
		}
	}
	require.Len(t, whole, 2*len(queries))

	p := feed.NewPublisher()
	p.Publish(catalogs[0])
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 4 {
		readers.Go(func() {
			for n := 0; ; n++ {
				query := queries[(i+n)%len(queries)]
				d, err := ask(t, p, query)
				if err != nil || !whole[query+d.ETag(feed.Identity)+string(d.Bytes(feed.Identity))] {
					t.Error("a document is of no edition", err)
					return
				}
				p.Remember(query, d)
				if d, ok := p.Recall(query); ok && !whole[query+d.ETag(feed.Identity)+string(d.Bytes(feed.Identity))] {
					t.Error("a recalled document is of no edition")
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range 200 {
		p.Publish(catalogs[i%2])
	}
	close(stop)
	readers.Wait()
}
