package ossserver

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// sdkBucket is the Go SDK as a client that knows nothing of this package.
func sdkBucket(t *testing.T, e *endpoint, options ...oss.ClientOption) (*oss.Client, *oss.Bucket) {
	t.Helper()
	options = append([]oss.ClientOption{oss.AuthVersion(oss.AuthV4), oss.Region(testRegion)}, options...)
	client, err := oss.New(e.url, "local-id", "local-secret", options...)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := client.Bucket(testBucket)
	if err != nil {
		t.Fatal(err)
	}
	return client, bucket
}

// sdkKeys are names that addressing and signing get wrong first.
var sdkKeys = []string{
	"plain.txt", "dir/a b+c.txt", "~*'()!.pdf", "trailing/", "a/../b", "..", "%2F%00", "日本/ü.txt", "#?&=;:@,$",
	strings.Repeat("k", 1023), "a//b", "back\\slash", "tab\tnew\nline",
}

func TestSDKRoundTrip(t *testing.T) {
	t.Parallel()
	for _, auth := range []oss.AuthVersionType{oss.AuthV1, oss.AuthV4} {
		t.Run(string(auth), func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			_, bucket := sdkBucket(t, e, oss.AuthVersion(auth))
			for _, key := range sdkKeys {
				err := bucket.PutObject(key, strings.NewReader("body of "+key), oss.ContentType("text/x-test"), oss.Meta("owner", "héllo 中"))
				if err != nil {
					t.Fatalf("put %q: %v", key, err)
				}
				head, err := bucket.GetObjectDetailedMeta(key)
				if err != nil {
					t.Fatalf("head %q: %v", key, err)
				}
				if head.Get("X-Oss-Meta-Owner") != "héllo 中" || head.Get("Content-Type") != "text/x-test" {
					t.Errorf("head %q: %v", key, head)
				}
				body, err := bucket.GetObject(key)
				if err != nil {
					t.Fatalf("get %q: %v", key, err)
				}
				data, err := io.ReadAll(body)
				body.Close()
				if err != nil || string(data) != "body of "+key {
					t.Errorf("get %q: %q, %v", key, data, err)
				}
				if err := bucket.SetObjectMeta(key, oss.Meta("owner", "bob")); err != nil { // a copy onto itself
					t.Fatalf("copy %q: %v", key, err)
				}
				if o := e.stored(key); o.Metadata["owner"] != "bob" || o.Key != key {
					t.Errorf("stored %q: %+v", key, o)
				}
			}
			list, err := bucket.ListObjectsV2(oss.MaxKeys(1000))
			if err != nil || len(list.Objects) != len(sdkKeys) {
				t.Fatalf("list: %d objects, %v", len(list.Objects), err)
			}
			for _, key := range sdkKeys {
				if err := bucket.DeleteObject(key); err != nil {
					t.Fatalf("delete %q: %v", key, err)
				}
				_, err := bucket.GetObjectDetailedMeta(key)
				var se oss.ServiceError
				if !errors.As(err, &se) || se.StatusCode != 404 || se.Code != "NoSuchKey" || se.RequestID == "" {
					t.Errorf("head of deleted %q: %v", key, err)
				}
			}
		})
	}
}
