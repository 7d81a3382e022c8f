package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"slotcast/feed"
)

// perCatalog is what is made once for each catalog, when it is first asked for.
type perCatalog struct {
	make func(*feed.Catalog) ([]byte, error)

	mu      sync.Mutex
	catalog *feed.Catalog
	made    *static
}

func (p *perCatalog) of(catalog *feed.Catalog) (*static, error) {
	if catalog == nil {
		return nil, feed.ErrNothingPublished
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.catalog != catalog {
		body, err := p.make(catalog)
		if err != nil {
			return nil, err
		}
		made, err := newStatic(body, catalog.Edition().Modified())
		if err != nil {
			return nil, err
		}
		p.catalog, p.made = catalog, made
	}
	return p.made, nil
}

// static is a body with its validators.
type static struct {
	bodies   [2][]byte // by feed.Encoding
	etags    [2]string
	modified time.Time
}

func newStatic(body []byte, modified time.Time) (*static, error) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:])[:22]
	return &static{
		bodies:   [2][]byte{feed.Identity: body, feed.Gzip: zipped.Bytes()},
		etags:    [2]string{feed.Identity: `"` + tag + `"`, feed.Gzip: `"` + tag + `-gz"`},
		modified: modified,
	}, nil
}

func (s *static) ETag(e feed.Encoding) string { return s.etags[e] }
func (s *static) Size(e feed.Encoding) int    { return len(s.bodies[e]) }
func (s *static) LastModified() time.Time     { return s.modified }
func (s *static) HTTPDate() string            { return s.modified.UTC().Format(http.TimeFormat) }
func (s *static) WriteTo(w io.Writer, e feed.Encoding) error {
	_, err := w.Write(s.bodies[e])
	return err
}
