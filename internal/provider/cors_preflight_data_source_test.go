package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// time1h is longer than any test waits.
const time1h = time.Hour

const preflightData = `
data "oss_cors_preflight" "test" {
  bucket  = "BUCKET"
  key     = "a dir/ü+.txt"
  origin  = "https://www.example.com"
  method  = "PUT"
  headers = ["content-type", "X-Oss-Date"]
}
output "answer" {
  value = data.oss_cors_preflight.test
}
`

type preflightAnswer struct {
	Allowed bool
	Reason  *string
	Status  int
	MaxAge  *int64            `json:"max_age_seconds"`
	Headers map[string]string `json:"response_headers"`
}

func readPreflight(w *workspace) (answer preflightAnswer) {
	w.t.Helper()
	w.output("answer", &answer)
	return answer
}

func TestPreflightData(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(preflightData)
	got := readPreflight(w)
	if got.Allowed || got.Status != 403 || got.MaxAge != nil || got.Reason == nil || !strings.Contains(*got.Reason, "OSS answered 403 Forbidden: AccessForbidden: CORSResponse") {
		t.Errorf("without rules: %+v", got)
	}

	foreignCORS(o, corsDocument(corsRuleOne+"<ResponseVary>true</ResponseVary>"))
	o.local().ResetRecords()
	got = readPreflight(w)
	if !got.Allowed || got.Status != 200 || got.Reason != nil || got.MaxAge == nil || *got.MaxAge != 600 {
		t.Errorf("with a rule: %+v", got)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://www.example.com", "Access-Control-Allow-Methods": "GET, PUT", "Access-Control-Allow-Headers": "content-type, x-oss-date",
		"Access-Control-Expose-Headers": "ETag, x-oss-request-id", "Access-Control-Max-Age": "600", "Vary": "Origin",
	} {
		if got.Headers[name] != want {
			t.Errorf("%s is %q, want %q", name, got.Headers[name], want)
		}
	}
	for _, r := range o.local().Records() {
		if r.Key != "a dir/ü+.txt" || r.Method != "OPTIONS" || r.Header.Get("Authorization") != "" {
			t.Errorf("sent %s %q with Authorization %q", r.Method, r.Key, r.Header.Get("Authorization"))
		}
	}

	// No key and no header: a bucket's rules are asked for as well as an object's.
	w.config(strings.NewReplacer("  key     = \"a dir/ü+.txt\"\n", "", "  headers = [\"content-type\", \"X-Oss-Date\"]\n", "", "PUT", "DELETE").Replace(preflightData))
	if got := readPreflight(w); got.Allowed || got.Headers["Vary"] != "Origin" || len(got.Headers) != 1 {
		t.Errorf("a method that no rule has: %+v", got)
	}
}

// Rules and preflight in one configuration: the plan does not ask before the rules are there, and the check after
// apply sees them.
func TestPreflightDataAfterRules(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(corsWith("") + strings.Replace(preflightData, "  bucket ", "  depends_on = [oss_bucket_cors.test]\n  bucket ", 1))
	w.must("plan")
	if got := o.requests(); got != "" {
		t.Errorf("a plan asked %q", got)
	}
	if got := readPreflight(w); !got.Allowed {
		t.Errorf("after the rules were set: %+v", got)
	}
	w.clean()
}

// Through a custom domain the bucket is not in the address.
func TestPreflightDataCustomDomain(t *testing.T) {
	t.Parallel()
	o := startServer(t, &ossserver.Server{Domains: map[string]string{"localhost": "test-bucket"}})
	foreignCORS(o, corsDocument(corsRuleOne))
	u, err := url.Parse(o.endpoint)
	o.must(err)
	o.endpoint = "http://localhost:" + u.Port()
	w := o.workspace()
	w.write("main.tf", requiredProvider+strings.Replace(o.config(preflightData), `provider "oss" {`, "provider \"oss\" {\n  use_cname = true", 1))
	if got := readPreflight(w); !got.Allowed {
		t.Errorf("got %+v", got)
	}
	for _, r := range o.local().Records() {
		if r.Operation == "OptionObject" && r.Key != "a dir/ü+.txt" {
			t.Errorf("asked for %q", r.Key)
		}
	}
}

