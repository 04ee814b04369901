package provider

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

const writeOnlyConfig = `
resource "oss_object" "test" {
  bucket             = "BUCKET"
  key                = "secret.txt"
  content_wo         = "VALUE"
  content_wo_version = 1
  cache_control      = "CACHE"
}`

func writeOnly(value, cache string) string {
	return strings.NewReplacer("VALUE", value, "CACHE", cache).Replace(writeOnlyConfig)
}

// Neither the body nor a digest of it is in plan, state or log; its drift is seen all the same.
func TestWriteOnlyBody(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	quiet := w.env
	logged := append(slices.Clone(quiet), "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.dir, "trace.log"))
	log := func(on bool) { // a provider that Terraform starts writes its log into Terraform's
		if w.starts, w.env = on, quiet; on {
			w.env = logged
		}
	}
	apply := func(args ...string) map[string]change {
		t.Helper()
		log(true)
		defer log(false)
		return plannedChanges(w.must(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...))
	}
	w.config(writeOnly("SecretBodyOfTheTest", "no-cache"))
	apply()
	if got := o.body("secret.txt"); got != "SecretBodyOfTheTest" {
		t.Errorf("body %q", got)
	}
	w.clean()

	// A header changes by a copy, which costs one HEAD to learn the ETag that is not in the state.
	w.config(writeOnly("SecretBodyOfTheTest", "no-store"))
	o.local().ResetRecords()
	apply("-refresh=false")
	if got := o.requests(); got != "CopyObject:1 GetObjectAcl:1 HeadObject:1" {
		t.Errorf("header changed by %q", got)
	}

	// The value alone changes nothing, its version uploads it.
	w.config(writeOnly("SecretBodyNumberTwo", "no-store"))
	w.clean()
	w.config(strings.Replace(writeOnly("SecretBodyNumberTwo", "no-store"), "version = 1", "version = 2", 1))
	apply()
	if got := o.body("secret.txt"); got != "SecretBodyNumberTwo" {
		t.Errorf("body %q", got)
	}

	// Somebody else's body shows and is replaced, and nothing else: what the upload before had left undone would be in it.
	o.must(o.sdk().PutObject("secret.txt", strings.NewReader("foreign"), oss.ContentType("text/plain"), oss.CacheControl("no-store")))
	log(true)
	changes := w.plan()
	log(false)
	if got := changes[testObject]; !got.actions.Update() || !sameNames(got.attributes, []string{"crc64", "etag", "size", "version_id"}) {
		t.Errorf("plan %v of %v, want an upload", got.actions, got.attributes)
	}
	apply("plan.bin")
	if got := o.body("secret.txt"); got != "SecretBodyNumberTwo" {
		t.Errorf("body %q", got)
	}
	w.clean()
	w.expectNoTrace("SecretBodyOfTheTest", "SecretBodyNumberTwo")
	if trace := w.read("trace.log"); !strings.Contains(trace, "provider.terraform-provider-oss") {
		t.Error("the log has nothing of the provider")
	}
	w.must("destroy", "-auto-approve")
	if _, err := o.local().Object(o.bucket, "secret.txt"); err == nil {
		t.Error("the object is still there")
	}
}

// expectNoTrace looks for the bodies and their digests in everything Terraform left in the workspace.
func (w *workspace) expectNoTrace(bodies ...string) {
	w.t.Helper()
	looked := 0
	err := filepath.Walk(w.dir, func(file string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || strings.HasSuffix(file, ".tf") {
			return err
		}
		data, err := os.ReadFile(file)
		looked++
		for _, body := range bodies {
			o := ossclient.BytesBody([]byte(body))
			for _, trace := range []string{body, o.Digest(), md5Of(body)} {
				if strings.Contains(strings.ToLower(string(data)), strings.ToLower(trace)) {
					w.t.Errorf("%s holds %q", filepath.Base(file), trace)
				}
			}
		}
		return err
	})
	if err != nil || looked < 3 {
		w.t.Errorf("looked into %d files, %v", looked, err)
	}
}

// From a body in sight to one that must not be seen, and back: the same bytes do not move. Let go, it is not deleted.
func TestWriteOnlyBodyTakesTheSameBytes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("seals are slow on purpose")
	}
	o := startOSS(t)
	p := o.protocol()
	objects := map[string]*protocolResource{}
	for _, name := range []string{"back", "let_go"} {
		objects[name] = p.manage("oss_object", nil)
	}
	set := func(back, letGo map[string]any) {
		t.Helper()
		for name, body := range map[string]map[string]any{"back": back, "let_go": letGo} {
			objects[name].config = map[string]any{"bucket": o.bucket, "key": name}
			maps.Copy(objects[name].config, body)
			objects[name].apply()
		}
	}
	plain, hidden := map[string]any{"content": "same"}, map[string]any{"content_wo": "same"}
	set(plain, plain)
	o.local().ResetRecords()
	for _, bodies := range [][2]map[string]any{{hidden, hidden}, {plain, {}}} {
		set(bodies[0], bodies[1])
		if got := o.uploadedBytes(); got != 0 {
			t.Errorf("%d bytes moved", got)
		}
		for _, r := range objects {
			r.clean()
		}
	}
	p.told = nil
	for _, r := range objects {
		r.destroy()
	}
	kept := ""
	for _, d := range p.told {
		if kept = d.Detail; d.Summary != "OSS Object Is Kept" || !strings.Contains(kept, `/let_go"`) {
			t.Errorf("told is %s: %s", d.Summary, d.Detail)
		}
	}
	if kept == "" || o.body("let_go") != "same" {
		t.Error("a body that was let go is deleted")
	}
	if _, err := o.local().Object(o.bucket, "back"); err == nil {
		t.Error("the object whose body came back in sight is still there")
	}
}

