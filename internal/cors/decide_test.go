package cors

import (
	"maps"
	"strings"
	"testing"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	rules := []Rule{
		{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET", "HEAD"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: age(600)},
		{AllowedOrigins: []string{"https://*.example.com", "http://localhost:*"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"Content-Type", "x-oss-*"}},
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: age(0)},
	}
	tests := []struct {
		name, origin, method string
		headers              []string
		rule                 int
		want                 string // a header of the answer, or words of the reason
	}{
		{"first match", "https://app.example.com", "GET", nil, 0, "Access-Control-Expose-Headers: ETag"},
		{"its max age", "https://app.example.com", "HEAD", nil, 0, "Access-Control-Max-Age: 600"},
		{"the origin is repeated", "https://a.example.com", "PUT", nil, 1, "Access-Control-Allow-Origin: https://a.example.com"},
		{"any origin", "https://any.where", "GET", nil, 2, "Access-Control-Allow-Origin: *"},
		{"all methods of the rule", "https://app.example.com", "GET", nil, 0, "Access-Control-Allow-Methods: GET, HEAD"},
		{"wildcard in the middle", "https://a.b.example.com", "PUT", []string{"content-type", " X-OSS-Meta-Owner "}, 1, "Access-Control-Allow-Headers: content-type, x-oss-meta-owner"},
		{"wildcard at the end", "http://localhost:3000", "PUT", nil, 1, "Access-Control-Allow-Origin: http://localhost:3000"},
		{"a wildcard may stand for nothing", "http://localhost:", "PUT", nil, 1, ""},
		{"empty header names do not count", "https://a.example.com", "PUT", []string{"", " \t"}, 1, ""},
		{"a later rule allows less", "https://app.example.com", "GET", []string{"range"}, -1, `cors_rule[0] allows the origin "https://app.example.com" and the method "GET" but not the header "range".`},
		{"method", "https://a.example.com", "DELETE", nil, -1, `cors_rule[1] allows the origin "https://a.example.com" but not the method "DELETE".`},
		{"the ends of a pattern do not overlap", "https://.example.co", "PUT", nil, -1, "not the method"},
		{"methods in upper case only", "https://any.where", "get", nil, -1, "not the method"},
		{"no origin", "", "GET", nil, -1, "no origin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Decide(rules, false, tt.origin, tt.method, tt.headers)
			if got.Rule != tt.rule || got.Allowed != (tt.rule >= 0) || got.Allowed != (got.Reason == "") {
				t.Fatalf("got %+v, want rule %d", got, tt.rule)
			}
			if !got.Allowed {
				if !strings.Contains(got.Reason, tt.want) || len(got.Headers) != 0 {
					t.Errorf("got %+v, want words %q", got, tt.want)
				}
				return
			}
			if name, value, wanted := strings.Cut(tt.want, ": "); wanted && got.Headers[name] != value {
				t.Errorf("%s is %q, want %q", name, got.Headers[name], value)
			}
		})
	}
}

// OSS-241: "*" among other origins answers for all of them, and the requested headers are repeated under "*", too.
func TestDecideAnyOriginAmongOthers(t *testing.T) {
	t.Parallel()
	rule := Rule{AllowedOrigins: []string{"https://a.b", "*"}, AllowedMethods: []string{"PUT", "GET"}, AllowedHeaders: []string{"*"}}
	for _, origin := range []string{"https://a.b", "https://c.d"} {
		got := Decide([]Rule{rule}, false, origin, "GET", []string{"Authorization", "X-OSS-Date"})
		want := map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PUT, GET", "Access-Control-Allow-Headers": "authorization, x-oss-date",
		}
		if !maps.Equal(got.Headers, want) {
			t.Errorf("%s: got %v, want %v", origin, got.Headers, want)
		}
	}
}

func TestDecideLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	rule := Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, MaxAgeSeconds: age(0)}
	got := Decide([]Rule{rule}, false, "https://a.b", "GET", nil)
	want := map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET"}
	if !maps.Equal(got.Headers, want) {
		t.Errorf("got %v, want %v", got.Headers, want)
	}
}

func TestDecideNoRules(t *testing.T) {
	t.Parallel()
	got := Decide(nil, false, "https://a.b", "GET", nil)
	if got.Allowed || got.Rule != -1 || got.Reason != `No rule allows the origin "https://a.b".` || got.Headers == nil {
		t.Errorf("got %+v", got)
	}
}

func TestVaryIsSentWhetherOrNotARuleAnswers(t *testing.T) {
	t.Parallel()
	rules := one(func(*Rule) {})
	for _, origin := range []string{"https://www.example.com", "https://other.example.com", ""} {
		if got := Decide(rules, true, origin, "GET", nil); got.Headers["Vary"] != "Origin" {
			t.Errorf("origin %q: no Vary in %v", origin, got.Headers)
		}
		if got := Decide(rules, false, origin, "GET", nil); got.Headers["Vary"] != "" {
			t.Errorf("origin %q: Vary unasked in %v", origin, got.Headers)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "x", true}, {"a*", "a", true}, {"*a", "a", true}, {"a*a", "a", false}, {"a*a", "aa", true},
		{"a*b", "axb", true}, {"a*b", "ab", true}, {"a*b", "axc", false}, {"ab", "ab", true}, {"ab", "AB", false}, {"", "", true}, {"", "x", false},
	}
	for _, tt := range tests {
		if got := matches(tt.pattern, tt.text); got != tt.want {
			t.Errorf("matches(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
	if !matchesFold("X-OSS-*", "x-oss-meta-a") || matchesFold("X-OSS-*", "x-os") {
		t.Error("names of headers are compared in any case")
	}
}

// covers must agree with a brute-force reading of matches over all short texts.
func TestCoversAgreesWithMatches(t *testing.T) {
	t.Parallel()
	texts := words("ab", 6)
	patterns := words("ab*", 4)
	for _, wide := range patterns {
		for _, narrow := range patterns {
			if strings.Count(wide, "*") > 1 || strings.Count(narrow, "*") > 1 {
				continue
			}
			want := true
			for _, text := range texts {
				if matches(narrow, text) && !matches(wide, text) {
					want = false
					break
				}
			}
			if got := covers(wide, narrow); got != want {
				t.Errorf("covers(%q, %q) = %v", wide, narrow, got)
			}
		}
	}
}

// words lists every text over alphabet of up to size letters.
func words(alphabet string, size int) []string {
	list, last := []string{""}, []string{""}
	for range size {
		var next []string
		for _, w := range last {
			for _, letter := range alphabet {
				next = append(next, w+string(letter))
			}
		}
		list, last = append(list, next...), next
	}
	return list
}
