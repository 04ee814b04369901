package ossserver

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// CORS is a bucket's stored configuration.
type CORS struct {
	Rules        []CORSRule `json:"rules"`
	ResponseVary bool       `json:"responseVary"`
}

// CORSRule is one rule; the first one that matches a request answers it (OSS-043).
type CORSRule struct {
	AllowedOrigins []string `json:"allowedOrigins"`
	AllowedMethods []string `json:"allowedMethods"`
	AllowedHeaders []string `json:"allowedHeaders,omitempty"`
	ExposeHeaders  []string `json:"exposeHeaders,omitempty"`
	MaxAgeSeconds  *int     `json:"maxAgeSeconds,omitempty"` // nil where the client sent none
}

const (
	maxCORSBody  = 16 << 10 // OSS-041
	maxCORSRules = 20       // OSS-041
)

// corsConfiguration is the XML of a configuration.
type corsConfiguration struct {
	XMLName      xml.Name       `xml:"CORSConfiguration"`
	Rules        []corsRule     `xml:"CORSRule"`
	ResponseVary *string        `xml:"ResponseVary"`
	Unknown      []unknownChild `xml:",any"`
}

type corsRule struct {
	AllowedOrigin []string       `xml:"AllowedOrigin"`
	AllowedMethod []string       `xml:"AllowedMethod"`
	AllowedHeader []string       `xml:"AllowedHeader"`
	ExposeHeader  []string       `xml:"ExposeHeader"`
	MaxAgeSeconds []string       `xml:"MaxAgeSeconds"`
	Unknown       []unknownChild `xml:",any"`
}

// unknownChild catches elements that a document must not have.
type unknownChild struct{}

func (q *request) putCORS() error {
	var in corsConfiguration
	if err := q.readXML(&in, maxCORSBody); err != nil {
		return err
	}
	conf, err := in.check(int(or(int64(q.s.CORSRuleLimit), maxCORSRules)))
	if err != nil {
		return err
	}
	return q.b.change(func(set *bucketSettings) { set.CORS = conf })
}

// The ECs of refused documents that pages name (OSS-243, OSS-310, OSS-311).
const (
	ecNoCORS        = "0034-00000001"
	ecNoCORSRule    = "0034-00000002"
	ecAllowedMethod = "0034-00000011"
	ecExposeHeader  = "0034-00000013"
)

// check turns the document into a configuration. Which code OSS gives for a bad wildcard or method is not documented:
// here a wrong structure is MalformedXML and a wrong value InvalidArgument (OSS-044).
func (in *corsConfiguration) check(limit int) (*CORS, error) {
	if len(in.Unknown) > 0 {
		return nil, malformedXML()
	}
	if len(in.Rules) == 0 {
		refusal := malformedXML()
		refusal.ec = ecNoCORSRule
		return nil, refusal
	}
	if len(in.Rules) > limit {
		return nil, fail(http.StatusBadRequest, "CORSRuleBeyondLimit", "", "The CORS Rules num is beyond limit.")
	}
	conf := &CORS{}
	if in.ResponseVary != nil {
		vary, err := strconv.ParseBool(strings.TrimSpace(*in.ResponseVary))
		if err != nil {
			return nil, malformedXML()
		}
		conf.ResponseVary = vary
	}
	for _, r := range in.Rules {
		rule, err := r.check()
		if err != nil {
			return nil, err
		}
		conf.Rules = append(conf.Rules, rule)
	}
	return conf, nil
}

func (r *corsRule) check() (CORSRule, error) {
	rule := CORSRule{AllowedOrigins: r.AllowedOrigin, AllowedMethods: r.AllowedMethod, ExposeHeaders: r.ExposeHeader}
	if len(r.AllowedOrigin) == 0 || len(r.AllowedMethod) == 0 || len(r.MaxAgeSeconds) > 1 || len(r.Unknown) > 0 {
		return rule, malformedXML()
	}
	if err := r.checkElements(); err != nil {
		return rule, err
	}
	for _, h := range r.AllowedHeader {
		rule.AllowedHeaders = append(rule.AllowedHeaders, strings.ToLower(h)) // OSS-240
	}
	if len(r.MaxAgeSeconds) == 1 {
		age, err := strconv.Atoi(strings.TrimSpace(r.MaxAgeSeconds[0]))
		if err != nil || age < 0 || age > 999999999 {
			return rule, invalidCORS("MaxAgeSeconds", r.MaxAgeSeconds[0], "")
		}
		rule.MaxAgeSeconds = &age
	}
	return rule, nil
}

// checkElements refuses what no element may be. That control characters are among it is ours: an origin or a name with a
// line break could end the header that it is written into.
func (r *corsRule) checkElements() error {
	for _, o := range r.AllowedOrigin {
		if o == "" || strings.Count(o, "*") > 1 || strings.ContainsFunc(o, unicode.IsControl) {
			return invalidCORS("AllowedOrigin", o, "")
		}
	}
	for _, m := range r.AllowedMethod {
		if !slices.Contains([]string{"GET", "PUT", "DELETE", "POST", "HEAD"}, m) {
			return invalidCORS("AllowedMethod", m, ecAllowedMethod)
		}
	}
	for _, h := range r.AllowedHeader {
		if h == "" || strings.Count(h, "*") > 1 || strings.ContainsAny(h, `<>&'"`) || strings.ContainsFunc(h, unicode.IsControl) {
			return invalidCORS("AllowedHeader", h, "")
		}
	}
	for _, h := range r.ExposeHeader {
		if h == "" || strings.ContainsAny(h, `*<>&'"`) || strings.ContainsFunc(h, unicode.IsControl) {
			return invalidCORS("ExposeHeader", h, ecExposeHeader)
		}
	}
	return nil
}

