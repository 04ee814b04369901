package provider

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// Versioning is asked about once per bucket and run, not once per object.
func TestRequestsOfManyCreates(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.starts = true // each process asks for itself
	w.config(`
resource "oss_object" "test" {
  count   = 10
  bucket  = "BUCKET"
  key     = "file-${count.index}"
  content = "body ${count.index}"
}`)
	w.apply()
	if got := o.requests(); got != "GetBucketVersioning:1 PutObject:10" {
		t.Errorf("requests %q", got)
	}
}

// Where asking about versioning is denied, each create looks first.
func TestRequestsWhereVersioningIsDenied(t *testing.T) {
	t.Parallel()
	o := startServer(t, &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "GetBucketVersioning" {
			return &ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no"}
		}
		return nil
	}})
	w := o.workspace()
	w.starts = true // each process asks for itself
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "x"
}`)
	w.apply()
	if got := o.requests(); got != "GetBucketVersioning:1 HeadObject:1 PutObject:1" {
		t.Errorf("requests %q", got)
	}
	o.must(o.sdk().PutObject("there", strings.NewReader("precious")))
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "there"
  content = "x"
}`)
	w.fails([]string{"OSS Object Already Exists"}, "apply", "-auto-approve", "-no-color")
	if got := o.body("there"); got != "precious" {
		t.Errorf("the object was overwritten: %q", got)
	}
}
