package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// objectWrite is one creation or change on its way. Its methods report failures in diags, and complete plan and note
// with what was done.
type objectWrite struct {
	client  *ossclient.Client
	config  objectModel // has the write-only arguments
	plan    *objectModel
	state   objectModel // of a change
	note    remembered  // of the state; Managed is already the configuration's
	summary string      // title of a failed call
	diags   *diag.Diagnostics

	warnOnly bool // a failed callback is no error
	stored   bool // there is an error, and plan and note tell what is stored
}

func (w *objectWrite) callError(doing string, err error) {
	if w.note.Seen != nil && (w.note.Seen.Type == "Symlink" || w.note.Seen.Type == "Appendable") {
		doing = fmt.Sprintf("%s (it is of the type %s, which OSS changes only in part)", doing, w.note.Seen.Type)
	}
	objectCallError(w.diags, w.summary, doing, *w.plan, err)
}

// write is the object as it shall be, without body and attributes.
func (w *objectWrite) write() ossclient.Write {
	write := w.plan.write()
	write.Leftovers = func(uploads []ossclient.Upload) {
		lines := make([]string, len(uploads))
		for i, u := range uploads {
			lines[i] = fmt.Sprintf("  %s, begun %s", u.ID, u.Initiated)
		}
		w.diags.AddWarning("Unfinished Uploads Found", fmt.Sprintf(
			"There are uploads of %q in bucket %q that were begun and never finished, as when a run is killed. They are left alone, since somebody may be "+
				"uploading right now, but their parts are charged as storage. If nobody is, abort them (ossutil abort-multipart-upload), or have a lifecycle rule of the bucket do it:\n%s",
			write.Key, write.Bucket, strings.Join(lines, "\n")))
	}
	return write
}

func (w *objectWrite) create(ctx context.Context) {
	if !w.config.bodyInSight() && w.config.ContentWO.IsNull() {
		w.takeOver(ctx)
		return
	}
	write := w.write()
	write.Settings = w.plan.attributes(w.note, ossclient.Settings{})
	if !w.plan.AllowOverwrite.ValueBool() && !w.forbidOverwrite(ctx, &write) {
		return
	}
	if w.store(ctx, write, nil) {
		w.note.Seen = nil // the bucket may have defaults for what was not sent
	}
}

// forbidOverwrite makes sure that the write replaces nothing. OSS does that by a header, but not in a versioned
// bucket: there, and where nobody may ask whether it is one, look first.
func (w *objectWrite) forbidOverwrite(ctx context.Context, write *ossclient.Write) bool {
	write.ForbidOverwrite = true
	versioning, err := w.client.BucketVersioning(ctx, write.Bucket)
	if err != nil {
		callError(w.diags, w.summary, fmt.Sprintf("ask whether bucket %q is versioned", write.Bucket), err)
		return false
	}
	if versioning == ossclient.Unversioned {
		return true
	}
	_, err = w.client.HeadObject(ctx, write.Bucket, write.Key)
	switch {
	case err == nil:
		addExistsError(w.diags, *w.plan)
	case !ossclient.IsNotFound(err):
		w.callError("look for", err)
	}
	return ossclient.IsNotFound(err)
}

func addExistsError(diags *diag.Diagnostics, m objectModel) {
	diags.AddError("OSS Object Already Exists", fmt.Sprintf(
		"There is an object %q in bucket %q already, and it was left as it is. To manage it, import it:\n\n"+
			"  terraform import ADDRESS %q\n\n"+
			"To replace it, set allow_overwrite = true. If this resource has create_before_destroy, or is replaced with deletion_policy = \"keep\", "+
			"remove that: the new object cannot stand beside the old one under the same key.",
		m.Key.ValueString(), m.Bucket.ValueString(), m.objectID().ValueString()))
}

