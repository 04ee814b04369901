package policy

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

// wellPlaced holds for every mistake, whatever it is about.
func wellPlaced(t *testing.T, errs []Mistake) {
	t.Helper()
	for _, e := range errs {
		if e.Place == "" || e.Detail == "" || !strings.HasSuffix(e.Detail, ".") && !strings.HasSuffix(e.Detail, "?") || len(e.Error()) > 1200 {
			t.Errorf("incomplete mistake %q", e)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	// with returns a sound rule, changed.
	with := func(change func(*Rule)) Rule {
		r := Rule{Name: "r", Metadata: map[string]Demand{"owner": {Required: true}}}
		change(&r)
		return r
	}
	demand := func(d Demand) Rule { return with(func(r *Rule) { r.Metadata = map[string]Demand{"a": d} }) }
	keys := func(globs ...string) Rule { return with(func(r *Rule) { r.Keys = globs }) }
	buckets := func(globs ...string) Rule { return with(func(r *Rule) { r.Buckets = globs }) }
	tests := []struct {
		name  string
		rule  Rule
		place string // "" when the rule is sound
		words string
	}{
		{"sound", with(func(*Rule) {}), "", ""},
		{"no name", with(func(r *Rule) { r.Name = " " }), "rules[0].name", "no name"},
		{"nothing demanded", Rule{Name: "r"}, "rules[0]", "demands nothing"},
		{"no metadata at all", Rule{Name: "r", OnlyListed: true}, "", ""},
		{"idle entry", demand(Demand{}), `rules[0].metadata["a"]`, "demands nothing"},
		{"idle entry on a list", with(func(r *Rule) { r.OnlyListed, r.Metadata = true, map[string]Demand{"a": {}} }), "", ""},
		{"idle header", with(func(r *Rule) { r.OnlyListed, r.Headers = true, map[string]Demand{"Expires": {}} }), `rules[0].headers["Expires"]`, "demands nothing"},

		{"keys", keys("a/**", "**/*.html", "{a,b}/**", "[a-z]*", `\[a\]`, "**", "*", "a/**/", "logs{/}"), "", ""},
		{"open bracket", keys("ok", "["), "rules[0].keys[1]", "not well formed"},
		{"open brace", keys("{a,b"), "rules[0].keys[0]", "not well formed"},
		{"empty list, not nil", with(func(r *Rule) { r.Keys = []string{} }), "rules[0].keys", "never match"},
		{"empty key", keys(""), "rules[0].keys[0]", `Write one, or "**"`},
		{"slash first", keys("/a/**"), "rules[0].keys[0]", `Write "a/**"`},
		{"slash last", keys("a/"), "rules[0].keys[0]", `Write "a/**" for those, or "a{/}"`},
		{"stars beside text", keys("**.html"), "rules[0].keys[0]", "**/*.html"},
		{"too long a key", keys(strings.Repeat("k", 1024)), "rules[0].keys[0]", "1023"},
		{"as long as a key may be", keys(strings.Repeat("k", 1023)), "", ""},
		{"buckets", buckets("web-*", "abc", "w?b", "{A,b}c"), "", ""},
		{"bucket in upper case", buckets("Web-*"), "rules[0].buckets[0]", `contains 'W'`},
		{"bucket with a slash", buckets("web/**"), "rules[0].buckets[0]", `contains '/'`},
		{"bucket too short", buckets("ab"), "rules[0].buckets[0]", "2 bytes"},
		{"empty bucket", buckets(""), "rules[0].buckets[0]", "empty"},

		{"unknown header", with(func(r *Rule) { r.Headers = map[string]Demand{"Cash-Control": {Required: true}} }), `rules[0].headers["Cash-Control"]`, `Did you mean "Cache-Control"?`},
		{"attribute for header", with(func(r *Rule) { r.Headers = map[string]Demand{"cache_control": {Required: true}} }), `rules[0].headers["cache_control"]`, `Did you mean "Cache-Control"?`},
		{"header OSS does not store", with(func(r *Rule) { r.Headers = map[string]Demand{"X-Robots-Tag": {Required: true}} }), `rules[0].headers["X-Robots-Tag"]`, "Write one of"},
		{"header twice", with(func(r *Rule) { r.Headers = map[string]Demand{"Expires": {Required: true}, "expires": {Required: true}} }), `rules[0].headers["expires"]`, "same header"},
		{"impossible name", with(func(r *Rule) { r.Metadata = map[string]Demand{"Owner": {Required: true}} }), `rules[0].metadata["Owner"]`, `write "owner"`},

		{"forbidden and required", demand(Demand{Forbidden: true, Required: true}), `rules[0].metadata["a"].forbidden`, "same time"},
		{"forbidden with values", demand(Demand{Forbidden: true, Values: []string{"x"}}), `rules[0].metadata["a"].forbidden`, "same time"},
		{"no value", demand(Demand{Values: []string{}}), `rules[0].metadata["a"].values`, "no value can be right"},
		{"value twice", demand(Demand{Values: []string{"x", "y", "x"}}), `rules[0].metadata["a"].values[2]`, "twice"},
		{"value that cannot be", demand(Demand{Values: []string{" x"}}), `rules[0].metadata["a"].values[0]`, "No object can have it"},
		{"header value that cannot be", with(func(r *Rule) { r.Headers = map[string]Demand{"Expires": {Values: []string{"a\n"}}} }), `rules[0].headers["Expires"].values[0]`, "No object can have it"},
		{"odd header value", with(func(r *Rule) { r.Headers = map[string]Demand{"Expires": {Values: []string{"0"}}} }), "", ""},
		{"value against pattern", demand(Demand{Values: []string{"ab", "c"}, Pattern: "[ab]+"}), `rules[0].metadata["a"].values[1]`, "does not match"},
		{"value against length", demand(Demand{Values: []string{"ab", "c"}, MaxLength: 1}), `rules[0].metadata["a"].values[0]`, "more than 1 character."},
		{"length below one", demand(Demand{MaxLength: -1}), `rules[0].metadata["a"].max_length`, "-1"},
		{"bad pattern", demand(Demand{Pattern: "a("}), `rules[0].metadata["a"].pattern`, "missing closing )"},
		{"pattern that opens the anchors", demand(Demand{Pattern: "a)(b"}), `rules[0].metadata["a"].pattern`, "unexpected )"},
		{"look-ahead", demand(Demand{Pattern: "(?=a)"}), `rules[0].metadata["a"].pattern`, "RE2"},
		{"pattern that matches nothing", demand(Demand{Pattern: `a[^\x00-\x{10FFFF}]`}), `rules[0].metadata["a"].pattern`, "matches nothing"},
		{"pattern longer than the length", demand(Demand{Pattern: "(ab|c)d{3}e?x+", MaxLength: 4}), `rules[0].metadata["a"].pattern`, "at least 5 characters"},
		{"pattern as long as the length", demand(Demand{Pattern: "(ab|c)d{3}e?x+", MaxLength: 5}), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy, errs := New([]Rule{tt.rule})
			wellPlaced(t, errs)
			if (policy == nil) == (len(errs) == 0) {
				t.Fatalf("got %v and %v", policy, errs)
			}
			if tt.place == "" {
				if len(errs) > 0 {
					t.Errorf("got %v", errs)
				}
				return
			}
			if len(errs) != 1 || errs[0].Place != tt.place || !strings.Contains(errs[0].Detail, tt.words) {
				t.Errorf("got %v, want %s with %q", errs, tt.place, tt.words)
			}
		})
	}
}

func TestNewRefusesContradictions(t *testing.T) {
	t.Parallel()
	required, forbidden := Demand{Required: true}, Demand{Forbidden: true}
	rule := func(name string, keys []string, owner Demand) Rule {
		return Rule{Name: name, Keys: keys, Metadata: map[string]Demand{"owner": owner}}
	}
	closed := Rule{Name: "closed", OnlyListed: true, Metadata: map[string]Demand{"team": {}}}
	tests := []struct {
		name  string
		rules []Rule
		place string
		words string
	}{
		{"same name", []Rule{rule("a", nil, required), rule("a", nil, required)}, "rules[1].name", `Rules 1 and 2 of the list, counted from 1, have the same name, "a".`},
		{"required and forbidden", []Rule{rule("a", nil, required), rule("b", nil, forbidden)}, `rules[1].metadata["owner"]`, `Rule "b" forbids this entry, and rule "a" requires it`},
		{"forbidden and required", []Rule{rule("a", nil, forbidden), rule("b", nil, required)}, `rules[1].metadata["owner"]`, `Rule "b" requires this entry, and rule "a" forbids it`},
		{"equal globs", []Rule{rule("a", []string{"x/**"}, required), rule("b", []string{"y", "x/**"}, forbidden)}, `rules[1].metadata["owner"]`, `Rule "b" forbids this entry, and rule "a" requires it`},
		{"a key under a glob", []Rule{rule("a", []string{"x/**"}, required), rule("b", []string{"x/y"}, forbidden)}, `rules[1].metadata["owner"]`, ""},
		{"a glob over a key", []Rule{rule("a", []string{"x/y"}, required), rule("b", []string{"x/**"}, forbidden)}, `rules[1].metadata["owner"]`, ""},
		{"other keys", []Rule{rule("a", []string{"x/**"}, required), rule("b", []string{"y/**"}, forbidden)}, "", ""},
		{"neither required", []Rule{rule("a", nil, Demand{Values: []string{"x"}}), rule("b", nil, forbidden)}, "", ""},
		{"no common value", []Rule{rule("a", nil, Demand{Required: true, Values: []string{"x"}}), rule("b", nil, Demand{Values: []string{"y"}})}, `rules[1].metadata["owner"]`, `both rule "b" and rule "a"`},
		{"a common value", []Rule{rule("a", nil, Demand{Required: true, Values: []string{"x", "y"}}), rule("b", nil, Demand{Values: []string{"y"}})}, "", ""},
		{"values against a pattern", []Rule{rule("a", nil, Demand{Required: true, Pattern: "[0-9]+"}), rule("b", nil, Demand{Values: []string{"y"}})}, `rules[1].metadata["owner"]`, `both rule "b" and rule "a"`},
		{"required and not listed", []Rule{closed, rule("b", nil, required)}, `rules[1].metadata["owner"]`, `Rule "b" requires this entry, and rule "closed" allows only the metadata it lists`},
		{"not listed after", []Rule{rule("b", nil, required), closed}, `rules[0].metadata["owner"]`, `Rule "b" requires this entry, and rule "closed" allows only the metadata it lists`},
		{"listed", []Rule{closed, {Name: "b", Metadata: map[string]Demand{"team": required}}}, "", ""},
		{"headers", []Rule{
			{Name: "a", Headers: map[string]Demand{"cache-control": required}}, {Name: "b", Headers: map[string]Demand{"Cache-Control": forbidden}},
		}, `rules[1].headers["Cache-Control"]`, `Rule "b" forbids this entry, and rule "a" requires it`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, errs := New(tt.rules)
			wellPlaced(t, errs)
			if tt.place == "" {
				if len(errs) > 0 {
					t.Errorf("got %v", errs)
				}
				return
			}
			if len(errs) != 1 || errs[0].Place != tt.place || !strings.Contains(errs[0].Detail, tt.words) || strings.Contains(errs[0].Detail, "rules[") {
				t.Errorf("got %v, want %s with %q and no other path", errs, tt.place, tt.words)
			}
		})
	}
}

