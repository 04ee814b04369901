package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// objectWith is an oss_object with some arguments.
func objectWith(arguments string) string {
	return "resource \"oss_object\" \"test\" {\n  bucket = \"BUCKET\"\n  key = \"file.txt\"\n" + arguments + "\n}\n"
}

// Rows that README.md quotes.
const (
	headerCost  = "change of headers or metadata"
	bodyCost    = "change of the body"
	foldersCost = "plan of 1,200 files, nothing changed"
)

const emma = "\nmetadata = { owner = \"emma\" }"

var objectCosts = costTable{"oss_object", [][]cost{
	{
		{what: "create", starts: true, requests: "1 GetBucketVersioning, 1 PutObject", sent: "the body", bytes: 5, config: objectWith(`content = "hello"`),
			why: "GetBucketVersioning once for each bucket and run: OSS ignores the header that forbids overwriting in a bucket that is or was versioned. There, and where the call is denied, HeadObject goes first. With `allow_overwrite` neither is sent."},
		{what: "plan, nothing changed", requests: "1 HeadObject", run: "plan -detailed-exitcode", why: "GetObjectAcl and GetObjectTagging where the state has an ACL or tags: HeadObject shows neither."},
		{run: "apply -auto-approve -refresh-only"},
		{what: headerCost, requests: "1 CopyObject, 1 GetObjectAcl", config: objectWith("content = \"hello\"" + emma),
			why: "The object is copied onto itself inside OSS. That resets the ACL, so one that is not managed is read and carried over. HeadObject first with `content_wo`, for the ETag that is not in the state, and after a creation that no refresh has followed. Where OSS refuses the condition of the copy, 1 HeadObject, and 1 CopyObject if nothing is lost by it."},
		{what: "the same bytes from another argument", config: objectWith("content_base64 = \"aGVsbG8=\"" + emma)},
		{what: "the same bytes from a file", config: objectWith("source = \"same.txt\"" + emma),
			before: func(_ *testing.T, w *workspace) { w.write("same.txt", "hello") }},
		{what: "`allow_overwrite` or `deletion_policy` alone", config: objectWith("source = \"same.txt\"\nallow_overwrite = true" + emma)},
		{config: objectWith("source = \"same.txt\"" + emma)},
		{what: bodyCost, requests: "1 HeadObject, 1 PutObject, 1 GetObjectAcl", sent: "the body", bytes: 6, config: objectWith("content = \"hello!\"" + emma),
			why: "OSS takes no condition on PutObject, so HeadObject guards against a body that somebody replaced since the plan. PutObject resets ACL and tags: those that are not managed are read and carried over, tags where HeadObject counts any."},
		{what: "change of the body of an object with tags that are not managed", requests: "1 HeadObject, 1 PutObject, 1 GetObjectAcl, 1 GetObjectTagging", sent: "the body", bytes: 2, config: objectWith("content = \"hi\"" + emma),
			before: func(_ *testing.T, w *workspace) {
				w.oss.must(w.oss.sdk().PutObjectTagging("file.txt", tagging("team", "web")))
			}},
		{what: "destroy", requests: "1 DeleteObject", run: "destroy -auto-approve -refresh=false",
			why: "With `allow_overwrite` HeadObject first, so that an object that `create_before_destroy` has put there since is not deleted."},
	},
	{
		{config: objectWith("content = \"hello\"\nacl = \"private\"\ntags = { a = \"b\" }")},
		{what: "plan with managed `acl` and `tags`, nothing changed", requests: "1 HeadObject, 1 GetObjectAcl, 1 GetObjectTagging", run: "plan -detailed-exitcode"},
		{run: "apply -auto-approve -refresh-only"},
		{what: "change of headers or metadata with a managed `acl`", requests: "1 CopyObject", config: objectWith("content = \"hello\"\nacl = \"private\"\ntags = { a = \"b\" }" + emma)},
		{what: "change of the ACL alone", requests: "1 PutObjectACL", config: objectWith("content = \"hello\"\nacl = \"public-read\"\ntags = { a = \"b\" }" + emma)},
		{what: "change of the tags alone", requests: "1 PutObjectTagging", config: objectWith("content = \"hello\"\nacl = \"public-read\"\ntags = { a = \"c\" }" + emma)},
		{what: "change of the storage class or the encryption", requests: "1 CopyObject", config: objectWith("content = \"hello\"\nacl = \"public-read\"\ntags = { a = \"c\" }\nstorage_class = \"IA\"" + emma),
			why: "GetObjectAcl and GetObjectTagging where they are not managed. An object over 1 GB is copied by parts."},
	},
	{
		{what: "create, where the same object is there already", requests: "1 GetBucketVersioning, 1 PutObject, 1 HeadObject", sent: "the body", bytes: 5, config: objectWith(`content = "hello"`),
			before: func(_ *testing.T, w *workspace) {
				w.oss.must(w.oss.sdk().PutObject("file.txt", strings.NewReader("hello"), oss.ContentType("text/plain")))
			},
			why: "OSS refuses the PutObject, and HeadObject shows that the object is what is planned: it is taken as it is. GetObjectAcl and GetObjectTagging where they are managed. With a callback it is uploaded over itself, as for a change of the body."},
	},
	{
		{what: "take-over without a body (`allow_overwrite`)", requests: "1 HeadObject, 1 CopyObject, 1 GetObjectAcl", config: objectWith("allow_overwrite = true" + emma),
			before: func(_ *testing.T, w *workspace) {
				w.oss.must(w.oss.sdk().PutObject("file.txt", strings.NewReader("hello")))
			},
			why: "No GetObjectAcl where `acl` is managed."},
	},
	{
		{what: "import", requests: "1 HeadObject", config: objectWith(`content = "hello"`), run: "import oss_object.test BUCKET/file.txt",
			before: func(_ *testing.T, w *workspace) {
				w.oss.must(w.oss.sdk().PutObject("file.txt", strings.NewReader("hello"), oss.ObjectACL(oss.ACLPrivate), oss.SetTagging(tagging("a", "b"))))
			},
			why: "ACL and tags are left open: nobody has asked for them."},
		{what: "`acl` and `tags` of an imported object become managed, and are right", starts: true, requests: "2 GetObjectAcl, 2 GetObjectTagging", config: objectWith("content = \"hello\"\nacl = \"private\"\ntags = { a = \"b\" }"),
			why: "1 each whenever Terraform plans, which it does once more while applying: nothing is written where they are right, and where they are not the plan says what goes."},
	},
	{
		{what: "create with a body of 64 MiB", requests: "1 GetBucketVersioning, 1 InitiateMultipartUpload, 4 UploadPart, 1 CompleteMultipartUpload, 1 ListMultipartUploads", sent: "the body", bytes: 64 << 20,
			config: objectWith(`source = "large.bin"`), before: func(t *testing.T, w *workspace) {
				t.Helper()
				file := filepath.Join(w.dir, "large.bin")
				w.write("large.bin", "")
				if err := os.Truncate(file, 64<<20); err != nil {
					t.Fatal(err)
				}
			},
			why: "From 64 MiB on, a body goes in parts of 16 MiB or more. ListMultipartUploads finds what a killed run left of the same key, so that it is named; 1 more where the answer to the beginning was lost."},
	},
	{
		{what: "create from `copy_source`", starts: true, requests: "3 HeadObject, 1 GetBucketVersioning, 1 CopyObject", config: objectWith("copy_source {\n bucket = \"BUCKET\"\n key = \"from.txt\"\n }"),
			before: func(_ *testing.T, w *workspace) {
				w.oss.must(w.oss.sdk().PutObject("from.txt", strings.NewReader("hello")))
			},
			why: "HeadObject of the source whenever Terraform plans, which it does once more while applying, to notice that the source changed, and once before the copy."},
	},
	{
		{config: objectWith("content = \"one\"\ndeletion_policy = \"delete_all_versions\""), before: func(_ *testing.T, w *workspace) {
			w.oss.must(w.oss.sdk().Client.SetBucketVersioning(w.oss.bucket, oss.VersioningConfig{Status: "Enabled"}))
		}},
		{config: objectWith("content = \"two\"\ndeletion_policy = \"delete_all_versions\"")},
		{what: "destroy of two versions (`delete_all_versions`)", requests: "1 ListObjectVersions, 2 DeleteObject", run: "destroy -auto-approve -refresh=false",
			why: "1 DeleteObject for each version."},
	},
}}
