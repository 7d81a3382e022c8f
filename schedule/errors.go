package schedule

import (
	"errors"
	"fmt"
)

// The kinds of failure that callers tell apart. They are matched with
// [errors.Is]; what a reader is told stands in an [Error] around them.
var (
	ErrInvalid  = errors.New("invalid")   // the input breaks a rule or a limit
	ErrNotFound = errors.New("not found") // nothing of that name ever was
	ErrConflict = errors.New("conflict")  // somebody else changed it first
	ErrGone     = errors.New("gone")      // its owner deleted it
)

// Error is a failure that can be shown to the reader as it is: Sentence is one
// plain sentence that says what is wrong and what to do. It unwraps to Kind,
// one of this package's sentinels.
type Error struct {
	Kind     error
	Sentence string
}

func (e *Error) Error() string { return e.Sentence }

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

// Errorf returns an [Error] of a kind with a formatted sentence.
func Errorf(kind error, format string, args ...any) error {
	return &Error{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}
