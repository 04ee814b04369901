package ossserver

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func md5Base64(s string) string {
	sum := md5.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestPutKeepsEverything(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	headers := map[string]string{
		"Cache-Control":                       "max-age=60, private",
		"Content-Disposition":                 `attachment; filename="ä b.txt"`,
		"Content-Encoding":                    "br",
		"Content-Language":                    "de, en",
		"Content-Type":                        "text/plain; charset=UTF-8",
		"Expires":                             "2022-10-12T00:00:00.000Z",
		"x-oss-meta-owner":                    "Ops Team",
		"X-Oss-Meta-Cost-Center-7":            "héllo 中",
		"x-oss-server-side-encryption":        "KMS",
		"x-oss-server-side-encryption-key-id": "9468da86",
		"x-oss-server-side-data-encryption":   "SM4",
		"x-oss-storage-class":                 "IA",
	}
	sent := map[string]string{"x-oss-object-acl": "public-read", "x-oss-tagging": "a=1&b+c=%2F", "Content-MD5": md5Base64("hello")}
	for name, value := range headers {
		sent[name] = value
	}
	put := e.put("k", "hello", sent)
	// MD5 and CRC-64/XZ of "hello", computed with other tools.
	const etag, crc = `"5D41402ABC4B2A76B9719D911017C592"`, "11177612005948864433"
	e.wantHeader(put, "ETag", etag)
	e.wantHeader(put, "Content-MD5", md5Base64("hello"))
	for _, method := range []string{"HEAD", "GET"} {
		a := e.must(200, call{method: method, path: at("k")})
		for name, want := range headers {
			e.wantHeader(a, name, want)
		}
		e.wantHeader(a, "ETag", etag)
		e.wantHeader(a, "Content-Length", "5")
		e.wantHeader(a, "x-oss-object-type", "Normal")
		e.wantHeader(a, "x-oss-tagging-count", "2")
		e.wantHeader(a, "x-oss-hash-crc64ecma", e.stored("k").CRC64)
		e.wantHeader(a, "Server", "AliyunOSS")
		e.wantHeader(a, "x-oss-version-id", "")
		if id := a.header.Get("x-oss-request-id"); len(id) != 24 {
			t.Errorf("request ID %q", id)
		}
		if a.header.Get("x-oss-object-acl") != "" {
			t.Errorf("%s shows the ACL", method)
		}
	}
	o := e.stored("k")
	want := Object{
		Key: "k", ETag: strings.Trim(etag, `"`), CRC64: o.CRC64, ContentType: headers["Content-Type"],
		CacheControl: headers["Cache-Control"], ContentDisposition: headers["Content-Disposition"],
		ContentEncoding: "br", ContentLanguage: "de, en", Expires: headers["Expires"],
		Metadata: map[string]string{"owner": "Ops Team", "cost-center-7": "héllo 中"},
		Tags:     map[string]string{"a": "1", "b c": "/"},
		ACL:      "public-read", StorageClass: "IA", SSE: "KMS", SSEKeyID: "9468da86", SSEDataEncryption: "SM4",
		VersionID: "null", Type: "Normal", Size: 5, LastModified: o.LastModified, BodyPath: o.BodyPath,
	}
	if got := fmt.Sprintf("%+v", o); got != fmt.Sprintf("%+v", want) {
		t.Errorf("stored %s\nwant   %+v", got, want)
	}
	if o.CRC64 != crc {
		t.Errorf("CRC-64 %s, want %s", o.CRC64, crc)
	}
	if body, err := os.ReadFile(o.BodyPath); err != nil || string(body) != "hello" {
		t.Errorf("body file: %q, %v", body, err)
	}
}

func TestPutDefaults(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, key := range []string{"a.txt", "x/y.json", "none", "dir.txt/"} {
		e.put(key, "", nil)
		a := e.head(key)
		e.wantHeader(a, "Content-Type", "application/octet-stream") // OSS-203
		e.wantHeader(a, "x-oss-storage-class", "Standard")
		e.wantHeader(a, "x-oss-hash-crc64ecma", "0")
		e.wantHeader(a, "Content-Length", "0")
		for _, absent := range []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires",
			"x-oss-tagging-count", "x-oss-server-side-encryption", "x-oss-force-download"} {
			e.wantHeader(a, absent, "")
		}
		if o := e.stored(key); o.ACL != "default" || o.Metadata != nil || o.Tags != nil {
			t.Errorf("%q: %+v", key, o)
		}
	}
}

