package provider

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// bucketCORSModel is oss_bucket_cors in configuration, plan and state.
type bucketCORSModel struct {
	ID             types.String   `tfsdk:"id"`
	Bucket         types.String   `tfsdk:"bucket"`
	Rules          types.List     `tfsdk:"cors_rule"`
	ResponseVary   types.Bool     `tfsdk:"response_vary"`
	AllowOverwrite types.Bool     `tfsdk:"allow_overwrite"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// bucketCORSIdentity is the resource identity of oss_bucket_cors.
type bucketCORSIdentity struct {
	Bucket types.String `tfsdk:"bucket"`
}

// corsRuleModel is one cors_rule block.
type corsRuleModel struct {
	AllowedOrigins types.Set   `tfsdk:"allowed_origins"`
	AllowedMethods types.Set   `tfsdk:"allowed_methods"`
	AllowedHeaders types.Set   `tfsdk:"allowed_headers"`
	ExposeHeaders  types.Set   `tfsdk:"expose_headers"`
	MaxAgeSeconds  types.Int64 `tfsdk:"max_age_seconds"`
}

var corsRuleTypes = map[string]attr.Type{
	"allowed_origins": types.SetType{ElemType: types.StringType},
	"allowed_methods": types.SetType{ElemType: types.StringType},
	"allowed_headers": types.SetType{ElemType: types.StringType},
	"expose_headers":  types.SetType{ElemType: types.StringType},
	"max_age_seconds": types.Int64Type,
}

// rules decodes the blocks; the list must be known.
func (m bucketCORSModel) rules(ctx context.Context, diags *diag.Diagnostics) []corsRuleModel {
	var rules []corsRuleModel
	diags.Append(m.Rules.ElementsAs(ctx, &rules, false)...)
	return rules
}

// known reports whether every value of the rule is known.
func (r corsRuleModel) known() bool {
	for _, set := range []types.Set{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders} {
		if set.IsUnknown() || slices.ContainsFunc(set.Elements(), attr.Value.IsUnknown) {
			return false
		}
	}
	return !r.MaxAgeSeconds.IsUnknown()
}

// refuseNulls refuses elements that are null, of which OSS has no notion. The rule is the one at index.
func (r corsRuleModel) refuseNulls(index int, diags *diag.Diagnostics) {
	origin := ""
	if origins := setStrings(r.AllowedOrigins); len(origins) > 0 {
		origin = origins[0]
	}
	for _, field := range []struct {
		name string
		set  types.Set
	}{
		{cors.FieldOrigins, r.AllowedOrigins}, {cors.FieldMethods, r.AllowedMethods}, {cors.FieldHeaders, r.AllowedHeaders}, {cors.FieldExpose, r.ExposeHeaders},
	} {
		if slices.ContainsFunc(field.set.Elements(), attr.Value.IsNull) {
			addCORSProblems(diags, []cors.Problem{{
				Index: index, Origin: origin, Field: field.name,
				Finding: finding.Finding{Summary: "Null Element in CORS Rule", Detail: field.name + " has an element that is null. Leave it out, for example with compact([...])."},
			}})
		}
	}
}

// rule is the rule as OSS is to have it, or what is known of it.
func (r corsRuleModel) rule() ossclient.CORSRule {
	rule := ossclient.CORSRule{
		AllowedOrigins: setStrings(r.AllowedOrigins),
		AllowedMethods: setStrings(r.AllowedMethods),
		AllowedHeaders: setStrings(r.AllowedHeaders),
		ExposeHeaders:  setStrings(r.ExposeHeaders),
	}
	if !r.MaxAgeSeconds.IsUnknown() {
		rule.MaxAgeSeconds = r.MaxAgeSeconds.ValueInt64Pointer()
	}
	return rule
}

// checkable is the rule for the package that knows what OSS allows.
func (r corsRuleModel) checkable() cors.Rule {
	rule := r.rule()
	return cors.Rule{
		AllowedOrigins: rule.AllowedOrigins,
		AllowedMethods: rule.AllowedMethods,
		AllowedHeaders: rule.AllowedHeaders,
		ExposeHeaders:  rule.ExposeHeaders,
		MaxAgeSeconds:  rule.MaxAgeSeconds,
		Partial:        !r.known(),
	}
}

// config is what OSS is to have.
func (m bucketCORSModel) config(ctx context.Context, diags *diag.Diagnostics) ossclient.CORS {
	config := ossclient.CORS{ResponseVary: m.ResponseVary.ValueBool()}
	for _, r := range m.rules(ctx, diags) {
		config.Rules = append(config.Rules, r.rule())
	}
	return config
}

// refresh takes over what OSS has. Where its answer does not distinguish two spellings (an absent list from an empty
// one, no max age from 0, the case of an allowed header), the spelling of the rule at the same place stays.
func (m *bucketCORSModel) refresh(ctx context.Context, config ossclient.CORS, diags *diag.Diagnostics) {
	var before []corsRuleModel
	if !m.Rules.IsNull() {
		before = m.rules(ctx, diags)
	}
	spelling := map[string]string{}
	for _, old := range before {
		old.spellings(spelling)
	}
	rules := make([]corsRuleModel, len(config.Rules))
	for i, have := range config.Rules {
		var old corsRuleModel
		if i < len(before) {
			old = before[i]
		}
		// The rule at the same place decides, and a rule that moved keeps its spelling, too.
		own := maps.Clone(spelling)
		old.spellings(own)
		rules[i] = refreshRule(old, have, own)
	}
	list, d := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: corsRuleTypes}, rules)
	diags.Append(d...)
	m.ID = m.Bucket
	m.Rules = list
	m.ResponseVary = types.BoolValue(config.ResponseVary)
}

// spellings notes how the rule spells each allowed header, by its lower case.
func (r corsRuleModel) spellings(to map[string]string) {
	for _, header := range setStrings(r.AllowedHeaders) {
		to[strings.ToLower(header)] = header
	}
}

// refreshRule takes over a rule. OSS returns allowed headers in lower case (OSS-240); spelling has the one to keep.
func refreshRule(old corsRuleModel, have ossclient.CORSRule, spelling map[string]string) corsRuleModel {
	headers := lowerCase(have.AllowedHeaders)
	for i, header := range headers {
		if spelt, known := spelling[header]; known {
			headers[i] = spelt
		}
	}
	rule := corsRuleModel{
		AllowedOrigins: refreshSet(old.AllowedOrigins, have.AllowedOrigins),
		AllowedMethods: refreshSet(old.AllowedMethods, have.AllowedMethods),
		AllowedHeaders: refreshSet(old.AllowedHeaders, headers),
		ExposeHeaders:  refreshSet(old.ExposeHeaders, have.ExposeHeaders),
		MaxAgeSeconds:  types.Int64PointerValue(have.MaxAgeSeconds),
	}
	if rule.MaxAgeSeconds.ValueInt64() == 0 && old.MaxAgeSeconds.ValueInt64() == 0 {
		rule.MaxAgeSeconds = old.MaxAgeSeconds
	}
	return rule
}

// onlySpeltOtherwise reports whether two sets of header names differ, and only in case.
func onlySpeltOtherwise(a, b types.Set) bool {
	if a.IsNull() || b.IsNull() || a.IsUnknown() || slices.ContainsFunc(a.Elements(), attr.Value.IsUnknown) || a.Equal(b) {
		return false
	}
	return sameSet(lowerCase(setStrings(a)), lowerCase(setStrings(b)))
}

func refreshSet(old types.Set, have []string) types.Set {
	if len(have) == 0 && old.IsNull() {
		return types.SetNull(types.StringType)
	}
	elements := map[string]attr.Value{} // a list that OSS returns may repeat an element
	for _, s := range have {
		elements[s] = types.StringValue(s)
	}
	values := make([]attr.Value, 0, len(elements))
	for _, v := range elements {
		values = append(values, v)
	}
	return types.SetValueMust(types.StringType, values)
}

// sameCORS reports whether two configurations mean the same to OSS.
func sameCORS(a, b ossclient.CORS) bool {
	return a.ResponseVary == b.ResponseVary && slices.EqualFunc(a.Rules, b.Rules, func(x, y ossclient.CORSRule) bool {
		return sameSet(x.AllowedOrigins, y.AllowedOrigins) && sameSet(x.AllowedMethods, y.AllowedMethods) &&
			sameSet(lowerCase(x.AllowedHeaders), lowerCase(y.AllowedHeaders)) && sameSet(x.ExposeHeaders, y.ExposeHeaders) &&
			maxAge(x) == maxAge(y)
	})
}

func maxAge(r ossclient.CORSRule) int64 {
	if r.MaxAgeSeconds == nil {
		return 0
	}
	return *r.MaxAgeSeconds
}
