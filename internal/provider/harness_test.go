package provider

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// What the tests sign with. The secret and the token are looked for in logs, so they are not to be mistaken.
const (
	testKeyID  = "test-key-id"
	testSecret = "S3cretThatNoLogMayHold"
	testRegion = "cn-hangzhou"
)

// testOSS is the OSS a test talks to: its own local server, or a real bucket when OSS_TEST_ENDPOINT is set (with
// OSS_TEST_BUCKET, OSS_TEST_REGION and the OSS_* credentials).
type testOSS struct {
	t        testing.TB
	server   *ossserver.Server // nil for the real service
	endpoint string
	region   string
	bucket   string
}

// startOSS gives a test an OSS with one bucket.
func startOSS(t testing.TB) *testOSS {
	t.Helper()
	if endpoint := os.Getenv("OSS_TEST_ENDPOINT"); endpoint != "" {
		return &testOSS{t: t, endpoint: endpoint, region: os.Getenv("OSS_TEST_REGION"), bucket: os.Getenv("OSS_TEST_BUCKET")}
	}
	return startServer(t, &ossserver.Server{})
}

// startServer serves a local server with the knobs that a test has set.
func startServer(t testing.TB, server *ossserver.Server) *testOSS {
	t.Helper()
	if os.Getenv("OSS_TEST_ENDPOINT") != "" {
		t.Skip("needs the local server's knobs")
	}
	server.Data = t.TempDir()
	if server.Accounts == nil {
		server.Accounts = []ossserver.Account{{AccessKeyID: testKeyID, AccessKeySecret: testSecret}}
	}
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		listener.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	const bucket = "test-bucket"
	if err := server.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	return &testOSS{t: t, server: server, endpoint: listener.URL, region: testRegion, bucket: bucket}
}

// local skips a test that has to look into the server when there is none to look into.
func (o *testOSS) local() *ossserver.Server {
	o.t.Helper()
	if o.server == nil {
		o.t.Skip("needs to look inside the local server")
	}
	return o.server
}

// config puts the provider block before the resources and the bucket's name where they say BUCKET.
func (o *testOSS) config(body string, args ...any) string {
	credentials := ""
	if o.server != nil {
		credentials = fmt.Sprintf("access_key_id = %q\n  access_key_secret = %q", testKeyID, testSecret)
	}
	provider := fmt.Sprintf("provider \"oss\" {\n  endpoint = %q\n  region = %q\n  %s\n}\n", o.endpoint, o.region, credentials)
	if len(args) > 0 {
		body = fmt.Sprintf(body, args...)
	}
	return provider + strings.ReplaceAll(body, "BUCKET", o.bucket)
}

// sdk is somebody else's client: it changes things behind Terraform's back.
func (o *testOSS) sdk() *oss.Bucket {
	o.t.Helper()
	id, secret := testKeyID, testSecret
	if o.server == nil {
		id, secret = os.Getenv("OSS_ACCESS_KEY_ID"), os.Getenv("OSS_ACCESS_KEY_SECRET")
	}
	client, err := oss.New(o.endpoint, id, secret, oss.AuthVersion(oss.AuthV4), oss.Region(o.region))
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
	counts := map[string]int{}
	for _, r := range o.local().Records() {
		counts[r.Operation]++
	}
	parts := []string{}
	for _, operation := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s:%d", operation, counts[operation]))
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
		"oss": providerserver.NewProtocol6WithError(New("test")()),
	}
}

// run runs the steps with the real Terraform, in parallel with other tests.
func (o *testOSS) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
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
