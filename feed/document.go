package feed

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"hash/crc32"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/schedule"
)

// ContentType is the media type of every feed (rule 78).
const ContentType = "text/calendar; charset=utf-8"

// rendererVersion is part of every ETag. It goes up when bytes change in a way
// that the parts which the ETag is made of do not show.
const rendererVersion = 1

// Encoding is a content coding in which a document can be had.
type Encoding int

// The encodings.
const (
	Identity Encoding = iota
	Gzip
)

// Document is one feed: its bytes in each encoding, and what goes with them. It
// does not change, and any number of goroutines may use it.
type Document struct {
	catalog *Catalog
	scope   schedule.Scope
	options Options
	slots   []int32

	personal bool // somebody's own, which few ask for
	modified time.Time
	httpDate string

	head  []byte // up to the first event
	times timeForm
	busy  bool
	alarm []byte // a VALARM up to its DESCRIPTION; empty for none

	title        string
	fileName     string
	dispositions [2]string // inline, attachment
	etags        [2]string
	sizes        [2]func() int
	checksum     func() uint32 // CRC-32 of the identity encoding

	// ready gives the bytes, kept from the first time on. It is used at once
	// for a popular document, and for others that are small from the second
	// time they are asked for; the rest is assembled as it is written.
	ready [2]func() []byte
	asked [2]atomic.Bool
}

// maxReady is the size in octets up to which documents that are not popular
// are kept ready.
const maxReady = 64 << 10

// The lines that close what fragments leave open, never modified.
// X-MICROSOFT-CDO-BUSYSTATUS says to Outlook what TRANSP says to others
// (rule 70).
var (
	calendarEnd = []byte("END:VCALENDAR" + lineBreak)
	eventEnd    = []byte("END:VEVENT" + lineBreak)
	alarmEnd    = []byte("END:VALARM" + lineBreak)
	busyLines   = []byte("TRANSP:OPAQUE" + lineBreak + "X-MICROSOFT-CDO-BUSYSTATUS:BUSY" + lineBreak)
	freeLines   = []byte("TRANSP:TRANSPARENT" + lineBreak + "X-MICROSOFT-CDO-BUSYSTATUS:FREE" + lineBreak)
)

func newDocument(c *Catalog, scope schedule.Scope, o Options, slots []int32) *Document {
	d := &Document{
		catalog: c, scope: scope, options: o, slots: slots, busy: scope.Chosen(),
		modified: c.edition.Modified(), httpDate: c.httpDate,
		title: title(c.edition, scope), fileName: fileName(c.edition, scope),
	}
	d.complete(ownHead(c.edition, scope, o, d.title, c.baseURL))
	return d
}

// newPersonal returns the feed of somebody's own choice, which changed last at a
// time. It does not say where it comes from: the file may be passed on, and
// whoever has the address can read the feed.
func newPersonal(c *Catalog, name string, o Options, slots []int32, changed time.Time) *Document {
	conference := c.edition.Conference().Name
	if name == "" {
		name = "My talks – " + conference
	}
	d := &Document{
		catalog: c, options: o, slots: slots, busy: true, personal: true,
		modified: c.edition.Modified(), httpDate: c.httpDate,
		title: cleanLine(name, maxName), fileName: string(c.edition.Conference().ID) + "-my-talks.ics",
	}
	if changed = changed.UTC().Truncate(time.Second); changed.After(d.modified) {
		d.modified, d.httpDate = changed, changed.Format(httpDate)
	}
	var l contentLines
	l.addNames(d.title, cut(cleanText("Talks of "+conference+" that somebody has chosen."), maxDescription))
	d.complete(l.Bytes())
	return d
}

