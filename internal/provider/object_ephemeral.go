package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newObjectEphemeral() ephemeral.EphemeralResource { return &objectEphemeral{} }

// objectEphemeral is the ephemeral resource oss_object: one GET.
type objectEphemeral struct{ configuredEphemeral }

// objectEphemeralModel is the ephemeral resource oss_object.
type objectEphemeralModel struct {
	Bucket     types.String `tfsdk:"bucket"`
	Key        types.String `tfsdk:"key"`
	VersionID  types.String `tfsdk:"version_id"`
	ETag       types.String `tfsdk:"etag"`
	MaxSize    types.Int64  `tfsdk:"max_size"`
	Body       types.String `tfsdk:"body"`
	BodyBase64 types.String `tfsdk:"body_base64"`
	headersModel
	CRC64        types.String `tfsdk:"crc64"`
	Size         types.Int64  `tfsdk:"size"`
	LastModified types.String `tfsdk:"last_modified"`
}

// Metadata names the ephemeral resource.
func (e *objectEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "oss_object"
}

// Schema describes the ephemeral resource.
func (e *objectEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	attributes := objectEphemeralArguments()
	maps.Copy(attributes, objectEphemeralResults())
	resp.Schema = schema.Schema{
		MarkdownDescription: "The body, the headers and the metadata of an object that exists, for a value that must not be kept: a password, a key, a file of settings. " +
			"It is in no plan and no state. That takes one request, GetObject, each time Terraform plans or applies.\n\n" +
			"An object that the same apply is going to write is read before that, unless an argument here is not known before: refer to the `version_id` or the `etag` of the `oss_object` that writes it.",
		Attributes: attributes,
	}
}

func objectEphemeralArguments() map[string]schema.Attribute {
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
			Optional: true, Computed: true,
			MarkdownDescription: "Version to read; the current one unless set. It is null for an object in a bucket that never had versioning.",
			Validators:          unlessEmpty(),
		},
		"etag": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "ETag of the body, without quotes. If it is set, the object has to have it, or reading fails.",
			Validators:          unlessEmpty(),
		},
		"max_size": schema.Int64Attribute{
			CustomType: wholeNumber{},
			Optional:   true,
			MarkdownDescription: fmt.Sprintf("Largest body in bytes that is read, up to %d (4 MiB); %d (1 MiB) unless set. A larger one is an error, and is not transferred.",
				ossclient.MaxRead, maxReadBody),
			Validators: []validator.Int64{int64validator.Between(0, ossclient.MaxRead)},
		},
	}
}

func objectEphemeralResults() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: description}
	}
	attributes := map[string]schema.Attribute{
		"body":        secret("The body as text, null where it is not UTF-8. It is the stored text: a `Content-Encoding` is not undone."),
		"body_base64": secret("The body as base64."),
		"metadata": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "User metadata, names in lower case without the `x-oss-meta-` prefix.",
		},
		"crc64":         secret("CRC-64 (ECMA) of the body, an unsigned decimal; null where OSS does not show it."),
		"size":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Size of the body in bytes."},
		"last_modified": text("Time of the last change, in RFC 3339, such as `2026-01-02T03:04:05Z`."),
	}
	for attribute, description := range shownHeaders {
		attributes[attribute] = text(description)
	}
	return attributes
}

// Open reads the object.
func (e *objectEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m objectEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client, end := e.begin(ctx, m.Bucket, req, resp)
	defer end()
	if client == nil {
		return
	}
	limit := int64(maxReadBody)
	if !m.MaxSize.IsNull() {
		limit = m.MaxSize.ValueInt64()
	}
	o, body, err := client.ReadObject(ctx, ossclient.ReadRequest{
		Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(), VersionID: m.VersionID.ValueString(), ETag: m.ETag.ValueString(), Limit: limit,
	})
	if err != nil {
		m.addReadError(ctx, client, &resp.Diagnostics, err)
		return
	}
	m.show(o, body)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &m)...)
}

// show takes over what GET shows.
func (m *objectEphemeralModel) show(o ossclient.Object, body []byte) {
	m.Body, m.BodyBase64 = types.StringNull(), types.StringValue(base64.StdEncoding.EncodeToString(body))
	if utf8.Valid(body) {
		m.Body = types.StringValue(string(body))
	}
	if m.VersionID.IsNull() { // what is configured must stay as it is
		m.VersionID = stringOrNull(o.VersionID)
	}
	if m.ETag.IsNull() {
		m.ETag = stringOrNull(o.ETag)
	}
	m.showHeaders(o.HeadersOver(ossclient.Headers{}))
	m.Metadata, m.CRC64, m.Size = stringMap(o.Metadata), stringOrNull(o.CRC64), types.Int64Value(o.Size)
	m.LastModified = timeOrNull(o.LastModified)
}

// addReadError says what is missing, too large or another one when a call failed.
func (m *objectEphemeralModel) addReadError(ctx context.Context, client *ossclient.Client, diags *diag.Diagnostics, err error) {
	object := fmt.Sprintf("%q in bucket %q", m.Key.ValueString(), m.Bucket.ValueString())
	var tooLarge *ossclient.TooLargeError
	var e *ossclient.Error
	errors.As(err, &e)
	switch {
	case errors.As(err, &tooLarge) && tooLarge.Limit == ossclient.MaxRead:
		diags.AddAttributeError(path.Root("key"), "Object Body Too Large", fmt.Sprintf("The body of %s has %d bytes, and at most %d (4 MiB) can be read. Keep what is needed of it in a smaller object.",
			object, tooLarge.Size, tooLarge.Limit))
	case errors.As(err, &tooLarge):
		diags.AddAttributeError(path.Root("max_size"), "Object Body Too Large", fmt.Sprintf("The body of %s has %d bytes, and at most %d are read here. Set max_size to as many bytes as you expect, "+
			"up to %d (4 MiB).", object, tooLarge.Size, tooLarge.Limit, ossclient.MaxRead))
	case ossclient.HasCode(err, "NoSuchKey") && m.VersionID.IsNull():
		diags.AddAttributeError(path.Root("key"), objectNotFound, fmt.Sprintf("No object %s. Keys are case-sensitive. If this very apply writes it, "+
			"refer here to the version_id or the etag of that oss_object, so that it is read afterwards.", object)+keyInOtherForm(ctx, client, m.Bucket.ValueString(), m.Key.ValueString()))
	case ossclient.HasCode(err, "NoSuchKey"), ossclient.HasCode(err, "NoSuchVersion"):
		diags.AddAttributeError(path.Root("version_id"), objectNotFound, fmt.Sprintf("No version %q of object %s. Keys and version IDs are case-sensitive.", m.VersionID.ValueString(), object))
	case e != nil && e.Status == http.StatusMethodNotAllowed && !m.VersionID.IsNull(): // facts: GetObject page, of naming a delete marker
		diags.AddAttributeError(path.Root("version_id"), objectNotFound, fmt.Sprintf("Version %q of object %s is a delete marker: the object was deleted then. "+
			"Name another version, or leave version_id out for the current one.", m.VersionID.ValueString(), object))
	case ossclient.HasCode(err, "PreconditionFailed"):
		diags.AddAttributeError(path.Root("etag"), "Another OSS Object Body", fmt.Sprintf("Object %s does not have the ETag that etag names: it is another body. "+
			"Correct etag, or leave it out to read whatever is there.", object))
	default:
		callError(diags, objectReadFailed, "read "+object, err)
	}
}