func TestLeastLength(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]int{
		"": 0, "a": 1, "abc": 3, "a*": 0, "a+": 1, "a?b": 1, "a{2,5}": 2, "(a|bcd)e": 2, "^a$": 1, `\bab\b`: 2, "[a-z]{3}-[0-9]{4}": 8,
		"(?i)straße": 6, ".": 1, "(a|)": 0, `[^\x00-\x{10FFFF}]`: -1, `a|[^\x00-\x{10FFFF}]`: 1, "(ab){3}": 6,
	} {
		if got := leastLength(pattern); got != want {
			t.Errorf("leastLength(%q) = %d, want %d", pattern, got, want)
		}
	}
}

// A value on the list of an accepted demand always passes, and a refused demand never
// leaves a policy behind.
func FuzzNew(f *testing.F) {
	f.Add("site/**", "web-*", "[a-z]+", "abc", 5)
	f.Add("**.html", "A", "a)(b", " x", -1)
	f.Add("{a,[}", "\xff", "(?i)É", "é", 1)
	f.Fuzz(func(t *testing.T, key, bucket, pattern, value string, length int) {
		d := Demand{Values: []string{value}, Pattern: pattern, MaxLength: length}
		policy, errs := New([]Rule{{Name: "r", Metadata: map[string]Demand{"a": d}}, {Name: "s", Keys: []string{key}, Buckets: []string{bucket}, OnlyListed: true}})
		wellPlaced(t, errs)
		if (policy == nil) == (len(errs) == 0) {
			t.Fatalf("got %v and %v", policy, errs)
		}
		found := policy.Check(Object{Bucket: bucket, Key: key, Metadata: map[string]string{"a": value}})
		findingtest.WellFormed(t, findings(found))
		for _, v := range found {
			if v.Rule == "r" {
				t.Errorf("an allowed value is refused: %+v", v)
			}
		}
	})
}
