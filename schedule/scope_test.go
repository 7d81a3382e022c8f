package schedule_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func scope(t require.TestingT, query string) schedule.Scope {
	s, err := schedule.ParseScope(query, nil)
	require.NoError(t, err, query)
	return s
}

func TestScopeCanonicalForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		canonical string
		others    []string // other words for the same
	}{
		{"", []string{"&", "&&&"}},
		{"track=go", []string{"track=go&", "&track=go", "track=go&track=go", "%74rack=%67o"}},
		{"track=go&track=ops", []string{"track=ops&track=go", "track=ops&track=go&track=ops"}},
		{"track=go&day=2016-11-07", []string{"day=2016-11-07&track=go", "day=2016%2D11%2d07&track=go"}},
		{"kind=keynote&kind=open-space", []string{"kind=open-space&kind=keynote"}},
		{"tag=on+call", []string{"tag=On%20Call", "tag=+ON%09call+", "tag=on%C2%A0call"}},
		{"tag=c%2B%2B", []string{"tag=C%2b%2b"}},
		{"tag=100%25+a%26b", []string{"tag=100%25%20a%26b"}},
		{"lang=pt-br", []string{"lang=pt-BR", "lang=PT-BR"}},
		{"q=gr%C3%BC%C3%9Fe", []string{"q=grüße", "q=GRÜße"}},
		{"q=a%3Db", []string{"q=a=b"}},
		{
			"track=t&speaker=s&room=r&day=2016-11-07&kind=talk&tag=x&lang=en&talk=k&slot=l&q=w",
			[]string{"q=w&slot=l&talk=k&lang=en&tag=x&kind=talk&day=2016-11-07&room=r&speaker=s&track=t"},
		},
	} {
		s := scope(t, c.canonical)
		require.Equal(t, c.canonical, s.String())
		for _, other := range c.others {
			o := scope(t, other)
			require.Equal(t, c.canonical, o.String(), "%q", other)
			require.Equal(t, s, o)
		}
	}
}

func TestScopeRefused(t *testing.T) {
	t.Parallel()
	values := func(key string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%s=%d&", key, i)
		}
		return b.String()
	}
	for query, says := range map[string]string{
		"colour=red":                "“colour”",
		"Track=go":                  "“Track”",
		"=go":                       "“”",
		"trak=go":                   "did you mean “track”?",
		"track":                     "“track”",
		"track=":                    "“track”",
		"track=Go":                  "“Go”",
		"track=-go":                 "“-go”",
		"slot=a%00b":                "“a\uFFFDb”",
		"talk=" + long('x', 65):     "“talk”",
		"day=2016-11-7":             "YYYY-MM-DD",
		"day=2016-02-30":            "YYYY-MM-DD",
		"day=monday":                "YYYY-MM-DD",
		"kind=party":                "keynote",
		"kind=Talk":                 "keynote",
		"lang=english-":             "pt-br",
		"lang=pt_br":                "pt-br",
		"tag=":                      "1 to 100",
		"tag=+%09":                  "1 to 100",
		"q=%00":                     "print",
		"q=%FF":                     "UTF-8",
		"q=" + long('é', 101):       "1 to 100",
		"track=%":                   "%25",
		"track=%zz":                 "%25",
		"%zz=go":                    "%25",
		"q=a%2":                     "%25",
		values("slot", 501):         "500",
		values("q", 9):              "at most 8",
		long('&', (16<<10)+1):       "16384",
		"track=go&track=ops&tag=%F": "%25",
	} {
		s, err := schedule.ParseScope(query, nil)
		require.Contains(t, requireKind(t, schedule.ErrInvalid, err).Sentence, says, "%.60q", query)
		require.True(t, s.IsWhole())
		require.Empty(t, s.String())
	}

	// At the limits there is no complaint.
	require.Len(t, scope(t, values("slot", 500)).Values(schedule.ScopeSlot), 500)
	require.Len(t, scope(t, strings.Repeat("slot=a&", 600)).Values(schedule.ScopeSlot), 1, "doubles do not count")
	require.Len(t, scope(t, values("q", 8)).Values(schedule.ScopeText), 8)
	require.Equal(t, long('é', 100), scope(t, "q="+long('é', 100)).Values(schedule.ScopeText)[0])
	require.True(t, scope(t, long('&', 16<<10)).IsWhole())
}

func TestScopeOtherKeys(t *testing.T) {
	t.Parallel()
	var seen []string
	wrong := errors.New("wrong")
	other := func(key, value string) (bool, error) {
		seen = append(seen, key+":"+value)
		if value == "wrong" {
			return true, wrong
		}
		return key == "alarm" || key == "tz", nil
	}
	s, err := schedule.ParseScope("alarm=10&track=go&t%7A=u+t%63", other)
	require.NoError(t, err)
	require.Equal(t, "track=go", s.String(), "what others know is no part of the scope")
	require.Equal(t, []string{"alarm:10", "tz:u tc"}, seen, "in order, decoded, and no key of the grammar")

	_, err = schedule.ParseScope("alarm=wrong&colour=red", other)
	require.Equal(t, wrong, err, "as it is, and the first")
	_, err = schedule.ParseScope("alarm=10&colour=red", other)
	require.Contains(t, requireKind(t, schedule.ErrInvalid, err).Sentence, "“colour”")
}

