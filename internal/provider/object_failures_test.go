package provider

import (
	"slices"
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

func objectCallFailures() []callFailure {
	content := func(body string, more map[string]any) map[string]any {
		return with(map[string]any{"content": body}, more)
	}
	one, two := content("one", nil), content("two", nil)
	header, private := content("one", map[string]any{"cache_control": "no-cache"}), content("one", map[string]any{"acl": "private"})
	tagged, untagged := content("one", map[string]any{"tags": map[string]any{"a": "b"}}), content("one", map[string]any{"tags": map[string]any{}})
	versions := content("one", map[string]any{"deletion_policy": "delete_all_versions"})
	return []callFailure{
		{"oss_object", "GetBucketVersioning", "Unable to Create OSS Object", nil, one},
		{"oss_object", "PutObject", "Unable to Create OSS Object", nil, one},
		{"oss_object", "HeadObject", "Unable to Read OSS Object", one, one},
		{"oss_object", "GetObjectAcl", "Unable to Update OSS Object", one, header},
		{"oss_object", "CopyObject", "Unable to Update OSS Object", one, header},
		{"oss_object", "PutObject", "Unable to Update OSS Object", one, two},
		{"oss_object", "PutObjectACL", "Unable to Update OSS Object", one, private},
		{"oss_object", "PutObjectTagging", "Unable to Update OSS Object", one, tagged},
		{"oss_object", "DeleteObjectTagging", "Unable to Update OSS Object", tagged, untagged},
		{"oss_object", "GetObjectAcl", "Unable to Read OSS Object", private, private},
		{"oss_object", "GetObjectTagging", "Unable to Read OSS Object", tagged, tagged},
		{"oss_object", "DeleteObject", "Unable to Delete OSS Object", one, nil},
		{"oss_object", "ListObjectVersions", "Unable to Delete OSS Object", versions, nil},
	}
}

func TestObjectFailures(t *testing.T) {
	t.Parallel()
	expectCallFailures(t, objectCallFailures(), map[string]any{"bucket": "test-bucket", "key": "k"}, func(o *testOSS) bool { return o.body("k") == "one" })
}

// A failure that passes is not seen at all. TestFailuresInARun lets some pass in a run of Terraform.
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
			object := func(content string, more map[string]any) map[string]any {
				return with(map[string]any{"bucket": o.bucket, "key": "k", "content": content}, more)
			}
			r := o.protocol().manage("oss_object", object("one", nil))
			step := func(operation string, run func()) {
				t.Helper()
				r.p = o.protocol() // of another run
				f.arm(operation, fault, 1)
				run()
				if f.left.Load() != 0 {
					t.Errorf("%s did not fail", operation)
				}
			}
			step("PutObject", r.apply)
			r.clean()
			r.config = object("one", map[string]any{"cache_control": "no-cache"})
			step("CopyObject", r.apply)
			r.clean()
			r.config = object("two", nil)
			step("PutObject", r.apply)
			r.clean()
			step("HeadObject", r.clean)
			step("DeleteObject", r.destroy)
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
	p := o.protocolWithFewRetries()
	r := p.manage("oss_object", map[string]any{
		"bucket": o.bucket, "key": "k", "content": "one", "timeouts": map[string]any{"create": "1s", "read": "1s", "delete": "1s"},
	})
	slow := ossserver.Fault{Delay: 4 * time.Second} // the limit is 1 s
	words := []string{"did not end within its time limit", "timeouts block"}
	f.arm("PutObject", slow, -1)
	p.fails(append(words, "Unable to Create"), r.apply)
	f.disarm()
	r.apply()
	f.arm("HeadObject", slow, -1)
	p.fails(append(words, "Unable to Read"), r.planAll)
	f.arm("DeleteObject", slow, -1)
	p.fails(append(words, "Unable to Delete"), r.destroy)
	f.disarm()
	r.clean()
}

// Somebody else writes between plan and apply.
func TestObjectChangedSinceThePlan(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.configWithFewRetries("")
	one := map[string]any{"content": "one"}
	written, deleted := []string{"header", "body"}, []string{"header-gone", "body-gone"}
	objects := func(header, body map[string]any) {
		blocks := map[string]any{}
		for _, key := range slices.Concat(written, deleted) {
			arguments := header
			if strings.HasPrefix(key, "body") {
				arguments = body
			}
			blocks[key] = with(arguments, map[string]any{"bucket": o.bucket, "key": key})
		}
		w.writeResources(map[string]map[string]any{"oss_object": blocks})
	}
	objects(one, one)
	w.apply()
	objects(with(one, map[string]any{"cache_control": "no-cache"}), map[string]any{"content": "two"})
	w.must("plan", "-out=plan.bin")
	for _, key := range written {
		o.must(o.sdk().PutObject(key, strings.NewReader("somebody else's")))
	}
	for _, key := range deleted {
		o.must(o.sdk().DeleteObject(key))
	}
	want := map[string][]string{}
	for _, key := range slices.Concat(written, deleted) {
		want["oss_object."+key] = []string{"OSS Object Changed Since the Plan", "Run plan again"}
	}
	w.expectErrors(want, "apply", "plan.bin")
	for _, key := range written {
		if got := o.body(key); got != "somebody else's" {
			t.Errorf("body of %s is %q", key, got)
		}
	}
	for _, key := range deleted {
		if _, err := o.local().Object(o.bucket, key); err == nil {
			t.Errorf("%s is there again", key)
		}
	}
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
	if got := plannedChanges(w.apply())["oss_object.test"]; !got.actions.Replace() {
		t.Errorf("plan %v, want a replacement", got.actions)
	}
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
	words := []string{"was damaged on its way", "OSS stored something else than was sent", "the next apply replaces it"}
	damaged := func(content string, fails, apply, clean func()) {
		t.Helper()
		f.arm("PutObject", ossserver.Fault{Damage: ossserver.DamageStored}, -1)
		fails()
		if got := o.body("k"); got == content {
			t.Error("nothing was damaged")
		}
		f.arm("PutObject", ossserver.Fault{Damage: ossserver.DamageOnWay}, 1)
		apply()
		f.disarm()
		clean()
		if got := o.body("k"); got != content {
			t.Errorf("stored %q, want %q", got, content)
		}
	}
	// A creation that fails taints, which is Terraform's part; an update does not.
	w := o.workspace()
	w.write("main.tf", requiredProvider+objectConfig(o, `content = "one"`))
	damaged("one", func() { w.fails(words, "apply", "-auto-approve", "-no-color") }, func() { w.apply() }, w.clean)
	p := o.protocolWithFewRetries()
	r := p.importByID("oss_object", o.bucket+"/k")
	r.config = map[string]any{"bucket": o.bucket, "key": "k", "content": "one"}
	r.apply()
	r.config["content"] = "two"
	damaged("two", func() { p.fails(words, r.apply) }, r.apply, r.clean)
}
