package ossserver

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// signedHead is a request up to its empty line, as text, with a V4 signature.
func signedHead(t *testing.T, e *endpoint, method, path string, header map[string]string) string {
	t.Helper()
	req, err := e.request(call{method: method, path: path, header: header})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, strings.TrimPrefix(e.url, "http://"))
	for name, values := range req.Header {
		text += name + ": " + values[0] + "\r\n"
	}
	return text
}

func TestBadClients(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	put := signedHead(t, e, "PUT", at("k"), nil)
	const end = "Connection: close\r\n\r\n"
	tests := []struct {
		name, text, want string
	}{
		{"body too short", put + "Content-Length: 10\r\n" + end + "short", "400 Bad Request|IncompleteBody"},
		{"broken chunk", put + "Transfer-Encoding: chunked\r\n" + end + "zz\r\n", "400 Bad Request|IncompleteBody"},
		{"chunks without end", put + "Transfer-Encoding: chunked\r\n" + end + "5\r\nhello\r\n", "400 Bad Request|IncompleteBody"},
		{"no length", put + end, "411 Length Required|MissingContentLength"},
		{"XML cut off", signedHead(t, e, "PUT", "/"+testBucket+"/?cors", nil) + "Content-Length: 99\r\n" + end + "<CORS", "400 Bad Request|IncompleteBody"},
		{"negative length", put + "Content-Length: -1\r\n" + end, "400 Bad Request|"},
		{"two lengths", put + "Content-Length: 1\r\nContent-Length: 2\r\n" + end + "x", "400 Bad Request|"},
		{"no HTTP", "hello\r\n\r\n", "400 Bad Request|"},
		{"path without slash", "GET k HTTP/1.1\r\nHost: x\r\n" + end, "400 Bad Request|"},
		{"absolute target", "GET http://127.0.0.1/" + testBucket + "/k HTTP/1.1\r\nHost: other\r\n" + end, "403 Forbidden|AccessDenied"},
		{"asterisk", "GET * HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "400 Bad Request|"},
		{"no host", "GET / HTTP/1.0\r\n\r\n", "403 Forbidden|AccessDenied"},
		{"odd host", "GET / HTTP/1.1\r\nHost: ..\r\n" + end, "400 Bad Request|InvalidBucketName"},
		{"no bucket", "GET //k HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end, "400 Bad Request|InvalidBucketName"},
		{"many headers", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + strings.Repeat("x-oss-meta-a: b\r\n", 2000) + end, "403 Forbidden|AccessDenied"},
		{"huge header", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nx-oss-meta-a: " + strings.Repeat("x", 2<<20) + "\r\n" + end, "431 Request Header Fields Too Large|"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := rawHalf(t, e, tt.text)
			status, code, _ := strings.Cut(tt.want, "|")
			line, _, _ := strings.Cut(answer, "\r\n")
			if !strings.HasSuffix(line, " "+status) || code != "" && !strings.Contains(answer, "<Code>"+code+"</Code>") {
				t.Errorf("answer %.300s\nwant %s", answer, tt.want)
			}
		})
	}
	t.Run("nothing is stored", func(t *testing.T) {
		if names := e.list("").names(); len(names) != 0 {
			t.Errorf("stored %q", names)
		}
	})
}

// TestStalledUpload holds that a client which stops in the middle gets OSS's own error.
func TestStalledUpload(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{IdleTimeout: time.Second}) // also the time a busy machine has to write the answer
	text := rawRequest(t, e, signedHead(t, e, "PUT", at("k"), nil)+"Content-Length: 10\r\n\r\nhello")
	if !strings.HasPrefix(text, "HTTP/1.1 400 ") || !strings.Contains(text, "<Code>RequestTimeout</Code>") {
		t.Errorf("answer %s", text)
	}
	if _, err := e.s.Object(testBucket, "k"); err == nil {
		t.Error("half an upload was stored")
	}
	if tmp, err := os.ReadDir(filepath.Join(e.s.store.dir, testBucket, "tmp")); err != nil || len(tmp) != 0 {
		t.Errorf("left %v, %v", tmp, err)
	}
}

// TestStalledDownload holds that a client which takes nothing does not hold a goroutine for ever.
func TestStalledDownload(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.put("k", strings.Repeat("x", 32<<20), nil) // more than the buffers of both sides
	done := make(chan Record, 8)
	e = e.restart(&Server{Data: data, IdleTimeout: 20 * time.Millisecond, OnRecord: func(r Record) { done <- r }})
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, signedHead(t, e, "GET", at("k"), nil)+"\r\n"); err != nil {
		t.Fatal(err)
	}
	if r := <-done; r.Operation != "GetObject" || r.BytesOut >= 32<<20 {
		t.Errorf("record %+v", r)
	}
}

// TestConnectionLivesOn asks several times over one connection, each time long after the deadlines of the request before:
// while an answer is being made, and between two requests.
func TestConnectionLivesOn(t *testing.T) {
	t.Parallel()
	const idle = 400 * time.Millisecond // time enough for a request on a busy machine
	e := start(t, &Server{
		IdleTimeout: idle,
		Fault:       func(Call) *Fault { return &Fault{Delay: 2 * idle} },
		OnRecord:    func(Record) { <-time.After(2 * idle) }, // the handler is not done yet
	})
	transport := &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}
	defer transport.CloseIdleConnections()
	for _, c := range []call{
		{method: "PUT", path: at("k"), body: "hello"}, {method: "GET", path: at("k")}, {method: "HEAD", path: at("k")}, {method: "GET", path: at("k")},
	} {
		req, err := e.request(c)
		if err != nil {
			t.Fatal(err)
		}
		reused := false
		trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
		resp, err := transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(context.Background(), trace)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
			t.Errorf("status %d, %v", resp.StatusCode, err)
		}
		resp.Body.Close()
		if c.method != "PUT" && !reused {
			t.Errorf("%s came over a new connection", c.method)
		}
	}
}

// TestRefusedUploadIsHeard holds that a client that is still sending a refused body gets to read why.
func TestRefusedUploadIsHeard(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	head := signedHead(t, e, "PUT", "/no-such-bucket/k", nil)
	text := rawRequest(t, e, head+fmt.Sprintf("Content-Length: %d\r\nConnection: close\r\n\r\n", 8<<20)+strings.Repeat("x", 8<<20))
	if !strings.HasPrefix(text, "HTTP/1.1 404 ") || !strings.Contains(text, "NoSuchBucket") {
		t.Errorf("answer %s", text)
	}
	// One that asks first sends nothing.
	text = rawRequest(t, e, head+"Content-Length: 10\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(text, "HTTP/1.1 404 ") || !strings.Contains(text, "NoSuchBucket") {
		t.Errorf("answer %s", text)
	}
}

// TestLostBody holds that a body the disk has lost is not taken for an object.
func TestLostBody(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("short", "hello", nil)
	if err := os.Truncate(e.stored("short").BodyPath, 2); err != nil {
		t.Fatal(err)
	}
	if a, err := e.try(call{method: "GET", path: at("short")}); err == nil {
		t.Errorf("half an object was read as %q", a.body)
	}
	if records := e.s.Records(); records[len(records)-1].Status != 0 {
		t.Errorf("record of a cut answer: %+v", records[len(records)-1])
	}
	e.put("lost", "hello", nil)
	if err := os.Remove(e.stored("lost").BodyPath); err != nil {
		t.Fatal(err)
	}
	e.refused(500, "InternalError", call{method: "GET", path: at("lost")})
}
