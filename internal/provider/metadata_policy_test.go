package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// policyConfig is config with a metadata_policy in the provider block.
func (w *workspace) policyConfig(policy, body string) {
	w.t.Helper()
	w.write("main.tf", requiredProvider+strings.Replace(w.oss.config(body), `provider "oss" {`, "provider \"oss\" {\n  metadata_policy = "+policy, 1))
}

// objectBlock is an object with a body and the given arguments.
func objectBlock(key, arguments string) string {
	return fmt.Sprintf(`resource "oss_object" "test" {
  bucket  = "BUCKET"
  key     = %q
  content = "x"
  %s
}
`, key, arguments)
}

// namedBlock is objectBlock for a resource of another name.
func namedBlock(name, key, arguments string) string {
	return strings.Replace(objectBlock(key, arguments), `"test"`, fmt.Sprintf("%q", name), 1)
}

const housePolicy = `{
  rules = [
    {
      name        = "page-cache"
      description = "Pages change often."
      keys        = ["**/*.html"]
      headers     = { cache-control = { required = true, values = ["no-cache", "max-age=60"] } }
    },
    {
      name     = "ownership"
      metadata = { owner = { required = true, pattern = "[a-z]+" }, ticket = { max_length = 5 } }
    },
    {
      name        = "closed"
      keys        = ["closed/**"]
      only_listed = true
      metadata    = { owner = {}, team = {} }
      headers     = { Content-Encoding = { forbidden = true } }
    },
    {
      name     = "language"
      severity = "warning"
      buckets  = ["test-*"]
      keys     = ["**/*.html"]
      headers  = { Content-Language = { required = true } }
    },
  ]
}`

// diagnostic is what terraform -json says of one.
type diagnostic struct {
	Severity, Summary, Detail, Address string
	Snippet                            struct{ Code string }
}

// diagnostics runs terraform with -json and returns what it reports.
func (w *workspace) diagnostics(args ...string) []diagnostic {
	w.t.Helper()
	out, _ := w.try(slices.Insert(slices.Clone(args), 1, "-json")...)
	var found []diagnostic
	for _, line := range strings.Split(out, "\n") {
		var message struct{ Diagnostic *diagnostic }
		if json.Unmarshal([]byte(line), &message) == nil && message.Diagnostic != nil && message.Diagnostic.Summary != "Provider development overrides are in effect" {
			if !slices.Contains(found, *message.Diagnostic) { // Terraform repeats what it learnt when it validated
				found = append(found, *message.Diagnostic)
			}
		}
	}
	return found
}

func TestPolicyIsHeldAtPlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	rows := []struct {
		key, arguments string
		want           []string // "severity code: words of the detail"
	}{
		{"a.txt", `metadata = { owner = "emma" }`, nil},
		{"b.txt", "", []string{`error resource "oss_object" "test_%d" {: Rule "ownership": object "b.txt" in bucket "test-bucket" lacks the metadata "owner". Add it with a value that matches the pattern "[a-z]+" as a whole.`}},
		{"c.txt", `metadata = { owner = "Emma 1" }`, []string{`error metadata = { owner = "Emma 1" }: Rule "ownership": object "c.txt" in bucket "test-bucket" has the metadata "owner" with a value that does not match`}},
		{"d.txt", `metadata = { owner = "emma", ticket = "123456" }`, []string{`error metadata = { owner = "emma", ticket = "123456" }: has more than 5 characters`}},
		{"s/a.html", "metadata = { owner = \"emma\" }\n content_language = \"de\"", []string{`error resource "oss_object" "test_%d" {: Rule "page-cache": object "s/a.html" in bucket "test-bucket" lacks the header "Cache-Control". Add it with one of the values "no-cache" and "max-age=60". Pages change often.`}},
		{"s/b.html", `metadata = { owner = "emma" }
  content_language = "de"
  cache_control = "no-cach"`, []string{
			`warning cache_control = "no-cach": Did you mean "no-cache"?`, // OSS's own rules speak for themselves
			`error cache_control = "no-cach": with a value that is not allowed. Write one of "no-cache" and "max-age=60". Pages change often.`}},
		{"s/c.html", "metadata = { owner = \"emma\" }\n cache_control = \"no-cache\"", []string{`warning resource "oss_object" "test_%d" {: Rule "language": object "s/c.html" in bucket "test-bucket" lacks the header "Content-Language".`}},
		{"closed/a", `metadata = { owner = "emma", taem = "web" }
  content_encoding = "br"`, []string{
			`error content_encoding = "br": has the header "Content-Encoding", which is forbidden. Remove it.`,
			`error metadata = { owner = "emma", taem = "web" }: has the metadata "taem", which is not on the list of allowed names. Did you mean "team"?`}},
	}
	text := ""
	for i, row := range rows {
		text += namedBlock(fmt.Sprintf("test_%d", i), row.key, row.arguments)
	}
	w.policyConfig(housePolicy, text)
	found := w.diagnosticsByName("plan")
	if got := found[""]; len(got) > 0 {
		t.Errorf("about no object: %+v", got)
	}
	for i, row := range rows {
		name := fmt.Sprintf("test_%d", i)
		got := found[name]
		if len(got) != len(row.want) {
			t.Errorf("%s %s: got %+v, want %q", row.key, row.arguments, got, row.want)
			continue
		}
		for i, want := range row.want {
			place, words, _ := strings.Cut(strings.Replace(want, "test_%d", name, 1), ": ")
			if d := got[i]; d.Severity+" "+strings.TrimSpace(d.Snippet.Code) != place || !strings.Contains(d.Detail, words) {
				t.Errorf("%s %s: got %+v, want %q", row.key, row.arguments, d, want)
			}
		}
	}
	if got := o.requests(); got != "" {
		t.Errorf("plans made requests: %q", got)
	}
}

// A rule that is new warns of objects that exist already and are not written, and stops their next change; a destroy, which
// first plans the objects as they are configured, goes on.
func TestPolicyAndObjectsThatExist(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	const owned = `metadata = { owner = "emma" }`
	bare, kept := namedBlock("bare", "bare.txt", ""), namedBlock("kept", "kept.txt", "")
	w.policyConfig("[]", bare+kept+namedBlock("owned", "owned.txt", owned))
	w.apply()
	w.policyConfig(housePolicy, bare+kept+namedBlock("owned", "owned.txt", owned))
	if out, code := w.try("plan", "-no-color", "-detailed-exitcode"); code != 0 || strings.Count(out, "Warning: Metadata Policy Violation") != 2 ||
		strings.Count(flatten(out), `lacks the metadata "owner"`) != 2 || strings.Count(flatten(out), "Nothing is written by this plan") != 2 {
		t.Errorf("no two warnings, exit code %d:\n%s", code, out)
	}
	w.policyConfig(housePolicy, namedBlock("bare", "bare.txt", `cache_control = "no-cache"`)+kept+namedBlock("owned", "owned.txt", `metadata = { owner = "EMMA" }`))
	o.local().ResetRecords()
	w.expectDiagnosed(map[string][]string{
		"bare":  {"Metadata Policy Violation", `lacks the metadata "owner"`},
		"owned": {"Metadata Policy Violation", `"owner" with a value that does not match the pattern`},
	}, "apply", "-auto-approve")
	if got := o.requests(); got != "HeadObject:3" { // the refresh
		t.Errorf("requests %q", got)
	}
	// A change that breaks a rule stops the plan with which a destroy begins, unless that is told not to refresh.
	w.fails([]string{"Metadata Policy Violation"}, "destroy", "-auto-approve", "-no-color")
	w.must("destroy", "-auto-approve", "-no-color", "-refresh=false", "-target=oss_object.owned")
	w.policyConfig(housePolicy, namedBlock("bare", "bare.txt", owned)+kept)
	w.apply()
	w.clean()
	w.must("destroy", "-auto-approve", "-no-color")
	for _, key := range []string{"bare.txt", "kept.txt", "owned.txt"} {
		if _, err := o.local().Object(o.bucket, key); err == nil {
			t.Errorf("%s is still there", key)
		}
	}
}

