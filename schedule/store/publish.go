package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"slotcast/schedule"
)

// Publication is an edition that is to be stored.
type Publication struct {
	After   int64  // the revision that it follows, 0 where nothing was published
	Source  string // where it was read from
	Edition *schedule.Edition
	Changes []schedule.Change // how it differs from the edition before
	At      time.Time         // when it is published; fractions of a second are dropped
}

// Publish stores an edition, all of it or nothing, and returns how it was
// stored. The error is of kind [schedule.ErrConflict] where the conference's
// revision is no longer p.After.
func (s *Store) Publish(ctx context.Context, p Publication) (*Published, error) {
	c, ledger := p.Edition.Conference(), p.Edition.Ledger()
	pending := ledger.Pending()
	for i, slot := range p.Edition.Slots() {
		if p.Edition.Entry(int32(i)).UID == "" {
			return nil, fmt.Errorf("publish: the ledger was not advanced to the edition: it lacks slot %s", slot.ID)
		}
	}
	now := Summary{ID: c.ID, Name: c.Name, Revision: p.After + 1, Source: p.Source, At: p.At.UTC().Truncate(time.Second)}
	packed, err := pack(p.Edition.Schedule)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	changes, omitted, err := changesJSON(p.Changes)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		number, err := follow(ctx, tx, c.ID, p.After)
		if err != nil {
			return err
		}
		now.Number = number + 1
		if _, err := tx.ExecContext(ctx, `INSERT INTO conferences (id, name, source, number, revision, published, modified, digest, held, held_of, counted)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source, number = excluded.number, revision = excluded.revision,
				published = excluded.published, modified = excluded.modified, digest = excluded.digest,
				held = excluded.held, held_of = excluded.held_of, counted = excluded.counted`,
			string(c.ID), c.Name, p.Source, now.Number, now.Revision, now.At.Unix(), ledger.Modified().Unix(), octets(ledger.Digest()),
			pending.Held, octets(pending.HeldOf), unixOrZero(pending.Counted)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO snapshots (conference, schedule) VALUES ($1, $2)
			ON CONFLICT (conference) DO UPDATE SET schedule = excluded.schedule`, string(c.ID), packed); err != nil {
			return err
		}
		if _, err := s.writeEntries(ctx, tx, c.ID, ledger); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO editions (conference, number, published, source, zone, slots, changes, omitted)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			string(c.ID), now.Number, now.At.Unix(), p.Source, c.Zone.String(), len(p.Edition.Slots()), changes, omitted); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM editions WHERE conference = $1 AND number <= $2`, string(c.ID), now.Number-MaxEditions)
		return err
	})
	if err != nil {
		return nil, s.explain("publish", err)
	}
	return &Published{now, p.Edition}, nil
}

// Note stores the ledger of a read that publishes nothing, and returns the
// revision, which stays as it is where the ledger says nothing new. The error is
// of kind [schedule.ErrConflict] where the conference's revision is no longer
// after, and of kind [schedule.ErrNotFound] where nothing of it was published.
func (s *Store) Note(ctx context.Context, id schedule.ConferenceID, after int64, l schedule.Ledger) (revision int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		number, err := follow(ctx, tx, id, after)
		if err != nil {
			return err
		}
		if number == 0 {
			return schedule.Errorf(schedule.ErrNotFound, "nothing has been published of a conference “%s”; publish an edition first", schedule.Shorten(string(id)))
		}
		written, err := s.writeEntries(ctx, tx, id, l)
		if err != nil {
			return err
		}
		p := l.Pending()
		result, err := tx.ExecContext(ctx, `UPDATE conferences SET modified = $2, digest = $3, held = $4, held_of = $5, counted = $6
			WHERE id = $1 AND (modified <> $2 OR digest <> $3 OR held <> $4 OR held_of <> $5 OR counted <> $6)`,
			string(id), l.Modified().Unix(), octets(l.Digest()), p.Held, octets(p.HeldOf), unixOrZero(p.Counted))
		if err != nil {
			return err
		}
		if updated, err := result.RowsAffected(); err != nil || written == 0 && updated == 0 {
			revision = after
			return err
		}
		revision = after + 1
		_, err = tx.ExecContext(ctx, `UPDATE conferences SET revision = $2 WHERE id = $1`, string(id), revision)
		return err
	})
	if err != nil {
		return 0, s.explain("note a read", err)
	}
	return revision, nil
}

