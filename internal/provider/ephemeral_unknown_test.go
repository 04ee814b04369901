package provider

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// An argument that is only known after apply makes the ephemeral resource wait: it is not opened, so that a rule of the
// team is not broken yet. When it is known, Terraform has the whole configuration validated again before it opens.
func TestEphemeralWaitsForUnknownArguments(t *testing.T) {
	t.Parallel()
	const later = `resource "terraform_data" "later" {
  input = %q
}
`
	for name, tc := range map[string]struct {
		value, config string
		words         []string // of the apply; nil is one that succeeds
	}{
		"bucket":           {"test-bucket", `ephemeral "oss_presigned_url" "test" { bucket = terraform_data.later.output, key = "k" }`, nil},
		"invalid key":      {"/k", `ephemeral "oss_presigned_url" "test" { bucket = "BUCKET", key = terraform_data.later.output }`, []string{"Invalid Object Key"}},
		"invalid method":   {"GET", `ephemeral "oss_presigned_url" "test" { bucket = "BUCKET", key = "k", method = terraform_data.later.output, content_type = "text/plain" }`, []string{"content_type goes with the method PUT"}},
		"invalid owner":    {"ab\ncd", `ephemeral "oss_presigned_url" "test" { bucket = "BUCKET", key = "k", method = "PUT", metadata = { owner = terraform_data.later.output } }`, []string{"Invalid Metadata Value"}},
		"policy of a URL":  {"zoe", `ephemeral "oss_presigned_url" "test" { bucket = "BUCKET", key = "up/a.png", method = "PUT", metadata = { owner = terraform_data.later.output } }`, []string{"Metadata Policy Violation"}},
		"policy of a form": {"zoe", `ephemeral "oss_upload_policy" "test" { bucket = "BUCKET", key = "up/a.png", metadata = { owner = terraform_data.later.output } }`, []string{"Metadata Policy Violation"}},
		"invalid types":    {"image/*", `ephemeral "oss_upload_policy" "test" { bucket = "BUCKET", key = "k", content_types = [terraform_data.later.output, "text/plain"] }`, []string{"Invalid Content Types"}},
		"invalid sizes":    {"6", `ephemeral "oss_upload_policy" "test" { bucket = "BUCKET", key = "k", min_size = terraform_data.later.output, max_size = 5 }`, []string{"Invalid Size Range"}},
		"prefix":           {"up/", `ephemeral "oss_upload_policy" "test" { bucket = "BUCKET", key_prefix = "${terraform_data.later.output}x/", metadata = { owner = "emma" }, request_headers = { Cache-Control = "no-cache" }, content_types = ["image/png"] }`, nil},
		"object":           {"absent", `ephemeral "oss_object" "test" { bucket = "BUCKET", key = terraform_data.later.output }`, []string{"OSS Object Not Found"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			w := o.workspace()
			// A block of one line holds one argument.
			config := strings.NewReplacer(", key", "\n key", ", bucket", "\n bucket", ", method", "\n method", ", metadata", "\n metadata", ", content_type", "\n content_type", ", min_size", "\n min_size", ", max_size", "\n max_size",
				", request_headers", "\n request_headers", `" { bucket`, "\" {\n bucket").Replace(strings.TrimSuffix(tc.config, "}")) + "\n}\n"
			w.config("%s", strings.ReplaceAll(later, "%q", quoted(tc.value))+config)
			w.write("main.tf", strings.Replace(w.read("main.tf"), `provider "oss" {`, "provider \"oss\" {\n"+teamRules, 1))
			if out := w.must("plan", "-no-color"); strings.Contains(out, "Metadata Policy Violation") {
				t.Errorf("the plan knows too much:\n%s", out)
			}
			if got := o.requests(); got != "" {
				t.Errorf("the plan made requests: %q", got)
			}
			if tc.words != nil {
				rig.SkipOpenTofu(t, "at apply it does not open what nothing uses")
			}
			if tc.words == nil {
				w.apply()
			} else {
				w.fails(tc.words, "apply", "-auto-approve", "-no-color")
			}
			if got := o.requests(); name != "object" && got != "" {
				t.Errorf("the apply made requests: %q", got)
			}
		})
	}
}

// With a provider argument that is only known after apply, an ephemeral resource that waits for the same thing is opened
// when the provider is ready; one that does not is told how.
func TestEphemeralWithAnUnknownProvider(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	w := o.workspace()
	config := func(key string) {
		w.config("%s", `resource "terraform_data" "region" {
  input = "cn-hangzhou"
}
ephemeral "oss_presigned_url" "test" {
  bucket = "BUCKET"
  key = `+key+"\n}\n")
		w.write("main.tf", strings.Replace(w.read("main.tf"), `region = "cn-hangzhou"`, "region = terraform_data.region.output", 1))
	}
	config(`"k"`)
	w.fails([]string{"Provider Configuration Not Known Yet", `The provider argument "region"`, "so that it waits for the apply"}, "plan", "-no-color")
	config(`"k-${terraform_data.region.output}"`)
	w.apply()
}
