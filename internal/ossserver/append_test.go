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
	first := e.must(200, appendCall("k", 0, "a")).header.Get("x-oss-version-id")
	if first == "" || first == "null" {
		t.Errorf("version %q", first)
	}
	e.wantHeader(e.must(200, appendCall("k", 1, "b")), "x-oss-version-id", first)
	if got := e.versions("k", nil); got != first+"=ab" {
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

// TestAppendAfterMarker is OSS-268: a deleted object is begun again behind its marker, and goes on when the marker is gone.
func TestAppendAfterMarker(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.versioning("Enabled")
	first := e.must(200, appendCall("k", 0, "123")).header.Get("x-oss-version-id")
	e.must(200, appendCall("k", 3, "456"))
	marker := e.must(204, call{method: "DELETE", path: at("k")}).header.Get("x-oss-version-id")
	e.refused(409, "PositionNotEqualToLength", appendCall("k", 6, "789"))
	second := e.must(200, appendCall("k", 0, "789")).header.Get("x-oss-version-id")
	if got := e.must(200, call{method: "GET", path: at("k") + "?versionId=" + first}).body; got != "123456" || second == first || second == "null" {
		t.Errorf("the first version reads %q, the second is %q", got, second)
	}
	e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + marker})
	e = e.restart(&Server{Data: data})
	a := e.must(200, appendCall("k", 3, "789"))
	e.wantHeader(a, "x-oss-version-id", second)
	e.wantHeader(a, "x-oss-next-append-position", "6")
	if got := e.versions("k", nil); got != second+"=789789 "+first+"=123456" {
		t.Errorf("versions %q", got)
	}
}

// TestAppendWhileSuspended begins version "null" and takes the place of a marker of that name; an object that has a real ID keeps it.
func TestAppendWhileSuspended(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	id := e.must(200, appendCall("k", 0, "a")).header.Get("x-oss-version-id")
	e.versioning("Suspended")
	e.wantHeader(e.must(200, appendCall("k", 1, "b")), "x-oss-version-id", id)
	e.wantHeader(e.must(204, call{method: "DELETE", path: at("k")}), "x-oss-version-id", "null")
	e.wantHeader(e.must(200, appendCall("k", 0, "c")), "x-oss-version-id", "null")
	if got := e.versions("k", nil); got != "null=c "+id+"=ab" {
		t.Errorf("versions %q", got)
	}
}

// TestAppendLaterHeaders is OSS-284: of what a later request sends the ACL alone acts.
func TestAppendLaterHeaders(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	c := appendCall("k", 0, "a")
	c.header = map[string]string{"x-oss-object-acl": "public-read-write", "x-oss-tagging": "t=1", "x-oss-meta-a": "1"}
	e.must(200, c)
	e.must(200, appendCall("k", 1, "b"))
	if o := e.stored("k"); o.ACL != "public-read-write" {
		t.Errorf("an append without an ACL leaves %q", o.ACL)
	}
	c = appendCall("k", 2, "c")
	c.header = map[string]string{"x-oss-object-acl": "public-read", "x-oss-tagging": "u=2", "x-oss-meta-a": "2", "x-oss-meta-b": "3", "Content-Type": "a/b"}
	e.must(200, c)
	if o := e.stored("k"); o.ACL != "public-read" || o.Tags["t"] != "1" || len(o.Tags) != 1 || o.Metadata["a"] != "1" || len(o.Metadata) != 1 ||
		o.ContentType != "application/octet-stream" {
		t.Errorf("stored %+v", o)
	}
}

// TestAppendPositionWords is OSS-284: SDKs compare the message, which has no full stop.
func TestAppendPositionWords(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	a := e.refused(409, "PositionNotEqualToLength", appendCall("k", 1, "x"))
	e.wantHeader(a, "x-oss-ec", "0026-00000016")
	if !strings.Contains(a.body, "<Message>Position is not equal to file length</Message>") {
		t.Error(a.body)
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
