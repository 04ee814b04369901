package object

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// Two releases of a site. A page names the files that it needs.
var (
	firstRelease = map[string]string{
		"index.html": "needs css/1.css and js/1.js", "about.html": "needs css/1.css", "old/page.html": "needs old/page.png",
		"css/1.css": "style one", "js/1.js": "script one", "old/page.png": "picture", "robots.txt": "all",
	}
	secondRelease = map[string]string{
		"index.html": "needs css/2.css and js/2.js", "about.html": "needs css/2.css", "new.html": "needs js/2.js and css/3.css",
		"css/2.css": "style two", "css/3.css": "style three", "js/2.js": "script two", "robots.txt": "none",
	}
)

var needed = regexp.MustCompile(`[a-z]+/[0-9a-z]+\.[a-z]+`)

// dangling names what stored pages need and is not stored.
func (s *site) dangling() []string {
	var missing []string
	for name := range merged(firstRelease, secondRelease) {
		o, err := s.server.Object("b-1", "site/"+name)
		if err != nil || o.ContentType != "text/html" {
			continue
		}
		for body := range merged(only(name, firstRelease), only(name, secondRelease)) {
			if ossCRC(body) != o.CRC64 {
				continue
			}
			for _, asset := range needed.FindAllString(body, -1) {
				if _, err := s.server.Object("b-1", "site/"+asset); err != nil {
					missing = append(missing, name+" needs "+asset)
				}
			}
		}
	}
	slices.Sort(missing)
	return missing
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// only is the body of a file as a key, or nothing.
func only(name string, release map[string]string) map[string]string {
	if body, ok := release[name]; ok {
		return map[string]string{body: ""}
	}
	return map[string]string{}
}

// breaker lets the n-th request and all after it fail, before or after the work of the n-th is done. Before each request it
// looks for pages whose files are missing.
type breaker struct {
	s        *site
	n, count atomic.Int32
	after    bool

	mu       sync.Mutex
	dangling []string
}

func (b *breaker) fault(ossserver.Call) *ossserver.Fault {
	if missing := b.s.dangling(); len(missing) > 0 {
		b.mu.Lock()
		b.dangling = append(b.dangling, missing...)
		b.mu.Unlock()
	}
	n, count := b.n.Load(), b.count.Add(1)
	switch {
	case n == 0 || count < n:
		return nil
	case count == n && b.after:
		return &ossserver.Fault{Cut: ossserver.CutAfter}
	}
	return &ossserver.Fault{Cut: ossserver.CutBefore}
}

// A run is cut off at every request of a creation, an update and an end: the state is lost, as when the provider is killed,
// or kept, as when the connection breaks. The next run does the rest, the one after it nothing, and at no moment does a
// stored page need a file that is not stored.
func TestDirectoryCutOffAtEveryRequest(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("breaks off a run at every request")
	}
	for _, lost := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			for name, steps := range map[string]struct{ before, then map[string]string }{
				"create": {nil, firstRelease}, "update": {firstRelease, secondRelease}, "end": {firstRelease, nil},
			} {
				t.Run(fmt.Sprintf("%s, state lost %t, work done %t", name, lost, after), func(t *testing.T) {
					t.Parallel()
					n := int32(1)
					for cutOff(t, steps.before, steps.then, lost, after, n) {
						if n++; n > 60 {
							t.Fatal("the walk does not end")
						}
					}
					if n < 3 {
						t.Errorf("only %d requests were cut off", n-1)
					}
				})
			}
		}
	}
}

// The look for pages whose files are missing finds one.
func TestDanglingPageIsFound(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.foreign("site/index.html", firstRelease["index.html"], nil)
	s.foreign("site/css/1.css", "", nil)
	if got := fmt.Sprint(s.dangling()); got != "[index.html needs js/1.js]" {
		t.Errorf("found %s", got)
	}
}

// cutOff lets the n-th request of a run fail, and reports whether there was one.
func cutOff(t *testing.T, before, then map[string]string, lost, after bool, n int32) bool {
	t.Helper()
	s := newSite(t, before)
	if before != nil {
		s.applied()
	}
	for name := range before {
		s.remove(name)
	}
	for name, body := range then {
		s.write(name, body)
	}
	b := &breaker{s: s, after: after}
	hook := b.fault
	s.fault.Store(&hook)
	run := func() error {
		if then == nil {
			return s.end()
		}
		_, err := s.apply()
		return err
	}

	b.n.Store(n)
	made, texts, packed := s.made, s.texts, s.packed
	err := run()
	cut := b.count.Load() >= n
	if cut && err == nil {
		t.Fatalf("request %d failed, and the run did not", n)
	}
	if lost {
		s.made, s.texts, s.packed = made, texts, packed
	}
	b.n.Store(0)
	s.tick()
	if !lost {
		s.agree()
	}
	if err := run(); err != nil {
		t.Fatalf("after request %d: %v", n, err)
	}
	s.tick()
	if then != nil {
		s.clean()
	}
	want := map[string]string{}
	for name, body := range then {
		want["site/"+name] = body
	}
	if got := s.stored(); !maps.Equal(got, want) {
		t.Fatalf("after request %d: stored %q", n, slices.Sorted(maps.Keys(got)))
	}
	if len(b.dangling) > 0 {
		t.Fatalf("request %d: %q", n, b.dangling)
	}
	return cut
}

// end is a run that deletes the directory.
func (s *site) end() error {
	if err := s.refresh(); err != nil {
		return err
	}
	r := Deployer{Client: s.client, Parallel: 4}.Apply(s.t.Context(), s.dir.Removal(s.have()))
	s.keep(r.Inventory)
	if len(r.Failures) > 0 {
		return r.Failures[0].Err
	}
	return nil
}

// agree checks that the state says what is stored, as far as an answer told it: what it has and the bucket has not was
// deleted by a request whose answer was lost.
func (s *site) agree() {
	s.t.Helper()
	for name, entry := range s.have() {
		o, err := s.server.Object("b-1", "site/"+name)
		if err != nil {
			continue
		}
		if o.CRC64 != entry.CRC64 && !s.unanswered(name) {
			s.t.Errorf("%s is stored as %s, and the state says %s", name, o.CRC64, entry.CRC64)
		}
	}
}

// unanswered reports whether the answer to a write of a name was cut.
func (s *site) unanswered(name string) bool {
	return slices.ContainsFunc(s.server.Records(), func(r ossserver.Record) bool { return r.Status == 0 && r.Key == "site/"+name })
}

// What is put there after the plan, as it shall be, is taken and not written, and so is none of what has changed.
func TestDirectoryMeetsWhatItWants(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"a.css": "style", "b.css": "style"})
	s.must(s.refresh())
	plan, err := s.plan()
	s.must(err)
	s.foreign("site/a.css", "style", nil)
	r := Deployer{Client: s.client, Parallel: 1, Listed: true}.Apply(t.Context(), plan)
	if len(r.Failures) > 0 || !slices.Equal(r.Changed, []string{"b.css"}) || len(r.Inventory) != 2 {
		t.Errorf("changed %q of %d, failures %v", r.Changed, len(r.Inventory), r.Failures)
	}
}
