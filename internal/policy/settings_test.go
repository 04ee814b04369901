package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

const settingsPolicy = `{"rules": [
	{"name": "closed", "acl": ["default", "private"]},
	{"name": "cheap", "keys": ["logs/**"], "storage_class": ["IA", "Archive"], "severity": "warning"},
	{"name": "billed", "tags": {"cost": {"required": true, "pattern": "[A-Z]{2}"}, "Tmp": {"forbidden": true}}, "except": [{"keys": ["logs/old/**", "*.tmp"], "reason": "Deleted in June."}]},
	{"name": "new", "since": "2026-06-01", "keys": ["new/**"], "metadata": {"owner": {"required": true}}}
]}`

func TestPolicyOfSettings(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, settingsPolicy)
	billed := map[string]string{"cost": "AB"}
	may := func(day int) time.Time { return time.Date(2026, 5, day, 0, 0, 0, 0, time.UTC) }
	for name, tt := range map[string]struct {
		object Object
		want   string // severity rule place, in order
		words  string
	}{
		"right":                   {Object{Bucket: "b", Key: "logs/a", ACL: "private", StorageClass: "IA", Tags: billed}, "", ""},
		"ACL":                     {Object{Bucket: "b", Key: "a", ACL: "public-read", Tags: billed}, "error closed acl", `Rule "closed": object "a" in bucket "b" has an ACL that is not allowed. Make it one of "default" and "private".`},
		"class":                   {Object{Bucket: "b", Key: "logs/a", StorageClass: "Standard", Tags: billed}, "warning cheap storage_class", `has a storage class that is not allowed. Make it one of "IA" and "Archive".`},
		"no tag":                  {Object{Bucket: "b", Key: "a"}, `error billed tags["cost"]`, `lacks the tag "cost". Add it with a value that matches the pattern`},
		"tag":                     {Object{Bucket: "b", Key: "a", Tags: map[string]string{"cost": "ab", "Tmp": ""}}, `error billed tags["Tmp"] error billed tags["cost"]`, `has the tag "Tmp", which is forbidden. Remove it.`},
		"another case":            {Object{Bucket: "b", Key: "a", Tags: map[string]string{"cost": "AB", "tmp": ""}}, "", ""},
		"nothing is known":        {Object{Bucket: "b", Key: "logs/a", TagsUnknown: true}, "", ""},
		"a tag is not known":      {Object{Bucket: "b", Key: "logs/a", UnknownTags: []string{"cost"}}, "", ""},
		"excepted":                {Object{Bucket: "b", Key: "logs/old/a"}, "", ""},
		"excepted, other rules":   {Object{Bucket: "b", Key: "a.tmp", ACL: "public-read"}, "error closed acl", ""},
		"an exception may follow": {Object{Bucket: "b", Tags: map[string]string{"Tmp": ""}}, "", ""},
		"written now":             {Object{Bucket: "b", Key: "new/a", Tags: billed}, `error new metadata["owner"]`, ""},
		"before the rule":         {Object{Bucket: "b", Key: "new/a", Tags: billed, LastModified: may(31)}, `warning new metadata["owner"]`, ""},
		"in the last second":      {Object{Bucket: "b", Key: "new/a", Tags: billed, LastModified: may(32).Add(-time.Second)}, `warning new metadata["owner"]`, ""},
		"on the day of the rule":  {Object{Bucket: "b", Key: "new/a", Tags: billed, LastModified: may(32)}, `error new metadata["owner"]`, ""},
		"old, and no since":       {Object{Bucket: "b", Key: "a", ACL: "public-read", Tags: billed, LastModified: may(1)}, "error closed acl", ""},
	} {
		found := policy.Check(tt.object)
		findingtest.WellFormed(t, findings(found))
		list := []string{}
		for _, v := range found {
			list = append(list, v.Severity.String()+" "+v.Rule+" "+v.Place())
		}
		if got := strings.Join(list, " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		} else if len(found) > 0 && !strings.Contains(found[0].Detail, tt.words) {
			t.Errorf("%s: detail %q lacks %q", name, found[0].Detail, tt.words)
		}
	}
}

// What has to be asked of OSS follows from the rules that are held, and from no other.
func TestPolicyNeeds(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, `{"rules": [
		{"name": "a", "keys": ["acl/**"], "acl": ["private"]}, {"name": "t", "keys": ["tags/**", "old/**"], "tags": {"a": {"required": true}}, "except": [{"keys": ["old/**"], "reason": "x"}]},
		{"name": "c", "keys": ["class/**", "acl/both"], "storage_class": ["IA"]}, {"name": "h", "keys": ["headers/**"], "headers": {"Expires": {"required": true}}},
		{"name": "l", "keys": ["listed/**"], "only_listed": true}]}`)
	for key, want := range map[string]Need{
		"acl/x": {ACL: true}, "acl/both": {ACL: true, Class: true}, "tags/x": {Tags: true}, "class/x": {Class: true}, "headers/x": {Headers: true}, "listed/x": {Headers: true},
	} {
		if got, concerned := policy.Concerns("b", key); got != want || !concerned || got.Any() != (want.ACL || want.Tags || want.Headers) {
			t.Errorf("%s: got %+v, %v", key, got, concerned)
		}
	}
	for _, key := range []string{"other", "old/x"} {
		if got, concerned := policy.Concerns("b", key); concerned || got.Any() {
			t.Errorf("%s: got %+v", key, got)
		}
	}
}

