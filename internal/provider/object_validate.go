package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ValidateConfig checks what goes together. Validators of the attributes could, too, and each would walk through the
// whole configuration to find the others, which was a quarter of what the provider did in a plan.
func (r *objectResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config objectModel
	config.read(ctx, req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	config.checkCombinations(&resp.Diagnostics)
}

// bodyArgument is one of the arguments that say what the body is.
type bodyArgument struct {
	name  string
	value attr.Value
}

// bodyArguments are the arguments of which an object has one at most.
func (m bodyModel) bodyArguments() []bodyArgument {
	return []bodyArgument{
		{"content", m.Content}, {"content_base64", m.ContentBase64}, {"source", m.Source}, {"copy_source", m.CopySource}, {"content_wo", m.ContentWO},
	}
}

// checkCombinations refuses a second body, and an argument without the one that it belongs to. A body that is not known
// yet may turn out to be null.
func (m bodyModel) checkCombinations(diags *diag.Diagnostics) {
	const title = "Invalid Attribute Combination"
	var set []string
	for _, argument := range m.bodyArguments() {
		if !argument.value.IsNull() && !argument.value.IsUnknown() {
			set = append(set, argument.name)
		}
	}
	if len(set) > 1 {
		// content_wo comes last, and is never pointed at: Terraform prints the line.
		diags.AddAttributeError(path.Root(set[0]), title, "An object has one body, and this configuration has "+
			strings.Join(set[:len(set)-1], ", ")+" and "+set[len(set)-1]+". Keep one of them.")
	}
	if !m.SourceHash.IsNull() && m.Source.IsNull() {
		diags.AddAttributeError(path.Root("source_hash"), title, "source_hash goes with source, and there is none. Set source, or remove source_hash.")
	}
	if !m.ContentWOVersion.IsNull() && m.ContentWO.IsNull() {
		diags.AddAttributeError(path.Root("content_wo_version"), title, "content_wo_version goes with content_wo, and there is none. Set content_wo, or remove content_wo_version.")
	}
}
