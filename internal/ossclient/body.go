package ossclient

import (
	"bytes"
	"crypto/md5" // Content-MD5 is the protocol's checksum
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"syscall"
)

// ErrBodyChanged says that the bytes read for an upload are not the ones that were digested before it.
var ErrBodyChanged = errors.New("the body is no longer the one that was planned")

// ErrBodyUnreadable says that the body of an upload could not be opened or read.
var ErrBodyUnreadable = errors.New("the body cannot be read")

// ErrDamaged says that an upload arrived and was stored as other bytes than were sent.
var ErrDamaged = errors.New("the body was damaged on its way")

// ErrNotRegular says that what should be a file is a folder, a pipe or a device.
var ErrNotRegular = errors.New("it is not a regular file")

// crcTable is OSS's polynomial (OSS-032).
var crcTable = crc64.MakeTable(crc64.ECMA)

// Body is what an upload sends: bytes that can be opened again for every attempt and every part, with the size and
// digest they must have. The zero Body is empty.
type Body struct {
	// Open gives length bytes from offset on.
	Open  func(offset, length int64) (io.ReadCloser, error)
	Size  int64  // bytes
	CRC64 uint64 // ECMA, as OSS prints it in decimal
}

// BytesBody is a body held in memory.
func BytesBody(b []byte) Body {
	return Body{
		Open: func(offset, length int64) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(b[offset : offset+length])), nil
		},
		Size:  int64(len(b)),
		CRC64: crc64.Checksum(b, crcTable),
	}
}

// FileBody reads the file once to learn its size and digest. Errors are those of the os package, or ErrBodyChanged when
// the file becomes shorter meanwhile.
func FileBody(path string) (Body, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return Body{}, err
	}
	defer f.Close()
	crc, err := digestFile(path, f, info)
	if err != nil {
		return Body{}, err
	}
	return KnownFileBody(path, info.Size(), crc), nil
}

// openRegular opens a file that has a fixed content. To open a pipe that nobody writes to, or a device, may last for
// ever, and no context would end it: the flag makes the system open it at once, and what it is shows then.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// KnownFileBody is a file whose size and digest were learnt before. An upload of it fails with ErrBodyChanged when
// the file has others by then.
func KnownFileBody(path string, size int64, crc uint64) Body {
	open := func(offset, length int64) (io.ReadCloser, error) {
		f, info, err := openRegular(path)
		if err != nil {
			return nil, err
		}
		if info.Size() != size {
			f.Close()
			return nil, fmt.Errorf("%w: it has %d bytes and had %d", ErrBodyChanged, info.Size(), size)
		}
		return fileSection{io.NewSectionReader(f, offset, length), f}, nil
	}
	return Body{Open: open, Size: size, CRC64: crc}
}

type fileSection struct {
	*io.SectionReader
	io.Closer
}

// Beginning reads the first n bytes of the body, or all of a shorter one. Errors are those of opening and reading it.
func (b Body) Beginning(n int64) ([]byte, error) {
	if b.Size == 0 {
		return nil, nil
	}
	reader, err := b.Open(0, min(n, b.Size))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(reader)
}

// Digest is the body's CRC-64 as OSS shows it: an unsigned decimal.
func (b Body) Digest() string { return strconv.FormatUint(b.CRC64, 10) }

// section is a stretch of a body that one request sends. The zero section sends nothing.
type section struct {
	body   Body
	offset int64
	length int64
	crc    uint64 // that it must have; checked while it is sent
	// md5 is its Content-MD5. With one the bytes are what OSS stores, and the CRC-64 of the answer must be theirs.
	md5      string
	progress *progress // counts what is sent, may be nil
}

func (b Body) wholeSection() section { return section{body: b, length: b.Size, crc: b.CRC64} }

// digested reads a stretch of the body for both of its digests at once. OSS stores nothing that has another MD5
// (OSS-276), and wants to know it before the bytes: they are read again when they are sent, from the system's cache.
func (b Body) digested(offset, length int64) (section, error) {
	s := section{body: b, offset: offset, length: length}
	crc, sum := crc64.New(crcTable), md5.New()
	if length > 0 {
		src, err := b.Open(offset, length)
		if err != nil {
			return s, unreadable(err)
		}
		n, err := io.Copy(io.MultiWriter(crc, sum), src)
		src.Close()
		switch {
		case err != nil:
			return s, unreadable(err)
		case n != length:
			return s, endsEarly(length - n)
		}
	}
	s.crc, s.md5 = crc.Sum64(), base64.StdEncoding.EncodeToString(sum.Sum(nil))
	return s, nil
}

// wholeDigested is the whole body, which must have the digest that is known of it.
func (b Body) wholeDigested() (section, error) {
	s, err := b.digested(0, b.Size)
	if err == nil && s.crc != b.CRC64 {
		err = otherCRC(s.crc, b.CRC64)
	}
	return s, err
}

func endsEarly(by int64) error { return fmt.Errorf("%w: it ends %d bytes early", ErrBodyChanged, by) }

func otherCRC(got, want uint64) error {
	return fmt.Errorf("%w: its CRC-64 is %d and was %d", ErrBodyChanged, got, want)
}

// lastBlock is how much of a body is held back until its digest is known to be right, in bytes. OSS stores nothing
// of an upload whose announced length did not arrive.
const lastBlock = 32 << 10

// bodyReader sends a section and digests it. It refuses to finish one that differs from what was digested: the last
// block leaves only when size and CRC of all are right.
type bodyReader struct {
	section
	src io.ReadCloser

	// The transport may still be reading when it returns an early answer.
	mu     sync.Mutex
	digest hash.Hash64
	left   int64  // bytes not yet handed out
	tail   []byte // the checked last block, once read
	err    error  // why sending stopped
}

func newBodyReader(s section) (*bodyReader, error) {
	src, err := s.body.Open(s.offset, s.length)
	if err != nil {
		return nil, unreadable(err)
	}
	return &bodyReader{section: s, src: src, digest: crc64.New(crcTable), left: s.length}, nil
}

func unreadable(err error) error {
	if errors.Is(err, ErrBodyChanged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrBodyUnreadable, err)
}

// Len gives the SDK the Content-Length.
func (r *bodyReader) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(r.left)
}

// Close closes the source; the transport calls it, too.
func (r *bodyReader) Close() error { return r.src.Close() }

// outcome is how much was sent, and why not all.
func (r *bodyReader) outcome() (sent int64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.length - r.left, r.err
}

func (r *bodyReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.read(p)
	r.left -= int64(n)
	r.progress.add(int64(n))
	return n, err
}

func (r *bodyReader) read(p []byte) (int, error) {
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
		return n, nil
	}
	n, err := r.src.Read(p[:min(int64(len(p)), r.left-lastBlock)])
	r.digest.Write(p[:n])
	switch {
	case err == io.EOF && int64(n) < r.left:
		r.err = endsEarly(r.left - int64(n))
	case err != nil && err != io.EOF:
		r.err = unreadable(err)
	}
	return n, r.err
}

// readTail reads the last block and compares the digest of everything.
func (r *bodyReader) readTail() error {
	buf := make([]byte, r.left)
	n, err := io.ReadFull(r.src, buf)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return endsEarly(r.left - int64(n))
	case err != nil:
		return unreadable(err)
	}
	r.digest.Write(buf)
	if got := r.digest.Sum64(); got != r.crc {
		return otherCRC(got, r.crc)
	}
	r.tail = buf
	return nil
}
