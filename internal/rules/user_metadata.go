package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// namePrefix begins the header that carries one entry of user metadata.
const namePrefix = "x-oss-meta-"

// MaxSize is the largest Size of a set of user metadata in bytes. EC 0011-00000002
// says that "8 KB or more" fails, other pages that 8 KB may not be exceeded, and
// none says whether the prefix of a name counts: 8,191 with the prefix passes
// under every reading.
const MaxSize = 8191

const (
	invalidMetadataKey   = "Invalid Metadata Key"
	invalidMetadataValue = "Invalid Metadata Value"
)

// nameRules hold for names of user metadata. Sources: PutObject, EC 0011-00000004.
// Upper case is stored as lower case, so it would come back as another name. What
// happens to an underscore differs (an error, a header dropped in silence, a wrong
// signature), none of which is what was asked for.
var nameRules = []limit{
	{"metadata-name-empty", finding.Error, "PutObject", func(name, _ string) string {
		if name != "" {
			return ""
		}
		return "The name is empty. Give the entry a name of lower-case letters, digits and hyphens, such as \"owner\"."
	}},
	{"metadata-name-prefix", finding.Error, "PutObject", func(name, _ string) string {
		if !strings.HasPrefix(strings.ToLower(name), namePrefix) {
			return ""
		}
		return fmt.Sprintf("%s has the prefix %q, which is added when the object is written; %s.", finding.Quote(name), namePrefix, writeName(name))
	}},
	{"metadata-name-case", finding.Error, "PutObject", func(name, _ string) string {
		if _, found := finding.FirstRune(name, isUpper); !found {
			return ""
		}
		return fmt.Sprintf("%s has an upper-case letter. OSS stores metadata names in lower case; %s.", finding.Quote(name), writeName(name))
	}},
	{"metadata-name-characters", finding.Error, "PutObject, EC 0011-00000004", func(name, _ string) string {
		r, found := finding.FirstRune(name, func(r rune) bool { return !isLowerAlnum(r) && !isUpper(r) && r != '-' })
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s. OSS allows letters, digits and hyphens in metadata names; %s.", finding.Quote(name), finding.Character(r), writeName(name))
	}},
}

// valueRules hold for values of user metadata. Non-ASCII text is sound: raw UTF-8
// comes back byte by byte (live tests of the C++ and Python SDKs).
var valueRules = []limit{
	// Undocumented, and some front ends drop an empty header before the signature
	// is computed, so it is refused.
	{"metadata-value-empty", finding.Error, "undocumented, see the comment", func(name, value string) string {
		if value != "" {
			return ""
		}
		return fmt.Sprintf("The value of %s is empty, and OSS does not promise to store an empty value. Write a value, or leave the entry out.", finding.Quote(name))
	}},
	{"metadata-value-utf8", finding.Error, "EC 0011-00000005", func(name, value string) string {
		at := finding.InvalidUTF8(value)
		if at == 0 {
			return ""
		}
		return fmt.Sprintf("The value of %s is not valid UTF-8 from byte %d on. Encode it, for instance with base64.", finding.Quote(name), at)
	}},
	// EC 0011-00000005 speaks of illegal bytes and does not list them. Most control
	// characters cannot be sent in a header at all; a tab can, and is refused because
	// the list is unknown.
	{"metadata-value-control", finding.Error, "EC 0011-00000005, RFC 9110 section 5.5", func(name, value string) string {
		what, found := finding.FirstPlace(value, unicode.IsControl)
		if !found {
			return ""
		}
		return fmt.Sprintf("The value of %s contains %s. A header cannot carry it; remove it, or encode the value, for instance with base64.", finding.Quote(name), what)
	}},
	// Three parts of the way trim each in its own way: OSS answers SignatureDoesNotMatch or stores another value.
	{"metadata-value-padding", finding.Error, "RFC 9110 section 5.5; experiment with the SDK", func(name, value string) string {
		return padded("The value of "+finding.Quote(name), value, "entry out")
	}},
}

// CheckMetadataName reports what is wrong with one name of user metadata, written
// without the x-oss-meta- prefix.
func CheckMetadataName(name string) []finding.Finding {
	return check(nameRules, invalidMetadataKey, name, name, "")
}

// CheckMetadataValue reports what is wrong with the value of the entry name.
func CheckMetadataValue(name, value string) []finding.Finding {
	return check(valueRules, invalidMetadataValue, name, name, value)
}

// CheckUserMetadata reports everything that is wrong with a whole set of user
// metadata, entry by entry in the order of the names, then names that differ only
// in case, then the total size.
func CheckUserMetadata(m map[string]string) []finding.Finding {
	twins := caseTwins(m)
	var found []finding.Finding
	for _, name := range slices.Sorted(maps.Keys(m)) {
		for _, v := range CheckMetadataName(name) {
			// "write it in lower case" would be wrong advice where that name is taken.
			if v.Rule == "metadata-name-case" && len(twins[strings.ToLower(name)]) > 1 {
				continue
			}
			found = append(found, v)
		}
		found = append(found, CheckMetadataValue(name, m[name])...)
	}
	for _, lower := range slices.Sorted(maps.Keys(twins)) {
		if names := twins[lower]; len(names) > 1 {
			found = append(found, finding.Finding{
				Rule: "metadata-name-twins", Name: names[0], Severity: finding.Error, Summary: invalidMetadataKey,
				Detail: fmt.Sprintf("%s differ only in case. OSS stores metadata names in lower case, so only one of them would survive; keep one entry named %s.",
					finding.QuoteList(names), finding.Quote(lower)),
			})
		}
	}
	if size := Size(m); size > MaxSize {
		found = append(found, tooLarge(m, size))
	}
	return found
}

// Size is the size of a set of user metadata in bytes as OSS limits it: the full
// header names, prefix included, plus the values. See MaxSize.
func Size(m map[string]string) int {
	size := 0
	for name, value := range m {
		size += len(namePrefix) + len(name) + len(value)
	}
	return size
}

func tooLarge(m map[string]string, size int) finding.Finding {
	largest := slices.MaxFunc(slices.Sorted(maps.Keys(m)), func(a, b string) int {
		return cmp.Compare(len(a)+len(m[a]), len(b)+len(m[b]))
	})
	return finding.Finding{
		Rule: "metadata-size", Severity: finding.Error, Summary: "Too Much Metadata",
		Detail: fmt.Sprintf("The metadata takes %d bytes: the names, each with its prefix %q, and the values. OSS allows at most %d; remove %d. The largest entry is %s with %d.",
			size, namePrefix, MaxSize, size-MaxSize, finding.Quote(largest), len(namePrefix)+len(largest)+len(m[largest])),
	}
}

// caseTwins groups the names of m by their lower-case form, each group sorted.
func caseTwins(m map[string]string) map[string][]string {
	groups := make(map[string][]string, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		lower := strings.ToLower(name)
		groups[lower] = append(groups[lower], name)
	}
	return groups
}

// writeName is the advice that ends every message about a name. The name it gives
// obeys all rules at once, so that two findings about one name never disagree.
func writeName(name string) string {
	fixed := strings.ToLower(name)
	for strings.HasPrefix(fixed, namePrefix) {
		fixed = fixed[len(namePrefix):]
	}
	fixed = strings.Join(strings.FieldsFunc(fixed, func(r rune) bool { return !isLowerAlnum(r) }), "-")
	if fixed == "" {
		return "write a name of lower-case letters, digits and hyphens"
	}
	return "write " + finding.Quote(fixed)
}

func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }
