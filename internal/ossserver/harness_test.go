package ossserver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testBucket = "bucket-one"
	testRegion = "cn-hangzhou"
)

// endpoint is a server under test with one bucket, reached over a real connection.
type endpoint struct {
	t   *testing.T
	s   *Server
	url string

	listener *httptest.Server
}

// start serves s; nil is the zero value.
func start(t *testing.T, s *Server) *endpoint {
	t.Helper()
	if s == nil {
		s = &Server{}
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(nil)
	ts.Listener = s.Attach(ts.Config, ts.Listener)
	ts.Start()
	t.Cleanup(ts.Close)
	return &endpoint{t: t, s: s, url: ts.URL, listener: ts}
}

// restart serves s, which has the data folder of e's server, in its place.
func (e *endpoint) restart(s *Server) *endpoint {
	e.t.Helper()
	e.end()
	return start(e.t, s)
}

// end closes the server before the test is over.
func (e *endpoint) end() {
	e.t.Helper()
	e.listener.Close()
	if err := e.s.Close(); err != nil {
		e.t.Fatal(err)
	}
}

// call is one raw request of a test. The path is as it goes over the wire.
type call struct {
	method, path string // path with query
	host         string
	header       map[string]string
	body         string
	chunked      bool // no Content-Length

	// How to sign: V4 by default.
	v1, anonymous     bool
	id, secret, token string
	region            string
	at                time.Time
	isoDate, spaced   bool // x-oss-date instead of Date; ", " between the parts of Authorization
	additional        []string
	authorization     string // instead of a true one
	bucket, key       string // what to sign, where host and path do not say
}

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// apiCode is the Code of an error document, in the body or, for HEAD, in x-oss-err.
func (a answer) apiCode() string {
	text := a.body
	if coded := a.header.Get("x-oss-err"); coded != "" {
		data, err := base64.StdEncoding.DecodeString(coded)
		if err != nil {
			return "undecodable x-oss-err: " + coded
		}
		text = string(data)
	}
	var doc struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		return ""
	}
	return doc.Code
}

