package schedule

import (
	"crypto/aes"
	"crypto/cipher"
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

// TokenLength is how many octets [Token.String] returns.
const TokenLength = 26

// ParseToken reads what [Token.String] returns, and nothing else: there is one
// way to write a token.
func ParseToken(s string) (t Token, ok bool) {
	if len(s) != TokenLength {
		return Token{}, false
	}
	n, err := tokenEncoding().Decode(t[:], []byte(s))
	if err != nil || n != len(t) || t.String() != s {
		return Token{}, false
	}
	return t, true
}

// SealNonce is how many random octets [Token.Seal] needs.
const SealNonce = 12

// Seal hides a read token so that [Token.Open] of the same edit token finds it
// again: who edits a selection is to see the address of its feed, and who reads
// the database is not. nonce is random, and another each time.
func (edit Token) Seal(read Token, nonce [SealNonce]byte) []byte {
	return edit.sealer().Seal(nonce[:], nonce[:], read[:], nil)
}

// Open returns the read token that was sealed with the same edit token; ok is
// false for what was not.
func (edit Token) Open(sealed []byte) (read Token, ok bool) {
	if len(sealed) < SealNonce {
		return Token{}, false
	}
	text, err := edit.sealer().Open(nil, sealed[:SealNonce], sealed[SealNonce:], nil)
	if err != nil || len(text) != len(read) {
		return Token{}, false
	}
	return Token(text), true
}

func (edit Token) sealer() cipher.AEAD {
	key := sha256.Sum256(append([]byte("seal "), edit[:]...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // of a key of 32 octets it does not come
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // nor of AES
	}
	return aead
}

func tokenEncoding() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}
