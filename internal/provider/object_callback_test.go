package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// attribute reads an attribute of a resource from the state; nil is null.
func (w *workspace) attribute(address, name string) any {
	w.t.Helper()
	for _, r := range w.resources() {
		if r.Address == address {
			value, ok := r.Values[name]
			if !ok {
				w.t.Errorf("%s has no attribute %s", address, name)
			}
			return value
		}
	}
	w.t.Errorf("the state has no %s", address)
	return nil
}

type stateResource struct {
	Address string
	Tainted bool
	Values  map[string]any
}

// state is what the state file has of outputs and resources. To read it costs a tenth of a second less than to ask Terraform.
func (w *workspace) state() (state struct {
	Outputs   map[string]struct{ Value any }
	Resources []struct {
		Mode, Type, Name string
		Instances        []struct {
			IndexKey        any `json:"index_key"`
			Status, Deposed string
			Attributes      map[string]any
		}
	}
}) {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	w.oss.must(err)
	w.oss.must(json.Unmarshal(data, &state))
	return state
}

// resources are those of the state.
func (w *workspace) resources() []stateResource {
	w.t.Helper()
	all := []stateResource{}
	for _, r := range w.state().Resources {
		for _, i := range r.Instances {
			one := stateResource{r.Type + "." + r.Name, i.Status == "tainted", i.Attributes}
			if r.Mode == "data" {
				one.Address = "data." + one.Address
			}
			if i.IndexKey != nil {
				one.Address += fmt.Sprintf("[%#v]", i.IndexKey)
			}
			if i.Deposed == "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// What reaches the receiver is, byte for byte, what OSS-095 says: in a form each value percent-encoded, in JSON each a
// JSON string with its own quotes.
func TestCallbackBodies(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	form, document := plainReceiver(t), plainReceiver(t)
	form.set(says(`{"a": [1, "x"], "Ü": null}`))
	w := o.workspace()
	const key, note = `目录/a b&c%d'e.txt`, `say "1 + 1" & 100% 中文`
	block := func(r *receiver, template string) string {
		return fmt.Sprintf(`urls = [%q]
  %s
  variables = { note = %q, by_whom = "emma" }`, r.URL+"/done?id=1", template, note)
	}
	object := func(name, block string) string {
		return strings.Replace(called(name, "content = \"hello\"\n content_type = \"text/plain\"", block), fmt.Sprintf("key = %q", name), fmt.Sprintf("key = %q", name+"/"+key), 1)
	}
	w.write("main.tf", requiredProvider+o.config("")+strings.ReplaceAll(
		object("form", block(form, `body = "const=a%20b&object=$${object}&note=$${x:note}&by=$${x:by_whom}&size=$${size}&type=$${mimeType}"`))+
			object("json", block(document, `body_type = "application/json"
  body = "{\"object\":$${object},\"note\":$${x:note},\"by\":$${x:by_whom},\"size\":$${size}}"`)), "BUCKET", o.bucket))
	w.apply()
	wantForm := "const=a%20b&object=form%2F%E7%9B%AE%E5%BD%95%2Fa%20b%26c%25d%27e.txt&note=say%20%221%20%2B%201%22%20%26%20100%25%20%E4%B8%AD%E6%96%87&by=emma&size=5&type=text%2Fplain"
	if got := form.bodies(); len(got) != 1 || got[0] != wantForm {
		t.Errorf("form\n%q\nwant\n%q", got, wantForm)
	}
	wantJSON := `{"object":"json/目录/a b&c%d'e.txt","note":"say \"1 + 1\" & 100% 中文","by":"emma","size":5}`
	if got := document.bodies(); len(got) != 1 || got[0] != wantJSON {
		t.Errorf("JSON\n%q\nwant\n%q", got, wantJSON)
	}
	if form.types[0] != "application/x-www-form-urlencoded" || document.types[0] != "application/json" {
		t.Errorf("content types %q and %q", form.types, document.types)
	}
	if got := w.attribute("oss_object.form", "callback_response"); got != `{"a": [1, "x"], "Ü": null}` {
		t.Errorf("callback_response %q", got)
	}
	w.clean()
}

// callbackStep is what one apply does to an object with a callback.
type callbackStep struct {
	arguments map[string]any
	block     map[string]any // the callback; none if it is nil
	uploads   bool           // the plan has a new answer
	calls     bool
	requests  string
	answer    any    // that the state has afterwards
	warns     string // words of the plan's warning
}

// OSS calls back for uploads and for nothing else. The plan says so where the callback itself changes.
func TestCallbackFiresOnUploadsOnly(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	r := plainReceiver(t)
	type arguments = map[string]any
	const first, second = `{"ok":true}`, `{"second":2}`
	block := arguments{"urls": []any{r.URL}, "body": "object=${object}"}
	other := arguments{"urls": []any{r.URL}, "body": "object=${object}", "host": "app.example.com"}
	owner, tags := arguments{"owner": "emma"}, arguments{"a": "b"}
	one, two := arguments{"content": "one"}, arguments{"content": "two"}
	p := o.protocol()
	for name, steps := range map[string][]callbackStep{ // the documentation says that a change of metadata calls nobody back; the plan need not
		"metadata": {
			{one, block, true, true, "PutObject:1", first, ""},
			{arguments{"content": "one", "metadata": owner}, block, false, false, "CopyObject:1 GetObjectAcl:1", first, ""},
			{arguments{"content": "one", "metadata": owner, "tags": tags, "acl": "private"}, block, false, false, "PutObjectACL:1 PutObjectTagging:1", first, ""},
		},
		"callback": {
			{one, block, true, true, "PutObject:1", first, ""},
			{one, other, false, false, "", first, "the next upload of the body"},
			{arguments{"content_base64": "b25l"}, block, false, false, "", first, "the next upload of the body"},
		},
		"body": {
			{arguments{"content": "one", "tags": tags}, block, true, true, "PutObject:1", first, ""},
			{one, block, false, false, "", first, ""},
			{two, block, true, true, "GetObjectAcl:1 GetObjectTagging:1 HeadObject:1 PutObject:1", second, ""},
		},
		"without": {
			{two, block, true, true, "PutObject:1", first, ""},
			{two, nil, false, false, "", first, ""},
			{arguments{"content": "three"}, nil, true, false, "GetObjectAcl:1 HeadObject:1 PutObject:1", nil, ""},
		},
	} {
		object := p.manage("oss_object", nil)
		for n, answer := range []string{first, first, second} {
			r.set(says(answer))
			steps[n].take(o, fmt.Sprintf("%s, step %d", name, n), name, object, r)
			before := len(r.bodies())
			if n == 0 {
				object.refresh()
			}
			if n != 1 {
				object.clean()
			}
			if got := r.bodies()[before:]; len(got) != 0 {
				t.Errorf("a refresh called back: %q", got)
			}
		}
	}
}

// take plans and applies a step of an object, and holds it against what is told at plan, the plan, and the calls of the apply.
func (s callbackStep) take(o *testOSS, what, name string, object *protocolResource, r *receiver) {
	o.t.Helper()
	object.config = with(map[string]any{"bucket": o.bucket, "key": name}, s.arguments)
	if s.block != nil {
		object.config["callback"] = s.block
	}
	object.p.told = nil
	plan := object.plan()
	warnings := ""
	for _, d := range object.p.told {
		if d.Summary != "Invalid Callback URL" { // which is said of each callback to this machine
			warnings += d.Summary + ": " + d.Detail + "\n"
		}
	}
	if !strings.Contains(warnings, s.warns) || strings.HasPrefix(warnings, "New Callback Waits for an Upload: ") != (s.warns != "") || (warnings != "") != (s.warns != "") {
		o.t.Errorf("%s: the plan says %q, want %q", what, warnings, s.warns)
	}
	if _, attributes := object.differences(plan); slices.Contains(attributes, "callback_response") != s.uploads {
		o.t.Errorf("%s: the plan changes %v", what, attributes)
	}
	o.local().ResetRecords()
	before := len(r.bodies())
	object.applyTo(object.written(), plan)
	if calls := r.bodies()[before:]; slices.Contains(calls, "object="+name) != s.calls {
		o.t.Errorf("%s: called back with %q", what, calls)
	}
	if got := o.requestsFor(name); got != s.requests {
		o.t.Errorf("%s: requests %q, want %q", what, got, s.requests)
	}
	if got := object.attributes()["callback_response"]; got != s.answer {
		o.t.Errorf("%s: callback_response %v, want %v", what, got, s.answer)
	}
}

// Large bodies call back once, when all parts are there; images tell their size; the first URL that answers counts; and a
// body that must not be seen calls back, too.
func TestCallbackKindsOfUpload(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	large, picture, second, third, secret := plainReceiver(t), plainReceiver(t), plainReceiver(t), plainReceiver(t), plainReceiver(t)
	second.set(says(`{"by":"the second"}`))
	w := o.workspace()
	large.set(says(`{"parts":true}`))
	file, err := os.Create(filepath.Join(w.dir, "large.bin"))
	o.must(err)
	o.must(file.Truncate(65 << 20))
	o.must(file.Close())
	var data bytes.Buffer
	o.must(png.Encode(&data, image.NewGray(image.Rect(0, 0, 30, 20))))
	w.write("picture.png", data.String())
	dead := "http://127.0.0.1:1/dead" // a port that no program is given by chance
	write := func(version int) {
		w.config(strings.ReplaceAll(
			called("large", `source = "large.bin"`, fmt.Sprintf("urls = [%q]\n body = \"size=$${size}&operation=$${operation}\"", large.URL))+
				called("picture", `source = "picture.png"`, fmt.Sprintf(`urls = [%q]
  body_type = "application/json"
  body = "[$${imageInfo.width},$${imageInfo.height},$${imageInfo.format}]"`, picture.URL))+
				called("several", `content = "x"`, small(dead, second.URL, third.URL))+
				called("secret", fmt.Sprintf("content_wo = \"hush %d\"\n content_wo_version = %d", version, version), fmt.Sprintf("urls = [%q]\n body = \"size=$${size}\"", secret.URL)), "%", "%%"))
	}
	write(1)
	w.apply()
	for name, tc := range map[string]struct {
		r      *receiver
		bodies string
		answer string
	}{
		"large":   {large, "size=68157440&operation=CompleteMultipartUpload", `{"parts":true}`},
		"picture": {picture, `[30,20,"png"]`, `{"ok":true}`},
		"several": {second, "object=several", `{"by":"the second"}`},
		"secret":  {secret, "size=6", `{"ok":true}`},
	} {
		if got := strings.Join(tc.r.bodies(), " | "); got != tc.bodies {
			t.Errorf("%s: called back %q, want %q", name, got, tc.bodies)
		}
		if got := w.attribute("oss_object."+name, "callback_response"); got != tc.answer {
			t.Errorf("%s: callback_response %v", name, got)
		}
	}
	if got := third.bodies(); len(got) != 0 {
		t.Errorf("a URL behind the one that answered was called: %q", got)
	}
	write(2)
	out := w.apply()
	if got := plannedChanges(out); len(got) != 1 || !sameNames(got["oss_object.secret"].attributes, []string{"callback_response", "content_wo_version", "size", "version_id"}) {
		t.Errorf("the plan is more than that of a new version:\n%s", out)
	}
	if got := len(secret.bodies()); got != 2 {
		t.Errorf("a new version of the secret body called back %d times in all, want 2", got)
	}
	if got := len(large.bodies()) + len(picture.bodies()) + len(second.bodies()); got != 3 {
		t.Errorf("what did not change called back: %d in all", got)
	}
}

// An import knows nothing of callbacks: the plan after it shows the block and the body, and costs no request.
func TestCallbackAfterImport(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	r := plainReceiver(t)
	o.must(o.sdk().PutObject("k", strings.NewReader("one")))
	object := o.protocol().importByID("oss_object", o.bucket+"/k")
	object.config = map[string]any{
		"bucket": o.bucket, "key": "k", "content": "one", "content_type": "application/octet-stream", "callback": map[string]any{"urls": []any{r.URL}, "body": "object=${object}"},
	}
	plan := object.plan()
	if _, got := object.differences(plan); strings.Join(got, " ") != "callback content" {
		t.Errorf("the plan changes %v", got)
	}
	o.local().ResetRecords()
	object.applyTo(object.written(), plan)
	if got := o.requests(); got != "" || len(r.bodies()) != 0 {
		t.Errorf("requests %q, called back %q", got, r.bodies())
	}
	object.clean()
}

// A value that is only known during the apply says nothing at plan, and reaches the receiver.
func TestCallbackUnknown(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	r := plainReceiver(t)
	w := o.workspace()
	text := `
resource "terraform_data" "later" {
  input = { url = "URL", note = "NOTE", body = "note=$${x:note}" }
}
` + called("k", `content = "one"`, `urls = [terraform_data.later.output.url]
  body = terraform_data.later.output.body
  variables = { note = terraform_data.later.output.note }`)
	w.config(strings.NewReplacer("URL", "ftp://example.com", "NOTE", "x").Replace(text))
	// What is said in the same run after the first resource is made was not said at plan.
	w.fails([]string{"terraform_data.later: Creation complete", "Error: Invalid Callback URL", `"ftp"`}, "apply", "-auto-approve", "-no-color")
	if _, err := o.local().Object(o.bucket, "k"); err == nil {
		t.Error("an object was stored")
	}
	six := strings.Replace(text, "urls = [terraform_data.later.output.url", `urls = [terraform_data.later.id, "http://a.example.com", "http://b.example.com", "http://c.example.com", "http://d.example.com", "http://e.example.com"`, 1)
	w.config(strings.Replace(six, `"NOTE"`, "plantimestamp()", 1))
	w.fails([]string{"Invalid Callback URL", "There are 6 URLs"}, "plan", "-no-color", "-replace=terraform_data.later")
	w.config(strings.NewReplacer("URL", r.URL, "NOTE", "a b").Replace(text))
	w.apply()
	if got := r.bodies(); len(got) != 1 || got[0] != "note=a%20b" {
		t.Errorf("called back %q", got)
	}
	w.clean()
}

// The answer to an upload is lost, again and again: the look afterwards finds the object, and as nobody knows whether its
// receiver was told, the next apply uploads once more.
func TestCallbackAnswerLost(t *testing.T) {
	t.Parallel()
	f := &faults{}
	o := startServer(t, &ossserver.Server{AllowPrivateCallbacks: true, Fault: f.hook})
	r := plainReceiver(t)
	w := o.workspace()
	w.write("main.tf", requiredProvider+strings.Replace(o.config(called("k", `content = "one"`, small(r.URL))), `provider "oss" {`, "provider \"oss\" {\n  max_retries = 1", 1))
	f.arm("PutObject", ossserver.Fault{Cut: ossserver.CutAfter}, -1)
	out := flatten(w.apply())
	f.disarm()
	if !strings.Contains(out, "Warning: Callback Answer Lost") || !strings.Contains(out, "callback_response is null") || !strings.Contains(out, "The callback is owed") {
		t.Errorf("no warning:\n%s", out)
	}
	if got := w.attribute("oss_object.k", "callback_response"); got != nil {
		t.Errorf("callback_response %v", got)
	}
	if len(r.bodies()) == 0 {
		t.Error("nobody was called back, so this test proves nothing")
	}
	w.apply()
	if got := w.attribute("oss_object.k", "callback_response"); got != `{"ok":true}` {
		t.Errorf("callback_response %v", got)
	}
	w.clean()
}
