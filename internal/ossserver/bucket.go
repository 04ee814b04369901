package ossserver

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// bucketSettings is bucket.json.
type bucketSettings struct {
	Name         string    `json:"name"`
	Created      time.Time `json:"created"`
	ACL          string    `json:"acl"`
	StorageClass string    `json:"storageClass"`
	Versioning   string    `json:"versioning,omitempty"` // "", Enabled, Suspended
	CORS         *CORS     `json:"cors,omitempty"`

	Redundancy    string             `json:"redundancy,omitempty"` // LRS, ZRS; "" is LRS
	ResourceGroup string             `json:"resourceGroup,omitempty"`
	Encryption    *defaultEncryption `json:"encryption,omitempty"`
	ObjectLock    *objectLock        `json:"objectLock,omitempty"`
	Overwrite     []overwriteRule    `json:"overwrite,omitempty"`
}

const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

// bucket is one bucket and the list of all that is in it.
type bucket struct {
	name string
	dir  string
	disk
	now func() time.Time

	mu      sync.RWMutex
	gone    bool // deleted while a request held it
	set     bucketSettings
	seq     uint64
	entries map[string][]*version // newest first, delete markers included
	all     keyset                // keys with any version
	live    keyset                // keys whose current version is not a delete marker
	uploads map[string]*upload
}

func (st *store) newBucket(set bucketSettings) *bucket {
	return &bucket{
		name: set.Name, dir: filepath.Join(st.dir, set.Name), disk: st.disk, now: st.now, set: set,
		entries: map[string][]*version{}, uploads: map[string]*upload{},
	}
}

// loadBucket reads a bucket's folder and clears what an interrupted request left there.
func (st *store) loadBucket(name string) (*bucket, error) {
	var set bucketSettings
	if err := readJSON(filepath.Join(st.dir, name, "bucket.json"), &set); err != nil {
		return nil, err
	}
	set.Name = name // the folder's name counts, so that a folder may be copied
	b := st.newBucket(set)
	tmp := b.tmp()
	if err := os.RemoveAll(tmp); err != nil {
		return nil, err
	}
	for _, dir := range []string{tmp, filepath.Join(b.dir, "objects"), filepath.Join(b.dir, "uploads")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	folders, err := os.ReadDir(filepath.Join(b.dir, "objects"))
	if err != nil {
		return nil, err
	}
	for _, f := range folders {
		if err := b.loadKey(f.Name()); err != nil {
			return nil, err
		}
	}
	for key := range b.entries {
		b.all.keys = append(b.all.keys, key)
	}
	slices.Sort(b.all.keys)
	for _, key := range b.all.keys {
		if !b.entries[key][0].DeleteMarker {
			b.live.keys = append(b.live.keys, key)
		}
	}
	return b, b.loadUploads()
}

// loadKey reads one key's folder: all its records, and away with bodies that no record names.
func (b *bucket) loadKey(folder string) error {
	dir := filepath.Join(b.dir, "objects", folder)
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	bodies := map[string]bool{}
	var versions []*version
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".body") {
			bodies[f.Name()] = true
		}
		if !strings.HasSuffix(f.Name(), ".json") {
			continue
		}
		v := &version{}
		if err := readJSON(filepath.Join(dir, f.Name()), v); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(folder, f.Name()), err)
		}
		if keyFolder(v.Key) != folder || v.VersionID+".json" != f.Name() {
			return fmt.Errorf("%s: says it is version %q of %q", filepath.Join(folder, f.Name()), v.VersionID, v.Key)
		}
		versions = append(versions, v)
		b.seq = max(b.seq, v.Seq)
	}
	for _, v := range versions {
		delete(bodies, v.Body)
	}
	for orphan := range bodies {
		_ = os.Remove(filepath.Join(dir, orphan))
	}
	if len(versions) == 0 {
		_ = os.Remove(dir)
		return nil
	}
	slices.SortFunc(versions, newestFirst)
	b.entries[versions[0].Key] = versions
	return nil
}

func newestFirst(a, b *version) int {
	switch {
	case a.Seq > b.Seq:
		return -1
	case a.Seq < b.Seq:
		return 1
	}
	return 0
}

