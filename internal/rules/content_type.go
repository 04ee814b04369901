package rules

import (
	"path"
	"strings"
)

// DefaultContentType is what OSS stores for a key whose extension says nothing.
const DefaultContentType = "application/octet-stream"

// ContentType returns the content type that the extension of an object key
// suggests, in any case of letters, or DefaultContentType. The table is our own, so
// that a plan is the same on every machine: the standard library's answer depends
// on the files of the host. It never carries parameters such as a charset, as the
// types that OSS guesses itself do not.
func ContentType(key string) string {
	if path.Base(key) == associationFile && !strings.HasSuffix(key, "/") {
		return "application/json"
	}
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(key), "."))
	for _, table := range []map[string]string{contentTypes, ianaTypes} {
		if contentType, known := table[extension]; known {
			return contentType
		}
	}
	return DefaultContentType
}

// associationFile links a site with apps of Apple's systems, which want JSON although its name has no extension.
const associationFile = "apple-app-site-association"

// contentTypes holds what people upload most and what IANA's registry lacks; ianaTypes has the rest. It follows the
// registry with two exceptions: scripts are application/javascript and XML is text/xml, because those spellings, which
// browsers treat alike, are the ones OSS compresses on the fly (help page "How do I compress objects").
var contentTypes = map[string]string{
	// Web pages, scripts, styles, data
	"html": "text/html", "htm": "text/html", "shtml": "text/html", "xhtml": "application/xhtml+xml", "xht": "application/xhtml+xml",
	"css": "text/css", "js": "application/javascript", "mjs": "application/javascript", "cjs": "application/javascript",
	"json": "application/json", "map": "application/json", "geojson": "application/geo+json", "topojson": "application/json",
	"jsonld": "application/ld+json", "json5": "application/json5", "har": "application/json", "webmanifest": "application/manifest+json",
	"ndjson": "application/x-ndjson", "jsonl": "application/jsonl", "appcache": "text/cache-manifest",
	"xml": "text/xml", "xsd": "text/xml", "xsl": "application/xslt+xml", "xslt": "application/xslt+xml", "dtd": "application/xml-dtd",
	"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml", "wasm": "application/wasm",
	"kml": "application/vnd.google-earth.kml+xml", "kmz": "application/vnd.google-earth.kmz", "gpx": "application/gpx+xml",
	"graphql": "application/graphql", "gql": "application/graphql", "swf": "application/x-shockwave-flash",
	"vcf": "text/vcard", "ics": "text/calendar", "ttl": "text/turtle", "vtt": "text/vtt", "srt": "application/x-subrip",

	// Text
	"txt": "text/plain", "text": "text/plain", "log": "text/plain", "conf": "text/plain", "cfg": "text/plain", "ini": "text/plain",
	"properties": "text/plain", "csv": "text/csv", "tsv": "text/tab-separated-values", "md": "text/markdown", "markdown": "text/markdown",
	"rtf": "application/rtf", "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml", "sql": "application/sql",
	"diff": "text/x-diff", "patch": "text/x-diff", "tex": "application/x-tex", "bib": "application/x-bibtex", "rst": "text/x-rst",
	"asc": "text/plain", "nfo": "text/plain", "sh": "application/x-sh", "bash": "application/x-sh", "ps1": "text/plain", "bat": "text/plain",
	"c": "text/x-c", "h": "text/x-c", "cpp": "text/x-c++", "hpp": "text/x-c++", "go": "text/x-go", "rs": "text/x-rust",
	"py": "text/x-python", "rb": "text/x-ruby", "java": "text/x-java", "kt": "text/x-kotlin", "lua": "text/x-lua", "php": "application/x-httpd-php",
	"tsx": "text/plain", "jsx": "text/plain", "vue": "text/plain", "scss": "text/x-scss", "sass": "text/x-sass", "less": "text/x-less",
	"tf": "text/plain", "tfvars": "text/plain", "hcl": "text/plain", "proto": "text/plain",

	// Images
	"png": "image/png", "apng": "image/apng", "jpg": "image/jpeg", "jpeg": "image/jpeg", "jpe": "image/jpeg", "jfif": "image/jpeg",
	"gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic", "heif": "image/heif", "jxl": "image/jxl",
	"svg": "image/svg+xml", "svgz": "image/svg+xml", "ico": "image/vnd.microsoft.icon", "cur": "image/vnd.microsoft.icon",
	"bmp": "image/bmp", "dib": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "jp2": "image/jp2", "j2k": "image/jp2",
	"psd": "image/vnd.adobe.photoshop", "tga": "image/x-tga", "dds": "image/vnd.ms-dds", "hdr": "image/vnd.radiance", "exr": "image/x-exr",
	"dng": "image/x-adobe-dng", "cr2": "image/x-canon-cr2", "nef": "image/x-nikon-nef", "arw": "image/x-sony-arw",
	"ktx": "image/ktx", "ktx2": "image/ktx2", "wbmp": "image/vnd.wap.wbmp", "xbm": "image/x-xbitmap", "djvu": "image/vnd.djvu",
	"dwg": "image/vnd.dwg", "dxf": "image/vnd.dxf", "eps": "application/postscript", "ps": "application/postscript", "ai": "application/postscript",

	// Fonts
	"woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "ttc": "font/collection",
	"eot": "application/vnd.ms-fontobject",

	// Audio
	"mp3": "audio/mpeg", "m4a": "audio/mp4", "m4b": "audio/mp4", "aac": "audio/aac", "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg",
	"wav": "audio/wav", "flac": "audio/flac", "weba": "audio/webm", "mid": "audio/midi", "midi": "audio/midi", "amr": "audio/amr",
	"aif": "audio/aiff", "aiff": "audio/aiff", "wma": "audio/x-ms-wma", "mka": "audio/x-matroska", "ac3": "audio/ac3", "ape": "audio/x-ape",
	"m3u": "audio/mpegurl",

	// Video and streaming
	"mp4": "video/mp4", "m4v": "video/x-m4v", "webm": "video/webm", "ogv": "video/ogg", "mov": "video/quicktime", "qt": "video/quicktime",
	"avi": "video/x-msvideo", "mkv": "video/x-matroska", "mpeg": "video/mpeg", "mpg": "video/mpeg", "wmv": "video/x-ms-wmv",
	"flv": "video/x-flv", "f4v": "video/mp4", "3gp": "video/3gpp", "3g2": "video/3gpp2", "mts": "video/mp2t", "m2ts": "video/mp2t",
	// A .ts object in a bucket is far more often a segment of an HLS stream than source code.
	"ts": "video/mp2t", "m3u8": "application/vnd.apple.mpegurl", "mpd": "application/dash+xml", "m4s": "video/iso.segment",
	"asf": "video/x-ms-asf", "rm": "application/vnd.rn-realmedia", "rmvb": "application/vnd.rn-realmedia-vbr",

	// Archives, packages, images of disks
	"zip": "application/zip", "gz": "application/gzip", "tgz": "application/gzip", "tar": "application/x-tar",
	"bz2": "application/x-bzip2", "tbz2": "application/x-bzip2", "xz": "application/x-xz", "txz": "application/x-xz", "zst": "application/zstd",
	"br": "application/x-brotli", "lz4": "application/x-lz4", "7z": "application/x-7z-compressed", "rar": "application/vnd.rar",
	"jar": "application/java-archive", "war": "application/java-archive", "ear": "application/java-archive",
	"apk": "application/vnd.android.package-archive", "aab": "application/octet-stream", "ipa": "application/octet-stream",
	"deb": "application/vnd.debian.binary-package", "rpm": "application/x-rpm", "dmg": "application/x-apple-diskimage",
	"pkg": "application/octet-stream", "msi": "application/x-msi", "exe": "application/vnd.microsoft.portable-executable",
	"dll": "application/vnd.microsoft.portable-executable", "iso": "application/x-iso9660-image", "cab": "application/vnd.ms-cab-compressed",
	"crx": "application/x-chrome-extension", "xpi": "application/x-xpinstall", "whl": "application/zip", "nupkg": "application/zip",
	"pkpass": "application/vnd.apple.pkpass", "pkpasses": "application/vnd.apple.pkpasses", "mobileconfig": "application/x-apple-aspen-config",
	"vsix": "application/vsix", "appx": "application/appx", "msix": "application/msix", "torrent": "application/x-bittorrent",

	// Office and books
	"pdf": "application/pdf", "doc": "application/msword", "dot": "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
	"docm": "application/vnd.ms-word.document.macroenabled.12",
	"xls":  "application/vnd.ms-excel", "xlt": "application/vnd.ms-excel",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
	"xlsm": "application/vnd.ms-excel.sheet.macroenabled.12", "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
	"ppt": "application/vnd.ms-powerpoint", "pps": "application/vnd.ms-powerpoint", "pot": "application/vnd.ms-powerpoint",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
	"potx": "application/vnd.openxmlformats-officedocument.presentationml.template",
	"pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
	"odt":  "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
	"odp": "application/vnd.oasis.opendocument.presentation", "odg": "application/vnd.oasis.opendocument.graphics",
	"vsd": "application/vnd.visio", "vsdx": "application/vnd.visio", "mpp": "application/vnd.ms-project", "one": "application/onenote",
	"pages": "application/vnd.apple.pages", "numbers": "application/vnd.apple.numbers", "key": "application/vnd.apple.keynote",
	"epub": "application/epub+zip", "mobi": "application/x-mobipocket-ebook", "azw3": "application/vnd.amazon.mobi8-ebook",
	"wps": "application/vnd.ms-works", "eml": "message/rfc822", "msg": "application/vnd.ms-outlook", "mbox": "application/mbox",

	// Data, models, keys
	"parquet": "application/vnd.apache.parquet", "avro": "application/avro", "arrow": "application/vnd.apache.arrow.file",
	"pbf": "application/x-protobuf", "orc": "application/vnd.apache.orc", "pmtiles": "application/vnd.pmtiles",
	"sqlite": "application/vnd.sqlite3", "sqlite3": "application/vnd.sqlite3", "db": "application/octet-stream",
	"bin": "application/octet-stream", "dat": "application/octet-stream", "glb": "model/gltf-binary", "gltf": "model/gltf+json",
	"obj": "model/obj", "mtl": "model/mtl", "stl": "model/stl", "usdz": "model/vnd.usdz+zip", "step": "model/step", "stp": "model/step",
	"pem": "application/x-pem-file", "crt": "application/x-x509-ca-cert", "cer": "application/pkix-cert", "der": "application/x-x509-ca-cert",
	"p12": "application/x-pkcs12", "pfx": "application/x-pkcs12", "crl": "application/pkix-crl", "csr": "application/pkcs10",
	"p7b": "application/x-pkcs7-certificates", "p7s": "application/pkcs7-signature", "sig": "application/pgp-signature",
	"plist": "application/x-plist", "class": "application/java-vm", "ipynb": "application/x-ipynb+json",
}
