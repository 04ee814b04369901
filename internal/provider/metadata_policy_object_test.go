package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// What is known of ACL, tags and class depends on what the change does: a new object has OSS's defaults, one that is
// taken over brings its own.
func TestPolicyObject(t *testing.T) {
	t.Parallel()
	create, takeOver, reset, acl := object.Change{Create: true, Write: true, Reset: true}, object.Change{Create: true, Reset: true}, object.Change{Reset: true}, object.Change{SetACL: true}
	tags := func(value types.String) types.Map {
		return types.MapValueMust(types.StringType, map[string]attr.Value{"team": value})
	}
	set := settingsModel{ACL: types.StringValue("private"), StorageClass: types.StringValue("IA"), Tags: tags(types.StringValue("web"))}
	null := settingsModel{Tags: types.MapNull(types.StringType)}
	none := settingsModel{Tags: stringMap(nil)}
	unknown := settingsModel{ACL: types.StringUnknown(), StorageClass: types.StringUnknown(), Tags: types.MapUnknown(types.StringType)}
	for name, tt := range map[string]struct {
		config, plan settingsModel
		change       object.Change
		want         string // ACL, class, tags, whether all of them are known
	}{
		"set":                     {set, set, create, "private IA map[team:web] true"},
		"new, not set":            {null, none, create, "default  map[] true"},
		"new, null":               {null, null, create, "default  map[] true"},
		"taken over, not set":     {null, none, takeOver, "  map[] false"},
		"taken over, set":         {set, set, takeOver, "private IA map[team:web] true"},
		"not known":               {unknown, unknown, create, "  map[] false"},
		"there already, not seen": {null, null, reset, "  map[] false"},
		"there already, seen":     {null, set, reset, "private IA map[team:web] true"},
		"there already and left":  {null, set, object.Change{}, "private IA map[team:web] true"},
		"another ACL is not left": {set, set, acl, "private IA map[team:web] true"},
		"a tag that is not known": {settingsModel{}, settingsModel{Tags: tags(types.StringUnknown())}, create, "default  map[] [team]"},
	} {
		m := objectModel{Bucket: types.StringValue("b"), Key: types.StringValue("k"), settingsModel: tt.plan}
		got := m.policyObject(objectModel{settingsModel: tt.config}, tt.change)
		known := fmt.Sprint(!got.TagsUnknown)
		if len(got.UnknownTags) > 0 {
			known = fmt.Sprint(got.UnknownTags)
		}
		if text := fmt.Sprintf("%s %s %v %s", got.ACL, got.StorageClass, got.Tags, known); text != tt.want {
			t.Errorf("%s: got %q, want %q", name, text, tt.want)
		}
	}
}

func mustRules(t *testing.T, list ...policy.Rule) *policy.Policy {
	t.Helper()
	rules, mistakes := policy.New(list)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return rules
}

