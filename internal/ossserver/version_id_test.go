package ossserver

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// realVersionIDs are from a test of the C++ SDK.
var realVersionIDs = []string{
	"CAEQNRiBgIDyz.6C0BYiIGQ2NWEwNmVhNTA3ZTQ3MzM5ODliYjM1ZTdjYjA4MDE1",
	"CAEQMxiBgMDNoP2D0BYiIDE3MWUxNzgxZDQxNTRiODI5OGYwZGMwNGY3MzZjNDVm",
}

func TestVersionIDs(t *testing.T) {
	t.Parallel()
	last := ""
	for range 100 {
		id := newVersionID()
		if len(id) != 64 || !isVersionID(id) || strings.ContainsAny(id, "/+=") || versionStamp(id) <= versionStamp(last) {
			t.Fatalf("%q behind %q", id, last)
		}
		last = id
	}
	for _, id := range append(realVersionIDs, "null", "CAEQ"+strings.Repeat("A2", 13)) {
		if !isVersionID(id) {
			t.Errorf("%q passes for none", id)
		}
	}
	for _, id := range []string{"", "x", "Null", "CAEQ", "0", last + "/", last + " ", "%%%QNRiBgICv8uaA0BYiIDliZDc3MTc1NjE5", strings.ToLower(last), last[1:]} {
		if isVersionID(id) {
			t.Errorf("%q passes for one", id)
		}
	}
}

// TestUnknownVersion is OSS-261: an ID that no version has is 404 with key and ID, what is not an ID at all is 400.
func TestUnknownVersion(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	e.put("k", "x", nil)
	e.must(200, linkCall("link", "k", nil))
	calls := []call{
		{method: "GET", path: at("k") + "?"}, {method: "HEAD", path: at("k") + "?"}, {method: "HEAD", path: at("k") + "?objectMeta&"},
		{method: "GET", path: at("link") + "?symlink&"},
		{method: "GET", path: at("k") + "?acl&"},
		{method: "PUT", path: at("k") + "?acl&", header: map[string]string{"x-oss-object-acl": "private"}},
		{method: "GET", path: at("k") + "?tagging&"}, {method: "DELETE", path: at("k") + "?tagging&"},
		{method: "PUT", path: at("k") + "?tagging&", body: "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"},
	}
	for _, c := range calls {
		c.path += "versionId="
		unknown, malformed, empty := c, c, c
		unknown.path += realVersionIDs[0]
		malformed.path += "CAE%25no"
		a := e.refused(404, "NoSuchVersion", unknown)
		e.wantHeader(a, "x-oss-ec", "0012-00000203")
		e.wantHeader(a, "x-oss-version-id", "")
		if c.method != "HEAD" {
			if got, want := children(t, a.body, "Error"), "Code Message RequestId HostId Key VersionId EC RecommendDoc"; got != want {
				t.Errorf("%s %s: %s", c.method, c.path, got)
			}
			if !strings.Contains(a.body, "<VersionId>"+realVersionIDs[0]+"</VersionId>") {
				t.Errorf("%s %s: %s", c.method, c.path, a.body)
			}
		}
		a = e.refused(400, "InvalidArgument", malformed)
		e.wantHeader(a, "x-oss-ec", "0012-00000202")
		if c.method != "HEAD" && (!strings.Contains(a.body, "<ArgumentName>VersionId</ArgumentName>") ||
			!strings.Contains(a.body, "<Message>Invalid version id specified</Message>")) {
			t.Errorf("%s %s: %s", c.method, c.path, a.body)
		}
		// OSS-274
		e.wantHeader(e.refused(400, "InvalidArgument", empty), "x-oss-ec", "0012-00000201")
	}
	// A deletion has nothing to find, but what is not an ID is refused there as well.
	a := e.refused(400, "InvalidArgument", call{method: "DELETE", path: at("k") + "?versionId=none"})
	e.wantHeader(a, "x-oss-ec", "0012-00000202")
	a = e.refused(400, "InvalidArgument", deleteCall("<Delete><Object><Key>k</Key></Object><Object><Key>k</Key><VersionId>none</VersionId></Object></Delete>"))
	e.wantHeader(a, "x-oss-ec", "0012-00000202")
	if got := e.get("k"); got != "x" {
		t.Errorf("stored %q", got)
	}
}

// TestDeletedVersions is OSS-262.
func TestDeletedVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	remove := func(id string) answer {
		t.Helper()
		return e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + id})
	}
	one := e.put("k", "1", nil).header.Get("x-oss-version-id")
	marker := e.must(204, call{method: "DELETE", path: at("k")}).header.Get("x-oss-version-id")
	two := e.put("k", "2", nil).header.Get("x-oss-version-id")
	for range 2 { // the second time it is gone
		a := remove(two)
		e.wantHeader(a, "x-oss-version-id", two)
		e.wantHeader(a, "x-oss-delete-marker", "")
	}
	if all, err := e.s.Versions(testBucket, "k"); err != nil || len(all) != 2 {
		t.Errorf("%d versions left, %v", len(all), err)
	}
	// The older marker is what counts now.
	for _, method := range []string{"GET", "HEAD"} {
		a := e.refused(404, "NoSuchKey", call{method: method, path: at("k")})
		e.wantHeader(a, "x-oss-delete-marker", "true")
		e.wantHeader(a, "x-oss-version-id", marker)
	}
	e.wantHeader(remove(marker), "x-oss-delete-marker", "true")
	a := remove(marker) // nothing is left that would be a marker
	e.wantHeader(a, "x-oss-version-id", marker)
	e.wantHeader(a, "x-oss-delete-marker", "")
	if got := e.get("k"); got != "1" {
		t.Errorf("current body %q", got)
	}
	remove(one)
	e.wantHeader(remove(one), "x-oss-version-id", one)
	a = e.refused(404, "NoSuchKey", call{method: "GET", path: at("k")})
	e.wantHeader(a, "x-oss-delete-marker", "")
	// So does a deletion of many.
	a = e.must(200, deleteCall("<Delete><Object><Key>k</Key><VersionId>"+one+"</VersionId></Object></Delete>"))
	if got := children(t, a.body, "Deleted"); got != "Key VersionId" {
		t.Errorf("deleted %s: %s", got, a.body)
	}
	// A bucket that never had versions names none.
	f := start(t, nil)
	f.wantHeader(f.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + one}), "x-oss-version-id", "")
}

