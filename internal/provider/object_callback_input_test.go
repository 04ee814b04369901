package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// told is a diagnostic as Terraform reports it to programs.
type told struct {
	Severity, Summary, Detail, Address string
	Snippet                            struct{ Code string } // the line that it points at
}

// says runs terraform with -json and returns its diagnostics about resources, and whether it failed. What Terraform
// says when it validates and again when it plans counts once.
func (w *workspace) says(args ...string) ([]told, bool) {
	w.t.Helper()
	out, code := w.try(slices.Insert(slices.Clone(args), 1, "-json")...)
	var all []told
	for line := range strings.Lines(out) {
		var message struct {
			Type       string
			Diagnostic told
		}
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			w.t.Fatalf("%v: %s", err, line)
		}
		if message.Type == "diagnostic" && message.Diagnostic.Address != "" && !slices.Contains(all, message.Diagnostic) {
			all = append(all, message.Diagnostic)
		}
	}
	return all, code != 0
}

// callbackInput is a callback, and what is wrong with it.
type callbackInput struct {
	arguments, block string // of the resource, content unless set; and of the callback
	severity         string
	line             string // that is pointed at
	words            []string
}

// What is wrong with a callback is reported at plan, at its line, with what to do, and costs no request.
func TestCallbackInput(t *testing.T) {
	t.Parallel()
	const fine = "urls = [\"https://app.example.com/done\"]\n sni = true\n"
	body := func(b string) string { return fine + "body = " + b }
	rows := map[string]callbackInput{
		"fine":      {block: body(`"object=$${object}"`)},
		"fine_json": {block: body(`"{\"o\":$${object},\"n\":$${x:note}}"`) + "\nbody_type = \"application/json\"\nvariables = { note = \"a\" }"},
		"no_url":    {block: "urls = null\nbody = \"o=$${object}\"", severity: "error", line: "urls = ", words: []string{"There is no URL", "https://"}},
		"six_urls": {block: `urls = [for i in range(6) : "http://${i}.example.com/"]
  body = "o=$${object}"`, severity: "error", line: "urls = ", words: []string{"6 URLs", "at most 5", "remove 1"}},
		"null_url":         {block: "urls = [null]\nbody = \"o=$${object}\"", severity: "error", line: "urls = ", words: []string{"urls[0] is null", "compact"}},
		"scheme":           {block: "urls = [\"ftp://app.example.com/\"]\nbody = \"o=$${object}\"", severity: "error", line: "urls = ", words: []string{`"ftp"`, "http and https only"}},
		"syntax":           {block: "urls = [\"http://app.example.com/%zz\"]\nbody = \"o=$${object}\"", severity: "error", line: "urls = ", words: []string{"cannot be read"}},
		"private":          {block: "urls = [\"http://10.0.0.1/\"]\nbody = \"o=$${object}\"", severity: "warning", line: "urls = ", words: []string{"not reachable from the internet", "local OSS server"}},
		"loopback":         {block: "urls = [\"http://127.0.0.1/\"]\nbody = \"o=$${object}\"", severity: "warning", line: "urls = ", words: []string{"Private address is forbidden to callback."}},
		"sni":              {block: "urls = [\"https://app.example.com/\"]\nbody = \"o=$${object}\"", severity: "warning", line: "callback {", words: []string{"sni = true"}},
		"host":             {block: body(`"o=$${object}"`) + "\nhost = \"https://a.example.com/\"", severity: "error", line: "host = ", words: []string{`write "a.example.com"`}},
		"body_type":        {block: body(`"o=$${object}"`) + "\nbody_type = \"text/json\"", severity: "error", line: "body_type = ", words: []string{`write "application/json"`}},
		"no_body":          {block: fine + "body = null", severity: "error", line: "body = ", words: []string{"The body is empty", "$${object}"}},
		"unknown_variable": {block: body(`"o=$${objct}"`), severity: "error", line: "body = ", words: []string{"at position 3 that OSS does not know", `Did you mean "${object}"?`}},
		"brackets":         {block: body(`"o=$(object)"`), severity: "error", line: "body = ", words: []string{"OSS refuses", `write "${object}"`}},
		"empty_in_hcl":     {arguments: `content = ""`, block: body(`"o=${""}"`), severity: "warning", line: "body = ", words: []string{"HCL has replaced it", "$${"}},
		"missing_custom":   {block: body(`"o=$${x:note}"`), severity: "warning", line: "body = ", words: []string{"a custom variable at position 3 that is not in variables"}},
		"unused_custom":    {block: body(`"o=$${object}"`) + "\nvariables = { note = \"a\" }", severity: "warning", line: "variables = ", words: []string{`"note" is not in the body`}},
		"capital_custom":   {block: body(`"o=$${x:Note}"`) + "\nvariables = { Note = \"a\" }", severity: "error", line: "variables = ", words: []string{`write "note"`}},
		"prefixed_custom":  {block: body(`"o=$${object}"`) + "\nvariables = { \"x:note\" = \"a\" }", severity: "error", line: "variables = ", words: []string{`write "note" here`}},
		"null_custom":      {block: body(`"o=$${x:note}"`) + "\nvariables = { note = null }", severity: "error", line: "variables = ", words: []string{`"note" is null`}},
		"quoted_in_json":   {block: body(`"{\"o\":\"$${object}\"}"`) + "\nbody_type = \"application/json\"", severity: "error", line: "body = ", words: []string{"inside of double quotes", "not with jsonencode"}},
		"broken_json":      {block: body(`"{\"o\":$${object}"`) + "\nbody_type = \"application/json\"", severity: "error", line: "body = ", words: []string{"The body is not JSON"}},
		"large_body":       {block: body(fmt.Sprintf(`"o=$${object}&p=%s"`, strings.Repeat("x", 5000))), severity: "error", line: "urls = ", words: []string{"of which OSS allows 5120", "Shorten"}},
		"large_variables":  {block: body(`"o=$${x:note}"`) + fmt.Sprintf("\nvariables = { note = %q }", strings.Repeat("x", 5000)), severity: "error", line: "variables = ", words: []string{"of which OSS allows 5120"}},
		"on_failure":       {block: body(`"o=$${object}"`) + "\non_failure = \"ignore\"", severity: "error", line: "on_failure = ", words: []string{`"error"`, `"warn"`}},
		"copy": {arguments: `copy_source {
    bucket = "BUCKET"
    key = "other"
  }`, block: body(`"o=$${object}"`), severity: "error", line: "urls = ", words: []string{"Callback Never Fires", "copied inside OSS", "Remove the callback block"}},
		"unmanaged": {arguments: "allow_overwrite = true", block: body(`"o=$${object}"`), severity: "error", line: "urls = ", words: []string{"Callback Never Fires", "no body"}},
	}
	o := startOSS(t)
	// Terraform plans nothing where something is refused, so what is not is a run of its own.
	for _, refused := range []bool{true, false} {
		w, text := o.workspace(), ""
		for name, row := range rows {
			if row.arguments == "" {
				row.arguments = `content = "one"`
			}
			if (row.severity == "error") == refused {
				text += called(name, row.arguments, row.block)
			}
		}
		w.config(strings.ReplaceAll(text, "%", "%%"))
		found := map[string][]told{}
		all, failed := w.says("plan")
		for _, d := range all {
			name := strings.TrimPrefix(d.Address, "oss_object.")
			found[name] = append(found[name], d)
		}
		if failed != refused {
			t.Errorf("the plan failed: %v", failed)
		}
		for name, row := range rows {
			if (row.severity == "error") == refused {
				row.expect(t, name, found[name])
			}
		}
	}
	if got := o.requests(); got != "" {
		t.Errorf("wrong input cost requests: %q", got)
	}
}

