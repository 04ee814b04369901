package ossclient

import (
	"errors"
	"hash/crc64"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestHeadReadsEverything(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, ok(map[string]string{
		"Content-Type": "text/html", "Cache-Control": "no-cache", "Content-Disposition": "attachment", "Content-Encoding": "br",
		"Content-Language": "de", "Expires": "never", "ETag": `"5D41"`, "X-Oss-Hash-Crc64ecma": "18446744073709551615",
		"X-Oss-Version-Id": "v1", "X-Oss-Object-Type": "Multipart", "X-Oss-Storage-Class": "IA", "X-Oss-Server-Side-Encryption": "KMS",
		"X-Oss-Server-Side-Encryption-Key-Id": "kid", "X-Oss-Server-Side-Data-Encryption": "SM4", "X-Oss-Tagging-Count": "2",
		"X-Oss-Meta-Made-By": "Emma", "X-Oss-Force-Download": "true", "Content-Length": "42",
	}))
	o, err := c.HeadObject(t.Context(), "bucket", "key")
	if err != nil {
		t.Fatal(err)
	}
	want := Object{
		Headers: Headers{"text/html", "no-cache", "attachment", "br", "de", "never"},
		ETag:    "5D41", CRC64: "18446744073709551615", Size: 42, VersionID: "v1", Type: "Multipart",
		Storage: Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "kid", DataEncryption: "SM4"}, TagCount: 2, ForcedDownload: true,
	}
	if o.Metadata["made-by"] != "Emma" || len(o.Metadata) != 1 {
		t.Errorf("metadata %v", o.Metadata)
	}
	o.Metadata, o.LastModified = nil, want.LastModified
	if o.Headers != want.Headers || o.ETag != want.ETag || o.CRC64 != want.CRC64 || o.Size != want.Size || o.VersionID != want.VersionID ||
		o.Type != want.Type || o.StorageClass != want.StorageClass || o.Encryption != want.Encryption || o.EncryptionKeyID != want.EncryptionKeyID ||
		o.DataEncryption != want.DataEncryption || o.TagCount != want.TagCount || !o.ForcedDownload {
		t.Errorf("got %+v\nwant %+v", o, want)
	}
}

// OSS-213: a key may be named by its ARN, and is shown by its id.
func TestKeyID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "", "9468da86-3509": "9468da86-3509", "acs:kms:cn-hangzhou:1234:key/9468da86-3509": "9468da86-3509",
		"acs:kms:cn-hangzhou:1234:alias/a": "acs:kms:cn-hangzhou:1234:alias/a", "other:key/k": "other:key/k", "key/k": "key/k",
	} {
		if got := KeyID(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestPutSendsWhatWasAsked(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, ok(nil))
	_, err := c.PutObject(t.Context(), Write{
		Bucket: "bucket", Key: "a b/ü+%.txt", Body: BytesBody([]byte("hello")), ForbidOverwrite: true,
		Headers:  Headers{ContentType: "text/plain", Expires: "0"},
		Settings: Settings{ACL: "private", Storage: Storage{StorageClass: "IA"}, Tags: map[string]string{"b c": "1+1", "a": ""}},
		Metadata: map[string]string{"owner": "中文"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.seen()[0]
	if want := "/bucket/a%20b%2F%C3%BC%2B%25.txt"; got.path != want {
		t.Errorf("path %q, want %q", got.path, want)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain", "Expires": "0", "X-Oss-Forbid-Overwrite": "true", "X-Oss-Object-Acl": "private",
		"X-Oss-Storage-Class": "IA", "X-Oss-Tagging": "a=&b%20c=1%2B1", "X-Oss-Meta-Owner": "中文", "X-Oss-Security-Token": "token",
		"Content-Length": "5",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if !strings.HasPrefix(got.header.Get("Authorization"), "OSS4-HMAC-SHA256 Credential=id/") {
		t.Errorf("not signed by V4: %q", got.header.Get("Authorization"))
	}
}

// The SDK sends an empty reader chunked.
func TestEmptyPutHasALength(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, ok(map[string]string{"X-Oss-Hash-Crc64ecma": "0"}))
	if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "key"}); err != nil {
		t.Fatal(err)
	}
	if got := s.seen()[0].header.Get("Content-Length"); got != "0" {
		t.Errorf("Content-Length %q, want 0", got)
	}
}

func TestDamagedBodyIsNoticed(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, ok(map[string]string{"X-Oss-Hash-Crc64ecma": "1"}))
	if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "key", Body: BytesBody([]byte("x"))}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v", err)
	}
}

