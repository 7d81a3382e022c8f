package feed

import (
	"errors"
	"fmt"
	"sync/atomic"

	gocache "github.com/patrickmn/go-cache"
	"golang.org/x/sync/singleflight"

	"slotcast/schedule"
)

// Bounds of the cache of documents that are not popular. Popular ones are as
// many as there are things in the schedule, and are always kept.
const (
	// maxCached is how many documents are kept. Each can come to hold twice
	// maxReady.
	maxCached = 256
	// maxRemembered is how many addresses are remembered, and maxAddress how
	// long one may be, in octets.
	maxRemembered = 256
	maxAddress    = 2_048
	// maxCachedSlots is how many events a document may have to be kept.
	maxCachedSlots = 1_000
)

// ErrNothingPublished is returned while no catalog was published yet.
var ErrNothingPublished = errors.New("nothing is published yet")

// Publisher holds the catalog that is served and the documents made of it. The
// zero value is not usable; see [NewPublisher].
type Publisher struct {
	current atomic.Pointer[published]
}

// published is a catalog with the cache of its documents. They are replaced
// together, so no document outlives its edition.
type published struct {
	catalog *Catalog
	popular *gocache.Cache // by scope and options
	others  *gocache.Cache
	flights singleflight.Group

	addresses *gocache.Cache // the same documents, by the addresses that asked
}

// NewPublisher returns a publisher that holds nothing yet.
func NewPublisher() *Publisher { return &Publisher{} }

// Publish replaces what is served, in one step. Requests that have begun finish
// with what was served before.
func (p *Publisher) Publish(c *Catalog) {
	// Without expiry go-cache starts no goroutine that nobody could stop.
	p.current.Store(&published{
		catalog: c,
		popular: gocache.New(gocache.NoExpiration, 0),
		others:  gocache.New(gocache.NoExpiration, 0),

		addresses: gocache.New(gocache.NoExpiration, 0),
	})
}

// Catalog returns what is served, or nil before the first [Publisher.Publish].
func (p *Publisher) Catalog() *Catalog {
	if s := p.current.Load(); s != nil {
		return s.catalog
	}
	return nil
}

// Document returns the feed of a scope from what is served. Concurrent calls
// for the same feed build it once. The error is of kind [schedule.ErrNotFound]
// for what the edition does not have.
func (p *Publisher) Document(scope schedule.Scope, o Options) (*Document, error) {
	s := p.current.Load()
	if s == nil {
		return nil, ErrNothingPublished
	}
	key := scope.String()
	if o != (Options{}) {
		key += "&" + o.String()
	}
	return s.document(key, func() (*Document, error) { return s.catalog.Document(scope, o) })
}

// document returns the document of a key, which is built if it is not kept.
func (s *published) document(key string, build func() (*Document, error)) (*Document, error) {
	if d, ok := s.cached(key); ok {
		return d, nil
	}
	d, err, _ := s.flights.Do(key, func() (v any, err error) {
		// singleflight would raise a panic again in every caller.
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("build feed %q: %v", schedule.Shorten(key), cause)
			}
		}()
		if d, ok := s.cached(key); ok {
			return d, nil
		}
		d, err := build()
		if err == nil {
			s.keep(key, d)
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	return d.(*Document), nil
}

func (s *published) cached(key string) (*Document, bool) {
	for _, c := range []*gocache.Cache{s.popular, s.others} {
		if d, ok := c.Get(key); ok {
			return d.(*Document), true
		}
	}
	return nil, false
}

// keep caches a document within the bounds. What anybody may make up is dropped
// altogether when it fills its cache, which costs less than to keep order, and
// a document that is asked for again is soon back.
func (s *published) keep(key string, d *Document) {
	switch {
	case d.Popular():
		s.popular.SetDefault(key, d)
	case d.Len() <= maxCachedSlots:
		if s.others.ItemCount() >= maxCached {
			s.others.Flush()
		}
		s.others.SetDefault(key, d)
	}
}

// Personal returns what build makes of the catalog that is served, kept under a key
// that stands for all that it depends on but the catalog. Concurrent calls for the
// same key build it once. The error is that of build, which is not kept.
func (p *Publisher) Personal(key string, build func(*Catalog) (*Document, error)) (*Document, error) {
	s := p.current.Load()
	if s == nil {
		return nil, ErrNothingPublished
	}
	return s.document("my:"+key, func() (*Document, error) { return build(s.catalog) })
}

// Recall returns the document that is remembered for an address, if one is.
func (p *Publisher) Recall(address string) (*Document, bool) {
	s := p.current.Load()
	if s == nil || len(address) > maxAddress {
		return nil, false
	}
	d, ok := s.addresses.Get(address)
	if !ok {
		return nil, false
	}
	return d.(*Document), true
}

// Remember has [Publisher.Recall] give a document for an address until the next
// publication, or until too many others were remembered. A document of an
// earlier publication is not remembered.
func (p *Publisher) Remember(address string, d *Document) {
	s := p.current.Load()
	if s == nil || s.catalog != d.catalog || len(address) > maxAddress || d.Len() > maxCachedSlots && !d.Popular() {
		return
	}
	if s.addresses.ItemCount() >= maxRemembered {
		s.addresses.Flush()
	}
	s.addresses.SetDefault(address, d)
}
