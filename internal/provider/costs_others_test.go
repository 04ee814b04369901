package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// folder is an oss_directory with some arguments.
func folder(arguments string) string {
	return "resource \"oss_directory\" \"site\" {\n  bucket = \"BUCKET\"\n  prefix = \"site/\"\n" + arguments + "\n}\n"
}

const fromSite = "source = \"site\"\n"

// threeFiles makes the folder.
func threeFiles(_ *testing.T, w *workspace) {
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		w.write("site/"+name, "old")
	}
}

var directoryCosts = costTable{"oss_directory", [][]cost{
	{
		{what: "create with 3 files", starts: true, requests: "2 ListObjectsV2, 3 PutObject", sent: "the files", bytes: 9, before: threeFiles, config: folder(fromSite),
			why: "1 ListObjectsV2 for each 1,000 objects, each time Terraform plans, which it does once more while applying; 1 HeadObject for each object that has the key and the size of a file: it may be right already. 1 PutObject for each file."},
		{what: "plan, nothing changed", requests: "1 ListObjectsV2", run: "plan -detailed-exitcode",
			why: "GetObjectAcl and GetObjectTagging for each object of which a block names them."},
		{what: "plan, after somebody changed 1 object", requests: "1 ListObjectsV2, 1 HeadObject", run: "plan", before: func(_ *testing.T, w *workspace) {
			w.oss.must(w.oss.sdk().PutObject("site/a.txt", strings.NewReader("new")))
		},
			why: "A list shows no metadata, but its times move: 1 HeadObject for each object whose ETag or time moved since it was last seen, once more for one that was written in the second in which it was listed."},
		{run: "apply -auto-approve"},
		{what: "1 other body", requests: "1 PutObject", sent: "the file", bytes: 5, before: func(_ *testing.T, w *workspace) { w.write("site/b.txt", "newer") }},
		{what: "1 new file", starts: true, requests: "1 GetBucketVersioning, 1 PutObject", sent: "the file", bytes: 4, before: func(_ *testing.T, w *workspace) { w.write("site/d.txt", "four") },
			why: "GetBucketVersioning once for each run, and in a bucket that is or was versioned 1 HeadObject for each new file: it must not meet an object of somebody else."},
		{what: "other headers, metadata or class of 4 files", requests: "4 CopyObject", config: folder(fromSite + "metadata = { owner = \"emma\" }"),
			why: "1 copy of each object onto itself, inside OSS."},
		{what: "another ACL of 4 files", requests: "4 PutObjectACL", config: folder(fromSite + "metadata = { owner = \"emma\" }\nfile {\n match = [\"**\"]\n acl = \"public-read\"\n}")},
		{what: "2 removed files", requests: "1 DeleteMultipleObjects", before: func(_ *testing.T, w *workspace) {
			w.remove("site/c.txt")
			w.remove("site/d.txt")
		}, why: "1 for each 1,000 objects."},
		{what: "destroy", requests: "1 DeleteMultipleObjects", run: "destroy -auto-approve -refresh=false", why: "1 for each 1,000 objects."},
	},
	{
		{config: folder(fromSite), before: func(_ *testing.T, w *workspace) {
			for i := range 1200 {
				w.write(fmt.Sprintf("site/%d.txt", i), "x")
			}
		}},
		{what: foldersCost, requests: "2 ListObjectsV2", run: "plan -detailed-exitcode"},
	},
	{
		{config: folder("metadata = { owner = \"emma\" }"), before: func(_ *testing.T, w *workspace) {
			for _, key := range []string{"site/a.txt", "site/b.txt"} {
				w.oss.must(w.oss.sdk().PutObject(key, strings.NewReader("x")))
			}
		}},
		{what: "without a `source`: other headers or metadata of 2 objects", requests: "2 CopyObject, 2 GetObjectAcl", config: folder("metadata = { owner = \"evan\" }"),
			why: "The objects are somebody else's: an ACL that no block names is carried over, since the copy resets it."},
	},
}}

// corsRuleWith is CORS with one rule.
func corsRuleWith(arguments string) string {
	return "resource \"oss_bucket_cors\" \"test\" {\n  bucket = \"BUCKET\"\n  cors_rule {\n    allowed_origins = [\"https://a.example.com\"]\n    allowed_methods = [\"GET\"]\n" + arguments + "\n}\n"
}

