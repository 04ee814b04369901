package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http/httptest"
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
		{"text/a", "text/b", "text/c", "text/a"}, {"", "text/b", "text/c", "text/b"}, {"", "", "text/c", "text/c"}, {"", "", "", "text/css"},
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

// TestPostPolicy tries each condition with a form that keeps it and one that does not.
func TestPostPolicy(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	form := map[string]string{"key": "user/${filename}", "Content-Type": "image/png", "x-oss-meta-a": "$b", "success_action_status": "200"}
	post := func(policy string) answer {
		return e.do(formOf(t, pairs(signedFormV1(form, base64.StdEncoding.EncodeToString([]byte(policy)))), "f.png", "text/other", "hello"))
	}
	with := func(conditions string) string {
		return `{"expiration":"` + farFuture + `","conditions":[` + conditions + `]}`
	}
	const denied, invalid = "AccessDenied", "InvalidPolicyDocument"
	for policy, code := range map[string]string{
		with(``):                                                            "",
		with(`{"bucket":"bucket-one"}`):                                     "",
		with(`{"bucket":"bucket-two"}`):                                     denied,
		with(`["eq","$bucket","bucket-one"]`):                               "",
		with(`["starts-with","$key","user/"]`):                              "",
		with(`["starts-with","$Key","other/"]`):                             denied,
		with(`["eq","$key","user/${filename}"]`):                            "",
		with(`["eq","$key","user/f.png"]`):                                  denied, // the policy sees the key as it was sent
		with(`{"content-type":"image/png"}`):                                "",
		with(`{"Content-Type":"text/other"}`):                               denied,
		with(`["in","$content-type",["a","image/png"]]`):                    "",
		with(`["in","$content-type",["a"]]`):                                denied,
		with(`["in","$content-type",[]]`):                                   denied,
		with(`["not-in","$content-type",["a"]]`):                            "",
		with(`["not-in","$content-type",["a","image/png"]]`):                denied,
		with(`["not-in","$cache-control",["no-cache"]]`):                    denied, // the form has no such field
		with(`["eq","success_action_status","200"]`):                        "",
		with(`["eq","$success_action_status","201"]`):                       denied,
		with(`{"x-oss-meta-a":"\$b"}`):                                      "",
		with(`{"x-oss-meta-a":"\\\$b"}`):                                    denied,
		with(`["content-length-range",5,5]`):                                "",
		with(`["content-length-range",0,4]`):                                "EntityTooLarge",
		with(`["content-length-range",6,10]`):                               "EntityTooSmall",
		with(`["content-length-range",6,20],["content-length-range",0,10]`): "EntityTooSmall",
		with(`["content-length-range",0,4],["content-length-range",0,10]`):  "EntityTooLarge",
		with(`["content-length-range",0,10],["content-length-range",6,20]`): "EntityTooSmall",
		with(`["content-length-range",5,4]`):                                invalid,
		with(`["content-length-range","1",5]`):                              invalid,
		with(`["content-length-range",-1,5]`):                               invalid,
		with(`["content-length-range",1]`):                                  invalid,
		with(`["content-length-range",1,5.5]`):                              invalid,
		with(`["not-in","cache-control","no-cache"]`):                       invalid,
		with(`["in","$key",[null]]`):                                        invalid,
		with(`["in","$key",null]`):                                          invalid,
		with(`["eq","$key",1]`):                                             invalid,
		with(`["eq","$key",null]`):                                          invalid,
		with(`["eq","",""]`):                                                invalid,
		with(`["like","$key","a"]`):                                         invalid,
		with(`{"key":"a","bucket":"b"}`):                                    invalid,
		with(`{}`):                                                          invalid,
		with(`{"key":1}`):                                                   invalid,
		with(`1`):                                                           invalid,
		`{"expiration":"2020-01-01T00:00:00Z","conditions":[]}`:             denied,
		`{"expiration":"tomorrow","conditions":[]}`:                         invalid,
		`{"expiration":"2999-01-01T00:00:00+01:00","conditions":[]}`:        invalid,
		`{"expiration":1,"conditions":[]}`:                                  invalid,
		`{"expiration":"` + farFuture + `","conditions":123}`:               invalid,
		`{"expiration":"` + farFuture + `","conditions":null}`:              invalid,
		`{"expiration":"` + farFuture + `"}`:                                invalid,
		`{"conditions":[]}`:                                                 invalid,
		`{}`:                                                                invalid,
		`null`:                                                              invalid,
		`[]`:                                                                invalid,
		"\xff":                                                              invalid,
		`{"expiration":"` + farFuture + `","conditions":[],"test":1}`:       invalid,
	} {
		a := post(policy)
		if a.apiCode() != code || code == "" && a.status != 200 || code == denied && a.status != 403 || code == invalid && a.status != 400 {
			t.Errorf("%s: status %d, %s, want %s", policy, a.status, a.body, code)
		}
	}
	a := post(with(`["eq","$success_action_status","201"]`))
	if !strings.Contains(a.body, `Policy Condition failed: [&#34;eq&#34;,&#34;$success_action_status&#34;,&#34;201&#34;]`) {
		t.Error(a.body)
	}
	e.wantHeader(a, "x-oss-ec", "0006-00000227")
	noBase64 := signedFormV1(form, "!")
	e.refused(400, invalid, formOf(t, pairs(noBase64), "f", "", "x"))
}

