package provider

import (
	"maps"
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
			p := o.protocol()
			objects := map[string]*protocolResource{}
			for _, key := range []string{"imported", "imported.txt"} {
				objects[key] = p.importByID("oss_object", o.bucket+"/"+key)
			}
			for _, key := range []string{"created", "taken", "taken.txt"} {
				objects[key] = p.manage("oss_object", nil)
			}
			step := func(what string, arguments map[string]any, want ...string) {
				t.Helper()
				for key, r := range objects {
					r.config = map[string]any{"bucket": o.bucket, "key": key}
					switch {
					case key == "created":
						r.config["content"] = "created"
					case strings.HasPrefix(key, "taken"):
						r.config["allow_overwrite"] = true
					}
					maps.Copy(r.config, arguments)
					r.apply()
				}
				got := copies()
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s: copies sent %q, want %q", what, got, want)
				}
			}
			clean := func() {
				t.Helper()
				for _, r := range objects {
					r.clean()
				}
			}
			step("import and take-over", map[string]any{"metadata": map[string]any{"owner": "emma"}}, octets, octets, octets, text)
			if bare {
				return // what is stored as text cannot be told from what is not
			}
			clean()
			step("headers", map[string]any{"cache_control": "no-cache"}, octets, octets, octets, octets, text)
			step("class", map[string]any{"cache_control": "no-cache", "storage_class": "IA"}, octets, octets, octets, octets, text)
			clean()
		})
	}
}
