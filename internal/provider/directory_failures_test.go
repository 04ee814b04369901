package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// refusingKeys is a server that refuses writes of the keys that a test names, while it names any.
func refusingKeys(keys *atomic.Value) *ossserver.Server {
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		refused, _ := keys.Load().(string)
		if refused != "" && c.Method == "PUT" && strings.Contains(refused, c.Key+" ") {
			return &ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "not this one"}
		}
		return nil
	}
	return server
}

// A creation that fails halfway keeps what is stored, and goes on with it: nothing is deleted, nothing written twice, and no
// page before what it needs.
func TestDirectoryCreationThatFails(t *testing.T) {
	t.Parallel()
	var refused atomic.Value
	o := startServer(t, refusingKeys(&refused))
	w := o.directoryWorkspace()
	w.write("site/css/c.css", "style c")
	w.site("no-cache", "")
	refused.Store("site/css/a.css site/css/c.css ")
	w.fails([]string{"Unable to Create OSS Directory", `2 objects below "test-bucket/site/" failed, so 1 object of a later step had no turn. Written or deleted: 1 object.`,
		"2 objects: AccessDenied: not this one.", `"css/a.css", "css/c.css"`, "OSS request ID:", "marks the directory as tainted"}, "apply", "-auto-approve", "-no-color")
	if state := w.read("terraform.tfstate"); !strings.Contains(state, `"status": "tainted"`) || !strings.Contains(state, `"css/b.css":`) || strings.Contains(state, "index.html") {
		t.Errorf("the state has\n%s", state)
	}
	refused.Store("")
	w.write("site/css/b.css", "style B") // what was stored by the failed run is ours all the same
	w.write("site/css/d.css", "style d")
	o.local().ResetRecords()
	w.apply()
	if got := o.requests(); strings.Contains(got, "Delete") || !strings.HasSuffix(got, "PutObject:5") {
		t.Errorf("requests %q", got)
	}
	w.clean()
	if o.body("site/css/b.css") != "style B" {
		t.Error("the file that changed since is not stored")
	}

	// A replacement below the same prefix writes what differs, and deletes what is gone.
	w.remove("site/css/d.css")
	o.local().ResetRecords()
	w.apply("-replace=oss_directory.site")
	if got := o.requests(); strings.Contains(got, "PutObject") || !strings.Contains(got, "DeleteMultipleObjects:1") {
		t.Errorf("requests %q", got)
	}
	w.clean()
	w.must("destroy", "-auto-approve")
	for _, key := range []string{"site/index.html", "site/css/a.css"} {
		if _, err := o.server.Object(o.bucket, key); err == nil {
			t.Errorf("%s is left", key)
		}
	}
}

// An update that fails says what is stored, and the next one does the rest.
func TestDirectoryUpdateThatFails(t *testing.T) {
	t.Parallel()
	var refused atomic.Value
	o := startServer(t, refusingKeys(&refused))
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	w.apply()
	w.write("site/css/a.css", "style A")
	w.write("site/css/b.css", "style B")
	w.write("site/index.html", "Page")
	w.write("site/gone.txt", "x")
	refused.Store("site/css/a.css ")
	w.fails([]string{"Unable to Update OSS Directory", "1 object: AccessDenied"}, "apply", "-auto-approve", "-no-color")
	if o.body("site/css/b.css") != "style B" || o.body("site/index.html") != "page" {
		t.Error("the rest of the step is missing, or the next one has begun")
	}
	refused.Store("")
	o.local().ResetRecords()
	w.apply()
	o.expect("the rest", "ListObjectsV2:1 PutObject:2")
	w.clean()

	// A destroy that fails keeps what is left.
	o.must(o.sdk().PutObject("site/css/a.css", strings.NewReader("others"), oss.ContentType("text/css")))
	out := w.must("destroy", "-auto-approve", "-no-color")
	if _, warning, there := strings.Cut(out, "OSS Objects Are Kept"); !there || !strings.Contains(warning, `"css/a.css"`) {
		t.Errorf("the plan does not say what is kept:\n%s", out)
	}
	o.object("site/css/a.css")
}

