package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"slotcast/schedule"
)

// Limits on reading an address. Beside them stands [MaxSource], on what all
// documents of a source unpack to.
const (
	MaxRedirects = 5               // of one document
	MaxFetchTime = 2 * time.Minute // for all requests of one source

	maxResponseHead = 64 << 10 // octets
	maxValidator    = 1 << 10  // octets
	maxDialTime     = 15 * time.Second
)

// ErrUnchanged says that a document is still the one that was read before.
var ErrUnchanged = errors.New("unchanged")

// RetryError says that a server wants to be left alone for a while.
type RetryError struct {
	Until time.Time
	err   error
}

func (e *RetryError) Error() string { return e.err.Error() }

// Unwrap returns what went wrong.
func (e *RetryError) Unwrap() error { return e.err }

// Validators tell a server which document was read before, so that it need not
// be sent again. The zero value tells nothing.
type Validators struct{ address, etag, modified string }

// FetcherConfig is what a [Fetcher] needs.
type FetcherConfig struct {
	UserAgent string // who asks, as servers log it

	// Private allows addresses of this machine and of private networks. Who may
	// choose a source can otherwise not make the program read what only it can
	// reach.
	Private bool

	// Token is a token of pretalx's API, or empty. It is sent to the host that
	// an address of that API names, to no other, and stands in no error.
	Token string

	Now   func() time.Time
	Limit time.Duration // on all requests of one source; zero is [MaxFetchTime]
}

// Fetcher reads sources from the web. It takes no proxy from the environment,
// since the check of what is dialled would see the proxy's address alone. A
// Fetcher may be used by several goroutines.
type Fetcher struct{ config FetcherConfig }

// NewFetcher returns a fetcher.
func NewFetcher(c FetcherConfig) *Fetcher {
	c.Limit = cmp.Or(c.Limit, MaxFetchTime)
	return &Fetcher{c}
}

