package ossclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func xmlAnswer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><EncodingType>url</EncodingType>`+body+`</ListBucketResult>`)
	}
}

// walk collects a listing.
func walk(ctx context.Context, c *Client, l Listing) (keys, prefixes []string, err error) {
	for page, err := range c.Pages(ctx, l) {
		if err != nil {
			return keys, prefixes, err
		}
		for _, o := range page.Objects {
			keys = append(keys, o.Key)
		}
		prefixes = append(prefixes, page.Prefixes...)
	}
	return keys, prefixes, nil
}

func TestListingWalksAllPages(t *testing.T) {
	t.Parallel()
	s, c := newScript(t,
		xmlAnswer(`<IsTruncated>true</IsTruncated><NextContinuationToken>a%2Bb--</NextContinuationToken>
			<Contents><Key>a+b%01%2B%E4%B8%AD</Key><Size>7</Size><ETag>"AB"</ETag><Type>Normal</Type><StorageClass>IA</StorageClass><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`),
		xmlAnswer(`<IsTruncated>true</IsTruncated><NextContinuationToken>last</NextContinuationToken><CommonPrefixes><Prefix>d%2F</Prefix></CommonPrefixes>`),
		xmlAnswer(`<IsTruncated>false</IsTruncated><Contents><Key>z</Key></Contents>`),
	)
	l := Listing{Bucket: "bucket", Prefix: "p q", Delimiter: "/", StartAfter: "p q1", PageSize: 3}
	keys, prefixes, err := walk(t.Context(), c, l)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a b\x01+中", "z"}; !slices.Equal(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}
	if want := []string{"d/"}; !slices.Equal(prefixes, want) {
		t.Errorf("common prefixes %q, want %q", prefixes, want)
	}
	tokens := []string{}
	for _, call := range s.seen() {
		q, err := url.ParseQuery(call.query)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, q.Get("continuation-token"))
		if q.Get("list-type") != "2" || q.Get("encoding-type") != "url" || q.Get("max-keys") != "3" || q.Get("prefix") != "p q" || q.Get("delimiter") != "/" || q.Get("start-after") != "p q1" {
			t.Errorf("query %q", call.query)
		}
	}
	if want := []string{"", "a+b--", "last"}; !slices.Equal(tokens, want) {
		t.Errorf("tokens %q, want %q", tokens, want)
	}
}

func TestListingShowsAttributes(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, xmlAnswer(`<Contents><Key>k</Key><Size>7</Size><ETag>"AB"</ETag><Type>Multipart</Type><StorageClass>IA</StorageClass><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`))
	for page, err := range c.Pages(t.Context(), Listing{Bucket: "bucket"}) {
		if err != nil || len(page.Objects) != 1 || page.More {
			t.Fatalf("%+v, %v", page, err)
		}
		o := page.Objects[0]
		if got := fmt.Sprintf("%s %d %s %s %s %d", o.Key, o.Size, o.ETag, o.Type, o.StorageClass, o.LastModified.Unix()); got != "k 7 AB Multipart IA 1767323045" {
			t.Errorf("got %s", got)
		}
	}
}

// Only pages that the loop asks for cost a request.
func TestListingIsLazy(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, xmlAnswer(`<IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken><Contents><Key>k</Key></Contents>`))
	for _, err := range c.Pages(t.Context(), Listing{Bucket: "bucket"}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// A listing that leads nowhere must not go round for ever.
func TestListingRefusesEndlessAnswers(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]http.HandlerFunc{
		"no token":   {xmlAnswer(`<IsTruncated>true</IsTruncated>`)},
		"same token": {xmlAnswer(`<IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken>`)},
		"bad code":   {xmlAnswer(`<Contents><Key>%zz</Key></Contents>`)},
		"bad prefix": {xmlAnswer(`<CommonPrefixes><Prefix>%</Prefix></CommonPrefixes>`)},
		"no XML":     {ok(nil)},
	} {
		_, c := newScript(t, answers...)
		var e *Error
		if _, _, err := walk(t.Context(), c, Listing{Bucket: "bucket"}); !errors.As(err, &e) || e.Op != "ListObjectsV2" || e.Bucket != "bucket" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Each page is repeated by itself, and a failure for good ends the walk with what came before it.
func TestListingRetries(t *testing.T) {
	t.Parallel()
	first := xmlAnswer(`<IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken><Contents><Key>a</Key></Contents>`)
	second := xmlAnswer(`<Contents><Key>b</Key></Contents>`)
	for _, tc := range []struct {
		name    string
		answers []http.HandlerFunc
		keys    string
		code    string // of the error; "" is none
		calls   int
	}{
		{"500", []http.HandlerFunc{first, fails(500, "InternalError"), second}, "a b", "", 3},
		{"cut", []http.HandlerFunc{cut, first, cut, second}, "a b", "", 4},
		{"cut in the middle", []http.HandlerFunc{first, cutAnswer, second}, "a b", "", 3},
		{"403", []http.HandlerFunc{first, fails(403, "AccessDenied")}, "a", "AccessDenied", 2},
		{"404", []http.HandlerFunc{fails(404, "NoSuchBucket")}, "", "NoSuchBucket", 1},
		{"500 for good", []http.HandlerFunc{first, fails(500, "InternalError")}, "a", "InternalError", 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, c := newScript(t, tc.answers...)
			keys, _, err := walk(t.Context(), c, Listing{Bucket: "bucket"})
			if got := strings.Join(keys, " "); got != tc.keys {
				t.Errorf("keys %q, want %q", got, tc.keys)
			}
			if (tc.code == "") != (err == nil) || tc.code != "" && !HasCode(err, tc.code) {
				t.Errorf("got %v, want code %q", err, tc.code)
			}
			if n := len(s.seen()); n != tc.calls {
				t.Errorf("%d requests, want %d", n, tc.calls)
			}
		})
	}
}

// cutAnswer breaks the connection in the middle of an answer.
func cutAnswer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "100")
	io.WriteString(w, "<ListBucketResult>")
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	cut(w, r)
}

func TestReadingCallsHonourTheirContext(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *Client) error{
		"Pages": func(ctx context.Context, c *Client) error {
			_, _, err := walk(ctx, c, Listing{Bucket: "bucket"})
			return err
		},
		"HeadVersion": func(ctx context.Context, c *Client) error {
			_, err := c.HeadVersion(ctx, "bucket", "k", "v")
			return err
		},
		"ReadObject": func(ctx context.Context, c *Client) error {
			_, _, err := c.ReadObject(ctx, ReadRequest{Bucket: "bucket", Key: "k", Limit: 1})
			return err
		},
		"VersionACL": func(ctx context.Context, c *Client) error { _, err := c.VersionACL(ctx, "bucket", "k", ""); return err },
		"VersionTags": func(ctx context.Context, c *Client) error {
			_, err := c.VersionTags(ctx, "bucket", "k", "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				cancel()
				<-r.Context().Done() // answers nothing until the client goes away
			}))
			t.Cleanup(server.Close)
			if err := do(ctx, newTestClient(t, server.URL)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
		})
	}
}

func TestVersionIsNamed(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, ok(map[string]string{"X-Oss-Version-Id": "v1"}), ok(nil), xmlAnswer(""), xmlAnswer(""), ok(nil))
	if o, err := c.HeadVersion(t.Context(), "bucket", "k", "v1"); err != nil || o.VersionID != "v1" {
		t.Errorf("%+v, %v", o, err)
	}
	if _, _, err := c.ReadObject(t.Context(), ReadRequest{Bucket: "bucket", Key: "k", VersionID: "v1", ETag: "E", Limit: 1}); err != nil {
		t.Error(err)
	}
	if _, err := c.VersionACL(t.Context(), "bucket", "k", "v1"); err != nil {
		t.Error(err)
	}
	if tags, err := c.VersionTags(t.Context(), "bucket", "k", "v1"); err != nil || tags == nil {
		t.Error(tags, err)
	}
	if _, err := c.HeadVersion(t.Context(), "bucket", "k", ""); err != nil {
		t.Error(err)
	}
	got := []string{}
	for _, call := range s.seen() {
		got = append(got, call.method+" "+call.query)
	}
	want := []string{"HEAD versionId=v1", "GET versionId=v1", "GET acl&versionId=v1", "GET tagging&versionId=v1", "HEAD "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if h := s.seen()[1].header; h.Get("If-Match") != `"E"` || h.Get("Accept-Encoding") != "identity" {
		t.Errorf("the read sent %v", h)
	}
}
