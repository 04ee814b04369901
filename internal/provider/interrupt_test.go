//go:build unix

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// applyInterrupted applies, with a Ctrl-C when strike is closed.
func (w *workspace) applyInterrupted(strike <-chan struct{}) {
	w.t.Helper()
	command := w.command("apply", "-auto-approve", "-no-color")
	var out strings.Builder
	command.Stdout, command.Stderr = &out, &out
	w.oss.must(command.Start())
	go func() {
		select {
		case <-strike:
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGINT) // all the processes, as a terminal would; rig.Command makes a group of them
		case <-w.t.Context().Done():
		}
	}()
	if err := rig.Wait(command); err == nil || !strings.Contains(out.String(), "interrupt") {
		w.t.Errorf("the interrupted apply ended with %v:\n%s", err, out.String())
	}
}

// Ctrl-C during a large upload ends it in seconds, takes the parts away, and leaves a state that the next apply goes on
// from.
func TestInterruptedUpload(t *testing.T) {
	t.Parallel()
	strike, aborted := make(chan struct{}), make(chan struct{})
	interrupt, abort := sync.OnceFunc(func() { close(strike) }), sync.OnceFunc(func() { close(aborted) })
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		switch c.Operation {
		case "UploadPart":
			interrupt()
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
	o := startServer(t, server)
	w := o.workspace()
	w.write("large.bin", "")
	o.must(os.Truncate(filepath.Join(w.dir, "large.bin"), 65<<20))
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  source = "large.bin"
}`)
	w.applyInterrupted(strike)
	if uploads, err := o.sdk().ListMultipartUploads(); err != nil || len(uploads.Uploads) != 0 {
		t.Errorf("left behind: %v, %v", uploads.Uploads, err)
	}
	w.apply()
	w.clean()
}

// Ctrl-C during the upload of a directory lets the writes under way end and begins no others. The next apply writes only the
// rest.
func TestInterruptedDirectory(t *testing.T) {
	t.Parallel()
	strike := make(chan struct{})
	interrupt := sync.OnceFunc(func() { close(strike) })
	var writes atomic.Int32
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "PutObject" && writes.Add(1) > 20 {
			interrupt()
			<-time.After(250 * time.Millisecond) // the upload must not end before it is interrupted
		}
		return nil
	}
	const files = 300
	o := startServer(t, server)
	w := o.workspace()
	for n := range files {
		w.write(fmt.Sprintf("site/%d.txt", n), "text")
	}
	w.site("no-cache", "")
	w.applyInterrupted(strike)
	stored, err := o.sdk().ListObjects(oss.MaxKeys(1000))
	if err != nil || len(stored.Objects) <= 20 || len(stored.Objects) >= files {
		t.Fatalf("after the interrupted apply %d objects of %d are there: %v", len(stored.Objects), files, err)
	}
	writes.Store(-files) // none of the next apply is held up
	o.local().ResetRecords()
	w.apply()
	o.expectWrites("the next apply", fmt.Sprintf("PutObject:%d", files-len(stored.Objects)))
	w.clean()
}
