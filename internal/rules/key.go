package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// maxKeySize is the longest object key in bytes. Some pages say characters; a key
// within 1,023 bytes is within 1,023 characters as well.
const maxKeySize = 1023

// keyRules hold for object keys. Sources: the help page "Object naming
// conventions" and the errors 0016-00000001, -00000002 and -00000005
// (InvalidObjectName). The SDK itself refuses only an empty key.
var keyRules = []limit{
	{"key-empty", finding.Error, "EC 0016-00000001", func(_, key string) string {
		if key != "" {
			return ""
		}
		return "The key is empty. Write the object's full name inside the bucket, such as \"site/index.html\"."
	}},
	{"key-length", finding.Error, "EC 0016-00000002", func(_, key string) string {
		if len(key) <= maxKeySize {
			return ""
		}
		return fmt.Sprintf("%s is %d bytes long in UTF-8. OSS allows at most %d; shorten it by %d.",
			finding.Quote(key), len(key), maxKeySize, len(key)-maxKeySize)
	}},
	{"key-utf8", finding.Error, "Object naming conventions", func(_, key string) string {
		if utf8.ValidString(key) {
			return ""
		}
		return finding.Quote(key) + " is not valid UTF-8. OSS keys are UTF-8 text; re-encode it."
	}},
	{"key-leading-slash", finding.Error, "EC 0016-00000005", func(_, key string) string {
		rest := strings.TrimLeft(key, `/\`)
		if rest == key {
			return ""
		}
		if rest == "" {
			return finding.Quote(key) + ` has nothing but slashes or backslashes. OSS keys must not begin with "/" or "\".`
		}
		first := "slash"
		if key[0] == '\\' {
			first = "backslash"
		}
		return fmt.Sprintf(`%s begins with a %s. OSS keys must not begin with "/" or "\"; write %s.`, finding.Quote(key), first, finding.Quote(rest))
	}},
	// OSS takes such a key, and nobody means one.
	{"key-url", finding.Warning, "RFC 3986, section 3", func(_, key string) string {
		scheme, rest, found := strings.Cut(key, "://")
		bucket, inside, _ := strings.Cut(rest, "/")
		switch lower := strings.ToLower(scheme); {
		case !found:
			return ""
		case lower == "oss" && len(CheckBucket(bucket)) == 0 && inside != "":
			return fmt.Sprintf("%s is an address of an object, and would be its name in the bucket. Write bucket = %s and key = %s.", finding.Quote(key), finding.Quote(bucket), finding.Quote(inside))
		case lower == "oss" || lower == "s3" || lower == "http" || lower == "https":
			return fmt.Sprintf("%s begins with %q, and all of it would be the name in the bucket. Write the name alone, which is the path of the URL.", finding.Quote(key), scheme+"://")
		}
		return ""
	}},
	// A key travels percent-encoded, so any character can be sent; but the XML 1.0
	// of a listing or a multi-delete cannot hold most control characters.
	{"key-control", finding.Warning, "XML 1.0, production Char", func(_, key string) string {
		r, found := finding.FirstRune(key, unicode.IsControl)
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s. Such a key cannot be listed or deleted by many tools; remove the character.", finding.Quote(key), finding.Character(r))
	}},
	// Browsers and proxies resolve these before the request reaches OSS (RFC 3986, 5.2.4).
	{"key-dot-segment", finding.Warning, "RFC 3986, section 5.2.4", func(_, key string) string {
		for segment := range strings.SplitSeq(key, "/") {
			if segment == "." || segment == ".." {
				return fmt.Sprintf("%s has the path segment %q. Browsers and proxies resolve it and ask OSS for another key; remove the segment.", finding.Quote(key), segment)
			}
		}
		return ""
	}},
}

// CheckKey reports what is wrong with an object key. A sound key is 1 to 1,023
// bytes of UTF-8 that does not begin with a slash or a backslash.
func CheckKey(key string) []finding.Finding {
	return check(keyRules, "Invalid Object Key", "", "", key)
}

const (
	minBucketSize = 3
	maxBucketSize = 63
)

// bucketRules hold for bucket names. Source: the SDK checks the same before every
// call (CheckBucketName), and OSS answers InvalidBucketName.
var bucketRules = []limit{
	{"bucket-length", finding.Error, "SDK CheckBucketName", func(_, name string) string {
		if n := len(name); n < minBucketSize || n > maxBucketSize {
			return fmt.Sprintf("%s is %d bytes long. Bucket names have %d to %d.", finding.Quote(name), n, minBucketSize, maxBucketSize)
		}
		return ""
	}},
	{"bucket-characters", finding.Error, "SDK CheckBucketName", func(_, name string) string {
		r, found := finding.FirstRune(name, func(r rune) bool { return !isLowerAlnum(r) && r != '-' })
		if !found {
			return ""
		}
		return fmt.Sprintf("%s contains %s. Bucket names consist of lower-case letters, digits and hyphens.", finding.Quote(name), finding.Character(r))
	}},
	{"bucket-hyphen", finding.Error, "SDK CheckBucketName", func(_, name string) string {
		if !strings.HasPrefix(name, "-") && !strings.HasSuffix(name, "-") {
			return ""
		}
		return finding.Quote(name) + " begins or ends with a hyphen. Bucket names begin and end with a letter or a digit."
	}},
}

// CheckBucket reports what is wrong with a bucket name: 3 to 63 lower-case ASCII
// letters, digits and hyphens, with a letter or a digit at both ends.
func CheckBucket(name string) []finding.Finding {
	return check(bucketRules, "Invalid Bucket Name", "", "", name)
}

func isLowerAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
}
