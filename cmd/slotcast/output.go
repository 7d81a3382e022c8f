package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"slotcast/schedule"
)

// count says how many there are of what, as in "1 error" and "2 errors".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// summary counts a report's problems, as in "2 errors and 1 warning".
func summary(r schedule.Report) string {
	switch {
	case r.Faults == 0 && r.Warnings == 0:
		return "no problems"
	case r.Warnings == 0:
		return count(r.Faults, "error")
	case r.Faults == 0:
		return count(r.Warnings, "warning")
	}
	return count(r.Faults, "error") + " and " + count(r.Warnings, "warning")
}

// writeFile writes a result to a file, or to standard output where name is
// empty or "-". A file appears whole or not at all; a device or a pipe is
// written to, and so is what a link names. Errors name the file as it was asked
// for.
func writeFile(w world, name string, write func(io.Writer) error) (err error) {
	if name == "" || name == "-" {
		return write(w.stdout)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", name, withoutPath(err))
		}
	}()
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	path := linked(name)
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// linked returns the file that a name leads to by links, be it there or not. The
// links must not form a circle.
func linked(name string) string {
	for {
		target, err := os.Readlink(name)
		if err != nil {
			return name
		}
		if !filepath.IsAbs(target) {
			// Not joined: that would take out "..", whose meaning is the system's.
			target = filepath.Dir(name) + "/" + target
		}
		name = target
	}
}

// withoutPath returns why a call of the system failed, without the path that it
// was given: that may be of a file that nobody asked for.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// writeJSON writes a value as indented JSON.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
