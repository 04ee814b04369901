package ossserver

import (
	"fmt"
	"strings"
	"testing"
)

const corsPath = "/" + testBucket + "/?cors"

func rule(inner string) string { return "<CORSRule>" + inner + "</CORSRule>" }

func corsXML(rules ...string) string {
	return "<CORSConfiguration>" + strings.Join(rules, "") + "</CORSConfiguration>"
}

const minimalRule = "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"

func TestCORSConfiguration(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.wantHeader(e.refused(404, "NoSuchCORSConfiguration", call{method: "GET", path: corsPath}), "x-oss-ec", "0034-00000001") // OSS-310
	e.must(204, call{method: "DELETE", path: corsPath})
	full := corsXML(
		rule("<AllowedOrigin>https://a.example</AllowedOrigin><AllowedOrigin>https://*.b.example:8443</AllowedOrigin>"+
			"<AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>x-oss-*</AllowedHeader>"+
			"<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-meta-a</ExposeHeader><MaxAgeSeconds>0</MaxAgeSeconds>"),
		minimalRule, "<ResponseVary>true</ResponseVary>")
	e.must(200, call{method: "PUT", path: corsPath, body: full, header: map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Content-MD5": md5Base64(full)}})
	a := e.must(200, call{method: "GET", path: corsPath})
	flat := strings.Join(strings.Fields(a.body), "")
	if !strings.Contains(flat, strings.Join(strings.Fields(full), "")) {
		t.Errorf("answer %s\nwant %s", flat, full)
	}
	conf, err := e.s.CORS(testBucket)
	if err != nil || conf == nil {
		t.Fatal(conf, err)
	}
	if len(conf.Rules) != 2 || !conf.ResponseVary || conf.Rules[0].AllowedMethods[0] != "PUT" ||
		conf.Rules[0].MaxAgeSeconds == nil || *conf.Rules[0].MaxAgeSeconds != 0 || conf.Rules[1].MaxAgeSeconds != nil {
		t.Errorf("stored %+v", conf)
	}
	e.must(200, call{method: "PUT", path: corsPath, body: corsXML(minimalRule)})
	a = e.must(200, call{method: "GET", path: corsPath})
	if !strings.Contains(a.body, "<ResponseVary>false</ResponseVary>") || strings.Contains(a.body, "MaxAgeSeconds") || strings.Contains(a.body, "b.example") {
		t.Errorf("answer %s", a.body)
	}
	e.must(204, call{method: "DELETE", path: corsPath})
	if conf, err := e.s.CORS(testBucket); err != nil || conf != nil {
		t.Errorf("left %+v, %v", conf, err)
	}
	e.refused(404, "NoSuchBucket", call{method: "PUT", path: "/no-such-bucket/?cors", body: full})
}

func TestCORSRefused(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{CORSRuleLimit: 10})
	origin, method := "<AllowedOrigin>*</AllowedOrigin>", "<AllowedMethod>GET</AllowedMethod>"
	tests := []struct{ name, body, code, ec string }{ // the ECs: OSS-243, OSS-311
		{"ten rules", corsXML(strings.Repeat(minimalRule, 10)), "", ""},
		{"eleven rules", corsXML(strings.Repeat(minimalRule, 11)), "CORSRuleBeyondLimit", ""},
		{"an origin without scheme", corsXML(rule("<AllowedOrigin>a.example</AllowedOrigin>" + method)), "", ""},
		{"no XML", "hello", "MalformedXML", ""},
		{"nothing", "", "MalformedXML", ""},
		{"unclosed", "<CORSConfiguration>" + minimalRule, "MalformedXML", ""},
		{"another document", "<Other>" + minimalRule + "</Other>", "MalformedXML", ""},
		{"text behind", corsXML(minimalRule) + "more", "MalformedXML", ""},
		{"no rule", corsXML(), "MalformedXML", "0034-00000002"},
		{"no origin", corsXML(rule(method)), "MalformedXML", ""},
		{"no method", corsXML(rule(origin)), "MalformedXML", ""},
		{"unknown element", corsXML(rule(origin + method + "<ID>1</ID>")), "MalformedXML", ""},
		{"unknown element beside the rules", corsXML(minimalRule, "<Other/>"), "MalformedXML", ""},
		{"two ages", corsXML(rule(origin + method + "<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>2</MaxAgeSeconds>")), "MalformedXML", ""},
		{"vary", corsXML(minimalRule, "<ResponseVary>maybe</ResponseVary>"), "MalformedXML", ""},
		{"too long", corsXML(rule(origin + method + "<AllowedHeader>" + strings.Repeat("a", 16<<10) + "</AllowedHeader>")), "MalformedXML", ""},
		{"two stars in an origin", corsXML(rule("<AllowedOrigin>*.*</AllowedOrigin>" + method)), "InvalidArgument", ""},
		{"empty origin", corsXML(rule("<AllowedOrigin></AllowedOrigin>" + method)), "InvalidArgument", ""},
		{"lower-case method", corsXML(rule(origin + "<AllowedMethod>get</AllowedMethod>")), "InvalidArgument", "0034-00000011"},
		{"OPTIONS", corsXML(rule(origin + "<AllowedMethod>OPTIONS</AllowedMethod>")), "InvalidArgument", "0034-00000011"},
		{"two stars in a header", corsXML(rule(origin + method + "<AllowedHeader>*-*</AllowedHeader>")), "InvalidArgument", ""},
		{"quote in a header", corsXML(rule(origin + method + "<AllowedHeader>a'b</AllowedHeader>")), "InvalidArgument", ""},
		{"star in an exposed header", corsXML(rule(origin + method + "<ExposeHeader>x-oss-meta-*</ExposeHeader>")), "InvalidArgument", "0034-00000013"},
		{"age", corsXML(rule(origin + method + "<MaxAgeSeconds>-1</MaxAgeSeconds>")), "InvalidArgument", ""},
		{"age in words", corsXML(rule(origin + method + "<MaxAgeSeconds>day</MaxAgeSeconds>")), "InvalidArgument", ""},
		{"empty method", corsXML(rule(origin + "<AllowedMethod></AllowedMethod>")), "InvalidArgument", "0034-00000011"},
		{"quote in an exposed header", corsXML(rule(origin + method + "<ExposeHeader>a&apos;b</ExposeHeader>")), "InvalidArgument", "0034-00000013"},
		{"line break in an origin", corsXML(rule("<AllowedOrigin>https://a.example&#13;&#10;X: y</AllowedOrigin>" + method)), "InvalidArgument", ""},
		{"line break in an allowed header", corsXML(rule(origin + method + "<AllowedHeader>x-a&#10;</AllowedHeader>")), "InvalidArgument", ""},
		{"line break in an exposed header", corsXML(rule(origin + method + "<ExposeHeader>ETag&#13;&#10;X-B: y</ExposeHeader>")), "InvalidArgument", "0034-00000013"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { // not parallel: they share the configuration
			c := call{method: "PUT", path: corsPath, body: tt.body}
			f := *e
			f.t = t
			if tt.code == "" {
				f.must(200, c)
				return
			}
			f.must(200, call{method: "PUT", path: corsPath, body: corsXML(minimalRule)})
			f.wantHeader(f.refused(400, tt.code, c), "x-oss-ec", tt.ec)
			if conf, err := e.s.CORS(testBucket); err != nil || conf == nil || len(conf.Rules) != 1 {
				t.Errorf("a refused request left %+v, %v", conf, err)
			}
		})
	}
	e.refused(400, "InvalidDigest", call{method: "PUT", path: corsPath, body: corsXML(minimalRule), header: map[string]string{"Content-MD5": md5Base64("x")}})
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.must(200, call{method: "PUT", path: corsPath, body: corsXML(
		rule("<AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>X-OSS-*</AllowedHeader><MaxAgeSeconds>1</MaxAgeSeconds>"),
		rule("<AllowedOrigin>https://*.a.example</AllowedOrigin><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>"+
			"<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>2</MaxAgeSeconds>"),
		rule("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod>"))})
	tests := []struct {
		name, origin, method, headers string
		status                        int
		allow, methods, age           string // the age says which rule answered
	}{
		{"first rule", "https://a.example", "PUT", "x-oss-date, X-Oss-Meta-A", 200, "https://a.example", "PUT", "1"},
		{"first rule without headers", "https://a.example", "PUT", "", 200, "https://a.example", "PUT", "1"},
		{"second rule for its headers", "https://a.example", "PUT", "x-oss-date,content-type", 200, "https://a.example", "PUT, GET", "2"},
		{"second rule for its method", "https://a.example", "GET", "", 200, "https://a.example", "PUT, GET", "2"},
		{"wildcard", "https://x.a.example", "GET", "any", 200, "https://x.a.example", "PUT, GET", "2"},
		{"wildcard wants its dot", "https://xa.example", "GET", "", 403, "", "", ""},
		{"origins are compared as they are", "https://A.example", "PUT", "", 403, "", "", ""},
		{"any origin", "http://other.example", "HEAD", "", 200, "*", "HEAD", ""},
		{"any origin, no header allowed", "http://other.example", "HEAD", "x-a", 403, "", "", ""},
		{"method of no rule", "https://a.example", "DELETE", "", 403, "", "", ""},
		{"no origin", "", "GET", "", 400, "", "", ""},
		{"no method", "https://a.example", "", "", 400, "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := *e
			f.t = t
			header := map[string]string{}
			for name, value := range map[string]string{"Origin": tt.origin, "Access-Control-Request-Method": tt.method, "Access-Control-Request-Headers": tt.headers} {
				if value != "" {
					header[name] = value
				}
			}
			// The URL of the request to come may have any parameter.
			a := f.must(tt.status, call{method: "OPTIONS", path: at("k") + "?acl&x=1", header: header, anonymous: true})
			f.wantHeader(a, "Access-Control-Allow-Origin", tt.allow)
			f.wantHeader(a, "Access-Control-Max-Age", tt.age)
			f.wantHeader(a, "Vary", "")
			switch tt.status {
			case 200:
				// OSS-241: all methods of the rule, the headers that were asked for in lower case.
				f.wantHeader(a, "Access-Control-Allow-Methods", tt.methods)
				want := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(tt.headers), " ", ""), ",", ", ")
				f.wantHeader(a, "Access-Control-Allow-Headers", want)
			case 403:
				if a.apiCode() != "AccessForbidden" || !strings.Contains(a.body, "CORSResponse: This CORS request is not allowed.") {
					t.Errorf("answer %s", a.body)
				}
			case 400:
				if a.apiCode() != "BadRequest" || !strings.Contains(a.body, "Insufficient information.") {
					t.Errorf("answer %s", a.body)
				}
			}
		})
	}
	t.Run("no configuration", func(t *testing.T) {
		t.Parallel()
		e := start(t, nil)
		e.refused(403, "AccessForbidden", call{method: "OPTIONS", path: at("k"), anonymous: true,
			header: map[string]string{"Origin": "http://a", "Access-Control-Request-Method": "GET"}})
	})
}

