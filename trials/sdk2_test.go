package trials

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// newSDK2 is the Go SDK v2 with signatures V4, or V1.
func newSDK2(endpoint string, v1 bool, token ...string) *oss.Client {
	config := oss.LoadDefaultConfig().WithRegion(region).WithEndpoint(endpoint).WithRetryMaxAttempts(1).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(keyID, keySecret, token...))
	if v1 {
		config = config.WithSignatureVersion(oss.SignatureVersionV1)
	}
	return oss.NewClient(config)
}

func coded(t *testing.T, v map[string]any) *string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return oss.Ptr(base64.StdEncoding.EncodeToString(data))
}

func eachVersion(t *testing.T, trial func(t *testing.T, endpoint string, c *oss.Client)) {
	for name, v1 := range map[string]bool{"V1": true, "V4": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := serve(t, privateFlag)
			trial(t, endpoint, newSDK2(endpoint, v1))
		})
	}
}

func TestSDK2Objects(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, _ string, c *oss.Client) {
		ctx, b := t.Context(), oss.Ptr(bucket)
		key := oss.Ptr("dir/a b+ü&#?.txt")
		put, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: b, Key: key, Body: strings.NewReader("hello"), ContentType: oss.Ptr("text/x-trial"),
			Metadata: map[string]string{"owner": "alice"}, Tagging: oss.Ptr("a=b")})
		if err != nil {
			t.Fatal(err)
		}
		if oss.ToString(put.HashCRC64) != helloCRC {
			t.Errorf("CRC %q", oss.ToString(put.HashCRC64))
		}
		head, err := c.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: b, Key: key})
		if err != nil || head.Metadata["owner"] != "alice" || oss.ToString(head.ContentType) != "text/x-trial" || oss.ToString(head.ETag) != oss.ToString(put.ETag) {
			t.Errorf("head %+v, %v", head, err)
		}
		get, err := c.GetObject(ctx, &oss.GetObjectRequest{Bucket: b, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(get.Body)
		get.Body.Close()
		if err != nil || string(body) != "hello" {
			t.Errorf("body %q, %v", body, err)
		}
		_, err = c.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: b, Key: oss.Ptr("copy"), SourceKey: key, MetadataDirective: oss.Ptr("REPLACE"),
			Metadata: map[string]string{"owner": "bob"}})
		if err != nil {
			t.Fatal(err)
		}
		tags, err := c.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: b, Key: oss.Ptr("copy")})
		if err != nil || len(tags.Tags) != 1 || oss.ToString(tags.Tags[0].Value) != "b" {
			t.Errorf("tags %+v, %v", tags, err)
		}
		list, err := c.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b})
		if err != nil || len(list.Contents) != 2 || oss.ToString(list.Contents[1].Key) != *key {
			t.Errorf("list %+v, %v", list, err)
		}
		if _, err := c.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: b, Key: key}); err != nil {
			t.Error(err)
		}
		_, err = c.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: b, Key: key})
		var se *oss.ServiceError
		if !errors.As(err, &se) || se.StatusCode != 404 || se.Code != "NoSuchKey" {
			t.Errorf("head of what is gone: %v", err)
		}
	})
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

// TestSDK2Uploader moves a body of several parts.
func TestSDK2Uploader(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, _ string, c *oss.Client) {
		body := strings.Repeat("0123456789", 60_000)
		up := c.NewUploader(func(o *oss.UploaderOptions) { o.PartSize, o.ParallelNum = 200<<10, 2 })
		done, err := up.UploadFrom(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("large")}, strings.NewReader(body))
		if err != nil || !strings.HasSuffix(strings.Trim(oss.ToString(done.ETag), `"`), "-3") {
			t.Fatalf("%+v, %v", done, err)
		}
		get, err := c.GetObject(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("large")})
		if err != nil {
			t.Fatal(err)
		}
		defer get.Body.Close()
		if got, err := io.ReadAll(get.Body); err != nil || string(got) != body {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

func TestSDK2CORSAndVersioning(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, _ string, c *oss.Client) {
		ctx, b := t.Context(), oss.Ptr(bucket)
		rules := []oss.CORSRule{
			{AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: oss.Ptr(int64(60))},
			{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}},
		}
		if _, err := c.PutBucketCors(ctx, &oss.PutBucketCorsRequest{Bucket: b, CORSConfiguration: &oss.CORSConfiguration{CORSRules: rules, ResponseVary: oss.Ptr(true)}}); err != nil {
			t.Fatal(err)
		}
		got, err := c.GetBucketCors(ctx, &oss.GetBucketCorsRequest{Bucket: b})
		if err != nil || len(got.CORSConfiguration.CORSRules) != 2 || !oss.ToBool(got.CORSConfiguration.ResponseVary) ||
			got.CORSConfiguration.CORSRules[0].AllowedOrigins[0] != "https://*.example.com" {
			t.Errorf("%+v, %v", got, err)
		}
		option, err := c.OptionObject(ctx, &oss.OptionObjectRequest{Bucket: b, Key: oss.Ptr("k"), Origin: oss.Ptr("https://a.example.com"),
			AccessControlRequestMethod: oss.Ptr("PUT"), AccessControlRequestHeaders: oss.Ptr("content-type")})
		if err != nil || oss.ToString(option.AccessControlAllowOrigin) != "https://a.example.com" {
			t.Errorf("%+v, %v", option, err)
		}
		_, err = c.PutBucketVersioning(ctx, &oss.PutBucketVersioningRequest{Bucket: b, VersioningConfiguration: &oss.VersioningConfiguration{Status: oss.VersionEnabled}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			put, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: b, Key: oss.Ptr("k"), Body: strings.NewReader("x")})
			if err != nil || oss.ToString(put.VersionId) == "" {
				t.Errorf("%+v, %v", put, err)
			}
		}
		versions, err := c.ListObjectVersions(ctx, &oss.ListObjectVersionsRequest{Bucket: b})
		if err != nil || len(versions.ObjectVersions) != 2 {
			t.Errorf("%+v, %v", versions, err)
		}
	})
}

