package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// acceptance is the variable that lets tests run Terraform. terraform-plugin-testing reads it too.
const acceptance = "TF_ACC"

// coreVariable names the program to run in place of the terraform on the PATH: another release of it, or OpenTofu's tofu.
// terraform-plugin-testing reads it too.
const coreVariable = "TF_ACC_TERRAFORM_PATH"

// FindTerraform is the path of the terraform program, or of the one that is to be run in its place.
func FindTerraform() (string, error) {
	if name := os.Getenv(coreVariable); name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("%s has to name a program: %w", coreVariable, err)
		}
		return filepath.Abs(path)
	}
	path, err := exec.LookPath("terraform")
	if err != nil {
		return "", errors.New("terraform is not on the PATH: install version 1.11 or newer from the HashiCorp releases page")
	}
	return filepath.Abs(path)
}

// Hosts are the registries at which Terraform and OpenTofu look for a provider whose source names none.
var Hosts = []string{"registry.terraform.io", "registry.opentofu.org"}

// hostVariable tells terraform-plugin-testing at which registry the core looks for a provider.
const hostVariable = "TF_ACC_PROVIDER_HOST"

// useHost has terraform-plugin-testing serve the provider under the address by which the core knows it.
func useHost(ctx context.Context) error {
	if os.Getenv(acceptance) == "" {
		return nil
	}
	if path, err := FindTerraform(); err == nil { // else a test that needs one says that it is missing
		version, err := Version(ctx, path)
		if err != nil || !strings.HasPrefix(version, "OpenTofu ") {
			return err
		}
		return os.Setenv(hostVariable, Hosts[1])
	}
	return nil
}

// SkipOpenTofu leaves out a test of what OpenTofu does otherwise, which the documentation says.
func SkipOpenTofu(t testing.TB, otherwise string) {
	t.Helper()
	if os.Getenv(hostVariable) == Hosts[1] {
		t.Skip("left out with OpenTofu: " + otherwise)
	}
}

// Since reports whether a core, Terraform or OpenTofu, is release 1.MINOR or newer.
func Since(t testing.TB, core string, minor int) bool {
	t.Helper()
	version, err := Version(t.Context(), core)
	if err != nil {
		t.Fatal(err)
	}
	var have int
	_, number, _ := strings.Cut(version, " v1.")
	if _, err := fmt.Sscanf(number, "%d.", &have); err != nil {
		t.Fatalf("%q is not a release that is known: %v", version, err)
	}
	return have >= minor
}

// Version is what a core calls itself, such as "Terraform v1.11.4" or "OpenTofu v1.12.6".
func Version(ctx context.Context, core string) (string, error) {
	out, err := Must(ctx, Command(ctx, "", append(Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1"), core, "version"))
	line, _, _ := strings.Cut(out, "\n")
	return strings.TrimSpace(line), err
}

// selection names, by a regular expression, the tests that may run Terraform where not all of them are wanted.
const selection = "RIG_TEST_TERRAFORM"

// Terraform is the path of the terraform program, for a test that runs it. Whether such tests run is decided here alone:
// without TF_ACC they are skipped and say so, with it a missing terraform is a failure.
func Terraform(t testing.TB) string {
	t.Helper()
	path, err := FindTerraform()
	name, _, _ := strings.Cut(t.Name(), "/")
	switch wanted := os.Getenv(selection); {
	case os.Getenv(acceptance) == "":
		t.Skipf("left out, since it runs terraform: set %s=1, as make test does", acceptance)
	case wanted != "" && !regexp.MustCompile("^("+wanted+")$").MatchString(name):
		t.Skipf("left out, since it runs terraform and %s is %s", selection, wanted)
	case err != nil:
		t.Fatalf("%s is set, and %v", acceptance, err)
	}
	return path
}

// Scrub drops the variables by which a shell would decide what Terraform, the provider and oss-local do, and the named
// ones.
func Scrub(env []string, names ...string) []string {
	return slices.DeleteFunc(ScrubTerraform(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return hasPrefix(name, "OSS_", "ALIBABA_CLOUD_") || slices.Contains(names, name)
	})
}

// ScrubTerraform drops the variables that only Terraform reads, and leaves those that lead to a real bucket.
func ScrubTerraform(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return hasPrefix(name, "TF_") || name == "CHECKPOINT_DISABLE"
	})
}

func hasPrefix(name string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// Environ is this process's environment, scrubbed. What has to be set in its place is for the caller to append.
func Environ(names ...string) []string {
	// Without this the search for credentials may wait for an ECS instance's metadata service that is not there.
	return append(Scrub(os.Environ(), names...), "ALIBABA_CLOUD_ECS_METADATA_DISABLED=true")
}

// DevOverrides are settings by which Terraform takes the provider of a folder of built programs, without an init.
func DevOverrides(bin string) string {
	return fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-provider-oss/oss\" = %q\n  }\n  direct {}\n}\n", bin)
}

// Mirror are settings by which `terraform init` finds every provider in a folder, and none elsewhere.
func Mirror(dir string) string {
	return fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", dir)
}

// ConfigureTerraform writes settings to a file and returns the environment in which Terraform takes them instead of the
// user's. env is what else it is to see: Environ, or ScrubTerraform of something.
func ConfigureTerraform(file, settings string, env []string) ([]string, error) {
	return append(slices.Clone(env),
		"TF_CLI_CONFIG_FILE="+file,
		"TF_IN_AUTOMATION=1", // no advice on what to type next
		"CHECKPOINT_DISABLE=1",
	), os.WriteFile(file, []byte(settings), 0o600)
}
