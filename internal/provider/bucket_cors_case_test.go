package provider

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// caseConfig has rules that spell headers as people do; OSS returns them in lower case (OSS-240).
const caseConfig = `
resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://a.example.com"]
    allowed_methods = ["PUT"]
    allowed_headers = ["Authorization", "X-OSS-*"]
    expose_headers  = ["ETag", "x-oss-request-id"]
  }
  cors_rule {
    allowed_origins = ["https://b.example.com"]
    allowed_methods = ["GET"]
    allowed_headers = ["Range"]
  }
}`

const (
	caseRuleOne = `<CORSRule><AllowedOrigin>https://a.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>authorization</AllowedHeader>` +
		`<AllowedHeader>x-oss-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader></CORSRule>`
	caseRuleTwo = `<CORSRule><AllowedOrigin>https://b.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>range</AllowedHeader></CORSRule>`
)

// spelt are the allowed headers of rules.
func spelt(rules any) []string {
	var spelt []string
	for _, rule := range rules.([]any) {
		for _, header := range rule.(map[string]any)["allowed_headers"].([]any) {
			spelt = append(spelt, header.(string))
		}
	}
	slices.Sort(spelt)
	return spelt
}

// A run of Terraform with such rules is that of TestCORSTakesEqualRules and TestCORSHeaderCaseImport.
func TestCORSHeaderCase(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	r := o.protocol().manage("oss_bucket_cors", map[string]any{"bucket": o.bucket, "cors_rule": []any{ // those of caseConfig
		map[string]any{"allowed_origins": []any{"https://a.example.com"}, "allowed_methods": []any{"PUT"}, "allowed_headers": []any{"Authorization", "X-OSS-*"}, "expose_headers": []any{"ETag", "x-oss-request-id"}},
		map[string]any{"allowed_origins": []any{"https://b.example.com"}, "allowed_methods": []any{"GET"}, "allowed_headers": []any{"Range"}},
	}})
	r.apply()
	r.clean()
	r.refresh()
	if got := fmt.Sprint(spelt(r.attributes()["cors_rule"])); got != "[Authorization Range X-OSS-*]" {
		t.Errorf("after a refresh the state has %s", got)
	}
	// The control: another header, one more, one less and an exposed header in another case are changes.
	for name, document := range map[string]string{
		"another header":         strings.Replace(caseRuleOne, "authorization", "x-authorization", 1) + caseRuleTwo,
		"one more":               caseRuleOne + strings.Replace(caseRuleTwo, "<AllowedHeader>", "<AllowedHeader>if-match</AllowedHeader><AllowedHeader>", 1),
		"one less":               caseRuleOne + strings.Replace(caseRuleTwo, "<AllowedHeader>range</AllowedHeader>", "", 1),
		"case of exposed header": strings.Replace(caseRuleOne, "ETag", "etag", 1) + caseRuleTwo,
	} {
		foreignCORS(o, corsDocument(document))
		if action, attributes := r.changes(); action != "update" || !sameNames(attributes, []string{"cors_rule"}) {
			t.Errorf("%s: plan %s of %v, want an update", name, action, attributes)
		}
		r.apply()
		r.clean()
	}
	// A rule that moved keeps its spelling, so the plan shows what was removed and nothing beside it.
	foreignCORS(o, corsDocument(caseRuleTwo))
	r.refresh()
	if got := fmt.Sprint(spelt(r.attributes()["cors_rule"])); got != "[Range]" {
		t.Errorf("after a rule was removed the state has %s", got)
	}
}

// Import takes what OSS has, in lower case. The configuration may spell it otherwise: that is not a change.
func TestCORSHeaderCaseImport(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	foreignCORS(o, corsDocument(strings.Replace(caseRuleOne, "authorization", "AUTHORIZATION", 1)+caseRuleTwo))
	w := o.workspace()
	w.config(`import {
  to = oss_bucket_cors.test
  id = "BUCKET"
}
` + caseConfig)
	if out := w.apply(); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("want an import and nothing else:\n%s", out)
	}
	if got := fmt.Sprint(spelt(w.attribute(testCORS, "cors_rule"))); got != "[authorization range x-oss-*]" {
		t.Errorf("imported %s", got)
	}
	w.clean()
	// A change of one rule leaves the spelling of the other alone.
	w.config(strings.Replace(caseConfig, `["Range"]`, `["Range", "If-Match"]`, 1))
	if out := w.apply(); !strings.Contains(out, "0 added, 1 changed, 0 destroyed") {
		t.Errorf("want an update:\n%s", out)
	}
	w.clean()
	w.config(strings.NewReplacer(`["Range"]`, `["range", "IF-Match"]`, "X-OSS-*", "x-Oss-*").Replace(caseConfig))
	w.clean() // another spelling is not a change either
}

