package trials

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func coded(t *testing.T, v map[string]any) *string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return oss.Ptr(base64.StdEncoding.EncodeToString(data))
}

func TestSDK2Callback(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, _ string, c *oss.Client) {
		ctx, b, r := t.Context(), oss.Ptr(bucket), receive(t)
		vars := coded(t, map[string]any{"x:owner": "a&b"})
		put, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: b, Key: oss.Ptr("k"), Body: strings.NewReader("hello"),
			Callback: coded(t, map[string]any{"callbackUrl": r.url + "/put", "callbackBody": "size=${size}&crc=${crc64}&owner=${x:owner}"}), CallbackVar: vars})
		if err != nil || put.CallbackResult["path"] != "/put" {
			t.Fatalf("%+v, %v", put, err)
		}
		if got := r.last(t); got != "size=5&crc="+helloCRC+"&owner=a%26b" {
			t.Errorf("callback %q", got)
		}
		init, err := c.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: b, Key: oss.Ptr("m")})
		if err != nil {
			t.Fatal(err)
		}
		part, err := c.UploadPart(ctx, &oss.UploadPartRequest{Bucket: b, Key: oss.Ptr("m"), UploadId: init.UploadId, PartNumber: 1, Body: strings.NewReader("hello")})
		if err != nil {
			t.Fatal(err)
		}
		done, err := c.CompleteMultipartUpload(ctx, &oss.CompleteMultipartUploadRequest{Bucket: b, Key: oss.Ptr("m"), UploadId: init.UploadId,
			CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: []oss.UploadPart{{PartNumber: 1, ETag: part.ETag}}},
			Callback:                coded(t, map[string]any{"callbackUrl": r.url + "/done", "callbackBody": `{"op":${operation}}`, "callbackBodyType": "application/json"})})
		if err != nil || done.CallbackResult["path"] != "/done" || r.last(t) != `{"op":"CompleteMultipartUpload"}` {
			t.Errorf("%+v, %v, %s", done, err, r.last(t))
		}
		_, err = c.PutObject(ctx, &oss.PutObjectRequest{Bucket: b, Key: oss.Ptr("failed"), Body: strings.NewReader("hello"),
			Callback: coded(t, map[string]any{"callbackUrl": r.url + "/fail", "callbackBody": "a"})})
		var se *oss.ServiceError
		if !errors.As(err, &se) || se.StatusCode != 203 || se.Code != "CallbackFailed" || se.EC != "0007-00000203" {
			t.Errorf("failed callback: %v", err)
		}
		if _, err := c.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: b, Key: oss.Ptr("failed")}); err != nil {
			t.Errorf("its object: %v", err)
		}
	})
}

// TestSDK2Private has a server that keeps to OSS's rule.
func TestSDK2Private(t *testing.T) {
	t.Parallel()
	r := receive(t)
	_, err := newSDK2(serve(t), false).PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("k"), Body: strings.NewReader("x"),
		Callback: coded(t, map[string]any{"callbackUrl": r.url, "callbackBody": "a"})})
	var se *oss.ServiceError
	if !errors.As(err, &se) || se.StatusCode != 400 || se.Message != "Private address is forbidden to callback." {
		t.Error(err)
	}
}