const copyConfig = `
resource "oss_object" "NAME" {
  bucket       = "BUCKET"
  key          = "copy of NAME.txt"
  content_type = "a/b"
  metadata     = { owner = "emma" }
  tags         = { a = "b" }
  copy_source {
    bucket = "FROM"
    key    = "dir/source +%.txt"
  }
}
`

func TestCopySource(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().CreateBucket("other-bucket"))
	w := o.workspace()
	from := map[string]string{"same": "test-bucket", "other": "other-bucket"} // by the names of the copies
	put := func(body string) {
		for _, bucket := range from {
			source := *o.sdk()
			source.BucketName = bucket
			o.must(source.PutObject("dir/source +%.txt", strings.NewReader(body+" in "+bucket), oss.Meta("foreign", "yes"), oss.SetTagging(tagging("foreign", "yes"))))
		}
		o.local().ResetRecords()
	}
	text := ""
	for name, bucket := range from {
		text += strings.NewReplacer("NAME", name, "FROM", bucket).Replace(copyConfig)
	}
	w.config("%s", text)
	put("first")
	w.apply()
	if got := o.uploadedBytes(); got != 0 {
		t.Errorf("%d bytes passed through here", got)
	}
	for name, bucket := range from {
		key := "copy of " + name + ".txt"
		got := o.object(key)
		if o.body(key) != "first in "+bucket || got.ContentType != "a/b" || got.Metadata["owner"] != "emma" || got.Metadata["foreign"] != "" || got.Tags["a"] != "b" || got.Tags["foreign"] != "" {
			t.Errorf("copied to %+v", got)
		}
	}
	put("the second")
	changes := w.plan() // TestCopySourceOfTheSameApply has the plan right after a creation
	for name := range from {
		if got := changes["oss_object."+name]; !got.actions.Update() || !sameNames(got.attributes, []string{"crc64", "etag", "size", "version_id"}) {
			t.Errorf("%s: plan %v of %v, want a new copy", name, got.actions, got.attributes)
		}
	}
	put("third, after the plan")
	out := w.fails([]string{"inconsistent final plan"}, "apply", "-no-color", "plan.bin")
	for name := range from {
		if !strings.Contains(flatten(out), "inconsistent final plan When expanding the plan for oss_object."+name+" ") {
			t.Errorf("%s: the apply does not say that its source is another:\n%s", name, out)
		}
	}
	w.apply()
	for name, bucket := range from {
		if got := o.body("copy of " + name + ".txt"); got != "third, after the plan in "+bucket {
			t.Errorf("body %q", got)
		}
	}
	w.clean()
}

