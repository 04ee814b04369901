package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// policyArgument is the name of the argument that holds a policy, here and in data sources.
const policyArgument = "metadata_policy"

// soundPolicy refuses a policy that cannot be meant, as soon as all of it is known.
type soundPolicy struct{ undescribed }

// ValidateDynamic decodes the policy and throws it away.
func (soundPolicy) ValidateDynamic(_ context.Context, req validator.DynamicRequest, resp *validator.DynamicResponse) {
	decodePolicy(req.ConfigValue, &resp.Diagnostics)
}

// decodePolicy reads a policy: an object with a list of rules, or that list itself, from HCL or a decoder such as
// yamldecode. It is nil without rules and after an error. While a part of it is not known, neither is the policy:
// which object a rule speaks about may depend on that part.
func decodePolicy(value types.Dynamic, diags *diag.Diagnostics) (rules *policy.Policy, unknown bool) {
	plain, known := plainValue(value)
	if !known || plain == nil {
		return nil, !known
	}
	rules, mistakes := policy.Decode(plain)
	for _, m := range mistakes {
		diags.AddAttributeError(path.Root(policyArgument), "Invalid Metadata Policy", m.In(policyArgument))
	}
	return rules, false
}

// checkPolicy reports what an object breaks of the team's rules, as far as both are known: at plan, and again when
// Terraform completes the plan during the apply.
func (d *providerData) checkPolicy(m objectModel, diags *diag.Diagnostics) {
	if d != nil {
		addPolicyViolations(diags, m, d.policy.Check(m.policyObject()))
	}
}

// holdPolicy is the last check before a request writes the object, when all is known. Warnings were given by then.
func (d *providerData) holdPolicy(m objectModel, diags *diag.Diagnostics) {
	if d == nil {
		return
	}
	var stopping []policy.Violation
	for _, v := range d.policy.Check(m.policyObject()) {
		if v.Severity == finding.Error {
			stopping = append(stopping, v)
		}
	}
	addPolicyViolations(diags, m, stopping)
}

// policyObject is the object as a policy looks at it.
func (m objectModel) policyObject() policy.Object {
	o := policy.Object{
		Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(),
		Headers: map[string]string{}, Metadata: map[string]string{}, MetadataUnknown: m.Metadata.IsUnknown(),
	}
	for _, f := range m.fields() {
		switch {
		case f.value.IsUnknown():
			o.UnknownHeaders = append(o.UnknownHeaders, f.header)
		case !f.value.IsNull():
			o.Headers[f.header] = f.value.ValueString()
		}
	}
	for name, value := range m.Metadata.Elements() {
		if s, ok := value.(types.String); ok && !s.IsUnknown() {
			o.Metadata[name] = s.ValueString()
		} else {
			o.UnknownMetadata = append(o.UnknownMetadata, name)
		}
	}
	return o
}

// addPolicyViolations reports each violation at the attribute that puts it right.
func addPolicyViolations(diags *diag.Diagnostics, m objectModel, found []policy.Violation) {
	places := map[string]path.Path{}
	for _, v := range found {
		places[v.Detail] = m.policyPlace(v)
	}
	addViolationsAt(diags, policy.Findings(found), func(f finding.Finding) path.Path { return places[f.Detail] })
}

// policyPlace is the attribute that puts a violation right.
func (m objectModel) policyPlace(v policy.Violation) path.Path {
	switch v.Part {
	case policy.Headers:
		return path.Root(headerAttribute(v.Name))
	case policy.Metadata:
		return entryPlace(policy.Metadata, m.Metadata, v.Name)
	case policy.Tags:
		return entryPlace(policy.Tags, m.Tags, v.Name)
	}
	return path.Root(v.Part)
}

// entryPlace is the entry of a map, or the map where it has none.
func entryPlace(attribute string, m types.Map, name string) path.Path {
	if _, present := m.Elements()[name]; present {
		return path.Root(attribute).AtMapKey(name)
	}
	return path.Root(attribute)
}

// headerAttribute is the attribute of a standard header, "" for any other name.
func headerAttribute(header string) string {
	for _, f := range new(headersModel).fields() {
		if f.header == header {
			return f.attribute
		}
	}
	return ""
}
