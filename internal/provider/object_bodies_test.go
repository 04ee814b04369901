package provider

import (
	"fmt"
	"os"
	"path/filepath"
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
	w.starts = true // and writes its log into Terraform's
	w.env = append(w.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.dir, "trace.log"))
	w.config(writeOnly("SecretBodyOfTheTest", "no-cache"))
	w.plan()
	w.must("apply", "plan.bin")
	if got := o.body("secret.txt"); got != "SecretBodyOfTheTest" {
		t.Errorf("body %q", got)
	}
	w.clean()

	// A header changes by a copy, which costs one HEAD to learn the ETag that is not in the state.
	w.config(writeOnly("SecretBodyOfTheTest", "no-store"))
	o.local().ResetRecords()
	w.apply("-refresh=false")
	if got := o.requests(); got != "CopyObject:1 GetObjectAcl:1 HeadObject:1" {
		t.Errorf("header changed by %q", got)
	}
	w.clean()

	// The value alone changes nothing, its version uploads it.
	w.config(writeOnly("SecretBodyNumberTwo", "no-store"))
	w.clean()
	w.config(strings.Replace(writeOnly("SecretBodyNumberTwo", "no-store"), "version = 1", "version = 2", 1))
	w.apply()
	if got := o.body("secret.txt"); got != "SecretBodyNumberTwo" {
		t.Errorf("body %q", got)
	}
	w.clean()

	// Somebody else's body shows and is replaced.
	o.must(o.sdk().PutObject("secret.txt", strings.NewReader("foreign"), oss.ContentType("text/plain"), oss.CacheControl("no-store")))
	if got := w.plan()[testObject]; !got.actions.Update() || !sameNames(got.attributes, []string{"crc64", "etag", "size", "version_id"}) {
		t.Errorf("plan %v of %v, want an upload", got.actions, got.attributes)
	}
	w.must("apply", "plan.bin")
	if got := o.body("secret.txt"); got != "SecretBodyNumberTwo" {
		t.Errorf("body %q", got)
	}
	w.clean()
	w.expectNoTrace("SecretBodyOfTheTest", "SecretBodyNumberTwo")
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

// From a body in sight to one that must not be seen, and back: the same bytes do not move.
func TestWriteOnlyBodyTakesTheSameBytes(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	plain := `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "same"
}`
	hidden := strings.Replace(plain, "content =", "content_wo =", 1)
	w.config(plain)
	w.apply()
	for _, text := range []string{hidden, plain} {
		o.local().ResetRecords()
		w.config(text)
		w.apply()
		if got := o.uploadedBytes(); got != 0 {
			t.Errorf("%d bytes moved", got)
		}
		w.clean()
	}
	w.config(hidden)
	w.apply()
	w.config(strings.Replace(hidden, `content_wo = "same"`, "", 1))
	w.apply()
	w.clean()
	out := w.must("destroy", "-auto-approve", "-no-color")
	if !strings.Contains(out, "OSS Object Is Kept") {
		t.Errorf("a body that was let go is deleted:\n%s", out)
	}
}

const copyConfig = `
resource "oss_object" "test" {
  bucket       = "BUCKET"
  key          = "copy.txt"
  content_type = "a/b"
  metadata     = { owner = "emma" }
  tags         = { a = "b" }
  copy_source {
    bucket = "FROM"
    key    = "dir/source +%.txt"
  }
}`

