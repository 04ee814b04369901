package ossserver

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type initiateResult struct {
	XMLName      xml.Name `xml:"InitiateMultipartUploadResult"`
	EncodingType string   `xml:",omitempty"`
	Bucket       string
	Key          string
	UploadID     string `xml:"UploadId"`
}

// encoded is a key as the encoding-type parameter wants it in an answer.
func (q *request) encoded(key string) (string, error) {
	switch kind := q.query.Get("encoding-type"); kind {
	case "":
		return key, nil
	case "url":
		return encodeV4(key, false), nil
	default:
		return "", invalidArgument("encoding-type", kind, "The specified encoding-type is not valid.")
	}
}

func (q *request) initiateUpload() error {
	key, err := q.encoded(q.key)
	if err != nil {
		return err
	}
	attr, err := q.requestAttributes()
	if err != nil {
		return err
	}
	if err := q.checkFree(); err != nil {
		return err
	}
	attr.ACL = aclDefault // OSS-082: the ACL comes with the completion
	u, err := q.b.newUpload(uploadRecord{
		Key: q.key, Initiated: q.now.UTC(), attributes: attr, Sequential: q.query.Has("sequential"),
		Callback: q.header("x-oss-callback"), CallbackVar: q.header("x-oss-callback-var"),
	})
	if err != nil {
		return err
	}
	attr.writeEncryption(q.w.Header())
	return q.writeXML(initiateResult{EncodingType: q.query.Get("encoding-type"), Bucket: q.bucketName, Key: key, UploadID: u.UploadID})
}

// target finds the upload and the part number a request names.
func (q *request) target() (*upload, int, error) {
	text := q.query.Get("partNumber")
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > maxPartNumber {
		return nil, 0, invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive.")
	}
	u, err := q.b.upload(q.op.name, q.key, q.query.Get("uploadId"))
	return u, number, err
}

func (q *request) uploadPart() error {
	u, number, err := q.target()
	if err != nil {
		return err
	}
	st, err := q.stage(&q.body)
	if err != nil {
		return err
	}
	defer st.discard()
	p, err := q.b.putPart(q.op.name, u, number, st, q.now)
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("ETag", `"`+p.ETag+`"`)
	h.Set("Content-MD5", contentMD5Of(st.md5))
	h.Set("x-oss-hash-crc64ecma", strconv.FormatUint(p.CRC64, 10))
	u.writeEncryption(h)
	return nil
}

type copyPartResult struct {
	XMLName      xml.Name `xml:"CopyPartResult"`
	LastModified string
	ETag         string
}

func (q *request) uploadPartCopy() error {
	u, number, err := q.target()
	if err != nil {
		return err
	}
	src, from, err := q.source()
	if err != nil {
		return err
	}
	st, old, err := q.stageRange(src, from)
	if err != nil {
		return err
	}
	defer st.discard()
	p, err := q.b.putPart(q.op.name, u, number, st, q.now)
	if err != nil {
		return err
	}
	h := q.w.Header()
	if from.settings().Versioning != "" {
		h.Set("x-oss-copy-source-version-id", old.VersionID)
	}
	h.Set("ETag", `"`+p.ETag+`"`) // OSS-267: some SDKs read it here and not in the document
	h.Set("x-oss-hash-crc64ecma", strconv.FormatUint(p.CRC64, 10))
	u.writeEncryption(h)
	return q.writeXML(copyPartResult{LastModified: isoTime(p.LastModified), ETag: `"` + p.ETag + `"`})
}

// stageRange copies the range of a source that a request names, or all of it.
func (q *request) stageRange(src copySource, from *bucket) (*staged, *version, error) {
	old, f, err := from.openSource(src.key, src.versionID)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	conditions := q.copyConditions()
	if err := q.copyable(from.settings(), old, conditions); err != nil {
		return nil, nil, err
	}
	first, length := int64(0), old.Size
	if text := q.header("x-oss-copy-source-range"); text != "" {
		a, b, ok := parseRange(text, old.Size)
		if !ok || b >= old.Size { // OSS-083
			return nil, nil, invalidArgument("x-oss-copy-source-range", text, "The specified copy range is invalid for the source object size.")
		}
		first, length = a, b-a+1
	}
	if limit := or(q.s.MaxPutSize, maxPutSize); length > limit {
		return nil, nil, entityTooLarge(limit)
	}
	st, err := q.b.stage(q.b.tmp(), io.NewSectionReader(f, first, length))
	if err == nil && st.size != length {
		st.discard()
		err = io.ErrUnexpectedEOF
	}
	return st, old, err
}

type completeRequest struct {
	XMLName xml.Name `xml:"CompleteMultipartUpload"`
	Parts   []struct {
		PartNumber int
		ETag       string
	} `xml:"Part"`
	Unknown []unknownChild `xml:",any"`
}

type completeResult struct {
	XMLName      xml.Name `xml:"CompleteMultipartUploadResult"`
	EncodingType string   `xml:",omitempty"`
	Location     string
	Bucket       string
	Key          string
	ETag         string
}

func (q *request) completeUpload() error {
	key, err := q.encoded(q.key)
	if err != nil {
		return err
	}
	if err := q.readCallback(); err != nil {
		return err
	}
	v, err := q.storeUpload()
	if err != nil {
		return err
	}
	q.writeStored(v)
	if q.callback != nil {
		return q.callBack(v)
	}
	return q.writeXML(completeResult{
		EncodingType: q.query.Get("encoding-type"), Bucket: q.bucketName, Key: key, ETag: `"` + v.ETag + `"`,
		Location: "http://" + q.r.Host + q.r.URL.EscapedPath(),
	})
}

