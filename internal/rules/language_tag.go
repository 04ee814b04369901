package rules

import (
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// irregularTags are those that RFC 5646 keeps although they break its grammar.
var irregularTags = []string{
	"en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu",
	"sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
}

// isLanguageTag reports whether tag is well formed (RFC 5646, section 2.1): language,
// script, region, variants, extensions, private use. Whether a subtag is registered
// is not looked up.
func isLanguageTag(tag string) bool {
	tag = strings.ToLower(tag)
	if slices.Contains(irregularTags, tag) {
		return true
	}
	parts := strings.Split(tag, "-")
	if slices.ContainsFunc(parts, func(p string) bool { return len(p) < 1 || len(p) > 8 || !isAlnumText(p) }) {
		return false
	}
	if parts[0] != "x" {
		var ok bool
		if parts, ok = skipLanguage(parts); !ok {
			return false
		}
		if parts, ok = skipVariants(parts); !ok {
			return false
		}
		if parts, ok = skipExtensions(parts); !ok {
			return false
		}
	}
	// Private use: x and at least one part of 1 to 8 letters or digits.
	return len(parts) == 0 || parts[0] == "x" && len(parts) > 1
}

// skipLanguage passes the language with its extensions, script and region.
func skipLanguage(parts []string) (rest []string, ok bool) {
	first := parts[0]
	if !isLetters(first) || len(first) < 2 {
		return nil, false
	}
	rest = parts[1:]
	next := func(fits func(string) bool) bool {
		if len(rest) == 0 || !fits(rest[0]) {
			return false
		}
		rest = rest[1:]
		return true
	}
	if len(first) <= 3 { // up to three extended languages
		for range 3 {
			if !next(func(p string) bool { return len(p) == 3 && isLetters(p) }) {
				break
			}
		}
	}
	next(func(p string) bool { return len(p) == 4 && isLetters(p) })
	next(func(p string) bool { return len(p) == 2 && isLetters(p) || len(p) == 3 && isDigits(p) })
	return rest, true
}

func skipVariants(parts []string) (rest []string, ok bool) {
	seen := map[string]bool{}
	for len(parts) > 0 {
		p := parts[0]
		if len(p) < 4 || len(p) == 4 && !isDigits(p[:1]) {
			break
		}
		if seen[p] {
			return nil, false
		}
		seen[p] = true
		parts = parts[1:]
	}
	return parts, true
}

func skipExtensions(parts []string) (rest []string, ok bool) {
	seen := map[string]bool{}
	for len(parts) > 0 && len(parts[0]) == 1 && parts[0] != "x" {
		if seen[parts[0]] {
			return nil, false
		}
		seen[parts[0]] = true
		end := 1
		for end < len(parts) && len(parts[end]) >= 2 {
			end++
		}
		if end == 1 {
			return nil, false
		}
		parts = parts[end:]
	}
	return parts, true
}

func isLetters(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" }
func isDigits(s string) bool  { return strings.Trim(s, "0123456789") == "" }

func isAlnumText(s string) bool {
	_, other := finding.FirstRune(s, func(r rune) bool { return !isLowerAlnum(r) })
	return !other
}
