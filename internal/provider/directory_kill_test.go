//go:build linux

package provider

import (
	"maps"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// The provider is killed at every write of a creation and of a new release: the next apply converges, and the one after it is
// empty. Package object breaks each request off; here the process dies, and Terraform with a state that knows nothing of it.
func TestDirectoryKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	first := map[string]string{"site/index.html": "page one", "site/css/1.css": "style one", "site/gone.txt": "x"}
	second := map[string]string{"site/index.html": "page two", "site/css/1.css": "style two"}
	for name, tc := range map[string]struct{ before, then map[string]string }{"create": {nil, first}, "update": {first, second}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := int32(1); n <= 3; n++ {
				killDirectory(t, tc.before, tc.then, n)
			}
		})
	}
}

// killDirectory kills the provider before its n-th write is done.
func killDirectory(t *testing.T, before, then map[string]string, n int32) {
	t.Helper()
	k := &killer{}
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Method == "PUT" || c.Method == "POST" {
			return k.hook(c)
		}
		return nil
	}
	o := startServer(t, server)
	w := o.workspace()
	k.workspace = w
	w.site("no-cache", "max_parallel = 1")
	for name, text := range before {
		w.write(name, text)
	}
	if before != nil {
		w.apply()
	}
	for name := range before {
		w.remove(name)
	}
	for name, text := range then {
		w.write(name, text)
	}
	k.n.Store(n)
	out, code := w.try("apply", "-auto-approve", "-no-color")
	if !k.killed.Load() || code == 0 {
		t.Fatalf("the provider survived its write %d:\n%s", n, out)
	}
	if page, err := o.server.Object(o.bucket, "site/index.html"); err == nil && n < 3 && before == nil {
		t.Errorf("a page is stored before what it needs: %+v", page)
	}
	w.apply()
	w.clean()
	got := map[string]string{}
	for _, key := range o.keys() {
		got[key] = o.body(key)
	}
	if !maps.Equal(got, then) {
		t.Errorf("stored %q, want %q", got, then)
	}
}
