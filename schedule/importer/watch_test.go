package importer

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"
)

// What is told, and when, on a clock of the test's own.
func TestWatcherTells(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var now atomic.Value
		now.Store("a")
		var told []string
		events, errs := make(chan fsnotify.Event), make(chan error)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			(&Watcher{told: "a"}).run(ctx, events, errs, func() string { return now.Load().(string) }, func() {
				told = append(told, now.Load().(string)+" at "+time.Since(begin).String())
			})
		}()
		at := func(d time.Duration, state string, tell func()) {
			time.Sleep(d - time.Since(begin)) // on the bubble's clock, which waits for nobody
			now.Store(state)
			tell()
			synctest.Wait()
		}
		event := func() { events <- fsnotify.Event{} }
		at(1*time.Second, "a", event) // nothing changed
		at(2*time.Second, "b", event) // written in three goes
		at(2*time.Second+QuietTime/2, "bc", event)
		at(2*time.Second+QuietTime, "bcd", event)
		at(3*time.Second, "", event) // moved away and back again
		at(3*time.Second+QuietTime/2, "bcd", event)
		at(4*time.Second, "", event) // deleted
		at(5*time.Second, "e", func() { errs <- fsnotify.ErrEventOverflow })
		at(31*time.Second, "f", func() {}) // of this the system says nothing
		time.Sleep(2 * WatchInterval)
		synctest.Wait()
		cancel()
		<-done
		require.Equal(t, []string{"bcd at 2.6s", " at 4.3s", "e at 5.3s", "f at 1m0.3s"}, told)
	})
}

// What really happens to files: every way to change one is seen.
func TestWatcher(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, path, text string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	link := func(t *testing.T, to, at string) {
		t.Helper()
		require.NoError(t, os.Symlink(to, at+".new"))
		require.NoError(t, os.Rename(at+".new", at))
	}
	for name, c := range map[string]struct {
		path   string
		before func(t *testing.T, dir string)
		then   []func(t *testing.T, dir string)
	}{
		"written": {"s.yaml", func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "a") }, []func(*testing.T, string){
			func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "ab") },
			func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "abc") },
		}},
		"put in its place": {"s.yaml", func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "a") }, []func(*testing.T, string){
			func(t *testing.T, dir string) {
				write(t, dir+"/s.yaml~", "ab")
				require.NoError(t, os.Rename(dir+"/s.yaml~", dir+"/s.yaml"))
			},
			func(t *testing.T, dir string) {
				write(t, dir+"/s.yaml~", "abc")
				require.NoError(t, os.Rename(dir+"/s.yaml~", dir+"/s.yaml"))
			},
		}},
		"deleted and made again": {"s.yaml", func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "a") }, []func(*testing.T, string){
			func(t *testing.T, dir string) { require.NoError(t, os.Remove(dir+"/s.yaml")) },
			func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "a") },
		}},
		"made late": {"s.yaml", func(*testing.T, string) {}, []func(*testing.T, string){
			func(t *testing.T, dir string) { write(t, dir+"/s.yaml", "a") },
		}},
		// How Kubernetes shows a ConfigMap.
		"behind two links": {"s.yaml", func(t *testing.T, dir string) {
			write(t, dir+"/..1/s.yaml", "a")
			link(t, "..1", dir+"/..data")
			link(t, "..data/s.yaml", dir+"/s.yaml")
		}, []func(*testing.T, string){
			func(t *testing.T, dir string) {
				write(t, dir+"/..2/s.yaml", "ab")
				link(t, "..2", dir+"/..data")
				require.NoError(t, os.RemoveAll(dir+"/..1"))
			},
			func(t *testing.T, dir string) {
				write(t, dir+"/..3/s.yaml", "abc")
				link(t, "..3", dir+"/..data")
			},
		}},
		"a folder": {"event", func(t *testing.T, dir string) { write(t, dir+"/event/a/sessions.json", "a") }, []func(*testing.T, string){
			func(t *testing.T, dir string) { write(t, dir+"/event/a/sessions.json", "ab") },
			func(t *testing.T, dir string) { write(t, dir+"/event/speakers.json", "b") },
			func(t *testing.T, dir string) { write(t, dir+"/event/new/rooms.json", "c") },
			func(t *testing.T, dir string) { write(t, dir+"/event/new/rooms.json", "cd") },
			func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir+"/event/a")) },
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c.before(t, dir)
			w, err := NewWatcher(filepath.Join(dir, c.path))
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			told, done := make(chan struct{}, 100), make(chan struct{})
			go func() {
				defer close(done)
				w.Run(ctx, func() { told <- struct{}{} })
			}()
			for i, change := range c.then {
				change(t, dir)
				select {
				case <-told:
				case <-time.After(WatchInterval / 2):
					require.Fail(t, "a change was not told in time", "change %d", i)
				}
			}
			cancel()
			<-done
		})
	}
	_, err := NewWatcher(filepath.Join(t.TempDir(), "none", "s.yaml"))
	require.Error(t, err)
}
