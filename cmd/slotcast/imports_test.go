package main_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayImport says which of the program's own packages each may import. Imports
// go one way, so that the domain knows nothing of feeds and feeds nothing of
// HTTP.
func mayImport() map[string][]string {
	return map[string][]string{
		"slotcast/schedule":                 nil,
		"slotcast/schedule/importer":        {"slotcast/schedule"},
		"slotcast/schedule/store":           {"slotcast/schedule"},
		"slotcast/schedule/store/storetest": nil, // which nothing but tests imports
		"slotcast/feed":                     {"slotcast/schedule"},
		"slotcast/feed/server":              {"slotcast/feed", "slotcast/schedule"},
		"slotcast/cmd/slotcast":             {"slotcast/feed/server", "slotcast/feed", "slotcast/schedule/importer", "slotcast/schedule/store", "slotcast/schedule"},
	}
}

// keptTo says which package alone may import a module.
func keptTo() map[string]string {
	return map[string]string{
		"github.com/arran4/golang-ical":   "slotcast/feed",
		"github.com/patrickmn/go-cache":   "slotcast/feed",
		"github.com/labstack/echo/v4":     "slotcast/feed/server",
		"github.com/labstack/gommon":      "slotcast/feed/server",
		"github.com/spf13/cobra":          "slotcast/cmd/slotcast",
		"modernc.org/sqlite":              "slotcast/schedule/store",
		"github.com/chromedp":             "tests",
		"github.com/jackc/pgx/v5":         "slotcast/schedule/store",
		"github.com/stretchr/testify":     "tests",
		"pgregory.net/rapid":              "tests",
		"github.com/rogpeppe/go-internal": "tests",
	}
}

// within tells whether path is that of a module or folder, or is inside it.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// isStandard tells whether a path is of the standard library: no dot in its
// first part, and not ours.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "slotcast"
}

// brokenImports names each rule that the imports of a package break.
func brokenImports(pkg string, imports []string) []string {
	var broken []string
	allowed, known := mayImport()[pkg]
	if !known {
		broken = append(broken, pkg+" is a package that the plan does not have")
	}
	for _, path := range imports {
		switch {
		case path == "C":
			broken = append(broken, pkg+" imports C; the program is built without it")
		case within(path, "slotcast") && !slices.Contains(allowed, path):
			broken = append(broken, fmt.Sprintf("%s imports %s; of the program's packages it may import %v", pkg, path, allowed))
		case pkg == "slotcast/schedule" && !within(path, "slotcast") && !isStandard(path):
			broken = append(broken, fmt.Sprintf("%s imports %s; it may import the standard library alone", pkg, path))
		}
		for module, owner := range keptTo() {
			if within(path, module) && pkg != owner {
				broken = append(broken, fmt.Sprintf("%s imports %s; it is kept to %s", pkg, path, owner))
			}
		}
	}
	slices.Sort(broken)
	return broken
}

// brokenCalls names what a file has that its package may not: func init, which
// hides what a program depends on, and a clock that nobody passed in.
func brokenCalls(pkg, name string, file *ast.File) []string {
	mayReadClock := pkg == "slotcast/cmd/slotcast" || pkg == "slotcast/feed/server"
	clock := "" // what the file calls package time
	for _, spec := range file.Imports {
		if path, _ := strconv.Unquote(spec.Path.Value); path == "time" {
			clock = "time"
			if spec.Name != nil {
				clock = spec.Name.Name
			}
		}
	}
	var broken []string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			broken = append(broken, fmt.Sprintf("%s: %s has a func init; pass what it sets up instead", pkg, name))
		}
	}
	if mayReadClock || clock == "" {
		return broken
	}
	if clock == "." {
		broken = append(broken, fmt.Sprintf("%s: %s imports time without its name, which hides a clock", pkg, name))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || (s.Sel.Name != "Now" && s.Sel.Name != "Since" && s.Sel.Name != "Until") {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == clock {
			broken = append(broken, fmt.Sprintf("%s: %s reads the clock with time.%s; take the time as an argument", pkg, name, s.Sel.Name))
		}
		return true
	})
	return broken
}

func TestArchitecture(t *testing.T) {
	t.Parallel()
	list := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Imports,GoFiles,CgoFiles,IgnoredGoFiles", "./...")
	list.Dir = filepath.Join("..", "..")
	var complaint strings.Builder
	list.Stderr = &complaint
	out, err := list.Output()
	require.NoError(t, err, complaint.String())

	var broken []string
	packages := map[string]bool{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Dir                            string
			Imports, GoFiles, CgoFiles, IgnoredGoFiles []string
		}
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
		if len(p.GoFiles)+len(p.CgoFiles) == 0 {
			continue // tests alone
		}
		packages[p.ImportPath] = true
		broken = append(broken, brokenImports(p.ImportPath, p.Imports)...)
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			broken = append(broken, brokenCalls(p.ImportPath, name, file)...)
		}
	}
	require.True(t, packages["slotcast/schedule"], "the packages were found")
	require.Empty(t, broken, "broken rules:\n%s", strings.Join(broken, "\n"))
}