// do signs and sends c.
func (e *endpoint) do(c call) answer {
	e.t.Helper()
	a, err := e.try(c)
	if err != nil {
		e.t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	return a
}

// must is do for a call that has to answer the given status.
func (e *endpoint) must(status int, c call) answer {
	e.t.Helper()
	a := e.do(c)
	if a.status != status {
		e.t.Fatalf("%s %s: status %d, want %d: %s %s", c.method, c.path, a.status, status, a.apiCode(), a.body)
	}
	return a
}

// refused is do for a call that has to fail with the given status and code.
func (e *endpoint) refused(status int, code string, c call) answer {
	e.t.Helper()
	a := e.must(status, c)
	if got := a.apiCode(); got != code {
		e.t.Fatalf("%s %s: code %q, want %q: %s", c.method, c.path, got, code, a.body)
	}
	return a
}

// transport is the tests' own: httptest closes the idle connections of the default one whenever a server ends, and a request of
// another test that has just taken one fails.
var transport = http.DefaultTransport.(*http.Transport).Clone()

func (e *endpoint) try(c call) (answer, error) {
	req, err := e.request(c)
	if err != nil {
		return answer{}, err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(data)}, err
}

func (e *endpoint) request(c call) (*http.Request, error) {
	var body io.Reader
	if c.body != "" || c.method == "PUT" || c.method == "POST" {
		body = bytes.NewReader([]byte(c.body))
		if c.chunked {
			body = io.MultiReader(body)
		}
	}
	req, err := http.NewRequest(c.method, e.url+c.path, body)
	if err != nil {
		return nil, err
	}
	if c.chunked {
		req.ContentLength = -1
	}
	if c.host != "" {
		req.Host = c.host
	}
	// No transparent gzip: a test sees what was sent.
	req.Header.Set("Accept-Encoding", "identity")
	for name, value := range c.header {
		req.Header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	c.sign(req)
	return req, nil
}

// sign adds the signature that c asks for.
func (c call) sign(req *http.Request) {
	if c.anonymous {
		return
	}
	if c.id == "" {
		c.id, c.secret = "local-id", "local-secret"
	}
	if c.region == "" {
		c.region = testRegion
	}
	if c.at.IsZero() {
		c.at = time.Now()
	}
	if c.bucket == "" && c.key == "" {
		bucket, rawKey, _ := strings.Cut(strings.TrimPrefix(req.URL.EscapedPath(), "/"), "/")
		c.bucket = bucket
		c.key, _ = url.PathUnescape(rawKey)
	}
	if c.token != "" {
		req.Header.Set("x-oss-security-token", c.token)
	}
	date := c.at.UTC().Format(http.TimeFormat)
	if c.isoDate {
		date = c.at.UTC().Format("20060102T150405Z")
		req.Header.Set("x-oss-date", date)
	} else if req.Header.Get("Date") == "" {
		req.Header.Set("Date", date)
	}
	auth := ""
	if c.v1 {
		auth = "OSS " + c.id + ":" + testSignV1(c.secret, testStringV1(req, c.bucket, c.key, date))
	} else {
		if req.Header.Get("x-oss-content-sha256") == "" {
			req.Header.Set("x-oss-content-sha256", "UNSIGNED-PAYLOAD")
		}
		scope := c.at.UTC().Format("20060102") + "/" + c.region + "/oss/aliyun_v4_request"
		signature := testSignV4(c.secret, scope, date, testCanonicalV4(req, c.bucket, c.key, c.additional))
		comma := ","
		if c.spaced {
			comma = ", "
		}
		auth = "OSS4-HMAC-SHA256 Credential=" + c.id + "/" + scope
		if len(c.additional) > 0 {
			auth += comma + "AdditionalHeaders=" + strings.Join(c.additional, ";")
		}
		auth += comma + "Signature=" + signature
	}
	if c.authorization != "" {
		auth = c.authorization
	}
	req.Header.Set("Authorization", auth)
}

// The signer of the tests is written apart from the server's.

func testHMAC(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return string(h.Sum(nil))
}

func testSignV4(secret, scope, date, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	text := "OSS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	key := "aliyun_v4" + secret
	for part := range strings.SplitSeq(scope, "/") {
		key = testHMAC(key, part)
	}
	return hex.EncodeToString([]byte(testHMAC(key, text)))
}

func testCanonicalV4(req *http.Request, bucket, key string, additional []string) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	uri := "/"
	if bucket != "" {
		uri = "/" + bucket + "/" + strings.ReplaceAll(escape(key), "%2F", "/")
	}
	query := map[string]string{}
	for name, values := range req.URL.Query() {
		if name != "x-oss-signature" {
			query[escape(name)] = escape(values[0])
		}
	}
	var pairs []string
	for _, name := range slices.Sorted(mapKeys(query)) {
		if query[name] != "" {
			name += "=" + query[name]
		}
		pairs = append(pairs, name)
	}
	headers := map[string]string{}
	for name, values := range req.Header {
		name = strings.ToLower(name)
		if name == "content-type" || name == "content-md5" || strings.HasPrefix(name, "x-oss-") || slices.Contains(additional, name) {
			headers[name] = strings.TrimSpace(values[0])
		}
	}
	if slices.Contains(additional, "host") {
		headers["host"] = req.Host
	}
	lines := ""
	for _, name := range slices.Sorted(mapKeys(headers)) {
		lines += name + ":" + headers[name] + "\n"
	}
	return req.Method + "\n" + uri + "\n" + strings.Join(pairs, "&") + "\n" + lines + "\n" + strings.Join(additional, ";") + "\nUNSIGNED-PAYLOAD"
}

func testSignV1(secret, text string) string {
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func testStringV1(req *http.Request, bucket, key, date string) string {
	headers := map[string]string{}
	for name, values := range req.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-oss-") {
			headers[name] = values[0]
		}
	}
	text := req.Method + "\n" + req.Header.Get("Content-MD5") + "\n" + req.Header.Get("Content-Type") + "\n" + date + "\n"
	for _, name := range slices.Sorted(mapKeys(headers)) {
		text += name + ":" + headers[name] + "\n"
	}
	text += "/"
	if bucket != "" {
		text += bucket + "/" + key
	}
	unsigned := []string{"prefix", "marker", "max-keys", "delimiter", "encoding-type", "list-type", "start-after", "fetch-owner",
		"Signature", "Expires", "OSSAccessKeyId", "key-marker", "version-id-marker", "max-uploads", "upload-id-marker",
		"max-parts", "part-number-marker"}
	sep := "?"
	query := req.URL.Query()
	for _, name := range slices.Sorted(mapKeys(query)) {
		if slices.Contains(unsigned, name) {
			continue
		}
		text += sep + name
		if value := query.Get(name); value != "" {
			text += "=" + value
		}
		sep = "&"
	}
	return text
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// at is the path-style path of a key in the test bucket, escaped as SDKs do.
func at(key string) string {
	return "/" + testBucket + "/" + url.PathEscape(key)
}

func (e *endpoint) put(key, body string, header map[string]string) answer {
	e.t.Helper()
	return e.must(200, call{method: "PUT", path: at(key), body: body, header: header})
}

func (e *endpoint) head(key string) answer {
	e.t.Helper()
	return e.must(200, call{method: "HEAD", path: at(key)})
}

func (e *endpoint) get(key string) string {
	e.t.Helper()
	return e.must(200, call{method: "GET", path: at(key)}).body
}

// stored reads an object from disk.
func (e *endpoint) stored(key string) Object {
	e.t.Helper()
	o, err := e.s.Object(testBucket, key)
	if err != nil {
		e.t.Fatal(err)
	}
	return o
}

func (e *endpoint) wantHeader(a answer, name, want string) {
	e.t.Helper()
	if got := a.header.Get(name); got != want {
		e.t.Errorf("%s: %q, want %q", name, got, want)
	}
}

// rawRequest sends text as it is and reads to the end of the connection.
func rawRequest(t *testing.T, e *endpoint, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// testClock is a clock that a test turns.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// rawHalf sends text, closes the sending side, and reads the answer.
func rawHalf(t *testing.T, e *endpoint, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