// TestPutReplacesAll holds that a PUT carries nothing over from the object it replaces.
func TestPutReplacesAll(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "one", map[string]string{"Cache-Control": "no-cache", "x-oss-meta-a": "1", "x-oss-object-acl": "public-read",
		"x-oss-tagging": "a=1", "x-oss-server-side-encryption": "AES256", "x-oss-storage-class": "IA"})
	first := e.stored("k").BodyPath
	e.put("k", "two", nil)
	o := e.stored("k")
	if o.CacheControl != "" || o.Metadata != nil || o.ACL != "default" || o.Tags != nil || o.SSE != "" || o.StorageClass != "Standard" {
		t.Errorf("stored %+v", o)
	}
	if _, err := os.Stat(first); !os.IsNotExist(err) {
		t.Errorf("the replaced body is still there: %v", err)
	}
}

func TestPutRefused(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{MaxPutSize: 100})
	e.put("taken", "first", nil)
	h := func(name, value string) map[string]string { return map[string]string{name: value} }
	tests := []struct {
		name   string
		c      call
		status int
		code   string
	}{
		{"wrong MD5", call{header: h("Content-MD5", md5Base64("other"))}, 400, "InvalidDigest"},
		{"malformed MD5", call{header: h("Content-MD5", "abc")}, 400, "InvalidDigest"},
		{"wrong CRC", call{header: h("x-oss-hash-crc64ecma", "1")}, 400, "InvalidCRC64"},
		{"too large", call{body: strings.Repeat("x", 101)}, 400, "EntityTooLarge"},
		{"too large in chunks", call{body: strings.Repeat("x", 101), chunked: true}, 400, "EntityTooLarge"},
		{"underscore in metadata", call{header: h("x-oss-meta-a_b", "1")}, 400, "InvalidArgument"},
		{"dot in metadata", call{header: h("x-oss-meta-a.b", "1")}, 400, "InvalidArgument"},
		{"nameless metadata", call{header: h("x-oss-meta-", "1")}, 400, "InvalidArgument"},
		{"broken UTF-8 in metadata", call{header: h("x-oss-meta-a", "\xff")}, 400, "InvalidArgument"},
		{"metadata of 8 KB", call{header: h("x-oss-meta-a", strings.Repeat("v", 8192-len("x-oss-meta-a")))}, 400, "InvalidArgument"},
		{"ACL", call{header: h("x-oss-object-acl", "everyone")}, 400, "InvalidArgument"},
		{"storage class", call{header: h("x-oss-storage-class", "STANDARD")}, 400, "InvalidArgument"},
		{"encryption", call{header: h("x-oss-server-side-encryption", "aes")}, 400, "InvalidEncryptionAlgorithmError"},
		{"data encryption without KMS", call{header: h("x-oss-server-side-data-encryption", "SM4")}, 400, "InvalidDataEncryptionAlgorithmError"},
		{"key ID without KMS", call{header: h("x-oss-server-side-encryption-key-id", "k")}, 400, "InvalidArgument"},
		{"tag twice", call{header: h("x-oss-tagging", "a=1&a=2")}, 400, "InvalidArgument"},
		{"tag not URL-coded", call{header: h("x-oss-tagging", "a=%zz")}, 400, "InvalidArgument"},
		{"tag with bad letter", call{header: h("x-oss-tagging", "a=%21")}, 400, "InvalidTag"},
		{"eleven tags", call{header: h("x-oss-tagging", "a&b&c&d&e&f&g&h&i&j&k")}, 400, "BadRequest"},
		{"long tag key", call{header: h("x-oss-tagging", strings.Repeat("k", 129))}, 400, "InvalidTag"},
		{"long tag value", call{header: h("x-oss-tagging", "k="+strings.Repeat("v", 257))}, 400, "InvalidTag"},
		{"forbid-overwrite is not a boolean", call{header: h("x-oss-forbid-overwrite", "yes")}, 400, "InvalidArgument"},
		{"If-Match", call{header: h("If-Match", "x")}, 400, "NotImplemented"},
		{"If-None-Match", call{header: h("If-None-Match", "*")}, 400, "NotImplemented"},
		{"If-Modified-Since", call{header: h("If-Modified-Since", "Fri, 13 Nov 2015 14:47:53 GMT")}, 400, "NotImplemented"},
		{"no bucket", call{path: "/no-such-bucket/k"}, 404, "NoSuchBucket"},
		{"existing key", call{path: at("taken"), header: h("x-oss-forbid-overwrite", "true")}, 409, "FileAlreadyExists"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			tt.c.method = "PUT"
			if tt.c.path == "" {
				tt.c.path = at("new")
			}
			if tt.c.body == "" {
				tt.c.body = "body"
			}
			f.refused(tt.status, tt.code, tt.c)
			if _, err := e.s.Object(testBucket, "new"); err == nil {
				t.Error("a refused PUT stored an object")
			}
		})
	}
	t.Run("nothing is left", func(t *testing.T) {
		if got := e.get("taken"); got != "first" {
			t.Errorf("stored %q", got)
		}
	})
}

