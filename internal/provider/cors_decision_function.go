package provider

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/plain"
)

func newCORSDecisionFunction() function.Function { return corsDecisionFunction{} }

// corsDecisionFunction is provider::oss::cors_decision.
type corsDecisionFunction struct{}

// corsDecisionModel is what the function returns.
type corsDecisionModel struct {
	Allowed types.Bool   `tfsdk:"allowed"`
	Rule    types.Int64  `tfsdk:"rule"`
	Reason  types.String `tfsdk:"reason"`
	Headers types.Map    `tfsdk:"headers"`
	Advice  types.List   `tfsdk:"advice"`
}

var corsDecisionTypes = map[string]attr.Type{
	"allowed": types.BoolType,
	"rule":    types.Int64Type,
	"reason":  types.StringType,
	"headers": types.MapType{ElemType: types.StringType},
	"advice":  types.ListType{ElemType: types.StringType},
}

// Metadata names the function.
func (corsDecisionFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "cors_decision"
}

// Definition describes the function. The rules are dynamic so that a literal may leave out what a cors_rule block may.
func (corsDecisionFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Which CORS rule answers a request",
		MarkdownDescription: "Says how OSS will answer a cross-origin request under a list of CORS rules, before anything is applied. " +
			"It makes no request. The answer is an object:\n\n" +
			"- `allowed` - whether a rule answers\n" +
			"- `rule` - the index of that rule from 0; null when none does\n" +
			"- `reason` - a sentence that says why none does; null when one does\n" +
			"- `headers` - the response headers for a browser, by name\n" +
			"- `advice` - what might be better about the rules, whatever the request: a list of sentences, empty when there is nothing to say\n\n" +
			"With names in the argument `headers`, it is the answer to the preflight that a browser sends before a request with these headers. " +
			"With `[]`, it is the answer to the request itself, which OSS matches by origin and method alone.\n\n" +
			"Origins are compared as text, as OSS does: `*.example.com` as an allowed origin is matched by `https://www.example.com`, and `www.example.com` by no page. " +
			"An origin, a method or a header that no browser sends is an error.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name: "rules",
				MarkdownDescription: "The rules in their order, such as `oss_bucket_cors.example.cors_rule`: a list of objects with `allowed_origins`, `allowed_methods` " +
					"and, where there are any, `allowed_headers`, `expose_headers` and `max_age_seconds`. An empty list is a bucket without rules.",
			},
			function.StringParameter{
				Name:                "origin",
				MarkdownDescription: "The origin of the page that asks, as browsers send it: `https://www.example.com`.",
			},
			function.StringParameter{
				Name:                "method",
				MarkdownDescription: "The method of the request, in upper case: `PUT`.",
			},
			function.ListParameter{
				Name:                "headers",
				ElementType:         types.StringType,
				AllowNullValue:      true,
				MarkdownDescription: "The names of the request headers that a preflight announces, in any case; `[]` for none.",
			},
		},
		Return: function.ObjectReturn{AttributeTypes: corsDecisionTypes},
	}
}

// Run decides. A part of an argument that is not known yet makes the whole answer unknown.
func (corsDecisionFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var rules types.Dynamic
	var origin, method string
	var headers types.List
	resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.Get(ctx, &rules, &origin, &method, &headers))
	if resp.Error != nil {
		return
	}
	value, known := plainValue(rules)
	if !known || slices.ContainsFunc(headers.Elements(), attr.Value.IsUnknown) {
		resp.Error = resp.Result.Set(ctx, types.ObjectUnknown(corsDecisionTypes))
		return
	}
	decoded, found, funcErr := decodeCORSRules(value)
	if funcErr != nil {
		resp.Error = funcErr
		return
	}
	names, funcErr := corsRequest(origin, method, headers)
	if funcErr != nil {
		resp.Error = funcErr
		return
	}
	// Whether Vary is sent does not depend on the rules.
	decision := cors.Decide(decoded, false, origin, method, names)
	result := corsDecisionModel{
		Allowed: types.BoolValue(decision.Allowed),
		Rule:    types.Int64Null(),
		Reason:  stringOrNull(decision.Reason),
		Headers: stringMap(decision.Headers),
		Advice:  corsAdvice(found),
	}
	if decision.Allowed {
		result.Rule = types.Int64Value(int64(decision.Rule))
	}
	resp.Error = resp.Result.Set(ctx, result)
}