// IsAddress tells whether the name of a source is an address on the web, rather
// than that of a file or a folder.
func IsAddress(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// DisplayName returns the name of a source as it may be shown to anybody: an
// address without user name, password and query, and anything else as it is.
func DisplayName(name string) string {
	if !IsAddress(name) {
		return name
	}
	u, err := parseAddress(name)
	if err != nil {
		return "an address that cannot be read"
	}
	return cleanAddress(u)
}

// Read reads whatever the name of a source is that of: a file or a folder, as
// [ReadFile] does, or an address, as [Fetcher.Fetch] does. The validators of a
// file are zero.
func (f *Fetcher) Read(ctx context.Context, name string, format Format, last Validators) (Source, Validators, error) {
	if IsAddress(name) {
		return f.Fetch(ctx, name, format, last)
	}
	src, err := ReadFile(name)
	return src, Validators{}, err
}

// Fetch reads an http or https address. An event of pretalx's API, and a view of
// Sessionize's, are read with the documents that go with them, as the source's
// parts; their validators are zero. With the format pretalx the address can be
// that of an event's public pages too.
//
// A user name and password in the address are sent to its host, and only by
// https unless private addresses are allowed. The name of the source, and every
// error, has the address without them and without its query.
//
// The error is [ErrUnchanged] if last are the validators of the document and it
// is still the same. It is a [*RetryError] if the server says when to come back.
// Otherwise it is one sentence; its kind is [schedule.ErrNotFound] where there
// is no such document, [schedule.ErrInvalid] where there is something else or
// the address is refused, and none where the network failed.
func (f *Fetcher) Fetch(ctx context.Context, address string, format Format, last Validators) (Source, Validators, error) {
	u, err := parseAddress(address)
	if err != nil {
		return Source{}, Validators{}, err
	}
	if format == FormatPretalx {
		if u, err = pretalxAddress(u); err != nil {
			return Source{}, Validators{}, err
		}
	}
	s := newFetch(f.config, u)
	if !pretalxPath.MatchString(u.Path) {
		s.Token = ""
	}
	if (u.User != nil || s.Token != "") && u.Scheme == "http" && !s.Private {
		return Source{}, Validators{}, schedule.Errorf(schedule.ErrInvalid, "a password or token would be sent to %s for all to read; give the address with https://", s.name)
	}
	ctx, cancel := context.WithTimeout(ctx, s.Limit)
	defer cancel()
	defer s.web.CloseIdleConnections()

	d, err := s.get(ctx, u, last)
	if err != nil {
		return Source{}, Validators{}, err
	}
	auto := cmp.Or(format, FormatAuto) == FormatAuto
	var parts []Source
	switch {
	case (auto || format == FormatPretalx) && isPretalxEvent(d.Data):
		parts, err = s.pretalxParts(ctx, d)
	case (auto || format == FormatSessionize) && isSessionize(d.Data):
		parts, err = s.sessionizeParts(ctx, d)
	}
	switch {
	case err != nil:
		return Source{}, Validators{}, err
	case parts != nil:
		return Source{Name: s.name, Parts: parts}, Validators{}, nil
	}
	d.Name = s.name
	return d.Source, d.validators, nil
}

// parseAddress reads an address. The error does not repeat it, since it may
// have a password in it.
func parseAddress(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(address) > schedule.MaxURL {
		return nil, schedule.Errorf(schedule.ErrInvalid, "the address cannot be read; give one such as https://conf.example/schedule.xml, of at most %d octets", schedule.MaxURL)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// cleanAddress returns an address as it may be shown to anybody.
func cleanAddress(u *url.URL) string {
	shown := *u
	shown.User, shown.Fragment = nil, ""
	if shown.RawQuery != "" {
		shown.RawQuery = "…"
	}
	return shown.String()
}

// fetch is the reading of one source.
type fetch struct {
	FetcherConfig
	web    *http.Transport // not a client, which follows redirects unasked
	name   string          // of the source, as it may be shown
	origin *url.URL        // what password and token are for
	left   int64           // octets that may still be read
}

// fetched is a document that was read, and where it was found.
type fetched struct {
	Source
	url        *url.URL
	validators Validators
}

func newFetch(c FetcherConfig, u *url.URL) *fetch {
	s := &fetch{FetcherConfig: c, name: cleanAddress(u), origin: u, left: MaxSource}
	dialer := &net.Dialer{Timeout: maxDialTime}
	if !s.Private {
		// What is dialled is checked, rather than what a name stands for: that
		// can be another address a moment later.
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return s.checkPublic(address) }
	}
	s.web = &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxResponseHead}
	return s
}

func (s *fetch) refused(format string, args ...any) (*fetched, error) {
	return nil, schedule.Errorf(schedule.ErrInvalid, s.name+" "+format, args...)
}

// get reads a document, wherever redirects lead. It names it by its address.
func (s *fetch) get(ctx context.Context, u *url.URL, last Validators) (*fetched, error) {
	for hop := 0; ; hop++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return s.refused("cannot be asked for; correct the address")
		}
		req.Header.Set("User-Agent", s.UserAgent)
		if password, ok := u.User.Password(); ok || u.User.Username() != "" {
			req.SetBasicAuth(u.User.Username(), password)
		}
		if s.Token != "" && sameHost(u, s.origin) {
			req.Header.Set("Authorization", "Token "+s.Token)
		}
		conditional := last != Validators{} && last.address == u.String()
		if conditional && last.etag != "" {
			req.Header.Set("If-None-Match", last.etag)
		}
		if conditional && last.modified != "" {
			req.Header.Set("If-Modified-Since", last.modified)
		}
		res, err := s.web.RoundTrip(req)
		if err != nil {
			return nil, s.unreachable(ctx, err)
		}
		d, next, err := s.answer(ctx, res, u, conditional)
		if err != nil || next == nil {
			return d, err
		}
		if hop == MaxRedirects {
			return s.refused("leads on to another address more than %d times; give the last one", MaxRedirects)
		}
		u = next
	}
}

