// Package examples tests what stands in this folder as people use it.
package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// TestCallbackDemo runs upload-callback against callback-receiver, as people do.
func TestCallbackDemo(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	folder, home := t.TempDir(), homeWithProfile(t)
	demo := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-C", "..", "callback-demo")
	demo.Env = append(os.Environ(), "TMPDIR="+folder, "OSS_ENDPOINT=http://127.0.0.1:1", "TF_LOG=", "TF_VAR_bucket=other", "HOME="+home)
	for _, name := range []string{"GOCACHE", "GOENV", "GOMODCACHE"} { // by default below the home folder
		value, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		demo.Env = append(demo.Env, name+"="+strings.TrimSpace(string(value)))
	}
	out, err := demo.CombinedOutput()
	if err != nil {
		t.Fatalf("make callback-demo: %v\n%s", err, out)
	}
	for _, words := range []string{
		`"object" = "reports/2026 Q1 & Q2.csv"`, `"size" = 33`, `"by" = "terraform"`, `"etag" = "`, "No changes",
	} {
		if !strings.Contains(string(out), words) {
			t.Errorf("the demo does not show %q:\n%s", words, out)
		}
	}
	left, err := os.ReadDir(folder)
	for _, entry := range left {
		if !strings.HasPrefix(entry.Name(), "go-build") { // the go command's own, which it removes by itself
			t.Errorf("the demo left %s behind", entry.Name())
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// homeWithProfile returns a home folder like that of somebody who uses the Alibaba Cloud command line, with a key that
// the local server does not know.
func homeWithProfile(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".aliyun"), 0o700); err != nil {
		t.Fatal(err)
	}
	const profile = `{"current": "mine", "profiles": [{"name": "mine", "mode": "AK", "access_key_id": "other-id", "access_key_secret": "other-secret", "region_id": "cn-hangzhou"}]}`
	if err := os.WriteFile(filepath.Join(home, ".aliyun", "config.json"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}
