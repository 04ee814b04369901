package ossclient

import (
	"bytes"
	"errors"
	"hash/crc64"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The digest of a file that is digested in pieces is that of its bytes in a row.
func TestFileDigestOfPieces(t *testing.T) {
	t.Parallel()
	data := make([]byte, 2*digestPiece+12345)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(data)
	sizes := []int{0, 1, digestPiece - 1, digestPiece, digestPiece + 1, 2 * digestPiece, len(data)}
	if testing.Short() {
		sizes = []int{digestPiece + 1}
	}
	for _, size := range sizes {
		got, err := digestPieces(bytes.NewReader(data), int64(size))
		if want := crc64.Checksum(data[:size], crcTable); err != nil || got != want {
			t.Errorf("%d bytes: %d, %v; want %d", size, got, err, want)
		}
	}
	if _, err := digestPieces(bytes.NewReader(data[:digestPiece]), digestPiece+1); !errors.Is(err, ErrBodyChanged) {
		t.Errorf("a file that became shorter: %v", err)
	}
}

// A file is read again unless it is certain that it is still the one that was read.
func TestFileDigestIsTakenOnceForAFileThatStays(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "body")
	digestOf := func(want string, what string) {
		t.Helper()
		body, err := FileBody(path)
		if err != nil || body.CRC64 != crc64.Checksum([]byte(want), crcTable) {
			t.Errorf("%s: digest %d, %v; want that of %q", what, body.CRC64, err, want)
		}
	}
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	write("one", long)
	digestOf("one", "at first")
	write("two", long)
	digestOf("one", "the same file, size and time: it is not read again")
	write("six", long.Add(time.Second))
	digestOf("six", "another time")
	write("seven", long.Add(time.Second))
	digestOf("seven", "another size")
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	write("eight", long.Add(time.Second))
	digestOf("eight", "another file")
	now := time.Now()
	write("nine", now)
	digestOf("nine", "a file of this moment")
	write("tens", now)
	digestOf("tens", "the same size and time, of a moment in which a change may not show")
}

// BenchmarkFileDigest prints how fast a large file is digested.
func BenchmarkFileDigest(b *testing.B) {
	path := filepath.Join(b.TempDir(), "body")
	if err := os.WriteFile(path, make([]byte, 256<<20), 0o600); err != nil {
		b.Fatal(err)
	}
	later := time.Now().Add(time.Hour) // never settled, so that it is read each time
	if err := os.Chtimes(path, later, later); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(256 << 20)
	for range b.N {
		if _, err := FileBody(path); err != nil {
			b.Fatal(err)
		}
	}
}
