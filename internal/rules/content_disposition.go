package rules

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// doubtContentDisposition reports what browsers would ignore or read differently in
// a Content-Disposition (RFC 6266, and RFC 8187 for filename*). OSS stores the value
// as it is.
func doubtContentDisposition(value string) []doubt {
	s := scanner{value}
	kind := strings.ToLower(s.token())
	if strings.HasPrefix(kind, "filename") && strings.HasPrefix(s.rest, "=") {
		return []doubt{{"content-disposition-type", fmt.Sprintf("Content-Disposition begins with a parameter, and browsers then ignore it all; write %s.", finding.Quote("attachment; "+value))}}
	}
	var found []doubt
	switch {
	case kind == "":
		return []doubt{{"content-disposition-syntax", fmt.Sprintf("Content-Disposition is unreadable: %s. Write it like \"attachment; filename=\\\"report.pdf\\\"\".", finding.Quote(value))}}
	case kind != "inline" && kind != "attachment":
		found = append(found, doubt{"content-disposition-type", fmt.Sprintf("Content-Disposition has the type %s, which browsers treat like \"attachment\". Write \"attachment\" to have the object saved, \"inline\" to have it shown.", finding.Quote(kind))})
	}
	parameters, rest := s.parameters()
	if rest != "" {
		return append(found, doubt{"content-disposition-syntax", "Content-Disposition " + dispositionSyntax(rest)})
	}
	seen := map[string]bool{}
	for _, p := range parameters {
		if seen[p.name] {
			found = append(found, doubt{"content-disposition-duplicate", fmt.Sprintf("Content-Disposition has %s more than once, and browsers then ignore it all. Keep one.", finding.Quote(p.name))})
		}
		seen[p.name] = true
		switch p.name {
		case "filename":
			found = append(found, doubtFilename(p.value)...)
		case "filename*":
			found = append(found, doubtExtendedFilename(p)...)
		}
	}
	return found
}

// dispositionSyntax finds the mistake that is usually behind an unreadable parameter.
func dispositionSyntax(rest string) string {
	name, text, hasValue := strings.Cut(rest, "=")
	unclosed := strings.HasPrefix(text, `"`)
	if !hasValue || !isToken(name) {
		return fmt.Sprintf("is unreadable from %s on. Write parameters like \"; filename=\\\"report.pdf\\\"\".", finding.Quote(rest))
	}
	if unclosed && strings.Count(text, `"`) == 1 {
		return fmt.Sprintf("has a double quote that is not closed: %s. Close it.", finding.Quote(rest))
	}
	if unclosed {
		return fmt.Sprintf("has something after a closing double quote in %s. Write \";\" between parameters, and \\\" for a double quote inside of one.", finding.Quote(rest))
	}
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return fmt.Sprintf("has %s without a value. Write one, or remove it.", finding.Quote(name))
	case strings.HasSuffix(name, "*"):
		return fmt.Sprintf("has a %s that is not percent-encoded; write %s.", name, finding.Quote(name+"="+extendedValue(text)))
	case !isASCII(text):
		return fmt.Sprintf("has a %s beyond ASCII; write %s.", name, finding.Quote(name+"*="+extendedValue(text)))
	default:
		return fmt.Sprintf("has a value that needs double quotes; write %s.", finding.Quote(name+`="`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)+`"`))
	}
}

func doubtFilename(name string) []doubt {
	const slug = "content-disposition-filename"
	switch {
	case name == "":
		return []doubt{{slug, "Content-Disposition has an empty filename. Write one, or remove the parameter."}}
	case !isASCII(name):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename beyond ASCII, which browsers read differently. Add %s, which they prefer, and keep filename for a spelling in ASCII.", finding.Quote("filename*="+extendedValue(name)))}}
	case strings.ContainsAny(name, `/\`):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a path in its filename: %s. Browsers cut or replace it; write a name without slashes.", finding.Quote(name))}}
	case strings.HasPrefix(name, "=?") && strings.HasSuffix(name, "?="):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename encoded as in mail: %s. Browsers show it as it is; write filename*=UTF-8'' and the percent-encoded name.", finding.Quote(name))}}
	}
	if decoded := plainName(name); decoded != name {
		if strings.Contains(name, "+") { // as urlencode writes a space
			decoded = plainName(strings.ReplaceAll(name, "+", "%20"))
		}
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a percent-encoded filename, which browsers read differently. Write %s.", finding.Quote("filename*="+extendedValue(decoded)))}}
	}
	return nil
}

// doubtExtendedFilename checks charset'language'percent-encoded (RFC 8187, 3.2).
func doubtExtendedFilename(p parameter) []doubt {
	const slug = "content-disposition-extended"
	charset, rest, hasCharset := strings.Cut(p.value, "'")
	_, encoded, hasLanguage := strings.Cut(rest, "'")
	switch decoded, err := url.PathUnescape(encoded); {
	case !hasCharset || !hasLanguage:
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename* without its charset; write %s.", finding.Quote("filename*="+extendedValue(plainName(p.value))))}}
	case p.quoted:
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename* in double quotes, which browsers ignore; write %s.", finding.Quote("filename*="+p.value))}}
	case !strings.EqualFold(charset, "UTF-8"):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename* in the charset %s. Only UTF-8 works everywhere; encode the name in UTF-8.", finding.Quote(charset))}}
	case err != nil || strings.ContainsAny(encoded, "*'"):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename* that is not percent-encoded: %s. Encode every byte but letters, digits and - . _ ~ as %%XX.", finding.Quote(encoded))}}
	case decoded == "":
		return []doubt{{slug, "Content-Disposition has an empty filename*. Write a name, or remove the parameter."}}
	case !utf8.ValidString(decoded):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a filename* that is not UTF-8 once decoded: %s. Encode the UTF-8 bytes of the name.", finding.Quote(encoded))}}
	case strings.Contains(encoded, "+"):
		spaced := plainName(strings.ReplaceAll(encoded, "+", "%20"))
		return []doubt{{"content-disposition-plus", fmt.Sprintf("Content-Disposition has a \"+\" in its filename*, which browsers show as it is; urlencode writes one for a space. Write %s if a space is meant, %%2B for a plus; provider::oss::content_disposition writes such names.", finding.Quote("filename*="+extendedValue(spaced)))}}
	case strings.ContainsAny(decoded, "/\\\x00\r\n"):
		return []doubt{{slug, fmt.Sprintf("Content-Disposition has a path or a line break in its filename*: %s. Browsers cut or replace it; write a plain name.", finding.Quote(encoded))}}
	}
	return nil
}

// plainName undoes percent-encoding where that gives text.
func plainName(name string) string {
	if decoded, err := url.PathUnescape(name); err == nil && utf8.ValidString(decoded) {
		return decoded
	}
	return name
}

// extendedValue encodes a name for filename*: letters, digits and a few marks stay
// (attr-char in RFC 8187, section 3.2.1, without those that tools trip over).
func extendedValue(name string) string {
	var b strings.Builder
	b.WriteString("UTF-8''")
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	_, beyond := finding.FirstRune(s, func(r rune) bool { return r >= utf8.RuneSelf })
	return !beyond
}
