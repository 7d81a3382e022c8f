package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"slotcast/schedule"
)

const (
	// serverReads is how many connections a program has at most. A read is one
	// round trip, so few do much, and a dozen programs stay below the 100 that a
	// server takes unless it is told otherwise.
	serverReads = 8
	// connectWait is how long a server may take to let somebody in.
	connectWait = 5 * time.Second
	// statementWait is how long one statement may take, which is more than maxWait,
	// since that is for the lock.
	statementWait = 30 * time.Second
	// stillWait is how long a transaction may do nothing. Who hangs in a write, or
	// is cut off, has lost the lock before those who wait for it give up.
	stillWait = maxWait / 2
	// silence is how long the server may not be heard of until a connection is
	// taken for lost, and probe how often it is asked.
	silence, probe = 15 * time.Second, 5 * time.Second
	// A connection that is not needed is given back, and none is kept for ever, so
	// that after a server has moved all are with the new one.
	connectionIdle, connectionLife = 5 * time.Minute, 30 * time.Minute
)

// isPostgres tells whether a name is an address of a PostgreSQL database.
func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// openPostgres returns the store in a PostgreSQL database. It does not connect
// yet.
func openPostgres(address string) (*Store, error) {
	config, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	s := newStore(postgresDialect(), nil, addressOf(config))
	s.db = sql.OpenDB(connector{stdlib.GetConnector(*config), s, config.User})
	s.db.SetMaxOpenConns(serverReads)
	s.db.SetMaxIdleConns(serverReads)
	s.db.SetConnMaxIdleTime(connectionIdle)
	s.db.SetConnMaxLifetime(connectionLife)
	return s, nil
}

// parseAddress returns how one connects to an address. What the address says
// itself, such as statement_timeout, goes before what is usual.
func parseAddress(address string) (*pgx.ConnConfig, error) {
	_, rest, _ := strings.Cut(address, "://")
	var behind string // what comes after the host
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		behind = rest[end:]
	}
	config, err := pgx.ParseConfig(address)
	// An @ there is that of a password with a slash or the like in it: what comes
	// before would be taken for the host, and be told.
	if err != nil || strings.Contains(behind, "@") {
		return nil, unusable("the address of the PostgreSQL database cannot be read; write it as postgres://USER:PASSWORD@HOST:5432/DATABASE, and in the password %%40 for @, %%2F for /, %%3F for ?, %%23 for # and %%25 for %%")
	}
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectWait)
	milliseconds := func(d time.Duration) string { return strconv.Itoa(int(d.Milliseconds())) }
	for name, value := range map[string]string{
		"application_name":                    "slotcast",
		"lock_timeout":                        milliseconds(maxWait),
		"statement_timeout":                   milliseconds(statementWait),
		"idle_in_transaction_session_timeout": milliseconds(stillWait),
	} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	config.DialFunc = (&net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: probe, Interval: probe, Count: int(silence / probe)},
		Control:         giveUp,
	}).DialContext
	return config, nil
}

// addressOf returns what a database is called in errors: its address, of which
// neither the user nor the password is part.
func addressOf(config *pgx.ConnConfig) string {
	database := url.PathEscape(config.Database)
	if strings.HasPrefix(config.Host, "/") { // the folder of a socket
		return "postgres:///" + database + "?host=" + config.Host
	}
	return "postgres://" + net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + database
}

// connector connects, and explains why it cannot while that is known not to be
// the caller's haste.
type connector struct {
	driver.Connector
	store *Store
	user  string
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err == nil {
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	name := c.store.name
	switch sqlState(err) {
	case "": // what the system says
		why := schedule.Shorten(root(err).Error())
		if errors.Is(err, context.DeadlineExceeded) {
			why = "it does not answer"
		}
		return nil, unusable("%s cannot be reached (%s); check the host and the port, and that PostgreSQL runs there", name, why)
	case "28P01", "28000": // invalid password, invalid authorization
		return nil, unusable("%s does not let the user “%s” in; check that name and the password, and what the server's pg_hba.conf allows", name, schedule.Shorten(c.user))
	case "3D000": // invalid catalog name
		return nil, unusable("there is no database %s; create it, or name another", name)
	case "53300": // too many connections
		return nil, unusable("%s has no connection left; let it have more (max_connections), or run fewer programs on it", name)
	}
	return nil, c.store.explain("connect to "+name, err)
}

// tellPostgres says in a sentence what a failure of PostgreSQL's comes to, or
// returns nil.
func tellPostgres(s *Store, err error) error {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		if isLost(err) {
			return s.lost(err)
		}
		return nil
	}
	switch said.Code {
	case "53100": // disk full
		return s.full()
	case "55P03": // lock not available
		return s.busy()
	case "57014": // query canceled, by the time limit
		return unusable("%s has not done within %s what it was asked to; see what else it is busy with, and try again", s.name, statementWait)
	case "57P01", "57P02", "57P03": // shutdowns, starting up
		return unusable("%s is starting or stopping; try again", s.name)
	case "25006": // read-only transaction
		return unusable("%s can only be read, as a standby can; name the server that can be written to", s.name)
	case "25P03": // idle in transaction for too long
		return unusable("%s has ended a transaction that stood still for more than %s; try again", s.name, stillWait)
	case "57P05": // idle for too long
		return s.lost(err)
	case "42501": // insufficient privilege
		return unusable("the user may not do in %s what is needed (%s); make it the owner of the database", s.name, said.Message)
	case "3F000": // no schema
		return unusable("%s has no schema to write to; create the one that its search_path names", s.name)
	case "58030": // input or output error
		return s.failing(errors.New(said.Message))
	case "XX001", "XX002": // data or index corrupted
		return s.damaged()
	}
	return nil
}

// lost is the error for a connection that is no more.
func (s *Store) lost(err error) error {
	return unusable("the connection to %s was lost (%s); check that PostgreSQL runs, and try again", s.name, root(err))
}

// isLost tells whether a failure is that of a connection, and not that somebody
// called off what goes on.
func isLost(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network *net.OpError
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn)
}

// sqlState returns PostgreSQL's code of a failure, or none.
func sqlState(err error) string {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return ""
	}
	return said.Code
}

// root returns what the system said, without what was being done.
func root(err error) error {
	for {
		var next error
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			next = e.Unwrap()
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				next = one // the last, of several addresses
			}
		}
		if next == nil {
			return err
		}
		err = next
	}
}
