package ossclient

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// call is one request as a scripted server saw it.
type call struct {
	method, path, query string
	header              http.Header
	body                []byte
	bodyErr             error
}

// script answers requests one after the other and records them; the last answer repeats.
type script struct {
	mu      sync.Mutex
	calls   []call
	answers []http.HandlerFunc
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	n := len(s.calls)
	s.calls = append(s.calls, call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Clone(), body, err})
	answer := s.answers[min(n, len(s.answers)-1)]
	s.mu.Unlock()
	w.Header().Set("X-Oss-Request-Id", "6F1A") // OSS-266; an answer that plays somebody else takes it away
	answer(w, r)
}

func (s *script) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call{}, s.calls...)
}

// newScript starts a server and a client that talks to it with short pauses between attempts.
func newScript(t *testing.T, answers ...http.HandlerFunc) (*script, *Client) {
	t.Helper()
	s := &script{answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, newTestClient(t, server.URL)
}

func newTestClient(t *testing.T, endpoint string) *Client {
	t.Helper()
	c, err := New(Config{
		Region: "cn-hangzhou", Endpoint: endpoint, MaxRetries: 3,
		Credentials: StaticCredentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.firstDelay = time.Millisecond
	return c
}

func ok(header map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
	}
}

func fails(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Oss-Request-Id", "6F1A")
		w.Header().Set("X-Oss-Ec", "0003-00000001")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>words of the service</Message><RequestId>6F1A</RequestId><EC>0003-00000001</EC></Error>`, code)
	}
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		first http.HandlerFunc
		calls int // of which the last succeeds, when more than one
	}{
		{"500", fails(500, "InternalError"), 2},
		{"503", fails(503, "ServiceUnavailable"), 2},
		{"429", fails(429, "TooManyRequests"), 2},
		{"400 RequestTimeout", fails(400, "RequestTimeout"), 2},
		{"throttled", fails(403, "QpsLimitExceeded"), 2},
		{"connection cut", cut, 2},
		{"400", fails(400, "InvalidArgument"), 1},
		{"403", fails(403, "AccessDenied"), 1},
		{"404", fails(404, "NoSuchKey"), 1},
		{"409", fails(409, "FileImmutable"), 1},
		{"412", fails(412, "PreconditionFailed"), 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := newScript(t, tc.first, ok(nil))
			err := c.DeleteObject(t.Context(), "bucket", "key")
			if got := len(s.seen()); got != tc.calls {
				t.Errorf("%d requests, want %d", got, tc.calls)
			}
			if wantErr := tc.calls == 1 && tc.name != "404"; (err != nil) != wantErr {
				t.Errorf("error %v, want one: %v", err, wantErr)
			}
		})
	}
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, fails(503, "ServiceUnavailable"))
	_, err := c.HeadObject(t.Context(), "bucket", "key")
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 4 || len(s.seen()) != 4 {
		t.Fatalf("%d requests, error %v; want 4 attempts", len(s.seen()), err)
	}
}

func TestRetryRewindsTheBody(t *testing.T) {
	t.Parallel()
	body := bytes.Repeat([]byte("0123456789"), 20_000)
	s, c := newScript(t, fails(500, "InternalError"), ok(map[string]string{"ETag": `"ABC"`}))
	stored, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "key", Body: BytesBody(body)})
	if err != nil || stored.ETag != "ABC" {
		t.Fatalf("%+v, %v", stored, err)
	}
	calls := s.seen()
	if len(calls) != 2 || !bytes.Equal(calls[1].body, body) || !bytes.Equal(calls[0].body, body) {
		t.Errorf("%d requests; each must carry the whole body", len(calls))
	}
}

func TestErrorTellsAll(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, fails(403, "AccessDenied"))
	_, err := c.GetCORS(t.Context(), "bucket")
	for _, want := range []string{"GetBucketCors", `"bucket"`, "AccessDenied", "words of the service", "6F1A", "0003-00000001"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if !HasCode(err, "AccessDenied") || IsNotFound(err) {
		t.Errorf("%v is not read as a refusal", err)
	}
}

func TestAnswerWithoutItsDocument(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "<html><body>replaced on its way")
	})
	_, err := c.GetCORS(t.Context(), "bucket")
	var e *Error
	if !errors.As(err, &e) || e.Status != 403 || e.RequestID == "" || IsForeign(err) || !strings.Contains(err.Error(), "the service answered 403 Forbidden") {
		t.Errorf("got %v, want an error with the status", err)
	}
}

// A missing bucket is not a missing object. The answer to HEAD has its document in a header, OSS-031, which may be lost
// on its way.
func TestWhatIsNotFound(t *testing.T) {
	t.Parallel()
	head := func(status int, ec, document string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if ec != "" {
				w.Header().Set("X-Oss-Ec", ec)
			}
			if document != "" {
				w.Header().Set("X-Oss-Err", base64.StdEncoding.EncodeToString([]byte(document)))
			}
			w.WriteHeader(status)
		}
	}
	for name, tc := range map[string]struct {
		answer         http.HandlerFunc
		object, bucket bool // is not there
	}{
		"no such key":           {head(404, "0026-00000001", noKey), true, false},
		"no such version":       {head(404, "0012-00000203", "<Error><Code>NoSuchVersion</Code></Error>"), true, false},
		"no such bucket":        {head(404, "0015-00000101", noBucket), false, true},
		"case of a key alone":   {head(404, "0026-00000001", ""), true, false},
		"case of a bucket":      {head(404, "0015-00000101", ""), false, true},
		"document unreadable":   {head(404, "0015-00000101", "<html><p>"), false, true},
		"nothing but the 404":   {head(404, "", ""), true, false},
		"unknown case alone":    {head(404, "0099-00000001", ""), false, false},
		"link to nothing":       {head(404, "", "<Error><Code>SymlinkTargetNotExist</Code></Error>"), false, false},
		"no rules":              {head(404, "", noRules), false, false},
		"no upload":             {head(404, "", "<Error><Code>NoSuchUpload</Code></Error>"), false, false},
		"refused":               {head(403, "0003-00000001", ""), false, false},
		"version is a marker":   {head(405, "", "<Error><Code>MethodNotAllowed</Code></Error>"), false, false},
		"code of another case":  {head(403, "", noKey), false, false},
		"bucket in another way": {head(403, "", noBucket), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := newScript(t, tc.answer)
			_, err := c.HeadObject(t.Context(), "bucket", "key")
			if err == nil || IsNotFound(err) != tc.object || IsBucketNotFound(err) != tc.bucket || IsForeign(err) {
				t.Errorf("%v: object missing %v, bucket missing %v", err, IsNotFound(err), IsBucketNotFound(err))
			}
		})
	}
}

// Deleting what is gone is not an error. That the bucket is gone is one, which the caller may take for a success.
func TestDeletingWhatIsGone(t *testing.T) {
	t.Parallel()
	for call, code := range map[string]string{"DeleteObject": "NoSuchKey", "DeleteVersion": "NoSuchVersion", "DeleteCORS": "NoSuchCORSConfiguration"} {
		_, c := newScript(t, fails(404, code), fails(404, "NoSuchBucket"))
		if err := everyCall[call](t.Context(), c); err != nil {
			t.Errorf("%s: %v", call, err)
		}
		if err := everyCall[call](t.Context(), c); !IsBucketNotFound(err) || !strings.Contains(err.Error(), `NoSuchBucket: bucket "bucket" does not exist`) {
			t.Errorf("%s without a bucket: %v", call, err)
		}
	}
}

// The bucket that a copy does not find may be its source's.
func TestCopyNamesTheMissingBucket(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(404)
		io.WriteString(w, "<Error><Code>NoSuchBucket</Code><BucketName>from</BucketName></Error>")
	})
	_, err := c.CopyObject(t.Context(), CopySource{Bucket: "from", Key: "k"}, Write{Bucket: "other", Key: "k"})
	if !IsBucketNotFound(err) || !strings.Contains(err.Error(), `bucket "from" does not exist`) {
		t.Errorf("got %v", err)
	}
}

// Every call must end when its context does; the SDK's own bucket calls do not.
func TestEveryCallHonoursItsContext(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *Client) error{
		"HeadObject": func(ctx context.Context, c *Client) error { _, err := c.HeadObject(ctx, "bucket", "k"); return err },
		"PutObject": func(ctx context.Context, c *Client) error {
			_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k"})
			return err
		},
		"CopyObject": func(ctx context.Context, c *Client) error {
			_, err := c.CopyObject(ctx, CopySource{Bucket: "bucket", Key: "k"}, Write{Bucket: "bucket", Key: "k"})
			return err
		},
		"PutObjectACL":   func(ctx context.Context, c *Client) error { return c.PutObjectACL(ctx, "bucket", "k", "private") },
		"PutObjectTags":  func(ctx context.Context, c *Client) error { return c.PutObjectTags(ctx, "bucket", "k", nil) },
		"ObjectVersions": func(ctx context.Context, c *Client) error { _, err := c.ObjectVersions(ctx, "bucket", "k"); return err },
		"Unfinished": func(ctx context.Context, c *Client) error {
			_, err := c.UnfinishedUploads(ctx, "bucket", "k")
			return err
		},
		"DeleteObject": func(ctx context.Context, c *Client) error { return c.DeleteObject(ctx, "bucket", "k") },
		"ObjectACL":    func(ctx context.Context, c *Client) error { _, err := c.ObjectACL(ctx, "bucket", "k"); return err },
		"ObjectTags":   func(ctx context.Context, c *Client) error { _, err := c.ObjectTags(ctx, "bucket", "k"); return err },
		"Versioning":   func(ctx context.Context, c *Client) error { _, err := c.BucketVersioning(ctx, "bucket"); return err },
		"GetCORS":      func(ctx context.Context, c *Client) error { _, err := c.GetCORS(ctx, "bucket"); return err },
		"PutCORS":      func(ctx context.Context, c *Client) error { return c.PutCORS(ctx, "bucket", CORS{}) },
		"DeleteCORS":   func(ctx context.Context, c *Client) error { return c.DeleteCORS(ctx, "bucket") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{}, 8)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body) // a server sees the client go only when it has read the body
				arrived <- struct{}{}
				<-r.Context().Done() // answers nothing until the client goes away
			}))
			t.Cleanup(server.Close)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-arrived
				cancel()
			}()
			if name == "PutObject" { // it looks for its result afterwards
				lookShort(t)
			}
			if err := do(ctx, newTestClient(t, server.URL)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
		})
	}
}

// lookShort documents that the look after a cancelled upload is bounded by lookTimeout.
func lookShort(t *testing.T) {
	t.Helper()
	if lookTimeout > 10*time.Second {
		t.Errorf("a cancelled run would wait %s", lookTimeout)
	}
}

func TestConnectionRefusedIsNotRepeated(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, err = newTestClient(t, "http://"+address).HeadObject(t.Context(), "bucket", "key")
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 1 || e.Uncertain() {
		t.Errorf("got %v after %d attempts, want one", err, e.Attempts)
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for endpoint, wrong := range map[string]string{
		"https://oss-cn-hangzhou.aliyuncs.com":           "",
		"oss-cn-hangzhou-internal.aliyuncs.com":          "",
		"http://127.0.0.1:9000":                          "",
		"https://static.example.com/":                    "",
		"ftp://example.com":                              "scheme",
		"https://":                                       "no host",
		"https://example.com/path":                       "more than",
		"https://user:pass@example.com":                  "credentials have their own",
		"https://my-bucket.oss-cn-hangzhou.aliyuncs.com": "leave the bucket out",
		"http://[::1":                                    "not a URL",
	} {
		err := CheckEndpoint(endpoint)
		if wrong == "" && err != nil || wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)) {
			t.Errorf("%q: %v, want %q", endpoint, err, wrong)
		}
		if err != nil && strings.Contains(err.Error(), "pass@") {
			t.Errorf("%q gives a password away", err)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for endpoint, region := range map[string]string{
		"https://oss-cn-hangzhou.aliyuncs.com":         "cn-hangzhou",
		"oss-ap-southeast-1-internal.aliyuncs.com":     "ap-southeast-1",
		"https://oss-accelerate.aliyuncs.com":          "",
		"https://oss-accelerate-overseas.aliyuncs.com": "",
		"http://127.0.0.1:9000":                        "",
	} {
		if got := RegionOfEndpoint(endpoint); got != region {
			t.Errorf("%q: region %q, want %q", endpoint, got, region)
		}
	}
	for region, good := range map[string]bool{"cn-hangzhou": true, "us-west-1": true, "": false, "oss-cn-hangzhou": false, "Hangzhou": false, "cn_hangzhou": false} {
		if err := CheckRegion(region); (err == nil) != good {
			t.Errorf("%q: %v", region, err)
		}
	}
}

func TestPlainEndpointMeansHTTPS(t *testing.T) {
	t.Parallel()
	u, err := normalEndpoint("static.example.com", "cn-hangzhou")
	if err != nil || u.Scheme != "https" {
		t.Errorf("%v, %v", u, err)
	}
	if u, _ := normalEndpoint("", "cn-hangzhou"); u.String() != "https://oss-cn-hangzhou.aliyuncs.com" {
		t.Errorf("default endpoint %v", u)
	}
}
