package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"slotcast/feed"
	"slotcast/schedule"
	"slotcast/schedule/importer"
)

// sourceFlags say how to read a SOURCE. Every command that reads one has them.
type sourceFlags struct {
	format, timezone, conference, date string
	year                               int
}

func (f *sourceFlags) register(flags *pflag.FlagSet) {
	var formats []string
	for _, name := range importer.Formats() {
		formats = append(formats, string(name))
	}
	flags.StringVar(&f.format, "format", "", "format: "+strings.Join(formats, ", "))
	flags.StringVar(&f.timezone, "timezone", "", "IANA time zone of the source's hours, such as Europe/Berlin")
	flags.StringVar(&f.conference, "conference", "", "name of the conference")
	flags.StringVar(&f.date, "date", "", "day of a track page, as YYYY-MM-DD")
	flags.IntVar(&f.year, "year", 0, "year of a track page's days")
}

func (f *sourceFlags) options() (importer.Options, error) {
	o := importer.Options{Format: importer.Format(f.format), Timezone: f.timezone, Conference: f.conference, Year: f.year}
	if f.date != "" {
		date, err := schedule.ParseDate(f.date)
		if err != nil {
			return o, fmt.Errorf("--date: %w", err)
		}
		o.Date = date
	}
	return o, nil
}

// load reads the SOURCE among a command's arguments. An error ends the program
// with status 2. The schedule is nil where the report has faults.
func (f *sourceFlags) load(w world, args []string) (*schedule.Schedule, schedule.Report, error) {
	options, err := f.options()
	if err != nil {
		return nil, schedule.Report{}, err
	}
	source := importer.Sample()
	switch {
	case len(args) == 0:
	case args[0] == "-":
		source, err = importer.ReadFrom(sourceName(args), w.stdin)
		source.Modified = w.now()
	default:
		source, err = importer.ReadFile(args[0])
	}
	if err != nil {
		return nil, schedule.Report{}, err
	}
	return importer.Load(source, options)
}

// sourceName names the SOURCE among a command's arguments.
func sourceName(args []string) string {
	switch {
	case len(args) == 0:
		return "the built-in sample"
	case args[0] == "-":
		return "standard input"
	}
	return args[0]
}

// loadValid is load for commands that need a schedule: problems go to standard
// error, and faults end the program with status 1.
func (f *sourceFlags) loadValid(w world, args []string) (*schedule.Schedule, error) {
	s, report, err := f.load(w, args)
	if err != nil {
		return nil, err
	}
	for _, p := range report.Problems {
		fmt.Fprintln(w.stderr, p)
	}
	if s == nil {
		return nil, &exitError{exitProblems, fmt.Errorf("%s has %s, so nothing was done", sourceName(args), summary(report))}
	}
	return s, nil
}

// count says how many there are of what, as in "1 error" and "2 errors".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// summary counts a report's problems, as in "2 errors and 1 warning".
func summary(r schedule.Report) string {
	switch {
	case r.Faults == 0 && r.Warnings == 0:
		return "no problems"
	case r.Warnings == 0:
		return count(r.Faults, "error")
	case r.Faults == 0:
		return count(r.Warnings, "warning")
	}
	return count(r.Faults, "error") + " and " + count(r.Warnings, "warning")
}

// published is the state of publishing between reads of a source.
type published struct {
	ledger schedule.Ledger
}

// next makes the catalog of a schedule that was read, and advances the ledger.
func (p *published) next(w world, s *schedule.Schedule, baseURL string) *feed.Catalog {
	// The source's own time, so that a restart or another replica comes to the
	// same bytes.
	at := s.Updated()
	if at.IsZero() {
		at = w.now()
	}
	rendering := feed.Render(s, nil)
	p.ledger = p.ledger.Advance(s, rendering.Digests(), at)
	return feed.NewCatalog(schedule.NewEdition(s, p.ledger), rendering, baseURL)
}

// writeFile writes a result to a file, or to standard output where name is
// empty or "-". A file appears whole or not at all; a device or a pipe is
// written to, and so is what a link names. Errors name the file as it was asked
// for.
func writeFile(w world, name string, write func(io.Writer) error) (err error) {
	if name == "" || name == "-" {
		return write(w.stdout)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", name, withoutPath(err))
		}
	}()
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	path := linked(name)
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// linked returns the file that a name leads to by links, be it there or not. The
// links must not form a circle.
func linked(name string) string {
	for {
		target, err := os.Readlink(name)
		if err != nil {
			return name
		}
		if !filepath.IsAbs(target) {
			// Not joined: that would take out "..", whose meaning is the system's.
			target = filepath.Dir(name) + "/" + target
		}
		name = target
	}
}

// withoutPath returns why a call of the system failed, without the path that it
// was given: that may be of a file that nobody asked for.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
