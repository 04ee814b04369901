package provider

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

func refusing(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }

// owing is an object with a callback, whose receiver a test has refuse and take over again.
type owing struct {
	*testOSS
	*faults
	k        *protocolResource
	receiver *receiver
}

// startOwing gives an object whose first body is stored and called back for.
func startOwing(t *testing.T, body map[string]any) *owing {
	t.Helper()
	f := &faults{}
	o := startServer(t, &ossserver.Server{AllowPrivateCallbacks: true, Fault: f.hook})
	w := &owing{o, f, o.protocolWithFewRetries().manage("oss_object", nil), plainReceiver(t)}
	w.set(body)
	w.k.apply()
	return w
}

// startOwed gives an object whose second body, "two", is stored, and whose callback is owed.
func startOwed(t *testing.T) *owing {
	t.Helper()
	w := startOwing(t, map[string]any{"content": "one"})
	w.set(map[string]any{"content": "two"})
	w.refused()
	return w
}

// set configures the object with these arguments and its callback.
func (w *owing) set(arguments map[string]any) {
	w.k.config = with(map[string]any{
		"bucket": w.bucket, "key": "k", "callback": map[string]any{"urls": []any{w.receiver.URL}, "body": "object=${object}"},
	}, arguments)
}

// refused applies what the receiver refuses.
func (w *owing) refused() {
	w.t.Helper()
	w.receiver.set(refusing)
	w.k.p.fails([]string{"Upload Callback Failed: ", "Error status : 403.", "verifies the signature"}, w.k.apply)
}

// An upload that fails leaves the callback owed, also when a look would find the same object, stored by the upload before.
func TestCallbackStaysOwed(t *testing.T) {
	t.Parallel()
	w := startOwed(t)
	w.receiver.set(says(`{"late":true}`))
	for _, fault := range []ossserver.Fault{{Cut: ossserver.CutBefore}, {Status: 500, Code: "InternalError", Message: "oops"}} {
		w.arm("PutObject", fault, -1)
		w.k.p.fails([]string{"Unable to Update OSS Object"}, w.k.apply)
		w.disarm()
	}
	if got := len(w.receiver.bodies()); got != 2 {
		t.Errorf("called back %d times, want 2: nothing arrived", got)
	}
	// What changes beside the body goes with the same upload.
	w.set(map[string]any{"content": "two", "cache_control": "no-cache"})
	w.local().ResetRecords()
	w.k.applyTo(w.k.written(), w.k.plan())
	if got := w.requests(); got != "GetObjectAcl:1 HeadObject:1 PutObject:1" {
		t.Errorf("requests %q", got)
	}
	if got := w.object("k").CacheControl; got != "no-cache" {
		t.Errorf("cache control %q", got)
	}
	if got := w.k.attributes()["callback_response"]; got != `{"late":true}` {
		t.Errorf("callback_response %v", got)
	}
	w.k.clean()
}

// Another body pays the debt as well.
func TestCallbackNoLongerOwed(t *testing.T) {
	t.Parallel()
	w := startOwed(t)
	w.receiver.set(says(`{}`))
	w.set(map[string]any{"content": "three"})
	w.applyTold()
	if got := w.receiver.bodies(); len(got) != 3 || w.body("k") != "three" {
		t.Errorf("another body: called back %q", got)
	}
	w.k.clean()
}

// A callback that may fail is owed once more, and no longer when it has failed again.
func TestCallbackOwedToWarnings(t *testing.T) {
	t.Parallel()
	w := startOwed(t)
	w.k.config["callback"].(map[string]any)["on_failure"] = "warn"
	w.applyTold("Upload Repeated for Its Callback", "Upload Callback Failed")
	if got := len(w.receiver.bodies()); got != 3 {
		t.Errorf("warnings will do: called back %d times, want 3", got)
	}
	w.k.clean()
}

// Without its block no callback is owed, nor when the block comes back.
func TestCallbackGivenUp(t *testing.T) {
	t.Parallel()
	w := startOwed(t)
	w.receiver.set(says(`{}`))
	w.k.config["callback"] = nil
	w.local().ResetRecords()
	w.applyTold()
	if got := w.requests(); got != "HeadObject:1" { // the refresh
		t.Errorf("no callback: requests %q", got)
	}
	w.k.clean()
	w.set(map[string]any{"content": "two"})
	w.k.apply()
	if got := len(w.receiver.bodies()); got != 2 {
		t.Errorf("called back %d times: what was given up came back with the block", got)
	}
	w.k.clean()
}

// applyTold applies, and holds what is told of it, but for what is said of each callback to this machine.
func (w *owing) applyTold(want ...string) {
	w.t.Helper()
	w.k.p.told = nil
	w.k.apply()
	var got []string
	for _, d := range w.k.p.told {
		if d.Summary != "Invalid Callback URL" && !slices.Contains(got, d.Summary) {
			got = append(got, d.Summary)
		}
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("told is %q, want %q", got, want)
	}
}

// The callback of a body that must not be seen is owed like any other.
func TestCallbackOwedForSecretBody(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("seals are slow on purpose")
	}
	w := startOwing(t, map[string]any{"content_wo": "hush 1", "content_wo_version": 1})
	w.set(map[string]any{"content_wo": "hush 2", "content_wo_version": 2})
	w.refused()
	w.refused()
	said := string(w.k.state.MsgPack) + string(w.k.private)
	for _, d := range w.k.p.told {
		said += d.Summary + d.Detail
	}
	if strings.Contains(said, "hush") {
		t.Error("the body shows")
	}
	if got := w.k.attributes()["crc64"]; got != nil {
		t.Errorf("crc64 %v", got)
	}
	w.receiver.set(says(`{}`))
	w.k.apply()
	if got := len(w.receiver.bodies()); got != 4 || w.body("k") != "hush 2" {
		t.Errorf("called back %d times, want 4", got)
	}
	w.k.clean()
}
