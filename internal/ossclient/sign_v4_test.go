package ossclient

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// The known answers of the facts page, made with signatures in the header.
func TestSignV4KnownAnswers(t *testing.T) {
	t.Parallel()
	const date = "Fri, 20 Nov 2026 00:00:00 GMT"
	header := func(more ...string) map[string]string {
		h := map[string]string{"x-oss-content-sha256": "UNSIGNED-PAYLOAD"}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	for _, tt := range []struct {
		request   signedV4
		signature string
		canonical string // hash of the canonical request; "" is not published
	}{
		{signedV4{"PUT", "examplebucket", "dir/a b+c.txt", nil, header("content-type", "text/plain", "x-oss-callback", "Y2I=", "x-oss-meta-author", "alice")},
			"89a01db533a002284823c76b7ebf3afcbe28d015442ecd607470be137d0aa833", "87c912c1cdda623af7ea436531cf36e4febfe2abe69232f7efcee513d1f742e1"},
		{signedV4{"GET", "examplebucket", "", map[string]string{"cors": ""}, header()},
			"9f389db5911992d65ffe5674e9b164e990504933c3119416f07e844911c3cbbe", ""},
		{signedV4{"PUT", "examplebucket", "~*'()!.pdf", nil, header("content-type", "text/plain")},
			"ef7cb88a0df2451e90e2b067584ff5c01c25e98e624f2f441538b5fd29924e2c", ""},
		{signedV4{"PUT", "examplebucket", "u", nil, header("content-type", "text/plain", "x-oss-meta-foo", "héllo 中")},
			"680d076b50e1014fecb594b1f70736406bfb456a3fe5542285808a7d4d7d1893", ""},
	} {
		at, err := time.Parse(time.RFC1123, date)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.request.sign("testsecret", date, newScopeV4(at, "cn-hangzhou")); got != tt.signature {
			t.Errorf("%s %q: signature %s, want %s; signed was\n%s", tt.request.method, tt.request.key, got, tt.signature, tt.request.canonical())
		}
		if sum := sha256.Sum256([]byte(tt.request.canonical())); tt.canonical != "" && hex.EncodeToString(sum[:]) != tt.canonical {
			t.Errorf("%q: canonical request\n%s", tt.request.key, tt.request.canonical())
		}
	}
}

// The SDK signs a thousand requests as this package does. Of both, what is signed and what stands in the URL is compared.
func TestSignURLAgreesWithTheSDK(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(17, 1))
	seen := map[string]int{}
	for i := range 1000 {
		c := randomClient(t, r)
		request := randomURLRequest(r)
		theirs := sdkURL(t, c, request)
		query := theirs.Query()
		at, err := time.Parse(isoBasic, query.Get("x-oss-date"))
		if err != nil {
			t.Fatal(err)
		}
		// The SDK reads the clock twice, so that a second may be missing.
		seconds, err := strconv.Atoi(query.Get("x-oss-expires"))
		if err != nil {
			t.Fatal(err)
		}
		request.Now, request.ExpiresIn = at, time.Duration(seconds)*time.Second
		signed, err := c.SignURL(request)
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
		if want := at.Add(request.ExpiresIn); !signed.Expires.Equal(want) {
			t.Errorf("good until %s, want %s", signed.Expires, want)
		}
		seen["token "+strconv.FormatBool(query.Has("x-oss-security-token"))]++
		seen["additional "+strconv.FormatBool(query.Has("x-oss-additional-headers"))]++
		seen[request.Method]++
		seen[ours.Host]++
	}
	if len(seen) < 2+2+4+4 {
		t.Errorf("the requests are too much alike: %v", seen)
	}
}