// complete works out the rest of a document from what it says of itself.
func (d *Document) complete(ownHead []byte) {
	c, o := d.catalog, d.options
	if o.Busy != nil {
		d.busy = *o.Busy
	}
	if o.UTC {
		d.times = utcTimes
	}
	if o.Alarm != nil {
		d.alarm = alarm(*o.Alarm)
	}
	d.head = slices.Concat(c.head, ownHead)
	if d.refersToZone() {
		d.head = append(d.head, c.timezone...)
	}
	tag := d.hash()
	d.etags = [2]string{Identity: `"` + tag + `"`, Gzip: `"` + tag + `-gz"`}

	d.dispositions = dispositions(d.fileName, d.title)

	size := d.assembledSize()
	d.sizes[Identity] = func() int { return size }
	d.ready[Identity] = sync.OnceValue(func() []byte { return d.written(Identity) })
	if d.Popular() {
		d.ready[Gzip] = sync.OnceValue(func() []byte { return gzipWhole(d.ready[Identity]()) })
		d.sizes[Gzip] = func() int { return len(d.ready[Gzip]()) }
	} else {
		d.ready[Gzip] = sync.OnceValue(func() []byte { return d.written(Gzip) })
		d.sizes[Gzip] = sync.OnceValue(d.stitchedSize)
		d.checksum = sync.OnceValue(d.crc32)
	}
}

// fileName returns a name for a feed when it is saved, of the characters of an
// id and ending in ".ics".
func fileName(e *schedule.Edition, scope schedule.Scope) string {
	if _, value, ok := scope.Single(); ok && schedule.ValidID(value) {
		return value + ".ics"
	}
	name := string(e.Conference().ID)
	if !scope.IsWhole() {
		name += "-selection"
	}
	return name + ".ics"
}

// dispositions returns the Content-Disposition of a feed that is subscribed to,
// and of one that is saved: that also has its title as a name, for clients that
// read RFC 8187, behind the plain name for those that do not (rule 80).
func dispositions(fileName, title string) [2]string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, title)
	encoded := strings.ReplaceAll(url.QueryEscape(title), "+", "%20")
	return [2]string{
		`inline; filename="` + fileName + `"`,
		`attachment; filename="` + fileName + `"; filename*=UTF-8''` + encoded + ".ics",
	}
}

// refersToZone tells whether the VTIMEZONE belongs into the document: where a
// time refers to it, and where there is no event, since a calendar needs a
// component (rules 29 and 37).
func (d *Document) refersToZone() bool {
	if len(d.slots) == 0 {
		return true
	}
	return d.times == localTimes && slices.ContainsFunc(d.slots, func(i int32) bool { return d.catalog.fragments[i].refersTo })
}

// alarm returns a VALARM up to its DESCRIPTION (RFC 5545 section 3.6.6).
func alarm(minutes int) []byte {
	var l contentLines
	l.begin("VALARM")
	l.add("ACTION", "DISPLAY")
	l.add("TRIGGER", "-PT"+strconv.Itoa(minutes)+"M")
	return l.Bytes()
}

// hash returns what the ETags are made of. The digests of the fragments and
// what is put around them determine every octet, so the octets themselves need
// not be hashed.
func (d *Document) hash() string {
	h := sha256.New()
	_, _ = h.Write([]byte{rendererVersion, byte(d.times)})
	writeField(h, d.transparency(&fragment{}))
	writeField(h, d.head)
	writeField(h, d.alarm)
	for _, i := range d.slots {
		f := &d.catalog.fragments[i]
		_, _ = h.Write(f.digest[:])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:22] // 132 bits
}

// pieces calls plain with each piece of the document in turn, except for the
// bodies of events, with which it calls body.
func (d *Document) pieces(plain func([]byte), body func(*fragment)) {
	plain(d.head)
	for _, i := range d.slots {
		f := &d.catalog.fragments[i]
		plain(f.opening[d.times])
		plain(d.transparency(f))
		body(f)
		if len(d.alarm) > 0 && !f.cancelled {
			plain(d.alarm)
			plain(f.alarmText)
			plain(alarmEnd)
		}
		plain(eventEnd)
	}
	plain(calendarEnd)
}

// transparency returns whether a slot takes its time: what does not take place
// never does.
func (d *Document) transparency(f *fragment) []byte {
	if d.busy && !f.cancelled {
		return busyLines
	}
	return freeLines
}

func (d *Document) assembledSize() int {
	n := 0
	d.pieces(func(p []byte) { n += len(p) }, func(f *fragment) { n += len(f.body) })
	return n
}

func (d *Document) stitchedSize() int {
	n, plain := stitchedOverhead, 0
	d.pieces(func(p []byte) { plain += len(p) }, func(f *fragment) {
		n += storedSize(plain) + len(f.deflated)
		plain = 0
	})
	return n + storedSize(plain)
}

