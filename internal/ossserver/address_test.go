package ossserver

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAddressing(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{Domains: map[string]string{"static.example.com": testBucket}})
	e.put("dir/key", "x", nil)
	tests := []struct {
		name, host, path string
		bucket, key      string
		status           int
		code             string
	}{
		{"IP", "127.0.0.1:9000", "/" + testBucket + "/dir/key", testBucket, "dir/key", 200, ""},
		{"IPv6", "[::1]:9000", "/" + testBucket + "/dir/key", testBucket, "dir/key", 200, ""},
		{"escaped slash", "127.0.0.1", "/" + testBucket + "/dir%2Fkey", testBucket, "dir/key", 200, ""},
		{"virtual host", testBucket + ".localhost:9000", "/dir/key", testBucket, "dir/key", 200, ""},
		{"virtual host, upper case", strings.ToUpper(testBucket) + ".LOCALHOST", "/dir/key", testBucket, "dir/key", 200, ""},
		{"virtual host of a region", testBucket + ".oss-cn-hangzhou.aliyuncs.com", "/dir%2Fkey", testBucket, "dir/key", 200, ""},
		{"custom domain", "static.example.com", "/dir/key", testBucket, "dir/key", 200, ""},
		{"custom domain with port", "Static.Example.com:80", "/dir/key", testBucket, "dir/key", 200, ""},
		{"localhost", "localhost:9000", "/" + testBucket + "/dir/key", testBucket, "dir/key", 200, ""},
		{"path style by name", "endpoint", "/" + testBucket + "/dir/key", testBucket, "dir/key", 403, "SecondLevelDomainForbidden"},
		{"path style by region", "oss-cn-hangzhou.aliyuncs.com", "/" + testBucket + "/dir/key", testBucket, "dir/key", 403, "SecondLevelDomainForbidden"},
		{"service by name", "endpoint", "/", "", "", 200, ""},
		{"service by IP", "127.0.0.1", "/", "", "", 200, ""},
		{"unknown bucket", "other-bucket.localhost", "/dir/key", "other-bucket", "dir/key", 404, "NoSuchBucket"},
		{"bad bucket", "127.0.0.1", "/Bad_Bucket/key", "Bad_Bucket", "key", 400, "InvalidBucketName"},
		{"short bucket", "127.0.0.1", "/ab/key", "ab", "key", 400, "InvalidBucketName"},
		{"no such key", "127.0.0.1", "/" + testBucket + "/key", testBucket, "key", 404, "NoSuchKey"},
		{"key in other case", "127.0.0.1", "/" + testBucket + "/Dir/Key", testBucket, "Dir/Key", 404, "NoSuchKey"},
		{"leading slash", "127.0.0.1", "/" + testBucket + "//key", testBucket, "/key", 400, "InvalidObjectName"},
		{"leading backslash", "127.0.0.1", "/" + testBucket + "/%5Ckey", testBucket, "\\key", 400, "InvalidObjectName"},
		{"no UTF-8", "127.0.0.1", "/" + testBucket + "/%FF", testBucket, "\xff", 400, "InvalidObjectName"},
		{"key too long", "127.0.0.1", "/" + testBucket + "/" + strings.Repeat("k", 1024), testBucket, strings.Repeat("k", 1024), 400, "InvalidObjectName"},
		{"key too long in bytes", "127.0.0.1", "/" + testBucket + "/" + strings.Repeat("%E4%B8%AD", 342), testBucket, strings.Repeat("中", 342), 400, "InvalidObjectName"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			a := f.do(call{method: "GET", host: tt.host, path: tt.path, bucket: tt.bucket, key: tt.key})
			if a.status != tt.status || a.apiCode() != tt.code {
				t.Fatalf("status %d, code %q; want %d, %q: %s", a.status, a.apiCode(), tt.status, tt.code, a.body)
			}
			if a.status == 200 && tt.key != "" && a.body != "x" {
				t.Errorf("body %q", a.body)
			}
		})
	}
}

// nastyKeys try to leave the data folder, to collide with each other, or with the store's own files.
var nastyKeys = []string{
	"..", "../..", "../../../../../../tmp/escaped", "a/../../../../escaped", "./.", "...", "~", "null.json", "bucket.json",
	"a", "a/", "a/b", "a/b/", "A", "a//b", "a\\..\\..\\b", "nul\x00byte", "%2f%2e%2e%2f", "new\nline", "C:\\x", "CON", "-rf",
	strings.Repeat("../", 341), strings.Repeat("x", 1023), strings.Repeat("x", 1022) + "y", strings.Repeat("中", 341),
}

