package ossclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// somebodyElse answers as a server that is not OSS: without a request id, whatever else it says.
func somebodyElse(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Del("X-Oss-Request-Id")
		h.Set("Server", "nginx/1.25")
		h.Set("Content-Type", "text/html")
		h.Set("ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
		h.Set("X-Oss-Hash-Crc64ecma", "0")
		h.Set("X-Oss-Delete-Marker", "true")
		h.Set("X-Oss-Ec", "0026-00000001")
		h.Set("Access-Control-Allow-Origin", "*")
		if status/100 == 3 && status != http.StatusNotModified {
			h.Set("Location", "https://login.example.com/?return=secret")
		}
		w.WriteHeader(status)
		if r.Method != http.MethodHead && status != http.StatusNoContent && status != http.StatusNotModified {
			io.WriteString(w, body)
		}
	}
}

// everyCall is each call that a client can make.
var everyCall = map[string]func(context.Context, *Client) error{
	"HeadObject": func(ctx context.Context, c *Client) error { _, err := c.HeadObject(ctx, "bucket", "k"); return err },
	"HeadVersion": func(ctx context.Context, c *Client) error {
		_, err := c.HeadVersion(ctx, "bucket", "k", "v")
		return err
	},
	"ReadObject": func(ctx context.Context, c *Client) error { // also not that a body is too large
		_, _, err := c.ReadObject(ctx, ReadRequest{Bucket: "bucket", Key: "k", Limit: 1})
		return err
	},
	"PutObject": func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k"})
		return err
	},
	"PutObject calling back": func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", Callback: "Y2I="})
		if failed := (*CallbackError)(nil); errors.As(err, &failed) {
			return errors.New("taken for a callback that failed")
		}
		return err
	},
	"PutObject forbidding": func(ctx context.Context, c *Client) error {
		_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", ForbidOverwrite: true})
		return err
	},
	"PutObject by parts": func(ctx context.Context, c *Client) error {
		c.multipartFrom, c.partSize = 2, 1
		_, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", Body: BytesBody([]byte("abc"))})
		return err
	},
	"a part": func(ctx context.Context, c *Client) error {
		_, err := c.sendParts(ctx, Write{Bucket: "bucket", Key: "k"}, "id", 1, 1, func(ctx context.Context, r request, _, _ int64) (part, error) {
			_, err := c.do(ctx, r)
			return part{}, err
		})
		return err
	},
	"the completion": func(ctx context.Context, c *Client) error {
		_, err := c.complete(ctx, Write{Bucket: "bucket", Key: "k"}, "id", []part{{Number: 1, ETag: `"E"`}})
		return err
	},
	"CopyObject": func(ctx context.Context, c *Client) error {
		_, err := c.CopyObject(ctx, CopySource{Bucket: "bucket", Key: "k"}, Write{Bucket: "bucket", Key: "k"})
		return err
	},
	"CopyObject by parts": func(ctx context.Context, c *Client) error {
		c.copyFrom = 1
		_, err := c.CopyObject(ctx, CopySource{Bucket: "bucket", Key: "k", Size: 2, Storage: Storage{Encryption: "AES256"}}, Write{Bucket: "bucket", Key: "k"})
		return err
	},
	"PutObjectACL": func(ctx context.Context, c *Client) error { return c.PutObjectACL(ctx, "bucket", "k", "private") },
	"PutObjectTags": func(ctx context.Context, c *Client) error {
		return c.PutObjectTags(ctx, "bucket", "k", map[string]string{"a": "b"})
	},
	"PutObjectTags, no": func(ctx context.Context, c *Client) error { return c.PutObjectTags(ctx, "bucket", "k", nil) },
	"ObjectACL":         func(ctx context.Context, c *Client) error { _, err := c.ObjectACL(ctx, "bucket", "k"); return err },
	"ObjectTags":        func(ctx context.Context, c *Client) error { _, err := c.ObjectTags(ctx, "bucket", "k"); return err },
	"VersionACL": func(ctx context.Context, c *Client) error {
		_, err := c.VersionACL(ctx, "bucket", "k", "v")
		return err
	},
	"VersionTags": func(ctx context.Context, c *Client) error {
		_, err := c.VersionTags(ctx, "bucket", "k", "v")
		return err
	},
	"ObjectVersions": func(ctx context.Context, c *Client) error { _, err := c.ObjectVersions(ctx, "bucket", "k"); return err },
	"DeleteObject":   func(ctx context.Context, c *Client) error { return c.DeleteObject(ctx, "bucket", "k") },
	"DeleteVersion":  func(ctx context.Context, c *Client) error { return c.DeleteVersion(ctx, "bucket", "k", "v") },
	"UnfinishedUploads": func(ctx context.Context, c *Client) error {
		_, err := c.UnfinishedUploads(ctx, "bucket", "k")
		return err
	},
	"BucketVersioning": func(ctx context.Context, c *Client) error { _, err := c.BucketVersioning(ctx, "bucket"); return err },
	"Pages": func(ctx context.Context, c *Client) error {
		_, _, err := walk(ctx, c, Listing{Bucket: "bucket"})
		return err
	},
	"GetCORS":    func(ctx context.Context, c *Client) error { _, err := c.GetCORS(ctx, "bucket"); return err },
	"PutCORS":    func(ctx context.Context, c *Client) error { return c.PutCORS(ctx, "bucket", CORS{}) },
	"DeleteCORS": func(ctx context.Context, c *Client) error { return c.DeleteCORS(ctx, "bucket") },
	"Preflight": func(ctx context.Context, c *Client) error {
		_, err := c.Preflight(ctx, "bucket", "k", PreflightRequest{Origin: "https://a.example", Method: "GET"})
		return err
	},
}