// All that one object breaks by way of warning is one diagnostic under a title of its own; errors stand at their places.
func TestViolationsOfOneObject(t *testing.T) {
	t.Parallel()
	demands := map[string]policy.Demand{}
	for i := range 9 {
		demands[fmt.Sprintf("name-%d", i)] = policy.Demand{Required: true}
	}
	soft := policy.Rule{Name: "soft", Severity: finding.Warning, Headers: map[string]policy.Demand{"Cache-Control": {Required: true}}, Metadata: demands}
	hard := soft
	hard.Name, hard.Severity = "hard", finding.Error
	m := objectModel{Bucket: types.StringValue("b"), Key: types.StringValue("site/a.html")}
	written := object.Change{Create: true, Write: true}
	var diags diag.Diagnostics
	(&providerData{policy: mustRules(t, soft, hard)}).checkPolicy(m, m.policyObject(m, written), written, &diags)
	if len(diags.Warnings()) != 1 || len(diags.Errors()) != 2 {
		t.Fatalf("got %v", diags)
	}
	if got := diags.Warnings()[0]; got.Summary() != `Metadata Policy Violation by "site/a.html"` || strings.Count(got.Detail(), "lacks the") != 10 {
		t.Errorf("got %s: %s", got.Summary(), got.Detail())
	}
	for i, want := range []string{"cache_control", "metadata"} {
		d, ok := diags.Errors()[i].(diag.DiagnosticWithPath)
		if !ok || d.Path().String() != want || d.Summary() != "Metadata Policy Violation" {
			t.Errorf("got %v, want an error at %s", diags.Errors()[i], want)
		}
	}
	if got := strings.Count(diags.Errors()[1].Detail(), "lacks the metadata"); got != 9 {
		t.Errorf("%d of 9 entries in %s", got, diags.Errors()[1].Detail())
	}
	// Warnings of one place stand there.
	diags = nil
	delete(soft.Headers, "Cache-Control")
	(&providerData{policy: mustRules(t, soft)}).checkPolicy(m, m.policyObject(m, written), written, &diags)
	if d, ok := diags.Warnings()[0].(diag.DiagnosticWithPath); len(diags) != 1 || !ok || d.Path().String() != "metadata" {
		t.Errorf("got %v", diags)
	}
}

// Nine objects that break one rule are all named: Terraform folds warnings that have one title.
func TestNineWarningsAreNotFolded(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	w.policyConfig(`[{ name = "soft", severity = "warning", metadata = { owner = { required = true } }, headers = { Expires = { required = true } } }]`, `
resource "oss_object" "test" {
  for_each = toset([for i in range(9) : "site/page-${i}.html"])
  bucket   = "BUCKET"
  key      = each.key
  content  = "x"
}
`)
	out := flatten(w.must("plan", "-no-color"))
	for i := range 9 {
		for _, part := range []string{`metadata "owner"`, `header "Expires"`} {
			if want := fmt.Sprintf(`object "site/page-%d.html" in bucket %q lacks the %s`, i, w.oss.bucket, part); !strings.Contains(out, want) {
				t.Errorf("the plan does not say %s:\n%s", want, out)
			}
		}
	}
	if strings.Contains(out, "similar warning") {
		t.Errorf("Terraform folds warnings:\n%s", out)
	}
}

// A rule lets objects that are there already stay as they are, until they are written again; a date makes no difference.
func TestPolicyOfObjectsThatStay(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	dates := map[string]string{"never": "", "past": `since = "2026-01-31", `, "future": `since = "2199-01-31", `}
	rules := ""
	for name, since := range dates {
		rules += fmt.Sprintf(`{ name = %q, keys = ["%s/**"], %smetadata = { owner = { required = true } } }, `, name, name, since)
	}
	config := func(rules, to, stays, moves string) {
		text := ""
		for name := range dates {
			text += namedBlock(name+"_stays", name+"/stays.txt", stays) + namedBlock(name+"_moves", name+to, moves)
		}
		w.policyConfig("["+rules+"]", text)
	}
	config("", "/a.txt", "", "")
	w.apply()
	config(rules, "/a.txt", "", "")
	out := flatten(w.must("plan", "-no-color", "-detailed-exitcode"))
	for name := range dates {
		for _, key := range []string{name + "/stays.txt", name + "/a.txt"} {
			_, warning, _ := strings.Cut(out, fmt.Sprintf("Warning: Metadata Policy Violation by %q", key))
			if warning, _, _ = strings.Cut(warning, "Warning: "); !strings.Contains(warning, "Nothing is written by this plan") {
				t.Errorf("%s: no warning in\n%s", key, out)
			}
		}
	}
	// A change that writes nothing leaves the object as it is, at the apply too.
	config(rules, "/a.txt", `deletion_policy = "delete"`, `deletion_policy = "delete"`)
	w.apply()
	config(rules, "/b.txt", `cache_control = "no-cache"`, "")
	refused := map[string][]string{}
	for name := range dates {
		refused[name+"_stays"] = []string{"Metadata Policy Violation", `lacks the metadata "owner"`}
		refused[name+"_moves"] = []string{"Metadata Policy Violation", fmt.Sprintf(`object "%s/b.txt"`, name)}
	}
	w.expectDiagnosed(refused, "plan")
	config(rules, "/a.txt", "cache_control = \"no-cache\"\n metadata = { owner = \"emma\" }", `metadata = { owner = "emma" }`)
	w.apply()
	w.clean()
}

