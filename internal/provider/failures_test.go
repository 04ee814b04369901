package provider

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// callFailure is a call of an operation on a resource: what is applied before, what the apply in which it fails has, nil for
// nothing, and the title of the error.
type callFailure struct {
	kind, operation, title string
	before, after          map[string]any
}

func (c callFailure) reads() bool { return strings.Contains(c.title, "Read") }

// passes tells which failures are none of this call's.
func (c callFailure) passes(failure failure) bool {
	return failure.name == "no bucket" && (c.reads() || c.after == nil) || // means that the object or the rules are gone: another test
		failure.name == "denied" && c.operation == "GetBucketVersioning" // the creation looks for the object instead: another test
}

// expectCallFailures lets each call of each operation fail in each way: the diagnostic explains it, nothing is lost, and the
// next apply heals, even if the answer to the call is lost. TestFailuresInARun has Terraform show some of it.
func expectCallFailures(t *testing.T, cases []callFailure, at map[string]any, kept func(*testOSS) bool) {
	t.Helper()
	if testing.Short() {
		t.Skip("lets every call fail in every way")
	}
	for _, tc := range cases {
		t.Run(tc.operation+" "+tc.title, func(t *testing.T) {
			t.Parallel()
			o, f := startFaulty(t)
			r := o.protocolWithFewRetries().manage(tc.kind, with(tc.before, at))
			if tc.before != nil {
				r.apply()
			}
			run := r.destroy
			if tc.after != nil {
				r.config, run = with(tc.after, at), r.apply
			}
			for _, failure := range failures {
				if tc.passes(failure) {
					continue
				}
				r.p = o.protocolWithFewRetries() // of another run
				f.arm(tc.operation, failure.fault, -1)
				r.p.fails(append([]string{tc.title, `"test-bucket"`}, failure.wordsFor(t, tc.operation)...), run)
				f.disarm()
				if tc.before != nil && !kept(o) {
					t.Errorf("%s: what was stored is lost", failure.name)
				}
			}
			r.p = o.protocolWithFewRetries()
			f.arm(tc.operation, ossserver.Fault{Cut: ossserver.CutAfter}, 1) // the work is done, the answer lost
			run()
			if f.left.Load() != 0 {
				t.Error("no answer was lost")
			}
			if tc.after != nil {
				r.clean()
			} else if o.stored() != 0 {
				t.Error("something is still there")
			}
		})
	}
}

// faultsOfKeys are faults by operation, bucket and key: "HeadObject bucket/k".
type faultsOfKeys struct {
	mu     sync.Mutex
	faults map[string]ossserver.Fault
	once   bool // each strikes once
}

func (f *faultsOfKeys) hook(c ossserver.Call) *ossserver.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	call := c.Operation + " " + c.Bucket + "/" + c.Key
	fault, armed := f.faults[call]
	if !armed {
		return nil
	}
	if f.once {
		delete(f.faults, call)
	}
	return &fault
}

// arm sets what fails from now on; a nil map is nothing.
func (f *faultsOfKeys) arm(faults map[string]ossserver.Fault, once bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.once = faults, once
}

func (f *faultsOfKeys) left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.faults)
}

const failingData = `
data "oss_object" "test" {
  bucket    = "BUCKET"
  key       = "data"
  read_body = true
}
data "oss_objects" "test" {
  bucket = "bucket-objects"
}
data "oss_bucket_cors" "test" {
  bucket = "bucket-cors"
}
data "oss_metadata_violations" "test" {
  bucket          = "BUCKET"
  prefix          = "audited"
  metadata_policy = [{ name = "r", metadata = { owner = { required = true } } }]
}
`

// The calls that fail for them, with what the error says.
var dataFailures = []struct{ address, call, words string }{
	{"data.oss_object.test", "GetObject test-bucket/data", `read the body of "data" in bucket "test-bucket"`},
	{"data.oss_objects.test", "ListObjectsV2 bucket-objects/", `list the objects of bucket "bucket-objects"`},
	{"data.oss_bucket_cors.test", "GetBucketCors bucket-cors/", `read the CORS rules of bucket "bucket-cors"`},
	{"data.oss_metadata_violations.test", "HeadObject test-bucket/audited", `look at "audited" in bucket "test-bucket"`},
}

