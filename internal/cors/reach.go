package cors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// checkReach warns about a rule that earlier rules keep from answering: always, or
// whenever a script could read what the rule exposes.
func checkReach(rules []Rule) []Problem {
	var found []Problem
	for i, rule := range rules {
		if rule.Partial || len(rule.AllowedOrigins) == 0 || len(rule.AllowedMethods) == 0 {
			continue // what it will match, or that it matches nothing, is not for here
		}
		if by := answeredBefore(rules[:i], rule, rule.AllowedHeaders); by != nil {
			found = append(found, Problem{Index: i, Finding: finding.Finding{
				Severity: finding.Warning,
				Rule:     "cors-rule-never-answers",
				Summary:  "CORS Rule Never Answers",
				Detail:   fmt.Sprintf("OSS answers with the first rule that matches, and %s matches every request that this one matches. Move this rule before it, or remove it.", ruleList(by)),
			}})
			continue
		}
		found = append(found, checkExposeReach(rules[:i], i, rule)...)
	}
	return found
}

// checkExposeReach: a preflight is matched by its headers too, the request that
// follows by origin and method alone, so another rule may answer it (PutBucketCors).
func checkExposeReach(earlier []Rule, index int, rule Rule) []Problem {
	by := answeredBefore(earlier, rule, nil)
	if by == nil {
		return nil
	}
	var lost []string
	for _, header := range rule.ExposeHeaders {
		exposedByAll := !slices.ContainsFunc(by, func(i int) bool {
			return !earlier[i].Partial && !some(earlier[i].ExposeHeaders, header, strings.EqualFold)
		})
		if !exposedByAll {
			lost = append(lost, finding.Quote(header))
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return []Problem{{Index: index, Field: FieldExpose, Finding: finding.Finding{
		Severity: finding.Warning,
		Rule:     "cors-expose-never-sent",
		Summary:  "CORS Expose Headers Never Sent",
		Detail: fmt.Sprintf("This rule answers preflight requests only: the requests that follow are matched by origin and method alone, and %s comes first there. Expose %s in that rule as well, or move this rule before it.",
			ruleList(by), strings.Join(shorten(lost), ", ")),
	}}}
}

// answeredBefore returns the indexes of earlier rules that together match every
// request of rule with the given headers, or nil when there may be one they miss.
// Every pair of an origin and a method must be covered by one earlier rule that also
// covers all headers; values that a Partial rule will gain only add to what it covers.
func answeredBefore(earlier []Rule, rule Rule, headers []string) []int {
	var by []int
	for _, origin := range rule.AllowedOrigins {
		for _, method := range rule.AllowedMethods {
			i := slices.IndexFunc(earlier, func(e Rule) bool {
				return slices.Contains(e.AllowedMethods, method) && some(e.AllowedOrigins, origin, covers) && coversAll(e.AllowedHeaders, headers)
			})
			if i < 0 {
				return nil
			}
			by = append(by, i)
		}
	}
	slices.Sort(by)
	return slices.Compact(by)
}

func coversAll(wide, narrow []string) bool {
	for _, pattern := range narrow {
		if !some(wide, pattern, coversFold) {
			return false
		}
	}
	return true
}

// ruleList names rules as a configuration counts them.
func ruleList(indexes []int) string {
	names := make([]string, len(indexes))
	for i, index := range indexes {
		names[i] = fmt.Sprintf("cors_rule[%d]", index)
	}
	return strings.Join(names, " or ")
}

// shorten keeps a list in a message readable.
func shorten(list []string) []string {
	const most = 8
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), "…")
}
