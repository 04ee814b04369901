package callback

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

func checkURLs(c Callback, known bool) []Problem {
	var found []Problem
	if known && len(c.URLs) == 0 {
		found = append(found, problem(FieldURLs, finding.Error, "callback-url-missing", "There is no URL. Write that of the application server, such as \"https://app.example.com/oss/callback\"."))
	}
	if len(c.URLs) > MaxURLs {
		found = append(found, problem(FieldURLs, finding.Error, "callback-url-count", "There are %d URLs. OSS allows at most %d; remove %d.", len(c.URLs), MaxURLs, len(c.URLs)-MaxURLs))
	}
	seen := map[string]bool{}
	for _, u := range c.URLs {
		p := checkURL(u)
		if p == nil && seen[u] {
			repeated := problem(FieldURLs, finding.Warning, "callback-url-repeated", "%s is there twice. OSS tries the URLs in order until one answers; remove one.", quoteURL(u))
			p = &repeated
		}
		seen[u] = true
		if p != nil {
			p.Element = u
			found = append(found, *p)
		}
	}
	return found
}

// checkURL returns the first thing that is wrong with a URL, or nil. OSS answers
// what it cannot read with EC 0007-00000004.
func checkURL(u string) *Problem {
	wrong := func(severity finding.Severity, slug, format string, args ...any) *Problem {
		p := problem(FieldURLs, severity, slug, "%s "+format, append([]any{quoteURL(u)}, args...)...)
		return &p
	}
	if u == "" {
		p := problem(FieldURLs, finding.Error, "callback-url-empty", "A URL is empty. Remove it, or write one such as \"https://app.example.com/oss/callback\".")
		return &p
	}
	if strings.Contains(u, ";") {
		return wrong(finding.Error, "callback-url-semicolon", "contains \";\", with which OSS separates URLs. Write each URL as an element of its own, and %%3B for a semicolon inside of one.")
	}
	if what, bad := unsendable(u); bad {
		return wrong(finding.Error, "callback-url-characters", "contains %s. Percent-encode it in the path or the query, and write a host beyond ASCII in its xn-- form.", what)
	}
	if strings.Contains(u, "${") || strings.Contains(u, "$(") {
		return wrong(finding.Warning, "callback-url-variable", "contains a variable. OSS replaces variables in the body only; move it there.")
	}
	scheme, rest, hasScheme := strings.Cut(u, "://")
	if !hasScheme || !schemeSyntax.MatchString(scheme) { // OSS takes it for http
		scheme, rest = "http", u
	}
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		return wrong(finding.Error, "callback-url-scheme", "has the scheme %s. OSS calls http and https only.", finding.Quote(scheme))
	}
	parsed, err := url.Parse(scheme + "://" + rest)
	if err != nil {
		return wrong(finding.Error, "callback-url-syntax", "cannot be read: %s. Write it like \"https://app.example.com/oss/callback\".", urlFault(err))
	}
	return checkParsed(parsed, wrong)
}

func checkParsed(u *url.URL, wrong func(finding.Severity, string, string, ...any) *Problem) *Problem {
	host := u.Hostname()
	switch port, portErr := strconv.Atoi(u.Port()); {
	case host == "":
		return wrong(finding.Error, "callback-url-host", "has no host. Write it like \"https://app.example.com/oss/callback\".")
	case strings.HasSuffix(u.Host, ":"), u.Port() != "" && (portErr != nil || port < 1 || port > 65535):
		return wrong(finding.Error, "callback-url-port", "has a port outside of 1 to 65535. Correct it, or leave it out.")
	case strings.Contains(host, ":"):
		return wrong(finding.Error, "callback-url-ipv6", "has an IPv6 address, which OSS does not call. Write a domain name or an IPv4 address.")
	case !isHostName(host):
		return wrong(finding.Error, "callback-url-host", "has a host that is not a domain name. "+hostNameRule) // a piece of a password, maybe
	case u.User != nil:
		return wrong(finding.Error, "callback-url-user", "has a user name or password in it, which OSS does not document and states and logs would show. Let the server verify the signature of OSS instead.")
	case u.Fragment != "":
		return wrong(finding.Warning, "callback-url-fragment", "has a part after \"#\", which is never sent. Remove it.")
	case isPrivate(host):
		return wrong(finding.Warning, "callback-url-private", "is not reachable from the internet, and OSS refuses it: \"Private address is forbidden to callback.\" Write a public address, unless this is for a local OSS server.")
	}
	return nil
}

// schemeSyntax is that of RFC 3986, section 3.1. Other text before "://" is part of something else, of a query, say.
var schemeSyntax = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

// quoteURL renders a URL for a message without what may be secret: user info, query and fragment, in whose places
// stands an ellipsis. It works on text that is not a URL as well, and where a password has marks in it that should have
// been encoded, so that it is unclear what it ends with, it rather leaves out too much.
func quoteURL(u string) string {
	plain, ending := u, ""
	if at := strings.IndexAny(u, "?#"); at >= 0 {
		plain, ending = u[:at], u[at:at+1]+"…"
	}
	scheme, rest, has := strings.Cut(plain, "://")
	if has && schemeSyntax.MatchString(scheme) {
		scheme += "://"
	} else {
		scheme, rest = "", plain
	}
	authority, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = "…" + rest[at:]
	} else if strings.Contains(authority, ":") && strings.Contains(u[len(plain):], "@") {
		rest, ending = "", "…" // a port and a query, or the first part of a password
	}
	return finding.Quote(scheme + rest + ending)
}

// urlFault strips what url.Parse repeats of the URL, which it puts in quotes.
func urlFault(err error) string {
	if fault, ok := errors.AsType[*url.Error](err); ok {
		err = fault.Err
	}
	fault, _, _ := strings.Cut(err.Error(), `"`)
	return finding.Quote(strings.TrimSpace(fault))
}

const hostNameRule = "Domain names consist of letters, digits, hyphens and dots, and no part of one begins or ends with a hyphen."

// isHostName accepts what name servers do: letters, digits, hyphens, underscores, dots. A part neither begins nor ends with
// a hyphen (RFC 1123, section 2.1).
func isHostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label || strings.ContainsFunc(strings.ToLower(label), func(r rune) bool { return !isNameRune(r) && r != '-' }) {
			return false
		}
	}
	return true
}

// specialNetworks are those in which nobody can be reached from the internet, besides the private ones (RFC 6890; OSS-286).
// Alibaba Cloud uses the shared addresses, the second of them, inside.
var specialNetworks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
}

// isPrivate reports whether a host is one that only some networks can reach.
func isPrivate(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(name); err == nil {
		return address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast() ||
			slices.ContainsFunc(specialNetworks, func(n netip.Prefix) bool { return n.Contains(address) })
	}
	return name == "localhost" || !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".local") || strings.HasSuffix(name, ".internal")
}
