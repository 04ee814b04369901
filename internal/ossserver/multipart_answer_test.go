package ossserver

import (
	"crypto/md5"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
)

// TestNoSuchUpload is OSS-261 and OSS-280: one wording, an EC for each operation.
func TestNoSuchUpload(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("from", "x", nil)
	id := e.initiate("k", nil)
	e.must(204, call{method: "DELETE", path: at("k") + "?uploadId=" + id})
	copyPart := copyCall("", "/"+testBucket+"/from", nil)
	copyPart.path = partCall("k", id, 1, "").path
	for ec, calls := range map[string][]call{
		"0042-00000104": {partCall("k", id, 1, "x")},
		"0042-00000311": {copyPart},
		"0042-00000203": {completeCall("k", id, 1, "x")},
		"0042-00000002": {{method: "DELETE", path: at("k") + "?uploadId=" + id}, {method: "GET", path: at("k") + "?uploadId=" + id}},
	} {
		for _, c := range calls {
			a := e.refused(404, "NoSuchUpload", c)
			a.wantChildren(t, "UploadId="+id, "EC="+ec)
			if !strings.Contains(a.body, "<Message>The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.</Message>") {
				t.Error(a.body)
			}
		}
	}
}

// TestInvalidPart is OSS-261, with the children in the order that was recorded.
func TestInvalidPart(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("k", nil)
	e.part("k", id, 1, "x")
	a := e.refused(400, "InvalidPart", completeCall("k", id, 1, "ABC"))
	a.wantChildren(t, "ETag=ABC", "PartNumber=1", "UploadId="+id, "EC=0042-00000212")
}

// TestCompleteAllWithBody is OSS-281.
func TestCompleteAllWithBody(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	id := e.initiate("k", nil)
	c := completeCall("k", id, 1, e.part("k", id, 1, "x"))
	c.header = map[string]string{"x-oss-complete-all": "yes"}
	a := e.refused(400, "InvalidArgument", c)
	e.wantHeader(a, "x-oss-ec", "0042-00000216")
	if !strings.Contains(a.body, "<Message>Should not speficy both complete all header and http body.</Message>") {
		t.Error(a.body)
	}
}

// TestCompleteEmpty is OSS-267: without parts an upload ends as an empty object.
func TestCompleteEmpty(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	all := func(key, id string) call {
		return call{method: "POST", path: at(key) + "?uploadId=" + id, header: map[string]string{"x-oss-complete-all": "yes"}}
	}
	for key, complete := range map[string]func(key, id string) call{
		"list": func(key, id string) call { return completeCall(key, id) },
		"all":  all,
	} {
		id := e.initiate(key, map[string]string{"x-oss-meta-a": "1"})
		c := complete(key, id)
		e.must(200, c)
		a := e.head(key)
		e.wantHeader(a, "Content-Length", "0")
		e.wantHeader(a, "x-oss-hash-crc64ecma", "0")
		e.wantHeader(a, "x-oss-object-type", "Multipart")
		e.wantHeader(a, "x-oss-meta-a", "1")
		if got := e.get(key); got != "" {
			t.Errorf("%s: body %q", key, got)
		}
		e.refused(404, "NoSuchUpload", c)
	}
	// A list that leaves out the parts that are there is as empty.
	id := e.initiate("left", nil)
	e.part("left", id, 1, "x")
	e.must(200, completeCall("left", id))
	e.wantHeader(e.head("left"), "Content-Length", "0")
}

// TestPartETags is OSS-212 for parts, computed again from what the answers say, and OSS-267 for the header of a copied one.
func TestPartETags(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	body := blob(minPartSize, 1)
	e.put("from", body, nil)
	id := e.initiate("k", nil)
	first := e.part("k", id, 1, body)
	c := copyCall("", "/"+testBucket+"/from", nil)
	c.path = partCall("k", id, 2, "").path
	a := e.must(200, c)
	var doc copyPartResult
	if err := xml.Unmarshal([]byte(a.body), &doc); err != nil {
		t.Fatal(err)
	}
	e.wantHeader(a, "ETag", doc.ETag)
	second := a.header.Get("ETag")
	if want := fmt.Sprintf(`"%X"`, md5.Sum([]byte(body))); first != want || second != want {
		t.Errorf("parts %s and %s, want %s", first, second, want)
	}
	a = e.must(200, completeCall("k", id, 1, first, 2, second))
	joined := strings.Trim(first, `"`) + strings.Trim(second, `"`)
	e.wantHeader(a, "ETag", fmt.Sprintf(`"%X-2"`, md5.Sum([]byte(joined))))
}

