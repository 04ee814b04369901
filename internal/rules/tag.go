package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

const (
	// MaxTags is how many tags one object may have (PutObjectTagging).
	MaxTags = 10

	maxTagKeySize   = 128
	maxTagValueSize = 256
	tagSymbols      = " +-=._:/"
)

// tagRules hold for object tags; name is the tag's key, and shown what a message calls it. Source: PutObjectTagging.
func tagRules(shown func(key string) string) []limit {
	return []limit{
		{"tag-key-empty", finding.Error, "PutObjectTagging", func(key, _ string) string {
			if key != "" {
				return ""
			}
			return "A tag has an empty key. Give it a key such as \"team\"; only the value of a tag may be empty."
		}},
		{"tag-key-length", finding.Error, "PutObjectTagging", func(key, _ string) string {
			if len(key) <= maxTagKeySize {
				return ""
			}
			return fmt.Sprintf("The tag key %s is %d bytes long. OSS allows at most %d.", shown(key), len(key), maxTagKeySize)
		}},
		{"tag-value-length", finding.Error, "PutObjectTagging", func(key, value string) string {
			if len(value) <= maxTagValueSize {
				return ""
			}
			return fmt.Sprintf("The value of the tag %s is %d bytes long. OSS allows at most %d.", shown(key), len(value), maxTagValueSize)
		}},
		{"tag-key-characters", finding.Error, "PutObjectTagging", func(key, _ string) string {
			return tagCharacters("The tag key "+shown(key), key, notInTag)
		}},
		{"tag-value-characters", finding.Error, "PutObjectTagging", func(key, value string) string {
			return tagCharacters("The value of the tag "+shown(key), value, notInTag)
		}},
	}
}

// CheckTag reports what is wrong with one object tag.
func CheckTag(key, value string) []finding.Finding {
	return check(tagRules(finding.Quote), "Invalid Object Tag", key, key, value)
}

// CheckTags reports what is wrong with all tags of an object, in the order of
// their keys, and then whether there are more than MaxTags.
func CheckTags(tags map[string]string) []finding.Finding {
	var found []finding.Finding
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		found = append(found, CheckTag(key, tags[key])...)
	}
	return append(found, checkTagCount(len(tags))...)
}

func checkTagCount(count int) []finding.Finding {
	if count <= MaxTags {
		return nil
	}
	return []finding.Finding{{
		Rule: "tag-count", Severity: finding.Error, Summary: "Too Many Object Tags",
		Detail: fmt.Sprintf("The object has %d tags. OSS allows at most %d; remove %d.", count, MaxTags, count-MaxTags),
	}}
}

func tagCharacters(subject, text string, bad func(rune) bool) string {
	if !utf8.ValidString(text) {
		return subject + " is not valid UTF-8. Re-encode it."
	}
	what, found := finding.FirstPlace(text, bad)
	if !found {
		return ""
	}
	return fmt.Sprintf("%s contains %s. OSS allows letters, digits, spaces and + - = . _ : / in tags; replace it.", subject, what)
}

// notInTag lets through letters and digits of any script, which OSS was seen to store (OSS-268).
func notInTag(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(tagSymbols, r)
}