// store writes a body with everything that belongs to it: an upload, or a copy of another object. have is the digest of
// what is stored already, or nil; the same body is not written again. It reports whether it wrote.
func (w *objectWrite) store(ctx context.Context, write ossclient.Write, have *ossclient.Object) bool {
	source, ok := w.body(ctx, &write)
	if !ok {
		return false
	}
	same := have != nil && have.CRC64 == write.Body.Digest()
	if same && !w.plan.owesCallback(w.note) {
		if w.plan.CallbackResponse.IsUnknown() {
			w.plan.CallbackResponse = w.state.CallbackResponse
		}
		w.note.CallbackOwed = false
		w.plan.setStored(ossclient.Written{ETag: have.ETag, VersionID: have.VersionID}, write.Body, w.secret())
		w.seal(write.Body)
		return false
	}
	var stored ossclient.Written
	var err error
	if source == nil {
		if !w.setCallback(ctx, &write) {
			return false
		}
		write.Again = same
		stored, err = w.client.PutObject(ctx, write)
	} else {
		if write.Tags == nil {
			write.Tags = map[string]string{} // those of the source are not ours
		}
		stored, err = w.client.CopyObject(ctx, *source, write)
	}
	err = w.calledBack(stored, err)
	switch {
	case w.refused(err):
	case ossclient.HasCode(err, "FileAlreadyExists"):
		addExistsError(w.diags, *w.plan)
	case err != nil:
		w.callError("write", err)
	default:
		w.note.Written = stored.At
		w.plan.setStored(stored, write.Body, w.secret())
		w.seal(write.Body)
	}
	return err == nil
}

func (w *objectWrite) secret() bool { return !w.config.ContentWO.IsNull() }

// seal notes how to recognise a body that must not be seen, or that there is none any more.
func (w *objectWrite) seal(body ossclient.Body) {
	w.note.WriteOnly = nil
	if !w.secret() {
		return
	}
	var err error
	if w.note.WriteOnly, err = sealBody(body.Digest()); err != nil {
		w.diags.AddError(w.summary, "The digest of content_wo could not be sealed: "+err.Error()+".")
	}
}

// body fills in the body of the write, and returns the source when it is a copy. One HEAD of the source, although the
// plan had one: its ETag makes the copy conditional, and the plan has no room for it.
func (w *objectWrite) body(ctx context.Context, write *ossclient.Write) (*ossclient.CopySource, bool) {
	planned := w.plan.plannedDigest()
	if w.config.CopySource.IsNull() {
		model := *w.plan
		model.ContentWO = w.config.ContentWO
		body, err := model.bodyAsPlanned(planned)
		if err != nil {
			addSourceError(w.diags, w.plan.Source.ValueString(), err)
		}
		write.Body = body
		return nil, err == nil
	}
	block := w.plan.copySource(ctx, w.diags)
	o, err := w.client.HeadVersion(ctx, block.Bucket.ValueString(), block.Key.ValueString(), block.VersionID.ValueString())
	body, source, ok := checkSource(block, o, err, w.diags)
	if ok && planned.known && planned.crc64 != body.CRC64 {
		w.diags.AddError("Copy Source Changed Since the Plan", fmt.Sprintf("Somebody replaced the object %q in bucket %q, from which %q is copied, after the plan was made. "+
			"Nothing was written. Run plan again.", block.Key.ValueString(), block.Bucket.ValueString(), w.plan.Key.ValueString()))
		ok = false
	}
	source.Storage = o.Storage
	write.Body = body
	return &source, ok
}

// takeOver gives an existing object the planned headers, metadata and attributes and leaves its body alone.
func (w *objectWrite) takeOver(ctx context.Context) {
	plan := w.plan
	o, err := w.client.HeadObject(ctx, plan.Bucket.ValueString(), plan.Key.ValueString())
	switch {
	case ossclient.IsNotFound(err):
		w.diags.AddError("OSS Object Not Found", fmt.Sprintf(
			"No object %q in bucket %q. Keys are case-sensitive. The configuration has no body, so there is nothing to create; for an empty object write content = \"\".",
			plan.Key.ValueString(), plan.Bucket.ValueString()))
		return
	case err != nil:
		w.callError("look at", err)
		return
	}
	plan.ETag, plan.VersionID = stringOrNull(o.ETag), stringOrNull(o.VersionID)
	plan.CRC64, plan.Size = stringOrNull(o.CRC64), types.Int64Value(o.Size)
	w.note.Seen, w.note.Written = seenOn(o), o.LastModified
	have := seenOn(o).attributes()
	want := plan.attributes(w.note, have)
	if o.SameMetadata(plan.headers(), plan.userMetadata()) && !have.Converts(want.Storage) {
		w.changeACLAndTags(ctx, objectModel{Tags: types.MapNull(types.StringType)})
		return
	}
	w.rewrite(ctx, o.ETag, o.Size)
}

