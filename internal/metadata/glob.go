package metadata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// CheckKeyGlob reports what is wrong with a glob that selects keys, in the form that a Rule's Keys have: what is not
// well formed, and what can match no key or not those that seem to be meant.
func CheckKeyGlob(glob string) []Violation {
	detail := keyGlobFault(glob)
	if detail == "" {
		return nil
	}
	return []Violation{{Rule: "key-glob", Severity: Error, Summary: "Invalid Key Glob", Detail: detail}}
}

// MatchKey reports whether a whole key matches a glob that CheckKeyGlob accepts.
func MatchKey(glob, key string) bool { return doublestar.MatchUnvalidated(glob, key) }

// GlobPrefix is a text that every key begins with that a glob matches: what stands before its first special character.
func GlobPrefix(glob string) string {
	i := strings.IndexAny(glob, globSpecial)
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

const globSpecial = `*?[]{}\`

func malformed(glob string) string {
	if doublestar.ValidatePattern(glob) {
		return ""
	}
	return fmt.Sprintf("The glob %s is not well formed. Close every [ and {, and write \\\\ before one that is meant as it is.", quote(glob))
}

// bucketGlobFault returns what is not well formed in a glob or why it matches no bucket that can exist, or "".
func bucketGlobFault(glob string) string {
	if detail := malformed(glob); detail != "" {
		return detail
	}
	if strings.ContainsAny(glob, `[{\`) { // these may hold text that is not matched
		return ""
	}
	bad, found := firstRune(glob, func(r rune) bool { return !isLowerAlnum(r) && r != '-' && r != '*' && r != '?' })
	switch literal := !strings.ContainsAny(glob, globSpecial); {
	case glob == "":
		return "The glob is empty, so it matches no bucket. Write a name, or \"*\" for all."
	case found:
		return fmt.Sprintf("The glob %s contains %s, which no bucket name does, so it matches none. Bucket names consist of lower-case letters, digits and hyphens.", quote(glob), character(bad))
	case literal && len(CheckBucket(glob)) > 0:
		return fmt.Sprintf("The glob %s matches no bucket: %s", quote(glob), CheckBucket(glob)[0].Detail)
	}
	return ""
}

// keyGlobFault returns what is not well formed in a glob, or why it matches no key or not those that seem to be
// meant, or "".
func keyGlobFault(glob string) string {
	if detail := malformed(glob); detail != "" {
		return detail
	}
	trimmed := strings.TrimLeft(glob, "/")
	switch literal := !strings.ContainsAny(glob, globSpecial); {
	case glob == "":
		return "The glob is empty, so it matches no key. Write one, or \"**\" for all keys."
	case trimmed != glob:
		return fmt.Sprintf("The glob %s begins with a slash, which no key does, so it matches none. Write %s.", quote(glob), quote(trimmed))
	case strings.HasSuffix(glob, "/") && !strings.HasSuffix(glob, "**/"):
		return fmt.Sprintf("The glob %s matches only a key that ends in a slash, not the objects below. Write %s for those, or %s for a folder object alone.", quote(glob), quote(glob+"**"), quote(strings.TrimSuffix(glob, "/")+"{/}"))
	case !strings.ContainsAny(glob, `[{\`) && slices.ContainsFunc(strings.Split(glob, "/"), func(s string) bool { return strings.Contains(s, "**") && s != "**" }):
		return fmt.Sprintf("The glob %s has \"**\" beside other text, where it stops at slashes like \"*\". Write it between slashes, such as \"**/*.html\", or write \"*\".", quote(glob))
	case literal && hasError(CheckKey(glob)):
		return fmt.Sprintf("The glob %s matches no key: %s", quote(glob), CheckKey(glob)[0].Detail)
	}
	return ""
}
