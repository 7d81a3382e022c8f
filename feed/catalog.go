// Package feed turns an edition of a schedule into RFC 5545 calendar feeds.
//
// Each slot is rendered once, as a fragment ([Render]); a [Catalog] is an
// edition's fragments, and a [Document] the bytes of one feed: a calendar's
// head, its VTIMEZONE, fragments, and its end. A [Publisher] holds the current
// catalog and swaps it in one step. Bytes are a pure function of edition, scope
// and options: the same on every replica and after every restart.
//
// The rule numbers in comments are those of the conformance rules that the
// tests of this package and of feed/server name one by one.
package feed

import (
	"crypto/sha256"
	"hash"
	"time"

	"slotcast/schedule"
)

// httpDate is the form of a date in a header (RFC 9110 section 5.6.7).
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// Catalog is an edition rendered. It does not change, and any number of
// goroutines may use it.
type Catalog struct {
	edition   *schedule.Edition
	baseURL   string
	fragments []fragment // of each slot, in the edition's order
	head      []byte     // what every document begins with
	timezone  []byte
	zoned     bool   // events may refer to it
	httpDate  string // of the edition's last change
}

// fragment is a slot's VEVENT, ready to be copied into a document.
type fragment struct {
	opening   [2][]byte // by timeForm
	body      []byte    // DTSTAMP to STATUS
	deflated  []byte    // body as DEFLATE blocks that refer to nothing before
	stamps    int       // octets at the start of body that the ledger has given
	alarmText []byte
	refersTo  bool // the local opening refers to the VTIMEZONE
	cancelled bool
	rendered  schedule.Digest // of what the rendering has given
	digest    schedule.Digest // of all of the above
}

// NewCatalog completes a rendering with what the edition's ledger says of each
// slot. The rendering must be of the edition's schedule. baseURL is where the
// server is reached, without a slash at its end; it may be empty, and the feeds
// then do not say where they come from.
func NewCatalog(e *schedule.Edition, r *Rendering, baseURL string) *Catalog {
	c := &Catalog{
		edition:   e,
		baseURL:   baseURL,
		fragments: make([]fragment, len(r.slots)),
		head:      commonHead(e.Conference(), baseURL),
		timezone:  r.timezone,
		zoned:     r.zoned,
		httpDate:  e.Modified().UTC().Format(httpDate),
	}
	inChunks(len(r.slots), func(from, to int) {
		deflate := newDeflater()
		for i := from; i < to; i++ {
			slot, entry := &r.slots[i], e.Entry(int32(i))
			if slot.published != nil && slot.entry.SameStamps(entry) {
				c.fragments[i] = *slot.published
				continue
			}
			body := stamps(entry)
			stamped := len(body)
			body = append(body, slot.body...)
			f := fragment{
				opening:   slot.opening,
				body:      body,
				deflated:  deflate.blocks(body),
				stamps:    stamped,
				rendered:  slot.digest,
				alarmText: slot.alarmText,
				refersTo:  slot.refersTo,
				cancelled: slot.cancelled,
			}
			h := sha256.New()
			writeField(h, f.opening[localTimes])
			writeField(h, f.opening[utcTimes])
			writeField(h, f.body)
			f.digest = schedule.Digest(h.Sum(nil))
			c.fragments[i] = f
		}
	})
	return c
}

// writeField hashes a field so that its end counts.
func writeField(h hash.Hash, field []byte) {
	n := len(field)
	_, _ = h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	_, _ = h.Write(field)
}

// Edition returns the edition that c is the rendering of.
func (c *Catalog) Edition() *schedule.Edition { return c.edition }

// Document returns the feed of a scope. The error is of kind
// [schedule.ErrNotFound] and names what is not in the edition.
func (c *Catalog) Document(scope schedule.Scope, o Options) (*Document, error) {
	slots, err := c.edition.Find(scope)
	if err != nil {
		return nil, err
	}
	if o.HideCancelled {
		slots = c.without(slots)
	}
	return newDocument(c, scope, o, slots), nil
}

// Personal returns the feed of somebody's own choice: the slots at some places in
// the edition, ascending, under a name, which may be empty. The choice was changed
// last at a time.
func (c *Catalog) Personal(name string, slots []int32, o Options, changed time.Time) *Document {
	if o.HideCancelled {
		slots = c.without(slots)
	}
	return newPersonal(c, name, o, slots, changed)
}

// without returns the slots that are not cancelled.
func (c *Catalog) without(slots []int32) []int32 {
	var kept []int32
	for _, i := range slots {
		if !c.fragments[i].cancelled {
			kept = append(kept, i)
		}
	}
	return kept
}
