package trials

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestAliOSS runs the trial of ali-oss in a copy of its folder, so that nothing is installed in the tree.
func TestAliOSS(t *testing.T) {
	t.Parallel()
	node := need(t, "node", "Node.js 20 or newer with npm")
	npm := need(t, "npm", "Node.js 20 or newer with npm")
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "trial.test.js"} {
		data, err := os.ReadFile(filepath.Join("ali-oss", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, dir, nil, npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	endpoint := serve(t, privateFlag)
	handed, _ := handOut(t, endpoint)
	env := []string{"OSS_ENDPOINT=" + endpoint, "OSS_HANDED=" + handed, "OSS_STS_ENDPOINT=" + serve(t, "--security-token", "trial-token")}
	out := mustRun(t, dir, env, node, "--test", "--test-reporter=tap", "trial.test.js")
	if !regexp.MustCompile(`(?m)^# pass 21$`).MatchString(out) {
		t.Errorf("not all tests ran:\n%s", out)
	}
}

// TestLockFile holds that the lock file names no host: whoever installs decides where packages come from.
func TestLockFile(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("ali-oss", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`"resolved"|registry`).Find(data); found != nil {
		t.Errorf("%s in package-lock.json: npm install --omit-lockfile-registry-resolved leaves it out", found)
	}
	if !regexp.MustCompile(`"integrity": "sha512-`).Match(data) {
		t.Error("no checksums")
	}
}
