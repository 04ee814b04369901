package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newDirectoryResource() resource.Resource { return &directoryResource{} }

type directoryResource struct{ configuredResource }

// Metadata names the resource type.
func (r *directoryResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_directory"
}

// ValidateConfig refuses what goes with a folder alone.
func (r *directoryResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config directoryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !config.Source.IsNull() {
		return
	}
	for name, set := range map[string]bool{"follow_symlinks": config.FollowSymlinks.ValueBool(), "allow_overwrite": config.AllowOverwrite.ValueBool()} {
		if set {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Invalid Attribute Combination", name+" goes with source only: without a folder there is nothing to upload. Set source, or remove "+name+".")
		}
	}
	blocks := config.blocks(ctx, &resp.Diagnostics)
	if len(blocks) == 0 && config.Metadata.IsNull() && !config.File.IsUnknown() {
		resp.Diagnostics.AddError("Nothing to Manage", "The directory has neither a source nor metadata nor a file block, so it manages nothing. Set source to upload a folder, "+
			"or say in metadata and file blocks what the objects below the prefix are to have.")
	}
}

// Create writes the files of the folder, or changes the objects that are there.
func (r *directoryResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan directoryModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client, end := r.data.begin(ctx, plan.Bucket, plan.Timeouts.Create, filesTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	defer r.data.lock(plan.ID.ValueString())()
	a := directoryApply{directoryPlanner{data: r.data, client: client, plan: &plan, diags: &resp.Diagnostics}, "Unable to Create OSS Directory"}
	inv, ok := a.run(ctx)
	if !ok {
		return
	}
	run := r.data.run(plan.ID.ValueString())
	run.mu.Lock()
	run.created, run.have = inv.Texts(), nil
	run.mu.Unlock()
	r.data.markCreated(ctx, directoryMark(plan.ID.ValueString()), resp.Private, &resp.Diagnostics)
	keep(ctx, resp.Private, creationMark, nil, &resp.Diagnostics)
	keepInventory(ctx, resp.Private, inv, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Read lists what is below the prefix, and asks for what has moved since it was last seen.
func (r *directoryResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state directoryModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	have := state.inventory(ctx, req.Private, &resp.Diagnostics)
	ctx, client, end := r.data.begin(ctx, state.Bucket, state.Timeouts.Read, walkTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	run := r.data.run(state.directoryID().ValueString())
	run.mu.Lock()
	defer run.mu.Unlock()
	run.strangers = map[string]ossclient.ListedObject{}
	dir := state.directory(state.blocks(ctx, &resp.Diagnostics))
	look := object.Look{Client: client, Parallel: state.parallel(), Directory: dir, Passed: run.note}
	now, err := look.Refresh(ctx, have)
	if bucketGone(&resp.Diagnostics, err, state.Bucket.ValueString(), fmt.Sprintf("%q is removed from the state.", state.directoryID().ValueString())) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		callError(&resp.Diagnostics, "Unable to Read OSS Directory", fmt.Sprintf("look at what is below %q", state.directoryID().ValueString()), err)
		return
	}
	if !refuseTwins(&resp.Diagnostics, state.directoryID().ValueString(), now) {
		return
	}
	run.have = now
	state.show(now)
	keepInventory(ctx, resp.Private, now, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Update writes what has changed, and deletes what is gone.
func (r *directoryResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state directoryModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	have := state.inventory(ctx, req.Private, &resp.Diagnostics)
	ctx, client, end := r.data.begin(ctx, plan.Bucket, plan.Timeouts.Update, filesTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	defer r.data.lock(plan.ID.ValueString())()
	a := directoryApply{directoryPlanner{data: r.data, client: client, plan: &plan, before: &state, have: have, diags: &resp.Diagnostics}, "Unable to Update OSS Directory"}
	inv, ok := a.run(ctx)
	if !ok {
		return
	}
	keepInventory(ctx, resp.Private, inv, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// Delete does what deletion_policy says. A directory that takes the place of this one below the same prefix goes on with its
// objects: nothing that is wanted again is missing in between.
func (r *directoryResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state directoryModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	have := state.inventory(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || state.deletionPolicy() == keepObject {
		return
	}
	ctx, client, end := r.data.begin(ctx, state.Bucket, state.Timeouts.Delete, walkTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	id := state.ID.ValueString()
	defer r.data.lock(id)()
	run := r.data.run(id)
	run.mu.Lock()
	defer run.mu.Unlock()
	var destroyed bool
	var successor string
	recall(ctx, req.Private, destroyMark, &destroyed, &resp.Diagnostics)
	recall(ctx, req.Private, creationMark, &successor, &resp.Diagnostics)
	if !destroyed && successor == id && run.created == nil {
		tflog.Info(ctx, "the directory is created again below the same prefix; its objects are left to that", map[string]any{"id": id})
		run.have = have
		return
	}
	removal := state.removal(have, run.created)
	result := object.Deployer{Client: client, Parallel: state.parallel()}.Apply(ctx, removal)
	switch {
	case len(result.Failures) == 0:
		return
	case bucketGone(&resp.Diagnostics, result.Failures[0].Err, state.Bucket.ValueString(), fmt.Sprintf("There was nothing left to delete of %q.", id)):
		return
	}
	left := have
	for _, name := range result.Changed {
		delete(left, name)
	}
	addFailures(&resp.Diagnostics, "Unable to Delete OSS Directory",
		fmt.Sprintf("Still there below %q: %s. Deleted: %s. The state has what is left, and the next destroy deletes it.", id, count(len(result.Failures)+result.Left, "object"), count(len(result.Changed), "object")), result.Failures)
	state.show(left)
	keepInventory(ctx, resp.Private, left, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// ImportState takes "bucket/prefix", "oss://bucket/prefix" or an identity. Read finds what is there.
func (r *directoryResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := directoryIdentity{}
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		if id.Prefix.IsNull() {
			id.Prefix = types.StringValue("") // the whole bucket
		}
		requireIdentity(&resp.Diagnostics, identityPart{"bucket", id.Bucket}, identityPart{"prefix", id.Prefix})
	} else {
		bucket, prefix, _ := strings.Cut(strings.TrimPrefix(req.ID, "oss://"), "/")
		id = directoryIdentity{Bucket: types.StringValue(bucket), Prefix: types.StringValue(norm.NFC.String(prefix))}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	addViolations(&resp.Diagnostics, path.Root("bucket"), rules.CheckBucket(id.Bucket.ValueString()))
	addViolations(&resp.Diagnostics, path.Root("prefix"), checkDirectoryPrefix(id.Prefix.ValueString()))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("bucket"), id.Bucket)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("prefix"), id.Prefix)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, id)...)
}
