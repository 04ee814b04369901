package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
)

// What deletion_policy can say.
const (
	deleteObject      = "delete"
	deleteAllVersions = "delete_all_versions"
	keepObject        = "keep"
)

// ModifyPlan decides at plan what an apply will do, so that the computed attributes show it: a new crc64 is an
// upload, an unknown version_id is a write, and neither means no request. Terraform calls it again at the start of an
// apply, when it must come to the same result; what it decides then is carried out.
func (r *objectResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	memory := recallMemory(ctx, req.Private, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		var state objectModel
		state.read(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
		r.data.nextRun(ctx, state.ID.ValueString(), req.Private, &resp.Diagnostics)
		if state.deletionPolicy(memory) != keepObject {
			r.data.claim(&resp.Diagnostics, state.Bucket)
		}
		state.planDestroy(memory, &resp.Diagnostics)
		return
	}
	var config, plan objectModel
	config.read(ctx, req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	plan.read(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	r.data.claim(&resp.Diagnostics, plan.Bucket)
	ctx, end := timeout(plan.Timeouts.Read).start(ctx, readTimeout, &resp.Diagnostics)
	defer end()
	if resp.Diagnostics.HasError() {
		return
	}
	var before *objectModel
	if req.State.Raw.IsNull() {
		memory = object.Memory{} // that of the object which is replaced
	} else {
		before = &objectModel{}
		before.read(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
		r.data.nextRun(ctx, before.ID.ValueString(), req.Private, &resp.Diagnostics)
	}
	if before == nil || !before.objectID().Equal(plan.objectID()) {
		memory.Open = false // of an object that is replaced nothing has to be known
	}
	body := config.planBody(ctx, r.data.clientIfReady(), before, memory, &resp.Diagnostics)
	var have object.State
	if before != nil {
		have = plan.disclosed(ctx, r.data.clientIfReady(), config, *before, memory, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	change := plan.plan(config, before, have, body, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	judged := plan.policyObject(config, change)
	r.data.completeOpen(ctx, plan, memory, &judged, &resp.Diagnostics)
	r.data.checkPolicy(plan, judged, change, &resp.Diagnostics)
	keep(ctx, resp.Private, plannedKey, change, &resp.Diagnostics)
	plan.write(ctx, resp.Plan.Schema, &resp.Plan.Raw, &resp.Diagnostics)
}

// plan completes a plan: what will be known of the object, and what has to be said. before is nil for a creation; have is
// what the engine knows of it.
func (m *objectModel) plan(config objectModel, before *objectModel, have object.State, body object.Body, diags *diag.Diagnostics) object.Change {
	m.ID = m.objectID()
	m.ContentType, _ = decideContentType(config.ContentType, m.Key, have.Memory)
	want := m.spec(config, before)
	want.Body = body
	if before == nil {
		m.planSettings(config.settingsModel, want.Settings, want.Over(object.State{}.Settings))
		change := object.Compare(want, nil)
		m.foresee(change, objectModel{})
		addNotices(diags, change.Notices(want, object.State{}))
		m.refuseNothing(change, diags)
		return change
	}
	want.Body.Changed = m.bodyDiffers(before.bodyModel)
	m.planSettings(config.settingsModel, have.Settings, want.Over(have.Settings))
	change := object.Compare(want, &have)
	m.foresee(change, *before)
	addNotices(diags, change.Notices(want, have))
	return change
}

// spec is what a plan wants of the object, but for its body. before is the state, if there is one.
func (m objectModel) spec(config objectModel, before *objectModel) object.Spec {
	return object.Spec{
		Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(),
		Headers: m.headers(), Metadata: textMap(m.Metadata), HeadersUnknown: m.headersUnknown(),
		Settings: m.settings(), Managed: m.managed(config.settingsModel), Unknown: config.settingsUnknown(),
		Callback: object.Callback{
			Wanted: m.hasCallback(), Changed: before != nil && !m.Callback.Equal(before.Callback),
			Optional: m.Callback.Attributes()["on_failure"] != nil && m.Callback.Attributes()["on_failure"].Equal(types.StringValue(failByWarning)),
		},
		Overwrite: m.AllowOverwrite.ValueBool(),
	}
}

// state is what a state says of the object.
func (m objectModel) state(memory object.Memory) object.State {
	return object.State{
		Headers: m.headers(), Metadata: textMap(m.Metadata), Settings: m.settings(),
		ETag: m.ETag.ValueString(), CRC64: m.CRC64.ValueString(), Size: m.Size.ValueInt64(), VersionID: m.VersionID.ValueString(),
		CallbackResponse: m.CallbackResponse.ValueString(), BodyManaged: m.bodyKept(memory), Memory: memory,
	}
}

// foresee plans what OSS will say of the object.
func (m *objectModel) foresee(c object.Change, before objectModel) {
	m.ETag = foreseen(c.ETag, before.ETag, types.StringNull(), types.StringNull(), types.StringUnknown())
	m.CRC64 = foreseen(c.CRC64, before.CRC64, types.StringValue(c.Digest), types.StringNull(), types.StringUnknown())
	m.Size = foreseen(c.BodySize, before.Size, types.Int64Value(c.Size), types.Int64Null(), types.Int64Unknown())
	m.VersionID = foreseen(c.VersionID, before.VersionID, types.StringNull(), types.StringNull(), types.StringUnknown())
	m.CallbackResponse = foreseen(c.CallbackResponse, before.CallbackResponse, types.StringNull(), types.StringNull(), types.StringUnknown())
}

// foreseen is the value of a fate.
func foreseen[T attr.Value](fate object.Fate, kept, known, null, unknown T) T {
	return map[object.Fate]T{object.Kept: kept, object.Known: known, object.Null: null, object.Unknown: unknown}[fate]
}

// creation is the planned change of a creation, from the plan itself: nothing is ignored where nothing exists yet.
func (m objectModel) creation(config objectModel) object.Change {
	want := m.spec(config, nil)
	switch {
	case !config.hasBody():
	case !config.ContentWO.IsNull():
		want.Body.Kind = object.SecretBody
	case m.CRC64.IsUnknown():
		want.Body.Kind = object.UnknownBody
	default:
		want.Body = object.Body{Kind: object.KnownBody, Digest: m.CRC64.ValueString(), Size: m.Size.ValueInt64()}
	}
	return object.Compare(want, nil)
}

// refuseNothing refuses a creation that has nothing to create, and may not take over what exists.
func (m objectModel) refuseNothing(c object.Change, diags *diag.Diagnostics) {
	if !c.TakesOver() || m.AllowOverwrite.IsUnknown() || m.AllowOverwrite.ValueBool() {
		return
	}
	diags.AddAttributeError(path.Root("content"), "Missing Body", fmt.Sprintf(
		"There is nothing to create at key %q: the configuration has none of content, content_base64, source, content_wo and copy_source. "+
			"For an empty object write content = \"\". To manage the metadata of an object that exists, import it "+
			"(terraform import ADDRESS %q), or take it over with allow_overwrite = true.",
		m.Key.ValueString(), m.objectID().ValueString()))
}

// addNotices says what the engine has to say of a change, at the attribute that it is about.
func addNotices(diags *diag.Diagnostics, notices []object.Notice) {
	places := map[object.Subject]path.Path{
		object.AboutBody: path.Root("content"), object.AboutCallback: callbackPlace, object.AboutClass: path.Root("storage_class"),
		object.AboutSource: path.Root("copy_source"), object.AboutACL: path.Root("acl"),
	}
	for _, n := range notices {
		at, placed := places[n.About]
		switch {
		case n.Refuse && placed:
			diags.AddAttributeError(at, n.Title, n.Text)
		case n.Refuse:
			diags.AddError(n.Title, n.Text)
		case placed:
			diags.AddAttributeWarning(at, n.Title, n.Text)
		default:
			diags.AddWarning(n.Title, n.Text)
		}
	}
}

// deletionPolicy is what a destroy does, decided.
func (m objectModel) deletionPolicy(memory object.Memory) string {
	switch {
	case !m.DeletionPolicy.IsNull():
		return m.DeletionPolicy.ValueString()
	case m.bodyKept(memory):
		return deleteObject
	}
	return keepObject
}

// planDestroy says when a destroy will leave the object where it is, or may cost a fee.
func (m objectModel) planDestroy(memory object.Memory, diags *diag.Diagnostics) {
	if diags.HasError() {
		return
	}
	if m.deletionPolicy(memory) != keepObject {
		addNotices(diags, m.state(memory).FeeNotice(m.ID.ValueString(), "deleted"))
		return
	}
	reason := "deletion_policy says so"
	if m.DeletionPolicy.IsNull() {
		reason = "only its metadata is managed here; deletion_policy = \"delete\" would delete it"
		if memory.ContentTypeFrom == object.FromImport {
			reason += ". It was imported: if the configuration has a body or a deletion_policy that was never applied, run terraform apply first"
		}
	}
	diags.AddWarning("OSS Object Is Kept", fmt.Sprintf("%q stays in the bucket and Terraform forgets it: %s.", m.ID.ValueString(), reason))
}
