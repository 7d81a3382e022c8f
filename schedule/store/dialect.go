package store

import "database/sql"

// dialect is in what one kind of database differs from the other. All other SQL
// is one text for both: numbered parameters, BIGINT, TEXT and BYTEA, ON CONFLICT,
// RETURNING.
type dialect struct {
	noun  string // what one names with an address or a path
	aside string // what one does with a damaged one

	// tables counts the tables that there are, and of these slotcast's own.
	tables string
	// settle is what a database has to be told before it is first written to.
	settle string

	// In a transaction of writes, nobody else writes, and each statement sees what
	// others have committed before; lock has others wait, where beginning the
	// transaction does not. A transaction of reads sees one state.
	writes, reads *sql.TxOptions
	lock          string

	// tell says in a sentence what a failure comes to, or returns nil where it has
	// none for it.
	tell func(s *Store, err error) error
}

func sqliteDialect() dialect {
	return dialect{
		noun:   "file",
		aside:  "move it away",
		tables: `SELECT count(*), count(CASE name WHEN 'slotcast' THEN 1 END) FROM sqlite_schema`,
		settle: `PRAGMA journal_mode = WAL`, // with which nobody waits to read; the file keeps it
		reads:  &sql.TxOptions{ReadOnly: true},
		tell:   tellSQLite,
	}
}

func postgresDialect() dialect {
	return dialect{
		noun:  "database",
		aside: "name an empty one",
		// What an extension brings, such as PostGIS, is nobody's database.
		tables: `SELECT count(*), count(CASE relname WHEN 'slotcast' THEN 1 END) FROM pg_catalog.pg_class
			WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) AND relkind IN ('r', 'p', 'f')
				AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')`,
		// Each statement has to see what was committed while this one waited for the
		// lock, so that a stricter isolation, which sees what there was when the
		// transaction began, would be the wrong one.
		writes: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		reads:  &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		// The number is “slotcast” in ASCII. What is acknowledged is on the disk,
		// whatever the server does for others.
		lock: `SELECT pg_advisory_xact_lock(x'736c6f7463617374'::bigint),
			CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END`,
		tell: tellPostgres,
	}
}
