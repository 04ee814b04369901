// Package tools pins the programs that look after this repository and tests what they generate.
package tools

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// otherwise are folders of docs/ that tfplugindocs does not write: pages for maintainers, written by hand; schemas, held by a
// test beside their decoder; pictures, held by the tests of the demos that they show.
var otherwise = []string{"design/", "schemas/", "pictures/"}

// TestDocsAreUpToDate fails when docs/ is not what `make generate` would write from the tree as it is.
func TestDocsAreUpToDate(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "docs")
	output, err := filepath.Rel(root, fresh) // tfplugindocs joins it to the provider's folder, absolute or not
	if err != nil {
		t.Fatal(err)
	}
	// Without a terraform on the PATH, tfplugindocs would download one.
	requireTerraform(t)
	run(t, "go", "tool", "tfplugindocs", "generate", "--provider-dir", root,
		"--provider-name", "terraform-provider-oss", "--rendered-provider-name", "Alibaba Cloud OSS",
		"--rendered-website-dir", output)

	want, have := pages(t, fresh), pages(t, filepath.Join(root, "docs"))
	if len(want) == 0 {
		t.Fatal("tfplugindocs wrote no page")
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[name]; !ok {
			t.Errorf("docs/%s is missing: run make generate", name)
		} else if line, w, h := firstDifference(want[name], have[name]); line > 0 {
			t.Errorf("docs/%s is stale from line %d on: it has %q, generated is %q: run make generate", name, line, h, w)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok && !slices.ContainsFunc(otherwise, func(folder string) bool { return strings.HasPrefix(name, folder) }) {
			t.Errorf("docs/%s belongs to nothing that is generated: delete it", name)
		}
	}
}

// TestExamplesAreFormatted fails when `terraform fmt` would change an example.
func TestExamplesAreFormatted(t *testing.T) {
	t.Parallel()
	requireTerraform(t)
	run(t, "terraform", "fmt", "-check", "-diff", "-recursive", filepath.Join("..", "examples"))
}

func requireTerraform(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Fatal("terraform is not on the PATH: install version 1.11 or newer from the HashiCorp releases page")
	}
}

// run fails the test with the program's output when the program fails. The user's Terraform settings are not read.
func run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// pages returns the text of every file under root by its slash-separated path below it.
func pages(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		found[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// firstDifference returns the number, from one, of the first line in which a and b differ, and that line of each.
// The number is zero when they are equal.
func firstDifference(a, b string) (number int, lineA, lineB string) {
	linesA, linesB := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(linesA), len(linesB)) {
		lineA, lineB = "(end of file)", "(end of file)"
		if i < len(linesA) {
			lineA = linesA[i]
		}
		if i < len(linesB) {
			lineB = linesB[i]
		}
		if lineA != lineB {
			return i + 1, lineA, lineB
		}
	}
	return 0, "", ""
}
