package provider

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

var update = flag.Bool("update", false, "write the messages in the examples anew instead of comparing them")

// Each policy of the guide applies without its violation, and with it says at plan what the guide shows.
func TestMetadataPolicyExamples(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("../../examples/metadata-policy/*")
	if err != nil || len(folders) < 3 {
		t.Fatalf("found %d folders of examples, %v", len(folders), err)
	}
	guide, err := os.ReadFile("../../templates/guides/metadata-policy.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		for _, file := range []string{"main.tf", "violation.tf", "message.txt"} {
			if place := "examples/metadata-policy/" + name + "/" + file; !strings.Contains(string(guide), place) {
				t.Errorf("the guide does not show %s", place)
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("example"))
			w := o.exampleWorkspace(folder)
			o.must(os.Remove(filepath.Join(w.dir, "provider.tf"))) // these examples have a provider block of their own
			got := w.policyMessages()
			golden := filepath.Join(folder, "message.txt")
			if *update {
				o.must(os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			o.must(err)
			if got != string(want) {
				t.Errorf("the plan says\n%s\nand %s is\n%s\ngo test -run %s -update writes it anew", got, golden, want, t.Name())
			}
			if got := o.requests(); got != "" {
				t.Errorf("requests %q", got)
			}
			w.setAside("violation.tf")
			if out := w.apply(); strings.Contains(out, "Metadata Policy Violation") {
				t.Errorf("the example breaks its own policy:\n%s", out)
			}
			w.clean()
		})
	}
}

// policyMessages are the diagnostics of a plan that fails, as a user sees them.
func (w *workspace) policyMessages() string {
	w.t.Helper()
	out := w.fails([]string{"Metadata Policy Violation"}, "plan", "-no-color")
	start := strings.Index(out, "Error: Metadata Policy Violation")
	if warning := strings.Index(out, "Warning: Metadata Policy Violation"); warning >= 0 && warning < start {
		start = warning
	}
	if start < 0 {
		w.t.Fatalf("no message in\n%s", out)
	}
	return strings.TrimSpace(out[start:]) + "\n"
}

// The examples of the data sources, on a bucket that holds what they read.
func TestMetadataDataSourceExamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]any{
		"oss_object": {"release": map[string]any{"notes": "All is new.\n", "version": "1.2.3", "stage": "public", "changed": ""}},
		"oss_objects": {"pages": map[string]any{
			"keys": []any{"reports/2025/a.html", "reports/index.html"}, "bytes": float64(len("reports/2025/a.htmlreports/index.html")), "folders": []any{"reports/2025/"}}},
		"oss_metadata_violations": {"violations": []any{
			map[string]any{"key": "reports/2025/a.html", "rule": "ownership", "severity": "error", "name": "owner",
				"place": `metadata["owner"]`, "message": `Rule "ownership": object "reports/2025/a.html" in bucket "example" lacks the metadata "owner". Add it with a value that matches the pattern "[a-z-]+" as a whole. So that a question about a report finds somebody.`},
			map[string]any{"key": "reports/data.csv", "rule": "ownership", "severity": "error", "name": "owner",
				"place": `metadata["owner"]`, "message": `Rule "ownership": object "reports/data.csv" in bucket "example" has the metadata "owner" with a value that does not match the pattern "[a-z-]+" as a whole. Write one that does. So that a question about a report finds somebody.`}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("example"))
			o.bucket = "example"
			put := func(key, body string, options ...oss.Option) {
				o.must(o.sdk().PutObject(key, strings.NewReader(body), options...))
			}
			put("releases/latest/notes.txt", "All is new.\n", oss.Meta("version", "1.2.3"), oss.SetTagging(tagging("stage", "public")))
			put("reports/index.html", "reports/index.html", oss.Meta("owner", "emma"))
			put("reports/2025/a.html", "reports/2025/a.html")
			put("reports/data.csv", "x", oss.Meta("owner", "Emma"))
			w := o.exampleWorkspace("../../examples/data-sources/" + name)
			got := w.outputs()
			if release, ok := got["release"].(map[string]any); ok { // the one value that no test can know
				if release["changed"] == "" {
					t.Error("no time of the last change")
				}
				release["changed"] = ""
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestMetadataFunctionExamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]any{
		"content_type": {"types": map[string]any{
			"index.html": "text/html; charset=utf-8", "assets/style.css": "text/css; charset=utf-8", "assets/logo.svg": "image/svg+xml", "LICENSE": "application/octet-stream"}},
		"metadata_size": {"size": float64(2*len("x-oss-meta-") + len("ownerweb-teampurposegreeting"))},
		"metadata_violations": {"broken": []any{map[string]any{"rule": "pages", "severity": "error", "place": `headers["Cache-Control"]`,
			"text": `Rule "pages": object "index.html" in bucket "example" has the header "Cache-Control" with a value that is not allowed. Write "no-cache".`}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startAnyOSS(t).exampleWorkspace("../../examples/functions/" + name)
			if got := w.outputs(); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	w := startAnyOSS(t).exampleWorkspace("../../examples/functions/metadata_size")
	w.fails([]string{"Invalid value for variable", "take 7180 bytes as metadata"}, "plan", "-no-color", "-var", `labels={note="`+strings.Repeat("x", 7180-len("x-oss-meta-note"))+`"}`)
}