func TestPutAccepted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		c    call
	}{
		{"chunked", call{body: "x", chunked: true}},
		{"chunked and empty", call{chunked: true}},
		{"with a length of zero", call{}},
		{"right CRC", call{body: "hello", header: map[string]string{"x-oss-hash-crc64ecma": "11177612005948864433"}}},
		{"forbid-overwrite of a new key", call{body: "x", header: map[string]string{"x-oss-forbid-overwrite": "true"}}},
		{"metadata just below 8 KB", call{body: "x", header: map[string]string{"x-oss-meta-a": strings.Repeat("v", 8191-len("x-oss-meta-a"))}}},
		{"ten tags", call{header: map[string]string{"x-oss-tagging": "a&b&c&d&e&f&g&h&i&j=+-=._:/"}}},
		{"empty metadata value", call{header: map[string]string{"x-oss-meta-a": ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			tt.c.method, tt.c.path = "PUT", at("k")
			e.must(200, tt.c)
			if got := e.get("k"); got != tt.c.body {
				t.Errorf("stored %q, want %q", got, tt.c.body)
			}
		})
	}
}

func TestMissingLength(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	// net/http always sends a length or chunks with a PUT, so this goes by hand.
	req, err := e.request(call{method: "PUT", path: at("k")})
	if err != nil {
		t.Fatal(err)
	}
	text := rawRequest(t, e, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: %s\r\nDate: %s\r\nx-oss-content-sha256: UNSIGNED-PAYLOAD\r\nAuthorization: %s\r\nConnection: close\r\n\r\n",
		at("k"), strings.TrimPrefix(e.url, "http://"), req.Header.Get("Date"), req.Header.Get("Authorization")))
	if !strings.HasPrefix(text, "HTTP/1.1 411 ") || !strings.Contains(text, "<Code>MissingContentLength</Code>") {
		t.Errorf("answer %s", text)
	}
}

func TestDropBadMetadata(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{DropBadMetadata: true})
	bad := map[string]string{"x-oss-meta-a_b": "1", "x-oss-meta-good": "2"}
	e.refused(403, "SignatureDoesNotMatch", call{method: "PUT", path: at("k"), header: bad})
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "public-read-write"}})
	e.must(200, call{method: "PUT", path: at("k"), header: bad, anonymous: true})
	if o := e.stored("k"); len(o.Metadata) != 1 || o.Metadata["good"] != "2" {
		t.Errorf("metadata %v", o.Metadata)
	}
}

