package provider

import (
	"encoding/base64"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

func TestObjectEphemeral(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("secrets/a b.json", strings.NewReader(`{"password":"中"}`), oss.ContentType("application/json"), oss.CacheControl("no-store"),
		oss.ContentDisposition("attachment"), oss.ContentLanguage("zh"), oss.SetHeader("Expires", "0"), oss.Meta("owner", "emma")))
	o.must(o.sdk().PutObject("secrets/key.bin", strings.NewReader("\xff\x00"), oss.ContentEncoding("gzip")))
	w := o.workspace()
	w.config(`
ephemeral "oss_object" "text" {
  bucket   = "BUCKET"
  key      = "secrets/a b.json"
  max_size = 18
}
ephemeral "oss_object" "bytes" {
  bucket = "BUCKET"
  key    = "secrets/key.bin"
}
` + strings.ReplaceAll(handOut, "%s", "{ text = ephemeral.oss_object.text, bytes = ephemeral.oss_object.bytes }"))
	w.apply()
	var handed struct{ Text, Bytes map[string]any }
	o.handed(&handed)
	stored := o.object("secrets/a b.json")
	for name, want := range map[string]any{
		"body": `{"password":"中"}`, "body_base64": base64.StdEncoding.EncodeToString([]byte(`{"password":"中"}`)), "content_type": "application/json",
		"cache_control": "no-store", "content_disposition": "attachment", "content_encoding": nil, "content_language": "zh", "expires": "0",
		"metadata": map[string]any{"owner": "emma"}, "size": 18.0, "etag": strings.ToUpper(md5Of(`{"password":"中"}`)), "version_id": nil,
		"crc64": stored.CRC64, "last_modified": stored.LastModified.UTC().Format("2006-01-02T15:04:05Z"),
	} {
		if got, there := handed.Text[name]; !there || !reflect.DeepEqual(got, want) {
			t.Errorf("text: %s is %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]any{"body": nil, "body_base64": "/wA=", "content_encoding": "gzip", "metadata": map[string]any{}} {
		if got, there := handed.Bytes[name]; !there || !reflect.DeepEqual(got, want) {
			t.Errorf("bytes: %s is %v, want %v", name, got, want)
		}
	}
}

// One GET, when it is opened, and nothing else.
func TestObjectEphemeralRequests(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("k", strings.NewReader("x")))
	o.local().ResetRecords()
	w := o.workspace()
	w.config(`ephemeral "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
}
`)
	w.must("validate", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("validate: requests %q", got)
	}
	w.must("plan", "-no-color")
	if got := o.requests(); got != "GetObject:1" {
		t.Errorf("plan: requests %q", got)
	}
}

func TestObjectEphemeralFails(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("large", strings.NewReader(strings.Repeat("secret-", 200000))))
	o.must(o.sdk().PutObject("huge", strings.NewReader(strings.Repeat("x", 4<<20+1))))
	w := o.workspace()
	var checked, opened []refusedBlock
	for _, tc := range []struct {
		arguments string
		words     []string
	}{
		{`key = "large"`, []string{"Object Body Too Large", `"large" in bucket "test-bucket" has 1400000 bytes, and at most 1048576 are read here`, "Set max_size"}},
		{"key = \"large\"\n max_size = 5", []string{"Object Body Too Large", "at most 5 are read here", "max_size = 5"}},
		{"key = \"huge\"\n max_size = 4194304", []string{"Object Body Too Large", "at most 4194304 (4 MiB) can be read"}},
		{"key = \"large\"\n max_size = 4194305", []string{"max_size", "between 0 and 4194304"}},
		{`key = "absent"`, []string{"OSS Object Not Found", `No object "absent" in bucket "test-bucket"`, "refer here to the version_id or the etag"}},
		{"key = \"large\"\n etag = \"5D41\"", []string{"Another OSS Object Body", "does not have the ETag that etag names"}},
		{"key = \"large\"\n version_id = \"nonsense\"", []string{"version"}},
		{"bucket = \"no-such-bucket\"\n key = \"k\"", []string{"Unable to Read OSS Object", `Could not read "k" in bucket "no-such-bucket"`, "NoSuchBucket", "OSS request ID"}},
	} {
		bucket := `bucket = "BUCKET"`
		if strings.HasPrefix(tc.arguments, "bucket") {
			bucket = ""
		}
		block := "ephemeral \"oss_object\" \"test\" {\n " + bucket + "\n " + tc.arguments + "\n}\n"
		if strings.Contains(tc.arguments, "4194305") { // before anything is opened
			checked = append(checked, refusedBlock{name: tc.arguments, block: block, words: tc.words})
		} else {
			opened = append(opened, refusedBlock{name: tc.arguments, block: block, words: tc.words})
		}
	}
	w.expectRefused(checked)
	w.expectRefused(opened)
	out := w.fails(nil, "plan", "-no-color")
	if strings.Contains(out, "secret-") || strings.Contains(strings.ToLower(out), md5Of(strings.Repeat("secret-", 200000))) {
		t.Errorf("something of a body is told:\n%s", out)
	}
}

func TestObjectEphemeralOfAVersion(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().SetVersioning(o.bucket, "Enabled"))
	o.must(o.sdk().PutObject("k", strings.NewReader("one")))
	first := o.object("k")
	o.must(o.sdk().PutObject("k", strings.NewReader("two")))
	o.must(o.sdk().DeleteObject("k"))
	versions, err := o.local().Versions(o.bucket, "k")
	o.must(err)
	marker := ""
	for _, v := range versions {
		if v.DeleteMarker {
			marker = v.VersionID
		}
	}
	p := o.protocol()
	version := func(id string) map[string]tftypes.Value {
		values := maps.Clone(openable["oss_object"])
		values["version_id"] = tftypes.NewValue(tftypes.String, id)
		return values
	}
	if got := p.opened("oss_object", version(first.VersionID)); got["body"] != "one" || got["version_id"] != first.VersionID {
		t.Errorf("opened %v", got)
	}
	p.fails([]string{"OSS Object Not Found", fmt.Sprintf("Version %q of object", marker), "is a delete marker"}, func() { p.opened("oss_object", version(marker)) })
}

// A failing service is asked again, a refusal is not.
func TestObjectEphemeralRetries(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	o := startServer(t, &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "GetObject" && n.Add(1) <= 2 {
			return &ossserver.Fault{Status: 500, Code: "InternalError", Message: "no"}
		}
		return nil
	}})
	p := o.protocol()
	p.fails([]string{"OSS Object Not Found"}, func() { p.opened("oss_object", openable["oss_object"]) })
	if got := o.requests(); got != "GetObject:3" {
		t.Errorf("requests %q", got)
	}
}

// An object that the same apply writes is read after it when an argument refers to what only the write reveals.
func TestObjectEphemeralAfterItsWrite(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(`
resource "oss_object" "test" {
  bucket  = "BUCKET"
  key     = "k"
  content = "fresh"
}
ephemeral "oss_object" "test" {
  bucket = "BUCKET"
  key    = "k"
  etag   = oss_object.test.etag
}
` + strings.ReplaceAll(handOut, "%s", "{ body = ephemeral.oss_object.test.body }"))
	w.must("plan", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("the plan made requests: %q", got)
	}
	w.apply()
	var handed struct{ Body string }
	if o.handed(&handed); handed.Body != "fresh" {
		t.Errorf("read %q", handed.Body)
	}
	w.clean()
}
