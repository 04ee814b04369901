package ossserver

import (
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// children are the names of the elements directly below each element called parent, in order, and with the repetitions of
// a name in one run taken together.
func children(t *testing.T, document, parent string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(document))
	var path, names []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(names, " ")
		}
		if err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(path) > 0 && path[len(path)-1] == parent && (len(names) == 0 || names[len(names)-1] != e.Name.Local) {
				names = append(names, e.Name.Local)
			}
			path = append(path, e.Name.Local)
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

// TestOrderOfElements holds the order of the elements of every listing: OSS-231 for the second version, the samples of the
// pages "ListObjects" and "ListObjectVersions" for the others.
func TestOrderOfElements(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	for _, key := range []string{"a", "b/1", "c"} {
		e.put(key, "x", nil)
	}
	e.must(204, call{method: "DELETE", path: at("a")})
	e.put("a", "x", nil)
	token := url.QueryEscape(e.list("list-type=2&max-keys=1").NextContinuationToken)
	const object = "Key LastModified ETag Type Size StorageClass"
	tests := []struct {
		query, parent, want string
	}{
		{"list-type=2", "ListBucketResult", "Name Prefix MaxKeys Delimiter IsTruncated Contents KeyCount"},
		{"list-type=2&delimiter=/&encoding-type=url", "ListBucketResult",
			"Name Prefix MaxKeys Delimiter EncodingType IsTruncated Contents CommonPrefixes KeyCount"},
		{"list-type=2&delimiter=/&encoding-type=url&max-keys=1&continuation-token=" + token, "ListBucketResult",
			"Name Prefix ContinuationToken MaxKeys Delimiter EncodingType IsTruncated NextContinuationToken CommonPrefixes KeyCount"},
		{"list-type=2&start-after=a", "ListBucketResult", "Name Prefix StartAfter MaxKeys Delimiter IsTruncated Contents KeyCount"},
		{"list-type=2&prefix=none", "ListBucketResult", "Name Prefix MaxKeys Delimiter IsTruncated KeyCount"},
		{"list-type=2&max-keys=1", "Contents", object},
		{"list-type=2&max-keys=1&fetch-owner=true", "Contents", object + " Owner"},
		{"max-keys=1&delimiter=/&encoding-type=url", "ListBucketResult",
			"Name Prefix Marker MaxKeys Delimiter EncodingType IsTruncated NextMarker Contents"},
		{"delimiter=/", "ListBucketResult", "Name Prefix Marker MaxKeys Delimiter IsTruncated Contents CommonPrefixes"},
		{"max-keys=1", "Contents", object + " Owner"},
		{"max-keys=1", "Owner", "ID DisplayName"},
		{"versions&delimiter=/", "ListVersionsResult",
			"Name Prefix KeyMarker VersionIdMarker MaxKeys Delimiter IsTruncated Version DeleteMarker Version CommonPrefixes"},
		{"versions&max-keys=1&encoding-type=url", "ListVersionsResult",
			"Name Prefix KeyMarker VersionIdMarker MaxKeys Delimiter EncodingType IsTruncated NextKeyMarker NextVersionIdMarker Version"},
		{"versions&max-keys=1", "Version", "Key VersionId IsLatest LastModified ETag Type Size StorageClass Owner"},
		{"versions&max-keys=2&prefix=a", "DeleteMarker", "Key VersionId IsLatest LastModified Owner"},
	}
	for _, tt := range tests {
		a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?" + tt.query})
		if got := children(t, a.body, tt.parent); got != tt.want {
			t.Errorf("%s: %s has\n%s, want\n%s", tt.query, tt.parent, got, tt.want)
		}
	}
}

// TestDefaultPage is a part of OSS-231: 100 entries unless asked for more or less, in both versions.
func TestDefaultPage(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for i := range 101 {
		e.put(strings.Repeat("k", i+1), "", nil)
	}
	for _, query := range []string{"", "list-type=2"} {
		a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?" + query})
		if l := e.list(query); len(l.Contents) != 100 || !l.IsTruncated || !strings.Contains(a.body, "<MaxKeys>100</MaxKeys>") {
			t.Errorf("%q: %d entries, truncated %t", query, len(l.Contents), l.IsTruncated)
		}
	}
}

// TestTokensAreOpaque is a part of OSS-231: neither is a token a key, nor a key a token.
func TestTokensAreOpaque(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, key := range []string{"abcd", "b", "dGVzdA", "CgRhYmNk", strings.Repeat("long", 250)} {
		e.put(key, "x", nil)
		e.refused(400, "InvalidArgument", call{method: "GET",
			path: "/" + testBucket + "/?list-type=2&continuation-token=" + url.QueryEscape(key)})
	}
	token := e.list("list-type=2&max-keys=1").NextContinuationToken
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(token) {
		t.Errorf("token %q is not the same before and after URL coding", token)
	}
	for _, bad := range []string{token[:len(token)-1], token + "A", "!", "A" + token} {
		e.refused(400, "InvalidArgument", call{method: "GET",
			path: "/" + testBucket + "/?list-type=2&continuation-token=" + url.QueryEscape(bad)})
	}
	// A token holds where a listing was, whatever else the request says.
	l := e.list("list-type=2&start-after=zzz&continuation-token=" + token)
	if names := l.names(); len(names) != 4 || slices.Contains(names, "CgRhYmNk") {
		t.Errorf("behind the token: %q", names)
	}
}

// TestTimesInXML is a part of OSS-267: whole seconds, written with three noughts behind the point.
func TestTimesInXML(t *testing.T) {
	t.Parallel()
	clock := &testClock{now: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}
	e := start(t, &Server{Now: clock.read})
	do := func(c call) string {
		t.Helper()
		c.at = clock.read()
		return e.must(200, c).body
	}
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/?versioning", at: clock.read(),
		body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"})
	do(call{method: "PUT", path: at("k"), body: "x"})
	id := regexp.MustCompile(`<UploadId>(.*)</UploadId>`).FindStringSubmatch(do(call{method: "POST", path: at("u") + "?uploads"}))[1]
	part := at("u") + "?partNumber=1&uploadId=" + id
	bodies := map[string]string{
		"CopyObject":           do(copyCall("to", "/"+testBucket+"/k", nil)),
		"UploadPartCopy":       do(call{method: "PUT", path: part, header: map[string]string{"x-oss-copy-source": "/" + testBucket + "/k"}}),
		"ListParts":            do(call{method: "GET", path: at("u") + "?uploadId=" + id}),
		"ListMultipartUploads": do(call{method: "GET", path: "/" + testBucket + "/?uploads"}),
		"ListObjects":          do(call{method: "GET", path: "/" + testBucket + "/"}),
		"ListObjectsV2":        do(call{method: "GET", path: "/" + testBucket + "/?list-type=2"}),
		"ListObjectVersions":   do(call{method: "GET", path: "/" + testBucket + "/?versions"}),
		"ListBuckets":          do(call{method: "GET", path: "/"}),
		"GetBucketInfo":        do(call{method: "GET", path: "/" + testBucket + "/?bucketInfo"}),
	}
	pattern := regexp.MustCompile(`>\d{4}-\d\d-\d\dT[^<]*<`)
	for name, body := range bodies {
		times := pattern.FindAllString(body, -1)
		if len(times) == 0 {
			t.Errorf("%s shows no time: %s", name, body)
		}
		for _, text := range times {
			if text != ">2026-01-02T03:04:05.000Z<" {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}
