package importer

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"slotcast/schedule"
)

// MaxParts is how many files a folder or an archive may have. Together their text
// is at most [MaxSource], and that is all that limits how tightly an archive is
// packed. Files that are no text, such as the speakers' pictures, count as files
// and not as octets.
const MaxParts = 2_000

// partial collects the documents of a folder or an archive.
type partial struct {
	src   Source
	files int
	room  int64 // octets that are still allowed
}

func newPartial(src Source) *partial { return &partial{src: src, room: MaxSource} }

func (p *partial) refused(format string, args ...any) error {
	return schedule.Errorf(schedule.ErrInvalid, p.src.Name+" "+format, args...)
}

// count counts a file, whatever is in it.
func (p *partial) count() error {
	if p.files++; p.files > MaxParts {
		return p.refused("has more than %d files, which is the most that is read; keep the schedule's alone", MaxParts)
	}
	return nil
}

// add reads a file to its end, unless it is no text. The size is what the folder
// or the archive says of it: what would be too large is not even unpacked.
func (p *partial) add(part Source, size uint64, r io.Reader) error {
	tooLarge := func() error {
		return p.refused("has more than %d MiB of text, which is the most that is read; keep the schedule's files alone", MaxSource>>20)
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if head = head[:n]; n == 0 || bytes.IndexByte(head, 0) >= 0 {
		return nil
	}
	if size > uint64(p.room) {
		return tooLarge()
	}
	rest, err := io.ReadAll(io.LimitReader(r, max(0, p.room-int64(n))+1))
	if err != nil {
		return err
	}
	part.Data = append(head, rest...)
	if p.room -= int64(len(part.Data)); p.room < 0 {
		return tooLarge()
	}
	p.src.Parts = append(p.src.Parts, part)
	if part.Modified.After(p.src.Modified) {
		p.src.Modified = part.Modified
	}
	return nil
}

// finish returns what was collected.
func (p *partial) finish() (Source, error) {
	if len(p.src.Parts) == 0 {
		return Source{}, p.refused("has no text file in it; give a schedule")
	}
	slices.SortFunc(p.src.Parts, func(x, y Source) int { return strings.Compare(x.Name, y.Name) })
	return p.src, nil
}

// isHidden tells what an editor, a version control system or a packer keeps
// beside the files that are meant.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || name == "__MACOSX" }

// readFolder reads the files of a folder and those of its folders, no deeper.
// Whatever is not in it is refused: what a link leads to elsewhere is not meant
// to be published.
func readFolder(name string) (Source, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return Source{}, readError(name, err)
	}
	defer root.Close()
	p := newPartial(Source{Name: name})
	if err := p.folder(root, ".", true); err != nil {
		return Source{}, err
	}
	return p.finish()
}

func (p *partial) folder(root *os.Root, dir string, deeper bool) error {
	f, err := root.Open(dir)
	if err != nil {
		return readError(path.Join(p.src.Name, dir), err)
	}
	defer f.Close()
	entries, err := f.ReadDir(MaxParts + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return readError(path.Join(p.src.Name, dir), err)
	}
	for _, entry := range entries {
		if err := p.count(); err != nil {
			return err
		}
		if isHidden(entry.Name()) {
			continue
		}
		name := path.Join(dir, entry.Name())
		info, err := root.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone since, or a link to what is not there
			continue
		case err != nil && entry.Type()&fs.ModeSymlink != 0:
			return p.refused("has the link %s, which leads out of it; put the file itself there", name)
		case err != nil:
			return readError(path.Join(p.src.Name, name), err)
		case info.IsDir() && deeper:
			err = p.folder(root, name, false)
		case info.Mode().IsRegular():
			err = p.file(root, name, info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *partial) file(root *os.Root, name string, info fs.FileInfo) error {
	f, err := root.Open(name)
	if err != nil {
		return readError(path.Join(p.src.Name, name), err)
	}
	defer f.Close()
	return p.add(Source{Name: name, Modified: info.ModTime()}, uint64(info.Size()), f)
}

// isZip tells a zip archive; one without files begins with its end.
func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// unpack returns a source that is a zip archive as its files. Nothing is written
// to disk. Names that lead out of a folder, links, archives in the archive and
// what becomes too large are refused.
func unpack(src Source) (Source, error) {
	p := newPartial(Source{Name: src.Name, Modified: src.Modified})
	damaged := func(why string) (Source, error) {
		return Source{}, p.refused("is a zip archive that cannot be unpacked: %s; pack it again", why)
	}
	// The library reads the whole list of files before it returns.
	if bytes.Count(src.Data, []byte("PK\x01\x02")) > MaxParts {
		return Source{}, p.refused("has more than %d files, which is the most that is read; keep the schedule's alone", MaxParts)
	}
	archive, err := zip.NewReader(bytes.NewReader(src.Data), int64(len(src.Data)))
	if err != nil {
		return damaged("it is damaged")
	}
	if len(archive.File) == 0 {
		return Source{}, p.refused("is a zip archive with no file in it; give a schedule")
	}
	for _, f := range archive.File {
		if err := p.count(); err != nil {
			return Source{}, err
		}
		name := strings.TrimSuffix(f.Name, "/")
		switch {
		case f.Name == "[Content_Types].xml" || f.Name == "mimetype":
			return Source{}, p.refused("is an office document; export the schedule from it as CSV")
		case !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00"):
			return damaged("“" + schedule.Shorten(f.Name) + "” is not a name in a folder")
		case f.Mode().IsDir() || slices.ContainsFunc(strings.Split(name, "/"), isHidden):
			continue
		case !f.Mode().IsRegular():
			return damaged("“" + schedule.Shorten(name) + "” is a link or a device")
		case f.Flags&1 != 0:
			return damaged("it has a password")
		}
		if err := p.packed(f, name); err != nil {
			if _, ok := errors.AsType[*schedule.Error](err); ok {
				return Source{}, err
			}
			return damaged("“" + schedule.Shorten(name) + "” is damaged, or packed in a way that is not known")
		}
	}
	return p.finish()
}

// packed unpacks a file, for which the archive can give a false size.
func (p *partial) packed(f *zip.File, name string) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	magic := make([]byte, 4)
	n, err := io.ReadFull(r, magic)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	if isZip(magic[:n]) {
		return p.refused("has an archive in it (%s); give that, or unpack it first", schedule.Shorten(name))
	}
	return p.add(Source{Name: name, Modified: p.src.Modified}, f.UncompressedSize64, io.MultiReader(bytes.NewReader(magic[:n]), r))
}
