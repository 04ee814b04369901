package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// codings are the content codings of the IANA registry; the page of PutObject lists
// identity, gzip, compress, deflate and br, and nothing shows OSS enforcing it.
var codings = []string{"gzip", "br", "zstd", "deflate", "compress", "identity", "x-gzip", "x-compress", "dcb", "dcz", "aes128gcm", "exi", "pack200-gzip"}

// doubtContentEncoding reports codings that browsers cannot undo (RFC 9110, 8.4).
func doubtContentEncoding(value string) []doubt {
	var found []doubt
	for i, element := range strings.Split(value, ",") {
		coding := strings.ToLower(strings.Trim(element, " \t"))
		if coding == "" || slices.Contains(codings, coding) {
			continue
		}
		found = append(found, doubt{"content-encoding-unknown", fmt.Sprintf("Content-Encoding has, as coding %d, one that browsers cannot undo: they show an error or broken data. %s", i+1, codingAdvice(coding))})
	}
	return found
}

func codingAdvice(coding string) string {
	if strings.HasPrefix(coding, "utf") || strings.HasPrefix(coding, "iso-8859") || strings.HasPrefix(coding, "gb") {
		return "A charset belongs in Content-Type, such as \"text/html; charset=utf-8\"."
	}
	if near := finding.Nearest(coding, codings); near != "" {
		return fmt.Sprintf("Did you mean %q?", near)
	}
	return "Write the coding of the stored bytes, such as \"gzip\" or \"br\", or leave the attribute out for none."
}

// doubtContentLanguage reports tags that are not well formed (BCP 47, RFC 5646).
func doubtContentLanguage(value string) []doubt {
	var found []doubt
	for i, element := range strings.Split(value, ",") {
		tag := strings.Trim(element, " \t")
		if tag == "" || isLanguageTag(tag) {
			continue
		}
		advice := "Write tags like \"en\", \"de-AT\" or \"zh-Hans\", separated by commas."
		plain, _, weighted := strings.Cut(tag, ";")
		switch fixed := strings.ReplaceAll(plain, "_", "-"); {
		case weighted:
			advice = "Weights belong in requests; write the tag alone."
		case fixed != tag && isLanguageTag(fixed):
			advice = "Write a hyphen for the underscore, as in \"zh-CN\"."
		}
		found = append(found, doubt{"content-language-tag", fmt.Sprintf("Content-Language has, as tag %d, one that is not a language tag. %s", i+1, advice)})
	}
	return found
}

// misnamedTypes are wrong names in wide use, with the registered ones.
var misnamedTypes = map[string]string{
	"image/jpg": "image/jpeg", "image/svg": "image/svg+xml", "audio/mp3": "audio/mpeg", "text/json": "application/json",
	"text/js": "text/javascript", "application/js": "application/javascript", "application/x-json": "application/json",
}

// doubtContentType reports what is not a media type (RFC 9110, 8.3.1); browsers then
// guess one, or save the object instead of showing it.
func doubtContentType(value string) []doubt {
	s := scanner{value}
	kind := s.token()
	slash := s.eat('/')
	subtype := s.token()
	full := kind + "/" + subtype
	if kind == "" || !slash || subtype == "" {
		return []doubt{{"content-type-syntax", fmt.Sprintf("Content-Type is not a media type. Write a type and a subtype, such as %q.", likelyType(value))}}
	}
	var found []doubt
	if registered, wrong := misnamedTypes[strings.ToLower(full)]; wrong {
		found = append(found, doubt{"content-type-name", fmt.Sprintf("Content-Type is %q, which is not a registered name. Write %q.", strings.ToLower(full), registered)})
	}
	parameters, rest := s.parameters()
	if rest != "" {
		return append(found, doubt{"content-type-syntax", fmt.Sprintf("Content-Type is unreadable from position %d on. Write parameters like \"; charset=utf-8\".", finding.Position(value, rest))})
	}
	seen := map[string]bool{}
	for i, p := range parameters {
		if seen[p.name] {
			found = append(found, doubt{"content-type-duplicate", fmt.Sprintf("Content-Type has, as parameter %d, one that it has already. Keep one.", i+1)})
		}
		seen[p.name] = true
	}
	return found
}

// likelyType takes a word such as "html" for an extension.
func likelyType(value string) string {
	if guess := ContentType("x." + strings.TrimPrefix(value, ".")); guess != DefaultContentType {
		return guess
	}
	return "text/html"
}
