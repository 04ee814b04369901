package rules

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

// grammarTests gives for each value the rules it breaks, and words of the first
// detail: what to write, where there is one.
var grammarTests = []struct {
	name, value, rules, words string
}{
	{"Cache-Control", "no-store", "", ""},
	{"Cache-Control", "no-cache, no-store, must-revalidate, max-age=0", "", ""},
	{"Cache-Control", "Public, Max-Age=31536000, immutable", "", ""},
	{"Cache-Control", "public,max-age=60 , stale-while-revalidate=30,stale-if-error=86400", "", ""},
	{"Cache-Control", `private="set-cookie", public, max-age="60"`, "", ""},
	{"Cache-Control", `no-cache="set-cookie", max-age=60`, "", ""},
	{"Cache-Control", ", max-age=1,, public", "", ""},
	{"Cache-Control", "max-age=99999999999999999999", "", ""},
	{"Cache-Control", "maxage=60", "cache-control-unknown", `Did you mean "max-age"?`},
	{"Cache-Control", "no_cache", "cache-control-unknown", `Directive 1 of Cache-Control is in no standard, so caches ignore it. Did you mean "no-cache"?`},
	{"Cache-Control", "s-max-age=5", "cache-control-unknown", `Did you mean "s-maxage"?`},
	{"Cache-Control", "frobnicate", "cache-control-unknown", "Remove it"},
	{"Cache-Control", "max-stale=5", "cache-control-unknown", "requests only"},
	{"Cache-Control", "public; max-age=60", "cache-control-syntax", "Write commas"},
	{"Cache-Control", "max-age: 60", "cache-control-syntax", "colon in the directive at position 1"},
	{"Cache-Control", "public, max-age = 60", "cache-control-syntax", "space beside the equals sign of the directive at position 9"},
	{"Cache-Control", "max-age=", "cache-control-syntax", "unreadable"},
	{"Cache-Control", `private="x`, "cache-control-syntax", "unreadable"},
	{"Cache-Control", "größe", "cache-control-syntax", "unreadable"},
	{"Cache-Control", "max-age", "cache-control-argument", `"max-age=3600"`},
	{"Cache-Control", "max-age=1h", "cache-control-argument", "whole number"},
	{"Cache-Control", "max-age=-1", "cache-control-argument", "whole number"},
	{"Cache-Control", "max-age=1.5", "cache-control-argument", "whole number"},
	{"Cache-Control", "no-store=1", "cache-control-argument", `write "no-store" alone`},
	{"Cache-Control", "max-age=1, max-age=2", "cache-control-duplicate", "Keep one"},
	{"Cache-Control", "no-store, max-age=600", "cache-control-contradiction", `so "max-age" does nothing`},
	{"Cache-Control", "no-cache, max-age=600, immutable", "cache-control-contradiction cache-control-contradiction", ""},
	{"Cache-Control", "public, private", "cache-control-contradiction", `With "private" shared caches`},
	{"Cache-Control", "must-revalidate, stale-if-error=1", "cache-control-contradiction", ""},
	{"Cache-Control", "must-revalidate, stale-if-error=0", "", ""},

	{"Content-Disposition", "inline", "", ""},
	{"Content-Disposition", "ATTACHMENT", "", ""},
	{"Content-Disposition", "attachment;", "", ""},
	{"Content-Disposition", `attachment; filename="a b.txt"; size=3`, "", ""},
	{"Content-Disposition", `attachment; filename="a \"b\".txt"`, "", ""},
	{"Content-Disposition", `attachment; filename=a.txt; filename*=UTF-8''%E4%B8%AD.txt`, "", ""},
	{"Content-Disposition", `attachment; filename*=utf-8'en'a.txt`, "", ""},
	{"Content-Disposition", `attachment; filename="100%.txt"`, "", ""},
	{"Content-Disposition", `filename="a.txt"`, "content-disposition-type", `write "attachment; " in front of it`},
	{"Content-Disposition", `filename*=UTF-8''a`, "content-disposition-type", `write "attachment; " in front of it`},
	{"Content-Disposition", "download", "content-disposition-type", `treat like "attachment"`},
	{"Content-Disposition", `"attachment"`, "content-disposition-syntax", "unreadable"},
	{"Content-Disposition", `attachment, inline`, "content-disposition-syntax", "unreadable from"},
	{"Content-Disposition", `attachment; filename`, "content-disposition-syntax", "unreadable from"},
	{"Content-Disposition", `attachment; filename=a b.txt; x=y`, "content-disposition-syntax", `needs double quotes, in the parameter at position 13. Write it like "filename=\"a b.pdf\""`},
	{"Content-Disposition", `attachment; filename=`, "content-disposition-syntax", "without a value"},
	{"Content-Disposition", `attachment; filename="a`, "content-disposition-syntax", "not closed"},
	{"Content-Disposition", `attachment; filename="a"b"`, "content-disposition-syntax", "after a closing double quote"},
	{"Content-Disposition", `attachment; filename*=a b`, "content-disposition-syntax", `Write it like "filename*=UTF-8''a%20b.pdf"`},
	{"Content-Disposition", `attachment; filename=中.txt`, "content-disposition-syntax", `beyond ASCII at position 13. Write it like "filename*=UTF-8''a%C3%A9.pdf"`},
	{"Content-Disposition", `attachment; filename="中.txt"`, "content-disposition-filename", `Add the same name as filename*`},
	{"Content-Disposition", `attachment; filename=%E4%B8%AD.txt`, "content-disposition-filename", `provider::oss::content_disposition("attachment", NAME)`},
	{"Content-Disposition", `attachment; filename="%E4%B8%AD+a%2B.txt"`, "content-disposition-filename", `Decode it, %2B to a plus included`},
	{"Content-Disposition", `attachment; filename="C++ a+b.txt"`, "", ""},
	{"Content-Disposition", `attachment; filename="=?UTF-8?B?5Lit?="`, "content-disposition-filename", "as in mail"},
	{"Content-Disposition", `attachment; filename="a/b.txt"`, "content-disposition-filename", "path"},
	{"Content-Disposition", `attachment; filename=""`, "content-disposition-filename", "empty"},
	{"Content-Disposition", `attachment; filename=a; FileName=b`, "content-disposition-duplicate", "one that it has already"},
	{"Content-Disposition", `attachment; filename*=a%20b`, "content-disposition-extended", "write UTF-8'' in front"},
	{"Content-Disposition", `attachment; filename*="UTF-8''a"`, "content-disposition-extended", `remove them`},
	{"Content-Disposition", `attachment; filename*=ISO-8859-1''%e4`, "content-disposition-extended", "UTF-8"},
	{"Content-Disposition", `attachment; filename*=UTF-8''a%2`, "content-disposition-extended", "not percent-encoded"},
	{"Content-Disposition", `attachment; filename*=UTF-8''%E4%B8%AD+a%2Bb.txt`, "content-disposition-plus", `Write %20 if a space is meant, %2B for a plus`},
	{"Content-Disposition", `attachment; filename*=UTF-8''%ff`, "content-disposition-extended", "not UTF-8 once decoded"},
	{"Content-Disposition", `attachment; filename*=UTF-8''a%2Fb`, "content-disposition-extended", "path"},
	{"Content-Disposition", `attachment; filename*=UTF-8''`, "content-disposition-extended", "empty"},

	{"Content-Encoding", "gzip", "", ""}, {"Content-Encoding", "GZIP, br", "", ""}, {"Content-Encoding", "identity", "", ""}, {"Content-Encoding", "zstd", "", ""},
	{"Content-Encoding", "gz", "content-encoding-unknown", "such as"},
	{"Content-Encoding", "gizp", "content-encoding-unknown", `Did you mean "gzip"?`},
	{"Content-Encoding", "utf-8", "content-encoding-unknown", "Content-Type"},
	{"Content-Encoding", "base64", "content-encoding-unknown", "leave the attribute out"},

	{"Content-Language", "en", "", ""}, {"Content-Language", "zh-Hans-CN, de-AT", "", ""}, {"Content-Language", "x-klingon", "", ""},
	{"Content-Language", "zh_CN", "content-language-tag", `Write a hyphen for the underscore, as in "zh-CN"`},
	{"Content-Language", "en;q=0.8", "content-language-tag", "Weights"},
	{"Content-Language", "*", "content-language-tag", "Write tags like"},
	{"Content-Language", "Deutsch (AT)", "content-language-tag", "Write tags like"},

	{"Content-Type", "text/html", "", ""}, {"Content-Type", `text/plain; charset="utf-8"`, "", ""}, {"Content-Type", "text/html;charset=utf-8;", "", ""},
	{"Content-Type", "application/vnd.api+json", "", ""},
	{"Content-Type", "html", "content-type-syntax", `such as "text/html"`},
	{"Content-Type", ".json", "content-type-syntax", `such as "application/json"`},
	{"Content-Type", "text/", "content-type-syntax", "not a media type"},
	{"Content-Type", "/x", "content-type-syntax", "not a media type"},
	{"Content-Type", "text/html charset=utf-8", "content-type-syntax", "unreadable from"},
	{"Content-Type", "text/html; charset", "content-type-syntax", "unreadable from"},
	{"Content-Type", "image/jpg", "content-type-name", `Write "image/jpeg"`},
	{"Content-Type", "text/html; charset=a; charset=b", "content-type-duplicate", "Keep one"},

	{"Expires", "Wed, 21 Oct 2026 07:28:00 GMT", "", ""},
	{"Expires", "Wednesday, 21-Oct-26 07:28:00 GMT", "", ""}, // RFC 850, still an HTTP date
	{"Expires", "Wed Oct 21 07:28:00 2026", "", ""},          // asctime
	{"Expires", "Thu, 21 Oct 2026 07:28:00 GMT", "expires-weekday", "correct one of the two"},
	{"Expires", "2022-10-12T00:00:00.000Z", "expires-date", `begins with the year; write it like "Wed, 21 Oct 2026 07:28:00 GMT", which formatdate(`},
	{"Expires", "2022-10-12", "expires-date", "begins with the year"},
	{"Expires", "Wed, 12 Oct 2022 08:00:00 +0800", "expires-date", "another time zone than GMT"},
	{"Expires", "1665532800", "expires-date", "seconds or milliseconds since 1970"},
	{"Expires", "1665532800000", "expires-date", "seconds or milliseconds since 1970"},
	{"Expires", "0", "", ""},
	{"Expires", "-1", "", ""},
	{"Expires", "60", "expires-date", "write it like"},
	{"Expires", "tomorrow", "expires-date", "write it like"},
	{"Expires", "Wed, 32 Oct 2026 07:28:00 GMT", "expires-date", "write it like"},
	{"Expires", "99999999999999999999", "expires-date", "write it like"},
}

