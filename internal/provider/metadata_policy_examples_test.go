package provider

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

var update = flag.Bool("update", false, "rewrite the messages in the examples instead of comparing them")

// starterPolicies are the folders of the policies that the guide offers to start from.
func starterPolicies(t *testing.T) []string {
	t.Helper()
	documents, err := filepath.Glob("../../examples/metadata-policy/*/policy/policy.yaml")
	if err != nil || len(documents) < 3 {
		t.Fatalf("found %d policies, %v", len(documents), err)
	}
	folders := []string{}
	for _, document := range documents {
		folders = append(folders, filepath.Dir(filepath.Dir(document)))
	}
	return folders
}

// Each policy of the guide applies without its violation, and with it says at plan what the guide shows.
func TestMetadataPolicyExamples(t *testing.T) {
	t.Parallel()
	folders := starterPolicies(t)
	guide, err := os.ReadFile("../../templates/guides/metadata-policy.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		for _, file := range []string{"policy/policy.yaml", "main.tf", "violation.tf", "message.txt"} {
			if place := "examples/metadata-policy/" + name + "/" + file; !strings.Contains(string(guide), place) {
				t.Errorf("the guide does not show %s", place)
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.must(o.local().CreateBucket("example"))
			w := o.exampleWorkspace(folder)
			o.must(os.Remove(filepath.Join(w.dir, "provider.tf"))) // these examples have a provider block of their own
			got := w.policyMessages()
			golden := filepath.Join(folder, "message.txt")
			if *update {
				o.must(os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			o.must(err)
			if got != string(want) {
				t.Errorf("the plan says\n%s\nand %s is\n%s\ngo test -run %s -update rewrites it", got, golden, want, t.Name())
			}
			if got := o.requests(); got != "" {
				t.Errorf("requests %q", got)
			}
			w.setAside("violation.tf")
			if out := w.apply(); strings.Contains(out, "Metadata Policy Violation") {
				t.Errorf("the example breaks its own policy:\n%s", out)
			}
			w.clean()
		})
	}
}

// policyMessages are the diagnostics of a plan that fails, as a user sees them.
func (w *workspace) policyMessages() string {
	w.t.Helper()
	out := w.fails([]string{"Metadata Policy Violation"}, "plan", "-no-color")
	start := strings.Index(out, "Error: Metadata Policy Violation")
	if warning := strings.Index(out, "Warning: Metadata Policy Violation"); warning >= 0 && warning < start {
		start = warning
	}
	if start < 0 {
		w.t.Fatalf("no message in\n%s", out)
	}
	return strings.TrimSpace(out[start:]) + "\n"
}

// policyWorkspace copies a module that holds a policy and its tests, as its owner has it.
func policyWorkspace(t *testing.T, folder string) *workspace {
	t.Helper()
	w := startAnyOSS(t).exampleWorkspace(folder)
	w.oss.must(os.Remove(filepath.Join(w.dir, "provider.tf"))) // the module has no provider: nothing is asked of OSS
	return w
}

const noFunctionInAsserts = "tofu test crashes when an assert calls a function of a provider"

// The tests of each policy pass, without a provider block, a bucket and credentials.
func TestMetadataPoliciesPassTheirTests(t *testing.T) {
	t.Parallel()
	rig.SkipOpenTofu(t, noFunctionInAsserts)
	folders := []string{"../../examples/metadata-policy/first"}
	for _, folder := range starterPolicies(t) {
		folders = append(folders, filepath.Join(folder, "policy"))
	}
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			w := policyWorkspace(t, folder)
			w.env = slices.DeleteFunc(w.env, func(setting string) bool { return strings.HasPrefix(setting, "OSS_") })
			if out := w.must("test", "-no-color"); !strings.Contains(out, "Success!") {
				t.Errorf("terraform test says\n%s", out)
			}
		})
	}
}

