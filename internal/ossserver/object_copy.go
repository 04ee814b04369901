package ossserver

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// copySource is a decoded x-oss-copy-source.
type copySource struct{ bucket, key, versionID string }

// parseCopySource reads "/bucket/key?versionId=id", bucket and key URL-coded in either form: "%2F" or "/", "+" or "%20"
// (OSS-060).
func parseCopySource(text string) (copySource, error) {
	bad := invalidArgument("x-oss-copy-source", text,
		"Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.")
	path, query, _ := strings.Cut(text, "?")
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return copySource{}, bad
	}
	bucket, key, ok := strings.Cut(rest, "/")
	if !ok || bucket == "" || key == "" {
		return copySource{}, bad
	}
	key, err := url.QueryUnescape(key)
	if err != nil {
		return copySource{}, bad
	}
	params, err := url.ParseQuery(query)
	if err != nil {
		return copySource{}, bad
	}
	for name := range params {
		if name != "versionId" {
			return copySource{}, bad
		}
	}
	if err := checkKey(key); err != nil {
		return copySource{}, err
	}
	return copySource{bucket, key, params.Get("versionId")}, nil
}

// source finds and checks what a copy reads from.
func (q *request) source() (copySource, *bucket, error) {
	src, err := parseCopySource(q.r.Header.Get("x-oss-copy-source"))
	if err != nil {
		return src, nil, err
	}
	if !validBucketName(src.bucket) { // OSS-223: before it is looked for
		return src, nil, invalidBucketName(src.bucket)
	}
	from, err := q.s.store.bucket(src.bucket)
	if err != nil {
		return src, nil, err
	}
	return src, from, q.authorizeObject(from, src.key, src.versionID, false)
}

// copying is what a copy request wants.
type copying struct {
	attributes
	replaceMetadata, replaceTags bool
	conditions                   conditionSet
}

func (q *request) copyConditions() conditionSet {
	return conditionSet{
		match: q.header("x-oss-copy-source-if-match"), noneMatch: q.header("x-oss-copy-source-if-none-match"),
		modified: q.header("x-oss-copy-source-if-modified-since"), unmodified: q.header("x-oss-copy-source-if-unmodified-since"),
	}
}

func (q *request) copying() (copying, error) {
	c := copying{conditions: q.copyConditions()}
	var err error
	if c.attributes, err = q.sentAttributes(); err != nil {
		return c, err
	}
	if c.replaceMetadata, err = q.directive("x-oss-metadata-directive"); err != nil {
		return c, err
	}
	c.replaceTags, err = q.directive("x-oss-tagging-directive")
	return c, err
}

// directive reports whether a directive says REPLACE; COPY is the default.
func (q *request) directive(name string) (bool, error) {
	switch value := q.header(name); strings.ToUpper(value) {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		return false, invalidArgument(name, value, "The "+name+" header must be COPY or REPLACE.")
	}
}

// copyObject asks nothing of If-Match and its kind: the conditions of a copy have names of their own (OSS-267).
func (q *request) copyObject() error {
	src, from, err := q.source()
	if err != nil {
		return err
	}
	want, err := q.copying()
	if err != nil {
		return err
	}
	var v, old *version
	if from == q.b && src.key == q.key {
		v, old, err = q.copyOntoItself(src, want)
	} else {
		v, old, err = q.copyAcross(src, from, want)
	}
	if err != nil {
		return err
	}
	h := q.w.Header()
	if from.settings().Versioning != "" {
		h.Set("x-oss-copy-source-version-id", old.VersionID)
	}
	h.Set("x-oss-copied-size", strconv.FormatInt(v.Size, 10)) // OSS-220
	h.Set("x-oss-ia-retrieve-flow-type", "0")
	q.writeStored(v)
	return q.writeXML(copyObjectResult{ETag: `"` + v.ETag + `"`, LastModified: isoTime(v.LastModified)})
}

// copyOntoItself changes an object's attributes. The body stays the file it is where the new version takes the place of
// its own source (OSS-061), and gets a second name where both versions remain.
func (q *request) copyOntoItself(src copySource, want copying) (v, old *version, err error) {
	v, err = q.b.put(q.key, func(cur *version) (*version, *staged, error) {
		if err := q.forbidOverwrite(cur); err != nil {
			return nil, nil, err
		}
		if old, err = q.b.find(src.key, src.versionID); err != nil {
			return nil, nil, err
		}
		if err := q.copyable(q.b.set, old, want.conditions); err != nil {
			return nil, nil, err
		}
		if q.b.set.Versioning == "" {
			want.replaceMetadata = true // OSS-062: the directive is ignored
		}
		v := q.copied(old, want)
		if err := q.checkCopySize(q.b, old, v); err != nil {
			return nil, nil, err
		}
		if q.b.set.Versioning != versioningEnabled && old.VersionID == nullVersion {
			v.Body, v.Type = old.Body, old.Type
			return v, nil, nil
		}
		body, err := q.b.secondName(q.b, old)
		return v, body, err
	})
	return v, old, err
}

