package provider

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// everything has every attribute that HEAD shows.
func everything(o *testOSS) {
	o.t.Helper()
	o.must(o.sdk().PutObject("a/b c+中.txt", strings.NewReader("hello\n"),
		oss.ContentType("text/plain; charset=utf-8"), oss.CacheControl("no-cache"), oss.ContentDisposition("inline"), oss.ContentEncoding("identity"),
		oss.ContentLanguage("de"), oss.SetHeader("Expires", "never"), oss.Meta("owner", "艾玛"), oss.Meta("made-by", "hand"),
		oss.ObjectStorageClass(oss.StorageIA), oss.ServerSideEncryption("KMS"), oss.ServerSideEncryptionKeyID("kid"), oss.ServerSideDataEncryption("SM4"),
		oss.SetTagging(tagging("team", "web")), oss.ObjectACL(oss.ACLPublicRead)))
}

func TestObjectDataSourceShowsEverything(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	everything(o)
	stored := o.object("a/b c+中.txt")
	w := o.workspace()
	w.config(`
data "oss_object" "test" {
  bucket    = "BUCKET"
  key       = "a/b c+中.txt"
  read_body = true
  read_acl  = true
  read_tags = true
}
output "test" { value = data.oss_object.test }
`)
	o.local().ResetRecords()
	got, _ := w.outputs()["test"].(map[string]any)
	want := map[string]any{
		"id": o.bucket + "/a/b c+中.txt", "bucket": o.bucket, "key": "a/b c+中.txt", "version_id": nil, "read_body": true, "read_body_base64": nil, "body_base64": nil, "read_acl": true, "read_tags": true,
		"body": "hello\n", "acl": "public-read", "tags": map[string]any{"team": "web"}, "tag_count": 1.0,
		"content_type": "text/plain; charset=utf-8", "cache_control": "no-cache", "content_disposition": "inline", "content_encoding": "identity",
		"content_language": "de", "expires": "never", "metadata": map[string]any{"owner": "艾玛", "made-by": "hand"},
		"etag": stored.ETag, "crc64": stored.CRC64, "size": 6.0, "storage_class": "IA", "server_side_encryption": "KMS",
		"server_side_encryption_key_id": "kid", "server_side_data_encryption": "SM4", "object_type": "Normal",
		"last_modified": stored.LastModified.UTC().Format("2006-01-02T15:04:05Z"), "timeouts": nil,
	}
	for name := range want {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s is %v, want %v", name, got[name], want[name])
		}
	}
	for name := range got {
		if _, expected := want[name]; !expected {
			t.Errorf("attribute %s is not tested", name)
		}
	}
	// An apply reads a data source once.
	if got := o.requests(); got != "GetObject:1 GetObjectAcl:1 GetObjectTagging:1 HeadObject:1" {
		t.Errorf("requests %q", got)
	}
}

// What is not asked for costs nothing and is null; what the object lacks is null, but a set without elements is empty.
func TestObjectDataSourceOfABareObject(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("k", strings.NewReader("")))
	p := o.protocol()
	o.local().ResetRecords()
	got := p.data("oss_object", map[string]any{"bucket": o.bucket, "key": "k"})
	for name, want := range map[string]any{
		"body": nil, "acl": nil, "tags": nil, "tag_count": 0.0, "cache_control": nil, "content_disposition": nil, "expires": nil, "metadata": map[string]any{},
		"size": 0.0, "crc64": "0", "server_side_encryption": nil, "version_id": nil, "content_type": "application/octet-stream", "storage_class": "Standard",
	} {
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if got := o.requests(); got != "HeadObject:1" {
		t.Errorf("requests %q", got)
	}
}

func TestObjectDataSourceOfVersions(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().SetVersioning(o.bucket, "Enabled"))
	for _, body := range []string{"one", "two"} {
		o.must(o.sdk().PutObject("k", strings.NewReader(body), oss.SetTagging(tagging("body", body))))
	}
	o.must(o.sdk().DeleteObject("k"))
	o.must(o.sdk().PutObject("k", strings.NewReader("three"), oss.ObjectACL(oss.ACLPrivate)))
	versions, err := o.local().Versions(o.bucket, "k") // newest first: three, marker, two, one
	o.must(err)
	o.must(o.sdk().PutObject("gone", strings.NewReader("x")))
	o.must(o.sdk().DeleteObject("gone"))
	p := o.protocol()
	config := func(key string, version any) map[string]any {
		return map[string]any{"bucket": o.bucket, "key": key, "read_body": true, "read_tags": true, "read_acl": true, "version_id": version}
	}
	if got := p.data("oss_object", config("k", nil)); got["body"] != "three" || got["version_id"] != versions[0].VersionID || got["acl"] != "private" {
		t.Errorf("current: %v", got)
	}
	if got := p.data("oss_object", config("k", versions[3].VersionID)); got["body"] != "one" || got["version_id"] != versions[3].VersionID ||
		!reflect.DeepEqual(got["tags"], map[string]any{"body": "one"}) || got["acl"] != "default" {
		t.Errorf("oldest: %v", got)
	}
	const absent = "CAEQNRiBgIDMh4mD0BYiIDUzNDA4OGNmZjBjYTQ0YmI4Y2I4ZmVlYzJlNGVk"
	expectTold(t, p.readData("oss_object", config("k", versions[1].VersionID)), "OSS Object Not Found", "is a delete marker", "version_id")
	expectTold(t, p.readData("oss_object", config("k", absent)), "OSS Object Not Found", `No version "CAEQ`, `of object "k" in bucket "`+o.bucket+`"`)
	expectTold(t, p.readData("oss_object", config("gone", nil)), "OSS Object Not Found", `No object "gone" in bucket`)
}

