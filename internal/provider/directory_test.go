package provider

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// siteConfig is a directory with rules for its kinds of files.
const siteConfig = `
resource "oss_directory" "site" {
  bucket   = "BUCKET"
  prefix   = "site/"
  source   = "site"
  metadata = { owner = "web" }

  file {
    match         = ["**/*.css"]
    cache_control = "CACHE"
  }
  EXTRA
}
`

// directoryWorkspace is a workspace with a folder of three files.
func (o *testOSS) directoryWorkspace() *workspace {
	o.t.Helper()
	w := o.workspace()
	w.write("site/index.html", "page")
	w.write("site/css/a.css", "style a")
	w.write("site/css/b.css", "style b")
	return w
}

func (w *workspace) site(cache, extra string) {
	w.t.Helper()
	w.config(strings.NewReplacer("CACHE", cache, "EXTRA", extra).Replace(siteConfig))
}

func (w *workspace) remove(name string) {
	w.t.Helper()
	w.oss.must(os.Remove(filepath.Join(w.dir, name)))
}

// expect compares the requests since the last time.
func (o *testOSS) expect(what, want string) {
	o.t.Helper()
	if got := o.requests(); got != want {
		o.t.Errorf("%s: requests %q, want %q", what, got, want)
	}
	o.local().ResetRecords()
}

// A directory from its creation to its end: what the plans say, and what is asked of OSS.
func TestDirectoryLifecycle(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	out := w.apply()
	if !strings.Contains(out, `"css/a.css"  = "7 B, crc64 `) {
		t.Errorf("the plan does not name the files:\n%s", out)
	}
	o.expect("create", "ListObjectsV2:2 PutObject:3")
	w.clean()
	o.expect("a plan", "ListObjectsV2:1")
	a := o.object("site/css/a.css")
	if a.ContentType != "text/css" || a.CacheControl != "no-cache" || a.Metadata["owner"] != "web" || o.object("site/index.html").CacheControl != "" {
		t.Errorf("stored %+v", a)
	}

	w.write("site/css/a.css", "style A")
	w.write("site/new.js", "script")
	w.remove("site/css/b.css")
	o.local().ResetRecords()
	plan := w.apply()
	for _, words := range []string{`~ "css/a.css"  = "7 B, crc64`, `- "css/b.css"  = "7 B`, `+ "new.js"     = "6 B`, "changed_keys = ["} {
		if !strings.Contains(plan, words) {
			t.Errorf("the plan lacks %q:\n%s", words, plan)
		}
	}
	if strings.Contains(plan, `"index.html"`) {
		t.Errorf("the plan names a file that stays:\n%s", plan)
	}
	o.expect("update", "DeleteMultipleObjects:1 GetBucketVersioning:1 ListObjectsV2:1 PutObject:2")
	w.config(strings.NewReplacer("CACHE", "no-cache", "EXTRA", "").Replace(siteConfig) + `
output "changed" {
  value = oss_directory.site.changed_keys
}`)
	if out := flatten(w.apply()); !strings.Contains(out, `Outputs: changed = tolist([ "site/css/a.css", "site/css/b.css", "site/new.js", ])`) {
		t.Errorf("changed keys %s", out)
	}
	w.clean()

	o.local().ResetRecords()
	w.site("no-store", "")
	w.apply()
	o.expect("one header", "CopyObject:1 ListObjectsV2:1")
	w.clean()

	o.must(o.sdk().PutObject("site/others.txt", strings.NewReader("x")))
	w.must("destroy", "-auto-approve")
	if _, err := o.server.Object(o.bucket, "site/new.js"); err == nil {
		t.Error("an object is left")
	}
	o.object("site/others.txt")
}

