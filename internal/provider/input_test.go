package provider

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// What a new user gets wrong must be told at plan, at the attribute, with the fix, and cost no request.
func TestObjectInputIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	nineKB := strings.Repeat("x", 9<<10)
	var blocks []refusedBlock
	for _, tc := range []struct {
		name, bucket, key, rest string
		words                   []string
	}{
		{"bucket", "My_Bucket", "k", `content = ""`, []string{"Invalid Bucket Name", "My_Bucket"}},
		{"empty key", "b-1", "", `content = ""`, []string{"Invalid Object Key", "empty"}},
		{"leading slash", "b-1", "/a", `content = ""`, []string{"Invalid Object Key", `"/a"`, `"a"`}},
		{"leading backslash", "b-1", `\\a`, `content = ""`, []string{"Invalid Object Key"}},
		{"long key", "b-1", strings.Repeat("k", 1024), `content = ""`, []string{"Invalid Object Key", "1023"}},
		{"9 KB of metadata", "b-1", "k", fmt.Sprintf("content = \"\"\n metadata = { note = %q }", nineKB), []string{"Metadata", "8191"}},
		{"upper case and underscore", "b-1", "k", "content = \"\"\n metadata = { Owner_Name = \"emma\" }", []string{"Invalid Metadata Key", `"Owner_Name"`, `"owner-name"`}},
		{"case twins", "b-1", "k", "content = \"\"\n metadata = { owner = \"a\", Owner = \"b\" }", []string{`"owner"`, `"Owner"`}},
		{"prefix", "b-1", "k", "content = \"\"\n metadata = { x-oss-meta-owner = \"a\" }", []string{"Invalid Metadata Key", `"owner"`}},
		{"null value", "b-1", "k", "content = \"\"\n metadata = { owner = null }", []string{"Null Metadata Value", `"owner"`, "Leave the key out"}},
		{"empty value", "b-1", "k", "content = \"\"\n metadata = { owner = \"\" }", []string{"Invalid Metadata Value", `"owner"`}},
		{"padded value", "b-1", "k", "content = \"\"\n metadata = { owner = \" a\" }", []string{"Invalid Metadata Value"}},
		{"control character", "b-1", "k", "content = \"\"\n metadata = { owner = \"a\\nb\" }", []string{"Invalid Metadata Value"}},
		{"empty header", "b-1", "k", "content = \"\"\n cache_control = \"\"", []string{"Empty String", "cache_control", "null"}},
		{"padded header", "b-1", "k", "content = \"\"\n content_type = \"text/plain \"", []string{"Invalid Content-Type Header", "content_type"}},
		{"line break in a header", "b-1", "k", "content = \"\"\n content_disposition = \"a\\r\\nb: c\"", []string{"Invalid Content-Disposition Header", "content_disposition"}},
		{"two bodies", "b-1", "k", "content = \"\"\n source = \"main.tf\"", []string{"Invalid Attribute Combination", "source"}},
		{"base64", "b-1", "k", `content_base64 = "%%%"`, []string{"Invalid Base64", "base64encode"}},
		{"hash without source", "b-1", "k", "content = \"\"\n source_hash = \"x\"", []string{"Invalid Attribute Combination", "source"}},
		{"timeout", "b-1", "k", `content = ""
  timeouts {
    create = "soon"
  }`, []string{"create", "soon"}},
	} {
		blocks = append(blocks, refusedBlock{tc.name, fmt.Sprintf(`resource "oss_object" "test" {
  bucket = "%s"
  key    = "%s"
  %s
}`, tc.bucket, tc.key, tc.rest), tc.words, tc.name == "case twins" || tc.name == "two bodies"})
	}
	w.expectRefused(blocks)
	// Whether the object is imported is known only when all of that is right.
	w.expectRefused([]refusedBlock{{name: "no body", block: `resource "oss_object" "test" {
  bucket = "b-1"
  key    = "k"
}`, words: []string{"Missing Body", `content = ""`, "import"}}})
	if got := o.requests(); got != "" {
		t.Errorf("wrong input cost requests: %q", got)
	}
}

