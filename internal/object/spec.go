package object

import (
	"context"
	"maps"
	"slices"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Names of what is managed only when somebody asks for it: a write resets it, so it is carried over where nobody does.
const (
	ACL             = "acl"
	Tags            = "tags"
	StorageClass    = "storage_class"
	Encryption      = "server_side_encryption"
	EncryptionKeyID = "server_side_encryption_key_id"
	DataEncryption  = "server_side_data_encryption"
)

// StorageNames gives the name of each part of an ossclient.Storage by its header.
var StorageNames = map[string]string{
	"X-Oss-Storage-Class":                 StorageClass,
	"X-Oss-Server-Side-Encryption":        Encryption,
	"X-Oss-Server-Side-Encryption-Key-Id": EncryptionKeyID,
	"X-Oss-Server-Side-Data-Encryption":   DataEncryption,
}

// Spec is what is wanted of an object.
type Spec struct {
	Bucket, Key string
	ossclient.Headers
	Metadata map[string]string // names without prefix
	// Settings are wanted as far as Managed names them.
	ossclient.Settings
	Managed []string
	// HeadersUnknown says that a header or a metadata entry is not known yet, Unknown names the settings that are not.
	HeadersUnknown bool
	Unknown        []string
	Body           Body
	Callback       Callback
	// Overwrite lets a creation replace an object that exists.
	Overwrite bool
}

// Body is what is wanted of the body.
type Body struct {
	Kind BodyKind
	// Digest and Size are those of a KnownBody.
	Digest string
	Size   int64
	// Changed says that the arguments are not those of the state: another file, another version of a secret.
	Changed bool
	// IgnoreDrift leaves a body that somebody else wrote where it is, until the body that is wanted changes.
	IgnoreDrift bool
	// Frozen says that the body is to be copied from an object that has to be restored first.
	Frozen bool
	// Open gives the body to be written. A Writer calls it once, and only for a Change that writes one. Its errors are
	// returned as they are.
	Open func(context.Context) (Content, error)
}

// BodyKind is what is known of the body that is wanted.
type BodyKind int

// The kinds of a body.
const (
	NoBody      BodyKind = iota // it is not managed
	KnownBody                   // its digest is known
	UnknownBody                 // it is managed, and its digest not known yet
	SecretBody                  // nothing of it may be seen; a new version of it shows in Changed
	IgnoredBody                 // it is managed and has to stay as it is, whatever that is
)

// Content is where the bytes of a write come from: from here, or from another object.
type Content struct {
	ossclient.Body
	Copy *ossclient.CopySource // nil is an upload
}

// Callback is the callback of an upload.
type Callback struct {
	Wanted  bool
	Changed bool // it is not the one of the state
	// Optional says that a callback that fails is not owed.
	Optional bool
	// Header and Var are its encoded parts.
	Header, Var string
}

// Manages reports whether a setting is wanted.
func (s Spec) Manages(name string) bool { return slices.Contains(s.Managed, name) }

func (s Spec) unknown(name string) bool { return slices.Contains(s.Unknown, name) }

// storageUnknown reports whether something is not known yet that may make OSS rewrite the bytes.
func (s Spec) storageUnknown() bool {
	for _, name := range StorageNames {
		if s.unknown(name) {
			return true
		}
	}
	return false
}

// Over puts the settings that are wanted over those that the object has.
func (s Spec) Over(have ossclient.Settings) ossclient.Settings {
	if s.Manages(Encryption) && s.Encryption != have.Encryption {
		have.EncryptionKeyID, have.DataEncryption = "", "" // of the other method
	}
	values, want := have.All(), s.Storage
	for header, value := range want.All() {
		if s.Manages(StorageNames[header]) {
			*values[header] = *value
		}
	}
	if s.Manages(ACL) {
		have.ACL = s.ACL
	}
	if s.Manages(Tags) {
		have.Tags = maps.Clone(s.Tags)
		if have.Tags == nil {
			have.Tags = map[string]string{}
		}
	}
	return have
}
