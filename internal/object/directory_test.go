package object

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// site is a directory in a bucket of its own, and what Terraform would keep of it.
type site struct {
	t      testing.TB
	server *ossserver.Server
	client *ossclient.Client
	clock  atomic.Int64 // of the server, in seconds after the start
	fault  atomic.Pointer[func(ossserver.Call) *ossserver.Fault]

	folder string
	dir    Directory

	made   bool // there is a state
	texts  map[string]string
	packed []byte
}

func newSite(t testing.TB, files map[string]string) *site {
	t.Helper()
	s := &site{t: t, folder: tree(t, files)}
	start := time.Now().Truncate(time.Second).Add(-5 * time.Minute)
	s.server = &ossserver.Server{
		Data: t.TempDir(), Accounts: []ossserver.Account{{AccessKeyID: "id", AccessKeySecret: "secret"}},
		Now: func() time.Time { return start.Add(time.Duration(s.clock.Load()) * time.Second) },
		Fault: func(c ossserver.Call) *ossserver.Fault {
			if fault := s.fault.Load(); fault != nil {
				return (*fault)(c)
			}
			return nil
		},
	}
	t.Cleanup(func() { _ = s.server.Close() })
	if err := s.server.CreateBucket("b-1"); err != nil {
		t.Fatal(err)
	}
	s.client = newClient(t, s.server)
	s.dir = Directory{Bucket: "b-1", Prefix: "site/", Owns: true, Last: []string{"**/*.html"}, ContentType: typeOf}
	return s
}

// typeOf is a table of types with two lines.
func typeOf(key string) string {
	if strings.HasSuffix(key, ".html") {
		return "text/html"
	}
	return "text/plain"
}

// tick lets the server's clock leave the second.
func (s *site) tick() { s.clock.Add(1) }

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) write(name, text string) {
	s.t.Helper()
	file := filepath.Join(s.folder, filepath.FromSlash(name))
	s.must(os.MkdirAll(filepath.Dir(file), 0o700))
	s.must(os.WriteFile(file, []byte(text), 0o600))
}

func (s *site) remove(name string) {
	s.must(os.Remove(filepath.Join(s.folder, filepath.FromSlash(name))))
}

func (s *site) look() Look { return Look{Client: s.client, Parallel: 4, Directory: s.dir} }

// have is what the state says.
func (s *site) have() Inventory {
	s.t.Helper()
	inv, err := Unpack(s.texts, s.packed)
	s.must(err)
	return inv
}

func (s *site) keep(inv Inventory) {
	s.t.Helper()
	var err error
	s.texts = inv.Texts()
	s.packed, err = inv.Pack()
	s.must(err)
}

// refresh is the refresh of a run.
func (s *site) refresh() error {
	if !s.made {
		return nil
	}
	now, err := s.look().Refresh(s.t.Context(), s.have())
	if err == nil {
		s.keep(now)
	}
	return err
}

// plan is what a run would do.
func (s *site) plan() (Plan, error) {
	if !s.dir.Owns {
		have := s.have()
		if !s.made {
			var err error
			if have, err = s.look().Survey(s.t.Context(), nil, nil); err != nil {
				return Plan{}, err
			}
		}
		return s.dir.Overlay(have), nil
	}
	files, refused, err := Folder{Path: s.folder, Globs: s.dir.Globs}.Read(s.t.Context())
	if err != nil || len(refused) > 0 {
		return Plan{}, fmt.Errorf("%v %w", refused, err)
	}
	have := s.have()
	if s.made {
		have, err = s.look().Closer(s.t.Context(), files, have)
	} else {
		have, err = s.look().Survey(s.t.Context(), files, nil)
	}
	return s.dir.Own(files, have), err
}

// apply is a whole run: refresh, plan, apply.
func (s *site) apply() (Result, error) {
	if err := s.refresh(); err != nil {
		return Result{}, err
	}
	plan, err := s.plan()
	if err != nil {
		return Result{}, err
	}
	if len(plan.Conflicts) > 0 {
		return Result{}, fmt.Errorf("in the way: %q", plan.Conflicts)
	}
	r := Deployer{Client: s.client, Parallel: 4, Listed: !s.made}.Apply(s.t.Context(), plan)
	s.made = true
	s.keep(r.Inventory)
	if len(r.Failures) > 0 {
		return r, fmt.Errorf("%d failed, %d left: %w", len(r.Failures), r.Left, r.Failures[0].Err)
	}
	return r, nil
}

