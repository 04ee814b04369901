package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newObjectDataSource() datasource.DataSource { return &objectDataSource{} }

type objectDataSource struct{ configuredDataSource }

// maxReadBody is the largest body that goes into the state, in bytes. Terraform keeps the state whole in memory.
const maxReadBody = 1 << 20

const objectReadFailed = "Unable to Read OSS Object"

// objectDataModel is the data source oss_object.
type objectDataModel struct {
	ID        types.String `tfsdk:"id"`
	Bucket    types.String `tfsdk:"bucket"`
	Key       types.String `tfsdk:"key"`
	VersionID types.String `tfsdk:"version_id"`
	ReadBody  types.Bool   `tfsdk:"read_body"`
	ReadBytes types.Bool   `tfsdk:"read_body_base64"`
	ReadACL   types.Bool   `tfsdk:"read_acl"`
	ReadTags  types.Bool   `tfsdk:"read_tags"`
	Body      types.String `tfsdk:"body"`
	Bytes     types.String `tfsdk:"body_base64"`
	headersModel
	settingsModel
	ETag         types.String   `tfsdk:"etag"`
	CRC64        types.String   `tfsdk:"crc64"`
	Size         types.Int64    `tfsdk:"size"`
	ObjectType   types.String   `tfsdk:"object_type"`
	LastModified types.String   `tfsdk:"last_modified"`
	TagCount     types.Int64    `tfsdk:"tag_count"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the data source.
func (d *objectDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "oss_object"
}

// Schema describes the data source.
func (d *objectDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Everything that OSS shows of an object that exists: its standard headers, its user metadata and what OSS knows of its body. " +
			"That takes one request, HeadObject. The ACL, the tags and the body cost one request more each, and are read when they are asked for. " +
			"An object that does not exist is an error; to ask whether there is one, list it with `oss_objects`.",
		Attributes: objectDataArguments(),
		Blocks:     map[string]schema.Block{"timeouts": readTimeouts(ctx)},
	}
	for name, attribute := range objectDataResults() {
		resp.Schema.Attributes[name] = attribute
	}
}

func objectDataArguments() map[string]schema.Attribute {
	request := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"bucket": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the bucket.",
			Validators:          []validator.String{ruledBy(rules.CheckBucket)},
		},
		"key": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the object in the bucket.",
			Validators:          []validator.String{ruledBy(rules.CheckKey)},
		},
		"version_id": schema.StringAttribute{
			Optional: true,
			Computed: true,
			MarkdownDescription: "Version to look at; the current one unless set. " +
				"It is null for an object in a bucket that never had versioning.",
			Validators: unlessEmpty(),
		},
		"read_body":        request("Set to `true` to read the body into `body`. It has to be UTF-8 text of at most 1 MiB, and is kept in the state."),
		"read_body_base64": request("Set to `true` to read the body into `body_base64`, whatever it is, up to 1 MiB. It is kept in the state, a third larger than it is stored."),
		"read_acl":         request("Set to `true` to read the object's own ACL into `acl`."),
		"read_tags":        request("Set to `true` to read the tags into `tags`."),
	}
}

func objectDataResults() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(description string) schema.MapAttribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	attributes := map[string]schema.Attribute{
		"id":                            text("`bucket/key`."),
		"body":                          text("The body as text, when `read_body` is `true`. It is the stored text: a `Content-Encoding` is not undone."),
		"body_base64":                   text("The stored bytes of the body as base64, when `read_body_base64` is `true`: for what is not text, such as `content_base64` of an `oss_object`, and for text that has to stay as it is, since Terraform turns `body` into Unicode NFC."),
		"acl":                           text("The object's own ACL, when `read_acl` is `true`: `private`, `public-read`, `public-read-write`, or `default`, which follows the bucket's."),
		"tags":                          texts("The tags, when `read_tags` is `true`."),
		"tag_count":                     number("How many tags the object has."),
		"metadata":                      texts("User metadata, names in lower case without the `x-oss-meta-` prefix."),
		"etag":                          text("ETag of the body, without quotes. OSS advises against reading it as an MD5; compare bodies by `crc64`."),
		"crc64":                         text("CRC-64 (ECMA) of the body, an unsigned decimal; null where OSS does not show it, as for some old objects."),
		"size":                          number("Size of the body in bytes."),
		"storage_class":                 text("Storage class, such as `Standard` or `IA`."),
		"server_side_encryption":        text("Encryption of the stored body: `AES256`, `KMS` or `SM4`, else null."),
		"server_side_encryption_key_id": text("KMS key that the body is encrypted with, else null."),
		"server_side_data_encryption":   text("Algorithm that KMS encrypts the body with where it is not the default: `SM4`, else null."),
		"object_type":                   text("How the object came about: `Normal`, `Multipart`, `Appendable` or `Symlink`."),
		"last_modified":                 text("Time of the last change, in RFC 3339, such as `2026-01-02T03:04:05Z`."),
	}
	for attribute, description := range shownHeaders {
		attributes[attribute] = text(description)
	}
	return attributes
}

// Read asks HEAD, and for what else is wanted.
func (d *objectDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m objectDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client, end := d.data.begin(ctx, m.Bucket, m.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	version := m.VersionID.ValueString()
	o, err := client.HeadVersion(ctx, m.Bucket.ValueString(), m.Key.ValueString(), version)
	if err != nil {
		m.addHeadError(ctx, client, &resp.Diagnostics, err)
		return
	}
	m.show(o)
	if m.ReadBody.ValueBool() || m.ReadBytes.ValueBool() {
		m.readBody(ctx, client, version, o, &resp.Diagnostics)
	}
	if m.ReadACL.ValueBool() {
		acl, err := client.VersionACL(ctx, m.Bucket.ValueString(), m.Key.ValueString(), version)
		m.ACL = types.StringValue(acl)
		m.addCallError(&resp.Diagnostics, "read the ACL of", err)
	}
	if m.ReadTags.ValueBool() {
		tags, err := client.VersionTags(ctx, m.Bucket.ValueString(), m.Key.ValueString(), version)
		m.Tags = stringMap(tags)
		m.addCallError(&resp.Diagnostics, "read the tags of", err)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// show takes over what HEAD shows.
func (m *objectDataModel) show(o ossclient.Object) {
	m.ID = types.StringValue(m.Bucket.ValueString() + "/" + m.Key.ValueString())
	if o.VersionID != "" || m.VersionID.IsNull() { // a configured version must stay as it is
		m.VersionID = stringOrNull(o.VersionID)
	}
	m.showHeaders(o.HeadersOver(ossclient.Headers{}))
	m.Metadata = stringMap(o.Metadata)
	m.showStorage(o.Storage)
	m.Tags = types.MapNull(types.StringType)
	m.ETag, m.CRC64, m.Size = stringOrNull(o.ETag), stringOrNull(o.CRC64), types.Int64Value(o.Size)
	m.ObjectType = stringOrNull(o.Type)
	m.TagCount = types.Int64Value(int64(o.TagCount))
	m.LastModified = timeOrNull(o.LastModified)
}

// readBody reads the body, by one request for both of its forms. What is too long for the state is refused before a byte is
// read, and what is not text where text is wanted.
func (m *objectDataModel) readBody(ctx context.Context, client *ossclient.Client, version string, o ossclient.Object, diags *diag.Diagnostics) {
	argument := "read_body"
	if !m.ReadBody.ValueBool() {
		argument = "read_body_base64"
	}
	refuse := func(summary, detail string) {
		diags.AddAttributeError(path.Root(argument), summary, fmt.Sprintf("The body of %q in bucket %q %s", m.Key.ValueString(), m.Bucket.ValueString(), detail))
	}
	if o.Size > maxReadBody {
		refuse("Object Body Too Large", fmt.Sprintf("has %d bytes, and at most %d (1 MiB) are read into the state. Remove %s, "+
			"or keep what is needed of it in a smaller object.", o.Size, maxReadBody, argument))
		return
	}
	_, body, err := client.ReadObject(ctx, ossclient.ReadRequest{
		Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(), VersionID: version, ETag: o.ETag, Limit: maxReadBody,
	})
	switch {
	case ossclient.HasCode(err, "PreconditionFailed"):
		diags.AddError("OSS Object Changed While It Was Read", fmt.Sprintf("Somebody replaced %q in bucket %q between two requests. Run again to read what is there now.",
			m.Key.ValueString(), m.Bucket.ValueString()))
	case err != nil:
		m.addCallError(diags, "read the body of", err)
	case m.ReadBody.ValueBool() && !utf8.Valid(body):
		advice := "Remove read_body, or write read_body_base64 in its place to have the bytes in body_base64."
		if o.ContentEncoding != "" && !strings.EqualFold(o.ContentEncoding, "identity") {
			advice = fmt.Sprintf("It is stored with the content encoding %q, which is not undone here. %s", o.ContentEncoding, advice)
		}
		refuse("Object Body Is Not Text", "is not UTF-8, so it cannot be a value of Terraform. "+advice)
	default:
		if m.ReadBody.ValueBool() {
			m.Body = types.StringValue(string(body))
		}
		if m.ReadBytes.ValueBool() {
			m.Bytes = types.StringValue(base64.StdEncoding.EncodeToString(body))
		}
	}
}

// addHeadError says what is missing when a call failed: a missing bucket, or the missing target of a link, is
// a call that failed.
func (m *objectDataModel) addHeadError(ctx context.Context, client *ossclient.Client, diags *diag.Diagnostics, err error) {
	version, object := m.VersionID.ValueString(), fmt.Sprintf("object %q in bucket %q", m.Key.ValueString(), m.Bucket.ValueString())
	var e *ossclient.Error
	absent := ossclient.IsNotFound(err)
	switch {
	case absent && version != "":
		diags.AddError(objectNotFound, fmt.Sprintf("No version %q of %s. Keys and version IDs are case-sensitive.", version, object))
	case absent:
		diags.AddError(objectNotFound, fmt.Sprintf("No %s. Keys are case-sensitive.", object)+keyInOtherForm(ctx, client, m.Bucket.ValueString(), m.Key.ValueString()))
	case version != "" && errors.As(err, &e) && e.Status == http.StatusMethodNotAllowed: // a delete marker is named: OSS-053
		diags.AddAttributeError(path.Root("version_id"), objectNotFound, fmt.Sprintf("Version %q of %s is a delete marker: the object was deleted then. "+
			"Name another version, or leave version_id out for the current one.", version, object))
	default:
		m.addCallError(diags, "look at", err)
	}
}

const objectNotFound = "OSS Object Not Found"

func (m *objectDataModel) addCallError(diags *diag.Diagnostics, verb string, err error) {
	if err != nil {
		callError(diags, objectReadFailed, fmt.Sprintf("%s %q in bucket %q", verb, m.Key.ValueString(), m.Bucket.ValueString()), err)
	}
}
