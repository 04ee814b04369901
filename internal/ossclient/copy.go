package ossclient

import (
	"context"
	"encoding/xml"
	"net/http"
)

// CopySource is what a copy copies.
type CopySource struct {
	Bucket, Key string
	VersionID   string // "" is the current version
	ETag        string // the copy fails with PreconditionFailed when the source has another; "" is any
	Size        int64  // bytes, to choose how to copy
	// Converts says that storage class or encryption of the copy differ from the source's, so that OSS has to write
	// the body anew.
	Converts bool
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
	return header
}

// CopyObject copies inside OSS; no body travels. All headers, metadata and attributes are those of w: OSS keeps
// nothing that is not sent again, except tags (OSS-062, OSS-063). A copy onto itself changes them in place and
// is one request at any size, unless it converts. Errors have the code PreconditionFailed when the source is no longer
// the one of its ETag.
func (c *Client) CopyObject(ctx context.Context, src CopySource, w Write) (Stored, error) {
	w.Callback, w.CallbackVar = "", "" // the completion of a copy by parts would call back
	if src.Size > c.copyFrom && (src.Converts || src.Bucket != w.Bucket) {
		return c.copyMultipart(ctx, src, w)
	}
	stored, err := c.copyOnce(ctx, src, w)
	if HasCode(err, "EntityTooLarge") && src.Size > 0 {
		// The limits of one copy differ between pages; the service has the last word.
		return c.copyMultipart(ctx, src, w)
	}
	return stored, err
}

func (c *Client) copyOnce(ctx context.Context, src CopySource, w Write) (Stored, error) {
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
		if stored, ok := c.adopt(ctx, w, err); ok {
			return stored, nil
		}
		return Stored{}, err
	}
	etag, err := copiedETag(r, resp)
	if err != nil {
		return Stored{}, err
	}
	stored := storedFromHeader(resp.header)
	stored.ETag = unquote(etag)
	return stored, nil
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
