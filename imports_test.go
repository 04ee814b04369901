package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/terraform-provider-oss/terraform-provider-oss"

// importRule keeps a package apart from others. It holds for everything that the package pulls in, not only for
// what it names itself.
type importRule struct {
	pkg       string
	forbidden []string // prefixes of import paths
	reason    string
}

// notOurs are what a pure package stays away from, but for the pure packages that it stands on.
var notOurs = []string{"github.com/hashicorp/", "github.com/aliyun/", "net/http/httptest",
	module + "/internal/provider", module + "/internal/object", module + "/internal/oss", module + "/cmd/", module + "/examples/"}

// exceptFor are notOurs and the pure packages but the named ones.
func exceptFor(allowed ...string) []string {
	forbidden := slices.Clone(notOurs)
	for _, pkg := range []string{"finding", "plain", "rules", "policy", "cors", "callback"} {
		if !slices.Contains(allowed, pkg) {
			forbidden = append(forbidden, module+"/internal/"+pkg)
		}
	}
	return forbidden
}

const pureReason = "rules are pure: no Terraform, no SDK, and of ours only what the design names"

var importRules = []importRule{
	{"internal/finding", append(exceptFor("finding"), "github.com/"), pureReason},
	{"internal/plain", exceptFor("plain", "finding"), pureReason},
	{"internal/rules", exceptFor("rules", "finding"), pureReason},
	{"internal/policy", exceptFor("policy", "plain", "rules", "finding"), pureReason},
	{"internal/cors", exceptFor("cors", "finding"), pureReason},
	{"internal/callback", exceptFor("callback", "finding"), pureReason},
	{"internal/object", []string{"github.com/hashicorp/", module + "/internal/provider", module + "/internal/ossserver", module + "/internal/rules",
		module + "/internal/policy", module + "/internal/cors", module + "/internal/callback"}, "the engine stands on the client alone: no Terraform, and no rules of what is allowed"},
	{"internal/ossserver", []string{module + "/", "github.com/"}, "the server is a second reading of OSS: it shares no code with the provider, and the standard library is enough"},
	{"cmd/oss-local", []string{module + "/internal/provider", module + "/internal/ossclient", module + "/internal/object", module + "/internal/rules", module + "/internal/policy",
		module + "/internal/cors", module + "/internal/callback", "github.com/hashicorp/", "github.com/aliyun/"}, "the server's program brings in the server alone"},
	{"internal/ossclient", []string{module + "/", "github.com/hashicorp/"}, "the client knows nothing of Terraform"},
	{"internal/rig", []string{module + "/", "github.com/", "golang.org/"}, "what starts programs needs the standard library alone"},
	{".", []string{module + "/internal/ossserver", module + "/internal/rig", module + "/cmd/", "github.com/hashicorp/terraform-plugin-testing", "net/http/httptest"},
		"the provider ships no server and no test code"},
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	for _, rule := range importRules {
		self := module
		if rule.pkg != "." {
			self += "/" + rule.pkg
		}
		for _, dependency := range goList(t, "-deps", "./"+rule.pkg) {
			if dependency == self {
				continue
			}
			for _, prefix := range rule.forbidden {
				if strings.HasPrefix(dependency, prefix) {
					t.Errorf("%s brings in %s, but %s", rule.pkg, dependency, rule.reason)
				}
			}
		}
	}
}

// Only one package may name the OSS SDK: the client, where its traps end. The demo plays somebody else, who uses the
// SDK behind Terraform's back, and cmd/conformance asks a bucket in requests of its own.
func TestOnlyTheClientImportsTheSDK(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{module + "/internal/ossclient": true, module + "/cmd/demo": true, module + "/cmd/conformance": true}
	found := false
	for _, line := range goList(t, "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, " ")
		if !strings.Contains(imports, "github.com/aliyun/aliyun-oss-go-sdk") {
			continue
		}
		found = true
		if !allowed[pkg] {
			t.Errorf("%s imports the OSS SDK; calls belong into internal/ossclient", pkg)
		}
	}
	if !found {
		t.Error("nothing imports the OSS SDK, so this test looks at the wrong thing")
	}
}

// Whatever ships starts no programs: tests and demos alone import internal/rig.
func TestOnlyDemosImportTheRig(t *testing.T) {
	t.Parallel()
	want := map[string]bool{module + "/cmd/demo": true, module + "/cmd/browser-demo": true}
	for _, line := range goList(t, "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, " ")
		if imported := slices.Contains(strings.Fields(imports), module+"/internal/rig"); imported != want[pkg] {
			t.Errorf("%s imports internal/rig: %t; outside of tests the demos do, and nothing else", pkg, imported)
		}
	}
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