func (q *request) copyAcross(src copySource, from *bucket, want copying) (v, old *version, err error) {
	if err := q.checkFree(); err != nil {
		return nil, nil, err
	}
	old, body, err := q.takeSource(src, from, want)
	if err != nil {
		return nil, nil, err
	}
	defer body.discard()
	v, err = q.b.put(q.key, func(cur *version) (*version, *staged, error) {
		if err := q.forbidOverwrite(cur); err != nil {
			return nil, nil, err
		}
		return q.copied(old, want), body, nil
	})
	return v, old, err
}

// takeSource holds the source still only while its body gets a second name.
func (q *request) takeSource(src copySource, from *bucket, want copying) (*version, *staged, error) {
	from.mu.RLock()
	defer from.mu.RUnlock()
	old, err := from.find(src.key, src.versionID)
	if err != nil {
		return nil, nil, err
	}
	if err := q.copyable(from.set, old, want.conditions); err != nil {
		return nil, nil, err
	}
	if err := q.checkCopySize(from, old, q.copied(old, want)); err != nil {
		return nil, nil, err
	}
	body, err := q.b.secondName(from, old)
	return old, body, err
}

// secondName gives the body of a version of from a second name in b's folder for bodies to come; nil if it has none.
func (b *bucket) secondName(from *bucket, v *version) (*staged, error) {
	if v.Body == "" {
		return nil, nil
	}
	// Appending is the one change in place, so an appendable body is never shared.
	path, err := b.duplicate(b.tmp(), from.bodyPath(v), v.Type == typeAppendable)
	return &staged{path: path, size: v.Size}, err
}

// copyable checks a source's state and the request's conditions on it.
func (q *request) copyable(set bucketSettings, old *version, conditions conditionSet) error {
	switch {
	case old.DeleteMarker:
		return noSuchKey(old.Key) // OSS-055
	case old.frozen(q.now): // also where only metadata changes, which is a doubt (OSS-225)
		return invalidObjectState()
	case old.Type == typeAppendable && set.Versioning != "": // OSS-065
		return fail(http.StatusBadRequest, "OperationNotSupported", "", "An appendable object in a versioned bucket cannot be copied.")
	}
	return checkConditions(old, conditions)
}

// maxConvertSize is OSS-221: of a copy that changes class or encryption.
const maxConvertSize = 1 << 30

// checkCopySize is OSS-221. A copy within its bucket that converts nothing has any size.
func (q *request) checkCopySize(from *bucket, old, v *version) error {
	limit := old.Size
	if from != q.b {
		limit = or(q.s.MaxCopySize, maxPutSize)
	}
	if v.StorageClass != old.StorageClass || v.SSE != old.SSE || v.SSEKeyID != old.SSEKeyID || v.SSEDataEncryption != old.SSEDataEncryption {
		limit = min(limit, or(q.s.MaxConvertSize, maxConvertSize))
	}
	if old.Size > limit {
		return fail(http.StatusBadRequest, "EntityTooLarge", "", "Source object Length exceeds the maximum allowed size.")
	}
	return nil
}

// copied is the new version's record. What is not carried over is OSS-063: the ACL is the request's or the default, the
// encryption the request's or none, the class the request's or the bucket's. For the class that is a doubt (OSS-225), and the
// reading that finds out a client which forgets it. Tags are carried over, for which an account that may not do everything could
// need oss:GetObjectTagging (OSS-224).
func (q *request) copied(old *version, want copying) *version {
	v := &version{ // OSS-064: the ETag stays
		Type: old.Type, Size: old.Size, ETag: old.ETag, CRC64: old.CRC64, ContentMD5: old.ContentMD5,
		SymlinkTarget: old.SymlinkTarget, LastModified: q.now.UTC(), attributes: want.attributes,
	}
	if v.Type == typeAppendable {
		v.Type = typeNormal
	}
	if v.ContentType == "" || !want.replaceMetadata { // OSS-202: the one header that REPLACE does not clear
		v.ContentType = old.ContentType
	}
	if !want.replaceMetadata {
		o := old.attributes
		v.CacheControl, v.ContentDisposition, v.ContentEncoding = o.CacheControl, o.ContentDisposition, o.ContentEncoding
		v.ContentLanguage, v.Expires, v.Metadata = o.ContentLanguage, o.Expires, o.Metadata
	}
	if !want.replaceTags {
		v.Tags = old.Tags
	}
	return v
}

func invalidObjectState() *apiError {
	return fail(http.StatusForbidden, "InvalidObjectState", "", "The operation is not valid for the object's state.")
}
