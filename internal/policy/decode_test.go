package policy

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		want         []string // "place: words"
	}{
		{"not an object", `"strict"`, []string{"policy: It is a string; write an object"}},
		{"null", `null`, []string{"policy: It is null"}},
		{"no rules", `{}`, []string{"rules: The policy has no rules"}},
		{"rules misspelt", `{"ruels": []}`, []string{`ruels: Did you mean "rules"?`}},
		{"rules null", `{"rules": null}`, []string{"rules: The policy has no rules"}},
		{"a list by itself", `[{"nam": "a"}]`, []string{`[0].nam: Did you mean "name"?`}},
		{"a list by itself that is well formed", `[{"name": "a"}]`, []string{"[0]: demands nothing"}},
		{"one rule without a list", `{"rules": {"name": "a"}}`, []string{"rules: It is an object; write a list: [{ name"}},
		{"a rule that is text", `{"rules": ["a"]}`, []string{"rules[0]: It is a string; write an object"}},
		{"the place of the brief", `{"rules": [{"name": "a", "only_listed": true}, {"name": "b", "only_listed": true}, {"name": "c", "headers": {"Cache-Control": {"patern": "x"}}}]}`,
			[]string{`rules[2].headers["Cache-Control"].patern: Did you mean "pattern"?`}},
		{"unlike any", `{"rules": [{"name": "a", "zzz": 1}]}`, []string{`rules[0].zzz: The fields here are "acl", "buckets", "description"`}},
		{"field names that are not words", `{"": 1, "a.b": 2}`, []string{`[""]: There is no field "".`, `["a.b"]: There is no field "a.b".`, "rules: The policy has no rules"}},
		{"several at once, in order", `{"rules": [{"nam": "a", "keys": "x", "only_listed": "yes", "metadata": {"b": {"requird": true}, "a": {"max_length": "5"}}}]}`,
			[]string{`rules[0].keys: It is a string; write a list: ["x"]`, `rules[0].metadata["a"].max_length: without quotes`, `rules[0].metadata["b"].requird: Did you mean "required"?`,
				`rules[0].nam: Did you mean "name"?`, "rules[0].only_listed: write true or false"}},
		{"number for text", `{"rules": [{"name": 5}]}`, []string{"rules[0].name: It is a number; write text in double quotes"}},
		{"boolean in a list", `{"rules": [{"name": "a", "metadata": {"m": {"values": ["x", true, null]}}}]}`,
			[]string{`rules[0].metadata["m"].values[1]: It is true or false; write text`, `rules[0].metadata["m"].values[2]: It is null`}},
		{"list for demands", `{"rules": [{"name": "a", "metadata": ["owner"]}]}`, []string{"rules[0].metadata: It is a list; write an object with a name for each demand"}},
		{"a demand that is true", `{"rules": [{"name": "a", "metadata": {"owner": true}}]}`, []string{`rules[0].metadata["owner"]: It is true or false; write an object`}},
		{"empty pattern", `{"rules": [{"name": "a", "metadata": {"owner": {"pattern": ""}}}]}`, []string{`rules[0].metadata["owner"].pattern: empty`}},
		{"exception without reason", `{"rules": [{"name": "a", "only_listed": true, "except": [{"keys": ["x/**"]}]}]}`, []string{"rules[0].except[0].reason: The exception has no reason"}},
		{"exception with an empty reason", `{"rules": [{"name": "a", "only_listed": true, "except": [{"keys": ["x/**"], "reason": " "}]}]}`, []string{"rules[0].except[0].reason: The exception has no reason"}},
		{"exception without keys", `{"rules": [{"name": "a", "only_listed": true, "except": [{"reason": "x"}]}]}`, []string{"rules[0].except[0].keys: names no keys"}},
		{"exception for all", `{"rules": [{"name": "a", "only_listed": true, "except": [{"keys": ["**"], "reason": "x"}]}]}`, []string{"rules[0].except[0].keys: lets every object off"}},
		{"exception with a bad glob", `{"rules": [{"name": "a", "only_listed": true, "except": [{"keys": ["/x"], "reason": "x"}]}]}`, []string{"rules[0].except[0].keys[0]: begins with a slash"}},
		{"exception as an object", `{"rules": [{"name": "a", "only_listed": true, "except": {"keys": ["x"], "reason": "x"}}]}`, []string{"rules[0].except: It is an object; write a list: [{ keys ="}},
		{"since", `{"rules": [{"name": "a", "only_listed": true, "since": "2026-02-30"}]}`, []string{`rules[0].since: "2026-02-30" is not a date`}},
		{"since as a number", `{"rules": [{"name": "a", "only_listed": true, "since": 2026}]}`, []string{"rules[0].since: It is a number; write a date in double quotes"}},
		{"ACL", `{"rules": [{"name": "a", "acl": ["privat"]}]}`, []string{`rules[0].acl[0]: Did you mean "private"?`}},
		{"ACL by itself", `{"rules": [{"name": "a", "acl": "private"}]}`, []string{`rules[0].acl: It is a string; write a list: ["private"]`}},
		{"no ACL", `{"rules": [{"name": "a", "acl": []}]}`, []string{"rules[0].acl: The list is empty"}},
		{"class", `{"rules": [{"name": "a", "storage_class": ["IA", "IA", "Glacier"]}]}`, []string{"rules[0].storage_class[1]: twice", `rules[0].storage_class[2]: Write one of "Standard"`}},
		{"tag", `{"rules": [{"name": "a", "tags": {"a*": {"required": true}, "b": {"values": ["*"]}}}]}`, []string{`rules[0].tags["a*"]: No object can have it`, `rules[0].tags["b"].values[0]: No object can have it`}},
		{"idle tag", `{"rules": [{"name": "a", "tags": {"b": {}}}]}`, []string{`rules[0].tags["b"]: demands nothing`}},
		{"severity", `{"rules": [{"name": "a", "severity": "warn"}]}`, []string{`rules[0].severity: "warn" is not a severity. Write "error" or "warning".`}},
		{"severity as a number", `{"rules": [{"name": "a", "severity": 1}]}`, []string{`rules[0].severity: It is a number`}},
		{"length zero", `{"rules": [{"name": "a", "metadata": {"o": {"max_length": 0}}}]}`, []string{`rules[0].metadata["o"].max_length: 0 is not a length`}},
		{"half a length", `{"rules": [{"name": "a", "metadata": {"o": {"max_length": 1.5}}}]}`, []string{`rules[0].metadata["o"].max_length: 1.5 is not a length`}},
		{"well formed but wrong", `{"rules": [{"name": "a", "keys": ["/x"], "only_listed": true}]}`, []string{"rules[0].keys[0]: begins with a slash"}},
		{"empty list of values", `{"rules": [{"name": "a", "metadata": {"o": {"values": []}}}]}`, []string{`rules[0].metadata["o"].values: The list is empty`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy, errs := Decode(generic(t, tt.source))
			wellPlaced(t, errs)
			if policy != nil || len(errs) != len(tt.want) {
				t.Fatalf("got %v, want %v", errs, tt.want)
			}
			for i, want := range tt.want {
				place, words, _ := strings.Cut(want, ": ")
				if errs[i].Place != place || !strings.Contains(errs[i].Detail, words) {
					t.Errorf("got %v, want %v", errs[i], want)
				}
			}
		})
	}
}