func TestForceDownload(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{ForceDownload: true, Domains: map[string]string{"img.example.com": testBucket}})
	e.put("a.png", "x", map[string]string{"Content-Disposition": "inline", "Content-Type": "image/png"})
	e.put("a.txt", "x", map[string]string{"Content-Disposition": "inline"})
	a := e.head("a.png")
	e.wantHeader(a, "Content-Disposition", "attachment")
	e.wantHeader(a, "x-oss-force-download", "true")
	e.wantHeader(e.head("a.txt"), "Content-Disposition", "inline")
	a = e.must(200, call{method: "HEAD", host: "img.example.com", path: "/a.png", bucket: testBucket, key: "a.png"})
	e.wantHeader(a, "Content-Disposition", "inline")
	e.wantHeader(a, "x-oss-force-download", "")
	if o := e.stored("a.png"); o.ContentDisposition != "inline" {
		t.Errorf("stored %q", o.ContentDisposition)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	changed := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	clock := &testClock{now: changed}
	e := start(t, &Server{Now: clock.read})
	e.must(200, call{method: "PUT", path: at("k"), body: "hello", at: changed})
	const etag = `"5D41402ABC4B2A76B9719D911017C592"`
	when := func(d time.Duration) string { return changed.Add(d).Format(http.TimeFormat) }
	tests := []struct {
		name   string
		header map[string]string
		want   int
	}{
		{"match", map[string]string{"If-Match": etag}, 200},
		{"match without quotes", map[string]string{"If-Match": strings.Trim(etag, `"`)}, 200},
		{"no match", map[string]string{"If-Match": `"x"`}, 412},
		{"none-match", map[string]string{"If-None-Match": `"x"`}, 200},
		{"none-match fails", map[string]string{"If-None-Match": etag}, 304},
		{"modified since before", map[string]string{"If-Modified-Since": when(-time.Second)}, 200},
		{"modified since the same second", map[string]string{"If-Modified-Since": when(0)}, 304},
		{"modified since later", map[string]string{"If-Modified-Since": when(time.Hour)}, 304},
		{"modified since nonsense", map[string]string{"If-Modified-Since": "soon"}, 200},
		{"unmodified since before", map[string]string{"If-Unmodified-Since": when(-time.Second)}, 412},
		{"unmodified since the same second", map[string]string{"If-Unmodified-Since": when(0)}, 200},
		{"unmodified since nonsense", map[string]string{"If-Unmodified-Since": "soon"}, 200},
		{"match and none-match", map[string]string{"If-Match": etag, "If-None-Match": etag}, 304},
		{"412 goes before 304", map[string]string{"If-Match": `"x"`, "If-None-Match": etag}, 412},
	}
	for _, tt := range tests {
		for _, method := range []string{"GET", "HEAD"} {
			t.Run(tt.name+" "+method, func(t *testing.T) {
				t.Parallel()
				f := *e
				f.t = t
				a := f.must(tt.want, call{method: method, path: at("k"), header: tt.header, at: changed})
				if tt.want == 412 && a.apiCode() != "PreconditionFailed" {
					t.Errorf("code %q", a.apiCode())
				}
				if tt.want == 304 && a.body != "" {
					t.Errorf("body %q", a.body)
				}
			})
		}
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "0123456789", nil)
	e.put("empty", "", nil)
	tests := []struct {
		spec, standard, body, contentRange string
		status                             int
	}{
		{"bytes=0-3", "", "0123", "bytes 0-3/10", 206},
		{"bytes=3-3", "", "3", "bytes 3-3/10", 206},
		{"bytes=5-", "", "56789", "bytes 5-9/10", 206},
		{"bytes=0-", "", "0123456789", "bytes 0-9/10", 206},
		{"bytes=-3", "", "789", "bytes 7-9/10", 206},
		{"bytes=-30", "", "0123456789", "", 200},
		{"bytes=-30", "standard", "0123456789", "bytes 0-9/10", 206},
		{"bytes=5-20", "", "0123456789", "", 200},
		{"bytes=5-20", "standard", "56789", "bytes 5-9/10", 206},
		{"bytes=10-", "", "0123456789", "", 200},
		{"bytes=10-", "standard", "", "bytes */10", 416},
		{"bytes=20-30", "standard", "", "bytes */10", 416},
		{"bytes=3-2", "", "0123456789", "", 200},
		{"bytes=3-2", "standard", "0123456789", "", 200},
		{"bytes=0-1,3-4", "", "0123456789", "", 200},
		{"bytes=a-b", "", "0123456789", "", 200},
		{"bytes=-0", "", "0123456789", "", 200},
		{"bytes=", "", "0123456789", "", 200},
		{"lines=1-2", "", "0123456789", "", 200},
		{"bytes=0-99999999999999999999999", "", "0123456789", "", 200},
		{"", "", "0123456789", "", 200},
	}
	for _, tt := range tests {
		t.Run(tt.spec+" "+tt.standard, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			header := map[string]string{}
			if tt.spec != "" {
				header["Range"] = tt.spec
			}
			if tt.standard != "" {
				header["x-oss-range-behavior"] = tt.standard
			}
			a := f.must(tt.status, call{method: "GET", path: at("k"), header: header})
			f.wantHeader(a, "Content-Range", tt.contentRange)
			if tt.status == 416 {
				if a.apiCode() != "InvalidRange" {
					t.Errorf("code %q", a.apiCode())
				}
				return
			}
			f.wantHeader(a, "Content-Length", fmt.Sprint(len(tt.body)))
			if a.body != tt.body {
				t.Errorf("body %q, want %q", a.body, tt.body)
			}
		})
	}
	for _, spec := range []string{"bytes=0-0", "bytes=-1", "bytes=0-"} {
		if a := e.must(200, call{method: "GET", path: at("empty"), header: map[string]string{"Range": spec}}); a.body != "" {
			t.Errorf("%s of an empty object: %q", spec, a.body)
		}
		header := map[string]string{"Range": spec, "x-oss-range-behavior": "standard"}
		e.wantHeader(e.refused(416, "InvalidRange", call{method: "GET", path: at("empty"), header: header}), "Content-Range", "bytes */0")
	}
}

