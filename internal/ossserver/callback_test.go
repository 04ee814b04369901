package ossserver

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

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
