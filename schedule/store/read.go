package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"slotcast/schedule"
)

// Summary is what is known of a conference without its schedule.
type Summary struct {
	ID       schedule.ConferenceID
	Name     string
	Number   int64     // of the last edition, from 1
	Revision int64     // rises with every write, for [Store.Publish] and [Store.Note]
	Source   string    // where the last edition was read from
	At       time.Time // when it was published, UTC, whole seconds
}

// Published is what was last published of a conference.
type Published struct {
	Summary
	Edition *schedule.Edition
}

// Record is what the log keeps of an edition.
type Record struct {
	Number  int64             `json:"number"`
	At      time.Time         `json:"at"` // when it was published, UTC, whole seconds
	Source  string            `json:"source"`
	Slots   int               `json:"slots"`             // how many it had
	Changes []schedule.Change `json:"changes"`           // how it differs from the one before, by start
	Omitted int               `json:"omitted,omitempty"` // how many more changes there were; see [MaxChanges]
}

// Last returns what was last published of a conference. The error is of kind
// [schedule.ErrNotFound] where that is nothing.
func (s *Store) Last(ctx context.Context, id schedule.ConferenceID) (*Published, error) {
	return s.last(ctx, `WHERE id = $1`, string(id),
		schedule.Errorf(schedule.ErrNotFound, "nothing has been published of a conference “%s”; check its id", schedule.Shorten(string(id))))
}

// LastFrom returns what was last published from a source, of whichever
// conference. The error is of kind [schedule.ErrNotFound] where that is nothing.
func (s *Store) LastFrom(ctx context.Context, source string) (*Published, error) {
	return s.last(ctx, `WHERE source = $1 ORDER BY published DESC, id LIMIT 1`, source,
		schedule.Errorf(schedule.ErrNotFound, "nothing has been published from %s", schedule.Shorten(source)))
}

func (s *Store) last(ctx context.Context, where, arg string, none error) (*Published, error) {
	var (
		summary  Summary
		at       int64
		modified int64
		digest   []byte
		pending  schedule.Pending
		heldOf   []byte
		counted  int64
		packed   []byte
		entries  map[schedule.SlotID]schedule.Entry
	)
	err := s.read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT id, name, number, revision, source, published, modified, digest, held, held_of, counted FROM conferences `+where, arg).
			Scan(&summary.ID, &summary.Name, &summary.Number, &summary.Revision, &summary.Source, &at, &modified, &digest, &pending.Held, &heldOf, &counted)
		if errors.Is(err, sql.ErrNoRows) {
			return none
		}
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT schedule FROM snapshots WHERE conference = $1`, string(summary.ID)).Scan(&packed)
		if errors.Is(err, sql.ErrNoRows) {
			return s.damaged()
		}
		if err != nil {
			return err
		}
		entries, err = s.entries(ctx, tx, summary.ID)
		return err
	})
	if err != nil {
		return nil, s.explain("read the last edition", err)
	}
	summary.At = fromUnix(at)
	data, err := unpack(packed)
	if err != nil || len(digest) != len(schedule.Digest{}) || len(heldOf) != len(schedule.Digest{}) {
		return nil, s.damaged()
	}
	published := new(schedule.Schedule)
	if err := published.UnmarshalJSON(data); err != nil { // though it is what was written
		return nil, schedule.Errorf(ErrUnusable, "what %s has of “%s” was written by another release of Slotcast (%s); run that release", s.name, summary.ID, err)
	}
	for _, slot := range published.Slots() {
		if _, ok := entries[slot.ID]; !ok {
			return nil, s.damaged()
		}
	}
	if pending.HeldOf = schedule.Digest(heldOf); counted != 0 {
		pending.Counted = fromUnix(counted)
	}
	ledger := schedule.NewLedger(entries, fromUnix(modified), schedule.Digest(digest), pending)
	return &Published{summary, schedule.NewEdition(published, ledger)}, nil
}

// entries returns the entries of a conference.
func (s *Store) entries(ctx context.Context, q querier, id schedule.ConferenceID) (map[schedule.SlotID]schedule.Entry, error) {
	rows, err := q.QueryContext(ctx, `SELECT slot, uid, sequence, created, modified, digest, missed FROM entries WHERE conference = $1`, string(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	entries := map[schedule.SlotID]schedule.Entry{}
	var (
		slot              schedule.SlotID
		e                 schedule.Entry
		created, modified int64
		digest            sql.RawBytes
	)
	for rows.Next() {
		if err := rows.Scan(&slot, &e.UID, &e.Sequence, &created, &modified, &digest, &e.Missed); err != nil {
			return nil, err
		}
		if len(digest) != len(e.Digest) {
			return nil, s.damaged()
		}
		e.Created, e.Modified, e.Digest = fromUnix(created), fromUnix(modified), schedule.Digest(digest)
		entries[slot] = e
	}
	return entries, rows.Err()
}

// Revision returns the revision of a conference, 0 where nothing of it has been
// published. It is cheap enough to ask for every second.
func (s *Store) Revision(ctx context.Context, id schedule.ConferenceID) (int64, error) {
	_, revision, err := standing(ctx, s.db, id)
	return revision, s.explain("read the revision", err)
}

// standing returns the number and the revision of a conference, or zeros.
func standing(ctx context.Context, q querier, id schedule.ConferenceID) (number, revision int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT number, revision FROM conferences WHERE id = $1`, string(id)).Scan(&number, &revision)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return number, revision, err
}

// Conferences returns all conferences, the one last published first.
func (s *Store) Conferences(ctx context.Context) ([]Summary, error) {
	var all []Summary
	err := each(ctx, s.db, func(rows *sql.Rows) error {
		var c Summary
		var at int64
		err := rows.Scan(&c.ID, &c.Name, &c.Number, &c.Revision, &c.Source, &at)
		c.At = fromUnix(at)
		all = append(all, c)
		return err
	}, `SELECT id, name, number, revision, source, published FROM conferences ORDER BY published DESC, id`)
	return all, s.explain("list the conferences", err)
}

// Log returns the last editions of a conference, the newest first, limit of them
// at most, and [MaxEditions]. There are none of a conference of which nothing
// has been published. The times of the changes are in the zone that the
// conference had then.
func (s *Store) Log(ctx context.Context, id schedule.ConferenceID, limit int) ([]Record, error) {
	var log []Record
	zones := map[string]*time.Location{}
	err := each(ctx, s.db, func(rows *sql.Rows) error {
		var (
			r       Record
			at      int64
			name    string
			changes []byte
		)
		if err := rows.Scan(&r.Number, &at, &r.Source, &name, &r.Slots, &changes, &r.Omitted); err != nil {
			return err
		}
		if json.Unmarshal(changes, &r.Changes) != nil {
			return s.damaged()
		}
		if zones[name] == nil {
			zone, err := schedule.LoadZone(name)
			if err != nil {
				return err
			}
			zones[name] = zone
		}
		r.At = fromUnix(at)
		for _, c := range r.Changes {
			for _, facts := range []*schedule.Facts{c.Before, c.After} {
				if facts != nil {
					facts.Start, facts.End = facts.Start.In(zones[name]), facts.End.In(zones[name])
				}
			}
		}
		log = append(log, r)
		return nil
	}, `SELECT number, published, source, zone, slots, changes, omitted FROM editions WHERE conference = $1 ORDER BY number DESC LIMIT $2`, string(id), max(limit, 0))
	return log, s.explain("read the log", err)
}

// each calls do for each row.
func each(ctx context.Context, q querier, do func(rows *sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func fromUnix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
