package provider

import (
	"fmt"
	"net/http"
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
	t.Run("another body", func(t *testing.T) {
		t.Parallel()
		o, _, r, w := startOwing(t)
		r.set(says(`{}`))
		w.owing(r, `content = "three"`)
		w.apply()
		if got := r.bodies(); len(got) != 3 || o.body("k") != "three" {
			t.Errorf("called back %q", got)
		}
		w.clean()
	})
	t.Run("warnings will do", func(t *testing.T) {
		t.Parallel()
		_, _, r, w := startOwing(t)
		w.write("main.tf", strings.Replace(w.read("main.tf"), "callback {", "callback {\n on_failure = \"warn\"", 1))
		if out := w.apply(); !strings.Contains(out, "Warning: Upload Callback Failed") {
			t.Errorf("no warning:\n%s", out)
		}
		if got := len(r.bodies()); got != 3 {
			t.Errorf("called back %d times, want 3", got)
		}
		w.clean()
	})
	t.Run("no callback", func(t *testing.T) {
		t.Parallel()
		o, _, r, w := startOwing(t)
		r.set(says(`{}`))
		w.config(`resource "oss_object" "k" {
  bucket = "BUCKET"
  key = "k"
  content = "two"
}`)
		o.local().ResetRecords()
		w.apply("-refresh=false")
		if got := o.requests(); got != "" {
			t.Errorf("requests %q", got)
		}
		w.clean()
		w.owing(r, `content = "two"`)
		w.apply()
		if got := len(r.bodies()); got != 2 {
			t.Errorf("called back %d times: what was given up came back with the block", got)
		}
		w.clean()
	})
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
