package server

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

const (
	// maxQR is the longest address, in octets, of which a code is shown: cameras
	// have trouble with the fine codes of longer ones on a screen.
	maxQR = 400

	// quietZone is the white around a code, in modules (ISO/IEC 18004).
	quietZone = 4
)

// qrView is a QR code as one path of an SVG.
type qrView struct {
	Size int // of the square, in modules
	Path string
}

// newQR returns the code of an address, or nil where that is too long.
func newQR(address string) *qrView {
	if len(address) > maxQR {
		return nil
	}
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return nil
	}
	size := code.Bounds().Dx()
	dark := func(x, y int) bool {
		return x < size && color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128
	}
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			run := 0
			for dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
				x += run
			}
		}
	}
	return &qrView{size + 2*quietZone, path.String()}
}