// applied is a run that has to succeed and to leave nothing to do.
func (s *site) applied() Result {
	s.t.Helper()
	r, err := s.apply()
	s.must(err)
	s.tick()
	s.clean()
	s.server.ResetRecords()
	return r
}

// clean asks for a plan that does nothing, and texts that stay.
func (s *site) clean() {
	s.t.Helper()
	s.must(s.refresh())
	plan, err := s.plan()
	s.must(err)
	if !plan.Idle() {
		s.t.Fatalf("left to do: %q", plan.Changed())
	}
	if diff := s.diff(plan); len(diff) > 0 {
		s.t.Fatalf("the plan changes %q", diff)
	}
}

// diff names what a plan changes in the texts.
func (s *site) diff(p Plan) []string {
	changed := map[string]bool{}
	planned := map[string]bool{}
	for _, step := range p.Steps {
		planned[step.Name] = true
		if s.texts[step.Name] != step.Text {
			changed[step.Name] = true
		}
	}
	for name := range s.texts {
		if !planned[name] {
			changed[name] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

// requests counts the requests since the last reset, as "HeadObject:2 PutObject:1".
func (s *site) requests() string {
	counts := map[string]int{}
	for _, r := range s.server.Records() {
		counts[r.Operation]++
	}
	parts := []string{}
	for _, operation := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s:%d", operation, counts[operation]))
	}
	return strings.Join(parts, " ")
}

// stored are the bodies below the prefix.
func (s *site) stored() map[string]string {
	s.t.Helper()
	bodies := map[string]string{}
	for page, err := range s.client.Pages(s.t.Context(), ossclient.Listing{Bucket: "b-1"}) {
		s.must(err)
		for _, o := range page.Objects {
			bodies[o.Key] = s.body(o.Key)
		}
	}
	return bodies
}

func (s *site) object(key string) ossserver.Object {
	s.t.Helper()
	o, err := s.server.Object("b-1", key)
	s.must(err)
	return o
}

func (s *site) body(key string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.object(key).BodyPath)
	s.must(err)
	return string(data)
}

// foreign writes an object behind Terraform's back.
func (s *site) foreign(key, body string, change func(*ossclient.Write)) {
	s.t.Helper()
	w := ossclient.Write{Bucket: "b-1", Key: key, Body: ossclient.BytesBody([]byte(body)), Headers: ossclient.Headers{ContentType: typeOf(key)}}
	if change != nil {
		change(&w)
	}
	_, err := s.client.PutObject(s.t.Context(), w)
	s.must(err)
	s.tick()
	s.server.ResetRecords()
}

// A directory costs one PUT for each file and a list, a refresh the list alone, and each change what its objects cost.
func TestDirectoryRequests(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("css/%02d.css", i)] = fmt.Sprintf("style %d", i)
	}
	files["index.html"] = "page"
	s := newSite(t, files)
	refresh := "ListObjectsV2:1"
	expect := func(what, want string) {
		t.Helper()
		r, err := s.apply()
		s.must(err)
		if got := s.requests(); got != want {
			t.Errorf("%s: requests %q, want %q; changed %q", what, got, want, r.Changed)
		}
		s.tick()
		s.server.ResetRecords()
		s.clean()
		if got := s.requests(); got != refresh {
			t.Errorf("%s: the refresh after it made %q", what, got)
		}
		s.server.ResetRecords()
	}
	expect("create", "ListObjectsV2:1 PutObject:31")
	expect("nothing", "ListObjectsV2:1")
	s.write("css/07.css", "other")
	expect("one body", "ListObjectsV2:1 PutObject:1")
	s.dir.Rules = []Rule{{Match: []string{"css/*"}, Headers: ossclient.Headers{CacheControl: "no-cache"}}}
	expect("one header of 30", "CopyObject:30 ListObjectsV2:1")
	s.dir.Rules = append(s.dir.Rules, Rule{Match: []string{"css/0*"}, Metadata: map[string]string{"owner": "me"}, Tags: map[string]string{"a": "b"}})
	refresh = "GetObjectTagging:10 ListObjectsV2:1"
	expect("tags and metadata of 10", "CopyObject:10 ListObjectsV2:1")
	s.dir.Rules = s.dir.Rules[:1]
	refresh = "ListObjectsV2:1"
	expect("no tags and metadata any more", "CopyObject:10 GetObjectTagging:10 ListObjectsV2:1")
	s.dir.Rules = append(s.dir.Rules, Rule{Match: []string{"css/00.css"}, ACL: "private"})
	refresh = "GetObjectAcl:1 ListObjectsV2:1"
	expect("an ACL", "ListObjectsV2:1 PutObjectACL:1")
	s.dir.Rules = s.dir.Rules[:1]
	refresh = "ListObjectsV2:1"
	expect("no ACL any more", "GetObjectAcl:1 ListObjectsV2:1 PutObjectACL:1")
	if acl := s.object("site/css/00.css").ACL; acl != "default" {
		t.Errorf("ACL %q", acl)
	}
	for i := range 20 {
		s.remove(fmt.Sprintf("css/%02d.css", i))
	}
	expect("20 removed", "DeleteMultipleObjects:1 ListObjectsV2:1")
	if left := len(s.stored()); left != 11 {
		t.Errorf("%d objects are left", left)
	}
}

