package feed

import (
	"bufio"
	"bytes"
	"encoding/binary"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// compressionLevel is where more effort stops paying on calendar text.
const compressionLevel = 6

// A feed is compressed in one of two ways. Feeds that everybody asks for are
// compressed whole, once an edition. Others are stitched: each fragment was
// compressed by itself when it was rendered, and its blocks are copied between
// stored ones, so that such a feed costs no compression at all when it is asked
// for. Both are one gzip member (RFC 1952), which every client reads.

// gzipHeader is a member's header without a name or a time.
var gzipHeader = [...]byte{0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255}

// gzipTrailer is the length of a member's trailer: CRC-32 and length.
const gzipTrailer = 8

// finalBlock is an empty stored block with the final bit set.
var finalBlock = [...]byte{1, 0, 0, 0xFF, 0xFF}

// maxStored is the longest stored block.
const maxStored = 65_535

// deflater compresses many pieces, each by itself.
type deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

func newDeflater() *deflater {
	d := &deflater{}
	// The level is a constant that flate accepts, its only cause of an error.
	d.w, _ = flate.NewWriter(&d.out, compressionLevel)
	return d
}

// blocks returns p as DEFLATE blocks that end on an octet's boundary and are
// not the last of their stream.
func (d *deflater) blocks(p []byte) []byte {
	d.out.Reset()
	d.w.Reset(&d.out)
	// A bytes.Buffer does not fail, so neither does writing to it.
	_, _ = d.w.Write(p)
	_ = d.w.Flush()
	return bytes.Clone(d.out.Bytes())
}

// gzipWhole returns p as a gzip member.
func gzipWhole(p []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, compressionLevel)
	_, _ = w.Write(p)
	_ = w.Close()
	return out.Bytes()
}

// stitcher writes a gzip member of plain pieces, which it stores as they are,
// and of pieces that were compressed before. Its writer keeps the errors.
type stitcher struct {
	w      *bufio.Writer
	stored []byte // plain pieces not written yet
}

func (s *stitcher) begin() { _, _ = s.w.Write(gzipHeader[:]) }

// plain adds a piece as it is.
func (s *stitcher) plain(p []byte) { s.stored = append(s.stored, p...) }

// blocks adds a piece that was compressed before.
func (s *stitcher) blocks(deflated []byte) {
	s.flush()
	_, _ = s.w.Write(deflated)
}

// flush writes the plain pieces as stored blocks.
func (s *stitcher) flush() {
	for p := s.stored; len(p) > 0; {
		n := min(len(p), maxStored)
		var header [5]byte
		binary.LittleEndian.PutUint16(header[1:], uint16(n))
		binary.LittleEndian.PutUint16(header[3:], ^uint16(n))
		_, _ = s.w.Write(header[:])
		_, _ = s.w.Write(p[:n])
		p = p[n:]
	}
	s.stored = s.stored[:0]
}

// end writes what is left and the trailer: checksum and size of what it all
// decompresses to.
func (s *stitcher) end(checksum uint32, size int) {
	s.flush()
	_, _ = s.w.Write(finalBlock[:])
	var trailer [gzipTrailer]byte
	binary.LittleEndian.PutUint32(trailer[:4], checksum)
	binary.LittleEndian.PutUint32(trailer[4:], uint32(size))
	_, _ = s.w.Write(trailer[:])
}

// storedSize is how much n octets take as stored blocks.
func storedSize(n int) int { return n + 5*((n+maxStored-1)/maxStored) }

// stitchedOverhead is how much begin and end write.
const stitchedOverhead = len(gzipHeader) + len(finalBlock) + gzipTrailer