func TestKeysStayInsideAndApart(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	data := filepath.Join(root, "one", "two", "data")
	e := start(t, &Server{Data: data})
	for _, key := range nastyKeys {
		e.put(key, "body of "+key, nil)
	}
	for _, key := range nastyKeys {
		if got := e.get(key); got != "body of "+key {
			t.Errorf("%q holds %q", key, got)
		}
		o := e.stored(key)
		if rel, err := filepath.Rel(data, o.BodyPath); err != nil || strings.HasPrefix(rel, "..") {
			t.Errorf("%q lies at %s", key, o.BodyPath)
		}
		if body, err := os.ReadFile(o.BodyPath); err != nil || string(body) != "body of "+key {
			t.Errorf("file of %q: %q, %v", key, body, err)
		}
		if n := len(filepath.Base(filepath.Dir(o.BodyPath))); n > 255 {
			t.Errorf("folder of %q has a name of %d bytes", key, n)
		}
	}
	bodies := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if !strings.HasPrefix(path, data+string(filepath.Separator)) {
				t.Errorf("a file outside the data folder: %s", path)
			}
			if strings.HasSuffix(path, ".body") {
				bodies++
			}
		}
		return err
	})
	if err != nil || bodies != len(nastyKeys) {
		t.Errorf("%d bodies for %d keys, %v", bodies, len(nastyKeys), err)
	}
	for _, key := range nastyKeys {
		e.must(204, call{method: "DELETE", path: at(key)})
	}
	left, err := os.ReadDir(filepath.Join(data, testBucket, "objects"))
	if err != nil || len(left) != 0 {
		t.Errorf("left after deleting all: %v, %v", left, err)
	}
}

// TestFoldersCanBeFound holds that someone who looks for a key among the files recognises it.
func TestFoldersCanBeFound(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"logs/2024/app.txt": "logs+2024+app.txt~", "日本/ü.txt": "日本+ü.txt~", "a b": "a=b~", "..": "..~",
	} {
		if got := keyFolder(key); !strings.HasPrefix(got, want) || strings.ContainsAny(got, `/\ `) {
			t.Errorf("%q: %q, want %q and a hash", key, got, want)
		}
	}
}

func TestUnknownIsNotImplemented(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	tests := []struct {
		name   string
		c      call
		status int
		code   string
	}{
		{"sub-resource of a bucket", call{method: "GET", path: "/" + testBucket + "/?lifecycle"}, 501, "NotImplemented"},
		{"sub-resource that would delete", call{method: "DELETE", path: "/" + testBucket + "/?website"}, 501, "NotImplemented"},
		{"sub-resource of an object", call{method: "GET", path: at("k") + "?x-oss-process=image%2Fresize"}, 501, "NotImplemented"},
		{"parameter", call{method: "GET", path: "/" + testBucket + "/?prefix=a&fancy=1"}, 501, "NotImplemented"},
		{"parameter of another operation", call{method: "GET", path: at("k") + "?prefix=a"}, 501, "NotImplemented"},
		{"parameter that would change the answer", call{method: "PUT", path: at("k") + "?sequential"}, 501, "NotImplemented"},
		{"two sub-resources", call{method: "GET", path: at("k") + "?acl&tagging"}, 501, "NotImplemented"},
		{"bucket's sub-resource on an object", call{method: "GET", path: at("k") + "?cors"}, 501, "NotImplemented"},
		{"header", call{method: "PUT", path: at("k"), header: map[string]string{"x-oss-persistent-headers": "a:b"}}, 501, "NotImplemented"},
		{"method", call{method: "PATCH", path: at("k")}, 405, "MethodNotAllowed"},
		{"method of a sub-resource", call{method: "DELETE", path: at("k") + "?acl"}, 405, "MethodNotAllowed"},
		{"broken query", call{method: "GET", path: at("k") + "?a=%zz"}, 400, "InvalidURI"},
		{"traffic limit is accepted", call{method: "GET", path: at("k") + "?x-oss-traffic-limit=819200"}, 200, ""},
		{"user agent is accepted", call{method: "GET", path: at("k"), header: map[string]string{"x-oss-user-agent": "a"}}, 200, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			if a := f.do(tt.c); a.status != tt.status || a.apiCode() != tt.code {
				t.Errorf("status %d, code %q; want %d, %q: %s", a.status, a.apiCode(), tt.status, tt.code, a.body)
			}
		})
	}
	if got := e.get("k"); got != "x" {
		t.Errorf("a refused request changed the object to %q", got)
	}
}
