package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// metadataConfig is a directory without a folder.
const metadataConfig = `
resource "oss_directory" "reports" {
  bucket   = "BUCKET"
  prefix   = "reports/"
  metadata = { owner = "data" }

  file {
    match         = ["**/*.csv"]
    cache_control = "no-cache"
  }
  EXTRA
}
`

// reports puts objects of somebody else below the prefix: two that lack what the directory wants, and one that has it.
func (o *testOSS) reports() {
	o.t.Helper()
	put := func(key string, options ...oss.Option) {
		o.t.Helper()
		o.must(o.sdk().PutObject(key, strings.NewReader("a,b"), options...))
	}
	put("reports/a.csv", oss.ContentType("text/csv"), oss.ContentLanguage("de"), oss.Meta("run", "7"), oss.ObjectACL(oss.ACLPublicRead), oss.SetTagging(tagging("kind", "x")),
		oss.ObjectStorageClass(oss.StorageIA), oss.ServerSideEncryption("AES256"))
	put("reports/b.txt", oss.ContentType("text/plain"), oss.Meta("owner", "data"))
	put("reports/c.txt", oss.ContentType("text/plain"))
	put("other/d.csv", oss.ContentType("text/csv"))
	o.local().ResetRecords()
}

// expectWrites compares the requests since the last time without lists and HEADs: what somebody wrote in the second in which it
// was listed is asked for once more (OSS-230).
func (o *testOSS) expectWrites(what, want string) {
	o.t.Helper()
	got := slices.DeleteFunc(strings.Fields(o.requests()), func(s string) bool {
		return strings.HasPrefix(s, "ListObjectsV2:") || strings.HasPrefix(s, "HeadObject:")
	})
	if strings.Join(got, " ") != want {
		o.t.Errorf("%s: requests %q, want %q beside lists and HEADs", what, got, want)
	}
	o.local().ResetRecords()
}

// Of objects that others write, what a rule names is managed, and everything else stays as it is.
func TestDirectoryWithoutSource(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	o.reports()
	before, beside := o.object("reports/a.csv"), o.object("other/d.csv")
	config := func(extra string) { w.config(strings.ReplaceAll(metadataConfig, "EXTRA", extra)) }
	config("")
	w.apply()
	// The plan looks at each object, in the first phase and once more in the second; the apply copies the two that are wrong.
	o.expect("create", "CopyObject:2 GetObjectAcl:2 HeadObject:6 ListObjectsV2:2")
	if n := o.uploadedBytes(); n != 0 {
		t.Errorf("%d bytes were uploaded", n)
	}
	after := o.object("reports/a.csv")
	if after.CacheControl != "no-cache" || after.Metadata["owner"] != "data" {
		t.Errorf("stored %+v", after)
	}
	after.CacheControl, after.LastModified = before.CacheControl, before.LastModified
	delete(after.Metadata, "owner")
	if !sameObject(before, after) {
		t.Errorf("more than was asked for has changed:\nbefore %+v\nafter  %+v", before, after)
	}
	if !sameObject(beside, o.object("other/d.csv")) {
		t.Error("an object beside the prefix has changed")
	}

	// What others write next is taken in. Neither a body of theirs nor a header that no rule names is drift.
	o.must(o.sdk().PutObject("reports/a.csv", strings.NewReader("c,d"), oss.ContentType("text/x"), oss.CacheControl("no-cache"), oss.Meta("owner", "data")))
	o.local().ResetRecords()
	w.clean()
	o.expectWrites("a plan", "")
	o.must(o.sdk().PutObject("reports/new.csv", strings.NewReader("c,d"), oss.ContentType("text/csv")))
	o.local().ResetRecords()
	w.apply()
	o.expectWrites("a new object", "CopyObject:1 GetObjectAcl:1")
	if o.object("reports/a.csv").ContentType != "text/x" || o.body("reports/a.csv") != "c,d" {
		t.Error("what others wrote has changed")
	}
	w.clean()

	// Fewer objects, and in the end none: they stay.
	config(`exclude = ["*.txt"]`)
	if out := w.apply(); !strings.Contains(flatten(out), `Terraform forgets 2 objects below "test-bucket/reports/"`) {
		t.Errorf("the plan does not say that they stay:\n%s", out)
	}
	w.clean()
	o.local().ResetRecords()
	if out := w.must("destroy", "-auto-approve", "-no-color"); !strings.Contains(out, "OSS Objects Are Kept") {
		t.Errorf("the plan does not say that they stay:\n%s", out)
	}
	if got := o.requests(); strings.Contains(got, "Delete") {
		t.Errorf("requests %q", got)
	}
}

