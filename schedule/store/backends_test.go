package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule/store"
	"slotcast/schedule/store/storetest"
)

// cluster is where the tests have their PostgreSQL databases. TestMain ends it.
var cluster storetest.Cluster

// backend is one of the two kinds of database. What the store promises holds on
// both, so that most tests are about either; this is in what they differ to who
// breaks them.
type backend struct {
	name  string
	fresh func(t testing.TB) string // names a new database

	patient  string // has a transaction stand still for as long as it likes
	quick    string // has a connection not wait for the disk
	full     string // has the disk be full to the only connection
	loose    string // has the only connection, or all, not look at what rows refer to
	counting string // counts the updates of selections in a table of writes
	tables   string // counts the tables
	whole    string // says “ok” of a file that is whole
}

func sqliteBackend() backend {
	return backend{
		name:     "sqlite",
		fresh:    newPath,
		patient:  `SELECT 1`, // as it does
		quick:    `PRAGMA synchronous = OFF`,
		full:     `PRAGMA max_page_count = 1`,
		loose:    `PRAGMA foreign_keys = OFF`,
		counting: `CREATE TRIGGER counting AFTER UPDATE ON selections BEGIN INSERT INTO writes (at) VALUES (1); END`,
		tables:   `SELECT count(*) FROM sqlite_schema WHERE type = 'table'`,
		whole:    `PRAGMA integrity_check`,
	}
}

func postgresBackend() backend {
	const full = `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON `
	return backend{
		name:    "postgres",
		fresh:   cluster.New,
		patient: `SET LOCAL idle_in_transaction_session_timeout = 0`,
		quick:   `SELECT 1`, // the server does not
		full: `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$;` +
			full + `entries EXECUTE FUNCTION full_disk();` + full + `fetches EXECUTE FUNCTION full_disk();` + full + `selections EXECUTE FUNCTION full_disk()`,
		loose: `ALTER TABLE tokens DROP CONSTRAINT tokens_selection_fkey; ALTER TABLE fetches DROP CONSTRAINT fetches_selection_fkey`,
		counting: `CREATE FUNCTION counting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO writes (at) VALUES (1); RETURN NULL; END $$;
			CREATE TRIGGER counting AFTER UPDATE ON selections FOR EACH ROW EXECUTE FUNCTION counting()`,
		tables: `SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'`,
		whole:  `SELECT 'ok'`, // which the server sees to
	}
}

// onBoth runs a test on both kinds of database, at the same time.
func onBoth(t *testing.T, do func(t *testing.T, on backend)) {
	t.Parallel()
	for _, on := range []backend{sqliteBackend(), postgresBackend()} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			do(t, on)
		})
	}
}

// benchBoth is onBoth for who measures, on a server that waits for the disk as a
// file does.
func benchBoth(b *testing.B, do func(b *testing.B, on backend)) {
	own := storetest.Cluster{Durable: true}
	b.Cleanup(own.Stop)
	server := postgresBackend()
	server.fresh = own.New
	for _, on := range []backend{sqliteBackend(), server} {
		b.Run(on.name, func(b *testing.B) { do(b, on) })
	}
}

// soleConnection has a store use one connection, for what is about all of them.
func soleConnection(t testing.TB, s *store.Store, statement string) {
	t.Helper()
	s.DB().SetMaxOpenConns(1)
	_, err := s.DB().ExecContext(t.Context(), statement)
	require.NoError(t, err, statement)
}

// hold begins a write that others have to wait for, and returns what ends it.
func hold(t testing.TB, on backend, s *store.Store) (release func() error) {
	t.Helper()
	tx, err := s.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), on.patient)
	require.NoError(t, err)
	return tx.Rollback
}