func TestExpiresThatIsNoDateWarns(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	r := o.protocol().manage("oss_object", map[string]any{"bucket": o.bucket, "key": "k", "content": "x", "expires": "tomorrow"})
	r.apply()
	if !slices.ContainsFunc(r.p.told, func(d *tfprotov6.Diagnostic) bool {
		return d.Severity == tfprotov6.DiagnosticSeverityWarning && strings.Contains(line(d), "Expires is not an HTTP date")
	}) {
		t.Errorf("no warning: %q", lines(r.p.told))
	}
	if got := o.object("k").Expires; got != "tomorrow" {
		t.Errorf("stored %q", got)
	}
	r.clean()
}

func TestCORSInputIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	rule := func(origins, methods, rest string) string {
		return fmt.Sprintf(`cors_rule {
    allowed_origins = [%s]
    allowed_methods = [%s]
    %s
  }
`, origins, methods, rest)
	}
	block := func(rules string) string {
		return fmt.Sprintf(`resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  %s
}`, rules)
	}
	var blocks []refusedBlock
	many := ""
	for i := range 21 {
		many += rule(fmt.Sprintf(`"https://%d.example.com"`, i), `"GET"`, "")
	}
	for name, tc := range map[string]struct {
		rules string
		words []string
	}{
		"21 rules":               {many, []string{"Too Many CORS Rules", "20"}},
		"no rule":                {"", []string{"Missing CORS Rule"}},
		"no origin":              {rule("", `"GET"`, ""), []string{"Missing CORS Origin"}},
		"no method":              {rule(`"*"`, "", ""), []string{"Missing CORS Method"}},
		"star in expose headers": {rule(`"*"`, `"GET"`, `expose_headers = ["*"]`), []string{"expose_headers"}},
		"lower-case method":      {rule(`"*"`, `"get"`, ""), []string{`"GET"`}},
		"two stars":              {rule(`"https://*.*.example.com"`, `"GET"`, ""), []string{"allowed_origins"}},
		"negative age":           {rule(`"*"`, `"GET"`, "max_age_seconds = -1"), []string{"Invalid CORS Max Age"}},
	} {
		blocks = append(blocks, refusedBlock{name: name, block: block(tc.rules), words: tc.words})
	}
	w.expectRefused(blocks)
	// Terraform finds this by itself, before all else.
	w.config("%s", block(rule(`"*"`, `"GET"`, `expose_header = ["ETag"]`)))
	w.fails([]string{"Unsupported argument", "expose_headers"}, "plan", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("wrong input cost requests: %q", got)
	}
}

