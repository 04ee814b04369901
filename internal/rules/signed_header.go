package rules

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Carrier is how somebody else's request carries what a signature binds.
type Carrier int

// The carriers.
const (
	InURL  Carrier = iota // as headers, beside a signed URL
	InForm                // as fields of a PostObject
)

const invalidSignedHeader = "Invalid Request Header"

// signedValues are the headers of which OSS takes a few values alone (page "PutObject").
var signedValues = map[string][]string{
	"x-oss-object-acl":                  ACLs,
	"x-oss-storage-class":               StorageClasses,
	"x-oss-server-side-encryption":      {"AES256", "KMS", "SM4"},
	"x-oss-server-side-data-encryption": {"SM4"},
	"x-oss-forbid-overwrite":            {"true", "false"},
}

// uploadHeaders are the x-oss-* headers that an upload is known to take, which misspelt ones are held against.
var uploadHeaders = append(slices.Sorted(maps.Keys(signedValues)), "x-oss-server-side-encryption-key-id", "x-oss-tagging", "x-oss-traffic-limit",
	"x-oss-persistent-headers", "x-oss-object-worm-mode", "x-oss-object-worm-retain-until-date", "x-oss-range-behavior", "x-oss-request-payer")

// elsewhere are headers that have a place of their own, or none that a signature could hold.
var elsewhere = map[string]string{
	"content-type":       "the type has an argument of its own",
	"x-oss-callback":     "a callback has a block of its own",
	"x-oss-callback-var": "a callback has a block of its own, with its variables",
	"authorization":      "the signature is made here",
	"host":               "a client sets it itself",
	"connection":         "it belongs to one connection, and proxies change it",
	"transfer-encoding":  "it belongs to one connection, and proxies change it",
	"te":                 "it belongs to one connection, and proxies change it",
	"upgrade":            "it belongs to one connection, and proxies change it",
	"expect":             "clients add and drop it as they like",
	"date":               "the signature has a date of its own",
}

// CheckSignedHeaders reports what is wrong with headers that a signed URL or form demands of whoever uses it. Content-Type,
// user metadata and callbacks are not among them: they have arguments of their own.
func CheckSignedHeaders(carrier Carrier, headers map[string]string) []finding.Finding {
	var found []finding.Finding
	twins := caseTwins(headers)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if detail := signedNameFault(carrier, name); detail != "" {
			found = append(found, finding.Finding{Rule: "signed-header-name", Name: name, Severity: finding.Error, Summary: invalidSignedHeader, Detail: detail})
			continue
		}
		if names := twins[strings.ToLower(name)]; len(names) > 1 && names[0] == name {
			found = append(found, finding.Finding{Rule: "signed-header-twins", Name: name, Severity: finding.Error, Summary: invalidSignedHeader,
				Detail: finding.QuoteList(names) + " are the same header. Keep one."})
		}
		found = append(found, checkSignedValue(name, headers[name])...)
	}
	return found
}

// CheckSignedHeaderName is CheckSignedHeaders for one header whose value is not known yet.
func CheckSignedHeaderName(carrier Carrier, name string) []finding.Finding {
	detail := signedNameFault(carrier, name)
	if detail == "" {
		return nil
	}
	return []finding.Finding{{Rule: "signed-header-name", Name: name, Severity: finding.Error, Summary: invalidSignedHeader, Detail: detail}}
}

