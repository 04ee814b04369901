package provider

import (
	"net/http"
	"strings"
	"testing"
)

// OSS-213: a KMS key named by its ARN is shown by its id. The configuration keeps its spelling, a plan is empty, and a
// copy for another reason is not a conversion. Another key still is one.
func TestKeyByARN(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	const header, arn = "X-Oss-Server-Side-Encryption-Key-Id", "acs:kms:cn-hangzhou:1234:key/"
	o.endpoint = newProxy(t, o.endpoint, func(h http.Header) {
		if id, ok := strings.CutPrefix(h.Get(header), arn); ok {
			h.Set(header, id)
		}
	})
	w := o.workspace()
	set := func(key, more string) {
		w.config(`resource "oss_object" "test" {
  bucket                        = "BUCKET"
  key                           = "k"
  content                       = "x"
  server_side_encryption        = "KMS"
  server_side_encryption_key_id = "%s"
  %s
}
output "key" { value = oss_object.test.server_side_encryption_key_id }`, key, more)
	}
	step := func(what, key, more, requests string, attributes ...string) {
		t.Helper()
		set(key, more)
		if got := w.plan()["oss_object.test"].attributes; strings.Join(got, " ") != strings.Join(attributes, " ") {
			t.Errorf("%s: the plan changes %q, want %q", what, got, attributes)
		}
		o.server.ResetRecords()
		w.apply()
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", what, got, requests)
		}
		w.clean()
		if got := w.must("output", "-raw", "key"); got != key {
			t.Errorf("%s: the state has the key %q, want %q as configured", what, got, key)
		}
	}
	set(arn+"one", "")
	w.apply()
	w.clean()
	step("nothing", arn+"one", "", "HeadObject:1")
	step("a header", arn+"one", `cache_control = "no-cache"`, "CopyObject:1 GetObjectAcl:1 HeadObject:1", "cache_control", "version_id")
	step("the id in its place", "one", `cache_control = "no-cache"`, "HeadObject:1", "server_side_encryption_key_id")
	step("the ARN in its place", arn+"one", `cache_control = "no-cache"`, "HeadObject:1", "server_side_encryption_key_id")
	step("another key", arn+"two", `cache_control = "no-cache"`, "CopyObject:1 GetObjectAcl:1 GetObjectTagging:1 HeadObject:1", "etag", "server_side_encryption_key_id", "version_id")

	w.must("state", "rm", "oss_object.test")
	w.must("import", "oss_object.test", o.bucket+"/k")
	o.server.ResetRecords()
	w.apply()
	if got := o.requests(); got != "HeadObject:1" {
		t.Errorf("after an import: requests %q, want no write", got)
	}
	w.clean()

	w.must("state", "rm", "oss_object.test")
	set(arn+"two", "cache_control = \"no-cache\"\n allow_overwrite = true")
	w.write("main.tf", requiredProvider+o.config(strings.ReplaceAll(`resource "oss_object" "test" {
  bucket                        = "BUCKET"
  key                           = "k"
  cache_control                 = "no-cache"
  content_type                  = "application/octet-stream"
  server_side_encryption        = "KMS"
  server_side_encryption_key_id = "ARN"
  allow_overwrite               = true
}`, "ARN", arn+"two")))
	o.server.ResetRecords()
	w.apply()
	if got := o.requests(); strings.Contains(got, "CopyObject") {
		t.Errorf("a take-over of an object that is as it should be: requests %q", got)
	}
	w.clean()
}
