package provider

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// auditedBucket has objects that break housePolicy and such that do not.
func auditedBucket(o *testOSS) {
	o.t.Helper()
	bucket := o.sdk()
	put := func(key string, options ...oss.Option) {
		o.must(bucket.PutObject(o.key(key), strings.NewReader("x"), options...))
	}
	put("a.txt", oss.Meta("owner", "emma"))
	put("b.txt")
	put("s/good.html", oss.Meta("owner", "emma"), oss.CacheControl("no-cache"), oss.ContentLanguage("de"))
	put("s/bad.html", oss.Meta("owner", "EMMA"), oss.CacheControl("no-store"))
	put("closed/x", oss.Meta("owner", "emma"), oss.Meta("taem", "web"))
}

const violationsOutput = `
output "counts" {
  value = "${data.oss_metadata_violations.test.error_count} ${data.oss_metadata_violations.test.warning_count} ${data.oss_metadata_violations.test.object_count} ${data.oss_metadata_violations.test.truncated}"
}
output "found" {
  value = [for v in data.oss_metadata_violations.test.violations : "${v.key} ${v.rule} ${v.severity} ${v.name}"]
}
output "messages" {
  value = data.oss_metadata_violations.test.violations[*].message
}
`

func TestViolationsDataSource(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	const owned = `[{ name = "owned", keys = ["*.txt"], metadata = { owner = { required = true } } }]`
	cases := []struct{ policy, arguments, counts, found, requests string }{
		{housePolicy, "", "4 1 5 false", "b.txt ownership error owner; closed/x closed error taem; s/bad.html page-cache error Cache-Control; s/bad.html ownership error owner; s/bad.html language warning Content-Language", "HeadObject:5 ListObjectsV2:1"},
		{housePolicy, `prefix = "s/"`, "2 1 2 false", "s/bad.html page-cache error Cache-Control; s/bad.html ownership error owner; s/bad.html language warning Content-Language", "HeadObject:2 ListObjectsV2:1"},
		{housePolicy, `glob = "*.txt"`, "1 0 2 false", "b.txt ownership error owner", "HeadObject:2 ListObjectsV2:1"},
		{housePolicy, `glob = "b*"`, "1 0 1 false", "b.txt ownership error owner", "HeadObject:1 ListObjectsV2:1"},
		{housePolicy, "limit = 2", "4 1 5 true", "b.txt ownership error owner; closed/x closed error taem", "HeadObject:5 ListObjectsV2:1"},
		{housePolicy, "metadata_policy = " + owned, "1 0 2 false", "b.txt owned error owner", "HeadObject:2 ListObjectsV2:1"},
		{"null", "metadata_policy = { rules = " + strings.Replace(owned, "keys =", `severity = "warning", keys =`, 1) + " }", "0 1 2 false", "b.txt owned warning owner", "HeadObject:2 ListObjectsV2:1"},
		{owned, `glob = "s/**"`, "0 0 0 false", "", "ListObjectsV2:1"},
	}
	bucket := func(i int) string { return fmt.Sprintf("test-bucket-%d", i) }
	blocks := map[string]string{} // by policy, which a run has one of
	for i, tc := range cases {
		audited := *o
		audited.bucket = bucket(i)
		o.must(o.local().CreateBucket(audited.bucket))
		auditedBucket(&audited)
		blocks[tc.policy] += fmt.Sprintf("data \"oss_metadata_violations\" \"test_%d\" {\n bucket = %q\n %s\n}\n", i, bucket(i), tc.arguments) +
			strings.NewReplacer("violations.test.", fmt.Sprintf("violations.test_%d.", i), `" {`, fmt.Sprintf("_%d\" {", i)).Replace(violationsOutput)
	}
	o.local().ResetRecords()
	outputs := map[string]any{}
	for policy, text := range blocks {
		w.policyConfig(policy, text)
		maps.Copy(outputs, w.outputs())
	}
	for i, tc := range cases {
		counts, found := outputs[fmt.Sprintf("counts_%d", i)], strings.Join(textList(t, outputs[fmt.Sprintf("found_%d", i)]), "; ")
		if counts != tc.counts || found != tc.found {
			t.Errorf("%s: got %q, %q, want %q, %q", tc.arguments, counts, found, tc.counts, tc.found)
		}
		if got := o.count(func(r ossserver.Record) bool { return r.Bucket == bucket(i) }); got != tc.requests {
			t.Errorf("%s: requests %q, want %q", tc.arguments, got, tc.requests)
		}
	}
	if got, want := strings.Join(textList(t, outputs["messages_3"]), "\n"), `Rule "ownership": object "b.txt" in bucket "test-bucket-3" lacks the metadata "owner". Add it`; !strings.Contains(got, want) {
		t.Errorf("the message %s lacks %s", got, want)
	}
}