// A file that grows a rule, or loses it, is written as it shall be from the beginning.
func TestDirectoryRulesOfAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"a/x.js": "x", "a/y.js": "y", "b.html": "p"})
	s.dir.Rules = []Rule{
		{Match: []string{"**"}, Metadata: map[string]string{"owner": "web", "kind": "any"}},
		{Match: []string{"**/*.js"}, Headers: ossclient.Headers{CacheControl: "no-cache", ContentType: "application/javascript"}, Metadata: map[string]string{"kind": "script"}, Tags: map[string]string{"a": "1", "b": "1"}},
		{Match: []string{"a/x.js"}, Headers: ossclient.Headers{CacheControl: "no-store"}, ACL: "private", StorageClass: "IA", Tags: map[string]string{"b": "2"}},
	}
	s.applied()
	x, y, b := s.object("site/a/x.js"), s.object("site/a/y.js"), s.object("site/b.html")
	for name, ok := range map[string]bool{
		"x": x.CacheControl == "no-store" && x.ContentType == "application/javascript" && x.ACL == "private" && x.StorageClass == "IA" &&
			maps.Equal(x.Metadata, map[string]string{"owner": "web", "kind": "script"}) && maps.Equal(x.Tags, map[string]string{"a": "1", "b": "2"}),
		"y": y.CacheControl == "no-cache" && y.ACL == "default" && y.StorageClass == "Standard" && maps.Equal(y.Tags, map[string]string{"a": "1", "b": "1"}),
		"b": b.CacheControl == "" && b.ContentType == "text/html" && maps.Equal(b.Metadata, map[string]string{"owner": "web", "kind": "any"}) && len(b.Tags) == 0,
	} {
		if !ok {
			t.Errorf("%s is not as its rules say:\n%+v\n%+v\n%+v", name, x, y, b)
		}
	}
	// A table of types that changes rewrites nothing, and a rule that goes does.
	s.dir.ContentType = func(string) string { return "other/type" }
	s.clean()
	s.dir.Rules = s.dir.Rules[:1]
	r := s.applied()
	if got := strings.Join(r.Changed, " "); got != "a/x.js a/y.js" || s.object("site/a/y.js").ContentType != "other/type" || s.object("site/a/x.js").ACL != "default" {
		t.Errorf("changed %s: %+v", got, s.object("site/a/y.js"))
	}
}

