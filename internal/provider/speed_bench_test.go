package provider

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// speedStep is a step of the table: what Terraform does, and what a program with the SDK alone would do for the same.
type speedStep struct {
	name   string
	floor  int                // requests that it takes where nothing may be lost: the refresh, the write, and what that would reset
	before func(w *workspace) // makes the change
	args   []string           // of terraform
	calls  int                // of the program
	call   func(i int) error
}

// speedSubject is what the table has a block of rows about.
type speedSubject struct {
	name     string
	parallel int // calls of the program at once: as many as the provider makes
	steps    func(w *workspace) []speedStep
}

var (
	applied   = []string{"apply", "-auto-approve"}
	refreshed = []string{"plan", "-detailed-exitcode"}
	destroyed = []string{"destroy", "-auto-approve"}
)

// BenchmarkSpeed prints the table that README quotes: requests, bytes, seconds, processor time and memory of what people do,
// beside the requests that it takes and a program with the SDK that does the same without Terraform.
func BenchmarkSpeed(b *testing.B) {
	fmt.Println("| | | Requests | Floor | Body bytes | Time | The SDK alone | CPU provider | CPU Terraform | Memory |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	for _, subject := range []speedSubject{
		{"1,000 `oss_object`", 10, speedOfObjects}, {"`oss_directory`, 10,000 files", defaultParallel, speedOfDirectory},
		{"1 object of 1 GiB", 1, speedOfLargeFile}, {"200 `oss_bucket_cors`", 10, speedOfCORS},
	} {
		b.Run(strings.ReplaceAll(subject.name, "`", ""), func(b *testing.B) {
			for range b.N {
				measureSpeed(b, subject)
			}
		})
	}
}

func measureSpeed(b *testing.B, subject speedSubject) {
	b.Helper()
	server, peak, looked := newServer(), atomic.Int64{}, atomic.Int64{}
	var w *workspace
	server.Fault = func(ossserver.Call) *ossserver.Fault {
		now := time.Now().UnixMilli()
		if last := looked.Load(); w == nil || now-last < 100 || !looked.CompareAndSwap(last, now) {
			return nil
		}
		for _, pid := range w.providerProcesses() {
			peak.Store(max(peak.Load(), int64(peakMemory(pid))))
		}
		return nil
	}
	o := startServer(b, server)
	w = o.workspace()
	times := w.timeProvider()
	name := subject.name
	for _, step := range subject.steps(w) {
		step.before(w)
		m := w.measure(times, step.args...)
		requests := 0
		for _, n := range regexp.MustCompile(`:(\d+)`).FindAllStringSubmatch(m.requests, -1) {
			more, err := strconv.Atoi(n[1])
			o.must(err)
			requests += more
		}
		fmt.Printf("| %s | %s | %d | %d | %s | %.1f s | %.1f s | %.1f s | %.1f s | %d MB |\n", name, step.name, requests, step.floor, inUnits(m.bytes),
			m.wall.Seconds(), plainTime(b, step, subject.parallel).Seconds(), m.provider.Seconds(), m.terraform.Seconds(), peak.Swap(0)>>10)
		name = ""
	}
}

