package provider

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const alicloudGuide = "../../templates/guides/migrating-from-alicloud.md.tmpl"

// guideSection is the text of a part of the guide on leaving alicloud.
func guideSection(t testing.TB, heading string) string {
	t.Helper()
	page, err := os.ReadFile(alicloudGuide)
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(page), "\n"+heading+"\n")
	if !found {
		t.Fatalf("no %q in the guide", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// guideObject is what people have in their files, and what the guide has them write instead; the object is there already.
func guideObject(o *testOSS) (before, after string) {
	o.t.Helper()
	o.must(o.local().CreateBucket("example"))
	at := *o
	at.bucket = "example"
	o.must(at.sdk().PutObject("app.js", strings.NewReader("body"), oss.ContentType("text/javascript"), oss.ObjectACL(oss.ACLPrivate),
		oss.ServerSideEncryption("KMS"), oss.ServerSideEncryptionKeyID("9468da86-3509-4f8d-a61e-6eab1eac0000")))
	dir := o.t.TempDir()
	o.must(os.WriteFile(filepath.Join(dir, "app.js"), []byte("body"), 0o600))
	section := blocks(guideSection(o.t, "## What stands in your files"))
	if len(section) != 2 {
		o.t.Fatalf("%d blocks", len(section))
	}
	here := func(b block) string { return strings.ReplaceAll(b.text, "${path.module}", filepath.ToSlash(dir)) }
	return here(section[0]), here(section[1]) + "moved {\n  from = alicloud_oss_bucket_object.app\n  to = oss_object.app\n}\n"
}

// Each argument of the other provider that is none here is in the table, and Terraform names it where it is left.
func TestAlicloudGuideNamesWhatIsRefused(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	text := guideSection(t, "## What stands in your files")
	arguments, config := []string{"etag", "content_md5", "kms_key_id", "content_length", "version_id"}, ""
	for _, argument := range arguments {
		if !strings.Contains(text, "| `"+argument) && !strings.Contains(text, ", `"+argument+"` |") {
			t.Errorf("the table does not have %s", argument)
		}
		config += "resource \"oss_object\" \"" + argument + "\" {\n  bucket = \"BUCKET\"\n  key = \"k\"\n  " + argument + " = \"x\"\n}\n"
	}
	w.config("%s", config)
	refused := w.diagnostics("plan")
	for _, argument := range arguments { // about what is not an argument Terraform names no address, and shows its line
		if !slices.ContainsFunc(refused, func(d diagnostic) bool {
			return d.Severity == "error" && strings.Contains(d.Snippet.Code, argument+" = ")
		}) {
			t.Errorf("%s is not refused: %+v", argument, refused)
		}
	}
}

// The CORS rules of the guide, moved and imported, are those that the bucket has.
func TestAlicloudGuideRules(t *testing.T) {
	t.Parallel()
	const rule = `<CORSRule><AllowedOrigin>https://www.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>` +
		`<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>`
	whole := guideSection(t, "## CORS rules")
	moving, inline, _ := strings.Cut(whole, "\n### ")
	for name, text := range map[string]string{"moved": blocks(moving)[0].text, "inline": blocks(inline)[1].text} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("example"))
			o.bucket = "example"
			foreignCORS(o, corsDocument(rule))
			w := o.workspace()
			if name == "moved" { // the move itself is TestMoveFromAlicloud's
				_, resource, _ := strings.Cut(text, "}\n")
				text = "import {\n  to = oss_bucket_cors.site\n  id = \"example\"\n}\n" + resource
			}
			w.config(text)
			o.local().ResetRecords()
			if out := w.apply(); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
				t.Errorf("applied:\n%s", out)
			}
			if got := o.requests(); got != "GetBucketCors:1" {
				t.Errorf("requests %q", got)
			}
			w.clean()
		})
	}
}
