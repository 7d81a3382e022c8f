package importer

import (
	"errors"
	"time"
)

// Bounds on how often an address is read.
const (
	MinInterval   = 30 * time.Second // however short the interval is said to be
	MaxBackOff    = time.Hour        // after failures, unless the interval is longer
	MaxRetryAfter = 24 * time.Hour   // however long a server asks to be left alone

	jitter = 0.1 // of the time to wait, added or taken away
)

// Poller decides when an address is read next.
type Poller struct {
	interval time.Duration
	random   func() float64 // from 0 to 1, without 1
	failures int            // since the last success
}

// NewPoller returns a poller for an interval, which is raised to [MinInterval].
// The numbers of random, from 0 to 1, spread the reads, so that many programs
// that were started together do not ask one server together.
func NewPoller(interval time.Duration, random func() float64) *Poller {
	return &Poller{interval: max(interval, MinInterval), random: random}
}

// Next returns when to read next, given the error of the read that ended now.
// After a success, such as nil or [ErrUnchanged], that is about an interval
// later; after each failure in a row twice as long as after the one before, up
// to [MaxBackOff]; never before the time that a [RetryError] names, unless that
// is more than [MaxRetryAfter] away; and never sooner than [MinInterval].
func (p *Poller) Next(err error, now time.Time) time.Time {
	wait := p.interval
	if err == nil || errors.Is(err, ErrUnchanged) {
		p.failures = 0
	} else {
		most := max(p.interval, MaxBackOff)
		for range p.failures {
			wait = min(2*wait, most)
		}
		if wait < most {
			p.failures++
		}
	}
	spread := time.Duration(jitter * float64(wait) * (2*p.random() - 1))
	if retry, ok := errors.AsType[*RetryError](err); ok {
		if asked := min(retry.Until.Sub(now), MaxRetryAfter); asked > wait-max(spread, -spread) {
			// Later than was asked is polite, and sooner is not.
			wait, spread = asked, max(spread, -spread)
		}
	}
	return now.Add(max(wait+spread, MinInterval))
}
