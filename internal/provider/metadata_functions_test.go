package provider

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// outputs applies and returns the outputs.
func (w *workspace) outputs() map[string]any {
	w.t.Helper()
	w.apply()
	var decoded map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(w.must("output", "-json", "-no-color")), &decoded); err != nil {
		w.t.Fatal(err)
	}
	values := map[string]any{}
	for name, output := range decoded {
		values[name] = output.Value
	}
	return values
}

func TestMetadataFunctionsOfKnownValues(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(`
output "html"    { value = provider::oss::content_type("site/INDEX.Html") }
output "unknown" { value = provider::oss::content_type("LICENSE") }
output "dots"    { value = provider::oss::content_type("a.tar.gz") }
output "empty"   { value = provider::oss::metadata_size({}) }
output "sum"     { value = provider::oss::metadata_size({ owner = "emma", place = "北京" }) }
output "most"    { value = provider::oss::metadata_size({ a = "%s" }) }
`, strings.Repeat("x", 8179))
	want := map[string]any{
		"html": "text/html", "unknown": "application/octet-stream", "dots": "application/gzip", "empty": 0.0,
		"sum": float64(2*len("x-oss-meta-") + len("owneremmaplace北京")), "most": 8191.0,
	}
	if got := w.outputs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := o.requests(); got != "" {
		t.Errorf("functions made requests: %q", got)
	}
}

func TestMetadataFunctionsRefuseAtTheArgument(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	for _, tc := range []struct {
		call  string
		words []string
	}{
		{`content_type(null)`, []string{`"key" parameter`, "argument must not be null"}},
		{`content_type("")`, []string{`"key" parameter`, "The key is empty."}},
		{`content_type("/a.html")`, []string{`"key" parameter`, `write "a.html"`}},
		{`metadata_size(null)`, []string{`"metadata" parameter`, "argument must not be null"}},
		{`metadata_size({ owner = null })`, []string{`"metadata" parameter`, `"owner" is null`, "Leave the key out"}},
		{`metadata_size({ Owner = "a" })`, []string{`"metadata" parameter`, `write "owner"`}},
		{`metadata_size({ x-oss-meta-owner = "a", b_c = "d" })`, []string{`"metadata" parameter`, `write "owner"`, `write "b-c"`}},
		{`metadata_size("owner")`, []string{`"metadata" parameter`, "map of string required"}},
	} {
		w.config(`output "test" { value = provider::oss::%s }`, tc.call)
		out := w.fails(tc.words, "plan", "-no-color")
		if n := strings.Count(out, "Error: "); n != 1 {
			t.Errorf("%s: %d errors, want one:\n%s", tc.call, n, out)
		}
		if strings.Contains(out, "..") {
			t.Errorf("%s: Terraform ends the sentence itself:\n%s", tc.call, out)
		}
	}
}

// What depends on an unknown value is unknown, whether the whole argument is or an element, and known after the apply.
func TestMetadataFunctionsOfUnknownValues(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	w.config(`
resource "terraform_data" "later" { input = { key = "a.css", owner = "emma", metadata = { owner = "emma" } } }
output "type"    { value = provider::oss::content_type(terraform_data.later.output.key) }
output "element" { value = provider::oss::metadata_size({ owner = terraform_data.later.output.owner, team = "web" }) }
output "whole"   { value = provider::oss::metadata_size(terraform_data.later.output.metadata) }
`)
	plan := w.must("plan", "-no-color")
	for _, name := range []string{"type", "element", "whole"} {
		if !strings.Contains(strings.Join(strings.Fields(plan), " "), fmt.Sprintf("+ %s = (known after apply)", name)) {
			t.Errorf("%s is not planned as unknown:\n%s", name, plan)
		}
	}
	want := map[string]any{"type": "text/css", "element": float64(2*len("x-oss-meta-") + len("owneremmateamweb")), "whole": float64(len("x-oss-meta-owneremma"))}
	if got := w.outputs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Terraform ends the text of an error with a full stop, so none of the functions does. Several faults are sentences.
func TestFunctionErrorsHaveNoFullStop(t *testing.T) {
	t.Parallel()
	w := startAnyOSS(t).workspace()
	for _, call := range []string{
		`content_type("/a.html")`, `metadata_size({ Owner = "a", "b_c" = "d" })`, `callback_header({ urls = [], body = "" })`, `callback_header("x")`,
		`cors_decision([], "", "GET", [])`, `cors_decision([], "https://a.example", "", [])`, `cors_decision([], "https://a.example", "GET", [""])`,
		`metadata_violations([{ name = "a" }], { bucket = "b", key = "" })`, `metadata_violations([{ nam = "a" }], { bucket = "b", key = "" })`,
		`cors_decision("x", "https://a.example", "GET", [])`, `cors_decision([{ allowed_origins = ["*"], allowed_methods = ["get"] }], "https://a.example", "GET", [])`,
	} {
		w.config(`output "test" { value = provider::oss::%s }`, call)
		if out := w.fails([]string{"Invalid function argument"}, "plan", "-no-color"); strings.Contains(out, "..") || strings.Contains(out, "?.") {
			t.Errorf("%s:\n%s", call, out)
		}
	}
	if err := argumentError(1); err != nil {
		t.Errorf("an error without a fault: %v", err)
	}
	if err := argumentError(0, `There is no "a". Did you mean "b"?`, `There is no "c". Did you mean "d"?`); err.Text != "There is no \"a\". Did you mean \"b\"?\nThere is no \"c\". Perhaps \"d\" is meant" {
		t.Errorf("got %q", err.Text)
	}
	if err := argumentError(1, "One.", "Two."); err.Text != "One.\nTwo" || *err.FunctionArgument != 1 {
		t.Errorf("got %q", err.Text)
	}
}
