package ossserver

import (
	"bufio"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// receiver is what a callback goes to. It answers every request with the same bytes, after the test lets it.
type receiver struct {
	t      *testing.T
	url    string
	answer string
	hold   chan struct{} // closed to let answers go; nil is no waiting
	asked  chan struct{} // one element a request that has arrived whole

	mu  sync.Mutex
	got []received
}

// received is one request, as it came over the wire.
type received struct {
	line   string
	header http.Header
	body   string
}

// okAnswer is what a good receiver says.
func okAnswer(doc string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + itoa(len(doc)) + "\r\n\r\n" + doc
}

func receive(t *testing.T, answer string) *receiver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, url: "http://" + l.Addr().String(), answer: answer, asked: make(chan struct{}, 100)}
	var all sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { r.serve(conn) })
		}
	})
	return r
}

func (r *receiver) serve(conn net.Conn) {
	defer conn.Close()
	b := bufio.NewReader(conn)
	line, err := b.ReadString('\n')
	if err != nil {
		return // the other side has gone
	}
	in, err := http.ReadRequest(bufio.NewReader(io.MultiReader(strings.NewReader(line), b)))
	if err != nil {
		r.t.Errorf("callback: %v", err)
		return
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		r.t.Errorf("callback body: %v", err)
	}
	in.Header.Set("Host", in.Host)
	r.mu.Lock()
	r.got = append(r.got, received{strings.TrimSpace(line), in.Header, string(body)})
	r.mu.Unlock()
	r.asked <- struct{}{}
	if r.hold != nil {
		<-r.hold
	}
	_, _ = io.WriteString(conn, r.answer) // the server may have given up
}

func (r *receiver) requests() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

// only is the one request that came.
func (r *receiver) only() received {
	r.t.Helper()
	got := r.requests()
	if len(got) != 1 {
		r.t.Fatalf("%d callbacks: %+v", len(got), got)
	}
	return got[0]
}

// coded is a value of x-oss-callback: fields as JSON in base64.
func coded(t *testing.T, fields any) string {
	t.Helper()
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(data)
}

type fields = map[string]any

// callbacks starts a server that lets callbacks go anywhere.
func callbacks(t *testing.T) *endpoint {
	t.Helper()
	s := &Server{AllowPrivateCallbacks: true}
	s.callbackKey.once.Do(func() {
		k := sharedKey()
		s.callbackKey.private, s.callbackKey.public, s.callbackKey.err = k.private, k.public, k.err
	})
	return start(t, s)
}

// sharedKey spares most tests the making of a key of their own.
var sharedKey = sync.OnceValue(func() *callbackKey {
	s := &Server{}
	defer s.Close()
	_, _ = s.key() // the error is kept beside the key
	return &s.callbackKey
})

func TestCallbackForm(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer(`{"a": 1}`))
	const names = "bucket object etag size mimeType imageInfo.height imageInfo.width imageInfo.format crc64 contentMd5 vpcId clientIp " +
		"reqId operation x:some-var x:none"
	body := "const=a b&é"
	for name := range strings.FieldsSeq(names) {
		body += "&" + name + "=${" + name + "}"
	}
	a := e.put("dir/a b+ü.txt", "hello", map[string]string{
		"Content-Type":       "text/plain",
		"x-oss-callback":     coded(t, fields{"callbackUrl": r.url + "/done?id=1", "callbackBody": body}),
		"x-oss-callback-var": coded(t, fields{"x:some-var": "1 & 2 = $3 ${size}", "x:键": "unused"}),
	})
	if a.body != `{"a": 1}` {
		t.Errorf("body %q", a.body)
	}
	e.wantHeader(a, "Content-Type", "application/json")
	e.wantHeader(a, "ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
	e.wantHeader(a, "x-oss-hash-crc64ecma", "11177612005948864433")
	want := "const=a b&é&bucket=bucket-one&object=dir%2Fa%20b%2B%C3%BC.txt&etag=5D41402ABC4B2A76B9719D911017C592&size=5&mimeType=text%2Fplain" +
		"&imageInfo.height=&imageInfo.width=&imageInfo.format=&crc64=" + e.stored("dir/a b+ü.txt").CRC64 + "&contentMd5=XUFAKrxLKna5cZ2REBfFkg%3D%3D" +
		"&vpcId=&clientIp=127.0.0.1&reqId=" + a.header.Get("x-oss-request-id") + "&operation=PutObject" +
		"&x:some-var=1%20%26%202%20%3D%20%243%20%24%7Bsize%7D&x:none="
	got := r.only()
	if got.body != want {
		t.Errorf("sent\n%s\nwant\n%s", got.body, want)
	}
	if got.line != "POST /done?id=1 HTTP/1.0" {
		t.Errorf("request line %q", got.line)
	}
	for name, value := range map[string]string{
		"Host": strings.TrimPrefix(r.url, "http://"), "Connection": "close", "Content-Length": itoa(len(want)),
		"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "http-client/0.0.1",
	} {
		if got.header.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), value)
		}
	}
}

