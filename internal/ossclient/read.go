package ossclient

import (
	"context"
	"net/http"
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
