package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// BenchmarkObjects prints what configurations of 200 and of 1,000 objects cost: requests, seconds, and the processor time
// of the provider and of Terraform apart.
func BenchmarkObjects(b *testing.B) {
	for _, count := range []int{200, 1000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for range b.N {
				measureObjects(b, count)
			}
		})
	}
}

func measureObjects(b *testing.B, count int) {
	server, peak := newServer(), 0
	var w *workspace
	server.Fault = func(ossserver.Call) *ossserver.Fault {
		if seen := len(server.Records()); seen%100 == 99 {
			for _, pid := range w.providerProcesses() {
				peak = max(peak, peakMemory(pid))
			}
		}
		return nil
	}
	o := startServer(b, server)
	w = o.workspace()
	times := w.timeProvider()
	text := strings.ReplaceAll(`
resource "oss_object" "test" {
  count    = COUNT
  bucket   = "BUCKET"
  key      = "dir/${count.index}.txt"
  content  = "body ${count.index}"
  metadata = { revision = "REVISION" }
}`, "COUNT", strconv.Itoa(count))
	for _, step := range []struct{ name, revision, want string }{
		{"create", "1", "GetBucketVersioning:1 PutObject:N"},
		{"plan", "1", "HeadObject:N"},
		{"change", "2", "CopyObject:N GetObjectAcl:N HeadObject:N"},
		{"destroy", "2", "DeleteObject:N HeadObject:N"},
	} {
		w.config(strings.Replace(text, "REVISION", step.revision, 1))
		args := map[string][]string{"plan": {"plan", "-detailed-exitcode"}, "destroy": {"destroy", "-auto-approve"}}[step.name]
		if args == nil {
			args = []string{"apply", "-auto-approve"}
		}
		m := w.measure(times, args...)
		if want := strings.ReplaceAll(step.want, "N", strconv.Itoa(count)); m.requests != want {
			b.Errorf("%s: requests %q, want %q", step.name, m.requests, want)
		}
		fmt.Printf("%4d objects  %-8s %6.1f s  CPU: provider %5.1f s = %4.1f ms an object, Terraform %5.1f s  %s\n", count, step.name, m.wall.Seconds(),
			m.provider.Seconds(), 1000*m.provider.Seconds()/float64(count), m.terraform.Seconds(), step.want)
	}
	fmt.Printf("%4d objects  the provider had at most %d MB resident\n", count, peak>>10)
}

// timeProvider puts a shell around the provider that notes the processor time of each process of it. The function that it
// returns gives the time since it was last called.
func (w *workspace) timeProvider() func() time.Duration {
	w.t.Helper()
	noted := filepath.Join(w.dir, "times")
	wrapper := filepath.Join(w.dir, "plugin", "terraform-provider-oss")
	w.write("plugin/terraform-provider-oss", fmt.Sprintf("#!/bin/sh\n%q \"$@\"\ntimes >>%q\n", rig.Path(w.bin, "terraform-provider-oss"), noted))
	w.write("cli.tfrc", rig.DevOverrides(filepath.Dir(wrapper)))
	w.oss.must(os.Chmod(wrapper, 0o700))
	return func() time.Duration {
		w.t.Helper()
		text, err := os.ReadFile(noted)
		w.oss.must(err)
		w.oss.must(os.Remove(noted))
		var sum time.Duration
		for _, spent := range strings.Fields(string(text)) { // of the shell itself, which is nothing, and of the provider
			d, err := time.ParseDuration(spent)
			w.oss.must(err)
			sum += d
		}
		return sum
	}
}

// BenchmarkLargeFile prints the most memory that the provider's process ever held while it uploaded 10 GiB.
func BenchmarkLargeFile(b *testing.B) {
	const size = 10 << 30 // bytes
	var w *workspace
	peak := 0
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "CompleteMultipartUpload" {
			for _, pid := range w.providerProcesses() {
				peak = max(peak, peakMemory(pid))
			}
		}
		return nil
	}
	o := startServer(b, server)
	w = o.workspace()
	file := filepath.Join(w.dir, "large.bin")
	w.write("large.bin", "")
	o.must(os.Truncate(file, size))
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "large.bin"
  source = "large.bin"
}`)
	for range b.N {
		start := b.Elapsed()
		w.apply()
		took := b.Elapsed() - start
		fmt.Printf("10 GiB in %.0f s (with the digest at plan), at most %d MB resident\n", took.Seconds(), peak>>10)
		w.must("destroy", "-auto-approve")
	}
}

// peakMemory is the high-water mark of a process's resident memory in KB, as the kernel reports it.
func peakMemory(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has ended
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int
	_, _ = fmt.Sscan(rest, &kilobytes)
	return kilobytes
}
