package provider

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const testCORS = "oss_bucket_cors.test"

const corsConfig = `
resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://app.example.com", "https://www.example.com"]
    allowed_methods = ["PUT", "GET"]
    allowed_headers = ["*"]
    expose_headers  = ["x-oss-request-id", "ETag"]
    max_age_seconds = 600
  }
  cors_rule {
    allowed_origins = ["https://*.example.org"]
    allowed_methods = ["GET"]
  }
  REST
}`

func corsWith(rest string) string { return strings.Replace(corsConfig, "REST", rest, 1) }

// corsArguments are those of corsConfig and more, without the bucket.
func corsArguments(more map[string]any) map[string]any {
	return with(map[string]any{"cors_rule": []any{
		map[string]any{
			"allowed_origins": []any{"https://app.example.com", "https://www.example.com"}, "allowed_methods": []any{"PUT", "GET"}, "allowed_headers": []any{"*"},
			"expose_headers": []any{"x-oss-request-id", "ETag"}, "max_age_seconds": 600,
		},
		map[string]any{"allowed_origins": []any{"https://*.example.org"}, "allowed_methods": []any{"GET"}},
	}}, more)
}

// foreignCORS sets rules with somebody else's client.
func foreignCORS(o *testOSS, xml string) {
	o.t.Helper()
	o.must(o.sdk().Client.SetBucketCORSXml(o.bucket, xml))
}

const (
	corsRuleOne = `<CORSRule><AllowedOrigin>https://www.example.com</AllowedOrigin><AllowedOrigin>https://app.example.com</AllowedOrigin>` +
		`<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>` +
		`<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>`
	corsRuleTwo = `<CORSRule><AllowedOrigin>https://*.example.org</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>`
)

func corsDocument(rules string) string {
	return "<CORSConfiguration>" + rules + "</CORSConfiguration>"
}

// The rules of a bucket from their creation to their end. The plan of each change is that change alone: what a step had left
// undone would be in it as well.
func TestCORSLifecycle(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	w := o.workspace()
	change := func(rest, planned string) {
		t.Helper()
		w.config(corsWith(rest))
		out := w.apply()
		if got := plannedChanges(out)["oss_bucket_cors.test"].attributes; !slices.Equal(got, []string{"response_vary"}) || !strings.Contains(flatten(out), planned) || !strings.Contains(out, "0 added, 1 changed, 0 destroyed") {
			t.Errorf("the plan changes %q, want %q:\n%s", got, planned, out)
		}
	}
	w.config(corsWith(""))
	w.apply()
	created := w.stateOf("terraform.tfstate")
	one, two := corsRuleOf(created, 0), corsRuleOf(created, 1)
	if created["id"] != o.bucket || created["response_vary"] != false || one["max_age_seconds"] != 600.0 || two["max_age_seconds"] != nil || two["expose_headers"] != nil {
		t.Errorf("created %v", created)
	}
	change("response_vary = true", "~ response_vary = false -> true")
	change("response_vary = false", "~ response_vary = true -> false")

	w.must("import", "-no-color", "-state=imported.tfstate", testCORS, o.bucket)
	if got, want := w.stateOf("imported.tfstate"), w.stateOf("terraform.tfstate"); !reflect.DeepEqual(got, want) {
		t.Errorf("imported %v, want %v", got, want)
	}
	// Empty lists and 0 are other spellings of what OSS has: no drift in either.
	w.config(strings.Replace(corsWith(""), "allowed_methods = [\"GET\"]\n", `allowed_methods = ["GET"]
 allowed_headers = []
 expose_headers = []
 max_age_seconds = 0
`, 1))
	w.apply()
	w.clean()
	w.must("destroy", "-auto-approve")
}

// stateOf are the attributes of the one resource in a state.
func (w *workspace) stateOf(file string) map[string]any {
	w.t.Helper()
	var state struct {
		Resources []struct {
			Instances []struct{ Attributes map[string]any }
		}
	}
	w.oss.must(json.Unmarshal([]byte(w.read(file)), &state))
	if len(state.Resources) != 1 || len(state.Resources[0].Instances) != 1 {
		w.t.Fatalf("%s does not have one resource: %+v", file, state)
	}
	return state.Resources[0].Instances[0].Attributes
}

