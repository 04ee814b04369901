package ossserver

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestVary is OSS-208.
func TestVary(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	kilobyte := strings.Repeat("x", 1024)
	for i, tt := range []struct {
		contentType, contentEncoding, body, want string
	}{
		{"text/plain", "", kilobyte, "Accept-Encoding"},
		{"Application/JSON; charset=utf-8", "", kilobyte, "Accept-Encoding"},
		{"text/plain", "", kilobyte[1:], ""},
		{"text/plain", "br", kilobyte, ""},
		{"image/png", "", kilobyte, ""},
	} {
		key := fmt.Sprint("k", i)
		header := map[string]string{"Content-Type": tt.contentType}
		if tt.contentEncoding != "" {
			header["Content-Encoding"] = tt.contentEncoding
		}
		e.put(key, tt.body, header)
		for _, accept := range []string{"identity", "gzip"} {
			for _, method := range []string{"HEAD", "GET"} {
				a := e.must(200, call{method: method, path: at(key), header: map[string]string{"Accept-Encoding": accept}})
				if got := strings.Join(a.header.Values("Vary"), "|"); got != tt.want {
					t.Errorf("%s of %+v with %s: Vary %q", method, tt.contentType, accept, got)
				}
			}
		}
		e.wantHeader(e.must(200, call{method: "HEAD", path: at(key) + "?objectMeta"}), "Vary", "")
	}
}

// headerNames are the names of an answer's headers, sorted.
func headerNames(a answer) string {
	return strings.ToLower(strings.Join(slices.Sorted(mapKeys(a.header)), " "))
}

// TestObjectMetaHeaders is OSS-209.
func TestObjectMetaHeaders(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "hello", map[string]string{"x-oss-meta-a": "1", "Cache-Control": "no-cache", "Content-Type": "text/plain", "x-oss-tagging": "a=1"})
	e.put("empty", "", nil)
	e.must(200, linkCall("link", "k", nil))
	const want = "content-length date etag last-modified server x-oss-hash-crc64ecma x-oss-object-type x-oss-request-id x-oss-server-time"
	for key, kind := range map[string]string{"k": "Normal", "empty": "Normal", "link": "Symlink"} {
		a := e.must(200, call{method: "HEAD", path: at(key) + "?objectMeta"})
		if got := headerNames(a); got != want {
			t.Errorf("%s: headers %s\nwant %s", key, got, want)
		}
		e.wantHeader(a, "x-oss-object-type", kind)
		e.wantHeader(a, "x-oss-hash-crc64ecma", e.head(key).header.Get("x-oss-hash-crc64ecma"))
	}
	e.wantHeader(e.must(200, call{method: "HEAD", path: at("k") + "?objectMeta"}), "x-oss-hash-crc64ecma", "11177612005948864433")
	e.versioning("Enabled")
	id := e.put("k", "v", nil).header.Get("x-oss-version-id")
	e.wantHeader(e.must(200, call{method: "HEAD", path: at("k") + "?objectMeta"}), "x-oss-version-id", id)
}

// TestPartOfAnObject is OSS-210.
func TestPartOfAnObject(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "hello", nil)
	for _, spec := range []string{"bytes=0-1", "bytes=-2", "bytes=0-4"} {
		a := e.must(206, call{method: "GET", path: at("k"), header: map[string]string{"Range": spec}})
		e.wantHeader(a, "ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
		e.wantHeader(a, "x-oss-hash-crc64ecma", "11177612005948864433")
		if _, there := a.header["Content-Md5"]; there {
			t.Errorf("%s: Content-MD5 %q", spec, a.header.Get("Content-MD5"))
		}
	}
	a := e.must(200, call{method: "GET", path: at("k"), header: map[string]string{"Range": "bytes=0-9"}})
	e.wantHeader(a, "Content-MD5", md5Base64("hello"))
}

