package ossclient

import (
	"context"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ObjectACL asks for an object's own ACL; "default" follows the bucket's. HEAD does not show it.
func (c *Client) ObjectACL(ctx context.Context, bucket, key string) (string, error) {
	return c.VersionACL(ctx, bucket, key, "")
}

// ObjectTags asks for an object's tags; HEAD only counts them.
func (c *Client) ObjectTags(ctx context.Context, bucket, key string) (map[string]string, error) {
	return c.VersionTags(ctx, bucket, key, "")
}

// PutObjectACL sets an object's own ACL, which touches nothing else.
func (c *Client) PutObjectACL(ctx context.Context, bucket, key, acl string) error {
	_, err := c.do(ctx, request{
		op: "PutObjectACL", method: http.MethodPut, bucket: bucket, key: key,
		params: map[string]any{"acl": nil}, header: map[string]string{"X-Oss-Object-Acl": acl},
	})
	return err
}

// PutObjectTags replaces an object's tags, which touches nothing else; no tags remove them all.
func (c *Client) PutObjectTags(ctx context.Context, bucket, key string, tags map[string]string) error {
	r := request{op: "PutObjectTagging", method: http.MethodPut, bucket: bucket, key: key, params: map[string]any{"tagging": nil}}
	if len(tags) == 0 {
		r.op, r.method = "DeleteObjectTagging", http.MethodDelete
		_, err := c.do(ctx, r)
		return err
	}
	type tag struct{ Key, Value string }
	var document struct {
		XMLName xml.Name `xml:"Tagging"`
		Tags    []tag    `xml:"TagSet>Tag"`
	}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		document.Tags = append(document.Tags, tag{k, tags[k]})
	}
	text, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	r.header = map[string]string{"Content-Type": "application/xml"}
	r.body = BytesBody(text).wholeSection()
	_, err = c.do(ctx, r)
	return err
}

// encodeTags writes tags as the x-oss-tagging header wants them: both sides URL-encoded.
func encodeTags(tags map[string]string) string {
	pairs := make([]string, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		pairs = append(pairs, escape(k)+"="+escape(tags[k]))
	}
	return strings.Join(pairs, "&")
}

// escape percent-encodes everything but unreserved characters. A space becomes %20, since pages and SDKs
// disagree on whether OSS reads "+" as one.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// getXML makes a GET and decodes the answer into result.
func (c *Client) getXML(ctx context.Context, r request, result any) error {
	r.method = http.MethodGet
	resp, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	return decodeXML(r, resp, result)
}

// decodeXML reads the document of an answer.
func decodeXML(r request, resp response, result any) error {
	if err := xml.Unmarshal(resp.body, result); err != nil {
		return notUnderstood(r, resp, err)
	}
	return nil
}
