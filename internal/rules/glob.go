package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// CheckKeyGlob reports what is wrong with a glob that selects keys, in the form that a Rule's Keys have: what is not
// well formed, and what can match no key or not those that seem to be meant.
func CheckKeyGlob(glob string) []finding.Finding {
	detail := KeyGlobFault(glob)
	if detail == "" {
		return nil
	}
	return []finding.Finding{{Rule: "key-glob", Severity: finding.Error, Summary: "Invalid Key Glob", Detail: detail}}
}

// MatchKey reports whether a whole key matches a glob that CheckKeyGlob accepts.
func MatchKey(glob, key string) bool { return doublestar.MatchUnvalidated(glob, key) }

// GlobPrefix is a text that every key begins with that a glob matches: what stands before its first special character.
func GlobPrefix(glob string) string {
	i := strings.IndexAny(glob, GlobSpecial)
	if i < 0 {
		return glob
	}
	prefix, rest := glob[:i], glob[i:]
	// "a/**" matches "a" as well, and braces can hide or make up the two stars.
	if strings.Contains(rest, "**") || strings.Contains(rest, "{") {
		prefix = strings.TrimSuffix(prefix, "/")
	}
	return prefix
}

// GlobSpecial are the characters that make a glob more than the text that it is.
const GlobSpecial = `*?[]{}\`

// IsLiteralGlob reports whether a glob matches the one text that it is.
func IsLiteralGlob(glob string) bool { return !strings.ContainsAny(glob, GlobSpecial) }

func malformed(glob string) string {
	if doublestar.ValidatePattern(glob) {
		return ""
	}
	return fmt.Sprintf("The glob %s is not well formed. Close every [ and {, and write \\\\ before one that is meant as it is.", finding.Quote(glob))
}

// BucketGlobFault returns what is not well formed in a glob or why it matches no bucket that can exist, or "".
func BucketGlobFault(glob string) string {
	if detail := malformed(glob); detail != "" {
		return detail
	}
	if strings.ContainsAny(glob, `[{\`) { // these may hold text that is not matched
		return ""
	}
	bad, found := finding.FirstRune(glob, func(r rune) bool { return !isLowerAlnum(r) && r != '-' && r != '*' && r != '?' })
	switch literal := IsLiteralGlob(glob); {
	case glob == "":
		return "The glob is empty, so it matches no bucket. Write a name, or \"*\" for all."
	case found:
		return fmt.Sprintf("The glob %s contains %s, which no bucket name does, so it matches none. Bucket names consist of lower-case letters, digits and hyphens.", finding.Quote(glob), finding.Character(bad))
	case literal && len(CheckBucket(glob)) > 0:
		return fmt.Sprintf("The glob %s matches no bucket: %s", finding.Quote(glob), CheckBucket(glob)[0].Detail)
	}
	return ""
}

// KeyGlobFault returns what is not well formed in a glob, or why it matches no key or not those that seem to be
// meant, or "".
func KeyGlobFault(glob string) string {
	if detail := malformed(glob); detail != "" {
		return detail
	}
	trimmed := strings.TrimLeft(glob, "/")
	switch literal := IsLiteralGlob(glob); {
	case glob == "":
		return "The glob is empty, so it matches no key. Write one, or \"**\" for all keys."
	case trimmed != glob:
		return fmt.Sprintf("The glob %s begins with a slash, which no key does, so it matches none. Write %s.", finding.Quote(glob), finding.Quote(trimmed))
	case strings.HasSuffix(glob, "/") && !strings.HasSuffix(glob, "**/"):
		return fmt.Sprintf("The glob %s matches only a key that ends in a slash, not the objects below. Write %s for those, or %s for a folder object alone.", finding.Quote(glob), finding.Quote(glob+"**"), finding.Quote(strings.TrimSuffix(glob, "/")+"{/}"))
	case !strings.ContainsAny(glob, `[{\`) && slices.ContainsFunc(strings.Split(glob, "/"), func(s string) bool { return strings.Contains(s, "**") && s != "**" }):
		return fmt.Sprintf("The glob %s has \"**\" beside other text, where it stops at slashes like \"*\". Write it between slashes, such as \"**/*.html\", or write \"*\".", finding.Quote(glob))
	case literal && finding.HasError(CheckKey(glob)):
		return fmt.Sprintf("The glob %s matches no key: %s", finding.Quote(glob), CheckKey(glob)[0].Detail)
	}
	return ""
}
