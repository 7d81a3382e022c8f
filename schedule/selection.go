package schedule

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits on a selection.
const (
	MaxPicks         = 2_000
	MaxRules         = 50       // that take in, and as many that leave out
	MaxSearches      = 16       // search texts in all rules together: each costs a look at every talk
	MaxSelectionName = 200      // characters
	MaxRuleText      = 64 << 10 // octets of all rules together
)

// Selection is an attendee's choice of slots. The zero value chooses nothing.
type Selection struct {
	Name  string   `json:"name"`
	Picks []SlotID `json:"picks"` // chosen one by one, whatever the rules say; sorted

	// Living rules: what is in any scope of Include and in none of Exclude is
	// chosen, that which is added to the schedule later too.
	Include []Scope `json:"include"`
	Exclude []Scope `json:"exclude"`

	// Options is the canonical query of the options of the feed, such as
	// "alarm=10&busy=0".
	Options string `json:"options"`
}

// Saved is a selection as it is kept.
type Saved struct {
	Selection
	ID         string // never shown to anybody
	Conference ConferenceID
	Version    int64 // 1 at first, one more with each change
	Created    time.Time
	Changed    time.Time
	Sealed     []byte    // its read token, for its edit token to open; see [Token.Seal]
	Used       time.Time // when its feed or page was last asked for, to a day
}

// Clean returns the selection in canonical form: the name on one line and
// without what does not print, picks and rules sorted and each once. before is
// what it was, zero at first. An error is of kind [ErrInvalid] for what is beyond
// a limit or no id, and of kind [ErrNotFound] for a slot or a rule that e does not
// have, unless before had it.
func (s Selection) Clean(e *Edition, before Selection) (Selection, error) {
	c := Selection{Name: cleanName(s.Name), Options: s.Options, Picks: slices.Clone(s.Picks)}
	if n := utf8.RuneCountInString(c.Name); n > MaxSelectionName {
		return Selection{}, Errorf(ErrInvalid, "the name has %d characters; at most %d are kept, so shorten it", n, MaxSelectionName)
	}
	if len(c.Picks) > MaxPicks {
		return Selection{}, Errorf(ErrInvalid, "%d talks are chosen one by one; at most %d can be, so choose by track, day or speaker instead", len(c.Picks), MaxPicks)
	}
	slices.Sort(c.Picks)
	c.Picks = slices.Compact(c.Picks)
	for _, id := range c.Picks {
		if _, ok := e.SlotAt(id); ok {
			continue
		}
		if _, had := slices.BinarySearch(before.Picks, id); !had {
			return Selection{}, Errorf(ErrNotFound, "there is no slot “%s” in %s; load the page again and choose from what is there now", Shorten(string(id)), e.conference.Name)
		}
	}
	octets, searches := 0, 0
	for _, rule := range slices.Concat(s.Include, s.Exclude) {
		octets += len(rule.canonical)
		searches += len(rule.Values(ScopeText))
	}
	if octets > MaxRuleText {
		return Selection{}, Errorf(ErrInvalid, "the rules have %d octets; at most %d are kept, so choose by track, day or speaker instead", octets, MaxRuleText)
	}
	for _, rules := range []struct {
		have, had []Scope
		to        *[]Scope
	}{{s.Include, before.Include, &c.Include}, {s.Exclude, before.Exclude, &c.Exclude}} {
		if len(rules.have) > MaxRules {
			return Selection{}, Errorf(ErrInvalid, "there are %d rules; at most %d are kept, so join some: values of one key widen a rule", len(rules.have), MaxRules)
		}
		for _, rule := range rules.have {
			if _, err := e.Find(rule); err != nil && !slices.ContainsFunc(rules.had, rule.equal) {
				return Selection{}, err
			}
		}
		*rules.to = slices.Clone(rules.have)
		slices.SortFunc(*rules.to, func(a, b Scope) int { return cmp.Compare(a.canonical, b.canonical) })
		*rules.to = slices.CompactFunc(*rules.to, Scope.equal)
	}
	if searches > MaxSearches {
		return Selection{}, Errorf(ErrInvalid, "the rules search for %d texts; at most %d are kept, so choose by track, tag or speaker instead", searches, MaxSearches)
	}
	return c, nil
}

