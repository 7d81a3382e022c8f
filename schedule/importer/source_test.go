package importer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	path := write("a.yaml", "talks: []")
	src, err := ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, path, src.Name)
	require.Equal(t, "talks: []", string(src.Data))
	require.False(t, src.Modified.IsZero())

	huge := write("huge", "x")
	require.NoError(t, os.Truncate(huge, MaxSource+1))
	for path, want := range map[string]string{
		t.TempDir():              "has no text file in it",
		os.DevNull:               "is a device or a pipe",
		write("empty", ""):       "is empty",
		huge:                     "more than 64 MiB",
		filepath.Join(dir, "no"): "there is no file",
	} {
		_, err := ReadFile(path)
		require.ErrorContains(t, err, want)
		if want == "there is no file" {
			require.ErrorIs(t, err, schedule.ErrNotFound)
		} else {
			require.ErrorIs(t, err, schedule.ErrInvalid)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestReadFrom(t *testing.T) {
	t.Parallel()
	src, err := ReadFrom("-", strings.NewReader("talks: []"))
	require.NoError(t, err)
	require.Equal(t, Source{Name: "-", Data: []byte("talks: []")}, src)

	_, err = ReadFrom("-", strings.NewReader(""))
	require.ErrorIs(t, err, schedule.ErrInvalid)
	_, err = ReadFrom("-", zeros{})
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "more than 64 MiB")
	broken := errors.New("broken")
	_, err = ReadFrom("-", iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}
