package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"slotcast/schedule"
)

var _ schedule.Selections = (*Store)(nil)

// Why a token leads nowhere, as its row says.
const (
	stateReplaced = "replaced" // its owner made another
	stateDeleted  = "deleted"  // its owner deleted the selection
	stateUnused   = "unused"   // nobody had used the selection
)

// pruneAtOnce is how many selections are pruned in one transaction, so that
// nobody who writes waits for all of them.
const pruneAtOnce = 500

// errMeanwhile is for who had a selection that is there no more. Whether its
// owner deleted it is not known by its id, of which nothing stays.
func errMeanwhile() error {
	return schedule.Errorf(schedule.ErrGone, "this selection has been deleted meanwhile")
}

// CreateSelection implements [schedule.Selections].
func (s *Store) CreateSelection(ctx context.Context, saved schedule.Saved, read, edit schedule.TokenHash) error {
	const doing = "create a selection"
	if saved.ID == "" || saved.Version != 1 {
		return fmt.Errorf("%s: a new one has an id and is version 1, not %d", doing, saved.Version)
	}
	body, err := packBody(saved.Selection)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return s.explain(doing, s.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO selections (id, conference, version, created, changed, used, sealed, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			saved.ID, string(saved.Conference), saved.Version, saved.Created.Unix(), saved.Changed.Unix(), day(saved.Used).Unix(), blob(saved.Sealed), body); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO tokens (hash, selection, state) VALUES ($1, $2, $3), ($4, $2, $5)`,
			read[:], saved.ID, string(schedule.AccessRead), edit[:], string(schedule.AccessEdit))
		return err
	}))
}

// ReplaceSelection implements [schedule.Selections]. The conference and when the
// selection was created stay as they are, and when it was used never goes back.
// The sealed token stays too: another may have been sealed since this version was
// read, which makes no version.
func (s *Store) ReplaceSelection(ctx context.Context, saved schedule.Saved) (schedule.Saved, error) {
	const doing = "change a selection"
	body, err := packBody(saved.Selection)
	if err != nil {
		return schedule.Saved{}, fmt.Errorf("%s: %w", doing, err)
	}
	used := saved.Used
	if used.Before(saved.Changed) { // who changes it uses it
		used = saved.Changed
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		var created, changed, usedThen int64
		err := tx.QueryRowContext(ctx, `UPDATE selections SET version = version + 1, changed = $3, used = CASE WHEN used < $4 THEN $4 ELSE used END, body = $5
			WHERE id = $1 AND version = $2 RETURNING conference, version, created, changed, used, sealed`,
			saved.ID, saved.Version, saved.Changed.Unix(), day(used).Unix(), body).
			Scan(&saved.Conference, &saved.Version, &created, &changed, &usedThen, &saved.Sealed)
		if !errors.Is(err, sql.ErrNoRows) {
			saved.Created, saved.Changed, saved.Used, saved.Sealed = fromUnix(created), fromUnix(changed), fromUnix(usedThen), unblob(saved.Sealed)
			return err
		}
		return changedMeanwhile(ctx, tx, saved.ID)
	})
	if err != nil {
		return schedule.Saved{}, s.explain(doing, err)
	}
	return saved, nil
}

// changedMeanwhile returns why a selection is not as it was when it was read.
func changedMeanwhile(ctx context.Context, tx *sql.Tx, id string) error {
	var one int
	err := tx.QueryRowContext(ctx, `SELECT 1 FROM selections WHERE id = $1`, id).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return errMeanwhile()
	}
	if err != nil {
		return err
	}
	return schedule.Errorf(schedule.ErrConflict, "this selection has been changed elsewhere meanwhile; load it again and repeat your change")
}

// ReplaceToken implements [schedule.Selections]. It is a use of the selection,
// and no change.
func (s *Store) ReplaceToken(ctx context.Context, saved schedule.Saved, access schedule.Access, token schedule.TokenHash, sealed []byte, now time.Time) error {
	const doing = "replace a token"
	if !validAccess(access) {
		return fmt.Errorf("%s: %q is no access", doing, access)
	}
	return s.explain(doing, s.change(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE selections SET sealed = $3, used = CASE WHEN used < $4 THEN $4 ELSE used END WHERE id = $1 AND sealed = $2`,
			saved.ID, blob(saved.Sealed), blob(sealed), day(now).Unix())
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return cmp.Or(err, changedMeanwhile(ctx, tx, saved.ID))
		}
		result, err = tx.ExecContext(ctx, `UPDATE tokens SET selection = NULL, state = $3 WHERE selection = $1 AND state = $2`, saved.ID, string(access), stateReplaced)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return cmp.Or(err, s.damaged())
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO tokens (hash, selection, state) VALUES ($1, $2, $3)`, token[:], saved.ID, string(access))
		return err
	}))
}

// DeleteSelection implements [schedule.Selections]. Not even when it was deleted
// is kept.
func (s *Store) DeleteSelection(ctx context.Context, id string) error {
	return s.explain("delete a selection", s.change(ctx, func(tx *sql.Tx) error {
		return remove(ctx, tx, stateDeleted, id)
	}))
}

// PruneSelections implements [schedule.Selections]. When a selection was used is
// known to a day, so that those of the day of before stay. The count is of those
// that were deleted, also where an error kept it from the others.
func (s *Store) PruneSelections(ctx context.Context, before time.Time) (pruned int, err error) {
	const doing = "delete the selections that nobody uses"
	for {
		var ids []string
		err := s.change(ctx, func(tx *sql.Tx) error {
			ids = ids[:0]
			err := each(ctx, tx, func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				ids = append(ids, id)
				return err
			}, `SELECT id FROM selections WHERE used < $1 ORDER BY used LIMIT $2`, day(before).Unix(), pruneAtOnce)
			if err != nil {
				return err
			}
			return remove(ctx, tx, stateUnused, ids...)
		})
		if err != nil {
			return pruned, s.explain(doing, err)
		}
		if pruned += len(ids); len(ids) < pruneAtOnce {
			return pruned, nil
		}
	}
}

// remove deletes selections, those that are there, and leaves of each that its
// tokens existed and why they lead nowhere.
func remove(ctx context.Context, tx *sql.Tx, state string, ids ...string) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, `UPDATE tokens SET selection = NULL, state = $2 WHERE selection = $1`, id, state); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM fetches WHERE selection = $1`, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM selections WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

func validAccess(a schedule.Access) bool {
	return a == schedule.AccessRead || a == schedule.AccessEdit
}

// blob returns octets as they are stored: none are not the same as NULL.
func blob(octets []byte) []byte { return append([]byte{}, octets...) }

// unblob returns octets as they were before [blob]: of none, one kind of database
// makes none and the other an empty list.
func unblob(octets []byte) []byte {
	if len(octets) == 0 {
		return nil
	}
	return octets
}

// day returns when the day of a time begins, in UTC.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
