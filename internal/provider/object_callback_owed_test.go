package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

func refusing(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }

// startOwing gives an object whose body "two" is stored, and whose callback is owed.
func startOwing(t *testing.T) (*testOSS, *faults, *receiver, *workspace) {
	t.Helper()
	f := &faults{}
	o := startServer(t, &ossserver.Server{AllowPrivateCallbacks: true, Fault: f.hook})
	r := plainReceiver(t)
	w := o.workspace()
	w.owing(r, `content = "one"`)
	w.apply()
	r.set(refusing)
	w.owing(r, `content = "two"`)
	w.fails([]string{"Error: Upload Callback Failed", "Error status : 403.", "verifies the signature"}, "apply", "-auto-approve", "-no-color")
	return o, f, r, w
}

func (w *workspace) owing(r *receiver, arguments string) {
	w.t.Helper()
	w.write("main.tf", requiredProvider+strings.Replace(w.oss.config(strings.ReplaceAll(called("k", arguments, small(r.URL)), "%", "%%")), `provider "oss" {`, "provider \"oss\" {\n  max_retries = 1", 1))
}

// An upload that fails leaves the callback owed, also when a look would find the same object, stored by the upload before.
func TestCallbackStaysOwed(t *testing.T) {
	t.Parallel()
	o, f, r, w := startOwing(t)
	r.set(says(`{"late":true}`))
	for _, fault := range []ossserver.Fault{{Cut: ossserver.CutBefore}, {Status: 500, Code: "InternalError", Message: "oops"}} {
		f.arm("PutObject", fault, -1)
		w.fails([]string{"Unable to Update OSS Object"}, "apply", "-auto-approve", "-no-color")
		f.disarm()
	}
	if got := len(r.bodies()); got != 2 {
		t.Errorf("called back %d times, want 2: nothing arrived", got)
	}
	// What changes beside the body goes with the same upload.
	w.owing(r, "content = \"two\"\n cache_control = \"no-cache\"")
	o.local().ResetRecords()
	w.apply("-refresh=false")
	if got := o.requests(); got != "GetObjectAcl:1 HeadObject:1 PutObject:1" {
		t.Errorf("requests %q", got)
	}
	if got := o.object("k").CacheControl; got != "no-cache" {
		t.Errorf("cache control %q", got)
	}
	if got := w.attribute("oss_object.k", "callback_response"); got != `{"late":true}` {
		t.Errorf("callback_response %v", got)
	}
	w.clean()
}

// Another body pays the debt as well; without the block there is none.
func TestCallbackNoLongerOwed(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	w := o.workspace()
	body, warned, without := plainReceiver(t), plainReceiver(t), plainReceiver(t)
	object := func(name, content string, r *receiver) string {
		return called(name, fmt.Sprintf("content = %q", content), small(r.URL))
	}
	set := func(objects ...string) { w.config(strings.ReplaceAll(strings.Join(objects, ""), "%", "%%")) }
	set(object("body", "one", body), object("warned", "one", warned), object("without", "one", without))
	w.apply()
	for _, r := range []*receiver{body, warned, without} {
		r.set(refusing)
	}
	again := object("without", "two", without)
	set(object("body", "two", body), object("warned", "two", warned), again)
	owed, _ := w.says("apply", "-auto-approve")
	if owed = besideLoopback(owed); len(owed) != 3 || owed[0].Severity != "error" || owed[0].Summary != "Upload Callback Failed" {
		t.Fatalf("three callbacks are to be owed: %+v", owed)
	}

	body.set(says(`{}`))
	without.set(says(`{}`))
	satisfied := object("body", "three", body) + strings.Replace(object("warned", "two", warned), "callback {", "callback {\n on_failure = \"warn\"", 1)
	set(satisfied, `resource "oss_object" "without" {
  bucket = "BUCKET"
  key = "without"
  content = "two"
}`)
	o.local().ResetRecords()
	told, failed := w.says("apply", "-auto-approve")
	summaries := []string{}
	for _, d := range besideLoopback(told) {
		summaries = append(summaries, d.Severity+" "+d.Address+" "+d.Summary)
	}
	if want := []string{"warning oss_object.warned Upload Repeated for Its Callback", "warning oss_object.warned Upload Callback Failed"}; failed || !slices.Equal(summaries, want) {
		t.Errorf("the apply failed: %v; it says %+v", failed, told)
	}
	if got := body.bodies(); len(got) != 3 || o.body("body") != "three" {
		t.Errorf("another body: called back %q", got)
	}
	if got := len(warned.bodies()); got != 3 {
		t.Errorf("warnings will do: called back %d times, want 3", got)
	}
	if got := o.requestsFor("without"); got != "HeadObject:1" { // the refresh
		t.Errorf("no callback: requests %q", got)
	}
	w.clean()
	set(satisfied, again)
	w.apply()
	if got := len(without.bodies()); got != 2 {
		t.Errorf("called back %d times: what was given up came back with the block", got)
	}
	w.clean()
}

// The callback of a body that must not be seen is owed like any other.
func TestCallbackOwedForSecretBody(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	r := plainReceiver(t)
	w := o.workspace()
	set := func(version int) {
		w.owing(r, fmt.Sprintf("content_wo = \"hush %d\"\n content_wo_version = %d", version, version))
	}
	set(1)
	w.apply()
	r.set(refusing)
	set(2)
	out := w.fails([]string{"Error: Upload Callback Failed"}, "apply", "-auto-approve", "-no-color")
	if strings.Contains(out, "hush") || strings.Contains(w.read("terraform.tfstate"), "hush") {
		t.Error("the body shows")
	}
	w.fails([]string{"Error: Upload Callback Failed"}, "apply", "-auto-approve", "-no-color")
	if got := w.attribute("oss_object.k", "crc64"); got != nil {
		t.Errorf("crc64 %v", got)
	}
	r.set(says(`{}`))
	w.apply()
	if got := len(r.bodies()); got != 4 || o.body("k") != "hush 2" {
		t.Errorf("called back %d times, want 4", got)
	}
	w.clean()
}
