package schedule_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slotcast/schedule"
)

func scopes(t require.TestingT, queries ...string) []schedule.Scope {
	var all []schedule.Scope
	for _, q := range queries {
		s, err := schedule.ParseScope(q, nil)
		require.NoError(t, err)
		all = append(all, s)
	}
	return all
}

// festival is a conference of six slots, of which one talk is given twice.
func festival(t require.TestingT, more ...string) *schedule.Edition {
	return edition(t, draft(t, append([]string{
		"a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Blue, 7 09:30", "c: Cherry, Cy, Red, 7 10:00",
		"w-1/w: Weld, Wu, Red, 7 11:00", "w-2/w: Weld, Wu, Blue, 8 11:00", "l: Late, Ada, Red, 8 23:30",
	}, more...)...))
}

func chosen(e *schedule.Edition, s schedule.Selection) string {
	var ids []string
	for _, i := range e.Choose(s) {
		ids = append(ids, string(e.Slots()[i].ID))
	}
	return strings.Join(ids, " ")
}

func TestChoose(t *testing.T) {
	t.Parallel()
	e := festival(t)
	for name, c := range map[string]struct {
		s    schedule.Selection
		want string
	}{
		"nothing":                       {schedule.Selection{}, ""},
		"picks, in order":               {schedule.Selection{Picks: []schedule.SlotID{"l", "a"}}, "a l"},
		"a pick that is gone":           {schedule.Selection{Picks: []schedule.SlotID{"a", "zz"}}, "a"},
		"a rule":                        {schedule.Selection{Include: scopes(t, "room=red")}, "a c w-1 l"},
		"two rules":                     {schedule.Selection{Include: scopes(t, "speaker=ada", "track=weld")}, "a w-1 w-2 l"},
		"but not":                       {schedule.Selection{Include: scopes(t, "room=red"), Exclude: scopes(t, "speaker=ada", "slot=c")}, "w-1"},
		"but all the same":              {schedule.Selection{Include: scopes(t, "room=red"), Exclude: scopes(t, "speaker=ada"), Picks: []schedule.SlotID{"l"}}, "c w-1 l"},
		"everything but":                {schedule.Selection{Include: scopes(t, ""), Exclude: scopes(t, "day=2016-11-07")}, "w-2 l"},
		"a track that is gone":          {schedule.Selection{Include: scopes(t, "track=gone", "track=apple")}, "a"},
		"one of two tracks is gone":     {schedule.Selection{Include: scopes(t, "track=gone&track=apple")}, "a"},
		"a room that is gone is no day": {schedule.Selection{Include: scopes(t, "room=gone&day=2016-11-07")}, ""},
		"exclude alone":                 {schedule.Selection{Exclude: scopes(t, "room=red")}, ""},
	} {
		require.Equal(t, c.want, chosen(e, c.s), name)
	}
	s := schedule.Selection{Include: scopes(t, "track=apple")}
	require.Equal(t, "a n", chosen(festival(t, "n: Apple Two, Nia, Red, 7 15:00"), s), "what is added later is taken in")
}

// TestChooseIsSets compares with what sets come to.
func TestChooseIsSets(t *testing.T) {
	t.Parallel()
	e := festival(t)
	rules := []string{"", "room=red", "room=blue", "speaker=ada", "track=weld", "day=2016-11-08", "q=berry", "talk=w", "room=nowhere", "kind=panel"}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) []schedule.Scope {
			return scopes(t, rapid.SliceOfN(rapid.SampledFrom(rules), 0, 4).Draw(t, label)...)
		}
		s := schedule.Selection{Include: draw("include"), Exclude: draw("exclude")}
		for _, slot := range e.Slots() {
			if rapid.IntRange(0, 3).Draw(t, "pick") == 0 {
				s.Picks = append(s.Picks, slot.ID)
			}
		}
		var want []string
		for i, slot := range e.Slots() {
			in := func(rules []schedule.Scope) bool {
				return slices.ContainsFunc(rules, func(r schedule.Scope) bool {
					found, _ := e.Find(r)
					return slices.Contains(found, int32(i))
				})
			}
			if in(s.Include) && !in(s.Exclude) || slices.Contains(s.Picks, slot.ID) {
				want = append(want, string(slot.ID))
			}
		}
		require.Equal(t, strings.Join(want, " "), chosen(e, s))

		clean, err := s.Clean(e, s) // whatever it had it may keep
		require.NoError(t, err)
		require.Equal(t, chosen(e, s), chosen(e, clean))
		again, err := clean.Clean(e, clean)
		require.NoError(t, err)
		require.True(t, clean.Equal(again))
		text, err := json.Marshal(clean)
		require.NoError(t, err)
		var back schedule.Selection
		require.NoError(t, json.Unmarshal(text, &back))
		require.True(t, clean.Equal(back), "%s", text)
	})
}

