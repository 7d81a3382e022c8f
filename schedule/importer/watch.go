package importer

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How a file is watched.
const (
	// QuietTime is for how long a file has to be left alone before its change is
	// told, so that a file is seldom read while it is written.
	QuietTime = 300 * time.Millisecond

	// WatchInterval is after what time a change is seen of which the system
	// tells nothing: on network drives, or behind a link.
	WatchInterval = 30 * time.Second

	maxWatchedFolders = 100
	maxWatchedFiles   = 10_000
)

// Watcher tells of changes of a file, or of those in a folder and in the folders
// in it.
type Watcher struct {
	path  string
	files *fsnotify.Watcher
	told  string // the state that the caller knows of
}

// NewWatcher begins to watch. The file need not exist, but its folder must. What
// changes from now on is told by [Watcher.Run], which must be called.
func NewWatcher(path string) (*Watcher, error) {
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", path, err)
	}
	w := &Watcher{path: path, files: files}
	if err := w.add(); err != nil {
		_ = files.Close()
		return nil, fmt.Errorf("watching %s: %w", path, err)
	}
	w.told = w.state()
	return w, nil
}

// Run calls changed after each change, from the goroutine that it was called
// in, until ctx is done. What is written, renamed, deleted and created in one go
// is told once, when it has been quiet for [QuietTime].
func (w *Watcher) Run(ctx context.Context, changed func()) {
	defer w.files.Close()
	w.run(ctx, w.files.Events, w.files.Errors, func() string { _ = w.add(); return w.state() }, changed)
}

// run is Run, of events that tell only that something may have changed.
func (w *Watcher) run(ctx context.Context, events <-chan fsnotify.Event, errs <-chan error, state func() string, changed func()) {
	seen := w.told
	quiet := time.NewTimer(QuietTime)
	quiet.Stop()
	slow := time.NewTicker(WatchInterval)
	defer slow.Stop()
	for {
		if now := state(); now != seen {
			seen = now
			quiet.Reset(QuietTime)
		}
		select {
		case <-ctx.Done():
			quiet.Stop()
			return
		case <-events:
		case <-errs: // events were lost
		case <-slow.C:
		case <-quiet.C:
			if state() == seen && seen != w.told {
				w.told = seen
				changed()
			}
		}
	}
}

// folders returns what has to be watched. The folder of a file is, rather than
// the file: editors put another in its place.
func (w *Watcher) folders() []string {
	if info, err := os.Stat(w.path); err != nil || !info.IsDir() {
		return []string{filepath.Dir(w.path)}
	}
	folders := []string{w.path}
	entries, _ := os.ReadDir(w.path)
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && len(folders) < maxWatchedFolders {
			folders = append(folders, filepath.Join(w.path, e.Name()))
		}
	}
	return folders
}

// add watches what is not watched yet, such as a folder that was made anew.
func (w *Watcher) add() error {
	for _, folder := range w.folders() {
		if err := w.files.Add(folder); err != nil {
			return err
		}
	}
	return nil
}

// state returns a text that is another after every change.
func (w *Watcher) state() string {
	var b strings.Builder
	write := func(path string, info fs.FileInfo, err error) {
		if err == nil {
			fmt.Fprintf(&b, "%q %d %d %s\n", path, info.Size(), info.ModTime().UnixNano(), info.Mode())
		}
	}
	info, err := os.Stat(w.path)
	if err != nil || !info.IsDir() {
		write(w.path, info, err)
		return b.String()
	}
	count := 0
	for _, folder := range w.folders() {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if count++; count > maxWatchedFiles {
				return b.String()
			}
			if path := filepath.Join(folder, e.Name()); !e.IsDir() {
				info, err := os.Stat(path)
				write(path, info, err)
			}
		}
	}
	return b.String()
}
