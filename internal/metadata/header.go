package metadata

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// headerRules hold for every standard header. Sources: RFC 9110, section 5.5, and
// what net/http refuses to send.
var headerRules = []limit{
	// An object either has a header or not; sending an empty one says neither.
	{"header-empty", Error, "RFC 9110 section 5.5", func(name, value string) string {
		if value != "" {
			return ""
		}
		return name + " is empty. Write a value, or leave the attribute out to have no such header."
	}},
	{"header-utf8", Error, "Terraform text is UTF-8", func(name, value string) string {
		if utf8.ValidString(value) {
			return ""
		}
		return fmt.Sprintf("%s is not valid UTF-8: %s. Re-encode it.", name, quote(value))
	}},
	{"header-control", Error, "net/http refuses to send it", func(name, value string) string {
		r, found := firstRune(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s: %s. A header cannot carry it; remove it.", name, character(r), quote(value))
	}},
	{"header-padding", Error, "RFC 9110 section 5.5; experiment with the SDK", func(name, value string) string {
		return padded(name, value, "attribute out to have no such header")
	}},
	// A tab is allowed inside a value, but recipients may turn it into a space; the
	// C1 controls are sent as UTF-8 and mean nothing anywhere.
	{"header-invisible", Warning, "RFC 9110 section 5.5", func(name, value string) string {
		r, found := firstRune(strings.TrimFunc(value, isPadding), func(r rune) bool { return r == '\t' || r > 0x7f && unicode.IsControl(r) })
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s: %s. Proxies may change it; replace it with a space.", name, character(r), quote(value))
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
func CheckHeader(name, value string) []Violation {
	found := check(headerRules, "Invalid "+name+" Header", name, name, value)
	if slices.ContainsFunc(found, func(v Violation) bool { return v.Severity == Error }) {
		return found
	}
	if grammar, known := grammars[name]; known {
		for _, d := range grammar(value) {
			found = append(found, Violation{Rule: d.rule, Name: name, Severity: Warning, Summary: "Questionable " + name + " Header", Detail: d.detail})
		}
	}
	return found
}
