package ossserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

func deleteCall(body string) call {
	return call{method: "POST", path: "/" + testBucket + "/?delete", body: body, header: map[string]string{"Content-MD5": md5Base64(body)}}
}

func TestDeleteObjects(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	keys := []string{"a", "b/1 +", "ü<&>", "line\nend"}
	for _, key := range append(keys, "stays") {
		e.put(key, "x", nil)
	}
	result, err := bucket.DeleteObjects(append(keys[:3:3], "never was"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(result.DeletedObjects)
	if !slices.Equal(result.DeletedObjects, []string{"a", "b/1 +", "never was", "ü<&>"}) {
		t.Errorf("deleted %q", result.DeletedObjects)
	}
	a := e.must(200, deleteCall("<Delete><Quiet>true</Quiet><Object><Key>line&#10;end</Key></Object></Delete>"))
	if a.body != "" {
		t.Errorf("quiet, yet %q", a.body)
	}
	if names := e.list("").names(); !slices.Equal(names, []string{"stays"}) {
		t.Errorf("left %q", names)
	}
	object := "<Object><Key>stays</Key></Object>"
	for _, bad := range []string{"", "<Delete></Delete>", "<Delete>" + object, "<Delete><Quiet>loud</Quiet>" + object + "</Delete>",
		"<Delete><Other/>" + object + "</Delete>", "<Delete>" + strings.Repeat(object, 1001) + "</Delete>"} {
		e.refused(400, "MalformedXML", deleteCall(bad))
	}
	e.refused(400, "InvalidObjectName", deleteCall("<Delete>"+object+"<Object><Key>/x</Key></Object></Delete>"))
	e.refused(400, "InvalidObjectName", deleteCall("<Delete>"+object+"<Object><Key></Key></Object></Delete>"))
	wrong := deleteCall("<Delete>" + object + "</Delete>")
	wrong.header["Content-MD5"] = md5Base64("x")
	e.refused(400, "InvalidDigest", wrong)
	delete(wrong.header, "Content-MD5")
	e.refused(400, "MissingArgument", wrong)
	if got := e.get("stays"); got != "x" {
		t.Errorf("a refused request deleted: %q", got)
	}
	if result, err := bucket.DeleteObjects([]string{"stays"}, oss.DeleteObjectsQuiet(true)); err != nil || len(result.DeletedObjects) != 0 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestDeleteObjectsWithVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	e.versioning("Enabled")
	one := e.put("k", "1", nil).header.Get("x-oss-version-id")
	e.put("k", "2", nil)
	result, err := bucket.DeleteObjectVersions([]oss.DeleteObject{{Key: "k"}, {Key: "k", VersionId: one}})
	if err != nil || len(result.DeletedObjectsDetail) != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	marker, gone := result.DeletedObjectsDetail[0], result.DeletedObjectsDetail[1]
	if !marker.DeleteMarker || marker.DeleteMarkerVersionId == "" || marker.VersionId != "" || gone.VersionId != one || gone.DeleteMarker {
		t.Errorf("%+v", result)
	}
	result, err = bucket.DeleteObjectVersions([]oss.DeleteObject{{Key: "k", VersionId: marker.DeleteMarkerVersionId}})
	if err != nil || !result.DeletedObjectsDetail[0].DeleteMarker || e.get("k") != "2" {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := strings.Repeat("hello ", 200)
	tests := []struct {
		name, contentType, contentEncoding, accept, body string
		want                                             bool
	}{
		{"text", "text/plain", "", "gzip", body, true},
		{"with parameter", "application/json; charset=utf-8", "", "deflate, gzip;q=0.5", body, true},
		{"image", "image/png", "", "gzip", body, false},
		{"encoded already", "text/plain", "br", "gzip", body, false},
		{"not asked for", "text/plain", "", "deflate", body, false},
		{"refused", "text/plain", "", "gzip;q=0", body, false},
		{"1 KB", "text/css", "", "gzip", body[:1024], true},
		{"less than 1 KB", "text/css", "", "gzip", body[:1023], false},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			key := fmt.Sprint("k", i)
			header := map[string]string{"Content-Type": tt.contentType}
			if tt.contentEncoding != "" {
				header["Content-Encoding"] = tt.contentEncoding
			}
			f.put(key, tt.body, header)
			get := call{method: "GET", path: at(key), header: map[string]string{"Accept-Encoding": tt.accept, "Range": "bytes=0-3"}}
			if !tt.want {
				if a := f.must(206, get); a.body != tt.body[:4] {
					t.Errorf("body %q", a.body)
				}
				return
			}
			a := f.must(200, get)
			f.wantHeader(a, "Content-Encoding", "gzip")
			f.wantHeader(a, "Vary", "Accept-Encoding")
			for _, gone := range []string{"ETag", "Content-Length", "x-oss-hash-crc64ecma", "Content-Range", "Content-MD5"} {
				f.wantHeader(a, gone, "")
			}
			z, err := gzip.NewReader(bytes.NewReader([]byte(a.body)))
			if err != nil {
				t.Fatal(err)
			}
			if data, err := io.ReadAll(z); err != nil || string(data) != tt.body {
				t.Errorf("%d bytes, %v", len(data), err)
			}
			f.wantHeader(f.head(key), "Content-Length", fmt.Sprint(len(tt.body)))
		})
	}
}