func TestCopySource(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"test-bucket", "other-bucket"} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("other-bucket"))
			source := *o.sdk()
			source.BucketName = from
			put := func(body string) {
				o.must(source.PutObject("dir/source +%.txt", strings.NewReader(body), oss.Meta("foreign", "yes"), oss.SetTagging(tagging("foreign", "yes"))))
			}
			put("first")
			w := o.workspace()
			text := strings.ReplaceAll(strings.ReplaceAll(copyConfig, "FROM", from), "%", "%%")
			w.write("main.tf", requiredProvider+o.config(strings.ReplaceAll(text, "%%", "%")))
			o.local().ResetRecords()
			w.apply()
			got := o.object("copy.txt")
			if o.body("copy.txt") != "first" || got.ContentType != "a/b" || got.Metadata["owner"] != "emma" || got.Metadata["foreign"] != "" || got.Tags["a"] != "b" || got.Tags["foreign"] != "" {
				t.Errorf("copied to %+v", got)
			}
			if got := o.uploadedBytes(); got != 0 {
				t.Errorf("%d bytes passed through here", got)
			}
			w.clean()
			put("second")
			if got := w.plan()[testObject]; !got.actions.Update() || !sameNames(got.attributes, []string{"crc64", "etag", "size", "version_id"}) {
				t.Errorf("plan %v of %v, want a new copy", got.actions, got.attributes)
			}
			put("third, after the plan")
			w.fails([]string{"inconsistent final plan"}, "apply", "-no-color", "plan.bin")
			w.apply()
			if got := o.body("copy.txt"); got != "third, after the plan" {
				t.Errorf("body %q", got)
			}
			w.clean()
		})
	}
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
	w.config(strings.Replace(absent, `key = "absent"`, "key = \"absent\"\n etag = \"0123\"", 1))
	w.fails([]string{"Copy Source Has Another ETag", `"0123"`}, "plan", "-no-color")
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
	apply := func(content, more string) {
		t.Helper()
		w.config("%s", object(content, more)+others)
		if got := w.outputs()["version"]; got == "" || got != o.object("k").VersionID {
			t.Errorf("version_id %q, stored %q", got, o.object("k").VersionID)
		}
	}
	o.local().ResetRecords()
	apply("one", "")
	if got, all := o.requestsFor("k"), o.requests(); got != "HeadObject:1 PutObject:1" || all != "GetBucketVersioning:1 HeadObject:3 PutObject:3" {
		t.Errorf("created by %q among %q", got, all)
	}
	apply("one", `cache_control = "no-cache"`)
	apply("two", `cache_control = "no-cache"`)
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

	// Overwriting is forbidden by looking first, since the header does nothing here.
	o.must(o.sdk().PutObject("k", strings.NewReader("precious")))
	w.config("%s", object("one", ""))
	w.fails([]string{"OSS Object Already Exists"}, "apply", "-auto-approve", "-no-color")
	if got := o.body("k"); got != "precious" {
		t.Errorf("body %q", got)
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
	w.clean()
}

// A body over 1 MiB belongs into a file.
func TestLargeContentWarns(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = file("large.txt")
}`)
	for size, warns := range map[int]bool{largeContent: false, largeContent + 1: true} {
		w.write("large.txt", strings.Repeat("x", size))
		if out := w.must("plan", "-no-color"); strings.Contains(out, "Large Content") != warns {
			t.Errorf("%d bytes: warned %v, want %v", size, !warns, warns)
		}
	}
}

// Names and values that are hard to carry survive create, refresh, update, import and destroy.
func TestHardNames(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	keys := []string{
		"a b/c+d%41~'!()*.txt", "深圳/文件 名.txt", "emoji 🚀.bin", "double//slash", "trailing/", "a?b=c&d#e", "über%2Fcode", `back\slash"quote`,
		strings.Repeat("k", 1023), "..hidden", "x/..y/z",
	}
	list := ""
	for _, key := range keys {
		list += "    " + strings.ReplaceAll(quoted(key), "%{", "%%{") + ",\n"
	}
	text := `
locals {
  keys = [
LIST  ]
}
resource "oss_object" "test" {
  count    = length(local.keys)
  bucket   = "BUCKET"
  key      = local.keys[count.index]
  content  = "body of ${local.keys[count.index]}"
  metadata = {
    chinese = "中文 值"
    emoji   = "🚀 done"
    percent = "100%25 + 5%"
    quotes  = "\"double\" 'single'"
    version = "VERSION"
  }
}
`
	set := func(version string) {
		w.write("main.tf", requiredProvider+strings.NewReplacer("LIST", list, "VERSION", version).Replace(o.config(text)))
	}
	set("1")
	w.apply()
	w.clean()
	for _, key := range keys {
		got := o.object(key)
		if o.body(key) != "body of "+key || got.Metadata["chinese"] != "中文 值" || got.Metadata["percent"] != "100%25 + 5%" || got.Metadata["quotes"] != `"double" 'single'` {
			t.Errorf("%q: stored %+v", key, got)
		}
	}
	set("2")
	w.apply()
	w.clean()
	for i, key := range keys {
		address := "oss_object.test[" + strings.TrimSpace(string(rune('0'+i%10))) + "]"
		if i < 10 {
			w.must("state", "rm", address)
			w.must("import", address, o.bucket+"/"+key)
		}
	}
	w.apply() // takes the bodies into the state without a request
	w.clean()
	w.must("destroy", "-auto-approve")
	for _, key := range keys {
		if _, err := o.local().Object(o.bucket, key); err == nil {
			t.Errorf("%q is still there", key)
		}
	}
}
