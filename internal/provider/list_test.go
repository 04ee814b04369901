package provider

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// listRequest is a list block of a query file.
type listRequest struct {
	kind    string
	config  map[string]any
	limit   int64
	include bool
}

// lister is the part of a server that lists; p.server has it, but not in its type.
func (p *protocol) lister() listServer {
	p.t.Helper()
	lister, ok := p.server.(listServer)
	if !ok {
		p.t.Fatal("the provider does not list")
	}
	return lister
}

func (p *protocol) listConfig(r listRequest) *tfprotov6.DynamicValue {
	p.t.Helper()
	value := valueOf(p.t, p.schema.ListResourceSchemas[r.kind].ValueType(), r.config)
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &encoded
}

// stream begins a list as Terraform 1.14 does.
func (p *protocol) stream(ctx context.Context, r listRequest) iter.Seq[tfprotov6.ListResourceResult] {
	p.t.Helper()
	stream, err := p.lister().ListResource(ctx, &tfprotov6.ListResourceRequest{
		TypeName: r.kind, Config: p.listConfig(r), IncludeResource: r.include, Limit: r.limit,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return stream.Results
}

// list names what a list has, and what it says: "name", "warning: text", "error: text".
func (p *protocol) list(r listRequest) []string {
	p.t.Helper()
	var got []string
	for result := range p.stream(p.t.Context(), r) {
		if result.Identity != nil {
			got = append(got, result.DisplayName)
		}
		for _, d := range result.Diagnostics {
			got = append(got, strings.ToLower(d.Severity.String())+": "+d.Summary+": "+d.Detail)
		}
	}
	return got
}

func (o *testOSS) objectList(config map[string]any) listRequest {
	all := map[string]any{"bucket": o.bucket}
	for name, value := range config {
		all[name] = value
	}
	return listRequest{kind: "oss_object", config: all, limit: 100}
}

// What is listed, in which order, at how many requests, and that nothing but LIST is asked.
func TestListOfObjects(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.put("a.html", "logs/1.gz", "logs/2.txt", "site/a/b.html", "site/index.html", "z b+%中", "é/x", "ê/y")
	openObject(o, "cold")
	p := o.protocol()
	globs := func(globs ...any) map[string]any { return map[string]any{"keys": globs} }
	for _, tc := range []struct {
		config map[string]any
		limit  int64
		keys   string
	}{
		{nil, 100, "a.html cold logs/1.gz logs/2.txt site/a/b.html site/index.html z b+%中 é/x ê/y"},
		{nil, 0, "a.html cold logs/1.gz logs/2.txt site/a/b.html site/index.html z b+%中 é/x ê/y"},
		{nil, 2, "a.html cold"},
		{map[string]any{"prefix": "logs/"}, 100, "logs/1.gz logs/2.txt"},
		{map[string]any{"prefix": "none"}, 100, ""},
		{globs("**/*.html"), 100, "a.html site/a/b.html site/index.html"},
		{globs("**/*.html"), 2, "a.html site/a/b.html"},
		{globs("logs/*.gz", "site/*"), 100, "logs/1.gz site/index.html"},
		{globs("é/*", "ê/*"), 100, "é/x ê/y"}, // the two letters begin with the same byte
		{map[string]any{"keys": []any{"site/**"}, "prefix": "site/a"}, 100, "site/a/b.html"},
		{map[string]any{"storage_class": "IA"}, 1, "cold"},
	} {
		o.local().ResetRecords()
		r := o.objectList(tc.config)
		r.limit = tc.limit
		if got := strings.Join(p.list(r), " "); got != tc.keys {
			t.Errorf("%v, limit %d: %q, want %q", tc.config, tc.limit, got, tc.keys)
		}
		if got := o.requests(); got != "ListObjectsV2:1" {
			t.Errorf("%v: requests %q", tc.config, got)
		}
	}
	o.local().ResetRecords()
	r := o.objectList(nil)
	r.limit = 7
	p.list(r)
	if got := o.local().Records()[0].Query.Get("max-keys"); got != "7" {
		t.Errorf("max-keys is %q", got)
	}
}

// With include_resource a result has what an import has in the state, for a HEAD each, several at a time, in order.
func TestListWithResources(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.putOddObjects()
	o.must(o.sdk().PutSymlink("nowhere", "absent"))
	p := o.protocol()
	kind := p.schema.ResourceSchemas["oss_object"].ValueType()
	o.local().ResetRecords()
	r := o.objectList(nil)
	r.include = true
	var keys, left []string
	for result := range p.stream(t.Context(), r) {
		for _, d := range result.Diagnostics {
			left = append(left, d.Summary+" "+d.Detail)
		}
		if result.Identity == nil {
			continue
		}
		keys = append(keys, result.DisplayName)
		id := p.strings(result.Identity.IdentityData, identityKind("bucket", "key"))
		if id["key"] != result.DisplayName || id["bucket"] != o.bucket {
			t.Errorf("%s has the identity %v", result.DisplayName, id)
		}
		listed, err := result.Resource.Unmarshal(kind)
		o.must(err)
		if imported := p.imported("oss_object", id); !listed.Equal(imported) {
			t.Errorf("listed   %s\nimported %s", listed, imported)
		}
	}
	if len(keys) != len(oddObjects) || !slices.IsSorted(keys) {
		t.Errorf("listed %q", keys)
	}
	if len(left) != 1 || !strings.Contains(left[0], `OSS Object Is Left Out The object "nowhere"`) {
		t.Errorf("said %q", left)
	}
	if got := o.requests(); got != fmt.Sprintf("HeadObject:%d ListObjectsV2:1", 2*len(oddObjects)+1) { // those of the imports are the other half
		t.Errorf("requests %q", got)
	}
}

// imported is what an import has in the state, after the refresh that follows.
func (p *protocol) imported(kind string, id map[string]string) tftypes.Value {
	p.t.Helper()
	first, err := p.server.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: kind, Identity: p.identity(id)})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(first.Diagnostics)
	one := first.ImportedResources[0]
	read, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{TypeName: kind, CurrentState: one.State, CurrentIdentity: one.Identity, Private: one.Private})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(read.Diagnostics)
	state, err := read.NewState.Unmarshal(p.schema.ResourceSchemas[kind].ValueType())
	if err != nil {
		p.t.Fatal(err)
	}
	return state
}

