package ossclient

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"os"
	"strconv"
	"sync"
)

// ErrBodyChanged says that the bytes read for an upload are not the ones that were digested before it.
var ErrBodyChanged = errors.New("the body is no longer the one that was planned")

// ErrBodyUnreadable says that the body of an upload could not be opened or read.
var ErrBodyUnreadable = errors.New("the body cannot be read")

// crcTable is OSS's polynomial (facts: CRC-64, ECMA-182).
var crcTable = crc64.MakeTable(crc64.ECMA)

// Body is what an upload sends: bytes that can be opened again for every attempt, with the size and digest
// they must have. The zero Body is empty.
type Body struct {
	Open  func() (io.ReadCloser, error)
	Size  int64  // bytes
	CRC64 uint64 // ECMA, as OSS prints it in decimal
}

// BytesBody is a body held in memory.
func BytesBody(b []byte) Body {
	return Body{
		Open:  func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
		Size:  int64(len(b)),
		CRC64: crc64.Checksum(b, crcTable),
	}
}

// FileBody reads the file once to learn its size and digest. Errors are those of the os package.
func FileBody(path string) (Body, error) {
	f, err := os.Open(path)
	if err != nil {
		return Body{}, err
	}
	defer f.Close()
	digest := crc64.New(crcTable)
	n, err := io.Copy(digest, f)
	if err != nil {
		return Body{}, err
	}
	return Body{
		Open:  func() (io.ReadCloser, error) { return os.Open(path) },
		Size:  n,
		CRC64: digest.Sum64(),
	}, nil
}

// Digest is the body's CRC-64 as OSS shows it: an unsigned decimal.
func (b Body) Digest() string { return strconv.FormatUint(b.CRC64, 10) }

// lastBlock is how much of a body is held back until its digest is known to be right, in bytes. OSS stores
// nothing of an upload whose announced length did not arrive.
const lastBlock = 32 << 10

// checkedReader sends a body and refuses to finish one that differs from what was digested: the last block
// leaves only when size and CRC of the whole are right.
type checkedReader struct {
	want Body
	src  io.ReadCloser

	// The transport may still be reading when it returns an early answer.
	mu     sync.Mutex
	digest hash.Hash64
	left   int64  // bytes not yet handed out
	tail   []byte // the checked last block, once read
	err    error  // why sending stopped
}

func newCheckedReader(b Body) (*checkedReader, error) {
	src, err := b.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBodyUnreadable, err)
	}
	return &checkedReader{want: b, src: src, digest: crc64.New(crcTable), left: b.Size}, nil
}

// Len tells the SDK the Content-Length.
func (r *checkedReader) Len() int { return int(r.left) }

// Close closes the source; the transport calls it, too.
func (r *checkedReader) Close() error { return r.src.Close() }

// failure is why the body could not be sent whole, or nil.
func (r *checkedReader) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (r *checkedReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.err != nil:
		return 0, r.err
	case r.left == 0:
		return 0, io.EOF
	case r.tail == nil && r.left <= lastBlock:
		if r.err = r.readTail(); r.err != nil {
			return 0, r.err
		}
	}
	if r.tail != nil {
		n := copy(p, r.tail)
		r.tail = r.tail[n:]
		r.left -= int64(n)
		return n, nil
	}
	if free := r.left - lastBlock; int64(len(p)) > free {
		p = p[:free]
	}
	n, err := r.src.Read(p)
	r.digest.Write(p[:n])
	r.left -= int64(n)
	if err == io.EOF {
		err = fmt.Errorf("%w: it ends %d bytes early", ErrBodyChanged, r.left)
	} else if err != nil {
		err = fmt.Errorf("%w: %w", ErrBodyUnreadable, err)
	}
	r.err = err
	return n, err
}

// readTail reads the last block and one byte more, and compares the digest of everything.
func (r *checkedReader) readTail() error {
	buf := make([]byte, r.left+1)
	n, err := io.ReadFull(r.src, buf)
	switch {
	case err == nil:
		return fmt.Errorf("%w: it has grown beyond %d bytes", ErrBodyChanged, r.want.Size)
	case !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return fmt.Errorf("%w: %w", ErrBodyUnreadable, err)
	case int64(n) < r.left:
		return fmt.Errorf("%w: it ends %d bytes early", ErrBodyChanged, r.left-int64(n))
	}
	r.digest.Write(buf[:n])
	if got := r.digest.Sum64(); got != r.want.CRC64 {
		return fmt.Errorf("%w: its CRC-64 is %d and was %d", ErrBodyChanged, got, r.want.CRC64)
	}
	r.tail = buf[:n]
	return nil
}
