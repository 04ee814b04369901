package provider

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// corsPair holds the two readings of OSS against each other: the package cors, which the provider decides by, and the local
// server, which shares no code with it.
type corsPair struct {
	*testOSS
	client *oss.Client
	rules  []cors.Rule
	vary   bool
}

func startCORSPair(t *testing.T) *corsPair {
	t.Helper()
	p := &corsPair{testOSS: startOSS(t)}
	p.local()
	bucket := p.sdk()
	p.client = &bucket.Client
	p.must(bucket.PutObject("k", strings.NewReader("x"), oss.ObjectACL(oss.ACLPublicRead)))
	return p
}

// set stores rules by a document that is written here, and reports whether the server took them.
func (p *corsPair) set(rules []cors.Rule, vary bool) bool {
	p.t.Helper()
	type rule struct {
		AllowedOrigin, AllowedMethod, AllowedHeader, ExposeHeader []string
		MaxAgeSeconds                                             *int64 `xml:",omitempty"`
	}
	document := struct {
		XMLName      xml.Name `xml:"CORSConfiguration"`
		CORSRule     []rule
		ResponseVary bool
	}{ResponseVary: vary}
	for _, r := range rules {
		document.CORSRule = append(document.CORSRule, rule{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders, r.MaxAgeSeconds})
	}
	text, err := xml.Marshal(document)
	p.must(err)
	p.server.ResetRecords() // nobody reads them, and all of them take memory
	if p.client.SetBucketCORSXml(p.bucket, string(text)) != nil {
		return false
	}
	p.rules, p.vary = rules, vary
	return true
}

// send asks the server without a network: what counts is its decision.
func (p *corsPair) send(method, origin string, header map[string]string) *http.Response {
	p.t.Helper()
	target := p.endpoint + "/" + p.bucket + "/k"
	if method == http.MethodPost {
		target += "?uploads" // a bare POST is not a call of OSS
	}
	r := httptest.NewRequestWithContext(p.t.Context(), method, target, nil)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	p.server.ServeHTTP(w, r)
	return w.Result()
}

// preflight compares both readings of the request that a browser sends first.
func (p *corsPair) preflight(origin, method string, headers []string) cors.Decision {
	p.t.Helper()
	header := map[string]string{"Access-Control-Request-Method": method}
	if len(headers) > 0 {
		header["Access-Control-Request-Headers"] = strings.Join(headers, ",")
	}
	resp := p.send(http.MethodOptions, origin, header)
	defer resp.Body.Close()
	want := cors.Decide(p.rules, p.vary, origin, method, headers)
	status := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[want.Allowed]
	if resp.StatusCode != status {
		p.t.Errorf("%s: the server answers %d, cors %+v", p.describe(origin, method, headers), resp.StatusCode, want)
	}
	p.compare(resp.Header, want, func() string { return p.describe(origin, method, headers) })
	return want
}

// actual compares both readings of the request itself.
func (p *corsPair) actual(origin, method string) cors.Decision {
	p.t.Helper()
	resp := p.send(method, origin, nil)
	defer resp.Body.Close()
	want := cors.Decide(p.rules, p.vary, origin, method, nil)
	// Pages disagree about this header in the answer to a request that is not a preflight; browsers do not look at it there.
	resp.Header.Del("Access-Control-Allow-Headers")
	p.compare(resp.Header, want, func() string { return p.describe(origin, method, nil) + " itself" })
	return want
}

func (p *corsPair) compare(got http.Header, want cors.Decision, what func() string) {
	p.t.Helper()
	for _, name := range []string{
		"Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Vary",
	} {
		server, ours := got.Get(name), want.Headers[name]
		switch {
		case name == "Access-Control-Max-Age" && server == "0" && ours == "":
			// No max age and 0 are the same to the provider, since what OSS stores for none is not documented.
		case server != ours:
			p.t.Errorf("%s: %s is %q by the server, %q by cors", what(), name, server, ours)
		}
	}
	if got.Get("Access-Control-Allow-Origin") != "" != want.Allowed {
		p.t.Errorf("%s: the server and cors disagree: %v, %+v", what(), got, want)
	}
}

func (p *corsPair) describe(origin, method string, headers []string) string {
	return fmt.Sprintf("%s from %q with %q under %+v", method, origin, headers, p.rules)
}

// The pools are small and full of near misses, so that rules meet requests, and each other.
var (
	somePatterns = []string{
		"*", "https://www.example.com", "https://*.example.com", "http://*", "https://www.*", "https://*", "*.example.com", "https://w*w.example.com", "null",
		"https://www.example.com:8443", "https://*:8443", "www.example.com", "*example.com", "http*", "https://www.EXAMPLE.com", "https://*example.com", "https://a*a",
	}
	someOrigins = []string{
		"https://www.example.com", "https://api.example.com", "http://www.example.com", "https://.example.com", "https://www.example.com:8443", "https://ww.example.com",
		"https://w.example.com", "https://WWW.example.com", "null", "https://a", "https://aa", "https://aba", "https://www.example.org", "*", "https://example.com",
	}
	someHeaderPatterns = []string{"*", "x-oss-*", "X-OSS-Meta-*", "content-type", "Content-Type", "*-md5", "authorization", "x-oss-date", "x-*-date", "content-*type"}
	someHeaders        = []string{"content-type", "CONTENT-TYPE", "content-md5", "x-oss-date", "X-Oss-Date", "x-oss-meta-year", "authorization", "range", " x-oss-date ", "", "x-oss-"}
	someExposed        = []string{"ETag", "x-oss-request-id", "x-oss-meta-year", "x-oss-meta-people"}
	someMethods        = []string{"GET", "PUT", "DELETE", "POST", "HEAD"}
)

