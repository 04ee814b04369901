package trials

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// handedOut is what Terraform has signed for others.
type handedOut struct {
	Put, Get, One, Many struct {
		URL             string
		Headers, Fields map[string]string
	}
}

const handingOut = `
terraform {
  required_providers {
    oss = { source = "terraform-provider-oss/oss" }
  }
}
provider "oss" {
  endpoint = %[1]q
  region   = %[2]q
}
ephemeral "oss_presigned_url" "put" {
  bucket          = %[3]q
  key             = "handed/ü k+.txt"
  method          = "PUT"
  metadata        = { owner = "alice" }
  request_headers = { "Cache-Control" = "no-cache", "Content-Length" = "5" }
}
ephemeral "oss_presigned_url" "get" {
  bucket                       = %[3]q
  key                          = "handed/ü k+.txt"
  response_content_disposition = provider::oss::content_disposition("attachment", "a b+c.txt")
}
ephemeral "oss_upload_policy" "one" {
  bucket        = %[3]q
  key           = "handed/form.txt"
  max_size      = 20
  content_types = ["text/plain"]
  metadata      = { owner = "bob" }
}
ephemeral "oss_upload_policy" "many" {
  bucket                = %[3]q
  key_prefix            = "handed/many/"
  content_types         = ["text/*"]
  success_action_status = 201
}
resource "oss_object" "handed" {
  bucket             = %[3]q
  key                = "handed.json"
  content_wo_version = 1
  content_wo = jsonencode({
    put  = { url = ephemeral.oss_presigned_url.put.url, headers = ephemeral.oss_presigned_url.put.headers }
    get  = { url = ephemeral.oss_presigned_url.get.url, headers = {} }
    one  = { url = ephemeral.oss_upload_policy.one.url, fields = ephemeral.oss_upload_policy.one.fields }
    many = { url = ephemeral.oss_upload_policy.many.url, fields = ephemeral.oss_upload_policy.many.fields }
  })
}
`

// handOut has Terraform sign URLs and forms for a server, and gives the JSON of them.
func handOut(t *testing.T, endpoint string) (text string, handed handedOut) {
	t.Helper()
	terraform := rig.Terraform(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), fmt.Appendf(nil, handingOut, endpoint, region, bucket), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(overrides(t), "ALIBABA_CLOUD_ACCESS_KEY_ID="+keyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+keySecret)
	mustRun(t, dir, env, terraform, "apply", "-auto-approve", "-no-color")
	get, err := newSDK2(endpoint, false).GetObject(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("handed.json")})
	if err != nil {
		t.Fatal(err)
	}
	defer get.Body.Close()
	data, err := io.ReadAll(get.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &handed); err != nil {
		t.Fatal(err)
	}
	return string(data), handed
}

// TestCurlWithWhatTerraformHandsOut uses URLs and forms with curl alone.
func TestCurlWithWhatTerraformHandsOut(t *testing.T) {
	t.Parallel()
	curl := need(t, "curl", "curl")
	endpoint := serve(t)
	_, handed := handOut(t, endpoint)
	run := func(args ...string) string {
		t.Helper()
		return mustRun(t, "", nil, curl, append([]string{"--silent", "--show-error", "--noproxy", "*", "--write-out", "\n%{http_code}"}, args...)...)
	}
	put := func(body string, more ...string) string {
		args := []string{"--request", "PUT", "--data-binary", body}
		for name, value := range handed.Put.Headers {
			if name != "Content-Length" { // curl counts by itself
				args = append(args, "--header", name+": "+value)
			}
		}
		return run(append(append(args, more...), handed.Put.URL)...)
	}
	// A GET lacks the header that the URL binds beside those that always are, which OSS tells apart (OSS-292).
	if got := run(handed.Put.URL); !strings.HasSuffix(got, "\n400") || !strings.Contains(got, "<Code>InvalidArgument</Code>") {
		t.Errorf("another method: %s", got)
	}
	for what, got := range map[string]string{
		"another size": put("hello!"), "another owner": put("hello", "--header", "x-oss-meta-owner: mallory"), "another type": put("hello", "--header", "Content-Type: text/html"),
		"another key": run(strings.Replace(handed.Get.URL, "handed/", "handee/", 1)),
	} {
		if !strings.HasSuffix(got, "\n403") {
			t.Errorf("%s: %s", what, got)
		}
	}
	if out := put("hello"); out != "\n200" {
		t.Errorf("put: %s", out)
	}
	dir := t.TempDir()
	mustRun(t, dir, nil, curl, "--silent", "--show-error", "--noproxy", "*", "--fail", "--remote-name", "--remote-header-name", handed.Get.URL)
	if body, err := os.ReadFile(filepath.Join(dir, "a b+c.txt")); err != nil || string(body) != "hello" {
		t.Errorf("saved %q, %v", body, err)
	}

	file := filepath.Join(t.TempDir(), "päge.txt")
	if err := os.WriteFile(file, []byte("form data"), 0o600); err != nil {
		t.Fatal(err)
	}
	post := func(url string, fields map[string]string, more ...string) string {
		var args []string
		for name, value := range fields {
			args = append(args, "--form-string", name+"="+value)
		}
		return run(append(append(args, more...), url)...)
	}
	send := []string{"--form", "file=@" + file}
	if out := post(handed.One.URL, handed.One.Fields, send...); out != "\n204" {
		t.Errorf("form: %s", out)
	}
	if out := post(handed.Many.URL, handed.Many.Fields, append([]string{"--form-string", "Content-Type=text/x-form"}, send...)...); !strings.HasSuffix(out, "\n201") || !strings.Contains(out, "<Key>handed/many/päge.txt</Key>") {
		t.Errorf("form with a prefix: %s", out)
	}
	if out := post(handed.Many.URL, handed.Many.Fields, append([]string{"--form-string", "Content-Type=image/png"}, send...)...); !strings.HasSuffix(out, "\n403") {
		t.Errorf("another type: %s", out)
	}
	if err := os.WriteFile(file, []byte("more than twenty bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := post(handed.One.URL, handed.One.Fields, send...); !strings.HasSuffix(out, "\n400") {
		t.Errorf("a larger file: %s", out)
	}
	head, err := newSDK2(endpoint, false).HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr("handed/form.txt")})
	if err != nil || head.Metadata["owner"] != "bob" || oss.ToString(head.ContentType) != "text/plain" || head.ContentLength != 9 {
		t.Errorf("%+v, %v", head, err)
	}
}
