package callback

import (
	"encoding/base64"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Callback is an upload callback as a configuration writes it.
type Callback struct {
	URLs      []string          // 1 to 5 of the application server, tried in order until one answers
	Host      string            // the Host header of the request; "" means that of the URL
	Body      string            // the template of the request's body, with variables like ${object}
	BodyType  string            // FormType or JSONType; "" means FormType
	SNI       *bool             // whether the TLS handshake names the host; nil means false
	Variables map[string]string // custom variables by name, without the prefix x: that ${x:name} has
}

const (
	// FormType is the body type that OSS takes by default: values are put into the body
	// URL-encoded.
	FormType = "application/x-www-form-urlencoded"
	// JSONType makes OSS put values into the body as JSON, strings with their quotes.
	JSONType = "application/json"

	// MaxURLs is how many URLs a callback may have (EC 0007-00000005).
	MaxURLs = 5
	// MaxHeaderSize is the largest size of either header value in bytes, measured on
	// the base64 text (EC 0007-00000001 and 0007-00000101: 5 KB).
	MaxHeaderSize = 5 << 10

	variablePrefix = "x:"
)

// Check reports what is wrong with a callback, in the order of its fields. unknown
// names the fields that are not, or not wholly, known yet: what is there is checked,
// what seems to be missing is not. Of a custom variable whose value alone is unknown,
// the name is enough.
func Check(c Callback, unknown ...string) []Problem {
	is := func(field string) bool { return !slices.Contains(unknown, field) }
	found := checkURLs(c, is(FieldURLs))
	found = append(found, checkHost(c.Host)...)
	if is(FieldBodyType) {
		found = append(found, checkBodyType(c.BodyType)...)
	}
	if is(FieldSNI) {
		found = append(found, checkSNI(c)...)
	}
	found = append(found, checkVariables(c.Variables)...)
	if is(FieldBody) {
		found = append(found, checkBody(c, is(FieldBodyType), is(FieldVariables))...)
	}
	return append(found, checkSize(c)...)
}

func checkHost(host string) []Problem {
	const slug = "callback-host"
	if host == "" {
		return nil
	}
	if what, bad := unsendable(host); bad {
		return []Problem{problem(FieldHost, finding.Error, slug, "The host %s contains %s. Write a domain name or an IPv4 address, such as \"app.example.com\".", quoteURL(host), what)}
	}
	if _, rest, url := strings.Cut(host, "://"); url || strings.ContainsAny(host, "/?#@") {
		if !url {
			rest = host
		}
		secret := strings.Contains(rest, "@")
		if at := strings.IndexAny(rest, "/?#"); at >= 0 {
			rest = rest[:at]
		}
		_, bare, after := strings.Cut(rest, "@")
		switch {
		case after && !strings.Contains(bare, "@"):
			rest = bare
		case secret, rest == "": // what precedes the "@" may be a piece of a password
			rest = "app.example.com"
		}
		return []Problem{problem(FieldHost, finding.Error, slug, "The host %s is more than a host; write %s.", quoteURL(host), finding.Quote(rest))}
	}
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && address.Is6() {
		return []Problem{problem(FieldHost, finding.Error, slug, "The host %s is an IPv6 address, which OSS does not support. Write a domain name or an IPv4 address.", finding.Quote(host))}
	}
	if name, port, has := strings.Cut(host, ":"); has {
		return []Problem{problem(FieldHost, finding.Error, slug, "The host %s has the port %s. OSS documents a domain name or an IP address alone; write %s, and the port in the URL.", finding.Quote(host), finding.Quote(port), finding.Quote(name))}
	}
	if !isHostName(host) {
		return []Problem{problem(FieldHost, finding.Error, slug, "The host %s is not a domain name. "+hostNameRule, finding.Quote(host))}
	}
	return nil
}

func checkBodyType(bodyType string) []Problem {
	switch plain, _, _ := strings.Cut(bodyType, ";"); {
	case bodyType == "" || bodyType == FormType || bodyType == JSONType:
		return nil
	case strings.Contains(strings.ToLower(plain), "json"):
		return []Problem{problem(FieldBodyType, finding.Error, "callback-body-type", "%s is not a body type of OSS; write %q.", finding.Quote(bodyType), JSONType)}
	case strings.Contains(strings.ToLower(plain), "form"):
		return []Problem{problem(FieldBodyType, finding.Error, "callback-body-type", "%s is not a body type of OSS; write %q, or leave it out.", finding.Quote(bodyType), FormType)}
	}
	return []Problem{problem(FieldBodyType, finding.Error, "callback-body-type", "%s is not a body type of OSS; write %q or %q.", finding.Quote(bodyType), FormType, JSONType)}
}

// checkSNI: without SNI many HTTPS hosts refuse the handshake, and the upload ends
// with 203 and "Error status : 502" although the object is stored.
func checkSNI(c Callback) []Problem {
	if c.SNI != nil && *c.SNI {
		return nil
	}
	for _, u := range c.URLs {
		if strings.HasPrefix(strings.ToLower(u), "https://") {
			return []Problem{problem(FieldSNI, finding.Warning, "callback-sni", "%s is an https URL and sni is not true. Many servers refuse a TLS handshake that does not name the host, and the callback then fails with \"Error status : 502\"; write sni = true.", quoteURL(u))}
		}
	}
	return nil
}

// checkVariables holds names to the reading that is safe: the docs allow lower-case
// letters alone and show an underscore in a sample, live tests pass with others.
func checkVariables(variables map[string]string) []Problem {
	var found []Problem
	add := func(name string, p Problem) {
		p.Element = name
		found = append(found, p)
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		switch bare := strings.TrimPrefix(strings.ToLower(name), variablePrefix); {
		case name == "":
			add(name, problem(FieldVariables, finding.Error, "callback-variable-name", "A custom variable has an empty name. Give it one of lower-case letters, digits and underscores."))
		case strings.HasPrefix(strings.ToLower(name), variablePrefix):
			add(name, problem(FieldVariables, finding.Error, "callback-variable-prefix", "%s has the prefix \"x:\", which is added when the object is uploaded; write %s here and %s in the body.", finding.Quote(name), finding.Quote(variableName(bare)), finding.Quote(reference(variablePrefix+variableName(bare)))))
		case !isVariableName(name):
			add(name, problem(FieldVariables, finding.Error, "callback-variable-name", "%s is not a name that OSS is sure to accept. Names begin with a lower-case letter and go on with lower-case letters, digits and underscores; write %s.", finding.Quote(name), finding.Quote(variableName(name))))
		}
		if !utf8.ValidString(variables[name]) {
			add(name, problem(FieldVariables, finding.Error, "callback-variable-value", "The value of %s is not valid UTF-8, which JSON cannot carry. Encode it, for instance with base64.", finding.Quote(name)))
		}
	}
	return found
}

// variableName turns a name into one that OSS is sure to accept.
func variableName(name string) string {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !isNameRune(r) })
	fixed := strings.TrimLeft(strings.Join(parts, "_"), "_0123456789")
	if fixed == "" {
		return "my_var"
	}
	return fixed
}