// A check block warns and a precondition stops, each with the messages.
func TestViolationsGateARun(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	auditedBucket(o)
	w := o.workspace()
	lacking := fmt.Sprintf(`object %q in bucket %q lacks the metadata "owner"`, o.key("b.txt"), o.bucket)
	gate := func(block string) {
		w.policyConfig(strings.Replace(housePolicy, "closed/**", "**/closed/**", 1), `
data "oss_metadata_violations" "test" {
  bucket = "BUCKET"
  prefix = "PREFIX"
}
`+fmt.Sprintf(block, `
    condition     = data.oss_metadata_violations.test.error_count == 0
    error_message = join("\n", data.oss_metadata_violations.test.violations[*].message)
`))
	}
	gate(`check "metadata" {
  assert {%s}
}
`)
	out := flatten(w.must("plan", "-no-color"))
	for _, want := range []string{"Warning: Check block assertion failed", lacking, `Did you mean "team"?`} {
		if !strings.Contains(out, want) {
			t.Errorf("the check does not say %q:\n%s", want, out)
		}
	}
	gate(`output "gate" {
  value = true
  precondition {%s}
}
`)
	w.fails([]string{"Module output value precondition failed", lacking}, "plan", "-no-color")
}

func TestViolationsDataSourceInput(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	block := func(arguments string) string {
		return `data "oss_metadata_violations" "test" {
  bucket = "BUCKET"
 ` + arguments + "\n}\n"
	}
	w.policyConfig("null", block(""))
	w.fails([]string{"Missing Metadata Policy", "Set metadata_policy here or in the provider block"}, "plan", "-no-color")
	w.policyConfig(housePolicy, strings.Replace(block(`glob = "/x"`), "test", "slash", 1)+strings.Replace(block("glob = \"a/*\"\n prefix = \"b/\""), "test", "both", 1)+strings.Replace(block("limit = 0"), "test", "limit", 1))
	w.expectErrors(map[string][]string{
		"data.oss_metadata_violations.slash": {"Invalid Key Glob"},
		"data.oss_metadata_violations.both":  {"Contradictory Prefix and Glob"},
		"data.oss_metadata_violations.limit": {"limit", "between 1 and"},
	}, "plan")
	w.policyConfig(`[{ name = "r", metadata = { owner = { values = [terraform_data.later.id] } } }]`, "resource \"terraform_data\" \"later\" {}\n"+block(""))
	w.fails([]string{"Metadata Policy Not Known Yet", "Give the rules to this data source"}, "plan", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("wrong input cost requests: %q", got)
	}
	// Rules of its own that are not known yet put the reading off.
	o.put("k")
	w.policyConfig("null", "resource \"terraform_data\" \"later\" { input = \"emma\" }\n"+
		block(`metadata_policy = [{ name = "r", metadata = { owner = { required = true, values = [terraform_data.later.output] } } }]`)+violationsOutput)
	if got := w.outputs()["counts"]; got != "1 0 1 false" {
		t.Errorf("got %v", got)
	}
	p := o.protocol()
	p.fails([]string{"Unable to Audit OSS Objects", `Could not list the objects of bucket "no-such-bucket"`, "NoSuchBucket", "spelling of the bucket"}, func() {
		p.data("oss_metadata_violations", map[string]any{"bucket": "no-such-bucket", "metadata_policy": ownershipPolicy()})
	})
}

func TestViolationsDataSourceFailures(t *testing.T) {
	t.Parallel()
	for operation, doing := range map[string]string{"ListObjectsV2": "list the objects of bucket", "HeadObject": `look at "k" in bucket`} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			o, f := startFaulty(t)
			o.put("k")
			p := o.protocolWithFewRetries()
			read := func() {
				got := p.data("oss_metadata_violations", map[string]any{"bucket": o.bucket, "metadata_policy": ownershipPolicy()})
				if counts := fmt.Sprint(got["error_count"], got["warning_count"], got["object_count"], got["truncated"]); counts != "1 0 1 false" {
					t.Errorf("got %v", counts)
				}
			}
			for _, failure := range failures {
				f.arm(operation, failure.fault, -1)
				p.fails(append([]string{"Unable to Audit OSS Objects", "Could not " + doing}, failure.words...), read)
			}
			for _, fault := range []ossserver.Fault{{Status: 500, Code: "InternalError", Message: "oops"}, {Cut: ossserver.CutAfter}} {
				f.arm(operation, fault, 1)
				read()
				if f.left.Load() != 0 {
					t.Errorf("%+v did not strike", fault)
				}
			}
		})
	}
}

