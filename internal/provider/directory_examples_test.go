package provider

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// The two forms of the static site store the same objects, but for the name under which a download is saved, which a block
// about many files cannot say.
func TestStaticSiteInTwoForms(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	forms := map[string]map[string]ossserver.Object{}
	for _, form := range []string{"static-site", "static-site-objects"} {
		o.must(o.local().CreateBucket(form))
		w := o.workspace()
		for _, name := range []string{"static-site", "static-site-objects"} {
			o.must(os.CopyFS(filepath.Join(w.dir, name), os.DirFS(filepath.Join("../../examples", name))))
		}
		w.dir = filepath.Join(w.dir, form)
		w.env = append(w.env, "OSS_ENDPOINT="+o.endpoint, "OSS_REGION="+o.region, "OSS_ACCESS_KEY_ID="+testKeyID, "OSS_ACCESS_KEY_SECRET="+testSecret)
		w.apply("-var", "bucket="+form)
		o.bucket = form
		forms[form] = map[string]ossserver.Object{}
		for _, key := range o.keys() {
			object := o.object(key)
			object.BodyPath, object.VersionID, object.ContentDisposition, object.LastModified = "", "", "", time.Time{}
			forms[form][key] = object
		}
	}
	directory, objects := forms["static-site"], forms["static-site-objects"]
	if len(directory) != len(objects) || len(directory) < 8 {
		t.Errorf("%d objects as a directory, %d as resources of their own", len(directory), len(objects))
	}
	for key, object := range objects {
		if !sameObject(object, directory[key]) {
			t.Errorf("%s: as a directory\n%+v\nas a resource of its own\n%+v", key, directory[key], object)
		}
	}
}

// keys are those of all objects in the bucket.
func (o *testOSS) keys() []string {
	o.t.Helper()
	result, err := o.sdk().ListObjectsV2()
	o.must(err)
	keys := make([]string, len(result.Objects))
	for i, object := range result.Objects {
		keys[i] = object.Key
	}
	return keys
}