// The provider block, as a new user gets it wrong; the state and the bucket stay as they were.
func TestProviderInput(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + closed.Addr().String()
	closed.Close()
	good := map[string]any{"region": testRegion, "endpoint": o.endpoint, "access_key_id": testKeyID, "access_key_secret": testSecret, "max_retries": 0}
	w := o.workspace()
	for name, tc := range map[string]struct {
		set   map[string]any // nil leaves the argument out
		words []string
		run   bool // in a run of Terraform, as it depends on what the environment lacks
	}{
		"wrong region":        {map[string]any{"region": "cn-beijing"}, []string{"Unable to Create OSS Object", "region"}, false},
		"endpoint as region":  {map[string]any{"region": "oss-cn-hangzhou"}, []string{"Invalid Region", `the region is "cn-hangzhou"`}, false},
		"no region":           {map[string]any{"region": nil}, []string{"Missing Region", "OSS_REGION"}, true},
		"wrong secret":        {map[string]any{"access_key_secret": "wrong"}, []string{"SignatureDoesNotMatch", "access_key_secret does not belong", "region (or OSS_REGION)", "clock", "proxy", "metadata value", "OSS request ID:"}, true},
		"unknown key":         {map[string]any{"access_key_id": "nobody"}, []string{"InvalidAccessKeyId", "misspelt", "the access key of the provider block"}, false},
		"secret alone":        {map[string]any{"access_key_id": nil}, []string{"Incomplete Credentials", "no access_key_id"}, false},
		"id alone":            {map[string]any{"access_key_secret": nil}, []string{"Incomplete Credentials", "no access_key_secret"}, false},
		"no credentials":      {map[string]any{"access_key_id": nil, "access_key_secret": nil}, []string{"No Credentials", "OSS_ACCESS_KEY_ID", "access_key_id"}, true},
		"refused connections": {map[string]any{"endpoint": refused}, []string{"connection refused", "Nothing listens there"}, false},
		"endpoint with path":  {map[string]any{"endpoint": "https://example.com/path"}, []string{"Invalid Endpoint"}, false},
		"cname alone":         {map[string]any{"endpoint": nil, "use_cname": true}, []string{"Missing Endpoint", "use_cname"}, true},
		"two sources":         {map[string]any{"profile": "p"}, []string{"Ambiguous Credentials", "access_key_id and profile"}, false},
		"unknown profile":     {map[string]any{"access_key_id": nil, "access_key_secret": nil, "profile": "nowhere"}, []string{"No Credentials", `"nowhere"`}, true},
		"region of endpoint":  {map[string]any{"endpoint": "https://oss-cn-beijing.aliyuncs.com"}, []string{"Region and Endpoint Disagree", `"cn-beijing"`, `"cn-hangzhou"`}, false},
		"bucket in endpoint":  {map[string]any{"endpoint": "https://b-1.oss-cn-hangzhou.aliyuncs.com"}, []string{"Invalid Endpoint", `"b-1"`}, false},
		"max_retries":         {map[string]any{"max_retries": -1}, []string{"max_retries", "0"}, false},
	} {
		arguments, object := with(good, tc.set), map[string]any{"bucket": o.bucket, "key": "k", "content": "x"}
		said, errors := "", 0
		if tc.run {
			text, err := json.MarshalIndent(map[string]any{"provider": map[string]any{"oss": arguments}, "resource": map[string]any{"oss_object": map[string]any{"test": object}}}, "", "  ") // a diagnostic shows a line
			o.must(err)
			w.write("main.tf", requiredProvider)
			w.write("test.tf.json", string(text))
			out, _ := w.try("apply", "-auto-approve", "-no-color")
			said, errors = flatten(out), strings.Count(out, "Error: ")
			if state, _ := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate")); strings.Contains(string(state), "oss_object") {
				t.Errorf("%s: the state holds an object", name)
			}
		} else {
			p := o.protocol()
			p.told = nil
			r := p.manage("oss_object", object)
			p.attempt(func() {
				p.configureWith(arguments)
				r.apply()
			})
			for _, d := range p.told {
				said += " " + line(d)
				if d.Severity == tfprotov6.DiagnosticSeverityError {
					errors++
				}
			}
			if !r.isNull(r.state) {
				t.Errorf("%s: the state holds an object", name)
			}
		}
		for _, word := range tc.words {
			if !strings.Contains(said, word) {
				t.Errorf("%s: the provider does not say %q:\n%s", name, word, said)
			}
		}
		if strings.Contains(said, testSecret) {
			t.Errorf("%s: the secret is in the diagnostics:\n%s", name, said)
		}
		if errors != 1 {
			t.Errorf("%s: %d errors, want one:\n%s", name, errors, said)
		}
	}
	if _, err := o.local().Object(o.bucket, "k"); err == nil {
		t.Error("an object was stored")
	}
}

func TestUnknownBucket(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w, absent := o.workspace(), o.absentBucket()
	w.config(strings.ReplaceAll(`resource "oss_object" "test" {
  bucket = "ABSENT"
  key = "PREFIXk"
  content = "x"
}
resource "oss_bucket_cors" "test" {
  bucket = "ABSENT"
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
}`, "ABSENT", absent))
	w.expectErrors(map[string][]string{
		testObject: {"Unable to Create OSS Object", "NoSuchBucket", `"` + absent + `"`, "spelling"},
		testCORS:   {"Unable to Create OSS Bucket CORS Rules", "NoSuchBucket", "spelling"},
	}, "apply", "-auto-approve")
}

// A whole run at TRACE holds neither the secret key nor the security token.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const token = "T0kenThatNoLogMayHold"
	server := newServer()
	server.Accounts = []account{{AccessKeyID: testKeyID, AccessKeySecret: testSecret, SecurityToken: token}}
	o := startServer(t, server)
	w := o.workspace()
	body := `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "x"
  cache_control = "CC"
}
`
	set := func(cache string) {
		text := requiredProvider + strings.ReplaceAll(o.config(body), "CC", cache)
		w.write("main.tf", strings.Replace(text, "region =", fmt.Sprintf("security_token = %q\n  region =", token), 1))
	}
	w.starts = true // and writes its log into Terraform's
	w.env = append(w.env, "TF_LOG=TRACE")
	log := ""
	set("no-cache")
	log += w.apply()
	set("no-store")
	log += w.apply()
	set(`a\nb`)
	out, _ := w.try("plan", "-no-color")
	set("no-store")
	log += out + w.must("destroy", "-auto-approve", "-no-color")
	for _, want := range []string{"OSS request", "PutObject", "CopyObject", "DeleteObject"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log of %d bytes does not hold %q, so it proves nothing", len(log), want)
		}
	}
	for _, secret := range []string{testSecret, token} {
		if i := strings.Index(log, secret); i >= 0 {
			t.Errorf("the log holds a secret: …%s…", log[max(0, i-200):i+len(secret)])
		}
	}
}

