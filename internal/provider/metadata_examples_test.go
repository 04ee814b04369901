package provider

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// The examples of the data sources, on a bucket that holds what they read.
func TestMetadataDataSourceExamples(t *testing.T) {
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
	put("assets/icon.png", "\x89PNG\r\n")
	got := o.expectExamples("data-sources", map[string]map[string]any{
		"oss_object": {"release": map[string]any{"notes": "All is new.\n", "version": "1.2.3", "stage": "public", "changed": ""}},
		"oss_objects": {"pages": map[string]any{
			"keys": []any{"reports/2025/a.html", "reports/index.html"}, "bytes": float64(len("reports/2025/a.htmlreports/index.html")), "folders": []any{"reports/2025/"}}},
		"oss_metadata_violations": {"violations": []any{
			map[string]any{"key": "reports/2025/a.html", "rule": "ownership", "severity": "error", "name": "owner",
				"place": `metadata["owner"]`, "message": `Rule "ownership": object "reports/2025/a.html" in bucket "example" lacks the metadata "owner". Add it with a value that matches the pattern "[a-z-]+" as a whole. So that a question about a report finds somebody.`},
			map[string]any{"key": "reports/data.csv", "rule": "ownership", "severity": "error", "name": "owner",
				"place": `metadata["owner"]`, "message": `Rule "ownership": object "reports/data.csv" in bucket "example" has the metadata "owner" with a value that does not match the pattern "[a-z-]+" as a whole. Write one that does. So that a question about a report finds somebody.`}},
			"summary": []any{map[string]any{"rule": "ownership", "severity": "error", "checked": 3.0, "broken": 2.0, "excepted": 0.0, "exceptions": []any{}}}},
	})
	if o.body("favicon.png") != "\x89PNG\r\n" {
		t.Errorf("the icon is stored as %q", o.body("favicon.png"))
	}
	if release, ok := got["release"].(map[string]any); !ok || release["changed"] == "" {
		t.Error("no time of the last change")
	}
}

// expectExamples applies examples of a kind together, and compares their outputs. The outputs are returned.
func (o *testOSS) expectExamples(kind string, examples map[string]map[string]any) map[string]any {
	o.t.Helper()
	w := o.exampleWorkspace("../../examples/provider")
	want := map[string]any{}
	for name, outputs := range examples {
		w.addExample("../../examples/" + kind + "/" + name)
		maps.Copy(want, outputs)
	}
	got := w.outputs()
	if len(got) != len(want) {
		o.t.Errorf("outputs %q, want %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	for name, value := range want {
		have := got[name]
		if release, ok := have.(map[string]any); ok && release["changed"] != nil { // the one value that no test can know
			release = maps.Clone(release)
			release["changed"], have = "", release
		}
		if !reflect.DeepEqual(have, value) {
			o.t.Errorf("%s: got %v, want %v", name, have, value)
		}
	}
	return got
}

func TestMetadataFunctionExamples(t *testing.T) {
	t.Parallel()
	startAnyOSS(t).expectExamples("functions", map[string]map[string]any{
		"content_type": {"types": map[string]any{
			"index.html": "text/html; charset=utf-8", "assets/style.css": "text/css; charset=utf-8", "assets/logo.svg": "image/svg+xml", "LICENSE": "application/octet-stream"}},
		"metadata_size": {"size": float64(2*len("x-oss-meta-") + len("ownerweb-teampurposegreeting"))},
		"metadata_violations": {"broken": []any{map[string]any{"rule": "pages", "severity": "error", "place": `headers["Cache-Control"]`,
			"text": `Rule "pages": object "index.html" in bucket "example" has the header "Cache-Control" with a value that is not allowed. Write "no-cache".`}}},
	})
	w := startAnyOSS(t).exampleWorkspace("../../examples/functions/metadata_size")
	w.fails([]string{"Invalid value for variable", "take 7180 bytes as metadata"}, "plan", "-no-color", "-var", `labels={note="`+strings.Repeat("x", 7180-len("x-oss-meta-note"))+`"}`)
}
