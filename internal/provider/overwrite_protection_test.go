package provider

import (
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// OSS-222: where a bucket protects its objects from being overwritten, a refusal says so, whatever was to be changed. A
// creation that meets an object has other words.
func TestOverwriteProtection(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	p := o.protocol()
	at := func(key string, arguments map[string]any) map[string]any {
		return with(map[string]any{"bucket": o.bucket, "key": key}, arguments)
	}
	changes, objects := map[string]map[string]any{
		"header":   {"content": "one", "cache_control": "no-cache"},
		"metadata": {"content": "one", "metadata": map[string]any{"owner": "emma"}},
		"class":    {"content": "one", "storage_class": "IA"},
		"body":     {"content": "two"},
		"free":     {"content": "one", "acl": "private", "tags": map[string]any{"team": "web"}}, // not part of what is protected
	}, map[string]*protocolResource{}
	for key := range changes {
		objects[key] = p.manage("oss_object", at(key, map[string]any{"content": "one"}))
		objects[key].apply()
	}
	const rules = `<OverwriteConfiguration><Rule><Action>forbid</Action></Rule></OverwriteConfiguration>`
	_, err := o.sdk().Do("PUT", "", map[string]any{"overwriteConfig": nil}, []oss.Option{oss.ContentType("application/xml")}, strings.NewReader(rules), nil)
	o.must(err)

	refused := func(title string, r *protocolResource) {
		t.Helper()
		said := p.attempt(r.apply)
		for _, word := range []string{title, "FileAlreadyExists", "overwrite protection rule of the bucket covers this key", "oss:PutBucketOverwriteConfig", "-replace=ADDRESS"} {
			if !strings.Contains(said, word) {
				t.Errorf("%v: the provider does not say %q: %s", r.config["key"], word, said)
			}
		}
		if strings.Contains(said, "Already Exists") {
			t.Errorf("%v: speaks of another object:\n%s", r.config["key"], said)
		}
	}
	for key, r := range objects {
		r.config = at(key, changes[key])
		if key != "free" {
			refused("Unable to Update OSS Object", r)
		}
	}
	free := objects["free"]
	free.apply()
	if got := o.object("free"); got.ACL != "private" || got.Tags["team"] != "web" {
		t.Errorf("ACL %q, tags %v", got.ACL, got.Tags)
	}
	// A replacement gets through.
	free.destroy()
	free.config = at("free", with(changes["free"], map[string]any{"content": "two"}))
	free.apply()
	if got := o.body("free"); got != "two" {
		t.Errorf("replaced by %q", got)
	}
	free.clean()

	o.put("creation", "overwrite", "take-over")
	refused("Unable to Create OSS Object", p.manage("oss_object", at("overwrite", map[string]any{"content": "three", "allow_overwrite": true})))
	refused("Unable to Create OSS Object", p.manage("oss_object", at("take-over", map[string]any{"cache_control": "no-cache", "allow_overwrite": true})))
	// One that does not overwrite has met an object as ever.
	creation := p.manage("oss_object", at("creation", map[string]any{"content": "three"}))
	if said := p.attempt(creation.apply); !strings.Contains(said, "OSS Object Already Exists") || strings.Contains(said, "protection") {
		t.Errorf("a creation says:\n%s", said)
	}
	for _, key := range []string{"creation", "overwrite", "take-over"} {
		if got := o.body(key); got != key {
			t.Errorf("the body of %s is now %q", key, got)
		}
	}
}
