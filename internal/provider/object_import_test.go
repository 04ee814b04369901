package provider

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

func foreignObject(o *testOSS, key, body string) {
	o.t.Helper()
	o.must(o.sdk().PutObject(key, strings.NewReader(body), oss.ContentType("application/x-foreign"), oss.CacheControl("no-cache"), oss.Meta("owner", "emma")))
}

const importConfig = `
import {
  to = oss_object.test
  id = "ID"
}
resource "oss_object" "test" {
  bucket        = "BUCKET"
  key           = "dir/foreign.bin"
  cache_control = "no-cache"
  metadata      = { owner = "emma" }
  BODY
}`

// Without a body in the configuration the plan after an import is empty; with one it shows the attribute and,
// when the bytes are the stored ones, makes no request.
func TestObjectImport(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	ids := map[string]string{"plain": "test-bucket/plain/foreign.bin", "url": "oss://test-bucket/url/foreign.bin"}
	config := func(body string) {
		text := ""
		for name, id := range ids {
			text += strings.NewReplacer("ID", id, ".test", "."+name, `"test"`, `"`+name+`"`, "dir/", name+"/", "BODY", body).Replace(importConfig)
		}
		w.config("%s", text)
	}
	for name := range ids {
		foreignObject(o, name+"/foreign.bin", "foreign body")
	}
	config("")
	changes := plannedChanges(w.apply())
	for name := range ids {
		if got, ok := changes["oss_object."+name]; !ok || !got.actions.NoOp() {
			t.Errorf("%s: plan %v of %v, want an import and nothing else", name, got.actions, got.attributes)
		}
	}

	o.local().ResetRecords()
	config(`content = "foreign body"`)
	changes = plannedChanges(w.apply()) // a change of anything else would mean that the plan before was not empty
	for name := range ids {
		if got := changes["oss_object."+name]; !sameNames(got.attributes, []string{"content"}) {
			t.Errorf("%s: plan of %v, want content alone", name, got.attributes)
		}
		if got := o.requestsFor(name + "/foreign.bin"); got != "HeadObject:1" {
			t.Errorf("%s: taking the same bytes into the configuration cost %q, want the refresh alone", name, got)
		}
		if got := o.object(name + "/foreign.bin"); got.ContentType != "application/x-foreign" {
			t.Errorf("%s: content type %q", name, got.ContentType)
		}
	}
	w.clean()
}

func TestObjectImportWithAnotherBody(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	foreignObject(o, "dir/foreign.bin", "foreign body")
	w := o.workspace()
	w.config(strings.NewReplacer("ID", "BUCKET/dir/foreign.bin", "BODY", `content = "mine"`).Replace(importConfig))
	got := plannedChanges(w.apply())["oss_object.test"]
	if want := []string{"content", "crc64", "etag", "size", "version_id"}; !sameNames(got.attributes, want) {
		t.Errorf("plan of %v, want %v", got.attributes, want)
	}
	if got := o.body("dir/foreign.bin"); got != "mine" {
		t.Errorf("body %q", got)
	}
	w.clean()
}

// An import has in the state what the apply had, but the body.
func TestObjectImportVerify(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	p := o.protocol()
	r := p.manage("oss_object", argumentsOfBlock(t, strings.NewReplacer("BUCKET", o.bucket, "drift.txt", o.key("drift.txt")).Replace(driftConfig)))
	r.apply()
	applied, imported := r.attributes(), p.importByID("oss_object", r.importID()).attributes()
	if len(imported) < 20 || applied["content"] != "the body" || imported["content"] != nil {
		t.Fatalf("applied %v, imported %v", applied, imported)
	}
	delete(applied, "content")
	delete(imported, "content")
	for name, want := range applied {
		if none, ok := want.(map[string]any); ok && len(none) == 0 {
			want = nil // an import leaves the tags open
		}
		if got := imported[name]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, and was %v", name, got, want)
		}
	}
	r.destroy()
}