// A key that no configuration can name is left out with a warning, and does not count.
func TestListLeavesOutWhatHasNoName(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.put("e\u0301.txt", "f.txt", "g.txt")
	r := o.objectList(nil)
	r.limit = 2
	for _, r.include = range []bool{false, true} {
		got := o.protocol().list(r)
		if len(got) != 3 || !strings.HasPrefix(got[0], "warning: OSS Object Is Left Out: The key ") || !strings.Contains(got[0], "NFC") || got[1] != "f.txt" || got[2] != "g.txt" {
			t.Errorf("got %q", got)
		}
	}
}

func TestListFailures(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	o.put("a", "b", "c")
	denied := ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}
	p := o.protocol()
	r := o.objectList(nil)
	f.arm("ListObjectsV2", denied, -1)
	if got := p.list(r); len(got) != 1 || !strings.HasPrefix(got[0], `error: Unable to List OSS Objects: Could not list the objects of bucket "test-bucket": AccessDenied`) || !strings.Contains(got[0], "oss:ListObjects") {
		t.Errorf("got %q", got)
	}
	f.arm("HeadObject", denied, -1)
	r.include = true
	if got := p.list(r); len(got) != 1 || !strings.HasPrefix(got[0], `error: Unable to Read OSS Object: Could not look at "a"`) {
		t.Errorf("got %q", got)
	}
	r.config["bucket"] = "absent-bucket"
	if got := p.list(r); len(got) != 1 || !strings.Contains(got[0], "NoSuchBucket") {
		t.Errorf("got %q", got)
	}
}

