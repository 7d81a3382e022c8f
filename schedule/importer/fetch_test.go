package importer

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// serve answers every request with h, on loopback.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func TestFetch(t *testing.T) {
	t.Parallel()
	const text = "conference: {name: A}\n"
	zipped := func(data string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(data))
		_ = z.Close()
		return b.Bytes()
	}
	modified := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	var seen http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/dated":
			w.Header().Set("Last-Modified", modified.Format(http.TimeFormat))
		case "/future":
			w.Header().Set("Last-Modified", modified.AddDate(1, 0, 0).Format(http.TimeFormat))
		case "/gzip":
			require.Contains(t, r.Header.Get("Accept-Encoding"), "gzip")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped(text))
			return
		case "/redirect":
			http.Redirect(w, r, "/a/../dated", http.StatusMovedPermanently)
			return
		case "/headers":
			seen = r.Header.Clone()
		}
		_, _ = fmt.Fprint(w, text)
	})
	f := NewFetcher(private())
	for path, want := range map[string]time.Time{"/plain": {}, "/dated": modified, "/future": {}, "/gzip": {}, "/redirect": modified, "/plain#part": {}} {
		src, _, err := f.Fetch(t.Context(), server.URL+path, FormatAuto, Validators{})
		require.NoError(t, err, path)
		clean, _, _ := strings.Cut(server.URL+path, "#")
		require.Equal(t, Source{Name: clean, Data: []byte(text), Modified: want}, src)
	}
	secret := strings.Replace(server.URL, "http://", "HTTP://me:geheim@", 1) + "/headers?key=geheim"
	src, _, err := f.Fetch(t.Context(), "  "+secret, FormatAuto, Validators{})
	require.NoError(t, err)
	require.Equal(t, server.URL+"/headers?…", src.Name)
	require.Equal(t, "Slotcast/test", seen.Get("User-Agent"))
	require.Equal(t, "Basic bWU6Z2VoZWlt", seen.Get("Authorization"))

	// A file is read as it always was.
	file := filepath.Join(t.TempDir(), "s.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	src, validators, err := f.Read(t.Context(), file, FormatAuto, Validators{})
	require.NoError(t, err)
	require.Equal(t, text, string(src.Data))
	require.Zero(t, validators)
	_, _, err = f.Read(t.Context(), file+"x", FormatAuto, Validators{})
	require.ErrorIs(t, err, schedule.ErrNotFound)
	src, _, err = f.Read(t.Context(), server.URL+"/dated", FormatAuto, Validators{})
	require.NoError(t, err)
	require.Equal(t, modified, src.Modified)
	for name, want := range map[string]string{
		"s.yaml": "s.yaml", "-": "-", "https://me:geheim@a.test/s?key=geheim#geheim": "https://a.test/s?…", "HTTPS://a.test": "https://a.test",
		"https://me:geheim@a.test/%zz": "an address that cannot be read",
	} {
		require.Equal(t, want, DisplayName(name))
	}
	for name, want := range map[string]bool{"http://a": true, "HTTPS://a": true, "ftp://a": false, "http:/a": false, "a.xml": false, "-": false, "": false, "x/http://a": false} {
		require.Equal(t, want, IsAddress(name), name)
	}
}

func TestFetchUnchanged(t *testing.T) {
	t.Parallel()
	etag, modified := `"one"`, "Fri, 01 May 2026 12:00:00 GMT"
	var asked []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("If-None-Match")+" "+r.Header.Get("If-Modified-Since"))
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/s.yaml", http.StatusFound)
			return
		}
		w.Header().Set("ETag", etag)
		w.Header().Set("Last-Modified", modified)
		if etag != "" && r.Header.Get("If-None-Match") == etag || etag == "" && r.Header.Get("If-Modified-Since") == modified || r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = fmt.Fprint(w, "talks: []")
	})
	f := NewFetcher(private())
	read := func(path string, last Validators) (Validators, error) {
		src, next, err := f.Fetch(t.Context(), server.URL+path, FormatAuto, last)
		require.Equal(t, err == nil, src.Data != nil)
		return next, err
	}
	first, err := read("/s.yaml", Validators{})
	require.NoError(t, err)
	_, err = read("/s.yaml", first)
	require.ErrorIs(t, err, ErrUnchanged)
	_, err = read("/moved", first)
	require.ErrorIs(t, err, ErrUnchanged)
	// Of another document nothing is known.
	_, err = read("/other", first)
	require.NoError(t, err)
	require.Equal(t, []string{" ", `"one" ` + modified, " ", `"one" ` + modified, " "}, asked)

	etag = `"two"`
	second, err := read("/s.yaml", first)
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	etag = ""
	third, err := read("/s.yaml", Validators{})
	require.NoError(t, err)
	_, err = read("/s.yaml", third)
	require.ErrorIs(t, err, ErrUnchanged)
	// What cannot be sent back is not kept.
	etag, modified = strings.Repeat("x", maxValidator+1), "yesterday"
	fourth, err := read("/s.yaml", Validators{})
	require.NoError(t, err)
	require.Zero(t, fourth)
	_, err = read("/broken", Validators{})
	require.ErrorContains(t, err, "was not asked that")
}

