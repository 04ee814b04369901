package ossserver

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestRestartKeepsAll(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.put("dir/k", "hello", fullHeaders)
	e.put("replaced", "one", nil)
	e.put("replaced", "two", nil)
	e.put("deleted", "x", nil)
	e.must(204, call{method: "DELETE", path: at("deleted")})
	e.must(200, call{method: "PUT", path: corsPath, body: corsXML(minimalRule)})
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "public-read"}})
	want := e.stored("dir/k")

	e = e.restart(&Server{Data: data}) // creates the bucket again, which must change nothing
	if got := e.stored("dir/k"); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("stored %+v\nwant   %+v", got, want)
	}
	if got := e.get("dir/k") + e.get("replaced"); got != "hellotwo" {
		t.Errorf("bodies %q", got)
	}
	if names := strings.Join(e.list("").names(), "|"); names != "dir/k|replaced" {
		t.Errorf("keys %s", names)
	}
	if conf, err := e.s.CORS(testBucket); err != nil || conf == nil || len(conf.Rules) != 1 {
		t.Errorf("CORS %+v, %v", conf, err)
	}
	e.must(200, call{method: "GET", path: at("dir/k"), anonymous: true})
	e.put("replaced", "three", nil) // must count on, not reuse a name
	if got := e.get("replaced"); got != "three" {
		t.Errorf("body %q", got)
	}
}

func TestStartClearsRemains(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.put("k", "hello", nil)
	folder := filepath.Dir(e.stored("k").BodyPath)
	write := func(path string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("rest"), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	gone := []string{
		write(filepath.Join(folder, "null.99.body")),                                     // the record did not follow
		write(filepath.Join(data, testBucket, "objects", "lost~0000", "null.1.body")),    // nor for a new key
		write(filepath.Join(data, testBucket, "tmp", "body-1")),                          // half an upload
		write(filepath.Join(data, makingPrefix+"new-bucket", "bucket.json")),             // half a bucket
		write(filepath.Join(data, removingPrefix+"old-bucket-1", "objects", "anything")), // half a bucket less
	}
	kept := []string{
		write(filepath.Join(data, "not-a-bucket", "notes.txt")),
		write(filepath.Join(data, "README.md")),
		write(filepath.Join(folder, "notes.txt")),
	}
	e = e.restart(&Server{Data: data})
	if got := e.get("k"); got != "hello" {
		t.Errorf("body %q", got)
	}
	for _, path := range gone {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	for _, path := range kept {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s is gone: %v", path, err)
		}
	}
}

func TestUnreadableRecordIsNamed(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.put("k", "hello", nil)
	record := filepath.Join(filepath.Dir(e.stored("k").BodyPath), "null.json")
	e.end()
	for _, text := range []string{"{", `{"key":"other","versionID":"null"}`} {
		if err := os.WriteFile(record, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := (&Server{Data: data}).Open(); err == nil || !strings.Contains(err.Error(), "null.json") || !strings.Contains(err.Error(), testBucket) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTemporaryFolderGoes(t *testing.T) {
	t.Parallel()
	s := &Server{}
	if err := s.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.tempDir); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.tempDir); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if err := new(Server).Close(); err != nil {
		t.Errorf("closing an unused server: %v", err)
	}
}

// TestParallelLoad lets everything happen to few keys at once. Whatever the order, an answer must be whole and of one
// object, and no answer may be a 500.
func TestParallelLoad(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	const workers, rounds, keys = 8, 40, 3
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				key := fmt.Sprintf("k%d", (w+i)%keys)
				body := strings.Repeat(fmt.Sprintf("%d-%d ", w, i), 200)
				for _, c := range []call{
					{method: "PUT", path: at(key), body: body, header: map[string]string{"x-oss-meta-md5": md5Base64(body)}},
					{method: "GET", path: at(key)},
					{method: "HEAD", path: at(key)},
					copyCall("copy-"+key, "/"+testBucket+"/"+key, nil),
					copyCall(key, "/"+testBucket+"/"+key, map[string]string{"x-oss-meta-md5": "", "x-oss-tagging": "a=1"}),
					{method: "PUT", path: at(key) + "?acl", header: map[string]string{"x-oss-object-acl": "private"}},
					{method: "GET", path: "/" + testBucket + "/?prefix=k"},
					{method: "GET", path: at("copy-" + key)},
					{method: "DELETE", path: at(key)},
				} {
					a, err := e.try(c)
					if err != nil {
						t.Errorf("%s %s: %v", c.method, c.path, err)
						return
					}
					if a.status >= 500 {
						t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
					}
					if sum := a.header.Get("x-oss-meta-md5"); c.method == "GET" && sum != "" && sum != md5Base64(a.body) {
						t.Errorf("%s: metadata of another body", key)
					}
				}
			}
		})
	}
	wg.Wait()
	bodies, err := filepath.Glob(filepath.Join(e.s.store.dir, testBucket, "objects", "*", "*.body"))
	records, err2 := filepath.Glob(filepath.Join(e.s.store.dir, testBucket, "objects", "*", "*.json"))
	tmp, err3 := os.ReadDir(filepath.Join(e.s.store.dir, testBucket, "tmp"))
	if err != nil || err2 != nil || err3 != nil || len(bodies) != len(records) || len(tmp) != 0 {
		t.Errorf("%d bodies, %d records, %d files in tmp (%v %v %v)", len(bodies), len(records), len(tmp), err, err2, err3)
	}
}

// TestBrokenUpload holds that an upload that ends early stores nothing and leaves nothing.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	req, err := e.request(call{method: "PUT", path: at("k"), body: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 10
	req.Body = http.NoBody
	text := fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: %s\r\nDate: %s\r\nx-oss-content-sha256: UNSIGNED-PAYLOAD\r\nAuthorization: %s\r\nContent-Length: 10\r\n\r\nhello",
		at("k"), strings.TrimPrefix(e.url, "http://"), req.Header.Get("Date"), req.Header.Get("Authorization"))
	answer := rawHalf(t, e, text)
	if !strings.HasPrefix(answer, "HTTP/1.1 400 ") || !strings.Contains(answer, "<Code>IncompleteBody</Code>") {
		t.Errorf("answer %s", answer)
	}
	if _, err := e.s.Object(testBucket, "k"); err == nil {
		t.Error("half an upload was stored")
	}
	if tmp, err := os.ReadDir(filepath.Join(e.s.store.dir, testBucket, "tmp")); err != nil || len(tmp) != 0 {
		t.Errorf("left %v, %v", tmp, err)
	}
}

// TestBucketDeletedUnderUpload deletes the bucket while a body is on its way into it.
func TestBucketDeletedUnderUpload(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	b, err := e.s.store.bucket(testBucket)
	if err != nil {
		t.Fatal(err)
	}
	e.must(204, call{method: "DELETE", path: "/" + testBucket + "/"})
	if _, err := b.put("k", func(*version) (*version, *staged, error) { return &version{}, nil, nil }); err == nil ||
		!strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("put into a deleted bucket: %v", err)
	}
	if err := b.change(func(*bucketSettings) {}); err == nil || !strings.Contains(err.Error(), "NoSuchBucket") {
		t.Errorf("change of a deleted bucket: %v", err)
	}
}
