package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

const corsData = `
data "oss_bucket_cors" "test" {
  bucket = "BUCKET"
}
output "rules" {
  value = data.oss_bucket_cors.test
}
`

// readCORS applies a configuration with the output rules and returns what the data source read.
func readCORS(w *workspace) (result struct {
	ID           string
	Rules        []map[string]any `json:"cors_rule"`
	ResponseVary bool             `json:"response_vary"`
	Advice       []string
}) {
	w.t.Helper()
	w.output("rules", &result)
	return result
}

func TestCORSData(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(corsData)
	if got := readCORS(w); got.ID != o.bucket || len(got.Rules) != 0 || got.Rules == nil || got.ResponseVary || got.Advice == nil || len(got.Advice) != 0 {
		t.Errorf("a bucket without rules: %+v, want an empty list", got)
	}

	foreignCORS(o, corsDocument(corsRuleOne+corsRuleTwo+"<ResponseVary>true</ResponseVary>"))
	o.local().ResetRecords()
	got := readCORS(w)
	if len(got.Rules) != 2 || !got.ResponseVary {
		t.Fatalf("read %+v", got)
	}
	if got := o.requests(); got != "GetBucketCors:1" {
		t.Errorf("one read costs %q", got)
	}
	for name, want := range map[string][]string{
		"allowed_origins": {"https://app.example.com", "https://www.example.com"}, "allowed_methods": {"GET", "PUT"},
		"allowed_headers": {"*"}, "expose_headers": {"ETag", "x-oss-request-id"},
	} {
		var have []string
		for _, element := range got.Rules[0][name].([]any) {
			have = append(have, element.(string))
		}
		slices.Sort(have)
		if !slices.Equal(have, want) {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
	if age := got.Rules[0]["max_age_seconds"]; age != 600.0 {
		t.Errorf("the max age is %v, want 600", age)
	}
	second := got.Rules[1]
	if second["max_age_seconds"] != nil || len(second["expose_headers"].([]any)) != 0 || len(second["allowed_headers"].([]any)) != 0 {
		t.Errorf("the second rule is %v, want no max age and empty sets", second)
	}

}

// What might be better about the rules of a bucket is told to those who ask, what the resource refuses included.
func TestCORSDataAdvice(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	const rule = `<CORSRule><AllowedOrigin>%s</AllowedOrigin><AllowedMethod>%s</AllowedMethod><AllowedHeader>%s</AllowedHeader></CORSRule>`
	foreignCORS(o, corsDocument(fmt.Sprintf(rule, "*.example.io", "GET", "Range")+fmt.Sprintf(rule, "ftp://a.example", "PUT", "X-A")+fmt.Sprintf(rule, "https://b.example", "GET", "Range")))
	w := o.workspace()
	w.config(corsData)
	got := readCORS(w)
	want := []string{
		`cors_rule[0], whose first origin is "*.example.io": "*.example.io" has no scheme.`,
		`cors_rule[1], whose first origin is "ftp://a.example": "ftp://a.example" begins with "ftp://"`,
		`cors_rule[1], whose first origin is "ftp://a.example": The rule allows uploads but does not expose ETag and x-oss-request-id.`,
		`cors_rule[1], whose first origin is "ftp://a.example": The rule allows PUT but not the header that browsers send with a body`,
	}
	if len(got.Advice) != len(want) {
		t.Fatalf("got %q", got.Advice)
	}
	for i := range want {
		if !strings.HasPrefix(got.Advice[i], want[i]) {
			t.Errorf("got %q, want %q", got.Advice[i], want[i])
		}
	}
	many := ""
	for i := range 11 {
		many += fmt.Sprintf(rule, fmt.Sprintf("https://%d.example.com", i), "GET", "Range")
	}
	if headers := fmt.Sprint(got.Rules[0]["allowed_headers"]); headers != "[range]" { // OSS-240
		t.Errorf("allowed_headers is %s", headers)
	}
	foreignCORS(o, corsDocument(many))
	if got := readCORS(w); len(got.Rules) != 11 || len(got.Advice) != 0 {
		t.Errorf("%d rules that OSS took get the advice %q", len(got.Rules), got.Advice)
	}
}

// While the bucket's name is not known the data source waits.
func TestCORSDataUnknownBucket(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(`resource "terraform_data" "name" {
  input = "BUCKET"
}
` + strings.Replace(corsData, `"BUCKET"`, "terraform_data.name.output", 1))
	w.must("plan")
	if got := o.requests(); got != "" {
		t.Errorf("a plan asked %q", got)
	}
	if got := readCORS(w); got.ID != o.bucket {
		t.Errorf("read %+v", got)
	}
}

func TestCORSDataFailures(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	p := o.protocolWithFewRetries()
	config := map[string]any{"bucket": o.bucket}
	read := func() { p.data("oss_bucket_cors", config) }
	for _, failure := range failures {
		f.arm("GetBucketCors", failure.fault, -1)
		p.fails(append([]string{"Unable to Read OSS Bucket CORS Rules", `"test-bucket"`}, failure.words...), read)
	}
	f.arm("GetBucketCors", ossserver.Fault{Status: 503, Code: "ServiceUnavailable", Message: "busy"}, 1)
	read()
	if f.left.Load() != 0 {
		t.Error("no request failed")
	}
	f.disarm()

	config = map[string]any{"bucket": "no-such-bucket"}
	p.fails([]string{"NoSuchBucket", `"no-such-bucket"`, "spelling of the bucket"}, read)
	f.arm("GetBucketCors", ossserver.Fault{Delay: time1h}, -1)
	config = map[string]any{"bucket": o.bucket, "timeouts": map[string]any{"read": "200ms"}}
	p.fails([]string{"Unable to Read OSS Bucket CORS Rules", "timeouts block"}, read)
	// With Terraform, which TestFailuresInARun has show a request that fails.
	w := o.workspace()
	w.config("%s", strings.Replace(corsData, "BUCKET", "No_Bucket", 1))
	w.fails([]string{"Invalid Bucket Name"}, "plan", "-no-color")
}

// The examples of the documentation apply as they stand, and say what their comments say.
func TestCORSExamples(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().CreateBucket("example"))
	o.bucket = "example"
	foreignCORS(o, corsDocument(corsRuleOne+corsRuleTwo))
	w := o.exampleWorkspace("../../examples/provider")
	examples := []struct{ folder, want string }{
		{"data-sources/oss_bucket_cors", `origins = tolist([ "https://app.example.com", "https://www.example.com", "https://*.example.org", ])`},
		{"data-sources/oss_cors_preflight", "The editor cannot upload: OSS answered 403"},
		{"functions/cors_decision", `"rule" = 1`},
	}
	for _, example := range examples {
		w.addExample("../../examples/" + example.folder)
	}
	out := flatten(w.apply())
	for _, example := range examples {
		if !strings.Contains(out, example.want) {
			t.Errorf("%s: no %q in\n%s", example.folder, example.want, out)
		}
	}
	w.clean()
}

// Behind a custom domain there is one bucket: a second one would get the rules of the first.
func TestCORSDataBehindACustomDomain(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	w := o.workspace()
	for kind, arguments := range map[string]string{"oss_bucket_cors": "", "oss_cors_preflight": "origin = \"https://a.example\"\n method = \"GET\""} {
		block := func(name string) string {
			return fmt.Sprintf(`data %q %q {
  bucket = "bucket-%s"
  %s
}
`, kind, name, name, arguments)
		}
		w.write("main.tf", requiredProvider+strings.Replace(o.config(block("one")+block("two")), `provider "oss" {`, `provider "oss" {
 use_cname = true
 max_retries = 0`, 1))
		w.fails([]string{"Bucket Behind Another Custom Domain", "bucket-one", "bucket-two"}, "plan", "-no-color")
	}
}
