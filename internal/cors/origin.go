package cors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

const (
	originNoMatch = "CORS Origin Matches Nothing"
	originRarely  = "CORS Origin Rarely What Is Meant"
)

// checkOrigin reports what is wrong with one allowed origin. OSS documents the form scheme://host[:port] but its live
// tests show it accepting others, which it matches as text. So what browsers may send in another sense than the reader
// thinks, and what can never equal the Origin header of a browser (RFC 6454, section 6.2), is a warning.
func checkOrigin(origin string) []Problem {
	if found := checkText(FieldOrigins, origin, invalidOrigin); len(found) > 0 {
		return found
	}
	p := Problem{Field: FieldOrigins, Value: origin, Finding: finding.Finding{
		Summary: invalidOrigin,
	}}
	if strings.Count(origin, "*") > 1 {
		p.Rule = "cors-origin-wildcard"
		p.Detail = finding.Quote(origin) + ` has more than one "*". OSS allows one in each element, such as "https://*.example.com"; write two elements, or "*" alone for every origin.`
		return []Problem{p}
	}
	if slug, detail := originRefusal(origin); slug != "" {
		p.Rule, p.Ours, p.Detail = slug, true, finding.Quote(origin)+detail
		return []Problem{p}
	}
	slug, detail := originDoubt(origin)
	if slug == "" {
		return nil
	}
	p.Severity, p.Summary, p.Rule, p.Detail = finding.Warning, originNoMatch, slug, finding.Quote(origin)+detail
	if slug == "cors-origin-scheme" || slug == "cors-origin-null" {
		p.Summary = originRarely
	}
	return []Problem{p}
}

// pageless are schemes that people write for an origin. No browser loads a page by one, so none is in an Origin header.
var pageless = []string{"ftp", "ftps", "sftp", "ws", "wss", "oss"}

// originRefusal returns why an origin cannot be meant at all, or "". Lists are for originDoubt.
func originRefusal(origin string) (slug, detail string) {
	origin = strings.TrimSpace(origin)
	if strings.ContainsAny(origin, ", ") {
		return "", ""
	}
	scheme, rest, hasScheme := strings.Cut(origin, "://")
	if !hasScheme {
		scheme, rest = "", strings.TrimLeft(origin, "/")
	}
	if slices.Contains(pageless, strings.ToLower(scheme)) {
		return "cors-origin-pageless", fmt.Sprintf(` begins with %q, and no page of a browser does; write the origin of the page that asks, such as "https://www.example.com".`, scheme+"://")
	}
	port, found := portOf(rest)
	if !found || port == "" || strings.Contains(port, "*") || validPort(port) {
		return "", ""
	}
	if !hasScheme && strings.Trim(port, "0123456789") != "" {
		return "", "" // some text with a colon
	}
	return "cors-origin-port-range", fmt.Sprintf(" has the port %s. Write a number from 1 to 65535 without leading zeros, or leave the port out.", finding.Quote(port))
}

// portOf returns what follows the colon behind a host.
func portOf(rest string) (port string, found bool) {
	authority := authorityOf(rest)
	at := strings.LastIndex(authority, ":")
	if at < strings.LastIndex(authority, "]") || at < 0 { // colons in brackets are those of an IPv6 address
		return "", false
	}
	return authority[at+1:], true
}

func validPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return err == nil && number > 0 && port[0] != '0'
}

