package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// formOf writes fields in order and a file behind them.
func formOf(t testing.TB, fields [][2]string, filename, kind, body string) call {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range fields {
		check(w.WriteField(f[0], f[1]))
	}
	h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + filename + `"`}}
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	part, err := w.CreatePart(h)
	check(err)
	_, err = io.WriteString(part, body)
	check(err)
	check(w.WriteField("submit", "Upload"))
	check(w.Close())
	return call{method: "POST", path: "/" + testBucket + "/", body: b.String(), anonymous: true,
		header: map[string]string{"Content-Type": w.FormDataContentType()}}
}

// pairs makes fields of a map, in no special order but with key first, as pages show it.
func pairs(m map[string]string) [][2]string {
	var all [][2]string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, [2]string{name, m[name]})
	}
	return all
}

const farFuture = "2999-01-01T00:00:00.000Z"

func policyText(conditions string) string {
	return base64.StdEncoding.EncodeToString([]byte(`{"expiration":"` + farFuture + `","conditions":[` + conditions + `]}`))
}

// signedFormV1 adds policy and signature to fields.
func signedFormV1(fields map[string]string, policy string) map[string]string {
	all := maps.Clone(fields)
	all["OSSAccessKeyId"], all["policy"], all["Signature"] = "local-id", policy, testSignV1("local-secret", policy)
	return all
}

// signedFormV4 does so by version 4; the conditions that V4 wants are added to those given.
func signedFormV4(fields map[string]string, conditions string, at time.Time) map[string]string {
	all := maps.Clone(fields)
	all["x-oss-signature-version"] = "OSS4-HMAC-SHA256"
	all["x-oss-date"] = at.UTC().Format("20060102T150405Z")
	scope := at.UTC().Format("20060102") + "/cn-hangzhou/oss/aliyun_v4_request"
	all["x-oss-credential"] = "local-id/" + scope
	for _, name := range []string{"x-oss-signature-version", "x-oss-date", "x-oss-credential"} {
		if conditions != "" {
			conditions += ","
		}
		conditions += fmt.Sprintf("{%q:%q}", name, all[name])
	}
	all["policy"] = policyText(conditions)
	all["x-oss-signature"] = formSignatureV4(all["policy"], scope)
	return all
}

func formSignatureV4(policy, scope string) string {
	key := "aliyun_v4local-secret"
	for part := range strings.SplitSeq(scope, "/") {
		key = testHMAC(key, part)
	}
	return fmt.Sprintf("%x", testHMAC(key, policy))
}

func TestPostObject(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for name, sign := range map[string]func(map[string]string) map[string]string{
		"V1": func(f map[string]string) map[string]string {
			return signedFormV1(f, policyText(`["starts-with","$key","dir/"]`))
		},
		"V4": func(f map[string]string) map[string]string {
			return signedFormV4(f, `["starts-with","$key","dir/"]`, time.Now())
		},
	} {
		fields := map[string]string{
			"key": "dir/" + name + "-${filename}", "Cache-Control": "no-cache", "content-disposition": "attachment", "Content-Encoding": "identity",
			"Content-Language": "de", "Expires": "soon", "x-oss-object-acl": "public-read", "x-oss-storage-class": "IA", "x-oss-meta-Owner": "héllo",
			"x-oss-server-side-encryption": "AES256", "x-oss-tagging": "a=b", "name": "ignored",
		}
		a := e.must(204, formOf(t, pairs(sign(fields)), "ü file.txt", "text/x-file", "hello"))
		o := e.stored("dir/" + name + "-ü file.txt")
		want := Object{
			Key: o.Key, ETag: o.ETag, CRC64: "11177612005948864433", ContentType: "text/x-file", CacheControl: "no-cache",
			ContentDisposition: "attachment", ContentEncoding: "identity", ContentLanguage: "de", Expires: "soon", Metadata: map[string]string{"owner": "héllo"},
			Tags: map[string]string{"a": "b"}, ACL: "public-read", StorageClass: "IA", SSE: "AES256", VersionID: "null", Type: "Normal", Size: 5,
			LastModified: o.LastModified, BodyPath: o.BodyPath,
		}
		if fmt.Sprintf("%+v", o) != fmt.Sprintf("%+v", want) {
			t.Errorf("stored %+v\nwant   %+v", o, want)
		}
		if data, err := os.ReadFile(o.BodyPath); err != nil || string(data) != "hello" {
			t.Errorf("body %q, %v", data, err)
		}
		e.wantHeader(a, "ETag", `"`+o.ETag+`"`)
		e.wantHeader(a, "x-oss-hash-crc64ecma", o.CRC64)
		e.wantHeader(a, "x-oss-server-side-encryption", "AES256")
		if len(o.ETag) != 32 || o.ETag == "5D41402ABC4B2A76B9719D911017C592" || a.body != "" {
			t.Errorf("ETag %s, answer %q", o.ETag, a.body)
		}
	}
	records := e.s.Records()
	if last := records[len(records)-1]; last.Operation != "PostObject" || !strings.HasPrefix(last.Key, "dir/") || last.Status != 204 {
		t.Errorf("record %+v", last)
	}
}

