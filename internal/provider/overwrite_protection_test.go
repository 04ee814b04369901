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
	o.local()
	w := o.workspace()
	object := func(arguments map[string]any) map[string]any {
		return with(map[string]any{"bucket": o.bucket}, arguments)
	}
	write := func(objects map[string]any) { w.writeResources(map[string]map[string]any{"oss_object": objects}) }
	w.config("")
	changes, before := map[string]map[string]any{
		"header":   {"content": "one", "cache_control": "no-cache"},
		"metadata": {"content": "one", "metadata": map[string]any{"owner": "emma"}},
		"class":    {"content": "one", "storage_class": "IA"},
		"body":     {"content": "two"},
		"free":     {"content": "one", "acl": "private", "tags": map[string]any{"team": "web"}}, // not part of what is protected
	}, map[string]any{}
	for key := range changes {
		before[key] = object(map[string]any{"key": key, "content": "one"})
	}
	write(before)
	w.apply()
	const rules = `<OverwriteConfiguration><Rule><Action>forbid</Action></Rule></OverwriteConfiguration>`
	_, err := o.sdk().Do("PUT", "", map[string]any{"overwriteConfig": nil}, []oss.Option{oss.ContentType("application/xml")}, strings.NewReader(rules), nil)
	o.must(err)

	words := []string{"FileAlreadyExists", "overwrite protection rule of the bucket covers this key", "oss:PutBucketOverwriteConfig", "-replace=ADDRESS"}
	expect := func(title string, addresses ...string) {
		t.Helper()
		want := map[string][]string{}
		for _, address := range addresses {
			want["oss_object."+address] = append([]string{title}, words...)
		}
		if title == "Unable to Create OSS Object" { // one that does not overwrite has met an object as ever
			want["oss_object.creation"] = []string{"OSS Object Already Exists"}
		}
		for _, d := range w.expectErrors(want, "apply", "-auto-approve") {
			text := d.Summary + d.Detail
			if d.Address == "oss_object.creation" && strings.Contains(text, "protection") {
				t.Errorf("a creation speaks of the bucket's protection:\n%s", text)
			}
			if d.Address != "oss_object.creation" && strings.Contains(text, "Already Exists") {
				t.Errorf("%s: speaks of another object:\n%s", d.Address, text)
			}
		}
	}
	after := map[string]any{}
	for key, change := range changes {
		after[key] = object(with(change, map[string]any{"key": key}))
	}
	write(after)
	expect("Unable to Update OSS Object", "header", "metadata", "class", "body")
	if got := o.object("free"); got.ACL != "private" || got.Tags["team"] != "web" {
		t.Errorf("ACL %q, tags %v", got.ACL, got.Tags)
	}
	// A replacement gets through.
	write(map[string]any{"free": object(with(changes["free"], map[string]any{"key": "free", "content": "two"}))})
	w.apply("-replace=oss_object.free")
	if got := o.body("free"); got != "two" {
		t.Errorf("replaced by %q", got)
	}
	w.clean()

	o.put("creation", "overwrite", "take-over")
	write(map[string]any{
		"creation":  object(map[string]any{"key": "creation", "content": "three"}),
		"overwrite": object(map[string]any{"key": "overwrite", "content": "three", "allow_overwrite": true}),
		"take-over": object(map[string]any{"key": "take-over", "cache_control": "no-cache", "allow_overwrite": true}),
	})
	expect("Unable to Create OSS Object", "overwrite", "take-over")
	for _, key := range []string{"creation", "overwrite", "take-over"} {
		if got := o.body(key); got != key {
			t.Errorf("the body of %s is now %q", key, got)
		}
	}
}
