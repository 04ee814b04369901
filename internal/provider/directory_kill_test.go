//go:build linux

package provider

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// release is the files of a site, by name.
type release map[string]string

// Two releases of a site: the page names what it needs, and what only the first has goes with the second.
var (
	firstRelease  = release{"index.html": "css/1.css shared.js", "css/1.css": "style one", "shared.js": "script"}
	secondRelease = release{"index.html": "css/2.css shared.js", "css/2.css": "style two", "shared.js": "script two"}
)

// releases are the changes in which something dies. Each happens to a number of directories, one for each death and one
// for a run that ends well: more than it has requests.
var releases = []struct {
	name         string
	before, then release
	directories  int
}{
	{"create", nil, firstRelease, 6}, {"update", firstRelease, secondRelease, 7}, {"destroy", secondRelease, nil, 3},
}

// sites puts the releases before or after the changes into the folders, and configures the directories.
func (w *workspace) sites(after bool) {
	w.t.Helper()
	var config strings.Builder
	for _, change := range releases {
		old, files := release{}, change.before
		if after {
			old, files = change.before, change.then
		}
		for n := range change.directories {
			folder := fmt.Sprintf("%s/%d/", change.name, n)
			for name := range old {
				w.remove(folder + name)
			}
			for name, text := range files {
				w.write(folder+name, text)
			}
		}
		if files == nil {
			continue
		}
		fmt.Fprintf(&config, `
resource "oss_directory" %[1]q {
  count        = %d
  bucket       = "BUCKET"
  prefix       = "%[1]s/${count.index}/"
  source       = "%[1]s/${count.index}"
  metadata     = { owner = "web" }
  max_parallel = 1
  file {
    match         = ["**/*.css"]
    cache_control = "no-cache"
  }
}
`, change.name, change.directories)
	}
	w.config(config.String())
}

func siteAddress(change string, n int32) string {
	return fmt.Sprintf("oss_directory.%s[%d]", change, n)
}

// The provider is killed at every request of a creation, of a new release and of a destroy, and Terraform at every write,
// each time with another directory. No page that is stored then refers to what is not, the next apply converges, and the
// one after it is empty. Package object breaks each request off; here processes die, and the state knows nothing of what
// was written.
func TestDirectoryKilledAtEveryRequest(t *testing.T) {
	t.Parallel()
	for _, victim := range []string{"provider", "terraform"} {
		t.Run(victim, func(t *testing.T) {
			t.Parallel()
			k := newKiller(t)
			w := k.workspace
			w.sites(false)
			w.apply()
			w.sites(true)
			k.terraform = victim == "terraform"
			for _, change := range releases {
				everyRequest(t, func(n int32) bool {
					w.starts = k.terraform && n == 1 // once as a user's, whose provider Terraform has started
					killed := k.strikes(siteAddress(change.name, n-1), n)
					if w.starts = false; k.terraform {
						w.quiet()
					}
					return killed
				})
			}
			w.healed()
		})
	}
}

// quiet waits until a provider that has lost its Terraform sends nothing any more, and ends it.
func (w *workspace) quiet() {
	w.t.Helper()
	for last := -1; len(w.oss.server.Records()) != last; <-time.After(100 * time.Millisecond) {
		last = len(w.oss.server.Records())
	}
	(&killer{}).killAll(w.providerProcesses())
}

// healed checks the pages as they are, and that one apply makes all as it is wanted.
func (w *workspace) healed() {
	w.t.Helper()
	stored := w.oss.bodies()
	for page, names := range stored {
		if folder, ok := strings.CutSuffix(page, "index.html"); ok {
			for _, name := range strings.Fields(names) {
				if _, there := stored[folder+name]; !there {
					w.t.Errorf("%s refers to %s, which is not stored: %q", page, name, stored)
				}
			}
		}
	}
	w.heal()
	want := map[string]string{}
	for _, change := range releases {
		for n := range change.directories {
			for name, text := range change.then {
				want[fmt.Sprintf("%s/%d/%s", change.name, n, name)] = text
			}
		}
	}
	if got := w.oss.bodies(); !maps.Equal(got, want) {
		w.t.Errorf("stored %q, want %q", got, want)
	}
}

// bodies are those of all objects, as another client reads them.
func (o *testOSS) bodies() map[string]string {
	o.t.Helper()
	bucket, all := o.sdk(), map[string]string{}
	list, err := bucket.ListObjectsV2(oss.MaxKeys(1000))
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
	o := &testOSS{t: t, region: testRegion, bucket: "test-bucket", server: newServer()} // for its keys: the one that serves is a process
	program := rig.OSSLocal(built.Bin(t), "--data", t.TempDir(), "--access-key-id", testKeyID, "--access-key-secret", testSecret, "--region", o.region, "--bucket", o.bucket)
	server, err := rig.Start(t.Context(), program)
	o.must(err)
	t.Cleanup(func() { server.Kill() })
	o.endpoint = server.URL
	program.Args = append(program.Args, "--addr", strings.TrimPrefix(server.URL, "http://"))
	w := o.workspace()
	w.sites(false)
	w.apply()
	w.sites(true)
	for _, change := range releases {
		everyRequest(t, func(n int32) bool {
			restarted := killServer(w, server, program, siteAddress(change.name, n-1), int(n))
			if restarted != nil {
				server = restarted
			}
			return restarted != nil
		})
	}
	w.healed()
}

// killServer applies what is planned for one directory, and kills the server once. It returns the one in its place; nil
// if there were not so many writes.
func killServer(w *workspace, server *rig.Server, program rig.Program, address string, n int) *rig.Server {
	w.t.Helper()
	write := func(line string) bool {
		return strings.Contains(line, "PutObject") || strings.Contains(line, "DeleteMultipleObjects")
	}
	writes := func() int {
		return len(slices.DeleteFunc(server.Lines(), func(line string) bool { return !write(line) }))
	}
	before := writes()
	ctx, stop := context.WithCancel(w.t.Context())
	again := make(chan *rig.Server, 1)
	go func() {
		defer close(again)
		for writes() < before+n {
			if _, err := server.Next(ctx, rig.AnyLine); err != nil {
				return // the apply is over
			}
		}
		server.Kill()
		restarted, err := rig.Start(w.t.Context(), program)
		if err != nil {
			w.t.Error(err)
			return
		}
		again <- restarted
	}()
	out, code, err := w.combined("apply", "-auto-approve", "-no-color", "-target="+address)
	stop()
	restarted := <-again
	if restarted == nil && (code != 0 || err != nil) {
		w.t.Errorf("%s, write %d: nothing was killed, and the apply failed: %v\n%s", address, n, err, out)
	}
	if had := writes() - before; restarted == nil && had != n-1 {
		w.t.Errorf("%s: the server of the run before was killed at write %d, and this run had %d", address, n-1, had)
	}
	return restarted
}
