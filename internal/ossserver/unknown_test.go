package ossserver

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// ec is the EC of an error document, in the body or in the header.
func (a answer) ec() string { return a.header.Get("x-oss-ec") }

const corsOfEverything = `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>` +
	`<AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>`

// TestUnknownIsRefusedLast is OSS-290: signature and bucket come first, and a script can read the reason.
func TestUnknownIsRefusedLast(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?cors", body: corsOfEverything})
	for name, c := range map[string]call{
		"parameter":              {method: "GET", path: "/k?odd=1"},
		"header":                 {method: "GET", path: "/k"},
		"sub-resource":           {method: "GET", path: "/?lifecycle"},
		"sub-resource of object": {method: "GET", path: "/k?x-oss-process=a"},
		"two sub-resources":      {method: "GET", path: "/k?acl&tagging"},
		"method":                 {method: "PUT", path: "/?location"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			at := func(bucket string) call {
				c := c
				c.path = "/" + bucket + c.path
				c.header = map[string]string{"Origin": "http://a.example"}
				if name == "header" {
					c.header["x-oss-odd"] = "1"
				}
				return c
			}
			wrong := at(testBucket)
			wrong.id, wrong.secret = "local-id", "wrong"
			f.refused(403, "SignatureDoesNotMatch", wrong)
			f.refused(404, "NoSuchBucket", at("no-such-bucket"))
			a := f.do(at(testBucket))
			want := 501
			if name == "method" {
				want = 405
			}
			if a.status != want || a.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("status %d, want %d; header %v", a.status, want, a.header)
			}
		})
	}
	// Whoever may not do it hears that first.
	e.refused(403, "AccessDenied", call{method: "GET", path: at("k") + "?odd=1", anonymous: true})
}

// TestIgnoredParameters is OSS-290: what OSS takes without effect.
func TestIgnoredParameters(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	bucketPath := "/" + testBucket + "/"
	e.must(200, call{method: "GET", path: bucketPath + "?uploads&max-parts=2&versionId=a"})
	e.must(200, call{method: "POST", path: at("k") + "?uploads&max-parts=2&versionId=a"})
	e.must(200, call{method: "PUT", path: at("k") + "?response-content-type=a%2Fb&response-expires=c", body: "y"})
	if a := e.head("k"); a.header.Get("Content-Type") == "a/b" || a.header.Get("Expires") != "" {
		t.Errorf("header %v", a.header)
	}
	own := "?x-oss-signature-version=a&x-oss-credential=b&x-oss-date=c&x-oss-expires=1&x-oss-signature=d&x-oss-additional-headers=e"
	// A header's signature goes before the URL's.
	e.must(200, call{method: "GET", path: at("k") + own})
	e.must(200, call{method: "GET", path: bucketPath + "?Expires=1&Signature=a&OSSAccessKeyId=b"})
	e.must(200, call{method: "GET", path: bucketPath + "?Expires=1&Signature=a&OSSAccessKeyId=b", v1: true})
}

// TestUnknownAccessKey is OSS-260 for the ECs, and OSS-268 for a bucket that is missing.
func TestUnknownAccessKey(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for name, tt := range map[string]struct {
		c  call
		ec string
	}{
		"V4 with a token": {call{token: "t"}, "0002-00000002"},
		"V4":              {call{}, "0002-00000902"},
		"V1 with a token": {call{v1: true, token: "t"}, "0002-00000902"},
		"V1":              {call{v1: true}, "0002-00000902"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			c := tt.c
			c.id, c.secret, c.method = "nobody", "secret", "GET"
			for _, path := range []string{"/", at("k"), "/" + testBucket + "/?cors"} {
				c.path = path
				if a := f.refused(403, "InvalidAccessKeyId", c); a.ec() != tt.ec {
					t.Errorf("%s: EC %q, want %q", path, a.ec(), tt.ec)
				}
			}
			for _, path := range []string{"/no-such-bucket/k", "/no-such-bucket/?cors", "/no-such-bucket/?bucketInfo"} {
				c.path = path
				if a := f.refused(404, "NoSuchBucket", c); a.ec() != "0015-00000101" {
					t.Errorf("%s: EC %q", path, a.ec())
				}
			}
			c.method, c.path = "PUT", "/no-such-bucket/" // which would make it
			f.refused(403, "InvalidAccessKeyId", c)
		})
	}
}

// TestPutBucketACLCreates is OSS-268.
func TestPutBucketACLCreates(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	c := call{method: "PUT", path: "/made-by-acl/?acl", header: map[string]string{"x-oss-acl": "public-read"}}
	unknown := c
	unknown.id, unknown.secret = "nobody", "secret"
	e.refused(403, "InvalidAccessKeyId", unknown)
	anonymous := c
	anonymous.anonymous = true
	e.refused(403, "AccessDenied", anonymous)
	e.refused(404, "NoSuchBucket", call{method: "HEAD", path: "/made-by-acl/"})
	e.wantHeader(e.must(200, c), "Location", "/made-by-acl")
	a := e.must(200, call{method: "GET", path: "/made-by-acl/?acl"})
	if !strings.Contains(a.body, "<Grant>public-read</Grant>") {
		t.Errorf("answer %s", a.body)
	}
	e.wantHeader(e.must(200, c), "Location", "") // it is there now
}

// TestAdditionalHeadersMissing is OSS-292.
func TestAdditionalHeadersMissing(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	in := e.refused(400, "InvalidArgument", call{method: "GET", path: at("k"), additional: []string{"host", "range"}})
	if in.ec() != "0002-00000211" {
		t.Errorf("EC %q", in.ec())
	}
	account := Account{AccessKeyID: "local-id", AccessKeySecret: "local-secret"}
	names := func(list string) func(url.Values) {
		return func(q url.Values) { q.Set("x-oss-additional-headers", list) }
	}
	path := presign(e, false, "k", time.Minute, account, time.Now(), names("email;name"))
	e.refused(400, "InvalidArgument", call{method: "GET", path: path, anonymous: true})
	e.refused(403, "SignatureDoesNotMatch", call{method: "GET", path: path, anonymous: true,
		header: map[string]string{"Email": "a", "Name": "b"}}) // they are there, and the test's presign did not sign them
}

// TestWrongRegion is OSS-293.
func TestWrongRegion(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, region := range []string{"cn-hangzhou-test-1", "oss-cn-hangzhou"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			a := e.refused(400, "InvalidArgument", call{method: method, path: at("k"), region: region})
			if a.ec() != "0002-00000226" {
				t.Errorf("%s %s: EC %q", method, region, a.ec())
			}
			if method == http.MethodGet && !strings.Contains(a.body, "<Message>Invalid signing region in Authorization header.</Message>") {
				t.Errorf("%s: %s", region, a.body)
			}
		}
	}
}

// TestSignatureV1OfNewerSubResources is OSS-340: what this server does not know is unknown, and not wrongly signed.
func TestSignatureV1OfNewerSubResources(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, sub := range []string{
		"accessPoint", "bucketArchiveDirectRead", "httpsConfig", "metadataConfiguration", "policyStatus", "publicAccessBlock", "quota",
		"redundancyTransition", "userDefinedLogFieldsConfig",
	} {
		e.refused(501, "NotImplemented", call{method: "GET", path: "/" + testBucket + "/?" + sub, v1: true})
	}
	e.put("k", "x", nil)
	e.refused(501, "NotImplemented", call{method: "POST", path: at("k") + "?seal&position=1", v1: true})
}