const maxCompleteBody = 4 << 20 // ten thousand parts at some 150 bytes, and room for white space

// completion reads what a completion says: which upload, its body, and the new object's ACL.
func (q *request) completion() (u *upload, data []byte, acl string, err error) {
	if data, err = q.readBody(maxCompleteBody); err != nil {
		return nil, nil, "", err
	}
	if u, err = q.b.upload(q.op.name, q.key, q.query.Get("uploadId")); err != nil {
		return nil, nil, "", err
	}
	if acl = q.header("x-oss-object-acl"); acl == "" {
		acl = aclDefault
	}
	if err := checkObjectACL(acl); err != nil {
		return nil, nil, "", err
	}
	return u, data, acl, q.checkFree()
}

// storeUpload makes the object of an upload's parts. It goes on when the client leaves meanwhile (OSS-084).
func (q *request) storeUpload() (*version, error) {
	u, data, acl, err := q.completion()
	if err != nil {
		return nil, err
	}
	u.busy.Lock()
	defer u.busy.Unlock()
	parts, err := q.chooseParts(data, u, q.b.partList(u))
	if err != nil {
		return nil, err
	}
	body, err := q.b.assemble(u, parts)
	if err != nil {
		if q.b.ended(u) { // completed or aborted by another request while this one waited
			return nil, noSuchUpload(q.op.name, u.UploadID)
		}
		return nil, err
	}
	defer body.discard()
	if err := q.checkCRC(body.crc); err != nil {
		return nil, err
	}
	if err := q.callback.inspect(body); err != nil {
		return nil, err
	}
	v, err := q.b.put(q.key, func(cur *version) (*version, *staged, error) {
		if u.ended {
			return nil, nil, noSuchUpload(q.op.name, u.UploadID)
		}
		if err := q.forbidOverwrite(cur); err != nil {
			return nil, nil, err
		}
		attr := u.attributes
		attr.ACL = acl
		v := &version{
			Type: typeMultipart, Size: body.size, CRC64: body.crc, ETag: multipartETag(parts),
			LastModified: q.now.UTC(), attributes: attr,
		}
		if u.Sequential {
			v.ContentMD5 = contentMD5Of(body.md5)
		}
		return v, body, nil
	})
	if err != nil {
		return nil, err
	}
	return v, q.b.end(q.op.name, u)
}

func (b *bucket) ended(u *upload) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return u.ended
}

// chooseParts checks the list a completion sends against the parts that are there (OSS-080), or takes them all if the
// request says so. Without any part the object is empty (OSS-267).
func (q *request) chooseParts(data []byte, u *upload, have []*part) ([]*part, error) {
	chosen := have
	switch all := q.header("x-oss-complete-all"); {
	case all != "" && all != "yes":
		return nil, invalidArgument("x-oss-complete-all", all, "The value of x-oss-complete-all is not valid.")
	case all != "" && len(data) > 0:
		return nil, invalidArgument("x-oss-complete-all", all, // OSS-281, in its spelling
			"Should not speficy both complete all header and http body.").withEC("0042-00000216")
	case all == "":
		var in completeRequest
		if decodeXML(data, &in) != nil || len(in.Unknown) > 0 {
			return nil, malformedXML()
		}
		var err error
		if chosen, err = in.choose(u, have); err != nil {
			return nil, err
		}
	}
	for i, p := range chosen {
		if p.Size < minPartSize && i < len(chosen)-1 {
			return nil, fail(http.StatusBadRequest, "EntityTooSmall", "", "Your proposed upload smaller than the minimum allowed size.",
				"MinSizeAllowed", strconv.Itoa(minPartSize), "ProposedSize", strconv.FormatInt(p.Size, 10), "PartNumber", strconv.Itoa(p.Number))
		}
	}
	return chosen, nil
}

func (in *completeRequest) choose(u *upload, have []*part) ([]*part, error) {
	var chosen []*part
	for _, want := range in.Parts {
		if n := len(chosen); n > 0 && want.PartNumber <= chosen[n-1].Number {
			return nil, fail(http.StatusBadRequest, "InvalidPartOrder", "",
				"The list of parts was not in ascending order. Parts list must specified in order by part number.")
		}
		i, found := slices.BinarySearchFunc(have, want.PartNumber, func(p *part, n int) int { return p.Number - n })
		if !found || strings.Trim(strings.TrimSpace(want.ETag), `"`) != have[i].ETag {
			return nil, fail(http.StatusBadRequest, "InvalidPart", "0042-00000212", // OSS-261, children in this order
				"One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
				"ETag", want.ETag, "PartNumber", strconv.Itoa(want.PartNumber), "UploadId", u.UploadID)
		}
		chosen = append(chosen, have[i])
	}
	return chosen, nil
}

func (q *request) abortUpload() error {
	if err := q.b.abort(q.op.name, q.key, q.query.Get("uploadId")); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// intParam reads a numeric parameter between low and high; absent it is otherwise.
func (q *request) intParam(name string, low, high, otherwise int) (int, error) {
	text := q.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, invalidArgument(name, text, fmt.Sprintf("The specified %s is not valid. It is from %d to %d.", name, low, high))
	}
	return n, nil
}
