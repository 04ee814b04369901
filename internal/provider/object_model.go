package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
	ContentWO          types.String   `tfsdk:"content_wo"`
	ContentWOVersion   types.Int64    `tfsdk:"content_wo_version"`
	CopySource         types.Object   `tfsdk:"copy_source"`
	Callback           types.Object   `tfsdk:"callback"`
	ContentType        types.String   `tfsdk:"content_type"`
	CacheControl       types.String   `tfsdk:"cache_control"`
	ContentDisposition types.String   `tfsdk:"content_disposition"`
	ContentEncoding    types.String   `tfsdk:"content_encoding"`
	ContentLanguage    types.String   `tfsdk:"content_language"`
	Expires            types.String   `tfsdk:"expires"`
	Metadata           types.Map      `tfsdk:"metadata"`
	ACL                types.String   `tfsdk:"acl"`
	Tags               types.Map      `tfsdk:"tags"`
	StorageClass       types.String   `tfsdk:"storage_class"`
	Encryption         types.String   `tfsdk:"server_side_encryption"`
	EncryptionKeyID    types.String   `tfsdk:"server_side_encryption_key_id"`
	DataEncryption     types.String   `tfsdk:"server_side_data_encryption"`
	AllowOverwrite     types.Bool     `tfsdk:"allow_overwrite"`
	DeletionPolicy     types.String   `tfsdk:"deletion_policy"`
	ETag               types.String   `tfsdk:"etag"`
	CRC64              types.String   `tfsdk:"crc64"`
	Size               types.Int64    `tfsdk:"size"`
	VersionID          types.String   `tfsdk:"version_id"`
	CallbackResponse   types.String   `tfsdk:"callback_response"`
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
func (m objectModel) userMetadata() map[string]string { return textMap(m.Metadata) }

// textMap is a known map of strings; null is empty.
func textMap(m types.Map) map[string]string {
	result := map[string]string{}
	for name, value := range m.Elements() {
		if s, ok := value.(types.String); ok {
			result[name] = s.ValueString()
		}
	}
	return result
}

// mapOf is the opposite of textMap.
func mapOf(m map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(m))
	for name, value := range m {
		elements[name] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
}

// managed names the attributes that the configuration sets.
func (m objectModel) managed() []string {
	values := map[string]attr.Value{
		"acl": m.ACL, "tags": m.Tags, "storage_class": m.StorageClass, "server_side_encryption": m.Encryption,
		"server_side_encryption_key_id": m.EncryptionKeyID, "server_side_data_encryption": m.DataEncryption,
	}
	var names []string
	for _, name := range attributeNames {
		if !values[name].IsNull() {
			names = append(names, name)
		}
	}
	return names
}

// attributes puts the managed attributes of the plan over those that the object has.
func (m objectModel) attributes(note remembered, have ossclient.Settings) ossclient.Settings {
	over := func(name string, target *string, value types.String) {
		if note.manages(name) {
			*target = value.ValueString()
		}
	}
	if note.manages("server_side_encryption") && m.Encryption.ValueString() != have.Encryption {
		have.EncryptionKeyID, have.DataEncryption = "", "" // of the other method
	}
	over("acl", &have.ACL, m.ACL)
	over("storage_class", &have.StorageClass, m.StorageClass)
	over("server_side_encryption", &have.Encryption, m.Encryption)
	over("server_side_encryption_key_id", &have.EncryptionKeyID, m.EncryptionKeyID)
	over("server_side_data_encryption", &have.DataEncryption, m.DataEncryption)
	if note.manages("tags") {
		have.Tags = textMap(m.Tags)
	}
	return have
}

// sameStorage reports whether two models ask for the same class and encryption, which only a copy can change.
func (m objectModel) sameStorage(other objectModel) bool {
	return m.StorageClass.Equal(other.StorageClass) && m.Encryption.Equal(other.Encryption) &&
		sameKey(m.EncryptionKeyID, other.EncryptionKeyID) && m.DataEncryption.Equal(other.DataEncryption)
}

