//go:build linux

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// killer ends the provider's process when its n-th request reaches the server: before the server does the work, or
// when it has done it and before the provider can read an answer.
type killer struct {
	workspace *workspace
	terraform bool         // it ends Terraform instead, at the n-th write, and the provider goes on
	after     bool         // to be changed while it is disarmed
	n         atomic.Int32 // requests until it strikes; 0 is disarmed
	pending   atomic.Bool  // the work of the struck request is being done
	killed    atomic.Bool
	out       string // of the last run
}

func (k *killer) hook(c ossserver.Call) *ossserver.Fault {
	if k.terraform && c.Method == "GET" { // before a write nothing is lost with it
		return nil
	}
	if k.n.Load() <= 0 || k.n.Add(-1) != 0 {
		return nil
	}
	if k.terraform {
		k.killAll(processes(func(program, dir string) bool { return program == k.workspace.terraform && dir == k.workspace.dir }))
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

// The operations of an object that is small, by the arguments before and after; without any there is no object.
var killedOperations = []struct{ name, before, after string }{
	{"create", "", `content = "one"`},
	{"header", `content = "one"`, "content = \"one\"\n cache_control = \"no-cache\""},
	{"body", `content = "one"`, `content = "two"`},
	{"acl_and_tags", `content = "one"`, "content = \"one\"\n acl = \"private\"\n tags = { a = \"b\" }"},
	{"delete", `content = "one"`, ""},
}

// mostRequests is more than one of these operations asks for. There are as many objects of each: one for each kill.
const mostRequests = 5

// killedObjects configures them, by what each operation has as arguments before or after.
func killedObjects(after bool) string {
	var text strings.Builder
	for _, operation := range killedOperations {
		arguments := operation.before
		if after {
			arguments = operation.after
		}
		if arguments != "" {
			fmt.Fprintf(&text, "resource \"oss_object\" \"%s\" {\n count = %d\n bucket = \"BUCKET\"\n key = \"%[1]s/${count.index}\"\n %[3]s\n}\n", operation.name, mostRequests, arguments)
		}
	}
	return text.String()
}

// The provider is killed at every request of a creation, an update and a deletion, each time with an object of its own.
// From what is left a plain apply converges.
func TestKilledAtEveryRequest(t *testing.T) {
	t.Parallel()
	k := newKiller(t)
	w := k.workspace
	w.config(killedObjects(false))
	w.apply()
	w.config(killedObjects(true))
	for _, operation := range killedOperations {
		last := everyRequest(t, func(n int32) bool {
			return k.strikes(fmt.Sprintf("oss_object.%s[%d]", operation.name, n), n, "-refresh=false")
		})
		k.strikesAfter(fmt.Sprintf("oss_object.%s[0]", operation.name), last)
	}
	w.heal()
	if uploads, err := w.oss.sdk().ListMultipartUploads(); err != nil || len(uploads.Uploads) > 0 {
		t.Errorf("unfinished uploads are left: %v, %v", uploads.Uploads, err)
	}
	for _, operation := range killedOperations {
		for i := range mostRequests {
			_, err := w.oss.local().Object(w.oss.bucket, fmt.Sprintf("%s/%d", operation.name, i))
			if stored := err == nil; stored != (operation.after != "") {
				t.Errorf("%s %d: an object is stored: %v", operation.name, i, stored)
			}
		}
	}
}

// The provider is killed at every request of a large upload, time and again of the same object: what a killed run leaves
// are unfinished uploads, which do not get into each other's way, and an object if it died behind the last write. Then
// another client deletes that, which leaves what a run that was killed before it leaves, and more often.
func TestLargeUploadKilledAtEveryRequest(t *testing.T) {
	t.Parallel()
	k := newKiller(t)
	w, o := k.workspace, k.workspace.oss
	w.write("large.bin", "")
	o.must(os.Truncate(filepath.Join(w.dir, "large.bin"), 64<<20))
	w.config(`resource "oss_object" "test" {
  count  = 2
  bucket = "BUCKET"
  key    = "k/${count.index}"
  source = "large.bin"
  timeouts {
    create = "1m"
  }
}`)
	last := everyRequest(t, func(n int32) bool {
		o.must(o.sdk().DeleteObject("k/1"))
		return k.strikes("oss_object.test[1]", n, "-refresh=false")
	})
	// The run that nothing struck has converged.
	w.namesUploads(k.out)
	k.strikesAfter("oss_object.test[0]", last)
	if got := w.heal(); !strings.Contains(got, "1 added, 0 changed, 0 destroyed") {
		t.Errorf("the uploads are not healed by the two runs:\n%s", got)
	}
	for _, key := range []string{"k/0", "k/1"} {
		if got := o.object(key); got.Size != 64<<20 {
			t.Errorf("%s has %d bytes", key, got.Size)
		}
	}
}

// newKiller has a server and a workspace to strike in.
func newKiller(t *testing.T) *killer {
	t.Helper()
	k := &killer{}
	server := newServer()
	server.Fault, server.OnRecord = k.hook, k.recorded
	k.workspace = startServer(t, server).workspace()
	return k
}

// strikes carries out what is planned for one resource, and kills at the n-th request. It reports whether there were so
// many.
func (k *killer) strikes(address string, n int32, args ...string) bool {
	w := k.workspace
	w.t.Helper()
	k.killed.Store(false)
	k.n.Store(n)
	out, code, err := w.combined(append([]string{"apply", "-auto-approve", "-no-color", "-target=" + address}, args...)...)
	k.out = out
	left := k.n.Swap(0)
	killed := k.killed.Load()
	switch failed := code != 0 || err != nil; {
	case killed && !failed:
		w.t.Errorf("%s, request %d: it was killed and the apply succeeded:\n%s", address, n, out)
	case !killed && failed:
		w.t.Errorf("%s, request %d: nothing was killed, and the apply failed: %v\n%s", address, n, err, out)
	case !killed && left != 1:
		w.t.Errorf("%s: the run before was killed at request %d, and this one had %d", address, n-1, n-left)
	}
	return killed
}

// combined runs Terraform, which may be killed.
func (w *workspace) combined(args ...string) (string, int, error) {
	w.t.Helper()
	command, detach := w.attached(args...)
	defer detach()
	return rig.Combined(w.t.Context(), command)
}

// strikesAfter has the provider die after its last request. Dying after one request is dying before the next; only the
// last has none behind it. Here Terraform has started the provider: it sees a process of its own die.
func (k *killer) strikesAfter(address string, last int32) {
	k.workspace.t.Helper()
	k.after, k.workspace.starts = true, true
	if !k.strikes(address, last, "-refresh=false") {
		k.workspace.t.Errorf("%s: the provider survived its last request", address)
	}
	k.after, k.workspace.starts = false, false
}

// heal applies once more, which is all that there is to do.
func (w *workspace) heal() string {
	w.t.Helper()
	out, code := w.try("apply", "-auto-approve", "-no-color")
	if code != 0 {
		w.t.Fatalf("the next apply failed:\n%s", out)
	}
	w.clean()
	return out
}

// namesUploads checks that an apply has named every unfinished upload that is left.
func (w *workspace) namesUploads(out string) {
	w.t.Helper()
	list, err := w.oss.sdk().ListMultipartUploads()
	w.oss.must(err)
	if len(list.Uploads) == 0 {
		w.t.Error("no unfinished upload is left: the test proves nothing")
	}
	for _, upload := range list.Uploads {
		if !strings.Contains(flatten(out), upload.UploadID) {
			w.t.Errorf("the unfinished upload %s is left and not named:\n%s", upload.UploadID, out)
		}
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