// One document can be shared by many configurations, as an object with rules or as their list, in YAML and in JSON.
func TestPolicyFromADocument(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.write("policy.yaml", `
rules:
  - name: ownership
    description: |
      Ask the platform team.
    keys: ["**"]
    metadata:
      owner:
        required: true
        max_length: 4
`)
	w.write("list.json", `[{"name": "ownership", "metadata": {"owner": {"required": true, "max_length": 4}}}]`)
	for _, policy := range []string{
		`yamldecode(file("policy.yaml"))`, `yamldecode(file("policy.yaml")).rules`, `jsondecode(file("list.json"))`,
		`{ rules = tolist([{ name = "ownership", metadata = tomap({ owner = { required = true, max_length = 4 } }) }]) }`,
	} {
		w.policyConfig(policy, namedBlock("short", "a.txt", `metadata = { owner = "emma" }`)+namedBlock("long", "b.txt", `metadata = { owner = "emma!" }`))
		w.expectDiagnosed(map[string][]string{"long": {"Metadata Policy Violation", `Rule "ownership"`, "has more than 4 characters"}}, "plan")
	}
}

// A policy that cannot be meant is refused by validate, at its argument, with the place inside it.
func TestPolicyMistakes(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	w.write("policy.yaml", "rules:\n  - name: a\n    metadata: {owner: {requierd: true}}\n")
	mistakes := map[string][]string{
		`yamldecode(file("policy.yaml"))`: {`metadata_policy.rules[0].metadata["owner"].requierd, in rule "a": There is no field "requierd". Did you mean "required"?`},
		`[{ name = "a", header = {} }]`:   {`metadata_policy[0].header, in rule "a": There is no field "header". Did you mean "headers"?`},
		`{ ruls = [] }`:                   {`metadata_policy.ruls: There is no field "ruls". Did you mean "rules"?`},
		`"strict"`:                        {"metadata_policy: It is a string; write an object"},
		`{ rules = [{ name = "a", metadata = { owner = { required = "yes" } } }] }`:                                                     {`metadata_policy.rules[0].metadata["owner"].required, in rule "a": It is a string; write true or false`},
		`{ rules = [{ name = "a", only_listed = true, keys = ["a["] }] }`:                                                               {`metadata_policy.rules[0].keys[0], in rule "a": The glob`, "not well formed"},
		`{ rules = [{ name = "a", only_listed = true, keys = ["/a"] }] }`:                                                               {"metadata_policy.rules[0].keys[0]", `Write "a"`},
		`{ rules = [{ name = "a", headers = { Expires = { pattern = "(" } } }] }`:                                                       {`metadata_policy.rules[0].headers["Expires"].pattern`, "missing closing )"},
		`{ rules = [{ name = "a", metadata = { o = { forbidden = true } } }, { name = "b", metadata = { o = { required = true } } }] }`: {`metadata_policy.rules[1].metadata["o"]: Rule "b" requires this entry, and rule "a" forbids it`},
		`[{ name = "a", metadata = { o = { forbidden = true } } }, { name = "b", metadata = { o = { required = true } } }]`:             {`metadata_policy[1].metadata["o"]: Rule "b" requires this entry, and rule "a" forbids it`},
	}
	text := ""
	for i, policy := range slices.Sorted(maps.Keys(mistakes)) {
		text += fmt.Sprintf(`
provider "oss" {
  alias           = "p%d"
  metadata_policy = %s
}
resource "oss_object" "p%d" {
  provider = oss.p%d
  bucket   = "BUCKET"
  key      = "k"
  content  = "x"
}
data "oss_metadata_violations" "p%d" {
  bucket          = "BUCKET"
  metadata_policy = %s
}
`, i, policy, i, i, i, policy)
	}
	w.config("%s", text)
	out, code := w.try("validate", "-json")
	var found struct {
		Diagnostics []struct {
			Severity, Summary, Detail string
			Snippet                   struct{ Context, Code string }
		}
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil || code == 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	for i, policy := range slices.Sorted(maps.Keys(mistakes)) {
		for _, block := range []string{`provider "oss"`, fmt.Sprintf(`data "oss_metadata_violations" "p%d"`, i)} {
			told := ""
			for _, d := range found.Diagnostics {
				if argument, value, _ := strings.Cut(d.Snippet.Code, " = "); d.Severity == "error" && d.Snippet.Context == block && strings.TrimSpace(argument) == "metadata_policy" && value == policy {
					told += d.Summary + ": " + d.Detail + "\n"
				}
			}
			for _, word := range append([]string{"Invalid Metadata Policy"}, mistakes[policy]...) {
				if !strings.Contains(told, word) {
					t.Errorf("%s of %s: it is not said %q: %s", policy, block, word, told)
				}
			}
		}
	}
	w.policyConfig("null", objectBlock("a", ""))
	w.must("plan", "-no-color")
}

// A value that is known only during the apply is checked then, before the request; so is all by a policy that is.
func TestPolicyOfUnknownValues(t *testing.T) {
	t.Parallel()
	later := `
resource "terraform_data" "later" { input = { key = "key.html", owner = "EMMA", metadata = { owner = "EMMA" }, cache = "no-store", values = ["emma"] } }
`
	house := namedBlock("value", "value.txt", `metadata = { owner = terraform_data.later.output.owner }`) +
		namedBlock("map", "map.txt", `metadata = terraform_data.later.output.metadata`) +
		namedBlock("header", "header.html", `metadata = { owner = "emma" }
  content_language = "de"
  cache_control = terraform_data.later.output.cache`) +
		strings.Replace(namedBlock("key", "KEY", "metadata = { owner = \"emma\" }\n content_language = \"de\""), `"KEY"`, "terraform_data.later.output.key", 1)
	for name, tc := range map[string]struct {
		policy, objects string
		words           map[string]string
	}{
		"values": {housePolicy, house, map[string]string{
			"value": `"owner" with a value that does not match the pattern`, "map": `"owner" with a value that does not match the pattern`,
			"header": `"Cache-Control" with a value that is not allowed`, "key": `object "key.html" in bucket "test-bucket" lacks the header "Cache-Control"`,
		}},
		"policy": {`[{ name = "r", metadata = { owner = { values = terraform_data.later.output.values } } }]`, objectBlock("a.txt", `metadata = { owner = "EMMA" }`),
			map[string]string{"test": `Write "emma"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			w := o.workspace()
			w.policyConfig(tc.policy, later+tc.objects)
			if got := w.diagnostics("plan"); len(got) != 0 {
				t.Errorf("the plan says something of what it cannot know: %+v", got)
			}
			words := map[string][]string{}
			for name, word := range tc.words {
				words[name] = []string{"Metadata Policy Violation", word}
			}
			w.expectDiagnosed(words, "apply", "-auto-approve")
			if got := o.requests(); got != "" {
				t.Errorf("requests %q", got)
			}
			for _, r := range w.resources() {
				if r.Address != "terraform_data.later" {
					t.Errorf("the state holds an object that was not stored: %v", r)
				}
			}
		})
	}
}

// Warnings of OSS's own grammars reach the user at the attribute, at plan.
func TestHeaderWarningsAtPlan(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	rows := map[string]string{
		`cache_control       = "no-store, max-age=600"`:         `With "no-store" nothing may be stored`,
		`cache_control       = "maxage=600"`:                    `Did you mean "max-age"?`,
		`content_disposition = "attachment; filename=a b.txt"`:  `has a value that needs double quotes, in the parameter at position 13`,
		`content_encoding    = "gizp"`:                          `Did you mean "gzip"?`,
		`content_language    = "zh_CN"`:                         `Write a hyphen for the underscore`,
		`content_type        = "image/jpg"`:                     `Write "image/jpeg"`,
		`expires             = "Thu, 21 Oct 2026 07:28:00 GMT"`: `a day of the week that is not that of its date`,
	}
	text := ""
	for i, argument := range slices.Sorted(maps.Keys(rows)) {
		text += namedBlock(fmt.Sprintf("test_%d", i), fmt.Sprintf("key-%d", i), argument)
	}
	w.config("%s", text)
	found := w.diagnosticsByName("plan")
	for i, argument := range slices.Sorted(maps.Keys(rows)) {
		got := found[fmt.Sprintf("test_%d", i)]
		if len(got) != 1 || got[0].Severity != "warning" || !strings.HasPrefix(got[0].Summary, "Questionable ") || strings.TrimSpace(got[0].Snippet.Code) != argument || !strings.Contains(got[0].Detail, rows[argument]) {
			t.Errorf("%s: got %+v, want one warning with %q", argument, got, rows[argument])
		}
	}
}

func TestPlainValue(t *testing.T) {
	t.Parallel()
	text, unknown := types.StringValue("a"), types.StringUnknown()
	list := func(v ...attr.Value) attr.Value { return types.ListValueMust(types.StringType, v) }
	object := func(v attr.Value) attr.Value {
		return types.ObjectValueMust(map[string]attr.Type{"x": types.StringType}, map[string]attr.Value{"x": v})
	}
	for _, tc := range []struct {
		value attr.Value
		want  string
		known bool
	}{
		{types.DynamicNull(), "<nil>", true},
		{types.DynamicUnknown(), "<nil>", false},
		{types.DynamicValue(types.StringNull()), "<nil>", true},
		{types.DynamicValue(unknown), "<nil>", false},
		{types.DynamicValue(types.BoolValue(true)), "true", true},
		{types.DynamicValue(list(text, types.StringNull())), "[a <nil>]", true},
		{types.DynamicValue(list(text, unknown)), "<nil>", false},
		{types.SetValueMust(types.StringType, []attr.Value{text}), "[a]", true},
		{types.TupleValueMust([]attr.Type{types.StringType, types.BoolType}, []attr.Value{text, types.BoolValue(false)}), "[a false]", true},
		{types.MapValueMust(types.StringType, map[string]attr.Value{"k": text}), "map[k:a]", true},
		{types.MapValueMust(types.StringType, map[string]attr.Value{"k": unknown}), "<nil>", false},
		{object(text), "map[x:a]", true},
		{object(unknown), "<nil>", false},
	} {
		if got, known := plainValue(tc.value); fmt.Sprint(got) != tc.want || known != tc.known {
			t.Errorf("%s: got %v, %v, want %s, %v", tc.value, got, known, tc.want, tc.known)
		}
	}
}

// The last check before a request holds by itself, whatever a plan has let pass, and repeats no warning.
func TestPolicyIsHeldBeforeTheRequest(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	p := o.protocol()
	kind := p.schema.ResourceSchemas["oss_object"].ValueType().(tftypes.Object)
	value := func(set map[string]any) *tfprotov6.DynamicValue {
		attributes := map[string]tftypes.Value{}
		for name, attribute := range kind.AttributeTypes {
			attributes[name] = tftypes.NewValue(attribute, set[name])
		}
		return p.value(kind, attributes)
	}
	metadataValue := map[string]tftypes.Value{"owner": tftypes.NewValue(tftypes.String, "EMMA")}
	config := map[string]any{"bucket": o.bucket, "key": "a.html", "content": "x", "metadata": metadataValue}
	plan := map[string]any{"id": tftypes.UnknownValue, "etag": tftypes.UnknownValue, "content_type": "text/html", "crc64": tftypes.UnknownValue, "size": tftypes.UnknownValue}
	for name, v := range config {
		plan[name] = v
	}
	null := p.value(kind, nil)
	written, err := json.Marshal(object.Change{Write: true})
	o.must(err)
	private, err := json.Marshal(map[string][]byte{plannedKey: written})
	o.must(err)
	apply := func(prior *tfprotov6.DynamicValue) []string {
		resp, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: "oss_object", PriorState: prior, PlannedState: value(plan), Config: value(config), PlannedPrivate: private})
		o.must(err)
		said := []string{}
		for _, d := range resp.Diagnostics {
			said = append(said, d.Severity.String()+" "+d.Summary)
		}
		return said
	}
	p.configure(map[string]any{"metadata_policy": housePolicyValue()})
	for name, prior := range map[string]*tfprotov6.DynamicValue{"create": null, "update": value(map[string]any{"bucket": o.bucket, "key": "a.html", "content": "y"})} {
		if got := apply(prior); len(got) != 1 || got[0] != "ERROR Metadata Policy Violation" {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got := o.requests(); got != "" {
		t.Errorf("requests %q", got)
	}
}

func TestPolicyWarnsOnce(t *testing.T) {
	t.Parallel()
	rules, mistakes := policy.New([]policy.Rule{{Name: "r", Severity: finding.Warning, Metadata: map[string]policy.Demand{"owner": {Required: true}}}})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	var plan, apply diag.Diagnostics
	data := &providerData{policy: rules}
	m := objectModel{Bucket: types.StringValue("b"), Key: types.StringValue("k")}
	data.checkPolicy(m, m.policyObject(m, object.Change{Create: true, Write: true}), object.Change{Create: true, Write: true}, &plan)
	data.holdPolicy(m, m, object.Change{Create: true, Write: true}, &apply)
	if plan.WarningsCount() != 1 || len(apply) != 0 {
		t.Errorf("at plan %v, before the request %v", plan, apply)
	}
	var none *providerData
	none.checkPolicy(m, m.policyObject(m, object.Change{}), object.Change{}, &plan)
	none.holdPolicy(m, m, object.Change{}, &apply)
}

// housePolicyValue is a policy with an error and a warning for the object of the test above.
func housePolicyValue() tftypes.Value {
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	object := func(fields map[string]tftypes.Value) tftypes.Value {
		kinds := map[string]tftypes.Type{}
		for name, field := range fields {
			kinds[name] = field.Type()
		}
		return tftypes.NewValue(tftypes.Object{AttributeTypes: kinds}, fields)
	}
	rule := func(name, severity, entry string, demand map[string]tftypes.Value) tftypes.Value {
		return object(map[string]tftypes.Value{"name": text(name), "severity": text(severity), "metadata": object(map[string]tftypes.Value{entry: object(demand)})})
	}
	rules := []tftypes.Value{
		rule("ownership", "error", "owner", map[string]tftypes.Value{"pattern": text("[a-z]+")}),
		rule("team", "warning", "team", map[string]tftypes.Value{"required": tftypes.NewValue(tftypes.Bool, true)}),
	}
	return tftypes.NewValue(tftypes.Tuple{ElementTypes: []tftypes.Type{rules[0].Type(), rules[1].Type()}}, rules)
}

// configure configures the provider again, with more arguments than the harness sets.
func (p *protocol) configure(more map[string]any) {
	p.t.Helper()
	kind := p.schema.Provider.ValueType().(tftypes.Object)
	config := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		config[name] = tftypes.NewValue(attribute, nil)
	}
	for name, value := range map[string]string{"endpoint": "http://127.0.0.1:1", "region": testRegion, "access_key_id": testKeyID, "access_key_secret": testSecret} {
		config[name] = tftypes.NewValue(tftypes.String, value)
	}
	for name, value := range more {
		config[name] = value.(tftypes.Value)
	}
	resp, err := p.server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: p.value(kind, config)})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(resp.Diagnostics)
}
