package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axeSource is axe-core, which .ci/setup installs.
const axeSource = "../../testdata/browser/node_modules/axe-core/axe.min.js"

// runAxe returns what axe-core finds against WCAG 2.2 AA.
const runAxe = `axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
	resultTypes: ["violations"], preload: false,
}).then((r) => r.passes.length < 10 ? ["it has looked at nothing"] : r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.target + ": " + n.failureSummary)))`

// pictures is the folder in which pictures of every page are kept, for people to
// look at, where SLOTCAST_SCREENSHOTS is 1.
const pictures = "../../dist/screenshots"

func keepsPictures() bool { return os.Getenv("SLOTCAST_SCREENSHOTS") == "1" }

// keep keeps a picture.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(pictures, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(pictures, name), picture, 0o644))
}

// axe-core finds nothing on any page, in light and dark, wide and narrow.
func testAccessible(t *testing.T, b *chromium) {
	axe, err := os.ReadFile(axeSource)
	if err != nil {
		missing(t, "axe-core (npm ci in testdata/browser)")
	}
	tb := b.newVisitor(t).tab()
	kinds := tb.kinds()
	tb.do(tell(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true})) // axe-core is no script of ours
	for _, k := range kinds {
		tb.unfold(k)
		tb.do(evaluate(string(axe)))
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				tb.do(screen(width, 900), likes(scheme))
				require.Empty(t, eval[[]string](tb, runAxe), "%s, %s, %d wide", k.path, scheme, width)
				if keepsPictures() {
					tb.picture(fmt.Sprintf("%s-%s-%d.png", k.name, scheme, width), width)
				}
			}
		}
	}
}

// picture keeps a picture of the whole page, on a screen that is high enough for it.
func (tb *tab) picture(name string, width int64) {
	tb.t.Helper()
	tb.do(screen(width, eval[int64](tb, `document.documentElement.scrollHeight`)))
	ctx, cancel := context.WithTimeout(tb.ctx, browserPatience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(tb.t, err)
	keep(tb.t, name, png)
}
