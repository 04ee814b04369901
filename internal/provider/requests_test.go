package provider

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// TestRequestsPerOperation keeps the table of requests in README.md and in the design: what each operation costs
// without the refresh before it, seen from the server.
func TestRequestsPerOperation(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.starts = true // each process asks for itself
	config := func(arguments string) {
		w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "file.txt"
` + arguments + "\n}\n")
	}
	step := func(what, arguments, requests string, bytes int64, args ...string) {
		t.Helper()
		config(arguments)
		o.local().ResetRecords()
		w.apply(append([]string{"-refresh=false"}, args...)...)
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", what, got, requests)
		}
		if got := o.uploadedBytes(); got != bytes {
			t.Errorf("%s: %d bytes uploaded, want %d", what, got, bytes)
		}
	}
	w.write("same.txt", "hello")

	step("create", `content = "hello"`, "GetBucketVersioning:1 PutObject:1", 5)
	o.local().ResetRecords()
	w.clean()
	if got := o.requests(); got != "HeadObject:1" {
		t.Errorf("refresh: requests %q", got)
	}
	// The refresh above is in the saved state only after this one: a plan does not store what it read.
	w.apply("-refresh-only")
	step("metadata", "content = \"hello\"\n metadata = { owner = \"emma\" }", "CopyObject:1 GetObjectAcl:1", 0)
	step("header", `content = "hello"
  metadata = { owner = "emma" }
  cache_control = "no-cache"`, "CopyObject:1 GetObjectAcl:1", 0)
	step("same bytes from base64", `content_base64 = "aGVsbG8="
  metadata = { owner = "emma" }
  cache_control = "no-cache"`, "", 0)
	step("same bytes from a file", `source = "same.txt"
  metadata = { owner = "emma" }
  cache_control = "no-cache"`, "", 0)
	step("allow_overwrite", `source = "same.txt"
  allow_overwrite = true
  metadata = { owner = "emma" }
  cache_control = "no-cache"`, "", 0)
	step("body", `content = "hello!"
  metadata = { owner = "emma" }
  cache_control = "no-cache"`, "GetObjectAcl:1 HeadObject:1 PutObject:1", 6)
	step("body and header", `content = "hello?"`, "GetObjectAcl:1 HeadObject:1 PutObject:1", 6)
	o.must(o.sdk().PutObjectTagging("file.txt", tagging("team", "web")))
	step("body of a tagged object", `content = "hi"`, "GetObjectAcl:1 GetObjectTagging:1 HeadObject:1 PutObject:1", 2)
	if got := o.object("file.txt").Tags["team"]; got != "web" {
		t.Errorf("the upload lost the tag: %q", got)
	}
	o.local().ResetRecords()
	w.must("destroy", "-auto-approve", "-refresh=false")
	if got := o.requests(); got != "DeleteObject:1" {
		t.Errorf("delete: requests %q", got)
	}
}

// Versioning is asked about once per bucket and run, not once per object.
func TestRequestsOfManyCreates(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.starts = true // each process asks for itself
	w.config(`
resource "oss_object" "test" {
  count   = 20
  bucket  = "BUCKET"
  key     = "file-${count.index}"
  content = "body ${count.index}"
}`)
	w.apply()
	if got := o.requests(); got != "GetBucketVersioning:1 PutObject:20" {
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

func TestRequestsOfCORS(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.starts = true // each process asks for itself
	step := func(what, arguments, requests string) {
		t.Helper()
		w.config(`resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://a.example.com"]
    allowed_methods = ["GET"]
` + arguments + "\n}\n")
		o.local().ResetRecords()
		w.apply("-refresh=false")
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", what, got, requests)
		}
	}
	step("create", "}", "GetBucketCors:1 PutBucketCors:1")
	step("change", "max_age_seconds = 60\n}", "PutBucketCors:1")
	step("allow_overwrite", `max_age_seconds = 60
}
allow_overwrite = true`, "")
	o.local().ResetRecords()
	w.clean()
	if got := o.requests(); got != "GetBucketCors:1" {
		t.Errorf("refresh: requests %q", got)
	}
	o.local().ResetRecords()
	w.must("destroy", "-auto-approve", "-refresh=false")
	if got := o.requests(); got != "DeleteBucketCors:1" {
		t.Errorf("delete: requests %q", got)
	}
}
