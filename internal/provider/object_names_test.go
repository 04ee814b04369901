package provider

import (
	"slices"
	"strings"
	"testing"
)

// Names and values that are hard to carry survive create, refresh, update, import and destroy.
func TestHardNames(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	keys := []string{
		"a b/c+d%41~'!()*.txt", "深圳/文件 名.txt", "emoji 🚀.bin", "double//slash", "trailing/", "a?b=c&d#e", "über%2Fcode", `back\slash"quote`,
		strings.Repeat("k", 1023), "..hidden", "x/..y/z",
	}
	list := ""
	for _, key := range keys {
		list += "    " + strings.ReplaceAll(quoted(key), "%{", "%%{") + ",\n"
	}
	text := `
locals {
  keys = toset([
LIST  ])
}
resource "oss_object" "test" {
  for_each = local.keys
  bucket   = "BUCKET"
  key      = each.key
  content  = "body of ${each.key}"
  metadata = {
    chinese = "中文 值"
    emoji   = "🚀 done"
    percent = "100%25 + 5%"
    quotes  = "\"double\" 'single'"
    version = "VERSION"
  }
}
`
	set := func(version, more string) {
		w.write("main.tf", requiredProvider+strings.NewReplacer("LIST", list, "VERSION", version).Replace(o.config(text+more)))
	}
	stored := func(version string) {
		t.Helper()
		for _, key := range keys {
			got := o.object(key)
			if o.body(key) != "body of "+key || got.Metadata["chinese"] != "中文 值" || got.Metadata["percent"] != "100%25 + 5%" || got.Metadata["quotes"] != `"double" 'single'` || got.Metadata["version"] != version {
				t.Errorf("%q: stored %+v", key, got)
			}
		}
	}
	// The plan of each change is that change alone: what a step had left undone would be in it as well.
	expectChanged := func(out string, attributes ...string) {
		t.Helper()
		changes := plannedChanges(out)
		for _, key := range keys {
			if got := changes[testObject+"["+quoted(key)+"]"]; !got.actions.Update() || !slices.Equal(got.attributes, attributes) {
				t.Errorf("%q: the plan is %v of %q, want an update of %q", key, got.actions, got.attributes, attributes)
			}
		}
	}
	set("1", "")
	w.apply()
	stored("1")
	set("2", "")
	expectChanged(w.apply(), "metadata", "version_id")
	stored("2")
	w.must("state", "rm", testObject)
	set("2", `import {
  for_each = local.keys
  to       = oss_object.test[each.key]
  id       = "BUCKET/${each.key}"
}
`)
	o.local().ResetRecords()
	out := w.apply()
	if !strings.Contains(out, "Resources: 11 imported, 0 added, 11 changed, 0 destroyed.") {
		t.Errorf("imported with the bodies:\n%s", out)
	}
	expectChanged(out, "content")
	if got := o.requests(); got != "HeadObject:11" {
		t.Errorf("the bodies were taken into the state by %q", got)
	}
	w.clean()
	w.must("destroy", "-auto-approve")
	for _, key := range keys {
		if _, err := o.local().Object(o.bucket, key); err == nil {
			t.Errorf("%q is still there", key)
		}
	}
}
