package cors

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

func TestCheckUpload(t *testing.T) {
	t.Parallel()
	const all = "authorization,content-md5,content-type,x-oss-content-sha256,x-oss-date,x-oss-security-token,x-oss-user-agent"
	tests := []struct {
		name  string
		rule  Rule
		want  []string
		words string
	}{
		{"download", rule("*", "GET,HEAD", "", ""), nil, ""},
		{"as the guide says", rule("*", "PUT,POST,GET", "*", "ETag,x-oss-request-id"), nil, ""},
		{"every header by name", rule("*", "PUT", all, "etag,X-Oss-Request-Id"), nil, ""},
		{"nothing exposed", rule("*", "PUT", "*", ""), []string{"cors-upload-expose"}, "does not expose ETag and x-oss-request-id."},
		{"no ETag", rule("*", "POST", "*", "x-oss-request-id"), []string{"cors-upload-expose"}, "does not expose ETag."},
		{"no request id", rule("*", "POST", "*", "ETag"), []string{"cors-upload-expose"}, "does not expose x-oss-request-id."},
		{"SDK without its date", rule("*", "PUT", strings.Replace(all, "x-oss-date,", "", 1), "ETag,x-oss-request-id"), []string{"cors-upload-headers"}, "add x-oss-date,"},
		{"SDK without STS", rule("*", "PUT", "Authorization,content-*,x-oss-date,x-oss-user-agent,x-oss-content-sha256", "ETag,x-oss-request-id"), []string{"cors-upload-headers"}, "add x-oss-security-token,"},
		{"PUT without any header", rule("*", "PUT", "", "ETag,x-oss-request-id"), []string{"cors-upload-headers"}, "add content-type,"},
		{"presigned PUT", rule("*", "PUT", "Content-Type", "ETag,x-oss-request-id"), nil, ""},
		{"presigned PUT by pattern", rule("*", "PUT", "content-*", "ETag,x-oss-request-id"), nil, ""},
		{"form POST", rule("*", "POST", "", "ETag,x-oss-request-id"), nil, ""},
		{"unknown yet", Rule{AllowedMethods: []string{"PUT"}, Partial: true}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Check([]Rule{tt.rule})
			wellFormed(t, got)
			if !slices.Equal(slugs(got), append([]string{}, tt.want...)) {
				t.Fatalf("got %+v, want %v", got, tt.want)
			}
			for _, p := range got {
				if p.Severity != finding.Advice || !strings.Contains(p.Detail, tt.words) {
					t.Errorf("got %+v, want words %q", p, tt.words)
				}
			}
		})
	}
}

// FuzzCheckAndDecide feeds both with rules of any text: neither may panic, every
// finding points into the rules, and no rule answers that is said never to.
func FuzzCheckAndDecide(f *testing.F) {
	f.Add("https://*.a,null", "GET,PUT", "x-*,range", "ETag", "https://b.a", "GET", "x-oss-date")
	f.Add("*", "PUT", "*,**", "x-oss-meta-*", "null", "PUT", "")
	f.Add("\xff<", "get", "a b", "", "\xff<", "get", "A B")
	f.Fuzz(func(t *testing.T, origins, methods, headers, expose, origin, method, header string) {
		first := rule(origins, methods, headers, expose)
		rules := []Rule{first, rule(origin, method, header, expose), first, {}}
		dead := map[int]bool{}
		found := Check(rules)
		wellFormed(t, found)
		for _, p := range found {
			if p.Index < -1 || p.Index >= len(rules) {
				t.Fatalf("no such rule: %+v", p)
			}
			dead[p.Index] = dead[p.Index] || p.Rule == "cors-rule-never-answers"
		}
		got := Decide(rules, true, origin, method, []string{header})
		if got.Allowed != (got.Rule >= 0) || got.Allowed && dead[got.Rule] {
			t.Fatalf("got %+v from %+v", got, rules)
		}
	})
}