// TestPostForms covers forms that are broken, too large, or ask for what does not go.
func TestPostForms(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{MaxPutSize: 100})
	signed := func(f map[string]string) [][2]string {
		f["key"] = firstOf(f["key"], "k")
		return pairs(signedFormV1(f, policyText("")))
	}
	good := formOf(t, signed(map[string]string{}), "f", "", "hello")
	edit := func(change func(*call)) call {
		c := good
		c.header = maps.Clone(c.header)
		change(&c)
		return c
	}
	fileAt := strings.Index(good.body, `name="file"`)
	for name, tt := range map[string]struct {
		call   call
		status int
		code   string
	}{
		"no form":     {edit(func(c *call) { c.header["Content-Type"] = "text/plain" }), 400, "MalformedPOSTRequest"},
		"no boundary": {edit(func(c *call) { c.header["Content-Type"] = "multipart/form-data" }), 400, "MalformedPOSTRequest"},
		"other type": {edit(func(c *call) {
			c.header["Content-Type"] = strings.Replace(c.header["Content-Type"], "form-data", "mixed", 1)
		}), 400, "MalformedPOSTRequest"},
		"empty":         {edit(func(c *call) { c.body = "" }), 400, "MalformedPOSTRequest"},
		"cut in field":  {edit(func(c *call) { c.body = c.body[:fileAt-40] }), 400, "MalformedPOSTRequest"},
		"cut in file":   {edit(func(c *call) { c.body = c.body[:fileAt+60] }), 400, "MalformedPOSTRequest"},
		"no file":       {edit(func(c *call) { c.body = strings.Replace(c.body, `name="file"`, `name="data"`, 1) }), 400, "IncorrectNumberOfFilesInPOSTRequest"},
		"no name":       {edit(func(c *call) { c.body = strings.Replace(c.body, `name="policy"`, `nome="policy"`, 1) }), 400, "MalformedPOSTRequest"},
		"no key":        {edit(func(c *call) { c.body = strings.Replace(c.body, `name="key"`, `name="kee"`, 1) }), 400, "InvalidArgument"},
		"empty key":     {formOf(t, [][2]string{{"key", ""}}, "f", "", ""), 403, "AccessDenied"},
		"key":           {formOf(t, signed(map[string]string{"key": "${filename}"}), "", "", ""), 400, "InvalidObjectName"},
		"long key":      {formOf(t, signed(map[string]string{"key": strings.Repeat("k", 1020) + "${filename}"}), "f.txt", "", ""), 400, "InvalidObjectName"},
		"twice":         {formOf(t, append(signed(map[string]string{}), [2]string{"KEY", "other"}), "f", "", ""), 400, "InvalidArgument"},
		"name too long": {formOf(t, append(signed(map[string]string{}), [2]string{strings.Repeat("n", maxFieldName+1), ""}), "f", "", ""), 400, "InvalidArgument"},
		"too much":      {formOf(t, append(signed(map[string]string{}), [2]string{"a", strings.Repeat("v", maxFields)}), "f", "", ""), 400, "InvalidArgument"},
		"file too long": {formOf(t, signed(map[string]string{}), "f", "", strings.Repeat("x", 101)), 400, "EntityTooLarge"},
		"longest file":  {formOf(t, signed(map[string]string{}), "f", "", strings.Repeat("x", 100)), 204, ""},
		"meta name":     {formOf(t, signed(map[string]string{"x-oss-meta-a_b": "c"}), "f", "", ""), 400, "InvalidArgument"},
		"meta value":    {formOf(t, signed(map[string]string{"x-oss-meta-a": "b\nc"}), "f", "", ""), 400, "InvalidArgument"},
		"line end":      {formOf(t, signed(map[string]string{"Cache-Control": "b\r\nSet-Cookie: c"}), "f", "", ""), 400, "InvalidArgument"},
		"acl":           {formOf(t, signed(map[string]string{"x-oss-object-acl": "mine"}), "f", "", ""), 400, "InvalidArgument"},
		"unknown field": {formOf(t, signed(map[string]string{"x-oss-persistent-headers": "a"}), "f", "", ""), 501, "NotImplemented"},
		"parameter":     {edit(func(c *call) { c.path += "?unknown" }), 501, "NotImplemented"},
		"header":        {edit(func(c *call) { c.header["x-oss-callback"] = "e30=" }), 501, "NotImplemented"},
		"no bucket":     {edit(func(c *call) { c.path = "/bucket-two/" }), 404, "NoSuchBucket"},
		"wrong MD5":     {edit(func(c *call) { c.header["Content-MD5"] = md5Base64("x") }), 400, "InvalidDigest"},
		"no MD5":        {edit(func(c *call) { c.header["Content-MD5"] = "x" }), 400, "InvalidDigest"},
		"MD5":           {edit(func(c *call) { c.header["Content-MD5"] = md5Base64(c.body) }), 204, ""},
		"chunked":       {edit(func(c *call) { c.chunked = true }), 204, ""},
		"big field":     {formOf(t, append(signed(map[string]string{}), [2]string{"a", strings.Repeat("v", 1<<20)}), "f", "", ""), 204, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := e.do(tt.call)
			if a.status != tt.status || a.apiCode() != tt.code {
				t.Errorf("status %d: %s", a.status, a.body)
			}
		})
	}
}

