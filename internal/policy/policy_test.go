package policy

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

// mustPolicy makes a policy from JSON, whose generic values are those of HCL.
func mustPolicy(t testing.TB, source string) *Policy {
	t.Helper()
	policy, errs := Decode(generic(t, source))
	if len(errs) > 0 {
		t.Fatalf("the policy of the test is refused: %v", errs)
	}
	return policy
}

func generic(t testing.TB, source string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(source), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

const teamPolicy = `{"rules": [
	{"name": "ownership", "description": "See the wiki.", "metadata": {
		"owner": {"required": true, "values": ["alice", "bob"]},
		"ticket": {"pattern": "[A-Z]+-[0-9]+", "max_length": 8}}},
	{"name": "site-cache", "severity": "warning", "buckets": ["web-*"], "keys": ["site/**", "*.html"], "headers": {
		"cache-control": {"required": true, "pattern": "public, max-age=[0-9]+"},
		"Content-Encoding": {"forbidden": true}}},
	{"name": "closed", "buckets": ["closed"], "only_listed": true, "metadata": {"owner": {}, "team": {"max_length": 3}}}
]}`

func TestPolicyCheck(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, teamPolicy)
	good := map[string]string{"owner": "alice"}
	tests := []struct {
		name   string
		object Object
		want   string // rule/name pairs
		words  string // in the first detail
	}{
		{"obeys", Object{Bucket: "b", Key: "k", Metadata: good}, "", ""},
		{"nothing", Object{Bucket: "b", Key: "k"}, "ownership/owner", `Rule "ownership": object "k" in bucket "b" lacks the metadata "owner". Add it with one of the values "alice" and "bob". See the wiki.`},
		{"near value", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "alise"}}, "ownership/owner", `has the metadata "owner" with a value that is not allowed. Write one of "alice" and "bob". See the wiki.`},
		{"far value", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "zoe"}}, "ownership/owner", `Write one of "alice" and "bob"`},
		{"pattern holds for the whole", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "xAB-1"}}, "ownership/ticket", `pattern "[A-Z]+-[0-9]+" as a whole`},
		{"8 characters", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "AB-12345"}}, "", ""},
		{"9 characters", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "AB-123456"}}, "ownership/ticket", "has more than 8 characters. Shorten it."},
		{"names in any case", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"Owner": "bob"}}, "", ""},
		{"other metadata is free", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "x": "y"}}, "", ""},
		{"glob of keys", Object{Bucket: "web-1", Key: "site/a/b.css", Metadata: good}, "site-cache/Cache-Control", `lacks the header "Cache-Control". Add it with a value that matches the pattern`},
		{"second glob", Object{Bucket: "web-1", Key: "a.html", Metadata: good}, "site-cache/Cache-Control", ""},
		{"a star stops at slashes", Object{Bucket: "web-1", Key: "x/a.html", Metadata: good}, "", ""},
		{"another bucket", Object{Bucket: "web", Key: "site/a", Metadata: good}, "", ""},
		{"header in any case", Object{Bucket: "web-1", Key: "site/a", Metadata: good, Headers: map[string]string{"CACHE-CONTROL": "public, max-age=5"}}, "", ""},
		{"forbidden", Object{Bucket: "web-1", Key: "site/a", Metadata: good, Headers: map[string]string{"cache-control": "public, max-age=5", "content-encoding": "br"}}, "site-cache/Content-Encoding", "which is forbidden. Remove it."},
		{"listed", Object{Bucket: "closed", Key: "k", Metadata: map[string]string{"owner": "bob", "team": "web"}}, "", ""},
		{"not listed", Object{Bucket: "closed", Key: "k", Metadata: map[string]string{"owner": "bob", "taem": "web", "zzz": "1"}}, "closed/taem closed/zzz", `Did you mean "team"?`},
		{"three Chinese characters", Object{Bucket: "closed", Key: "k", Metadata: map[string]string{"owner": "bob", "team": "前端组"}}, "", ""},
		{"order", Object{Bucket: "web-1", Key: "site/a", Headers: map[string]string{"Content-Encoding": "br", "Cache-Control": "x"}, Metadata: map[string]string{"ticket": "x"}}, "ownership/owner ownership/ticket site-cache/Cache-Control site-cache/Content-Encoding", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := policy.Check(tt.object)
			findingtest.WellFormed(t, findings(got))
			list := []string{}
			for _, v := range got {
				list = append(list, v.Rule+"/"+v.Name)
				if want := map[bool]finding.Severity{true: finding.Warning, false: finding.Error}[v.Rule == "site-cache"]; v.Severity != want || v.Summary != "Metadata Policy Violation" {
					t.Errorf("got %+v", v)
				}
			}
			if strings.Join(list, " ") != tt.want {
				t.Fatalf("got %v, want %q", list, tt.want)
			}
			if len(got) > 0 && !strings.Contains(got[0].Detail, tt.words) {
				t.Errorf("detail %q lacks %q", got[0].Detail, tt.words)
			}
		})
	}
}