func pick[T any](r *rand.Rand, from []T, most int) []T {
	var picked []T
	for range r.IntN(most + 1) {
		picked = append(picked, from[r.IntN(len(from))])
	}
	return picked
}

// randomRules makes 0 to 6 rules, some of which OSS refuses.
func randomRules(r *rand.Rand) []cors.Rule {
	rules := make([]cors.Rule, r.IntN(7))
	for i := range rules {
		rules[i] = cors.Rule{
			AllowedOrigins: append(pick(r, somePatterns, 2), somePatterns[r.IntN(len(somePatterns))]),
			AllowedMethods: append(pick(r, someMethods, 2), someMethods[r.IntN(len(someMethods))]),
			AllowedHeaders: pick(r, someHeaderPatterns, 3),
			// By its number a rule can be told in the answer.
			ExposeHeaders: append(pick(r, someExposed, 2), fmt.Sprintf("x-rule-%d", i)),
		}
		if r.IntN(3) > 0 {
			age := int64(r.IntN(3)) * 300
			rules[i].MaxAgeSeconds = &age
		}
		if r.IntN(40) == 0 {
			spoil(r, &rules[i])
		}
	}
	return rules
}

func spoil(r *rand.Rand, rule *cors.Rule) {
	tooLong := int64(1_000_000_000)
	switch r.IntN(12) {
	case 0:
		rule.AllowedOrigins = append(rule.AllowedOrigins, "https://*.*.example.com")
	case 1:
		rule.AllowedMethods = append(rule.AllowedMethods, "get")
	case 2:
		rule.AllowedHeaders = append(rule.AllowedHeaders, "x-*-*")
	case 3:
		rule.ExposeHeaders = append(rule.ExposeHeaders, "x-oss-meta-*")
	case 4:
		rule.MaxAgeSeconds = &tooLong
	case 5:
		rule.AllowedOrigins = nil
	case 6:
		rule.AllowedHeaders = append(rule.AllowedHeaders, "")
	case 7:
		rule.AllowedOrigins = append(rule.AllowedOrigins, "https://www.example.com\r\nX-B: c")
	case 8:
		rule.ExposeHeaders = append(rule.ExposeHeaders, "ETag\r\nX-B: c")
	case 9:
		rule.AllowedHeaders = append(rule.AllowedHeaders, "x-a\n")
	case 10: // from here on OSS takes what the provider does not
		rule.AllowedOrigins = append(rule.AllowedOrigins, "ftp://www.example.com")
	case 11:
		rule.AllowedOrigins = append(rule.AllowedOrigins, "https://www.example.com:99999")
	}
}

// On thousands of rule sets and requests cors and the server decide alike, and the server takes every set in which cors
// finds no error of OSS, and refuses every one in which it does.
func TestCORSAgreesWithTheServer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("tries thousands of sets, one after the other")
	}
	const sets, requests = 500, 12
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := startCORSPair(t)
			r := rand.New(rand.NewPCG(seed, 7))
			allowed, refused, later, invalid := 0, 0, 0, 0
			for range sets {
				rules := randomRules(r)
				wrong := slices.ContainsFunc(cors.Check(rules), func(f cors.Problem) bool { return f.Severity == finding.Error && !f.Ours })
				if took := p.set(rules, r.IntN(4) == 0); took == wrong {
					t.Fatalf("the server takes %+v: %t; cors finds an error: %t", rules, took, wrong)
				}
				if wrong {
					invalid++
					continue
				}
				for range requests {
					origin, method := someOrigins[r.IntN(len(someOrigins))], someMethods[r.IntN(len(someMethods))]
					for _, d := range []cors.Decision{p.preflight(origin, method, pick(r, someHeaders, 3)), p.actual(origin, method)} {
						if d.Allowed {
							allowed++
						} else {
							refused++
						}
						if d.Rule > 0 {
							later++
						}
					}
				}
				if t.Failed() {
					t.FailNow()
				}
			}
			t.Logf("%d rule sets, %d of them invalid; %d requests allowed, %d of them by a later rule than the first, %d refused", sets, invalid, allowed, later, refused)
			if allowed < 2*sets || refused < 2*sets || later < 2*sets/3 || invalid < sets/15 {
				t.Error("the generator makes too few cases of a kind to prove anything")
			}
		})
	}
}

