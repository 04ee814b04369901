package provider

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/metadata"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// privateKey is where remembered is kept in the resource's private state.
const privateKey = "object"

// The places a content type can come from.
const (
	typeFromConfig = "configuration"
	typeFromTable  = "table"
	typeFromImport = "import"
)

// remembered is what the provider must know later and Terraform's state has no room for: Read sees no configuration,
// and a destroy sees neither configuration nor plan.
type remembered struct {
	// ContentTypeFrom and ContentType tell why the object has its content type, so that a new version of our table
	// does not plan to copy every object. An import leaves the first empty until it is read.
	ContentTypeFrom string `json:"content_type_from"`
	ContentType     string `json:"content_type"`
	// Managed names the attributes of attributeNames that the configuration sets.
	Managed []string `json:"managed,omitempty"`
	// WriteOnly is set while the body comes from content_wo.
	WriteOnly *bodySeal `json:"write_only,omitempty"`
	// Written is when this resource last wrote the object, by OSS's clock.
	Written time.Time `json:"written,omitzero"`
	// Seen are the attributes that the last HEAD showed or the last write sent, which a copy has to carry over; nil
	// when they are not known.
	Seen *seenAttributes `json:"seen,omitempty"`
	// CallbackOwed says that the body is stored, and the callback of its upload failed and must not.
	CallbackOwed bool `json:"callback_owed,omitempty"`
}

type seenAttributes struct {
	StorageClass    string `json:"storage_class,omitempty"`
	Encryption      string `json:"server_side_encryption,omitempty"`
	EncryptionKeyID string `json:"server_side_encryption_key_id,omitempty"`
	DataEncryption  string `json:"server_side_data_encryption,omitempty"`
	Type            string `json:"object_type,omitempty"`
}

func seenOn(o ossclient.Object) *seenAttributes {
	return &seenAttributes{
		StorageClass:    o.StorageClass,
		Encryption:      o.Encryption,
		EncryptionKeyID: o.EncryptionKeyID,
		DataEncryption:  o.DataEncryption,
		Type:            o.Type,
	}
}

func (s seenAttributes) attributes() ossclient.Settings {
	return ossclient.Settings{Storage: ossclient.Storage{
		StorageClass:    s.StorageClass,
		Encryption:      s.Encryption,
		EncryptionKeyID: s.EncryptionKeyID,
		DataEncryption:  s.DataEncryption,
	}}
}

// attributeNames are the attributes that are managed only when they are configured.
var attributeNames = []string{"acl", "tags", "storage_class", "server_side_encryption", "server_side_encryption_key_id", "server_side_data_encryption"}

func (r remembered) manages(attribute string) bool { return slices.Contains(r.Managed, attribute) }

// bodySeal recognises a body that must not be stored: a salted, slow digest of its CRC-64. The CRC itself, or the ETag,
// would give a short secret away to anybody who can read the state.
type bodySeal struct {
	Salt []byte `json:"salt"`
	Sum  []byte `json:"sum"`
}

// sealRounds makes guessing dear: one guess takes tens of milliseconds.
const sealRounds = 200_000

func sealBody(crc string) (*bodySeal, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	sum, err := pbkdf2.Key(sha256.New, crc, salt, sealRounds, sha256.Size)
	return &bodySeal{Salt: salt, Sum: sum}, err
}

// fits reports whether crc is that of the sealed body.
func (s *bodySeal) fits(crc string) bool {
	sum, err := pbkdf2.Key(sha256.New, crc, s.Salt, sealRounds, sha256.Size)
	return err == nil && hmac.Equal(sum, s.Sum)
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

// decideContentType gives the content type for a configuration, and why: the configured one, else the one that was
// decided before, else the table's.
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
