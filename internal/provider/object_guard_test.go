package provider

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// What an import has filled stays true: drift shows when the configuration repeats it, and a value that was right once
// does not hide a change when it becomes managed.
func TestImportedAttributesStayTrue(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("k", strings.NewReader("body"), oss.ContentType("application/octet-stream"), oss.ObjectACL(oss.ACLPrivate),
		oss.ServerSideEncryption("AES256"), oss.SetTagging(tagging("a", "1"))))
	r := o.protocol().importByID("oss_object", o.bucket+"/k")
	plain := map[string]any{"bucket": o.bucket, "key": "k"}
	managed := with(plain, map[string]any{"acl": "private", "tags": map[string]any{"a": "1"}, "server_side_encryption": "AES256", "storage_class": "Standard"})
	meddle := func() {
		_, err := o.sdk().CopyObject("k", "k", oss.MetadataDirective(oss.MetaReplace), oss.ContentType("application/octet-stream"), oss.ObjectACL(oss.ACLPublicRead), oss.ObjectStorageClass(oss.StorageIA))
		o.must(err)
		o.must(o.sdk().PutObjectTagging("k", tagging("a", "2")))
	}
	repaired := func(what string) {
		t.Helper()
		if got := o.object("k"); got.ACL != "private" || got.Tags["a"] != "1" || got.SSE != "AES256" || got.StorageClass != "Standard" {
			t.Errorf("%s: ACL %q, tags %v, encryption %q, class %q", what, got.ACL, got.Tags, got.SSE, got.StorageClass)
		}
	}
	r.config = managed
	r.apply()
	r.clean()
	meddle()
	r.apply()
	repaired("equal at the import")

	// Taken out of the configuration, changed by others, and put back.
	r.config = with(plain, map[string]any{"cache_control": "no-cache"})
	r.apply()
	meddle()
	r.config = managed
	r.apply()
	repaired("put back")
	r.clean()
}

// The run that replaces an object ends before it has removed the old one. The next run must not take the new object for
// the old one, although a refresh has made both look the same.
func TestDeposedObjectDoesNotTakeTheNewOneAlong(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	w := o.workspace()
	text := `
resource "terraform_data" "number" {
  input = "NUMBER"
}
resource "oss_object" "test" {
  bucket          = "BUCKET"
  key             = "k"
  content         = "BODY"
  allow_overwrite = true
  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.number]
  }
}
resource "terraform_data" "dependent" {
  triggers_replace = [oss_object.test.etag, "NUMBER"]
  provisioner "local-exec" {
    command = "RESULT"
  }
}`
	for _, body := range []string{"precious", "another"} {
		set := func(number, result string) {
			w.config(strings.NewReplacer("NUMBER", number+body, "RESULT", result, "BODY", body).Replace(text))
		}
		set("1", "true")
		w.apply()
		waitForNextSecond()
		w.starts = true // a process remembers what it has created
		set("2", "false")
		if out, code := w.try("apply", "-auto-approve", "-no-color"); code == 0 {
			t.Fatalf("the dependent did not fail:\n%s", out)
		}
		set("2", "true")
		out := w.apply()
		w.starts = false
		if got := o.body("k"); got != body {
			t.Errorf("body %q", got)
		}
		if !strings.Contains(out, "OSS Object Is Kept") {
			t.Errorf("nothing is said of the object that was not deleted:\n%s", out)
		}
		w.clean()
	}
}

// waitForNextSecond waits until Last-Modified, which counts in seconds, can tell two writes apart.
func waitForNextSecond() {
	<-time.After(time.Until(time.Now().Truncate(time.Second).Add(1100 * time.Millisecond)))
}

// The rules that take the place of others under create_before_destroy stay.
func TestCORSCreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(corsWith(`allow_overwrite = true
  lifecycle {
    create_before_destroy = true
  }`))
	w.apply()
	w.starts = true // the plan and the apply are two processes
	w.apply("-replace=oss_bucket_cors.test")
	w.starts = false
	if stored, err := o.local().CORS(o.bucket); err != nil || stored == nil || len(stored.Rules) != 2 {
		t.Errorf("the rules are %+v, %v", stored, err)
	}
	w.clean()
}

