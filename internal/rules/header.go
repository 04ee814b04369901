package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Values may be secret, in headers, metadata and tags alike: a message names the header or the entry, the position and the
// code point, and what the grammar knows. It repeats nothing of a value.

// headerRules hold for every standard header. Sources: RFC 9110, section 5.5, and
// what net/http refuses to send.
var headerRules = []limit{
	// An object either has a header or not; sending an empty one says neither.
	{"header-empty", finding.Error, "RFC 9110 section 5.5", func(name, value string) string {
		if value != "" {
			return ""
		}
		return name + " is empty. Write a value, or leave it out."
	}},
	{"header-utf8", finding.Error, "Terraform text is UTF-8", func(name, value string) string {
		at := finding.InvalidUTF8(value)
		if at == 0 {
			return ""
		}
		return fmt.Sprintf("%s is not valid UTF-8 from byte %d on. Re-encode it.", name, at)
	}},
	{"header-control", finding.Error, "net/http refuses to send it", func(name, value string) string {
		what, found := finding.FirstPlace(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s. A header cannot carry it; remove it.", name, what)
	}},
	{"header-padding", finding.Error, "RFC 9110 section 5.5; experiment with the SDK", func(name, value string) string {
		return padded(name, value, "header out")
	}},
	// A tab is allowed inside a value, but recipients may turn it into a space; the
	// C1 controls are sent as UTF-8 and mean nothing anywhere.
	{"header-invisible", finding.Warning, "RFC 9110 section 5.5", func(name, value string) string {
		what, found := finding.FirstPlace(strings.TrimFunc(value, isPadding), func(r rune) bool { return r == '\t' || r > 0x7f && unicode.IsControl(r) })
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s. Proxies may change it; replace it with a space.", name, what)
	}},
}

// doubt is one finding of a header grammar. OSS stores every one of these values as
// it is, so a doubt is always a warning.
type doubt struct{ rule, detail string }

// grammars hold for values that pass headerRules without an error.
var grammars = map[string]func(value string) []doubt{
	"Cache-Control":       doubtCacheControl,
	"Content-Disposition": doubtContentDisposition,
	"Content-Encoding":    doubtContentEncoding,
	"Content-Language":    doubtContentLanguage,
	"Content-Type":        doubtContentType,
	"Expires":             doubtExpires,
}

// CheckHeader reports what is wrong with the value of one standard header, named
// as OSS names it: Cache-Control, Content-Disposition, Content-Encoding,
// Content-Language, Content-Type or Expires. What cannot be sent, or not unchanged,
// is an Error; what breaks the grammar of the header is a Warning.
func CheckHeader(name, value string) []finding.Finding {
	found := check(headerRules, "Invalid "+name+" Header", name, name, value)
	if slices.ContainsFunc(found, func(v finding.Finding) bool { return v.Severity == finding.Error }) {
		return found
	}
	if grammar, known := grammars[name]; known {
		for _, d := range grammar(value) {
			found = append(found, finding.Finding{Rule: d.rule, Name: name, Severity: finding.Warning, Summary: "Questionable " + name + " Header", Detail: d.detail})
		}
	}
	return found
}

// StandardHeaders are those that OSS stores with an object, in canonical spelling.
var StandardHeaders = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires"}