// TestTaggingNamesVersion is a part of OSS-263.
func TestTaggingNamesVersion(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	one := e.put("k", "1", nil).header.Get("x-oss-version-id")
	two := e.put("k", "2", nil).header.Get("x-oss-version-id")
	const body = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
	for query, want := range map[string]string{"": two, "&versionId=" + one: one} {
		path := at("k") + "?tagging" + query
		e.wantHeader(e.must(200, call{method: "PUT", path: path, body: body}), "x-oss-version-id", want)
		e.wantHeader(e.must(200, call{method: "GET", path: path}), "x-oss-version-id", want)
		e.wantHeader(e.must(204, call{method: "DELETE", path: path}), "x-oss-version-id", want)
	}
}

// versionList is a listing of versions as a client reads it.
type versionList struct {
	Entries []struct {
		XMLName        xml.Name
		Key, VersionId string //nolint:revive // as the element is called
	} `xml:",any"`
	IsTruncated                        bool
	NextKeyMarker, NextVersionIdMarker string //nolint:revive // as the element is called
}

// TestDeletingWhilePaging is OSS-273: a client that deletes what is on a page and then asks for the next one finds all.
func TestDeletingWhilePaging(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 4; size++ {
		e := start(t, nil)
		e.put("b", "null", nil)
		e.versioning("Enabled")
		for _, key := range []string{"a", "b", "a", "b", "a", "c"} {
			e.put(key, "x", nil)
			e.must(204, call{method: "DELETE", path: at(key)})
		}
		e.versioning("Suspended")
		e.put("a", "null", nil)
		e.versioning("Enabled")
		e.put("a", "x", nil)
		query, pages := "", 0
		for {
			if pages++; pages > 40 {
				t.Fatal("the listing does not end")
			}
			a := e.must(200, call{method: "GET", path: fmt.Sprintf("/%s/?versions&max-keys=%d%s", testBucket, size, query)})
			var l versionList
			if err := xml.Unmarshal([]byte(a.body), &l); err != nil {
				t.Fatal(err)
			}
			for _, v := range l.Entries {
				if v.Key != "" {
					e.must(204, call{method: "DELETE", path: at(v.Key) + "?versionId=" + v.VersionId})
				}
			}
			if !l.IsTruncated {
				break
			}
			query = "&key-marker=" + url.QueryEscape(l.NextKeyMarker) + "&version-id-marker=" + url.QueryEscape(l.NextVersionIdMarker)
		}
		e.must(204, call{method: "DELETE", path: "/" + testBucket + "/"}) // which is refused while anything is in it
	}
}

// TestVersionMarkers holds what may be a marker (OSS-271).
func TestVersionMarkers(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	e.put("k", "x", nil)
	for query, ec := range map[string]string{
		"prefix=" + strings.Repeat("p", 1024):                      "0012-00000103",
		"prefix=" + strings.Repeat("p", 1025):                      "0012-00000103",
		"key-marker=" + strings.Repeat("k", 1025):                  "0012-00000104",
		"key-marker=" + strings.Repeat("%C3%BC", 512):              "0012-00000104",
		"key-marker=k&version-id-marker=" + url.QueryEscape("¥%*"): "0012-00000105",
		"key-marker=k&version-id-marker=x":                         "0012-00000105",
		"version-id-marker=" + realVersionIDs[0]:                   "0012-00000106",
	} {
		a := e.refused(400, "InvalidArgument", call{method: "GET", path: "/" + testBucket + "/?versions&" + query})
		e.wantHeader(a, "x-oss-ec", ec)
	}
	for _, query := range []string{
		"prefix=" + strings.Repeat("p", 1023), "key-marker=" + strings.Repeat("k", 1023), "key-marker=k&version-id-marker=null",
		"key-marker=k&version-id-marker=" + realVersionIDs[0], "key-marker=k&version-id-marker=",
	} {
		e.must(200, call{method: "GET", path: "/" + testBucket + "/?versions&" + query})
	}
}

// TestVersionsOfOlderFolders holds that a data folder with the IDs of an earlier edition, which have no order, can be read
// and paged.
func TestVersionsOfOlderFolders(t *testing.T) {
	t.Parallel()
	id := func(c string) string { return "CAEQ" + strings.Repeat(c, 26) }
	older := []*version{{VersionID: id("B")}, {VersionID: id("C")}, {VersionID: id("A")}}
	given := func(vs []*version) string {
		text := ""
		for _, v := range vs {
			text += v.VersionID[4:5]
		}
		return text
	}
	for _, tt := range []struct{ marker, want string }{
		{"", ""}, {id("B"), "CA"}, {id("A"), ""},
		{id("D"), "BCA"}, {"null", "BCA"}, // gone: again rather than never
	} {
		if got := given(behind(older, tt.marker)); got != tt.want {
			t.Errorf("behind %q: %q, want %q", tt.marker, got, tt.want)
		}
	}
	newer := newVersionID()
	mixed := append([]*version{{VersionID: newVersionID()}}, older...)
	if got := behind(mixed, newer); len(got) != 3 {
		t.Errorf("%d versions behind one that is gone, want 3", len(got))
	}
}
