package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"slotcast/schedule"
)

// noteUse brings up to date on which day a selection was used. On the same day
// it writes nothing.
const noteUse = `UPDATE selections SET used = $2 WHERE id = $1 AND used < $2`

// noteFetch adds to what is known of a client, where the selection is still
// there. What it got last is what it got when it was last there, in whichever
// order that is told.
const noteFetch = `INSERT INTO fetches (selection, client, count, last, edition, version)
	SELECT id, $2, $3, $4, $5, $6 FROM selections WHERE id = $1
	ON CONFLICT (selection, client) DO UPDATE SET count = fetches.count + excluded.count,
		last = CASE WHEN excluded.last >= fetches.last THEN excluded.last ELSE fetches.last END,
		edition = CASE WHEN excluded.last >= fetches.last THEN excluded.edition ELSE fetches.edition END,
		version = CASE WHEN excluded.last >= fetches.last THEN excluded.version ELSE fetches.version END`

// NoteFetches implements [schedule.Selections]. All of them are stored or none.
// With a count of 0 one says that a selection was used otherwise, such as by its
// page: only when it was last used is then stored.
func (s *Store) NoteFetches(ctx context.Context, fetches []schedule.Fetch) error {
	const doing = "note who fetches"
	for _, f := range fetches {
		if f.Count < 0 {
			return fmt.Errorf("%s: %d times is no count", doing, f.Count)
		}
	}
	if len(fetches) == 0 {
		return nil
	}
	return s.explain(doing, s.change(ctx, func(tx *sql.Tx) error {
		fetch, err := tx.PrepareContext(ctx, noteFetch)
		if err != nil {
			return err
		}
		use, err := tx.PrepareContext(ctx, noteUse)
		if err != nil {
			return err
		}
		for _, f := range fetches {
			if f.Count > 0 {
				if _, err := fetch.ExecContext(ctx, f.Selection, f.Client, f.Count, f.Last.Unix(), f.Edition, f.Version); err != nil {
					return err
				}
			}
			if _, err := use.ExecContext(ctx, f.Selection, day(f.Last).Unix()); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Fetches implements [schedule.Selections].
func (s *Store) Fetches(ctx context.Context, id string) ([]schedule.Fetch, error) {
	var fetches []schedule.Fetch
	err := each(ctx, s.db, func(rows *sql.Rows) error {
		f := schedule.Fetch{Selection: id}
		var last int64
		if err := rows.Scan(&f.Client, &f.Count, &last, &f.Edition, &f.Version); err != nil || f.Count < 1 {
			return cmp.Or(ctx.Err(), s.damaged())
		}
		f.Last = fromUnix(last)
		fetches = append(fetches, f)
		return nil
	}, `SELECT client, count, last, edition, version FROM fetches WHERE selection = $1 ORDER BY last DESC, client`, id)
	return fetches, s.explain("read who fetches", err)
}