// TestPick has stars switched on and off in any order.
func TestPick(t *testing.T) {
	t.Parallel()
	e := festival(t)
	rapid.Check(t, func(t *rapid.T) {
		s := schedule.Selection{Include: scopes(t, rapid.SliceOfN(rapid.SampledFrom([]string{"", "room=red", "track=weld"}), 0, 2).Draw(t, "rules")...)}
		want := map[schedule.SlotID]bool{}
		for _, i := range e.Choose(s) {
			want[e.Slots()[i].ID] = true
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			id := rapid.SampledFrom(e.Slots()).Draw(t, "slot").ID
			if want[id] = rapid.Bool().Draw(t, "on"); want[id] {
				s = s.Pick(e, id)
			} else {
				s = s.Unpick(e, id)
			}
			clean, err := s.Clean(e, s)
			require.NoError(t, err)
			s = clean
		}
		for _, slot := range e.Slots() {
			require.Equal(t, want[slot.ID], strings.Contains(" "+chosen(e, s)+" ", " "+string(slot.ID)+" "), "%s of %q", slot.ID, chosen(e, s))
		}
		require.LessOrEqual(t, len(s.Exclude), 1, "what is left out is one rule")
	})
	s := schedule.Selection{Picks: []schedule.SlotID{"gone"}}
	require.Equal(t, s, s.Pick(e, "gone"))
	require.Empty(t, s.Unpick(e, "gone").Picks)
}

func TestClean(t *testing.T) {
	t.Parallel()
	e := festival(t)
	clean, err := schedule.Selection{
		Name:    " My \u202etalks\x00\n of\u2066 <b>Monday</b> ",
		Picks:   []schedule.SlotID{"l", "a", "l"},
		Include: scopes(t, "track=weld", "room=red", "track=weld"),
	}.Clean(e, schedule.Selection{})
	require.NoError(t, err)
	require.Equal(t, "My talks of <b>Monday</b>", clean.Name)
	require.Equal(t, []schedule.SlotID{"a", "l"}, clean.Picks)
	require.Equal(t, scopes(t, "room=red", "track=weld"), clean.Include)

	many := make([]schedule.SlotID, schedule.MaxPicks+1)
	rules := make([]schedule.Scope, schedule.MaxRules+1)
	var searches []schedule.Scope
	for i := range schedule.MaxSearches + 1 {
		searches = append(searches, scopes(t, fmt.Sprint("q=word", i))...)
	}
	for name, c := range map[string]struct {
		s    schedule.Selection
		kind error
		says string
	}{
		"long name":     {schedule.Selection{Name: strings.Repeat("ä", schedule.MaxSelectionName+1)}, schedule.ErrInvalid, "201 characters"},
		"many picks":    {schedule.Selection{Picks: many}, schedule.ErrInvalid, "2001 talks are chosen"},
		"many rules":    {schedule.Selection{Include: rules}, schedule.ErrInvalid, "51 rules"},
		"many searches": {schedule.Selection{Include: searches}, schedule.ErrInvalid, "search for 17 texts"},
		"many against":  {schedule.Selection{Exclude: rules}, schedule.ErrInvalid, "51 rules"},
		"unknown slot":  {schedule.Selection{Picks: []schedule.SlotID{"a", "\x1bzz"}}, schedule.ErrNotFound, "there is no slot “\ufffdzz” in"},
		"unknown track": {schedule.Selection{Include: scopes(t, "track=zz")}, schedule.ErrNotFound, "there is no track “zz”"},
		"unknown room":  {schedule.Selection{Exclude: scopes(t, "room=zz")}, schedule.ErrNotFound, "there is no room “zz”"},
	} {
		_, err := c.s.Clean(e, schedule.Selection{})
		require.ErrorIs(t, err, c.kind, name)
		require.ErrorContains(t, err, c.says, name)
	}

	// What was there once stays.
	had := schedule.Selection{Picks: []schedule.SlotID{"zz"}, Include: scopes(t, "track=zz")}
	_, err = had.Clean(e, had)
	require.NoError(t, err)
}

