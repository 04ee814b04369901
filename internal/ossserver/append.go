package ossserver

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
)

// appendObject is OSS-071. The bytes arrive in a file of their own first, so that a slow client holds up nobody and a
// broken one changes nothing.
func (q *request) appendObject() error {
	text := q.query.Get("position")
	position, err := strconv.ParseInt(text, 10, 64)
	if err != nil || position < 0 {
		return invalidArgument("position", text, "The append position is not valid.")
	}
	attr, err := q.requestAttributes()
	if err != nil {
		return err
	}
	st, err := q.stage(&q.body)
	if err != nil {
		return err
	}
	defer st.discard()
	v, err := q.b.append(q.key, position, st, or(q.s.MaxPutSize, maxPutSize), func(cur *version) *version {
		v := &version{Type: typeAppendable, attributes: attr}
		if cur != nil {
			v = cur.clone()
			if q.header("x-oss-object-acl") != "" { // OSS-284: the one header that still acts
				v.ACL = attr.ACL
			}
		}
		v.LastModified = q.now.UTC()
		return v
	})
	if err != nil {
		return err
	}
	v.writeEncryption(q.w.Header())
	h := q.w.Header()
	h.Set("ETag", `"`+v.ETag+`"`)
	h.Set("Content-MD5", contentMD5Of(st.md5))
	h.Set("x-oss-hash-crc64ecma", strconv.FormatUint(v.CRC64, 10))
	h.Set("x-oss-next-append-position", strconv.FormatInt(v.Size, 10))
	q.writeVersionID(v)
	return nil
}

// append puts a staged body at the end of an appendable object, or begins one where there is none or a delete marker. It keeps the
// ID that the object began with, a real one where versioning was enabled then, and leaves no earlier version behind (OSS-268).
// build gives the new record of what was there, or of nothing.
func (b *bucket) append(key string, position int64, st *staged, limit int64, build func(cur *version) *version) (*version, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return nil, noSuchBucket(b.name)
	}
	cur := b.current(key)
	if cur != nil && cur.DeleteMarker {
		cur = nil
	}
	length := int64(0)
	if cur != nil {
		if cur.Type != typeAppendable {
			return nil, fail(http.StatusConflict, "ObjectNotAppendable", "", "The object is not appendable.", "Key", key)
		}
		if cur.frozen(b.now()) {
			return nil, invalidObjectState()
		}
		if err := cur.refuseLocked(b.now(), false); err != nil {
			return nil, err
		}
		length = cur.Size
	}
	v := build(cur)
	if position != length {
		return nil, fail(http.StatusConflict, "PositionNotEqualToLength", "0026-00000016", "Position is not equal to file length",
			"Position", strconv.FormatInt(position, 10), "Length", strconv.FormatInt(length, 10)).
			with("x-oss-next-append-position", strconv.FormatInt(length, 10)).
			with("x-oss-hash-crc64ecma", strconv.FormatUint(v.CRC64, 10))
	}
	if length+st.size > limit {
		return nil, entityTooLarge(limit)
	}
	v.Key, v.Seq = key, b.seq+1
	switch {
	case cur != nil: // its own, also while versioning is suspended, which no source speaks of
	case b.set.Versioning == versioningEnabled:
		v.VersionID = newVersionID()
	default:
		v.VersionID = nullVersion
	}
	v.Size, v.CRC64 = length+st.size, combineCRC(v.CRC64, st.crc, st.size)
	v.ETag = appendETag(v.CRC64, v.Size)
	dir := b.keyDir(key)
	if err := b.makeKeyDir(dir); err != nil {
		return nil, err
	}
	if cur == nil {
		v.Body = v.VersionID + "." + strconv.FormatUint(v.Seq, 10) + ".body"
		if err := os.Rename(st.path, filepath.Join(dir, v.Body)); err != nil {
			return nil, err
		}
	} else if err := b.extend(filepath.Join(dir, v.Body), length, st); err != nil {
		return nil, err
	}
	if err := b.writeJSON(b.tmp(), filepath.Join(dir, v.VersionID+".json"), v); err != nil {
		return nil, err
	}
	b.seq++
	b.publish(v)
	return v, nil
}

// extend writes a staged body behind the first length bytes of a file. What an interrupted append left there is not part
// of the object, as the record says how long that is, and is overwritten.
func (d disk) extend(path string, length int64, st *staged) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = f.Truncate(length)
	if err == nil {
		_, err = f.Seek(length, 0)
	}
	if err == nil {
		err = appendFile(f, st.path, st.size)
	}
	if err == nil && d.sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// appendETag is opaque (OSS-073) and changes with every byte appended.
func appendETag(crc uint64, size int64) string {
	return fmt.Sprintf("%016X%016X", crc, size)
}
