package ossclient

import (
	"crypto/md5"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func deleteAnswer(keys ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "<DeleteResult><EncodingType>url</EncodingType>")
		for _, key := range keys {
			io.WriteString(w, "<Deleted><Key>"+url.QueryEscape(key)+"</Key></Deleted>")
		}
		io.WriteString(w, "</DeleteResult>")
	}
}

// OSS-077: many names, a sum over them, and an answer that names what went.
func TestDeleteObjects(t *testing.T) {
	t.Parallel()
	keys := []string{"a b", "x/<&>ü", "line\nend\x01"}
	s, c := newScript(t, deleteAnswer(keys...))
	deleted, err := c.DeleteObjects(t.Context(), "bucket", keys)
	if err != nil || !slices.Equal(deleted, keys) {
		t.Errorf("deleted %q, %v", deleted, err)
	}
	call := s.seen()[0]
	want := "<Delete><Quiet>false</Quiet><Object><Key>a b</Key></Object><Object><Key>x/&#60;&#38;&#62;ü</Key></Object><Object><Key>line&#10;end&#1;</Key></Object></Delete>"
	if string(call.body) != want {
		t.Errorf("sent %s", call.body)
	}
	sum := md5.Sum([]byte(want))
	if got := call.header.Get("Content-Md5"); got != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("sum %q", got)
	}
	if q, err := url.ParseQuery(call.query); err != nil || call.method != http.MethodPost || !q.Has("delete") || q.Get("encoding-type") != "url" {
		t.Errorf("%s %s", call.method, call.query)
	}
}

// What the answer does not name is not taken for deleted.
func TestDeleteObjectsInPart(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, deleteAnswer("b"))
	deleted, err := c.DeleteObjects(t.Context(), "bucket", []string{"a", "b"})
	if !slices.Equal(deleted, []string{"b"}) || err == nil || !strings.Contains(err.Error(), "1 of 2") {
		t.Errorf("deleted %q, %v", deleted, err)
	}
	for name, answer := range map[string]http.HandlerFunc{"no XML": ok(nil), "bad code": xmlAnswer(`<Deleted><Key>%zz</Key></Deleted>`)} {
		_, c := newScript(t, answer)
		if deleted, err := c.DeleteObjects(t.Context(), "bucket", []string{"a"}); len(deleted) > 0 || err == nil {
			t.Errorf("%s: deleted %q, %v", name, deleted, err)
		}
	}
}

// A page of a listing has OSS's clock, against which the times of its objects stand (OSS-230).
func TestListingHasATime(t *testing.T) {
	t.Parallel()
	_, c := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Fri, 02 Jan 2026 03:04:05 GMT")
		xmlAnswer("")(w, r)
	})
	for page, err := range c.Pages(t.Context(), Listing{Bucket: "bucket"}) {
		if err != nil || page.At.Unix() != 1767323045 {
			t.Errorf("%v, %v", page.At, err)
		}
	}
}
