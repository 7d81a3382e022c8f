package importer

import (
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
	Name     string // what problems call it, such as the file's path
	Data     []byte
	Modified time.Time // zero where that is not known
}

// ReadFile reads a regular file of 1 to [MaxSource] octets. A file that does not
// exist gives an error of kind [schedule.ErrNotFound]; one that is empty, too
// large, not readable or not a regular file one of kind [schedule.ErrInvalid].
func ReadFile(path string) (Source, error) {
	// Before it is opened, since opening a pipe waits for its writer.
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Source{}, schedule.Errorf(schedule.ErrNotFound, "there is no file %s", path)
	}
	if err != nil {
		return Source{}, fmt.Errorf("reading a source: %w", err)
	}
	src := Source{Name: path, Modified: info.ModTime()}
	if info.IsDir() {
		return Source{}, schedule.Errorf(schedule.ErrInvalid, "%s is a folder; name the schedule's file in it", path)
	}
	if !info.Mode().IsRegular() {
		return Source{}, schedule.Errorf(schedule.ErrInvalid, "%s is a device or a pipe, not a file; name a file, or - to read standard input", path)
	}
	if err := src.check(info.Size()); err != nil {
		return Source{}, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return Source{}, schedule.Errorf(schedule.ErrInvalid, "%s may not be read by this user; change its permissions", path)
	}
	if err != nil {
		return Source{}, fmt.Errorf("reading a source: %w", err)
	}
	defer f.Close()
	read, err := ReadFrom(path, f)
	src.Data = read.Data
	return src, err
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
