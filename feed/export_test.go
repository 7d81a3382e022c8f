package feed

import "time"

// What the tests, which are written from outside, look at inside.

var (
	CleanText = cleanText
	CleanLine = cleanLine
	Cut       = cut
	Quoted    = quoted
	ColorName = colorName
	UTCOffset = utcOffset
	Timezone  = timezone
)

const (
	MaxSummary     = maxSummary
	MaxLocation    = maxLocation
	MaxCategory    = maxCategory
	MaxDescription = maxDescription
	MaxSpaces      = maxSpaces
	MaxCached      = maxCached
	MaxCachedSlots = maxCachedSlots
	MaxRemembered  = maxRemembered
)

// ContentLine returns one property as it is written.
func ContentLine(name, value string) []byte {
	var l contentLines
	l.add(name, value)
	return l.Bytes()
}

// ChangeBefore returns the onset of the offset in force at t, and the offsets
// before and after it.
func ChangeBefore(t time.Time) (onset time.Time, from, to int) {
	c := changeBefore(t)
	return c.onset, c.from, c.to
}

// Cached is how many documents a publisher keeps, and addresses it remembers.
type Cached struct{ Popular, Others, Addresses int }

// Cached counts what p keeps.
func (p *Publisher) Cached() Cached {
	s := p.current.Load()
	return Cached{s.popular.ItemCount(), s.others.ItemCount(), s.addresses.ItemCount()}
}