// Rules that are there already, in whatever spelling, are taken over without a PUT.
func TestCORSTakesEqualRules(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ config, there, requests string }{
		"equal":     {corsWith(""), corsRuleOne + corsRuleTwo, "GetBucketCors:1"},
		"case":      {caseConfig, caseRuleOne + caseRuleTwo, "GetBucketCors:1"}, // another one
		"overwrite": {corsWith("allow_overwrite = true"), corsRuleOne, "PutBucketCors:1"},
		"none":      {corsWith(""), "", "GetBucketCors:1 PutBucketCors:1"},
	}
	o := startOSS(t)
	w := o.workspace()
	text := ""
	for name, tc := range cases {
		bucket := *o
		bucket.bucket = "bucket-" + name
		o.must(o.local().CreateBucket(bucket.bucket))
		if tc.there != "" {
			foreignCORS(&bucket, corsDocument(tc.there))
		}
		text += strings.NewReplacer(`"test"`, strconv.Quote(name), `"BUCKET"`, strconv.Quote(bucket.bucket)).Replace(tc.config) + "\n"
	}
	w.config("%s", text)
	o.local().ResetRecords()
	w.apply()
	for name, tc := range cases {
		if got := o.count(func(r ossserver.Record) bool { return r.Bucket == "bucket-"+name }); got != tc.requests {
			t.Errorf("%s: creation asked %q, want %q", name, got, tc.requests)
		}
	}
	w.clean()
}

// How many rules OSS takes shows when they are sent, so the plan that sends them warns, and no later one.
func TestCORSManyRules(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	rules := func(count int) map[string]any {
		list := []any{}
		for i := range count {
			list = append(list, oneCORSRule(fmt.Sprintf("https://%d.example.com", i), "GET")...)
		}
		return map[string]any{"bucket": o.bucket, "cors_rule": list}
	}
	const title = "Many CORS Rules"
	r := o.protocol().manage("oss_bucket_cors", nil)
	planWarns := func() bool {
		t.Helper()
		r.p.told = nil
		r.changes()
		return slices.Contains(titles(r.p.told), title)
	}
	for _, step := range []struct {
		count int
		warns bool
	}{{10, false}, {11, true}, {12, true}} {
		r.config = rules(step.count)
		if warns := planWarns(); warns != step.warns {
			t.Errorf("%d rules: warned %t, want %t", step.count, warns, step.warns)
		}
		r.apply()
		if planWarns() {
			t.Errorf("%d rules that are there: the plan warns", step.count)
		}
	}
	r.config = rules(11)
	if planWarns() {
		t.Error("a rule less: the plan warns")
	}
	// In runs of Terraform.
	w := o.workspace()
	w.config("")
	w.writeResources(map[string]map[string]any{"oss_bucket_cors": {"test": with(rules(11), map[string]any{"allow_overwrite": true})}})
	if out := w.apply(); !strings.Contains(out, title) {
		t.Errorf("no warning:\n%s", out)
	}
	if out := w.must("plan", "-no-color"); strings.Contains(out, title) {
		t.Errorf("rules that are there: the plan warns:\n%s", out)
	}
}

// The provider takes from the plan what differs only in case, whatever else is unknown.
func TestOnlySpeltOtherwise(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"a,b", "A,b"}: true, {"B,a", "A,b"}: true, {"a", "a"}: false, {"a", "b"}: false, {"a,b", "A"}: false, {"a", ""}: false,
	} {
		if got := onlySpeltOtherwise(stringSet(strings.Split(pair[0], ",")), stringSet(strings.Split(pair[1], ","))); got != want {
			t.Errorf("%q: %t", pair, got)
		}
	}
	spelling := map[string]string{}
	corsRuleModel{AllowedHeaders: stringSet([]string{"Range", "X-A"})}.spellings(spelling)
	if want := map[string]string{"range": "Range", "x-a": "X-A"}; !maps.Equal(spelling, want) {
		t.Errorf("got %v", spelling)
	}
}
