package store

import (
	"cmp"
	"context"
	"encoding/json"

	"slotcast/schedule"
)

// Selections are read page by page, so that nothing is held, neither memory nor
// a connection, while a caller looks at one: a page ends with this many of them,
// or with the one that brings it to this many octets.
const pageRows, pageOctets = 500, 1 << 20

// findSelection is one look-up in each of two indices. It is prepared, since
// SQLite takes longer to read it than to run it.
const findSelection = `SELECT tokens.state, tokens.selection IS NULL, ` + savedColumns + `
	FROM tokens LEFT JOIN selections ON selections.id = tokens.selection WHERE tokens.hash = $1`

// savedColumns are what [Store.scanSaved] reads. A selection that there is not,
// on the other side of a join, has no id.
const savedColumns = `COALESCE(selections.id, ''), COALESCE(selections.conference, ''), COALESCE(selections.version, 0),
	COALESCE(selections.created, 0), COALESCE(selections.changed, 0), COALESCE(selections.used, 0), selections.sealed, COALESCE(selections.body, '')`

// FindSelection implements [schedule.Selections].
func (s *Store) FindSelection(ctx context.Context, token schedule.TokenHash) (schedule.Saved, schedule.Access, error) {
	saved, access, err := s.findSelection(ctx, token)
	if err != nil {
		return schedule.Saved{}, "", s.explain("find a selection", err)
	}
	return saved, access, nil
}

func (s *Store) findSelection(ctx context.Context, token schedule.TokenHash) (saved schedule.Saved, access schedule.Access, err error) {
	rows, err := s.find.QueryContext(ctx, token[:])
	if err != nil {
		return saved, "", err
	}
	defer rows.Close()
	if !rows.Next() {
		return saved, "", cmp.Or(rows.Err(), schedule.Errorf(schedule.ErrNotFound, "there is no such selection; check the link"))
	}
	var row savedRow
	var state string
	var nowhere bool
	if err := rows.Scan(append([]any{&state, &nowhere}, row.columns()...)...); err != nil {
		return saved, "", cmp.Or(ctx.Err(), s.damaged())
	}
	if err := rows.Close(); err != nil {
		return saved, "", err
	}
	access = schedule.Access(state)
	switch {
	case validAccess(access) && !nowhere:
		saved, err = s.unpackRow(row)
		return saved, access, err
	case state == stateDeleted && nowhere:
		return saved, "", schedule.Errorf(schedule.ErrGone, "this selection was deleted by its owner")
	case state == stateReplaced && nowhere:
		return saved, "", schedule.Errorf(schedule.ErrGone, "this link was replaced by its owner")
	case state == stateUnused && nowhere:
		return saved, "", schedule.Errorf(schedule.ErrGone, "this selection was deleted, since nobody had used it for a long time")
	}
	return saved, "", s.damaged()
}

// EachSelection implements [schedule.Selections]. Neither the database nor a
// connection is held while do runs, so that it may use the store. What others
// create or delete meanwhile is seen or not.
func (s *Store) EachSelection(ctx context.Context, conference schedule.ConferenceID, do func(schedule.Saved) error) error {
	after := ""
	for {
		page, more, err := s.pageOfSelections(ctx, conference, after)
		if err != nil {
			return s.explain("read the selections", err)
		}
		for _, saved := range page {
			if err := do(saved); err != nil {
				return err
			}
			after = saved.ID
		}
		if !more {
			return nil
		}
	}
}

// pageOfSelections returns the selections of a conference that come after an id,
// as many as there are to a page, and whether there may be more.
func (s *Store) pageOfSelections(ctx context.Context, conference schedule.ConferenceID, after string) (page []schedule.Saved, more bool, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+savedColumns+` FROM selections WHERE conference = $1 AND id > $2 ORDER BY id LIMIT $3`, string(conference), after, pageRows)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	octets := 0
	for rows.Next() {
		var row savedRow
		if err := rows.Scan(row.columns()...); err != nil {
			return nil, false, cmp.Or(ctx.Err(), s.damaged())
		}
		saved, err := s.unpackRow(row)
		if err != nil {
			return nil, false, err
		}
		page = append(page, saved)
		if octets += len(row.body); octets >= pageOctets || len(page) == pageRows {
			return page, true, rows.Close()
		}
	}
	return page, false, rows.Err()
}

// CountSelections implements [schedule.Selections].
func (s *Store) CountSelections(ctx context.Context) (n int, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT count(*) FROM selections`).Scan(&n)
	return n, s.explain("count the selections", err)
}

// savedRow is a row of [savedColumns].
type savedRow struct {
	id, conference         string
	version                int64
	created, changed, used int64
	sealed, body           []byte
}

func (r *savedRow) columns() []any {
	return []any{&r.id, &r.conference, &r.version, &r.created, &r.changed, &r.used, &r.sealed, &r.body}
}

func (s *Store) unpackRow(r savedRow) (schedule.Saved, error) {
	if r.id == "" || r.version < 1 {
		return schedule.Saved{}, s.damaged()
	}
	selection, err := s.unpackBody(r.body)
	if err != nil {
		return schedule.Saved{}, err
	}
	return schedule.Saved{
		Selection: selection, ID: r.id, Conference: schedule.ConferenceID(r.conference), Version: r.version,
		Created: fromUnix(r.created), Changed: fromUnix(r.changed), Used: fromUnix(r.used), Sealed: unblob(r.sealed),
	}, nil
}

// bodyForm is the form of the bodies that this release writes. A later one reads
// them too.
const bodyForm = 1

// body is what is stored of a selection, as JSON.
type body struct {
	Form int `json:"form"`
	schedule.Selection
}

func packBody(s schedule.Selection) (string, error) {
	text, err := json.Marshal(body{bodyForm, s})
	return string(text), err
}

// unpackBody undoes [packBody].
func (s *Store) unpackBody(text []byte) (schedule.Selection, error) {
	var b body
	err := json.Unmarshal(text, &b)
	if b.Form > bodyForm { // which may be why it could not be read
		return schedule.Selection{}, schedule.Errorf(ErrUnusable, "a selection in %s was written by a newer release of Slotcast (form %d; this release knows %d); run that release", s.name, b.Form, bodyForm)
	}
	if err != nil || b.Form < 1 {
		return schedule.Selection{}, s.damaged()
	}
	return b.Selection, nil
}