// What a server can send instead of a schedule: each is an error in one
// sentence that names the address, and no secret.
func TestFetchRefuses(t *testing.T) {
	t.Parallel()
	header := func(key, value string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(key, value)
			w.WriteHeader(status)
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, text) }
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"a page":          {body("<!DOCTYPE html>\n<html></html>"), "is a web page, not a schedule"},
		"a page of XHTML": {body("\uFEFF<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\"><html/>"), "is a web page, not a schedule"},
		"nothing":         {body(""), "is empty"},
		"no content":      {header("X", "x", 204), "the status 204"},
		"a part":          {header("X", "x", 206), "the status 206"},
		"not found":       {header("X", "x", 404), "does not exist (status 404)"},
		"gone":            {header("X", "x", 410), "does not exist (status 410)"},
		"a password":      {header("X", "x", 401), "may not be read without signing in"},
		"forbidden":       {header("X", "x", 403), "may not be read without signing in"},
		"a fault":         {header("X", "x", 500), "the status 500"},
		"choices":         {header("X", "x", 300), "the status 300"},
		"brotli": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = fmt.Fprint(w, "x")
		}, "in the coding “br”"},
		"a circle":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "leads on to another address more than 5 times"},
		"a file":           {header("Location", "file://conf.test/etc/passwd?geheim", 302), "leads on to file://conf.test/etc/passwd?…, which is not safe to follow"},
		"a script":         {header("Location", "javascript:alert(1)", 302), "leads on to an address that cannot be read"},
		"no place":         {header("X", "x", 302), "leads on to an address that cannot be read"},
		"a broken place":   {header("Location", "http://[", 302), "leads on to an address that cannot be read"},
		"a long place":     {header("Location", "/"+strings.Repeat("x", 3_000), 307), "leads on to an address that cannot be read"},
		"a head too large": {header("X", strings.Repeat("x", 100<<10), 200), "cannot be reached"},
		"a cut body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = fmt.Fprint(w, "conference: {name: A}\n")
		}, "broke off in the middle"},
		"a cut stream": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, "conference: {name: A}\n")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "broke off in the middle"},
		"cut gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = fmt.Fprint(z, "conference: {name: A}\n")
			_ = z.Flush()
		}, "broke off in the middle"},
		"no gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = fmt.Fprint(w, "conference: {name: A}\n")
		}, "cannot be reached: gzip: invalid header"},
		"a body without end": {func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "has more than 64 MiB"},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for chunk := make([]byte, 1<<20); ; {
				if _, err := z.Write(chunk); err != nil {
					return
				}
			}
		}, "has more than 64 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, c.answer)
			address := strings.Replace(server.URL, "http://", "http://me:geheim@", 1) + "/schedule?key=geheim"
			src, _, err := NewFetcher(private()).Fetch(t.Context(), address, FormatAuto, Validators{})
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, server.URL+"/schedule?…")
			require.NotContains(t, err.Error(), "geheim")
			require.Zero(t, src)
		})
	}
	for name, address := range map[string]string{
		"no host": "https:///a", "no scheme": "//conf.example/a", "opaque": "https:geheim", "mail": "mailto:geheim@a.test", "broken": "https://me:geheim@[", "an escape": "https://me:geheim@a.test/%zz",
		"long": "https://a.test/?" + strings.Repeat("geheim", 500), "control": "https://a.test/\x00geheim",
	} {
		_, _, err := NewFetcher(private()).Fetch(t.Context(), address, FormatAuto, Validators{})
		require.ErrorIs(t, err, schedule.ErrInvalid, name)
		require.ErrorContains(t, err, "the address cannot be read", name)
		require.NotContains(t, err.Error(), "geheim", name)
	}
	c := private()
	c.Private = false
	_, _, err := NewFetcher(c).Fetch(t.Context(), "http://me:geheim@conf.example/", FormatAuto, Validators{})
	require.ErrorContains(t, err, "give the address with https://")
	require.NotContains(t, err.Error(), "geheim")
}

