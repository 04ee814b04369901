//go:build unix

package provider

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// Ctrl-C during a large upload ends it in seconds, takes the parts away, and leaves a state that the next apply goes on
// from.
func TestInterruptedUpload(t *testing.T) {
	t.Parallel()
	var w *workspace
	var o *testOSS
	group := make(chan int, 1) // of processes, as a terminal would interrupt it; rig.Command makes one of each program
	var struck atomic.Bool
	aborted := make(chan struct{})
	abort := sync.OnceFunc(func() { close(aborted) })
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		switch c.Operation {
		case "UploadPart":
			if struck.CompareAndSwap(false, true) {
				_ = syscall.Kill(-<-group, syscall.SIGINT)
			}
			// The upload is not to be over before it is interrupted. One that takes no notice goes on after all.
			select {
			case <-aborted:
			case <-time.After(time.Minute):
			}
		case "AbortMultipartUpload":
			abort()
		}
		return nil
	}
	o = startServer(t, server)
	w = o.workspace()
	w.write("large.bin", "")
	o.must(os.Truncate(filepath.Join(w.dir, "large.bin"), 65<<20))
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  source = "large.bin"
}`)
	command := w.command("apply", "-auto-approve", "-no-color")
	var out strings.Builder
	command.Stdout, command.Stderr = &out, &out
	o.must(command.Start())
	group <- command.Process.Pid
	if err := rig.Wait(command); err == nil || !strings.Contains(out.String(), "interrupt") {
		t.Errorf("the interrupted apply ended with %v:\n%s", err, out.String())
	}
	if uploads, err := o.sdk().ListMultipartUploads(); err != nil || len(uploads.Uploads) != 0 {
		t.Errorf("left behind: %v, %v", uploads.Uploads, err)
	}
	w.apply()
	w.clean()
}
