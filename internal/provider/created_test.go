package provider

import (
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// terraform test of newer Terraforms has one process of the provider create, change and destroy: what that process has
// created is deleted when a later plan asks for it.
func TestDestroyInTheProcessThatCreated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		config   map[string]any
	}{
		"object":    {"oss_object", map[string]any{"bucket": "test-bucket", "key": "k", "content": "one"}},
		"CORS":      {"oss_bucket_cors", map[string]any{"bucket": "test-bucket", "cors_rule": []any{map[string]any{"allowed_origins": []any{"*"}, "allowed_methods": []any{"GET"}}}}},
		"directory": {"oss_directory", map[string]any{"bucket": "test-bucket", "prefix": "site/", "source": "../../examples/resources/oss_directory/site"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			r := o.protocol().manage(c.resource, c.config)
			r.apply()
			if o.stored() == 0 {
				t.Fatal("nothing was created")
			}
			r.destroy()
			if n := o.stored(); n != 0 {
				t.Errorf("%d left after the destroy", n)
			}
		})
	}
}

// The deletion of what was replaced still leaves alone what took its place in the same run, however often that happens in
// one process.
func TestReplacedTwiceInOneProcess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		config   map[string]any
	}{
		"object":    {"oss_object", map[string]any{"bucket": "test-bucket", "key": "k", "content": "one", "allow_overwrite": true}},
		"CORS":      {"oss_bucket_cors", map[string]any{"bucket": "test-bucket", "allow_overwrite": true, "cors_rule": []any{map[string]any{"allowed_origins": []any{"*"}, "allowed_methods": []any{"GET"}}}}},
		"directory": {"oss_directory", map[string]any{"bucket": "test-bucket", "prefix": "site/", "source": "../../examples/resources/oss_directory/site", "allow_overwrite": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			p := o.protocol()
			old := p.manage(c.resource, c.config)
			old.apply()
			stored := o.stored()
			for range 2 {
				successor := p.manage(c.resource, c.config)
				old.planAll() // what a new run begins with
				successor.apply()
				old.deposed()
				if n := o.stored(); n != stored {
					t.Fatalf("%d stored after the deletion of what was replaced, want %d", n, stored)
				}
				old = successor
			}
			old.destroy()
			if n := o.stored(); n != 0 {
				t.Errorf("%d left after the destroy", n)
			}
		})
	}
}

// deposed is the deletion of what a successor has replaced, in the same run: planned and done after the creation, without
// a refresh.
func (r *protocolResource) deposed() {
	r.p.t.Helper()
	none := r.p.value(r.kind, nil)
	r.applyTo(none, r.planTo(none, none))
}

// stored counts the objects and the CORS rules of the bucket.
func (o *testOSS) stored() int {
	o.t.Helper()
	list, err := o.sdk().ListObjectsV2(oss.MaxKeys(1000))
	o.must(err)
	n := len(list.Objects)
	if rules, err := o.local().CORS(o.bucket); err == nil && rules != nil {
		n += len(rules.Rules)
	}
	return n
}
