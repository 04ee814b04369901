package provider

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// faults is a server hook that a test arms and disarms.
type faults struct {
	operation atomic.Value // string; "" is disarmed
	fault     atomic.Value // ossserver.Fault
	left      atomic.Int32 // how often it strikes; negative is for ever
}

func (f *faults) arm(operation string, fault ossserver.Fault, times int) {
	f.fault.Store(fault)
	f.left.Store(int32(times))
	f.operation.Store(operation)
}

func (f *faults) disarm() { f.operation.Store("") }

func (f *faults) hook(c ossserver.Call) *ossserver.Fault {
	if operation, _ := f.operation.Load().(string); operation == "" || operation != c.Operation {
		return nil
	}
	if f.left.Load() == 0 {
		return nil
	}
	f.left.Add(-1)
	fault, _ := f.fault.Load().(ossserver.Fault)
	return &fault
}

func startFaulty(t *testing.T) (*testOSS, *faults) {
	t.Helper()
	f := &faults{}
	server := newServer()
	server.Fault = f.hook
	return startServer(t, server), f
}

// failure is one way in which a request goes wrong for good, and the words that must explain it.
type failure struct {
	name  string
	fault ossserver.Fault
	words []string
}

var failures = []failure{
	{"denied", ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}, []string{"AccessDenied", "RAM policy", "OSS request ID:"}},
	{"no bucket", ossserver.Fault{Status: 404, Code: "NoSuchBucket", Message: "no bucket"}, []string{"NoSuchBucket", "spelling of the bucket"}},
	{"conflict", ossserver.Fault{Status: 409, Code: "FileImmutable", Message: "protected"}, []string{"FileImmutable", "WORM"}},
	{"server error", ossserver.Fault{Status: 500, Code: "InternalError", Message: "oops"}, []string{"InternalError", "raise max_retries"}},
	{"cut before", ossserver.Fault{Cut: ossserver.CutBefore}, []string{"EOF"}},
}

// objectConfig is a small object; retries are few so that failures come soon.
func objectConfig(o *testOSS, arguments string) string {
	return strings.Replace(o.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
`+arguments+"\n}\n"), `provider "oss" {`, "provider \"oss\" {\n  max_retries = 1", 1)
}

// Each call of each operation fails in each way: the diagnostic explains it, nothing is lost, and the next apply heals.
func TestObjectFailures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ operation, title, before, after string }{
		{"GetBucketVersioning", "Unable to Create OSS Object", "", `content = "one"`},
		{"PutObject", "Unable to Create OSS Object", "", `content = "one"`},
		{"HeadObject", "Unable to Read OSS Object", `content = "one"`, `content = "one"`},
		{"GetObjectAcl", "Unable to Update OSS Object", `content = "one"`, "content = \"one\"\n cache_control = \"no-cache\""},
		{"CopyObject", "Unable to Update OSS Object", `content = "one"`, "content = \"one\"\n cache_control = \"no-cache\""},
		{"PutObject", "Unable to Update OSS Object", `content = "one"`, `content = "two"`},
		{"PutObjectACL", "Unable to Update OSS Object", `content = "one"`, "content = \"one\"\n acl = \"private\""},
		{"PutObjectTagging", "Unable to Update OSS Object", `content = "one"`, "content = \"one\"\n tags = { a = \"b\" }"},
		{"DeleteObjectTagging", "Unable to Update OSS Object", "content = \"one\"\n tags = { a = \"b\" }", "content = \"one\"\n tags = {}"},
		{"GetObjectAcl", "Unable to Read OSS Object", "content = \"one\"\n acl = \"private\"", "content = \"one\"\n acl = \"private\""},
		{"GetObjectTagging", "Unable to Read OSS Object", "content = \"one\"\n tags = { a = \"b\" }", "content = \"one\"\n tags = { a = \"b\" }"},
		{"DeleteObject", "Unable to Delete OSS Object", `content = "one"`, ""},
		{"ListObjectVersions", "Unable to Delete OSS Object", "content = \"one\"\n deletion_policy = \"delete_all_versions\"", ""},
	} {
		t.Run(tc.operation+" "+tc.title, func(t *testing.T) {
			t.Parallel()
			o, f := startFaulty(t)
			w := o.workspace()
			set := func(arguments string) {
				if arguments == "" {
					w.write("main.tf", requiredProvider+strings.Replace(o.config(""), `provider "oss" {`, "provider \"oss\" {\n  max_retries = 1", 1))
					return
				}
				w.write("main.tf", requiredProvider+objectConfig(o, arguments))
			}
			if tc.before != "" {
				set(tc.before)
				w.apply()
			}
			set(tc.after)
			for _, failure := range failures {
				if failure.name == "no bucket" && (strings.Contains(tc.title, "Read") || strings.Contains(tc.title, "Delete")) {
					continue // means that the object is gone: another test
				}
				if failure.name == "denied" && tc.operation == "GetBucketVersioning" {
					continue // the creation looks for the object instead: another test
				}
				f.arm(tc.operation, failure.fault, -1)
				w.fails(append([]string{tc.title}, failure.wordsFor(t, tc.operation)...), "apply", "-auto-approve", "-no-color")
				f.disarm()
				if tc.before != "" && o.body("k") != "one" {
					t.Errorf("%s: the object was lost", failure.name)
				}
			}
			w.apply()
			w.clean()
		})
	}
}

// A failure that passes is not seen at all.
func TestObjectPassingFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]ossserver.Fault{
		"500":        {Status: 500, Code: "InternalError", Message: "oops"},
		"503":        {Status: 503, Code: "ServiceUnavailable", Message: "busy"},
		"cut before": {Cut: ossserver.CutBefore},
		"cut after":  {Cut: ossserver.CutAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, f := startFaulty(t)
			w := o.workspace()
			w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "one"
}`)
			f.arm("PutObject", fault, 1)
			w.apply()
			w.clean()
			w.apply("-refresh-only")
			w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "one"
  cache_control = "no-cache"
}`)
			f.arm("CopyObject", fault, 1)
			w.apply()
			w.clean()
			w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "two"
}`)
			f.arm("PutObject", fault, 1)
			w.apply()
			w.clean()
			f.arm("HeadObject", fault, 1)
			w.clean()
			f.arm("DeleteObject", fault, 1)
			w.must("destroy", "-auto-approve")
			if _, err := o.local().Object(o.bucket, "k"); err == nil {
				t.Error("the object is still there")
			}
		})
	}
}

