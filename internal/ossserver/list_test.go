package ossserver

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// listed is what both versions of a listing have in common.
type listed struct {
	Contents              []listedObject
	CommonPrefixes        []commonPrefix
	IsTruncated           bool
	NextMarker            string
	NextContinuationToken string
	KeyCount              int
	EncodingType          string
	Prefix                string
}

func (e *endpoint) list(query string) listed {
	e.t.Helper()
	a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?" + query})
	var out listed
	if err := xml.Unmarshal([]byte(a.body), &out); err != nil {
		e.t.Fatal(err)
	}
	return out
}

// names are the keys and the common prefixes, in this order.
func (l listed) names() []string {
	var all []string
	for _, o := range l.Contents {
		all = append(all, string(o.Key))
	}
	for _, p := range l.CommonPrefixes {
		all = append(all, string(p.Prefix))
	}
	return all
}

func TestListing(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, key := range []string{"a", "a/", "a/1", "a/2", "a/b/3", "a0", "b", "b/1", "c+d e", "ü/1"} {
		e.put(key, "x", nil)
	}
	tests := []struct {
		query string // without what differs between the versions
		after string
		want  string
	}{
		{"", "", "a|a/|a/1|a/2|a/b/3|a0|b|b/1|c+d e|ü/1"},
		{"prefix=a", "", "a|a/|a/1|a/2|a/b/3|a0"},
		{"prefix=a/", "", "a/|a/1|a/2|a/b/3"},
		{"prefix=none", "", ""},
		{"delimiter=/", "", "a|a0|b|c+d e|a/|b/|ü/"},
		{"prefix=a/&delimiter=/", "", "a/|a/1|a/2|a/b/"},
		{"prefix=a&delimiter=/", "", "a|a0|a/"},
		{"delimiter=b", "", "a|a/|a/1|a/2|a0|c+d e|ü/1|a/b|b"},
		{"delimiter=ü", "", "a|a/|a/1|a/2|a/b/3|a0|b|b/1|c+d e|ü"},
		{"", "a/1", "a/2|a/b/3|a0|b|b/1|c+d e|ü/1"},
		{"", "a/11", "a/2|a/b/3|a0|b|b/1|c+d e|ü/1"},
		{"prefix=a/", "b", ""},
		{"prefix=b", "a", "b|b/1"},
		{"delimiter=/", "a/", "a0|b|c+d e|b/|ü/"},
	}
	for _, tt := range tests {
		t.Run(tt.query+" after "+tt.after, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			for version, query := range map[string]string{
				"v1": tt.query + "&marker=" + url.QueryEscape(tt.after),
				"v2": "list-type=2&" + tt.query + "&start-after=" + url.QueryEscape(tt.after),
			} {
				got := f.list(strings.TrimPrefix(query, "&"))
				if names := strings.Join(got.names(), "|"); names != tt.want || got.IsTruncated {
					t.Errorf("%s: %q, want %q", version, names, tt.want)
				}
			}
		})
	}
}

// TestPaging walks listings page by page, whatever the size of the page.
func TestPaging(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	var keys []string
	for i := range 23 {
		key := fmt.Sprintf("p%d/q%d/r +%02d", i%3, i%5, i)
		keys = append(keys, key)
		e.put(key, "x", nil)
	}
	e.put("other", "x", nil)
	slices.Sort(keys)
	grouped := []string{"p0/", "p1/", "p2/"}
	for size := 1; size <= 24; size += 4 {
		for _, tt := range []struct {
			query string
			want  []string
		}{
			{"prefix=p", keys}, {"prefix=p&delimiter=/", grouped}, {"prefix=p&encoding-type=url", keys},
		} {
			for _, v2 := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d %s %t", size, tt.query, v2), func(t *testing.T) {
					t.Parallel()
					f := *e
					f.t = t
					if got := f.walk(tt.query, size, v2); !slices.Equal(got, tt.want) {
						t.Errorf("got %q\nwant %q", got, tt.want)
					}
				})
			}
		}
	}
}

