package ossclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func bucketsPage(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult>`+body+`</ListAllMyBucketsResult>`)
	}
}

func bucketXML(name, region string) string {
	return "<Bucket><Location>oss-" + region + "</Location><Name>" + name + "</Name><Region>" + region + "</Region></Bucket>"
}

// OSS-306. The buckets of all regions are listed, and those of the client's are meant; an older answer has no Region.
func TestBucketsOfTheRegion(t *testing.T) {
	t.Parallel()
	s, c := newScript(t,
		bucketsPage(`<IsTruncated>true</IsTruncated><NextMarker>b-two</NextMarker><Buckets>`+bucketXML("b-one", "cn-hangzhou")+bucketXML("b-two", "eu-central-1")+`</Buckets>`),
		bucketsPage(`<Buckets>`+bucketXML("b-three", "cn-hangzhou")+`<Bucket><Location>oss-cn-hangzhou</Location><Name>b-four</Name></Bucket></Buckets>`),
	)
	var got []string
	for name, err := range c.Buckets(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if want := []string{"b-one", "b-three", "b-four"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	queries := []string{}
	for _, call := range s.seen() {
		queries = append(queries, call.method+" "+call.path+"?"+call.query)
	}
	if want := []string{"GET /?max-keys=1000", "GET /?marker=b-two&max-keys=1000"}; !slices.Equal(queries, want) {
		t.Errorf("asked %q, want %q", queries, want)
	}
}

// A page is asked for when it is wanted, and a walk that leads nowhere or fails ends.
func TestBucketsEnd(t *testing.T) {
	t.Parallel()
	more := `<IsTruncated>true</IsTruncated><NextMarker>b-two</NextMarker><Buckets>` + bucketXML("b-one", "cn-hangzhou") + `</Buckets>`
	for name, tc := range map[string]struct {
		answers []http.HandlerFunc
		first   bool // the loop leaves after one
		words   string
		calls   int
	}{
		"left":         {[]http.HandlerFunc{bucketsPage(more)}, true, "", 1},
		"same marker":  {[]http.HandlerFunc{bucketsPage(more)}, false, "comes after", 2},
		"no marker":    {[]http.HandlerFunc{bucketsPage(`<IsTruncated>true</IsTruncated>`)}, false, "comes after", 1},
		"denied":       {[]http.HandlerFunc{fails(403, "AccessDenied")}, false, "AccessDenied", 1},
		"passing":      {[]http.HandlerFunc{fails(500, "InternalError"), bucketsPage("")}, false, "", 2},
		"not XML":      {[]http.HandlerFunc{ok(nil)}, false, "", 1},
		"second fails": {[]http.HandlerFunc{bucketsPage(more), fails(403, "AccessDenied")}, false, "AccessDenied", 2},
	} {
		s, c := newScript(t, tc.answers...)
		var last error
		for _, err := range c.Buckets(t.Context()) {
			last = err
			if tc.first {
				break
			}
		}
		var e *Error
		if failed := tc.words != "" || name == "not XML"; failed != (last != nil) || failed && (!errors.As(last, &e) || e.Op != "ListBuckets" || !strings.Contains(last.Error(), tc.words)) {
			t.Errorf("%s: got %v", name, last)
		}
		if n := len(s.seen()); n != tc.calls {
			t.Errorf("%s: %d requests, want %d", name, n, tc.calls)
		}
	}
}

// Behind the domain of one bucket there is no list of others, and nothing is asked.
func TestBucketsBehindADomain(t *testing.T) {
	t.Parallel()
	s, plain := newScript(t, ok(nil))
	c, err := New(Config{Region: "cn-hangzhou", Endpoint: plain.sdk.Config.Endpoint, UseCNAME: true, Credentials: StaticCredentials{AccessKeyID: "id", AccessKeySecret: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range c.Buckets(context.Background()) {
		if err == nil || !strings.Contains(err.Error(), "domain of one bucket") {
			t.Errorf("got %v", err)
		}
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
