package ossserver

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	metaPrefix = "x-oss-meta-"
	// maxMetadata is OSS-021: names with their prefix and values together stay below it.
	maxMetadata = 8 << 10
)

// requestAttributes reads and checks what the request wants the object to have.
func (q *request) requestAttributes() (attributes, error) {
	a := attributes{
		ContentType:        q.header("Content-Type"),
		CacheControl:       q.header("Cache-Control"),
		ContentDisposition: q.header("Content-Disposition"),
		ContentEncoding:    q.header("Content-Encoding"),
		ContentLanguage:    q.header("Content-Language"), // OSS-024
		Expires:            q.header("Expires"),          // OSS-025: any text
		ACL:                q.header("x-oss-object-acl"),
		StorageClass:       q.header("x-oss-storage-class"),
		SSE:                q.header("x-oss-server-side-encryption"),
		SSEKeyID:           q.header("x-oss-server-side-encryption-key-id"),
		SSEDataEncryption:  q.header("x-oss-server-side-data-encryption"),
	}
	if a.ContentType == "" {
		a.ContentType = typeOfKey(q.key)
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
		return invalidArgument("x-oss-object-acl", acl, "The specified ACL is not valid.")
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

// parseTagHeader reads x-oss-tagging: k1=v1&k2=v2, both sides URL-coded, a missing "=" an empty value (OSS-028).
func parseTagHeader(text string) (map[string]string, error) {
	bad := func(message string) error { return invalidArgument("x-oss-tagging", text, message) }
	tags := map[string]string{}
	for item := range strings.SplitSeq(text, "&") {
		k, v, _ := strings.Cut(item, "=")
		key, errK := url.QueryUnescape(k)
		value, errV := url.QueryUnescape(v)
		if errK != nil || errV != nil {
			return nil, bad("The tagging header is not URL-encoded.")
		}
		if _, twice := tags[key]; twice {
			return nil, bad("The tag key is duplicated.")
		}
		tags[key] = value
	}
	if err := checkTags(tags); err != "" {
		return nil, bad(err)
	}
	return tags, nil
}

// checkTags gives what is wrong with a set of tags, or "".
func checkTags(tags map[string]string) string { // OSS-028
	if len(tags) > 10 {
		return "Object tags cannot be greater than 10."
	}
	for key, value := range tags {
		switch {
		case key == "" || len(key) > 128 || !validTagText(key):
			return "The TagKey you have provided is invalid."
		case len(value) > 256 || !validTagText(value):
			return "The TagValue you have provided is invalid."
		}
	}
	return ""
}

func validTagText(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(" +-=._:/", c) >= 0) {
			return false
		}
	}
	return true
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

// typeOfKey is the Content-Type OSS gives an object that came without one (OSS-029). The table is the server's own, so
// that it is the same on every machine.
func typeOfKey(key string) string {
	if t := contentTypes[strings.ToLower(path.Ext(key))]; t != "" {
		return t
	}
	return "application/octet-stream"
}

var contentTypes = map[string]string{
	".aac": "audio/aac", ".avi": "video/x-msvideo", ".avif": "image/avif", ".bmp": "image/bmp", ".bz2": "application/x-bzip2",
	".css": "text/css", ".csv": "text/csv", ".doc": "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".epub": "application/epub+zip", ".flac": "audio/flac", ".gif": "image/gif", ".gz": "application/gzip",
	".htm": "text/html", ".html": "text/html", ".ico": "image/x-icon", ".jar": "application/java-archive",
	".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".js": "application/javascript", ".json": "application/json",
	".log": "text/plain", ".m3u8": "application/vnd.apple.mpegurl", ".md": "text/markdown", ".mjs": "application/javascript",
	".mov": "video/quicktime", ".mp3": "audio/mpeg", ".mp4": "video/mp4", ".mpeg": "video/mpeg", ".ogg": "audio/ogg",
	".otf": "font/otf", ".pdf": "application/pdf", ".png": "image/png",
	".ppt":  "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".rar":  "application/x-rar-compressed", ".rss": "application/rss+xml", ".svg": "image/svg+xml", ".tar": "application/x-tar",
	".tif": "image/tiff", ".tiff": "image/tiff", ".ts": "video/mp2t", ".ttf": "font/ttf", ".txt": "text/plain",
	".wasm": "application/wasm", ".wav": "audio/wav", ".webm": "video/webm", ".webp": "image/webp",
	".woff": "font/woff", ".woff2": "font/woff2", ".xhtml": "application/xhtml+xml", ".xls": "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xml": "text/xml",
	".yaml": "application/yaml", ".yml": "application/yaml", ".zip": "application/zip",
}