// expect wants the one finding about a callback, or none.
func (i callbackInput) expect(t *testing.T, name string, found []told) {
	t.Helper()
	if i.severity == "" {
		if len(found) != 0 {
			t.Errorf("%s: findings %+v, want none", name, found)
		}
		return
	}
	if len(found) != 1 {
		t.Errorf("%s: %d findings, want one: %+v", name, len(found), found)
		return
	}
	text := found[0].Summary + ": " + found[0].Detail
	for _, word := range i.words {
		if !strings.Contains(text, word) {
			t.Errorf("%s: it does not say %q: %s", name, word, text)
		}
	}
	if line := found[0].Snippet.Code; found[0].Severity != i.severity || !strings.Contains(line, i.line) {
		t.Errorf("%s: %s at %q, want %s at %q: %s", name, found[0].Severity, line, i.severity, i.line, text)
	}
}

// What OSS alone can know it refuses before anything is stored, and the argument is told.
func TestCallbackRefused(t *testing.T) {
	t.Parallel()
	o := startServer(t, &ossserver.Server{}) // no callbacks to private addresses
	w := o.workspace()
	w.config(strings.ReplaceAll(called("k", `content = "one"`, small("http://127.0.0.1:1/")), "%", "%%"))
	w.fails([]string{"Error: Callback Refused", "urls = [", "callback.urls", "Private address is forbidden to callback.", "Nothing was stored.", "--allow-private-callbacks", "OSS request ID:"},
		"apply", "-auto-approve", "-no-color")
	if _, err := o.local().Object(o.bucket, "k"); err == nil {
		t.Error("the object was stored")
	}
	if got := w.must("state", "list"); got != "" {
		t.Errorf("the state holds %s", got)
	}
	// An update that is refused leaves the object, and the state, as they are.
	r := o.protocol().manage("oss_object", map[string]any{"bucket": o.bucket, "key": "k", "content": "one"})
	r.apply()
	r.config = with(r.config, map[string]any{"content": "two", "callback": map[string]any{"urls": []any{"http://127.0.0.1:1/"}, "body": "object=${object}"}})
	r.p.fails([]string{"Callback Refused", "callback.urls"}, r.apply)
	if got := o.body("k"); got != "one" {
		t.Errorf("the object is %q", got)
	}
	if got := r.attributes()["content"]; got != "one" {
		t.Errorf("the state says %v", got)
	}
}