// plainTime is how long the program takes.
func plainTime(b *testing.B, step speedStep, parallel int) time.Duration {
	b.Helper()
	start := time.Now()
	var group errgroup.Group
	group.SetLimit(parallel)
	for i := range step.calls {
		group.Go(func() error { return step.call(i) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func inUnits(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return strconv.FormatInt(n, 10)
}

// plainBucket is a bucket for the program, beside the one of Terraform.
func (o *testOSS) plainBucket(name string) *oss.Bucket {
	o.t.Helper()
	other := *o
	other.bucket = name
	o.must(o.local().CreateBucket(name))
	return other.sdk()
}

func speedOfObjects(w *workspace) []speedStep {
	const n = 1000
	bucket := w.oss.plainBucket("plain-objects")
	key := func(i int) string { return fmt.Sprintf("dir/%d.txt", i) }
	config := func(body, cache string) func(*workspace) {
		return func(w *workspace) {
			w.config(strings.NewReplacer("COUNT", strconv.Itoa(n), "BODY", body, "CACHE", cache).Replace(`
resource "oss_object" "test" {
  count         = COUNT
  bucket        = "BUCKET"
  key           = "dir/${count.index}.txt"
  content       = "BODY ${count.index}"
  cache_control = "CACHE"
}`))
		}
	}
	put := func(body string) func(int) error {
		return func(i int) error {
			return bucket.PutObject(key(i), strings.NewReader(fmt.Sprint(body, " ", i)), oss.CacheControl("no-cache"))
		}
	}
	return []speedStep{
		{"create", n + 1, config("one", "no-cache"), applied, n, put("one")}, // 1: is the bucket versioned?
		{"plan", n, func(*workspace) {}, refreshed, n, func(i int) error { _, err := bucket.GetObjectDetailedMeta(key(i)); return err }},
		{"another header", 3 * n, config("one", "no-store"), applied, n, func(i int) error {
			return errors.Join(headOf(bucket, key(i)), aclOf(bucket, key(i)), copied(bucket, key(i)))
		}},
		{"other bodies", 4 * n, config("two", "no-store"), applied, n, func(i int) error {
			return errors.Join(headOf(bucket, key(i)), headOf(bucket, key(i)), aclOf(bucket, key(i)), put("two")(i))
		}},
		{"destroy", 2 * n, func(*workspace) {}, destroyed, n, func(i int) error { return errors.Join(headOf(bucket, key(i)), bucket.DeleteObject(key(i))) }},
	}
}

func headOf(bucket *oss.Bucket, key string) error {
	_, err := bucket.GetObjectDetailedMeta(key)
	return err
}

func aclOf(bucket *oss.Bucket, key string) error {
	_, err := bucket.GetObjectACL(key)
	return err
}

func copied(bucket *oss.Bucket, key string) error {
	_, err := bucket.CopyObject(key, key, oss.MetadataDirective(oss.MetaReplace), oss.CacheControl("no-store"))
	return err
}

func speedOfDirectory(w *workspace) []speedStep {
	w.benchFolder()
	bucket := w.oss.plainBucket("plain-directory")
	key := func(i int) string { return strings.TrimPrefix(benchName(i), "site/") }
	put := func(i int) error {
		return bucket.PutObjectFromFile(key(i), filepath.Join(w.dir, benchName(i)), oss.ContentType("application/javascript"))
	}
	config := func(cache string) func(*workspace) {
		return func(w *workspace) { w.config(strings.ReplaceAll(benchDirectory, "CACHE", cache)) }
	}
	const pages = benchFiles / 1000
	return []speedStep{
		{"create", benchFiles + 1, config("no-cache"), applied, benchFiles, put},
		{"plan", pages, func(*workspace) {}, refreshed, 1, func(int) error { return eachPage(bucket, func([]string) error { return nil }) }},
		{"another header of 500", pages + benchRuled, config("no-store"), applied, benchRuled, func(i int) error { return copied(bucket, key(i)) }},
		{"another body of 1", pages + 1, func(w *workspace) { w.write(benchName(4711), "changed") }, applied, 1, func(int) error { return put(4711) }},
		{"destroy", 2 * pages, func(*workspace) {}, destroyed, 1, func(int) error {
			return eachPage(bucket, func(keys []string) error { _, err := bucket.DeleteObjects(keys); return err })
		}},
	}
}

// eachPage lists a bucket, a thousand keys at a time.
func eachPage(bucket *oss.Bucket, do func(keys []string) error) error {
	for token := ""; ; {
		page, err := bucket.ListObjectsV2(oss.MaxKeys(1000), oss.ContinuationToken(token))
		if err != nil {
			return err
		}
		keys := []string{}
		for _, object := range page.Objects {
			keys = append(keys, object.Key)
		}
		if err := do(keys); err != nil || !page.IsTruncated {
			return err
		}
		token = page.NextContinuationToken
	}
}

func speedOfLargeFile(w *workspace) []speedStep {
	const (
		size = 1 << 30
		part = 16 << 20 // as the provider sends
	)
	bucket := w.oss.plainBucket("plain-large")
	file := filepath.Join(w.dir, "large.bin")
	config := func(cache string) func(*workspace) {
		return func(w *workspace) {
			w.config(strings.ReplaceAll(`resource "oss_object" "test" {
  bucket        = "BUCKET"
  key           = "large.bin"
  source        = "large.bin"
  cache_control = "CACHE"
}`, "CACHE", cache))
		}
	}
	upload := func(int) error { return bucket.UploadFile("large.bin", file, part, oss.Routines(4)) }
	return []speedStep{
		{"create", size/part + 4, func(w *workspace) {
			w.write("large.bin", "")
			w.oss.must(os.Truncate(file, size))
			config("no-cache")(w)
		}, applied, 1, upload},
		{"plan", 1, func(*workspace) {}, refreshed, 1, func(int) error { return headOf(bucket, "large.bin") }},
		{"another header", 3, config("no-store"), applied, 1, func(int) error {
			return errors.Join(headOf(bucket, "large.bin"), aclOf(bucket, "large.bin"), copied(bucket, "large.bin"))
		}},
		{"another body", size/part + 6, func(w *workspace) {
			f, err := os.OpenFile(file, os.O_WRONLY, 0)
			w.oss.must(err)
			_, err = f.WriteString("changed")
			w.oss.must(errors.Join(err, f.Close()))
		}, applied, 1, upload},
		{"destroy", 2, func(*workspace) {}, destroyed, 1, func(int) error { return bucket.DeleteObject("large.bin") }},
	}
}

func speedOfCORS(w *workspace) []speedStep {
	const n = 200
	client := w.oss.sdk().Client
	name := func(i int) string { return fmt.Sprintf("cors-%d", i) }
	for i := range n {
		w.oss.must(w.oss.local().CreateBucket(name(i)))
		w.oss.must(w.oss.local().CreateBucket("plain-" + name(i)))
	}
	config := func(age int) func(*workspace) {
		return func(w *workspace) {
			w.config(strings.NewReplacer("COUNT", strconv.Itoa(n), "AGE", strconv.Itoa(age)).Replace(`
resource "oss_bucket_cors" "test" {
  count  = COUNT
  bucket = "cors-${count.index}"

  cors_rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET", "PUT"]
    allowed_headers = ["*"]
    max_age_seconds = AGE
  }
}`))
		}
	}
	set := func(i int) error {
		return client.SetBucketCORS("plain-"+name(i), []oss.CORSRule{{AllowedOrigin: []string{"https://www.example.com"}, AllowedMethod: []string{"GET", "PUT"}, AllowedHeader: []string{"*"}, MaxAgeSeconds: 60}})
	}
	get := func(i int) error { _, err := client.GetBucketCORS("plain-" + name(i)); return err }
	return []speedStep{
		{"create", 2 * n, config(60), applied, n, func(i int) error { _ = get(i); return set(i) }}, // there are none yet
		{"plan", n, func(*workspace) {}, refreshed, n, get},
		{"another rule", 2 * n, config(600), applied, n, func(i int) error { return errors.Join(get(i), set(i)) }},
		{"destroy", 2 * n, func(*workspace) {}, destroyed, n, func(i int) error { return errors.Join(get(i), client.DeleteBucketCORS("plain-"+name(i))) }},
	}
}