func TestGrammars(t *testing.T) {
	t.Parallel()
	for _, tt := range grammarTests {
		t.Run(tt.name+"/"+tt.value, func(t *testing.T) {
			t.Parallel()
			got := CheckHeader(tt.name, tt.value)
			findingtest.WellFormed(t, got)
			if rules := strings.Join(findingtest.Rules(got), " "); rules != tt.rules {
				t.Fatalf("got %q, want %q: %+v", rules, tt.rules, got)
			}
			for _, v := range got {
				if v.Severity != finding.Warning || v.Name != tt.name || !strings.Contains(v.Detail, tt.name) {
					t.Errorf("OSS stores it, so it must be a warning that names the header: %+v", v)
				}
			}
			if len(got) > 0 && !strings.Contains(got[0].Detail, tt.words) {
				t.Errorf("detail %q lacks %q", got[0].Detail, tt.words)
			}
		})
	}
}

func TestLanguageTags(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]bool{
		// The examples of RFC 5646, appendix A, and its grandfathered tags.
		"de": true, "i-enochian": true, "zh-Hant": true, "zh-cmn-Hans-CN": true, "yue-HK": true, "sr-Latn-RS": true,
		"sl-rozaj-biske": true, "de-CH-1901": true, "sl-IT-nedis": true, "hy-Latn-IT-arevela": true, "es-419": true,
		"de-CH-x-phonebk": true, "az-Arab-x-AZE-derbend": true, "x-whatever": true, "qaa-Qaaa-QM-x-southern": true,
		"en-US-u-islamcal": true, "zh-CN-a-myext-x-private": true, "en-a-myext-b-another": true, "en-GB-oed": true, "sgn-BE-FR": true,
		"zh-min-nan": true, "art-lojban": true,
		"de-419-DE": false, "a-DE": false, "ar-a-aaa-b-bbb-a-ccc": false,
		"": false, "-": false, "en-": false, "en--US": false, "e": false, "x": false, "en-x": false, "en-a": false, "en-a-x-b": false,
		"abcdefghi": false, "en-abcdefghi": false, "en_US": false, "en US": false, "1en": false, "sl-rozaj-rozaj": false, "dé": false,
		// A name in place of a code. No language of four letters or more is registered.
		"german": false, "English": false,
		// Well formed, whether a library knows the subtag or not; the same subtag twice where it is none of the two.
		"zz": true, "en-foobar": true, "de-DE": true, "en-a-myext-b-myext": true, "en-x-abcde-abcde": true,
	} {
		if got := isLanguageTag(tag); got != want {
			t.Errorf("isLanguageTag(%q) = %v", tag, got)
		}
	}
}
