package cors

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// rule builds one from comma-separated lists.
func rule(origins, methods, headers, expose string) Rule {
	split := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, ",")
	}
	return Rule{AllowedOrigins: split(origins), AllowedMethods: split(methods), AllowedHeaders: split(headers), ExposeHeaders: split(expose)}
}

func TestCheckReach(t *testing.T) {
	t.Parallel()
	partial := func(r Rule) Rule { r.Partial = true; return r }
	tests := []struct {
		name  string
		rules []Rule
		want  []string // slug@rule
		words string
	}{
		{"one rule", []Rule{rule("*", "GET", "*", "")}, nil, ""},
		{"twice the same", []Rule{rule("*", "GET", "", ""), rule("*", "GET", "", "")}, []string{"cors-rule-never-answers@1"}, "cors_rule[0] matches every"},
		{"wide before narrow", []Rule{rule("*", "GET,PUT", "*", ""), rule("https://a.b", "GET", "range", "ETag")}, []string{"cors-rule-never-answers@1"}, ""},
		{"narrow before wide", []Rule{rule("https://a.b", "GET", "range", ""), rule("*", "GET,PUT", "*", "")}, nil, ""},
		{"other method", []Rule{rule("*", "GET", "*", ""), rule("*", "GET,HEAD", "*", "")}, nil, ""},
		{"other origin", []Rule{rule("https://*.a.b", "GET", "*", ""), rule("https://a.b", "GET", "*", "")}, nil, ""},
		{"pattern in pattern", []Rule{rule("https://*.b", "GET", "x-*", ""), rule("https://*.a.b", "GET", "X-Oss-*", "")}, []string{"cors-rule-never-answers@1"}, ""},
		{"two together", []Rule{rule("https://a,https://b", "GET", "", ""), rule("https://a,https://b", "PUT", "", ""), rule("https://a", "GET,PUT", "", "")}, []string{"cors-rule-never-answers@2"}, "cors_rule[0] or cors_rule[1] matches every"},
		{"two together but one pair", []Rule{rule("https://a", "GET", "", ""), rule("https://b", "PUT", "", ""), rule("https://a,https://b", "GET,PUT", "", "")}, nil, ""},
		{"headers that are not allowed before", []Rule{rule("*", "GET", "", ""), rule("*", "GET", "range", "")}, nil, ""},
		{"expose headers that nobody sees", []Rule{rule("*", "GET", "", "ETag"), rule("*", "GET", "range", "etag,x-oss-meta-a")}, []string{"cors-expose-never-sent@1"}, `Expose "x-oss-meta-a" in that rule`},
		{"the same expose headers", []Rule{rule("*", "GET", "", "ETag"), rule("*", "GET", "range", "etag")}, nil, ""},
		{"a partial rule hides already", []Rule{partial(rule("*", "GET", "", "")), rule("https://a", "GET", "", "")}, []string{"cors-rule-never-answers@1"}, ""},
		{"a partial rule may get more", []Rule{rule("*", "GET", "", ""), partial(rule("https://a", "GET", "", ""))}, nil, ""},
		{"a partial rule may expose more", []Rule{partial(rule("*", "GET", "", "")), rule("*", "GET", "range", "x-oss-meta-a")}, nil, ""},
		{"an empty rule is another finding", []Rule{rule("*", "GET", "", ""), rule("", "", "", "")}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := checkReach(tt.rules)
			wellFormed(t, got)
			var list []string
			for _, p := range got {
				list = append(list, p.Rule+"@"+string(rune('0'+p.Index)))
				if p.Severity != finding.Warning || !strings.Contains(p.Detail, tt.words) {
					t.Errorf("got %+v", p)
				}
			}
			if !slices.Equal(list, tt.want) {
				t.Errorf("got %v, want %v", list, tt.want)
			}
		})
	}
}

var (
	someOrigins = []string{"*", "https://*", "https://a", "https://*.a", "https://b.a", "https://c.b.a", "http*a", "null", "https://b"}
	someHeaders = []string{"*", "x-*", "X-Oss-*", "x-oss-date", "*-date", "range", "Range", "content-type", "x-oss-meta-*"}
	someExpose  = []string{"ETag", "etag", "x-oss-request-id", "x-oss-meta-a"}
)

func pick(r *rand.Rand, from []string, most int) []string {
	list := []string{}
	for range r.IntN(most + 1) {
		list = append(list, from[r.IntN(len(from))])
	}
	return list
}