func TestSDK2Token(t *testing.T) {
	t.Parallel()
	endpoint := serve(t, "--security-token", "trial-token")
	put := func(token ...string) error {
		_, err := newSDK2(endpoint, false, token...).PutObject(context.Background(),
			&oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("k"), Body: strings.NewReader("x")})
		return err
	}
	if err := put("trial-token"); err != nil {
		t.Error(err)
	}
	var se *oss.ServiceError
	if err := put("other"); !errors.As(err, &se) || se.Code != "InvalidSecurityToken" {
		t.Error(err)
	}
}

// TestCurl puts, reads and posts with curl alone: URLs signed by the SDK, and a form.
func TestCurl(t *testing.T) {
	t.Parallel()
	curl := need(t, "curl", "curl")
	eachVersion(t, func(t *testing.T, endpoint string, c *oss.Client) {
		ctx, r := t.Context(), receive(t)
		sign := func(request any) *oss.PresignResult {
			t.Helper()
			signed, err := c.Presign(ctx, request, oss.PresignExpires(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			return signed
		}
		args := func(s *oss.PresignResult, more ...string) []string {
			all := []string{"--silent", "--show-error", "--noproxy", "*", "--write-out", "\n%{http_code}", "--request", s.Method}
			for name, value := range s.SignedHeaders {
				all = append(all, "--header", name+": "+value)
			}
			return append(append(all, more...), s.URL)
		}
		put := sign(&oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("dir/ü k.txt"), ContentType: oss.Ptr("text/plain"),
			Callback: coded(t, map[string]any{"callbackUrl": r.url + "/curl", "callbackBody": "${object}"})})
		if out := mustRun(t, "", nil, curl, args(put, "--data-binary", "hello")...); out != "{\"path\":\"/curl\"}\n200" {
			t.Errorf("put: %s", out)
		}
		if got := r.last(t); got != "dir%2F%C3%BC%20k.txt" {
			t.Errorf("callback %q", got)
		}
		get := sign(&oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("dir/ü k.txt")})
		if out := mustRun(t, "", nil, curl, args(get)...); out != "hello\n200" {
			t.Errorf("get: %s", out)
		}
		get.URL = strings.Replace(get.URL, "ignature=", "ignature=0", 1)
		if out := mustRun(t, "", nil, curl, args(get)...); !strings.HasSuffix(out, "\n403") {
			t.Errorf("a spoilt URL: %s", out)
		}
		if _, err := c.PutBucketAcl(ctx, &oss.PutBucketAclRequest{Bucket: oss.Ptr(bucket), Acl: oss.BucketACLPublicReadWrite}); err != nil {
			t.Fatal(err)
		}
		form := &oss.PresignResult{Method: http.MethodPost, URL: endpoint + "/" + bucket}
		out := mustRun(t, "", nil, curl, args(form, "--form", "key=form/${filename}", "--form", "x-oss-meta-owner=carol", "--form", "file=@harness_test.go;type=text/x-go")...)
		if out != "\n204" {
			t.Errorf("form: %s", out)
		}
		head, err := c.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("form/harness_test.go")})
		if err != nil || head.Metadata["owner"] != "carol" || oss.ToString(head.ContentType) != "text/x-go" {
			t.Errorf("%+v, %v", head, err)
		}
	})
}
