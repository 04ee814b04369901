package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// Every example of a resource applies as it stands, plans nothing after it, and can be imported as its import block
// says. The provider's settings come from the environment, as in the examples' own words. Resources that do not meet in the
// bucket share a workspace.
func TestExamples(t *testing.T) {
	t.Parallel()
	tried := []string{}
	for _, together := range [][]string{{"oss_object"}, {"oss_directory", "oss_bucket_cors"}} {
		tried = append(tried, together...)
		t.Run(strings.Join(together, " and "), func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("example"))
			o.bucket = "example"
			o.must(o.sdk().PutObject("reports/nightly.csv", strings.NewReader("a,b\n"), oss.ContentType("text/plain")))
			w := o.exampleWorkspace("../../examples/provider")
			imports, identities, scripts := []string{}, []string{}, ""
			for _, name := range together {
				w.addExample("../../examples/resources/" + name)
				imports = append(imports, w.setAside(name+"-import-by-string-id.tf"))
				identities = append(identities, w.setAside(name+"-import-with-identity.tf"))
				script, err := os.ReadFile("../../examples/resources/" + name + "/import.sh")
				o.must(err)
				scripts += string(script)
			}
			w.apply()
			w.clean()

			// Forget them, and take them over again by each import block.
			kinds := [][]string{imports}
			if rig.Since(t, w.terraform, 12) { // with Terraform 1.11 TestImportByIdentity alone says that it works
				kinds = append(kinds, identities)
			}
			for _, blocks := range kinds {
				remove := []string{"state", "rm"}
				for _, block := range blocks {
					remove = append(remove, importAddress(block))
				}
				w.must(remove...)
				w.write("import.tf", strings.Join(blocks, "\n"))
				if out := w.apply(); !strings.Contains(out, fmt.Sprintf("%d imported, 0 added,", len(blocks))) {
					t.Errorf("not all were imported:\n%s", out)
				}
				w.clean()
			}
			// Each command of a script has a state of its own, which knows nothing of the resource.
			for i, words := range terraformCommands(scripts) {
				w.must(append([]string{words[1], fmt.Sprintf("-state=%d.tfstate", i)}, words[2:]...)...)
			}
			w.must("destroy", "-auto-approve")
		})
	}
	folders, err := filepath.Glob("../../examples/resources/*")
	if err != nil || len(folders) != len(tried) {
		t.Errorf("the examples of %q were tried, and there are %q, %v", tried, folders, err)
	}
}

// terraformCommands are the commands of a script that run Terraform, in words.
func terraformCommands(script string) [][]string {
	var commands [][]string
	for _, line := range strings.Split(script, "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "terraform" {
			commands = append(commands, words)
		}
	}
	return commands
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
	w.write(file, text)
	w.apply()
	if got := o.body("app/release.json"); got != `{"version":"0.0.0"}` {
		t.Errorf("stored %s", got)
	}
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

// addExample copies another example into the workspace, whose configurations get its name before their own.
func (w *workspace) addExample(folder string) {
	w.t.Helper()
	w.oss.must(os.CopyFS(filepath.Join(w.dir, "copied"), os.DirFS(folder)))
	entries, err := os.ReadDir(filepath.Join(w.dir, "copied"))
	w.oss.must(err)
	for _, entry := range entries {
		name := entry.Name()
		if filepath.Ext(name) == ".tf" {
			name = filepath.Base(folder) + "-" + name
		}
		w.oss.must(os.Rename(filepath.Join(w.dir, "copied", entry.Name()), filepath.Join(w.dir, name)))
	}
	w.remove("copied")
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