// authorityOf cuts off what follows host and port, and the user before them.
func authorityOf(rest string) string {
	if at := strings.IndexAny(rest, `/?#\`); at >= 0 {
		rest = rest[:at]
	}
	return rest[strings.LastIndex(rest, "@")+1:]
}

// originDoubt returns why a browser never sends such an origin, or why it is rarely meant, the most helpful reason
// first; or "".
func originDoubt(origin string) (slug, detail string) {
	switch {
	case origin == "*":
		return "", ""
	case origin == "null":
		return "cors-origin-null", " is what browsers send from a file or a sandboxed frame, and any page can make one. Use it for tests only, or write the origin of your pages."
	case strings.EqualFold(origin, "null"):
		return "cors-origin-case", ` has an upper-case letter; browsers send "null", from a file or a sandboxed frame. Write the origin of your pages.`
	}
	if trimmed := strings.TrimSpace(origin); trimmed != origin {
		return "cors-origin-space", fmt.Sprintf(" has white space around it; write %s.", finding.Quote(trimmed))
	}
	if strings.ContainsAny(origin, ", ") {
		return "cors-origin-list", " holds several origins. Write each as an element of its own."
	}
	scheme, rest, hasScheme := strings.Cut(origin, "://")
	if !hasScheme {
		return "cors-origin-scheme", schemeDoubt(origin)
	}
	if scheme == "" || rest == "" {
		return "cors-origin-host", " lacks its scheme or its host; write it like \"https://www.example.com\"."
	}
	return hostDoubt(scheme, rest)
}

// schemeDoubt says what a pattern without a scheme stands for as the text that it is.
func schemeDoubt(origin string) string {
	before, after, wild := strings.Cut(origin, "*")
	if !wild || !strings.HasPrefix("https://", before) && !strings.HasPrefix("http://", before) {
		return fmt.Sprintf(" has no scheme. Origins are compared as text and those of browsers have one, so it matches no page; write %s.", finding.Quote(withScheme(origin)))
	}
	host := "*" + after
	if before == "" && strings.IndexFunc(after, isAlphanumeric) == 0 {
		return fmt.Sprintf(` has no scheme. Origins are compared as text, so its "*" stands for any scheme and for the beginning of any host that ends alike; write %s.`, finding.Quote(bareOrigin("https", "*."+after)))
	}
	return fmt.Sprintf(` has no scheme. Origins are compared as text, so its "*" stands for any scheme, http:// included; write %s.`, finding.Quote(bareOrigin("https", host)))
}

// withScheme is what is most likely meant by an origin without a scheme.
func withScheme(origin string) string {
	if bare := bareOrigin("https", strings.TrimLeft(origin, "/")); bare != "https://" {
		return bare
	}
	return "https://www.example.com"
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// bareOrigin keeps of a URL what an Origin header has of it, so that whoever writes it gets no further warning.
func bareOrigin(scheme, rest string) string {
	scheme, rest = strings.ToLower(scheme), strings.ToLower(authorityOf(rest))
	return scheme + "://" + strings.TrimSuffix(strings.TrimSuffix(rest, ":"), defaultPorts[scheme])
}

// defaultPorts are those that browsers leave out.
var defaultPorts = map[string]string{"http": ":80", "https": ":443"}

// hostDoubt looks at what follows the scheme.
func hostDoubt(scheme, rest string) (slug, detail string) {
	if at := strings.IndexAny(rest, `/?#\`); at == 0 {
		return "cors-origin-host", " lacks its host; write it like \"https://www.example.com\"."
	} else if at > 0 {
		return "cors-origin-path", fmt.Sprintf(" has something after the host, which the Origin header never has; write %s.", finding.Quote(bareOrigin(scheme, rest)))
	}
	if strings.Contains(rest, "@") {
		return "cors-origin-user", fmt.Sprintf(" has a user name, which the Origin header never has; write %s.", finding.Quote(bareOrigin(scheme, rest)))
	}
	if strings.ToLower(scheme+rest) != scheme+rest {
		return "cors-origin-case", fmt.Sprintf(" has an upper-case letter; browsers send origins in lower case, so write %s.", finding.Quote(bareOrigin(scheme, rest)))
	}
	if strings.ContainsFunc(rest, func(r rune) bool { return r >= utf8.RuneSelf || unicode.IsSpace(r) }) {
		return "cors-origin-ascii", " has letters beyond ASCII; browsers send such a host in its xn-- form, so write that."
	}
	return portDoubt(scheme, rest)
}

func portDoubt(scheme, rest string) (slug, detail string) {
	if strings.HasSuffix(rest, ":") {
		return "cors-origin-port", fmt.Sprintf(" ends in a colon without a port, which browsers leave out; write %s.", finding.Quote(bareOrigin(scheme, rest)))
	}
	if port, known := defaultPorts[scheme]; known && strings.HasSuffix(rest, port) {
		return "cors-origin-port", fmt.Sprintf(" names the default port, which browsers leave out; write %s.", finding.Quote(bareOrigin(scheme, rest)))
	}
	return "", ""
}
