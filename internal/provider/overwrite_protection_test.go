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
	config := func(arguments string) { w.config(objectIn("BUCKET", arguments)) }
	config(`content = "one"`)
	w.apply()
	const rules = `<OverwriteConfiguration><Rule><Action>forbid</Action></Rule></OverwriteConfiguration>`
	_, err := o.sdk().Do("PUT", "", map[string]any{"overwriteConfig": nil}, []oss.Option{oss.ContentType("application/xml")}, strings.NewReader(rules), nil)
	o.must(err)

	words := []string{"Unable to Update OSS Object", "FileAlreadyExists", "overwrite protection rule of the bucket covers this key", "oss:PutBucketOverwriteConfig", "-replace=ADDRESS"}
	for name, arguments := range map[string]string{
		"header":   "content = \"one\"\n cache_control = \"no-cache\"",
		"metadata": "content = \"one\"\n metadata = { owner = \"emma\" }",
		"class":    "content = \"one\"\n storage_class = \"IA\"",
		"body":     `content = "two"`,
	} {
		config(arguments)
		out := w.fails(words, "apply", "-auto-approve", "-no-color")
		if strings.Contains(out, "Already Exists") {
			t.Errorf("%s: speaks of another object:\n%s", name, out)
		}
	}
	// ACL and tags are not part of what is protected, and a replacement gets through.
	config(`content = "one"
  acl = "private"
  tags = { team = "web" }`)
	w.apply()
	config(`content = "two"
  acl = "private"
  tags = { team = "web" }`)
	w.apply("-replace=oss_object.test")
	if got := o.body("k"); got != "two" {
		t.Errorf("replaced by %q", got)
	}
	w.clean()

	w.must("state", "rm", "oss_object.test")
	config(`content = "three"`)
	if out := flatten(w.fails([]string{"OSS Object Already Exists"}, "apply", "-auto-approve", "-no-color")); strings.Contains(out, "protection") {
		t.Errorf("a creation speaks of the bucket's protection:\n%s", out)
	}
	words[0] = "Unable to Create OSS Object"
	config("content = \"three\"\n allow_overwrite = true")
	w.fails(words, "apply", "-auto-approve", "-no-color")
	config("cache_control = \"no-cache\"\n allow_overwrite = true")
	w.fails(words, "apply", "-auto-approve", "-no-color")
	if got := o.body("k"); got != "two" {
		t.Errorf("the body is now %q", got)
	}
}