func TestObjectImportRefusals(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	p := o.protocol()
	for id, words := range map[string][]string{
		"/key":           {"Invalid Import ID"},
		"bucket/":        {"Invalid Import ID"},
		"Bad_Bucket/key": {"Invalid Bucket Name"},
	} {
		p.fails(words, func() { p.importByID("oss_object", id) })
	}
	w := o.workspace()
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
}`)
	for id, words := range map[string][]string{
		"no-slash":                       {"Invalid Import ID", "bucket/key"},
		o.bucket + "/" + o.key("absent"): {"non-existent"}, // which Terraform says
	} {
		w.fails(words, "import", "-no-color", "oss_object.test", id)
	}
}

// An object without a body in the configuration is left in the bucket.
func TestDestroyKeepsAnUnmanagedBody(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	foreignObject(o, "dir/foreign.bin", "foreign body")
	w := o.workspace()
	w.config(strings.NewReplacer("ID", "BUCKET/dir/foreign.bin", "BODY", "").Replace(importConfig))
	w.apply()
	out := w.must("destroy", "-auto-approve", "-no-color")
	if !strings.Contains(out, "OSS Object Is Kept") {
		t.Errorf("destroy does not say that the object stays:\n%s", out)
	}
	if got := o.body("dir/foreign.bin"); got != "foreign body" {
		t.Errorf("body %q", got)
	}
}

// A change of metadata on an object whose body is not managed is a copy; a body that others changed is not drift.
func TestUnmanagedBody(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	foreignObject(o, "dir/foreign.bin", "foreign body")
	w := o.workspace()
	take := strings.NewReplacer("allow_overwrite = false", "allow_overwrite = true", "emma", "evan")
	text := `
resource "oss_object" "test" {
  bucket          = "BUCKET"
  key             = "dir/foreign.bin"
  allow_overwrite = false
  content_type    = "application/x-foreign"
  cache_control   = "no-cache"
  metadata        = { owner = "emma" }
}`
	w.config(text)
	w.fails([]string{"Missing Body", `content = ""`, "import", "allow_overwrite = true"}, "plan", "-no-color")
	o.local().ResetRecords()
	w.config(take.Replace(text))
	w.apply()
	if got := o.requests(); got != "CopyObject:1 GetObjectAcl:1 HeadObject:1" {
		t.Errorf("taken over by %q", got)
	}
	if got := o.object("dir/foreign.bin"); got.Metadata["owner"] != "evan" || o.body("dir/foreign.bin") != "foreign body" {
		t.Errorf("taken over to %+v", got)
	}
	o.must(o.sdk().PutObject("dir/foreign.bin", strings.NewReader("newer"), oss.ContentType("application/x-foreign"), oss.CacheControl("no-cache"), oss.Meta("owner", "evan")))
	w.clean()
}

func TestBodyLetGo(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(driftConfig)
	w.apply()
	w.config(strings.Replace(driftConfig, `content             = "the body"`, "", 1))
	out := w.apply()
	if !strings.Contains(out, "Body No Longer Managed") {
		t.Errorf("no warning:\n%s", out)
	}
	if got := o.body("drift.txt"); got != "the body" {
		t.Errorf("body %q", got)
	}
	w.clean()
}

// An import knows nothing of the configuration. It says that a destroy before the next apply keeps the object, and so does
// that destroy; after the apply, which makes no request for the same bytes, a destroy deletes.
func TestImportThenDestroy(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	foreignObject(o, "k", "foreign body")
	told := func(r *protocolResource) string {
		text := strings.Join(lines(r.p.told), "\n")
		r.p.told = nil
		return text
	}
	imported := func() *protocolResource { // in a run of its own
		t.Helper()
		r := o.protocol().importByID("oss_object", o.bucket+"/k")
		if text := told(r); !strings.Contains(text, "Imported Without Its Configuration") || !strings.Contains(text, "keeps the object in the bucket") {
			t.Errorf("the import does not say that the object would be kept:\n%s", text)
		}
		r.config = map[string]any{
			"bucket": o.bucket, "key": "k", "content": "foreign body", "content_type": "application/x-foreign", "cache_control": "no-cache", "metadata": map[string]any{"owner": "emma"},
		}
		return r
	}
	r := imported()
	r.destroy()
	if text := told(r); !strings.Contains(text, "OSS Object Is Kept") || !strings.Contains(text, "run terraform apply first") || o.body("k") != "foreign body" {
		t.Errorf("destroyed right after the import:\n%s", text)
	}
	r = imported()
	r.apply()
	r.destroy()
	if text := told(r); strings.Contains(text, "Is Kept") {
		t.Errorf("destroyed after an apply:\n%s", text)
	}
	if _, err := o.local().Object(o.bucket, "k"); err == nil {
		t.Error("the object is still there")
	}
}