// fixedName is what checkVariables says to write for the name of a custom variable: the name itself where it is right.
func fixedName(name string) string {
	if isVariableName(name) {
		return name
	}
	return variableName(strings.TrimPrefix(strings.ToLower(name), variablePrefix))
}

func isVariableName(name string) bool {
	return name != "" && 'a' <= name[0] && name[0] <= 'z' && !strings.ContainsFunc(name, func(r rune) bool { return !isNameRune(r) })
}

func isNameRune(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' }

func checkSize(c Callback) []Problem {
	var found []Problem
	callback, variables := c.json()
	if size := base64.StdEncoding.EncodedLen(len(callback)); size > MaxHeaderSize {
		p := problem(FieldBody, finding.Error, "callback-size", "The callback takes %d bytes of base64, of which OSS allows %d. Shorten the body or the list of URLs by %d bytes.", size, MaxHeaderSize, excess(size))
		p.Field, p.Summary = "", "Callback Too Large"
		found = append(found, p)
	}
	if size := base64.StdEncoding.EncodedLen(len(variables)); size > MaxHeaderSize {
		found = append(found, problem(FieldVariables, finding.Error, "callback-variables-size", "The custom variables take %d bytes of base64, of which OSS allows %d. Shorten their values by %d bytes.", size, MaxHeaderSize, excess(size)))
	}
	return found
}

// excess is how many bytes of JSON are too many: base64 turns 3 into 4.
func excess(size int) int { return (size - MaxHeaderSize + 3) / 4 * 3 }