// TestCallbackJSON holds quotes and numbers: OSS-250, and OSS-287 for the height.
func TestCallbackJSON(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("true"))
	e.put(`a"<\`, "hello", map[string]string{
		"x-oss-callback": coded(t, fields{"callbackUrl": r.url, "callbackBodyType": "application/json",
			"callbackBody": `{"k":${object},"size":${size},"height":${imageInfo.height},"v":${x:v},"none":${x:none},"money":"$5 {}"}`}),
		"x-oss-callback-var": coded(t, fields{"x:v": "line\nü"}),
	})
	got := r.only()
	want := `{"k":"a\"<\\","size":5,"height":0,"v":"line\nü","none":"","money":"$5 {}"}`
	if got.body != want || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("sent %s, want %s", got.body, want)
	}
	if !json.Valid([]byte(got.body)) {
		t.Error("no JSON")
	}
}

// TestCallbackOwnHeaders covers callbackHost and additionalHeaders.
func TestCallbackOwnHeaders(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("{}"))
	e.put("k", "", map[string]string{"x-oss-callback": coded(t, fields{
		"callbackUrl": strings.TrimPrefix(r.url, "http://") + "/no/scheme", "callbackBody": "a", "callbackHost": "callback.example.com",
		"additionalHeaders": fields{"X-Token": "abc", "x-more": "ü"},
	})})
	got := r.only()
	for name, value := range map[string]string{"Host": "callback.example.com", "X-Token": "abc", "X-More": "ü"} {
		if got.header.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), value)
		}
	}
	if got.line != "POST /no/scheme HTTP/1.0" {
		t.Errorf("request line %q", got.line)
	}
}

// TestCallbackSignature checks the signature as a receiver would, with the key from the address the request names.
func TestCallbackSignature(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{AllowPrivateCallbacks: true})
	r := receive(t, okAnswer("{}"))
	for _, path := range []string{"", "/index.php?id=1&index=2", "/a%20b/%C3%BC+c", "/?a=%20"} {
		e.put("k", "", map[string]string{"x-oss-callback": coded(t, fields{"callbackUrl": r.url + path, "callbackBody": "bucket=${bucket}"})})
	}
	signed := []string{"/", "/index.php?id=1&index=2", "/a b/ü+c", "/?a=%20"}
	got := r.requests()
	if len(got) != len(signed) {
		t.Fatalf("%d callbacks", len(got))
	}
	for i, want := range signed {
		public := fetchKey(t, got[i].header.Get("x-oss-pub-key-url"))
		if err := verifyCallback(public, want, got[i]); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		got[i].body += "x"
		if verifyCallback(public, want, got[i]) == nil {
			t.Errorf("%s: the signature covers no body", want)
		}
	}
}

func verifyCallback(public *rsa.PublicKey, path string, r received) error {
	signature, err := base64.StdEncoding.DecodeString(r.header.Get("authorization"))
	if err != nil {
		return err
	}
	sum := md5.Sum([]byte(path + "\n" + r.body))
	return rsa.VerifyPKCS1v15(public, crypto.MD5, sum[:], signature)
}

func fetchKey(t *testing.T, coded string) *rsa.PublicKey {
	t.Helper()
	address, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(string(address))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	block, rest := pem.Decode(data)
	if block == nil || len(rest) > 0 {
		t.Fatalf("key %q", data)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PublicKey)
}

// TestCallbackKeyKept holds that a data folder keeps its key, that nobody else may read it, and that a broken one is
// not replaced without a word.
func TestCallbackKeyKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := func() string {
		e := start(t, &Server{Data: dir})
		defer e.end()
		return e.must(200, call{method: "GET", path: publicKeyPath, anonymous: true}).body
	}
	first := key()
	if second := key(); !strings.HasPrefix(first, "-----BEGIN PUBLIC KEY-----\n") || first != second {
		t.Errorf("%s became %s", first, second)
	}
	file := filepath.Join(dir, callbackKeyFile)
	info, err := os.Stat(file)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Fatalf("%v, %v", info, err)
	}
	e := start(t, &Server{Data: dir})
	head := e.must(200, call{method: "HEAD", path: publicKeyPath, anonymous: true})
	e.wantHeader(head, "Content-Length", itoa(len(first)))
	e.must(400, call{method: "PUT", path: publicKeyPath})
	for _, text := range []string{"", first} { // nothing, and no private key
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e = e.restart(&Server{Data: dir})
		a := e.refused(500, "InternalError", call{method: "GET", path: publicKeyPath, anonymous: true})
		if !strings.Contains(a.body, "remove it") {
			t.Error(a.body)
		}
	}
}

// TestCallbackKeyIsNoObject holds that an object of that name is still an object where the host names the bucket.
func TestCallbackKeyIsNoObject(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put(publicKeyPath[1:], "an object", nil)
	a := e.must(200, call{method: "GET", path: publicKeyPath, host: testBucket + ".localhost", bucket: testBucket, key: publicKeyPath[1:]})
	if a.body != "an object" {
		t.Errorf("body %q", a.body)
	}
}

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

func TestCallbackComplete(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	body := "${operation} ${size} ${contentMd5} ${x:a}"
	for answer, status := range map[string]int{okAnswer(`{"multi":"part"}`): 200, "HTTP/1.1 502 x\r\n\r\n": 203} {
		r := receive(t, answer)
		id := e.initiate("k", map[string]string{"x-oss-callback": coded(t, fields{"callbackUrl": r.url, "callbackBody": "first"})})
		etag := e.must(200, call{method: "PUT", path: at("k") + "?partNumber=1&uploadId=" + id, body: "hello"}).header.Get("ETag")
		done := call{method: "POST", path: at("k") + "?uploadId=" + id, header: map[string]string{
			"x-oss-callback":     coded(t, fields{"callbackUrl": r.url, "callbackBody": body}),
			"x-oss-callback-var": coded(t, fields{"x:a": "b"})},
			body: "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>"}
		bad := done
		bad.header = map[string]string{"x-oss-callback": "!"}
		e.refused(400, "InvalidArgument", bad) // the upload is still there
		a := e.must(status, done)
		if got := r.only().body; got != "CompleteMultipartUpload 5  b" {
			t.Errorf("sent %q", got)
		}
		if status == 200 && a.body != `{"multi":"part"}` || status == 203 && a.apiCode() != "CallbackFailed" {
			t.Errorf("answer %s", a.body)
		}
		o := e.stored("k")
		e.wantHeader(a, "ETag", `"`+o.ETag+`"`)
		e.wantHeader(a, "x-oss-hash-crc64ecma", o.CRC64)
	}
}

// TestCallbackPresigned carries the callback in the URL.
func TestCallbackPresigned(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	for _, auth := range []oss.AuthVersionType{oss.AuthV1, oss.AuthV4} {
		r := receive(t, okAnswer(`{}`))
		_, bucket := sdkBucket(t, e, oss.AuthVersion(auth))
		cb := coded(t, fields{"callbackUrl": r.url, "callbackBody": "a=${x:a}~~~???>>>"})
		signed, err := bucket.SignURL("dir/k", oss.HTTPPut, 60, oss.AddParam("callback", cb), oss.AddParam("callback-var", coded(t, fields{"x:a": "b"})))
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(signed)
		if err != nil || !u.Query().Has("callback") {
			t.Fatalf("%s, %v", signed, err)
		}
		put := call{method: "PUT", path: u.RequestURI(), body: "hello", anonymous: true}
		e.s.ResetRecords()
		if a := e.must(200, put); a.body != "{}" || r.only().body != "a=b~~~???>>>" {
			t.Errorf("%s: %q, %+v", auth, a.body, r.only())
		}
		if line := e.s.Records()[0].String(); !strings.Contains(line, " /bucket-one/dir/k ") || strings.Contains(line, "callback") {
			t.Errorf("log line %s", line)
		}
		put.path = strings.Replace(put.path, "callback=e", "callback=f", 1)
		e.refused(403, "SignatureDoesNotMatch", put)
	}
}

func TestCallbackBySDK(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer(`{"Status":"OK"}`))
	_, bucket := sdkBucket(t, e)
	var answer []byte
	err := bucket.PutObject("k", strings.NewReader("hello"), oss.CallbackResult(&answer),
		oss.Callback(coded(t, fields{"callbackUrl": r.url, "callbackBody": "${object}"})))
	if err != nil || string(answer) != `{"Status":"OK"}` || r.only().body != "k" {
		t.Errorf("%s, %v, %+v", answer, err, r.only())
	}
	r.answer = "HTTP/1.1 404 Not Found\r\n\r\n"
	err = bucket.PutObject("k2", strings.NewReader("hello"), oss.Callback(coded(t, fields{"callbackUrl": r.url, "callbackBody": "a"})))
	var se oss.ServiceError
	if !errors.As(err, &se) || se.StatusCode != 203 || se.Code != "CallbackFailed" {
		t.Errorf("error %v", err)
	}
	e.stored("k2")
}