func TestObjectDataSourceRefusesBodies(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(strings.Repeat("text ", 1000))); err != nil {
		t.Fatal(err)
	}
	o.must(z.Close())
	text := strings.Repeat("0123456789abcdef", maxReadBody/16)
	o.must(o.sdk().PutObject("inside.txt", strings.NewReader(text), oss.ContentType("text/plain"))) // OSS would compress it for a client that takes gzip
	o.must(o.sdk().PutObject("outside.txt", strings.NewReader(text+"x")))
	o.must(o.sdk().PutObject("binary", bytes.NewReader([]byte{0xff, 0xfe, 0})))
	o.must(o.sdk().PutObject("zipped.txt", bytes.NewReader(zipped.Bytes()), oss.ContentType("text/plain"), oss.ContentEncoding("gzip")))
	p := o.protocol()
	config := func(key string) map[string]any {
		return map[string]any{"bucket": o.bucket, "key": key, "read_body": true}
	}
	if got := p.data("oss_object", config("inside.txt"))["body"]; got != text {
		t.Errorf("got another body than that of %d bytes", len(text))
	}
	o.local().ResetRecords()
	for key, words := range map[string][]string{
		"outside.txt": {"Object Body Too Large", "1048577 bytes", "1 MiB", "read_body"},
		"binary":      {"Object Body Is Not Text", "not UTF-8", "write read_body_base64 in its place"},
		"zipped.txt":  {"Object Body Is Not Text", `content encoding "gzip", which is not undone`},
	} {
		expectTold(t, p.readData("oss_object", config(key)), words...)
	}
	if got := o.requestsFor("outside.txt"); got != "HeadObject:1" {
		t.Errorf("a body that is too large was asked for: %q", got)
	}
}

// Any bytes are read as base64, by the same request as text; the limit is that of the stored body.
func TestObjectDataSourceReadsBytes(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	binary := string([]byte{0xff, 0xfe, 0}) + "e\u0301"
	o.must(o.sdk().PutObject(o.key("binary"), strings.NewReader(binary)))
	o.must(o.sdk().PutObject(o.key("text"), strings.NewReader("e\u0301")))
	o.must(o.sdk().PutObject(o.key("empty"), strings.NewReader("")))
	o.must(o.sdk().PutObject(o.key("inside"), strings.NewReader(strings.Repeat("\xff", maxReadBody))))
	o.must(o.sdk().PutObject(o.key("outside"), strings.NewReader(strings.Repeat("\xff", maxReadBody+1))))
	const bytes, both = "read_body_base64 = true", "read_body_base64 = true\n read_body = true"
	cases := []struct {
		key, arguments string
		want           []any
	}{
		{"binary", bytes, []any{nil, base64.StdEncoding.EncodeToString([]byte(binary))}},
		{"text", both, []any{"\u00e9", base64.StdEncoding.EncodeToString([]byte("e\u0301"))}},
		{"text", "read_body_base64 = false", []any{nil, nil}},
		{"empty", both, []any{"", ""}},
		{"inside", bytes, []any{nil, strings.Repeat("/", 16)}},
	}
	read := func(i int, key, arguments string) string {
		return strings.NewReplacer("NAME", fmt.Sprintf("test_%d", i), "KEY", key, "ARGUMENTS", arguments).Replace(`data "oss_object" "NAME" {
  bucket = "BUCKET"
  key = "PREFIXKEY"
  ARGUMENTS
}
output "NAME" {
  value = [data.oss_object.NAME.body, data.oss_object.NAME.body_base64 == null ? null : substr(data.oss_object.NAME.body_base64, 0, 16)]
}
`)
	}
	text := ""
	for i, tc := range cases {
		text += read(i, tc.key, tc.arguments)
	}
	w := o.workspace()
	w.config("%s", text)
	outputs := w.outputs()
	for i, tc := range cases {
		if got := outputs[fmt.Sprintf("test_%d", i)]; !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s, %s: got %q, want %q", tc.key, tc.arguments, got, tc.want)
		}
	}
	p := o.protocol()
	for key, words := range map[string][]string{
		"outside": {"Object Body Too Large", "1048577 bytes", "Remove read_body_base64"},
		"binary":  {"Object Body Is Not Text", "read_body_base64"},
	} {
		expectTold(t, p.readData("oss_object", map[string]any{"bucket": o.bucket, "key": o.key(key), "read_body_base64": true, "read_body": key == "binary"}), words...)
	}
}