func corsRuleOf(attributes map[string]any, i int) map[string]any {
	rules, _ := attributes["cors_rule"].([]any)
	if i >= len(rules) {
		return nil
	}
	rule, _ := rules[i].(map[string]any)
	return rule
}

// Every change behind Terraform's back shows, and apply repairs it.
func TestCORSDrift(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	r := o.protocol().manage("oss_bucket_cors", corsArguments(map[string]any{"bucket": o.bucket}))
	r.apply()
	same := corsDocument(corsRuleOne + corsRuleTwo)
	foreignCORS(o, same)
	r.clean() // the same rules with their elements in another order
	for name, tc := range map[string]struct {
		rules   string
		changed []string
	}{
		"order":          {corsRuleTwo + corsRuleOne, []string{"cors_rule"}},
		"one element":    {strings.Replace(corsRuleOne, "<AllowedMethod>PUT</AllowedMethod>", "", 1) + corsRuleTwo, []string{"cors_rule"}},
		"max age":        {strings.Replace(corsRuleOne, "600", "60", 1) + corsRuleTwo, []string{"cors_rule"}},
		"max age set":    {corsRuleOne + strings.Replace(corsRuleTwo, "</CORSRule>", "<MaxAgeSeconds>5</MaxAgeSeconds></CORSRule>", 1), []string{"cors_rule"}},
		"exposed header": {corsRuleOne + strings.Replace(corsRuleTwo, "</CORSRule>", "<ExposeHeader>ETag</ExposeHeader></CORSRule>", 1), []string{"cors_rule"}},
		"rule removed":   {corsRuleOne, []string{"cors_rule"}},
		"rule added":     {corsRuleOne + corsRuleTwo + corsRuleTwo, []string{"cors_rule"}},
		"response vary":  {corsRuleOne + corsRuleTwo + "<ResponseVary>true</ResponseVary>", []string{"response_vary"}},
	} {
		foreignCORS(o, corsDocument(tc.rules))
		if action, attributes := r.changes(); action != "update" || !sameNames(attributes, tc.changed) {
			t.Errorf("%s: plan %s of %v, want an update of %v", name, action, attributes, tc.changed)
		}
		r.apply()
		r.clean()
	}
	// OSS may return 0 where nothing was set.
	foreignCORS(o, corsDocument(corsRuleOne+strings.Replace(corsRuleTwo, "</CORSRule>", "<MaxAgeSeconds>0</MaxAgeSeconds></CORSRule>", 1)))
	r.clean()
	o.must(o.sdk().Client.DeleteBucketCORS(o.bucket))
	if action, _ := r.changes(); action != "create" {
		t.Errorf("rules gone: plan %s, want a creation", action)
	}
	r.apply()
	r.clean()
	// In runs of Terraform; the rules are those that it wants.
	w := o.workspace()
	w.config(corsWith(""))
	w.apply()
	foreignCORS(o, corsDocument(corsRuleTwo+corsRuleOne))
	if out := w.apply(); !strings.Contains(out, "0 added, 1 changed, 0 destroyed") || !slices.Equal(plannedChanges(out)["oss_bucket_cors.test"].attributes, []string{"cors_rule"}) {
		t.Errorf("order: want an update of the rules and of nothing else:\n%s", out)
	}
	w.clean()
	o.must(o.sdk().Client.DeleteBucketCORS(o.bucket))
	if out := w.apply(); !strings.Contains(out, "1 added, 0 changed, 0 destroyed") {
		t.Errorf("rules gone: want a creation:\n%s", out)
	}
}

