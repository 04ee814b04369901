package ossserver

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// copyCall copies source, in the form it goes on the wire, to key.
func copyCall(key, source string, header map[string]string) call {
	h := map[string]string{"x-oss-copy-source": source}
	maps.Copy(h, header)
	return call{method: "PUT", path: at(key), header: h}
}

var fullHeaders = map[string]string{
	"Content-Type": "text/x-one", "Cache-Control": "no-cache", "Content-Disposition": "inline", "Content-Encoding": "br",
	"Content-Language": "de", "Expires": "later", "x-oss-meta-a": "1", "x-oss-meta-b": "2", "x-oss-object-acl": "public-read",
	"x-oss-tagging": "t=1", "x-oss-storage-class": "IA", "x-oss-server-side-encryption": "AES256",
}

func TestSelfCopy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header map[string]string
		want   Object // what the request may change
	}{
		{"nothing sent wipes all but the type and the tags", nil,
			Object{ContentType: "text/x-one", ACL: "default", StorageClass: "Standard", Tags: map[string]string{"t": "1"}}},
		{"COPY is ignored", map[string]string{"x-oss-metadata-directive": "COPY", "x-oss-meta-c": "3"},
			Object{ContentType: "text/x-one", Metadata: map[string]string{"c": "3"}, ACL: "default", StorageClass: "Standard", Tags: map[string]string{"t": "1"}}},
		{"REPLACE", map[string]string{"x-oss-metadata-directive": "REPLACE", "Content-Type": "text/x-two", "Cache-Control": "max-age=1"},
			Object{ContentType: "text/x-two", CacheControl: "max-age=1", ACL: "default", StorageClass: "Standard", Tags: map[string]string{"t": "1"}}},
		{"all sent again", maps.Clone(fullHeaders),
			Object{ContentType: "text/x-one", CacheControl: "no-cache", ContentDisposition: "inline", ContentEncoding: "br", ContentLanguage: "de",
				Expires: "later", Metadata: map[string]string{"a": "1", "b": "2"}, ACL: "public-read", StorageClass: "IA", SSE: "AES256", Tags: map[string]string{"t": "1"}}},
		{"tags replaced", map[string]string{"x-oss-tagging-directive": "Replace", "x-oss-tagging": "u=2"},
			Object{ContentType: "text/x-one", ACL: "default", StorageClass: "Standard", Tags: map[string]string{"u": "2"}}},
		{"tags removed", map[string]string{"x-oss-tagging-directive": "Replace"},
			Object{ContentType: "text/x-one", ACL: "default", StorageClass: "Standard"}},
		{"tags without directive are ignored", map[string]string{"x-oss-tagging": "u=2"},
			Object{ContentType: "text/x-one", ACL: "default", StorageClass: "Standard", Tags: map[string]string{"t": "1"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			clock := &testClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
			e := start(t, &Server{Now: clock.read})
			e.must(200, call{method: "PUT", path: at("k.txt"), body: "hello", header: fullHeaders, at: clock.read()})
			old := e.stored("k.txt")
			before, err := os.Stat(old.BodyPath)
			if err != nil {
				t.Fatal(err)
			}
			clock.set(clock.read().Add(time.Hour))
			e.s.ResetRecords()
			c := copyCall("k.txt", "/"+testBucket+"/k.txt", tt.header)
			c.at = clock.read()
			a := e.must(200, c)
			if !strings.Contains(a.body, "<ETag>&#34;"+old.ETag+"&#34;</ETag>") || !strings.Contains(a.body, "<LastModified>2026-01-02T04:04:05.000Z</LastModified>") {
				t.Errorf("answer %s", a.body)
			}
			want := tt.want
			want.Key, want.VersionID, want.Type, want.Size = "k.txt", "null", "Normal", 5
			want.ETag, want.CRC64, want.BodyPath, want.LastModified = old.ETag, old.CRC64, old.BodyPath, clock.read()
			if got := fmt.Sprintf("%+v", e.stored("k.txt")); got != fmt.Sprintf("%+v", want) {
				t.Errorf("stored %s\nwant   %+v", got, want)
			}
			after, err := os.Stat(old.BodyPath)
			if err != nil || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) {
				t.Errorf("the body was rewritten: %v", err)
			}
			records := e.s.Records()
			if len(records) != 1 || records[0].Operation != "CopyObject" || records[0].BytesIn != 0 {
				t.Errorf("records %v", records)
			}
		})
	}
}