func TestBrokenImports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pkg, path string
		want      []string
	}{
		{"slotcast/schedule", "archive/zip", nil},
		{"slotcast/schedule/importer", "slotcast/schedule", nil},
		{"slotcast/schedule/importer", "go.yaml.in/yaml/v3", nil},
		{"slotcast/feed", "github.com/arran4/golang-ical", nil},
		{"slotcast/feed", "github.com/patrickmn/go-cache", nil},
		{"slotcast/feed/server", "github.com/labstack/echo/v4/middleware", nil},
		{"slotcast/feed/server", "slotcast/feed", nil},
		{"slotcast/cmd/slotcast", "github.com/spf13/cobra", nil},
		{"slotcast/cmd/slotcast", "slotcast/schedule/importer", nil},

		{"slotcast/schedule", "golang.org/x/text/language", []string{"slotcast/schedule imports golang.org/x/text/language; it may import the standard library alone"}},
		{"slotcast/schedule", "slotcast/feed", []string{"slotcast/schedule imports slotcast/feed; of the program's packages it may import []"}},
		{"slotcast/schedule/importer", "slotcast/feed", []string{"slotcast/schedule/importer imports slotcast/feed; of the program's packages it may import [slotcast/schedule]"}},
		{"slotcast/feed", "slotcast/feed/server", []string{"slotcast/feed imports slotcast/feed/server; of the program's packages it may import [slotcast/schedule]"}},
		{"slotcast/feed", "slotcast/schedule/importer", []string{"slotcast/feed imports slotcast/schedule/importer; of the program's packages it may import [slotcast/schedule]"}},
		{"slotcast/feed/server", "slotcast/schedule/importer", []string{"slotcast/feed/server imports slotcast/schedule/importer; of the program's packages it may import [slotcast/feed slotcast/schedule]"}},
		{"slotcast/feed/server", "github.com/arran4/golang-ical", []string{"slotcast/feed/server imports github.com/arran4/golang-ical; it is kept to slotcast/feed"}},
		{"slotcast/cmd/slotcast", "github.com/patrickmn/go-cache", []string{"slotcast/cmd/slotcast imports github.com/patrickmn/go-cache; it is kept to slotcast/feed"}},
		{"slotcast/feed", "github.com/labstack/echo/v4", []string{"slotcast/feed imports github.com/labstack/echo/v4; it is kept to slotcast/feed/server"}},
		{"slotcast/feed/server", "github.com/spf13/cobra/doc", []string{"slotcast/feed/server imports github.com/spf13/cobra/doc; it is kept to slotcast/cmd/slotcast"}},
		{"slotcast/feed", "github.com/stretchr/testify/require", []string{"slotcast/feed imports github.com/stretchr/testify/require; it is kept to tests"}},
		{"slotcast/feed/server", "github.com/jackc/pgx/v5/stdlib", []string{"slotcast/feed/server imports github.com/jackc/pgx/v5/stdlib; it is kept to slotcast/schedule/store"}},
		{"slotcast/schedule/store", "slotcast/schedule/store/storetest", []string{"slotcast/schedule/store imports slotcast/schedule/store/storetest; of the program's packages it may import [slotcast/schedule]"}},
		{"slotcast/feed", "C", []string{"slotcast/feed imports C; the program is built without it"}},
		{"slotcast/util", "fmt", []string{"slotcast/util is a package that the plan does not have"}},
		{"slotcast/feed/server/page", "fmt", []string{"slotcast/feed/server/page is a package that the plan does not have"}},
	} {
		require.Equal(t, c.want, brokenImports(c.pkg, []string{"strings", c.path}), "%s imports %s", c.pkg, c.path)
	}
}

func TestBrokenCalls(t *testing.T) {
	t.Parallel()
	const clock = "package p; import \"time\"; func f() { _ = time.Now() }"
	for _, c := range []struct{ pkg, source, want string }{
		{"slotcast/schedule", "package p; import \"time\"; func f(now time.Time) time.Time { return now.Add(time.Hour) }", ""},
		{"slotcast/schedule", "package p; type s struct{}; func (s) init() {}; func (s) Now() {}; func f(time s) { time.Now() }", ""},
		{"slotcast/cmd/slotcast", clock, ""},
		{"slotcast/feed/server", clock, ""},
		{"slotcast/feed", clock, "slotcast/feed: a.go reads the clock with time.Now; take the time as an argument"},
		{"slotcast/schedule/importer", clock, "slotcast/schedule/importer: a.go reads the clock with time.Now; take the time as an argument"},
		{"slotcast/schedule", "package p; import \"time\"; var now = time.Now", "slotcast/schedule: a.go reads the clock with time.Now; take the time as an argument"},
		{"slotcast/schedule", "package p; import t \"time\"; func f() { _ = t.Since(t.Time{}) }", "slotcast/schedule: a.go reads the clock with time.Since; take the time as an argument"},
		{"slotcast/schedule", "package p; import . \"time\"; func f() { _ = Now() }", "slotcast/schedule: a.go imports time without its name, which hides a clock"},
		{"slotcast/cmd/slotcast", "package p; func init() {}", "slotcast/cmd/slotcast: a.go has a func init; pass what it sets up instead"},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", c.source, parser.SkipObjectResolution)
		require.NoError(t, err)
		require.Equal(t, c.want, strings.Join(brokenCalls(c.pkg, "a.go", file), "\n"), c.source)
	}
}