// An object that is let off by its key is not checked at plan.
func TestExceptAtPlan(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.policyConfig(`[{ name = "owner", except = [{ keys = ["**/old/**"], reason = "Moves in March." }], metadata = { owner = { required = true } } }]`,
		namedBlock("old", "PREFIXold/a.txt", "")+namedBlock("new", "PREFIXnew/a.txt", ""))
	w.expectDiagnosed(map[string][]string{"new": {"Metadata Policy Violation", "new/a.txt"}}, "plan")
}

// ACL, tags and class stand at their attributes. Nothing is asked of OSS for an object of which all is known.
func TestSettingsAtPlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	const rules = `[{ name = "settings", acl = ["private"], storage_class = ["Standard"], tags = { team = { required = true, values = ["web"] } } }]`
	rows := map[string]struct {
		arguments string
		want      []string // "severity code: words of the detail"
	}{
		"none": {"", []string{
			`error resource "oss_object" "none" {: object "none" in bucket "test-bucket" has an ACL that is not allowed. Make it "private".`,
			`error resource "oss_object" "none" {: lacks the tag "team". Add it with the value "web".`}},
		"others": {"acl = \"public-read\"\n tags = { team = \"wab\" }\n storage_class = \"IA\"", []string{
			`error acl = "public-read": has an ACL that is not allowed`, `error storage_class = "IA": has a storage class that is not allowed. Make it "Standard".`,
			`error tags = { team = "wab" }: has the tag "team" with a value that is not allowed.`}},
		"allowed": {"acl = \"private\"\n tags = { team = \"web\" }", nil},
	}
	text := ""
	for name, row := range rows {
		text += namedBlock(name, name, row.arguments)
	}
	w.policyConfig(rules, text)
	found := w.diagnosticsByName("plan")
	for name, row := range rows {
		got := found[name]
		if len(got) != len(row.want) {
			t.Errorf("%s: got %+v, want %q", name, got, row.want)
			continue
		}
		for _, want := range row.want {
			place, words, _ := strings.Cut(want, ": ")
			met := false
			for _, d := range got {
				met = met || d.Severity+" "+strings.TrimSpace(d.Snippet.Code) == place && strings.Contains(d.Detail, words)
			}
			if !met {
				t.Errorf("%s: got %+v, want %q", name, got, want)
			}
		}
	}
	if got := o.requests(); got != "" {
		t.Errorf("requests %q", got)
	}
}

