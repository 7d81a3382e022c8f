package schedule

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// ScopeKey is a key of the scope grammar.
type ScopeKey string

// The keys of the scope grammar.
const (
	ScopeTrack    ScopeKey = "track"
	ScopeSpeaker  ScopeKey = "speaker"
	ScopeRoom     ScopeKey = "room"
	ScopeDay      ScopeKey = "day"  // YYYY-MM-DD, a conference day
	ScopeKind     ScopeKey = "kind" // one of [Kinds]
	ScopeTag      ScopeKey = "tag"  // in any case
	ScopeLanguage ScopeKey = "lang" // "pt" takes in "pt-br"
	ScopeTalk     ScopeKey = "talk"
	ScopeSlot     ScopeKey = "slot"
	ScopeText     ScopeKey = "q" // every word of it, anywhere in the talk
)

// Valid tells whether k is one of the keys above.
func (k ScopeKey) Valid() bool {
	switch k {
	case ScopeTrack, ScopeSpeaker, ScopeRoom, ScopeDay, ScopeKind, ScopeTag, ScopeLanguage, ScopeTalk, ScopeSlot, ScopeText:
		return true
	}
	return false
}

// ScopeKeys returns every key, in canonical order.
func ScopeKeys() []ScopeKey { return slices.Clone(scopeKeys[:]) }

// Scope says which slots a feed holds. Values of the same key widen it,
// different keys narrow it. The zero value is the whole conference. A Scope is
// immutable, and two scopes with the same values in another order, case, spacing
// or number have the same [Scope.String].
type Scope struct {
	terms     []scopeTerm // in the order of ScopeKeys
	canonical string
}

type scopeTerm struct {
	key    ScopeKey
	values []string // sorted, each once
}

// ParseScope reads a scope as it stands in a URL's query, such as
// "track=go&day=2016-11-07". A key outside the grammar goes to other, which
// tells whether it knows it and may be nil; otherKeys are those that it knows, for
// the error of an unknown one. Unknown keys, malformed values
// and a query beyond [MaxQuery], [MaxScopeValues] or [MaxScopeTexts] give an error of kind
// [ErrInvalid] that names them. Whether an id exists is not checked here; see
// [Edition.Find].
func ParseScope(query string, other func(key, value string) (known bool, err error), otherKeys ...string) (Scope, error) {
	if query == "" {
		return Scope{}, nil
	}
	if len(query) > MaxQuery {
		return Scope{}, Errorf(ErrInvalid, "the address is too long: it asks with %d characters, and at most %d are read; choose by track, day or speaker instead", len(query), MaxQuery)
	}
	var s Scope
	escaped := strings.ContainsAny(query, "%+")
	pairs := 1 + strings.Count(query, "&")
	for rest := query; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		if escaped {
			var err error
			if key, err = unescape(key); err != nil {
				return Scope{}, err
			}
			if value, err = unescape(value); err != nil {
				return Scope{}, err
			}
		}
		if !ScopeKey(key).Valid() {
			if other != nil {
				if known, err := other(key, value); known || err != nil {
					if err != nil {
						return Scope{}, err
					}
					continue
				}
			}
			return Scope{}, unknownKey(key, otherKeys)
		}
		if err := s.add(ScopeKey(key), value, pairs); err != nil {
			return Scope{}, err
		}
	}
	return s.canonicalise()
}

var scopeKeys = [...]ScopeKey{ScopeTrack, ScopeSpeaker, ScopeRoom, ScopeDay, ScopeKind, ScopeTag, ScopeLanguage, ScopeTalk, ScopeSlot, ScopeText}

func unknownKey(key string, otherKeys []string) error {
	var names []string
	for _, k := range scopeKeys {
		names = append(names, string(k))
	}
	names = append(names, otherKeys...)
	hint := ""
	if near := Nearest(key, names); near != "" {
		hint = "did you mean “" + near + "”? Otherwise "
	}
	return Errorf(ErrInvalid, "“%s” is not something that a feed can be chosen by; %suse %s", Shorten(key), hint, strings.Join(names, ", "))
}

func unescape(s string) (string, error) {
	u, err := url.QueryUnescape(s)
	if err != nil {
		return "", Errorf(ErrInvalid, "“%s” is not written as an address needs it; a percent sign is %%25 there", Shorten(s))
	}
	return u, nil
}

// With returns the scope narrowed to one value of a key that it does not have
// yet. The error is of kind [ErrInvalid].
func (s Scope) With(key ScopeKey, value string) (Scope, error) {
	if len(s.Values(key)) > 0 {
		return Scope{}, Errorf(ErrInvalid, "this address is of one %s already, so it cannot be filtered by “%s”; use /schedule.ics for several", key, key)
	}
	narrowed := Scope{terms: slices.Clone(s.terms)}
	if err := narrowed.add(key, value, 1); err != nil {
		return Scope{}, err
	}
	return narrowed.canonicalise()
}