func TestNewRefusesContradictionsOfSettings(t *testing.T) {
	t.Parallel()
	letOff := func(keys ...string) []Exception { return []Exception{{Keys: keys, Reason: "x"}} }
	required, forbidden := map[string]Demand{"owner": {Required: true}}, map[string]Demand{"owner": {Forbidden: true}}
	for name, tt := range map[string]struct {
		a, b  Rule
		place string
	}{
		"ACL":                         {Rule{ACL: []string{"private"}}, Rule{ACL: []string{"default"}}, "rules[1].acl"},
		"ACL in common":               {Rule{ACL: []string{"private", "default"}}, Rule{ACL: []string{"default"}}, ""},
		"class":                       {Rule{StorageClass: []string{"IA"}}, Rule{StorageClass: []string{"Standard"}}, "rules[1].storage_class"},
		"class of others":             {Rule{StorageClass: []string{"IA"}, Keys: []string{"a"}}, Rule{StorageClass: []string{"Standard"}, Keys: []string{"b"}}, ""},
		"tags":                        {Rule{Tags: required}, Rule{Tags: forbidden}, `rules[1].tags["owner"]`},
		"tags and metadata":           {Rule{Tags: required}, Rule{Metadata: forbidden}, ""},
		"let off where they meet":     {Rule{Metadata: forbidden, Except: letOff("a/**")}, Rule{Metadata: required, Keys: []string{"a/**"}}, ""},
		"let off at the key":          {Rule{Metadata: forbidden, Except: letOff("a/**")}, Rule{Metadata: required, Keys: []string{"a/b"}}, ""},
		"let off elsewhere":           {Rule{Metadata: forbidden, Except: letOff("b/**")}, Rule{Metadata: required, Keys: []string{"a/b"}}, `rules[1].metadata["owner"]`},
		"let off, and all may differ": {Rule{Metadata: forbidden, Except: letOff("b/**")}, Rule{Metadata: required}, ""},
	} {
		tt.a.Name, tt.b.Name = "a", "b"
		_, errs := New([]Rule{tt.a, tt.b})
		wellPlaced(t, errs)
		if tt.place == "" && len(errs) > 0 || tt.place != "" && (len(errs) != 1 || errs[0].Place != tt.place) {
			t.Errorf("%s: got %v, want %q", name, errs, tt.place)
		}
	}
}

func TestMistakesNameTheirArgument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mistake Mistake
		want    string
	}{
		{Mistake{Place: whole, Detail: "No."}, "metadata_policy: No."},
		{Mistake{Place: "rules[1].keys", Detail: "No."}, "metadata_policy.rules[1].keys: No."},
		{Mistake{Place: "[1].keys", Rule: "pages", Detail: "No."}, `metadata_policy[1].keys, in rule "pages": No.`},
	} {
		if got := tt.mistake.In("metadata_policy"); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// A message is the same whatever the value is that is wrong: the value may be a secret.
func TestMessagesDoNotDependOnValues(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, `{"rules": [
		{"name": "values", "metadata": {"m": {"values": ["alice", "bob"]}}, "headers": {"Expires": {"values": ["0"]}}, "tags": {"t": {"values": ["x"]}}},
		{"name": "pattern", "metadata": {"m": {"pattern": "[0-9]+"}}, "headers": {"Expires": {"pattern": "[0-9]+"}}, "tags": {"t": {"pattern": "[0-9]+"}}},
		{"name": "length", "metadata": {"m": {"max_length": 3}}, "headers": {"Expires": {"max_length": 3}}, "tags": {"t": {"max_length": 3}}},
		{"name": "listed", "only_listed": true, "metadata": {"other": {}}},
		{"name": "forbidden", "metadata": {"n": {"forbidden": true}}},
		{"name": "settings", "acl": ["private"], "storage_class": ["IA"]}]}`)
	said := map[string][]finding.Finding{}
	for _, value := range []string{"alise", "swordfish", "correct horse battery staple"} {
		found := policy.Check(Object{
			Bucket: "b", Key: "k", Metadata: map[string]string{"m": value, "n": value}, Headers: map[string]string{"Expires": value}, Tags: map[string]string{"t": value},
			ACL: value, StorageClass: value,
		})
		if len(found) != 14 {
			t.Fatalf("%d violations: %+v", len(found), found)
		}
		said[value] = findings(found)
		for i, f := range said[value] {
			if f != said["alise"][i] || strings.Contains(f.Detail, value) {
				t.Errorf("%q is given away by %+v", value, f)
			}
		}
		offered := policy.CheckOffer(Offer{Object: Object{Bucket: "b", Key: "k", Metadata: map[string]string{"m": value}}})
		for _, v := range offered {
			if strings.Contains(v.Detail, value) {
				t.Errorf("%q is given away by %+v", value, v)
			}
		}
	}
}
