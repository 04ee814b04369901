package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// CheckCredential says what is wrong with a part of a key, "" where nothing is: an access key id, its secret or a security
// token. subject names the part, whose value is never shown. What is read from a file often ends with a line break, and
// OSS then answers with SignatureDoesNotMatch, or net/http refuses the header.
func CheckCredential(subject, value string) string {
	odd := func(r rune) bool { return unicode.IsControl(r) || isPadding(r) }
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	const fix = ", which no key has. Remove it, for example with trimspace(...)."
	switch what, found := finding.FirstPlace(value, odd); {
	case value == "" || !found:
		return ""
	case strings.TrimFunc(value, odd) == "":
		return subject + " is white space only. Write the key, or leave it out."
	case odd(first):
		return subject + " begins with " + finding.Named(first) + fix
	case odd(last) && strings.IndexFunc(strings.TrimRightFunc(value, odd), odd) < 0:
		return subject + " ends with " + finding.Named(last) + fix
	default:
		return subject + " contains " + what + ", which no key has. Copy it again."
	}
}
