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

// What deletion_policy can say.
const (
	deleteObject      = "delete"
	deleteAllVersions = "delete_all_versions"
	keepObject        = "keep"
)

// ModifyPlan decides at plan what an apply will do, so that the computed attributes show it: a new crc64 is an
// upload, an unknown etag is a write, and neither is no request. Terraform calls it again during the apply, when
// it must come to the same result.
func (r *objectResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	note := readRemembered(ctx, req.Private, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		var state objectModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		state.planDestroy(note, &resp.Diagnostics)
		return
	}
	var config, plan objectModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.data.claim(&resp.Diagnostics, plan.Bucket)
	if resp.Diagnostics.HasError() {
		return
	}
	body := config.planBody(ctx, r.data.clientIfReady(), &resp.Diagnostics)
	if config.ContentWO.IsUnknown() && note.WriteOnly == nil {
		body.secret = false // it may turn out to be null, with another body or none in its place
	}
	plan.ID = plan.objectID()
	if req.State.Raw.IsNull() {
		plan.planCreate(config, body, &resp.Diagnostics)
	} else {
		var state objectModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if resp.Diagnostics.HasError() {
			return
		}
		plan.planUpdate(config, state, note, body)
		plan.warnUpdate(state, note, body, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.checkPolicy(plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planCreate plans a new object. Without a body there is nothing to create, only something to take over.
func (m *objectModel) planCreate(config objectModel, body plannedBody, diags *diag.Diagnostics) {
	m.ContentType, _ = decideContentType(config.ContentType, m.Key, remembered{})
	m.planUnmanaged(config, objectModel{Tags: types.MapNull(types.StringType)})
	m.ETag, m.VersionID = types.StringUnknown(), types.StringUnknown()
	m.planDigest(body)
	m.planCallback(types.StringNull(), true, true)
	if !body.managed && !m.AllowOverwrite.IsUnknown() && !m.AllowOverwrite.ValueBool() {
		diags.AddAttributeError(path.Root("content"), "Missing Body", fmt.Sprintf(
			"There is nothing to create at key %q: the configuration has none of content, content_base64, source, content_wo and copy_source. "+
				"For an empty object write content = \"\". To manage the metadata of an object that exists, import it "+
				"(terraform import ADDRESS %q), or take it over with allow_overwrite = true.",
			m.Key.ValueString(), m.objectID().ValueString()))
	}
}

// planUpdate plans what happens to an object that exists. What will not be written keeps its value.
func (m *objectModel) planUpdate(config, state objectModel, note remembered, body plannedBody) {
	m.ContentType, _ = decideContentType(config.ContentType, m.Key, note)
	m.planUnmanaged(config, state)
	m.CRC64, m.Size, m.ETag, m.VersionID = state.CRC64, state.Size, state.ETag, state.VersionID
	upload := bodyChanges(*m, state, note, body) || body.managed && m.owesCallback(note)
	m.planCallback(state.CallbackResponse, upload, body.known || body.secret)
	if upload || !m.metadataKnown() || !m.sameMetadata(state) || !m.sameStorage(state) {
		m.ETag, m.VersionID = types.StringUnknown(), types.StringUnknown()
	}
	if upload {
		m.planDigest(body)
	}
	switch {
	case body.secret:
		m.CRC64, m.ETag = types.StringNull(), types.StringNull()
	case !body.managed && note.WriteOnly != nil:
		// content_wo is gone: what is stored need no longer be hidden, and the update notes that nobody manages it.
		m.CRC64, m.ETag = types.StringUnknown(), types.StringUnknown()
	}
}

// bodyChanges reports whether a body has to be written, as far as a plan can tell. A body that must not be seen is
// written when its version changes, when it takes the place of another kind of body, and when a digest in the state
// says that the stored one is somebody else's.
func bodyChanges(plan, state objectModel, note remembered, body plannedBody) bool {
	switch {
	case !body.managed:
		return false
	case body.secret:
		return note.WriteOnly == nil || !plan.ContentWOVersion.Equal(state.ContentWOVersion) || !state.CRC64.IsNull()
	}
	return !body.known || body.body.Digest() != state.CRC64.ValueString()
}

// planUnmanaged gives the attributes that the configuration leaves out the values they had.
func (m *objectModel) planUnmanaged(config, before objectModel) {
	keep := func(config types.String, target *types.String, before types.String) {
		if config.IsNull() {
			*target = before
		}
	}
	switch {
	case config.Encryption.IsUnknown():
		before.EncryptionKeyID, before.DataEncryption = types.StringUnknown(), types.StringUnknown()
	case !config.Encryption.IsNull() && !m.Encryption.Equal(before.Encryption):
		before.EncryptionKeyID, before.DataEncryption = types.StringNull(), types.StringNull() // of the other method
	}
	keep(config.ACL, &m.ACL, before.ACL)
	keep(config.StorageClass, &m.StorageClass, before.StorageClass)
	keep(config.Encryption, &m.Encryption, before.Encryption)
	keep(config.EncryptionKeyID, &m.EncryptionKeyID, before.EncryptionKeyID)
	keep(config.DataEncryption, &m.DataEncryption, before.DataEncryption)
	if config.Tags.IsNull() {
		m.Tags = before.Tags
	}
}

// planDigest shows the digest of the body that will be written, as far as it is known and may be seen.
func (m *objectModel) planDigest(body plannedBody) {
	m.CRC64, m.Size = types.StringUnknown(), types.Int64Unknown()
	switch {
	case body.secret:
		m.CRC64, m.ETag = types.StringNull(), types.StringNull()
	case body.known:
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

// minimumDays are the days for which OSS charges at least, by storage class.
var minimumDays = map[string]int{"IA": 30, "Archive": 60, "ColdArchive": 180, "DeepColdArchive": 180}

// warnUpdate tells what a change costs and what it gives up, and refuses one that OSS cannot make.
func (m objectModel) warnUpdate(state objectModel, note remembered, body plannedBody, diags *diag.Diagnostics) {
	if state.bodyManaged(note) && !body.managed {
		diags.AddAttributeWarning(path.Root("content"), "Body No Longer Managed", fmt.Sprintf(
			"The configuration of %q no longer has a body. The stored body stays as it is, changes of it by others will not be shown, "+
				"and destroying this resource will leave the object in the bucket unless deletion_policy says otherwise.", state.ID.ValueString()))
	}
	m.warnCallback(state, note, body, diags)
	copies := !bodyChanges(m, state, note, body) && (!m.metadataKnown() || !m.sameMetadata(state) || !m.sameStorage(state))
	if copies && note.Seen != nil && note.Seen.Type == "Symlink" {
		diags.AddError("OSS Object Is a Symbolic Link", fmt.Sprintf("%q is a symbolic link. OSS changes headers and metadata by a copy of the object onto itself, "+
			"and of a link it copies the link only. Manage the object that the link points to, or give this one a body of its own.", state.ID.ValueString()))
	}
	converts := !m.StorageClass.IsUnknown() && !m.StorageClass.Equal(state.StorageClass)
	if converts || bodyChanges(m, state, note, body) {
		warnFee(state, note, "replaced or converted", diags)
	}
}

// warnFee tells of the fee for an object that goes before the minimum duration of its class.
func warnFee(state objectModel, note remembered, what string, diags *diag.Diagnostics) {
	class := state.StorageClass.ValueString()
	if note.Seen != nil {
		class = note.Seen.StorageClass
	}
	if days := minimumDays[class]; days > 0 {
		diags.AddAttributeWarning(path.Root("storage_class"), "Possible Early Deletion Fee", fmt.Sprintf(
			"%q has the storage class %s, for which OSS charges at least %d days. If it is %s before that, the rest is charged at once.",
			state.ID.ValueString(), class, days, what))
	}
}

// deletionPolicy is what a destroy does, decided.
func (m objectModel) deletionPolicy(note remembered) string {
	switch {
	case !m.DeletionPolicy.IsNull():
		return m.DeletionPolicy.ValueString()
	case m.bodyManaged(note):
		return deleteObject
	}
	return keepObject
}

// planDestroy tells when a destroy will leave the object where it is, or may cost a fee.
func (m objectModel) planDestroy(note remembered, diags *diag.Diagnostics) {
	if diags.HasError() {
		return
	}
	if m.deletionPolicy(note) != keepObject {
		warnFee(m, note, "deleted", diags)
		return
	}
	reason := "deletion_policy says so"
	if m.DeletionPolicy.IsNull() {
		reason = "only its metadata is managed here; deletion_policy = \"delete\" would delete it"
	}
	diags.AddWarning("OSS Object Is Kept", fmt.Sprintf("%q stays in the bucket and Terraform forgets it: %s.", m.ID.ValueString(), reason))
}
