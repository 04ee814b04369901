package ossserver

import (
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"time"
)

// Object is what is stored of one version of an object, for assertions that go past every client.
type Object struct {
	Key, VersionID, Type string // Type is Normal, Multipart, Appendable or Symlink
	DeleteMarker         bool   // a delete marker has key, version ID and time, and nothing else

	ETag, CRC64  string // ETag without quotes, CRC64 in decimal
	Size         int64  // bytes
	LastModified time.Time
	BodyPath     string // the file whose first Size bytes are the body; "" if there is none

	ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Expires string

	Metadata, Tags map[string]string // metadata by lower-case name without prefix

	ACL, StorageClass, SSE, SSEKeyID, SSEDataEncryption string
}

// CreateBucket makes a private bucket of class Standard. One that exists already is left as it is. The error is
// InvalidBucketName with the rule that the name breaks, or the disk's.
func (s *Server) CreateBucket(name string) error {
	st, err := s.open()
	if err != nil {
		return err
	}
	if !validBucketName(name) {
		return fmt.Errorf("%w A name has 3 to 63 lower-case letters, digits and hyphens, and no hyphen at either end", invalidBucketName(name)) // OSS-011
	}
	_, _, err = st.create(name, bucketSettings{ACL: aclPrivate, StorageClass: classStandard})
	return err
}

// Object reads the current version of an object from disk. The error is OSS's own, NoSuchBucket or NoSuchKey, or the
// disk's.
func (s *Server) Object(bucket, key string) (Object, error) {
	b, err := s.bucketByName(bucket)
	if err != nil {
		return Object{}, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, err := b.find(key, "")
	if err != nil {
		return Object{}, err
	}
	return b.stored(v)
}

func (s *Server) bucketByName(name string) (*bucket, error) {
	st, err := s.open()
	if err != nil {
		return nil, err
	}
	return st.bucket(name)
}

// stored reads the record of v from its file, not from memory. The caller holds b.mu.
func (b *bucket) stored(known *version) (Object, error) {
	v := &version{}
	if err := readJSON(filepath.Join(b.keyDir(known.Key), known.VersionID+".json"), v); err != nil {
		return Object{}, err
	}
	return Object{
		Key: v.Key, ETag: v.ETag, CRC64: strconv.FormatUint(v.CRC64, 10),
		ContentType: v.ContentType, CacheControl: v.CacheControl, ContentDisposition: v.ContentDisposition,
		ContentEncoding: v.ContentEncoding, ContentLanguage: v.ContentLanguage, Expires: v.Expires,
		Metadata: maps.Clone(v.Metadata), Tags: maps.Clone(v.Tags),
		ACL: v.ACL, StorageClass: v.StorageClass, SSE: v.SSE, SSEKeyID: v.SSEKeyID, SSEDataEncryption: v.SSEDataEncryption,
		VersionID: v.VersionID, Type: v.Type, Size: v.Size, LastModified: v.LastModified, DeleteMarker: v.DeleteMarker, BodyPath: b.bodyPath(v),
	}, nil
}

// Versions reads all versions of an object from disk, newest first, delete markers included. It gives none for a key that
// never was. The error is NoSuchBucket or the disk's.
func (s *Server) Versions(bucket, key string) ([]Object, error) {
	b, err := s.bucketByName(bucket)
	if err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var all []Object
	for _, v := range b.entries[key] {
		o, err := b.stored(v)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// SetVersioning sets a bucket's versioning to "Enabled" or "Suspended". The error is NoSuchBucket or the disk's.
func (s *Server) SetVersioning(bucket, status string) error {
	b, err := s.bucketByName(bucket)
	if err != nil {
		return err
	}
	if status != versioningEnabled && status != versioningSuspended {
		return malformedXML()
	}
	return b.setVersioning(status)
}

// CORS gives a bucket's stored configuration; nil if it has none. The error is NoSuchBucket or the disk's.
func (s *Server) CORS(bucket string) (*CORS, error) {
	b, err := s.bucketByName(bucket)
	if err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var set bucketSettings
	if err := readJSON(filepath.Join(b.dir, "bucket.json"), &set); err != nil {
		return nil, err
	}
	return set.CORS, nil
}