// Every answer to a creation is lost although the server did the work: the look afterwards finds the object.
func TestCreateWhoseAnswersAreAllLost(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	w := o.workspace()
	w.write("main.tf", requiredProvider+objectConfig(o, `content = "one"`))
	f.arm("PutObject", ossserver.Fault{Cut: ossserver.CutAfter}, -1)
	w.apply()
	f.disarm()
	w.clean()
}

func TestTimeoutsAreHonoured(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	w := o.workspace()
	text := `content = "one"
  timeouts {
    create = "1s"
    read = "1s"
    delete = "1s"
  }`
	w.write("main.tf", requiredProvider+objectConfig(o, text))
	slow := ossserver.Fault{Delay: 4 * time.Second} // the limit is 1 s
	words := []string{"did not end within its time limit", "timeouts block"}
	f.arm("PutObject", slow, -1)
	w.fails(append(words, "Unable to Create"), "apply", "-auto-approve", "-no-color")
	f.disarm()
	w.apply()
	f.arm("HeadObject", slow, -1)
	w.fails(append(words, "Unable to Read"), "plan", "-no-color")
	f.arm("DeleteObject", slow, -1)
	w.fails(append(words, "Unable to Delete"), "destroy", "-auto-approve", "-no-color")
	f.disarm()
	w.clean()
}

// Somebody else writes between plan and apply.
func TestObjectChangedSinceThePlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	set := func(header, body string) {
		text := ""
		for key, arguments := range map[string]string{"header": header, "body": body} {
			text += strings.NewReplacer(`"test"`, `"`+key+`"`, `"k"`, `"`+key+`"`).Replace(objectBlock("k", arguments))
		}
		w.config("%s", strings.ReplaceAll(text, `content = "x"`, ""))
	}
	both := func(words ...string) map[string][]string { return map[string][]string{"header": words, "body": words} }
	set(`content = "one"`, `content = "one"`)
	w.apply()
	set("content = \"one\"\n cache_control = \"no-cache\"", `content = "two"`)
	w.must("plan", "-out=plan.bin", "-no-color")
	for key := range both() {
		o.must(o.sdk().PutObject(key, strings.NewReader("somebody else's")))
	}
	w.expectDiagnosed(both("OSS Object Changed Since the Plan", "Run plan again"), "apply", "plan.bin")
	for key := range both() {
		if got := o.body(key); got != "somebody else's" {
			t.Errorf("%s: body %q", key, got)
		}
	}
	w.must("plan", "-out=plan.bin", "-no-color")
	for key := range both() {
		o.must(o.sdk().DeleteObject(key))
	}
	w.expectDiagnosed(both("OSS Object Changed Since the Plan"), "apply", "plan.bin")
	w.apply()
	w.clean()
}

