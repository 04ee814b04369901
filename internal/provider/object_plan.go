package provider

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan decides at plan what an apply will do, so that the computed attributes show it: a new crc64 is an
// upload, an unknown etag is a write, and neither is no request. Terraform calls it again during the apply, when
// it must come to the same result.
func (r *objectResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	var config, plan objectModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	before := readRemembered(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	body := plan.planBody(&resp.Diagnostics)
	plan.ID = plan.objectID()
	if req.State.Raw.IsNull() {
		plan.ContentType, _ = decideContentType(config.ContentType, plan.Key, remembered{})
		plan.planCreate(body, &resp.Diagnostics)
	} else {
		var state objectModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if resp.Diagnostics.HasError() {
			return
		}
		plan.ContentType, _ = decideContentType(config.ContentType, plan.Key, before)
		plan.planUpdate(state, body)
		warnBodyLetGo(state, body, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planCreate plans a new object. Without a body there is nothing to create, only something to take over.
func (m *objectModel) planCreate(body plannedBody, diags *diag.Diagnostics) {
	m.ETag = types.StringUnknown()
	m.VersionID = types.StringUnknown()
	m.setDigest(body)
	if !body.managed && !m.AllowOverwrite.IsUnknown() && !m.AllowOverwrite.ValueBool() {
		diags.AddAttributeError(path.Root("content"), "Missing Body", fmt.Sprintf(
			"There is nothing to create at key %q: the configuration has none of content, content_base64 and source. "+
				"For an empty object write content = \"\". To manage the metadata of an object that exists, import it "+
				"(terraform import ADDRESS %q), or take it over with allow_overwrite = true.",
			m.Key.ValueString(), m.objectID().ValueString()))
	}
}

// planUpdate plans what happens to an object that exists. What will not be written keeps its value.
func (m *objectModel) planUpdate(state objectModel, body plannedBody) {
	upload := body.managed && (!body.known || body.body.Digest() != state.CRC64.ValueString())
	if upload {
		m.setDigest(body)
	} else {
		m.CRC64, m.Size = state.CRC64, state.Size
	}
	m.ETag, m.VersionID = state.ETag, state.VersionID
	if upload || !m.metadataKnown() || !m.sameMetadata(state) {
		m.ETag, m.VersionID = types.StringUnknown(), types.StringUnknown()
	}
}

func (m *objectModel) setDigest(body plannedBody) {
	m.CRC64, m.Size = types.StringUnknown(), types.Int64Unknown()
	if body.known {
		m.CRC64, m.Size = types.StringValue(body.body.Digest()), types.Int64Value(body.body.Size)
	}
}

// plannedDigest is the digest that a plan has shown.
type plannedDigest struct {
	known bool
	crc64 uint64
	size  int64
}

func (m objectModel) plannedDigest() plannedDigest {
	crc, err := strconv.ParseUint(m.CRC64.ValueString(), 10, 64)
	if err != nil || m.Size.IsUnknown() {
		return plannedDigest{}
	}
	return plannedDigest{known: true, crc64: crc, size: m.Size.ValueInt64()}
}

// warnBodyLetGo tells that from now on nobody looks after the body.
func warnBodyLetGo(state objectModel, body plannedBody, diags *diag.Diagnostics) {
	if state.bodyManaged() && !body.managed {
		diags.AddAttributeWarning(path.Root("content"), "Body No Longer Managed", fmt.Sprintf(
			"The configuration of %q no longer has a body. The stored body stays as it is, changes of it by others will not be shown, "+
				"and destroying this resource will leave the object in the bucket.", state.ID.ValueString()))
	}
}

// planDestroy tells when a destroy will leave the object where it is.
func (r *objectResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state objectModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && !state.bodyManaged() {
		resp.Diagnostics.AddWarning("OSS Object Is Kept", fmt.Sprintf(
			"Only the metadata of %q is managed here, so the object stays in the bucket and Terraform forgets it.", state.ID.ValueString()))
	}
}