func (b *bucket) tmp() string { return filepath.Join(b.dir, "tmp") }

func (b *bucket) keyDir(key string) string { return filepath.Join(b.dir, "objects", keyFolder(key)) }

// settings is a snapshot of the bucket's settings; what it points to is never changed in place.
func (b *bucket) settings() bucketSettings {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.set
}

// change rewrites the bucket's settings.
func (b *bucket) change(edit func(*bucketSettings)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return noSuchBucket(b.name)
	}
	set := b.set
	edit(&set)
	if err := b.writeJSON(b.tmp(), filepath.Join(b.dir, "bucket.json"), set); err != nil {
		return err
	}
	b.set = set
	return nil
}

// current is the newest version of key, a delete marker included, or nil. The caller holds b.mu.
func (b *bucket) current(key string) *version {
	if vs := b.entries[key]; len(vs) > 0 {
		return vs[0]
	}
	return nil
}

func (b *bucket) withID(key, id string) *version {
	for _, v := range b.entries[key] {
		if v.VersionID == id {
			return v
		}
	}
	return nil
}

// find is the version a request names: the current one if id is "", else that one. The caller holds b.mu.
func (b *bucket) find(key, id string) (*version, error) {
	if id == "" {
		v := b.current(key)
		if v == nil {
			return nil, noSuchKey(key)
		}
		if v.DeleteMarker { // OSS-052
			return nil, noSuchKey(key).with("x-oss-delete-marker", "true").with("x-oss-version-id", v.VersionID)
		}
		return v, nil
	}
	v := b.withID(key, id)
	if v == nil {
		return nil, noSuchVersion(key, id)
	}
	return v, nil
}

// lookup is find with the lock, where a named delete marker cannot serve (OSS-053).
func (b *bucket) lookup(key, id, method string) (*version, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, err := b.find(key, id)
	if err != nil {
		return nil, err
	}
	return v, v.refuseMarker(method)
}

func (v *version) refuseMarker(method string) error {
	if v.DeleteMarker {
		return methodNotAllowed(method, "DeleteMarker").with("x-oss-delete-marker", "true").
			with("x-oss-version-id", v.VersionID).with("Allow", "DELETE")
	}
	return nil
}

// open opens a version's body; it stays readable when the version is deleted meanwhile.
func (b *bucket) open(key, id, method string) (*version, *os.File, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, err := b.find(key, id)
	if err != nil {
		return nil, nil, err
	}
	if err := v.refuseMarker(method); err != nil {
		return nil, nil, err
	}
	return b.openBody(v)
}

// openBody opens the body of v; the file is nil if v has none. The caller holds b.mu.
func (b *bucket) openBody(v *version) (*version, *os.File, error) {
	if v.Body == "" {
		return v, nil, nil
	}
	f, err := os.Open(b.bodyPath(v))
	return v, f, err
}

// openSource opens what a copy reads. A named delete marker is left for the caller to refuse.
func (b *bucket) openSource(key, id string) (*version, *os.File, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, err := b.find(key, id)
	if err != nil {
		return nil, nil, err
	}
	return b.openBody(v)
}

func (b *bucket) bodyPath(v *version) string {
	if v.Body == "" {
		return ""
	}
	return filepath.Join(b.keyDir(v.Key), v.Body)
}

// put publishes a new current version of key. build sees the current version (nil if there is none, maybe a delete
// marker) while nothing else changes, and gives the new one with its body; without a body the new version shares the
// body of cur. put fills in key, version ID and order.
func (b *bucket) put(key string, build func(cur *version) (*version, *staged, error)) (*version, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return nil, noSuchBucket(b.name)
	}
	v, body, err := build(b.current(key))
	if err != nil {
		return nil, err
	}
	defer body.discard() // nothing is left of it if all goes well
	b.set.ObjectLock.retain(v)
	v.Key, v.Seq, v.VersionID = key, b.seq+1, nullVersion
	if b.set.Versioning == versioningEnabled {
		v.VersionID = newVersionID()
	}
	dir := b.keyDir(key)
	if err := b.makeKeyDir(dir); err != nil {
		return nil, err
	}
	if body != nil {
		v.Body = fmt.Sprintf("%s.%d.body", v.VersionID, v.Seq)
		if err := os.Rename(body.path, filepath.Join(dir, v.Body)); err != nil {
			return nil, err
		}
		body.path = ""
	}
	if err := b.writeJSON(b.tmp(), filepath.Join(dir, v.VersionID+".json"), v); err != nil {
		if body != nil {
			_ = os.Remove(filepath.Join(dir, v.Body))
		}
		return nil, err
	}
	b.seq++
	b.publish(v)
	return v, nil
}