// answer reads the answer to a request: a document, or where it is instead.
func (s *fetch) answer(ctx context.Context, res *http.Response, u *url.URL, conditional bool) (_ *fetched, next *url.URL, err error) {
	defer res.Body.Close()
	refused := func(kind error, format string, args ...any) (*fetched, *url.URL, error) {
		return nil, nil, schedule.Errorf(kind, s.name+" "+format, args...)
	}
	switch code := res.StatusCode; code {
	case http.StatusOK:
	case http.StatusNotModified:
		if conditional {
			return nil, nil, ErrUnchanged
		}
		return refused(schedule.ErrInvalid, "answers that it has not changed, and was not asked that; its server is broken")
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := s.redirect(u, res.Header.Get("Location"))
		return nil, next, err
	case http.StatusUnauthorized, http.StatusForbidden:
		return refused(schedule.ErrInvalid, "may not be read without signing in (status %d); make it public, or give the password or token for it", code)
	case http.StatusNotFound, http.StatusGone:
		return refused(schedule.ErrNotFound, "does not exist (status %d); correct the address", code)
	default:
		err := schedule.Errorf(schedule.ErrInvalid, "%s gives no schedule but the status %d; look at it in a browser", s.name, code)
		if until, ok := retryAfter(res.Header.Get("Retry-After"), s.Now()); ok && (code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable) {
			err = &RetryError{until, schedule.Errorf(schedule.ErrInvalid, "%s is not to be asked again before %s (status %d)", s.name, until.UTC().Format(time.RFC3339), code)}
		}
		return nil, nil, err
	}
	if coding := res.Header.Get("Content-Encoding"); coding != "" {
		return refused(schedule.ErrInvalid, "is sent in the coding “%s”, which was not asked for; its server is broken", schedule.Shorten(coding))
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, s.left+1))
	if err != nil {
		return nil, nil, s.unreachable(ctx, err)
	}
	d := &fetched{Source: Source{Name: cleanAddress(u), Data: data}, url: u}
	if s.left -= int64(len(data)); s.left < 0 {
		return refused(schedule.ErrInvalid, "has more than %d MiB, which is the most that is read; split the schedule", MaxSource>>20)
	}
	if len(data) == 0 {
		return refused(schedule.ErrInvalid, "is empty; give the address of a schedule")
	}
	if isWebPage(data) {
		return refused(schedule.ErrInvalid, "is a web page, not a schedule: an error page, or the page that shows the schedule; give the address of its export, or name the system with --format")
	}
	if t, err := http.ParseTime(res.Header.Get("Last-Modified")); err == nil && !t.After(s.Now()) && t.Unix() > 0 {
		d.Modified, d.validators.modified = t, res.Header.Get("Last-Modified")
	}
	if tag := res.Header.Get("ETag"); len(tag) <= maxValidator && strings.Trim(tag, visible) == "" {
		d.validators.etag = tag
	}
	if d.validators != (Validators{}) {
		d.validators.address = u.String()
	}
	return d, nil, nil
}

// visible are the characters that can be sent back in a header.
const visible = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// redirect returns where a redirect leads.
func (s *fetch) redirect(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" || len(location) > schedule.MaxURL || to.Hostname() == "" {
		_, err = s.refused("leads on to an address that cannot be read; give the last one")
		return nil, err
	}
	if to.Scheme != "https" && (to.Scheme != "http" || from.Scheme == "https") {
		_, err = s.refused("leads on to %s, which is not safe to follow; give that address if it is what you mean", schedule.Shorten(cleanAddress(to)))
		return nil, err
	}
	to.User, to.Fragment = nil, ""
	if sameHost(to, s.origin) {
		to.User = s.origin.User
	}
	return to, nil
}

// sameHost tells whether what may be sent to one address may be sent to another.
func sameHost(a, b *url.URL) bool { return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) }

// unreachable makes a sentence of what a request failed with.
func (s *fetch) unreachable(ctx context.Context, err error) error {
	if refusal, ok := errors.AsType[*schedule.Error](err); ok {
		return refusal
	}
	switch dns, isDNS := errors.AsType[*net.DNSError](err); {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s was not read in full within %s: %w", s.name, s.Limit, context.DeadlineExceeded)
	case ctx.Err() != nil:
		return fmt.Errorf("reading %s: %w", s.name, ctx.Err())
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s broke off in the middle: %w", s.name, err)
	case isDNS && dns.IsNotFound:
		return fmt.Errorf("%s cannot be reached, since there is no host of that name: %w", s.name, err)
	}
	return fmt.Errorf("%s cannot be reached: %w", s.name, err)
}

// retryAfter reads the header Retry-After, of seconds or a date.
func retryAfter(s string, now time.Time) (time.Time, bool) {
	if seconds, err := strconv.ParseUint(s, 10, 32); err == nil {
		return now.Add(time.Duration(seconds) * time.Second), true
	}
	t, err := http.ParseTime(s)
	if err == nil && t.Before(now) {
		t = now
	}
	return t, err == nil
}

// isWebPage tells an HTML page, which is what many servers send for an address
// that is wrong.
func isWebPage(data []byte) bool { return htmlPattern.Match(markupHead(data)) }
