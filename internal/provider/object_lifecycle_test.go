package provider

import (
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// One object from its creation to its end, on the local server and on a real bucket alike, looked at by a client that is
// not the provider's: each change, each drift with its repair, an import, and the end.
func TestObjectLifecycle(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	text := `
resource "oss_object" "test" {
  bucket           = "BUCKET"
  key              = "PREFIXa b+ü/life.txt"
  content          = "BODY"
  content_type     = "text/plain"
  cache_control    = "CACHE"
  content_language = "de"
  expires          = "never"
  metadata         = { owner = "emma", place = "北京" }
  acl              = "private"
  tags             = { team = "web" }
}`
	const name = "a b+ü/life.txt"
	set := func(body, cache string) { w.config(strings.NewReplacer("BODY", body, "CACHE", cache).Replace(text)) }
	look := func(when, length, cache string) {
		t.Helper()
		header := o.seen(name)
		if acl, err := o.sdk().GetObjectACL(o.key(name)); err != nil || acl.ACL != string(oss.ACLPrivate) {
			t.Errorf("%s: ACL %q, %v", when, acl.ACL, err)
		}
		for field, want := range map[string]string{
			"Content-Length": length, "Content-Type": "text/plain", "Cache-Control": cache, "Content-Language": "de", "Expires": "never",
			"X-Oss-Meta-Owner": "emma", "X-Oss-Meta-Place": "北京", "X-Oss-Tagging-Count": "1",
		} {
			if got := header.Get(field); got != want {
				t.Errorf("%s: %s is %q, want %q", when, field, got, want)
			}
		}
	}
	// The plan of each change is that change alone: what a step had left undone would be in it as well.
	change := func(when, planned, length, cache string) {
		t.Helper()
		out := w.apply()
		if got := strings.Join(plannedChanges(out)[testObject].attributes, " "); got != planned {
			t.Errorf("%s: the plan changes %q, want %q:\n%s", when, got, planned, out)
		}
		look(when, length, cache)
	}
	set("one", "no-cache")
	w.apply()
	look("created", "3", "no-cache")
	set("one", "no-store")
	change("header changed", "cache_control version_id", "3", "no-store")
	set("three", "no-store")
	change("body changed", "content crc64 etag size version_id", "5", "no-store")
	text = strings.Replace(text, `"web"`, `"shop"`, 1)
	set("three", "no-store")
	change("tags changed", "tags", "5", "no-store")
	tags, err := o.sdk().GetObjectTagging(o.key(name))
	o.must(err)
	if len(tags.Tags) != 1 || tags.Tags[0].Value != "shop" {
		t.Errorf("tags %+v", tags.Tags)
	}

	o.must(o.sdk().SetObjectMeta(o.key(name), oss.ContentType("text/plain"), oss.CacheControl("no-store"), oss.Meta("owner", "evan")))
	change("metadata changed by others", "acl content_language expires metadata version_id", "5", "no-store")
	o.must(o.sdk().PutObject(o.key(name), strings.NewReader("another body"), oss.ContentType("text/plain")))
	change("body changed by others", "acl cache_control content_language crc64 etag expires metadata size tags version_id", "5", "no-store")
	w.clean()

	w.must("state", "rm", testObject)
	w.must("import", "-no-color", testObject, o.bucket+"/"+o.key(name))
	w.apply()
	look("imported", "5", "no-store")
	w.clean()

	w.must("destroy", "-auto-approve")
	if header := o.seen(name); header != nil {
		t.Errorf("destroyed, and still there: %v", header)
	}
}