// timeouts bounds the whole walk: a service that never answers ends it.
func TestViolationsDataSourceTimeout(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{stall: true}
	bucket.client(t)
	o := startOSS(t)
	o.local()
	o.endpoint = bucket.url
	p := o.protocol()
	p.fails([]string{"Unable to Audit OSS Objects", "did not end within its time limit", "timeouts block"}, func() {
		p.data("oss_metadata_violations", map[string]any{"bucket": o.bucket, "metadata_policy": ownershipPolicy(), "timeouts": map[string]any{"read": "50ms"}})
	})
}

// A rule on ACL or tags costs one request more for each object, one on the class none; what is let off shows apart.
func TestViolationsOfSettings(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	const owner = `metadata = { owner = { required = true } }`
	cases := []struct{ rule, found, summary, requests string }{
		{`storage_class = ["Standard"]`, `b storage_class`, "3 1 0", "ListObjectsV2:1"},
		{`acl = ["private", "default"]`, `b acl`, "3 1 0", "GetObjectAcl:3 ListObjectsV2:1"},
		{`tags = { team = { values = ["web"] } }`, `a tags["team"]`, "3 1 0", "GetObjectTagging:3 ListObjectsV2:1"},
		{`tags = { team = { values = ["web"] } }, ` + owner, `a tags["team"]; b metadata["owner"]; old/c metadata["owner"]`, "3 3 0", "GetObjectTagging:1 HeadObject:3 ListObjectsV2:1"},
		{owner + `, acl = ["private"], except = [{ keys = ["old/**"], reason = "Moves in March." }]`, `b metadata["owner"]; b acl`, "2 1 1 Moves in March.:1", "GetObjectAcl:2 HeadObject:2 ListObjectsV2:1"},
	}
	text := ""
	for i, tc := range cases { // each in a bucket of its own, which tells its requests
		at := *o
		at.bucket = fmt.Sprintf("test-bucket-%d", i)
		o.must(o.local().CreateBucket(at.bucket))
		bucket := at.sdk()
		put := func(key string, options ...oss.Option) {
			o.must(bucket.PutObject(key, strings.NewReader("x"), options...))
		}
		put("a", oss.Meta("owner", "emma"), oss.ObjectACL(oss.ACLPrivate), oss.SetTagging(tagging("team", "wab")))
		put("b", oss.ObjectACL(oss.ACLPublicRead), oss.ObjectStorageClass(oss.StorageIA))
		put("old/c")
		text += strings.NewReplacer("INDEX", fmt.Sprint(i), "RULE", tc.rule).Replace(`
data "oss_metadata_violations" "test_INDEX" {
  bucket          = "test-bucket-INDEX"
  metadata_policy = [{ name = "r", RULE }]
}
output "found_INDEX" {
  value = join("; ", [for v in data.oss_metadata_violations.test_INDEX.violations : "${v.key} ${v.place}"])
}
output "summary_INDEX" {
  value = join("; ", [for r in data.oss_metadata_violations.test_INDEX.summary : join(" ", concat([r.checked, r.broken, r.excepted], [for e in r.exceptions : "${e.reason}:${e.objects}"]))])
}
output "report_INDEX" {
  value = data.oss_metadata_violations.test_INDEX.report
}
`)
	}
	w.config("%s", text)
	o.local().ResetRecords()
	outputs := w.outputs()
	for i, tc := range cases {
		got := func(name string) string {
			value, _ := outputs[fmt.Sprintf("%s_%d", name, i)].(string)
			return value
		}
		if found, summary := got("found"), got("summary"); found != tc.found || summary != tc.summary {
			t.Errorf("%s: got %q, %q", tc.rule, found, summary)
		}
		if report := got("report"); !strings.HasPrefix(report, `error: Rule "r": `) {
			t.Errorf("%s: report %q", tc.rule, report)
		}
		if requests := o.count(func(r ossserver.Record) bool { return r.Bucket == fmt.Sprintf("test-bucket-%d", i) }); requests != tc.requests {
			t.Errorf("%s: requests %q, want %q", tc.rule, requests, tc.requests)
		}
	}
}
