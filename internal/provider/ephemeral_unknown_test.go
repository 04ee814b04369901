package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// An argument that is only known after apply makes the ephemeral resource wait: it is not opened, so that a rule of the
// team is not broken yet. When it is known, Terraform has the whole configuration validated again before it opens.
func TestEphemeralWaitsForUnknownArguments(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	rows := map[string]struct {
		value, config string
		words         []string // of the apply; nil is one that succeeds
	}{
		"bucket":           {"test-bucket", `ephemeral "oss_presigned_url" "NAME" { bucket = terraform_data.NAME.output, key = "k" }`, nil},
		"invalid key":      {"/k", `ephemeral "oss_presigned_url" "NAME" { bucket = "BUCKET", key = terraform_data.NAME.output }`, []string{"Invalid Object Key"}},
		"invalid method":   {"GET", `ephemeral "oss_presigned_url" "NAME" { bucket = "BUCKET", key = "k", method = terraform_data.NAME.output, content_type = "text/plain" }`, []string{"content_type goes with the method PUT"}},
		"invalid owner":    {"ab\ncd", `ephemeral "oss_presigned_url" "NAME" { bucket = "BUCKET", key = "k", method = "PUT", metadata = { owner = terraform_data.NAME.output } }`, []string{"Invalid Metadata Value"}},
		"policy of a URL":  {"zoe", `ephemeral "oss_presigned_url" "NAME" { bucket = "BUCKET", key = "up/a.png", method = "PUT", metadata = { owner = terraform_data.NAME.output } }`, []string{"Metadata Policy Violation"}},
		"policy of a form": {"zoe", `ephemeral "oss_upload_policy" "NAME" { bucket = "BUCKET", key = "up/a.png", metadata = { owner = terraform_data.NAME.output } }`, []string{"Metadata Policy Violation"}},
		"invalid types":    {"image/*", `ephemeral "oss_upload_policy" "NAME" { bucket = "BUCKET", key = "k", content_types = [terraform_data.NAME.output, "text/plain"] }`, []string{"Invalid Content Types"}},
		"invalid sizes":    {"6", `ephemeral "oss_upload_policy" "NAME" { bucket = "BUCKET", key = "k", min_size = terraform_data.NAME.output, max_size = 5 }`, []string{"Invalid Size Range"}},
		"prefix":           {"up/", `ephemeral "oss_upload_policy" "NAME" { bucket = "BUCKET", key_prefix = "${terraform_data.NAME.output}x/", metadata = { owner = "emma" }, request_headers = { Cache-Control = "no-cache" }, content_types = ["image/png"] }`, nil},
		"object":           {"absent", `ephemeral "oss_object" "NAME" { bucket = "BUCKET", key = terraform_data.NAME.output }`, []string{"OSS Object Not Found"}},
	}
	config := ""
	want := map[string][]string{}
	for name, tc := range rows {
		label := strings.ReplaceAll(name, " ", "_")
		config += strings.ReplaceAll("resource \"terraform_data\" \"NAME\" {\n input = "+quoted(tc.value)+"\n}\n"+severalLines(tc.config), "NAME", label)
		if tc.words != nil {
			kind, _, _ := strings.Cut(strings.TrimPrefix(tc.config, `ephemeral "`), `"`)
			want["ephemeral."+kind+"."+label] = tc.words
		}
	}
	w.config("%s", config)
	w.write("main.tf", strings.Replace(w.read("main.tf"), `provider "oss" {`, "provider \"oss\" {\n"+teamRules, 1))
	if out := w.must("plan", "-no-color"); strings.Contains(out, "Metadata Policy Violation") {
		t.Errorf("the plan knows too much:\n%s", out)
	}
	if got := o.requests(); got != "" {
		t.Errorf("the plan made requests: %q", got)
	}
	rig.SkipOpenTofu(t, "at apply it does not open what nothing uses")
	refused := slices.DeleteFunc(w.diagnostics("apply", "-auto-approve"), func(d diagnostic) bool { return d.Severity != "error" })
	for address, words := range want {
		i := slices.IndexFunc(refused, func(d diagnostic) bool { // what is validated once more has no address
			return (d.Address == address || d.Address == "") && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(d.Summary+"\n"+d.Detail, word) })
		})
		if i < 0 {
			t.Errorf("%s is not refused with %q: %+v", address, words, refused)
			continue
		}
		refused = slices.Delete(refused, i, i+1)
	}
	for _, d := range refused { // a rule may be broken in more ways than one; of the two that are right nothing is said
		if want[d.Address] == nil {
			t.Errorf("said of %q: %+v", d.Address, d)
		}
	}
	if got := o.requests(); got != "GetObject:1" {
		t.Errorf("the apply made requests: %q, want the one that finds no object", got)
	}
}

// severalLines writes out a block of one line, which may hold one argument.
func severalLines(block string) string {
	return strings.NewReplacer(", key", "\n key", ", bucket", "\n bucket", ", method", "\n method", ", metadata", "\n metadata", ", content_type", "\n content_type", ", min_size", "\n min_size", ", max_size", "\n max_size",
		", request_headers", "\n request_headers", `" { bucket`, "\" {\n bucket").Replace(strings.TrimSuffix(block, "}")) + "\n}\n"
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