// Every number type that HCL, YAML and JSON decoders give.
func TestDecodeNumbers(t *testing.T) {
	t.Parallel()
	policy := func(length any) any {
		return map[string]any{"rules": []any{map[string]any{"name": "a", "description": nil, "metadata": map[string]any{"m": map[string]any{"max_length": length}}}}}
	}
	for _, length := range []any{5, int64(5), 5.0, big.NewFloat(5)} {
		p, errs := Decode(policy(length))
		if len(errs) > 0 {
			t.Errorf("%T: %v", length, errs)
			continue
		}
		if len(p.Check(Object{Metadata: map[string]string{"m": "12345"}})) != 0 || len(p.Check(Object{Metadata: map[string]string{"m": "123456"}})) != 1 {
			t.Errorf("%T: the length is not 5", length)
		}
	}
	for _, length := range []any{-1, int64(0), 0.5, math.NaN(), math.Inf(1), big.NewFloat(1e300), "5", true, uint8(5), []any{}} {
		if p, errs := Decode(policy(length)); p != nil || len(errs) != 1 {
			t.Errorf("%T %v: got %v", length, length, errs)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(teamPolicy)
	f.Add(`{"rules": [{"name": "a", "headers": {"Cache-Control": {"patern": "x"}}}]}`)
	f.Add(`{"rules": {"a": [1, null, {"b": 2.5}]}}`)
	f.Fuzz(func(t *testing.T, source string) {
		var v any
		if json.Unmarshal([]byte(source), &v) != nil {
			return
		}
		policy, errs := Decode(v)
		wellPlaced(t, errs)
		if (policy == nil) == (len(errs) == 0) {
			t.Fatalf("got %v and %v", policy, errs)
		}
		findingtest.WellFormed(t, findings(policy.Check(Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "x"}})))
	})
}