func (d *Document) crc32() uint32 {
	var sum uint32
	add := func(p []byte) { sum = crc32.Update(sum, crc32.IEEETable, p) }
	d.pieces(add, func(f *fragment) { add(f.body) })
	return sum
}

// WriteTo writes the document in an encoding, exactly [Document.Size] octets.
// The error is w's.
func (d *Document) WriteTo(w io.Writer, e Encoding) error {
	if d.worthKeeping(e) {
		_, err := w.Write(d.ready[e]())
		return err
	}
	return d.assemble(w, e)
}

func (d *Document) worthKeeping(e Encoding) bool {
	return d.Popular() || d.sizes[Identity]() <= maxReady && d.asked[e].Swap(true)
}

// assemble writes the document piece by piece.
func (d *Document) assemble(w io.Writer, e Encoding) error {
	out := buffers.Get().(*bufio.Writer)
	defer buffers.Put(out)
	out.Reset(w)
	if e == Gzip {
		s := stitcher{w: out}
		s.begin()
		d.pieces(s.plain, func(f *fragment) { s.blocks(f.deflated) })
		s.end(d.checksum(), d.sizes[Identity]())
	} else {
		d.pieces(func(p []byte) { _, _ = out.Write(p) }, func(f *fragment) { _, _ = out.Write(f.body) })
	}
	err := out.Flush() // also gives the first error of the writes before it
	out.Reset(nil)
	return err
}

// written returns what assemble writes.
func (d *Document) written(e Encoding) []byte {
	var out bytes.Buffer
	out.Grow(d.Size(e))
	if e == Identity {
		d.pieces(func(p []byte) { out.Write(p) }, func(f *fragment) { out.Write(f.body) })
	} else {
		_ = d.assemble(&out, e) // a bytes.Buffer does not fail
	}
	return out.Bytes()
}

// buffers are for documents that are assembled as they are written.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 32<<10) }}

// Bytes returns the document in an encoding. The result is shared and must not
// be modified.
func (d *Document) Bytes(e Encoding) []byte { return d.ready[e]() }

// Size returns the length in octets of the document in an encoding.
func (d *Document) Size(e Encoding) int { return d.sizes[e]() }

// ETag returns the strong entity tag of the document in an encoding, in its
// quotes. No two encodings and no two documents of other bytes share one.
func (d *Document) ETag(e Encoding) string { return d.etags[e] }

// LastModified returns when anything in the document's edition, or the choice of
// what is in it, last changed. It never moves back, and is later after every change of the document, removals
// included.
func (d *Document) LastModified() time.Time { return d.modified }

// HTTPDate returns [Document.LastModified] as the value of a Last-Modified
// header (RFC 9110 section 5.6.7).
func (d *Document) HTTPDate() string { return d.httpDate }

// Scope returns which slots the document has; zero for a personal one.
func (d *Document) Scope() schedule.Scope { return d.scope }

// Len returns how many events the document has.
func (d *Document) Len() int { return len(d.slots) }

// Title returns the name that calendars show for the document.
func (d *Document) Title() string { return d.title }

// FileName returns a name for the document when it is saved, of the characters
// of an id and ending in ".ics".
func (d *Document) FileName() string { return d.fileName }

// ContentDisposition returns the header of that name (RFC 6266): for a client
// that subscribes, or for one that is to save the document.
func (d *Document) ContentDisposition(save bool) string {
	if save {
		return d.dispositions[1]
	}
	return d.dispositions[0]
}

// Popular tells whether the document is one that many ask for: the whole
// conference, or all of one track, speaker, room, day, kind, talk or slot, shown
// as it is by default. There are only as many of these as the schedule has, so
// their bytes are kept; anybody can make up a tag, a language or a text.
func (d *Document) Popular() bool {
	if d.options != (Options{}) || d.personal {
		return false
	}
	switch key, _, single := d.scope.Single(); key {
	case schedule.ScopeTag, schedule.ScopeLanguage, schedule.ScopeText:
		return false
	default:
		return single || d.scope.IsWhole()
	}
}
