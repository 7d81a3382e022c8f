package importer

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPoller(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	failed := errors.New("failed")
	retry := func(after time.Duration) error {
		return fmt.Errorf("reading: %w", &RetryError{now.Add(after), failed})
	}
	const mean, low, high = 0.5, 0, 0.999999
	for name, c := range map[string]struct {
		interval time.Duration
		random   float64
		outcomes []error
		want     []time.Duration
	}{
		"success":                {5 * time.Minute, mean, []error{nil, ErrUnchanged, fmt.Errorf("x: %w", ErrUnchanged)}, []time.Duration{5 * time.Minute, 5 * time.Minute, 5 * time.Minute}},
		"early":                  {10 * time.Minute, low, []error{nil}, []time.Duration{9 * time.Minute}},
		"late":                   {10 * time.Minute, high, []error{nil}, []time.Duration{11 * time.Minute}},
		"too often":              {time.Second, low, []error{nil}, []time.Duration{MinInterval}},
		"negative":               {-time.Hour, mean, []error{nil}, []time.Duration{MinInterval}},
		"backing off":            {10 * time.Minute, mean, []error{failed, failed, failed, failed, failed}, []time.Duration{10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour}},
		"and back":               {10 * time.Minute, mean, []error{failed, failed, nil, failed}, []time.Duration{10 * time.Minute, 20 * time.Minute, 10 * time.Minute, 10 * time.Minute}},
		"a long interval":        {3 * time.Hour, mean, []error{failed, failed}, []time.Duration{3 * time.Hour, 3 * time.Hour}},
		"asked to wait":          {10 * time.Minute, low, []error{retry(time.Hour)}, []time.Duration{time.Hour + time.Minute}},
		"asked to wait a bit":    {10 * time.Minute, mean, []error{retry(time.Second)}, []time.Duration{10 * time.Minute}},
		"asked nearly as much":   {10 * time.Minute, low, []error{retry(9*time.Minute + 30*time.Second)}, []time.Duration{10*time.Minute + 30*time.Second}},
		"asked to wait a year":   {10 * time.Minute, mean, []error{retry(365 * 24 * time.Hour)}, []time.Duration{MaxRetryAfter}},
		"asked for what is over": {10 * time.Minute, mean, []error{retry(-time.Hour)}, []time.Duration{10 * time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := NewPoller(c.interval, func() float64 { return c.random })
			for i, outcome := range c.outcomes {
				require.WithinDuration(t, now.Add(c.want[i]), p.Next(outcome, now), time.Second/10, "read %d", i)
			}
		})
	}
}

// However it goes, a server is left alone for as long as it was promised.
func TestPollerBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		interval := time.Duration(rapid.Int64Range(-1, int64(48*time.Hour)).Draw(t, "interval"))
		p := NewPoller(interval, func() float64 { return rapid.Float64Range(0, 0.999999).Draw(t, "random") })
		for range rapid.IntRange(1, 200).Draw(t, "reads") {
			after := time.Duration(rapid.Int64Range(int64(-time.Hour), int64(400*24*time.Hour)).Draw(t, "after"))
			var err error
			switch rapid.IntRange(0, 2).Draw(t, "outcome") {
			case 1:
				err = errors.New("failed")
			case 2:
				err = &RetryError{now.Add(after), errors.New("busy")}
				require.GreaterOrEqual(t, p.Next(err, now).Sub(now), min(after, MaxRetryAfter))
			}
			wait := p.Next(err, now).Sub(now)
			require.GreaterOrEqual(t, wait, MinInterval)
			require.LessOrEqual(t, wait, max(interval, MaxRetryAfter)*11/10)
		}
	})
}
