package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzRequest asks with any address and headers: the answer has a known status
// and is whole, and no request is a fault of ours.
func FuzzRequest(f *testing.F) {
	s := newSite(f, fixtureYAML)
	s.Logger = slog.New(slog.DiscardHandler)
	for _, target := range append(everyFeed(), "/", "/?q=&track=go&columns=track", "/subscribe?tag=%22&alarm=5", "/talks/generics", "/readyz", "/tracks/%2e%2e/x.ics", "/talks.ics", "/schedule.ics?q=%ff&tag=a+b", "//", "/tracks/a%2Fb.ics?x") {
		path, query, _ := strings.Cut(target, "?")
		f.Add("GET", path, query, "gzip;q=0.5", `W/"x", *`, "Sat, 02 May 2026 07:00:00 GMT")
		f.Add("HEAD", path, query, "*;q=0", `"x"`, "")
	}
	f.Add("PROPFIND", "/tracks/go.ics", "", "", "", "")
	f.Fuzz(func(t *testing.T, method, path, query, accept, match, since string) {
		// As net/http reads a request's line.
		u, err := url.ParseRequestURI(path + "?" + query)
		if err != nil || strings.ContainsAny(method, "\r\n \x00") {
			t.Skip()
		}
		request := &http.Request{
			Method: method, URL: u, RequestURI: path + "?" + query, Host: "x", Body: http.NoBody,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Accept-Encoding": {accept}, "If-None-Match": {match}, "If-Modified-Since": {since}},
		}
		recorder := httptest.NewRecorder()
		s.Handler().ServeHTTP(recorder, request)
		status, h := recorder.Code, recorder.Header()
		if !slices.Contains([]int{200, 204, 302, 304, 400, 404, 405}, status) {
			t.Fatalf("status %d: %s", status, recorder.Body)
		}
		for name, values := range h {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
				t.Fatalf("header %s: %q", name, values)
			}
		}
		body := recorder.Body.Bytes()
		switch {
		case status == http.StatusNotModified && len(body) > 0:
			t.Fatalf("304 with a body of %d octets", len(body))
		case status >= 400 && (h.Get("Etag") != "" || h.Get("Cache-Control") != "no-store"):
			t.Fatalf("an error that is kept: %v", h)
		case status != http.StatusOK || method != http.MethodGet || h.Get("Content-Type") != "text/calendar; charset=utf-8":
			return
		}
		if h.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if err := checkCalendar(string(body)); err != nil {
			t.Fatal(err)
		}
	})
}