// A body that is not what was digested must never arrive whole: OSS stores what arrives whole.
func TestChangedFileIsNeverSentWhole(t *testing.T) {
	t.Parallel()
	original := strings.Repeat("abcdefgh", 20_000)
	for name, now := range map[string]string{
		"same length": strings.Repeat("abcdefgX", 20_000),
		"first byte":  "X" + original[1:],
		"last byte":   original[:len(original)-1] + "X",
		"shorter":     original[:100_000],
		"longer":      original + "X",
		"empty":       "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := newScript(t, ok(nil))
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, []byte(original), 0o600); err != nil {
				t.Fatal(err)
			}
			body, err := FileBody(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(now), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "key", Body: body})
			if !errors.Is(err, ErrBodyChanged) {
				t.Errorf("got %v, want ErrBodyChanged", err)
			}
			for _, got := range s.seen() {
				if got.bodyErr == nil {
					t.Errorf("%d bytes arrived as a whole body", len(got.body))
				}
			}
		})
	}
}

func TestDigests(t *testing.T) {
	t.Parallel()
	// The check value of CRC-64/XZ, the ECMA polynomial as Go and OSS use it.
	if got := BytesBody([]byte("123456789")).Digest(); got != "11051210869376104954" {
		t.Errorf("CRC-64 %s", got)
	}
	if got := (Body{}).Digest(); got != "0" {
		t.Errorf("CRC-64 of nothing %s", got)
	}
}

