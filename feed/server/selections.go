package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"slotcast/feed"
	"slotcast/schedule"
)

const (
	// maxKnown is how many selections are remembered between requests.
	maxKnown = 20_000
	// knownFor is for how long: so soon is an edit seen that another server on the
	// same database has taken.
	knownFor = 900 * time.Millisecond
	// maxEdits is how often an edit that any order suits is tried while others
	// edit the same selection.
	maxEdits = 20
	// turns is how many selections are edited at a time on one server.
	turns = 64
)

// selections is what a server does with the choices of attendees. Any number of
// goroutines may use it.
type selections struct {
	store     schedule.Selections
	publisher *feed.Publisher
	now       func() time.Time
	fetches   *fetchLog

	turns [turns]sync.Mutex // of edits, by token: those of one selection wait for each other

	mu    sync.Mutex
	known map[schedule.TokenHash]known
}

// known is a selection as it was looked up.
type known struct {
	schedule.Saved
	access schedule.Access
	until  time.Time
}

// found is a selection with what the request that asks for it may do, and the
// tokens that it may be told.
type found struct {
	schedule.Saved
	access     schedule.Access
	edit, read schedule.Token // edit is zero where access is read
}

func newSelections(store schedule.Selections, p *feed.Publisher, now func() time.Time) *selections {
	return &selections{store: store, publisher: p, now: now, fetches: newFetchLog(), known: map[schedule.TokenHash]known{}}
}

// errNoSelection is for an address that can never have been one.
var errNoSelection = schedule.Errorf(schedule.ErrNotFound, "there is no such selection; check that the whole link was copied")

// lookUp returns the selection of a token. One that was looked up a moment ago is
// not looked up again; one that cannot be looked up at all is what it was, since a
// calendar is not to be told of a database that is away.
func (s *selections) lookUp(ctx context.Context, token schedule.TokenHash) (known, error) {
	now := s.now()
	s.mu.Lock()
	k, ok := s.known[token]
	s.mu.Unlock()
	if ok && now.Before(k.until) {
		return k, nil
	}
	saved, access, err := s.store.FindSelection(ctx, token)
	if errors.Is(err, schedule.ErrNotFound) || errors.Is(err, schedule.ErrGone) {
		s.mu.Lock()
		delete(s.known, token)
		s.mu.Unlock()
		return known{}, err
	}
	if err != nil {
		if ok {
			return k, nil
		}
		return known{}, fmt.Errorf("look up a selection: %w", err)
	}
	k = known{saved, access, now.Add(knownFor)}
	s.mu.Lock()
	if len(s.known) >= maxKnown {
		clear(s.known)
	}
	s.known[token] = k
	s.mu.Unlock()
	return k, nil
}

// forget has an edit seen at once.
func (s *selections) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, k := range s.known {
		// Kept for when the database is away, but looked up again before.
		k.until = time.Time{}
		s.known[token] = k
	}
}

// find returns the selection of a token as it stands in an address.
func (s *selections) find(ctx context.Context, text string) (found, error) {
	token, ok := schedule.ParseToken(text)
	if !ok {
		return found{}, errNoSelection
	}
	k, err := s.lookUp(ctx, token.Hash())
	if err != nil {
		return found{}, err
	}
	f := found{Saved: k.Saved, access: k.access, read: token}
	if k.access == schedule.AccessEdit {
		f.edit = token
		if f.read, ok = token.Open(k.Sealed); !ok {
			return found{}, fmt.Errorf("selection %s: its read token cannot be opened", k.ID)
		}
	}
	return f, nil
}

// mayEdit returns the selection of a token that edits.
func (s *selections) mayEdit(ctx context.Context, text string) (found, error) {
	f, err := s.find(ctx, text)
	if err == nil && f.access != schedule.AccessEdit {
		err = schedule.Errorf(errForbidden, "this link can only be read; edit with the link that you were given when you made the selection")
	}
	return f, err
}

// edition returns what is served.
func (s *selections) edition() (*schedule.Edition, error) {
	c := s.publisher.Catalog()
	if c == nil {
		return nil, feed.ErrNothingPublished
	}
	return c.Edition(), nil
}

// create keeps a new selection.
func (s *selections) create(ctx context.Context, choice schedule.Selection) (found, error) {
	e, err := s.edition()
	if err != nil {
		return found{}, err
	}
	clean, err := cleanSelection(choice, e, schedule.Selection{})
	if err != nil {
		return found{}, err
	}
	now := s.now().UTC()
	f := found{access: schedule.AccessEdit, edit: newToken(), read: newToken()}
	f.Saved = schedule.Saved{
		Selection: clean, ID: newToken().String(), Conference: e.Conference().ID, Version: 1,
		Created: now, Changed: now, Used: now, Sealed: f.edit.Seal(f.read, newNonce()),
	}
	return f, s.store.CreateSelection(ctx, f.Saved, f.read.Hash(), f.edit.Hash())
}

