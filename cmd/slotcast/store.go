package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"slotcast/schedule"
	"slotcast/schedule/store"
)

const defaultDB = "sqlite:slotcast.db"

func registerDB(flags *pflag.FlagSet, db *string) {
	flags.StringVar(db, "db", defaultDB, "database of what was published")
}

// openStore opens the database that --db names.
func openStore(ctx context.Context, db string) (*store.Store, error) {
	path, ok := strings.CutPrefix(db, "sqlite:")
	if !ok || path == "" {
		return nil, fmt.Errorf("--db: “%s” is no database that can be used; write it as %s", schedule.Shorten(withoutPassword(db)), defaultDB)
	}
	return store.Open(ctx, path)
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

// withoutPassword returns what may be shown of a database's address.
func withoutPassword(db string) string {
	if scheme, rest, ok := strings.Cut(db, "://"); ok {
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			return scheme + "://…" + rest[at:]
		}
	}
	return db
}
