package ossserver

import (
	"bytes"
	"encoding/base64"
	"errors"
	"maps"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

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
