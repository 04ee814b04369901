package provider

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// teamRules is an argument of the provider block.
const teamRules = `
  metadata_policy = [
    {
      name     = "uploads"
      keys     = ["up/**"]
      headers  = { "Cache-Control" = { required = true, values = ["no-cache"] }, "Content-Type" = { pattern = "image/.+" } }
      metadata = { owner = { required = true, values = ["emma", "bob"] } }
    },
    { name = "pages", keys = ["**/*.html"], headers = { "Content-Language" = { required = true } } },
  ]
`

// A form uploads what it allows, and nothing else. Neither plan nor apply makes a request for it.
func TestUploadPolicy(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	receiver := plainReceiver(t)
	w := o.workspace()
	w.config(`
ephemeral "oss_upload_policy" "one" {
  bucket          = "BUCKET"
  key             = "报告/a.txt"
  min_size        = 3
  max_size        = 5
  content_types   = ["text/plain"]
  metadata        = { owner = "alice", price = "$5" }
  request_headers = { "Cache-Control" = "no-cache", "x-oss-object-acl" = "private" }
  callback {
    urls      = [%q]
    body      = "object=$${object}&by=$${x:by}"
    variables = { by = "emma" }
  }
}
ephemeral "oss_upload_policy" "many" {
  bucket                = "BUCKET"
  key_prefix            = "up/"
  content_types         = ["image/png", "image/jpeg"]
  success_action_status = 201
  expires_in            = 60
}
`+strings.ReplaceAll(handOut, "%s", "{ one = ephemeral.oss_upload_policy.one, many = ephemeral.oss_upload_policy.many }"), receiver.URL)
	w.must("plan", "-no-color")
	if got := o.requests(); got != "" {
		t.Errorf("the plan made requests: %q", got)
	}
	w.apply()
	if got := o.requests(); got != "GetBucketVersioning:1 PutObject:1" { // of the object that hands out
		t.Errorf("the apply made requests: %q", got)
	}
	var forms map[string]struct {
		URL    string
		Fields map[string]string
	}
	o.handed(&forms)
	one, many := forms["one"], forms["many"]
	with := func(fields map[string]string, pairs ...string) map[string]string {
		other := maps.Clone(fields)
		for i := 0; i < len(pairs); i += 2 {
			other[pairs[i]] = pairs[i+1]
		}
		return other
	}
	for name, tt := range map[string]struct {
		url    string
		fields map[string]string
		file   string
		status int
		code   string
	}{
		"another key":     {one.URL, with(one.Fields, "key", "b.txt"), "hello", 403, "AccessDenied"},
		"another type":    {one.URL, with(one.Fields, "Content-Type", "text/html"), "hello", 403, "AccessDenied"},
		"another owner":   {one.URL, with(one.Fields, "x-oss-meta-owner", "bob"), "hello", 403, "AccessDenied"},
		"another ACL":     {one.URL, with(one.Fields, "x-oss-object-acl", "public-read"), "hello", 403, "AccessDenied"},
		"no callback":     {one.URL, with(one.Fields, "callback", ""), "hello", 403, "AccessDenied"},
		"another by":      {one.URL, with(one.Fields, "x:by", "mallory"), "hello", 403, "AccessDenied"},
		"too large":       {one.URL, one.Fields, "hello!", 400, "EntityTooLarge"},
		"too small":       {one.URL, one.Fields, "he", 400, "EntityTooSmall"},
		"other signature": {one.URL, with(one.Fields, "x-oss-signature", many.Fields["x-oss-signature"]), "hello", 403, "SignatureDoesNotMatch"},
		"right":           {one.URL, one.Fields, "hello", 200, ""},
		"another prefix":  {many.URL, with(many.Fields, "key", "down/a.png", "Content-Type", "image/png"), "x", 403, "AccessDenied"},
		"no image":        {many.URL, with(many.Fields, "Content-Type", "text/html"), "x", 403, "AccessDenied"},
		"an image":        {many.URL, with(many.Fields, "Content-Type", "image/jpeg"), "x", 201, ""},
	} {
		if got := postForm(t, tt.url, tt.fields, "照片.jpg", tt.file); got.status != tt.status || got.code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", name, got.status, got.body, tt.status, tt.code)
		}
	}
	if stored := o.object("报告/a.txt"); stored.ContentType != "text/plain" || stored.Metadata["owner"] != "alice" || stored.Metadata["price"] != "$5" || stored.CacheControl != "no-cache" || stored.ACL != "private" {
		t.Errorf("stored %+v", stored)
	}
	if stored := o.object("up/照片.jpg"); stored.ContentType != "image/jpeg" {
		t.Errorf("stored %+v", stored)
	}
	if got := receiver.bodies(); len(got) != 1 || got[0] != "object=%E6%8A%A5%E5%91%8A%2Fa.txt&by=emma" {
		t.Errorf("the callback got %q", got)
	}
}

