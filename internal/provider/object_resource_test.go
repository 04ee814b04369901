package provider

import "testing"

const testObject = "oss_object.test"

func TestObjectCreate(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.config(`
resource "oss_object" "test" {
  bucket        = "BUCKET"
  key           = "PREFIXnotes/hello.txt"
  content       = "hello"
  cache_control = "no-cache"
  metadata      = { owner = "emma" }
}`)
	w.apply()
	if got := w.attribute(testObject, "content_type"); got != "text/plain" {
		t.Errorf("content_type %v", got)
	}
	w.clean()
	w.must("destroy", "-auto-approve")
}
