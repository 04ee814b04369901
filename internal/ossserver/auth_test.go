package ossserver

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSignatureVectors holds both signatures against values that the Go SDK v1 made.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	const date = "Fri, 20 Nov 2026 00:00:00 GMT"
	tests := []struct {
		name, method, path string
		header             map[string]string
		v1, v4             string
	}{
		{"space and plus", "PUT", "/examplebucket/dir%2Fa%20b%2Bc.txt",
			map[string]string{"Content-Type": "text/plain", "x-oss-callback": "Y2I=", "x-oss-meta-author": "alice"},
			"viAn/kh48YUUvizXKRB5MdQp3l0=", "89a01db533a002284823c76b7ebf3afcbe28d015442ecd607470be137d0aa833"},
		{"sub-resource", "GET", "/examplebucket/?cors", nil,
			"f5OJBm7f7eFRyqCF6s1k1IjeN6k=", "9f389db5911992d65ffe5674e9b164e990504933c3119416f07e844911c3cbbe"},
		{"marks", "PUT", "/examplebucket/~*'()!.pdf", map[string]string{"Content-Type": "text/plain"},
			"eOtnNj/rfzYrhlo0TTGAkGErOy0=", "ef7cb88a0df2451e90e2b067584ff5c01c25e98e624f2f441538b5fd29924e2c"},
		{"UTF-8 value", "PUT", "/examplebucket/u", map[string]string{"Content-Type": "text/plain", "x-oss-meta-foo": "héllo 中"},
			"RyeZq+7eLqEQb1x1j2obucENu2Y=", "680d076b50e1014fecb594b1f70736406bfb456a3fe5542285808a7d4d7d1893"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &Server{Now: func() time.Time { return time.Date(2026, 11, 20, 0, 5, 0, 0, time.UTC) },
				Accounts: []Account{{AccessKeyID: "testid", AccessKeySecret: "testsecret"}}}
			for version, auth := range map[string]string{
				"V1": "OSS testid:" + tt.v1,
				"V4": "OSS4-HMAC-SHA256 Credential=testid/20261120/cn-hangzhou/oss/aliyun_v4_request,Signature=" + tt.v4,
			} {
				for _, spoil := range []string{"", "x"} {
					r := httptest.NewRequest(tt.method, "http://127.0.0.1"+tt.path, nil)
					for name, value := range tt.header {
						r.Header.Set(name, value)
					}
					r.Header.Set("Date", date)
					if version == "V4" {
						r.Header.Set("x-oss-content-sha256", "UNSIGNED-PAYLOAD")
					}
					r.Header.Set("Authorization", auth+spoil)
					q := newRequest(s, httptest.NewRecorder(), r)
					q.route()
					err := q.authenticate()
					if spoil == "" && (err != nil || q.account == nil) {
						t.Errorf("%s: %v", version, err)
					}
					if spoil != "" && (err == nil || q.account != nil) {
						t.Errorf("%s: a spoilt signature passed", version)
					}
				}
			}
		})
	}
}

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{Accounts: []Account{
		{AccessKeyID: "local-id", AccessKeySecret: "local-secret"},
		{AccessKeyID: "STS.one", AccessKeySecret: "sts-secret", SecurityToken: "token-one"},
		{AccessKeyID: "STS.two", AccessKeySecret: "sts-secret", SecurityToken: "token-two"},
	}})
	now := time.Now()
	tests := []struct {
		name   string
		c      call
		status int
		code   string
	}{
		{"V4", call{}, 200, ""},
		{"V4 with x-oss-date", call{isoDate: true}, 200, ""},
		{"V4 with spaces behind commas", call{spaced: true, additional: []string{"content-language", "host"}, header: map[string]string{"Content-Language": "de"}}, 200, ""},
		{"V4 with additional headers", call{additional: []string{"host"}}, 200, ""},
		{"V4 temporary key", call{id: "STS.one", secret: "sts-secret", token: "token-one"}, 200, ""},
		{"V4 14 minutes behind", call{at: now.Add(-14 * time.Minute)}, 200, ""},
		{"V4 14 minutes ahead", call{at: now.Add(14 * time.Minute)}, 200, ""},
		{"V1", call{v1: true}, 200, ""},
		{"V1 with x-oss-date", call{v1: true, isoDate: true}, 200, ""},
		{"V1 temporary key", call{v1: true, id: "STS.two", secret: "sts-secret", token: "token-two"}, 200, ""},

		{"V4 wrong secret", call{id: "local-id", secret: "wrong"}, 403, "SignatureDoesNotMatch"},
		{"V1 wrong secret", call{v1: true, id: "local-id", secret: "wrong"}, 403, "SignatureDoesNotMatch"},
		{"V4 unknown key", call{id: "nobody", secret: "local-secret"}, 403, "InvalidAccessKeyId"},
		{"V1 unknown key", call{v1: true, id: "nobody", secret: "local-secret"}, 403, "InvalidAccessKeyId"},
		{"V4 other region", call{region: "cn-beijing"}, 400, "InvalidArgument"},
		{"V4 region with prefix", call{region: "oss-cn-hangzhou"}, 400, "InvalidArgument"},
		{"V4 16 minutes behind", call{at: now.Add(-16 * time.Minute)}, 403, "RequestTimeTooSkewed"},
		{"V1 16 minutes ahead", call{v1: true, at: now.Add(16 * time.Minute)}, 403, "RequestTimeTooSkewed"},
		{"temporary key without token", call{id: "STS.one", secret: "sts-secret"}, 403, "InvalidAccessKeyId"},
		{"temporary key with wrong token", call{id: "STS.one", secret: "sts-secret", token: "token"}, 403, "InvalidSecurityToken"},
		{"temporary key with another's token", call{id: "STS.one", secret: "sts-secret", token: "token-two"}, 403, "AccessKeyIdAndSecurityTokenNotMatch"},
		{"long-term key with token", call{token: "token-one"}, 403, "InvalidAccessKeyId"},
		{"unknown scheme", call{authorization: "Bearer abc"}, 400, "InvalidArgument"},
		{"V2", call{authorization: "OSS2 AccessKeyId:a,Signature:b"}, 501, "NotImplemented"},
		{"V1 without colon", call{authorization: "OSS abc"}, 400, "InvalidArgument"},
		{"V4 without signature", call{authorization: "OSS4-HMAC-SHA256 Credential=a/20261120/cn-hangzhou/oss/aliyun_v4_request"}, 400, "InvalidArgument"},
		{"V4 bad credential", call{authorization: "OSS4-HMAC-SHA256 Credential=a/20261120/cn-hangzhou/oss/abc,Signature=1"}, 400, "InvalidArgument"},
		{"V4 unknown part", call{authorization: "OSS4-HMAC-SHA256 Credential=a,Signature=1,More=2"}, 400, "InvalidArgument"},
		{"V4 part without value", call{authorization: "OSS4-HMAC-SHA256 Credential,Signature=1"}, 400, "InvalidArgument"},
		{"V4 empty additional headers", call{authorization: "OSS4-HMAC-SHA256 Credential=a/20261120/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=,Signature=1"}, 400, "InvalidArgument"},
		{"V4 payload hash", call{header: map[string]string{"x-oss-content-sha256": "abc"}}, 400, "InvalidArgument"},
		{"unparsable date", call{v1: true, header: map[string]string{"Date": "yesterday"}}, 403, "AccessDenied"},
		{"anonymous", call{anonymous: true}, 403, "AccessDenied"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			tt.c.method, tt.c.path, tt.c.body = "PUT", at("dir/a b+c~*'()!.txt"), "x"
			a := f.do(tt.c)
			if a.status != tt.status || tt.code != "" && a.apiCode() != tt.code {
				t.Fatalf("status %d, code %q; want %d, %q: %s", a.status, a.apiCode(), tt.status, tt.code, a.body)
			}
		})
	}
}

