package provider

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A URL for each method, and each does what it says. None of them costs a request of Terraform's.
func TestPresignedURL(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	receiver := plainReceiver(t)
	w := o.workspace()
	w.config(`
ephemeral "oss_presigned_url" "put" {
  bucket       = "BUCKET"
  key          = "目录/a b+c.svg"
  method       = "PUT"
  expires_in   = 604800
  metadata     = { owner = "alice", place = "北京" }
  request_headers = {
    "Cache-Control"    = "no-cache"
    "Content-Length"   = "5"
    "x-oss-object-acl" = "private"
  }
  callback {
    urls      = [%q]
    body      = "object=$${object}&by=$${x:by}"
    variables = { by = "emma" }
  }
}
ephemeral "oss_presigned_url" "get" {
  bucket = "BUCKET"
  key    = "目录/a b+c.svg"
  response_content_type        = "application/pdf"
  response_cache_control       = "no-store"
  response_content_disposition = provider::oss::content_disposition("attachment", "年度 报告+1.pdf")
  response_content_encoding    = "identity"
  response_content_language    = "zh-CN"
  response_expires             = "Wed, 21 Oct 2026 07:28:00 GMT"
}
ephemeral "oss_presigned_url" "head" {
  bucket = "BUCKET"
  key    = "目录/a b+c.svg"
  method = "HEAD"
}
ephemeral "oss_presigned_url" "delete" {
  bucket     = "BUCKET"
  key        = "目录/a b+c.svg"
  method     = "DELETE"
  version_id = "null"
}
locals {
  signed = { put = ephemeral.oss_presigned_url.put, get = ephemeral.oss_presigned_url.get, head = ephemeral.oss_presigned_url.head, delete = ephemeral.oss_presigned_url.delete }
}
`+strings.ReplaceAll(handOut, "%s", "{ for name, s in local.signed : name => { url = s.url, headers = s.headers, until = s.expires_at } }"), receiver.URL)
	w.must("plan", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("the plan made requests: %q", got)
	}
	w.apply()
	if got := o.requests(); got != "GetBucketVersioning:1 PutObject:1" { // of the object that hands out
		t.Errorf("the apply made requests: %q", got)
	}
	var signed map[string]struct {
		URL, Until string
		Headers    map[string]string
	}
	o.handed(&signed)
	put := signed["put"]
	if put.Headers["Content-Type"] != "image/svg+xml" || put.Headers["x-oss-meta-place"] != "北京" || put.Headers["Cache-Control"] != "no-cache" || len(put.Headers) != 6 {
		t.Errorf("headers to send along %v", put.Headers)
	}
	for name, seconds := range map[string]int{"put": 604800, "get": 3600} {
		u, err := url.Parse(signed[name].URL)
		o.must(err)
		began, err := time.Parse("20060102T150405Z", u.Query().Get("x-oss-date"))
		o.must(err)
		until, err := time.Parse(time.RFC3339, signed[name].Until)
		o.must(err)
		if want := began.Add(time.Duration(seconds) * time.Second); !until.Equal(want) {
			t.Errorf("%s is good until %s, want %s", name, until, want)
		}
	}
	if got := browse(t, "PUT", put.URL, put.Headers, "hello"); got.status != 200 {
		t.Fatalf("put: %+v", got)
	}
	if got := receiver.bodies(); len(got) != 1 || got[0] != "object=%E7%9B%AE%E5%BD%95%2Fa%20b%2Bc.svg&by=emma" {
		t.Errorf("the callback got %q", got)
	}
	if stored := o.object("目录/a b+c.svg"); stored.ContentType != "image/svg+xml" || stored.Metadata["place"] != "北京" || stored.Metadata["owner"] != "alice" || stored.CacheControl != "no-cache" || stored.ACL != "private" {
		t.Errorf("stored %+v", stored)
	}
	get := browse(t, "GET", signed["get"].URL, signed["get"].Headers, "")
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Cache-Control": "no-store", "Content-Encoding": "identity", "Content-Language": "zh-CN", "Expires": "Wed, 21 Oct 2026 07:28:00 GMT",
		"Content-Disposition": `attachment; filename="__ __+1.pdf"; filename*=UTF-8''%E5%B9%B4%E5%BA%A6%20%E6%8A%A5%E5%91%8A%2B1.pdf`,
	} {
		if got := get.header.Get(name); get.status != 200 || get.body != "hello" || got != want {
			t.Errorf("get: %d %q, %s %q, want %q", get.status, get.body, name, got, want)
		}
	}
	if got := browse(t, "HEAD", signed["head"].URL, nil, ""); got.status != 200 || got.header.Get("X-Oss-Meta-Owner") != "alice" {
		t.Errorf("head: %+v", got)
	}
	if got := browse(t, "DELETE", signed["delete"].URL, nil, ""); got.status != 204 {
		t.Errorf("delete: %+v", got)
	}
}

