package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

	saved, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	o.must(err)
	gone := func(words map[string]string, args ...string) {
		t.Helper()
		w.write("terraform.tfstate", string(saved))
		told := w.diagnostics(append(args, "-auto-approve")...)
		for what, word := range words {
			if !slices.ContainsFunc(told, func(d diagnostic) bool {
				return d.Severity == "warning" && d.Summary == "OSS Bucket Does Not Exist" && strings.Contains(d.Detail, `Bucket "lost-bucket" does not exist`) && strings.Contains(d.Detail, word)
			}) {
				t.Errorf("%s: no warning with %q and the missing bucket among %+v", what, word, told)
			}
		}
		if slices.ContainsFunc(told, func(d diagnostic) bool { return d.Severity == "error" }) {
			t.Errorf("terraform %s: %+v", args[0], told)
		}
		if left := w.resources(); len(left) != 0 {
			t.Errorf("the state still has %+v", left)
		}
	}
	gone(map[string]string{
		"plain":       `"lost-bucket/plain.txt" is removed from the state`,
		"versions":    `"lost-bucket/versions.txt" is removed from the state`,
		"overwriting": `"lost-bucket/overwriting.txt" is removed from the state`,
		"rules":       "Its CORS rules are removed from the state",
	}, "apply", "-refresh-only")
	gone(map[string]string{
		"plain":       `nothing left to delete of "lost-bucket/plain.txt"`,
		"versions":    `nothing left to delete of "lost-bucket/versions.txt"`,
		"overwriting": `nothing left to delete of "lost-bucket/overwriting.txt"`,
		"rules":       "no CORS rules left to remove",
	}, "destroy", "-refresh=false")
}

// Whatever needs a bucket that does not exist says that the bucket does not exist, not that an object is missing.
func TestBucketMissing(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w, absent := o.workspace(), o.absentBucket()
	missing := fmt.Sprintf("bucket %q does not exist", absent)
	type row struct {
		name, config string
		words        []string
		absent       string
	}
	for _, rows := range [][]row{
		{ // Errors of data sources keep Terraform from all else.
			{"data.oss_object.test", "data \"oss_object\" \"test\" {\n bucket = \"ABSENT\"\n key = \"k\"\n}\n", nil, "Object Not Found"},
			{"data.oss_objects.test", "data \"oss_objects\" \"test\" {\n bucket = \"ABSENT\"\n}\n", nil, ""},
			{"data.oss_bucket_cors.test", "data \"oss_bucket_cors\" \"test\" {\n bucket = \"ABSENT\"\n}\n", nil, ""},
			{"data.oss_cors_preflight.test", "data \"oss_cors_preflight\" \"test\" {\n bucket = \"ABSENT\"\n origin = \"https://a.example\"\n method = \"GET\"\n}\n", nil, ""},
			{"data.oss_metadata_violations.test", `data "oss_metadata_violations" "test" {
  bucket = "ABSENT"
  metadata_policy = { rules = [{ name = "r", metadata = { a = { required = true } } }] }
}
`, nil, ""},
		},
		{
			{"oss_object.create", objectIn("ABSENT", `content = "x"`), []string{"Unable to Create OSS Object"}, "Object Not Found"},
			{"oss_object.overwrite", objectIn("ABSENT", "content = \"x\"\n allow_overwrite = true"), []string{"Unable to Create OSS Object"}, ""},
			{"oss_object.take_over", objectIn("ABSENT", "allow_overwrite = true"), []string{"Unable to Create OSS Object"}, "Object Not Found"},
			{"oss_object.copy", objectIn("BUCKET", "copy_source {\n bucket = \"ABSENT\"\n key = \"k\"\n }"),
				[]string{"Copy Source Does Not Exist Yet", "Copy Source Not Found", "so neither does the object"}, "No object"},
		},
	} {
		text := ""
		for _, r := range rows {
			text += strings.Replace(r.config, `"test"`, strconv.Quote(r.name[strings.LastIndex(r.name, ".")+1:]), 1) + "\n"
		}
		w.config("%s", strings.ReplaceAll(text, "ABSENT", absent))
		found, errors := map[string]string{}, map[string]int{}
		for _, d := range w.diagnostics("apply", "-auto-approve") {
			found[d.Address] += d.Summary + "\n" + d.Detail + "\n"
			if d.Severity == "error" {
				errors[d.Address]++
			}
		}
		for _, r := range rows {
			out := found[r.name]
			if errors[r.name] == 0 || !strings.Contains(strings.ToLower(out), missing) {
				t.Errorf("%s: the missing bucket is not named:\n%s", r.name, out)
			}
			for _, word := range r.words {
				if !strings.Contains(out, word) {
					t.Errorf("%s: Terraform does not say %q:\n%s", r.name, word, out)
				}
			}
			if r.absent != "" && strings.Contains(out, r.absent) {
				t.Errorf("%s speaks of a missing object:\n%s", r.name, out)
			}
		}
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
