package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// smallest is how many octets an SQLite file has at least. SQLite would take
	// one of a single octet for a new one.
	smallest = 512
	// fileReads is how many reads of a file can go on at once.
	fileReads = 4
)

// openSQLite returns the store in a file, which is created where there is none.
func openSQLite(path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := create(path); err != nil {
		return nil, err
	}
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // C:/
	}
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", Path: name, RawQuery: url.Values{
		"mode":    {"rw"},
		"_txlock": {"immediate"}, // or two that have read could both want to write
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", maxWait.Milliseconds()),
			"synchronous(FULL)", // what was acknowledged survives a loss of power
			"foreign_keys(1)",
			"trusted_schema(0)",
			"secure_delete(1)", // what somebody deletes is not left in the file
			fmt.Sprintf("journal_size_limit(%d)", 16<<20),
		},
	}.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := newStore(sqliteDialect(), sql.OpenDB(connector), path)
	s.db.SetMaxOpenConns(fileReads)
	s.db.SetMaxIdleConns(fileReads)
	return s, nil
}

// create makes an empty file where there is none. A file that is there is not
// opened: closing it would end every lock that this process has on it.
func create(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return unusable("%s is a folder; name the database's file in it, such as %s", path, filepath.Join(path, "slotcast.db"))
	case err == nil && !info.Mode().IsRegular():
		return unusable("%s is a device or a pipe, not a file; name a file for the database", path)
	case err == nil && info.Size() > 0 && info.Size() < smallest:
		return notDatabase(path)
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return unusable("the database %s cannot be reached (%s); check its path and who may read its folder", path, cause(err))
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return unusable("there is no folder %s for the database; create it, or name another file", folder)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another program was faster
	}
	if err != nil {
		return unusable("the database %s cannot be created (%s); let this user write to the folder, or name another file", path, cause(err))
	}
	return f.Close()
}

// tellSQLite says in a sentence what a failure of SQLite's comes to, or returns
// nil.
func tellSQLite(s *Store, err error) error {
	switch code(err) {
	case sqlite3.SQLITE_NOTADB:
		return notDatabase(s.name)
	case sqlite3.SQLITE_CORRUPT:
		return s.damaged()
	case sqlite3.SQLITE_FULL:
		return s.full()
	case sqlite3.SQLITE_BUSY:
		return s.busy()
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return unusable("%s cannot be opened for writing; let this user write to the file and its folder, which must be on a disk of this machine", s.name)
	case sqlite3.SQLITE_IOERR:
		return s.failing(err)
	default:
		return nil
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

func notDatabase(path string) error {
	return unusable("%s is not a database; name another file, or move this one away", path)
}

// cause returns what the system said, without the path, which is told already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