// TestSignatureCoversRequest changes one thing of a signed request on its way.
func TestSignatureCoversRequest(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	tests := []struct {
		name   string
		v1     bool
		change func(*http.Request)
		want   int
	}{
		{"V4 nothing", false, func(*http.Request) {}, 200},
		{"V1 nothing", true, func(*http.Request) {}, 200},
		{"V4 key", false, func(r *http.Request) { r.URL.Path = "/" + testBucket + "/other" }, 403},
		{"V1 key", true, func(r *http.Request) { r.URL.Path = "/" + testBucket + "/other" }, 403},
		{"V4 parameter", false, func(r *http.Request) { r.URL.RawQuery = "x-oss-traffic-limit=819200" }, 403},
		{"V1 sub-resource", true, func(r *http.Request) { r.URL.RawQuery = "tagging" }, 403},
		{"V4 method", false, func(r *http.Request) { r.Method = "DELETE" }, 403},
		{"V1 method", true, func(r *http.Request) { r.Method = "DELETE" }, 403},
		{"V4 added header", false, func(r *http.Request) { r.Header.Set("x-oss-meta-a", "b") }, 403},
		{"V1 added header", true, func(r *http.Request) { r.Header.Set("x-oss-meta-a", "b") }, 403},
		{"V4 content type", false, func(r *http.Request) { r.Header.Set("Content-Type", "a/b") }, 403},
		{"V1 content type", true, func(r *http.Request) { r.Header.Set("Content-Type", "a/b") }, 403},
		{"V4 header that is not covered", false, func(r *http.Request) { r.Header.Set("Cache-Control", "no-cache") }, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req, err := e.request(call{method: "PUT", path: at("k"), body: "x", v1: tt.v1})
			if err != nil {
				t.Fatal(err)
			}
			tt.change(req)
			resp, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.want {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.want)
			}
		})
	}
}