func TestPreflightDataFailures(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	w := o.workspace()
	config := func(data string) {
		w.write("main.tf", requiredProvider+strings.Replace(o.config(data), `provider "oss" {`, "provider \"oss\" {\n  max_retries = 1", 1))
	}
	config(preflightData)
	for _, failure := range failures {
		if failure.name == "denied" {
			continue // a 403 is an answer
		}
		f.arm("OptionObject", failure.fault, -1)
		w.fails(append([]string{"Unable to Send OSS CORS Preflight", `Could not ask bucket "test-bucket" for the origin "https://www.example.com"`}, failure.words...), "plan", "-no-color")
	}
	f.arm("OptionObject", ossserver.Fault{Status: 503, Code: "ServiceUnavailable", Message: "busy"}, 1)
	if got := readPreflight(w); got.Status != 403 {
		t.Errorf("after a failure that passed: %+v", got)
	}
	f.arm("OptionObject", ossserver.Fault{Delay: time1h}, -1)
	config(strings.Replace(preflightData, "  method ", `  timeouts {
    read = "200ms"
  }
  method `, 1))
	w.fails([]string{"Unable to Send OSS CORS Preflight", "timeouts block"}, "plan", "-no-color")
	f.disarm()
	config(strings.Replace(preflightData, "BUCKET", "no-such-bucket", 1))
	w.fails([]string{"NoSuchBucket", "spelling of the bucket"}, "plan", "-no-color")
}

func TestPreflightDataInput(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	var blocks []refusedBlock
	for _, tc := range []struct{ from, to, word string }{
		{"BUCKET", "No_Bucket", "Invalid Bucket Name"},
		{"a dir/ü+.txt", "/a", "Invalid Object Key"},
		{"https://www.example.com", "", "Invalid Origin"},
		{`"https://www.example.com"`, `"https://www.example.com "`, "white space"},
		{`"https://www.example.com"`, `"a\nb"`, "control character"},
		{"https://www.example.com", "x.example/", `write "https://x.example"`},
		{"https://www.example.com", "ftp://x.example", `begins with "ftp://"`},
		{"https://www.example.com", "https://x.example:99999", `has the port "99999"`},
		{"https://www.example.com", "https://x.example/app", `write "https://x.example"`},
		{"https://www.example.com", "https://*.example.com", `has a "*"`},
		{"PUT", "", "Invalid Method"},
		{`"PUT"`, `"put"`, `write "PUT"`},
		{`"PUT"`, `"PUT GET"`, "is not a method"},
		{`"content-type"`, `"content type"`, "is not the name of a header"},
		{`"content-type"`, `""`, "is not the name of a header"},
		{`"content-type"`, `"x-a\r\nX-B: c"`, "control character"},
		{`"content-type"`, `null`, "Null"},
	} {
		block, _, _ := strings.Cut(preflightData, "output ")
		blocks = append(blocks, refusedBlock{name: tc.to, block: strings.Replace(block, tc.from, tc.to, 1), words: []string{tc.word}})
	}
	w.expectRefused(blocks)
	if got := o.requests(); got != "" {
		t.Errorf("wrong input cost requests: %q", got)
	}
}

// What browsers do send is not wrong input, also where no rule will match it.
func TestPreflightDataInputOfBrowsers(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"null", "https://www.example.com:8443", "capacitor://localhost", "http://127.0.0.1:3000", "chrome-extension://abcdef"} {
		if err := cors.CheckRequestOrigin(origin); err != nil {
			t.Error(err)
		}
	}
	for _, method := range []string{"GET", "PATCH", "OPTIONS"} {
		if err := cors.CheckRequestMethod(method); err != nil {
			t.Error(err)
		}
	}
}

