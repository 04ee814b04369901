package rules

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestCheckSignedHeaders(t *testing.T) {
	t.Parallel()
	const name, value = "signed-header-name", "signed-header-value"
	for _, tt := range []struct {
		carrier Carrier
		headers map[string]string
		rules   string // in order
		words   string // of the first detail
	}{
		{InURL, nil, "", ""},
		{InURL, map[string]string{"Cache-Control": "no-cache", "X-Oss-Object-Acl": "private", "Range": "bytes=0-9", "Content-Length": "0", "x-oss-tagging": "team=web&stage="}, "", ""},
		{InURL, map[string]string{"x-oss-new-thing": "1", "Content-MD5": "XUFAKrxLKna5cZ2REBfFkg=="}, "", ""},
		{InForm, map[string]string{"Cache-Control": "no-cache", "expires": "Wed, 21 Oct 2026 07:28:00 GMT", "x-oss-storage-class": "IA", "x-oss-forbid-overwrite": "true"}, "", ""},
		{InURL, map[string]string{"": "x"}, name, "empty name"},
		{InURL, map[string]string{"cache_control": "no-cache"}, name, "contains '_'"},
		{InURL, map[string]string{"Content-Type": "text/plain"}, name, "argument of its own"},
		{InURL, map[string]string{"X-Oss-Meta-Owner": "x"}, name, "as an entry of metadata"},
		{InURL, map[string]string{"x-oss-callback": "x"}, name, "block of its own"},
		{InURL, map[string]string{"Authorization": "x"}, name, "the signature is made here"},
		{InForm, map[string]string{"x-oss-signature-version": "x"}, name, "a part of the signature"},
		{InURL, map[string]string{"X-OSS-Date": "x"}, name, "a part of the signature"},
		{InForm, map[string]string{"Content-Length": "5"}, name, "Write min_size and max_size"},
		{InForm, map[string]string{"Range": "bytes=0-9"}, name, "not a field of a form"},
		{InURL, map[string]string{"Cache-Control": "a", "cache-control": "b"}, "signed-header-twins cache-control-unknown cache-control-unknown", `"Cache-Control" and "cache-control" are the same header`},
		{InURL, map[string]string{"Cache-Control": ""}, "header-empty", ""},
		{InURL, map[string]string{"x-oss-anything": " a"}, "header-padding", ""},
		{InURL, map[string]string{"x-oss-object-acl": "publik"}, value, `Write one of "default", "private"`},
		{InURL, map[string]string{"x-oss-server-side-data-encryption": "AES256"}, value, `Write "SM4"`},
		{InURL, map[string]string{"Content-Length": "5 bytes"}, "signed-header-length", "not a size"},
		{InURL, map[string]string{"Content-Length": "05"}, "signed-header-length", "not a size"},
		{InURL, map[string]string{"x-oss-tagging": "a=%zz"}, "signed-header-tagging", "not URL-encoded"},
		{InURL, map[string]string{"x-oss-tagging": "a=1&a=2"}, "signed-header-tagging", "one that it has already"},
		{InURL, map[string]string{"x-oss-tagging": "a=b%26c"}, "tag-value-characters", ""},
		{InURL, map[string]string{"x-oss-obect-acl": "private"}, "signed-header-unknown", `Did you mean "x-oss-object-acl"?`},
	} {
		got := CheckSignedHeaders(tt.carrier, tt.headers)
		findingtest.WellFormed(t, got)
		if rules := strings.Join(findingtest.Rules(got), " "); rules != tt.rules {
			t.Errorf("%v: got %q, want %q: %+v", tt.headers, rules, tt.rules, got)
		} else if len(got) > 0 && !strings.Contains(got[0].Detail, tt.words) {
			t.Errorf("%v: detail %q lacks %q", tt.headers, got[0].Detail, tt.words)
		}
		for _, v := range got {
			if _, named := tt.headers[v.Name]; !named {
				t.Errorf("%v: the finding is at %q", tt.headers, v.Name)
			}
			if want := v.Rule == "signed-header-unknown" || strings.HasPrefix(v.Rule, "cache-control"); (v.Severity == finding.Warning) != want {
				t.Errorf("%v: severity %s", tt.headers, v.Severity)
			}
		}
	}
	if got := CheckSignedHeaderName(InForm, "Host"); len(got) != 1 || got[0].Name != "Host" {
		t.Errorf("got %+v", got)
	}
	if got := CheckSignedHeaderName(InForm, "Cache-Control"); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
}
