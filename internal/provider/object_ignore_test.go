package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// ignorable is an argument that may stand in ignore_changes: as it is applied, and as the configuration has it later; and
// the header by which somebody else changes it meanwhile, "" for one that is not stored.
type ignorable struct {
	name, first, later    string
	header, stored, drift string
	storedLater           string // what header is when it is not ignored
}

// ignorables are the arguments beside the body.
var ignorables = []ignorable{
	{"key", "", "", "", "", "", ""}, // has its own place below
	{"content_type", `content_type = "text/plain"`, `content_type = "text/html"`, "Content-Type", "text/plain", "text/css", "text/html"},
	{"cache_control", `cache_control = "no-cache"`, `cache_control = "no-store"`, "Cache-Control", "no-cache", "max-age=60", "no-store"},
	{"content_disposition", `content_disposition = "inline"`, `content_disposition = "attachment"`, "Content-Disposition", "inline", "", "attachment"},
	{"content_encoding", `content_encoding = "identity"`, ``, "Content-Encoding", "identity", "br", ""},
	{"content_language", `content_language = "en"`, `content_language = "fr"`, "Content-Language", "en", "de", "fr"},
	{"expires", `expires = "Wed, 21 Oct 2026 07:28:00 GMT"`, `expires = "Thu, 22 Oct 2026 07:28:00 GMT"`, "Expires", "Wed, 21 Oct 2026 07:28:00 GMT", "0", "Thu, 22 Oct 2026 07:28:00 GMT"},
	{"metadata", `metadata = { owner = "emma" }`, `metadata = { owner = "evan" }`, "X-Oss-Meta-Owner", "emma", "eve", "evan"},
	{"acl", `acl = "private"`, `acl = "public-read"`, "X-Oss-Object-Acl", "private", "public-read-write", "public-read"},
	{"tags", `tags = { team = "web" }`, `tags = { team = "api" }`, "X-Oss-Tagging", "team=web", "team=ops", "team=api"},
	{"storage_class", `storage_class = "IA"`, `storage_class = "IA"`, "X-Oss-Storage-Class", "IA", "Standard", "IA"},
	{"server_side_encryption", `server_side_encryption = "KMS"`, `server_side_encryption = "KMS"`, "X-Oss-Server-Side-Encryption", "KMS", "KMS", "KMS"},
	{"server_side_encryption_key_id", `server_side_encryption_key_id = "k1"`, `server_side_encryption_key_id = "k2"`, "X-Oss-Server-Side-Encryption-Key-Id", "k1", "k9", "k2"},
	{"server_side_data_encryption", `server_side_data_encryption = "SM4"`, `server_side_data_encryption = "SM4"`, "X-Oss-Server-Side-Data-Encryption", "SM4", "", "SM4"},
	{"allow_overwrite", `allow_overwrite = true`, `allow_overwrite = true`, "", "", "", ""},
	{"deletion_policy", `deletion_policy = "delete"`, `deletion_policy = "keep"`, "", "", "", ""},
	{"timeouts", `timeouts {
    read = "4m"
  }`, `timeouts {
    read = "3m"
  }`, "", "", "", ""},
}

// ignorableCallback is the callback of an object, as a body that is uploaded may have it.
func ignorableCallback(url string) ignorable {
	block := `callback {
    urls = ["URL"]
    body = "PHASE $${object}"
  }`
	phase := func(name string) string { return strings.NewReplacer("URL", url, "PHASE", name).Replace(block) }
	return ignorable{name: "callback", first: phase("first"), later: phase("later")}
}

// bodyKinds are the ways to say what the body is. The body of a source and of a copy is that of their first name.
var bodyKinds = map[string][]ignorable{
	"content":        {{name: "content", first: `content = "body a"`, later: `content = "body b"`}},
	"content_base64": {{name: "content_base64", first: `content_base64 = "Ym9keSBh"`, later: `content_base64 = "Ym9keSBi"`}},
	"source": {{name: "source", first: `source = "a.txt"`, later: `source = "b.txt"`},
		{name: "source_hash", first: `source_hash = "a"`, later: `source_hash = "b"`}},
	"content_wo": {{name: "content_wo", first: `content_wo = "body a"`, later: `content_wo = "body b"`},
		{name: "content_wo_version", first: `content_wo_version = 1`, later: `content_wo_version = 2`}},
	"copy_source": {{name: "copy_source", first: copySource("from-a"), later: copySource("from-b")}},
	"none":        {},
}

func copySource(key string) string {
	return strings.Replace(`copy_source {
    bucket = "BUCKET"
    key    = "KEY"
  }`, "KEY", key, 1)
}

const ignoresAll = "all"

// ignoreTest is one workspace with an object for each argument that is ignored.
type ignoreTest struct {
	*testOSS
	w         *workspace
	receiver  *receiver
	kind      string
	arguments []ignorable
	bodyNames []string
}

