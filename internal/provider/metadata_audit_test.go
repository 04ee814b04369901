package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// syntheticBucket answers listings and HEADs of as many objects as wanted and stores none, so that what memory grows
// is the client's.
type syntheticBucket struct {
	objects  int
	bare     bool                                              // a listing shows keys alone
	headOnly func(w http.ResponseWriter, r *http.Request) bool // answers a HEAD in another way; nil never does
	stall    bool                                              // a listing gets no answer before the client goes away
	url      string

	inFlight, most atomic.Int64
	heads, lists   atomic.Int64
}

func (b *syntheticBucket) client(t testing.TB) *ossclient.Client {
	t.Helper()
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	client, err := ossclient.New(ossclient.Config{
		Region: testRegion, Endpoint: server.URL, Credentials: ossclient.StaticCredentials{AccessKeyID: testKeyID, AccessKeySecret: testSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (b *syntheticBucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Oss-Request-Id", "6F1A")
	if r.Method == http.MethodHead {
		b.head(w, r)
		return
	}
	if b.stall {
		<-r.Context().Done()
		return
	}
	b.lists.Add(1)
	from, _ := strconv.Atoi(r.URL.Query().Get("continuation-token"))
	size, _ := strconv.Atoi(r.URL.Query().Get("max-keys"))
	to := min(from+size, b.objects)
	fmt.Fprintf(w, "<ListBucketResult><IsTruncated>%t</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", to < b.objects, to)
	for i := from; i < to; i++ {
		more := ""
		if !b.bare {
			more = fmt.Sprintf("<Size>%d</Size><StorageClass>Standard</StorageClass><LastModified>2026-01-01T00:00:00.000Z</LastModified>", i)
		}
		fmt.Fprintf(w, "<Contents><Key>logs/%08d</Key>%s</Contents>", i, more)
	}
	fmt.Fprint(w, "</ListBucketResult>")
}

func (b *syntheticBucket) head(w http.ResponseWriter, r *http.Request) {
	defer b.inFlight.Add(-1)
	for now := b.inFlight.Add(1); ; {
		if most := b.most.Load(); now <= most || b.most.CompareAndSwap(most, now) {
			break
		}
	}
	b.heads.Add(1)
	if b.headOnly != nil && b.headOnly(w, r) {
		return
	}
	w.Header().Set("X-Oss-Meta-Owner", "emma")
	w.Header().Set("Cache-Control", "no-cache")
}

// onePolicy demands an owner that no synthetic object lacks, and a team that all lack when teams is true.
func onePolicy(t testing.TB, teams bool) *policy.Policy {
	t.Helper()
	rules := []policy.Rule{{Name: "owner", Keys: []string{"logs/**"}, Metadata: map[string]policy.Demand{"owner": {Required: true}}}}
	if teams {
		rules = append(rules, policy.Rule{Name: "team", Severity: finding.Warning, Metadata: map[string]policy.Demand{"team": {Required: true}}})
	}
	policy, mistakes := policy.New(rules)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return policy
}

// The objects of a page are looked at in any order, so the findings have to be put in order again.
func TestAuditIsSortedAndCounted(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 2100}
	a := audit{client: bucket.client(t), policy: onePolicy(t, true), bucket: "bucket", keep: 1500}
	if err := a.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a.tally.Objects != 2100 || a.tally.Errors != 0 || a.tally.Warnings != 2100 || len(a.kept) != 1500 {
		t.Errorf("%d objects, %d errors, %d warnings, %d kept", a.tally.Objects, a.tally.Errors, a.tally.Warnings, len(a.kept))
	}
	for i, f := range a.kept {
		if want := fmt.Sprintf("logs/%08d", i); f.key != want || f.Rule != "team" {
			t.Fatalf("finding %d is %s of %s, want %s", i, f.Rule, f.key, want)
		}
	}
}

// Thousands of objects cost a list for each thousand and a HEAD each, whatever is wrong with them.
func TestAuditCostsOneHeadForEachObject(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("asks for as many objects as TestAuditIsSortedAndCounted, in the same way")
	}
	bucket := &syntheticBucket{objects: 2_500}
	a := audit{client: bucket.client(t), policy: onePolicy(t, true), bucket: "bucket", keep: 7}
	if err := a.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lists, heads := bucket.lists.Load(), bucket.heads.Load(); lists != 3 || heads != 2_500 {
		t.Errorf("%d lists and %d HEADs", lists, heads)
	}
	for i, want := range []policy.RuleTally{{Rule: "owner", Checked: 2_500}, {Rule: "team", Severity: finding.Warning, Checked: 2_500, Broken: 2_500}} {
		if got := a.tally.Rules()[i]; !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	want := `warning: Rule "team": each of 2500 objects in bucket "bucket" lacks the metadata "team". Add it. They are "logs/00000000", "logs/00000001", "logs/00000002", ` +
		`"logs/00000003", "logs/00000004", "logs/00000005", "logs/00000006", "logs/00000007", "logs/00000008", "logs/00000009" and 2490 more.` + "\n" +
		"The list of violations has the first 7, and 2493 more are only counted (limit = 7)."
	if got := a.report(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What is let off is counted, and not asked for; so is an object of which the list shows all that a rule asks for.
func TestAuditAsksNothingForNothing(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 20}
	since := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	a := audit{client: bucket.client(t), bucket: "bucket", keep: 100, policy: mustRules(t,
		policy.Rule{Name: "team", Metadata: map[string]policy.Demand{"team": {Required: true}}, Keys: []string{"logs/0000000*"},
			Except: []policy.Exception{{Keys: []string{"logs/00000003", "logs/00000004"}, Reason: "Moves."}, {Keys: []string{"none"}, Reason: "Gone."}}},
		policy.Rule{Name: "class", StorageClass: []string{"IA"}, Keys: []string{"logs/0000001*"}, Since: since},
	)}
	if err := a.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if heads := bucket.heads.Load(); heads != 8 {
		t.Errorf("%d HEADs, want 8", heads)
	}
	want := []policy.RuleTally{
		{Rule: "team", Checked: 8, Broken: 8, Excepted: 2, Exceptions: []policy.ExceptionTally{{Reason: "Moves.", Objects: 2}, {Reason: "Gone."}}},
		{Rule: "class", Checked: 10, Broken: 10},
	}
	if got := a.tally.Rules(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if a.tally.Objects != 18 || a.tally.Errors != 8 || a.tally.Warnings != 10 { // older than since
		t.Errorf("got %+v", a.tally)
	}
}

// Requests really are in flight together, and never more than the bound.
func TestAuditBoundsItsRequests(t *testing.T) {
	t.Parallel()
	full := make(chan struct{})
	var once sync.Once
	bucket := &syntheticBucket{objects: 200}
	bucket.headOnly = func(http.ResponseWriter, *http.Request) bool {
		if bucket.inFlight.Load() == headsInFlight {
			once.Do(func() { close(full) })
		}
		<-full // nobody gets an answer before as many as allowed are waiting
		return false
	}
	a := audit{client: bucket.client(t), policy: onePolicy(t, false), bucket: "bucket", keep: 1}
	if err := a.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if most := bucket.most.Load(); most != headsInFlight {
		t.Errorf("%d requests at once, want %d", most, headsInFlight)
	}
	if bucket.heads.Load() != 200 || a.tally.Objects != 200 {
		t.Errorf("%d requests for %d objects, want 200", bucket.heads.Load(), a.tally.Objects)
	}
}

// What no rule speaks about is not asked for.
func TestAuditAsksOnlyForWhatRulesSpeakAbout(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 30}
	policy, mistakes := policy.New([]policy.Rule{{Name: "r", Keys: []string{"logs/0000000[0-4]"}, OnlyListed: true}})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	a := audit{client: bucket.client(t), policy: policy, bucket: "bucket", glob: "logs/*{2,3,9}", keep: 10}
	if err := a.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, f := range a.kept {
		keys = append(keys, f.key)
	}
	if want := []string{"logs/00000002", "logs/00000003"}; !slices.Equal(keys, want) || bucket.heads.Load() != 2 {
		t.Errorf("keys %q after %d requests, want %q after 2", keys, bucket.heads.Load(), want)
	}
}

func TestAuditStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 5000}
	bucket.headOnly = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "7") {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	a := audit{client: bucket.client(t), policy: onePolicy(t, false), bucket: "bucket", keep: 1}
	err := a.run(t.Context())
	var e *ossclient.Error
	if !errors.As(err, &e) || e.Status != http.StatusForbidden || !strings.HasSuffix(e.Key, "7") {
		t.Fatalf("got %v", err)
	}
	if heads := bucket.heads.Load(); heads > 1000 {
		t.Errorf("%d requests although the first page failed", heads)
	}
	if got := a.doing(err); got != fmt.Sprintf(`look at %q in bucket "bucket"`, e.Key) {
		t.Errorf("doing %s", got)
	}
}

// A run that is interrupted in the middle of a page ends at once, with the context's error.
func TestAuditHonoursItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	bucket := &syntheticBucket{objects: 5000}
	bucket.headOnly = func(_ http.ResponseWriter, r *http.Request) bool {
		cancel()
		<-r.Context().Done() // answers nothing until the client goes away
		return true
	}
	a := audit{client: bucket.client(t), policy: onePolicy(t, false), bucket: "bucket", keep: 1}
	if err := a.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if heads := bucket.heads.Load(); heads > headsInFlight {
		t.Errorf("%d requests", heads)
	}
}

// Objects deleted since the listing, and links to nothing, have no metadata that could break a rule.
func TestAuditPassesOverWhatIsGone(t *testing.T) {
	t.Parallel()
	bucket := &syntheticBucket{objects: 20}
	bucket.headOnly = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "3") {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	}
	a := audit{client: bucket.client(t), policy: onePolicy(t, true), bucket: "bucket", keep: 100}
	if err := a.run(t.Context()); err != nil || a.tally.Objects != 18 || a.tally.Warnings != 18 {
		t.Errorf("%d objects, %d warnings, %v", a.tally.Objects, a.tally.Warnings, err)
	}
}

