package policy

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func policyPage(t *testing.T, p *findingtest.Page) {
	p.Chapter("A team's rules")
	policy := mustPolicy(t, teamPolicy)
	for _, tt := range []struct {
		written string
		object  Object
	}{
		{"an object without metadata", Object{Bucket: "b", Key: "k"}},
		{"a value that is not on the list, near one that is", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "alise"}}},
		{"a value that is near none", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "zoe"}}},
		{"a value against the pattern, and one that is too long", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "none"}}},
		{"a value that is too long", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "AB-123456"}}},
		{"a page without a header, with one that is forbidden", Object{Bucket: "web-1", Key: "site/a", Headers: map[string]string{"Content-Encoding": "br"}, Metadata: map[string]string{"owner": "bob"}}},
		{"metadata that is not on the list", Object{Bucket: "closed", Key: "k", Metadata: map[string]string{"owner": "bob", "taem": "web", "zzz": "1"}}},
		{"an object whose key and bucket are not known yet", Object{Metadata: map[string]string{"owner": "zoe"}}},
	} {
		p.Say(tt.written, findings(policy.Check(tt.object)))
	}
}

func offersPage(t *testing.T, p *findingtest.Page) {
	p.Chapter("Forms against a team's rules")
	policy := mustPolicy(t, offerPolicy)
	for _, tt := range []struct {
		written string
		offer   Offer
	}{
		{"a key without its owner", Offer{Object: Object{Bucket: "b", Key: "up/a.txt"}}},
		{"a prefix without the owner", Offer{Object: Object{Bucket: "b", Headers: map[string]string{"Cache-Control": "no-cache"}}, Prefix: "up/"}},
		{"a prefix that has pages among others", Offer{Object: Object{Bucket: "b"}, Prefix: "down/"}},
		{"any key", Offer{Object: Object{Bucket: "b", Metadata: map[string]string{"owner": "alice"}}}},
		{"any type", Offer{Object: Object{Bucket: "img", Key: "a"}}},
		{"types one of which is wrong", Offer{Object: Object{Bucket: "img", Key: "a"}, ContentTypes: []string{"image/png", "text/html"}}},
		{"a type where none may be", Offer{Object: Object{Bucket: "typeless", Key: "a"}}},
	} {
		p.Say(tt.written, findings(policy.CheckOffer(tt.offer)))
	}
}

func mistakesPage(t *testing.T, p *findingtest.Page) {
	p.Chapter("Mistakes in a policy")
	rule := func(fields string) string { return `{"rules": [{"name": "r", ` + fields + `}]}` }
	entry := func(demand string) string { return rule(`"metadata": {"owner": {` + demand + `}}`) }
	two := func(a, b string) string { return `{"rules": [{"name": "a", ` + a + `}, {"name": "b", ` + b + `}]}` }
	for _, source := range []string{
		`"strict"`, `[{"name": "r"}]`, `{}`, `{"ruels": []}`, `{"rules": {}}`, `{"rules": ["owner"]}`, `{"rules": [{"only_listed": true}]}`, `{"rules": [{"name": "r"}]}`,
		rule(`"zzz": 1, "only_listed": "yes"`), rule(`"name": 5, "only_listed": true`), rule(`"severity": "warn", "only_listed": true`),
		rule(`"keys": "a", "only_listed": true`), rule(`"keys": [], "only_listed": true`), rule(`"keys": ["a["], "only_listed": true`), rule(`"keys": ["/a"], "only_listed": true`),
		rule(`"keys": [""], "only_listed": true`), rule(`"keys": ["a/"], "only_listed": true`), rule(`"keys": ["**.html"], "only_listed": true`),
		rule(`"buckets": ["Web"], "only_listed": true`), rule(`"buckets": ["ab"], "only_listed": true`),
		rule(`"headers": {"Cash-Control": {"required": true}}`), rule(`"headers": {"X-Robots-Tag": {"required": true}}`), rule(`"headers": {"Expires": {"required": true}, "expires": {"required": true}}`),
		rule(`"metadata": {"Owner": {"required": true}}`), rule(`"metadata": ["owner"]`), rule(`"metadata": {"owner": true}`),
		entry(``), entry(`"requierd": true`), entry(`"required": 1`), entry(`"max_length": "5"`), entry(`"max_length": 0.5`), entry(`"values": []`), entry(`"values": ["a", "a"]`), entry(`"values": [" a"]`),
		entry(`"values": ["ab"], "max_length": 1`), entry(`"values": ["ab"], "pattern": "c"`), entry(`"pattern": ""`), entry(`"pattern": "("`), entry(`"pattern": "abc", "max_length": 2`),
		entry(`"forbidden": true, "required": true`),
		two(`"metadata": {"o": {"forbidden": true}}`, `"metadata": {"o": {"required": true}}`), two(`"metadata": {"o": {"required": true}}`, `"metadata": {"o": {"forbidden": true}}`),
		two(`"metadata": {"o": {"required": true, "values": ["a"]}}`, `"metadata": {"o": {"values": ["b"]}}`), two(`"only_listed": true`, `"metadata": {"o": {"required": true}}`),
		`{"rules": [{"name": "a", "only_listed": true}, {"name": "a", "only_listed": true}]}`,
	} {
		_, mistakes := Decode(generic(t, source))
		fmt.Fprintf(p, "%s\n", source)
		for _, m := range mistakes {
			fmt.Fprintf(p, "    %s\n", m)
		}
		if len(mistakes) == 0 {
			t.Errorf("%s is not a mistake", source)
		}
		p.WriteString("\n")
	}
}

// See findingtest.Page.Compare: go test -run Messages -update shows a change as a difference of the golden file.
func TestMessages(t *testing.T) {
	t.Parallel()
	p := &findingtest.Page{}
	policyPage(t, p)
	offersPage(t, p)
	mistakesPage(t, p)
	p.Compare(t)
}

// findings are violations without what only a policy knows of them.
func findings(list []Violation) []finding.Finding {
	found := make([]finding.Finding, len(list))
	for i, v := range list {
		found[i] = v.Finding
	}
	return found
}
