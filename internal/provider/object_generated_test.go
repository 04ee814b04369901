package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// oddObject is an object whose names and values are hard to write in HCL.
var aTime = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

type oddObject struct {
	key     string
	options []oss.Option
}

var oddObjects = []oddObject{
	{"plain.txt", nil},
	{"目录/文件 名.txt", []oss.Option{oss.ContentType("text/plain; charset=utf-8"), oss.Meta("owner", "emma")}},
	{`a ${b} %{if} "c" \d.txt`, []oss.Option{oss.ContentDisposition(`attachment; filename="r ${x} %{y} \"z\".pdf"`)}},
	{"names/quoted", []oss.Option{oss.Meta("9-lives", "yes"), oss.Meta("for", "in"), oss.Meta("null", "true"), oss.Meta("a-b-c", "${var.x} %{ for } $${y} \"q\" \\n <&>")}},
	{"headers", []oss.Option{oss.CacheControl("public, max-age=60"), oss.ContentEncoding("gzip"), oss.ContentLanguage("zh-CN, en"), oss.Expires(aTime), oss.ContentType("application/x-Foreign+json")}},
	{"odd/expires", []oss.Option{oss.SetHeader("Expires", "0")}},
	{"folder/", nil},
	{"settings", []oss.Option{oss.ObjectACL(oss.ACLPublicRead), oss.ObjectStorageClass(oss.StorageIA), oss.ServerSideEncryption("AES256"), oss.SetTagging(tagging("team", "web"))}},
	{"archived", []oss.Option{oss.ObjectStorageClass(oss.StorageArchive)}},
	{"linked", nil},
}

func (o *testOSS) putOddObjects() {
	o.t.Helper()
	for _, odd := range oddObjects {
		if odd.key == "linked" {
			o.must(o.sdk().PutSymlink(odd.key, "plain.txt"))
			continue
		}
		o.must(o.sdk().PutObject(odd.key, strings.NewReader("body of "+odd.key), odd.options...))
	}
}

// unmanagedSettings are the arguments that an import leaves open.
var unmanagedSettings = []string{"acl", "tags", "storage_class", "server_side_encryption", "server_side_encryption_key_id", "server_side_data_encryption"}

// expectUnmanaged stops the test if generated configuration sets what nobody has asked for.
func (w *workspace) expectUnmanaged(generated string) {
	w.t.Helper()
	for line := range strings.Lines(generated) {
		name, value, assigned := strings.Cut(strings.TrimSpace(line), "=")
		for _, setting := range unmanagedSettings {
			if assigned && strings.TrimSpace(name) == setting && strings.TrimSpace(value) != "null" {
				w.t.Errorf("generated: %s", line)
			}
		}
	}
}

// hclString is a text as HCL has it in quotes.
func hclString(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", s))
}

// Configuration that Terraform generates for imported objects applies as it is, and plans nothing after it: whatever their
// names and values are, and without managing what nobody asked for.
func TestGeneratedConfiguration(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.putOddObjects()
	foreignCORS(o, corsDocument(corsRuleTwo))
	w := o.workspace()
	var imports strings.Builder
	for i, odd := range oddObjects {
		fmt.Fprintf(&imports, "import {\n  provider = oss\n  to = oss_object.object_%d\n  id = %s\n}\n", i, hclString(o.bucket+"/"+odd.key))
	}
	imports.WriteString("import {\n  provider = oss\n  to = oss_bucket_cors.rules\n  id = \"BUCKET\"\n}\n")
	w.config("")
	w.write("imports.tf", strings.ReplaceAll(imports.String(), "BUCKET", o.bucket))
	o.local().ResetRecords()
	w.must("plan", "-generate-config-out=generated.tf", "-out=plan.bin", "-no-color")
	w.expectUnmanaged(w.read("generated.tf"))
	if out := w.must("apply", "-no-color", "plan.bin"); !strings.Contains(out, fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(oddObjects)+1)) {
		t.Errorf("applied:\n%s", out)
	}
	if got := o.requests(); got != fmt.Sprintf("GetBucketCors:1 HeadObject:%d", len(oddObjects)) {
		t.Errorf("taken over by %q", got)
	}
	w.setAside("imports.tf")
	// Not managed: somebody else's change is not drift. Managed: a header is. Of all objects nothing else is planned.
	o.must(o.sdk().SetObjectACL("settings", oss.ACLPrivate))
	o.must(o.sdk().SetObjectMeta("plain.txt", oss.CacheControl("no-store")))
	if got := w.plan(); len(got) != 1 || !sameNames(got["oss_object.object_0"].attributes, []string{"cache_control", "version_id"}) {
		t.Errorf("plan %v, want the cache control of the first object to go", got)
	}
}
