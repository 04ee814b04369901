//go:build unix

package provider

import (
	"fmt"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// BenchmarkCost prints the processor time and the allocations of the provider alone for each step in the life of one
// resource. The provider runs in this process and gets the calls that Terraform makes; oss-local is another process.
func BenchmarkCost(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as main does
	bin := b.TempDir()
	o := &testOSS{t: b, region: testRegion, bucket: "example", server: newServer()} // a local server, which this process does not hold
	o.must(rig.Build(b.Context(), bin, "./cmd/oss-local"))
	server, err := rig.Start(b.Context(), rig.OSSLocal(bin, "--access-key-id", testKeyID, "--access-key-secret", testSecret, "--region", o.region, "--bucket", o.bucket))
	o.must(err)
	b.Cleanup(func() { o.must(server.Stop()) })
	o.endpoint = server.URL

	b.Run("start", func(b *testing.B) { measureCPU(b, func() { o.protocol() }) })
	b.Run("object with 3 arguments", func(b *testing.B) {
		o.measureLife(b, "oss_object", func(n int, revision string) map[string]any {
			return map[string]any{"bucket": o.bucket, "key": fmt.Sprintf("small/%d.txt", n), "content": "body", "cache_control": "max-age=" + revision}
		})
	})
	b.Run("object with all arguments", func(b *testing.B) {
		o.measureLife(b, "oss_object", func(n int, revision string) map[string]any { return wholeObject(o.bucket, n, revision) })
	})
	b.Run("CORS with 10 rules", func(b *testing.B) {
		o.measureLife(b, "oss_bucket_cors", func(n int, revision string) map[string]any {
			rules := []any{}
			for i := range 10 {
				rules = append(rules, map[string]any{
					"allowed_origins": []any{fmt.Sprintf("https://%d.example.com", i)}, "allowed_methods": []any{"GET", "PUT"},
					"allowed_headers": []any{"*"}, "expose_headers": []any{"ETag", "x-oss-request-id"}, "max_age_seconds": len(revision) * 60,
				})
			}
			bucket := fmt.Sprintf("cors-%d", n) // the rules of a bucket are one resource
			if revision == "1" {
				o.must(o.sdk().Client.CreateBucket(bucket))
			}
			return map[string]any{"bucket": bucket, "cors_rule": rules, "response_vary": true}
		})
	})
}

func wholeObject(bucket string, n int, revision string) map[string]any {
	metadata := map[string]any{"revision": revision}
	for i := range 9 {
		metadata[fmt.Sprintf("name-%d", i)] = "value"
	}
	return map[string]any{
		"bucket": bucket, "key": fmt.Sprintf("whole/%d.txt", n), "content": "body", "allow_overwrite": false, "deletion_policy": "delete",
		"content_type": "text/plain", "cache_control": "no-cache", "content_disposition": `attachment; filename="a.txt"`, "content_encoding": "identity",
		"content_language": "en", "expires": "Wed, 21 Oct 2026 07:28:00 GMT", "metadata": metadata,
		"acl": "private", "storage_class": "Standard", "server_side_encryption": "AES256", "tags": map[string]any{"a": "1", "b": "2"},
		"ignore_body_drift": false, "timeouts": map[string]any{"create": "10m", "read": "1m", "update": "10m", "delete": "1m"},
	}
}

// measureLife measures each step of resources of one type, whose configuration has a number and a revision.
func (o *testOSS) measureLife(b *testing.B, name string, config func(n int, revision string) map[string]any) {
	number := 0
	for _, step := range []struct {
		name     string
		exists   bool
		revision string // of the configuration with which the step runs
		run      func(r *protocolResource)
	}{
		{"validate", false, "1", (*protocolResource).validate},
		{"plan a creation", false, "1", func(r *protocolResource) { r.validate(); r.plan() }},
		{"create", false, "1", (*protocolResource).apply},
		{"refresh", true, "1", (*protocolResource).refresh},
		{"plan without a change", true, "1", (*protocolResource).planAll},
		{"change", true, "2", (*protocolResource).apply},
		{"destroy", true, "1", (*protocolResource).destroy},
	} {
		b.Run(step.name, func(b *testing.B) {
			resources := make([]*protocolResource, b.N)
			earlier, p := o.protocol(), o.protocol() // a run of Terraform each
			for n := range resources {
				number++
				r := earlier.manage(name, config(number, "1"))
				if step.exists {
					r.apply()
				}
				r.p, r.config = p, config(number, step.revision)
				resources[n] = r
			}
			n := 0
			b.ResetTimer()
			measureCPU(b, func() { step.run(resources[n]); n++ })
		})
	}
}

// measureCPU runs do b.N times and reports the processor time of this process for each.
func measureCPU(b *testing.B, do func()) {
	b.ReportAllocs()
	before := cpuTime(b)
	for range b.N {
		do()
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
