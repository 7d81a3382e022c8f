package importer

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"slotcast/schedule"
)

// MaxSource is how many octets a source may have.
const MaxSource = 64 << 20

// Source is a schedule as it was found.
type Source struct {
	Name     string // what problems call it, such as the file's path or address
	Data     []byte
	Modified time.Time // zero where that is not known

	// Parts are the documents of a source that is more than one: the files of
	// a folder, by their names in it and sorted by them, or what a program's
	// interface gives under several addresses. Data is empty then.
	Parts []Source
}

// ReadFile reads a regular file of 1 to [MaxSource] octets, or a folder: its
// text files and those of its folders become the source's parts, at most
// [MaxParts] files and [MaxSource] octets. What does not exist gives an error of
// kind [schedule.ErrNotFound]; what is empty, too large, not readable, neither
// file nor folder, or a link out of the folder one of kind [schedule.ErrInvalid].
func ReadFile(path string) (Source, error) {
	// Before it is opened, since opening a pipe waits for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return Source{}, readError(path, err)
	}
	src := Source{Name: path, Modified: info.ModTime()}
	if info.IsDir() {
		return readFolder(path)
	}
	if !info.Mode().IsRegular() {
		return Source{}, schedule.Errorf(schedule.ErrInvalid, "%s is a device or a pipe, not a file; name a file, or - to read standard input", path)
	}
	if err := src.check(info.Size()); err != nil {
		return Source{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return Source{}, readError(path, err)
	}
	defer f.Close()
	read, err := ReadFrom(path, f)
	src.Data = read.Data
	return src, err
}

// readError says why a file cannot be read.
func readError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return schedule.Errorf(schedule.ErrNotFound, "there is no file %s", path)
	case errors.Is(err, fs.ErrPermission):
		return schedule.Errorf(schedule.ErrInvalid, "%s may not be read by this user; change its permissions", path)
	}
	return fmt.Errorf("reading a source: %w", err)
}

// ReadFrom reads r to its end as a source of that name. An empty one, and one
// beyond [MaxSource], gives an error of kind [schedule.ErrInvalid].
func ReadFrom(name string, r io.Reader) (Source, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSource+1))
	if err != nil {
		return Source{}, fmt.Errorf("reading %s: %w", name, err)
	}
	src := Source{Name: name, Data: data}
	if err := src.check(int64(len(data))); err != nil {
		return Source{}, err
	}
	return src, nil
}

// Digest returns the SHA-256 of the source's documents with their names. Times
// are no part of it.
func (s Source) Digest() [sha256.Size]byte {
	h := sha256.New()
	for _, part := range append([]Source{s}, s.Parts...) {
		fmt.Fprintf(h, "%d %s %d ", len(part.Name), part.Name, len(part.Data))
		_, _ = h.Write(part.Data)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// size returns how many octets a source has.
func (s Source) size() int64 {
	total := int64(len(s.Data))
	for _, part := range s.Parts {
		total += int64(len(part.Data))
	}
	return total
}

// documents returns the parts of a source, or the one that it is.
func (s Source) documents() []Source {
	if len(s.Parts) > 0 {
		return s.Parts
	}
	return []Source{s}
}

// check refuses a source by its size.
func (s Source) check(size int64) error {
	switch {
	case size == 0:
		return schedule.Errorf(schedule.ErrInvalid, "%s is empty; give a schedule", s.Name)
	case size > MaxSource:
		return schedule.Errorf(schedule.ErrInvalid, "%s has more than %d MiB, which is the most that is read; split the schedule", s.Name, MaxSource>>20)
	}
	return nil
}