// Values that are only known during the apply say nothing at plan and are checked then.
func TestUnknownInput(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	text := `
resource "terraform_data" "later" {
  input = { key = "k.css", content = "text", cache = "no-cache", origin = "https://a.example.com" }
}
resource "terraform_data" "owner" {
  input = "OWNER"
}
resource "oss_object" "test" {
  bucket        = "BUCKET"
  key           = terraform_data.later.output.key
  content       = terraform_data.later.output.content
  cache_control = terraform_data.later.output.cache
  metadata      = { owner = terraform_data.owner.output }
}
resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = [terraform_data.later.output.origin]
    allowed_methods = ["GET"]
  }
}
`
	w.config(strings.ReplaceAll(text, "OWNER", "emma"))
	w.apply()
	if got := o.object("k.css"); got.ContentType != "text/css" || got.Metadata["owner"] != "emma" || o.body("k.css") != "text" {
		t.Errorf("stored %+v", got)
	}
	w.clean()
	w.config(strings.ReplaceAll(text, "OWNER", `a\nb`))
	w.fails([]string{"Invalid Metadata Value"}, "apply", "-auto-approve", "-no-color")
	if got := o.object("k.css"); got.Metadata["owner"] != "emma" {
		t.Errorf("stored %+v", got)
	}
}

// The provider depends on something that this very apply makes: creations can be planned, what exists cannot be read,
// and the error says so.
func TestProviderWithUnknownValues(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	object := `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "PREFIXk"
  content = "x"
}
`
	later := "resource \"terraform_data\" \"later\" {\n input = \"" + o.region + `"
  triggers_replace = "TRIGGER"
}
`
	set := func(trigger string) {
		text := strings.Replace(requiredProvider+o.config(object+later), `region = "`+o.region+`"`, "region = terraform_data.later.output", 1)
		w.write("main.tf", strings.Replace(text, "TRIGGER", trigger, 1))
	}
	set("one")
	w.apply()
	set("two")
	w.fails([]string{"Provider Configuration Not Known Yet", `"region"`, "-target"}, "plan", "-no-color")
	w.must("apply", "-auto-approve", "-target=terraform_data.later")
	w.clean()
}

// A custom domain belongs to one bucket.
func TestCustomDomain(t *testing.T) {
	t.Parallel()
	server := newServer()
	server.Domains = map[string]string{"localhost": "test-bucket"}
	o := startServer(t, server)
	p := o.protocol()
	p.configureWith(atLocalhost(o, map[string]any{"use_cname": true}))
	object := map[string]any{"bucket": o.bucket, "key": "k", "content": "x"}
	r := p.manage("oss_object", object)
	r.apply()
	r.clean()
	if got := o.body("k"); got != "x" {
		t.Errorf("body %q", got)
	}
	other := p.manage("oss_object", with(object, map[string]any{"bucket": "other-bucket"}))
	p.fails([]string{"Bucket Behind Another Custom Domain", "alias"}, func() { other.plan() })
}

// atLocalhost is a provider block whose endpoint is at localhost.
func atLocalhost(o *testOSS, more map[string]any) map[string]any {
	return with(map[string]any{
		"endpoint": strings.Replace(o.endpoint, "127.0.0.1", "localhost", 1), "region": o.region, "access_key_id": testKeyID, "access_key_secret": testSecret,
	}, more)
}

// localhost is a good name for a local server.
func TestLocalhostEndpoint(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	p := o.protocol()
	p.configureWith(atLocalhost(o, nil))
	r := p.manage("oss_object", map[string]any{"bucket": o.bucket, "key": "a b/k", "content": "x"})
	r.apply()
	r.clean()
	if got := o.body("a b/k"); got != "x" {
		t.Errorf("body %q", got)
	}
}
