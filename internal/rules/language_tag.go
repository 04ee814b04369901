package rules

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// isLanguageTag reports whether tag is well formed (RFC 5646, section 2.1). The library also takes an underscore, and a
// variant or an extension that comes twice, which the RFC forbids (section 2.2, 5 and 6). It refuses languages of four to
// eight letters, of which none is registered: whoever writes "german" means "de". A subtag that the library does not know
// may be younger than its tables, so it passes.
func isLanguageTag(tag string) bool {
	_, err := language.Raw.Parse(tag)
	var unknown language.ValueError
	return (err == nil || errors.As(err, &unknown)) && !strings.Contains(tag, "_") && !repeatsSubtag(tag)
}

// repeatsSubtag reports whether a variant, or the letter of an extension, comes twice. What follows an x is private, and
// what follows the letter of an extension is a matter of the extension.
func repeatsSubtag(tag string) bool {
	var seen []string
	extended := false
	for part := range strings.SplitSeq(strings.ToLower(tag), "-") {
		single := len(part) == 1
		extended = extended || single
		switch {
		case part == "x":
			return false
		case !single && (extended || len(part) < 4): // languages and regions may look alike: de-DE
			continue
		case slices.Contains(seen, part):
			return true
		}
		seen = append(seen, part)
	}
	return false
}
