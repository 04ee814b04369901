package provider

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// copyTypes passes everything on to the server, takes the Content-Type of answers to HEAD away when bare is set, and
// returns the Content-Type of each copy that came by.
func copyTypes(t *testing.T, o *testOSS, bare bool) func() []string {
	t.Helper()
	target, err := url.Parse(o.endpoint)
	o.must(err)
	var mu sync.Mutex
	var types []string
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			if r.In.Header.Get("X-Oss-Copy-Source") != "" {
				mu.Lock()
				types = append(types, r.In.Header.Get("X-Oss-Metadata-Directive")+" "+r.In.Header.Get("Content-Type"))
				mu.Unlock()
			}
		},
		ModifyResponse: func(r *http.Response) error {
			if bare && r.Request.Method == http.MethodHead {
				r.Header.Del("Content-Type")
			}
			return nil
		},
	})
	t.Cleanup(proxy.Close)
	o.endpoint = proxy.URL
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		seen := types
		types = nil
		return seen
	}
}

// putWithoutType stores an object without saying what it is, which no SDK does.
func putWithoutType(t *testing.T, o *testOSS, key string) {
	t.Helper()
	signed, err := o.sdk().SignURL(key, "PUT", 60)
	o.must(err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, signed, strings.NewReader("body"))
	o.must(err)
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	o.must(err)
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("PUT answered %s", response.Status)
	}
}

// A copy of an object onto itself always says what the object is (OSS-202), whether or not the configuration does, and
// even where an answer to HEAD does not: without one OSS stores application/octet-stream (OSS-203).
func TestSelfCopiesSendAContentType(t *testing.T) {
	t.Parallel()
	const octets, text = "REPLACE application/octet-stream", "REPLACE text/plain"
	for name, bare := range map[string]bool{"HEAD shows it": false, "HEAD hides it": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.local()
			for _, key := range []string{"imported", "imported.txt", "taken.txt", "taken"} {
				putWithoutType(t, o, key)
			}
			copies := copyTypes(t, o, bare)
			w := o.workspace()
			expect := func(what string, want ...string) {
				t.Helper()
				got := copies()
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s: copies sent %q, want %q", what, got, want)
				}
			}
			config := func(arguments string) {
				w.config(`
locals {
  keys = toset(["imported", "imported.txt"])
}
import {
  for_each = local.keys
  to       = oss_object.imported[each.key]
  id       = "BUCKET/${each.key}"
}
resource "oss_object" "imported" {
  for_each = local.keys
  bucket   = "BUCKET"
  key      = each.key
  ` + arguments + `
}
resource "oss_object" "created" {
  bucket  = "BUCKET"
  key     = "created"
  content = "created"
  ` + arguments + `
}
resource "oss_object" "taken" {
  for_each        = toset(["taken", "taken.txt"])
  bucket          = "BUCKET"
  key             = each.key
  allow_overwrite = true
  ` + arguments + `
}`)
				w.apply()
			}
			config(`metadata = { owner = "emma" }`)
			expect("import and take-over", octets, octets, octets, text)
			if bare {
				return // what is stored as text cannot be told from what is not
			}
			w.clean()
			config(`cache_control = "no-cache"`)
			expect("headers", octets, octets, octets, octets, text)
			config("cache_control = \"no-cache\"\n storage_class = \"IA\"")
			expect("class", octets, octets, octets, octets, text)
			w.clean()
		})
	}
}
