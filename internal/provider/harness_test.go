package provider

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// What the tests sign with. The secret and the token are looked for in logs, so they are not to be mistaken.
const (
	testKeyID  = "test-key-id"
	testSecret = "S3cretThatNoLogMayHold"
	testRegion = "cn-hangzhou"
)

// testOSS is the OSS a test talks to: its own local server, or the real bucket that OSS_TEST_ENDPOINT names.
type testOSS struct {
	t        testing.TB
	server   *ossserver.Server // nil for a real bucket
	underWay *atomic.Int32     // requests; nil where another process serves
	endpoint string
	region   string
	bucket   string
	prefix   string // of startAnyOSS: what every key of the test begins with; else ""
	rules    bool   // the test has the bucket's CORS rules for itself
}

// startOSS gives a test a local server with one bucket, for it alone.
func startOSS(t testing.TB) *testOSS {
	t.Helper()
	return startServer(t, &ossserver.Server{})
}

// startServer serves a local server with the knobs that a test has set.
func startServer(t testing.TB, server *ossserver.Server) *testOSS {
	t.Helper()
	if os.Getenv(realEndpoint) != "" {
		t.Skip("needs a local server of its own: it looks inside, breaks it, or would change or cost more than small objects below a prefix do")
	}
	if server.Accounts == nil {
		server.Accounts = []ossserver.Account{{AccessKeyID: testKeyID, AccessKeySecret: testSecret}}
	}
	o := &testOSS{t: t, server: server, underWay: new(atomic.Int32), region: testRegion, bucket: "test-bucket"}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.underWay.Add(1)
		defer o.underWay.Add(-1)
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		listener.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	o.endpoint = listener.URL
	o.must(server.CreateBucket(o.bucket))
	return o
}

// local is the server to look into. A request is recorded after its answer: whoever has just read that finds the record
// there, unless another request does not come to its end.
func (o *testOSS) local() *ossserver.Server {
	o.t.Helper()
	if o.server == nil || o.prefix != "" {
		o.t.Fatal("this test looks inside the local server, so it has to begin with startOSS")
	}
	for limit := time.Now().Add(time.Second); o.underWay != nil && o.underWay.Load() > 0 && time.Now().Before(limit); {
		<-time.After(time.Millisecond)
	}
	return o.server
}

// config puts the provider block before the resources, the bucket's name where they say BUCKET, and the beginning of
// this test's keys where they say PREFIX.
func (o *testOSS) config(body string, args ...any) string {
	credentials := ""
	if o.server != nil {
		credentials = fmt.Sprintf("access_key_id = %q\n  access_key_secret = %q", testKeyID, testSecret)
	}
	provider := fmt.Sprintf(`provider "oss" {
  endpoint = %q
  region = %q
  %s
}
`, o.endpoint, o.region, credentials)
	if len(args) > 0 {
		body = fmt.Sprintf(body, args...)
	}
	return provider + strings.NewReplacer("BUCKET", o.bucket, "PREFIX", o.prefix).Replace(body)
}

// sdk is somebody else's client: it changes things behind Terraform's back.
func (o *testOSS) sdk() *oss.Bucket {
	o.t.Helper()
	key := ossclient.Key{AccessKeyID: testKeyID, AccessKeySecret: testSecret}
	if o.server == nil {
		var err error
		if key, err = ossclient.DefaultCredentials().Key(); err != nil {
			o.t.Fatal(err)
		}
	}
	client, err := oss.New(o.endpoint, key.AccessKeyID, key.AccessKeySecret, oss.SecurityToken(key.SecurityToken), oss.AuthVersion(oss.AuthV4), oss.Region(o.region))
	if err != nil {
		o.t.Fatal(err)
	}
	bucket, err := client.Bucket(o.bucket)
	if err != nil {
		o.t.Fatal(err)
	}
	return bucket
}

// must stops a test at an error of the SDK.
func (o *testOSS) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// object reads what the server has stored.
func (o *testOSS) object(key string) ossserver.Object {
	o.t.Helper()
	object, err := o.local().Object(o.bucket, key)
	if err != nil {
		o.t.Fatal(err)
	}
	return object
}

// body reads the stored bytes.
func (o *testOSS) body(key string) string {
	o.t.Helper()
	data, err := os.ReadFile(o.object(key).BodyPath)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(data)
}

// requests counts the requests since the last reset by operation, as "HeadObject:2 PutObject:1".
func (o *testOSS) requests() string {
	o.t.Helper()
	return o.count(func(ossserver.Record) bool { return true })
}

// requestsFor counts those that were about one key.
func (o *testOSS) requestsFor(key string) string {
	o.t.Helper()
	return o.count(func(r ossserver.Record) bool { return r.Key == key })
}

func (o *testOSS) count(counts func(ossserver.Record) bool) string {
	o.t.Helper()
	found := map[string]int{}
	for _, r := range o.local().Records() {
		if counts(r) {
			found[r.Operation]++
		}
	}
	parts := []string{}
	for _, operation := range slices.Sorted(maps.Keys(found)) {
		parts = append(parts, fmt.Sprintf("%s:%d", operation, found[operation]))
	}
	return strings.Join(parts, " ")
}

// uploads counts the body bytes that writes carried since the last reset.
func (o *testOSS) uploadedBytes() int64 {
	o.t.Helper()
	var total int64
	for _, r := range o.local().Records() {
		if r.Method == "PUT" || r.Method == "POST" {
			total += r.BytesIn
		}
	}
	return total
}

// factories serves the provider inside the test's process.
func factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"oss": func() (tfprotov6.ProviderServer, error) { return NewServer("test")(), nil },
	}
}

// run runs the steps with the real Terraform, in parallel with other tests.
func (o *testOSS) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	rig.Terraform(t)
	resource.ParallelTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

// tagging is one tag in the SDK's terms.
func tagging(key, value string) oss.Tagging {
	return oss.Tagging{Tags: []oss.Tag{{Key: key, Value: value}}}
}

// newServer is a local server whose knobs a test wants to set.
func newServer() *ossserver.Server { return &ossserver.Server{} }

// sameObject compares all that is stored of two objects.
func sameObject(a, b ossserver.Object) bool { return reflect.DeepEqual(a, b) }

type account = ossserver.Account

// md5Of is what an ETag would give away of a body.
func md5Of(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}
