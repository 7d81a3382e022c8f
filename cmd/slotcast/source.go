package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"slotcast/schedule"
	"slotcast/schedule/importer"
)

// sourceFlags say how to read a SOURCE. Every command that reads one has them.
type sourceFlags struct {
	format, timezone, conference, date string
	year                               int
	columns, token                     string
	private                            bool
}

func (f *sourceFlags) register(flags *pflag.FlagSet) {
	var formats []string
	for _, name := range importer.Formats() {
		formats = append(formats, string(name))
	}
	flags.StringVar(&f.format, "format", "", "one of: "+strings.Join(formats, " "))
	flags.StringVar(&f.timezone, "timezone", "", "IANA time zone of the source's hours, such as Europe/Berlin")
	flags.StringVar(&f.conference, "conference", "", "name of the conference")
	flags.StringVar(&f.date, "date", "", "day of a track page, or of a table without dates, as YYYY-MM-DD")
	flags.IntVar(&f.year, "year", 0, "year of a track page's days")
	flags.StringVar(&f.columns, "columns", "", "which column of a table is what, such as title=Session,start=Begin")
	flags.StringVar(&f.token, "token", "", "token for the API of pretalx; better given as SLOTCAST_TOKEN_FILE")
	flags.BoolVar(&f.private, "allow-private", false, "also read addresses of this machine and of private networks")
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
	columns, err := importer.ParseColumns(f.columns)
	if err != nil {
		return o, fmt.Errorf("--columns: %w", err)
	}
	o.Columns = columns
	return o, nil
}

// source is a SOURCE that can be read again and again.
type source struct {
	world
	name    string // as it was given; empty for the built-in sample
	options importer.Options
	fetcher *importer.Fetcher

	// What the last read with success was.
	validators importer.Validators
	digest     [sha256.Size]byte
}

// open returns the SOURCE among a command's arguments, without reading it.
func (f *sourceFlags) open(w world, args []string) (*source, error) {
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	s := &source{world: w, options: options}
	if len(args) > 0 {
		s.name = args[0]
	}
	if scheme, _, found := strings.Cut(s.name, ":/"); found && !s.isAddress() && !strings.ContainsAny(scheme, "/\\.") && len(scheme) > 1 {
		// Not repeated, since there may be a password in it.
		return nil, fmt.Errorf("the address begins with %s:/, which is not read; give one that begins with https:// or http://", schedule.Shorten(scheme))
	}
	s.fetcher = importer.NewFetcher(importer.FetcherConfig{
		UserAgent: "Slotcast/" + programVersion(), Private: f.private, Token: f.token, Now: w.now,
	})
	return s, nil
}

const standardInput = "-"

// String names the source for people; passwords and queries are left out.
func (s *source) String() string {
	switch s.name {
	case "":
		return "the built-in sample"
	case standardInput:
		return "standard input"
	}
	return importer.DisplayName(s.name)
}

// key names the source among those that were published from.
func (s *source) key() string {
	if s.isFile() {
		if path, err := filepath.Abs(s.name); err == nil {
			return path
		}
	}
	if address, _, found := strings.Cut(s.String(), "?"); found && s.isAddress() {
		// The query may hold a secret, and what it stands for is another schedule.
		return fmt.Sprintf("%s?%x", address, sha256.Sum256([]byte(s.name)))[:len(address)+13]
	}
	return s.String()
}

func (s *source) isAddress() bool { return importer.IsAddress(s.name) }

// isFile tells whether the source is a file or a folder.
func (s *source) isFile() bool {
	return s.name != "" && s.name != standardInput && !s.isAddress()
}

// canChange tells whether reading the source again can give something else.
func (s *source) canChange() bool { return s.isFile() || s.isAddress() }

// read reads the source. An error means that it cannot be read at all, and is
// [importer.ErrUnchanged] where it is what the last read with success gave. The
// schedule is nil where the report has faults.
func (s *source) read(ctx context.Context) (*schedule.Schedule, schedule.Report, error) {
	src, validators, err := s.fetch(ctx)
	if err != nil {
		return nil, schedule.Report{}, err
	}
	digest := src.Digest()
	if digest == s.digest {
		return nil, schedule.Report{}, importer.ErrUnchanged
	}
	read, report, err := importer.Load(src, s.options)
	if read != nil {
		s.validators, s.digest = validators, digest
	}
	return read, report, err
}

func (s *source) fetch(ctx context.Context) (importer.Source, importer.Validators, error) {
	switch s.name {
	case "":
		return importer.Sample(), importer.Validators{}, nil
	case standardInput:
		src, err := importer.ReadFrom(s.String(), s.stdin)
		src.Modified = s.now()
		return src, importer.Validators{}, err
	}
	return s.fetcher.Read(ctx, s.name, s.options.Format, s.validators)
}

// readValid is read for those who need a schedule: problems go to standard
// error, and faults end the program with status 1.
func (s *source) readValid(ctx context.Context) (*schedule.Schedule, error) {
	read, report, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range report.Problems {
		fmt.Fprintln(s.stderr, p)
	}
	if report.Left > 0 {
		fmt.Fprintf(s.stderr, "and %d more\n", report.Left)
	}
	if read == nil {
		return nil, &exitError{exitProblems, fmt.Errorf("%s has %s, so nothing was done", s, summary(report))}
	}
	return read, nil
}

// load is open and readValid in one, for commands that read once.
func (f *sourceFlags) load(ctx context.Context, w world, args []string) (*source, *schedule.Schedule, error) {
	s, err := f.open(w, args)
	if err != nil {
		return nil, nil, err
	}
	read, err := s.readValid(ctx)
	return s, read, err
}
