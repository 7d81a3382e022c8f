package server

import (
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"
)

// How often an address may do what costs something that lasts.
const (
	// A whole venue may be one address, and its people all begin after the opening.
	createEvery, createBurst = 2 * time.Second, 300       // new selections
	writeEvery, writeBurst   = 50 * time.Millisecond, 200 // edits
	maxAddresses             = 20_000                     // that are known at a time
)

// limiter bounds how often each address does something. Addresses are held in
// memory alone, and for as long as they are busy.
type limiter struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu    sync.Mutex
	known map[string]*rate.Limiter
}

func newLimiter(every time.Duration, burst int, now func() time.Time) *limiter {
	return &limiter{every: every, burst: burst, now: now, known: map[string]*rate.Limiter{}}
}

// allow tells whether an address may go on.
func (l *limiter) allow(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	of, ok := l.known[address]
	if !ok {
		if len(l.known) >= maxAddresses {
			l.forgetIdle(now)
		}
		of = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.known[address] = of
	}
	return of.AllowN(now, 1)
}

// forgetIdle forgets the addresses that have not been busy lately, or all where
// none are idle: better that than to grow.
func (l *limiter) forgetIdle(now time.Time) {
	for address, of := range l.known {
		if of.TokensAt(now) >= float64(l.burst) {
			delete(l.known, address)
		}
	}
	if len(l.known) >= maxAddresses {
		clear(l.known)
	}
}

// household returns what one client may have of addresses: of IPv6 it has its pick
// of a whole network.
func household(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() && !ip.Is4In6() {
		if network, err := ip.Prefix(64); err == nil {
			return network.String()
		}
	}
	return address
}

// limited has a handler called no oftener than a limiter allows.
func limited(l *limiter, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !l.allow(household(c.RealIP())) {
			c.Response().Header().Set(echo.HeaderRetryAfter, "60")
			return errTooMany
		}
		return next(c)
	}
}

// ownOrigin refuses what a page of another site has a browser send. What does not
// come from a browser has no such mark.
func (s *Server) ownOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.origins.Check(c.Request()); err != nil {
			return errOtherSite
		}
		return next(c)
	}
}

// ownOriginOrSecret is [Server.ownOrigin] for addresses that only their owner
// knows. Their pages tell no referrer, for which browsers send the origin "null"
// with forms; those that have no Sec-Fetch-Site, as none has over plain HTTP, say
// no more. Another site would have to know the address.
func (s *Server) ownOriginOrSecret(next echo.HandlerFunc) echo.HandlerFunc {
	strict := s.ownOrigin(next)
	return func(c echo.Context) error {
		if h := c.Request().Header; h.Get("Sec-Fetch-Site") == "" && h.Get("Origin") == "null" {
			return next(c)
		}
		return strict(c)
	}
}

// newOrigins returns the check of [Server.ownOrigin]. The base URL is ours however
// a proxy calls us.
func newOrigins(baseURL string) *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" {
		_ = p.AddTrustedOrigin(u.Scheme + "://" + u.Host) // which is the form of an origin
	}
	return p
}
