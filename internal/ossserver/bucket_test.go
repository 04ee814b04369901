package ossserver

import (
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

func TestBuckets(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.must(200, call{method: "PUT", path: "/second-bucket/"})
	e.must(200, call{method: "PUT", path: "/second-bucket/"}) // again, by its owner
	e.must(200, call{method: "PUT", path: "/second-bucket/", chunked: true})
	a := e.must(200, call{method: "GET", path: "/"})
	if strings.Count(a.body, "<Bucket>") != 2 || !strings.Contains(a.body, "<Name>second-bucket</Name>") {
		t.Errorf("answer %s", a.body)
	}
	e.must(200, call{method: "HEAD", path: "/second-bucket/"})
	a = e.must(200, call{method: "GET", path: "/second-bucket/?bucketInfo"})
	for _, want := range []string{"<Name>second-bucket</Name>", "<Location>oss-cn-hangzhou</Location>", "<Grant>private</Grant>", "<StorageClass>Standard</StorageClass>"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s in %s", want, a.body)
		}
	}
	a = e.must(200, call{method: "GET", path: "/second-bucket/?versioning"})
	if !strings.Contains(a.body, "<VersioningConfiguration>") || strings.Contains(a.body, "Status") {
		t.Errorf("answer %s", a.body)
	}
	e.must(200, call{method: "PUT", path: "/second-bucket/k", body: "x"})
	e.refused(409, "BucketNotEmpty", call{method: "DELETE", path: "/second-bucket/"})
	e.must(204, call{method: "DELETE", path: "/second-bucket/k"})
	e.must(204, call{method: "DELETE", path: "/second-bucket/"})
	e.refused(404, "NoSuchBucket", call{method: "DELETE", path: "/second-bucket/"})
	e.refused(404, "NoSuchBucket", call{method: "HEAD", path: "/second-bucket/"})
	e.must(200, call{method: "PUT", path: "/second-bucket/"})
}

func TestBucketNames(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"abc": true, "a-1": true, "123": true, strings.Repeat("a", 63): true,
		"ab": false, strings.Repeat("a", 64): false, "-ab": false, "ab-": false, "aBc": false, "a_c": false, "a.c": false, "äöü": false, "": false, "..": false,
	} {
		if validBucketName(name) != ok {
			t.Errorf("%q: %t", name, !ok)
		}
		if err := new(Server).createNothing(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// createNothing makes a bucket in a folder of its own and throws it away.
func (s *Server) createNothing(name string) error {
	defer s.Close()
	return s.CreateBucket(name)
}

func TestListBuckets(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	client, _ := sdkBucket(t, e)
	for _, name := range []string{"logs-a", "logs-b", "logs-c", "zzz"} {
		if err := client.CreateBucket(name, oss.StorageClass(oss.StorageIA), oss.ACL(oss.ACLPublicRead)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	marker := oss.Marker("")
	for range 10 {
		page, err := client.ListBuckets(oss.Prefix("logs-"), oss.MaxKeys(2), marker)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range page.Buckets {
			got = append(got, b.Name)
			if b.StorageClass != "IA" || b.Location != "oss-cn-hangzhou" || time.Since(b.CreationDate) > time.Hour {
				t.Errorf("bucket %+v", b)
			}
		}
		if !page.IsTruncated {
			break
		}
		marker = oss.Marker(page.NextMarker)
	}
	if strings.Join(got, " ") != "logs-a logs-b logs-c" {
		t.Errorf("listed %q", got)
	}
	e.refused(400, "InvalidArgument", call{method: "GET", path: "/?max-keys=0"})
	info, err := client.GetBucketInfo("logs-a")
	if err != nil || info.BucketInfo.StorageClass != "IA" || info.BucketInfo.ACL != "public-read" {
		t.Errorf("%+v, %v", info, err)
	}
	if location, err := client.GetBucketLocation("logs-a"); err != nil || location != "oss-cn-hangzhou" {
		t.Errorf("%q, %v", location, err)
	}
	if acl, err := client.GetBucketACL("logs-a"); err != nil || acl.ACL != "public-read" {
		t.Errorf("%+v, %v", acl, err)
	}
	e.must(200, call{method: "PUT", path: "/logs-a/k"})
	if o, err := e.s.Object("logs-a", "k"); err != nil || o.StorageClass != "IA" {
		t.Errorf("an object takes its bucket's class: %+v, %v", o, err)
	}
}

func TestPutBucketRefused(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	class := func(c string) string {
		return "<CreateBucketConfiguration><StorageClass>" + c + "</StorageClass></CreateBucketConfiguration>"
	}
	e.refused(400, "InvalidArgument", call{method: "PUT", path: "/new-bucket/", body: class("STANDARD")})
	e.refused(400, "MalformedXML", call{method: "PUT", path: "/new-bucket/", body: "<CreateBucketConfiguration>"})
	e.refused(400, "MalformedXML", call{method: "PUT", path: "/new-bucket/", body: "<CreateBucketConfiguration><Other/></CreateBucketConfiguration>"})
	e.refused(400, "InvalidArgument", call{method: "PUT", path: "/new-bucket/", header: map[string]string{"x-oss-acl": "default"}})
	e.refused(400, "InvalidBucketName", call{method: "PUT", path: "/New/"})
	e.refused(404, "NoSuchBucket", call{method: "HEAD", path: "/new-bucket/"})
	e.refused(409, "BucketAlreadyExists", call{method: "PUT", path: "/" + testBucket + "/", body: class("Archive")})
	e.refused(400, "InvalidArgument", call{method: "PUT", path: "/" + testBucket + "/?acl", header: map[string]string{"x-oss-acl": "default"}})
	e.must(200, call{method: "PUT", path: "/" + testBucket + "/", header: map[string]string{"x-oss-acl": "public-read"}})
	if a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?acl"}); !strings.Contains(a.body, "<Grant>public-read</Grant>") {
		t.Errorf("a second creation did not set the ACL: %s", a.body)
	}
}

func TestBucketStat(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	client, _ := sdkBucket(t, e)
	e.versioning("Enabled")
	e.put("a", "hello", nil)
	e.put("a", "hello again", nil)
	e.put("b", strings.Repeat("x", 70000), map[string]string{"x-oss-storage-class": "IA"})
	e.put("c", "x", map[string]string{"x-oss-storage-class": "Archive"})
	e.must(204, call{method: "DELETE", path: at("a")})
	e.initiate("d", nil)
	stat, err := client.GetBucketStat(testBucket)
	if err != nil || stat.ObjectCount != 4 || stat.Storage != 70017 || stat.StandardObjectCount != 2 || stat.StandardStorage != 16 ||
		stat.InfrequentAccessStorage != 70000 || stat.ArchiveStorage != 65536 || stat.ArchiveRealStorage != 1 || stat.ArchiveObjectCount != 1 ||
		stat.MultipartUploadCount != 1 || stat.LastModifiedTime == 0 {
		t.Errorf("%+v, %v", stat, err)
	}
}
