package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// BenchmarkThousandObjects prints what a configuration of 1,000 objects costs in requests and seconds.
func BenchmarkThousandObjects(b *testing.B) {
	o := startOSS(b)
	w := o.workspace()
	text := `
resource "oss_object" "test" {
  count    = 1000
  bucket   = "BUCKET"
  key      = "dir/${count.index}.txt"
  content  = "body ${count.index}"
  metadata = { revision = "REVISION" }
}`
	for range b.N {
		for _, step := range []struct{ name, revision, want string }{
			{"create", "1", "GetBucketVersioning:1 PutObject:1000"},
			{"plan", "1", "HeadObject:1000"},
			{"change", "2", "CopyObject:1000 GetObjectAcl:1000 HeadObject:1000"},
			{"destroy", "2", "DeleteObject:1000 HeadObject:1000"},
		} {
			w.config(strings.Replace(text, "REVISION", step.revision, 1))
			o.local().ResetRecords()
			start := b.Elapsed()
			switch step.name {
			case "plan":
				w.clean()
			case "destroy":
				w.must("destroy", "-auto-approve")
			default:
				w.apply()
			}
			took := b.Elapsed() - start
			if got := o.requests(); got != step.want {
				b.Errorf("%s: requests %q, want %q", step.name, got, step.want)
			}
			fmt.Printf("%-8s %6.1f s  %s\n", step.name, took.Seconds(), step.want)
		}
	}
}

// BenchmarkLargeFile prints the most memory that the provider's process ever held while it uploaded 10 GiB.
func BenchmarkLargeFile(b *testing.B) {
	const size = 10 << 30 // bytes
	var w *workspace
	peak := ""
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "CompleteMultipartUpload" {
			for _, pid := range w.providerProcesses() {
				peak = peakMemory(pid)
			}
		}
		return nil
	}
	o := startServer(b, server)
	w = o.workspace()
	file := filepath.Join(w.dir, "large.bin")
	w.write("large.bin", "")
	o.must(os.Truncate(file, size))
	w.config("resource \"oss_object\" \"test\" {\n bucket = \"BUCKET\"\n key = \"large.bin\"\n source = \"large.bin\"\n}")
	for range b.N {
		start := b.Elapsed()
		w.apply()
		took := b.Elapsed() - start
		fmt.Printf("10 GiB in %.0f s (with the digest at plan), at most %s resident\n", took.Seconds(), peak)
		w.must("destroy", "-auto-approve")
	}
}

// peakMemory is the high-water mark of a process's resident memory, as the kernel words it.
func peakMemory(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err.Error()
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
