package trials

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAliOSS runs the trial of ali-oss in a copy of its folder, so that nothing is installed in the tree.
func TestAliOSS(t *testing.T) {
	t.Parallel()
	node := need(t, "node", "Node.js 20 or newer with npm")
	npm := need(t, "npm", "Node.js 20 or newer with npm")
	dir := t.TempDir()
	var tests []string
	for _, pattern := range []string{"*.json", "*.js"} {
		files, err := filepath.Glob(filepath.Join("ali-oss", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(file)
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, ".test.js") {
				tests = append(tests, name)
			}
		}
	}
	mustRun(t, dir, nil, npm, "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
	endpoint := serve(t, privateFlag)
	handed, _ := handOut(t, endpoint)
	env := []string{
		"OSS_ENDPOINT=" + endpoint, "OSS_HANDED=" + handed, "OSS_STS_ENDPOINT=" + serve(t, "--security-token", "trial-token"),
		"OSS_ENDPOINT_V1=" + serve(t), "OSS_ENDPOINT_V4=" + serve(t),
	}
	out := mustRun(t, dir, env, node, append([]string{"--test", "--test-reporter=tap", "--test-timeout=120000"}, tests...)...)
	if !regexp.MustCompile(`(?m)^# pass 57$`).MatchString(out) {
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
