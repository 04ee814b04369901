package ossclient

import (
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"net/http"
	"strconv"
)

// ofVersion are the parameters that name a version; "" is the current one.
func ofVersion(versionID string, more ...string) map[string]any {
	params := map[string]any{}
	for _, name := range more {
		params[name] = nil
	}
	if versionID != "" {
		params["versionId"] = versionID
	}
	return params
}

// HeadVersion is HeadObject for one version; "" is the current one.
func (c *Client) HeadVersion(ctx context.Context, bucket, key, versionID string) (Object, error) {
	resp, err := c.do(ctx, request{op: "HeadObject", method: http.MethodHead, bucket: bucket, key: key, params: ofVersion(versionID)})
	if err != nil {
		return Object{}, err
	}
	return objectFromHeader(resp.header), nil
}

// ReadVersion reads the whole body of a version that HeadVersion has shown. The bytes are the stored ones: a
// Content-Encoding is not undone, and OSS is asked not to compress on the way. The error has the code
// PreconditionFailed when the object is no longer the one that was shown. The body has to fit into the 4 MiB that the
// client reads of an answer.
func (c *Client) ReadVersion(ctx context.Context, bucket, key, versionID string, shown Object) ([]byte, error) {
	fault := func(err error) ([]byte, error) {
		return nil, &Error{Op: "GetObject", Bucket: bucket, Key: key, Err: err}
	}
	if shown.Size > maxAnswer {
		return fault(fmt.Errorf("the body has %d bytes, and at most %d are read", shown.Size, maxAnswer))
	}
	resp, err := c.do(ctx, request{
		op: "GetObject", method: http.MethodGet, bucket: bucket, key: key, params: ofVersion(versionID),
		header: map[string]string{"Accept-Encoding": "identity", "If-Match": `"` + shown.ETag + `"`},
	})
	if err != nil {
		return nil, err
	}
	if int64(len(resp.body)) != shown.Size {
		return fault(fmt.Errorf("the body has %d bytes, but %d came", shown.Size, len(resp.body)))
	}
	if crc := strconv.FormatUint(crc64.Checksum(resp.body, crcTable), 10); shown.CRC64 != "" && crc != shown.CRC64 {
		return fault(errors.New("the body was damaged on its way: stored CRC-64 " + shown.CRC64 + ", read " + crc))
	}
	return resp.body, nil
}

// VersionACL asks for the own ACL of a version, "" is the current one; "default" follows the bucket's.
func (c *Client) VersionACL(ctx context.Context, bucket, key, versionID string) (string, error) {
	var result struct {
		ACL string `xml:"AccessControlList>Grant"`
	}
	err := c.getXML(ctx, request{op: "GetObjectAcl", bucket: bucket, key: key, params: ofVersion(versionID, "acl")}, &result)
	return result.ACL, err
}

// VersionTags asks for the tags of a version, "" is the current one; HEAD only counts them. Without an error the map
// is never nil.
func (c *Client) VersionTags(ctx context.Context, bucket, key, versionID string) (map[string]string, error) {
	var result struct {
		Tags []struct{ Key, Value string } `xml:"TagSet>Tag"`
	}
	err := c.getXML(ctx, request{op: "GetObjectTagging", bucket: bucket, key: key, params: ofVersion(versionID, "tagging")}, &result)
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(result.Tags))
	for _, t := range result.Tags {
		tags[t.Key] = t.Value
	}
	return tags, nil
}