// The Content-Disposition that the endpoint puts over the object's is not the object's.
func TestObjectDataSourceOfAForcedDownload(t *testing.T) {
	t.Parallel()
	server := newServer()
	server.ForceDownload = true
	o := startServer(t, server)
	o.must(o.sdk().PutObject("a.html", strings.NewReader("x"), oss.ContentType("text/html"), oss.ContentDisposition("inline")))
	o.must(o.sdk().PutObject("a.txt", strings.NewReader("x"), oss.ContentType("text/plain"), oss.ContentDisposition("inline")))
	p := o.protocol()
	for key, want := range map[string]any{"a.html": nil, "a.txt": "inline"} {
		if got := p.data("oss_object", map[string]any{"bucket": o.bucket, "key": key})["content_disposition"]; got != want {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
}

func TestObjectDataSourceInput(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	block := func(arguments string) string { return "data \"oss_object\" \"test\" {\n " + arguments + "\n}\n" }
	w.expectRefused([]refusedBlock{
		{name: "bucket", block: block("bucket = \"B\"\n key = \"k\""), words: []string{"Invalid Bucket Name"}},
		{name: "key", block: block("bucket = \"BUCKET\"\n key = \"/k\""), words: []string{"Invalid Object Key"}},
		{name: "version", block: block(`bucket = "BUCKET"
  key = "k"
  version_id = ""`), words: []string{"version_id", "Empty String"}},
		{name: "time limit", block: block(`bucket = "BUCKET"
  key = "k"
  timeouts { read = 5 }`), words: []string{"read", "Invalid Time Limit"}},
	})
	// Terraform finds this by itself, before all else.
	w.config("%s", block(`bucket = "BUCKET"
  key = "k"
  read_content = "yes"`))
	w.fails([]string{"Unsupported argument"}, "plan", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("wrong input cost requests: %q", got)
	}
	w.expectRefused([]refusedBlock{
		{name: "no bucket", block: block("bucket = \"no-such-bucket\"\n key = \"k\""), words: []string{"Unable to Read OSS Object", "NoSuchBucket", "spelling of the bucket"}},
		{name: "no object", block: block("bucket = \"BUCKET\"\n key = \"K\""), words: []string{"OSS Object Not Found", `No object "K" in bucket "` + o.bucket + `". Keys are case-sensitive.`}},
	})
}

// configWithFewRetries is config for tests whose calls fail for good.
func (w *workspace) configWithFewRetries(body string) {
	w.t.Helper()
	w.write("main.tf", requiredProvider+strings.Replace(w.oss.config(body), `provider "oss" {`, "provider \"oss\" {\n  max_retries = 1", 1))
}

// Every call of the data source fails in every way, with words; what passes is not seen. TestFailuresInARun has Terraform show
// one of them.
func TestObjectDataSourceFailures(t *testing.T) {
	t.Parallel()
	for operation, doing := range map[string]string{
		"HeadObject": `look at "k"`, "GetObject": `read the body of "k"`, "GetObjectAcl": `read the ACL of "k"`, "GetObjectTagging": `read the tags of "k"`,
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			o, f := startFaulty(t)
			o.must(o.sdk().PutObject("k", strings.NewReader("text")))
			p := o.protocolWithFewRetries()
			read := func() {
				p.data("oss_object", map[string]any{"bucket": o.bucket, "key": "k", "read_body": true, "read_acl": true, "read_tags": true})
			}
			for _, failure := range failures {
				f.arm(operation, failure.fault, -1)
				p.fails(append([]string{"Unable to Read OSS Object", "Could not " + doing}, failure.wordsFor(t, operation)...), read)
			}
			for _, fault := range []ossserver.Fault{{Status: 500, Code: "InternalError", Message: "oops"}, {Cut: ossserver.CutBefore}, {Cut: ossserver.CutAfter}} {
				f.arm(operation, fault, 1)
				read()
				if f.left.Load() != 0 {
					t.Errorf("%+v did not strike", fault)
				}
			}
		})
	}
}

func TestObjectDataSourceReplacedWhileRead(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	o.must(o.sdk().PutObject("k", strings.NewReader("text")))
	f.arm("GetObject", ossserver.Fault{Status: 412, Code: "PreconditionFailed", Message: "changed"}, -1)
	told := o.protocol().readData("oss_object", map[string]any{"bucket": o.bucket, "key": "k", "read_body": true})
	expectTold(t, told, "OSS Object Changed While It Was Read", "Run again")
}
