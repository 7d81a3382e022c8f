package schedule

import (
	"context"
	"time"
)

// Selections keeps the choices of attendees. It knows tokens by their hashes
// alone. Any number of goroutines may use it.
type Selections interface {
	// CreateSelection keeps a new selection, whose Version is to be 1, under the
	// hashes of its two tokens.
	CreateSelection(ctx context.Context, s Saved, read, edit TokenHash) error

	// FindSelection returns the selection that a token is of, and what the token
	// lets one do. The error is of kind [ErrNotFound] where there never was one,
	// and of kind [ErrGone] where its owner has deleted it, or replaced the token.
	FindSelection(ctx context.Context, token TokenHash) (Saved, Access, error)

	// ReplaceSelection keeps the choice of s under its ID, if the version that is
	// kept is s.Version, and returns it as it is kept, with the next version. The error is of kind
	// [ErrConflict] where another came first, and [ErrGone] where it was deleted.
	ReplaceSelection(ctx context.Context, s Saved) (Saved, error)

	// ReplaceToken has a selection read or edited by another token from now on,
	// and by the old one no more, and keeps the read token sealed anew. The error
	// is of kind [ErrConflict] where it is no longer sealed as s says, since
	// another came first, and [ErrGone] where the selection was deleted.
	ReplaceToken(ctx context.Context, s Saved, access Access, token TokenHash, sealed []byte, now time.Time) error

	// DeleteSelection forgets a selection, all but that its tokens existed. To
	// delete what was deleted is no error.
	DeleteSelection(ctx context.Context, id string) error

	// NoteFetches adds to what is known of who fetches which feeds, and when
	// these were last used, of which a count of zero tells that alone. Fetches of
	// selections that are gone are passed over.
	NoteFetches(ctx context.Context, fetches []Fetch) error

	// Fetches returns who has fetched the feed of a selection, the last first.
	Fetches(ctx context.Context, id string) ([]Fetch, error)

	// EachSelection calls do with every selection of a conference, in no order,
	// until do returns an error, which is returned.
	EachSelection(ctx context.Context, conference ConferenceID, do func(Saved) error) error

	// CountSelections returns how many selections there are.
	CountSelections(ctx context.Context) (int, error)

	// PruneSelections deletes the selections last used before a time, as
	// DeleteSelection does, and returns how many.
	PruneSelections(ctx context.Context, before time.Time) (int, error)
}

// Fetch is how calendar clients of one family have fetched the feed of a
// selection. Nothing is kept of who they are.
type Fetch struct {
	Selection string // its id
	Client    string // the family, such as "Google Calendar"
	Count     int64  // how often
	Last      time.Time
	Edition   int64 // the number of the edition that they got last
	Version   int64 // the version of the selection that they got last
}