func TestScopeParts(t *testing.T) {
	t.Parallel()
	whole := schedule.Scope{}
	require.True(t, whole.IsWhole())
	require.Nil(t, whole.Values(schedule.ScopeTrack))
	require.False(t, whole.Chosen())
	_, _, ok := whole.Single()
	require.False(t, ok)

	s := scope(t, "track=ops&track=go&day=2016-11-07")
	require.False(t, s.IsWhole())
	require.Equal(t, []string{"go", "ops"}, s.Values(schedule.ScopeTrack))
	require.Nil(t, s.Values(schedule.ScopeRoom))
	var each []string
	s.Each(func(key schedule.ScopeKey, value string) { each = append(each, string(key)+":"+value) })
	require.Equal(t, []string{"track:go", "track:ops", "day:2016-11-07"}, each)

	for query, single := range map[string]bool{"track=go": true, "track=go&track=ops": false, "track=go&room=red": false} {
		key, value, ok := scope(t, query).Single()
		require.Equal(t, single, ok, query)
		if ok {
			require.Equal(t, schedule.ScopeTrack, key)
			require.Equal(t, "go", value)
		}
	}
	for query, chosen := range map[string]bool{"talk=a": true, "slot=a": true, "track=go&slot=a": true, "track=go": false, "q=talk": false} {
		require.Equal(t, chosen, scope(t, query).Chosen(), query)
	}
}

func TestScopeWith(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", "q=mill", "day=2016-11-07&q=mill", "room=red&day=2016-11-07&q=mill", "room=red&day=2016-11-07&kind=talk&q=mill"} {
		wide := scope(t, query)
		narrowed, err := wide.With(schedule.ScopeTrack, "go")
		require.NoError(t, err)
		require.Equal(t, scope(t, query+"&track=go"), narrowed)
		require.Equal(t, scope(t, query), wide, "the first is as it was")
	}
	day := scope(t, "day=2016-11-07&q=mill")

	_, err := day.With(schedule.ScopeDay, "2016-11-08")
	require.Contains(t, requireKind(t, schedule.ErrInvalid, err).Sentence, "one day already")
	_, err = day.With(schedule.ScopeTrack, "Go")
	requireKind(t, schedule.ErrInvalid, err)

	var slots strings.Builder
	for i := range schedule.MaxScopeValues {
		fmt.Fprintf(&slots, "slot=s%d&", i)
	}
	full := scope(t, slots.String())
	_, err = full.With(schedule.ScopeTrack, "go")
	require.Contains(t, requireKind(t, schedule.ErrInvalid, err).Sentence, "500")
}

func TestScopeIsSharedSafely(t *testing.T) {
	t.Parallel()
	var query strings.Builder
	for i := range 100 {
		fmt.Fprintf(&query, "slot=s%d&", i)
	}
	s := scope(t, query.String())
	before := slices.Clone(s.Values(schedule.ScopeSlot))
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			_, _ = s.With(schedule.ScopeTrack, fmt.Sprintf("t%d", i))
			_, _ = s.With(schedule.ScopeText, "word")
		})
	}
	all.Wait()
	require.Equal(t, before, s.Values(schedule.ScopeSlot))
}

func TestScopeKeys(t *testing.T) {
	t.Parallel()
	keys := schedule.ScopeKeys()
	require.Len(t, keys, 10)
	keys[0] = "changed"
	require.Equal(t, schedule.ScopeTrack, schedule.ScopeKeys()[0])
}

func FuzzParseScope(f *testing.F) {
	for _, seed := range []string{
		"", "track=go&day=2016-11-07", "tag=On+Call&tag=c%2B%2B", "q=gr%C3%BC%C3%9Fe", "slot=a&slot=b&slot=a", "lang=PT-br",
		"kind=talk&kind=%", "q=%00", "q=\u0130\u2028x", "alarm=10&track=go", "day=2016-02-30", "=&=&&",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		s, err := schedule.ParseScope(query, nil)
		if err != nil {
			requireKind(t, schedule.ErrInvalid, err)
			require.Equal(t, schedule.Scope{}, s)
			return
		}
		canonical := s.String()
		again, err := schedule.ParseScope(canonical, nil)
		if len(canonical) > schedule.MaxQuery { // percent signs can make it longer than what was asked
			requireKind(t, schedule.ErrInvalid, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, s, again)
		require.Equal(t, canonical, again.String())
		for _, c := range []byte(canonical) {
			require.True(t, c > ' ' && c < 0x7F, "%q", canonical)
		}
		values := 0
		s.Each(func(schedule.ScopeKey, string) { values++ })
		require.LessOrEqual(t, values, schedule.MaxScopeValues)
	})
}
