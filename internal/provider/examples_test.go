package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// Every example of a resource applies as it stands, plans nothing after it, and can be imported as its import block
// says. The provider's settings come from the environment, as in the examples' own words.
func TestExamples(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("../../examples/resources/*")
	if err != nil || len(folders) < 2 {
		t.Fatalf("found %d folders of examples, %v", len(folders), err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("example"))
			o.bucket = "example"
			o.must(o.sdk().PutObject("reports/nightly.csv", strings.NewReader("a,b\n"), oss.ContentType("text/plain")))
			w := o.exampleWorkspace(folder)
			imports := w.setAside("import-by-string-id.tf")
			w.setAside("import-with-identity.tf") // Terraform 1.12 and newer: TestImportByIdentity
			w.apply()
			w.clean()

			// Forget it all, and take it over again by the import block; what the block does not name is removed first.
			address := importAddress(imports)
			w.must("state", "rm", address)
			w.write("import-by-string-id.tf", imports)
			if out := w.apply(); !strings.Contains(out, "1 imported") {
				t.Errorf("nothing was imported:\n%s", out)
			}
			w.clean()
			script, err := os.ReadFile(filepath.Join(folder, "import.sh"))
			o.must(err)
			for _, line := range strings.Split(string(script), "\n") {
				if words := strings.Fields(line); len(words) > 1 && words[0] == "terraform" {
					w.must("state", "rm", words[len(words)-2])
					w.must(words[1:]...)
				}
			}
			w.must("destroy", "-auto-approve")
		})
	}
}

// exampleWorkspace copies an example and sets the provider up by the environment.
func (o *testOSS) exampleWorkspace(folder string) *workspace {
	o.t.Helper()
	w := o.workspace()
	o.must(os.CopyFS(filepath.Join(w.dir, "example"), os.DirFS(folder)))
	w.dir = filepath.Join(w.dir, "example")
	provider, err := os.ReadFile("../../examples/provider/provider.tf")
	o.must(err)
	w.write("provider.tf", string(provider))
	w.env = append(w.env, "OSS_ENDPOINT="+o.endpoint, "OSS_REGION="+o.region, "OSS_ACCESS_KEY_ID="+testKeyID, "OSS_ACCESS_KEY_SECRET="+testSecret)
	return w
}

// setAside takes a file out of the workspace and returns its text.
func (w *workspace) setAside(name string) string {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	text, err := os.ReadFile(file)
	w.oss.must(err)
	w.oss.must(os.Remove(file))
	return string(text)
}

// importAddress is the address that an import block names.
func importAddress(block string) string {
	_, rest, _ := strings.Cut(block, "to = ")
	address, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(address)
}
