package provider

import "testing"

// What a plan of one object allocates is most of what it costs the processor. With validators that look for other
// attributes by path a validation made 6,000 allocations, and with the framework's Get and Set a plan 19,400; what is
// left, 3,600 and 14,700, is nearly all the framework's.
func TestAllocationsOfAPlan(t *testing.T) { // not parallel: what other tests allocate counts as well
	o := startOSS(t)
	r := o.protocol().manage("oss_object", map[string]any{"bucket": o.bucket, "key": "k", "content": "body", "cache_control": "no-cache"})
	for name, tc := range map[string]struct {
		most float64
		run  func()
	}{
		"validation": {4_500, r.validate},
		"plan":       {17_000, func() { r.planAgain() }},
	} {
		if got := testing.AllocsPerRun(20, tc.run); got > tc.most {
			t.Errorf("%s: %.0f allocations, want at most %.0f", name, got, tc.most)
		}
	}
}
