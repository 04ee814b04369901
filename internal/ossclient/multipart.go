package ossclient

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"golang.org/x/sync/errgroup"
)

// How large bodies travel. OSS takes 1 to 10,000 parts of 100 KB to 5 GB each (OSS-080, OSS-017).
const (
	defaultMultipartFrom = 64 << 20 // bytes; smaller bodies go in one PUT, which is one request
	defaultPartSize      = 16 << 20 // bytes; enough parts to go in parallel, little to send again
	// defaultCopyFrom is from what size on, in bytes, a copy into another bucket or to another storage class or
	// encryption goes by parts: pages disagree between 1 GB and 5 GB, so the smaller is kept to.
	defaultCopyFrom = 1_000_000_000
	defaultCopyPart = 256 << 20 // bytes; no body travels, so large parts cost nothing
	maxParts        = 10_000
	parallelParts   = 4
	abortTimeout    = 10 * time.Second
)

// partSize is the size of all parts but the last: the preferred one, or what 10,000 parts need.
func partSize(size, preferred int64) int64 {
	return max(preferred, (size+maxParts-1)/maxParts)
}

// part is one finished part.
type part struct {
	Number int    `xml:"PartNumber"`
	ETag   string `xml:"ETag"` // with its quotes, as it came
	crc    uint64
	size   int64
}

// putMultipart uploads a body in parallel parts. The upload becomes an object only with its last request, and only
// when all parts together have the digest that the body must have.
func (c *Client) putMultipart(ctx context.Context, w Write) (Written, error) {
	p := &progress{total: w.Body.Size}
	defer c.reportProgress(ctx, p, w)()
	return c.multipart(ctx, w, partSize(w.Body.Size, c.partSize), w.Body.Size, func(ctx context.Context, r request, offset, length int64) (part, error) {
		r.op = "UploadPart"
		body, err := w.Body.digested(offset, length)
		if err != nil {
			return part{}, newError(r, nil, err)
		}
		body.progress = p
		r.body, r.header = body, map[string]string{"Content-Md5": body.md5}
		resp, err := c.do(ctx, r)
		if err != nil {
			return part{}, err
		}
		return part{ETag: resp.header.Get("Etag"), crc: body.crc}, nil
	})
}

// copyMultipart copies a large object by ranges, inside OSS. Each range is conditional on the source's ETag.
func (c *Client) copyMultipart(ctx context.Context, src CopySource, w Write) (Written, error) {
	if src.Bucket == w.Bucket && src.Key == w.Key {
		w.Body = Body{} // that it is there proves nothing
	}
	return c.multipart(ctx, w, partSize(src.Size, c.copyPart), src.Size, func(ctx context.Context, r request, offset, length int64) (part, error) {
		r.op = "UploadPartCopy"
		r.header = src.header()
		r.header["X-Oss-Copy-Source-Range"] = fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
		resp, err := c.do(ctx, r)
		if err != nil {
			return part{}, err
		}
		etag, err := copiedETag(r, resp)
		return part{ETag: etag}, err
	})
}

// multipart runs an upload by parts: begin, parts in parallel, finish; whatever was begun is aborted when it fails.
func (c *Client) multipart(ctx context.Context, w Write, step, size int64, send func(context.Context, request, int64, int64) (part, error)) (Written, error) {
	before := c.warnOfLeftovers(ctx, w)
	id, attempts, err := c.initiate(ctx, w)
	if attempts > 1 || mayHaveBegun(err) {
		c.warnOfStrays(ctx, w, append(before, Upload{ID: id}))
	}
	if err != nil {
		return Written{}, err
	}
	parts, err := c.sendParts(ctx, w, id, step, size, send)
	if err == nil && w.Body.Open != nil {
		err = checkParts(w, parts)
	}
	var written Written
	if err == nil {
		written, err = c.complete(ctx, w, id, parts)
	}
	if failed := (*CallbackError)(nil); errors.As(err, &failed) {
		return written, err // there is nothing left to abort
	}
	if errors.Is(err, ErrDamaged) && written.CRC64 != "" {
		return written, err
	}
	if err != nil {
		if adopted, ok := c.adopt(ctx, w, err); ok {
			return adopted, nil
		}
		c.abort(ctx, w, id)
		return Written{}, err
	}
	return written, nil
}

// initiate begins an upload. It says how often it had to ask: each attempt may have begun one.
func (c *Client) initiate(ctx context.Context, w Write) (id string, attempts int, err error) {
	header := w.header()
	delete(header, "X-Oss-Object-Acl") // belongs to the completion
	setIf(header, "X-Oss-Tagging", encodeTags(w.Tags))
	r := request{op: "InitiateMultipartUpload", method: http.MethodPost, bucket: w.Bucket, key: w.Key, params: map[string]any{"uploads": nil}, header: header}
	resp, err := c.do(ctx, r)
	if err != nil {
		return "", resp.attempts, err
	}
	var result struct {
		ID string `xml:"UploadId"`
	}
	if err := xml.Unmarshal(resp.body, &result); err != nil || result.ID == "" {
		return "", resp.attempts, notUnderstood(r, resp, err)
	}
	return result.ID, resp.attempts, nil
}

// mayHaveBegun reports whether an upload may have been begun by a request that failed: no answer came, or one that says
// neither its id nor what is wrong.
func mayHaveBegun(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Uncertain() || e.Status == 0 && e.RequestID != "")
}

func (c *Client) sendParts(ctx context.Context, w Write, id string, step, size int64, send func(context.Context, request, int64, int64) (part, error)) ([]part, error) {
	parts := make([]part, (size+step-1)/step)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelParts)
	for i := range parts {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			offset := int64(i) * step
			length := min(step, size-offset)
			p, err := send(ctx, request{
				method: http.MethodPut, bucket: w.Bucket, key: w.Key,
				params: map[string]any{"partNumber": strconv.Itoa(i + 1), "uploadId": id},
			}, offset, length)
			p.Number, p.size = i+1, length
			parts[i] = p
			return err
		})
	}
	return parts, group.Wait()
}