func TestFetchTime(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			_, _ = fmt.Fprint(w, "conference:")
			_ = http.NewResponseController(w).Flush()
		}
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	})
	defer close(stop)
	c := private()
	c.Limit = 50 * time.Millisecond
	for _, path := range []string{"/slow", "/silent"} {
		_, _, err := NewFetcher(c).Fetch(t.Context(), server.URL+path, FormatAuto, Validators{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "was not read in full within 50ms")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := NewFetcher(private()).Fetch(ctx, server.URL, FormatAuto, Validators{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestFetchRetry(t *testing.T) {
	t.Parallel()
	c := private()
	now := c.Now()
	for _, k := range []struct {
		status int
		header string
		want   time.Time // zero for no RetryError
	}{
		{429, "120", now.Add(2 * time.Minute)},
		{503, "0", now},
		{503, now.Add(time.Hour).Format(http.TimeFormat), now.Add(time.Hour)},
		{503, now.Add(-time.Hour).Format(http.TimeFormat), now},
		{429, "4294967295", now.Add(4294967295 * time.Second)},
		{429, "99999999999", time.Time{}},
		{429, "-5", time.Time{}},
		{429, "soon", time.Time{}},
		{503, "", time.Time{}},
		{500, "120", time.Time{}},
	} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", k.header)
			w.WriteHeader(k.status)
		})
		_, _, err := NewFetcher(c).Fetch(t.Context(), server.URL+"/?key=geheim", FormatAuto, Validators{})
		require.ErrorIs(t, err, schedule.ErrInvalid)
		require.NotContains(t, err.Error(), "geheim")
		var retry *RetryError
		if k.want.IsZero() {
			require.NotErrorAs(t, err, &retry)
			continue
		}
		require.ErrorAs(t, err, &retry)
		require.True(t, k.want.Equal(retry.Until), "%s: %s", k.header, retry.Until)
		require.ErrorContains(t, err, "is not to be asked again before "+k.want.Format(time.RFC3339))
	}
}

// A redirect never leads from https to http, and takes no password elsewhere.
func TestFetchRedirects(t *testing.T) {
	t.Parallel()
	parse := func(s string) *url.URL {
		u, err := url.Parse(s)
		require.NoError(t, err)
		return u
	}
	s := &fetch{name: "x", origin: parse("https://me:pw@a.test/s")}
	for _, c := range []struct{ from, to, want string }{
		{"https://me:pw@a.test/s", "/t", "https://me:pw@a.test/t"},
		{"https://me:pw@a.test/s", "https://a.test/t#x", "https://me:pw@a.test/t"},
		{"https://me:pw@a.test/s", "https://b.test/t", "https://b.test/t"},
		{"https://me:pw@a.test/s", "https://a.test:8443/t", "https://a.test:8443/t"},
		{"https://me:pw@a.test/s", "https://you:there@b.test/t", "https://b.test/t"},
		{"https://b.test/s", "https://a.test/t", "https://me:pw@a.test/t"},
		{"http://a.test/s", "https://b.test/t", "https://b.test/t"},
		{"http://a.test/s", "http://b.test/t", "http://b.test/t"},
		{"https://me:pw@a.test/s", "http://a.test/t", ""},
		{"http://a.test/s", "gopher://a.test/t", ""},
	} {
		next, err := s.redirect(parse(c.from), c.to)
		if c.want == "" {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, "not safe to follow")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, next.String())
	}
}

// Where no private address is allowed, none is dialled: not by its number, nor
// by a name, nor at the end of a redirect.
func TestFetchPrivate(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("this was reached") })
	port := parsePort(t, server.URL)
	c := private()
	c.Private = false
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		_, _, err := NewFetcher(c).Fetch(t.Context(), "http://"+host+":"+port+"/", FormatAuto, Validators{})
		require.Error(t, err, host)
		if host != "[::1]" && host != "localhost" { // which a machine need not have
			require.ErrorContains(t, err, "leads into a private network", host)
		}
	}
	// The check is the dialler's own, so a redirect cannot get around it.
	local := &url.URL{Scheme: "http", Host: "127.0.0.1:" + port}
	_, err := newFetch(c, &url.URL{Scheme: "http", Host: "conf.example"}).get(t.Context(), local, Validators{})
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "leads into a private network")
}

