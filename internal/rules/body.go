package rules

import (
	"bytes"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// gzipMagic begins everything that gzip writes (RFC 1952, section 2.3.1).
var gzipMagic = []byte{0x1f, 0x8b}

// BodyBeginning is how many bytes of a body CheckBody looks at.
const BodyBeginning = 2

// CheckBody compares the beginning of a body with the headers that say how to read it. An empty body is neither one thing
// nor the other.
func CheckBody(beginning []byte, contentType, contentEncoding string) []finding.Finding {
	compressed := bytes.HasPrefix(beginning, gzipMagic)
	found := func(rule, summary, detail string) []finding.Finding {
		return []finding.Finding{{Rule: rule, Name: "Content-Encoding", Severity: finding.Warning, Summary: summary, Detail: detail}}
	}
	codings := strings.Split(strings.ToLower(contentEncoding), ",")
	outermost := strings.TrimSpace(codings[len(codings)-1]) // the one that was applied last comes last (RFC 9110, section 8.4)
	saysGzip := outermost == "gzip" || outermost == "x-gzip"
	switch {
	case len(beginning) == 0:
	case saysGzip && !compressed:
		return found("body-not-gzip", "Body Is Not Gzip", "content_encoding says gzip, and the body is not: it begins with other bytes. Browsers undo the coding and fail. "+
			"Compress the file, or leave content_encoding out; OSS compresses some types by itself for whoever accepts it.")
	case compressed && strings.TrimSpace(contentEncoding) == "" && isTextType(contentType):
		return found("body-gzip", "Compressed Body Without Content-Encoding", "The body is compressed with gzip, and its content type is that of text, so browsers show the compressed bytes. "+
			"Set content_encoding = \"gzip\", or content_type = \"application/gzip\" for an archive to be saved.")
	}
	return nil
}

// isTextType reports whether a content type is one of text, which nobody expects to be compressed.
func isTextType(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml") ||
		slices.Contains([]string{"application/json", "application/javascript", "application/xml", "application/yaml", "application/x-ndjson", "application/jsonl", "application/sql", "application/toml"}, kind)
}
