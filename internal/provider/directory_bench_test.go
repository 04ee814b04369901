package provider

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// The folder of the benchmark. Objects of their own are planned in a smaller number, since Terraform takes minutes for as
// many; their time is scaled.
const (
	benchFiles   = 10_000
	benchObjects = 2_000
	benchRuled   = 500
	benchGone    = 1_000
)

// benchFolder writes files of 1 to 20 KB.
func (w *workspace) benchFolder() {
	w.t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range benchFiles {
		text := strings.Repeat(fmt.Sprintf("%08d", i), 128+random.IntN(19*128))
		w.write(benchName(i), text)
	}
}

func benchName(i int) string { return fmt.Sprintf("site/%02d/%04d.js", i/500, i) }

// BenchmarkDirectory prints what a directory of 10,000 files costs in requests, seconds, processor time and memory, beside
// objects of their own and beside a plain program that uploads them.
func BenchmarkDirectory(b *testing.B) {
	server, peak := newServer(), 0
	server.Data = b.TempDir() // what it answers for is on the disk, which is a little of the time that OSS takes
	var w *workspace
	var mu sync.Mutex
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.N%200 != 0 && c.Operation != "ListObjectsV2" || w == nil {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		for _, pid := range w.providerProcesses() {
			peak = max(peak, peakMemory(pid))
		}
		return nil
	}
	o := startServer(b, server)
	w = o.workspace()
	w.benchFolder()
	times := w.timeProvider()
	config := func(cache string) { w.config(strings.ReplaceAll(benchDirectory, "CACHE", cache)) }
	for range b.N {
		plain := benchPlain(b, w)
		fmt.Printf("%-32s %7.1f s  a Go program with the SDK, %d requests at once\n", "10,000 files: upload", plain.Seconds(), defaultParallel)
		config("no-cache")
		created := w.benchStep(times, "directory: create", fmt.Sprintf("ListObjectsV2:2 PutObject:%d", benchFiles), "apply", "-auto-approve")
		w.benchState()
		planned := w.benchStep(times, "directory: plan", "ListObjectsV2:10", "plan", "-detailed-exitcode")
		w.write(benchName(4711), "changed")
		w.benchStep(times, "directory: one body", "ListObjectsV2:10 PutObject:1", "apply", "-auto-approve")
		config("no-store")
		w.benchStep(times, "directory: one header of 500", fmt.Sprintf("CopyObject:%d ListObjectsV2:10", benchRuled), "apply", "-auto-approve")
		for i := range benchGone {
			w.remove(benchName(benchFiles - 1 - i))
		}
		w.benchStep(times, "directory: 1,000 files go", "DeleteMultipleObjects:1 ListObjectsV2:10", "apply", "-auto-approve")
		w.benchStep(times, "directory: destroy", "DeleteMultipleObjects:9 ListObjectsV2:9", "destroy", "-auto-approve")
		fmt.Printf("directory: the provider had at most %d MB resident\n", peak>>10)
		objects := benchSingleObjects(b, o)
		fmt.Printf("create took %.2f times as long as the plain program; a plan was %.0f times as fast as one of %d objects, scaled to as many\n",
			created.Seconds()/plain.Seconds(), objects.Seconds()*benchFiles/benchObjects/planned.Seconds(), benchObjects)
	}
}

// benchDirectory is the directory of the benchmark, of which a rule speaks about 500 files.
const benchDirectory = `
resource "oss_directory" "site" {
  bucket = "BUCKET"
  source = "site"

  file {
    match         = ["00/*"]
    cache_control = "CACHE"
  }
}
`

// benchStep runs Terraform, prints what that took, and compares the requests.
func (w *workspace) benchStep(times func() time.Duration, name, want string, args ...string) time.Duration {
	w.t.Helper()
	m := w.measure(times, args...)
	if want != "" && m.requests != want {
		w.t.Errorf("%s: requests %q, want %q", name, m.requests, want)
	}
	fmt.Printf("%-32s %7.1f s  CPU: provider %5.1f s, Terraform %5.1f s  %s, %d body bytes\n",
		name, m.wall.Seconds(), m.provider.Seconds(), m.terraform.Seconds(), m.requests, m.bytes)
	return m.wall
}

// measured is what a run of Terraform took.
type measured struct {
	wall, provider, terraform time.Duration // the last two of processors
	requests                  string
	bytes                     int64 // of bodies that were sent
}

// measure runs Terraform, which has to succeed, and times it.
func (w *workspace) measure(times func() time.Duration, args ...string) measured {
	w.t.Helper()
	w.oss.local().ResetRecords()
	start, cmd := time.Now(), w.command(args...)
	out, code, err := rig.Combined(w.t.Context(), cmd)
	wall := time.Since(start)
	if err != nil || code != 0 {
		w.t.Fatalf("%v: exit code %d, %v\n%s", args, code, err, out)
	}
	all, provider := cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), times()
	return measured{wall, provider, all - provider, w.oss.requests(), w.oss.uploadedBytes()}
}

// benchState prints what a file takes in the state.
func (w *workspace) benchState() {
	w.t.Helper()
	info, err := os.Stat(filepath.Join(w.dir, "terraform.tfstate"))
	w.oss.must(err)
	perFile := float64(info.Size()) / benchFiles
	fmt.Printf("directory: %.1f bytes a file in the state\n", perFile)
	if perFile > 150 {
		w.t.Errorf("the state has %.1f bytes a file", perFile)
	}
}

// benchPlain uploads the folder into another bucket, as a program would that does nothing else.
func benchPlain(b *testing.B, w *workspace) time.Duration {
	b.Helper()
	o := *w.oss
	o.bucket = "plain-bucket"
	o.must(o.local().CreateBucket(o.bucket))
	bucket := o.sdk()
	start := time.Now()
	group, _ := errgroup.WithContext(context.Background())
	group.SetLimit(defaultParallel)
	for i := range benchFiles {
		group.Go(func() error {
			return bucket.PutObjectFromFile(strings.TrimPrefix(benchName(i), "site/"), filepath.Join(w.dir, benchName(i)), oss.ContentType("application/javascript"))
		})
	}
	o.must(group.Wait())
	return time.Since(start)
}

// benchSingleObjects plans objects of their own, and gives the time of the plan.
func benchSingleObjects(b *testing.B, o *testOSS) time.Duration {
	b.Helper()
	w := o.workspace()
	times := w.timeProvider()
	w.config(strings.ReplaceAll(`
resource "oss_object" "test" {
  count         = COUNT
  bucket        = "BUCKET"
  key           = "single/${count.index}.js"
  content       = "body ${count.index}"
  cache_control = "no-cache"
}
`, "COUNT", strconv.Itoa(benchObjects)))
	w.benchStep(times, "2,000 objects: create", "", "apply", "-auto-approve")
	return w.benchStep(times, "2,000 objects: plan", "", "plan", "-detailed-exitcode")
}
