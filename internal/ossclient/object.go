package ossclient

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MetadataPrefix stands before every name of user metadata on the wire.
const MetadataPrefix = "X-Oss-Meta-"

// defaultContentType is what OSS stores where a write says nothing (OSS-203), so that no object is without a type. One
// that an answer does not show is taken to be it, so that a copy of the object onto itself says something as well.
const defaultContentType = "application/octet-stream"

// Object is what HEAD shows of an object.
type Object struct {
	Headers
	Metadata  map[string]string // names in lower case without prefix; never nil
	ETag      string            // without quotes
	CRC64     string            // unsigned decimal; "" when OSS did not say
	Size      int64             // bytes
	VersionID string            // "" where versioning was never enabled
	Type      string            // Normal, Multipart, Appendable or Symlink
	Storage
	TagCount       int
	LastModified   time.Time
	ForcedDownload bool // see Hides
	// Restore is x-oss-restore, which says of an object of an archive class whether a restore is under way or done; "" is
	// neither (OSS-076).
	Restore string
}

func objectFromHeader(h http.Header) Object {
	o := Object{
		Headers:        headersFrom(h),
		Metadata:       map[string]string{},
		ETag:           unquote(h.Get("Etag")),
		CRC64:          h.Get("X-Oss-Hash-Crc64ecma"),
		VersionID:      h.Get("X-Oss-Version-Id"),
		Type:           h.Get("X-Oss-Object-Type"),
		Storage:        storageFrom(h),
		ForcedDownload: strings.EqualFold(h.Get("X-Oss-Force-Download"), "true"),
		Restore:        h.Get("X-Oss-Restore"),
	}
	o.ContentType = cmp.Or(o.ContentType, defaultContentType)
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

// Write is a whole object as it is to be stored.
type Write struct {
	Bucket, Key string
	Body        Body // of PutObject; a copy sends none, but its size and digest identify the object of a lost answer
	Headers
	Settings
	Metadata map[string]string // names without prefix
	// ForbidOverwrite makes the write fail with FileAlreadyExists where an object exists. OSS ignores it in a
	// bucket with versioning enabled or suspended.
	ForbidOverwrite bool
	// Leftovers, when set, hears of unfinished multipart uploads of the same key before a new one begins.
	Leftovers func([]Upload)
	// Strays, when set, hears of unfinished uploads of the key that this write has most likely begun itself: those begun
	// since it began, when its own beginning had to be repeated or came to nothing, and one that could not be aborted. The
	// error is why they could not be listed. Nothing proves whose they are, so they are left alone.
	Strays func([]Upload, error)
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
	w.Settings.set(header)
	for name, value := range w.Metadata {
		header[MetadataPrefix+name] = value
	}
	if w.ForbidOverwrite {
		header["X-Oss-Forbid-Overwrite"] = "true"
	}
	return header
}

// Written is what the answer to a write says of the object.
type Written struct {
	ETag      string // without quotes
	CRC64     string // unsigned decimal; "" when OSS did not say
	VersionID string // "" where versioning was never enabled
	// At is OSS's clock when it answered, to the second: no earlier than the object's Last-Modified.
	At      time.Time
	Adopted bool // the answer to the write was lost; a look found the object as it was written
	// CallbackResponse is the JSON that the receiver of the callback answered with, at most 3 MB; nil without a
	// callback, when OSS did not pass one on, and when the answer was lost.
	CallbackResponse []byte
}

// PutObject uploads an object, a large one by parts. When the outcome is not known (a broken connection, a timeout, a
// failing service), or a repeated request is refused because the first one had succeeded, it looks whether the object
// is there as it was sent, and if so reports success. A body that was stored damaged is written again; an ErrDamaged says
// that it stayed so, and what is returned with it is what is stored, unless it never became an object. A callback that
// failed is a *CallbackError; the object is stored then. Repetitions call back again, so the receiver may hear of one upload more than once.
func (c *Client) PutObject(ctx context.Context, w Write) (Written, error) {
	if w.Body.Size >= c.multipartFrom {
		return c.putMultipart(ctx, w)
	}
	header := w.header()
	setIf(header, "X-Oss-Tagging", encodeTags(w.Tags))
	w.setCallback(header)
	p := &progress{total: w.Body.Size}
	defer c.reportProgress(ctx, p, w)()
	r := request{op: "PutObject", method: http.MethodPut, bucket: w.Bucket, key: w.Key, header: header}
	body, err := w.Body.wholeDigested()
	if err != nil {
		return Written{}, newError(r, nil, err)
	}
	header["Content-Md5"] = body.md5
	r.body, r.body.progress = body, p
	resp, err := c.do(ctx, r)
	if err == nil {
		return w.calledBack(r, resp, writtenFromHeader(resp.header))
	}
	if written, ok := c.adopt(ctx, w, err); ok {
		return written, nil
	}
	if errors.Is(err, ErrDamaged) {
		return writtenFromHeader(resp.header), err
	}
	return Written{}, err
}

func writtenFromHeader(h http.Header) Written {
	written := Written{ETag: unquote(h.Get("Etag")), CRC64: h.Get("X-Oss-Hash-Crc64ecma"), VersionID: h.Get("X-Oss-Version-Id")}
	written.At, _ = http.ParseTime(h.Get("Date"))
	return written
}

// lookTimeout bounds the look after a write whose outcome is not known, also when the user has cancelled.
const lookTimeout = 5 * time.Second

// adopt looks for the result of an upload that failed in a way that leaves its outcome open. A repeated completion of
// a multipart upload that had succeeded finds its upload gone.
func (c *Client) adopt(ctx context.Context, w Write, err error) (Written, bool) {
	o, ok := c.lookAfter(ctx, w, err)
	if !ok || o.CRC64 != w.Body.Digest() {
		return Written{}, false
	}
	return o.adopted(), true
}

// adoptCopy looks for the result of a copy likewise. A repeated copy onto itself that had succeeded finds an object that
// was changed since. That it was has to show: what changes besides headers and metadata does not.
func (c *Client) adoptCopy(ctx context.Context, src CopySource, w Write, err error) (Written, bool) {
	if src.Bucket != w.Bucket || src.Key != w.Key {
		return c.adopt(ctx, w, err)
	}
	if src.UnmodifiedSince.IsZero() {
		return Written{}, false
	}
	o, ok := c.lookAfter(ctx, w, err)
	if !ok || !o.LastModified.After(src.UnmodifiedSince) || o.Converts(w.Storage) || o.ETag != src.ETag && o.CRC64 != w.Body.Digest() {
		return Written{}, false
	}
	return o.adopted(), true
}

// lookAfter looks at the object after a write whose outcome is open, and reports whether it has the headers and metadata
// of the write.
func (c *Client) lookAfter(ctx context.Context, w Write, err error) (Object, bool) {
	var e *Error
	if !errors.As(err, &e) {
		return Object{}, false
	}
	met := e.Attempts > 1 && (e.Code == "FileAlreadyExists" || e.Code == "NoSuchUpload" || e.Code == "PreconditionFailed")
	last := e.Op == "PutObject" || e.Op == "CompleteMultipartUpload" || e.Op == "CopyObject"
	if w.Again || !last || !met && !e.Uncertain() {
		return Object{}, false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	resp, err := c.once(ctx, request{op: "HeadObject", method: http.MethodHead, bucket: w.Bucket, key: w.Key})
	if err != nil {
		return Object{}, false
	}
	o := objectFromHeader(resp.header)
	if !o.SameMetadata(w.Headers, w.Metadata) {
		return Object{}, false
	}
	c.log.WarnContext(ctx, "the answer to a write was lost; the object has the headers and metadata that were sent", "bucket", w.Bucket, "key", w.Key)
	return o, true
}

func (o Object) adopted() Written {
	return Written{ETag: o.ETag, CRC64: o.CRC64, VersionID: o.VersionID, At: o.LastModified, Adopted: true}
}

// DeleteObject removes an object, or sets a delete marker where versioning is enabled. An object that does not
// exist is not an error.
func (c *Client) DeleteObject(ctx context.Context, bucket, key string) error {
	_, err := c.do(ctx, request{op: "DeleteObject", method: http.MethodDelete, bucket: bucket, key: key})
	if IsNotFound(err) {
		return nil
	}
	return err
}
