package ossclient

import (
	"context"
	"net/http"
	"net/url"
)

// Version is one version of an object, or a delete marker.
type Version struct {
	Key       string `xml:"Key"`
	VersionID string `xml:"VersionId"`
}

// ObjectVersions lists all versions and delete markers of exactly this key, newest first.
func (c *Client) ObjectVersions(ctx context.Context, bucket, key string) ([]Version, error) {
	var all []Version
	params := map[string]any{"versions": nil, "prefix": key, "encoding-type": "url", "max-keys": "1000"}
	for {
		var page struct {
			Versions            []Version `xml:"Version"`
			Markers             []Version `xml:"DeleteMarker"`
			IsTruncated         bool
			NextKeyMarker       string
			NextVersionIDMarker string `xml:"NextVersionIdMarker"`
		}
		err := c.getXML(ctx, request{op: "ListObjectVersions", bucket: bucket, params: params}, &page)
		if err != nil {
			return nil, err
		}
		passed := false // keys come in order: behind the key there are only longer ones
		for _, v := range append(page.Versions, page.Markers...) {
			name, err := url.QueryUnescape(v.Key)
			if err != nil || name != key {
				passed = true
				continue
			}
			v.Key = name
			all = append(all, v)
		}
		if !page.IsTruncated || passed {
			return all, nil
		}
		marker, err := url.QueryUnescape(page.NextKeyMarker)
		if err != nil {
			marker = page.NextKeyMarker
		}
		params["key-marker"], params["version-id-marker"] = marker, page.NextVersionIDMarker
	}
}

// DeleteVersion removes one version or delete marker for good. One that does not exist is not an error.
func (c *Client) DeleteVersion(ctx context.Context, bucket, key, version string) error {
	_, err := c.do(ctx, request{op: "DeleteObject", method: http.MethodDelete, bucket: bucket, key: key, params: map[string]any{"versionId": version}})
	if IsNotFound(err) {
		return nil
	}
	return err
}
