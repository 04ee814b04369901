package trials

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// signed sends a request that the SDK signed in its URL, without the SDK, and gives status and body.
func (k *talk) signed(request any, body string) (int, string, http.Header) {
	k.t.Helper()
	url, err := k.Presign(k.t.Context(), request, oss.PresignExpires(time.Minute))
	if err != nil {
		k.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(k.t.Context(), url.Method, url.URL, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	for name, value := range url.SignedHeaders {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		k.t.Error(err)
	}
	return resp.StatusCode, string(data), resp.Header
}

// TestSDK2Presign has each kind of request that the SDK signs in a URL.
func TestSDK2Presign(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("dir/ü +.txt")
		status, body, _ := k.signed(&oss.PutObjectRequest{Bucket: k.bucket, Key: key, ContentType: oss.Ptr("text/x-trial"), Metadata: map[string]string{"owner": "alice"}}, "hello")
		k.status("put", status, 200, body)
		status, body, header := k.signed(&oss.GetObjectRequest{Bucket: k.bucket, Key: key, ResponseContentDisposition: oss.Ptr("inline")}, "")
		k.status("get", status, 200, body)
		k.same([]string{body, header.Get("Content-Disposition"), header.Get("Content-Type")}, "hello", "inline", "text/x-trial")
		status, body, header = k.signed(&oss.HeadObjectRequest{Bucket: k.bucket, Key: key}, "")
		k.status("head", status, 200, body)
		k.same([]string{body, header.Get("X-Oss-Meta-Owner"), header.Get("X-Oss-Hash-Crc64ecma")}, "", "alice", helloCRC)

		status, body, _ = k.signed(&oss.InitiateMultipartUploadRequest{Bucket: k.bucket, Key: key}, "")
		k.status("initiate", status, 200, body)
		var begun struct{ UploadId string }
		if err := xml.Unmarshal([]byte(body), &begun); err != nil {
			k.t.Fatal(err)
		}
		id := oss.Ptr(begun.UploadId)
		status, body, header = k.signed(&oss.UploadPartRequest{Bucket: k.bucket, Key: key, UploadId: id, PartNumber: 1}, "part")
		k.status("upload part", status, 200, body)
		list := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + header.Get("ETag") + "</ETag></Part></CompleteMultipartUpload>"
		status, body, _ = k.signed(&oss.CompleteMultipartUploadRequest{Bucket: k.bucket, Key: key, UploadId: id}, list)
		k.status("complete", status, 200, body)
		k.body(*key, "part")
		status, body, _ = k.signed(&oss.AbortMultipartUploadRequest{Bucket: k.bucket, Key: key, UploadId: k.begin("aborted")}, "")
		k.status("abort another key's", status, 404, body)
		status, body, _ = k.signed(&oss.AbortMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr("aborted"), UploadId: k.begin("aborted")}, "")
		k.status("abort", status, 204, body)
	})
}

func (k *talk) status(what string, got, want int, body string) {
	k.t.Helper()
	if got != want {
		k.t.Errorf("%s: status %d, want %d: %s", what, got, want, body)
	}
}

func TestSDK2PresignExpired(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.put("k", "hello")
		url, err := k.Presign(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k")}, oss.PresignExpiration(time.Now().Add(time.Minute)))
		if err != nil {
			k.t.Fatal(err)
		}
		for change, want := range map[[2]string]int{{"", ""}: 200, {"ignature=", "ignature=0"}: 403, {"/k?", "/other?"}: 403, {"xpires=", "xpires=1"}: 403} {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.Replace(url.URL, change[0], change[1], 1), nil)
			if err != nil {
				k.t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				k.t.Fatal(err)
			}
			resp.Body.Close()
			k.status(change[1], resp.StatusCode, want, req.URL.String())
		}
	})
}
