package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// dynamicOf is a Terraform value like the JSON.
func dynamicOf(t *testing.T, text string) types.Dynamic {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return types.DynamicValue(attributeOf(v))
}

func attributeOf(v any) attr.Value {
	switch v := v.(type) {
	case string:
		if v == "unknown" {
			return types.StringUnknown()
		}
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	case []any:
		kinds, values := []attr.Type{}, []attr.Value{}
		for _, element := range v {
			value := attributeOf(element)
			kinds, values = append(kinds, value.Type(context.Background())), append(values, value)
		}
		return types.TupleValueMust(kinds, values)
	case map[string]any:
		kinds, values := map[string]attr.Type{}, map[string]attr.Value{}
		for name, element := range v {
			values[name] = attributeOf(element)
			kinds[name] = values[name].Type(context.Background())
		}
		return types.ObjectValueMust(kinds, values)
	}
	return types.DynamicNull()
}

func metadataViolations(t *testing.T, policy, object string) (attr.Value, *function.FuncError) {
	t.Helper()
	req := function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{dynamicOf(t, policy), dynamicOf(t, object)})}
	resp := function.RunResponse{Result: function.NewResultData(types.ListUnknown(brokenRuleType))}
	metadataViolationsFunction{}.Run(t.Context(), req, &resp)
	return resp.Result.Value(), resp.Error
}

const functionPolicy = `[
	{"name": "pages", "keys": ["**/*.html"], "severity": "warning", "headers": {"Cache-Control": {"required": true, "values": ["no-cache"]}}},
	{"name": "owner", "metadata": {"owner": {"required": true}}, "except": [{"keys": ["old/**"], "reason": "Moves."}], "since": "2026-06-01"},
	{"name": "closed", "acl": ["default", "private"], "storage_class": ["Standard"], "tags": {"tmp": {"forbidden": true}}}]`

func TestMetadataViolationsFunction(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		`{"bucket": "b", "key": "a", "metadata": {"owner": "emma"}}`:                                                "",
		`{"bucket": "b", "key": "a"}`:                                                                               `owner error metadata["owner"]`,
		`{"bucket": "b", "key": "a", "last_modified": "2026-05-31"}`:                                                `owner warning metadata["owner"]`,
		`{"bucket": "b", "key": "a", "last_modified": "2026-05-31T23:59:59Z"}`:                                      `owner warning metadata["owner"]`,
		`{"bucket": "b", "key": "a", "last_modified": "2026-06-01T00:00:00Z"}`:                                      `owner error metadata["owner"]`,
		`{"bucket": "b", "key": "old/a.html", "headers": {"cache-control": "no-store"}}`:                            `pages warning headers["Cache-Control"]`,
		`{"bucket": "b", "key": "old/a", "acl": "public-read", "tags": {"tmp": "1"}, "storage_class": "IA"}`:        `closed error tags["tmp"]; closed error acl; closed error storage_class`,
		`{"bucket": "b", "key": "old/a", "acl": "private", "tags": {}, "storage_class": "Standard", "headers": {}}`: "",
	} {
		got, err := metadataViolations(t, functionPolicy, object)
		if err != nil {
			t.Errorf("%s: %v", object, err)
			continue
		}
		list := []string{}
		for _, element := range got.(types.List).Elements() {
			fields := element.(types.Object).Attributes()
			text := func(name string) string { return fields[name].(types.String).ValueString() }
			list = append(list, fmt.Sprintf("%s %s %s", text("rule"), text("severity"), text("place")))
			if !strings.HasPrefix(text("text"), fmt.Sprintf("Rule %q: object ", text("rule"))) {
				t.Errorf("%s: text %q", object, text("text"))
			}
		}
		if strings.Join(list, "; ") != want {
			t.Errorf("%s: got %q, want %q", object, strings.Join(list, "; "), want)
		}
	}
	// The same rules as an object.
	if got, err := metadataViolations(t, `{"rules": `+functionPolicy+`}`, `{"bucket": "b", "key": "a"}`); err != nil || len(got.(types.List).Elements()) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestMetadataViolationsFunctionOfUnknownValues(t *testing.T) {
	t.Parallel()
	for _, tc := range [][2]string{
		{functionPolicy, `{"bucket": "b", "key": "unknown"}`}, {functionPolicy, `{"bucket": "b", "key": "a", "metadata": {"owner": "unknown"}}`},
		{`[{"name": "a", "acl": ["unknown"]}]`, `{"bucket": "b", "key": "a"}`},
	} {
		if got, err := metadataViolations(t, tc[0], tc[1]); err != nil || !got.IsUnknown() {
			t.Errorf("%v: got %v, %v", tc, got, err)
		}
	}
}