func invalidCORS(element, value, ec string) error {
	refusal := invalidArgument(element, value, "The "+element+" is not valid.")
	refusal.ec = ec
	return refusal
}

func (q *request) getCORS() error {
	conf := q.b.settings().CORS
	if conf == nil {
		return fail(http.StatusNotFound, "NoSuchCORSConfiguration", ecNoCORS, "The CORS Configuration does not exist.", "BucketName", q.bucketName)
	}
	vary := strconv.FormatBool(conf.ResponseVary) // shown also where it was never set (OSS-046)
	out := corsConfiguration{ResponseVary: &vary}
	for _, r := range conf.Rules {
		rule := corsRule{
			AllowedOrigin: r.AllowedOrigins, AllowedMethod: r.AllowedMethods,
			AllowedHeader: r.AllowedHeaders, ExposeHeader: r.ExposeHeaders,
		}
		if r.MaxAgeSeconds != nil {
			rule.MaxAgeSeconds = []string{strconv.Itoa(*r.MaxAgeSeconds)}
		}
		out.Rules = append(out.Rules, rule)
	}
	return q.writeXML(out)
}

func (q *request) deleteCORS() error {
	if err := q.b.change(func(set *bucketSettings) { set.CORS = nil }); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// preflight answers OPTIONS (OSS-047, OSS-241).
func (q *request) preflight() error {
	origin, method := q.r.Header.Get("Origin"), q.r.Header.Get("Access-Control-Request-Method")
	if origin == "" {
		return fail(http.StatusBadRequest, "BadRequest", "", "Insufficient information. Origin request header needed.")
	}
	if method == "" {
		return fail(http.StatusBadRequest, "BadRequest", "",
			"Insufficient information. Request Access-Control-Request-Method header needed.")
	}
	var headers []string
	for name := range strings.SplitSeq(q.header("Access-Control-Request-Headers"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			headers = append(headers, name)
		}
	}
	conf := q.b.settings().CORS
	conf.setVary(q.w.Header())
	rule := conf.match(origin, method, headers)
	if rule == nil {
		return fail(http.StatusForbidden, "AccessForbidden", "",
			"CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "+
				"Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec.",
			"Method", method, "ResourceType", "Object")
	}
	rule.write(q.w.Header(), origin)
	if len(headers) > 0 {
		q.w.Header().Set("Access-Control-Allow-Headers", strings.ToLower(strings.Join(headers, ", "))) // OSS-241
	}
	return nil
}

// addCORSHeaders marks the answer of a real request that comes from another origin. One that no rule matches is served
// all the same, without the headers (OSS-048).
func (q *request) addCORSHeaders() {
	conf := q.b.settings().CORS
	h := q.w.Header()
	conf.setVary(h)
	origin := q.r.Header.Get("Origin")
	if origin == "" {
		return
	}
	rule := conf.match(origin, q.r.Method, nil)
	if rule == nil {
		return
	}
	rule.write(h, origin)
	if len(rule.AllowedHeaders) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(rule.AllowedHeaders, ", "))
	}
}

// setVary says so on every answer if the configuration wants it (OSS-049).
func (c *CORS) setVary(h http.Header) {
	if c != nil && c.ResponseVary {
		h.Add("Vary", "Origin")
	}
}

// match finds the first rule for origin, method and every one of the headers; nil if there is none.
func (c *CORS) match(origin, method string, headers []string) *CORSRule {
	if c == nil {
		return nil
	}
	for i := range c.Rules {
		r := &c.Rules[i]
		allows := func(header string) bool {
			return slices.ContainsFunc(r.AllowedHeaders, func(p string) bool {
				return wildcard(strings.ToLower(p), strings.ToLower(header))
			})
		}
		if slices.ContainsFunc(r.AllowedOrigins, func(p string) bool { return wildcard(p, origin) }) &&
			slices.Contains(r.AllowedMethods, method) &&
			!slices.ContainsFunc(headers, func(h string) bool { return !allows(h) }) {
			return r
		}
	}
	return nil
}

// wildcard matches a pattern in which one "*" may stand for any text, also for none.
func wildcard(pattern, text string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	return len(text) >= len(before)+len(after) && strings.HasPrefix(text, before) && strings.HasSuffix(text, after)
}

// write sets what a matching rule answers: "*" where that is one of its origins, and all its methods (OSS-241).
func (r *CORSRule) write(h http.Header, origin string) {
	if slices.Contains(r.AllowedOrigins, "*") {
		origin = "*"
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Methods", strings.Join(r.AllowedMethods, ", "))
	if len(r.ExposeHeaders) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(r.ExposeHeaders, ", "))
	}
	if r.MaxAgeSeconds != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(*r.MaxAgeSeconds))
	}
}