// add checks a value and adds it to the terms, unsorted. At most pairs values
// will be added in all.
func (s *Scope) add(key ScopeKey, value string, pairs int) error {
	value, err := scopeValue(key, value)
	if err != nil {
		return err
	}
	for i := range s.terms {
		if s.terms[i].key == key {
			s.terms[i].values = append(s.terms[i].values, value)
			return nil
		}
	}
	s.terms = append(s.terms, scopeTerm{key, append(make([]string, 0, min(pairs, MaxScopeValues)), value)})
	return nil
}

// scopeValue returns the canonical form of a value, or why it is malformed.
func scopeValue(key ScopeKey, value string) (string, error) {
	wrong := func(want string) (string, error) {
		return "", Errorf(ErrInvalid, "“%s” cannot be the value of “%s”: %s", Shorten(value), key, want)
	}
	switch key {
	case ScopeDay:
		d, err := ParseDate(value)
		if err != nil || d.String() != value {
			return wrong("a day is written YYYY-MM-DD")
		}
	case ScopeKind:
		if !Kind(value).Valid() {
			return wrong("it is one of " + kindList())
		}
	case ScopeLanguage:
		value = strings.ToLower(value)
		if !languagePattern.MatchString(value) {
			return wrong("it is a language tag such as en or pt-br")
		}
	case ScopeTag, ScopeText:
		if !utf8.ValidString(value) {
			return wrong("it is not UTF-8")
		}
		folded := strings.Join(strings.Fields(strings.ToLower(value)), " ")
		if folded == "" || utf8.RuneCountInString(folded) > MaxScopeText || strings.ContainsFunc(folded, isStray) {
			return wrong(fmt.Sprintf("it is 1 to %d characters that print", MaxScopeText))
		}
		value = folded
	default:
		if !ValidID(value) {
			return wrong(idRule)
		}
	}
	return value, nil
}

// canonicalise sorts the terms, drops doubles and settles the canonical form.
func (s Scope) canonicalise() (Scope, error) {
	count, length := 0, 0
	for i := range s.terms {
		t := &s.terms[i]
		slices.Sort(t.values)
		t.values = slices.Compact(t.values)
		count += len(t.values)
		for _, v := range t.values {
			length += len(t.key) + len(v) + 2
		}
	}
	if count > MaxScopeValues {
		return Scope{}, Errorf(ErrInvalid, "this asks for %d things at once; at most %d can be asked for", count, MaxScopeValues)
	}
	if n := len(s.Values(ScopeText)); n > MaxScopeTexts {
		return Scope{}, Errorf(ErrInvalid, "this searches for %d texts at once; at most %d can be searched for", n, MaxScopeTexts)
	}
	if len(s.terms) > 1 {
		slices.SortFunc(s.terms, func(a, b scopeTerm) int {
			return slices.Index(scopeKeys[:], a.key) - slices.Index(scopeKeys[:], b.key)
		})
	}
	var b strings.Builder
	b.Grow(length)
	for _, t := range s.terms {
		for _, v := range t.values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(string(t.key))
			b.WriteByte('=')
			if ValidID(v) {
				b.WriteString(v)
			} else {
				b.WriteString(url.QueryEscape(v))
			}
		}
	}
	s.canonical = b.String()
	return s, nil
}

// String returns the canonical form, which is also a query that [ParseScope]
// reads back to the same scope. It is empty for the whole conference.
func (s Scope) String() string { return s.canonical }

// MarshalText returns the canonical form.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.canonical), nil }

// UnmarshalText reads what [ParseScope] reads.
func (s *Scope) UnmarshalText(text []byte) error {
	read, err := ParseScope(string(text), nil)
	if err == nil {
		*s = read
	}
	return err
}

func (s Scope) equal(o Scope) bool { return s.canonical == o.canonical }

// IsWhole tells whether the scope is the whole conference.
func (s Scope) IsWhole() bool { return len(s.terms) == 0 }

// Values returns the values of a key, sorted; nil where it has none. They are
// shared and must not be modified.
func (s Scope) Values(key ScopeKey) []string {
	for _, t := range s.terms {
		if t.key == key {
			return t.values
		}
	}
	return nil
}

// Single returns the one key and value of a scope that has no more than that,
// such as a track's.
func (s Scope) Single() (key ScopeKey, value string, ok bool) {
	if len(s.terms) != 1 || len(s.terms[0].values) != 1 {
		return "", "", false
	}
	return s.terms[0].key, s.terms[0].values[0], true
}

// Chosen tells whether the scope picks talks or slots one by one, which is what
// a person does who means to be there.
func (s Scope) Chosen() bool {
	return len(s.Values(ScopeTalk)) > 0 || len(s.Values(ScopeSlot)) > 0
}

// Each calls f with every key and value, in canonical order.
func (s Scope) Each(f func(key ScopeKey, value string)) {
	for _, t := range s.terms {
		for _, v := range t.values {
			f(t.key, v)
		}
	}
}