// An object without a body is held against the rules with what it brings: nothing is asked but what a rule asks for, and
// nothing is written when it breaks one.
func TestPolicyOfTakenOverObjects(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	const adopt = "HeadObject:1" // the engine's, and CopyObject where there is something to change
	type row struct{ rule, arguments, broken, requests string }
	w := o.workspace()
	for _, rows := range []map[string]row{
		{"metadata": {`metadata = { owner = { required = true } }`, "", `lacks the metadata "owner"`, ""}}, // at plan: what is not configured is removed
		{
			"class":  {`storage_class = ["Standard"]`, "", "has a storage class that is not allowed", "HeadObject:1"},
			"tag":    {`tags = { team = { values = ["web"] } }`, "", `has the tag "team" with a value that is not allowed`, "GetObjectTagging:1 HeadObject:1"},
			"acl":    {`acl = ["private"]`, "", "has an ACL that is not allowed", "GetObjectAcl:1"},
			"others": {"", "", "", "CopyObject:1 GetObjectAcl:1 " + adopt}, // none of the rules is for it
			"right":  {`acl = ["private"], tags = { team = { values = ["web"] } }`, "acl = \"private\"\n tags = { team = \"web\" }", "", "CopyObject:1 " + adopt},
		},
	} {
		rules, text, words := "", "", map[string][]string{}
		for name, row := range rows {
			o.must(o.sdk().PutObject(name, strings.NewReader("x"), oss.Meta("owner", "emma"), oss.ObjectACL(oss.ACLPublicRead), oss.SetTagging(tagging("team", "wab")), oss.ObjectStorageClass(oss.StorageIA)))
			if row.rule != "" {
				rules += fmt.Sprintf("{ name = %q, keys = [%q], %s }, ", name, name, row.rule)
			}
			text += strings.Replace(namedBlock(name, name, "allow_overwrite = true\n"+row.arguments), `content = "x"`, "", 1)
			if row.broken != "" {
				words[name] = []string{"Metadata Policy Violation", row.broken}
			}
		}
		w.policyConfig("["+rules+"]", text)
		o.local().ResetRecords()
		w.expectDiagnosed(words, "apply", "-auto-approve")
		for name, row := range rows {
			if got := o.requestsFor(name); got != row.requests {
				t.Errorf("%s: requests %q, want %q", name, got, row.requests)
			}
			if got := o.object(name); row.broken != "" && got.Metadata["owner"] != "emma" || row.broken == "" && len(got.Metadata) > 0 {
				t.Errorf("%s: stored is %+v", name, got)
			}
		}
	}
}

// A copy brings a body and nothing else: what the source has of metadata, tags and ACL is not an excuse.
func TestPolicyOfCopies(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("source", strings.NewReader("x"), oss.Meta("owner", "emma"), oss.ObjectACL(oss.ACLPrivate), oss.SetTagging(tagging("team", "web")), oss.CacheControl("no-cache")))
	w := o.workspace()
	copied := func(name, arguments string) string {
		return strings.Replace(namedBlock(name, name, `copy_source {
    bucket = "BUCKET"
    key = "source"
  }
`+arguments), `content = "x"`, "", 1)
	}
	demands := map[string]string{
		"metadata": `metadata = { owner = { required = true } }`, "tags": `tags = { team = { required = true } }`, "acl": `acl = ["private"]`,
		"headers": `headers = { Cache-Control = { required = true } }`,
	}
	rules, all, text, words := "", "", "", map[string][]string{}
	for name, demand := range demands {
		rules += fmt.Sprintf("{ name = %q, keys = [%q], %s }, ", name, name, demand)
		all += ", " + demand
		text += copied(name, "")
		words[name] = []string{"Metadata Policy Violation"}
	}
	w.policyConfig("["+rules+"]", text)
	w.expectDiagnosed(words, "plan")
	w.policyConfig(`[{ name = "r"`+all+` }]`, copied("copy", `metadata = { owner = "web" }
  tags = { team = "web" }
  acl = "private"
  cache_control = "no-store"`))
	w.apply()
	w.clean()
}

// What a sensitive variable holds is in no message, whatever rule it breaks.
func TestPolicyMessagesKeepSecrets(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	w.policyConfig(`[
  { name = "values", metadata = { owner = { values = ["alice"] } }, tags = { team = { values = ["web"] } } },
  { name = "pattern", metadata = { owner = { pattern = "[0-9]+" } }, tags = { team = { pattern = "[0-9]+" } } },
  { name = "length", severity = "warning", metadata = { owner = { max_length = 3 } }, tags = { team = { max_length = 3 } } },
]`, `variable "secret" {
  default = "swordfish"
  sensitive = true
}
`+objectBlock("a", "metadata = { owner = var.secret }\n tags = { team = var.secret }"))
	out, _ := w.try("plan", "-no-color", "-json")
	if n := strings.Count(out, "Rule "); n < 6 {
		t.Errorf("%d violations in\n%s", n, out)
	}
	if strings.Contains(out, "swordfish") {
		t.Errorf("the plan shows a secret:\n%s", out)
	}
}
