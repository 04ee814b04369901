package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// largeContent is from what size on, in bytes, a body in the configuration is better kept in a file.
const largeContent = 1 << 20

// bodyModel are the arguments that say what the body is.
type bodyModel struct {
	Content          types.String `tfsdk:"content"`
	ContentBase64    types.String `tfsdk:"content_base64"`
	Source           types.String `tfsdk:"source"`
	SourceHash       types.String `tfsdk:"source_hash"`
	ContentWO        types.String `tfsdk:"content_wo"`
	ContentWOVersion types.Int64  `tfsdk:"content_wo_version"`
	CopySource       types.Object `tfsdk:"copy_source"`
	IgnoreBodyDrift  types.Bool   `tfsdk:"ignore_body_drift"`
}

// copySourceModel is the block copy_source.
type copySourceModel struct {
	Bucket    types.String `tfsdk:"bucket"`
	Key       types.String `tfsdk:"key"`
	VersionID types.String `tfsdk:"version_id"`
	ETag      types.String `tfsdk:"etag"`
}

func (s copySourceModel) known() bool {
	return !s.Bucket.IsUnknown() && !s.Key.IsUnknown() && !s.VersionID.IsUnknown() && !s.ETag.IsUnknown()
}

// copySource decodes the block, which must be there and known.
func (m objectModel) copySource(ctx context.Context, diags *diag.Diagnostics) copySourceModel {
	var source copySourceModel
	diags.Append(m.CopySource.As(ctx, &source, basetypes.ObjectAsOptions{})...)
	return source
}

// bodyInSight reports whether there is a body that can be seen.
func (m bodyModel) bodyInSight() bool {
	return !m.Content.IsNull() || !m.ContentBase64.IsNull() || !m.Source.IsNull() || !m.CopySource.IsNull()
}

// hasBody reports whether a configuration has a body.
func (m bodyModel) hasBody() bool { return m.bodyInSight() || !m.ContentWO.IsNull() }

// bodyUnknown reports whether something is not known yet that decides what the body is.
func (m bodyModel) bodyUnknown() bool {
	return m.Content.IsUnknown() || m.ContentBase64.IsUnknown() || m.Source.IsUnknown() || m.SourceHash.IsUnknown() || m.CopySource.IsUnknown()
}

// bodyDiffers reports whether two bodies are described by other arguments, whatever their bytes are.
func (m bodyModel) bodyDiffers(other bodyModel) bool {
	return !m.Content.Equal(other.Content) || !m.ContentBase64.Equal(other.ContentBase64) || !m.Source.Equal(other.Source) ||
		!m.SourceHash.Equal(other.SourceHash) || !m.CopySource.Equal(other.CopySource) || !m.ContentWOVersion.Equal(other.ContentWOVersion)
}

// bodyKept reports whether the body of an object in the state is managed.
func (m objectModel) bodyKept(memory object.Memory) bool {
	return m.bodyInSight() || memory.Secret != nil
}

// planBody says what body the configuration wants, as far as that is known.
func (m objectModel) planBody(ctx context.Context, client *ossclient.Client, before *objectModel, memory object.Memory, diags *diag.Diagnostics) object.Body {
	body := object.Body{Kind: object.UnknownBody, IgnoreDrift: m.IgnoreBodyDrift.ValueBool()}
	switch {
	case !m.hasBody() && !m.ContentWOVersion.IsNull() && memory.Secret != nil:
		// A configuration has both or neither of the two, so content_wo is left out by ignore_changes: Terraform puts the
		// value of the state in its place, and there is none.
		body.Kind = object.IgnoredBody
	case !m.hasBody():
		body.Kind = object.NoBody
	case m.IgnoreBodyDrift.IsUnknown():
	case m.ContentWO.IsUnknown() && memory.Secret == nil: // it may turn out to be null, with another body or none in its place
	case !m.ContentWO.IsNull():
		body.Kind = object.SecretBody
	case m.bodyUnknown():
	default:
		m.ContentType, _ = decideContentType(m.ContentType, m.Key, memory)
		m.planDigest(ctx, client, before, &body, diags)
	}
	return body
}