// TestPostContentType is the order of the four places a type can come from.
func TestPostContentType(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, tt := range []struct{ oss, field, file, want string }{
		{"text/a", "text/b", "text/c", "text/a"}, {"", "text/b", "text/c", "text/b"}, {"", "", "text/c", "text/c"}, {"", "", "", "application/octet-stream"},
	} {
		f := map[string]string{"key": "k.css"}
		if tt.oss != "" {
			f["x-oss-content-type"] = tt.oss
		}
		if tt.field != "" {
			f["Content-Type"] = tt.field
		}
		e.must(204, formOf(t, pairs(signedFormV1(f, policyText(""))), "f", tt.file, ""))
		if got := e.stored("k.css").ContentType; got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// TestPostAnswers covers status, document and redirection.
func TestPostAnswers(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	post := func(status int, f map[string]string) answer {
		t.Helper()
		f["key"] = "a b/ü"
		return e.must(status, formOf(t, pairs(signedFormV1(f, policyText(""))), "f", "", "hello"))
	}
	for value, status := range map[string]int{"200": 200, "204": 204, "202": 204, "": 204} {
		if a := post(status, map[string]string{"success_action_status": value}); a.body != "" {
			t.Errorf("%s: %s", value, a.body)
		}
	}
	a := post(201, map[string]string{"success_action_status": "201"})
	var doc postResponse
	if err := xml.Unmarshal([]byte(a.body), &doc); err != nil {
		t.Fatal(err)
	}
	o := e.stored("a b/ü")
	if doc.Bucket != testBucket || doc.Key != o.Key || doc.ETag != `"`+o.ETag+`"` || doc.Location != e.url+"/bucket-one/a%20b/%C3%BC" {
		t.Errorf("document %+v", doc)
	}
	e.wantHeader(a, "Content-Type", "application/xml")
	a = post(303, map[string]string{"success_action_redirect": "https://www.example.com/done?x=1", "success_action_status": "201"})
	want := "https://www.example.com/done?bucket=bucket-one&etag=%22" + e.stored("a b/ü").ETag + "%22&key=a+b%2F%C3%BC&x=1"
	e.wantHeader(a, "Location", want)
	for _, bad := range []string{"javascript:alert(1)", "/relative", "http://", "%"} {
		before := e.stored("a b/ü").ETag
		post(400, map[string]string{"success_action_redirect": bad})
		if e.stored("a b/ü").ETag != before {
			t.Errorf("%s: stored", bad)
		}
	}
}

// TestPostVirtualHost has the address of the object where the host names the bucket.
func TestPostVirtualHost(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	c := formOf(t, pairs(signedFormV1(map[string]string{"key": "k", "success_action_status": "201"}, policyText(`{"bucket":"bucket-one"}`))), "f", "", "x")
	c.host, c.path = "bucket-one.localhost:9000", "/"
	if a := e.must(201, c); !strings.Contains(a.body, "<Location>http://bucket-one.localhost:9000/k</Location>") {
		t.Error(a.body)
	}
	c.path = "/k" // a form goes to the bucket
	e.refused(405, "MethodNotAllowed", c)
}

func TestPostVersionsAndOverwriting(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	c := formOf(t, pairs(signedFormV1(map[string]string{"key": "k", "x-oss-forbid-overwrite": "true"}, policyText(""))), "f", "", "x")
	e.must(204, c)
	e.refused(409, "FileAlreadyExists", c)
	if err := e.s.SetVersioning(testBucket, "Enabled"); err != nil {
		t.Fatal(err)
	}
	a := e.must(204, c)
	if o := e.stored("k"); o.VersionID != a.header.Get("x-oss-version-id") || o.VersionID == "null" {
		t.Errorf("version %q", o.VersionID)
	}
}

// TestPostAnonymous needs a bucket that everyone may write to.
func TestPostAnonymous(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	c := formOf(t, [][2]string{{"key", "k"}}, "f", "", "x")
	for _, acl := range []string{"private", "public-read"} {
		e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": acl}})
		e.refused(403, "AccessDenied", c)
	}
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "public-read-write"}})
	e.must(204, c)
	e.must(200, call{method: "PUT", path: at("k") + "?acl", header: map[string]string{"x-oss-object-acl": "private"}})
	e.refused(403, "AccessDenied", c)
	// A signature in the header counts for nothing.
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "private"}})
	c.anonymous = false
	e.refused(403, "AccessDenied", c)
	c.authorization = "nonsense"
	e.refused(403, "AccessDenied", c)
}

