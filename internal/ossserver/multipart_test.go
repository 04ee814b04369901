package ossserver

import (
	"encoding/xml"
	"fmt"
	"hash/crc64"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// blob is n bytes that differ from place to place.
func blob(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

func (e *endpoint) initiate(key string, header map[string]string) string {
	e.t.Helper()
	a := e.must(200, call{method: "POST", path: at(key) + "?uploads", header: header})
	var out initiateResult
	if err := xml.Unmarshal([]byte(a.body), &out); err != nil || out.UploadID == "" || out.Key != key || out.Bucket != testBucket {
		e.t.Fatalf("answer %s, %v", a.body, err)
	}
	return out.UploadID
}

func partCall(key, id string, number int, body string) call {
	return call{method: "PUT", path: at(key) + "?partNumber=" + strconv.Itoa(number) + "&uploadId=" + id, body: body}
}

func (e *endpoint) part(key, id string, number int, body string) string {
	e.t.Helper()
	a := e.must(200, partCall(key, id, number, body))
	if md5 := a.header.Get("Content-MD5"); md5 != md5Base64(body) {
		e.t.Errorf("Content-MD5 %q", md5)
	}
	return a.header.Get("ETag")
}

func completeCall(key, id string, parts ...any) call {
	text := "<CompleteMultipartUpload>"
	for i := 0; i < len(parts); i += 2 {
		text += fmt.Sprintf("<Part><PartNumber>%v</PartNumber><ETag>%v</ETag></Part>", parts[i], parts[i+1])
	}
	return call{method: "POST", path: at(key) + "?uploadId=" + id, body: text + "</CompleteMultipartUpload>"}
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("k", map[string]string{"Content-Type": "text/x-a", "Cache-Control": "no-cache", "x-oss-meta-a": "1", "x-oss-tagging": "t=1",
		"x-oss-storage-class": "IA", "x-oss-server-side-encryption": "AES256", "x-oss-object-acl": "public-read", "x-oss-callback": "Y2I="})
	if _, err := e.s.Object(testBucket, "k"); err == nil {
		t.Error("there is an object before the completion")
	}
	one, two, three := blob(minPartSize, 1), blob(minPartSize+7, 2), blob(5, 3)
	tag3 := e.part("k", id, 9, three)
	e.part("k", id, 1, "replaced")
	tag1 := e.part("k", id, 1, one)
	tag2 := e.part("k", id, 5, two)
	e.part("k", id, 7, "not in the list")
	complete := completeCall("k", id, 1, tag1, 5, strings.Trim(tag2, `"`), 9, tag3)
	complete.header = map[string]string{"x-oss-object-acl": "private"}
	a := e.must(200, complete)
	whole := one + two + three
	crc := strconv.FormatUint(crc64.Checksum([]byte(whole), crc64.MakeTable(crc64.ECMA)), 10)
	e.wantHeader(a, "x-oss-hash-crc64ecma", crc)
	o := e.stored("k")
	if o.Type != "Multipart" || o.CRC64 != crc || o.Size != int64(len(whole)) || !strings.HasSuffix(o.ETag, "-3") || len(o.ETag) != 34 ||
		o.ContentType != "text/x-a" || o.CacheControl != "no-cache" || o.Metadata["a"] != "1" || o.Tags["t"] != "1" ||
		o.StorageClass != "IA" || o.SSE != "AES256" || o.ACL != "private" {
		t.Errorf("stored %+v", o)
	}
	var out completeResult
	if err := xml.Unmarshal([]byte(a.body), &out); err != nil || out.ETag != `"`+o.ETag+`"` || out.Key != "k" || out.Bucket != testBucket || out.Location != e.url+at("k") {
		t.Errorf("answer %s, %v", a.body, err)
	}
	if got := e.get("k"); got != whole {
		t.Errorf("body of %d bytes differs", len(got))
	}
	if h := e.head("k"); h.header.Get("Content-MD5") != "" || h.header.Get("x-oss-object-type") != "Multipart" {
		t.Errorf("head %v", h.header)
	}
	e.refused(404, "NoSuchUpload", complete)
	e.refused(404, "NoSuchUpload", partCall("k", id, 1, "x"))
	if left, err := os.ReadDir(filepath.Join(e.s.store.dir, testBucket, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestCompleteRefused(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("k", nil)
	small := e.part("k", id, 1, "small")
	large := e.part("k", id, 2, blob(minPartSize, 1))
	last := e.part("k", id, 3, "last")
	with := func(c call, name, value string) call { c.header = map[string]string{name: value}; return c }
	all := call{method: "POST", path: at("k") + "?uploadId=" + id}
	tests := []struct {
		name   string
		c      call
		status int
		code   string
	}{
		{"small part in front", completeCall("k", id, 1, small, 2, large), 400, "EntityTooSmall"},
		{"wrong order", completeCall("k", id, 3, last, 2, large), 400, "InvalidPartOrder"},
		{"twice", completeCall("k", id, 2, large, 2, large), 400, "InvalidPartOrder"},
		{"missing part", completeCall("k", id, 2, large, 4, last), 400, "InvalidPart"},
		{"wrong ETag", completeCall("k", id, 2, last), 400, "InvalidPart"},
		{"no ETag", completeCall("k", id, 2, ""), 400, "InvalidPart"},
		{"part number is not a number", completeCall("k", id, "x", last), 400, "MalformedXML"},
		{"no body", all, 400, "MalformedXML"},
		{"all, but one is small", with(all, "x-oss-complete-all", "yes"), 400, "EntityTooSmall"},
		{"all, with a body", with(completeCall("k", id, 3, last), "x-oss-complete-all", "yes"), 400, "InvalidArgument"},
		{"all, misspelt", with(all, "x-oss-complete-all", "true"), 400, "InvalidArgument"},
		{"other key", completeCall("other", id, 3, last), 404, "NoSuchUpload"},
		{"other upload", completeCall("k", "ABC", 3, last), 404, "NoSuchUpload"},
		{"ACL", with(completeCall("k", id, 3, last), "x-oss-object-acl", "all"), 400, "InvalidArgument"},
		{"CRC", with(completeCall("k", id, 3, last), "x-oss-hash-crc64ecma", "1"), 400, "InvalidCRC64"},
		{"part number 0", partCall("k", id, 0, "x"), 400, "InvalidArgument"},
		{"part number 10001", partCall("k", id, 10001, "x"), 400, "InvalidArgument"},
		{"part number missing", call{method: "PUT", path: at("k") + "?uploadId=" + id}, 400, "InvalidArgument"},
		{"part of no upload", partCall("k", "ABC", 1, "x"), 404, "NoSuchUpload"},
		{"part of another key", partCall("other", id, 1, "x"), 404, "NoSuchUpload"},
		{"part with wrong MD5", with(partCall("k", id, 1, "x"), "Content-MD5", md5Base64("y")), 400, "InvalidDigest"},
		{"abort of another key", call{method: "DELETE", path: at("other") + "?uploadId=" + id}, 404, "NoSuchUpload"},
		{"list of another key", call{method: "GET", path: at("other") + "?uploadId=" + id}, 404, "NoSuchUpload"},
		{"initiate with bad metadata", call{method: "POST", path: at("k") + "?uploads", header: map[string]string{"x-oss-meta-a_b": "1"}}, 400, "InvalidArgument"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			f.refused(tt.status, tt.code, tt.c)
			if _, err := e.s.Object(testBucket, "k"); err == nil {
				t.Error("a refused completion stored an object")
			}
		})
	}
	t.Run("the upload is still good", func(t *testing.T) {
		e := start(t, nil)
		id := e.initiate("k", nil)
		e.part("k", id, 2, blob(minPartSize, 1))
		e.part("k", id, 3, "last")
		e.must(200, call{method: "POST", path: at("k") + "?uploadId=" + id, header: map[string]string{"x-oss-complete-all": "yes"}})
		if got := e.get("k"); got != blob(minPartSize, 1)+"last" {
			t.Errorf("body of %d bytes differs", len(got))
		}
	})
}

func TestMultipartForbidOverwrite(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	forbid := map[string]string{"x-oss-forbid-overwrite": "true"}
	id := e.initiate("k", forbid)
	tag := e.part("k", id, 1, "new")
	e.put("k", "old", nil)
	e.refused(409, "FileAlreadyExists", call{method: "POST", path: at("k") + "?uploads", header: forbid})
	complete := completeCall("k", id, 1, tag)
	complete.header = forbid
	e.refused(409, "FileAlreadyExists", complete)
	e.versioning("Enabled")
	a := e.must(200, complete)
	if id := a.header.Get("x-oss-version-id"); id == "" || e.stored("k").VersionID != id || e.get("k") != "new" {
		t.Errorf("version %q, stored %+v", id, e.stored("k"))
	}
}

func TestUploadPartCopy(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := blob(2*minPartSize, 1)
	e.put("a/from +", body, nil)
	id := e.initiate("k", nil)
	copyPart := func(number int, header map[string]string) call {
		c := copyCall("", "/"+testBucket+"/a%2Ffrom+%2B", header)
		c.path = partCall("k", id, number, "").path
		return c
	}
	etag := func(a answer) string {
		var out copyPartResult
		if err := xml.Unmarshal([]byte(a.body), &out); err != nil || out.LastModified == "" {
			t.Errorf("answer %s, %v", a.body, err)
		}
		return out.ETag
	}
	one := etag(e.must(200, copyPart(1, map[string]string{"x-oss-copy-source-range": fmt.Sprintf("bytes=%d-%d", 7, 7+minPartSize-1)})))
	two := etag(e.must(200, copyPart(2, nil)))
	three := etag(e.must(200, copyPart(3, map[string]string{"x-oss-copy-source-range": "bytes=10-19"})))
	for _, spec := range []string{"bytes=0-" + strconv.Itoa(2*minPartSize), "bytes=5-4", "10-19", "bytes=x"} {
		e.refused(400, "InvalidArgument", copyPart(4, map[string]string{"x-oss-copy-source-range": spec}))
	}
	e.refused(412, "PreconditionFailed", copyPart(4, map[string]string{"x-oss-copy-source-if-match": "x"}))
	missing := copyCall("", "/"+testBucket+"/none", nil)
	missing.path = partCall("k", id, 4, "").path
	e.refused(404, "NoSuchKey", missing)
	e.must(200, completeCall("k", id, 1, one, 2, two, 3, three))
	if got := e.get("k"); got != body[7:7+minPartSize]+body+body[10:20] {
		t.Errorf("body of %d bytes differs", len(got))
	}
	if o := e.stored("k"); o.CRC64 != strconv.FormatUint(crc64.Checksum([]byte(e.get("k")), crc64.MakeTable(crc64.ECMA)), 10) {
		t.Errorf("CRC-64 %s", o.CRC64)
	}
}

func TestAbort(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("k", nil)
	e.part("k", id, 1, "x")
	e.refused(409, "BucketNotEmpty", call{method: "DELETE", path: "/" + testBucket + "/"})
	abort := call{method: "DELETE", path: at("k") + "?uploadId=" + id}
	e.must(204, abort)
	e.refused(404, "NoSuchUpload", abort)
	if left, err := os.ReadDir(filepath.Join(e.s.store.dir, testBucket, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	e.must(204, call{method: "DELETE", path: "/" + testBucket + "/"})
}

func TestUploadsSurviveRestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	id := e.initiate("k", map[string]string{"x-oss-meta-a": "1", "x-oss-callback": "Y2I=", "x-oss-callback-var": "e30="})
	one := e.part("k", id, 1, blob(minPartSize, 1))
	dropped := e.initiate("k", nil)
	if err := os.Remove(filepath.Join(data, testBucket, "uploads", dropped, "upload.json")); err != nil { // as if aborting had stopped half-way
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, testBucket, "uploads", id, "part-00002.9.body"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	e = e.restart(&Server{Data: data})
	b, err := e.s.store.bucket(testBucket)
	if err != nil {
		t.Fatal(err)
	}
	if u, err := b.upload("", "k", id); err != nil || u.Callback != "Y2I=" || u.CallbackVar != "e30=" {
		t.Errorf("callback %+v, %v", u, err)
	}
	e.refused(404, "NoSuchUpload", partCall("k", dropped, 1, "x"))
	if again := e.part("k", id, 1, blob(minPartSize, 1)); again != one { // in place of the one before the restart
		t.Errorf("ETag %s, was %s", again, one)
	}
	two := e.part("k", id, 2, "end")
	e.must(200, completeCall("k", id, 1, one, 2, two))
	if got := e.get("k"); got != blob(minPartSize, 1)+"end" || e.stored("k").Metadata["a"] != "1" {
		t.Errorf("body of %d bytes, %+v", len(got), e.stored("k"))
	}
	files, err := os.ReadDir(filepath.Join(data, testBucket, "uploads"))
	if err != nil || len(files) != 0 {
		t.Errorf("left %v, %v", files, err)
	}
}

func TestListParts(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("k +", nil)
	var want []int
	for _, number := range []int{10000, 3, 7, 1, 20} {
		e.part("k +", id, number, strings.Repeat("x", number%100))
		want = append(want, number)
	}
	slices.Sort(want)
	_, bucket := sdkBucket(t, e)
	imur := oss.InitiateMultipartUploadResult{Bucket: testBucket, Key: "k +", UploadID: id}
	for size := 1; size <= 6; size++ {
		var got []int
		for marker, n := 0, 0; ; n++ {
			page, err := bucket.ListUploadedParts(imur, oss.MaxParts(size), oss.PartNumberMarker(marker))
			if err != nil || n > 20 {
				t.Fatalf("page %d: %v", n, err)
			}
			for _, p := range page.UploadedParts {
				if p.Size != p.PartNumber%100 || p.ETag == "" || p.LastModified.IsZero() {
					t.Errorf("part %+v", p)
				}
				got = append(got, p.PartNumber)
			}
			if !page.IsTruncated {
				break
			}
			marker, _ = strconv.Atoi(page.NextPartNumberMarker)
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v", size, got)
		}
	}
}

func TestListUploads(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	var want []string
	for _, key := range []string{"b", "a/1", "a/2", "a/1", "c +", "b", "b"} {
		want = append(want, key+" "+e.initiate(key, nil))
	}
	slices.Sort(want)
	_, bucket := sdkBucket(t, e)
	for size := 1; size <= 8; size++ {
		var got []string
		key, id := "", ""
		for page := 0; ; page++ {
			result, err := bucket.ListMultipartUploads(oss.MaxUploads(size), oss.KeyMarker(key), oss.UploadIDMarker(id))
			if err != nil || page > 20 || len(result.Uploads) > size {
				t.Fatalf("%+v, %v", result, err)
			}
			for _, u := range result.Uploads {
				got = append(got, u.Key+" "+u.UploadID)
			}
			if !result.IsTruncated {
				break
			}
			key, id = result.NextKeyMarker, result.NextUploadIDMarker
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q", size, got)
		}
	}
	result, err := bucket.ListMultipartUploads(oss.Delimiter("/"))
	if err != nil || len(result.Uploads) != 4 || !slices.Equal(result.CommonPrefixes, []string{"a/"}) {
		t.Errorf("grouped %+v, %v", result, err)
	}
	if result, err = bucket.ListMultipartUploads(oss.Prefix("a/1"), oss.KeyMarker("a/0")); err != nil || len(result.Uploads) != 2 {
		t.Errorf("prefix %+v, %v", result, err)
	}
	if result, err = bucket.ListMultipartUploads(oss.KeyMarker("b")); err != nil || len(result.Uploads) != 1 || result.Uploads[0].Key != "c +" {
		t.Errorf("behind b %+v, %v", result, err)
	}
}

// TestSDKMultipart lets the SDK's own helpers upload and copy in parallel.
func TestSDKMultipart(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	body := blob(5*minPartSize+123, 9)
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := bucket.UploadFile("dir/up +", file, minPartSize, oss.Routines(3), oss.Meta("a", "1")); err != nil {
		t.Fatal(err)
	}
	if err := bucket.CopyFile(testBucket, "dir/up +", "copy", minPartSize, oss.Routines(3)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"dir/up +", "copy"} {
		if got := e.get(key); got != body {
			t.Errorf("%s: body of %d bytes differs", key, len(got))
		}
		if o := e.stored(key); !strings.HasSuffix(o.ETag, "-6") || o.Type != "Multipart" {
			t.Errorf("%s: %+v", key, o)
		}
	}
	down := filepath.Join(t.TempDir(), "d")
	if err := bucket.DownloadFile("copy", down, minPartSize, oss.Routines(3)); err != nil { // checks CRC-64 itself
		t.Fatal(err)
	}
	if got, err := os.ReadFile(down); err != nil || string(got) != body {
		t.Errorf("downloaded %d bytes, %v", len(got), err)
	}
}

// TestUploadRaces completes, aborts and adds parts at once: exactly one end comes true, and nothing is a 500.
func TestUploadRaces(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for round := range 10 {
		key := fmt.Sprint("k", round)
		id := e.initiate(key, nil)
		tag := e.part(key, id, 1, "body")
		var ends sync.Map
		var wg sync.WaitGroup
		for i, c := range []call{
			completeCall(key, id, 1, tag), completeCall(key, id, 1, tag), {method: "DELETE", path: at(key) + "?uploadId=" + id},
			partCall(key, id, 2, "more"), partCall(key, id, 1, "body"), {method: "GET", path: at(key) + "?uploadId=" + id},
		} {
			wg.Go(func() {
				a, err := e.try(c)
				if err != nil || a.status >= 500 {
					t.Errorf("%s %s: %d %s %v", c.method, c.path, a.status, a.body, err)
				}
				if i < 3 && a.status < 300 {
					ends.Store(i, c.method)
				}
			})
		}
		wg.Wait()
		n, completed := 0, false
		ends.Range(func(_, method any) bool { n++; completed = completed || method == "POST"; return true })
		if _, err := e.s.Object(testBucket, key); n != 1 || completed != (err == nil) {
			t.Errorf("%d ends, completed %t, object %v", n, completed, err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(e.s.store.dir, testBucket, "uploads")); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestCombineCRC(t *testing.T) {
	t.Parallel()
	table := crc64.MakeTable(crc64.ECMA)
	text := []byte(blob(3000, 4))
	for _, cut := range []int{0, 1, 7, 8, 9, 255, 256, 1000, 2999, 3000} {
		a, b := crc64.Checksum(text[:cut], table), crc64.Checksum(text[cut:], table)
		if got, want := combineCRC(a, b, int64(len(text)-cut)), crc64.Checksum(text, table); got != want {
			t.Errorf("cut at %d: %d, want %d", cut, got, want)
		}
	}
}
