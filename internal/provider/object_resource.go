package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/metadata"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// How long an operation may take with all its retries, unless the timeouts block says otherwise.
const (
	writeTimeout = 20 * time.Minute
	readTimeout  = 5 * time.Minute
)

func newObjectResource() resource.Resource { return &objectResource{} }

type objectResource struct{ data *providerData }

// Metadata names the resource type.
func (r *objectResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_object"
}

// Configure takes over the provider's client.
func (r *objectResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configuredData(req.ProviderData, &resp.Diagnostics)
}

// Create uploads an object that does not exist yet, or takes over one that does when the configuration says so.
func (r *objectResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan objectModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	client := r.data.ready(&resp.Diagnostics)
	limit, d := plan.Timeouts.Create(ctx, writeTimeout)
	resp.Diagnostics.Append(d...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	_, from := decideContentType(config.ContentType, plan.Key, remembered{})
	note := remembered{ContentTypeFrom: from, ContentType: plan.ContentType.ValueString()}
	if plan.bodyManaged() {
		createObject(ctx, client, &plan, &resp.Diagnostics)
	} else {
		note.Seen = takeOverObject(ctx, client, &plan, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.created.Store(plan.ID.ValueString(), true)
	note.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

const createFailed = "Unable to Create OSS Object"

func createObject(ctx context.Context, client *ossclient.Client, plan *objectModel, diags *diag.Diagnostics) {
	body, err := plan.bodyAsPlanned(plan.plannedDigest())
	if err != nil {
		addSourceError(diags, plan.Source.ValueString(), err)
		return
	}
	write := plan.write()
	write.Body = body
	if !plan.AllowOverwrite.ValueBool() && !forbidOverwrite(ctx, client, &write, diags) {
		return
	}
	stored, err := client.PutObject(ctx, write)
	switch {
	case ossclient.HasCode(err, "FileAlreadyExists"):
		addExistsError(diags, *plan)
	case err != nil:
		objectCallError(diags, createFailed, "write", *plan, err)
	default:
		plan.setStored(stored, body)
	}
}

// forbidOverwrite makes sure that the write replaces nothing. OSS does that by a header, but not in a versioned
// bucket: there, and where nobody may ask whether it is one, look first.
func forbidOverwrite(ctx context.Context, client *ossclient.Client, write *ossclient.Write, diags *diag.Diagnostics) bool {
	write.ForbidOverwrite = true
	about := objectModel{Bucket: types.StringValue(write.Bucket), Key: types.StringValue(write.Key)}
	versioning, err := client.BucketVersioning(ctx, write.Bucket)
	if err != nil {
		callError(diags, createFailed, fmt.Sprintf("ask whether bucket %q is versioned", write.Bucket), err)
		return false
	}
	if versioning == ossclient.Unversioned {
		return true
	}
	_, err = client.HeadObject(ctx, write.Bucket, write.Key)
	switch {
	case err == nil:
		addExistsError(diags, about)
	case !ossclient.IsNotFound(err):
		objectCallError(diags, createFailed, "look for", about, err)
	}
	return ossclient.IsNotFound(err)
}

func addExistsError(diags *diag.Diagnostics, m objectModel) {
	diags.AddError("OSS Object Already Exists", fmt.Sprintf(
		"There is an object %q in bucket %q already, and it was left as it is. To manage it, import it:\n\n"+
			"  terraform import ADDRESS %q\n\n"+
			"To replace it, set allow_overwrite = true. If this resource has create_before_destroy, remove that: "+
			"the new object cannot stand beside the old one under the same key.",
		m.Key.ValueString(), m.Bucket.ValueString(), m.objectID().ValueString()))
}

// takeOverObject gives an existing object the planned headers and metadata and leaves its body alone.
func takeOverObject(ctx context.Context, client *ossclient.Client, plan *objectModel, diags *diag.Diagnostics) *seenAttributes {
	o, err := client.HeadObject(ctx, plan.Bucket.ValueString(), plan.Key.ValueString())
	switch {
	case ossclient.IsNotFound(err):
		diags.AddError("OSS Object Not Found", fmt.Sprintf(
			"No object %q in bucket %q. Keys are case-sensitive. The configuration has no body, so there is nothing to create; for an empty object write content = \"\".",
			plan.Key.ValueString(), plan.Bucket.ValueString()))
		return nil
	case err != nil:
		objectCallError(diags, createFailed, "look at", *plan, err)
		return nil
	}
	plan.ETag, plan.VersionID = stringOrNull(o.ETag), stringOrNull(o.VersionID)
	plan.CRC64, plan.Size = stringOrNull(o.CRC64), types.Int64Value(o.Size)
	if !o.SameMetadata(plan.headers(), plan.userMetadata()) {
		rewriteObject(ctx, client, plan, o.ETag, *seenOn(o), createFailed, diags)
	}
	return seenOn(o)
}

// Read asks HEAD what is stored.
func (r *objectResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state objectModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	note := readRemembered(ctx, req.Private, &resp.Diagnostics)
	client := r.data.ready(&resp.Diagnostics)
	limit, d := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(d...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	// Terraform 1.12 and newer insist on an identity, also for what is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	o, err := client.HeadObject(ctx, state.Bucket.ValueString(), state.Key.ValueString())
	if ossclient.IsNotFound(err) {
		tflog.Info(ctx, "the object is gone; it is removed from the state", map[string]any{"bucket": state.Bucket.ValueString(), "key": state.Key.ValueString()})
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		objectCallError(&resp.Diagnostics, "Unable to Read OSS Object", "look at", state, err)
		return
	}
	state.refresh(o)
	note.Seen = seenOn(o)
	if note.ContentTypeFrom == "" {
		note.ContentTypeFrom, note.ContentType = typeFromImport, o.ContentType
	}
	note.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

const updateFailed = "Unable to Update OSS Object"

// Update does the least that the change needs: an upload, a copy of the object onto itself, or nothing.
func (r *objectResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state objectModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	note := readRemembered(ctx, req.Private, &resp.Diagnostics)
	client := r.data.ready(&resp.Diagnostics)
	limit, d := plan.Timeouts.Update(ctx, writeTimeout)
	resp.Diagnostics.Append(d...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	updateObject(ctx, client, &plan, state, note, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	_, note.ContentTypeFrom = decideContentType(config.ContentType, plan.Key, note)
	note.ContentType = plan.ContentType.ValueString()
	note.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func updateObject(ctx context.Context, client *ossclient.Client, plan *objectModel, state objectModel, note remembered, diags *diag.Diagnostics) {
	upload := plan.bodyManaged() && !plan.CRC64.Equal(state.CRC64)
	var body ossclient.Body
	if upload {
		var err error
		if body, err = plan.bodyAsPlanned(plan.plannedDigest()); err != nil {
			addSourceError(diags, plan.Source.ValueString(), err)
			return
		}
		// A digest that was unknown at plan can turn out to be what is stored.
		upload = body.Digest() != state.CRC64.ValueString()
	}
	if !upload {
		plan.CRC64, plan.Size, plan.ETag, plan.VersionID = state.CRC64, state.Size, state.ETag, state.VersionID
	}
	switch {
	case upload:
		replaceBody(ctx, client, plan, state, body, diags)
	case plan.sameMetadata(state):
	case note.Seen == nil:
		// Never refreshed since its creation (-refresh=false): one HEAD more, to know what to carry over.
		o, err := client.HeadObject(ctx, state.Bucket.ValueString(), state.Key.ValueString())
		if err != nil {
			objectCallError(diags, updateFailed, "look at", *plan, err)
			return
		}
		rewriteObject(ctx, client, plan, state.ETag.ValueString(), *seenOn(o), updateFailed, diags)
	default:
		rewriteObject(ctx, client, plan, state.ETag.ValueString(), *note.Seen, updateFailed, diags)
	}
}

// replaceBody uploads a new body. OSS takes no condition on a PUT, so a HEAD guards against a body that somebody
// replaced since the plan; what is left of that window is the time between the two requests.
func replaceBody(ctx context.Context, client *ossclient.Client, plan *objectModel, state objectModel, body ossclient.Body, diags *diag.Diagnostics) {
	o, err := client.HeadObject(ctx, state.Bucket.ValueString(), state.Key.ValueString())
	if ossclient.IsNotFound(err) || err == nil && o.ETag != state.ETag.ValueString() {
		addChangedError(diags, state)
		return
	}
	if err != nil {
		objectCallError(diags, updateFailed, "look at", *plan, err)
		return
	}
	write := plan.write()
	write.Body = body
	write.Attributes = seenOn(o).attributes()
	if o.TagCount > 0 {
		if write.Tags, err = client.ObjectTags(ctx, write.Bucket, write.Key); err != nil {
			objectCallError(diags, updateFailed, "read the tags (an upload has to send them again) of", *plan, err)
			return
		}
	}
	if !carryACL(ctx, client, &write, updateFailed, diags) {
		return
	}
	stored, err := client.PutObject(ctx, write)
	if err != nil {
		objectCallError(diags, updateFailed, "write", *plan, err)
		return
	}
	plan.setStored(stored, body)
}

// rewriteObject copies the object onto itself with the planned headers and metadata.
func rewriteObject(ctx context.Context, client *ossclient.Client, plan *objectModel, etag string, seen seenAttributes, summary string, diags *diag.Diagnostics) {
	write := plan.write()
	write.IfMatch = etag
	write.Attributes = seen.attributes()
	if !carryACL(ctx, client, &write, summary, diags) {
		return
	}
	stored, err := client.CopySelf(ctx, write)
	switch {
	case ossclient.HasCode(err, "PreconditionFailed"), ossclient.HasCode(err, "NoSuchKey"):
		addChangedError(diags, *plan)
	case err != nil:
		objectCallError(diags, summary, "change the metadata of", *plan, err)
	default:
		plan.ETag, plan.VersionID = stringOrNull(stored.ETag), stringOrNull(stored.VersionID)
	}
}

// carryACL asks for the ACL, which every write resets and HEAD does not show.
func carryACL(ctx context.Context, client *ossclient.Client, write *ossclient.Write, summary string, diags *diag.Diagnostics) bool {
	acl, err := client.ObjectACL(ctx, write.Bucket, write.Key)
	if err != nil {
		callError(diags, summary, fmt.Sprintf("read the ACL (a write would reset it) of %q in bucket %q", write.Key, write.Bucket), err)
		return false
	}
	if acl != "default" {
		write.ACL = acl
	}
	return true
}

func addChangedError(diags *diag.Diagnostics, m objectModel) {
	diags.AddError("OSS Object Changed Since the Plan", fmt.Sprintf(
		"Somebody replaced or deleted the body of %q in bucket %q after the plan was made. Nothing was written. Run plan again to see what is there now.",
		m.Key.ValueString(), m.Bucket.ValueString()))
}

// Delete removes the object, unless only its metadata was managed.
func (r *objectResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state objectModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, d := state.Timeouts.Delete(ctx, readTimeout)
	resp.Diagnostics.Append(d...)
	if resp.Diagnostics.HasError() || !state.bodyManaged() {
		return
	}
	client := r.data.ready(&resp.Diagnostics)
	if client == nil {
		return
	}
	if _, again := r.data.created.Load(state.ID.ValueString()); again {
		// create_before_destroy under one key: what stands there now is the new object.
		tflog.Info(ctx, "the object was created anew in this run; it is not deleted", map[string]any{"id": state.ID.ValueString()})
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := client.DeleteObject(ctx, state.Bucket.ValueString(), state.Key.ValueString()); err != nil {
		objectCallError(&resp.Diagnostics, "Unable to Delete OSS Object", "delete", state, err)
	}
}

// ImportState takes "bucket/key", "oss://bucket/key" or an identity. Read fills the rest.
func (r *objectResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := objectIdentity{}
	if req.ID == "" && req.Identity != nil {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
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
	addViolations(&resp.Diagnostics, path.Root("bucket"), metadata.CheckBucket(id.Bucket.ValueString()))
	addViolations(&resp.Diagnostics, path.Root("key"), metadata.CheckKey(id.Key.ValueString()))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("bucket"), id.Bucket)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("key"), id.Key)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, id)...)
}

// splitObjectID splits an import id at the first slash, since buckets have none and keys may.
func splitObjectID(id string) (bucket, key string, err error) {
	bucket, key, ok := strings.Cut(strings.TrimPrefix(id, "oss://"), "/")
	if !ok || bucket == "" || key == "" {
		return "", "", errors.New(quoted(id) + " is no id of an object; write bucket/key or oss://bucket/key, such as \"my-bucket/path/file.txt\"")
	}
	return bucket, key, nil
}