// Each kind of drift shows at its file, and is put right by the least requests.
func TestDirectoryDrift(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.css": "style", "b.css": "more style", "index.html": "page"}
	managed := ossclient.Headers{ContentType: "text/plain", CacheControl: "no-cache"}
	right := func(w *ossclient.Write) { w.Headers, w.Metadata = managed, map[string]string{"owner": "me"} }
	for name, tc := range map[string]struct {
		drift             func(s *site)
		prune             Prune
		shown             string // the files at which it shows
		refresh, requests string // of the run that puts it right
		left              string // an object that is still there
	}{
		"body": {drift: func(s *site) { s.foreign("site/a.css", "others", right) }, shown: "a.css", refresh: "HeadObject:1 ListObjectsV2:1", requests: "PutObject:1"},
		"one header": {drift: func(s *site) {
			s.foreign("site/a.css", "style", func(w *ossclient.Write) { right(w); w.CacheControl = "no-store" })
		}, shown: "a.css", refresh: "HeadObject:1 ListObjectsV2:1", requests: "CopyObject:1"},
		"one metadata entry": {drift: func(s *site) {
			s.foreign("site/a.css", "style", func(w *ossclient.Write) { right(w); w.Metadata["more"] = "x" })
		}, shown: "a.css", refresh: "HeadObject:1 ListObjectsV2:1", requests: "CopyObject:1"},
		"the same bytes":              {drift: func(s *site) { s.foreign("site/a.css", "style", right) }, refresh: "HeadObject:1 ListObjectsV2:1"},
		"the same bytes, other words": {drift: func(s *site) { s.foreign("site/a.css", "style", nil) }, shown: "a.css", refresh: "HeadObject:1 ListObjectsV2:1", requests: "CopyObject:1"},
		"missing": {drift: func(s *site) {
			s.must(s.client.DeleteObject(s.t.Context(), "b-1", "site/a.css"))
			s.server.ResetRecords()
		}, shown: "a.css", refresh: "ListObjectsV2:1", requests: "GetBucketVersioning:1 PutObject:1"},
		"one more, that is left":   {drift: func(s *site) { s.foreign("site/z.css", "others", nil) }, refresh: "ListObjectsV2:1", left: "site/z.css"},
		"one more, that is pruned": {drift: func(s *site) { s.foreign("site/z.css", "others", nil) }, prune: PruneAll, shown: "z.css", refresh: "ListObjectsV2:1", requests: "DeleteMultipleObjects:1"},
		"one more, beside":         {drift: func(s *site) { s.foreign("other/z.css", "others", nil) }, prune: PruneAll, refresh: "ListObjectsV2:1", left: "other/z.css"},
		"the object of the folder": {drift: func(s *site) { s.foreign("site/", "", nil) }, prune: PruneAll, refresh: "ListObjectsV2:1", left: "site/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, files)
			s.dir.Rules = []Rule{{Match: []string{"*.css"}, Headers: ossclient.Headers{CacheControl: "no-cache"}, Metadata: map[string]string{"owner": "me"}}}
			s.dir.Prune = tc.prune
			s.applied()
			tc.drift(s)
			s.must(s.refresh())
			if got := s.requests(); got != tc.refresh {
				t.Errorf("the refresh made %q, want %q", got, tc.refresh)
			}
			plan, err := s.plan()
			s.must(err)
			if got := strings.Join(s.diff(plan), " "); got != tc.shown {
				t.Errorf("it shows at %q, want %q", got, tc.shown)
			}
			s.server.ResetRecords()
			r := Deployer{Client: s.client, Parallel: 4}.Apply(t.Context(), plan)
			if got := s.requests(); got != tc.requests || len(r.Failures) > 0 {
				t.Errorf("the apply made %q, want %q; %v", got, tc.requests, r.Failures)
			}
			s.keep(r.Inventory)
			s.tick()
			s.clean()
			want := map[string]string{}
			for name, body := range files {
				want["site/"+name] = body
			}
			if tc.left != "" {
				want[tc.left] = s.body(tc.left)
			}
			if got := s.stored(); !maps.Equal(got, want) {
				t.Errorf("stored %q, want %q", got, want)
			}
			if o := s.object("site/a.css"); o.CacheControl != "no-cache" || !maps.Equal(o.Metadata, map[string]string{"owner": "me"}) {
				t.Errorf("a.css is %+v", o)
			}
		})
	}
}

func ossCRC(body string) string { return ossclient.BytesBody([]byte(body)).Digest() }