func startIgnoring(t *testing.T, kind string) *ignoreTest {
	t.Helper()
	o := startCallbacks(t)
	f := &ignoreTest{testOSS: o, w: o.workspace(), receiver: plainReceiver(t), kind: kind, arguments: append(slices.Clone(ignorables), bodyKinds[kind]...)}
	if f.uploads() {
		f.arguments = append(f.arguments, ignorableCallback(f.receiver.URL))
	}
	for _, a := range bodyKinds[kind] {
		if a.name != "source_hash" {
			f.bodyNames = append(f.bodyNames, a.name)
		}
	}
	f.w.write("a.txt", "body a")
	f.w.write("b.txt", "body b")
	for _, letter := range []string{"a", "b"} {
		o.must(o.sdk().PutObject("from-"+letter, strings.NewReader("body "+letter)))
	}
	return f
}

// uploads reports whether the bodies are uploaded: OSS calls back for nothing else, and a callback beside it is refused.
func (f *ignoreTest) uploads() bool { return f.kind != "copy_source" && f.kind != "none" }

func (f *ignoreTest) names() []string {
	names := []string{ignoresAll}
	for _, a := range f.arguments {
		names = append(names, a.name)
	}
	return names
}

// keepsBody reports whether the object keeps the body that somebody else wrote: where the body is ignored.
func (f *ignoreTest) keepsBody(name string) bool {
	return name == ignoresAll || slices.Contains(f.bodyNames, name) && name != "content_wo_version"
}

// configure writes all objects, as they are first or later.
func (f *ignoreTest) configure(later bool) {
	f.t.Helper()
	text := ""
	for _, name := range f.names() {
		key := name
		if later && (name == "key" || name == ignoresAll) {
			key = "elsewhere-" + name
		}
		arguments := ""
		for _, a := range f.arguments {
			argument := a.first
			if later {
				argument = a.later
			}
			arguments += "  " + argument + "\n"
		}
		if f.keepsBody(name) && f.kind != "content_wo" {
			arguments += "  ignore_body_drift = true\n" // what a provider cannot see
		}
		ignored := "[" + name + "]"
		if name == ignoresAll {
			ignored = ignoresAll
		}
		text += fmt.Sprintf(`
resource "oss_object" %q {
  bucket = "BUCKET"
  key    = %q
%s
  lifecycle {
    ignore_changes = %s
  }
}
`, name, key, arguments, ignored)
	}
	f.w.write("main.tf", requiredProvider+f.config("")+strings.ReplaceAll(text, "BUCKET", f.bucket))
}

// wanted is what is stored of an object: its headers, at first or later, with what somebody else changed.
func (f *ignoreTest) wanted(name string, later, drift bool) map[string]string {
	headers := map[string]string{}
	for _, a := range f.arguments {
		value := a.stored
		if later && name != ignoresAll {
			value = a.storedLater
		}
		if drift && (a.name == name || name == ignoresAll) {
			value = a.drift
		}
		if a.header != "" && value != "" {
			headers[a.header] = value
		}
	}
	return headers
}

// put writes an object as somebody else.
func (f *ignoreTest) put(name, body string, headers map[string]string) {
	f.t.Helper()
	var options []oss.Option
	for header, value := range headers {
		options = append(options, oss.SetHeader(header, value))
	}
	f.must(f.sdk().PutObject(name, strings.NewReader(body), options...))
}

// storedHeaders are an object's, as a write would send them.
func storedHeaders(o ossserver.Object) map[string]string {
	headers := map[string]string{
		"Content-Type": o.ContentType, "Cache-Control": o.CacheControl, "Content-Disposition": o.ContentDisposition, "Content-Encoding": o.ContentEncoding,
		"Content-Language": o.ContentLanguage, "Expires": o.Expires, "X-Oss-Meta-Owner": o.Metadata["owner"], "X-Oss-Object-Acl": o.ACL,
		"X-Oss-Tagging": "team=" + o.Tags["team"], "X-Oss-Storage-Class": o.StorageClass, "X-Oss-Server-Side-Encryption": o.SSE,
		"X-Oss-Server-Side-Encryption-Key-Id": o.SSEKeyID, "X-Oss-Server-Side-Data-Encryption": o.SSEDataEncryption,
	}
	maps.DeleteFunc(headers, func(_, value string) bool { return value == "" })
	return headers
}

// drift has somebody else change what each object ignores, and nothing else.
func (f *ignoreTest) drift() {
	f.t.Helper()
	for _, name := range f.names() {
		body := "body a"
		if f.keepsBody(name) || f.kind == "none" {
			body = "foreign"
		}
		f.put(name, body, f.wanted(name, false, true))
	}
}

// expect compares what is stored with what has to be there after the later configuration.
func (f *ignoreTest) expect() {
	f.t.Helper()
	for _, name := range f.names() {
		if got, want := storedHeaders(f.object(name)), f.wanted(name, true, true); !maps.Equal(got, want) {
			f.t.Errorf("%s ignored: stored %v, want %v", name, got, want)
		}
		want := "body b"
		switch {
		case f.keepsBody(name) || f.kind == "none":
			want = "foreign"
		case name == "content_wo_version":
			want = "body a"
		}
		if got := f.body(name); got != want {
			f.t.Errorf("%s ignored: body %q, want %q", name, got, want)
		}
	}
}

