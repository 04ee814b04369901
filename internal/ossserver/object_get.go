package ossserver

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// responseOverrides are the query parameters that replace a header of a GET's answer (OSS-037).
var responseOverrides = []string{
	"response-content-type", "response-content-language", "response-expires",
	"response-cache-control", "response-content-disposition", "response-content-encoding",
}

func (q *request) headObject() error {
	v, _, err := q.follow(q.key, q.query.Get("versionId"), false)
	if err != nil {
		return err
	}
	if err := q.conditions(v); err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Length", strconv.FormatInt(v.Size, 10))
	if q.op.name == "GetObjectMeta" {
		q.identify(v)
	} else {
		q.describe(v)
	}
	q.w.WriteHeader(http.StatusOK)
	return nil
}

func (q *request) getObject() error {
	if q.account == nil && q.overrides() {
		return fail(http.StatusBadRequest, "InvalidRequest", "",
			"The response headers of an anonymous request cannot be set.") // OSS-037
	}
	v, f, err := q.follow(q.key, q.query.Get("versionId"), true)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := q.conditions(v); err != nil {
		return err
	}
	if v.frozen(q.now) {
		return invalidObjectState()
	}
	h := q.w.Header()
	first, length, partial, err := q.byteRange(v.Size)
	if err != nil {
		return err
	}
	q.describe(v)
	q.w.untimed = v.Size == 0 // OSS-265
	for _, name := range responseOverrides {
		if value := q.query.Get(name); value != "" {
			h.Set(strings.TrimPrefix(name, "response-"), value)
		}
	}
	if q.compresses(v) {
		return q.sendCompressed(f, v.Size)
	}
	h.Set("Content-Length", strconv.FormatInt(length, 10))
	status := http.StatusOK
	if partial {
		status = http.StatusPartialContent
		h.Del("Content-MD5") // OSS-210
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, first+length-1, v.Size))
	}
	q.w.WriteHeader(status)
	return q.send(f, first, length)
}

func (q *request) overrides() bool {
	for _, name := range responseOverrides {
		if q.query.Has(name) {
			return true
		}
	}
	return false
}

// send streams a part of a body. A client that leaves is not an error; a body that is too short is one, and by then the
// only way to say so is a broken connection.
func (q *request) send(f *os.File, first, length int64) error {
	n, err := io.Copy(q.w, io.NewSectionReader(f, first, length))
	if err == nil && n < length {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// identify sets what GetObjectMeta shows besides the length (OSS-209).
func (q *request) identify(v *version) {
	h := q.w.Header()
	h.Set("ETag", `"`+v.ETag+`"`)
	h.Set("Last-Modified", v.LastModified.UTC().Format(http.TimeFormat))
	h.Set("x-oss-object-type", v.Type)
	h.Set("x-oss-hash-crc64ecma", strconv.FormatUint(v.CRC64, 10))
	q.writeVersionID(v)
}

// describe sets the headers that HEAD and GET have in common (OSS-035).
func (q *request) describe(v *version) {
	h := q.w.Header()
	q.identify(v)
	v.writeAttributes(h)
	h.Set("Accept-Ranges", "bytes")
	if v.ContentMD5 != "" { // Normal objects have one
		h.Set("Content-MD5", v.ContentMD5)
	}
	h.Set("x-oss-storage-class", v.StorageClass)
	if v.compressible() {
		h.Add("Vary", "Accept-Encoding") // OSS-208
	}
	if len(v.Tags) > 0 {
		h.Set("x-oss-tagging-count", strconv.Itoa(len(v.Tags)))
	}
	if v.Type == typeAppendable {
		h.Set("x-oss-next-append-position", strconv.FormatInt(v.Size, 10))
	}
	if state := v.restoreState(q.now); state != "" {
		h.Set("x-oss-restore", state)
	}
	if q.s.ForceDownload && !q.domain && forcedType(v.ContentType) { // OSS-036
		h.Set("Content-Disposition", "attachment")
		h.Set("x-oss-force-download", "true")
		h.Set("x-oss-ec", "0048-00000101")
	}
}

func forcedType(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	return strings.HasPrefix(kind, "image/") || kind == "text/html" || kind == "application/xhtml+xml"
}

// conditions is OSS-039. Times count in whole seconds, as that is what Last-Modified shows.
func (q *request) conditions(v *version) error {
	return checkConditions(v, conditionSet{
		match: q.header("If-Match"), noneMatch: q.header("If-None-Match"),
		modified: q.header("If-Modified-Since"), unmodified: q.header("If-Unmodified-Since"),
	})
}

type conditionSet struct{ match, noneMatch, modified, unmodified string }

func checkConditions(v *version, c conditionSet) error {
	changed := v.LastModified.Truncate(time.Second)
	if c.match != "" && !sameETag(c.match, v.ETag) {
		return preconditionFailed("If-Match")
	}
	if t, ok := conditionTime(c.unmodified); ok && changed.After(t) {
		return preconditionFailed("If-Unmodified-Since")
	}
	if c.noneMatch != "" && sameETag(c.noneMatch, v.ETag) {
		return notModified().with("ETag", `"`+v.ETag+`"`)
	}
	if t, ok := conditionTime(c.modified); ok && !changed.After(t) {
		return notModified().with("ETag", `"`+v.ETag+`"`)
	}
	return nil
}

// sameETag compares with or without quotes; "*" is any object that exists.
func sameETag(given, etag string) bool {
	given = strings.Trim(strings.TrimSpace(given), `"`)
	return given == "*" || given == etag
}

// conditionTime reads a condition's time. One that does not conform counts as not given (OSS-039); the samples of
// CopyObject also show ISO 8601.
func conditionTime(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	t, err := http.ParseTime(text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	return t, err == nil
}

// byteRange reads the Range header (OSS-045): what does not fit the object gives all of it, an end or a number of last bytes
// beyond it included (OSS-211), unless the client asked for the standard's behaviour.
func (q *request) byteRange(size int64) (first, length int64, partial bool, err error) {
	text := q.header("Range")
	standard := q.header("x-oss-range-behavior") == "standard"
	from, to, ok := parseRange(text, size)
	switch {
	case !ok:
		return 0, size, false, nil
	case max(from, 0) >= size && standard:
		return 0, 0, false, fail(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "",
			"The requested range cannot be satisfied.", "ActualObjectSize", strconv.FormatInt(size, 10), "RangeRequested", text).
			with("Content-Range", fmt.Sprintf("bytes */%d", size))
	case from >= size || !standard && (from < 0 || to >= size):
		return 0, size, false, nil
	}
	from, to = max(from, 0), min(to, size-1)
	return from, to - from + 1, true, nil
}

// parseRange reads "bytes=a-b", "bytes=a-" or "bytes=-n", and only one of them. The end may lie beyond size, and the start
// before 0.
func parseRange(text string, size int64) (from, to int64, ok bool) {
	spec, ok := strings.CutPrefix(text, "bytes=")
	a, b, dash := strings.Cut(spec, "-")
	if !ok || !dash {
		return 0, 0, false
	}
	if a == "" {
		n, err := strconv.ParseUint(b, 10, 62)
		if err != nil || n == 0 {
			return 0, 0, false
		}
		return size - int64(n), size - 1, true
	}
	start, err := strconv.ParseUint(a, 10, 62)
	if err != nil {
		return 0, 0, false
	}
	if b == "" {
		return int64(start), max(size-1, int64(start)), true
	}
	end, err := strconv.ParseUint(b, 10, 62)
	if err != nil || end < start {
		return 0, 0, false
	}
	return int64(start), int64(end), true
}
