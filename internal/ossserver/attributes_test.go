package ossserver

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// children are the elements of an error document besides those that all have, in order, as "Name=value", with the EC at the end.
func (a answer) children(t *testing.T) []string {
	t.Helper()
	var doc struct {
		Children []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(a.body), &doc); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	common := []string{"Code", "Message", "RequestId", "HostId", "RecommendDoc"}
	var all []string
	for _, c := range doc.Children {
		if !slices.Contains(common, c.XMLName.Local) {
			all = append(all, c.XMLName.Local+"="+c.Text)
		}
	}
	return all
}

func (a answer) wantChildren(t *testing.T, want ...string) {
	t.Helper()
	if got := a.children(t); !slices.Equal(got, want) {
		t.Errorf("children %q, want %q", got, want)
	}
}

// TestTypeNotSent is OSS-203 for every operation that begins an object.
func TestTypeNotSent(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("put.html", "x", nil)
	e.must(200, appendCall("append.html", 0, "x"))
	id := e.initiate("parts.html", nil)
	e.must(200, completeCall("parts.html", id, 1, e.part("parts.html", id, 1, "x")))
	e.must(200, call{method: "PUT", path: at("link.html") + "?symlink", header: map[string]string{"x-oss-symlink-target": "put.html"}})
	for _, key := range []string{"put.html", "append.html", "parts.html", "link.html"} {
		e.wantHeader(e.head(key), "Content-Type", "application/octet-stream")
	}
}

// TestReplaceClears is OSS-202, with OSS-201 for the language: by key, as the service was seen to do it for another one.
func TestReplaceClears(t *testing.T) {
	t.Parallel()
	standard := []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires", "x-oss-meta-a"}
	for _, to := range []string{"another", "from"} {
		e := start(t, nil)
		e.put("from", "hello", fullHeaders)
		e.must(200, copyCall("kept", "/"+testBucket+"/from", nil))
		for _, name := range standard {
			e.wantHeader(e.head("kept"), name, fullHeaders[name])
		}
		e.must(200, copyCall(to, "/"+testBucket+"/from", map[string]string{"x-oss-metadata-directive": "REPLACE"}))
		a := e.head(to)
		e.wantHeader(a, "Content-Type", "text/x-one")
		for _, name := range standard[1:] {
			e.wantHeader(a, name, "")
		}
	}
}

// TestReplaceKeepsTypeInVersions is OSS-202 where the directive decides for a copy onto itself, too.
func TestReplaceKeepsTypeInVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	e.put("k", "hello", fullHeaders)
	e.must(200, copyCall("k", "/"+testBucket+"/k", map[string]string{"x-oss-metadata-directive": "REPLACE", "x-oss-meta-b": "3"}))
	if o := e.stored("k"); o.ContentType != "text/x-one" || o.CacheControl != "" || !maps.Equal(o.Metadata, map[string]string{"b": "3"}) {
		t.Errorf("stored %+v", o)
	}
}

// TestBareSelfCopy is OSS-268: neither header nor directive.
func TestBareSelfCopy(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k.txt", "hello", fullHeaders)
	e.must(200, copyCall("k.txt", "/"+testBucket+"/k.txt", nil))
	a := e.head("k.txt")
	e.wantHeader(a, "Content-Type", "text/x-one")
	e.wantHeader(a, "x-oss-meta-a", "")
}

// TestExpiresVerbatim is OSS-204.
func TestExpiresVerbatim(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, text := range []string{"123", "2022-10-12T00:00:00.000Z", "Mon, 13 Nov 2015 14:47:53 GMT", "später"} {
		e.put("k", "x", map[string]string{"Expires": text})
		e.wantHeader(e.head("k"), "Expires", text)
	}
}

// TestEmptyHeaders is OSS-205: empty is not sent.
func TestEmptyHeaders(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	names := []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"}
	empty := map[string]string{}
	for _, name := range names {
		empty[name] = ""
	}
	e.put("k", "x", empty)
	a := e.head("k")
	for _, name := range names {
		if _, there := a.header[http.CanonicalHeaderKey(name)]; there {
			t.Errorf("%s: %q", name, a.header[name])
		}
	}
}

// TestMetadataBytes is OSS-207: bytes of UTF-8 come back as they were, and what looks like a code is none.
func TestMetadataBytes(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	sent := map[string]string{"x-oss-meta-a": "héllo 中 😀", "x-oss-meta-b": "h%C3%A9llo", "x-oss-meta-c": "=?UTF-8?B?aMOpbGxv?="}
	e.put("k", "x", sent)
	a := e.head("k")
	for name, value := range sent {
		e.wantHeader(a, name, value)
	}
}

// TestBadObjectACL is OSS-206 wherever an ACL may be sent.
func TestBadObjectACL(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	id := e.initiate("parts", nil)
	tag := e.part("parts", id, 1, "x")
	bad := map[string]string{"x-oss-object-acl": "all"}
	complete := completeCall("parts", id, 1, tag)
	complete.header = bad
	for _, c := range []call{
		{method: "PUT", path: at("new"), body: "x", header: bad}, {method: "PUT", path: at("k") + "?acl", header: bad},
		copyCall("new", "/"+testBucket+"/k", bad), complete,
	} {
		a := e.refused(400, "InvalidArgument", c)
		e.wantHeader(a, "x-oss-ec", "0017-00000104")
		a.wantChildren(t, "ArgumentName=x-oss-object-acl", "ArgumentValue=all", "EC=0017-00000104")
	}
	if _, err := e.s.Object(testBucket, "new"); err == nil || !strings.Contains(err.Error(), "NoSuchKey") {
		t.Errorf("stored: %v", err)
	}
}
