package store

import (
	"context"
	"database/sql"
)

// DB returns the database, for tests that look into it or break it.
func (s *Store) DB() *sql.DB { return s.db }

// Explain is what turns a failure into a sentence.
func (s *Store) Explain(doing string, err error) error { return s.explain(doing, err) }

// PageRows is how many selections are read at once.
const PageRows = pageRows

// Begin begins a transaction during which nobody else writes.
func (s *Store) Begin(ctx context.Context) (*sql.Tx, error) {
	tx, err := s.db.BeginTx(ctx, s.writes)
	if err == nil && s.lock != "" {
		_, err = tx.ExecContext(ctx, s.lock)
	}
	return tx, err
}