func TestResponseOverrides(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", map[string]string{"Cache-Control": "stored", "Expires": "stored"})
	names := []string{"content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding"}
	var params []string
	for _, name := range names {
		params = append(params, "response-"+name+"=asked-"+name)
	}
	for _, v1 := range []bool{false, true} {
		a := e.must(200, call{method: "GET", path: at("k") + "?" + strings.Join(params, "&"), v1: v1})
		for _, name := range names {
			e.wantHeader(a, name, "asked-"+name)
		}
	}
	e.wantHeader(e.head("k"), "Cache-Control", "stored")
}

func TestObjectMeta(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "hello", map[string]string{"x-oss-meta-a": "1"})
	a := e.must(200, call{method: "HEAD", path: at("k") + "?objectMeta"})
	e.wantHeader(a, "Content-Length", "5")
	e.wantHeader(a, "ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
	e.wantHeader(a, "x-oss-meta-a", "")
	e.wantHeader(a, "Content-Type", "")
	if a.header.Get("Last-Modified") == "" {
		t.Error("no Last-Modified")
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	e.must(204, call{method: "DELETE", path: at("k")})
	e.refused(404, "NoSuchKey", call{method: "GET", path: at("k")})
	e.must(204, call{method: "DELETE", path: at("k")})
	e.refused(404, "NoSuchBucket", call{method: "DELETE", path: "/no-such-bucket/k"})
}

func TestObjectACL(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	before := e.stored("k").LastModified
	for _, acl := range []string{"private", "public-read", "public-read-write", "default"} {
		e.must(200, call{method: "PUT", path: at("k") + "?acl", header: map[string]string{"x-oss-object-acl": acl}})
		a := e.must(200, call{method: "GET", path: at("k") + "?acl"})
		if !strings.Contains(a.body, "<Grant>"+acl+"</Grant>") || e.stored("k").ACL != acl {
			t.Errorf("%s: stored %q, answered %s", acl, e.stored("k").ACL, a.body)
		}
	}
	if !e.stored("k").LastModified.Equal(before) {
		t.Error("Last-Modified changed")
	}
	e.refused(400, "InvalidArgument", call{method: "PUT", path: at("k") + "?acl", header: map[string]string{"x-oss-object-acl": "all"}})
	e.refused(400, "MissingArgument", call{method: "PUT", path: at("k") + "?acl"})
	e.refused(404, "NoSuchKey", call{method: "PUT", path: at("none") + "?acl", header: map[string]string{"x-oss-object-acl": "private"}})
	e.refused(404, "NoSuchKey", call{method: "GET", path: at("none") + "?acl"})
}

func TestObjectTagging(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", map[string]string{"x-oss-tagging": "old=1"})
	before := e.stored("k").LastModified
	tags := func(pairs ...string) string {
		text := "<Tagging><TagSet>"
		for i := 0; i < len(pairs); i += 2 {
			text += "<Tag><Key>" + pairs[i] + "</Key><Value>" + pairs[i+1] + "</Value></Tag>"
		}
		return text + "</TagSet></Tagging>"
	}
	put := func(body string) call { return call{method: "PUT", path: at("k") + "?tagging", body: body} }
	e.must(200, put(tags("a", "1", "b c", "")))
	if o := e.stored("k"); len(o.Tags) != 2 || o.Tags["a"] != "1" || !o.LastModified.Equal(before) {
		t.Errorf("stored %+v", o)
	}
	a := e.must(200, call{method: "GET", path: at("k") + "?tagging"})
	if flat := strings.Join(strings.Fields(a.body), ""); !strings.Contains(flat,
		"<TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>bc</Key><Value></Value></Tag></TagSet>") {
		t.Errorf("answer %s", a.body)
	}
	e.refused(400, "MalformedXML", put("<Tagging><TagSet>"))
	e.refused(400, "MalformedXML", put(tags("a", "1")+"<More/>"))
	e.refused(400, "InvalidTag", put(tags("a", "1", "a", "2")))
	e.refused(400, "InvalidTag", put(tags("", "1")))
	e.refused(400, "InvalidTag", put(tags("a", "*")))
	if o := e.stored("k"); len(o.Tags) != 2 {
		t.Errorf("a refused request left %v", o.Tags)
	}
	e.must(204, call{method: "DELETE", path: at("k") + "?tagging"})
	if o := e.stored("k"); len(o.Tags) != 0 {
		t.Errorf("left %v", o.Tags)
	}
	e.refused(404, "NoSuchKey", call{method: "GET", path: at("none") + "?tagging"})
}
