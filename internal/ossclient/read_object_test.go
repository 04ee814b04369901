package ossclient

import (
	"errors"
	"io"
	"net/http"
	"testing"
)

func TestReadObject(t *testing.T) {
	t.Parallel()
	header := map[string]string{"Content-Type": "text/plain", "ETag": `"5D41"`, "X-Oss-Meta-Owner": "emma", "X-Oss-Version-Id": "v1", "X-Oss-Hash-Crc64ecma": "11177612005948864433"}
	s, c := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		ok(header)(w, r)
		_, _ = io.WriteString(w, "hello")
	})
	o, body, err := c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "a b", VersionID: "v1", ETag: "5D41", Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if string(body) != "hello" || o.Size != 5 || o.ContentType != "text/plain" || o.Metadata["owner"] != "emma" || o.VersionID != "v1" || o.ETag != "5D41" {
		t.Errorf("read %q of %+v", body, o)
	}
	calls := s.seen()
	if len(calls) != 1 || calls[0].method != "GET" || calls[0].path != "/bucket/a%20b" || calls[0].query != "versionId=v1" {
		t.Fatalf("requests %+v", calls)
	}
	if h := calls[0].header; h.Get("If-Match") != `"5D41"` || h.Get("Accept-Encoding") != "identity" {
		t.Errorf("sent %v", h)
	}
	for i, limit := range []int64{4, 0} {
		_, _, err = c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "k", Limit: limit})
		var tooLarge *TooLargeError
		if !errors.As(err, &tooLarge) || tooLarge.Size != 5 || tooLarge.Limit != limit || len(s.seen()) != 2+i {
			t.Errorf("above the limit %d: %v, %d requests", limit, err, len(s.seen()))
		}
	}
}

// A body above the limit is not waited for.
func TestReadObjectLeavesALargeBody(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	_, c := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5000000000")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the client has hung up
		close(gone)
	})
	_, _, err := c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "k", Limit: 1 << 40})
	var tooLarge *TooLargeError
	if !errors.As(err, &tooLarge) || tooLarge.Limit != MaxRead {
		t.Errorf("error %v", err)
	}
	<-gone
}

func TestReadObjectIsDamaged(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"another body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Oss-Hash-Crc64ecma", "1")
			_, _ = io.WriteString(w, "secret body")
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Oss-Hash-Crc64ecma", BytesBody([]byte("secret body")).Digest())
			_, _ = io.WriteString(w, "secret")
		},
		"no length": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "secret")
			w.(http.Flusher).Flush()
		},
	} {
		_, c := newScript(t, answer)
		_, body, err := c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "k", Limit: MaxRead})
		if want := `GetObject "k" in bucket "bucket": the body was damaged on its way (request id 6F1A)`; err == nil || body != nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadObjectFails(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, fails(500, "InternalError"), fails(503, "ServiceUnavailable"), func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") })
	if _, body, err := c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "k", Limit: 1}); err != nil || string(body) != "x" || len(s.seen()) != 3 {
		t.Errorf("read %q, %v after %d requests", body, err, len(s.seen()))
	}
	for status, code := range map[int]string{404: "NoSuchKey", 403: "AccessDenied", 412: "PreconditionFailed"} {
		s, c := newScript(t, fails(status, code))
		if _, _, err := c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "k", Limit: 1}); !HasCode(err, code) || len(s.seen()) != 1 {
			t.Errorf("%d: %v after %d requests", status, err, len(s.seen()))
		}
	}
}
