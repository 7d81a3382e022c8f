package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"slotcast/schedule"
	"slotcast/schedule/store"
	"slotcast/schedule/store/storetest"
)

// TestPostgresRefused has a plain sentence for every database that is no good,
// without the password.
func TestPostgresRefused(t *testing.T) {
	t.Parallel()
	address := cluster.New(t)
	s := open(t, address)
	silent, err := net.Listen("tcp", "localhost:0") // never answers
	require.NoError(t, err)
	defer silent.Close()
	closed, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	guest := cluster.As(storetest.Guest, storetest.GuestPassword, cluster.New(t))
	invited := cluster.New(t)
	execute(t, open(t, invited), `DROP TABLE slotcast, snapshots, editions, entries, conferences, fetches, tokens, selections; GRANT USAGE ON SCHEMA public TO guest`)

	for _, c := range []struct{ address, want string }{
		{cluster.As(storetest.Guest, "secret", address), " does not let the user “guest” in; check that name and the password, and what the server's pg_hba.conf allows"},
		{cluster.As("stranger", "secret", address), " does not let the user “stranger” in; "},
		{cluster.Address(storetest.User, "secret", "no/ne"), "there is no database postgres:///no%2Fne?host="},
		{"postgres://slotcast:secret@" + closed.Addr().String() + "/slotcast", "postgres://" + closed.Addr().String() + "/slotcast cannot be reached (connection refused); check the host and the port, and that PostgreSQL runs there"},
		{"postgresql://slotcast:secret@" + silent.Addr().String() + "/slotcast?connect_timeout=1", " cannot be reached (it does not answer); "},
		{"postgres:///slotcast?password=secret&host=" + t.TempDir(), " cannot be reached (no such file or directory); "},
		{guest, " has no schema to write to; create the one that its search_path names"},
		{cluster.As(storetest.Guest, storetest.GuestPassword, invited), "(permission denied for schema public); make it the owner of the database"},
		{invited + "&default_transaction_read_only=on", " can only be read, as a standby can; name the server that can be written to"},
	} {
		_, err := store.Open(t.Context(), c.address)
		said := requireKind(t, store.ErrUnusable, err)
		require.Contains(t, said, c.want)
		require.NotContains(t, said, "secret")
		require.NotContains(t, said, storetest.GuestPassword)
	}

	// The guest may use what another has made.
	execute(t, s, `GRANT USAGE ON SCHEMA public TO guest; GRANT SELECT ON slotcast, conferences TO guest`)
	as := open(t, cluster.As(storetest.Guest, storetest.GuestPassword, address))
	all, err := as.Conferences(t.Context())
	require.NoError(t, err)
	require.Empty(t, all)
	require.Contains(t, requireKind(t, store.ErrUnusable, as.DeleteSelection(t.Context(), "one")), "(permission denied for table tokens)")
}

// TestPostgresAddress refuses addresses of which a part of the password would be
// taken for something else, and told.
func TestPostgresAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://slotcast:sec/ret@localhost/slotcast",
		"postgres://slotcast:12/secret@localhost/slotcast",
		"postgres://slotcast:12?secret@localhost/slotcast",
		"postgres://slotcast:12#secret@localhost/slotcast",
		"postgres://slotcast:sec%ret@localhost/slotcast",
		"postgres://slotcast:secret@localhost:port/slotcast",
		"postgres://slotcast:secret@localhost/slotcast?sslmode=secret",
		"postgres://slotcast:secret@localhost/slotcast?connect_timeout=secret",
	} {
		_, err := store.Open(t.Context(), address)
		require.Equal(t, "the address of the PostgreSQL database cannot be read; write it as postgres://USER:PASSWORD@HOST:5432/DATABASE, and in the password %40 for @, %2F for /, %3F for ?, %23 for # and %25 for %",
			requireKind(t, store.ErrUnusable, err), address)
	}
}

// TestPostgresSettings holds what every connection of the pool has to have.
func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	address := cluster.New(t)
	show := func(q interface {
		QueryRow(query string, args ...any) *sql.Row
	}, setting string) (value string) {
		require.NoError(t, q.QueryRow(`SELECT current_setting($1)`, setting).Scan(&value))
		return value
	}
	for setting, want := range map[string]string{
		"application_name": "slotcast", "lock_timeout": "10s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "5s",
	} {
		require.Equal(t, want, show(open(t, address).DB(), setting))
	}
	s := open(t, address+"&application_name=other&statement_timeout=1000")
	require.Equal(t, "other", show(s.DB(), "application_name"), "the address goes before")
	require.Equal(t, "1s", show(s.DB(), "statement_timeout"))

	for set, want := range map[string]string{"off": "on", "local": "local", "on": "on"} {
		s := open(t, address+"&default_transaction_isolation=serializable&synchronous_commit="+set)
		tx, err := s.Begin(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, show(tx, "synchronous_commit"))
		require.Equal(t, "read committed", show(tx, "transaction_isolation"))
		require.NoError(t, tx.Rollback())
	}
	require.Equal(t, 8, open(t, address).DB().Stats().MaxOpenConnections)
}

