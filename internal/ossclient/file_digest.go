package ossclient

import (
	"hash/crc64"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"golang.org/x/sync/errgroup"
)

const (
	// digestPiece is how much of a file one processor digests at a time, in bytes.
	digestPiece = 16 << 20
	// settled is how long a file has to have been left alone for its time to show the next change of it: some file systems
	// note times by the second, FAT by two.
	settled = 2 * time.Second
)

// digests is what is known of files that were read in this process, by path. Many resources may share a file.
var digests sync.Map

// digestedFile is a file as it was when it was read.
type digestedFile struct {
	info fs.FileInfo
	crc  uint64
}

// digestFile gives the CRC-64 of an open file. One that is still as it was when it was last read, by size, time and
// identity, is not read again.
func digestFile(path string, f *os.File, info fs.FileInfo) (uint64, error) {
	if last, ok := digests.Load(path); ok {
		d := last.(digestedFile)
		if os.SameFile(d.info, info) && d.info.Size() == info.Size() && d.info.ModTime().Equal(info.ModTime()) {
			return d.crc, nil
		}
	}
	began := time.Now()
	crc, err := digestPieces(f, info.Size())
	if err == nil && began.Sub(info.ModTime()) > settled {
		digests.Store(path, digestedFile{info, crc})
	}
	return crc, err
}

// digestPieces digests a large file with all processors: the CRC of two stretches follows from the CRC of each.
func digestPieces(f io.ReaderAt, size int64) (uint64, error) {
	pieces := make([]uint64, (size+digestPiece-1)/digestPiece)
	length := func(i int) int64 { return min(digestPiece, size-int64(i)*digestPiece) }
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range pieces {
		work.Go(func() error {
			digest := crc64.New(crcTable)
			n, err := io.Copy(digest, io.NewSectionReader(f, int64(i)*digestPiece, length(i)))
			if err == nil && n != length(i) {
				err = endsEarly(length(i) - n)
			}
			pieces[i] = digest.Sum64()
			return err
		})
	}
	err := work.Wait()
	if len(pieces) == 0 {
		return 0, err
	}
	crc := pieces[0] // combining costs as much as digesting 200 KB
	for i, piece := range pieces[1:] {
		crc = oss.CRC64Combine(crc, piece, uint64(length(i+1))) //nolint:gosec // a length
	}
	return crc, err
}