// planDigest learns the digest of a body that can be seen.
func (m objectModel) planDigest(ctx context.Context, client *ossclient.Client, before *objectModel, body *object.Body, diags *diag.Diagnostics) {
	if !m.CopySource.IsNull() {
		m.planCopy(ctx, client, body, diags)
		return
	}
	here, err := m.body()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		m.missingSource(before, diags)
	case err != nil:
		addSourceError(diags, m.Source.ValueString(), err)
	default:
		body.Kind, body.Digest, body.Size = object.KnownBody, here.Digest(), here.Size
		m.checkCoding(here, diags)
		if !m.Content.IsNull() && here.Size > largeContent {
			diags.AddAttributeWarning(path.Root("content"), "Large Content", fmt.Sprintf(
				"The body of %q has %d bytes, which are kept in plan and state. Put it into a file and name that in source.", m.Key.ValueString(), here.Size))
		}
	}
}

// planCopy asks for the digest of the source of a copy, and whether it can be copied.
func (m objectModel) planCopy(ctx context.Context, client *ossclient.Client, want *object.Body, diags *diag.Diagnostics) {
	source := m.copySource(ctx, diags)
	if !source.known() || diags.HasError() {
		return
	}
	if source.VersionID.IsNull() && source.Bucket.Equal(m.Bucket) && source.Key.Equal(m.Key) {
		diags.AddAttributeError(path.Root("copy_source"), "Copy Source Is the Object Itself", fmt.Sprintf(
			"%q is copied from itself: replacing or deleting it would destroy its own source. Name another object, or a version_id of this one; "+
				"to manage only the metadata of an object that exists, leave copy_source out.", m.Key.ValueString()))
		return
	}
	if client == nil {
		return
	}
	o, err := client.HeadVersion(ctx, source.Bucket.ValueString(), source.Key.ValueString(), source.VersionID.ValueString())
	missing := ""
	switch {
	case ossclient.IsBucketNotFound(err):
		missing = fmt.Sprintf("Bucket %q does not exist, and so neither does the object %q in it.", source.Bucket.ValueString(), source.Key.ValueString())
	case ossclient.IsNotFound(err):
		missing = fmt.Sprintf("There is no object %q in bucket %q.", source.Key.ValueString(), source.Bucket.ValueString()) +
			keyInOtherForm(ctx, client, source.Bucket.ValueString(), source.Key.ValueString())
	}
	if missing != "" {
		diags.AddAttributeWarning(path.Root("copy_source"), "Copy Source Does Not Exist Yet",
			missing+" That is fine if another resource makes it during this apply; otherwise the apply will fail.")
		return
	}
	body, _, ok := checkSource(ctx, client, source, o, err, diags)
	want.Frozen = ok && object.Frozen(o)
	if ok && o.CRC64 != "" {
		want.Kind, want.Digest, want.Size = object.KnownBody, body.Digest(), body.Size
	}
}

// checkSource reads the answer to a HEAD of a copy's source: the digest of the body, and the source to copy.
func checkSource(ctx context.Context, client *ossclient.Client, source copySourceModel, o ossclient.Object, err error, diags *diag.Diagnostics) (ossclient.Body, ossclient.CopySource, bool) {
	at := path.Root("copy_source")
	place := fmt.Sprintf("%q in bucket %q", source.Key.ValueString(), source.Bucket.ValueString())
	switch {
	case ossclient.IsBucketNotFound(err):
		diags.AddAttributeError(at.AtName("bucket"), "Copy Source Not Found", fmt.Sprintf("Bucket %q does not exist. %s", source.Bucket.ValueString(), codeHints["NoSuchBucket"]))
		return ossclient.Body{}, ossclient.CopySource{}, false
	case ossclient.IsNotFound(err):
		diags.AddAttributeError(at, "Copy Source Not Found", "No object "+place+". Keys are case-sensitive."+keyInOtherForm(ctx, client, source.Bucket.ValueString(), source.Key.ValueString()))
		return ossclient.Body{}, ossclient.CopySource{}, false
	case err != nil:
		callError(diags, "Unable to Read Copy Source", "look at "+place, err)
		return ossclient.Body{}, ossclient.CopySource{}, false
	case !source.ETag.IsNull() && strings.Trim(source.ETag.ValueString(), `"`) != o.ETag:
		diags.AddAttributeError(at.AtName("etag"), "Copy Source Has Another ETag", fmt.Sprintf(
			"The object %s has the ETag %q, and the configuration wants %q. Somebody replaced the source, or etag is out of date.", place, o.ETag, source.ETag.ValueString()))
		return ossclient.Body{}, ossclient.CopySource{}, false
	}
	crc, _ := strconv.ParseUint(o.CRC64, 10, 64)
	return ossclient.Body{Size: o.Size, CRC64: crc}, ossclient.CopySource{
		Bucket: source.Bucket.ValueString(), Key: source.Key.ValueString(), VersionID: source.VersionID.ValueString(),
		ETag: o.ETag, Size: o.Size, Storage: o.Storage,
	}, true
}