// A source that is written in the same apply, and one that is missing or another than wanted.
func TestCopySourceOfTheSameApply(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	text := `
resource "oss_object" "source" {
  bucket  = "BUCKET"
  key     = "source"
  content = "CONTENT"
}
resource "oss_object" "test" {
  bucket = "BUCKET"
  key    = "copy"
  copy_source {
    bucket = oss_object.source.bucket
    key    = oss_object.source.key
    etag   = oss_object.source.etag
  }
}`
	for _, content := range []string{"one", "two"} {
		w.config(strings.Replace(text, "CONTENT", content, 1))
		w.apply()
		if got := o.body("copy"); got != content {
			t.Errorf("body %q", got)
		}
		w.clean()
	}
	absent := `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "copy"
  copy_source {
    bucket = "BUCKET"
    key = "absent"
  }
}`
	w.config(absent)
	w.fails([]string{"Copy Source Does Not Exist Yet", "Copy Source Not Found", `"absent"`}, "apply", "-auto-approve", "-no-color")
	if got := o.body("copy"); got != "two" {
		t.Errorf("body %q", got)
	}
	o.must(o.sdk().PutObject("absent", strings.NewReader("x")))
	p := o.protocol()
	another := p.manage("oss_object", map[string]any{"bucket": o.bucket, "key": "copy", "copy_source": map[string]any{"bucket": o.bucket, "key": "absent", "etag": "0123"}})
	p.fails([]string{"Copy Source Has Another ETag", `"0123"`}, func() { another.plan() })
}

func versionedOSS(t *testing.T) *testOSS {
	t.Helper()
	o := startOSS(t)
	o.must(o.sdk().Client.SetBucketVersioning(o.bucket, oss.VersioningConfig{Status: "Enabled"}))
	return o
}

func (o *testOSS) versions(key string) (versions, markers int) {
	o.t.Helper()
	list, err := o.sdk().ListObjectVersions(oss.Prefix(key))
	o.must(err)
	for _, v := range list.ObjectVersions {
		if v.Key == key {
			versions++
		}
	}
	for _, m := range list.ObjectDeleteMarkers {
		if m.Key == key {
			markers++
		}
	}
	return versions, markers
}

func TestVersionedBucket(t *testing.T) {
	t.Parallel()
	o := versionedOSS(t)
	o.must(o.sdk().PutObject("all-longer", strings.NewReader("another key")))
	w := o.workspace()
	object := func(content, more string) string {
		return fmt.Sprintf("resource \"oss_object\" \"test\" {\n bucket = \"BUCKET\"\n key = \"k\"\n content = %q\n %s\n}\noutput \"version\" {\n value = oss_object.test.version_id\n}\n", content, more)
	}
	const others = `resource "oss_object" "kept" {
  bucket = "BUCKET"
  key = "kept"
  content = "one"
  deletion_policy = "keep"
}
resource "oss_object" "all" {
  bucket = "BUCKET"
  key = "all"
  content = "one"
  deletion_policy = "delete_all_versions"
}
`
	seen := func() {
		t.Helper()
		if got := w.state().Outputs["version"].Value; got == "" || got != o.object("k").VersionID {
			t.Errorf("version_id %q, stored %q", got, o.object("k").VersionID)
		}
	}
	o.local().ResetRecords()
	w.config("%s", object("one", "")+others)
	w.apply()
	seen()
	if got, all := o.requestsFor("k"), o.requests(); got != "HeadObject:1 PutObject:1" || all != "GetBucketVersioning:1 HeadObject:3 PutObject:3" {
		t.Errorf("created by %q among %q", got, all)
	}
	// Overwriting is forbidden by looking first, since the header does nothing here.
	o.must(o.sdk().PutObject("taken", strings.NewReader("precious")))
	w.config("%s", object("one", `cache_control = "no-cache"`)+others+namedBlock("taken", "taken", ""))
	w.fails([]string{"OSS Object Already Exists", "with oss_object.taken,"}, "apply", "-auto-approve", "-no-color")
	if got := o.body("taken"); got != "precious" {
		t.Errorf("body %q", got)
	}
	seen()
	w.config("%s", object("two", `cache_control = "no-cache"`)+others)
	w.apply()
	seen()
	w.clean()
	if out := w.must("destroy", "-auto-approve", "-no-color"); strings.Count(out, "OSS Object Is Kept") != 1 {
		t.Errorf("destroy does not say that one object stays:\n%s", out)
	}
	for key, want := range map[string][2]int{"k": {3, 1}, "kept": {1, 0}, "all": {0, 0}, "all-longer": {1, 0}} {
		if versions, markers := o.versions(key); versions != want[0] || markers != want[1] {
			t.Errorf("%d versions and %d markers of %s are left, want %v", versions, markers, key, want)
		}
	}
	for key, want := range map[string]string{"kept": "one", "all-longer": "another key"} {
		if got := o.body(key); got != want {
			t.Errorf("body of %s is %q", key, got)
		}
	}
}

