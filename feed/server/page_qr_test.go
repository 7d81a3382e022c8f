package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"
	"github.com/stretchr/testify/require"
)

// The path draws the modules of the code, each where it belongs.
func TestQR(t *testing.T) {
	t.Parallel()
	const address = "https://cal.example.org/tracks/go.ics"
	v := newQR(address)
	code, err := qr.Encode(address, qr.M, qr.Auto)
	require.NoError(t, err)
	size := code.Bounds().Dx()
	require.Equal(t, size+2*quietZone, v.Size)
	drawn := map[[2]int]bool{}
	for move := range strings.SplitSeq(strings.TrimPrefix(v.Path, "M"), "M") {
		var x, y, run, back int
		n, err := fmt.Sscanf(move, "%d %dh%dv1h-%dz", &x, &y, &run, &back)
		require.NoError(t, err)
		require.Equal(t, 4, n)
		require.Equal(t, run, back)
		for i := range run {
			require.False(t, drawn[[2]int{x + i, y}], "once")
			drawn[[2]int{x + i, y}] = true
		}
	}
	for y := range size {
		for x := range size {
			r, _, _, _ := code.At(x, y).RGBA()
			require.Equal(t, r == 0, drawn[[2]int{x + quietZone, y + quietZone}], "%d, %d", x, y)
		}
	}
	require.True(t, drawn[[2]int{quietZone, quietZone}], "the corner of the finder")
	require.Equal(t, v, newQR(address), "the same each time")
	require.Nil(t, newQR("https://cal.example.org/"+strings.Repeat("a", maxQR)))
}