// OSS-241: a rule with "*" answers "*" to every origin, also to one that it names, and the requested headers in lower case.
func TestPreflightOfAnyOrigin(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.must(200, call{method: "PUT", path: corsPath, body: corsXML(rule("<AllowedOrigin>https://a.example</AllowedOrigin><AllowedOrigin>*</AllowedOrigin>" +
		"<AllowedMethod>GET</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>"))})
	for _, origin := range []string{"https://a.example", "https://b.example"} {
		a := e.must(200, call{method: "OPTIONS", path: at("k"), anonymous: true, header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "Authorization,X-Oss-Date"}})
		e.wantHeader(a, "Access-Control-Allow-Origin", "*")
		e.wantHeader(a, "Access-Control-Allow-Methods", "GET, POST, PUT")
		e.wantHeader(a, "Access-Control-Allow-Headers", "authorization, x-oss-date")
	}
}

// OSS-240: AllowedHeader comes back in lower case and in its order, ExposeHeader as it was, what a rule lacks not at all.
func TestCORSHeaderCase(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	doc := corsXML(rule("<AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>"+
		"<AllowedHeader>X-OSS-Date</AllowedHeader><AllowedHeader>Authorization</AllowedHeader><ExposeHeader>x-Oss-Request-Id</ExposeHeader><ExposeHeader>ETag</ExposeHeader>"),
		minimalRule, "<ResponseVary>false</ResponseVary>")
	e.must(200, call{method: "PUT", path: corsPath, body: doc})
	want := strings.NewReplacer("X-OSS-Date", "x-oss-date", "Authorization", "authorization").Replace(doc)
	if got := e.must(200, call{method: "GET", path: corsPath}).body; !strings.Contains(strings.Join(strings.Fields(got), ""), want) {
		t.Errorf("answer %s\nwant %s", got, want)
	}
}

