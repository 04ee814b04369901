package trials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// example copies examples/offline-testing, whose test names the address that make local listens on, and gives the
// folder and the environment that Terraform needs to take the provider of this tree.
func example(t *testing.T, endpoint string) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "offline-testing"))); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, "tests", "offline.tftest.hcl"), "http://127.0.0.1:9000", endpoint)
	edit(t, filepath.Join(dir, "main.tf"), `"example"`, `"`+bucket+`"`)
	return dir, overrides(t)
}

// overrides is the environment in which Terraform takes the provider of this tree.
func overrides(t *testing.T) []string {
	t.Helper()
	env, err := rig.ConfigureTerraform(filepath.Join(t.TempDir(), "terraform.rc"), rig.DevOverrides(built.Bin(t)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func edit(t *testing.T, path, from, to string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(data), from) != 1 {
		t.Fatalf("%s: %q is not there once", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTerraformTest runs the guide's example as it stands, and counts what it asked of the server.
func TestTerraformTest(t *testing.T) {
	t.Parallel()
	terraform := rig.Terraform(t)
	s := launch(t)
	dir, env := example(t, s.URL)
	out := mustRun(t, dir, env, terraform, "test", "-no-color")
	if !strings.Contains(out, "Success! 5 passed, 0 failed.") {
		t.Error(out)
	}
	log := s.stop()
	for operation, want := range map[string]int{" PutObject ": 1, " CopyObject ": 1, " DeleteObject ": 1, " PutBucketCors ": 1, " DeleteBucketCors ": 1} {
		if got := strings.Count(log, operation); got != want {
			t.Errorf("%d of%s, want %d:\n%s", got, operation, want, log)
		}
	}
}

// TestTerraformTestFails holds that the example finds what it claims to find.
func TestTerraformTestFails(t *testing.T) {
	t.Parallel()
	terraform := rig.Terraform(t)
	for change, want := range map[[2]string]string{
		{"{ theme = var.theme }", "{ theme = var.theme, owner = var.owner }"}: "A new owner must leave the body alone.",
		{"theme = var.theme", `theme = "light"`}:                              "The theme does not reach the body.",
		{"settings/v1.json", "settings/v1"}:                                   "A browser would get",
	} {
		dir, env := example(t, serve(t))
		edit(t, filepath.Join(dir, "main.tf"), change[0], change[1])
		if out, err := command(t, dir, env, terraform, "test", "-no-color"); err == nil || !strings.Contains(out, want) {
			t.Errorf("%q: %v\n%s", change, err, out)
		}
	}
}

// TestTerraformEnvironment applies the same configuration by the environment alone, as the guide does it.
func TestTerraformEnvironment(t *testing.T) {
	t.Parallel()
	terraform := rig.Terraform(t)
	s := launch(t)
	dir, env := example(t, s.URL)
	env = append(env, "OSS_ENDPOINT="+s.URL, "OSS_REGION="+region,
		"ALIBABA_CLOUD_ACCESS_KEY_ID="+keyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+keySecret)
	mustRun(t, dir, env, terraform, "apply", "-auto-approve", "-no-color")
	mustRun(t, dir, env, terraform, "plan", "-detailed-exitcode", "-no-color") // 2 would be a change
	mustRun(t, dir, env, terraform, "destroy", "-auto-approve", "-no-color")
	if log := s.stop(); strings.Count(log, " PutObject ") != 1 || strings.Count(log, " DeleteObject ") != 1 {
		t.Errorf("requests:\n%s", log)
	}
}
