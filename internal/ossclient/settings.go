package ossclient

import (
	"net/http"
	"strings"
)

// Storage is how OSS keeps the bytes of an object: the class, and the encryption. "" is none, and of a class not known.
// Its JSON form is kept in states.
type Storage struct {
	StorageClass    string `json:"storage_class,omitempty"`
	Encryption      string `json:"server_side_encryption,omitempty"`
	EncryptionKeyID string `json:"server_side_encryption_key_id,omitempty"`
	DataEncryption  string `json:"server_side_data_encryption,omitempty"`
}

// All are the parts of it under the names of their headers. It is the one list of them.
func (s *Storage) All() map[string]*string {
	return map[string]*string{
		"X-Oss-Storage-Class":                 &s.StorageClass,
		"X-Oss-Server-Side-Encryption":        &s.Encryption,
		"X-Oss-Server-Side-Encryption-Key-Id": &s.EncryptionKeyID,
		"X-Oss-Server-Side-Data-Encryption":   &s.DataEncryption,
	}
}

func storageFrom(header http.Header) Storage {
	var s Storage
	for name, value := range s.All() {
		*value = header.Get(name)
	}
	return s
}

// Converts reports whether OSS has to rewrite the bytes to keep them as another storage says. A class that is not
// named is the bucket's, which is taken to be the one that the bytes have.
func (s Storage) Converts(to Storage) bool {
	return to.StorageClass != "" && to.StorageClass != s.StorageClass || to.Encryption != s.Encryption ||
		!SameKey(to.EncryptionKeyID, s.EncryptionKeyID) || to.DataEncryption != s.DataEncryption
}

// SameKey reports whether two texts name the same KMS key.
func SameKey(a, b string) bool { return KeyID(a) == KeyID(b) }

// KeyID is the id of a KMS key that is named by id or by ARN (acs:kms:<region>:<account>:key/<id>). OSS takes both and
// answers with the id (OSS-213), so that names are compared by it.
func KeyID(name string) string {
	if arn, id, ok := strings.Cut(name, ":key/"); ok && strings.HasPrefix(arn, "acs:kms:") {
		return id
	}
	return name
}

// Settings are what a write resets unless it is sent again: OSS keeps none of them from the object that was
// there (OSS-063).
type Settings struct {
	ACL string // "", "default", "private", "public-read" or "public-read-write"
	Storage
	// Tags are sent with an upload. A copy sends them when they are not nil; with nil tags it keeps those of its
	// source.
	Tags map[string]string
}

func (s Settings) set(header map[string]string) {
	setIf(header, "X-Oss-Object-Acl", s.ACL)
	for name, value := range s.All() {
		setIf(header, name, *value)
	}
}

func setIf(header map[string]string, name, value string) {
	if value != "" {
		header[name] = value
	}
}
