package ossserver

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

// elements are the paths of all elements of a document, in its order.
func elements(t *testing.T, document string) []string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(document))
	var all, path []string
	for {
		token, err := d.Token()
		if err == io.EOF { //nolint:errorlint // the decoder gives it as it is
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			all = append(all, strings.Join(path, "/"))
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

// has reports whether each of the texts stands in a document.
func (a answer) has(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(a.body, s) })
}

// TestListBucketsShape is OSS-232.
func TestListBucketsShape(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	children := func() []string {
		var all []string
		for _, name := range strings.Fields("Comment CreationDate ExtranetEndpoint IntranetEndpoint Location Name Region StorageClass") {
			all = append(all, "ListAllMyBucketsResult/Buckets/Bucket/"+name)
		}
		return all
	}()
	owner := []string{"ListAllMyBucketsResult/Owner", "ListAllMyBucketsResult/Owner/ID", "ListAllMyBucketsResult/Owner/DisplayName"}
	bucket := append([]string{"ListAllMyBucketsResult/Buckets", "ListAllMyBucketsResult/Buckets/Bucket"}, children...)
	complete := slices.Concat([]string{"ListAllMyBucketsResult"}, owner, bucket)
	for _, query := range []string{"", "?prefix=bucket", "?max-keys=1", "?marker=a"} {
		if got := elements(t, e.must(200, call{method: "GET", path: "/" + query}).body); !slices.Equal(got, complete) {
			t.Errorf("%q: %q\nwant %q", query, got, complete)
		}
	}
	e.must(200, call{method: "PUT", path: "/bucket-two/"})
	a := e.must(200, call{method: "GET", path: "/?max-keys=1&prefix=bucket"})
	if !a.has("<Prefix>bucket</Prefix>", "<MaxKeys>1</MaxKeys>", "<IsTruncated>true</IsTruncated>", "<NextMarker>bucket-one</NextMarker>") {
		t.Errorf("answer %s", a.body)
	}
}

// TestListBucketsPrefix is OSS-297.
func TestListBucketsPrefix(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, bad := range []string{"Bucket", "a_b", "a%2Fb", "%C3%A4", strings.Repeat("a", 64)} {
		e.refused(400, "InvalidArgument", call{method: "GET", path: "/?prefix=" + bad})
	}
	for _, good := range []string{"", "b", "-", strings.Repeat("a", 63)} {
		e.must(200, call{method: "GET", path: "/?prefix=" + good})
	}
}

// TestBucketInfo is OSS-296: all elements, of a bucket that was made without a word and of one with everything.
func TestBucketInfo(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	info := func(bucket string) answer {
		t.Helper()
		return e.must(200, call{method: "GET", path: "/" + bucket + "/?bucketInfo"})
	}
	a := info(testBucket)
	if !a.has("<Grant>private</Grant>", "<AccessMonitor>Disabled</AccessMonitor>", "<BlockPublicAccess>false</BlockPublicAccess>",
		"<Comment></Comment>", "<CrossRegionReplication>Disabled</CrossRegionReplication>", "<DataRedundancyType>LRS</DataRedundancyType>",
		"<SSEAlgorithm>None</SSEAlgorithm>", "<TransferAcceleration>Disabled</TransferAcceleration>", "<StorageClass>Standard</StorageClass>",
		"<LogBucket></LogBucket>", "<LogPrefix></LogPrefix>", "<ResourceGroupId>rg-") {
		t.Errorf("answer %s", a.body)
	}
	if strings.Contains(a.body, "KMSMasterKeyID") || strings.Contains(a.body, "Versioning") {
		t.Errorf("answer %s", a.body)
	}
	e.must(200, call{method: "PUT", path: "/full-bucket/", header: map[string]string{
		"x-oss-acl": "public-read", "x-oss-resource-group-id": "rg-mine", "x-oss-server-side-encryption": "KMS",
		"x-oss-server-side-encryption-key-id": "key", "x-oss-server-side-data-encryption": "SM4",
	}, body: "<CreateBucketConfiguration><StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>"})
	if err := e.s.SetVersioning("full-bucket", "Enabled"); err != nil {
		t.Fatal(err)
	}
	want := []string{"<Grant>public-read</Grant>", "<DataRedundancyType>ZRS</DataRedundancyType>", "<StorageClass>IA</StorageClass>",
		"<KMSDataEncryption>SM4</KMSDataEncryption>", "<KMSMasterKeyID>key</KMSMasterKeyID>", "<SSEAlgorithm>KMS</SSEAlgorithm>",
		"<ResourceGroupId>rg-mine</ResourceGroupId>", "<Versioning>Enabled</Versioning>"}
	if a := info("full-bucket"); !a.has(want...) {
		t.Errorf("answer %s", a.body)
	}
	a = e.must(200, call{method: "GET", path: "/full-bucket/?encryption"})
	if !a.has("<SSEAlgorithm>KMS</SSEAlgorithm>", "<KMSMasterKeyID>key</KMSMasterKeyID>") {
		t.Errorf("answer %s", a.body)
	}
	// A second creation says less, or the same, and changes nothing but the ACL (OSS-014).
	e.must(200, call{method: "PUT", path: "/full-bucket/", header: map[string]string{"x-oss-acl": "private"}})
	want[0] = "<Grant>private</Grant>"
	if a := info("full-bucket"); !a.has(want...) {
		t.Errorf("answer %s", a.body)
	}
	e.refused(409, "BucketAlreadyExists", call{method: "PUT", path: "/full-bucket/",
		body: "<CreateBucketConfiguration><DataRedundancyType>LRS</DataRedundancyType></CreateBucketConfiguration>"})
}