// expectPlanned checks that each object was written when the plan said so, and not without.
func (f *ignoreTest) expectPlanned(changes map[string]change) {
	f.t.Helper()
	for _, name := range f.names() {
		got := changes["oss_object."+name]
		if slices.Contains(got.attributes, name) || name == ignoresAll && got.attributes != nil {
			f.t.Errorf("%s ignored: the plan is %v of %v", name, got.actions, got.attributes)
		}
		written := false
		for _, r := range f.local().Records() {
			written = written || r.Key == name && (r.Operation == "PutObject" || r.Operation == "CopyObject")
		}
		if planned := slices.Contains(got.attributes, "version_id"); planned != written {
			f.t.Errorf("%s ignored: written %v, planned %v", name, written, got.attributes)
		}
	}
}

// expectCalled wants one callback for each upload since the last reset, as the plan had it: the first where it is ignored.
func (f *ignoreTest) expectCalled(before int) {
	f.t.Helper()
	var want []string
	for _, r := range f.local().Records() {
		phase := "later "
		if r.Key == "callback" {
			phase = "first "
		}
		if r.Operation == "PutObject" {
			want = append(want, phase+r.Key)
		}
	}
	got := f.receiver.bodies()[before:]
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || !slices.Contains(got, "first callback") {
		f.t.Errorf("called back with %q, want %q", got, want)
	}
}

// Whatever is ignored is left as somebody else has made it, and everything else is changed: what is planned is done, and no
// more.
func TestIgnoreChanges(t *testing.T) {
	t.Parallel()
	for kind := range bodyKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := startIgnoring(t, kind)
			if kind == "none" {
				for _, name := range f.names() {
					f.put(name, "foreign", nil)
				}
			}
			f.configure(false)
			f.w.apply()
			f.w.clean()
			f.drift()
			f.w.clean()
			f.configure(true)
			changes := f.w.plan()
			f.local().ResetRecords()
			called := len(f.receiver.bodies())
			f.w.must("apply", "-no-color", "plan.bin")
			if f.uploads() {
				f.expectCalled(called)
			}
			f.expectPlanned(changes)
			f.expect()
			f.w.clean()
		})
	}
}

// A body that must not be seen is not let go because it is ignored, and a header of it changes beside a foreign body that
// nobody has looked at.
func TestIgnoredSecretBody(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	text := strings.Replace(writeOnly("SecretBody", "no-cache"), "\n}", `
  lifecycle {
    ignore_changes = [content_wo]
  }
}`, 1)
	w.config(text)
	w.apply()
	if out := w.must("plan", "-no-color"); !strings.Contains(out, "No changes") || strings.Contains(out, "No Longer Managed") {
		t.Errorf("a plan right after the apply:\n%s", out)
	}
	o.must(o.sdk().PutObject("secret.txt", strings.NewReader("foreign"), oss.ContentType("text/plain"), oss.CacheControl("no-cache")))
	w.config(strings.Replace(text, "no-cache", "no-store", 1))
	w.apply("-refresh=false")
	w.clean()
	if got := o.object("secret.txt"); got.CacheControl != "no-store" || o.body("secret.txt") != "foreign" {
		t.Errorf("stored %q with the cache control %q", o.body("secret.txt"), got.CacheControl)
	}
	w.config(strings.NewReplacer("no-cache", "no-store", "version = 1", "version = 2").Replace(text))
	if got := w.plan()[testObject]; !sameNames(got.attributes, []string{"content_wo_version"}) {
		t.Errorf("another version plans %v", got.attributes)
	}
	o.local().ResetRecords()
	w.must("apply", "plan.bin")
	if got := o.requests(); got != "" && got != "HeadObject:1" {
		t.Errorf("another version of what is ignored cost %q", got)
	}
	w.clean()
	w.expectNoPlanInState()
	w.must("destroy", "-auto-approve")
	if _, err := o.local().Object(o.bucket, "secret.txt"); err == nil {
		t.Error("the object is still there: its body was let go")
	}
}

// expectNoPlanInState looks for the planned change in the private state, which has no use for it after the apply.
func (w *workspace) expectNoPlanInState() {
	w.t.Helper()
	var state struct {
		Resources []struct {
			Instances []struct {
				Private []byte `json:"private"`
			} `json:"instances"`
		} `json:"resources"`
	}
	w.oss.must(json.Unmarshal([]byte(w.read("terraform.tfstate")), &state))
	looked := 0
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			looked++
			if strings.Contains(string(i.Private), plannedKey) || !strings.Contains(string(i.Private), memoryKey) {
				w.t.Errorf("the private state is %s", i.Private)
			}
		}
	}
	if looked == 0 {
		w.t.Error("no private state found")
	}
}