// signedNameFault returns why a header cannot be demanded, or "".
func signedNameFault(carrier Carrier, name string) string {
	lower := strings.ToLower(name)
	odd, found := finding.FirstRune(name, func(r rune) bool { return !isLowerAlnum(r) && !isUpper(r) && r != '-' })
	switch reason, known := elsewhere[lower]; {
	case name == "":
		return "A header has an empty name. Write one, such as \"Cache-Control\"."
	case found: // an underscore, too: EC 0002-00000078
		return fmt.Sprintf("%s contains %s. Header names consist of letters, digits and hyphens.", finding.Quote(name), finding.Character(odd))
	case strings.HasPrefix(lower, namePrefix):
		return fmt.Sprintf("%s is user metadata. Write it as an entry of metadata, without the prefix %q.", finding.Quote(name), namePrefix)
	case known:
		return fmt.Sprintf("%s cannot be set here: %s. Remove it.", finding.Quote(name), reason)
	case slices.Contains([]string{"x-oss-date", "x-oss-expires", "x-oss-credential", "x-oss-content-sha256", "x-oss-security-token", "x-oss-additional-headers"}, lower), strings.HasPrefix(lower, "x-oss-signature"):
		return fmt.Sprintf("%s is a part of the signature, which is made here. Remove it.", finding.Quote(name))
	case carrier == InURL, strings.HasPrefix(lower, "x-oss-"):
		return ""
	case lower == "content-length":
		return finding.Quote(name) + " is not a field of a form. Write min_size and max_size."
	case !slices.ContainsFunc(StandardHeaders, func(h string) bool { return strings.EqualFold(h, name) }):
		return fmt.Sprintf("%s is not a field of a form. OSS takes Cache-Control, Content-Disposition, Content-Encoding, Content-Language, Expires and headers that begin with \"x-oss-\".", finding.Quote(name))
	}
	return ""
}

func checkSignedValue(name, value string) []finding.Finding {
	lower := strings.ToLower(name)
	for _, standard := range StandardHeaders {
		if strings.EqualFold(standard, name) {
			found := CheckHeader(standard, value)
			for i := range found {
				found[i].Name = name
			}
			return found
		}
	}
	found := check(headerRules, invalidSignedHeader, name, name, value)
	if finding.HasError(found) {
		return found
	}
	add := func(rule string, severity finding.Severity, detail string) {
		found = append(found, finding.Finding{Rule: rule, Name: name, Severity: severity, Summary: map[finding.Severity]string{finding.Error: invalidSignedHeader, finding.Warning: "Questionable Request Header"}[severity], Detail: detail})
	}
	allowed, listed := signedValues[lower]
	switch {
	case listed && !slices.Contains(allowed, value):
		add("signed-header-value", finding.Error, fmt.Sprintf("%s has a value that OSS does not take. Write %s.", name, finding.OneOf("", allowed)))
	case lower == "content-length" && !isSize(value):
		add("signed-header-length", finding.Error, "Content-Length is not a size. Write the exact number of bytes of the body, such as \"1024\".")
	case lower == "x-oss-tagging":
		for _, v := range checkTagging(value) {
			add(v.Rule, v.Severity, v.Detail)
		}
	case strings.HasPrefix(lower, "x-oss-") && !listed && !slices.Contains(uploadHeaders, lower):
		if near := finding.Nearest(lower, uploadHeaders); near != "" {
			add("signed-header-unknown", finding.Warning, fmt.Sprintf("%s is not a header that OSS is known to take. Did you mean %q?", finding.Quote(name), near))
		}
	}
	return found
}

func isSize(value string) bool {
	n, err := strconv.ParseInt(value, 10, 64)
	return err == nil && n >= 0 && strconv.FormatInt(n, 10) == value
}

// checkTagging reads tags as x-oss-tagging has them (page "PutObject").
func checkTagging(value string) []finding.Finding {
	var found []finding.Finding
	tags := map[string]string{}
	for pair := range strings.SplitSeq(value, "&") {
		key, text, _ := strings.Cut(pair, "=")
		key, keyErr := url.QueryUnescape(key)
		text, textErr := url.QueryUnescape(text)
		_, twice := tags[key]
		switch {
		case keyErr != nil || textErr != nil:
			return []finding.Finding{{Rule: "signed-header-tagging", Detail: "x-oss-tagging is not URL-encoded. Write tags like \"team=web&stage=public\", each side with urlencode(...)."}}
		case twice:
			return []finding.Finding{{Rule: "signed-header-tagging", Detail: fmt.Sprintf("x-oss-tagging has, as its tag number %d, one that it has already. Keep one.", len(tags)+1)}}
		}
		tags[key] = text
		number := func(string) string { return fmt.Sprintf("number %d", len(tags)) }
		found = append(found, check(tagRules(number), invalidSignedHeader, "", key, text)...)
	}
	return append(found, checkTagCount(len(tags))...)
}
