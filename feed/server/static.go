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
		p.catalog, p.made = catalog, newStatic(body, catalog.Edition().Modified())
	}
	return p.made, nil
}

// static is a body with its validators.
type static struct {
	body     []byte
	zipped   func() []byte // made when it is first asked for
	tag      string
	modified time.Time // zero where that is not known
}

func newStatic(body []byte, modified time.Time) *static {
	sum := sha256.Sum256(body)
	return &static{
		body: body,
		zipped: sync.OnceValue(func() []byte {
			var zipped bytes.Buffer
			w := gzip.NewWriter(&zipped)
			_, _ = w.Write(body) // a bytes.Buffer does not fail
			_ = w.Close()
			return zipped.Bytes()
		}),
		tag:      base64.RawURLEncoding.EncodeToString(sum[:])[:22],
		modified: modified,
	}
}

func (s *static) bytes(e feed.Encoding) []byte {
	if e == feed.Gzip {
		return s.zipped()
	}
	return s.body
}

func (s *static) ETag(e feed.Encoding) string {
	if e == feed.Gzip {
		return `"` + s.tag + `-gz"`
	}
	return `"` + s.tag + `"`
}
func (s *static) Size(e feed.Encoding) int { return len(s.bytes(e)) }
func (s *static) LastModified() time.Time  { return s.modified }
func (s *static) HTTPDate() string         { return s.modified.UTC().Format(http.TimeFormat) }
func (s *static) WriteTo(w io.Writer, e feed.Encoding) error {
	_, err := w.Write(s.bytes(e))
	return err
}