// An object that is deleted between the list and the look is not named.
func TestListOfWhatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "HeadObject" && c.Key == "b" {
			return &ossserver.Fault{Status: 404}
		}
		return nil
	}
	o := startServer(t, server)
	o.put("a", "b", "c")
	r := o.objectList(nil)
	r.include = true
	if got := o.protocol().list(r); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("got %q", got)
	}
}

func TestListInput(t *testing.T) {
	t.Parallel()
	p := startAnyOSS(t).protocol()
	for _, tc := range []struct {
		kind   string
		config map[string]any
		words  string
	}{
		{"oss_object", map[string]any{"bucket": "Bad_Bucket"}, "Invalid Bucket Name"},
		{"oss_object", map[string]any{"bucket": "b-1", "keys": []any{"a["}}, "Invalid Key Glob"},
		{"oss_object", map[string]any{"bucket": "b-1", "keys": []any{}}, "Invalid Attribute Value"},
		{"oss_object", map[string]any{"bucket": "b-1", "keys": []any{""}}, "Empty String"},
		{"oss_object", map[string]any{"bucket": "b-1", "prefix": "logs/", "keys": []any{"logs/*", "site/*"}}, "Contradictory Prefix and Glob"},
		{"oss_object", map[string]any{"bucket": "b-1", "storage_class": "Cold"}, "Invalid Attribute Value"},
		{"oss_object", map[string]any{"bucket": "b-1", "prefix": later, "keys": later}, ""},
		{"oss_object", map[string]any{"bucket": "b-1", "prefix": "logs/", "keys": []any{later}}, ""},
		{"oss_directory", map[string]any{"bucket": "b-1", "prefix": "sites"}, "Invalid Prefix"},
		{"oss_directory", map[string]any{"bucket": "b-1", "prefix": "sites/"}, ""},
		{"oss_bucket_cors", map[string]any{}, ""},
	} {
		resp, err := p.lister().ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: tc.kind, Config: p.listConfig(listRequest{kind: tc.kind, config: tc.config})})
		if err != nil {
			t.Fatal(err)
		}
		if (tc.words == "") != (len(resp.Diagnostics) == 0) || tc.words != "" && !slices.ContainsFunc(resp.Diagnostics, func(d *tfprotov6.Diagnostic) bool { return strings.Contains(d.Summary, tc.words) }) {
			t.Errorf("%v: got %v, want %q", tc.config, resp.Diagnostics, tc.words)
		}
	}
}

// A provider whose configuration is not known yet, or was never set up, has words for whoever lists.
func TestListWithoutAProvider(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	for _, kind := range []string{"oss_object", "oss_bucket_cors", "oss_directory"} {
		config := map[string]any{"bucket": o.bucket}
		if kind == "oss_bucket_cors" {
			config = map[string]any{}
		}
		p := o.protocol()
		fresh, err := factories()["oss"]()
		o.must(err)
		p.server = fresh
		if got := p.list(listRequest{kind: kind, config: config}); len(got) != 1 || !strings.HasPrefix(got[0], "error: Unconfigured Provider") {
			t.Errorf("%s: got %q", kind, got)
		}
	}
}

// synthetic is a protocol with a bucket that has as many objects as are wanted and stores none.
func (b *syntheticBucket) protocol(t *testing.T) (*testOSS, *protocol) {
	t.Helper()
	b.client(t)
	o := &testOSS{t: t, server: newServer(), endpoint: b.url, region: testRegion, bucket: "synthetic"}
	return o, o.protocol()
}