func TestCopyAcross(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header map[string]string
		want   Object
	}{
		{"default", nil,
			Object{ContentType: "text/x-one", CacheControl: "no-cache", ContentDisposition: "inline", ContentEncoding: "br", ContentLanguage: "de",
				Expires: "later", Metadata: map[string]string{"a": "1", "b": "2"}, ACL: "default", StorageClass: "Standard", Tags: map[string]string{"t": "1"}}},
		{"COPY ignores the request's metadata", map[string]string{"x-oss-meta-c": "3", "Content-Type": "a/b"},
			Object{ContentType: "text/x-one", CacheControl: "no-cache", ContentDisposition: "inline", ContentEncoding: "br", ContentLanguage: "de",
				Expires: "later", Metadata: map[string]string{"a": "1", "b": "2"}, ACL: "default", StorageClass: "Standard", Tags: map[string]string{"t": "1"}}},
		{"REPLACE", map[string]string{"x-oss-metadata-directive": "replace", "x-oss-meta-c": "3", "x-oss-object-acl": "private",
			"x-oss-storage-class": "IA", "x-oss-server-side-encryption": "KMS"},
			Object{ContentType: "text/x-one", Metadata: map[string]string{"c": "3"}, ACL: "private", StorageClass: "IA", SSE: "KMS", SSEKeyID: serviceKey, Tags: map[string]string{"t": "1"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			if err := e.s.CreateBucket("other-bucket"); err != nil {
				t.Fatal(err)
			}
			e.put("a/from.txt", "hello", fullHeaders)
			old := e.stored("a/from.txt")
			for _, to := range []string{testBucket, "other-bucket"} {
				c := copyCall("", "/"+testBucket+"/a%2Ffrom.txt", tt.header)
				c.path = "/" + to + "/to.html"
				a := e.must(200, c)
				e.wantHeader(a, "x-oss-server-side-encryption", tt.want.SSE)
				got, err := e.s.Object(to, "to.html")
				if err != nil {
					t.Fatal(err)
				}
				want := tt.want
				want.Key, want.VersionID, want.Type, want.Size = "to.html", "null", "Normal", 5
				want.ETag, want.CRC64, want.BodyPath, want.LastModified = old.ETag, old.CRC64, got.BodyPath, got.LastModified
				if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
					t.Errorf("stored %+v\nwant   %+v", got, want)
				}
				if body, err := os.ReadFile(got.BodyPath); err != nil || string(body) != "hello" {
					t.Errorf("body %q, %v", body, err)
				}
			}
			// The copies must not hang on their source.
			e.put("a/from.txt", "changed", nil)
			e.must(204, call{method: "DELETE", path: at("a/from.txt")})
			if got := e.get("to.html"); got != "hello" {
				t.Errorf("the copy reads %q", got)
			}
		})
	}
}

func TestCopySourceForms(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("dir/a b+c.txt", "hello", nil)
	prefix := "/" + testBucket + "/"
	for source, status := range map[string]int{
		prefix + "dir%2Fa+b%2Bc.txt":                200, // Go SDK v1
		prefix + "dir/a%20b%2Bc.txt":                200, // Go SDK v2
		prefix + "dir/a b%2Bc.txt":                  200,
		prefix + "dir/a%20b%2Bc.txt?versionId=null": 200,
		prefix + "dir/a%20b+c.txt":                  404,
		prefix + "dir/a%20b%2Bc.txt?versionId=none": 400,
		prefix + "dir/a%20b%2Bc.txt?other=1":        400,
		"/no-such-bucket/k":                         404,
		testBucket + "/dir/a%20b%2Bc.txt":           400,
		"/" + testBucket:                            400,
		prefix:                                      400,
		"/":                                         400,
		prefix + "%zz":                              400,
		prefix + "%2Fk":                             400,
	} {
		a := e.do(copyCall("to", source, nil))
		if a.status != status {
			t.Errorf("%s: status %d, want %d: %s", source, a.status, status, a.body)
		}
	}
}

