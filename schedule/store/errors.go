package store

import (
	"errors"
	"fmt"
	"io/fs"

	sqlite3 "modernc.org/sqlite/lib"

	"slotcast/schedule"
)

// ErrUnusable is the kind of failure of a database that cannot be used as it is.
// What a reader is told stands in a [schedule.Error] around it.
var ErrUnusable = errors.New("the database cannot be used")

// explain says in a sentence what is to be done about a failure, where that is
// known.
func (s *Store) explain(doing string, err error) error {
	var told *schedule.Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	unusable := func(format string, args ...any) error {
		return schedule.Errorf(ErrUnusable, format, args...)
	}
	switch code(err) {
	case sqlite3.SQLITE_NOTADB:
		return notDatabase(s.path)
	case sqlite3.SQLITE_CORRUPT:
		return s.damaged()
	case sqlite3.SQLITE_FULL:
		return unusable("nothing was stored, since the disk that holds %s is full; free some space on it", s.path)
	case sqlite3.SQLITE_BUSY:
		return s.busy()
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return unusable("%s cannot be opened for writing; let this user write to the file and its folder, which must be on a disk of this machine", s.path)
	case sqlite3.SQLITE_IOERR:
		return unusable("reading or writing %s failed (%s); check its disk", s.path, err)
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

// code returns SQLite's primary code of a failure, or 0 where it has none.
func code(err error) int {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return 0
	}
	return coded.Code() & 0xff
}

func isBusy(err error) bool { return code(err) == sqlite3.SQLITE_BUSY }

// busy is the error for a database that others write to without end.
func (s *Store) busy() error {
	return schedule.Errorf(ErrUnusable, "another program has been writing to %s for more than %s; let it finish, or end it, and try again", s.path, maxWait)
}

func notDatabase(path string) error {
	return schedule.Errorf(ErrUnusable, "%s is not a database; name another file, or move this one away", path)
}

// damaged is the error for a database whose parts do not agree.
func (s *Store) damaged() error {
	return schedule.Errorf(ErrUnusable, "the database %s is damaged; restore it from a backup, or move it away to begin anew, which loses what is known of earlier editions", s.path)
}

// cause returns what the system said, without the path, which is told already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