// corsRequest checks what describes the request and returns the names of its headers. An error is at its argument. What
// is refused is what the data source oss_cors_preflight refuses.
func corsRequest(origin, method string, headers types.List) ([]string, *function.FuncError) {
	if err := cors.CheckRequestOrigin(origin); err != nil {
		return nil, argumentError(1, "origin: "+err.Error())
	}
	if err := cors.CheckRequestMethod(method); err != nil {
		return nil, argumentError(2, "method: "+err.Error())
	}
	var names []string
	for i, element := range headers.Elements() {
		name, ok := element.(types.String)
		if !ok || name.ValueString() == "" {
			return nil, argumentError(3, fmt.Sprintf("headers[%d] is null or empty. Leave it out, or write the name of a header.", i))
		}
		if err := cors.CheckRequestHeader(name.ValueString()); err != nil {
			return nil, argumentError(3, fmt.Sprintf("headers[%d]: %v", i, err))
		}
		names = append(names, name.ValueString())
	}
	return names, nil
}

// decodeCORSRules reads a list of rules and returns what there is to say about them. Its error covers what OSS refuses:
// such rules never come to a decision. What this provider alone refuses may stand in a bucket, and is decided on.
func decodeCORSRules(value any) ([]cors.Rule, []cors.Problem, *function.FuncError) {
	decoder := plain.Decoder{Whole: "rules"}
	rules := plain.Ordered(&decoder, "rules", value, "{ allowed_origins = […] }", "OSS answers with the first rule that matches",
		func(d *plain.Decoder, place string, v any) cors.Rule {
			return plain.Object(d, place, v, corsRuleFields)
		})
	if err := mistakenArgument(0, decoder); err != nil || len(rules) == 0 { // none: a bucket without rules
		return nil, nil, err
	}
	found := cors.Check(rules)
	for _, p := range found {
		if p.Severity != finding.Error || p.Ours {
			continue
		}
		if p.Index < 0 {
			return nil, nil, argumentError(0, "rules: "+p.Detail)
		}
		return nil, nil, argumentError(0, fmt.Sprintf("rules[%d]%s: %s", p.Index, strings.TrimSuffix("."+p.Field, "."), p.Detail))
	}
	return rules, found, nil
}

// corsRuleFields are the parts of a rule. The order of their lists has no meaning, but the answer lists all methods of a
// rule, so what comes as a set is sorted.
var corsRuleFields = []plain.Field[cors.Rule]{
	{Name: cors.FieldOrigins, Read: func(d *plain.Decoder, place string, v any, r *cors.Rule) { r.AllowedOrigins = plain.Texts(d, place, v) }},
	{Name: cors.FieldMethods, Read: func(d *plain.Decoder, place string, v any, r *cors.Rule) { r.AllowedMethods = plain.Texts(d, place, v) }},
	{Name: cors.FieldHeaders, Read: func(d *plain.Decoder, place string, v any, r *cors.Rule) { r.AllowedHeaders = plain.Texts(d, place, v) }},
	{Name: cors.FieldExpose, Read: func(d *plain.Decoder, place string, v any, r *cors.Rule) { r.ExposeHeaders = plain.Texts(d, place, v) }},
	{Name: cors.FieldMaxAge, Read: func(d *plain.Decoder, place string, v any, r *cors.Rule) {
		number, ok := plain.Number(d, place, v)
		switch {
		case !ok:
		case number != math.Trunc(number) || math.Abs(number) > math.MaxInt32:
			d.Fail(place, "%v is not a number of seconds. Write a whole number, such as 3600.", number)
		default:
			r.MaxAgeSeconds = new(int64(number))
		}
	}},
}