func someRules(r *rand.Rand) []Rule {
	rules := []Rule{}
	for range 2 + r.IntN(6) {
		rules = append(rules, Rule{
			AllowedOrigins: pick(r, someOrigins, 4), AllowedMethods: pick(r, methods[:3], 4),
			AllowedHeaders: pick(r, someHeaders, 3), ExposeHeaders: pick(r, someExpose, 2),
		})
	}
	return rules
}

// concrete turns patterns into texts that they stand for.
func concrete(r *rand.Rand, patterns []string) []string {
	fill := []string{"", "x", ".b", "https://a", "oss-date", "null"}
	list := []string{}
	for _, p := range patterns {
		list = append(list, strings.Replace(p, "*", fill[r.IntN(len(fill))], 1))
	}
	return list
}

// A rule reported as never answering is never chosen, and of the others nearly all
// are chosen by some request made for them: the report is neither wrong nor empty.
func TestRuleThatNeverAnswersIsNeverChosen(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	reported, reachable, chosenRules := 0, 0, 0
	for range 3000 {
		rules := someRules(r)
		dead, lost := map[int]bool{}, map[int][]string{}
		for _, p := range Check(rules) {
			switch p.Rule {
			case "cors-rule-never-answers":
				dead[p.Index] = true
			case "cors-expose-never-sent":
				lost[p.Index] = append(lost[p.Index], p.Detail)
			}
		}
		reported += len(dead)
		chosen := map[int]bool{}
		for range 60 {
			from := rules[r.IntN(len(rules))]
			if len(from.AllowedOrigins) == 0 || len(from.AllowedMethods) == 0 {
				continue
			}
			origins := concrete(r, from.AllowedOrigins)
			headers := concrete(r, from.AllowedHeaders)
			headers = headers[:r.IntN(len(headers)+1)]
			origin := origins[r.IntN(len(origins))]
			if origin == "" { // not a cross-origin request
				continue
			}
			got := Decide(rules, false, origin, from.AllowedMethods[r.IntN(len(from.AllowedMethods))], headers)
			if !got.Allowed {
				t.Fatalf("a request made for a rule is refused: %+v %q %v", rules, origin, headers)
			}
			chosen[got.Rule] = true
			if dead[got.Rule] {
				t.Fatalf("rule %d is chosen although it never answers: %+v", got.Rule, rules)
			}
			if len(requested(headers)) == 0 && len(lost[got.Rule]) > 0 {
				t.Fatalf("rule %d answers a plain request although its expose headers are never sent: %+v", got.Rule, rules)
			}
		}
		for i, rule := range rules {
			if !dead[i] && len(rule.AllowedOrigins) > 0 && len(rule.AllowedMethods) > 0 {
				reachable++
				if chosen[i] {
					chosenRules++
				}
			}
		}
	}
	if reported < 500 {
		t.Errorf("only %d rules were reported: the generator proves nothing", reported)
	}
	if chosenRules*100 < reachable*90 {
		t.Errorf("only %d of %d rules that may answer were chosen: the report misses some", chosenRules, reachable)
	}
}

// A rule set without its dead rules decides every request the same way.
func TestRemovingDeadRulesChangesNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	removed := 0
	for range 2000 {
		rules := someRules(r)
		dead := map[int]bool{}
		for _, p := range checkReach(rules) {
			dead[p.Index] = dead[p.Index] || p.Rule == "cors-rule-never-answers"
		}
		kept, index := []Rule{}, []int{-1}
		for i, rule := range rules {
			if !dead[i] {
				kept, index = append(kept, rule), append(index, i)
			}
		}
		removed += len(rules) - len(kept)
		for range 30 {
			origin := concrete(r, someOrigins[r.IntN(len(someOrigins)):])[0]
			method, headers := methods[r.IntN(len(methods))], concrete(r, pick(r, someHeaders, 3))
			with, without := Decide(rules, true, origin, method, headers), Decide(kept, true, origin, method, headers)
			if with.Rule != index[without.Rule+1] {
				t.Fatalf("%q %s %v: rule %d with and %d without the dead rules of %+v", origin, method, headers, with.Rule, index[without.Rule+1], rules)
			}
		}
	}
	if removed < 500 {
		t.Errorf("only %d rules were removed: the generator proves nothing", removed)
	}
}