func TestToken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		token := schedule.Token(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "token"))
		text := token.String()
		require.Regexp(t, `^[a-z2-7]{26}$`, text)
		back, ok := schedule.ParseToken(text)
		require.True(t, ok)
		require.Equal(t, token, back)
		i := rapid.IntRange(0, 25).Draw(t, "i")
		other := []byte(text)
		other[i] = rapid.SampledFrom([]byte("abcdefghijklmnopqrstuvwxyz234567AZ01-_=. ")).Draw(t, "c")
		if read, ok := schedule.ParseToken(string(other)); ok {
			require.Equal(t, string(other), read.String())
		}
	})
	for _, forged := range []string{"", "a", strings.Repeat("a", 25), strings.Repeat("a", 27), strings.Repeat("a", 25) + "b", strings.Repeat("A", 26), strings.Repeat("a", 10_000)} {
		_, ok := schedule.ParseToken(forged)
		require.False(t, ok, forged)
	}
	require.NotEqual(t, schedule.Token{1}.Hash(), schedule.Token{2}.Hash())
}

func TestSeal(t *testing.T) {
	t.Parallel()
	edit, read := schedule.Token{1}, schedule.Token{2}
	sealed := edit.Seal(read, [schedule.SealNonce]byte{3})
	back, ok := edit.Open(sealed)
	require.True(t, ok)
	require.Equal(t, read, back)
	require.NotContains(t, string(sealed), string(read[:]))
	_, ok = schedule.Token{9}.Open(sealed)
	require.False(t, ok)
	for i := range sealed {
		broken := slices.Clone(sealed)
		broken[i]++
		_, ok = edit.Open(broken)
		require.False(t, ok)
		_, ok = edit.Open(sealed[:i])
		require.False(t, ok)
	}
}

func TestClashes(t *testing.T) {
	t.Parallel()
	clashes := func(e *schedule.Edition, picks ...schedule.SlotID) (told []string) {
		for _, c := range e.Clashes(e.Choose(schedule.Selection{Picks: picks})) {
			line := fmt.Sprintf("%s %s %v %v", c.First.ID, c.Second.ID, c.Overlap, c.Gap)
			for _, s := range c.Instead {
				line += " or " + string(s.ID)
			}
			told = append(told, line)
		}
		return told
	}
	e := festival(t, "x: Xylophone, Xi, Blue, 7 11:30", "n: No, Nia, Blue, 7 09:00, cancelled", "y: Yes, Yo, Green, 8 11:15")
	require.Empty(t, clashes(e))
	require.Empty(t, clashes(e, "a", "c"), "one after another")
	require.Empty(t, clashes(e, "a", "n"), "it is cancelled")
	require.Equal(t, []string{"a b 30m0s 0s", "b c 30m0s 0s"}, clashes(e, "a", "b", "c"))
	require.Equal(t, []string{"w-1 x 30m0s 0s or w-2"}, clashes(e, "w-1", "x"))
	require.Equal(t, []string{"w-1 x 30m0s 0s"}, clashes(e, "w-1", "x", "y"), "the other time clashes too")
	require.Equal(t, []string{"w-1 x 30m0s 0s or w-2"}, clashes(e, "w-1", "w-2", "x"), "the other time is chosen already")

	d := draft(t, "a: Apple, Ada, Red, 7 09:00", "b: Berry, Bo, Blue, 7 10:00", "c: Cherry, Cy, Green, 7 11:05", "p: Pause, , Hall, 7 09:00")
	d.Rooms[0].Building, d.Rooms[1].Building, d.Talks[3].Kind = "Mill", "Barn", schedule.KindBreak
	e = edition(t, d)
	require.Equal(t, []string{"a b 0s 0s"}, clashes(e, "a", "b", "c", "p"), "no time to walk, and a break is none")
}

// TestManyClashes bounds what is told of a selection in which all clash.
func TestManyClashes(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("s%d: Lecture %d, Pat%d, Room%d, 7 09:00", i, i, i, i))
	}
	e := edition(t, draft(t, lines...))
	require.Len(t, e.Clashes(e.Choose(schedule.Selection{Include: scopes(t, "")})), schedule.MaxClashes)
}