// TestBucketSurvives holds that all this is on the disk.
func TestBucketSurvives(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	e := start(t, &Server{Data: data})
	e.must(200, call{method: "PUT", path: "/full-bucket/", header: map[string]string{
		"x-oss-resource-group-id": "rg-mine", "x-oss-server-side-encryption": "AES256",
	}, body: "<CreateBucketConfiguration><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>"})
	e = e.restart(&Server{Data: data})
	a := e.must(200, call{method: "GET", path: "/full-bucket/?bucketInfo"})
	if !a.has("<DataRedundancyType>ZRS</DataRedundancyType>", "<ResourceGroupId>rg-mine</ResourceGroupId>", "<SSEAlgorithm>AES256</SSEAlgorithm>") {
		t.Errorf("answer %s", a.body)
	}
}

// TestPutBucketChecks is OSS-206 for the class, and what else a creation may not say.
func TestPutBucketChecks(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	conf := func(children string) string {
		return "<CreateBucketConfiguration>" + children + "</CreateBucketConfiguration>"
	}
	a := e.refused(400, "InvalidArgument", call{method: "PUT", path: "/new-bucket/", body: conf("<StorageClass>Warm</StorageClass>")})
	if a.ec() != "0013-00000101" {
		t.Errorf("EC %q", a.ec())
	}
	e.refused(400, "InvalidArgument", call{method: "PUT", path: "/new-bucket/", body: conf("<DataRedundancyType>RAID</DataRedundancyType>")})
	e.refused(400, "InvalidEncryptionAlgorithmError", call{method: "PUT", path: "/new-bucket/", header: map[string]string{"x-oss-server-side-encryption": "ROT13"}})
	e.refused(400, "InvalidArgument", call{method: "PUT", path: "/new-bucket/", header: map[string]string{"x-oss-server-side-encryption-key-id": "k"}})
	a = e.refused(400, "MalformedXML", call{method: "PUT", path: "/new-bucket/", body: "<Other></Other>"})
	if a.ec() != "0015-00000231" {
		t.Errorf("EC %q", a.ec())
	}
	e.refused(404, "NoSuchBucket", call{method: "HEAD", path: "/new-bucket/"})
}

// TestNewBucketStat is OSS-298.
func TestNewBucketStat(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	stat := func() answer {
		t.Helper()
		return e.must(200, call{method: "GET", path: "/" + testBucket + "/?stat"})
	}
	if a := stat(); !a.has("<LastModifiedTime>0</LastModifiedTime>") {
		t.Errorf("answer %s", a.body)
	}
	e.put("k", "x", nil)
	if a := stat(); a.has("<LastModifiedTime>0</LastModifiedTime>") {
		t.Errorf("answer %s", a.body)
	}
}

// TestStatOfPartsAndMarkers is OSS-341.
func TestStatOfPartsAndMarkers(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	stat := func() string {
		t.Helper()
		return e.must(200, call{method: "GET", path: "/" + testBucket + "/?stat"}).body
	}
	want := func(parts, storage, markers string) {
		t.Helper()
		said := "<LiveChannelCount>0</LiveChannelCount><MultipartPartCount>" + parts + "</MultipartPartCount><MultipartPartStorage>" + storage +
			"</MultipartPartStorage><DeleteMarkerCount>" + markers + "</DeleteMarkerCount>"
		if got := strings.Join(strings.Fields(stat()), ""); !strings.Contains(got, said) {
			t.Errorf("answer %s, want %s", got, said)
		}
	}
	want("0", "0", "0")
	e.versioning("Enabled")
	e.put("k", "x", nil)
	e.must(204, call{method: "DELETE", path: at("k")})
	id := e.initiate("m", nil)
	e.must(200, partCall("m", id, 1, "hello"))
	e.must(200, partCall("m", id, 2, "he"))
	e.must(200, partCall("m", id, 2, "hi!")) // in place of the last
	want("2", "8", "1")
	e.must(204, call{method: "DELETE", path: at("m") + "?uploadId=" + id})
	want("0", "0", "1")
}