var corsCosts = costTable{"oss_bucket_cors", [][]cost{{
	{what: "create", requests: "1 GetBucketCors, 1 PutBucketCors", config: corsRuleWith("}"),
		why: "PutBucketCors replaces all rules, so GetBucketCors looks for some that would be lost. Where they are the planned ones already, PutBucketCors is not sent; with `allow_overwrite` GetBucketCors is not."},
	{what: "plan, nothing changed", requests: "1 GetBucketCors", run: "plan -detailed-exitcode"},
	{what: "change", requests: "1 PutBucketCors", config: corsRuleWith("max_age_seconds = 60\n}")},
	{what: "`allow_overwrite` alone", config: corsRuleWith("max_age_seconds = 60\n}\nallow_overwrite = true")},
	{what: "destroy", requests: "1 DeleteBucketCors", run: "destroy -auto-approve -refresh=false"},
}}}

var ephemeralCosts = costTable{"ephemeral", [][]cost{
	{
		{what: "`oss_presigned_url`, `oss_upload_policy`: plan and apply", config: `
ephemeral "oss_presigned_url" "get" {
  bucket = "BUCKET"
  key = "k"
}
ephemeral "oss_upload_policy" "form" {
  bucket = "BUCKET"
  key_prefix = "up/"
}`, why: "They are signed on the machine."},
	},
	{
		{what: "`oss_object`: plan and apply", starts: true, requests: "2 GetObject", config: `
ephemeral "oss_object" "get" {
  bucket = "BUCKET"
  key = "k"
}`, before: func(_ *testing.T, w *workspace) { w.oss.must(w.oss.sdk().PutObject("k", strings.NewReader("x"))) },
			why: "Terraform opens an ephemeral resource when it plans and when it applies.", tofu: "it opens what nothing uses once"},
	},
}}

// threeObjects are stored for the data sources.
func threeObjects(_ *testing.T, w *workspace) {
	for _, key := range []string{"a", "b", "c"} {
		w.oss.must(w.oss.sdk().PutObject(key, strings.NewReader("x"), oss.Meta("owner", "emma")))
	}
}

var dataCosts = costTable{"data", [][]cost{
	{
		{what: "`oss_object`", requests: "1 HeadObject", run: "plan", before: threeObjects, config: "data \"oss_object\" \"one\" {\n bucket = \"BUCKET\"\n key = \"a\"\n}\n",
			why: "GetObject with `read_body`, GetObjectAcl with `read_acl`, GetObjectTagging with `read_tags`."},
	},
	{
		{what: "`oss_objects` with 3 objects", requests: "1 ListObjectsV2", run: "plan", before: threeObjects, config: "data \"oss_objects\" \"all\" {\n bucket = \"BUCKET\"\n}\n",
			why: "1 for each 1,000 objects."},
	},
	{
		{what: "`oss_objects` with 3 objects and `read_metadata`", requests: "1 ListObjectsV2, 3 HeadObject", run: "plan", before: threeObjects, config: "data \"oss_objects\" \"all\" {\n bucket = \"BUCKET\"\n read_metadata = true\n}\n",
			why: "1 HeadObject for each object."},
	},
	{
		{what: "`oss_metadata_violations` with 3 objects", requests: "1 ListObjectsV2, 3 HeadObject", run: "plan", before: threeObjects,
			config: "data \"oss_metadata_violations\" \"all\" {\n bucket = \"BUCKET\"\n metadata_policy = [{ name = \"ownership\", metadata = { owner = { required = true } } }]\n}\n",
			why:    "1 list for each 1,000 objects, 1 HeadObject for each object, and GetObjectAcl or GetObjectTagging where a rule asks for ACL or tags."},
	},
	{
		{what: "`oss_bucket_cors`, `oss_cors_preflight`", requests: "1 GetBucketCors, 1 OptionObject", run: "plan", before: func(_ *testing.T, w *workspace) {
			w.oss.must(w.oss.sdk().Client.SetBucketCORS(w.oss.bucket, []oss.CORSRule{{AllowedOrigin: []string{"*"}, AllowedMethod: []string{"GET"}}}))
		}, config: "data \"oss_bucket_cors\" \"rules\" {\n bucket = \"BUCKET\"\n}\ndata \"oss_cors_preflight\" \"asked\" {\n bucket = \"BUCKET\"\n key = \"a\"\n origin = \"https://a.example.com\"\n method = \"GET\"\n}\n"},
	},
}}