// body digests a body that comes from here; every value must be known. Its errors are those of opening and reading the
// file.
func (m objectModel) body() (ossclient.Body, error) {
	switch {
	case !m.Content.IsNull():
		return ossclient.BytesBody([]byte(m.Content.ValueString())), nil
	case !m.ContentWO.IsNull():
		return ossclient.BytesBody([]byte(m.ContentWO.ValueString())), nil
	case !m.ContentBase64.IsNull():
		data, err := base64.StdEncoding.DecodeString(m.ContentBase64.ValueString())
		return ossclient.BytesBody(data), err
	}
	file, err := findSource(m.Source.ValueString())
	if err == nil {
		err = checkFile(file)
	}
	if err != nil {
		return ossclient.Body{}, err
	}
	return ossclient.FileBody(file)
}

// diagnosticsError carries what has to be said of a body that cannot be had through the engine, which knows no
// diagnostics.
type diagnosticsError struct{ diag.Diagnostics }

// Error is the first of them.
func (e diagnosticsError) Error() string { return e.Errors()[0].Summary() }

// open gives the body of a plan to the engine, with the digest that was planned, "" where none is known: reading a file
// once more to digest it would double the work, and the upload checks the digest anyway. content_wo is the configuration's.
func (m objectModel) open(ctx context.Context, client *ossclient.Client, planned object.Change) (object.Content, error) {
	var diags diag.Diagnostics
	content := object.Content{}
	switch crc, err := strconv.ParseUint(planned.Digest, 10, 64); {
	case !m.CopySource.IsNull():
		content.Body, content.Copy = m.openCopy(ctx, client, planned.Digest, &diags)
	case err == nil && !m.Source.IsNull():
		file, err := findSource(m.Source.ValueString())
		if err == nil {
			err = checkFile(file)
		}
		content.Body = ossclient.KnownFileBody(file, planned.Size, crc)
		if err != nil {
			addSourceError(&diags, m.Source.ValueString(), err)
		}
	default:
		if content.Body, err = m.body(); err != nil {
			addSourceError(&diags, m.Source.ValueString(), err)
		}
	}
	if diags.HasError() {
		return content, diagnosticsError{diags}
	}
	return content, nil
}

// openCopy looks at the source of a copy. One HEAD, although the plan had one: its ETag makes the copy conditional, and
// the plan has no room for it.
func (m objectModel) openCopy(ctx context.Context, client *ossclient.Client, planned string, diags *diag.Diagnostics) (ossclient.Body, *ossclient.CopySource) {
	block := m.copySource(ctx, diags)
	o, err := client.HeadVersion(ctx, block.Bucket.ValueString(), block.Key.ValueString(), block.VersionID.ValueString())
	body, source, ok := checkSource(ctx, client, block, o, err, diags)
	if ok && planned != "" && planned != body.Digest() {
		diags.AddError("Copy Source Changed Since the Plan", fmt.Sprintf("Somebody replaced the object %q in bucket %q, from which %q is copied, after the plan was made. "+
			"Nothing was written. Run plan again.", block.Key.ValueString(), block.Bucket.ValueString(), m.Key.ValueString()))
	}
	return body, &source
}

var (
	errFolder = errors.New("it is a folder")
	errKind   = errors.New("it is not a regular file")
)

// checkFile refuses what cannot be the body: opening a pipe or a device might block the plan for ever.
func checkFile(name string) error {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errFolder
	case !info.Mode().IsRegular():
		return errKind
	}
	return nil
}

// addSourceError words what is wrong with the file, at the attribute.
func addSourceError(diags *diag.Diagnostics, name string, err error) {
	summary, fix := "Unreadable Source File", "Check that the user who runs Terraform may read it."
	switch {
	case errors.Is(err, fs.ErrNotExist):
		summary = "Source File Not Found"
		fix = "Check the path; it is relative to the folder Terraform runs in, and \"${path.module}/...\" to the module."
	case errors.Is(err, errFolder):
		fix = "Name one file; for the files of a folder use for_each = fileset(...)."
	case errors.Is(err, errKind):
		fix = "Name a file with a fixed content."
	}
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	diags.AddAttributeError(path.Root("source"), summary, fmt.Sprintf("Could not read %q: %s. %s", name, err, fix))
}
