package ossserver

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCallbackFailed has receivers that OSS is not content with: the object is stored all the same.
func TestCallbackFailed(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\n"
	big := strings.Repeat(" ", 1<<20-1) + "1" // OSS-251
	for name, tt := range map[string]struct{ answer, message, ec string }{
		"created":         {strings.Replace(okAnswer("{}"), "200 OK", "201 Created", 1), "Error status : 201.", "0007-00000203"},
		"no content":      {"HTTP/1.1 204 No Content\r\n\r\n", "Error status : 204.", "0007-00000203"},
		"redirect":        {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}", "Error status : 301.", "0007-00000203"},
		"error":           {"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}", "Error status : 500.", "0007-00000203"},
		"no length":       {ok + "\r\n{}", "Error Status : 400.User server missing content-length.", "0007-00000203"},
		"chunked":         {ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "Error Status : 400.User server missing content-length.", "0007-00000203"},
		"empty":           {ok + "Content-Length: 0\r\n\r\n", "Error Status : 400.User server return invalid conent-length value.", "0007-00000203"},
		"bad length":      {ok + "Content-Length: two\r\n\r\n{}", "Error Status : 400.User server return invalid conent-length value.", "0007-00000203"},
		"two lengths":     {ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "Error Status : 400.User server return invalid conent-length value.", "0007-00000203"},
		"too long":        {okAnswer(big + " "), "Error Status : 400.User server return too long content-length value.", "0007-00000203"},
		"no JSON":         {okAnswer("ok"), "Response body is not valid json format.", "0007-00000205"},
		"byte order mark": {okAnswer("\ufeff{}"), "Response body is not valid json format.", "0007-00000205"},
		"cut":             {ok + "Content-Length: 3\r\n\r\n{}", "Error status : 502.", "0007-00000203"},
		"no answer":       {"", "Error status : 502.", "0007-00000203"},
		"no HTTP":         {"220 ftp.example.com\r\n", "Error status : 502.", "0007-00000203"},
		"as long as may":  {okAnswer(big), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := callbacks(t)
			if err := e.s.SetVersioning(testBucket, "Enabled"); err != nil {
				t.Fatal(err)
			}
			r := receive(t, tt.answer)
			a := e.do(call{method: "PUT", path: at("k"), body: "hello", header: map[string]string{
				"x-oss-callback": coded(t, fields{"callbackUrl": r.url, "callbackBody": "a"})}})
			r.only()
			if tt.message == "" {
				if a.status != 200 || a.body != big {
					t.Errorf("status %d, %d bytes", a.status, len(a.body))
				}
				return
			}
			if a.status != 203 || a.apiCode() != "CallbackFailed" || !strings.Contains(a.body, "<Message>"+tt.message+"</Message>") {
				t.Errorf("status %d: %s", a.status, a.body)
			}
			e.wantHeader(a, "x-oss-ec", tt.ec)
			e.wantHeader(a, "Content-Type", "application/xml")
			e.wantHeader(a, "ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
			e.wantHeader(a, "x-oss-hash-crc64ecma", "11177612005948864433")
			if o := e.stored("k"); o.Size != 5 || o.VersionID != a.header.Get("x-oss-version-id") {
				t.Errorf("stored %+v", o)
			}
		})
	}
}

func TestCallbackNobodyListens(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := l.Addr().String()
	l.Close()
	a := e.refused(203, "CallbackFailed", call{method: "PUT", path: at("k"), body: "x", header: map[string]string{
		"x-oss-callback": coded(t, fields{"callbackUrl": dead, "callbackBody": "a"})}})
	if !strings.Contains(a.body, "Error status : 502.") {
		t.Error(a.body)
	}
	e.get("k")
}

// TestCallbackTimeout has a receiver that reads and says nothing.
func TestCallbackTimeout(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{AllowPrivateCallbacks: true, CallbackTimeout: 50e6})
	r := receive(t, "")
	r.hold = make(chan struct{})
	defer close(r.hold)
	a := e.refused(203, "CallbackFailed", call{method: "PUT", path: at("k"), body: "x", header: map[string]string{
		"x-oss-callback": coded(t, fields{"callbackUrl": r.url, "callbackBody": "a"})}})
	want := "error status:-1 " + strings.TrimPrefix(r.url, "http://") + " reply timeout, cost: 50 ms, timeout: 50 ms (err -4, errno110)"
	if !strings.Contains(a.body, want) {
		t.Error(a.body)
	}
}

// TestCallbackURLs holds that URLs are tried in order until one is content.
func TestCallbackURLs(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	bad, good, unasked := receive(t, "HTTP/1.1 500 Oops\r\n\r\n"), receive(t, okAnswer(`"second"`)), receive(t, okAnswer(`"third"`))
	urls := bad.url + "/1; " + good.url + "/2;" + unasked.url
	a := e.put("k", "", map[string]string{"x-oss-callback": coded(t, fields{"callbackUrl": urls, "callbackBody": "a"})})
	if a.body != `"second"` || bad.only().line != "POST /1 HTTP/1.0" || good.only().line != "POST /2 HTTP/1.0" || len(unasked.requests()) != 0 {
		t.Errorf("answer %q, unasked %v", a.body, unasked.requests())
	}
	a = e.refused(203, "CallbackFailed", call{method: "PUT", path: at("k"), header: map[string]string{
		"x-oss-callback": coded(t, fields{"callbackUrl": bad.url + ";" + bad.url, "callbackBody": "a"})}})
	if len(bad.requests()) != 3 {
		t.Errorf("%d requests: %s", len(bad.requests()), a.body)
	}
}

// TestCallbackMeanwhile holds that a callback under way holds up nobody, and that a client which leaves undoes nothing.
func TestCallbackMeanwhile(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("{}"))
	r.hold = make(chan struct{})
	cb := coded(t, fields{"callbackUrl": r.url, "callbackBody": "size=${size}"})
	req, err := e.request(call{method: "PUT", path: at("k"), body: "hello", header: map[string]string{"x-oss-callback": cb}})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", req.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	<-r.asked
	if got := e.get("k"); got != "hello" {
		t.Errorf("body %q", got)
	}
	e.put("k", "newer", nil)
	e.put("other", "", nil)
	conn.Close()
	close(r.hold)
	if r.only().body != "size=5" || e.get("k") != "newer" {
		t.Errorf("%+v", r.only())
	}
}

// TestCallbackAfterLeaving holds that the next URL is asked although the client has gone.
func TestCallbackAfterLeaving(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	first, second := receive(t, "HTTP/1.1 500 x\r\n\r\n"), receive(t, okAnswer("{}"))
	first.hold = make(chan struct{})
	req, err := e.request(call{method: "PUT", path: at("k"), body: "hello", header: map[string]string{
		"x-oss-callback": coded(t, fields{"callbackUrl": first.url + ";" + second.url, "callbackBody": "a"})}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() {
		defer close(served)
		e.s.ServeHTTP(httptest.NewRecorder(), req.WithContext(ctx))
	}()
	<-first.asked
	leave()
	close(first.hold)
	<-served
	second.only()
}
