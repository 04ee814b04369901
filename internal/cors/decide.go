package cors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Decision is the answer of OSS to one cross-origin request.
type Decision struct {
	Allowed bool
	Rule    int               // index of the rule that answers, from 0; -1 when none does
	Reason  string            // why no rule answers, as a sentence; "" when Allowed
	Headers map[string]string // response headers by their canonical name; not nil
}

// Decide says which rule answers a request and with which headers. With the names
// of its headers it speaks about the preflight request that a browser sends first;
// without any, about the request itself, which OSS matches by origin and method
// alone (HeadObject, PutBucketCors). The first rule that matches answers, even if a
// later one would allow more. Origins are compared letter by letter, as browsers
// send them in lower case; methods as well; names of headers in any case.
//
// Access-Control-Allow-Origin is "*" for a rule that has "*" among its origins and repeats the origin for others,
// Access-Control-Allow-Methods has all methods of the rule, Access-Control-Allow-Headers the requested ones in lower
// case (OSS-241). responseVary adds "Vary: Origin" whether or not a rule answers (PutBucketCors).
func Decide(rules []Rule, responseVary bool, origin, method string, headers []string) Decision {
	headers = requested(headers)
	decision := Decision{Rule: -1, Headers: map[string]string{}}
	if responseVary {
		decision.Headers["Vary"] = "Origin"
	}
	if origin == "" {
		decision.Reason = "The request has no origin, so it is not a cross-origin request."
		return decision
	}
	nearest := miss{}
	for i, rule := range rules {
		m := match(rule, origin, method, headers)
		if m.step == matched {
			decision.Allowed, decision.Rule = true, i
			answer(decision.Headers, rule, origin, headers)
			return decision
		}
		if m.step > nearest.step {
			nearest, nearest.rule = m, i
		}
	}
	decision.Reason = nearest.reason(origin, method)
	return decision
}

// The conditions of a rule in the order in which they are tried.
const (
	missedOrigin = iota
	missedMethod
	missedHeader
	matched
)

// miss says how far a request got with a rule.
type miss struct {
	step, rule int
	header     string // the first one that is not allowed
}

func match(rule Rule, origin, method string, headers []string) miss {
	if !some(rule.AllowedOrigins, origin, matches) {
		return miss{step: missedOrigin}
	}
	if !slices.Contains(rule.AllowedMethods, method) {
		return miss{step: missedMethod}
	}
	for _, header := range headers {
		if !some(rule.AllowedHeaders, header, matchesFold) {
			return miss{step: missedHeader, header: header}
		}
	}
	return miss{step: matched}
}

func (m miss) reason(origin, method string) string {
	switch m.step {
	case missedMethod:
		return fmt.Sprintf("cors_rule[%d] allows the origin %s but not the method %s.", m.rule, finding.Quote(origin), finding.Quote(method))
	case missedHeader:
		return fmt.Sprintf("cors_rule[%d] allows the origin %s and the method %s but not the header %s.", m.rule, finding.Quote(origin), finding.Quote(method), finding.Quote(m.header))
	default:
		return fmt.Sprintf("No rule allows the origin %s.", finding.Quote(origin))
	}
}

func answer(to map[string]string, rule Rule, origin string, headers []string) {
	if slices.Contains(rule.AllowedOrigins, "*") {
		origin = "*"
	}
	to["Access-Control-Allow-Origin"] = origin
	to["Access-Control-Allow-Methods"] = strings.Join(rule.AllowedMethods, ", ")
	if len(headers) > 0 {
		to["Access-Control-Allow-Headers"] = strings.ToLower(strings.Join(headers, ", "))
	}
	if len(rule.ExposeHeaders) > 0 {
		to["Access-Control-Expose-Headers"] = strings.Join(rule.ExposeHeaders, ", ")
	}
	// The SDK always sends a max age, so 0 and none are the same to OSS.
	if rule.MaxAgeSeconds != nil && *rule.MaxAgeSeconds > 0 {
		to["Access-Control-Max-Age"] = strconv.FormatInt(*rule.MaxAgeSeconds, 10)
	}
}

// requested reads names of headers as a browser lists them: blanks around a name do
// not count, nor do empty names.
func requested(headers []string) []string {
	var names []string
	for _, header := range headers {
		if name := strings.Trim(header, " \t"); name != "" {
			names = append(names, name)
		}
	}
	return names
}
