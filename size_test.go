package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// largestBinary is in bytes. Every run of a pipeline that keeps nothing downloads the provider. docs/design/cost.md says what
// takes the space; make snapshot holds all platforms against the same limit.
const largestBinary = 25_000_000

// The provider is stripped as a release is, and stays below the limit.
func TestSizeOfTheProvider(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "provider")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(info.Size())/1e6)
	if info.Size() > largestBinary {
		t.Errorf("the provider has %d bytes, more than %d", info.Size(), largestBinary)
	}
}