// What somebody changed by hand shows at its file, and goes with the next apply.
func TestDirectoryDriftInThePlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	w.apply()
	o.must(o.sdk().PutObject("site/index.html", strings.NewReader("defaced"), oss.ContentType("text/html")))
	o.local().ResetRecords()
	out := w.apply()
	if flat := flatten(out); !strings.Contains(out, `~ "index.html" = "7 B, crc64`) || !strings.Contains(flat, `by others" ->`) {
		t.Errorf("the plan does not show it:\n%s", out)
	}
	o.expectWrites("repair", "PutObject:1")
	w.clean()
	if o.body("site/index.html") != "page" {
		t.Error("it is not put right")
	}
}

// Objects that are right already are taken over without a write; others are in the way, unless they may be written over.
func TestDirectoryMeetsObjects(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	put := func(key, body, contentType string) {
		t.Helper()
		o.must(o.sdk().PutObject(key, strings.NewReader(body), oss.ContentType(contentType), oss.CacheControl("no-cache"), oss.Meta("owner", "web")))
	}
	put("site/css/a.css", "style a", "text/css")
	put("site/css/b.css", "style b", "text/plain")
	put("site/others.css", "x", "text/css")
	w.site("no-cache", "")
	w.fails([]string{"OSS Objects Already Exist", `In the way of files below "test-bucket/site/": 1 object that others wrote`, `"css/b.css"`, "allow_overwrite = true"}, "plan")
	w.site("no-cache", "allow_overwrite = true")
	o.local().ResetRecords()
	w.apply()
	o.expect("create", "CopyObject:1 HeadObject:4 ListObjectsV2:2 PutObject:1")
	w.clean()
	if b := o.object("site/css/b.css"); b.ContentType != "text/css" {
		t.Errorf("stored %+v", b)
	}
	// A file that comes later meets an object as well: at plan, since the refresh has listed it.
	w.site("no-cache", "")
	w.write("site/others.css", "y")
	w.fails([]string{"OSS Objects Already Exist", `"others.css"`}, "plan")
	w.fails([]string{"Unable to Update OSS Directory", "not written from here is there already", `"others.css"`}, "apply", "-auto-approve", "-refresh=false")
	w.write("site/others.css", "x")
	o.must(o.sdk().PutObject("site/others.css", strings.NewReader("x"), oss.ContentType("text/css"), oss.CacheControl("no-cache"), oss.Meta("owner", "web")))
	w.apply()
	w.clean()
}

// Everything that others wrote goes with prune = "all", and the plan names it.
func TestDirectoryPrunesAll(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	w.apply()
	o.must(o.sdk().PutObject("site/others.txt", strings.NewReader("x")))
	o.must(o.sdk().PutObject("beside.txt", strings.NewReader("x")))
	w.clean()
	w.site("no-cache", `prune = "all"`)
	out := w.must("plan", "-no-color", "-out=plan.bin")
	for _, words := range []string{"Objects of Others Will Be Deleted", `"others.txt"`, `+ "site/others.txt"`} {
		if !strings.Contains(out, words) {
			t.Errorf("the plan lacks %q:\n%s", words, out)
		}
	}
	// What comes after the plan was not named, so that plan is not carried out.
	o.must(o.sdk().PutObject("site/later.txt", strings.NewReader("x")))
	w.fails([]string{"inconsistent final plan"}, "apply", "-no-color", "plan.bin")
	o.object("site/later.txt")
	w.apply()
	w.clean()
	for key, there := range map[string]bool{"site/others.txt": false, "site/later.txt": false, "beside.txt": true, "site/index.html": true} {
		if _, err := o.server.Object(o.bucket, key); (err == nil) != there {
			t.Errorf("%s is there: %t", key, err == nil)
		}
	}
	// From now on they show at their names.
	o.must(o.sdk().PutObject("site/again.txt", strings.NewReader("xyz")))
	out = w.apply()
	if changes := plannedChanges(out)["oss_directory.site"].attributes; !slices.Equal(changes, []string{"changed_keys", "file_count", "files", "total_size"}) {
		t.Errorf("the plan changes %q:\n%s", changes, out)
	}
	w.clean()
}
