package provider

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// What `make install` puts into the home folder is what an init finds for a source without a host, with Terraform as with
// OpenTofu, and no registry is asked.
func TestInstalledProviderIsFound(t *testing.T) {
	t.Parallel()
	core := rig.Terraform(t)
	home := t.TempDir()
	makefile := exec.CommandContext(t.Context(), "make", "--old-file=build", "install", "BIN="+built.Bin(t), "HOME="+home, "VERSION=1.2.3")
	makefile.Dir = filepath.Join("..", "..")
	if out, err := makefile.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(requiredProvider+"output \"type\" {\n  value = provider::oss::content_type(\"a.css\")\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(rig.Environ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), "HOME="+home, "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1")
	for _, step := range []struct{ args, want string }{
		{"init -no-color -input=false", "v1.2.3"}, {"apply -no-color -auto-approve", `type = "text/css`},
	} {
		out, err := rig.Must(t.Context(), rig.Command(t.Context(), dir, env, core, strings.Fields(step.args)...))
		if err != nil || !strings.Contains(out, step.want) {
			t.Fatalf("%s: %v\n%s", step.args, err, out)
		}
	}
}
