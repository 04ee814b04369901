package provider

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

const (
	testToken = "CAIS-TokenThatNoLogMayHold"
	testBody  = "BodyThatNoLogMayHold 机密"
)

// traces are all that a run of Terraform leaves or says, by name.
type traces map[string]string

// add takes in what Terraform printed.
func (e traces) add(name, text string) { e[name] += text }

// addFiles takes in the state, the saved plan with each of its parts, and the log.
func (e traces) addFiles(w *workspace) {
	w.t.Helper()
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log", "plan.bin"} {
		text, err := os.ReadFile(filepath.Join(w.dir, name))
		if os.IsNotExist(err) {
			continue
		}
		w.oss.must(err)
		e.add(name, string(text))
		if archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text))); name == "plan.bin" && err == nil {
			for _, part := range archive.File {
				file, err := part.Open()
				w.oss.must(err)
				text, err := io.ReadAll(file)
				w.oss.must(err)
				e.add("plan.bin/"+part.Name, string(text))
			}
		}
	}
}

// What an ephemeral resource gives is in no plan, no state, no TRACE log and no diagnostic; neither are the temporary keys
// that it was made with.
func TestEphemeralValuesAreNowhere(t *testing.T) {
	t.Parallel()
	o := startServer(t, &ossserver.Server{Accounts: []ossserver.Account{
		{AccessKeyID: testKeyID, AccessKeySecret: testSecret}, {AccessKeyID: "STS.temporary", AccessKeySecret: testSecret + "2", SecurityToken: testToken}}})
	o.must(o.sdk().PutObject("secret.txt", strings.NewReader(testBody), oss.Meta("owner", "emma")))
	w := o.workspace()
	w.starts = true // and writes its log into Terraform's
	w.env = append(w.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.dir, "trace.log"))
	w.config(`
ephemeral "oss_presigned_url" "put" {
  bucket   = "BUCKET"
  key      = "up/marker.txt"
  method   = "PUT"
  metadata = { owner = "emma" }
}
ephemeral "oss_upload_policy" "form" {
  bucket     = "BUCKET"
  key_prefix = "up/marker/"
}
ephemeral "oss_object" "secret" {
  bucket = "BUCKET"
  key    = "secret.txt"
}
resource "terraform_data" "marker" {
  input = "marker-in-the-state"
}
` + strings.ReplaceAll(handOut, "%s", "{ url = ephemeral.oss_presigned_url.put.url, form = ephemeral.oss_upload_policy.form.fields, body = ephemeral.oss_object.secret.body, base64 = ephemeral.oss_object.secret.body_base64 }"))
	// The keys come from the environment: a configuration is kept in a saved plan as it is.
	main := w.read("main.tf")
	w.write("main.tf", strings.Replace(main, fmt.Sprintf("access_key_id = %q\n  access_key_secret = %q", testKeyID, testSecret), "", 1))
	w.env = append(w.env, "OSS_ACCESS_KEY_ID=STS.temporary", "OSS_ACCESS_KEY_SECRET="+testSecret+"2", "OSS_SESSION_TOKEN="+testToken)

	said := traces{}
	said.add("plan", w.must("plan", "-out=plan.bin", "-no-color"))
	said.add("show", w.must("show", "-no-color", "plan.bin"))
	said.add("show -json", w.must("show", "-json", "plan.bin"))
	said.add("apply", w.must("apply", "-no-color", "plan.bin"))
	said.add("show", w.must("show", "-no-color"))
	said.add("state pull", w.must("state", "pull"))
	said.addFiles(w)
	// What goes wrong gives nothing away either: a body above the limit, an object that is not there, a key that no URL has.
	w.write("wrong.tf", `
ephemeral "oss_object" "large" {
  bucket   = "`+o.bucket+`"
  key      = "secret.txt"
  max_size = 5
}
ephemeral "oss_object" "absent" {
  bucket = "`+o.bucket+`"
  key    = "absent"
}
ephemeral "oss_presigned_url" "wrong" {
  bucket = "`+o.bucket+`"
  key    = "${ephemeral.oss_presigned_url.put.url}${ephemeral.oss_upload_policy.form.fields["policy"]}${ephemeral.oss_presigned_url.put.url}"
}
`)
	said.add("diagnostics", w.fails([]string{"Object Body Too Large", "OSS Object Not Found", "Invalid Object Key"}, "plan", "-no-color"))
	said.addFiles(w)

	var handed struct {
		URL, Body, Base64 string
		Form              map[string]string
	}
	o.handed(&handed)
	signed, err := url.Parse(handed.URL)
	o.must(err)
	if handed.Body != testBody || handed.Form["x-oss-security-token"] != testToken || signed.Query().Get("x-oss-security-token") != testToken {
		t.Fatalf("this test looks for the wrong things: %+v", handed)
	}
	if got := browse(t, "PUT", handed.URL, map[string]string{"Content-Type": "text/plain", "x-oss-meta-owner": "emma"}, "hello"); got.status != 200 {
		t.Errorf("the URL does not work: %+v", got)
	}
	if got := postForm(t, o.endpoint+"/"+o.bucket+"/", handed.Form, "f.txt", "hello"); got.status != 204 {
		t.Errorf("the form does not work: %+v", got)
	}
	secrets := map[string]string{
		"the secret": testSecret, "the token": testToken, "the body": testBody, "the body in base64": base64.StdEncoding.EncodeToString([]byte(testBody)),
		"its MD5": md5Of(testBody), "its CRC-64": o.object("secret.txt").CRC64,
		"the URL's signature": signed.Query().Get("x-oss-signature"), "any signature of a URL": "x-oss-signature=", "any date of a URL": "x-oss-date=",
		"the form's signature": handed.Form["x-oss-signature"], "the policy": handed.Form["policy"], "the policy of any form": base64.StdEncoding.EncodeToString([]byte(`{"conditions":[`))[:18],
	}
	for name, text := range said {
		for what, secret := range secrets {
			for _, form := range []string{secret, url.QueryEscape(secret), strings.ToUpper(secret)} {
				if i := strings.Index(text, form); i >= 0 {
					t.Errorf("%s holds %s: …%s…", name, what, text[max(0, i-150):min(len(text), i+len(form)+50)])
					break
				}
			}
		}
	}
	// The marker stands where the secrets might have stood.
	for name, words := range map[string][]string{
		"terraform.tfstate": {"marker-in-the-state"}, "plan.bin/tfplan": {"marker-in-the-state"}, "plan": {"marker-in-the-state"}, "show -json": {"marker-in-the-state"},
		"trace.log": {"OpenEphemeralResource", "handed.json", "OSS request"}, "diagnostics": {"has 27 bytes"},
	} {
		for _, word := range words {
			if !strings.Contains(said[name], word) {
				t.Errorf("%s does not hold %q, so that nothing is known of secrets there: %d bytes", name, word, len(said[name]))
			}
		}
	}
}
