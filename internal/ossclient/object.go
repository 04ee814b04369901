package ossclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MetadataPrefix stands before every name of user metadata on the wire.
const MetadataPrefix = "X-Oss-Meta-"

// defaultContentType is what OSS stores where a write says nothing (OSS-203), so that no object is without a type. One
// that an answer does not show is taken to be it, lest a copy of the object onto itself says nothing either.
const defaultContentType = "application/octet-stream"

// Headers are the standard headers that OSS stores with an object and replays, verbatim; "" means absent.
type Headers struct {
	ContentType        string
	CacheControl       string
	ContentDisposition string
	ContentEncoding    string
	ContentLanguage    string
	Expires            string
}

func (h Headers) set(header map[string]string) {
	for name, value := range map[string]string{
		"Content-Type":        h.ContentType,
		"Cache-Control":       h.CacheControl,
		"Content-Disposition": h.ContentDisposition,
		"Content-Encoding":    h.ContentEncoding,
		"Content-Language":    h.ContentLanguage,
		"Expires":             h.Expires,
	} {
		setIf(header, name, value)
	}
}

// Attributes are what a write resets unless it is sent again: OSS keeps none of them from the object that was
// there (facts: PutObject and CopyObject pages).
type Attributes struct {
	ACL             string // "", "default", "private", "public-read" or "public-read-write"
	StorageClass    string
	Encryption      string // x-oss-server-side-encryption
	EncryptionKeyID string
	DataEncryption  string
	// Tags are sent with an upload. A copy sends them when they are not nil; with nil tags it keeps those of its
	// source.
	Tags map[string]string
}

func (a Attributes) set(header map[string]string) {
	setIf(header, "X-Oss-Object-Acl", a.ACL)
	setIf(header, "X-Oss-Storage-Class", a.StorageClass)
	setIf(header, "X-Oss-Server-Side-Encryption", a.Encryption)
	setIf(header, "X-Oss-Server-Side-Encryption-Key-Id", a.EncryptionKeyID)
	setIf(header, "X-Oss-Server-Side-Data-Encryption", a.DataEncryption)
}

// KeyID is the id of a KMS key that is named by id or by ARN (acs:kms:<region>:<account>:key/<id>). OSS takes both and
// answers with the id (OSS-213), so that names are compared by it.
func KeyID(name string) string {
	if arn, id, ok := strings.Cut(name, ":key/"); ok && strings.HasPrefix(arn, "acs:kms:") {
		return id
	}
	return name
}

func setIf(header map[string]string, name, value string) {
	if value != "" {
		header[name] = value
	}
}

// Object is what HEAD shows of an object.
type Object struct {
	Headers
	Metadata        map[string]string // names in lower case without prefix; never nil
	ETag            string            // without quotes
	CRC64           string            // unsigned decimal; "" when OSS did not tell
	Size            int64             // bytes
	VersionID       string            // "" where versioning was never enabled
	Type            string            // Normal, Multipart, Appendable or Symlink
	StorageClass    string
	Encryption      string
	EncryptionKeyID string
	DataEncryption  string
	TagCount        int
	LastModified    time.Time
	ForcedDownload  bool // Content-Disposition is the endpoint's own, not the object's
}

func objectFromHeader(h http.Header) Object {
	o := Object{
		Headers: Headers{
			ContentType:        cmp.Or(h.Get("Content-Type"), defaultContentType),
			CacheControl:       h.Get("Cache-Control"),
			ContentDisposition: h.Get("Content-Disposition"),
			ContentEncoding:    h.Get("Content-Encoding"),
			ContentLanguage:    h.Get("Content-Language"),
			Expires:            h.Get("Expires"),
		},
		Metadata:        map[string]string{},
		ETag:            unquote(h.Get("Etag")),
		CRC64:           h.Get("X-Oss-Hash-Crc64ecma"),
		VersionID:       h.Get("X-Oss-Version-Id"),
		Type:            h.Get("X-Oss-Object-Type"),
		StorageClass:    h.Get("X-Oss-Storage-Class"),
		Encryption:      h.Get("X-Oss-Server-Side-Encryption"),
		EncryptionKeyID: h.Get("X-Oss-Server-Side-Encryption-Key-Id"),
		DataEncryption:  h.Get("X-Oss-Server-Side-Data-Encryption"),
		ForcedDownload:  strings.EqualFold(h.Get("X-Oss-Force-Download"), "true"),
	}
	o.Size, _ = strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	o.TagCount, _ = strconv.Atoi(h.Get("X-Oss-Tagging-Count"))
	o.LastModified, _ = http.ParseTime(h.Get("Last-Modified"))
	for name, values := range h {
		if rest, ok := strings.CutPrefix(name, MetadataPrefix); ok && len(values) > 0 {
			o.Metadata[strings.ToLower(rest)] = values[0]
		}
	}
	return o
}

func unquote(etag string) string { return strings.Trim(etag, `"`) }

// HeadObject asks for everything OSS shows of an object without its body. For an object that does not exist
// IsNotFound is true for the error.
func (c *Client) HeadObject(ctx context.Context, bucket, key string) (Object, error) {
	return c.HeadVersion(ctx, bucket, key, "")
}

