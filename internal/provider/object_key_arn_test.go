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
	r := o.protocol().manage("oss_object", nil)
	object := func(key string, more map[string]any) map[string]any {
		return with(map[string]any{"bucket": o.bucket, "key": "k", "content": "x", "server_side_encryption": "KMS", "server_side_encryption_key_id": key}, more)
	}
	step := func(what, key string, more map[string]any, requests string, attributes ...string) {
		t.Helper()
		r.p, r.config = o.protocol(), object(key, more)
		if _, got := r.changes(); strings.Join(got, " ") != strings.Join(attributes, " ") {
			t.Errorf("%s: the plan changes %q, want %q", what, got, attributes)
		}
		o.local().ResetRecords()
		r.apply()
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", what, got, requests)
		}
		r.clean()
		if got := r.attributes()["server_side_encryption_key_id"]; got != key {
			t.Errorf("%s: the state has the key %q, want %q as configured", what, got, key)
		}
	}
	r.config = object(arn+"one", nil)
	r.apply()
	r.clean()
	cached := map[string]any{"cache_control": "no-cache"}
	step("nothing", arn+"one", nil, "HeadObject:1")
	step("a header", arn+"one", cached, "CopyObject:1 GetObjectAcl:1 HeadObject:1", "cache_control", "version_id")
	step("the id in its place", "one", cached, "HeadObject:1", "server_side_encryption_key_id")
	step("the ARN in its place", arn+"one", cached, "HeadObject:1", "server_side_encryption_key_id")
	step("another key", arn+"two", cached, "CopyObject:1 GetObjectAcl:1 GetObjectTagging:1 HeadObject:1", "etag", "server_side_encryption_key_id", "version_id")

	// In runs of Terraform: the object is imported, and another one created.
	w := o.workspace()
	object2 := object(arn+"two", nil)
	object2["key"] = "another"
	write := func(k map[string]any) {
		w.config(`output "keys" { value = [oss_object.test.server_side_encryption_key_id, oss_object.created.server_side_encryption_key_id] }`)
		w.writeResources(map[string]map[string]any{"oss_object": {"test": k, "created": object2}})
	}
	write(object(arn+"two", cached))
	w.must("import", "oss_object.test", o.bucket+"/k")
	o.local().ResetRecords()
	if got := textList(t, w.outputs()["keys"]); strings.Join(got, " ") != arn+"two "+arn+"two" {
		t.Errorf("the state has the keys %q", got)
	}
	if got := o.requestsFor("k"); got != "HeadObject:1" {
		t.Errorf("after an import: requests %q, want no write", got)
	}
	w.clean()

	p := o.protocol()
	taken := p.manage("oss_object", object(arn+"two", map[string]any{"cache_control": "no-cache", "content_type": "application/octet-stream", "allow_overwrite": true}))
	delete(taken.config, "content")
	o.local().ResetRecords()
	taken.apply()
	if got := o.requestsFor("k"); strings.Contains(got, "CopyObject") {
		t.Errorf("a take-over of an object that is as it should be: requests %q", got)
	}
	taken.clean()
}