// replace keeps another choice in place of the version that it was made from.
func (s *selections) replace(ctx context.Context, f found, choice schedule.Selection, version int64) (found, error) {
	e, err := s.edition()
	if err != nil {
		return f, err
	}
	if version != f.Version {
		return f, conflict(version, f.Version)
	}
	clean, err := cleanSelection(choice, e, f.Selection)
	if err != nil || clean.Equal(f.Selection) {
		return f, err
	}
	next := f.Saved
	next.Selection, next.Changed = clean, s.now().UTC()
	next, err = s.store.ReplaceSelection(ctx, next)
	s.forget()
	if err == nil {
		f.Saved = next
	}
	return f, err
}

func conflict(was, is int64) error {
	return schedule.Errorf(schedule.ErrConflict, "this selection was changed elsewhere in the meantime (version %d was edited, and %d is there now); load it again and repeat your change", was, is)
}

// turn has edits under a token wait for each other, until the caller is done. Those
// of other servers conflict, and are tried again.
func (s *selections) turn(token string) (done func()) {
	t, _ := schedule.ParseToken(token)
	mu := &s.turns[t[0]%turns]
	mu.Lock()
	return mu.Unlock
}

// change edits a selection in a way that suits whatever it is by then, so that of
// two who do so at once neither loses anything.
func (s *selections) change(ctx context.Context, token string, edit editing) (found, error) {
	defer s.turn(token)()
	for try := 1; ; try++ {
		f, err := s.mayEdit(ctx, token)
		if err != nil {
			return f, err
		}
		e, err := s.edition()
		if err != nil {
			return f, err
		}
		choice, err := edit(e, f.Selection)
		if err != nil {
			return f, err
		}
		f, err = s.replace(ctx, f, choice, f.Version)
		if !errors.Is(err, schedule.ErrConflict) || try == maxEdits {
			return f, err
		}
	}
}

// newLink replaces one of the two tokens.
func (s *selections) newLink(ctx context.Context, token string, access schedule.Access) (found, error) {
	defer s.turn(token)()
	for try := 1; ; try++ {
		f, err := s.mayEdit(ctx, token)
		if err != nil {
			return f, err
		}
		was, fresh := f.Saved, newToken()
		if access == schedule.AccessEdit {
			f.edit = fresh
		} else {
			f.read = fresh
		}
		f.Sealed = f.edit.Seal(f.read, newNonce())
		err = s.store.ReplaceToken(ctx, was, access, fresh.Hash(), f.Sealed, s.now().UTC())
		s.forget()
		if !errors.Is(err, schedule.ErrConflict) || try == maxEdits {
			return f, err
		}
	}
}

// remove deletes a selection.
func (s *selections) remove(ctx context.Context, f found) error {
	err := s.store.DeleteSelection(ctx, f.ID)
	s.forget()
	return err
}

// document returns the personal feed of a selection. A query stands in place of the
// options that are kept with it.
func (s *selections) document(f found, query string) (*feed.Document, error) {
	given, _ := url.ParseQuery(query)
	for key := range given {
		if !slices.Contains([]string{"alarm", "busy", "cancelled", "tz"}, key) {
			return nil, schedule.Errorf(schedule.ErrInvalid, "a personal feed has what its owner chose and cannot be narrowed; of its address only alarm, busy, cancelled and tz are read")
		}
	}
	_, options, err := feed.ParseQuery(cmp.Or(query, f.Options))
	if err != nil {
		return nil, err
	}
	key := f.ID + " " + strconv.FormatInt(f.Version, 10) + " " + options.String()
	return s.publisher.Personal(key, func(c *feed.Catalog) (*feed.Document, error) {
		e := c.Edition()
		if e.Conference().ID != f.Conference {
			return nil, schedule.Errorf(schedule.ErrNotFound, "this selection is of another conference than %s, which is what is served here now", e.Conference().Name)
		}
		return c.Personal(f.Name, e.Choose(f.Selection), options, f.Changed), nil
	})
}

// cleanSelection is [schedule.Selection.Clean], with the options in canonical form
// too.
func cleanSelection(s schedule.Selection, e *schedule.Edition, before schedule.Selection) (schedule.Selection, error) {
	scope, options, err := feed.ParseQuery(s.Options)
	if err == nil && !scope.IsWhole() {
		err = schedule.Errorf(schedule.ErrInvalid, "“%s” are no options of a feed; give alarm, busy, cancelled and tz, and rules apart", schedule.Shorten(s.Options))
	}
	if err != nil {
		return schedule.Selection{}, err
	}
	s.Options = options.String()
	return s.Clean(e, before)
}

// newToken returns a token that nobody can guess.
func newToken() (t schedule.Token) {
	_, _ = rand.Read(t[:]) // it never fails
	return t
}

func newNonce() (n [schedule.SealNonce]byte) {
	_, _ = rand.Read(n[:])
	return n
}
