package store

import (
	"errors"
	"fmt"

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
	if told := s.tell(s, err); told != nil {
		return told
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func unusable(format string, args ...any) error {
	return schedule.Errorf(ErrUnusable, format, args...)
}

// busy is the error for a database that others write to without end.
func (s *Store) busy() error {
	return unusable("another program has been writing to %s for more than %s; let it finish, or end it, and try again", s.name, maxWait)
}

// full is the error for a database that cannot grow.
func (s *Store) full() error {
	return unusable("nothing was stored, since the disk that holds %s is full; free some space on it", s.name)
}

// failing is the error for a disk that fails.
func (s *Store) failing(err error) error {
	return unusable("reading or writing %s failed (%s); check its disk", s.name, err)
}

// damaged is the error for a database whose parts do not agree.
func (s *Store) damaged() error {
	return unusable("the database %s is damaged; restore it from a backup, or %s to begin anew, which loses what is known of earlier editions", s.name, s.aside)
}
