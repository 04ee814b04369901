package ossserver

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	metaPrefix = "x-oss-meta-"
	// maxMetadata is OSS-021: names with their prefix and values together stay below it.
	maxMetadata = 8 << 10
)

// defaultContentType is what an object gets that came without a type, whatever the extension of its key (OSS-203).
const defaultContentType = "application/octet-stream"

// requestAttributes reads and checks what the request wants a new object to have.
func (q *request) requestAttributes() (attributes, error) {
	a, err := q.sentAttributes()
	if a.ContentType == "" {
		a.ContentType = defaultContentType
	}
	return a, err
}

// sentAttributes leaves the type empty where none was sent: a copy has another one to keep.
func (q *request) sentAttributes() (attributes, error) {
	a := attributes{
		ContentType:        q.header("Content-Type"),
		CacheControl:       q.header("Cache-Control"),
		ContentDisposition: q.header("Content-Disposition"),
		ContentEncoding:    q.header("Content-Encoding"),
		ContentLanguage:    q.header("Content-Language"), // OSS-201
		Expires:            q.header("Expires"),          // OSS-204: any text
		ACL:                q.header("x-oss-object-acl"),
		StorageClass:       q.header("x-oss-storage-class"),
		SSE:                q.header("x-oss-server-side-encryption"),
		SSEKeyID:           q.header("x-oss-server-side-encryption-key-id"),
		SSEDataEncryption:  q.header("x-oss-server-side-data-encryption"),
	}
	var err error
	if a.Metadata, err = readMetadata(q.r.Header); err != nil {
		return a, err
	}
	if a.ACL == "" {
		a.ACL = aclDefault
	}
	if err := checkObjectACL(a.ACL); err != nil {
		return a, err
	}
	if a.StorageClass == "" {
		a.StorageClass = q.b.settings().StorageClass
	} else if !validStorageClass(a.StorageClass) {
		return a, invalidArgument("x-oss-storage-class", a.StorageClass, "The specified storage class is not valid.")
	}
	if err := a.checkEncryption(); err != nil {
		return a, err
	}
	a.encrypt(q.b.settings().Encryption)
	if a.Retention, err = q.requestRetention(); err != nil {
		return a, err
	}
	if text := q.header("x-oss-tagging"); text != "" {
		a.Tags, err = parseTagHeader(text)
	}
	return a, err
}

// readMetadata collects user metadata by lower-case name without prefix (OSS-020 to OSS-023).
func readMetadata(h http.Header) (map[string]string, error) {
	meta := map[string]string{}
	size := 0
	for name, values := range h {
		lower := strings.ToLower(name)
		short, ok := strings.CutPrefix(lower, metaPrefix)
		if !ok {
			continue
		}
		value := strings.Join(values, ",")
		if !validMetadataName(short) {
			return nil, fail(http.StatusBadRequest, "InvalidArgument", "0011-00000004",
				"The name of the user metadata is invalid.", "ArgumentName", lower)
		}
		if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return nil, fail(http.StatusBadRequest, "InvalidArgument", "0011-00000005",
				"The value of the user metadata contains invalid characters.", "ArgumentName", lower)
		}
		size += len(lower) + len(value)
		meta[short] = value
	}
	if size >= maxMetadata {
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0011-00000002",
			"The total size of the user metadata must be less than 8 KB.")
	}
	if len(meta) == 0 {
		return nil, nil
	}
	return meta, nil
}

func validMetadataName(name string) bool { // OSS-020
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	}) < 0
}

// dropBadMetadata is what a front end does with header names it does not like (OSS-022).
func dropBadMetadata(h http.Header) {
	for name := range h {
		if short, ok := strings.CutPrefix(strings.ToLower(name), metaPrefix); ok && !validMetadataName(short) {
			delete(h, name)
		}
	}
}

func checkObjectACL(acl string) error {
	if !slices.Contains([]string{aclDefault, aclPrivate, aclPublicRead, aclPublicReadWrite}, acl) {
		return invalidArgument("x-oss-object-acl", acl, "The specified ACL is not valid.").withEC("0017-00000104") // OSS-206
	}
	return nil
}

const (
	classStandard        = "Standard"
	classIA              = "IA"
	classArchive         = "Archive"
	classColdArchive     = "ColdArchive"
	classDeepColdArchive = "DeepColdArchive"
)

func validStorageClass(c string) bool { // OSS-026
	return slices.Contains([]string{classStandard, classIA, classArchive, classColdArchive, classDeepColdArchive}, c)
}

// checkEncryption is OSS-027.
func (a *attributes) checkEncryption() error {
	if !slices.Contains([]string{"", "AES256", "KMS", "SM4"}, a.SSE) {
		return fail(http.StatusBadRequest, "InvalidEncryptionAlgorithmError", "",
			"The encryption algorithm specified is not valid. Valid values are AES256, KMS and SM4.",
			"ServerSideEncryptionAlgorithm", a.SSE)
	}
	if a.SSEDataEncryption != "" && (a.SSEDataEncryption != "SM4" || a.SSE != "KMS") {
		return fail(http.StatusBadRequest, "InvalidDataEncryptionAlgorithmError", "",
			"The data encryption algorithm specified is not valid. It is SM4, and only with KMS.",
			"ServerSideDataEncryption", a.SSEDataEncryption)
	}
	if a.SSEKeyID != "" && a.SSE != "KMS" {
		return invalidArgument("x-oss-server-side-encryption-key-id", a.SSEKeyID,
			"KMSMasterKeyID is not applicable if the default sse algorithm is not KMS.")
	}
	return nil
}

// writeAttributes sets the headers that describe v on HEAD and GET. What is empty has no header.
func (v *version) writeAttributes(h http.Header) {
	for name, value := range map[string]string{
		"Content-Type":        v.ContentType,
		"Cache-Control":       v.CacheControl,
		"Content-Disposition": v.ContentDisposition,
		"Content-Encoding":    v.ContentEncoding,
		"Content-Language":    v.ContentLanguage,
		"Expires":             v.Expires,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	for name, value := range v.Metadata {
		h[metaPrefix+name] = []string{value} // in lower case on the wire, as OSS sends it
	}
	v.writeEncryption(h)
	v.writeLock(h)
}

func (a *attributes) writeEncryption(h http.Header) {
	if a.SSE == "" {
		return
	}
	h.Set("x-oss-server-side-encryption", a.SSE)
	if a.SSEKeyID != "" {
		h.Set("x-oss-server-side-encryption-key-id", a.SSEKeyID)
	}
	if a.SSEDataEncryption != "" {
		h.Set("x-oss-server-side-data-encryption", a.SSEDataEncryption)
	}
}
