package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Keys are listed while they are few, and when the plan had to name them; an apply that wrote nothing keeps what was there.
func TestChangedKeys(t *testing.T) {
	many := make([]string, mostChangedKeys+1)
	for i := range many {
		many[i] = fmt.Sprintf("www/%d", i)
	}
	unknown, before := types.ListUnknown(types.StringType), &directoryModel{ChangedKeys: stringList([]string{"www/old"})}
	for name, test := range map[string]struct {
		planned types.List
		before  *directoryModel
		keys    []string
		want    []string
	}{
		"few":                    {unknown, before, many[:mostChangedKeys], many[:mostChangedKeys]},
		"many":                   {unknown, before, many, []string{"www/"}},
		"many, named by a plan":  {stringList(many), before, many, many},
		"none":                   {unknown, before, nil, []string{"www/old"}},
		"none in a new one":      {unknown, nil, nil, nil},
		"many in a whole bucket": {unknown, nil, many, []string{""}},
	} {
		a := directoryApply{directoryPlanner: directoryPlanner{before: test.before, plan: &directoryModel{ChangedKeys: test.planned}}}
		if name != "many in a whole bucket" {
			a.plan.Prefix = types.StringValue("www/")
		}
		if got := a.changedKeys(test.keys); !got.Equal(stringList(test.want)) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// Files that are not what their headers say are warned of together, while they are about to be written.
func TestDirectoryCodingOfBodies(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	source := t.TempDir()
	for name, text := range map[string]string{"a.txt": "plain", "b.txt": "plain", "packed.txt": "\x1f\x8b", "loose.txt": "\x1f\x8b", "empty.txt": ""} {
		o.must(os.WriteFile(filepath.Join(source, name), []byte(text), 0o600))
	}
	r := o.protocol().manage("oss_directory", map[string]any{"bucket": o.bucket, "source": source, "file": []any{
		map[string]any{"match": []any{"[abpe]*"}, "content_encoding": "gzip"},
	}})
	said := func() string {
		var text strings.Builder
		for _, d := range r.plan().Diagnostics {
			fmt.Fprintf(&text, "%s: %s\n", d.Summary, d.Detail)
		}
		return text.String()
	}
	text := said()
	for _, words := range []string{`Body Is Not Gzip: This is so for 2 files: "a.txt", "b.txt". `, `Compressed Body Without Content-Encoding: This is so for 1 file: "loose.txt". `} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not said:\n%s", words, text)
		}
	}
	r.apply()
	if text := said(); text != "" {
		t.Errorf("of files that stay as they are is said:\n%s", text)
	}
}

// A build that has failed must not take the site down unseen, and a wrong path is not a folder that has changed.
func TestDirectoryOfAnEmptyFolder(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.directoryWorkspace()
	w.site("no-cache", "")
	w.apply()
	for _, name := range []string{"site/index.html", "site/css/a.css", "site/css/b.css"} {
		w.remove(name)
	}
	if out := w.must("plan", "-no-color"); !strings.Contains(flatten(out), `The folder "site" has no files that are meant, so 3 objects below "test-bucket/site/" will be deleted.`) {
		t.Errorf("no word of that all will be deleted:\n%s", out)
	}
	o.must(os.RemoveAll(filepath.Join(w.dir, "site")))
	w.must("plan", "-no-color")
	w.fails([]string{"Source Folder Not Found", `There is no folder "site", and nothing in this apply has made it.`}, "apply", "-auto-approve", "-no-color")
	o.object("site/index.html")
}
