package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
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
// Terraform completes the plan during the apply. Of an object that is not written it only warns: a plan that changes nothing
// breaks nothing, and a destroy begins with such a plan.
func (d *providerData) checkPolicy(m objectModel, judged policy.Object, change object.Change, diags *diag.Diagnostics) {
	if d == nil {
		return
	}
	found := d.policy.Check(judged)
	if !change.Writes() {
		onlyWarn(found)
	}
	addPolicyViolations(diags, m, found)
}

// onlyWarn turns what is broken by a plan that writes nothing into warnings.
func onlyWarn(found []policy.Violation) {
	for i := range found {
		if v := &found[i]; v.Severity == finding.Error {
			v.Severity = finding.Warning
			v.Detail += " " + nothingWritten
		}
	}
}

// nothingWritten ends a warning that would be an error if the object were written.
const nothingWritten = "Nothing is written by this plan, so this is a warning. It stops the next change."

// holdPolicy is the last check before a request writes the object, when all is known. Warnings were given by then.
func (d *providerData) holdPolicy(config, m objectModel, change object.Change, diags *diag.Diagnostics) {
	if d != nil && change.Writes() {
		addPolicyViolations(diags, m, stopping(d.policy.Check(m.policyObject(config, change))))
	}
}

// holdTakenOver is holdPolicy for what an object that is taken over brings with it: the class, tags and ACL that the
// configuration leaves alone. Each is asked for where a rule speaks about it, and not otherwise. It reports whether the
// object may be taken over.
func (d *providerData) holdTakenOver(ctx context.Context, client *ossclient.Client, config, m objectModel, diags *diag.Diagnostics) bool {
	o := m.policyObject(config, object.Change{Create: true})
	need, _ := d.policy.Concerns(o.Bucket, o.Key)
	need.ACL = need.ACL && o.ACL == ""
	if need.Tags = need.Tags && o.TagsUnknown; need.Tags || need.Class && o.StorageClass == "" {
		shown, err := client.HeadObject(ctx, o.Bucket, o.Key)
		switch {
		case ossclient.IsNotFound(err):
			return true // the engine says so in its own words
		case err != nil:
			objectCallError(diags, "Unable to Create OSS Object", "look at", m, err)
			return false
		}
		if o.StorageClass == "" {
			o.StorageClass = shown.StorageClass
		}
		need.Tags = need.Tags && shown.TagCount > 0
		o.TagsUnknown = o.TagsUnknown && need.Tags
	}
	if err := completePolicyObject(ctx, client, need, &o); err != nil {
		objectCallError(diags, "Unable to Create OSS Object", "look at ACL or tags, which metadata_policy has a rule about, of", m, err)
		return false
	}
	broken := stopping(d.policy.Check(o))
	addPolicyViolations(diags, m, broken)
	return len(broken) == 0
}

// completePolicyObject asks for what HEAD does not show.
func completePolicyObject(ctx context.Context, client *ossclient.Client, need policy.Need, o *policy.Object) (err error) {
	if need.Tags {
		if o.Tags, err = client.ObjectTags(ctx, o.Bucket, o.Key); err != nil {
			return err
		}
		o.TagsUnknown = false
	}
	if need.ACL {
		o.ACL, err = client.ObjectACL(ctx, o.Bucket, o.Key)
	}
	return err
}

// stopping are the violations that stop a run.
func stopping(found []policy.Violation) []policy.Violation {
	return slices.DeleteFunc(found, func(v policy.Violation) bool { return v.Severity != finding.Error })
}

// policyObject is the object as a policy looks at it, after a change.
func (m objectModel) policyObject(config objectModel, change object.Change) policy.Object {
	o := policy.Object{
		Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(), Headers: map[string]string{},
		ACL: m.ACL.ValueString(), StorageClass: m.StorageClass.ValueString(), // what the bucket's default is, nobody knows here
		MetadataUnknown: m.Metadata.IsUnknown(), TagsUnknown: m.Tags.IsUnknown(),
	}
	for _, f := range m.fields() {
		switch {
		case f.value.IsUnknown():
			o.UnknownHeaders = append(o.UnknownHeaders, f.header)
		case !f.value.IsNull():
			o.Headers[f.header] = f.value.ValueString()
		}
	}
	o.Metadata, o.UnknownMetadata = knownEntries(m.Metadata)
	o.Tags, o.UnknownTags = knownEntries(m.Tags)
	switch {
	case change.Create && change.Write: // whatever was there, a PUT leaves nothing of it
		if m.ACL.IsNull() {
			o.ACL = "default"
		}
	case m.Tags.IsNull(), change.TakesOver() && config.Tags.IsNull():
		o.TagsUnknown = true
	}
	return o
}

// knownEntries are those of a map that are known, and the names of those that are not.
func knownEntries(m types.Map) (known map[string]string, unknown []string) {
	known = map[string]string{}
	for name, value := range m.Elements() {
		if s, ok := value.(types.String); ok && !s.IsUnknown() {
			known[name] = s.ValueString()
		} else {
			unknown = append(unknown, name)
		}
	}
	return known, unknown
}

// addPolicyViolations reports each violation at the attribute that puts it right.
func addPolicyViolations(diags *diag.Diagnostics, m objectModel, found []policy.Violation) {
	addViolationsOf(diags, m.Key.ValueString(), found, func(v policy.Violation) path.Path {
		switch v.Part {
		case policy.Headers:
			return path.Root(headerAttribute(v.Name))
		case policy.Metadata:
			return entryPlace(policy.Metadata, m.Metadata, v.Name)
		case policy.Tags:
			return entryPlace(policy.Tags, m.Tags, v.Name)
		}
		return path.Root(v.Part)
	})
}

// addViolationsOf reports what one object breaks: errors at their places, warnings together. Terraform shows one of several
// warnings with the same title and counts the others, so those of each object are one, and have its key in their title.
func addViolationsOf(diags *diag.Diagnostics, key string, found []policy.Violation, place func(policy.Violation) path.Path) {
	warnings := []policy.Violation{}
	for _, v := range found {
		if v.Severity == finding.Warning {
			warnings = append(warnings, v)
		}
	}
	addViolationsAt(diags, stopping(slices.Clone(found)), func(v policy.Violation) (path.Path, finding.Finding) { return place(v), v.Finding })
	if len(warnings) == 0 {
		return
	}
	title, text := warnings[0].Summary, make([]string, len(warnings))
	if key != "" {
		title += fmt.Sprintf(" by %q", key)
	}
	at := place(warnings[0])
	for i, v := range warnings {
		text[i] = v.Detail
		if !place(v).Equal(at) {
			at = path.Empty()
		}
	}
	if at.Equal(path.Empty()) {
		diags.AddWarning(title, strings.Join(text, "\n"))
		return
	}
	diags.AddAttributeWarning(at, title, strings.Join(text, "\n"))
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
