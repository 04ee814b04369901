package ossserver

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// upload is a multipart upload in progress: upload.json in a folder named by its ID, and two files a part.
type upload struct {
	uploadRecord
	dir string

	// busy is held while parts are put in or put together, before the bucket's lock.
	busy sync.Mutex

	parts map[int]*part // guarded by the bucket's lock
	seq   int           // numbers the body files; guarded by the bucket's lock
	ended bool          // completed or aborted; guarded by the bucket's lock
}

type uploadRecord struct {
	Key       string    `json:"key"`
	UploadID  string    `json:"uploadID"`
	Initiated time.Time `json:"initiated"`
	// Callback and CallbackVar are the headers as they came: SDKs send them here as well as on completion.
	Callback    string `json:"callback,omitempty"`
	CallbackVar string `json:"callbackVar,omitempty"`
	Sequential  bool   `json:"sequential,omitempty"` // the object is to have a Content-MD5 (OSS-283)
	attributes
}

// part is one uploaded part. It is never changed, only replaced.
type part struct {
	Number       int       `json:"number"`
	Size         int64     `json:"size"`
	ETag         string    `json:"etag"` // without quotes
	CRC64        uint64    `json:"crc64,string"`
	LastModified time.Time `json:"lastModified"`
	Body         string    `json:"body"` // file name beside this file
}

const (
	maxPartNumber = 10000
	minPartSize   = 100 << 10 // OSS-080: of all parts but the last
)

func (b *bucket) uploadsDir() string { return filepath.Join(b.dir, "uploads") }

// loadUploads reads the uploads in progress, and clears folders that are not whole: an upload that was being made, completed or
// aborted when the server ended.
func (b *bucket) loadUploads() error {
	folders, err := os.ReadDir(b.uploadsDir())
	if err != nil {
		return err
	}
	for _, f := range folders {
		u := &upload{dir: filepath.Join(b.uploadsDir(), f.Name()), parts: map[int]*part{}}
		err := readJSON(filepath.Join(u.dir, "upload.json"), &u.uploadRecord)
		if errors.Is(err, os.ErrNotExist) {
			if err := os.RemoveAll(u.dir); err != nil {
				return err
			}
			continue
		}
		if err == nil && u.UploadID != f.Name() {
			err = fmt.Errorf("says it is upload %q", u.UploadID)
		}
		if err == nil {
			err = u.loadParts()
		}
		if err != nil {
			return fmt.Errorf("upload %s: %w", f.Name(), err)
		}
		b.uploads[u.UploadID] = u
	}
	return nil
}

func (u *upload) loadParts() error {
	files, err := os.ReadDir(u.dir)
	if err != nil {
		return err
	}
	bodies := map[string]bool{}
	for _, f := range files {
		switch name := f.Name(); {
		case strings.HasSuffix(name, ".body"):
			bodies[name] = true
			// Names count on from the highest, whichever part it belongs to.
			var number, seq int
			if _, err := fmt.Sscanf(name, "part-%05d.%d.body", &number, &seq); err == nil {
				u.seq = max(u.seq, seq)
			}
		case strings.HasPrefix(name, "part-"):
			p := &part{}
			if err := readJSON(filepath.Join(u.dir, name), p); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			u.parts[p.Number] = p
		}
	}
	for _, p := range u.parts {
		delete(bodies, p.Body)
	}
	for orphan := range bodies {
		_ = os.Remove(filepath.Join(u.dir, orphan))
	}
	return nil
}

// newUpload makes an upload and its folder.
func (b *bucket) newUpload(rec uploadRecord) (*upload, error) {
	rec.UploadID = strings.ToUpper(randomHex(16))
	u := &upload{uploadRecord: rec, dir: filepath.Join(b.uploadsDir(), rec.UploadID), parts: map[int]*part{}}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return nil, noSuchBucket(b.name)
	}
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		return nil, err
	}
	if err := b.writeJSON(b.tmp(), filepath.Join(u.dir, "upload.json"), u.uploadRecord); err != nil {
		return nil, err
	}
	if err := b.syncDir(b.uploadsDir()); err != nil {
		return nil, err
	}
	b.uploads[u.UploadID] = u
	return u, nil
}

// upload finds an upload in progress for an operation; its ID counts only together with its key.
func (b *bucket) upload(op, key, id string) (*upload, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if u := b.uploads[id]; u != nil && u.Key == key && !u.ended {
		return u, nil
	}
	return nil, noSuchUpload(op, id)
}

