package schedule

// Limits on what one schedule may hold. A draft beyond any of them is refused
// by [Build] with a problem of code "limit" or "too-long".
const (
	MaxSlots    = 50_000 // slots in one schedule
	MaxTalks    = 50_000
	MaxSpeakers = 50_000
	MaxTracks   = 2_000
	MaxRooms    = 5_000

	MaxID           = 64     // octets in an id
	MaxName         = 1_000  // characters in a name or title
	MaxText         = 50_000 // characters in an abstract, a description or a bio
	MaxURL          = 2_000  // octets in an address
	MaxPerTalk      = 200    // speakers, tags or links of one talk, hosts of one track
	MaxSlotDuration = 31     // days from a slot's start to its end

	// MaxPublished is how many octets of text the slots may hold together, that
	// of a talk counted once for each of its slots.
	MaxPublished = 128 << 20

	// MaxProblems is how many problems a [Report] keeps; it counts the rest.
	MaxProblems = 1_000
)

// Limits on a scope, that is on what a feed's address may ask for.
const (
	MaxQuery       = 16 << 10 // octets in a query
	MaxScopeValues = 500      // values in one scope
	MaxScopeText   = 100      // characters of a tag or of a search text
	MaxScopeTexts  = 8        // search texts in one scope: each costs a look at every talk
)