func (b *bucket) makeKeyDir(dir string) error {
	err := os.Mkdir(dir, 0o755)
	if os.IsExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.syncDir(filepath.Dir(dir))
}

// publish lists v as the current version and drops what it replaces.
func (b *bucket) publish(v *version) {
	old := b.withID(v.Key, v.VersionID)
	rest := slices.DeleteFunc(slices.Clone(b.entries[v.Key]), func(o *version) bool { return o == old })
	b.setVersions(v.Key, append([]*version{v}, rest...))
	if old != nil && old.Body != "" && old.Body != v.Body {
		_ = os.Remove(b.bodyPath(old)) // if it will not go now, it goes as an orphan at the next start
	}
}

func (b *bucket) setVersions(key string, vs []*version) {
	if len(vs) == 0 {
		delete(b.entries, key)
		b.all.remove(key)
		b.live.remove(key)
		return
	}
	b.entries[key] = vs
	b.all.add(key)
	if vs[0].DeleteMarker {
		b.live.remove(key)
	} else {
		b.live.add(key)
	}
}

// update rewrites the record of a version in its place: no new version, no new time (OSS-054).
func (b *bucket) update(key, id, method string, edit func(*version) error) (*version, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return nil, noSuchBucket(b.name)
	}
	old, err := b.find(key, id)
	if err != nil {
		return nil, err
	}
	if err := old.refuseMarker(method); err != nil {
		return nil, err
	}
	v := old.clone()
	if err := edit(v); err != nil {
		return nil, err
	}
	if err := b.writeJSON(b.tmp(), filepath.Join(b.keyDir(key), v.VersionID+".json"), v); err != nil {
		return nil, err
	}
	vs := slices.Clone(b.entries[key])
	vs[slices.Index(vs, old)] = v
	b.entries[key] = vs
	return v, nil
}

// deleteVersion removes one version for good; nil if there was none. A lock keeps it, unless it is one that may be bypassed.
func (b *bucket) deleteVersion(key, id string, now time.Time, bypass bool) (*version, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return nil, noSuchBucket(b.name)
	}
	v := b.withID(key, id)
	if v == nil {
		return nil, nil
	}
	if err := v.refuseLocked(now, bypass); err != nil {
		return nil, err
	}
	dir := b.keyDir(key)
	if err := os.Remove(filepath.Join(dir, id+".json")); err != nil {
		return nil, err
	}
	if err := b.syncDir(dir); err != nil {
		return nil, err
	}
	b.setVersions(key, slices.DeleteFunc(slices.Clone(b.entries[key]), func(o *version) bool { return o == v }))
	if v.Body != "" {
		_ = os.Remove(filepath.Join(dir, v.Body))
	}
	if b.entries[key] == nil {
		_ = os.Remove(dir) // fails harmlessly where someone put a file of his own
	}
	return v, nil
}

// remove deletes an object as DeleteObject does. With an ID that version goes for good; without one it depends on the
// bucket's versioning: the object goes, or a delete marker comes on top (OSS-051). It gives what went or came, or nil.
func (b *bucket) remove(key, id string, now time.Time, bypass bool) (*version, error) {
	if id != "" {
		return b.deleteVersion(key, id, now, bypass)
	}
	if b.settings().Versioning == "" {
		return b.deleteVersion(key, nullVersion, now, bypass)
	}
	return b.put(key, func(*version) (*version, *staged, error) {
		return &version{DeleteMarker: true, LastModified: now.UTC()}, nil, nil
	})
}
