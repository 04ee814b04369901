package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

const testObject = "oss_object.test"

func TestObjectCreate(t *testing.T) {
	o := startAnyOSS(t)
	o.run(t, resource.TestStep{
		Config: o.config(`
resource "oss_object" "test" {
  bucket        = "BUCKET"
  key           = "PREFIXnotes/hello.txt"
  content       = "hello"
  cache_control = "no-cache"
  metadata      = { owner = "emma" }
}`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(testObject, tfjsonpath.New("content_type"), knownvalue.StringExact("text/plain")),
		},
	})
}
