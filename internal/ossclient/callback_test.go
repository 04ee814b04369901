package ossclient

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// calledBack answers as OSS does after a callback.
func calledBack(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"5D41"`)
		w.Header().Set("X-Oss-Request-Id", "6F1A")
		w.Header().Set("X-Oss-Version-Id", "v1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const failedDocument = `<?xml version="1.0"?><Error><Code>CallbackFailed</Code><Message>Error status : 404.</Message><RequestId>6F1A</RequestId><EC>0007-00000203</EC></Error>`

func TestPutCallsBack(t *testing.T) {
	t.Parallel()
	write := Write{Bucket: "bucket", Key: "key", Body: BytesBody([]byte("hello")), Callback: "Y2I=", CallbackVar: "e30="}
	for name, tc := range map[string]struct {
		answer   http.HandlerFunc
		response string
		cause    string // of a failed callback
		ec       string
	}{
		"answered":         {calledBack(200, `{"a": 1}`), `{"a": 1}`, "", ""},
		"not called":       {calledBack(200, ""), "", "", ""},
		"failed":           {calledBack(203, failedDocument), "", "CallbackFailed: Error status : 404.", "0007-00000203"},
		"without document": {calledBack(203, ""), "", "the service answered 203 Non-Authoritative Information", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := newScript(t, tc.answer)
			stored, err := c.PutObject(t.Context(), write)
			if stored.ETag != "5D41" || stored.VersionID != "v1" || stored.Adopted || string(stored.CallbackResponse) != tc.response {
				t.Errorf("stored %+v", stored)
			}
			var failed *CallbackError
			var e *Error
			switch errors.As(err, &failed) {
			case false:
				if err != nil || tc.cause != "" {
					t.Errorf("error %v, want cause %q", err, tc.cause)
				}
			default:
				if failed.Err.Cause() != tc.cause {
					t.Errorf("failed with cause %q", failed.Err.Cause())
				}
				if !errors.As(err, &e) || e.RequestID != "6F1A" || e.EC != tc.ec || e.Op != "PutObject" || !strings.Contains(err.Error(), "is stored") {
					t.Errorf("error %v", err)
				}
			}
			if len(s.seen()) != 1 {
				t.Errorf("%d requests, want one: what is stored is not sent again", len(s.seen()))
			}
			if h := s.seen()[0].header; h.Get("X-Oss-Callback") != "Y2I=" || h.Get("X-Oss-Callback-Var") != "e30=" {
				t.Errorf("sent %v", h)
			}
		})
	}
}

// Without a callback neither is a header sent nor an answer looked at.
func TestPutWithoutCallback(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, calledBack(203, `{}`))
	stored, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "key", Body: BytesBody([]byte("hello")), CallbackVar: "e30="})
	if err != nil || stored.CallbackResponse != nil {
		t.Errorf("stored %+v, error %v", stored, err)
	}
	if h := s.seen()[0].header; len(h.Values("X-Oss-Callback"))+len(h.Values("X-Oss-Callback-Var")) > 0 {
		t.Errorf("sent %v", h)
	}
}

// A lost answer is made up for by a look, but what was there before the upload proves nothing.
func TestLostAnswerToACallback(t *testing.T) {
	t.Parallel()
	body := BytesBody([]byte("hello"))
	answer := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			cut(w, r)
			return
		}
		w.Header().Set("ETag", `"5D41"`)
		w.Header().Set("X-Oss-Hash-Crc64ecma", body.Digest())
	}
	_, c := newScript(t, answer)
	write := Write{Bucket: "bucket", Key: "key", Body: body, Callback: "Y2I=", Headers: Headers{ContentType: defaultContentType}}
	stored, err := c.PutObject(t.Context(), write)
	if err != nil || !stored.Adopted || stored.CallbackResponse != nil {
		t.Errorf("stored %+v, error %v", stored, err)
	}
	write.Again = true
	if stored, err := c.PutObject(t.Context(), write); err == nil || stored.Adopted {
		t.Errorf("stored %+v, error %v; want the error of the upload", stored, err)
	}
}

// receive starts a receiver of callbacks that answers with a status and a body, and counts.
func receive(t *testing.T, status int, answer string) (url string, bodies func() []string) {
	t.Helper()
	var mu sync.Mutex
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		got = append(got, string(body))
		mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), got...)
	}
}

// An upload by parts calls back once, when it is complete. When that fails nothing is aborted: the object is there.
func TestMultipartCallsBack(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"answered": 200, "failed": 404} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, bodies := receive(t, status, `{"ok": true}`)
			server := &ossserver.Server{AllowPrivateCallbacks: true}
			c := newLocal(t, server)
			_, body := randomFile(t, 3*smallPart)
			write := Write{
				Bucket: "bucket", Key: "k", Body: body,
				Callback:    base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + url + `","callbackBody":"size=${size}&by=${x:by}"}`)),
				CallbackVar: base64.StdEncoding.EncodeToString([]byte(`{"x:by":"emma"}`)),
			}
			stored, err := c.PutObject(t.Context(), write)
			o := expectStored(t, server, "bucket", "k", body)
			if stored.ETag != o.ETag || stored.ETag == "" {
				t.Errorf("stored %+v, want ETag %q", stored, o.ETag)
			}
			var failed *CallbackError
			if status == 200 && (err != nil || string(stored.CallbackResponse) != `{"ok": true}`) {
				t.Errorf("stored %+v, error %v", stored, err)
			}
			if status != 200 && (!errors.As(err, &failed) || failed.Err.Code != "CallbackFailed" || failed.Err.Op != "CompleteMultipartUpload") {
				t.Errorf("error %v", err)
			}
			if got := bodies(); len(got) != 1 || got[0] != "size=307200&by=emma" {
				t.Errorf("called back %q", got)
			}
			if got := operations(server); got["AbortMultipartUpload"] != 0 || got["HeadObject"] != 0 || got["CompleteMultipartUpload"] != 1 {
				t.Errorf("requests %v", got)
			}
		})
	}
}

// A copy by parts ends with the request that calls back for uploads; for copies OSS does not call back.
func TestCopyDoesNotCallBack(t *testing.T) {
	t.Parallel()
	url, bodies := receive(t, 200, `{}`)
	server := &ossserver.Server{AllowPrivateCallbacks: true}
	c := newLocal(t, server)
	_, body := randomFile(t, 3*smallPart)
	write := Write{Bucket: "bucket", Key: "k", Body: body, Callback: base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + url + `","callbackBody":"a=b"}`))}
	if _, err := c.PutObject(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	write.Key, write.Body = "copy", Body{Size: body.Size, CRC64: body.CRC64}
	if _, err := c.CopyObject(t.Context(), CopySource{Bucket: "bucket", Key: "k", Size: body.Size, Storage: Storage{Encryption: "AES256"}}, write); err != nil {
		t.Fatal(err)
	}
	if got := operations(server)["CompleteMultipartUpload"]; got != 2 {
		t.Errorf("%d completions, so that this test proves nothing", got)
	}
	if got := bodies(); len(got) != 1 {
		t.Errorf("called back %q, want the upload alone", got)
	}
}