func TestStoredObjectLeavesUnjudgedWhatAnAnswerHides(t *testing.T) {
	t.Parallel()
	o := ossclient.Object{Headers: ossclient.Headers{ContentType: "text/html", ContentDisposition: "attachment"}, ForcedDownload: true}
	stored := func() (object policy.Object) {
		showStored(&object, o)
		return object
	}
	got := stored()
	if !slices.Equal(got.UnknownHeaders, []string{"Content-Disposition"}) || len(got.Headers) != 1 || got.Headers["Content-Type"] != "text/html" {
		t.Errorf("got %+v", got)
	}
	o.ForcedDownload, o.ContentLanguage = false, "de"
	if got := stored(); len(got.UnknownHeaders) != 0 || len(got.Headers) != 3 {
		t.Errorf("got %+v", got)
	}
}

// BenchmarkAudit prints what an audit of 10,000 objects costs, and fails when the memory that is in use while it walks
// grows with the objects. The server runs in the same process, and its memory counts as well.
func BenchmarkAudit(b *testing.B) {
	const objects = 10_000
	var first, last uint64
	for b.Loop() {
		first, last = 0, 0
		bucket := &syntheticBucket{objects: objects}
		bucket.headOnly = func(http.ResponseWriter, *http.Request) bool {
			switch bucket.heads.Load() {
			case objects / 10:
				first = heapInUse()
			case objects - 100:
				last = heapInUse()
			}
			return false
		}
		a := audit{client: bucket.client(b), policy: onePolicy(b, true), bucket: "bucket", keep: 100}
		if err := a.run(b.Context()); err != nil || a.tally.Objects != objects || len(a.kept) != 100 {
			b.Fatalf("%d objects, %v", a.tally.Objects, err)
		}
		if lists, heads := bucket.lists.Load(), bucket.heads.Load(); lists != objects/1000 || heads != objects {
			b.Errorf("%d LIST and %d HEAD for %d objects", lists, heads, objects)
		}
		if last > first+(2<<20) {
			b.Errorf("the heap grew from %d to %d bytes", first, last)
		}
	}
	b.ReportMetric(float64(first)/(1<<20), "MiB-at-1000")
	b.ReportMetric(float64(last)/(1<<20), "MiB-at-9900")
	b.ReportMetric(float64(b.N)*objects/b.Elapsed().Seconds(), "objects/s")
}

// heapInUse is what a full collection leaves, in bytes.
func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
