package trials

import (
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// TestSignerAgreesWithSDK2 has the provider's signer and the SDK v2 sign a thousand requests.
func TestSignerAgreesWithSDK2(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(17, 2))
	seen := map[string]int{}
	for i := range 1000 {
		key := ossclient.Key{AccessKeyID: "LTAI" + random(r, "abcXYZ0189", 12), AccessKeySecret: random(r, "abcdefXYZ0189/+=", 30)}
		if r.IntN(2) == 0 {
			key.SecurityToken = random(r, "abcXYZ0189+/=", 200)
		}
		request := randomRequest(r)
		theirs, err := url.Parse(presign2(t, key, request))
		if err != nil {
			t.Fatal(err)
		}
		query := theirs.Query()
		began, err := time.Parse("20060102T150405Z", query.Get("x-oss-date"))
		if err != nil {
			t.Fatal(err)
		}
		seconds, err := strconv.Atoi(query.Get("x-oss-expires"))
		if err != nil {
			t.Fatal(err)
		}
		request.Now, request.ExpiresIn = began, time.Duration(seconds)*time.Second
		client, err := ossclient.New(ossclient.Config{Region: "ap-southeast-1", Credentials: ossclient.StaticCredentials(key)})
		if err != nil {
			t.Fatal(err)
		}
		signed, err := client.SignURL(request)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := url.Parse(signed.URL)
		if err != nil {
			t.Fatal(err)
		}
		if ours.Scheme != theirs.Scheme || ours.Host != theirs.Host || ours.Path != theirs.Path || ours.Query().Encode() != query.Encode() {
			t.Fatalf("request %d %+v:\nours   %s\ntheirs %s", i, request, ours, theirs)
		}
		seen["token "+strconv.FormatBool(query.Has("x-oss-security-token"))]++
		seen["additional "+strconv.FormatBool(query.Has("x-oss-additional-headers"))]++
		seen[request.Method]++
	}
	if len(seen) < 7 {
		t.Errorf("the requests are too much alike: %v", seen)
	}
}

// presign2 has the SDK v2 sign. It takes additional headers from its client.
func presign2(t *testing.T, key ossclient.Key, r ossclient.URLRequest) string {
	t.Helper()
	config := oss.LoadDefaultConfig().WithRegion("ap-southeast-1").
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.AccessKeySecret, key.SecurityToken))
	var additional []string
	for name := range r.Header {
		additional = append(additional, name) // it leaves out those that are always signed
	}
	common := oss.RequestCommon{Headers: r.Header, Parameters: r.Query}
	var request any
	switch r.Method {
	case "GET":
		request = &oss.GetObjectRequest{Bucket: &r.Bucket, Key: &r.Key, RequestCommon: common}
	case "HEAD":
		request = &oss.HeadObjectRequest{Bucket: &r.Bucket, Key: &r.Key, RequestCommon: common}
	default:
		request = &oss.PutObjectRequest{Bucket: &r.Bucket, Key: &r.Key, RequestCommon: common}
	}
	signed, err := oss.NewClient(config.WithAdditionalHeaders(additional)).Presign(t.Context(), request, oss.PresignExpires(r.ExpiresIn))
	if err != nil {
		t.Fatal(err)
	}
	return signed.URL
}

const awkward = "aZ09-._~ +/%&=?#'\"*()!;:@$,<>[]{}|\\^`中é😀"

func randomRequest(r *rand.Rand) ossclient.URLRequest {
	request := ossclient.URLRequest{
		Method: []string{"GET", "HEAD", "PUT"}[r.IntN(3)], Bucket: "bucket-" + random(r, "abc019", 5), Key: "k" + random(r, awkward, 30),
		Query: map[string]string{}, Header: map[string]string{}, ExpiresIn: time.Duration(60+r.IntN(600000)) * time.Second,
	}
	for _, name := range []string{"versionId", "response-content-type", "response-content-disposition", "callback", "callback-var", "acl"} {
		if r.IntN(3) == 0 {
			request.Query[name] = random(r, awkward, r.IntN(40))
		}
	}
	for _, name := range []string{"Content-Type", "Content-MD5", "Content-Length", "Cache-Control", "expires", "X-Oss-Meta-Owner", "x-oss-object-acl", "Zebra"} {
		if value := strings.Trim(random(r, awkward, 20), " "); value != "" && r.IntN(3) == 0 {
			request.Header[name] = value
		}
	}
	return request
}

func random(r *rand.Rand, alphabet string, length int) string {
	runes := []rune(alphabet)
	text := make([]rune, length)
	for i := range text {
		text[i] = runes[r.IntN(len(runes))]
	}
	return string(text)
}