// TestRangePastTheEnd is OSS-211, with its numbers.
func TestRangePastTheEnd(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := strings.Repeat("0123456789", 5)[:47]
	e.put("k", body, nil)
	for _, tt := range []struct {
		spec, standard string
		status         int
		body, contents string
	}{
		{"0-57", "", 200, body, ""}, {"-57", "", 200, body, ""}, {"57-", "", 200, body, ""},
		{"0-47", "", 200, body, ""}, {"-48", "", 200, body, ""}, {"47-", "", 200, body, ""}, {"46-47", "", 200, body, ""},
		{"0-46", "", 206, body, "bytes 0-46/47"}, {"-47", "", 206, body, "bytes 0-46/47"}, {"46-", "", 206, body[46:], "bytes 46-46/47"},
		{"0-57", "standard", 206, body, "bytes 0-46/47"}, {"-57", "standard", 206, body, "bytes 0-46/47"}, {"57-", "standard", 416, "", "bytes */47"},
	} {
		header := map[string]string{"Range": "bytes=" + tt.spec}
		if tt.standard != "" {
			header["x-oss-range-behavior"] = tt.standard
		}
		a := e.must(tt.status, call{method: "GET", path: at("k"), header: header})
		if tt.status != 416 && a.body != tt.body {
			t.Errorf("%s %s: body %q", tt.spec, tt.standard, a.body)
		}
		e.wantHeader(a, "Content-Range", tt.contents)
	}
}

// TestServerTime is OSS-265.
func TestServerTime(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	e.put("empty", "", nil)
	for _, tt := range []struct {
		c     call
		there bool
	}{
		{call{method: "GET", path: at("k")}, true},
		{call{method: "GET", path: at("empty")}, false},
		{call{method: "HEAD", path: at("empty")}, true},
		{call{method: "GET", path: at("none")}, true},
		{call{method: "GET", path: "/no-such-bucket/k"}, false},
		{call{method: "HEAD", path: "/no-such-bucket/k"}, false},
		{call{method: "GET", path: "/no-such-bucket/"}, false},
		{call{method: "PUT", path: "/no-such-bucket/k", body: "x"}, false},
		{call{method: "DELETE", path: at("none")}, true},
	} {
		if values := e.do(tt.c).header.Values("x-oss-server-time"); (len(values) == 1) != tt.there {
			t.Errorf("%s %s: %q", tt.c.method, tt.c.path, values)
		}
	}
}

// TestLengthWithoutBody is OSS-275: an announced body that does not come holds up no answer of a method that has none.
func TestLengthWithoutBody(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "hello", nil)
	for _, tt := range []struct{ method, path, length, status string }{
		{"GET", at("k"), "Content-Length: 10", "200 OK"},
		{"GET", at("none"), "Content-Length: 10", "404 Not Found"},
		{"GET", "/no-such-bucket/k", "Content-Length: 10", "404 Not Found"},
		{"GET", "/" + testBucket + "/?list-type=2", "Content-Length: 1000000", "200 OK"},
		{"GET", at("k"), "Transfer-Encoding: chunked", "200 OK"},
		{"HEAD", at("k"), "Content-Length: 10", "200 OK"},
		{"HEAD", at("none"), "Content-Length: 10", "404 Not Found"},
		{"DELETE", at("gone"), "Content-Length: 10", "204 No Content"},
		{"OPTIONS", at("k"), "Content-Length: 10", "400 Bad Request"},
	} {
		t.Run(tt.method+" "+tt.path+" "+tt.length, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			conn, err := net.Dial("tcp", strings.TrimPrefix(f.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil { // half of what the server waits for a body
				t.Fatal(err)
			}
			// The connection stays open in both directions, as that of a client which waits for an answer.
			if _, err := io.WriteString(conn, signedHead(t, &f, tt.method, tt.path, nil)+tt.length+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(conn)
			if line, _, _ := strings.Cut(string(answer), "\r\n"); err != nil || line != "HTTP/1.1 "+tt.status {
				t.Errorf("%v, answer %.200s", err, answer)
			}
		})
	}
	// A body that does come does no harm.
	a := e.must(200, call{method: "GET", path: at("k"), body: "unasked"})
	if a.body != "hello" {
		t.Errorf("body %q", a.body)
	}
}