func TestPostCORS(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?cors", body: corsXML(
		rule("<AllowedOrigin>https://www.example.com</AllowedOrigin><AllowedMethod>POST</AllowedMethod><ExposeHeader>ETag</ExposeHeader>"))})
	for key, status := range map[string]int{"k": 204, "/k": 400} {
		c := formOf(t, pairs(signedFormV1(map[string]string{"key": key}, policyText(""))), "f", "", "x")
		c.header["Origin"] = "https://www.example.com"
		a := e.must(status, c)
		e.wantHeader(a, "Access-Control-Allow-Origin", "https://www.example.com")
		e.wantHeader(a, "Access-Control-Expose-Headers", "ETag")
	}
}

func TestPostToken(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{Accounts: []Account{{AccessKeyID: "local-id", AccessKeySecret: "local-secret", SecurityToken: "token"}}})
	for name, sign := range map[string]map[string]string{
		"V1": signedFormV1(map[string]string{"key": "k"}, policyText("")), "V4": signedFormV4(map[string]string{"key": "k"}, "", time.Now()),
	} {
		e.refused(403, "InvalidAccessKeyId", formOf(t, pairs(sign), "f", "", "x"))
		sign["x-oss-security-token"] = "other"
		e.refused(403, "InvalidSecurityToken", formOf(t, pairs(sign), "f", "", "x"))
		sign["x-oss-security-token"] = "token"
		e.must(204, formOf(t, pairs(sign), "f", "", name))
		if e.stored("k").Size != 2 {
			t.Error(name)
		}
	}
}

