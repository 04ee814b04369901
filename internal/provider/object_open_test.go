package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// openObject stores an object that has of everything what an import leaves open.
func openObject(o *testOSS, key string) {
	o.t.Helper()
	o.must(o.sdk().PutObject(key, strings.NewReader("body"), oss.ContentType("application/octet-stream"), oss.ObjectACL(oss.ACLPublicRead), oss.ObjectStorageClass(oss.StorageIA),
		oss.SetTagging(tagging("team", "web")), oss.ServerSideEncryption("AES256")))
}

func openConfig(arguments string) string {
	return `import {
  to = oss_object.test
  id = "BUCKET/PREFIXk"
}
resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "PREFIXk"
` + arguments + `
}
`
}

// An import leaves ACL, tags, class and encryption open: they are not in the state, drift of them is not shown, and each
// write carries them over.
func TestImportLeavesSettingsOpen(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	openObject(o, o.key("k"))
	r := o.protocol().importByID("oss_object", o.bucket+"/"+o.key("k"))
	r.config = map[string]any{"bucket": o.bucket, "key": o.key("k")}
	r.apply()
	for _, name := range unmanagedSettings {
		if got := r.attributes()[name]; got != nil {
			t.Errorf("%s is not open: %v", name, got)
		}
	}
	r.clean()
	o.must(o.sdk().SetObjectACL(o.key("k"), oss.ACLPublicReadWrite))
	r.clean()
	r.config["cache_control"] = "no-cache"
	r.p.told = nil
	r.apply()
	if told := strings.Join(lines(r.p.told), "\n"); strings.Contains(told, "Other Settings") {
		t.Errorf("warned of what nobody asked for:\n%s", told)
	}
	acl, err := o.sdk().GetObjectACL(o.key("k"))
	o.must(err)
	tags, err := o.sdk().GetObjectTagging(o.key("k"))
	o.must(err)
	if acl.ACL != string(oss.ACLPublicReadWrite) || len(tags.Tags) != 1 || tags.Tags[0].Value != "web" {
		t.Errorf("ACL %q and tags %v were not carried over", acl.ACL, tags.Tags)
	}
	r.clean()
}

// openObjectConfig is openConfig for an object of another key, which is its name as well.
func openObjectConfig(name, arguments string) string {
	return strings.NewReplacer(".test", "."+name, `"test"`, `"`+name+`"`, "PREFIXk", name).Replace(openConfig(arguments))
}

// What an import costs, and what it costs that something becomes managed: nothing is written where it is right already.
func TestRequestsOfOpenSettings(t *testing.T) {
	t.Parallel()
	right := map[string]any{"acl": "public-read", "tags": map[string]any{"team": "web"}, "storage_class": "IA", "server_side_encryption": "AES256"}
	o := startOSS(t)
	for name, row := range map[string]struct {
		arguments   map[string]any
		plan, apply string
	}{
		"nothing": {nil, "HeadObject:1", ""},
		"right":   {right, "GetObjectAcl:1 GetObjectTagging:1 HeadObject:1", "GetObjectAcl:1 GetObjectTagging:1"},
		"class":   {map[string]any{"storage_class": "IA"}, "HeadObject:1", ""},
		"wrong":   {map[string]any{"acl": "private"}, "GetObjectAcl:1 HeadObject:1", "GetObjectAcl:1 PutObjectACL:1"},
	} {
		openObject(o, name)
		o.local().ResetRecords()
		r := o.protocol().importByID("oss_object", o.bucket+"/"+name)
		r.config = with(map[string]any{"bucket": o.bucket, "key": name}, row.arguments)
		r.plan()
		if got := o.requests(); got != row.plan {
			t.Errorf("%s: planned by %q, want %q", name, got, row.plan)
		}
		r.p = o.protocol() // the run that applies it
		o.local().ResetRecords()
		r.applyTo(r.written(), r.planAgain())
		if got := o.requests(); got != row.apply {
			t.Errorf("%s: applied by %q, want %q", name, got, row.apply)
		}
		r.clean()
	}
}

