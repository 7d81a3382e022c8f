// Package store keeps what has been published in a database: of each conference
// the last edition with its ledger, and a log of the editions before. It keeps
// what attendees have chosen too.
//
// Any number of programs may use one database at the same time. Each edition
// names the revision that it follows, and each change of a selection the version,
// and is refused where another came first.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"

	"slotcast/schedule"
)

const (
	// MaxEditions is how many editions of each conference the log keeps.
	MaxEditions = 1_000
	// MaxChanges is how many octets of changes, as JSON, the log keeps of one
	// edition; more of them are counted.
	MaxChanges = 1 << 20

	// maxWait is how long to wait for another program that writes.
	maxWait = 10 * time.Second
	// smallest is how many octets an SQLite file has at least. SQLite would take
	// one of a single octet for a new one.
	smallest = 512
	// maxSnapshot is how many octets a schedule may have as JSON.
	maxSnapshot = 1 << 30
	// maxConnections is how many reads can go on at once.
	maxConnections = 4
)

// Store is a database of what has been published and chosen. Any number of
// goroutines may use it.
//
// An error of kind [ErrUnusable] says what is to be done about the database
// itself.
type Store struct {
	db   *sql.DB
	path string
	find *sql.Stmt // findSelection, in every connection that has run it

	// writing holds one while a write goes on. Those that wait for it take turns,
	// and leave the connections to who reads.
	writing chan struct{}
}

// Open opens the database in a file, creates it where there is none, for this
// user alone, and brings it to this program's form. An error of kind
// [ErrUnusable] says why the file cannot be used: its folder does not exist, it
// may not be written, it is no database of this program or that of a newer
// release, or it is damaged.
func Open(ctx context.Context, path string) (*Store, error) {
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
	s := &Store{db: sql.OpenDB(connector), path: path, writing: make(chan struct{}, 1)}
	s.db.SetMaxOpenConns(maxConnections)
	s.db.SetMaxIdleConns(maxConnections)
	if err = s.prepare(ctx); err == nil {
		s.find, err = s.db.PrepareContext(ctx, findSelection)
	}
	if err != nil {
		_ = s.db.Close()
		return nil, s.explain("open database", err)
	}
	return s, nil
}

// create makes an empty file where there is none. A file that is there is not
// opened: closing it would end every lock that this process has on it.
func create(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return schedule.Errorf(ErrUnusable, "%s is a folder; name the database's file in it, such as %s", path, filepath.Join(path, "slotcast.db"))
	case err == nil && !info.Mode().IsRegular():
		return schedule.Errorf(ErrUnusable, "%s is a device or a pipe, not a file; name a file for the database", path)
	case err == nil && info.Size() > 0 && info.Size() < smallest:
		return notDatabase(path)
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return schedule.Errorf(ErrUnusable, "the database %s cannot be reached (%s); check its path and who may read its folder", path, cause(err))
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return schedule.Errorf(ErrUnusable, "there is no folder %s for the database; create it, or name another file", folder)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another program was faster
	}
	if err != nil {
		return schedule.Errorf(ErrUnusable, "the database %s cannot be created (%s); let this user write to the folder, or name another file", path, cause(err))
	}
	return f.Close()
}

// Close closes the database. What was acknowledged before is stored.
func (s *Store) Close() error {
	return s.explain("close database", errors.Join(s.find.Close(), s.db.Close()))
}

// The steps that bring a database from nothing to this program's form. What was
// released is not changed any more; a new form is a further step.
//
//go:embed migrations/*.sql
var migrations embed.FS

// steps returns the names of the steps, in order.
func steps() []string {
	names, _ := fs.Glob(migrations, "migrations/*.sql") // which fails for a bad pattern alone
	return names
}

// prepare is [Store.migrate], with the patience for another program that opens a
// new file too: SQLite does not wait while a file's journal is changed.
func (s *Store) prepare(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	for {
		err := s.migrate(ctx)
		if !isBusy(err) {
			return err
		}
		select {
		case <-waiting.Done():
			return cmp.Or(ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// migrate brings the database to this program's form, in one transaction: two
// programs that open it at once take turns, and one that is killed has done
// nothing.
func (s *Store) migrate(ctx context.Context) error {
	steps := steps()
	at, err := s.version(ctx, s.db)
	if err != nil {
		return err
	}
	// With this journal nobody waits to read. The file keeps it.
	if _, err := s.db.ExecContext(ctx, `PRAGMA journal_mode = WAL`); err != nil || at == len(steps) {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		at, err := s.version(ctx, tx) // another program may have been faster
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS slotcast (version BIGINT PRIMARY KEY)`); err != nil {
			return err
		}
		for i := at; i < len(steps); i++ {
			step, err := migrations.ReadFile(steps[i])
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(step)); err != nil {
				return fmt.Errorf("%s: %w", steps[i], err)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO slotcast (version) VALUES ($1)`, i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// version returns how many steps the database has behind it, of those that
// there are.
func (s *Store) version(ctx context.Context, q querier) (int, error) {
	var tables, ours, version int
	err := q.QueryRowContext(ctx, `SELECT count(*), count(CASE name WHEN 'slotcast' THEN 1 END) FROM sqlite_schema`).Scan(&tables, &ours)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ours == 0 {
		return 0, schedule.Errorf(ErrUnusable, "%s is a database of another program; name another file", s.path)
	}
	if err := q.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM slotcast`).Scan(&version); err != nil {
		return 0, err
	}
	if steps := len(steps()); version > steps {
		return 0, schedule.Errorf(ErrUnusable, "%s was written by a newer release of Slotcast (form %d; this release knows %d); run that release, or restore a backup from before", s.path, version, steps)
	}
	return version, nil
}

// querier is what reads: the database, or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// write runs do in a transaction that nobody else writes during.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	waiting, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-waiting.Done():
		return cmp.Or(ctx.Err(), s.busy())
	}
	return s.transact(ctx, nil, do)
}

// change is [Store.write] for a database that still has this program's form: a
// newer release may have changed it since this one opened it.
func (s *Store) change(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := s.version(ctx, tx); err != nil {
			return err
		}
		return do(tx)
	})
}

// read runs do in a transaction that sees one state of the database.
func (s *Store) read(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.transact(ctx, &sql.TxOptions{ReadOnly: true}, do)
}

func (s *Store) transact(ctx context.Context, o *sql.TxOptions, do func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}