func (e *endpoint) walk(query string, size int, v2 bool) []string {
	e.t.Helper()
	var all []string
	next := ""
	for range 100 {
		page := fmt.Sprintf("%s&max-keys=%d", query, size)
		if v2 {
			page += "&list-type=2"
		}
		l := e.list(page + next)
		names := l.names()
		if len(names) > size || v2 && l.KeyCount != len(names) || l.IsTruncated && len(names) != size {
			e.t.Fatalf("page of %d with count %d", len(names), l.KeyCount)
		}
		token := l.NextMarker
		if strings.Contains(query, "encoding-type") {
			for i, name := range names {
				if names[i], _ = url.QueryUnescape(name); names[i] == name {
					e.t.Errorf("%q is not encoded", name)
				}
			}
			token, _ = url.QueryUnescape(token)
		}
		all = append(all, names...)
		if !l.IsTruncated {
			if l.NextMarker != "" || l.NextContinuationToken != "" {
				e.t.Error("the last page names a next one")
			}
			return all
		}
		next = "&marker=" + url.QueryEscape(token)
		if v2 {
			next = "&continuation-token=" + url.QueryEscape(l.NextContinuationToken)
		}
	}
	e.t.Fatal("the listing does not end")
	return nil
}

func TestListedObject(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k<&>", "hello", map[string]string{"x-oss-storage-class": "IA"})
	for query, owned := range map[string]bool{"": true, "list-type=2": false, "list-type=2&fetch-owner=true": true} {
		o := e.list(query).Contents[0]
		stored := e.stored("k<&>")
		if o.Key != "k<&>" || o.ETag != `"`+stored.ETag+`"` || o.Size != 5 || o.StorageClass != "IA" || o.Type != "Normal" ||
			o.LastModified != isoTime(stored.LastModified) || (o.Owner != nil) != owned {
			t.Errorf("%s: %+v", query, o)
		}
	}
}

func TestListingRefused(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, query := range []string{"max-keys=0", "max-keys=1001", "max-keys=x", "encoding-type=base64", "list-type=3", "list-type=2&continuation-token=%21"} {
		e.refused(400, "InvalidArgument", call{method: "GET", path: "/" + testBucket + "/?" + query})
	}
	e.refused(404, "NoSuchBucket", call{method: "GET", path: "/no-such-bucket/"})
}

// TestListingLimits is OSS-271 for listings of objects.
func TestListingLimits(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	long := strings.Repeat("k", 1023)
	e.put(long, "x", nil)
	for query, ec := range map[string]string{
		"max-keys=9999999":     "0015-00000402",
		"max-keys=0":           "0015-00000402",
		"prefix=" + long + "k": "0015-00000403",
		"prefix=%ff":           "0015-00000403",
		"marker=" + long + "k": "0015-00000405",
		"delimiter=abc":        "0015-00000406",
	} {
		for _, version := range []string{"", "list-type=2&"} {
			if version != "" && strings.HasPrefix(query, "marker") {
				continue
			}
			e.wantHeader(e.refused(400, "InvalidArgument", call{method: "GET", path: "/" + testBucket + "/?" + version + query}), "x-oss-ec", ec)
		}
	}
	e.refused(400, "InvalidArgument", call{method: "GET", path: "/" + testBucket + "/?list-type=2&start-after=" + long + "k"})
	for query, want := range map[string]int{
		"prefix=" + long: 1, "list-type=2&prefix=" + long: 1, "marker=" + long: 0, "list-type=2&start-after=" + long: 0, "delimiter=%C3%BC": 1,
	} {
		if got := e.list(query).names(); len(got) != want {
			t.Errorf("%.40s: %d entries", query, len(got))
		}
	}
}

// TestRestoreInfo is OSS-272.
func TestRestoreInfo(t *testing.T) {
	t.Parallel()
	clock := &testClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	e := start(t, &Server{Now: clock.read, RestoreTime: time.Hour})
	e.must(200, call{method: "PUT", path: at("k"), body: "x", at: clock.read(), header: map[string]string{"x-oss-storage-class": "Archive"}})
	want := func(info string) {
		t.Helper()
		for _, query := range []string{"", "list-type=2&fetch-owner=true", "versions"} {
			a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?" + query, at: clock.read()})
			if got := one(between(a.body, "RestoreInfo")); got != info || info != "" && !strings.Contains(
				strings.Join(strings.Fields(a.body), ""), "</StorageClass><RestoreInfo>") {
				t.Errorf("%s: %q, want %q: %s", query, got, info, a.body)
			}
		}
	}
	want("")
	e.must(202, call{method: "POST", path: at("k") + "?restore", at: clock.read()})
	want(`ongoing-request="true"`)
	clock.set(clock.read().Add(time.Hour))
	want(`ongoing-request="false", expiry-date="Sat, 03 Jan 2026 04:04:05 GMT"`)
	clock.set(clock.read().Add(24 * time.Hour))
	want("")
}