// An import of objects that are right plans nothing.
func TestDirectoryImportWithoutSource(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	o.reports()
	w.config(strings.ReplaceAll(metadataConfig, "EXTRA", ""))
	w.apply()
	for i, id := range []string{"test-bucket/reports/", "oss://test-bucket/reports/"} {
		o.local().ResetRecords()
		state := fmt.Sprintf("-state=%d.tfstate", i) // which does not have the directory yet
		w.must("import", state, "oss_directory.reports", id)
		changes := w.plan(state)
		if got := o.requests(); strings.Contains(got, "Copy") || !strings.Contains(got, "HeadObject:3") {
			t.Errorf("requests %q", got)
		}
		if c, there := changes["oss_directory.reports"]; there && strings.Join(c.attributes, " ") != "file metadata" {
			t.Errorf("the plan changes %q", c.attributes)
		}
	}
	w.fails([]string{"Invalid Prefix", `"reports" does not end in a slash. Write "reports/"`}, "import", "-no-color", "oss_directory.reports", "test-bucket/reports")
}

// An import with a folder plans what really differs, and leaves what the folder does not have.
func TestDirectoryImportWithSource(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	w.apply()
	w.must("state", "rm", "oss_directory.site")
	o.must(o.sdk().PutObject("site/others.txt", strings.NewReader("x")))
	w.write("site/css/a.css", "style A")
	w.must("import", "oss_directory.site", "test-bucket/site/")
	o.local().ResetRecords()
	out := w.apply()
	for _, words := range []string{`~ "css/a.css"  = `, `- "others.txt" = `, "Objects Left in the Bucket", "prune = \"all\" would delete"} {
		if !strings.Contains(out, words) {
			t.Errorf("the plan lacks %q:\n%s", words, out)
		}
	}
	if strings.Contains(out, `"css/b.css"`) || strings.Contains(out, `"index.html"`) {
		t.Errorf("the plan changes what is right:\n%s", out)
	}
	o.expectWrites("apply", "PutObject:1")
	w.clean()
	o.object("site/others.txt")
}

// What does not go together is refused at the attribute.
func TestDirectoryValidation(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	var blocks, planned []refusedBlock // what validation refuses, and what only a plan does
	for name, tc := range map[string]struct{ config, words string }{
		"no slash":      {`prefix = "a"` + "\n" + `source = "."`, `Invalid Prefix`},
		"leading slash": {`prefix = "/a/"` + "\n" + `source = "."`, `begins with a slash`},
		"prune":         {`prune = "all"` + "\n" + `metadata = { a = "b" }`, `Attribute "source" must be specified when "prune" is specified`},
		"overwrite":     {`allow_overwrite = true` + "\n" + `metadata = { a = "b" }`, `allow_overwrite goes with source only`},
		"nothing":       {`prefix = "a/"`, `Nothing to Manage`},
		"glob":          {`source = "."` + "\n" + `include = ["[a"]`, `Invalid Key Glob`},
		"parallel":      {`source = "."` + "\n" + `max_parallel = 0`, `between 1 and 256`},
		"header":        {`source = "."` + "\n" + "file {\n match = [\"*\"]\n cache_control = \"a\\nb\"\n}", `Invalid Cache-Control Header`},
		"no folder":     {`source = "main.tf"`, `Source Is Not a Folder`},
	} {
		block := "resource \"oss_directory\" \"test\" {\n bucket = \"BUCKET\"\n" + tc.config + "\n}"
		if refused := (refusedBlock{name: name, block: block, words: []string{tc.words}}); name == "no folder" {
			planned = append(planned, refused)
		} else {
			blocks = append(blocks, refused)
		}
	}
	w.expectRefused(blocks)
	w.expectRefused(planned)
}

// In a bucket with versioning new files never meet others' objects unseen, and deletions set markers.
func TestDirectoryInVersionedBucket(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.server.SetVersioning(o.bucket, "Enabled"))
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	w.apply()
	o.expect("create", "ListObjectsV2:2 PutObject:3")
	w.write("site/new.txt", "x")
	o.must(o.sdk().PutObject("site/new.txt", strings.NewReader("precious")))
	w.fails([]string{"not written from here is there already"}, "apply", "-auto-approve", "-no-color", "-refresh=false")
	if o.body("site/new.txt") != "precious" {
		t.Error("an object of others is written over")
	}
	w.site("no-cache", "allow_overwrite = true")
	w.apply()
	w.clean()
	w.must("destroy", "-auto-approve")
	versions, err := o.server.Versions(o.bucket, "site/new.txt")
	o.must(err)
	if len(versions) != 3 || !versions[0].DeleteMarker {
		t.Errorf("versions %+v", versions)
	}
}