func TestCreateNeverOverwrites(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject("k", strings.NewReader("precious")))
	w := o.workspace()
	w.write("main.tf", requiredProvider+objectConfig(o, `content = "one"`))
	w.fails([]string{"OSS Object Already Exists", `terraform import ADDRESS "test-bucket/k"`, "allow_overwrite"}, "apply", "-auto-approve", "-no-color")
	if got := o.body("k"); got != "precious" {
		t.Errorf("body %q", got)
	}
	w.write("main.tf", requiredProvider+objectConfig(o, "content = \"one\"\n allow_overwrite = true"))
	w.apply()
	if got := o.body("k"); got != "one" {
		t.Errorf("body %q", got)
	}
	w.clean()
}

// With create_before_destroy under one key the deletion of the old object would hit the new one.
func TestCreateBeforeDestroyKeepsTheNewObject(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.write("main.tf", requiredProvider+objectConfig(o, `content = "one"
  allow_overwrite = true
  lifecycle {
    create_before_destroy = true
  }`))
	w.apply()
	w.apply("-replace=oss_object.test")
	if got := o.body("k"); got != "one" {
		t.Errorf("body %q", got)
	}
	w.clean()
	// Without allow_overwrite another body is in the way, and the same one is taken as it is.
	set := func(content string) {
		w.write("main.tf", requiredProvider+objectConfig(o, `content = "`+content+`"
  lifecycle {
    create_before_destroy = true
  }`))
	}
	set("two")
	w.fails([]string{"OSS Object Already Exists", "create_before_destroy"}, "apply", "-auto-approve", "-no-color", "-replace=oss_object.test")
	set("one")
	if out := w.apply("-replace=oss_object.test"); !strings.Contains(out, "OSS Object Found As Planned") {
		t.Errorf("nothing is said of the object that was found:\n%s", out)
	}
	if got := o.body("k"); got != "one" {
		t.Errorf("body %q", got)
	}
	w.clean()
}

// A change of the key makes a new object and removes the old one.
func TestReplaceByKey(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.write("main.tf", requiredProvider+objectConfig(o, `content = "one"`))
	w.apply()
	w.write("main.tf", requiredProvider+strings.Replace(objectConfig(o, `content = "one"`), `key = "k"`, `key = "k2.html"`, 1))
	if got := w.plan()["oss_object.test"]; !got.actions.Replace() {
		t.Errorf("plan %v, want a replacement", got.actions)
	}
	w.must("apply", "plan.bin")
	if got := o.object("k2.html"); got.ContentType != "text/html" {
		t.Errorf("content type %q", got.ContentType)
	}
	if _, err := o.local().Object(o.bucket, "k"); err == nil {
		t.Error("the old object is still there")
	}
	w.clean()
}

// A byte that changes on its way is not seen at all. A body that OSS stores damaged, attempt after attempt, fails the
// apply; the state says what is stored, and the next apply puts it right.
func TestDamagedBodies(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	w := o.workspace()
	for _, content := range []string{"one", "two"} {
		w.write("main.tf", requiredProvider+objectConfig(o, `content = "`+content+`"`))
		f.arm("PutObject", ossserver.Fault{Damage: ossserver.DamageStored}, -1)
		w.fails([]string{"was damaged on its way", "OSS stored something else than was sent", "the next apply replaces it"}, "apply", "-auto-approve", "-no-color")
		if got := o.body("k"); got == content {
			t.Error("nothing was damaged")
		}
		f.arm("PutObject", ossserver.Fault{Damage: ossserver.DamageOnWay}, 1)
		w.apply()
		f.disarm()
		w.clean()
		if got := o.body("k"); got != content {
			t.Errorf("stored %q, want %q", got, content)
		}
	}
}