// What cannot be stored is told all together, grouped by what is wrong; so is what breaks the team's rules.
func TestDirectoryRefusesFiles(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	o.must(os.Symlink("index.html", filepath.Join(w.dir, "site/link.html")))
	o.must(os.Symlink("css", filepath.Join(w.dir, "site/styles")))
	o.must(os.WriteFile(filepath.Join(w.dir, "site", "bad\xff"), nil, 0o600))
	w.site("no-cache", "")
	w.fails([]string{"Files Cannot Be Stored", "2 files: is a symbolic link, and follow_symlinks is not set", `"link.html", "styles"`, "1 file: has a name that is not UTF-8"}, "plan", "-no-color")
	w.site("no-cache", "follow_symlinks = true\n exclude = [\"bad*\", \"styles/**\"]")
	w.apply()
	if o.body("site/link.html") != "page" {
		t.Error("the link is not followed")
	}
	for i := range 8 {
		w.write(fmt.Sprintf("site/js/%d.js", i), "x")
	}
	config := strings.NewReplacer("CACHE", "no-cache", "EXTRA", "exclude = [\"bad*\", \"styles\", \"link*\"]").Replace(siteConfig)
	text := requiredProvider + strings.Replace(o.config(config), "provider \"oss\" {", `provider "oss" {
  metadata_policy = [
    { name = "cache", keys = ["**/*.js"], headers = { Cache-Control = { required = true } } },
    { name = "owner", metadata = { owner = { values = ["data"] } } },
  ]`, 1)
	w.write("main.tf", text)
	w.fails([]string{"Metadata Policy Violation", `Rule "cache": each of 8 objects in bucket "test-bucket" lacks the header "Cache-Control"`, `"site/js/0.js"`, "and 3 more", `Rule "owner": each of 11 objects`}, "plan", "-no-color")
	// What is stored as it is wanted is warned of, so that a destroy, which begins with a plan, goes on.
	for i := range 8 {
		o.must(os.Remove(filepath.Join(w.dir, fmt.Sprintf("site/js/%d.js", i))))
	}
	w.site("no-cache", `exclude = ["bad*", "styles", "link*"]`)
	w.apply()
	w.write("main.tf", text)
	if out := w.must("plan", "-no-color"); !strings.Contains(flatten(out), `Rule "owner": each of 3 objects`) {
		t.Errorf("no word of the broken rule:\n%s", out)
	}
	w.must("destroy", "-auto-approve")
}

// A folder that changes between plan and apply stops the apply before the first write.
func TestDirectoryChangesBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	config := ""
	changes := map[string]func(){
		"appears":  func() { w.write("appears/new.txt", "x") },
		"changes":  func() { w.write("changes/index.html", "Page") },
		"vanishes": func() { w.remove("vanishes/css/a.css") },
	}
	for name := range changes {
		w.write(name+"/index.html", "page")
		w.write(name+"/css/a.css", "style a")
		config += strings.NewReplacer(`"site"`, `"`+name+`"`, "site/", name+"/", "CACHE", "no-cache", "EXTRA", "").Replace(siteConfig)
	}
	w.config("%s", config)
	w.must("plan", "-out=plan.bin")
	for _, change := range changes {
		change()
	}
	o.local().ResetRecords()
	stopped := w.diagnostics("apply", "plan.bin")
	for name := range changes { // one error for each attribute
		if !slices.ContainsFunc(stopped, func(d diagnostic) bool {
			return d.Severity == "error" && d.Summary == "Provider produced inconsistent final plan" && strings.Contains(d.Detail, "the plan for oss_directory."+name+" ")
		}) {
			t.Errorf("%s: the apply is not stopped: %+v", name, stopped)
		}
	}
	if got := o.requests(); strings.Contains(got, "Put") {
		t.Errorf("requests %q", got)
	}
	w.apply()
	w.clean()
}

// A folder that another resource makes in the same apply, and a value that is not known yet.
func TestDirectoryOfWhatIsNotKnownYet(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	const config = `
resource "oss_object" "built" {
  bucket  = "BUCKET"
  key     = "VERSION"
  content = "VERSION"
}

resource "terraform_data" "build" {
  input = oss_object.built.etag
  provisioner "local-exec" {
    command = "mkdir -p built && echo VERSION > built/index.html"
  }
}

resource "oss_directory" "site" {
  bucket   = "BUCKET"
  prefix   = "site/"
  source   = "built"
  metadata = { build = terraform_data.build.output }
}
`
	w.config(strings.ReplaceAll(config, "VERSION", "one"))
	out := w.apply()
	if !strings.Contains(out, "Source Folder Does Not Exist Yet") {
		t.Errorf("no warning:\n%s", out)
	}
	w.clean()
	built := o.object("site/index.html").Metadata["build"]
	w.config(strings.ReplaceAll(config, "VERSION", "two"))
	w.apply()
	w.clean()
	if now := o.object("site/index.html").Metadata["build"]; now == built || now == "" {
		t.Errorf("the metadata is %q, and was %q", now, built)
	}
}
