package ossserver

import (
	"strings"
	"testing"
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
