package provider

import (
	"fmt"
	"slices"
	"strconv"
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

// faultsOfKeys are faults by operation, bucket and key: "HeadObject bucket/k". They are not to be changed during a run.
type faultsOfKeys map[string]ossserver.Fault

func (f faultsOfKeys) hook(c ossserver.Call) *ossserver.Fault {
	if fault, armed := f[c.Operation+" "+c.Bucket+"/"+c.Key]; armed {
		return &fault
	}
	return nil
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

// callFailure is a call of an operation on a resource: what is applied before, what the apply in which it fails has, nil for
// nothing, and the title of the error.
type callFailure struct {
	operation, title string
	before, after    map[string]any
}

// passes tells which failures are none of this call's.
func (c callFailure) passes(failure failure) bool {
	return failure.name == "no bucket" && (strings.Contains(c.title, "Read") || strings.Contains(c.title, "Delete")) || // means that the object is gone: another test
		failure.name == "denied" && c.operation == "GetBucketVersioning" // the creation looks for the object instead: another test
}

func objectCallFailures() []callFailure {
	content := func(body string, more map[string]any) map[string]any {
		return with(map[string]any{"content": body}, more)
	}
	one, two := content("one", nil), content("two", nil)
	header, private := content("one", map[string]any{"cache_control": "no-cache"}), content("one", map[string]any{"acl": "private"})
	tagged, untagged := content("one", map[string]any{"tags": map[string]any{"a": "b"}}), content("one", map[string]any{"tags": map[string]any{}})
	return []callFailure{
		{"GetBucketVersioning", "Unable to Create OSS Object", nil, one},
		{"PutObject", "Unable to Create OSS Object", nil, one},
		{"HeadObject", "Unable to Read OSS Object", one, one},
		{"GetObjectAcl", "Unable to Update OSS Object", one, header},
		{"CopyObject", "Unable to Update OSS Object", one, header},
		{"PutObject", "Unable to Update OSS Object", one, two},
		{"PutObjectACL", "Unable to Update OSS Object", one, private},
		{"PutObjectTagging", "Unable to Update OSS Object", one, tagged},
		{"DeleteObjectTagging", "Unable to Update OSS Object", tagged, untagged},
		{"GetObjectAcl", "Unable to Read OSS Object", private, private},
		{"GetObjectTagging", "Unable to Read OSS Object", tagged, tagged},
		{"DeleteObject", "Unable to Delete OSS Object", one, nil},
		{"ListObjectVersions", "Unable to Delete OSS Object", content("one", map[string]any{"deletion_policy": "delete_all_versions"}), nil},
	}
}

// Each call of each operation fails in each way: the diagnostic explains it, nothing is lost, and the next apply heals.
func TestObjectFailures(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("lets every call fail in every way")
	}
	for _, tc := range objectCallFailures() {
		t.Run(tc.operation+" "+tc.title, func(t *testing.T) {
			t.Parallel()
			o, f := startFaulty(t)
			at := map[string]any{"bucket": o.bucket, "key": "k"}
			r := o.protocolWithFewRetries().manage("oss_object", with(tc.before, at))
			if tc.before != nil {
				r.apply()
			}
			r.config = with(tc.after, at)
			run := r.apply
			if tc.after == nil {
				run = r.destroy
			}
			for _, failure := range failures {
				if tc.passes(failure) {
					continue
				}
				r.p = o.protocolWithFewRetries() // of another run
				f.arm(tc.operation, failure.fault, -1)
				r.p.fails(append([]string{tc.title}, failure.wordsFor(t, tc.operation)...), run)
				f.disarm()
				if tc.before != nil && o.body("k") != "one" {
					t.Errorf("%s: the object was lost", failure.name)
				}
			}
			r.p = o.protocolWithFewRetries()
			run()
			if tc.after != nil {
				r.clean()
			} else if o.stored() != 0 {
				t.Error("the object is still there")
			}
		})
	}
}

// What the test above holds of the provider arrives in a run of Terraform: calls fail in all these ways, each for an object
// of its own, and every error is told. The next apply heals all of them.
func TestObjectFailuresInARun(t *testing.T) {
	t.Parallel()
	f := faultsOfKeys{}
	server := newServer()
	server.Fault = f.hook
	o := startServer(t, server)
	o.local()
	w := o.workspace()
	w.configWithFewRetries("")
	cases := slices.DeleteFunc(objectCallFailures(), func(tc callFailure) bool {
		return !slices.Contains([]string{"PutObject", "HeadObject", "CopyObject", "DeleteObject"}, tc.operation)
	})
	key := func(i int) string { return fmt.Sprintf("k%d", i) }
	before, after := map[string]any{}, map[string]any{}
	for i, tc := range cases {
		at := map[string]any{"bucket": o.bucket, "key": key(i)}
		if tc.before != nil {
			before[key(i)] = with(tc.before, at)
		}
		if tc.after != nil {
			after[key(i)] = with(tc.after, at)
		}
	}
	w.resourcesOf("oss_object", before)
	w.apply()
	w.resourcesOf("oss_object", after)
	for _, reads := range []bool{true, false} { // an error of a refresh keeps Terraform from all else
		want := map[string][]string{}
		for i, tc := range cases {
			if strings.Contains(tc.title, "Read") != reads {
				continue
			}
			failure := failures[(i+1)%len(failures)]
			f[tc.operation+" "+o.bucket+"/"+key(i)] = failure.fault
			want["oss_object."+key(i)] = append([]string{tc.title, strconv.Quote(key(i))}, failure.wordsFor(t, tc.operation)...)
		}
		w.expectErrors(want, "apply", "-auto-approve")
		clear(f)
		for i, tc := range cases {
			if tc.before != nil && o.body(key(i)) != "one" {
				t.Errorf("%s: the object was lost", tc.operation)
			}
		}
	}
	w.apply()
	w.clean()
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
	for _, tc := range []struct{ name, after string }{
		{"header", "content = \"one\"\n cache_control = \"no-cache\""},
		{"body", `content = "two"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			w := o.workspace()
			w.write("main.tf", requiredProvider+objectConfig(o, `content = "one"`))
			w.apply()
			w.write("main.tf", requiredProvider+objectConfig(o, tc.after))
			w.plan()
			o.must(o.sdk().PutObject("k", strings.NewReader("somebody else's")))
			w.fails([]string{"OSS Object Changed Since the Plan", "Run plan again"}, "apply", "-no-color", "plan.bin")
			if got := o.body("k"); got != "somebody else's" {
				t.Errorf("body %q", got)
			}
			w.plan()
			o.must(o.sdk().DeleteObject("k"))
			w.fails([]string{"OSS Object Changed Since the Plan"}, "apply", "-no-color", "plan.bin")
			w.apply()
			w.clean()
		})
	}
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
