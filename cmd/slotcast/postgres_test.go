package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule/store/storetest"
)

// TestPostgres has the whole program use a PostgreSQL database, of which it is
// told by a file, and nowhere tell the password.
func TestPostgres(t *testing.T) {
	t.Parallel()
	db := cluster.NewGuarded(t)
	folder := t.TempDir()
	path, secret := filepath.Join(folder, "days.yaml"), filepath.Join(folder, "secret")
	write(t, path, daysYAML)
	write(t, secret, db+"\n")
	var said strings.Builder
	command := func(args ...string) (status int, out string) {
		w, stdout, stderr := testWorld()
		w.getenv = func(name string) (string, bool) {
			if name != "SLOTCAST_DB_FILE" {
				return "", false
			}
			return secret, true
		}
		status = run(t.Context(), w, args)
		said.WriteString(stdout.String() + stderr.String())
		return status, stdout.String() + stderr.String()
	}

	status, out := command("log")
	require.Equal(t, exitUnreadable, status)
	require.Contains(t, out, "slotcast: nothing has been published to postgres://…@/test")
	status, out = command("publish", path)
	require.Zero(t, status, out)
	require.Contains(t, out, "published edition 1 of Days: 2 added")
	renamed := strings.Replace(daysYAML, "title: Opening", "title: Welcome", 1)
	write(t, path, renamed)
	status, out = command("diff", path)
	require.Equal(t, exitProblems, status, out)
	require.Contains(t, out, "renamed: Welcome [opening]")

	// It is served, changed, and stays when the program is started again.
	r := startIn(t, ticking(), path, "--db", db, "--base-url", "https://cal.example.org")
	r.errs.wait(t, "msg=published", 1)
	created, err := http.Post(r.url+"/api/v1/selections", "application/json", strings.NewReader(`{"picks": ["sizes"]}`))
	require.NoError(t, err)
	defer created.Body.Close()
	require.Equal(t, http.StatusCreated, created.StatusCode)
	var mine struct{ Feed string }
	require.NoError(t, json.NewDecoder(created.Body).Decode(&mine))
	own, err := url.Parse(mine.Feed)
	require.NoError(t, err)
	header, feed := r.get(http.StatusOK, "/schedule.ics")
	require.Contains(t, feed, "SUMMARY:Welcome")
	_, ownFeed := r.get(http.StatusOK, own.Path)
	require.Contains(t, ownFeed, "SUMMARY:Sizes")
	require.Zero(t, r.end())
	said.WriteString(r.out.String() + r.errs.String())

	r = startIn(t, ticking(), path, "--db", db, "--base-url", "https://cal.example.org")
	again, sameFeed := r.get(http.StatusOK, "/schedule.ics")
	require.Equal(t, feed, sameFeed)
	require.Equal(t, header.Get("ETag"), again.Get("ETag"))
	_, sameOwn := r.get(http.StatusOK, own.Path)
	require.Equal(t, ownFeed, sameOwn)
	require.Zero(t, r.end())
	said.WriteString(r.out.String() + r.errs.String())

	status, out = command("log")
	require.Zero(t, status, out)
	require.Contains(t, out, "edition 2, ")
	require.Contains(t, out, "renamed: Welcome [opening]")
	write(t, secret, strings.Replace(db, "guest:", "guest:not-", 1))
	status, out = command("log")
	require.Equal(t, exitUnreadable, status)
	require.Contains(t, out, " does not let the user “guest” in; check that name and the password")

	for _, part := range []string{storetest.GuestPassword, url.QueryEscape(storetest.GuestPassword), url.PathEscape(storetest.GuestPassword), "not-"} {
		require.NotContains(t, said.String(), part)
	}
}

func TestWithoutPassword(t *testing.T) {
	t.Parallel()
	for db, want := range map[string]string{
		"sqlite:slotcast.db": "sqlite:slotcast.db",
		"postgres://user:secret@host:5432/db?password=secret": "postgres://…@host:5432/db",
		"postgres:///db?host=/run/postgresql&user=me":         "postgres:///db",
		"postgres://user:sec%40ret@host/db":                   "postgres://…@host/db",
		"postgres://user:sec@ret@host/db":                     "postgres://…",
		"postgres://user:12/secret@host/db":                   "postgres://…",
		"postgres://user:12?secret@host/db":                   "postgres://…",
		"postgres://user:12#secret@host/db":                   "postgres://…",
		"postgres://user:sec/ret@host/db":                     "postgres://…",
		"postgres://user@host/db?password=sec@ret":            "postgres://…",
	} {
		require.Equal(t, want, withoutPassword(db))
	}
}