// The conditions are OSS-277.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := start(t, &Server{Now: func() time.Time { return changed }, MaxCopySize: 5, MaxConvertSize: 4})
	if err := e.s.CreateBucket("other-bucket"); err != nil {
		t.Fatal(err)
	}
	e.must(200, call{method: "PUT", path: at("from"), body: "hello", at: changed})
	e.must(200, call{method: "PUT", path: at("large"), body: "longer", at: changed})
	e.must(200, call{method: "PUT", path: at("taken"), body: "first", at: changed})
	etag := `"` + e.stored("from").ETag + `"`
	before, after := changed.Add(-time.Second).Format(http.TimeFormat), changed.Add(time.Second).Format(http.TimeFormat)
	h := func(name, value string) map[string]string { return map[string]string{name: value} }
	tests := []struct {
		name, to, from string
		header         map[string]string
		status         int
		code           string
	}{
		{"match", "to", "from", h("x-oss-copy-source-if-match", etag), 200, ""},
		{"no match", "to", "from", h("x-oss-copy-source-if-match", "x"), 412, "PreconditionFailed"},
		{"none-match", "to", "from", h("x-oss-copy-source-if-none-match", "x"), 200, ""},
		{"none-match fails", "to", "from", h("x-oss-copy-source-if-none-match", etag), 304, ""},
		{"unmodified", "to", "from", h("x-oss-copy-source-if-unmodified-since", after), 200, ""},
		{"unmodified, ISO time", "to", "from", h("x-oss-copy-source-if-unmodified-since", "2026-01-02T03:04:05.000Z"), 200, ""},
		{"modified meanwhile", "to", "from", h("x-oss-copy-source-if-unmodified-since", before), 412, "PreconditionFailed"},
		{"modified", "to", "from", h("x-oss-copy-source-if-modified-since", before), 200, ""},
		{"not modified", "to", "from", h("x-oss-copy-source-if-modified-since", after), 304, ""},
		{"self, no match", "from", "from", h("x-oss-copy-source-if-match", "x"), 412, "PreconditionFailed"},
		{"self, at any size", "large", "large", nil, 200, ""},
		{"any size within a bucket", "to", "large", nil, 200, ""},
		{"as large as may be to another bucket", "/other-bucket/to", "from", nil, 200, ""},
		{"too large for another bucket", "/other-bucket/to", "large", nil, 400, "EntityTooLarge"},
		{"too large for another class", "to", "from", h("x-oss-storage-class", "IA"), 400, "EntityTooLarge"},
		{"too large to be encrypted", "to", "from", h("x-oss-server-side-encryption", "AES256"), 400, "EntityTooLarge"},
		{"too large for another class and bucket", "/other-bucket/to", "from", h("x-oss-storage-class", "IA"), 400, "EntityTooLarge"},
		{"self, too large for another class", "from", "from", h("x-oss-storage-class", "IA"), 400, "EntityTooLarge"},
		{"missing", "to", "none", nil, 404, "NoSuchKey"},
		{"self, missing", "none", "none", nil, 404, "NoSuchKey"},
		{"taken", "taken", "from", h("x-oss-forbid-overwrite", "true"), 409, "FileAlreadyExists"},
		{"self, taken", "from", "from", h("x-oss-forbid-overwrite", "true"), 409, "FileAlreadyExists"},
		{"directive", "to", "from", h("x-oss-metadata-directive", "MERGE"), 400, "InvalidArgument"},
		{"tagging directive", "to", "from", h("x-oss-tagging-directive", "MERGE"), 400, "InvalidArgument"},
		{"conditions without a prefix are nothing", "to", "from", map[string]string{"If-Match": "x", "If-None-Match": etag,
			"If-Modified-Since": after, "If-Unmodified-Since": before}, 200, ""}, // OSS-267
		{"the prefixed ones beside them count", "to", "from", map[string]string{"If-Match": etag, "x-oss-copy-source-if-match": "x"}, 412, "PreconditionFailed"},
		{"unknown ones of the source are ignored", "to", "from", h("x-oss-copy-source-cache-control", "no-cache"), 200, ""}, // OSS-267
		{"bad metadata", "to", "from", h("x-oss-meta-a_b", "1"), 400, "InvalidArgument"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			c := copyCall(tt.to, "/"+testBucket+"/"+tt.from, tt.header)
			if strings.HasPrefix(tt.to, "/") {
				c.path = tt.to
			}
			c.at = changed
			if a := f.do(c); a.status != tt.status || a.apiCode() != tt.code {
				t.Errorf("status %d, code %q; want %d, %q: %s", a.status, a.apiCode(), tt.status, tt.code, a.body)
			}
		})
	}
	t.Run("anonymous may not read the source", func(t *testing.T) {
		t.Parallel()
		e := start(t, nil)
		e.must(200, call{method: "PUT", path: "/open-bucket", header: map[string]string{"x-oss-acl": "public-read-write"}, bucket: "open-bucket"})
		e.put("secret", "x", nil)
		c := copyCall("", "/"+testBucket+"/secret", nil)
		c.path, c.anonymous = "/open-bucket/stolen", true
		e.refused(403, "AccessDenied", c)
	})
}