func TestPolicySaysNothingOfWhatIsUnknown(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, teamPolicy)
	for name, object := range map[string]Object{
		"value":         {Bucket: "closed", Key: "k", UnknownMetadata: []string{"Owner", "other"}},
		"whole map":     {Bucket: "closed", Key: "k", MetadataUnknown: true},
		"header":        {Bucket: "web-1", Key: "site/a", Metadata: map[string]string{"owner": "bob"}, UnknownHeaders: []string{"cache-control", "Content-Encoding"}},
		"key":           {Bucket: "web-1", Metadata: map[string]string{"owner": "bob"}},
		"bucket":        {Key: "site/a", Metadata: map[string]string{"owner": "bob", "x": "y"}},
		"key of others": {Bucket: "b", Metadata: map[string]string{"owner": "bob"}},
	} {
		if got := policy.Check(object); len(got) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	got := policy.Check(Object{MetadataUnknown: true, Metadata: map[string]string{"owner": "zoe"}})
	if len(got) != 1 || !strings.HasPrefix(got[0].Detail, `Rule "ownership": the object has the metadata "owner" with a value that is not allowed`) {
		t.Errorf("what is known is not judged: %+v", got)
	}
}

func TestNoPolicyDemandsNothing(t *testing.T) {
	t.Parallel()
	var none *Policy
	if got := append(none.Check(Object{Bucket: "b", Key: "k"}), new(Policy).Check(Object{})...); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	if policy, errs := New(nil); policy == nil || len(errs) != 0 {
		t.Errorf("got %v, %v", policy, errs)
	}
}