// A setting that becomes managed and is not what is stored: the plan cannot show what goes, since the state has nothing,
// so a warning does. Values of tags are not in it.
func TestOpenSettingsThatAreReplaced(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	openObject(o, o.key("k"))
	openObject(o, o.key("moved"))
	moved := func(key, arguments string) string {
		return strings.Replace(strings.NewReplacer(".test", ".moved", `"test"`, `"moved"`, "PREFIXk", "PREFIXmoved").Replace(openConfig(arguments)), `key = "PREFIXmoved"`, `key = "PREFIX`+key+`"`, 1)
	}
	w := o.workspace()
	w.config(openConfig("") + moved("moved", ""))
	w.apply()
	w.config(openConfig(`acl = "private"
  tags = { owner = "emma" }
  storage_class = "Standard"
  server_side_encryption = "AES256"`) + moved("moved", ""))
	out := flatten(w.apply())
	for _, want := range []string{"Other Settings", `acl takes the place of "public-read"; storage_class takes the place of "IA"; the tag "team" goes.`} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not say %q:\n%s", want, out)
		}
	}
	// The plan is that change alone: what the apply before had left undone would be in it as well. Another key is another
	// object: nothing is asked of the new one, which does not exist.
	_, replaced, _ := strings.Cut(moved("other", "content = \"x\"\n acl = \"private\""), "}\n")
	w.config(openConfig(`acl = "public-read"
  tags = { owner = "emma" }
  storage_class = "Standard"
  server_side_encryption = "AES256"`) + replaced)
	out = w.apply()
	if strings.Contains(out, "Other Settings") {
		t.Errorf("warned of what the plan shows by itself:\n%s", out)
	}
	changes := plannedChanges(out)
	if got := changes["oss_object.test"]; !got.actions.Update() || !sameNames(got.attributes, []string{"acl"}) {
		t.Errorf("plan %v of %v, want another ACL", got.actions, got.attributes)
	}
	if got := changes["oss_object.moved"]; !got.actions.Replace() {
		t.Errorf("plan %v", got.actions)
	}
}

// A rule of the team is held against what is open, too: against the class for nothing, against ACL and tags for a request
// each.
func TestPolicyOfOpenSettings(t *testing.T) {
	t.Parallel()
	rows := map[string]struct{ rule, broken, requests string }{
		"closed": {`acl = ["private"]`, "has an ACL that is not allowed", "GetObjectAcl:1 HeadObject:1"},
		"open":   {`acl = ["public-read"]`, "", "GetObjectAcl:1 HeadObject:1"},
		"class":  {`storage_class = ["Standard"]`, "has a storage class that is not allowed", "HeadObject:1"},
		"tag":    {`tags = { team = { values = ["db"] } }`, `has the tag "team" with a value that is not allowed`, "GetObjectTagging:1 HeadObject:1"},
		"entry":  {`metadata = { owner = { max_length=3 }}`, "", "HeadObject:1"},
	}
	o := startOSS(t)
	w := o.workspace()
	rules, text := "", ""
	for name, row := range rows {
		openObject(o, name)
		rules += fmt.Sprintf("{ name = %q, keys = [%q], %s },\n", name, name, row.rule)
		text += openObjectConfig(name, "")
	}
	w.policyConfig("["+rules+"]", text)
	o.local().ResetRecords()
	found := w.diagnosticsByName("plan")
	for name, row := range rows {
		if got := o.requestsFor(name); got != row.requests {
			t.Errorf("%s: requests %q, want %q", row.rule, got, row.requests)
		}
		switch got := found[name]; {
		case row.broken == "" && len(got) > 0:
			t.Errorf("%s: got %+v", row.rule, got)
		case row.broken != "" && (len(got) != 1 || got[0].Severity != "warning" || !strings.HasPrefix(got[0].Summary, "Metadata Policy Violation") || !strings.Contains(got[0].Detail, row.broken)):
			t.Errorf("%s: got %+v, want one warning with %q", row.rule, got, row.broken)
		}
	}
	for _, d := range found[""] {
		if d.Summary != "Imported Without Its Configuration" {
			t.Errorf("about no object: %+v", d)
		}
	}
}

// Who may not read the ACL can import, and can have it managed: then it is written as it is wanted. Any other failure is
// said.
func TestOpenSettingsThatMayNotBeRead(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	openObject(o, "k")
	w := o.workspace()
	f.arm("GetObjectAcl", ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}, -1)
	w.config(openConfig(""))
	w.apply()
	w.config(openConfig(`acl = "private"`))
	f.arm("GetObjectAcl", ossserver.Fault{Status: 409, Code: "FileImmutable", Message: "protected"}, -1)
	w.fails([]string{"Unable to Read OSS Object", "look at ACL or tags", "FileImmutable"}, "plan", "-no-color")
	f.arm("GetObjectAcl", ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}, -1)
	w.apply("-refresh=false")
	if got := o.object("k"); got.ACL != "private" {
		t.Errorf("ACL %q", got.ACL)
	}
}

// An object that was made public stays so when the argument goes, and that is said.
func TestPublicACLThatGoes(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	r := o.protocol().manage("oss_object", map[string]any{"bucket": o.bucket, "key": "a.txt", "content": "body", "acl": "public-read"})
	r.apply()
	warned := func() bool {
		return slices.ContainsFunc(r.plan().Diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Summary == "Public Object No Longer Managed" })
	}
	if warned() {
		t.Error("it is managed")
	}
	delete(r.config, "acl")
	if !warned() {
		t.Error("no word of an object that stays public")
	}
}