// Rules that others set are replaced only where allow_overwrite permits it. What replaces them is stored, and goes with the
// resource.
func TestCORSNeverReplacesForeignRules(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	foreignCORS(o, corsDocument(corsRuleTwo))
	w := o.workspace()
	w.config(corsWith(""))
	w.fails([]string{"OSS Bucket Has CORS Rules Already", "has 1 CORS rule,", "terraform import ADDRESS test-bucket", "allow_overwrite = true"}, "apply", "-auto-approve", "-no-color")
	if stored, err := o.local().CORS(o.bucket); err != nil || len(stored.Rules) != 1 {
		t.Errorf("the foreign rules are %+v, %v", stored, err)
	}
	foreignCORS(o, corsDocument(corsRuleTwo+corsRuleOne))
	w.fails([]string{"has 2 CORS rules,"}, "apply", "-auto-approve", "-no-color")
	w.config(corsWith("allow_overwrite = true"))
	w.apply()
	w.clean()
	stored, err := o.local().CORS(o.bucket)
	o.must(err)
	if len(stored.Rules) != 2 || stored.Rules[1].AllowedOrigins[0] != "https://*.example.org" || stored.Rules[1].MaxAgeSeconds != nil || *stored.Rules[0].MaxAgeSeconds != 600 {
		t.Errorf("stored %+v", stored)
	}
	w.must("destroy", "-auto-approve")
	if stored, _ := o.local().CORS(o.bucket); stored != nil {
		t.Errorf("left %+v", stored)
	}
}

func TestCORSImport(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	foreignCORS(o, corsDocument(corsRuleOne+corsRuleTwo))
	w := o.workspace()
	w.config(`import {
  to = oss_bucket_cors.test
  id = "BUCKET"
}
` + corsWith(""))
	if out := w.apply(); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("want an import and nothing else:\n%s", out)
	}
	w.clean()
	absent := o.absentBucket()
	w.config(strings.Replace(corsWith("")+`
resource "oss_bucket_cors" "other" {
  bucket = "ABSENT"
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
}`, "ABSENT", absent, 1))
	w.fails([]string{"non-existent"}, "import", "-no-color", "oss_bucket_cors.other", absent)
	w.fails([]string{"Invalid Bucket Name"}, "import", "-no-color", "oss_bucket_cors.other", "No_Bucket")
}

func corsCallFailures() []callFailure {
	rules, vary, overwrite := corsArguments(nil), corsArguments(map[string]any{"response_vary": true}), corsArguments(map[string]any{"allow_overwrite": true})
	return []callFailure{
		{"oss_bucket_cors", "GetBucketCors", "Unable to Create OSS Bucket CORS Rules", nil, rules},
		{"oss_bucket_cors", "PutBucketCors", "Unable to Create OSS Bucket CORS Rules", nil, overwrite},
		{"oss_bucket_cors", "GetBucketCors", "Unable to Read OSS Bucket CORS Rules", rules, rules},
		{"oss_bucket_cors", "PutBucketCors", "Unable to Update OSS Bucket CORS Rules", rules, vary},
		{"oss_bucket_cors", "DeleteBucketCors", "Unable to Delete OSS Bucket CORS Rules", rules, nil},
	}
}

func TestCORSFailures(t *testing.T) {
	t.Parallel()
	expectCallFailures(t, corsCallFailures(), map[string]any{"bucket": "test-bucket"}, func(o *testOSS) bool { return o.stored() == 2 })
}

// The order of the rules is their meaning: the first that matches answers.
func TestCORSOrderIsKept(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	w := o.workspace()
	swap := func(first, second string) string {
		return "resource \"oss_bucket_cors\" \"test\" {\n bucket = \"BUCKET\"\n" + first + second + "}"
	}
	narrow := `cors_rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET"]
    max_age_seconds = 1
  }
`
	wide := `cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
    max_age_seconds = 2
  }
`
	answer := func() string {
		header, err := o.sdk().OptionsMethod(o.key("k"), oss.Origin("https://www.example.com"), oss.ACReqMethod("GET"))
		o.must(err)
		return header.Get("Access-Control-Max-Age")
	}
	w.config(swap(narrow, wide))
	w.apply()
	if got := answer(); got != "1" {
		t.Errorf("answered with max age %q, want the first rule's", got)
	}
	w.config(swap(wide, narrow))
	w.apply()
	if got := answer(); got != "2" {
		t.Errorf("answered with max age %q, want the first rule's", got)
	}
	w.clean()
}
