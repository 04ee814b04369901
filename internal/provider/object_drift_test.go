package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// driftConfig has every header and some metadata, so that each can drift.
const driftConfig = `
resource "oss_object" "test" {
  bucket              = "BUCKET"
  key                 = "drift.txt"
  content             = "the body"
  content_type        = "text/plain"
  cache_control       = "no-cache"
  content_disposition = "inline"
  content_encoding    = "identity"
  content_language    = "en"
  expires             = "Wed, 21 Oct 2026 07:28:00 GMT"
  metadata            = { owner = "emma", purpose = "drift" }
}`

// driftHeaders is what driftConfig stores, as options of somebody else's SDK, changed as told; "" leaves one out.
func driftHeaders(changed map[string]string) []oss.Option {
	headers := map[string]string{
		"Content-Type": "text/plain", "Cache-Control": "no-cache", "Content-Disposition": "inline", "Content-Encoding": "identity",
		"Content-Language": "en", "Expires": "Wed, 21 Oct 2026 07:28:00 GMT", "X-Oss-Meta-Owner": "emma", "X-Oss-Meta-Purpose": "drift",
	}
	for name, value := range changed {
		headers[name] = value
	}
	var options []oss.Option
	for name, value := range headers {
		if value != "" {
			options = append(options, oss.SetHeader(name, value))
		}
	}
	return options
}

// metadataDrifts are changes of headers and metadata by somebody else, each with the attribute that shows it.
var metadataDrifts = []struct {
	attribute string
	changed   map[string]string
}{
	{"content_type", map[string]string{"Content-Type": "text/html"}},
	{"cache_control", map[string]string{"Cache-Control": "max-age=60"}},
	{"cache_control", map[string]string{"Cache-Control": ""}},
	{"content_disposition", map[string]string{"Content-Disposition": "attachment"}},
	{"content_disposition", map[string]string{"Content-Disposition": ""}},
	{"content_encoding", map[string]string{"Content-Encoding": "br"}},
	{"content_language", map[string]string{"Content-Language": "de"}},
	{"content_language", map[string]string{"Content-Language": ""}}, // OSS-201
	{"expires", map[string]string{"Expires": "0"}},
	{"expires", map[string]string{"Expires": ""}},
	{"metadata", map[string]string{"X-Oss-Meta-Owner": "evan"}},
	{"metadata", map[string]string{"X-Oss-Meta-Owner": ""}},
	{"metadata", map[string]string{"X-Oss-Meta-Extra": "more"}},
	{"metadata", map[string]string{"X-Oss-Meta-Owner": "", "X-Oss-Meta-Purpose": ""}},
}

// Each change behind Terraform's back shows as exactly that, and apply repairs it: without moving the body, unless that is what
// changed, or the object is gone.
func TestObjectDrift(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	text := ""
	name := func(i int) string { return fmt.Sprintf("drift-%d", i) }
	add := func(name string) {
		text += strings.NewReplacer(`"test"`, fmt.Sprintf("%q", name), "drift.txt", name).Replace(driftConfig)
	}
	for i := range metadataDrifts {
		add(name(i))
	}
	add("body")
	add("gone")
	w.config("%s", text)
	w.apply()
	original := o.object(name(0))
	for i, drift := range metadataDrifts {
		o.must(o.sdk().SetObjectMeta(name(i), driftHeaders(drift.changed)...))
	}
	o.must(o.sdk().PutObject("body", strings.NewReader("BODY OF SOMEBODY ELSE"), driftHeaders(nil)...))
	o.must(o.sdk().DeleteObject("gone"))
	o.local().ResetRecords()
	changes := plannedChanges(w.apply())
	// Each count includes the HEAD of the refresh.
	expect := func(what any, key string, want []string, requests string) {
		t.Helper()
		if got := changes["oss_object."+key]; !got.actions.Update() || !sameNames(got.attributes, want) {
			t.Errorf("%v: plan %v of %v, want an update of %v", what, got.actions, got.attributes, want)
		}
		if got := o.requestsFor(key); got != requests {
			t.Errorf("%v: repaired by %q", what, got)
		}
		now := o.object(key)
		now.Key, now.LastModified, now.VersionID, now.BodyPath = original.Key, original.LastModified, original.VersionID, original.BodyPath
		if !sameObject(now, original) {
			t.Errorf("%v: repaired to %+v, want %+v", what, now, original)
		}
	}
	for i, drift := range metadataDrifts {
		expect(drift.changed, name(i), []string{drift.attribute, "version_id"}, "CopyObject:1 GetObjectAcl:1 HeadObject:1")
	}
	expect("body", "body", []string{"crc64", "etag", "size", "version_id"}, "GetObjectAcl:1 HeadObject:2 PutObject:1")
	if got := changes["oss_object.gone"]; !got.actions.Create() {
		t.Errorf("gone: plan %v, want a creation", got.actions)
	}
	for _, key := range []string{"body", "gone"} {
		if got := o.body(key); got != "the body" {
			t.Errorf("%s: body %q", key, got)
		}
	}
	w.clean()
}

func sameNames(got, want []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

// Whatever nobody manages here is carried over by both kinds of write.
func TestUnmanagedAttributesAreCarriedOver(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	r := o.protocol().manage("oss_object", argumentsOfBlock(t, strings.Replace(driftConfig, "BUCKET", o.bucket, 1)))
	r.apply()
	o.must(o.sdk().PutObject("drift.txt", strings.NewReader("the body"), append(driftHeaders(nil),
		oss.ObjectStorageClass(oss.StorageIA), oss.ServerSideEncryption("KMS"), oss.ServerSideEncryptionKeyID("kid"),
		oss.ObjectACL(oss.ACLPublicRead), oss.SetTagging(tagging("team", "web team")))...))
	r.clean()
	expect := func(what string) {
		t.Helper()
		got := o.object("drift.txt")
		if got.ACL != "public-read" || got.StorageClass != "IA" || got.SSE != "KMS" || got.SSEKeyID != "kid" || got.Tags["team"] != "web team" {
			t.Errorf("after %s: ACL %q, class %q, encryption %q %q, tags %v", what, got.ACL, got.StorageClass, got.SSE, got.SSEKeyID, got.Tags)
		}
	}
	expect("the change behind Terraform's back")
	r.config["cache_control"] = "no-store"
	r.apply()
	expect("a change of a header")
	r.clean()
	r.config["content"] = "another body"
	r.apply()
	expect("a change of the body")
	r.clean()
	// Tags that nobody has looked at go, once none are wanted.
	r.config["tags"] = map[string]any{}
	r.apply()
	if got := o.object("drift.txt").Tags; len(got) > 0 {
		t.Errorf("tags %v", got)
	}
	r.clean()
}

// What HEAD shows of a forced download is the endpoint's answer, not the object's.
func TestForcedDownloadIsNoDrift(t *testing.T) {
	t.Parallel()
	server := newServer()
	server.ForceDownload = true
	o := startServer(t, server)
	w := o.workspace()
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "index.html"
  content = "<p>"
}`)
	w.apply()
	header, err := o.sdk().GetObjectDetailedMeta("index.html")
	o.must(err)
	if header.Get("X-Oss-Force-Download") == "" {
		t.Fatalf("the server does not force the download: %v", header)
	}
	w.clean()
}
