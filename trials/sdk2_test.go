package trials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
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

func eachVersion(t *testing.T, trial func(t *testing.T, endpoint string, c *oss.Client)) {
	for name, v1 := range map[string]bool{"V1": true, "V4": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := serve(t, privateFlag)
			trial(t, endpoint, newSDK2(endpoint, v1))
		})
	}
}

// talk is a trial of the SDK that compares each answer as a whole.
type talk struct {
	*oss.Client
	t      *testing.T
	url    string
	bucket *string
	ids    map[string]string // ids of versions and uploads by the names that they get as they first appear
}

func eachTalk(t *testing.T, trial func(ctx context.Context, k *talk)) {
	eachVersion(t, func(t *testing.T, endpoint string, c *oss.Client) {
		trial(t.Context(), &talk{Client: c, t: t, url: endpoint, bucket: oss.Ptr(bucket), ids: map[string]string{}})
	})
}

// shows compares an answer, or the status, code and EC of a refusal, with what is wanted.
func (k *talk) shows(want string) func(answer any, err error) {
	k.t.Helper()
	return func(answer any, err error) {
		k.t.Helper()
		if got := k.shown(answer, err); got != want {
			k.t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

// shown has every field that an answer sets, beside its headers. Times of now, ids and tokens have stand-ins.
func (k *talk) shown(answer any, err error) string {
	k.t.Helper()
	if err != nil {
		var se *oss.ServiceError
		if !errors.As(err, &se) {
			return err.Error()
		}
		return strings.TrimSpace(fmt.Sprintf("%d %s %s", se.StatusCode, se.Code, se.EC))
	}
	var body []byte
	if get, ok := answer.(*oss.GetObjectResult); ok {
		if body, err = io.ReadAll(get.Body); err != nil {
			k.t.Errorf("body: %v", err)
		}
		get.Body.Close()
		get.Body = nil
	}
	data, err := json.Marshal(answer)
	if err != nil {
		k.t.Fatal(err)
	}
	var fields map[string]any
	numbers := json.NewDecoder(bytes.NewReader(data))
	numbers.UseNumber()
	if err := numbers.Decode(&fields); err != nil {
		k.t.Fatal(err)
	}
	if headers, ok := fields["Headers"].(map[string]any); ok && headers["X-Oss-Request-Id"] == nil {
		k.t.Error("an answer without a request ID")
	}
	for _, name := range []string{"Headers", "Status", "OpMetadata"} {
		delete(fields, name)
	}
	if body != nil {
		fields["Body"] = string(body)
	}
	var out strings.Builder
	text := json.NewEncoder(&out)
	text.SetEscapeHTML(false)
	if err := text.Encode(k.masked("", fields)); err != nil {
		k.t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

var idNames = regexp.MustCompile(`^(Next|Source)?(UploadId|VersionId|DeleteMarkerVersionId|VersionIdMarker|UploadIdMarker|ContinuationToken)$`)

// masked leaves out what is null, and puts stand-ins where a value differs from run to run.
func (k *talk) masked(name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if name == "Owner" && v["ID"] != nil && v["ID"] == v["DisplayName"] {
			return "owner"
		}
		for field, inner := range v {
			if inner == nil || field == "XMLName" {
				delete(v, field)
				continue
			}
			v[field] = k.masked(field, inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = k.masked(name, inner)
		}
	case json.Number:
		if seconds, err := v.Int64(); err == nil && name == "LastModifiedTime" && time.Since(time.Unix(seconds, 0)).Abs() < time.Hour {
			return "now"
		}
	case string:
		for _, layout := range []string{time.RFC3339Nano, time.RFC1123} {
			if at, err := time.Parse(layout, v); err == nil && time.Since(at).Abs() < time.Hour {
				return "now"
			}
		}
		if idNames.MatchString(name) && v != "" && v != "null" {
			return k.id(v)
		}
		return strings.Replace(v, k.url, "http://oss", 1)
	}
	return value
}

func (k *talk) id(value string) string {
	if k.ids[value] == "" {
		k.ids[value] = fmt.Sprintf("id%d", len(k.ids)+1)
	}
	return k.ids[value]
}

// put stores a small object.
func (k *talk) put(key, body string) *oss.PutObjectResult {
	k.t.Helper()
	put, err := k.PutObject(k.t.Context(), &oss.PutObjectRequest{Bucket: k.bucket, Key: oss.Ptr(key), Body: strings.NewReader(body)})
	if err != nil {
		k.t.Fatal(err)
	}
	k.shown(put, nil) // names its version
	return put
}

func (k *talk) enableVersions() {
	k.t.Helper()
	k.shows(`{"StatusCode":200}`)(k.PutBucketVersioning(k.t.Context(), &oss.PutBucketVersioningRequest{Bucket: k.bucket,
		VersioningConfiguration: &oss.VersioningConfiguration{Status: oss.VersionEnabled}}))
}

func TestSDK2Token(t *testing.T) {
	t.Parallel()
	endpoint := serve(t, "--security-token", "trial-token")
	for _, v1 := range []bool{true, false} {
		put := func(token ...string) error {
			_, err := newSDK2(endpoint, v1, token...).PutObject(t.Context(),
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
}

// same compares what pages of a list gave.
func (k *talk) same(got []string, want ...string) {
	k.t.Helper()
	if !slices.Equal(got, want) {
		k.t.Errorf("got %q, want %q", got, want)
	}
}

// body compares what is stored with what was sent, without a word on the bytes themselves.
func (k *talk) body(key, want string) {
	k.t.Helper()
	get, err := k.GetObject(k.t.Context(), &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr(key)})
	if err != nil {
		k.t.Fatal(err)
	}
	defer get.Body.Close()
	if got, err := io.ReadAll(get.Body); err != nil || string(got) != want {
		k.t.Errorf("%s: %d bytes of %d, or others, %v", key, len(got), len(want), err)
	}
}
