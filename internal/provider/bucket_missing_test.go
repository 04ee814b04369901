package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const inLostBucket = `
resource "oss_object" "plain" {
  bucket          = "lost-bucket"
  key             = "plain.txt"
  content         = "plain"
  deletion_policy = "delete"
}
resource "oss_object" "versions" {
  bucket          = "lost-bucket"
  key             = "versions.txt"
  content         = "versions"
  deletion_policy = "delete_all_versions"
}
resource "oss_object" "overwriting" {
  bucket          = "lost-bucket"
  key             = "overwriting.txt"
  content         = "overwriting"
  allow_overwrite = true
}
resource "oss_bucket_cors" "rules" {
  bucket = "lost-bucket"
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
}
`

// The bucket went away with everything in it, behind Terraform's back: a refresh and a destroy take that for what it is
// and say so.
func TestBucketGone(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().CreateBucket("lost-bucket"))
	w := o.workspace()
	w.config(inLostBucket)
	w.apply()
	client, err := oss.New(o.endpoint, testKeyID, testSecret, oss.AuthVersion(oss.AuthV4), oss.Region(o.region))
	o.must(err)
	bucket, err := client.Bucket("lost-bucket")
	o.must(err)
	_, err = bucket.DeleteObjects([]string{"plain.txt", "versions.txt", "overwriting.txt"})
	o.must(err)
	o.must(client.DeleteBucket("lost-bucket"))

	warnings := func(out, word string) {
		t.Helper()
		flat := flatten(out)
		if !strings.Contains(flat, word) {
			t.Errorf("no word of %q:\n%s", word, out)
		}
		if !strings.Contains(flat, "OSS Bucket Does Not Exist") || !strings.Contains(flat, `Bucket "lost-bucket" does not exist`) {
			t.Errorf("the missing bucket is not named:\n%s", out)
		}
	}
	saved, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	o.must(err)
	// Terraform shortens warnings alike, so that each run has one resource.
	gone := func(address, word string, args ...string) {
		t.Helper()
		w.write("terraform.tfstate", string(saved))
		warnings(w.must(append(args, "-auto-approve", "-no-color", "-target="+address)...), word)
		if got := w.must("state", "list"); strings.Contains(got, address) {
			t.Errorf("the state still has %q", got)
		}
	}
	gone("oss_object.plain", `"lost-bucket/plain.txt" is removed from the state`, "apply", "-refresh-only")
	gone("oss_bucket_cors.rules", "Its CORS rules are removed from the state", "apply", "-refresh-only")
	gone("oss_object.plain", `nothing left to delete of "lost-bucket/plain.txt"`, "destroy", "-refresh=false")
	gone("oss_object.versions", `nothing left to delete of "lost-bucket/versions.txt"`, "destroy", "-refresh=false")
	gone("oss_object.overwriting", `nothing left to delete of "lost-bucket/overwriting.txt"`, "destroy", "-refresh=false")
	gone("oss_bucket_cors.rules", "no CORS rules left to remove", "destroy", "-refresh=false")
}

// Whatever needs a bucket that does not exist says that the bucket does not exist, not that an object is missing.
func TestBucketMissing(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w, absent := o.workspace(), o.absentBucket()
	missing := fmt.Sprintf("bucket %q does not exist", absent)
	for name, tc := range map[string]struct {
		config string
		words  []string
		absent string
	}{
		"data object": {`data "oss_object" "test" {` + `
  bucket = "ABSENT"
  key = "k"
}`, nil, "Object Not Found"},
		"data objects": {`data "oss_objects" "test" {` + "\n bucket = \"ABSENT\"\n}", nil, ""},
		"data CORS":    {`data "oss_bucket_cors" "test" {` + "\n bucket = \"ABSENT\"\n}", nil, ""},
		"data preflight": {`data "oss_cors_preflight" "test" {` + `
  bucket = "ABSENT"
  origin = "https://a.example"
  method = "GET"
}`, nil, ""},
		"data violations": {`data "oss_metadata_violations" "test" {` + `
  bucket = "ABSENT"
  metadata_policy = { rules = [{ name = "r", metadata = { a = { required = true } } }] }
}`, nil, ""},
		"create":    {objectIn("ABSENT", `content = "x"`), []string{"Unable to Create OSS Object"}, "Object Not Found"},
		"overwrite": {objectIn("ABSENT", "content = \"x\"\n allow_overwrite = true"), []string{"Unable to Create OSS Object"}, ""},
		"take over": {objectIn("ABSENT", "allow_overwrite = true"), []string{"Unable to Create OSS Object"}, "Object Not Found"},
		"copy source": {objectIn("BUCKET", `copy_source {
    bucket = "ABSENT"
    key = "k"
  }`),
			[]string{"Copy Source Does Not Exist Yet", "Copy Source Not Found", "so neither does the object"}, "No object"},
	} {
		t.Run(name, func(t *testing.T) {
			w.config(strings.ReplaceAll(tc.config, "ABSENT", absent))
			out := flatten(w.fails(tc.words, "apply", "-auto-approve", "-no-color"))
			if !strings.Contains(strings.ToLower(out), missing) {
				t.Errorf("the missing bucket is not named:\n%s", out)
			}
			if tc.absent != "" && strings.Contains(out, tc.absent) {
				t.Errorf("speaks of a missing object:\n%s", out)
			}
		})
	}
}

func objectIn(bucket, arguments string) string {
	return "resource \"oss_object\" \"test\" {\n bucket = \"" + bucket + `"
  key = "PREFIXk"
 ` + arguments + "\n}"
}

// A link to nothing is an object, so a refresh must not forget it.
func TestLinkToNothingIsNotGone(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	w := o.workspace()
	w.config(objectIn("BUCKET", `content = "x"`))
	w.apply()
	o.must(o.sdk().PutSymlink("k", "nowhere"))
	w.fails([]string{"Unable to Read OSS Object", "SymlinkTargetNotExist", "what it points to does not exist"}, "plan", "-no-color")
}