// checkParts compares the digest of all parts together with the body's.
func checkParts(w Write, parts []part) error {
	var crc uint64
	for _, p := range parts {
		crc = oss.CRC64Combine(crc, p.crc, uint64(p.size)) //nolint:gosec // sizes are not negative
	}
	if crc != w.Body.CRC64 {
		return &Error{Op: "CompleteMultipartUpload", Bucket: w.Bucket, Key: w.Key,
			Err: otherCRC(crc, w.Body.CRC64)}
	}
	return nil
}

func (c *Client) complete(ctx context.Context, w Write, id string, parts []part) (Written, error) {
	document, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Parts   []part   `xml:"Part"`
	}{Parts: parts})
	if err != nil {
		return Written{}, err
	}
	header := map[string]string{"Content-Type": "application/xml"}
	setIf(header, "X-Oss-Object-Acl", w.ACL)
	if w.ForbidOverwrite {
		header["X-Oss-Forbid-Overwrite"] = "true"
	}
	w.setCallback(header)
	r := request{
		op: "CompleteMultipartUpload", method: http.MethodPost, bucket: w.Bucket, key: w.Key,
		params: map[string]any{"uploadId": id}, header: header, body: BytesBody(document).wholeSection(),
	}
	resp, err := c.do(ctx, r)
	if err != nil {
		return Written{}, err
	}
	written := writtenFromHeader(resp.header)
	var result struct {
		ETag string `xml:"ETag"`
	}
	if written.ETag == "" && xml.Unmarshal(resp.body, &result) == nil {
		written.ETag = unquote(result.ETag)
	}
	if want := w.Body.Digest(); w.Body.Open != nil && written.CRC64 != "" && written.CRC64 != want {
		return written, &Error{Op: r.op, Bucket: w.Bucket, Key: w.Key, Attempts: resp.attempts, RequestID: resp.header.Get("X-Oss-Request-Id"),
			Err: fmt.Errorf("%w: sent CRC-64 %s, stored %s", ErrDamaged, want, written.CRC64)}
	}
	return w.calledBack(r, resp, written)
}

// abort removes the parts of an upload that came to nothing, also when the user has cancelled. One that stays is named.
func (c *Client) abort(ctx context.Context, w Write, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	_, err := c.do(ctx, request{op: "AbortMultipartUpload", method: http.MethodDelete, bucket: w.Bucket, key: w.Key, params: map[string]any{"uploadId": id}})
	if err != nil && !HasCode(err, "NoSuchUpload") {
		c.log.WarnContext(ctx, "an unfinished upload could not be removed", "bucket", w.Bucket, "key", w.Key, "upload_id", id, "error", err.Error())
		if w.Strays != nil {
			w.Strays([]Upload{{Key: w.Key, ID: id}}, nil)
		}
	}
}

// Upload is a multipart upload that was begun and neither finished nor aborted.
type Upload struct {
	Key       string `xml:"Key"`
	ID        string `xml:"UploadId"`
	Initiated string `xml:"Initiated"` // ISO 8601; "" when only the id is known
}

// UnfinishedUploads lists the uploads of exactly this key that somebody began and did not finish.
func (c *Client) UnfinishedUploads(ctx context.Context, bucket, key string) ([]Upload, error) {
	var result struct {
		Uploads []Upload `xml:"Upload"`
	}
	err := c.getXML(ctx, request{op: "ListMultipartUploads", bucket: bucket, params: map[string]any{
		"uploads": nil, "prefix": key, "encoding-type": "url", "max-uploads": "1000",
	}}, &result)
	var mine []Upload
	for _, u := range result.Uploads {
		if name, err := url.QueryUnescape(u.Key); err == nil && name == key {
			u.Key = name
			mine = append(mine, u)
		}
	}
	return mine, err
}

// warnOfLeftovers names the unfinished uploads of the key. They may belong to a run that was killed, or to somebody
// who is uploading right now, so they are not removed. This costs one request for each large body: parts that nobody
// knows of are paid for until somebody does.
func (c *Client) warnOfLeftovers(ctx context.Context, w Write) []Upload {
	uploads, err := c.UnfinishedUploads(ctx, w.Bucket, w.Key)
	if err != nil {
		c.log.DebugContext(ctx, "unfinished uploads could not be listed", "bucket", w.Bucket, "key", w.Key, "error", err.Error())
		return nil
	}
	if w.Leftovers != nil && len(uploads) > 0 {
		w.Leftovers(uploads)
	}
	return uploads
}

// warnOfStrays names the uploads of the key that were begun since some were known. One request, after a beginning whose
// answer was lost.
func (c *Client) warnOfStrays(ctx context.Context, w Write, known []Upload) {
	if w.Strays == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	uploads, err := c.UnfinishedUploads(ctx, w.Bucket, w.Key)
	uploads = slices.DeleteFunc(uploads, func(u Upload) bool {
		return slices.ContainsFunc(known, func(k Upload) bool { return k.ID == u.ID })
	})
	if len(uploads) > 0 || err != nil {
		w.Strays(uploads, err)
	}
}

func notUnderstood(r request, resp response, err error) error {
	if err == nil {
		err = errors.New("a part of it is missing")
	}
	return &Error{Op: r.op, Bucket: r.bucket, Key: r.key, RequestID: resp.header.Get("X-Oss-Request-Id"),
		Err: fmt.Errorf("the answer is not understood: %w", err)}
}
