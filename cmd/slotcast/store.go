package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

const defaultDB = "sqlite:slotcast.db"

func registerDB(flags *pflag.FlagSet, db *string) {
	flags.StringVar(db, "db", defaultDB, "database, as sqlite:FILE or postgres://USER@HOST/DATABASE")
}

// openStore opens the database that --db names.
func openStore(ctx context.Context, db string) (*store.Store, error) {
	name, file := strings.CutPrefix(db, "sqlite:")
	server := strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
	if name == "" || !file && !server {
		return nil, fmt.Errorf("--db: “%s” is no database that can be used; write it as %s or postgres://USER:PASSWORD@HOST/DATABASE", schedule.Shorten(withoutPassword(db)), defaultDB)
	}
	return store.Open(ctx, name)
}

// openExisting is openStore for those who look something up.
func openExisting(ctx context.Context, db string) (*store.Store, error) {
	if path, ok := strings.CutPrefix(db, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, schedule.Errorf(schedule.ErrNotFound, "there is no database %s; name it with --db, or publish something first", path)
		}
	}
	return openStore(ctx, db)
}

// withoutPassword returns what may be shown of a database's address. An @ beside
// the one before the host may be that of a password, and then any part of the
// address may be.
func withoutPassword(db string) string {
	scheme, rest, ok := strings.Cut(db, "://")
	if !ok {
		return db
	}
	at, err := url.Parse(db)
	if err != nil || strings.Count(rest, "@") > 1 || strings.Contains(at.EscapedPath()+at.RawQuery+at.EscapedFragment(), "@") {
		return scheme + "://…"
	}
	shown := scheme + "://"
	if at.User != nil {
		shown += "…@"
	}
	return shown + at.Host + at.EscapedPath()
}
