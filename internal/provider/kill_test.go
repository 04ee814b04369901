//go:build linux

package provider

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// killer ends the provider's process when its n-th request reaches the server: before the server does the work, or
// when it has done it and before the provider can read an answer.
type killer struct {
	workspace *workspace
	after     bool
	n         atomic.Int32 // requests until it strikes; 0 is disarmed
	pending   atomic.Bool  // the work of the struck request is being done
	killed    atomic.Bool
}

func (k *killer) hook(ossserver.Call) *ossserver.Fault {
	if k.n.Load() <= 0 || k.n.Add(-1) != 0 {
		return nil
	}
	if k.after {
		k.pending.Store(true)
		return &ossserver.Fault{Cut: ossserver.CutAfter}
	}
	k.kill()
	return &ossserver.Fault{Cut: ossserver.CutBefore}
}

// recorded is told of each request when it is over. After a cut the provider waits a moment before it repeats the
// request, and dies in that moment.
func (k *killer) recorded(ossserver.Record) {
	if k.pending.Swap(false) {
		k.kill()
	}
}

// kill ends the provider that runs in this workspace.
func (k *killer) kill() { k.killAll(k.workspace.providerProcesses()) }

func (k *killer) killAll(pids []int) {
	for _, pid := range pids {
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			k.killed.Store(true)
		}
	}
}

// The provider is killed at every request of a creation, an update, a large upload and a deletion. From what is left a
// plain apply converges.
func TestKilledAtEveryRequest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, before, after string }{
		{"create", "", `content = "one"`},
		{"create large", "", `source = "large.bin"
  timeouts {
    create = "1m"
  }`},
		{"header", `content = "one"`, "content = \"one\"\n cache_control = \"no-cache\""},
		{"body", `content = "one"`, `content = "two"`},
		{"acl and tags", `content = "one"`, `content = "one"
  acl = "private"
  tags = { a = "b" }`},
		{"delete", `content = "one"`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			n := everyRequest(t, func(n int32) bool { return killOnce(t, false, tc.before, tc.after, n) })
			// Dying after one request is dying before the next; only the last has none behind it.
			if !killOnce(t, true, tc.before, tc.after, n) {
				t.Error("the provider survived its last request")
			}
		})
	}
}

// everyRequest kills at the first request, the second, and so on, until there are no more, and returns how many there were.
func everyRequest(t *testing.T, kill func(n int32) bool) int32 {
	t.Helper()
	n := int32(1)
	for kill(n) {
		if n++; n > 40 {
			t.Fatal("it is killed again and again: the walk does not end")
		}
	}
	if n == 1 {
		t.Fatal("nothing was killed")
	}
	return n - 1
}

// killOnce makes a run of its own whose provider dies at the n-th request, and heals it. It reports whether there were
// so many requests.
func killOnce(t *testing.T, workDone bool, before, after string, n int32) bool {
	t.Helper()
	k := &killer{after: workDone}
	server := newServer()
	server.Fault, server.OnRecord = k.hook, k.recorded
	o := startServer(t, server)
	w := o.workspace()
	k.workspace = w
	w.write("large.bin", "")
	o.must(os.Truncate(filepath.Join(w.dir, "large.bin"), 65<<20))
	set := func(arguments string) {
		if arguments == "" {
			w.config("")
			return
		}
		w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
` + arguments + "\n}\n")
	}
	if before != "" {
		set(before)
		w.apply()
	}
	set(after)
	k.n.Store(n)
	w.starts = true
	out, code := w.try("apply", "-auto-approve", "-refresh=false", "-no-color")
	w.starts = false
	k.n.Store(0)
	if !k.killed.Load() {
		if code != 0 {
			t.Errorf("request %d: nothing was killed, and the apply failed:\n%s", n, out)
		}
		return false
	}
	if code == 0 {
		t.Errorf("request %d: the provider was killed and the apply succeeded:\n%s", n, out)
	}
	heal(t, o, w, n, after)
	return true
}

// heal applies once more, which is all that there is to do.
func heal(t *testing.T, o *testOSS, w *workspace, n int32, after string) {
	t.Helper()
	out, code := w.try("apply", "-auto-approve", "-no-color")
	if code != 0 {
		t.Fatalf("request %d: the next apply failed:\n%s", n, out)
	}
	w.clean()
	_, err := o.local().Object(o.bucket, "k")
	if stored := err == nil; stored != (after != "") {
		t.Errorf("request %d: an object is stored: %v", n, stored)
	}
	if uploads, err := o.sdk().ListMultipartUploads(); err != nil || len(uploads.Uploads) > 0 && !strings.Contains(flatten(out), uploads.Uploads[0].UploadID) {
		t.Errorf("request %d: an unfinished upload is left and not named: %v, %v\n%s", n, uploads.Uploads, err, out)
	}
}
