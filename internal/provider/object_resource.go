package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newObjectResource() resource.Resource { return &objectResource{} }

type objectResource struct{ configuredResource }

// Metadata names the resource type.
func (r *objectResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_object"
}

// Create uploads an object that does not exist yet, or takes over one that does when the configuration says so.
func (r *objectResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan objectModel
	config.read(ctx, req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	plan.read(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	change := plan.creation(config)
	r.data.holdPolicy(config, plan, change, &resp.Diagnostics)
	ctx, client, end := r.data.begin(ctx, plan.Bucket, plan.Timeouts.Create, writeTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	defer r.data.lock(plan.ID.ValueString())()
	if change.TakesOver() && !r.data.holdTakenOver(ctx, client, config, plan, &resp.Diagnostics) {
		return
	}
	a := objectApply{client: client, config: config, plan: &plan, change: change, summary: "Unable to Create OSS Object", diags: &resp.Diagnostics}
	if !a.run(ctx) {
		return
	}
	r.data.markCreated(ctx, plan.ID.ValueString(), resp.Private, &resp.Diagnostics)
	keep(ctx, resp.Private, plannedKey, nil, &resp.Diagnostics)
	keep(ctx, resp.Private, memoryKey, a.memory, &resp.Diagnostics)
	plan.write(ctx, resp.State.Schema, &resp.State.Raw, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Read asks HEAD what is stored, and for ACL and tags only where they are managed.
func (r *objectResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state objectModel
	state.read(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	memory := recallMemory(ctx, req.Private, &resp.Diagnostics)
	ctx, client, end := r.data.begin(ctx, state.Bucket, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	// Terraform 1.12 and newer insist on an identity, also for what is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	now, err := object.Refresh(ctx, client, state.Bucket.ValueString(), state.Key.ValueString(), state.state(memory))
	id := state.Bucket.ValueString() + "/" + state.Key.ValueString()
	if ossclient.IsNotFound(err) || bucketGone(&resp.Diagnostics, err, state.Bucket.ValueString(), fmt.Sprintf("%q is removed from the state.", id)) {
		tflog.Info(ctx, "the object is gone; it is removed from the state", map[string]any{"bucket": state.Bucket.ValueString(), "key": state.Key.ValueString()})
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		objectCallError(&resp.Diagnostics, "Unable to Read OSS Object", "look at", state, err)
		return
	}
	state.show(now)
	keep(ctx, resp.Private, memoryKey, now.Memory, &resp.Diagnostics)
	state.write(ctx, resp.State.Schema, &resp.State.Raw, &resp.Diagnostics)
}

// show takes over what a refresh has seen. Null for an object that never had metadata stays apart from {} for one that
// lost it.
func (m *objectModel) show(s object.State) {
	m.ID = m.objectID()
	m.showHeaders(s.Headers)
	m.showSettings(s.Settings)
	if len(s.Metadata) > 0 || !m.Metadata.IsNull() {
		m.Metadata = stringMap(s.Metadata)
	}
	m.ETag, m.CRC64, m.VersionID = stringOrNull(s.ETag), stringOrNull(s.CRC64), stringOrNull(s.VersionID)
	m.Size = types.Int64Value(s.Size)
}

// Update does the least that the change needs: an upload, a copy of the object onto itself, a call for ACL or tags, or
// nothing.
func (r *objectResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state objectModel
	config.read(ctx, req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	plan.read(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state.read(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	memory := recallMemory(ctx, req.Private, &resp.Diagnostics)
	change := plannedChange(ctx, req.Private, &resp.Diagnostics)
	r.data.holdPolicy(config, plan, change, &resp.Diagnostics)
	ctx, client, end := r.data.begin(ctx, plan.Bucket, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	keep(ctx, resp.Private, plannedKey, nil, &resp.Diagnostics) // also when the update fails
	if resp.Diagnostics.HasError() {
		return
	}

	a := objectApply{client: client, config: config, plan: &plan, before: &state, memory: memory, change: change, summary: "Unable to Update OSS Object", diags: &resp.Diagnostics}
	if !a.run(ctx) {
		return
	}
	keep(ctx, resp.Private, memoryKey, a.memory, &resp.Diagnostics)
	plan.write(ctx, resp.State.Schema, &resp.State.Raw, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Delete does what deletion_policy says. OSS takes no condition on a deletion (OSS-277), and a look before it would only
// narrow the moment in which somebody else's body goes along; so it is one request.
func (r *objectResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state objectModel
	state.read(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	memory := recallMemory(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || state.deletionPolicy(memory) == keepObject {
		return
	}
	ctx, client, end := r.data.begin(ctx, state.Bucket, state.Timeouts.Delete, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	defer r.data.lock(state.ID.ValueString())()
	if r.data.inThisRun(state.ID.ValueString()) {
		// create_before_destroy under one key: what stands there now is the new object.
		tflog.Info(ctx, "this run has created the object; it is not deleted", map[string]any{"id": state.ID.ValueString()})
		return
	}
	if state.AllowOverwrite.ValueBool() && r.replacedSince(ctx, client, state, memory, &resp.Diagnostics) {
		return
	}
	bucket, key := state.Bucket.ValueString(), state.Key.ValueString()
	var err error
	if state.deletionPolicy(memory) == deleteAllVersions {
		err = deleteEveryVersion(ctx, client, bucket, key)
	} else {
		err = client.DeleteObject(ctx, bucket, key)
	}
	if err != nil && !bucketGone(&resp.Diagnostics, err, bucket, fmt.Sprintf("There was nothing left to delete of %q.", state.ID.ValueString())) {
		objectCallError(&resp.Diagnostics, "Unable to Delete OSS Object", "delete", state, err)
	}
}

// replacedSince looks whether the object was written again after this resource wrote it last. With allow_overwrite and
// create_before_destroy that is the new object of the same resource, when the run that made it ended before it could
// remove the old one: this run cannot distinguish it from one of somebody else, and deletes neither. It costs one HEAD.
func (r *objectResource) replacedSince(ctx context.Context, client *ossclient.Client, state objectModel, memory object.Memory, diags *diag.Diagnostics) bool {
	if memory.Written.IsZero() {
		return false
	}
	o, err := client.HeadObject(ctx, state.Bucket.ValueString(), state.Key.ValueString())
	switch {
	case ossclient.IsNotFound(err), ossclient.IsBucketNotFound(err):
		return false // a marker or older versions may still have to go
	case err != nil:
		objectCallError(diags, "Unable to Delete OSS Object", "look at", state, err)
		return true
	case !o.LastModified.After(memory.Written):
		return false
	}
	diags.AddWarning("OSS Object Is Kept", fmt.Sprintf("%q was written again after this resource wrote it last, by another resource, by a replacement of this one or by somebody else, "+
		"and with allow_overwrite = true the two cannot be told apart. The object stays in the bucket. If it has to go, delete it by hand.", state.ID.ValueString()))
	return true
}

// deleteEveryVersion removes all versions and markers of one key: one request to list them, one for each.
func deleteEveryVersion(ctx context.Context, client *ossclient.Client, bucket, key string) error {
	versions, err := client.ObjectVersions(ctx, bucket, key)
	for _, v := range versions {
		if err == nil {
			err = client.DeleteVersion(ctx, bucket, key, v.VersionID)
		}
	}
	return err
}

// ImportState takes "bucket/key", "oss://bucket/key" or an identity. Read fills the rest.
func (r *objectResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := objectIdentity{}
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		requireIdentity(&resp.Diagnostics, identityPart{"bucket", id.Bucket}, identityPart{"key", id.Key})
	} else {
		bucket, key, err := splitObjectID(req.ID)
		if err != nil {
			resp.Diagnostics.AddError("Invalid Import ID", sentence(err.Error()))
		}
		id = objectIdentity{Bucket: types.StringValue(bucket), Key: types.StringValue(key)}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	addViolations(&resp.Diagnostics, path.Root("bucket"), rules.CheckBucket(id.Bucket.ValueString()))
	addViolations(&resp.Diagnostics, path.Root("key"), rules.CheckKey(id.Key.ValueString()))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("bucket"), id.Bucket)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("key"), id.Key)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, id)...)
	keep(ctx, resp.Private, memoryKey, imported, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || r.data != nil && r.data.imports.Add(1) > 1 {
		return // Terraform does not group warnings that name objects, and a thousand would bury the plan
	}
	resp.Diagnostics.AddWarning("Imported Without Its Configuration", fmt.Sprintf("An import does not see the configuration, so the state of %q, and of all else that this run imports, has no body and no deletion_policy yet. "+
		"The next apply, of an import block the same one, records them, and uploads nothing where the body is the stored one. A destroy before that keeps the object in the bucket.", id.Bucket.ValueString()+"/"+id.Key.ValueString()))
}

// splitObjectID splits an import id at the first slash, since buckets have none and keys may.
func splitObjectID(id string) (bucket, key string, err error) {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(id, "oss://"), "/")
	if !ok || bucket == "" || key == "" {
		return "", "", fmt.Errorf("%q is not the id of an object; write bucket/key or oss://bucket/key, such as \"my-bucket/path/file.txt\"", id)
	}
	return bucket, key, nil
}