// A large file goes in parts; what is killed or fails leaves no object, and what others left is named.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	w := o.workspace()
	file := filepath.Join(w.dir, "large.bin")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, 65<<20); err != nil {
		t.Fatal(err)
	}
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "large.bin"
  source = "large.bin"
  metadata = { owner = "emma" }
  acl = "public-read"
}`)
	f.arm("CompleteMultipartUpload", ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no"}, -1)
	w.fails([]string{"Unable to Create OSS Object", "AccessDenied"}, "apply", "-auto-approve", "-no-color")
	f.disarm()
	if uploads, err := o.sdk().ListMultipartUploads(); err != nil || len(uploads.Uploads) != 0 {
		t.Errorf("left behind: %v, %v", uploads.Uploads, err)
	}
	left, err := o.sdk().InitiateMultipartUpload("large.bin")
	o.must(err)
	f.arm("InitiateMultipartUpload", ossserver.Fault{Cut: ossserver.CutAfter}, 1)
	out := w.apply()
	if flat := flatten(out); !strings.Contains(flat, "Unfinished Uploads Found") || !strings.Contains(flat, left.UploadID) {
		t.Errorf("the unfinished upload is not named:\n%s", out)
	}
	uploads, err := o.sdk().ListMultipartUploads()
	if err != nil || len(uploads.Uploads) != 2 || !strings.Contains(out, "Unfinished Uploads Left") {
		t.Errorf("left behind: %v, %v\n%s", uploads.Uploads, err, out)
	}
	for _, u := range uploads.Uploads {
		if !strings.Contains(flatten(out), u.UploadID) {
			t.Errorf("upload %s is not named:\n%s", u.UploadID, out)
		}
	}
	if got := o.object("large.bin"); got.Type != "Multipart" || got.Size != 65<<20 || got.Metadata["owner"] != "emma" || got.ACL != "public-read" {
		t.Errorf("stored %+v", got)
	}
}

// A body over 1 MiB belongs into a file.
func TestLargeContentWarns(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	text := ""
	for name, size := range map[string]int{"small": largeContent, "large": largeContent + 1} {
		w.write(name+".txt", strings.Repeat("x", size))
		text += strings.ReplaceAll(`resource "oss_object" "NAME" {
  bucket = "BUCKET"
  key = "NAME"
  content = file("NAME.txt")
}
`, "NAME", name)
	}
	w.config("%s", text)
	told := []string{}
	for _, d := range w.diagnostics("plan") {
		told = append(told, d.Severity+" "+d.Address+" "+d.Summary)
	}
	if len(told) != 1 || told[0] != "warning oss_object.large Large Content" {
		t.Errorf("told is %q", told)
	}
}
