//go:build unix

// Package storetest gives tests PostgreSQL databases of their own, on a server of
// their own.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// User owns the databases. It is no superuser, as nobody should be whose password
// is in a configuration.
const User = "slotcast"

// Guest is a user of the server whom it asks for [GuestPassword].
const (
	Guest         = "guest"
	GuestPassword = "p@ss/w:rd?#%"
)

// patience is how long a server may take to start.
const patience = 60 * time.Second

// errMissing is for a machine without PostgreSQL.
var errMissing = errors.New("missing: PostgreSQL's server (apt-get install postgresql); as root on Debian, “.ci/setup test” installs it all")

// Cluster is a PostgreSQL server of which nothing stays. The zero value is ready;
// the server is started by the first who asks for a database, and is reached by a
// socket in its folder alone, so that there is no port to be taken.
type Cluster struct {
	Durable bool // have what is acknowledged on the disk, as a server for use does

	once   sync.Once
	err    error
	bin    string // the folder of PostgreSQL's programs
	folder string // of the data and the socket
	as     *syscall.Credential
	server *exec.Cmd
	log    bytes.Buffer // written by the server until it has ended
	ended  chan struct{}

	mu   sync.Mutex
	made int
	free []string // databases that are empty again
}

// New returns the address of a new database, which is the test's until it ends.
// Where there is no PostgreSQL, the test is skipped, or fails if
// SLOTCAST_TEST_ALL is 1.
func (c *Cluster) New(t testing.TB) string {
	t.Helper()
	return c.Address(User, "", c.database(t))
}

// NewGuarded is [Cluster.New] for [Guest], whose password is in the address.
func (c *Cluster) NewGuarded(t testing.TB) string {
	t.Helper()
	name := c.database(t)
	if err := c.execute(name, "ALTER SCHEMA public OWNER TO "+Guest); err != nil {
		t.Fatal(err)
	}
	return c.Address(Guest, GuestPassword, name)
}

func (c *Cluster) database(t testing.TB) (name string) {
	t.Helper()
	c.once.Do(func() { c.err = c.start() })
	if errors.Is(c.err, errMissing) && os.Getenv("SLOTCAST_TEST_ALL") != "1" {
		t.Skip(c.err)
	}
	if c.err != nil {
		t.Fatal(c.err)
	}
	name, err := c.take()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.giveBack(name); err != nil {
			t.Error(err)
		}
	})
	return name
}

// take returns an empty database. One that was used is emptied rather than
// dropped: the server would write down all that it has.
func (c *Cluster) take() (name string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		name, c.free = c.free[n-1], c.free[:n-1]
		return name, nil
	}
	c.made++
	name = fmt.Sprint("test", c.made)
	if err := c.run("createdb", "--host="+c.folder, "--username=postgres", "--owner="+User, name); err != nil {
		return "", err
	}
	return name, c.clear(name)
}

// clear has a database be empty, its owner's alone, whatever release this is of.
func (c *Cluster) clear(name string) error {
	return c.execute(name, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public AUTHORIZATION "+User)
}

func (c *Cluster) giveBack(name string) error {
	select {
	case <-c.ended: // the test has ended it
		return nil
	default:
	}
	if err := c.clear(name); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, name)
	return nil
}

