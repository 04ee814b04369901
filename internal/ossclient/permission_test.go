package ossclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// OSS-390. Each call that is denied says what it needs; the words are those of a RAM policy.
func TestDeniedCallsNameTheirPermissions(t *testing.T) {
	t.Parallel()
	const object, bucket = " on acs:oss:*:*:bucket/k", " on acs:oss:*:*:bucket"
	for name, tc := range map[string]struct {
		call func(context.Context, *Client) error
		want string
	}{
		"Buckets": {func(ctx context.Context, c *Client) error {
			for _, err := range c.Buckets(ctx) {
				return err
			}
			return nil
		}, "oss:ListBuckets on acs:oss:*:*:*"},
		"HeadObject": {func(ctx context.Context, c *Client) error { _, err := c.HeadObject(ctx, "bucket", "k"); return err }, "oss:GetObject" + object},
		"HeadVersion": {func(ctx context.Context, c *Client) error {
			_, err := c.HeadVersion(ctx, "bucket", "k", "v")
			return err
		}, "oss:GetObjectVersion" + object},
		"ReadObject": {func(ctx context.Context, c *Client) error {
			_, _, err := c.ReadObject(ctx, ReadRequest{Bucket: "bucket", Key: "k", Limit: 1})
			return err
		}, "oss:GetObject" + object},
		"ObjectACL": {func(ctx context.Context, c *Client) error { _, err := c.ObjectACL(ctx, "bucket", "k"); return err }, "oss:GetObjectAcl" + object},
		"VersionACL": {func(ctx context.Context, c *Client) error {
			_, err := c.VersionACL(ctx, "bucket", "k", "v")
			return err
		}, "oss:GetObjectVersionAcl" + object},
		"ObjectTags": {func(ctx context.Context, c *Client) error { _, err := c.ObjectTags(ctx, "bucket", "k"); return err }, "oss:GetObjectTagging" + object},
		"VersionTags": {func(ctx context.Context, c *Client) error {
			_, err := c.VersionTags(ctx, "bucket", "k", "v")
			return err
		},
			"oss:GetObjectVersionTagging" + object},
		"PutObjectACL": {func(ctx context.Context, c *Client) error { return c.PutObjectACL(ctx, "bucket", "k", "private") }, "oss:PutObjectAcl" + object},
		"PutObjectTags": {func(ctx context.Context, c *Client) error {
			return c.PutObjectTags(ctx, "bucket", "k", map[string]string{"a": "b"})
		}, "oss:PutObjectTagging" + object},
		"no tags": {func(ctx context.Context, c *Client) error { return c.PutObjectTags(ctx, "bucket", "k", nil) }, "oss:DeleteObjectTagging" + object},
		"PutObject": {func(ctx context.Context, c *Client) error {
			_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", Body: BytesBody([]byte("x"))})
			return err
		}, "oss:PutObject" + object},
		"PutObject with tags and a key": {func(ctx context.Context, c *Client) error {
			_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", Settings: Settings{
				Tags: map[string]string{"a": "b"}, Storage: Storage{Encryption: "KMS", EncryptionKeyID: "id"}}})
			return err
		}, "oss:PutObject oss:PutObjectTagging" + object + ", kms:GenerateDataKey kms:Decrypt on the KMS key"},
		"CopyObject": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObject(ctx, CopySource{Bucket: "other", Key: "a b/c"}, Write{Bucket: "bucket", Key: "k"})
			return err
		}, "oss:PutObject" + object + ", oss:GetObject oss:GetObjectTagging on acs:oss:*:*:other/a b/c"},
		"CopyObject onto itself": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObject(ctx, CopySource{Bucket: "bucket", Key: "k"}, Write{Bucket: "bucket", Key: "k", Settings: Settings{Tags: map[string]string{"a": "b"}}})
			return err
		}, "oss:PutObject oss:PutObjectTagging oss:GetObject" + object},
		"CopyObject of a version": {func(ctx context.Context, c *Client) error {
			_, err := c.CopyObject(ctx, CopySource{Bucket: "other", Key: "a", VersionID: "v"}, Write{Bucket: "bucket", Key: "k", Settings: Settings{Tags: map[string]string{}}})
			return err
		}, "oss:PutObject" + object + ", oss:GetObjectVersion on acs:oss:*:*:other/a"},
		"DeleteObject":  {func(ctx context.Context, c *Client) error { return c.DeleteObject(ctx, "bucket", "k") }, "oss:DeleteObject" + object},
		"DeleteVersion": {func(ctx context.Context, c *Client) error { return c.DeleteVersion(ctx, "bucket", "k", "v") }, "oss:DeleteObjectVersion" + object},
		"DeleteObjects": {func(ctx context.Context, c *Client) error {
			_, err := c.DeleteObjects(ctx, "bucket", []string{"k"})
			return err
		}, "oss:DeleteObject on acs:oss:*:*:bucket/*"},
		"ObjectVersions": {func(ctx context.Context, c *Client) error { _, err := c.ObjectVersions(ctx, "bucket", "k"); return err }, "oss:ListObjectVersions" + bucket},
		"Pages": {func(ctx context.Context, c *Client) error {
			_, _, err := walk(ctx, c, Listing{Bucket: "bucket"})
			return err
		}, "oss:ListObjects" + bucket},
		"GetCORS":    {func(ctx context.Context, c *Client) error { _, err := c.GetCORS(ctx, "bucket"); return err }, "oss:GetBucketCors" + bucket},
		"PutCORS":    {func(ctx context.Context, c *Client) error { return c.PutCORS(ctx, "bucket", CORS{}) }, "oss:PutBucketCors" + bucket},
		"DeleteCORS": {func(ctx context.Context, c *Client) error { return c.DeleteCORS(ctx, "bucket") }, "oss:DeleteBucketCors" + bucket},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := newScript(t, fails(403, "AccessDenied"))
			var e *Error
			if err := tc.call(t.Context(), c); !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			got := []string{}
			for _, p := range e.Needs {
				got = append(got, fmt.Sprintf("%s on %s", strings.Join(p.Actions, " "), p.On))
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("needs %q, want %q", got, tc.want)
			}
		})
	}
}