func firstOf(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// TestPostIncomplete has a connection that ends inside the file: no object, and nothing left on the disk.
func TestPostIncomplete(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	c := formOf(t, pairs(signedFormV1(map[string]string{"key": "k"}, policyText(""))), "f", "", strings.Repeat("x", 5000))
	text := "POST /" + testBucket + "/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: " + c.header["Content-Type"] +
		"\r\nContent-Length: " + itoa(len(c.body)) + "\r\n\r\n" + c.body[:len(c.body)-1000]
	if got := rawHalf(t, e, text); !strings.Contains(got, "400 Bad Request") || !strings.Contains(got, "<Code>") {
		t.Error(got)
	}
	e.refused(404, "NoSuchKey", call{method: "HEAD", path: at("k")})
	b, err := e.s.store.bucket(testBucket)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(b.tmp()); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestPostCallback(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer(`{"ok":1}`))
	form := map[string]string{"key": "k-${filename}", "x:Var": "a b", "success_action_status": "201",
		"callback": coded(t, fields{"callbackUrl": r.url, "callbackBody": "${operation} ${object} ${size} ${mimeType} ${contentMd5} ${x:var} ${etag}"})}
	post := func() call { return formOf(t, pairs(signedFormV1(form, policyText(""))), "f", "image/png", "hello") }
	a := e.must(200, post())
	want := "PostObject k-f 5 image%2Fpng XUFAKrxLKna5cZ2REBfFkg%3D%3D a%20b " + e.stored("k-f").ETag
	if a.body != `{"ok":1}` || r.only().body != want {
		t.Errorf("answer %s, sent %q, want %q", a.body, r.only().body, want)
	}
	e.wantHeader(a, "Content-Type", "application/json")
	r.answer = "HTTP/1.1 500 x\r\n\r\n"
	form["key"] = "k2"
	e.refused(203, "CallbackFailed", post())
	e.stored("k2")
	form["key"], form["callback"] = "k3", "!"
	e.refused(400, "InvalidArgument", post())
	e.refused(404, "NoSuchKey", call{method: "HEAD", path: at("k3")})
}

// FuzzPost sends any body as a form, and any text as a policy.
func FuzzPost(f *testing.F) {
	const head = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx"
	for _, body := range []string{head + "\r\n--b--\r\n", head, "--b--\r\n", "--b\r\n\r\n\r\n--b--", head[:60], strings.ReplaceAll(head, "\r", "")} {
		for _, policy := range []string{
			`{"expiration":"2999-01-01T00:00:00Z","conditions":[["content-length-range",0,1],{"key":"k"}]}`, `{"\$":[]}`, `\`,
			`{"expiration":"2999-01-01T00:00:00Z","conditions":[["in","$key",["a"]],["not-in","$key",[]],["eq","a","b"],[],{},1,null]}`,
		} {
			f.Add([]byte(body), policy)
		}
	}
	s := fuzzServer(f)
	b, err := s.store.bucket(testBucket)
	if err != nil {
		f.Fatal(err)
	}
	if err := b.change(func(set *bucketSettings) { set.ACL = aclPublicReadWrite }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, policy string) {
		r := httptest.NewRequest("POST", "http://127.0.0.1/"+testBucket+"/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		checkAnswer(t, record(s, r))
		p, err := parsePolicy(base64.StdEncoding.EncodeToString([]byte(policy)))
		if err == nil {
			_, _ = p.check(map[string]string{"key": "k"}, testBucket, time.Now())
		} else if api := (*apiError)(nil); !errors.As(err, &api) || api.status != 400 {
			t.Fatalf("%q: %v", policy, err)
		}
	})
}