// noSuchUploadECs are those of OSS-261, and of OSS-280 for parts.
var noSuchUploadECs = map[string]string{
	"UploadPart": "0042-00000104", "UploadPartCopy": "0042-00000311", "ListParts": "0042-00000002",
	"CompleteMultipartUpload": "0042-00000203", "AbortMultipartUpload": "0042-00000002",
}

// noSuchUpload has the same words for each operation, and an EC of its own.
func noSuchUpload(op, id string) *apiError {
	return fail(http.StatusNotFound, "NoSuchUpload", noSuchUploadECs[op], "The specified upload does not exist. The upload ID may be invalid, or the "+
		"upload may have been aborted or completed.", "UploadId", id)
}

// putPart makes a staged body a part of u, in place of an earlier one with its number.
func (b *bucket) putPart(op string, u *upload, number int, st *staged, now time.Time) (*part, error) {
	u.busy.Lock()
	defer u.busy.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if u.ended || b.gone {
		return nil, noSuchUpload(op, u.UploadID)
	}
	u.seq++
	p := &part{
		Number: number, Size: st.size, ETag: strings.ToUpper(hex.EncodeToString(st.md5)), CRC64: st.crc,
		LastModified: now.UTC(), Body: fmt.Sprintf("part-%05d.%d.body", number, u.seq),
	}
	if err := os.Rename(st.path, filepath.Join(u.dir, p.Body)); err != nil {
		return nil, err
	}
	if err := b.writeJSON(b.tmp(), filepath.Join(u.dir, fmt.Sprintf("part-%05d.json", number)), p); err != nil {
		_ = os.Remove(filepath.Join(u.dir, p.Body))
		return nil, err
	}
	if old := u.parts[number]; old != nil {
		_ = os.Remove(filepath.Join(u.dir, old.Body))
	}
	u.parts[number] = p
	return p, nil
}

// partList is a snapshot of u's parts by number.
func (b *bucket) partList(u *upload) []*part {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.SortedFunc(maps.Values(u.parts), func(a, c *part) int { return a.Number - c.Number })
}

// end takes an upload off the list and off the disk. The caller holds u.busy.
func (b *bucket) end(op string, u *upload) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u.ended {
		return noSuchUpload(op, u.UploadID)
	}
	// Without this file the folder is not an upload any more; the rest may go now or at the next start.
	if err := os.Remove(filepath.Join(u.dir, "upload.json")); err != nil {
		return err
	}
	if err := b.syncDir(u.dir); err != nil {
		return err
	}
	u.ended = true
	delete(b.uploads, u.UploadID)
	_ = os.RemoveAll(u.dir)
	return nil
}

// abort drops an upload with all its parts.
func (b *bucket) abort(op, key, id string) error {
	u, err := b.upload(op, key, id)
	if err != nil {
		return err
	}
	u.busy.Lock()
	defer u.busy.Unlock()
	return b.end(op, u)
}

// assemble writes the parts one behind the other into a new body. The bytes are not read into memory, and not again for
// their CRC, unless the upload wants an MD5. The caller holds u.busy.
func (b *bucket) assemble(u *upload, parts []*part) (*staged, error) {
	out, err := os.CreateTemp(b.tmp(), "body-*")
	if err != nil {
		return nil, err
	}
	st := &staged{path: out.Name()}
	sum, to := md5.New(), io.Writer(out)
	if u.Sequential {
		to = io.MultiWriter(out, sum)
	}
	for _, p := range parts {
		if err = appendFile(to, filepath.Join(u.dir, p.Body), p.Size); err != nil {
			break
		}
		st.crc = combineCRC(st.crc, p.CRC64, p.Size)
		st.size += p.Size
	}
	if err == nil && b.sync {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		st.discard()
		return nil, err
	}
	if u.Sequential {
		st.md5 = sum.Sum(nil)
	}
	return st, nil
}

// appendFile copies size bytes of a file to the end of out; the kernel does it where it can.
func appendFile(out io.Writer, path string, size int64) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	n, err := io.Copy(out, io.LimitReader(in, size))
	if err == nil && n != size {
		return fmt.Errorf("%s: %w", filepath.Base(path), io.ErrUnexpectedEOF)
	}
	return err
}

// multipartETag is not an MD5 of the body but of the parts' ETags, as they are written, and says how many there are (OSS-212).
func multipartETag(parts []*part) string {
	sum := md5.New()
	for _, p := range parts {
		_, _ = io.WriteString(sum, p.ETag)
	}
	return strings.ToUpper(hex.EncodeToString(sum.Sum(nil))) + fmt.Sprintf("-%d", len(parts))
}