// presign makes a URL; change edits its parameters before they are signed.
func presign(e *endpoint, v1 bool, key string, expires time.Duration, account Account, now time.Time, change func(url.Values)) string {
	req, _ := http.NewRequest("GET", e.url+at(key), nil)
	query := url.Values{}
	if v1 {
		at := strconv.FormatInt(now.Add(expires).Unix(), 10)
		query.Set("OSSAccessKeyId", account.AccessKeyID)
		query.Set("Expires", at)
		if account.SecurityToken != "" {
			query.Set("security-token", account.SecurityToken)
		}
		if change != nil {
			change(query)
		}
		req.URL.RawQuery = query.Encode()
		query.Set("Signature", testSignV1(account.AccessKeySecret, testStringV1(req, testBucket, key, at)))
	} else {
		scope := now.UTC().Format("20060102") + "/" + testRegion + "/oss/aliyun_v4_request"
		query.Set("x-oss-signature-version", "OSS4-HMAC-SHA256")
		query.Set("x-oss-credential", account.AccessKeyID+"/"+scope)
		query.Set("x-oss-date", now.UTC().Format("20060102T150405Z"))
		query.Set("x-oss-expires", strconv.Itoa(int(expires/time.Second)))
		if account.SecurityToken != "" {
			query.Set("x-oss-security-token", account.SecurityToken)
		}
		if change != nil {
			change(query)
		}
		req.URL.RawQuery = query.Encode()
		canonical := testCanonicalV4(req, testBucket, key, nil)
		query.Set("x-oss-signature", testSignV4(account.AccessKeySecret, scope, query.Get("x-oss-date"), canonical))
	}
	return at(key) + "?" + query.Encode()
}

func TestPresignedURLs(t *testing.T) {
	t.Parallel()
	long := Account{AccessKeyID: "local-id", AccessKeySecret: "local-secret"}
	temporary := Account{AccessKeyID: "STS.one", AccessKeySecret: "s", SecurityToken: "t+/="}
	e := start(t, &Server{Accounts: []Account{long, temporary}})
	const key = "dir/a b+c.txt"
	e.put(key, "secret text", nil)
	now := time.Now()
	tests := []struct {
		name, url, code string
		status          int
	}{
		{"V4", presign(e, false, key, time.Minute, long, now, nil), "", 200},
		{"V4 temporary", presign(e, false, key, time.Minute, temporary, now, nil), "", 200},
		{"V4 override", presign(e, false, key, time.Minute, long, now, func(q url.Values) { q.Set("response-content-type", "a/b") }), "", 200},
		{"V4 expired", presign(e, false, key, time.Minute, long, now.Add(-2*time.Minute), nil), "AccessDenied", 403},
		{"V4 still valid after an hour", presign(e, false, key, 2*time.Hour, long, now.Add(-time.Hour), nil), "", 200},
		{"V4 from the future", presign(e, false, key, time.Minute, long, now.Add(time.Hour), nil), "RequestTimeTooSkewed", 403},
		{"V4 too long", presign(e, false, key, 8*24*time.Hour, long, now, nil), "InvalidArgument", 400},
		{"V4 no expiry", presign(e, false, key, time.Minute, long, now, func(q url.Values) { q.Del("x-oss-expires") }), "InvalidArgument", 400},
		{"V4 no date", presign(e, false, key, time.Minute, long, now, func(q url.Values) { q.Del("x-oss-date") }), "AccessDenied", 403},
		{"V4 bad credential", presign(e, false, key, time.Minute, long, now, func(q url.Values) { q.Set("x-oss-credential", "a/b") }), "InvalidArgument", 400},
		{"V4 unknown version", presign(e, false, key, time.Minute, long, now, func(q url.Values) { q.Set("x-oss-signature-version", "OSS2") }), "NotImplemented", 501},
		{"V4 tampered", presign(e, false, key, time.Minute, long, now, nil) + "&response-expires=x", "SignatureDoesNotMatch", 403},
		{"V1", presign(e, true, key, time.Minute, long, now, nil), "", 200},
		{"V1 temporary", presign(e, true, key, time.Minute, temporary, now, nil), "", 200},
		{"V1 override", presign(e, true, key, time.Minute, long, now, func(q url.Values) { q.Set("response-content-type", "a/b") }), "", 200},
		{"V1 expired", presign(e, true, key, -time.Minute, long, now, nil), "AccessDenied", 403},
		{"V1 bad expiry", at(key) + "?OSSAccessKeyId=local-id&Expires=soon&Signature=x", "AccessDenied", 403},
		{"V1 incomplete", at(key) + "?OSSAccessKeyId=local-id&Signature=x", "AccessDenied", 403},
		{"V1 tampered", presign(e, true, key, time.Minute, long, now, nil) + "&response-expires=x", "SignatureDoesNotMatch", 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			a := f.do(call{method: "GET", path: tt.url, anonymous: true})
			if a.status != tt.status || a.apiCode() != tt.code {
				t.Fatalf("status %d, code %q; want %d, %q: %s", a.status, a.apiCode(), tt.status, tt.code, a.body)
			}
			if tt.status == 200 && a.body != "secret text" {
				t.Errorf("body %q", a.body)
			}
			if strings.Contains(tt.name, "override") && a.header.Get("Content-Type") != "a/b" {
				t.Errorf("Content-Type %q", a.header.Get("Content-Type"))
			}
		})
	}
}

