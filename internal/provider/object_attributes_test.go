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

// Each attribute is changed in place by the fewest requests, and nothing of the rest is lost.
func TestManagedAttributes(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(attributesConfig)
	o.local().ResetRecords()
	w.apply()
	if got := o.requests(); got != "GetBucketVersioning:1 PutObject:1" {
		t.Errorf("created by %q", got)
	}
	expectAttributes(t, o.object("k"), "public-read", "IA", "KMS", "key-1", "SM4", "web team")
	o.local().ResetRecords()
	w.clean()
	if got := o.requests(); got != "GetObjectAcl:1 GetObjectTagging:1 HeadObject:1" {
		t.Errorf("refreshed by %q", got)
	}
	text := attributesConfig
	step := func(old, replacement, requests string) {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in the configuration", old)
		}
		text = strings.Replace(text, old, replacement, 1)
		w.config(text)
		w.apply("-refresh-only")
		o.local().ResetRecords()
		w.apply("-refresh=false")
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", replacement, got, requests)
		}
		if got := o.uploadedBytes(); strings.Contains(requests, "CopyObject") && got != 0 {
			t.Errorf("%s: %d bytes uploaded", replacement, got)
		}
		w.clean()
	}
	step(`"public-read"`, `"private"`, "PutObjectACL:1")
	step(`"web team"`, `"api"`, "PutObjectTagging:1")
	step(`{ team = "api", empty = "" }`, `{}`, "DeleteObjectTagging:1")
	step(`{}`, `{ team = "web" }`, "PutObjectTagging:1")
	step(`"IA"`, `"Standard"`, "CopyObject:1")
	step(`server_side_encryption_key_id = "key-1"`, `server_side_encryption_key_id = "key-2"`, "CopyObject:1")
	expectAttributes(t, o.object("k"), "private", "Standard", "KMS", "key-2", "SM4", "web")
}

// Several changes at once travel in one request.
func TestManagedAttributesTogether(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(attributesConfig)
	w.apply()
	w.apply("-refresh-only")
	text := strings.NewReplacer(`"public-read"`, `"private"`, `"web team"`, `"api"`, `"IA"`, `"Standard"`).Replace(attributesConfig)
	w.config(strings.Replace(text, "content  ", "cache_control = \"no-cache\"\n content  ", 1))
	o.local().ResetRecords()
	w.apply("-refresh=false")
	if got := o.requests(); got != "CopyObject:1" {
		t.Errorf("changed by %q", got)
	}
	expectAttributes(t, o.object("k"), "private", "Standard", "KMS", "key-1", "SM4", "api")
	w.clean()
	w.config(strings.Replace(text, `"body"`, `"new body"`, 1))
	o.local().ResetRecords()
	w.apply("-refresh=false")
	if got := o.requests(); got != "HeadObject:1 PutObject:1" {
		t.Errorf("body changed by %q", got)
	}
	expectAttributes(t, o.object("k"), "private", "Standard", "KMS", "key-1", "SM4", "api")
	w.clean()
}

