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
		return []doubt{{"content-disposition-type", "Content-Disposition begins with a parameter, and browsers then ignore it all; write \"attachment; \" in front of it."}}
	}
	var found []doubt
	switch {
	case kind == "":
		return []doubt{{"content-disposition-syntax", "Content-Disposition is unreadable from its beginning on. Write it like \"attachment; filename=\\\"report.pdf\\\"\"."}}
	case kind != "inline" && kind != "attachment":
		found = append(found, doubt{"content-disposition-type", "Content-Disposition has a type that browsers don't know and treat like \"attachment\". Write \"attachment\" to have the object saved, \"inline\" to have it shown."})
	}
	parameters, rest := s.parameters()
	if rest != "" {
		return append(found, doubt{"content-disposition-syntax", "Content-Disposition " + dispositionSyntax(rest, finding.Position(value, rest))})
	}
	seen := map[string]bool{}
	for i, p := range parameters {
		if seen[p.name] {
			found = append(found, doubt{"content-disposition-duplicate", fmt.Sprintf("Content-Disposition has, as parameter %d, one that it has already, and browsers then ignore it all. Keep one.", i+1)})
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

// writeFilename ends the advice about names of files.
const writeFilename = "provider::oss::content_disposition(\"attachment\", NAME) writes it for a name in any language"

// dispositionSyntax finds the mistake that is usually behind an unreadable parameter.
func dispositionSyntax(rest string, position int) string {
	name, text, hasValue := strings.Cut(rest, "=")
	unclosed := strings.HasPrefix(text, `"`)
	if !hasValue || !isToken(name) {
		return fmt.Sprintf("is unreadable from position %d on. Write parameters like \"; filename=\\\"report.pdf\\\"\".", position)
	}
	if unclosed && strings.Count(text, `"`) == 1 {
		return fmt.Sprintf("has a double quote that is not closed, in the parameter at position %d. Close it.", position)
	}
	if unclosed {
		return fmt.Sprintf("has something after a closing double quote, in the parameter at position %d. Write \";\" between parameters, and \\\" for a double quote inside of one.", position)
	}
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return fmt.Sprintf("has a parameter without a value at position %d. Write one, or remove it.", position)
	case strings.HasSuffix(name, "*"):
		return fmt.Sprintf("has an extended parameter at position %d that is not percent-encoded. Write it like \"filename*=UTF-8''a%%20b.pdf\"; %s.", position, writeFilename)
	case !isASCII(text):
		return fmt.Sprintf("has a parameter beyond ASCII at position %d. Write it like \"filename*=UTF-8''a%%C3%%A9.pdf\"; %s.", position, writeFilename)
	default:
		return fmt.Sprintf("has a value that needs double quotes, in the parameter at position %d. Write it like \"filename=\\\"a b.pdf\\\"\".", position)
	}
}

func doubtFilename(name string) []doubt {
	const slug = "content-disposition-filename"
	switch {
	case name == "":
		return []doubt{{slug, "Content-Disposition has an empty filename. Write one, or remove the parameter."}}
	case !isASCII(name):
		return []doubt{{slug, "Content-Disposition has a filename beyond ASCII, which browsers read differently. Add the same name as filename*, which they prefer, and keep filename for a spelling in ASCII; " + writeFilename + "."}}
	case strings.ContainsAny(name, `/\`):
		return []doubt{{slug, "Content-Disposition has a path in its filename. Browsers cut or replace it; write a name without slashes."}}
	case strings.HasPrefix(name, "=?") && strings.HasSuffix(name, "?="):
		return []doubt{{slug, "Content-Disposition has a filename encoded as in mail. Browsers show it as it is; write filename*=UTF-8'' and the percent-encoded name."}}
	}
	if plainName(name) != name {
		return []doubt{{slug, "Content-Disposition has a percent-encoded filename, which browsers read differently. Decode it, %2B to a plus included, or write it as filename* with UTF-8'' in front of it; " + writeFilename + "."}}
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
		return []doubt{{slug, "Content-Disposition has a filename* without its charset; write UTF-8'' in front of the percent-encoded name."}}
	case p.quoted:
		return []doubt{{slug, "Content-Disposition has a filename* in double quotes, which browsers ignore; remove them."}}
	case !strings.EqualFold(charset, "UTF-8"):
		return []doubt{{slug, "Content-Disposition has a filename* in a charset that is not UTF-8. Only that works everywhere; encode the name in UTF-8."}}
	case err != nil || strings.ContainsAny(encoded, "*'"):
		return []doubt{{slug, "Content-Disposition has a filename* that is not percent-encoded. Encode every byte but letters, digits and - . _ ~ as %XX."}}
	case decoded == "":
		return []doubt{{slug, "Content-Disposition has an empty filename*. Write a name, or remove the parameter."}}
	case !utf8.ValidString(decoded):
		return []doubt{{slug, "Content-Disposition has a filename* that is not UTF-8 once decoded. Encode the UTF-8 bytes of the name."}}
	case strings.Contains(encoded, "+"):
		return []doubt{{"content-disposition-plus", "Content-Disposition has a \"+\" in its filename*, which browsers show as it is; urlencode writes one for a space. Write %20 if a space is meant, %2B for a plus; " + writeFilename + "."}}
	case strings.ContainsAny(decoded, "/\\\x00\r\n"):
		return []doubt{{slug, "Content-Disposition has a path or a line break in its filename*. Browsers cut or replace it; write a plain name."}}
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
