package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
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
			identities := w.setAside("import-with-identity.tf")
			w.apply()
			w.clean()

			// Forget it, and take it over again by each import block.
			blocks := []string{imports}
			if rig.Since(t, w.terraform, 12) { // with Terraform 1.11 TestImportByIdentity alone says that it works
				blocks = append(blocks, identities)
			}
			for _, block := range blocks {
				w.must("state", "rm", importAddress(block))
				w.write("import.tf", block)
				if out := w.apply(); !strings.Contains(out, "1 imported") {
					t.Errorf("nothing was imported:\n%s", out)
				}
				w.clean()
			}
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

// The example that seeds a body once: what a pipeline deploys stays, a header changes beside it, and another seed replaces
// it.
func TestExampleSeedOnce(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().CreateBucket("example"))
	o.bucket = "example"
	w := o.exampleWorkspace("../../examples/resources/oss_object")
	const file = "resource_seed_once.tf"
	text := w.setAside(file)
	for _, name := range []string{"resource.tf", "resource_metadata_only.tf", "resource_built_in_the_run.tf", "import-by-string-id.tf", "import-with-identity.tf"} {
		w.setAside(name)
	}
	set := func(old, replacement string) {
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in the example", old)
		}
		text = strings.Replace(text, old, replacement, 1)
		w.write(file, text)
	}
	deploy := func(body string) {
		o.must(o.sdk().PutObject("app/release.json", strings.NewReader(body), oss.ContentType("application/json"), oss.CacheControl(o.object("app/release.json").CacheControl)))
	}
	expect := func(body, cache string) {
		t.Helper()
		w.clean()
		if got := o.object("app/release.json"); o.body("app/release.json") != body || got.CacheControl != cache {
			t.Errorf("stored %s with the cache control %q, want %s with %q", o.body("app/release.json"), got.CacheControl, body, cache)
		}
	}
	set("no-cache", "no-cache")
	w.apply()
	expect(`{"version":"0.0.0"}`, "no-cache")
	deploy(`{"version":"1.0.0"}`)
	expect(`{"version":"1.0.0"}`, "no-cache")
	w.apply("-refresh-only")
	set("no-cache", "no-store")
	w.apply()
	expect(`{"version":"1.0.0"}`, "no-store")
	deploy(`{"version":"1.1.0"}`)
	set("no-store", "private")
	w.apply("-refresh=false")
	w.apply()
	expect(`{"version":"1.1.0"}`, "private")
	set("0.0.0", "2.0.0")
	w.apply()
	expect(`{"version":"2.0.0"}`, "private")
	deploy(`{"version":"2.1.0"}`)
	set("ignore_body_drift = true", "ignore_body_drift = false")
	w.apply()
	expect(`{"version":"2.0.0"}`, "private")
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