// sameKey reports whether two values name the same KMS key, whatever the spelling.
func sameKey(a, b types.String) bool {
	return a.Equal(b) || !a.IsUnknown() && !b.IsUnknown() && ossclient.SameKey(a.ValueString(), b.ValueString())
}

// metadataKnown reports whether every value is known that a copy onto itself would set.
func (m objectModel) metadataKnown() bool {
	values := []attr.Value{
		m.ContentType, m.CacheControl, m.ContentDisposition, m.ContentEncoding, m.ContentLanguage, m.Expires, m.Metadata,
		m.StorageClass, m.Encryption, m.EncryptionKeyID, m.DataEncryption,
	}
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

// setStored takes over what the answer to a write tells. Of a body that must not be seen it tells nothing.
func (m *objectModel) setStored(s ossclient.Written, body ossclient.Body, secret bool) {
	m.VersionID = stringOrNull(s.VersionID)
	m.Size = types.Int64Value(body.Size)
	m.ETag, m.CRC64 = stringOrNull(s.ETag), types.StringValue(body.Digest())
	if secret {
		m.ETag, m.CRC64 = types.StringNull(), types.StringNull()
	}
}

// refresh takes over what HEAD shows. Where OSS's answer can tell less than was stored, the old value stays.
func (m *objectModel) refresh(o ossclient.Object, note remembered) {
	m.ID = m.objectID()
	h := o.HeadersOver(m.headers())
	m.ContentType, m.CacheControl, m.ContentDisposition = stringOrNull(h.ContentType), stringOrNull(h.CacheControl), stringOrNull(h.ContentDisposition)
	m.ContentEncoding, m.ContentLanguage, m.Expires = stringOrNull(h.ContentEncoding), stringOrNull(h.ContentLanguage), stringOrNull(h.Expires)
	m.refreshMetadata(o.Metadata)
	m.refreshBody(o, note.WriteOnly)
	imported := note.ContentTypeFrom == ""
	key := stringOrNull(o.EncryptionKeyID)
	if sameKey(m.EncryptionKeyID, key) {
		key = m.EncryptionKeyID // as it is spelt
	}
	for name, value := range map[string]struct {
		target *types.String
		have   types.String
	}{
		"storage_class":                 {&m.StorageClass, stringOrNull(o.StorageClass)},
		"server_side_encryption":        {&m.Encryption, stringOrNull(o.Encryption)},
		"server_side_encryption_key_id": {&m.EncryptionKeyID, key},
		"server_side_data_encryption":   {&m.DataEncryption, stringOrNull(o.DataEncryption)},
	} {
		if imported || note.manages(name) || !value.target.IsNull() {
			*value.target = value.have
		}
	}
}

// refreshBody takes over what is shown of the body. A digest appears in the state of a body that must not be seen only
// when it is somebody else's: that is how its drift shows.
func (m *objectModel) refreshBody(o ossclient.Object, seal *bodySeal) {
	m.Size = types.Int64Value(o.Size)
	m.VersionID = stringOrNull(o.VersionID)
	if seal != nil && (o.CRC64 == "" || seal.fits(o.CRC64)) {
		m.CRC64, m.ETag = types.StringNull(), types.StringNull()
		return
	}
	switch {
	case o.CRC64 != "":
		m.CRC64 = types.StringValue(o.CRC64)
	case m.ETag.ValueString() != o.ETag:
		m.CRC64 = types.StringNull() // another body, of which nothing is known: the plan uploads
	}
	m.ETag = stringOrNull(o.ETag)
}

// refreshMetadata keeps null for an object that never had metadata apart from {} for one that lost it.
func (m *objectModel) refreshMetadata(have map[string]string) {
	if len(have) == 0 && m.Metadata.IsNull() {
		m.Metadata = types.MapNull(types.StringType)
		return
	}
	m.Metadata = mapOf(have)
}
