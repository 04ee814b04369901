package object

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// histories is how many generated histories a run goes through. OSS_TEST_HISTORIES asks for another number, and
// OSS_TEST_SEED for the first of an earlier run.
const histories = 60

// plainObject is an object in the model: what can be seen of it.
type plainObject struct{ body, cache, owner string }

// plainDirectory is a directory as its documentation has it, without any thought of requests or of how things are found
// out.
type plainDirectory struct {
	bucket map[string]plainObject // by name
	files  map[string]string      // of the folder

	made   bool
	known  map[string]string // bodies of what is in the state, as they were last seen
	others map[string]bool   // of these, whose body others wrote
	listed map[string]bool   // of these, what was never ours

	cache, owner string // what rules say of pages, and of all files
	prune        Prune
	overwrite    bool
}

func (d *plainDirectory) want(name string) plainObject {
	o := plainObject{body: d.files[name], owner: d.owner}
	if strings.HasSuffix(name, ".html") {
		o.cache = d.cache
	}
	return o
}

func (d *plainDirectory) forget(name string) {
	delete(d.known, name)
	delete(d.others, name)
	delete(d.listed, name)
}

// refresh drops what is gone, and sees whose the bodies are.
func (d *plainDirectory) refresh() {
	for name, body := range d.known {
		switch o, there := d.bucket[name]; {
		case !there:
			d.forget(name)
		case o.body != body:
			d.known[name], d.others[name] = o.body, true
		}
	}
	for name, o := range d.bucket {
		if _, known := d.known[name]; !known && d.made && d.prune == PruneAll {
			d.known[name], d.others[name], d.listed[name] = o.body, true, true
		}
	}
}

// inTheWay reports whether an object may not be written over.
func (d *plainDirectory) inTheWay() bool {
	for name := range d.files {
		o, there := d.bucket[name]
		_, known := d.known[name]
		if there && (!known || d.listed[name]) && o != d.want(name) && !d.overwrite {
			return true
		}
	}
	return false
}

// apply stores what is wanted and deletes what is to be deleted.
func (d *plainDirectory) apply() {
	everything := maps.Clone(d.known)
	if !d.made && d.prune == PruneAll {
		for name, o := range d.bucket {
			everything[name], d.others[name] = o.body, true
		}
	}
	for name := range everything {
		if _, wanted := d.files[name]; wanted {
			continue
		}
		if d.prune == PruneAll || d.prune == PruneManaged && !d.others[name] {
			delete(d.bucket, name)
		}
		d.forget(name)
	}
	d.made = true
	for name := range d.files {
		d.bucket[name] = d.want(name)
		d.forget(name)
		d.known[name] = d.files[name]
	}
}

// history is one generated sequence of events, in the model and for real.
type history struct {
	*site
	model plainDirectory
	rand  *rand.Rand
	log   []string
	cut   atomic.Int32 // requests until the connection breaks for good; 0 is never
}

var (
	historyNames  = []string{"index.html", "a/b.html", "a/c.css", "d.js"}
	historyBodies = []string{"one", "two", "thr"} // of one size, so that nothing but the digest tells them apart
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	h := &history{site: newSite(t, nil), rand: rand.New(rand.NewPCG(seed, 0))}
	h.model = plainDirectory{bucket: map[string]plainObject{}, files: map[string]string{}, known: map[string]string{}, others: map[string]bool{}, listed: map[string]bool{}}
	hook := func(ossserver.Call) *ossserver.Fault {
		if n := h.cut.Load(); n > 0 && h.cut.Add(-1) < 1 {
			h.cut.Store(1)
			return &ossserver.Fault{Cut: []ossserver.Cut{ossserver.CutBefore, ossserver.CutAfter}[seed%2]}
		}
		return nil
	}
	h.fault.Store(&hook)
	return h
}

