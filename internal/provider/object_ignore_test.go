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

// ignoring is an object with all arguments of its kind, some of which it ignores.
type ignoring struct {
	kind, key string
	all       bool
	names     []string // of what is ignored, unless all is
	arguments []ignorable
}

// uploads reports whether the bodies of a kind are uploaded: OSS calls back for nothing else, and a callback beside it is
// refused.
func uploads(kind string) bool { return kind != "copy_source" && kind != "none" }

// argumentsOf are all that an object may have whose body is of one kind.
func argumentsOf(kind, url string) []ignorable {
	arguments := slices.Clone(ignorables)
	if uploads(kind) {
		arguments = append(arguments, ignorableCallback(url))
	}
	return append(arguments, bodyKinds[kind]...)
}

// ignoringMany are objects of one kind that ignore all, the headers, and what is set beside them.
func ignoringMany(kind, url string) []ignoring {
	arguments := argumentsOf(kind, url)
	headers := ignoring{kind: kind, key: kind + "-headers", arguments: arguments}
	settings := ignoring{kind: kind, key: kind + "-settings", arguments: arguments}
	for _, a := range arguments[:len(arguments)-len(bodyKinds[kind])] {
		if a.header != "" && !strings.HasPrefix(a.header, "X-Oss-") || a.name == "metadata" {
			headers.names = append(headers.names, a.name)
		} else {
			settings.names = append(settings.names, a.name)
		}
	}
	return []ignoring{{kind: kind, key: kind + "-all", all: true, arguments: arguments}, headers, settings}
}

// ignoringOf are objects of one kind that ignore all, what is set beside the headers, of an upload, and each part of the body.
// Those of content ignore the headers too.
func ignoringOf(kind, url string) []ignoring {
	objects := slices.DeleteFunc(ignoringMany(kind, url), func(i ignoring) bool {
		return i.key == kind+"-headers" && kind != "content" || i.key == kind+"-settings" && !uploads(kind)
	})
	for _, a := range bodyKinds[kind] {
		objects = append(objects, ignoring{kind: kind, key: kind + "-" + a.name, names: []string{a.name}, arguments: argumentsOf(kind, url)})
	}
	return objects
}

func (i *ignoring) ignores(name string) bool { return i.all || slices.Contains(i.names, name) }

// keepsBody reports whether the object keeps the body that somebody else wrote: where the body is ignored.
func (i *ignoring) keepsBody() bool {
	return slices.ContainsFunc(bodyKinds[i.kind], func(a ignorable) bool {
		return i.ignores(a.name) && a.name != "source_hash" && a.name != "content_wo_version"
	})
}

// block is the object, as it is first or later.
func (i *ignoring) block(later bool) string {
	key, text, ignored := i.key, "", "["+strings.Join(i.names, ", ")+"]"
	if later && i.ignores("key") {
		key = "elsewhere-" + key
	}
	for _, a := range i.arguments {
		argument := a.first
		if later {
			argument = a.later
		}
		text += "  " + argument + "\n"
	}
	if i.keepsBody() && i.kind != "content_wo" {
		text += "  ignore_body_drift = true\n" // what a provider cannot see
	}
	if i.all {
		ignored = "all"
	}
	return fmt.Sprintf(`
resource "oss_object" %q {
  bucket = "BUCKET"
  key    = %q
%s
  lifecycle {
    ignore_changes = %s
  }
}
`, i.key, key, text, ignored)
}

// wanted is what is stored of the object: its headers, at first or later, with what somebody else changed.
func (i *ignoring) wanted(later, drift bool) map[string]string {
	headers := map[string]string{}
	for _, a := range i.arguments {
		value := a.stored
		if later && !i.ignores(a.name) {
			value = a.storedLater
		}
		if drift && i.ignores(a.name) {
			value = a.drift
		}
		if a.header != "" && value != "" {
			headers[a.header] = value
		}
	}
	return headers
}

// ignoreTest is a server with objects of all kinds.
type ignoreTest struct {
	*testOSS
	receiver *receiver
	objects  []ignoring
}

// startIgnoring has the objects that are chosen of each kind, for a receiver's URL.
func startIgnoring(t *testing.T, choose func(kind, url string) []ignoring) *ignoreTest {
	t.Helper()
	o := startCallbacks(t)
	f := &ignoreTest{testOSS: o, receiver: plainReceiver(t)}
	for _, kind := range slices.Sorted(maps.Keys(bodyKinds)) {
		f.objects = append(f.objects, choose(kind, f.receiver.URL)...)
	}
	for _, letter := range []string{"a", "b"} {
		o.must(o.sdk().PutObject("from-"+letter, strings.NewReader("body "+letter)))
	}
	for _, i := range f.objects {
		if i.kind == "none" {
			f.put(i.key, "foreign", nil)
		}
	}
	return f
}

