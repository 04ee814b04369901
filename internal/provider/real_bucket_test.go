package provider

import (
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// The variables that send the suite to a real bucket. Credentials come from wherever the provider looks for them.
const (
	realEndpoint = "OSS_TEST_ENDPOINT"
	realBucket   = "OSS_TEST_BUCKET"
	realRegion   = "OSS_TEST_REGION" // else OSS_REGION, else the endpoint's
)

// realPrefix begins every key that the suite makes in a real bucket.
const realPrefix = "terraform-provider-oss-test/"

// startAnyOSS gives a test the real bucket that the environment names, or else a local server. Such a test shares the
// bucket: its keys begin with o.prefix (PREFIX in configurations), and it asserts only what any client can see.
func startAnyOSS(t testing.TB) *testOSS {
	t.Helper()
	endpoint := os.Getenv(realEndpoint)
	if endpoint == "" {
		o := startOSS(t)
		o.prefix = "shared/with others/"
		t.Cleanup(o.keptToItself)
		return o
	}
	region := os.Getenv(realRegion)
	if region == "" {
		region = os.Getenv("OSS_REGION")
	}
	if region == "" {
		region = ossclient.RegionOfEndpoint(endpoint)
	}
	bucket := os.Getenv(realBucket)
	if region == "" || bucket == "" {
		t.Fatalf("%s is set, so %s and %s have to be", realEndpoint, realBucket, realRegion)
	}
	o := &testOSS{t: t, endpoint: endpoint, region: region, bucket: bucket, prefix: realPrefix + strings.ToLower(rand.Text()) + "/"}
	t.Cleanup(o.sweep)
	return o
}

// keptToItself fails a test that would have meddled with what others have in a real bucket.
func (o *testOSS) keptToItself() {
	for _, r := range o.server.Records() {
		if r.Bucket != o.bucket {
			continue
		}
		if r.Key != "" && !strings.HasPrefix(r.Key, o.prefix) {
			o.t.Errorf("%s of %q, which does not begin with the test's prefix %q", r.Operation, r.Key, o.prefix)
		}
		if r.Key == "" && r.Method != http.MethodGet && !o.rules {
			o.t.Errorf("%s, and the test did not ask for ownCORS", r.Operation)
		}
	}
}

// key is a key of this test's own.
func (o *testOSS) key(name string) string { return o.prefix + name }

// absentBucket is a name that no bucket has, nobody else's either.
func (o *testOSS) absentBucket() string {
	return "absent-" + strings.ToLower(rand.Text())
}

// sweep removes what a test left below its prefix in a real bucket: objects, versions and unfinished uploads.
func (o *testOSS) sweep() {
	bucket := o.sdk()
	list, err := bucket.ListObjectsV2(oss.Prefix(o.prefix), oss.MaxKeys(1000))
	o.report(err)
	// One by one: keys with control characters are not to be had in the XML of a request for many.
	for _, object := range list.Objects {
		o.report(bucket.DeleteObject(object.Key))
	}
	versioning, err := bucket.Client.GetBucketVersioning(o.bucket)
	o.report(err)
	if versioning.Status != "" {
		versions, err := bucket.ListObjectVersions(oss.Prefix(o.prefix), oss.MaxKeys(1000))
		o.report(err)
		for _, version := range versions.ObjectVersions {
			o.report(bucket.DeleteObject(version.Key, oss.VersionId(version.VersionId)))
		}
		for _, marker := range versions.ObjectDeleteMarkers {
			o.report(bucket.DeleteObject(marker.Key, oss.VersionId(marker.VersionId)))
		}
	}
	uploads, err := bucket.ListMultipartUploads(oss.Prefix(o.prefix))
	o.report(err)
	for _, upload := range uploads.Uploads {
		o.report(bucket.AbortMultipartUpload(oss.InitiateMultipartUploadResult{Bucket: o.bucket, Key: upload.Key, UploadID: upload.UploadID}))
	}
}

// report lets a cleanup go on after an error.
func (o *testOSS) report(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Errorf("cleaning up below %s: %v", o.prefix, err)
	}
}

// One test at a time may have the CORS rules of the real bucket.
var rulesOfTheRealBucket sync.Mutex

// ownCORS gives a test the bucket's CORS rules, none at first. A real bucket gets back afterwards what it had.
func (o *testOSS) ownCORS() {
	o.t.Helper()
	o.rules = true // call it after t.Parallel: who waits for a turn must not hold what those whose turn it is wait for
	if o.server != nil {
		return
	}
	rulesOfTheRealBucket.Lock()
	o.t.Cleanup(rulesOfTheRealBucket.Unlock)
	client := o.sdk().Client
	before, err := client.GetBucketCORSXml(o.bucket)
	var refused oss.ServiceError
	switch {
	case errors.As(err, &refused) && refused.Code == "NoSuchCORSConfiguration":
		o.t.Cleanup(func() { o.report(client.DeleteBucketCORS(o.bucket)) })
	case err != nil:
		o.t.Fatal(err)
	default:
		o.t.Cleanup(func() { o.report(client.SetBucketCORSXml(o.bucket, before)) })
		o.must(client.DeleteBucketCORS(o.bucket))
	}
}

// seen is what a client that is not the provider's sees of an object; nil if there is none.
func (o *testOSS) seen(name string) http.Header {
	o.t.Helper()
	header, err := o.sdk().GetObjectDetailedMeta(o.key(name))
	var refused oss.ServiceError
	if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
		return nil
	}
	o.must(err)
	return header
}
