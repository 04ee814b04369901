package ossserver

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// disk writes files so that they are there whole or not at all. With sync set, what it returned from without an
// error survives a power cut as well; a temporary folder needs none of that.
type disk struct{ sync bool }

// staged is a body that is complete on disk but belongs to no object yet.
type staged struct {
	path string
	size int64
	md5  []byte
	crc  uint64
}

var crcTable = crc64.MakeTable(crc64.ECMA)

// discard removes the file of a body that was not wanted after all; after a commit there is nothing left to remove.
func (s *staged) discard() {
	if s != nil && s.path != "" {
		_ = os.Remove(s.path)
	}
}

// stage streams r into a new file in dir. Errors of the reader are returned as *readError.
func (d disk) stage(dir string, r io.Reader) (*staged, error) {
	f, err := os.CreateTemp(dir, "body-*")
	if err != nil {
		return nil, err
	}
	s := &staged{path: f.Name()}
	sum, crc := md5.New(), crc64.New(crcTable)
	s.size, err = io.Copy(io.MultiWriter(f, sum, crc), markReader{r})
	if err == nil && d.sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		s.discard()
		return nil, err
	}
	s.md5, s.crc = sum.Sum(nil), crc.Sum64()
	return s, nil
}

// readError says that the client, not the disk, ended a transfer.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }
func (e *readError) Unwrap() error { return e.err }

type markReader struct{ r io.Reader }

func (m markReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		err = &readError{err}
	}
	return n, err
}

// duplicate gives the bytes of a finished body a second name in dir. Bodies are never changed in place except by
// appending, so a hard link will do wherever the file system has them; own asks for bytes of its own.
func (d disk) duplicate(dir, from string, own bool) (string, error) {
	name := filepath.Join(dir, "body-"+randomHex(8))
	if !own && os.Link(from, name) == nil {
		return name, nil
	}
	src, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer src.Close()
	dst, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(dst, src)
	if err == nil && d.sync {
		err = dst.Sync()
	}
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(name)
	}
	return name, err
}

// writeJSON replaces the file at path by value, through a file in tmp, which must be on the same file system.
func (d disk) writeJSON(tmp, path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(tmp, "record-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err == nil && d.sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return d.syncDir(filepath.Dir(path))
}

// syncDir makes the names in dir durable. Windows has no such call and does not need it.
func (d disk) syncDir(dir string) error {
	if !d.sync || runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func readJSON(path string, value any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}

// randomHex is n random bytes in hex.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // documented never to fail
	return hex.EncodeToString(b)
}