// sdkURL has the SDK sign. It takes additional headers from its client.
func sdkURL(t *testing.T, c *Client, r URLRequest) *url.URL {
	t.Helper()
	options := []oss.Option{}
	c.sdk.Config.AdditionalHeaders = nil
	for name, value := range r.Header {
		options = append(options, oss.SetHeader(name, value))
		if lower := strings.ToLower(name); lower != "content-type" && lower != "content-md5" && !strings.HasPrefix(lower, "x-oss-") {
			c.sdk.Config.AdditionalHeaders = append(c.sdk.Config.AdditionalHeaders, name)
		}
	}
	for name, value := range r.Query {
		options = append(options, oss.AddParam(name, value))
	}
	bucket, err := c.sdk.Bucket(r.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	text, err := bucket.SignURL(r.Key, oss.HTTPMethod(r.Method), int64(r.ExpiresIn/time.Second), options...)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func randomClient(t *testing.T, r *rand.Rand) *Client {
	t.Helper()
	key := StaticCredentials{AccessKeyID: "LTAI" + randomText(r, "abcXYZ0189", 12), AccessKeySecret: randomText(r, "abcdefXYZ0189/+=", 30)}
	if r.IntN(2) == 0 {
		key.SecurityToken = randomText(r, "abcXYZ0189+/=", 200)
	}
	endpoints := []Config{{}, {Endpoint: "http://127.0.0.1:9000"}, {Endpoint: "http://localhost:9000"}, {Endpoint: "https://static.example.com", UseCNAME: true}, {Endpoint: "http://127.0.0.1", UseCNAME: true}}
	config := endpoints[r.IntN(len(endpoints))]
	config.Credentials = key
	config.Region = []string{"cn-hangzhou", "ap-southeast-1", "us-west-1"}[r.IntN(3)]
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const awkward = "aZ09-._~ +/%&=?#'\"*()!;:@$,<>[]{}|\\^`中é😀\t"

func randomURLRequest(r *rand.Rand) URLRequest {
	request := URLRequest{
		Method: []string{"GET", "HEAD", "PUT", "DELETE"}[r.IntN(4)], Bucket: "bucket-" + randomText(r, "abc019", 5), Key: "k" + randomText(r, awkward, 30),
		Query: map[string]string{}, Header: map[string]string{}, ExpiresIn: time.Duration(1+r.IntN(604799)) * time.Second,
	}
	for _, name := range []string{"versionId", "response-content-type", "response-content-disposition", "callback", "callback-var", "a&b=c", "acl"} {
		if r.IntN(3) == 0 {
			request.Query[name] = randomText(r, awkward, r.IntN(40))
		}
	}
	for _, name := range []string{"Content-Type", "Content-MD5", "Content-Length", "Cache-Control", "expires", "X-Oss-Meta-Owner", "x-oss-object-acl", "Zebra"} {
		if r.IntN(3) == 0 {
			request.Header[name] = strings.Trim(randomText(r, awkward, 20), " \t")
		}
	}
	return request
}

func randomText(r *rand.Rand, alphabet string, length int) string {
	runes := []rune(alphabet)
	text := make([]rune, length)
	for i := range text {
		text[i] = runes[r.IntN(len(runes))]
	}
	return string(text)
}

// A key whose parts a browser would resolve keeps them.
func TestSignURLKeepsDots(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, "https://oss-cn-hangzhou.aliyuncs.com")
	for key, want := range map[string]string{
		"a/b c.txt": "/a/b%20c.txt", "a/../b": "/a%2F..%2Fb", "./a": "/.%2Fa", "a/..": "/a%2F..", "a..b/c": "/a..b/c",
	} {
		signed, err := c.SignURL(URLRequest{Method: "GET", Bucket: "bucket", Key: key, ExpiresIn: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(signed.URL)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.EscapedPath(); got != want || u.Path != "/"+key {
			t.Errorf("%q: path %s, want %s", key, got, want)
		}
	}
}

// failing has no key.
type failing struct{}

func (failing) Key() (Key, error) { return Key{}, fmt.Errorf("no key today") }

func TestSignWithoutCredentials(t *testing.T) {
	t.Parallel()
	c, err := New(Config{Region: "cn-hangzhou", Credentials: failing{}})
	if err != nil {
		t.Fatal(err)
	}
	_, urlErr := c.SignURL(URLRequest{Method: "GET", Bucket: "bucket", Key: "k", ExpiresIn: time.Minute})
	_, formErr := c.SignForm(FormRequest{Bucket: "bucket", Key: "k", ExpiresIn: time.Minute})
	for _, err := range []error{urlErr, formErr} {
		if want := "no key today"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestAdditionalHeaders(t *testing.T) {
	t.Parallel()
	r := signedV4{header: map[string]string{"x-oss-meta-a": "", "content-type": "", "content-md5": "", "zebra": "", "content-length": "", "cache-control": ""}}
	if got := strings.Split(r.additional(), ";"); !slices.Equal(got, []string{"cache-control", "content-length", "zebra"}) {
		t.Errorf("additional headers %q", got)
	}
}