// configure writes all objects, as they are first or later.
func (f *ignoreTest) configure(w *workspace, later bool) {
	f.t.Helper()
	text := ""
	for _, i := range f.objects {
		text += i.block(later)
	}
	w.write("main.tf", requiredProvider+f.config("")+strings.ReplaceAll(text, "BUCKET", f.bucket))
}

// put writes an object as somebody else.
func (f *ignoreTest) put(key, body string, headers map[string]string) {
	f.t.Helper()
	var options []oss.Option
	for header, value := range headers {
		options = append(options, oss.SetHeader(header, value))
	}
	f.must(f.sdk().PutObject(key, strings.NewReader(body), options...))
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
	for _, i := range f.objects {
		body := "body a"
		if i.keepsBody() || i.kind == "none" {
			body = "foreign"
		}
		f.put(i.key, body, i.wanted(false, true))
	}
}

// expect compares what is stored with what has to be there after the later configuration.
func (f *ignoreTest) expect() {
	f.t.Helper()
	for _, i := range f.objects {
		if got, want := storedHeaders(f.object(i.key)), i.wanted(true, true); !maps.Equal(got, want) {
			f.t.Errorf("%s: stored %v, want %v", i.key, got, want)
		}
		want := "body b"
		switch {
		case i.keepsBody() || i.kind == "none":
			want = "foreign"
		case i.ignores("content_wo_version"):
			want = "body a"
		}
		if got := f.body(i.key); got != want {
			f.t.Errorf("%s: body %q, want %q", i.key, got, want)
		}
	}
}

// expectPlanned checks that each object was written when the plan said so, and not without.
func (f *ignoreTest) expectPlanned(changes map[string]change) {
	f.t.Helper()
	wrote := map[string]bool{}
	for _, r := range f.local().Records() {
		wrote[r.Key] = wrote[r.Key] || r.Operation == "PutObject" || r.Operation == "CopyObject"
	}
	for _, i := range f.objects {
		got := changes["oss_object."+i.key]
		if slices.ContainsFunc(got.attributes, i.ignores) {
			f.t.Errorf("%s: the plan is %v of %v", i.key, got.actions, got.attributes)
		}
		if planned := slices.Contains(got.attributes, "version_id"); planned != wrote[i.key] {
			f.t.Errorf("%s: written %v, planned %v", i.key, wrote[i.key], got.attributes)
		}
	}
}

// expectCalled wants one callback for each upload since the last reset, as the plan had it: the first where it is ignored.
func (f *ignoreTest) expectCalled(before int) {
	f.t.Helper()
	ignored := map[string]bool{}
	for _, i := range f.objects {
		ignored[i.key] = i.ignores("callback")
	}
	var want []string
	for _, r := range f.local().Records() {
		phase := "later "
		if ignored[r.Key] {
			phase = "first "
		}
		if r.Operation == "PutObject" {
			want = append(want, phase+r.Key)
		}
	}
	got := f.receiver.bodies()[before:]
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		f.t.Errorf("called back with %q, want %q", got, want)
	}
	for kind := range bodyKinds {
		if uploads(kind) && !slices.ContainsFunc(got, func(body string) bool { return strings.HasPrefix(body, "first "+kind+"-") }) {
			f.t.Errorf("%s: no upload called back as it did first: %q", kind, got)
		}
	}
}

// Whatever is ignored is left as somebody else has made it, and everything else is changed: what is planned is done, and no
// more. All kinds of body share a workspace: a run of Terraform costs more than an object. TestIgnoreEachAlone has the
// arguments one by one, and the plan before anybody has changed anything.
func TestIgnoreChanges(t *testing.T) {
	t.Parallel()
	f := startIgnoring(t, ignoringOf)
	w := f.workspace()
	w.write("a.txt", "body a")
	w.write("b.txt", "body b")
	f.configure(w, false)
	w.apply()
	f.drift()
	w.clean()
	f.configure(w, true)
	f.local().ResetRecords()
	called := len(f.receiver.bodies())
	changes := plannedChanges(w.apply())
	f.expectCalled(called)
	f.expectPlanned(changes)
	f.expect()
	w.clean()
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
	if got := o.object("secret.txt"); got.CacheControl != "no-store" || o.body("secret.txt") != "foreign" {
		t.Errorf("stored %q with the cache control %q", o.body("secret.txt"), got.CacheControl)
	}
	w.config(strings.NewReplacer("no-cache", "no-store", "version = 1", "version = 2").Replace(text))
	o.local().ResetRecords()
	if got := plannedChanges(w.apply())[testObject]; !sameNames(got.attributes, []string{"content_wo_version"}) {
		t.Errorf("another version plans %v", got.attributes)
	}
	if got := o.requests(); got != "HeadObject:1" { // the refresh
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
