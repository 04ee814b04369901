package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// objectModel is oss_object in configuration, plan and state.
type objectModel struct {
	ID     types.String `tfsdk:"id"`
	Bucket types.String `tfsdk:"bucket"`
	Key    types.String `tfsdk:"key"`
	bodyModel
	Callback types.Object `tfsdk:"callback"`
	headersModel
	settingsModel
	AllowOverwrite   types.Bool     `tfsdk:"allow_overwrite"`
	DeletionPolicy   types.String   `tfsdk:"deletion_policy"`
	ETag             types.String   `tfsdk:"etag"`
	CRC64            types.String   `tfsdk:"crc64"`
	Size             types.Int64    `tfsdk:"size"`
	VersionID        types.String   `tfsdk:"version_id"`
	CallbackResponse types.String   `tfsdk:"callback_response"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

// headersModel are the standard headers and the user metadata, of all that has them.
type headersModel struct {
	ContentType        types.String `tfsdk:"content_type"`
	CacheControl       types.String `tfsdk:"cache_control"`
	ContentDisposition types.String `tfsdk:"content_disposition"`
	ContentEncoding    types.String `tfsdk:"content_encoding"`
	ContentLanguage    types.String `tfsdk:"content_language"`
	Expires            types.String `tfsdk:"expires"`
	Metadata           types.Map    `tfsdk:"metadata"`
}

// headerField is one standard header.
type headerField struct {
	attribute, header string
	value             *types.String
}

// fields are the standard headers, the one list of them in this package.
func (m *headersModel) fields() []headerField {
	return []headerField{
		{"content_type", "Content-Type", &m.ContentType},
		{"cache_control", "Cache-Control", &m.CacheControl},
		{"content_disposition", "Content-Disposition", &m.ContentDisposition},
		{"content_encoding", "Content-Encoding", &m.ContentEncoding},
		{"content_language", "Content-Language", &m.ContentLanguage},
		{"expires", "Expires", &m.Expires},
	}
}

// shownHeaders describe the standard headers of an object that exists, by attribute.
var shownHeaders = map[string]string{
	"content_type":        "`Content-Type` of the object.",
	"cache_control":       "`Cache-Control` of the object, else null.",
	"content_disposition": "`Content-Disposition` of the object, else null; also null where the endpoint forces a download and puts its own value over the object's.",
	"content_encoding":    "`Content-Encoding` of the object, else null.",
	"content_language":    "`Content-Language` of the object, else null.",
	"expires":             "`Expires` of the object, verbatim, else null.",
}

// headers are the standard headers; null and what is not known are absent.
func (m headersModel) headers() ossclient.Headers {
	var h ossclient.Headers
	values := h.All()
	for _, f := range m.fields() {
		*values[f.header] = f.value.ValueString()
	}
	return h
}

// showHeaders takes over headers; what is absent becomes null.
func (m *headersModel) showHeaders(h ossclient.Headers) {
	values := h.All()
	for _, f := range m.fields() {
		*f.value = stringOrNull(*values[f.header])
	}
}

// headersUnknown reports whether a header or an entry of the metadata is not known yet.
func (m headersModel) headersUnknown() bool {
	for _, f := range m.fields() {
		if f.value.IsUnknown() {
			return true
		}
	}
	return hasUnknown(m.Metadata)
}

// settingsModel are ACL, tags, class and encryption, of the resource and of the data source.
type settingsModel struct {
	ACL             types.String `tfsdk:"acl"`
	Tags            types.Map    `tfsdk:"tags"`
	StorageClass    types.String `tfsdk:"storage_class"`
	Encryption      types.String `tfsdk:"server_side_encryption"`
	EncryptionKeyID types.String `tfsdk:"server_side_encryption_key_id"`
	DataEncryption  types.String `tfsdk:"server_side_data_encryption"`
}

// texts are the settings but for the tags, by name.
func (m *settingsModel) texts() map[string]*types.String {
	return map[string]*types.String{
		object.ACL: &m.ACL, object.StorageClass: &m.StorageClass, object.Encryption: &m.Encryption,
		object.EncryptionKeyID: &m.EncryptionKeyID, object.DataEncryption: &m.DataEncryption,
	}
}

// settings are what the model says; null and what is not known are absent. Tags that are null are nil.
func (m settingsModel) settings() ossclient.Settings {
	s := ossclient.Settings{ACL: m.ACL.ValueString()}
	texts := m.texts()
	for header, value := range s.All() {
		*value = texts[object.StorageNames[header]].ValueString()
	}
	if !m.Tags.IsNull() {
		s.Tags = textMap(m.Tags)
	}
	return s
}

// showSettings takes over settings; what is absent becomes null.
func (m *settingsModel) showSettings(s ossclient.Settings) {
	m.ACL = stringOrNull(s.ACL)
	m.showStorage(s.Storage)
	m.Tags = types.MapNull(types.StringType)
	if s.Tags != nil {
		m.Tags = stringMap(s.Tags)
	}
}

func (m *settingsModel) showStorage(s ossclient.Storage) {
	texts := m.texts()
	for header, value := range s.All() {
		*texts[object.StorageNames[header]] = stringOrNull(*value)
	}
}

// managed names the settings that a configuration sets and a plan has as they are set. With ignore_changes they differ at
// apply, where the configuration comes as it is written: what is ignored is not managed.
func (m settingsModel) managed(config settingsModel) []string {
	var names []string
	planned := m.texts()
	for name, value := range config.texts() {
		if !value.IsNull() && value.Equal(*planned[name]) {
			names = append(names, name)
		}
	}
	if !config.Tags.IsNull() && config.Tags.Equal(m.Tags) {
		names = append(names, object.Tags)
	}
	return names
}

// settingsUnknown names the settings that are not known yet.
func (m settingsModel) settingsUnknown() []string {
	var names []string
	for name, value := range m.texts() {
		if value.IsUnknown() {
			names = append(names, name)
		}
	}
	if hasUnknown(m.Tags) {
		names = append(names, object.Tags)
	}
	return names
}

// planSettings gives the settings that the configuration leaves out the values that they will have.
func (m *settingsModel) planSettings(config settingsModel, before, after ossclient.Settings) {
	var kept settingsModel
	kept.showSettings(after)
	if config.Encryption.IsUnknown() { // another method leaves the arguments of the old one behind
		kept.EncryptionKeyID, kept.DataEncryption = types.StringUnknown(), types.StringUnknown()
	}
	configured, values := config.texts(), kept.texts()
	for name, target := range m.texts() {
		if configured[name].IsNull() {
			*target = *values[name]
		}
	}
	if config.Tags.IsNull() {
		m.Tags = types.MapNull(types.StringType)
		if before.Tags != nil {
			m.Tags = stringMap(before.Tags)
		}
	}
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
