package schedule_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestPlace(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]schedule.Place{
		"":                       {},
		"a.yaml":                 {File: "a.yaml"},
		"a.yaml:3":               {File: "a.yaml", Line: 3},
		"a.yaml:3:7":             {File: "a.yaml", Line: 3, Column: 7},
		"a.yaml:3:7 (talks[1])":  {File: "a.yaml", Line: 3, Column: 7, Path: "talks[1]"},
		"a.yaml (talks[1].kind)": {File: "a.yaml", Path: "talks[1].kind"},
		"talks[1]":               {Path: "talks[1]"},
		"line 3":                 {Line: 3},
		"line 3:7 (talks[1])":    {Line: 3, Column: 7, Path: "talks[1]"},
	} {
		require.Equal(t, want, p.String())
	}
	at := schedule.Place{File: "a.yaml", Line: 3}
	require.Equal(t, "talks", at.Field("talks").Path)
	require.Equal(t, schedule.Place{File: "a.yaml", Line: 3, Path: "talks.kind"}, at.Field("talks").Field("kind"))
	require.Empty(t, at.Path, "Field gives another place")
}

func TestProblem(t *testing.T) {
	t.Parallel()
	p := schedule.Problem{Code: "kind", Severity: schedule.Fault, Message: "choose another"}
	require.Equal(t, "error: choose another [kind]", p.String())
	p.Place, p.Severity = schedule.Place{File: "a.yaml", Line: 3}, schedule.Warning
	require.Equal(t, "a.yaml:3: warning: choose another [kind]", p.String())

	text, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, `{"code": "kind", "severity": "warning", "place": {"file": "a.yaml", "line": 3}, "message": "choose another"}`, string(text))
}

func TestReportErr(t *testing.T) {
	t.Parallel()
	var r schedule.Report
	require.NoError(t, r.Err())
	r.Warn("color", schedule.Place{}, "a %s", "warning")
	require.NoError(t, r.Err(), "warnings keep nothing from being published")
	r.Fault("kind", schedule.Place{File: "a.yaml"}, "the first of %d", 2)
	require.Equal(t, "a.yaml: error: the first of 2 [kind]", requireKind(t, schedule.ErrInvalid, r.Err()).Sentence)
	r.Fault("status", schedule.Place{}, "the second")
	require.Equal(t, "a.yaml: error: the first of 2 [kind] (and 1 more)", requireKind(t, schedule.ErrInvalid, r.Err()).Sentence)

	counted := schedule.Report{Faults: 2}
	require.Equal(t, "the schedule has 2 errors", requireKind(t, schedule.ErrInvalid, counted.Err()).Sentence)
}

func TestReportKeepsSoMany(t *testing.T) {
	t.Parallel()
	var r schedule.Report
	for i := range schedule.MaxProblems + 5 {
		r.Warn("color", schedule.Place{}, "warning %d", i)
	}
	require.Len(t, r.Problems, schedule.MaxProblems)
	require.Equal(t, 5, r.Left)
	require.Equal(t, "warning 999", r.Problems[schedule.MaxProblems-1].Message)

	// A fault is told all the same.
	r.Fault("kind", schedule.Place{}, "fault 0")
	require.Len(t, r.Problems, schedule.MaxProblems)
	require.Equal(t, 6, r.Left)
	require.Equal(t, "warning 998", r.Problems[schedule.MaxProblems-2].Message)
	require.ErrorContains(t, r.Err(), "fault 0")

	for i := range schedule.MaxProblems + 2 {
		r.Fault("kind", schedule.Place{}, "fault %d", i+1)
	}
	require.Len(t, r.Problems, schedule.MaxProblems)
	for i, p := range r.Problems {
		require.Equal(t, fmt.Sprintf("fault %d", i), p.Message, "faults alone, in the order in which they were found")
	}
	require.Equal(t, schedule.MaxProblems+3, r.Faults)
	require.Equal(t, schedule.MaxProblems+5, r.Warnings)
	require.Equal(t, r.Faults+r.Warnings, len(r.Problems)+r.Left)
	require.ErrorContains(t, r.Err(), fmt.Sprintf("(and %d more)", r.Faults-1))
}