// cleanName returns a name on one line, without what does not print or turns the
// direction of what stands beside it.
func cleanName(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if isStray(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))), " ")
}

// Equal tells whether two selections in canonical form are the same.
func (s Selection) Equal(o Selection) bool {
	return s.Name == o.Name && s.Options == o.Options && slices.Equal(s.Picks, o.Picks) &&
		slices.EqualFunc(s.Include, o.Include, Scope.equal) && slices.EqualFunc(s.Exclude, o.Exclude, Scope.equal)
}

// Choose returns the places in [Schedule.Slots] of the slots that a selection
// chooses, ascending. What is no longer in the edition is passed over. The cost
// grows with what is chosen and with the rules, and not with the conference,
// unless a rule searches for a text.
func (e *Edition) Choose(s Selection) []int32 {
	var chosen []int32
	for _, rule := range s.Include {
		chosen = append(chosen, e.findAny(rule)...)
	}
	if len(chosen) > 0 && len(s.Exclude) > 0 {
		left := map[int32]bool{}
		for _, rule := range s.Exclude {
			for _, i := range e.findAny(rule) {
				left[i] = true
			}
		}
		chosen = slices.DeleteFunc(chosen, func(i int32) bool { return left[i] })
	}
	for _, id := range s.Picks {
		if i, ok := e.SlotAt(id); ok {
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen)
}

// Pick returns the selection with a slot chosen. What a rule takes in anyway is
// not picked beside it.
func (s Selection) Pick(e *Edition, id SlotID) Selection {
	s = s.excluding(id, false)
	if !e.chooses(s, id) {
		s.Picks = append(slices.Clone(s.Picks), id)
	}
	return s
}

// Unpick returns the selection without a slot, which its rules leave out from now
// on if they take it in.
func (s Selection) Unpick(e *Edition, id SlotID) Selection {
	s.Picks = slices.DeleteFunc(slices.Clone(s.Picks), func(p SlotID) bool { return p == id })
	if e.chooses(s, id) {
		s = s.excluding(id, true)
	}
	return s
}

func (e *Edition) chooses(s Selection, id SlotID) bool {
	at, ok := e.SlotAt(id)
	if !ok {
		return slices.Contains(s.Picks, id)
	}
	_, found := slices.BinarySearch(e.Choose(s), at)
	return found
}

// excluding returns the selection with a slot among those that are left out one by
// one, or not among them. These are one rule as long as it can hold them.
func (s Selection) excluding(id SlotID, out bool) Selection {
	exclude := slices.Clone(s.Exclude)
	for i, rule := range exclude {
		slots := rule.Values(ScopeSlot)
		if len(rule.terms) != 1 || len(slots) == 0 || slices.Contains(slots, string(id)) == out {
			continue
		}
		if out && len(slots) == MaxScopeValues {
			continue
		}
		values := slices.DeleteFunc(slices.Clone(slots), func(v string) bool { return v == string(id) })
		if out {
			values = append(values, string(id))
		}
		exclude = slices.Delete(exclude, i, i+1)
		if rest, err := (Scope{terms: []scopeTerm{{ScopeSlot, values}}}).canonicalise(); err == nil && len(values) > 0 {
			exclude = slices.Insert(exclude, i, rest)
		}
		s.Exclude = exclude
		return s
	}
	if out {
		if rule, err := (Scope{}).With(ScopeSlot, string(id)); err == nil {
			s.Exclude = append(exclude, rule)
		}
	}
	return s
}

// findAny is Find for a rule that was made for an earlier edition: what of it is
// no longer there has no slots.
func (e *Edition) findAny(rule Scope) []int32 {
	slots, err := e.Find(rule)
	if !errors.Is(err, ErrNotFound) {
		return slots
	}
	known := Scope{}
	for _, term := range rule.terms {
		values := term.values
		if of := e.byValue[term.key]; of != nil && term.key != ScopeKind && term.key != ScopeTag && term.key != ScopeLanguage {
			values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { _, ok := of[v]; return !ok })
		}
		if len(values) == 0 {
			return nil
		}
		known.terms = append(known.terms, scopeTerm{term.key, values})
	}
	slots, _ = e.Find(known)
	return slots
}
