//go:build linux

package provider

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// Two releases of a site: the page names what it needs, and what only the first has goes with the second.
var (
	firstRelease  = map[string]string{"site/index.html": "site/css/1.css site/shared.js", "site/css/1.css": "style one", "site/shared.js": "script", "site/gone.txt": "x"}
	secondRelease = map[string]string{"site/index.html": "site/css/2.css site/shared.js", "site/css/2.css": "style two", "site/shared.js": "script two"}
)

// releases are the changes in which something dies.
var releases = map[string]struct{ before, then map[string]string }{
	"create": {nil, firstRelease}, "update": {firstRelease, secondRelease}, "destroy": {secondRelease, nil},
}

// The provider is killed at every request of a creation, of a new release and of a destroy, and Terraform at every write. No page that is
// stored then refers to what is not, the next apply converges, and the one after it is empty. Package object breaks each
// request off; here processes die, and the state knows nothing of what was written.
func TestDirectoryKilledAtEveryRequest(t *testing.T) {
	t.Parallel()
	for _, victim := range []string{"provider", "terraform"} {
		for name, release := range releases {
			t.Run(victim+" at "+name, func(t *testing.T) {
				t.Parallel()
				everyRequest(t, func(n int32) bool { return killDirectory(t, victim, release.before, release.then, n) })
			})
		}
	}
}

// killDirectory kills at the n-th request, and heals. It reports whether there were so many requests.
func killDirectory(t *testing.T, victim string, before, then map[string]string, n int32) bool {
	t.Helper()
	k, left := &killer{}, &atomic.Int32{}
	server := newServer()
	server.Fault = k.hook
	o := startServer(t, server)
	w := o.workspace()
	k.workspace = w
	if victim == "terraform" {
		server.Fault = func(c ossserver.Call) *ossserver.Fault {
			if c.Method != "GET" && left.Add(-1) == 0 { // before a write nothing is lost with it
				k.killAll(processes(func(program, dir string) bool { return program == w.terraform && dir == w.dir }))
			}
			return nil // the provider goes on without Terraform
		}
		w.starts = true
	}
	w.release(nil, before)
	if before != nil {
		w.apply()
	}
	w.release(before, then)
	k.n.Store(n)
	left.Store(n)
	out, code, err := w.combined("apply", "-auto-approve", "-no-color")
	k.n.Store(0)
	left.Store(0)
	w.quiet(o)
	if !k.killed.Load() {
		if code != 0 || err != nil {
			t.Errorf("request %d: nothing was killed, and the apply failed: %v\n%s", n, err, out)
		}
		return false
	}
	if code == 0 && err == nil {
		t.Errorf("request %d: the %s was killed and the apply succeeded:\n%s", n, victim, out)
	}
	w.starts = false
	w.healed(o, then)
	return true
}

// release puts another release into the folder; without files the directory is to be destroyed.
func (w *workspace) release(before, then map[string]string) {
	w.t.Helper()
	for name := range before {
		w.remove(name)
	}
	for name, text := range then {
		w.write(name, text)
	}
	if w.site("no-cache", "max_parallel = 1"); then == nil {
		w.config("")
	}
}

// combined runs Terraform, which may be killed.
func (w *workspace) combined(args ...string) (string, int, error) {
	w.t.Helper()
	command, detach := w.attached(args...)
	defer detach()
	return rig.Combined(w.t.Context(), command)
}

// quiet waits until a provider that has lost its Terraform sends nothing any more, and ends it.
func (w *workspace) quiet(o *testOSS) {
	w.t.Helper()
	for last := -1; len(o.server.Records()) != last; <-time.After(200 * time.Millisecond) {
		last = len(o.server.Records())
	}
	(&killer{}).killAll(w.providerProcesses())
}

// healed checks the pages as they are, and that one apply makes all as it is wanted.
func (w *workspace) healed(o *testOSS, then map[string]string) {
	w.t.Helper()
	stored := o.bodies()
	for _, name := range strings.Fields(stored["site/index.html"]) {
		if _, there := stored[name]; !there {
			w.t.Errorf("the page refers to %s, which is not stored: %q", name, stored)
		}
	}
	w.apply()
	w.clean()
	if got := o.bodies(); !maps.Equal(got, then) {
		w.t.Errorf("stored %q, want %q", got, then)
	}
}

// bodies are those of all objects, as another client reads them.
func (o *testOSS) bodies() map[string]string {
	o.t.Helper()
	bucket, all := o.sdk(), map[string]string{}
	list, err := bucket.ListObjectsV2()
	o.must(err)
	for _, object := range list.Objects {
		body, err := bucket.GetObject(object.Key)
		o.must(err)
		text, err := io.ReadAll(body)
		o.must(err)
		o.must(body.Close())
		all[object.Key] = string(text)
	}
	return all
}

// oss-local is killed when it has done its n-th write, and starts again on what is on its disk.
func TestDirectoryServerKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	for name, release := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyRequest(t, func(n int32) bool { return killServer(t, release.before, release.then, int(n)) })
		})
	}
}

// killServer kills the server once, and heals. It reports whether there were so many writes.
func killServer(t *testing.T, before, then map[string]string, n int) bool {
	t.Helper()
	o := &testOSS{t: t, region: testRegion, bucket: "test-bucket", server: newServer()} // for its keys: the one that serves is a process
	program := rig.OSSLocal(built.Bin(t), "--data", t.TempDir(), "--access-key-id", testKeyID, "--access-key-secret", testSecret, "--region", o.region, "--bucket", o.bucket)
	server, err := rig.Start(t.Context(), program)
	o.must(err)
	t.Cleanup(func() { server.Kill() })
	o.endpoint = server.URL
	program.Args = append(program.Args, "--addr", strings.TrimPrefix(server.URL, "http://"))
	w := o.workspace()
	w.release(nil, before)
	if before != nil {
		w.apply()
	}
	w.release(before, then)
	write := func(line string) bool {
		return strings.Contains(line, "PutObject") || strings.Contains(line, "DeleteMultipleObjects")
	}
	skip := len(slices.DeleteFunc(server.Lines(), func(line string) bool { return !write(line) }))
	ctx, stop := context.WithCancel(t.Context())
	again := make(chan *rig.Server, 1)
	go func() {
		defer close(again)
		for range skip + n {
			if _, err := server.Next(ctx, write); err != nil {
				return // the apply is over
			}
		}
		server.Kill()
		restarted, err := rig.Start(t.Context(), program)
		if err != nil {
			t.Error(err)
			return
		}
		again <- restarted
	}()
	out, code, err := w.combined("apply", "-auto-approve", "-no-color")
	stop()
	restarted, killed := <-again
	if !killed {
		if code != 0 || err != nil {
			t.Errorf("write %d: nothing was killed, and the apply failed: %v\n%s", n, err, out)
		}
		return false
	}
	server = restarted
	w.healed(o, then)
	return true
}