// A resource that is renamed without a moved block is created and deleted at once; the object stays.
func TestRenamedResourcesKeepTheirObjects(t *testing.T) {
	t.Parallel()
	server := newServer()
	// Without a lock the deletion would look at the old object, and then delete the new one, whose creation is not answered yet.
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		switch c.Operation {
		case "PutObject":
			return &ossserver.Fault{Delay: 100 * time.Millisecond}
		case "DeleteObject":
			return &ossserver.Fault{Delay: 300 * time.Millisecond}
		}
		return nil
	}
	o := startServer(t, server)
	o.endpoint = newProxy(t, o.endpoint, func(h http.Header) {
		if h.Get("X-Oss-Hash-Crc64ecma") != "" && h.Get("Last-Modified") == "" { // the answer to a PUT
			<-time.After(600 * time.Millisecond)
		}
	})
	w := o.workspace()
	text := `resource "oss_object" "NAME" {
  count = 4
  bucket = "BUCKET"
  key = "k${count.index}"
  content = "x"
  allow_overwrite = true
}`
	w.config(strings.Replace(text, "NAME", "old", 1))
	w.apply("-parallelism=40")
	w.config(strings.Replace(text, "NAME", "new", 1))
	w.apply("-parallelism=40")
	w.clean()
}

// Values that turn out to be null, or another than a plan may assume.
func TestUnknownBodiesAndEncryption(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	head := `resource "terraform_data" "NAME" {
  input = "NAMEVERSION"
}
resource "oss_object" "NAME" {
  bucket = "BUCKET"
  key = "NAME"
`
	object := func(name, version, rest string) string {
		return strings.NewReplacer("NAMEVERSION", name+version, "NAME", name).Replace(head + rest + "\n}\n")
	}
	const body = `  content = terraform_data.NAME.output == "seen" ? "seen" : null
  content_wo = terraform_data.NAME.output == "seen" ? null : "hidden"`
	const encrypted = `  server_side_encryption = terraform_data.NAME.output == "encrypted" ? "KMS" : "AES256"`
	o.must(o.sdk().PutObject("encrypted", strings.NewReader("x"), oss.ContentType("application/octet-stream"), oss.ServerSideEncryption("KMS"), oss.ServerSideEncryptionKeyID("k1")))
	bodies := object("seen", "", body) + object("hidden", "", body)
	w.config("%s", bodies+object("encrypted", "", encrypted)+`import {
  to = oss_object.encrypted
  id = "BUCKET/encrypted"
}
`)
	w.apply()
	for _, key := range []string{"seen", "hidden"} {
		if got := o.body(key); got != key {
			t.Errorf("body %q, want %q", got, key)
		}
	}
	w.config("%s", bodies+object("encrypted", " otherwise", encrypted))
	out := w.apply()
	if changes := plannedChanges(out); len(changes) != 2 || !changes["terraform_data.encrypted"].actions.Update() || !changes["oss_object.encrypted"].actions.Update() {
		t.Errorf("the plan is more than that of another encryption:\n%s", out)
	}
	if got := o.object("encrypted"); got.SSE != "AES256" || got.SSEKeyID != "" {
		t.Errorf("encryption %q %q", got.SSE, got.SSEKeyID)
	}
	w.clean()
	w.must("destroy", "-auto-approve")
}

// A body that must not be seen is let go although somebody else's has taken its place, and Terraform has not looked.
func TestWriteOnlyBodyLetGoWithDrift(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("seals are slow on purpose")
	}
	o := versionedOSS(t)
	r := o.protocol().manage("oss_object", map[string]any{"bucket": o.bucket, "key": "secret.txt", "content_wo": "secret", "content_wo_version": 1, "cache_control": "no-cache"})
	r.apply()
	o.must(o.sdk().PutObject("secret.txt", strings.NewReader("longer than it was"), oss.ContentType("text/plain"), oss.CacheControl("no-cache")))
	delete(r.config, "content_wo")
	delete(r.config, "content_wo_version")
	r.applyTo(r.written(), r.plan()) // without a refresh
	r.apply()
	r.clean()
	if got := o.body("secret.txt"); got != "longer than it was" {
		t.Errorf("body %q", got)
	}
}

