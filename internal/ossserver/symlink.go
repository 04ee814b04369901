package ossserver

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// putSymlink stores a link; whether its target exists is not asked (OSS-074).
func (q *request) putSymlink() error {
	text := q.header("x-oss-symlink-target")
	target, err := url.QueryUnescape(text)
	if err != nil || text == "" {
		return invalidArgument("x-oss-symlink-target", text, "The symlink target is not valid.")
	}
	if err := checkKey(target); err != nil {
		return err
	}
	attr, err := q.requestAttributes()
	if err != nil {
		return err
	}
	v, err := q.b.put(q.key, func(cur *version) (*version, *staged, error) {
		if err := q.forbidOverwrite(cur); err != nil {
			return nil, nil, err
		}
		sum := md5.Sum([]byte(target))
		return &version{
			Type: typeSymlink, SymlinkTarget: target, LastModified: q.now.UTC(), attributes: attr,
			ETag: strings.ToUpper(hex.EncodeToString(sum[:])),
		}, nil, nil
	})
	if err != nil {
		return err
	}
	q.w.Header().Set("ETag", `"`+v.ETag+`"`)
	q.writeVersionID(v)
	return nil
}

func (q *request) getSymlink() error {
	v, err := q.b.lookup(q.key, q.query.Get("versionId"), q.r.Method)
	if err != nil {
		return err
	}
	if v.Type != typeSymlink {
		return fail(http.StatusBadRequest, "NotSymlink", "", "The object is not symlink.", "Key", q.key)
	}
	h := q.w.Header()
	h.Set("x-oss-symlink-target", encodeV4(v.SymlinkTarget, false))
	h.Set("ETag", `"`+v.ETag+`"`)
	h.Set("Last-Modified", v.LastModified.UTC().Format(http.TimeFormat))
	for name, value := range v.Metadata {
		h[metaPrefix+name] = []string{value}
	}
	q.writeVersionID(v)
	return nil
}

// follow gives what a reader of v gets to see: v itself, or for a link a version with the link's attributes and the
// target's content (OSS-075). With withBody the file with the bytes comes along, for the caller to close.
func (q *request) follow(key, id string, withBody bool) (*version, *os.File, error) {
	open := func(key, id string) (*version, *os.File, error) {
		if withBody {
			return q.b.open(key, id, q.r.Method)
		}
		v, err := q.b.lookup(key, id, q.r.Method)
		return v, nil, err
	}
	link, f, err := open(key, id)
	if err != nil || link.Type != typeSymlink {
		return link, f, err
	}
	target, err := q.b.lookup(link.SymlinkTarget, "", q.r.Method)
	switch {
	case err != nil:
		return nil, nil, fail(http.StatusNotFound, "SymlinkTargetNotExist", "", "The symlink target object does not exist.",
			"SymlinkTarget", link.SymlinkTarget)
	case target.Type == typeSymlink:
		return nil, nil, fail(http.StatusBadRequest, "InvalidTargetType", "", "The symbolic's target object type is invalid.",
			"SymlinkTarget", link.SymlinkTarget)
	}
	if err := q.authorizeObject(q.b, link.SymlinkTarget, "", false); err != nil {
		return nil, nil, err
	}
	if target, f, err = open(link.SymlinkTarget, ""); err != nil {
		return nil, nil, err
	}
	seen := link.clone()
	seen.Size, seen.ETag, seen.CRC64, seen.ContentMD5 = target.Size, target.ETag, target.CRC64, target.ContentMD5
	if target.LastModified.After(seen.LastModified) {
		seen.LastModified = target.LastModified
	}
	if target.frozen(q.now) { // the bytes are the target's, and so is whether they can be read
		seen.StorageClass, seen.RestoreDone, seen.RestoreExpiry = target.StorageClass, target.RestoreDone, target.RestoreExpiry
	}
	return seen, f, nil
}