// 10,000 objects take ten requests, and memory stays flat: what was handed over is not kept. It is not parallel, so that
// nobody else allocates meanwhile.
func TestListOfTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("lists 10,000 objects")
	}
	bucket := &syntheticBucket{objects: 12_000}
	o, p := bucket.protocol(t)
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	for _, tc := range []struct {
		include             bool
		limit, lists, heads int64
	}{{false, 10_000, 10, 0}, {true, 1_200, 2, 1_200}} {
		bucket.lists.Store(0)
		bucket.heads.Store(0)
		r := o.objectList(nil)
		r.limit, r.include = tc.limit, tc.include
		n, early, late := int64(0), uint64(0), uint64(0)
		for result := range p.stream(t.Context(), r) {
			p.noErrors(result.Diagnostics)
			switch n++; n {
			case 100:
				early = heap()
			case tc.limit - 50:
				late = heap()
			}
		}
		if n != tc.limit || bucket.lists.Load() != tc.lists || bucket.heads.Load() != tc.heads {
			t.Errorf("%d results by %d lists and %d HEADs", n, bucket.lists.Load(), bucket.heads.Load())
		}
		if bucket.most.Load() > looksInFlight {
			t.Errorf("%d HEADs at a time", bucket.most.Load())
		}
		if late > early+4<<20 { // a page of keys more or less
			t.Errorf("the heap grew from %d to %d bytes", early, late)
		}
	}
}

// A reader that leaves after ten results has cost one request.
func TestListThatIsLeft(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 10_000}
	o, p := bucket.protocol(t)
	r := o.objectList(nil)
	r.limit = 10_000
	n := 0
	for range p.stream(t.Context(), r) {
		if n++; n == 10 {
			break
		}
	}
	if n != 10 || bucket.lists.Load() != 1 {
		t.Errorf("%d results by %d requests", n, bucket.lists.Load())
	}
}

// A reader that leaves while objects are looked at ends these looks: each of them waits here until its request is given up.
func TestListThatIsLeftWhileItLooks(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 10_000}
	bucket.headOnly = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Compare(r.URL.Path, "/synthetic/logs/00000003") < 0 {
			return false
		}
		<-r.Context().Done()
		return true
	}
	o, p := bucket.protocol(t)
	r := o.objectList(nil)
	r.limit, r.include = 10_000, true
	n := 0
	for result := range p.stream(t.Context(), r) {
		p.noErrors(result.Diagnostics)
		if n++; n == 3 {
			break
		}
	}
	if n != 3 || bucket.heads.Load() > 3+looksInFlight || bucket.lists.Load() != 1 {
		t.Errorf("%d results by %d HEADs and %d lists", n, bucket.heads.Load(), bucket.lists.Load())
	}
}

// As many looks as are allowed go on at a time: none of the first ones is answered before all of them are there.
func TestListLooksSeveralAtATime(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 100}
	all := make(chan struct{})
	var there atomic.Int64
	bucket.headOnly = func(http.ResponseWriter, *http.Request) bool {
		if there.Add(1) == looksInFlight {
			close(all)
		}
		<-all
		return false
	}
	o, p := bucket.protocol(t)
	r := o.objectList(nil)
	r.include = true
	if got := p.list(r); len(got) != 100 || !slices.IsSorted(got) || bucket.most.Load() != looksInFlight {
		t.Errorf("%d results, %d at a time", len(got), bucket.most.Load())
	}
}

// Nothing goes on after the loop: when it ends, however it ends, all work that was begun has ended.
func TestOrderedLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	numbers := func(yield func(int) bool) {
		for i := range 100 {
			if !yield(i) {
				return
			}
		}
	}
	for _, leave := range []int{1, 5, 50, 99, 1000} {
		var running, most atomic.Int64
		work := func(ctx context.Context, n int) int {
			now := running.Add(1)
			defer running.Add(-1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			if n > leave {
				<-ctx.Done()
			}
			return n
		}
		var got []int
		for n := range ordered(t.Context(), 7, numbers, work) {
			got = append(got, n)
			if len(got) == leave {
				break
			}
		}
		if len(got) != min(leave, 100) || !slices.IsSorted(got) || running.Load() != 0 || most.Load() > 7 {
			t.Errorf("left after %d: %d results, %d still running, %d at a time", leave, len(got), running.Load(), most.Load())
		}
	}
}
