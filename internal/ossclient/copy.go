package ossclient

import (
	"context"
	"encoding/xml"
	"net/http"
	"time"
)

// CopySource is what a copy copies.
type CopySource struct {
	Bucket, Key string
	VersionID   string // "" is the current version
	ETag        string // the copy fails with PreconditionFailed when the source has another; "" is any
	// UnmodifiedSince makes the copy fail likewise when the source was changed after that time, also by a change of its
	// metadata, which moves no ETag; zero is any time.
	UnmodifiedSince time.Time
	Size            int64 // bytes, to choose how to copy
	Storage               // of the source: a copy that is stored in another way is rewritten by OSS
}

func (s CopySource) header() map[string]string {
	source := "/" + s.Bucket + "/" + escape(s.Key)
	if s.VersionID != "" {
		source += "?versionId=" + escape(s.VersionID)
	}
	header := map[string]string{"X-Oss-Copy-Source": source}
	if s.ETag != "" {
		header["X-Oss-Copy-Source-If-Match"] = `"` + s.ETag + `"`
	}
	if !s.UnmodifiedSince.IsZero() {
		header["X-Oss-Copy-Source-If-Unmodified-Since"] = s.UnmodifiedSince.UTC().Format(http.TimeFormat) // OSS-277
	}
	return header
}

// CopyObject copies inside OSS; no body travels. All headers, metadata and attributes are those of w: OSS keeps
// nothing that is not sent again, except tags (OSS-062, OSS-063). A copy onto itself changes them in place and
// is one request at any size, unless it converts. Errors have the code PreconditionFailed when the source is no longer
// the one of its ETag.
func (c *Client) CopyObject(ctx context.Context, src CopySource, w Write) (Written, error) {
	w.Callback, w.CallbackVar = "", "" // the completion of a copy by parts would call back
	if src.Size > c.copyFrom && (src.Converts(w.Storage) || src.Bucket != w.Bucket) {
		return c.copyMultipart(ctx, src, w)
	}
	written, err := c.copyOnce(ctx, src, w)
	if HasCode(err, "EntityTooLarge") && src.Size > 0 {
		// The limits of one copy differ between pages; the service has the last word.
		return c.copyMultipart(ctx, src, w)
	}
	return written, err
}

func (c *Client) copyOnce(ctx context.Context, src CopySource, w Write) (Written, error) {
	header := w.header()
	for name, value := range src.header() {
		header[name] = value
	}
	header["X-Oss-Metadata-Directive"] = "REPLACE"
	if w.Tags != nil {
		header["X-Oss-Tagging-Directive"] = "Replace"
		setIf(header, "X-Oss-Tagging", encodeTags(w.Tags))
	}
	r := request{op: "CopyObject", method: http.MethodPut, bucket: w.Bucket, key: w.Key, header: header}
	resp, err := c.do(ctx, r)
	if err != nil {
		if written, ok := c.adoptCopy(ctx, src, w, err); ok {
			return written, nil
		}
		return Written{}, err
	}
	etag, err := copiedETag(r, resp)
	if err != nil {
		return Written{}, err
	}
	written := writtenFromHeader(resp.header)
	written.ETag = unquote(etag)
	return written, nil
}

// copiedETag reads the answer to a copy of an object or a part; the ETag has its quotes.
func copiedETag(r request, resp response) (string, error) {
	var result struct {
		ETag string `xml:"ETag"`
	}
	if err := xml.Unmarshal(resp.body, &result); err != nil {
		return "", notUnderstood(r, resp, err)
	}
	return result.ETag, nil
}