func (w *objectWrite) update(ctx context.Context) {
	plan, state := w.plan, w.state
	body := plannedBody{
		managed: w.config.bodyInSight() || w.secret(), secret: w.secret(),
		known: w.plan.plannedDigest().known, body: ossclient.Body{CRC64: w.plan.plannedDigest().crc64},
	}
	rewrite := !plan.sameMetadata(state) || !plan.sameStorage(state)
	if bodyChanges(*plan, state, w.note, body) || body.managed && plan.owesCallback(w.note) {
		w.replaceBody(ctx, rewrite)
		return
	}
	w.note.CallbackOwed = false // there is no callback any more
	plan.CRC64, plan.Size, plan.ETag, plan.VersionID = state.CRC64, state.Size, state.ETag, state.VersionID
	if !body.managed && w.note.WriteOnly != nil && !w.letGo(ctx) {
		return
	}
	if !rewrite {
		w.changeACLAndTags(ctx, state)
		return
	}
	etag, size := plan.ETag.ValueString(), plan.Size.ValueInt64()
	if w.note.Seen == nil || plan.ETag.IsNull() {
		// One HEAD more: nothing was seen since the creation (-refresh=false), or the ETag of a body that must not be
		// seen is not in the state.
		o, ok := w.look(ctx)
		if !ok {
			return
		}
		etag, size, w.note.Seen = o.ETag, o.Size, seenOn(o)
	}
	w.rewrite(ctx, etag, size)
}

// letGo ends the management of a body that must not be seen: one HEAD tells what is there, which may be seen from now
// on.
func (w *objectWrite) letGo(ctx context.Context) bool {
	o, err := w.client.HeadObject(ctx, w.state.Bucket.ValueString(), w.state.Key.ValueString())
	if err != nil {
		w.callError("look at", err)
		return false
	}
	w.note.WriteOnly, w.note.Seen = nil, seenOn(o)
	w.plan.CRC64, w.plan.ETag = stringOrNull(o.CRC64), stringOrNull(o.ETag)
	return true
}

// look is the HEAD before a write: it guards against a body that somebody replaced since the plan.
func (w *objectWrite) look(ctx context.Context) (ossclient.Object, bool) {
	o, err := w.client.HeadObject(ctx, w.state.Bucket.ValueString(), w.state.Key.ValueString())
	if err != nil && !ossclient.IsNotFound(err) {
		w.callError("look at", err)
		return o, false
	}
	same := o.ETag == w.state.ETag.ValueString()
	if w.state.ETag.IsNull() && w.note.WriteOnly != nil {
		same = w.note.WriteOnly.fits(o.CRC64)
	}
	if err != nil || !same {
		addChangedError(w.diags, w.state)
		return o, false
	}
	return o, true
}

// replaceBody writes a new body. OSS takes no condition on a PUT, so a HEAD guards it; what is left of that window is
// the time between the two requests.
func (w *objectWrite) replaceBody(ctx context.Context, rewrite bool) {
	o, ok := w.look(ctx)
	if !ok {
		return
	}
	have := seenOn(o).attributes()
	write := w.write()
	write.Settings = w.plan.attributes(w.note, have)
	w.note.Seen = seenOn(o)
	if !w.carryACL(ctx, &write) || o.TagCount > 0 && !w.carryTags(ctx, &write) {
		return
	}
	if w.store(ctx, write, &o) {
		w.note.Seen = seenAfter(write.Settings)
		return
	}
	// The digest that the plan could not know is the stored one: no body moves.
	switch {
	case w.diags.HasError():
	case rewrite:
		w.rewrite(ctx, o.ETag, o.Size)
	default:
		w.changeACLAndTags(ctx, w.state)
	}
}