// TestSignatureErrorHelps holds that the error shows what was to be signed, so that one can find the difference.
func TestSignatureErrorHelps(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	a := e.refused(403, "SignatureDoesNotMatch", call{method: "GET", path: at("k"), id: "local-id", secret: "wrong"})
	for _, want := range []string{"<StringToSign>OSS4-HMAC-SHA256", "<CanonicalRequest>GET", "<SignatureProvided>", "<EC>0002-00000040</EC>"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s in %s", want, a.body)
		}
	}
	if strings.Contains(a.body, "local-secret") {
		t.Error("the error shows the secret")
	}
}

func TestAnonymous(t *testing.T) {
	t.Parallel()
	tests := []struct {
		bucketACL, objectACL  string
		get, put, list, other int
	}{
		{"private", "default", 403, 403, 403, 403},
		{"private", "public-read", 200, 403, 403, 403},
		{"private", "public-read-write", 200, 200, 403, 403},
		{"public-read", "default", 200, 403, 200, 403},
		{"public-read", "private", 403, 403, 200, 403},
		{"public-read-write", "default", 200, 200, 200, 403},
		{"public-read-write", "private", 403, 403, 200, 403},
		{"public-read-write", "public-read", 200, 403, 200, 403},
	}
	for _, tt := range tests {
		t.Run(tt.bucketACL+" "+tt.objectACL, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": tt.bucketACL}})
			e.put("k", "x", map[string]string{"x-oss-object-acl": tt.objectACL})
			e.must(tt.get, call{method: "GET", path: at("k"), anonymous: true})
			e.must(tt.get, call{method: "HEAD", path: at("k"), anonymous: true})
			e.must(tt.list, call{method: "GET", path: "/" + testBucket + "/?prefix=k", anonymous: true})
			e.must(tt.list, call{method: "GET", path: "/" + testBucket + "/?list-type=2", anonymous: true})
			for _, path := range []string{at("k") + "?acl", at("k") + "?tagging", "/" + testBucket + "/?cors", "/" + testBucket + "/?versioning", "/"} {
				e.must(tt.other, call{method: "GET", path: path, anonymous: true})
			}
			e.must(403, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "private"}, anonymous: true})
			e.must(tt.put, call{method: "PUT", path: at("k"), body: "y", header: map[string]string{"x-oss-object-acl": tt.objectACL}, anonymous: true})
			want := "x"
			if tt.put == 200 {
				want = "y"
			}
			if got := e.get("k"); got != want {
				t.Errorf("stored %q, want %q", got, want)
			}
		})
	}
	t.Run("response overrides", func(t *testing.T) {
		t.Parallel()
		e := start(t, nil)
		e.put("k", "x", map[string]string{"x-oss-object-acl": "public-read"})
		e.refused(400, "InvalidRequest", call{method: "GET", path: at("k") + "?response-content-type=a%2Fb", anonymous: true})
	})
	t.Run("missing bucket", func(t *testing.T) {
		t.Parallel()
		start(t, nil).refused(404, "NoSuchBucket", call{method: "GET", path: "/no-such-bucket/k", anonymous: true})
	})
}