func TestMoreRefusals(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.must(o.sdk().PutObject(o.key("k"), strings.NewReader("x")))
	w := o.workspace()
	object := func(arguments string) string {
		return `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "PREFIXk"
` + arguments + "\n}"
	}
	rule := `resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
    REST
  }
}`
	type refusals map[string]struct {
		config string
		words  []string
	}
	var blocks []refusedBlock
	for name, tc := range (refusals{
		"two bodies": {object("content = \"x\"\n source = \"main.tf\""), []string{"Invalid Attribute Combination", "content"}},
		"secret and copy": {object(`content_wo = "S3cretBody"
  copy_source {
    bucket = "BUCKET"
    key = "other"
  }`), []string{"Invalid Attribute Combination"}},
		"secret and content":  {object("content_wo = \"S3cretBody\"\n content = \"x\""), []string{"Invalid Attribute Combination"}},
		"version alone":       {object("content = \"x\"\n content_wo_version = 1"), []string{"content_wo"}},
		"null allowed header": {strings.Replace(rule, "REST", "allowed_headers = [null]", 1), []string{"Null Element in CORS Rule", "compact"}},
		"null exposed header": {strings.Replace(rule, "REST", `expose_headers = ["ETag", null]`, 1), []string{"Null Element in CORS Rule"}},
	}) {
		blocks = append(blocks, refusedBlock{name: name, block: tc.config, words: tc.words})
	}
	if all := w.expectRefused(blocks); strings.Contains(all, "S3cretBody") {
		t.Errorf("the body that must not be seen is in the diagnostics:\n%s", all)
	}
	// Found when all of that is right.
	p := o.protocol()
	itself := p.manage("oss_object", map[string]any{
		"bucket": o.bucket, "key": o.key("k"), "allow_overwrite": true, "copy_source": map[string]any{"bucket": o.bucket, "key": o.key("k")},
	})
	p.fails([]string{"Copy Source Is the Object Itself", "version_id"}, func() { itself.plan() })
	p.fails([]string{"Invalid Import ID"}, func() { p.importByID("oss_object", "") })
	// Of a provider of its own.
	for name, tc := range (refusals{
		"empty endpoint": {`provider "oss" {
  alias = "e"
  endpoint = ""
}
` + object("provider = oss.e\n content = \"x\""), []string{"Empty String", `endpoint is ""`, "leaving it out"}},
		"plain http, by https": {`provider "oss" {
  alias = "e"
  region = "cn-hangzhou"
  access_key_id = "a"
  access_key_secret = "b"
  endpoint = "` + strings.TrimPrefix(o.endpoint, "http://") + `"
}
data "oss_object" "d" {
  provider = oss.e
  bucket = "BUCKET"
  key = "PREFIXk"
}
`, []string{"Write http://"}},
	}) {
		w.config(tc.config)
		out := w.fails(tc.words, "plan", "-no-color")
		if n := strings.Count(out, "Error: "); n != 1 {
			t.Errorf("%s: %d errors, want one:\n%s", name, n, out)
		}
	}
}

// Headers of a symbolic link cannot be changed by a copy, which the plan says; a body takes the link's place.
func TestSymlink(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("target", strings.NewReader("x"), oss.ContentType("text/plain")))
	o.must(o.sdk().PutSymlink("k", "target"))
	r := o.protocol().importByID("oss_object", o.bucket+"/k")
	at := map[string]any{"bucket": o.bucket, "key": "k"}
	r.config = at
	r.apply()
	r.clean()
	r.config = with(at, map[string]any{"cache_control": "no-cache"})
	r.p.fails([]string{"OSS Object Is a Symbolic Link", "points to"}, r.planAll)
	r.config = with(r.config, map[string]any{"content": "a body"})
	r.apply()
	r.clean()
	if got := o.object("k"); got.Type != "Normal" || o.body("k") != "a body" {
		t.Errorf("stored %+v", got)
	}
}