func parsePort(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Port()
}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "100.63.255.255": true, "172.32.0.1": true, "2606:4700::1111": true, "2a00:1450:4001::1": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "127.0.0.1": false, "127.255.255.254": false, "100.64.0.1": false, "100.127.255.255": false, "169.254.169.254": false, "168.63.129.16": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "192.0.0.8": false, "198.18.0.1": false, "203.0.113.1": false, "224.0.0.1": false, "239.255.255.250": false, "255.255.255.255": false, "240.0.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "fec0::1": false, "2001:db8::1": false, "2001::1": false, "2002:7f00:1::": false, "100::1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false, "64:ff9b::127.0.0.1": false, "64:ff9b::169.254.169.254": false, "64:ff9b:1::8.8.8.8": false,
	} {
		require.Equal(t, want, isPublic(netip.MustParseAddr(address)), address)
	}
	s := &fetch{name: "x"}
	require.NoError(t, s.checkPublic("8.8.8.8:443"))
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "localhost:80", "8.8.8.8", ""} {
		require.ErrorIs(t, s.checkPublic(address), schedule.ErrInvalid)
	}
}

// A view of Sessionize's comes with the speakers, where they are shown.
func TestFetchSessionize(t *testing.T) {
	t.Parallel()
	views := map[string]string{}
	for view, file := range map[string]string{"GridSmart": "gridsmart", "All": "all", "Sessions": "sessions", "Speakers": "speakers"} {
		data, err := os.ReadFile("../../testdata/sessionize/" + file + ".json")
		require.NoError(t, err)
		views["/api/v2/abc123/view/"+view] = string(data)
		views["/saved/"+view] = string(data)
		views["/api/v2/shy/view/"+view] = string(data)
	}
	delete(views, "/api/v2/shy/view/Speakers")
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch view, ok := views[r.URL.Path]; {
		case r.URL.Path == "/api/v2/ill/view/Speakers":
			w.WriteHeader(http.StatusBadGateway)
		case strings.HasPrefix(r.URL.Path, "/api/v2/ill/"):
			_, _ = fmt.Fprint(w, views["/api/v2/abc123/view/GridSmart"])
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Header().Set("ETag", `"x"`)
			_, _ = fmt.Fprint(w, view)
		}
	})
	f := NewFetcher(private())
	for path, want := range map[string]string{
		"/api/v2/abc123/view/GridSmart":      "GridSmart.json Speakers.json",
		"/api/v2/abc123/view/Sessions?under": "Sessions.json Speakers.json",
		"/api/v2/abc123/view/All":            "",
		"/api/v2/abc123/view/Speakers":       "",
		"/api/v2/shy/view/GridSmart":         "",
		"/saved/GridSmart":                   "",
	} {
		src, validators, err := f.Fetch(t.Context(), server.URL+path, FormatAuto, Validators{})
		require.NoError(t, err, path)
		var names []string
		for _, part := range src.Parts {
			names = append(names, part.Name)
			require.NotEmpty(t, part.Data)
		}
		require.Equal(t, want, strings.Join(names, " "), path)
		require.Equal(t, want == "", len(src.Data) > 0)
		require.Equal(t, want == "", validators != Validators{}, "a part that is the same says nothing of the other")
	}
	src, _, err := f.Fetch(t.Context(), server.URL+"/api/v2/abc123/view/GridSmart", FormatAuto, Validators{})
	require.NoError(t, err)
	s, report, err := Load(src, Options{Timezone: "Europe/Lisbon", Conference: "Harbour Days"})
	require.NoError(t, err)
	require.NotNil(t, s, report.Problems)
	require.True(t, slices.ContainsFunc(s.Speakers(), func(p *schedule.Speaker) bool { return p.Bio != "" }), "what only the speakers' view has")
	// What may be back in a moment is not taken to be gone.
	_, _, err = f.Fetch(t.Context(), server.URL+"/api/v2/ill/view/GridSmart", FormatAuto, Validators{})
	require.ErrorContains(t, err, "the status 502")
}