// OSS-242.
func TestPreflightOfMissingBucket(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, path := range []string{"/no-such-bucket/k", "/no-such-bucket/"} {
		a := e.refused(404, "NoSuchBucket", call{method: "OPTIONS", path: path, anonymous: true,
			header: map[string]string{"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}})
		e.wantHeader(a, "x-oss-ec", "0015-00000101")
	}
}

func TestWildcard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "x", true}, {"a", "a", true}, {"a", "b", false}, {"a*", "a", true}, {"*a", "ba", true},
		{"ab*bc", "abbc", true}, {"ab*bc", "abc", false}, {"a*c", "abd", false}, {"a.c", "abc", false},
	} {
		if got := wildcard(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%q on %q: %t", tt.pattern, tt.text, got)
		}
	}
}

func TestCORSOnRequests(t *testing.T) {
	t.Parallel()
	for _, vary := range []bool{false, true} {
		t.Run(fmt.Sprint("vary ", vary), func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			e.put("k", "x", nil)
			e.must(200, call{method: "PUT", path: corsPath, body: corsXML(
				rule("<AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>x-*</AllowedHeader>"+
					"<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-meta-a</ExposeHeader><MaxAgeSeconds>7</MaxAgeSeconds>"),
				fmt.Sprintf("<ResponseVary>%t</ResponseVary>", vary))})
			wantVary := ""
			if vary {
				wantVary = "Origin"
			}
			get := call{method: "GET", path: at("k"), header: map[string]string{"Origin": "https://a.example"}}
			a := e.must(200, get)
			e.wantHeader(a, "Access-Control-Allow-Origin", "https://a.example")
			e.wantHeader(a, "Access-Control-Expose-Headers", "ETag, x-oss-meta-a")
			e.wantHeader(a, "Access-Control-Max-Age", "7")
			e.wantHeader(a, "Vary", wantVary)
			get.anonymous = true
			a = e.must(403, get) // refused, but a script may read why
			e.wantHeader(a, "Access-Control-Allow-Origin", "https://a.example")
			e.wantHeader(a, "Vary", wantVary)
			for _, c := range []call{
				{method: "GET", path: at("k"), header: map[string]string{"Origin": "https://b.example"}},
				{method: "HEAD", path: at("k"), header: map[string]string{"Origin": "https://a.example"}},
				{method: "GET", path: at("k")},
			} {
				a := e.must(200, c)
				e.wantHeader(a, "Access-Control-Allow-Origin", "")
				e.wantHeader(a, "Vary", wantVary)
			}
		})
	}
}