// placedFailure is a call that fails for a resource of its own, in one of the ways.
type placedFailure struct {
	callFailure
	failure           failure
	name, bucket, key string
}

func (c placedFailure) address() string { return c.kind + "." + c.name }

func (c placedFailure) call() string { return c.operation + " " + c.bucket + "/" + c.key }

// placedFailures are those calls that are a resource's main ones. An object has a key of its own, rules have a bucket.
func placedFailures(o *testOSS) []placedFailure {
	o.t.Helper()
	placed := []placedFailure{}
	for _, c := range append(objectCallFailures(), corsCallFailures()...) {
		if !slices.Contains([]string{"PutObject", "HeadObject", "CopyObject", "DeleteObject", "PutBucketCors", "GetBucketCors", "DeleteBucketCors"}, c.operation) {
			continue
		}
		one := placedFailure{c, failures[(len(placed)+1)%len(failures)], fmt.Sprintf("test_%d", len(placed)), o.bucket, fmt.Sprintf("k%d", len(placed))}
		if c.passes(one.failure) {
			one.failure = failures[0]
		}
		if c.kind == "oss_bucket_cors" {
			one.bucket, one.key = "bucket-"+one.key, ""
			o.must(o.local().CreateBucket(one.bucket))
		}
		placed = append(placed, one)
	}
	return placed
}

// writePlaced configures what the calls are about as it is before they fail, or as it shall be.
func (w *workspace) writePlaced(cases []placedFailure, arguments func(placedFailure) map[string]any) {
	w.t.Helper()
	resources := map[string]map[string]any{"oss_object": {}, "oss_bucket_cors": {}}
	for _, c := range cases {
		place := map[string]any{"bucket": c.bucket}
		if c.key != "" {
			place["key"] = c.key
		}
		if configured := arguments(c); configured != nil {
			resources[c.kind][c.name] = with(configured, place)
		}
	}
	w.writeResources(resources)
}

// What the tests of failing calls hold of the provider arrives in a run of Terraform: calls fail in all these ways, each for
// a resource or a data source of its own, and every error is told. A failure that passes is not seen, and the apply heals all.
func TestFailuresInARun(t *testing.T) {
	t.Parallel()
	f := &faultsOfKeys{}
	server := newServer()
	server.Fault = f.hook
	o := startServer(t, server)
	o.put("data", "audited")
	cases := placedFailures(o)
	w := o.workspace()
	w.configWithFewRetries("")
	w.writePlaced(cases, func(c placedFailure) map[string]any { return c.before })
	w.apply()
	w.writePlaced(cases, func(c placedFailure) map[string]any { return c.after })
	for _, reads := range []bool{true, false} { // an error of a refresh keeps Terraform from all else
		faults, want := map[string]ossserver.Fault{}, map[string][]string{}
		for _, c := range cases {
			if c.reads() == reads {
				faults[c.call()] = c.failure.fault
				want[c.address()] = append([]string{c.title, strconv.Quote(cmp.Or(c.key, c.bucket))}, c.failure.words...)
			}
		}
		w.configWithFewRetries("")
		if reads {
			w.configWithFewRetries(failingData)
			for i, c := range dataFailures {
				faults[c.call] = failures[i].fault
				want[c.address] = append([]string{c.words}, failures[i].words...)
			}
		}
		f.arm(faults, false)
		w.expectErrors(want, "apply", "-auto-approve")
		f.arm(nil, false)
		for _, c := range cases {
			if c.kind == "oss_object" && c.before != nil && o.body(c.key) != "one" {
				t.Errorf("%s: the object was lost", c.call())
			}
		}
	}
	passing, faults := []ossserver.Fault{{Status: 500, Code: "InternalError", Message: "oops"}, {Status: 503, Code: "ServiceUnavailable", Message: "busy"}, {Cut: ossserver.CutBefore}, {Cut: ossserver.CutAfter}}, map[string]ossserver.Fault{}
	for i, c := range cases {
		faults[c.call()] = passing[i%len(passing)]
	}
	f.arm(faults, true)
	w.apply()
	if f.left() != 0 {
		t.Errorf("%d calls did not fail", f.left())
	}
	w.clean()
}
