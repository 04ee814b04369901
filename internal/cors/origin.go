package cors

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkOrigin reports what is wrong with one allowed origin. OSS documents the form
// scheme://host[:port] but its live tests show it accepting others, so what can
// never equal the Origin header of a browser (RFC 6454, section 6.2) is a warning.
func checkOrigin(origin string) []Problem {
	if found := checkText(FieldOrigins, origin, invalidOrigin); len(found) > 0 {
		return found
	}
	if strings.Count(origin, "*") > 1 {
		return []Problem{{
			Field: FieldOrigins, Value: origin, Slug: "cors-origin-wildcard", Summary: invalidOrigin,
			Detail: fmt.Sprintf(`%s has more than one "*". OSS allows one in each element, such as "https://*.example.com"; write two elements, or "*" alone for every origin.`, quote(origin)),
		}}
	}
	slug, detail := originDoubt(origin)
	if slug == "" {
		return nil
	}
	return []Problem{{Field: FieldOrigins, Value: origin, Severity: Warning, Slug: slug, Summary: originNoMatch, Detail: quote(origin) + detail}}
}

// CheckRequestOrigin returns as an error, which continues with what to write instead, why no browser sends a request
// with this value of the Origin header (RFC 6454, section 6.2), or nil. "null" is one that browsers do send.
func CheckRequestOrigin(origin string) error {
	switch {
	case origin == "null":
		return nil
	case strings.EqualFold(origin, "null"):
		return fmt.Errorf(`%s is not what browsers send; write "null"`, quote(origin))
	case strings.Contains(origin, "*"):
		return fmt.Errorf(`%s has a "*", which only rules have; write one origin, such as "https://www.example.com"`, quote(origin))
	case strings.ContainsAny(origin, ", "):
		return fmt.Errorf("%s is more than one origin, and a request has one; write that", quote(origin))
	}
	if _, detail := originDoubt(origin); detail != "" {
		return errors.New(quote(origin) + strings.TrimSuffix(detail, "."))
	}
	return nil
}

// originDoubt returns why a browser never sends such an origin, the most helpful
// reason first, or "".
func originDoubt(origin string) (slug, detail string) {
	if origin == "*" {
		return "", ""
	}
	if strings.EqualFold(origin, "null") {
		return "cors-origin-null", " is what browsers send from a file or a sandboxed frame, and any page can make one. Use it for tests only, or write the origin of your pages."
	}
	if trimmed := strings.TrimSpace(origin); trimmed != origin {
		return "cors-origin-space", fmt.Sprintf(" has white space around it; write %s.", quote(trimmed))
	}
	scheme, rest, hasScheme := strings.Cut(origin, "://")
	if strings.ContainsAny(origin, ", ") {
		return "cors-origin-list", " holds several origins. Write each as an element of its own."
	}
	if !hasScheme {
		if host, found := strings.CutPrefix(origin, "//"); found {
			origin = host
		}
		// "*example.com" and "htt*" may match as they are.
		if strings.HasPrefix(origin, "*") && !strings.HasPrefix(origin, "*.") {
			return hostDoubt("", origin)
		}
		bare := bareOrigin("https", strings.TrimLeft(origin, "/"))
		if bare == "https://" {
			bare += "www.example.com"
		}
		return "cors-origin-scheme", fmt.Sprintf(" has no scheme, which the Origin header always has; write %s.", quote(bare))
	}
	if scheme == "" || rest == "" {
		return "cors-origin-host", " lacks its scheme or its host; write it like \"https://www.example.com\"."
	}
	return hostDoubt(scheme, rest)
}

// bareOrigin keeps of a URL what an Origin header has of it, so that who writes it gets no further warning. Without
// a scheme there is none in the result.
func bareOrigin(scheme, rest string) string {
	if at := strings.IndexAny(rest, `/?#\`); at >= 0 {
		rest = rest[:at]
	}
	scheme, rest = strings.ToLower(scheme), strings.ToLower(rest[strings.LastIndex(rest, "@")+1:])
	if scheme == "" {
		return rest
	}
	return scheme + "://" + strings.TrimSuffix(rest, defaultPorts[scheme])
}

// defaultPorts are those that browsers leave out.
var defaultPorts = map[string]string{"http": ":80", "https": ":443"}

// hostDoubt looks at what follows the scheme.
func hostDoubt(scheme, rest string) (slug, detail string) {
	prefix := ""
	if scheme != "" {
		prefix = scheme + "://"
	}
	if at := strings.IndexAny(rest, `/?#\`); at == 0 {
		return "cors-origin-host", " lacks its host; write it like \"https://www.example.com\"."
	} else if at > 0 {
		return "cors-origin-path", fmt.Sprintf(" has something after the host, which the Origin header never has; write %s.", quote(bareOrigin(scheme, rest)))
	}
	if strings.Contains(rest, "@") {
		return "cors-origin-user", fmt.Sprintf(" has a user name, which the Origin header never has; write %s.", quote(bareOrigin(scheme, rest)))
	}
	if strings.ToLower(prefix+rest) != prefix+rest {
		return "cors-origin-case", fmt.Sprintf(" has an upper-case letter; browsers send origins in lower case, so write %s.", quote(bareOrigin(scheme, rest)))
	}
	if strings.ContainsFunc(rest, func(r rune) bool { return r >= utf8.RuneSelf || unicode.IsSpace(r) }) {
		return "cors-origin-ascii", " has letters beyond ASCII; browsers send such a host in its xn-- form, so write that."
	}
	return portDoubt(scheme, rest)
}

func portDoubt(scheme, rest string) (slug, detail string) {
	if port, known := defaultPorts[scheme]; known && strings.HasSuffix(rest, port) {
		return "cors-origin-port", fmt.Sprintf(" names the default port, which browsers leave out; write %s.", quote(bareOrigin(scheme, rest)))
	}
	return "", ""
}