func (h *history) note(format string, args ...any) {
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

// event makes one change of the folder, the bucket or the configuration.
func (h *history) event() {
	name, body, value := pick(h.rand, historyNames), pick(h.rand, historyBodies), pick(h.rand, []string{"", "x", "y"})
	switch h.rand.IntN(9) {
	case 0, 1, 2:
		h.note("file %s is %s", name, body)
		h.model.files[name] = body
		h.write(name, body)
	case 3:
		if _, there := h.model.files[name]; there {
			h.note("file %s goes", name)
			delete(h.model.files, name)
			h.remove(name)
		}
	case 4:
		o := plainObject{body, pick(h.rand, []string{"", "x", "y"}), value}
		h.note("others store %s as %v", name, o)
		h.model.bucket[name] = o
		h.foreign("site/"+name, body, func(w *ossclient.Write) { w.CacheControl, w.Metadata = o.cache, ownedBy(o.owner) })
	case 5:
		h.note("others delete %s", name)
		delete(h.model.bucket, name)
		h.must(h.client.DeleteObject(h.t.Context(), "b-1", "site/"+name))
	case 6:
		h.note("pages have the cache control %q", value)
		h.model.cache = value
	case 7:
		h.note("files belong to %q", value)
		h.model.owner = value
	case 8:
		h.model.prune = pick(h.rand, []Prune{PruneManaged, PruneManaged, PruneAll, PruneNone})
		h.note("prune is %d", h.model.prune)
	}
	h.tick()
}

func ownedBy(owner string) map[string]string {
	if owner == "" {
		return map[string]string{}
	}
	return map[string]string{"owner": owner}
}

// configure takes the configuration of the model over.
func (h *history) configure() {
	h.dir.Prune, h.dir.Overwrite = h.model.prune, h.model.overwrite
	h.dir.Rules = []Rule{
		{Match: []string{"**"}, Metadata: ownedBy(h.model.owner)},
		{Match: []string{"**/*.html"}, Headers: ossclient.Headers{CacheControl: h.model.cache}},
	}
}

// run applies, now and then over a connection that breaks, and compares.
func (h *history) run() {
	h.configure()
	h.model.refresh()
	if h.model.inTheWay() {
		h.note("apply, which is stopped")
		if _, err := h.apply(); err == nil {
			h.fail("objects of others were written over")
		}
		h.tick()
		h.model.overwrite = true
		h.configure()
	} else if h.rand.IntN(3) == 0 {
		h.broken()
	}
	h.note("apply")
	if _, err := h.apply(); err != nil {
		h.fail("the apply failed: %v", err)
	}
	h.tick()
	h.model.apply()
	h.model.overwrite = false
	h.configure()
	h.compare()
}

// broken is a run that ends before its time. The state is kept, or lost with the process.
func (h *history) broken() {
	made, texts, packed := h.made, h.texts, h.packed
	h.cut.Store(1 + h.rand.Int32N(6))
	_, err := h.apply()
	h.cut.Store(0)
	if lost := h.rand.IntN(2) == 0; lost {
		h.made, h.texts, h.packed = made, texts, packed
		h.note("apply, cut off, state lost: %v", err)
	} else {
		h.note("apply, cut off: %v", err)
	}
	h.tick()
}

// compare holds the bucket and the state against the model.
func (h *history) compare() {
	got := map[string]plainObject{}
	for _, name := range historyNames {
		if o, err := h.server.Object("b-1", "site/"+name); err == nil {
			body, err := os.ReadFile(o.BodyPath)
			h.must(err)
			got[name] = plainObject{string(body), o.CacheControl, o.Metadata["owner"]}
		}
	}
	if !maps.Equal(got, h.model.bucket) {
		h.fail("stored %v, want %v", got, h.model.bucket)
	}
	if names := slices.Sorted(maps.Keys(h.texts)); !slices.Equal(names, slices.Sorted(maps.Keys(h.model.known))) {
		h.fail("the state has %q, want %q", names, slices.Sorted(maps.Keys(h.model.known)))
	}
	h.model.refresh()
	h.must(h.refresh())
	plan, err := h.plan()
	if err != nil || !plan.Idle() && h.model.prune != PruneAll || len(plan.Conflicts) > 0 {
		h.fail("left to do: %q %q %v", plan.Changed(), plan.Conflicts, err)
	}
}

func (h *history) fail(format string, args ...any) {
	h.t.Helper()
	h.t.Fatalf("%s\n  %s", fmt.Sprintf(format, args...), strings.Join(h.log, "\n  "))
}

// Generated histories, of edits of the folder, of edits by others, of other rules and of broken connections, end as a plain
// model of the directory says.
func TestDirectoryHistories(t *testing.T) {
	t.Parallel()
	number, first := histories, uint64(time.Now().UnixNano())
	if testing.Short() {
		number = 10
	}
	if text := os.Getenv("OSS_TEST_HISTORIES"); text != "" {
		var err error
		if number, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("OSS_TEST_SEED"); text != "" {
		var err error
		if first, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d histories from OSS_TEST_SEED=%d on", number, first)
	for i := range uint64(number) {
		t.Run(fmt.Sprint(first+i), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, first+i)
			for range 5 {
				for range 1 + h.rand.IntN(4) {
					h.event()
				}
				h.run()
			}
		})
	}
}