// What is managed and changed by others is shown and repaired, what is not managed is neither.
func TestAttributeDrift(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(attributesConfig)
	w.apply()
	original := o.object("k")
	for name, tc := range map[string]struct {
		drift   func() error
		changed []string
	}{
		"acl":    {func() error { return o.sdk().SetObjectACL("k", oss.ACLPrivate) }, []string{"acl"}},
		"tags":   {func() error { return o.sdk().PutObjectTagging("k", tagging("team", "nobody")) }, []string{"tags"}},
		"no tag": {func() error { return o.sdk().DeleteObjectTagging("k") }, []string{"tags"}},
		"class and encryption": {func() error {
			_, err := o.sdk().CopyObject("k", "k", oss.MetadataDirective(oss.MetaReplace), oss.ContentType("application/octet-stream"), oss.ObjectACL(oss.ACLPublicRead),
				oss.ObjectStorageClass(oss.StorageStandard))
			return err
		}, []string{"etag", "server_side_data_encryption", "server_side_encryption", "server_side_encryption_key_id", "storage_class", "version_id"}},
	} {
		o.must(tc.drift())
		if got := w.plan()[testObject]; !got.actions.Update() || !sameNames(got.attributes, tc.changed) {
			t.Errorf("%s: plan %v of %v, want an update of %v", name, got.actions, got.attributes, tc.changed)
		}
		w.must("apply", "plan.bin")
		w.clean()
		now := o.object("k")
		now.LastModified, now.VersionID, now.BodyPath = original.LastModified, original.VersionID, original.BodyPath
		if !sameObject(now, original) {
			t.Errorf("%s: repaired to %+v, want %+v", name, now, original)
		}
	}
	// Taken out of the configuration: no change, and no drift from then on.
	plain := `resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "BODY"
}`
	w.config(strings.Replace(plain, "BODY", "body", 1))
	w.clean()
	w.config(strings.Replace(plain, "BODY", "new body", 1))
	w.apply()
	expectAttributes(t, o.object("k"), "public-read", "IA", "KMS", "key-1", "SM4", "web team")
	o.must(o.sdk().SetObjectACL("k", oss.ACLPrivate))
	w.clean()
}

// Another encryption leaves the arguments of the old one behind.
func TestEncryptionMethodChanges(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(attributesConfig)
	w.apply()
	text := strings.NewReplacer(`server_side_encryption        = "KMS"`, `server_side_encryption = "AES256"`,
		"server_side_encryption_key_id = \"key-1\"\n", "\n", "server_side_data_encryption   = \"SM4\"\n", "\n").Replace(attributesConfig)
	w.config(text)
	w.apply()
	expectAttributes(t, o.object("k"), "public-read", "IA", "AES256", "", "", "web team")
	w.clean()
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
	w.config(attributesConfig)
	w.apply()
	for what, text := range map[string]string{"body": strings.Replace(attributesConfig, `"body"`, `"other"`, 1), "delete": ""} {
		w.config(text)
		if out := w.must("plan", "-no-color"); !strings.Contains(flatten(out), "Possible Early Deletion Fee") || !strings.Contains(flatten(out), "at least 30 days") {
			t.Errorf("%s: no warning:\n%s", what, out)
		}
	}
}

// A change that needs a copy of an archived object is refused at plan, with what to do about it, also where the object is a
// source; restored, it is made. What was archived since the plan is refused by OSS, in words of what was to be done.
func TestArchivedObjectIsExplained(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	w := o.workspace()
	archived := strings.Replace(attributesConfig, `"IA"`, `"Archive"`, 1)
	cached := strings.Replace(archived, "content  ", "cache_control = \"no-cache\"\n content  ", 1)
	copied := archived + `
resource "oss_object" "copy" {
  bucket = "BUCKET"
  key = "copy"
  copy_source {
    bucket = "BUCKET"
    key = "k"
  }
}`
	w.config(archived)
	w.apply()
	w.config(cached)
	w.fails([]string{"OSS Object Is Archived", "headers and metadata change", "Restore it first"}, "plan", "-no-color")
	w.config(attributesConfig)
	w.fails([]string{"OSS Object Is Archived", "storage class or encryption changes"}, "plan", "-no-color")
	w.config(copied)
	w.fails([]string{"Copy Source Is Archived", "Restore it first"}, "plan", "-no-color")
	o.must(o.sdk().RestoreObject("k"))
	w.apply()
	w.clean()
	w.config(cached)
	w.apply()
	w.clean()
	w.must("destroy", "-auto-approve")
	w.config(attributesConfig)
	w.apply()
	w.config(strings.Replace(attributesConfig, `"IA"`, `"Standard"`, 1))
	w.plan()
	_, err := o.sdk().CopyObject("k", "k", oss.ObjectStorageClass(oss.StorageArchive), oss.MetadataDirective(oss.MetaReplace))
	o.must(err)
	w.fails([]string{"Unable to Update OSS Object", "change the storage class or encryption of", "InvalidObjectState"}, "apply", "-no-color", "plan.bin")
}
