package provider

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/metadata"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// objectModel is oss_object in configuration, plan and state.
type objectModel struct {
	ID                 types.String   `tfsdk:"id"`
	Bucket             types.String   `tfsdk:"bucket"`
	Key                types.String   `tfsdk:"key"`
	Content            types.String   `tfsdk:"content"`
	ContentBase64      types.String   `tfsdk:"content_base64"`
	Source             types.String   `tfsdk:"source"`
	SourceHash         types.String   `tfsdk:"source_hash"`
	ContentType        types.String   `tfsdk:"content_type"`
	CacheControl       types.String   `tfsdk:"cache_control"`
	ContentDisposition types.String   `tfsdk:"content_disposition"`
	ContentEncoding    types.String   `tfsdk:"content_encoding"`
	ContentLanguage    types.String   `tfsdk:"content_language"`
	Expires            types.String   `tfsdk:"expires"`
	Metadata           types.Map      `tfsdk:"metadata"`
	AllowOverwrite     types.Bool     `tfsdk:"allow_overwrite"`
	ETag               types.String   `tfsdk:"etag"`
	CRC64              types.String   `tfsdk:"crc64"`
	Size               types.Int64    `tfsdk:"size"`
	VersionID          types.String   `tfsdk:"version_id"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// objectIdentity is the resource identity of oss_object.
type objectIdentity struct {
	Bucket types.String `tfsdk:"bucket"`
	Key    types.String `tfsdk:"key"`
}

func (m objectModel) identity() objectIdentity { return objectIdentity{Bucket: m.Bucket, Key: m.Key} }

// objectID is "bucket/key", unknown while either is.
func (m objectModel) objectID() types.String {
	if m.Bucket.IsUnknown() || m.Key.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringValue(m.Bucket.ValueString() + "/" + m.Key.ValueString())
}

// headers are the standard headers; null is absent. All must be known.
func (m objectModel) headers() ossclient.Headers {
	return ossclient.Headers{
		ContentType:        m.ContentType.ValueString(),
		CacheControl:       m.CacheControl.ValueString(),
		ContentDisposition: m.ContentDisposition.ValueString(),
		ContentEncoding:    m.ContentEncoding.ValueString(),
		ContentLanguage:    m.ContentLanguage.ValueString(),
		Expires:            m.Expires.ValueString(),
	}
}

// userMetadata is the metadata map; null is empty. All values must be known.
func (m objectModel) userMetadata() map[string]string {
	result := map[string]string{}
	for name, value := range m.Metadata.Elements() {
		if s, ok := value.(types.String); ok {
			result[name] = s.ValueString()
		}
	}
	return result
}

// metadataKnown reports whether every header and metadata value is known.
func (m objectModel) metadataKnown() bool {
	values := []attr.Value{m.ContentType, m.CacheControl, m.ContentDisposition, m.ContentEncoding, m.ContentLanguage, m.Expires, m.Metadata}
	for _, v := range m.Metadata.Elements() {
		values = append(values, v)
	}
	for _, v := range values {
		if v.IsUnknown() {
			return false
		}
	}
	return true
}

// sameMetadata reports whether two known models ask OSS for the same headers and metadata.
func (m objectModel) sameMetadata(other objectModel) bool {
	return m.headers() == other.headers() && maps.Equal(m.userMetadata(), other.userMetadata())
}

// write is the object as OSS shall have it, without its body.
func (m objectModel) write() ossclient.Write {
	return ossclient.Write{
		Bucket:   m.Bucket.ValueString(),
		Key:      m.Key.ValueString(),
		Headers:  m.headers(),
		Metadata: m.userMetadata(),
	}
}

// setStored takes over what the answer to a write tells.
func (m *objectModel) setStored(s ossclient.Stored, body ossclient.Body) {
	m.ETag = stringOrNull(s.ETag)
	m.VersionID = stringOrNull(s.VersionID)
	m.CRC64 = types.StringValue(body.Digest())
	m.Size = types.Int64Value(body.Size)
}

// refresh takes over what HEAD shows. Where OSS's answer can tell less than was stored, the old value stays.
func (m *objectModel) refresh(o ossclient.Object) {
	m.ID = m.objectID()
	m.ContentType = stringOrNull(o.ContentType)
	m.CacheControl = stringOrNull(o.CacheControl)
	m.ContentEncoding = stringOrNull(o.ContentEncoding)
	m.Expires = stringOrNull(o.Expires)
	if !o.ForcedDownload {
		m.ContentDisposition = stringOrNull(o.ContentDisposition)
	}
	if o.ContentLanguage != "" {
		m.ContentLanguage = types.StringValue(o.ContentLanguage)
	}
	m.refreshMetadata(o.Metadata)
	switch {
	case o.CRC64 != "":
		m.CRC64 = types.StringValue(o.CRC64)
	case m.ETag.ValueString() != o.ETag:
		m.CRC64 = types.StringNull() // another body, of which nothing is known: the plan uploads
	}
	m.ETag = stringOrNull(o.ETag)
	m.Size = types.Int64Value(o.Size)
	m.VersionID = stringOrNull(o.VersionID)
}

// refreshMetadata keeps null for an object that never had metadata apart from {} for one that lost it.
func (m *objectModel) refreshMetadata(have map[string]string) {
	if len(have) == 0 && m.Metadata.IsNull() {
		m.Metadata = types.MapNull(types.StringType)
		return
	}
	elements := make(map[string]attr.Value, len(have))
	for name, value := range have {
		elements[name] = types.StringValue(value)
	}
	m.Metadata = types.MapValueMust(types.StringType, elements)
}

// privateKey is where remembered is kept in the resource's private state.
const privateKey = "object"

// The places a content type can come from.
const (
	typeFromConfig = "configuration"
	typeFromTable  = "table"
	typeFromImport = "import"
)

// remembered is what the provider must know later and Terraform's state has no room for.
type remembered struct {
	// ContentTypeFrom and ContentType tell why the object has its content type, so that a new version of our
	// table does not plan to copy every object.
	ContentTypeFrom string `json:"content_type_from"`
	ContentType     string `json:"content_type"`
	// Seen are the attributes that the last HEAD showed, which a self-copy has to carry over; nil before the
	// first HEAD.
	Seen *seenAttributes `json:"seen,omitempty"`
}

type seenAttributes struct {
	StorageClass    string `json:"storage_class,omitempty"`
	Encryption      string `json:"server_side_encryption,omitempty"`
	EncryptionKeyID string `json:"server_side_encryption_key_id,omitempty"`
	DataEncryption  string `json:"server_side_data_encryption,omitempty"`
}

func seenOn(o ossclient.Object) *seenAttributes {
	return &seenAttributes{
		StorageClass:    o.StorageClass,
		Encryption:      o.Encryption,
		EncryptionKeyID: o.EncryptionKeyID,
		DataEncryption:  o.DataEncryption,
	}
}

func (s seenAttributes) attributes() ossclient.Attributes {
	return ossclient.Attributes{
		StorageClass:    s.StorageClass,
		Encryption:      s.Encryption,
		EncryptionKeyID: s.EncryptionKeyID,
		DataEncryption:  s.DataEncryption,
	}
}

// privateReader and privateWriter are the framework's private state, whose type has no public name.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func readRemembered(ctx context.Context, private privateReader, diags *diag.Diagnostics) remembered {
	var r remembered
	data, d := private.GetKey(ctx, privateKey)
	diags.Append(d...)
	if len(data) > 0 {
		if err := json.Unmarshal(data, &r); err != nil {
			diags.AddError("Unreadable Private State", "What the provider noted about this object in the state cannot be read ("+err.Error()+"). "+
				"Please report this issue to the provider developers.")
		}
	}
	return r
}

func (r remembered) save(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	data, err := json.Marshal(r)
	if err != nil {
		diags.AddError("Unwritable Private State", err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, privateKey, data)...)
}

// decideContentType gives the content type for a configuration, and why: the configured one, else the one that
// was decided before, else the table's.
func decideContentType(config, key types.String, before remembered) (types.String, string) {
	switch {
	case !config.IsNull():
		return config, typeFromConfig
	case before.ContentTypeFrom == typeFromTable, before.ContentTypeFrom == typeFromImport:
		return stringOrNull(before.ContentType), before.ContentTypeFrom
	case key.IsUnknown():
		return types.StringUnknown(), typeFromTable
	}
	return types.StringValue(metadata.ContentType(key.ValueString())), typeFromTable
}
