package provider

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

func TestObjectEphemeral(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("secrets/a b.json", strings.NewReader(`{"password":"中"}`), oss.ContentType("application/json"), oss.CacheControl("no-store"),
		oss.ContentDisposition("attachment"), oss.ContentLanguage("zh"), oss.SetHeader("Expires", "0"), oss.Meta("owner", "emma")))
	o.must(o.sdk().PutObject("secrets/key.bin", strings.NewReader("\xff\x00"), oss.ContentEncoding("gzip")))
	const config = `ephemeral "oss_object" "test" {
  bucket = "BUCKET"
  key = %q
  %s
}
`
	at := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data").AtMapKey(name), check)
	}
	text := knownvalue.StringExact
	o.runEchoed(t,
		resource.TestStep{Config: o.echoed("ephemeral.oss_object.test", config, "secrets/a b.json", "max_size = 18"), ConfigStateChecks: []statecheck.StateCheck{
			at("body", text(`{"password":"中"}`)), at("body_base64", text(base64.StdEncoding.EncodeToString([]byte(`{"password":"中"}`)))),
			at("content_type", text("application/json")), at("cache_control", text("no-store")), at("content_disposition", text("attachment")),
			at("content_encoding", knownvalue.Null()), at("content_language", text("zh")), at("expires", text("0")),
			at("metadata", knownvalue.MapExact(map[string]knownvalue.Check{"owner": text("emma")})), at("size", knownvalue.Int64Exact(18)),
			at("etag", text(strings.ToUpper(md5Of(`{"password":"中"}`)))), at("version_id", knownvalue.Null()),
			at("crc64", knownvalue.NotNull()), at("last_modified", knownvalue.StringRegexp(regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`))),
		}},
		resource.TestStep{Taint: []string{"echo.test"}, Config: o.echoed("ephemeral.oss_object.test", config, "secrets/key.bin", ""), ConfigStateChecks: []statecheck.StateCheck{
			at("body", knownvalue.Null()), at("body_base64", text("/wA=")), at("content_encoding", text("gzip")), at("metadata", knownvalue.MapSizeExact(0)),
		}},
	)
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
	const config = `ephemeral "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  version_id = %q
}
`
	o.runEchoed(t, resource.TestStep{Config: o.echoed("ephemeral.oss_object.test", config, first.VersionID), ConfigStateChecks: []statecheck.StateCheck{
		statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data").AtMapKey("body"), knownvalue.StringExact("one")),
	}})
	w := o.workspace()
	w.config(config, marker)
	w.fails([]string{"OSS Object Not Found", fmt.Sprintf("Version %q of object", marker), "is a delete marker"}, "plan", "-no-color")
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
	w := o.workspace()
	w.config(`ephemeral "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
}
`)
	w.fails([]string{"OSS Object Not Found"}, "plan", "-no-color")
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