// The answer is judged as a browser would.
func TestPreflightRefusal(t *testing.T) {
	t.Parallel()
	const origin = "https://www.example.com"
	for name, tc := range map[string]struct {
		method  string
		headers []string
		status  int
		answer  map[string]string
		reason  string // a part; "" is allowed
	}{
		"origin and method": {"PUT", nil, 200, map[string]string{"Origin": origin, "Methods": "PUT"}, ""},
		"a list of methods": {"PUT", nil, 200, map[string]string{"Origin": origin, "Methods": "GET, PUT"}, ""},
		"as OSS answers": {"PUT", []string{"Content-Type"}, 200, // OSS-241
			map[string]string{"Origin": "*", "Methods": "GET, POST, PUT", "Headers": "content-type"}, ""},
		"any origin":      {"PUT", nil, 200, map[string]string{"Origin": "*", "Methods": "*"}, ""},
		"no content":      {"GET", nil, 204, map[string]string{"Origin": "*"}, ""},
		"headers by star": {"PUT", []string{"content-type"}, 200, map[string]string{"Origin": "*", "Methods": "PUT", "Headers": "*"}, ""},
		"headers in any case": {"PUT", []string{"content-type", "Authorization"}, 200,
			map[string]string{"Origin": "*", "Methods": "PUT", "Headers": "Content-Type, *, authorization"}, ""},
		"no origin":           {"GET", nil, 200, nil, "no Access-Control-Allow-Origin"},
		"another origin":      {"GET", nil, 200, map[string]string{"Origin": "https://other.example"}, `allows the origin "https://other.example", not "https://www.example.com"`},
		"no method":           {"PUT", nil, 200, map[string]string{"Origin": "*"}, `the methods "", and "PUT"`},
		"another method":      {"DELETE", nil, 200, map[string]string{"Origin": "*", "Methods": "PUT, GET"}, `the methods "PUT, GET", and "DELETE"`},
		"another header":      {"PUT", []string{"x-a"}, 200, map[string]string{"Origin": "*", "Methods": "PUT", "Headers": "x-b"}, `the headers "x-b", and "x-a"`},
		"Authorization alone": {"PUT", []string{"authorization"}, 200, map[string]string{"Origin": "*", "Methods": "PUT", "Headers": "*"}, `the headers "*", and "authorization"`},
		"refused":             {"PUT", nil, 403, map[string]string{"Origin": "*", "Methods": "PUT"}, "OSS answered 403 Forbidden: Why: Because."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := ossclient.Preflight{Status: tc.status, Header: http.Header{}}
			if tc.status == 403 {
				answer.Code, answer.Message = "Why", "Because"
			}
			for part, value := range tc.answer {
				answer.Header.Set("Access-Control-Allow-"+part, value)
			}
			got := refusal(ossclient.PreflightRequest{Origin: origin, Method: tc.method, Headers: tc.headers}, answer)
			if (tc.reason == "") != (got == "") || !strings.Contains(got, tc.reason) {
				t.Errorf("got %q, want %q", got, tc.reason)
			}
		})
	}
}

// A max age that is not a number comes from something in between, and is reported.
func TestPreflightUnreadableMaxAge(t *testing.T) {
	t.Parallel()
	server := newServer()
	o := startServer(t, server)
	proxy := newProxy(t, o.endpoint, func(h http.Header) { h.Set("Access-Control-Max-Age", "a while") })
	foreignCORS(o, corsDocument(corsRuleOne))
	o.endpoint = proxy
	w := o.workspace()
	w.config(preflightData)
	if out := w.apply(); !strings.Contains(out, "Unreadable CORS Max Age") || !strings.Contains(out, fmt.Sprintf("%q", "a while")) {
		t.Errorf("no warning:\n%s", out)
	}
}

// newProxy stands between the provider and the server and changes the headers of each answer.
func newProxy(t *testing.T, target string, change func(http.Header)) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(u); r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error { change(r.Header); return nil },
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}