// A policy that is weakened in any line fails its tests. One run of Terraform tries all: each weakened document has a file
// with the same tests, which reads it in place of the policy.
func TestMetadataPoliciesCannotBeWeakened(t *testing.T) {
	t.Parallel()
	rig.SkipOpenTofu(t, noFunctionInAsserts)
	for _, folder := range starterPolicies(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			w := policyWorkspace(t, filepath.Join(folder, "policy"))
			module, tests, document := w.setAside("policy.tf"), w.setAside("tests/policy.tftest.hcl"), w.setAside("policy.yaml")
			if !strings.Contains(module, "policy.yaml") {
				t.Fatalf("the module does not read the policy:\n%s", module)
			}
			w.write("policy.tf", strings.ReplaceAll(module, "policy.yaml", "${var.document}.yaml")+"\nvariable \"document\" {\n  type = string\n}\n")
			documents := weakenings(document)
			documents["not at all"] = document
			names := map[string]string{} // of the files with the tests
			for change, text := range documents {
				name := fmt.Sprintf("document-%d", len(names))
				w.write(name+".yaml", text)
				w.write("tests/"+name+".tftest.hcl", fmt.Sprintf("variables {\n  document = %q\n}\n\n%s", name, tests))
				names["tests/"+name+".tftest.hcl"] = change
			}
			statuses, asserted := w.testFiles()
			for file, change := range names {
				switch status := statuses[file]; {
				case status == "":
					t.Errorf("nothing is said of the policy weakened thus: %s", change)
				case (status == "pass") != (change == "not at all"):
					t.Errorf("the policy is weakened (%s), and its tests end with %q", change, status)
				}
			}
			if len(asserted) < 4 {
				t.Errorf("only %d ways of weakening the policy are noticed by an assertion: the test proves little", len(asserted))
			}
		})
	}
}

// testFiles runs terraform test and returns how each file ended, and which had an assertion that failed.
func (w *workspace) testFiles() (statuses map[string]string, asserted map[string]bool) {
	w.t.Helper()
	out, _ := w.try("test", "-json")
	statuses, asserted = map[string]string{}, map[string]bool{}
	for _, line := range strings.Split(out, "\n") {
		var message struct {
			File       string                                  `json:"@testfile"`
			TestFile   struct{ Path, Progress, Status string } `json:"test_file"`
			Diagnostic struct{ Summary string }
		}
		if json.Unmarshal([]byte(line), &message) != nil {
			continue // a line for people
		}
		if message.TestFile.Status != "" {
			statuses[message.TestFile.Path] = message.TestFile.Status
		}
		if message.Diagnostic.Summary == "Test assertion failed" {
			asserted[message.File] = true
		}
	}
	return statuses, asserted
}

// weakenings are the document without each of its lines in turn, and with each rule softened.
func weakenings(document string) map[string]string {
	changed := map[string]string{}
	lines := strings.Split(document, "\n")
	replace := func(change string, i int, by ...string) {
		changed[fmt.Sprintf("line %d %s", i+1, change)] = strings.Join(append(append(append([]string{}, lines[:i]...), by...), lines[i+1:]...), "\n")
	}
	for i, line := range lines {
		switch text := strings.TrimSpace(line); {
		case text == "" || strings.HasPrefix(text, "#") || strings.HasPrefix(text, "description:") || text == "rules:":
		case strings.HasPrefix(text, "- name:"):
			replace("with an exception", i, line, `    except: [{ keys: ["**/*"], reason: all }]`)
			if !strings.HasPrefix(strings.TrimSpace(lines[i+2]), "severity:") { // after the description
				replace("as a warning", i, line, "    severity: warning")
			}
		default:
			replace("left out", i)
		}
	}
	return changed
}

// Editors find the schema by the first line of each document, which names the file that is published here.
func TestStarterPoliciesNameTheirSchema(t *testing.T) {
	t.Parallel()
	const line = "# yaml-language-server: $schema=https://raw.githubusercontent.com/terraform-provider-oss/terraform-provider-oss/main/"
	for _, folder := range starterPolicies(t) {
		document, err := os.ReadFile(filepath.Join(folder, "policy", "policy.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(document), "\n")
		file, ok := strings.CutPrefix(first, line)
		if !ok {
			t.Errorf("%s begins with %q", folder, first)
			continue
		}
		if _, err := os.Stat(filepath.Join("../..", file)); err != nil {
			t.Error(err)
		}
	}
}