// stored answers HEAD as an object that was written by want.
func storedAnswer(body string, header map[string]string) http.HandlerFunc {
	crc := strconv.FormatUint(crc64.Checksum([]byte(body), crcTable), 10)
	return func(w http.ResponseWriter, r *http.Request) {
		ok(header)(w, r)
		w.Header().Set("X-Oss-Hash-Crc64ecma", crc)
		w.Header().Set("ETag", `"E"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
}

func TestPutAdoptsItsOwnSuccess(t *testing.T) {
	t.Parallel()
	mine := map[string]string{"Content-Type": "text/plain", "X-Oss-Meta-Owner": "emma"}
	put := func(c *Client) (Written, error) {
		return c.PutObject(t.Context(), Write{
			Bucket: "bucket", Key: "key", Body: BytesBody([]byte("hello")), ForbidOverwrite: true,
			Headers: Headers{ContentType: "text/plain"}, Metadata: map[string]string{"owner": "emma"},
		})
	}
	t.Run("repeated and refused", func(t *testing.T) {
		t.Parallel()
		_, c := newScript(t, cut, fails(409, "FileAlreadyExists"), storedAnswer("hello", mine))
		if stored, err := put(c); err != nil || !stored.Adopted || stored.ETag != "E" {
			t.Errorf("%+v, %v", stored, err)
		}
	})
	t.Run("all answers lost", func(t *testing.T) {
		t.Parallel()
		_, c := newScript(t, cut, cut, cut, cut, storedAnswer("hello", mine))
		if stored, err := put(c); err != nil || !stored.Adopted {
			t.Errorf("%+v, %v", stored, err)
		}
	})
	t.Run("somebody else's body", func(t *testing.T) {
		t.Parallel()
		_, c := newScript(t, cut, fails(409, "FileAlreadyExists"), storedAnswer("other", mine))
		if _, err := put(c); !HasCode(err, "FileAlreadyExists") {
			t.Errorf("got %v, want the refusal", err)
		}
	})
	t.Run("somebody else's metadata", func(t *testing.T) {
		t.Parallel()
		_, c := newScript(t, cut, fails(409, "FileAlreadyExists"), storedAnswer("hello", map[string]string{"Content-Type": "text/plain"}))
		if _, err := put(c); !HasCode(err, "FileAlreadyExists") {
			t.Errorf("got %v, want the refusal", err)
		}
	})
	t.Run("refused at once", func(t *testing.T) {
		t.Parallel()
		s, c := newScript(t, fails(409, "FileAlreadyExists"), storedAnswer("hello", mine))
		if _, err := put(c); !HasCode(err, "FileAlreadyExists") || len(s.seen()) != 1 {
			t.Errorf("got %v after %d requests, want the refusal after one", err, len(s.seen()))
		}
	})
}

func TestCopyOntoItself(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `<CopyObjectResult><ETag>"E2"</ETag></CopyObjectResult>`)
	})
	stored, err := c.CopyObject(t.Context(), CopySource{Bucket: "bucket", Key: "a b+c/d", ETag: "E1"},
		Write{Bucket: "bucket", Key: "a b+c/d", Headers: Headers{CacheControl: "no-store"}})
	if err != nil || stored.ETag != "E2" {
		t.Fatalf("%+v, %v", stored, err)
	}
	got := s.seen()[0]
	for name, want := range map[string]string{
		"X-Oss-Copy-Source": "/bucket/a%20b%2Bc%2Fd", "X-Oss-Metadata-Directive": "REPLACE", "X-Oss-Copy-Source-If-Match": `"E1"`,
		"Cache-Control": "no-store", "X-Oss-Tagging-Directive": "",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if len(got.body) != 0 {
		t.Errorf("a copy carried %d bytes", len(got.body))
	}
}

func TestVersioningIsAskedOnce(t *testing.T) {
	t.Parallel()
	answer := func(status string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<VersioningConfiguration>"+status+"</VersioningConfiguration>")
		}
	}
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   Versioning
	}{
		"never":     {answer(""), Unversioned},
		"enabled":   {answer("<Status>Enabled</Status>"), Versioned},
		"suspended": {answer("<Status>Suspended</Status>"), Versioned},
		"denied":    {fails(403, "AccessDenied"), VersioningUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := newScript(t, tc.answer)
			for range 3 {
				if got, err := c.BucketVersioning(t.Context(), "bucket"); got != tc.want || err != nil {
					t.Errorf("%v, %v; want %v", got, err, tc.want)
				}
			}
			if n := len(s.seen()); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
	t.Run("another failure", func(t *testing.T) {
		t.Parallel()
		_, c := newScript(t, fails(403, "SignatureDoesNotMatch"), answer(""))
		if _, err := c.BucketVersioning(t.Context(), "bucket"); err == nil {
			t.Error("no error")
		}
		if got, err := c.BucketVersioning(t.Context(), "bucket"); got != Unversioned || err != nil {
			t.Errorf("a failure was remembered: %v, %v", got, err)
		}
	})
}

func TestCORSDocument(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, ok(nil))
	age := int64(0)
	err := c.PutCORS(t.Context(), "bucket", CORS{ResponseVary: true, Rules: []CORSRule{
		{AllowedOrigins: []string{"https://a&b"}, AllowedMethods: []string{"GET"}},
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"PUT"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: &age},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := s.seen()[0]
	want := `<?xml version="1.0" encoding="UTF-8"?>
<CORSConfiguration><CORSRule><AllowedOrigin>https://a&amp;b</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>` +
		`<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>0</MaxAgeSeconds></CORSRule>` +
		`<ResponseVary>true</ResponseVary></CORSConfiguration>`
	if string(got.body) != want || got.query != "cors" || got.header.Get("Content-Md5") == "" {
		t.Errorf("?%s, %s", got.query, got.body)
	}
}