func TestMetadataViolationsFunctionRefuses(t *testing.T) {
	t.Parallel()
	const object = `{"bucket": "b", "key": "a"}`
	for _, tc := range []struct {
		policy, object string
		argument       int64
		words          string
	}{
		{`"strict"`, object, 0, "policy: It is a string; write an object"},
		{`[{"name": "a", "headrs": {}}]`, object, 0, `policy[0].headrs, in rule "a": There is no field "headrs". Perhaps "headers" is meant`},
		{`{"rules": [{"name": "a"}]}`, object, 0, `policy.rules[0], in rule "a": The rule demands nothing`},
		{functionPolicy, `[]`, 1, "object: It is a list"},
		{functionPolicy, `{"bucket": "b"}`, 1, "object.key: The object has no key"},
		{functionPolicy, `{"key": "a"}`, 1, "object.bucket: The object has no bucket"},
		{functionPolicy, `{"bucket": "b", "key": "a", "metdata": {}}`, 1, `object.metdata: There is no field "metdata". Perhaps "metadata" is meant`},
		{functionPolicy, `{"bucket": "b", "key": "a", "headers": {"Cash-Control": "x"}}`, 1, `object.headers["Cash-Control"]: "Cash-Control" is not a header that OSS stores`},
		{functionPolicy, `{"bucket": "b", "key": "a", "metadata": {"Owner": "x"}}`, 1, `object.metadata["Owner"]`},
		{functionPolicy, `{"bucket": "b", "key": "a", "metadata": {"owner": true}}`, 1, `object.metadata["owner"]: It is true or false; write text`},
		{functionPolicy, `{"bucket": "b", "key": "a", "acl": "privat"}`, 1, `object.acl: "privat" is not one of those that OSS has. Perhaps "private" is meant`},
		{functionPolicy, `{"bucket": "b", "key": "a", "storage_class": "Glacier"}`, 1, `object.storage_class`},
		{functionPolicy, `{"bucket": "b", "key": "a", "last_modified": "yesterday"}`, 1, `object.last_modified: "yesterday" is not a date`},
	} {
		_, err := metadataViolations(t, tc.policy, tc.object)
		if err == nil || *err.FunctionArgument != tc.argument || !strings.Contains(err.Text, tc.words) || strings.HasSuffix(err.Text, ".") {
			t.Errorf("%s, %s: got %v, want %q", tc.policy, tc.object, err, tc.words)
		}
	}
}

// Through Terraform: values from HCL, from YAML and from a check block, and sensitive ones stay so.
func TestMetadataViolationsFunctionInTerraform(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.write("policy.yaml", "rules:\n  - name: owner\n    since: 2026-06-01\n    metadata: {owner: {required: true, max_length: 4}}\n")
	w.config(`
variable "owner" {
  default   = "swordfish"
  sensitive = true
}
locals { policy = yamldecode(file("policy.yaml")) }
output "broken" { value = provider::oss::metadata_violations(local.policy, { bucket = "b", key = "a" }) }
output "none"   { value = length(provider::oss::metadata_violations(local.policy.rules, { bucket = "b", key = "a", metadata = { owner = "emma" } })) }
output "secret" {
  value     = provider::oss::metadata_violations(local.policy, { bucket = "b", key = "a", metadata = { owner = var.owner } })
  sensitive = true
}
`)
	got := w.outputs()
	text, _ := json.Marshal(got)
	for _, want := range []string{`"none":0`, `"place":"metadata[\"owner\"]"`, `lacks the metadata`, `has more than 4 characters. Shorten it.`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the outputs %s lack %s", text, want)
		}
	}
	if strings.Contains(string(text), "swordfish") {
		t.Errorf("the outputs quote a secret: %s", text)
	}
	w.config(`output "test" { value = provider::oss::metadata_violations([{ name = "a", metdata = {} }], { bucket = "b", key = "a" }) }`)
	w.fails([]string{`"policy" parameter`, `policy[0].metdata, in rule "a"`, `Perhaps "metadata" is meant`}, "plan", "-no-color")
}
