package policy

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

const offerPolicy = `{"rules": [
	{"name": "owner", "keys": ["up/**"], "metadata": {"owner": {"required": true, "values": ["alice", "bob"]}}},
	{"name": "pages", "keys": ["**/*.html"], "headers": {"Cache-Control": {"required": true}}},
	{"name": "images", "buckets": ["img"], "headers": {"Content-Type": {"pattern": "image/.+"}}},
	{"name": "closed", "buckets": ["closed"], "only_listed": true, "metadata": {"owner": {}}},
	{"name": "typeless", "buckets": ["typeless"], "headers": {"Content-Type": {"forbidden": true}}},
	{"name": "typed", "buckets": ["typed"], "headers": {"Content-Type": {"required": true}}},
	{"name": "soft", "buckets": ["soft"], "severity": "warning", "metadata": {"owner": {"required": true}}}
]}`

func TestCheckOffer(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, offerPolicy)
	owner := map[string]string{"owner": "alice"}
	for name, tt := range map[string]struct {
		offer Offer
		want  string // severity rule/name, in order
		words string
	}{
		"kept":                      {Offer{Object: Object{Bucket: "b", Key: "up/a.txt", Metadata: owner}}, "", ""},
		"exact key without entry":   {Offer{Object: Object{Bucket: "b", Key: "up/a.txt"}}, "error owner/owner", `Rule "owner": object "up/a.txt" in bucket "b" lacks the metadata "owner"`},
		"exact key, wrong value":    {Offer{Object: Object{Bucket: "b", Key: "up/a.txt", Metadata: map[string]string{"owner": "bib"}}}, "error owner/owner", `Write one of "alice" and "bob".`},
		"exact page":                {Offer{Object: Object{Bucket: "b", Key: "a/b.html"}}, "error pages/Cache-Control", "lacks the header"},
		"exact, other key":          {Offer{Object: Object{Bucket: "b", Key: "a/b.txt"}}, "", ""},
		"prefix that a rule covers": {Offer{Object: Object{Bucket: "b", Headers: map[string]string{"Cache-Control": "no-cache"}}, Prefix: "up/x"}, "error owner/owner", `an object whose key begins with "up/x" in bucket "b" lacks the metadata "owner"`},
		"prefix that rules may name": {Offer{Object: Object{Bucket: "b"}, Prefix: "u"}, "warning owner/owner warning pages/Cache-Control",
			`an object whose key begins with "u" and matches the rule's, in bucket "b", lacks`},
		"any key":                   {Offer{Object: Object{Bucket: "b", Metadata: owner}}, "warning pages/Cache-Control", "an object whose key matches the rule's, in bucket"},
		"prefix that no rule names": {Offer{Object: Object{Bucket: "b", Headers: map[string]string{"Cache-Control": "no-cache"}}, Prefix: "down/"}, "", ""},
		"any type":                  {Offer{Object: Object{Bucket: "img", Key: "a"}}, "error images/Content-Type", `may have any Content-Type that the uploader chooses. Set content_types to those that the rule allows: a value that matches the pattern "image/.+" as a whole.`},
		"any image":                 {Offer{Object: Object{Bucket: "img", Key: "a"}, ContentTypes: []string{"image/*"}}, "error images/Content-Type", "may have any Content-Type"},
		"types that are right":      {Offer{Object: Object{Bucket: "img", Key: "a"}, ContentTypes: []string{"image/png", "image/gif"}}, "", ""},
		"one type that is wrong":    {Offer{Object: Object{Bucket: "img", Key: "a"}, ContentTypes: []string{"image/png", "text/html"}}, "error images/Content-Type", `may have a Content-Type that does not match the pattern`},
		"not listed":                {Offer{Object: Object{Bucket: "closed", Key: "k", Metadata: map[string]string{"owner": "x", "more": "y"}}}, "error closed/more", "not on the list"},
		"forbidden type":            {Offer{Object: Object{Bucket: "typeless", Key: "k"}}, "error typeless/Content-Type", "OSS gives every object one"},
		"required type":             {Offer{Object: Object{Bucket: "typed", Key: "k"}}, "", ""},
		"warning stays":             {Offer{Object: Object{Bucket: "soft", Key: "k"}}, "warning soft/owner", ""},
	} {
		got := policy.CheckOffer(tt.offer)
		findingtest.WellFormed(t, findings(got))
		list := []string{}
		for _, v := range got {
			list = append(list, v.Severity.String()+" "+v.Rule+"/"+v.Name)
		}
		if strings.Join(list, " ") != tt.want {
			t.Errorf("%s: got %v, want %q", name, list, tt.want)
		} else if len(got) > 0 && !strings.Contains(got[0].Detail, tt.words) {
			t.Errorf("%s: detail %q lacks %q", name, got[0].Detail, tt.words)
		}
	}
	var none *Policy
	if got := none.CheckOffer(Offer{}); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
}

// What is said of a prefix holds for keys below it: a rule that reaches all matches each, and one that reaches none matches none.
func TestReachIsSound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	text := func(most int, parts ...string) string {
		s := ""
		for range r.IntN(most + 1) {
			s += pick(parts...)
		}
		return s
	}
	seen := map[reach]int{}
	for range 200000 {
		glob := text(5, "a", "b", "/", "*", "?", "**", "/**/", "{a,b/c}", "[ab]")
		prefix, rest := text(3, "a", "b", "/", "c"), text(3, "a", "b", "/", "c")
		key := prefix + rest
		if rules.KeyGlobFault(glob) != "" || finding.HasError(rules.CheckKey(key)) {
			continue
		}
		rule := compiledRule{Rule: Rule{Keys: []string{glob}}, keys: newGlobs([]string{glob})}
		reach := rule.reach(Offer{Prefix: prefix})
		seen[reach]++
		if matches := rules.MatchKey(glob, key); reach == reachesAll && !matches || reach == reachesNone && matches {
			t.Fatalf("glob %q, prefix %q: %d, and %q matches: %v", glob, prefix, reach, key, matches)
		}
	}
	if seen[reachesNone] < 1000 || seen[reachesSome] < 1000 || seen[reachesAll] < 100 {
		t.Errorf("the globs are too much alike: %v", seen)
	}
}