// TestPostgresHangs has a program that holds the lock and does nothing lose it.
func TestPostgresHangs(t *testing.T) {
	t.Parallel()
	address := cluster.New(t)
	s := open(t, address)
	hung, err := open(t, address+"&idle_in_transaction_session_timeout=300").Begin(t.Context())
	require.NoError(t, err)
	impatient := open(t, address+"&lock_timeout=50")
	require.Contains(t, requireKind(t, store.ErrUnusable, impatient.DeleteSelection(t.Context(), "one")), "another program has been writing to ")
	publish(t, s, nil, draft("a", 3, same), begin())
	require.Contains(t, requireKind(t, store.ErrUnusable, s.Explain("publish", hung.Commit())), "try again")

	slow := open(t, address+"&statement_timeout=50")
	_, err = slow.DB().ExecContext(t.Context(), `SELECT pg_sleep(60)`)
	require.Contains(t, requireKind(t, store.ErrUnusable, slow.Explain("sleep", err)), " has not done within 30s what it was asked to")
}

// TestPostgresCrash has what was acknowledged be there after the server has
// crashed, and the store find it again by itself.
func TestPostgresCrash(t *testing.T) {
	t.Parallel()
	own := storetest.Cluster{Durable: true}
	t.Cleanup(own.Stop)
	s := open(t, own.New(t))
	one := publish(t, s, nil, draft("a", 100, same), begin())
	create(t, s, choice(t, "one"), 1)
	held, err := s.Begin(t.Context())
	require.NoError(t, err)
	own.Crash()
	require.NoError(t, own.Restart())
	require.Contains(t, requireKind(t, store.ErrUnusable, s.Explain("publish", held.Commit())), " try again")

	// A connection is given up by who finds that it was lost.
	failures := 0
	for {
		last, err := s.Last(t.Context(), "a")
		if err == nil {
			requireSame(t, one, last)
			break
		}
		require.Contains(t, requireKind(t, store.ErrUnusable, err), " try again")
		failures++
		require.Less(t, failures, 8)
	}
	got, _ := find(t, s, 2)
	require.Equal(t, choice(t, "one"), got)
	publish(t, s, one, draft("a", 101, same), begin().Add(time.Hour))

	// While it is away, that is said.
	own.Crash()
	for failures = 0; ; failures++ {
		_, err := s.Last(t.Context(), "a")
		said := requireKind(t, store.ErrUnusable, err)
		if strings.Contains(said, " cannot be reached (") {
			break
		}
		require.Contains(t, said, " try again")
		require.Less(t, failures, 8)
	}
}

func TestPostgresExplain(t *testing.T) {
	t.Parallel()
	s := open(t, cluster.New(t))
	for code, want := range map[string]string{
		"53100": "is full; free some space", "55P03": "has been writing to", "57014": "see what else it is busy with",
		"57P01": "is starting or stopping", "57P03": "is starting or stopping", "25P03": "stood still for more than 5s", "57P05": "was lost (", "25006": "can only be read",
		"42501": "(what PostgreSQL said); make it the owner", "3F000": "has no schema to write to",
		"58030": "failed (what PostgreSQL said); check its disk", "XX001": "is damaged; restore it", "XX002": "is damaged; restore it",
	} {
		err := fmt.Errorf("publish: %w", &pgconn.PgError{Code: code, Message: "what PostgreSQL said"})
		require.Contains(t, requireKind(t, store.ErrUnusable, s.Explain("publish", err)), want)
	}
	for _, lost := range []error{io.ErrUnexpectedEOF, &net.OpError{Op: "write", Err: errors.New("broken pipe")}} {
		require.Contains(t, requireKind(t, store.ErrUnusable, s.Explain("publish", fmt.Errorf("exec: %w", lost))), "was lost (")
	}
	require.EqualError(t, s.Explain("publish", &pgconn.PgError{Code: "23505", Severity: "ERROR", Message: "twice"}), "publish: ERROR: twice (SQLSTATE 23505)")
	require.NoError(t, s.Explain("publish", nil))
	told := schedule.Errorf(schedule.ErrConflict, "another came first")
	require.Equal(t, told, s.Explain("publish", told))
}