// What the URL is bound to is shown by the attributes, with a custom domain's host and a temporary key too.
func TestPresignedURLOfACustomDomain(t *testing.T) {
	t.Parallel()
	p := startOSS(t).protocol()
	p.configureWith(map[string]any{
		"endpoint": "https://static.example.com", "region": testRegion, "use_cname": true,
		"access_key_id": testKeyID, "access_key_secret": testSecret, "security_token": "the-token",
	})
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	got := p.opened("oss_presigned_url", map[string]tftypes.Value{"bucket": text("test-bucket"), "key": text("a/b.txt"), "version_id": text("v1")})
	for name, want := range map[string]string{
		"url": `^https://static\.example\.com/a/b\.txt\?versionId=v1&x-oss-credential=test-key-id%2F\d{8}%2Fcn-hangzhou%2Foss%2Faliyun_v4_request` +
			`&x-oss-date=\d{8}T\d{6}Z&x-oss-expires=3600&x-oss-security-token=the-token&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=[0-9a-f]{64}$`,
		"expires_at": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`,
	} {
		if is, _ := got[name].(string); !regexp.MustCompile(want).MatchString(is) {
			t.Errorf("%s is %q", name, is)
		}
	}
	if headers, ok := got["headers"].(map[string]any); !ok || len(headers) != 0 || got["method"] != nil {
		t.Errorf("headers %v, method %v", got["headers"], got["method"])
	}
}

func TestPresignedURLRefusesAtValidate(t *testing.T) {
	t.Parallel()
	w := startOSS(t).workspace()
	var blocks []refusedBlock
	for _, tc := range []struct {
		arguments string
		words     []string
	}{
		{`expires_in = 0`, []string{"expires_in", "between 1 and 604800"}},
		{`expires_in = 604801`, []string{"expires_in", "between 1 and 604800"}},
		{`method = "POST"`, []string{"method", `"GET" "HEAD" "PUT" "DELETE"`}},
		{`content_type = "text/plain"`, []string{"Invalid Attribute Combination", "content_type goes with the method PUT, and the method here is GET"}},
		{`metadata = { a = "b" }`, []string{"metadata goes with the method PUT"}},
		{`method = "HEAD"
  callback {
    urls = ["https://a.example.com"]
    body = "a=b"
    sni = true
  }`, []string{"callback goes with the method PUT"}},
		{"method = \"PUT\"\n response_content_type = \"text/plain\"", []string{"response_content_type goes with the method GET"}},
		{"method = \"PUT\"\n version_id = \"v1\"", []string{"version_id goes with the method GET"}},
		{"method = \"PUT\"\n metadata = { Owner = \"b\" }", []string{"Invalid Metadata Key", `write "owner"`}},
		{"method = \"PUT\"\n metadata = { owner = null }", []string{"Null Metadata Value"}},
		{`method = "PUT"
  callback {
    urls = ["ftp://a.example.com"]
    body = "a=b"
  }`, []string{"Invalid Callback URL"}},
		{`method = "PUT"
  callback {
    urls = [null]
    body = "a=b"
  }`, []string{"Null Callback URL"}},
		{`request_headers = { Content-Type = "text/plain" }`, []string{"Invalid Request Header", "argument of its own"}},
		{`request_headers = { "x-oss-meta-owner" = terraform_data.later.id }`, []string{"Invalid Request Header", "entry of metadata"}},
		{`request_headers = { Range = null }`, []string{"Null Request Header", "Leave the header out"}},
		{`request_headers = { "Cache-Control" = "" }`, []string{"Invalid Cache-Control Header"}},
		{`response_expires = " "`, []string{"Invalid Expires Header"}},
		{`key = "/k"`, []string{"Invalid Object Key"}},
	} {
		key := "key = \"k\"\n"
		if strings.HasPrefix(tc.arguments, "key") {
			key = ""
		}
		blocks = append(blocks, refusedBlock{name: tc.arguments, block: `ephemeral "oss_presigned_url" "test" {
  bucket = "BUCKET"
  ` + key + tc.arguments + "\n}", words: tc.words})
	}
	w.write("later.tf", `resource "terraform_data" "later" {}`)
	w.expectRefused(blocks)
}

// A team's policy is held against an upload by URL at plan.
func TestPresignedURLAgainstAPolicy(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	config := func(blocks ...string) {
		text := ""
		for i, arguments := range blocks {
			text += fmt.Sprintf("ephemeral \"oss_presigned_url\" \"test_%d\" {\n bucket = \"BUCKET\"\n key = \"up/a.png\"\n%s\n}\n", i, arguments)
		}
		w.config("%s", text)
		w.write("main.tf", strings.Replace(w.read("main.tf"), `provider "oss" {`, "provider \"oss\" {\n"+teamRules, 1))
	}
	config(`method = "PUT"`, `method = "PUT"
  metadata = { owner = "zoe" }
  request_headers = { cache-control = "no-store" }`, `method = "PUT"
  content_type = "text/html"
  metadata = { owner = "emma" }
  request_headers = { cache-control = "no-cache" }`)
	found := map[string]string{}
	for _, d := range w.diagnostics("plan") {
		if d.Severity == "error" && strings.HasPrefix(d.Summary, "Metadata Policy Violation") {
			found[strings.TrimPrefix(d.Address, "ephemeral.oss_presigned_url.")] += d.Detail + d.Snippet.Code
		}
	}
	for name, words := range map[string][]string{
		"test_0": {`lacks the header "Cache-Control"`, `lacks the metadata "owner"`},
		"test_1": {`metadata = { owner = "zoe" }`, `request_headers = { cache-control = "no-store" }`},
		"test_2": {`content_type = "text/html"`},
	} {
		for _, word := range words {
			if !strings.Contains(found[name], word) {
				t.Errorf("%s: the plan does not say %q: %s", name, word, found[name])
			}
		}
	}
	config(`method = "PUT"
  metadata = { owner = "emma" }
  request_headers = { cache-control = "no-cache" }`, `method = "GET"`)
	w.apply()
	if got := o.requests(); got != "" {
		t.Errorf("requests %q", got)
	}
}
