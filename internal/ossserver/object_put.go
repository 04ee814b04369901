package ossserver

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const maxPutSize = 5 << 30 // OSS-017

func (q *request) putObject() error {
	if err := q.refuseConditions(); err != nil {
		return err
	}
	attr, err := q.requestAttributes()
	if err != nil {
		return err
	}
	if err := q.readCallback(); err != nil {
		return err
	}
	v, err := q.storeObject(attr, &q.body)
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-MD5", v.ContentMD5)
	q.writeStored(v)
	if q.callback != nil {
		return q.callBack(v)
	}
	return nil
}

// storeObject streams body to disk and makes it the current version of the request's object. The request's own checks
// apply: length, Content-MD5, x-oss-hash-crc64ecma, x-oss-forbid-overwrite.
func (q *request) storeObject(attr attributes, body io.Reader) (*version, error) {
	if err := q.checkFree(); err != nil { // before the bytes come; decided again when they are there
		return nil, err
	}
	st, err := q.stage(body)
	if err != nil {
		return nil, err
	}
	defer st.discard()
	if err := q.callback.inspect(st); err != nil {
		return nil, err
	}
	return q.b.put(q.key, func(cur *version) (*version, *staged, error) {
		if err := q.forbidOverwrite(cur); err != nil {
			return nil, nil, err
		}
		v := &version{
			Type: typeNormal, Size: st.size, CRC64: st.crc, LastModified: q.now.UTC(), attributes: attr,
			ETag:       q.storedETag(st),
			ContentMD5: contentMD5Of(st.md5),
		}
		return v, st, nil
	})
}

// stage brings a request's body to disk and checks it against what the request says of it.
func (q *request) stage(body io.Reader) (*staged, error) {
	wantMD5, err := q.contentMD5()
	if err != nil {
		return nil, err
	}
	limit := or(q.s.MaxPutSize, maxPutSize)
	if q.r.ContentLength > limit {
		return nil, entityTooLarge(limit)
	}
	// net/http leaves a request with neither length nor chunks at 0, as it does one with a length of 0.
	if q.r.ContentLength == 0 && q.r.Header.Get("Content-Length") == "" && len(q.r.TransferEncoding) == 0 && q.r.Body == http.NoBody {
		return nil, fail(http.StatusLengthRequired, "MissingContentLength", "", "You must provide the Content-Length HTTP header.")
	}
	if q.damage != DamageNone {
		body = &damagedReader{src: body}
	}
	st, err := q.b.stage(q.b.tmp(), io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	switch {
	case st.size > limit:
		err = entityTooLarge(limit)
	case q.damage == DamageStored:
	case wantMD5 != nil && !bytes.Equal(wantMD5, st.md5):
		err = invalidDigest(q.header("Content-MD5"))
	default:
		err = q.checkCRC(st.crc)
	}
	if err != nil {
		st.discard()
		return nil, err
	}
	return st, nil
}

// damagedReader flips a bit of the first byte.
type damagedReader struct {
	src  io.Reader
	done bool
}

func (d *damagedReader) Read(p []byte) (int, error) {
	n, err := d.src.Read(p)
	if n > 0 && !d.done {
		p[0] ^= 1
		d.done = true
	}
	return n, err
}

func entityTooLarge(limit int64) *apiError {
	return fail(http.StatusBadRequest, "EntityTooLarge", "", "Your proposed upload exceeds the maximum allowed size.",
		"MaxSizeAllowed", strconv.FormatInt(limit, 10))
}

func invalidDigest(value string) *apiError {
	return fail(http.StatusBadRequest, "InvalidDigest", "0017-00000503", "The Content-MD5 you specified was invalid.", "Content-MD5", value)
}

func contentMD5Of(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// contentMD5 decodes the Content-MD5 header; nil if there is none.
func (q *request) contentMD5() ([]byte, error) {
	text := q.header("Content-MD5")
	if text == "" {
		return nil, nil
	}
	sum, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sum) != 16 {
		return nil, invalidDigest(text)
	}
	return sum, nil
}

// checkCRC compares the CRC-64 a client may send along.
func (q *request) checkCRC(crc uint64) error {
	text := q.header("x-oss-hash-crc64ecma")
	if text != "" && text != strconv.FormatUint(crc, 10) {
		return fail(http.StatusBadRequest, "InvalidCRC64", "", "The CRC-64 you specified did not match what we received.",
			"ServerCRC", strconv.FormatUint(crc, 10), "ClientCRC", text)
	}
	return nil
}

// checkFree refuses early what forbidOverwrite would refuse at the end.
func (q *request) checkFree() error {
	q.b.mu.RLock()
	defer q.b.mu.RUnlock()
	return q.forbidOverwrite(q.b.current(q.key))
}

// forbidOverwrite is OSS-033 and OSS-222. The caller holds the bucket's lock.
func (q *request) forbidOverwrite(cur *version) error {
	switch value := q.header("x-oss-forbid-overwrite"); {
	case value != "" && !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false"):
		return invalidArgument("x-oss-forbid-overwrite", value, "The x-oss-forbid-overwrite header must be true or false.")
	case cur != nil && strings.EqualFold(value, "true") && q.b.set.Versioning == "",
		cur != nil && q.overwriteForbidden():
		return fileAlreadyExists(q.key)
	}
	return nil
}

// refuseConditions is OSS-214. PutObject alone does so; other writes ignore conditions (OSS-267).
func (q *request) refuseConditions() error {
	for _, name := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		if q.r.Header.Get(name) != "" {
			return fail(http.StatusBadRequest, "NotImplemented", "0017-00000245",
				"A header you provided implies functionality that is not implemented.", "Header", name)
		}
	}
	return nil
}

// writeStored sets what a write's answer says of the stored object.
func (q *request) writeStored(v *version) {
	h := q.w.Header()
	h.Set("ETag", `"`+v.ETag+`"`)
	h.Set("x-oss-hash-crc64ecma", strconv.FormatUint(v.CRC64, 10))
	v.writeEncryption(h)
	q.writeVersionID(v)
}

// writeVersionID names the version where the bucket has or had versioning (OSS-050).
func (q *request) writeVersionID(v *version) {
	if q.b.settings().Versioning != "" {
		q.w.Header().Set("x-oss-version-id", v.VersionID)
	}
}
