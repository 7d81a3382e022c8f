package schedule

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says what a [Problem] means for publishing.
type Severity string

const (
	// Fault keeps the schedule from being published.
	Fault Severity = "error"
	// Warning is published as read, and may not be what was meant.
	Warning Severity = "warning"
)

// Place is where in a source something stands. Fields that a source cannot
// give are zero.
type Place struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`   // from 1
	Column int    `json:"column,omitempty"` // in characters, from 1
	Path   string `json:"path,omitempty"`   // such as talks[3].slots[0].start
}

// Field returns the place of a member of what stands at p.
func (p Place) Field(name string) Place {
	if p.Path == "" {
		p.Path = name
	} else {
		p.Path += "." + name
	}
	return p
}

// String returns "file:line:column (path)", with what is known of it.
func (p Place) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		if b.Len() > 0 {
			b.WriteByte(':')
		} else {
			b.WriteString("line ")
		}
		fmt.Fprintf(&b, "%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	if p.Path != "" {
		if b.Len() > 0 {
			fmt.Fprintf(&b, " (%s)", p.Path)
		} else {
			b.WriteString(p.Path)
		}
	}
	return b.String()
}

// Problem is one thing that is wrong, or likely wrong, with a source.
type Problem struct {
	Code     string   `json:"code"` // stable and short, such as "end-before-start"
	Severity Severity `json:"severity"`
	Place    Place    `json:"place"`
	Message  string   `json:"message"` // one sentence that says what to do
}

// String returns the problem as one line.
func (p Problem) String() string {
	where := p.Place.String()
	if where != "" {
		where += ": "
	}
	return fmt.Sprintf("%s%s: %s [%s]", where, p.Severity, p.Message, p.Code)
}

// Report is what was found while reading and checking a source, in the order in
// which it was found. The zero value is an empty report.
type Report struct {
	Problems []Problem `json:"problems"`
	Faults   int       `json:"faults"`             // problems of severity error
	Warnings int       `json:"warnings"`           // problems of severity warning
	Left     int       `json:"left_out,omitempty"` // problems beyond [MaxProblems], counted only
}

// Add appends a problem. In a report that is full, a fault takes the place of
// the last warning, so that what keeps a schedule from being published is told.
func (r *Report) Add(p Problem) {
	if p.Severity == Fault {
		r.Faults++
	} else {
		r.Warnings++
	}
	if len(r.Problems) >= MaxProblems {
		r.Left++
		if p.Severity != Fault || r.Faults > MaxProblems {
			return
		}
		for i, kept := range slices.Backward(r.Problems) {
			if kept.Severity != Fault {
				r.Problems = slices.Delete(r.Problems, i, i+1)
				break
			}
		}
	}
	r.Problems = append(r.Problems, p)
}

// Fault appends a problem that keeps the schedule from being published.
func (r *Report) Fault(code string, at Place, format string, args ...any) {
	r.Add(Problem{Code: code, Severity: Fault, Place: at, Message: fmt.Sprintf(format, args...)})
}

// Warn appends a problem that does not.
func (r *Report) Warn(code string, at Place, format string, args ...any) {
	r.Add(Problem{Code: code, Severity: Warning, Place: at, Message: fmt.Sprintf(format, args...)})
}

// Err returns nil for a report without faults, and otherwise an error of kind
// [ErrInvalid] that names the first and counts the rest.
func (r *Report) Err() error {
	if r.Faults == 0 {
		return nil
	}
	for _, p := range r.Problems {
		if p.Severity == Fault {
			if r.Faults == 1 {
				return Errorf(ErrInvalid, "%s", p)
			}
			return Errorf(ErrInvalid, "%s (and %d more)", p, r.Faults-1)
		}
	}
	return Errorf(ErrInvalid, "the schedule has %d errors", r.Faults)
}