// seenAfter is what the next copy has to carry over after a write: what was sent, and nothing where the bucket's default
// decided, which will then decide again.
func seenAfter(sent ossclient.Settings) *seenAttributes {
	return &seenAttributes{StorageClass: sent.StorageClass, Encryption: sent.Encryption, EncryptionKeyID: sent.EncryptionKeyID, DataEncryption: sent.DataEncryption}
}

// rewrite copies the object onto itself with the planned headers, metadata and attributes.
func (w *objectWrite) rewrite(ctx context.Context, etag string, size int64) {
	have := w.note.Seen.attributes()
	write := w.write()
	write.Settings = w.plan.attributes(w.note, have)
	if !w.carryACL(ctx, &write) {
		return
	}
	source := ossclient.CopySource{Bucket: write.Bucket, Key: write.Key, ETag: etag, Size: size, Storage: have.Storage}
	if source.Storage.Converts(write.Storage) && write.Tags == nil {
		// A conversion of a large object goes by parts, which keep no tags by themselves.
		if !w.carryTags(ctx, &write) {
			return
		}
	}
	stored, err := w.client.CopyObject(ctx, source, write)
	switch {
	case ossclient.HasCode(err, "PreconditionFailed"), ossclient.HasCode(err, "NoSuchKey"):
		addChangedError(w.diags, *w.plan)
	case err != nil:
		w.callError("change the metadata of", err)
	default:
		w.plan.VersionID = stringOrNull(stored.VersionID)
		w.note.Written = stored.At
		if !w.secret() {
			w.plan.ETag = stringOrNull(stored.ETag)
		}
		w.note.Seen = seenAfter(write.Settings)
	}
}

// changeACLAndTags makes the calls for what changed beside the object itself; neither makes a new version.
func (w *objectWrite) changeACLAndTags(ctx context.Context, before objectModel) {
	bucket, key := w.plan.Bucket.ValueString(), w.plan.Key.ValueString()
	if w.note.manages("acl") && !w.plan.ACL.Equal(before.ACL) {
		if err := w.client.PutObjectACL(ctx, bucket, key, w.plan.ACL.ValueString()); err != nil {
			w.callError("set the ACL of", err)
			return
		}
	}
	if w.note.manages("tags") && !maps.Equal(textMap(w.plan.Tags), textMap(before.Tags)) {
		if err := w.client.PutObjectTags(ctx, bucket, key, textMap(w.plan.Tags)); err != nil {
			w.callError("set the tags of", err)
		}
	}
}

// carryACL asks for an ACL that is not managed: every write resets it, and HEAD does not show it.
func (w *objectWrite) carryACL(ctx context.Context, write *ossclient.Write) bool {
	if w.note.manages("acl") {
		return true
	}
	acl, err := w.client.ObjectACL(ctx, write.Bucket, write.Key)
	if err != nil {
		w.callError("read the ACL (a write would reset it; set acl to have it managed here) of", err)
		return false
	}
	if acl != "default" {
		write.ACL = acl
	}
	return true
}

// carryTags asks for tags that are not managed: an upload resets them, and HEAD only counts them.
func (w *objectWrite) carryTags(ctx context.Context, write *ossclient.Write) bool {
	if w.note.manages("tags") {
		return true
	}
	tags, err := w.client.ObjectTags(ctx, write.Bucket, write.Key)
	if err != nil {
		w.callError("read the tags (a write would reset them; set tags to have them managed here) of", err)
		return false
	}
	write.Tags = tags
	return true
}

func addChangedError(diags *diag.Diagnostics, m objectModel) {
	diags.AddError("OSS Object Changed Since the Plan", fmt.Sprintf(
		"Somebody replaced or deleted the body of %q in bucket %q after the plan was made. Nothing was written. Run plan again to see what is there now.",
		m.Key.ValueString(), m.Bucket.ValueString()))
}