// TestPostSignature covers what can be wrong with either signature.
func TestPostSignature(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	e := start(t, &Server{Now: func() time.Time { return now }})
	v1 := signedFormV1(map[string]string{"key": "k"}, policyText(""))
	v4 := signedFormV4(map[string]string{"key": "k"}, "", now)
	change := func(form map[string]string, name, value string) map[string]string {
		f := maps.Clone(form)
		if f[name] = value; value == "-" {
			delete(f, name)
		}
		return f
	}
	unfixed := signedFormV4(map[string]string{"key": "k"}, "", now)
	unfixed["policy"] = policyText(`["starts-with","$x-oss-date",""],{"x-oss-credential":"` + unfixed["x-oss-credential"] + `"},{"x-oss-signature-version":"OSS4-HMAC-SHA256"}`)
	unfixed["x-oss-signature"] = formSignatureV4(unfixed["policy"], strings.TrimPrefix(unfixed["x-oss-credential"], "local-id/"))
	for name, tt := range map[string]struct {
		form     map[string]string
		status   int
		code, ec string
	}{
		"V1":                      {v1, 204, "", ""},
		"V1 wrong":                {change(v1, "Signature", "x"), 403, "SignatureDoesNotMatch", "0002-00000040"},
		"V1 other policy":         {change(v1, "policy", policyText(" ")), 403, "SignatureDoesNotMatch", "0002-00000040"},
		"V1 unknown key":          {change(v1, "OSSAccessKeyId", "x"), 403, "InvalidAccessKeyId", "0002-00000902"},
		"V1 no key":               {change(v1, "OSSAccessKeyId", "-"), 400, "InvalidArgument", ""},
		"V1 no policy":            {change(v1, "policy", "-"), 400, "InvalidArgument", "0002-00000702"},
		"V1 no signature":         {change(v1, "Signature", "-"), 400, "InvalidArgument", "0002-00000703"},
		"V1 empty signature":      {change(v1, "Signature", ""), 400, "InvalidArgument", "0002-00000704"},
		"V4":                      {v4, 204, "", ""},
		"V4 wrong":                {change(v4, "x-oss-signature", "00"), 403, "SignatureDoesNotMatch", "0002-00000040"},
		"V4 no signature":         {change(v4, "x-oss-signature", "-"), 400, "InvalidArgument", "0002-00000703"},
		"V4 no policy":            {change(v4, "policy", "-"), 400, "InvalidArgument", "0002-00000702"},
		"V4 credential":           {change(v4, "x-oss-credential", "local-id"), 400, "InvalidArgument", "0002-00000710"},
		"V4 no credential":        {change(v4, "x-oss-credential", "-"), 400, "InvalidArgument", "0002-00000710"},
		"V4 region":               {change(v4, "x-oss-credential", "local-id/20261120/cn-beijing/oss/aliyun_v4_request"), 400, "InvalidArgument", "0002-00000715"},
		"V4 other day":            {change(v4, "x-oss-credential", "local-id/20261119/cn-hangzhou/oss/aliyun_v4_request"), 403, "AccessDenied", ""},
		"V4 version":              {change(v4, "x-oss-signature-version", "-"), 501, "NotImplemented", ""},
		"V4 no date":              {change(v4, "x-oss-date", "-"), 403, "AccessDenied", "0002-00000502"},
		"V4 policy fixes no date": {unfixed, 403, "AccessDenied", ""},
		"V4 from the future":      {signedFormV4(map[string]string{"key": "k"}, "", now.Add(16*time.Minute)), 403, "RequestTimeTooSkewed", "0002-00000504"},
		"V4 nearly future":        {signedFormV4(map[string]string{"key": "k"}, "", now.Add(14*time.Minute)), 204, "", ""},
		"V4 seven days old":       {signedFormV4(map[string]string{"key": "k"}, "", now.Add(-7*24*time.Hour)), 204, "", ""},
		"V4 too old":              {signedFormV4(map[string]string{"key": "k"}, "", now.Add(-7*24*time.Hour-time.Second)), 403, "AccessDenied", ""},
	} {
		a := e.must(tt.status, formOf(t, pairs(tt.form), "f", "", "x"))
		if tt.code != "" && a.apiCode() != tt.code {
			t.Errorf("%s: %s", name, a.body)
		}
		e.wantHeader(a, "x-oss-ec", tt.ec)
		if strings.Contains(a.body, "local-secret") {
			t.Error(a.body)
		}
	}
}
