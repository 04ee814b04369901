package provider

import (
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// attributesConfig sets everything that is managed only when it is set.
const attributesConfig = `
resource "oss_object" "test" {
  bucket                        = "BUCKET"
  key                           = "k"
  content                       = "body"
  acl                           = "public-read"
  tags                          = { team = "web team", empty = "" }
  storage_class                 = "IA"
  server_side_encryption        = "KMS"
  server_side_encryption_key_id = "key-1"
  server_side_data_encryption   = "SM4"
}`

func expectAttributes(t *testing.T, got ossserver.Object, acl, class, sse, keyID, data, team string) {
	t.Helper()
	if got.ACL != acl || got.StorageClass != class || got.SSE != sse || got.SSEKeyID != keyID || got.SSEDataEncryption != data || got.Tags["team"] != team {
		t.Errorf("stored ACL %q, class %q, encryption %q %q %q, tags %v; want %q, %q, %q %q %q, team %q",
			got.ACL, got.StorageClass, got.SSE, got.SSEKeyID, got.SSEDataEncryption, got.Tags, acl, class, sse, keyID, data, team)
	}
}

// attributesObject is the object of attributesConfig under another name, which is its key as well; with pairs of what is replaced.
func attributesObject(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	text := strings.NewReplacer(`"test"`, `"`+name+`"`, `"k"`, `"`+name+`"`).Replace(attributesConfig)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("no %q in the configuration", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// Each attribute is changed in place by the fewest requests, several changes at once travel in one, and nothing of the
// rest is lost.
func TestManagedAttributes(t *testing.T) {
	t.Parallel()
	const tags = `{ team = "web team", empty = "" }`
	together := []string{`"public-read"`, `"private"`, `"web team"`, `"api"`, `"IA"`, `"Standard"`, "content  ", "cache_control = \"no-cache\"\n content  "}
	rows := map[string]struct {
		first, changes []string
		requests       string
		want           [7]string // ACL, class, encryption with key and method, the tag team, Cache-Control
	}{
		"acl":      {nil, []string{`"public-read"`, `"private"`}, "PutObjectACL:1", [7]string{"private", "IA", "KMS", "key-1", "SM4", "web team", ""}},
		"tag":      {nil, []string{`"web team"`, `"api"`}, "PutObjectTagging:1", [7]string{"public-read", "IA", "KMS", "key-1", "SM4", "api", ""}},
		"no_tags":  {nil, []string{tags, `{}`}, "DeleteObjectTagging:1", [7]string{"public-read", "IA", "KMS", "key-1", "SM4", "", ""}},
		"tags":     {[]string{tags, `{}`}, []string{tags, `{ team = "web" }`}, "PutObjectTagging:1", [7]string{"public-read", "IA", "KMS", "key-1", "SM4", "web", ""}},
		"class":    {nil, []string{`"IA"`, `"Standard"`}, "CopyObject:1", [7]string{"public-read", "Standard", "KMS", "key-1", "SM4", "web team", ""}},
		"key":      {nil, []string{`key_id = "key-1"`, `key_id = "key-2"`}, "CopyObject:1", [7]string{"public-read", "IA", "KMS", "key-2", "SM4", "web team", ""}},
		"together": {nil, together, "CopyObject:1", [7]string{"private", "Standard", "KMS", "key-1", "SM4", "api", "no-cache"}},
	}
	o := startOSS(t)
	p := o.protocol()
	objects := map[string]*protocolResource{}
	configure := func(name string, pairs ...string) {
		t.Helper()
		objects[name].config = argumentsOfBlock(t, strings.Replace(attributesObject(t, name, pairs...), "BUCKET", o.bucket, 1))
	}
	for name, row := range rows {
		objects[name] = p.manage("oss_object", nil)
		configure(name, row.first...)
		objects[name].apply()
	}
	if got := o.requests(); got != "GetBucketVersioning:1 PutObject:7" {
		t.Errorf("created by %q", got)
	}
	expectAttributes(t, o.object("acl"), "public-read", "IA", "KMS", "key-1", "SM4", "web team")
	o.local().ResetRecords()
	for name, r := range objects {
		r.clean()
		want := "GetObjectAcl:1 GetObjectTagging:1 HeadObject:1"
		if name == "tags" {
			want = "GetObjectAcl:1 HeadObject:1" // which says that there are none
		}
		if got := o.requestsFor(name); got != want {
			t.Errorf("%s: refreshed by %q", name, got)
		}
	}
	// change is an apply without a refresh.
	change := func(name, requests string, pairs ...string) {
		t.Helper()
		r := objects[name]
		configure(name, pairs...)
		o.local().ResetRecords()
		r.applyTo(r.written(), r.plan())
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", name, got, requests)
		}
		for _, record := range o.local().Records() {
			if record.Operation == "CopyObject" && record.BytesIn != 0 {
				t.Errorf("%s: %d bytes uploaded", name, record.BytesIn)
			}
		}
	}
	for name, row := range rows {
		change(name, row.requests, row.changes...)
		got := o.object(name)
		expectAttributes(t, got, row.want[0], row.want[1], row.want[2], row.want[3], row.want[4], row.want[5])
		if got.CacheControl != row.want[6] {
			t.Errorf("%s: stored the cache control %q", name, got.CacheControl)
		}
		objects[name].clean()
	}
	change("together", "HeadObject:1 PutObject:1", append(together, `"body"`, `"new body"`)...)
	expectAttributes(t, o.object("together"), "private", "Standard", "KMS", "key-1", "SM4", "api")
	objects["together"].clean()
}

// What is managed and changed by others is shown and repaired, what is not managed is neither.
func TestAttributeDrift(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	rows := map[string]struct {
		drift   func(key string) error
		changed []string
	}{
		"acl":     {func(key string) error { return o.sdk().SetObjectACL(key, oss.ACLPrivate) }, []string{"acl"}},
		"tags":    {func(key string) error { return o.sdk().PutObjectTagging(key, tagging("team", "nobody")) }, []string{"tags"}},
		"no_tags": {func(key string) error { return o.sdk().DeleteObjectTagging(key) }, []string{"tags"}},
		"class_and_encryption": {func(key string) error {
			_, err := o.sdk().CopyObject(key, key, oss.MetadataDirective(oss.MetaReplace), oss.ContentType("application/octet-stream"), oss.ObjectACL(oss.ACLPublicRead),
				oss.ObjectStorageClass(oss.StorageStandard))
			return err
		}, []string{"etag", "server_side_data_encryption", "server_side_encryption", "server_side_encryption_key_id", "storage_class", "version_id"}},
	}
	p := o.protocol()
	for name, row := range rows {
		r := p.manage("oss_object", argumentsOfBlock(t, strings.Replace(attributesObject(t, name), "BUCKET", o.bucket, 1)))
		r.apply()
		original := o.object(name)
		o.must(row.drift(name))
		if action, attributes := r.changes(); action != "update" || !sameNames(attributes, row.changed) {
			t.Errorf("%s: plan %s of %v, want an update of %v", name, action, attributes, row.changed)
		}
		r.apply()
		now := o.object(name)
		now.LastModified, now.VersionID, now.BodyPath = original.LastModified, original.VersionID, original.BodyPath
		if !sameObject(now, original) {
			t.Errorf("%s: repaired to %+v, want %+v", name, now, original)
		}
		r.clean()
		// Taken out of the configuration: no change, and no drift from then on.
		r.config = map[string]any{"bucket": o.bucket, "key": name, "content": "body"}
		r.clean()
		r.config["content"] = "new body"
		r.apply()
		expectAttributes(t, o.object(name), "public-read", "IA", "KMS", "key-1", "SM4", "web team")
		o.must(o.sdk().SetObjectACL(name, oss.ACLPrivate))
		r.clean()
	}
}

// Another encryption leaves the arguments of the old one behind.
func TestEncryptionMethodChanges(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	at := map[string]any{"bucket": o.bucket, "key": "k", "content": "body", "acl": "public-read", "tags": map[string]any{"team": "web team", "empty": ""}, "storage_class": "IA"}
	r := o.protocol().manage("oss_object", with(at, map[string]any{
		"server_side_encryption": "KMS", "server_side_encryption_key_id": "key-1", "server_side_data_encryption": "SM4",
	}))
	r.apply()
	expectAttributes(t, o.object("k"), "public-read", "IA", "KMS", "key-1", "SM4", "web team")
	r.config = with(at, map[string]any{"server_side_encryption": "AES256"})
	r.apply()
	expectAttributes(t, o.object("k"), "public-read", "IA", "AES256", "", "", "web team")
	r.clean()
}

// Tags of any script are stored (OSS-268): nothing warns, and the second plan is empty.
func TestTagsBeyondASCII(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(strings.Replace(attributesConfig, `{ team = "web team", empty = "" }`, `{ "部门" = "größe 1" }`, 1))
	if out := w.apply("-no-color"); strings.Contains(out, "Object Tag") {
		t.Errorf("warned:\n%s", out)
	}
	if got := o.object("k").Tags; len(got) != 1 || got["部门"] != "größe 1" {
		t.Errorf("stored %v", got)
	}
	w.clean()
}

func TestAttributeRefusals(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	var blocks []refusedBlock
	for arguments, words := range map[string][]string{
		`acl = "public"`:                      {"acl", "public-read"},
		`storage_class = "standard"`:          {"storage_class", "Standard"},
		`server_side_encryption = ""`:         {"server_side_encryption", "Empty String"},
		`server_side_encryption_key_id = "k"`: {"Invalid Attribute Combination", `server_side_encryption = "KMS"`},
		`server_side_encryption = "AES256"
  server_side_data_encryption = "SM4"`: {"Invalid Attribute Combination"},
		`server_side_encryption = "KMS"
  server_side_encryption_key_id = "k\u3000"`: {"server_side_encryption_key_id", "Invalid KMS Key ID", "ARNs of keys"},
		`metadata = { owner = "emma\u3000" }`:            {"Invalid Metadata Value", "owner", "ends with U+3000 IDEOGRAPHIC SPACE"},
		`metadata = { owner = "\u00a0emma\u2003" }`:      {"Invalid Metadata Value", "begins with U+00A0 NO-BREAK SPACE and ends with U+2003 EM SPACE"},
		`content_disposition = "\ufeffinline"`:           {"Invalid Content-Disposition Header", "begins with U+FEFF"},
		`tags = { "a?" = "b" }`:                          {"Tag"},
		`tags = { a = null }`:                            {"Null Tag Value"},
		`tags = { for i in range(11) : "t${i}" => "v" }`: {"10"},
		`deletion_policy = "destroy"`:                    {"deletion_policy", "delete_all_versions"},
		`content_wo = "x"`:                               {"Invalid Attribute Combination"},
	} {
		blocks = append(blocks, refusedBlock{name: arguments, block: objectBlock("k", arguments), words: words, several: true})
	}
	w.expectRefused(blocks)
	// Terraform finds this by itself, before all else.
	w.config("%s", objectBlock("k", `copy_source {
    bucket = "b-1"
  }`))
	w.fails([]string{"Missing required argument", `"key"`}, "plan", "-no-color")
}

// A fee that a change or a deletion may cost is said at plan. When that is so is a table of the engine's.
func TestEarlyDeletionFeeIsTold(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config("%s", attributesObject(t, "body")+attributesObject(t, "deleted"))
	w.apply()
	w.config("%s", attributesObject(t, "body", "content                       = \"body\"", `content = "other"`))
	found := w.diagnosticsByName("plan") // what is deleted has no block to point at
	for name, of := range map[string]string{"body": "body", "deleted": ""} {
		if got := found[of]; len(got) != 1 || !strings.Contains(got[0].Detail, `/`+name+`"`) || got[0].Summary != "Possible Early Deletion Fee" || !strings.Contains(got[0].Detail, "at least 30 days") {
			t.Errorf("%s: told is %+v", name, got)
		}
	}
}

// A change that needs a copy of an archived object is refused at plan, with what to do about it, also where the object is a
// source; restored, it is made. What was archived since the plan is refused by OSS, in words of what was to be done.
func TestArchivedObjectIsExplained(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	p := o.protocol()
	arguments := func(name string, pairs ...string) map[string]any {
		return argumentsOfBlock(t, strings.Replace(attributesObject(t, name, pairs...), "BUCKET", o.bucket, 1))
	}
	archive := []string{`"IA"`, `"Archive"`}
	objects := map[string]*protocolResource{
		"header": p.manage("oss_object", arguments("header", archive...)), "class": p.manage("oss_object", arguments("class", archive...)),
		"source": p.manage("oss_object", arguments("source", archive...)), "later": p.manage("oss_object", arguments("later")),
	}
	for _, r := range objects {
		r.apply()
	}
	objects["header"].config = with(objects["header"].config, map[string]any{"cache_control": "no-cache"})
	objects["class"].config = arguments("class")
	objects["copy"] = p.manage("oss_object", map[string]any{"bucket": o.bucket, "key": "copy", "copy_source": map[string]any{"bucket": o.bucket, "key": "source"}})
	for name, words := range map[string][]string{
		"header": {"OSS Object Is Archived", "headers and metadata change", "Restore it first"},
		"class":  {"OSS Object Is Archived", "storage class or encryption changes"},
		"copy":   {"Copy Source Is Archived", "Restore it first"},
	} {
		p.fails(words, func() { objects[name].changes() })
	}
	for _, key := range []string{"header", "class", "source"} {
		o.must(o.sdk().RestoreObject(key))
	}
	for _, r := range objects {
		r.apply()
		r.clean()
	}
	later := objects["later"]
	later.config = arguments("later", `"IA"`, `"Standard"`)
	later.refresh()
	plan := later.plan()
	_, err := o.sdk().CopyObject("later", "later", oss.ObjectStorageClass(oss.StorageArchive), oss.MetadataDirective(oss.MetaReplace))
	o.must(err)
	p.fails([]string{"Unable to Update OSS Object", "change the storage class or encryption of", "InvalidObjectState"}, func() { later.applyTo(later.written(), plan) })
}