func TestUploadPolicyRefusesAtValidate(t *testing.T) {
	t.Parallel()
	w := startOSS(t).workspace()
	var blocks []refusedBlock
	for _, tc := range []struct {
		arguments string
		words     []string
	}{
		{``, []string{"key", "key_prefix"}},
		{"key = \"k\"\n key_prefix = \"k\"", []string{"key", "key_prefix"}},
		{`key = "up/$${filename}"`, []string{"Invalid Object Key", "Write key_prefix"}},
		{`key_prefix = "/up/"`, []string{"Invalid Object Key", `write "up/"`}},
		{`key = "k"
  min_size = 6
  max_size = 5`, []string{"Invalid Size Range", "at least 6 bytes and at most 5"}},
		{"key = \"k\"\n max_size = 0", []string{"max_size", "between 1 and 5368709120"}},
		{"key = \"k\"\n max_size = 5368709121", []string{"max_size", "between 1 and 5368709120"}},
		{"key = \"k\"\n content_types = []", []string{"content_types", "at least 1"}},
		{"key = \"k\"\n content_types = [null]", []string{"Null Content Type"}},
		{"key = \"k\"\n content_types = [\"image/*\", \"text/plain\"]", []string{"Invalid Content Types", "one entry alone"}},
		{"key = \"k\"\n success_action_status = 202", []string{"success_action_status", "200"}},
		{"key = \"k\"\n expires_in = 604801", []string{"between 1 and 604800"}},
		{"key = \"k\"\n request_headers = { Range = \"bytes=0-9\" }", []string{"Invalid Request Header", "not a field of a form"}},
		{"key = \"k\"\n metadata = { a_b = \"c\" }", []string{"Invalid Metadata Key"}},
	} {
		blocks = append(blocks, refusedBlock{name: tc.arguments, block: `ephemeral "oss_upload_policy" "test" {
  bucket = "BUCKET"
  ` + tc.arguments + "\n}", words: tc.words, several: true})
	}
	w.expectRefused(blocks)
	// Terraform finds this by itself, before all else.
	w.config(`ephemeral "oss_upload_policy" "test" {
  bucket = "BUCKET"
  key    = "k"
  callback {
    urls = ["https://a.example.com"]
    sni  = true
  }
}
`)
	w.fails([]string{"Missing required argument", `"body"`}, "validate", "-no-color")
	w.config(`ephemeral "oss_upload_policy" "test" {
  bucket = "BUCKET"
  key_prefix = ""
}
`)
	if out := flatten(w.must("validate", "-no-color")); !strings.Contains(out, "Form for Every Key") {
		t.Errorf("no warning: %s", out)
	}
}

// Nobody hands out a form whose uploads break the team's policy.
func TestUploadPolicyAgainstAPolicy(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	said := map[string]string{} // by the address of the form
	run := func(forms map[string]string, args ...string) {
		text := ""
		for name, arguments := range forms {
			text += fmt.Sprintf("ephemeral \"oss_upload_policy\" %q {\n bucket = \"BUCKET\"\n%s\n}\n", name, arguments)
		}
		w.config("%s", text)
		w.write("main.tf", strings.Replace(w.read("main.tf"), `provider "oss" {`, "provider \"oss\" {\n"+teamRules, 1))
		for _, d := range w.diagnostics(args...) {
			said[d.Address] += fmt.Sprintf("%s: %s\n%s\n%s\n", d.Severity, d.Summary, d.Detail, d.Snippet.Code)
		}
	}
	const good = `
  metadata = { owner = "emma" }
  request_headers = { cache-control = "no-cache" }
`
	forms, words := map[string]string{}, map[string][]string{}
	for name, tc := range map[string]struct {
		arguments string
		words     []string
	}{
		"nothing": {`key = "up/a.png"`, []string{"Metadata Policy Violation", `object "up/a.png" in bucket`, `lacks the header "Cache-Control"`, `lacks the metadata "owner"`, "may have any Content-Type"}},
		"prefix":  {`key_prefix = "up/emma/"`, []string{`an object whose key begins with "up/emma/"`, `lacks the metadata "owner"`}},
		"type":    {"key = \"up/a.png\"\n content_types = [\"image/png\", \"text/html\"]" + good, []string{"Metadata Policy Violation", `content_types = ["image/png", "text/html"]`, "Content-Type that does not match the pattern"}},
		"value": {`key = "up/a.png"
  content_types = ["image/png"]
  metadata = { owner = "zoe" }
  request_headers = { cache-control = "no-cache" }`, []string{`metadata = { owner = "zoe" }`}},
	} {
		forms[name], words["ephemeral.oss_upload_policy."+name] = tc.arguments, tc.words
	}
	run(forms, "plan")
	for form, all := range words {
		for _, word := range append(all, "error: ") {
			if !strings.Contains(said[form], word) {
				t.Errorf("%s: Terraform does not say %q:\n%s", form, word, said[form])
			}
		}
		if strings.Contains(said[form], "x-oss-signature") {
			t.Errorf("%s: something was signed:\n%s", form, said[form])
		}
	}
	clear(said)
	run(map[string]string{
		"warned": "key_prefix = \"up/\"\n content_types = [\"image/png\", \"image/gif\"]" + good,
		"right":  "key = \"up/a.png\"\n content_types = [\"image/png\"]" + good,
	}, "apply", "-auto-approve")
	if out := said["ephemeral.oss_upload_policy.warned"]; !strings.HasPrefix(out, "warning: Metadata Policy Violation") || !strings.Contains(out, `begins with "up/" and matches the rule's, in bucket "test-bucket", lacks the header "Content-Language"`) {
		t.Errorf("no warning of the rule that speaks about pages: %s", out)
	}
	if delete(said, "ephemeral.oss_upload_policy.warned"); len(said) > 0 {
		t.Errorf("warnings or errors beside it: %q", said)
	}
	if got := o.requests(); got != "" {
		t.Errorf("requests %q", got)
	}
}
