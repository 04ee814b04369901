package main

import (
	"os"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// largestBinary is in bytes. Every run of a pipeline that keeps nothing downloads the provider. docs/design/cost.md says what
// takes the space; make snapshot holds all platforms against the same limit.
const largestBinary = 25_000_000

// The provider is stripped as a release is, and stays below the limit.
func TestSizeOfTheProvider(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	if err := rig.Build(t.Context(), bin, "."); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(rig.Path(bin, "terraform-provider-oss"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(info.Size())/1e6)
	if info.Size() > largestBinary {
		t.Errorf("the provider has %d bytes, more than %d", info.Size(), largestBinary)
	}
}
