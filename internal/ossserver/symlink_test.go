package ossserver

import (
	"testing"
	"time"
)

func linkCall(key, target string, header map[string]string) call {
	c := call{method: "PUT", path: at(key) + "?symlink", header: map[string]string{"x-oss-symlink-target": target}}
	for name, value := range header {
		c.header[name] = value
	}
	return c
}

func TestSymlink(t *testing.T) {
	t.Parallel()
	clock := &testClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	e := start(t, &Server{Now: clock.read})
	do := func(c call) answer { c.at = clock.read(); return e.do(c) }
	do(call{method: "PUT", path: at("dir/a +"), body: "hello", header: map[string]string{"x-oss-meta-a": "target", "Content-Type": "text/x-target"}})
	clock.set(clock.read().Add(time.Hour))
	link := linkCall("link", "dir%2Fa%20%2B", map[string]string{"x-oss-meta-a": "link", "Content-Type": "text/x-link"})
	if a := do(link); a.status != 200 || a.header.Get("ETag") == "" {
		t.Fatalf("%+v", a)
	}
	for _, method := range []string{"GET", "HEAD"} {
		a := do(call{method: method, path: at("link")})
		e.wantHeader(a, "x-oss-object-type", "Symlink")
		e.wantHeader(a, "x-oss-meta-a", "link")
		e.wantHeader(a, "Content-Type", "text/x-link")
		e.wantHeader(a, "Content-Length", "5")
		e.wantHeader(a, "ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
		e.wantHeader(a, "Content-MD5", md5Base64("hello"))
		e.wantHeader(a, "Last-Modified", "Fri, 02 Jan 2026 04:04:05 GMT")
		if method == "GET" && a.body != "hello" {
			t.Errorf("body %q", a.body)
		}
	}
	clock.set(clock.read().Add(time.Hour))
	do(call{method: "PUT", path: at("dir/a +"), body: "changed"})
	a := do(call{method: "GET", path: at("link"), header: map[string]string{"Range": "bytes=0-2"}})
	e.wantHeader(a, "Last-Modified", "Fri, 02 Jan 2026 05:04:05 GMT")
	if a.body != "cha" {
		t.Errorf("body %q", a.body)
	}
	a = do(call{method: "GET", path: at("link") + "?symlink"})
	e.wantHeader(a, "x-oss-symlink-target", "dir%2Fa%20%2B")
	if o := e.stored("link"); o.Type != "Symlink" || o.BodyPath != "" || o.Size != 0 {
		t.Errorf("stored %+v", o)
	}

	do(linkCall("chain", "link", nil))
	do(linkCall("dangling", "none", nil))
	for _, tt := range []struct {
		c      call
		status int
		code   string
	}{
		{call{method: "GET", path: at("chain")}, 400, "InvalidTargetType"},
		{call{method: "HEAD", path: at("dangling")}, 404, "SymlinkTargetNotExist"},
		{call{method: "GET", path: at("dir/a +") + "?symlink"}, 400, "NotSymlink"},
		{call{method: "GET", path: at("none") + "?symlink"}, 404, "NoSuchKey"},
		{call{method: "PUT", path: at("x") + "?symlink"}, 400, "InvalidArgument"},
		{linkCall("x", "%zz", nil), 400, "InvalidArgument"},
		{linkCall("x", "%2Fx", nil), 400, "InvalidObjectName"},
		{linkCall("link", "x", map[string]string{"x-oss-forbid-overwrite": "true"}), 409, "FileAlreadyExists"},
		{copyCall("copied", "/"+testBucket+"/link", nil), 200, ""},
		{call{method: "GET", path: at("copied")}, 200, ""},
	} {
		if a := do(tt.c); a.status != tt.status || a.apiCode() != tt.code {
			t.Errorf("%s %s: %d %q, want %d %q", tt.c.method, tt.c.path, a.status, a.apiCode(), tt.status, tt.code)
		}
	}
	if o := e.stored("copied"); o.Type != "Symlink" {
		t.Errorf("a copy of a link is %+v", o)
	}
}

// TestSymlinkACL holds that both the link's and the target's ACL are asked.
func TestSymlinkACL(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("secret", "x", nil)
	e.put("open", "x", map[string]string{"x-oss-object-acl": "public-read"})
	public := map[string]string{"x-oss-object-acl": "public-read"}
	e.must(200, linkCall("to-secret", "secret", public))
	e.must(200, linkCall("to-open", "open", public))
	e.must(200, linkCall("private-link", "open", nil))
	e.refused(403, "AccessDenied", call{method: "GET", path: at("to-secret"), anonymous: true})
	e.refused(403, "AccessDenied", call{method: "GET", path: at("private-link"), anonymous: true})
	e.must(200, call{method: "GET", path: at("to-open"), anonymous: true})
}

func TestRestore(t *testing.T) {
	t.Parallel()
	clock := &testClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	e := start(t, &Server{Now: clock.read, RestoreTime: time.Hour})
	turn := func(d time.Duration) { clock.set(clock.read().Add(d)) }
	do := func(status int, code string, c call) answer {
		t.Helper()
		c.at = clock.read()
		a := e.must(status, c)
		if a.apiCode() != code {
			t.Fatalf("%s %s: code %q, want %q", c.method, c.path, a.apiCode(), code)
		}
		return a
	}
	restore := func(body string) call { return call{method: "POST", path: at("k") + "?restore", body: body} }
	get, head := call{method: "GET", path: at("k")}, call{method: "HEAD", path: at("k")}
	days := func(n string) string { return "<RestoreRequest><Days>" + n + "</Days></RestoreRequest>" }

	do(200, "", call{method: "PUT", path: at("k"), body: "hello", header: map[string]string{"x-oss-storage-class": "ColdArchive"}})
	do(200, "", call{method: "PUT", path: at("warm"), body: "hello"})
	e.wantHeader(do(200, "", head), "x-oss-restore", "")
	do(403, "InvalidObjectState", get)
	do(403, "InvalidObjectState", copyCall("copy", "/"+testBucket+"/k", nil))
	do(403, "InvalidObjectState", copyCall("k", "/"+testBucket+"/k", nil))
	for _, bad := range []string{"<RestoreRequest>", days("0"), days("400"), "<RestoreRequest><Other/></RestoreRequest>"} {
		do(400, "MalformedXML", restore(bad))
	}
	do(400, "OperationNotSupported", call{method: "POST", path: at("warm") + "?restore"})
	do(404, "NoSuchKey", call{method: "POST", path: at("none") + "?restore"})

	bulk := restore("<RestoreRequest><Days>2</Days><JobParameters><Tier>Bulk</Tier></JobParameters></RestoreRequest>")
	do(202, "", bulk)
	e.wantHeader(do(200, "", head), "x-oss-restore", `ongoing-request="true"`)
	do(409, "RestoreAlreadyInProgress", bulk)
	do(403, "InvalidObjectState", get)
	turn(time.Hour)
	e.wantHeader(do(200, "", get), "x-oss-restore", `ongoing-request="false", expiry-date="Sun, 04 Jan 2026 04:04:05 GMT"`)
	do(200, "", copyCall("copy", "/"+testBucket+"/k", nil))
	do(200, "", restore(days("3"))) // longer
	e.wantHeader(do(200, "", head), "x-oss-restore", `ongoing-request="false", expiry-date="Mon, 05 Jan 2026 04:04:05 GMT"`)
	turn(72 * time.Hour)
	do(403, "InvalidObjectState", get)
	e.wantHeader(do(200, "", head), "x-oss-restore", "")
	do(202, "", restore(""))
	turn(time.Hour)
	do(200, "", get)
	do(204, "", call{method: "DELETE", path: at("k")})
}

func TestSDKSymlink(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	e.put("dir/a b+c", "hello", nil)
	if err := bucket.PutSymlink("link", "dir/a b+c"); err != nil {
		t.Fatal(err)
	}
	head, err := bucket.GetSymlink("link")
	if err != nil || head.Get("x-oss-symlink-target") != "dir/a b+c" {
		t.Errorf("%v, %v", head, err)
	}
	if got := e.get("link"); got != "hello" {
		t.Errorf("body %q", got)
	}
}
