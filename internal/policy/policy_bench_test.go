//go:build unix

package policy

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

func benchmarkPolicy(b *testing.B) (*Policy, []Object) {
	b.Helper()
	rules := []Rule{}
	for i := range 50 {
		rules = append(rules, Rule{
			Name: fmt.Sprintf("rule-%d", i), Buckets: []string{"web-*", "assets"}, Keys: []string{fmt.Sprintf("team-%d/**", i%10), fmt.Sprintf("**/*.ext%d", i)},
			Headers: map[string]Demand{"Cache-Control": {Required: true, Pattern: "(public|private), max-age=[0-9]+"}},
			Metadata: map[string]Demand{
				"owner": {Required: true, Values: []string{"alice", "bob", "carol"}},
				"cost":  {Pattern: "[A-Z]{2}-[0-9]{4}", MaxLength: 7},
			},
		})
	}
	policy, errs := New(rules)
	if len(errs) > 0 {
		b.Fatal(errs)
	}
	objects := []Object{}
	for i := range 10_000 {
		objects = append(objects, Object{
			Bucket: "web-1", Key: fmt.Sprintf("team-%d/site/%d/index.html", i%20, i), Headers: map[string]string{"Cache-Control": "public, max-age=60"},
			Metadata: map[string]string{"owner": "bob", "cost": "AB-1234", "note": "x"},
		})
	}
	return policy, objects
}

// BenchmarkPolicy10000ObjectsBy50Rules: one operation holds all objects against all rules and adds them up. The aim is under 200 ms of one
// processor, which cpu-ms shows also where others use the machine.
func BenchmarkPolicy10000ObjectsBy50Rules(b *testing.B) {
	policy, objects := benchmarkPolicy(b)
	broken := make([]Object, len(objects))
	for i, o := range objects {
		o.Headers, o.Metadata = nil, map[string]string{"owner": "mallory"}
		broken[i] = o
	}
	for name, tt := range map[string]struct {
		objects []Object
		breaks  bool
	}{"clean": {objects, false}, "broken": {broken, true}} {
		b.Run(name, func(b *testing.B) {
			tally := policy.Tally(10)
			before := processorTime(b)
			for b.Loop() {
				for _, o := range tt.objects {
					found := policy.Check(o)
					if !tt.breaks && len(found) > 0 {
						b.Fatalf("%+v", found)
					}
					tally.Add(o.Bucket, o.Key, found)
				}
			}
			b.ReportMetric((processorTime(b)-before).Seconds()*1000/float64(b.N), "cpu-ms")
			if tt.breaks != (tally.Errors > 0) {
				b.Errorf("%d errors", tally.Errors)
			}
		})
	}
}

// processorTime is what this process has used of all processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
