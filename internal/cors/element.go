package cors

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

const (
	invalidOrigin  = "Invalid CORS Origin"
	invalidMethod  = "Invalid CORS Method"
	invalidHeader  = "Invalid CORS Allowed Header"
	invalidExposed = "Invalid CORS Expose Header"

	// forbidden lists what PutBucketCors refuses in names of headers. Origins get the
	// same treatment: none of these can be in one.
	forbidden = `<>&'"`
)

func checkMethod(method string) []Problem {
	if knownMethod(method) {
		return nil
	}
	p := Problem{Field: FieldMethods, Value: method, Finding: finding.Finding{
		Rule:    "cors-method-unknown",
		Summary: invalidMethod,
	}}
	upper := strings.ToUpper(strings.TrimSpace(method))
	switch {
	case knownMethod(upper):
		p.Detail = fmt.Sprintf("%s is not spelt as OSS wants it; write %q.", finding.Quote(method), upper)
	case method == "*":
		p.Detail = `"*" is not allowed for methods. List them: ` + methodList() + "."
	case upper == "OPTIONS":
		p.Detail = fmt.Sprintf("%s is not allowed. OSS answers preflight requests by itself; list the methods that follow them, of %s.", finding.Quote(method), methodList())
	default:
		p.Detail = fmt.Sprintf("%s is not a method of OSS. Write one of %s.", finding.Quote(method), methodList())
	}
	return []Problem{p}
}

func methodList() string { return strings.Join(methods, ", ") }

func checkAllowedHeader(header string) []Problem {
	found := checkText(FieldHeaders, header, invalidHeader)
	if len(found) > 0 {
		return found
	}
	if strings.Count(header, "*") > 1 {
		return []Problem{{Field: FieldHeaders, Value: header, Finding: finding.Finding{
			Rule:    "cors-header-wildcard",
			Summary: invalidHeader,
			Detail:  fmt.Sprintf(`%s has more than one "*". OSS allows one in each element; write two elements, or "*" alone for every header.`, finding.Quote(header)),
		}}}
	}
	return checkHeaderName(FieldHeaders, header, strings.Replace(header, "*", "x", 1))
}

// checkHeaderCase refuses elements that differ only in case. OSS returns them in lower case (OSS-240), as one to a set,
// so the plan would never be empty.
func checkHeaderCase(headers []string) []Problem {
	spellings := map[string][]string{}
	var order []string
	for _, header := range headers {
		lower := strings.ToLower(header)
		if len(spellings[lower]) == 0 {
			order = append(order, lower)
		}
		if !slices.Contains(spellings[lower], header) {
			spellings[lower] = append(spellings[lower], header)
		}
	}
	var found []Problem
	for _, lower := range order {
		alike := spellings[lower]
		if len(alike) < 2 {
			continue
		}
		quoted := make([]string, len(alike))
		for i, header := range alike {
			quoted[i] = finding.Quote(header)
		}
		found = append(found, Problem{Field: FieldHeaders, Value: alike[1], Ours: true, Finding: finding.Finding{
			Rule:    "cors-header-case",
			Summary: invalidHeader,
			Detail:  fmt.Sprintf("%s differ only in case, and to OSS they are one header: it keeps names of headers in lower case. Keep one of them.", strings.Join(shorten(quoted), " and ")),
		}})
	}
	return found
}

func checkExposeHeader(header string) []Problem {
	found := checkText(FieldExpose, header, invalidExposed)
	if len(found) > 0 {
		return found
	}
	if strings.Contains(header, "*") {
		detail := fmt.Sprintf(`%s contains "*", which OSS does not allow here. List each header by its full name, such as "ETag" and "x-oss-request-id".`, finding.Quote(header))
		if strings.HasPrefix(strings.ToLower(header), "x-oss-meta-") {
			detail = fmt.Sprintf(`%s does not stand for all user metadata: OSS allows no "*" here. List every header that scripts read by its full name, such as "x-oss-meta-owner".`, finding.Quote(header))
		}
		return []Problem{{Field: FieldExpose, Value: header, Finding: finding.Finding{
			Rule:    "cors-expose-wildcard",
			Summary: invalidExposed,
			Detail:  detail,
		}}}
	}
	return checkHeaderName(FieldExpose, header, header)
}

// checkText reports what no element may hold, whichever field it is in.
func checkText(field, value, summary string) []Problem {
	p := Problem{Field: field, Value: value, Finding: finding.Finding{
		Summary: summary,
	}}
	switch r := strings.IndexFunc(value, func(r rune) bool { return unicode.IsControl(r) }); {
	case value == "":
		p.Rule, p.Detail = "cors-element-empty", "An element is empty. Remove it, or write a value."
	case !utf8.ValidString(value):
		p.Rule, p.Detail = "cors-element-utf8", finding.Quote(value)+" is not valid UTF-8, which XML cannot carry. Re-encode it."
	case strings.ContainsAny(value, forbidden):
		at := strings.IndexAny(value, forbidden)
		p.Ours = field == FieldOrigins // of headers alone OSS says so
		p.Rule, p.Detail = "cors-element-characters", fmt.Sprintf("%s contains %q. The characters < > & ' and \" cannot be part of it; remove it.", finding.Quote(value), value[at])
	case r >= 0:
		p.Rule, p.Detail = "cors-element-control", fmt.Sprintf("%s contains a control character. Remove it.", finding.Quote(value))
	default:
		return nil
	}
	return []Problem{p}
}

// checkHeaderName warns about a name that no header can have (RFC 9110, 5.6.2);
// probe is the name with its wildcard replaced by a letter.
func checkHeaderName(field, header, probe string) []Problem {
	at := strings.IndexFunc(probe, func(r rune) bool { return !isTokenRune(r) })
	if at < 0 {
		return nil
	}
	summary := invalidHeader
	if field == FieldExpose {
		summary = invalidExposed
	}
	detail := fmt.Sprintf("%s cannot be the name of a header, so it matches nothing. Names consist of letters, digits and hyphens.", finding.Quote(header))
	if trimmed := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(header), ":")); trimmed != header && strings.IndexFunc(trimmed, func(r rune) bool { return !isTokenRune(r) }) < 0 && trimmed != "" {
		detail = fmt.Sprintf("%s cannot be the name of a header, so it matches nothing; write %s.", finding.Quote(header), finding.Quote(trimmed))
	} else if strings.Contains(header, ",") {
		detail = fmt.Sprintf("%s holds several names. Write each as an element of its own.", finding.Quote(header))
	}
	return []Problem{{Field: field, Value: header, Finding: finding.Finding{
		Severity: finding.Warning,
		Rule:     "cors-header-name",
		Summary:  summary,
		Detail:   detail,
	}}}
}

func isTokenRune(r rune) bool {
	return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
}
