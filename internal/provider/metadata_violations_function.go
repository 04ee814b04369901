package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

func newMetadataViolationsFunction() function.Function { return metadataViolationsFunction{} }

type metadataViolationsFunction struct{}

// brokenRule is one violation in the answer.
type brokenRule struct {
	Rule     types.String `tfsdk:"rule"`
	Severity types.String `tfsdk:"severity"`
	Place    types.String `tfsdk:"place"`
	Text     types.String `tfsdk:"text"`
}

var brokenRuleType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"rule": types.StringType, "severity": types.StringType, "place": types.StringType, "text": types.StringType,
}}

// Metadata names the function.
func (metadataViolationsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "metadata_violations"
}

// Definition describes the function.
func (metadataViolationsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "What an object breaks of a metadata policy",
		MarkdownDescription: "Holds one object, which need not exist, against a metadata policy. It makes no request, so a policy can be tried in `terraform console`, " +
			"and tested by `terraform test` without a bucket: [the guide](../guides/metadata-policy.md) begins with such a test. " +
			"The answer is a list, which is empty when the object breaks no rule, in the order of the rules. Each element has\n\n" +
			"- `rule` - the name of the rule\n" +
			"- `severity` - `error` or `warning`\n" +
			"- `place` - where in the object, such as `headers[\"Cache-Control\"]`, `metadata[\"owner\"]`, `tags[\"team\"]`, `acl` or `storage_class`\n" +
			"- `text` - what is wrong and what to write instead\n\n" +
			"A policy with a mistake, and an object with a field that is misspelt, is an error.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name:                "policy",
				MarkdownDescription: "The rules, in the form of the provider's `metadata_policy`: a list, or an object with the list as `rules`, such as `yamldecode(file(\"policy.yaml\"))`.",
			},
			function.DynamicParameter{
				Name: "object",
				MarkdownDescription: "The object: `bucket` and `key`, and what it has of `headers` (by name, such as `Cache-Control`), `metadata` (names without the prefix), `tags`, `acl` and `storage_class`. " +
					"Left out, they are none, none, none, `default` and `Standard`. Nothing is added: where a rule asks for a `Content-Type`, give the one that `provider::oss::content_type(key)` finds. " +
					"`last_modified`, a date or a time, is compared with the `since` of a rule; an object without it counts as written now.",
			},
		},
		Return: function.ListReturn{ElementType: brokenRuleType},
	}
}

// Run checks. Until all of both arguments is known, more may be found than is by now, so the answer is not known either.
func (metadataViolationsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var document, described types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &document, &described); resp.Error != nil {
		return
	}
	rulesValue, rulesKnown := plainValue(document)
	objectValue, objectKnown := plainValue(described)
	if !rulesKnown || !objectKnown {
		resp.Error = resp.Result.Set(ctx, types.ListUnknown(brokenRuleType))
		return
	}
	rules, mistakes := policy.Decode(rulesValue)
	object, more := policy.DecodeObject(objectValue)
	resp.Error = function.ConcatFuncErrors(mistaken(0, "policy", mistakes), mistaken(1, "object", more))
	if resp.Error != nil {
		return
	}
	broken := []brokenRule{}
	for _, v := range rules.Check(object) {
		broken = append(broken, brokenRule{types.StringValue(v.Rule), types.StringValue(v.Severity.String()), types.StringValue(v.Place()), types.StringValue(v.Detail)})
	}
	resp.Error = resp.Result.Set(ctx, broken)
}

// mistaken is the error at an argument.
func mistaken(position int64, argument string, mistakes []policy.Mistake) *function.FuncError {
	said := make([]string, len(mistakes))
	for i, m := range mistakes {
		said[i] = m.In(argument)
	}
	return argumentError(position, said...)
}