// TestKMSETag is OSS-212 under KMS.
func TestKMSETag(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "hello", map[string]string{"x-oss-server-side-encryption": "KMS"})
	a := e.head("k")
	e.wantHeader(a, "ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
	e.wantHeader(a, "Content-MD5", md5Base64("hello"))
}

// TestSequentialUpload is OSS-283: begun with "sequential", an object of parts has the MD5 of its whole body.
func TestSequentialUpload(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	whole := blob(minPartSize, 1) + "end"
	upload := func(query string) string {
		a := e.must(200, call{method: "POST", path: at("k") + "?uploads" + query})
		var out initiateResult
		if err := xml.Unmarshal([]byte(a.body), &out); err != nil {
			t.Fatal(err)
		}
		return out.UploadID
	}
	for _, tt := range []struct{ query, md5 string }{{"&sequential", md5Base64(whole)}, {"&sequential=", md5Base64(whole)}, {"", ""}} {
		id := upload(tt.query)
		tag := e.part("k", id, 1, whole[:minPartSize])
		e = e.restart(&Server{Data: data})
		e.must(200, completeCall("k", id, 1, tag, 2, e.part("k", id, 2, "end")))
		e.wantHeader(e.head("k"), "Content-MD5", tt.md5)
		if got := e.get("k"); got != whole {
			t.Errorf("%q: body of %d bytes differs", tt.query, len(got))
		}
	}
}

// TestMarkersOfWholeLists is OSS-232, OSS-267 and OSS-285: markers also where nothing follows.
func TestMarkersOfWholeLists(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	expect := func(path string, want ...string) {
		t.Helper()
		a := e.must(200, call{method: "GET", path: path})
		for _, element := range append(want, "<IsTruncated>false</IsTruncated>") {
			if !strings.Contains(a.body, element) {
				t.Errorf("%s: no %s in %s", path, element, a.body)
			}
		}
	}
	uploads := "/" + testBucket + "/?uploads"
	expect(uploads, "<NextKeyMarker></NextKeyMarker>", "<NextUploadIdMarker></NextUploadIdMarker>")
	e.initiate("a/1", nil)
	expect(uploads+"&delimiter=/", "<NextKeyMarker>a/</NextKeyMarker>", "<NextUploadIdMarker></NextUploadIdMarker>")
	id := e.initiate("k +", nil)
	expect(uploads, "<NextKeyMarker>k +</NextKeyMarker>", "<NextUploadIdMarker>"+id+"</NextUploadIdMarker>")
	expect(uploads+"&encoding-type=url", "<NextKeyMarker>k%20%2B</NextKeyMarker>")
	parts := at("k +") + "?uploadId=" + id
	expect(parts, "<NextPartNumberMarker>0</NextPartNumberMarker>")
	e.part("k +", id, 7, "x")
	expect(parts, "<NextPartNumberMarker>7</NextPartNumberMarker>")
}

// TestSequentialCallback holds that the MD5 of OSS-283 is not sent to a receiver (OSS-094).
func TestSequentialCallback(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("{}"))
	a := e.must(200, call{method: "POST", path: at("k") + "?uploads&sequential"})
	var out initiateResult
	if err := xml.Unmarshal([]byte(a.body), &out); err != nil {
		t.Fatal(err)
	}
	c := completeCall("k", out.UploadID, 1, e.part("k", out.UploadID, 1, "x"))
	c.header = map[string]string{"x-oss-callback": coded(t, fields{"callbackUrl": r.url, "callbackBody": "md5=${contentMd5}."})}
	e.must(200, c)
	if got := r.only().body; got != "md5=." {
		t.Errorf("told %q", got)
	}
}
