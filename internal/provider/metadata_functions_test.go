package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// outputs applies and returns the outputs.
func (w *workspace) outputs() map[string]any {
	w.t.Helper()
	w.apply()
	values := map[string]any{}
	for name, output := range w.state().Outputs {
		values[name] = output.Value
	}
	return values
}

// output applies, and decodes one of the outputs.
func (w *workspace) output(name string, to any) {
	w.t.Helper()
	value, ok := w.outputs()[name]
	if !ok {
		w.t.Fatalf("no output %q", name)
	}
	text, err := json.Marshal(value)
	w.oss.must(err)
	w.oss.must(json.Unmarshal(text, to))
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
	words := map[string][]string{
		`content_type(null)`:                                   {`"key" parameter`, "argument must not be null"},
		`content_type("")`:                                     {`"key" parameter`, "The key is empty."},
		`content_type("/a.html")`:                              {`"key" parameter`, `write "a.html"`},
		`metadata_size(null)`:                                  {`"metadata" parameter`, "argument must not be null"},
		`metadata_size({ owner = null })`:                      {`"metadata" parameter`, `"owner" is null`, "Leave the key out"},
		`metadata_size({ Owner = "a" })`:                       {`"metadata" parameter`, `write "owner"`},
		`metadata_size({ x-oss-meta-owner = "a", b_c = "d" })`: {`"metadata" parameter`, `write "owner"`, `write "b-c"`},
		`metadata_size("owner")`:                               {`"metadata" parameter`, "map of string required"},
	}
	for call, errors := range w.functionErrors(slices.Collect(maps.Keys(words))) {
		if len(errors) != 1 {
			t.Errorf("%s: %d errors, want one: %+v", call, len(errors), errors)
			continue
		}
		for _, word := range words[call] {
			if !strings.Contains(errors[0].Detail, word) {
				t.Errorf("%s: Terraform does not say %q: %s", call, word, errors[0].Detail)
			}
		}
		if strings.Contains(errors[0].Detail, "..") {
			t.Errorf("%s: Terraform ends the sentence itself: %s", call, errors[0].Detail)
		}
	}
}

// functionErrors plans calls of functions, an output each, and returns the errors of each call.
func (w *workspace) functionErrors(calls []string) map[string][]diagnostic {
	w.t.Helper()
	text, found := "", map[string][]diagnostic{}
	for i, call := range calls {
		text += fmt.Sprintf("output \"test_%d\" { value = provider::oss::%s }\n", i, call)
		found[call] = nil
	}
	w.config("%s", text)
	for _, d := range w.diagnostics("plan") {
		for i, call := range calls {
			if d.Severity == "error" && strings.Contains(d.Snippet.Code, fmt.Sprintf(`"test_%d"`, i)) {
				found[call] = append(found[call], d)
			}
		}
	}
	return found
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
	calls := []string{
		`content_type("/a.html")`, `metadata_size({ Owner = "a", "b_c" = "d" })`, `callback_header({ urls = [], body = "" })`, `callback_header("x")`,
		`cors_decision([], "", "GET", [])`, `cors_decision([], "https://a.example", "", [])`, `cors_decision([], "https://a.example", "GET", [""])`,
		`metadata_violations([{ name = "a" }], { bucket = "b", key = "" })`, `metadata_violations([{ nam = "a" }], { bucket = "b", key = "" })`,
		`cors_decision("x", "https://a.example", "GET", [])`, `cors_decision([{ allowed_origins = ["*"], allowed_methods = ["get"] }], "https://a.example", "GET", [])`,
	}
	for call, errors := range w.functionErrors(calls) {
		if len(errors) != 1 || errors[0].Summary != "Invalid function argument" || strings.Contains(errors[0].Detail, "..") || strings.Contains(errors[0].Detail, "?.") {
			t.Errorf("%s: %+v", call, errors)
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