// TestCopyAnswer is OSS-220: what the answer shows besides the document, of a copy onto itself as well.
func TestCopyAnswer(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := &testClock{now: changed}
	e := start(t, &Server{Now: clock.read})
	e.must(200, call{method: "PUT", path: at("from"), body: "hello", at: changed})
	clock.set(changed.Add(time.Hour))
	for _, to := range []string{"to", "from"} {
		c := copyCall(to, "/"+testBucket+"/from", nil)
		c.at = clock.read()
		a := e.must(200, c)
		e.wantHeader(a, "x-oss-copied-size", "5")
		e.wantHeader(a, "x-oss-ia-retrieve-flow-type", "0")
		e.wantHeader(a, "x-oss-hash-crc64ecma", "11177612005948864433")
		h := e.must(200, call{method: "HEAD", path: at(to), at: clock.read()})
		e.wantHeader(h, "Last-Modified", "Fri, 02 Jan 2026 04:04:05 GMT")
		e.wantHeader(h, "x-oss-hash-crc64ecma", "11177612005948864433")
	}
}

// TestCopySourceBucketName is OSS-223: the form of the name comes before whether there is such a bucket.
func TestCopySourceBucketName(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("parts", nil)
	part := copyCall("", "/Upper-Case/k", nil)
	part.path = partCall("parts", id, 1, "").path
	for _, c := range []call{copyCall("to", "/Upper-Case/k", nil), part} {
		a := e.refused(400, "InvalidBucketName", c)
		a.wantChildren(t, "BucketName=Upper-Case", "EC=0015-00000001")
	}
}

// TestConditionsOnWrites is OSS-214 and OSS-267: PutObject alone refuses a condition; the others store.
func TestConditionsOnWrites(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			h := map[string]string{name: "Fri, 13 Nov 2015 14:47:53 GMT"}
			a := e.refused(400, "NotImplemented", call{method: "PUT", path: at("k"), body: "x", header: h})
			a.wantChildren(t, "Header="+name, "EC=0017-00000245")
			e.must(404, call{method: "HEAD", path: at("k")})
			id := e.initiate("parts", h)
			e.must(200, completeCall("parts", id, 1, e.part("parts", id, 1, "x")))
			c := appendCall("appended", 0, "x")
			c.header = h
			e.must(200, c)
			link := map[string]string{name: h[name], "x-oss-symlink-target": "parts"}
			e.must(200, call{method: "PUT", path: at("link") + "?symlink", header: link})
		})
	}
}

// TestInvalidDigest is OSS-261.
func TestInvalidDigest(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, digest := range []string{md5Base64("other"), "abc"} {
		a := e.refused(400, "InvalidDigest", call{method: "PUT", path: at("k"), body: "x", header: map[string]string{"Content-MD5": digest}})
		a.wantChildren(t, "Content-MD5="+digest, "EC=0017-00000503")
	}
}