// What the pages document, decided by both.
func TestCORSDocumentedDecisions(t *testing.T) {
	t.Parallel()
	p := startCORSPair(t)
	refuse := func(what string, d cors.Decision) {
		t.Helper()
		if d.Allowed || d.Rule != -1 {
			t.Errorf("%s: %+v, want a refusal", what, d)
		}
	}
	answer := func(what string, d cors.Decision, rule int) {
		t.Helper()
		if !d.Allowed || d.Rule != rule {
			t.Errorf("%s: %+v, want the answer of rule %d", what, d, rule)
		}
	}
	const www = "https://www.example.com"
	refuse("no rules at all", p.preflight(www, "GET", nil))
	refuse("no rules, the request itself", p.actual(www, "GET"))

	day := int64(86400)
	rules := []cors.Rule{
		{AllowedOrigins: []string{www}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"x-oss-date"}, ExposeHeaders: []string{"ETag", "x-oss-request-id"}, MaxAgeSeconds: &day},
		{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET", "HEAD"}, AllowedHeaders: []string{"*"}},
		{AllowedOrigins: []string{"https://*.example.org"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"X-OSS-*"}},
	}
	if !p.set(rules, true) {
		t.Fatal("the server refuses the rules")
	}
	answer("the first that matches answers", p.preflight(www, "GET", nil), 0)
	answer("also when a later one allows more", p.actual(www, "GET"), 0)
	answer("a header that the first rule lacks", p.preflight(www, "GET", []string{"x-oss-date", "range"}), 1)
	answer("names of headers in any case", p.preflight(www, "GET", []string{"X-OSS-Date"}), 0)
	answer("a method that the first rule lacks", p.preflight(www, "HEAD", nil), 1)
	answer("a wildcard in a host", p.preflight("https://a.b.example.org", "PUT", []string{"x-oss-meta-a"}), 2)
	refuse("a wildcard needs what is around it", p.preflight("https://example.org", "PUT", nil))
	refuse("another scheme is another origin", p.preflight("http://a.example.org", "PUT", nil))
	refuse("another port is another origin", p.preflight("https://a.example.org:8443", "PUT", nil))
	refuse("one header that is not allowed", p.preflight("https://a.example.org", "PUT", []string{"x-oss-date", "content-type"}))
	refuse("methods are matched by case", p.preflight(www, "get", nil))
	refuse("a method that no rule has", p.preflight(www, "PATCH", nil))
	if d := p.actual("https://a.example.org", "PUT"); d.Headers["Vary"] != "Origin" {
		t.Errorf("response_vary says nothing: %+v", d)
	}
	if d := p.actual("https://nobody.example.net", "PUT"); d.Allowed || d.Headers["Vary"] != "Origin" {
		t.Errorf("response_vary holds where no rule answers, too: %+v", d)
	}

	// Without an origin, or a preflight's method, there is nothing to decide: 400, and no rule answers.
	for what, resp := range map[string]*http.Response{
		"no origin": p.send("OPTIONS", "", map[string]string{"Access-Control-Request-Method": "GET"}),
		"no method": p.send("OPTIONS", www, nil),
	} {
		if resp.Body.Close(); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: the server answers %d", what, resp.StatusCode)
		}
	}
	refuse("no origin", cors.Decide(rules, true, "", "GET", nil))
	refuse("no method", cors.Decide(rules, true, www, "", nil))
}

// The four that read origins agree: rules, cors_decision, the preflight data source and the server. Each of the origins is
// taken or refused by both of those who ask, and a pattern that is said to match nothing matches none that is taken.
func TestCORSOriginsAreReadAlike(t *testing.T) {
	t.Parallel()
	p := startCORSPair(t)
	asked := append(slices.Clone(someOrigins), "https://www.example.com/", "www.example.com", "https://www.example.com:443", "http://localhost:3000", "https://aexample.com",
		"https://www.example.com:99999", "ftp://www.example.com", "NULL", "", "https://www.example.com\r\n", "https://a.example,https://b.example")
	patterns := append(slices.Clone(somePatterns), "https://www.example.com/", "NULL", "https://www.example.com:443", "https://me@www.example.com", "http*.example.com", " null")
	byTitle := map[string]int{}
	for _, pattern := range patterns {
		rules := []cors.Rule{{AllowedOrigins: []string{pattern}, AllowedMethods: []string{"GET"}}}
		title := ""
		for _, f := range cors.Check(rules) {
			title = f.Summary
		}
		if !p.set(rules, false) {
			t.Fatalf("the server refuses %q", pattern)
		}
		for _, origin := range asked {
			_, refused := corsRequest(origin, "GET", names())
			if asDataSource := cors.CheckRequestOrigin(origin); (refused == nil) != (asDataSource == nil) {
				t.Errorf("%q: %v by cors_decision, %v by the data source", origin, refused, asDataSource)
			}
			if refused != nil {
				continue
			}
			if d := p.preflight(origin, "GET", nil); d.Allowed {
				byTitle[title]++
				if title == "CORS Origin Matches Nothing" {
					t.Errorf("%q is said to match nothing and matches %q", pattern, origin)
				}
			}
		}
	}
	if byTitle[""] == 0 || byTitle["CORS Origin Rarely What Is Meant"] == 0 {
		t.Errorf("matches by title: %v", byTitle)
	}
}