// execute runs statements as the server's superuser.
func (c *Cluster) execute(database string, statements ...string) error {
	args := []string{"--host=" + c.folder, "--username=postgres", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"}
	for _, statement := range statements {
		args = append(args, "--command="+statement)
	}
	return c.run("psql", append(args, database)...)
}

// Address is that of a database for a user.
func (c *Cluster) Address(name, password, database string) string {
	who := url.User(name)
	if password != "" {
		who = url.UserPassword(name, password)
	}
	return (&url.URL{Scheme: "postgres", User: who, Path: "/" + database, RawQuery: url.Values{"host": {c.folder}}.Encode()}).String()
}

// As returns the address of a database for another user.
func (c *Cluster) As(name, password, address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return c.Address(name, password, strings.TrimPrefix(at.Path, "/"))
}

// Crash ends the server at once.
func (c *Cluster) Crash() {
	_ = c.server.Process.Signal(syscall.SIGQUIT)
	<-c.ended
}

// Restart starts the server again.
func (c *Cluster) Restart() error { return c.launch() }

// Stop ends the server, if it was started, and removes all that there was of it.
func (c *Cluster) Stop() {
	if c.server != nil {
		c.Crash() // nothing of it is kept
	}
	if c.folder != "" {
		_ = os.RemoveAll(c.folder)
	}
}

func (c *Cluster) start() (err error) {
	if c.bin, err = programs(); err != nil {
		return err
	}
	// A socket's path is short, so the folder cannot be deep.
	if c.folder, err = os.MkdirTemp("", "slotcast-pg"); err != nil {
		return err
	}
	if os.Getuid() == 0 { // as whom PostgreSQL does not run
		if c.as, err = unprivileged(); err != nil {
			return err
		}
		if err := os.Chown(c.folder, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return err
		}
	}
	if err := c.run("initdb", "--pgdata="+c.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"); err != nil {
		return err
	}
	rules := filepath.Join(c.data(), "pg_hba.conf")
	open, err := os.ReadFile(rules)
	if err != nil {
		return err
	}
	if err := os.WriteFile(rules, append([]byte("local all "+Guest+" scram-sha-256\n"), open...), 0o600); err != nil {
		return err
	}
	if err := c.launch(); err != nil {
		return err
	}
	return c.execute("postgres", "CREATE USER "+User, "CREATE USER "+Guest+" PASSWORD '"+GuestPassword+"'")
}

func (c *Cluster) data() string { return filepath.Join(c.folder, "data") }

// launch starts the server and waits until it lets people in.
func (c *Cluster) launch() error {
	c.log.Reset()
	settings := []string{"-D", c.data(), "-k", c.folder, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB", "-c", "autovacuum=off"}
	if !c.Durable {
		settings = append(settings, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	c.server = c.command(context.Background(), "postgres", settings...)
	c.server.Stdout, c.server.Stderr = &c.log, &c.log
	started := make(chan error)
	c.ended = make(chan struct{})
	go func() {
		// The server ends with the thread that started it, if this program is killed.
		runtime.LockOSThread()
		err := c.server.Start()
		started <- err
		if err == nil {
			_ = c.server.Wait()
		}
		close(c.ended)
	}()
	if err := <-started; err != nil {
		c.server = nil
		return err
	}
	limit := time.After(patience)
	for {
		err := c.run("pg_isready", "--quiet", "--host="+c.folder)
		if err == nil {
			return nil
		}
		select {
		case <-c.ended:
			return fmt.Errorf("PostgreSQL did not start: %s", &c.log)
		case <-limit:
			return fmt.Errorf("PostgreSQL did not start within %s", patience)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// run runs one of PostgreSQL's programs.
func (c *Cluster) run(name string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if output, err := c.command(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(output))
	}
	return nil
}

func (c *Cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	cmd.Dir = c.folder
	cmd.SysProcAttr = attributes(c.as)
	// What is set for the libraries of clients is not meant for these.
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "PG") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	return cmd
}

// programs returns the folder of PostgreSQL's programs.
func programs() (string, error) {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian's, which are not in the path
	slices.SortFunc(folders, func(a, b string) int { return release(b) - release(a) })
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder, nil
		}
	}
	return "", errMissing
}

// release is that of the programs in one of Debian's folders.
func release(folder string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	return n
}

// unprivileged returns somebody else than root.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		if who, err := user.Lookup(name); err == nil {
			uid, errUser := strconv.ParseUint(who.Uid, 10, 32)
			gid, errGroup := strconv.ParseUint(who.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(errUser, errGroup)
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}
