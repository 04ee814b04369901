package ossserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestEveryAnswerHasRequestID is OSS-266, on each way an answer can come about, and that no two are alike.
func TestEveryAnswerHasRequestID(t *testing.T) {
	t.Parallel()
	told := make(chan string, 1)
	logPanic := func(format string, args ...any) { told <- fmt.Sprintf(format, args...) }
	e := start(t, &Server{IdleTimeout: time.Second, logPanic: logPanic, Fault: func(c Call) *Fault {
		switch c.Key {
		case "bare":
			return &Fault{Status: 503}
		case "worded":
			return &Fault{Status: 503, Code: "ServiceUnavailable"}
		case "panics":
			panic("a fault in the server")
		}
		return nil
	}})
	e.put("k", "x", nil)
	head := func(method, path string, header map[string]string) string {
		return signedHead(t, e, method, path, header)
	}
	const end = "Connection: close\r\n\r\n"
	bucketPath := "/" + testBucket + "/"
	tests := []struct {
		name, text, status string
	}{
		{"GET", head("GET", at("k"), nil) + end, "200"},
		{"HEAD", head("HEAD", at("k"), nil) + end, "200"},
		{"PUT", head("PUT", at("new"), nil) + "Content-Length: 0\r\n" + end, "200"},
		{"DELETE", head("DELETE", at("none"), nil) + end, "204"},
		{"not modified", head("GET", at("k"), map[string]string{"If-None-Match": "*"}) + end, "304"},
		{"precondition", head("GET", at("k"), map[string]string{"If-Match": "x"}) + end, "412"},
		{"no key", head("GET", at("none"), nil) + end, "404"},
		{"HEAD of no key", head("HEAD", at("none"), nil) + end, "404"},
		{"no bucket", head("GET", "/no-such-bucket/k", nil) + end, "404"},
		{"bucket name", head("GET", "/B_/k", nil) + end, "400"},
		{"two slashes", "GET //k HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "400"},
		{"URI", "GET /%zz HTTP/1.1\r\nHost: x\r\n" + end, "400"},
		{"query", head("GET", at("k")+"?a=%zz", nil) + end, "400"},
		{"anonymous", "GET " + at("k") + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "403"},
		{"unknown sub-resource", head("GET", bucketPath+"?lifecycle", nil) + end, "501"},
		{"unknown method", head("PATCH", at("k"), nil) + end, "405"},
		{"preflight without rule", "OPTIONS " + at("k") + " HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: a\r\nAccess-Control-Request-Method: GET\r\n" + end, "403"},
		{"preflight without origin", "OPTIONS " + at("k") + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "400"},
		{"OPTIONS of the service", "OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "405"},
		{"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "400"},
		{"short body", head("PUT", at("short"), nil) + "Content-Length: 10\r\n" + end + "x", "400"},
		{"no length", head("PUT", at("short"), nil) + end, "411"},
		{"fault without a document", head("GET", at("bare"), nil) + end, "503"},
		{"fault with a document", head("GET", at("worded"), nil) + end, "503"},
		{"panic", head("GET", at("panics"), nil) + end, "500"},

		{"not HTTP", "hello\r\n\r\n", "400"},
		{"broken header", "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "400"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"two lengths", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
		{"huge header", "GET / HTTP/1.1\r\nHost: x\r\na: " + strings.Repeat("x", 2<<20) + "\r\n\r\n", "431"},
		{"expectation", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: much\r\n\r\n", "417"},
		{"coding", "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
		{"version", "GET / HTTP/3.0\r\nHost: x\r\n\r\n", "505"},
	}
	seen := map[string]string{}
	for _, tt := range tests {
		answer := rawHalf(t, e, tt.text)
		head, _, _ := strings.Cut(answer, "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		if parts := strings.SplitN(lines[0], " ", 3); len(parts) < 2 || parts[1] != tt.status {
			t.Errorf("%s: %q, want %s", tt.name, lines[0], tt.status)
		}
		id := ""
		for _, line := range lines[1:] {
			if name, value, _ := strings.Cut(line, ": "); strings.EqualFold(name, "x-oss-request-id") {
				id = value
			}
		}
		if len(id) != 24 || seen[id] != "" {
			t.Errorf("%s: request ID %q, as of %q: %s", tt.name, id, seen[id], head)
		}
		seen[id] = tt.name
	}
	if text := <-told; !strings.Contains(text, "a fault in the server") || !strings.Contains(text, "goroutine ") {
		t.Errorf("logged %s", text)
	}
}

// TestRedirectHasRequestID is OSS-266 for the one redirect that OSS makes.
func TestRedirectHasRequestID(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "public-read-write"}})
	c := formOf(t, [][2]string{{"key", "k"}, {"success_action_redirect", "http://127.0.0.1/next"}}, "f", "", "x")
	if a := e.must(303, c); len(a.header.Get("x-oss-request-id")) != 24 {
		t.Errorf("header %v", a.header)
	}
}

// TestBodiesPassUnchanged holds that stored bytes which look like an answer of net/http's own are left alone.
func TestBodiesPassUnchanged(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	own := "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
	for name, body := range map[string]string{"short": own, "long": strings.Repeat(own, 5000)} {
		e.put(name, body, nil)
		if e.get(name) != body {
			t.Errorf("%s: the body came back changed", name)
		}
	}
}

// TestStalledBodyIsReadOnce holds that nobody waits for a stalled body a second time, which would double the limit: one
// read that ended by its deadline is the last.
func TestStalledBodyIsReadOnce(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := &stalledBody{}
	req, err := e.request(call{method: "PUT", path: at("k"), body: "x"})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(req.Method, req.URL.String(), body)
	r.Header, r.ContentLength = req.Header, 10
	w := httptest.NewRecorder()
	e.s.ServeHTTP(w, r)
	if w.Code != 400 || !strings.Contains(w.Body.String(), "<Code>RequestTimeout</Code>") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if body.failed != 1 {
		t.Errorf("%d reads ran into the deadline", body.failed)
	}
}

// stalledBody gives five bytes and then runs into every deadline.
type stalledBody struct{ failed, read int }

func (b *stalledBody) Read(p []byte) (int, error) {
	if b.read == 0 {
		b.read = copy(p, "hello")
		return b.read, nil
	}
	b.failed++
	return 0, os.ErrDeadlineExceeded
}

// TestDefaultIdleTimeout is one minute.
func TestDefaultIdleTimeout(t *testing.T) {
	t.Parallel()
	for given, want := range map[time.Duration]time.Duration{0: time.Minute, time.Second: time.Second} {
		q := newRequest(&Server{IdleTimeout: given}, httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		if q.body.idle != want {
			t.Errorf("%s: %s, want %s", given, q.body.idle, want)
		}
	}
}
