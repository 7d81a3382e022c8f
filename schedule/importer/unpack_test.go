package importer

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slotcast/schedule"
)

// packFile is a file to be packed.
type packFile struct {
	name, text string
	mode       fs.FileMode
}

// pack makes a zip archive.
func pack(t testing.TB, files ...packFile) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.mode != 0 {
			header.SetMode(f.mode)
		}
		to, err := w.CreateHeader(header)
		require.NoError(t, err)
		_, err = to.Write([]byte(f.text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// packFolder packs a folder of testdata.
func packFolder(t testing.TB, name string) []byte {
	t.Helper()
	var files []packFile
	entries, err := os.ReadDir(filepath.Join("../../testdata", name))
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join("../../testdata", name, e.Name()))
		require.NoError(t, err)
		files = append(files, packFile{name: "export/" + strings.TrimSuffix(e.Name(), ".json"), text: string(data)})
	}
	return pack(t, files...)
}

const smallNative = "conference: {name: C, timezone: UTC}\ntalks: [{title: A, start: 2026-05-04 09:00, end: '10:00'}]\n"

func TestUnpack(t *testing.T) {
	t.Parallel()
	data := pack(t, packFile{name: "b.txt", text: "hello"}, packFile{name: "sub/"}, packFile{name: "sub/a.yaml", text: smallNative}, packFile{name: "empty"},
		packFile{name: "face.png", text: "\x89PNG\x00\x00"}, packFile{name: "__MACOSX/._a", text: "x"}, packFile{name: ".git/config", text: "x"})
	src, err := unpack(Source{Name: "x.zip", Data: data})
	require.NoError(t, err)
	require.Equal(t, []Source{{Name: "b.txt", Data: []byte("hello")}, {Name: "sub/a.yaml", Data: []byte(smallNative)}}, src.Parts)
	s, report, err := Load(Source{Name: "x.zip", Data: data}, Options{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Len(t, s.Slots(), 1)
}

// What packs well beside the schedule does no harm.
func TestUnpackTight(t *testing.T) {
	t.Parallel()
	image := packFile{name: "images/a.svg", text: "<svg>" + strings.Repeat("<g/>", 1_000_000) + "</svg>"}
	s, report, err := Load(Source{Name: "x.zip", Data: pack(t, packFile{name: "a.yaml", text: smallNative}, image, packFile{name: "b.png", text: strings.Repeat("\x00", 80<<20)})}, Options{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Len(t, s.Slots(), 1)
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	good := packFile{name: "a.yaml", text: smallNative}
	many := make([]packFile, MaxParts+1)
	for i := range many {
		many[i] = packFile{name: fmt.Sprint(i), text: "x"}
	}
	bomb := pack(t, good, packFile{name: "b", text: strings.Repeat("\n", MaxSource+1)})
	half := packFile{name: "b", text: strings.Repeat("\n", MaxSource/2)}
	bombs := pack(t, good, half, packFile{name: "c", text: half.text}, packFile{name: "d", text: half.text})
	flat := pack(t, packFile{name: "a", text: strings.Repeat("\n", 3<<20)})
	secret := pack(t, good)
	secret[6] |= 1
	central := bytes.Index(secret, []byte("PK\x01\x02"))
	secret[central+8] |= 1
	damaged := pack(t, good)
	damaged[40]++
	// It says of itself that it is small.
	liar := bytes.Clone(flat)
	binary.LittleEndian.PutUint32(liar[bytes.Index(liar, []byte("PK\x01\x02"))+24:], 10)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"no archive": {[]byte("PK\x03\x04..."), "x is a zip archive that cannot be unpacked: it is damaged; pack it again"},
		"above":      {pack(t, good, packFile{name: "../a", text: "x"}), "“../a” is not a name in a folder"},
		"within":     {pack(t, packFile{name: "a/../../b", text: "x"}), "is not a name in a folder"},
		"absolute":   {pack(t, packFile{name: "/etc/passwd", text: "x"}), "is not a name in a folder"},
		"backslash":  {pack(t, packFile{name: `..\a`, text: "x"}), "is not a name in a folder"},
		"link":       {pack(t, packFile{"a", "/etc/passwd", fs.ModeSymlink | 0o777}), "“a” is a link or a device"},
		"nested":     {pack(t, packFile{name: "b.zip", text: string(pack(t, good))}), "x has an archive in it (b.zip)"},
		"files":      {pack(t, many...), "more than 2000 files"},
		"bomb":       {bomb, "x has more than 64 MiB of text"},
		"bombs":      {bombs, "x has more than 64 MiB of text"},
		"empty":      {pack(t), "x is a zip archive with no file in it; give a schedule"},
		"liar":       {liar, "“a” is damaged"},
		"password":   {secret, "it has a password"},
		"damaged":    {damaged, "“a.yaml” is damaged"},
		"office":     {pack(t, packFile{name: "[Content_Types].xml", text: "<x/>"}), "is an office document"},
		"pictures":   {pack(t, packFile{name: "a.png", text: "\x89PNG\x00"}), "has no text file in it"},
		"nothing":    {pack(t, packFile{name: "a.txt", text: "hello"}), "in no format that is known by its content"},
		"two":        {pack(t, good, packFile{name: "b.yaml", text: smallNative}), "x has 2 schedules (a.yaml, b.yaml); name the file to read"},
		"mixed":      {pack(t, good, packFile{name: "b.txt", text: "Track: Go\n10:00 - 11:00\n"}), "x has schedules in several formats (a.yaml is native, b.txt is trackpage)"},
		"neither":    {pack(t, packFile{name: "a.txt", text: "hello"}, packFile{name: "b.txt", text: "hello"}), "x has 2 files, and none is in a format that is known"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			s, _, err := Load(Source{Name: "x", Data: c.data}, Options{})
			require.ErrorIs(t, err, schedule.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			require.Nil(t, s)
			require.Less(t, time.Since(began), soon)
		})
	}
	_, _, err := Load(Source{Name: "x", Data: pack(t, packFile{name: "a.txt", text: "hello"}, packFile{name: "b.txt", text: "hello"})}, Options{Format: FormatFrab})
	require.ErrorContains(t, err, "none of the 2 files in x looks like the frab format")
}

// Folders and archives have one limit on what they hold together.
func TestPartialOctets(t *testing.T) {
	t.Parallel()
	p := newPartial(Source{Name: "x"})
	require.EqualValues(t, MaxSource, p.room)
	p.room = 600
	require.NoError(t, p.add(Source{Name: "a"}, 590, strings.NewReader(strings.Repeat("a", 590))))
	require.NoError(t, p.add(Source{Name: "b"}, 9_010, strings.NewReader("a picture\x00"+strings.Repeat("b", 9_000))))
	require.NoError(t, p.add(Source{Name: "c"}, 0, strings.NewReader("0123456789")))
	err := p.add(Source{Name: "d"}, 0, strings.NewReader("1"))
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "x has more than 64 MiB of text")
	require.Len(t, p.src.Parts, 2)
	// What says of itself that it is too large is not read.
	p.room = 600
	rest := strings.NewReader(strings.Repeat("e", 10_000))
	require.ErrorContains(t, p.add(Source{Name: "e"}, 10_000, rest), "x has more than 64 MiB of text")
	require.Equal(t, 10_000-512, rest.Len())
}

func TestReadFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("deep/a.yaml", smallNative)
	write("deep/er/b.yaml", "too deep")
	write("readme.md", "hello")
	write(".hidden/c.yaml", smallNative)
	write("face.png", "\x89PNG\x00")
	require.NoError(t, os.Symlink("readme.md", filepath.Join(dir, "link.md")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	src, err := ReadFile(dir)
	require.NoError(t, err)
	require.Equal(t, dir, src.Name)
	require.False(t, src.Modified.IsZero())
	var names []string
	for _, part := range src.Parts {
		names = append(names, part.Name)
	}
	require.Equal(t, []string{"deep/a.yaml", "link.md", "readme.md"}, names)
	s, report, err := Load(src, Options{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Len(t, s.Slots(), 1)

	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("x"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "out")))
	_, err = ReadFile(dir)
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "has the link out, which leads out of it")

	many := t.TempDir()
	for i := range MaxParts + 1 {
		require.NoError(t, os.WriteFile(filepath.Join(many, fmt.Sprint(i)), nil, 0o600))
	}
	_, err = ReadFile(many)
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "more than 2000 files")
}

func FuzzUnpack(f *testing.F) {
	f.Add(packFolder(f, "openevent"))
	f.Add(pack(f, packFile{name: "a.yaml", text: smallNative}))
	f.Fuzz(func(t *testing.T, data []byte) {
		src, err := unpack(Source{Name: "x", Data: data})
		if err != nil {
			require.ErrorIs(t, err, schedule.ErrInvalid)
			return
		}
		require.NotEmpty(t, src.Parts)
		require.LessOrEqual(t, src.size(), int64(MaxSource))
	})
}
