package cors

import (
	"encoding/xml"
	"fmt"
	"slices"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

const (
	// MaxRules is how many rules a bucket may have at most. The page of PutBucketCors
	// (2026) says 20, older ones 10: above 20 is refused under both readings.
	MaxRules = 20
	// SafeRules is how many rules every page allows.
	SafeRules = 10

	// maxXMLSize is the largest request body in bytes (PutBucketCors: 16 KB).
	maxXMLSize = 16 << 10
	// maxMaxAge is the largest max age in seconds. The range of the service is not
	// documented; this is what the C++ SDK allows.
	maxMaxAge = 999_999_999
)

var methods = []string{"GET", "PUT", "DELETE", "POST", "HEAD"}

// Check reports what is wrong with the CORS rules of a bucket: first the findings
// about each rule by itself, in order, then those about rules that earlier ones keep
// from answering, then those about the whole list.
func Check(rules []Rule) []Problem {
	var found []Problem
	for i, rule := range rules {
		found = append(found, checkRule(i, rule)...)
	}
	size := xmlSize(rules)
	if size <= maxXMLSize { // which also bounds the work: it grows with the square of the elements
		found = append(found, checkReach(rules)...)
	}
	for i, p := range found {
		if origins := rules[p.Index].AllowedOrigins; len(origins) > 0 {
			found[i].Origin = origins[0]
		}
	}
	return append(found, checkList(len(rules), size)...)
}

func checkRule(index int, rule Rule) []Problem {
	found := checkMissing(rule)
	for _, origin := range rule.AllowedOrigins {
		found = append(found, checkOrigin(origin)...)
	}
	for _, method := range rule.AllowedMethods {
		found = append(found, checkMethod(method)...)
	}
	for _, header := range rule.AllowedHeaders {
		found = append(found, checkAllowedHeader(header)...)
	}
	found = append(found, checkHeaderCase(rule.AllowedHeaders)...)
	for _, header := range rule.ExposeHeaders {
		found = append(found, checkExposeHeader(header)...)
	}
	if rule.MaxAgeSeconds != nil {
		found = append(found, checkMaxAge(*rule.MaxAgeSeconds)...)
	}
	found = append(found, checkUpload(rule)...)
	for i := range found {
		found[i].Index = index
	}
	return found
}

func checkMissing(rule Rule) []Problem {
	if rule.Partial {
		return nil
	}
	var found []Problem
	if len(rule.AllowedOrigins) == 0 {
		found = append(found, Problem{Field: FieldOrigins, Finding: finding.Finding{
			Rule:    "cors-origin-missing",
			Summary: "Missing CORS Origin",
			Detail:  `The rule allows no origin, and OSS wants at least one. Write the origin of the pages that use the bucket, such as "https://www.example.com", or "*" for all.`,
		}})
	}
	if len(rule.AllowedMethods) == 0 {
		found = append(found, Problem{Field: FieldMethods, Finding: finding.Finding{
			Rule:    "cors-method-missing",
			Summary: "Missing CORS Method",
			Detail:  `The rule allows no method, and OSS wants at least one. Write "GET" for downloads, "PUT" or "POST" for uploads.`,
		}})
	}
	return found
}

func checkMaxAge(seconds int64) []Problem {
	if seconds >= 0 && seconds <= maxMaxAge {
		return nil
	}
	return []Problem{{Field: FieldMaxAge, Finding: finding.Finding{
		Rule:    "cors-max-age-range",
		Summary: "Invalid CORS Max Age",
		Detail:  fmt.Sprintf("%d is outside of 0 to %d seconds. Browsers keep a preflight answer for a day at most; write 86400 or less.", seconds, maxMaxAge),
	}}}
}

func checkList(count, size int) []Problem {
	found := CheckCount(count)
	if size > maxXMLSize {
		found = append(found, Problem{Index: -1, Finding: finding.Finding{
			Rule:    "cors-xml-size",
			Summary: "CORS Configuration Too Large",
			Detail:  fmt.Sprintf("The rules take %d bytes as XML. OSS allows at most %d; shorten the lists of origins and headers, for instance with \"*\" in place of a part that varies.", size, maxXMLSize),
		}})
	}
	return found
}

// CheckCount reports too many rules, or none. Between the two limits it is finding.Advice: whether OSS takes so many shows only
// when they are sent, and a bucket that has them settles it.
func CheckCount(count int) []Problem {
	switch {
	case count == 0:
		return []Problem{{Index: -1, Finding: finding.Finding{
			Rule:    "cors-rules-missing",
			Summary: "Missing CORS Rule",
			Detail:  "There is no rule, and OSS wants at least one. Write a cors_rule block, or remove the resource to have no CORS configuration.",
		}}}
	case count > MaxRules:
		return []Problem{{Index: -1, Finding: finding.Finding{
			Rule:    "cors-rules-count",
			Summary: "Too Many CORS Rules",
			Detail:  fmt.Sprintf("There are %d rules. OSS allows at most %d; merge rules that allow the same, or remove %d.", count, MaxRules, count-MaxRules),
		}}}
	case count > SafeRules:
		return []Problem{{Index: -1, Finding: finding.Finding{
			Severity: finding.Advice,
			Rule:     "cors-rules-count",
			Summary:  "Many CORS Rules",
			Detail:   fmt.Sprintf("There are %d rules. OSS documents a limit of %d in some places and of %d in others; if it answers CORSRuleBeyondLimit, merge rules that allow the same.", count, SafeRules, MaxRules),
		}}}
	}
	return nil
}

// xmlSize is the size in bytes of the request body, counted the safe way: with an
// XML declaration and a ResponseVary element whether or not they are sent.
func xmlSize(rules []Rule) int {
	type xmlRule struct {
		AllowedOrigin []string
		AllowedMethod []string
		AllowedHeader []string
		ExposeHeader  []string
		MaxAgeSeconds *int64
	}
	body := struct {
		XMLName      xml.Name `xml:"CORSConfiguration"`
		CORSRule     []xmlRule
		ResponseVary bool
	}{}
	for _, r := range rules {
		age := r.MaxAgeSeconds
		if age == nil {
			age = new(int64) // the SDK always sends one
		}
		body.CORSRule = append(body.CORSRule, xmlRule{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders, age})
	}
	encoded, err := xml.Marshal(body)
	if err != nil {
		panic("cors: marshalling plain strings: " + err.Error()) // cannot happen: no custom marshaller, no channel, no function
	}
	return len(xml.Header) + len(encoded)
}

func knownMethod(method string) bool { return slices.Contains(methods, method) }
