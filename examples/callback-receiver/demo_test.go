package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestCallbackDemo runs examples/upload-callback against this receiver, as people do. It runs Terraform, so it waits for
// TF_ACC like the acceptance tests.
func TestCallbackDemo(t *testing.T) {
	t.Parallel()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("runs terraform: set TF_ACC=1")
	}
	folder := t.TempDir()
	demo := exec.CommandContext(t.Context(), "make", "--no-print-directory", "-C", "../..", "callback-demo")
	demo.Env = append(os.Environ(), "TMPDIR="+folder, "OSS_ENDPOINT=http://127.0.0.1:1", "TF_LOG=", "TF_VAR_bucket=other")
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
