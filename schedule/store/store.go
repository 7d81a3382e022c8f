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
	"time"

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
	// maxSnapshot is how many octets a schedule may have as JSON.
	maxSnapshot = 1 << 30
)

// Store is a database of what has been published and chosen. Any number of
// goroutines may use it.
//
// An error of kind [ErrUnusable] says what is to be done about the database
// itself.
type Store struct {
	dialect
	db   *sql.DB
	name string    // what it is called in errors: a path, or an address without a password
	find *sql.Stmt // findSelection, in every connection that has run it

	// writing holds one while a write goes on. Those that wait for it take turns,
	// and leave the connections to who reads.
	writing chan struct{}
}

// Open opens the database that name says: a path, of an SQLite file, or an
// address of a PostgreSQL database, which begins with postgres:// or
// postgresql://. A file is created where there is none, for this user alone; a
// PostgreSQL database has to be there. Then it is brought to this program's form.
//
// An error of kind [ErrUnusable] says why the database cannot be used: it cannot
// be reached or written to, it is no database of this program or that of a newer
// release, or it is damaged. Nothing that it or another error says has a password
// in it.
func Open(ctx context.Context, name string) (*Store, error) {
	connect := openSQLite
	if isPostgres(name) {
		connect = openPostgres
	}
	s, err := connect(name)
	if err != nil {
		return nil, err
	}
	if err = s.prepare(ctx); err == nil {
		s.find, err = s.db.PrepareContext(ctx, findSelection)
	}
	if err != nil {
		_ = s.db.Close()
		return nil, s.explain("open database", err)
	}
	return s, nil
}

func newStore(d dialect, db *sql.DB, name string) *Store {
	return &Store{dialect: d, db: db, name: name, writing: make(chan struct{}, 1)}
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
	if s.settle != "" {
		if _, err := s.db.ExecContext(ctx, s.settle); err != nil {
			return err
		}
	}
	if at == len(steps) {
		return nil
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
	var tables, ours int
	err := q.QueryRowContext(ctx, s.tables).Scan(&tables, &ours)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ours == 0 {
		return 0, schedule.Errorf(ErrUnusable, "%s is a database of another program; name another %s", s.name, s.noun)
	}
	return s.form(ctx, q)
}

// form is [Store.version] for a database of this program.
func (s *Store) form(ctx context.Context, q querier) (version int, err error) {
	if err := q.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM slotcast`).Scan(&version); err != nil {
		return 0, err
	}
	if steps := len(steps()); version > steps {
		return 0, schedule.Errorf(ErrUnusable, "%s was written by a newer release of Slotcast (form %d; this release knows %d); run that release, or restore a backup from before", s.name, version, steps)
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
	return s.transact(ctx, s.writes, func(tx *sql.Tx) error {
		if s.lock != "" {
			if _, err := tx.ExecContext(ctx, s.lock); err != nil {
				return err
			}
		}
		return do(tx)
	})
}

// change is [Store.write] for a database that still has this program's form: a
// newer release may have changed it since this one opened it.
func (s *Store) change(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := s.form(ctx, tx); err != nil {
			return err
		}
		return do(tx)
	})
}

// read runs do in a transaction that sees one state of the database.
func (s *Store) read(ctx context.Context, do func(tx *sql.Tx) error) error {
	return s.transact(ctx, s.reads, do)
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
