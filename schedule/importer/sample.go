package importer

import (
	_ "embed"
	"time"
)

//go:embed sample.yaml
var sampleYAML []byte

// Sample returns the built-in sample: one track of a real conference, in the
// native format. It is the same on every call and in every build.
func Sample() Source {
	return Source{
		Name:     "sample.yaml",
		Data:     sampleYAML,
		Modified: time.Date(2016, time.November, 1, 12, 0, 0, 0, time.UTC),
	}
}
