package provider

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

const sourceConfig = `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "site.css"
  source = "site.css"
}
`

// A changed file shows without a hash in the configuration.
func TestSourceChangeShows(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.write("site.css", "a{}")
	w.config(sourceConfig)
	w.apply()
	w.clean()
	if got := o.object("site.css"); got.ContentType != "text/css" {
		t.Errorf("content type %q", got.ContentType)
	}
	w.write("site.css", "b{}")
	got := plannedChanges(w.apply())["oss_object.test"]
	if want := []string{"crc64", "etag", "version_id"}; !sameNames(got.attributes, want) {
		t.Errorf("plan of %v, want %v", got.attributes, want)
	}
	if got := o.body("site.css"); got != "b{}" {
		t.Errorf("body %q", got)
	}
}

// A file that changes between plan and apply is noticed by Terraform itself, because the plan of the apply differs.
func TestSourceChangedAfterThePlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	update, create := strings.NewReplacer("test", "update", "site", "update").Replace(sourceConfig), strings.NewReplacer("test", "create", "site", "create").Replace(sourceConfig)
	files := func(text string) {
		w.write("update.css", text)
		w.write("create.css", text)
	}
	files("a{}")
	w.config("%s", update)
	w.apply()
	files("b{}")
	w.config("%s", update+create)
	w.must("plan", "-out=plan.bin", "-no-color")
	files("changed after the plan")
	o.local().ResetRecords()
	out := flatten(w.fails([]string{"Provider produced inconsistent final plan"}, "apply", "-no-color", "plan.bin"))
	for _, name := range []string{"update", "create"} {
		if !strings.Contains(out, "inconsistent final plan When expanding the plan for oss_object."+name+" ") {
			t.Errorf("%s: the apply does not say that the file is another:\n%s", name, out)
		}
	}
	if got := o.uploadedBytes(); got != 0 {
		t.Errorf("%d bytes were uploaded", got)
	}
	w.apply()
	for _, key := range []string{"update.css", "create.css"} {
		if got := o.body(key); got != "changed after the plan" {
			t.Errorf("%s: body %q", key, got)
		}
	}
}

// A file that changes later still is ours to notice: the digest is checked while it is sent. The server's hook
// changes the file when the provider has made its last look at it.
func TestSourceChangedDuringTheApply(t *testing.T) {
	t.Parallel()
	var o *testOSS
	var w *workspace
	var once sync.Once
	change := func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "GetBucketVersioning" {
			once.Do(func() { w.write("site.css", "X{}") })
		}
		return nil
	}
	o = startServer(t, &ossserver.Server{Fault: change})
	w = o.workspace()
	w.write("site.css", "a{}")
	w.config(sourceConfig)
	w.fails([]string{"Unable to Create OSS Object", "no longer the one that was planned", "Nothing was stored"}, "apply", "-auto-approve", "-no-color")
	if _, err := o.local().Object(o.bucket, "site.css"); err == nil {
		t.Errorf("a body was stored that was never planned: %q", o.body("site.css"))
	}
	w.apply()
	if got := o.body("site.css"); got != "X{}" {
		t.Errorf("body %q", got)
	}
	w.clean()
}

func TestSourceThatIsMadeDuringTheApply(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	text := `
resource "terraform_data" "build" {
  input = "VERSION"
  triggers_replace = "VERSION"
  provisioner "local-exec" {
    command = "printf 'built by VERSION' > site.css"
  }
}
` + strings.Replace(sourceConfig, "}\n", "  source_hash = terraform_data.build.output\n}\n", 1)
	w.config(strings.ReplaceAll(text, "VERSION", "one"))
	if out := w.apply(); strings.Contains(out, "Source File Does Not Exist Yet") {
		t.Errorf("a warning although source_hash says that the file is being built:\n%s", out)
	}
	if got := o.body("site.css"); got != "built by one" {
		t.Errorf("body %q", got)
	}
	w.clean()
	// The file exists now and is rebuilt in the same apply: source_hash is unknown, so the body is, too. The plan after it is
	// that of the next change.
	w.config(strings.ReplaceAll(text, "VERSION", "two"))
	w.apply()
	if got := o.body("site.css"); got != "built by two" {
		t.Errorf("body %q", got)
	}
	// Rebuilt to the same bytes: nothing is written, although the plan could not know.
	o.local().ResetRecords()
	w.config(strings.Replace(strings.ReplaceAll(text, "VERSION", "two"), `triggers_replace = "two"`, `triggers_replace = "three"`, 1))
	w.apply()
	if got := o.uploadedBytes(); got != 0 {
		t.Errorf("%d bytes were uploaded again", got)
	}
	w.clean()
}

func TestSourceRefusals(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.write("file", "x")
	if err := os.Mkdir(filepath.Join(w.dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	words := map[string][]string{
		"folder": {"Unreadable Source File", "it is a folder", "fileset", `"folder"`},
		"below":  {"Unreadable Source File", "not a directory"},
		"device": {"Unreadable Source File", "not a regular file"},
		"absent": {"Source File Not Found", `"site.css"`, "source_hash", "path.module"},
	}
	text := ""
	for name, source := range map[string]string{"folder": "folder", "below": "file/sub", "device": "/dev/null", "absent": "site.css"} {
		text += strings.NewReplacer(`"test"`, `"`+name+`"`, `source = "site.css"`, `source = "`+source+`"`).Replace(sourceConfig)
	}
	w.config("%s", text)
	w.expectDiagnosed(words, "plan")
	w.config(strings.Replace(sourceConfig, "}\n", "  source_hash = \"x\"\n}\n", 1))
	out := w.must("plan", "-no-color")
	if !strings.Contains(out, "Source File Does Not Exist Yet") {
		t.Errorf("no warning:\n%s", out)
	}
	w.fails([]string{"Source File Not Found", `"site.css"`, "path.module"}, "apply", "-auto-approve", "-no-color")
	if got := o.uploadedBytes(); got != 0 {
		t.Errorf("%d bytes were uploaded", got)
	}
}