func TestLongDescriptionAndValueAreCut(t *testing.T) {
	t.Parallel()
	policy, errs := New([]Rule{{Name: "r", Description: strings.Repeat("long\n", 500), Metadata: map[string]Demand{"a": {MaxLength: 5}}}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	got := policy.Check(Object{Bucket: "b", Key: strings.Repeat("k", 900), Metadata: map[string]string{"a": strings.Repeat("v", 5000)}})
	findingtest.WellFormed(t, findings(got))
	if len(got) != 1 || strings.Contains(got[0].Detail, strings.Repeat("v", 61)) {
		t.Errorf("got %+v", got)
	}
}

// What a team demands is repeated whole, as far as anybody reads it: without it a value cannot be corrected.
func TestDemandsAreRepeatedWhole(t *testing.T) {
	t.Parallel()
	long := "public, max-age=31536000, immutable, stale-while-revalidate=86400, stale-if-error=604800"
	pattern := "application/octet-stream|image/(png|jpeg|webp|avif)|application/pdf|video/mp4"
	policy, errs := New([]Rule{{
		Name:    "r",
		Headers: map[string]Demand{"Cache-Control": {Values: []string{long, "no-cache"}}, "Content-Type": {Pattern: pattern}},
	}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	got := policy.Check(Object{Headers: map[string]string{"Cache-Control": "x", "Content-Type": "y"}})
	if len(got) != 2 || !strings.Contains(got[0].Detail, strconv.Quote(long)+` and "no-cache"`) || !strings.Contains(got[1].Detail, strconv.Quote(pattern)) {
		t.Errorf("got %+v", got)
	}
}

// A finding about a partly known object stays whatever the rest turns out to be.
func TestFindingsAreNeverTakenBack(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, strings.Replace(teamPolicy, `"description": "See the wiki."`, `"except": [{"keys": ["k"], "reason": "Known later."}], "tags": {"owner": {"required": true}}`, 1))
	r := rand.New(rand.NewPCG(1, 2))
	oneOf := func(list ...string) string { return list[r.IntN(len(list))] }
	said := 0
	for range 5000 {
		full := Object{Bucket: oneOf("web-1", "closed", "b"), Key: oneOf("site/a", "a.html", "k"), Headers: map[string]string{}, Metadata: map[string]string{}}
		partial := Object{Headers: map[string]string{}, Metadata: map[string]string{}, MetadataUnknown: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			partial.Bucket = full.Bucket
		}
		if r.IntN(2) == 0 {
			partial.Key = full.Key
		}
		for _, name := range []string{"Cache-Control", "Content-Encoding"} {
			present, known := r.IntN(2) == 0, r.IntN(2) == 0
			if value := oneOf("public, max-age=1", "br"); present {
				full.Headers[name] = value
				if known {
					partial.Headers[name] = value
				}
			}
			if !known {
				partial.UnknownHeaders = append(partial.UnknownHeaders, name)
			}
		}
		for _, name := range []string{"owner", "team", "ticket", "other"} {
			value := oneOf("alice", "web", "AB-1", "nobody")
			switch r.IntN(4) {
			case 0:
				full.Metadata[name], partial.Metadata[name] = value, value
			case 1:
				full.Metadata[name] = value
				partial.UnknownMetadata = append(partial.UnknownMetadata, name)
			case 2:
				if partial.MetadataUnknown {
					full.Metadata[name] = value
				}
			}
		}
		switch value := map[string]string{"owner": "x"}; r.IntN(4) {
		case 0:
			full.Tags, partial.Tags = value, value
		case 1:
			full.Tags, partial.UnknownTags = value, []string{"owner"}
		case 2:
			full.Tags, partial.TagsUnknown = value, true
		}
		final := policy.Check(full)
		for _, v := range policy.Check(partial) {
			said++
			if !slices.ContainsFunc(final, func(f Violation) bool { return f.Rule == v.Rule && f.Place() == v.Place() && f.Severity == v.Severity }) {
				t.Fatalf("%+v is taken back:\npartial %+v\nfull %+v", v, partial, full)
			}
		}
	}
	if said < 500 {
		t.Errorf("only %d findings about partly known objects: the test proves nothing", said)
	}
}

// Of one there is no choice.
func TestPolicyNamesTheOnlyValue(t *testing.T) {
	t.Parallel()
	policy, errs := New([]Rule{{
		Name: "r", OnlyListed: true, Headers: map[string]Demand{"Cache-Control": {Values: []string{"no-store"}}}, Metadata: map[string]Demand{"team": {Required: true, Values: []string{"web"}}},
	}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	found := policy.Check(Object{Headers: map[string]string{"Cache-Control": "public"}, Metadata: map[string]string{"zzzzz": "a"}})
	for i, words := range []string{`with a value that is not allowed. Write "no-store".`, `Add it with the value "web".`, `Remove it, or use "team".`} {
		if len(found) != 3 || !strings.Contains(found[i].Detail, words) {
			t.Errorf("got %+v, want %q at %d", found, words, i)
		}
	}
}

func TestPolicyConcerns(t *testing.T) {
	t.Parallel()
	policy := mustPolicy(t, `{"rules": [
		{"name": "pages", "buckets": ["web-*"], "keys": ["**/*.html"], "headers": {"Cache-Control": {"required": true}}},
		{"name": "logs", "keys": ["logs/**"], "only_listed": true}]}`)
	for _, tt := range []struct {
		bucket, key string
		want        bool
	}{{"web-1", "a/b.html", true}, {"web-1", "a.css", false}, {"other", "a.html", false}, {"other", "logs/x", true}} {
		if _, got := policy.Concerns(tt.bucket, tt.key); got != tt.want {
			t.Errorf("Concerns(%q, %q) = %v", tt.bucket, tt.key, got)
		}
	}
	for _, none := range []*Policy{nil, new(Policy)} {
		if _, concerned := none.Concerns("b", "k"); concerned {
			t.Error("a policy without rules concerns nothing")
		}
	}
}
