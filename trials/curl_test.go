package trials

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

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