// Documents that a proxy, or a server that imitates OSS by half, might answer with. Each would mean something if OSS
// had given it.
const (
	someHTML     = "<html><body>Please log in</body></html>"
	noKey        = "<Error><Code>NoSuchKey</Code><Message>none</Message><RequestId>6F1A</RequestId><EC>0026-00000001</EC></Error>"
	noBucket     = "<Error><Code>NoSuchBucket</Code></Error>"
	noRules      = "<Error><Code>NoSuchCORSConfiguration</Code></Error>"
	accessDenied = "<Error><Code>AccessDenied</Code></Error>"
	exists       = "<Error><Code>FileAlreadyExists</Code></Error>"
	emptyResult  = "<Result><UploadId>id</UploadId><ETag>E</ETag></Result>"
)

// OSS-266: every answer of OSS has a request id. Nothing is concluded from an answer without one.
func TestForeignAnswersSayNothing(t *testing.T) {
	t.Parallel()
	for name, foreign := range map[string]struct {
		status int
		body   string
	}{
		"200": {200, ""}, "200 HTML": {200, someHTML}, "200 XML": {200, emptyResult}, "200 JSON": {200, "{}"},
		"203": {203, ""}, "204": {204, ""}, "206": {206, "x"}, "301": {301, ""}, "302 HTML": {302, someHTML}, "304": {304, ""}, "308": {308, ""},
		"400": {400, someHTML}, "403": {403, ""}, "403 HTML": {403, someHTML}, "403 XML": {403, accessDenied},
		"404": {404, ""}, "404 HTML": {404, someHTML}, "404 no key": {404, noKey}, "404 no bucket": {404, noBucket}, "404 no rules": {404, noRules},
		"405": {405, ""}, "407": {407, ""}, "409": {409, exists}, "412": {412, ""}, "429": {429, ""}, "451": {451, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for call, do := range everyCall {
				s, c := newScript(t, somebodyElse(foreign.status, foreign.body))
				err := do(t.Context(), c)
				var e *Error
				if !IsForeign(err) || !errors.As(err, &e) {
					t.Errorf("%s: got %v, want it foreign", call, err)
					continue
				}
				if IsNotFound(err) || e.Status != 0 || e.Code != "" || e.EC != "" || e.RequestID != "" || e.Uncertain() {
					t.Errorf("%s: something is concluded from %+v", call, e)
				}
				for _, want := range []string{c.sdk.Config.Endpoint, name[:3], `"nginx/1.25"`, "endpoint", "proxy", "use_cname", "x-oss-request-id"} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%s: %q does not say %q", call, err, want)
					}
				}
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("%s: %q repeats the query of a redirect", call, err)
				}
				if e.Attempts != 1 {
					t.Errorf("%s: %d attempts", call, e.Attempts)
				}
				if call == "HeadObject" && len(s.seen()) != 1 {
					t.Errorf("%d requests, want 1: asking again changes nothing", len(s.seen()))
				}
			}
		})
	}
}

// A gateway that has lost OSS may find it again.
func TestForeignFailuresAreRepeated(t *testing.T) {
	t.Parallel()
	for _, status := range []int{500, 502, 503, 504, 520} {
		s, c := newScript(t, somebodyElse(status, someHTML), ok(nil))
		if _, err := c.HeadObject(t.Context(), "bucket", "key"); err != nil || len(s.seen()) != 2 {
			t.Errorf("%d: %v after %d requests", status, err, len(s.seen()))
		}
	}
	_, c := newScript(t, somebodyElse(502, ""))
	_, err := c.HeadObject(t.Context(), "bucket", "key")
	var e *Error
	if !errors.As(err, &e) || e.Attempts != 4 || !IsForeign(err) || IsNotFound(err) || !strings.Contains(err.Error(), "502 Bad Gateway") {
		t.Errorf("got %v", err)
	}
}

// A gateway may have passed an upload on before it lost the answer. The look for its result believes OSS alone.
func TestUploadThroughAFailingGateway(t *testing.T) {
	t.Parallel()
	write := Write{Bucket: "bucket", Key: "key", Body: BytesBody([]byte("hello")), Headers: Headers{ContentType: "text/plain"}}
	mine := map[string]string{"Content-Type": "text/plain"}
	gateway := somebodyElse(502, "")
	_, c := newScript(t, gateway, gateway, gateway, gateway, storedAnswer("hello", mine))
	if stored, err := c.PutObject(t.Context(), write); err != nil || !stored.Adopted {
		t.Errorf("%+v, %v; want the object of the first attempt", stored, err)
	}
	bare := func(w http.ResponseWriter, r *http.Request) {
		storedAnswer("hello", mine)(w, r)
		w.Header().Del("X-Oss-Request-Id")
	}
	_, c = newScript(t, gateway, gateway, gateway, gateway, bare)
	if stored, err := c.PutObject(t.Context(), write); !IsForeign(err) {
		t.Errorf("%+v, %v; want the error of the gateway", stored, err)
	}
}

func TestForeignWordsAreBounded(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Del("X-Oss-Request-Id")
		w.Header().Set("Server", strings.Repeat("ü", 2000))
		w.WriteHeader(404)
	})
	if _, err := c.HeadObject(t.Context(), "bucket", "key"); !IsForeign(err) || len(err.Error()) > 1000 {
		t.Errorf("%d bytes: %v", len(err.Error()), err)
	}
}
