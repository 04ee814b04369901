package ossserver

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

func (e *endpoint) versioning(status string) {
	e.t.Helper()
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?versioning",
		body: "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>"})
}

// versions describes what is stored of a key, newest first: "id=body", a marker as "id=-".
func (e *endpoint) versions(key string, names map[string]string) string {
	e.t.Helper()
	all, err := e.s.Versions(testBucket, key)
	if err != nil {
		e.t.Fatal(err)
	}
	var text []string
	for _, o := range all {
		id, body := o.VersionID, "-"
		if name := names[id]; name != "" {
			id = name
		}
		if !o.DeleteMarker {
			body = e.must(200, call{method: "GET", path: at(key) + "?versionId=" + o.VersionID}).body
		}
		text = append(text, id+"="+body)
	}
	return strings.Join(text, " ")
}

func TestVersioningSetting(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	path := "/" + testBucket + "/?versioning"
	for _, status := range []string{"Enabled", "Suspended", "Enabled"} {
		e.versioning(status)
		if a := e.must(200, call{method: "GET", path: path}); !strings.Contains(a.body, "<Status>"+status+"</Status>") {
			t.Errorf("answer %s", a.body)
		}
	}
	for _, body := range []string{"", "<VersioningConfiguration/>", "<VersioningConfiguration><Status>Off</Status></VersioningConfiguration>", "<Other/>"} {
		e.refused(400, "MalformedXML", call{method: "PUT", path: path, body: body})
	}
}

// TestVersionHistory walks one key through all states of a bucket.
func TestVersionHistory(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	names := map[string]string{}
	put := func(body, name string) string {
		t.Helper()
		a := e.put("k", body, nil)
		id := a.header.Get("x-oss-version-id")
		if id != "" && id != "null" {
			names[id] = name
		}
		return id
	}
	want := func(text string) {
		t.Helper()
		if got := e.versions("k", names); got != text {
			t.Fatalf("versions %q, want %q", got, text)
		}
	}
	if id := put("before", ""); id != "" {
		t.Errorf("version ID %q without versioning", id)
	}
	e.versioning("Enabled")
	want("null=before")
	one := put("first", "one")
	two := put("second", "two")
	want("two=second one=first null=before")
	if a := e.head("k"); a.header.Get("x-oss-version-id") != two {
		t.Errorf("current version %q", a.header.Get("x-oss-version-id"))
	}
	if got := e.get("k"); got != "second" {
		t.Errorf("current body %q", got)
	}

	a := e.must(204, call{method: "DELETE", path: at("k")})
	marker := a.header.Get("x-oss-version-id")
	names[marker] = "marker"
	e.wantHeader(a, "x-oss-delete-marker", "true")
	want("marker=- two=second one=first null=before")
	for _, method := range []string{"GET", "HEAD"} {
		a := e.refused(404, "NoSuchKey", call{method: method, path: at("k")})
		e.wantHeader(a, "x-oss-delete-marker", "true")
		e.wantHeader(a, "x-oss-version-id", marker)
		a = e.refused(405, "MethodNotAllowed", call{method: method, path: at("k") + "?versionId=" + marker})
		e.wantHeader(a, "x-oss-delete-marker", "true")
		e.wantHeader(a, "Allow", "DELETE")
	}
	if names := e.list("").names(); len(names) != 0 {
		t.Errorf("a key under a marker is listed: %q", names)
	}
	e.refused(404, "NoSuchVersion", call{method: "GET", path: at("k") + "?versionId=" + newVersionID()})
	e.refused(404, "NoSuchKey", call{method: "GET", path: at("k") + "?acl"})
	e.refused(400, "InvalidArgument", call{method: "GET", path: at("k") + "?versionId="})

	a = e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + marker})
	e.wantHeader(a, "x-oss-delete-marker", "true")
	e.wantHeader(a, "x-oss-version-id", marker)
	want("two=second one=first null=before")
	if got := e.get("k"); got != "second" {
		t.Errorf("after the marker went: %q", got)
	}
	e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + two})
	want("one=first null=before")
	if got := e.get("k"); got != "first" {
		t.Errorf("after the newest went: %q", got)
	}
	e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + two}) // again

	e.versioning("Suspended")
	if id := put("after", ""); id != "null" {
		t.Errorf("version ID %q while suspended", id)
	}
	want("null=after one=first")
	a = e.must(204, call{method: "DELETE", path: at("k")})
	e.wantHeader(a, "x-oss-version-id", "null")
	e.wantHeader(a, "x-oss-delete-marker", "true")
	want("null=- one=first")
	e.must(204, call{method: "DELETE", path: at("k") + "?versionId=null"})
	want("one=first")
	e.refused(409, "BucketNotEmpty", call{method: "DELETE", path: "/" + testBucket + "/"})
	e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + one})
	want("")
	e.must(204, call{method: "DELETE", path: "/" + testBucket + "/"})
}

func TestVersionsSurviveRestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.versioning("Enabled")
	for i := range 12 { // more than ten, so that no order of names passes for an order of time
		e.put("k", fmt.Sprint(i), nil)
	}
	e.put("gone", "x", nil)
	e.must(204, call{method: "DELETE", path: at("gone")})
	want := e.versions("k", nil)
	e = e.restart(&Server{Data: data})
	if got := e.versions("k", nil); got != want || !strings.HasSuffix(strings.Split(want, " ")[0], "=11") {
		t.Errorf("versions %q, want %q", got, want)
	}
	if got := e.list("").names(); !slices.Equal(got, []string{"k"}) {
		t.Errorf("listed %q", got)
	}
	e.put("k", "12", nil)
	e = e.restart(&Server{Data: data}) // the order must have counted on
	if got := e.get("k"); got != "12" {
		t.Errorf("current body %q", got)
	}
}

func TestForbidOverwriteHasNoEffectWithVersions(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"Enabled", "Suspended"} {
		e := start(t, nil)
		e.put("k", "old", nil)
		forbid := map[string]string{"x-oss-forbid-overwrite": "true"}
		e.refused(409, "FileAlreadyExists", call{method: "PUT", path: at("k"), header: forbid})
		e.versioning(status)
		e.put("k", "new", forbid)
		if got := e.get("k"); got != "new" {
			t.Errorf("%s: %q", status, got)
		}
	}
}

func TestCopyWithVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	meta := func(value string) map[string]string {
		return map[string]string{"x-oss-meta-a": value, "x-oss-object-acl": "private"}
	}
	one := e.put("k", "first", meta("1")).header.Get("x-oss-version-id")
	two := e.put("k", "second", meta("2")).header.Get("x-oss-version-id")
	source := "/" + testBucket + "/k"

	// Onto itself the directive counts, and there is a new version.
	a := e.must(200, copyCall("k", source, map[string]string{"x-oss-meta-a": "3"}))
	e.wantHeader(a, "x-oss-copy-source-version-id", two)
	three := a.header.Get("x-oss-version-id")
	if o := e.stored("k"); three == "" || three == two || o.VersionID != three || o.Metadata["a"] != "2" || o.ACL != "default" {
		t.Errorf("COPY: version %q, stored %+v", three, o)
	}
	e.must(200, copyCall("k", source, map[string]string{"x-oss-meta-a": "3", "x-oss-metadata-directive": "REPLACE"}))
	if o := e.stored("k"); o.Metadata["a"] != "3" || e.get("k") != "second" {
		t.Errorf("REPLACE: %+v", o)
	}
	// An old version comes back.
	a = e.must(200, copyCall("k", source+"?versionId="+one, nil))
	e.wantHeader(a, "x-oss-copy-source-version-id", one)
	if got := e.get("k"); got != "first" || e.stored("k").Metadata["a"] != "1" {
		t.Errorf("brought back %q %+v", got, e.stored("k"))
	}
	// The copies stand on their own.
	for _, id := range []string{one, two} {
		e.must(204, call{method: "DELETE", path: at("k") + "?versionId=" + id})
	}
	if got := e.get("k"); got != "first" {
		t.Errorf("after the sources went: %q", got)
	}
	e.must(204, call{method: "DELETE", path: at("k")})
	marker, _ := e.s.Versions(testBucket, "k")
	e.refused(404, "NoSuchKey", copyCall("to", source, nil))
	e.refused(404, "NoSuchKey", copyCall("to", source+"?versionId="+marker[0].VersionID, nil))
	e.refused(404, "NoSuchVersion", copyCall("to", source+"?versionId="+one, nil))

	// While suspended, a copy onto itself replaces version null and keeps its body where it is.
	e.versioning("Suspended")
	e.put("s", "body", meta("1"))
	path := e.stored("s").BodyPath
	e.must(200, copyCall("s", "/"+testBucket+"/s", map[string]string{"x-oss-meta-a": "2"}))
	if o := e.stored("s"); o.VersionID != "null" || o.Metadata["a"] != "1" || o.BodyPath != path || e.get("s") != "body" {
		t.Errorf("suspended: %+v", o)
	}
	if all, err := e.s.Versions(testBucket, "s"); err != nil || len(all) != 1 {
		t.Errorf("suspended: %d versions, %v", len(all), err)
	}
}

func TestACLAndTagsOfVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	one := e.put("k", "first", nil).header.Get("x-oss-version-id")
	two := e.put("k", "second", nil).header.Get("x-oss-version-id")
	of := "&versionId=" + one
	a := e.must(200, call{method: "PUT", path: at("k") + "?acl" + of, header: map[string]string{"x-oss-object-acl": "public-read"}})
	e.wantHeader(a, "x-oss-version-id", one)
	e.must(200, call{method: "PUT", path: at("k") + "?tagging" + of, body: "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"})
	all, err := e.s.Versions(testBucket, "k")
	if err != nil || len(all) != 2 || all[0].VersionID != two || all[0].ACL != "default" || all[0].Tags != nil ||
		all[1].ACL != "public-read" || all[1].Tags["a"] != "1" {
		t.Fatalf("stored %+v, %v", all, err)
	}
	if a := e.must(200, call{method: "GET", path: at("k") + "?acl" + of}); !strings.Contains(a.body, "public-read") {
		t.Errorf("answer %s", a.body)
	}
	e.must(200, call{method: "GET", path: at("k") + "?versionId=" + one, anonymous: true})
	e.must(403, call{method: "GET", path: at("k"), anonymous: true})
	e.must(204, call{method: "DELETE", path: at("k") + "?tagging" + of})
	if a := e.must(200, call{method: "GET", path: at("k") + "?tagging" + of}); strings.Contains(a.body, "<Tag>") {
		t.Errorf("answer %s", a.body)
	}
}

func TestListVersions(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	e.put("null +ü", "x", nil)
	e.versioning("Enabled")
	for _, key := range []string{"a", "b/1", "a", "b/2", "a", "null +ü"} {
		e.put(key, "x", nil)
	}
	e.must(204, call{method: "DELETE", path: at("b/1")})
	var want []string // key, ID, whether the latest, whether a marker
	for _, key := range []string{"a", "b/1", "b/2", "null +ü"} {
		all, err := e.s.Versions(testBucket, key)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range all {
			want = append(want, fmt.Sprint(key, " ", o.VersionID, " ", i == 0, " ", o.DeleteMarker))
		}
	}
	slices.Sort(want)
	for size := 1; size <= 9; size++ {
		var got []string
		key, id := oss.KeyMarker(""), oss.VersionIdMarker("")
		for page := 0; ; page++ {
			result, err := bucket.ListObjectVersions(oss.MaxKeys(size), key, id)
			if err != nil || page > 20 {
				t.Fatal(err)
			}
			if n := len(result.ObjectVersions) + len(result.ObjectDeleteMarkers); n > size || result.IsTruncated && n != size {
				t.Fatalf("%d entries on a page of %d", n, size)
			}
			for _, v := range result.ObjectVersions {
				got = append(got, fmt.Sprint(v.Key, " ", v.VersionId, " ", v.IsLatest, " ", false))
				if v.Size != 1 || v.ETag == "" || v.Type != "Normal" || v.StorageClass != "Standard" || v.LastModified.IsZero() {
					t.Errorf("version %+v", v)
				}
			}
			for _, v := range result.ObjectDeleteMarkers {
				got = append(got, fmt.Sprint(v.Key, " ", v.VersionId, " ", v.IsLatest, " ", true))
			}
			if !result.IsTruncated {
				break
			}
			key, id = oss.KeyMarker(result.NextKeyMarker), oss.VersionIdMarker(result.NextVersionIdMarker)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q\nwant %q", size, got, want)
		}
	}
	result, err := bucket.ListObjectVersions(oss.Delimiter("/"), oss.Prefix(""))
	if err != nil || !slices.Equal(result.CommonPrefixes, []string{"b/"}) || len(result.ObjectVersions) != 5 || len(result.ObjectDeleteMarkers) != 0 {
		t.Errorf("grouped %+v, %v", result, err)
	}
	// Without an ID, a key marker skips the whole key.
	if result, err = bucket.ListObjectVersions(oss.KeyMarker("a"), oss.Prefix("b")); err != nil || len(result.ObjectVersions) != 2 || len(result.ObjectDeleteMarkers) != 1 {
		t.Errorf("behind a: %+v, %v", result, err)
	}
	if a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?versions&max-keys=1&prefix=" + url.QueryEscape("b/1")}); !strings.Contains(a.body, "<DeleteMarker>") ||
		strings.Contains(a.body, "<Version>") || !strings.Contains(a.body, "<IsTruncated>true<") {
		t.Errorf("the marker is newer: %s", a.body)
	}
	e.refused(400, "InvalidArgument", call{method: "GET", path: "/" + testBucket + "/?versions&version-id-marker=x"})
}
