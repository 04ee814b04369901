package provider

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// Headers and metadata are read by a HEAD each, of what is meant alone, and what is gone by then is left out.
func TestObjectsDataSourceReadsMetadata(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	o.putOddObjects()
	o.must(o.sdk().PutSymlink("nowhere", "absent"))
	w := o.workspace()
	w.config(`data "oss_objects" "test" {
  bucket        = "BUCKET"
  read_metadata = true
}
output "keys" { value = data.oss_objects.test.keys }
output "test" { value = { for o in data.oss_objects.test.objects : o.key => o } }
`)
	o.local().ResetRecords()
	got := w.outputs()
	if requests := o.requests(); requests != "HeadObject:11 ListObjectsV2:1" {
		t.Errorf("requests %q", requests)
	}
	keys := textList(t, got["keys"])
	if len(keys) != len(oddObjects) || !slices.IsSorted(keys) || slices.Contains(keys, "nowhere") {
		t.Errorf("keys %q", keys)
	}
	objects, _ := got["test"].(map[string]any)
	for _, key := range keys {
		if key == "linked" {
			continue // a link has headers of its own, and nobody set them
		}
		stored := o.object(key)
		shown, _ := objects[key].(map[string]any)
		metadata := map[string]any{}
		for name, value := range stored.Metadata {
			metadata[name] = value
		}
		orNull := func(s string) any {
			if s == "" {
				return nil
			}
			return s
		}
		want := map[string]any{
			"content_type": stored.ContentType, "cache_control": orNull(stored.CacheControl), "content_disposition": orNull(stored.ContentDisposition),
			"content_encoding": orNull(stored.ContentEncoding), "content_language": orNull(stored.ContentLanguage), "expires": orNull(stored.Expires), "metadata": metadata,
		}
		for name, value := range want {
			if !reflect.DeepEqual(shown[name], value) {
				t.Errorf("%s of %q is %q, want %q", name, key, shown[name], value)
			}
		}
	}

	p := o.protocolWithFewRetries()
	two := map[string]any{"bucket": o.bucket, "read_metadata": true, "limit": 2}
	o.local().ResetRecords()
	p.data("oss_objects", two)
	if requests := o.requests(); requests != "HeadObject:2 ListObjectsV2:1" {
		t.Errorf("requests for two: %q", requests)
	}
	f.arm("HeadObject", ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}, -1)
	p.fails([]string{"Unable to List OSS Objects", "Could not look at", "oss:GetObject"}, func() { p.data("oss_objects", two) })
	f.arm("HeadObject", ossserver.Fault{Status: 404}, -1)
	if keys := textList(t, p.data("oss_objects", two)["keys"]); len(keys) != 0 {
		t.Errorf("both were deleted meanwhile, and %q is left", keys)
	}
}

// More than can be looked at is refused before the first look.
func TestObjectsDataSourceReadsNoMoreThanItCan(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("lists 10,000 keys")
	}
	bucket := &syntheticBucket{objects: maxRead + 1}
	m := objectsDataModel{Bucket: types.StringValue("bucket"), ReadMetadata: types.BoolValue(true)}
	var diags diag.Diagnostics
	m.list(t.Context(), bucket.client(t), &diags)
	if len(diags) != 1 || diags[0].Summary() != "Too Many OSS Objects to Read" || !strings.Contains(diags[0].Detail(), "10001 objects") || bucket.heads.Load() != 0 {
		t.Errorf("got %v after %d HEADs", diags, bucket.heads.Load())
	}
}
