package importer

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// shared returns a real schedule from the folder beside the project. Where that
// is absent the test is skipped: those schedules belong to their organisers.
func shared(tb testing.TB, name ...string) Source {
	tb.Helper()
	root := filepath.Join("..", "..", "..", "shared", "data")
	if found, _ := filepath.Glob(root); found == nil {
		tb.Skip("the folder of real schedules is not beside the project")
	}
	src, err := ReadFile(filepath.Join(append([]string{root}, name...)...))
	require.NoError(tb, err)
	src.Name = filepath.Base(src.Name)
	return src
}
