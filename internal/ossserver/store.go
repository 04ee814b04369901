package ossserver

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// store is the data folder:
//
//	<bucket>/bucket.json                                the bucket's settings
//	<bucket>/objects/<key folder>/<version>.json        one version's metadata; "null" where there is no versioning
//	<bucket>/objects/<key folder>/<version>.<n>.body    its bytes
//	<bucket>/uploads/<upload ID>/                       a multipart upload in progress
//	<bucket>/tmp/                                       bodies still arriving; emptied at start
//	oss-local.lock                                      empty; locked while a server has the folder, temporary ones apart
//
// Everything is listed in memory from the JSON files at start; the JSON file is always written first.
type store struct {
	dir  string
	lock *folderLock
	disk
	now func() time.Time

	mu      sync.RWMutex
	buckets map[string]*bucket
}

// Folders being made or removed have names that no bucket can have (OSS-011: lower-case letters, digits, hyphen).
const (
	makingPrefix   = "_making-"
	removingPrefix = "_removing-"
)

// openStore opens a data folder. A durable one is locked until close; another one is nobody else's.
func openStore(dir string, durable bool, now func() time.Time) (*store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	st := &store{dir: dir, disk: disk{sync: durable}, now: now, buckets: map[string]*bucket{}}
	if durable {
		if st.lock, err = lockFolder(dir); err != nil {
			return nil, err
		}
	}
	if err := st.load(); err != nil {
		return nil, errors.Join(err, st.lock.release())
	}
	return st, nil
}

// load clears what an earlier server left half done, and lists the rest.
func (st *store) load() error {
	entries, err := os.ReadDir(st.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, makingPrefix) || strings.HasPrefix(name, removingPrefix) {
			if err := os.RemoveAll(filepath.Join(st.dir, name)); err != nil {
				return err
			}
			continue
		}
		if !validBucketName(name) {
			continue // not ours
		}
		b, err := st.loadBucket(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // a folder without bucket.json is not ours either
		}
		if err != nil {
			return fmt.Errorf("bucket %q: %w", name, err)
		}
		st.buckets[name] = b
	}
	return nil
}

// bucket finds a bucket by name.
func (st *store) bucket(name string) (*bucket, error) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if b := st.buckets[name]; b != nil {
		return b, nil
	}
	return nil, noSuchBucket(name)
}

// list gives the buckets by name.
func (st *store) list() []*bucket {
	st.mu.RLock()
	defer st.mu.RUnlock()
	all := make([]*bucket, 0, len(st.buckets))
	for _, b := range st.buckets {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b *bucket) int { return strings.Compare(a.name, b.name) })
	return all
}

// create makes a bucket. One that exists is given back with existed set, unchanged.
func (st *store) create(name string, set bucketSettings) (b *bucket, existed bool, err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if b := st.buckets[name]; b != nil {
		return b, true, nil
	}
	// The folder appears under its name complete or not at all.
	making := filepath.Join(st.dir, makingPrefix+name)
	if err := os.RemoveAll(making); err != nil {
		return nil, false, err
	}
	for _, sub := range []string{"objects", "uploads", "tmp"} {
		if err := os.MkdirAll(filepath.Join(making, sub), 0o755); err != nil {
			return nil, false, err
		}
	}
	set.Name, set.Created = name, st.now().UTC()
	if err := st.writeJSON(filepath.Join(making, "tmp"), filepath.Join(making, "bucket.json"), set); err != nil {
		return nil, false, err
	}
	if err := os.Rename(making, filepath.Join(st.dir, name)); err != nil {
		return nil, false, err
	}
	if err := st.syncDir(st.dir); err != nil {
		return nil, false, err
	}
	b = st.newBucket(set)
	st.buckets[name] = b
	return b, false, nil
}

// remove deletes an empty bucket (OSS-012).
func (st *store) remove(name string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	b := st.buckets[name]
	if b == nil {
		return noSuchBucket(name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.all.keys) > 0 || len(b.uploads) > 0 {
		return fail(http.StatusConflict, "BucketNotEmpty", "0015-00000301", "The bucket you tried to delete is not empty.", "BucketName", name)
	}
	removing := filepath.Join(st.dir, removingPrefix+name+"-"+randomHex(4))
	if err := os.Rename(b.dir, removing); err != nil {
		return err
	}
	b.gone = true
	delete(st.buckets, name)
	if err := st.syncDir(st.dir); err != nil {
		return err
	}
	// The bucket is gone by now; a rest that cannot be removed at once is removed at the next start.
	_ = os.RemoveAll(removing)
	return nil
}

const maxBucketName = 63

// validBucketName is OSS-011.
func validBucketName(name string) bool {
	if len(name) < 3 || len(name) > maxBucketName || name[0] == '-' || name[len(name)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(name, notInBucketName)
}

func notInBucketName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
}
