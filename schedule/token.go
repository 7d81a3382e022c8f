package schedule

import (
	"crypto/sha256"
	"encoding/base32"
)

// Token is what lets somebody read or edit a selection: 128 random bits, which
// stand in an address and are stored nowhere. Whoever has it may do it.
type Token [16]byte

// TokenHash is what is stored of a token: its SHA-256. Who reads the database
// cannot use what is in it.
type TokenHash [sha256.Size]byte

// Access is what a token lets one do.
type Access string

// What a token lets one do. A token that edits reads too.
const (
	AccessRead Access = "read"
	AccessEdit Access = "edit"
)

// Hash returns what is stored of the token.
func (t Token) Hash() TokenHash { return sha256.Sum256(t[:]) }

// String returns the token as it stands in addresses: 26 of a-z and 2-7.
func (t Token) String() string { return tokenEncoding().EncodeToString(t[:]) }

// ParseToken reads what [Token.String] returns, and nothing else: there is one
// way to write a token.
func ParseToken(s string) (t Token, ok bool) {
	if len(s) != tokenEncoding().EncodedLen(len(t)) {
		return Token{}, false
	}
	n, err := tokenEncoding().Decode(t[:], []byte(s))
	if err != nil || n != len(t) || t.String() != s {
		return Token{}, false
	}
	return t, true
}

func tokenEncoding() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}
