package ossserver

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"
	"time"
	"unicode"
)

// attributes are what a client chooses for an object besides its bytes.
type attributes struct {
	ContentType        string            `json:"contentType,omitempty"`
	CacheControl       string            `json:"cacheControl,omitempty"`
	ContentDisposition string            `json:"contentDisposition,omitempty"`
	ContentEncoding    string            `json:"contentEncoding,omitempty"`
	ContentLanguage    string            `json:"contentLanguage,omitempty"`
	Expires            string            `json:"expires,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
	Tags               map[string]string `json:"tags,omitempty"`
	ACL                string            `json:"acl"`
	StorageClass       string            `json:"storageClass"`
	SSE                string            `json:"sse,omitempty"`
	SSEKeyID           string            `json:"sseKeyID,omitempty"`
	SSEDataEncryption  string            `json:"sseDataEncryption,omitempty"`
	Retention          retention         `json:"retention,omitzero"`
}

// version is one stored version of one object, as it stands in its JSON file. A published version is never
// changed, only replaced by a changed copy, so readers need no lock once they hold one.
type version struct {
	Key           string    `json:"key"`
	VersionID     string    `json:"versionID"`
	Seq           uint64    `json:"seq"` // order of writing within the bucket; the newest version is the current one
	DeleteMarker  bool      `json:"deleteMarker,omitempty"`
	Type          string    `json:"type,omitempty"` // Normal, Multipart, Appendable, Symlink
	Body          string    `json:"body,omitempty"` // file name beside this file
	Size          int64     `json:"size"`
	ETag          string    `json:"etag,omitempty"` // without quotes
	CRC64         uint64    `json:"crc64,string"`
	ContentMD5    string    `json:"contentMD5,omitempty"` // base64, Normal objects only
	LastModified  time.Time `json:"lastModified"`
	SymlinkTarget string    `json:"symlinkTarget,omitempty"`
	RestoreDone   time.Time `json:"restoreDone,omitzero"`   // a frozen object can be read from then on
	RestoreExpiry time.Time `json:"restoreExpiry,omitzero"` // and until then
	RestoreTier   string    `json:"restoreTier,omitempty"`
	LegalHold     string    `json:"legalHold,omitempty"` // ON, OFF; "" if nobody ever said
	attributes
}

// nullVersion is the ID of what is written while versioning is off or suspended.
const nullVersion = "null"

const (
	typeNormal     = "Normal"
	typeMultipart  = "Multipart"
	typeAppendable = "Appendable"
	typeSymlink    = "Symlink"
)

// clone copies v deeply enough that the copy may be changed.
func (v *version) clone() *version {
	c := *v
	c.Metadata = maps.Clone(v.Metadata)
	c.Tags = maps.Clone(v.Tags)
	return &c
}

// keyFolder names the folder of a key: what a reader recognises, then enough of a hash to keep keys apart that
// differ only in case, in a slash, or beyond the length of a file name. The result has no separator and is neither "."
// nor "..", whatever the key is.
func keyFolder(key string) string {
	sum := sha256.Sum256([]byte(key))
	slug := strings.Map(func(r rune) rune {
		switch {
		case r == '/':
			return '+'
		case r == '.' || r == '_' || r == '-' || r != unicode.ReplacementChar && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return r
		}
		return '='
	}, key)
	const side = 80 // bytes kept at either end: with the hash well below the 255 bytes of common file systems
	if len(slug) > 2*side {
		slug = strings.ToValidUTF8(slug[:side], "") + "..." + strings.ToValidUTF8(slug[len(slug)-side:], "")
	}
	return slug + "~" + hex.EncodeToString(sum[:10])
}