// Write is a whole object as it shall be stored.
type Write struct {
	Bucket, Key string
	Body        Body // of PutObject; a copy sends none, but its size and digest tell a lost answer's object
	Headers
	Attributes
	Metadata map[string]string // names without prefix
	// ForbidOverwrite makes the write fail with FileAlreadyExists where an object exists. OSS ignores it in a
	// bucket with versioning enabled or suspended.
	ForbidOverwrite bool
	// Leftovers, when set, is told of unfinished multipart uploads of the same key before a new one begins.
	Leftovers func([]Upload)
	// Callback and CallbackVar are the values of x-oss-callback and x-oss-callback-var, encoded; "" is none. An upload
	// sends them with the request that makes the object, a copy never: OSS calls back for uploads only.
	Callback, CallbackVar string
	// Again says that an object with the same body and metadata is stored already. Finding it after an upload whose
	// answer was lost then proves nothing.
	Again bool
}

func (w Write) header() map[string]string {
	header := map[string]string{}
	w.Headers.set(header)
	w.Attributes.set(header)
	for name, value := range w.Metadata {
		header[MetadataPrefix+name] = value
	}
	if w.ForbidOverwrite {
		header["X-Oss-Forbid-Overwrite"] = "true"
	}
	return header
}

// Stored is what the answer to a write tells of the object.
type Stored struct {
	ETag      string // without quotes
	CRC64     string // unsigned decimal; "" when OSS did not tell
	VersionID string // "" where versioning was never enabled
	// Written is OSS's clock when it answered, to the second: no earlier than the object's Last-Modified.
	Written time.Time
	Adopted bool // the answer to the write was lost; a look found the object as it was written
	// CallbackResponse is the JSON that the receiver of the callback answered with, at most 3 MB; nil without a
	// callback, when OSS did not pass one on, and when the answer was lost.
	CallbackResponse []byte
}

// PutObject uploads an object, a large one by parts. When the outcome is not known (a broken connection, a timeout, a
// failing service), or a repeated request is refused because the first one had succeeded, it looks whether the object
// is there as it was sent, and if so reports success. A callback that failed is a *CallbackError; the object is stored
// then. Repetitions call back again, so the receiver may hear of one upload more than once.
func (c *Client) PutObject(ctx context.Context, w Write) (Stored, error) {
	if w.Body.Size >= c.multipartFrom {
		return c.putMultipart(ctx, w)
	}
	header := w.header()
	setIf(header, "X-Oss-Tagging", encodeTags(w.Tags))
	w.setCallback(header)
	p := &progress{total: w.Body.Size}
	defer c.reportProgress(ctx, p, w)()
	body := w.Body.wholeSection()
	body.progress = p
	r := request{op: "PutObject", method: http.MethodPut, bucket: w.Bucket, key: w.Key, header: header, body: body}
	resp, err := c.do(ctx, r)
	if err != nil {
		if stored, ok := c.adopt(ctx, w, err); ok {
			return stored, nil
		}
		return Stored{}, err
	}
	stored := storedFromHeader(resp.header)
	if want := w.Body.Digest(); stored.CRC64 != "" && stored.CRC64 != want {
		return stored, &Error{Op: r.op, Bucket: w.Bucket, Key: w.Key, RequestID: resp.header.Get("X-Oss-Request-Id"),
			Err: fmt.Errorf("the body was damaged on its way: sent CRC-64 %s, stored %s", want, stored.CRC64)}
	}
	return w.calledBack(r, resp, stored)
}

func storedFromHeader(h http.Header) Stored {
	stored := Stored{ETag: unquote(h.Get("Etag")), CRC64: h.Get("X-Oss-Hash-Crc64ecma"), VersionID: h.Get("X-Oss-Version-Id")}
	stored.Written, _ = http.ParseTime(h.Get("Date"))
	return stored
}

// lookTimeout bounds the look after a write whose outcome is not known, also when the user has cancelled.
const lookTimeout = 5 * time.Second

// adopt looks for the result of an upload that failed in a way that leaves its outcome open. A repeated completion of
// a multipart upload that had succeeded finds its upload gone.
func (c *Client) adopt(ctx context.Context, w Write, err error) (Stored, bool) {
	var e *Error
	if !errors.As(err, &e) {
		return Stored{}, false
	}
	met := e.Attempts > 1 && (e.Code == "FileAlreadyExists" || e.Code == "NoSuchUpload")
	last := e.Op == "PutObject" || e.Op == "CompleteMultipartUpload" || e.Op == "CopyObject"
	if w.Again || !last || !met && !e.Uncertain() {
		return Stored{}, false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	resp, err := c.once(ctx, request{op: "HeadObject", method: http.MethodHead, bucket: w.Bucket, key: w.Key})
	if err != nil {
		return Stored{}, false
	}
	o := objectFromHeader(resp.header)
	if o.CRC64 != w.Body.Digest() || !o.SameMetadata(w.Headers, w.Metadata) {
		return Stored{}, false
	}
	c.log.WarnContext(ctx, "the answer to an upload was lost, but the object is stored as it was sent", "bucket", w.Bucket, "key", w.Key)
	return Stored{ETag: o.ETag, CRC64: o.CRC64, VersionID: o.VersionID, Written: o.LastModified, Adopted: true}, true
}

// SameMetadata reports whether the object has exactly these headers and this user metadata. A
// Content-Disposition that the endpoint replaced counts as the same.
func (o Object) SameMetadata(h Headers, metadata map[string]string) bool {
	have := o.Headers
	if o.ForcedDownload {
		have.ContentDisposition = h.ContentDisposition
	}
	return have == h && maps.Equal(o.Metadata, metadata)
}

// DeleteObject removes an object, or sets a delete marker where versioning is enabled. An object that does not
// exist is no error.
func (c *Client) DeleteObject(ctx context.Context, bucket, key string) error {
	_, err := c.do(ctx, request{op: "DeleteObject", method: http.MethodDelete, bucket: bucket, key: key})
	if IsNotFound(err) {
		return nil
	}
	return err
}