// follow returns the number of the last edition of a conference, or an error of
// kind [schedule.ErrConflict] where its revision is not the one named.
func follow(ctx context.Context, tx *sql.Tx, id schedule.ConferenceID, after int64) (number int64, err error) {
	number, revision, err := standing(ctx, tx, id)
	if err == nil && revision != after {
		err = schedule.Errorf(schedule.ErrConflict, "another program has published “%s” meanwhile; read the source again (the database is at revision %d, and this follows %d)", id, revision, after)
	}
	return number, err
}

// entryColumns is how many values there are to an entry, and entriesAtOnce how
// many are written with one statement.
const entryColumns, entriesAtOnce = 8, 100

// writeEntries writes the entries of a ledger that differ from those stored, and
// returns how many.
func (s *Store) writeEntries(ctx context.Context, tx *sql.Tx, id schedule.ConferenceID, l schedule.Ledger) (written int, err error) {
	stored, err := s.entries(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	changed := map[schedule.SlotID]schedule.Entry{}
	for slot, e := range l.Entries() {
		was, known := stored[slot]
		if known && (was.UID != e.UID || !was.Created.Equal(e.Created) || was.Sequence > e.Sequence) {
			return 0, fmt.Errorf("the ledger does not follow the one stored: slot %s was %s, sequence %d, and is %s, sequence %d", slot, was.UID, was.Sequence, e.UID, e.Sequence)
		}
		delete(stored, slot)
		if !known || was.Sequence != e.Sequence || was.Missed != e.Missed || was.Digest != e.Digest || !was.Modified.Equal(e.Modified) {
			changed[slot] = e
		}
	}
	if len(stored) > 0 {
		return 0, fmt.Errorf("the ledger does not follow the one stored: it lacks %d of its slots", len(stored))
	}
	slots := slices.Sorted(maps.Keys(changed))
	// Statements of this size take SQLite far longer to read than to run, so all
	// but the last are the same one.
	var insert *sql.Stmt
	for chunk := range slices.Chunk(slots, entriesAtOnce) {
		if insert == nil || len(chunk) < entriesAtOnce {
			if insert, err = tx.PrepareContext(ctx, insertEntries(len(chunk))); err != nil {
				return 0, err
			}
		}
		args := make([]any, 0, len(chunk)*entryColumns)
		for _, slot := range chunk {
			e := changed[slot]
			args = append(args, e.UID, string(id), string(slot), e.Sequence, e.Created.Unix(), e.Modified.Unix(), e.Digest[:], e.Missed)
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return 0, err
		}
	}
	return len(slots), nil
}

// insertEntries is the statement that writes n entries.
func insertEntries(n int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO entries (uid, conference, slot, sequence, created, modified, digest, missed) VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		for j := range entryColumns {
			b.WriteByte("(,,,,,,,"[j])
			fmt.Fprintf(&b, "$%d", i*entryColumns+j+1)
		}
		b.WriteByte(')')
	}
	b.WriteString(` ON CONFLICT (uid) DO UPDATE SET sequence = excluded.sequence, modified = excluded.modified, digest = excluded.digest, missed = excluded.missed`)
	return b.String()
}

func octets(d schedule.Digest) []byte { return d[:] }

// unixOrZero returns a time as it is stored; zero stays zero.
func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// changesJSON returns as many changes as the log keeps, as a JSON list, and how
// many there are beside them.
func changesJSON(changes []schedule.Change) (list string, omitted int, err error) {
	var b strings.Builder
	b.WriteByte('[')
	for i, c := range changes {
		one, err := json.Marshal(c)
		if err != nil {
			return "", 0, err
		}
		if b.Len()+len(one)+2 > MaxChanges {
			omitted = len(changes) - i
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(one)
	}
	b.WriteByte(']')
	return b.String(), omitted, nil
}

// pack returns a schedule as it is stored. It is compressed since a schedule is
// mostly text, and with a checksum, since the database does not notice damage.
func pack(s *schedule.Schedule) ([]byte, error) {
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	counted := &counter{w: z}
	if err := errors.Join(s.WriteSnapshot(counted), z.Close()); err != nil {
		return nil, err
	}
	if counted.n > maxSnapshot {
		return nil, schedule.Errorf(schedule.ErrInvalid, "the schedule has %d octets as it is stored, and %d are the limit; shorten its texts", counted.n, maxSnapshot)
	}
	return packed.Bytes(), nil
}

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.w.Write(p)
}

// unpack undoes the compression of [pack]; an error means damage.
func unpack(packed []byte) ([]byte, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSnapshot))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return z.DecodeAll(packed, nil)
}
