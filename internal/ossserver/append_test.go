package ossserver

import (
	"errors"
	"fmt"
	"hash/crc64"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

func appendCall(key string, position int64, body string) call {
	return call{method: "POST", path: at(key) + "?append&position=" + strconv.FormatInt(position, 10), body: body}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data, MaxPutSize: 100})
	first := appendCall("k", 0, "one ")
	first.header = map[string]string{"x-oss-meta-a": "1", "Content-Type": "text/x-a", "x-oss-object-acl": "private", "x-oss-server-side-encryption": "AES256"}
	a := e.must(200, first)
	e.wantHeader(a, "x-oss-next-append-position", "4")
	etag := e.stored("k").ETag
	second := appendCall("k", 4, "two")
	second.header = map[string]string{"x-oss-meta-a": "2"} // has no effect any more
	a = e.must(200, second)
	e.wantHeader(a, "x-oss-next-append-position", "7")
	e.wantHeader(a, "x-oss-server-side-encryption", "AES256")
	o := e.stored("k")
	if o.Type != "Appendable" || o.Size != 7 || o.Metadata["a"] != "1" || o.ContentType != "text/x-a" || o.ACL != "private" || o.ETag == etag ||
		o.CRC64 != strconv.FormatUint(crc64.Checksum([]byte("one two"), crc64.MakeTable(crc64.ECMA)), 10) {
		t.Errorf("stored %+v", o)
	}
	h := e.head("k")
	e.wantHeader(h, "x-oss-object-type", "Appendable")
	e.wantHeader(h, "x-oss-next-append-position", "7")
	e.wantHeader(h, "Content-MD5", "")
	for _, position := range []int64{0, 4, 8} {
		a := e.refused(409, "PositionNotEqualToLength", appendCall("k", position, "x"))
		e.wantHeader(a, "x-oss-next-append-position", "7")
	}
	e.refused(409, "PositionNotEqualToLength", appendCall("new", 1, "x"))
	e.refused(400, "InvalidArgument", appendCall("k", -1, "x"))
	e.refused(400, "InvalidArgument", call{method: "POST", path: at("k") + "?append&position=end", body: "x"})
	e.refused(400, "EntityTooLarge", appendCall("k", 7, strings.Repeat("x", 94)))
	e.put("normal", "x", nil)
	e.refused(409, "ObjectNotAppendable", appendCall("normal", 1, "x"))

	// As if the server had ended between the bytes and the record.
	f, err := os.OpenFile(o.BodyPath, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = f.WriteString("never acknowledged"); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	e = e.restart(&Server{Data: data})
	if got := e.get("k"); got != "one two" {
		t.Errorf("after a crash: %q", got)
	}
	e.must(200, appendCall("k", 7, " three"))
	if got := e.get("k"); got != "one two three" {
		t.Errorf("after the next append: %q", got)
	}
	if file, err := os.ReadFile(e.stored("k").BodyPath); err != nil || string(file) != "one two three" {
		t.Errorf("the file holds %q, %v", file, err)
	}
	// A copy has bytes of its own.
	e.must(200, copyCall("copy", "/"+testBucket+"/k", nil))
	e.must(200, appendCall("k", 13, "!"))
	if e.get("copy") != "one two three" || e.get("k") != "one two three!" || e.stored("copy").Type != "Normal" {
		t.Errorf("copy %q, original %q", e.get("copy"), e.get("k"))
	}
	if file, err := os.ReadFile(e.stored("copy").BodyPath); err != nil || string(file) != "one two three" {
		t.Errorf("the copy's file holds %q, %v", file, err)
	}
	// A change of metadata in place keeps it appendable.
	e.must(200, copyCall("k", "/"+testBucket+"/k", map[string]string{"x-oss-meta-a": "3"}))
	e.must(200, appendCall("k", 14, "?"))
	if o := e.stored("k"); o.Metadata["a"] != "3" || e.get("k") != "one two three!?" {
		t.Errorf("stored %+v", o)
	}
}

func TestAppendWithVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	a := e.must(200, appendCall("k", 0, "a"))
	e.wantHeader(a, "x-oss-version-id", "null")
	e.must(200, appendCall("k", 1, "b"))
	if got := e.versions("k", nil); got != "null=ab" {
		t.Errorf("versions %q", got)
	}
	e.refused(400, "OperationNotSupported", copyCall("copy", "/"+testBucket+"/k", nil))
	e.put("k", "new", nil)
	e.refused(409, "ObjectNotAppendable", appendCall("k", 2, "c"))
	all, err := e.s.Versions(testBucket, "k")
	if err != nil || len(all) != 2 || all[1].Type != "Appendable" || e.get("k") != "new" {
		t.Errorf("versions %+v, %v", all, err)
	}
}

// TestAppendRace lets many append at once: each byte that was acknowledged is there once.
func TestAppendRace(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 10 {
				position := int64(0)
				for {
					_, err := bucket.AppendObject("k", strings.NewReader(fmt.Sprintf("%d%d;", w, i)), position)
					var se oss.ServiceError
					if errors.As(err, &se) && se.Code == "PositionNotEqualToLength" {
						head, err := bucket.GetObjectDetailedMeta("k")
						if err != nil {
							t.Error(err)
							return
						}
						position, _ = strconv.ParseInt(head.Get("x-oss-next-append-position"), 10, 64)
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					break
				}
			}
		})
	}
	wg.Wait()
	body := e.get("k")
	for w := range 4 {
		for i := range 10 {
			if piece := fmt.Sprintf("%d%d;", w, i); strings.Count(body, piece) != 1 {
				t.Errorf("%q is there %d times", piece, strings.Count(body, piece))
			}
		}
	}
	if o := e.stored("k"); o.CRC64 != strconv.FormatUint(crc64.Checksum([]byte(body), crc64.MakeTable(crc64.ECMA)), 10) {
		t.Errorf("CRC-64 %s", o.CRC64)
	}
}
